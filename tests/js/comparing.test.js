// Comparisons of runs on small boards, by hand (docs/statistics.md).
const { test } = require("node:test");
const assert = require("node:assert/strict");
const { site, near, byVariant, rowsOf, each } = require("./site.js");

// On t0 a leads by 0.2, on t1 b by 0.1, on t2 all tie, on t3 b has no score, t4 is c's alone.
const RUNS = {
  base: { a: [0.1, 0.2, 0.3, null, null], ref: [0.5, 0.5, null, 0.5, null] },
  tuned: { a: [0.9, 0.4, 0.6, 0.8, null], b: [0.7, 0.5, 0.6, null, null], c: [0.3, 0.3, 0.6, 0.9, 0.9] },
};
const [A, B, C] = ["a", "b", "c"].map((model) => ["tuned", model]);
const [A_BASE, B_BASE, REF] = ["a", "b", "ref"].map((model) => ["base", model]);
const CATEGORIES = ["X", "X", "Y", "Y", "Z"];
const TAILS = { pairs: [0.01, 0.002], baseline: [0.03, 0.006], base: [0.09, 0.018] };

/** Compare runs, each a variant and a model; `lower` has the tasks on which lower is better. */
const compare = (runs, { scores = RUNS, lower = [], averaged = true, baseline = true, margin = 0, picked, tails } = {}) => {
  const models = [...new Set(Object.values(scores).flatMap((rows) => Object.keys(rows)))];
  const n = Object.values(scores.base)[0].length;
  const beside = Object.fromEntries(Object.entries(scores).map(([variant, rows]) => [variant, "ref" in rows ? variant : "base"]));
  const tasks = Array.from({ length: n }, (_, t) => t);
  const board = {
    tasks: tasks.map((t) => ({ direction: lower.includes(t) ? -1 : 1, category: CATEGORIES[t % 5] })),
    families: tasks,
    least_tasks: 3,
    categories: ["X", "Y", "Z"].map((name) => ({ link: [name, ""], averaged })),
    reference: baseline ? { model: models.indexOf("ref"), variants: beside } : null,
    base: "tuned" in scores ? "base" : null,
    averaged,
    rounding: byVariant(scores, tasks.map(() => 0)),
    tails: tails ?? Object.fromEntries(Object.keys(TAILS).map((family) => [family, byVariant(scores, 0.025)])),
  };
  const asked = runs.map(([variant, model]) => ({ variant, model: models.indexOf(model) }));
  return site.comparison.compare(board, rowsOf(scores, models, n), asked, margin, {}, picked);
};

/** Tasks ahead, level and behind, and the mean difference. */
const sides = (found) => found && ["ahead", "level", "behind", "mean"].map((key) => found[key]);
const categoryOf = ({ category, tasks }) => [category.link[0], tasks];

test("means are over common tasks, differences from the best to the worst", () => {
  // t0, t1, t2: a has (0.9 + 0.4 + 0.6) / 3, though t3 would raise it.
  const found = compare([A, B, C]);
  assert.deepEqual([found.common, found.leaders], [3, [0]]);
  assert.deepEqual(each(found.runs, "average"), [0.633333333333, 0.6, 0.4]);
  // In X the means are 0.65, 0.6 and 0.3.
  assert.deepEqual(each(found.tasks, "spread"), [0.6, 0.2, 0, null, null]);
  assert.deepEqual(each(found.categories, "spread"), [0.35, 0]);
});

test("first places are of common tasks, ties shared", () => {
  // A on t0 and, with all, on t2; b on t1 and t2; c on t2 only.
  const found = compare([A, B, C]);
  assert.deepEqual(each(found.runs, "firstPlaces", "shared"), [[2, 1], [2, 1], [1, 1]]);
  assert.deepEqual(each(found.tasks, "best"), [[0], [1], [0, 1, 2], [], []]);
});

test("only picked tasks count", () => {
  // On t1 and t3: of these a, b and c share t1 alone, where b leads with 0.5.
  const found = compare([A, B, C], { picked: [1, 3] });
  assert.deepEqual([found.common, found.leaders, each(found.tasks, "task")], [1, [1], [1, 3]]);
  assert.deepEqual(each(found.runs, "average", "firstPlaces"), [[0.4, 0], [0.5, 1], [0.3, 0]]);
  near(sides(found.runs[0].overBaseline), [0, 0, 1, -0.1]);
  assert.deepEqual(found.categories.map(categoryOf), [["X", [1]]]);
});

test("a task that one lacks is no win, and one without any score has no row", () => {
  const found = compare([A, B, C]).tasks[3];
  assert.deepEqual(found, { task: 3, scores: [0.8, null, 0.9], reference: 0.5, best: [], spread: null });
  assert.deepEqual(each(compare([A, B]).tasks, "task"), [0, 1, 2, 3]);
  assert.equal(compare([A, C]).tasks.length, 5);
});

test("one against another: 0.2 better, 0.1 worse, level", () => {
  const { pair } = compare([A, B]);
  near(sides(pair), [1, 1, 1, 0.1 / 3]);
  assert.equal(pair.tasks, 3);
  near(sides(compare([B, A]).pair), [1, 1, 1, -0.1 / 3]);
  assert.equal(compare([A, B, C]).pair, null);
});

test("against the baseline, on the tasks that it has too", () => {
  // On t0 and t1 a is +0.4 and -0.1, c -0.2 on both.
  const [a, , c] = compare([A, B, C]).runs;
  near(sides(a.overBaseline), [1, 0, 1, 0.15]);
  near(sides(c.overBaseline), [0, 0, 2, -0.2]);
  // It has no score on t2, which a and b share; of a and the baseline itself, it has all.
  assert.deepEqual([compare([A, B]).reference, compare([A, REF]).reference], [null, 0.5]);
  const itself = compare([A, REF]);
  assert.deepEqual([itself.runs[1].overBaseline, itself.common], [null, 3]);
});

test("the baseline stands in the variant of each run", () => {
  // It has 0.5 as base and 0.8 tuned: a is 0.1 ahead, then 0.1 behind.
  const scores = { base: { a: [0.6], ref: [0.5] }, tuned: { a: [0.7], ref: [0.8] } };
  const both = compare([A_BASE, A], { scores });
  near(both.runs.map((run) => sides(run.overBaseline)), [[1, 0, 0, 0.1], [0, 0, 1, -0.1]]);
  // No one score of the baseline stands beside both.
  assert.deepEqual([both.baseline, both.reference], [null, null]);
  const alone = compare([A], { scores });
  assert.deepEqual([alone.baseline, alone.reference], [{ model: 1, variant: "tuned" }, 0.8]);
});

test("against the base scores: a gained 0.8, 0.2 and 0.3; b has none", () => {
  const [a, b] = compare([A, B]).runs;
  near([sides(a.overBase), b.overBase], [[3, 0, 0, 1.3 / 3], null]);
  assert.equal(compare([A_BASE, A]).runs[0].overBase, null);
  near(sides(compare([A, A_BASE]).pair), [3, 0, 0, 1.3 / 3]);
});

test("categories have the means of their common tasks", () => {
  // X: t0 and t1; of Y only t2 is common; Z has no common task and is absent.
  const found = compare([A, B, C]).categories;
  assert.deepEqual(found.map(categoryOf), [["X", [0, 1]], ["Y", [2]]]);
  assert.deepEqual(each(found, "scores", "best", "reference"), [[[0.65, 0.6, 0.3], [0], 0.5], [[0.6, 0.6, 0.6], [0, 1, 2], null]]);
});

test("where lower is better, the lowest is best and differences are positive for it", () => {
  const [task] = compare([A, B, C], { lower: [0] }).tasks;
  assert.deepEqual([task.best, task.spread], [[2], 0.6]);
  near(sides(compare([A, B], { lower: [0] }).pair), [0, 1, 2, -0.1]);
  assert.deepEqual(compare([A, B, C], { lower: [0, 1, 2, 3, 4] }).leaders, [2]);
});

test("scores of mixed units have first places, but no means", () => {
  const found = compare([A, B], { averaged: false });
  assert.deepEqual(each(found.runs, "average", "firstPlaces", "overLeader"), [[null, 2, null], [null, 2, null]]);
  assert.deepEqual([found.leaders, found.reference, found.categories, found.best], [[], null, [], null]);
  assert.deepEqual([...sides(found.pair), found.pair.interval], [1, 1, 1, null, null]);
});

test("one run alone has no first place, but its baseline and its mean", () => {
  const found = compare([A]);
  assert.deepEqual([found.common, found.runs[0].firstPlaces, found.leaders], [4, 0, []]);
  assert.deepEqual(each(found.tasks, "best", "spread"), Array(4).fill([[], null]));
  near(sides(found.runs[0].overBaseline), [2, 0, 1, 0.6 / 3]);
});

test("without a common task nothing is compared, and nothing is zero by mistake", () => {
  const scores = { base: { ref: [0.5, 0.5] }, tuned: { a: [0.1, null], b: [null, 0.2] } };
  const found = compare([A, B], { scores });
  assert.deepEqual(["common", "pair", "leaders", "reference", "categories"].map((key) => found[key]), [0, null, [], null, []]);
  assert.deepEqual(each(found.runs, "average", "firstPlaces", "overBaseline", "overBase"), Array(2).fill([null, 0, null, null]));
});

test("equal on paper is a tie: 0.1 + 0.2 is not 0.3 in binary", () => {
  const found = compare([A_BASE, B_BASE], { scores: { base: { a: [0.1 + 0.2], ref: [0.5], b: [0.3] } } });
  assert.deepEqual([sides(found.pair), found.leaders], [[0, 1, 0, 0], [0, 1]]);
  assert.deepEqual(each(found.tasks, "best", "spread"), [[[0, 1], 0]]);
});

test("a board without a baseline has nobody to be ahead of", () => {
  const found = compare([A_BASE, B_BASE], { scores: { base: { a: [0.1], b: [0.2] } }, baseline: false });
  assert.deepEqual([each(found.runs, "overBaseline"), found.reference], [[null, null], null]);
});

// --- how sure -------------------------------------------------------------------------------------

const four = (one, other = one) => Array(4).fill([one, other]).flat();
// A is 0.3 and 0.1 better than b in turn: on average 0.2, with a deviation of 0.1 sqrt(8 / 7).
const EIGHT = { base: { a: four(0.8, 0.6), b: four(0.5), ref: [0.9, 0.7, 0.9, 0.7, 0.9, 0.7, null, null] } };

test("an interval by hand: 0.2 +- t s / sqrt(8), with t = 2.365 and s = 0.1069", () => {
  const found = compare([A_BASE, B_BASE], { scores: EIGHT });
  const [leader, { overLeader }] = found.runs;
  assert.deepEqual([leader.overLeader, overLeader.mean], [null, -0.2]);
  near([overLeader.interval, found.pair.interval], [[-0.2894, -0.1106], [0.1106, 0.2894]], 5e-5);
});

test("the baseline is compared with the leader on the six tasks that it has", () => {
  // It is 0.1 better on each: no spread at all.
  const found = compare([A_BASE, B_BASE], { scores: EIGHT }).baselineOverLeader;
  near([found.tasks, found.mean, found.interval], [6, 0.1, [0.1, 0.1]]);
  assert.deepEqual(compare([A_BASE], { scores: EIGHT }).baselineOverLeader, found);
});

test("too few common tasks give no interval and no chances", () => {
  const base = Object.fromEntries(Object.entries(EIGHT.base).map(([model, row]) => [model, row.slice(0, 2)]));
  const found = compare([A_BASE, B_BASE], { scores: { base } });
  const { mean, interval, chances } = found.runs[1].overLeader;
  assert.deepEqual([found.isTested, found.best, mean, interval, chances], [false, null, -0.2, null, null]);
});

test("the family of a comparison decides how wide its interval is", () => {
  // Student's t with 7 degrees of freedom has these upper tails beyond these quantiles.
  const QUANTILES = { 0.01: 2.997952, 0.002: 4.207125, 0.006: 3.365123, 0.03: 2.240879, 0.018: 2.588946 };
  const scores = { base: { a: four(0.8, 0.6), b: four(0.5), ref: four(0.9, 0.8) }, tuned: { a: four(0.9, 0.65), b: four(0.6, 0.5) } };
  const tails = Object.fromEntries(Object.entries(TAILS).map(([family, [base, tuned]]) => [family, { base, tuned }]));
  for (const [one, other, tail] of [
    [A_BASE, B_BASE, 0.01],
    [A, B, 0.002],
    [A, B_BASE, 0.002], // the smaller of two variants
    [A, REF, 0.006],
    [REF, A_BASE, 0.03],
    [A_BASE, A, 0.018],
  ]) {
    const [low, high] = compare([one, other], { scores, tails }).pair.interval;
    const [odd, even] = [0, 1].map((t) => scores[one[0]][one[1]][t] - scores[other[0]][other[1]][t]);
    const error = Math.abs(odd - even) / 2 / Math.sqrt(7);
    near((high - low) / 2 / error, QUANTILES[tail], 1e-6);
  }
});

test("probabilities without doubt: rows a constant apart, equal rows, a margin as wide", () => {
  const scores = { base: { a: four(0.8, 0.6), b: four(0.7, 0.5), ref: four(0.8, 0.6) } };
  const found = compare([A_BASE, B_BASE], { scores });
  assert.deepEqual(found.runs[1].overLeader.chances, { better: 0, equal: 0, worse: 1 });
  assert.deepEqual(found.baselineOverLeader.chances, { better: 0, equal: 1, worse: 0 });
  assert.deepEqual(found.best, [1, 0]);
  assert.equal(compare([A_BASE, B_BASE], { scores, margin: 0.1 }).pair.chances.equal, 1);
});

test("probabilities by hand: a difference of 0.1 with an error of 0.1 / sqrt(7), against 0.05", () => {
  const { tCdf } = site.statistics;
  const found = compare([A_BASE, B_BASE], { scores: { base: { ...EIGHT.base, b: four(0.6) } }, margin: 0.05 });
  const [better, worse, best] = [tCdf(0.5 * Math.sqrt(7), 7), tCdf(-1.5 * Math.sqrt(7), 7), tCdf(Math.sqrt(7), 7)];
  near(found.pair.chances, { better, equal: 1 - better - worse, worse });
  near(found.best, [best, 1 - best]);
});
