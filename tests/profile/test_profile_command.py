"""The profile command: features go into the tasks table, and nothing else changes."""

import json
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from site_builder.cli import main
from tests.helpers.sites import build
from tests.helpers.tables import tasks_frame

QA = [{"question": f"What is {n} + {n}?", "answer": f"{2 * n}"} for n in range(20)]


def run(*args: str | Path) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(main, ["profile", *map(str, args)])


def write(path: Path, records: list[Any]) -> Path:
    """A file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf8")
    return path


def tasks(project: Path) -> pd.DataFrame:
    """The tasks table, by task."""
    return pd.read_parquet(project / "data/tasks.parquet").set_index("task")


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """Training sets of the two tasks of the fixture board."""
    write(tmp_path / "sets/add/train.jsonl", QA)
    write(tmp_path / "sets/add/test.jsonl", QA[:5])
    write(tmp_path / "sets/sort.jsonl", [{"prompt": "b a", "completion": "a b"}])
    return tmp_path / "sets"


def test_features_go_into_the_tasks_table(project: Path, sets: Path) -> None:
    said = run(sets, "--into", project)
    assert 0 == said.exit_code
    # Only 0 + 0 has its answer in the question: 2 * 1 / (4 + 1), over 20 examples.
    text = "".join(f"{record['question']}\n{record['answer']}\n" for record in QA).encode()
    packs = len(text) / len(zlib.compress(text, 9))
    assert [
        "add: 5 test, 20 train; input 'question', output 'answer'; mean length 6.0 in, 1.0 out, "
        f"compression ratio {packs:.2f}, ROUGE-L 0.020",
        "sort: 1 train; input 'prompt', output 'completion'; mean length 2.0 in, 2.0 out, "
        "compression ratio 0.50, ROUGE-L 0.500",
        "Lengths are in words and marks; 2 tasks changed.",
    ] == said.stderr.splitlines()
    found = tasks(project)
    assert [20, 1] == found["train_examples"].tolist()
    assert [5] == found["test_examples"].dropna().tolist()
    assert [6.0, 2.0] == found["input_length_mean"].tolist()
    assert {"words and marks"} == set(found["length_unit"])
    was = tasks_frame().set_index("task")
    kept = [name for name in was.columns if name not in ("train_examples", "test_examples")]
    pd.testing.assert_frame_equal(was[kept], found[kept], check_dtype=False)


def test_measuring_twice_changes_nothing(project: Path, sets: Path) -> None:
    run(sets, "--into", project)
    path = project / "data/tasks.parquet"
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    said = run(sets, "--into", project)
    assert "Lengths are in words and marks; 2 tasks unchanged; nothing to write." in said.stderr
    assert before == (path.read_bytes(), path.stat().st_mtime_ns)
    write(sets / "sort.jsonl", [{"prompt": "b", "completion": "b"}])
    assert "1 task changed, 1 task unchanged." in run(sets, "--into", project).stderr


def test_other_files_are_skipped_with_a_warning(project: Path, sets: Path) -> None:
    (sets / "add/README.md").write_text("# Sums")
    for i in range(30):
        (sets / f"{i:02}.png").touch()
    said = run(sets, "--into", project)
    assert 0 == said.exit_code
    warnings = [line for line in said.stderr.splitlines() if line.startswith("warning: ")]
    assert f"warning: {sets / '00.png'}: skipped: it holds no examples" == warnings[0]
    assert "warning: and 11 more like these: files that hold no examples" == warnings[20]
    assert 21 == len(warnings)


def test_dry_run_writes_nothing(project: Path, sets: Path) -> None:
    before = (project / "data/tasks.parquet").read_bytes()
    said = run(sets, "--into", project, "--dry-run")
    assert "2 tasks changed; nothing was written." in said.stderr
    assert before == (project / "data/tasks.parquet").read_bytes()


def test_new_task_is_a_warning(project: Path, sets: Path) -> None:
    said = run(f"srot={sets / 'sort.jsonl'}", "--into", project)
    assert 0 == said.exit_code
    warning = "warning: data/tasks.parquet: task 'srot' is new. Did you mean 'sort'?"
    assert warning == said.stderr.splitlines()[0]
    assert ["add", "sort", "srot"] == tasks(project).index.tolist()


def test_project_without_a_tasks_table(project: Path, sets: Path) -> None:
    (project / "data/tasks.parquet").unlink()
    assert 0 == run(sets, "--into", project, "--tokenizer", "characters").exit_code
    assert ["add", "sort"] == tasks(project).index.tolist()
    text = build(project).page("tasks/add/").get_text(" ", strip=True)
    assert "Mean ROUGE-L between input and output" in text
    assert "Lengths count characters" in text


def test_faults_write_nothing(project: Path, sets: Path) -> None:
    """All of them in one run, with exit code 1."""
    before = (project / "data/tasks.parquet").read_bytes()
    bad = write(sets / "bad.jsonl", [{"question": "q", "answer": None}])
    said = run(sets, "--into", project)
    assert (1, "") == (said.exit_code, said.stdout)
    line = f"{bad}: line 1: 'answer' is missing"
    assert [line, "1 error; nothing was written."] == said.stderr.splitlines()
    assert before == (project / "data/tasks.parquet").read_bytes()
    said = run(sets / "nowhere", "--into", project, "--format", "json")
    assert "there is no such file or folder." == json.loads(said.stdout)["faults"][0]["found"]


@pytest.mark.parametrize("args", [[], ["x"], ["--into", "x"]])
def test_wrong_usage(args: list[str]) -> None:
    """The exit code is 2."""
    assert 2 == run(*args).exit_code
