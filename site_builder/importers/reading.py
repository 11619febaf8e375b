"""Define what a reader returns, and find its files."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, wraps
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from site_builder.dates import DateUnit, whole_day
from site_builder.errors import FaultsError, describe_error, unreadable
from site_builder.importers.values import (
    Choices,
    JsonObject,
    UnreadableFileError,
    as_text,
    day_of,
    moment_of,
    parse_json,
    read_bytes,
    read_json,
)
from site_builder.records import CachingRecord, Record, field, replace
from site_builder.records import grouped as grouped
from site_builder.symlinks import refuse_outside
from site_builder.tables.files import UnreadableTableError
from site_builder.tables.metrics import ScoreScale, measure_of, plain_name

WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("fields.toml").read_text(encoding="utf8")
)
"""Words in names of fields that tell `tasks` apart, and names of `files` that tell nothing."""
OF_EXAMPLES = "If these are scores of single examples, `leaderboard-site aggregate` averages them."
"""Offered where a table seems to have a row for each example."""
_PACKED = (".zip", ".gz", ".tgz", ".tar", ".xz", ".bz2", ".zst", ".7z")
_MAX_FOLDERS = 5  # above a file that is given by itself


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
        is_percent, has_sign: Whether the file marks the score as a percentage, and in its cell.
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
    has_sign: bool = False
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
        what: Files, columns, rows and cells are reported one by one, scores are counted.
        fix: What to do about it, as a sentence; empty where that is obvious.
        paste: Keys of `[import]` that do it, one in the place of another.
    """

    where: str
    why: str
    what: Literal["file", "column", "row", "cell", "score"] = "file"
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
        facets: Fields that `site.toml` declares as facets.
        directions: Whether higher is better on a task, as `[tasks]` states it; else None.
        ranks: Whether `site.toml` ranks by a task, or a measure by its id.
        scale: The unit of scores between 1 and 100, if the user stated it.
        date_unit: What numbers count that stand for dates, if the user stated it.
        higher_is_better: The direction of scores that nothing else tells, if the user stated it.
        metrics: What ranks, the preferred first, as `is_wanted` takes it.
        model: The model of files that name none; empty if the user states none.
        subtasks: Import the tasks of a group too, as parts of it.
        ours: Leave the scores as they are that the tables have.
        further: Take every column that can be a facet or a measure.
        asks: Ask, by a `FaultsError`, where the direction or the unit of scores is not known.
        ending: Ending of new tables: `.csv`, `.jsonl`; empty for Parquet.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    task_columns: tuple[str, ...] | None = None
    model_columns: tuple[str, ...] = ()
    model_by: tuple[str, ...] | None = None
    task_by: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    directions: Callable[[str], bool | None] = lambda _name: None
    ranks: Callable[[str], bool] = lambda _name: False
    scale: ScoreScale | None = None
    date_unit: DateUnit | None = None
    higher_is_better: bool | None = None
    metrics: tuple[str, ...] = ()
    model: str = ""
    subtasks: bool = False
    examples: bool = False
    ours: bool = False
    further: bool = False
    asks: bool = True
    ending: str = ""

    @property
    def named_columns(self) -> set[str]:
        """The columns of a table that `site.toml` names."""
        return {*self.columns.values(), *(self.task_columns or ()), *self.model_columns}

    def is_setting(self, field: str) -> bool:
        """Whether a field, also of numbers, tells runs apart, by its name or by `site.toml`."""
        last = field.rpartition(".")[2]
        names = {*map(plain_name, (*(self.model_by or ()), *self.task_by, *self.facets))}
        return measure_of(last) == "setting" or bool(names & {*map(plain_name, (field, last))})


Reader = Callable[[Path, ImportOptions], Reading]


class Found(CachingRecord):
    """A file, and its name in messages and tables, which publishes no folder of the machine."""

    path: Path
    shown: str

    @property
    def is_named(self) -> bool:
        """Whether this file was given, not a folder that it is in."""
        return len(Path(self.shown).parts) == 1

    @cached_property
    def places(self) -> dict[str, str]:
        """The names of the file and of the folders that it is in, up to the given path."""
        parts = Path(self.shown).with_suffix("").parts
        if self.is_named:
            above = self.path.absolute().parent.parts[1:]
            parts = (*above[-_MAX_FOLDERS:], *parts)
        file, *folders = map(as_text, reversed(parts))
        numbered = enumerate(folders, start=1)
        return {"file": file} | {f"folder {n}" if n > 1 else "folder": f for n, f in numbered}

    def beside(self, name: str) -> Found:
        """Return what has a name in the folder of this file."""
        return Found(self.path.with_name(name), Path(self.shown).with_name(name).as_posix())

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

    def dated(self, text: str, date: str | None, link: str = "") -> dict[str, Any]:
        """Return what `provenance` does of a date as far as it is stated, which a text says."""
        moment = (moment_of(text) or moment_of(whole_day(date))) if date else None
        return self.provenance(moment, link) | {"date": date}


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


def leave_samples(found: Found, options: ImportOptions, name: str) -> Reading:
    """Leave examples to the reader of the file `name` beside them, with the option `examples`."""
    if not (options.examples or found.is_named):
        what = "it has scores of single examples, which --examples reads"
        return Reading(skipped=(Skipped(found.shown, what, what="score"),))
    if found.beside(name).path.is_file() and not found.is_named:
        return Reading()
    why = f"its examples are read with {name}, which states their task"
    fix = "Name the folder of both, with --examples."
    return Reading(skipped=(Skipped(found.shown, why, "row", fix),))


def read_json_lines(found: Found) -> Iterator[tuple[str, JsonObject, str]]:
    """Yield the place of each line of a file, the object there, and why there is none."""
    for number, line in enumerate(read_bytes(found.path).splitlines(), start=1):
        if line.strip():
            sample, why = JsonObject(), ""
            try:
                sample = JsonObject(parse_json(line))
            except UnreadableFileError as error:
                why = str(error)
            yield f"{found.shown}:{number}", sample, why


def find_files(path: Path, hidden: str = "") -> Iterator[Found]:
    """Yield the file at a path, or every file below a folder, sorted by name.

    Hidden files and folders are left out, but for folders of the name `hidden`; links to folders
    are not followed.

    Raises:
        FaultsError: A link leads out of the folder, or part of it cannot be read.
    """
    if not path.is_dir():
        yield Found(path, as_text(path.name))
        return
    top = path.resolve().name
    closed: list[OSError] = []
    folders: list[Path] = []
    files: list[Path] = []
    for folder, names, inside in os.walk(path, onerror=closed.append):
        names[:] = sorted(n for n in names if n == hidden or not n.startswith("."))
        folders += (Path(folder, name) for name in names)
        files += (Path(folder, name) for name in sorted(inside) if not name.startswith("."))
    if closed:
        raise FaultsError(unreadable(error.filename, error) for error in closed)
    refuse_outside((*folders, *files), path)
    for file in files:
        yield Found(file, as_text(Path(top, file.relative_to(path)).as_posix()))


def read_each(files: Iterable[Found], read: Callable[[Found], Reading]) -> Reading:
    """Read each file and join the readings; what one raises is a line, and the others are read."""
    readings: list[Reading] = []
    for found in files:
        try:
            reading = read(found)
            readings.append(replace(reading, files=1) if reading.measures else reading)
            continue
        except UnreadableFileError as error:
            skipped = Skipped(found.shown, str(error), fix=error.fix, paste=error.paste)
        except UnreadableTableError as error:
            skipped = Skipped(error.fault(found.shown).where, error.what, fix=error.fix)
        except Exception as error:
            fix = "If the file is sound, report this as a bug."
            skipped = Skipped(found.shown, f"{UNEXPECTED} {describe_error(error)}", fix=fix)
        readings.append(Reading(skipped=(skipped,)))
    return joined(readings)


UNEXPECTED = "reading it failed:"
"""Begins the reason of a file that raised an error which its reader does not expect."""
