// The comparison: its runs are chosen in four places and stand in the address; all below follows them (templates/compare.html).
(() => {
  const [box] = site.elements("[data-compare]");
  const source = document.querySelector("[data-compare-data]");
  const bar = box?.querySelector("[data-compare-bar]");
  if (!source || !(bar instanceof HTMLElement)) return;
  const { chance, counted, listed, score } = site.format;
  const { make, cells } = site;
  const { compare, phrase, isClear, summaryRows, taskRows, categoryRows, NUMBERS } = site.comparison;
  const MOST_RUNS = 4;
  /** A narrower part of the bar has no room for its percent. */
  const LEAST_LABELLED = 0.1;

  /** @type {{board: Board, runs: [model: string, variant: string][], margin: number}} */
  const { board, runs: named, margin: defaultMargin } = JSON.parse(source.textContent ?? "");
  const places = new Map(board.models.map(({ id }, i) => [id, i]));
  /** The runs that the page opens with. @type {Run[]} */
  const firstRuns = named.map(([model, variant]) => ({ model: places.get(model) ?? 0, variant }));
  const slots = /** @type {HTMLElement[]} */ ([...bar.querySelectorAll("[data-slot]")]);
  const title = document.title;
  /** What a test counts. @type {[noun: string, plural: string]} */
  const UNIT = new Set(board.families).size < board.families.length ? ["family of tasks", "families of tasks"] : ["task", "tasks"];
  const marginField = /** @type {HTMLInputElement | null} */ (box.querySelector("[data-margin]"));
  let runs = firstRuns;
  /** What the visitor compares on; all tasks where it is empty. @type {{kind: string, key: string}[]} */
  let picks = [];
  const KINDS = ["task", "category"];

  /** The places of the picked tasks, in the order of the board; of all without a pick. */
  const pickedTasks = () => {
    const isPicked = (/** @type {BoardTask} */ task) => picks.some(({ kind, key }) => key === (kind === "task" ? task.id : task.category));
    return board.tasks.flatMap((task, t) => (!picks.length || isPicked(task) ? [t] : []));
  };

  /** A margin, 0 or more, that a text gives, or null. @param {string} text */
  const marginOf = (text) => (text.trim() && Number(text) >= 0 && Number.isFinite(Number(text)) ? Number(text) : null);

  // --- sentences ----------------------------------------------------------------------------------------

  /** @param {string[]} names @returns {string} */
  const all = (names) => listed(names, MOST_RUNS);

  /** What runs are called beside each other. @param {Run[]} runs */
  const runNames = (runs) => {
    const same = new Set(runs.map((run) => run.variant)).size === 1;
    return runs.map(({ model, variant }) => board.models[model].link[0] + (same ? "" : ` (${phrase(board, variant)})`));
  };

  /** Who is ahead of whom. @param {string} lead @param {[name: string, sides: Sides][]} others */
  const verdict = (lead, others) => {
    const [behind, close] = [true, false].map((clear) => others.filter(([, sides]) => isClear(sides) === clear).map(([name]) => name));
    const ahead = behind.length ? `${lead} is ahead of ${all(behind)}.` : "";
    return close.length ? `${all([lead, ...close])} are too close to call. ${ahead}`.trim() : ahead;
  };

  /** Who is ahead; where no interval says so, on how many tasks. @param {Comparison} comparison @param {string[]} names */
  const finding = ({ runs, common, isTested, leaders, ...found }, names) => {
    const [of, baseline] = [counted(common, "common task"), board.reference && nameOf(board.reference.model)];
    if (!common) return names.length > 1 ? `${all(names)} have no task in common.` : `${names[0]} has no score on these tasks.`;
    const [pair, other] = names.length > 1 ? [found.pair, names[1]] : [runs[0].overBaseline, baseline];
    if (names.length === 1 && (!pair || !other)) return `Choose a model to compare ${names[0]} with.`;
    if (pair && other && pair.interval) return (pair.mean ?? 0) < 0 ? verdict(other, [[names[0], pair]]) : verdict(names[0], [[other, pair]]);
    if (pair) return `${names[0]} has the better score on ${pair.ahead} of ${counted(pair.tasks, "task")}, ${other} on ${pair.behind}.`;
    if (isTested) return verdict(names[leaders[0]], runs.flatMap(({ overLeader }, i) => (overLeader ? [[names[i], overLeader]] : [])));
    if (!leaders.length) return `First places on ${of}: ${all(names.map((name, i) => `${name} has ${runs[i].firstPlaces}`))}.`;
    return `${all(leaders.map((i) => names[i]))} ${leaders.length > 1 ? "share" : "has"} the best mean over ${of}, ${score(runs[leaders[0]].average, board.scale)}.`;
  };

  /** Which tasks the figures are over. @param {Comparison} comparison */
  const scope = (comparison) => {
    const [n, whose] = [pickedTasks().length, picks.length ? "your" : "the"];
    const some = comparison.common < n ? [`the ${comparison.common} of `, " on which all have a score"] : ["", ""];
    const tasks = some.join(`${whose} ${counted(n, "task")}`);
    const few = `Intervals and probabilities need at least ${counted(board.least_tasks, ...UNIT)}. `;
    const ranks = `Ranks ${board.averaged ? "" : "and win rates "}are those of the whole board.`;
    if (!comparison.common) return ranks;
    if (!board.averaged) return `Counts use ${tasks}. ${ranks}`;
    return `Means, differences and first places use ${tasks}. ${comparison.isTested ? "" : few}${ranks}`;
  };

  /** @param {Run} a @param {Run} b */
  const isSame = (a, b) => a.model === b.model && a.variant === b.variant;
  /** @param {Run[]} list */
  const isFirst = (list) => list.length === firstRuns.length && list.every((run, i) => isSame(run, firstRuns[i]));
  /** The variants in which a model has scores, the one that is taken by itself first. @param {number} model @returns {string[]} */
  const variantsOf = (model) => board.variants.map(({ id }) => id).filter((id) => board.boards[id].standings[model][1] > 0);
  /** @param {number} model @returns {string} */
  const nameOf = (model) => board.models[model].link[0];

  // --- the address ---------------------------------------------------------------------------------

  /** The runs that the address asks for, and what is wrong with it. @returns {{runs: Run[], remarks: string[]}} */
  const fromQuery = () => {
    /** @type {Run[]} */
    const found = [];
    const remarks = [];
    let beyond = 0;
    for (const [id, { as }] of site.address.list("model", ["as"])) {
      const model = places.get(id);
      if (model === undefined) {
        remarks.push(`“${id}” is not a model of this board and is left out.`);
        continue;
      }
      const variants = variantsOf(model);
      const run = { model, variant: as ?? variants[0] };
      if (!variants.length) remarks.push(`${nameOf(model)} has no score and is left out.`);
      else if (!variants.includes(run.variant)) remarks.push(`${nameOf(model)} has no score as “${as}” and is left out.`);
      else if (found.some((other) => isSame(other, run))) remarks.push(`${nameOf(model)} is named twice and counted once.`);
      else if (found.length === slots.length) beyond += 1;
      else found.push(run);
    }
    if (beyond) remarks.push(`Only the first ${slots.length} models are compared; ${beyond} more ${beyond === 1 ? "is" : "are"} left out.`);
    if (remarks.length && !found.length) remarks.push("The page shows its default models instead.");
    return { runs: found.length ? found : firstRuns, remarks };
  };

  /** What the address asks to compare on. @param {string[]} remarks what is wrong with it is added */
  const picksFromQuery = (remarks) => {
    /** @type {{kind: string, key: string}[]} */
    const found = [];
    for (const [key, , kind] of site.address.list(KINDS, [])) {
      const isKnown = board.tasks.some((task) => key === (kind === "task" ? task.id : task.category));
      if (!isKnown) remarks.push(`This board has no ${kind} “${key}”; it is left out.`);
      else if (!found.some((pick) => pick.kind === kind && pick.key === key)) found.push({ kind, key });
    }
    return found;
  };

  const toQuery = () => {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const { model, variant } of isFirst(runs) ? [] : runs) {
      pairs.push(["model", board.models[model].id]);
      if (variant !== variantsOf(model)[0]) pairs.push(["as", variant]);
    }
    for (const { kind, key } of picks) pairs.push([kind, key]);
    site.address.setPairs(["model", "as", ...KINDS], pairs);
  };

  // --- what is shown -------------------------------------------------------------------------------

  /** @param {string} name @param {(Node | string)[]} content */
  const put = (name, ...content) => box.querySelector(`[data-part="${name}"]`)?.replaceChildren(...content);
  /** @param {string} name @param {boolean} shown */
  const showSection = (name, shown) => {
    const section = box.querySelector(`[data-section="${name}"]`);
    if (section instanceof HTMLElement) section.hidden = !shown;
  };
  /** Put other runs and rows into a table; the first cell names its row. @param {string} id @param {string[]} names @param {(Cell | null)[][]} rows */
  const putTable = (id, names, rows) => {
    const table = document.getElementById(id);
    if (!(table instanceof HTMLTableElement)) return;
    const heads = site.table.heads(table);
    for (const head of heads) {
      const [kind, n] = (head.dataset.key ?? "").split("-");
      if (kind !== "run") continue;
      head.hidden = Number(n) > names.length;
      const label = head.querySelector("span");
      if (label) label.textContent = names[Number(n) - 1] ?? `Model ${n}`;
    }
    const alignOf = (/** @type {number} */ i) => heads[i].className.replace("sorts", "").trim();
    /** The heading of a column in its cell, for a narrow screen, where each row is a card. @param {number} i */
    const labelOf = (i) => {
      const [kind, n] = (heads[i].dataset.key ?? "").split("-");
      const name = kind === "run" ? names[Number(n) - 1] : site.table.headText(heads[i]);
      const content = kind === "run" || kind === "baseline" ? [cells.symbol(Number(n ?? 0)), " ", name] : [name];
      return make("span", { class: "cell-label" }, ...content);
    };
    /** @param {Cell | null} cell @param {number} i */
    const makeCell = (cell, i) => {
      const made = cells.make(i ? "td" : "th", cell, alignOf(i));
      if (i && cell && !cell.drawing) made.prepend(labelOf(i), " ");
      return made;
    };
    const made = rows.map((row) => make("tr", {}, ...row.map(makeCell)));
    table.tBodies[0].replaceChildren(...made);
    table.dispatchEvent(new Event("rowschange"));
    if (!table.hasAttribute("data-table")) return;
    if (board.averaged) table.dataset.sortedBy = "spread";
    site.table.makeSortable(table);
  };

  /** @param {Node} symbol @param {Link} link @param {string} note */
  const legendItem = (symbol, link, note) => make("li", {}, symbol, " ", cells.link(link), ...(note ? [" ", make("small", {}, note)] : []));

  /** @param {Comparison} comparison */
  const putLegend = ({ baseline }) => {
    const several = board.variants.length > 1;
    const items = runs.map(({ model, variant }, i) => {
      const notes = [several ? phrase(board, variant) : "", board.models[model].developer];
      return legendItem(cells.symbol(i + 1), board.models[model].link, notes.filter(Boolean).join(" · "));
    });
    if (baseline) items.push(legendItem(cells.symbol(), board.models[baseline.model].link, "baseline"));
    put("runs", ...items);
  };

  /** How likely each run is the best, the likeliest first. @param {Comparison} comparison @param {string[]} names */
  const putBest = ({ best, common }, names) => {
    showSection("best", best !== null);
    const shares = (best ?? []).map((share, i) => ({ share: share ?? 0, i })).sort((a, b) => b.share - a.share);
    const segments = shares.map(({ share }) => {
      const segment = make("i", {}, share < LEAST_LABELLED ? "" : chance(share));
      segment.style.setProperty("--share", String(share));
      return segment;
    });
    put("best", ...segments);
    put("best-of", `Chance to be the best of these ${NUMBERS[names.length]}, were the ${counted(common, "task")} drawn again`);
    put("best-names", ...shares.map(({ share, i }) => make("li", {}, cells.symbol(i + 1), ` ${names[i]} `, make("b", {}, chance(share)))));
  };

  /** @param {Scores} scores @param {Scores | undefined} errors */
  const show = (scores, errors) => {
    const comparison = compare(board, scores, runs, marginOf(marginField?.value ?? "") ?? defaultMargin, errors, pickedTasks());
    const names = runNames(runs);
    putLegend(comparison);
    putBest(comparison, names);
    put("finding", finding(comparison, names));
    put("scope", scope(comparison));
    putTable("compare-summary", names, summaryRows(board, comparison, names));
    putTable("compare-categories", names, categoryRows(board, comparison, names));
    showSection("categories", comparison.categories.length > 0);
    putTable("compare-tasks", names, taskRows(board, comparison, names));
    document.title = isFirst(runs) ? title : `${all(names)} · ${title}`;
    box.dataset.ready = "";
    return finding(comparison, names);
  };

  let asked = 0;
  /** Show the runs once their scores are there; only what was asked for last is shown. */
  const update = async () => {
    const turn = (asked += 1);
    try {
      const { scores = "", errors } = box.dataset;
      const [values, known] = await Promise.all([site.load("scores", scores), errors ? site.load("errors", errors) : undefined]);
      return turn === asked ? show(values, known) : "";
    } catch {
      const isReady = box.dataset.ready !== undefined;
      put("remark", `The scores could not be loaded${isReady ? ", so what is shown below has not changed" : ""}. Reload the page to try again.`);
      if (!isReady) box.dataset.failed = box.dataset.ready = "";
      return "";
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

  const models = board.models.flatMap(({ id }, i) => (variantsOf(i).length ? [make("option", { value: id }, nameOf(i))] : []));
  for (const slot of slots) partsOf(slot).model.replaceChildren(make("option", { value: "", "data-none": "" }), ...models.map((option) => option.cloneNode(true)));

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
        const option = make("option", { value: id }, board.variants.find((variant) => variant.id === id)?.label ?? id);
        option.disabled = isTaken({ model: run.model, variant: id }, i);
        option.selected = id === run.variant;
        return option;
      }),
    );
    if (!run) variant.append(make("option", {}, "Variant"));
  };
  const fillSlots = () => slots.forEach(fillSlot);

  // --- the tasks to compare on ---------------------------------------------------------------------

  /** @type {HTMLButtonElement[]} */
  const chips = [...bar.querySelectorAll("button[data-pick]")].filter((chip) => chip instanceof HTMLButtonElement);
  const taskField = /** @type {HTMLSelectElement | null} */ (bar.querySelector("[data-pick-task]"));
  const categories = [...new Set(board.tasks.map(({ category }) => category))];
  for (const category of categories) {
    const options = board.tasks.filter((task) => task.category === category).map(({ id, link }) => make("option", { value: id }, link[0]));
    taskField?.append(...(categories.length > 1 ? [make("optgroup", { label: category ?? "No category" }, ...options)] : options));
  }

  /** @param {string} id */
  const taskChip = (id) => {
    const chip = site.button("", "chip");
    chip.append(make("span", { class: "unseen" }, "Remove "), board.tasks.find((task) => task.id === id)?.link[0] ?? id, " \u00d7");
    chip.addEventListener("click", () => {
      toggle("task", id);
      taskField?.focus();
    });
    return chip;
  };

  const fillPicks = () => {
    /** @param {string} kind @param {string} key */
    const isPicked = (kind, key) => picks.some((pick) => pick.kind === kind && pick.key === key);
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.pick ? isPicked(chip.dataset.pick, chip.value) : !picks.length));
    put("picks", ...picks.filter(({ kind }) => kind === "task").map(({ key }) => taskChip(key)));
    for (const option of taskField?.options ?? []) option.disabled = isPicked("task", option.value);
    if (taskField) taskField.value = "";
  };

  /** @param {string} kind @param {string} key */
  const toggle = (kind, key) => {
    const others = picks.filter((pick) => pick.kind !== kind || pick.key !== key);
    picks = others.length < picks.length ? others : [...picks, { kind, key }];
    if (!kind) picks = [];
    fillPicks();
    choose(runs);
  };
  for (const chip of chips) chip.addEventListener("click", () => toggle(chip.dataset.pick ?? "", chip.value));
  taskField?.addEventListener("change", () => toggle("task", taskField.value));

  // --- choices -------------------------------------------------------------------------------------

  /** @param {Run[]} chosen */
  const choose = async (chosen) => {
    runs = chosen;
    fillSlots();
    put("remark");
    toQuery();
    const finding = await update();
    if (finding) site.say(finding);
  };

  /** A model was chosen in a slot: in the variant shown there, if it has it and it is free. @param {number} i @param {number} model */
  const chooseModel = (i, model) => {
    const before = runs[i]?.variant ?? runs[i - 1]?.variant;
    const variants = variantsOf(model);
    const free = [...variants.filter((v) => v === before), ...variants].find((variant) => !isTaken({ model, variant }, i));
    if (free === undefined) {
      fillSlots();
      const remark = `${nameOf(model)} is already in the comparison.`;
      put("remark", remark);
      site.say(remark);
      return;
    }
    choose(runs.toSpliced(i, 1, { model, variant: free }));
  };

  slots.forEach((slot, i) => {
    const { model, variant, remove } = partsOf(slot);
    model.addEventListener("change", () => chooseModel(i, places.get(model.value) ?? 0));
    variant?.addEventListener("change", () => choose(runs.with(i, { ...runs[i], variant: variant.value })));
    remove.addEventListener("click", () => {
      model.focus();
      choose(runs.toSpliced(i, 1));
    });
  });

  const fromAddress = () => {
    const asks = fromQuery();
    const typed = site.address.get("margin");
    const margin = String(marginOf(typed ?? "") ?? "");
    if (typed !== null && !margin) asks.remarks.push(`The margin “${typed}” is not a number of 0 or more and is left out.`);
    const asked = picksFromQuery(asks.remarks);
    const changed = JSON.stringify(asked) !== JSON.stringify(picks) || margin !== (marginField?.value ?? "") || asks.runs.length !== runs.length || asks.runs.some((run, i) => !isSame(run, runs[i]));
    [runs, picks] = [asks.runs, asked];
    fillPicks();
    if (marginField) marginField.value = margin;
    fillSlots();
    put("remark", asks.remarks.join(" "));
    return changed;
  };

  marginField?.addEventListener("input", () => {
    const margin = marginOf(marginField.value);
    site.address.setPairs(["margin"], margin === null ? [] : [["margin", String(margin)]], { replace: true });
    update();
  });

  addEventListener("popstate", () => {
    if (fromAddress()) update();
  });
  fromAddress();
  bar.hidden = false;
  const marginLine = marginField?.closest("p");
  if (marginLine) marginLine.hidden = false;
  update();
})();
