"""Each task: who is best, how far over the baseline, what tuning brought, which are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat, starmap
from typing import Literal, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from site_builder.compute.cells import Cells, compute_cells
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.numbers import (
    Array,
    difference,
    mean_or_none,
    number,
    numbers,
    pairs,
    settled,
)
from site_builder.compute.rank_agreement import SimilarTask, compute_similar_tasks
from site_builder.compute.scores import Scores
from site_builder.compute.win_rates import compute_wins

EVERY = slice(None)


@dataclass(frozen=True)
class Best:
    """The best score on a task, and all models that have it.

    Attributes:
        models: Ids of all who tie for it.
        score: The score.
        variants: For each of the models, the variant that has it.
    """

    models: tuple[str, ...]
    score: float
    variants: tuple[str, ...]


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
        """The models that have a score, in its order, each once."""
        ordered = (c.models[row] for c in self._cells.values() for row in self._rows(c).tolist())
        return tuple(dict.fromkeys(ordered))

    @cached_property
    def have_intervals(self) -> bool:
        """Whether the error of any of them is known."""
        known = ((cells.known, self._rows(cells)) for cells in self._cells.values())
        ends = ((k.low[rows, self._column], k.high[rows, self._column]) for k, rows in known)
        return any((~np.isnan(low) & ~np.isnan(high)).any() for low, high in ends)

    def of(self, models: Sequence[str]) -> Mapping[str, Mapping[str, TaskScore]]:
        """The scores of some models, by model and variant; one without a score has none."""
        found: dict[str, dict[str, TaskScore]] = {model: {} for model in models}
        for cells in self._cells.values():
            places = {model: row for row, model in enumerate(cells.models)}
            rows = np.array([places[m] for m in models if m in places], dtype=np.intp)
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


@dataclass(frozen=True)
class TaskResult:
    """Everything about one task.

    Attributes:
        task: Its id.
        baseline_score: The baseline's score; None with no baseline, or where it has none.
        best: Best score by variant; a variant without a score is absent.
        best_contender: Best score over the variants that compete with the baseline (the tuned ones,
            if any), the baseline's own run left out.
        best_lift_over_baseline: Its difference from the baseline, positive = better.
        mean_lift_over_base: Mean over all tuned runs that have their base score.
        mean: Mean score by variant.
        scores: Every score that counts, by variant (primary first) and rank.
        flagged: The scores with a reservation, whether they count or not.
        similar: The tasks that rank models alike, most alike first.
    """

    task: str
    baseline_score: float | None
    best: Mapping[str, Best]
    best_contender: Best | None
    best_lift_over_baseline: float | None
    mean_lift_over_base: float | None
    mean: Mapping[str, float | None]
    scores: TaskScores
    flagged: tuple[FlaggedScore, ...]
    similar: tuple[SimilarTask, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of scores by variant; one without a score is absent."""
        return self.scores.counts

    @cached_property
    def reasons(self) -> Mapping[tuple[str, str], str]:
        """Why scores that count should be read with care, by model and variant."""
        return {(f.model, f.variant): f.reason for f in self.flagged if f.counts}

    @property
    def outcome(self) -> Literal["beats", "ties", "loses"] | None:
        """Whether the best contender beats the baseline; None where there is nothing to compare."""
        lift = self.best_lift_over_baseline
        return None if lift is None else "beats" if lift > 0 else "loses" if lift < 0 else "ties"


def compute_tasks(
    scores: Scores, cells: Mapping[str, Cells] | None = None
) -> tuple[TaskResult, ...]:
    """Every task of the board, in the order of the tasks table.

    Args:
        scores: The scores.
        cells: Their cells, where these are known already.
    """
    arrays = _Arrays.of(scores, compute_cells(scores) if cells is None else cells)
    similar = compute_similar_tasks(scores)
    return tuple(
        _task_result(scores, arrays, column, similar[task])
        for column, task in enumerate(scores.tasks)
    )


@dataclass(frozen=True)
class _Arrays:
    """What the results of all tasks are read from, one column a task.

    Attributes:
        wins: By variant, where a model has the best score.
        top: Where a run has the best score of the contest; its rows are the models of the first
            contest variant, then those of the next.
        best_lift: The contest's best score minus the baseline's.
        cells: The cells, by variant.
    """

    wins: Mapping[str, Array]
    top: Array
    best_lift: Array
    cells: Mapping[str, Cells]

    @classmethod
    def of(cls, scores: Scores, cells: Mapping[str, Cells]) -> _Arrays:
        variants = scores.roles.variants
        contest = np.concatenate([scores.contest(v) for v in scores.roles.contest])
        signed = settled(contest) * scores.direction
        return cls(
            wins={v: compute_wins(scores.signed[v]) for v in variants},
            top=compute_wins(signed),
            best_lift=difference(np.fmax.reduce(signed), scores.baseline * scores.direction),
            cells=cells,
        )


def _task_result(
    scores: Scores, arrays: _Arrays, column: int, similar: tuple[SimilarTask, ...]
) -> TaskResult:
    roles, task = scores.roles, scores.tasks[column]
    best = {v: _best(scores, column, (v,), arrays.wins[v]) for v in roles.variants}
    lifts = [arrays.cells[v].over_base[:, column] for v in roles.tuned]
    return TaskResult(
        task=task,
        baseline_score=number(scores.baseline[column]),
        best={v: found for v, found in best.items() if found is not None},
        best_contender=_best(scores, column, roles.contest, arrays.top),
        best_lift_over_baseline=number(arrays.best_lift[column]),
        mean_lift_over_base=mean_or_none(np.array(lifts)),
        mean={v: mean_or_none(scores.values[v][:, column]) for v in roles.variants},
        scores=TaskScores(arrays.cells, column),
        flagged=tuple(f for f in scores.flagged[task] if f.variant in roles.variants),
        similar=similar,
    )


def _best(scores: Scores, column: int, variants: tuple[str, ...], top: Array) -> Best | None:
    """The runs at the top of a task, where `top` has the models of each of the variants in turn."""
    rows = np.flatnonzero(top[:, column])
    runs = [(variants[row // len(scores.models)], row % len(scores.models)) for row in rows]
    if not runs:
        return None
    variant, model = runs[0]
    score = float(scores.values[variant][model, column])
    return Best(tuple(scores.models[m] for _, m in runs), score, tuple(v for v, _ in runs))
