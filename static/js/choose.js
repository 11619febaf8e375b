// The choosing page: what the visitor wishes, in the form and in the address, answered at once (templates/choose.html).
(() => {
  const [box] = site.elements("[data-choose-page]");
  const source = box?.querySelector("[data-choose-data]");
  const panel = box?.querySelector("[data-choose-form]");
  if (!(panel instanceof HTMLElement) || !source) return;
  const { billions, listed, money, score, MISSING } = site.format;
  const { make, cells, wishes } = site;
  const SAY_AFTER_MS = 600;
  const [FIRST_ROWS, MOST_OUT, COMPARED, MOST_TASKS, MOST_SLOTS] = [10, 10, 4, 4, 20];
  const DOT = " \u00b7 ";
  /** @type {{board: ChooseBoard, texts: Messages}} */
  const { board, texts } = JSON.parse(source.textContent ?? "");
  const say = site.texts(texts);
  const byMean = board.rank_by === "mean";
  const scale = byMean ? board.scale : { places: 3, compact: false };
  const [title, heading] = [document.title, box.querySelector("h1")];
  let wish = wishes.empty(board);
  let mostRows = FIRST_ROWS;

  /** @param {string} id */
  const phrase = (id) => board.variants.find((variant) => variant.id === id)?.phrase ?? "";
  /** @param {number} value */
  const text = (value) => score(value, scale);
  /** @param {number} m */
  const name = (m) => board.models[m].link[0];
  /** A difference in words; one that rounds to nothing is less than the last place. @param {number} gap */
  const gapText = (gap) => (/[1-9]/.test(text(gap)) ? text(gap) : say("less_than", { value: text(Number(`1e-${scale.places}`)) }));
  /** @param {string} id @param {string | number} value */
  const limitText = (id, value) => (id === "size" ? billions(Number(value)) : id === "price" ? money(Number(value)) : String(value));

  // --- sentences --------------------------------------------------------------------------------------

  /** @param {Choice} choice */
  const questionText = ({ tasks }) => {
    const picks = wishes.picks(board, wish).map((pick) => pick.name);
    const size = wish.size === null ? "" : "_size";
    return say(`question${picks.length ? "" : "_all"}${size}`, { picks: listed(picks), size: billions(wish.size) }, picks.length ? 0 : tasks.length);
  };

  /** What the first has, and what it is ahead of. @param {Choice} choice @param {Candidate[]} first all that share the first rank */
  const meritText = ({ candidates, question, tasks }, first) => {
    const weights = new Set(tasks.map((t) => question.weights[t]));
    const kind = !byMean ? "rate" : weights.size > 1 ? "weighted" : "mean";
    const next = candidates[first.length];
    const standing = first.length > 1 ? "level" : next ? "ahead" : "only";
    return say(`merit_${standing}_${kind}`, { score: text(first[0].merit), gap: next ? gapText(next.behind) : "", next: next ? name(next.model) : "" }, tasks.length);
  };

  /** The line below the answer. @param {Choice} choice @param {Candidate[]} first */
  const lineText = (choice, first) => {
    const { candidates, close, excluded, tasks } = choice;
    const better = choice.references.filter(({ isBetter }) => isBetter).map(({ model }) => name(model));
    if (!first.length) return excluded.length ? say("none_limits", {}, excluded.length) : say("none_scores", {}, tasks.length);
    const others = (close ?? []).filter((m) => !first.some(({ model }) => model === m));
    const isLow = byMean && tasks.every((t) => board.tasks[t].direction < 0);
    return [
      meritText(choice, first),
      isLow ? say("low") : "",
      candidates.length > 1 && others.length ? say("close", { names: listed(others.map(name)) }) : "",
      better.length ? say("better", { names: listed(better) }, better.length) : "",
    ].filter(Boolean).join(" ");
  };

  /** Who leads without the task that decides. @param {Choice} choice @param {Reason} reason */
  const withoutText = ({ candidates: [first] }, { lead, next, gap }) => {
    if (next === null) return say("without_only", { name: name(lead) });
    if (gap === 0) return say("without_level", { names: listed([lead, next].map(name)) });
    return say(lead === first.model ? "without_ahead" : "without_other", { name: name(lead), gap: gapText(gap) });
  };

  // --- what is shown ------------------------------------------------------------------------------------

  /** @param {string} key */
  const part = (key) => /** @type {HTMLElement} */ (box.querySelector(`[data-choose="${key}"]`));
  /** Fill a part, and hide it where it stays empty. @param {string} key @param {(Node | string)[]} content */
  const put = (key, ...content) => {
    part(key).replaceChildren(...content);
    part(key).hidden = !content.some((piece) => piece !== "");
  };

  /** @param {Choice} choice @param {Scores} scores */
  const showReason = (choice, scores) => {
    const { reason, candidates: [first, second], question } = choice;
    part("why").hidden = reason === null;
    if (!reason) return;
    const { link, scale } = board.tasks[reason.task];
    const [own, other] = [first, second].map(({ model }) => score(scores[question.variant][model][reason.task], scale));
    put("reason", say("decides", { name_of_task: link[0], score: own, name: name(second.model), other }), " ", withoutText(choice, reason));
  };

  /** The address that asks for something else. @param {Partial<Wish>} change */
  const addressOf = (change) => `?${new URLSearchParams(wishes.pairs(board, { ...wish, ...change }))}`;

  /** @param {Choice} choice */
  const showChanges = ({ changes }) => {
    const line = (/** @type {Change} */ { kind, limit, model, merit }) => {
      const id = limit === null ? `change_${kind}` : "change_up_to";
      const said = say(id, { value: limitText(kind, limit ?? ""), name: name(model), score: text(merit) });
      return make("a", { href: addressOf({ [kind]: limit ?? [] }) }, said);
    };
    part("changes").hidden = !changes.length;
    put("change", ...changes.map(line));
  };

  /** The ends of the scale of the scores; null where nothing bounds them. */
  const ends = byMean ? board.ends : /** @type {[number, number]} */ ([0, 1]);
  const isDrawn = ends !== null && ends[1] > ends[0];

  /** @param {number} value @param {boolean} isReference */
  const valueDrawing = (value, isReference) => {
    const [low, high] = ends ?? [0, 1];
    const at = Math.min(1, Math.max(0, (value - low) / (high - low)));
    return cells.draw([["track", 0, 1], [isReference ? "soft-bar" : "tint", 0, at], [isReference ? "median" : "value", at]], "");
  };

  /** The score of a task in a small cell, with a bar where the task has bounds. @param {number} t @param {number | null} value @param {boolean} isBest @param {boolean} isReference */
  const taskCell = (t, value, isBest, isReference) => {
    const { scale, bounds: [low, high] } = board.tasks[t];
    const hasBar = value !== null && low !== null && high !== null && high > low;
    const drawing = hasBar ? [cells.draw([["track", 0, 1], [isReference ? "soft-bar" : "band", 0, (value - low) / (high - low)]], "")] : [];
    return make("td", { role: "cell", class: "choose-task" }, make(isBest ? "b" : "span", {}, score(value, scale)), ...drawing);
  };

  /** @param {[number, number]} ranks */
  const ranksText = ([from, to]) => (from === to ? String(from) : `${from}\u2013${to}`);

  /** @param {Candidate} candidate @param {number} n */
  const rankDrawing = ({ rank, ranks: [from, to] }, n) => {
    const words = say("rank_phone", { ranks: ranksText([from, to]) });
    return cells.draw([["track", 0, 1], ["band", (from - 1) / n, to / n], ["value", (rank - 0.5) / n]], words, n <= MOST_SLOTS ? n : 0);
  };

  /** A model as the head of a row. @param {number} m @param {string[]} notes */
  const rowHead = (m, notes) => make("th", { scope: "row", role: "rowheader" }, cells.link(board.models[m].link), make("small", {}, notes.filter(Boolean).join(DOT)));

  /** @param {Choice} choice @param {Scores} scores */
  const showTable = (choice, scores) => {
    const { candidates, close, question, tasks } = choice;
    const references = choice.references.filter(({ isBetter }) => isBetter);
    const shownTasks = tasks.length > 1 && tasks.length <= MOST_TASKS ? tasks : [];
    const isRanked = tasks.length > 1 && candidates.length > 1;
    /** With a drawing for each task there is no room for one more. */
    const hasPlot = isDrawn && shownTasks.length < MOST_TASKS;
    const best = shownTasks.map((t) => {
      const merits = candidates.map(({ model }) => (scores[question.variant][model][t] ?? NaN) * board.tasks[t].direction).filter((value) => !Number.isNaN(value));
      return merits.reduce((a, b) => Math.max(a, b), -Infinity);
    });
    /** @param {string} kind @param {number} m @param {string} variant @param {string} rank @param {string[]} notes @param {number} merit @param {Candidate | null} candidate */
    const row = (kind, m, variant, rank, notes, merit, candidate) =>
      make(
        "tr", { role: "row", class: kind },
        make("td", { role: "cell" }, rank),
        rowHead(m, notes),
        make("td", { role: "cell", class: "merit" }, text(merit), ...(candidate && isRanked ? [make("small", { class: "choose-ranks" }, say("rank_phone", { ranks: ranksText(candidate.ranks) }))] : [])),
        ...(hasPlot ? [make("td", { role: "cell", class: "plot" }, valueDrawing(merit, !candidate))] : []),
        ...shownTasks.map((t, k) => {
          const value = scores[variant][m][t];
          return taskCell(t, value, candidate !== null && value !== null && value * board.tasks[t].direction === best[k], !candidate);
        }),
        ...(isRanked ? [make("td", { role: "cell", class: "slots" }, candidate ? rankDrawing(candidate, candidates.length) : "")] : []),
      );
    const rows = [
      ...references.map(({ model, variant, merit }) => row("reference", model, variant, MISSING, [board.models[model].developer ?? "", phrase(variant)], merit, null)),
      ...candidates.slice(0, mostRows).map((candidate, i) => {
        const { developer, parameters_b } = board.models[candidate.model];
        const isLevel = Boolean(close?.length) && (i === 0 || Boolean(close?.includes(candidate.model)));
        return row(isLevel ? "level" : "", candidate.model, question.variant, String(candidate.rank), [developer ?? "", parameters_b === null ? "" : billions(parameters_b)], candidate.merit, candidate);
      }),
    ];
    const head = (/** @type {string} */ kind, /** @type {(Node | string)[]} */ ...content) => make("th", { scope: "col", role: "columnheader", class: kind }, ...content);
    /** @param {string} text @param {number} at */
    const tick = (text, at) => {
      const label = make("i", {}, text);
      label.style.setProperty("--at", String(at));
      return label;
    };
    const axis = (ends ?? []).map((end, k) => tick(score(end, Number.isInteger(end) ? { ...scale, places: 0 } : scale), k));
    const ranks = [1, candidates.length].map((rank) => tick(String(rank), (rank - 0.5) / candidates.length));
    const heads = [
      head("", say("rank")), head("text", say("model")), head("merit", say(board.rank_by === "mean" ? "score" : "rate")), ...(hasPlot ? [head("plot", make("span", { class: "unseen" }, say("drawing")), ...axis)] : []),
      ...shownTasks.map((t) => head("choose-task", cells.link(board.tasks[t].link))),
      ...(isRanked ? [head("slots", make("span", { class: "unseen" }, say("key_ranks")), ...ranks)] : []),
    ];
    part("heads").replaceChildren(make("tr", { role: "row" }, ...heads));
    part("rows").replaceChildren(...rows);
    part("table").hidden = !candidates.length;
    part("key-score").hidden = !hasPlot;
    part("key-ranks").hidden = !isRanked;
    part("key-level").hidden = !close?.length;
    put("more", candidates.length > mostRows ? say("all", {}, candidates.length) : "");
  };

  /** Models that are not listed: over a limit, or without enough scores. @param {Choice} choice */
  const showOut = ({ excluded, references, unranked, tasks }) => {
    const facts = (/** @type {number} */ m) => ({ size: board.models[m].parameters_b, price: board.prices[m], license: board.models[m].license, developer: board.models[m].developer });
    const why = (/** @type {number} */ m, /** @type {Limit} */ kind) => {
      const value = facts(m)[kind];
      if (value === null) return say(`out_no_${kind}`);
      return typeof value === "number" ? say("out_over", { value: limitText(kind, value) }) : value;
    };
    const lines = [
      ...excluded.map(({ model, merit, limits }) => ({ model, merit: text(merit), why: limits.map((kind) => why(model, kind)).join(DOT) })),
      ...references.filter(({ isBetter }) => !isBetter).map(({ model, variant, merit }) => ({ model, merit: text(merit), why: say("out_variant", { variant: phrase(variant) }) })),
      ...unranked.map(({ model, missing, rivals }) => {
        const some = missing < tasks.length ? say("out_missing", { of: tasks.length }, missing) : say("out_unscored", {}, missing);
        return { model, merit: MISSING, why: rivals ? some : say("out_alone") };
      }),
    ];
    part("out").hidden = !lines.length;
    put("out-list", ...lines.slice(0, MOST_OUT).map(({ model, merit, why }) => make("li", {}, cells.link(board.models[model].link), make("span", {}, merit), make("small", {}, why))));
    put("out-more", lines.length > MOST_OUT ? say("out_more", {}, lines.length - MOST_OUT) : "");
  };

  /** The link that compares the first few, in their variant, on the picked tasks. @param {Choice} choice */
  const showCompare = ({ candidates }) => {
    const link = box.querySelector("[data-choose-compare]");
    if (!(link instanceof HTMLAnchorElement)) return;
    const models = candidates.slice(0, COMPARED).map(({ model }) => model);
    /** @type {[string, string][]} */
    const pairs = wishes.picks(board, wish).map(({ kind, key }) => [kind, key]);
    for (const m of models) {
      pairs.push(["model", board.models[m].id]);
      // The variant that the comparison takes by itself is left out.
      const own = board.variants.find(({ id }) => board.boards[id].standings[m][1] > 0);
      if (wish.variant !== own?.id) pairs.push(["as", wish.variant]);
    }
    link.hidden = models.length < 2;
    link.textContent = say("compare", {}, models.length);
    link.href = `${site.pageLink(link.dataset.page ?? "")}?${new URLSearchParams(pairs)}`;
  };

  /** The chips above the answer, for those who do not see the form. */
  const showAsked = () => {
    const chips = wishes.asked(board, wish, say).map(([label, without]) => {
      const button = make("button", { type: "button", class: "chip-of chip-out", "aria-label": say("remove", { name: label }) }, label);
      button.addEventListener("click", () => {
        changed(without, false);
        part("asked").querySelector("a")?.focus();
      });
      return button;
    });
    part("chips").replaceChildren(...chips);
  };

  /** @param {Choice} choice @param {Scores} scores */
  const show = (choice, scores) => {
    const first = choice.candidates.filter(({ rank }) => rank === 1);
    const names = first.map(({ model }) => name(model));
    const answer = !first.length ? say("none") : first.length > 3 ? say("shared", {}, first.length) : listed(names, 3, "either");
    put("question", questionText(choice));
    heading?.replaceChildren(first.length === 1 ? cells.link(board.models[first[0].model].link) : answer);
    put("line", lineText(choice, first));
    const isFew = choice.close === null && choice.candidates.length > 1;
    put("few", isFew ? say("few", { least: board.least_tasks }, choice.tasks.length) : "");
    showReason(choice, scores);
    showChanges(choice);
    showTable(choice, scores);
    showOut(choice);
    showCompare(choice);
    document.title = wishes.asked(board, wish, say).length && first.length ? `${answer}${DOT}${title}` : title;
    return answer;
  };

  // --- answering ----------------------------------------------------------------------------------------

  /** The scores, and what answers questions, once they are there. */
  const loaded = async () => {
    const { scores = "", errors } = box.dataset;
    const [values, known] = await Promise.all([site.load("scores", scores), errors ? site.load("errors", errors) : undefined]);
    return { values, answers: site.choosing.chooser(board, site.choosing.measures(board, values, known)) };
  };

  /** @type {ReturnType<typeof loaded> | null} */
  let loading = null;
  let [saying, asked] = [0, 0];
  /** Answer the wish; one that was asked before and is answered after is dropped. */
  const answer = async () => {
    const turn = ++asked;
    showForm(wish);
    showAsked();
    try {
      const { values, answers } = await (loading ??= loaded());
      if (turn !== asked) return;
      const said = show(answers(wishes.question(board, wish)), values);
      delete box.dataset.failed;
      clearTimeout(saying);
      if (turn > 1) saying = setTimeout(() => site.say(said), SAY_AFTER_MS);
    } catch {
      loading = null;
      if (box.dataset.answered === undefined) box.dataset.failed = "";
      put("remark", say("not_loaded"));
    } finally {
      if (turn === asked) box.dataset.answered = String(turn);
    }
  };

  /** @param {Wish} next @param {boolean} replace */
  const changed = (next, replace) => {
    wish = next;
    put("remark", "");
    wishes.write(board, wish, replace);
    answer();
  };

  const showForm = wishes.form(panel, board, say, changed);
  const fromAddress = () => {
    const asks = wishes.read(board, say);
    wish = asks.wish;
    put("remark", asks.remarks.join(" "));
    answer();
  };
  box.querySelector("[data-choose-reset]")?.addEventListener("click", () => changed(wishes.empty(board), false));
  part("more").addEventListener("click", () => {
    mostRows = Infinity;
    answer();
  });
  addEventListener("popstate", fromAddress);
  fromAddress();
  for (const section of site.elements("[data-choose-form], [data-choose-reset]")) section.hidden = false;
})();
