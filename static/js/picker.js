// @ts-check
// The task picker: shows another task's ranking in the same table, its id in the address.
(() => {
  const { query, setQuery, pageLink } = /** @type {any} */ (window).site;
  const box = document.querySelector("[data-picker]");
  const source = box?.querySelector("[data-picker-data]");
  const select = box?.querySelector("[data-picker-task]");
  const table = box?.querySelector("table");
  const link = box?.querySelector("[data-picker-link]");
  if (!source || !(select instanceof HTMLSelectElement) || !table || !(link instanceof HTMLAnchorElement)) return;
  const { models, rankings } = JSON.parse(source.textContent ?? "");

  // The rows that stand in the page hold each model's own cell and kind; the others are made after them.
  const known = new Map();
  for (const row of table.tBodies[0].rows) {
    const name = row.querySelector("th[scope=row]");
    if (name) known.set(name.querySelector("a")?.getAttribute("href"), { name, kind: row.className });
  }

  /** @param {[string, number | string | null, string]} cell */
  const makeCell = ([text, value, tone]) => {
    const cell = document.createElement("td");
    cell.className = `number ${tone}`.trim();
    cell.textContent = text;
    if (value !== null) cell.dataset.value = String(value);
    return cell;
  };

  /** @param {number} model */
  const makeName = (model) => {
    const [, [text, href]] = models[model];
    const seen = known.get(pageLink(href));
    if (seen) return seen.name.cloneNode(true);
    const cell = document.createElement("th");
    cell.scope = "row";
    cell.className = "text";
    cell.dataset.value = text;
    const anchor = document.createElement("a");
    anchor.href = pageLink(href);
    anchor.textContent = text;
    cell.append(anchor);
    return cell;
  };

  const show = () => {
    const task = select.value;
    const rows = rankings[task].map((/** @type {any[]} */ [model, rank, ...cells]) => {
      const row = document.createElement("tr");
      const [id, [, href]] = models[model];
      row.className = known.get(pageLink(href))?.kind ?? "";
      row.dataset.id = id;
      row.append(makeCell(rank), makeName(model), ...cells.map(makeCell));
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
