"""Find which models are ahead of which, and which ranks a model could have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.intervals import LEAST_TASKS, LEVEL, Families, t_quantile
from site_builder.compute.numbers import Array, counts_to, round_significant
from site_builder.records import Record

Flags = npt.NDArray[np.bool_]
_Columns = npt.NDArray[np.intp]
# A smaller difference may be an error of binary fractions.
_NOISE = 1e-12
ROWS_AT_ONCE = 128  # so that intermediate arrays stay in the cache of the processor


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


class Leads(Record, eq=False):
    """How far the models are ahead of each other, in the order of their ranks.

    Attributes:
        ahead: Which model is ahead of which beyond chance, (models, models), row ahead of column.
        behind: How far the first is ahead of each, and the ends of the interval of that,
            (3, models); NaN without enough common tasks, and where one is no finite number.
    """

    ahead: Flags
    behind: Array


def compare_pairs(
    measure: Array,
    errors: Array | None = None,
    families: Families | None = None,
    widths: Array | None = None,
) -> Leads:
    """Compare every two of k models over their common tasks, all pairs at once.

    A paired t test of each pair: a model is ahead where the mean of the n differences is above
    c e. Here e is the standard error of that mean, sqrt(v / n) with the variance v of the
    differences, or that of `FamilySums.errors` where tasks are in families, and at least the one by
    the known errors of the scores; and c is the quantile of Student's t with n - 1 degrees of
    freedom (families - 1) that is exceeded with probability 0.05 / k (k - 1). By Bonferroni's
    inequality all statements of a board hold at once in at least 95 % of boards. No model is ahead
    over fewer than `LEAST_TASKS` common tasks (families). An interval ends at the greatest mean
    difference that the bounds allow.

    Shape: what ranks the models, greater is better, best first, and its standard errors, NaN where
        unknown, (models, tasks); greatest possible differences, (tasks,).
    Source: Mogstad, Romano, Shaikh & Wilhelm (2024), The Review of Economic Studies 91(1), 476-518;
        docs/statistics.md#rank-interval.
    """
    values, there, scale = scale_for_pairs(measure)
    known = np.zeros(values.shape) if errors is None else np.nan_to_num(errors)
    variances = np.minimum(known * there / scale, 1e100) ** 2
    k = len(measure)
    ahead = np.zeros((k, k), dtype=bool)
    behind = np.full((3, k), np.nan)
    compare = partial(_leads, tail=(1 - LEVEL) / max(k * (k - 1), 1), groups=_groups(families))
    for start in range(0, k, ROWS_AT_ONCE):
        # A model is ahead where the other is behind, so half of the pairs are enough.
        rows, others = slice(start, start + ROWS_AT_ONCE), slice(start, None)
        lead, reach = compare(values[others], there[others], variances[others])
        ahead[rows, others] = lead > reach
        ahead[others, rows] |= (lead < -reach).T
        if start == 0:
            with np.errstate(over="ignore"):
                ends = np.array([lead[0], lead[0] - reach[0], lead[0] + reach[0]]) * scale
            ends[:, ~np.isfinite(ends).all(axis=0)] = np.nan
            ends[1:, 0] = np.nan  # the first is not compared with itself
            if widths is not None:
                most = _mean_widths(there, widths)
                ends[1:] = np.clip(ends[1:], -most, most)
            behind = round_significant(ends, np.full(ends.shape, scale))
    return Leads(ahead, behind)


def _mean_widths(there: Array, widths: Array) -> Array:
    """Return the mean of `widths` over the tasks that each model has in common with the first."""
    common = there * there[0]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(common > 0, widths, 0.0).sum(axis=1) / common.sum(axis=1))


def _groups(families: Families | None) -> list[_Columns]:
    """Return the columns of each family of more than one task."""
    if families is None:
        return []
    found, counts = np.unique(families, return_counts=True)
    return [np.flatnonzero(families == family) for family in found[counts > 1]]


def _leads(
    values: Array, there: Array, variances: Array, *, tail: float, groups: Sequence[_Columns]
) -> tuple[Array, Array]:
    """Return the mean lead of the first models over every model, and what chance explains of it."""
    n, lead, squares = pair_sums(values, there)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, families, residuals = lead / n, n, squares - lead**2 / n
    if groups:
        families, residuals = _of_families(values, there, groups)
    numbers = counts_to(values.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        factors = t_quantile(numbers - 1, tail) * np.sqrt(numbers / (numbers - 1))
        reach = factors[families.astype(int)] * np.sqrt(np.maximum(residuals, 0.0)) / n
        if variances.any():
            own, mine = variances[:ROWS_AT_ONCE], there[:ROWS_AT_ONCE]
            known = np.sqrt(own @ there.T + mine @ variances.T) / n
            quantiles = t_quantile(numbers - 1, tail)
            reach = np.maximum(reach, quantiles[families.astype(int)] * known)
        reach += _NOISE * np.abs(values).max(initial=0.0)
        return mean, np.where(families < LEAST_TASKS, np.inf, reach)


def _of_families(values: Array, there: Array, groups: Sequence[_Columns]) -> tuple[Array, Array]:
    """Return, for pairs, the number of common families and the sum of their squared residuals."""
    # As if each task were its own family; then each true family in place of its tasks.
    n, lead, squares = pair_sums(values, there)
    families, products, counts = n.copy(), lead.copy(), n.copy()
    for group in groups:
        tasks, sums, of_tasks = pair_sums(values[:, group], there[:, group])
        families += (tasks > 0) - tasks
        squares += sums**2 - of_tasks
        products += tasks * sums - sums
        counts += tasks**2 - tasks
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = lead / n
        return families, squares - 2 * mean * products + mean**2 * counts


def scale_for_pairs(measure: Array) -> tuple[Array, Array, float]:
    """Return values for `pair_sums`, 1.0 where there is one, and what the values are divided by."""
    there = (~np.isnan(measure)).astype(float)
    # Within -1..1, so that no square overflows; centred, so that their sums lose no digits.
    scale = max(1e-300, float(np.nanmax(np.abs(measure), initial=0.0)))
    values = np.where(there > 0, measure, 0.0) / scale
    return values - there * (values.sum(axis=0) / np.maximum(there.sum(axis=0), 1)), there, scale


def pair_sums(values: Array, there: Array) -> tuple[Array, Array, Array]:
    """Return the number of common tasks, and the sums of differences and of their squares.

    Shape: `values` and `there` of `scale_for_pairs`, (models, tasks), to three of (first models,
        models), for each pair of one of the first `ROWS_AT_ONCE` models and any model.
    """
    own, mine = values[:ROWS_AT_ONCE], there[:ROWS_AT_ONCE]
    if there.all():  # on most boards; it takes one product of matrices instead of six
        sums, squares = values.sum(axis=1), (values**2).sum(axis=1)
        n = np.full((len(own), len(values)), float(values.shape[1]))
        of_own = slice(len(own)), np.newaxis
        return n, sums[of_own] - sums, squares[of_own] + squares - 2 * own @ values.T
    lead = own @ there.T - mine @ values.T
    squares = own**2 @ there.T + mine @ (values**2).T - 2 * own @ values.T
    return mine @ there.T, lead, squares


def rank_intervals(ranks: Array, ahead: Flags) -> Array:
    """Return the best and worst rank that the choice of tasks allows each ranked model.

    The best is 1 + the number of models that are ahead of it; the worst is the number of models
    minus those that it is ahead of. The interval includes the rank.

    Shape: `ranks` (models,), `ahead` of `Leads`, to (2, models).
    Source: docs/statistics.md#rank-interval.
    """
    best, worst = 1.0 + ahead.sum(axis=0), len(ranks) - ahead.sum(axis=1).astype(float)
    return np.array([np.minimum(best, ranks), np.maximum(worst, ranks)])


def inseparable_groups(ahead: Flags) -> tuple[tuple[int, int], ...]:
    """Return the longest runs of neighbours in rank of which none is ahead of another.

    Shape: `ahead` of `Leads`, to the first and last position of each run of two or more, from 0.
    Source: the bars of a critical-difference diagram, Demsar (2006), Journal of Machine Learning
        Research 7, 1-30; docs/statistics.md#rank-interval.
    """
    k = len(ahead)
    if not k:
        return ()
    apart = np.triu(ahead | ahead.T)
    first_apart = np.where(apart.any(axis=1), apart.argmax(axis=1), k)
    ends = np.minimum.accumulate(first_apart[::-1])[::-1] - 1
    is_longest = np.diff(ends, prepend=-1) > 0
    runs = zip(np.flatnonzero(is_longest).tolist(), ends[is_longest].tolist(), strict=True)
    return tuple((start, end) for start, end in runs if end > start)


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
