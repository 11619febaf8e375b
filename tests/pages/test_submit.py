"""The page for submitters: its example is a submission, and its script reads as the build reads."""

import json

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from site_builder.commands import main
from site_builder.tables.documents import Node, parse_document
from site_builder.tables.submission_schema import submission_schema
from site_builder.tables.submissions import parse_submission
from tests.helpers.node import in_script
from tests.helpers.sites import build, visible
from tests.helpers.tables import write_project
from tests.tables.test_submissions import AS_JSON, HIGH, WRONG

TOML = """\
[site]
title = "Board"
submissions = true
repository = "https://example.org/repository"
[tasks."*"]
unit = "percent"
higher_is_better = true
"""
ROWS = [
    "model,agent,task,score,n_examples,date,source",
    *(f"m{m},a,t{t},{50 + m + t}.5,100,2026-05-0{m},https://example.org/{m}"
      for m in range(1, 4) for t in range(16)),
    "m3,b,t0,1,,,",
]  # fmt: skip


def test_the_example_is_a_submission_to_the_board(tmp_path):
    """Of the third entry: with its settings, its first scores, and how many more there are."""
    root = write_project(tmp_path, {}, TOML)
    (root / "data/results.csv").write_text("\n".join([*ROWS, ""]), encoding="utf8")
    site = build(root)
    page = site.page("submit/")
    text = page.select("#submission")[0].get_text()
    submission, faults = parse_submission(text.encode(), "", ".yaml")
    assert [] == faults
    assert submission is not None
    assert "m1" == submission.facts.values["model"]
    assert ("agent",) == submission.facets
    rows = [row.values for row in submission.scores]
    assert [(f"t{t}", 51.5 + t, 100, "2026-05-01") for t in range(14)] == [
        (row["task"], row["score"], row["n_examples"], row["date"]) for row in rows
    ]
    assert "# and 2 more tasks, a line for each" in text
    schema = json.loads((site.folder / "submit/schema.json").read_text(encoding="utf8"))
    assert [] == [*Draft7Validator(schema).iter_errors(values_of(parse_document(text, ".yaml")))]
    assert "Each score from 0 to 100" in visible(page)
    assert "with a missing score it is listed, not ranked" in visible(page)
    assert "How to submit" in visible(site.page(""))


def test_no_page_where_the_publisher_does_not_ask(tmp_path):
    root = write_project(tmp_path, {}, TOML.replace("submissions = true\n", ""))
    (root / "data/results.csv").write_text("\n".join([*ROWS, ""]), encoding="utf8")
    assert not (build(root).folder / "submit").exists()


def test_the_form_is_linked_where_the_project_has_it(tmp_path):
    github = TOML.replace("https://example.org/repository", "https://github.com/o/r")
    root = write_project(tmp_path, {}, github)
    (root / "data/results.csv").write_text("\n".join([*ROWS, ""]), encoding="utf8")
    address = "https://github.com/o/r/issues/new?template=submission.yml"
    assert not build(root).page("submit/").select(f'a[href="{address}"]')
    assert 0 == CliRunner().invoke(main, ["init", str(root)]).exit_code
    assert build(root).page("submit/").select(f'a[href="{address}"]')


def values_of(node: Node) -> object:
    if isinstance(node.value, dict):
        return {name: values_of(one) for name, one in node.value.items()}
    return [*map(values_of, node.value)] if isinstance(node.value, list) else node.value


def lines_of(node: Node) -> object:
    """The values of a document, each with its line."""
    if isinstance(node.value, dict):
        return [node.line, {name: lines_of(one) for name, one in node.value.items()}]
    inner = [*map(lines_of, node.value)] if isinstance(node.value, list) else node.value
    return [node.line, inner]


READ = """(texts) => {
    const plain = ({line, value}) => [line, value instanceof Map
        ? Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]))
        : Array.isArray(value) ? value.map(plain) : value];
    return texts.map(([text, isJson]) => {
        try { return plain(site.submission.read(text, isJson)); }
        catch (error) { return [error.message, error.line, error.key ?? null]; }
    });
}"""
UNUSUAL = """\
a: 'it''s'   # a comment
"b c": "x # \\u00e9"
c:
- 1
-   d: -2e3
    e: [1, {f: ~}, "]"]
- [x,
   y]
g: no
h:
  "#": 007
  url: https://example.org/#a
i: {j: 1, k: {l: true}}
"""


def test_the_script_reads_what_the_build_reads():
    """With the same lines: what it does not read it says, and reads nothing else."""
    texts = [(HIGH, False), (AS_JSON, True), (UNUSUAL, False)]
    texts += [
        (text, False) for name, (text, _) in WRONG.items() if name in ("all at once", "values")
    ]
    expected = [lines_of(parse_document(t, ".json" if json_ else ".yaml")) for t, json_ in texts]
    assert expected == in_script(READ, texts)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1", 1),
        ("a: 1\nb: *x", 2),
        ("a: !!python/name:x y", 1),
        ("a: 1\n---\nb: 1", 2),
        ("a: 1\n\tb: 1", 2),
        ("a: [1", 1),
        ("a: |\n  x", 1),
        ("a: 'x", 1),
        ("a: 1\n  b: 1", 2),
        ("a: " + "[" * 20 + "]" * 20, 1),
        ("just text", 1),
    ],
)
def test_the_script_says_what_it_does_not_read(text, line):
    assert [["unread", line, None]] == in_script(READ, [(text, False)])


def test_the_script_names_a_key_that_stands_twice():
    assert [["unread", 3, "b"]] == in_script(READ, [("a:\n  b: 1\n  b: 2", False)])


CHECK = """(text, schema) => {
    const say = (id, values) => [id, values.key].join(' ');
    const node = site.submission.read(text, false);
    return site.submission.faults(node, schema, say).map(({line, what}) => [line, what]);
}"""


def test_the_script_finds_the_faults_of_the_schema():
    schema = submission_schema({"t": (0, 100), "u": (None, None)})
    good = "schema: 1\nmodel: m\nscores:\n  t: 5\n  u: { score: 500, seconds: 3 }\ndate: 2026\n"
    assert [] == in_script(CHECK, good, schema)
    assert [] == in_script(CHECK, "schema: 1\nmodel: m\nstatus: pending\nscores:\n", schema)
    with_facets = "schema: 1\nmodel: m\nstatus: pending\nfacets: { effort: high }\n"
    assert [] == in_script(CHECK, with_facets, schema)
    beside = "schema: 1\nmodel: m\nscores: { t: 1 }\nstatus: pending\n"
    assert [[3, "unknown scores"]] == in_script(CHECK, beside, schema)
    bad = (
        "schema: 2\nname: 7\nscores:\n  t: 101\n  u: high\n  v: 1\nverification: gold\n"
        "date: soon\nagent: x\nlicense:\n"
    )
    assert [
        [1, "missing model"],
        [1, "wrong schema"],
        [2, "wrong name"],
        [4, "outside t"],
        [5, "wrong u"],
        [6, "unknown v"],
        [7, "wrong verification"],
        [8, "wrong date"],
        [9, "unknown agent"],
    ] == in_script(CHECK, bad, schema)
