"""Examples of a training set, read one after the other from JSON lines, CSV or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from site_builder.errors import Fault, near
from site_builder.records import Record
from site_builder.tables.batches import ParquetError, column_names, count_rows, read_rows

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


class Example(Record):
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


class UnreadableError(Exception):
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


Report = Callable[[UnreadableError], None]
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
            raise UnreadableError(what, near(name, names, "fields"))
    chat = next((name for name in CHATS if name in names), "")
    if chat and not inputs and not output:
        return Fields((chat,))
    guessed = next((fields for fields in INPUTS if {*fields} <= {*names} - {output}), ())
    found = tuple(inputs) or guessed
    answer = output or next((name for name in OUTPUTS if name in names and name not in found), "")
    if not found or not answer:
        listed = ", ".join(sorted(names)[:12])
        what = f"none of its fields looks like an {'output' if found else 'input'}: {listed}"
        raise UnreadableError(what, "Name them with --input and --output.")
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
            raise UnreadableError(str(error)) from error
    first = next(read_records(path, (), _ignore), None)
    return None if first is None else list(first[1])


def read_examples(
    path: Path, fields: Fields, report: Report, reached: Reached = _ignore
) -> Iterator[Example]:
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
        except UnreadableError as error:
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
        report(UnreadableError(what, "Save it as UTF-8."))
    except OSError as error:
        report(UnreadableError(f"cannot be read: {error.strerror}"))
    except (ParquetError, csv.Error) as error:
        report(UnreadableError(str(error)))


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
            report(UnreadableError(what, place=f"line {number}"))
            continue
        if isinstance(record, dict):
            yield f"line {number}", record
        else:
            what = f"is {_kind(record)}, not an object with fields"
            report(UnreadableError(what, place=f"line {number}"))


def _sheet(file: TextIO, ending: str) -> Iterator[tuple[str, Values]]:
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.DictReader(file, delimiter="\t" if ending == ".tsv" else ",")
    yield from ((f"row {number}", row) for number, row in enumerate(rows, 1))


def _example(values: Values, fields: Fields) -> Example:
    if not fields.output:
        return _turns(values.get(fields.inputs[0]))
    inputs = [_text(values, name) for name in fields.inputs]
    return Example("\n".join(filter(None, inputs)), _text(values, fields.output))


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return json.dumps(value)
    what = f"{name!r} is missing" if value is None else f"{name!r} is {_kind(value)}, not text"
    raise UnreadableError(what)


def _turns(value: object) -> Example:
    """The last turn of a chat is the output, those before it the input."""
    turns = [_content(turn) for turn in value] if isinstance(value, list) else []
    said = [text for text in turns if text is not None]
    if len(said) < len(turns) or not said:
        what = "is no chat: a list of turns with 'content', or 'value', that is text"
        raise UnreadableError(what)
    return Example("\n".join(said[:-1]), said[-1])


def _content(turn: object) -> str | None:
    if not isinstance(turn, dict):
        return None
    text = turn.get("content", turn.get("value"))
    return text if isinstance(text, str) else None


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "nothing" if value is None else "a number")
