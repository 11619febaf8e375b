"""Who beats whom on a task: win rates and wins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array
from site_builder.compute.scores import Scores


def compute_win_rates(scores: Scores, variant: str) -> Array:
    """Share of rivals that each model beats on each task, ties counting one half.

    On a task with n scores, a model of average rank r from the worst (equal scores share their mean
    rank) beats (r - 1) / (n - 1) of its rivals. NaN for a model without a score, and where there is
    no rival.

    Shape: (models, tasks).
    Units: share in 0..1; each full column averages 0.5.
    Source: the mean win rate of HELM (Liang et al., 2022, arXiv:2211.09110);
        docs/statistics.md#win-rate.
    """
    signed = scores.signed[variant]
    rivals = (~np.isnan(signed)).sum(axis=0) - 1
    with np.errstate(invalid="ignore"):
        return np.asarray(count_beaten(signed) / rivals)


def count_beaten(signed: Array) -> Array:
    """Rivals that each model beats on each task, ties counting one half; NaN without a score.

    Shape: scores, greater is better, to the same shape (models, tasks).
    """
    return pd.DataFrame(signed).rank().to_numpy(dtype=float) - 1


def compute_wins(signed: Array) -> Array:
    """Where a row has the best score of its column, all who tie counting.

    Shape: scores as they are compared (rows, tasks), to boolean (rows, tasks).
    """
    best = np.fmax.reduce(signed, axis=0, initial=-np.inf)
    return np.asarray(signed == best)
