// @ts-check
// The line above the answer: what is picked, what counts more or less, and a button that takes each pick out.
(() => {
  const site = /** @type {any} */ (window).site;
  const MOST_NAMED = 3;

  /** @typedef {{kind: string, key: string, weight: number}} Pick */
  /** @typedef {{picks: Pick[]} & Record<string, any>} Wish what a visitor asks, as choose-address.js reads it */

  /** @param {number} weight */
  const times = (weight) => /** @type {Record<number, string>} */ ({ 0.5: "half", 2: "double", 3: "three times" })[weight] ?? `${site.quantity(weight)} times`;

  /** @param {HTMLElement} line @param {any} board @param {(pick: Pick) => void} remove */
  site.pickedLine = (line, board, remove) => {
    const [text, chips] = [line.querySelector("[data-choose-picked]"), line.querySelector("[data-choose-chips]")];
    const standing = text?.textContent ?? "";

    /** @param {Pick} pick */
    const nameOf = ({ kind, key }) => (kind === "category" ? key : board.tasks.find((/** @type {any} */ task) => task.id === key).link[0]);

    /** @param {Wish} wish */
    const sentence = ({ picks }) => {
      const some = (/** @type {string} */ kind, /** @type {string} */ noun, /** @type {string} */ plural) => {
        const n = picks.filter((pick) => pick.kind === kind).length;
        return n ? [site.counted(n, noun, plural)] : [];
      };
      const what = [...some("category", "category", "categories"), ...some("task", "task", "tasks")].join(" and ");
      const special = picks.filter(({ weight }) => weight !== 1);
      const said = special.slice(0, MOST_NAMED).map((pick) => `${nameOf(pick)} counts ${times(pick.weight)}`);
      if (special.length > MOST_NAMED) said.push(`${special.length - MOST_NAMED} more have a weight of their own`);
      return `${[`${what} picked`, ...said].join(", ")}.`;
    };

    /** @param {Pick} pick */
    const chip = (pick) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "choose-chip";
      const what = document.createElement("span");
      what.className = "unseen";
      what.textContent = "Remove ";
      button.append(what, `${nameOf(pick)}${pick.weight === 1 ? "" : ` \u00d7 ${site.quantity(pick.weight)}`}`);
      button.addEventListener("click", () => {
        remove(pick);
        // The button is gone: the next one, or the line itself, is where the keyboard goes on.
        (chips?.querySelector("button") ?? line).focus();
      });
      return button;
    };

    return (/** @type {Wish} */ wish) => {
      if (text) text.textContent = wish.picks.length ? sentence(wish) : standing;
      chips?.replaceChildren(...wish.picks.map(chip));
    };
  };
})();
