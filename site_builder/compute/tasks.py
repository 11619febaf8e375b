"""Each task: who is best, by how much over the baseline, what tuning brought, which tasks are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.board import compute_wins
from site_builder.compute.numbers import Array, competition_ranks, difference, mean_or_none, number
from site_builder.compute.scores import Scores

MIN_COMMON_MODELS = 4


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


@dataclass(frozen=True)
class TaskScore:
    """One score of a task: rank among the scores of its variant, equal scores sharing the better rank."""

    model: str
    variant: str
    score: float
    rank: int
    lift_over_base: float | None
    lift_over_baseline: float | None


@dataclass(frozen=True)
class SimilarTask:
    """A task that ranks models alike: Spearman's rho of the two tasks' scores over `n` models."""

    task: str
    rho: float
    n: int


@dataclass(frozen=True)
class TaskResult:
    """Everything about one task.

    Attributes:
        task: Its id.
        baseline_score: The baseline's score; None with no baseline, or where it has none.
        best: Best score by variant; a variant without a score is absent.
        best_contender: Best score over the variants that compete with the baseline (the tuned ones, if any).
        best_lift_over_baseline: Its difference from the baseline, positive = better.
        mean_lift_over_base: Mean over all tuned runs that have their base score.
        mean: Mean score by variant.
        scores: Every score, by variant (primary first) and rank.
        similar: The tasks that rank models alike, most alike first.
    """

    task: str
    baseline_score: float | None
    best: Mapping[str, Best]
    best_contender: Best | None
    best_lift_over_baseline: float | None
    mean_lift_over_base: float | None
    mean: Mapping[str, float | None]
    scores: tuple[TaskScore, ...]
    similar: tuple[SimilarTask, ...]

    @property
    def outcome(self) -> Literal["beats", "ties", "loses"] | None:
        """Whether the best contender beats the baseline; None where there is nothing to compare."""
        lift = self.best_lift_over_baseline
        return None if lift is None else "beats" if lift > 0 else "loses" if lift < 0 else "ties"


def compute_tasks(scores: Scores) -> tuple[TaskResult, ...]:
    """Every task of the board, in the order of the tasks table."""
    wins = {variant: compute_wins(values, scores.direction) for variant, values in scores.values.items()}
    lifts = {v: (scores.lift_over_base(v), scores.lift_over_baseline(v)) for v in scores.roles.variants}
    similar = compute_similar_tasks(scores)
    return tuple(_task_result(scores, column, wins, lifts, similar.get(task, ())) for column, task in enumerate(scores.tasks))


def _task_result(
    scores: Scores,
    column: int,
    wins: Mapping[str, Array],
    lifts: Mapping[str, tuple[Array, Array]],
    similar: tuple[SimilarTask, ...],
) -> TaskResult:
    best = {}
    for variant in scores.roles.variants:
        winners = np.flatnonzero(wins[variant][:, column])
        if winners.size:
            best[variant] = _best_of(scores, column, [(int(i), variant) for i in winners])
    contender = _best_contender(scores, column)
    baseline = number(scores.baseline[column])
    lift = None
    if contender is not None and baseline is not None:
        lift = float(scores.direction[column] * difference(np.float64(contender.score), np.float64(baseline))) + 0.0
    tuned = np.concatenate([lifts[v][0][:, column] for v in scores.roles.tuned] or [np.array([np.nan])])
    return TaskResult(
        task=scores.tasks[column],
        baseline_score=baseline,
        best=best,
        best_contender=contender,
        best_lift_over_baseline=lift,
        mean_lift_over_base=mean_or_none(tuned),
        mean={v: mean_or_none(scores.values[v][:, column]) for v in scores.roles.variants},
        scores=tuple(s for v in scores.roles.variants for s in _ranking(scores, column, v, lifts[v])),
        similar=similar,
    )


def _best_of(scores: Scores, column: int, cells: list[tuple[int, str]]) -> Best:
    models = tuple(scores.models[i] for i, _ in cells)
    return Best(models, float(scores.values[cells[0][1]][cells[0][0], column]), tuple(v for _, v in cells))


def _best_contender(scores: Scores, column: int) -> Best | None:
    """The best score of the contest variants, the baseline's own score left out; all who tie."""
    cells = [
        (scores.direction[column] * scores.contest(variant)[i, column], i, variant)
        for variant in scores.roles.contest
        for i in np.flatnonzero(~np.isnan(scores.contest(variant)[:, column]))
    ]
    if not cells:
        return None
    top = max(cell[0] for cell in cells)
    return _best_of(scores, column, [(int(i), variant) for goodness, i, variant in cells if goodness == top])


def _ranking(scores: Scores, column: int, variant: str, lifts: tuple[Array, Array]) -> list[TaskScore]:
    values = scores.values[variant][:, column]
    ranks = competition_ranks(values * scores.direction[column])
    order = sorted(np.flatnonzero(~np.isnan(values)), key=lambda i: (ranks[i], i))
    return [
        TaskScore(scores.models[i], variant, float(values[i]), int(ranks[i]), number(lifts[0][i, column]), number(lifts[1][i, column]))
        for i in order
    ]  # fmt: skip


def compute_rank_agreement(scores: Scores) -> tuple[Array, Array]:
    """How alike each pair of tasks ranks the models of the primary variant.

    Spearman's rho of two tasks' scores, signed so that better is greater, over the models that have both; NaN below
    four common models, and where one task gives all models the same score.

    Shape: two arrays (tasks, tasks): rho, and the number of common models.
    Source: Spearman (1904); docs/statistics.md#similar-tasks.
    """
    signed = pd.DataFrame(scores.values[scores.roles.primary] * scores.direction)
    there = signed.notna().to_numpy(dtype=float)
    rho = signed.corr(method="spearman", min_periods=MIN_COMMON_MODELS).to_numpy(copy=True)
    return rho, there.T @ there


def compute_similar_tasks(scores: Scores, most: int = 5) -> dict[str, tuple[SimilarTask, ...]]:
    """For each task, the tasks that rank models most alike."""
    rho, common = compute_rank_agreement(scores)
    similar = {}
    for column, task in enumerate(scores.tasks):
        others = [j for j in range(len(scores.tasks)) if j != column and not np.isnan(rho[column, j])]
        others.sort(key=lambda j: (-round(rho[column, j], 12), j))
        similar[task] = tuple(SimilarTask(scores.tasks[j], float(rho[column, j]), int(common[column, j])) for j in others[:most])
    return similar
