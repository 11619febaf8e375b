// @ts-check
// Runs against each other over their common tasks, as site_builder/compute/comparison.py computes them.
(() => {
  const site = /** @type {any} */ (window).site;
  const DIGITS = 12;

  /** @typedef {{model: number, variant: string}} Run */
  /** @typedef {{ahead: number, level: number, behind: number, tasks: number, mean: number | null}} Sides */
  /** @typedef {(number | null)[]} Column */

  /**
   * A value freed of the noise of binary fractions: at so many significant digits of `size` (compute/numbers.py).
   * @param {number} value
   */
  const settled = (value, size = value, digits = DIGITS) => {
    if (size === 0) return value;
    const places = digits - 1 - Number(size.toExponential().split("e")[1]);
    const [digitsOf, power = "0"] = String(value).split("e");
    return Number(`${Math.round(Number(`${digitsOf}e${Number(power) + places}`))}e${-places}`) + 0;
  };

  /** @param {number | null} a @param {number | null} b */
  const difference = (a, b) => {
    if (a === null || b === null) return null;
    const [x, y] = [settled(a), settled(b)];
    return settled(x - y, Math.max(Math.abs(x), Math.abs(y)), DIGITS + 1);
  };

  /** Mean of what is there; null where nothing is. @param {Column} values */
  const meanOf = (values) => {
    const there = /** @type {number[]} */ (values.filter((value) => value !== null));
    if (!there.length) return null;
    const sum = there.reduce((total, value) => total + value, 0);
    return settled(sum / there.length, Math.max(...there.map(Math.abs)));
  };

  /** Mean of what is there, if nothing is missing. @param {Column} values */
  const meanOfAll = (values) => (values.includes(null) ? null : meanOf(values));

  /** Places of the greatest values, all who tie counting; none for one value alone. @param {Column} values */
  const placesOfBest = (values) => {
    if (values.length < 2) return [];
    const best = Math.max(...values.map((value) => value ?? -Infinity));
    return values.flatMap((value, i) => (value === best ? [i] : []));
  };

  /** @param {Column} differences @param {boolean} averaged @returns {Sides | null} */
  const sidesOf = (differences, averaged) => {
    const there = /** @type {number[]} */ (differences.filter((value) => value !== null));
    if (!there.length) return null;
    const [ahead, level] = [there.filter((value) => value > 0).length, there.filter((value) => value === 0).length];
    return { ahead, level, behind: there.length - ahead - level, tasks: there.length, mean: averaged ? meanOf(there) : null };
  };

  /** @param {any} board @param {any} scores @param {Run[]} runs */
  const compareRuns = (board, scores, runs) => {
    const { averaged, reference, base } = board;
    const places = board.tasks.map((/** @type {any} */ _, /** @type {number} */ t) => t);
    /** @param {number} model @param {string} variant @returns {Column} */
    const scoresOf = (model, variant) => scores[variant]?.[model] ?? places.map(() => null);
    /** As scores are compared: greater is better. @param {Column} row @returns {Column} */
    const signed = (row) => row.map((score, t) => (score === null ? null : settled(score) * board.tasks[t].direction));
    /** @param {Column} a @param {Column} b @param {number[]} tasks */
    const apart = (a, b, tasks) => sidesOf(tasks.map((t) => difference(a[t], b[t])), averaged);

    const values = runs.map((run) => scoresOf(run.model, run.variant));
    const merits = values.map(signed);
    const ofBaseline = reference ? scoresOf(reference.model, reference.variant) : places.map(() => null);
    const common = /** @type {number[]} */ (places.filter((/** @type {number} */ t) => values.every((row) => row[t] !== null)));
    const isCommon = new Set(common);

    /** @param {number} t */
    const task = (t) => {
      const contested = isCommon.has(t) && runs.length > 1;
      const [first, second] = merits.map((row) => /** @type {number} */ (row[t])).sort((a, b) => b - a);
      return {
        task: t,
        scores: values.map((row) => row[t]),
        reference: ofBaseline[t],
        best: contested ? placesOfBest(merits.map((row) => row[t])) : [],
        margin: contested ? difference(first, second) : null,
      };
    };
    const tasks = places.filter((/** @type {number} */ t) => values.some((row) => row[t] !== null)).map(task);

    /** @param {Run} run @param {number} i */
    const comparedRun = (run, i) => {
      const tops = tasks.filter((/** @type {any} */ found) => found.best.includes(i));
      const isBaseline = reference && run.model === reference.model && run.variant === reference.variant;
      const isTuned = base !== null && run.variant !== base;
      return {
        run,
        average: averaged ? meanOf(common.map((t) => values[i][t])) : null,
        atTop: tops.length,
        shared: tops.filter((/** @type {any} */ found) => found.best.length > 1).length,
        tops,
        overBaseline: isBaseline ? null : apart(merits[i], signed(ofBaseline), common),
        overBase: isTuned ? apart(merits[i], signed(scoresOf(run.model, base)), common) : null,
      };
    };

    /** Places of the runs with the best mean over some tasks. @param {number[]} over */
    const leaders = (over) => placesOfBest(merits.map((row) => meanOf(over.map((t) => row[t]))));

    /** @param {any} category */
    const categoryMeans = (category) => {
      const own = common.filter((t) => board.tasks[t].category === category.link[0]);
      return {
        category,
        tasks: own.length,
        means: values.map((row) => meanOf(own.map((t) => row[t]))),
        best: leaders(own),
        reference: own.length ? meanOfAll(own.map((t) => ofBaseline[t])) : null,
      };
    };

    return {
      runs: runs.map(comparedRun),
      common: common.length,
      tasks,
      pair: runs.length === 2 ? apart(merits[0], merits[1], common) : null,
      leaders: averaged && common.length ? leaders(common) : [],
      reference: averaged && common.length ? meanOfAll(common.map((t) => ofBaseline[t])) : null,
      categories: board.categories
        .filter((/** @type {any} */ category) => category.averaged)
        .map(categoryMeans)
        .filter((/** @type {any} */ found) => found.tasks > 0),
    };
  };

  site.compareRuns = compareRuns;
})();
