"""Each task: who is best, how far over the baseline, what tuning brought, which are alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import numpy as np

from site_builder.compute.cells import Cells, compute_cells
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.numbers import (
    Array,
    difference,
    mean_or_none,
    number,
    settled,
)
from site_builder.compute.rank_agreement import SimilarTask, compute_similar_tasks
from site_builder.compute.scores import Scores
from site_builder.compute.task_scores import TaskScores
from site_builder.compute.win_rates import compute_wins
from site_builder.records import Record


class Best(Record):
    """The best score on a task, and all models that have it.

    Attributes:
        models: Ids of all who tie for it.
        score: The score.
        variants: For each of the models, the variant that has it.
    """

    models: tuple[str, ...]
    score: float
    variants: tuple[str, ...]


class TaskResult(Record):
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


class _Arrays(Record):
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
