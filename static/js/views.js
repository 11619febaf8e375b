// @ts-check
// The toggle between the views of a board: one shown at a time, its name in the address.
(() => {
  const { query, setQuery } = /** @type {any} */ (window).site;
  for (const box of document.querySelectorAll("[data-views]")) {
    if (!(box instanceof HTMLElement)) continue;
    const group = box.querySelector(".segments");
    const buttons = [...box.querySelectorAll("button[data-view]")];
    const names = buttons.map((button) => /** @type {HTMLElement} */ (button).dataset.view ?? "");

    /** @param {string} name */
    const show = (name) => {
      for (const view of box.querySelectorAll("[data-view-of]")) /** @type {HTMLElement} */ (view).hidden = /** @type {HTMLElement} */ (view).dataset.viewOf !== name;
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
