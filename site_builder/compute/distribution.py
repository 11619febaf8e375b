"""Training-set sizes: how they are spread on a log axis, and how many are small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from site_builder.records import Record


class Bin(Record):
    """Training sets with `low` <= examples < `high`."""

    low: float
    high: float
    tasks: tuple[str, ...]


class TrainingSets(Record):
    """The training sets of the tasks that state their size.

    Attributes:
        sizes: By task, examples in the train split.
        bins: Bins of equal width on a log axis, three a decade, without gaps; a size of 0 is in
            none.
        shares: By threshold, the share of training sets with fewer examples, 0..1.
        below: By threshold, how many have fewer examples.
        median: Median size.
    """

    sizes: Mapping[str, int]
    bins: tuple[Bin, ...]
    shares: Mapping[int, float]
    below: Mapping[int, int]
    median: float


BINS_PER_DECADE = 3


def compute_training_sets(tasks: pd.DataFrame, thresholds: Sequence[int]) -> TrainingSets | None:
    """The distribution of `train_examples`; None where no task states it.

    Share below a threshold t: training sets with fewer than t examples / those of known size.

    Source: docs/statistics.md#training-set-sizes.
    """
    known = tasks[["task", "train_examples"]].dropna()
    if known.empty:
        return None
    sizes = {str(task): int(n) for task, n in known.itertuples(index=False, name=None)}
    values = np.array(list(sizes.values()))
    below = {t: int((values < t).sum()) for t in sorted(set(thresholds))}
    shares = {t: n / len(values) for t, n in below.items()}
    return TrainingSets(sizes, _log_bins(sizes), shares, below, float(np.median(values)))


def _log_bins(sizes: Mapping[str, int]) -> tuple[Bin, ...]:
    # Step s begins at 10 ** (s / 3), where n ** 3 gets its digit s + 1: whole numbers, exact.
    steps = {task: len(str(n**BINS_PER_DECADE)) - 1 for task, n in sizes.items() if n > 0}
    if not steps:
        return ()
    return tuple(
        Bin(_edge(step), _edge(step + 1), tuple(t for t, s in steps.items() if s == step))
        for step in range(min(steps.values()), max(steps.values()) + 1)
    )


def _edge(step: int) -> float:
    return float(10 ** (step / BINS_PER_DECADE))
