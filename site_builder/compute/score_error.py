"""Estimate how exact a single score is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array, difference, round_significant
from site_builder.tables.read import positions

# 95 % of the standard normal distribution lie between -1.96 and +1.96. Written out, since the ways
# to compute it differ in the last bit.
REACH = 1.959963984540054


def compute_score_errors(results: pd.DataFrame, tasks: pd.DataFrame) -> Array:
    """Return the standard error of each score and the ends of its 95 % interval.

    - A `stderr` above 0 is the standard error, and the interval is score ± 1.96 stderr, cut off at
      the bounds of the task.
    - Else, where the score is the mean of n examples, each between two bounds: `wilson_interval`
      and `standard_error_of_share` of p, the score's position between the bounds.
    - Else the error is unknown, NaN.

    Shape: (3, rows of `results`).
    Units: the metric's own.
    Source: docs/statistics.md#error-of-a-score; for graded examples Bhatia & Davis (2000), The
        American Mathematical Monthly 107(4), 353-357.
    """
    score, stated, n = (
        results[name].to_numpy(dtype=float) for name in ("score", "stderr", "n_examples")
    )
    rows = positions(results["task"], tasks["task"].tolist())
    least, most = (tasks[name].to_numpy(dtype=float)[rows] for name in ("score_min", "score_max"))
    is_share = (tasks["score_min"] == 0) & tasks["score_max"].isin([1, 100])
    is_mean = tasks["mean_of_examples"].astype("boolean").fillna(is_share).to_numpy(dtype=bool)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        stated = np.where(stated > 0, stated, np.nan)
        span = np.where(is_mean[rows] & (most > least), most - least, np.nan)
        low, high = wilson_interval((score - least) / span, n)
        shares = standard_error_of_share((score - least) / span, n)
        known = np.isfinite(stated)
        ends = (
            np.where(known, np.fmax(score - REACH * stated, least), least + span * low),
            np.where(known, np.fmin(score + REACH * stated, most), least + span * high),
        )
    size = np.fmax(np.abs(score), np.where(np.isnan(span), np.abs(score), span))
    intervals = round_significant(np.where(np.isfinite(ends), ends, np.nan), size)
    return np.vstack([np.where(known, stated, round_significant(span * shares)), intervals])


def wilson_interval(p: Array, n: Array) -> Array:
    """Return the ends of the 95 % Wilson interval of a share p of n examples, within 0..1.

    (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n), with z = 1.96.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    p = np.clip(p, 0, 1)
    more = REACH**2 / n
    middle = (p + more / 2) / (1 + more)
    half = np.sqrt(more * (p * (1 - p) + more / 4)) / (1 + more)
    # Rounded, since exactly the interval ends at 0 where p is 0, and at 1 where p is 1.
    ends = np.clip([middle - half, middle + half], 0, 1)
    return round_significant(ends, np.ones(ends.shape))


def standard_error_of_share(p: Array, n: Array) -> Array:
    """Return the standard error of a share p of n examples: sqrt(p (1 - p) / n), above 0.

    It is at least z / 2(n + z²), with z = 1.96: half the width of the Wilson interval at 0 or 1,
    over z (Agresti & Coull, 1998, The American Statistician 52(2), 119-126).
    """
    p = np.clip(p, 0, 1)
    return np.maximum(np.sqrt(p * (1 - p) / n), REACH / (2 * (n + REACH**2)))


def compare_with_chance(score: Array, low: Array, high: Array, chance: Array) -> Array:
    """Return 1 where a score is above the score that guessing gives, -1 where below, else 0.

    The score is above or below if its 95 % interval is, or if the interval is unknown, the score
    itself. NaN where the chance level is unknown.

    Shape: scores, the ends of their intervals, and the chance level of their tasks; all the same.
    Source: the interval as a test, at level 0.05; docs/statistics.md#chance-level.
    """
    known = np.isfinite(low) & np.isfinite(high)
    is_above = difference(np.where(known, low, score), chance) > 0
    is_below = difference(np.where(known, high, score), chance) < 0
    return np.where(np.isnan(chance), np.nan, is_above.astype(float) - is_below)


def find_ties(signed: Array, standard: Array) -> Array:
    """Return 1 where a score is not distinguishable from the best of its task, else 0.

    Two scores are distinguishable where z = difference / sqrt(se1² + se2²) is above 1.96. NaN where
    the standard error of the score, or of every best score, is unknown.

    Shape: scores, greater is better, and their errors (models, tasks), to the same.
    Source: the z test of two means; docs/statistics.md#ties-on-a-task.
    """
    best = np.fmax.reduce(signed, axis=0)
    best_error = np.fmax.reduce(np.where(signed == best, standard, np.nan), axis=0)
    reach = REACH * np.hypot(standard, best_error)
    return np.where(np.isnan(reach), np.nan, difference(best, signed) <= reach)
