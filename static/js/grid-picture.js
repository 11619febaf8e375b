// The grid of models and tasks as a picture, for the share menu: the numbers of the measure that it shows, in the page's colours.
(() => {
  const { draw, wrapped } = site.svg;
  const [NAMES, COLUMN, WIDE_COLUMN, MOST_COLUMN, ROW, GROUP, LINE, PAD] = [230, 55, 84, 110, 24, 34, 14, 4];
  const [SMALL, SIZE] = [11, 12];

  /** A computed colour in a form that every program reads. @param {string} colour */
  const plain = (colour) => {
    const [, ...parts] = /color\(srgb (\S+) (\S+) ([^\s)]+)/.exec(colour) ?? [];
    return parts.length ? `rgb(${parts.map((part) => Math.round(255 * Number(part))).join(", ")})` : colour;
  };
  /** @param {Element | null | undefined} element */
  const textOf = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

  /** @type {Site["gridPicture"]} */
  const gridPicture = (figure, family, least) => {
    const measure = `.m${figure.dataset.grid}`;
    /** @param {Element} part */
    const numberIn = (part) => part.querySelector(measure) ?? part;
    const columnWidth = figure.classList.contains("wide") ? WIDE_COLUMN : COLUMN;
    const [heads, ...rows] = [...figure.querySelectorAll("tr")];
    const width = Math.max(least, NAMES + columnWidth * (heads.children.length - 1));
    const column = Math.min(MOST_COLUMN, (width - NAMES) / (heads.children.length - 1));
    const svg = draw("svg", { "font-family": family, width });
    const patterns = draw("defs", {});
    svg.append(patterns);

    /** @param {string} text @param {number} x @param {number} y @param {Record<string, string | number>} style */
    const write = (text, x, y, style) => svg.append(draw("text", { x, y, "font-size": SIZE, fill: site.colour("--ink"), ...style }, text));
    /** The text, cut where it is wider. @param {string} text @param {number} room @param {string} font */
    const cut = (text, room, font) => {
      const fits = (/** @type {string} */ part) => wrapped(part.replaceAll(" ", "\u00a0"), `${font} ${family}`, room).length < 2;
      let length = text.length;
      while (length > 0 && !fits(`${text.slice(0, length)}\u2026`)) length -= 1;
      return fits(text) ? text : `${text.slice(0, length).trimEnd()}\u2026`;
    };

    /** The fill of a cell or a swatch; stripes are a pattern. @param {Element} element */
    const fillOf = (element) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(element);
      if (!element.classList.contains("hatch")) return plain(backgroundColor);
      const [tint] = /color\([^)]*\)|rgba?\([^)]*\)/.exec(backgroundImage) ?? [site.colour("--card")];
      const id = `stripes-${plain(tint).replace(/\W+/g, "-")}`;
      if (!patterns.querySelector(`[id="${id}"]`)) {
        const ground = draw("rect", { width: 7, height: 7, fill: site.colour("--card") });
        const stripe = draw("rect", { width: 3, height: 7, fill: plain(tint) });
        patterns.append(draw("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, ground, stripe));
      }
      return `url(#${id})`;
    };

    /** A box with its fill and, around the best of a row, a line. @param {Element} cell @param {Element} filled @param {number} x @param {number} y @param {number} w @param {number} h */
    const box = (cell, filled, x, y, w, h) => {
      /** @type {Record<string, string | number>} */
      const outline = cell.matches(".best") ? { stroke: site.colour("--ink"), "stroke-width": 2 } : cell.matches(".swatch.pale") ? { stroke: site.colour("--line") } : {};
      svg.append(draw("rect", { x, y, width: w, height: h, fill: fillOf(filled), ...outline }));
    };

    const legend = () => {
      let [x, y] = [0, 0];
      for (const item of figure.querySelectorAll(`[data-place]${measure} .legend li`)) {
        const swatch = item.querySelector(".swatch");
        if (!swatch) continue;
        const room = 24 + PAD + 7.2 * textOf(item).length;
        if (x > 0 && x + room > width) [x, y] = [0, y + 20];
        box(swatch, swatch, x + 1, y + 2, 22, 12);
        if (swatch.matches(".flagged")) write("!", x + 12, y + 12, { fill: site.colour("--loss"), "font-weight": 650, "text-anchor": "middle" });
        write(textOf(item), x + 24 + PAD, y + 12, { fill: site.colour("--soft") });
        x += room;
      }
      return y + 24;
    };

    /** The names of the columns, on as many lines as they need, above what ranks them. @param {number} top */
    const headRow = (top) => {
      const font = `400 ${SMALL}px ${family}`;
      const [first, ...models] = heads.children;
      const names = models.map((head) => wrapped(textOf(head.querySelector("a")), font, column - PAD));
      const hasMeans = models.some((head) => textOf(head.querySelector("b")));
      const bottom = top + LINE * (Number(hasMeans) + Math.max(...names.map(({ length }) => length)));
      write(textOf(numberIn(first)), NAMES - 2 * PAD, bottom - PAD, { "font-size": SMALL, "text-anchor": "end", fill: site.colour("--soft") });
      models.forEach((head, i) => {
        const [x, mean] = [NAMES + column * (i + 0.5), head.querySelector("b")];
        const style = { "font-size": SMALL, "text-anchor": "middle" };
        names[i].forEach((line, j) => write(line, x, bottom - PAD - LINE * (names[i].length - j - Number(!hasMeans)), style));
        if (mean) write(textOf(numberIn(mean)), x, bottom - PAD, { ...style, "font-weight": 650 });
      });
      return bottom;
    };

    /** @param {Element} row @param {number} top */
    const groupRow = (row, top) => {
      const name = textOf(row.querySelector("a") ?? row);
      const finding = row.querySelector(`i ${measure}`);
      const line = draw("text", { x: 0, y: top + GROUP - 10, "font-size": 13, fill: site.colour("--ink") }, draw("tspan", { "font-weight": 650 }, name));
      const room = width - 8 * name.length - 24;
      if (finding) line.append(draw("tspan", { dx: 8, fill: site.colour("--soft") }, cut(textOf(finding), room, "400 13px")));
      svg.append(line);
      return top + GROUP;
    };

    /** @param {Element} row @param {number} top */
    const cellRow = (row, top) => {
      const [head, ...cells] = row.children;
      const middle = top + ROW / 2 + 4;
      write(cut(textOf(head), NAMES - 3 * PAD, `400 ${SIZE}px`), NAMES - 2 * PAD, middle, { "text-anchor": "end" });
      cells.forEach((cell, i) => {
        const number = numberIn(cell);
        const [x, isBest] = [NAMES + column * i, cell.matches(".best")];
        box(cell, number, x + (isBest ? 1.5 : 0.5), top + (isBest ? 1.5 : 0.5), column - (isBest ? 3 : 1), ROW - (isBest ? 3 : 1));
        const text = `${textOf(number)}${cell.matches(".flagged") ? "!" : ""}`;
        const fill = plain(getComputedStyle(number).color);
        write(text, x + column / 2, middle, { "text-anchor": "middle", fill, ...(isBest ? { "font-weight": 650 } : {}) });
      });
      return top + ROW;
    };

    const height = rows.reduce((top, row) => (row.matches(".grid-group") ? groupRow : cellRow)(row, top), headRow(legend()));
    svg.setAttribute("height", String(height));
    return {
      title: textOf(figure.querySelector(`[data-place]${measure} .chart-title`)),
      caption: textOf(figure.querySelector(`.note${measure} span`)),
      ...{ inner: new XMLSerializer().serializeToString(svg), width, height },
    };
  };
  site.gridPicture = gridPicture;
})();
