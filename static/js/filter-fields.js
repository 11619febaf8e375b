// The fields of the panel of filters: values as chips with the rows that each would leave, yes or no as a switch, numbers and dates as two handles on bars.
(() => {
  const { make } = site;
  const MOST_CHIPS = 8;
  const FIRST_CHIPS = 5;
  /** More chips at once take long to lay out; typing finds the others. */
  const MOST_FOUND = 100;
  const BARS = 24;
  const STEPS = 100;
  const DECADES = 100;
  const DAY_MS = 864e5;

  /** Without case and accents. @param {string} text */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // --- numbers and dates --------------------------------------------------------------------------

  /** The first and the last day of a date, of a month or of a year. @param {string} text @returns {[number, number]} */
  const days = (text) => {
    const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text.trim()) ?? [];
    const at = (/** @type {number} */ y, m = 1, d = 1) => new Date(0).setUTCFullYear(y, m - 1, d) / DAY_MS;
    if (year === undefined) return [NaN, NaN];
    if (day) return [at(Number(year), Number(month), Number(day)), at(Number(year), Number(month), Number(day))];
    if (month) return [at(Number(year), Number(month)), at(Number(year), Number(month) + 1) - 1];
    return [at(Number(year)), at(Number(year) + 1) - 1];
  };

  /** @type {FilterFields["day"]} */
  const day = (text) => {
    const [first, last] = days(text);
    return (first + last) / 2;
  };

  /** @param {string} text @param {Facet["kind"]} kind @param {0 | 1} end */
  const endOf = (text, kind, end) => (text === "" ? NaN : kind === "date" ? days(text)[end] : Number(text));

  /** What the address says of the ends. @param {string} text */
  const ends = (text) => (text.includes("..") ? text.split("..", 2) : ["", text]);

  /** @type {FilterFields["bounds"]} */
  const bounds = (text, kind) => {
    const [from, to] = ends(text);
    const [low, high] = [endOf(from, kind, 0), endOf(to, kind, 1)];
    return [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
  };

  /** @type {FilterFields["write"]} */
  const write = (value, { kind, unit = "" }) => {
    if (kind === "date") return new Date(Math.floor(value) * DAY_MS).toISOString().slice(0, 10);
    if (unit === "USD") return site.format.money(value);
    if (unit === "B") return site.format.billions(value);
    return `${site.format.quantity(value)}${unit && `\u00a0${unit}`}`;
  };

  /** A number or a date as it is typed, as the address has it; null for any other text. @param {string} text @param {Facet} facet */
  const typed = (text, { kind, unit = "" }) => {
    if (kind === "date") return Number.isNaN(day(text)) ? null : text.trim();
    const number = site.format.parse(text.replace(/^\s*\$/, "").replace(unit, "").trim());
    return number === null ? null : String(number);
  };

  /** A round number near the middle of two. @param {number} from @param {number} to @param {number} middle */
  const rounded = (from, to, middle) => {
    if (from <= 0 && to >= 0) return 0;
    const found = [1, 2, 3, 4, 5, 6].map((digits) => site.format.roundSignificant(middle, Math.abs(middle), digits));
    return found.find((number) => number >= from && number <= to) ?? middle;
  };

  /** The first day of a month, if one is there, else the day in the middle. @param {number} from @param {number} to @param {number} middle */
  const roundedDay = (from, to, middle) => {
    const first = days(write(to, { key: "", label: "", kind: "date" }).slice(0, 7))[0];
    return first >= from ? first : Math.round(middle);
  };

  /** Places of values on a scale, by ratio where they span decades; nothing below the least positive value then. @param {Float64Array} numbers @param {boolean} isDate */
  const scaleOf = (numbers, isDate) => {
    const known = numbers.filter((number) => !Number.isNaN(number));
    const low = known.reduce((a, b) => Math.min(a, b), Infinity);
    const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const least = known.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
    const isLog = !isDate && low >= 0 && high / least >= DECADES;
    const width = high - low || 1;
    const isWhole = !isLog && width <= STEPS && known.every(Number.isInteger);
    const steps = isWhole ? width : STEPS;
    /** @param {number} value */
    const share = (value) => Math.min(1, Math.max(0, isLog ? Math.log(Math.max(value, least) / least) / Math.log(high / least) : (value - low) / width));
    /** @param {number} part */
    const valueAt = (part) => (isLog ? least * (high / least) ** part : low + part * width);
    /** @param {number} step */
    const snapped = (step) => (isDate ? roundedDay : rounded)(valueAt((step - 0.5) / steps), valueAt((step + 0.5) / steps), valueAt(step / steps));
    return { low, high, steps, share, valueOf: (/** @type {number} */ step) => (isWhole ? low + step : snapped(step)) };
  };

  /** @type {FilterFields["nameOf"]} */
  const nameOf = (value, { names = [] }) => names.find(([known]) => known === value)?.[1] ?? value;

  /** @param {Facet} facet @param {...(Node | string)} content */
  const group = (facet, ...content) => make("div", { class: `facet facet-${facet.kind}`, role: "group", "aria-label": facet.label, ...(facet.help && { title: facet.help }) }, ...content);

  /** @param {Facet} facet */
  const heading = (facet) => make("p", { class: "facet-name" }, facet.label);

  // --- the fields ---------------------------------------------------------------------------------

  /** @type {FilterFields["make"]} */
  const makeChoice = (facet, _, changed) => {
    const chips = make("div", { class: "chips" });
    const more = site.button("", "chip more-values");
    const find = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const note = make("small", { class: "soft" }, site.text("filters.type"));
    const element = group(facet, heading(facet), chips);
    /** @type {Map<number, {chip: HTMLLabelElement, input: HTMLInputElement, count: HTMLElement}>} */
    const made = new Map();
    /** Those that have been chosen stay, so that none goes away below the finger. @type {Set<number>} */
    const seen = new Set();
    let isWhole = false;
    /** @type {[string[], FacetValues, {counts: number[]}]} */
    let last;

    /** @param {number} code @param {FacetValues} found */
    const chipOf = (code, found) => {
      const known = made.get(code);
      if (known) return known;
      const input = make("input", { type: "checkbox", autocomplete: "off", value: found.values[code] ?? "" });
      const count = make("small");
      const chip = make("label", { class: "chip" }, input, make("span", {}, said(code, found), " ", count));
      made.set(code, { chip, input, count });
      return { chip, input, count };
    };

    /** @param {number} code @param {FacetValues} found */
    const said = (code, found) => nameOf(found.values[code] ?? "", facet) || site.text("filters.not_stated");

    /** The codes to show: in their stated order or, without one, those that leave the most rows first. @param {string[]} wanted @param {FacetValues} found @param {number[]} counts */
    const listed = (wanted, found, counts) => {
      const order = facet.order ? found.order : found.order.toSorted((a, b) => Number(a < 0) - Number(b < 0) || (counts.at(b) ?? 0) - (counts.at(a) ?? 0));
      const isChosen = (/** @type {number} */ code) => wanted.includes(found.values[code] ?? "");
      for (const code of order) if (isChosen(code)) seen.add(code);
      const first = new Set(order.length > MOST_CHIPS ? order.slice(0, FIRST_CHIPS) : order);
      if (!isWhole) return order.filter((code) => seen.has(code) || first.has(code));
      const text = plain(find.value);
      const matching = order.filter((code) => plain(said(code, found)).includes(text));
      note.hidden = matching.length <= MOST_FOUND;
      return [...new Set([...order.filter(isChosen), ...matching.slice(0, MOST_FOUND)])];
    };

    /** @type {FilterField["show"]} */
    const show = (wanted, found, left) => {
      if (last && last[1] !== found) {
        made.clear();
        seen.clear();
      }
      last = [wanted, found, left];
      const codes = listed(wanted, found, left.counts);
      const wholes = codes.map((code) => chipOf(code, found));
      for (const [i, { chip, input, count }] of wholes.entries()) {
        const n = left.counts.at(codes[i]) ?? 0;
        input.checked = wanted.includes(input.value);
        count.textContent = site.format.rounded(n, 0);
        chip.classList.toggle("none", n === 0 && !input.checked);
      }
      const rest = found.order.length - codes.length;
      more.textContent = site.text("filters.n_more", {}, rest);
      const content = [...wholes.map(({ chip }) => chip), ...(rest > 0 && !isWhole ? [more] : [])];
      if (content.length !== chips.children.length || content.some((chip, i) => chips.children[i] !== chip)) chips.replaceChildren(...content);
    };

    chips.addEventListener("change", () => changed([...made.values()].flatMap(({ input }) => (input.checked ? [input.value] : [])), true));
    more.addEventListener("click", () => {
      isWhole = true;
      find.setAttribute("aria-label", site.text("filters.find", { label: facet.label }, last[1].order.length));
      find.placeholder = find.getAttribute("aria-label") ?? "";
      chips.before(find);
      chips.after(note);
      show(last[0], last[1], /** @type {never} */ (last[2]));
      find.focus();
    });
    find.addEventListener("input", () => show(last[0], last[1], /** @type {never} */ (last[2])));
    return { element, show };
  };

  /** @type {FilterFields["make"]} */
  const makeSwitch = (facet, _, changed) => {
    const input = make("input", { type: "checkbox", role: "switch", autocomplete: "off" });
    const count = make("small");
    const element = make("label", { class: "switch", ...(facet.help && { title: facet.help }) }, input, make("span", {}, facet.label), count);
    input.addEventListener("change", () => changed(input.checked ? ["yes"] : [], true));
    return {
      element,
      show(wanted, found, { counts }) {
        input.checked = wanted.includes("yes");
        const [rows, unknown] = [site.format.rounded(counts[found.values.indexOf("yes")] ?? 0, 0), counts.at(-1) ?? 0];
        count.textContent = unknown ? `${rows} \u00b7 ${site.text("filters.n_not_stated", {}, unknown)}` : rows;
      },
    };
  };

  /** @type {FilterFields["make"]} */
  const makeRange = (facet, nouns, changed) => {
    const names = [site.text("filters.low", { label: facet.label }), site.text("filters.high", { label: facet.label })];
    const sliders = names.map((name) => make("input", { type: "range", min: "0", "aria-label": name, autocomplete: "off" }));
    const fields = names.map((name) => make("input", { type: "text", inputmode: facet.kind === "date" ? "text" : "decimal", "aria-label": name, autocomplete: "off" }));
    const bars = Array.from({ length: BARS }, () => make("i"));
    const track = make("div", { class: "range-track" }, ...sliders);
    const note = make("small", { class: "soft" });
    const head = make("div", { class: "range-head" }, heading(facet), make("span", { class: "range-typed" }, fields[0], " \u2013 ", fields[1]));
    const element = group(facet, head, make("div", { class: "range-bars", "aria-hidden": "true" }, ...bars), track, note);
    /** @type {FacetValues | undefined} */
    let of;
    let scale = scaleOf(new Float64Array(), false);
    /** The ends as the address has them. */
    let texts = ["", ""];

    /** @param {boolean} isFinal */
    const tell = (isFinal) => changed(texts.some(Boolean) ? [texts.join("..")] : [], isFinal);

    sliders.forEach((slider, end) => {
      slider.addEventListener("input", () => {
        const other = Number(sliders[1 - end].value);
        if (end === 0 ? Number(slider.value) > other : Number(slider.value) < other) slider.value = String(other);
        const isFree = Number(slider.value) === (end === 0 ? 0 : scale.steps);
        const value = scale.valueOf(Number(slider.value));
        texts[end] = isFree ? "" : facet.kind === "date" ? write(value, facet) : String(value);
        tell(false);
      });
      slider.addEventListener("change", () => tell(true));
      fields[end].addEventListener("change", () => {
        const text = fields[end].value.trim() === "" ? "" : typed(fields[end].value, facet);
        fields[end].toggleAttribute("aria-invalid", text === null);
        if (text === null) return;
        texts[end] = text;
        const [low, high] = bounds(texts.join(".."), facet.kind);
        if (low > high) texts[1 - end] = "";
        fields[end].blur();
        tell(true);
      });
    });

    return {
      element,
      show(wanted, found, { numbers }) {
        if (of !== found) scale = scaleOf(found.numbers, facet.kind === "date");
        of = found;
        texts = wanted.length ? [...ends(wanted[0])] : ["", ""];
        const range = bounds(wanted[0] ?? "", facet.kind);
        const places = range.map((bound, end) => (Number.isFinite(bound) ? scale.share(bound) : end));
        sliders.forEach((slider, end) => {
          slider.max = String(scale.steps);
          slider.value = String(Math.round(places[end] * scale.steps));
          const text = write(Number.isFinite(range[end]) ? range[end] : [scale.low, scale.high][end], facet);
          slider.setAttribute("aria-valuetext", text);
          slider.style.zIndex = (end === 0) === places[0] > 0.5 ? "2" : "1";
          const most = [scale.low, scale.high][end];
          fields[end].placeholder = write(facet.kind === "date" ? most : site.format.roundSignificant(most, Math.abs(most), 3), facet);
          if (document.activeElement !== fields[end]) fields[end].value = Number.isFinite(range[end]) ? text : "";
        });
        track.style.setProperty("--from", String(places[0]));
        track.style.setProperty("--to", String(places[1]));
        const tally = bars.map(() => 0);
        let missing = 0;
        for (const number of numbers) {
          if (Number.isNaN(number)) missing += 1;
          else tally[Math.min(BARS - 1, Math.floor(scale.share(number) * BARS))] += 1;
        }
        const most = Math.max(1, ...tally);
        bars.forEach((bar, i) => {
          bar.style.setProperty("--share", String(tally[i] / most));
          bar.className = (i + 0.5) / BARS < places[0] || (i + 0.5) / BARS > places[1] ? "out" : "";
        });
        note.textContent = wanted.length && missing ? site.text("filters.missing", nouns, missing) : "";
      },
    };
  };

  site.filterFields = {
    bounds,
    write,
    nameOf,
    day,
    make: (facet, ...rest) => (facet.kind === "switch" ? makeSwitch : facet.kind === "choice" ? makeChoice : makeRange)(facet, ...rest),
  };
})();
