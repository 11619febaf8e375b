"""Summarise each task and each category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.board import Board
from site_builder.compute.numbers import (
    Array,
    difference,
    float_or_none,
    mean_or_none,
    round_significant,
)
from site_builder.compute.ranks import compute_wins
from site_builder.compute.scores import Cells, FlaggedScore, Scores, TaskScores, compute_cells
from site_builder.records import Record

MIN_COMMON_MODELS = 4
MOST_RANKED_ANEW = 300
# Ranks are at least one half apart, so that the least spread of some that differ is far above it.
NO_SPREAD = 1e-6


class SimilarTask(Record):
    """A task that ranks models alike: Spearman's rho of the two tasks' scores over `n` models."""

    task: str
    rho: float
    n: int


@lru_cache(maxsize=1)  # the similar tasks and the chart of what is redundant ask for the same
def compute_rank_agreement(scores: Scores) -> tuple[Array, Array]:
    """How alike each pair of tasks ranks the models of the primary variant.

    Spearman's rho of two tasks' scores, turned so that greater is better, over the models that have
    both; NaN below four common models, and where these have all the same score on one of the tasks.
    On a board of more than 300 tasks the ranks are those among all models of a task: taken anew for
    each pair they would cost more than all the rest. Where no score is missing they are the same.

    Shape: two arrays (tasks, tasks): rho, and the number of common models.
    Source: Spearman (1904), The American Journal of Psychology 15(1), 72-101;
        docs/statistics.md#similar-tasks.
    """
    signed = pd.DataFrame(scores.signed[scores.roles.primary])
    there = signed.notna().to_numpy(dtype=float)
    if len(scores.tasks) > MOST_RANKED_ANEW:
        rho = _correlate_ranks(signed.rank().to_numpy(), there)
    else:
        rho = signed.corr(method="spearman", min_periods=MIN_COMMON_MODELS).to_numpy()
    return round_significant(np.clip(rho, -1, 1)), there.T @ there


def _correlate_ranks(ranks: Array, there: Array) -> Array:
    """Pearson's r of every two columns over the rows that both have, by sums over these rows.

    Shape: (models, tasks), with where there are any, to (tasks, tasks).
    """
    # Centred, so that the sums lose no digits.
    ranks = np.where(there > 0, ranks, 0.0)
    ranks -= there * (ranks.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    n, sums = there.T @ there, ranks.T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (ranks**2).T @ there - sums**2 / n
        spread = np.sqrt(np.maximum(own, 0.0) * np.maximum(own.T, 0.0))
        r = (ranks.T @ ranks - sums * sums.T / n) / spread
    enough = (n >= MIN_COMMON_MODELS) & (np.minimum(own, own.T) > NO_SPREAD)
    return np.where(enough, r, np.nan)


def compute_similar_tasks(scores: Scores, most: int = 5) -> dict[str, tuple[SimilarTask, ...]]:
    """For each task, the tasks that rank models most alike, as far as they do so at all (rho > 0).

    Source: docs/statistics.md#similar-tasks.
    """
    rho, common = compute_rank_agreement(scores)
    alike = np.where(rho > 0, rho, 0.0)
    np.fill_diagonal(alike, 0.0)
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :most]
    return {
        task: tuple(
            SimilarTask(scores.tasks[j], float(rho[i, j]), int(common[i, j]))
            for j in nearest[i]
            if alike[i, j] > 0
        )
        for i, task in enumerate(scores.tasks)
    }


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
        signed = round_significant(contest) * scores.direction
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
        baseline_score=float_or_none(scores.baseline[column]),
        best={v: found for v, found in best.items() if found is not None},
        best_contender=_best(scores, column, roles.contest, arrays.top),
        best_lift_over_baseline=float_or_none(arrays.best_lift[column]),
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


class CategoryResult(Record):
    """Everything about one category.

    Attributes:
        category: Its name.
        tasks: Ids of its tasks.
        best_lift_over_baseline: Mean over its tasks of the best contender minus the baseline; None
            where no task has both, or where its tasks' scores cannot be averaged.
        mean_lift_over_base: Mean over its tasks of the task's mean lift over base.
        beating: Tasks whose best contender beats the baseline.
        compared: Tasks that have both a contender and a baseline score.
        boards: Board over its tasks, by variant.
    """

    category: str
    tasks: tuple[str, ...]
    best_lift_over_baseline: float | None
    mean_lift_over_base: float | None
    beating: int
    compared: int
    boards: Mapping[str, Board]

    @property
    def averaged(self) -> bool:
        """Whether averages of scores over its tasks mean anything."""
        return all(board.rules.averaged for board in self.boards.values())


def compute_categories(
    boards: Mapping[str, Mapping[str, Board]], results: Sequence[TaskResult]
) -> tuple[CategoryResult, ...]:
    """Every category, from the one furthest below the baseline (harder) to the one furthest above.

    Categories without a defined difference come last. Tasks without a category belong to none.

    Args:
        boards: Boards over the tasks of each category, by its name and by variant.
        results: Each task.

    Source: docs/statistics.md#categories.
    """
    by_task = {result.task: result for result in results}
    found = [_category(name, mine, by_task) for name, mine in boards.items()]
    return tuple(sorted(found, key=_difficulty))


def _difficulty(category: CategoryResult) -> tuple[bool, float]:
    lift = category.best_lift_over_baseline
    return lift is None, lift or 0.0


def _category(
    name: str, boards: Mapping[str, Board], by_task: Mapping[str, TaskResult]
) -> CategoryResult:
    board = next(iter(boards.values()))
    best = np.array([by_task[task].best_lift_over_baseline for task in board.tasks], dtype=float)
    over_base = np.array([by_task[task].mean_lift_over_base for task in board.tasks], dtype=float)
    averaged = board.rules.averaged
    return CategoryResult(
        category=name,
        tasks=board.tasks,
        best_lift_over_baseline=mean_or_none(best) if averaged else None,
        mean_lift_over_base=mean_or_none(over_base) if averaged else None,
        beating=int((best > 0).sum()),
        compared=int((~np.isnan(best)).sum()),
        boards=boards,
    )
