// Filters: ends of ranges, which rows pass, the best of each group, counts, ranks among the rows that are shown.
const { test } = require("node:test");
const assert = require("node:assert/strict");
const { site } = require("./site.js");
const { bounds, day, write } = site.filterFields;

const DATE = { key: "date", label: "Date", kind: "date" };
// Six entries of three models, the best first; ranks 2 are tied, the last two have none.
const ROWS = [
  { rank: "1", model: "a", mode: "fc", cost: "10" },
  { rank: "2", model: "b", mode: "fc", cost: "1" },
  { rank: "2", model: "b", mode: "prompt", cost: "0" },
  { rank: "4", model: "a", mode: "prompt" },
  { rank: "", model: "c", mode: "fc", cost: "3" },
  { rank: "", model: "c", cost: "2" },
];
const FACETS = [
  { key: "model", label: "Model", kind: "choice", each: "Best" },
  { key: "mode", label: "Mode", kind: "choice" },
  { key: "cost", label: "Cost", kind: "number" },
];

/** The rows of a table that has a column of ranks. */
const rowsOf = () => {
  site.table = {
    heads: () => [{ dataset: { key: "rank" } }],
    entries: () => ROWS.map((values, place) => ({ row: { cells: [values.rank], dataset: { id: "" }, querySelector: () => ({ textContent: values.model }) }, place })),
    filterValues: (_, name) => ROWS.map((values) => values[name]),
    value: (cell) => cell,
  };
  return site.filterRows(FACETS, false);
};

test("an end may be missing, a bare number is the greatest, and no number is no end", () => {
  assert.deepEqual(["..10", "0.5..", "1..2", "3", "x", "a..b"].map((text) => bounds(text, "number")), [
    [-Infinity, 10],
    [0.5, Infinity],
    [1, 2],
    [-Infinity, 3],
    [-Infinity, Infinity],
    [-Infinity, Infinity],
  ]);
});

test("a month or a year is whole as an end, and its middle as a value", () => {
  const [low, high] = bounds("2024..2024-02", "date");
  assert.deepEqual([write(low, DATE), write(high, DATE)], ["2024-01-01", "2024-02-29"]);
  assert.equal(write(day("2025-06"), DATE), "2025-06-15");
  assert.equal(write(day("2025"), DATE), "2025-07-02");
  assert.equal(day("2025-06-30"), day("2025-07-01") - 1);
  assert.ok(Number.isNaN(day("June 2025")));
});

test("a row that fails one facet is counted for that facet alone", () => {
  const wanted = new Map([
    ["mode", ["fc", ""]],
    ["cost", ["1..5"]],
  ]);
  // The first is too dear, the third and the fourth fail both.
  assert.deepEqual([...rowsOf().failuresOf({}, wanted, "")], [3, 0, -1, -1, 0, 0]);
  assert.deepEqual([...rowsOf().failuresOf({}, new Map(), "B fc")], [-1, 0, -1, -1, -1, -1]);
});

test("the best of each model: all that share its rank, one of those without", () => {
  assert.deepEqual([...rowsOf().bestRows({}, "model", () => true)], [1, 1, 1, 0, 1, 0]);
  assert.deepEqual([...rowsOf().bestRows({}, "model", (place) => place > 0)], [0, 1, 1, 1, 1, 0]);
});

test("counts are of all rows, or of the best of each model for each value", () => {
  const rows = rowsOf();
  const found = rows.valuesOf({}, FACETS[1]);
  assert.deepEqual(found.values, ["fc", "prompt"]);
  assert.deepEqual(rows.countsOf({}, "", found, () => true), [3, 2, 1]);
  assert.deepEqual(rows.countsOf({}, "model", found, (place) => place !== 1), [2, 2, 1]);
});

test("ranks among what is shown: equal ones share the better, those without keep none", () => {
  const rows = rowsOf();
  const { whole } = rows.ranksOf({});
  assert.deepEqual([...rows.ranksAmong(Uint8Array.from([0, 1, 1, 1, 1, 0]), whole)], [NaN, 1, 1, 3, NaN, NaN]);
});
