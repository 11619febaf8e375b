"""How alike two tasks rank the models, and the tasks that do it most alike."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array, settled
from site_builder.compute.scores import Scores
from site_builder.records import Record

MIN_COMMON_MODELS = 4
MOST_RANKED_ANEW = 300
# Ranks are at least one half apart, so that the least spread of some that differ is far above it.
NO_SPREAD = 1e-6


class SimilarTask(Record):
    """A task that ranks models alike: Spearman's rho of the two tasks' scores over `n` models."""

    task: str
    rho: float
    n: int


@lru_cache(maxsize=1)  # the similar tasks and the chart of what is redundant ask for the same
def compute_rank_agreement(scores: Scores) -> tuple[Array, Array]:
    """How alike each pair of tasks ranks the models of the primary variant.

    Spearman's rho of two tasks' scores, turned so that greater is better, over the models that have
    both; NaN below four common models, and where these have all the same score on one of the tasks.
    On a board of more than 300 tasks the ranks are those among all models of a task: taken anew for
    each pair they would cost more than all the rest. Where no score is missing they are the same.

    Shape: two arrays (tasks, tasks): rho, and the number of common models.
    Source: Spearman (1904), The American Journal of Psychology 15(1), 72-101;
        docs/statistics.md#similar-tasks.
    """
    signed = pd.DataFrame(scores.signed[scores.roles.primary])
    there = signed.notna().to_numpy(dtype=float)
    if len(scores.tasks) > MOST_RANKED_ANEW:
        rho = _correlate_ranks(signed.rank().to_numpy(), there)
    else:
        rho = signed.corr(method="spearman", min_periods=MIN_COMMON_MODELS).to_numpy()
    return settled(np.clip(rho, -1, 1)), there.T @ there


def _correlate_ranks(ranks: Array, there: Array) -> Array:
    """Pearson's r of every two columns over the rows that both have, by sums over these rows.

    Shape: (models, tasks), with where there are any, to (tasks, tasks).
    """
    # Centred, so that the sums lose no digits.
    ranks = np.where(there > 0, ranks, 0.0)
    ranks -= there * (ranks.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    n, sums = there.T @ there, ranks.T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (ranks**2).T @ there - sums**2 / n
        spread = np.sqrt(np.maximum(own, 0.0) * np.maximum(own.T, 0.0))
        r = (ranks.T @ ranks - sums * sums.T / n) / spread
    enough = (n >= MIN_COMMON_MODELS) & (np.minimum(own, own.T) > NO_SPREAD)
    return np.where(enough, r, np.nan)


def compute_similar_tasks(scores: Scores, most: int = 5) -> dict[str, tuple[SimilarTask, ...]]:
    """For each task, the tasks that rank models most alike, as far as they do so at all (rho > 0).

    Source: docs/statistics.md#similar-tasks.
    """
    rho, common = compute_rank_agreement(scores)
    alike = np.where(rho > 0, rho, 0.0)
    np.fill_diagonal(alike, 0.0)
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :most]
    return {
        task: tuple(
            SimilarTask(scores.tasks[j], float(rho[i, j]), int(common[i, j]))
            for j in nearest[i]
            if alike[i, j] > 0
        )
        for i, task in enumerate(scores.tasks)
    }
