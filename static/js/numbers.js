// Numbers to text, as the pages write them (site_builder/formatting.py): half away from zero, a true minus, a dash for none. Numbers rounded at twelve
// significant digits, so that what is equal on paper is equal here (site_builder/compute/numbers.py). And numbers as people type them.
(() => {
  const MINUS = "\u2212";
  const MISSING = "\u2013";
  const SPACE = "\u00a0";
  const TIMES = "\u00d7";

  /** How the language of the page writes it, by a message of section `number`. @param {string} id @param {Record<string, string | number>} [values] */
  const written = (id, values) => site.text(`number.${id}`, values);

  /** The marks of a number that is written in English. @type {Record<string, string> | undefined} */
  let marks;
  /** @param {string} text */
  const marked = (text) => {
    marks ??= { ".": written("decimal"), ",": written("group") };
    return marks["."] === "." && marks[","] === "," ? text : text.replace(/[.,]/g, (mark) => marks?.[mark] ?? mark);
  };

  /**
   * A finite number at so many decimal places, in English, after a shift by powers of ten. Digits are moved as text, so that
   * 0.0625 is 0.063 as by hand, and whole numbers keep every digit.
   * @param {number} value @param {number} places
   */
  const plain = (value, places, shift = 0) => {
    const [digits, power = "0"] = String(Math.abs(value)).split("e");
    const [units, decimals = ""] = digits.split(".");
    const move = Number(power) + places + shift - decimals.length;
    const exact = BigInt(units + decimals);
    const half = 5n * 10n ** BigInt(Math.max(-move - 1, 0));
    const whole = move < 0 ? (exact + half) / 10n ** BigInt(-move) : exact * 10n ** BigInt(move);
    const text = String(whole).padStart(places + 1, "0");
    const point = text.length - places;
    const grouped = text.slice(0, point).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${value < 0 && whole !== 0n ? MINUS : ""}${grouped}${places ? `.${text.slice(point)}` : ""}`;
  };

  /** The same in the marks of the language. @param {number} value @param {number} places */
  const rounded = (value, places, shift = 0) => marked(plain(value, places, shift));

  /** A number with all its digits. @param {number} value */
  const exact = (value) => marked(String(value));

  /** Power of ten of a rounded number: of three digits, 2 for 999.4, 3 for 999.6, 0 for zero. @param {number} value */
  const magnitudeOf = (value, digits = 3) => {
    const power = value === 0 ? 0 : Number(value.toExponential().split("e")[1]);
    return plain(Math.abs(value), digits - 1, -power).startsWith("10") ? power + 1 : power;
  };

  /** Decimal places that show three digits of a small number, and never fewer than `least`. @param {number} value @param {number} least */
  const placesOf = (value, least) => Math.min(12, Math.max(least, 2 - magnitudeOf(value)));

  /** A large number with its prefix, in three or more digits: 22.8 G. @param {number} value @param {number} digits */
  const compact = (value, digits) => {
    const magnitude = magnitudeOf(value, digits);
    if (magnitude < 3) return rounded(value, 1);
    const power = Math.floor(magnitude / 3) * 3;
    const prefix = { 3: "k", 6: "M", 9: "G", 12: "T" }[power];
    if (!prefix) return `${rounded(value, digits - 1, -magnitude)}e${magnitude}`;
    return `${rounded(value, power + digits - 1 - magnitude, -power)}${SPACE}${prefix}`;
  };

  /** @param {number | null} value @param {Places} format */
  const score = (value, format) => {
    if (value === null) return MISSING;
    return format.compact && Math.abs(value) >= 10_000 ? compact(value, format.digits ?? 3) : rounded(value, format.places);
  };

  /** A difference with its sign. @param {number | null} value @param {Places} format */
  const signed = (value, format) => {
    const text = score(value, format);
    return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  };

  /** US dollars: $30.00, $0.0015. @param {number | null} value */
  const money = (value) => {
    if (value === null) return MISSING;
    const text = plain(value, placesOf(value, 2));
    const [whole, cents] = text.replace(MINUS, "").split(".");
    const amount = written("dollars", { n: marked(`${whole}.${cents.replace(/0+$/, "").padEnd(2, "0")}`) });
    return text.startsWith(MINUS) ? `${MINUS}${amount}` : amount;
  };

  /** A number of unknown kind: three decimals, or three digits. @param {number | null} value */
  const quantity = (value) => (value === null ? MISSING : marked(plain(value, placesOf(value, 3)).replace(/0+$/, "").replace(/\.$/, "")));

  /** A number in three digits, and whole from 100 on. @param {number | null} value */
  const threeDigits = (value) => (value === null ? MISSING : rounded(value, placesOf(value, 0)));

  /** A multiple: 300\u00d7, 1.5\u00d7. @param {number | null} value */
  const ratio = (value) => {
    if (value === null) return MISSING;
    const size = Math.abs(value);
    return `${rounded(value, size >= 20 ? 0 : size >= 2 ? 1 : size >= 0.01 ? 2 : placesOf(value, 2))}${TIMES}`;
  };

  /** How a price compares with one so many times as high: cheaper, more expensive, or neither. @param {number | null} times @param {number | null} inverse */
  const cheaper = (times, inverse) => {
    if (times === null || inverse === null) return MISSING;
    const text = ratio(Math.max(times, inverse));
    if (text === ratio(1)) return text;
    return site.text(times > 1 ? "cheaper" : "dearer", { times: text });
  };

  /** A number of parameters, given in billions: 7.24B. @param {number | null} value */
  const billions = (value) => (value === null ? MISSING : `${quantity(value)}B`);

  /** A place in an order: `1st`, `22nd`. @param {number} n */
  const ordinal = (n) => {
    const form = n % 100 > 10 && n % 100 < 14 ? undefined : [undefined, "first", "second", "third"][n % 10];
    return written(form ?? "other", { n: rounded(n, 0) });
  };

  /** @type {Format["fromTo"]} */
  const fromTo = (low, high) => written("span", { low, high });

  /** Names as a phrase: `A`, `A and B`, `A, B and 4 more`. @type {Format["listed"]} */
  const listed = (names, most = 3, join = "both") => {
    const shown = names.length > most ? names.slice(0, Math.max(1, most - 1)) : names;
    const comma = names.length > 1 ? written("comma") : "";
    if (shown.length < names.length) return written("more", { names: shown.join(comma), n: rounded(names.length - shown.length, 0) });
    const [others, last] = [shown.slice(0, -1), shown.at(-1) ?? ""];
    return others.length ? written(join, { names: others.join(comma), last }) : last;
  };

  /** @type {Record<string, string>} */
  const PREFIXES = { "": "", k: "e3", m: "e6" };

  /**
   * A number as people type it: 1,000,000, 1 000, 2.5k, 1M, 1e6; null for any other text. A comma stands between groups of three digits only, since
   * 0,125 may mean a fraction. Where the language has a decimal comma, the two change places; an address is always in English.
   * @param {string} text
   */
  const parse = (text, isTyped = true) => {
    const swapped = isTyped && written("decimal") === "," ? text.replace(/[.,]/g, (mark) => (mark === "," ? "." : ",")) : text;
    const trimmed = swapped.trim().replace(/['\u2019]/g, " ");
    const isGrouped = /^\D?[1-9]\d{0,2}([,\s]\d{3})+(\.\d*)?\s?[km]?$/i.test(trimmed);
    const plain = isGrouped ? trimmed.replace(/[,\s]/g, "") : trimmed;
    const [, digits, power = "", prefix = ""] = /^([-+\u2212]?(?:\d+\.?\d*|\.\d+))(?:(e[-+]?\d+)|\s?([km]))?$/i.exec(plain) ?? [];
    return digits === undefined ? null : Number(digits.replace("\u2212", "-") + (power || PREFIXES[prefix.toLowerCase()]));
  };

  const DIGITS = 12;
  const LEAST = -307;
  const POWERS = Array.from({ length: 616 }, (_, i) => Number(`1e${i + LEAST}`));

  /** To the nearest whole number, halves to the even one. @param {number} x */
  const evenly = (x) => {
    const up = Math.round(x);
    return Math.abs(x % 1) === 0.5 && up % 2 !== 0 ? up - 1 : up;
  };

  /** The power of ten that a size reaches. @param {number} size */
  const decade = (size) => {
    if (!(size >= POWERS[0])) return LEAST - 1;
    let at = Math.min(POWERS.length - 1, Math.max(0, Math.floor(Math.log10(size)) - LEAST));
    while (at > 0 && POWERS[at] > size) at -= 1;
    while (at < POWERS.length - 1 && POWERS[at + 1] <= size) at += 1;
    return at + LEAST;
  };

  /** A value freed of the noise that binary fractions add, judged by `size`. @param {number} value */
  const roundSignificant = (value, size = Math.abs(value), digits = DIGITS) => {
    if (!Number.isFinite(value)) return value;
    const places = Math.min(300, Math.max(-300, digits - 1 - decade(size)));
    const up = POWERS[Math.max(places, 0) - LEAST];
    const down = POWERS[Math.max(-places, 0) - LEAST];
    return (evenly((value * up) / down) / up) * down + 0;
  };

  /** `a - b` of rounded values; equal ones differ by zero. @param {number} a @param {number} b */
  const difference = (a, b) => {
    const [x, y] = [roundSignificant(a), roundSignificant(b)];
    return roundSignificant(x - y, Math.max(Math.abs(x), Math.abs(y)), DIGITS + 1);
  };

  /** @type {Format["chance"]} */
  const chance = (value) => written("percent", { n: value < 0.005 ? "<1" : value > 0.995 ? ">99" : rounded(value, 0, 2) });

  site.format = { MISSING, rounded, exact, score, signed, money, quantity, billions, threeDigits, ratio, cheaper, ordinal, fromTo, listed, parse, roundSignificant, difference, chance };
})();
