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
      found = { entries: [...table.tBodies].flatMap((body) => [...body.rows]).map((row, place) => ({ row, place })), columns: new Map() };
      read.set(table, found);
    }
    return found;
  };

  /** @param {HTMLElement | undefined} cell */
  const valueOf = (cell) => {
    const raw = site.rawOf(cell);
    const number = Number(raw);
    return raw === "" ? null : raw.trim() === "" || Number.isNaN(number) ? raw : number;
  };

  /** Each group of a long table keeps the room of the rows that it shows while it is out of sight. @param {HTMLTableElement} table */
  const makeRoom = (table) => {
    if (!table.classList.contains("long")) return;
    for (const body of table.tBodies) {
      const shown = [...body.rows].filter((row) => !row.hidden).length;
      body.style.setProperty("--rows", String(shown));
      body.hidden = shown === 0;
    }
  };

  Object.assign(site, {
    /** What a cell is sorted by: its text, where no other value is given; empty where it has none. @param {HTMLElement | undefined} cell */
    rawOf: (cell) => cell?.dataset.value ?? cell?.textContent ?? "",

    /** The rows in the order in which they were published. @param {HTMLTableElement} table */
    entries: (table) => known(table).entries,

    /** The raw values of a column, by published place; null where there is none. @param {HTMLTableElement} table @param {number} column */
    values(table, column) {
      const { entries, columns } = known(table);
      const values = columns.get(column) ?? entries.map(({ row }) => valueOf(/** @type {HTMLElement} */ (row.cells[column])));
      columns.set(column, values);
      return values;
    },

    /** Put the rows in an order, in groups of the size that they had. @param {HTMLTableElement} table @param {Entry[]} entries */
    arrange(table, entries) {
      const size = Math.ceil(entries.length / table.tBodies.length);
      [...table.tBodies].forEach((body, i) => body.append(...entries.slice(i * size, (i + 1) * size).map(({ row }) => row)));
      makeRoom(table);
    },

    /**
     * Hide and show rows. The groups of a long table are taken out of the page meanwhile, so that each comes back as one that was
     * never seen, and is laid out only where it is in sight.
     * @param {HTMLTableElement} table @param {(row: HTMLTableRowElement) => boolean} isShown
     */
    showOnly(table, isShown) {
      const { scrollX, scrollY } = window;
      const isLong = table.classList.contains("long");
      if (isLong) {
        for (const body of table.tBodies) body.hidden = true;
        table.getBoundingClientRect();
      }
      for (const { row } of known(table).entries) if (row.hidden === isShown(row)) row.hidden = !row.hidden;
      makeRoom(table);
      if (isLong) scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
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
