// Names beside the marks of a chart where they hide nothing, else their numbers or letters, which the table has too; placed in px, so for every width.
(() => {
  /** In px: between two texts, from a mark, a line of text, the half of a numbered mark, letters, and where names begin within a strip. */
  const [GAP, NEAR, FAR, LINE, BADGE, SIZE, BESIDE_STRIP] = [8, 4, 10, 16, 9, 12, 48];
  const TRIES = 3;
  /** Letters of a name that is cut. */
  const CUTS = [60, 50, 42, 36, 30, 24, 21, 18, 15, 12];
  /** @typedef {[left: number, top: number, right: number, bottom: number]} Box */
  const write = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  /** A name within so many letters; without its middle where another begins alike, as settings of one model do. @param {string} name @param {number} most @param {string[]} all */
  const cut = (name, most, all) => {
    const text = site.chartText(name);
    if (text.length <= most) return name;
    const begin = text.slice(0, most - 1).trimEnd();
    const isAlone = all.every((other) => other === name || !site.chartText(other).startsWith(begin));
    const tail = isAlone ? 0 : Math.floor(most / 2) - 1;
    return write(`${text.slice(0, most - 1 - tail).trimEnd()}\u2026${text.slice(text.length - tail).trimStart()}`);
  };

  /** Whether two share some of their area. @param {Box} a @param {Box} b */
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  /** Whether a box is within an area. @param {Box} box @param {Box} area */
  const isWithin = (box, area) => box[0] >= area[0] && box[2] <= area[2] && box[1] >= area[1] && box[3] <= area[3];
  /** @param {number[]} at @param {number} r @returns {Box} */
  const around = ([x, y], r) => [x - r, y - r, x + r, y + r];

  /** Where values of an axis stand, in px. @param {Axis} axis @param {number} start @param {number} length */
  const placer = ({ type, range = [0, 1], domain = [0, 1] }, start, length) => {
    const [from, to] = domain.map((share) => start + share * length);
    return (/** @type {number} */ value) => from + (((type === "log" ? Math.log10(value) : value) - range[0]) / (range[1] - range[0])) * (to - from);
  };

  /** What no name may hide of a trace: its marks, unless they are faint, or its stairs. @param {Trace} trace @param {(x: number, y: number) => number[]} at @returns {Box[]} */
  const shownOf = ({ x = [], y = [], xaxis = "x", line, marker }, at) => {
    const points = xaxis === "x" ? x.map((value, i) => at(value, y[i])) : [];
    if (marker?.opacity === 1) {
      const sizes = points.map((_, i) => marker.size[i] ?? marker.size);
      return points.flatMap((point, i) => (sizes[i] ? [around(point, sizes[i] / 2 + 1)] : []));
    }
    return line?.width ? points.slice(1).flatMap(([right, end], i) => {
      const [left, level] = points[i];
      return [
        [Math.min(left, right), level - 1, Math.max(left, right), level + 1],
        [right - 1, Math.min(level, end), right + 1, Math.max(level, end)],
      ];
    }) : [];
  };

  /**
   * Boxes beside a mark, the best first: towards its corner, in two lines and in one; above it; on the far side.
   * @param {number[]} mark @param {number[]} corner @param {number} wide of two lines @param {number} long of one @returns {[box: Box, lines: number][]}
   */
  const besides = ([x, y], [right, below], wide, long) => {
    /** @param {number} start @param {number} away @param {number} lines @returns {[Box, number]} */
    const box = (start, away, lines) => {
      const width = lines === 2 ? wide : long;
      const left = right * start > 0 ? x + Math.abs(start) : x - Math.abs(start) - width;
      const top = away === 0 ? y - LINE / 2 : below * away > 0 ? y + Math.abs(away) : y - Math.abs(away) - lines * LINE;
      return [[left, top, left + width, top + lines * LINE], lines];
    };
    return [
      ...[box(NEAR, GAP, 2), box(NEAR, GAP, 1), box(FAR, 0, 1), box(FAR, -1, 1), box(FAR, -1, 2)],
      ...[box(-NEAR, GAP, 2), box(-NEAR, GAP, 1), box(-FAR, -4, 1), box(-FAR, 0, 1)],
    ];
  };

  /** Boxes along a level line, the best first. @param {number} from @param {number} to @param {number} y @param {number} width @returns {[box: Box, lines: number][]} */
  const along = (from, to, y, width) =>
    [y + 3, y - 3 - LINE].flatMap((top) => [from + 12, (from + to - width) / 2, to - width - 12].map((left) => /** @type {[Box, number]} */ ([[left, top, left + width, top + LINE], 1])));

  site.placeNames = ({ data, layout }, width, isNarrow) => {
    const groups = (layout.meta?.names ?? []).filter(({ strip }) => !strip || !isNarrow);
    if (!groups.length) return;
    const { font: { family }, margin } = layout.template.layout;
    const { l, r, t = 0, b = 0 } = { ...margin, ...layout.margin };
    const [inner, high] = [width - l - r, layout.height - t - b];
    const [paper, soft] = [site.colour("--paper"), site.colour("--soft")];
    const across = placer(layout.xaxis, l, inner);
    const down = placer({ ...layout.yaxis, domain: [1, 0] }, t, high);
    const widthOf = (/** @type {string} */ text, isBold = false) => (text ? Math.ceil(site.chartTextWidth(text, `${isBold ? 700 : 400} ${SIZE}px ${family}`)) + 2 : 0);
    const endsOf = ({ domain = [0, 1] }) => domain.map((share) => l + share * inner);
    const [start, end] = endsOf(layout.xaxis);
    const plot = /** @type {Box} */ ([start - 4, t - LINE, end + r - 4, t + high]);
    /** Where names of a strip begin: right of its marks at this height. @param {number | undefined} strip @param {number} from @param {number} y */
    const besideStrip = (strip, from, y) => {
      const place = placer(layout[`xaxis${strip}`], l, inner);
      const own = data.filter(({ xaxis }) => xaxis === `x${strip}`);
      const near = own.flatMap(({ x = [], y: heights = [] }) => x.filter((_, i) => Math.abs(down(heights[i]) - y) < LINE).map(place));
      return Math.max(from + BESIDE_STRIP, ...near.map((right) => right + NEAR + GAP));
    };
    const names = groups.flatMap(({ marks, ...group }) => {
      const [from, to] = group.strip ? endsOf(layout[`xaxis${group.strip}`]) : [];
      return marks.map(([x, y, name, detail, key, isHollow]) => ({
        ...{ ...group, x, y, name, detail, key, isHollow },
        at: [from === undefined ? across(x) : besideStrip(group.strip, from, down(y)), down(y)],
        area: to === undefined ? plot : /** @type {Box} */ ([from, plot[1], to, plot[3]]),
      }));
    });
    /** @typedef {typeof names[number]} Name */
    const all = names.map(({ name }) => name);

    /** What no name may hide. @type {Box[]} */
    const fixed = data.flatMap((trace) => shownOf(trace, (x, y) => [across(x), down(y)]));
    for (const { at, to } of names) if (to !== undefined) fixed.push([at[0], at[1] - 1, across(to), at[1] + 1]);

    const note = { showarrow: false, xanchor: "left", yanchor: "top", borderpad: 0, xref: "paper", yref: "paper", x: 0, y: 1 };
    /** What Plotly writes a text from, into a box. @param {Box} box @param {string} text @param {string} color @param {string} [align] */
    const noteAt = ([left, top, right], text, color, align = "left") => ({ ...note, text, align, width: right - left, xshift: left - l, yshift: t - top, font: { size: SIZE, color } });

    /** Where a name may stand. @param {Name} name @param {string} text */
    const boxesOf = ({ at, detail, corner = [1, 1], lines = 1, to, strip }, text) => {
      const [first, second] = [widthOf(text, !strip), widthOf(detail)];
      const long = first + GAP + second;
      if (strip) return /** @type {[Box, number][]} */ ([[[at[0], at[1] - LINE / 2, at[0] + long, at[1] + LINE / 2], 1]]);
      if (to !== undefined) return along(at[0], across(to), at[1], second);
      return besides(at, corner, Math.max(first, second), long).filter(([, own]) => own <= lines);
    };

    /** The names in an order, each where there is room for it. @param {Name[]} order */
    const placed = (order) => {
      const taken = [...fixed];
      /** @type {Map<Name, ReturnType<typeof noteAt>>} */
      const notes = new Map();
      for (const of of order) {
        const { name, detail, strip, area, color, detailcolor } = of;
        const texts = new Set([name, ...CUTS.map((most) => cut(name, most, all))]);
        const found = [...texts].flatMap((text) => boxesOf(of, text).map(([box, lines]) => /** @type {const} */ ([box, lines, text])));
        const free = found.find(([box]) => isWithin(box, area) && !taken.some((other) => meet(box, other)));
        if (!free) continue;
        const [box, lines, text] = free;
        taken.push([box[0] - 2, box[1], box[2] + 2, box[3]]);
        const first = strip || !text ? text : `<b>${text}</b>`;
        const between = lines === 2 ? "<br>" : text && "  ";
        notes.set(of, noteAt(box, `${first}${between}<span style="color:${detailcolor}">${detail}</span>`, color, box[2] <= of.at[0] ? "right" : "left"));
      }
      return { taken, notes };
    };

    let order = names.filter(({ key }) => !isNarrow || !key);
    let best = placed(order);
    // What found no room comes first in another try.
    for (let tries = 0; best.notes.size < order.length && tries < TRIES; tries += 1) {
      order = [...order.filter((name) => !best.notes.has(name)), ...order.filter((name) => best.notes.has(name))];
      const next = placed(order);
      if (next.notes.size > best.notes.size) best = next;
    }
    const { taken, notes } = best;
    /** Marks that have a number or a letter in place of a name. @type {Name[]} */
    const numbered = [];
    for (const name of names.filter((each) => each.key && !notes.has(each))) {
      const isApart = numbered.every(({ at: [x, y] }) => Math.hypot(x - name.at[0], y - name.at[1]) > 2 * BADGE - 2);
      if (isApart && !taken.slice(fixed.length).some((box) => meet(box, around(name.at, BADGE)))) numbered.push(name);
    }
    taken.push(...numbered.map(({ at }) => around(at, BADGE)));
    if (numbered.length) {
      /** @template T @param {(name: Name) => T} value */
      const each = (value) => numbered.map(value);
      const points = { x: each(({ x }) => x), y: each(({ y }) => y), text: each(({ key }) => `<b>${key}</b>`) };
      const color = each(({ isHollow, linecolor }) => (isHollow ? paper : linecolor));
      const marker = { size: 2 * BADGE, color, opacity: 1, line: { color: each(({ linecolor }) => linecolor), width: 2 } };
      const textfont = { size: 10, color: each(({ isHollow, color }) => (isHollow ? color : paper)) };
      data.push({ type: "scatter", mode: "markers+text", ...points, marker, textfont, hoverinfo: "skip", showlegend: false, cliponaxis: false });
    }

    const annotations = [...(layout.annotations ?? []), ...notes.values()];
    for (const { hint = "", corner: [right, below] = [1, 1] } of groups) {
      const long = widthOf(hint);
      const [left, top] = [right > 0 ? end - long : start + GAP, below > 0 ? t + high - LINE - 4 : t + 2];
      const box = /** @type {Box} */ ([left, top, left + long, top + LINE]);
      if (hint && isWithin(box, plot) && !taken.some((other) => meet(box, other))) annotations.push(noteAt(box, hint, soft));
    }
    layout.annotations = annotations;
  };
})();
