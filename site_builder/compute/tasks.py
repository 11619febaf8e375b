"""Summarise each task and each category; find the worst of the parts of a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.board import Board
from site_builder.compute.numbers import Array, floats_or_none, mean_or_none, round_significant
from site_builder.compute.ranks import compute_wins
from site_builder.compute.runs import FlaggedScore
from site_builder.compute.scores import Scores
from site_builder.compute.significance import Verdict, judge_lifts, verdict_of
from site_builder.records import CachingRecord, Record


class Best(Record):
    """The best score on a task, and all models that have it.

    Attributes:
        variants: For each of the models, the variant in which it has the score.
    """

    models: tuple[str, ...]
    score: float
    variants: tuple[str, ...]


class TaskResult(CachingRecord):
    """The results on one task.

    Attributes:
        best: Best score by variant; a variant without a score is absent.
        baseline_scores: The baseline's score beside each variant; absent where there is none.
        best_contender: Best score of the variants that compete with the baseline, without the
            baseline's.
        best_against_baseline: The score of these with the greatest lift over the baseline; None
            without a lift.
        best_lift_over_baseline: This lift, positive = better.
        best_verdict: Whether it is clear; None where the errors do not say it.
        mean_lift_over_base: Mean over all tuned scores with a base score.
        with_intervals: The variants in which the error of any score is known.
        flagged: The flagged scores, whether they count or not.
        similar: The tasks that rank models most similarly, most similar first.
    """

    task: str
    baseline_scores: Mapping[str, float]
    best: Mapping[str, Best]
    best_contender: Best | None
    best_against_baseline: Best | None
    best_lift_over_baseline: float | None
    best_verdict: Verdict | None
    mean_lift_over_base: float | None
    with_intervals: frozenset[str]
    flagged: tuple[FlaggedScore, ...]
    similar: tuple[str, ...]

    @cached_property
    def reasons(self) -> Mapping[tuple[str, str], str]:
        """Why scores that count should be read with care, by model and variant."""
        return {(f.model, f.variant): f.reason for f in self.flagged if f.counts}

    @property
    def contender(self) -> Best | None:
        """The best contender: against the baseline, or by its score where no lift is known."""
        return self.best_against_baseline or self.best_contender

    def baseline_beside(self, best: Best) -> float | None:
        """Return the baseline's score that a best score is compared with."""
        return self.baseline_scores.get(best.variants[0])

    @property
    def outcome(self) -> Literal["beats", "ties", "loses"] | None:
        """Whether the best contender beats the baseline; None where either is missing."""
        lift = self.best_lift_over_baseline
        return None if lift is None else "beats" if lift > 0 else "loses" if lift < 0 else "ties"


def compute_tasks(scores: Scores, similar: Mapping[str, tuple[str, ...]]) -> tuple[TaskResult, ...]:
    """Summarise every task of the board, in the order of the tasks table."""
    roles = scores.roles
    runs = {each.variant: each for each in scores.variants}
    best = {v: _best_runs(scores, {v: each.rivals}) for v, each in runs.items()}
    contest = {each.variant: each.contest for each in scores.contest}
    over_baseline = np.concatenate([each.contest_lifts for each in scores.contest])
    contenders, best_lifts = _best_runs(scores, contest), np.fmax.reduce(over_baseline, axis=0)
    # One of all entries of the task, so the correction for their number covers its choice.
    judged = [judge_lifts(scores, {}, variant) for variant in roles.contest]
    best_verdicts = judge_best(over_baseline, np.concatenate(judged)).tolist()
    is_best = {v: runs[v].lifts["baseline"] == best_lifts for v in contest}
    furthest = {v: np.where(is_best[v], values, np.nan) for v, values in contest.items()}
    against_baseline = _best_runs(scores, furthest)
    baseline = {v: floats_or_none(each.beside["baseline"].values[0]) for v, each in runs.items()}
    lifts = [runs[variant].lifts["base"] for variant in roles.tuned]
    has_error = {v: np.isfinite(each.errors) for v, each in runs.items()}
    flagged: dict[str, list[FlaggedScore]] = {task: [] for task in scores.tasks}
    for score in scores.flagged:
        if score.variant in roles.variants:
            flagged[score.task].append(score)
    lift_or_none = floats_or_none(best_lifts)

    def result(column: int, task: str) -> TaskResult:
        return TaskResult(
            task=task,
            baseline_scores={v: s for v, row in baseline.items() if (s := row[column]) is not None},
            best={v: top for v, of_variant in best.items() if (top := of_variant[column])},
            best_contender=contenders[column],
            best_against_baseline=against_baseline[column],
            best_lift_over_baseline=lift_or_none[column],
            best_verdict=verdict_of(best_verdicts[column]),
            mean_lift_over_base=mean_or_none(np.array([array[:, column] for array in lifts])),
            with_intervals=frozenset(v for v, known in has_error.items() if known[:, column].any()),
            flagged=tuple(flagged[task]),
            similar=similar[task],
        )

    return tuple(result(column, task) for column, task in enumerate(scores.tasks))


def judge_best(lifts: Array, verdicts: Array) -> Array:
    """Return the verdict on the greatest lift of each task; of equal ones, of the least clear.

    Shape: lifts, positive = better, and their verdicts by `judge_lifts` (runs, tasks), to (tasks,).
    """
    best = np.where(lifts == np.fmax.reduce(lifts, axis=0), verdicts, np.nan)
    signs, sizes = np.fmax.reduce(best, axis=0), np.fmin.reduce(abs(best), axis=0)
    return np.asarray(np.copysign(sizes, signs))


def _best_runs(scores: Scores, values: Mapping[str, Array]) -> list[Best | None]:
    """Return the best score of each task among some variants, and all runs that have it."""
    runs = [(model, variant) for variant in values for model in scores.models]
    stacked = np.concatenate([*values.values()])
    top, best = compute_wins(round_significant(stacked) * scores.direction), list[Best | None]()
    for column, is_best in enumerate(top.T):
        rows = np.flatnonzero(is_best).tolist()
        models, variants = (tuple(runs[row][i] for row in rows) for i in (0, 1))
        best.append(Best(models, float(stacked[rows[0], column]), variants) if rows else None)
    return best


class CategoryResult(Record):
    """The results on the tasks of one category.

    Attributes:
        best_lift_over_baseline, mean_lift_over_base: Means over the tasks; None where no task has
            one, or where scores of the tasks cannot be averaged.
        beating: Number of tasks whose best contender beats the baseline.
        compared: Number of tasks with both a contender and a baseline score.
        boards: Board over the tasks, by variant.
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
        """Whether scores of its tasks can be averaged."""
        return all(board.rules.averaged for board in self.boards.values())


def compute_categories(
    boards: Mapping[str, Mapping[str, Board]], results: Sequence[TaskResult], tasks: pd.DataFrame
) -> tuple[CategoryResult, ...]:
    """Summarise every category of the tasks table, lowest difference first.

    Source: docs/statistics.md#categories.
    """
    by_task = {result.task: result for result in results}
    categories = []
    for name, own in tasks.groupby("category", sort=False)["task"]:
        by_variant = boards[str(name)]
        averaged = next(iter(by_variant.values())).rules.averaged
        mine = [by_task[task] for task in own]
        best = np.array([result.best_lift_over_baseline for result in mine], dtype=float)
        over_base = np.array([result.mean_lift_over_base for result in mine], dtype=float)
        category = CategoryResult(
            category=str(name),
            tasks=tuple(own),
            best_lift_over_baseline=mean_or_none(best) if averaged else None,
            mean_lift_over_base=mean_or_none(over_base) if averaged else None,
            beating=int((best > 0).sum()),
            compared=int((~np.isnan(best)).sum()),
            boards=by_variant,
        )
        categories.append(category)
    lifts = {c.category: c.best_lift_over_baseline for c in categories}
    categories.sort(key=lambda c: (lifts[c.category] is None, lifts[c.category] or 0.0))
    return tuple(categories)


def find_worst(scores: Array, *, higher_is_better: bool) -> Array:
    """Return the place of the worst part of each entry; NaN below two scores.

    Of several with the same score, the first. Shape: (entries, parts) to (entries,).
    """
    there = ~np.isnan(scores)
    farthest = np.where(there, scores if higher_is_better else -scores, np.inf)
    places = farthest.argmin(axis=1).astype(float)
    return np.where(there.sum(axis=1) > 1, places, np.nan)


def with_worst(scores: Array, parts: Iterable[tuple[Array, bool]]) -> Array:
    """Return scores with the place of the worst part of each task with parts behind them.

    Shape: (entries, tasks) to (tasks + tasks with parts, entries). `parts` are the scores on the
    parts of a task, and whether higher is better.
    """
    worst = [find_worst(values, higher_is_better=is_high) for values, is_high in parts]
    return np.vstack([scores.T, *worst])
