"""Do arithmetic on arrays with gaps; the few distributions."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from math import isfinite, log10

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

Array = npt.NDArray[np.float64]

DIGITS = 12
_LEAST, _MOST = -307, 308
# Written out, since `10.0 ** e` differs in the last bit from one machine to the next.
_POWERS = np.array([float(f"1e{e}") for e in range(_LEAST, _MOST + 1)])


def round_significant(values: Array, size: Array | None = None, digits: int = DIGITS) -> Array:
    """Values freed of the noise that binary fractions add: equal on paper is equal here.

    Rounded at twelve significant digits of `size`, their own magnitude where none is given. Sums of
    scores differ from the paper's arithmetic in the sixteenth digit, and from one machine to the
    next; published scores end long before the twelfth.

    Source: docs/statistics.md#equality.
    """
    places = np.clip(digits - 1 - _decades(np.abs(values if size is None else size)), -300, 300)
    # One of the two is 1. Whole powers of ten up to 1e22 are exact, their inverses are not: divide.
    up, down = _POWERS[np.maximum(places, 0) - _LEAST], _POWERS[np.maximum(-places, 0) - _LEAST]
    # Adding zero turns -0.0 into 0.0.
    return np.asarray(np.round(values * up / down) / up * down + 0.0)


def _decades(magnitude: Array) -> npt.NDArray[np.int64]:
    """The exponent of the greatest power of ten that is not above it; any for zero and no number.

    That of the power of two below it, or one more: a search among all powers takes thrice as long.
    """
    below = np.floor((np.frexp(magnitude)[1] - 1) * log10(2)).astype(np.int64)
    below = np.maximum(below, _LEAST - 1)
    above = magnitude >= _POWERS[np.minimum(below + 1, _MOST) - _LEAST]
    return np.asarray(below + above)


def settled_float(value: float) -> float:
    """One value, settled."""
    return float(round_significant(np.asarray(value, dtype=float)))


def difference(a: Array, b: Array) -> Array:
    """`a - b` of settled values: 0.3 - 0.1 is 0.2, and equal values differ by zero.

    Source: docs/statistics.md#equality.
    """
    a, b = round_significant(a), round_significant(b)
    with np.errstate(over="ignore"):
        # One digit more than its terms have: 1 - 0.999999999999 is no zero.
        return round_significant(a - b, np.fmax(np.abs(a), np.abs(b)), DIGITS + 1)


def mean_of(values: Array, axis: int) -> Array:
    """Mean over an axis of what is there, settled; NaN where nothing is. Missing is never zero."""
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        means = filled.sum(axis=axis) / there.sum(axis=axis)
        return round_significant(means, np.abs(filled).max(axis=axis, initial=0.0))


def mean_or_none(values: Array) -> float | None:
    """Mean of what is there, as a record keeps it."""
    return float_or_none(float(mean_of(values.ravel(), axis=0)))


def float_or_none(value: float | np.floating) -> float | None:
    """A float for a record: None in place of what is no number."""
    return float(value) if isfinite(value) else None


def floats_or_none(values: Array) -> list[float | None]:
    """Floats for records: None in place of what is no number."""
    return [value if isfinite(value) else None for value in values.tolist()]


def decimals_needed(arrays: Collection[Array], most: int = 6) -> int | None:
    """The fewest decimal places that are enough for every number; None where `most` are not.

    To the last bit: the whole number, divided by that power of ten, is the number.
    """
    return next((n for n in range(most + 1) if all(_have_places(a, n) for a in arrays)), None)


def _have_places(values: Array, places: int) -> bool:
    with np.errstate(over="ignore"):  # then it is not the same
        same = np.rint(values * 10**places) / 10**places == values
    return bool((same | np.isnan(values)).all())


def integers_or_none(values: Array, places: int = 0) -> list[int | None]:
    """Return numbers times ten to the power of `places` as integers, None for NaN."""
    return [None if v is None else int(v) for v in floats_or_none(np.rint(values * 10**places))]


def pairs_or_none(low: Array, high: Array) -> list[tuple[float, float] | None]:
    """Intervals for records: None where an end is no number."""
    ends = zip(floats_or_none(low), floats_or_none(high), strict=True)
    return [None if a is None or b is None else (a, b) for a, b in ends]


def counts_to(n: int) -> Array:
    """The numbers from 0 to n, shape (n + 1,)."""
    return np.arange(n + 1, dtype=float)


def competition_ranks(goodness: Array) -> Array:
    """Ranks from 1 (greatest) on, equal values sharing the better rank; NaN stays unranked.

    Shape: (n,) to (n,), or by column (n, m) to (n, m). Values 0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4.
    Source: standard competition ranking, docs/statistics.md#ranks.
    """
    ranks = pd.DataFrame(-goodness).rank(method="min").to_numpy(dtype=float)
    return ranks.reshape(goodness.shape)


def load() -> None:
    """Have scipy load them now, so that copies of this process need not each do it."""
    _ = scipy.special


def normal_below(z: Array) -> Array:
    """Probability that a standard normal variable is below z.

    Shape: any, to the same.
    """
    return np.asarray(scipy.special.ndtr(z))


def correlation_p(r: Array, freedom: Array) -> Array:
    """Two-sided p-value of a correlation r, with so many degrees of freedom (pairs less two).

    That of t = r sqrt(freedom / (1 - r²)): the regularized incomplete beta function
    I_(1 - r²)(freedom / 2, 1/2), by whichever of r² and 1 - r² is small, which keeps every digit.

    Shape: two arrays that broadcast, to their shape; NaN where r is.
    Source: DLMF 8.17; Student (1908), Biometrika 6(2), 302-310.
    """
    half = np.asarray(freedom) / 2
    near, far = (
        scipy.special.betainc(half, 0.5, (1 - r) * (1 + r)),
        scipy.special.betaincc(0.5, half, r**2),
    )
    return np.where(r**2 < 0.5, far, near)


def student_quantiles(freedom: npt.NDArray[np.int64]) -> Array:
    """97.5th percentiles of Student's t with so many degrees of freedom, 1 or more.

    Shape: any, to the same.
    """
    return np.asarray(scipy.special.stdtrit(freedom, 0.975))


def fair_below(k: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Array:
    """Probability of at most k heads in n throws of a fair coin: exact, k from 0 to n.

    Shape: two arrays (models,) to (models,).
    Source: the binomial distribution.
    """
    return np.asarray(scipy.special.bdtr(k, n, 0.5))


def signed_ranks_below(sums: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Array:
    """Probability that the ranks of gains add up to no more, were each of n signs a fair coin's.

    Exact for up to 50 ranks, whose probabilities are whole numbers of 2^-50.

    Shape: two arrays (models,) to (models,); n above 0.
    Source: F. Wilcoxon (1945), Biometrics Bulletin 1(6), 80-83.
    """
    found = np.empty(len(sums))
    for size in np.unique(n).tolist():
        mine = n == size
        found[mine] = _rank_sums(size)[sums[mine]]
    return found


@lru_cache
def _rank_sums(n: int) -> Array:
    """Probabilities that ranks 1 to n, each with a fair coin, add up to at most 0, 1, ..."""
    chance = np.ones(1)
    for rank in range(1, n + 1):
        without, with_it = np.pad(chance, (0, rank)), np.pad(chance, (rank, 0))
        chance = (without + with_it) / 2
    return np.cumsum(chance)
