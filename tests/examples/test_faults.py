"""Faults of per-example scores: all of them in one run."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.errors import SiteError
from site_builder.examples.database import open_database
from tests.commands.test_cli import run
from tests.helpers.instances import ROWS, project_of, run_aggregate, told, write_rows
from tests.helpers.tables import HIGHER

NUMBER = "Write a number, such as 0.71, or leave the row out."


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return project_of(tmp_path / "board")


def faults(*args: object) -> list[str]:
    """The lines of a run that must fail, without writing anything."""
    said = run_aggregate(*args)
    assert (1, "") == (said.exit_code, said.stdout), said.output
    into = Path(str(args[args.index("--into") + 1]))
    assert not (into / "data/results.parquet").exists()
    return told(said)


def test_missing_paths(tmp_path: Path, board: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert [
        f"{tmp_path / 'nowhere'}: there is no such file or folder",
        f"{tmp_path / 'neither'}: there is no such file or folder",
        "2 errors; nothing was written.",
    ] == faults(tmp_path / "nowhere", tmp_path / "neither", tmp_path / "empty", "--into", board)


@pytest.mark.parametrize("name", [None, "notes.md"])
def test_folder_without_parquet_files(tmp_path: Path, board: Path, name: str | None) -> None:
    folder = tmp_path / "i"
    folder.mkdir()
    if name:
        (folder / name).write_text("notes")
    skipped = [f"warning: {folder / str(name)}: skipped: it is no table"] if name else []
    assert [
        *skipped,
        "i: no file with a table was found. Name files that end in .parquet, .parq, .pq, "
        ".csv, .tsv, .jsonl, .ndjson.",
        "1 error; nothing was written.",
    ] == faults(folder, "--into", board)


def test_files_without_rows(tmp_path: Path, board: Path) -> None:
    path = write_rows(tmp_path / "i.parquet", ROWS[:1])
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    fault = "i.parquet: no file has a row. Name files with scores in them."
    assert [fault, "1 error; nothing was written."] == faults(path, "--into", board)


def test_faults_of_files(tmp_path: Path, board: Path) -> None:
    """Files with the same columns share a line."""
    folder = tmp_path / "i"
    write_rows(folder / "a.parquet", ROWS[:4], example=None, doc_id=[1, 2, 3, 4])
    write_rows(folder / "b.parquet", ROWS[:4], score=["a", "b", "c", "d"], task=[1, 2, 3, 4])
    write_rows(folder / "c.parquet", ROWS[:4], example=[0.5, 1.5, 2.5, 3.5])
    content = write_rows(folder / "good.parquet", ROWS).read_bytes()
    (folder / "cut.parquet").write_bytes(content[:100])
    (folder / "empty.parquet").touch()
    (folder / "d.csv").write_text("model,task,score\na,t,high\n")
    for n in range(5):
        write_rows(folder / f"{n}.parquet", ROWS[:4], model=None, modle=["a"] * 4)
    twice = pa.Table.from_arrays([pa.array(["a"])] * 2, names=["model", "model"])
    pq.write_table(twice, folder / "twice.parquet")
    rename = "Rename the column that has it."
    missing = [
        f"i/twice.parquet: column '{n}' is missing. {rename}" for n in ("task", "example", "score")
    ]
    assert [
        "i/cut.parquet: the Parquet file is cut short. Write it again as Parquet.",
        f"i/d.csv:2: 'score' is 'high', not a number. {NUMBER}",
        "i/empty.parquet: the file is empty (0 bytes). Write it again as Parquet.",
        f"i/0.parquet and 4 more: column 'model' is missing. Did you mean 'modle'? {rename}",
        f"i/a.parquet: column 'example' is missing. Known columns: doc_id. {rename}",
        "i/b.parquet: column 'task' is a whole number, not text",
        "i/b.parquet: column 'score' is text, not a number or a whole number",
        "i/c.parquet: column 'example' is a number, not text or a whole number",
        "i/twice.parquet: two columns are named 'model'. Rename one of them.",
        *missing,
        "12 errors; nothing was written.",
    ] == faults(folder, "--into", board)


def test_bad_rows(tmp_path: Path, board: Path) -> None:
    odd = (None, float("nan"), float("inf"), -1e200)
    rows = [("alpha", "add", "base", f"x{n}", 0.0) for n in range(4)]
    write_rows(tmp_path / "i/a.parquet", rows, score=pa.array(odd))
    write_rows(
        tmp_path / "i/b.parquet",
        [("alpha", "add", "tuned", "1", 1.0)] * 4,
        model=[None, " ", "alpha", "al\rpha"],
        example=["1", "2", None, "3"],
    )
    assert [
        "i: 'model' is null, empty or has a control character in 3 rows. "
        "Correct it, or leave the rows out.",
        "i: alpha, add (base): 4 rows with a score that is null, NaN, infinite or beyond 1e+100, "
        "such as 'x0'. Give the number, or leave the rows out.",
        "i: alpha, add (tuned): 1 row without an example. Fill it in, or leave the rows out.",
        "3 errors; nothing was written.",
    ] == faults(tmp_path / "i", "--into", board)


def test_contradicting_scores(tmp_path: Path, board: Path) -> None:
    rows = [*ROWS, ("alpha", "add", "base", "1", 0.0), ("alpha", "add", "tuned", "5", 1.0)]
    write_rows(tmp_path / "i.parquet", [*rows, ("alpha", "add", "tuned", "3", 0.0)])
    assert [
        "i.parquet: alpha, add (tuned): 2 examples with different scores, such as "
        "'3'. Keep one score for each, or use their mean: --average-repeats.",
        "1 error; nothing was written.",
    ] == faults(tmp_path / "i.parquet", "--into", board)


def test_file_damaged_in_the_middle(tmp_path: Path, board: Path) -> None:
    path = write_rows(tmp_path / "i.parquet", [("a", "t", "b", f"{n}", n / 7) for n in range(9999)])
    content = bytearray(path.read_bytes())
    content[100 : len(content) // 2] = bytes(len(content) // 2 - 100)
    path.write_bytes(content)
    found = faults(path, "--into", board)
    assert found[0].startswith("DuckDB says: ")
    assert ["1 error; nothing was written."] == found[1:]


def test_too_little_memory() -> None:
    with pytest.raises(SiteError) as found, open_database(200_000_000):
        raise duckdb.OutOfMemoryException
    fault = "--memory: 200 MB are too few for the examples of one task. Give more."
    assert fault == str(found.value)


def test_ctrl_c_during_a_query() -> None:
    with pytest.raises(KeyboardInterrupt), open_database(200_000_000):
        raise RuntimeError("Query interrupted")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "Missing argument 'INSTANCES...'"),
        (("i",), "Missing option '--into'"),
        (("i", "--into", "p", "--memory", "much"), "'much' is not a size of at least 100MB"),
        (("i", "--into", "p", "--memory", "5MB"), "'5MB' is not a size of at least 100MB"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], said: str) -> None:
    """Exit code 2, and nothing on stdout."""
    found = run_aggregate(*args)
    assert (2, "") == (found.exit_code, found.stdout)
    assert said in " ".join(found.stderr.split())


def test_check_reports_faults_of_the_differences(board: Path) -> None:
    (board / "data").mkdir()
    pd.DataFrame({"model": ["gamma"], "task": ["t"], "score": [1.0]}).to_parquet(
        board / "data/results.parquet"
    )
    row = {"model": "gamma", "task": "t", "variant": "x", "against": "base", "stderr": -1.0}
    pd.DataFrame([row, row]).to_parquet(board / "data/differences.parquet")
    (board / "site.toml").write_text(HIGHER)
    said = run("check", "--project", board, "--quiet")
    assert [
        "data/differences.parquet: rows 1, 2: 'stderr' is less than 0",
        "data/differences.parquet: rows 1, 2: two differences for (gamma, t, x, base). "
        "Keep one difference for each.",
        "2 errors; nothing was written.",
    ] == said.stderr.splitlines()
