"""Import CSV, Parquet and JSON lines: what the columns and the scores are."""

import datetime
import json
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.importers.tabular import (
    ParsedNumber,
    bounds_of,
    is_blank,
    parse_number,
)
from tests.helpers.imported import HARNESSES, contents, imported, rows, run_import, scores

LONG = """\
Model,Benchmark,Stage,Score,StdErr,n,Date,URL,Notes
alpha,add,base,0.5,0.125,16,2024-05-01,https://example.org/a,x
alpha,add,fine_tuned,0.75,,16,,,
beta,add,base,0.25,0.0,,,,
"""


def write(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf8")
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
    assert [{"task": "add", "score_min": 0.0, "score_max": 1.0}] == rows(tmp_path, "tasks")
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
    said = run_import("csv", write(tmp_path, "a.csv", WIDE), into=tmp_path)
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
    assert "tasks = add, sort; not used: Average" in said.stderr


def test_wide_table_of_models(tmp_path):
    path = write(tmp_path, "a.tsv", "Task\talpha\tbeta\nadd\t0.5\t0.25\n")
    imported("csv", path, into=tmp_path)
    assert {("alpha", "add", "base"): 0.5, ("beta", "add", "base"): 0.25} == scores(tmp_path)


RECORDS = [
    {"model": "alpha", "task": "add", "score": 0.5, "n": 16},
    {"model": "beta", "task": "add", "score": 0.25, "n": None},
]


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_parquet_and_json_lines(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        pd.DataFrame(RECORDS).to_parquet(path)
    else:
        write(tmp_path, path.name, "\n".join(map(json.dumps, RECORDS)))
    found = imported("csv", path, into=tmp_path)
    assert [16, None] == [row.get("n_examples") for row in found]
    assert {("alpha", "add", "base"): 0.5, ("beta", "add", "base"): 0.25} == scores(tmp_path)


def test_index_of_a_data_frame_is_a_column_if_it_has_a_name(tmp_path):
    frame = pd.DataFrame({"add": [0.5, 0.25]}, index=pd.Index(["alpha", "beta"], name="model"))
    frame.to_parquet(tmp_path / "a.parquet")
    expected = {("alpha", "add", "base"): 0.5, ("beta", "add", "base"): 0.25}
    imported("csv", tmp_path / "a.parquet", into=tmp_path / "named")
    assert expected == scores(tmp_path / "named")
    frame.reset_index().set_index(pd.Index([7, 9])).to_parquet(tmp_path / "a.parquet")
    imported("csv", tmp_path / "a.parquet", into=tmp_path / "unnamed")
    assert expected == scores(tmp_path / "unnamed")


def test_parquet_types(tmp_path):
    day = datetime.date(2024, 5, 1)
    table = pa.table(
        {
            "model": ["a"],
            "task": ["t"],
            "score": pa.array([Decimal("0.5")], pa.decimal128(3, 1)),
            "n": pa.array([16], pa.int32()),
            "date": pa.array([day], pa.date32()),
            "higher_is_better": [False],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (row,) = imported("csv", tmp_path / "a.parquet", into=tmp_path)
    assert (0.5, 16, "2024-05-01") == (row["score"], row["n_examples"], row["date"])
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


def test_score_column_may_have_the_name_of_its_metric(tmp_path):
    path = write(tmp_path, "a.csv", "model,task,Accuracy\nalpha,add,0.5\n")
    imported("csv", path, into=tmp_path)
    assert "Accuracy" == rows(tmp_path, "tasks")[0]["metric"]


def test_stated_score_column_names_its_metric(tmp_path):
    """As a column that was found does; the other numbers are not used."""
    (tmp_path / "site.toml").write_text('[import.columns]\nscore = "F1"\n')
    path = write(tmp_path, "a.csv", "model,task,Accuracy,F1\nalpha,add,0.5,0.25\n")
    assert [0.25] == [row["score"] for row in imported("csv", path, into=tmp_path)]
    assert "F1" == rows(tmp_path, "tasks")[0]["metric"]


def test_column_without_a_name_is_no_standard_error(tmp_path):
    """Nor is it a task."""
    path = write(tmp_path, "a.jsonl", json.dumps({"model": "alpha", "add": 0.5, "": 0.25}))
    (row,) = imported("csv", path, into=tmp_path)
    assert ("add", 0.5, False) == (row["task"], row["score"], "stderr" in row)


def test_last_row_of_a_repeated_score_counts(tmp_path):
    path = write(tmp_path, "a.csv", "model,task,score\na,t,0.5\na,t,0.25\n")
    said = run_import("csv", path, into=tmp_path)
    assert {("a", "t", "base"): 0.25} == scores(tmp_path)
    line = "older: 1 score of a.csv, since the file has the same score again"
    assert line in said.stderr


def test_task_with_two_metrics_becomes_two_tasks(tmp_path):
    path = write(tmp_path, "a.csv", "model,task,metric,score\na,t,acc,0.5\na,t,f1,0.25\n")
    imported("csv", path, into=tmp_path)
    assert {("a", "t (acc)", "base"): 0.5, ("a", "t (f1)", "base"): 0.25} == scores(tmp_path)


def test_site_toml_names_columns(tmp_path):
    (tmp_path / "site.toml").write_text(
        '[import]\ncolumns = { model = "who", score = "y" }\ntask_columns = ["x 1"]\n'
    )
    path = write(tmp_path, "a.csv", "who,x 1,x 2\nalpha,0.5,0.25\n")
    said = run_import("csv", path, into=tmp_path)
    assert (
        "a.csv: skipped: site.toml names the column 'y'; the file has who, x 1, x 2" in said.stderr
    )
    (tmp_path / "site.toml").write_text(
        '[import]\ncolumns = { model = "who" }\ntask_columns = ["x 1"]\n'
    )
    imported("csv", path, into=tmp_path)
    assert {("alpha", "x 1", "base"): 0.5} == scores(tmp_path)


def test_unknown_column_in_site_toml(tmp_path):
    (tmp_path / "site.toml").write_text('[import.columns]\nscor = "y"\n')
    said = run_import("csv", write(tmp_path, "a.csv", LONG), into=tmp_path)
    assert "[import.columns] of site.toml names 'scor'. Did you mean 'score'?" in said.stderr


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b\n1,2\n", "it has no column of models or tasks; name them under [import.col"),
        ("model,license\nalpha,mit\n", "it has no column of scores"),
        ("model,task,acc,f1\na,t,0.5,0.5\n", "it has several columns of numbers, acc, f1; name"),
        ("model,task,text\na,t,x\n", "it has no numbers; name the column of scores"),
        ("model,model,a\nx,y,1\n", "two of its columns are named 'model'"),
        ("model,add\nalpha,-\n", "it has no column of scores"),
        ("", "it is empty"),
    ],
)
def test_unreadable_table_is_reported(tmp_path, content, why):
    said = run_import("csv", write(tmp_path, "a.csv", content), into=tmp_path)
    assert 1 == said.exit_code
    assert f"warning: a.csv: skipped: {why}" in said.stderr


def test_unreadable_files_of_a_folder_are_reported(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    write(folder, "a.csv", LONG)
    write(folder, "b.parquet", "no Parquet")
    write(folder, "c.jsonl", "[1]\n")
    write(folder, "d.txt", "x")
    (folder / "e.csv").write_bytes("modèle,tâche\n".encode("latin-1"))
    said = run_import("csv", folder, into=tmp_path)
    assert 3 == len(rows(tmp_path))
    assert "tables/b.parquet: skipped: it cannot be read as Parquet: " in said.stderr
    assert "tables/c.jsonl: skipped: line 1 is a list, not an object with fields" in said.stderr
    assert "tables/d.txt: skipped: .txt is none of .csv, .tsv, .parquet" in said.stderr
    assert "tables/e.csv: skipped: it is not UTF-8 text; save it as UTF-8" in said.stderr


def test_bad_rows_are_reported(tmp_path):
    """Rows count from 1; an empty cell is not an error."""
    path = write(tmp_path, "a.csv", "model,task,score\na,t,0.5\na,u,high\n,v,0.5\na,,0.5\na,w,\n")
    said = run_import("csv", path, into=tmp_path)
    assert {("a", "t", "base"): 0.5} == scores(tmp_path)
    assert "a.csv: row 2: skipped: 'high' is not a number" in said.stderr
    assert "a.csv: row 3: skipped: it names no model" in said.stderr
    assert "a.csv: row 4: skipped: it names no task" in said.stderr
    assert "row 5" not in said.stderr


def test_number_after_plus_minus_is_ignored(tmp_path):
    path = write(tmp_path, "a.csv", "model,task,score\na,t,0.5 ± 0.1\n")
    said = run_import("csv", path, into=tmp_path)
    assert "stderr" not in rows(tmp_path)[0]
    assert "the number after ± is ignored (1)" in said.stderr


PERCENT = "model,add\nalpha,71.5\nbeta,55\n"


def test_unclear_unit_is_an_error_without_a_terminal(tmp_path):
    said = run_import("csv", write(tmp_path, "a.csv", PERCENT), into=tmp_path)
    line = (
        "a.csv: 71.5 of task 'add' may be a percentage or have another unit. Use --percent, "
        "--proportion or --other-unit, or scale under [import] in site.toml."
    )
    assert (1, line) == (said.exit_code, said.stderr.splitlines()[-2])
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("answer", "bounds"),
    [("--percent", (0.0, 100.0)), ("--other-unit", (None, None))],
)
def test_unit_option_sets_the_bounds(tmp_path, answer, bounds):
    imported("csv", write(tmp_path, "a.csv", PERCENT), answer, into=tmp_path)
    assert [71.5, 55.0] == list(scores(tmp_path).values())
    (task,) = rows(tmp_path, "tasks")
    assert bounds == (task.get("score_min"), task.get("score_max"))


def test_site_toml_states_the_unit(tmp_path):
    (tmp_path / "site.toml").write_text('[import]\nscale = "percent"\n')
    imported("csv", write(tmp_path, "a.csv", PERCENT), into=tmp_path)
    assert 100.0 == rows(tmp_path, "tasks")[0]["score_max"]


def test_score_above_1_is_not_a_proportion(tmp_path):
    path = write(tmp_path, "a.csv", "model,add\nalpha,71.5\nbeta,0.55\n")
    said = run_import("csv", path, "--proportion", into=tmp_path)
    assert {("beta", "add", "base"): 0.55} == scores(tmp_path)
    assert "a.csv: row 1: skipped: 71.5 is not a proportion" in said.stderr


@pytest.mark.parametrize(
    ("cells", "metric", "scale", "bounds"),
    [
        ([0.0, 0.5, 1.0], "", None, (0.0, 1.0)),
        ([0.5], "", "percent", (0.0, 100.0)),
        ([0.5, 71.0], "", None, "unclear"),
        ([71.0], "", None, "unclear"),
        ([71.0], "accuracy", None, (0.0, 100.0)),
        ([0.5, 71.0], "accuracy", None, "unclear"),
        ([71.0, 120.0], "", None, None),
        ([-0.5, 0.5], "", None, None),
        ([12.5], "perplexity", None, None),
        ([71.0], "", "other", None),
    ],
)
def test_bounds_by_scores_and_metric(cells, metric, scale, bounds):
    """The bounds are guessed only if scores and metric leave no doubt."""
    assert bounds == bounds_of([ParsedNumber(value) for value in cells], metric, scale)


def test_percent_sign_in_every_cell():
    assert (0.0, 100.0) == bounds_of([ParsedNumber(0.5, is_percent=True)], "", None)
    assert "unclear" == bounds_of(
        [ParsedNumber(0.5, is_percent=True), ParsedNumber(71.0)], "", None
    )


def test_percent_sign_in_the_heading(tmp_path):
    """`add (%)` is a percentage."""
    imported("csv", write(tmp_path, "a.csv", "model,add (%)\nalpha,71.5\n"), into=tmp_path)
    assert 100.0 == rows(tmp_path, "tasks")[0]["score_max"]


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("0.5", False, 0.5),
        (" 71.3 % ", False, 71.3),
        ("**0.5**", False, 0.5),
        ("0,71", True, 0.71),
        ("0,71", False, None),
        ("1,234.5", False, None),
        ("-1.5e-3", False, -0.0015),
        ("1e999", False, None),
        ("0.5 ± 0.1", False, 0.5),
        ("0.5 (0.1)", False, None),
        ("\N{ARABIC-INDIC DIGIT FIVE}", False, None),
        ("x", False, None),
    ],
)
def test_numbers_in_cells(text, comma, value):
    cell = parse_number(text, comma=comma)
    assert value == (cell.value if cell else None)


@pytest.mark.parametrize(
    "value", ["", " ", "-", "\N{EN DASH}", "N/A", "nan", "NaN", None, float("nan"), "?"]
)
def test_blank_cells(value):
    assert is_blank(value)


def test_importing_twice_changes_nothing(tmp_path):
    paths = [write(tmp_path, "a.csv", LONG), write(tmp_path, "b.csv", WIDE)]
    imported("csv", *paths, into=tmp_path)
    before = contents(tmp_path)
    assert "Nothing changed" in run_import("csv", *paths, into=tmp_path).stderr
    assert before == contents(tmp_path)


def test_stated_model_of_a_table_that_names_none(tmp_path):
    """Another table keeps the models that it names."""
    (tmp_path / "a.csv").write_text("task,score\nadd,0.5\nsort,0.25\n")
    (tmp_path / "b.csv").write_text("model,add\nb,0.75\n")
    imported("csv", tmp_path / "a.csv", tmp_path / "b.csv", "--model", "org/m", into=tmp_path)
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
    "named.yml": "a:\n  add: 0.5\n  sub: {easy: 0.25}\n",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_objects_are_rows(tmp_path, name):
    """A list of them, the only list in an object, objects by name; objects inside are columns."""
    (tmp_path / name).write_text(DOCUMENTS[name])
    imported("csv", tmp_path / name, into=tmp_path)
    assert {("a", "add", "base"): 0.5, ("a", "sub.easy", "base"): 0.25} == scores(tmp_path)


@pytest.mark.parametrize("text", ["5", "{}", "[]", "[1]", '{"a": [{"b": 1}], "c": [{"b": 1}]}'])
def test_documents_that_are_no_tables(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    said = run_import("csv", tmp_path / "a.json", into=tmp_path)
    line = "a.json: skipped: it is no table: neither a list of objects nor objects by name"
    assert (1, True) == (said.exit_code, line in said.stderr)


def test_excel_workbook(tmp_path):
    """The value of a formula is the saved one; a text may be made of several parts."""
    imported("csv", HARNESSES / "tables/scores.xlsx", into=tmp_path)
    assert {
        ("alpha", "adding", "base"): 0.71,
        ("alpha", "sorting", "base"): 0.5,
        ("beta", "adding", "base"): 0.82,
        ("beta", "sorting", "base"): 1.0,
        ("gamma", "adding", "base"): 0.75,
        ("delta", "adding", "base"): 0.25,
    } == scores(tmp_path)
