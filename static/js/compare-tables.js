// A comparison of runs over their common tasks: its numbers, who is ahead, and how far each run is from the mean of a row (docs/statistics.md#comparison).
(() => {
  const { difference, roundSignificant } = site.format;
  const { bestChances, familiesOf, paired, reachOf, tailOf } = site.statistics;

  /** Mean of what is there; null where nothing is. @param {Numbers} values */
  const meanOf = (values) => {
    const there = values.filter((value) => value !== null);
    if (!there.length) return null;
    const sum = there.reduce((total, value) => total + value, 0);
    return roundSignificant(sum / there.length, Math.max(...there.map(Math.abs)));
  };

  /** Places of the greatest values, all who tie counting; none for one value alone. @param {Numbers} values */
  const placesOfBest = (values) => {
    if (values.length < 2) return [];
    const best = Math.max(...values.map((value) => value ?? -Infinity));
    return values.flatMap((value, i) => (value === best ? [i] : []));
  };

  /** The greatest minus the least of what is there; 0 where nothing is. @param {Numbers} values */
  const spreadOf = (values) => {
    const there = values.filter((value) => value !== null);
    return there.length ? difference(Math.max(...there), Math.min(...there)) : 0;
  };

  /** A run with its row as scores are compared, greater is better, and their standard errors. @typedef {{run: Run, row: Numbers, errors: Numbers}} Compared */

  /** How one run stands against another on the tasks that both have; with a mean only where scores have one.
   * @param {Board} board @param {Compared} one @param {Compared} other @param {number[]} tasks @returns {Sides | null} */
  const sidesOf = (board, one, other, tasks) => {
    const both = tasks.filter((t) => one.row[t] !== null && other.row[t] !== null);
    if (!both.length) return null;
    const gaps = Float64Array.from(both, (t) => difference(Number(one.row[t]), Number(other.row[t])));
    const [ahead, level] = [gaps.filter((gap) => gap > 0).length, gaps.filter((gap) => gap === 0).length];
    const mean = board.averaged ? meanOf([...gaps]) : null;
    const errors = Float64Array.from(both, (t) => Math.hypot(Number(one.errors[t]), Number(other.errors[t])));
    const test = paired(gaps, errors, gaps.map(() => 1), familiesOf(board, both));
    const sides = { ahead, level, behind: gaps.length - ahead - level, tasks: gaps.length, mean };
    if (mean === null || test.units < board.least_tasks) return { ...sides, interval: null };
    const reach = reachOf(test, tailOf(board, one.run, other.run));
    return { ...sides, interval: [mean - reach, mean + reach] };
  };

  /** @type {Site["comparison"]["compare"]} */
  const compare = (board, scores, runs, known = {}, picked = board.tasks.map((_, t) => t)) => {
    const { reference, base } = board;
    /** @param {Scores} rows @param {Run} run @returns {Numbers} */
    const rowOf = (rows, { model, variant }) => rows[variant]?.[model] ?? board.tasks.map(() => null);
    /** @param {Run} run @returns {Compared} */
    const compared = (run) => ({
      run,
      row: rowOf(scores, run).map((score, t) => (score === null ? null : roundSignificant(score) * board.tasks[t].direction)),
      errors: rowOf(known, run).map((error, t) => Math.max(error ?? 0, board.rounding[run.variant][t])),
    });
    /** @param {Compared} a @param {Compared} b */
    const apart = (a, b) => sidesOf(board, a, b, common);

    /** The baseline in the variant that stands beside another. @param {string} variant @returns {Run | null} */
    const beside = (variant) => reference && { model: reference.model, variant: reference.variants[variant] };

    const values = runs.map((run) => rowOf(scores, run));
    const entries = runs.map(compared);
    const merits = entries.map(({ row }) => row);
    const common = picked.filter((t) => values.every((row) => row[t] !== null));
    const averaged = board.averaged || common.length === 1;
    const isTested = averaged && new Set(familiesOf(board, common)).size >= board.least_tasks;
    const entrants = entries.map(({ row, errors }) => ({ row: Float64Array.from(common, (t) => Number(row[t])), errors: Float64Array.from(common, (t) => Number(errors[t])) }));

    /** @param {number} t @returns {ComparedTask} */
    const task = (t) => {
      const contested = common.includes(t) && runs.length > 1;
      const ranked = merits.map((row) => row[t]);
      return {
        task: t,
        scores: values.map((row) => row[t]),
        best: contested ? placesOfBest(ranked) : [],
        spread: contested ? spreadOf(ranked) : null,
      };
    };
    const tasks = picked.filter((t) => values.some((row) => row[t] !== null)).map(task);

    /** Places of the runs with the best mean over some tasks. @param {number[]} over */
    const placesOfBestMean = (over) => placesOfBest(merits.map((row) => meanOf(over.map((t) => row[t]))));
    const leaders = averaged && common.length ? placesOfBestMean(common) : [];
    const leader = leaders.at(0);
    /** @param {Run} run */
    const isBaseline = (run) => run.model === reference?.model;

    /** @param {Run} run @param {number} i @returns {ComparedRun} */
    const comparedRun = (run, i) => {
      const tops = tasks.filter((found) => found.best.includes(i));
      const against = beside(run.variant);
      const before = run.variant === base ? null : base;
      return {
        run,
        average: averaged ? meanOf(common.map((t) => values[i][t])) : null,
        firstPlaces: tops.length,
        shared: tops.filter((found) => found.best.length > 1).length,
        overBaseline: against && !isBaseline(run) ? apart(entries[i], compared(against)) : null,
        overBase: before === null ? null : apart(entries[i], compared({ model: run.model, variant: before })),
        overLeader: leader === undefined || leader === i ? null : apart(entries[i], entries[leader]),
      };
    };

    /** @param {Board["categories"][number]} category @returns {ComparedCategory} */
    const categoryMeans = (category) => {
      const tasks = common.filter((t) => board.tasks[t].category === category.link[0]);
      const means = values.map((row) => meanOf(tasks.map((t) => row[t])));
      return {
        category,
        tasks,
        scores: means,
        best: placesOfBestMean(tasks),
        spread: spreadOf(means),
      };
    };

    return {
      runs: runs.map(comparedRun),
      common: common.length,
      isTested,
      best: isTested ? bestChances(entrants, Float64Array.from(common, () => 1), familiesOf(board, common), board.least_tasks) : null,
      tasks,
      leaders,
      categories: board.categories
        .filter((category) => category.averaged)
        .map(categoryMeans)
        .filter((found) => found.tasks.length > 0),
    };
  };

  /** @type {Site["comparison"]["verdict"]} */
  const verdict = ({ runs, isTested, leaders }) => {
    const [lead] = leaders;
    if (!isTested || lead === undefined) return null;
    /** The others, the best first. */
    const others = runs.flatMap(({ overLeader }, i) => (overLeader ? [{ i, mean: overLeader.mean ?? 0, isBehind: (overLeader.interval?.[1] ?? 0) < 0 }] : [])).sort((a, b) => b.mean - a.mean);
    const places = (/** @type {boolean} */ isBehind) => others.filter((other) => other.isBehind === isBehind).map(({ i }) => i);
    return { lead, close: places(false), behind: places(true) };
  };

  /** @type {Site["comparison"]["deviations"]} */
  const deviations = (scores, direction, range) => {
    const merits = scores.map((score) => score && score * direction);
    const mean = meanOf(merits);
    if (mean === null || !range || scores.filter((score) => score !== null).length < 2) return scores.map(() => null);
    return merits.map((merit) => (merit === null ? null : difference(merit, mean) / range));
  };

  /** @type {Site["comparison"]["ranges"]} */
  const ranges = (board, scores) =>
    board.tasks.map((_, t) => {
      if (board.averaged) return 1;
      const all = Object.values(scores).flatMap((rows) => rows.flatMap((row) => row[t] ?? []));
      return all.length ? difference(Math.max(...all), Math.min(...all)) : 0;
    });

  site.comparison = { compare, verdict, deviations, ranges };
})();
