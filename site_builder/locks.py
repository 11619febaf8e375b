"""Lock files between processes; the system releases the lock of a process that ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from site_builder.errors import Fault, FaultsError

# Who waits longer than this says so, and who waits longer than that gives up.
_SILENT_S = 1.0
WAIT_S = 30.0
_LOG = logging.getLogger(__name__)  # without handlers, its warnings are lines on stderr


@contextmanager
def exclusive(path: Path, where: str, what: str) -> Iterator[None]:
    """Hold a lock file; it is created, and stays.

    While others hold it, `what` they do is said of `where`.

    Raises:
        FaultsError: Others hold it for longer than `WAIT_S`.
        OSError: The file cannot be opened.
    """
    lock = FileLock(path, timeout=WAIT_S)
    try:
        with suppress(Timeout):
            lock.acquire(min(WAIT_S, _SILENT_S))
        if not lock.is_locked:
            _LOG.warning("%s", Fault(where, what, f"Waiting for up to {WAIT_S:.0f} s."))
            lock.acquire()
    except Timeout as error:
        raise FaultsError([Fault(where, what, "Try again when it has finished.")]) from error
    try:
        yield
    finally:
        lock.release()
