// @ts-check
// Opened from the disk, a folder shows its listing and not its page: links to folders name the page itself.
(() => {
  if (location.protocol !== "file:") return;
  for (const link of document.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href") ?? "";
    const [path, ...anchor] = href.split("#");
    if (/^[a-z][a-z+.-]*:/i.test(path) || !(path.endsWith("/") || path === "." || path === "..")) continue;
    link.setAttribute("href", `${path.replace(/\/?$/, "/")}index.html${anchor.length ? `#${anchor.join("#")}` : ""}`);
  }
})();
