// What the entries of a trade-off are compared by: another statistic than that which ranks the board is loaded when it is chosen; the choice is in the address.
(() => {
  const KEY = "by";
  const TONES = ["gain", "loss", "soft"];

  /** @param {HTMLElement} section */
  const setUp = (section) => {
    const label = section.querySelector(".merit-choice");
    const select = label?.querySelector("select");
    const chart = section.querySelector("figure");
    const plot = section.querySelector("[data-chart]");
    const [title, caption, source, heading] = [".chart-title", ".chart-caption", "[data-figure]", "h3"].map((part) => section.querySelector(part));
    const possible = section.querySelector("details.fold");
    const [table] = site.table.all("table", section);
    if (!(label instanceof HTMLElement) || !select || !chart || !plot || !title || !caption || !source || !heading || table?.tBodies.length !== 1) return;
    const head = site.table.heads(table).find(({ dataset }) => dataset.key === "score");
    const [body] = table.tBodies;
    const classes = [...body.rows[0].cells].map(({ classList }) => [...classList].filter((name) => !TONES.includes(name)).join(" "));

    /** @typedef {Omit<TradeView, "title" | "figure" | "rows"> & {title: Node[], figure: string, rows: HTMLTableRowElement[]}} Shown */
    /** What the page has. @type {Shown} */
    const own = {
      ...{ title: [...title.childNodes], caption: caption.textContent ?? "", reading: plot.getAttribute("aria-label") ?? "", heading: heading.textContent ?? "" },
      ...{ score: head ? site.table.headText(head) : "", first: head?.dataset.first ?? "", figure: source.textContent ?? "", rows: site.table.entries(table).map(({ row }) => row) },
    };
    let [shown, asked] = ["", ""];

    /** A row of the table, as the page has it. @param {Cell[]} cells */
    const rowOf = (cells) => {
      const root = document.documentElement.dataset.root ?? "";
      const own = cells.map(({ link, ...cell }, i) => site.cells.make(link ? "th" : "td", { ...cell, link: link && [link[0], root + link[1]] }, classes[i]));
      return site.make("tr", {}, ...own);
    };

    /** @param {string} key @param {Shown} view */
    const show = (key, view) => {
      shown = key;
      select.value = key;
      title.replaceChildren(...view.title);
      caption.textContent = view.caption;
      plot.setAttribute("aria-label", view.reading);
      heading.textContent = view.heading;
      source.textContent = view.figure;
      chart.classList.toggle("changed", Boolean(key));
      if (possible instanceof HTMLElement) possible.hidden = Boolean(key);
      if (head) {
        (head.querySelector(".sort") ?? head).textContent = view.score;
        head.dataset.first = view.first;
      }
      body.replaceChildren(...view.rows);
      table.dispatchEvent(new Event("rowschange"));
      site.table.makeSortable(table);
      plot.dispatchEvent(new Event("figurechange", { bubbles: true }));
    };

    /** @param {string} key */
    const choose = async (key) => {
      asked = key;
      if (key === shown) return;
      if (key === "") return show("", own);
      const option = [...select.options].find(({ value }) => value === key);
      try {
        const view = (await site.load(`trade-offs ${key}`, option?.dataset.src ?? ""))[section.dataset.viewOf ?? ""];
        if (asked !== key) return;
        const figure = JSON.stringify(view.figure);
        show(key, { ...view, title: [new Text(view.title)], figure, rows: view.rows.map(rowOf) });
      } catch (error) {
        site.say(site.errorText(error));
        select.value = shown;
      }
    };

    const fromAddress = () => {
      const key = site.address.get(KEY) ?? "";
      return choose([...select.options].some(({ value }) => value === key) ? key : "");
    };

    select.addEventListener("change", async () => {
      site.address.set(KEY, select.value || null);
      await choose(select.value);
      site.say(title.textContent);
      // The same holds for the others, where they have it.
      dispatchEvent(new Event("meritchange"));
    });
    for (const change of ["meritchange", "popstate"]) addEventListener(change, fromAddress);
    fromAddress();
    label.hidden = false;
  };
  site.elements("[data-trade-off]").forEach(setUp);
})();
