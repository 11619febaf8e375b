// @ts-check
// The switch between light and dark; remembered, and the system's choice until it is used.
(() => {
  const root = document.documentElement;
  const button = document.querySelector("[data-theme-switch]");
  if (!(button instanceof HTMLButtonElement)) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));

  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Not remembered then; it holds for this page.
    }
    show();
    document.dispatchEvent(new Event("themechange"));
  });
  system.addEventListener("change", () => {
    show();
    document.dispatchEvent(new Event("themechange"));
  });
  button.hidden = false;
  show();
})();
