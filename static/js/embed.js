// @ts-check
// Before the first paint of an embedded view: the theme that its address asks for, else the system's.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
})();
