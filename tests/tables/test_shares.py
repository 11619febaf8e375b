"""Of how many examples scores can be shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.tables.shares import least_sample_size
from tests.helpers.tables import board_faults, having, tasks_frame


def half_a_unit(score):
    """Half a unit of the last decimal of a score."""
    return 0.5 * 10.0 ** -len(repr(score).partition(".")[2].rstrip("0"))


@pytest.mark.parametrize(
    ("scores", "size", "least"),
    [
        ([0.845, 0.183, 0.831], 71, 71),  # 60, 13 and 59
        ([0.846, 0.183], 71, None),  # 60 of 71 is 0.845, 61 is 0.859
        ([0.845, 0.183, 0.831], 1000, 71),
        ([0.5], 1000, 2),
        ([0.0, 1.0], 1000, 1),
        ([0.7], 1000, 3),  # 2 of 3 is 0.667, printed with one decimal
        ([0.333], 1e100, 3),
        ([1 / 3, 0.5], 1e100, 6),
        ([1 / 250_007], 250_007, 200_001),  # beyond what is tried
    ],
)
def test_least_number_of_examples_by_hand(scores, size, least):
    near = [half_a_unit(score) for score in scores]
    assert least == least_sample_size(np.array(scores), np.array(near), 0.0, 1.0, size)


def test_least_number_of_examples_on_another_scale():
    """Marks of 1 to 5: 3.67 is two thirds of the way."""
    assert 3 == least_sample_size(np.array([3.67]), np.array([0.005]), 1.0, 4.0, 51)


@given(st.integers(1, 400), st.integers(0, 6), st.sampled_from([1.0, 100.0]), st.data())
def test_least_number_of_examples(n, decimals, span, data):
    """The first of 1, 2, ... of which every printed score is a share, by trying each of them."""
    shares = data.draw(st.lists(st.integers(0, n), min_size=1, max_size=8))
    scores = [round(span * k / n, decimals) for k in shares]

    def fits(number, score):
        return round(abs(span * round(score / span * number) / number - score), 14) <= round(
            half_a_unit(score) * (1 + 1e-6), 14
        )

    expected = next(m for m in range(1, n + 1) if all(fits(m, score) for score in scores))
    near = [half_a_unit(score) for score in scores]
    assert expected == least_sample_size(np.array(scores), np.array(near), 0.0, span, n)


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6),
    st.floats(0, 1e100),
    st.floats(-1e308, 1e308),
    st.floats(1e-300, 1e308),
    st.integers(1, 10**5) | st.just(1e100),
)
def test_any_numbers_have_a_range_or_none(scores, near, low, span, size):
    nears = np.full(len(scores), near)
    found = least_sample_size(np.array(scores), nears, low, span, float(size))
    assert found is None or 1 <= found <= size


def warnings_of(folder, **columns):
    """What `check` warns of at the fixture board, with further columns of its tasks."""
    return board_faults(folder, tasks=having(tasks_frame(), **columns))


def test_scores_that_are_no_shares_of_the_split_are_reported(tmp_path):
    """0.75 and 0.5 of `add` are shares of 8, not of 7."""
    assert [] == warnings_of(tmp_path / "a", evaluation_examples=[8, None])
    assert [] == warnings_of(
        tmp_path / "b", evaluation_examples=[7, None], mean_of_examples=[False, None]
    )
    (said,) = warnings_of(tmp_path / "c", evaluation_examples=[7, None])
    assert (
        "data/tasks.parquet: row 1: the scores of task 'add' are no shares of 7 examples, so they "
        "get no interval. Leave evaluation_examples empty, or state n_examples of the scores."
    ) in said
