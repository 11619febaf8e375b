// Names beside the marks of a chart where they hide nothing, else their numbers, which the table has too; placed in px, so for every width.
(() => {
  const [GAP, LINE, HALF, BADGE, SIZE] = [8, 16, 8, 10, 12];
  /** Letters of a name that is cut. */
  const CUTS = [18, 12];
  const TRIES = 3;
  /** @typedef {[left: number, top: number, right: number, bottom: number]} Box */
  const MARKS = new Map(Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">" }));
  const read = (/** @type {string} */ text) => text.replace(/&(amp|lt|gt);/g, (mark) => MARKS.get(mark) ?? mark);
  const write = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  /** @type {CanvasRenderingContext2D | null | undefined} */
  let pen;
  /** @param {string} text @param {string} family @param {boolean} [isBold] */
  const widthOf = (text, family, isBold = false) => {
    pen ??= document.createElement("canvas").getContext("2d");
    if (!pen) return SIZE * text.length;
    pen.font = `${isBold ? 700 : 400} ${SIZE}px ${family}`;
    return Math.ceil(pen.measureText(read(text)).width) + 2;
  };

  /** @param {Box} a @param {Box} b */
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  /** @param {number} x @param {number} y @param {number} r @returns {Box} */
  const around = (x, y, r) => [x - r, y - r, x + r, y + r];

  /** Where values of an axis stand, in px. @param {Axis} axis @param {number} start @param {number} length */
  const placer = ({ type, range = [0, 1], domain = [0, 1] }, start, length) => {
    const [from, to] = domain.map((share) => start + share * length);
    return (/** @type {number} */ value) => from + (((type === "log" ? Math.log10(value) : value) - range[0]) / (range[1] - range[0])) * (to - from);
  };

  /** The lines of stairs, as boxes without width. @param {number[][]} points @returns {Box[]} */
  const stepsOf = (points) =>
    points.slice(1).flatMap(([x, y], i) => {
      const [before, level] = points[i];
      return [
        [Math.min(before, x), level - 1, Math.max(before, x), level + 1],
        [x - 1, Math.min(level, y), x + 1, Math.max(level, y)],
      ];
    });

  /**
   * Boxes beside a mark, the best first: towards the good corner, where nothing else is, in two lines and in one; above it; on the far side.
   * @param {number[]} mark @param {number[]} corner @param {number} wide of two lines @param {number} long of one @returns {[box: Box, isTwo: boolean][]}
   */
  const besides = ([x, y], [right, below], wide, long) => {
    /** @param {number} start @param {number} away @param {number} width @param {number} lines @returns {[Box, boolean]} */
    const box = (start, away, width, lines) => {
      const left = right * start > 0 ? x + Math.abs(start) : x - Math.abs(start) - width;
      const top = away === 0 ? y - LINE / 2 : below * away > 0 ? y + Math.abs(away) : y - Math.abs(away) - lines * LINE;
      return [[left, top, left + width, top + lines * LINE], lines === 2];
    };
    return [
      ...[[2, wide, 2], [2, long, 1]].map(([start, width, lines]) => box(start, GAP, width, lines)),
      box(GAP + 2, 0, long, 1),
      box(GAP + 2, -1, long, 1),
      box(GAP + 2, -1, wide, 2),
      ...[[-2, wide, 2], [-2, long, 1]].map(([start, width, lines]) => box(start, GAP, width, lines)),
      box(-GAP - 2, -4, long, 1),
      box(-GAP - 2, 0, long, 1),
    ];
  };

  site.placeNames = ({ data, layout }, width, isNarrow) => {
    const { names } = layout.meta ?? {};
    if (!names) return;
    const { font, margin } = layout.template.layout;
    const { l, r, t = 0, b = 0 } = { ...margin, ...layout.margin };
    const [inner, high] = [width - l - r, layout.height - t - b];
    const style = getComputedStyle(document.documentElement);
    const [soft, ink, accent, paper] = ["--soft", "--ink", "--accent", "--paper"].map((token) => style.getPropertyValue(token).trim());
    const across = placer(layout.xaxis, l, inner);
    const down = placer({ ...layout.yaxis, domain: [1, 0] }, t, high);
    const [start, end] = (layout.xaxis.domain ?? [0, 1]).map((share) => l + share * inner);
    /** @type {Box} */
    const plot = [start - 4, t - LINE, end + r - 4, t + high];
    const marks = names.marks.map(([x, y, number, name, detail]) => ({ at: [across(x), down(y)], x, y, number, name, detail }));
    const dots = data
      .filter(({ mode, xaxis = "x" }) => mode === "markers" && xaxis === "x")
      .flatMap(({ x = [], y = [] }) => x.map((/** @type {number} */ value, /** @type {number} */ i) => around(across(value), down(y[i]), 6)));
    /** What no name may hide. @type {Box[]} */
    const fixed = [...marks.map(({ at: [x, y] }) => around(x, y, HALF - 1)), ...stepsOf(marks.map(({ at }) => at).reverse()), ...dots];
    const isWithin = (/** @type {Box} */ box) => box[0] >= plot[0] && box[2] <= plot[2] && box[1] >= plot[1] && box[3] <= plot[3];
    const note = { showarrow: false, xanchor: "left", yanchor: "top", borderpad: 0, xref: "paper", yref: "paper", font: { size: SIZE, color: ink } };
    /** @param {Box} box @param {string} text @param {string} align */
    const noteAt = ([left, top], text, align = "left") => ({ ...note, text, align, x: 0, y: 1, xshift: left - l, yshift: t - top });
    const quiet = (/** @type {string} */ text) => `<span style="color:${soft}">${text}</span>`;
    /** A name within so many letters. @param {string} name @param {number} most */
    const cut = (name, most) => (read(name).length <= most ? name : `${write(read(name).slice(0, most - 1).trimEnd())}\u2026`);

    /** The names in an order, each where there is room for it, and the marks that have none. @param {typeof marks} order */
    const placed = (order) => {
      const taken = [...fixed];
      const notes = [];
      const left = [];
      for (const mark of order) {
        const found = [mark.name, ...CUTS.map((most) => cut(mark.name, most))].flatMap((name) => {
          const [bold, plain] = [widthOf(name, font.family, true), widthOf(mark.detail, font.family)];
          const beside = besides(mark.at, names.corner, Math.max(bold, plain), bold + plain + GAP);
          return beside.map(([box, isTwo]) => /** @type {const} */ ([box, isTwo, name]));
        });
        const free = found.find(([box]) => isWithin(box) && !taken.some((other) => meet(box, other)));
        if (!free) {
          left.push(mark);
          continue;
        }
        const [box, isTwo, name] = free;
        taken.push(box);
        const text = `<b>${name}</b>${isTwo ? "<br>" : "  "}${quiet(mark.detail)}`;
        notes.push({ ...noteAt(box, text, box[2] <= mark.at[0] ? "right" : "left"), width: box[2] - box[0] });
      }
      return { taken, notes, left };
    };

    let best = isNarrow ? { taken: fixed, notes: [], left: marks } : placed(marks);
    // Those that found no room come first in another try.
    let order = marks;
    for (let tries = 0; !isNarrow && best.left.length && tries < TRIES; tries += 1) {
      order = [...best.left, ...order.filter((mark) => !best.left.includes(mark))];
      const next = placed(order);
      if (next.left.length < best.left.length) best = next;
    }
    const { taken, notes } = best;
    const annotations = [...(layout.annotations ?? []), ...notes];
    /** Marks that have a number in place of a name. @type {typeof marks} */
    const numbered = [];
    for (const mark of best.left) {
      const [x, y] = mark.at;
      const isApart = numbered.every(({ at: [its, other] }) => Math.hypot(x - its, y - other) > 1.5 * BADGE);
      if (isApart && !(notes.length && taken.slice(fixed.length).some((name) => meet(name, around(x, y, BADGE))))) numbered.push(mark);
    }
    taken.push(...numbered.map(({ at: [x, y] }) => around(x, y, BADGE)));
    if (numbered.length) {
      const points = { x: numbered.map(({ x }) => x), y: numbered.map(({ y }) => y), text: numbered.map(({ number }) => `<b>${number}</b>`) };
      const marker = { size: 2 * BADGE, color: paper, opacity: 1, line: { color: accent, width: 2 } };
      data.push({ type: "scatter", mode: "markers+text", ...points, marker, textfont: { size: 11, color: ink }, hoverinfo: "skip", showlegend: false, cliponaxis: false });
    }

    const hint = widthOf(names.hint, font.family);
    const [right, below] = names.corner;
    const left = right > 0 ? end - hint : start + GAP;
    /** @type {Box} */
    const place = [left, below > 0 ? t + high - LINE - 4 : t + 2, left + hint, below > 0 ? t + high - 4 : t + 2 + LINE];
    if (isWithin(place) && !taken.some((other) => meet(place, other))) annotations.push(noteAt(place, quiet(names.hint)));

    for (const [i, y, name, detail] of isNarrow ? [] : names.apart) {
      const [from, to] = layout[`xaxis${i}`].domain.map((/** @type {number} */ share) => l + share * inner);
      const room = to - from - 52;
      let text = name;
      for (let most = read(name).length - 1; most > 3 && widthOf(text, font.family) + widthOf(detail, font.family) + 4 > room; most -= 1) text = cut(name, most);
      /** @type {Box} */
      const box = [from + 48, down(y) - LINE / 2, to, down(y) + LINE / 2];
      if (widthOf(text, font.family) + widthOf(detail, font.family) > room || taken.some((other) => meet(box, other))) continue;
      taken.push(box);
      annotations.push(noteAt(box, `${text} ${quiet(detail)}`));
    }
    layout.annotations = annotations;
  };
})();
