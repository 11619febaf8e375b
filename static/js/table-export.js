// Exports: the rows and columns that are shown, in their order, as Markdown or as CSV; the address of the view, or the code that embeds it.
(() => {
  const { numbers = "" } = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : {};

  /** Of tables whose cells do not have them: by column and published place, the numbers behind the cells. @type {Map<HTMLTableElement, Record<string, string[]>>} */
  const apart = new Map();
  /** Load what an export of a table needs. @param {HTMLTableElement | null | undefined} table */
  const prepare = async (table) => {
    if (!table?.matches("[data-details-apart]") || apart.has(table)) return;
    apart.set(table, await site.load(`details of ${table.id}`, `${numbers}${table.id}.js`));
  };

  /** What a cell shows, without its quiet line and what its number is out of. @param {HTMLTableCellElement} cell @param {string} [also] what else is left out */
  const read = (cell, also = "small") => {
    const parts = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches(`small, .tick, .of, svg, ${also}`)));
    return parts.map((node) => node.textContent).join(" ").replace(/\s+/g, " ").trim();
  };

  /** Raw numbers where there are any, so that no digit is lost; text as it stands, a name without its tags, a facet by its value. @param {HTMLTableCellElement} cell @param {HTMLElement} head */
  const raw = (cell, head) => {
    if (head.dataset.raw !== undefined) return site.table.value(cell).trim();
    const value = site.table.value(cell).trim();
    if (value === "" && !cell.classList.contains("text")) return "";
    return value !== "" && !Number.isNaN(Number(value)) ? String(Number(value)) : read(cell, "th > .tag");
  };

  /** The numbers behind a drawing or an interval, as many as its column names. @param {HTMLTableCellElement} cell @param {HTMLElement} head @param {string} [known] */
  const detailsOf = (cell, head, known) => {
    const values = (known ?? cell.dataset.details ?? "").split(" ");
    return (head.dataset.details?.split("\n") ?? []).map((_, i) => values[i] ?? "");
  };

  /** A number behind a cell in as many decimals as the cell has. @param {string} text @param {HTMLTableCellElement} cell */
  const asShown = (text, cell) => {
    const places = /\d[.,](\d+)/.exec(read(cell))?.[1].length ?? 0;
    return places && text.includes(".") ? site.format.rounded(Number(text), places) : text;
  };

  /** The seen columns and rows of a table, with the numbers behind them. @param {HTMLTableElement} table @param {(cell: HTMLTableCellElement, head: HTMLElement) => string} write
   * @param {(text: string, cell: HTMLTableCellElement) => string} [writeDetail] */
  const view = (table, write, writeDetail = (text) => text) => {
    site.table.finishSorting(table);
    site.table.finishColumns(table);
    const heads = site.table.shownHeads(table);
    const isDrawn = (/** @type {Element} */ head) => head.matches(".plot, .slots");
    const all = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden && !row.matches(".opened"));
    // A category above its tasks is a column of theirs.
    const rows = all.filter((row) => !row.matches(".group"));
    const named = rows.length < all.length ? site.table.filterValues(table, "category") : [];
    const places = new Map(site.table.entries(table).map(({ row, place }) => [row, place]));
    const known = apart.get(table);
    const hasLevel = rows.some((row) => row.matches(".level"));
    const columns = heads.flatMap((head) => {
      const own = isDrawn(head) ? [] : [{ title: site.table.headText(head), isText: head.matches(".text") }];
      const noted = head.dataset.noted ? [{ title: head.dataset.noted, isText: true }] : [];
      return [...own, ...noted, ...(head.dataset.details?.split("\n") ?? []).map((title) => ({ title, isText: false }))];
    });
    const lines = rows.map((row) => {
      const place = places.get(row) ?? -1;
      const found = heads.flatMap((head) => {
        const cell = row.cells[head.cellIndex];
        const noted = head.dataset.noted ? [cell.querySelector("small")?.textContent ?? ""] : [];
        const details = detailsOf(cell, head, known?.[head.dataset.key ?? ""]?.[place]).map((text) => writeDetail(text, cell));
        return [...(isDrawn(head) ? [] : [write(cell, head)]), ...noted, ...details];
      });
      if (named.length) found.push(named[place] ?? "");
      return hasLevel ? [...found, row.matches(".level") ? site.text("yes") : site.text("no")] : found;
    });
    if (named.length) columns.push({ title: table.closest("[data-box]")?.querySelector("[data-facet=category]")?.getAttribute("aria-label") ?? "", isText: true });
    return { columns: hasLevel ? [...columns, { title: site.text("level"), isText: true }] : columns, lines };
  };

  // The rule of site_builder/tables/export.py: where a cell may begin, after what a sheet skips, but no number.
  const FORMULA =
    /^(?=[\t\r\n])|(^|[;\t\r\n])((?:[^\S\t\r\n]|["\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF])*)(?![+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?:[;\t\r\n]|$))(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gi;
  /** A text that a sheet would run as a formula, defused; a number stays one. @param {string} text */
  const defused = (text) => text.replace(FORMULA, "$1'$2");

  /** A table as Markdown (GitHub's), as it is read; nothing of it becomes a mark, link, mention or issue. @param {HTMLTableElement} table */
  const asMarkdown = (table) => {
    const { columns, lines } = view(table, (cell) => read(cell), asShown);
    const line = (/** @type {string[]} */ cells) => `| ${cells.map((text) => text.replace(/[\\|<`*_[\]~&]|:(?=\/\/)/g, "\\$&").replace(/[@#](?=\w)|\bwww(?=\.)/gi, "$&\u2060")).join(" | ")} |`;
    const ways = `| ${columns.map(({ isText }) => (isText ? ":--" : "--:")).join(" | ")} |`;
    return [line(columns.map(({ title }) => title)), ways, ...lines.map(line)].join("\n");
  };

  /** One field of a CSV file (RFC 4180). @param {string} text */
  const field = (text) => (/[",\r\n]/.test(defused(text)) ? `"${defused(text).replaceAll('"', '""')}"` : defused(text));

  /** With the mark by which spreadsheets know the encoding. @param {HTMLTableElement} table */
  const asCsv = (table) => {
    const { columns, lines } = view(table, raw);
    return `\ufeff${[columns.map(({ title }) => title), ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("")}`;
  };

  for (const box of site.elements("[data-box]")) {
    const menu = box.querySelector("[data-export-menu]");
    const body = menu?.querySelector(".menu-body");
    if (!(menu instanceof HTMLElement) || !body) continue;
    // A menu that opens loads them ahead: to copy, a browser wants a click of just now.
    menu.addEventListener("toggle", () => void prepare(site.table.shown(box)).catch(() => {}));
    /** @param {string} text @param {(button: HTMLButtonElement, table: HTMLTableElement) => void} act */
    const add = (text, act) => {
      const button = site.button(text);
      button.addEventListener("click", async () => {
        const table = site.table.shown(box);
        try {
          await prepare(table);
          if (table) act(button, table);
        } catch (error) {
          site.say(site.errorText(error));
        }
      });
      body.append(button);
    };
    add(site.text("copy_markdown"), (button, table) => site.copy(button, asMarkdown(table)));
    add(site.text("download_csv"), (_, table) => site.save(`${table.id}.csv`, new Blob([asCsv(table)], { type: "text/csv;charset=utf-8" })));
    add(site.text("copy_view"), (button) => site.copy(button, location.href));
    const embedding = site.embedCode(menu);
    if (embedding) add(site.text("copy_embed_code"), (button) => site.copy(button, embedding));
  }
})();
