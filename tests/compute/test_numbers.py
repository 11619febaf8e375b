import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.compute.numbers import (
    _decades,
    competition_ranks,
    decimals_needed,
    difference,
    float_or_none,
    floats_or_none,
    integers_or_none,
    mean_of,
    mean_or_none,
    round_significant,
    texts_of,
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
def test_settled_value_is_the_one_on_paper(noisy, paper):
    """Arithmetic noise goes, at any magnitude and sign."""
    assert paper == round_significant(np.array([noisy]))[0]


def test_settled_keeps_twelve_digits():
    """What published scores can tell apart stays apart."""
    assert [0.123456789012, 0.123456789013] == round_significant(
        np.array([0.123456789012, 0.123456789013])
    ).tolist()


def test_a_decade_begins_at_its_power_of_ten():
    """To the last bit, from the least power to the greatest."""
    exponents = np.arange(-307, 309)
    powers = np.array([float(f"1e{e}") for e in exponents])
    assert exponents.tolist() == _decades(powers).tolist()
    assert (exponents - 1).tolist() == _decades(np.nextafter(powers, 0)).tolist()
    assert [308, 0, -2] == _decades(np.array([np.finfo(float).max, 9.99, 0.0999])).tolist()


def test_each_distinct_number_is_written_once():
    """By its own text wherever it stands; nothing is written of what is no number."""
    asked = list[float]()

    def write(value: float) -> str:
        asked.append(value)
        return f"<{value}>"

    found = texts_of(np.array([[0.5, NAN, 2.0], [2.0, 0.5, -1.0]]), write)
    assert [["<0.5>", "", "<2.0>"], ["<2.0>", "<0.5>", "<-1.0>"]] == found.tolist()
    assert [0.5, 2.0, -1.0] == asked
    assert [] == texts_of(np.array([]), write).tolist()


def test_settled_keeps_gaps_and_drops_negative_zero():
    """NaN stays NaN, infinity stays infinite, -0.0 is written as 0.0."""
    found = round_significant(np.array([NAN, np.inf, -np.inf, -0.0]))
    assert [True, False, False, False] == np.isnan(found).tolist()
    assert [np.inf, -np.inf] == found[1:3].tolist()
    assert not np.signbit(found[3])


@given(st.floats(1e-10, 1e15) | SCORES)
def test_settling_twice_changes_nothing(value):
    """A settled value is settled."""
    once = round_significant(np.array([value]))
    assert once.tolist() == round_significant(once).tolist()


@given(SCORES)
def test_settling_leaves_short_decimals_alone(score):
    """A score as it is published comes out as it went in, to the last bit."""
    assert score == round_significant(np.array([score]))[0]


def test_difference_is_the_one_on_paper():
    """0.3 - 0.1 is 0.2, and 0.1 + 0.2 does not differ from 0.3."""
    a, b = np.array([0.3, 0.1 + 0.2, 1.0, 5.0]), np.array([0.1, 0.3, 0.999999999999, NAN])
    assert [0.2, 0.0, 1e-12] == difference(a, b)[:3].tolist()
    assert np.isnan(difference(a, b)[3])


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_difference_has_the_sign_of_the_comparison(a, b):
    """A lift is above zero exactly where the compared score is the greater one."""
    x, y = np.array([a]), np.array([b])
    assert np.sign(round_significant(x) - round_significant(y)) == np.sign(difference(x, y))


def test_mean_is_over_what_is_there():
    """A missing score is not a zero, and a mean of nothing is none."""
    # (0.2 + 0.4) / 2; 0.9 / 1; nothing
    values = np.array([[0.2, NAN, 0.4], [NAN, 0.9, NAN], [NAN, NAN, NAN]])
    means = mean_of(values, axis=1)
    assert [0.3, 0.9] == means[:2].tolist()
    assert np.isnan(means[2])


def test_mean_that_is_zero_on_paper_is_zero():
    """0.1 + 0.2 - 0.3 leaves nothing: the noise is judged by the size of the terms."""
    assert 0.0 == mean_or_none(np.array([0.1, 0.2, -0.3]))


def test_mean_of_an_empty_array_is_none():
    """A board without tuned variants has no tuned runs to average."""
    assert None is mean_or_none(np.empty((0, 3)))


def test_mean_too_large_for_a_float_is_none():
    """A record never holds an infinity."""
    assert None is mean_or_none(np.array([1.7e308, 1.7e308]))


def test_record_holds_none_for_what_is_no_number():
    """NaN and infinities become None."""
    assert [1.5, None, None] == [float_or_none(1.5), float_or_none(NAN), float_or_none(np.inf)]
    assert [1.5, None, None] == floats_or_none(np.array([1.5, NAN, -np.inf]))


def test_equal_values_share_the_better_rank():
    """0.9, 0.8, 0.8, 0.1 get 1, 2, 2, 4."""
    assert [4, 2, 1, 2] == competition_ranks(np.array([0.1, 0.8, 0.9, 0.8])).tolist()


def test_columns_are_ranked_apart():
    """Each as if it stood alone."""
    ranks = competition_ranks(np.array([[0.1, 5], [0.8, NAN], [0.8, 7]]))
    assert [[3, 1, 1], [2, 1]] == [ranks[:, 0].tolist(), ranks[[0, 2], 1].tolist()]
    assert np.isnan(ranks[1, 1])


def test_missing_value_has_no_rank_and_takes_none():
    """A gap stays unranked, and the others rank as if it were not there."""
    ranks = competition_ranks(np.array([0.1, NAN, 0.9]))
    assert [2, 1] == [ranks[0], ranks[2]]
    assert np.isnan(ranks[1])


def test_ranks_of_nothing():
    """Nothing to rank gives no rank."""
    assert np.isnan(competition_ranks(np.array([NAN, NAN]))).all()
    assert [] == competition_ranks(np.array([])).tolist()


def test_places_of_ids():
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
def test_places_are_as_many_as_the_longest_number_has(values, places):
    """None where six are not enough, and where a number is one of them to the last bit but one."""
    assert places == decimals_needed([np.array(values)])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 6))
def test_whole_numbers_are_the_numbers_again(found, places):
    """Divided by the power of ten, as a script does it."""
    values = np.array(found) / 10**places
    kept = decimals_needed([values])
    assert kept is not None
    assert kept <= places
    whole = integers_or_none(np.append(values, np.nan), kept)
    assert None is whole[-1]
    assert values.tolist() == [n / 10**kept for n in whole[:-1] if n is not None]
