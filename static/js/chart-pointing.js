// What a chart says of a mark stands at the mark that is pointed at or tapped. The row of a table and the marks of the same name are marked together.
(() => {
  const POINTED = "pointed";

  /** The name that begins the text of a mark, up to a colon or to the end. @param {unknown} text */
  const nameOf = (text) => (typeof text === "string" ? site.chartText(text.split(": ")[0]) : "");

  /** The elements of a mark; Plotly draws traces, and the points of a trace, in their order. @param {Element} plot @param {Trace[]} data @param {number} curve @param {number} point */
  const elementOf = (plot, data, curve, point) => {
    const kind = data[curve].type;
    const place = data.slice(0, curve).filter(({ type }) => type === kind).length;
    const layer = plot.querySelectorAll(kind === "bar" ? ".barlayer .trace" : ".scatterlayer .trace")[place];
    return layer?.querySelectorAll(".points > .point, .points > path")[point];
  };

  /** The name in the heading of a row, without its tags and notes. @param {Element | null} head */
  const nameOfRow = (head) => (head?.querySelector("a") ?? head)?.textContent ?? "";

  /** Rows by their names, found when first asked for. @type {Map<string, Element[]> | undefined} */
  let rows;
  document.addEventListener("rowschange", () => (rows = undefined), true);
  const rowsByName = () => {
    /** @type {Map<string, Element[]>} */
    const found = new Map();
    for (const { row } of site.table.all("[data-table]").flatMap(site.table.entries)) {
      const name = nameOfRow(row.querySelector("th"));
      found.set(name, [...(found.get(name) ?? []), row]);
    }
    return found;
  };

  const plots = /** @type {Plot[]} */ (site.elements("[data-chart]"));
  /** The elements of the marks of a name in all charts. @param {string} name */
  const marksOf = (name) =>
    plots.flatMap((plot) => {
      const { data = [] } = plot;
      return data.flatMap(({ customdata = [] }, curve) => customdata.flatMap((text, i) => (nameOf(text) === name ? [elementOf(plot, data, curve, i)] : [])));
    });

  /** What is marked. @type {(Element | undefined)[]} */
  let marked = [];
  /** Mark everything of a name, in charts and in tables, or nothing. @param {string} name */
  const point = (name) => {
    for (const element of marked) element?.classList.remove(POINTED);
    marked = [];
    if (!name) return;
    rows ??= rowsByName();
    marked = [...marksOf(name), ...(rows.get(name) ?? [])];
    for (const element of marked) element?.classList.add(POINTED);
  };

  const GAP = 10;
  /** Put a text above a mark, or below it where there is no room, within the chart. @param {HTMLElement} plot @param {HTMLElement} said @param {Bounds} mark */
  const place = (plot, said, { x0, x1, y0, y1 }) => {
    const { offsetWidth: width, offsetHeight: height } = said;
    const left = Math.min(Math.max((x0 + x1 - width) / 2, 0), plot.clientWidth - width);
    const top = y0 - GAP - height;
    said.style.left = `${left}px`;
    said.style.top = `${top < 0 ? y1 + GAP : top}px`;
  };

  /** Frame a cell of a heatmap. @param {HTMLElement} frame @param {Bounds | null} cell */
  const frameCell = (frame, cell) => {
    frame.hidden = !cell;
    if (cell) Object.assign(frame.style, { left: `${cell.x0}px`, top: `${cell.y0}px`, width: `${cell.x1 - cell.x0}px`, height: `${cell.y1 - cell.y0}px` });
  };

  document.addEventListener("chartdrawn", ({ target }) => {
    const plot = /** @type {Plot} */ (target);
    if (plot.querySelector(".chart-said")) return;
    const said = site.make("p", { class: "chart-said", hidden: "" });
    const frame = site.make("div", { class: "chart-cell", hidden: "" });
    plot.append(frame, said);
    /** @param {{ points: Pointed[] }} pointed */
    const show = ({ points: [{ customdata, data, bbox }] }) => {
      const { offsetLeft: left, offsetTop: top } = plot;
      const mark = { x0: bbox.x0 - left, x1: bbox.x1 - left, y0: bbox.y0 - top, y1: bbox.y1 - top };
      const text = plot.querySelector(".hoverlayer .hovertext")?.textContent ?? "";
      said.textContent = text.replace(/ -(?=\d)/, " −");
      said.hidden = !said.textContent;
      place(plot, said, mark);
      frameCell(frame, data.type === "heatmap" ? mark : null);
      point(nameOf(customdata));
    };
    plot.on("plotly_hover", show);
    // A finger does not hover: what it taps says what it would to a pointer.
    plot.on("plotly_click", show);
    plot.on("plotly_unhover", () => {
      said.hidden = true;
      frameCell(frame, null);
      point("");
    });
  });

  /** A row that is pointed at, or has the focus. @param {Event} event */
  const pointRow = ({ target }) => {
    const row = target instanceof Element ? target.closest("[data-table] tbody tr") : null;
    point(nameOfRow(row?.querySelector("th") ?? null));
  };
  // Without a chart there is nothing to find, and rows of long tables are many.
  if (plots.length) for (const name of ["mouseover", "focusin"]) document.addEventListener(name, pointRow);
})();
