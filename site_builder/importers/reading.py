"""Define what a reader returns, and read its files safely."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from site_builder.records import Record, field
from site_builder.symlinks import refuse_outside
from site_builder.tables.schema import LARGEST

ScoreScale = Literal["percent", "proportion", "other"]


class ImportedScore(Record):
    """One score as a file states it.

    Attributes:
        model: What was run, with revision and adapter. Two runs of one `model` measure the same.
        score: The score, in the unit of the metric; finite.
        metric: The metric, as the file names it; empty if unknown.
        setting: What else changes the score, such as a filter or `5-shot`.
        date: Day of the measurement, `YYYY-MM-DD`.
        source: The file, shown from the given path on, or a link.
        flag: Why the score needs caution.
        base: The model that `model` was tuned from, if the file states it.
        main: Whether the format itself calls this the main score of the task.
        time: Orders runs by age: whether the moment is stated, and the moment (else file time).
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
    """The score of one example; the other fields are as in the `ImportedScore` of all examples."""

    model: str
    task: str
    metric: str
    setting: str
    example: str
    score: float
    source: str | None


class ImportedRow(Record):
    """What a file states about a model or a task.

    Attributes:
        id: The model or task, as `ImportedScore` names it.
        values: Values by column of the schema; None is unknown.
        metric: The metric that the values of a task are valid for; empty for any.
    """

    id: str
    values: Mapping[str, Any]
    metric: str = ""


class Skipped(Record):
    """Something that was not read, and why.

    Attributes:
        why: The reason, as a phrase: `it is not JSON`.
        what: Files and rows are reported one by one, scores are counted.
    """

    where: str
    why: str
    what: Literal["file", "row", "score"] = "file"


class Reading(Record):
    """Everything that a reader found at one path.

    Attributes:
        notes: What the reader assumed, such as the columns that it guessed.
        unclear: Scores of an unknown unit: `results.csv: 71.3 of task 'a'`.
        files: Number of files with a score.
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
    """Options from the command line and from `[import]` of `site.toml`.

    Attributes:
        columns: Column of a table by the column of the schema that it holds.
        task_columns: Columns of a wide table that are tasks; None to guess them.
        scale: The unit of scores between 1 and 100, if the user stated it.
        subtasks: Import the tasks of a group instead of the group.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    task_columns: tuple[str, ...] | None = None
    scale: ScoreScale | None = None
    subtasks: bool = False
    examples: bool = False


Reader = Callable[[Path, ImportOptions], Reading]


class UnreadableFileError(Exception):
    """A file cannot be read, and why, as a phrase."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


class Found(Record):
    """A file, and its name in messages and tables, which publishes no folder of the machine."""

    path: Path
    shown: str

    def provenance(self, moment: datetime | None, link: str = "") -> dict[str, Any]:
        """Return the fields of a score that tell where it is from and when it was measured."""
        written = 0.0
        with suppress(OSError):
            written = self.path.stat().st_mtime
        return {
            "date": day_of(moment),
            "source": link or self.shown,
            "time": (True, moment.timestamp()) if moment else (False, written),
        }


def joined(readings: Iterable[Reading]) -> Reading:
    """Join several readings into one, in order."""
    every = list(readings)
    lists = {
        name: tuple(chain.from_iterable(getattr(reading, name) for reading in every))
        for name in Reading.__struct_fields__
        if name != "files"
    }
    return Reading(**lists, files=sum(reading.files for reading in every))


def find_files(path: Path) -> Iterator[Found]:
    """Yield the file at a path, or every file below a folder, sorted by name.

    Hidden files and folders are left out; links to folders are not followed.

    Raises:
        FaultsError: A link leads out of the folder.
    """
    if not path.is_dir():
        yield Found(path, as_text(path.name))
        return
    top = path.resolve().name
    closed: list[Path] = []
    files: list[Path] = []
    for folder, names, inside in os.walk(path, onerror=lambda e: closed.append(Path(e.filename))):
        names[:] = sorted(name for name in names if not name.startswith("."))
        files += (Path(folder, name) for name in sorted(inside) if not name.startswith("."))
    refuse_outside(files, path)
    for file in (*files, *closed):
        yield Found(file, as_text(Path(top, file.relative_to(path)).as_posix()))


def read_each(files: Iterable[Found], read: Callable[[Found], Reading]) -> Reading:
    """Read each file and join the readings; files with an `UnreadableFileError` are skipped."""
    readings: list[Reading] = []
    for found in files:
        try:
            readings.append(read(found))
        except UnreadableFileError as error:
            readings.append(Reading(skipped=(Skipped(found.shown, str(error)),)))
    return joined(readings)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; if there is none, raise an `UnreadableFileError`."""
    if not path.is_file():  # reading a pipe or a device may never end
        there = "it is a folder that cannot be read" if path.is_dir() else "it is not a file"
        raise UnreadableFileError(why=there if path.exists() else "there is no such file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(why=f"it cannot be read: {error.strerror}") from error
    if not content.strip():
        raise UnreadableFileError(why="it is empty")
    return content


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; if it cannot be read, raise an `UnreadableFileError`."""
    return _decoded(read_bytes(path))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(why="it is not UTF-8 text; save it as UTF-8") from error


def read_json(path: Path) -> object:
    """Return the value of a JSON file; if it cannot be read, raise an `UnreadableFileError`."""
    return parse_json(read_bytes(path))


def parse_json(content: bytes) -> object:
    """Return the value of JSON text; if it is none, raise an `UnreadableFileError`."""
    try:
        return json.loads(_decoded(content))
    except json.JSONDecodeError as error:
        why = f"it is not JSON, or cut short: {error.msg} in line {error.lineno}"
        raise UnreadableFileError(why=why) from error
    except (RecursionError, ValueError) as error:
        why = "its JSON is nested too deeply, or has a number with too many digits"
        raise UnreadableFileError(why=why) from error


def as_table(value: object, *names: str) -> dict[str, Any]:
    """Return a JSON object, or the one at a path of names in it; empty if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON list, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def as_tables(value: object) -> list[dict[str, Any]]:
    """Return the items of a JSON list as objects."""
    return list(map(as_table, as_list(value)))


def as_number(value: object) -> float | None:
    """Return a finite number that the tables accept, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST else None


def as_count(value: object) -> int | None:
    """Return a whole number of at least 1, or None."""
    number = as_number(value)
    if number is None or not 1 <= number < 2**53 or not number.is_integer():
        return None
    return int(number)


def as_error(value: object) -> float | None:
    """Return a standard error above 0, or None.

    Harnesses write 0 if all examples have the same score, which says nothing about the error.
    """
    number = as_number(value)
    return number if number is not None and number > 0 else None


def as_text(value: object) -> str:
    """Return text that the tables can hold, or an empty text."""
    if not isinstance(value, str):
        return ""
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "").replace("\r", " ").strip()


def day_of(moment: datetime | None) -> str | None:
    """Return the day of a moment as `YYYY-MM-DD`."""
    return None if moment is None else moment.date().isoformat()


def moment_of(value: object) -> datetime | None:
    """Parse seconds or milliseconds since 1970, or ISO 8601 text.

    A moment without a zone is UTC. Moments before 2000 give None.
    """
    if isinstance(value, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        with suppress(ValueError):
            value = float(value)
    number = as_number(value)
    if number is None or not 946_684_800 <= number < 1e14:
        return None
    return datetime.fromtimestamp(number / 1_000 if number > 1e11 else number, UTC)
