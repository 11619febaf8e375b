"""What a visitor asks: picked tasks with their weights, limits, a margin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array, round_significant
from site_builder.records import Record

Flags = npt.NDArray[np.bool_]
LimitKind = Literal["size", "price", "license", "developer"]


class Pick(Record):
    """A task or a category, and how much it counts.

    Attributes:
        kind: Which of the two.
        key: Id of the task, or name of the category.
        weight: Above 0; a category's is spread evenly over its tasks.
    """

    kind: Literal["task", "category"]
    key: str
    weight: float = 1.0


class Question(Record):
    """What a visitor asks.

    Attributes:
        weights: What each task counts, shape (tasks,); 0 for a task that is not picked.
        variant: How the models are run.
        limits: By kind, which models are within the limit, shape (models,).
        margin: How far below the best is good enough; None for `default_margin`.
    """

    weights: Array
    variant: str
    limits: Mapping[LimitKind, Flags]
    margin: float | None = None


def spread_weights(picks: Iterable[Pick], tasks: Sequence[TaskInfo]) -> Array:
    """What each task counts: its own picks, and its share of the picks of its category.

    A category's weight is spread evenly over its tasks; a task that is picked twice adds up. With
    no pick, every task counts 1.

    Shape: (tasks,).
    Source: docs/statistics.md#choice.
    """
    weights = np.zeros(len(tasks))
    for pick in picks:
        mine = np.array([_key(task, pick) == pick.key for task in tasks])
        weights[mine] += pick.weight / max(int(mine.sum()), 1)
    return weights if weights.any() else np.ones(len(tasks))


def _key(task: TaskInfo, pick: Pick) -> str | None:
    return task.task if pick.kind == "task" else task.category


def weighted_mean(values: Array, weights: Array) -> Array:
    """sum(w s) / sum(w) over the tasks that a row has, settled; NaN where it has none.

    Shape: (rows, tasks) and (tasks,) to (rows,).
    Source: docs/statistics.md#choice.
    """
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        means = filled @ weights / (there.astype(float) @ weights)
        return round_significant(means, np.abs(filled).max(axis=1, initial=0.0))
