// What a chart says of the mark that is pointed at stands at its foot, where it covers no other mark. The row of a table and the marks of the same name are marked together.
(() => {
  const POINTED = "pointed";

  /** The name that begins the text of a mark, up to a colon or to the end. @param {unknown} text */
  const nameOf = (text) => (typeof text === "string" ? text.split(": ")[0].replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") : "");

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

  document.addEventListener("chartdrawn", ({ target }) => {
    const plot = /** @type {Plot} */ (target);
    if (plot.querySelector(".chart-said")) return;
    const said = site.make("p", { class: "chart-said", hidden: "" });
    plot.append(said);
    plot.on("plotly_hover", ({ points: [{ customdata }] }) => {
      said.textContent = plot.querySelector(".hoverlayer .hovertext")?.textContent ?? "";
      said.hidden = !said.textContent;
      point(nameOf(customdata));
    });
    plot.on("plotly_unhover", () => {
      said.hidden = true;
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
