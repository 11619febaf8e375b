// @ts-check
// Opened from the disk, links to folders name the page itself.
(() => {
  if (location.protocol !== "file:") return;
  const { pageLink } = /** @type {any} */ (window).site;
  for (const link of document.querySelectorAll("a[href]")) link.setAttribute("href", pageLink(link.getAttribute("href")));
})();
