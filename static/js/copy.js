// @ts-check
// Copy buttons: `data-copy` names the element whose text is copied; without a name, the address of the page. What has `data-copied` gets one.
(() => {
  const site = /** @type {any} */ (window).site;

  /** @param {string} text */
  const write = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };

  /** Copy a text and say so on the button for a moment. @param {HTMLElement} button @param {string} text */
  const copy = async (button, text) => {
    const said = (button.dataset.said ??= button.textContent ?? "");
    button.textContent = (await write(text)) ? "Copied" : "Could not copy";
    site.say(button.textContent);
    setTimeout(() => (button.textContent = said), 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
    if (!(button instanceof HTMLElement)) return;
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    copy(button, source ? (source.textContent ?? "").trim() : location.href);
  });
  for (const source of site.all("[data-copied]")) {
    const { id, dataset } = /** @type {HTMLElement} */ (source);
    (source.closest("pre") ?? source).after(site.make("button", { type: "button", class: "quiet", "data-copy": id }, `Copy ${dataset.copied}`));
  }
  for (const button of site.all("button[data-copy][hidden]")) /** @type {HTMLElement} */ (button).hidden = false;

  site.copy = copy;
})();
