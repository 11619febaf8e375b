// @ts-check
// The column chooser: hides columns of every table of a box by one rule of style each, so that no row is touched.
(() => {
  const site = /** @type {any} */ (window).site;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  /** @param {Element} box */
  const keysOf = (box) => {
    /** @type {Map<string, string>} */
    const found = new Map();
    for (const table of site.tables("table", box)) {
      for (const head of site.heads(table)) if (!table.tBodies[0].querySelector(`th:nth-child(${head.cellIndex + 1})`)) found.set(head.dataset.key, site.headText(head));
    }
    return found;
  };

  /** @param {Set<string>} hidden @param {HTMLTableElement} table */
  const hide = (hidden, table) => {
    const heads = site.heads(table);
    const places = heads.flatMap((/** @type {HTMLElement} */ head, /** @type {number} */ i) => (hidden.has(head.dataset.key ?? "") ? [i] : []));
    for (const place of places) sheet.insertRule(`#${CSS.escape(table.id)} :is(th, td):nth-child(${place + 1}) { display: none; }`);
    if (!table.classList.contains("long")) return;
    const all = (table.dataset.columns ??= table.style.getPropertyValue("--columns")).split(" ");
    table.style.setProperty("--columns", all.filter((_, i) => !places.includes(i)).join(" "));
  };

  for (const box of site.all("[data-box]")) {
    const menu = box.querySelector('[data-menu="columns"]');
    const body = menu?.querySelector(".menu-body");
    if (!menu || !body) continue;
    const keys = keysOf(box);
    for (const [key, text] of keys) body.append(site.checkbox(text, key, true).label);
    const inputs = [...body.querySelectorAll("input")];

    const fromAddress = () => {
      const hidden = new Set(site.queryAll("hide"));
      while (sheet.cssRules.length) sheet.deleteRule(0);
      for (const input of inputs) input.checked = !hidden.has(input.value);
      for (const table of site.tables("table", box)) hide(new Set([...hidden].filter((key) => keys.has(key))), table);
      dispatchEvent(new Event("resize"));
    };
    menu.addEventListener("change", () => {
      site.setQueryPairs(["hide"], inputs.filter((input) => !input.checked).map((input) => ["hide", input.value]));
      fromAddress();
    });
    addEventListener("popstate", fromAddress);
    fromAddress();
  }
})();
