// Charts: draws each figure when it is in sight, near once the page is scrolled, or in idle time, in the page's own colours; loads Plotly once, for the first.
(() => {
  const bundle = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset.plotly : undefined;
  const [NARROW, LEAST_INNER, PAGE_PX] = [560, 60, 680];
  const plots = site.elements("[data-chart]");
  if (!bundle || plots.length === 0) return;

  const loadPlotly = async () => {
    if (!window.Plotly) {
      await site.loadScript(bundle);
      // The library's evaluation and the first drawing are a task each.
      await new Promise((begin) => setTimeout(begin));
    }
    return window.Plotly;
  };

  const COLOUR_KEY = /color(s|way|scale)?$/;
  const MARKS = new Map(Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">" }));
  site.chartText = (text) => text.replace(/&(amp|lt|gt);/g, (mark) => MARKS.get(mark) ?? mark);
  /** @type {CanvasRenderingContext2D | null | undefined} */
  let pen;
  site.chartTextWidth = (text, font) => {
    pen ??= document.createElement("canvas").getContext("2d");
    if (pen) pen.font = font;
    return pen?.measureText(site.chartText(text)).width ?? 0;
  };

  /** A colour of the figures as the page's current one of its token; other colours as they are. @param {string} colour @param {Map<string, string>} known */
  const colourNow = (colour, known) => {
    const token = colour.startsWith("var(--") ? colour.slice(4, -1) : site.chartColours[colour];
    if (!token) return colour;
    const now = known.get(token) ?? site.colour(token);
    known.set(token, now);
    return now;
  };

  /** A part of a figure in the page's current colours. @param {any} value @param {Map<string, string>} known @param {boolean} [isColour] @returns {any} */
  const withColours = (value, known, isColour = false) => {
    if (typeof value === "string") return isColour ? colourNow(value, known) : value;
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((part) => withColours(part, known, isColour));
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withColours(part, known, isColour || COLOUR_KEY.test(key))]));
  };

  /** Set `a.b.c` within a layout. @param {Record<string, any>} layout @param {string} path @param {unknown} value */
  const setIn = (layout, path, value) => {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const target = keys.reduce((part, key) => (part[key] ??= {}), layout);
    target[last] = value;
  };

  const AROUND_NAMES = 9;

  /**
   * Set the margin that the names of rows need. Plotly would find it by drawing the chart twice, as it has to if other margins grow too.
   * @param {Layout} layout @param {number} width
   */
  const makeRoomForNames = (layout, width) => {
    const { font, margin, yaxis } = layout.template.layout;
    const { ticktext, ticklen, automargin, tickfont, title } = { ...yaxis, ...layout.yaxis };
    if (!automargin || !ticktext?.length || title.text || layout.xaxis?.side === "top") return;
    const size = tickfont.size ?? yaxis.tickfont.size;
    const widths = ticktext.map((name) => site.chartTextWidth(name, `${size}px ${font.family}`));
    const room = Math.round(Math.max(...widths) + ticklen + 0.2 * size + AROUND_NAMES);
    const { l, r } = { ...margin, ...layout.margin };
    // Names that take half of the width do not fit in any case; Plotly shortens them.
    if (room + r > width / 2) return;
    layout.margin = { ...layout.margin, l: Math.max(l, room) };
    Object.assign(layout.yaxis, { automargin: false, ticklabeloverflow: "allow" });
  };

  /** Names above their bars, which then have the whole width. @param {Layout} layout */
  const putNamesAbove = (layout) => {
    const { yaxis } = layout;
    const place = { x: 0, xref: "paper", xanchor: "left", yanchor: "bottom", yshift: 4, showarrow: false };
    const names = (yaxis.ticktext ?? []).map((text, i) => ({ ...place, y: yaxis.tickvals?.[i], text, font: { ...yaxis.tickfont, size: 11 } }));
    // The name of the first row stands below that of a line of reference.
    if (layout.annotations?.length && yaxis.range) yaxis.range = [yaxis.range[0], -1];
    layout.annotations = [...(layout.annotations ?? []), ...names];
    layout.margin = { ...layout.template.layout.margin, ...layout.margin, l: 8 };
    layout.bargap = 0.75;
    Object.assign(yaxis, { showticklabels: false, automargin: false });
  };

  /** Widen the axis by the room of the values beside its ends, in px. @param {Layout} layout @param {number} width */
  const makeRoomForValues = (layout, width) => {
    const { room } = layout.meta ?? {};
    if (!room) return;
    const { ends, px } = room;
    const { margin } = layout.template.layout;
    const left = layout.yaxis.automargin === false ? layout.margin.l : width / 2;
    const inner = width - left - margin.r - px[0] - px[1];
    const unit = (ends[1] - ends[0]) / Math.max(inner, LEAST_INNER);
    layout.xaxis.range = [ends[0] - px[0] * unit, ends[1] + px[1] * unit];
  };

  const TURNED_NAME = 26;
  /** Turned names of narrow columns would overlap; upright ones do not. @param {Layout} layout @param {number} width */
  const makeNamesUpright = ({ xaxis }, width) => {
    if (xaxis?.tickangle && xaxis.ticktext && width / xaxis.ticktext.length < TURNED_NAME) xaxis.tickangle = -90;
  };

  /** The figure of a chart for a width in px. @param {HTMLElement} plot @param {number} width */
  const figureOf = (plot, width) => {
    const source = document.querySelector(`[data-figure="${CSS.escape(plot.dataset.chart ?? "")}"]`);
    const { data, layout } = JSON.parse(source?.textContent ?? "");
    const figure = withColours({ data, layout: { separators: site.text("number.decimal") + site.text("number.group"), ...layout, template: site.chartTemplate } }, new Map());
    if (width < NARROW) for (const [path, value] of Object.entries(figure.layout.meta?.narrow ?? {})) setIn(figure.layout, path, value);
    if (figure.layout.meta?.above) putNamesAbove(figure.layout);
    makeRoomForNames(figure.layout, width);
    makeRoomForValues(figure.layout, width);
    makeNamesUpright(figure.layout, width);
    site.placeNames?.(figure, width, width < NARROW);
    if (width > 0) figure.layout.width = width;
    return figure;
  };

  const config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };

  /** @param {PlotlyLibrary} Plotly @param {HTMLElement} plot @param {number} width @returns {Promise<void>} */
  const drawNow = (Plotly, plot, width) => {
    const { data, layout } = figureOf(plot, width);
    plot.dataset.drawn = width < NARROW ? "narrow" : "wide";
    plot.querySelector(".chart-room")?.remove();
    return Plotly.react(plot, data, layout, config);
  };

  /** @param {HTMLElement} plot */
  const draw = async (plot) => {
    try {
      const Plotly = await loadPlotly();
      await drawNow(Plotly, plot, plot.clientWidth || PAGE_PX);
      plot.dispatchEvent(new Event("chartdrawn", { bubbles: true }));
    } catch (error) {
      const note = document.createElement("p");
      note.className = "chart-failed";
      note.textContent = site.text("chart_failed", { error: site.errorText(error) });
      plot.replaceChildren(note);
    }
  };

  let turn = Promise.resolve();
  /** One a frame, so that the first is seen before the second is drawn. @param {HTMLElement} plot */
  const drawInTurn = (plot) => {
    turn = turn.then(() => draw(plot)).then(() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen))));
    return turn;
  };

  /** @type {Set<Element>} */
  const waiting = new Set(plots);
  const NEAR = 600;
  /** Draw what is in sight or so near to it. @param {string} margin */
  const drawWithin = (margin) => {
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          observer.unobserve(target);
          if (waiting.delete(target)) drawInTurn(/** @type {HTMLElement} */ (target));
        }
      },
      { rootMargin: margin },
    );
    waiting.forEach((plot) => observer.observe(plot));
  };
  drawWithin("0px");
  addEventListener("scroll", () => drawWithin(`${NEAR}px 0px`), { once: true, passive: true });
  // An observer tells after the frame, which may take long: the library is asked for before it.
  const ask = () => {
    const margin = scrollY > 0 ? NEAR : 0;
    const isNear = (/** @type {DOMRect} */ { top, bottom }) => top < innerHeight + margin && bottom > -margin;
    if (![...waiting].some((plot) => isNear(plot.getBoundingClientRect()))) return;
    removeEventListener("scroll", ask);
    loadPlotly().catch(() => {});
  };
  addEventListener("scroll", ask, { passive: true });
  requestAnimationFrame(ask);

  // --- at rest: the library keeps a phone busy, so it is there before a reader scrolls on ------------------

  const AT_REST_MS = 5000;
  const INPUT = ["pointerdown", "keydown"];
  const idle = () => new Promise((begin) => ("requestIdleCallback" in window ? requestIdleCallback(begin) : setTimeout(begin)));
  const drawAhead = async () => {
    await idle();
    await loadPlotly();
    for (const plot of waiting) {
      await idle();
      // What is folded has no width yet; it is drawn when it comes in sight.
      if (plot.clientWidth > 0 && waiting.delete(plot)) await drawInTurn(/** @type {HTMLElement} */ (plot));
    }
  };
  // Not for a visitor who leaves soon, nor over a connection that is slow or is to be spared, nor beside a long table, whose sorts and filters
  // would wait for the library: there charts wait for the first scroll.
  const { saveData = false, effectiveType = "4g" } = navigator.connection ?? {};
  let rest = 0;
  // A visitor who clicks or types does not wait for a chart out of sight.
  const awaitRest = () => {
    clearTimeout(rest);
    rest = setTimeout(() => {
      for (const type of INPUT) removeEventListener(type, awaitRest);
      drawAhead().catch(() => {});
    }, AT_REST_MS);
  };
  if (!saveData && effectiveType === "4g" && !site.elements("table.long").length) {
    addEventListener("load", awaitRest);
    for (const type of INPUT) addEventListener(type, awaitRest, { passive: true });
  }

  const drawn = () => plots.filter((plot) => plot.dataset.drawn);
  document.addEventListener("themechange", () => drawn().forEach(drawInTurn));
  // What a script has changed is drawn anew.
  document.addEventListener("figurechange", ({ target }) => drawn().filter((plot) => plot === target).forEach(drawInTurn));
  // Drawn anew once the window rests. Plotly's own way of it forgets how high a chart is, which then covers what follows.
  const REST_MS = 100;
  let resting = 0;
  // `layout` is Plotly's: what the chart was drawn from.
  const fits = (/** @type {HTMLElement & Partial<Figure>} */ plot) => plot.clientWidth === 0 || plot.clientWidth === plot.layout?.width;
  const fit = () => drawn().filter((plot) => !fits(plot)).forEach(drawInTurn);
  addEventListener("resize", () => {
    clearTimeout(resting);
    resting = setTimeout(fit, REST_MS);
  });

  // --- print: every chart, seen or not, in the width of a page ------------------------------------------

  // Once a browser prints it waits for nothing: what is not drawn at once shows its table (charts.css).
  addEventListener("beforeprint", () => {
    if (window.Plotly) for (const plot of plots) drawNow(window.Plotly, plot, PAGE_PX);
  });
  addEventListener("afterprint", () => drawn().forEach(drawInTurn));
  // So the keys that print have the library fetched before it.
  addEventListener("keydown", async (event) => {
    if (event.key !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || window.Plotly) return;
    event.preventDefault();
    await loadPlotly().catch(() => {});
    print();
  });
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) plots.filter((plot) => !plot.dataset.drawn).forEach(draw);
  });

  site.charts = { figure: figureOf, library: loadPlotly };
})();
