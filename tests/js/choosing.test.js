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
const choose = (runs, weights, { variant = Object.keys(runs).at(-1), limits = {}, margin = null, lower = false, sizes = [], ...settings } = {}) => {
  const names = Object.keys(Object.values(runs)[0]);
  const board = {
    models: names.map((id, i) => ({ id, parameters_b: sizes[i] ?? null })),
    tasks: weights.map((_, i) => ({ id: `t${i}`, direction: lower ? -1 : 1 })),
    base: Object.keys(runs).length > 1 ? "base" : null,
    reference: null,
    rank_by: "mean",
    min_coverage: 1,
    ends: [0, 1],
    families: weights.map((_, i) => i),
    least_tasks: 2,
    listed: 10,
    margin_share: 0.02,
    tails: { baseline: byVariant(runs, 0.025) },
    first_share: 0.025,
    rounding: byVariant(runs, weights.map(() => 0)),
    ...settings,
  };
  const { chooser, measures } = site.choosing;
  const choice = chooser(board, measures(board, rowsOf(runs, names, weights.length)))({ weights, variant, limits: new Map(Object.entries(limits)), margin });
  const named = (entry) => ({ ...entry, model: names[entry.model] });
  return {
    ...choice,
    listed: choice.listed.map(named),
    unranked: choice.unranked.map(named),
    close: choice.close?.map((m) => names[m]).sort() ?? null,
    leftOut: Object.fromEntries(choice.leftOut),
    smallest: choice.smallest && names[choice.smallest.model],
  };
};

test("weights 1, 0, 3: a has (0.9 + 0.9) / 4, b 0.5, c (0.1 + 2.4) / 4", () => {
  const choice = choose(RUNS, [1, 0, 3]);
  assert.deepEqual(each(choice.listed, "model", "rank", "merit", "behind"), [["c", 1, 0.625, 0], ["b", 2, 0.5, 0.125], ["a", 3, 0.45, 0.175]]);
  // On the first task a is best, on the third c.
  assert.deepEqual(each(choice.listed, "bestOn"), [1, 0, 1]);
  assert.deepEqual([choice.tasks, choice.candidates, choice.ranked], [2, 3, 3]);
});

test("lower is better: the lower leads, and its mean is written as it is", () => {
  const choice = choose({ base: { a: [3, 3], b: [2, 2] } }, [1, 1], { lower: true });
  assert.deepEqual(each(choice.listed, "model", "merit", "behind"), [["b", 2, 0], ["a", 3, 1]]);
});

test("a model that covers too little of the weight has no rank: 1 of 4 is too little, 3 of 4 enough", () => {
  const runs = { base: { a: [0.9, null], b: [null, 0.4], c: [0.1, 0.3] } };
  const choice = choose(runs, [1, 3], { min_coverage: 0.5 });
  assert.deepEqual(each(choice.listed, "model", "merit", "scored"), [["b", 0.4, 1], ["c", 0.25, 2]]);
  assert.deepEqual(choice.unranked, [{ model: "a", missing: 1, rivals: true }]);
});

test("means beside a candidate are over its tasks", () => {
  // Nobody is tuned on the third task; a lacks the second: 0.2 before, and the baseline 0.3.
  const runs = {
    base: { gpt: [0.3, 0.5, 0.9], a: [0.2, 0.8, 0.9], b: [0.4, 0.4, 0.4] },
    tuned: { a: [0.8, null, null], b: [0.6, 0.6, null] },
  };
  const reference = { model: 0, variants: { base: "base", tuned: "base" } };
  const choice = choose(runs, ONES, { min_coverage: 0.5, reference });
  assert.deepEqual(each(choice.listed, "model", "merit", "before", "reference", "scored"), [["a", 0.8, 0.2, 0.3, 1], ["b", 0.6, 0.4, 0.4, 2]]);
  assert.equal(choice.tasks, 2);
  assert.deepEqual(each(choose(runs, ONES, { reference }).listed, "model"), ["b"]);
});

test("before is the mean of the base scores; none where one lacks, and none of base runs", () => {
  // Tuned (0.8 + 3 x 0.6) / 4 = 0.65, base (0.2 + 3 x 0.4) / 4 = 0.35.
  const runs = { base: { a: [0.2, 0.4], b: [0.1, null] }, t: { a: [0.8, 0.6], b: [0.7, 0.5] } };
  assert.deepEqual(each(choose(runs, [1, 3]).listed, "model", "merit", "before"), [["a", 0.65, 0.35], ["b", 0.55, null]]);
  assert.deepEqual(each(choose(runs, [1, 3], { variant: "base" }).listed, "before"), [null]);
});

test("win rates are over the whole board, and limits move none of them", () => {
  // Rates of a: 1, 1, 0; of c: 0, 0, 1; b stands between: 0.5 each.
  const choice = choose(RUNS, [1, 0, 3], { limits: { size: [true, true, false] }, rank_by: "mean_win_rate" });
  assert.deepEqual(each(choice.listed, "model", "merit"), [["b", 0.5], ["a", 0.25]]);
});

test("tied models beat each other by half", () => {
  // Of two rivals, a and b beat 1.5 each on the first task; on the second none, 1 and 2 are beaten.
  const choice = choose({ base: { a: [0.5, 0.1], b: [0.5, 0.2], c: [0.1, 0.3] } }, [1, 1], { rank_by: "mean_win_rate" });
  assert.deepEqual(each(choice.listed, "model", "merit"), [["b", 0.625], ["c", 0.5], ["a", 0.375]]);
});

test("a model without a rival on any task has no win rate", () => {
  const runs = { base: { a: [0.9, null, null], b: [null, 0.4, 0.4], c: [null, 0.3, 0.5] } };
  const choice = choose(runs, ONES, { rank_by: "mean_win_rate", min_coverage: 0 });
  assert.deepEqual(choice.unranked, [{ model: "a", missing: 2, rivals: false }]);
});

test("limits hide models, count them, and leave the merits of the others", () => {
  const choice = choose(RUNS, ONES, { limits: { size: [false, true, true], license: [true, true, false] } });
  assert.deepEqual(each(choice.listed, "model", "rank", "merit", "bestOn"), [["b", 1, 0.5, 3]]);
  assert.deepEqual(choice.leftOut, { size: [0], license: [2] });
  assert.deepEqual([choice.candidates, choice.ranked, choice.close], [1, 3, null]);
  const none = choose(RUNS, ONES, { limits: { price: [false, false, false] } });
  assert.deepEqual([none.candidates, none.listed, none.smallest, none.close], [0, [], null, null]);
});

test("the smallest model that is good enough is within the margin, and of known size", () => {
  // B is 0.1 behind a.
  assert.deepEqual([0.1, 0.05].map((margin) => choose(RUNS, ONES, { sizes: [70, 7], margin }).smallest), ["b", "a"]);
  assert.equal(choose(RUNS, ONES, { margin: 1 }).smallest, null);
  assert.equal(choose(RUNS, ONES, { sizes: [7, 7, 7], margin: 1 }).smallest, "a");
});

test("the margin is 2 % of the bounds; without them, of the way from 0.4 to 0.6", () => {
  assert.deepEqual([[0, 1], [0, 100], null].map((ends) => choose(RUNS, ONES, { ends }).margin), [0.02, 2, 0.004]);
});

test("the chance of two is Student's t; one far behind both takes nothing", () => {
  near(each(choose(CLOSE, EIGHT).listed, "chance"), [SURE_OF_8, 1 - SURE_OF_8]);
  near(each(choose(FAR, EIGHT).listed, "chance"), [SURE_OF_8, 1 - SURE_OF_8, 0]);
});

test("the chance of three, of which two are equal, is Student's t in draws", () => {
  const runs = { base: { a: CLOSE.base.a.slice(0, 4), b: Array(4).fill(0.5), c: Array(4).fill(0.5) } };
  near(each(choose(runs, [1, 1, 1, 1]).listed, "chance"), [SURE_OF_4, (1 - SURE_OF_4) / 2, (1 - SURE_OF_4) / 2], 0.02);
});

test("equal models share the chance, whatever noise their sums have", () => {
  const row = [0.1, 0.7, 0.2, 0.3, 0.9];
  const weights = [1, 0.3, 2, 0.7, 0.1];
  const equal = choose({ base: { a: row, b: row, c: row } }, weights);
  assert.deepEqual([each(equal.listed, "rank"), equal.close], [[1, 1, 1], ["b", "c"]]);
  near(each(equal.listed, "chance"), Array(3).fill(1 / 3));
  const lower = choose({ base: { a: row, b: row, c: row.map((score) => score - 0.1) } }, weights);
  near(each(lower.listed, "chance"), [0.5, 0.5, 0]);
});

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

test("too few tasks give no chances and no influence", () => {
  const runs = { base: { a: Array(5).fill(0.9), b: Array(5).fill(0.1) } };
  const choice = choose(runs, Array(5).fill(1), { least_tasks: 6 });
  assert.deepEqual([each(choice.listed, "chance"), choice.close, choice.influence], [[null, null], null, null]);
});

test("a model with too few tasks has no chance, and may be first", () => {
  const runs = { base: { ...CLOSE.base, c: [0.9, 0.9, 0.9, 0.9, 0.9, null, null, null] } };
  const choice = choose(runs, EIGHT, { least_tasks: 6, min_coverage: 0.5 });
  near(each(choice.listed, "model", "chance"), [["c", null], ["a", SURE_OF_8], ["b", 1 - SURE_OF_8]]);
  assert.deepEqual(choice.close, ["a", "b"]);
});

test("tasks of a family are one unit", () => {
  // Pairs of tasks with 0.7 and 0.5 do not differ; pairs of equal ones are as four tasks.
  const mixed = choose(CLOSE, EIGHT, { families: [0, 0, 1, 1, 2, 2, 3, 3] });
  const alike = choose(CLOSE, EIGHT, { families: [0, 1, 0, 1, 2, 3, 2, 3] });
  assert.deepEqual([mixed.close, alike.close], [[], ["b"]]);
  near([mixed, alike].map(({ listed }) => listed[0].chance), [1, SURE_OF_4]);
});

test("the most influential task", () => {
  // Leads 0.5, 0.1, 0 and weights 1, 2, 1: of the lead 0.175, the first task is 0.5 / 0.7.
  const runs = { base: { a: [0.9, 0.6, 0.3], b: [0.4, 0.5, 0.3] } };
  near(choose(runs, [1, 2, 1]).influence, { task: 0, without: 0.2 / 3, share: 0.5 / 0.7 });
  // Where a score is missing, the means are of different tasks, and there is no share.
  const gap = { base: { a: [0.9, 0.6, 0.3], b: [0.4, 0.5, null] } };
  near(choose(gap, ONES, { min_coverage: 0.5 }).influence, { task: 0, without: -0.05, share: null });
  // A lead that is the same on each task depends on none.
  assert.equal(choose({ base: { a: [0.9, 0.6, 0.3], b: [0.7, 0.4, 0.1] } }, ONES).influence, null);
});

test("ten of thirty are listed", () => {
  const base = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, [i / 100, i / 100]]));
  const choice = choose({ base }, [1, 1]);
  assert.deepEqual([choice.listed.length, choice.candidates, choice.listed[0].model], [10, 30, "m29"]);
});
