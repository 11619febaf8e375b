// @ts-check
// The rows of a table as the other scripts read them: in published order, with the raw value of each cell; and how they are put and hidden.
(() => {
  const site = /** @type {any} */ (window).site;
  /** Made for the first text, since making it takes as long as all else of a page's beginning. @type {Intl.Collator | undefined} */
  let collator;
  /** @type {HTMLTableElement[]} */
  const tables = site.all("table");
  const ROOM_REM = 3.5; // of a row out of sight, as in tables.css

  /** `marks` is what filters know of a row, by name. @typedef {{row: HTMLTableRowElement, place: number, isShown: boolean, marks: Record<string, string>}} Entry */
  /** `order` is the one that rows are to have, `rest` what is still to be done for it. */
  /** @typedef {{entries: Entry[], size: number, order: Entry[], rest: {finish: () => void, drop: () => void} | null, ranks: Map<number, (number | null)[]>}} Known */
  /** @type {Map<HTMLTableElement, Known>} */
  const read = new Map();

  /** What a table says of its rows: by column the value of each, by name the distinct marks and which of them each has. */
  /** @typedef {{values: ((string | number | null)[] | null)[], marks: [string, [string[], number[]]][]}} Told */
  /** @type {Map<HTMLTableElement, Told>} */
  const told = new Map();
  /** Which of a table's rows each was when the page came: those that scripts add later have no place. @type {WeakMap<Element, number>} */
  const published = new WeakMap();

  /** @param {HTMLTableElement} table */
  const toldOf = (table) => {
    let found = told.get(table);
    if (!found) {
      const { values = "[]", marks = "{}" } = table.dataset;
      found = { values: JSON.parse(values), marks: Object.entries(JSON.parse(marks)) };
      told.set(table, found);
      [...table.tBodies].flatMap((body) => [...body.rows]).forEach((row, place) => published.set(row, place));
    }
    return found;
  };

  /** @param {Told} told @param {HTMLTableRowElement} row @returns {Record<string, string>} */
  const marksOf = ({ marks }, row) => {
    const place = published.get(row) ?? -1;
    return Object.fromEntries(marks.flatMap(([name, [values, of]]) => (of[place] >= 0 ? [[name, values[of[place]]]] : [])));
  };

  /** @param {HTMLTableElement} table */
  const known = (table) => {
    let found = read.get(table);
    if (!found) {
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      const own = toldOf(table);
      const entries = rows.map((row, place) => ({ row, place, isShown: !row.hidden, marks: marksOf(own, row) }));
      found = { entries, size: table.tBodies[0]?.rows.length ?? 0, order: entries, rest: null, ranks: new Map() };
      read.set(table, found);
    }
    return found;
  };

  /** @param {Told} told @param {HTMLTableRowElement} row @param {number} column @returns {string} */
  const rawIn = (told, row, column) => {
    const cell = row.cells[column];
    if (cell?.dataset.value !== undefined) return cell.dataset.value;
    const value = told.values[column]?.[published.get(row) ?? -1];
    if (value !== undefined) return String(value ?? "");
    return cell?.textContent?.replace(/^[+−](?=\d)/, (sign) => (sign === "+" ? "" : "-")) ?? "";
  };

  /** @param {string} raw */
  const valueOf = (raw) => {
    const number = Number(raw);
    return raw === "" ? null : raw.trim() === "" || Number.isNaN(number) ? raw : number;
  };

  /** @param {number | string} a @param {number | string} b */
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    collator ??= new Intl.Collator(undefined, { numeric: true });
    return collator.compare(String(a), String(b));
  };

  /** The rank of each value, upwards from 0; equal ones share it. @param {(number | string | null)[]} values */
  const rank = (values) => {
    const distinct = [...new Set(values)].flatMap((value) => (value === null ? [] : [value])).sort(compare);
    /** @type {Map<number | string | null, number>} */
    const ranks = new Map();
    distinct.forEach((value, i) => ranks.set(value, i > 0 && compare(distinct[i - 1], value) === 0 ? (ranks.get(distinct[i - 1]) ?? 0) : i));
    return values.map((value) => ranks.get(value) ?? null);
  };

  /** @typedef {{top: number, room: number, sight: number}} Measured Where the rows of a long table begin, the room of a row out of sight, the height of the window. */

  /** @param {HTMLTableElement} table @returns {Measured} */
  const measure = (table) => {
    // Asking would have the page laid out, before the scripts that come have added what they add.
    if (!table.classList.contains("long")) return { top: 0, room: 0, sight: 0 };
    return { top: table.getBoundingClientRect().top, room: ROOM_REM * parseFloat(getComputedStyle(document.documentElement).fontSize), sight: innerHeight };
  };

  /** @typedef {{body: HTMLTableSectionElement, rows: HTMLTableRowElement[], shown: number, isNear: boolean}} Group */

  /** The groups as they are to be, and which of them will be in sight or near it. @param {HTMLTableElement} table @param {Measured} measured @returns {Group[]} */
  const groupsOf = (table, { top, room, sight }) => {
    const { order, size } = known(table);
    return [...table.tBodies].map((body, i) => {
      const entries = order.slice(i * size, (i + 1) * size);
      const shown = entries.filter(({ isShown }) => isShown).length;
      const begin = top;
      top += shown * room;
      return { body, rows: entries.map(({ row }) => row), shown, isNear: begin < 1.5 * sight && top > -0.5 * sight };
    });
  };

  /** Put its rows into a group. Those of others that stand there stay, or go into `aside`. @param {Group} group @param {HTMLTableSectionElement} [aside] */
  const fill = ({ body, rows }, aside) => {
    if (body.rows.length === rows.length && rows.every((row, i) => body.rows[i] === row)) return;
    body.prepend(...rows);
    aside?.append(...[...body.rows].slice(rows.length));
  };

  /**
   * Put the rows of a table where they belong. In a long one, what will be in sight is done at once and the rest after the next frame; each
   * group keeps the room of the rows that it shows while it is out of sight.
   * @param {HTMLTableElement} table @param {Measured} measured
   */
  const put = (table, measured) => {
    const state = known(table);
    state.rest?.drop();
    const groups = groupsOf(table, measured);
    if (!table.classList.contains("long")) return groups.forEach((group) => fill(group));
    const far = groups.filter((group) => !group.isNear);
    for (const { body, shown, isNear } of groups) {
      // A group in sight that grows out of it would be laid out once more, with all that it now shows.
      if (!isNear && shown > Number(body.style.getPropertyValue("--rows"))) body.style.contentVisibility = "hidden";
      body.style.setProperty("--rows", String(shown));
      body.hidden = shown === 0;
    }
    for (const group of groups) if (group.isNear) fill(group, far[0]?.body);
    const reveal = () => groups.forEach(({ body }) => (body.style.contentVisibility = ""));
    state.rest = site.inSlices([reveal, ...far.map((group) => () => fill(group))]);
  };

  Object.assign(site, {
    /** The tables that are there from the start. @param {string} selector */
    tables: (selector, within = document.body) => tables.filter((table) => table.matches(selector) && within.contains(table)),

    /** What a cell is sorted by: the value that it or its table says, or else its text, with the sign that programs read; empty where it has none. @param {HTMLTableCellElement | undefined} cell */
    rawOf(cell) {
      const [row, table] = [cell?.parentElement, cell?.closest("table")];
      return cell && table && row instanceof HTMLTableRowElement ? rawIn(toldOf(table), row, cell.cellIndex) : "";
    },

    /** The rows in the order in which they were published. @param {HTMLTableElement} table */
    entries: (table) => known(table).entries,

    /** The ranks of a column's values, by published place; null where there is none. @param {HTMLTableElement} table @param {number} column */
    ranks(table, column) {
      const { entries, ranks } = known(table);
      const own = toldOf(table);
      const found = ranks.get(column) ?? rank(entries.map(({ row }) => valueOf(rawIn(own, row, column))));
      ranks.set(column, found);
      return found;
    },

    /** Put the rows in an order, in groups of the size that they had. @param {HTMLTableElement} table @param {Entry[]} order */
    arrange(table, order) {
      known(table).order = order;
      put(table, measure(table));
    },

    /** Hide and show rows. Returns how many are shown. @param {HTMLTableElement} table @param {(entry: Entry) => boolean} isShown */
    showOnly(table, isShown) {
      const { entries } = known(table);
      const wanted = entries.map(isShown);
      if (entries.some((entry, i) => entry.isShown !== wanted[i])) {
        const measured = measure(table);
        entries.forEach((entry, i) => {
          if (entry.isShown !== wanted[i]) entry.row.hidden = !wanted[i];
          entry.isShown = wanted[i];
        });
        put(table, measured);
      }
      return wanted.filter(Boolean).length;
    },

    /** Have every row where it belongs, for whoever reads them as they stand. @param {HTMLTableElement} table */
    settle: (table) => read.get(table)?.rest?.finish(),

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
    shownTable: (box) => site.tables("table", box).find((/** @type {HTMLTableElement} */ table) => !table.closest("[data-view-of][hidden]")),
  });

  document.addEventListener("rowschange", ({ target }) => {
    if (!(target instanceof HTMLTableElement)) return;
    read.get(target)?.rest?.drop();
    read.delete(target);
  }, true);
  // A column's first sort is as fast as its second: the ranks are there before they are asked for.
  const long = tables.filter((table) => table.classList.contains("long"));
  addEventListener("load", () => site.inSlices(long.flatMap((table) => site.heads(table).map((/** @type {HTMLElement} */ _, /** @type {number} */ i) => () => site.ranks(table, i)))));
  for (const name of ["beforeprint", "copy"]) addEventListener(name, () => [...read.keys()].forEach(site.settle), true);
})();
