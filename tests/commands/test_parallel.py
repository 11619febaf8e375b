"""Map a function over pages in worker processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from site_builder.build import BuildOptions, load_project, make_files
from site_builder.errors import FaultsError, SiteError, parts_of
from site_builder.processes import map_pages, worker_count
from tests.helpers.sites import ROOT

ITEMS = range(40)
NAMES = [f"item {i}" for i in ITEMS]


def _function(i: int, *, fail_at: int = -1, kill_at: int = -1) -> tuple[int, int]:
    if i == fail_at:
        message = f"no {i}"
        raise ValueError(message)
    if i == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return i, os.getpid()


def _setup(**options: int) -> Callable[[int], tuple[int, int]]:
    return partial(_function, **options)


def _fail() -> Callable[[int], int]:
    raise KeyError("setup")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_keep_the_order_of_the_items(workers: int):
    results = list(map_pages(_setup, ITEMS, NAMES, workers))
    assert [*ITEMS] == [i for i, _ in results]
    assert (os.getpid() in {pid for _, pid in results}) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_exceptions_arrive_as_themselves_with_the_name_of_their_item(workers: int):
    with pytest.raises(ValueError, match="no 20") as raised:
        list(map_pages(partial(_setup, fail_at=20), ITEMS, NAMES, workers))
    assert ["item 20"] == parts_of(raised.value)
    with pytest.raises(KeyError, match="setup"):
        list(map_pages(_fail, ITEMS, NAMES, workers))


class OddError(Exception):
    """It cannot be made again from its text alone, as another process would have to."""

    def __init__(self, text: str, _more: str) -> None:
        super().__init__(text)


def _odd(i: int) -> int:
    if i == 20:
        raise OddError("no 20", "x")
    return i


def _odd_setup() -> Callable[[int], int]:
    return _odd


def test_an_exception_that_cannot_be_sent_arrives_with_its_text():
    """The pool would break, as it does when the system kills a process."""
    with pytest.raises(RuntimeError, match=r"^OddError: no 20") as raised:
        list(map_pages(_odd_setup, ITEMS, NAMES, 2))
    assert ["item 20"] == parts_of(raised.value)
    with pytest.raises(OddError):
        list(map_pages(_odd_setup, ITEMS, NAMES, 1))


def test_a_killed_worker_is_reported():
    with pytest.raises(SiteError) as raised:
        list(map_pages(partial(_setup, kill_at=5), ITEMS, NAMES, 2))
    assert [
        "memory: the system killed a process of this build, as it does when memory runs out. "
        "Build with --processes 1."
    ] == [str(fault) for fault in raised.value.faults]


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether a condition becomes true in some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def is_running(process: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


_PARENT = """
import os, signal, sys
from site_builder.processes import map_pages

def function(i):
    with open(f"{sys.argv[1]}/{os.getpid()}", "w"):
        while True:
            pass

def setup():
    return function

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    list(map_pages(setup, range(40), ["item"] * 40, 2))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_workers_end_with_the_main_process(tmp_path: Path, name: str):
    """Even in an endless loop, such as a template may have."""
    script, pids = tmp_path / "parent.py", tmp_path / "pids"
    script.write_text(_PARENT)
    pids.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(pids)]
    parent = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    assert within(60, lambda: len([*pids.iterdir()]) == 2)
    parent.send_signal(signal.Signals[name])
    parent.wait(60)
    assert within(30, lambda: not any(is_running(int(file.name)) for file in pids.iterdir()))


def test_few_pages_and_many_scores_are_rendered_by_one_process():
    """Few pages are done before workers start; copies of many scores fill the memory."""
    assert 1 == worker_count(90, 1_000)
    assert 1 == worker_count(10_000, 1_000_000)
    assert 1 <= worker_count(1_000, 100_000) <= 5


def test_two_workers_report_the_same_faults(project: Path):
    root = project
    (root / "templates").mkdir()
    (root / "data/content").mkdir()
    (root / "templates/model.html").write_text("{{ nonsense }}\n")
    (root / "templates/task.html").write_text("{{ page.title.nonsense }}\n")
    (root / "data/content/lede.md").write_text("{{ nothing }}\n")
    faults = []
    for n in (1, 2):
        with pytest.raises(FaultsError) as raised:
            make_files(load_project(root), BuildOptions(workers=n))
        faults.append([str(fault) for fault in raised.value.faults])
    assert faults[0] == faults[1]
    assert 3 == len(faults[0])


# --- imports --------------------------------------------------------------------------------------

# What importing the library takes would be felt by a user who waits for another command.
SLOW = {"markdown", "numpy", "pandas", "plotly", "pydantic", "pyarrow", "scipy"}
# Used by some commands or some builds only. (Plotly imports narwhals, so every build does.)
SPECIAL = {"duckdb", "ruamel", "tokenizers"}


def imported_by(code: str) -> set[str]:
    """Return the top names of all modules that a new process imports."""
    program = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert "" == done.stderr
    return {*done.stdout.splitlines()[-1].split()}


def test_the_list_of_commands_imports_no_command():
    assert set() == imported_by("import site_builder.commands") & {*SLOW, *SPECIAL}


def test_a_build_does_not_import_what_other_commands_use(project: Path):
    code = (
        "from pathlib import Path; from site_builder.build import load_project, make_files;"
        f"make_files(load_project(Path({str(project)!r})))"
    )
    assert set() == imported_by(code) & SPECIAL
