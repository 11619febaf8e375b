"""Bring submissions of an older schema up to the present one, one version at a time."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeAlias

from site_builder.atomic import write_files
from site_builder.errors import Fault
from site_builder.tables.documents import edit_document
from site_builder.tables.lock import write_locked
from site_builder.tables.submissions import (
    FOLDER,
    find_version,
    read_document,
    submission_files,
)

Step: TypeAlias = Callable[[MutableMapping[str, Any]], None]

STEPS: tuple[Step, ...] = ()
"""What leads from each version to the next, the first from 1 to 2.

A step changes the content of a file, as `edit_document` says. It raises a `ValueError` that says
what it cannot move.
"""


def migrate_submissions(data_dir: Path) -> tuple[int, list[str], list[Fault]]:
    """Write submissions of older versions anew; return how many there are, which moved, and faults.

    A file that cannot be moved stays as it is.

    Raises:
        SiteError: The files cannot be written, and none has changed.
    """
    if not (data_dir / FOLDER).exists():  # a lock would make the folder
        return 0, [], []
    return write_locked(data_dir, lambda: _migrate(data_dir))


def _migrate(data_dir: Path) -> tuple[int, list[str], list[Fault]]:
    faults, new, moved, n = list[Fault](), dict[Path, bytes](), list[str](), 0
    for path, where, content in submission_files(data_dir, faults):
        n += 1
        found = _migrated(content, where, path.suffix.lower())
        if isinstance(found, Fault):
            faults.append(found)
        elif found != content:
            new[path] = found
            moved.append(where)
    write_files(new)
    return n, moved, faults


def _migrated(content: bytes, where: str, ending: str) -> bytes | Fault:
    """Return a file in the present version, itself if it is of that, or why it cannot be moved."""
    root = read_document(content, where, ending)
    version = root if isinstance(root, Fault) else find_version(root, where)
    if isinstance(version, Fault) or version > len(STEPS):
        return version if isinstance(version, Fault) else content
    text = content.decode("utf-8-sig")
    for number, step in enumerate(STEPS[version - 1 :], version + 1):

        def change(fields: MutableMapping[str, Any], step: Step = step, to: int = number) -> None:
            step(fields)
            fields["schema"] = to if ending == ".json" else str(to)

        try:
            text = edit_document(text, ending, change)
        except ValueError as error:
            what = f"it cannot be brought from schema {number - 1} to {number}: {error}"
            return Fault(where, what, "Change it by hand.")
    return text.encode()
