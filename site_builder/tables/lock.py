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


class _Files:
    """The files that commands need to agree about the tables in `data`.

    Attributes:
        new, ready: The new tables while they are written, and once all are complete. A command that
            is killed while it puts them in place leaves `ready`.
    """

    def __init__(self, data: Path) -> None:
        self.data, self.folder = data, data / FOLDER
        self.lock = self.folder / "lock"
        self.new, self.ready = self.folder / "new", self.folder / "ready"

    def finish(self) -> None:
        """Put new tables that are complete in place of the old ones, or raise a fault."""
        try:
            for name in (name for spec in TABLES for name in spec.files):
                path = self.ready / name
                if path.is_file() and not path.is_symlink():
                    path.replace(self.data / name)
            flush_names(self.data)
            shutil.rmtree(self.ready)
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
    files = _Files(data_dir)
    try:
        is_locked = files.lock.exists()
        is_locked &= os.access(files.lock, os.W_OK) or files.ready.exists()
    except OSError as error:
        raise FaultsError([unreadable("data", error)]) from error
    return write_locked(data_dir, read) if is_locked else read()


def write_locked(data_dir: Path, write: Callable[[], T]) -> T:
    """Return the result of `write`, which reads and replaces tables, while no other command does.

    First, it goes on with a replacement that a killed command has left.

    Raises:
        FaultsError: Another command does not finish, or the disk fails.
    """
    files = _Files(data_dir)
    with ExitStack() as stack:
        try:
            for path in (files.lock, files.ready):
                check_inside(path, data_dir, FOLDER)
            files.folder.mkdir(parents=True, exist_ok=True)
            what = "another command is using the tables"
            stack.enter_context(exclusive(files.lock, "data", what))
        except OSError as error:
            what = f"the tables cannot be locked: {error.strerror}"
            fix = "It must be a folder that can be written."
            raise FaultsError([Fault(f"data/{FOLDER}", what, fix)]) from error
        if files.ready.exists():
            files.finish()
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
    files = _Files(data_dir)
    shutil.rmtree(files.new, ignore_errors=True)  # of a killed command
    files.new.mkdir(parents=True)
    try:
        yield files.new
        for path in files.new.iterdir():
            with suppress(FileNotFoundError):
                shutil.copymode(data_dir / path.name, path)
            flush_file(path)
        flush_names(files.new)
        files.new.replace(files.ready)
        flush_names(files.folder)
    except BaseException:
        shutil.rmtree(files.new, ignore_errors=True)
        raise
    files.finish()
