// @ts-check
// What stands below the first part of a page is laid out after the first frame, which is there sooner so; layout.css keeps its room until then.
(() => {
  const root = document.documentElement;
  const site = /** @type {any} */ (window).site;
  site.inSlices([() => root.classList.add("laid-out")]);
  addEventListener("hashchange", () => root.classList.add("laid-out"));
})();
