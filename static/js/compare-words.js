// @ts-check
// What a comparison says in sentences, as site_builder/pages/compare_words.py says it.
(() => {
  const site = /** @type {any} */ (window).site;
  const { counted, listed, score, signed } = site;
  const MOST_RUNS = 4;
  const MOST_LEADS = 5;

  /** @param {string[]} names @returns {string} */
  const all = (names) => listed(names, MOST_RUNS);

  /** @param {any} board @param {string} variant */
  const phrase = (board, variant) => board.variants.find((/** @type {any} */ v) => v.id === variant).phrase;

  /** What runs are called beside each other. @param {any} board @param {{model: number, variant: string}[]} runs @returns {string[]} */
  const runNames = (board, runs) => {
    const same = new Set(runs.map((run) => run.variant)).size === 1;
    return runs.map(({ model, variant }) => board.models[model].link[0] + (same ? "" : ` (${phrase(board, variant)})`));
  };

  /** @param {any} scale @param {string} first @param {string} second @param {any} sides */
  const pair = (scale, first, second, { ahead, level, behind, tasks, mean }) => {
    const of = counted(tasks, "task");
    if (level === tasks) return `${first} and ${second} are level on ${of}.`;
    const levelText = level ? `, level on ${level}` : "";
    if (ahead === behind) {
      const average = mean === null ? "" : `; on average ${first} has ${signed(mean, scale)}`;
      return `${first} and ${second} are each ahead on ${ahead} of ${of}${levelText}${average}.`;
    }
    const [leads, follows, by] = ahead > behind ? [first, second, mean] : [second, first, mean === null ? null : -mean];
    const average = by === null ? "" : `; on average ${signed(by, scale)}`;
    return `${leads} is ahead of ${follows} on ${Math.max(ahead, behind)} of ${of}${levelText}${average}.`;
  };

  /** @param {any} board @param {any} comparison @param {string[]} names */
  const several = (board, comparison, names) => {
    const each = all(names.map((name, i) => `${name} on ${comparison.runs[i].atTop}`));
    const of = counted(comparison.common, "common task");
    const leaders = comparison.leaders.map((/** @type {number} */ i) => names[i]);
    if (!leaders.length) return `At the top of ${of}: ${each}.`;
    const average = score(comparison.runs[comparison.leaders[0]].average, board.scale);
    return `${all(leaders)} ${leaders.length === 1 ? "leads" : "lead"} on average over ${of}, with ${average}; at the top: ${each}.`;
  };

  /** Who is ahead, in one sentence. @param {any} board @param {any} comparison @param {string[]} names */
  const finding = (board, comparison, names) => {
    if (!comparison.common) return `There is no task on which ${all(names)} have a score.`;
    if (names.length === 1) {
      const sides = comparison.runs[0].overBaseline;
      if (sides === null) return `${names[0]} stands alone: choose a model to compare it with.`;
      return pair(board.scale, names[0], board.models[board.reference.model].link[0], sides);
    }
    return comparison.pair ? pair(board.scale, names[0], names[1], comparison.pair) : several(board, comparison, names);
  };

  /** Which tasks the figures are over. @param {any} board @param {any} comparison */
  const scope = (board, comparison) => {
    const who = comparison.runs.length === 1 ? "it has" : "all that are compared have";
    const tasks = `${comparison.common} of ${counted(board.tasks.length, "task")}`;
    return `Means, margins and tasks at the top are over the ${tasks} on which ${who} a score. Ranks are those of the whole board.`;
  };

  /** Where each run is at the top: name, summary, tasks with their margins, what is said of the others. @param {any} board @param {any} comparison @param {string[]} names */
  const runLeads = (board, comparison, names) => {
    if (names.length < 2 || !comparison.common) return [];
    /** @param {any} found @param {number} i */
    const lead = (found, i) => {
      const others = found.best.filter((/** @type {number} */ j) => j !== i).map((/** @type {number} */ j) => names[j]);
      const task = board.tasks[found.task];
      return { link: task.link, margin: others.length ? `tied with ${all(others)}` : signed(found.margin, task.scale) };
    };
    return comparison.runs.map((/** @type {any} */ { tops, atTop, shared }, /** @type {number} */ i) => {
      // Margins in different units have no order; ties still come last.
      const order = board.averaged ? (/** @type {any} */ found) => -found.margin : (/** @type {any} */ found) => Number(!found.margin);
      const sorted = [...tops].sort((a, b) => order(a) - order(b));
      const more = tops.length - MOST_LEADS;
      return {
        name: names[i],
        summary: `At the top on ${atTop} of ${counted(comparison.common, "task")}${shared ? `, ${shared} of them tied` : ""}.`,
        leads: sorted.slice(0, MOST_LEADS).map((found) => lead(found, i)),
        more: more > 0 ? `And on ${more} more, in the table below.` : "",
      };
    });
  };

  site.compareWords = { all, phrase, runNames, finding, scope, runLeads };
})();
