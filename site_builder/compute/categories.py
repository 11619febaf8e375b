"""Each category: how far its tasks are from the baseline, and the board over its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from site_builder.compute.board import Board, choose_rules, compute_board
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.scores import Scores
from site_builder.compute.tasks import TaskResult
from site_builder.config import BoardConfig


@dataclass(frozen=True)
class CategoryResult:
    """Everything about one category.

    Attributes:
        category: Its name.
        tasks: Ids of its tasks.
        best_lift_over_baseline: Mean over its tasks of the best contender minus the baseline; None where no task has
            both, or where its tasks' scores cannot be averaged.
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


def compute_categories(scores: Scores, tasks: pd.DataFrame, results: Sequence[TaskResult], config: BoardConfig) -> tuple[CategoryResult, ...]:
    """Every category, from the one furthest below the baseline (harder) to the one furthest above (easier).

    Categories without a defined difference come last. Tasks without a category belong to none.
    """
    found = [_category(scores, tasks, results, config, str(name)) for name in tasks["category"].dropna().drop_duplicates()]
    return tuple(sorted(found, key=lambda c: (c.best_lift_over_baseline is None, c.best_lift_over_baseline or 0.0)))


def _category(scores: Scores, tasks: pd.DataFrame, results: Sequence[TaskResult], config: BoardConfig, name: str) -> CategoryResult:
    mine = tasks[tasks["category"] == name]
    ids = tuple(mine["task"])
    part = scores.only(ids)
    rules = choose_rules(mine, part, config)
    bootstrap = Bootstrap.over(len(ids))
    members = [r for r in results if r.task in set(ids)]
    lifts = [r.best_lift_over_baseline for r in members if r.best_lift_over_baseline is not None]
    base_lifts = [r.mean_lift_over_base for r in members if r.mean_lift_over_base is not None]
    return CategoryResult(
        category=name,
        tasks=ids,
        best_lift_over_baseline=sum(lifts) / len(lifts) if lifts and rules.averaged else None,
        mean_lift_over_base=sum(base_lifts) / len(base_lifts) if base_lifts and rules.averaged else None,
        beating=sum(lift > 0 for lift in lifts),
        compared=len(lifts),
        boards={variant: compute_board(part, variant, rules, bootstrap) for variant in scores.roles.variants},
    )
