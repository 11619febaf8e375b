"""Submissions: a file is an entry, beside tables or instead of them; every fault has its line."""

import json
import random

import pandas as pd
import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from site_builder.api import site_values
from site_builder.build import make_files
from site_builder.commands import main
from site_builder.config import load_config
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import board_rows
from site_builder.pages.boards import waiting_facts
from site_builder.pages.model import model_summary
from site_builder.pages.model_rivals import make_rivals
from site_builder.tables import submissions
from site_builder.tables.export import export_tables
from site_builder.tables.submission_schema import submission_schema
from site_builder.tables.submissions import parse_submission
from tests.helpers.sites import make_site
from tests.helpers.tables import HIGHER, check_project, fault_lines, write_project

ENTRY = """\
# yaml-language-server: $schema=../submission.schema.json
schema: 1
model: acme/coder
name: Coder
developer: Acme
facets: {{ agent: mini, effort: {effort} }}
scores:
  verified: {{ score: 71.5, n_examples: 500, cost_usd: 212.25 }}
  lite: {lite}
date: 2026
source: https://example.org/run
verification: self_reported
"""
HIGH, LOW = ENTRY.format(effort="high", lite=64), ENTRY.format(effort="low", lite=60.5)
AS_JSON = json.dumps(
    {
        "schema": 1,
        "model": "b\N{LATIN SMALL LETTER U WITH DIAERESIS} \N{GRINNING FACE}",
        "facets": {"agent": "other", "effort": 3, "local": True},
        "scores": {"verified": {"score": 50}, "lite": [{"subset": "de", "score": 40}]},
    },
    indent="\t",
)
UNSCORED = "schema: 1\nmodel: new\nname: New\nstatus: not_evaluated\nreason: no access\n"
TOML = '[tasks."*"]\nunit = "percent"\nhigher_is_better = true\n'
TABLE = "model,agent,effort,task,score\nacme/coder,mini,high,{task},{score}\nold,mini,,lite,12\n"


def project(folder, toml=TOML, **files):
    """A project of submissions by their names, where `_` stands for the dot."""
    root = write_project(folder, {}, toml)
    (root / "data/submissions").mkdir()
    for name, text in files.items():
        with_table(root, f"submissions/{name.replace('_', '.')}", text)
    return root


def with_table(root, name, text):
    (root / "data" / name).write_text(text, encoding="utf8")
    return root


def scores(root):
    results = check_project(root).results
    return results[["model", "task", "score"]].to_numpy().tolist()


def test_a_board_of_submissions_alone(tmp_path):
    """The entries, what they measure, and the facts that only their files state."""
    root = project(tmp_path, a_yaml=HIGH, b_yml=LOW, c_json=AS_JSON)
    (root / "data/submissions/.old").mkdir()
    (root / "data/submissions/.old/b.yml").write_text(LOW)  # hidden folders are not read
    tables = check_project(root)
    other = "b\xfc \N{GRINNING FACE}"
    assert [
        ["acme/coder (high)", "verified", 71.5],
        ["acme/coder (high)", "lite", 64],
        ["acme/coder (low)", "verified", 71.5],
        ["acme/coder (low)", "lite", 60.5],
        [other, "verified", 50],
        [other, "lite/de", 40],
        [other, "lite", 40],  # by its only part
    ] == tables.results[["model", "task", "score"]].to_numpy().tolist()
    assert ["agent", "effort", "local", "verification"] == [facet.id for facet in tables.facets]
    assert [212.25, None, 212.25, None, None, None, None] == [
        None if pd.isna(value) else value for value in tables.results["cost_usd"]
    ]
    models = tables.models.set_index("model")
    assert ["Coder (high)", "Coder (low)", other] == models["name"].tolist()
    assert ["Acme", "Acme"] == models["developer"].tolist()[:2]
    assert ["high", "low", "3"] == models["effort"].tolist()
    assert {"2026"} == {*tables.results["date"].dropna()}
    files, _ = make_files(load_config(tmp_path), dry=True)
    sources = json.loads(files["manifest.json"])["sources"]
    names = [f"data/submissions/{name}" for name in ("a.yaml", "b.yml", "c.json")]
    assert [*names, "site.toml"] == sorted(sources)


def test_submissions_beside_tables(tmp_path):
    """The published table has the rows of both; numbers and facts of the tables stay."""
    root = with_table(
        project(tmp_path, a_yaml=LOW), "results.csv", TABLE.format(task="lite", score=7)
    )
    with_table(root, "models.csv", "model,name,url\nold,Old,\nacme/coder,,https://example.org\n")
    tables = check_project(root)
    assert [
        ["acme/coder (high)", "lite", 7],
        ["old", "lite", 12],
        ["acme/coder (low)", "verified", 71.5],
        ["acme/coder (low)", "lite", 60.5],
    ] == tables.results[["model", "task", "score"]].to_numpy().tolist()
    coder = tables.models[tables.models["of"] == "acme/coder"]
    assert {"Acme"} == {*coder["developer"]}
    assert {"https://example.org"} == {*coder["url"]}
    published = {table.spec.name: table for table in export_tables(tables.loaded)}
    assert (4, 2) == (published["results"].rows, published["models"].rows)


def test_a_model_without_scores_is_listed_with_the_reason(tmp_path):
    """It is not ranked, counted or missed; a status beside scores is a warning without effect."""
    root = project(tmp_path, a_yaml=HIGH, b_yaml=UNSCORED)
    assert [] == fault_lines(root)
    site = make_site(root)
    assert [("Not evaluated", "New", "no access")] == [
        (fact.label, fact.link and fact.link.text, fact.text) for fact in waiting_facts(site)
    ]
    spec = BoardTableSpec(site, site.results.boards, full=True)
    assert ["acme/coder"] == [row.model for row in board_rows(spec)]
    assert 1 == site.results.stats.models
    assert "New is not evaluated: no access." == model_summary(site, "new")
    unscored = {"model": "new", "name": "New", "status": "not_evaluated", "reason": "no access"}
    assert [unscored] == site_values(site.computed)["not_evaluated"]

    with_table(root, "models.csv", "model,status\nacme/coder,pending\n")
    assert [
        "data/models.csv:2: model 'acme/coder' has scores, and its status is 'pending'. "
        "Remove the status."
    ] == fault_lines(root)
    assert ["new"] == [model.model for model in make_site(root).results.catalog.waiting]


WAITING = "schema: 1\nmodel: acme/coder\nfacets: { agent: mini, effort: max }\nstatus: pending\n"


def test_an_entry_without_scores_is_listed_with_the_reason(tmp_path):
    """One setting of a model that has scores in others, by a file or by a row."""
    root = project(tmp_path, a_yaml=HIGH, b_yaml=LOW, c_yaml=f"{WAITING}reason: queued\n")
    rows = "model,effort,status,reason\nacme/coder,none,not_evaluated,has no such effort\n"
    with_table(root, "models.csv", f"{rows}lone,high,pending,\nlone,low,pending,\n")
    assert [] == fault_lines(root)
    site = make_site(root)
    assert [
        ("Coder (max)", "Pending", "queued"),
        ("Coder (none)", "Not evaluated", "has no such effort"),
        ("lone (high)", "Pending", ""),
        ("lone (low)", "Pending", ""),
    ] == sorted((f.link.text, f.label, f.text) for f in waiting_facts(site) if f.link)
    beside = waiting_facts(site, beside="acme/coder (mini, high)")
    assert ["Coder (max)", "Coder (none)"] == sorted(f.link.text for f in beside if f.link)
    names = ["acme/coder (mini, high)", "acme/coder (mini, low)"]
    assert names == [s.model for s in site.results.board.ranked]
    said = "Coder (max) is not evaluated yet: queued."
    assert said == model_summary(site, "acme/coder (mini, max)")
    waits = "acme/coder (mini, max)"
    rivals = make_rivals(site, site.results.board, waits)
    assert rivals is not None
    assert {"Coder (high)", "Coder (low)"} == {
        row.cells[0].link.text for row in rivals.table.rows if row.cells[0].link
    }
    unscored = {"name": "Coder (max)", "status": "pending", "reason": "queued"}
    assert {"model": "acme/coder (mini, max)"} | unscored in site_values(site.computed)[
        "not_evaluated"
    ]

    with_table(root, "submissions/c.yaml", WAITING.replace("max", "low"))
    assert [
        "data/submissions/c.yaml:4: entry 'acme/coder' has scores, and its status is 'pending'. "
        "Remove the status."
    ] == fault_lines(root)
    with_table(root, "models.csv", f"{rows}acme/coder,none,pending,\n")
    twice = "two models for (acme/coder, none). Keep one model for each."
    assert f"data/models.csv:2: lines 2, 3: {twice}" in fault_lines(root)


@pytest.mark.parametrize(
    ("value", "stored", "found"),
    [
        ("5", [5, 3], [5, 3, 5, 5]),
        ("few", [5, None], ["5", None, "few", "few"]),
        ("true", [True, False], [True, False, True, True]),
    ],
)
def test_settings_have_the_type_that_the_table_has(tmp_path, value, stored, found):
    text = f"schema: 1\nmodel: m\nfacets: {{ how: {value} }}\nscores: {{ t: 1, u: 2 }}\n"
    root = project(tmp_path, toml=f"[facets.how]\n{TOML}", a_yaml=text)
    table = pd.DataFrame({"model": ["n", "o"], "task": ["t", "u"], "score": 3.0, "how": stored})
    table.to_parquet(root / "data/results.parquet")
    read = check_project(root).loaded["results"].frame["how"]
    assert found == [None if pd.isna(one) else one for one in read]


def test_the_order_of_files_changes_nothing(tmp_path):
    """Nor do their endings: files are read by their names."""
    names = [f"{letter}.yaml" for letter in "abcdef"]
    built = []
    for turn in range(2):
        root = project(tmp_path / str(turn))
        for name in random.Random(turn).sample(names, len(names)):
            text = ENTRY.format(effort=name[0], lite=50 + ord(name[0]) % 7)
            with_table(root, f"submissions/{name}", text)
        built.append(make_files(load_config(root), dry=True)[0])
    assert built[0] == built[1]


# Of a file: what it is, and its faults, without the name of the file.
WRONG = {
    "empty": ("", ["the file is empty"]),
    "text": ("hello", ["1: it has no keys. Write `schema: 1`, `model` and `scores`."]),
    "nothing else": (
        "schema: 1",
        [
            "1: 'model' is missing. Add it: the id of the model.",
            "1: 'scores' is missing. Add it: a score of each task.",
        ],
    ),
    "no schema": (
        "model: m\nscores: { t: 1 }",
        ["1: 'schema' is missing. Write `schema: 1` as its first line."],
    ),
    "newer": (
        "model: m\nschema: 2\nthings: []",
        [
            "2: it is of schema '2', and this generator reads 1. Read it with a newer generator: "
            "install it, then `leaderboard-site upgrade`."
        ],
    ),
    "twice": (
        "schema: 1\nmodel: m\nscores:\n  t: 1\n  t: 2",
        ["5: 't' stands twice, first in line 4. Keep one."],
    ),
    "all at once": (
        "schema: 1\nmodel: m\nscores:\n  t: high\n  u:\n    score: 1\n    stdrr: 2\n"
        "  v:\nstderr: 1\nlicence: MIT\nagent: x\n",
        [
            "9: key 'stderr' is not known. It is of one score: write it below its task, as "
            "`stderr`.",
            "10: key 'licence' is not known. Did you mean 'license'?",
            "11: key 'agent' is not known. A setting stands under `facets`.",
            "7: key 'stdrr' of a score is not known. Did you mean 'stderr'?",
            "8: the score of 'v' is nothing. Write a number, or leave the task out.",
            "4: 'score' is 'high', not a number. Write a number, such as 0.71, or leave the row "
            "out.",
        ],
    ),
    "a status beside scores": (
        "schema: 1\nmodel: m\nstatus: pending\nfacets: { a: b }\nscores: { t: 1 }",
        [
            "5: 'scores' stands beside a status. Take the status out.",
        ],
    ),
    "values": (
        "schema: 1\nmodel: m\nname: 7\ndate: yesterday\nverification: trust me\n"
        "scores:\n  t:\n    score: 1\n    cost_usd: -3\n",
        [
            "9: 'cost_usd' is less than 0",
            "4: 'date' is 'yesterday', not a date. Write it as YYYY, YYYY-MM or YYYY-MM-DD.",
            "5: 'verification' is 'trust me'. Write 'self_reported' or 'reproduced' or "
            "'verified', or leave it null.",
            "3: 'name' is 7, not text. Put it in quotes.",
        ],
    ),
    "anchor": ("schema: &x 1", ["1: it has an anchor or alias (& or *). Write it out."]),
    "object": ("a: !!python/name:os.system", ["1: it has a tag (!). Write the value alone."]),
    "deep": (f"a: {'[' * 5000}", ["1: it has more than 6 levels. Put less into each other."]),
    "two": ("schema: 1\n---\n", ["2: a second document begins. Use a file for each."]),
    "surrogate": (
        'schema: 1\nmodel: "\\ud800"\n',
        ["2: it has half of a character, such as \\ud800. Remove it."],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_fault_of_a_file_has_its_line(tmp_path, name):
    text, faults = WRONG[name]
    root = project(tmp_path, a_yaml=text)
    start = "data/submissions/a.yaml:"
    assert faults == [line.removeprefix(start).strip() for line in fault_lines(root)]


def test_two_places_of_one_entry_are_both_named(tmp_path):
    root = project(tmp_path, b_yaml=HIGH, a_yaml=HIGH)
    with_table(root, "results.csv", TABLE.format(task="verified", score=70))
    text = "scores for (acme/coder, verified, mini, high). Keep one score for each."
    a, b, c = (
        f"data/{n}" for n in ("submissions/a.yaml:8", "submissions/b.yaml:8", "results.csv:2")
    )
    assert f"{a}: also {b}, {c}: three {text}" in fault_lines(root)


def test_facts_must_not_contradict(tmp_path):
    """Neither those of a table, nor those of another file."""
    changed = LOW.replace("Acme", "ACME").replace("name: Coder", "name: Code")
    root = project(tmp_path, a_yaml=HIGH, b_yaml=changed)
    with_table(root, "models.csv", "model,name\nacme/coder,Coder\n")
    fix = "Remove it here, or make both alike."
    assert [
        "data/submissions/b.yaml:4: 'name' of 'acme/coder' is 'Code', and 'Coder' in "
        f"data/models.csv:2. {fix}",
        "data/submissions/b.yaml:5: 'developer' of 'acme/coder' is 'ACME', and 'Acme' in "
        f"data/submissions/a.yaml:5. {fix}",
    ] == fault_lines(root)


def test_a_misspelt_task_is_named(tmp_path):
    root = project(tmp_path, a_yaml=HIGH, b_yaml=LOW.replace("verified:", "verifed:"))
    with_table(root, "results.csv", "model,task,score\nold,verified,12\nold,lite,12\n")
    what = "data/submissions/b.yaml:8: task 'verifed' is one letter away from 'verified'."
    assert any(line.startswith(what) for line in fault_lines(root))


def test_proportions_among_percents_are_named(tmp_path):
    """Also in a file of single scores; a model that solves nothing is no sign of another unit."""
    low = LOW.replace("71.5", "0.715").replace("lite: 60.5", "lite: 0.605")
    none = LOW.replace("effort: low", "effort: none").replace("71.5", "0").replace("60.5", "0")
    root = project(tmp_path, a_yaml=HIGH, b_yaml=low, c_yaml=none)
    with_table(root, "results.csv", TABLE.format(task="verified", score=70).replace("high", "max"))
    assert [
        "data/submissions/b.yaml:8: lines 8, 9: its scores are between 0 and 1, on tasks in "
        "percent with a median of 38.0. Multiply them by 100 if they are proportions."
    ] == fault_lines(root)


@pytest.mark.parametrize("link", ["data/submissions", "data/submissions/a.yaml"])
def test_no_link_is_followed_out(tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text(HIGH, encoding="utf8")
    root = project(tmp_path / "board")
    if link == "data/submissions":
        (root / link).rmdir()
    (root / link).symlink_to(outside if link == "data/submissions" else outside / "a.yaml")
    assert any(
        line.startswith(f"{link}: ") and "symbolic link" in line for line in fault_lines(root)
    )


def test_a_large_file_is_not_read(tmp_path):
    root = project(tmp_path, a_yaml=HIGH + "#" * 1_000_000, b_txt="x", README_md="How to")
    size = len(HIGH) + 1_000_000
    assert [
        f"data/submissions/a.yaml: the file cannot be read: it has {size:,} bytes, more than "
        "1,000,000. Write one file for each entry.",
        "data/submissions/b.txt: is no submission and is not read. Name it .yaml or .json.",
    ] == fault_lines(root)[-2:]


def test_the_schema_takes_what_is_read_and_refuses_the_rest():
    """What an editor marks is what a build names: without what only the tables tell."""
    schema = Draft7Validator(submission_schema())
    Draft7Validator.check_schema(submission_schema())
    for text, ending in (
        (HIGH, ".yaml"),
        (UNSCORED, ".yaml"),
        (WAITING, ".yaml"),
        (AS_JSON, ".json"),
    ):
        assert ([], True) == (
            [*schema.iter_errors(YAML(typ="safe", pure=True).load(text) | {"date": "2026"})],
            not parse_submission(text.encode(), "", ending)[1],
        )
    refused = ["nothing else", "no schema", "newer", "all at once", "values", "text"]
    refused += ["a status beside scores"]
    for name in refused:
        assert [*schema.iter_errors(YAML(typ="safe", pure=True).load(WRONG[name][0]))], name


def test_results_become_a_submission(tmp_path):
    """It has the digits of the results, and is what is read back."""
    root = project(tmp_path / "board", toml=HIGHER + '[facets.agent]\nlabel = "Agent"\n')
    with_table(root, "results.csv", "model,agent,task,score\nold,x,t,0.5\nold,x,u,0.25\n")
    runs = tmp_path / "runs.csv"
    runs.write_text(
        "model,task,score\nacme--coder,t,0.1234567\nacme--coder,u,0.5\n", encoding="utf8"
    )
    options = ["--into", str(root), "--model", "acme/coder", "--facet", "agent=on", "--proportion"]
    done = CliRunner().invoke(main, ["submit", str(runs), *options, "--submitted-by", "a: b"])
    assert 0 == done.exit_code, done.output
    path = root / "data/submissions/acme-coder-on.yaml"
    text = path.read_text(encoding="utf8")
    assert "model: acme/coder\n" in text
    assert [["acme/coder", "t", 0.1234567], ["acme/coder", "u", 0.5]] == scores(root)[2:]
    tables = check_project(root)
    assert {"a: b"} == {*tables.results["submitted_by"].dropna()}
    assert ["x", "on"] == tables.models["agent"].tolist()
    again = CliRunner().invoke(main, ["submit", str(runs), *options])
    assert (1, text) == (again.exit_code, path.read_text(encoding="utf8"))
    two = tmp_path / "two.csv"
    two.write_text("model,task,score\na,t,0.1\nb,t,0.5\n", encoding="utf8")
    refused = CliRunner().invoke(main, ["submit", str(two), *options])
    assert "scores of 2 models: a and b. Name the files of one" in refused.output
    two.write_text("model,agent,task,score\na,x,t,0.1\na,y,u,0.5\n", encoding="utf8")
    refused = CliRunner().invoke(main, ["submit", str(two), *options[:2], "--proportion"])
    assert "scores of several entries: agent is 'x' and 'y'. Name the files" in refused.output


def test_imported_scores_leave_those_of_files_if_ours(tmp_path):
    """Those of the same settings; others are added, and the board has each score once."""
    root = project(
        tmp_path, a_yaml="schema: 1\nmodel: m\nfacets: { agent: a }\nscores: { t: 50 }\n"
    )
    source = tmp_path / "new.csv"
    source.write_text("model,agent,task,score\nm,a,t,70\nm,b,t,60\nn,a,t,40\n", encoding="utf8")
    done = CliRunner().invoke(main, ["import", "csv", str(source), "--into", str(root), "--ours"])
    assert 0 == done.exit_code, done.output
    assert [] == fault_lines(root)
    assert [["m (b)", "t", 60], ["n", "t", 40], ["m (a)", "t", 50]] == scores(root)

    # What says why another entry has no scores stays too.
    waiting = {"model": ["m", "n"], "agent": ["c", None], "status": ["pending", None]}
    pd.DataFrame(waiting).to_parquet(root / "data/models.parquet")
    source.write_text("model,agent,task,score\nm,d,t,70\n", encoding="utf8")
    done = CliRunner().invoke(main, ["import", "csv", str(source), "--into", str(root), "--ours"])
    assert 0 == done.exit_code, done.output
    assert [] == fault_lines(root)
    assert ["m (c)"] == [m.model for m in make_site(root).results.catalog.waiting]


def migrated(root):
    done = CliRunner().invoke(main, ["migrate", "--project", str(root)])
    return done.exit_code, done.output.replace(f"{root}/", "").splitlines()


def test_submissions_move_up_to_a_newer_schema(tmp_path, monkeypatch):
    """Step by step; comments, order and digits stay, and what cannot be moved is named."""

    def rename(fields):
        if "sender" in fields:
            message = "'sender' was never a key"
            raise ValueError(message)
        fields["scored"] = fields.pop("scores")

    yaml = '# why\r\nschema: 1\r\nscores:\r\n  t: 71.50  # last\r\nmodel: "m"\r\n'
    root = project(tmp_path, a_yaml=yaml.replace("\r", ""), b_json='{"schema":1,"scores":{"t":1}}')
    with_table(root, "submissions/c.yaml", "schema: 9\nmodel: m\n")
    newer = "data/submissions/c.yaml:1: it is of schema '9', and this generator reads {}. Read it "
    newer += "with a newer generator: install it, then `leaderboard-site upgrade`."
    said = "0 submissions of {} brought up to schema 1."
    assert (1, [newer.format(1), said.format(3)]) == migrated(root)
    (root / "data/submissions/c.yaml").unlink()
    assert (0, [said.format(2)]) == migrated(root)
    assert len(submissions.STEPS) + 1 == submissions.VERSION

    steps = (rename, lambda fields: fields.update(more="on"))
    monkeypatch.setattr(submissions, "STEPS", steps)
    monkeypatch.setattr(submissions, "VERSION", 3)
    old = "a.yaml:2: it is of schema 1, and this generator reads 3. Run `leaderboard-site migrate`."
    assert f"data/submissions/{old}" in fault_lines(root)
    (root / "data/submissions/a.yaml").write_bytes(yaml.encode())
    with_table(root, "submissions/c.yaml", "schema: 9\nmodel: m\n")
    with_table(root, "submissions/d.yaml", "schema: 1\nsender: me\n")
    assert (
        1,
        [
            newer.format(3),
            "data/submissions/d.yaml: it cannot be brought from schema 1 to 2: 'sender' was never "
            "a key. Change it by hand.",
            "  data/submissions/a.yaml",
            "  data/submissions/b.json",
            "2 submissions of 4 brought up to schema 3.",
        ],
    ) == migrated(root)
    moved = '# why\r\nschema: 3\r\nmodel: "m"\r\nscored:\r\n  t: 71.50  # last\r\nmore: on\r\n'
    assert moved.encode() == (root / "data/submissions/a.yaml").read_bytes()
    text = (root / "data/submissions/b.json").read_text(encoding="utf8")
    assert '{"schema": 3, "scored": {"t": 1}, "more": "on"}\n' == text
