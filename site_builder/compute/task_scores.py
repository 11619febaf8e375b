"""The scores of a task, or of a model, as records that are made when they are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, repeat, starmap
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from site_builder.compute.cells import Cells
from site_builder.compute.numbers import numbers, pairs

EVERY = slice(None)


class TaskScore(NamedTuple):
    """One score of a task.

    Attributes:
        rank: Among the scores of its variant, equals sharing the better.
        lift_over_base, lift_over_baseline: How much better it is.
        stderr: Its standard error, as stated or from the examples; None where it is not known.
        interval: Its 95 % interval (docs/statistics.md#error-of-a-score).
        n: Examples that it was measured on.
        tied_with_best: Whether it cannot be told from the best score of its variant
            (docs/statistics.md#ties-on-a-task); None where the errors are not known.
        flag: Why it should be read with care; None for no reservation.
    """

    model: str
    variant: str
    score: float
    rank: int
    lift_over_base: float | None
    lift_over_baseline: float | None
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    tied_with_best: bool | None = None
    flag: str | None = None


class TaskScores(Sequence[TaskScore]):
    """The scores of a task, by variant (primary first) and rank.

    The records are made when one of them is first looked at: a large board has hundreds of
    thousands, and a page shows some. What a page asks of all of them needs none.
    """

    def __init__(self, cells: Mapping[str, Cells], column: int) -> None:
        self._cells, self._column = cells, column

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self) -> Iterator[TaskScore]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._records == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as any sequence that compares its items

    def __repr__(self) -> str:
        return repr(self._records)

    @overload
    def __getitem__(self, place: int) -> TaskScore: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[TaskScore, ...]: ...
    def __getitem__(self, place: int | slice) -> TaskScore | tuple[TaskScore, ...]:
        return self._records[place]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of scores by variant; one without a score is absent."""
        counts = {variant: cells.counts[self._column] for variant, cells in self._cells.items()}
        return Counter({variant: n for variant, n in counts.items() if n})

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models that have a score, each once, by the first of their scores."""
        ordered = chain.from_iterable(self._rows(c).tolist() for c in self._cells.values())
        names = next((cells.models for cells in self._cells.values()), ())
        return tuple(names[row] for row in dict.fromkeys(ordered))

    @cached_property
    def with_intervals(self) -> frozenset[str]:
        """The variants in which the error of any of them is known."""
        at = {v: (self._rows(cells), self._column) for v, cells in self._cells.items()}
        known = {v: cells.known for v, cells in self._cells.items()}
        ends = ((v, known[v].low[at[v]], known[v].high[at[v]]) for v in at)
        return frozenset(v for v, *both in ends if not np.isnan(both).any(axis=0).all())

    def of(self, models: Sequence[str]) -> Mapping[str, Mapping[str, TaskScore]]:
        """The scores of some models, by model and variant; one without a score has none."""
        found: dict[str, dict[str, TaskScore]] = {model: {} for model in models}
        for cells in self._cells.values():
            known = [cells.rows[model] for model in models if model in cells.rows]
            rows = np.array(known, dtype=np.intp)
            rows = rows[~np.isnan(cells.score[rows, self._column])]
            for score in _records(cells, rows, np.full(len(rows), self._column)):
                found[score.model][score.variant] = score
        return found

    @cached_property
    def _records(self) -> tuple[TaskScore, ...]:
        return tuple(s for cells in self._cells.values() for s in self._ranking(cells))

    def _ranking(self, cells: Cells) -> Iterator[TaskScore]:
        rows = self._rows(cells)
        return _records(cells, rows, np.full(len(rows), self._column))

    def _rows(self, cells: Cells) -> npt.NDArray[np.intp]:
        """The rows that have a score, by rank."""
        ranks = cells.rank[:, self._column]
        return np.argsort(ranks, kind="stable")[: cells.counts[self._column]]


def scores_of_model(
    cells: Mapping[str, Cells], row: int, among: npt.NDArray[np.intp] | slice = EVERY
) -> Mapping[str, Mapping[str, TaskScore]]:
    """The scores of a model, by task and variant; a task without one is absent.

    Args:
        cells: The scores.
        row: The model's.
        among: The columns of the tasks that are asked for.
    """
    found: dict[str, dict[str, TaskScore]] = {}
    for of_variant in cells.values():
        asked = np.arange(len(of_variant.tasks))[among]
        columns = asked[~np.isnan(of_variant.score[row, asked])]
        records = _records(of_variant, np.full(len(columns), row), columns)
        for column, score in zip(columns.tolist(), records, strict=True):
            found.setdefault(of_variant.tasks[column], {})[of_variant.variant] = score
    return found


def _records(
    cells: Cells, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Iterator[TaskScore]:
    """The records of some cells that have a score."""
    at, known, nothing = (rows, columns), cells.known, repeat(None)
    told, counted = cells.has_errors, cells.has_examples
    places = zip(rows.tolist(), columns.tolist(), strict=True)
    each = zip(
        [cells.models[i] for i in rows.tolist()],
        repeat(cells.variant),
        cells.score[at].tolist(),
        cells.rank[at].astype(int).tolist(),
        numbers(cells.over_base[at]),
        numbers(cells.over_baseline[at]),
        numbers(known.standard[at]) if told else nothing,
        pairs(known.low[at], known.high[at]) if told else nothing,
        map(_whole, numbers(known.examples[at])) if counted else nothing,
        map(_yes, numbers(cells.tied[at])) if told else nothing,
        map(cells.reasons.get, places) if cells.reasons else nothing,
        strict=False,  # what is nothing has no end
    )
    return starmap(TaskScore, each)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _yes(value: float | None) -> bool | None:
    return None if value is None else value > 0
