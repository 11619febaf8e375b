// @ts-check
// How far a choice of tasks carries: ties with the first and random reweightings, as site_builder/compute/{intervals,choice}.py have them.
(() => {
  const site = /** @type {any} */ (window).site;
  const { settled, difference } = site;
  const NOISE = 1e-12;

  /** @typedef {Float64Array} Row scores or rates of one model over the picked tasks, NaN where it has none */

  /** The greatest magnitude in a row. @param {Row} row */
  const sizeOf = (row) => {
    let size = 0;
    for (const value of row) if (Math.abs(value) > size) size = Math.abs(value);
    return size;
  };

  /** sum(w s) / sum(w) over what a row has, before settling. `weights` may hold many sets: the one from `start` on counts. @param {Row} row @param {Float64Array} weights */
  const meanOf = (row, weights, start = 0) => {
    let [sum, weight] = [0, 0];
    for (let t = 0; t < row.length; t += 1) {
      const value = row[t];
      if (value !== value) continue;
      sum += value * weights[start + t];
      weight += weights[start + t];
    }
    return sum / weight;
  };

  /** A quantile of sorted values, by linear interpolation. @param {Float64Array} sorted @param {number} share */
  const quantile = (sorted, share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (place - below) * (next - sorted[below]);
  };

  /** Length of a vector of terms. @param {Float64Array} terms */
  const norm = (terms) => Math.sqrt(terms.reduce((sum, term) => sum + term * term, 0));

  /** What `row` is ahead of `other`, and the standard error of that. @param {Entry} one @param {Entry} other */
  const leadOf = (one, other) => ({
    gaps: one.row.map((value, t) => difference(value, other.row[t])),
    errors: one.errors && other.errors && one.errors.map((error, t) => Math.hypot(error, /** @type {Row} */ (other.errors)[t])),
  });

  /** How far a weighted mean may be off by the errors of what it is a mean of. @param {{gaps: Row, errors: Row | null}} lead @param {Float64Array} weights @param {number} reach */
  const reachOfErrors = ({ gaps, errors }, weights, reach) => {
    if (!errors) return 0;
    const there = gaps.map((gap) => Number(!Number.isNaN(gap)));
    const total = weights.reduce((sum, weight, t) => sum + weight * there[t], 0);
    return (reach * norm(errors.map((error, t) => error * weights[t] * there[t]))) / total;
  };

  /** What an interval needs to know of tasks. @typedef {{reach: (number | null)[], tail: (number | null)[], error_reach: number}} Spread */
  /** @typedef {{row: Row, errors: Row | null}} Entry */

  /**
   * Whether the samples of tasks cannot tell a model from the first.
   * @param {Entry} first @param {Entry} other @param {Float64Array} weights @param {Float64Array} samples what each task counts in each sample, sample by sample @param {Spread} spread
   */
  const isTied = (first, other, weights, samples, spread) => {
    const lead = leadOf(first, other);
    const { gaps } = lead;
    const size = sizeOf(gaps);
    const tail = spread.tail[gaps.filter((gap) => !Number.isNaN(gap)).length];
    if (tail === null) return false;
    const means = new Float64Array(samples.length / gaps.length).map((_, i) => meanOf(gaps, samples, i * gaps.length));
    const known = means.filter((mean) => !Number.isNaN(mean)).sort();
    const [middle, reach] = [meanOf(gaps, weights), reachOfErrors(lead, weights, spread.error_reach)];
    const low = Math.min(settled(quantile(known, tail), size), settled(middle - reach, size));
    const high = Math.max(settled(quantile(known, 1 - tail), size), settled(middle + reach, size));
    return low <= 0 && high >= 0;
  };

  /**
   * Whether a model is distinguishably ahead of another: a paired t test with weights, as site_builder/compute/rank_intervals.py has it.
   * @param {Entry} one @param {Entry} other @param {Float64Array} weights @param {Spread} spread
   */
  const isAhead = (one, other, weights, spread) => {
    const lead = leadOf(one, other);
    const there = lead.gaps.map((gap) => Number(!Number.isNaN(gap)));
    const n = there.reduce((sum, is) => sum + is, 0);
    const reach = spread.reach[n];
    if (reach === null) return false;
    const total = weights.reduce((sum, weight, t) => sum + weight * there[t], 0);
    const mean = meanOf(lead.gaps, weights);
    const off = norm(lead.gaps.map((gap, t) => (there[t] ? weights[t] * (gap - mean) : 0)));
    const byTasks = (reach * Math.sqrt(n / (n - 1)) * off) / total;
    return mean > Math.max(byTasks, reachOfErrors(lead, weights, spread.error_reach)) + NOISE * sizeOf(lead.gaps);
  };

  /**
   * The share of the weight that each task has, reweighting by reweighting, and how far these are from the weights' own shares.
   * @param {Float64Array} weights @param {Float64Array} draws
   */
  const sharesOf = (weights, draws) => {
    const n = weights.length;
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const own = weights.map((weight) => weight / whole);
    const shares = new Float64Array(draws.length);
    const distances = new Float64Array(draws.length / n);
    for (let i = 0, start = 0; start < draws.length; i += 1, start += n) {
      let [total, squares] = [0, 0];
      for (let t = 0; t < n; t += 1) total += shares[start + t] = draws[start + t] * weights[t];
      for (let t = 0; t < n; t += 1) {
        shares[start + t] /= total;
        squares += (shares[start + t] - own[t]) ** 2;
      }
      distances[i] = Math.sqrt(squares);
    }
    return { own, shares, distances };
  };

  /**
   * How far a row can be ahead of `least`, a mean that the first never falls below. Its lead by any shares is at most its lead by the weights' own,
   * plus the distance of the two times the length of its centred leads (Cauchy and Schwarz): most rows of a large board can never be first.
   * @param {Row} row @param {number} least @param {Float64Array} own
   */
  const reachOf = (row, least, own) => {
    let [lead, plain, squares, known] = [0, 0, 0, 0];
    for (let t = 0; t < row.length; t += 1) {
      const ahead = row[t] - least;
      if (ahead !== ahead) continue;
      lead += own[t] * ahead;
      plain += ahead;
      squares += ahead * ahead;
      known += 1;
    }
    return { row, lead, length: Math.sqrt(Math.max(0, squares - plain ** 2 / row.length)), isWhole: known === row.length };
  };

  /**
   * In how many random reweightings no row has a greater mean than the first.
   * @param {Row[]} rows @param {Float64Array} weights what each task counts @param {Float64Array} draws a factor for each task, reweighting by reweighting
   */
  const staysFirst = ([first, ...others], weights, draws) => {
    const n = weights.length;
    const noise = NOISE * others.reduce((size, row) => Math.max(size, sizeOf(row)), sizeOf(first));
    const { own, shares, distances } = sharesOf(weights, draws);
    const firsts = new Float64Array(distances.length).map((_, i) => meanOf(first, shares, i * n));
    const least = firsts.reduce((a, b) => Math.min(a, b)) - noise;
    const furthest = distances.reduce((a, b) => Math.max(a, b));
    const rivals = others.map((row) => reachOf(row, least, own)).filter(({ lead, length }) => lead + furthest * length >= 0);
    return firsts.filter((mean, i) => {
      const isAhead = (/** @type {ReturnType<typeof reachOf>} */ { row, lead, length, isWhole }) =>
        lead + distances[i] * length >= (isWhole ? mean - noise - least : 0) && meanOf(row, shares, i * n) > mean + noise;
      return !rivals.some(isAhead);
    }).length;
  };

  site.resampling = { meanOf, sizeOf, isTied, isAhead, staysFirst };
})();
