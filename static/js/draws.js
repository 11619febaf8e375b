// @ts-check
// Random draws that are the build's own (site_builder/compute/draws.py): mulberry32 by Tommy Ettinger, in the public domain.
(() => {
  const RANGE = 2 ** 32;

  /** The words of 32 bits of the stream that a seed opens, one a call. @param {number} seed */
  const words = (seed) => {
    let state = seed | 0;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let word = Math.imul(state ^ (state >>> 15), state | 1);
      word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
      return (word ^ (word >>> 14)) >>> 0;
    };
  };

  /** How often each of `rows` samples of `n` of `n` places holds each place, row by row. @param {number} rows @param {number} n @param {number} seed */
  const samples = (rows, n, seed) => {
    const next = words(seed);
    const counts = new Float64Array(rows * n);
    for (let row = 0; row < rows; row += 1) {
      for (let i = 0; i < n; i += 1) counts[row * n + Math.floor((next() * n) / RANGE)] += 1;
    }
    return counts;
  };

  /** Draws of the exponential distribution of mean 1. @param {number} n @param {number} seed */
  const exponentials = (n, seed) => {
    const next = words(seed);
    return Float64Array.from({ length: n }, () => -Math.log((next() + 0.5) / RANGE));
  };

  /** @type {any} */ (window).site.draws = { words, samples, exponentials };
})();
