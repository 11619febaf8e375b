import numpy as np
import pytest
from scipy.stats import chisquare, expon, kstest

from site_builder.compute.intervals import (
    RESAMPLES,
    SEED,
    draw_exponentials,
    draw_places,
    draw_words,
)


def plain_words(n, seed):
    """mulberry32 as its author wrote it, a word after the other."""
    found = []
    for _ in range(n):
        seed = (seed + 0x6D2B79F5) & 0xFFFFFFFF
        word = (seed ^ seed >> 15) * (seed | 1) & 0xFFFFFFFF
        word ^= word + ((word ^ word >> 7) * (word | 61) & 0xFFFFFFFF) & 0xFFFFFFFF
        found.append(word ^ word >> 14)
    return found


@pytest.mark.parametrize("seed", [0, 1, SEED, 2**32 - 1])
def test_words_are_those_of_the_author(seed):
    """All at once they are the same as one after the other."""
    assert plain_words(500, seed) == draw_words(500, seed).tolist()


def test_first_word_of_seed_zero():
    """The published generator gives 0.26642920868471265 first: this times 2^32."""
    assert [1144304738] == draw_words(1, 0).tolist()


@pytest.mark.parametrize("n", [2, 8, 31, 100])
def test_places_are_equally_likely(n):
    """Pearson's chi-square over the draws of a whole bootstrap shows no place that is preferred."""
    counts = np.bincount(draw_places((RESAMPLES, n), n, SEED).ravel(), minlength=n)
    assert n == len(counts)
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("n", [8, 31])
def test_places_do_not_follow_from_the_one_before(n):
    """Nor does any pair of neighbours come more often than another."""
    places = draw_places((RESAMPLES, n), n, SEED).ravel()
    pairs = np.bincount(places[:-1] * n + places[1:], minlength=n * n)
    assert chisquare(pairs).pvalue > 0.001


def test_exponentials_are_exponential():
    """Kolmogorov and Smirnov's test against the distribution of mean 1; none is infinite."""
    found = draw_exponentials((1_000, 31), SEED)
    assert (1_000, 31) == found.shape
    assert np.isfinite(found).all()
    assert kstest(found.ravel(), expon.cdf).pvalue > 0.001
