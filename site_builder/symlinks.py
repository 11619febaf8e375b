"""Refuse symbolic links that lead out of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from errno import EISDIR, EPERM
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


def read_inside(path: Path, root: Path, folder: str = "") -> bytes:
    """Return the content of a file that `is_inside`.

    Whoever proposes a change to a project could otherwise publish any file of the machine.

    Raises:
        OSError: It leads out, cannot be read, or is no file: reading a device may never end.
    """
    check_inside(path, root, folder)
    if path.exists() and not path.is_file():
        raise OSError(EISDIR, "it is no file", str(path))
    return path.read_bytes()


def refuse_outside(paths: Iterable[Path], root: Path) -> None:
    """Raise a `FaultsError` that names the paths in a folder that lead out of it."""
    outside = [path for path in paths if not is_inside(path, root)]
    fix = "Name a folder that has the file too, or replace the link by the file."
    faults = (Fault(str(path), _OUTSIDE, fix) for path in outside)
    if outside:
        raise FaultsError(limit_faults(faults, len(outside), str(root), "links that lead out"))
