"""Faults at a chosen step of a publication: an exception, a full disk, a kill.

A step is a call by which Python asks the system for something about files, as its audit events
tell them: each is broken off before it happens, so that going through all steps goes through every
state that a publication can be left in.

Run as a program, it publishes in processes that it kills, and prints what it finds after each kill
as a line of JSON; or it publishes two sites by turns, for a reader beside it:

    python -m tests.helpers.faulty steps|renames|swaps OUT
"""

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from site_builder.publish import folder as publishing
from site_builder.publish.folder import publish, recover
from site_builder.publish.manifest import MANIFEST
from site_builder.publish.verify import verify_site
from tests.helpers.published import NEW_SITE, SITE, beside

# The last of them comes before each call that Python does not know.
STEPS = {
    *("open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir"),
    *("os.scandir", "os.listdir", "ctypes.dlsym"),
}
Act: TypeAlias = Callable[[str, tuple[Any, ...]], None]
SWAPS = 80


class Fault:
    """What happens at the steps of this thread from some step on.

    Args:
        at: The step, from 1 on.
        act: What happens; called with the event and its arguments at that step and each later one.
    """

    def __init__(self, at: int, act: Act) -> None:
        self.step = 0
        self._at, self._act, self._thread = at, act, threading.get_ident()

    def see(self, event: str, args: tuple[Any, ...]) -> None:
        """Count a step of this thread."""
        if event in STEPS and threading.get_ident() == self._thread:
            self.step += 1
            if self.step >= self._at:
                self._act(event, args)

    @property
    def came(self) -> bool:
        """Whether the publication has as many steps."""
        return self.step >= self._at


_active: list[Fault] = []


def _audit(event: str, args: tuple[Any, ...]) -> None:
    for fault in tuple(_active):
        fault.see(event, args)


@cache
def _watch() -> None:
    """Once for the whole process: such a hook stays for ever."""
    sys.addaudithook(_audit)


@contextmanager
def at_step(at: int, act: Act) -> Iterator[Fault]:
    """Let something happen at the steps from `at` on."""
    _watch()
    fault = Fault(at, act)
    _active.append(fault)
    try:
        yield fault
    finally:
        _active.remove(fault)


def once(error: BaseException) -> Act:
    """An error at one step; the next ones go well."""
    errors = iter([error])

    def act(*_: object) -> None:
        for found in errors:
            raise found

    return act


def full_disk(event: str, args: tuple[Any, ...]) -> None:
    """Nothing new can be made any more; what is there can be read and taken away."""
    if event in ("os.mkdir", "os.link") or (event == "open" and args[2] & os.O_CREAT):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def kill(*_: object) -> None:
    """The end, without a last word."""
    os.kill(os.getpid(), signal.SIGKILL)


def state(out: Path) -> str:
    """Which of two sites a folder holds, whole and to the byte: `old`, `new`, `none`, `broken`."""
    if not out.exists():
        return "none"
    if verify_site(out):
        return "broken"
    manifests = [site[MANIFEST] for site in (SITE, NEW_SITE)]
    return ("old", "new")[manifests.index((out / MANIFEST).read_bytes())]


def _report(out: Path, **more: object) -> None:
    """What the killed process left, then what is there once the next build has been."""
    found, faults = state(out), [str(fault) for fault in verify_site(out)]
    restored = recover(out)
    recovered = state(out)
    publish(SITE, out)
    after = {"then": state(out), "left": beside(out)}
    line = {"found": found, "faults": faults, "restored": restored, "recovered": recovered}
    sys.stdout.write(json.dumps({**line, **after, **more}) + "\n")
    sys.stdout.flush()


def _killed_at(out: Path, step: int) -> bool:
    """Publish in a process that is killed at a step; whether it came to that."""

    def work() -> None:
        with at_step(step, kill):
            publish(NEW_SITE, out)

    return os.WIFSIGNALED(os.waitpid(_forked(work), 0)[1])


def _forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def kill_at_every_step(out: Path) -> None:
    """Publish over a site, killed at the first step, at the second, and so on until it lives."""
    publish(SITE, out)
    step, killed = 0, True
    while killed:
        step += 1
        killed = _killed_at(out, step)
        _report(out, killed=killed)


def publish_by_turns(out: Path) -> None:
    """Swap one site for the other, many times."""
    for _ in range(SWAPS):
        publish(NEW_SITE, out)
        publish(SITE, out)


def main(mode: str, out: Path) -> None:
    """Do what the module's docstring tells."""
    with pytest.MonkeyPatch.context() as patch:
        if mode == "renames":
            patch.setattr(publishing, "exchange", lambda *_: False)
        (publish_by_turns if mode == "swaps" else kill_at_every_step)(out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
