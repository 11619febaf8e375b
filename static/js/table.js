// Tables: their rows in published order with the raw value of each cell, and how rows are put and hidden.
(() => {
  /** Made for the first text, since making it takes as long as all else of a page's beginning. @type {Intl.Collator | undefined} */
  let collator;
  const tables = site.elements("table").filter((table) => table instanceof HTMLTableElement);
  const ROOM_REM = 3.5; // of a row out of sight, as in tables.css
  const NEAR = 3; // rows beyond sight that are put in order at once: others are less high than their room
  const LAID_OUT = 1.5; // heights of the window beyond sight within which Chromium lays out what it may skip

  /** `order` is the one that rows are to have, `rest` what is still to be done for it. */
  /** `opened` are rows of their own that stand below those of entries. */
  /** @typedef {{entries: TableEntry[], size: number, order: TableEntry[], rest: Slices | null, ranks: Map<Element, Numbers>, opened: Map<TableEntry, HTMLTableRowElement>}} State */
  /** @type {Map<HTMLTableElement, State>} */
  const states = new Map();

  /** By name the distinct values of a filter, and which of them each row has. @typedef {[string, [string[], number[]]][]} Filters */
  /** @type {Map<HTMLTableElement, Filters>} */
  const filtersOfTables = new Map();
  /** Which of a table's rows each was when the page came: those that scripts add later have no place. @type {WeakMap<Element, number>} */
  const published = new WeakMap();

  /** @param {HTMLTableElement} table */
  const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);

  /** @param {HTMLTableElement} table */
  const filtersOf = (table) => {
    let found = filtersOfTables.get(table);
    if (!found) {
      /** @type {Filters} */
      found = Object.entries(JSON.parse(table.dataset.filters ?? "{}"));
      filtersOfTables.set(table, found);
      rowsOf(table).forEach((row, place) => published.set(row, place));
    }
    return found;
  };

  /** By place, what filters know of the rows by a name. @param {HTMLTableElement} table @param {string} name @returns {(string | undefined)[]} */
  const filterValuesOf = (table, name) => {
    const [, [values, of]] = filtersOf(table).find(([key]) => key === name) ?? ["", [[], []]];
    return stateOf(table).entries.map(({ row }) => values[of[published.get(row) ?? -1] ?? -1]);
  };

  /** @param {HTMLTableElement} table */
  const stateOf = (table) => {
    let found = states.get(table);
    if (!found) {
      filtersOf(table);
      const entries = rowsOf(table).map((row, place) => ({ row, place, isShown: !row.hidden }));
      found = { entries, size: table.tBodies[0]?.rows.length ?? 0, order: entries, rest: null, ranks: new Map(), opened: new Map() };
      states.set(table, found);
    }
    return found;
  };

  /** The value that a cell says, or else its text, with the sign that programs read. @param {HTMLTableCellElement | undefined} cell @returns {string} */
  const valueOf = (cell) => cell?.dataset.value ?? cell?.textContent?.replace(/^[+−](?=\d)/, (sign) => (sign === "+" ? "" : "-")) ?? "";

  /** @param {string} text */
  const numberOrText = (text) => {
    const number = Number(text);
    return text === "" ? null : text.trim() === "" || Number.isNaN(number) ? text : number;
  };

  /** @param {number | string} a @param {number | string} b */
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    collator ??= new Intl.Collator(site.language, { numeric: true });
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

  /** Where the rows of a long table begin, the room of a row out of sight, and between which heights of the window rows are seen, or nearly. @param {HTMLTableElement} table */
  const measure = (table) => {
    // Asking would have the page laid out, before the scripts that come have added what they add.
    if (!table.classList.contains("long")) return { top: 0, room: 0, from: 0, to: 0 };
    const [frame, rows] = [table.parentElement ?? table, table.tBodies[0]].map((element) => element.getBoundingClientRect());
    const room = ROOM_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
    return { top: rows.top, room, from: Math.max(0, frame.top) - NEAR * room, to: Math.min(innerHeight, frame.bottom) + NEAR * room };
  };

  /** `away` is how far from sight it will be, in px. @typedef {{body: HTMLTableSectionElement, entries: TableEntry[], shown: number, away: number}} Group */

  /** The groups as they are to be. @param {HTMLTableElement} table @returns {Group[]} */
  const groupsOf = (table) => {
    const { order, size } = stateOf(table);
    let { top, room, from, to } = measure(table);
    return [...table.tBodies].map((body, i) => {
      const entries = order.slice(i * size, (i + 1) * size);
      const shown = entries.filter(({ isShown }) => isShown).length;
      const begin = top;
      top += shown * room;
      return { body, entries, shown, away: shown > 0 ? Math.max(0, begin - to, from - top) : Infinity };
    });
  };

  /** Put its rows into a group, and show or hide them. Those of others that stand there stay, or go into `aside`. @param {State} state @param {Group} group @param {HTMLTableSectionElement} [aside] */
  const fill = ({ opened }, { body, entries }, aside) => {
    const rows = entries.flatMap((entry) => {
      const found = [entry.row, ...(opened.has(entry) ? [/** @type {HTMLTableRowElement} */ (opened.get(entry))] : [])];
      for (const row of found) if (row.hidden === entry.isShown) row.hidden = !entry.isShown;
      return found;
    });
    if (body.rows.length === rows.length && rows.every((row, i) => body.rows[i] === row)) return;
    body.prepend(...rows);
    aside?.append(...[...body.rows].slice(rows.length));
  };

  /** Say where the rail beside rows goes on from one group to the next. @param {Group[]} groups */
  const joinRails = (groups) => {
    groups.forEach(({ body, entries }, i) => {
      const before = groups[i - 1];
      const goesOn = before !== undefined && [before.entries.at(-1), entries[0]].every((entry) => entry?.isShown && entry.row.matches(".level"));
      body.classList.toggle("rail-up", goesOn);
      before?.body.classList.toggle("rail-down", goesOn);
    });
  };

  /** Groups that are laid out in a frame each: together they show as many rows as a full one. @param {Group[]} groups @param {number} size */
  const framesOf = (groups, size) => {
    /** @type {Group[][]} */
    const frames = [];
    let rows = 0;
    for (const group of groups) {
      (frames[Math.floor(rows / size)] ??= []).push(group);
      rows += group.shown;
    }
    return frames;
  };

  /**
   * Put the rows of a table where they belong, and show those that are wanted. In a long one, what will be in sight is done at once and the
   * rest after the next frame, from there outwards; each group keeps the room of the rows that it shows while it is out of sight.
   * @param {HTMLTableElement} table
   */
  const put = (table) => {
    const state = stateOf(table);
    state.rest?.drop();
    const groups = groupsOf(table);
    if (!table.classList.contains("long")) return groups.forEach((group) => fill(state, group));
    joinRails(groups);
    for (const { body, shown, away } of groups) {
      // Out of sight, a group of other size has its new room at once, and is laid out when its rows are there.
      const isAsLarge = shown === Number(body.style.getPropertyValue("--rows"));
      body.style.contentVisibility = away === 0 || isAsLarge ? "" : "hidden";
      body.style.setProperty("--rows", String(shown));
    }
    const outwards = [...groups].sort((a, b) => a.away - b.away);
    const isLaidOut = (/** @type {Group} */ { away }) => away < LAID_OUT * innerHeight;
    // Rows that leave what is laid out wait where nothing is.
    const aside = outwards.at(-1)?.body;
    const finish = (/** @type {Group} */ group) => {
      fill(state, group, isLaidOut(group) ? aside : undefined);
      group.body.style.contentVisibility = "";
    };
    const rest = outwards.filter(({ away }) => away > 0);
    outwards.slice(0, outwards.length - rest.length).forEach(finish);
    const frames = framesOf(rest.filter(isLaidOut), state.size);
    const steps = [...frames, ...rest.filter((group) => !isLaidOut(group)).map((group) => [group])];
    state.rest = site.inSlices(steps.map((of) => () => of.forEach(finish)), frames.length);
  };

  site.table = {
    all: (selector, within = document.body) => tables.filter((table) => table.matches(selector) && within.contains(table)),

    value: valueOf,

    entries: (table) => stateOf(table).entries,

    filterValues: filterValuesOf,

    forget: (table, head) => void stateOf(table).ranks.delete(head),

    attach(table, entry, row) {
      const { opened } = stateOf(table);
      opened.get(entry)?.remove();
      if (row) opened.set(entry, row);
      else opened.delete(entry);
      if (row) entry.row.after(row);
    },

    ranks(table, head) {
      const { entries, ranks } = stateOf(table);
      let found = ranks.get(head);
      if (!found) {
        site.table.finishColumns(table);
        found = rank(entries.map(({ row }) => numberOrText(valueOf(row.cells[head.cellIndex]))));
        ranks.set(head, found);
      }
      return found;
    },

    arrange(table, order) {
      stateOf(table).order = order;
      put(table);
    },

    showOnly(table, isShown) {
      const { entries } = stateOf(table);
      const wanted = entries.map(isShown);
      if (entries.some((entry, i) => entry.isShown !== wanted[i])) {
        entries.forEach((entry, i) => (entry.isShown = wanted[i]));
        put(table);
      }
      // A category above its tasks is no row of its own.
      const counted = entries.map(({ row }) => !row.classList.contains("group"));
      return [wanted.filter((is, i) => is && counted[i]).length, counted.filter(Boolean).length];
    },

    finishSorting: (table) => states.get(table)?.rest?.finish(),
    heads: (table) => [...(table.tHead?.rows[0].cells ?? [])],
    headText: (head) => head.dataset.title ?? ((head.querySelector(".sort, .unseen") ?? head).textContent ?? "").trim(),
    // The keys of the first box of tables are plain in the address; those of a named box, or of another table, begin with its name.
    scope(table) {
      const box = table.closest("[data-box]");
      return box instanceof HTMLElement ? (box.dataset.box ? `${box.dataset.box}.` : "") : `${table.id}.`;
    },
    makeSortable: () => {}, // below
    addSort: () => {}, // below
    sortAgain: () => {}, // below
    finishColumns: () => {}, // in task-columns.js
    shownHeads: (table) => site.table.heads(table), // in table-columns.js
    shown: (box) => site.table.all("table", box).find((table) => !table.closest("[data-view-of][hidden]")),
  };

  document.addEventListener("rowschange", ({ target }) => {
    if (!(target instanceof HTMLTableElement)) return;
    states.get(target)?.rest?.drop();
    states.delete(target);
  }, true);
  // A column's first sort is as fast as its second: the ranks are there before they are asked for.
  const long = tables.filter((table) => table.classList.contains("long"));
  addEventListener("load", () => site.inSlices(long.flatMap((table) => site.table.heads(table).map((head) => () => site.table.ranks(table, head)))));
  for (const name of ["beforeprint", "copy"]) addEventListener(name, () => [...states.keys()].forEach(site.table.finishSorting), true);
})();
// The toggle between the views of a board: one shown at a time, its name in the address under that of the toggle.
(() => {
  for (const box of site.elements("[data-views]")) {
    const key = box.dataset.views ?? "";
    const group = box.querySelector(".segments");
    const within = (/** @type {string} */ selector) => site.elements(selector).filter((element) => box.contains(element));
    const buttons = within("button[data-view]");
    const views = within("[data-view-of]");
    const names = buttons.map((button) => button.dataset.view ?? "");

    /** @param {string} name */
    const show = (name) => {
      // Some names stand for other numbers within a view.
      const shown = buttons[names.indexOf(name)]?.dataset.in ?? name;
      for (const view of views) view.hidden = view.dataset.viewOf !== shown;
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(names[i] === name)));
      box.dispatchEvent(new Event("viewchange"));
    };
    const fromAddress = () => {
      const asked = site.address.get(key);
      show(asked !== null && names.includes(asked) ? asked : names[0]);
    };

    if (group instanceof HTMLElement) {
      buttons.forEach((button, i) =>
        button.addEventListener("click", () => {
          show(names[i]);
          site.address.set(key, i === 0 ? null : names[i]);
        }),
      );
      addEventListener("popstate", fromAddress);
      fromAddress();
      group.hidden = false;
    }
    box.dataset.ready = "";
  }
})();
// Sorting: a button in each heading, the choice in the address. Missing values stay last both ways, equal ones keep their published order.
(() => {
  const { heads, headText, scope, ranks } = site.table;
  /** @type {HTMLTableElement[]} */
  const tables = [];

  /** The order that the first click gives. @param {HTMLElement | undefined} head */
  const firstWay = (head) => head?.dataset.first ?? (head?.classList.contains("text") ? "ascending" : "descending");

  /** The order in which a table was published. @param {HTMLTableElement} table */
  const published = (table) => {
    const head = heads(table).find((other) => other.dataset.key === table.dataset.sortedBy);
    return { key: head?.dataset.key ?? null, way: firstWay(head) };
  };

  /** Rank and place as one number each, since a browser sorts numbers fastest. @param {TableEntry[]} entries @param {Numbers} ranks @param {string} way */
  const inOrder = (entries, ranks, way) => {
    const n = entries.length;
    const keys = Float64Array.from(ranks, (rank, place) => (rank === null ? n : way === "ascending" ? rank : n - 1 - rank) * n + place);
    return Array.from(keys.sort(), (key) => entries[key % n]);
  };

  /** @param {HTMLTableElement} table @param {string | null} key @param {string} way */
  const sort = (table, key, way) => {
    const asked = heads(table).find((head) => head.dataset.key === key);
    const first = published(table);
    let entries = site.table.entries(table);
    if (asked && (key !== first.key || way !== first.way)) entries = inOrder(entries, ranks(table, asked), way);
    site.table.arrange(table, entries);
    for (const head of heads(table)) {
      if (head === asked) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
    }
  };

  /** As the address says; the published order where it says nothing of this table. @param {HTMLTableElement} table */
  const fromAddress = (table) => {
    // A view out of sight follows when it comes into it.
    if (table.closest("[data-view-of][hidden]")) return;
    const prefix = scope(table);
    const asked = heads(table).find((head) => head.dataset.key === site.address.get(`${prefix}sort`));
    const { key, way } = asked ? { key: asked.dataset.key, way: site.address.get(`${prefix}way`) ?? firstWay(asked) } : published(table);
    if ((key ?? "") !== table.dataset.sorted || way !== table.dataset.way) sort(table, key ?? null, way);
    table.dataset.sorted = key ?? "";
    table.dataset.way = way;
    table.dispatchEvent(new Event("sorted"));
  };

  /** @param {HTMLTableElement} table @param {HTMLElement} head */
  const ask = (table, head) => {
    const prefix = scope(table);
    const first = firstWay(head);
    const now = head.getAttribute("aria-sort");
    const way = now === null ? first : now === "ascending" ? "descending" : "ascending";
    const { key, way: publishedWay } = published(table);
    const asked = head.dataset.key ?? "";
    /** @type {[string, string][]} */
    const pairs = asked === key && way === publishedWay ? [] : [[`${prefix}sort`, asked]];
    if (pairs.length && way !== first) pairs.push([`${prefix}way`, way]);
    site.address.setPairs([`${prefix}sort`, `${prefix}way`], pairs);
    for (const other of tables) if (scope(other) === prefix) fromAddress(other);
    site.say(site.text(`sorted.${way}`, { column: headText(head) }));
  };

  /** @param {HTMLTableElement} table @param {HTMLTableCellElement} head */
  const addButton = (table, head) => {
    // The label sorts; the way to what it means stays, behind it.
    const link = head.querySelector("a");
    const button = site.button("", "sort");
    button.replaceChildren(...(link ?? head).childNodes);
    head.prepend(button);
    if (link) {
      link.className = "why";
      link.textContent = "?";
      link.setAttribute("aria-label", site.text("what_is", { name: button.textContent?.trim() ?? "" }));
    }
    head.classList.add("sorts");
    button.addEventListener("click", () => ask(table, head));
    // Read on the way to the click, so that thousands of rows are sorted at once.
    for (const way of ["pointerenter", "focus"]) button.addEventListener(way, () => ranks(table, head), { once: true });
  };

  site.table.addSort = (table, head) => {
    if (tables.includes(table)) addButton(table, head);
  };

  site.table.sortAgain = fromAddress;

  site.table.makeSortable = (table) => {
    if (tables.includes(table) || site.table.entries(table).length < 2) return;
    tables.push(table);
    for (const head of heads(table)) if (!head.matches(".plot, .slots")) addButton(table, head);
    const { key, way } = published(table);
    table.dataset.sorted = key ?? "";
    table.dataset.way = way;
    heads(table).find((head) => head.dataset.key === key)?.setAttribute("aria-sort", way);
    fromAddress(table);
    table.addEventListener("rowschange", () => {
      delete table.dataset.sorted;
      fromAddress(table);
    });
  };

  // A switch between the published order, which may have no name, and that by one column; in the table of a box, or in all of its views.
  for (const button of site.elements("[data-order]")) {
    const box = button.closest("[data-box], figure") ?? document.body;
    const own = site.table.all("[data-table]", box);
    const key = button.dataset.order ?? "";
    const show = () => {
      const { sorted, sortedBy } = (own.find((table) => !table.closest("[data-view-of][hidden]")) ?? own[0]).dataset;
      button.setAttribute("aria-pressed", String(sorted === (key || sortedBy || "")));
    };
    for (const table of own) table.addEventListener("sorted", show);
    button.addEventListener("click", () => {
      for (const table of own) {
        const [sort, way] = ["sort", "way"].map((name) => `${scope(table)}${name}`);
        site.address.setPairs([sort, way], key ? [[sort, key]] : []);
      }
      own.forEach(fromAddress);
    });
    if (button.parentElement) button.parentElement.hidden = false;
  }
  site.table.all("[data-table]").forEach(site.table.makeSortable);
  document.addEventListener("viewchange", () => tables.forEach(fromAddress), true);
  addEventListener("popstate", () => tables.forEach(fromAddress));
})();
// A table that fits its page needs no scrolling of its own: its head then sticks to the top of the window.
(() => {
  const observer = new ResizeObserver((entries) => {
    for (const wrap of new Set(entries.map(({ target }) => target.closest(".table-wrap")))) {
      const table = wrap?.querySelector("table");
      if (!wrap || !table) continue;
      const scrolls = table.scrollWidth > wrap.clientWidth;
      wrap.classList.toggle("scrolls", scrolls);
      wrap.classList.toggle("fits", !scrolls && !wrap.matches(".tall.wide"));
    }
  });
  for (const part of site.elements(".table-wrap, .table-wrap > table")) observer.observe(part);
})();
