"""Lock files between processes; the system releases the lock of a process that ends."""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout, lock_descriptor

from site_builder.errors import Fault, LockedError
from site_builder.records import replace

if sys.platform != "win32":
    import fcntl

# Who waits longer than this says so.
_SILENT_S = 1.0
_PAUSE_S = 0.05
_LOG = logging.getLogger(__name__)  # without handlers, its warnings are lines on stderr


@contextmanager
def exclusive(path: Path, wait_s: float, blocked: Fault) -> Iterator[None]:
    """Hold a lock file alone; it is created, and stays.

    `blocked` says that others hold it.

    Raises:
        LockedError: Others hold it for longer than `wait_s`.
        OSError: The file cannot be opened.
    """
    lock = FileLock(path)

    def try_lock() -> bool:
        with suppress(Timeout):
            lock.acquire(blocking=False)
        if not lock.is_locked and not path.exists():
            path.touch()  # says why there can be no file, which FileLock takes for a lock of others
        return lock.is_locked

    _wait(try_lock, wait_s, blocked)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def shared(path: Path, wait_s: float, blocked: Fault) -> Iterator[None]:
    """Hold a lock file that exists, with others that share it; on Windows alone.

    Where a file system has no locks, nothing is locked.

    Raises:
        LockedError: Somebody holds it alone for longer than `wait_s`.
        OSError: The file cannot be opened.
    """
    # A link is not followed, and a pipe not waited for.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, os.O_RDONLY | flags)
    try:
        _wait(lambda: _try_shared(handle), wait_s, blocked)
        yield
    finally:
        os.close(handle)


def _try_shared(handle: int) -> bool:
    if sys.platform == "win32":
        return lock_descriptor(handle, blocking=False)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        return error.errno in (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)
    return True


def _wait(try_lock: Callable[[], bool], wait_s: float, blocked: Fault) -> None:
    began, is_silent = time.monotonic(), True
    while not try_lock():
        waited_s = time.monotonic() - began
        if waited_s >= wait_s:
            raise LockedError([blocked])
        if is_silent and waited_s >= _SILENT_S:
            _LOG.warning("%s", replace(blocked, fix=f"Waiting for up to {wait_s:.0f} s."))
            is_silent = False
        time.sleep(_PAUSE_S)
