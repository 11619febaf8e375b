"""Write files so that a kill, a full disk or a power cut leaves the old content or the new."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EEXIST
from functools import partial
from pathlib import Path
from secrets import token_hex

from site_builder.errors import SiteError, unwritable


@contextmanager
def staged(files: Mapping[Path, bytes], *, replaces: bool = True) -> Iterator[Callable[[], None]]:
    """Write files beside their places, and yield the function that puts all of them in place.

    By then they are complete on the disk. A file gets the mode of the one that it replaces; a link
    is replaced, not followed. Unless `replaces`, it is an error if there is a file already. After
    the block, what was not put in place is deleted, with the folders that were made for it.

    Raises:
        SiteError: A file cannot be written; no place has changed.
    """
    new = {path: path.with_name(f".{path.name}.{token_hex(4)}.tmp") for path in files}
    folders = dict.fromkeys(parent for path in files for parent in reversed(path.parents))
    made, path = list[Path](), Path()
    try:
        try:
            for path in folders:
                if not path.is_dir():
                    path.mkdir()
                    made.append(path)
            for path, content in files.items():
                _write(new[path], content, path)
        except OSError as error:
            raise SiteError(unwritable(str(path), error)) from error
        yield partial(_put, new, replaces=replaces)
    finally:
        for temporary in new.values():
            with suppress(OSError):  # it is in place, or never was written
                temporary.unlink()
        for folder in reversed(made):
            with suppress(OSError):  # it is not empty
                folder.rmdir()


def write_files(files: Mapping[Path, bytes], *, replaces: bool = True) -> None:
    """Write files as `staged` does, and put them in place."""
    with staged(files, replaces=replaces) as put:
        put()


def _write(temporary: Path, content: bytes, place: Path) -> None:
    with temporary.open("xb") as file:  # follows no link
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileNotFoundError):
        shutil.copymode(place, temporary)


def _put(new: Mapping[Path, Path], *, replaces: bool) -> None:
    path = Path()
    try:
        for path in () if replaces else new:
            if os.path.lexists(path):
                raise FileExistsError(EEXIST, os.strerror(EEXIST))
        for path, temporary in new.items():
            temporary.replace(path)
    except OSError as error:
        outcome = "not all files are in place"
        raise SiteError(unwritable(str(path), error), outcome=outcome) from error
    flush_names(*{path.parent for path in new})


def flush_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_names(*folders: Path) -> None:
    """Wait until the names in folders are on the disk, where the system can do that."""
    for folder in folders:
        with suppress(OSError):
            flush_file(folder)
