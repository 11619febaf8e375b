"""The few probabilities that the statistics ask for: normal, Student's t, binomial, signed ranks.

The first three are scipy's special functions, which it loads when one is first asked for; its
statistics, which have all four, take five times as long to import. The tests hold all to those.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from site_builder.compute.numbers import Array


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
