// @ts-check
// Takes the view along: the rows and columns that are seen, in their order, as text to paste or as CSV; or its address.
(() => {
  const site = /** @type {any} */ (window).site;

  /** @param {Element | undefined} part */
  const isSeen = (part) => part !== undefined && getComputedStyle(part).display !== "none";

  /** What a cell shows, its note apart. @param {HTMLElement} cell */
  const read = (cell) => {
    const note = cell.querySelector("small")?.textContent?.trim() ?? "";
    const parts = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches("small, .tick, svg")));
    return { text: parts.map((node) => node.textContent).join(" ").replace(/\s+/g, " ").trim(), note };
  };

  /** Raw numbers where there are any, so that no digit is lost; text as it stands. @param {HTMLElement} cell */
  const raw = (cell) => {
    const value = site.rawOf(cell).trim();
    if (value === "" && !cell.classList.contains("text")) return "";
    return value !== "" && !Number.isNaN(Number(value)) ? String(Number(value)) : read(cell).text;
  };

  /** The seen columns and rows of a table. @param {HTMLTableElement} table */
  const view = (table) => {
    site.settle(table);
    const heads = site.heads(table).filter((/** @type {HTMLElement} */ head) => isSeen(head) && !head.classList.contains("plot"));
    const places = heads.map((/** @type {HTMLTableCellElement} */ head) => head.cellIndex);
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden).map((row) => places.map((/** @type {number} */ i) => /** @type {HTMLElement} */ (row.cells[i])));
    return { titles: heads.map(site.headText), rows };
  };

  /** A text that a sheet would run as a formula, defused; a number stays one. @param {string} text */
  const defused = (text) => (/^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text);

  /** What a cell shows, with its note. @param {HTMLElement} cell */
  const said = (cell) => {
    const { text, note } = read(cell);
    return note && text ? `${text} (${note})` : text || note;
  };

  /** Tab-separated, as it is read, for a document or a sheet. @param {HTMLTableElement} table */
  const asText = (table) => {
    const { titles, rows } = view(table);
    const lines = rows.map((cells) => cells.map(said));
    return [titles, ...lines].map((line) => line.map(defused).join("\t")).join("\n");
  };

  /** One field of a CSV file (RFC 4180). @param {string} text */
  const field = (text) => (/[",\r\n]/.test(defused(text)) ? `"${defused(text).replaceAll('"', '""')}"` : defused(text));

  /** @param {HTMLTableElement} table */
  const asCsv = (table) => {
    const { titles, rows } = view(table);
    const noted = titles.map((/** @type {string} */ _, /** @type {number} */ i) => rows.some((cells) => read(cells[i]).note));
    const head = titles.flatMap((/** @type {string} */ title, /** @type {number} */ i) => (noted[i] ? [title, `${title} (note)`] : [title]));
    const lines = rows.map((cells) => cells.flatMap((/** @type {HTMLElement} */ cell, /** @type {number} */ i) => (noted[i] ? [raw(cell), read(cell).note] : [raw(cell)])));
    return [head, ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("");
  };

  /** @param {string} name @param {string} text */
  const save = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  for (const box of site.all("[data-box]")) {
    const body = box.querySelector('[data-menu="export"] .menu-body');
    if (!body) continue;
    /** @param {string} text @param {(button: HTMLButtonElement, table: HTMLTableElement) => void} act */
    const add = (text, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => {
        const table = site.shownTable(box);
        if (table) act(button, table);
      });
      body.append(button);
    };
    add("Copy as text", (button, table) => site.copy(button, asText(table)));
    add("Download as CSV", (_, table) => save(`${table.id}.csv`, asCsv(table)));
    add("Copy link to this view", (button) => site.copy(button, location.href));
  }
})();
