// The choosing page: what the visitor wishes, in the form and in the address, answered at once (templates/choose.html).
(() => {
  const [box] = site.elements("[data-choose-page]");
  const source = box?.querySelector("[data-choose-data]");
  const panel = box?.querySelector("[data-choose-form]");
  const line = box?.querySelector("[data-choose-line]");
  const remark = box?.querySelector("[data-choose-remark]");
  if (!(panel instanceof HTMLElement) || !(line instanceof HTMLElement) || !(remark instanceof HTMLElement) || !source) return;
  const { billions, chance, counted, listed, rounded, score } = site.format;
  const SAY_AFTER_MS = 600;
  const [MOST_UNRANKED, COMPARED] = [20, 4];
  const DOT = " \u00b7 ";
  /** @type {ChooseBoard} */
  const board = JSON.parse(source.textContent ?? "");
  const byMean = board.rank_by === "mean";
  const scale = byMean ? board.scale : { places: 3, compact: false };

  /** What a test counts. @type {[noun: string, plural: string]} */
  const UNIT = new Set(board.families).size < board.families.length ? ["family of tasks", "families of tasks"] : ["task", "tasks"];

  // --- sentences --------------------------------------------------------------------------------------

  /** @param {number} value */
  const text = (value) => score(value, scale);
  /** @param {number} m */
  const name = (m) => board.models[m].link[0];
  /** @param {string | null} variant */
  const run = (variant) => board.variants.find(({ id }) => id === variant)?.phrase;
  /** `23 of 31`. @param {number} n @param {number} of */
  const coverage = (n, of) => `${rounded(n, 0)} of ${rounded(of, 0)}`;

  /** The picked tasks: `the 31 tasks`, `your 6 tasks`, `your task`. @param {Choice} choice */
  const tasksText = ({ question, tasks: n }) => {
    if (question.weights.every((weight) => weight === 1)) return `the ${counted(n, "task")}`;
    return n === 1 ? "your task" : `your ${counted(n, "task")}`;
  };

  /** A difference in words; one that rounds to nothing is less than the last place. @param {number} gap */
  const gapText = (gap) => (gap === 0 || /[1-9]/.test(text(gap)) ? text(gap) : `less than ${text(Number(`1e-${scale.places}`))}`);

  /** @param {Choice} choice */
  const leadText = ({ listed: [, next] }) => {
    if (!next) return "the only model left";
    return next.behind ? `${gapText(next.behind)} ahead of ${name(next.model)}` : `level with ${name(next.model)}`;
  };

  /** @param {Choice} choice */
  const meritText = (choice) => {
    const weights = choice.question.weights.filter((weight) => weight > 0);
    const mean = weights.every((weight) => weight === weights[0]) ? "Mean " : "Weighted mean ";
    const what = `${choice.tasks > 1 ? mean : ""}${byMean ? "score" : "win rate"}`;
    const how = board.variants.length > 1 ? `, ${run(choice.question.variant)}` : "";
    return `${what[0].toUpperCase()}${what.slice(1)} ${text(choice.listed[0].merit)} on ${tasksText(choice)}${how}; ${leadText(choice)}.`;
  };

  /** The verdict on the first and the others. @param {Choice} choice */
  const verdictText = ({ listed: [first, second], tasks: n, close }) => {
    if (!second) return "";
    if (close === null) return `${counted(n, "task")} ${n === 1 ? "is" : "are"} too few to tell models apart. You need at least ${counted(board.least_tasks, ...UNIT)}.`;
    if (close.length) return `${listed([first.model, ...close].map(name))} are too close to call.`;
    return `None of the others may be first.`;
  };

  /** Why the first is the first. @param {Choice} choice */
  const reasonText = (choice) => [meritText(choice), verdictText(choice)].filter(Boolean).join(" ");

  /** What to say where no model is left. @param {Choice} choice */
  const nothingText = (choice) =>
    choice.ranked ? `Your limits leave out all ${counted(choice.ranked, "ranked model")}. Relax one of them.` : `No model has enough scores on ${tasksText(choice)} to be ranked.`;

  /** How one of the short list stands. @param {Choice} choice @param {Candidate} c */
  const standingText = (choice, c) => {
    const parts = [
      choice.tasks > 1 ? `best on ${coverage(c.bestOn, choice.tasks)}` : "",
      c.behind > 0 ? `${gapText(c.behind)} behind` : c === choice.listed[0] ? "" : "level with the first",
      c.scored < choice.tasks ? `scores on ${coverage(c.scored, choice.tasks)}` : "",
    ];
    return parts.filter(Boolean).join(DOT);
  };

  /** @param {number} share */
  const chanceBar = (share) => {
    const bar = site.make("i", { class: "chance", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(share));
    return bar;
  };

  /** How many are not in the list, and how likely the best is one of them. @param {Choice} choice */
  const moreText = ({ candidates, listed: shown }) => {
    const more = candidates - shown.length;
    if (!more) return "";
    const left = shown.reduce((rest, c) => rest - (c.chance ?? 0), 1);
    const best = shown.some((c) => c.chance !== null) ? `: ${chance(left)} chance that the best is among them` : "";
    return `${counted(more, "more model")} ${more === 1 ? "ranks" : "rank"} below these${best}.`;
  };

  /** What the marks of the drawings are. @param {Choice} choice */
  const legendText = (choice) => {
    const isLifted = choice.listed.some((c) => c.before !== null);
    const marks = isLifted ? [`Open circle: ${run(board.base)}; full circle: ${run(choice.question.variant)}.`] : [];
    const [reference, ...others] = new Set(choice.listed.map((c) => c.reference));
    if (board.reference && (reference ?? others[0] ?? null) !== null) marks.push(`Dashed line: ${name(board.reference.model)}, ${others.length ? "over the same tasks" : text(Number(reference))}.`);
    if (choice.close) marks.push(`Bar: chance to be the best of these ${counted(choice.candidates, "model")}, were the ${counted(choice.tasks, "task")} drawn again.`);
    return marks.join(" ");
  };

  /** What the most influential task does to the lead of the first. @param {Choice} choice @param {Influence} influence */
  const influenceText = ({ listed: [first, second] }, { without, share }) => {
    const other = name(second.model);
    const rest = without === 0 ? "the two are level" : without > 0 ? `the lead is ${gapText(without)}` : `${other} is ${gapText(-without)} ahead`;
    if (share === null || share <= 0) return `${second.behind === 0 ? "The order of the first two" : `The lead over ${other}`} depends most on it: without it, ${rest}.`;
    return `It alone is ${share > 1 ? "more than the whole" : `${rounded(share, 0, 2)} % of the`} lead over ${other}: without it, ${rest}.`;
  };

  /** Why the smallest model that is good enough is that one. @param {Candidate} c @param {number} margin */
  const smallestText = (c, margin) => {
    const within = `within ${text(margin)} of the best`;
    const size = billions(board.models[c.model].parameters_b);
    return c.behind === 0 ? `${size}: no smaller model is ${within}` : `${size}: the smallest model ${within}, with ${text(c.merit)}`;
  };

  // --- what is shown ------------------------------------------------------------------------------------

  /** @param {string} key */
  const part = (key) => /** @type {HTMLElement} */ (box.querySelector(`[data-choose="${key}"]`));
  /** @param {number} m */
  const linkTo = (m) => site.cells.link(board.models[m].link);

  /** A line of text, hidden where it is empty. @param {string} key @param {string} line */
  const put = (key, line) => {
    part(key).textContent = line;
    part(key).hidden = line === "";
  };

  /** A function that places values on the scale, 0..1. @param {Choice} choice */
  const scaleOf = (choice) => {
    const drawn = choice.listed.flatMap((c) => [c.merit, c.before, c.reference]).filter((value) => value !== null);
    const [low, high] = byMean ? (board.ends ?? [Math.min(...drawn), Math.max(...drawn)]) : [0, 1];
    return (/** @type {number | null} */ value) => (value === null ? null : high <= low ? 0.5 : (value - low) / (high - low));
  };

  /** @param {Choice} choice */
  const showList = (choice) => {
    const place = scaleOf(choice);
    const row = (/** @type {Candidate} */ c) => {
      const { link, developer, parameters_b } = board.models[c.model];
      const note = [developer, parameters_b === null ? "" : billions(parameters_b)].filter(Boolean).join(DOT);
      const change = `${name(c.model)}: ${c.before === null ? "" : `${text(c.before)} to `}${text(c.merit)}`;
      const drawing = site.cells.dumbbell({ before: place(c.before), after: place(c.merit), reference: place(c.reference), text: change });
      const column = (/** @type {string} */ key, /** @type {Cell} */ cell) => site.cells.fill(site.make("span", { class: `choose-${key}` }), cell);
      return site.make(
        "li", {},
        column("rank", { text: String(c.rank) }),
        column("name", { link, note }),
        column("plot", { drawing }),
        column("chance", c.chance === null ? {} : { drawing: chanceBar(c.chance), note: chance(c.chance) }),
        column("merit", { text: text(c.merit) }),
        column("why", { text: standingText(choice, c) }),
      );
    };
    part("list").replaceChildren(...choice.listed.map(row));
    part("list").hidden = !choice.listed.length;
  };

  /** One of the two facts below the list. @param {string} key @param {Node | string | null} content @param {string} note */
  const putFact = (key, content, note) => {
    part(key).hidden = content === null;
    part(key).querySelector("dd")?.replaceChildren(content ?? "", " ", site.make("small", {}, note));
  };

  /** @param {Choice} choice */
  const showUnranked = (choice) => {
    const { unranked } = choice;
    const hidden = unranked.length - MOST_UNRANKED;
    part("unranked").hidden = unranked.length === 0;
    put("unranked-head", unranked.length ? `${counted(unranked.length, "model")} not ranked` : "");
    const rows = unranked.slice(0, MOST_UNRANKED).map(({ model, rivals, missing }) => {
      const some = missing < choice.tasks ? `${rounded(missing, 0)} of ` : missing > 1 ? "any of " : "";
      const why = rivals ? `no score on ${some}${tasksText(choice)}` : "no other model has a score on its tasks";
      return site.make("li", {}, linkTo(model), `: ${why}`);
    });
    part("unranked-list").replaceChildren(...rows);
    put("unranked-more", hidden > 0 ? `and ${counted(hidden, "more model")}` : "");
  };

  /** The link that compares the first few, in their variant, on the picked tasks. @param {Choice} choice @param {Wish} wish */
  const showCompare = (choice, { picks, variant }) => {
    const link = box.querySelector("[data-choose-compare]");
    if (!(link instanceof HTMLAnchorElement)) return;
    const models = choice.listed.slice(0, COMPARED).map((c) => c.model);
    /** @type {[string, string][]} */
    const pairs = picks.map(({ kind, key }) => [kind, key]);
    for (const m of models) {
      pairs.push(["model", board.models[m].id]);
      // The variant that the comparison takes by itself is left out.
      const own = board.variants.find(({ id }) => board.boards[id].standings[m][1] > 0);
      if (variant !== own?.id) pairs.push(["as", variant]);
    }
    link.hidden = models.length < 2;
    link.href = `${site.pageLink(link.dataset.page ?? "")}?${new URLSearchParams(pairs)}`;
    const weights = new Set(choice.question.weights.filter((weight) => weight > 0));
    put("compare-note", !link.hidden && weights.size > 1 ? "The comparison counts each task the same." : "");
  };

  /** @param {Choice} choice @param {Wish} wish */
  const show = (choice, wish) => {
    const { listed: [first], smallest, influence, margin } = choice;
    const marginField = panel.querySelector("[data-amount=margin]");
    if (marginField && choice.question.margin === null) marginField.setAttribute("placeholder", text(margin));
    part("first").replaceChildren(first ? linkTo(first.model) : "No model is left");
    part("brief").textContent = first ? `${name(first.model)}, ${text(first.merit)}` : "no model is left";
    put("reason", first ? reasonText(choice) : nothingText(choice));
    showList(choice);
    put("more", moreText(choice));
    put("legend", legendText(choice));
    part("best-word").hidden = choice.close === null;
    putFact("smallest", smallest && linkTo(smallest.model), smallest ? smallestText(smallest, margin) : "");
    putFact("influence", influence && site.cells.link(board.tasks[influence.task].link), influence ? influenceText(choice, influence) : "");
    showUnranked(choice);
    for (const place of site.elements("[data-left-out]")) place.textContent = site.wishes.leftOut(board, choice, /** @type {Limit} */ (place.dataset.leftOut));
    showCompare(choice, wish);
  };

  // --- answering ----------------------------------------------------------------------------------------

  const form = site.wishes.form(panel);
  const address = site.wishes.address(board);

  /** @type {Promise<(question: Question) => Choice> | null} */
  let answerer = null;
  /** What answers questions, once the scores are there. */
  const whoAnswers = () => {
    const { scores = "", errors } = box.dataset;
    const tables = () => Promise.all([site.load("scores", scores), errors ? site.load("errors", errors) : undefined]);
    return (answerer ??= tables().then(([values, known]) => site.choosing.chooser(board, site.choosing.measures(board, values, known))));
  };

  /** @param {string} line */
  const note = (line) => {
    remark.textContent = line;
    remark.hidden = line === "";
  };

  let saying = 0;
  /** Say the answer once the visitor pauses. @param {Choice} choice */
  const sayAnswer = (choice) => {
    clearTimeout(saying);
    const [first] = choice.listed;
    const line = first ? `${name(first.model)} is first of ${counted(choice.candidates, "model")}.` : "No model is left.";
    saying = setTimeout(() => site.say(line), SAY_AFTER_MS);
  };

  let asked = 0;
  /** Answer a wish; one that was asked before and is answered after is dropped. @param {Wish} wish */
  const answer = async (wish) => {
    const turn = ++asked;
    showPicked(wish);
    try {
      const answers = await whoAnswers();
      if (turn !== asked) return;
      const choice = answers(site.wishes.question(board, wish));
      show(choice, wish);
      delete box.dataset.failed;
      if (turn > 1 || address.isAsked()) sayAnswer(choice);
    } catch (error) {
      answerer = null;
      if (box.dataset.answered === undefined) box.dataset.failed = "";
      note(`${error instanceof Error ? error.message : error} Reload the page to try again.`);
    } finally {
      if (turn === asked) box.dataset.answered = String(turn);
    }
  };

  /** @param {boolean} [replace] */
  const changed = (replace) => {
    const wish = form.read();
    note(form.faults().join(" "));
    address.write(wish, replace);
    answer(wish);
  };

  const showPicked = site.wishes.pickedLine(line, board, (pick) => {
    const wish = form.read();
    form.write({ ...wish, picks: wish.picks.filter((other) => other.kind !== pick.kind || other.key !== pick.key) });
    changed();
  });

  /** Show in the form what the address asks, and answer it. */
  const fromAddress = () => {
    const { wish, remarks } = address.read();
    form.write(wish);
    note(remarks.join(" "));
    answer(wish);
  };

  box.querySelector("[data-choose-reset]")?.addEventListener("click", () => {
    form.write(site.wishes.empty(board));
    changed();
  });
  const opener = box.querySelector("[data-choose-open]");
  opener?.addEventListener("click", () => opener.setAttribute("aria-expanded", String(opener.getAttribute("aria-expanded") !== "true")));

  form.listen(changed);
  addEventListener("popstate", fromAddress);
  fromAddress();
  for (const section of site.elements("[data-choose-side], [data-choose-reset]")) section.hidden = false;
})();
