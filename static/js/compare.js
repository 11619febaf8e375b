// @ts-check
// The comparison: its runs are chosen in four places and stand in the address; all below follows them.
(() => {
  const site = /** @type {any} */ (window).site;
  const box = document.querySelector("[data-compare]");
  const source = document.querySelector("[data-compare-data]");
  const bar = box?.querySelector("[data-compare-bar]");
  if (!(box instanceof HTMLElement) || !source || !(bar instanceof HTMLElement)) return;
  const { make, makeLink, makeMark, fillTable } = site.compareCells;
  const { all, phrase, runNames, finding, scope, runLeads } = site.compareWords;
  const { summaryRows, taskRows, categoryRows } = site.compareTables;

  /** @typedef {{model: number, variant: string}} Run */
  const { board, runs: named } = JSON.parse(source.textContent ?? "");
  const places = new Map(board.models.map((/** @type {any} */ model, /** @type {number} */ i) => [model.id, i]));
  /** @type {Run[]} */
  const firstRuns = named.map((/** @type {[string, string]} */ [model, variant]) => ({ model: places.get(model), variant }));
  const slots = /** @type {HTMLElement[]} */ ([...bar.querySelectorAll("[data-slot]")]);
  const title = document.title;
  /** @type {Run[]} */
  let runs = firstRuns;

  /** @param {Run} a @param {Run} b */
  const isSame = (a, b) => a.model === b.model && a.variant === b.variant;
  /** @param {Run[]} list */
  const isFirst = (list) => list.length === firstRuns.length && list.every((run, i) => isSame(run, firstRuns[i]));
  /** The variants in which a model has scores, the one that is taken by itself first. @param {number} model @returns {string[]} */
  const variantsOf = (model) => board.variants.map((/** @type {any} */ v) => v.id).filter((/** @type {string} */ v) => board.boards[v].standings[model][1] > 0);
  /** @param {number} model @returns {string} */
  const nameOf = (model) => board.models[model].link[0];

  // --- the address ---------------------------------------------------------------------------------

  /** The runs that the address asks for, and what is wrong with it. @returns {{runs: Run[], remarks: string[]}} */
  const fromQuery = () => {
    /** @type {Run[]} */
    const found = [];
    const remarks = [];
    let beyond = 0;
    for (const [id, { as }] of site.queryList("model", ["as"])) {
      const model = places.get(id);
      const variants = model === undefined ? [] : variantsOf(model);
      const run = { model, variant: as ?? variants[0] };
      if (model === undefined) remarks.push(`“${id}” is not a model of this board and is left out.`);
      else if (!variants.length) remarks.push(`${nameOf(model)} has no score and is left out.`);
      else if (!variants.includes(run.variant)) remarks.push(`${nameOf(model)} has no score as “${as}” and is left out.`);
      else if (found.some((other) => isSame(other, run))) remarks.push(`${nameOf(model)} is named twice and counted once.`);
      else if (found.length === slots.length) beyond += 1;
      else found.push(run);
    }
    if (beyond) remarks.push(`Only the first ${slots.length} models are compared; ${beyond} more ${beyond === 1 ? "is" : "are"} left out.`);
    if (remarks.length && !found.length) remarks.push("The models that the page opens with are compared.");
    return { runs: found.length ? found : firstRuns, remarks };
  };

  const toQuery = () => {
    const pairs = runs.flatMap(({ model, variant }) => {
      const own = [["model", board.models[model].id]];
      return variant === variantsOf(model)[0] ? own : [...own, ["as", variant]];
    });
    site.setQueryPairs(["model", "as"], isFirst(runs) ? [] : pairs);
  };

  // --- what is shown -------------------------------------------------------------------------------

  /** @param {string} name @param {(Node | string)[]} content */
  const put = (name, ...content) => box.querySelector(`[data-part="${name}"]`)?.replaceChildren(...content);
  /** @param {string} name @param {boolean} shown */
  const showSection = (name, shown) => {
    const section = box.querySelector(`[data-section="${name}"]`);
    if (section instanceof HTMLElement) section.hidden = !shown;
  };
  /** @param {string} id @param {string[]} names @param {any[]} rows */
  const putTable = (id, names, rows) => {
    const table = document.getElementById(id);
    if (table) fillTable(table, names, rows);
  };

  /** @param {Node} mark @param {[string, string]} link @param {string} note */
  const legendItem = (mark, link, note) => make("li", {}, mark, " ", makeLink(link), ...(note ? [" ", make("small", {}, note)] : []));

  const putLegend = () => {
    const several = board.variants.length > 1;
    const items = runs.map(({ model, variant }, i) => {
      const notes = [several ? phrase(board, variant) : "", board.models[model].developer];
      return legendItem(makeMark(i + 1), board.models[model].link, notes.filter(Boolean).join(" · "));
    });
    if (board.reference) items.push(legendItem(makeMark(), board.models[board.reference.model].link, "baseline"));
    put("runs", ...items);
  };

  /** @param {{link: [string, string], margin: string}} lead */
  const leadItem = ({ link, margin }) => make("li", {}, makeLink(link), " ", make("span", {}, margin));

  /** @param {any} lead @param {number} i */
  const leadBlock = ({ name, summary, leads, more }, i) => {
    const block = make("div", {}, make("h3", {}, makeMark(i + 1), " ", name), make("p", { class: "note" }, summary));
    if (leads.length) block.append(make("ol", { class: "leads" }, ...leads.map(leadItem)));
    if (more) block.append(make("p", { class: "note" }, more));
    return block;
  };

  /** @param {any} scores */
  const show = (scores) => {
    const comparison = site.compareRuns(board, scores, runs);
    const names = runNames(board, runs);
    const leads = runLeads(board, comparison, names);
    putLegend();
    put("finding", finding(board, comparison, names));
    put("scope", scope(board, comparison));
    put("leads", ...leads.map(leadBlock));
    showSection("leads", leads.length > 0);
    putTable("compare-summary", names, summaryRows(board, comparison));
    putTable("compare-tasks", names, taskRows(board, comparison, names));
    putTable("compare-categories", names, categoryRows(board, comparison));
    showSection("categories", comparison.categories.length > 0);
    document.title = isFirst(runs) ? title : `${all(names)} · ${title}`;
    return finding(board, comparison, names);
  };

  let asked = 0;
  /** Show the runs once their scores are there; only what was asked for last is shown. */
  const update = async () => {
    const mine = (asked += 1);
    try {
      const scores = await site.load("scores", box.dataset.scores);
      return mine === asked ? show(scores) : "";
    } catch {
      put("remark", "The scores could not be loaded, so what is shown below has not changed. Reload the page to try again.");
      return "";
    } finally {
      if (mine === asked) box.dataset.ready = "";
    }
  };

  // --- the places for a run ------------------------------------------------------------------------

  /** @param {HTMLElement} slot */
  const partsOf = (slot) => ({
    model: /** @type {HTMLSelectElement} */ (slot.querySelector("[data-slot-model]")),
    variant: /** @type {HTMLSelectElement | null} */ (slot.querySelector("[data-slot-variant]")),
    remove: /** @type {HTMLButtonElement} */ (slot.querySelector("[data-slot-remove]")),
  });
  /** A run's other slots hold it already. @param {Run} run @param {number} slot */
  const isTaken = (run, slot) => runs.some((other, i) => i !== slot && isSame(other, run));

  const models = board.models.flatMap((/** @type {any} */ model, /** @type {number} */ i) => (variantsOf(i).length ? [make("option", { value: model.id }, nameOf(i))] : []));
  for (const slot of slots) partsOf(slot).model.replaceChildren(make("option", { value: "", "data-none": "" }), ...models.map((/** @type {Node} */ option) => option.cloneNode(true)));

  /** @param {HTMLElement} slot @param {number} i */
  const fillSlot = (slot, i) => {
    const { model, variant, remove } = partsOf(slot);
    const run = runs[i];
    const none = model.options[0];
    none.text = run ? "Choose a model" : "Add a model";
    none.hidden = none.disabled = Boolean(run);
    if (run) model.value = board.models[run.model].id;
    else none.selected = true;
    model.disabled = i > runs.length;
    remove.disabled = !run || runs.length === 1;
    if (!variant) return;
    variant.disabled = !run;
    const options = run ? variantsOf(run.model) : [];
    variant.replaceChildren(
      ...options.map((id) => {
        const option = /** @type {HTMLOptionElement} */ (make("option", { value: id }, board.variants.find((/** @type {any} */ v) => v.id === id).label));
        option.disabled = isTaken({ model: run.model, variant: id }, i);
        option.selected = id === run.variant;
        return option;
      }),
    );
    if (!run) variant.append(make("option", {}, "Variant"));
  };
  const fillSlots = () => slots.forEach(fillSlot);

  /** @param {Run[]} chosen */
  const choose = async (chosen) => {
    runs = chosen;
    fillSlots();
    put("remark");
    toQuery();
    const said = await update();
    if (said) site.say(said);
  };

  /** A model was chosen in a slot: in the variant shown there, if it has it and it is free. @param {number} i @param {number} model */
  const chooseModel = (i, model) => {
    const before = runs[i]?.variant ?? runs[i - 1]?.variant;
    const variants = variantsOf(model);
    const free = [...variants.filter((v) => v === before), ...variants].find((variant) => !isTaken({ model, variant }, i));
    if (free === undefined) {
      fillSlots();
      const remark = `${nameOf(model)} is compared already.`;
      put("remark", remark);
      site.say(remark);
      return;
    }
    choose(runs.toSpliced(i, 1, { model, variant: free }));
  };

  slots.forEach((slot, i) => {
    const { model, variant, remove } = partsOf(slot);
    model.addEventListener("change", () => chooseModel(i, places.get(model.value)));
    variant?.addEventListener("change", () => choose(runs.with(i, { ...runs[i], variant: variant.value })));
    remove.addEventListener("click", () => {
      model.focus();
      choose(runs.toSpliced(i, 1));
    });
  });

  const fromAddress = () => {
    const asks = fromQuery();
    const changed = asks.runs.length !== runs.length || asks.runs.some((run, i) => !isSame(run, runs[i]));
    runs = asks.runs;
    fillSlots();
    put("remark", asks.remarks.join(" "));
    return changed;
  };

  addEventListener("popstate", () => {
    if (fromAddress()) update();
  });
  fromAddress();
  bar.hidden = false;
  if (site.query("model") === null) box.dataset.ready = "";
  else update();
})();
