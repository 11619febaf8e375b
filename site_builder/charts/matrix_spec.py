"""Hold what a matrix is made from: its rows, its columns, its scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Literal

import numpy as np

from site_builder.compute.numbers import Array, floats_or_none, mean_of, round_significant
from site_builder.compute.results import Results
from site_builder.compute.runs import Runs
from site_builder.compute.tasks import CategoryResult
from site_builder.formatting import NumberFormat
from site_builder.labels import Labels
from site_builder.records import CachingRecord, Record
from site_builder.table_model import Field, RowKind

MAX_ENTRIES, MAX_COLUMNS = 200, 60
Width = Literal["few", "some", "many"]
"""Of how many columns a screen has room, so how wide they can be (static/css/matrix.css)."""
LETTERS: Mapping[Width, int] = {"few": 8, "some": 6, "many": 4}
"""The longest number that each width holds."""
_FEW, _SOME = 8, 16  # columns
_mean = partial(mean_of, axis=1)


class MatrixColumn(Record):
    """What a column is about: a task, or the mean over the tasks of a category.

    Attributes:
        name: In its head, below that of its group.
        full: The same alone.
        tasks: The task, or those of the category.
        category: The category; None for a task.
        group: The name of its group; empty without one.
        is_whole: Whether it is its group as a whole.
        weight: What its group counts, as text; empty where that is not stated.
    """

    name: str
    full: str
    tasks: tuple[str, ...]
    scale: NumberFormat
    category: CategoryResult | None = None
    group: str = ""
    is_whole: bool = False
    weight: str = ""


class MatrixEntry(Record):
    """A row; `merits` are what ranks it, by the ids of measures."""

    model: str
    rank: int | None
    kind: RowKind
    merits: Mapping[str, float | None]

    @property
    def competes(self) -> bool:
        """Whether it is no reference."""
        return self.kind != "reference"


class MatrixSpec(CachingRecord, eq=False):
    """What a matrix is made from.

    Attributes:
        columns: In groups that follow each other.
        entries: In the order of their board, with the references that have a place in it.
        merits: The head of what ranks the entries, by the ids of measures; none has no column.
        merit_scale, lift_scale: The formats of what ranks them, and of its differences.
        folder: Name of the folder of what a script may put in place of the scores.
        tasks: All tasks of the matrix, for its titles.
        is_shared: Whether the tasks have one scale.
        title: Of the scores; empty for a count of entries and tasks.
        extra: Further columns behind what ranks the entries.
        cut: What is left out of the columns.
    """

    id: str
    folder: str
    results: Results
    labels: Labels
    columns: Sequence[MatrixColumn]
    entries: Sequence[MatrixEntry]
    merits: Mapping[str, str]
    merit_scale: NumberFormat
    lift_scale: NumberFormat
    tasks: Sequence[str]
    is_shared: bool
    title: str = ""
    extra: Sequence[Field[MatrixEntry]] = ()
    cut: str = ""

    @property
    def scores(self) -> Runs:
        """The scores that are shown: those of the primary variant."""
        return self.results.scores.primary

    @cached_property
    def baseline_values(self) -> list[float | None]:
        """The baseline's score on each task, or its mean over each category."""
        return floats_or_none(self.of_columns(self.scores.beside["baseline"].values)[0])

    @property
    def baseline(self) -> str:
        """The baseline, if it has a score on any of the tasks; else empty."""
        model = self.labels.roles.baseline
        is_known = any(value is not None for value in self.baseline_values)
        return model if model is not None and is_known else ""

    @cached_property
    def shown(self) -> Sequence[MatrixEntry]:
        """The entries that have a row."""
        return self.entries[:MAX_ENTRIES]

    @cached_property
    def places(self) -> list[int]:
        """The rows of the shown entries in the arrays."""
        return [self.scores.rows[entry.model] for entry in self.shown]

    @cached_property
    def rivals(self) -> list[int]:
        """The rows of all entries that compete, shown or not."""
        rows = self.scores.rows
        return [rows[entry.model] for entry in self.entries if entry.competes]

    @cached_property
    def direction(self) -> Array:
        """1 where higher is better, else -1; shape (columns,)."""
        scores = self.scores
        return scores.direction[[scores.columns[column.tasks[0]] for column in self.columns]]

    def of_columns(self, values: Array, merge: Callable[[Array], Array] = _mean) -> Array:
        """Return numbers of tasks, those of a column merged; shape (models, columns)."""
        at = self.scores.columns
        found = [values[:, [at[task] for task in column.tasks]] for column in self.columns]
        return np.column_stack([v[:, 0] if v.shape[1] == 1 else merge(v) for v in found])

    @property
    def width(self) -> Width:
        """How wide a column can be."""
        n = len(self.columns)
        return "few" if n <= _FEW else "some" if n <= _SOME else "many"

    @property
    def has_medians(self) -> bool:
        """Whether there are enough entries for medians."""
        return len(self.rivals) > 2

    def medians(self, values: Array) -> Array:
        """Return the medians of all entries that compete; (models, columns) to (columns,)."""
        known = (column[~np.isnan(column)] for column in values[self.rivals].T)
        return np.array([np.median(found) if len(found) else np.nan for found in known])

    def middle_merit(self, measure: str) -> float | None:
        """Return the median of what ranks the entries that compete, in a measure."""
        merits = [entry.merits.get(measure) for entry in self.entries if entry.competes]
        known = [value for value in merits if value is not None]
        return float(np.median(known)) if known else None

    def find_best(self, values: Array, of_columns: Array, direction: Array) -> Array:
        """Return where a number is the best of its column, unless all are equal.

        One of several tasks counts only where it is over all of them. Shapes: (models, tasks), and
        (models, columns); `direction` has 1 where higher is better, else -1.
        """
        at = self.scores.columns
        is_whole = np.column_stack(
            [~np.isnan(values[:, [at[t] for t in c.tasks]]).any(axis=1) for c in self.columns]
        )
        signed = np.where(is_whole, round_significant(of_columns) * direction, np.nan)
        top, least = np.fmax.reduce(signed), np.fmin.reduce(signed)
        return np.asarray((signed == top) & (top > least))
