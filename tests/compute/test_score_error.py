"""Errors of single scores, and ties on a task."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from site_builder.compute.score_error import (
    compute_score_errors,
    find_ties,
    standard_error_of_share,
    wilson_interval,
)
from site_builder.compute.scores import Score, collect_scores
from site_builder.config import BoardConfig
from tests.helpers.boards import make_frames, make_tables
from tests.helpers.measured import measured_results

NAN = float("nan")
SHARE = {"score_min": [0.0], "score_max": [1.0]}


def errors_of(score, tasks=SHARE, **stated):
    """Standard error and ends of the interval of one score."""
    frames = make_frames({"base": {"a": [score]}}, tasks=tasks)
    frames["results"] = frames["results"].assign(**stated)
    tables = make_tables(frames)
    return tuple(compute_score_errors(tables.results, tables.tasks)[:, 0])


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
    assert near(0.02, 0.9508007, 1.0291993) == errors_of(0.99, {}, stderr=0.02)
    half = {"score_min": [0.0]}
    assert near(0.02, 0.0, 0.0491993) == errors_of(0.01, half, stderr=0.02)


def test_number_of_examples_gives_the_wilson_interval():
    """80 of 100: (0.8 + 0.0192 ± 1.96 sqrt(0.0016 + 0.000096)) / 1.0384 = 0.711 to 0.867.

    The standard error is sqrt(0.8 x 0.2 / 100) = 0.04.
    """
    assert near(0.04, 0.7111708, 0.8666331) == errors_of(0.8, n_examples=100)


def test_stated_standard_error_is_used_before_the_number_of_examples():
    """Who states both knows more than the number of examples tells."""
    assert near(0.02, 0.7608007, 0.8391993) == errors_of(0.8, stderr=0.02, n_examples=100)


@pytest.mark.parametrize("stated", [{}, {"stderr": 0.0}])
def test_score_at_a_bound_is_not_exact(stated):
    """100 of 100: from 1 / 1.0384 = 0.963 to 1; the standard error is half of 0.037 / 1.96."""
    assert near(0.00943729, 0.9630065, 1.0) == errors_of(1.0, n_examples=100, **stated)
    assert near(0.00943729, 0.0, 0.03699350) == errors_of(0.0, n_examples=100, **stated)


def test_standard_error_of_zero_is_ignored():
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
def test_number_of_examples_needs_a_mean_between_bounds(tasks):
    """Without both bounds, with bounds of no share, and where a score is no mean over examples."""
    assert near(NAN, NAN, NAN) == errors_of(0.8, tasks, n_examples=100)


def test_task_can_state_that_its_scores_are_means():
    """Marks of 1 to 5, mean 4.2: at 0.8 of the scale, which is 4 wide; 1 + 4 x 0.7112 = 3.845."""
    marks = {"score_min": [1.0], "score_max": [5.0], "mean_of_examples": [True]}
    assert near(0.16, 3.8446832, 4.4665324) == errors_of(4.2, marks, n_examples=100)


def test_equal_bounds_give_no_error():
    point = {"score_min": [1.0], "score_max": [1.0], "mean_of_examples": [True]}
    assert near(NAN, NAN, NAN) == errors_of(1.0, point, n_examples=100)


@given(st.integers(1, 10**6), st.data())
def test_wilson_interval_agrees_with_scipy(n, data):
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


def test_errors_are_arrays_like_the_scores():
    frames = make_frames({"base": {"a": [0.8, 0.5], "b": [None, 0.5]}, "tuned": {"a": [0.9, 0.5]}})
    frames["results"]["stderr"] = [0.02, NAN, 0.05, NAN, NAN]
    scores = collect_scores(make_tables(frames), BoardConfig())
    assert np.array_equal([[0.02, NAN], [NAN, 0.05]], scores.errors["base"], equal_nan=True)
    assert np.isnan(scores.errors["tuned"]).all()
    assert (2, 2) == scores.errors["tuned"].shape


def test_part_of_a_board_has_the_errors_of_its_tasks():
    frames = make_frames({"base": {"a": [0.8, 0.5]}})
    frames["results"]["stderr"] = [0.02, 0.05]
    part = collect_scores(make_tables(frames), BoardConfig()).only(["t2"])
    assert [[0.05]] == part.errors["base"].tolist()


def test_flagged_scores_that_are_left_out_have_no_error():
    frames = make_frames({"base": {"a": [0.8, 0.5]}})
    frames["results"]["stderr"] = [0.02, 0.05]
    frames["results"]["flag"] = ["leaked", None]
    scores = collect_scores(make_tables(frames), BoardConfig(exclude_flagged=True))
    assert np.array_equal([[NAN, 0.05]], scores.errors["base"], equal_nan=True)


# --- ties on a task ------------------------------------------------------------------------------


def ties(scores, errors):
    """Whether each score of one task is tied; None where nobody knows."""
    found = find_ties(np.array(scores)[:, None], np.array(errors)[:, None])[:, 0]
    return [None if np.isnan(tie) else bool(tie) for tie in found]


@pytest.mark.parametrize(
    ("scores", "errors", "expected"),
    [
        # 1.96 x sqrt(0.03² + 0.04²) = 1.96 x 0.05 = 0.098
        ([0.9, 0.803], [0.03, 0.04], [True, True]),
        ([0.9, 0.801], [0.03, 0.04], [True, False]),
        # -0.2 is the better of two where lower is better
        ([-0.2, -0.25, -0.4], [0.03, 0.04, 0.04], [True, True, False]),
        ([0.9, 0.9], [0.03, 0.04], [True, True]),
        ([0.9, 0.8], [0.03, NAN], [True, None]),
        ([0.9, 0.8], [NAN, 0.03], [None, None]),
        ([0.9, NAN], [0.03, NAN], [True, None]),
        ([NAN, NAN], [NAN, NAN], [None, None]),
    ],
)
def test_two_scores_are_distinguishable_by_their_errors(scores, errors, expected):
    """|difference| / sqrt(se1² + se2²) above 1.96; nothing is said where an error is unknown."""
    assert expected == ties(scores, errors)


def test_ties_with_several_best_scores_use_the_largest_error():
    """0.9 twice, with errors of 0.01 and 0.05: 1.96 x sqrt(0.05² + 0.01²) = 0.09994."""
    assert [True, True, True, False] == ties([0.9, 0.9, 0.801, 0.8], [0.01, 0.05, 0.01, 0.01])
    assert [None, True, True] == ties([0.9, 0.9, 0.85], [NAN, 0.03, 0.03])


def test_one_score_is_tied_with_itself():
    assert [True] == ties([0.5], [0.01])


def tuned(task, *, exclude):
    scores = measured_results(exclude=exclude).scores.ranking(task)
    return {score.model: score for score in scores if score.variant == "tuned"}


def test_error_from_the_number_of_examples():
    """From the examples on `quiz`: sqrt(0.8 x 0.2 / 100) = 0.04, Wilson 0.711 to 0.867."""
    found = tuned("quiz", exclude=True)
    assert (0.04, 100, True) == (found["a"].stderr, found["a"].n, found["a"].tied_with_best)
    assert (0.7111708, 0.8666331) == pytest.approx(found["a"].interval)
    # 0.05 behind, of 1.96 x sqrt(0.04² + 0.75 x 0.25 / 100) = 0.1155
    assert True is found["b"].tied_with_best
    assert ["a", "b"] == list(found)


def test_error_as_stated():
    """On `essay`: b is 0.1 behind, of 1.96 x sqrt(2) x 0.01 = 0.028; c states nothing."""
    found = tuned("essay", exclude=True)
    assert (0.01, None, False) == (found["b"].stderr, found["b"].n, found["b"].tied_with_best)
    # 0.75 - 0.6 of the baseline
    assert Score("c", "essay", "tuned", 0.75, 2, None, 0.15) == found["c"]


def test_unknown_error():
    """On `plain`."""
    found = tuned("plain", exclude=True)
    assert [(None, None, None, None)] * 3 == [
        (s.stderr, s.interval, s.n, s.tied_with_best) for s in found.values()
    ]


def test_ties_are_within_a_variant():
    scores = measured_results(exclude=True).scores.ranking("quiz")
    assert {None} == {s.tied_with_best for s in scores if s.variant == "base"}
