"""The few probabilities that the statistics ask for: normal, Student's t, binomial, signed ranks.

Written here since the library that has them takes longer to import than all statistics of a board
take to compute; the tests hold every one of them against it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from math import erfc, gamma, pi, sqrt

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import Array
from site_builder.compute.score_error import REACH

# From here on the expansion of the quantile of t is exact in every digit of a float.
_MANY = 512
_MOST_GAMMA = 340  # gamma() of half of it is still a float
_LAST_DIGIT = 4e-15


def normal_below(z: Array) -> Array:
    """Probability that a standard normal variable is below z: erfc(-z / sqrt(2)) / 2.

    Shape: any, to the same.
    Source: NIST Digital Library of Mathematical Functions, 7.2.2.
    """
    flat = [erfc(-value * sqrt(0.5)) / 2 for value in np.ravel(z).tolist()]
    return np.array(flat, dtype=float).reshape(np.shape(z))


def correlation_p(r: Array, freedom: Array) -> Array:
    """Two-sided p-value of a correlation r, with so many degrees of freedom (pairs less two).

    That of t = r sqrt(freedom / (1 - r²)): the regularized incomplete beta function
    I_(1 - r²)(freedom / 2, 1/2), which keeps its digits where it is tiny.

    Shape: two arrays that broadcast, to their shape; NaN where r is.
    Source: DLMF 8.17; Student (1908), Biometrika 6(2), 302-310.
    """
    r, freedom = np.broadcast_arrays(np.abs(r), freedom)
    p = np.full(r.shape, np.nan)
    there = ~np.isnan(r)
    r, freedom = r[there], freedom[there]
    p[there] = _two_tails(r**2, (1 - r) * (1 + r), freedom)
    return p


def student_quantiles(freedom: npt.NDArray[np.int64]) -> Array:
    """97.5th percentiles of Student's t with so many degrees of freedom, 1 or more.

    Shape: any, to the same.
    Source: M. Abramowitz and I. A. Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
    """
    found = _expanded_quantiles(np.maximum(freedom, 1).astype(float))
    few = freedom <= _MANY
    if few.any():
        # A table of the next power of two: boards and categories of any size share a few.
        table = _quantile_table(1 << int(freedom[few].max()).bit_length())
        found[few] = table[freedom[few]]
    return found


@lru_cache
def _quantile_table(size: int) -> Array:
    """The percentiles for 0 (where there is none) to `size` degrees of freedom."""
    freedom = np.arange(1.0, size + 1)
    density_at_0 = _gamma_ratios(freedom) / np.sqrt(freedom * pi)
    t = _expanded_quantiles(freedom)
    # Newton's method, from below: the tail is convex there, so that no step goes too far.
    for _ in range(5):
        whole = freedom + t**2
        excess = _two_tails(t**2 / whole, freedom / whole, freedom) - 0.05
        t += excess / (2 * density_at_0 * (freedom / whole) ** ((freedom + 1) / 2))
    return np.array([np.nan, *t])


def _expanded_quantiles(freedom: Array) -> Array:
    """The percentiles by powers of 1 / freedom, up to the fourth; a little too low for a few."""
    z = REACH
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return np.asarray(sum(term / freedom**power for power, term in enumerate(terms)))


def _two_tails(sine2: Array, cosine2: Array, freedom: Array) -> Array:
    """Probability that t is beyond ±t, by sin² = t² / (freedom + t²) and cos² = 1 - sin².

    By the continued fraction of whichever of I_cos²(freedom / 2, 1/2) and its complement
    I_sin²(1/2, freedom / 2) converges fast.

    Shape: three arrays (n,) to (n,).
    Source: DLMF 8.17.4, 8.17.22.
    """
    half = freedom / 2
    far = sine2 > 1.5 / (half + 2.5)
    share = np.sqrt(sine2 / pi) * cosine2**half * _gamma_ratios(freedom)
    a, b = np.where(far, half, 0.5), np.where(far, 0.5, half)
    share = share / a * _beta_fraction(a, b, np.where(far, cosine2, sine2))
    return np.where(far, share, 1 - share)


def _beta_fraction(a: Array, b: Array, x: Array) -> Array:
    """The continued fraction of the incomplete beta function, by Lentz's method.

    Shape: three arrays (n,) to (n,).
    Source: DLMF 8.17.22; Press et al. (2007), Numerical Recipes, section 6.4.
    """
    front, back = np.ones_like(x), 1 / (1 - (a + b) * x / (a + 1))
    found, m, going = back.copy(), 0, np.ones(x.shape, dtype=bool)
    while going.any():
        m += 1
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = np.ones_like(x)
        for term in (even, odd):
            back = 1 / (1 + term * back)
            front = 1 + term / front
            step *= front * back
        # What has its last digit stays: further steps would add their own rounding only.
        going &= np.abs(step - 1) > _LAST_DIGIT
        found = np.where(going, found * step, found)
    return found


def _gamma_ratios(freedom: Array) -> Array:
    """Gamma((freedom + 1) / 2) / Gamma(freedom / 2).

    Source: DLMF 5.11.13 for many degrees of freedom, of which the functions themselves overflow.
    """
    a = np.asarray(freedom, dtype=float) / 2
    tail = 1 - (1 - (1 + (5 - (21 + 399 / (8 * a)) / (32 * a)) / (8 * a)) / (16 * a)) / (8 * a)
    known = {n: gamma((n + 1) / 2) / gamma(n / 2) for n in set(freedom.tolist()) if n < _MOST_GAMMA}
    exact = np.array([known.get(n, np.nan) for n in freedom.tolist()])
    return np.where(np.isnan(exact), np.sqrt(a) * tail, exact)


def fair_below(k: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Array:
    """Probability of at most k heads in n throws of a fair coin: exact, k from 0 to n.

    Shape: two arrays (models,) to (models,).
    Source: the binomial distribution.
    """
    found = np.empty(len(k))
    for size in np.unique(n).tolist():
        mine = n == size
        heads = _heads(size, int(k[mine].max()))
        found[mine] = [heads[at] / 2**size for at in k[mine].tolist()]
    return found


def _heads(n: int, most: int) -> list[int]:
    """Of the 2^n outcomes of n throws, how many have at most 0, 1, ... `most` heads."""
    steps = ((n - k, k + 1) for k in range(most))
    return list(accumulate(accumulate(steps, lambda c, step: c * step[0] // step[1], initial=1)))


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
