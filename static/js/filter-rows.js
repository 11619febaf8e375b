// What rows have of the facets of filters, which of them pass, which are the best of their group, and the ranks that they show.
(() => {
  /** @type {FacetValues} */
  const NONE = { values: [], codes: new Int32Array(), numbers: new Float64Array(), order: [] };

  /** Without case and accents. @param {string} text */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** What tables have of a facet. */
  const valuesOf = () => {
    /** @type {Map<HTMLTableElement, Map<Facet, FacetValues>>} */
    const known = new Map();

    /** @param {HTMLTableElement} table @param {Facet} facet @returns {FacetValues} */
    const read = (table, facet) => {
      const column = site.table.heads(table).findIndex(({ dataset }) => dataset.key === (facet.column ?? facet.key));
      const texts = site.table.filterValues(table, facet.key);
      const isRange = facet.kind === "number" || facet.kind === "date";
      if (isRange && column >= 0 && !texts.some((text) => text !== undefined)) {
        for (const { row, place } of site.table.entries(table)) texts[place] = site.table.value(row.cells[column]) || undefined;
      }
      if (isRange) {
        const toNumber = facet.kind === "date" ? site.filterFields.day : Number;
        return { ...NONE, numbers: Float64Array.from(texts, (text) => (text === undefined ? NaN : toNumber(text))) };
      }
      const values = [...new Set(texts)].filter((text) => text !== undefined);
      const places = new Map(values.map((value, code) => [value, code]));
      const codes = Int32Array.from(texts, (text) => (text === undefined ? -1 : (places.get(text) ?? -1)));
      const counts = values.map(() => 0);
      for (const code of codes) if (code >= 0) counts[code] += 1;
      /** @param {number} code */
      const stated = (code) => (facet.order ?? []).indexOf(values[code]) + 1 || Infinity;
      const order = [...values.keys()].sort((a, b) => (stated(a) === stated(b) ? counts[b] - counts[a] || values[a].localeCompare(values[b], site.language, { numeric: true }) : stated(a) - stated(b)));
      return { values, codes, numbers: new Float64Array(), order: codes.includes(-1) ? [...order, -1] : order };
    };

    /** @param {HTMLTableElement} table @param {Facet} facet */
    return (table, facet) => {
      const ofTable = known.get(table) ?? new Map();
      const found = ofTable.get(facet) ?? read(table, facet);
      known.set(table, ofTable.set(facet, found));
      return found;
    };
  };

  /** @type {Site["filterRows"]} */
  site.filterRows = (facets, isBestFirst) => {
    const of = valuesOf();
    const named = facets.filter(({ kind }) => kind === "choice" || kind === "chips");

    /** @type {Map<TableEntry, string>} */
    const searched = new Map();
    /** @type {Map<HTMLTableElement, string[]>} */
    const namesOf = new Map();

    /** What a text is looked for in: the name and the values of a row. @type {FilterRows["textOf"]} */
    const textOf = (table, entry) => {
      const known = searched.get(entry);
      if (known !== undefined) return known;
      const values = namesOf.get(table) ?? site.table.entries(table).map(({ place }) => named.map((facet) => site.filterFields.nameOf(of(table, facet).values[of(table, facet).codes[place]] ?? "", facet)).join(" "));
      namesOf.set(table, values);
      const text = plain([entry.row.querySelector("th")?.textContent, entry.row.dataset.id, values[entry.place]].join(" "));
      searched.set(entry, text);
      return text;
    };

    /** Whether a row has what is asked for of a facet. @param {FacetValues} found @param {Facet} facet @param {string[]} values */
    const testOf = (found, facet, values) => {
      if (facet.kind === "number" || facet.kind === "date") {
        const [low, high] = site.filterFields.bounds(values[0], facet.kind);
        return (/** @type {number} */ place) => found.numbers[place] >= low && found.numbers[place] <= high;
      }
      const codes = new Set(values.map((value) => (value === "" ? -1 : found.values.indexOf(value))).filter((code, i) => code >= 0 || values[i] === ""));
      return (/** @type {number} */ place) => codes.has(found.codes[place]);
    };

    /** By place: 0 for a row that has all that is asked for, the number of the only facet that it fails, from 1 on, else -1. @type {FilterRows["failuresOf"]} */
    const failuresOf = (table, wanted, q) => {
      const words = plain(q).split(/\s+/).filter(Boolean);
      const tests = facets.flatMap((facet, i) => {
        const values = wanted.get(facet.key) ?? [];
        return values.length ? [{ number: i + 1, test: testOf(of(table, facet), facet, values) }] : [];
      });
      return Int32Array.from(site.table.entries(table), (entry) => {
        if (words.some((word) => !textOf(table, entry).includes(word))) return -1;
        let failed = 0;
        for (const { number, test } of tests) if (!test(entry.place)) failed = failed === 0 ? number : -1;
        return failed;
      });
    };

    /** @type {Map<HTMLTableElement, RanksOfTable>} */
    const ranked = new Map();

    /** @type {FilterRows["ranksOf"]} */
    const ranksOf = (table) => {
      const known = ranked.get(table);
      if (known) return known;
      const column = site.table.heads(table).findIndex(({ dataset }) => dataset.key === "rank");
      const entries = site.table.entries(table);
      const shown = Float64Array.from(entries, ({ row }) => (column < 0 ? NaN : parseInt(site.table.value(row.cells[column]), 10)));
      const stated = site.table.filterValues(table, "rank");
      const whole = isBestFirst ? Float64Array.from(stated, (text) => (text === undefined ? NaN : Number(text))) : shown.slice();
      const found = { column, whole, ofGroups: isBestFirst ? shown.slice() : null, shown };
      ranked.set(table, found);
      return found;
    };

    /** The best rows of each value of a facet: all that share its best rank; of those without rank, the first. @type {FilterRows["bestRows"]} */
    const bestRows = (table, best, isWanted) => {
      const facet = facets.find(({ key }) => key === best);
      const [{ codes }, { whole }] = [facet ? of(table, facet) : NONE, ranksOf(table)];
      /** @type {Map<number, number>} */
      const ranks = new Map();
      return Uint8Array.from(whole, (rank, place) => {
        if (!isWanted(place)) return 0;
        const code = codes[place] ?? -1;
        if (code < 0) return 1;
        if (ranks.has(code)) return ranks.get(code) === rank ? 1 : 0;
        ranks.set(code, rank);
        return 1;
      });
    };

    /** The rank of each shown row among them; equal ones share it. @type {FilterRows["ranksAmong"]} */
    const ranksAmong = (shown, whole) => {
      const counted = [...whole].filter((rank, place) => shown[place] && !Number.isNaN(rank)).sort((a, b) => a - b);
      const places = new Map(counted.map((rank, i) => /** @type {[number, number]} */ ([rank, i + 1])).reverse());
      return Float64Array.from(whole, (rank, place) => (shown[place] ? (places.get(rank) ?? NaN) : NaN));
    };

    /** @type {FilterRows["writeRanks"]} */
    const writeRanks = (table, wanted) => {
      const { column, shown } = ranksOf(table);
      if (column < 0) return;
      let isChanged = false;
      for (const { row, place } of site.table.entries(table)) {
        const rank = wanted[place];
        if (Object.is(rank, shown[place])) continue;
        shown[place] = rank;
        isChanged = true;
        const cell = row.cells[column];
        if (!(cell.lastChild instanceof Text)) cell.append("");
        /** @type {Text} */ (cell.lastChild).data = Number.isNaN(rank) ? site.format.MISSING : String(rank);
        if (Number.isNaN(rank)) cell.dataset.value = "";
        else delete cell.dataset.value;
      }
      if (isChanged) site.table.forget(table, site.table.heads(table)[column]);
    };

    /** The rows that each value of a facet would leave, by code, those without one last. @type {FilterRows["countsOf"]} */
    const countsOf = (table, best, found, isLeft) => {
      const counts = Array.from({ length: found.values.length + 1 }, () => 0);
      const facet = facets.find(({ key }) => key === best);
      const [{ codes: groups, values }, { whole }] = [facet ? of(table, facet) : NONE, ranksOf(table)];
      /** @type {Map<number, number>} */
      const ranks = new Map();
      found.codes.forEach((code, place) => {
        if (!isLeft(place)) return;
        const at = code < 0 ? found.values.length : code;
        const pair = at * (values.length + 1) + groups[place];
        const isBest = !facet || groups[place] < 0 || !ranks.has(pair) || ranks.get(pair) === whole[place];
        if (isBest) counts[at] += 1;
        if (!ranks.has(pair)) ranks.set(pair, whole[place]);
      });
      return counts;
    };

    return { valuesOf: of, textOf, failuresOf, ranksOf, bestRows, ranksAmong, writeRanks, countsOf };
  };
})();
