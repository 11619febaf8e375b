"""The only code that writes: stage the whole site beside the published one, compare, swap."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from site_builder.errors import OutputFolderError
from site_builder.output.disk import exchange, flush, flush_names
from site_builder.output.folders import check_replaceable
from site_builder.output.staging import Staging, staging
from site_builder.records import Record


class Published(Record):
    """What a build put into its folder.

    Attributes:
        folder: The folder, as it was named.
        files: How many files it holds.
        size: How many bytes they are.
        changed: How many of the files are new, or not what they were.
    """

    folder: Path
    files: int
    size: int
    changed: int


def publish(files: Mapping[str, bytes], out: Path) -> Published:
    """Put a whole site in place of what `out` holds, in one step where the system can do that.

    Files that stay as they are keep their time and their place on the disk. Where anything fails,
    the folder holds what it held before.

    Args:
        files: Every file of the site by its path, the manifest among them.
        out: The folder to publish into.

    Raises:
        OutputFolderError: The folder is not fit, another build is at work, or the disk refuses.
    """
    with staging(out) as staged:
        try:
            there = files if staged.place.is_dir() else ()
            same = [path for path in there if _is_same(staged.place / path, files[path])]
            new = _look(staged.owner)
            kept = frozenset(path for path in same if _look(staged.place / path) == new)
            if len(kept) < len(files):
                _stage(files, kept, staged)
                check_replaceable(out)
                _swap(staged)
        except OSError as error:
            raise OutputFolderError.not_written(out, error) from error
    size = sum(map(len, files.values()))
    return Published(out, len(files), size, len(files) - len(same))


def _is_same(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _look(path: Path) -> tuple[int, int, int]:
    """Kind and mode of a file, and its owners: those of the staging file are what a new one has."""
    status = path.lstat()
    return status.st_mode, status.st_uid, status.st_gid


def _stage(files: Mapping[str, bytes], kept: Collection[str], staged: Staging) -> None:
    """Make the new site whole, and wait until the disk has it."""
    made = {staged.new}
    for path, content in sorted(files.items()):
        target = staged.new / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if path not in kept or not _link(staged.place / path, target):
            target.write_bytes(content)
    flush(staged.new)


def _link(there: Path, target: Path) -> bool:
    """Give a published file its place in the new site too; not every file system can do that."""
    try:
        os.link(there, target)
    except OSError:
        return False
    return True


def _swap(staged: Staging) -> None:
    """Put the new site in its place; all stays as it was where that fails."""
    if not staged.place.exists():
        staged.new.replace(staged.place)
    elif not exchange(staged.new, staged.place):
        _swap_by_renames(staged)
    flush_names(staged.place.parent, staged.folder)


def _swap_by_renames(staged: Staging) -> None:
    """For a moment nothing is published; the staging folder puts right what ends in it."""
    staged.place.replace(staged.old)
    staged.new.replace(staged.place)
