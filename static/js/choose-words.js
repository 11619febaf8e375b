// @ts-check
// What is said of a choice, as site_builder/pages/choose_words.py says it.
(() => {
  const site = /** @type {any} */ (window).site;
  const { score, counted, listed, rounded } = site;
  const WIN_RATE = { places: 3, compact: false };
  const DOT = " \u00b7 ";

  /** @typedef {any} Choice as site.chooser gives it */
  /** @typedef {any} Candidate */

  /** `23 of 31`. @param {number} n @param {number} of */
  const coverage = (n, of) => `${rounded(n, 0)} of ${rounded(of, 0)}`;

  /** `7.24B`. @param {number} size */
  const billions = (size) => `${site.quantity(size)}B`;

  /** The words of one board. @param {any} board */
  site.choiceWords = (board) => {
    const byMean = board.rank_by === "mean";
    const scale = byMean ? board.scale : WIN_RATE;
    const text = (/** @type {number} */ value) => score(value, scale);
    const name = (/** @type {number} */ m) => board.models[m].link[0];
    const run = (/** @type {string} */ variant) => board.runs[board.variants.findIndex((/** @type {any} */ v) => v.id === variant)];

    /** The picked tasks: `the 31 tasks`, `your 6 tasks`, `your task`. @param {Choice} choice */
    const tasks = ({ question, tasks: n }) => {
      if (question.weights.every((/** @type {number} */ weight) => weight === 1)) return `the ${counted(n, "task")}`;
      return n === 1 ? "your task" : `your ${counted(n, "task")}`;
    };

    /** @param {Choice} choice */
    const tellsApart = (choice) => choice.tasks >= board.least_tasks_for_ties && choice.candidates > 1;

    /** A difference in words; one that rounds to nothing is less than the last place. @param {number} gap */
    const gapText = (gap) => (gap === 0 || /[1-9]/.test(text(gap)) ? text(gap) : `less than ${text(Number(`1e-${scale.places}`))}`);

    /** @param {Choice} choice */
    const meritText = (choice) => {
      const weights = choice.question.weights.filter((/** @type {number} */ weight) => weight > 0);
      const mean = weights.every((/** @type {number} */ weight) => weight === weights[0]) ? "Mean " : "Weighted mean ";
      const what = `${choice.tasks > 1 ? mean : ""}${byMean ? "score" : "win rate"}`;
      const how = board.variants.length > 1 ? `, ${run(choice.question.variant)}` : "";
      return `${what[0].toUpperCase()}${what.slice(1)} ${text(choice.listed[0].merit)} on ${tasks(choice)}${how}.`;
    };

    /** @param {Choice} choice */
    const bestOnText = (choice) => {
      const n = choice.listed[0].bestOn;
      if (choice.tasks === 1) return "Best on it";
      return n === choice.tasks ? `Best on each of ${tasks(choice)}` : `Best on ${n ? rounded(n, 0) : "none"} of ${tasks(choice)}`;
    };

    /** @param {Choice} choice */
    const leadText = ({ listed: [, next] }) => {
      if (!next) return "the only model that is left";
      return next.behind ? `${gapText(next.behind)} ahead of ${name(next.model)}` : `level with ${name(next.model)}`;
    };

    /** @param {Choice} choice */
    const tiesText = ({ listed: [, ...others], tasks: n, candidates }) => {
      if (!others.length) return "";
      if (n < board.least_tasks_for_ties) return `${counted(n, "task")}: too few to tell models apart.`;
      const tied = others.filter((/** @type {Candidate} */ c) => c.tied).map((/** @type {Candidate} */ c) => name(c.model));
      if (tied.length) return `Tied with ${listed(tied)}: these tasks cannot tell them apart.`;
      return `These tasks tell it from ${candidates > board.listed ? `each of the next ${board.listed - 1}` : "every other model"}.`;
    };

    return {
      scale, tasks, billions,
      score: text,

      /** The first with what ranks it, in the fewest words. @param {Choice} choice */
      brief: ({ listed: [first] }) => `${name(first.model)}, ${text(first.merit)}`,

      /** Why the first is the first. @param {Choice} choice */
      reason: (choice) => [meritText(choice), `${bestOnText(choice)}; ${leadText(choice)}.`, tiesText(choice)].filter(Boolean).join(" "),

      /** How one of the short list stands. @param {Choice} choice @param {Candidate} c */
      why(choice, c) {
        const standing = c.behind > 0 ? `${gapText(c.behind)} behind` : c === choice.listed[0] ? "" : "level with the first";
        const parts = [
          choice.tasks > 1 ? `best on ${coverage(c.bestOn, choice.tasks)}` : "",
          standing,
          c.scored < choice.tasks ? `scores on ${coverage(c.scored, choice.tasks)}` : "",
          tellsApart(choice) && c.ranks[0] < c.ranks[1] ? `any rank from ${rounded(c.ranks[0], 0)} to ${rounded(c.ranks[1], 0)}` : "",
        ];
        return parts.filter(Boolean).join(DOT);
      },

      /** @param {Choice} choice @param {Candidate} c */
      tag(choice, c) {
        if (!tellsApart(choice)) return "";
        return c.rank === 1 ? "best" : c.tied ? "tied with best" : "";
      },

      /** Developer and size. @param {number} m */
      note: (m) => [board.models[m].developer, board.models[m].parameters_b === null ? "" : billions(board.models[m].parameters_b)].filter(Boolean).join(DOT),

      /** What a drawing shows. @param {Candidate} c */
      change: (c) => `${name(c.model)}: ${c.before === null ? "" : `${text(c.before)} to `}${text(c.merit)}`,

      /** @param {Choice} choice */
      more(choice) {
        const hidden = choice.candidates - choice.listed.length;
        return hidden ? `${counted(hidden, "more model")} below these.` : "";
      },

      /** What the marks of the drawings are. @param {Choice} choice */
      legend(choice) {
        const lifted = choice.listed.some((/** @type {Candidate} */ c) => c.before !== null);
        const marks = lifted ? [`Open circle: ${run(board.base)}; full circle: ${run(choice.question.variant)}.`] : [];
        return [...marks, ...(choice.reference === null ? [] : [`Dashed line: ${board.baseline}, ${text(choice.reference)}.`])].join(" ");
      },

      /** Why the smallest model that will do is that one. @param {Choice} choice */
      smallest({ smallest: c, margin }) {
        const within = `within ${text(margin)} of the best`;
        const size = billions(board.models[c.model].parameters_b);
        return c.behind === 0 ? `${size}: no smaller model is ${within}` : `${size}: the smallest model ${within}, with ${text(c.merit)}`;
      },

      /** @param {Choice} choice */
      sure: (choice) => `random reweightings of the tasks in which ${name(choice.listed[0].model)} stays first`,

      /** @param {number} times */
      sureOf: (times) => coverage(times, board.reweightings),

      /** Why a model has no rank. @param {Choice} choice @param {any} model */
      unranked: (choice, model) => (model.rivals ? `no score on ${rounded(model.missing, 0)} of ${tasks(choice)}` : "no other model has a score on its tasks"),
    };
  };
})();
