"""Measure how far tasks agree on the ranking of models, and group those that do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import Array, round_float
from site_builder.compute.scores import Scores
from site_builder.compute.tasks import MIN_COMMON_MODELS
from site_builder.records import Record

MIN_MEAN_RHO = 0.5
MIN_GROUP = 3


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

    @property
    def is_beyond_chance(self) -> bool:
        """Whether unrelated rankings rarely agree as much."""
        return self.w > self.chance


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
    columns_of = ranks.to_numpy().T
    sizes = np.concatenate([np.unique(column, return_counts=True)[1] for column in columns_of])
    sizes = sizes.astype(float)
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
    without a common task are as far apart as the farthest. `values` has shape (entries, tasks).

    Source: R. R. Sokal and C. D. Michener (1958), University of Kansas Science Bulletin 38,
        1409-1438; docs/statistics.md#agreement.
    """
    n = len(values)
    if n < 3:
        return [*range(n)]
    from scipy.cluster import hierarchy

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
