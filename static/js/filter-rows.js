// @ts-check
// Filters: they hide rows and say how many; ranks stay as they are. By text, by what rows are marked with, by a greatest number.
(() => {
  const site = /** @type {any} */ (window).site;
  const BOUNDS = [0.5, 1, 2, 3, 4, 8, 9, 14, 20, 35, 75, 100, 200, 400, 800];

  /** Without case and accents. @param {string} text */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** @param {HTMLElement} box */
  const setUp = (box) => {
    const tools = box.querySelector("[data-tools]");
    const search = box.querySelector("[data-search]");
    const said = box.querySelector("[data-said]");
    const clear = box.querySelector("[data-clear]");
    if (!(tools instanceof HTMLElement) || !(search instanceof HTMLInputElement) || !said || !(clear instanceof HTMLButtonElement)) return;
    /** @typedef {{row: HTMLTableRowElement, marks: Record<string, string>}} Entry */
    /** @type {Entry[]} */
    const entries = site.tables("table", box).flatMap(site.entries);
    const facets = [...tools.querySelectorAll("[data-facet]")].filter((facet) => facet instanceof HTMLElement);
    const keys = ["q", ...facets.map((facet) => facet.dataset.facet ?? "")];
    /** @type {Map<Entry, string>} */
    const texts = new Map();

    /** @param {Entry} entry */
    const textOf = (entry) => {
      const known = texts.get(entry);
      if (known !== undefined) return known;
      const { row, marks } = entry;
      const text = plain([row.querySelector("th")?.textContent, row.dataset.id, ...Object.values(marks)].join(" "));
      texts.set(entry, text);
      return text;
    };

    /** @param {string} key */
    const valuesOf = (key) => [...new Set(entries.map(({ marks }) => marks[key]))].filter((value) => value !== undefined);

    /** A list of checkboxes, one a value. @param {HTMLElement} facet */
    const fillChoice = (facet) => {
      const key = facet.dataset.facet ?? "";
      const body = facet.querySelector(".menu-body");
      const values = valuesOf(key).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
      for (const value of values) body?.append(site.checkbox(value, value, false).label);
    };

    /** Bounds that tell rows apart. @param {HTMLSelectElement} select */
    const fillMost = (select) => {
      const numbers = valuesOf(select.dataset.facet ?? "").map(Number);
      let before = 0;
      for (const bound of BOUNDS) {
        const within = numbers.filter((number) => number <= bound).length;
        if (within > before && within < numbers.length) select.append(new Option(`At most ${bound}${select.dataset.unit}`, String(bound)));
        before = within;
      }
    };

    // What there is to choose takes long to find among thousands of rows: it is there after the first frame, or when the address has a choice.
    const filling = site.inSlices(facets.map((facet) => () => (facet instanceof HTMLSelectElement ? fillMost(facet) : fillChoice(facet))));

    /** What is asked for, of each key of the address. */
    const asked = () => new Map(keys.map((key) => [key, site.queryAll(key)]));

    // Only the table that is seen: the others follow when they come into view.
    const show = () => {
      const table = site.shownTable(box);
      if (!table) return;
      const wanted = asked();
      const words = plain(wanted.get("q")?.[0] ?? "").split(/\s+/).filter(Boolean);
      const active = facets.filter((facet) => wanted.get(facet.dataset.facet ?? "")?.length);
      /** @param {Entry} entry */
      const isWanted = (entry) =>
        words.every((word) => textOf(entry).includes(word)) &&
        active.every((facet) => {
          const value = entry.marks[facet.dataset.facet ?? ""];
          const choices = wanted.get(facet.dataset.facet ?? "") ?? [];
          if (value === undefined) return false;
          return facet.dataset.kind === "most" ? Number(value) <= Number(choices[0]) : choices.includes(value);
        });
      tell(site.showOnly(table, isWanted), site.entries(table).length);
    };

    /** @param {number} shown @param {number} of */
    const tell = (shown, of) => {
      const all = site.counted(of, box.dataset.noun, box.dataset.nouns);
      said.textContent = shown < of ? `${site.rounded(shown, 0)} of ${all}; ${site.rounded(of - shown, 0)} hidden by filters, ranks unchanged` : all;
      clear.hidden = ![...asked().values()].some((values) => values.length);
    };

    /** Put the controls where the address says. */
    const fromAddress = () => {
      const wanted = asked();
      if (facets.some((facet) => wanted.get(facet.dataset.facet ?? "")?.length)) filling.finish();
      if (search.value !== (wanted.get("q")?.[0] ?? "")) search.value = wanted.get("q")?.[0] ?? "";
      for (const facet of facets) {
        const values = wanted.get(facet.dataset.facet ?? "") ?? [];
        if (facet instanceof HTMLSelectElement) {
          // A bound of the visitor's own making, from an address, is one to choose too.
          if (values[0] && !Number.isNaN(Number(values[0])) && ![...facet.options].some((option) => option.value === values[0])) facet.append(new Option(`At most ${values[0]}${facet.dataset.unit}`, values[0]));
          facet.value = values[0] ?? "";
        } else {
          for (const input of facet.querySelectorAll("input")) input.checked = values.includes(input.value);
          const summary = facet.querySelector("summary");
          if (summary) {
            summary.dataset.label ??= summary.textContent ?? "";
            summary.textContent = values.length ? `${summary.dataset.label}: ${values.length}` : summary.dataset.label;
          }
        }
      }
      show();
    };

    const fromControls = () => {
      /** @type {[string, string][]} */
      const pairs = search.value.trim() ? [["q", search.value.trim()]] : [];
      for (const facet of facets) {
        const key = facet.dataset.facet ?? "";
        if (facet instanceof HTMLSelectElement) pairs.push(.../** @type {[string, string][]} */ (facet.value ? [[key, facet.value]] : []));
        else for (const input of facet.querySelectorAll("input:checked")) pairs.push([key, /** @type {HTMLInputElement} */ (input).value]);
      }
      return pairs;
    };

    for (const facet of facets) {
      facet.addEventListener("change", () => {
        site.setQueryPairs(keys, fromControls());
        fromAddress();
        site.say(said.textContent);
      });
    }
    // Read before the first letter, so that it is answered as fast as the others.
    search.addEventListener("focus", () => {
      const table = site.shownTable(box);
      if (table) site.inSlices(site.entries(table).map((/** @type {Entry} */ entry) => () => textOf(entry)));
    });
    let typing = false;
    search.addEventListener("input", () => {
      site.setQueryPairs(keys, fromControls(), { replace: typing });
      typing = true;
      show();
    });
    search.addEventListener("change", () => {
      typing = false;
      site.say(said.textContent);
    });
    clear.addEventListener("click", () => {
      site.setQueryPairs(keys, []);
      fromAddress();
      search.focus();
      site.say(said.textContent);
    });
    addEventListener("popstate", fromAddress);
    box.addEventListener("viewchange", show);
    fromAddress();
    tools.hidden = false;
  };

  for (const box of site.all("[data-box]")) if (box instanceof HTMLElement) setUp(box);
})();
