// Ticks: up to four rows of a board, in whatever views, and the way to the page that compares them.
(() => {
  const { comparePage: target, compareBoard: board } = document.body.dataset;
  const MOST = 4;
  const tables = site.table.all("[data-tick]");
  if (!target || tables.length === 0) return;

  /** @type {HTMLInputElement[]} */
  let boxes = [];
  /** The ticked runs; one that stands in several views counts once. @type {Map<string, HTMLInputElement>} */
  let chosen = new Map();
  /** The tables that have theirs, or are about to. @type {Map<HTMLTableElement, {finish: () => void, drop: () => void}>} */
  const adding = new Map();

  /** What a box stands for: a model, and as what. @param {HTMLInputElement} box */
  const runOf = (box) => `${box.dataset.as} ${box.dataset.model}`;

  /** @param {HTMLInputElement} box */
  const disable = (box) => (box.disabled = chosen.size >= MOST && !box.checked);

  /** @param {HTMLTableRowElement} row @param {string} as */
  const addBox = (row, as) => {
    const name = row.querySelector("th a")?.textContent?.trim();
    if (!name || !row.dataset.id) return;
    // A browser would otherwise save the state of thousands of boxes at each step in the address.
    const input = site.make("input", { type: "checkbox", autocomplete: "off", "aria-label": site.text("tick.one", { name }), "data-model": row.dataset.id, "data-as": as, "data-name": name });
    input.checked = chosen.has(runOf(input));
    disable(input);
    row.cells[0].prepend(site.make("label", { class: "tick" }, input));
    boxes.push(input);
  };

  /** The tables in sight get theirs; those of a view out of sight when it comes into it. */
  const addMissing = () => {
    for (const table of tables) {
      if (table.closest("[data-view-of][hidden]") || adding.has(table)) continue;
      const boxesOf = site.inSlices(site.table.entries(table).map(({ row }) => () => addBox(row, table.dataset.tick ?? "")));
      if (!table.classList.contains("long")) boxesOf.finish();
      adding.set(table, boxesOf);
    }
    show();
  };

  const text = site.make("p");
  const go = site.make("a", { class: "button" }, site.text("tick.compare"));
  const clear = site.button(site.text("tick.clear"), "quiet");
  const bar = site.make("aside", { class: "tick-bar", "aria-label": site.text("tick.compare"), hidden: "" }, text, go, clear);
  document.querySelector("main")?.append(bar);

  const show = () => {
    chosen = new Map(boxes.filter((box) => box.checked).map((box) => [runOf(box), box]));
    bar.hidden = chosen.size === 0;
    document.documentElement.classList.toggle("ticking", !bar.hidden);
    boxes.forEach(disable);
    const query = new URLSearchParams();
    for (const box of chosen.values()) {
      query.append("model", box.dataset.model ?? "");
      if (box.dataset.as) query.append("as", box.dataset.as);
    }
    if (board) query.append("board", board);
    go.href = `${site.pageLink(target)}?${query}`;
    const names = [...chosen.values()].map((box) => box.dataset.name ?? "");
    const id = chosen.size === 1 ? "tick.another" : chosen.size === MOST ? "tick.most" : "tick.chosen";
    text.textContent = site.text(id, { names: site.format.listed(names, MOST) });
    go.hidden = chosen.size < 2;
  };

  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.closest(".tick")) return;
    for (const box of boxes) if (runOf(box) === runOf(target)) box.checked = target.checked;
    show();
    site.say(text.textContent);
  });
  clear.addEventListener("click", () => {
    const [first] = chosen.values();
    for (const box of boxes) box.checked = false;
    show();
    first?.focus();
  });
  document.addEventListener("viewchange", addMissing, true);
  // Other rows have come in place of those that were there; what is ticked stays so where it is still in sight.
  document.addEventListener("rowschange", ({ target }) => {
    if (!(target instanceof HTMLTableElement)) return;
    adding.get(target)?.drop();
    adding.delete(target);
    boxes = boxes.filter((box) => box.isConnected);
    addMissing();
  }, true);
  addMissing();
})();
