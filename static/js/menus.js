// @ts-check
// Menus that open below a button: one at a time; a click elsewhere or Escape closes them, and the focus goes back to the button.
(() => {
  const site = /** @type {any} */ (window).site;
  /** @type {HTMLDetailsElement[]} */
  const menus = site.all("details.menu");
  for (const menu of menus) {
    if (menu.querySelector(".menu-body")) continue;
    menu.append(site.make("div", { class: "menu-body", role: "group", "aria-label": menu.textContent?.trim() ?? "" }));
  }
  const open = () => menus.filter((menu) => menu.open);

  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  // Leaving by the Tab key closes it too, so that no menu covers what is focused next.
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  });

  Object.assign(site, {
    /** A checkbox with its words. @param {string} text @param {string} value @param {boolean} checked */
    checkbox(text, value, checked) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      input.type = "checkbox";
      input.value = value;
      input.checked = checked;
      label.append(input, " ", text);
      return { label, input };
    },
  });
})();
