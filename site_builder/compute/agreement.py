"""Measure how far tasks agree on the ranking of models, find similar ones, and group them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import Array, round_float, round_significant
from site_builder.compute.scores import Scores
from site_builder.records import Record

MIN_COMMON_MODELS = 4
MAX_RERANKED_TASKS = 300
# Different ranks are at least one half apart, so a smaller spread is a rounding error.
_NO_SPREAD = 1e-6
_MAX_SIMILAR = 3
MIN_MEAN_RHO = 0.5
MIN_GROUP = 3


def correlate_ranks(signed: Array) -> Array:
    """Return Spearman's rho of the scores of every two tasks, over the models that have both.

    NaN below four common models, and where these have all the same score on one of the tasks.
    Above 300 tasks the ranks are those among all models of a task, since new ranks for each pair
    would take most of the build.

    Shape: (models, tasks), greater is better, NaN where missing, to (tasks, tasks).
    Source: Spearman (1904), The American Journal of Psychology 15(1), 72-101;
        docs/statistics.md#similar-tasks.
    """
    columns = pd.DataFrame(signed)
    if len(columns.columns) > MAX_RERANKED_TASKS:
        rho = _correlate_ranked(columns.rank().to_numpy(), (~np.isnan(signed)).astype(float))
    else:
        rho = columns.corr(method="spearman", min_periods=MIN_COMMON_MODELS).to_numpy()
    return round_significant(np.clip(rho, -1, 1))


def _correlate_ranked(ranks: Array, there: Array) -> Array:
    """Return Pearson's r of every two columns over their common rows, as sums over these rows."""
    # Centred, so that the sums lose no digits.
    ranks = np.where(there > 0, ranks, 0.0)
    ranks -= there * (ranks.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    n, sums = there.T @ there, ranks.T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (ranks**2).T @ there - sums**2 / n
        spread = np.sqrt(np.maximum(squares, 0.0) * np.maximum(squares.T, 0.0))
        r = (ranks.T @ ranks - sums * sums.T / n) / spread
    enough = (n >= MIN_COMMON_MODELS) & (np.minimum(squares, squares.T) > _NO_SPREAD)
    return np.where(enough, r, np.nan)


def find_similar_tasks(
    tasks: Sequence[str], rho: Array, related: Iterable[tuple[int, int]] = ()
) -> dict[str, tuple[str, ...]]:
    """Return the most similar tasks of each, with rho > 0 (docs/statistics.md#similar-tasks).

    Two `related` tasks, such as a part and its whole, are not similar.
    """
    alike = np.where(rho > 0, rho, 0.0)
    np.fill_diagonal(alike, 0.0)
    for a, b in related:
        alike[a, b] = alike[b, a] = 0.0
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :_MAX_SIMILAR]
    return {
        task: tuple(tasks[j] for j in nearest[i] if alike[i, j] > 0) for i, task in enumerate(tasks)
    }


class Concordance(Record):
    """How far the rankings of models by several tasks agree.

    Attributes:
        tasks: The tasks, without those on which all models have the same score.
        w: Kendall's coefficient of concordance: 1 where all rankings are the same.
        chance: What unrelated rankings exceed in 5 % of cases.
    """

    tasks: tuple[str, ...]
    w: float
    chance: float


def compute_concordance(scores: Scores, tasks: Sequence[str]) -> Concordance | None:
    """Compute Kendall's W of some tasks, corrected for ties.

    With mean ranks r of the n models that have all m tasks, R the sum of the ranks of a model, and
    t the size of each group of equal scores:
    W = (12 sum R² - 3 m² n (n + 1)²) / (m² n (n² - 1) - m sum (t³ - t)).
    Where rankings are unrelated, W has about a beta distribution with parameters a = (n - 1) / 2 -
    1 / m and b = (m - 1) a. Unlike the chi-square distribution, it also holds for two tasks.

    None below two tasks on which scores differ, and below four models.

    Source: M. G. Kendall and B. Babington Smith (1939), The Annals of Mathematical Statistics
        10(3), 275-287; docs/statistics.md#agreement.
    """
    columns = [scores.columns[task] for task in tasks]
    values = pd.DataFrame(scores.primary.signed[:, columns], columns=[*tasks])
    common = values.dropna(axis=1, thresh=MIN_COMMON_MODELS).dropna()
    if len(common) < MIN_COMMON_MODELS:
        return None
    ranks = common.loc[:, common.max() > common.min()].rank()
    n, m = ranks.shape
    if m < 2:
        return None
    sizes = np.concatenate([ranks[task].value_counts() for task in ranks]).astype(float)
    ties = float((sizes**3 - sizes).sum())
    squares = float((ranks.sum(axis=1) ** 2).sum())
    w = (12 * squares - 3 * m**2 * n * (n + 1) ** 2) / (m**2 * n * (n**2 - 1) - m * ties)
    a = (n - 1) / 2 - 1 / m
    chance = float(special.betaincinv(a, (m - 1) * a, LEVEL))
    return Concordance(tuple(map(str, ranks.columns)), round_float(w), round_float(chance))


def order_tasks(rho: Array) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Order the tasks that have a correlation with another one by average linkage.

    Those that rank models alike stand together. `rho` has the correlation of every two tasks, NaN
    where it is not known. Returns the tasks' indices in this order, and the first and the last
    place of each group in it.

    The distance of two tasks is 1 - rho; where rho is not known, it is 1. Two clusters are as far
    apart as their tasks are on average. A group has at least three tasks, and is joined at a mean
    rho of 0.5 or more.

    Source: R. R. Sokal and C. D. Michener (1958), University of Kansas Science Bulletin 38,
        1409-1438.
    """
    rho = rho.copy()
    np.fill_diagonal(rho, np.nan)
    known = np.flatnonzero(np.isfinite(rho).any(axis=1))
    if len(known) < MIN_GROUP:
        return (), ()
    from scipy.cluster import hierarchy  # slow to import, and only some sites need it

    distances = 1 - np.nan_to_num(rho[np.ix_(known, known)])
    joined = hierarchy.linkage(distances[np.triu_indices(len(known), 1)], method="average")
    order = hierarchy.leaves_list(joined)
    cluster = hierarchy.fcluster(joined, 1 - MIN_MEAN_RHO + 1e-9, criterion="distance")[order]
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    ends = [*starts[1:], len(cluster)]
    spans = [(int(a), int(b) - 1) for a, b in zip(starts, ends, strict=True)]
    groups = tuple((a, b) for a, b in spans if b - a + 1 >= MIN_GROUP)
    return tuple(known[order].tolist()), groups


def order_entries(values: Array, *, is_shared: bool) -> list[int]:
    """Order entries so that those of similar scores stand together, by average linkage.

    The distance of two entries is their mean absolute difference over the tasks that both have;
    where tasks have several scales, each difference is a share of the range of its task. Two
    without a common task are as far apart as the farthest. `values` has shape (entries, tasks), of
    two entries or more.

    Source: R. R. Sokal and C. D. Michener (1958), University of Kansas Science Bulletin 38,
        1409-1438; docs/statistics.md#agreement.
    """
    from scipy.cluster import hierarchy

    n = len(values)
    if not is_shared:
        size = np.fmax.reduce(values, axis=0) - np.fmin.reduce(values, axis=0)
        values = values / np.where(size > 0, size, 1.0)
    distances = np.zeros((n, n))
    for row in range(n - 1):
        gaps = np.abs(values[row + 1 :] - values[row])
        known = (~np.isnan(gaps)).sum(axis=1)
        means = np.nan_to_num(gaps).sum(axis=1) / np.maximum(known, 1)
        distances[row, row + 1 :] = np.where(known > 0, means, np.nan)
    flat = distances[np.triu_indices(n, 1)]
    farthest = 0.0 if np.isnan(flat).all() else float(np.nanmax(flat))
    joined = hierarchy.linkage(np.nan_to_num(flat, nan=farthest), method="average")
    order: list[int] = hierarchy.leaves_list(joined).tolist()
    return order if order.index(0) <= order.index(n - 1) else order[::-1]
