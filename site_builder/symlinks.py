"""List and read the files of a folder; refuse symbolic links that lead out of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from errno import EFBIG, EISDIR, EPERM
from pathlib import Path
from stat import S_ISREG

from site_builder.errors import Fault, FaultsError, limit_faults, unreadable

_OUTSIDE = "it is a symbolic link that points outside the folder"
# Windows has only the first of them.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))


def is_inside(path: Path, root: Path, folder: str = "") -> bool:
    """Return whether links keep a path within a folder below `root`.

    `root` may be a link: the user names it. A link in place of the folder leads out of it. The path
    need not exist.
    """
    # Not `resolve`, which fails on a link to itself.
    return Path(os.path.realpath(path)).is_relative_to(Path(os.path.realpath(root), folder))


def check_inside(path: Path, root: Path, folder: str = "") -> None:
    """Raise an `OSError` if a path is not `is_inside`."""
    if not is_inside(path, root, folder):
        raise OSError(EPERM, _OUTSIDE, str(path))


def read_inside(path: Path, root: Path, folder: str = "", most: int | None = None) -> bytes:
    """Return the content of a file that `is_inside`, of at most so many bytes.

    Whoever proposes a change to a project could otherwise publish any file of the machine. It may
    not become a link after it was checked.

    Raises:
        OSError: It leads out, cannot be read, is too large, or is no file: reading a device may
            never end.
    """
    place = Path(os.path.realpath(path))
    if not place.is_relative_to(Path(os.path.realpath(root), folder)):
        raise OSError(EPERM, _OUTSIDE, str(path))
    handle = os.open(place, _FLAGS)
    try:
        status = os.fstat(handle)
        if not S_ISREG(status.st_mode):
            raise OSError(EISDIR, "it is no file", str(path))
        if most is not None and status.st_size > most:
            what = f"it has {status.st_size:,} bytes, more than {most:,}"
            raise OSError(EFBIG, what, str(path))
        with open(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def list_files(folder: Path, shown_as: str, ending: str = "") -> tuple[list[Path], list[Fault]]:
    """Return the files below a folder, and faults of those that cannot be listed.

    With an ending, it is what stands in the folder itself. Hidden files and folders are left out,
    and links to folders not followed. A folder that does not exist has no files. Messages call it
    `shown_as`.
    """
    found: list[Path] = []
    faults: list[Fault] = []

    def shown(*parts: str) -> str:
        return Path(shown_as, os.path.relpath(Path(*parts), folder)).as_posix()

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            faults.append(unreadable(shown(error.filename), error))

    for place, folders, names in os.walk(folder, onerror=note):
        if ending:
            names += folders
            folders.clear()
        names = [name for name in names if name.endswith(ending) and not name.startswith(".")]
        # Python has replaced the bytes of such a name by halves of characters.
        strange = {n for n in (*folders, *names) if n != n.encode(errors="ignore").decode()}
        faults += (Fault(shown(place, n), "its name is not UTF-8", "Rename it.") for n in strange)
        folders[:] = {name for name in folders if not name.startswith(".")} - strange
        found += (Path(place, name) for name in names if name not in strange)
    return sorted(found), sorted(faults, key=lambda fault: fault.where)


def refuse_outside(paths: Iterable[Path], root: Path) -> None:
    """Raise a `FaultsError` that names the paths in a folder that lead out of it."""
    outside = [path for path in paths if not is_inside(path, root)]
    fix = "Name a folder that has the file too, or replace the link by the file."
    faults = (Fault(str(path), _OUTSIDE, fix) for path in outside)
    if outside:
        raise FaultsError(limit_faults(faults, len(outside), str(root), "links that lead out"))
