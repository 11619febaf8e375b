"""Each category: how far its tasks are from the baseline, and the board over its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from site_builder.compute.board import Board
from site_builder.compute.numbers import mean_or_none
from site_builder.compute.tasks import TaskResult
from site_builder.records import Record


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
