// Charts: draws each figure when it is in sight, or near once the page is scrolled, in the page's own colours; loads Plotly once, for the first of them.
(() => {
  const bundle = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset.plotly : undefined;
  const NARROW = 560;
  const plots = site.elements("[data-chart]");
  if (!bundle || plots.length === 0) return;

  const loadPlotly = async () => {
    await site.loadScript(bundle);
    return window.Plotly;
  };

  const COLOUR_KEY = /color(s|way|scale)?$/;
  /** A colour of the figures as the page's current value of its token; other colours as they are. @param {string} colour @param {CSSStyleDeclaration} style */
  const colourNow = (colour, style) => {
    const token = colour.startsWith("var(--") ? colour.slice(4, -1) : site.chartColours[colour];
    return token ? style.getPropertyValue(token).trim() : colour;
  };

  /** A part of a figure in the page's current colours. @param {any} value @param {CSSStyleDeclaration} style @param {boolean} [isColour] @returns {any} */
  const withColours = (value, style, isColour = false) => {
    if (typeof value === "string") return isColour ? colourNow(value, style) : value;
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((part) => withColours(part, style, isColour));
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withColours(part, style, isColour || COLOUR_KEY.test(key))]));
  };

  /** Set `a.b.c` within a layout. @param {any} layout @param {string} path @param {any} value */
  const setIn = (layout, path, value) => {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const target = keys.reduce((part, key) => (part[key] ??= {}), layout);
    target[last] = value;
  };

  /** @type {CanvasRenderingContext2D | null | undefined} */
  let pen;
  const AROUND_NAMES = 9;
  const MARKS = new Map(Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">" }));

  /**
   * Set the margin that the names of rows need. Plotly would find it by drawing the chart twice, as it has to if other margins grow too.
   * @param {any} layout @param {number} width
   */
  const makeRoomForNames = (layout, width) => {
    const { font, margin, yaxis } = layout.template.layout;
    const { ticktext, ticklen, automargin, tickfont, title } = { ...yaxis, ...layout.yaxis };
    pen ??= document.createElement("canvas").getContext("2d");
    if (!pen || !automargin || !ticktext?.length || title.text || layout.xaxis?.side === "top") return;
    const size = tickfont.size ?? yaxis.tickfont.size;
    pen.font = `${size}px ${font.family}`;
    const widths = ticktext.map((/** @type {string} */ name) => pen?.measureText(name.replace(/&[a-z]+;/g, (mark) => MARKS.get(mark) ?? mark)).width);
    const room = Math.round(Math.max(...widths) + ticklen + 0.2 * size + AROUND_NAMES);
    const { l, r } = { ...margin, ...layout.margin };
    // Names that take half of the width do not fit in any case; Plotly shortens them.
    if (room + r > width / 2) return;
    layout.margin = { ...layout.margin, l: Math.max(l, room) };
    Object.assign(layout.yaxis, { automargin: false, ticklabeloverflow: "allow" });
  };

  /** @param {HTMLElement} plot */
  const figureOf = (plot) => {
    const source = document.querySelector(`[data-figure="${CSS.escape(plot.dataset.chart ?? "")}"]`);
    const { data, layout } = JSON.parse(source?.textContent ?? "");
    const figure = withColours({ data, layout: { ...layout, template: site.chartTemplate } }, getComputedStyle(document.documentElement));
    const narrow = plot.clientWidth < NARROW;
    if (narrow) for (const [path, value] of Object.entries(figure.layout.meta?.narrow ?? {})) setIn(figure.layout, path, value);
    else makeRoomForNames(figure.layout, plot.clientWidth);
    plot.dataset.drawn = narrow ? "narrow" : "wide";
    return figure;
  };

  const FORMATS = ["png", "svg"];

  /** Buttons that save a chart; until it is drawn, its tools keep their room. @param {HTMLElement} plot */
  const addDownloads = (plot) => {
    const tools = plot.parentElement?.querySelector(".chart-tools");
    if (!tools || tools.querySelector("button")) return;
    tools.prepend(...FORMATS.map((format) => site.make("button", { type: "button", class: "quiet", "data-download": format }, format.toUpperCase())));
  };

  const config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };

  /** @param {HTMLElement} plot */
  const draw = async (plot) => {
    try {
      const Plotly = await loadPlotly();
      const { data, layout } = figureOf(plot);
      const width = plot.clientWidth;
      await Plotly.react(plot, data, width > 0 ? { ...layout, width } : layout, config);
      plot.querySelector(".chart-room")?.remove();
      addDownloads(plot);
    } catch (error) {
      const note = document.createElement("p");
      note.className = "chart-failed";
      note.textContent = `The chart could not be drawn: ${error instanceof Error ? error.message : error} Its numbers stand in the table below.`;
      plot.replaceChildren(note);
    }
  };

  let turn = Promise.resolve();
  /** One a frame, so that the first is seen before the second is drawn. @param {HTMLElement} plot */
  const drawInTurn = (plot) => {
    turn = turn.then(() => draw(plot)).then(() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen))));
  };

  // The library takes a phone a second or more, so a page that nobody scrolls does not fetch it for what is out of sight.
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

  const drawn = () => plots.filter((plot) => plot.dataset.drawn);
  document.addEventListener("themechange", () => drawn().forEach(draw));
  // Drawn anew once the window rests. Plotly's own way of it forgets how high a chart is, which then covers what follows.
  const REST_MS = 100;
  let resting = 0;
  // `layout` is Plotly's: what the chart was drawn from.
  const fits = (/** @type {any} */ plot) => plot.clientWidth === 0 || plot.clientWidth === plot.layout?.width;
  const fit = () => drawn().filter((plot) => !fits(plot)).forEach(draw);
  addEventListener("resize", () => {
    clearTimeout(resting);
    resting = setTimeout(fit, REST_MS);
  });
  // A printed page needs every chart, seen or not.
  addEventListener("beforeprint", () => plots.forEach((plot) => plot instanceof HTMLElement && draw(plot)));

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-download]") : null;
    if (!(button instanceof HTMLElement)) return;
    const plot = button.closest(".chart")?.querySelector("[data-chart]");
    if (!(plot instanceof HTMLElement)) return;
    const Plotly = await loadPlotly();
    const { data, layout } = figureOf(plot);
    const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
    const title = plot.parentElement?.querySelector(".chart-title")?.textContent ?? "";
    const figure = { data, layout: { ...layout, paper_bgcolor: paper, title: { text: escapeText(title), x: 0.02, xanchor: "left", font: { size: 16 } }, margin: { ...layout.margin, t: 84 } } };
    await Plotly.downloadImage(figure, { format: button.dataset.download, filename: plot.dataset.chart, width: Math.max(plot.clientWidth, 640), height: layout.height + 56, scale: 2 });
  });

  /** Text as Plotly shows it literally. @param {string} text */
  const escapeText = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
})();
