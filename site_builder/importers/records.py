"""What a reader of a format hands over: scores as the files state them, and what was left out.

A reader is a function `(path, options) -> Reading`. It decides nothing that other formats decide
too: which metric stands for a task, which run is the newest, which models are a pair and what is
already in the tables is decided once, in `choose.py`, `pairing.py` and `merge.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from site_builder.records import Record, field

Scale = Literal["percent", "proportion", "other"]


class Measure(Record):
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


class Example(Record):
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


class Facts(Record):
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

    measures: tuple[Measure, ...] = ()
    models: tuple[Facts, ...] = ()
    tasks: tuple[Facts, ...] = ()
    examples: tuple[Example, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    files: int = 0


class Options(Record):
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
    scale: Scale | None = None
    subtasks: bool = False
    examples: bool = False


Reader = Callable[[Path, Options], Reading]


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
