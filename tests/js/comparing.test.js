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
const compare = (runs, { scores = RUNS, lower = [], averaged = true, baseline = true, picked, tails } = {}) => {
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
  return site.comparison.compare(board, rowsOf(scores, models, n), asked, {}, picked);
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
  assert.deepEqual(found, { task: 3, scores: [0.8, null, 0.9], best: [], spread: null });
  assert.deepEqual(each(compare([A, B]).tasks, "task"), [0, 1, 2, 3]);
  assert.equal(compare([A, C]).tasks.length, 5);
});

test("one against the leader: 0.2 worse, 0.1 better, level", () => {
  const [a, b] = compare([A, B]).runs;
  near([a.overLeader, sides(b.overLeader)], [null, [1, 1, 1, -0.1 / 3]]);
  assert.equal(b.overLeader.tasks, 3);
});

test("against the baseline, on the tasks that it has too", () => {
  // On t0 and t1 a is +0.4 and -0.1, c -0.2 on both.
  const [a, , c] = compare([A, B, C]).runs;
  near(sides(a.overBaseline), [1, 0, 1, 0.15]);
  near(sides(c.overBaseline), [0, 0, 2, -0.2]);
  const itself = compare([A, REF]);
  assert.deepEqual([itself.runs[1].overBaseline, itself.common], [null, 3]);
});

test("the baseline stands in the variant of each run", () => {
  // It has 0.5 as base and 0.8 tuned: a is 0.1 ahead, then 0.1 behind.
  const scores = { base: { a: [0.6], ref: [0.5] }, tuned: { a: [0.7], ref: [0.8] } };
  const both = compare([A_BASE, A], { scores });
  near(both.runs.map((run) => sides(run.overBaseline)), [[1, 0, 0, 0.1], [0, 0, 1, -0.1]]);
});

test("against the base scores: a gained 0.8, 0.2 and 0.3; b has none", () => {
  const [a, b] = compare([A, B]).runs;
  near([sides(a.overBase), b.overBase], [[3, 0, 0, 1.3 / 3], null]);
  assert.equal(compare([A_BASE, A]).runs[0].overBase, null);
});

test("categories have the means of their common tasks", () => {
  // X: t0 and t1; of Y only t2 is common; Z has no common task and is absent.
  const found = compare([A, B, C]).categories;
  assert.deepEqual(found.map(categoryOf), [["X", [0, 1]], ["Y", [2]]]);
  assert.deepEqual(each(found, "scores", "best"), [[[0.65, 0.6, 0.3], [0]], [[0.6, 0.6, 0.6], [0, 1, 2]]]);
});

test("where lower is better, the lowest is best and differences are positive for it", () => {
  const [task] = compare([A, B, C], { lower: [0] }).tasks;
  assert.deepEqual([task.best, task.spread], [[2], 0.6]);
  near(sides(compare([A, B], { lower: [0] }).runs[0].overLeader), [0, 1, 2, -0.1]);
  assert.deepEqual(compare([A, B, C], { lower: [0, 1, 2, 3, 4] }).leaders, [2]);
});

test("scores of mixed units have first places, but no means", () => {
  const found = compare([A, B], { averaged: false });
  assert.deepEqual(each(found.runs, "average", "firstPlaces", "overLeader"), [[null, 2, null], [null, 2, null]]);
  assert.deepEqual([found.leaders, found.categories, found.best], [[], [], null]);
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
  assert.deepEqual(["common", "leaders", "categories"].map((key) => found[key]), [0, [], []]);
  assert.deepEqual(each(found.runs, "average", "firstPlaces", "overBaseline", "overBase"), Array(2).fill([null, 0, null, null]));
});

test("equal on paper is a tie: 0.1 + 0.2 is not 0.3 in binary", () => {
  const found = compare([A_BASE, B_BASE], { scores: { base: { a: [0.1 + 0.2], ref: [0.5], b: [0.3] } } });
  assert.deepEqual([sides(found.runs[1].overLeader), found.leaders], [[0, 1, 0, 0], [0, 1]]);
  assert.deepEqual(each(found.tasks, "best", "spread"), [[[0, 1], 0]]);
});

test("a board without a baseline has nobody to be ahead of", () => {
  const found = compare([A_BASE, B_BASE], { scores: { base: { a: [0.1], b: [0.2] } }, baseline: false });
  assert.deepEqual(each(found.runs, "overBaseline"), [null, null]);
});

// --- how sure -------------------------------------------------------------------------------------

const four = (one, other = one) => Array(4).fill([one, other]).flat();
// A is 0.3 and 0.1 better than b in turn: on average 0.2, with a deviation of 0.1 sqrt(8 / 7).
const EIGHT = { base: { a: four(0.8, 0.6), b: four(0.5), ref: [0.9, 0.7, 0.9, 0.7, 0.9, 0.7, null, null] } };

test("an interval by hand: 0.2 +- t s / sqrt(8), with t = 2.365 and s = 0.1069", () => {
  const found = compare([A_BASE, B_BASE], { scores: EIGHT });
  const [leader, { overLeader }] = found.runs;
  assert.deepEqual([leader.overLeader, overLeader.mean], [null, -0.2]);
  near(overLeader.interval, [-0.2894, -0.1106], 5e-5);
});

test("the verdict: those whose interval includes 0 are close, the best first; the others are behind", () => {
  const base = { ...EIGHT.base, c: four(0.8, 0.5), d: four(0.75, 0.6) };
  const [C_BASE, D_BASE] = ["c", "d"].map((model) => ["base", model]);
  const verdict = (...runs) => site.comparison.verdict(compare(runs, { scores: { base } }));
  assert.deepEqual(verdict(B_BASE, A_BASE), { lead: 1, close: [], behind: [0] });
  // C is 0.05 ahead of d on each other task, and 0.1 behind on the rest.
  assert.deepEqual(verdict(C_BASE, D_BASE), { lead: 1, close: [0], behind: [] });
  assert.deepEqual(verdict(A_BASE), null);
});

test("deviations are from the mean of what is there, better to the right", () => {
  const { deviations } = site.comparison;
  near(deviations([0.9, 0.6, 0.3], 1, 1), [0.3, 0, -0.3]);
  near(deviations([9, 6, 3], -1, 12), [-0.25, 0, 0.25]);
  near(deviations([0.9, null, 0.3], 1, 1), [0.3, null, -0.3]);
  // One score has nothing to deviate from, and no scale has no bars.
  assert.deepEqual([deviations([0.9, null], 1, 1), deviations([0.9, 0.3], 1, 0)], [[null, null], [null, null]]);
});

test("too few common tasks give no interval and no chances", () => {
  const base = Object.fromEntries(Object.entries(EIGHT.base).map(([model, row]) => [model, row.slice(0, 2)]));
  const found = compare([A_BASE, B_BASE], { scores: { base } });
  const { mean, interval } = found.runs[1].overLeader;
  assert.deepEqual([found.isTested, found.best, mean, interval], [false, null, -0.2, null]);
  assert.equal(site.comparison.verdict(found), null);
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
    const { overLeader } = compare([one, other], { scores, tails }).runs.find((run) => run.overLeader);
    const [low, high] = overLeader.interval;
    const [odd, even] = [0, 1].map((t) => scores[one[0]][one[1]][t] - scores[other[0]][other[1]][t]);
    const error = Math.abs(odd - even) / 2 / Math.sqrt(7);
    near((high - low) / 2 / error, QUANTILES[tail], 1e-6);
  }
});

test("chances without doubt, where rows are a constant apart; and by hand: 0.1 with an error of 0.1 / sqrt(7)", () => {
  const { tCdf } = site.statistics;
  const best = (b) => compare([A_BASE, B_BASE], { scores: { base: { ...EIGHT.base, b } } }).best;
  assert.deepEqual(best(four(0.7, 0.5)), [1, 0]);
  const chance = tCdf(Math.sqrt(7), 7);
  near(best(four(0.6)), [chance, 1 - chance]);
});
