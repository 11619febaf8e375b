"""Lock files between processes; the system releases the lock of a process that ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from site_builder.errors import Fault, FaultsError
from site_builder.records import replace

# Who waits longer than this says so.
_SILENT_S = 1.0
_LOG = logging.getLogger(__name__)  # without handlers, its warnings are lines on stderr


@contextmanager
def exclusive(path: Path, wait_s: float, blocked: Fault) -> Iterator[None]:
    """Hold a lock file; it is created, and stays.

    `blocked` says that others hold it.

    Raises:
        FaultsError: Others hold it for longer than `wait_s`.
        OSError: The file cannot be opened.
    """
    lock = FileLock(path, timeout=wait_s)
    try:
        with suppress(Timeout):
            lock.acquire(min(wait_s, _SILENT_S))
        if not lock.is_locked:
            _LOG.warning("%s", replace(blocked, fix=f"Waiting for up to {wait_s:.0f} s."))
            lock.acquire()
    except Timeout as error:
        raise FaultsError([blocked]) from error
    try:
        yield
    finally:
        lock.release()
