"""A new project into its folder: all of its files or none, and never over another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from site_builder.refusals import StartError


def check_free(files: Mapping[str, bytes], folder: Path) -> None:
    """Refuse a folder in which a file of the project would meet another.

    Args:
        files: Content by path.
        folder: Where they are to go; it need not exist, and may hold other files.

    Raises:
        StartError: It is no folder, or has such files; every one of them.
    """
    if folder.exists() and not folder.is_dir():
        raise StartError.over_file(folder)
    taken = [name for path in files for name in _in_the_way(path, folder)]
    if taken:
        raise StartError.over_files(folder, sorted({*taken}))


def place(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files. Where one of them fails, those before it are taken away again.

    Raises:
        StartError: The disk refuses, or something has come in the way meanwhile.
    """
    made: list[Path] = []
    try:
        for path, content in files.items():
            _write(folder / path, content, made)
    except BaseException as error:
        for done in reversed(made):
            done.rmdir() if done.is_dir() else done.unlink()
        if isinstance(error, OSError):
            raise StartError.not_written(Path(error.filename or folder), error) from error
        raise


def _write(path: Path, content: bytes, made: list[Path]) -> None:
    """Write a file, and note it and every folder that was made for it."""
    for parent in reversed(path.parents):
        if not parent.is_dir():
            parent.mkdir()
            made.append(parent)
    with path.open("xb") as file:
        made.append(path)
        file.write(content)


def _in_the_way(path: str, folder: Path) -> Iterator[str]:
    """What is there already of the name of a file, or, being no folder, of one of its folders."""
    if os.path.lexists(folder / path):
        yield path
    for parent in Path(path).parents:
        if os.path.lexists(folder / parent) and not (folder / parent).is_dir():
            yield parent.as_posix()
