// Ranks over releases: whose line is in the accent, in the address.
(() => {
  const KEY = "entry";
  /** What draws each view anew, shown or not. @type {(() => void)[]} */
  const redraws = [];

  for (const box of site.elements("[data-history]")) {
    const label = box.querySelector("[data-history-choice]");
    const select = label?.querySelector("select");
    const plot = box.querySelector("[data-chart]");
    const source = box.querySelector("[data-figure]");
    const title = box.querySelector(".chart-title");
    if (!(label instanceof HTMLElement) || !select || !plot || !source || !title) continue;
    /** @type {{ key: string, name: string, title: string, trace: Trace }[]} */
    const choices = JSON.parse(box.querySelector("[data-history-choices]")?.textContent ?? "[]");
    const opening = source.textContent ?? "";
    const openingTitle = title.textContent ?? "";
    const openingReading = plot.getAttribute("aria-label") ?? "";
    /** @type {Figure} */
    const base = JSON.parse(opening);
    const lines = base.data.slice(0, -1);
    const first = base.data[base.data.length - 1];
    /** The line that the chart opens with, as the others are drawn. */
    const plain = lines[0] ? { ...first, line: lines[0].line, marker: lines[0].marker, opacity: lines[0].opacity } : first;

    /** @param {Trace} trace */
    const figureOf = (trace) => {
      const isFirst = JSON.stringify(trace) === JSON.stringify(first);
      const [bottom, top] = base.layout.yaxis.range ?? [1.6, 0.4];
      const lowest = Math.max(...(trace.y ?? []).map((rank) => Number(rank ?? 0) + 0.6), Number(bottom));
      const yaxis = { ...base.layout.yaxis, range: [lowest, top] };
      return { data: [...lines, ...(isFirst ? [] : [plain]), trace], layout: { ...base.layout, yaxis } };
    };

    const fromAddress = () => {
      const asked = site.address.get(KEY);
      const choice = choices.find(({ key }) => key === asked);
      select.value = (choice ?? choices[0])?.key ?? "";
      source.textContent = choice ? JSON.stringify(figureOf(choice.trace)) : opening;
      title.textContent = choice ? choice.title : openingTitle;
      plot.setAttribute("aria-label", choice ? choice.title : openingReading);
      plot.dispatchEvent(new Event("figurechange", { bubbles: true }));
    };

    select.addEventListener("change", () => {
      site.address.set(KEY, select.value || null);
      for (const redraw of redraws) redraw();
      site.say(title.textContent ?? "");
    });
    addEventListener("popstate", fromAddress);
    redraws.push(fromAddress);
    if (site.address.get(KEY)) fromAddress();
    label.hidden = false;
  }
})();
