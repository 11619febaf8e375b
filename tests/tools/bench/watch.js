// @ts-check
// Notes what happens on a page, for tests/bench/browser.py; it runs before the page's own scripts. Times are in ms since the visit began.
(() => {
  /** @type {{picture: number | null, chart: number | null, tasks: number[][], plotly: number[][], events: [string, number][]}} */
  const noted = { picture: null, chart: null, tasks: [], plotly: [], events: [] };
  /** @type {any} */ (window).noted = noted;

  /** @param {Element | null} part */
  const isInSight = (part) => {
    const box = part?.getBoundingClientRect();
    return box !== undefined && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  };

  // A visitor who goes to the first chart as soon as there is anything to see.
  const timesChart = /** @type {any} */ (window).toChart === true;
  let toChart = timesChart;
  const goToChart = () => {
    const chart = document.querySelector("[data-chart], .plotly-graph-div");
    chart?.scrollIntoView({ behavior: "instant", block: "center" });
    toChart = chart === null;
  };

  // Asked right before each frame: what is there then is seen when the frame has ended.
  const look = () => {
    const hasPicture = noted.picture === null && isInSight(document.querySelector("tbody .dumbbell circle"));
    const hasChart = noted.chart === null && document.querySelector(".js-plotly-plot .trace") !== null;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (hasPicture) noted.picture = performance.now();
      if (hasChart) noted.chart = performance.now();
      if (toChart) goToChart();
    };
    port2.postMessage(null);
    // Each look costs a frame, which is not to be measured as the page's own once nothing is waited for.
    if (noted.picture === null || (timesChart && noted.chart === null)) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  /** @param {string} type @param {(entry: any) => void} note @param {object} [options] */
  const observe = (type, note, options) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
  observe("longtask", ({ startTime, duration }) => noted.tasks.push([startTime, startTime + duration]));
  observe("event", ({ name, duration }) => noted.events.push([name, duration]), { durationThreshold: 16 });
  observe("long-animation-frame", ({ scripts }) => {
    for (const { sourceURL, startTime, duration } of scripts) if (sourceURL.includes("plotly")) noted.plotly.push([startTime, startTime + duration]);
  });

  // What our scripts ask of Plotly is Plotly's time.
  /** @type {any} */
  let plotly;
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set(library) {
      for (const name of ["react", "newPlot"]) {
        const act = library[name];
        library[name] = (/** @type {any[]} */ ...given) => {
          const began = performance.now();
          const done = act(...given);
          noted.plotly.push([began, performance.now()]);
          return done;
        };
      }
      plotly = library;
    },
  });
})();
