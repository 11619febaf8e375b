// @ts-check
// The key `/` opens quick find. A key without a modifier can get in the way of speech input, so it can be switched off.
(() => {
  const { all } = /** @type {any} */ (window).site;
  const box = document.getElementById("find-slash");
  const [opener] = all("[data-find]");
  if (!(box instanceof HTMLInputElement) || !(opener instanceof HTMLElement)) return;
  const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])";

  const show = () => {
    for (const key of all("[data-find-key]")) /** @type {HTMLElement} */ (key).hidden = !box.checked;
  };
  const remembered = () => {
    try {
      return localStorage.getItem("find-key") !== "off";
    } catch {
      return true;
    }
  };

  document.addEventListener("keydown", (event) => {
    const isTyped = event.target instanceof Element && event.target.closest(TYPED_IN);
    // Shift is no modifier here: on many keyboards `/` is typed with it.
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped || !box.checked || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    opener.click();
  });
  box.addEventListener("change", () => {
    try {
      localStorage.setItem("find-key", box.checked ? "on" : "off");
    } catch {
      // Not remembered then; it holds for this page.
    }
    show();
  });
  box.checked = remembered();
  show();
})();
