"""Decide how dark the cells of a matrix are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array
from site_builder.table_model import AxisRange

# Differences have the full colour from this quantile of their sizes on.
_FULL = 0.9


def find_axes(
    columns: Sequence[Sequence[TaskInfo]], values: Array, *, is_shared: bool
) -> list[tuple[float, float]]:
    """Return the ends of the scale of each column, from the scores, shape (models, columns).

    Columns of one scale share the bounds of their tasks where all state the same, so that an easy
    task looks easy; else the least and the greatest of all their scores.
    """
    if not is_shared:
        own = [column[~np.isnan(column)] for column in values.T]
        return [(float(v.min()), float(v.max())) if len(v) else (0.0, 0.0) for v in own]
    bounds = {(fact.score_min, fact.score_max) for facts in columns for fact in facts}
    low, high = bounds.pop() if len(bounds) == 1 else (None, None)
    known = values[~np.isnan(values)]
    ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return [ends if low is None or high is None else (low, high)] * len(columns)


def heat_of_scores(values: Array, direction: Array, axes: Sequence[tuple[float, float]]) -> Array:
    """Return how far up its scale each score is, 0..1, greater being better; NaN for none.

    In the middle where a scale has one value; shape (models, columns).
    """
    low, high = (np.array(ends, dtype=float) for ends in zip(*axes, strict=True))
    span = np.where(high > low, high - low, 1.0)
    shares = np.where(high > low, (values - low) / span, np.where(np.isnan(values), np.nan, 0.5))
    return np.clip(np.where(direction > 0, shares, 1 - shares), 0.0, 1.0)


def heat_of_differences(values: Array, known: Array, *, is_shared: bool) -> Array:
    """Return the size of each difference as a share of what is full colour, 0..1.

    That is what 90 % of the differences on single tasks, `known`, do not exceed, or the greatest of
    the column where columns have several scales; shape (models, columns).
    """
    size = np.abs(values)
    full = np.nan_to_num(np.fmax.reduce(size, axis=0))
    if is_shared and not np.isnan(known).all():
        full = np.full(full.shape, np.nanquantile(np.abs(known), _FULL))
    return np.clip(np.nan_to_num(size) / np.where(full > 0, full, 1.0), 0.0, 1.0)


def heat_of_measure(values: Array, axis: AxisRange, higher_is_better: bool | None) -> Array:
    """Return how far up its scale each value is, 0..1; down where lower is better; NaN for none.

    Values beyond the ends, such as those of references, are at the end.
    """
    ends = np.array([axis.low, axis.high])
    if axis.is_log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values, ends = np.log(values), np.log(ends)
    direction = np.array([-1.0 if higher_is_better is False else 1.0])
    return heat_of_scores(values, direction, [tuple(ends.tolist())])
