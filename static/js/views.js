// @ts-check
// The toggle between the views of a board: one shown at a time, its name in the address.
(() => {
  const { all, query, setQuery } = /** @type {any} */ (window).site;
  for (const box of all("[data-views]")) {
    if (!(box instanceof HTMLElement)) continue;
    const group = box.querySelector(".segments");
    /** @param {string} selector @returns {HTMLElement[]} */
    const within = (selector) => all(selector).filter((/** @type {Element} */ element) => box.contains(element));
    const buttons = within("button[data-view]");
    const views = within("[data-view-of]");
    const names = buttons.map((button) => button.dataset.view ?? "");

    /** @param {string} name */
    const show = (name) => {
      for (const view of views) view.hidden = view.dataset.viewOf !== name;
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(names[i] === name)));
      box.dispatchEvent(new Event("viewchange"));
    };
    const fromAddress = () => show(names.includes(query("view")) ? query("view") : names[0]);

    if (group instanceof HTMLElement) {
      buttons.forEach((button, i) =>
        button.addEventListener("click", () => {
          show(names[i]);
          setQuery("view", i === 0 ? null : names[i]);
        }),
      );
      addEventListener("popstate", fromAddress);
      fromAddress();
      group.hidden = false;
    }
    box.dataset.ready = "";
  }
})();
