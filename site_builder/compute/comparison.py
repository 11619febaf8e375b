"""A few runs against each other and the baseline, over the tasks that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import (
    Array,
    difference,
    float_or_none,
    floats_or_none,
    mean_of,
    mean_or_none,
)
from site_builder.compute.ranks import compute_wins
from site_builder.compute.scores import Scores
from site_builder.records import Record

Flags = npt.NDArray[np.bool_]


class ModelVariant(Record):
    """A model in a variant."""

    model: str
    variant: str


class Sides(Record):
    """One run against another over tasks.

    Attributes:
        ahead, level, behind: Tasks on which it is better than, equal to, worse than the other.
        mean: Mean difference over these tasks, positive = better; None where averages mean nothing.
    """

    ahead: int
    level: int
    behind: int
    mean: float | None

    @property
    def tasks(self) -> int:
        """Tasks on which both have a score."""
        return self.ahead + self.level + self.behind


class TaskComparison(Record):
    """One task.

    Attributes:
        task: Its id.
        scores: Score of each run; None where it has none.
        reference: Score of the baseline.
        best: Places of the runs at the top, all who tie counting; empty where a run has no score,
            and where there is one run only.
        margin: Best minus second best, turned so that it is never negative; 0 for a tie, None where
            `best` is empty.
    """

    task: str
    scores: tuple[float | None, ...]
    reference: float | None
    best: tuple[int, ...]
    margin: float | None


class ComparedRun(Record):
    """One of the runs, over the common tasks.

    Attributes:
        run: The run.
        average: Mean score; None where averages mean nothing.
        at_top: Tasks on which it is at the top.
        shared: Those of them on which it ties with another.
        over_baseline: The run against the baseline, on the common tasks that the baseline has too;
            None for the baseline itself, and without a task.
        over_base: The run against the same model's base scores, likewise.
    """

    run: ModelVariant
    average: float | None
    at_top: int
    shared: int
    over_baseline: Sides | None
    over_base: Sides | None


class CategoryMeans(Record):
    """Mean scores over the common tasks of one category.

    Attributes:
        category: Its name.
        tasks: How many of its tasks are common.
        means: Mean score of each run.
        best: Places of the runs with the best mean, all who tie counting; empty for one run.
        reference: Mean score of the baseline; None unless it has a score on each of these tasks.
    """

    category: str
    tasks: int
    means: tuple[float | None, ...]
    best: tuple[int, ...]
    reference: float | None


class Comparison(Record):
    """Runs against each other.

    Attributes:
        runs: Each run.
        common: Number of tasks on which every run has a score.
        tasks: Each task on which some run has a score, in the order of the tasks table.
        pair: The first run against the second; None unless there are two, with a common task.
        leaders: Places of the runs with the best mean, all who tie counting; empty for one run, and
            where averages mean nothing.
        reference: Mean score of the baseline over the common tasks; None unless it has a score on
            each of them, and averages mean something.
        categories: The categories that have a common task, and whose tasks can be averaged.
    """

    runs: tuple[ComparedRun, ...]
    common: int
    tasks: tuple[TaskComparison, ...]
    pair: Sides | None
    leaders: tuple[int, ...]
    reference: float | None
    categories: tuple[CategoryMeans, ...]


def runs_of(scores: Scores, model: str) -> tuple[ModelVariant, ...]:
    """The runs of a model that have a score: primary variant first, base last."""
    row = scores.rows[model]
    variants = scores.roles.variants
    return tuple(
        ModelVariant(model, v) for v in variants if not np.isnan(scores.values[v][row]).all()
    )


def compare_runs(
    scores: Scores,
    runs: Sequence[ModelVariant],
    categories: Mapping[str, Sequence[str]],
    *,
    averaged: bool,
) -> Comparison:
    """Runs against each other, over their common tasks: those on which each has a score.

    A task that one of them lacks is nobody's win and in nobody's mean, so that all figures are over
    one set of tasks. With d(t) = +1 where higher is better and -1 where lower is:

    - average(r) = mean of s(r, t) over the common tasks; the leader has the best mean of
      d(t) s(r, t);
    - r is at the top of a task if no run has a greater d(t) s(r, t); the margin is the greatest
      minus the second greatest of them, 0 where two tie;
    - one run is ahead of another where d(t) (s(r, t) - s(q, t)) > 0.

    Args:
        scores: The scores of the board.
        runs: From one to a few runs, no two the same.
        categories: Tasks of each category whose scores can be averaged.
        averaged: Whether averages over all tasks mean anything.

    Source: docs/statistics.md#comparison.
    """
    rows = _Rows.of(scores, runs)
    pair = _sides(difference(*rows.signed), averaged=averaged) if len(runs) == 2 else None
    tops, common = rows.tops, rows.common
    shared = (tops & (tops.sum(axis=0) > 1)).sum(axis=1)
    averages = floats_or_none(mean_of(rows.values[:, common], axis=1))
    return Comparison(
        runs=tuple(
            ComparedRun(
                run=run,
                average=averages[i] if averaged else None,
                at_top=int(tops[i].sum()),
                shared=int(shared[i]),
                over_baseline=_over_baseline(scores, run, common, averaged=averaged),
                over_base=_over_base(scores, run, common, averaged=averaged),
            )
            for i, run in enumerate(runs)
        ),
        common=int(common.sum()),
        tasks=rows.tasks(scores.tasks),
        pair=pair,
        leaders=rows.leaders(common) if averaged else (),
        reference=rows.mean_reference(common) if averaged else None,
        categories=tuple(_categories(rows, scores.tasks, categories)),
    )


class _Rows(Record):
    """The runs as arrays.

    Attributes:
        values, signed: Arrays (runs, tasks) of scores as they are, and as they are compared.
        reference: Array (tasks,) of the baseline's scores.
    """

    values: Array
    signed: Array
    reference: Array

    @classmethod
    def of(cls, scores: Scores, runs: Sequence[ModelVariant]) -> _Rows:
        places = [(run.variant, scores.rows[run.model]) for run in runs]
        values = np.array([scores.values[variant][row] for variant, row in places])
        signed = np.array([scores.signed[variant][row] for variant, row in places])
        return cls(values, signed, scores.baseline)

    @property
    def common(self) -> Flags:
        """Shape (tasks,): where every run has a score."""
        return np.asarray(~np.isnan(self.values).any(axis=0))

    @property
    def contested(self) -> Array:
        """The scores to win with, greater is better: those on the common tasks."""
        return np.where(self.common & (len(self.values) > 1), self.signed, np.nan)

    @property
    def tops(self) -> Flags:
        """Shape (runs, tasks): where a run is at the top."""
        return np.asarray(compute_wins(self.contested), dtype=np.bool_)

    def margins(self) -> list[float | None]:
        """Best minus second best of each task."""
        if len(self.values) < 2:
            return [None] * self.values.shape[1]
        second, best = np.sort(self.contested, axis=0)[-2:]
        return floats_or_none(difference(best, second))

    def tasks(self, names: Sequence[str]) -> tuple[TaskComparison, ...]:
        """The tasks on which some run has a score."""
        tops, margins, reference = self.tops, self.margins(), floats_or_none(self.reference)
        return tuple(
            TaskComparison(
                name, tuple(floats_or_none(column)), reference[j], _places(tops[:, j]), margins[j]
            )
            for j, name in enumerate(names)
            for column in [self.values[:, j]]
            if not np.isnan(column).all()
        )

    def leaders(self, tasks: Flags) -> tuple[int, ...]:
        """Who has the best mean over these tasks."""
        if len(self.signed) < 2:
            return ()
        merit = mean_of(self.signed[:, tasks], axis=1)
        return _places(np.asarray(compute_wins(merit[:, np.newaxis])[:, 0], dtype=np.bool_))

    def mean_reference(self, tasks: Flags) -> float | None:
        """Mean score of the baseline over these tasks, if it has a score on each."""
        found = self.reference[tasks]
        return None if np.isnan(found).any() else mean_or_none(found)


def _places(there: Flags) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(there))


def _sides(differences: Array, *, averaged: bool) -> Sides | None:
    """The sides of zero on which differences lie; None where there is none."""
    if np.isnan(differences).all():
        return None
    return Sides(
        ahead=int((differences > 0).sum()),
        level=int((differences == 0).sum()),
        behind=int((differences < 0).sum()),
        mean=mean_or_none(differences) if averaged else None,
    )


def _over_baseline(
    scores: Scores, run: ModelVariant, common: Flags, *, averaged: bool
) -> Sides | None:
    roles = scores.roles
    if (run.model, run.variant) == (roles.baseline, roles.baseline_variant):
        return None
    lifts = scores.lift_over_baseline(run.variant)[scores.rows[run.model]]
    return _sides(lifts[common], averaged=averaged)


def _over_base(scores: Scores, run: ModelVariant, common: Flags, *, averaged: bool) -> Sides | None:
    lifts = scores.lift_over_base(run.variant)[scores.rows[run.model]]
    return _sides(lifts[common], averaged=averaged)


def _categories(
    rows: _Rows, tasks: Sequence[str], categories: Mapping[str, Sequence[str]]
) -> list[CategoryMeans]:
    found = []
    for name, own in categories.items():
        mine = rows.common & np.isin(tasks, own)
        if mine.any():
            means = tuple(float_or_none(mean) for mean in mean_of(rows.values[:, mine], axis=1))
            best, reference = rows.leaders(mine), rows.mean_reference(mine)
            found.append(CategoryMeans(name, int(mine.sum()), means, best, reference))
    return found
