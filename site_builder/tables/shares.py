"""Find how many examples a score can be the share of, given the size of the evaluated split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.records import Record
from site_builder.tables.read import positions

_Numbers = npt.NDArray[np.float64]

_MAX_DIGITS = 12
_MAX_TRIED = 200_000


class SampleSizes(Record, eq=False):
    """The range of the number of examples of some scores, which state none.

    Attributes:
        task, size: Row in the tasks table, and its `evaluation_examples`.
        rows: The scores, as rows of the results table.
        least: The least number; None where the scores are no shares of `size` examples.
    """

    task: int
    size: float
    rows: npt.NDArray[np.intp]
    least: float | None


def mean_spans(tasks: pd.DataFrame) -> _Numbers:
    """Return the span of the bounds of each task whose scores are means of examples, else NaN.

    Source: docs/statistics.md#error-of-a-score.
    """
    low, high = (tasks[name].to_numpy(dtype=float) for name in ("score_min", "score_max"))
    is_share = (tasks["score_min"] == 0) & tasks["score_max"].isin([1, 100])
    is_mean = tasks["mean_of_examples"].astype("boolean").fillna(is_share).to_numpy(dtype=bool)
    with np.errstate(over="ignore"):
        span = np.where(is_mean & (high > low), high - low, np.nan)
    return np.where(np.isfinite(span), span, np.nan)


def find_sample_sizes(results: pd.DataFrame, tasks: pd.DataFrame) -> Iterator[SampleSizes]:
    """Yield each task whose split has a known size, if scores state nothing of their error.

    A score is printed with the most decimals among those of its task and source, since a table
    prints 0.870 where a file has 0.87, and is half a unit of the last one from the exact value, or
    as far as `rounding` states.

    Source: docs/statistics.md#size-of-the-evaluated-split.
    """
    score, stated, n, rounding = (
        results[name].to_numpy(dtype=float)
        for name in ("score", "stderr", "n_examples", "rounding")
    )
    at = positions(results["task"], tasks["task"].tolist())
    sizes, low = (
        tasks[name].to_numpy(dtype=float) for name in ("evaluation_examples", "score_min")
    )
    spans = mean_spans(tasks)
    has_size = np.append((sizes >= 1) & ~np.isnan(spans), False)  # of no task: -1
    if not has_size.any():
        return
    rows = np.flatnonzero(~(stated > 0) & np.isnan(n) & np.isfinite(score) & has_size[at])
    by_source = [at[rows], results["source"].iloc[rows].fillna("").to_numpy()]
    decimals = pd.Series(_decimals(score[rows])).groupby(by_source).transform("max")
    half = 0.5 * 10.0 ** -decimals.to_numpy()
    near = np.where(np.isnan(rounding[rows]), half, rounding[rows])
    for task in np.unique(at[rows]).tolist():
        is_own = at[rows] == task
        own, size = rows[is_own], sizes[task]
        least = least_sample_size(score[own], near[is_own], low[task], spans[task], size)
        yield SampleSizes(task, size, own, least)


def least_sample_size(
    scores: _Numbers, near: _Numbers, low: float, span: float, size: float
) -> float | None:
    """Return the least n of which all scores can be shares k / n, each within `near` of it.

    A score is one if `low + span k / n` is that near to it for a whole k. That is so of every score
    if n is at least `span / 2 near`. Numbers above 200,000 are not tried: the least is above it, if
    none below is one. None where the scores are no shares of `size`.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        # The most exact first, since they exclude the most numbers.
        near, scores = np.unique(np.column_stack([near, scores]), axis=0).T
        p, near = (scores - low) / span, (1 + 2e-6) * near / span
        most = min(size, np.ceil(0.5 / near[0]), _MAX_TRIED)
        numbers = np.append(np.arange(1.0, most + 1), size)
        # Most numbers fail at the first scores: test more at once as fewer numbers are left.
        start, step = 0, 1
        while start < len(p):
            part = slice(start, start + step)
            shares = np.rint(numbers[:, None] * p[part]) / numbers[:, None]
            numbers = numbers[(np.abs(shares - p[part]) <= near[part]).all(axis=1)]
            start, step = start + step, step * 2
    if size not in numbers:
        return None
    return float(min(numbers[0], _MAX_TRIED + 1))


def _decimals(values: _Numbers) -> _Numbers:
    """Return how many decimal places write each number, at most twelve."""
    powers = 10.0 ** np.arange(_MAX_DIGITS + 1)
    exact = np.rint(values[:, None] * powers) / powers == values[:, None]
    exact[:, -1] = True
    return np.asarray(exact.argmax(axis=1), dtype=float)
