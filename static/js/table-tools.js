// Filters: they hide rows and say how many; ranks stay as they are. By text, by the values that rows have, by a greatest number.
(() => {
  const BOUNDS = [0.5, 1, 2, 3, 4, 8, 9, 14, 20, 35, 75, 100, 200, 400, 800];

  /** Without case and accents. @param {string} text */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** @param {HTMLElement} box */
  const setUp = (box) => {
    const tools = box.querySelector("[data-tools]");
    const search = box.querySelector("[data-search]");
    const note = box.querySelector("[data-said]");
    const line = box.querySelector("[data-said-line]");
    const pills = box.querySelector("[data-pills]");
    if (!(tools instanceof HTMLElement) || !(search instanceof HTMLInputElement) || !note || !(line instanceof HTMLElement) || !pills) return;
    const entries = site.table.all("table", box).flatMap(site.table.entries);
    const facets = [...tools.querySelectorAll("[data-facet]")].filter((facet) => facet instanceof HTMLElement);
    const facetKeys = facets.map((facet) => facet.dataset.facet ?? "");
    // `all` lifts the filters that the board has at first.
    const keys = ["q", "all", ...facetKeys];
    const first = new Map(facets.map((facet) => [facet.dataset.facet ?? "", (facet.dataset.first ?? "").split("\n").filter(Boolean)]));
    /** @type {Map<TableEntry, string>} */
    const texts = new Map();

    /** @param {TableEntry} entry */
    const textOf = (entry) => {
      const known = texts.get(entry);
      if (known !== undefined) return known;
      const { row, filterValues } = entry;
      const text = plain([row.querySelector("th")?.textContent, row.dataset.id, ...Object.values(filterValues)].join(" "));
      texts.set(entry, text);
      return text;
    };

    /** @param {string} key */
    const valuesOf = (key) => [...new Set(entries.map(({ filterValues }) => filterValues[key]))].filter((value) => value !== undefined);

    /** A list of checkboxes, one a value. @param {HTMLElement} facet */
    const fillChoice = (facet) => {
      if (facet.matches(".chips")) return;
      const key = facet.dataset.facet ?? "";
      const stated = facet.dataset.values?.split("\n") ?? [];
      /** @param {string} value */
      const place = (value) => stated.indexOf(value) + 1 || stated.length + 1;
      const values = valuesOf(key).sort((a, b) => place(a) - place(b) || a.localeCompare(b, undefined, { numeric: true }));
      facet.append(...values.map((value) => site.checkbox(value, value, false)));
    };

    /** Bounds that tell rows apart. @param {HTMLSelectElement} select */
    const fillMost = (select) => {
      const numbers = valuesOf(select.dataset.facet ?? "").map(Number);
      let before = 0;
      for (const bound of BOUNDS) {
        const within = numbers.filter((number) => number <= bound).length;
        if (within > before && within < numbers.length) select.append(new Option(site.text("at_most", { bound, unit: select.dataset.unit ?? "" }), String(bound)));
        before = within;
      }
    };

    // What there is to choose takes long to find among thousands of rows: it is there after the first frame, or when the address has a choice.
    const filling = site.inSlices(facets.map((facet) => () => (facet instanceof HTMLSelectElement ? fillMost(facet) : fillChoice(facet))));

    /** What is asked for, of each key of the address; without any, what the board has at first. */
    const asked = () => {
      const wanted = new Map(keys.map((key) => [key, site.address.all(key)]));
      if (wanted.get("all")?.length || facetKeys.some((key) => wanted.get(key)?.length)) return wanted;
      return new Map([...wanted, ...first].map(([key, values]) => [key, values.length ? values : wanted.get(key) ?? []]));
    };

    // Only the table that is seen: the others follow when they come into view.
    const show = () => {
      const table = site.table.shown(box);
      if (!table) return;
      const wanted = asked();
      const words = plain(wanted.get("q")?.[0] ?? "").split(/\s+/).filter(Boolean);
      const active = facets.filter((facet) => wanted.get(facet.dataset.facet ?? "")?.length);
      /** @param {TableEntry} entry */
      const isWanted = (entry) =>
        words.every((word) => textOf(entry).includes(word)) &&
        active.every((facet) => {
          const value = entry.filterValues[facet.dataset.facet ?? ""];
          const choices = wanted.get(facet.dataset.facet ?? "") ?? [];
          if (value === undefined) return false;
          return facet instanceof HTMLSelectElement ? Number(value) <= Number(choices[0]) : choices.includes(value);
        });
      tell(table, ...site.table.showOnly(table, isWanted));
    };

    /** A filter in force, with the way to lift it. @param {string} text @param {string} kind @param {(pair: [string, string]) => boolean} keeps */
    const pill = (text, kind, keeps) => {
      const button = site.button(text, `pill ${kind}`.trim());
      button.setAttribute("aria-label", site.text("remove_filter", { filter: text }));
      button.addEventListener("click", () => {
        const all = [...asked()].flatMap(([key, values]) => values.map((value) => /** @type {[string, string]} */ ([key, value])));
        site.address.setPairs(keys, complete(all.filter(keeps)));
        fromAddress();
        tools.querySelector("summary")?.focus();
        site.say(note.textContent);
      });
      return button;
    };

    /** @param {HTMLTableElement} table @param {number} shown @param {number} of */
    const tell = (table, shown, of) => {
      const found = [...asked()].flatMap(([key, values]) => values.map((value) => [key, value])).filter(([key]) => key !== "all");
      note.textContent = site.text(table.dataset.cut === undefined ? "shown_of" : "shown_of_first", { shown: site.format.rounded(shown, 0), rows: site.format.counted(of, box.dataset.noun ?? "", box.dataset.nouns) });
      line.hidden = found.length === 0;
      pills.replaceChildren(
        ...found.map(([key, value]) => {
          const facet = facets.find((facet) => facet.dataset.facet === key);
          const text = facet instanceof HTMLSelectElement ? site.text("at_most", { bound: value, unit: facet.dataset.unit ?? "" }) : value;
          return pill(text, first.get(key)?.includes(value) ? "first" : "", (pair) => pair[0] !== key || pair[1] !== value);
        }),
      );
    };

    /** Put the controls where the address says. */
    const fromAddress = () => {
      const wanted = asked();
      if (facets.some((facet) => wanted.get(facet.dataset.facet ?? "")?.length)) filling.finish();
      if (search.value !== (wanted.get("q")?.[0] ?? "")) search.value = wanted.get("q")?.[0] ?? "";
      for (const facet of facets) {
        const values = wanted.get(facet.dataset.facet ?? "") ?? [];
        if (facet instanceof HTMLSelectElement) {
          // A bound of the visitor's making, from an address, is one to choose too.
          if (values[0] && !Number.isNaN(Number(values[0])) && ![...facet.options].some((option) => option.value === values[0])) facet.append(new Option(site.text("at_most", { bound: values[0], unit: facet.dataset.unit ?? "" }), values[0]));
          facet.value = values[0] ?? "";
        } else {
          for (const input of facet.querySelectorAll("input")) input.checked = values.includes(input.value);
        }
      }
      show();
    };

    /** What the address says of some filters: without any, that those of the board are lifted. @param {[string, string][]} pairs */
    const complete = (pairs) => {
      const chosen = pairs.some(([key]) => key !== "q" && key !== "all");
      const isLifted = !chosen && [...first.values()].some((values) => values.length);
      return [...pairs.filter(([key]) => key !== "all"), .../** @type {[string, string][]} */ (isLifted ? [["all", "1"]] : [])];
    };

    const fromControls = () => {
      /** @type {[string, string][]} */
      const pairs = search.value.trim() ? [["q", search.value.trim()]] : [];
      for (const facet of facets) {
        const key = facet.dataset.facet ?? "";
        if (facet instanceof HTMLSelectElement) pairs.push(.../** @type {[string, string][]} */ (facet.value ? [[key, facet.value]] : []));
        else for (const input of facet.querySelectorAll("input:checked")) pairs.push([key, /** @type {HTMLInputElement} */ (input).value]);
      }
      return complete(pairs);
    };

    for (const facet of facets) {
      facet.addEventListener("change", () => {
        site.address.setPairs(keys, fromControls());
        fromAddress();
        site.say(note.textContent);
      });
    }
    // Read before the first letter, so that it is answered as fast as the others.
    search.addEventListener("focus", () => {
      const table = site.table.shown(box);
      if (table) site.inSlices(site.table.entries(table).map((entry) => () => textOf(entry)));
    });
    let typing = false;
    search.addEventListener("input", () => {
      site.address.setPairs(keys, fromControls(), { replace: typing });
      typing = true;
      show();
    });
    search.addEventListener("change", () => {
      typing = false;
      site.say(note.textContent);
    });
    addEventListener("popstate", fromAddress);
    box.addEventListener("viewchange", show);
    fromAddress();
    Object.assign(search, { autocomplete: "off", spellcheck: false });
    tools.hidden = false;
    box.dataset.filtered = "";
  };

  site.elements("[data-box]").forEach(setUp);
})();
// The menu of a box: the sort of a phone, which has no heads; then the columns, shown and hidden by one rule of style each, so that no row is touched.
(() => {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  /** The heads of all tables of a box by key, without that of the name. @param {Element} box */
  const headsOf = (box) => new Map(site.table.all("table", box).flatMap(site.table.heads).filter((head) => !head.matches(".name")).map((head) => [head.dataset.key ?? "", head]));

  /** @param {Set<string>} shown @param {HTMLTableElement} table */
  const showColumns = (shown, table) => {
    const heads = site.table.heads(table);
    const isShown = heads.map((head) => head.matches(".name") || shown.has(head.dataset.key ?? ""));
    heads.forEach((head, i) => {
      const cells = `#${CSS.escape(table.id)} :is(th, td):nth-child(${i + 1})`;
      if (isShown[i] === head.matches(".extra")) sheet.insertRule(`${cells} { display: ${isShown[i] ? "revert-layer" : "none"}; }`);
      if (isShown[i] && head.matches(".extra")) sheet.insertRule(`@media (width > 47rem) { ${cells} { display: ${table.matches(".long") ? "block" : "table-cell"}; } }`, sheet.cssRules.length);
    });
    if (!table.classList.contains("long")) return;
    const all = (table.dataset.columns ?? "").split(" ");
    table.style.setProperty("--columns", all.filter((_, i) => isShown[i]).join(" "));
  };

  for (const box of site.elements("[data-box]")) {
    const body = box.querySelector("[data-menu] .menu-body");
    if (!body) continue;
    const heads = headsOf(box);
    const sorts = site.make("select", { "aria-label": site.text("sort") }, ...[...heads].filter(([, head]) => head.matches(".sorts")).map(([key, head]) => new Option(site.text("sort_by", { column: site.table.headText(head) }), key)));
    sorts.addEventListener("change", () => {
      const table = site.table.shown(box);
      if (table) site.table.heads(table).find((head) => head.dataset.key === sorts.value)?.querySelector("button")?.click();
    });
    const columns = site.make("div", { role: "group", "aria-label": site.text("columns"), "data-columns": "" }, site.make("p", {}, site.text("columns")));
    for (const [key, head] of heads) columns.append(site.checkbox(site.table.headText(head), key, true));
    body.append(site.make("div", { class: "menu-sort" }, sorts), columns);
    const inputs = [...columns.querySelectorAll("input")];
    /** @param {string} key */
    const isExtra = (key) => heads.get(key)?.matches(".extra") ?? false;

    const fromAddress = () => {
      const [hidden, added] = ["hide", "show"].map((name) => new Set(site.address.all(name)));
      while (sheet.cssRules.length) sheet.deleteRule(0);
      for (const input of inputs) input.checked = isExtra(input.value) ? added.has(input.value) : !hidden.has(input.value);
      const shown = new Set(inputs.filter((input) => input.checked).map((input) => input.value));
      for (const table of site.table.all("table", box)) showColumns(shown, table);
      dispatchEvent(new Event("resize"));
    };
    columns.addEventListener("change", () => {
      const changed = inputs.filter((input) => input.checked === isExtra(input.value));
      site.address.setPairs(["hide", "show"], changed.map((input) => [isExtra(input.value) ? "show" : "hide", input.value]));
      fromAddress();
    });
    addEventListener("popstate", fromAddress);
    fromAddress();
  }
})();
// Exports: the rows and columns in sight, in their order, as Markdown or as CSV; the address of the view, or the code that embeds it.
(() => {
  /** @param {Element | undefined} part */
  const isSeen = (part) => part !== undefined && getComputedStyle(part).display !== "none";

  /** What a cell shows, without its quiet line and what its number is out of. @param {HTMLTableCellElement} cell @param {string} [also] what else is left out */
  const read = (cell, also = "small") => {
    const parts = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches(`small, .tick, .of, svg, ${also}`)));
    return parts.map((node) => node.textContent).join(" ").replace(/\s+/g, " ").trim();
  };

  /** Raw numbers where there are any, so that no digit is lost; text as it stands, a name without its tags. @param {HTMLTableCellElement} cell */
  const raw = (cell) => {
    const value = site.table.value(cell).trim();
    if (value === "" && !cell.classList.contains("text")) return "";
    return value !== "" && !Number.isNaN(Number(value)) ? String(Number(value)) : read(cell, "th > .tag");
  };

  /** The numbers behind a drawing or an interval, as many as its column names. @param {HTMLTableCellElement} cell @param {HTMLElement} head */
  const detailsOf = (cell, head) => {
    const values = (cell.dataset.details ?? "").split(" ");
    return (head.dataset.details?.split("\n") ?? []).map((_, i) => values[i] ?? "");
  };

  /** The seen columns and rows of a table, with the numbers behind them. @param {HTMLTableElement} table @param {(cell: HTMLTableCellElement) => string} write */
  const view = (table, write) => {
    site.table.finishSorting(table);
    const heads = site.table.heads(table).filter(isSeen);
    const isDrawn = (/** @type {Element} */ head) => head.matches(".plot, .slots");
    const all = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden);
    // A category above its tasks is a column of theirs.
    const rows = all.filter((row) => !row.matches(".group"));
    const categories = new Map(rows.length < all.length ? site.table.entries(table).map(({ row, filterValues }) => [row, filterValues.category ?? ""]) : []);
    const hasLevel = rows.some((row) => row.matches(".level"));
    const columns = heads.flatMap((head) => {
      const own = isDrawn(head) ? [] : [{ title: site.table.headText(head), isText: head.matches(".text") }];
      return [...own, ...(head.dataset.details?.split("\n") ?? []).map((title) => ({ title, isText: false }))];
    });
    const lines = rows.map((row) => {
      const found = heads.flatMap((head) => {
        const cell = row.cells[head.cellIndex];
        return [...(isDrawn(head) ? [] : [write(cell)]), ...detailsOf(cell, head)];
      });
      if (categories.size) found.push(categories.get(row) ?? "");
      return hasLevel ? [...found, row.matches(".level") ? site.text("yes") : site.text("no")] : found;
    });
    if (categories.size) columns.push({ title: table.closest("[data-box]")?.querySelector("[data-facet=category]")?.getAttribute("aria-label") ?? "", isText: true });
    return { columns: hasLevel ? [...columns, { title: site.text("level"), isText: true }] : columns, lines };
  };

  // The rule of site_builder/tables/export.py: where a cell may begin, after what a sheet skips, but no number.
  const FORMULA =
    /^(?=[\t\r\n])|(^|[;\t\r\n])((?:[^\S\t\r\n]|["\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF])*)(?![+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?:[;\t\r\n]|$))(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gi;
  /** A text that a sheet would run as a formula, defused; a number stays one. @param {string} text */
  const defused = (text) => text.replace(FORMULA, "$1'$2");

  /** A table as Markdown (GitHub's), as it is read; nothing of it becomes a mark, link, mention or issue. @param {HTMLTableElement} table */
  const asMarkdown = (table) => {
    const { columns, lines } = view(table, (cell) => read(cell));
    const line = (/** @type {string[]} */ cells) => `| ${cells.map((text) => text.replace(/[\\|<`*_[\]~&]|:(?=\/\/)/g, "\\$&").replace(/[@#](?=\w)|\bwww(?=\.)/gi, "$&\u2060")).join(" | ")} |`;
    const ways = `| ${columns.map(({ isText }) => (isText ? ":--" : "--:")).join(" | ")} |`;
    return [line(columns.map(({ title }) => title)), ways, ...lines.map(line)].join("\n");
  };

  /** One field of a CSV file (RFC 4180). @param {string} text */
  const field = (text) => (/[",\r\n]/.test(defused(text)) ? `"${defused(text).replaceAll('"', '""')}"` : defused(text));

  /** With the mark by which spreadsheets know the encoding. @param {HTMLTableElement} table */
  const asCsv = (table) => {
    const { columns, lines } = view(table, raw);
    return `\ufeff${[columns.map(({ title }) => title), ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("")}`;
  };

  for (const box of site.elements("[data-box]")) {
    const menu = box.querySelector("[data-menu]");
    const body = menu?.querySelector(".menu-body");
    if (!(menu instanceof HTMLElement) || !body) continue;
    const group = site.make("div", { role: "group", "aria-label": site.text("export") }, site.make("p", {}, site.text("export")));
    body.querySelector("[data-columns]")?.before(group);
    /** @param {string} text @param {(button: HTMLButtonElement, table: HTMLTableElement) => void} act */
    const add = (text, act) => {
      const button = site.button(text);
      button.addEventListener("click", () => {
        const table = site.table.shown(box);
        if (table) act(button, table);
      });
      group.append(button);
    };
    add(site.text("copy_markdown"), (button, table) => site.copy(button, asMarkdown(table)));
    add(site.text("download_csv"), (_, table) => site.save(`${table.id}.csv`, new Blob([asCsv(table)], { type: "text/csv;charset=utf-8" })));
    add(site.text("copy_view"), (button) => site.copy(button, location.href));
    const embedding = site.embedCode(menu);
    if (embedding) add(site.text("copy_embed_code"), (button) => site.copy(button, embedding));
  }
})();
// Ticks: up to four rows of a board, in whatever views, and the way to the page that compares them.
(() => {
  const target = document.body.dataset.comparePage;
  const MOST = 4;
  const tables = site.table.all("[data-tick]");
  if (!target || tables.length === 0) return;

  /** @type {HTMLInputElement[]} */
  let boxes = [];
  /** The ticked runs; one that stands in several views counts once. @type {Map<string, HTMLInputElement>} */
  let chosen = new Map();
  /** The tables that have theirs, or are about to. @type {Map<HTMLTableElement, {finish: () => void, drop: () => void}>} */
  const adding = new Map();

  /** What a box stands for: a model, and as what. @param {HTMLInputElement} box */
  const runOf = (box) => `${box.dataset.as} ${box.dataset.model}`;

  /** @param {HTMLInputElement} box */
  const disable = (box) => (box.disabled = chosen.size >= MOST && !box.checked);

  /** @param {HTMLTableRowElement} row @param {string} as */
  const addBox = (row, as) => {
    const name = row.querySelector("th a")?.textContent?.trim();
    if (!name || !row.dataset.id) return;
    // A browser would otherwise save the state of thousands of boxes at each step in the address.
    const input = site.make("input", { type: "checkbox", autocomplete: "off", "aria-label": site.text("tick.one", { name }), "data-model": row.dataset.id, "data-as": as, "data-name": name });
    input.checked = chosen.has(runOf(input));
    disable(input);
    row.cells[0].prepend(site.make("label", { class: "tick" }, input));
    boxes.push(input);
  };

  /** The tables in sight get theirs; those of a view out of sight when it comes into it. */
  const addMissing = () => {
    for (const table of tables) {
      if (table.closest("[data-view-of][hidden]") || adding.has(table)) continue;
      const boxesOf = site.inSlices(site.table.entries(table).map(({ row }) => () => addBox(row, table.dataset.tick ?? "")));
      if (!table.classList.contains("long")) boxesOf.finish();
      adding.set(table, boxesOf);
    }
    show();
  };

  const text = site.make("p");
  const go = site.make("a", { class: "button" }, site.text("tick.compare"));
  const clear = site.button(site.text("tick.clear"), "quiet");
  const bar = site.make("aside", { class: "tick-bar", "aria-label": site.text("tick.compare"), hidden: "" }, text, go, clear);
  document.querySelector("main")?.append(bar);

  const show = () => {
    chosen = new Map(boxes.filter((box) => box.checked).map((box) => [runOf(box), box]));
    bar.hidden = chosen.size === 0;
    document.documentElement.classList.toggle("ticking", !bar.hidden);
    boxes.forEach(disable);
    const query = new URLSearchParams();
    for (const box of chosen.values()) {
      query.append("model", box.dataset.model ?? "");
      if (box.dataset.as) query.append("as", box.dataset.as);
    }
    go.href = `${site.pageLink(target)}?${query}`;
    const names = [...chosen.values()].map((box) => box.dataset.name ?? "");
    const id = chosen.size === 1 ? "tick.another" : chosen.size === MOST ? "tick.most" : "tick.chosen";
    text.textContent = site.text(id, { names: site.format.listed(names, MOST) });
    go.hidden = chosen.size < 2;
  };

  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.closest(".tick")) return;
    for (const box of boxes) if (runOf(box) === runOf(target)) box.checked = target.checked;
    show();
    site.say(text.textContent);
  });
  clear.addEventListener("click", () => {
    const [first] = chosen.values();
    for (const box of boxes) box.checked = false;
    show();
    first?.focus();
  });
  document.addEventListener("viewchange", addMissing, true);
  // Other rows have come in place of those that were there; what is ticked stays so where it is still in sight.
  document.addEventListener("rowschange", ({ target }) => {
    if (!(target instanceof HTMLTableElement)) return;
    adding.get(target)?.drop();
    adding.delete(target);
    boxes = boxes.filter((box) => box.isConnected);
    addMissing();
  }, true);
  addMissing();
})();
