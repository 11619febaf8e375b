// The statistics that choosing and comparing share: seeded draws, Student's t, paired differences, and the posterior of means (docs/statistics.md).
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

  /** Draws of the standard normal distribution, one a call: Box and Muller (1958). @param {number} seed */
  const normals = (seed) => {
    const next = words(seed);
    const uniform = () => (next() + 0.5) / RANGE;
    return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  };

  // --- Student's t --------------------------------------------------------------------------------------

  /** The distribution function: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4. @type {Statistics["tCdf"]} */
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

  /** To seven digits, as the board's (`t_quantile`). */
  const quantiles = remembered((/** @type {number} */ p) => remembered((/** @type {number} */ df) => site.format.roundSignificant(tQuantile(p, df), undefined, 7)));

  /** @type {Statistics["familiesOf"]} */
  const familiesOf = (board, tasks) => {
    let n = 0;
    const numberOf = remembered(() => n++);
    return tasks.map((t) => numberOf(board.families[t]));
  };

  /**
   * The weighted mean of a row, and how far each family of tasks moves it: the norm of these moves is the standard error of the mean, and the norm of the
   * differences of two rows' moves that of their mean difference. `known` is the variance that the errors of the scores alone would give the mean.
   * @param {Row} row @param {Row | null} errors @param {Row} weights @param {number[]} families @returns {Moments}
   */
  const momentsOf = (row, errors, weights, families) => {
    let [total, sum, known] = [0, 0, 0];
    for (let t = 0; t < row.length; t += 1) {
      if (Number.isNaN(row[t])) continue;
      total += weights[t];
      sum += weights[t] * row[t];
      if (errors) known += (weights[t] * errors[t]) ** 2;
    }
    const [mean, moves, isThere] = [sum / total, new Float64Array(row.length), new Uint8Array(row.length)];
    for (let t = 0; t < row.length; t += 1) {
      if (Number.isNaN(row[t])) continue;
      moves[families[t]] += weights[t] * (row[t] - mean);
      isThere[families[t]] = 1;
    }
    const units = isThere.reduce((count, is) => count + is, 0);
    const scale = Math.sqrt(units / (units - 1)) / total;
    return { units, mean, moves: moves.map((move) => move * scale), known: known / total ** 2, noise: NOISE * sizeOf(row) };
  };

  /** The sum of squares of how far two rows are apart. @param {Row} one @param {Row} [other] */
  const squares = (one, other) => one.reduce((sum, value, i) => sum + (value - (other?.[i] ?? 0)) ** 2, 0);

  /** @type {Statistics["paired"]} */
  const paired = (gaps, errors, weights, families) => {
    const { units, mean, moves, known, noise } = momentsOf(gaps, errors, weights, families);
    return { units, mean, error: Math.sqrt(Math.max(squares(moves), known)), noise };
  };

  /** @type {Statistics["tailOf"]} */
  const tailOf = ({ tails, reference, base }, one, other) => {
    for (const [run, beside] of [[one, other], [other, one]]) {
      if (beside.model === reference?.model && beside.variant === reference.variants[run.variant]) return tails.baseline[run.variant];
      if (beside.model === run.model && beside.variant === base) return tails.base[run.variant];
    }
    return Math.min(tails.pairs[one.variant], tails.pairs[other.variant]);
  };

  /** @type {Statistics["reachOf"]} */
  const reachOf = ({ units, error, noise }, tail) => quantiles(1 - tail)(units - 1) * error + noise;

  /** The posterior probability that the mean difference is above a limit. @param {PairedTest} test @param {number} limit */
  const chanceAbove = ({ units, mean, error, noise }, limit) => (error > noise ? tCdf((mean - limit) / error, units - 1) : Number(mean - limit > noise));

  // --- the chance to be the best ------------------------------------------------------------------------

  const SEED = 19_810_101;
  const MOST_DRAWS = 4_000;
  const LEAST_DRAWS = 500;
  /** What may be computed at once, in products; the normal draws of a family take as long as some hundred. */
  const [MOST_PRODUCTS, DRAWN] = [100_000_000, 100];
  /** Entries that together are ahead of the first with at most this probability are not drawn. */
  const NEGLIGIBLE = 0.001;

  /**
   * The entries that could be the best. Where known errors make a difference from the first wider than the tasks do, the rest is noise of the entry's `own`.
   * @param {(Moments & {i: number})[]} found @param {number} units
   */
  const contendersOf = (found, units) => {
    const first = found.reduce((best, entry) => (entry.mean > best.mean ? entry : best));
    const rivals = found.map((entry) => {
      const [apart, known] = [squares(entry.moves, first.moves), entry === first ? 0 : entry.known + first.known];
      const test = { units, mean: entry.mean - first.mean, error: Math.sqrt(Math.max(apart, known)), noise: first.noise };
      return { ...entry, own: Math.sqrt(Math.max(0, known - apart)), chance: chanceAbove(test, -2 * first.noise) };
    });
    let left = NEGLIGIBLE;
    return rivals.sort((a, b) => a.chance - b.chance).filter(({ chance }) => (left -= chance) < 0);
  };

  /** Draw all means, and share each draw among those that are then the greatest.
   * @param {ReturnType<typeof contendersOf>} contenders @param {number} units @param {(i: number, share: number) => void} add */
  const drawBest = (contenders, units, add) => {
    const noise = contenders.reduce((most, entry) => Math.max(most, entry.noise), 0);
    const draws = Math.min(MOST_DRAWS, Math.max(LEAST_DRAWS, Math.floor(MOST_PRODUCTS / (contenders.length + DRAWN) / units)));
    const [means, own] = [Float64Array.from(contenders, ({ mean }) => mean), Float64Array.from(contenders, (entry) => entry.own)];
    const moves = new Float64Array(contenders.length * units);
    contenders.forEach((entry, j) => moves.set(entry.moves.subarray(0, units), j * units));
    const [next, moved, values] = [normals(SEED), new Float64Array(units), new Float64Array(contenders.length)];
    for (let draw = 0; draw < draws; draw += 1) {
      let [chiSquare, best] = [0, -Infinity];
      for (let i = 1; i < units; i += 1) chiSquare += next() ** 2;
      const scale = Math.sqrt((units - 1) / chiSquare);
      for (let f = 0; f < units; f += 1) moved[f] = scale * next();
      for (let [j, at] = [0, 0]; j < values.length; j += 1) {
        let value = own[j] ? means[j] + own[j] * scale * next() : means[j];
        for (let f = 0; f < units; f += 1, at += 1) value += moves[at] * moved[f];
        values[j] = value;
        if (value > best) best = value;
      }
      const ties = values.reduce((n, value) => n + Number(value >= best - noise), 0);
      for (let j = 0; j < values.length; j += 1) if (values[j] >= best - noise) add(contenders[j].i, 1 / ties / draws);
    }
  };

  /** @type {Statistics["bestChances"]} */
  const bestChances = (entries, weights, families, least) => {
    const found = entries.map(({ row, errors }, i) => ({ i, ...momentsOf(row, errors, weights, families) })).filter(({ units }) => units >= least);
    if (found.length < 2) return null;
    const chances = new Map(found.map(({ i }) => [i, 0]));
    const add = (/** @type {number} */ i, /** @type {number} */ share) => chances.set(i, (chances.get(i) ?? 0) + share);
    const units = new Set(families).size;
    const contenders = contendersOf(found, units);
    const [{ i, chance }, first] = contenders;
    if (!first) add(i, 1);
    else if (contenders.length === 2) {
      // Of two, Student's t says it.
      add(i, Math.min(chance, 0.5));
      add(first.i, Math.max(1 - chance, 0.5));
    } else drawBest(contenders, units, add);
    return entries.map((_, i) => chances.get(i) ?? null);
  };

  site.statistics = { NOISE, remembered, sizeOf, words, tCdf, tQuantile, familiesOf, paired, tailOf, reachOf, bestChances };
})();
