import tracemalloc
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from site_builder.compute import intervals
from site_builder.compute.intervals import RESAMPLES, Bootstrap

NAN = float("nan")


def quantile(values, share):
    """A quantile by linear interpolation (Hyndman & Fan, 1996, type 7), in plain Python."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def plain_interval(weights, row):
    """The interval of one model's mean, resample by resample, in plain Python."""
    if sum(not isnan(score) for score in row) < 2:
        return None
    means = []
    for times in weights:
        drawn = [(w, score) for w, score in zip(times, row, strict=True) if w and not isnan(score)]
        if drawn:
            means.append(sum(w * score for w, score in drawn) / sum(w for w, _ in drawn))
    return quantile(means, 0.025), quantile(means, 0.975)


def plain_ties(weights, rows, leader):
    """Which models are tied with the leader, in plain Python."""
    ties = []
    for row in rows:
        lead = [a - b for a, b in zip(rows[leader], row, strict=True)]
        found = plain_interval(weights, lead)
        # Sums in another order differ by noise, which the code settles.
        ties.append(found is not None and found[0] <= 1e-12 and found[1] >= -1e-12)
    return ties


SCORES = st.integers(-10, 10).map(float) | st.just(NAN)


@given(arrays(float, (4, 5), elements=SCORES))
@settings(max_examples=40, deadline=None)
def test_agrees_with_a_plain_implementation(values):
    """Resampling by a matrix product is resampling task by task, gaps and ties included."""
    bootstrap = Bootstrap.over(5, resamples=120)
    weights = bootstrap.weights.tolist()
    low, high = bootstrap.intervals(values)
    for i, row in enumerate(values.tolist()):
        expected = plain_interval(weights, row) or (NAN, NAN)
        assert expected == pytest.approx((low[i], high[i]), nan_ok=True)
    assert plain_ties(weights, values.tolist(), 0) == bootstrap.tied_with(values, 0).tolist()


def test_resample_by_hand():
    """With two tasks, a resample holds the first twice, both, or the second twice."""
    bootstrap = Bootstrap(np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]]))
    # Means 0.2, 0.5, 0.8. Quantile 0.025 of three lies 0.05 of the way from the first to the
    # second: 0.2 + 0.05 x 0.3; quantile 0.975 as far below the last.
    low, high = bootstrap.intervals(np.array([[0.2, 0.8]]))
    assert ([0.215], [0.785]) == (low.tolist(), high.tolist())


def test_resample_without_a_models_tasks_says_nothing_of_it():
    """A mean over no task is left out, not taken as zero."""
    bootstrap = Bootstrap(np.array([[3.0, 0, 0], [0, 3.0, 0], [0, 0, 3.0], [1.0, 1.0, 1.0]]))
    # Without the third task: means 0.2, 0.8, none, 0.5.
    low, high = bootstrap.intervals(np.array([[0.2, 0.8, NAN]]))
    assert ([0.215], [0.785]) == (low.tolist(), high.tolist())


def test_resamples_are_of_as_many_tasks_as_there_are():
    """Each resample draws n of n tasks, each equally often on average."""
    weights = Bootstrap.over(31).weights
    assert (RESAMPLES, 31) == weights.shape
    assert {31.0} == set(weights.sum(axis=1))
    assert np.ones(31) == pytest.approx(weights.mean(axis=0), abs=0.12)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 49, 1_500])
def test_any_number_of_tasks_can_be_resampled(n):
    """Shares of 1/n that do not add up to 1 in floats are no obstacle."""
    assert {float(n)} == set(Bootstrap.over(n, resamples=3).weights.sum(axis=1))


def test_same_seed_gives_the_same_resamples():
    """A site built twice shows the same intervals; another seed gives others."""
    first, again, other = Bootstrap.over(9), Bootstrap.over(9), Bootstrap.over(9, seed=1)
    assert (first.weights == again.weights).all()
    assert (first.weights != other.weights).any()


def test_one_task_has_no_interval():
    """Nor has a model with one score only, or none."""
    low, high = Bootstrap.over(1).intervals(np.array([[0.5]]))
    assert np.isnan([low, high]).all()
    low, high = Bootstrap.over(3).intervals(np.array([[0.5, NAN, NAN], [NAN, NAN, NAN]]))
    assert np.isnan([low, high]).all()


def test_equal_models_are_tied():
    """A difference of zero on every task holds zero, noise or not."""
    values = np.array([[0.1 + 0.2, 0.5, 0.7], [0.3, 0.5, 0.7], [0.2, 0.5, 0.7]])
    assert [True, True, True] == Bootstrap.over(3).tied_with(values, 0).tolist()
    # The third is never above the first, and equal on two of three tasks: (2/3)^3 = 30 % of the
    # resamples show no difference.


def test_model_below_on_every_task_is_not_tied():
    """No resample shows it level."""
    values = np.array([[0.3, 0.5, 0.7], [0.2, 0.4, 0.6]])
    assert [True, False] == Bootstrap.over(3).tied_with(values, 0).tolist()


def test_ties_are_paired():
    """Tasks that are hard for both do not blur a difference that is there on each of them."""
    easy_and_hard = np.array([0.1, 0.9, 0.2, 0.8, 0.5, 0.1, 0.9, 0.3])
    bootstrap, values = Bootstrap.over(8), np.stack([easy_and_hard, easy_and_hard - 0.05])
    low, high = bootstrap.intervals(values)
    assert low[0] < high[1]
    assert [True, False] == bootstrap.tied_with(values, 0).tolist()


def test_too_few_common_tasks_are_no_tie():
    """Where there is no interval, none holds zero; the leader is tied with itself."""
    values = np.array([[0.9, 0.8, NAN], [0.1, NAN, 0.2], [NAN, NAN, 0.9]])
    assert [True, False, False] == Bootstrap.over(3).tied_with(values, 0).tolist()


def test_interval_holds_the_mean_and_narrows_with_more_tasks():
    """Nine times the tasks, a third of the width."""
    scores = np.random.default_rng(3).random(40)
    widths = []
    for times in (1, 9):
        row = np.tile(scores, times)
        low, high = Bootstrap.over(len(row)).intervals(row[np.newaxis])
        assert low[0] < row.mean() < high[0]
        widths.append(high[0] - low[0])
    assert 1 / 3 == pytest.approx(widths[1] / widths[0], rel=0.15)


def test_interval_is_near_the_normal_one_for_many_tasks():
    """Mean ± 1.96 standard errors, where the central limit theorem holds."""
    row = np.random.default_rng(4).random(400)
    low, high = Bootstrap.over(400).intervals(row[np.newaxis])
    reach = 1.96 * row.std() / 20
    assert (row.mean() - reach, row.mean() + reach) == pytest.approx((low[0], high[0]), abs=0.004)


def test_interval_of_a_constant_is_a_point():
    """Whatever is drawn, the mean is the same."""
    low, high = Bootstrap.over(7).intervals(np.full((1, 7), 0.7))
    assert (0.7, 0.7) == (low[0], high[0])


def test_blocks_change_nothing(monkeypatch):
    """Models are resampled a block at a time, in their places."""
    values = np.random.default_rng(5).random((10, 6))
    values[3] = NAN
    bootstrap = Bootstrap.over(6, resamples=50)
    whole = bootstrap.intervals(values)
    monkeypatch.setattr(intervals, "_MODELS_AT_ONCE", 4)
    assert np.array_equal(whole, bootstrap.intervals(values), equal_nan=True)


def test_memory_does_not_grow_with_the_models():
    """What 3,000 models x 100 tasks hold at once is a few blocks of resampled means."""
    values = np.random.default_rng(6).random((3_000, 100))
    bootstrap = Bootstrap.over(100)
    block = 8 * RESAMPLES * intervals._MODELS_AT_ONCE
    tracemalloc.start()
    bootstrap.tied_with(values, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * block
