// @ts-check
// The task picker: shows another task's ranking in the same table, its id in the address.
(() => {
  const { all, query, setQuery, pageLink } = /** @type {any} */ (window).site;
  const [box] = all("[data-picker]");
  const source = box?.querySelector("[data-picker-data]");
  const select = box?.querySelector("[data-picker-task]");
  const table = box?.querySelector("table");
  const link = box?.querySelector("[data-picker-link]");
  if (!source || !(select instanceof HTMLSelectElement) || !table || !(link instanceof HTMLAnchorElement)) return;
  const { models, rankings, anchors } = JSON.parse(source.textContent ?? "");

  // The rows that stand in the page hold each model's own cell and kind; the others are made after them.
  const known = new Map();
  for (const row of table.tBodies[0].rows) {
    const name = row.querySelector("th");
    if (name) known.set(name.querySelector("a")?.getAttribute("href"), { name, isReference: row.classList.contains("reference") });
  }

  /** @param {string} text @param {string} href */
  const makeLink = (text, href) => {
    const anchor = document.createElement("a");
    anchor.href = pageLink(href);
    anchor.textContent = text;
    return anchor;
  };

  /** Tags and note of a cell, in place of those that it has. @param {HTMLElement} cell @param {string} note @param {string[]} tags */
  const mark = (cell, note, tags) => {
    for (const old of cell.querySelectorAll(".tag, small")) old.remove();
    for (const tag of tags) {
      const label = document.createElement("span");
      label.className = tag === "best" ? "tag tag-best" : "tag";
      label.textContent = tag;
      cell.append(" ", label);
    }
    if (!note) return;
    const line = document.createElement("small");
    line.textContent = note;
    cell.append(line);
  };

  /** A score leads to its row on the page of its model. @param {[string, number | string | null, string, string?, string[]?]} cell @param {string} place */
  const makeCell = ([text, value, tone, note = "", tags = []], place) => {
    const cell = document.createElement("td");
    if (tone) cell.className = tone;
    cell.append(place && value !== null ? makeLink(text, place) : text);
    cell.dataset.value = String(value ?? "");
    mark(cell, note, tags);
    return cell;
  };

  /** @param {number} model @param {string} note @param {string[]} tags */
  const makeName = (model, note, tags) => {
    const cell = bareName(model);
    mark(cell, note, tags);
    return cell;
  };

  /** @param {number} model @returns {HTMLElement} */
  const bareName = (model) => {
    const [, [text, href]] = models[model];
    const seen = known.get(pageLink(href));
    const cell = seen?.name.cloneNode(true) ?? document.createElement("th");
    cell.dataset.value = text;
    if (seen) return cell;
    cell.className = "text";
    cell.append(makeLink(text, href));
    return cell;
  };

  const show = () => {
    const task = select.value;
    const rows = rankings[task].map((/** @type {any[]} */ [named, rank, ...cells]) => {
      const row = document.createElement("tr");
      const [model, note = "", tags = [], kind = ""] = [named].flat();
      const [id, [, href]] = models[model];
      row.className = kind || (known.get(pageLink(href))?.isReference ? "reference" : "");
      row.dataset.id = id;
      const places = anchors[task].map((/** @type {string} */ anchor) => anchor && `${href}#${anchor}`);
      row.append(makeCell(rank, ""), makeName(model, note, tags), ...cells.map((/** @type {any} */ cell, /** @type {number} */ i) => makeCell(cell, places[i + 1])));
      return row;
    });
    table.tBodies[0].replaceChildren(...rows);
    const option = select.selectedOptions[0];
    link.textContent = option.text.trim();
    link.href = pageLink(option.dataset.href ?? "");
    table.dispatchEvent(new Event("rowschange"));
  };

  const choose = () => {
    show();
    setQuery("task", select.selectedIndex === 0 ? null : select.value);
  };
  const fromAddress = () => {
    const task = query("task");
    const before = select.value;
    if (task !== null && Object.hasOwn(rankings, task)) select.value = task;
    else select.selectedIndex = 0;
    if (select.value !== before) show();
  };

  select.addEventListener("change", choose);
  for (const button of box?.querySelectorAll("[data-picker-step]") ?? []) {
    button.addEventListener("click", () => {
      const step = Number(/** @type {HTMLElement} */ (button).dataset.pickerStep);
      select.selectedIndex = (select.selectedIndex + step + select.length) % select.length;
      choose();
    });
  }
  addEventListener("popstate", fromAddress);
  fromAddress();
  const bar = box?.querySelector(".picker-bar");
  if (bar instanceof HTMLElement) bar.hidden = false;
})();
