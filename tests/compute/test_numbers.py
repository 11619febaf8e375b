"""Rounding, differences, means, ranks, p-values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from site_builder.compute.numbers import (
    _decades,
    competition_ranks,
    correlation_p,
    decimals_needed,
    difference,
    float_or_none,
    floats_or_none,
    integers_or_none,
    mean_of,
    mean_or_none,
    round_significant,
    signed_ranks_below,
)
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
    """Arithmetic noise goes, at any magnitude and sign."""
    assert paper == round_significant(np.array([noisy]))[0]


def test_rounding_keeps_twelve_digits():
    """What published scores can tell apart stays apart."""
    assert [0.123456789012, 0.123456789013] == round_significant(
        np.array([0.123456789012, 0.123456789013])
    ).tolist()


def test_decades_begin_at_powers_of_ten():
    """To the last bit, from the least power to the greatest."""
    exponents = np.arange(-307, 309)
    powers = np.array([float(f"1e{e}") for e in exponents])
    assert exponents.tolist() == _decades(powers).tolist()
    assert (exponents - 1).tolist() == _decades(np.nextafter(powers, 0)).tolist()
    found = _decades(np.array([np.finfo(float).max, 9.99, 0.0999, 0.0]))
    assert [308, 0, -2, -1] == found.tolist()


def test_rounding_keeps_nan_and_drops_negative_zero():
    """NaN stays NaN, infinity stays infinite, -0.0 is written as 0.0."""
    found = round_significant(np.array([NAN, np.inf, -np.inf, -0.0]))
    assert [True, False, False, False] == np.isnan(found).tolist()
    assert [np.inf, -np.inf] == found[1:3].tolist()
    assert not np.signbit(found[3])


@given(st.floats(1e-10, 1e15) | SCORES)
def test_rounding_twice_changes_nothing(value):
    """A settled value is settled."""
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
    """A record never holds an infinity."""
    assert None is mean_or_none(np.array([1.7e308, 1.7e308]))


def test_none_replaces_nan_and_infinity():
    """NaN and infinities become None."""
    assert [1.5, None, None] == [float_or_none(1.5), float_or_none(NAN), float_or_none(np.inf)]
    assert [1.5, None, None] == floats_or_none(np.array([1.5, NAN, -np.inf]))


def test_equal_values_share_the_better_rank():
    """0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4."""
    assert [4, 2, 1, 2] == competition_ranks(np.array([0.1, 0.8, 0.9, 0.8])).tolist()


def test_columns_are_ranked_separately():
    """Each as if it stood alone."""
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
    """Divided by the power of ten, as a script does it."""
    values = np.array(found) / 10**places
    kept = decimals_needed([values])
    assert kept is not None
    assert kept <= places
    whole = integers_or_none(np.append(values, np.nan), kept)
    assert None is whole[-1]
    assert values.tolist() == [n / 10**kept for n in whole[:-1] if n is not None]


# --- p-values -----------------------------------------------------------------------------------


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


def test_sums_of_ranks_by_hand():
    """Of the 16 sets of 1 to 4, those with a sum up to 4: {}, 1, 2, 3, 12, 4, 13."""
    sums, n = np.array([4, 10, 0, 0]), np.array([4, 4, 4, 1])
    assert [7 / 16, 1.0, 1 / 16, 1 / 2] == signed_ranks_below(sums, n).tolist()
