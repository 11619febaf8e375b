"""Write files so that a kill, a full disk or a power cut leaves the old content or the new."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import EEXIST
from pathlib import Path
from secrets import token_hex

from site_builder.errors import SiteError, unwritable


def write_files(
    files: Mapping[Path, bytes], *, replaces: bool = True, before: Callable[[], object] = int
) -> None:
    """Write files beside their places, and put all of them in place when all are on the disk.

    A file gets the mode of the one that it replaces; a link is replaced, not followed. Unless
    `replaces`, a file that is there already is an error. `before` is called in between.

    Raises:
        SiteError: A file cannot be written, and no place has changed; or it cannot be put in place,
            such as where a folder is.
        Exception: Any exception of `before`; no place has changed.
    """
    new = {path: path.with_name(f".{path.name}.{token_hex(4)}.tmp") for path in files}
    parents = dict.fromkeys(parent for path in files for parent in reversed(path.parents))
    made, path, outcome = [folder for folder in parents if not folder.is_dir()], Path(), ""
    try:
        for path in made:
            path.mkdir()
        for path, content in files.items():
            _write(new[path], content, path)
        before()
        for path in () if replaces else new:
            if os.path.lexists(path):
                raise FileExistsError(EEXIST, os.strerror(EEXIST))
        outcome = "not all files are in place"
        for path, temporary in new.items():
            temporary.replace(path)
    except OSError as error:
        raise SiteError(unwritable(str(path), error), outcome=outcome) from error
    finally:
        # What was not put in place, and the folders that were made for it.
        for path in (*new.values(), *reversed(made)):
            with suppress(OSError):  # it is not there, or not empty
                (path.rmdir if path in made else path.unlink)()
    flush_names(*(path.parent for path in new))


def _write(temporary: Path, content: bytes, place: Path) -> None:
    with temporary.open("xb") as file:  # follows no link
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileNotFoundError):
        shutil.copymode(place, temporary)


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
