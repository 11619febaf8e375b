"""Read tables from CSV and JSON lines, in a project or outside, and report every fault."""

import json
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.errors import FaultsError
from site_builder.tables import files
from tests.commands.test_cli import run
from tests.helpers.imported import run_import
from tests.helpers.tables import check_project, fault_lines, read_long_table

QUOTE = "Put the value in quotes, and double each quote in it."
NUMBER = "Write a number, such as 0.71, or leave the row out."


def write(folder: Path, text: str | bytes) -> Path:
    """A CSV file."""
    path = folder / "scores.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path) -> list[str]:
    """The lines that are told of a file, without its name."""
    with pytest.raises(FaultsError) as error:
        read_long_table(path)
    return [str(fault).removeprefix(str(path)).removeprefix(": ") for fault in error.value.faults]


def test_half_of_a_character_in_json_lines(tmp_path):
    """In a value or in the name of a column; whole ones may be escaped."""
    path = tmp_path / "results.jsonl"
    row = '{"model": "%s", "task": "t", "score": 1}'
    path.write_text("\n".join((row % "\\ud83d\\ude00", row % "\\ud800", '{"\\udfff": 1}')))
    what = "it has half of a character, such as \\ud800. Remove it."
    assert [f":2: {what}", f":3: {what}"] == faults(path)


def test_columns_have_their_types(tmp_path):
    """Ids are text even if they look like numbers, and blank is null.

    Columns beyond the contract are numbers if all their values are, and none is a code such as 01.
    """
    table = read_long_table(
        write(
            tmp_path,
            "\ufeffmodel, task,score,n_examples,stderr,seed,zip,top,odd\r\n"
            '007,t,0.50,10,,1,01,True,1\r\n"a, b",t,.25,,1e-3,,20,,x\r\n\r\n',
        )
    )
    frame = table.frame
    assert ["007", "a, b"] == frame["model"].tolist()
    assert [0.5, 0.25] == frame["score"].tolist()
    assert [10, None] == [None if pd.isna(n) else n for n in frame["n_examples"]]
    assert {"n_examples", "seed"} == {*table.whole}
    assert pd.isna(frame["stderr"][0])
    assert 0.001 == frame["stderr"][1]
    assert [1, None] == [None if pd.isna(s) else s for s in frame["seed"]]
    assert (["01", "20"], ["1", "x"]) == (frame["zip"].tolist(), frame["odd"].tolist())


def test_file_of_another_ending(tmp_path):
    """Tabs separate the values of TSV; Parquet is not changed, and what is none is refused."""
    (tmp_path / "a.tsv").write_text("model\ttask\tscore\n007\ta,b\t0.5\n")
    frame = read_long_table(tmp_path / "a.tsv").frame
    assert [("007", "a,b", 0.5)] == [*frame.itertuples(index=False, name=None)]
    path = tmp_path / "a.PARQUET"
    frame.to_parquet(path)
    assert path.read_bytes() == read_long_table(path).file
    path.write_bytes(b"model,task,score")
    assert ["the file is not Parquet. Write it again as Parquet."] == faults(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty. Write a heading, and one row per score."),
        ("model,task,score\n", "the table has no rows. Write at least one row for a score."),
        (b"model\xff", "is not UTF-8 text. Save it as UTF-8."),
        ('model,task,score\n\na,t,1\n"b,t,1\nc,t,2\n', f":4: a quote is not closed. {QUOTE}"),
        (
            'model,task,score\n"a" b,t,1\n',
            f":2: is not valid CSV: ',' expected after '\"'. {QUOTE}",
        ),
        (
            "model,task,score\n<<<<<<< HEAD\na,t,1\n=======\na,t,2\n>>>>>>> main\n",
            ":2: a merge conflict is not resolved: <<<<<<<. Keep one side, and remove the lines of "
            "the markers.",
        ),
        (
            "model;task;score\na;t;1",
            "the values are separated by ';'. Separate them by commas, or use "
            "`leaderboard-site import csv`.",
        ),
        ("model,task,score,score\na,t,1,1", "2 columns are called 'score'. Keep one."),
        ("model,task,score\na,t,1\nb,t\n", ":3: it has 2 values, the heading 3"),
        ("modle,task,score\na,t,1", "column 'model' is missing. Is it 'modle'?"),
        ("model,task,score\na,t,inf", f":2: 'score' is 'inf', not a number. {NUMBER}"),
        (
            "model,task,score\na,t,1e999",
            ":2: 'score' is infinite. Give the number, or leave the row out.",
        ),
    ],
)
def test_file_that_is_not_a_table_of_scores(tmp_path, text, told):
    assert [told] == faults(write(tmp_path, text))


# --- the tables of a project ----------------------------------------------------------------------

RESULTS = """\
model,task,variant,score,note

alpha,add,base,0.50,"two
lines"
alpha,add,fine_tuned,0.75,
beta,add,base,0.25,
"""
MODELS = """\
{"model": "alpha", "parameters_b": 7, "tags": ["a", "b"], "open": true}
{"model": "beta", "name": "Beta"}
"""
TASKS = "task,metric,higher_is_better,turns\nadd,accuracy,TRUE,3\n"


def project(folder: Path, **files: str) -> Path:
    """A project with these files in `data/`; `results_csv` is `results.csv`."""
    (folder / "data").mkdir()
    for name, text in files.items():
        (folder / "data" / name.replace("_", ".")).write_text(text, encoding="utf8")
    return folder


def test_tables_of_a_project_may_be_text(tmp_path):
    """They have the types of Parquet, and are published as Parquet."""
    root = project(tmp_path, results_csv=RESULTS, models_jsonl=MODELS, tasks_csv=TASKS)
    (unsure,) = fault_lines(root)
    assert unsure.startswith("data/results.csv: column 'note' differs between the tasks")
    tables = check_project(root)
    assert [0.5, 0.75, 0.25] == tables.results["score"].tolist()
    assert ["two\nlines"] == tables.results["note"].dropna().tolist()
    assert [7.0] == tables.models["parameters_b"].dropna().tolist()
    assert ['["a", "b"]'] == tables.models["tags"].dropna().tolist()
    assert ([True], [3]) == (tables.tasks["higher_is_better"].tolist(), [*tables.tasks["turns"]])
    published = pq.read_table(pa.BufferReader(tables.loaded["results"].file))
    assert [0.5, 0.75, 0.25] == published["score"].to_pylist()


def test_project_of_text_builds_as_one_of_parquet(tmp_path):
    """Also what `verify`, `diff` and the API say of it."""
    root = project(tmp_path, results_csv=RESULTS, models_jsonl=MODELS, tasks_csv=TASKS)
    said = run("build", "--project", root)
    assert 0 == said.exit_code, said.stderr
    manifest = json.loads((root / "site/manifest.json").read_text())
    assert sha256(RESULTS.encode()).hexdigest() == manifest["sources"]["data/results.csv"]
    assert (root / "site/downloads/results.parquet").is_file()
    said = run("diff", root / "site", root)
    assert 0 == said.exit_code, said.stderr


def test_faults_of_text_tables_name_file_and_line(tmp_path):
    """A line of text is where a row begins, also below blank lines and texts of two lines."""
    bad = RESULTS + "beta,ad,base,0.5,\nalpha,add,base,x,\nbeta,add,base,,\n"
    models = MODELS + '{"model": 7}\n\n{"model": "gamma", "parameters_b": "7B"}\n'
    tasks = TASKS + "add,accuracy,maybe,1\n"
    root = project(tmp_path, results_csv=bad, models_jsonl=models, tasks_csv=tasks)
    assert [
        "results.csv: column 'note' differs between the tasks of a model: it is not shown. "
        "If it tells entries apart, write [facets.note] in site.toml.",
        f"results.csv:8: 'score' is 'x', not a number. {NUMBER}",
        "results.csv:9: 'score' is null. Fill it in, or leave the row out.",
        "results.csv:3: lines 3, 8: two scores for (alpha, add, base). Keep one score for each.",
        "results.csv:6: lines 6, 9: two scores for (beta, add, base). Keep one score for each.",
        "models.jsonl:3: 'model' is 7, not text. Put it in quotes.",
        "models.jsonl:5: 'parameters_b' is '7B', not a number. Write a number, such as 0.71, or "
        "nothing.",
        "tasks.csv:3: 'higher_is_better' is 'maybe', not true or false. Write true or false, or "
        "nothing.",
        "tasks.csv:2: lines 2, 3: two tasks for 'add'. Keep one task for each.",
        "results.csv:7: task 'ad' is not in tasks.csv. Did you mean 'add'? If not, add it there.",
    ] == [line.removeprefix("data/") for line in fault_lines(root) if "no result of" not in line]
    said = run("check", "--project", root, "--format", "github")
    assert "/data/results.csv,line=8::'score' is 'x'" in said.stdout


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {"results_csv": RESULTS, "results_jsonl": "{}"},
            "data/results.csv: results.csv and results.jsonl are one table. Keep one of them.",
        ),
        ({"results_jsonl": "[1]\n"}, "data/results.jsonl:1: is a list, not an object with fields"),
        ({"results_jsonl": ""}, "data/results.jsonl: the file is empty. Write one object per line"),
        (
            {"results_jsonl": '{"model": "a", "task": "accuracy", "score": 1e999}'},
            "data/results.jsonl:1: 'sc",
        ),
    ],
)
def test_text_that_is_no_table(tmp_path, files, line):
    (found,) = fault_lines(project(tmp_path, **files))
    assert found.startswith(line)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_import_keeps_the_format_of_a_table(tmp_path, ending):
    """Rows and columns stay, new tables have the same format, and a second import changes none."""
    old = {
        "csv": "model,task,score,seed,date\nalpha,t,0.5,007,2024-05-02\n",
        "jsonl": '{"model": "alpha", "task": "t", "score": 0.5, "seed": "007", "x": null}',
    }[ending]
    root = project(tmp_path, **{f"results_{ending}": old})
    (root / "new.csv").write_text('model,task,metric,score\nbeta,t,acc,1\n"b, c",t,acc,0.25\n')
    said = run_import("csv", root / "new.csv", into=root)
    assert 0 == said.exit_code, said.stderr
    found = check_project(root).results
    assert ["alpha", "beta", "b, c"] == found["model"].tolist()
    assert ([0.5, 1.0, 0.25], "007") == (found["score"].tolist(), found["seed"][0])
    assert {f"results.{ending}", f"models.{ending}", f"tasks.{ending}"} == {
        path.name for path in (root / "data").iterdir() if path.is_file()
    }
    before = (root / f"data/results.{ending}").read_bytes()
    assert "Nothing changed" in run_import("csv", root / "new.csv", into=root).stderr
    assert before == (root / f"data/results.{ending}").read_bytes()
    if ending == "csv":
        assert b"beta,t,1," in before
        assert b'"b, c",t,0.25,' in before


OLD_CSV = (
    '\ufeffscore,"model",task,note\r\n0.70,"a, b",t,"x ""y"""\r\n\r\n0.50,b,t,\r\n'
    ' 1.0 ,c,t,"two\r\nlines"'
)
OLD_JSON = (
    '{"score": 0.70, "model":"a, b","task": "t"}\n\n{"model": "\\u0062", "task": "t", "score": 1}'
)


@pytest.mark.parametrize(
    ("name", "old", "imports", "new"),
    [
        ("csv", OLD_CSV, "d,t,0.60", f"{OLD_CSV}\r\n0.6,d,t,\r\n"),
        ("csv", OLD_CSV, "b,t,0.60", OLD_CSV.replace("0.50,b", "0.6,b")),
        ("csv", OLD_CSV, "c,t,0.60", OLD_CSV.replace(" 1.0 ,c", "0.6,c")),
        ("jsonl", OLD_JSON, "d,t,0.60", OLD_JSON + '\n{"score": 0.6, "model": "d", "task": "t"}\n'),
        ("jsonl", OLD_JSON, "b,t,0.60", OLD_JSON.replace("\\u0062", "b").replace("1}", "0.6}")),
    ],
)
def test_import_changes_only_its_own_rows(tmp_path, name, old, imports, new):
    """Digits, quotes, empty lines, the order of columns and the ends of lines stay."""
    root = project(tmp_path)
    path = root / f"data/results.{name}"
    path.write_text(old, encoding="utf8", newline="")
    (root / "new.csv").write_text(f"model,task,accuracy\n{imports}\n")
    said = run_import("csv", root / "new.csv", into=root)
    assert 0 == said.exit_code, said.stderr
    assert new == path.read_bytes().decode()
    assert "1 unchanged" in run_import("csv", root / "new.csv", into=root).stderr
    assert new == path.read_bytes().decode()


def test_import_adds_the_columns_that_its_scores_need(tmp_path):
    """Other rows get an empty cell at their end and stay as they are otherwise."""
    root = project(tmp_path, results_csv='model,task,score\n"a",t,0.70\nb,t,0.50\n')
    tasks = 'task,score_max,higher_is_better\n"t",1.00,true\n'
    (root / "data/tasks.csv").write_text(tasks)
    (root / "new.csv").write_text("model,task,accuracy,stderr,url\nc,u,0.6,0.05,https://x.org/y\n")
    assert 0 == run_import("csv", root / "new.csv", into=root).exit_code
    assert (root / "data/results.csv").read_text() == (
        'model,task,score,stderr,source\n"a",t,0.70,,\nb,t,0.50,,\nc,u,0.6,0.05,https://x.org/y\n'
    )
    assert (root / "data/tasks.csv").read_text() == (
        'task,score_max,higher_is_better,metric,score_min\n"t",1.00,true,,\nu,1,true,accuracy,0\n'
    )


def test_import_refuses_a_text_table_with_faults(tmp_path):
    root = project(tmp_path, results_csv="model,task,score\nalpha,t,x\n")
    (root / "new.csv").write_text("model,task,metric,score\nbeta,t,acc,1\n")
    said = run_import("csv", root / "new.csv", into=root)
    assert (1, f"data/results.csv:2: 'score' is 'x', not a number. {NUMBER}") == (
        said.exit_code,
        said.stderr.splitlines()[-2],
    )


@pytest.mark.parametrize("linked", ["data", "data/results.csv"])
def test_text_behind_a_link_that_leads_out_is_not_read(tmp_path, linked):
    """Whoever proposes a change could otherwise publish a file of the machine."""
    store = tmp_path / "store"
    store.mkdir()
    (store / "results.csv").write_text(RESULTS)
    link = tmp_path / "board" / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(store if linked == "data" else store / "results.csv")
    what = "data/results.csv: it is text behind a link that leads out of the folder"
    assert [f"{what}. Replace the link by the file, or write the table as Parquet."] == fault_lines(
        tmp_path / "board"
    )


def test_large_text_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_TEXT_BYTES", 50)
    (line,) = fault_lines(project(tmp_path, results_csv=RESULTS))
    assert line == (
        f"data/results.csv: the file has {len(RESULTS)} bytes, and at most 50 of text are read. "
        "Write the table as Parquet."
    )
