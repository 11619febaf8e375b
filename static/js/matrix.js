// The matrix of entries and columns: all columns, or groups of them, or one group; the first rows, or all. Both are in the address.
(() => {
  // Neither a phone nor paper has room for all columns of many groups.
  const narrow = matchMedia("screen and (width <= 47rem), print");

  /** @param {HTMLElement} figure */
  const setUp = (figure) => {
    const address = site.addressOf(figure);
    const buttons = [...figure.querySelectorAll("[data-columns-button]")].filter((button) => button instanceof HTMLElement);
    const more = figure.querySelector("[data-matrix-rows]");
    const tables = site.table.all("table", figure);
    const heads = tables.flatMap((table) => site.table.heads(table).map((head) => /** @type {const} */ ([table, head])));
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

    /** Which columns are shown: `all`, `groups`, or the name of one group. */
    const columns = () => {
      const asked = address.get("columns") ?? "";
      const isKnown = ["all", "groups"].includes(asked) || heads.some(([, head]) => asked && head.dataset.in === asked);
      return buttons.length === 0 ? "all" : isKnown ? asked : narrow.matches ? "groups" : "all";
    };

    const show = () => {
      const shown = columns();
      figure.dataset.columns = shown;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.columnsButton === shown));
      while (sheet.cssRules.length) sheet.deleteRule(0);
      const isGroup = shown !== "all" && shown !== "groups";
      const others = isGroup ? heads.filter(([, head]) => head.matches(".heat") && head.dataset.in !== shown) : [];
      for (const [table, head] of others) sheet.insertRule(`#${CSS.escape(table.id)} tr > :nth-child(${head.cellIndex + 1}) { display: none; }`);
      const isAll = address.get("rows") === "all";
      figure.classList.toggle("all-rows", isAll);
      more?.setAttribute("aria-expanded", String(isAll));
      dispatchEvent(new Event("resize"));
    };

    for (const button of buttons) {
      button.addEventListener("click", () => {
        const asked = button.dataset.columnsButton ?? "";
        address.set("columns", asked === (narrow.matches ? "groups" : "all") ? null : asked);
        show();
      });
    }
    // On a phone the head of a group opens its parts; once they are there, heads sort.
    figure.addEventListener(
      "click",
      (event) => {
        const head = event.target instanceof Element ? event.target.closest("th.whole") : null;
        if (!(head instanceof HTMLElement) || !narrow.matches || columns() !== "groups" || !head.querySelector("b")) return;
        event.stopPropagation();
        address.set("columns", head.dataset.in ?? null);
        show();
        head.querySelector("button")?.focus();
      },
      true,
    );
    if (more instanceof HTMLElement) {
      more.hidden = false;
      more.addEventListener("click", () => {
        address.set("rows", address.get("rows") === "all" ? null : "all");
        show();
      });
    }
    for (const name of ["popstate", "viewchange"]) addEventListener(name, show, true);
    narrow.addEventListener("change", show);
    const [segments] = buttons;
    if (segments?.parentElement) segments.parentElement.hidden = false;
    show();
  };

  site.elements("[data-matrix]").forEach(setUp);
})();
