"""What missing scores could change: the figures and ranks that a full board might show."""

from __future__ import annotations

import numpy as np

from site_builder.compute.numbers import Array, settled
from site_builder.compute.win_rates import count_beaten


def possible_means(signed: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Least and greatest mean over all tasks that a model can have, whatever its missing scores.

    Args:
        signed: Scores, greater is better, shape (models, tasks).
        low: Least score of each task, in the same turn, shape (tasks,); infinite where it states
            none.
        high: Its greatest score.

    Shape: two arrays (models,); NaN for a model without a score.
    Source: docs/statistics.md#missing-scores.
    """
    missing = np.isnan(signed)
    shares = signed / signed.shape[1]
    known = np.where(missing, 0.0, shares).sum(axis=1)
    bounds = np.array([low, high]) / signed.shape[1]
    ends = known + np.where(missing, bounds[:, np.newaxis], 0.0).sum(axis=2)
    seen = np.concatenate([shares.ravel(), bounds[np.isfinite(bounds)]])
    size = float(np.nanmax(np.abs(seen), initial=0.0)) * signed.shape[1]
    least, most = np.where(missing.all(axis=1), np.nan, settled(ends, np.full(ends.shape, size)))
    return least, most


def possible_rates(signed: Array) -> tuple[Array, Array]:
    """Least and greatest mean win rate that a model can have, whatever scores are missing.

    Of the models with any score on the board, the ones that lack a task may all be below or all
    above who has it; who lacks it may beat all or none of the others.

    Shape: scores (models, tasks), greater is better, to two arrays (models,); NaN for a model
        without a score, and where there is no rival.
    Source: docs/statistics.md#missing-scores.
    """
    there = ~np.isnan(signed)
    some = np.asarray(there.any(axis=1))
    n, rivals = there.sum(axis=0), max(int(some.sum()) - 1, 0)
    if rivals == 0:
        return np.full(len(some), np.nan), np.full(len(some), np.nan)
    beaten = count_beaten(signed)
    least = np.where(there, beaten / rivals, 0.0).mean(axis=1)
    most = np.where(there, (beaten + (some.sum() - n)) / rivals, 1.0).mean(axis=1)
    one = np.ones(len(some))
    return (
        np.where(some, settled(least, one), np.nan),
        np.where(some, settled(most, one), np.nan),
    )


def possible_ranks(least: Array, most: Array) -> tuple[Array, Array]:
    """Best and worst rank that a model could have if every model had a score on every task.

    The best is 1 + the models whose least figure is above its greatest, the worst 1 + the others
    whose greatest figure is above its least.

    Shape: two arrays (models,) to two arrays (models,); NaN where a figure is.
    Source: docs/statistics.md#missing-scores.
    """
    known = ~np.isnan(least)
    lows, highs = np.sort(least[known]), np.sort(most[known])
    above_most = len(lows) - np.searchsorted(lows, most, side="right")
    above_least = len(highs) - np.searchsorted(highs, least, side="right")
    best = 1.0 + above_most
    worst = 1.0 + above_least - (most > least)
    return np.where(known, best, np.nan), np.where(known, worst, np.nan)
