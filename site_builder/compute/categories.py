"""Each category: how far its tasks are from the baseline, and the board over its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from site_builder.compute.board import Board, choose_rules, compute_board
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.numbers import mean_or_none
from site_builder.compute.scores import Scores
from site_builder.compute.tasks import TaskResult
from site_builder.config import BoardConfig
from site_builder.processes import spread

# So many standings take longer to compute than a copy of the process takes to make.
WORTH_A_PROCESS = 4_000


@dataclass(frozen=True)
class CategoryResult:
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
    scores: Scores,
    tasks: pd.DataFrame,
    results: Sequence[TaskResult],
    config: BoardConfig,
    processes: int = 1,
) -> tuple[CategoryResult, ...]:
    """Every category, from the one furthest below the baseline (harder) to the one furthest above.

    Categories without a defined difference come last. Tasks without a category belong to none.

    Source: docs/statistics.md#categories.
    """
    by_task = {result.task: result for result in results}

    def make(name: str) -> CategoryResult:
        return _category(scores, tasks[tasks["category"] == name], by_task, config)

    names = tasks["category"].dropna().drop_duplicates().tolist()
    are_many = len(scores.models) * len(names) > WORTH_A_PROCESS
    found = spread(make, names, processes if are_many else 1, least=1)
    return tuple(sorted(found, key=_difficulty))


def _difficulty(category: CategoryResult) -> tuple[bool, float]:
    lift = category.best_lift_over_baseline
    return lift is None, lift or 0.0


def _category(
    scores: Scores, mine: pd.DataFrame, by_task: Mapping[str, TaskResult], config: BoardConfig
) -> CategoryResult:
    ids = tuple(mine["task"])
    part = scores.only(ids)
    rules = choose_rules(mine, part, config)
    bootstrap = Bootstrap.over(len(ids))
    best = np.array([by_task[task].best_lift_over_baseline for task in ids], dtype=float)
    over_base = np.array([by_task[task].mean_lift_over_base for task in ids], dtype=float)
    return CategoryResult(
        category=str(mine["category"].iloc[0]),
        tasks=ids,
        best_lift_over_baseline=mean_or_none(best) if rules.averaged else None,
        mean_lift_over_base=mean_or_none(over_base) if rules.averaged else None,
        beating=int((best > 0).sum()),
        compared=int((~np.isnan(best)).sum()),
        boards={v: compute_board(part, v, rules, bootstrap) for v in scores.roles.variants},
    )
