// The grid of models and tasks: which numbers its cells show, and on a narrow screen one model at a time. Both are in the address.
(() => {
  for (const grid of site.elements("[data-grid]")) {
    const buttons = [...grid.querySelectorAll("[data-measure]")].filter((button) => button instanceof HTMLElement);
    const select = grid.querySelector("[data-grid-model]");
    const rows = [...grid.querySelectorAll("tr:not(.grid-group)")];
    if (!(select instanceof HTMLSelectElement)) continue;
    const names = buttons.map((button) => button.dataset.measure ?? "");
    // The heading of the row, and the baseline.
    const before = (rows[0]?.children.length ?? 0) - select.options.length;

    const show = () => {
      const measure = Math.max(0, names.indexOf(site.address.get("cells") ?? ""));
      grid.dataset.grid = String(measure);
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === measure)));
      const model = [...select.options].findIndex(({ value }) => value === site.address.get("column"));
      select.selectedIndex = Math.max(0, model);
      for (const { children } of rows) [...children].forEach((cell, i) => cell.classList.toggle("grid-shown", i === before + select.selectedIndex));
    };

    buttons.forEach((button, i) =>
      button.addEventListener("click", () => {
        site.address.set("cells", i === 0 ? null : names[i]);
        show();
      }),
    );
    select.addEventListener("change", () => {
      site.address.set("column", select.selectedIndex === 0 ? null : select.value);
      show();
    });
    /** The head of the column of a cell is marked with it. @param {Event} event */
    const mark = ({ target }) => {
      const cell = target instanceof Element ? target.closest("td") : null;
      [...(rows[0]?.children ?? [])].forEach((head, i) => head.classList.toggle("at", i === cell?.cellIndex));
    };
    for (const way of ["pointerover", "focusin"]) grid.addEventListener(way, mark);
    addEventListener("popstate", show);
    show();
    grid.dataset.narrow = "";
    for (const tool of grid.querySelectorAll(".segments, .grid-model")) if (tool instanceof HTMLElement) tool.hidden = false;
  }
})();
