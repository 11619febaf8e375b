// The card that opens at a score: all that is known of it, a link to its row, and how to cite it (as the build writes
// citations).
(() => {
  const { format, make, pageLink } = site;
  const { root = "", base = "" } = document.documentElement.dataset;
  const { listed } = format;
  const ROOM = 8;

  const card = make("div", { class: "score-card", popover: "", role: "dialog", "aria-labelledby": "score-card-title", tabindex: "-1" });
  document.body.append(card);

  /** A link of the data: out of the site, or a path from its root; text where it leads nowhere. @param {Link} link */
  const linkTo = ([text, href]) => {
    if (!href) return text;
    return /^https?:/i.test(href) ? make("a", { href, rel: "noopener" }, text) : make("a", { href: pageLink(root + href) }, text);
  };

  /** A text with a button that copies it. @param {string} id @param {HTMLElement} shown @param {string} label */
  const copied = (id, shown, label) => {
    shown.id = id;
    return make("div", { class: "copied" }, shown, make("button", { type: "button", class: "quiet", "data-copy": id }, label));
  };

  /** @typedef {NonNullable<ReturnType<typeof readScore>>} Score */
  /** The texts of cards, which come with the first. @type {Say} */
  let say;

  /** What TeX has no plain mark for. @type {Record<string, string>} */
  const SPELLED = { "\\": "{\\textbackslash}", "{": "{\\textbraceleft}", "}": "{\\textbraceright}", "~": "{\\textasciitilde}", "^": "{\\textasciicircum}" };
  /** What would end the field of an address. @type {Record<string, string>} */
  const IN_ADDRESS = { "{": "%7B", "}": "%7D", "\\": "%5C" };

  /** Text within braces: every mark of TeX stands for itself. @param {string} text */
  const escape = (text) => text.trim().replace(/\s+/g, " ").replace(/[\\{}~^%&_#$]/g, (mark) => SPELLED[mark] ?? `\\${mark}`);

  /**
   * The sentence and the entry of a score; without an address where the site's place is not known.
   * @param {ScoreFacts["cite"]} cite What all citations share
   * @param {Score} score
   */
  const citeScore = (cite, { run, task, shown, metric, key, address }) => {
    const said = say(metric ? "said_metric" : "said", { run, score: shown, metric, name_of_task: task });
    const fields = {
      title: `{${escape(`${cite.site}: ${say("on", { name: run, name_of_task: task })}`)}}`,
      year: cite.year,
      note: escape(`${said} ${cite.note}`),
      url: address.replace(/[{}\\]/g, (mark) => IN_ADDRESS[mark]),
    };
    const lines = Object.entries(fields).flatMap(([name, text]) => (text ? [`  ${name.padEnd(5)} = {${text}}`] : []));
    return {
      sentence: `${said} ${cite.site}, ${cite.release}. ${address}`.trim(),
      bibtex: `@misc{${key},\n${lines.join(",\n")}\n}`,
    };
  };

  /**
   * A score of a model on a task; undefined where it has none in the variant.
   * @param {ScoreCards} scores @param {ScoreFacts} facts @param {number} task @param {number} variant
   */
  const readScore = (scores, facts, task, variant) => {
    const place = scores.tasks?.indexOf(task) ?? task;
    /** @template T @param {(T | null)[][] | undefined} column */
    const of = (column) => column?.[variant]?.[place] ?? undefined;
    /** @param {(number | null)[][] | undefined} column */
    const textOf = (column) => scores.texts[of(column) ?? -1];
    /** @param {number | (number | null)[]} rows */
    const rowOf = (rows) => (typeof rows === "number" ? rows + place : (rows[place] ?? 0));
    const value = of(scores.value);
    if (value === undefined) return undefined;
    const [[name], metric, slug, scale] = facts.tasks[task];
    const { id, label, phrase, slug: variantSlug } = facts.variants[variant];
    const [model, path] = scores.model;
    const query = variant === 0 ? "" : `?variant=${encodeURIComponent(id)}`;
    const key = [facts.cite.slug, path.split("/").at(-2), `score-${slug}--${variantSlug}`, facts.cite.short].join("-");
    return {
      ...{ model, task: name, label, metric, key, value, shown: format.score(value, scale), row: rowOf(scores.row[variant]) },
      ...{ interval: of(scores.interval)?.map((end) => format.score(end, scale)), stderr: of(scores.stderr) },
      ...{ n: of(scores.n) ?? of(scores.n_range) },
      ...{ date: textOf(scores.date), source: scores.sources[of(scores.source) ?? -1], command: textOf(scores.command), flag: textOf(scores.flag), chance: textOf(scores.chance) },
      ...{ log: scores.sources[of(scores.log) ?? -1], by: textOf(scores.by) },
      ...{ phrase, run: `${model} (${phrase})`, address: base && `${base}${path}${query}#score-${slug}` },
    };
  };

  /** The number of examples, or the range that it is in. @param {number | [number, number] | undefined} n */
  const examplesOf = (n) => {
    const ends = [...new Set([n ?? []].flat().map((end) => format.rounded(end, 0)))];
    return rangeOf(ends);
  };

  /** Two ends, or one value; undefined for none. @param {string[] | undefined} ends */
  const rangeOf = (ends) => (ends && ends.length > 1 ? say("range", { low: ends[0], high: ends[1] }) : ends?.[0]);

  /** What is known of a score, the model's other scores on the task first. @param {Score} score @param {Score[]} others */
  const makeFacts = ({ row, interval, stderr, n, date, source, log, by, command, chance }, others) => {
    const ends = rangeOf(interval);
    /** @type {Record<string, string | HTMLElement | undefined>} */
    const facts = {
      interval: ends && make("a", { href: pageLink(`${root}about/#score-error`) }, ends),
      stderr: stderr === undefined ? undefined : format.exact(stderr),
      ...(chance && { chance: make("a", { href: pageLink(`${root}about/#chance-level`) }, chance) }),
      examples: examplesOf(n),
      date,
      source: source && linkTo(source),
      ...(log && { log: linkTo(log) }),
      ...(by && { by }),
      row: make("span", {}, `${say("row_of", { row: format.rounded(row, 0) })} `, make("a", { href: pageLink(`${root}data/#table-results`) }, "results.parquet")),
    };
    if (!command) facts.command = undefined;
    /** @param {string} name @param {string | HTMLElement} fact */
    const line = (name, fact) => make("div", {}, make("dt", {}, name), make("dd", {}, fact));
    const known = Object.entries(facts).flatMap(([name, fact]) => (fact ? [line(say(`fact.${name}`), fact)] : []));
    const unknown = Object.keys(facts).filter((name) => !facts[name]).map((name) => say(`unstated.${name}`));
    const beside = others.map(({ label, value }) => line(label, format.exact(value)));
    return make("dl", {}, ...beside, ...known, ...(unknown.length ? [line(say("not_stated"), listed(unknown, unknown.length))] : []));
  };

  /** @param {string | undefined} command */
  const makeCommand = (command) => {
    if (!command) return [];
    return [make("h3", {}, say("fact.command")), copied("score-card-command", make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": say("fact.command") }, command), say("copy"))];
  };

  /** A sentence for each score, the card's first, and their entries behind a fold. @param {ScoreFacts} facts @param {Score[]} scores */
  const makeCitations = (facts, scores) => {
    const cited = scores.map((score, i) => ({ ...citeScore(facts.cite, score), end: i ? `-${i}` : "", of: i ? "_of" : "", variant: score.phrase }));
    const sentences = cited.map(({ sentence, end, of, variant }) => copied(`score-card-sentence${end}`, make("p", {}, sentence), say(`copy_sentence${of}`, { variant })));
    const entries = cited.map(({ bibtex, end, of, variant }) => {
      const entry = make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": say(`bibtex${of}`, { variant }) }, bibtex);
      return copied(`score-card-bibtex${end}`, entry, say(`copy_bibtex${of}`, { variant }));
    });
    return [make("h3", {}, say("cite")), ...sentences, make("details", { class: "cite-page" }, make("summary", {}, "BibTeX"), ...entries)];
  };

  /** @param {HTMLAnchorElement} link @param {ScoreFacts} facts @param {Score} score @param {Score[]} others */
  const fill = (link, facts, score, others) => {
    const close = site.button("\u00d7", "quiet");
    const copyLink = site.button(site.text("copy_link"), "quiet");
    close.setAttribute("aria-label", site.text("close"));
    close.addEventListener("click", () => card.hidePopover());
    copyLink.addEventListener("click", () => site.copy(copyLink, score.address || link.href));
    const title = make("h2", { id: "score-card-title" }, say("on", { name: score.model, name_of_task: score.task }), " ", make("small", {}, score.label));
    card.replaceChildren(
      make("div", { class: "score-card-head" }, title, close),
      make("p", { class: "score-card-value" }, format.exact(score.value), ...(score.metric ? [" ", make("small", {}, score.metric)] : [])),
      ...(score.flag ? [make("p", { class: "score-card-flag" }, say("flag", { why: score.flag }))] : []),
      makeFacts(score, others),
      ...makeCommand(score.command),
      make("p", { class: "score-card-ways" }, make("a", { href: link.href }, say("to_row")), copyLink),
      ...makeCitations(facts, [score, ...others]),
    );
  };

  /** Below its score, or above it where there is more room; on a narrow screen the sheet says where. @param {HTMLElement} link */
  const place = (link) => {
    const [at, own] = [link.getBoundingClientRect(), card.getBoundingClientRect()];
    const [wide, high] = [document.documentElement.clientWidth, innerHeight];
    const below = at.bottom + ROOM;
    const above = at.top - ROOM - own.height;
    const y = below + own.height > high - ROOM && above >= ROOM ? above : Math.max(ROOM, Math.min(below, high - own.height - ROOM));
    const x = Math.max(ROOM, Math.min(at.left + at.width / 2 - own.width / 2, wide - own.width - ROOM));
    card.style.setProperty("--x", `${Math.round(x + scrollX)}px`);
    card.style.setProperty("--y", `${Math.round(y + scrollY)}px`);
  };

  // The card is the last part of the page: from its ends the Tab key goes on from the score, as if it stood there.
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = [...card.querySelectorAll("a, button, summary, [tabindex]")].filter((stop) => stop.checkVisibility());
    const isEnd = event.shiftKey ? (document.activeElement === card || document.activeElement === stops[0]) : document.activeElement === stops.at(-1);
    if (isEnd) card.hidePopover();
  });

  site.openScoreCard = (link, scores, facts) => {
    say ??= site.texts(facts.texts);
    const task = facts.tasks.findIndex(([, , slug]) => link.hash === `#score-${slug}`);
    const asked = new URL(link.href).searchParams.get("variant");
    const own = Math.max(0, facts.variants.findIndex(({ id }) => id === asked));
    const all = facts.variants.map((_, variant) => readScore(scores, facts, task, variant));
    const score = all[own];
    if (!score) throw new Error(`There is no score at ${link.href}.`);
    fill(link, facts, score, all.flatMap((other) => (other && other !== score ? [other] : [])));
    link.focus({ preventScroll: true });
    card.showPopover();
    place(link);
    card.focus({ preventScroll: true });
  };
})();
