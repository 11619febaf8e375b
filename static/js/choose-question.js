// @ts-check
// A wish as a question to the board: what each task counts, who is within each limit, and whom a limit leaves out.
(() => {
  const site = /** @type {any} */ (window).site;
  const UNKNOWN = { size: "of undisclosed size", price: "without a known price", license: "without a known license", developer: "without a known developer" };

  /** @typedef {any} Wish what a visitor asks, as choose-address.js reads it */

  /** The words of a board that its limits are about, model by model. @param {any} board @returns {Record<string, (string | number | null)[]>} */
  const factsOf = (board) => {
    const column = (/** @type {string} */ key) => board.models.map((/** @type {any} */ model) => model[key]);
    return { size: column("parameters_b"), price: board.prices, license: column("license"), developer: column("developer") };
  };

  /** What each task counts: its own picks, and its share of its category's; 1 where nothing is picked. @param {any} board @param {Wish} wish @returns {number[]} */
  const weightsOf = (board, { picks }) => {
    if (!picks.length) return board.tasks.map(() => 1);
    const weights = board.tasks.map(() => 0);
    for (const { kind, key, weight } of picks) {
      const mine = board.tasks.flatMap((/** @type {any} */ task, /** @type {number} */ t) => ((kind === "task" ? task.id : task.category) === key ? [t] : []));
      for (const t of mine) weights[t] += weight / mine.length;
    }
    return weights;
  };

  /** By kind of limit, which models are within it; what is not known is not. @param {any} board @param {Wish} wish */
  const limitsOf = (board, wish) => {
    const facts = factsOf(board);
    /** @type {Map<string, boolean[]>} */
    const limits = new Map();
    for (const kind of /** @type {("size" | "price")[]} */ (["size", "price"])) {
      const most = wish[kind];
      if (most !== null) limits.set(kind, facts[kind].map((value) => value !== null && Number(value) <= most));
    }
    for (const kind of /** @type {("license" | "developer")[]} */ (["license", "developer"])) {
      if (wish[kind].length) limits.set(kind, facts[kind].map((value) => value !== null && wish[kind].includes(String(value))));
    }
    return limits;
  };

  /** Whom a limit leaves out; empty for no limit. @param {any} board @param {any} choice @param {string} kind */
  const leftOutText = (board, choice, kind) => {
    const out = /** @type {number[] | undefined} */ (choice.leftOut.get(kind));
    if (!out) return "";
    const n = out.filter((m) => factsOf(board)[kind][m] === null).length;
    const why = n ? `, ${n} ${/** @type {any} */ (UNKNOWN)[kind]}` : "";
    return `Leaves out ${out.length} of ${site.counted(choice.ranked, "ranked model")}${why}.`;
  };

  /** @param {any} board @param {Wish} wish */
  const questionOf = (board, wish) => ({ weights: weightsOf(board, wish), variant: wish.variant, limits: limitsOf(board, wish), margin: wish.margin });

  site.chooseQuestion = { questionOf, leftOutText };
})();
