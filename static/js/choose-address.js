// @ts-check
// What a visitor asks, in the address: `?task=a&weight=2&category=b&variant=c&size=8`. Ids stand as they are.
(() => {
  const site = /** @type {any} */ (window).site;
  const PICKS = ["task", "category"];
  const NUMBERS = ["size", "price", "margin"];
  const LISTS = ["license", "developer"];
  const MOST_WEIGHT = 1e6;

  /** @typedef {{kind: string, key: string, weight: number}} Pick */
  /** @typedef {{picks: Pick[], variant: string, size: number | null, price: number | null, margin: number | null, license: string[], developer: string[]}} Wish */

  /** A weight that a text gives, or null. @param {string} text */
  const weightOf = (text) => (text.trim() && Number(text) >= 1 / MOST_WEIGHT && Number(text) <= MOST_WEIGHT ? Number(text) : null);

  /** An amount, 0 or more, that a text gives, or null. @param {string} text */
  const amountOf = (text) => (text.trim() && Number(text) >= 0 && Number.isFinite(Number(text)) ? Number(text) : null);

  /** @param {any} board */
  const known = (board) => ({
    task: new Set(board.tasks.map((/** @type {any} */ t) => t.id)),
    category: new Set(board.tasks.map((/** @type {any} */ t) => t.category)),
    variant: new Set(board.variants.map((/** @type {any} */ v) => v.id)),
    license: new Set(board.models.map((/** @type {any} */ m) => m.license)),
    developer: new Set(board.models.map((/** @type {any} */ m) => m.developer)),
  });

  /** What the address asks, and a remark on each thing in it that means nothing here. @param {any} board */
  const read = (board) => {
    const names = /** @type {Record<string, Set<string>>} */ (known(board));
    const all = /** @type {[string, Record<string, string>, string][]} */ (site.queryList([...PICKS, "variant", ...NUMBERS, ...LISTS], ["weight"]));
    /** @type {Wish} */
    const wish = { picks: [], variant: board.variants[0].id, size: null, price: null, margin: null, license: [], developer: [] };
    /** @type {string[]} */
    const remarks = [];
    for (const [value, details, key] of all) {
      if (NUMBERS.includes(key)) {
        const amount = amountOf(value);
        if (amount === null) remarks.push(`${key} “${value}” is no number of 0 or more and is left out.`);
        else Object.assign(wish, { [key]: amount });
      } else if (!names[key].has(value)) remarks.push(`This board has no ${key} “${value}”; it is left out.`);
      else if (key === "variant") wish.variant = value;
      else if (LISTS.includes(key)) /** @type {any} */ (wish)[key].push(value);
      else if (!wish.picks.some((pick) => pick.kind === key && pick.key === value)) {
        const weight = "weight" in details ? weightOf(details.weight) : 1;
        if (weight === null) remarks.push(`Weight “${details.weight}” is no number above 0; it is taken as 1.`);
        wish.picks.push({ kind: key, key: value, weight: weight ?? 1 });
      }
    }
    return { wish, remarks };
  };

  /** Put a wish into the address; what is not asked for is not in it. @param {any} board @param {Wish} wish */
  const write = (board, wish) => {
    /** @type {[string, string][]} */
    const pairs = wish.picks.flatMap(({ kind, key, weight }) => [[kind, key], .../** @type {[string, string][]} */ (weight === 1 ? [] : [["weight", String(weight)]])]);
    if (wish.variant !== board.variants[0].id) pairs.push(["variant", wish.variant]);
    for (const key of NUMBERS) {
      const amount = /** @type {any} */ (wish)[key];
      if (amount !== null) pairs.push([key, String(amount)]);
    }
    for (const key of LISTS) for (const value of /** @type {any} */ (wish)[key]) pairs.push([key, value]);
    site.setQueryPairs([...PICKS, "weight", "variant", ...NUMBERS, ...LISTS], pairs);
  };

  site.chooseAddress = { read, write, weightOf, amountOf, keys: [...PICKS, "variant", ...NUMBERS, ...LISTS] };
})();
