"""Intervals and tests of means over tasks, by hand, against scipy, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.intervals import (
    LEAST_TASKS,
    FamilySums,
    error_of_difference,
    known_errors,
    mean_intervals,
    mean_tests,
    t_quantile,
)
from site_builder.compute.score_error import REACH

NAN = float("nan")
VALUES = st.integers(-20, 20).map(lambda n: n / 20) | st.just(NAN)


def p_values(values, errors=None, families=None):
    """P-values of the means, and those without each family."""
    return mean_tests(FamilySums.of(values, families), known_errors(values, errors))


def test_interval_by_hand():
    """1 to 6: mean 3.5, variance 3.5, and t with five degrees of freedom is 2.570582."""
    low, high = mean_intervals(np.array([[1.0, 2, 3, 4, 5, 6]]))
    reach = 2.570582 * (3.5 / 6) ** 0.5
    assert [3.5 - reach, 3.5 + reach] == pytest.approx([low[0], high[0]], abs=1e-6)


@given(arrays(float, (4, 9), elements=VALUES))
@settings(max_examples=60, deadline=None)
def test_intervals_and_tests_agree_with_scipy(values):
    low, high = mean_intervals(values)
    p, left_out = p_values(values)
    for i, row in enumerate(values):
        scores = row[~np.isnan(row)]
        if len(scores) < LEAST_TASKS:
            assert np.isnan([low[i], high[i]]).all()
        elif np.ptp(scores) > 0:
            test = stats.ttest_1samp(scores, 0)
            interval = test.confidence_interval()
            assert [*interval] == pytest.approx([low[i], high[i]], rel=1e-6, abs=1e-7)
            assert test.pvalue == pytest.approx(p[i], rel=1e-9)
        if len(scores) > 2:
            for t, score in enumerate(row):
                rest = np.delete(row, t) if not np.isnan(score) else row
                rest = rest[~np.isnan(rest)]
                if np.ptp(rest) > 0:
                    expected = stats.ttest_1samp(rest, 0).pvalue
                    assert expected == pytest.approx(left_out[i, t], rel=1e-6, abs=1e-12)


def test_quantiles_agree_with_scipy():
    """For few and many tasks, for one comparison and for those of 1,000 models."""
    freedom = np.array([*range(1, 700), 1_500, 10_000, 1_000_000])
    for tail in (0.025, 0.05 / 90, 0.05 / 999_000):
        assert stats.t.isf(tail, freedom) == pytest.approx(t_quantile(freedom, tail), rel=1e-6)
    assert stats.norm.ppf(0.975) == REACH
    assert np.isnan(t_quantile(np.array([0.0]))).all()


def test_no_interval_below_six_tasks():
    values = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3, 0.4, 0.5, NAN]])
    low, high = mean_intervals(values)
    assert [False, True] == np.isnan(low).tolist() == np.isnan(high).tolist()


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


def test_error_of_a_difference():
    """A 3-4-5 triangle; an unknown error adds nothing."""
    one, other = np.array([0.3, 0.3, NAN]), np.array([0.4, NAN, NAN])
    assert [0.5, 0.3, 0.0] == pytest.approx(error_of_difference(one, other))


def test_family_counts_as_one_observation_by_hand():
    """Families {1, 3}, {2}, {6}: mean 3; sums of residuals -2, -1, 3; sqrt(3/2 x 14) / 4."""
    sums = FamilySums.of(np.array([[1.0, 3, 2, 6]]), np.array([7, 7, 0, 2]))
    assert [21**0.5 / 4] == pytest.approx(sums.errors())
    # In the order of the numbers: {2}, {6}, {1, 3}.
    assert [[2.0, 6.0, 2.0]] == sums.means.tolist()
    means, errors, families = sums.without_each()
    assert [10 / 3, 2.0, 4.0] == pytest.approx(means[0])
    assert [2, 2, 2] == families[0].tolist()
    # {1, 3} and {2}: residuals 0 and 0.
    assert 0.0 == pytest.approx(errors[0, 1], abs=1e-7)


def test_copies_of_a_task_are_no_evidence():
    """Each of six scores eight times: as certain as six, once copies are one family."""
    scores = np.array([[0.1, 0.5, 0.2, 0.4, 0.3, -0.2]])
    copies, families = np.repeat(scores, 8, axis=1), np.repeat(np.arange(6), 8)
    assert mean_intervals(scores) == pytest.approx(mean_intervals(copies, None, families))
    assert p_values(scores)[0] == pytest.approx(p_values(copies, None, families)[0])
    assert p_values(copies)[0] < 1e-6 < p_values(scores)[0]


def test_mean_of_nothing_is_not_tested():
    """All lifts 0: p is 1. One lift: none. Equal lifts: certain by spread, not by their errors."""
    values = np.array([[0.0] * 6, [0.3] + [NAN] * 5, [0.1] * 6])
    p, _ = p_values(values)
    assert [1.0, 0.0] == [p[0], p[2]]
    assert np.isnan(p[1])
    p, left_out = p_values(values, np.full(values.shape, 0.1))
    assert 2 * stats.norm.sf(0.1 / (0.1 / 6**0.5)) == pytest.approx(p[2])
    assert 0.01 < p[2] < 0.02
    assert [1.0] * 6 == left_out[0].tolist()


def test_noise_is_no_difference():
    """0.1 + 0.2 and 0.3 differ by an error of binary fractions, in the rest as in the whole."""
    values = np.array([[0.5, 0.1 + 0.2 - 0.3, 0, 0, 0, 0, 0]])
    assert 1.0 == p_values(values)[1][0, 0]


# Twelve digits of a smaller number are below what a float holds.
@given(arrays(float, (2, 7), elements=st.floats(-1e300, 1e300).filter(lambda v: abs(v) > 1e-280)))
@settings(max_examples=40, deadline=None)
def test_huge_values_give_intervals_around_the_mean(values):
    low, high = mean_intervals(values)
    for row, a, b in zip(values, low, high, strict=True):
        middle, size = (row / 7).sum(), np.abs(values).max()
        assert np.isnan(a) or a <= middle + 1e-11 * size
        assert np.isnan(b) or b >= middle - 1e-11 * size


def draw_normal(rng, shape):
    return rng.normal(0.0, 1.0, shape)


def draw_bounded(rng, shape):
    return rng.beta(2.0, 3.0, shape) - 0.4


@pytest.mark.parametrize("draw", [draw_normal, draw_bounded])
@pytest.mark.parametrize("tasks", [6, 10, 31, 100])
def test_intervals_hold_the_truth(draw, tasks):
    """95 % intervals hold the mean of the population in 93 to 97 % of 4,000 samples."""
    values = draw(np.random.default_rng(tasks), (4_000, tasks))
    low, high = mean_intervals(values)
    assert 0.93 < ((low <= 0) & (high >= 0)).mean() < 0.97


def test_families_keep_the_level():
    """20 families of five tasks that go together: 95 % with families, far less without."""
    rng = np.random.default_rng(5)
    values = np.repeat(rng.normal(0, 1, (2_000, 20)), 5, axis=1) + rng.normal(0, 0.3, (2_000, 100))
    families = np.repeat(np.arange(20), 5)
    with_them, without = (mean_intervals(values, None, f) for f in (families, None))
    holds = [((low <= 0) & (high >= 0)).mean() for low, high in (with_them, without)]
    assert 0.93 < holds[0] < 0.97
    assert holds[1] < 0.75
