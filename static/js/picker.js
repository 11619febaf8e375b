// The task picker: shows another task's ranking in the same table, its id in the address.
(() => {
  const [box] = site.elements("[data-picker]");
  const source = box?.querySelector("[data-picker-data]");
  const select = box?.querySelector("[data-picker-task]");
  const table = box?.querySelector("table");
  const link = box?.querySelector("[data-picker-link]");
  if (!source || !(select instanceof HTMLSelectElement) || !table || !(link instanceof HTMLAnchorElement)) return;

  /** @typedef {[text: string, value: string | number | null, tone: string, note?: string, tags?: Tag[], ending?: string]} PackedCell */
  /** @typedef {number | [model: number, note: string, tags: Tag[], kind: string]} PackedModel */
  /** @typedef {[model: PackedModel, ...cells: PackedCell[]]} PackedRow */
  /** @type {{models: [id: string, link: Link][], rankings: Record<string, PackedRow[]>, anchors: Record<string, string[]>}} */
  const { models, rankings, anchors } = JSON.parse(source.textContent ?? "");

  // The rows that stand in the page hold each model's cell and kind; the others are made after them.
  const known = new Map();
  for (const row of table.tBodies[0].rows) {
    const name = row.querySelector("th");
    if (name) known.set(name.querySelector("a")?.getAttribute("href"), { name, isReference: row.classList.contains("reference") });
  }

  /** @param {number} model @param {string} note @param {Tag[]} tags */
  const nameCell = (model, note, tags) => {
    const [text, href] = models[model][1];
    const seen = known.get(site.pageLink(href));
    if (!seen) return site.cells.make("th", { text, value: text, link: [text, href], note, tags }, "text");
    const cell = seen.name.cloneNode(true);
    cell.dataset.value = text;
    site.cells.annotate(cell, tags, note);
    return cell;
  };

  /** A score leads to its row on the page of its model. @param {PackedCell} cell @param {string} place */
  const otherCell = ([text, value, tone, note, tags], place) =>
    site.cells.make("td", { text, value, tone, note, tags, link: place && value !== null ? [text, place] : null });

  /** @param {PackedRow} row @param {string[]} anchors */
  const makeRow = ([named, rank, ...cells], anchors) => {
    const [model, note, tags, kind] = typeof named === "number" ? [named, "", [], ""] : named;
    const [id, [, href]] = models[model];
    const isReference = known.get(site.pageLink(href))?.isReference;
    /** @param {PackedCell} cell @param {number} i */
    const place = ([, , , , , ending], i) => (ending || anchors[i + 1] ? `${href}${ending || anchors[i + 1]}` : "");
    const content = [otherCell(rank, ""), nameCell(model, note, tags), ...cells.map((cell, i) => otherCell(cell, place(cell, i)))];
    return site.make("tr", { class: kind || (isReference ? "reference" : ""), "data-id": id }, ...content);
  };

  const show = () => {
    const task = select.value;
    table.tBodies[0].replaceChildren(...rankings[task].map((row) => makeRow(row, anchors[task])));
    const option = select.selectedOptions[0];
    link.textContent = option.text.trim();
    link.href = site.pageLink(option.dataset.href ?? "");
    table.dispatchEvent(new Event("rowschange"));
  };

  const choose = () => {
    show();
    site.address.set("task", select.selectedIndex === 0 ? null : select.value);
  };
  const fromAddress = () => {
    const task = site.address.get("task");
    const before = select.value;
    if (task !== null && Object.hasOwn(rankings, task)) select.value = task;
    else select.selectedIndex = 0;
    if (select.value !== before) show();
  };

  select.addEventListener("change", choose);
  for (const button of site.elements("[data-picker-step]")) {
    button.addEventListener("click", () => {
      const step = Number(button.dataset.pickerStep);
      select.selectedIndex = (select.selectedIndex + step + select.length) % select.length;
      choose();
    });
  }
  addEventListener("popstate", fromAddress);
  fromAddress();
  const bar = box.querySelector(".picker-bar");
  if (bar instanceof HTMLElement) bar.hidden = false;
})();
