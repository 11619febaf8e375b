"""Define what a reader returns, and read its files safely."""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from site_builder.errors import FaultsError, describe_error, unreadable
from site_builder.records import Record, field, replace
from site_builder.symlinks import refuse_outside
from site_builder.tables.files import UnreadableTableError
from site_builder.tables.metrics import ScoreScale
from site_builder.tables.schema import LARGEST

DATA_SETS = "https://huggingface.co/datasets/"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""The id of a repository on Hugging Face."""
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T _-](\d\d)[-:](\d\d)[-:](\d\d)")
Choices = tuple[Mapping[str, Any], ...]
"""Answers to a question, the likely one first: keys of `[import]`, and what they mean as `#`."""
WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("fields.toml").read_text(encoding="utf8")
)
"""Words in names of fields that tell `tasks` apart, and names of `files` that tell nothing."""
_PACKED = (".zip", ".gz", ".tgz", ".tar", ".xz", ".bz2", ".zst", ".7z")
_MAX_FOLDERS = 5  # above a file that is given by itself
_NOT_UTF_8 = "it is not UTF-8 text; save it as UTF-8"
_T = TypeVar("_T")


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
        evaluator_relationship: Whose score it is, as Every Eval Ever says it: `first_party`.
        tool: The software that measured it, with its version.
        retrieved: Day on which the score was taken from somewhere else, `YYYY-MM-DD`.
        base: The model that `model` was tuned from, if the file states it.
        is_percent: Whether the file marks the score as a percentage.
        main: Whether the format itself calls this the main score of the task.
        time: Seconds since 1970 that the file states, by which runs are ordered; the first counts
            most. Empty if it states none: the time of a file says nothing about a run.
        where: The file, from the given path on, and the part of it that states the score.
        places: The names of the file and its folders, as `Found` has them.
        facets: How the model was run, by name, such as `agent`: what makes it another entry.
        measures: What else was measured, by name, such as `cost_usd`, of this task alone.
        fields: What else the record states, by name: what may tell it from others of the model.
        version: The version of the task; empty if the file states none.
        record: The whole run that states it, where a file has one; empty where a run has several.
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
    evaluator_relationship: str | None = None
    tool: str | None = None
    retrieved: str | None = None
    base: str | None = None
    variant: str | None = None
    is_percent: bool = False
    main: bool = False
    time: tuple[float, ...] = ()
    where: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    record: str = ""


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
        why: What tells `higher_is_better` of a task, to be reported.
    """

    id: str
    values: Mapping[str, Any]
    metric: str = ""
    why: str = "the file"


class Skipped(Record):
    """Something that was not read, and why.

    Attributes:
        why: The reason, as a phrase: `it is not JSON`.
        what: Files and rows are reported one by one, scores are counted.
        fix: What to do about it, as a sentence; empty where that is obvious.
        paste: Keys of `[import]` that do it, one in the place of another.
    """

    where: str
    why: str
    what: Literal["file", "row", "score"] = "file"
    fix: str = ""
    paste: Choices = ()


class FurtherColumn(Record):
    """A column of a table that is neither model, task nor score.

    Attributes:
        id: What it is called in the results.
        is_measure: Whether it holds numbers, which are a measure; else its texts are a facet.
        unit: The unit that its name states; empty if it states none.
        is_cost: Whether its name tells that less is better.
        is_of_row: Whether each number is of several scores together.
        is_taken: Whether the scores have its values.
    """

    id: str
    column: str
    is_measure: bool
    unit: str = ""
    is_cost: bool = False
    is_of_row: bool = False
    is_taken: bool = False


class Reading(Record):
    """Everything that a reader found at one path.

    Attributes:
        notes: What the reader assumed, such as the columns that it guessed.
        guessed, others: Columns of numbers that were taken for tasks, and those that were not.
        further: Columns that can be facets and measures.
        files: Number of files with a score.
    """

    measures: tuple[ImportedScore, ...] = ()
    models: tuple[ImportedRow, ...] = ()
    tasks: tuple[ImportedRow, ...] = ()
    examples: tuple[ImportedExample, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    further: tuple[FurtherColumn, ...] = ()
    files: int = 0


class ImportOptions(Record):
    """Options from the command line and from `[import]` of `site.toml`.

    Attributes:
        columns: Column of a table by the column of the schema that it holds.
        task_columns: Columns of a wide table that are tasks; None to guess them.
        model_columns: Columns of a table that are models; it has a row for each task.
        model_by: Fields of a record that are part of the name of its model; None if not stated.
        task_by: Fields of a record that are part of the names of its tasks.
        scale: The unit of scores between 1 and 100, if the user stated it.
        higher_is_better: The direction of scores that nothing else tells, if the user stated it.
        metrics: What ranks, the preferred first, as `is_wanted` takes it.
        model: The model of files that name none; empty if the user states none.
        subtasks: Import the tasks of a group too, as parts of it.
        ours: Leave the scores as they are that the tables have.
        further: Take every column that can be a facet or a measure.
        asks: Raise an `UnclearScoresError` where the direction or the unit of scores is not known.
        ending: Ending of new tables: `.csv`, `.jsonl`; empty for Parquet.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    task_columns: tuple[str, ...] | None = None
    model_columns: tuple[str, ...] = ()
    model_by: tuple[str, ...] | None = None
    task_by: tuple[str, ...] = ()
    scale: ScoreScale | None = None
    higher_is_better: bool | None = None
    metrics: tuple[str, ...] = ()
    model: str = ""
    subtasks: bool = False
    examples: bool = False
    ours: bool = False
    further: bool = False
    asks: bool = True
    ending: str = ""


Reader = Callable[[Path, ImportOptions], Reading]


class UnreadableFileError(Exception):
    """A file cannot be read: why, as a phrase, and what to do about it, as in `Skipped`."""

    def __init__(self, *, why: str, fix: str = "", paste: Choices = ()) -> None:
        super().__init__(why)
        self.fix, self.paste = fix, paste


class Limit(Record):
    """The most of something that a file may hold; `what` is counted, in the plural."""

    most: int
    what: str
    fix: str = "Split the file, or leave out what is not a score."

    def check(self, found: int) -> None:
        """Raise an `UnreadableFileError` if there is more."""
        if found > self.most:
            why = f"it has {found:,} {self.what}, the limit is {self.most:,}"
            raise UnreadableFileError(why=why, fix=self.fix)

    def take(self, items: Iterable[_T]) -> list[_T]:
        """Return the items as a list; count without keeping them if there are more."""
        rest = iter(items)
        kept = list(islice(rest, self.most))
        self.check(len(kept) + sum(1 for _ in rest))
        return kept


# A file of 250 MB takes about 5 GB of memory in the worst case, as JSON of empty objects.
FILE_BYTES = Limit(250_000_000, "bytes")
UNPACKED_BYTES = Limit(100_000_000, "bytes when unpacked")
ARCHIVE_MEMBERS = Limit(1_000_000, "members")
ROWS = Limit(1_000_000, "rows")
COLUMNS = Limit(10_000, "columns")
CELLS = Limit(10_000_000, "cells")
SCORES = Limit(1_000_000, "scores, with those that are empty or no number")
RUNS = Limit(100, "runs")
GROUP_MEMBERS = Limit(100_000, "tasks in groups, counted once per group")
YAML_CHARACTERS = Limit(1_000_000, "characters of YAML")
YAML_VALUES = Limit(
    200_000, "YAML values, counted wherever an alias repeats them", "Remove the aliases."
)
TEXT_CHARACTERS = Limit(10_000, "characters in one name or text", "Shorten the text.")


class Found(Record):
    """A file, and its name in messages and tables, which publishes no folder of the machine."""

    path: Path
    shown: str

    @property
    def is_named(self) -> bool:
        """Whether this file was given, not a folder that it is in."""
        return len(Path(self.shown).parts) == 1

    @property
    def places(self) -> dict[str, str]:
        """The names of the file and of the folders that it is in, up to the given path."""
        parts = Path(self.shown).with_suffix("").parts
        if self.is_named:
            above = self.path.absolute().parent.parts[1:]
            parts = (*above[-_MAX_FOLDERS:], *parts)
        file, *folders = map(as_text, reversed(parts))
        numbered = enumerate(folders, start=1)
        return {"file": file} | {f"folder {n}" if n > 1 else "folder": f for n, f in numbered}

    def check_ending(self, *allowed: str) -> None:
        """Raise an `UnreadableFileError` if the name of the file ends in something else."""
        ending = self.path.suffix.lower()
        if ending not in allowed:
            is_not = "is not" if len(allowed) == 1 else "is none of"
            why = f"{ending or 'no ending'} {is_not} {', '.join(allowed)}"
            fix = "Unpack it, and name its folder." if ending in _PACKED else ""
            raise UnreadableFileError(why=why, fix=fix)

    def object(self) -> JsonObject:
        """Return the object in a JSON file, or raise an `UnreadableFileError`."""
        self.check_ending(".json")
        return JsonObject(read_json(self.path))

    def provenance(self, moment: datetime | None, link: str = "") -> dict[str, Any]:
        """Return the fields of a score that tell where it is from and when it was measured."""
        return {
            "date": day_of(moment),
            "source": link or self.shown,
            "time": (moment.timestamp(),) if moment else (),
            "where": self.shown,
            "places": self.places,
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


def of_files(read: Callable[[Found, ImportOptions], Reading]) -> Reader:
    """Make the reader of a file one of a path: of the file there, or of all below a folder."""

    @wraps(read)
    def read_path(path: Path, options: ImportOptions) -> Reading:
        return read_each(find_files(path), lambda found: read(found, options))

    return read_path


def find_files(path: Path) -> Iterator[Found]:
    """Yield the file at a path, or every file below a folder, sorted by name.

    Hidden files and folders are left out; links to folders are not followed.

    Raises:
        FaultsError: A link leads out of the folder, or part of it cannot be read.
    """
    if not path.is_dir():
        yield Found(path, as_text(path.name))
        return
    top = path.resolve().name
    closed: list[OSError] = []
    files: list[Path] = []
    for folder, names, inside in os.walk(path, onerror=closed.append):
        names[:] = sorted(name for name in names if not name.startswith("."))
        files += (Path(folder, name) for name in sorted(inside) if not name.startswith("."))
    if closed:
        raise FaultsError(unreadable(error.filename, error) for error in closed)
    refuse_outside(files, path)
    for file in files:
        yield Found(file, as_text(Path(top, file.relative_to(path)).as_posix()))


def read_each(files: Iterable[Found], read: Callable[[Found], Reading]) -> Reading:
    """Read each file, count those with scores, and join the readings.

    Whatever reading a file raises is one line, so that the other files are imported.
    """
    return joined(_read_or_skip(found, read) for found in files)


def _read_or_skip(found: Found, read: Callable[[Found], Reading]) -> Reading:
    try:
        reading = read(found)
        return replace(reading, files=1) if reading.measures else reading
    except UnreadableFileError as error:
        skipped = Skipped(found.shown, str(error), fix=error.fix, paste=error.paste)
    except UnreadableTableError as error:
        skipped = Skipped(error.fault(found.shown).where, error.what, fix=error.fix)
    except Exception as error:
        fix = "If the file is sound, report this as a bug."
        skipped = Skipped(found.shown, f"{UNEXPECTED} {describe_error(error)}", fix=fix)
    return Reading(skipped=(skipped,))


UNEXPECTED = "reading it failed:"
"""Begins the reason of a file that raised an error which its reader does not expect."""


def check_file(path: Path) -> None:
    """Raise an `UnreadableFileError` if there is no file, or nothing in it."""
    if not _read_start(path, 1):
        raise UnreadableFileError(why="it is empty")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; if there is none, raise an `UnreadableFileError`."""
    content = _read_start(path, FILE_BYTES.most + 1)
    FILE_BYTES.check(max(len(content), path.stat().st_size))
    if not content.strip():
        raise UnreadableFileError(why="it is empty")
    return content


def _read_start(path: Path, most: int) -> bytes:
    if not path.is_file():  # reading a pipe or a device may never end
        why = "it is not a file" if path.exists() else "there is no such file"
        raise UnreadableFileError(why=why)
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableFileError(why=f"it cannot be read: {error.strerror}") from error


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; if it cannot be read, raise an `UnreadableFileError`."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(why=_NOT_UTF_8) from error


def read_json(path: Path) -> object:
    """Return the value of a JSON file; if it cannot be read, raise an `UnreadableFileError`."""
    return parse_json(read_bytes(path))


def parse_json(content: bytes) -> object:
    """Return the value of JSON text; if it is none, raise an `UnreadableFileError`."""
    why = "its JSON is nested too deeply, or has a number with too many digits"
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(why=_NOT_UTF_8) from error
    except json.JSONDecodeError as error:
        why = f"it is not JSON, or cut short: {error.msg} in line {error.lineno}"
        raise UnreadableFileError(why=why) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableFileError(why=why) from error


def as_list(value: object) -> list[Any]:
    """Return a JSON list, or an empty one for any other value."""
    return value if isinstance(value, list) else []


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
    """Return text that the tables can hold, or an empty text.

    A very long text is an `UnreadableFileError`: a file could repeat it in each of its scores.
    """
    if not isinstance(value, str):
        return ""
    TEXT_CHARACTERS.check(len(value))
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "").replace("\r", " ").strip()


def as_link(value: object) -> str | None:
    """Return the address of a web page, or None."""
    text = as_text(value)
    return text if text.startswith(("http://", "https://")) else None


def data_set_link(name: str) -> str | None:
    """Return the address of a data set on Hugging Face by its id; None without an id."""
    return f"{DATA_SETS}{name}" if name else None


def flag_of_part(ran: int | None, has: int | None) -> str | None:
    """Return the caveat of a score for which only some of the examples were run."""
    if ran is None or has is None or ran >= has:
        return None
    return f"Measured on {ran:,} of {has:,} examples."


def is_wanted(text: str, task: str, metric: str) -> bool:
    """Return whether `NAME` or `TASK=NAME` names this metric; parts of a task are of the task."""
    stated = text.removesuffix(f"={metric}")
    return text == metric or (stated != text and (task == stated or task.startswith(f"{stated} (")))


def rounded_mean(values: Iterable[float]) -> float:
    """Return the mean to twelve digits: a sum of binary fractions has digits that they lack."""
    return float(f"{statistics.fmean(values):.12g}")


def day_of(moment: datetime | None) -> str | None:
    """Return the day of a moment as `YYYY-MM-DD`."""
    return None if moment is None else moment.date().isoformat()


def moment_in_name(name: str) -> datetime | None:
    """Return the moment in the name of a file: `results_2026-01-21T03-44-18.json`."""
    match = _STAMP.search(name)
    return moment_of("{}T{}:{}:{}".format(*match.groups())) if match else None


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


def _typed(convert: Callable[[object], _T]) -> Callable[..., _T]:
    """Return a method that finds a value by its names and converts it."""

    def read(values: JsonObject, *names: str) -> _T:
        return convert(values.at(*names))

    return read


class JsonObject(Mapping[str, Any]):
    """A JSON object whose values are read in a type; empty for any other value.

    The methods take the names on the way to a value: `values.text("config", "model")`. What is not
    there or of another type is an empty text, an empty list, an empty object, or None.
    """

    def __init__(self, value: object = None) -> None:
        self._values: Mapping[str, Any] = value if isinstance(value, Mapping) else {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def at(self, *names: str) -> Any:  # noqa: ANN401 - JSON holds anything
        """Return a value as it is."""
        value: Any = self._values
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def object(self, *names: str) -> JsonObject:
        """Return an object."""
        return JsonObject(self.at(*names))

    list = _typed(as_list)
    all = _typed(lambda value: [JsonObject(item) for item in as_list(value)])
    text = _typed(as_text)
    link = _typed(as_link)
    number = _typed(as_number)
    count = _typed(as_count)
    error = _typed(as_error)
    boolean = _typed(lambda value: value if isinstance(value, bool) else None)
    moment = _typed(moment_of)
    day = _typed(lambda value: day_of(moment_of(value)))
