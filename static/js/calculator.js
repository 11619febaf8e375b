// @ts-check
// The cost calculator: computes the table anew for the visitor's numbers, and keeps them in the address.
(() => {
  const { cost: formulas, query, queryList, setQueryPairs, say, money, quantity, threeDigits, cheaper } = /** @type {any} */ (window).site;
  const box = document.querySelector("[data-calculator]");
  const form = box?.querySelector("[data-calculator-fields]");
  const table = box?.querySelector("table");
  const source = box?.querySelector("[data-calculator-data]");
  if (!box || !(form instanceof HTMLFormElement) || !table || !source) return;
  const { offers, candidates, patterns } = JSON.parse(source.textContent ?? "");
  const inputs = [...form.querySelectorAll("input")];
  const select = form.querySelector("select");
  const rows = new Map(offers.map((/** @type {any} */ offer, /** @type {number} */ i) => [offer, document.getElementById(`offer-${i}`)]));
  const columns = [...(table.tHead?.rows[0].cells ?? [])].map((head) => head.dataset.key);
  const KEYS = [...inputs.map((input) => input.name), "against", "at", "by"];
  const MOST = 1e12;

  /** A number as people type it, or what is wrong with it. @param {string} text @returns {number | string} */
  const read = (text) => {
    const trimmed = text.trim();
    const isGrouped = /^\D?[1-9]\d{0,2}([,\s]\d{3})+(\.\d*)?$/.test(trimmed); // 0,125 is not: it may mean a fraction
    const plain = isGrouped ? trimmed.replace(/[,\s]/g, "") : trimmed;
    if (!plain) return "Enter a number; empty is not 0.";
    if (!/^[-+\u2212]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain)) return "Enter a number, such as 1,000 or 0.5.";
    const value = Number(plain.replace("\u2212", "-"));
    if (value < 0) return "Enter 0 or more.";
    return value <= MOST ? Math.abs(value) : `Enter ${quantity(MOST)} or less.`;
  };

  /** @param {number} value */
  const typed = (value) => (read(quantity(value)) === value ? quantity(value) : String(value));

  /** @param {HTMLInputElement | HTMLSelectElement} field @param {string} text */
  const remark = (field, text, wrong = Boolean(text)) => {
    const place = document.getElementById(`${field.id}-remark`);
    if (place) place.textContent = text;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  /** What is asked: the last number of each field that could be read. @type {Record<string, number>} */
  const load = Object.fromEntries(inputs.map((input) => [input.name, Number(read(input.defaultValue))]));

  const against = () => (select?.value ? offers[Number(select.value)] : formulas.cheapest(candidates.map((/** @type {number} */ i) => offers[i]), load));

  /** What the patterns say of one row; prices are its own or, where it has none, the reference's. @param {any} cost @param {any} reference */
  const valuesOf = (cost, reference) => {
    const both = [cost, reference].filter(Boolean).map((entry) => entry.offer);
    const token = both.find((offer) => offer.hour === null);
    const hour = both.find((offer) => offer.hour !== null);
    return {
      offer: cost.offer.name,
      reference: reference?.offer.name ?? "",
      requests: quantity(load.requests),
      sent: quantity(load.sent),
      received: quantity(load.received),
      input: money(token?.input ?? null),
      output: money(token?.output ?? null),
      request: money(token ? formulas.request(token, load) : null),
      hour: money(hour?.hour ?? null),
      cost: money(cost.month),
      reference_cost: money(reference?.month ?? null),
      cheaper: cheaper(cost.times, cost.inverse),
      break_even: threeDigits(cost.breakEven),
    };
  };

  /** @param {string} key @param {any} cost @param {any} [reference] */
  const phrase = (key, cost, reference) => {
    const values = /** @type {Record<string, string>} */ (valuesOf(cost, reference));
    return patterns[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);
  };

  /** @param {string} selector @param {string} text */
  const write = (selector, text) => {
    const place = box.querySelector(selector);
    if (place) place.textContent = text;
  };

  /** @param {HTMLTableRowElement} row @param {string} column @param {string} text @param {number | null} value */
  const writeCell = (row, column, text, value) => {
    const cell = row.cells[columns.indexOf(column)];
    if (!cell) return;
    cell.textContent = text;
    cell.classList.toggle("soft", value === null);
    cell.dataset.value = String(value ?? "");
  };

  /** Each formula with the numbers of the first row that has them, as `make_formulas` chooses it. @param {any[]} costs @param {any} reference */
  const showFormulas = (costs, reference) => {
    const first = {
      tokens: costs.find(({ offer, month }) => offer.hour === null && month !== null),
      hours: costs.find(({ offer, month }) => offer.hour !== null && month !== null),
      times: costs.find((cost) => cost !== reference && cost.times !== null),
      break_even: costs.find((cost) => cost.breakEven !== null),
    };
    for (const [key, cost] of Object.entries(first)) write(`[data-worked=${key}]`, cost ? phrase(key, cost, reference) : "");
  };

  /** Compute and show; gives what is to be said of it. */
  const show = () => {
    const other = against();
    const costs = formulas.costs(offers, load, other);
    const reference = costs.find((/** @type {any} */ cost) => cost.offer === other);
    for (const cost of costs) {
      const row = rows.get(cost.offer);
      writeCell(row, "month_usd", money(cost.month), cost.month);
      writeCell(row, "times_cheaper", cheaper(cost.times, cost.inverse), cost.times);
      writeCell(row, "break_even", threeDigits(cost.breakEven), cost.breakEven);
      row.classList.toggle("reference", cost === reference);
      table.tBodies[0].append(row);
    }
    table.dispatchEvent(new Event("rowschange"));
    write("[data-calculator-load]", phrase("load", costs[0]));
    write("[data-calculator-compared]", reference ? phrase("compared", costs[0], reference) : "");
    showFormulas(costs, reference);
    return phrase("said", costs[0]);
  };

  const toAddress = () => {
    const pairs = inputs.filter((input) => load[input.name] !== read(input.defaultValue)).map((input) => [input.name, String(load[input.name])]);
    if (select?.value) {
      const { model, provider, hour } = offers[Number(select.value)];
      pairs.push(["against", model], ["at", provider], ...(hour === null ? [] : [["by", "hour"]]));
    }
    setQueryPairs(KEYS, pairs);
  };

  /** @param {HTMLInputElement} input */
  const numberFromAddress = (input) => {
    const asked = query(input.name);
    const value = read(asked ?? input.defaultValue);
    const isNumber = typeof value === "number";
    load[input.name] = isNumber ? value : Number(read(input.defaultValue));
    input.value = isNumber && asked !== null ? typed(value) : input.defaultValue;
    remark(input, isNumber ? "" : `Not used from the address: \u201c${asked?.slice(0, 40)}\u201d. ${value}`, false);
  };

  /** @param {HTMLSelectElement} field */
  const offerFromAddress = (field) => {
    const [asked] = queryList("against", ["at", "by"]);
    const isAsked = (/** @type {any} */ offer) => offer.model === asked[0] && offer.provider === asked[1].at && (offer.hour !== null) === (asked[1].by === "hour");
    const place = asked ? offers.findIndex(isAsked) : -1;
    const option = [...field.options].find((choice) => choice.value === String(place));
    field.value = option?.value ?? "";
    remark(field, asked && place < 0 ? `Not used from the address: \u201c${asked[0].slice(0, 40)}\u201d. There is no such offer.` : "", false);
  };

  const fromAddress = () => {
    inputs.forEach(numberFromAddress);
    if (select) offerFromAddress(select);
    show();
  };

  form.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement) {
      const value = read(target.value);
      if (typeof value === "string") return; // said when the visitor is done typing
      load[target.name] = value;
      remark(target, "");
    } else if (select) remark(select, "");
    show();
  });
  form.addEventListener("change", ({ target }) => {
    const value = target instanceof HTMLInputElement ? read(target.value) : null;
    if (target instanceof HTMLInputElement && typeof value === "string") {
      remark(target, value);
      say(value);
      return;
    }
    toAddress();
    say(show());
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", fromAddress);
  fromAddress();
  form.hidden = false;
})();
