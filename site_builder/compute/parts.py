"""Find the worst of the parts of a task, and the scores that there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from site_builder.compute.numbers import Array


def find_worst(scores: Array, *, higher_is_better: bool) -> Array:
    """Return the place of the worst part of each entry; NaN below two scores.

    Of several with the same score, the first. Shape: (entries, parts) to (entries,).
    """
    there = ~np.isnan(scores)
    farthest = np.where(there, scores if higher_is_better else -scores, np.inf)
    places = farthest.argmin(axis=1).astype(float)
    return np.where(there.sum(axis=1) > 1, places, np.nan)


def with_worst(scores: Array, parts: Iterable[tuple[Array, bool]]) -> Array:
    """Return scores with the place of the worst part of each task with parts behind them.

    Shape: (entries, tasks) to (tasks + tasks with parts, entries). `parts` are the scores on the
    parts of a task, and whether higher is better.
    """
    worst = [find_worst(values, higher_is_better=is_high) for values, is_high in parts]
    return np.vstack([scores.T, *worst])
