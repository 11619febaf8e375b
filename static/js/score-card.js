// The card that opens at a score: all that is known of it, a link to its row, and how to cite it (as the build writes
// citations).
(() => {
  const { make, pageLink } = site;
  const { root = "", base = "" } = document.documentElement.dataset;
  const UNKNOWN = "not stated";
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

  /** @typedef {ReturnType<typeof readScore>} Score */

  /** What TeX has no plain mark for. @type {Record<string, string>} */
  const SPELLED = { "\\": "{\\textbackslash}", "{": "{\\textbraceleft}", "}": "{\\textbraceright}", "~": "{\\textasciitilde}", "^": "{\\textasciicircum}" };
  /** What would end the field of an address. @type {Record<string, string>} */
  const IN_ADDRESS = { "{": "%7B", "}": "%7D", "\\": "%5C" };

  /** Text within braces: every mark of TeX stands for itself. @param {string} text */
  const escape = (text) => text.trim().replace(/\s+/g, " ").replace(/[\\{}~^%&_#$]/g, (mark) => SPELLED[mark] ?? `\\${mark}`);

  /**
   * The sentence and the entry of a score; without an address where the site's place is not known.
   * @param {ScoreCards["cite"]} cite What all citations of a model share
   * @param {Score} score
   */
  const citeScore = (cite, { run, task, shown, metric, anchor, address }) => {
    const said = `${run} scores ${shown}${metric ? ` (${metric})` : ""} on ${task}.`;
    const fields = {
      title: `{${escape(`${cite.site}: ${run} on ${task}`)}}`,
      year: cite.year,
      note: escape(`${said} ${cite.note}`),
      url: address.replace(/[{}\\]/g, (mark) => IN_ADDRESS[mark]),
    };
    const lines = Object.entries(fields).flatMap(([name, text]) => (text ? [`  ${name.padEnd(5)} = {${text}}`] : []));
    return {
      sentence: `${said} ${cite.site}, ${cite.release}. ${address}`.trim(),
      bibtex: `@misc{${cite.key.join(anchor)},\n${lines.join(",\n")}\n}`,
    };
  };

  /** What a score is of, by the lists of its model. @param {ScoreCards} scores @param {ScoreCards["scores"][number]} score */
  const readScore = (scores, [task, variant, value, shown, row, known]) => {
    const [link, metric, taskSlug] = scores.tasks[task];
    const [label, phrase, variantSlug] = scores.variants[variant];
    const [model, path] = scores.model;
    const anchor = `score-${taskSlug}--${variantSlug}`;
    const address = base && `${base}${path}#${anchor}`;
    return { model, task: link[0], label, value, shown, row, known, metric, anchor, address, run: `${model} (${phrase})` };
  };

  /** @param {ScoreCards} scores @param {Score} score */
  const makeFacts = (scores, { row, known }) => {
    const source = known.source === undefined ? undefined : linkTo(scores.sources[known.source]);
    /** @type {Record<string, string | HTMLElement | undefined>} */
    const facts = {
      "95\u00a0% interval": known.interval && make("a", { href: pageLink(`${root}about/#score-error`) }, known.interval),
      "Standard error": known.stderr,
      Examples: known.n,
      Date: known.date,
      Source: source,
      Row: make("span", {}, `${row} of `, make("a", { href: pageLink(`${root}data/#table-results`) }, "results.parquet")),
    };
    if (!known.command) facts.Command = undefined;
    const lines = Object.entries(facts).map(([name, fact]) => make("div", {}, make("dt", {}, name), make("dd", fact ? {} : { class: "soft" }, fact ?? UNKNOWN)));
    return make("dl", {}, ...lines);
  };

  /** @param {string | undefined} command */
  const makeCommand = (command) => {
    if (!command) return [];
    return [make("h3", {}, "Command"), copied("score-card-command", make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": "Command" }, command), "Copy")];
  };

  /** @param {ScoreCards} scores @param {Score} score */
  const makeCitation = (scores, score) => {
    const { sentence, bibtex } = citeScore(scores.cite, score);
    const entry = make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": "BibTeX entry of this score" }, bibtex);
    const texts = [copied("score-card-sentence", make("p", {}, sentence), "Copy sentence"), copied("score-card-bibtex", entry, "Copy BibTeX")];
    return make("details", { class: "cite-page" }, make("summary", {}, "Cite this score"), ...texts);
  };

  /** @param {HTMLAnchorElement} link @param {ScoreCards} scores @param {Score} score */
  const fill = (link, scores, score) => {
    const close = site.button("\u00d7", "quiet");
    const copyLink = site.button("Copy link", "quiet");
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => card.hidePopover());
    copyLink.addEventListener("click", () => site.copy(copyLink, score.address || link.href));
    const title = make("h2", { id: "score-card-title" }, `${score.model} on ${score.task}`, " ", make("small", {}, score.label));
    card.replaceChildren(
      make("div", { class: "score-card-head" }, title, close),
      make("p", { class: "score-card-value" }, score.value, ...(score.metric ? [" ", make("small", {}, score.metric)] : [])),
      ...(score.known.flag ? [make("p", { class: "score-card-flag" }, `Read with care: ${score.known.flag}`)] : []),
      makeFacts(scores, score),
      ...makeCommand(score.known.command),
      make("p", { class: "score-card-ways" }, make("a", { href: link.href }, "Its row among all scores"), copyLink),
      makeCitation(scores, score),
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

  site.openScoreCard = (link, scores) => {
    const anchor = link.hash.slice(1);
    const score = scores.scores.map((one) => readScore(scores, one)).find((one) => one.anchor === anchor);
    if (!score) throw new Error(`There is no score ${anchor}.`);
    fill(link, scores, score);
    link.focus({ preventScroll: true });
    card.showPopover();
    place(link);
    card.focus({ preventScroll: true });
  };
})();
