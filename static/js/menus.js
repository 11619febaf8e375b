// @ts-check
// Menus that open below a button: one at a time; a click elsewhere or Escape closes them, and the focus goes back to the button.
(() => {
  // Kept, since looking through a page of thousands of rows at each click takes long.
  const menus = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("details.menu")]);
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

  Object.assign(/** @type {any} */ (window).site, {
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
