// A comparison of runs over their common tasks: its numbers, and its tables, which have a column for each run that there may be and one for the baseline.
(() => {
  const { billions, chance, counted, difference, rounded, roundSignificant, score, signed, MISSING } = site.format;
  const MOST_RUNS = 4;
  const NO_SCORE = "no score";
  const NUMBERS = ["none", "one", "two", "three", "four"];
  const { bestChances, chanceAbove, familiesOf, paired, reachOf, tailOf } = site.statistics;

  /** @type {Site["comparison"]["phrase"]} */
  const phrase = (board, variant) => board.variants.find(({ id }) => id === variant)?.phrase ?? "";

  /** Mean of what is there; null where nothing is. @param {Numbers} values */
  const meanOf = (values) => {
    const there = values.filter((value) => value !== null);
    if (!there.length) return null;
    const sum = there.reduce((total, value) => total + value, 0);
    return roundSignificant(sum / there.length, Math.max(...there.map(Math.abs)));
  };

  /** Mean of what is there, if nothing is missing. @param {Numbers} values */
  const meanOfAll = (values) => (values.includes(null) ? null : meanOf(values));

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
   * @param {Board} board @param {Compared} one @param {Compared} other @param {number[]} tasks @param {number} margin @returns {Sides | null} */
  const sidesOf = (board, one, other, tasks, margin) => {
    const both = tasks.filter((t) => one.row[t] !== null && other.row[t] !== null);
    if (!both.length) return null;
    const gaps = Float64Array.from(both, (t) => difference(Number(one.row[t]), Number(other.row[t])));
    const [ahead, level] = [gaps.filter((gap) => gap > 0).length, gaps.filter((gap) => gap === 0).length];
    const mean = board.averaged ? meanOf([...gaps]) : null;
    const errors = Float64Array.from(both, (t) => Math.hypot(Number(one.errors[t]), Number(other.errors[t])));
    const test = paired(gaps, errors, gaps.map(() => 1), familiesOf(board, both));
    const sides = { ahead, level, behind: gaps.length - ahead - level, tasks: gaps.length, mean };
    if (mean === null || test.units < board.least_tasks) return { ...sides, interval: null, chances: null };
    const reach = reachOf(test, tailOf(board, one.run, other.run));
    const [better, worse] = [chanceAbove(test, margin), chanceAbove({ ...test, mean: -test.mean }, margin)];
    return { ...sides, interval: [mean - reach, mean + reach], chances: { better, equal: Math.max(0, 1 - better - worse), worse } };
  };

  /** @type {Site["comparison"]["compare"]} */
  const compare = (board, scores, runs, margin = 0, known = {}, picked = board.tasks.map((_, t) => t)) => {
    const { averaged, reference, base } = board;
    /** @param {Scores} rows @param {Run} run @returns {Numbers} */
    const rowOf = (rows, { model, variant }) => rows[variant]?.[model] ?? board.tasks.map(() => null);
    /** @param {Run} run @returns {Compared} */
    const compared = (run) => ({
      run,
      row: rowOf(scores, run).map((score, t) => (score === null ? null : roundSignificant(score) * board.tasks[t].direction)),
      errors: rowOf(known, run).map((error, t) => Math.max(error ?? 0, board.rounding[run.variant][t])),
    });
    /** @param {Compared} a @param {Compared} b */
    const apart = (a, b) => sidesOf(board, a, b, common, margin);

    /** The baseline in the variant that stands beside another. @param {string} variant @returns {Run | null} */
    const beside = (variant) => reference && { model: reference.model, variant: reference.variants[variant] };
    const [first, ...others] = new Set(runs.map((run) => reference?.variants[run.variant]));
    const baseline = first === undefined || others.length ? null : beside(runs[0].variant);

    const values = runs.map((run) => rowOf(scores, run));
    const entries = runs.map(compared);
    const merits = entries.map(({ row }) => row);
    const ofBaseline = baseline ? rowOf(scores, baseline) : board.tasks.map(() => null);
    const common = picked.filter((t) => values.every((row) => row[t] !== null));
    const isTested = averaged && new Set(familiesOf(board, common)).size >= board.least_tasks;
    const entrants = entries.map(({ row, errors }) => ({ row: Float64Array.from(common, (t) => Number(row[t])), errors: Float64Array.from(common, (t) => Number(errors[t])) }));

    /** @param {number} t @returns {ComparedTask} */
    const task = (t) => {
      const contested = common.includes(t) && runs.length > 1;
      const ranked = merits.map((row) => row[t]);
      return {
        task: t,
        scores: values.map((row) => row[t]),
        reference: ofBaseline[t],
        best: contested ? placesOfBest(ranked) : [],
        spread: contested ? spreadOf(ranked) : null,
      };
    };
    const tasks = picked.filter((t) => values.some((row) => row[t] !== null)).map(task);

    /** Places of the runs with the best mean over some tasks. @param {number[]} over */
    const placesOfBestMean = (over) => placesOfBest(merits.map((row) => meanOf(over.map((t) => row[t]))));
    const leaders = averaged && common.length ? placesOfBestMean(common) : [];
    const leader = averaged && runs.length === 1 ? 0 : leaders.at(0);
    /** @param {Run} run */
    const isBaseline = (run) => run.model === reference?.model;
    /** @param {Compared} entry */
    const overLeader = (entry) => (leader === undefined ? null : apart(entry, entries[leader]));

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
        overLeader: leader === i ? null : overLeader(entries[i]),
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
        reference: tasks.length ? meanOfAll(tasks.map((t) => ofBaseline[t])) : null,
      };
    };

    return {
      runs: runs.map(comparedRun),
      margin,
      common: common.length,
      isTested,
      best: isTested ? bestChances(entrants, Float64Array.from(common, () => 1), familiesOf(board, common), board.least_tasks) : null,
      tasks,
      baseline,
      pair: runs.length === 2 ? apart(entries[0], entries[1]) : null,
      leaders,
      leader: leader ?? null,
      baselineOverLeader: baseline && !runs.some(isBaseline) ? overLeader(compared(baseline)) : null,
      reference: averaged && common.length ? meanOfAll(common.map((t) => ofBaseline[t])) : null,
      categories: board.categories
        .filter((category) => category.averaged)
        .map(categoryMeans)
        .filter((found) => found.tasks.length > 0),
    };
  };

  /** @param {string | null} text @returns {Cell} */
  const textCell = (text) => (text === null ? { text: MISSING, tone: "soft" } : { text, value: text });
  /** @param {number | null} value @param {Places} scale @returns {Cell} */
  const scoreCell = (value, scale) => ({ text: score(value, scale), value, tone: value === null ? "soft" : "" });
  /** A score of the results, leading to the row that it is kept in. @param {Board} board @param {Run} run @param {BoardTask} task @param {number | null} value @returns {Cell} */
  const keptScoreCell = (board, { model, variant }, task, value) => {
    const cell = scoreCell(value, task.scale);
    if (value === null) return cell;
    const query = variant === board.variants[0].id ? "" : `?variant=${encodeURIComponent(variant)}`;
    return { ...cell, link: [score(value, task.scale), `${board.models[model].link[1]}${query}#score-${task.slug}`] };
  };
  /** The baseline, or a model that is not compared, may be better: the tag says among how many. @param {Comparison} comparison @param {Cell} cell @param {number} i @param {number[]} best @returns {Cell} */
  const top = ({ runs }, cell, i, best) => (best.includes(i) ? { ...cell, tags: [best.length === 1 ? ["best_of", `best of these ${NUMBERS[runs.length]}`] : ["shared", "tied"]] } : cell);

  /** A row: what it is of, a cell for each run that there may be, and the baseline's where the board has one.
   * @param {Board} board @param {Comparison} comparison @param {Cell} head @param {(i: number) => Cell} cell @param {Cell} baseline */
  const row = (board, comparison, head, cell, baseline) => {
    const cells = Array.from({ length: MOST_RUNS }, (_, i) => (i < comparison.runs.length ? cell(i) : null));
    return [head, ...cells, ...(board.reference ? [baseline] : [])];
  };

  /** @param {Sides | null} sides */
  const countsText = (sides) => sides && `${sides.ahead} / ${sides.level} / ${sides.behind}`;

  /** @param {Comparison} comparison @param {number} i @returns {Cell} */
  const firstPlacesCell = (comparison, i) => {
    const { firstPlaces, shared } = comparison.runs[i];
    if (comparison.runs.length < 2 || !comparison.common) return textCell(null);
    return { text: rounded(firstPlaces, 0), value: firstPlaces, note: shared ? `${shared} tied` : "" };
  };

  /** The class of a difference, as `lift_cell` in site_builder/charts/cells.py. @param {[number, number] | null} interval */
  const tone = (interval) => (interval === null ? "" : interval[0] > 0 ? "gain" : interval[1] < 0 ? "loss" : "soft");

  /** @type {Site["comparison"]["isClear"]} */
  const isClear = ({ interval }) => ["gain", "loss"].includes(tone(interval));

  /** A difference with its interval; coloured only where it is clear, grey where it is not. @param {Board} board @param {Sides | null} sides @returns {Cell} */
  const differenceCell = (board, sides, over = "") => {
    if (sides === null || sides.mean === null) return textCell(null);
    const { mean, interval } = sides;
    const ends = interval?.map((end) => signed(end, board.scale)).join(" to ") ?? "";
    const note = [ends, over].filter(Boolean).join(", ");
    return { text: signed(mean, board.scale), value: mean, note, tone: tone(interval) };
  };

  /** Better, equal and worse, with the one that is more likely than not in words. @param {Sides | null} sides @param {number} margin @returns {Cell} */
  const chancesCell = (sides, margin) => {
    if (!sides?.chances) return textCell(null);
    const { better, equal, worse } = sides.chances;
    const all = [better, equal, worse].map(chance).join(" / ");
    const [words, most] = Object.entries({ better, [`within ${margin}`]: equal, worse }).find(([, share]) => share > 0.5) ?? [];
    return most ? { text: `${chance(most)} likely ${words}`, note: all } : { text: all };
  };

  /** How each run, and the baseline, differs from the leader. @param {Board} board @param {Comparison} comparison @param {string} leader */
  const leaderRows = (board, comparison, leader) => {
    const others = [...comparison.runs.map((run) => run.overLeader), comparison.baselineOverLeader];
    if (others.every((sides) => sides === null)) return [];
    /** @param {string} label @param {(sides: Sides | null) => Cell} cell */
    const measure = (label, cell) => row(board, comparison, { text: label }, (i) => cell(others[i]), cell(comparison.baselineOverLeader));
    const rows = [measure(`Difference from ${leader}`, (sides) => differenceCell(board, sides))];
    if (!others.some((sides) => sides?.interval)) return rows;
    return [...rows, measure(`Better / equal / worse than ${leader}`, (sides) => chancesCell(sides, comparison.margin))];
  };

  /** @type {Site["comparison"]["summaryRows"]} */
  const summaryRows = (board, comparison, names) => {
    const several = board.variants.length > 1;
    const base = several ? board.base : null;
    /** @param {string} label @param {(i: number) => Cell} cell @param {Cell} baseline */
    const measure = (label, cell, baseline = textCell(null)) => row(board, comparison, { text: label }, cell, baseline);
    /** @param {string} label @param {(run: Run) => Cell} cell */
    const place = (label, cell) => measure(label, (i) => cell(comparison.runs[i].run), comparison.baseline ? cell(comparison.baseline) : undefined);
    /** @param {Run} run */
    const standing = (run) => board.boards[run.variant].standings[run.model];
    /** @param {string} label @param {(string | null)[]} texts by model */
    const fact = (label, texts) => (texts.every((text) => text === null) ? [] : [place(label, ({ model }) => textCell(texts[model]))]);
    const rows = [];
    if (board.averaged) {
      const label = `Mean score over ${counted(comparison.common, "task")}`;
      rows.push(measure(label, (i) => top(comparison, scoreCell(comparison.runs[i].average, board.scale), i, comparison.leaders), scoreCell(comparison.reference, board.scale)));
      if (comparison.leader !== null) rows.push(...leaderRows(board, comparison, names[comparison.leader]));
    }
    rows.push(measure("First places", (i) => firstPlacesCell(comparison, i)));
    if (board.reference) {
      const label = `Ahead / level / behind ${board.models[board.reference.model].link[0]}`;
      rows.push(measure(label, (i) => textCell(countsText(comparison.runs[i].overBaseline))));
    }
    /** @param {Sides | null} sides */
    const liftCell = (sides) => differenceCell(board, sides, sides && sides.tasks < comparison.common ? `over ${counted(sides.tasks, "task")}` : "");
    if (board.averaged && base !== null) rows.push(measure(`Mean lift over ${phrase(board, base)}`, (i) => liftCell(comparison.runs[i].overBase)));
    if (!board.averaged) rows.push(place("Mean win rate", (run) => scoreCell(standing(run)[2], { places: 3, compact: false })));
    rows.push(
      place("Rank", (run) => {
        const [rank, , , plausible] = standing(run);
        const text = rank === null ? "not ranked" : `${rank} of ${rounded(board.boards[run.variant].ranked, 0)}`;
        return { text, value: rank, note: [several ? phrase(board, run.variant) : "", plausible ? `plausible: ${plausible}` : ""].filter(Boolean).join(", ") };
      }),
      place("Tasks with a score", (run) => ({ text: `${rounded(standing(run)[1], 0)} of ${rounded(board.boards[run.variant].tasks, 0)}`, value: standing(run)[1] })),
      ...fact("Parameters", board.models.map(({ parameters_b }) => (parameters_b === null ? null : billions(parameters_b)))),
      ...fact("Developer", board.models.map(({ developer }) => developer)),
      ...fact("License", board.models.map(({ license }) => license)),
      ...(board.models[0]?.facts ?? []).flatMap(([label], i) => fact(label, board.models.map(({ facts }) => facts?.[i][1] ?? null))),
    );
    return rows;
  };

  /** The scores within their bounds, or between the least and the greatest of them. @param {Board} board @param {ScoresRow} found @param {string[]} names @returns {Cell} */
  const drawingCell = (board, { scores, reference, scale, bounds: [least, most] }, names) => {
    const drawn = [...scores, reference].filter((value) => value !== null);
    const [low, high] = least === null || most === null ? [Math.min(...drawn), Math.max(...drawn)] : [least, most];
    /** @param {number | null} value */
    const share = (value) => (value === null ? null : high <= low ? 0.5 : (value - low) / (high - low));
    const texts = names.map((name, i) => `${name} ${scores[i] === null ? NO_SCORE : score(scores[i], scale)}`);
    if (reference !== null && board.reference) texts.push(`${board.models[board.reference.model].link[0]}, the baseline, ${score(reference, scale)}`);
    return { drawing: site.cells.symbols(scores.map(share), share(reference), texts.join("; ")) };
  };

  /** The row of a task, or of a category. @param {Board} board @param {Comparison} comparison @param {string[]} names @param {ScoresRow} found
   * @param {(run: Run, value: number | null) => Cell} cellOf of a score */
  const scoresRow = (board, comparison, names, found, cellOf) => {
    const { link, note, scores, reference, best, spread, scale } = found;
    /** @param {number} i @returns {Cell} */
    const cell = (i) => (scores[i] === null ? { text: NO_SCORE, tone: "soft" } : top(comparison, cellOf(comparison.runs[i].run, scores[i]), i, best));
    const baseline = comparison.baseline ? cellOf(comparison.baseline, reference) : textCell(null);
    return [...row(board, comparison, { link, note, value: link[0] }, cell, baseline), drawingCell(board, found, names), scoreCell(spread, scale)];
  };

  /** Those on which the runs differ most first; differences in different units have no order. @template {{spread: number | null}} T @param {Board} board @param {T[]} found */
  const inOrder = (board, found) => (board.averaged ? found.toSorted((a, b) => (b.spread ?? -1) - (a.spread ?? -1)) : found);

  /** @type {Site["comparison"]["taskRows"]} */
  const taskRows = (board, comparison, names) =>
    inOrder(board, comparison.tasks).map((found) => {
      const task = board.tasks[found.task];
      return scoresRow(board, comparison, names, { ...task, ...found }, (run, value) => keptScoreCell(board, run, task, value));
    });

  /** @type {Site["comparison"]["categoryRows"]} */
  const categoryRows = (board, comparison, names) =>
    inOrder(board, comparison.categories).map((found) => {
      const note = counted(found.tasks.length, "task");
      const bounds = /** @type {ScoresRow["bounds"]} */ ([0, 1].map((end) => meanOfAll(found.tasks.map((t) => board.tasks[t].bounds[end]))));
      return scoresRow(board, comparison, names, { ...found.category, ...found, note, bounds }, (_, value) => scoreCell(value, found.category.scale));
    });

  site.comparison = { compare, phrase, isClear, summaryRows, taskRows, categoryRows, NUMBERS };
})();
