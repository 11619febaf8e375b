"""Find which models are ahead of which, and which ranks a model could have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.intervals import t_quantile
from site_builder.compute.numbers import Array, counts_to, round_significant
from site_builder.compute.score_error import REACH

Flags = npt.NDArray[np.bool_]
# A smaller difference may be an error of binary fractions.
_NOISE = 1e-12
_ROWS_AT_ONCE = 128  # so that intermediate arrays stay in the cache of the processor


def compute_win_rates(signed: Array) -> Array:
    """Return the share of rivals that each model beats on each task; a tie counts one half.

    (r - 1) / (n - 1), where r is the mean rank from the worst of n scores. NaN for a model without
    a score, and where there is no rival.

    Shape: scores (models, tasks), greater is better, to the same.
    Units: share in 0..1; each full column averages 0.5.
    Source: the mean win rate of HELM (Liang et al., 2022, arXiv:2211.09110);
        docs/statistics.md#win-rate.
    """
    rivals = (~np.isnan(signed)).sum(axis=0) - 1
    with np.errstate(invalid="ignore"):
        return np.asarray(_count_beaten(signed) / rivals)


def _count_beaten(signed: Array) -> Array:
    """Count the rivals that each model beats on each task; NaN without a score."""
    return pd.DataFrame(signed).rank().to_numpy(dtype=float) - 1


def compute_wins(signed: Array) -> Flags:
    """Return where a model has the best score of a task, ties included.

    Shape: scores (models, tasks), greater is better, to boolean (models, tasks).
    """
    return np.asarray(signed == np.fmax.reduce(signed, axis=0, initial=-np.inf))


def significantly_ahead(measure: Array, errors: Array | None = None) -> Flags:
    """Return which model is significantly ahead of which, over their common tasks.

    A paired t test of each pair: the mean of the n differences is above t sqrt(v / n), where v is
    their variance and t is that of `t_quantile`, and above 1.96 times its standard error by the
    errors of the scores, where these are known. No model is ahead over fewer than two common tasks.

    Shape: what ranks the models, greater is better, and its standard errors, NaN where unknown,
        (models, tasks), to boolean (models, models), row ahead of column.
    Source: Student (1908), Biometrika 6(1), 1-25; docs/statistics.md#rank-interval.
    """
    there = (~np.isnan(measure)).astype(float)
    # Within -1..1, so that no square overflows; centred, so that their sums lose no digits.
    scale = max(1e-300, float(np.nanmax(np.abs(measure), initial=0.0)))
    values = np.where(there > 0, measure, 0.0) / scale
    values -= there * (values.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    known = np.zeros(values.shape) if errors is None else np.nan_to_num(errors)
    variances = np.minimum(known * there / scale, 1e100) ** 2
    ahead = np.zeros((len(measure), len(measure)), dtype=bool)
    for start in range(0, len(measure), _ROWS_AT_ONCE):
        # A model is ahead where the other is behind, so half of the pairs are enough.
        rows, others = slice(start, start + _ROWS_AT_ONCE), slice(start, None)
        lead, reach = _leads(values[others], there[others], variances[others])
        ahead[rows, others] = lead > reach
        ahead[others, rows] |= (lead < -reach).T
    return ahead


def _leads(values: Array, there: Array, variances: Array) -> tuple[Array, Array]:
    """Return the mean lead of the first models over every model; NaN below two common tasks."""
    own, mine = values[:_ROWS_AT_ONCE], there[:_ROWS_AT_ONCE]
    n = mine @ there.T
    lead = own @ there.T - mine @ values.T
    squares = own**2 @ there.T + mine @ (values**2).T - 2 * own @ values.T
    errors = variances[:_ROWS_AT_ONCE] @ there.T + mine @ variances.T
    counts = counts_to(values.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        factors = t_quantile(counts) / np.sqrt(counts * (counts - 1))
        by_tasks = factors[n.astype(int)] * np.sqrt(np.maximum(squares - lead**2 / n, 0.0))
        reach = np.maximum(by_tasks, REACH * np.sqrt(errors) / n)
        return lead / n, reach + _NOISE * np.abs(values).max(initial=0.0)


def rank_intervals(ranks: Array, ahead: Flags, tied: Flags) -> Array:
    """Return the best and worst rank that the choice of tasks allows each ranked model.

    The best is 1 + the number of models significantly ahead of it; the worst is the number of
    ranked models minus those that it is significantly ahead of. The interval includes the rank, and
    includes rank 1 exactly where the model is tied with the best.

    Shape: `ranks` and `tied` (models,), `ahead` of `significantly_ahead`, to (2, models); NaN where
        a model has no rank.
    Source: docs/statistics.md#rank-interval.
    """
    ranked = ~np.isnan(ranks)
    if not ranked.any():
        return np.array([ranks, ranks])
    leader = int(np.flatnonzero(ranks == 1)[0])
    pairs = ahead & np.outer(ranked, ranked)
    pairs[:, leader] = False
    pairs[leader] = ranked & ~tied
    best, worst = 1.0 + pairs.sum(axis=0), ranked.sum() - pairs.sum(axis=1).astype(float)
    best = np.where(tied, 1.0, np.maximum(np.minimum(best, ranks), 2.0))
    return np.where(ranked, [best, np.fmax(worst, ranks)], np.nan)


def possible_means(signed: Array, low: Array, high: Array) -> Array:
    """Return the least and greatest mean over all tasks for any values of missing scores.

    Shape: scores (models, tasks), greater is better, and their bounds (tasks,), infinite where not
        stated, to (2, models); NaN for a model without a score.
    Source: docs/statistics.md#missing-scores.
    """
    missing = np.isnan(signed)
    shares = signed / signed.shape[1]
    known = np.where(missing, 0.0, shares).sum(axis=1)
    bounds = np.array([low, high]) / signed.shape[1]
    ends = known + np.where(missing, bounds[:, np.newaxis], 0.0).sum(axis=2)
    seen = np.concatenate([shares.ravel(), bounds[np.isfinite(bounds)]])
    size = float(np.nanmax(np.abs(seen), initial=0.0)) * signed.shape[1]
    rounded = round_significant(ends, np.full(ends.shape, size))
    return np.where(missing.all(axis=1), np.nan, rounded)


def possible_rates(signed: Array) -> Array:
    """Return the least and greatest mean win rate for any values of missing scores.

    Of the models with any score on the board, those without a score on a task may all be below or
    all above the others; a model without a score may beat all or none.

    Shape: scores (models, tasks), greater is better, to (2, models); NaN for a model without a
        score, and where there is no rival.
    Source: docs/statistics.md#missing-scores.
    """
    there = ~np.isnan(signed)
    some = np.asarray(there.any(axis=1))
    n, rivals = there.sum(axis=0), max(int(some.sum()) - 1, 0)
    if rivals == 0:
        return np.full((2, len(some)), np.nan)
    beaten = _count_beaten(signed)
    least = np.where(there, beaten / rivals, 0.0).mean(axis=1)
    most = np.where(there, (beaten + (some.sum() - n)) / rivals, 1.0).mean(axis=1)
    return np.where(some, round_significant(np.array([least, most]), np.ones(len(some))), np.nan)


def possible_ranks(least: Array, most: Array) -> Array:
    """Return the best and worst rank that a model could have without missing scores.

    The best is 1 + the number of models whose least figure is above its greatest; the worst is 1 +
    the number of other models whose greatest figure is above its least.

    Shape: (models,) to (2, models); NaN where a figure is.
    Source: docs/statistics.md#missing-scores.
    """
    known = ~np.isnan(least)
    lows, highs = np.sort(least[known]), np.sort(most[known])
    above_most = len(lows) - np.searchsorted(lows, most, side="right")
    above_least = len(highs) - np.searchsorted(highs, least, side="right")
    worst = 1.0 + above_least - (most > least)
    return np.where(known, [1.0 + above_most, worst], np.nan)
