"""Define what a reader returns, and read its files safely."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from site_builder.records import Record, field

ScoreScale = Literal["percent", "proportion", "other"]


class ImportedScore(Record):
    """One score as a file states it.

    Attributes:
        model: What was run, as the file names it, with its revision and adapter: two runs of one
            `model` measured the same thing.
        task: The task, as the file names it.
        score: The score, in the metric's own unit; finite.
        metric: What the score measures, as the file names it; empty where it does not.
        setting: What else was fixed and changes what is measured, such as a filter or the number
            of examples in the prompt, in words.
        stderr: Standard error of the score; None where it is not known.
        n_examples: Examples it was measured on.
        date: Day of the measurement, `YYYY-MM-DD`.
        source: The file, from the path on that was given, or a link.
        command: The command that gave the score.
        flag: Why the score should be read with care.
        base: The model that `model` was tuned from, where the file says it.
        variant: The variant, where the file says it itself.
        main: Whether the format itself calls this the main score of its task.
        time: When it was measured, or when its file was written: only for telling which of two
            runs is newer.
    """

    model: str
    task: str
    score: float
    metric: str = ""
    setting: str = ""
    stderr: float | None = None
    n_examples: int | None = None
    date: str | None = None
    source: str | None = None
    command: str | None = None
    flag: str | None = None
    base: str | None = None
    variant: str | None = None
    main: bool = False
    time: tuple[bool, float] = (False, 0.0)


class ImportedExample(Record):
    """The score of one example.

    Attributes:
        model: As in `Measure`.
        task: As in `Measure`.
        metric: As in `Measure`.
        setting: As in `Measure`.
        example: The example's id within the task.
        score: Its score.
        source: That of the `Measure` which is the score of all examples together.
    """

    model: str
    task: str
    metric: str
    setting: str
    example: str
    score: float
    source: str | None


class ImportedRow(Record):
    """What a file says about a model, or about a task.

    Attributes:
        id: The model, or the task, as `Measure` names it.
        values: Columns of the contract with their values; None is not known.
        metric: The metric that the facts of a task hold for; empty where they hold for any.
    """

    id: str
    values: Mapping[str, Any]
    metric: str = ""


class Skipped(Record):
    """Something that was not read, and why.

    Attributes:
        where: The file, from the path on that was given.
        why: The reason, as a phrase: `it is not JSON`.
        what: What was left out: a file and a row of a table are named to the user, one by one;
            what else stands in a file is counted.
    """

    where: str
    why: str
    what: Literal["file", "row", "score"] = "file"


class Reading(Record):
    """All that a reader found at one path.

    Attributes:
        measures: The scores.
        models: Facts of models.
        tasks: Facts of tasks.
        examples: Scores of single examples.
        skipped: What was left out.
        notes: What the reader took for granted, such as the columns that it guessed.
        unclear: Scores whose unit nobody can tell from the file: `results.csv: 71.3 of task 'a'`.
        files: How many files gave a score.
    """

    measures: tuple[ImportedScore, ...] = ()
    models: tuple[ImportedRow, ...] = ()
    tasks: tuple[ImportedRow, ...] = ()
    examples: tuple[ImportedExample, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    files: int = 0


class ImportOptions(Record):
    """What a reader is asked for, from the command line and `[import]` of `site.toml`.

    Attributes:
        columns: Column of a table by the column of the contract that it holds.
        task_columns: Columns of a wide table that are tasks; None where they are to be guessed.
        scale: What scores between 1 and 100 are; None where nobody has said.
        subtasks: Take the tasks of a group rather than the group.
        examples: Read the scores of single examples too.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    task_columns: tuple[str, ...] | None = None
    scale: ScoreScale | None = None
    subtasks: bool = False
    examples: bool = False


Reader = Callable[[Path, ImportOptions], Reading]


def joined(readings: Iterable[Reading]) -> Reading:
    """Several readings as one, in their order."""
    every = list(readings)
    return Reading(
        measures=tuple(m for reading in every for m in reading.measures),
        models=tuple(m for reading in every for m in reading.models),
        tasks=tuple(t for reading in every for t in reading.tasks),
        examples=tuple(e for reading in every for e in reading.examples),
        skipped=tuple(s for reading in every for s in reading.skipped),
        notes=tuple(n for reading in every for n in reading.notes),
        unclear=tuple(u for reading in every for u in reading.unclear),
        files=sum(reading.files for reading in every),
    )


_LARGEST = 1e100  # what the contract's check holds for sound
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T_](\d\d)[-:](\d\d)[-:](\d\d)")


class UnreadableFileError(Exception):
    """A file that cannot be read; the message is the reason, as a phrase."""


class Found(Record):
    """A file at a path that was given.

    Attributes:
        path: Where it is.
        shown: How messages and the tables name it: from the last part of the given path on, so
            that no folder of the machine is published.
    """

    path: Path
    shown: str


def find_files(path: Path) -> Iterator[Found]:
    """The file at a path, or every file below it, in the order of their names.

    Files and folders whose names begin with a dot are left out; links to folders are not followed.
    """
    if not path.is_dir():
        yield Found(path, as_text(path.name))
        return
    top = path.resolve().name
    closed: list[Path] = []
    for folder, names, files in os.walk(path, onerror=lambda e: closed.append(Path(e.filename))):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(file for file in files if not file.startswith(".")):
            file = Path(folder, name)
            yield Found(file, as_text(Path(top, file.relative_to(path)).as_posix()))
    yield from (
        Found(file, as_text(Path(top, file.relative_to(path)).as_posix())) for file in closed
    )


def read_each(files: Iterable[Found], read: Callable[[Found], Reading]) -> Reading:
    """What a reader finds in each file; a file that it cannot read is named with the reason.

    Args:
        files: The files.
        read: Reads one; raises `UnreadableError` where it cannot.
    """
    return joined(_read_or_skip(found, read) for found in files)


def _read_or_skip(found: Found, read: Callable[[Found], Reading]) -> Reading:
    try:
        return read(found)
    except UnreadableFileError as error:
        return Reading(skipped=(Skipped(found.shown, str(error)),))


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UnreadableError: It is no file, may not be read, or is empty.
    """
    if not path.is_file():  # reading a pipe or a device may never end
        there = "it is a folder that cannot be read" if path.is_dir() else "it is no file"
        why = there if path.exists() else "there is no such file"
        raise UnreadableFileError(why)
    try:
        content = path.read_bytes()
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
        raise UnreadableFileError(why) from error
    if not content.strip():
        why = "it is empty"
        raise UnreadableFileError(why)
    return content


def read_json(path: Path) -> object:
    """The value that a JSON file holds.

    Raises:
        UnreadableError: It is no file, may not be read, is empty or is not JSON.
    """
    return parse_json(read_bytes(path))


def parse_json(content: bytes) -> object:
    """The value that JSON text is of.

    Raises:
        UnreadableError: It is not JSON.
    """
    try:
        value: object = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        why = "it is not UTF-8 text"
        raise UnreadableFileError(why) from error
    except json.JSONDecodeError as error:
        why = f"it is not JSON, or cut short: {error.msg} in line {error.lineno}"
        raise UnreadableFileError(why) from error
    except (RecursionError, ValueError) as error:
        why = "its JSON is nested too deeply, or holds a number of too many digits"
        raise UnreadableFileError(why) from error
    return value


def as_table(value: object) -> dict[str, Any]:
    """A value as an object of JSON; an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def as_number(value: object) -> float | None:
    """A value as a finite number of sound size; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) <= _LARGEST else None


def as_count(value: object) -> int | None:
    """A value as a number of examples, at least 1; None where it is none."""
    number = as_number(value)
    is_count = number is not None and 1 <= number < 2**53 and number.is_integer()
    return int(number) if number is not None and is_count else None


def as_error(value: object) -> float | None:
    """A value as a standard error.

    None also for exactly 0: harnesses write it where every example came out alike, which says
    nothing about how the score would vary.
    """
    number = as_number(value)
    return number if number is not None and number > 0 else None


def as_text(value: object) -> str:
    """A value as text that the tables can hold; empty where it is no text."""
    if not isinstance(value, str):
        return ""
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "").replace("\r", " ").strip()


def day_of(moment: datetime | None) -> str | None:
    """The day of a moment, `YYYY-MM-DD`."""
    return None if moment is None else moment.date().isoformat()


def moment_of(value: object) -> datetime | None:
    """The moment that a value tells: seconds since 1970, milliseconds, or ISO 8601 text.

    A moment without a zone is taken as UTC; one from before 2000 is no date of an evaluation.
    """
    number = as_number(value)
    if number is None and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            number = as_number(_number_in(value))
        else:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if number is None or not 946_684_800 <= number < 1e14:
        return None
    return datetime.fromtimestamp(number / 1_000 if number > 1e11 else number, UTC)


def _number_in(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def moment_in_name(name: str) -> datetime | None:
    """The moment that a file's name tells, as in `results_2026-01-21T03-44-18.458309.json`."""
    match = _STAMP.search(name)
    return moment_of(f"{match[1]}T{match[2]}:{match[3]}:{match[4]}") if match else None


def time_of(moment: datetime | None, path: Path) -> tuple[bool, float]:
    """What tells the newer of two runs: a stated moment before a file's own time."""
    if moment is not None:
        return (True, moment.timestamp())
    try:
        return (False, path.stat().st_mtime)
    except OSError:
        return (False, 0.0)
