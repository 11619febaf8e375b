// The menu of columns: they are shown and hidden by one rule of style each, so that no row is touched. And the sort of a phone, which has no heads.
(() => {
  const PHONE = "(max-width: 47rem)";
  const WIDE = 10; // columns of a table that scrolls within itself
  /** Whether a column is shown; before anybody is asked, an extra one is not. @type {WeakMap<Element, boolean>} */
  const chosen = new WeakMap();
  const isShown = (/** @type {Element} */ head) => chosen.get(head) ?? !head.matches(".extra");

  /** @param {string} text */
  const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&").replace(/\s+/g, " ")}"`;

  /** A column that a reader has chosen: on a phone a line of the row, with its name. @param {CSSStyleSheet} sheet @param {HTMLTableElement} table @param {HTMLTableCellElement} head */
  const addLine = (sheet, table, head) => {
    const cells = `#${CSS.escape(table.id)} tbody td:nth-child(${head.cellIndex + 1})`;
    sheet.insertRule(
      `@media screen and ${PHONE} {
        ${cells} { display: flex; grid-column: 2 / -1; flex-wrap: wrap; gap: 0 0.5rem; width: auto; height: auto; min-height: 1.5rem; padding: 0; border: 0; font-size: var(--text-s); white-space: normal; }
        ${cells}::before { flex: 1; min-width: 50%; color: var(--soft); text-align: left; content: ${quoted(site.table.headText(head))}; }
      }`,
    );
    sheet.insertRule(`@media screen and ${PHONE} { ${cells} > small { flex-basis: 100%; text-align: right; } }`);
  };

  /** @param {CSSStyleSheet} sheet @param {HTMLTableElement} table */
  const showColumns = (sheet, table) => {
    const heads = site.table.heads(table);
    const wrap = table.parentElement;
    const isStacked = wrap?.matches(".stacked") ?? false;
    const shown = heads.map(isShown);
    heads.forEach((head, i) => {
      const isExtra = head.matches(".extra");
      const cells = `#${CSS.escape(table.id)} :is(th, td):nth-child(${i + 1})`;
      if (!shown[i] && !isExtra) sheet.insertRule(`${cells} { display: none; }`);
      if (shown[i] && isExtra) sheet.insertRule(`@media ${isStacked ? `not ${PHONE}` : "all"} { ${cells} { display: ${table.matches(".long") ? "block" : "table-cell"}; } }`);
      if (shown[i] && isStacked && head.matches(".extra:not(.plot, .slots), .of-task")) addLine(sheet, table, head);
    });
    wrap?.classList.toggle("wide", shown.filter(Boolean).length > WIDE);
    if (!table.classList.contains("long")) return;
    const all = (table.dataset.columns ?? "").split(" ");
    const widths = all.filter((_, i) => shown[i]);
    table.style.setProperty("--columns", widths.join(" "));
    table.style.setProperty("--width", `calc(${widths.join(" + ").replace("--column-head", "--column-name")})`);
  };

  site.table.shownHeads = (table) => site.table.heads(table).filter(isShown);

  for (const box of site.elements("[data-box]")) {
    const address = site.addressOf(box);
    const body = box.querySelector("[data-columns-menu] .menu-body");
    if (!body) continue;
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const headsOf = () => site.table.all("table", box).flatMap(site.table.heads);
    const sorts = site.make("select", { "aria-label": site.text("sort") });
    sorts.addEventListener("change", () => {
      const table = site.table.shown(box);
      if (table) site.table.heads(table).find((head) => head.dataset.key === sorts.value)?.querySelector("button")?.click();
    });
    body.append(site.make("div", { class: "menu-sort" }, sorts));

    /** The heads of all views by key, each once. @type {Map<string, HTMLTableCellElement>} */
    const heads = new Map(headsOf().filter((head) => !head.matches(".name, .of-task")).map((head) => [head.dataset.key ?? "", head]));
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map();
    for (const [key, head] of heads) {
      const name = head.dataset.group ?? site.text("columns.others");
      const group = groups.get(name) ?? site.make("div", { role: "group", "aria-label": name }, site.make("p", {}, name));
      group.append(site.checkbox(site.table.headText(head), key, true));
      groups.set(name, group);
    }
    body.append(...groups.values());
    const inputs = [...groups.values()].flatMap((group) => [...group.querySelectorAll("input")]);
    /** @param {string} key */
    const isExtra = (key) => heads.get(key)?.matches(".extra") ?? false;

    /** A column that nobody has chosen, and that sorts the table: it is seen as long as it does. */
    const extraSort = () => {
      const key = address.get("sort") ?? "";
      return isExtra(key) ? key : "";
    };
    let sortedBy = "";

    const show = () => {
      while (sheet.cssRules.length) sheet.deleteRule(0);
      for (const table of site.table.all("table", box)) showColumns(sheet, table);
      const names = new Map(headsOf().filter((head) => head.matches(".sorts:not(.name)")).map((head) => [head.dataset.key ?? "", site.table.headText(head)]));
      sorts.replaceChildren(...[...names].map(([key, name]) => new Option(site.text("sort_by", { column: name }), key)));
      sorts.value = site.table.shown(box)?.dataset.sorted ?? "";
      dispatchEvent(new Event("resize"));
    };
    const fromAddress = () => {
      const [hidden, added] = ["hide", "show"].map((name) => new Set(address.all(name)));
      for (const input of inputs) input.checked = isExtra(input.value) ? added.has(input.value) : !hidden.has(input.value);
      sortedBy = extraSort();
      const shown = new Map(inputs.map((input) => [input.value, input.checked || input.value === sortedBy]));
      for (const head of headsOf()) chosen.set(head, shown.get(head.dataset.key ?? "") ?? true);
      show();
    };
    body.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLInputElement) || !inputs.includes(target)) return;
      const changed = inputs.filter((input) => input.checked === isExtra(input.value));
      address.setPairs(["hide", "show"], changed.map((input) => [isExtra(input.value) ? "show" : "hide", input.value]));
      fromAddress();
    });
    // Others have come, or gone.
    box.addEventListener("columnschange", show);
    addEventListener("popstate", fromAddress);
    for (const table of site.table.all("table", box)) table.addEventListener("sorted", () => extraSort() !== sortedBy && fromAddress());
    fromAddress();
  }
})();
