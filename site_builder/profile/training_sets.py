"""Find training sets and read their examples."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal, TextIO

from site_builder.errors import Fault, FaultsError, did_you_mean
from site_builder.records import Record
from site_builder.tables.read import ParquetError, column_names, count_rows, read_rows

Values = Mapping[str, Any]
# What inputs and outputs are called in the wild; of two that fit, the first is meant.
INPUTS = (
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
OUTPUTS = ("output", "completion", "response", "answer", "target", "summary", "label")
CHATS = ("messages", "conversations")
LINES, SHEETS, PARQUET = (".jsonl", ".ndjson"), (".csv", ".tsv"), (".parquet",)
ENDINGS = (*LINES, *SHEETS, *PARQUET)
_LONGEST_FIELD = 2**31 - 1


class TrainingExample(Record):
    """One example: what a model is given, and what it is to answer."""

    input: str
    output: str


class Fields(Record):
    """Which fields of a record an example is made of.

    Attributes:
        inputs: Fields of the input, joined by line ends; one chat, where `output` is empty.
        output: Field of the output.
    """

    inputs: tuple[str, ...]
    output: str = ""

    def __str__(self) -> str:
        """In words, for the report."""
        if not self.output:
            return f"chat '{self.inputs[0]}'"
        names = " + ".join(f"'{name}'" for name in self.inputs)
        return f"input {names}, output '{self.output}'"


class UnreadableSetError(Exception):
    """A file, or a record of it, is not what it should be.

    Attributes:
        what: What was found.
        fix: What to do.
        place: Where in the file: `line 3`, `row 41`; empty for the whole file.
    """

    def __init__(self, what: str, fix: str = "", place: str = "") -> None:
        super().__init__(what)
        self.what, self.fix, self.place = what, fix, place

    def at(self, path: Path) -> Fault:
        """As a fault of a file."""
        return Fault(f"{path}: {self.place}" if self.place else str(path), self.what, self.fix)


Report = Callable[[UnreadableSetError], None]
Reached = Callable[[float], None]
_STEP = 1_000


def _ignore(_: object) -> None:
    """Nobody wants to know."""


def find_fields(names: Collection[str], inputs: Sequence[str] = (), output: str = "") -> Fields:
    """The fields of an example, asked for or guessed from how they are called.

    Args:
        names: The fields that the records have.
        inputs: Fields of the input, as asked for.
        output: Field of the output, as asked for.

    Raises:
        UnreadableError: A field that is asked for is not there, or none has a name that is known.
    """
    for name in (*inputs, *([output] if output else [])):
        if name not in names:
            what = f"there is no field {name!r}"
            raise UnreadableSetError(what, did_you_mean(name, names, "fields"))
    chat = next((name for name in CHATS if name in names), "")
    if chat and not inputs and not output:
        return Fields((chat,))
    guessed = next((fields for fields in INPUTS if {*fields} <= {*names} - {output}), ())
    found = tuple(inputs) or guessed
    answer = output or next((name for name in OUTPUTS if name in names and name not in found), "")
    if not found or not answer:
        listed = ", ".join(sorted(names)[:12])
        what = f"none of its fields looks like an {'output' if found else 'input'}: {listed}"
        raise UnreadableSetError(what, "Name them with --input and --output.")
    return Fields(found, answer)


def field_names(path: Path) -> list[str] | None:
    """The fields of a file, as its head or its first record has them; None where it has neither.

    Raises:
        UnreadableError: The file cannot be read as what its name says.
    """
    if path.suffix in PARQUET:
        try:
            return column_names(path)
        except ParquetError as error:
            raise UnreadableSetError(str(error)) from error
    first = next(read_records(path, (), _ignore), None)
    return None if first is None else list(first[1])


def read_examples(
    path: Path, fields: Fields, report: Report, reached: Reached = _ignore
) -> Iterator[TrainingExample]:
    """Every example of a file that can be read.

    Args:
        path: JSON lines, CSV, TSV or Parquet, as its name says.
        fields: The fields of an example.
        report: Told of each record that is none, and of what ends the reading.
        reached: Told now and then which share of the file has been read, 0 to 1.
    """
    for place, record in read_records(path, (*fields.inputs, fields.output), report, reached):
        try:
            yield _example(record, fields)
        except UnreadableSetError as error:
            error.place = place
            report(error)


def read_records(
    path: Path, fields: Sequence[str], report: Report, reached: Reached = _ignore
) -> Iterator[tuple[str, Values]]:
    """Every record of a file with its place: `line 3` of a text, `row 3` of a table.

    Args:
        path: JSON lines, CSV, TSV or Parquet, as its name says.
        fields: The fields that are wanted of a Parquet file; all where there are none.
        report: Told of each line that is no record, and of what ends the reading.
        reached: Told now and then which share of the file has been read, 0 to 1.
    """
    try:
        if path.suffix in PARQUET:
            yield from _table(path, [name for name in fields if name], reached)
        else:
            yield from _text_file(path, report, reached)
    except UnicodeDecodeError:
        what = "is not UTF-8 text"
        report(UnreadableSetError(what, "Save it as UTF-8."))
    except OSError as error:
        report(UnreadableSetError(f"cannot be read: {error.strerror}"))
    except (ParquetError, csv.Error) as error:
        report(UnreadableSetError(str(error)))


def _table(path: Path, fields: list[str], reached: Reached) -> Iterator[tuple[str, Values]]:
    total = count_rows(path)
    for number, row in enumerate(read_rows(path, fields), 1):
        if number % _STEP == 0:
            reached(number / total)
        yield f"row {number}", row


def _text_file(path: Path, report: Report, reached: Reached) -> Iterator[tuple[str, Values]]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, TextIOWrapper(raw, "utf-8-sig", newline="") as file:
        records = _sheet(file, path.suffix) if path.suffix in SHEETS else _lines(file, report)
        for number, record in enumerate(records, 1):
            if number % _STEP == 0:
                reached(raw.tell() / size)
            yield record


def _lines(file: TextIO, report: Report) -> Iterator[tuple[str, Values]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = f"is not JSON: {error}"
            report(UnreadableSetError(what, place=f"line {number}"))
            continue
        if isinstance(record, dict):
            yield f"line {number}", record
        else:
            what = f"is {_kind(record)}, not an object with fields"
            report(UnreadableSetError(what, place=f"line {number}"))


def _sheet(file: TextIO, ending: str) -> Iterator[tuple[str, Values]]:
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.DictReader(file, delimiter="\t" if ending == ".tsv" else ",")
    yield from ((f"row {number}", row) for number, row in enumerate(rows, 1))


def _example(values: Values, fields: Fields) -> TrainingExample:
    if not fields.output:
        return _turns(values.get(fields.inputs[0]))
    inputs = [_text(values, name) for name in fields.inputs]
    return TrainingExample("\n".join(filter(None, inputs)), _text(values, fields.output))


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return json.dumps(value)
    what = f"{name!r} is missing" if value is None else f"{name!r} is {_kind(value)}, not text"
    raise UnreadableSetError(what)


def _turns(value: object) -> TrainingExample:
    """The last turn of a chat is the output, those before it the input."""
    turns = [_content(turn) for turn in value] if isinstance(value, list) else []
    said = [text for text in turns if text is not None]
    if len(said) < len(turns) or not said:
        what = "is no chat: a list of turns with 'content', or 'value', that is text"
        raise UnreadableSetError(what)
    return TrainingExample("\n".join(said[:-1]), said[-1])


def _content(turn: object) -> str | None:
    if not isinstance(turn, dict):
        return None
    text = turn.get("content", turn.get("value"))
    return text if isinstance(text, str) else None


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "nothing" if value is None else "a number")


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
