// Numbers to text, numbers as people type them, and draws.
const { test } = require("node:test");
const assert = require("node:assert/strict");
const { site, siteOf } = require("./site.js");
const { cheaper, threeDigits, parse } = site.format;

test("cheaper or more expensive: a number of at least 1, and a word for which way", () => {
  for (const [times, inverse, text] of [
    [300.2, 0.0033, "300\u00d7 cheaper"],
    [1.5, 0.667, "1.50\u00d7 cheaper"],
    [0.888888888889, 1.125, "1.13\u00d7 as expensive"],
    [1, 1, "1.00\u00d7"],
    [1.001, 0.999, "1.00\u00d7"],
    [0.999, 1.001, "1.00\u00d7"],
    [null, null, "\u2013"],
  ])
    assert.equal(cheaper(times, inverse), text);
});

test("three digits, and whole from 100 on", () => {
  const texts = [0.03125, 3.116, 31.16, 999.6, 1411.76].map(threeDigits);
  assert.deepEqual(texts, ["0.0313", "3.12", "31.2", "1,000", "1,412"]);
});

test("numbers are read as they are typed", () => {
  for (const text of ["1,234,567", "1 234 567", "1\u00a0234\u00a0567", "+1234567.0", "1.234567M", "1234.567 k", "1.234567e6"]) assert.equal(parse(text), 1234567);
  assert.deepEqual(["-5", "\u22125", ".5"].map(parse), [-5, -5, 0.5]);
  // 0,125 may mean a fraction.
  assert.deepEqual(["", "many", "0,125", "1,00", "1,0000", "1e"].map(parse), Array(6).fill(null));
});

test("in a language with a decimal comma", () => {
  const { format } = siteOf({ "number.decimal": ",", "number.group": ".", "number.dollars": "{n}\u00a0$", "number.both": "{names} und {last}" });
  assert.deepEqual([1234.5, -0.25].map((value) => format.rounded(value, 2)), ["1.234,50", "\u22120,25"]);
  assert.deepEqual([format.quantity(7.24), format.money(1234.5), format.ratio(1.5)], ["7,24", "1.234,50\u00a0$", "1,50\u00d7"]);
  assert.equal(format.listed(["A", "B", "C"]), "A, B und C");
  assert.deepEqual(["1.234,5", "0,5", "1.234"].map((text) => format.parse(text)), [1234.5, 0.5, 1234]);
  // A point may mean a fraction, and addresses are in English.
  assert.deepEqual([format.parse("0.125"), format.parse("0.125", false)], [null, 0.125]);
});

test("draws are those of the published generator, mulberry32", () => {
  // The first of seed 0 is 0.26642920868471265 of 2^32.
  assert.deepEqual([1, 2, 3].map(site.statistics.words(0)), [1144304738, 1416247, 958946056]);
});
