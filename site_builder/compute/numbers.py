"""Do arithmetic on arrays with missing values; compute p-values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from math import isfinite, log10

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from site_builder.records import Record

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

LEAST_TO_CONCLUDE = 10
"""No direction of a rank correlation is concluded from fewer tasks, or models."""
_DIGITS = 12
_MAX_EXACT = 2.0**53  # above, a float cannot hold every integer
_MIN_EXPONENT, _MAX_EXPONENT = -307, 308
# Written out, since `10.0 ** e` differs in the last bit from one machine to the next.
_POWERS = np.array([float(f"1e{e}") for e in range(_MIN_EXPONENT, _MAX_EXPONENT + 1)])


def round_significant(values: Array, size: Array | None = None, digits: int = _DIGITS) -> Array:
    """Round to twelve significant digits of `size`, or of the values themselves.

    Values that are equal in exact arithmetic become equal (docs/statistics.md#equality).
    """
    places = np.clip(digits - 1 - _decades(np.abs(values if size is None else size)), -300, 300)
    # One of the two is 1. Whole powers of ten up to 1e22 are exact, their inverses are not: divide.
    up, down = (_POWERS[np.maximum(p, 0) - _MIN_EXPONENT] for p in (places, -places))
    # Adding zero turns -0.0 into 0.0.
    return np.asarray(np.round(values * up / down) / up * down + 0.0)


def _decades(magnitude: Array) -> npt.NDArray[np.int64]:
    """Return the exponent of the greatest power of ten not above; -1 for zero, any for NaN."""
    # From the power of two: a search among all powers takes three times as long.
    below = np.floor((np.frexp(magnitude)[1] - 1) * log10(2)).astype(np.int64)
    below = np.maximum(below, _MIN_EXPONENT - 1)
    above = magnitude >= _POWERS[np.minimum(below + 1, _MAX_EXPONENT) - _MIN_EXPONENT]
    return np.asarray(below + above)


def round_float(value: float) -> float:
    """Round one value to twelve significant digits."""
    return float(round_significant(np.asarray(value, dtype=float)))


def difference(a: Array, b: Array) -> Array:
    """Return `a - b`, rounded: equal values differ by zero (docs/statistics.md#equality)."""
    a, b = round_significant(a), round_significant(b)
    with np.errstate(over="ignore"):
        # One digit more than the terms have: 1 - 0.999999999999 is not zero.
        return round_significant(a - b, np.fmax(np.abs(a), np.abs(b)), _DIGITS + 1)


def mean_of(values: Array, axis: int) -> Array:
    """Return the rounded mean over an axis without missing values; NaN where all are missing.

    Means that are equal on paper are equal: decimals are added up as integers. Numbers with too
    many digits for that are rounded after adding, the means of rows all to the same place.
    """
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    size = np.abs(filled).max(axis=None if axis == 1 else axis, initial=0.0)
    n, places = there.sum(axis=axis), decimals_needed([filled], most=_DIGITS)
    with np.errstate(invalid="ignore", over="ignore"):
        if places is not None and np.max(size) * 10**places * values.shape[axis] < _MAX_EXACT:
            whole = np.rint(filled * 10**places).sum(axis=axis)
            return round_significant(whole / (n * 10**places))
        means = filled.sum(axis=axis) / n
        return round_significant(means, np.broadcast_to(size, means.shape))


def mean_or_none(values: Array) -> float | None:
    """Return the mean without missing values; None where all are missing."""
    return float_or_none(float(mean_of(values.ravel(), axis=0)))


def float_or_none(value: float | np.floating) -> float | None:
    """Return None in place of NaN and infinity."""
    return float(value) if isfinite(value) else None


def floats_or_none(values: Array) -> list[float | None]:
    """Return a list with None in place of NaN and infinity."""
    result: list[float | None] = values.tolist()  # faster than to test each number in turn
    for place in np.flatnonzero(~np.isfinite(values)).tolist():
        result[place] = None
    return result


def decimals_needed(arrays: Collection[Array], most: int = 6) -> int | None:
    """Return the fewest decimal places that write every number exactly; None above `most`."""
    values = np.concatenate([array.ravel() for array in arrays])
    values = values[~np.isnan(values)]
    with np.errstate(over="ignore"):  # infinity is not the same
        fits = (n for n in range(most + 1) if (np.rint(values * 10**n) / 10**n == values).all())
        return next(fits, None)


def integers_or_none(values: Array, places: int = 0) -> list[int | None]:
    """Return numbers times ten to the power of `places` as integers, None for NaN."""
    return [None if v is None else int(v) for v in floats_or_none(np.rint(values * 10**places))]


def pairs_or_none(
    low: Array, high: Array, *, number: Callable[[float], float] = float
) -> list[tuple[float, float] | None]:
    """Return intervals, of integers if `number` is int; None where an end is NaN or infinite."""
    ends = zip(floats_or_none(low), floats_or_none(high), strict=True)
    return [None if a is None or b is None else (number(a), number(b)) for a, b in ends]


def competition_ranks(goodness: Array) -> Array:
    """Rank from 1 (greatest), per column; NaN stays NaN. Values 0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4.

    Shape: (n,) or (n, m), to the same.
    Source: standard competition ranking, docs/statistics.md#ranks.
    """
    ranks = pd.DataFrame(-goodness).rank(method="min").to_numpy(dtype=float)
    return ranks.reshape(goodness.shape)


def correlation_p(r: Array, freedom: Array) -> Array:
    """Return the two-sided p-value of t = r sqrt(freedom / (1 - r²)); NaN where r is.

    This is the regularized incomplete beta function I_(1 - r²)(freedom / 2, 1/2), by the smaller of
    r² and 1 - r², which keeps every digit.

    Source: DLMF 8.17; Student (1908), Biometrika 6(2), 302-310.
    """
    half = freedom / 2
    of_large_r = special.betainc(half, 0.5, (1 - r) * (1 + r))
    of_small_r = special.betaincc(0.5, half, r**2)
    return np.where(r**2 < 0.5, of_small_r, of_large_r)


class Spread(Record):
    """Where values lie.

    Attributes:
        n: How many values are known.
        distinct: How many of them differ.
        low, high: The ends of the middle half: the values at a quarter of the way from either end.
    """

    n: int
    distinct: int
    least: float
    low: float
    median: float
    high: float
    greatest: float


def spread_of(values: Array | Sequence[float]) -> Spread | None:
    """Return where values lie, NaN left out; None without any.

    The middle half of 1, 2, 3, 4, 5 is 2 to 4.
    """
    array = np.asarray(values, float)
    known = np.sort(array[~np.isnan(array)])
    n = len(known)
    if n == 0:
        return None
    quarter, distinct = (n - 1) // 4, 1 + np.count_nonzero(known[1:] > known[:-1])
    places = (0, quarter, n - 1 - quarter, n - 1)
    least, low, high, greatest = (float(known[place]) for place in places)
    middle = round_float(float(known[(n - 1) // 2] + known[n // 2]) / 2)
    return Spread(n, int(distinct), least, low, middle, high, greatest)


def shared(values: Iterable[float | None]) -> float | None:
    """Return the value that all of them are; None where they differ."""
    first, *others = {*values} or {None}
    return None if others else first
