// The scripts that compute and touch no page, and what their tests share.
const { readFileSync } = require("node:fs");
const assert = require("node:assert/strict");
const path = require("node:path");

const SCRIPTS = ["numbers", "filter-fields", "filter-rows", "statistics", "choose-ranking", "compare-tables", "submit-document", "submit-schema"];
/** What pages give scripts: how a language writes numbers (`Notation` in site_builder/formatting.py). */
const NOTATION = {
  "number.decimal": ".", "number.group": ",", "number.percent": "{n}\u00a0%", "number.dollars": "${n}", "number.span": "{low} to {high}", "number.comma": ", ",
  "number.both": "{names} and {last}", "number.either": "{names} or {last}", "number.more": "{names} and {n} more", cheaper: "{times} cheaper", dearer: "{times} as expensive",
};
/** A site in English, or in a language that writes some of it otherwise. */
const siteOf = (notation = {}) => {
  const texts = { ...NOTATION, ...notation };
  const site = { text: (id, values = {}) => texts[id].replace(/\{(\w+)\}/g, (_, key) => values[key]) };
  for (const name of SCRIPTS) {
    const source = readFileSync(path.join(__dirname, "../../static/js", `${name}.js`), "utf8");
    new Function("site", source)(site);
  }
  return site;
};
const site = siteOf();

/** Fail unless values are equal, numbers but for their last digits. */
const near = (found, expected, tolerance = 1e-9, place = "value") => {
  if (typeof expected === "number" && typeof found === "number") {
    assert.ok(Math.abs(found - expected) <= tolerance, `${place} is ${found}, expected ${expected}`);
  } else if (typeof expected === "object" && expected !== null && found !== null) {
    assert.deepEqual(Object.keys(found), Object.keys(expected), place);
    for (const key of Object.keys(expected)) near(found[key], expected[key], tolerance, `${place}.${key}`);
  } else assert.deepEqual(found, expected, place);
};

/** A value for each variant. */
const byVariant = (runs, value) => Object.fromEntries(Object.keys(runs).map((variant) => [variant, value]));

/** Scores as pages have them: by variant, a row for each model. */
const rowsOf = (runs, models, n) =>
  Object.fromEntries(Object.entries(runs).map(([variant, rows]) => [variant, models.map((model) => rows[model] ?? Array(n).fill(null))]));

/** Some values of each record. */
const each = (records, ...keys) => records.map((record) => (keys.length > 1 ? keys.map((key) => record[key]) : record[keys[0]]));

module.exports = { site, siteOf, near, byVariant, rowsOf, each };
