"""Import CSV, Parquet and JSON lines: what the columns and the scores are."""

import datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.importers.cells import Marks, is_blank, parse_number
from tests.helpers.imported import (
    HARNESSES,
    UP,
    imported,
    paste,
    rows,
    run_import,
    scores,
    write,
    write_workbook,
)
from tests.helpers.tables import check_project

LONG = """\
Model,Benchmark,Stage,Score,StdErr,n,Date,URL,Notes
alpha,add,base,0.5,0.125,16,2024-05-01,https://example.org/a,x
alpha,add,fine_tuned,0.75,,16,,,
beta,add,base,0.25,0.0,,,,
"""


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
    "grid.json": ('{"headers": ["model", "x"], "data": [["a", 1]], "of": null}', {("a", "x")}),
    "tasks.json": (
        '{"x": [{"model": "a", "acc": 1}], "y": [{"model": "a", "bleu": 27}]}',
        {("a", "x"), ("a", "y")},
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
    assert "'1,234' may be a thousand times less. Write numbers with a" in said.stderr


@pytest.mark.parametrize("cells", ['1,7,95 2,8,"1,204"', '1,0.7,"1,5" 2,0.8,"1,204"'])
def test_a_column_of_numbers_with_an_unclear_comma_is_left_out_whole(tmp_path, cells):
    """The numbers that can be read would be ranked as if the others were missing."""
    path = write(tmp_path, "a.csv", "\n".join(["model,x,y", *cells.split()]))
    said = run_import("csv", path, UP, "--percent", into=tmp_path)
    assert {"x"} == {task for _, task, _ in scores(tmp_path)}
    assert "a.csv: 'y': column left out: '1,204' may be a thousand times less" in said.stderr


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
        (["71", "30"], "F1", (0.0, 100.0)),
        (["0.71", "0.30"], "BLEU", (0.0, 1.0)),
        (["71", "30"], "spearman", (None, None)),
        (["4", "5"], "AP Physics", (None, None)),
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
    # The error of F1 over all examples does not follow from its bounds.
    assert task.get("mean_of_examples") is (False if metric in ("F1", "BLEU") else None)


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
        *(("$1,204.50", False, 1204.5), ("149 789.8", False, 149789.8), ("60.2 123", False, None)),
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

    What is read is the first sheet with numbers that is shown, from its first row that is not
    blank; the others are named. Merged cells hold their value in each row.
    """
    heading = excel_row(3, "model", "date", more="<c><v>2024</v></c><c><v>2025</v></c>")
    first = '<c s="1"><v>45413</v></c><c><v>0.5</v></c><c t="e"><v>#N/A</v></c>'
    second = '<c s="1"><v>45414.5</v></c><c><f>A1</f></c><c><f>A1</f><v>0.25</v></c>'
    rest = excel_row(4, "a", more=first) + excel_row(6, "b", more=second)
    write_workbook(tmp_path / "a.xlsx", heading + rest, first=excel_row(1, "Read me"))
    found = imported("csv", tmp_path / "a.xlsx", UP, into=tmp_path)
    assert [("a", "2024", 0.5, "2024-05-01"), ("b", "2025", 0.25, "2024-05-02")] == [
        (row["model"], row["task"], row["score"], row["date"]) for row in found
    ]

    said = run_import("csv", tmp_path / "a.xlsx", UP, into=tmp_path)
    assert "a.xlsx: its sheet 'b' is read, and not 'a'" in said.stderr
    rest = excel_row(2, "a", more="<c><v>0.5</v></c>") + excel_row(3, "", more="<c><v>0.25</v></c>")
    write_workbook(tmp_path / "b.xlsx", excel_row(1, "model", "Elo") + rest, merged="A2:A3")
    said = run_import("csv", tmp_path / "b.xlsx", into=tmp_path)
    assert "a, Elo (base): 2 scores, 0.5 (b.xlsx, row 1) and 0.25" in said.stderr


def test_raised_marks_and_commented_rows_are_no_data(tmp_path):
    """A raised digit is no digit of the number before it; a heading and a rank may begin with #."""
    table = "#rank,model,A<sup>2</sup> Elo\n#1,x-4<sup>1</sup>,87.5<sup>2</sup>\n# y,z,5\n"
    table += "#2,p,10<sup>3</sup>\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {("x-4", "A2 Elo", "base"): 87.5} == scores(tmp_path)
    assert "a.csv: raised marks are left out: '1' and '2'" in said.stderr
    assert "a.csv: rows that begin with # are left out: '# y'" in said.stderr
    assert "skipped: '10^3' is not a number" in said.stderr


def test_a_name_with_two_values_in_json_is_an_error(tmp_path):
    text = '{"x": {"acc": 0.71}, "y": {"acc": 0.5}, "x": {"acc": 0.95}}'
    said = run_import("csv", write(tmp_path, "a.json", text), into=tmp_path)
    assert "an object in it has 'x' twice, with two values. Keep one of the two." in said.stderr


def test_names_of_models_have_no_medal_and_no_markdown(tmp_path):
    table = "model,A Elo\n\U0001f947 **x**,5\n[y](https://y.org),4\nz [link](https://z.org),3\n"
    imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {"x", "y", "z"} == {model for model, _, _ in scores(tmp_path)}


def test_another_order_of_the_publisher_is_said(tmp_path):
    table = "model,Overall,A acc,B acc\nx,0.7,0.25,0.75\ny,0.6,0.5,0.75\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    what = (
        "a.csv: 'Overall' orders the models unlike the mean of their scores: 'x' is first, and 'y'"
    )
    assert what in said.stderr
    assert 'and write rank_by = "overall" under [board]' in said.stderr
    for same in (table.replace("0.5,0.75", "0.15,0.75"), table.replace("Overall", "Avg Length")):
        other = same.replace("0.7,", "70,") if "Length" in same else same
        said = run_import("csv", write(tmp_path, "b.csv", other), into=tmp_path)
        assert "orders the models" not in said.stderr


def test_people_and_guessing_are_named_once(tmp_path):
    table = "model,A Elo\nHuman expert,9\nrandom,1\nFrequent Choice,1\nRandom forest,3\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    line = """'random' would be ranked; if only for reference, write "Frequent Choice" = """
    assert f'{line}{{ role = "reference" }} below [models].' in said.stderr
    stated = write(tmp_path, "b/site.toml", '[models]\n"*" = { role = "reference" }\n').parent
    assert "reference" not in run_import("csv", tmp_path / "a.csv", into=stated).stderr
    said = run_import("csv", tmp_path / "a.csv", into=tmp_path)
    assert "reference" not in said.stderr
