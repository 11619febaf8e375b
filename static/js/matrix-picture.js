// The matrix as a picture, for the share menu: the rows and columns in sight, in the page's colours.
(() => {
  const { draw, wrapped } = site.svg;
  const [NAMES, MERIT, COLUMN, MOST_COLUMN, ROW, GROUP, TURNED, PAD] = [230, 56, 34, 64, 26, 34, 120, 4];
  const [SMALL, SIZE] = [11, 12];

  /** A computed colour in a form that every program reads. @param {string} colour */
  const plain = (colour) => {
    const [, ...parts] = /color\(srgb (\S+) (\S+) ([^\s)]+)/.exec(colour) ?? [];
    return parts.length ? `rgb(${parts.map((part) => Math.round(255 * Number(part))).join(", ")})` : colour;
  };
  /** @param {Element | null | undefined} element */
  const textOf = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();
  /** @param {Element} element */
  const isSeen = (element) => getComputedStyle(element).display !== "none";

  /** @type {Site["matrixPicture"]} */
  const matrixPicture = (figure, family, least) => {
    const table = site.table.shown(figure);
    const view = table?.closest(".view");
    if (!table || !view) throw new Error("There is no matrix.");
    const heads = site.table.heads(table);
    const columns = heads.filter((head) => head.matches(".heat") && isSeen(head));
    const merit = heads.find((head) => head.dataset.key === "merit");
    const rows = [...table.rows].slice(1).filter(isSeen);
    const start = NAMES + (merit ? MERIT : 0);
    const width = Math.max(least, start + COLUMN * columns.length);
    const column = Math.min(MOST_COLUMN, (width - start) / columns.length);
    const svg = draw("svg", { "font-family": family, width });
    const patterns = draw("defs", {});
    svg.append(patterns);

    /** @param {string} text @param {number} x @param {number} y @param {Record<string, string | number>} style */
    const write = (text, x, y, style) => svg.append(draw("text", { x, y, "font-size": SIZE, fill: site.colour("--ink"), ...style }, text));
    /** The text, cut where it is wider. @param {string} text @param {number} room @param {number} [size] @param {number} [weight] */
    const cut = (text, room, size = SIZE, weight = 400) => {
      const fits = (/** @type {string} */ part) => wrapped(part.replaceAll(" ", "\u00a0"), `${weight} ${size}px ${family}`, room).length < 2;
      let length = text.length;
      while (length > 0 && !fits(`${text.slice(0, length)}\u2026`)) length -= 1;
      return fits(text) ? text : `${text.slice(0, length).trimEnd()}\u2026`;
    };

    /** The fill of a cell or a swatch; stripes are a pattern. @param {Element} element */
    const fillOf = (element) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(element);
      if (!element.matches(".unknown")) return plain(backgroundColor);
      const [tint] = /color\([^)]*\)|rgba?\([^)]*\)/.exec(backgroundImage) ?? [site.colour("--card")];
      const id = `stripes-${plain(tint).replace(/\W+/g, "-")}`;
      if (!patterns.querySelector(`[id="${id}"]`)) {
        const ground = draw("rect", { width: 7, height: 7, fill: site.colour("--card") });
        const stripe = draw("rect", { width: 3, height: 7, fill: plain(tint) });
        patterns.append(draw("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, ground, stripe));
      }
      return `url(#${id})`;
    };

    /** A box with its fill and, around the best of a column, a line. @param {Element} element @param {number} x @param {number} y @param {number} w @param {number} h */
    const box = (element, x, y, w, h) => {
      const inset = element.matches(".best") ? 1.5 : 0.5;
      /** @type {Record<string, string | number>} */
      const outline = element.matches(".best") ? { stroke: site.colour("--ink"), "stroke-width": 2 } : element.matches(".swatch.soft") ? { stroke: site.colour("--line") } : {};
      svg.append(draw("rect", { x: x + inset, y: y + inset, width: w - 2 * inset, height: h - 2 * inset, fill: fillOf(element), ...outline }));
    };

    const legend = () => {
      let [x, y] = [0, 0];
      const items = [...view.querySelectorAll(".legend li")];
      for (const item of items) {
        const swatch = item.querySelector(".swatch");
        if (!swatch) continue;
        const room = 24 + PAD + 7.2 * textOf(item).length;
        if (x > 0 && x + room > width) [x, y] = [0, y + 20];
        box(swatch, x, y, 24, 14);
        write(textOf(item), x + 24 + PAD, y + 12, { fill: site.colour("--soft") });
        x += room;
      }
      return items.length ? y + 24 : 0;
    };

    /** The names of the groups, above the turned names of the columns. @param {number} top */
    const headRow = (top) => {
      const isGrouped = columns.some((head) => head.querySelector("b") && isSeen(head.querySelector("span") ?? head));
      const bottom = top + (isGrouped ? GROUP : 0) + TURNED;
      const style = { "font-size": SMALL };
      if (merit) write(cut(site.table.headText(merit), MERIT + NAMES - PAD, SMALL), start - 2 * PAD, bottom - PAD, { ...style, "text-anchor": "end", fill: site.colour("--soft") });
      columns.forEach((head, i) => {
        const x = start + column * i;
        const group = head.querySelector("b");
        const own = head.querySelector("span");
        if (group && isGrouped) {
          const room = column * Number(head.style.getPropertyValue("--span") || 1) - 2 * PAD;
          write(cut(group.firstChild?.textContent ?? "", room, SMALL, 650), x + PAD, top + SIZE, { ...style, "font-weight": 650 });
        }
        const name = own && isSeen(own) ? own : group;
        const middle = x + column / 2 + SMALL / 3;
        const turned = { transform: `rotate(-90 ${middle} ${bottom - PAD})`, ...(head.matches(".whole") ? { "font-weight": 650 } : {}) };
        write(cut(textOf(name), TURNED - 2 * PAD, SMALL, 650), middle, bottom - PAD, { ...style, ...turned });
      });
      return bottom;
    };

    /** @param {HTMLTableRowElement} row @param {number} top */
    const cellRow = (row, top) => {
      const middle = top + ROW / 2 + 4;
      const name = row.cells[heads.findIndex((head) => head.matches(".name"))];
      write(cut(textOf(name.querySelector("a") ?? name), NAMES - 2 * PAD), 0, middle, {});
      if (merit) write(textOf(row.cells[merit.cellIndex]), start - 2 * PAD, middle, { "text-anchor": "end", "font-weight": 650 });
      columns.forEach((head, i) => {
        const cell = row.cells[head.cellIndex];
        box(cell, start + column * i, top, column, ROW);
        const text = `${textOf(cell)}${cell.matches(".flagged") ? "!" : ""}`;
        const fill = plain(getComputedStyle(cell).color);
        write(text, start + column * (i + 0.5), middle, { "text-anchor": "middle", "font-size": SMALL, fill, ...(cell.matches(".best") ? { "font-weight": 650 } : {}) });
      });
      return top + ROW;
    };

    const height = rows.reduce((top, row) => cellRow(row, top), headRow(legend()));
    svg.setAttribute("height", String(height));
    return {
      title: textOf(view.querySelector(".chart-title") ?? figure.querySelector(".chart-title")),
      caption: textOf(view.querySelector(".note span")),
      ...{ inner: new XMLSerializer().serializeToString(svg), width, height },
    };
  };
  site.matrixPicture = matrixPicture;
})();
