// The comparison: its runs are chosen in four places and stand in the address; all below follows them (templates/compare.html).
(() => {
  const [box] = site.elements("[data-compare]");
  const source = document.querySelector("[data-compare-data]");
  const bar = box?.querySelector("[data-compare-bar]");
  if (!source || !(bar instanceof HTMLElement)) return;
  const { counted, listed, score, signed } = site.format;
  const { make, cells } = site;
  const { compare, phrase, intervalText, isClear, summaryRows, taskRows, categoryPanels, NUMBERS } = site.comparison;
  const MOST_RUNS = 4;
  const MOST_LEADS = 5;

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

  /** @param {Sides} sides */
  const holdsZero = (sides) => (isClear(sides) ? "excludes 0" : "includes 0");

  /** A mean difference with its interval, from the side of who leads; empty where there is none. @param {Sides} sides @param {number} sign */
  const meanText = (sides, sign) => {
    const { mean, interval } = sides;
    if (mean === null) return "";
    const ends = interval && (sign > 0 ? interval : /** @type {[number, number]} */ ([-interval[1], -interval[0]]));
    const within = ends ? ` (95 % interval ${intervalText(ends, board.scale)}, which ${holdsZero(sides)})` : "";
    return ` Mean difference ${signed(mean * sign, board.scale)}${within}.`;
  };

  /** @param {string} first @param {string} second @param {Sides} sides */
  const pair = (first, second, sides) => {
    const { ahead, level, behind, tasks } = sides;
    const of = counted(tasks, "task");
    if (level === tasks) return `${first} and ${second} are level on ${of}.`;
    const levelText = level ? `, level on ${level}` : "";
    if (ahead === behind) return `${first} and ${second} are each ahead on ${ahead} of ${of}${levelText}.${meanText(sides, 1)}`;
    const [leads, follows, sign] = ahead > behind ? [first, second, 1] : [second, first, -1];
    return `${leads} is ahead of ${follows} on ${Math.max(ahead, behind)} of ${of}${levelText}.${meanText(sides, sign)}`;
  };

  /** Whether the lead of the first of several is clear. @param {Comparison} comparison @param {string[]} names */
  const leadText = ({ runs }, names) => {
    const others = runs.flatMap(({ overLeader }, i) => (overLeader ? [{ sides: overLeader, name: names[i] }] : []));
    if (others.some(({ sides }) => sides.interval === null)) return "";
    const unclear = others.filter(({ sides }) => !isClear(sides)).map(({ name }) => name);
    if (!unclear.length) return " The 95 % interval of its lead over each of the others excludes 0.";
    return ` The 95 % interval of its lead over ${all(unclear)} includes 0.`;
  };

  /** @param {Comparison} comparison @param {string[]} names */
  const several = (comparison, names) => {
    const each = all(names.map((name, i) => `${name} has ${comparison.runs[i].firstPlaces}`));
    const of = counted(comparison.common, "common task");
    const leaders = comparison.leaders.map((i) => names[i]);
    if (!leaders.length) return `First places on ${of}: ${each}.`;
    const average = score(comparison.runs[comparison.leaders[0]].average, board.scale);
    const mean = `the best mean over ${of}, ${average}.`;
    const best = leaders.length > 1 ? `${all(leaders)} share ${mean}` : `${leaders[0]} has ${mean}${leadText(comparison, names)}`;
    return `${best} First places: ${each}.`;
  };

  /** Who is ahead, in one sentence. @param {Comparison} comparison @param {string[]} names */
  const finding = (comparison, names) => {
    if (!comparison.common) return names.length > 1 ? `${all(names)} have no task in common.` : `${names[0]} has no score on these tasks.`;
    if (names.length === 1) {
      const sides = comparison.runs[0].overBaseline;
      if (sides === null || !board.reference) return `Choose a model to compare ${names[0]} with.`;
      return pair(names[0], board.models[board.reference.model].link[0], sides);
    }
    return comparison.pair ? pair(names[0], names[1], comparison.pair) : several(comparison, names);
  };

  /** Which tasks the figures are over. @param {Comparison} comparison */
  const scope = (comparison) => {
    const [n, whose] = [pickedTasks().length, picks.length ? "your" : "the"];
    const who = ["the model has", "both models have"][comparison.runs.length - 1] ?? "all of these models have";
    const tasks = comparison.common === n ? `${whose} ${counted(n, "task")}` : `the ${comparison.common} of ${whose} ${counted(n, "task")} on which ${who} a score`;
    const few = `Intervals, tasks needed and probabilities need at least ${counted(board.least_tasks, ...UNIT)}. `;
    const ranks = `Ranks ${board.averaged ? "" : "and win rates "}are those of the whole board.`;
    if (!comparison.common) return ranks;
    if (!board.averaged) return `Counts use ${tasks}. ${ranks}`;
    return `Means, differences and first places use ${tasks}. ${comparison.isTested ? "" : few}${ranks}`;
  };

  /** Where each run has first place: name, summary, tasks with their margins, how many more there are. @param {Comparison} comparison @param {string[]} names */
  const runLeads = (comparison, names) => {
    if (names.length < 2 || !comparison.common) return [];
    /** @param {ComparedTask} found @param {number} i */
    const lead = (found, i) => {
      const others = found.best.filter((j) => j !== i).map((j) => names[j]);
      const task = board.tasks[found.task];
      return { link: task.link, margin: others.length ? `tied with ${all(others)}` : signed(found.margin, task.scale) };
    };
    return comparison.runs.map(({ tops, firstPlaces, shared }, i) => {
      // Margins in different units have no order; ties still come last.
      const order = (/** @type {ComparedTask} */ { margin }) => (board.averaged ? -(margin ?? 0) : Number(!margin));
      const sorted = [...tops].sort((a, b) => order(a) - order(b));
      const more = tops.length - MOST_LEADS;
      return {
        name: names[i],
        summary: `First place on ${firstPlaces} of ${counted(comparison.common, "task")}${shared ? `, ${shared} of them tied` : ""}.`,
        leads: sorted.slice(0, MOST_LEADS).map((found) => lead(found, i)),
        more: more > 0 ? `And ${more} more in the table below.` : "",
      };
    });
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

  /** The margin that the address asks for; null where it asks for none. @param {string[]} remarks what is wrong with it is added */
  const marginFromQuery = (remarks) => {
    const asked = site.address.get("margin");
    const margin = marginOf(asked ?? "");
    if (asked !== null && margin === null) remarks.push(`The margin “${asked}” is not a number of 0 or more and is left out.`);
    return margin;
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

  /** A mean on the scale of its panel, with the baseline's line through it. @param {Node} symbol @param {string} name @param {PanelRow} row @param {PanelRow | null} baseline */
  const panelRow = (symbol, name, { share, cell }, baseline) => {
    const track = make("span", { class: "track" });
    for (const [kind, at] of /** @type {[string, number | null | undefined][]} */ ([["reference", baseline?.share], ["at", share]])) {
      if (at === null || at === undefined) continue;
      const mark = make("i", { class: `track-${kind}` }, ...(kind === "at" ? [symbol.cloneNode(true)] : []));
      mark.style.setProperty("--at", String(at));
      track.append(mark);
    }
    return make("li", {}, make("span", { class: "panel-name" }, symbol, " ", name), track, cells.fill(make("span", { class: "panel-value" }), cell));
  };

  /** @param {CategoryPanel} panel @param {string[]} names */
  const panelOf = ({ link, tasks, ends, rows, baseline }, names) => {
    const head = make("h3", {}, cells.link(link), " ", make("small", {}, counted(tasks, "task")));
    const items = rows.map((row, i) => panelRow(cells.symbol(i + 1), names[i], row, baseline));
    if (baseline && board.reference) items.push(panelRow(cells.symbol(), board.models[board.reference.model].link[0], { ...baseline, share: null }, baseline));
    const scale = make("p", { class: "panel-ends" }, ...ends.map((end) => make("span", {}, end)));
    return make("li", {}, head, make("ul", {}, ...items), scale);
  };

  /** @param {Comparison} comparison @param {string[]} names */
  const putCategories = (comparison, names) => {
    const panels = categoryPanels(board, comparison);
    put("categories", ...panels.map((panel) => panelOf(panel, names)));
    const one = "All categories have the same scale. Those in which the models differ most come first.";
    put("scale", board.averaged ? one : "Each category has its own scale.");
    showSection("categories", panels.length > 0);
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

  /** @param {{link: Link, margin: string}} lead */
  const leadItem = ({ link, margin }) => make("li", {}, cells.link(link), " ", make("span", {}, margin));

  /** @param {ReturnType<typeof runLeads>[number]} lead @param {number} i */
  const leadBlock = ({ name, summary, leads, more }, i) => {
    const block = make("div", {}, make("h3", {}, cells.symbol(i + 1), " ", name), make("p", { class: "note" }, summary));
    if (leads.length) block.append(make("ol", { class: "leads" }, ...leads.map(leadItem)));
    if (more) block.append(make("p", { class: "note" }, more));
    return block;
  };

  const isReady = () => box.dataset.ready !== undefined;
  const setReady = () => (box.dataset.ready = "");
  /** What is still to be shown or computed. @type {Slices | undefined} */
  let waiting;
  addEventListener("beforeprint", () => waiting?.finish());

  /** At first in slices; then only the chances, so that a choice changes all that is in sight at once. @param {Scores} scores @param {Scores | undefined} errors */
  const show = (scores, errors) => {
    const comparison = compare(board, scores, runs, marginOf(marginField?.value ?? "") ?? defaultMargin, errors, pickedTasks());
    const names = runNames(runs);
    const leads = runLeads(comparison, names);
    putLegend(comparison);
    put("finding", finding(comparison, names));
    put("scope", scope(comparison));
    for (const part of ["bold", "bold-means"]) put(part, names.length > 1 ? `Bold: best of these ${NUMBERS[names.length]}.` : "");
    document.title = isFirst(runs) ? title : `${all(names)} · ${title}`;

    const putSummary = () => putTable("compare-summary", names, summaryRows(board, comparison, names));
    const putLeads = () => {
      put("leads", ...leads.map(leadBlock));
      showSection("leads", leads.length > 0);
    };
    const putTasks = () => {
      putTable("compare-tasks", names, taskRows(board, comparison, names));
      setReady();
    };
    const sections = [putSummary, putLeads, () => putCategories(comparison, names), putTasks];
    const chances = comparison.steps.length ? [...comparison.steps, putSummary] : [];
    waiting = site.inSlices(isReady() ? chances : [...sections, ...chances]);
    if (isReady()) for (const putSection of sections) putSection();
    return finding(comparison, names);
  };

  let asked = 0;
  /** Show the runs once their scores are there; only what was asked for last is shown. */
  const update = async () => {
    const turn = (asked += 1);
    waiting?.drop();
    try {
      const { scores = "", errors } = box.dataset;
      const [values, known] = await Promise.all([site.load("scores", scores), errors ? site.load("errors", errors) : undefined]);
      return turn === asked ? show(values, known) : "";
    } catch {
      put("remark", `The scores could not be loaded${isReady() ? ", so what is shown below has not changed" : ""}. Reload the page to try again.`);
      if (!isReady()) box.dataset.failed = "";
      setReady();
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
    const margin = String(marginFromQuery(asks.remarks) ?? "");
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
