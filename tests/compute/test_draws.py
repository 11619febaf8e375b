import numpy as np
import pytest
from scipy.stats import chisquare

from site_builder.compute.intervals import (
    RESAMPLES,
    SEED,
    draw_places,
    draw_words,
)
from tests.helpers.choosing import draw_words as plain_words


@pytest.mark.parametrize("seed", [0, 1, SEED, 2**32 - 1])
def test_words_are_those_of_the_author(seed):
    assert plain_words(500, seed).tolist() == draw_words(500, seed).tolist()


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
