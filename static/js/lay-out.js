// @ts-check
// What stands below the first part of a page is laid out after the first frame, which is there sooner so; layout.css keeps its room until then.
(() => {
  const site = /** @type {any} */ (window).site;
  site.inSlices([() => document.documentElement.classList.add("laid-out")]);
})();
