// The one renderer of rows that scripts make: cells as site_builder/render/tables.py writes them, and the drawings in them.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const CIRCLES = ["base", "score", "loss", "soft", "entry", "level"];

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
      const svg = draw("svg", { class: slots ? "drawing in-slots" : "drawing", ...(text ? { role: "img", "aria-label": text } : { "aria-hidden": "true" }) });
      if (slots) svg.style.setProperty("--slots", String(slots));
      for (const [kind, at, to] of marks) {
        if (CIRCLES.includes(kind)) svg.append(draw("circle", { class: `m-${kind}`, cx: percent(at) }));
        else svg.append(draw("rect", { class: `m-${kind}`, x: percent(at), ...(to !== undefined && { width: percent(to - at) }) }));
      }
      return svg;
    },
  };

  site.cells = cells;

  // Long tables name the marks of their drawings; each is drawn when it comes near, and all for print.
  /** @param {HTMLElement} cell */
  const drawIn = (cell) => {
    const marks = (cell.dataset.draw ?? "").split(",").map((mark) => {
      const [kind, at, to] = mark.split(" ");
      return /** @type {Mark} */ (to === undefined ? [kind, Number(at)] : [kind, Number(at), Number(to)]);
    });
    delete cell.dataset.draw;
    cell.append(cells.draw(marks, ""));
  };
  const undrawn = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-draw]"));
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      drawIn(/** @type {HTMLElement} */ (target));
    }
  }, { rootMargin: "50% 0px" });
  for (const cell of undrawn) near.observe(cell);
  addEventListener("beforeprint", () => document.querySelectorAll("[data-draw]").forEach((cell) => drawIn(/** @type {HTMLElement} */ (cell))));
})();
