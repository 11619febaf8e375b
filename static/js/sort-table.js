// @ts-check
// Sorting: a button in each heading, the choice in the address. Missing values stay last both ways, equal ones keep their published order.
(() => {
  const site = /** @type {any} */ (window).site;
  const tables = site.tables("[data-table]").filter((/** @type {HTMLTableElement} */ table) => site.entries(table).length > 1);

  /** The order that the first click gives. @param {HTMLElement | undefined} head */
  const firstWay = (head) => head?.dataset.first ?? (head?.classList.contains("text") ? "ascending" : "descending");

  /** The table's own order. @param {HTMLTableElement} table */
  const published = (table) => {
    const head = site.heads(table).find((/** @type {HTMLElement} */ other) => other.dataset.key === table.dataset.sortedBy);
    return { key: head?.dataset.key ?? null, way: firstWay(head) };
  };

  /** Rank and place as one number each, since a browser sorts numbers fastest. @template T @param {T[]} entries @param {(number | null)[]} ranks @param {string} way */
  const inOrder = (entries, ranks, way) => {
    const n = entries.length;
    const keys = Float64Array.from(ranks, (rank, place) => (rank === null ? n : way === "ascending" ? rank : n - 1 - rank) * n + place);
    return Array.from(keys.sort(), (key) => entries[key % n]);
  };

  /** @param {HTMLTableElement} table @param {string | null} key @param {string} way */
  const sort = (table, key, way) => {
    const heads = site.heads(table);
    const column = heads.findIndex((/** @type {HTMLElement} */ head) => head.dataset.key === key);
    const own = published(table);
    let entries = site.entries(table);
    if (column >= 0 && (key !== own.key || way !== own.way)) entries = inOrder(entries, site.ranks(table, column), way);
    site.arrange(table, entries);
    heads.forEach((/** @type {HTMLElement} */ head, /** @type {number} */ i) => {
      if (i === column) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
    });
  };

  /** As the address says; the published order where it says nothing of this table. @param {HTMLTableElement} table */
  const fromAddress = (table) => {
    // A view out of sight follows when it comes into it.
    if (table.closest("[data-view-of][hidden]")) return;
    const scope = site.scope(table);
    const asked = site.heads(table).find((/** @type {HTMLElement} */ head) => head.dataset.key === site.query(`${scope}sort`));
    const own = published(table);
    const { key, way } = asked ? { key: asked.dataset.key, way: site.query(`${scope}way`) ?? firstWay(asked) } : own;
    if ((key ?? "") !== table.dataset.sorted || way !== table.dataset.way) sort(table, key, way);
    table.dataset.sorted = key ?? "";
    table.dataset.way = way;
  };

  /** @param {HTMLTableElement} table @param {HTMLElement} head */
  const ask = (table, head) => {
    const scope = site.scope(table);
    const first = firstWay(head);
    const now = head.getAttribute("aria-sort");
    const way = now === null ? first : now === "ascending" ? "descending" : "ascending";
    const own = published(table);
    const key = head.dataset.key ?? "";
    const pairs = key === own.key && way === own.way ? [] : [[`${scope}sort`, key], ...(way === first ? [] : [[`${scope}way`, way]])];
    site.setQueryPairs([`${scope}sort`, `${scope}way`], pairs);
    for (const other of tables) if (site.scope(other) === scope) fromAddress(other);
    site.say(`Sorted by ${site.headText(head)}, ${way}`);
  };

  for (const table of tables) {
    for (const head of site.heads(table)) {
      if (head.classList.contains("plot")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      head.classList.add("sorts");
      button.addEventListener("click", () => ask(table, head));
      // Read on the way to the click, so that thousands of rows are sorted at once.
      for (const way of ["pointerenter", "focus"]) button.addEventListener(way, () => site.ranks(table, head.cellIndex), { once: true });
    }
    const own = published(table);
    table.dataset.sorted = own.key ?? "";
    table.dataset.way = own.way;
    site.heads(table).find((/** @type {HTMLElement} */ head) => head.dataset.key === own.key)?.setAttribute("aria-sort", own.way);
    fromAddress(table);
    table.addEventListener("rowschange", () => {
      delete table.dataset.sorted;
      fromAddress(table);
    });
  }
  document.addEventListener("viewchange", () => tables.forEach(fromAddress), true);
  addEventListener("popstate", () => tables.forEach(fromAddress));
})();
