"""Commands at the same time, and killed ones: no row is lost, and no reader sees two states."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from site_builder.errors import FaultsError, LockedError
from site_builder.tables import lock
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.read import load_tables
from site_builder.tables.schema import MODELS, RESULTS
from site_builder.tables.write import has_sample, read_all_stored, save_tables
from tests.helpers.imported import run_import
from tests.helpers.tables import board, write_project

ROOT = Path(__file__).parents[2]
LIMIT_S = 120
SAVE = """
import sys
from pathlib import Path
from site_builder.tables.lock import write_locked
from site_builder.tables.schema import MODELS, RESULTS
from site_builder.tables.write import has_sample, read_all_stored, save_tables
data = Path(sys.argv[1])
def wait(line):
    print(line, flush=True)
    sys.stdin.readline()
def save():
    stored = read_all_stored((MODELS, RESULTS), data)
    new = [(t, [r | {"source": "new"} for r in t.rows]) for t in stored.values()]
    save_tables(data, new)
"""
# Where the process that replaces both tables stops until it is told to go on, or is killed.
STOPS = {
    "before": "import pyarrow.parquet as pq; pq.write_table = lambda *_: wait('before')",
    "between": """
import site_builder.tables.lock as lock
rename = Path.replace
def replace(path, target):
    rename(path, target)
    if Path(target).name == "results.parquet":
        wait("between")
Path.replace = replace
""",
}


@contextmanager
def process(script: str, *args: object) -> Iterator["subprocess.Popen[str]"]:
    """A process with a pipe for each of its streams."""
    command, pipe = [sys.executable, "-c", script, *map(str, args)], subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as started:
        yield started
        started.kill()


@contextmanager
def stopped(data: Path, at: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that is replacing two tables."""
    with process(f"{SAVE}\n{STOPS[at]}\nwrite_locked(data, save)", data) as writer:
        assert writer.stdout is not None
        assert f"{at}\n" == writer.stdout.readline()
        yield writer


def go_on(writer: "subprocess.Popen[str]") -> None:
    assert writer.stdin is not None
    writer.stdin.write("\n" * 9)
    writer.stdin.flush()


def waits_for(waiting: "subprocess.Popen[str]", writer: "subprocess.Popen[str]") -> bool:
    """Whether a process says that it waits, and for which one."""
    assert waiting.stderr is not None
    line = waiting.stderr.readline()
    begin = f"data: another command (process {writer.pid} since 2"
    return line.startswith(begin) and line.endswith(
        " is using the tables. Waiting for up to 30 s.\n"
    )


def sources(data: Path) -> set[str]:
    """The sources in both tables, as a build reads them: `old`, `new`, or both of them."""
    tables = load_tables(data).tables
    return {s for name in ("results", "models") for s in tables[name].frame["source"]}


def sources_of_files(data: Path) -> set[str]:
    """The same, without a lock."""
    files = (data / f"{name}.parquet" for name in ("results", "models"))
    return {s for file in files for s in pd.read_parquet(file)["source"]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The tables of a project that a command has written before."""
    tables = board()
    old = {name: tables[name].assign(source="old") for name in ("results", "models")}
    data = write_project(tmp_path, tables | old) / "data"
    write_locked(data, lambda: None)
    return data


IMPORT = """
import sys
from site_builder.commands import main
print("started", flush=True)
sys.stdin.readline()
main(["import", "csv", sys.argv[1], "--into", sys.argv[2], "--proportion"])
"""


def test_imports_at_the_same_time_lose_no_row(tmp_path):
    lines = "\n".join(f"task{i},0.5" for i in range(200))
    for i in range(2):
        text = "model,task,score\n" + "".join(f"model{i},{line}\n" for line in lines.split("\n"))
        (tmp_path / f"{i}.csv").write_text(text)
    (tmp_path / "board").mkdir()
    args = [(tmp_path / f"{i}.csv", tmp_path / "board") for i in range(2)]
    with (
        process(IMPORT, *args[0]) as a,
        process(IMPORT, *args[1]) as b,
    ):
        started = [a, b]
        for one in started:
            assert one.stdout is not None
            assert "started\n" == one.stdout.readline()
        for one in started:
            go_on(one)
        ends = [(one.wait(LIMIT_S), one.communicate()[1]) for one in started]
    assert [0] * 2 == [code for code, _ in ends], ends
    assert 400 == len(load_tables(tmp_path / "board/data").tables["results"].frame)


def test_an_import_waits_for_another_command(data, tmp_path):
    (tmp_path / "new.csv").write_text("model,task,score\nomega,add,0.5\n")
    with stopped(data, "between") as writer, process(IMPORT, tmp_path / "new.csv", tmp_path) as one:
        go_on(one)
        assert one.stderr is not None
        lines = iter(one.stderr.readline, "")
        assert any("is using the tables. Waiting" in line for line in lines)
        go_on(writer)
        assert (0, 0) == (writer.wait(LIMIT_S), one.wait(LIMIT_S))
    frame = load_tables(data).tables["results"].frame
    assert (11, 10) == (len(frame), (frame["source"] == "new").sum())


READ = """
import sys
from pathlib import Path
from site_builder.tables.read import load_tables
tables = load_tables(Path(sys.argv[1])).tables
print({s for name in ("results", "models") for s in tables[name].frame["source"]})
"""


@pytest.mark.parametrize(("at", "state"), [("before", "old"), ("between", "new")])
def test_a_reader_sees_one_state(data, at, state):
    """It waits and says for whom, and then reads both tables. The first writer writes none."""
    with stopped(data, at) as writer, process(READ, data) as reader:
        assert waits_for(reader, writer)
        go_on(writer)
        out, _ = reader.communicate(timeout=LIMIT_S)
    assert (f"{{'{state}'}}\n", 0) == (out, reader.returncode)


def test_the_first_writer_of_a_folder_that_is_being_read(data):
    """There is no lock yet when the reader begins; it reads again."""
    (data / ".tables/lock").unlink()
    found: list[set[str]] = []

    def read() -> None:
        if not found:
            with stopped(data, "between") as writer:
                found.append(sources_of_files(data))
                go_on(writer)
                writer.wait(LIMIT_S)
        else:
            found.append(sources_of_files(data))

    read_locked(data, read)
    assert [{"old", "new"}, {"new"}] == found


def test_the_longest_wait(data, monkeypatch):
    monkeypatch.setattr(lock, "WAIT_S", 0)
    with stopped(data, "between") as writer:
        for call in (read_locked, write_locked):
            with pytest.raises(LockedError) as caught:
                call(data, lambda: None)
            line = str(caught.value)
            assert line.startswith(f"data: another command (process {writer.pid} since 2")
            assert line.endswith(" is using the tables. Try again when it has finished.")


def test_readers_do_not_wait_for_each_other(data, monkeypatch):
    monkeypatch.setattr(lock, "WAIT_S", 0)
    assert 1 == read_locked(data, lambda: read_locked(data, lambda: 1))
    with pytest.raises(LockedError, match="another command is using the tables"):
        read_locked(data, lambda: write_locked(data, lambda: 1))


@pytest.mark.parametrize(("at", "state"), [("before", "old"), ("between", "new")])
@pytest.mark.parametrize("then", ["read", "write"])
def test_a_killed_command_leaves_one_state(data, at, state, then):
    """New tables that were complete are put in place by the next command."""
    with stopped(data, at) as writer:
        writer.kill()
        writer.wait(LIMIT_S)
    if then == "write":
        write_locked(data, lambda: None)
    assert {state} == sources(data)
    save_again(data)
    assert {"again"} == sources(data)
    assert [data / ".tables/lock"] == [*(data / ".tables").iterdir()]


def save_again(data: Path) -> None:
    def save() -> None:
        stored = read_all_stored((MODELS, RESULTS), data)
        rows = [(t, [r | {"source": "again"} for r in t.rows]) for t in stored.values()]
        save_tables(data, rows)

    write_locked(data, save)


def test_reading_writes_nothing(tmp_path):
    data = write_project(tmp_path, board()) / "data"
    before = sorted(data.iterdir())
    load_tables(data)
    assert before == sorted(data.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("is_left", [False, True])
def test_a_folder_that_cannot_be_written(is_left):
    """Its lock is shared. What a killed command has left is reported, since it cannot be mended."""
    with TemporaryDirectory() as folder:
        data = write_project(Path(folder), board()) / "data"
        write_locked(data, lambda: None)
        if is_left:
            (data / ".tables/ready").mkdir()
        for path in (Path(folder), data, data / ".tables"):
            path.chmod(0o555)
        reader = get_context("fork").Process(target=read_as_nobody, args=(data, is_left))
        reader.start()
        reader.join(LIMIT_S)
        for path in (Path(folder), data, data / ".tables"):
            path.chmod(0o755)
    assert 0 == reader.exitcode


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_cannot_be_read():
    with TemporaryDirectory() as folder:
        data = write_project(Path(folder), board()) / "data"
        Path(folder).chmod(0o755)
        data.chmod(0)
        reader = get_context("fork").Process(target=read_nothing_as_nobody, args=(data,))
        reader.start()
        reader.join(LIMIT_S)
        data.chmod(0o755)
    assert 0 == reader.exitcode


def read_nothing_as_nobody(data: Path) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)
    assert not has_sample(data)
    with pytest.raises(FaultsError, match="data: cannot be read: Permission denied"):
        load_tables(data)


def read_as_nobody(data: Path, is_left: bool) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)
    if not is_left:
        assert 3 == len(load_tables(data).tables)
    with pytest.raises(
        FaultsError,
        match=r"cannot be locked: Permission denied. It must be a folder that can be written",
    ):
        (load_tables if is_left else write_data)(data)


def write_data(data: Path) -> None:
    write_locked(data, lambda: None)


def test_a_lock_that_is_a_link_is_refused(data, tmp_path):
    (data / ".tables/lock").unlink()
    (tmp_path / "mine").write_text("")
    (data / ".tables/lock").symlink_to(tmp_path / "mine")
    for call in (read_locked, write_locked):
        with pytest.raises(
            FaultsError, match=r"data/\.tables: the tables cannot be locked: it is a"
        ):
            call(data, lambda: None)
    (data / ".tables/lock").unlink()
    (data / ".tables").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (data / ".tables").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FaultsError, match=r"data/\.tables: the tables cannot be locked: it is a"):
        write_locked(data, lambda: None)
    assert [] == [*(tmp_path / "elsewhere").iterdir()]


def test_a_table_keeps_its_mode(data):
    (data / "results.parquet").chmod(0o640)
    save_again(data)
    assert 0o640 == stat.S_IMODE((data / "results.parquet").stat().st_mode)


def test_a_table_that_is_a_link_is_not_written(data, tmp_path):
    """Neither the link is replaced, nor the file that it leads to."""
    store = tmp_path / "store.parquet"
    (data / "results.parquet").rename(store)
    (data / "results.parquet").symlink_to(store)
    before = store.read_bytes()
    (tmp_path / "new.csv").write_text("model,task,score\nomega,add,0.5\n")
    said = run_import("csv", tmp_path / "new.csv", "--proportion", into=tmp_path)
    line = "refusing to write through a symbolic link. Replace it by the file."
    assert f"data/results.parquet: {line}" in said.stderr
    assert (1, before, True) == (
        said.exit_code,
        store.read_bytes(),
        (data / "results.parquet").is_symlink(),
    )
