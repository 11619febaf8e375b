// What was measured beside the scores of a matrix takes their place in its cells; its file is loaded when it is asked for.
(() => {
  /** @param {HTMLElement} figure */
  const setUp = (figure) => {
    const buttons = [...figure.querySelectorAll("[data-values]")].filter((button) => button instanceof HTMLElement);
    const view = figure.querySelector('[data-view-of="score"]');
    const [table] = view ? site.table.all("table", view) : [];
    if (!view || !table || !buttons.length) return;
    /** The columns of numbers, with what ranks the entries first. */
    const heads = site.table.heads(table).filter((head) => head.matches(".heat") || head.dataset.key === "merit");
    const ofScores = site.table.heads(table).filter((head) => ["worst", "spread"].includes(head.dataset.key ?? ""));
    const rows = [...table.rows].slice(1);
    const pinned = [...(table.tHead?.rows ?? [])].slice(1);
    const [title, note] = [".chart-title", ".note span"].map((selector) => view.querySelector(selector) ?? figure.querySelector(selector));
    const merit = heads.find((head) => head.dataset.key === "merit")?.querySelector(".sort");
    const cellsOf = (/** @type {HTMLTableRowElement} */ row) => heads.map((head) => row.cells[head.cellIndex]);

    /** @typedef {{title: string, note: string, merit: string, width: string, plain: boolean, cells: Map<HTMLTableRowElement, HTMLTableCellElement[]>}} Shown */
    const text = (/** @type {Element | null | undefined} */ element) => element?.textContent ?? "";
    const widths = ["few", "some", "many"];
    /** By name in the address; the scores have none. @type {Map<string, Shown>} */
    const known = new Map([["", { title: text(title), note: text(note), merit: text(merit), width: widths.find((width) => figure.matches(`.${width}`)) ?? "", plain: false, cells: new Map(rows.map((row) => [row, cellsOf(row)])) }]]);
    let [shown, turn] = ["", 0];

    /** A cell like that of a score, with its link. @param {HTMLTableCellElement} own @param {MatrixCell} value @param {boolean} isMerit */
    const makeCell = (own, value, isMerit) => {
      const [written, raw, heat = 0, isBest = 0] = value;
      const made = /** @type {HTMLTableCellElement} */ (own.cloneNode(raw !== undefined));
      made.classList.remove("best", "flagged", "unknown", "soft");
      made.removeAttribute("style");
      (made.querySelector("a") ?? made).textContent = written;
      made.dataset.value = String(raw ?? "");
      if (heat) made.style.setProperty("--heat", String(heat / 100));
      if (isBest) made.classList.add("best");
      if (raw === undefined && !isMerit) made.classList.add("soft");
      return made;
    };

    /** @param {MatrixValues} data @returns {Shown} */
    const made = (data) => {
      const scores = /** @type {Shown} */ (known.get("")).cells;
      const of = (/** @type {HTMLTableRowElement} */ row) => data.rows[row.dataset.id ?? ""] ?? data.pinned[pinned.indexOf(row)];
      const cells = new Map(rows.map((row) => [row, (scores.get(row) ?? []).map((own, i) => makeCell(own, of(row)[i], i === 0))]));
      return { ...data, plain: !data.has_direction, cells };
    };

    /** @param {string} name */
    const swap = (name) => {
      const after = known.get(name);
      if (!after || name === shown) return;
      shown = name;
      const places = heads.map((head) => head.cellIndex);
      for (const [row, cells] of after.cells) cells.forEach((cell, i) => row.cells[places[i]].replaceWith(cell));
      if (title) title.textContent = after.title;
      if (note) note.textContent = after.note;
      if (merit) merit.textContent = after.merit;
      for (const head of ofScores) for (const row of [head.parentElement, ...rows]) row?.children[head.cellIndex].toggleAttribute("hidden", name !== "");
      figure.classList.toggle("plain", after.plain);
      figure.classList.remove(...widths);
      figure.classList.add(after.width);
      for (const head of heads) site.table.forget(table, head);
      delete table.dataset.sorted;
      site.table.sortAgain(table);
    };

    const update = async () => {
      const mine = ++turn;
      const button = buttons.find((other) => other.getAttribute("aria-pressed") === "true");
      const { view: name = "", values = "", name: asked = "" } = button?.dataset ?? {};
      try {
        if (button && !known.has(name)) known.set(name, made(await site.load(/** @type {`matrix ${number}`} */ (asked), values)));
        if (mine === turn) swap(name);
      } catch (error) {
        if (note) note.textContent = site.errorText(error);
      }
    };
    figure.addEventListener("viewchange", update);
    update();
  };

  site.elements("[data-matrix]").forEach(setUp);
})();
