// @ts-check
// Equal on paper is equal here: numbers rounded at twelve significant digits, as site_builder/compute/numbers.py has it.
(() => {
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
  const settled = (value, size = Math.abs(value), digits = DIGITS) => {
    if (!Number.isFinite(value)) return value;
    const places = Math.min(300, Math.max(-300, digits - 1 - decade(size)));
    const up = POWERS[Math.max(places, 0) - LEAST];
    const down = POWERS[Math.max(-places, 0) - LEAST];
    return (evenly((value * up) / down) / up) * down + 0;
  };

  /** `a - b` of settled values; equal ones differ by zero. @param {number} a @param {number} b */
  const difference = (a, b) => {
    const [x, y] = [settled(a), settled(b)];
    return settled(x - y, Math.max(Math.abs(x), Math.abs(y)), DIGITS + 1);
  };

  Object.assign(/** @type {any} */ (window).site, { settled, difference });
})();
