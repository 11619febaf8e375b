// @ts-check
// A table that fits its page needs no scrolling of its own: its head then sticks to the top of the window.
(() => {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const table = target.querySelector("table");
      if (table) target.classList.toggle("fits", table.scrollWidth <= target.clientWidth && !(target.classList.contains("tall") && target.classList.contains("wide")));
    }
  });
  for (const wrap of /** @type {any} */ (window).site.all(".table-wrap")) observer.observe(wrap);
})();
