// @ts-check
// What ranks a board, model by model and task by task: scores that compare, or win rates (site_builder/compute/scores.py, board.py).
(() => {
  const site = /** @type {any} */ (window).site;

  /** Settled scores, turned so that greater is better; NaN where there is none. @param {any} board @param {(number | null)[][]} rows */
  const signed = (board, rows) =>
    rows.map((row) => Float64Array.from(row, (value, t) => (value === null ? NaN : site.settled(value) * board.tasks[t].direction)));

  /** Where the first value above `value` stands in ascending ones. @param {Float64Array} sorted @param {number} value */
  const above = (sorted, value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Share of rivals that each model beats on each task, ties counting one half. @param {Float64Array[]} rows */
  const winRates = (rows) => {
    const rates = rows.map((row) => new Float64Array(row.length).fill(NaN));
    for (let t = 0; t < (rows[0]?.length ?? 0); t += 1) {
      const sorted = Float64Array.from(rows.map((row) => row[t]).filter((value) => !Number.isNaN(value))).sort();
      const rivals = sorted.length - 1;
      if (rivals < 1) continue;
      let [at, end, from] = [NaN, 0, 0];
      const rateOf = new Map();
      for (let i = 0; i < sorted.length; i = end) {
        [at, end, from] = [sorted[i], above(sorted, sorted[i]), i];
        rateOf.set(at, (from + end - 1) / 2 / rivals);
      }
      rows.forEach((row, m) => {
        if (!Number.isNaN(row[t])) rates[m][t] = rateOf.get(row[t]);
      });
    }
    return rates;
  };

  /**
   * The measures of a board's variants, each made when first asked for; standard errors where any are known and the measure has them.
   * @param {any} board @param {Record<string, (number | null)[][]>} scores @param {Record<string, (number | null)[][]>} [known]
   */
  site.measures = (board, scores, known) => {
    /** @type {Map<string, {signed: Float64Array[], measure: Float64Array[], errors: Float64Array[] | null}>} */
    const made = new Map();
    return (/** @type {string} */ variant) => {
      if (!made.has(variant)) {
        const rows = signed(board, scores[variant]);
        const byMean = board.rank_by === "mean";
        const errors = byMean && known ? known[variant].map((row) => Float64Array.from(row, (value) => value ?? 0)) : null;
        made.set(variant, { signed: rows, measure: byMean ? rows : winRates(rows), errors });
      }
      return made.get(variant);
    };
  };
})();
