"""Training-set sizes: how they are spread on a log axis, and how many are small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Bin:
    """Training sets with `low` <= examples < `high`."""

    low: float
    high: float
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class TrainingSets:
    """The training sets of the tasks that state their size.

    Attributes:
        sizes: By task, examples in the train split.
        bins: Bins of equal width on a log axis, three a decade, without gaps.
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

    Share below a threshold t: training sets with fewer than t examples / training sets of known size.

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
    positive = [n for n in sizes.values() if n > 0]
    if not positive:
        return ()
    # A third of a decade up to the next; the epsilon keeps exact powers of ten in the bin that they open.
    steps = {task: int(np.floor(np.log10(n) * BINS_PER_DECADE + 1e-9)) for task, n in sizes.items() if n > 0}
    return tuple(
        Bin(10 ** (step / BINS_PER_DECADE), 10 ** ((step + 1) / BINS_PER_DECADE), tuple(t for t, s in steps.items() if s == step))
        for step in range(min(steps.values()), max(steps.values()) + 1)
    )
