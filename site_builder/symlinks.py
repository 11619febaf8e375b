"""Refuse symbolic links that lead out of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from errno import EFBIG, EISDIR, EPERM
from pathlib import Path

from site_builder.errors import Fault, FaultsError, limit_faults

_OUTSIDE = "it is a link that leads out of the folder"


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

    Whoever proposes a change to a project could otherwise publish any file of the machine.

    Raises:
        OSError: It leads out, cannot be read, is too large, or is no file: reading a device may
            never end.
    """
    check_inside(path, root, folder)
    if path.exists() and not path.is_file():
        raise OSError(EISDIR, "it is no file", str(path))
    if most is not None:
        check_size(path, most)
    return path.read_bytes()


def check_size(path: Path, most: int) -> None:
    """Raise an `OSError` if a file has more than so many bytes."""
    if (size := path.stat().st_size) > most:
        raise OSError(EFBIG, f"it has {size:,} bytes, more than {most:,}", str(path))


def refuse_outside(paths: Iterable[Path], root: Path) -> None:
    """Raise a `FaultsError` that names the paths in a folder that lead out of it."""
    outside = [path for path in paths if not is_inside(path, root)]
    fix = "Name a folder that has the file too, or replace the link by the file."
    faults = (Fault(str(path), _OUTSIDE, fix) for path in outside)
    if outside:
        raise FaultsError(limit_faults(faults, len(outside), str(root), "links that lead out"))
