// @ts-check
// Shows a choice in place of the one that stands in the page (templates/choose.html).
(() => {
  const site = /** @type {any} */ (window).site;
  const SVG = "http://www.w3.org/2000/svg";
  // The drawing's own measures, as templates/macros/tables.html has them.
  const [LEFT, WIDTH] = [6, 188];

  /** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  /** @param {string} tag @param {Record<string, string | number>} attributes */
  const mark = (tag, attributes) => {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  };

  /** @param {number} share */
  const x = (share) => (LEFT + share * WIDTH).toFixed(1);

  /** Before, after and baseline on one scale. @param {{before: number | null, after: number, reference: number | null, text: string}} plot */
  const drawLine = ({ before, after, reference, text }) => {
    const svg = mark("svg", { class: "dumbbell", role: "img", "aria-label": text });
    if (reference !== null) svg.append(mark("path", { class: "db-reference", d: `M${x(reference)} 1v18` }));
    if (before !== null) {
      svg.append(mark("path", { class: "db-rod", d: `M${x(before)} 10H${x(after)}` }));
      svg.append(mark("circle", { class: "db-before", cx: x(before) }));
    }
    svg.append(mark("circle", { class: "db-after", cx: x(after) }));
    return svg;
  };

  /** A function that places values on the scale, 0..1. @param {any} board @param {any} choice */
  const scaleOf = (board, choice) => {
    const drawn = choice.listed.flatMap((/** @type {any} */ c) => [c.merit, c.before, choice.reference]).filter((/** @type {any} */ v) => v !== null);
    const [low, high] = board.rank_by !== "mean" ? [0, 1] : (board.ends ?? [Math.min(...drawn), Math.max(...drawn)]);
    return (/** @type {number | null} */ value) => (value === null ? null : high <= low ? 0.5 : (value - low) / (high - low));
  };

  /** @param {HTMLElement} box @param {any} board */
  site.choiceView = (box, board) => {
    const words = site.choiceWords(board);
    /** @param {string} name */
    const part = (name) => /** @type {HTMLElement} */ (box.querySelector(`[data-choose="${name}"]`));

    /** @param {number} m */
    const linkTo = (m) => {
      const [text, href] = board.models[m].link;
      return element("a", { href: site.pageLink(href) }, text);
    };

    /** A text of its own line, gone where there is none. @param {string} name @param {string} text */
    const tell = (name, text) => {
      part(name).textContent = text;
      part(name).hidden = text === "";
    };

    /** @param {any} choice @param {any} c @param {(value: any) => any} place */
    const row = (choice, c, place) => {
      const { dot } = board.models[c.model];
      const tag = words.tag(choice, c);
      const [note, why] = [words.note(c.model), words.why(choice, c)];
      const plot = { before: place(c.before), after: place(c.merit), reference: place(choice.reference), text: words.change(c) };
      return element(
        "li", {},
        element("span", { class: "choose-rank" }, String(c.rank)),
        element(
          "span", { class: "choose-name" },
          ...(dot === null ? [] : [element("i", { class: `dot-${dot}`, "aria-hidden": "true" })]),
          linkTo(c.model),
          ...(tag ? [" ", element("span", { class: tag === "best" ? "tag tag-best" : "tag" }, tag)] : []),
          ...(note ? [element("small", {}, note)] : []),
        ),
        element("span", { class: "choose-plot" }, drawLine(plot)),
        element("span", { class: "choose-merit" }, words.score(c.merit)),
        element("span", { class: "choose-why" }, why),
      );
    };

    /** One of the two calm facts. @param {string} name @param {Node | string | null} text @param {string} note */
    const fact = (name, text, note) => {
      const place = part(name);
      place.hidden = text === null;
      place.querySelector("dd")?.replaceChildren(text ?? "", element("small", {}, note));
    };

    /** @param {any} choice */
    const showFacts = (choice) => {
      const { smallest, staysFirst } = choice;
      fact("smallest", smallest && linkTo(smallest.model), smallest ? words.smallest(choice) : "");
      fact("sure", staysFirst === null ? null : words.sureOf(staysFirst), staysFirst === null ? "" : words.sure(choice));
    };

    /** @param {any} choice */
    const showUnranked = ({ unranked, ...choice }) => {
      const hidden = unranked.length - board.most_unranked;
      part("unranked").hidden = unranked.length === 0;
      tell("unranked-head", unranked.length ? `${site.counted(unranked.length, "model")} not ranked` : "");
      const rows = unranked.slice(0, board.most_unranked).map((/** @type {any} */ u) => element("li", {}, linkTo(u.model), `: ${words.unranked(choice, u)}`));
      part("unranked-list").replaceChildren(...rows);
      tell("unranked-more", hidden > 0 ? `and ${site.counted(hidden, "more model")}` : "");
    };

    /** What to say where no model is left. @param {any} choice */
    const nothing = (choice) =>
      choice.ranked ? `Your limits leave out all ${site.counted(choice.ranked, "ranked model")}. Loosen one.` : `No model has enough scores on ${words.tasks(choice)} to be ranked.`;

    return {
      words,

      /** Where the links of the first few lead; empty for none. @param {any} choice @returns {string[]} */
      firstIds: (choice) => choice.listed.slice(0, board.compared).map((/** @type {any} */ c) => board.models[c.model].id),

      /** @param {any} choice */
      show(choice) {
        const [first] = choice.listed;
        part("first").replaceChildren(first ? linkTo(first.model) : "No model is left");
        part("brief").textContent = first ? words.brief(choice) : "no model is left";
        tell("reason", first ? words.reason(choice) : nothing(choice));
        const place = first ? scaleOf(board, choice) : null;
        part("list").replaceChildren(...choice.listed.map((/** @type {any} */ c) => row(choice, c, place ?? (() => null))));
        part("list").hidden = !first;
        tell("more", words.more(choice));
        tell("legend", words.legend(choice));
        showFacts(choice);
        showUnranked(choice);
      },
    };
  };
})();
