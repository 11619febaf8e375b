// @ts-check
// The rows of a table as the other scripts read them: in published order, with the raw value of each cell.
(() => {
  const site = /** @type {any} */ (window).site;

  /** @typedef {{row: HTMLTableRowElement, place: number}} Entry */
  /** @type {WeakMap<HTMLTableElement, {entries: Entry[], columns: Map<number, (number | string | null)[]>}>} */
  const read = new WeakMap();

  /** @param {HTMLTableElement} table */
  const known = (table) => {
    let found = read.get(table);
    if (!found) {
      found = { entries: [...table.tBodies[0].rows].map((row, place) => ({ row, place })), columns: new Map() };
      read.set(table, found);
    }
    return found;
  };

  /** @param {HTMLElement | undefined} cell */
  const valueOf = (cell) => {
    const raw = cell?.dataset.value;
    if (raw === undefined) return null;
    const number = Number(raw);
    return raw.trim() === "" || Number.isNaN(number) ? raw : number;
  };

  Object.assign(site, {
    /** The rows in the order in which they were published. @param {HTMLTableElement} table */
    entries: (table) => known(table).entries,

    /** The raw values of a column, by published place; null where there is none. @param {HTMLTableElement} table @param {number} column */
    values(table, column) {
      const { entries, columns } = known(table);
      const values = columns.get(column) ?? entries.map(({ row }) => valueOf(/** @type {HTMLElement} */ (row.cells[column])));
      columns.set(column, values);
      return values;
    },

    /** Headings, left to right. @param {HTMLTableElement} table */
    heads: (table) => [...(table.tHead?.rows[0].cells ?? [])],

    /** What a heading is called. @param {HTMLElement} head */
    headText: (head) => (head.textContent ?? "").trim(),

    /**
     * Where a table's state stands in the address: a page has one box of tables, whose keys are plain; those of another table begin with its id.
     * @param {HTMLTableElement} table
     */
    scope: (table) => (table.closest("[data-box]") ? "" : `${table.id}.`),

    /** The table of a box that is seen. @param {Element} box @returns {HTMLTableElement | undefined} */
    shownTable: (box) => [...box.querySelectorAll("table")].find((table) => !table.closest("[data-view-of][hidden]")),
  });

  document.addEventListener("rowschange", (event) => event.target instanceof HTMLTableElement && read.delete(event.target), true);
})();
