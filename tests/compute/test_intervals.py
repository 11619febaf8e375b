import tracemalloc
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.stats import chisquare

from site_builder.compute import intervals
from site_builder.compute.intervals import (
    RESAMPLES,
    SEED,
    Bootstrap,
    draw_places,
    draw_words,
    error_of_difference,
    t_quantile,
    tail_probability,
)
from site_builder.compute.score_error import REACH
from tests.helpers.choosing import draw_words as plain_words

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
    n = sum(not isnan(score) for score in row)
    if n < 2:
        return None
    means = []
    for times in weights:
        drawn = [(w, score) for w, score in zip(times, row, strict=True) if w and not isnan(score)]
        if drawn:
            means.append(sum(w * score for w, score in drawn) / sum(w for w, _ in drawn))
    tail = float(tail_probability(np.array(n)))
    return quantile(means, tail), quantile(means, 1 - tail)


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


def test_tails_are_thinner_for_few_tasks():
    """Of three tasks, t with two degrees of freedom is 4.3027: Phi(-sqrt(3/2) 4.3027) = 7e-8."""
    assert 4.302653 == pytest.approx(float(t_quantile(np.array(3.0))), abs=1e-6)
    assert stats.norm.cdf(-(1.5**0.5) * 4.302653) == pytest.approx(
        float(tail_probability(np.array(3.0))), rel=1e-5
    )
    # Of 31, t is 2.0423, sqrt(31 / 30) 2.0423 = 2.0760, and 1.89 % lie beyond it.
    assert 0.0189 == pytest.approx(float(tail_probability(np.array(31.0))), abs=5e-5)
    assert 0.025 == pytest.approx(float(tail_probability(np.array(1e6))), abs=1e-6)
    assert np.isnan([t_quantile(np.array(1.0)), tail_probability(np.array(1.0))]).all()


def test_quantiles_agree_with_scipy():
    """Student's t for few and many tasks, to seven digits; and the limit, 1.96."""
    n = np.array([*range(2, 700), 1_500, 10_001, 1_000_001])
    assert stats.t.ppf(0.975, n - 1) == pytest.approx(t_quantile(n), rel=1e-6)
    assert stats.norm.ppf(0.975) == REACH


def test_resample_by_hand():
    """With three tasks, next to nothing lies beyond the ends: the least and the greatest mean."""
    bootstrap = Bootstrap(np.array([[3.0, 0, 0], [1.0, 1.0, 1.0], [0, 0, 3.0]]))
    # Means 0.2, 0.6, 0.7. The end lies 2 x 0.00000006834 of the way to the middle one.
    low, high = bootstrap.intervals(np.array([[0.2, 0.9, 0.7]]))
    assert (0.2 + 0.4 * 2 * 6.834125e-8, 0.7 - 0.1 * 2 * 6.834125e-8) == pytest.approx(
        (low[0], high[0]), abs=1e-12
    )
    # Of 10 tasks, 0.8550643 % lie beyond each end. Means 1, 0.9 and 0, between which the ends lie
    # 2 x 0.008550643 of the way: 0 + 0.9 x 0.017101286, and 1 - 0.1 x 0.017101286.
    bootstrap = Bootstrap(np.array([[10.0] + 9 * [0.0], [9.0, 1.0] + 8 * [0.0], 9 * [0.0] + [10]]))
    low, high = bootstrap.intervals(np.array([[1.0] + 9 * [0.0]]))
    assert (0.0153911574, 0.9982898714) == pytest.approx((low[0], high[0]), abs=1e-9)


def test_resample_without_a_models_tasks_says_nothing_of_it():
    bootstrap = Bootstrap(np.array([[3.0, 0, 0], [0, 3.0, 0], [0, 0, 3.0], [1.0, 1.0, 1.0]]))
    # Without the third task: means 0.2, 0.8, none, 0.5.
    low, high = bootstrap.intervals(np.array([[0.2, 0.8, NAN]]))
    assert ([0.2], [0.8]) == (low.tolist(), high.tolist())


def test_interval_is_no_narrower_than_the_scores_own_error():
    """Two tasks with the same score say nothing of the spread; their errors do."""
    values, errors = np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[0.03, 0.04], [0.03, 0.04]])
    low, high = Bootstrap.over(2).intervals(values, errors)
    # sqrt(0.03² + 0.04²) / 2 = 0.025, times 1.96 = 0.049.
    assert (0.5 - 0.049, 0.5 + 0.049) == pytest.approx((low[0], high[0]), abs=1e-6)
    assert (0.2, 0.8) == (low[1], high[1])
    # An error that is not known adds nothing, and one score has no interval.
    low, high = Bootstrap.over(2).intervals(values, np.array([[0.06, NAN], [NAN, NAN]]))
    assert (0.5 - 0.0588, 0.5 + 0.0588, 0.2, 0.8) == pytest.approx(
        (low[0], high[0], low[1], high[1]), abs=1e-4
    )
    low, high = Bootstrap.over(2).intervals(np.array([[0.5, NAN]]), np.array([[0.1, NAN]]))
    assert np.isnan([low, high]).all()


def test_error_of_a_difference():
    """A 3-4-5 triangle; an unknown error adds nothing."""
    one, other = np.array([0.3, 0.3, NAN]), np.array([0.4, NAN, NAN])
    assert [0.5, 0.3, 0.0] == pytest.approx(error_of_difference(one, other))


def test_scores_that_differ_by_less_than_their_error_are_tied():
    """Ahead by 0.01 on each of three tasks, by scores known to ± 0.02."""
    values = np.array([[0.51, 0.61, 0.71], [0.5, 0.6, 0.7]])
    assert [True, False] == Bootstrap.over(3).tied_with(values, 0).tolist()
    errors = np.full((2, 3), 0.01)
    # sqrt(3 x 2) x 0.01 / 3 = 0.0082, times 1.96 = 0.016: more than 0.01.
    assert [True, True] == Bootstrap.over(3).tied_with(values, 0, errors).tolist()


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
    low, high = Bootstrap.over(1).intervals(np.array([[0.5]]))
    assert np.isnan([low, high]).all()
    low, high = Bootstrap.over(3).intervals(np.array([[0.5, NAN, NAN], [NAN, NAN, NAN]]))
    assert np.isnan([low, high]).all()


def test_equal_models_are_tied():
    values = np.array([[0.1 + 0.2, 0.5, 0.7], [0.3, 0.5, 0.7], [0.2, 0.5, 0.7]])
    assert [True, True, True] == Bootstrap.over(3).tied_with(values, 0).tolist()
    # The third is never above the first, and equal on two of three tasks: (2/3)^3 = 30 % of the
    # resamples show no difference.


def test_model_below_on_every_task_is_not_tied():
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
    reach = 1.966 * row.std(ddof=1) / 20
    assert (row.mean() - reach, row.mean() + reach) == pytest.approx((low[0], high[0]), abs=0.004)


def test_interval_of_a_constant_is_a_point():
    low, high = Bootstrap.over(7).intervals(np.full((1, 7), 0.7))
    assert (0.7, 0.7) == (low[0], high[0])


def test_blocks_change_nothing(monkeypatch):
    values = np.random.default_rng(5).random((10, 6))
    values[3] = NAN
    bootstrap = Bootstrap.over(6, resamples=50)
    whole = bootstrap.intervals(values)
    monkeypatch.setattr(intervals, "_MODELS_AT_ONCE", 4)
    assert np.array_equal(whole, bootstrap.intervals(values), equal_nan=True)


def test_memory_does_not_grow_with_the_models():
    """What 3,000 models x 100 tasks hold at once is little beside 3,000 x 2,000 resampled means."""
    values = np.random.default_rng(6).random((3_000, 100))
    bootstrap = Bootstrap.over(100)
    block = 8 * RESAMPLES * intervals._MODELS_AT_ONCE
    tracemalloc.start()
    bootstrap.tied_with(values, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * values.nbytes + 4 * block < 8 * RESAMPLES * len(values)


# --- draws ----------------------------------------------------------------------------------------


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
