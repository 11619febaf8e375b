"""Which files are the training sets of which tasks, by how files and folders are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from site_builder.errors import Fault, FaultsError
from site_builder.profile.examples import ENDINGS
from site_builder.records import Record

Split = Literal["train", "validation", "test"]
_SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
# `train`, `train-00000-of-00002`, `sums_train`, `sums.train`.
_ALONE = re.compile(rf"(?P<split>{'|'.join(_SPLITS)})([-_.]\d.*)?", re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<task>.+)[-_.](?P<split>{'|'.join(_SPLITS)})([-_.]\d.*)?", re.IGNORECASE)
_FORMS = f"a file ending in {', '.join(ENDINGS)}"


class SetFile(Record):
    """A file of a task's examples.

    Attributes:
        task: Id of the task.
        split: Which of its splits.
        path: The file.
    """

    task: str
    split: Split
    path: Path


class Sets(Record):
    """What was found at some paths.

    Attributes:
        files: The files of examples, in the order of tasks and splits.
        others: Files in the folders that are none, by path.
    """

    files: list[SetFile]
    others: list[Path]


def find_sets(names: Iterable[str]) -> Sets:
    """The files of examples at some paths, and what else lies there.

    Args:
        names: Files and folders. A file holds the task that it is called by, a folder one task a
            file or a folder in it; `TASK=PATH` says which task instead.

    Raises:
        FaultsError: A path that is not there, holds no examples, or is none of the forms.
    """
    found, others, faults = list[SetFile](), list[Path](), list[Fault]()
    for name in names:
        task, path = _asked(name)
        files = sorted(_files(path, task))
        if not path.exists():
            faults.append(Fault(str(path), "there is no such file or folder."))
        elif not files:
            what = f"holds no {_FORMS[2:]}" if path.is_dir() else f"is not {_FORMS}"
            faults.append(Fault(str(path), what, "Convert it to one of these."))
        found += [SetFile(*at) for at in files]
        others += sorted(_others(path)) if files else []
    faults += _twice(found)
    if faults:
        raise FaultsError(faults)
    found.sort(key=lambda file: (file.task, file.split, str(file.path)))
    return Sets(found, others)


def _asked(name: str) -> tuple[str, Path]:
    task, mark, path = name.partition("=")
    is_asked = mark and task.strip() and not Path(name).exists()
    return (task, Path(path)) if is_asked else ("", Path(name))


def _files(path: Path, task: str) -> Iterator[tuple[str, Split, Path]]:
    """The files at a path, with what they are called by."""
    if path.is_file() and path.suffix in ENDINGS:
        yield (*_named(path, task), path)
    elif path.is_dir():
        parts = [part for part in path.iterdir() if not part.name.startswith(".")]
        own = task or (path.name if any(map(_is_split, parts)) else "")
        for part in parts:
            within = own or (part.name if part.is_dir() else "")
            yield from _files(part, within)


def _others(path: Path) -> Iterator[Path]:
    """Files below a folder that hold no examples; what is hidden is meant to be."""
    for part in path.iterdir() if path.is_dir() else ():
        if part.name.startswith("."):
            continue
        if part.is_dir():
            yield from _others(part)
        elif part.suffix not in ENDINGS:
            yield part


def _is_split(path: Path) -> bool:
    return path.is_file() and _ALONE.fullmatch(path.stem) is not None


def _named(path: Path, task: str) -> tuple[str, Split]:
    """The task and the split that a file's name tells."""
    if alone := _ALONE.fullmatch(path.stem):
        return task or path.resolve().parent.name, _SPLITS[alone["split"].lower()]
    if behind := _BEHIND.fullmatch(path.stem):
        return task or behind["task"], _SPLITS[behind["split"].lower()]
    return task or path.stem, "train"


def _twice(files: list[SetFile]) -> Iterator[Fault]:
    """Files that are named twice: their examples would count double."""
    seen: set[Path] = set()
    for file in files:
        path = file.path.resolve()
        if path in seen:
            yield Fault(str(file.path), "is named twice.", "Name each file once.")
        seen.add(path)
