"""Intervals of means over tasks, by hand and against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.intervals import (
    LEAST_TASKS,
    FamilySums,
    known_errors,
    mean_intervals,
    simultaneous_tail,
    t_quantile,
)
from site_builder.compute.score_error import REACH

NAN = float("nan")
VALUES = st.integers(-20, 20).map(lambda n: n / 20) | st.just(NAN)


def test_interval_by_hand():
    """1 to 6: mean 3.5, variance 3.5, and t with five degrees of freedom is 2.570582."""
    low, high = mean_intervals(np.array([[1.0, 2, 3, 4, 5, 6]]))
    reach = 2.570582 * (3.5 / 6) ** 0.5
    assert [3.5 - reach, 3.5 + reach] == pytest.approx([low[0], high[0]], abs=1e-6)


@given(arrays(float, (4, 9), elements=VALUES))
@settings(max_examples=25)
def test_intervals_agree_with_scipy(values):
    low, high = mean_intervals(values)
    for i, row in enumerate(values):
        scores = row[~np.isnan(row)]
        if len(scores) < LEAST_TASKS:
            assert np.isnan([low[i], high[i]]).all()
        elif np.ptp(scores) > 0:
            interval = stats.ttest_1samp(scores, 0).confidence_interval()
            assert [*interval] == pytest.approx([low[i], high[i]], rel=1e-6, abs=1e-7)


def test_tails_of_a_family_of_intervals():
    """One interval ends at 2.5 % a side; ten at once at 0.25 %, where t is 3.03 for 30 degrees."""
    assert [0.025, 0.0025] == pytest.approx([simultaneous_tail(1), simultaneous_tail(10)])
    assert 3.0298 == pytest.approx(t_quantile(np.array(30.0), simultaneous_tail(10)), abs=1e-4)


def test_quantiles_agree_with_scipy():
    """For few and many tasks, for one comparison and for those of 1,000 models."""
    freedom = np.array([*range(1, 700), 1_500, 10_000, 1_000_000])
    for tail in (0.025, 0.05 / 90, 0.05 / 999_000):
        assert stats.t.isf(tail, freedom) == pytest.approx(t_quantile(freedom, tail), rel=1e-6)
    assert stats.norm.ppf(0.975) == REACH
    assert np.isnan(t_quantile(np.array([0.0]))).all()


def test_interval_of_tiny_values_is_as_exact_as_of_large_ones():
    """Also beside a missing one."""
    values = np.array([[0.1, 0.4, 0.35, 0.8, 0.55, 0.7, 0.2, np.nan]])
    assert mean_intervals(values / 1e12) == pytest.approx(
        mean_intervals(values) / 1e12, rel=1e-9, abs=0
    )


def test_interval_ends_at_the_bounds():
    """Five right and one wrong: 0.833 ± 0.43 ends at 1; bounds of missing tasks do not count."""
    values = np.array([[1.0, 1, 1, 1, 1, 0, NAN]])
    low, high = mean_intervals(values, bounds=(np.zeros(7), np.array([1.0] * 6 + [100])))
    reach = stats.t.isf(0.025, 5) * values[0, :6].std(ddof=1) / 6**0.5
    assert [5 / 6 - reach, 1.0] == pytest.approx([low[0], high[0]], abs=1e-6)


def test_interval_is_no_narrower_than_the_scores_own_error():
    """Equal scores say nothing of the spread; their errors do: 1.96 sqrt(6 x 0.03²) / 6."""
    values = np.array([[0.5] * 6, [0.2, 0.8] * 3])
    low, high = mean_intervals(values, np.full((2, 6), 0.03))
    reach = REACH * 0.03 / 6**0.5
    assert [0.5 - reach, 0.5 + reach] == pytest.approx([low[0], high[0]], abs=1e-9)
    assert mean_intervals(values)[:, 1].tolist() == [low[1], high[1]]
    # An error that is not known adds nothing.
    low, high = mean_intervals(values, np.array([[0.06] + 5 * [NAN], 6 * [NAN]]))
    assert 0.5 - REACH * 0.01 == pytest.approx(low[0], abs=1e-9)


def test_known_error_of_a_mean_is_of_its_own_scores():
    """Of three scores: sqrt(3² + 4²) / 3, where the error of one is not known."""
    values, errors = np.array([[1.0, 2.0, NAN, 3.0]]), np.array([[3.0, 4.0, 9.0, NAN]])
    assert [5 / 3] == pytest.approx(known_errors(values, errors))
    assert [0.0] == known_errors(values, None).tolist()


def test_family_counts_as_one_observation_by_hand():
    """Families {1, 3}, {2}, {6}: mean 3; sums of residuals -2, -1, 3; sqrt(3/2 x 14) / 4."""
    sums = FamilySums.of(np.array([[1.0, 3, 2, 6]]), np.array([7, 7, 0, 2]))
    assert [21**0.5 / 4] == pytest.approx(sums.errors())
    # In the order of the numbers: {2}, {6}, {1, 3}.
    assert [[2.0, 6.0, 2.0]] == sums.means.tolist()


def test_copies_of_a_task_are_no_evidence():
    """Each of six scores eight times: as certain as six, once copies are one family."""
    scores = np.array([[0.1, 0.5, 0.2, 0.4, 0.3, -0.2]])
    copies, families = np.repeat(scores, 8, axis=1), np.repeat(np.arange(6), 8)
    assert mean_intervals(scores) == pytest.approx(mean_intervals(copies, None, families))
    assert mean_intervals(copies)[0] > mean_intervals(scores)[0]
