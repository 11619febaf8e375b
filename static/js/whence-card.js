// @ts-check
// The card that opens at a score: all that is known of it, a link to its row, and how to cite it.
(() => {
  const site = /** @type {any} */ (window).site;
  const { make, pageLink } = site;
  const { root = "", base = "" } = document.documentElement.dataset;
  const UNKNOWN = "not stated";
  const ROOM = 8;

  const card = make("div", { class: "whence", popover: "", role: "dialog", "aria-labelledby": "whence-title", tabindex: "-1" });
  document.body.append(card);

  /** A link of the data: out of the site, or a path from its root; text where it leads nowhere. @param {[string, string]} link */
  const linkTo = ([text, href]) => {
    if (!href) return text;
    return /^https?:/i.test(href) ? make("a", { href, rel: "noopener" }, text) : make("a", { href: pageLink(root + href) }, text);
  };

  /** A text with a button that copies it. @param {string} id @param {HTMLElement} shown @param {string} label */
  const copied = (id, shown, label) => {
    shown.id = id;
    return make("div", { class: "copied" }, shown, make("button", { type: "button", class: "quiet", "data-copy": id }, label));
  };

  /** What a score is of, by the lists of its model. @param {any} scores @param {any[]} score */
  const readScore = (scores, [task, variant, value, shown, row, known]) => {
    const [link, metric, taskSlug] = scores.tasks[task];
    const [label, phrase, variantSlug] = scores.variants[variant];
    const [model, path] = scores.model;
    const anchor = `score-${taskSlug}--${variantSlug}`;
    const address = base && `${base}${path}#${anchor}`;
    return { model, task: link[0], label, value, shown, row, known, metric, anchor, address, run: `${model} (${phrase})` };
  };

  /** @param {any} scores @param {any} score */
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
    return [make("h3", {}, "Command"), copied("whence-command", make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": "Command" }, command), "Copy")];
  };

  /** @param {any} scores @param {any} score */
  const makeCitation = (scores, score) => {
    const { sentence, bibtex } = site.citeScore(scores.cite, score);
    const entry = make("pre", { class: "cite", tabindex: "0", role: "region", "aria-label": "BibTeX entry of this score" }, bibtex);
    const texts = [copied("whence-sentence", make("p", {}, sentence), "Copy sentence"), copied("whence-bibtex", entry, "Copy BibTeX")];
    return make("details", { class: "cite-page" }, make("summary", {}, "Cite this score"), ...texts);
  };

  /** @param {HTMLAnchorElement} link @param {any} scores @param {any} score */
  const fill = (link, scores, score) => {
    const close = make("button", { type: "button", class: "quiet", "aria-label": "Close" }, "\u00d7");
    const copyLink = make("button", { type: "button", class: "quiet" }, "Copy link");
    close.addEventListener("click", () => card.hidePopover());
    copyLink.addEventListener("click", () => site.copy(copyLink, score.address || link.href));
    const title = make("h2", { id: "whence-title" }, `${score.model} on ${score.task}`, " ", make("small", {}, score.label));
    card.replaceChildren(
      make("div", { class: "whence-head" }, title, close),
      make("p", { class: "whence-value" }, score.value, ...(score.metric ? [" ", make("small", {}, score.metric)] : [])),
      ...(score.known.flag ? [make("p", { class: "whence-flag" }, `Read with care: ${score.known.flag}`)] : []),
      makeFacts(scores, score),
      ...makeCommand(score.known.command),
      make("p", { class: "whence-ways" }, make("a", { href: link.href }, "Its row among all scores"), copyLink),
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
  card.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Tab") return;
    const stops = [...card.querySelectorAll("a, button, summary, [tabindex]")].filter((stop) => stop.checkVisibility());
    const isEnd = event.shiftKey ? [card, stops[0]].includes(document.activeElement) : document.activeElement === stops.at(-1);
    if (isEnd) card.hidePopover();
  });

  /** @param {HTMLAnchorElement} link @param {any} scores */
  site.showWhence = (link, scores) => {
    const anchor = link.hash.slice(1);
    const score = scores.scores.map((/** @type {any[]} */ one) => readScore(scores, one)).find((/** @type {any} */ one) => one.anchor === anchor);
    if (!score) throw new Error(`There is no score ${anchor}.`);
    fill(link, scores, score);
    link.focus({ preventScroll: true });
    card.showPopover();
    place(link);
    card.focus({ preventScroll: true });
  };
})();
