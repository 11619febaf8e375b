"""Work in several processes: the same outcome, the same mistakes, and no process is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from site_builder.build import BuildOptions, load_project, make_files
from site_builder.errors import FaultsError, SiteError
from site_builder.processes import LEAST_EACH, ahead, made_or_none, processors, spread, spread_ahead
from tests.helpers.sites import ROOT, copy_project

ITEMS = range(2 * LEAST_EACH + 1)
copies = pytest.mark.skipif(sys.platform != "linux", reason="one process elsewhere")


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that are made during a test."""
    made, fork = list[int](), os.fork

    def noted() -> int:
        process = fork()
        made.append(process)
        return process

    monkeypatch.setattr(os, "fork", noted)
    return made


def assert_gone(processes: list[int]) -> None:
    """Nothing is left of any of them, neither at work nor waited for."""
    assert processes
    for process in processes:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


@copies
def test_each_takes_the_next_and_the_order_stays():
    """33 items by two processes, neither this one: while one is held up, the other works."""
    reading, writing = os.pipe()

    def make(i: int) -> tuple[int, int]:
        if i == 0:
            os.read(reading, 1)  # until the last is made
        if i == ITEMS[-1]:
            os.write(writing, b"!")
        return i, os.getpid()

    made = list(spread(make, ITEMS, 2))
    assert list(ITEMS) == [i for i, _ in made]
    (_, held), *others = made
    (other,) = {pid for _, pid in others}
    assert 3 == len({held, other, os.getpid()})


@copies
def test_more_items_than_a_pipe_holds_are_taken_several_at_once():
    """Each once, all the same."""
    assert list(range(5_000)) == list(spread(int, range(5_000), 2))


@copies
def test_one_thing_is_made_ahead(copied: list[int]) -> None:
    """By a copy, once, however often it is asked for; one process makes it when it is asked for."""
    with ahead(os.getpid, 2) as made:
        assert {copied[0]} == {made(), made()}
    with ahead(os.getpid, 1) as made:
        assert os.getpid() == made()
    assert_gone(copied)


@copies
def test_what_goes_wrong_ahead_is_told_when_it_is_asked_for(copied: list[int]) -> None:
    """An error of its own, and an end that nobody saw coming; who does not ask does not hear."""

    def fail() -> None:
        raise ValueError("no")

    with ahead(fail, 2) as made, pytest.raises(ValueError, match="no"):
        made()
    killed = ahead(lambda: os.kill(os.getpid(), signal.SIGKILL), 2)
    with killed as made, pytest.raises(SiteError, match="the system ended a process"):
        made()
    for make in (fail, signal.pause):  # the other would take for ever
        with ahead(make, 2):
            pass
    assert_gone(copied)


@copies
def test_several_things_are_made_ahead(copied: list[int]) -> None:
    """By others while this process goes on, in their order; one makes them when it is asked."""
    reading, writing = os.pipe()

    def make(i: int) -> tuple[int, int]:
        if i == 0:
            os.read(reading, 1)  # until this process has come as far
        return i, os.getpid()

    with spread_ahead(make, range(5), 2, least=1) as wait:
        os.write(writing, b"!")
        made = wait()
    assert [0, 1, 2, 3, 4] == [i for i, _ in made]
    assert {pid for _, pid in made} <= {*copied}
    with spread_ahead(lambda i: (i, os.getpid()), [7, 8], 1, least=1) as wait:
        assert [(7, os.getpid()), (8, os.getpid())] == wait()
    assert_gone(copied)


@copies
def test_what_goes_wrong_with_one_of_several_is_told_when_it_is_asked_for(copied: list[int]):
    """Who does not ask, or breaks off, does not hear, and waits for nobody."""
    with (
        spread_ahead(lambda i: 1 // i, [1, 0], 2, least=1) as wait,
        pytest.raises(ZeroDivisionError),
    ):
        wait()
    with spread_ahead(lambda _: signal.pause(), [1, 2], 2, least=1):
        pass
    with pytest.raises(KeyError), spread_ahead(lambda _: signal.pause(), [1, 2], 2, least=1):
        raise KeyError
    assert_gone(copied)


@copies
def test_what_could_not_be_made_ahead_can_be_none():
    """For whoever makes it again, and is told why it cannot be made."""
    with ahead(lambda: 1 // 0) as wait:
        assert made_or_none(wait) is None
    with ahead(lambda: 1) as wait:
        assert 1 == made_or_none(wait)


def test_little_is_made_here():
    """A copy of the process would cost more than it saves."""
    few = range(2 * LEAST_EACH - 1)
    assert {os.getpid()} == set(spread(lambda _: os.getpid(), few, 2))
    assert [] == list(spread(lambda _: os.getpid(), [], 2))


@pytest.mark.parametrize("n", [1, 2])
def test_progress_is_told(n: int):
    """Each that is made, once."""
    told: list[int] = []
    assert list(ITEMS) == list(spread(int, ITEMS, n, seen=told.append))
    assert list(range(1, len(ITEMS) + 1)) == sorted(told)


@copies
def test_what_breaks_off_ends_the_processes(copied: list[int]):
    """As Ctrl-C does: the first piece that comes is the last that is waited for."""

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    def make(i: int) -> int:
        if i >= 2:
            signal.pause()  # for ever
        return i

    with pytest.raises(KeyboardInterrupt):
        list(spread(make, ITEMS, 2, seen=stop))
    assert_gone(copied)


@copies
def test_what_one_raises_is_raised():
    """With its message, after what came before it."""

    def make(i: int) -> int:
        if i == 20:
            message = f"no {i}"
            raise ValueError(message)
        return i

    made = []
    with pytest.raises(ValueError, match="no 20"):
        made += [*spread(make, ITEMS, 2)]
    assert [] == made


@copies
def test_a_process_that_is_killed_is_told():
    """As the system does where memory runs out: one line that says what to do."""

    def make(i: int) -> int:
        if i == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return i

    with pytest.raises(SiteError) as raised:
        list(spread(make, ITEMS, 2))
    assert [
        "memory: the system ended a process of this build, as it does where memory runs out. "
        "Build with --processes 1."
    ] == [str(fault) for fault in raised.value.faults]


@copies
def test_no_process_is_left(copied: list[int]):
    """Neither after all is made nor after a mistake."""
    list(spread(str, ITEMS, 2))
    with pytest.raises(ZeroDivisionError):
        list(spread(lambda i: 1 // (i - 3), ITEMS, 2))
    assert_gone(copied)


def test_as_many_as_there_are_processors():
    """At least one, and one where a copy is not safe."""
    assert processors() >= 1
    assert sys.platform == "linux" or processors() == 1


@copies
def test_two_processes_make_the_same_site():
    """Byte for byte."""
    config = load_project(ROOT)
    one, two = (make_files(config, BuildOptions(workers=n))[0] for n in (1, 2))
    assert one.keys() == two.keys()
    assert [] == [path for path in one if one[path] != two[path]]


@copies
def test_two_processes_tell_the_same_mistakes(tmp_path: Path):
    """Of templates and of prose, each once."""
    root = copy_project(tmp_path / "project")
    (root / "templates").mkdir()
    (root / "templates/model.html").write_text("{{ nonsense }}\n")
    (root / "templates/task.html").write_text("{{ page.title.nonsense }}\n")
    (root / "data/content/lede.md").write_text("{{ nothing }}\n")
    told = []
    for n in (1, 2):
        with pytest.raises(FaultsError) as raised:
            make_files(load_project(root), BuildOptions(workers=n))
        told.append([str(fault) for fault in raised.value.faults])
    assert told[0] == told[1]
    assert 3 == len(told[0])


@pytest.mark.parametrize(("set_to", "expected"), [(None, "1"), ("3", "3")])
def test_one_thread_multiplies_matrices(set_to, expected):
    """Unless the user says otherwise: processes have the processors to share already."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if set_to is not None:
        environment["OPENBLAS_NUM_THREADS"] = set_to
    code = "import site_builder, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert expected == done.stdout.decode().strip()
