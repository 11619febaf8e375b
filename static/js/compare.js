// The comparison: its runs, their variant and the tasks stand in the address, and all below follows them (templates/compare.html).
(() => {
  const [box] = site.elements("[data-compare]");
  const source = document.querySelector("[data-compare-data]");
  const adder = box?.querySelector("[data-add]");
  if (!source || !(adder instanceof HTMLSelectElement)) return;
  const { billions, chance, fromTo, listed, money, score, signed, MISSING } = site.format;
  const { make, cells } = site;
  const { compare, verdict, deviations, ranges } = site.comparison;
  const MOST_RUNS = 4;
  /** A narrower part of the bar has no room for its percent. */
  const LEAST_LABELLED = 0.1;
  /** A chance that many take for an answer. */
  const SURE = 0.95;
  /** More ranks have no room for a slot each. */
  const MOST_SLOTS = 20;
  const [FIRST_ROWS, FIRST_ROWS_OF_PHONE] = [100, 10];
  /** Of the bounds of the scale: runs that are no further apart are level. */
  const NEAR_SHARE = 0.05;
  const KINDS = ["task", "category", "board"];
  const DOT = " \u00b7 ";
  const FORM = { places: 3, compact: false };

  /** @type {{board: Board, runs: [model: string, variant: string][], texts: Messages}} */
  const { board: whole, runs: named, texts } = JSON.parse(source.textContent ?? "");
  /** The tasks of the site; of a board that is picked, with what is other there. */
  let board = whole;
  const say = site.texts(texts);
  const places = new Map(board.models.map(({ id }, i) => [id, i]));
  /** The runs that the page opens with. @type {Run[]} */
  const firstRuns = named.map(([model, variant]) => ({ model: places.get(model) ?? 0, variant }));
  const title = document.title;
  let runs = firstRuns;
  /** The variant of models that are added. */
  let variant = firstRuns[0].variant;
  /** What is compared on at first. @type {{kind: string, key: string}[]} */
  const firstPicks = (whole.opens ?? []).map(([kind, key]) => ({ kind, key }));
  /** What the visitor compares on; all tasks where it is empty. */
  let picks = firstPicks;
  /** Compare on other tasks. @param {typeof firstPicks} chosen */
  const pick = (chosen) => {
    picks = chosen;
    const tasks = chosen[0]?.kind === "board" ? whole.task_sets?.[chosen[0].key] : undefined;
    // A board may lack the variant of a run.
    const tailsOf = (/** @type {keyof Board["tails"]} */ of) => ({ ...whole.tails[of], ...tasks?.tails[of] });
    board = { ...whole, ...tasks, tails: { pairs: tailsOf("pairs"), baseline: tailsOf("baseline"), base: tailsOf("base") } };
  };
  let isByCategory = false;
  let mostRows = matchMedia("(max-width: 47rem)").matches ? FIRST_ROWS_OF_PHONE : FIRST_ROWS;

  /** The places of the tasks of a board, a category or a single task. @param {{kind: string, key: string}} pick @returns {number[]} */
  const placesOf = ({ kind, key }) => (kind === "board" ? (whole.task_sets?.[key]?.places ?? []) : whole.tasks.flatMap(({ id, category }, t) => (key === (kind === "task" ? id : category) ? [t] : [])));
  /** The places of the picked tasks, in the order of the board; of all without a pick. */
  const pickedTasks = () => {
    const picked = new Set(picks.flatMap(placesOf));
    return whole.tasks.flatMap((_, t) => (!picks.length || picked.has(t) ? [t] : []));
  };
  /** Whether the same tasks are picked, in whatever way. @param {string} kind @param {string} key */
  const isPicked = (kind, key) => picks.some((pick) => String(placesOf(pick)) === String(placesOf({ kind, key })));

  /** @param {Run} a @param {Run} b */
  const isSame = (a, b) => a.model === b.model && a.variant === b.variant;
  /** @param {Run[]} list */
  const isFirst = (list) => list.length === firstRuns.length && list.every((run, i) => isSame(run, firstRuns[i]));
  /** The variants in which a model has scores, the one that is taken by itself first. @param {number} model @returns {string[]} */
  const variantsOf = (model) => board.variants.map(({ id }) => id).filter((id) => board.boards[id].standings[model][1] > 0);
  /** @param {number} model @returns {string} */
  const nameOf = (model) => board.models[model].link[0];
  /** @param {string} id */
  const phrase = (id) => board.variants.find((variant) => variant.id === id)?.phrase ?? "";
  /** A run by its model; with the variant where runs differ in it and it is not the one that is taken by itself. @param {Run} run */
  const labelOf = ({ model, variant }) => {
    const isMixed = runs.some((run) => run.variant !== variant);
    const isTwice = runs.filter((run) => run.model === model).length > 1;
    return isTwice || (isMixed && variant !== board.variants[0].id) ? `${nameOf(model)} (${phrase(variant)})` : nameOf(model);
  };
  /** @param {number} n */
  const theRuns = (n) => say(`number_${n}`);
  /** @param {string[]} names */
  const either = (names) => listed(names, MOST_RUNS, "either");

  // --- the answer -----------------------------------------------------------------------------------

  /** The task of a comparison over one alone, whose scores are written as its own. @param {Comparison} comparison */
  const onlyTask = ({ common, tasks }) => (common === 1 ? board.tasks[tasks.find(({ scores }) => !scores.includes(null))?.task ?? 0] : null);
  /** @param {Comparison} comparison */
  const scaleOf = (comparison) => onlyTask(comparison)?.scale ?? board.scale;

  /** The direction of the tasks of a comparison, where they have one. @param {Comparison} comparison */
  const directionOf = (comparison) => onlyTask(comparison)?.direction ?? Math.min(...comparison.tasks.map(({ task }) => board.tasks[task].direction));

  /** Who is ahead; where no interval says so, on how many tasks. @param {Comparison} comparison @param {string[]} names */
  const finding = (comparison, names) => {
    const { common, leaders } = comparison;
    const onTasks = say("n_tasks", {}, common);
    if (names.length === 1) return say(common ? "alone" : "no_score", { name: names[0] });
    if (!common) return say("no_common", { names: listed(names, MOST_RUNS) });
    const decided = verdict(comparison);
    if (decided) {
      const [close, behind] = [decided.close, decided.behind].map((list) => list.map((i) => names[i]));
      const parts = { name: names[decided.lead], names: either([names[decided.lead], ...close]), behind: listed(behind, MOST_RUNS) };
      if (!close.length) return say("ahead", parts);
      return say(behind.length ? "close_behind" : "close", parts, behind.length);
    }
    if (leaders.length) {
      const low = directionOf(comparison) < 0 ? "_low" : "";
      const parts = { names: listed(leaders.map((i) => names[i]), MOST_RUNS), n_tasks: onTasks, on: "", score: score(comparison.runs[leaders[0]].average, scaleOf(comparison)) };
      const only = onlyTask(comparison);
      return only ? say(`few_task${low}`, { ...parts, on: only.link[0] }, leaders.length) : say(`few${low}`, parts, leaders.length);
    }
    const most = Math.max(...comparison.runs.map((run) => run.firstPlaces));
    const best = names.filter((_, i) => comparison.runs[i].firstPlaces === most);
    return say("counts", { names: listed(best, MOST_RUNS), best: most, n_tasks: onTasks }, best.length);
  };

  /** @param {string} name @param {(Node | string)[]} content */
  const put = (name, ...content) => box.querySelector(`[data-part="${name}"]`)?.replaceChildren(...content);
  /** @param {string} name @param {boolean} shown */
  const showSection = (name, shown) => {
    for (const section of box.querySelectorAll(`[data-section="${name}"]`)) /** @type {HTMLElement} */ (section).hidden = !shown;
  };

  /** How likely each run is the best, the likeliest first. @param {Comparison} comparison @param {string[]} names */
  const putBest = (comparison, names) => {
    const { best, common, runs } = comparison;
    showSection("best", best !== null);
    const shares = (best ?? []).map((share, i) => ({ share: share ?? 0, i })).sort((a, b) => b.share - a.share);
    const parts = shares.map(({ share }) => {
      const part = make("i", {}, share < LEAST_LABELLED ? "" : chance(share));
      part.style.setProperty("--share", String(share));
      return part;
    });
    put("best", ...parts);
    put("best-names", ...shares.map(({ share, i }) => make("li", {}, names[i], " ", make("b", {}, chance(share)))));
    const bestOf = say("best_of", { these: theRuns(names.length) }, common);
    // A chance is of these alone, the answer of all pairs of the board.
    const isLuck = shares[0]?.share > SURE && (verdict(comparison)?.close.length ?? 0) > 0;
    const n = board.boards[runs[0].run.variant].ranked;
    put("best-of", isLuck ? `${bestOf}. ${say("best_by_luck", {}, n)}.` : bestOf);
  };

  // --- lanes ----------------------------------------------------------------------------------------

  /** What stands in a lane: a number, what it is of, and a drawing. @typedef {{text: string, note?: string, href?: string, drawing?: Element | null, isBest?: boolean}} Lane */

  /** @param {Lane} lane */
  const laneCell = ({ text, note, href, drawing, isBest }) => {
    const number = href ? cells.link([text, href]) : make("span", {}, text);
    number.className = isBest ? "lane-number best" : "lane-number";
    return make("td", { role: "cell", class: text === MISSING ? "lane soft" : "lane" }, number, ...(note ? [make("small", {}, note)] : []), ...(drawing ? [drawing] : []));
  };

  /** @param {(Node | string)[]} head @param {Lane[]} lanes @param {string} [kind] */
  const laneRow = (head, lanes, kind = "") => make("tr", { role: "row", class: kind }, make("th", { scope: "row", role: "rowheader" }, ...head), ...lanes.map(laneCell));

  /** @param {Comparison} comparison @param {(run: ComparedRun, i: number) => Lane} lane @param {string} label @param {string} [kind] */
  const fact = ({ runs }, label, lane, kind) => {
    const lanes = runs.map(lane);
    return lanes.every(({ text }) => text === MISSING) ? [] : [laneRow([label], lanes, kind)];
  };

  /** Where the lane of a value stands on the scale of the board. @param {number | null} value @param {[number, number] | null} ends */
  const valueDrawing = (value, ends) => {
    if (value === null || !ends || ends[1] <= ends[0]) return null;
    const share = Math.min(1, Math.max(0, (value - ends[0]) / (ends[1] - ends[0])));
    return cells.draw([["track", 0, 1], ["tint", 0, share], ["value", share]], "");
  };

  /** @param {Run} run */
  const standing = (run) => board.boards[run.variant].standings[run.model];

  /** What ranks the runs, in the largest type; win rates rank no tasks that are of no board. @param {Comparison} comparison */
  const meritRow = (comparison) => {
    if (board.ranked_by) return factRow(comparison, board.ranked_by, "lane-main");
    if (!board.averaged && comparison.common !== 1) {
      return !board.has_ranks ? [] : fact(comparison, say("fact.win_rate"), ({ run }) => ({ text: score(standing(run)[2], FORM), drawing: valueDrawing(standing(run)[2], [0, 1]) }), "lane-main");
    }
    const label = say(picks.length ? "fact.mean_of" : "fact.mean", {}, comparison.common);
    return fact(comparison, label, ({ average }, i) => ({ text: score(average, scaleOf(comparison)), drawing: valueDrawing(average, board.ends), isBest: comparison.leaders.includes(i) }), "lane-main");
  };

  /** A facet or a measure of the models. @param {Comparison} comparison @param {string} label @param {string} [kind] */
  const factRow = (comparison, label, kind) => fact(comparison, label, ({ run }) => ({ text: board.models[run.model].facts?.find(([name]) => name === label)?.[1] ?? MISSING }), kind);

  /** The rank on the whole board, with those that a run could have where they are known. @param {ComparedRun} compared @returns {Lane} */
  const rankLane = ({ run }) => {
    const [rank, , , from, to] = standing(run);
    const { ranked } = board.boards[run.variant];
    if (rank === null) return { text: MISSING, note: say("not_ranked") };
    const note = say("of", { of: ranked });
    if (from === null || to === null) return { text: String(rank), note };
    const text = from === to ? String(from) : `${from}\u2013${to}`;
    /** @type {Mark[]} */
    const marks = [["track", 0, 1], ["band", (from - 1) / ranked, to / ranked], ["value", (rank - 0.5) / ranked]];
    return { text, note, drawing: cells.draw(marks, say("rank_is", { rank, text, of: ranked }), ranked <= MOST_SLOTS ? ranked : 0) };
  };

  /** What is known of the models: size with license, price, facets and measures. @param {Comparison} comparison */
  const modelRows = (comparison) => {
    const models = comparison.runs.map(({ run }) => board.models[run.model]);
    const has = (/** @type {(string | number | null | undefined)[]} */ values) => values.some((value) => value !== null && value !== undefined);
    const isSized = has(models.map(({ parameters_b }) => parameters_b));
    const prices = comparison.runs.map(({ run }) => board.prices[run.model]);
    return [
      ...fact(comparison, say(isSized ? "fact.size" : "fact.license"), (_, i) => {
        const license = models[i].license ?? "";
        return isSized ? { text: billions(models[i].parameters_b), note: license } : { text: license || MISSING };
      }),
      ...(has(prices) ? fact(comparison, say("fact.price"), (_, i) => ({ text: money(prices[i]), note: say(prices[i] === null ? "no_price" : "per_million") })) : []),
      ...(models[0].facts ?? []).flatMap(([label]) => (label === board.ranked_by ? [] : factRow(comparison, label))),
    ];
  };

  /** @param {Comparison} comparison @returns {HTMLElement[]} */
  const factRows = (comparison) => {
    const { runs, common } = comparison;
    const isContested = runs.length > 1 && common > 0;
    const { reference } = board;
    const ranks = runs.some(({ run }) => standing(run)[3] !== null) ? "ranks" : "rank";
    return [
      ...meritRow(comparison),
      ...(board.has_ranks ? fact(comparison, say(`fact.${ranks}${picks.length ? "_of_board" : ""}`), rankLane) : []),
      ...modelRows(comparison),
      ...(isContested ? fact(comparison, say("fact.best_of", { these: theRuns(runs.length) }), ({ firstPlaces, shared }) => ({ text: String(firstPlaces), note: say(shared ? "of_tasks_shared" : "of_tasks", { shared }, common) })) : []),
      ...(reference ? fact(comparison, say("fact.ahead", { name: nameOf(reference.model) }), ({ overBaseline }) => (overBaseline ? { text: String(overBaseline.ahead), note: say("of_tasks", {}, overBaseline.tasks) } : { text: MISSING })) : []),
    ];
  };

  /** The bar of a run from the mean of its row, on a scale with that mean in the middle. @param {number | null} deviation @param {number} most @param {boolean} isBest */
  const barDrawing = (deviation, most, isBest) => {
    if (deviation === null || !most) return null;
    const at = 0.5 + (0.5 * deviation) / most;
    const kind = isBest ? "gain-bar" : deviation > 0 ? "band" : "soft-bar";
    return cells.draw([["tick", 0.5], [kind, Math.min(0.5, at), Math.max(0.5, at)]], "");
  };

  /** The rows of tasks, or of categories. @template {{scores: Numbers, best: number[]}} T @param {T[]} found @param {(row: T) => Numbers} barsOf @param {number} most
   * @param {(row: T) => (Node | string)[]} head @param {(row: T, i: number) => Partial<Lane>} lane @returns {HTMLElement[]} */
  const scoreRows = (found, barsOf, most, head, lane) =>
    found.map((row) => {
      const bars = barsOf(row);
      const isOne = row.best.length < row.scores.length;
      return laneRow(head(row), row.scores.map((value, i) => {
        const isBest = isOne && row.best.includes(i);
        return value === null ? { text: MISSING } : { text: "", ...lane(row, i), drawing: barDrawing(bars[i], most, isBest), isBest };
      }));
    });

  /** @template {{spread: number | null}} T @param {T[]} found @returns {T[]} */
  const widestFirst = (found) => (board.averaged ? found.toSorted((a, b) => (b.spread ?? -1) - (a.spread ?? -1)) : found);

  /** A score of the results leads to the row that it is kept in. @param {Run} run @param {BoardTask} task */
  const hrefOf = ({ model, variant }, task) => {
    const query = variant === board.variants[0].id ? "" : `?variant=${encodeURIComponent(variant)}`;
    return `${board.models[model].link[1]}${query}#score-${task.slug}`;
  };

  /** @param {string} id @param {string} first what the heads of rows are @param {string[]} names @param {HTMLElement[]} rows */
  const putTable = (id, first, names, rows) => {
    const table = document.getElementById(id);
    if (!(table instanceof HTMLTableElement)) return;
    const heads = [first, ...names].map((name) => make("th", { scope: "col", role: "columnheader" }, name));
    table.tHead?.replaceChildren(make("tr", { role: "row" }, ...heads));
    table.tBodies[0].replaceChildren(...rows);
  };

  /** @param {Comparison} comparison @param {Scores} scores @param {string[]} names */
  const putScores = (comparison, scores, names) => {
    const widths = ranges(board, scores);
    /** @param {ComparedTask} found */
    const taskBars = (found) => deviations(found.scores, board.tasks[found.task].direction, widths[found.task]);
    const direction = directionOf(comparison);
    /** @param {ComparedCategory} found */
    const categoryBars = (found) => deviations(found.scores, direction, board.averaged ? 1 : 0);
    const bars = [...comparison.tasks.flatMap(taskBars), ...comparison.categories.flatMap(categoryBars)];
    const most = Math.max(0, ...bars.map((bar) => Math.abs(bar ?? 0)));

    const categories = comparison.categories.length > 1 ? widestFirst(comparison.categories) : [];
    showSection("categories", categories.length > 0);
    const [widest] = categories;
    if (widest) {
      put("categories-title", say(runs.length > 1 && widest.spread && board.averaged ? "categories_widest" : "categories", { name: widest.category.link[0] }));
      const head = (/** @type {ComparedCategory} */ { category, tasks }) => [cells.link(category.link), make("small", {}, say("n_tasks", {}, tasks.length))];
      putTable("compare-categories", say("category"), names, scoreRows(categories, categoryBars, most, head, (row, i) => ({ text: score(row.scores[i], row.category.scale) })));
    }

    const several = new Set(board.tasks.map(({ category }) => category)).size > 1;
    const ordered = isByCategory ? comparison.tasks : widestFirst(comparison.tasks);
    const shown = ordered.slice(0, mostRows);
    const rows = scoreRows(
      shown, taskBars, most,
      ({ task }) => [cells.link(board.tasks[task].link), ...(several && !isByCategory ? [make("small", { class: "lane-category" }, board.tasks[task].category ?? "")] : [])],
      ({ task, scores }, i) => ({ text: score(scores[i], board.tasks[task].scale), href: hrefOf(runs[i], board.tasks[task]) }),
    );
    const grouped = rows.flatMap((row, k) => {
      const { category } = board.tasks[shown[k].task];
      const isNew = isByCategory && (k === 0 || board.tasks[shown[k - 1].task].category !== category);
      return isNew ? [make("tr", { role: "row", class: "group" }, make("th", { scope: "rowgroup", role: "rowheader", colspan: String(runs.length + 1) }, category ?? "")), row] : [row];
    });
    putTable("compare-tasks", say("task"), names, grouped);
    const [more] = site.elements("[data-more]");
    if (more) {
      more.hidden = shown.length === ordered.length;
      more.textContent = say("all_tasks", {}, ordered.length);
    }
    putTasksTitle(comparison, names);
  };

  /** @param {Comparison} comparison @param {string[]} names */
  const putTasksTitle = ({ tasks, common, runs }, names) => {
    const width = board.ends ? NEAR_SHARE * (board.ends[1] - board.ends[0]) : 0;
    const near = tasks.filter(({ spread }) => spread !== null && spread <= width * (1 + 1e-9)).length;
    const most = Math.max(...runs.map((run) => run.firstPlaces));
    const best = names.filter((_, i) => runs[i].firstPlaces === most);
    const parts = { near, of: common, these: theRuns(names.length), width: score(width, FORM).replace(/0+$/, "").replace(/[.,]$/, ""), names: listed(best, MOST_RUNS), best: most, n_tasks: say("n_tasks", {}, common) };
    const isMade = names.length > 1 && common > 1 && board.averaged;
    const isLevel = best.length === names.length && most === common;
    if (isMade && isLevel) put("tasks-title", say("tasks_level", parts));
    else if (isMade && width) put("tasks-title", say(near === common ? "tasks_near_all" : near ? "tasks_near" : "tasks_near_none", parts));
    else put("tasks-title", isMade ? say("tasks_best", parts, best.length) : say("tasks"));
    const low = tasks.some(({ task }) => board.tasks[task].direction < 0) ? "low" : "high";
    put("tasks-note", names.length > 1 ? say(board.averaged ? (isByCategory ? `note_${low}` : `note_widest_${low}`) : "note_shares") : "");
  };

  /** The numbers behind the verdict. @param {Comparison} comparison @param {string[]} names */
  const putDetails = (comparison, names) => {
    const base = board.variants.length > 1 ? board.base : null;
    /** @param {Sides | null} sides @returns {Lane} */
    const difference = (sides) => {
      if (!sides || sides.mean === null) return { text: MISSING };
      return { text: signed(sides.mean, board.scale), note: sides.interval?.map((end) => signed(end, board.scale)).reduce(fromTo) };
    };
    const [lead] = comparison.leaders;
    const rows = [
      ...(lead === undefined ? [] : fact(comparison, say("fact.difference", { name: names[lead] }), ({ overLeader }) => difference(overLeader))),
      ...(base === null ? [] : fact(comparison, say("fact.lift", { base: phrase(base) }), ({ overBase }) => difference(overBase))),
      ...fact(comparison, say("fact.scored"), ({ run }) => ({ text: String(board.boards[run.variant].standings[run.model][1]), note: say("of", { of: board.boards[run.variant].tasks }) })),
    ];
    putTable("compare-details", say("details"), names, rows);
    put("scope", say(comparison.isTested || !board.averaged ? "scope" : "scope_few", { least: board.least_tasks }, comparison.common));
  };

  /** @param {Scores} scores @param {Scores | undefined} errors */
  const show = (scores, errors) => {
    const comparison = compare(board, scores, runs, errors, pickedTasks());
    const names = runs.map(labelOf);
    const said = finding(comparison, names);
    put("finding", said);
    putBest(comparison, names);
    box.style.setProperty("--runs", String(runs.length));
    put("heads", make("span"), ...runs.map(({ model }, i) => make("span", {}, names[i], make("small", {}, board.models[model].developer ?? ""))));
    putTable("compare-facts", say("side_by_side"), names, factRows(comparison));
    putScores(comparison, scores, names);
    putDetails(comparison, names);
    document.title = isFirst(runs) ? title : `${listed(names, MOST_RUNS)}${DOT}${title}`;
    box.dataset.ready = "";
    return said;
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
      put("remark", say("not_loaded"));
      if (box.dataset.ready === undefined) box.dataset.failed = box.dataset.ready = "";
      return "";
    }
  };

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
        remarks.push(say("remark.unknown", { kind: say("model"), name: id }));
        continue;
      }
      const variants = variantsOf(model);
      const run = { model, variant: as ?? variants[0] };
      const name = nameOf(model);
      if (!variants.length) remarks.push(say("remark.no_score", { name }));
      else if (!variants.includes(run.variant)) remarks.push(say("remark.no_variant", { name, variant: run.variant }));
      else if (found.some((other) => isSame(other, run))) remarks.push(say("remark.twice", { name }));
      else if (found.length === MOST_RUNS) beyond += 1;
      else found.push(run);
    }
    if (beyond) remarks.push(say("remark.beyond", { most: MOST_RUNS }, beyond));
    return { runs: found.length ? found : firstRuns, remarks };
  };

  /** What the address asks to compare on. @param {string[]} remarks what is wrong with it is added */
  const picksFromQuery = (remarks) => {
    /** @type {{kind: string, key: string}[]} */
    const found = [];
    for (const [key, , kind] of site.address.list(KINDS, [])) {
      // Of a board with all tasks, or with other ones, all are compared.
      if (kind === "board") return whole.task_sets?.[key] ? [{ kind, key }] : [];
      if (!placesOf({ kind, key }).length) remarks.push(say("remark.unknown", { kind: say(kind), name: key }));
      else if (!found.some((pick) => pick.kind === kind && pick.key === key)) found.push({ kind, key });
    }
    return found.length ? found : firstPicks;
  };

  const toQuery = () => {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const { model, variant } of isFirst(runs) ? [] : runs) {
      pairs.push(["model", board.models[model].id]);
      if (variant !== variantsOf(model)[0]) pairs.push(["as", variant]);
    }
    const isOpening = picks.length === firstPicks.length && picks.every(({ kind, key }, i) => kind === firstPicks[i].kind && key === firstPicks[i].key);
    if (!isOpening) for (const { kind, key } of picks.length ? picks : [{ kind: "board", key: "" }]) pairs.push([kind, key]);
    site.address.setPairs(["model", "as", ...KINDS], pairs);
  };

  // --- choices -------------------------------------------------------------------------------------

  /** @param {string} text @param {string} label @param {() => void} act */
  const removeButton = (text, label, act) => {
    const button = site.button(text, "chip-remove");
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    return button;
  };

  const segments = /** @type {HTMLButtonElement[]} */ ([...box.querySelectorAll("button[data-variant]")]);
  const fillRuns = () => {
    const chips = runs.map((run, i) => {
      const name = labelOf(run);
      const remove = removeButton("\u00d7", say("remove", { name }), () => {
        choose(runs.toSpliced(i, 1));
        adder.focus();
      });
      return make("li", { class: "chip-of" }, cells.link([name, board.models[run.model].link[1]]), ...(runs.length > 1 ? [remove] : []));
    });
    put("runs", ...chips);
    for (const segment of segments) segment.setAttribute("aria-pressed", String(runs.every((run) => run.variant === segment.dataset.variant)));
    const first = make("option", { value: "" }, say("add"));
    const free = board.models.flatMap(({ id }, model) => (freeVariant(model) === undefined ? [] : [make("option", { value: id }, nameOf(model))]));
    adder.replaceChildren(first, ...free);
    adder.disabled = runs.length === MOST_RUNS || !free.length;
  };

  /** The variant in which a model would be added: the chosen one, if it has it. @param {number} model */
  const freeVariant = (model) => {
    const own = variantsOf(model);
    const wanted = own.includes(variant) ? variant : own[0];
    return runs.some((run) => isSame(run, { model, variant: wanted })) ? undefined : wanted;
  };

  /** @param {Run[]} chosen */
  const choose = async (chosen) => {
    runs = chosen;
    fillRuns();
    put("remark");
    toQuery();
    const said = await update();
    if (said) site.say(said);
  };

  adder.addEventListener("change", () => {
    const model = places.get(adder.value);
    if (model !== undefined) choose([...runs, { model, variant: freeVariant(model) ?? variantsOf(model)[0] }]);
  });
  for (const segment of segments) {
    segment.addEventListener("click", () => {
      variant = segment.dataset.variant ?? variant;
      const turned = runs.map((run) => (variantsOf(run.model).includes(variant) ? { ...run, variant } : run));
      choose(turned.filter((run, i) => turned.findIndex((other) => isSame(other, run)) === i));
    });
  }

  /** @type {HTMLButtonElement[]} */
  const chips = [...box.querySelectorAll("button[data-pick]")].filter((chip) => chip instanceof HTMLButtonElement);
  const taskField = /** @type {HTMLSelectElement | null} */ (box.querySelector("[data-pick-task]"));
  for (const [t, task] of board.tasks.entries()) taskField?.append(make("option", { value: board.tasks[t].id }, task.link[0]));

  const fillPicks = () => {
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.pick ? isPicked(chip.dataset.pick, chip.value) : !picks.length));
    const tasks = picks.filter(({ kind }) => kind === "task").map(({ key }) => {
      const name = board.tasks.find((task) => task.id === key)?.link[0] ?? key;
      const remove = removeButton("\u00d7", say("remove", { name }), () => {
        toggle("task", key);
        taskField?.focus();
      });
      return make("span", { class: "chip-of" }, name, remove);
    });
    put("picks", ...tasks);
    for (const option of taskField?.options ?? []) option.disabled = isPicked("task", option.value);
    if (taskField) taskField.value = "";
  };

  /** A board stands alone; tasks and categories add up. @param {string} kind @param {string} key */
  const toggle = (kind, key) => {
    const isAlone = !kind || kind === "board" || picks.some((pick) => pick.kind === "board");
    const others = isAlone ? [] : picks.filter((pick) => String(placesOf(pick)) !== String(placesOf({ kind, key })));
    pick(!kind || isPicked(kind, key) ? others : [...others, { kind, key }]);
    fillPicks();
    choose(runs);
  };
  for (const chip of chips) chip.addEventListener("click", () => toggle(chip.dataset.pick ?? "", chip.value));
  taskField?.addEventListener("change", () => toggle("task", taskField.value));

  box.querySelector("[data-more]")?.addEventListener("click", () => {
    mostRows = Infinity;
    update();
  });

  const fromAddress = () => {
    const asks = fromQuery();
    pick(picksFromQuery(asks.remarks));
    runs = asks.runs;
    variant = runs[0].variant;
    isByCategory = site.address.get("order") === "category" && box.querySelector("[data-choices=order]") !== null;
    fillPicks();
    fillRuns();
    put("remark", asks.remarks.join(" "));
    update();
  };
  addEventListener("popstate", fromAddress);
  fromAddress();
  for (const part of site.elements("[data-compare-bar], [data-compare-tasks]")) part.hidden = false;
})();
