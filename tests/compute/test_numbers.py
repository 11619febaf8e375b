"""Rounding, differences, means, ranks, distributions."""

from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from site_builder.compute.numbers import (
    _decades,
    competition_ranks,
    correlation_p,
    decimals_needed,
    difference,
    fair_below,
    float_or_none,
    floats_or_none,
    integers_or_none,
    mean_of,
    mean_or_none,
    normal_below,
    round_significant,
    signed_ranks_below,
    student_quantiles,
)
from site_builder.compute.score_error import REACH
from site_builder.tables.read import positions

NAN = float("nan")
SCORES = st.decimals(-1000, 1000, places=4).map(float)


@pytest.mark.parametrize(
    ("noisy", "paper"),
    [
        (0.1 + 0.2, 0.3),  # 0.30000000000000004
        (0.7 * 3, 2.1),  # 2.0999999999999996
        (0.1 * 3 * 1e11, 3e10),
        (1e-10 * 3, 3e-10),  # 3.0000000000000005e-10
        (-(0.1 + 0.2), -0.3),
        (1e22, 1e22),
        (1.7e308, 1.7e308),
        (5e-324, 0.0),
        (0.0, 0.0),
    ],
)
def test_rounding_removes_the_error_of_binary_fractions(noisy, paper):
    assert paper == round_significant(np.array([noisy]))[0]


def test_rounding_keeps_twelve_digits():
    assert [0.123456789012, 0.123456789013] == round_significant(
        np.array([0.123456789012, 0.123456789013])
    ).tolist()


def test_decades_begin_at_powers_of_ten():
    exponents = np.arange(-307, 309)
    powers = np.array([float(f"1e{e}") for e in exponents])
    assert exponents.tolist() == _decades(powers).tolist()
    assert (exponents - 1).tolist() == _decades(np.nextafter(powers, 0)).tolist()
    assert [308, 0, -2] == _decades(np.array([np.finfo(float).max, 9.99, 0.0999])).tolist()


def test_rounding_keeps_nan_and_drops_negative_zero():
    """NaN stays NaN, infinity stays infinite, -0.0 is written as 0.0."""
    found = round_significant(np.array([NAN, np.inf, -np.inf, -0.0]))
    assert [True, False, False, False] == np.isnan(found).tolist()
    assert [np.inf, -np.inf] == found[1:3].tolist()
    assert not np.signbit(found[3])


@given(st.floats(1e-10, 1e15) | SCORES)
def test_rounding_twice_changes_nothing(value):
    once = round_significant(np.array([value]))
    assert once.tolist() == round_significant(once).tolist()


@given(SCORES)
def test_rounding_keeps_short_decimals(score):
    """A score as it is published comes out as it went in, to the last bit."""
    assert score == round_significant(np.array([score]))[0]


def test_difference_is_exact():
    """0.3 - 0.1 is 0.2, and 0.1 + 0.2 does not differ from 0.3."""
    a, b = np.array([0.3, 0.1 + 0.2, 1.0, 5.0]), np.array([0.1, 0.3, 0.999999999999, NAN])
    assert [0.2, 0.0, 1e-12] == difference(a, b)[:3].tolist()
    assert np.isnan(difference(a, b)[3])


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_difference_has_the_sign_of_the_comparison(a, b):
    """A lift is above zero exactly where the compared score is the greater one."""
    x, y = np.array([a]), np.array([b])
    assert np.sign(round_significant(x) - round_significant(y)) == np.sign(difference(x, y))


def test_mean_leaves_missing_values_out():
    """A missing score is not a zero, and a mean of nothing is none."""
    # (0.2 + 0.4) / 2; 0.9 / 1; nothing
    values = np.array([[0.2, NAN, 0.4], [NAN, 0.9, NAN], [NAN, NAN, NAN]])
    means = mean_of(values, axis=1)
    assert [0.3, 0.9] == means[:2].tolist()
    assert np.isnan(means[2])


def test_mean_of_exactly_zero():
    """0.1 + 0.2 - 0.3 leaves nothing: the noise is judged by the size of the terms."""
    assert 0.0 == mean_or_none(np.array([0.1, 0.2, -0.3]))


def test_mean_of_an_empty_array_is_none():
    """A board without tuned variants has no tuned runs to average."""
    assert None is mean_or_none(np.empty((0, 3)))


def test_mean_too_large_for_a_float_is_none():
    assert None is mean_or_none(np.array([1.7e308, 1.7e308]))


def test_none_replaces_nan_and_infinity():
    assert [1.5, None, None] == [float_or_none(1.5), float_or_none(NAN), float_or_none(np.inf)]
    assert [1.5, None, None] == floats_or_none(np.array([1.5, NAN, -np.inf]))


def test_equal_values_share_the_better_rank():
    """0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4."""
    assert [4, 2, 1, 2] == competition_ranks(np.array([0.1, 0.8, 0.9, 0.8])).tolist()


def test_columns_are_ranked_separately():
    ranks = competition_ranks(np.array([[0.1, 5], [0.8, NAN], [0.8, 7]]))
    assert [[3, 1, 1], [2, 1]] == [ranks[:, 0].tolist(), ranks[[0, 2], 1].tolist()]
    assert np.isnan(ranks[1, 1])


def test_nan_has_no_rank():
    """A gap stays unranked, and the others rank as if it were not there."""
    ranks = competition_ranks(np.array([0.1, NAN, 0.9]))
    assert [2, 1] == [ranks[0], ranks[2]]
    assert np.isnan(ranks[1])


def test_ranks_of_nothing():
    """Nothing to rank gives no rank."""
    assert np.isnan(competition_ranks(np.array([NAN, NAN]))).all()
    assert [] == competition_ranks(np.array([])).tolist()


def test_positions_of_ids():
    """Among the known ones, in their order; -1 for one that is unknown, and for none."""
    ids = pd.Series(["b", "a", None, "b", "x"], dtype="str")
    assert [1, 0, -1, 1, -1] == positions(ids, ["a", "b", "c"]).tolist()
    assert [-1] * 5 == positions(ids, []).tolist()
    assert [] == positions(ids[:0], ["a"]).tolist()


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([1.0, 2.0, np.nan], 0),
        ([0.5, 0.25, -0.125], 3),
        ([0.1, 0.2, 0.3], 1),
        ([0.1 + 0.2], None),
        ([1 / 3], None),
        ([1e-7], None),
        ([0.5, np.inf], 1),
        ([0.5, 1.5e308], None),
        ([np.nan], 0),
    ],
)
def test_decimals_needed(values, places):
    """None where six are not enough, and where a number is one of them to the last bit but one."""
    assert places == decimals_needed([np.array(values)])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 6))
def test_integers_give_the_numbers_back(found, places):
    values = np.array(found) / 10**places
    kept = decimals_needed([values])
    assert kept is not None
    assert kept <= places
    whole = integers_or_none(np.append(values, np.nan), kept)
    assert None is whole[-1]
    assert values.tolist() == [n / 10**kept for n in whole[:-1] if n is not None]


# --- normal -------------------------------------------------------------------------------------


def test_normal_by_hand():
    """Half lies below 0; the rest is from tables of the distribution."""
    assert [0.5, 0.025, 0.975] == pytest.approx(normal_below(np.array([0, -REACH, REACH])))
    assert 0.158655253931457 == pytest.approx(float(normal_below(np.array(-1.0))), rel=1e-14)
    assert np.isnan(normal_below(np.array([[NAN]]))).tolist() == [[True]]


def test_normal_agrees_with_scipy():
    """Far into the tails, and its 97.5th percentile."""
    z = np.linspace(-37, 8, 10_001)
    assert special.ndtr(z) == pytest.approx(normal_below(z), rel=1e-12, abs=1e-300)
    assert stats.norm.ppf(0.975) == REACH


# --- Student's t --------------------------------------------------------------------------------


def test_student_by_hand():
    """One degree: tan(0.475 pi). Two: (2 q - 1) sqrt(2 / (4 q (1 - q))) at q = 0.975."""
    one, two = np.tan(0.475 * np.pi), 0.95 * sqrt(2 / (4 * 0.975 * 0.025))
    assert [one, two] == pytest.approx(student_quantiles(np.array([1, 2])), rel=1e-13)


def test_student_agrees_with_scipy():
    """On both sides of 512 degrees of freedom, where the method changes."""
    freedom = np.array([*range(1, 700), 1_499, 10_000, 1_000_000])
    assert stats.t.ppf(0.975, freedom) == pytest.approx(student_quantiles(freedom), rel=1e-12)


def test_p_of_a_correlation_by_hand():
    """With two degrees of freedom p = 1 - |r|; with four, 1 - |r| (3 - r²) / 2."""
    r = np.array([0.0, 0.3, -0.9, 1.0, -1.0, NAN])
    assert 1 - np.abs(r) == pytest.approx(correlation_p(r, np.array(2)), nan_ok=True)
    expected = 1 - np.abs(r) * (3 - r**2) / 2
    assert expected == pytest.approx(correlation_p(r, np.array(4)), nan_ok=True)


@pytest.mark.parametrize("freedom", [*range(2, 60), 100, 339, 340, 500, 1_000, 1_498])
def test_p_of_a_correlation_agrees_with_scipy(freedom):
    """From coefficients that mean nothing to ones whose p is next to 0, digit by digit."""
    r = np.concatenate([np.linspace(0, 0.999, 1_000), 10.0 ** -np.arange(3, 16)])
    own = correlation_p(r, np.array(freedom))
    beta = 2 * special.betainc(freedom / 2, freedom / 2, (1 - r) / 2)
    # Beyond some hundred tasks the two that scipy has differ by as much.
    assert beta == pytest.approx(own, rel=1e-12 if freedom < 500 else 5e-12, abs=1e-290)


# --- coins --------------------------------------------------------------------------------------


def test_coins_by_hand():
    """Of 8 throws 1 + 8 outcomes of 256 have at most one head; of none all have none."""
    k, n = np.array([1, 0, 5, 2]), np.array([8, 0, 5, 4])
    assert [9 / 256, 1.0, 1.0, 11 / 16] == fair_below(k, n).tolist()


def test_coins_agree_with_scipy():
    """Up to two hundred throws; and far more than a float can count, by symmetry."""
    n = np.repeat(np.arange(1, 200), 5)
    k = np.random.default_rng(1).integers(0, n + 1)
    assert special.bdtr(k, n, 0.5) == pytest.approx(fair_below(k, n), rel=1e-12)
    half = 0.5 + float(comb(3_000, 1_500) / 2**3_001)
    assert half == pytest.approx(fair_below(np.array([1_500]), np.array([3_000]))[0], rel=1e-15)


def test_sums_of_ranks_by_hand():
    """Of the 16 sets of 1 to 4, those with a sum up to 4: {}, 1, 2, 3, 12, 4, 13."""
    sums, n = np.array([4, 10, 0, 0]), np.array([4, 4, 4, 1])
    assert [7 / 16, 1.0, 1 / 16, 1 / 2] == signed_ranks_below(sums, n).tolist()
