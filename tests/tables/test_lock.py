"""Commands at the same time, and killed ones: no row is lost, and no reader sees two states."""

import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest

from site_builder import locks
from site_builder.errors import FaultsError
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.read import load_tables
from site_builder.tables.schema import MODELS, RESULTS
from site_builder.tables.write import find_sample, read_all_stored, save_tables
from tests.helpers.imported import run_import
from tests.helpers.tables import board, write_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
LIMIT_S = 120


class ToPipe(logging.Handler):
    """Sends what is logged, in place of a line on stderr."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        """Send the line that would be printed."""
        self.pipe.send(record.getMessage())


@contextmanager
def process(run: Callable[[Connection], None]) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process with a pipe, to which it also sends its warnings."""
    mine, its = get_context("fork").Pipe()

    def begin() -> None:
        logging.getLogger(locks.__name__).addHandler(ToPipe(its))
        run(its)

    started = get_context("fork").Process(target=begin)
    started.start()
    its.close()  # so that `mine` ends with the process
    try:
        yield started, mine
    finally:
        started.kill()
        started.join()


def save(data: Path, source: str) -> None:
    """Replace two tables by ones with this source in each row."""

    def write() -> None:
        stored = read_all_stored((MODELS, RESULTS), data).values()
        save_tables(data, [(t, [row | {"source": source} for row in t.rows]) for t in stored])

    write_locked(data, write)


@contextmanager
def stopped(data: Path, at: str) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that replaces both tables, and stops until it is told to go on, or is killed.

    It stops `before` it writes one, and then writes none, or `between` putting them in place.
    """

    def run(pipe: Connection) -> None:
        def stop(*_: object) -> None:
            pipe.send(at)
            pipe.recv()

        def replace(path: Path, target: Path) -> None:
            os.replace(path, target)  # noqa: PTH105
            if Path(target).name == "results.parquet":
                stop()

        if at == "before":
            pq.write_table = stop  # type: ignore[assignment]
        else:
            Path.replace = replace  # type: ignore[method-assign,assignment]
        save(data, "new")

    with process(run) as (writer, pipe):
        assert at == pipe.recv()
        yield writer, pipe


def go_on(pipe: Connection) -> None:
    for _ in range(9):
        pipe.send(None)


def sources(data: Path) -> set[str]:
    """The sources in both tables, as a build reads them: `old`, `new`, or both of them."""
    tables = load_tables(data).tables
    return {s for name in ("results", "models") for s in tables[name].frame["source"]}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables of a project that a command has written before."""
    monkeypatch.setattr(locks, "_SILENT_S", 0)
    tables = board()
    old = {name: tables[name].assign(source="old") for name in ("results", "models")}
    data = write_project(tmp_path, tables | old) / "data"
    write_locked(data, lambda: None)
    return data


def test_imports_at_the_same_time_lose_no_row(tmp_path):
    (tmp_path / "board").mkdir()

    def begin(number: int) -> Callable[[Connection], None]:
        table = tmp_path / f"{number}.csv"
        lines = (f"model{number},task{i},0.5\n" for i in range(200))
        table.write_text(f"model,task,score\n{''.join(lines)}")

        def run(pipe: Connection) -> None:
            pipe.recv()
            said = run_import("csv", table, "--proportion", into=tmp_path / "board")
            assert 0 == said.exit_code, said.stderr

        return run

    with process(begin(0)) as one, process(begin(1)) as other:
        for _, pipe in (one, other):
            pipe.send(None)
        for started, _ in (one, other):
            started.join(LIMIT_S)
        assert (0, 0) == (one[0].exitcode, other[0].exitcode)
    assert 400 == len(load_tables(tmp_path / "board/data").tables["results"].frame)


STATES = pytest.mark.parametrize(("at", "state"), [("before", "old"), ("between", "new")])


@STATES
def test_a_reader_sees_one_state(data, at, state):
    """It says that it waits, and then reads both tables. The first writer writes none."""
    with (
        stopped(data, at) as (_, pipe),
        process(lambda pipe: pipe.send(sources(data))) as (_, told),
    ):
        what = "data: another command is using the tables. Waiting for up to 30 s."
        assert what == str(told.recv())
        go_on(pipe)
        assert {state} == told.recv()


def test_the_longest_wait(data, monkeypatch):
    monkeypatch.setattr(locks, "WAIT_S", 0)
    what = "data: another command is using the tables. Try again when it has finished."
    with stopped(data, "between"):
        for call in (read_locked, write_locked):
            with pytest.raises(FaultsError, match=what):
                call(data, lambda: None)


@STATES
@pytest.mark.parametrize("then", ["read", "write"])
def test_a_killed_command_leaves_one_state(data, at, state, then):
    """New tables that were complete are put in place by the next command."""
    with stopped(data, at) as (writer, _):
        writer.kill()
        writer.join(LIMIT_S)
    if then == "write":
        write_locked(data, lambda: None)
    assert {state} == sources(data)
    save(data, "again")
    assert {"again"} == sources(data)
    assert [data / ".tables/lock"] == [*(data / ".tables").iterdir()]


def test_reading_writes_nothing(tmp_path):
    data = write_project(tmp_path, board()) / "data"
    before = sorted(data.iterdir())
    load_tables(data)
    assert before == sorted(data.iterdir())


def as_nobody(run: Callable[[Path], None], data: Path, **modes: int) -> None:
    """Run a function as a user whom folders in `data` have these modes for; it must not fail."""
    folders = {data / name.replace("_", "."): mode for name, mode in modes.items()}

    def begin(_: Connection) -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        run(data)

    for folder in (data.parent, *folders):
        folder.chmod(folders.get(folder, 0o755))
    with process(begin) as (reader, _):
        reader.join(LIMIT_S)
        for folder in reversed(folders):
            folder.chmod(0o755)
        assert 0 == reader.exitcode


@pytest.mark.parametrize("is_left", [False, True])
def test_a_folder_that_cannot_be_written(is_left):
    """It is read without a lock. What a killed command has left there cannot be mended."""

    def run(data: Path) -> None:
        if not is_left:
            assert 3 == len(load_tables(data).tables)
        what = r"cannot be locked: Permission denied. It must be a folder that can be written"
        with pytest.raises(FaultsError, match=what):
            load_tables(data) if is_left else write_locked(data, lambda: None)

    with TemporaryDirectory() as folder:
        data = write_project(Path(folder), board()) / "data"
        write_locked(data, lambda: None)
        if is_left:
            (data / ".tables/ready").mkdir()
        as_nobody(run, data, **{"_tables": 0o555, "": 0o555})


def test_a_folder_that_cannot_be_read():
    def run(data: Path) -> None:
        assert not find_sample(data)
        with pytest.raises(FaultsError, match="data: cannot be read: Permission denied"):
            load_tables(data)

    with TemporaryDirectory() as folder:
        as_nobody(run, write_project(Path(folder), board()) / "data", **{"": 0})


def test_a_lock_that_is_a_link_is_refused(data, tmp_path):
    what = r"data/\.tables: the tables cannot be locked: it is a"
    (data / ".tables/lock").unlink()
    (tmp_path / "mine").write_text("")
    (data / ".tables/lock").symlink_to(tmp_path / "mine")
    for call in (read_locked, write_locked):
        with pytest.raises(FaultsError, match=what):
            call(data, lambda: None)
    (data / ".tables/lock").unlink()
    (data / ".tables").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (data / ".tables").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FaultsError, match=what):
        write_locked(data, lambda: None)
    assert [] == [*(tmp_path / "elsewhere").iterdir()]


def test_a_table_keeps_its_mode(data):
    (data / "results.parquet").chmod(0o640)
    save(data, "again")
    assert 0o640 == stat.S_IMODE((data / "results.parquet").stat().st_mode)


def test_a_table_that_is_a_link_is_not_written(data, tmp_path):
    """Neither the link is replaced, nor the file that it leads to."""
    store = tmp_path / "store.parquet"
    (data / "results.parquet").rename(store)
    (data / "results.parquet").symlink_to(store)
    before = store.read_bytes()
    with pytest.raises(FaultsError) as caught:
        save(data, "new")
    line = "refusing to write through a symbolic link. Replace it by the file."
    assert f"data/results.parquet: {line}" in str(caught.value)
    assert before == store.read_bytes()
    assert (data / "results.parquet").is_symlink()
