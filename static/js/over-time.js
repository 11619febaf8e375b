// A board over time: whose record is drawn beside that of all, in the address.
(() => {
  const KEY = "record";

  for (const box of site.elements("[data-over-time]")) {
    const label = box.querySelector("[data-record-choice]");
    const select = label?.querySelector("select");
    const plot = box.querySelector("[data-chart]");
    const source = box.querySelector("[data-figure]");
    const [title, caption, line] = [".chart-title", ".chart-caption", "[data-record-name]"].map((part) => box.querySelector(part));
    if (!(label instanceof HTMLElement) || !select || !plot || !source || !(line instanceof HTMLElement)) continue;
    /** @type {Overlay[]} */
    const overlays = JSON.parse(box.querySelector("[data-overlays]")?.textContent ?? "[]");
    /** @type {Figure} */
    const base = JSON.parse(source.textContent ?? "");
    const [dots, record, , marks] = base.data;
    /** The names of the record and of the lines of the baseline and the references, and these lines: they are always there. */
    const always = (base.layout.meta?.names ?? []).slice(0, 2);
    const lines = (base.layout.shapes ?? []).slice(0, always[1]?.marks.length ?? 0);
    // Each colour once: the dots of a part have that of its line.
    const grey = select.dataset.grey ?? "";
    const teal = select.dataset.accent ?? "";
    let shown = "";

    /** @param {Overlay} overlay */
    const figureOf = ({ data: [partLine, partMarks], shapes, names, places = [] }) => {
      const own = new Set(places);
      const color = (dots.x ?? []).map((_, i) => (own.has(i) ? teal : grey));
      const meta = { ...base.layout.meta, names: [...always, ...names] };
      return { data: [{ ...dots, marker: { ...dots.marker, color } }, record, partLine, marks, partMarks], layout: { ...base.layout, shapes: [...lines, ...shapes], meta } };
    };

    /** @param {Overlay} overlay */
    const show = (overlay) => {
      shown = overlay.key;
      source.textContent = JSON.stringify(figureOf(overlay));
      if (title) title.textContent = overlay.title;
      if (caption) caption.textContent = overlay.caption;
      plot.setAttribute("aria-label", overlay.reading);
      line.hidden = !overlay.name;
      const name = line.querySelector("span");
      if (name) name.textContent = overlay.name;
      for (const part of box.querySelectorAll("[data-record-of]")) if (part instanceof HTMLElement) part.hidden = part.dataset.recordOf !== overlay.of;
      plot.dispatchEvent(new Event("figurechange", { bubbles: true }));
    };

    const fromAddress = () => {
      const asked = site.address.get(KEY) ?? "";
      const overlay = overlays.find(({ key }) => key === asked) ?? overlays[0];
      select.value = overlay.key;
      if (overlay.key !== shown) show(overlay);
    };

    select.addEventListener("change", () => {
      site.address.set(KEY, select.value || null);
      // The same choice holds for the other kind of date.
      dispatchEvent(new Event("recordchange"));
      site.say(title?.textContent ?? "");
    });
    for (const change of ["recordchange", "popstate"]) addEventListener(change, fromAddress);
    fromAddress();
    label.hidden = false;
  }
})();
