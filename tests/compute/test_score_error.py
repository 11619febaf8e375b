"""Errors of single scores, and ties on a task."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, studentized_range

from site_builder.compute.score_error import (
    compute_score_errors,
    count_judged_wins,
    find_ties,
    reach_among,
    standard_error_of_share,
    wilson_interval,
)
from site_builder.compute.scores import collect_scores
from site_builder.config import BoardConfig
from tests.helpers.boards import make_board, make_frames, make_tables, rows_of, scores_on

NAN = float("nan")
SHARE = {"score_min": [0.0], "score_max": [1.0]}


def errors_of(score, tasks=SHARE, **stated):
    """Standard error and ends of the interval of one score."""
    frames = make_frames({"base": {"a": [score]}}, tasks=tasks)
    frames["results"] = frames["results"].assign(**stated)
    tables = make_tables(frames)
    found = compute_score_errors(tables.results, tables.tasks)
    return found.stderr[0], found.low[0], found.high[0]


def near(*expected):
    """The same within rounding, gaps included."""
    return pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_stated_standard_error_gives_the_wilson_interval_of_as_many_examples():
    """0.8 ± 0.02 is the error of 0.16 / 0.0004 = 400 examples: 320 of 400 by Wilson."""
    assert near(0.02, 0.7580297, 0.8362629) == errors_of(0.8, stderr=0.02)
    # Marks of 1 to 5: 4.2 ± 0.08 is at 0.8 ± 0.02 of a scale that is 4 wide.
    marks = {"score_min": [1.0], "score_max": [5.0]}
    assert near(0.08, 1 + 4 * 0.7580297, 1 + 4 * 0.8362629) == errors_of(4.2, marks, stderr=0.08)


def test_interval_of_a_score_near_a_bound_leans_to_the_middle():
    """1 of 100: 0.0018 to 0.0545.

    The score ± 1.96 stderr would end at 0.0295, though 0.04 gives 1 or less 9 times in 100.
    """
    low, high, stderr = 0.0017674, 0.0544862, sqrt(0.0099 / 100)
    for score, ends in ((0.01, (low, high)), (0.99, (1 - high, 1 - low))):
        assert pytest.approx((stderr, *ends), rel=1e-4) == errors_of(score, stderr=stderr)


@pytest.mark.parametrize(
    ("score", "stderr", "low", "high"),
    [
        (1.0, 0.02, 0.9608007, 1.0),  # no share is 1 with an error
        (0.0, 0.02, 0.0, 0.0391993),
        (0.5, 0.51, 0.0, 1.0),  # the error of a share is at most 0.5, that of one example
    ],
)
def test_interval_where_no_number_of_examples_has_such_an_error(score, stderr, low, high):
    """The score ± 1.96 stderr, which ends at the bounds."""
    assert near(stderr, low, high) == errors_of(score, stderr=stderr)


def test_number_of_examples_gives_the_wilson_interval():
    """80 of 100: (0.8 + 0.0192 ± 1.96 sqrt(0.0016 + 0.000096)) / 1.0384 = 0.711 to 0.867.

    The standard error is sqrt(0.8 x 0.2 / 100) = 0.04. Marks of 1 to 5, if the task says that they
    are means, with mean 4.2 are at 0.8 of a scale that is 4 wide: 1 + 4 x 0.7112 = 3.845.
    """
    assert near(0.04, 0.7111708, 0.8666331) == errors_of(0.8, n_examples=100)
    marks = {"score_min": [1.0], "score_max": [5.0], "mean_of_examples": [True]}
    assert near(0.16, 3.8446832, 4.4665324) == errors_of(4.2, marks, n_examples=100)


@pytest.mark.parametrize("stated", [{}, {"stderr": 0.0}])
def test_score_at_a_bound_is_not_exact(stated):
    """100 of 100: from 1 / 1.0384 = 0.963 to 1; the standard error is half of 0.037 / 1.96."""
    assert near(0.00943729, 0.9630065, 1.0) == errors_of(1.0, n_examples=100, **stated)
    assert near(0.00943729, 0.0, 0.03699350) == errors_of(0.0, n_examples=100, **stated)


def test_standard_error_of_zero_is_ignored():
    """Without a number of examples nothing is known of the score's error."""
    assert near(NAN, NAN, NAN) == errors_of(1.0, stderr=0.0)
    assert near(NAN, NAN, NAN) == errors_of(0.8)


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


@given(st.integers(1, 10**6), st.data())
def test_wilson_interval_agrees_with_scipy(n, data):
    """Wilson's interval of k of n, as `binomtest` gives it; wider than nothing, within 0..1."""
    k = data.draw(st.integers(0, n))
    expected = binomtest(k, n).proportion_ci(method="wilson")
    low, high = (float(end[0]) for end in wilson_interval(np.array([k / n]), np.array([n])))
    assert pytest.approx((expected.low, expected.high), abs=1e-11) == (low, high)
    assert 0 <= low < high <= 1
    assert float(standard_error_of_share(np.array([k / n]), np.array([n]))[0]) > 0


# --- the number of examples is not stated --------------------------------------------------------


def errors_of_split(scores, size, stated=None, **tasks):
    """The errors of the scores of one task, whose evaluated split has a number of examples."""
    runs = {"base": {f"m{i}": [score] for i, score in enumerate(scores)}}
    bounds = {"score_min": [0.0], "score_max": [1.0], **tasks}
    frames = make_frames(runs, tasks={**bounds, "evaluation_examples": [size]})
    frames["results"] = frames["results"].assign(**stated or {})
    tables = make_tables(frames)
    return compute_score_errors(tables.results, tables.tasks)


def test_error_by_the_size_of_the_split():
    """3 of 4 is 0.75, which may be printed as 0.7 or 0.8: of 4 they are the least exact.

    The errors are sqrt(0.7 x 0.3 / 4) and sqrt(0.8 x 0.2 / 4), 5 times those of all 100 examples.
    """
    found = errors_of_split([0.7, 0.8], 100)
    assert pytest.approx([0.2291288, 0.2], rel=1e-6) == found.stderr
    # (0.8 + 0.4802 ± 1.96 sqrt(0.04 + 0.0600)) / 1.9604
    assert pytest.approx((0.3368, 0.9692), abs=5e-5) == (found.low[1], found.high[1])
    assert [4, 4] == found.n_least.tolist()
    assert [100, 100] == found.n_most.tolist()
    assert np.isnan(found.n).all()


def test_a_score_that_ends_in_zeros_has_the_digits_of_its_task():
    """0.87 beside 0.333 is 0.870: 47 of 54, and 18 are 0.333. As 0.87, it is 13 of 15, and 5 are.

    The digits are those of one source: another may print fewer.
    """
    assert [54, 54] == errors_of_split([0.87, 0.333], 1000).n_least.tolist()
    sources = {"source": ["https://a.org/", "https://b.org/"]}
    assert [15, 15] == errors_of_split([0.87, 0.333], 1000, sources).n_least.tolist()


def test_a_difference_of_rounded_numbers_states_its_rounding():
    """1 of 3 is 0.3333, which is 0.334 only if rounding moved it by up to 0.001."""
    assert errors_of_split([0.334, 0.667], 1000).n_least[0] > 300
    derived = errors_of_split([0.334, 0.667], 1000, {"rounding": [0.001, NAN]})
    assert [3, 3] == derived.n_least.tolist()


def test_the_interval_that_is_shown_decides():
    """0.56 and 0.52 are shares of all 1,000 examples, and of no fewer than 25.

    Of 25, Wilson's interval of 0.56 is 0.371 to 0.733, with a chance level of 0.45; of 1,000 it
    would be 0.529 to 0.590, without.
    """
    tasks = {**SHARE, "evaluation_examples": [1000.0], "score_chance": [0.45]}
    frames = make_frames({"base": {"a": [0.56], "b": [0.52]}}, tasks=tasks)
    a, _ = scores_on(collect_scores(make_tables(frames), BoardConfig()), "t1")
    assert ((25, 1000), True) == (a.n_range, a.at_chance)
    assert pytest.approx((0.371, 0.733), abs=5e-4) == a.interval


def test_number_of_examples_that_is_the_only_possible_one():
    """0.845, 0.183 and 0.831 are 60, 13 and 59 of 71, and shares of no fewer examples."""
    found = errors_of_split([0.845, 0.183, 0.831], 71)
    assert [71, 71, 71] == found.n.tolist()
    assert [71, 71, 71] == found.n_least.tolist() == found.n_most.tolist()
    assert pytest.approx(sqrt(0.845 * 0.155 / 71)) == found.stderr[0]


def test_scores_that_are_no_shares_of_the_split_have_no_error():
    """0.846 is not k of 71: 60 of 71 is 0.845, 61 is 0.859. So another number was evaluated."""
    found = errors_of_split([0.846, 0.183], 71)
    assert np.isnan([found.stderr, found.low, found.n, found.n_most]).all()


def test_size_of_the_split_is_for_means_of_examples_without_another_error():
    assert np.isnan(errors_of_split([0.7], 100, mean_of_examples=[False]).stderr[0])
    assert np.isnan(errors_of_split([0.7], 100, score_max=[None]).stderr[0])
    tasks = {**SHARE, "evaluation_examples": [1000]}
    assert near(0.04, 0.7111708, 0.8666331) == errors_of(0.8, tasks, n_examples=100)
    assert near(0.02, 0.7580297, 0.8362629) == errors_of(0.8, tasks, stderr=0.02)


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
        # -0.2 is the best where lower is better; among three, 2.394 x 0.05 = 0.1197
        ([-0.2, -0.25, -0.4], [0.03, 0.04, 0.04], [True, True, False]),
        ([-0.2, -0.31, -0.4], [0.03, 0.04, 0.04], [True, True, False]),
        # A score whose error is not known is one of three, too
        ([-0.2, -0.31, -0.4], [0.03, 0.04, NAN], [True, True, None]),
        ([0.9, 0.9], [0.03, 0.04], [True, True]),
        ([0.9, 0.8], [0.03, NAN], [True, None]),
        ([0.9, 0.8], [NAN, 0.03], [None, None]),
        ([0.9, NAN], [0.03, NAN], [True, None]),
        ([NAN, NAN], [NAN, NAN], [None, None]),
    ],
)
def test_two_scores_are_distinguishable_by_their_errors(scores, errors, expected):
    """|difference| / sqrt(se1² + se2²) above 1.96 for two; nothing where an error is unknown."""
    assert expected == ties(scores, errors)


def test_ties_with_several_best_scores_use_the_largest_error():
    """0.9 twice, with errors of 0.01 and 0.05: 2.638 x sqrt(0.05² + 0.01²) = 0.1345."""
    assert [True, True, True, False] == ties([0.9, 0.9, 0.766, 0.765], [0.01, 0.05, 0.01, 0.01])
    assert [None, True, True] == ties([0.9, 0.9, 0.85], [NAN, 0.03, 0.03])


@pytest.mark.parametrize(("entries", "reach"), [(1, 1.96), (2, 1.96), (3, 2.394), (10, 3.261)])
def test_reach_is_corrected_for_the_number_of_pairs(entries, reach):
    """The normal quantile of 1 - 0.05 / 2 for each of 1, 3 or 45 pairs; a little above Tukey's."""
    assert reach == pytest.approx(float(reach_among(np.array(entries))), abs=5e-4)
    tukey = studentized_range.ppf(0.95, max(entries, 2), np.inf) / sqrt(2)
    assert 1 <= reach_among(np.array(entries)) / tukey + 1e-6 < 1.04


@pytest.mark.parametrize(
    ("scores", "errors", "expected"),
    [
        # Reach 2.394 x 0.05 = 0.1197
        ([0.9, 0.78, 0.1], [0.03, 0.04, 0.04], [1, None, None]),
        ([0.9, 0.781, 0.1], [0.03, 0.04, 0.04], [0, None, None]),
        # The third is the one that is not distinguishable: its error is large
        ([0.9, 0.75, 0.7], [0.03, 0.04, 0.2], [0, None, None]),
        ([0.9, 0.9, 0.1], [0.03, 0.04, 0.04], [0, 0, None]),
        # All are equal, so none is first
        ([0.9, 0.9, 0.9], [0.03, 0.04, 0.04], [None, None, None]),
        ([-0.2, -0.4], [0.03, 0.04], [1, None]),
        ([0.9, 0.8], [0.03, NAN], [None, None]),
        ([0.9, 0.8], [NAN, 0.03], [None, None]),
        # One is tied, whatever the error of the third
        ([0.9, 0.89, 0.8], [0.03, 0.03, NAN], [0, None, None]),
        ([0.9, 0.5, 0.4], [0.03, 0.03, NAN], [None, None, None]),
        # Without a rival nobody wins clearly
        ([0.9, NAN], [0.03, NAN], [None, None]),
        ([NAN, NAN], [NAN, NAN], [None, None]),
    ],
)
def test_clear_wins(scores, errors, expected):
    """1 where all others are distinguishable from the best, 0 where one is not."""
    signed, errors = np.array(scores)[:, None], np.array(errors)[:, None]
    clear = count_judged_wins(signed, find_ties(signed, errors))[0]
    assert expected == [None if np.isnan(n) else n for n in clear]


def wins_of(**stated):
    """Wins of a board by model: all, clear ones, those that are not clear."""
    runs = {"base": {"a": [0.9, 0.9, 0.9], "b": [0.5, 0.89, 0.8], "c": [0.4, 0.3, 0.95]}}
    frames = make_frames(runs, tasks={"score_min": [0.0] * 3, "score_max": [1.0] * 3})
    frames["results"] = frames["results"].assign(**stated)
    board = make_board(collect_scores(make_tables(frames), BoardConfig()))
    return {s.model: (s.wins, s.clear_wins, s.unclear_wins) for s in rows_of(board)}


def test_wins_of_a_board_are_clear_or_not():
    """Of 100 examples: 0.9 is clear of 0.5, not of 0.89; 0.95 is not clear of 0.9."""
    expected = {"a": (2, 1, 1), "b": (0, None, None), "c": (1, 0, 1)}
    assert expected == wins_of(n_examples=100)
