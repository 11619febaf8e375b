// The rows of a long table of tasks that its page leaves out (site_builder/pages/task_scores.py), of the model's plain scores.
(() => {
  const [table] = site.elements("table[data-scripted]");
  const facts = site.provided("score cards");
  const scores = site.provided(`scores of ${new URL(".", location.href).pathname.split("/").at(-2)}`);
  if (!(table instanceof HTMLTableElement) || !facts || !scores) return;
  const { MISSING, difference, ordinal, score, signed } = site.format;
  const TONES = ["gain", "loss", "soft"];
  const [ends, ...rows] = (table.dataset.scripted ?? "").split(",").map((numbers) => numbers.split(" ").map(Number));
  /** @type {[string[], number[]] | undefined} */
  const categories = JSON.parse(table.dataset.filters ?? "{}").category;
  const keys = [...(table.tHead?.rows[0].cells ?? [])].map((head) => head.dataset.key ?? "");
  const variant = facts.variants.findIndex(({ id }) => keys.includes(`rank_${id}`));
  const isLifted = keys.includes(`lift_${facts.variants[variant].id}`);
  const isCompared = keys.includes("lift_over_baseline");
  const isByLead = table.dataset.sortedBy === "lift_over_baseline";
  const classes = [...table.tBodies[0].rows[0].cells].map((cell) => [...cell.classList].filter((name) => !TONES.includes(name)));

  /** The place of a score on the scale, as a mark names it. @param {number} value */
  const share = (value) => Number(((value - ends[0]) / (ends[1] - ends[0])).toFixed(4));

  /** @param {number} place @param {number} task @param {number} rank @param {number} [of] */
  const make = (place, task, rank, of) => {
    const [name, , slug, scale] = facts.tasks[task];
    const at = scores.tasks?.indexOf(task) ?? task;
    const values = scores.value.map((of) => of[at]);
    const [own, base, beside] = [values[variant], isLifted ? values.at(-1) : null, isCompared ? facts.baseline[variant][task] : null].map((value) => value ?? null);
    if (own === null) throw new Error(`There is no score on ${name[0]}.`);
    /** The lead over another score. @param {number | null} other */
    const lead = (other) => (other === null ? null : difference(own, other));
    const category = categories?.[0][categories[1][place]];

    const drawnAmong = () => {
      const [low, middle, high] = (facts.middles[variant][task] ?? []).map(share);
      return `axis 0 1,soft-band ${low} ${high},median ${middle},score ${share(own)}`;
    };
    const drawn = () => {
      if (!isLifted && !isCompared) return drawnAmong();
      const [end, start] = [share(own), base === null ? null : share(base)];
      const marks = start === null ? [] : [`rod ${Math.min(start, end)} ${Math.max(start, end)}`, `base ${start}`];
      return [...marks, ...(beside === null ? [] : [`baseline ${share(beside)}`]), `score ${end}`].join(",");
    };

    /** Text, value and tone of a cell. @param {string} key @returns {[string, string | number | null, string?]} */
    const read = (key) => {
      if (key === "category") return category === undefined ? [MISSING, null, "soft"] : [category, category];
      if (key === "lift_over_baseline") return [signed(lead(beside), scale), lead(beside), "soft"];
      if (key.startsWith("lift_")) return [signed(lead(base), scale), lead(base), "soft"];
      if (key.startsWith("rank_")) return [ordinal(rank), rank];
      const value = values[facts.variants.findIndex(({ id }) => key === `score_${id}`)] ?? null;
      return value === null ? [MISSING, null, "soft"] : [score(value, scale), value];
    };

    const row = site.make("tr", { id: `score-${slug}`, class: isByLead && (lead(beside) ?? 0) <= 0 ? "behind" : "" });
    keys.forEach((key, i) => {
      if (key === "task") return row.append(site.make("th", {}, site.make("a", { href: site.pageLink(`${document.documentElement.dataset.root}${name[1]}`) }, name[0])));
      if (key === "drawn") return row.append(site.make("td", { class: classes[i].join(" "), "data-value": String(own), "data-draw": drawn() }));
      const [text, value, tone = ""] = read(key);
      const suffix = of !== undefined && key.startsWith("rank_") ? [site.make("span", { class: "of" }, `/${of.toLocaleString("en-US")}`)] : [];
      row.append(site.make("td", { class: [...classes[i], tone].join(" ").trim(), "data-value": String(value ?? "") }, text, ...suffix));
    });
    return row;
  };

  const size = table.matches(".long") ? Number(table.tBodies[0].style.getPropertyValue("--rows")) : Infinity;
  for (const [place, task, rank, of] of rows) {
    const body = table.tBodies[Math.floor(place / size)];
    body.insertBefore(make(place, task, rank, of), body.rows[place % size] ?? null);
  }
  document.querySelector("[data-first-rows]")?.remove();
})();
