// @ts-check
// Sorting: a button in each heading. Missing values stay last both ways, equal ones keep their published order.
(() => {
  /** @param {Element | undefined} cell */
  const valueOf = (cell) => {
    const raw = cell instanceof HTMLElement ? cell.dataset.value : undefined;
    if (raw === undefined) return null;
    const number = Number(raw);
    return raw.trim() === "" || Number.isNaN(number) ? raw : number;
  };

  /** @param {string | number} a @param {string | number} b */
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true }));

  /** @param {HTMLTableElement} table @param {number} column @param {string} way */
  const sort = (table, column, way) => {
    const body = table.tBodies[0];
    const published = (/** @type {HTMLTableRowElement} */ row) => Number(row.dataset.place);
    const sign = way === "ascending" ? 1 : -1;
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row.cells[column]) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || published(a.row) - published(b.row);
      return sign * compare(a.value, b.value) || published(a.row) - published(b.row);
    });
    body.append(...rows.map((entry) => entry.row));
    for (const head of table.tHead?.rows[0].cells ?? []) head.removeAttribute("aria-sort");
    table.tHead?.rows[0].cells[column].setAttribute("aria-sort", way);
  };

  /** @param {HTMLTableElement} table */
  const number = (table) => [...table.tBodies[0].rows].forEach((row, place) => (row.dataset.place = String(place)));

  for (const table of document.querySelectorAll("table[data-table]")) {
    if (!(table instanceof HTMLTableElement) || !table.tHead || table.tBodies[0].rows.length < 2) continue;
    number(table);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.classList.contains("plot")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      const first = head.dataset.first ?? "descending";
      if (table.dataset.sortedBy && head.dataset.key === table.dataset.sortedBy) head.setAttribute("aria-sort", first);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        sort(table, column, now === null ? first : now === "ascending" ? "descending" : "ascending");
      });
    });
    table.addEventListener("rowschange", () => {
      number(table);
      for (const head of table.tHead?.rows[0].cells ?? []) {
        if (table.dataset.sortedBy === head.dataset.key) head.setAttribute("aria-sort", head.dataset.first ?? "descending");
        else head.removeAttribute("aria-sort");
      }
    });
  }
})();
