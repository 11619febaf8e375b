// @ts-check
// What a month of requests costs: the formulas of site_builder/compute/cost.py, operation for operation.
(() => {
  const DAYS_A_MONTH = 365.25 / 12;
  const HOURS_A_DAY = 24;
  const PRICED_TOKENS = 1_000_000;
  const DIGITS = 12;

  /**
   * One way to pay for a model: `hour`, or `input` and `output` of a million tokens, in US dollars.
   * @typedef {{provider: string, model: string, name: string, input: number | null, output: number | null, hour: number | null}} Offer
   * @typedef {{requests: number, sent: number, received: number}} Load
   * @typedef {{offer: Offer, month: number | null, times: number | null, inverse: number | null, breakEven: number | null}} Cost
   */

  /** Half to even, as numpy rounds. @param {number} value */
  const rint = (value) => {
    const up = Math.round(value);
    return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
  };

  /** At twelve significant digits; null for what is no number (compute/numbers.py). @param {number} value */
  const settled = (value) => {
    if (!Number.isFinite(value)) return null;
    const decade = value === 0 ? -307 : Number(value.toExponential().split("e")[1]);
    const places = Math.min(300, Math.max(-300, DIGITS - 1 - decade));
    const up = Number(`1e${Math.max(places, 0)}`);
    const down = Number(`1e${Math.max(-places, 0)}`);
    const kept = (rint((value * up) / down) / up) * down;
    return Number.isFinite(kept) ? kept : null;
  };

  /** @param {Offer} offer @param {Load} load */
  const request = (offer, load) => (load.sent * (offer.input ?? 0) + load.received * (offer.output ?? 0)) / PRICED_TOKENS;

  /** @param {Offer} offer @param {Load} load */
  const month = (offer, load) => settled(offer.hour === null ? load.requests * DAYS_A_MONTH * request(offer, load) : offer.hour * HOURS_A_DAY * DAYS_A_MONTH);

  /** @param {number | null} cost @param {number | null} reference */
  const timesCheaper = (cost, reference) => (cost && reference && settled(reference / cost)) || null;

  /** The one by the token, the other by the hour; null where both are paid the same way. @param {Offer} one @param {Offer} other */
  const pair = (one, other) => {
    if ((one.hour === null) === (other.hour === null)) return null;
    return one.hour === null ? { token: one, hour: other.hour ?? 0 } : { token: other, hour: one.hour };
  };

  /** @param {Offer} one @param {Offer} other @param {Load} load */
  const breakEven = (one, other, load) => {
    const two = pair(one, other);
    const each = two && request(two.token, load);
    return two && each && two.hour ? settled((two.hour * HOURS_A_DAY) / each) : null;
  };

  /** Cheapest first, then as they were; last what is too dear for a float. @param {number | null} a @param {number | null} b */
  const order = (a, b) => Number(a === null) - Number(b === null) || (a ?? 0) - (b ?? 0);

  /** @param {Offer[]} offers @param {Load} load */
  const cheapest = (offers, load) => [...offers].sort((a, b) => order(month(a, load), month(b, load)))[0];

  /** @param {Offer[]} offers @param {Load} load @param {Offer | undefined} reference @returns {Cost[]} */
  const costs = (offers, load, reference) => {
    const against = reference ? month(reference, load) : null;
    return offers
      .map((offer) => {
        const cost = month(offer, load);
        return { offer, month: cost, times: timesCheaper(cost, against), inverse: timesCheaper(against, cost), breakEven: reference ? breakEven(offer, reference, load) : null };
      })
      .sort((a, b) => order(a.month, b.month));
  };

  /** @type {any} */ (window).site.cost = { request, cheapest, costs };
})();
