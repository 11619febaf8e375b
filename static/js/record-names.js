// Names beside the marks of a chart, each where it covers neither another name nor a line; on a narrow chart, and where there is no room, a number or a letter in the mark.
(() => {
  const NARROW = 560;
  /** In px: what a mark keeps free around itself, a numbered mark, a line of text and what is left and right of it. */
  const [MARK, NUMBERED, LINE, AROUND] = [26, 17, 14, 4];
  /** How far a text may stand from its mark. */
  const [NEAR, FAR] = [14, 29];

  /** @type {CanvasRenderingContext2D | null | undefined} */
  let pen;
  /** @param {string} text @param {string} font */
  const widthOf = (text, font) => {
    pen ??= document.createElement("canvas").getContext("2d");
    if (!pen) return 7 * text.length;
    pen.font = font;
    return pen.measureText(text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")).width;
  };

  /** @param {Bounds} a @param {Bounds} b */
  const meet = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

  /** Where data stand in the picture, in px from its upper left. @param {Layout} layout @param {number} width */
  const placer = ({ margin, xaxis, yaxis, height }, width) => {
    const [[x0, x1], [y0, y1]] = [xaxis.range ?? [0, 1], yaxis.range ?? [0, 1]];
    const [left, right, top, bottom] = [margin.l, width - margin.r, margin.t, height - margin.b];
    /** @param {number} x @param {number} y @returns {[number, number]} */
    const at = (x, y) => [left + ((x - x0) / (x1 - x0)) * (right - left), bottom - ((y - y0) / (y1 - y0)) * (bottom - top)];
    return { bottom, at };
  };

  /** The parts of stairs as boxes. @param {Trace} trace @param {(x: number, y: number) => [number, number]} at @returns {Bounds[]} */
  const stairs = ({ x = [], y = [] }, at) =>
    x.slice(1).flatMap((right, i) => {
      const [[x0, y0], [x1, y1]] = [at(x[i], y[i]), at(right, y[i + 1])];
      return [
        { x0, x1, y0: y0 - 2, y1: y0 + 2 },
        { x0: x1 - 2, x1: x1 + 2, y0: Math.min(y0, y1), y1: Math.max(y0, y1) },
      ];
    });

  /**
   * Places of a text of a width at a mark, the best first: each is its left end, and its middle line. What stands on the better side ends left
   * of its mark, where a record has nothing; what stands on the other begins right of the rise to the mark.
   * @param {number} x @param {number} y @param {number} width @param {number} better -1 for above, 1 for below @param {boolean} isRecord
   * @returns {[number, number][]}
   */
  const places = (x, y, width, better, isRecord) => {
    /** @param {number} px @returns {[number, number][]} */
    const onBetter = (px) => [[x - width - 4, y + better * px], [x - 4, y + better * px], [x - width / 2, y + better * px]];
    /** @param {number} px @returns {[number, number][]} */
    const onOther = (px) => [[x + 8, y - better * px], [x - width - 8, y - better * px]];
    const [first, second] = isRecord ? [onBetter, onOther] : [onOther, onBetter];
    return [...first(NEAR), ...second(NEAR), ...first(FAR)];
  };

  /** Places of a text of a width along a level line, the best first. @param {number} x0 @param {number} x1 @param {number} y @param {number} width @returns {[number, number][]} */
  const along = (x0, x1, y, width) =>
    [y + 11, y - 11].flatMap((middle) => [x0 + 12, (x0 + x1 - width) / 2, x1 - width - 10].map((left) => /** @type {[number, number]} */ ([left, middle])));

  site.placeRecords = ({ data, layout }, width) => {
    const { record: names, up = 1 } = layout.meta ?? {};
    if (!names) return;
    const { bottom, at } = placer(layout, width);
    const family = layout.template.layout.font.family;
    /** @type {(Bounds & {of?: ChartName})[]} */
    const taken = data.filter(({ mode }) => mode === "lines").flatMap((line) => stairs(line, at));
    for (const name of names) {
      const [px, py] = at(name.x, name.y);
      if (name.to === undefined) taken.push({ x0: px - MARK / 2, x1: px + MARK / 2, y0: py - MARK / 2, y1: py + MARK / 2, of: name });
      else taken.push({ x0: px, x1: at(name.to, name.y)[0], y0: py - 2, y1: py + 2 });
    }
    /** @type {Bounds[]} */
    const numbered = [];
    layout.annotations = [];

    /** Put a number into a mark, unless it would cover another. @param {ChartName} name */
    const number = ({ x, y, trace = 0, point = 0, key = "" }) => {
      const [px, py] = at(x, y);
      const box = { x0: px - NUMBERED / 2, x1: px + NUMBERED / 2, y0: py - NUMBERED / 2, y1: py + NUMBERED / 2 };
      if (numbered.some((other) => meet(box, other))) return;
      numbered.push(box);
      const { text = [], marker } = data[trace];
      text[point] = key;
      if (marker) marker.size[point] = NUMBERED;
    };

    /** Where a name has room, as its left end and its middle line. @param {ChartName} name @param {number} wide */
    const roomFor = (name, wide) => {
      const [px, py] = at(name.x, name.y);
      const tried = name.to === undefined ? places(px, py, wide, -up, name.of === "all") : along(px, at(name.to, name.y)[0], py, wide);
      const boxes = tried.map(([left, middle]) => ({ left, middle, x0: left - AROUND, x1: left + wide + AROUND, y0: middle - LINE / 2, y1: middle + LINE / 2 }));
      return boxes.find((box) => box.x0 >= 0 && box.x1 <= width && box.y0 >= 0 && box.y1 <= bottom && !taken.some((other) => other.of !== name && meet(box, other)));
    };

    // The last of the record first, then how far apart the two are, then the last of the part.
    const order = ["all", "lag", "part"];
    for (const name of [...names].sort((a, b) => order.indexOf(a.of) - order.indexOf(b.of) || b.x - a.x)) {
      const isMark = name.to === undefined;
      if (isMark && width < NARROW) {
        number(name);
        continue;
      }
      const text = isMark ? `${name.name} ${name.text}` : name.text;
      const found = roomFor(name, widthOf(text, `${isMark ? 600 : 400} 12px ${family}`) + 2);
      if (!found) {
        if (isMark) number(name);
        continue;
      }
      taken.push(found);
      const [px, py] = at(name.x, name.y);
      layout.annotations.push({
        ...{ x: name.x, y: name.y, xanchor: "left", yanchor: "middle", xshift: found.left - px, yshift: py - found.middle, showarrow: false },
        ...{ text: isMark ? `<b>${name.name}</b> ${name.text}` : text, font: { size: 12, color: name.color } },
      });
    }
  };
})();
