"""Find training sets and read their examples."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal

from site_builder.errors import Fault, FaultsError, did_you_mean
from site_builder.records import Record
from site_builder.symlinks import refuse_outside
from site_builder.tables.read import ParquetError, read_footer, read_rows
from site_builder.tables.text_files import (
    CSV_ENDINGS,
    JSON_LINES_ENDINGS,
    TextRow,
    json_kind,
    read_text_rows,
)

Split = Literal["train", "validation", "test"]

# Usual names of inputs and outputs; the first that fits is used.
_INPUTS = (
    ("instruction", "input"),
    ("instruction", "context"),
    ("context", "question"),
    ("instruction",),
    ("prompt",),
    ("input",),
    ("question",),
    ("source",),
    ("text",),
)
_OUTPUTS = ("output", "completion", "response", "answer", "target", "summary", "label")
_CHATS = ("messages", "conversations")
_PARQUET = ".parquet"
_ENDINGS = (*JSON_LINES_ENDINGS, *CSV_ENDINGS, _PARQUET)
_SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
# `train`, `train-00000-of-00002`; `sums_train`, `sums.train`.
_SPLIT_NAME = re.compile(rf"(?P<split>{'|'.join(_SPLITS)})([-_.]\d.*)?", re.IGNORECASE)
_TASK_SPLIT_NAME = re.compile(rf"(?P<task>.+)[-_.]{_SPLIT_NAME.pattern}", re.IGNORECASE)


class SetFile(Record):
    """A file with examples of a task."""

    task: str
    split: Split
    path: Path


class Sets(Record):
    """The training sets at some paths, by task and split, and the files without examples."""

    files: list[SetFile]
    others: list[Path]


class TrainingExample(Record):
    """What a model is given, and what it should answer."""

    input: str
    output: str


class Fields(Record):
    """The fields of a record that an example is made of.

    Attributes:
        inputs: Fields of the input, joined by line ends; one chat if `output` is empty.
        output: Field of the output.
    """

    inputs: tuple[str, ...]
    output: str = ""

    def __str__(self) -> str:
        """Describe the fields for the report."""
        if not self.output:
            return f"chat '{self.inputs[0]}'"
        names = " + ".join(f"'{name}'" for name in self.inputs)
        return f"input {names}, output '{self.output}'"


def find_sets(names: Iterable[str]) -> Sets:
    """Find the files with examples at some paths.

    A file is one task, named by its file name. In a folder, each file or folder is a task, unless
    the files are named as splits. `TASK=PATH` names the task.

    Raises:
        FaultsError: A path is missing, has no examples, or has another file format.
    """
    formats = f"file ending in {', '.join(_ENDINGS)}"
    found, others, faults = list[SetFile](), list[Path](), list[Fault]()
    for name in names:
        task, mark, rest = name.partition("=")
        is_named = mark and task.strip() and not Path(name).exists()
        path = Path(rest if is_named else name)
        below = [*_walk(path, path, task if is_named else "")]
        files = [file for file in below if isinstance(file, SetFile)]
        if files:
            others += sorted(file for file in below if isinstance(file, Path))
        elif path.exists():
            what = f"has no {formats}" if path.is_dir() else f"is not a {formats}"
            faults.append(Fault(str(path), what, "Convert it to one of these."))
        else:
            faults.append(Fault(str(path), "there is no such file or folder."))
        found += sorted(files, key=lambda file: (file.task, file.split, file.path))
    seen: set[Path] = set()
    for file in found:
        path = file.path.resolve()
        if path in seen:
            faults.append(Fault(str(file.path), "is named twice.", "Name each file once."))
        seen.add(path)
    if faults:
        raise FaultsError(faults)
    found.sort(key=lambda file: (file.task, file.split, str(file.path)))
    return Sets(found, others)


def _walk(path: Path, top: Path, task: str) -> Iterator[SetFile | Path]:
    """Yield every file with examples at a path below `top`, and the path of every other file.

    A link to a folder is not followed: its files are found there.

    Raises:
        FaultsError: A link leads out of `top`.
    """
    if path.is_dir():
        parts = [part for part in path.iterdir() if not part.name.startswith(".")]
        refuse_outside(parts, top)
        parts = [part for part in parts if not (part.is_symlink() and part.is_dir())]
        is_task = any(part.is_file() and _SPLIT_NAME.fullmatch(part.stem) for part in parts)
        name = task or (path.name if is_task else "")
        for part in parts:
            yield from _walk(part, top, name or (part.name if part.is_dir() else ""))
    elif path.suffix not in _ENDINGS:
        yield path
    elif path.is_file():
        match = _SPLIT_NAME.fullmatch(path.stem) or _TASK_SPLIT_NAME.fullmatch(path.stem)
        if match is None:
            yield SetFile(task or path.stem, "train", path)
        else:
            named = match.groupdict().get("task") or path.resolve().parent.name
            yield SetFile(task or named, _SPLITS[match["split"].lower()], path)


def find_fields(path: Path, inputs: Sequence[str] = (), output: str = "") -> Fields | None:
    """Return the fields of the examples of a file; None if it has no record.

    Fields of the input and of the output that are not given are guessed by name.

    Raises:
        FaultsError: A given field is missing, no field has a usual name, or the file is damaged.
    """
    names = _field_names(path)
    if names is None:
        return None
    for name in (*inputs, *([output] if output else [])):
        if name not in names:
            hint = did_you_mean(name, names, "fields")
            raise FaultsError([Fault(str(path), f"there is no field {name!r}", hint)])
    chat = next((name for name in _CHATS if name in names), "")
    if chat and not inputs and not output:
        return Fields((chat,))
    guessed = next((fields for fields in _INPUTS if {*fields} <= {*names} - {output}), ())
    found = tuple(inputs) or guessed
    answer = output or next((name for name in _OUTPUTS if name in names and name not in found), "")
    if not found or not answer:
        listed = ", ".join(sorted(names)[:12])
        what = f"none of its fields looks like an {'output' if found else 'input'}: {listed}"
        raise FaultsError([Fault(str(path), what, "Name them with --input and --output.")])
    return Fields(found, answer)


def _field_names(path: Path) -> list[str] | None:
    if path.suffix == _PARQUET:
        try:
            return [column.name for column in read_footer(path).columns]
        except ParquetError as error:
            raise FaultsError([Fault(str(path), str(error))]) from error
    return next((list(row.values) for row, _ in _records(path) if row.values is not None), None)


def read_examples(path: Path, fields: Fields) -> Iterator[tuple[TrainingExample | Fault, float]]:
    """Yield every example of a file, or why a record is not one, with the share read, 0 to 1."""
    names = [name for name in (*fields.inputs, fields.output) if name]
    for row, share in _records(path, names):
        found = row.problem if row.values is None else _example(row.values, fields)
        if isinstance(found, str):
            yield Fault(f"{path}: {row.place}" if row.place else str(path), found), share
        else:
            yield found, share


def _records(path: Path, columns: Sequence[str] = ()) -> Iterator[tuple[TextRow, float]]:
    """Yield every record of a file with the share read; a problem without a place ends it."""
    try:
        if path.suffix == _PARQUET:
            total = read_footer(path).rows
            for number, values in enumerate(read_rows(path, columns), 1):
                yield TextRow(f"row {number}", values), number / total
        else:
            size = max(path.stat().st_size, 1)
            with path.open("rb") as raw, TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                for row in read_text_rows(text, path.suffix):
                    yield row, raw.tell() / size
    except UnicodeDecodeError:
        yield TextRow("", None, "is not UTF-8 text. Save it as UTF-8."), 1.0
    except OSError as error:
        yield TextRow("", None, f"cannot be read: {error.strerror}"), 1.0
    except (ParquetError, csv.Error) as error:
        yield TextRow("", None, str(error)), 1.0


def _example(values: Mapping[str, Any], fields: Fields) -> TrainingExample | str:
    """Return the example of a record, or why it is not one."""
    if not fields.output:
        return _last_turn(values.get(fields.inputs[0]))
    texts: list[str] = []
    for name in (*fields.inputs, fields.output):
        value = values.get(name)
        if value is None:
            return f"{name!r} is missing"
        if not isinstance(value, str | int | float):
            return f"{name!r} is {json_kind(value)}, not text"
        texts.append(value if isinstance(value, str) else json.dumps(value))
    return TrainingExample("\n".join(filter(None, texts[:-1])), texts[-1])


def _last_turn(chat: object) -> TrainingExample | str:
    """Return the last turn of a chat as the output, and those before it as the input."""
    texts: list[Any] = [
        turn.get("content", turn.get("value")) if isinstance(turn, dict) else None
        for turn in (chat if isinstance(chat, list) else ())
    ]
    if not texts or not all(isinstance(text, str) for text in texts):
        return "is not a chat: a list of turns with a text in 'content' or 'value'"
    return TrainingExample("\n".join(texts[:-1]), texts[-1])
