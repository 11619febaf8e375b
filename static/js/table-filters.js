// Filters: they hide rows and say how many are left; ranks stay as they are, unless a switch says so. Address: `?mode=FC&cost_usd=..10&best=model&ranks=shown`; an
// empty value is one that is not stated; `all` names filters of the publisher that are lifted, `1` all of them.
(() => {
  const PHONE = matchMedia("(max-width: 47rem)");

  /** Equal lists, in any order. @param {string[]} a @param {string[]} b */
  const areSame = (a, b) => a.length === b.length && a.every((value) => b.includes(value));

  /** What the line of filters in force consists of, as `templates/macros/tools.html` writes it where it is seen at first. */
  const makeLine = () => [
    site.make("span", { "data-pills": "" }),
    site.make("button", { type: "button", class: "quiet", "data-clear": "", hidden: "" }, site.text("filters.clear")),
    site.make("span", { "data-said": "" }),
    site.make("label", { class: "switch", "data-rank-these": "", hidden: "" }, site.make("input", { type: "checkbox", role: "switch" }), site.make("span", {}, site.text("filters.rank_these"))),
  ];

  /** @param {HTMLElement} box */
  const setUp = (box) => {
    const address = site.addressOf(box);
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (box.querySelector(selector));
    const line = find("[data-said-line]");
    if (line && !line.children.length) line.append(...makeLine());
    const [tools, pills, note, clear, rankThese] = ["[data-tools]", "[data-pills]", "[data-said]", "[data-clear]", "[data-rank-these]"].map(find);
    if (!tools || !line || !pills || !note || !clear || !rankThese) return;
    /** @type {FacetsOfBox} */
    const { facets, best_of: bestOf = "", is_best: isBestFirst = false } = JSON.parse(tools.dataset.facets ?? "");
    const { noun = "", nouns = "" } = box.dataset;
    const opener = find("[data-filters-open]");
    const held = /** @type {HTMLTemplateElement | null} */ (find("template[data-search-field]"));
    const search = /** @type {HTMLInputElement} */ (find("[data-search]") ?? held?.content.firstElementChild);
    const rankSwitch = /** @type {HTMLInputElement} */ (rankThese.querySelector("input"));
    const keys = ["q", "all", "best", "ranks", ...facets.map(({ key }) => key)];
    const { valuesOf, textOf, failuresOf, ranksOf, bestRows, ranksAmong, writeRanks, countsOf } = site.filterRows(facets, isBestFirst);

    // --- the address ------------------------------------------------------------------------------

    /** The value of a choice that the address has; addresses of before have its name, or a licence in small letters. @param {string} text @param {Facet} facet */
    const valueOf = (text, facet) => {
      const table = site.table.shown(box);
      const values = table ? valuesOf(table, facet).values : [];
      if (values.includes(text)) return text;
      const named = facet.names?.find(([, name]) => name === text)?.[0];
      return named ?? values.find((value) => value.toLowerCase() === text.toLowerCase()) ?? text;
    };

    /** What is asked for: the values of each facet, the text, the facet of which only the best rows are wanted, and whether these are ranked. @returns {Asked} */
    const asked = () => {
      const lifted = address.all("all");
      const isLifted = (/** @type {string} */ key) => lifted.includes("1") || lifted.includes(key);
      const wanted = new Map(
        facets.map((facet) => {
          const { key, kind, first = [] } = facet;
          const isRange = kind === "number" || kind === "date";
          const own = isRange ? address.all(key).slice(0, 1).filter((text) => site.filterFields.bounds(text, kind).some(Number.isFinite)) : [...new Set(address.all(key).map((text) => valueOf(text, facet)))];
          return [key, own.length || isLifted(key) ? own : first];
        }),
      );
      const best = address.get("best") ?? (isBestFirst && !isLifted("best") ? bestOf : "");
      return { wanted, q: address.get("q") ?? "", best: facets.some(({ key, each }) => key === best && each) ? best : "", isRanked: address.get("ranks") === "shown" };
    };

    /** @typedef {{wanted: Map<string, string[]>, q: string, best: string, isRanked: boolean}} Asked */

    /** @param {Partial<Asked>} change @param {boolean} [replace] */
    const ask = (change, replace = false) => {
      const { wanted, q, best, isRanked } = { ...asked(), ...change };
      /** @type {[string, string][]} */
      const pairs = q.trim() ? [["q", q.trim()]] : [];
      /** @type {string[]} */
      const lifted = [];
      for (const { key, first = [] } of facets) {
        const values = wanted.get(key) ?? [];
        if (areSame(values, first)) continue;
        if (values.length) for (const value of values) pairs.push([key, value]);
        else lifted.push(key);
      }
      const isBestSame = best === (isBestFirst ? bestOf : "");
      if (!isBestSame && best) pairs.push(["best", best]);
      else if (!isBestSame) lifted.push("best");
      const ofPublisher = facets.filter(({ first }) => first).length + Number(isBestFirst);
      for (const key of lifted.length === ofPublisher ? lifted.slice(0, 1).map(() => "1") : lifted) pairs.push(["all", key]);
      if (isRanked) pairs.push(["ranks", "shown"]);
      address.setPairs(keys, pairs, { replace });
    };

    /** @param {string} key @param {string[]} values */
    const withValues = (key, values) => ({ wanted: new Map(asked().wanted).set(key, values) });

    /** @type {Slices | undefined} */
    let counting;

    // Only the table that is seen: the others follow when they come into view.
    const show = () => {
      const table = site.table.shown(box);
      if (!table) return;
      const question = asked();
      const failures = failuresOf(table, question.wanted, question.q);
      const rows = question.best ? bestRows(table, question.best, (place) => failures[place] === 0) : Uint8Array.from(failures, (failed) => Number(failed === 0));
      const [shown, total] = site.table.showOnly(table, ({ place }) => rows[place] === 1);
      const ranks = ranksOf(table);
      const isOfGroups = ranks.ofGroups && question.best === bestOf;
      writeRanks(table, question.isRanked ? ranksAmong(rows, ranks.whole) : isOfGroups && ranks.ofGroups ? ranks.ofGroups : ranks.whole);
      tell(question, shown, total, ranks.column >= 0);
      // Of thousands of rows, the counts follow the frame in which the rows are seen.
      counting?.drop();
      counting = site.inSlices(panel?.dialog.open ? [() => panel?.show(table, question, failures, shown)] : []);
      if (!table.classList.contains("long")) counting.finish();
      box.dispatchEvent(new Event("filtered"));
    };

    // --- what is in force ---------------------------------------------------------------------------

    /** A filter in words. @param {Facet} facet @param {string} value */
    const words = (facet, value) => {
      const { kind, label } = facet;
      if (kind === "switch") return value === "yes" ? label : value === "" ? site.text("filters.value_not_stated", { label }) : site.text("filters.value_no", { label });
      if (kind !== "number" && kind !== "date") return site.filterFields.nameOf(value, facet) || site.text("filters.value_not_stated", { label });
      const [from, to] = site.filterFields.bounds(value, kind);
      const [low, high] = [from, to].map((end) => (Number.isFinite(end) ? site.filterFields.write(end, facet) : ""));
      return low && high ? site.text("filters.between", { label, low, high }) : low ? site.text("filters.at_least", { label, low }) : site.text("filters.at_most", { label, high });
    };

    /** @param {string} text @param {string} kind @param {() => void} lift */
    const pill = (text, kind, lift) => {
      const button = site.button(text, `pill ${kind}`.trim());
      button.setAttribute("aria-label", site.text("filters.remove", { text }));
      button.addEventListener("click", () => {
        lift();
        fromAddress();
        (opener ?? search).focus();
        site.say(note.textContent);
      });
      return button;
    };

    const toggle = pills.querySelector(".best") ?? site.button("");
    toggle.addEventListener("click", () => {
      ask({ best: asked().best ? "" : bestOf });
      fromAddress();
      site.say(note.textContent);
    });

    /** @param {Asked} question @param {number} shown @param {number} total @param {boolean} hasRanks */
    const tell = ({ wanted, q, best, isRanked }, shown, total, hasRanks) => {
      const found = facets.flatMap((facet) =>
        (wanted.get(facet.key) ?? []).map((value) => {
          const lift = () => ask(withValues(facet.key, (asked().wanted.get(facet.key) ?? []).filter((other) => other !== value)));
          return pill(words(facet, value), facet.first?.includes(value) ? "first" : "", lift);
        }),
      );
      if (q.trim()) found.unshift(pill(q.trim(), "", () => ask({ q: "" })));
      if (bestOf || best) {
        const facet = facets.find(({ key }) => key === (best || bestOf));
        toggle.textContent = facet?.each ?? "";
        toggle.className = `pill best ${best === "" ? "off" : isBestFirst && best === bestOf ? "first" : ""}`.trim();
        toggle.setAttribute("aria-pressed", String(best !== ""));
        found.unshift(/** @type {HTMLButtonElement} */ (toggle));
      }
      pills.replaceChildren(...found);
      const isCut = site.table.shown(box)?.dataset.cut !== undefined;
      note.textContent = isCut && shown === total ? "" : site.text(isCut ? "filters.left_first" : "filters.left", { of: site.format.rounded(total, 0), nouns: total === 1 ? noun : nouns }, shown);
      clear.hidden = keys.every((key) => address.all(key).length === 0);
      rankThese.hidden = !hasRanks || (shown === total && !isRanked);
      rankSwitch.checked = isRanked;
      const label = rankThese.querySelector("span");
      if (label) label.textContent = isRanked ? site.text("filters.rank_shown", {}, shown) : site.text("filters.rank_these");
      line.hidden = found.length === 0 && clear.hidden;
    };

    // --- the controls -------------------------------------------------------------------------------

    /** A change goes on with the one before until it is final. */
    let isGoingOn = false;
    /** @param {Partial<Asked>} change @param {boolean} isFinal */
    const changed = (change, isFinal) => {
      ask(change, isGoingOn);
      isGoingOn = !isFinal;
      fromAddress();
      if (isFinal) site.say(note.textContent);
    };

    /** The panel: on a large screen in place, on a phone a sheet over the page. It is made when it is first opened. */
    const makePanel = () => {
      const fields = facets.flatMap((facet, i) => {
        if (facet.kind === "chips") return [];
        return [{ facet, number: i + 1, field: site.filterFields.make(facet, { noun, nouns }, (values, isFinal) => changed(withValues(facet.key, values), isFinal)) }];
      });
      const groups = facets.filter(({ each }) => each);
      const bests = site.make("select", { autocomplete: "off", "aria-label": site.text("filters.best") }, new Option(site.text("filters.every", { noun }), ""), ...groups.map(({ key, each }) => new Option(each, key)));
      bests.addEventListener("change", () => changed({ best: bests.value }, true));
      const table = site.table.shown(box);
      const hasRanks = table !== undefined && ranksOf(table).column >= 0;
      const elements = (/** @type {(facet: Facet) => boolean} */ isWanted) => fields.filter(({ facet }) => isWanted(facet)).map(({ field }) => field.element);
      const shown = [...(groups.length && hasRanks ? [bests] : []), ...elements(({ kind }) => kind === "switch")];
      const first = site.make("div", { class: "facet facet-shown", role: "group", "aria-label": site.text("filters.best") }, site.make("p", { class: "facet-name" }, site.text("filters.best")), ...shown);
      const front = elements(({ kind, is_front: isFront }) => kind !== "switch" && Boolean(isFront));
      const more = elements(({ kind, is_front: isFront }) => kind !== "switch" && !isFront);
      const body = site.make("div", { class: "filter-fields" }, ...(held ? [search] : []), ...(shown.length ? [first] : []), ...front);
      const rest = site.make("details", { class: "more-filters" }, site.make("summary", {}, site.text("filters.more")), site.make("div", { class: "filter-fields" }, ...more));
      const [close, done, clearAll] = [site.button("\u00d7", "quiet"), site.button("", "button"), site.button(site.text("filters.clear"), "quiet")];
      close.setAttribute("aria-label", site.text("close"));
      const status = site.make("p", { class: "unseen", role: "status" });
      const head = site.make("header", {}, clearAll, site.make("h2", {}, site.text("filters.title")), close);
      const dialog = site.make("dialog", { class: "filter-panel", "aria-label": site.text("filters.title") }, head, body, ...(more.length ? [rest] : []), site.make("footer", {}, done), status);
      for (const button of [close, done]) button.addEventListener("click", () => dialog.close());
      clearAll.addEventListener("click", reset);
      dialog.addEventListener("keydown", ({ key }) => {
        if (key !== "Escape" || dialog.matches(":modal")) return;
        dialog.close();
        opener?.focus();
      });
      dialog.addEventListener("close", () => opener?.setAttribute("aria-expanded", "false"));
      PHONE.addEventListener("change", () => {
        if (!dialog.open) return;
        dialog.close();
        open();
      });
      (tools.closest(".tools-row") ?? tools).after(dialog);

      /** @param {HTMLTableElement} table @param {Asked} question @param {Int32Array} failures @param {number} shown */
      const showFields = (table, { wanted, best }, failures, shown) => {
        for (const { facet, number, field } of fields) {
          const found = valuesOf(table, facet);
          const isLeft = (/** @type {number} */ place) => failures[place] === 0 || failures[place] === number;
          field.show(wanted.get(facet.key) ?? [], found, { counts: countsOf(table, best, found, isLeft), numbers: found.numbers.filter((_, place) => isLeft(place)) });
          if (!facet.is_front && wanted.get(facet.key)?.length) rest.open = true;
        }
        bests.value = best;
        done.textContent = site.text("filters.show", { noun, nouns }, shown);
        status.textContent = dialog.matches(":modal") ? note.textContent : "";
        clearAll.disabled = clear.hidden !== false;
      };
      return { dialog, show: showFields };
    };

    /** @type {ReturnType<typeof makePanel> | undefined} */
    let panel;

    const open = () => {
      panel ??= makePanel();
      if (PHONE.matches) panel.dialog.showModal();
      else panel.dialog.setAttribute("open", "");
      opener?.setAttribute("aria-expanded", "true");
      show();
    };

    const reset = () => {
      address.setPairs(keys, []);
      fromAddress();
      site.say(note.textContent);
    };

    /** Put the controls where the address says. */
    const fromAddress = () => {
      const { wanted, q } = asked();
      if (search && search.value.trim() !== q) search.value = q;
      for (const facet of tools.querySelectorAll("[data-facet]")) {
        const values = wanted.get(/** @type {HTMLElement} */ (facet).dataset.facet ?? "") ?? [];
        for (const input of facet.querySelectorAll("input")) input.checked = values.includes(input.value);
      }
      show();
    };

    opener?.addEventListener("click", () => (panel?.dialog.open ? panel.dialog.close() : open()));
    clear.addEventListener("click", () => {
      reset();
      (opener ?? search).focus();
    });
    rankSwitch.addEventListener("change", () => changed({ isRanked: rankSwitch.checked }, true));
    for (const facet of tools.querySelectorAll("[data-facet]")) {
      facet.addEventListener("change", () => {
        const values = [...facet.querySelectorAll("input:checked")].map((input) => /** @type {HTMLInputElement} */ (input).value);
        changed(withValues(/** @type {HTMLElement} */ (facet).dataset.facet ?? "", values), true);
      });
    }
    // Read before the first letter, so that it is answered as fast as the others.
    search?.addEventListener("focus", () => {
      const table = site.table.shown(box);
      if (table) site.inSlices(site.table.entries(table).map((entry) => () => textOf(table, entry)));
    });
    search?.addEventListener("input", () => changed({ q: search.value }, false));
    search?.addEventListener("change", () => {
      isGoingOn = false;
      site.say(note.textContent);
    });
    addEventListener("popstate", fromAddress);
    box.addEventListener("viewchange", show);
    fromAddress();
    // A row that a link leads to may be one that a filter hides.
    const showTarget = () => {
      const row = document.getElementById(location.hash.slice(1));
      const table = row?.closest("table");
      if (!row || !table || table !== site.table.shown(box)) return;
      if (site.table.entries(table).every((entry) => entry.row !== row || entry.isShown)) return;
      address.setPairs(keys, [["all", "1"]], { replace: true });
      fromAddress();
      site.table.finishSorting(table);
      row.scrollIntoView();
    };
    addEventListener("hashchange", showTarget);
    showTarget();
    if (search) Object.assign(search, { autocomplete: "off", spellcheck: false });
    tools.hidden = false;
    box.dataset.filtered = "";
  };

  site.elements("[data-box]").forEach(setUp);
})();
