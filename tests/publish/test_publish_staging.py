"""Two builds at once, and what builds leave that were killed."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from site_builder.cli import main
from site_builder.publish import folder as stages
from site_builder.publish.folder import Staging, publish, recover, staging
from tests.helpers.published import NEW_SITE, SITE, beside, refusal
from tests.helpers.sites import ROOT, contents

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
LIMIT_S = 60


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A published site."""
    publish(SITE, tmp_path / "site")
    return tmp_path / "site"


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


def test_a_second_build_is_refused_by_name(out, other, monkeypatch):
    """Which build it waited for in vain, since when; the site and the other's staging stay."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    before = contents(out.parent)
    since = json.loads((out.parent / ".site.staging/build.json").read_bytes())["since"]
    assert refusal(publish, NEW_SITE, out) == (
        f"{out}: another build (process {other.pid} since {since}) is publishing to it."
        " Try again when that has ended."
    )
    assert before == contents(out.parent)
    assert not recover(out)
    assert before == contents(out.parent)


def test_a_second_build_waits_for_the_first(out, other):
    """It publishes when the first has ended: the last one stands."""
    other.stdin.write("\n")
    other.stdin.flush()
    assert 3 == publish(NEW_SITE, out).changed
    assert NEW_SITE == contents(out)
    assert [] == beside(out)


def test_a_killed_build_blocks_nobody(out, other, monkeypatch):
    """The system takes its lock back; what it staged is cleared away."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    other.kill()
    other.wait(LIMIT_S)
    assert [".site.lock", ".site.staging"] == beside(out)
    assert SITE == contents(out)
    publish(NEW_SITE, out)
    assert NEW_SITE == contents(out)
    assert [] == beside(out)


def test_builds_into_folders_side_by_side_do_not_wait(out, other, monkeypatch):
    """Each folder has its own lock."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    publish(SITE, out.parent / "site2")
    assert SITE == contents(out.parent / "site2")


def test_a_build_that_cannot_be_named(out, monkeypatch):
    """Its lock is held, and what says which it is cannot be read yet."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    with FileLock(out.parent / ".site.lock"):
        expected = f"{out}: another build is publishing to it. Try again when that has ended."
        assert expected == refusal(publish, NEW_SITE, out)


def test_a_link_and_what_it_leads_to_have_one_lock(out, monkeypatch):
    """Two names, one folder."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    link = out.parent / "elsewhere"
    link.symlink_to(out)
    with staging(out):
        assert refusal(publish, NEW_SITE, link).startswith(f"{link}: another build (process ")


def killed(out: Path, *parts: str) -> Staging:
    """A staging folder of a build that was killed, with some of its parts."""
    staged = Staging(out)
    staged.open()
    staged.new.rmdir()
    for part in parts:
        (staged.folder / part / "a").mkdir(parents=True)
        (staged.folder / part / "a/index.html").touch()
    return staged


@pytest.mark.parametrize("parts", [(), ("new",), ("new", "old"), ("old",)])
def test_what_a_killed_build_left_is_cleared_away(out, parts):
    """Before the next build makes anything: it may fail."""
    killed(out, *parts)
    assert not recover(out)
    assert SITE == contents(out)
    assert [] == beside(out)


def test_an_empty_staging_folder_is_cleared_away(out):
    """The build was killed before it had said who it was."""
    (out.parent / ".site.staging").mkdir()
    assert not recover(out)
    assert [] == beside(out)


def test_a_site_that_a_killed_build_moved_away_is_put_back(out):
    """It was killed between two renames, where a system cannot swap in one step."""
    out.replace(killed(out, "new").old)
    assert recover(out)
    assert SITE == contents(out)
    assert [] == beside(out)


def test_publishing_puts_it_back_too(out):
    """Which is told by the files that stayed: they are counted as such."""
    out.replace(killed(out, "new").old)
    assert 3 == publish(NEW_SITE, out).changed
    assert NEW_SITE == contents(out)
    assert [] == beside(out)


def test_the_site_is_back_even_if_the_next_build_fails(project):
    """And the build says that it put it back."""
    out = project / "site"
    publish(SITE, out)
    out.replace(killed(out, "new").old)
    (project / "data/results.parquet").write_bytes(b"")
    said = CliRunner().invoke(main, ["build", "--project", str(project)])
    assert 1 == said.exit_code
    assert said.stderr.startswith("  Putting back the site that a killed build had moved away ")
    assert SITE == contents(out)
    assert [] == beside(out)


@pytest.mark.parametrize("name", ["thesis.tex", "new/thesis.tex", "old/thesis.tex"])
def test_a_staging_folder_of_somebody_else_is_refused(out, name):
    """No build put that there: nothing is cleared away."""
    staged = out.parent / ".site.staging"
    (staged / name).parent.mkdir(parents=True)
    (staged / name).write_text("mine")
    expected = f"{staged}: a build needs this path for its own files. Move or delete what is there."
    assert expected == refusal(publish, NEW_SITE, out)
    assert expected == refusal(recover, out)
    assert "mine" == (staged / name).read_text()
    assert SITE == contents(out)
    assert [".site.staging"] == beside(out)


def test_a_staging_folder_that_cannot_be_taken_away_is_named(out, monkeypatch):
    """It is another user's, whose build was killed."""
    staged = killed(out, "new").folder
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    expected = f"{staged}: a build needs this path for its own files. Move or delete what is there."
    assert expected == refusal(publish, NEW_SITE, out)
    assert SITE == contents(out)


def test_a_folder_that_cannot_be_made(tmp_path):
    """The message says which and why."""
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "site"
    assert refusal(publish, SITE, out).startswith(f"{out}: cannot be written: ")


def test_a_lock_is_no_part_of_a_site(out):
    """While a build is at work, and after it."""
    with staging(out):
        assert [".site.lock", ".site.staging"] == beside(out)
        assert SITE == contents(out)
    assert [] == beside(out)


@pytest.mark.skipif(os.name == "nt", reason="Windows locks otherwise")
def test_a_file_system_without_locks(out, monkeypatch):
    """The lock's file does in place of the lock: of a process that is dead, it blocks nobody."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", refuse)
    monkeypatch.setattr(stages, "WAIT_S", 0)
    with staging(out):
        assert refusal(publish, NEW_SITE, out).startswith(f"{out}: another build (process ")
    dead = subprocess.run([sys.executable, "-c", LEFT, str(out)], cwd=ROOT, check=False)
    assert -signal.SIGKILL == dead.returncode
    assert [".site.lock", ".site.staging"] == beside(out)
    monkeypatch.setattr(stages, "WAIT_S", LIMIT_S)
    publish(NEW_SITE, out)
    assert (NEW_SITE, []) == (contents(out), beside(out))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps an open file's name")
def test_a_lock_that_was_taken_away_locks_nobody(out, monkeypatch):
    """Who waited for it finds that out, and asks for the new one."""
    monkeypatch.setattr(stages, "WAIT_S", 0)
    waiting = os.open(out.parent / ".site.lock", os.O_CREAT | os.O_RDWR)
    publish(NEW_SITE, out)
    assert 0 == os.fstat(waiting).st_nlink
    os.close(waiting)
    publish(SITE, out)
    assert SITE == contents(out)
