"""Arrays with gaps: the small operations that every computation shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def mean_of(values: Array, axis: int) -> Array:
    """Mean over an axis of what is there; NaN where nothing is. Missing is never zero."""
    n = (~np.isnan(values)).sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 0, np.nansum(values, axis=axis) / n, np.nan))


def number(value: float | np.floating) -> float | None:
    """A float for a record: None in place of NaN."""
    return None if np.isnan(value) else float(value)


def mean_or_none(values: Array) -> float | None:
    """Mean of what is there, as a record keeps it."""
    return number(mean_of(values.ravel(), axis=0)[()])


def settled(values: Array, size: Array | None = None) -> Array:
    """Values freed of the noise that binary fractions add, so that what is equal on paper compares equal.

    Rounded at twelve significant digits of `size` (their own magnitude where none is given): sums of scores differ
    from the paper's arithmetic in the sixteenth digit, published scores end long before the twelfth.
    """
    magnitude = np.abs(values if size is None else size)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        places = np.clip(11 - np.floor(np.log10(magnitude)), -300, 300)
        # Whole powers of ten up to 1e22 are exact as floats, so divide by one rather than multiply by its inverse.
        power = 10.0 ** np.abs(places)
        rounded = np.where(places >= 0, np.round(values * power) / power, np.round(values / power) * power)
    return np.asarray(np.where((magnitude > 0) & np.isfinite(rounded), rounded, values))


def difference(a: Array, b: Array) -> Array:
    """`a - b`, settled at the magnitude of its terms: 0.3 - 0.1 is 0.2, so that equal lifts are equal."""
    return settled(a - b, np.fmax(np.abs(a), np.abs(b)))


def competition_ranks(goodness: Array) -> Array:
    """Ranks from 1 (greatest) on, equal values sharing the better rank; NaN stays unranked.

    Shape: (n,) to (n,). Values 0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4.
    Source: standard competition ranking, docs/statistics.md#ranks.
    """
    ranks = np.full(goodness.shape, np.nan)
    there = ~np.isnan(goodness)
    ordered = np.sort(-goodness[there])
    ranks[there] = np.searchsorted(ordered, -goodness[there], side="left") + 1
    return ranks
