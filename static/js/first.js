// Runs before the first paint: says that scripts work, whether the address asks for a state of the page, and whether all of it is to be laid out at once;
// sets the theme that the visitor chose or, in an embedded view, that its address asks for.
(() => {
  const root = document.documentElement;
  // Data that comes before the scripts that read it waits for site.js.
  /** @type {Parameters<Site["provide"]>[]} */
  const waiting = [];
  window.site = /** @type {Site} */ ({ waiting, provide: (...data) => void waiting.push(data) });
  root.classList.add("js");
  /** @param {string | null} theme */
  const setTheme = (theme) => {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  };
  if (document.currentScript?.hasAttribute("data-embed")) {
    setTheme(new URLSearchParams(location.search).get("theme"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
    return;
  }
  root.classList.toggle("asked", location.search !== "");
  // A place within the page, or where the visitor has been before, is found by the true height of what stands above.
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  root.classList.toggle("laid-out", location.hash !== "" || visit?.type !== "navigate");
  try {
    setTheme(localStorage.getItem("theme"));
  } catch {
    // Storage may be refused; the system's theme holds then.
  }
})();
