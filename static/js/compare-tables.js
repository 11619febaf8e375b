// @ts-check
// The rows of a comparison's tables, as site_builder/pages/compare_summary.py and compare_tables.py make them.
(() => {
  const site = /** @type {any} */ (window).site;
  const { billions, counted, rounded, score, signed, tone, MISSING } = site;
  const { phrase } = site.compareWords;
  const MOST_RUNS = 4;
  const NO_SCORE = "no score";

  /** A cell as compare-cells.js draws it. @typedef {any} Cell */
  /** @typedef {{model: number, variant: string}} Run */

  /** @param {string | null | undefined} text @returns {Cell} */
  const textCell = (text) => (text == null ? { text: MISSING, tone: "soft" } : { text, value: text });
  /** @param {number | null} value @param {any} scale @returns {any} */
  const scoreCell = (value, scale) => ({ text: score(value, scale), value, tone: value === null ? "soft" : "" });
  /** A score of the results, leading to the row that it is kept in. @param {any} board @param {Run} run @param {any} task @param {number | null} value @returns {any} */
  const keptScoreCell = (board, { model, variant }, task, value) => {
    const cell = scoreCell(value, task.scale);
    if (value === null) return cell;
    const { slug } = board.variants.find((/** @type {any} */ v) => v.id === variant);
    return { ...cell, link: [cell.text, `${board.models[model].link[1]}#score-${task.slug}${board.row_a_task ? "" : `--${slug}`}`] };
  };
  /** @param {any} cell @param {number} i @param {number[]} best @returns {Cell} */
  const top = (cell, i, best) => (best.includes(i) ? { ...cell, tag: best.length === 1 ? "best" : "tied" } : cell);

  /** A row: what it is of, a cell for each run that there may be, and the baseline's where the board has one.
   * @param {any} board @param {any} comparison @param {Cell} head @param {(i: number) => Cell} cell @param {Cell} baseline @returns {Cell[]} */
  const row = (board, comparison, head, cell, baseline) => {
    const cells = Array.from({ length: MOST_RUNS }, (_, i) => (i < comparison.runs.length ? cell(i) : null));
    return [head, ...cells, ...(board.reference ? [baseline] : [])];
  };

  /** @param {any} sides @returns {Cell} */
  const sidesCell = (sides) => (sides === null ? textCell(null) : { text: `${sides.ahead} / ${sides.level} / ${sides.behind}` });

  /** @param {any} comparison @param {number} i @returns {Cell} */
  const topsCell = (comparison, i) => {
    const { atTop, shared } = comparison.runs[i];
    if (comparison.runs.length < 2 || !comparison.common) return textCell(null);
    return { text: rounded(atTop, 0), value: atTop, note: shared ? `${shared} tied` : "" };
  };

  /** @param {any} board @param {any} comparison @param {number} i @returns {Cell} */
  const overBaseCell = (board, comparison, i) => {
    const sides = comparison.runs[i].overBase;
    if (sides === null) return textCell(null);
    const note = sides.tasks === comparison.common ? "" : `over ${counted(sides.tasks, "task")}`;
    return { text: signed(sides.mean, board.scale), value: sides.mean, note, tone: tone(sides.mean) };
  };

  /** The rows of the summary. @param {any} board @param {any} comparison */
  const summaryRows = (board, comparison) => {
    const several = board.variants.length > 1;
    const tuned = board.base !== null && several;
    const none = textCell(null);
    /** @param {string} label @param {(i: number) => Cell} cell @param {Cell} baseline */
    const measure = (label, cell, baseline = none) => row(board, comparison, { text: label }, cell, baseline);
    /** @param {string} label @param {(run: Run) => Cell} cell */
    const place = (label, cell) => measure(label, (i) => cell(comparison.runs[i].run), board.reference ? cell(board.reference) : none);
    /** @param {Run} run */
    const standing = (run) => board.boards[run.variant].standings[run.model];
    /** @param {string} label @param {string} key */
    const fact = (label, key, write = (/** @type {any} */ value) => value) => {
      if (board.models.every((/** @type {any} */ model) => model[key] === null)) return [];
      return [place(label, ({ model }) => textCell(board.models[model][key] === null ? null : write(board.models[model][key])))];
    };
    const rows = [];
    if (board.averaged) {
      const label = `Mean score over ${counted(comparison.common, "task")}`;
      rows.push(measure(label, (i) => top(scoreCell(comparison.runs[i].average, board.scale), i, comparison.leaders), scoreCell(comparison.reference, board.scale)));
    }
    rows.push(measure("Tasks at the top", (i) => topsCell(comparison, i)));
    if (board.reference) {
      const label = `Ahead / level / behind ${board.models[board.reference.model].link[0]}`;
      rows.push(measure(label, (i) => sidesCell(comparison.runs[i].overBaseline)));
    }
    if (board.averaged && tuned) rows.push(measure(`Mean lift over ${phrase(board, board.base)}`, (i) => overBaseCell(board, comparison, i)));
    if (!board.averaged) rows.push(place("Mean win rate", (run) => ({ ...textCell(standing(run)[2] === null ? null : rounded(standing(run)[2], 3)), value: standing(run)[2] })));
    rows.push(
      place("Rank", (run) => {
        const [rank, , , allowed] = standing(run);
        const text = rank === null ? "not ranked" : `${rank} of ${rounded(board.boards[run.variant].ranked, 0)}`;
        return { text, value: rank, note: [several ? phrase(board, run.variant) : "", allowed ? `${allowed} allowed` : ""].filter(Boolean).join(", ") };
      }),
      place("Tasks with a score", (run) => ({ text: `${rounded(standing(run)[1], 0)} of ${rounded(board.tasks.length, 0)}`, value: standing(run)[1] })),
      ...fact("Parameters", "parameters_b", billions),
      ...fact("Developer", "developer"),
      ...fact("License", "license"),
    );
    return rows;
  };

  /** The scores on the task's bounds, or between the least and the greatest of them. @param {any} board @param {any} found @param {string[]} names @returns {Cell} */
  const drawingCell = (board, found, names) => {
    const task = board.tasks[found.task];
    const drawn = [...found.scores, found.reference].filter((value) => value !== null);
    const [low, high] = task.bounds.includes(null) ? [Math.min(...drawn), Math.max(...drawn)] : task.bounds;
    /** @param {number | null} value */
    const share = (value) => (value === null ? null : high <= low ? 0.5 : (value - low) / (high - low));
    const texts = names.map((name, i) => `${name} ${found.scores[i] === null ? NO_SCORE : score(found.scores[i], task.scale)}`);
    if (found.reference !== null) texts.push(`${board.models[board.reference.model].link[0]}, the baseline, ${score(found.reference, task.scale)}`);
    return { marks: { places: found.scores.map(share), reference: share(found.reference), text: texts.join("; ") } };
  };

  /** The rows of the table of tasks. @param {any} board @param {any} comparison @param {string[]} names */
  const taskRows = (board, comparison, names) =>
    comparison.tasks.map((/** @type {any} */ found) => {
      const task = board.tasks[found.task];
      const { link, scale } = task;
      /** @param {number} i @returns {Cell} */
      const cell = (i) => (found.scores[i] === null ? { text: NO_SCORE, tone: "soft" } : top(keptScoreCell(board, comparison.runs[i].run, task, found.scores[i]), i, found.best));
      const cells = row(board, comparison, { link, value: link[0] }, cell, board.reference && keptScoreCell(board, board.reference, task, found.reference));
      return [...cells, drawingCell(board, found, names), scoreCell(found.margin, scale)];
    });

  /** The rows of the table of categories. @param {any} board @param {any} comparison */
  const categoryRows = (board, comparison) =>
    comparison.categories.map((/** @type {any} */ { category: { link, scale }, tasks, means, best, reference }) => {
      const cells = row(board, comparison, { link, value: link[0] }, (i) => top(scoreCell(means[i], scale), i, best), scoreCell(reference, scale));
      return [...cells, { text: rounded(tasks, 0), value: tasks }];
    });

  site.compareTables = { summaryRows, taskRows, categoryRows };
})();
