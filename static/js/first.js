// Runs before the first paint: says that scripts work and whether the address asks for a state of the page, sets the theme that the visitor chose.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  root.classList.toggle("asked", location.search !== "");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  } catch {
    // Storage may be refused; the system's theme holds then.
  }
})();
