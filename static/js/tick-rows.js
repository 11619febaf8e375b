// @ts-check
// Ticks: up to four rows of a board, in whatever views, and the way to the page that compares them.
(() => {
  const site = /** @type {any} */ (window).site;
  const target = document.body.dataset.comparePage;
  const MOST = 4;
  const tables = /** @type {HTMLTableElement[]} */ ([...document.querySelectorAll("table[data-tick]")]);
  if (!target || tables.length === 0) return;

  /** @type {HTMLInputElement[]} */
  let boxes = [];

  /** @param {HTMLTableElement} table */
  const addBoxes = (table) => {
    for (const { row } of site.entries(table)) {
      const name = row.querySelector("th a")?.textContent?.trim();
      if (!name || !row.dataset.id) continue;
      const label = document.createElement("label");
      label.className = "tick";
      const input = document.createElement("input");
      input.type = "checkbox";
      // A browser would otherwise save the state of thousands of boxes at each step in the address.
      input.autocomplete = "off";
      input.setAttribute("aria-label", `Compare ${name}`);
      input.dataset.model = row.dataset.id;
      input.dataset.as = table.dataset.tick;
      input.dataset.name = name;
      input.checked = boxes.some((box) => box.checked && isSame(box, input));
      label.append(input);
      row.cells[0].prepend(label);
      boxes.push(input);
    }
  };

  /** Whether two boxes stand for one run. @param {HTMLInputElement} a @param {HTMLInputElement} b */
  const isSame = (a, b) => a.dataset.model === b.dataset.model && a.dataset.as === b.dataset.as;

  /** The tables in sight get theirs; those of a view out of sight when it comes into it. */
  const addMissing = () => {
    for (const table of tables) {
      if (table.closest("[data-view-of][hidden]") || table.querySelector(".tick")) continue;
      addBoxes(table);
    }
    show();
  };

  const bar = document.createElement("aside");
  bar.className = "tick-bar";
  bar.setAttribute("aria-label", "Compare");
  bar.hidden = true;
  const text = document.createElement("p");
  const go = document.createElement("a");
  go.className = "button";
  go.textContent = "Compare";
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "quiet";
  clear.textContent = "Clear";
  bar.append(text, go, clear);
  document.querySelector("main")?.append(bar);

  /** The ticked runs; one that stands in several views counts once. */
  const ticked = () => new Map(boxes.filter((box) => box.checked).map((box) => [`${box.dataset.as} ${box.dataset.model}`, box]));

  const show = () => {
    const chosen = [...ticked().values()];
    bar.hidden = chosen.length === 0;
    document.documentElement.classList.toggle("ticking", !bar.hidden);
    for (const box of boxes) box.disabled = chosen.length >= MOST && !box.checked;
    const query = new URLSearchParams();
    for (const box of chosen) {
      query.append("model", box.dataset.model ?? "");
      if (box.dataset.as) query.append("as", box.dataset.as);
    }
    go.href = `${site.pageLink(target)}?${query}`;
    const names = chosen.map((box) => box.dataset.name ?? "");
    text.textContent = `${site.listed(names, MOST)}${chosen.length === 1 ? ": tick another to compare" : chosen.length === MOST ? ": four at most" : ""}`;
    go.hidden = chosen.length < 2;
  };

  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.closest(".tick")) return;
    for (const box of boxes) if (isSame(box, target)) box.checked = target.checked;
    show();
    site.say(text.textContent);
  });
  clear.addEventListener("click", () => {
    const [first] = ticked().values();
    for (const box of boxes) box.checked = false;
    show();
    first?.focus();
  });
  document.addEventListener("viewchange", addMissing, true);
  // Other rows have come in place of those that were there; what is ticked stays so where it is still in sight.
  document.addEventListener("rowschange", () => {
    const gone = boxes.filter((box) => !box.isConnected);
    addMissing();
    for (const box of boxes) box.checked ||= gone.some((other) => other.checked && isSame(other, box));
    boxes = boxes.filter((box) => box.isConnected);
    show();
  }, true);
  addMissing();
})();
