// The switch between light and dark; remembered, and the system's choice until it is used.
(() => {
  const root = document.documentElement;
  const [button] = site.elements("button[data-theme-switch]");
  if (!button) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  const change = () => {
    show();
    document.dispatchEvent(new Event("themechange"));
  };

  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Not remembered then; it holds for this page.
    }
    change();
  });
  system.addEventListener("change", change);
  button.hidden = false;
  show();
})();
