"""Hostile input, a case a name: each gets the line that it deserves, or comes out as it is."""

import errno
import io
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.errors import FaultsError
from site_builder.prose.markdown import load_prose
from site_builder.tables.files import UnreadableTableError, read_footer
from site_builder.tables.schema import RESULTS
from site_builder.tables.write import read_stored
from tests.commands.test_cli import run
from tests.helpers.sites import contents
from tests.helpers.tables import (
    board,
    changed,
    fault_lines,
    having,
    models_frame,
    results_frame,
    tasks_frame,
    write_project,
)

NO_FILE = "this is not a file. Write the table as one Parquet file."
MISSING = (
    "the file is missing. Write it, or results.csv or results.jsonl, with one row for a score "
    "and the columns 'model', 'task', 'score'."
)


def close_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nobody list a folder."""

    def refuse(honest: Callable[[Any], Any], path: Any = ".") -> Any:
        if str(path) == str(folder):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return honest(path)

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, partial(refuse, getattr(os, name)))


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    """One that nobody writes to."""
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "line"),
    [(pipe, NO_FILE), (endless, NO_FILE), (loop, MISSING)],
)
def test_folders_devices_and_links_in_place_of_a_file(tmp_path, make, line):
    (tmp_path / "data").mkdir()
    make(tmp_path / "data/results.parquet")
    assert [f"data/results.parquet: {line}"] == fault_lines(tmp_path)


def test_a_table_may_be_a_link(tmp_path):
    write_project(tmp_path, board())
    real = tmp_path / "real.parquet"
    (tmp_path / "data/results.parquet").rename(real)
    (tmp_path / "data/results.parquet").symlink_to(real)
    assert [] == fault_lines(tmp_path)


def scored(values: "pa.Array[Any]") -> pa.Table:
    table = pa.Table.from_pandas(results_frame().drop(columns="score"), preserve_index=False)
    return table.append_column("score", values)


def named(values: "pa.Array[Any]") -> pa.Table:
    table = pa.Table.from_pandas(results_frame().drop(columns="model"), preserve_index=False)
    return table.append_column("model", values)


ALL = "rows 1, 2, 3, 4, 5 and 5 more"
TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "1e308": (
        {"results": scored(pa.array([1e308] * 10)), "tasks": tasks_frame()[["task"]]},
        f"{ALL}: 'score' is beyond 1e+100. Choose a larger unit.",
    ),
    "ids with a null character": (
        {"results": named(pa.array(["a\0b"] * 10))},
        f"{ALL}: 'model' contains a null character. Remove it.",
    ),
    "an id that drives a terminal": (
        {"results": changed(results_frame(), "task", {1: "\x1b[2J\x07\r\u202e"})},
        r"row 1: task '\x1b[2J\x07\r\u202e' is not in tasks.parquet. Add it there.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "line"), TABLES.values(), ids=TABLES.keys())
def test_bad_values(tmp_path, tables, line):
    lines = fault_lines(write_project(tmp_path, board() | tables))
    assert 1 == lines.count(f"data/results.parquet: {line}"), lines
    assert all(found.isprintable() and len(found) < 2_500 for found in lines)


def encoded(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def repeated(text: "str | bytes | pa.Scalar[Any]", times: int) -> "pa.Array[Any]":
    """A text that the file has once, and a number per row that stands for it."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([text]))


def nested(values: "pa.Array[Any]") -> "pa.Array[Any]":
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


LARGE = "the Parquet file has {}, and at most {} are read. Leave out what the site does not need."
TEXTS = LARGE.format("3,000,000,000 bytes or more of text when it is read", "500,000,000")
LARGE_TABLES: dict[str, tuple[pa.Table, str]] = {
    "texts": (pa.table({"a": repeated("x" * 10**6, 3_000)}), TEXTS),
    "lists of texts": (pa.table({"a": nested(repeated("x" * 10**6, 3_000))}), TEXTS),
    "rows": (
        pa.table({"a": pa.nulls(25_000_001), "b": pa.nulls(25_000_001)}),
        LARGE.format("50,000,002 values", "50,000,000"),
    ),
}


@pytest.mark.parametrize(("table", "line"), LARGE_TABLES.values(), ids=LARGE_TABLES.keys())
def test_small_files_of_large_tables(tmp_path, table, line):
    """A build, which reads a table whole, and an import, which adds to it, refuse them."""
    file = encoded(table, compression="zstd")
    assert len(file) < 300_000
    write_project(tmp_path, {"results": file}, "")
    assert f"data/results.parquet: {line}" in fault_lines(tmp_path)
    with pytest.raises(FaultsError, match="the table cannot be added to: the Parquet file has "):
        read_stored(RESULTS, tmp_path / "data")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (nested(pa.nulls(100_001)), "100,001 values"),
        (repeated(pa.scalar(b"x" * 10**5, pa.binary(10**5)), 2), "300,047 bytes when it is read"),
    ],
    ids=["items of a list", "wide values"],
)
def test_the_size_of_values(tmp_path, monkeypatch, values, what):
    monkeypatch.setattr("site_builder.tables.files.MAX_VALUES", 100_000)
    monkeypatch.setattr("site_builder.tables.files.MAX_BYTES", 250_000)
    write_project(tmp_path, {"results": pa.table({"a": values})}, "")
    assert f"the Parquet file has {what}" in fault_lines(tmp_path)[0]


def test_the_name_of_a_column_that_is_no_text(tmp_path):
    file = encoded(pa.table({"name_of_a_column": [1]}), store_schema=False)
    file = file.replace(b"name_of_a_column", b"name_of_a_colum\xff")
    write_project(tmp_path, {"results": file}, "")
    what = "the name of a column is not UTF-8 text"
    line = f"the Parquet file is damaged: {what}. Write it again as Parquet."
    assert [f"data/results.parquet: {line}"] == fault_lines(tmp_path)
    with pytest.raises(FaultsError, match=f"the table cannot be added to: .*{what}"):
        read_stored(RESULTS, tmp_path / "data")
    with pytest.raises(UnreadableTableError, match=what):
        read_footer(tmp_path / "data/results.parquet")


LEGAL: dict[str, dict[str, Any]] = {
    "negative zero": {"results": scored(pa.array([-0.0] * 10))},
    "huge whole numbers": {"results": having(results_frame(), n_examples=2**62)},
    "1e100": {
        "results": scored(pa.array([1e100] * 10)),
        "tasks": tasks_frame()[["task", "metric"]],
    },
    "columns of one name": {
        "results": pa.Table.from_arrays(
            [*pa.Table.from_pandas(results_frame(), preserve_index=False).columns, pa.nulls(10)],
            names=["model", "task", "variant", "score", "score"],
        )
    },
    "every kind of nesting": {
        "results": having(results_frame(), l=[["a", None]] * 10, s=[{"a": {"b": ["c"]}}] * 10)
    },
    "a column without a name": {"results": having(results_frame(), **{"": 1})},
    "a month before the first": {"models": having(models_frame(), release_date="1950-01-01")},
}


@pytest.mark.parametrize("tables", LEGAL.values(), ids=LEGAL.keys())
def test_odd_values_are_legal(tmp_path, tables):
    assert [] == fault_lines(write_project(tmp_path, board() | tables))


TOML: dict[str, tuple[bytes, str]] = {
    "a key that drives a terminal": (b'[site]\n"\\u001b[2J" = 1', r"unknown key 'site.\x1b[2J'. "),
    "a large file": (
        b"#" * 100_001,
        "cannot be read: it has 100,001 bytes, more than 100,000",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("toml", "line"), TOML.values(), ids=TOML.keys())
def test_bad_configurations(project, toml, line):
    (project / "site.toml").write_bytes(toml)
    (found,) = fault_lines(project)
    assert found.startswith(f"site.toml: {line}")
    assert found.isprintable()
    assert len(found) < 2_500


OUTSIDE = "cannot be read: it is a symbolic link that points outside the folder"


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), OUTSIDE),
        (pipe, "cannot be read: it is no file"),
        (lambda path: path.write_bytes(b"\xff"), "cannot be read as UTF-8 text: "),
        (lambda path: path.write_bytes(b"x" * 1_000_001), "cannot be read: it has 1,000,001 bytes"),
    ],
    ids=["file of the machine", "pipe", "no text", "large"],
)  # fmt: skip
def test_unreadable_prose(tmp_path, make, line):
    """No file from elsewhere is published, and nothing is waited for."""
    make(tmp_path / "about.md")
    prose = load_prose(tmp_path)
    assert {} == prose.texts
    (fault,) = prose.faults
    assert str(fault).startswith(f"data/content/about.md: {line}")


@pytest.mark.parametrize(
    ("words", "name", "content"),
    [
        (["import", "csv"], "a/x.csv", "model,task,score\nalpha,add,0.5\n"),
        (["profile"], "a/train.jsonl", '{"input": "1", "output": "2"}\n'),
    ],
)  # fmt: skip
def test_an_import_that_cannot_be_read(project, tmp_path, monkeypatch, words, name, content):
    path = tmp_path / "runs" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    closed = tmp_path / "runs/b" / path.relative_to(tmp_path / "runs/a").parent
    closed.mkdir(parents=True)
    close_folder(monkeypatch, closed)
    said = run(*words, tmp_path / "runs", "--into", project)
    line = f"{closed}: cannot be read: Permission denied. Make it readable."
    assert (1, [line]) == (said.exit_code, said.stderr.splitlines()[:1])


NOT_UTF8 = "its name is not UTF-8. Rename it."


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8(project):
    """Every such file and folder in one run, each once; the next build is none the worse."""
    assert 0 == run("build", "--project", project).exit_code
    before = contents(project / "site")
    for name in (b"static/caf\xe9/x.txt", b"static/\xe9.txt", b"templates/\xe9.html"):
        path = project / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (project / "data/content/pages").mkdir(parents=True)
    (project / os.fsdecode(b"data/content/pages/\xe9.md")).write_text("x")
    (project / os.fsdecode(b"data/content/\xe9.md")).write_text("x")
    (project / os.fsdecode(b"data/\xe9.parquet")).write_text("x")
    names = ("data/content/%.md", "data/content/pages/%.md", "templates/%.html", "static/%.txt")
    said = run("build", "--project", project)
    found = {line for line in said.stderr.splitlines() if NOT_UTF8 in line}
    lines = {f"{name}: {NOT_UTF8}".replace("%", "\\udce9") for name in names}
    assert {*lines, f"static/caf\\udce9: {NOT_UTF8}"} == found
    assert (1, before) == (said.exit_code, contents(project / "site"))


@pytest.mark.parametrize("name", ["static/sub", "data/content/pages"])
def test_a_folder_that_cannot_be_read(project, monkeypatch, name):
    (project / name).mkdir(parents=True)
    close_folder(monkeypatch, project / name)
    said = run("build", "--project", project)
    line = f"{name}: cannot be read: Permission denied. Make it readable."
    assert (1, True) == (said.exit_code, line in said.stderr.splitlines()), said.stderr
