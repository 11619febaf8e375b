"""Import CSV, Parquet and JSON lines: what the columns and the scores are."""

import datetime
import json
import shutil
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.importers.cells import Marks, is_blank, parse_number
from site_builder.tables.metrics import direction_in, direction_of, is_cost, measure_of
from tests.helpers.imported import (
    HARNESSES,
    imported,
    paste,
    rows,
    run_import,
    scores,
    write_json,
    write_workbook,
)
from tests.helpers.tables import check_project, fault_lines

LONG = """\
Model,Benchmark,Stage,Score,StdErr,n,Date,URL,Notes
alpha,add,base,0.5,0.125,16,2024-05-01,https://example.org/a,x
alpha,add,fine_tuned,0.75,,16,,,
beta,add,base,0.25,0.0,,,,
"""


UP = "--higher-is-better"


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_long_table(tmp_path):
    said = run_import("csv", write(tmp_path, "a.csv", LONG), into=tmp_path)
    first, second, third = rows(tmp_path)
    assert first == {
        "model": "alpha",
        "task": "add",
        "variant": "base",
        "score": 0.5,
        "stderr": 0.125,
        "n_examples": 16,
        "date": "2024-05-01",
        "source": "https://example.org/a",
    }
    assert ("fine_tuned", 0.75, "a.csv") == (second["variant"], second["score"], second["source"])
    assert {"stderr", "n_examples", "date"}.isdisjoint(third)
    (task,) = rows(tmp_path, "tasks")
    assert task == {"task": "add", "higher_is_better": True, "score_min": 0.0, "score_max": 1.0}
    assert (
        "a.csv: one score per row; model = 'Model'; task = 'Benchmark'; score = 'Score'; "
        "variant = 'Stage'; stderr = 'StdErr'; n_examples = 'n'; date = 'Date'; "
        "source = 'URL'; not used: Notes"
    ) in said.stderr


WIDE = """\
model;Params (B);license;add;add_stderr;sort;Average
alpha;7;mit;0,5;0,125;0,25;0,375
beta;13;;**0,75**;;n/a;0,75
"""


def test_wide_table_of_tasks(tmp_path):
    said = run_import("csv", write(tmp_path, "a.csv", WIDE), UP, into=tmp_path)
    assert {
        ("alpha", "add", "base"): 0.5,
        ("alpha", "sort", "base"): 0.25,
        ("beta", "add", "base"): 0.75,
    } == scores(tmp_path)
    assert [0.125, None] == [r.get("stderr") for r in rows(tmp_path) if r["task"] == "add"]
    assert [
        {"model": "alpha", "parameters_b": 7.0, "license": "mit"},
        {"model": "beta", "parameters_b": 13.0},
    ] == rows(tmp_path, "models")
    assert "one task per column; model = 'model'; license = 'license'; parameters_b" in said.stderr
    assert "tasks = add, sort; no scores: Average (average)" in said.stderr


def test_models_are_never_chosen_from_columns_of_numbers(tmp_path):
    """The message has them as the line to paste; a version is none."""
    path = write(tmp_path, "a.tsv", "Task\tversion\talpha\tbeta\nadd\t2\t0.5\t0.25\n")
    said = run_import("csv", path, UP, into=tmp_path)
    assert "a.tsv: skipped: it has no column of models. Name the model of all rows" in said.stderr
    assert 'model_columns = ["alpha", "beta"]' in paste(tmp_path, said)
    imported("csv", path, UP, into=tmp_path)
    assert {("alpha", "add", "base"): 0.5, ("beta", "add", "base"): 0.25} == scores(tmp_path)


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "ndjson"])
def test_parquet_and_json_lines(tmp_path, ending):
    frame = pd.DataFrame(
        {"model": ["alpha", "beta"], "task": "add", "score": [0.5, 0.25], "n": [16, None]}
    )
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_json(path, orient="records", lines=True)
    found = imported("csv", path, into=tmp_path)
    assert [16, None] == [row.get("n_examples") for row in found]
    assert {("alpha", "add", "base"): 0.5, ("beta", "add", "base"): 0.25} == scores(tmp_path)


def test_parquet_types(tmp_path):
    table = pa.table(
        {
            "model": ["a"],
            "task": ["t"],
            "score": pa.array([Decimal("0.5")], pa.decimal128(3, 1)),
            "n": pa.array([16], pa.int32()),
            "date": pa.array([datetime.date(2024, 5, 1)], pa.date32()),
            "higher_is_better": [False],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (row,) = imported("csv", tmp_path / "a.parquet", into=tmp_path)
    assert (0.5, 16, "2024-05-01") == (row["score"], row["n_examples"], row["date"])
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


@pytest.mark.parametrize(
    ("toml", "table"),
    [
        ("", "model,task,F1\nalpha,add,0.25\n"),
        ('[import.columns]\nscore = "F1"\n', "model,task,Accuracy,F1\nalpha,add,0.5,0.25\n"),
    ],
)
def test_score_column_may_have_the_name_of_its_metric(tmp_path, toml, table):
    (tmp_path / "site.toml").write_text(toml)
    (row,) = imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert (0.25, "F1") == (row["score"], rows(tmp_path, "tasks")[0]["metric"])


def test_repeated_score_is_called_identical_or_older(tmp_path):
    """A repeated row differs in nothing; a row of an earlier day is older."""
    rows_ = "a,t,0.5,\na,t,0.5,\nb,t,0.75,2024-05-02\nb,t,0.25,2024-05-01\n"
    path = write(tmp_path, "a.csv", f"model,task,score,date\n{rows_}")
    said = run_import("csv", path, into=tmp_path)
    assert {("a", "t", "base"): 0.5, ("b", "t", "base"): 0.75} == scores(tmp_path)
    assert "identical: 1 score of a.csv, since a.csv has them again" in said.stderr
    assert "older: 1 score of a.csv, since a record of it is newer" in said.stderr


LINK = "<a href='x' style='a: b; c: d; e: f;'>{}</a>"


@pytest.mark.parametrize(
    ("content", "toml", "expected"),
    [
        # A task with two metrics becomes two tasks.
        (
            "model,task,metric,score\na,t,acc,0.5\na,t,f1,0.25\n",
            "",
            {("a", "t (acc)"): 0.5, ("a", "t (f1)"): 0.25},
        ),
        # Tags of web pages are no part of names, nor do their semicolons separate cells.
        (f"model,{LINK.format('add')}\n{LINK.format('a')},0.5\n", "", {("a", "add"): 0.5}),
        # A column that is not used may hold long texts.
        (f"model,task,score,notes\na,t,0.5,{'x' * 20_000}\n", "", {("a", "t"): 0.5}),
        # Stated columns are tasks whatever their names say; a score of no task is one, too.
        ("model,score\na,0.5\n", '[import]\ntask_columns = ["score"]\n', {("a", "score"): 0.5}),
        ("model,seconds\na,5\n", '[import]\ntask_columns = ["seconds"]\n', {("a", "seconds"): 5}),
        # A language that tells no two scores on a task apart names no part of it.
        (
            "model,task,lang,score\na,t,de,0.5\na,u,fr,0.25\n",
            "",
            {("a", "t"): 0.5, ("a", "u"): 0.25},
        ),
    ],
)
def test_scores_of_a_table(tmp_path, content, toml, expected):
    (tmp_path / "site.toml").write_text(toml)
    path = write(tmp_path, "a.csv", content)
    found = imported("csv", path, UP, "--other-unit", into=tmp_path)
    assert expected == {(row["model"], row["task"]): row["score"] for row in found}


UNUSUAL = {
    # Of the heading alone, commas separate more.
    "commas.csv": ("Model;Acc, x;F1, y\na, b;0.5;0.25\n", {("a, b", "Acc, x"), ("a, b", "F1, y")}),
    # What points and commas mean is told by the whole file.
    "marks.csv": ('model,x,y\na,"1,234",0.5\n', {("a", "x"), ("a", "y")}),
    "heads.csv": (",A,,B\nmodel,x,y,x\na,1,2,3\n", {("a", "A: x"), ("a", "A: y"), ("a", "B: x")}),
    "groups.csv": (",A,,B\nmodel,x,y,z\na,1,2,3\n", {("a", "x"), ("a", "y"), ("a", "z")}),
    "comments.tsv": ("# By, us\nmodel\tx\ty\n# best\na\t0.5\t0.25\n", {("a", "x"), ("a", "y")}),
    "spaced.csv": ('"model", "x"\n"a", "0.5"\nAverage, 0.5\n', {("a", "x")}),
    "table.md": (
        "# Best\n\n| Model | x \u2191 | y |\n|:-|-:|-|\n| [**a**](b) | `0.5` | 2% |\n\nEnd |\n",
        {("a", "x"), ("a", "y")},
    ),
    # As on GitHub: badges are no scores, and footnotes no parts of names.
    "readme.md": (
        "|Status|\n|-|\n|[![b][c]][d]|\n\n"
        "|Model|x[^5]<br>(F1, 3-shot)|\n|-|-|\n|**A**||\n|a [^9] [^10]|0.5|\n\n[^5]: Old.\n",
        {("a", "x (F1, 3-shot)")},
    ),
    "pandas.json": ('{"model": {"0": "a"}, "x": {"0": 0.5}}', {("a", "x")}),
    "lists.json": ('{"model": ["a", "b"], "x": [0.5, 0.25]}', {("a", "x"), ("b", "x")}),
    "grid.json": (
        '{"headers": ["model", "x"], "data": [["a", 1]], "metadata": null}',
        {("a", "x")},
    ),
    "boards.json": (
        '{"boards": [{"name": "A", "rows": [{"name": "a", "x": 1}]},'
        ' {"name": "B", "rows": [{"name": "a", "x": 2}]}]}',
        {("a", "x (A)"), ("a", "x (B)")},
    ),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_shapes_of_tables(tmp_path, name):
    content, expected = UNUSUAL[name]
    if name == "boards.json":
        (tmp_path / "site.toml").write_text('[import]\ntask_by = ["board"]\n')
    imported("any", write(tmp_path, name, content), UP, "--other-unit", into=tmp_path)
    found = scores(tmp_path)
    assert expected == {(model, task) for model, task, _ in found}
    assert name != "marks.csv" or found["a", "x", "base"] == 1234.0


@pytest.mark.parametrize(
    ("content", "answer", "expected"),
    [
        ('{"a": {"x": 0.5, "y": 1}}', 'columns = { model = "name" }', {("a", "x"), ("a", "y")}),
        ('{"x": {"m/a": 0.5, "m/b": 1}}', "", {("m/a", "x"), ("m/b", "x")}),
        ('{"results": {"a": {"x": {"acc": 1}}}, "at": 5}', "", {("a", "x.acc")}),
    ],
)
def test_names_of_objects_with_numbers_alone_are_asked_for(tmp_path, content, answer, expected):
    """They may be models or tasks; the likely answer comes first."""
    path = write(tmp_path, "a.json", content)
    said = run_import("csv", path, UP, into=tmp_path)
    assert "a.json: skipped: nothing tells whether '" in said.stderr
    assert answer in paste(tmp_path, said)
    imported("csv", path, UP, into=tmp_path)
    assert expected == {(model, task) for model, task, _ in scores(tmp_path)}


def test_cells_with_more_than_a_number_are_refused(tmp_path):
    text = "model,x,y\na,0.5,71.3 (12)\nb,1,24/40\n"
    said = run_import("csv", write(tmp_path, "a.csv", text), UP, into=tmp_path)
    assert {("a", "x", "base"): 0.5, ("b", "x", "base"): 1.0} == scores(tmp_path)
    beside = (
        "'71.3 (12)' holds more than a number (in 'y'); and 1 more cell like it: a.csv: row 2. "
    )
    assert f"{beside}Write each number into a column of its own." in said.stderr
    path = write(tmp_path, "b.csv", 'model,x\na,"1,234"\n')
    said = run_import("csv", path, UP, into=tmp_path)
    assert "'1,234' may be a thousand times less (in 'x'). Write numbers with a" in said.stderr


def test_site_toml_names_columns(tmp_path):
    path = write(tmp_path, "a.csv", "who,x 1,x 2\nalpha,0.5,0.25\n")
    toml = '[import]\ntask_columns = ["x 1"]\ncolumns = { model = "who"'
    for more, what in (
        (', score = "y"', "site.toml names the column 'y'; the file has who, x 1, x 2"),
        (', scor = "y"', "of site.toml names 'scor'. Did you mean 'score'?"),
    ):
        (tmp_path / "site.toml").write_text(f"{toml}{more} }}\n")
        assert what in run_import("csv", path, into=tmp_path).stderr
    (tmp_path / "site.toml").write_text(f"{toml} }}\n")
    imported("csv", path, UP, into=tmp_path)
    assert {("alpha", "x 1", "base"): 0.5} == scores(tmp_path)


def test_names_for_columns_of_the_file(tmp_path):
    """Facts of models go to their table; a facet may be called nearly as a known column."""
    table = (
        "model,x,Page,Says,HF Model,Modes\na,0.5,https://x.org/a,Small.,o/a,p\nb,0.25,none,,o/b,p\n"
    )
    columns = 'url = "Page", description = "Says", hf_model = "HF Model", modes = "Modes"'
    (tmp_path / "site.toml").write_text(f"[import]\ncolumns = {{ {columns} }}\n")
    found = imported("csv", write(tmp_path, "a.csv", table), UP, into=tmp_path)
    assert [("o/a", "p"), ("o/b", "p")] == [(r["hf_model"], r["modes"]) for r in found]
    a, b = rows(tmp_path, "models")
    assert ("https://x.org/a", "Small.") == (a["url"], a["description"])
    assert {"url", "description"}.isdisjoint(b)
    check_project(tmp_path)


def test_models_without_a_score_are_named(tmp_path):
    table = "model,de,fr\na,N/A,-\nb,0.5,N/A\nc,,\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), UP, into=tmp_path)
    assert "a.csv: 2 models without a score left out: a and c\n" in said.stderr
    assert {("b", "de", "base"): 0.5} == scores(tmp_path)


ACROSS = """\
| Metric | BERT4Rec | *Sas* x |
|---|---|---|
| hit@1 | 0.25 | 4_308.28 |
| ndcg@1 | 0.5* | **0.125** |
| mrr@1 | 0.5 | 0.75 |
"""


def test_models_may_be_columns(tmp_path):
    """Both lines are offered, and the second alone leads to the first."""
    path = write(tmp_path, "a.md", ACROSS)
    text = paste(tmp_path, run_import("csv", path, into=tmp_path))
    task, models = 'columns = { task = "Metric" }\n', 'model_columns = ["BERT4Rec", "Sas x"]\n'
    assert f"[import]\n{models}{task}" == text
    (tmp_path / "site.toml").write_text(f"[import]\n{models}")
    assert task in paste(tmp_path, run_import("csv", path, into=tmp_path))
    said = run_import("csv", path, into=tmp_path)
    assert "a.md: row 1: cell left out: '4_308.28' is not a number (in 'Sas x')" in said.stderr
    assert 0.125 == scores(tmp_path)["Sas x", "ndcg@1", "base"]
    assert 5 == len(scores(tmp_path))


NO_TABLE = "it is no table: neither a list of objects nor objects by name"


@pytest.mark.parametrize(
    ("where", "content", "why"),
    [
        ("a.csv", "a,b\n1,2\n", "it has no column of models. Name the model of all rows by"),
        ("a.csv", "model,license\nalpha,mit\n", "it has no column of scores"),
        ("a.csv", "model,seconds\nalpha,5\n", "it has no column of scores, only seconds (time)."),
        ("a.csv", "model,add\nalpha,-\n", "it has no column of scores"),
        ("a.csv", "model,task,acc,f1\na,t,1,1\n", "it has several columns of numbers, acc, f1."),
        ("a.csv", "model,task,text\na,t,x\n", "it has no numbers. Name the column of scores"),
        ("a.csv", "a,,\nalpha,0.5,1\n", "most columns have no name in its first line."),
        ("a.csv", "model,model,a\nx,y,1\n", "two of its columns are named 'model'"),
        ("a.csv:3", "model,add,sub\n\nalpha,0,71,0.5\n", "it has 4 values, the heading 3. Put a"),
        ("a.csv", "", "it is empty"),
        ("a.csv:3", 'model,task,acc\na,t,1\n"b,t,1\n', "a quote is not closed. Put the value in"),
        ("a.csv:2", "model,add\n<<<<<<< HEAD\n", "a merge conflict is not resolved: <<<<<<<"),
        ("a.csv", b"mod\xe8le,add\n", "it is not UTF-8 text; save it as UTF-8"),
        ("b.parquet", "no Parquet", "the file is not Parquet. Write it again"),
        ("c.jsonl:2", "{}\n[1]\n", "is a list, not an object with fields"),
        ("d.zip", b"", ".zip is none of .csv, .tsv, .jsonl"),
        ("d.txt", "x", ".txt is none of .csv, .tsv, .jsonl"),
        ("e.json", "[1]", NO_TABLE),
        ("e.json", "{}", NO_TABLE),
        (
            "e.json",
            '{"a": [{"b": 1}], "c": [{"b": 1}], "d": 1}',
            "it has several tables, 'a' (1 row",
        ),
        ("f.yaml:2", "- add: 1\n  add: 1\n", 'its YAML cannot be read: found duplicate key "add"'),
    ],
)
def test_unreadable_table_is_reported(tmp_path, where, content, why):
    """The other files of the folder are read."""
    write(tmp_path, f"tables/{where.partition(':')[0]}", content)
    write(tmp_path, "tables/z.csv", LONG)
    said = run_import("csv", tmp_path / "tables", into=tmp_path)
    assert (0, 3) == (said.exit_code, len(rows(tmp_path)))
    assert f"warning: tables/{where}: skipped: {why}" in said.stderr


def test_bad_rows_are_reported(tmp_path):
    """Rows count from 1; an empty cell is no error, and what is after ± no standard error."""
    path = write(
        tmp_path, "a.csv", "model,task,score\na,t,0.5 ± 0.1\na,u,high\n,v,0.5\na,,0.5\na,w,\n"
    )
    said = run_import("csv", path, into=tmp_path)
    assert {("a", "t", "base"): 0.5} == scores(tmp_path)
    assert "a.csv: row 2: skipped: 'high' is not a number" in said.stderr
    assert "a.csv: row 3: skipped: it names no model" in said.stderr
    assert "a.csv: row 4: skipped: it names no task" in said.stderr
    assert "row 5" not in said.stderr
    assert "stderr" not in rows(tmp_path)[0]
    assert "the number after ± is ignored (1)" in said.stderr


PERCENT = "model,add,sort\nalpha,71.5,0.5\nbeta,55,0.25\n"


def test_unclear_unit_is_one_error(tmp_path):
    """Beside percentages, 0.5 may be half a percent; the question names all tasks."""
    said = run_import("csv", write(tmp_path, "a.csv", PERCENT), UP, into=tmp_path)
    line = (
        "a.csv does not tell the unit of 'add' (55 to 71.5) and 'sort' (0.25 to 0.5). Use "
        "--percent, --proportion or --other-unit, or scale under [import] in site.toml; or, for "
        'some tasks, write "add" = { unit = "percent" } under [tasks].'
    )
    assert (1, True) == (said.exit_code, line in said.stderr)
    assert not (tmp_path / "data").exists()
    assert '"sort" = { unit = "proportion" }\n"add" = { unit = "percent" }' in paste(tmp_path, said)
    imported("csv", tmp_path / "a.csv", UP, into=tmp_path)


@pytest.mark.parametrize(
    ("answer", "toml", "bounds"),
    [
        (("--percent",), "", (0.0, 100.0)),
        (("--other-unit",), "", (None, None)),
        ((), '[import]\nscale = "percent"\n', (0.0, 100.0)),
    ],
)
def test_stated_unit_sets_the_bounds(tmp_path, answer, toml, bounds):
    (tmp_path / "site.toml").write_text(toml)
    imported("csv", write(tmp_path, "a.csv", PERCENT), UP, *answer, into=tmp_path)
    assert [71.5, 55.0, 0.5, 0.25] == list(scores(tmp_path).values())
    found = [(t.get("score_min"), t.get("score_max")) for t in rows(tmp_path, "tasks")]
    assert [bounds, bounds] == found


@pytest.mark.parametrize(
    ("cells", "metric", "bounds"),
    [
        (["0", "0.5", "1"], "", (0.0, 1.0)),
        (["0.5", "71"], "", None),
        (["71"], "", None),
        (["71"], "accuracy", (0.0, 100.0)),
        (["0.5", "71"], "accuracy", None),
        (["0.5", "71"], "F1", None),
        (["71%", "0.5%"], "", (0.0, 100.0)),
        (["71%", "0.5"], "", None),
        (["71", "120"], "", (None, None)),
        (["-0.5", "0.5"], "", (None, None)),
        (["12.5"], "perplexity", (None, None)),
        (["71", "30"], "F1", (None, None)),
    ],
)
def test_bounds_by_scores_and_metric(tmp_path, cells, metric, bounds):
    """The bounds are set only if scores and metric leave no doubt; else the import asks."""
    lines = (f"m{i},add,{cell},{metric}\n" for i, cell in enumerate(cells))
    path = write(tmp_path, "a.csv", "model,task,score,metric\n" + "".join(lines))
    said = run_import("csv", path, into=tmp_path)
    if bounds is None:
        assert (1, True) == (said.exit_code, "a.csv does not tell the unit of 'add'" in said.stderr)
        return
    (task,) = rows(tmp_path, "tasks")
    assert bounds == (task.get("score_min"), task.get("score_max"))


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("0.5", False, 0.5),
        (" 71.3 % ", False, 71.3),
        ("**0.5**", False, 0.5),
        ("0,71", True, 0.71),
        ("0,71", False, None),
        ("1,234.5", False, 1234.5),
        ("-1.5e-3", False, -0.0015),
        ("1e999", False, None),
        ("0.5 ± 0.1", False, 0.5),
        ("0.5 (0.1)", False, None),
        ("1,234", False, None),
        ("1,234,567", False, 1234567),
        ("1.234", True, None),
        ("1.234,5", True, 1234.5),
        ("0.25", True, 0.25),
        ("$1,204.50", False, 1204.5),
        ("60.2 \u00b1 1.4 / 72.9 \u00b1 1.2", False, None),
        ("0.57.2", False, None),
        ("\N{ARABIC-INDIC DIGIT FIVE}", False, None),
        ("x", False, None),
    ],
)
def test_numbers_in_cells(text, comma, value):
    cell = parse_number(text, Marks(comma=comma))
    assert value == (cell.value if cell else None)


def test_blank_cells():
    blank = ("", " ", "-", "\N{EN DASH}", "N/A", "NaN", None, float("nan"), "?")
    assert [True] * 9 + [False] * 4 == [is_blank(cell) for cell in (*blank, "0", 0, False, "x")]


def test_stated_model_of_a_table_that_names_none(tmp_path):
    """Another table keeps the models that it names."""
    (tmp_path / "a.csv").write_text("task,score\nadd,0.5\nsort,0.25\n")
    (tmp_path / "b.csv").write_text("model,add\nb,0.75\n")
    imported("csv", tmp_path / "a.csv", tmp_path / "b.csv", "--model", "org/m", UP, into=tmp_path)
    assert {
        ("org/m", "add", "base"): 0.5,
        ("org/m", "sort", "base"): 0.25,
        ("b", "add", "base"): 0.75,
    } == scores(tmp_path)


DOCUMENTS = {
    "list.json": '[{"model": "a", "add": 0.5, "sub": {"easy": 0.25, "hard": null}}]',
    "inside.json": '{"date": 5, "rows": [{"model": "a", "add": 0.5, "sub": {"easy": 0.25}}]}',
    "named.json": '{"a": {"add": 0.5, "sub": {"easy": 0.25}, "tags": ["x"]}}',
    "lines.jsonl": '{"model": "a", "add": 0.5, "sub": {"easy": 0.25}}',
    "list.yaml": "- {model: a, add: 0.5, sub: {easy: 0.25}}",
    "named.yml": "a:\n  add: 0.5\n  sub: {easy: 0.25}\n  by: x\n",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_objects_are_rows(tmp_path, name):
    """A list of them, the only list in an object, objects by name; objects inside are columns."""
    (tmp_path / name).write_text(DOCUMENTS[name])
    imported("csv", tmp_path / name, UP, into=tmp_path)
    assert {("a", "add", "base"): 0.5, ("a", "sub.easy", "base"): 0.25} == scores(tmp_path)


ALPHA = {("alpha", "adding"): 0.71, ("alpha", "sorting"): 0.5, ("beta", "adding"): 0.82}
OTHERS = {("beta", "sorting"): 1.0, ("gamma", "adding"): 0.75, ("delta", "adding"): 0.25}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("xlsx", {**ALPHA, **OTHERS}), ("ods", {("alpha", "add"): 0.5, ("b", "add"): 1.0})],
)
def test_workbooks(tmp_path, name, expected):
    """The value of a formula is the saved one; a text may be made of several parts."""
    imported("csv", HARNESSES / f"tables/scores.{name}", UP, into=tmp_path)
    assert expected == {(m, t): score for (m, t, _), score in scores(tmp_path).items()}


def excel_row(number, *texts, more=""):
    cells = (f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{"".join(cells)}{more}</row>'


def test_cells_of_a_workbook(tmp_path):
    """Dates are dates, 2024 is no 2024.0, errors and formulas without a value are blank.

    What is read is the first sheet that is shown, from its first row that is not blank.
    """
    heading = excel_row(3, "model", "date", more="<c><v>2024</v></c><c><v>2025</v></c>")
    first = '<c s="1"><v>45413</v></c><c><v>0.5</v></c><c t="e"><v>#N/A</v></c>'
    second = '<c s="1"><v>45414.5</v></c><c><f>A1</f></c><c><f>A1</f><v>0.25</v></c>'
    rest = excel_row(4, "a", more=first) + excel_row(6, "b", more=second)
    write_workbook(tmp_path / "a.xlsx", heading + rest)
    found = imported("csv", tmp_path / "a.xlsx", UP, into=tmp_path)
    assert [("a", "2024", 0.5, "2024-05-01"), ("b", "2025", 0.25, "2024-05-02")] == [
        (row["model"], row["task"], row["score"], row["date"]) for row in found
    ]


# --- directions, measures and facts ---------------------------------------------------------------

METRICS = """\
model,task,score,metric
alpha,asr,12.5,wer
beta,asr,8.1,wer
alpha,lm,22.5,perplexity
alpha,fit,2.5,loss
alpha,sts,0.5,mae
alpha,qa,0.75,acc
alpha,qa,120,seconds
"""


def test_direction_comes_from_the_metric(tmp_path):
    said = run_import("csv", write(tmp_path, "a.csv", METRICS), into=tmp_path)
    found = {task["task"]: task["higher_is_better"] for task in rows(tmp_path, "tasks")}
    assert found == {"asr": False, "lm": False, "fit": False, "sts": False, "qa": True}
    assert [
        "Assumed of the new tasks; `[tasks]` in site.toml overrides it:",
        "  better  range   metric      from                          tasks",
        "  lower   -       wer         metric 'wer'                  asr",
        "  lower   -       perplexity  metric 'perplexity'           lm",
        "  lower   -       loss        metric 'loss'                 fit",
        "  lower   -       mae         metric 'mae'                  sts",
        "  higher  0 to 1  acc         metric 'acc'; scores up to 1  qa",
    ] == said.stderr.splitlines()[2:9]
    assert "Left out 1, which --verbose lists: 'seconds' is no score (time) (1)." in said.stderr


SPEECH = """\
model,Avg. WER,RTFx,Model size (B),AMI WER,LS Clean WER (%),Accuracy \u2191,Cost per run ($)
alpha,5.42,524.88,2,8.13,1.25,0.5,12
beta,5.47,-1,-1,10.03,1.63,0.25,3
"""


def test_columns_of_a_wide_table_have_roles(tmp_path):
    """Averages and measures are no scores, sizes are facts of models, and -1 is no size.

    Error rates in percent have a unit and no bounds.
    """
    said = run_import("csv", write(tmp_path, "a.csv", SPEECH), into=tmp_path)
    assert {
        "AMI WER": (False, "WER", None),
        "LS Clean WER (%)": (False, "WER", "percent"),
        "Accuracy": (True, "Accuracy", None),
    } == {
        t["task"]: (t["higher_is_better"], t["metric"], t.get("unit"))
        for t in rows(tmp_path, "tasks")
    }
    assert [None, None, 1.0] == [t.get("score_max") for t in rows(tmp_path, "tasks")]
    assert [2.0, None] == [model.get("parameters_b") for model in rows(tmp_path, "models")]
    line = "no scores: Avg. WER (average), RTFx (speed), Cost per run ($) (cost)"
    assert line in said.stderr


def test_unknown_direction_is_one_error_with_the_line_to_write(tmp_path):
    path = write(tmp_path, "a.csv", "model,add,sort\nalpha,0.5,0.25\n")
    said = run_import("csv", path, into=tmp_path)
    line = (
        "a.csv does not tell whether higher is better for 'add' and 'sort'. Use --higher-is-better "
        'or --lower-is-better, or write "add" = { higher_is_better = true } (or false) under '
        "[tasks] in site.toml. Of a wide table, task_columns under [import] names the scores."
    )
    assert (1, True) == (said.exit_code, line in said.stderr)
    assert not (tmp_path / "data").exists()
    text = paste(tmp_path, said)
    assert 'task_columns = ["add", "sort"]' in text
    assert '"add" = { higher_is_better = true }' in text
    assert 2 == len(imported("csv", path, into=tmp_path))
    shutil.rmtree(tmp_path / "data")
    toml = '[tasks]\n"add" = { higher_is_better = true }\n"so*" = { higher_is_better = false }\n'
    (tmp_path / "site.toml").write_text(toml)
    imported("csv", path, into=tmp_path)
    assert [True, False] == [t["higher_is_better"] for t in rows(tmp_path, "tasks")]


def test_open_asr_leaderboard(tmp_path):
    """The published order: the lowest average first, 5.42; speed and size are no tasks."""
    table = HARNESSES / "tables/open_asr.csv"
    imported("csv", table, into=tmp_path)
    assert 87 * 8 == len(scores(tmp_path))
    assert {False} == {task["higher_is_better"] for task in rows(tmp_path, "tasks")}
    first = "CohereLabs/cohere-transcribe-03-2026"
    assert 8.13 == scores(tmp_path)[first, "AMI WER", "base"]
    sizes = [model.get("parameters_b") for model in rows(tmp_path, "models")]
    assert (2.0, 17) == (sizes[0], sizes.count(None))
    means = pd.DataFrame(rows(tmp_path)).groupby("model")["score"].mean()
    assert first == means.idxmin()
    assert 5.42375 == pytest.approx(means.min())


MEASURES = {
    "cost": ("total_cost_usd", "Price ($/M tokens)"),
    "time": ("seconds_per_case", "Latency (ms)", "Recall time (s)"),
    "rank": ("F1 Rank", "auc_rank", "Mean F1 rank"),
    "deviation": ("Std F1", "acc (std)"),
    "speed": ("RTFx",),
    "tokens": ("prompt_tokens",),
    "count": ("test_cases", "pass_num_1"),
    "order": ("file_order", "fold", "issue_number"),
    "size": ("Context",),
    "average": ("Avg. WER",),
    "": (
        "Long Context",
        "time_series",
        "number_theory",
        "token_f1",
        "Average Precision",
        "Accuracy drop",
    ),
}


def test_measures_by_name():
    found = {
        what: tuple(n for n in names if measure_of(n) == what) for what, names in MEASURES.items()
    }
    assert found == MEASURES


# Whether higher is better for a metric of a name, and for a column that it heads.
DIRECTIONS = {
    (False, False): (
        *("wer", "AMI WER", "brier_score", "likelihood_diff", "x \u2193", "metric_error"),
        *("normalized-error", "WER error rate", "Accuracy drop \u2193"),
    ),
    (True, True): (
        *("rouge1", "ndcg_at_10", "final_number_exact_match", "likelihood_diff_acc", "pass_rate_2"),
        *("x (higher is better)", "mean reciprocal rank", "spearman rank correlation"),
        *("time_series_accuracy", "DROP F1", "mean_average_precision_at_10"),
    ),
    # Words within a heading may be what a task is about.
    (True, None): ("math_equiv_chain_of_thought",),
    (False, None): ("weight_loss_advice", "error_detection", "grammar errors"),
    (None, True): ("error_f1",),
    # Words that disagree tell nothing, and errors and costs are never better higher.
    (None, None): (
        *("gsm8k", "F1 error", "mean latency", "time to first token", "hit_time"),
        *("tokens to success", "cost_per_pass", "Rank (mean)"),
        # A further word makes another number of a metric.
        *("F1 Rank", "ROC-AUC Avg Rank", "f1_rank", "bleu_rank", "Std F1", "F1 (sd)", "loss rank"),
        *("Accuracy drop", "BLEU diff", "drop in WER", "Attack success rate", "Recall time (s)"),
    ),
}


def test_directions_by_name():
    found = {
        way: tuple(n for n in names if (direction_of(n), direction_in(n)) == way)
        for way, names in DIRECTIONS.items()
    }
    assert found == DIRECTIONS
    assert (False, True) == (is_cost("$x^2$ of the task"), is_cost("Price ($/M)"))


# --- what only the publisher can say --------------------------------------------------------------


SPLITS = """\
dataset,fold,method,metric_error,time_train_s,metric,metric_error_val,method_type
Churn,0,CAT (default),0.125,96.9,roc_auc,0.5,config
Churn,0,XT (default),0.25,8.3,roc_auc,0.5,config
"""


def test_score_of_several_columns_is_asked_for(tmp_path):
    """As in TabArena: neither folds nor errors are models, and errors come first in the choice."""
    path = write(tmp_path, "a.csv", SPLITS)
    said = run_import("csv", path, into=tmp_path)
    assert 'columns = { score = "metric_error" }' in paste(tmp_path, said)
    imported("csv", path, into=tmp_path)
    found = {(model, task): score for (model, task, _), score in scores(tmp_path).items()}
    assert {("CAT (default)", "Churn"): 0.125, ("XT (default)", "Churn"): 0.25} == found


SHOTS = "model,n_shot,acc\na,0,50.5\na,5,60.25\nb,0,51.5\nb,5,59.25\n"


@pytest.mark.parametrize(
    ("toml", "entries"),
    [
        ("", {("a", "acc", "0"), ("a", "acc", "5")}),
        ('[import]\ncolumns = { n_shot = "n_shot" }\n', {("a", "acc", "0"), ("a", "acc", "5")}),
        ('[import]\nmodel_by = ["n_shot"]\n', {("a (0)", "acc", None), ("a (5)", "acc", None)}),
        ('[import]\ntask_by = ["n_shot"]\n', {("a", "acc (0)", None), ("a", "acc (5)", None)}),
    ],
)
def test_number_that_is_a_setting_tells_runs_apart(tmp_path, toml, entries):
    (tmp_path / "site.toml").write_text(toml)
    path = write(tmp_path, "a.csv", SHOTS)
    if not toml:
        said = run_import("csv", path, into=tmp_path)
        assert "their records differ in n_shot ('0' and '5')" in said.stderr
        assert "[facets]\nn_shot = {}\n" in paste(tmp_path, said)
    found = imported("csv", path, into=tmp_path)
    assert entries == {
        (r["model"], r["task"], r.get("n_shot")) for r in found if r["model"].startswith("a")
    }
    assert {50.5, 60.25, 51.5, 59.25} == {row["score"] for row in found}
    check_project(tmp_path)


def test_field_that_no_record_has_is_named(tmp_path):
    (tmp_path / "site.toml").write_text('[import]\nmodel_by = ["n_shots"]\n')
    said = run_import("csv", write(tmp_path, "a.csv", SHOTS), into=tmp_path)
    why = "no record has 'n_shots', which model_by under [import] names. Did you mean 'n_shot'?"
    assert (1, True) == (said.exit_code, why in said.stderr)
    said = run_import("csv", write(tmp_path, "b.csv", "model,acc\na,0.5\n"), into=tmp_path)
    assert (0, True) == (said.exit_code, "warning: no record has 'n_shots'" in said.stderr)


def trials(*resolved):
    """What a run of an agent's benchmark writes: the folder names the agent."""
    keys = ("task_id", "is_resolved", "failure_mode", "total_input_tokens", "total_output_tokens")
    results = [
        dict(zip(keys, (f"t{n}", value, "unset", 100, 10), strict=True))
        for n, value in enumerate(resolved)
    ]
    return {"id": "1", "accuracy": 0.5, "resolved_ids": ["t0"], "results": results}


def test_tokens_are_never_models_and_truth_may_be_a_score(tmp_path):
    """The messages, and nothing else, lead to the models: the names of folders."""
    for agent, resolved in (("agent-a", (True, False)), ("agent-b", (True, True))):
        write_json(tmp_path / f"runs/{agent}/results.json", trials(*resolved))
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    assert 'model_by = ["folder"]' in paste(tmp_path, said)
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    assert 'columns = { score = "is_resolved" }' in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", into=tmp_path)
    assert {
        ("agent-a", "t0", "base"): 1.0,
        ("agent-a", "t1", "base"): 0.0,
        ("agent-b", "t0", "base"): 1.0,
        ("agent-b", "t1", "base"): 1.0,
    } == scores(tmp_path)


def test_pasting_into_a_section_that_is_there(tmp_path):
    """As `init` writes it; a reader of the JSON gets the lines with the fix."""
    (tmp_path / "site.toml").write_text("[site]\n\n[import]\n# columns = {}\n\n[tasks]\n")
    path = write(tmp_path, "a.csv", "who,what,size\nalpha,add,0.5\nbeta,add,0.25\n")
    said = run_import("csv", path, "--format", "json", "--quiet", into=tmp_path)
    lines = json.loads(said.stdout)["faults"][0]["fix"].splitlines()
    heading = "# below [import], in place of what it has"
    assert [heading, 'columns = { model = "who" }', '# or columns = { model = "what" }'] == lines[
        1:4
    ]
    for expected in ('{ model = "who" }', 'task_columns = ["size"]'):
        assert expected in paste(tmp_path, run_import("csv", path, into=tmp_path))
    found = imported("csv", path, "--higher-is-better", into=tmp_path)
    assert [("alpha", "size"), ("beta", "size")] == [(r["model"], r["task"]) for r in found]


def test_numbers_of_a_lone_object_are_scores_only_if_named(tmp_path):
    """The message has the numbers of all files; each has some of them, at any depth."""
    about = {"model_name": "m", "links": [{"url": "x"}], "version": 3}
    for name, results in (("a", {"easy": {"pass": 50.5}}), ("b", {"hard": {"pass": 25.5}})):
        write_json(tmp_path / f"runs/{name}/submission.json", {**about, "results": results})
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    names = ["results.easy.pass", "results.hard.pass"]
    assert f"task_columns = {json.dumps(names)}" in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", "--percent", UP, into=tmp_path)
    assert {("m", names[0], "base"): 50.5, ("m", names[1], "base"): 25.5} == scores(tmp_path)


def test_names_in_the_first_column(tmp_path):
    """Only folders name the model and the length; the counts are no scores."""
    for length, score in ((4096, 99.5), (8192, 98.5)):
        path = tmp_path / f"runs/some-7b/{length}/pred/summary.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"0,1,2\nTasks,needle,vt\nScore,{score},90.5\nNulls,0/500,1/500\n")
    said = run_import("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 'model_by = ["folder 3"]' in paste(tmp_path, said)
    said = run_import("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 'task_by = ["folder 2"]' in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 99.5 == scores(tmp_path)["some-7b", "needle (4096)", "base"]
    assert 4 == len(scores(tmp_path))


TIMES = {"system": "a", "load_time": 1.5, "result": [[0.5, 0.25, None], [1.5, 1.25, 1.125]]}
LIST = "its 'result' is a list, and nothing names what each of its numbers is of"
FAMILY = [{"family": "F", "variant": name, "open": True, "utility": 4.5} for name in "ab"]
# Tables of which something is asked: what the message offers, and what it does not.
OFFERED: dict[str, tuple[Any, ...]] = {
    "tasks": (
        "model,domain,score\na,retail,0.5\na,airline,0.25\n",
        ['columns = { task = "domain" }'],
    ),
    # A column `eval` may name what was evaluated, or how engines evaluate.
    "ratings of engines": (
        [{"engine": n, "ccrl": 3600, "frc": 4000, "eval": "NN"} for n in ("a", "b")],
        ['task_columns = ["ccrl", "frc"]\n    # or columns = { score ='],
    ),
    "unit in brackets": (
        "model,pp512 (tok/s),tg128 (tok/s)\na,654.25,41.5\nb,OOM,OOM\n",
        ['"tg128 (tok/s)" = { higher_is_better = true, unit = "tok/s" }'],
    ),
    # As ClickBench writes three times of each query; three tags are no heading of them.
    "times": (TIMES, [LIST]),
    "times and tags": ({**TIMES, "tags": ["C++", "column-oriented", "fork"]}, [LIST]),
    # As llama-bench writes layers, which never differ, beside its speed.
    "layers": (
        "model,test,ngl,t/s\na,pp,99,71.5\na,tg,99,24.5\nb,pp,99,70.5\nb,tg,99,20.5\n",
        ['columns = { score = "t/s" }\n    # or columns = { score = "ngl" }\n'],
    ),
    # As hyperfine writes it: a time of the system names none, what was timed is offered.
    "timed": (
        "command,mean,user,system\nfd x,0.25,1.5,0.5\nfind x,3.5,1.25,2.75\n",
        ["it has no column of models", 'columns = { model = "command" }\n'],
    ),
    # As NoveltyBench writes them; yes and no name nothing.
    "family": (
        {"generated": "now", "models": FAMILY},
        ['columns = { model = "variant" }\n    # or columns = { model = "family"'],
        '"open"',
    ),
    "teams": (
        "Rank,TeamName,Submitted,Score\n1,x,2026-02-01 11:22,0.5\n2,y,2026-02-02 09:00,0.25\n",
        ['columns = { model = "TeamName" }\n', 'model_by = ["folder"]'],
        *("Submitted", "folder 2"),
    ),
}


@pytest.mark.parametrize("name", ["subset", "Language", "lang"])
def test_subsets_are_parts_of_their_task(tmp_path, name):
    """The ends of an interval are no measures; a mean that the file states is of the whole."""
    lines = ["model,task,NAME,metric,score,lower,upper"]
    lines += ["a,flores,de,chrF,61,60,62", "a,flores,fr,chrF,65,64,66", "a,flores,de,BLEU,31,30,32"]
    lines += ["a,xnli,de,acc,71,70,72", "a,xnli,all,acc,70,69,71"]
    table = "\n".join(lines).replace("NAME", name)
    said = run_import("csv", write(tmp_path, "a.csv", table), "--percent", into=tmp_path)
    assert "not used: lower, upper" in said.stderr
    expected = {"flores (chrF)/de": 61, "flores (chrF)/fr": 65, "flores (BLEU)/de": 31}
    expected |= {"xnli/de": 71, "xnli": 70}
    assert {("a", task, "base"): score for task, score in expected.items()} == scores(tmp_path)
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    parts = {task: row["part_of"] for task, row in tasks.items() if row.get("part_of")}
    assert {task: task.partition("/")[0] for task in expected if "/" in task} == parts
    assert "flores (chrF): de" == tasks["flores (chrF)/de"]["name"]
    whole = {"task": "flores (chrF)", "metric": "chrF", "higher_is_better": True}
    assert whole | {"score_min": 0, "score_max": 100} == tasks["flores (chrF)"]
    check_project(tmp_path)


@pytest.mark.parametrize("name", OFFERED)
def test_what_may_be_meant_is_offered(tmp_path, name):
    content, offered, *never = OFFERED[name]
    is_text = isinstance(content, str)
    path = tmp_path / f"a.{'csv' if is_text else 'json'}"
    path.write_text(content if is_text else json.dumps(content))
    said = run_import("csv", path, into=tmp_path).stderr
    assert [] == [line for line in offered if line not in said]
    assert [] == [line for line in never if line in said]


TABARENA = '[import.columns]\nmodel = "method"\ntask = "dataset"\nscore = "metric_error"\n'


def test_errors_of_a_metric_rank_as_errors(tmp_path):
    """TabArena's errors of ROC AUC are 1 - AUC: the first of its board has the least."""
    (tmp_path / "site.toml").write_text(TABARENA)
    said = run_import("csv", HARNESSES / "tables/tabarena_results.csv", into=tmp_path)
    assert 0 == said.exit_code, said.stderr
    assert "the heading 'metric_error'" in said.stderr
    tasks = {t["task"]: (t["metric"], t["higher_is_better"]) for t in rows(tmp_path, "tasks")}
    assert tasks == {
        "APSFailure": ("metric_error (roc_auc)", False),
        "MIC": ("log_loss", False),
        "QSAR-TID-11": ("rmse", False),
    }
    assert [] == [line for line in fault_lines(tmp_path) if "nothing states" in line]


@pytest.mark.parametrize(
    ("text", "toml"),
    [
        ("model,task,score\na,Latency,3\nb,Latency,1\n", ""),
        ("model,task,score\na,time to first token,3\nb,time to first token,1\n", ""),
        ("model,task,ttft_ms\na,t,3\nb,t,1\n", '[import.columns]\nscore = "ttft_ms"\n'),
        ("model,task,metric,ms\na,t,auc,3\nb,t,auc,1\n", '[import.columns]\nscore = "ms"\n'),
        ("model,TTFT (s)\na,3\nb,1\n", '[import]\ntask_columns = ["TTFT (s)"]\n'),
        ("model,Accuracy drop\na,0.3\nb,0.1\n", ""),
        ("model,F1 Rank\na,3\nb,1\n", '[import]\ntask_columns = ["F1 Rank"]\n'),
        ("model,Mean rank\na,3\nb,1\n", '[import]\ntask_columns = ["Mean rank"]\n'),
    ],
)
def test_direction_of_a_cost_is_asked_for(tmp_path, text, toml):
    (tmp_path / "site.toml").write_text(toml)
    table = write(tmp_path, "a.csv", text)
    said = run_import("csv", table, "--other-unit", into=tmp_path)
    assert (1, 1) == (said.exit_code, said.stderr.count("not tell whether higher is better for"))
    assert "{ higher_is_better = false }" in paste(tmp_path, said)  # what it proposes
    (tmp_path / "site.toml").write_text(toml)
    imported("csv", table, "--other-unit", "--lower-is-better", into=tmp_path)
    assert [False] == [task["higher_is_better"] for task in rows(tmp_path, "tasks")]


ARENA = """\
model,score,rating_q025,rating_q975,CI,avg_tokens
a,82.5,81,84,"(-1.5, +1.5)",662
b,79.25,77,80,"(-2.25, +0.75)",567
"""
ALPACA = """\
model,win_rate,standard_error,mode,n_wins,n_draws,lc_winrate,lc_standard_error
a,30.5,1.5,verified,239,6,48.25,0.5
b,31.5,1.75,verified,252,4,40.5,0.25
"""
DUEL = "Player,total_games,wins_losses,win_loss,moe_win_loss\na,33,5,0.5,0.25\nb,40,7,0.75,0.125\n"


@pytest.mark.parametrize(
    ("table", "asked"),
    [(ARENA, ["score"]), (ALPACA, ["win_rate", "lc_winrate"]), (DUEL, ["wins_losses", "win_loss"])],
)
def test_margins_and_counts_are_no_scores_of_a_wide_table(tmp_path, table, asked):
    """A score for each model is one; a loss beside wins is no metric."""
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert f"task_columns = {json.dumps(asked)}\n" in paste(tmp_path, said)
    assert (table == DUEL) == ("better for 'wins_losses' and 'win_loss'" in said.stderr)


def test_model_of_another_name_than_a_measure_is_offered(tmp_path):
    """TPOT is a framework here, and a time elsewhere; a number with another is reported."""
    path = write(tmp_path, "a.csv", "task,forest,tpot\nx,0.75,0.5\ny,0.25,0.5 (3)\n")
    paste(tmp_path, run_import("csv", path, into=tmp_path))
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    assert 3 == len(rows(tmp_path))
    assert "'0.5 (3)' holds more than a number" in said.stderr
    assert "tpot (time)" not in said.stderr


UNITS = """model,Pack,Unpack,Kept,Cost,Latency
a,675 MB/s,3850 MB/s,47.5%,$0.30,12.3 ms
b,515 MB/s,1550 MB/s,34.5%,$0.40,"1,234.5 ms"
c,0.5 MB/s,OOM,36.5%,1.40,900 ms
"""


def test_unit_that_all_cells_of_a_column_state(tmp_path):
    path = write(tmp_path, "a.csv", UNITS)
    write(tmp_path, "site.toml", '[import.columns]\ncost_usd = "Cost"\nlatency = "Latency"\n')
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    line = "units of the cells: Pack in MB/s, Unpack in MB/s, Cost in USD and Latency in ms\n"
    assert (0, True) == (said.exit_code, line in said.stderr)
    assert {"Pack": "MB/s", "Unpack": "MB/s", "Kept": None} == {
        row["task"]: row.get("unit") for row in rows(tmp_path, "tasks")
    }
    found = [row for row in rows(tmp_path) if row["task"] == "Pack"]
    assert [675.0, 515.0, 0.5] == [row["score"] for row in found]
    assert [0.3, 0.4, 1.4] == [row["cost_usd"] for row in found]
    assert [12.3, 1234.5, 900.0] == [row["latency"] for row in found]
    assert "'OOM' is not a number" in said.stderr
    (tmp_path / "site.toml").unlink()
    said = run_import("csv", path, "--higher-is-better", into=tmp_path / "other")
    assert (
        '    cost_usd = { label = "Cost", unit = "USD", higher_is_better = false, ' in said.stderr
    )
    assert (
        '    latency = { label = "Latency", unit = "ms", higher_is_better = false, ' in said.stderr
    )


@pytest.mark.parametrize(
    ("cells", "units"),
    [(("1 GB/s", "900 MB/s"), "GB/s and MB/s"), (("12 ms", "9"), "ms and none"),
     (("$1", "\u20ac2"), "USD and EUR")],
)  # fmt: skip
def test_column_with_several_units_is_not_read_but_named(tmp_path, cells, units):
    """Nothing tells how its numbers compare; it is an error where one says that they are scores."""
    table = f"model,acc,pace\na,0.5,{cells[0]}\nb,0.25,{cells[1]}\n"
    path = write(tmp_path, "a.csv", table)
    said = run_import("csv", path, into=tmp_path)
    why = f"the cells of 'pace' have the units {units}, so it is not read. Write all of its "
    assert (0, True) == (said.exit_code, f"warning: a.csv: skipped: {why}" in said.stderr)
    assert {("a", "acc", "base"): 0.5, ("b", "acc", "base"): 0.25} == scores(tmp_path)
    write(tmp_path, "site.toml", '[import]\ntask_columns = ["pace"]\n')
    said = run_import("csv", path, into=tmp_path)
    assert (1, True) == (said.exit_code, why in said.stderr)


def test_memory_is_no_score(tmp_path):
    """Where some cells name what it is of, they are texts."""
    table = "model,acc,GPU,RAM\na,0.5,24 GB,64 GB\nb,0.25,A100 80 GB,32 GB\nc,0.75,24 GB,64 GB\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert "tasks = acc; no scores: RAM (size); not used: GPU" in said.stderr
    assert {"acc"} == {task for _, task, _ in scores(tmp_path)}


def test_nested_name_of_each_object_is_its_model(tmp_path):
    """As MMMU and OmniBench write it: with averages, and models that have nothing else."""
    info = [{"name": name, "date": "2024-09-22"} for name in ("a", "b", "c")]
    boards = [
        {"info": info[0], "val": {"plot_story": "25.5", "art": "70.5", "overall": "48.0"}},
        {"info": info[1], "val": {"plot_story": "29.54%", "art": "-", "overall": "29.5"}},
        {"info": info[2], "val": {"overall": "84.5"}},
    ]
    path = write(tmp_path, "a.json", json.dumps({"leaderboardData": boards}))
    said = run_import("csv", path, "--higher-is-better", "--percent", into=tmp_path)
    assert {
        ("a", "val.plot_story", "base"): 25.5,
        ("b", "val.plot_story", "base"): 29.54,
        ("a", "val.art", "base"): 70.5,
    } == scores(tmp_path)
    why = "it has only 'val.overall', and an average is no score. task_columns under [import] takes"
    assert f"warning: a.json: row 3, c: skipped: {why}" in said.stderr


def test_two_spellings_of_a_name_are_refused(tmp_path):
    objects = [{"model": "a", "x y": 1.5}, {"model": "b", "x_y": 4.5}]
    said = run_import("csv", write(tmp_path, "a.json", json.dumps(objects)), into=tmp_path)
    why = "a.json: skipped: nothing tells whether 'x y' and 'x_y' are one name. Write it in one way"
    assert (1, True) == (said.exit_code, why in said.stderr)


def test_table_with_links_is_named_by_its_file(tmp_path):
    """Columns of dates are no tasks; a file tells the units of all rows, whatever they link to."""
    rows_of = ("[m](https://x.org/m),71.5,0.5,2023/4", "[n](https://x.org/n),24.5,0.25,2021/9")
    table = "\n".join(
        ("Model,A,B,Cutoff date,Link", *(f"{r},https://x.org/{r[1]}" for r in rows_of))
    )
    path = write(tmp_path, "a.csv", table)
    said = run_import("csv", path, "--higher-is-better", into=tmp_path).stderr
    assert "a.csv does not tell the unit of 'A' (24.5 to 71.5) and 'B' (0.25 to 0.5)" in said
    assert "Cutoff" not in said
    imported("csv", path, "--higher-is-better", "--percent", into=tmp_path)
    assert {"m", "n"} == {row["model"] for row in rows(tmp_path)}


def test_setting_in_an_object_of_another_name_tells_runs_apart(tmp_path):
    """As a benchmark of vector databases writes `engine_params`, which are no size of a model."""
    runs = [
        {"engine": "a", "dataset": "d", "rps": rps, "engine_params": {"ef": ef}}
        for rps, ef in ((1238.5, 64), (826.5, 128))
    ]
    path = write(tmp_path, "a.json", json.dumps(runs))
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    assert "engine_params.ef" in paste(tmp_path, said)


def test_mean_of_columns_beside_it_is_no_task(tmp_path):
    """`CT mean` is of A and B, `All mean` of A, B and C, and the last of none."""
    table = "model,A,B,CT mean,C,All mean,mean_average_precision,Kept mean\n"
    table += "m,50,61,55.5,70,60.3,40.5,12\nn,51,60,55.5,80,63.7,41.5,80\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), UP, "--percent", into=tmp_path)
    assert "no scores: CT mean (average), All mean (average)" in said.stderr
    what = "a.csv: tasks, since these are no means of the columns beside them: Kept mean\n"
    assert what in said.stderr
    tasks = {row["task"] for row in rows(tmp_path, "tasks")}
    assert tasks == {"A", "B", "C", "mean_average_precision", "Kept mean"}
