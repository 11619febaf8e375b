"""Faults at a chosen step of a publication: an exception, a full disk, a kill.

A step is a call by which Python asks the system for something about files, as its audit events
tell them: each is broken off before it happens, so that going through all steps goes through every
state that a publication can be left in.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import Any, TypeAlias

# The last of them comes before each call that Python does not know.
STEPS = {
    *("open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir"),
    *("os.scandir", "os.listdir", "ctypes.dlsym"),
}
Act: TypeAlias = Callable[[str, tuple[Any, ...]], None]


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


def _kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kills(work: Callable[[], object]) -> Iterator[None]:
    """Do some work in processes that are killed at the first step, at the second, until one lives.

    It yields after each of them, so that one can look at what it left.
    """

    def begin(at: int) -> None:
        with at_step(at, _kill):
            work()

    step, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        step += 1
        process = get_context("fork").Process(target=begin, args=(step,))
        process.start()
        process.join()
        code = process.exitcode or 0
        yield
    assert 0 == code
