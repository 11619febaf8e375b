// A row opens to the other entries of its model, and leads to all entries with one of its settings: each is a filter in the address. So are the
// open rows.
(() => {
  const MOST = 12;
  const { make } = site;

  /** A link within the page: what reads the address follows. @param {string} text @param {[string, string][]} pairs */
  const filterLink = (text, pairs) => {
    const link = make("a", { href: `?${new URLSearchParams(pairs)}` }, text);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, "", new URL(link.href, location.href));
      dispatchEvent(new PopStateEvent("popstate"));
    });
    return link;
  };

  /** @param {HTMLElement} box */
  const setUp = (box) => {
    const tools = /** @type {HTMLElement | null} */ (box.querySelector("[data-tools]"));
    if (!tools) return;
    /** @type {FacetsOfBox} */
    const { facets, best_of: bestOf = "", is_best: isBestFirst = false } = JSON.parse(tools.dataset.facets ?? "");
    const { noun = "", nouns = "" } = box.dataset;
    const address = site.addressOf(box);
    const group = facets.find(({ key }) => key === bestOf);
    if (!group) return;
    /** What lifts the filters of the publisher. @type {[string, string][]} */
    const lifted = isBestFirst || facets.some(({ first }) => first) ? [["all", "1"]] : [];
    const settings = facets.filter(({ is_setting: isSetting, kind }) => isSetting && kind !== "number" && kind !== "date");

    /** The values of a facet, and the entries that have each. @param {HTMLTableElement} table @param {Facet} facet */
    const holdersOf = (table, facet) => {
      const values = site.table.filterValues(table, facet.key);
      /** @type {Map<string | undefined, TableEntry[]>} */
      const holders = new Map();
      for (const entry of site.table.entries(table)) {
        const held = holders.get(values[entry.place]);
        if (held) held.push(entry);
        else holders.set(values[entry.place], [entry]);
      }
      return { facet, values, holders };
    };

    /** @typedef {ReturnType<typeof holdersOf>} Holders */

    /** Another entry: its name, its rank, what ranks it, and the settings in which it differs. @param {TableEntry} entry @param {TableEntry} other @param {Holders[]} known */
    const line = (entry, other, known) => {
      const name = (other.row.querySelector("th a") ?? other.row.querySelector("th"))?.cloneNode(true);
      const different = known.filter(({ values }) => values[entry.place] !== values[other.place]);
      const differences = different.map(({ facet, values }) => `${facet.label}: ${values[other.place] ?? site.text("filters.not_stated")}`);
      const score = other.row.querySelector(".merit")?.textContent ?? "";
      return make("li", {}, name instanceof HTMLAnchorElement ? name : (name?.textContent ?? ""), " ", make("strong", {}, score), " ", make("small", {}, differences.join(", ")));
    };

    /** What puts each row as the address says. @type {(() => void)[]} */
    const followers = [];

    /** @param {HTMLTableElement} table */
    const setUpTable = (table) => {
      const ofGroup = holdersOf(table, group);
      const known = settings.map((facet) => holdersOf(table, facet));
      const heads = site.table.heads(table);
      const nameAt = heads.findIndex((head) => head.matches(".name"));

      /** @param {TableEntry} entry */
      const othersOf = ({ place }) => ((ofGroup.values[place] === undefined ? [] : ofGroup.holders.get(ofGroup.values[place])) ?? []).filter((other) => other.place !== place);

      /** @param {TableEntry} entry */
      const content = (entry) => {
        const others = othersOf(entry);
        const links = [ofGroup, ...known].flatMap(({ facet, values, holders }) => {
          const value = values[entry.place];
          const n = holders.get(value)?.length ?? 0;
          if (value === undefined || n < 2) return [];
          const text = facet === group ? site.text("filters.all_of", { noun, nouns, name: value }, n) : site.text("filters.all_with", { noun, nouns, label: facet.label, value }, n);
          return [make("li", {}, filterLink(text, [[facet.key, value], ...lifted]))];
        });
        const lines = others.slice(0, MOST).map((other) => line(entry, other, known));
        return [...(lines.length ? [make("ul", { class: "opened-entries" }, ...lines)] : []), make("ul", { class: "opened-links" }, ...links)];
      };

      /** @param {HTMLButtonElement} button @param {TableEntry} entry @param {boolean} isOpen */
      const show = (button, entry, isOpen) => {
        if (isOpen === (button.getAttribute("aria-expanded") === "true")) return;
        button.setAttribute("aria-expanded", String(isOpen));
        if (!isOpen) return site.table.attach(table, entry, null);
        // In the column of names, which is never hidden; what stands before it stays empty.
        const cell = make("td", { class: "text", colspan: String(heads.length - nameAt) }, ...content(entry));
        site.table.attach(table, entry, make("tr", { class: "opened" }, ...heads.slice(0, nameAt).map(() => make("td")), cell));
      };

      return site.table.entries(table).map((entry) => () => {
        const hasLinks = known.some(({ values, holders }) => values[entry.place] !== undefined && (holders.get(values[entry.place])?.length ?? 0) > 1);
        const others = othersOf(entry).length;
        const head = entry.row.querySelector("th");
        if (!head || (!others && !hasLinks)) return;
        // The number is no text of the cell, which is read for the search and for exports.
        const button = site.button("", "opener");
        if (others) button.dataset.others = `+${others}`;
        button.setAttribute("aria-label", site.text("filters.opener", { nouns, name: head.querySelector("a")?.textContent ?? "" }));
        button.setAttribute("aria-expanded", "false");
        const id = entry.row.dataset.id ?? "";
        button.addEventListener("click", () => {
          const others = address.all("opened").filter((other) => other !== id);
          const isOpen = button.getAttribute("aria-expanded") !== "true";
          address.setPairs(["opened"], [...others, ...(isOpen ? [id] : [])].map((other) => ["opened", other]));
          show(button, entry, isOpen);
        });
        head.append(button);
        const follow = () => show(button, entry, address.all("opened").includes(id));
        followers.push(follow);
        follow();
      });
    };

    /** @type {Set<HTMLTableElement>} */
    const done = new Set();
    const addMissing = () => {
      const table = site.table.shown(box);
      if (!table || done.has(table)) return;
      done.add(table);
      site.inSlices([() => site.inSlices(setUpTable(table))]);
    };
    box.addEventListener("viewchange", addMissing);
    for (const name of ["popstate", "viewchange"]) addEventListener(name, () => followers.forEach((follow) => follow()), true);
    addMissing();
  };

  site.elements("[data-box]").forEach(setUp);
})();
