// The one renderer of rows that scripts make: cells as site_builder/render/tables.py writes them, and the drawings in them.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  // A share of the scale stands at 6 + 188 of it, as in templates/macros/tables.html.
  const [LEFT, WIDTH] = [6, 188];

  /** Tags with a look of their own, by id. @type {Record<string, string>} */
  const KINDS = { best: "tag tag-best", at_chance: "tag tag-chance" };

  /** Tags that the page explains in place. @type {Record<string, string>} */
  const EXPLAINED = { may_be_first: "tie", tied: "tied" };

  /** @param {number} share */
  const x = (share) => (Math.round((LEFT + share * WIDTH) * 10) / 10).toFixed(1);

  /** @param {string} name @param {Record<string, string | number>} attributes @param {Node[]} content */
  const draw = (name, attributes, ...content) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.append(...content);
    return element;
  };

  /** @type {Cells} */
  const cells = {
    link: ([text, href]) => site.make("a", { href: site.pageLink(href) }, text),

    annotate(element, tags, note) {
      for (const old of element.querySelectorAll(".tag, small")) old.remove();
      for (const [id, text] of tags) {
        const word = EXPLAINED[id];
        const button = { type: "button", class: "tag", tabindex: "-1", popovertarget: `explain-${word}` };
        element.append(" ", site.make(word ? "button" : "span", word ? button : { class: KINDS[id] ?? "tag", ...(id === "at_chance" && { title: text }) }, text));
      }
      if (note) element.append(" ", site.make("small", {}, note));
    },

    fill(element, { text = "", value, link, note = "", tags = [], dot = null, drawing }) {
      if (value !== undefined) element.dataset.value = String(value ?? "");
      if (dot !== null) element.append(site.make("i", { class: `dot-${dot}`, "aria-hidden": "true" }));
      element.append(drawing ?? (link ? cells.link(link) : text));
      cells.annotate(element, tags, note);
      return element;
    },

    make(tag, cell, className = "") {
      const element = site.make(tag, { class: [className, cell?.tone].filter(Boolean).join(" ") });
      element.hidden = cell === null;
      return cells.fill(element, { value: null, ...cell });
    },

    dumbbell({ before, after, reference, text }) {
      const svg = draw("svg", { class: "dumbbell", role: "img", "aria-label": text });
      if (reference !== null) svg.append(draw("path", { class: "db-reference", d: `M${x(reference)} 1v18` }));
      if (before !== null && after !== null) svg.append(draw("path", { class: "db-rod", d: `M${x(before)} 10H${x(after)}` }));
      if (before !== null) svg.append(draw("circle", { class: "db-before", cx: x(before) }));
      if (after !== null) svg.append(draw("circle", { class: "db-after", cx: x(after) }));
      return svg;
    },

    symbol(n) {
      const shape = n ? draw("use", { class: `mark-${n}`, href: `#mark-${n}` }) : draw("line", { class: "db-reference", x1: 0, x2: 0, y1: -6, y2: 6 });
      return draw("svg", { class: "mark", viewBox: "-6 -6 12 12", width: 14, height: 14, "aria-hidden": "true" }, shape);
    },

    // Equal scores do not hide each other, since each run has a height of its own.
    symbols(shares, reference, text) {
      const there = shares.filter((share) => share !== null);
      const svg = draw("svg", { class: "dumbbell", viewBox: "0 0 200 24", width: 200, height: 24, role: "img", "aria-label": text });
      svg.append(draw("line", { class: "mark-scale", x1: LEFT, x2: LEFT + WIDTH, y1: 12, y2: 12 }));
      if (there.length) svg.append(draw("line", { class: "mark-rod", x1: x(Math.min(...there)), x2: x(Math.max(...there)), y1: 12, y2: 12 }));
      if (reference !== null) svg.append(draw("line", { class: "db-reference", x1: x(reference), x2: x(reference), y1: 1, y2: 23 }));
      shares.forEach((share, i) => {
        if (share !== null) svg.append(draw("use", { class: `mark-${i + 1}`, href: `#mark-${i + 1}`, x: x(share), y: 14.5 - 2.5 * shares.length + 5 * i }));
      });
      return svg;
    },
  };

  site.cells = cells;
})();
