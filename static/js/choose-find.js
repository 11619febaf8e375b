// @ts-check
// Finds tasks by their name in the form of the choosing page; what is found is shown, whatever group it is in.
(() => {
  const field = document.querySelector("[data-choose-find]");
  if (!(field instanceof HTMLInputElement)) return;
  const site = /** @type {any} */ (window).site;
  const groups = [...document.querySelectorAll("[data-choose-group]")].map((group) => ({
    group: /** @type {HTMLElement} */ (group),
    details: group.querySelector("details"),
    name: (group.querySelector("[data-pick=category]")?.getAttribute("data-name") ?? "").toLowerCase(),
    rows: [...group.querySelectorAll("li")].map((row) => ({ row, name: (row.textContent ?? "").toLowerCase() })),
  }));

  field.addEventListener("input", () => {
    const sought = field.value.trim().toLowerCase();
    let n = 0;
    for (const { group, details, name, rows } of groups) {
      const all = name.includes(sought);
      for (const { row, name: own } of rows) row.hidden = !all && !own.includes(sought);
      const found = rows.filter(({ row }) => !row.hidden).length;
      group.hidden = found === 0;
      if (details) details.open = sought !== "" || group.querySelector("li input:checked") !== null;
      n += found;
    }
    site.say(sought ? `${site.counted(n, "task")} found.` : "");
  });
})();
