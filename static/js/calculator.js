// The cost calculator: what a month of the visitor's requests costs at each offer; their numbers stand in the address (docs/statistics.md#cost).
(() => {
  const { money, parse, quantity, threeDigits, cheaper, roundSignificant } = site.format;
  const [box] = site.elements("[data-calculator]");
  const form = box?.querySelector("[data-calculator-fields]");
  const table = box?.querySelector("table");
  const source = box?.querySelector("[data-calculator-data]");
  if (!(form instanceof HTMLFormElement) || !table || !source) return;
  /** @type {{offers: Offer[], candidates: number[], texts: Messages}} */
  const { offers, candidates, texts } = JSON.parse(source.textContent ?? "");
  const say = site.texts(texts);
  const inputs = [...form.querySelectorAll("input")];
  const columns = site.table.heads(table).map((head) => head.dataset.key);
  const KEYS = inputs.map((input) => input.name);
  const MOST = 1e12;
  const DAYS_A_MONTH = 365.25 / 12;
  const HOURS_A_DAY = 24;
  const PRICED_TOKENS = 1_000_000;

  // --- what it costs --------------------------------------------------------------------------------

  /** @typedef {{offer: Offer, month: number | null, times: number | null, inverse: number | null, breakEven: number | null}} Cost */

  /** At twelve significant digits; null for what is no number. @param {number} value */
  const rounded = (value) => {
    const found = roundSignificant(value);
    return Number.isFinite(found) ? found : null;
  };

  /** @param {Offer} offer */
  const request = (offer) => (load.sent * (offer.input ?? 0) + load.received * (offer.output ?? 0)) / PRICED_TOKENS;

  /** @param {Offer} offer */
  const month = (offer) => rounded(offer.hour === null ? load.requests * DAYS_A_MONTH * request(offer) : offer.hour * HOURS_A_DAY * DAYS_A_MONTH);

  /** @param {number | null} cost @param {number | null} reference */
  const timesCheaper = (cost, reference) => (cost && reference && rounded(reference / cost)) || null;

  /** Requests a day at which one by the token and one by the hour cost the same; null where both are paid the same way. @param {Offer} one @param {Offer} other */
  const breakEven = (one, other) => {
    const [token, hour] = one.hour === null ? [one, other] : [other, one];
    const each = token.hour === null && request(token);
    return each && hour.hour ? rounded((hour.hour * HOURS_A_DAY) / each) : null;
  };

  /** Cheapest first, then as they were; last what is too dear for a float. @param {number | null} a @param {number | null} b */
  const order = (a, b) => Number(a === null) - Number(b === null) || (a ?? 0) - (b ?? 0);

  /** @param {Offer | undefined} reference @returns {Cost[]} */
  const costs = (reference) => {
    const against = reference ? month(reference) : null;
    return offers
      .map((offer) => {
        const cost = month(offer);
        return { offer, month: cost, times: timesCheaper(cost, against), inverse: timesCheaper(against, cost), breakEven: reference ? breakEven(offer, reference) : null };
      })
      .sort((a, b) => order(a.month, b.month));
  };

  // --- numbers as people type them --------------------------------------------------------------------

  /** A number that was typed, or what is wrong with it. @param {string} text @param {boolean} [isTyped] Not in the address. @returns {number | string} */
  const read = (text, isTyped = true) => {
    if (!text.trim()) return say("empty");
    const value = parse(text, isTyped);
    if (value === null) return say("no_number");
    if (value < 0) return say("negative");
    return value <= MOST ? Math.abs(value) : say("too_large", { most: quantity(MOST) });
  };

  /** @param {number} value */
  const typed = (value) => (read(quantity(value)) === value ? quantity(value) : String(value));

  /** @param {HTMLInputElement} field @param {string} text */
  const remark = (field, text, wrong = Boolean(text)) => {
    const place = document.getElementById(`${field.id}-remark`);
    if (place) place.textContent = text;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  /** What is asked: the last number of each field that could be read. @type {Record<string, number>} */
  const load = Object.fromEntries(inputs.map((input) => [input.name, Number(read(input.defaultValue))]));

  // --- what is shown ----------------------------------------------------------------------------------

  /** The offer that the others are compared with: the cheapest of the candidates. @returns {Offer | undefined} */
  const against = () => candidates.map((i) => offers[i]).sort((a, b) => order(month(a), month(b)))[0];

  /** What the patterns name, of one row; where it lacks a kind of price, that of the reference. @param {Cost} cost @param {Cost | undefined} reference @returns {Record<string, string>} */
  const valuesOf = (cost, reference) => {
    const both = reference ? [cost.offer, reference.offer] : [cost.offer];
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
      request: money(token ? request(token) : null),
      hour: money(hour?.hour ?? null),
      cost: money(cost.month),
      reference_cost: money(reference?.month ?? null),
      cheaper: cheaper(cost.times, cost.inverse),
      break_even: threeDigits(cost.breakEven),
    };
  };

  /** @param {string} selector @param {string} text */
  const write = (selector, text) => {
    const place = box.querySelector(selector);
    if (place) place.textContent = text;
  };

  /** @param {Cost} cost @param {boolean} isReference */
  const makeRow = ({ offer, month, times, inverse, breakEven }, isReference) => {
    /** @type {Record<string, Cell>} */
    const byColumn = {
      month_usd: { text: money(month), value: month },
      times_cheaper: { text: cheaper(times, inverse), value: times },
      break_even: { text: threeDigits(breakEven), value: breakEven },
    };
    const numbers = columns.slice(1).map((key) => {
      const cell = byColumn[key ?? ""];
      return site.cells.make("td", { ...cell, tone: cell.value === null ? "soft" : "" }, key === "month_usd" ? "merit" : "");
    });
    return site.make("tr", isReference ? { class: "reference" } : {}, site.cells.make("th", offer.cell), ...numbers);
  };

  /** Each formula with the numbers of the first row that has them. @param {Cost[]} costs @param {Cost | undefined} reference */
  const showFormulas = (costs, reference) => {
    const first = {
      tokens: costs.find(({ offer, month }) => offer.hour === null && month !== null),
      hours: costs.find(({ offer, month }) => offer.hour !== null && month !== null),
      times: costs.find((cost) => cost !== reference && cost.times !== null),
      break_even: costs.find((cost) => cost.breakEven !== null),
    };
    for (const [key, cost] of Object.entries(first)) write(`[data-worked=${key}]`, cost ? say(`worked.${key}`, valuesOf(cost, reference)) : "");
  };

  /** Compute and show; returns what is to be said. */
  const show = () => {
    const other = against();
    const all = costs(other);
    const reference = all.find((cost) => cost.offer === other);
    table.tBodies[0].replaceChildren(...all.map((cost) => makeRow(cost, cost === reference)));
    table.dispatchEvent(new Event("rowschange"));
    site.table.makeSortable(table);
    write("[data-calculator-load]", inputs.length ? say("load", valuesOf(all[0], undefined)) : "");
    write("[data-calculator-compared]", reference ? say("compared", valuesOf(all[0], reference)) : "");
    showFormulas(all, reference);
    const n = all.filter(({ month }) => month === all[0].month).length - 1;
    const cheapest = say(n ? "shared" : "cheapest", valuesOf(all[0], undefined), n);
    write("[data-calculator-cheapest]", cheapest);
    return cheapest;
  };

  /** @param {boolean} [replace] */
  const toAddress = (replace) => {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const { name, defaultValue } of inputs) if (load[name] !== read(defaultValue)) pairs.push([name, String(load[name])]);
    site.address.setPairs(KEYS, pairs, { replace });
  };

  /** @param {HTMLInputElement} input */
  const numberFromAddress = (input) => {
    const asked = site.address.get(input.name);
    const value = asked === null ? read(input.defaultValue) : read(asked, false);
    const isNumber = typeof value === "number";
    load[input.name] = isNumber ? value : Number(read(input.defaultValue));
    input.value = isNumber && asked !== null ? typed(value) : input.defaultValue;
    remark(input, isNumber ? "" : say("not_used", { asked: asked?.slice(0, 40) ?? "", why: value }), false);
  };

  const fromAddress = () => {
    inputs.forEach(numberFromAddress);
    show();
  };

  let isTyping = false;
  form.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const value = read(target.value);
    if (typeof value === "string") return; // said when the visitor is done typing
    load[target.name] = value;
    remark(target, "");
    toAddress(isTyping);
    isTyping = true;
    show();
  });
  form.addEventListener("change", ({ target }) => {
    isTyping = false;
    const value = target instanceof HTMLInputElement ? read(target.value) : null;
    if (target instanceof HTMLInputElement && typeof value === "string") {
      remark(target, value);
      site.say(value);
      return;
    }
    site.say(show());
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", fromAddress);
  fromAddress();
  form.hidden = false;
})();
