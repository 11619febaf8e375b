// The choice between boards of parts keeps the filters and the order of the reader; of many, it is a menu.
(() => {
  const MOST_LINKS = 8;
  for (const nav of site.elements("[data-picker]")) {
    const links = [...nav.querySelectorAll("a")];
    const go = (/** @type {string} */ href) => `${href.replace(/[?#].*/, "")}${location.search}`;
    for (const link of links) link.addEventListener("click", () => (link.href = go(link.href)));
    if (links.length <= MOST_LINKS) continue;
    const options = links.map((link) => new Option(link.textContent ?? "", link.href, false, link.hasAttribute("aria-current")));
    const select = site.make("select", { "aria-label": (nav.querySelector("span")?.textContent ?? "").replace(/:$/, ""), autocomplete: "off" }, ...options);
    select.addEventListener("change", () => location.assign(go(select.value)));
    nav.querySelector("ul")?.replaceWith(select);
  }
})();
