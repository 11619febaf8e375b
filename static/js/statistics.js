// The statistics that choosing and comparing share: seeded draws, distributions, paired differences, power, and the signed-rank test (docs/statistics.md).
(() => {
  const NOISE = 1e-12;
  const BISECTIONS = 60;

  /** A value for each key, made once. @template K, T @param {(key: K) => T} make @returns {(key: K) => T} */
  const remembered = (make) => {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  };

  /** The greatest magnitude in a row. @param {Row} row */
  const sizeOf = (row) => {
    let size = 0;
    for (const value of row) if (Math.abs(value) > size) size = Math.abs(value);
    return size;
  };

  // --- random draws: mulberry32 by Tommy Ettinger, in the public domain -----------------------------

  const RANGE = 2 ** 32;

  /** The 32-bit words of the stream of a seed, one a call. @param {number} seed */
  const words = (seed) => {
    let state = seed | 0;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let word = Math.imul(state ^ (state >>> 15), state | 1);
      word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
      return (word ^ (word >>> 14)) >>> 0;
    };
  };

  /** Numbers between 0 and 1, one a call. @param {number} seed */
  const uniforms = (seed) => {
    const next = words(seed);
    return () => (next() + 0.5) / RANGE;
  };

  /** @type {Statistics["exponentials"]} */
  const exponentials = (n, seed) => {
    const next = uniforms(seed);
    return Float64Array.from({ length: n }, () => -Math.log(next()));
  };

  // --- distributions ----------------------------------------------------------------------------------

  /** The normal distribution: Abramowitz and Stegun (1964), 26.2.11. @param {number} x */
  const normalCdf = (x) => {
    if (Math.abs(x) > 9) return x > 0 ? 1 : 0;
    let [term, sum] = [x, x];
    for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) sum += term *= (x * x) / i;
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };

  /** Student's t: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4. @param {number} x @param {number} df whole */
  const tCdf = (x, df) => {
    const angle = Math.atan(x / Math.sqrt(df));
    const [sin, cos, odd] = [Math.sin(angle), Math.cos(angle), df % 2];
    let [term, sum] = [odd ? cos : 1, 0];
    for (let i = odd; i < df; i += 2) {
      sum += term;
      term *= (cos * cos * (i + 1)) / (i + 2);
    }
    return 0.5 + (odd ? (angle + sin * sum) / Math.PI : (sin * sum) / 2);
  };

  /** @type {Statistics["tQuantile"]} */
  const tQuantile = (p, df) => {
    let [low, high] = [0, 1];
    while (tCdf(high, df) < p) high *= 2;
    for (let i = 0; i < BISECTIONS; i += 1) {
      const middle = (low + high) / 2;
      if (tCdf(middle, df) < p) low = middle;
      else high = middle;
    }
    return high;
  };

  // --- paired differences -----------------------------------------------------------------------------

  const quantiles = remembered((/** @type {number} */ p) => remembered((/** @type {number} */ df) => tQuantile(p, df)));

  /** @type {Statistics["familiesOf"]} */
  const familiesOf = (board, tasks) => {
    /** @type {Map<number, number>} */
    const places = new Map();
    tasks.forEach((t, i) => places.has(board.families[t]) || places.set(board.families[t], i));
    return tasks.map((t) => places.get(board.families[t]) ?? 0);
  };

  /** @type {Statistics["paired"]} */
  const paired = (gaps, errors, weights, families, p, least) => {
    let [n, total, sum, known] = [0, 0, 0, 0];
    for (let t = 0; t < gaps.length; t += 1) {
      if (Number.isNaN(gaps[t])) continue;
      n += 1;
      total += weights[t];
      sum += weights[t] * gaps[t];
      if (errors) known += (weights[t] * errors[t]) ** 2;
    }
    const mean = sum / total;
    const [residuals, isThere] = [new Float64Array(gaps.length), new Uint8Array(gaps.length)];
    for (let t = 0; t < gaps.length; t += 1) {
      if (Number.isNaN(gaps[t])) continue;
      residuals[families[t]] += weights[t] * (gaps[t] - mean);
      isThere[families[t]] = 1;
    }
    const units = isThere.reduce((count, is) => count + is, 0);
    const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
    const error = Math.sqrt(Math.max((squares * units) / (units - 1), known)) / total;
    const reach = units < least ? Infinity : quantiles(p)(units - 1) * error + NOISE * sizeOf(gaps);
    return { n, mean, error, reach };
  };

  // --- power --------------------------------------------------------------------------------------------

  const POWER = 0.8;
  const MOST_TASKS = 1_000;
  const STEPS = 400;

  /** Power of a two-sided paired t test at 5 % over n tasks: the noncentral t distribution, as a mean over s, the estimated standard deviation over the true one.
   * @param {number} n @param {number} effect mean difference over its standard deviation */
  const power = (n, effect) => {
    const [df, shift] = [n - 1, effect * Math.sqrt(n)];
    const [reach, width] = [quantiles(0.975)(df), 9 / Math.sqrt(2 * df)];
    const start = Math.max(0, 1 - width);
    let [sum, total] = [0, 0];
    for (let i = 1; i < STEPS; i += 1) {
      const s = start + (i / STEPS) * (1 + width - start);
      const density = Math.exp((df - 1) * Math.log(s) - (df * (s * s - 1)) / 2);
      total += density;
      sum += density * (normalCdf(shift - reach * s) + normalCdf(-shift - reach * s));
    }
    return sum / total;
  };

  /** @type {Statistics["tasksNeeded"]} */
  const tasksNeeded = (effect, least) => {
    if (power(MOST_TASKS, effect) < POWER) return Infinity;
    let [low, high] = [least, MOST_TASKS];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (power(middle, effect) < POWER) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  // --- Bayesian signed-rank test ------------------------------------------------------------------------

  const MOST_DRAWS = 10_000;
  const MOST_NUMBERS = 2_000_000;
  const NUMBERS_A_STEP = 10_000;
  const SEED = 20_170_801;
  const PRIOR = { place: 0, shape: 0.5 };

  /** @type {Statistics["signedRank"]} */
  const signedRank = (gaps, margin, done) => {
    const values = Float64Array.from([PRIOR.place, ...gaps]).sort();
    const [n, prior] = [values.length, values.indexOf(PRIOR.place)];
    // Fewer draws of many tasks, so that the page answers at once.
    const draws = Math.min(MOST_DRAWS, Math.ceil(MOST_NUMBERS / n));
    const limit = 2 * margin + NOISE * Math.max(margin, sizeOf(values));
    const place = (/** @type {number} */ found) => (found < 0 ? n : found);
    /** For each value, from which place on a sum with it is above the margin, and to which place below. */
    const above = values.map((value) => place(values.findIndex((other) => value + other > limit)));
    const below = values.map((value) => place(values.findIndex((other) => value + other >= -limit)));
    const next = uniforms(SEED);
    const sums = new Float64Array(n + 1);
    let [drawn, better, worse] = [0, 0, 0];
    const draw = () => {
      for (let i = 0; i < n; i += 1) {
        const exponential = -Math.log(next());
        // An exponential draw times a squared cosine has the gamma distribution of shape 1/2 (Box and Muller 1958).
        sums[i + 1] = sums[i] + (i === prior ? exponential * Math.cos(2 * Math.PI * next()) ** 2 : exponential);
      }
      let [more, less] = [0, 0];
      for (let i = 0; i < n; i += 1) {
        const weight = sums[i + 1] - sums[i];
        more += weight * (sums[n] - sums[above[i]]);
        less += weight * sums[below[i]];
      }
      const equal = sums[n] ** 2 - more - less;
      if (more > Math.max(less, equal)) better += 1;
      else if (less > Math.max(more, equal)) worse += 1;
    };
    const drawsAStep = Math.ceil(NUMBERS_A_STEP / n);
    const step = () => {
      for (const end = Math.min(draws, drawn + drawsAStep); drawn < end; drawn += 1) draw();
      if (drawn === draws) done({ better: better / draws, equal: (draws - better - worse) / draws, worse: worse / draws });
    };
    return Array(Math.ceil(draws / drawsAStep)).fill(step);
  };

  site.statistics = { NOISE, remembered, sizeOf, words, exponentials, tQuantile, familiesOf, paired, tasksNeeded, signedRank };
})();
