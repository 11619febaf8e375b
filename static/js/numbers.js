// @ts-check
// Numbers to text, as the pages write them (site_builder/format.py): half away from zero, a true minus, a dash for none.
(() => {
  const MINUS = "\u2212";
  const MISSING = "\u2013";
  const SPACE = "\u00a0";

  /**
   * A finite number at so many decimal places, after a shift by powers of ten. Digits are moved as text, so that
   * 0.0625 is 0.063 as by hand.
   * @param {number} value @param {number} places
   */
  const rounded = (value, places, shift = 0) => {
    const [digits, power = "0"] = String(Math.abs(value)).split("e");
    const whole = Math.round(Number(`${digits}e${Number(power) + places + shift}`));
    const text = Number(`${whole}e${-places}`).toFixed(places);
    const [integer, fraction] = text.split(".");
    const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ",");
    return `${value < 0 && whole !== 0 ? MINUS : ""}${grouped}${fraction ? `.${fraction}` : ""}`;
  };

  /** A large number with its prefix, three digits: 22.8 G. @param {number} value */
  const compact = (value) => {
    const magnitude = Number(value.toExponential(2).split("e")[1]);
    if (magnitude < 3) return rounded(value, 1);
    const power = Math.floor(magnitude / 3) * 3;
    const prefix = { 3: "k", 6: "M", 9: "G", 12: "T" }[power];
    if (!prefix) return `${rounded(value, 2, -magnitude)}e${magnitude}`;
    return `${rounded(value, power + 2 - magnitude, -power)}${SPACE}${prefix}`;
  };

  /** @typedef {{places: number, compact: boolean}} Scale */

  /** @param {number | null} value @param {Scale} scale */
  const score = (value, scale) => {
    if (value === null) return MISSING;
    return scale.compact && Math.abs(value) >= 10_000 ? compact(value) : rounded(value, scale.places);
  };

  /** A difference with its sign. @param {number | null} value @param {Scale} scale */
  const signed = (value, scale) => {
    const text = score(value, scale);
    return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  };

  /** Gain, loss, or neither: the class of a difference's cell. @param {number | null} value */
  const tone = (value) => (value === null || value === 0 ? "" : value > 0 ? "gain" : "loss");

  /** US dollars: $30.00, $0.0015. @param {number | null} value */
  const money = (value) => {
    if (value === null) return MISSING;
    const magnitude = value === 0 ? 0 : Number(value.toExponential(2).split("e")[1]);
    const text = rounded(value, Math.min(12, Math.max(2, 2 - magnitude)));
    const [whole, cents] = text.replace(MINUS, "").split(".");
    return `${text.startsWith(MINUS) ? MINUS : ""}$${whole}.${cents.replace(/0+$/, "").padEnd(2, "0")}`;
  };

  /** A share in 0..1 as a percentage. @param {number | null} share */
  const percent = (share, places = 0) => (share === null ? MISSING : `${rounded(share, places, 2)}${SPACE}%`);

  /** A number of unknown kind: 7.24, 226, 0.00002; three decimals, or three digits. @param {number | null} value */
  const quantity = (value) => {
    if (value === null) return MISSING;
    const magnitude = value === 0 ? 0 : Number(value.toExponential(2).split("e")[1]);
    return rounded(value, Math.min(12, Math.max(3, 2 - magnitude))).replace(/\.?0+$/, "");
  };

  /** `1 task`, `31 tasks`. @param {number} n @param {string} noun */
  const counted = (n, noun, plural = `${noun}s`) => `${rounded(n, 0)} ${n === 1 ? noun : plural}`;

  /** Names as a phrase: `A`, `A and B`, `A, B and 4 more`. @param {string[]} names */
  const listed = (names, most = 3) => {
    const shown = names.length > most ? [...names.slice(0, Math.max(1, most - 1)), `${names.length - Math.max(1, most - 1)} more`] : names;
    return [shown.slice(0, -1).join(", "), ...shown.slice(-1)].filter(Boolean).join(" and ");
  };

  Object.assign(/** @type {any} */ (window).site, { rounded, score, signed, tone, money, percent, quantity, counted, listed, MISSING });
})();
