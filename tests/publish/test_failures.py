"""Two builds at once, and failures and kills while publishing: one whole site stays."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from site_builder import build, locks
from site_builder.errors import SiteError
from site_builder.publish import folder as publishing
from site_builder.publish.folder import Staging, publish, staging, verify_site
from site_builder.publish.manifest import MANIFEST
from tests.commands.test_cli import run
from tests.helpers.faulty import at_step, full_disk, kills, once
from tests.helpers.published import NEW_SITE, SITE, beside, refusal
from tests.helpers.sites import ROOT, contents

FULL = "No space left on device"
LIMIT_S = 120
linux = pytest.mark.skipif(sys.platform != "linux", reason="swaps in one step are Linux's")
no_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no processes to fork")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A published site."""
    publish(SITE, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture(params=["exchange", "renames"])
def swaps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How sites are swapped: in one step, or by two renames."""
    if request.param == "renames":
        monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    return str(request.param)


def state(out: Path) -> str:
    """Which of two sites a folder holds, whole and to the byte: `old`, `new`, `none`, `broken`."""
    if not out.exists():
        return "none"
    if verify_site(out):
        return "broken"
    manifests = [site[MANIFEST] for site in (SITE, NEW_SITE)]
    return ("old", "new")[manifests.index((out / MANIFEST).read_bytes())]


def killed(out: Path) -> Iterator[tuple[str, list[str]]]:
    """After each kill: the state and what verify says of it. The next build mends it."""
    for _ in kills(lambda: publish(NEW_SITE, out)):
        yield state(out), [*map(str, verify_site(out))]
        publish(SITE, out)
        assert ("old", []) == (state(out), beside(out))


@no_fork
def test_killed_at_every_step(out):
    """The old site or the new one, whole; the next build succeeds and leaves nothing beside it."""
    reports = [*killed(out)]
    assert len(reports) > 40
    # The old one up to the swap, the new one from there on.
    states = [state for state, _ in reports]
    assert sorted(states, reverse=True) == states
    assert {"old", "new"} == {*states}
    assert [] == [faults for _, faults in reports if faults]


@no_fork
def test_killed_at_every_step_where_a_swap_is_two_renames(out, monkeypatch):
    """Between the two nothing is published, and verify says so."""
    monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    reports = [*killed(out)]
    ((_, [fault]),) = (report for report in reports if report[0] == "none")
    what = f"a killed build left no site here; the last one is in {Staging(out).old}"
    assert f"{out}: {what}. Build again to restore it." == fault
    assert {"old", "new", "none"} == {state for state, _ in reports}
    assert [] == [faults for state, faults in reports if state != "none" and faults]


def publish_by_turns(out: Path) -> None:
    """Swap one site for the other, many times."""
    for site in (NEW_SITE, SITE) * 80:
        publish(site, out)


@linux
def test_a_reader_always_finds_a_whole_site(out):
    """One that looks all the while, as a web server does, while two builds publish by turns."""
    builds = [get_context("fork").Process(target=publish_by_turns, args=(out,)) for _ in range(2)]
    for builder in builds:
        builder.start()
    read: set[bytes] = set()
    while any(builder.is_alive() for builder in builds):
        read |= {(out / "index.html").read_bytes() for _ in range(20)}
    assert [0, 0] == [builder.exitcode for builder in builds]
    assert {SITE["index.html"], NEW_SITE["index.html"]} == read
    assert ("old", []) == (state(out), beside(out))


def faulted(out: Path, step: int, act: Any) -> tuple[bool, object]:
    """Publish with a fault at a step: whether it came to that, and how the publication ended."""
    ended: object = "done"
    with at_step(step, act) as fault:
        try:
            publish(NEW_SITE, out)
        except BaseException as error:
            ended = error
    return fault.came, ended


def check_next_build(out: Path) -> None:
    """One whole site is there now, or beside its place; then a build, and nothing beside it."""
    assert state(out) in ("old", "new") or Staging(out).has_only_site
    publish(SITE, out)
    assert ("old", []) == (state(out), beside(out))


def test_a_disk_that_is_full_from_some_step_on(out, swaps):
    """The old site stays, and the message says why; nothing half-made is left beside it."""
    step, came = 0, True
    while came:
        step += 1
        came, ended = faulted(out, step, full_disk)
        if isinstance(ended, SiteError):
            assert str(ended) in (
                f"{out}: cannot be written: {FULL}. Free some space, or choose another folder.",
                f"{out}: writing failed: {FULL}. The published site is unchanged.",
            )
            assert "old" == state(out)
        else:
            # What is left then is to take away the old site, which a full disk allows.
            assert ("done", "new") == (ended, state(out))
        assert [] == beside(out)
        check_next_build(out)
    assert step > 40


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_an_error_at_every_step(out, swaps, error):
    """A disk's is told in a line, others go on to whoever can act on them; the site is whole."""
    step, came, told = 0, True, 0
    while came:
        step += 1
        came, ended = faulted(out, step, once(error))
        if isinstance(ended, SiteError):
            assert str(ended).count(": Input/output error.") == 1
            assert "old" == state(out)
        elif ended != "done":
            assert not isinstance(error, OSError), ended
            assert error is ended
        told += ended != "done"
        check_next_build(out)
    assert step > 40
    assert told >= 15


def test_a_build_that_fails_before_it_publishes(project, monkeypatch):
    """The site is not touched, and the next build succeeds."""

    def compute(*_: object) -> None:
        raise KeyboardInterrupt

    out, command = project / "site", ("build", "--project", project)
    publish(SITE, out)
    with monkeypatch.context() as broken:
        broken.setattr(build, "compute_site", compute)
        assert 1 == run(*command).exit_code
    assert ("old", []) == (state(out), beside(out))
    assert 0 == run(*command).exit_code
    assert (0, []) == (run("verify", out).exit_code, beside(out))


# A build of another process: it stages, says so, and goes on when it is told to.
STAGE = """
import sys
from pathlib import Path
from site_builder.publish.folder import staging
with staging(Path(sys.argv[1])):
    print("staged", flush=True)
    sys.stdin.readline()
"""
# One that is killed where a file system has no locks.
LEFT = """
import errno, fcntl, os, signal, sys
from pathlib import Path
from site_builder.publish.folder import staging
def refuse(*_):
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
fcntl.flock = refuse
with staging(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def other(out: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another build that is publishing to the same folder."""
    command = [sys.executable, "-c", STAGE, str(out)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert "staged\n" == process.stdout.readline()
        yield process
        process.kill()


def test_a_second_build_is_refused(out, other, monkeypatch):
    """The site and the other's staging stay."""
    monkeypatch.setattr(locks, "WAIT_S", 0)
    before = contents(out.parent)
    what = f"{out}: another build is publishing here. Try again when it has finished."
    assert what == refusal(publish, NEW_SITE, out)
    assert before == contents(out.parent)


def test_a_killed_build_blocks_nobody(out, other, monkeypatch):
    """The system takes its lock back; what it staged is cleared away."""
    monkeypatch.setattr(locks, "WAIT_S", 0)
    other.kill()
    other.wait(LIMIT_S)
    assert [".site.lock", ".site.staging"] == beside(out)
    assert SITE == contents(out)
    publish(NEW_SITE, out)
    assert NEW_SITE == contents(out)
    assert [] == beside(out)


def test_a_link_and_what_it_leads_to_have_one_lock(out, monkeypatch):
    monkeypatch.setattr(locks, "WAIT_S", 0)
    link = out.parent / "elsewhere"
    link.symlink_to(out)
    with staging(out):
        assert refusal(publish, NEW_SITE, link).startswith(f"{link}: another build is ")


def left_by_kill(out: Path, *parts: str) -> Staging:
    """A staging folder of a build that was killed, with some of its parts."""
    staged = Staging(out)
    staged.folder.mkdir()
    for part in parts:
        (staged.folder / part / "a").mkdir(parents=True)
        (staged.folder / part / "a/index.html").touch()
    return staged


def test_a_site_that_a_killed_build_moved_away_is_back_before_the_next(out):
    out.replace(left_by_kill(out, "new").old)
    with staging(out):
        assert SITE == contents(out)
    assert [] == beside(out)


def test_a_staging_folder_of_somebody_else_is_refused(out):
    staged = out.parent / ".site.staging"
    (staged / "new").mkdir(parents=True)
    (staged / "thesis.tex").write_text("mine")
    expected = f"{staged}: a build needs this path for its own files. Move or delete what is there."
    assert expected == refusal(publish, NEW_SITE, out)
    assert "mine" == (staged / "thesis.tex").read_text()
    assert SITE == contents(out)
    assert [".site.staging"] == beside(out)


@pytest.mark.skipif(os.name == "nt", reason="Windows locks otherwise")
def test_a_file_system_without_locks(out, monkeypatch):
    """The lock's file does in place of the lock: of a process that is dead, it blocks nobody."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", refuse)
    monkeypatch.setattr(locks, "WAIT_S", 0)
    with pytest.warns(UserWarning, match="flock not supported"), staging(out):
        assert refusal(publish, NEW_SITE, out).startswith(f"{out}: another build is ")
    dead = subprocess.run([sys.executable, "-c", LEFT, str(out)], cwd=ROOT, check=False)
    assert -signal.SIGKILL == dead.returncode
    assert [".site.lock", ".site.staging"] == beside(out)
    monkeypatch.setattr(locks, "WAIT_S", LIMIT_S)
    with pytest.warns(UserWarning, match="flock not supported"):
        publish(NEW_SITE, out)
    assert (NEW_SITE, []) == (contents(out), beside(out))
