"""Lock the tables of a project, and replace several of them as one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from site_builder.atomic import flush_file, flush_names
from site_builder.errors import Fault, FaultsError, unreadable
from site_builder.locks import exclusive
from site_builder.symlinks import check_inside
from site_builder.tables.schema import TABLES

FOLDER = ".tables"
"""Folder in `data/` with the lock and, while tables are replaced, the new files."""

T = TypeVar("T")


# The new tables while they are written, and once all are complete. A command that is killed while
# it puts them in place leaves the second.
_LOCK, _NEW, _READY = f"{FOLDER}/lock", f"{FOLDER}/new", f"{FOLDER}/ready"


def _finish(data: Path) -> None:
    """Put new tables that are complete in place of the old ones, or raise a fault."""
    try:
        for name in (name for spec in TABLES for name in spec.files):
            path = data / _READY / name
            if path.is_file() and not path.is_symlink():
                path.replace(data / name)
        flush_names(data)
        shutil.rmtree(data / _READY)
    except OSError as error:
        what = f"the new tables are not all in place: {error.strerror}"
        fix = "The next command that reads or writes them goes on."
        outcome = "some of the new tables are in place"
        raise FaultsError([Fault("data", what, fix)], outcome) from error


def read_locked(data_dir: Path, read: Callable[[], T]) -> T:
    """Return what `read` finds while no command writes the tables.

    Nothing is locked before the first write, since the folder may not be of a project, and where it
    is read-only.

    Raises:
        FaultsError: Another command does not finish, or the disk fails.
    """
    lock = data_dir / _LOCK
    try:
        is_locked = lock.exists() and (os.access(lock, os.W_OK) or (data_dir / _READY).exists())
    except OSError as error:
        raise FaultsError([unreadable("data", error)]) from error
    return write_locked(data_dir, read) if is_locked else read()


def write_locked(data_dir: Path, write: Callable[[], T]) -> T:
    """Return the result of `write`, which reads and replaces tables, while no other command does.

    First, it goes on with a replacement that a killed command has left.

    Raises:
        FaultsError: Another command does not finish, or the disk fails.
    """
    with ExitStack() as stack:
        try:
            for name in (_LOCK, _READY):
                check_inside(data_dir / name, data_dir, FOLDER)
            (data_dir / FOLDER).mkdir(parents=True, exist_ok=True)
            what = "another command is using the tables"
            stack.enter_context(exclusive(data_dir / _LOCK, "data", what))
        except OSError as error:
            what = f"the tables cannot be locked: {error.strerror}"
            fix = "It must be a folder that can be written."
            raise FaultsError([Fault(f"data/{FOLDER}", what, fix)]) from error
        if (data_dir / _READY).exists():
            _finish(data_dir)
        return write()


@contextmanager
def replacing(data_dir: Path) -> Iterator[Path]:
    """Replace tables as one, within `write_locked`: the block writes them into a new folder.

    All of them are complete on the disk before the first takes the place of an old one, whose mode
    it gets. A command that is killed leaves the old tables, or the new ones for `write_locked`.

    Raises:
        OSError: The disk fails; the old tables remain.
        FaultsError: The disk fails later.
    """
    new = data_dir / _NEW
    shutil.rmtree(new, ignore_errors=True)  # of a killed command
    new.mkdir(parents=True)
    try:
        yield new
        for path in new.iterdir():
            with suppress(FileNotFoundError):
                shutil.copymode(data_dir / path.name, path)
            flush_file(path)
        flush_names(new)
        new.replace(data_dir / _READY)
        flush_names(data_dir / FOLDER)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _finish(data_dir)
