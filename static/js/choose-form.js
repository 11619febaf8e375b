// @ts-check
// The form of the choosing page: what is ticked and typed as a wish, and a wish as ticks and numbers.
(() => {
  const site = /** @type {any} */ (window).site;
  const { weightOf, amountOf } = site.chooseAddress;

  /** @typedef {{kind: string, key: string, weight: number}} Pick */
  /** @typedef {{picks: Pick[]} & Record<string, any>} Wish what a visitor asks, as choose-address.js reads it */

  /** @template {Element} T @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T[]} */
  const every = (root, selector, type) => [...root.querySelectorAll(selector)].filter((found) => found instanceof type).map((found) => /** @type {T} */ (found));

  /** @param {HTMLElement} form */
  site.chooseForm = (form) => {
    const boxes = every(form, "input[data-pick]", HTMLInputElement);
    const numbers = every(form, "input[data-amount]", HTMLInputElement);
    const lists = every(form, "input[data-one-of]", HTMLInputElement);
    const variants = every(form, "button[data-variant]", HTMLButtonElement);

    /** The field of a pick's weight. @param {HTMLInputElement} box */
    const weightField = (box) => box.closest(".choose-pick")?.querySelector(".choose-weight");

    /** Show what a pick counts beside it; the field goes with the pick. @param {HTMLInputElement} box @param {number} weight */
    const showWeight = (box, weight) => {
      const shown = weightField(box);
      if (!box.checked) return shown?.remove();
      if (shown instanceof HTMLInputElement) {
        if (weightOf(shown.value) !== weight) shown.value = String(weight);
        return undefined;
      }
      const field = document.createElement("input");
      Object.assign(field, { className: "choose-weight", type: "number", min: "0", step: "0.5", inputMode: "decimal", value: String(weight) });
      field.setAttribute("aria-label", `Weight of ${box.dataset.name}`);
      box.closest(".choose-pick")?.append(field);
      return undefined;
    };

    /** What the form says. @returns {Wish} */
    const read = () => {
      const picks = boxes.filter((box) => box.checked).map((box) => {
        const field = weightField(box);
        return { kind: box.dataset.pick ?? "", key: box.value, weight: (field instanceof HTMLInputElement && weightOf(field.value)) || 1 };
      });
      const amount = (/** @type {string} */ key) => amountOf(numbers.find((field) => field.dataset.amount === key)?.value ?? "");
      const chosen = (/** @type {string} */ key) => lists.filter((box) => box.dataset.oneOf === key && box.checked).map((box) => box.value);
      const variant = variants.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.variant;
      return {
        picks, variant: variant ?? form.dataset.only ?? "",
        size: amount("size"), price: amount("price"), margin: amount("margin"),
        license: chosen("license"), developer: chosen("developer"),
      };
    };

    /** Open the groups in which something is picked. */
    const openPicked = () => {
      for (const group of every(form, "details", HTMLDetailsElement)) group.open ||= group.querySelector("input:checked") !== null;
    };

    /** Show a wish. @param {Wish} wish */
    const write = (wish) => {
      for (const box of boxes) {
        const pick = wish.picks.find(({ kind, key }) => kind === box.dataset.pick && key === box.value);
        box.checked = pick !== undefined;
        showWeight(box, pick?.weight ?? 1);
      }
      for (const field of numbers) field.value = String(/** @type {any} */ (wish)[field.dataset.amount ?? ""] ?? "");
      for (const box of lists) box.checked = /** @type {any} */ (wish)[box.dataset.oneOf ?? ""].includes(box.value);
      for (const button of variants) button.setAttribute("aria-pressed", String(button.dataset.variant === wish.variant));
      openPicked();
    };

    /**
     * Hear of every change: `isDone` says whether it is finished, as a number is when it is left.
     * @param {(isDone: boolean) => void} changed
     */
    const listen = (changed) => {
      form.addEventListener("input", (event) => {
        const field = event.target;
        if (!(field instanceof HTMLInputElement) || field.type === "search") return;
        if (field.dataset.pick) showWeight(field, 1);
        changed(field.type === "checkbox");
      });
      form.addEventListener("change", (event) => {
        if (event.target instanceof HTMLInputElement && event.target.type === "number") changed(true);
      });
      form.addEventListener("submit", (event) => event.preventDefault());
      for (const button of variants) {
        button.addEventListener("click", () => {
          for (const other of variants) other.setAttribute("aria-pressed", String(other === button));
          changed(true);
        });
      }
    };

    return { read, write, listen };
  };
})();
