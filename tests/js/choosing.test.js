// Answers to questions on small boards, by hand (docs/statistics.md#choice).
const { test } = require("node:test");
const assert = require("node:assert/strict");
const { site, near, byVariant, rowsOf, each } = require("./site.js");

// Three models on three tasks: means 0.6, 0.5, 0.4 where all count the same.
const RUNS = { base: { a: [0.9, 0.6, 0.3], b: [0.5, 0.5, 0.5], c: [0.1, 0.3, 0.8] } };
const ONES = [1, 1, 1];
// A leads b by 0.1 on average, with a standard error of 0.1 / sqrt(7) = 0.0378 over eight tasks: 2.65 standard errors.
const CLOSE = { base: { a: [0.7, 0.5, 0.7, 0.5, 0.7, 0.5, 0.7, 0.5], b: Array(8).fill(0.5) } };
const FAR = { base: { ...CLOSE.base, c: Array(8).fill(0.1) } };
const EIGHT = Array(8).fill(1);
// Student's t with 7 and with 3 degrees of freedom, at sqrt(7) and sqrt(3).
const [SURE_OF_8, SURE_OF_4] = [0.98342724987, 0.75 + 1 / (2 * Math.PI)];

/** What the page answers; models by name. `asked` has parts of the question, and settings of the board. */
const choose = (runs, weights, { variant = Object.keys(runs).at(-1), limits = {}, lower = false, sizes = [], ...settings } = {}) => {
  const names = Object.keys(Object.values(runs)[0]);
  const board = {
    models: names.map((id, i) => ({ id, parameters_b: sizes[i] ?? null })),
    prices: names.map(() => null),
    variants: Object.keys(runs).map((id) => ({ id })),
    tasks: weights.map((_, i) => ({ id: `t${i}`, direction: lower ? -1 : 1 })),
    reference: null,
    rank_by: "mean",
    min_coverage: 1,
    families: weights.map((_, i) => i),
    least_tasks: 2,
    tails: { baseline: byVariant(runs, 0.025) },
    first_share: 0.025,
    rounding: byVariant(runs, weights.map(() => 0)),
    ...settings,
  };
  const { chooser, measures } = site.choosing;
  const choice = chooser(board, measures(board, rowsOf(runs, names, weights.length)))({ weights, variant, limits: new Map(Object.entries(limits)) });
  const named = (entry) => ({ ...entry, model: names[entry.model] });
  return {
    ...choice,
    ...Object.fromEntries(["candidates", "references", "changes", "excluded", "unranked"].map((key) => [key, choice[key].map(named)])),
    close: choice.close?.map((m) => names[m]).sort() ?? null,
  };
};

test("weights 1, 0, 3: a has (0.9 + 0.9) / 4, b 0.5, c (0.1 + 2.4) / 4", () => {
  const choice = choose(RUNS, [1, 0, 3]);
  assert.deepEqual(each(choice.candidates, "model", "rank", "merit", "behind"), [["c", 1, 0.625, 0], ["b", 2, 0.5, 0.125], ["a", 3, 0.45, 0.175]]);
  assert.deepEqual(choice.tasks, [0, 2]);
});

test("lower is better: the lower leads, and its mean is written as it is", () => {
  const choice = choose({ base: { a: [3, 3], b: [2, 2] } }, [1, 1], { lower: true });
  assert.deepEqual(each(choice.candidates, "model", "merit", "behind"), [["b", 2, 0], ["a", 3, 1]]);
});

test("a model that covers too little of the weight has no rank: 1 of 4 is too little, 3 of 4 enough", () => {
  const runs = { base: { a: [0.9, null], b: [null, 0.4], c: [0.1, 0.3] } };
  const choice = choose(runs, [1, 3], { min_coverage: 0.5 });
  assert.deepEqual(each(choice.candidates, "model", "merit", "scored"), [["b", 0.4, 1], ["c", 0.25, 2]]);
  assert.deepEqual(choice.unranked, [{ model: "a", missing: 1, rivals: true }]);
});

test("a model that only another variant has is a reference, better or not than the first", () => {
  // Tuned (0.8 + 3 x 0.6) / 4 = 0.65; gpt has (0.9 + 3 x 0.7) / 4 = 0.75, old 0.5, half lacks a task.
  const runs = { base: { gpt: [0.9, 0.7], old: [0.5, 0.5], half: [0.9, null], a: [0.2, 0.4] }, tuned: { a: [0.8, 0.6] } };
  const found = choose(runs, [1, 3]);
  assert.deepEqual(each(found.references, "model", "variant", "merit", "isBetter"), [["gpt", "base", 0.75, true], ["old", "base", 0.5, false]]);
  assert.deepEqual(each(found.unranked, "model"), ["half"]);
  const low = choose({ base: { gpt: [3] }, tuned: { a: [2] } }, [1], { lower: true });
  assert.deepEqual(each(low.references, "merit", "isBetter"), [[3, false]]);
});

test("tasks that nobody has in the variant do not count", () => {
  assert.deepEqual(choose({ base: { a: [0.4, 0.8] }, tuned: { a: [0.9, null] } }, [1, 1]).tasks, [0]);
});

test("win rates are over the whole board, and limits move none of them", () => {
  // Rates of a: 1, 1, 0; of c: 0, 0, 1; b stands between: 0.5 each.
  const choice = choose(RUNS, [1, 0, 3], { limits: { size: [true, true, false] }, rank_by: "mean_win_rate" });
  assert.deepEqual(each(choice.candidates, "model", "merit"), [["b", 0.5], ["a", 0.25]]);
});

test("tied models beat each other by half", () => {
  // Of two rivals, a and b beat 1.5 each on the first task; on the second none, 1 and 2 are beaten.
  const choice = choose({ base: { a: [0.5, 0.1], b: [0.5, 0.2], c: [0.1, 0.3] } }, [1, 1], { rank_by: "mean_win_rate" });
  assert.deepEqual(each(choice.candidates, "model", "merit"), [["b", 0.625], ["c", 0.5], ["a", 0.375]]);
});

test("a model without a rival on any task has no win rate", () => {
  const runs = { base: { a: [0.9, null, null], b: [null, 0.4, 0.4], c: [null, 0.3, 0.5] } };
  const choice = choose(runs, ONES, { rank_by: "mean_win_rate", min_coverage: 0 });
  assert.deepEqual(choice.unranked, [{ model: "a", missing: 2, rivals: false }]);
});

test("limits hide models, say why, and leave the merits of the others", () => {
  const choice = choose(RUNS, ONES, { limits: { size: [false, true, true], license: [false, true, false] } });
  assert.deepEqual(each(choice.candidates, "model", "rank", "merit"), [["b", 1, 0.5]]);
  assert.deepEqual(each(choice.excluded, "model", "merit", "limits"), [["a", 0.6, ["size", "license"]], ["c", 0.4, ["license"]]]);
  assert.deepEqual([choice.close, choice.reason], [null, null]);
  const none = choose(RUNS, ONES, { limits: { price: [false, false, false] } });
  assert.deepEqual([none.candidates, none.close, none.excluded.length], [[], null, 3]);
});

test("what would change it: the next size up with a better model, and that which leaves the first out", () => {
  // Means 0.6, 0.5, 0.4; b is the best of those up to 20.
  const sizes = [70, 20, 7];
  const limits = { size: [false, true, true] };
  const changes = (settings) => each(choose(RUNS, ONES, { sizes, ...settings }).changes, "kind", "limit", "model", "merit");
  assert.deepEqual(changes({ limits }), [["size", 70, "a", 0.6], ["size", 7, "c", 0.4]]);
  assert.deepEqual(changes({}), [["size", 20, "b", 0.5]]);
  assert.deepEqual(changes({ limits: { license: [false, true, true] } }), [["size", 7, "c", 0.4], ["license", null, "a", 0.6]]);
  // Of unknown size, the first cannot be left out by one.
  assert.deepEqual(changes({ sizes: [null, 20, 7] }), []);
});

test("the ranks under weights from half to double", () => {
  // A leads b by 0.4, 0.1 and -0.2: at least by 0.2 + 0.05 - 0.4 = -0.15. It leads c by 0.8, 0.3 and -0.5: at least by 0.4 + 0.15 - 1 < 0.
  // B leads c by 0.4, 0.2 and -0.3: at least by 0.2 + 0.1 - 0.6 < 0.
  assert.deepEqual(each(choose(RUNS, ONES).candidates, "ranks"), [[1, 3], [1, 3], [1, 3]]);
  // Without the third task nothing moves them.
  assert.deepEqual(each(choose(RUNS, [1, 1, 0]).candidates, "ranks"), [[1, 1], [2, 2], [3, 3]]);
  // A is 0.3 ahead and 0.1 behind: 0.15 - 0.2 < 0. C is 0.3 behind on both.
  const runs = { base: { a: [0.8, 0.4], b: [0.5, 0.5], c: [0.2, 0.2] } };
  assert.deepEqual(each(choose(runs, [1, 1]).candidates, "ranks"), [[1, 2], [1, 2], [3, 3]]);
  // Equal models keep the rank that they share.
  assert.deepEqual(each(choose({ base: { a: [0.5], b: [0.5] } }, [1]).candidates, "ranks"), [[1, 2], [1, 2]]);
});

// --- the chance to be the best ----------------------------------------------------------------------

/** The chances of the rows of a board, with weights and families of tasks. */
const chances = (runs, weights, { families = weights.map((_, i) => i), least = 2 } = {}) => {
  const entries = Object.values(runs.base).map((row) => ({ row: Float64Array.from(row, (value) => value ?? NaN), errors: null }));
  return site.statistics.bestChances(entries, Float64Array.from(weights), families, least);
};

test("the chance of two is Student's t; one far behind both takes nothing", () => {
  near(chances(CLOSE, EIGHT), [SURE_OF_8, 1 - SURE_OF_8]);
  near(chances(FAR, EIGHT), [SURE_OF_8, 1 - SURE_OF_8, 0]);
});

test("the chance of three, of which two are equal, is Student's t in draws", () => {
  const base = { a: CLOSE.base.a.slice(0, 4), b: Array(4).fill(0.5), c: Array(4).fill(0.5) };
  near(chances({ base }, [1, 1, 1, 1]), [SURE_OF_4, (1 - SURE_OF_4) / 2, (1 - SURE_OF_4) / 2], 0.02);
});

test("equal models share the chance, whatever noise their sums have", () => {
  const row = [0.1, 0.7, 0.2, 0.3, 0.9];
  const weights = [1, 0.3, 2, 0.7, 0.1];
  const equal = { base: { a: row, b: row, c: row } };
  assert.deepEqual([each(choose(equal, weights).candidates, "rank"), choose(equal, weights).close], [[1, 1, 1], ["b", "c"]]);
  near(chances(equal, weights), Array(3).fill(1 / 3));
  near(chances({ base: { a: row, b: row, c: row.map((score) => score - 0.1) } }, weights), [0.5, 0.5, 0]);
});

test("a model with too few tasks has no chance, and may be first", () => {
  const runs = { base: { ...CLOSE.base, c: [0.9, 0.9, 0.9, 0.9, 0.9, null, null, null] } };
  near(chances(runs, EIGHT, { least: 6 }), [SURE_OF_8, 1 - SURE_OF_8, null]);
  assert.deepEqual(choose(runs, EIGHT, { least_tasks: 6, min_coverage: 0.5 }).close, ["a", "b"]);
});

test("tasks of a family are one unit", () => {
  // Pairs of tasks with 0.7 and 0.5 do not differ; pairs of equal ones are as four tasks.
  const [mixed, alike] = [[0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 2, 3, 2, 3]];
  assert.deepEqual([mixed, alike].map((families) => choose(CLOSE, EIGHT, { families }).close), [[], ["b"]]);
  near([mixed, alike].map((families) => chances(CLOSE, EIGHT, { families })[0]), [1, SURE_OF_4]);
});

// --- who may be first -------------------------------------------------------------------------------

test("who may be first depends on how many there are", () => {
  // With 7 degrees of freedom, 2.65 is beyond 2.36 for one rival, and within 2.84 for two.
  assert.deepEqual([CLOSE, FAR].map((runs) => choose(runs, EIGHT).close), [[], ["b"]]);
});

test("one that is behind another may not be first, nor one behind a baseline of another variant", () => {
  // C varies against a, and is behind b, or ref, by about 0.1 on each task.
  const rows = { a: [0.9, 0.3], b: [0.59, 0.57], c: [0.5, 0.46] };
  const { a, b, c } = Object.fromEntries(Object.entries(rows).map(([model, pair]) => [model, Array(4).fill(pair).flat()]));
  assert.deepEqual(choose({ base: { a, b, c } }, EIGHT).close, ["b"]);
  assert.deepEqual(choose({ base: { a, c } }, EIGHT).close, ["c"]);
  const reference = { model: 0, variants: { base: "base", tuned: "base" } };
  assert.deepEqual(choose({ base: { ref: b, a: [], c: [] }, tuned: { a, c } }, EIGHT, { reference }).close, []);
});

test("rounding alone can make a lead unclear", () => {
  assert.deepEqual(choose(CLOSE, EIGHT, { rounding: { base: Array(8).fill(0.5) } }).close, ["b"]);
});

test("too few tasks tell nobody apart", () => {
  const runs = { base: { a: Array(5).fill(0.9), b: Array(5).fill(0.1) } };
  assert.equal(choose(runs, Array(5).fill(1), { least_tasks: 6 }).close, null);
});

test("the task that decides, and who leads without it", () => {
  // Leads 0.5, 0.1, 0 and weights 1, 2, 1: without the first task 0.2 / 3.
  const runs = { base: { a: [0.9, 0.6, 0.3], b: [0.4, 0.5, 0.3] } };
  near(choose(runs, [1, 2, 1]).reason, { task: 0, lead: 0, next: 1, gap: 0.2 / 3 });
  // Without the first task c leads with (0.3 + 0.8) / 2, 0.05 ahead of b.
  near(choose(RUNS, ONES).reason, { task: 0, lead: 2, next: 1, gap: 0.05 });
  // Where one lacks a score, it is among the tasks that both have.
  const gap = { base: { a: [0.9, 0.6, 0.3], b: [0.4, 0.5, null] } };
  near(choose(gap, ONES, { min_coverage: 0.5 }).reason, { task: 0, lead: 1, next: 0, gap: 0.05 });
  // A lead that is the same on each task depends on none.
  assert.equal(choose({ base: { a: [0.9, 0.6, 0.3], b: [0.7, 0.4, 0.1] } }, ONES).reason, null);
});
