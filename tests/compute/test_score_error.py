"""The error of a single score: from its stated standard error, else from its examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from site_builder.compute.score_error import (
    compute_score_errors,
    standard_error_of_share,
    wilson_interval,
)
from site_builder.compute.scores import collect_scores
from site_builder.config import BoardConfig
from tests.helpers.boards import make_frames, make_scores, make_tables

NAN = float("nan")
SHARE = {"score_min": [0.0], "score_max": [1.0]}


def errors_of(score, tasks=SHARE, **stated):
    """Standard error and ends of the interval of one score."""
    frames = make_frames({"base": {"a": [score]}}, tasks=tasks)
    frames["results"] = frames["results"].assign(**stated)
    tables = make_tables(frames)
    errors = compute_score_errors(tables.results, tables.tasks)
    return errors.standard[0], errors.low[0], errors.high[0]


def near(*expected):
    """The same within rounding, gaps included."""
    return pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_stated_standard_error_gives_the_interval():
    """0.8 ± 1.96 x 0.02 = 0.7608 to 0.8392."""
    assert near(0.02, 0.7608007, 0.8391993) == errors_of(0.8, stderr=0.02)


def test_interval_ends_at_the_bounds_of_the_task():
    """0.99 + 1.96 x 0.02 = 1.0292 is above 1, and 0.01 - 0.0392 below 0."""
    assert near(0.02, 0.9508007, 1.0) == errors_of(0.99, stderr=0.02)
    assert near(0.02, 0.0, 0.0491993) == errors_of(0.01, stderr=0.02)


def test_interval_of_a_score_without_bounds():
    """Nothing cuts it off; one bound alone cuts off its side."""
    assert near(0.02, 0.9508007, 1.0291993) == errors_of(0.99, {}, stderr=0.02)
    half = {"score_min": [0.0]}
    assert near(0.02, 0.0, 0.0491993) == errors_of(0.01, half, stderr=0.02)


def test_number_of_examples_gives_wilsons_interval():
    """80 of 100: (0.8 + 0.0192 ± 1.96 sqrt(0.0016 + 0.000096)) / 1.0384 = 0.711 to 0.867.

    The standard error is sqrt(0.8 x 0.2 / 100) = 0.04.
    """
    assert near(0.04, 0.7111708, 0.8666331) == errors_of(0.8, n_examples=100)


def test_stated_standard_error_goes_before_the_number_of_examples():
    """Who states both knows more than the number of examples tells."""
    assert near(0.02, 0.7608007, 0.8391993) == errors_of(0.8, stderr=0.02, n_examples=100)


@pytest.mark.parametrize("stated", [{}, {"stderr": 0.0}])
def test_score_at_a_bound_is_not_exact(stated):
    """100 of 100: from 1 / 1.0384 = 0.963 to 1; the standard error is half of 0.037 / 1.96."""
    assert near(0.00943729, 0.9630065, 1.0) == errors_of(1.0, n_examples=100, **stated)
    assert near(0.00943729, 0.0, 0.03699350) == errors_of(0.0, n_examples=100, **stated)


def test_standard_error_of_zero_tells_nothing():
    """Without a number of examples nothing is known of the score's error."""
    assert near(NAN, NAN, NAN) == errors_of(1.0, stderr=0.0)
    assert near(NAN, NAN, NAN) == errors_of(0.8)


def test_scores_of_a_hundred_are_shares_too():
    """80 of 100 in percent: everything is 100 times as large."""
    percent = {"score_min": [0.0], "score_max": [100.0]}
    assert near(4.0, 71.11708, 86.66331) == errors_of(80.0, percent, n_examples=100)


@pytest.mark.parametrize(
    "tasks",
    [
        {},
        {"score_min": [0.0]},
        {"score_min": [-1.0], "score_max": [1.0]},
        {"score_min": [0.0], "score_max": [1.0], "mean_of_examples": [False]},
        {"score_min": [0.0], "mean_of_examples": [True]},
    ],
)
def test_number_of_examples_alone_says_nothing_of_other_scores(tasks):
    """Without both bounds, with bounds of no share, and where a score is no mean over examples."""
    assert near(NAN, NAN, NAN) == errors_of(0.8, tasks, n_examples=100)


def test_task_can_say_that_its_scores_are_means_over_examples():
    """Marks of 1 to 5, mean 4.2: at 0.8 of the scale, which is 4 wide; 1 + 4 x 0.7112 = 3.845."""
    marks = {"score_min": [1.0], "score_max": [5.0], "mean_of_examples": [True]}
    assert near(0.16, 3.8446832, 4.4665324) == errors_of(4.2, marks, n_examples=100)


def test_no_width_between_equal_bounds():
    """A task whose bounds are one has no scale."""
    point = {"score_min": [1.0], "score_max": [1.0], "mean_of_examples": [True]}
    assert near(NAN, NAN, NAN) == errors_of(1.0, point, n_examples=100)


@given(st.integers(1, 10**6), st.data())
def test_interval_is_the_one_of_scipy(n, data):
    """Wilson's interval of k of n, as `binomtest` gives it; wider than nothing, within 0..1."""
    k = data.draw(st.integers(0, n))
    expected = binomtest(k, n).proportion_ci(method="wilson")
    low, high = (float(end[0]) for end in wilson_interval(np.array([k / n]), np.array([n])))
    assert pytest.approx((expected.low, expected.high), abs=1e-11) == (low, high)
    assert 0 <= low < high <= 1
    assert float(standard_error_of_share(np.array([k / n]), np.array([n]))[0]) > 0


def test_graded_scores_vary_no_more_than_right_and_wrong_ones():
    """The variance of anything in 0..1 is at most p (1 - p), so no standard error is too small."""
    grades = np.random.default_rng(1).beta(0.6, 0.4, (200, 50))
    actual = grades.std(axis=1) / np.sqrt(50)
    assert (standard_error_of_share(grades.mean(axis=1), np.full(200, 50)) >= actual).all()


def test_errors_stand_where_the_scores_do():
    """By variant, models x tasks, NaN where nothing is known."""
    frames = make_frames({"base": {"a": [0.8, 0.5], "b": [None, 0.5]}, "tuned": {"a": [0.9, 0.5]}})
    frames["results"]["stderr"] = [0.02, NAN, 0.05, NAN, NAN]
    scores = collect_scores(make_tables(frames), BoardConfig())
    assert np.array_equal([[0.02, NAN], [NAN, 0.05]], scores.errors["base"], equal_nan=True)
    assert np.isnan(scores.errors["tuned"]).all()
    assert (2, 2) == scores.errors["tuned"].shape


def test_only_some_tasks_have_their_errors():
    """A part of the board has the errors of its own tasks."""
    frames = make_frames({"base": {"a": [0.8, 0.5]}})
    frames["results"]["stderr"] = [0.02, 0.05]
    part = collect_scores(make_tables(frames), BoardConfig()).only(["t2"])
    assert [[0.05]] == part.errors["base"].tolist()
    assert [[0.5 - 1.959963985 * 0.05]] == pytest.approx(part.known["base"].low)


def test_flagged_scores_that_are_left_out_have_no_error():
    """They are no part of the board."""
    frames = make_frames({"base": {"a": [0.8, 0.5]}})
    frames["results"]["stderr"] = [0.02, 0.05]
    frames["results"]["flag"] = ["leaked", None]
    scores = collect_scores(make_tables(frames), BoardConfig(exclude_flagged=True))
    assert np.array_equal([[NAN, 0.05]], scores.errors["base"], equal_nan=True)


def test_nothing_known_takes_no_room():
    """A board without errors holds no array of gaps for them."""
    known = make_scores({"base": {"a": [0.8, 0.5]}}).known["base"]
    assert (0, 0) == known.standard.strides
