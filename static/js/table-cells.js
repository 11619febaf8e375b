// The one renderer of rows that scripts make: cells as site_builder/render/tables.py writes them, and the drawings in them.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const [LEFT, WIDTH] = [6, 188];
  const CIRCLES = ["base", "score", "loss", "soft", "entry", "level"];

  /** @param {number} share */
  const x = (share) => (Math.round((LEFT + share * WIDTH) * 10) / 10).toFixed(1);

  /** @param {number} share */
  const percent = (share) => `${Math.round(share * 1000) / 10}%`;

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
        element.append(" ", site.make("span", id === "at_chance" ? { class: "tag tag-chance", title: text } : { class: "tag" }, text));
      }
      if (note) element.append(" ", site.make("small", {}, note));
    },

    fill(element, { text = "", value, link, note = "", tags = [], suffix = "", drawing }) {
      if (value !== undefined) element.dataset.value = String(value ?? "");
      element.append(drawing ?? (link ? cells.link(link) : text));
      if (suffix) element.append(site.make("span", { class: "of" }, suffix));
      cells.annotate(element, tags, note);
      return element;
    },

    make(tag, cell, className = "") {
      const element = site.make(tag, { class: [className, cell?.tone].filter(Boolean).join(" ") });
      element.hidden = cell === null;
      return cells.fill(element, { value: null, ...cell });
    },

    draw(marks, text, slots = 0) {
      const svg = draw("svg", { class: slots ? "drawing in-slots" : "drawing", role: "img", "aria-label": text });
      if (slots) svg.style.setProperty("--slots", String(slots));
      for (const [kind, at, to] of marks) {
        if (CIRCLES.includes(kind)) svg.append(draw("circle", { class: `m-${kind}`, cx: percent(at) }));
        else svg.append(draw("rect", { class: `m-${kind}`, x: percent(at), ...(to !== undefined && { width: percent(to - at) }) }));
      }
      return svg;
    },

    dumbbell({ before, after, reference, text }) {
      /** @type {Mark[]} */
      const marks = [];
      if (reference !== null) marks.push(["reference", reference]);
      if (before !== null && after !== null) marks.push(["rod", Math.min(before, after), Math.max(before, after)]);
      if (before !== null) marks.push(["base", before]);
      if (after !== null) marks.push(["score", after]);
      return cells.draw(marks, text);
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
