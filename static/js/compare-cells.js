// @ts-check
// Cells, marks and drawings of a comparison, as templates/macros/compare.html draws them.
(() => {
  const site = /** @type {any} */ (window).site;
  const { make } = site;
  const SVG = "http://www.w3.org/2000/svg";

  /**
   * @typedef {object} Cell
   * @property {string} [text] @property {string | number | null} [value] @property {string} [note] @property {string} [tone]
   * @property {string} [tag] @property {[string, string]} [link]
   * @property {{places: (number | null)[], reference: number | null, text: string}} [marks]
   */

  /** @param {string} name @param {Record<string, string | number>} attributes @param {Node[]} content */
  const draw = (name, attributes, ...content) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.append(...content);
    return element;
  };

  /** @param {[string, string]} link */
  const makeLink = ([text, href]) => make("a", { href: site.pageLink(href) }, text);

  /** The mark of a run, by its number from 1 on; of the baseline without one. @param {number} [n] */
  const makeMark = (n) =>
    draw(
      "svg",
      { class: "mark", viewBox: "-6 -6 12 12", width: 14, height: 14, "aria-hidden": "true" },
      n ? draw("use", { class: `mark-${n}`, href: `#mark-${n}` }) : draw("line", { class: "db-reference", x1: 0, x2: 0, y1: -6, y2: 6 }),
    );

  /** @param {number} share */
  const x = (share) => (Math.round((6 + share * 188) * 10) / 10).toFixed(1);

  /** Each run on a line of its own height, so that equal scores do not hide each other. @param {NonNullable<Cell["marks"]>} marks */
  const makeDrawing = ({ places, reference, text }) => {
    const there = /** @type {number[]} */ (places.filter((place) => place !== null));
    const svg = draw("svg", { class: "dumbbell", viewBox: "0 0 200 24", width: 200, height: 24, role: "img", "aria-label": text });
    svg.append(draw("line", { class: "mark-scale", x1: 6, x2: 194, y1: 12, y2: 12 }));
    if (there.length) svg.append(draw("line", { class: "mark-rod", x1: x(Math.min(...there)), x2: x(Math.max(...there)), y1: 12, y2: 12 }));
    if (reference !== null) svg.append(draw("line", { class: "db-reference", x1: x(reference), x2: x(reference), y1: 1, y2: 23 }));
    places.forEach((place, i) => {
      if (place === null) return;
      svg.append(draw("use", { class: `mark-${i + 1}`, href: `#mark-${i + 1}`, x: x(place), y: 14.5 - 2.5 * places.length + 5 * i }));
    });
    return svg;
  };

  /** A cell without one is of a column that is not used. @param {Cell | null} cell @param {string} align */
  const makeCell = (cell, align) => {
    const td = make("td", { class: [align, cell?.tone].filter(Boolean).join(" ") });
    td.hidden = cell === null;
    return fill(td, cell ?? {});
  };

  /** @param {HTMLElement} element @param {Cell} cell */
  const fill = (element, { text = "", value = null, note, tag, link, marks }) => {
    element.dataset.value = String(value ?? "");
    if (marks) element.append(makeDrawing(marks));
    else element.append(link ? makeLink(link) : text);
    if (tag) element.append(" ", make("span", { class: `tag${tag === "best" ? " tag-best" : ""}` }, tag));
    if (note) element.append(" ", make("small", {}, note));
    return element;
  };

  /** Put other runs and rows into a table; the first cell names its row. @param {HTMLTableElement} table @param {string[]} names @param {(Cell | null)[][]} rows */
  const fillTable = (table, names, rows) => {
    const heads = [...(table.tHead?.rows[0].cells ?? [])];
    heads.forEach((head) => {
      const [kind, n] = (head.dataset.key ?? "").split("-");
      if (kind !== "run") return;
      head.hidden = Number(n) > names.length;
      const label = head.querySelector("span");
      if (label) label.textContent = names[Number(n) - 1] ?? `Model ${n}`;
    });
    const made = rows.map(([first, ...cells]) => {
      const name = fill(make("th", { class: heads[0].className }), /** @type {Cell} */ (first));
      return make("tr", {}, name, ...cells.map((cell, i) => makeCell(cell, heads[i + 1].className)));
    });
    table.tBodies[0].replaceChildren(...made);
    table.dispatchEvent(new Event("rowschange"));
  };

  site.compareCells = { make, makeLink, makeMark, fillTable };
})();
