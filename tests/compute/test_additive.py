"""The additive model: estimates, errors, and which models can be compared."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from site_builder.compute.additive import (
    adjusted_intervals,
    compare_adjusted,
    connected_models,
    fit_additive,
)
from site_builder.compute.intervals import known_errors, mean_intervals
from site_builder.compute.ranks import compare_pairs
from site_builder.compute.rules import RankingRules
from tests.helpers.boards import make_board, make_scores, row_of

NAN = float("nan")
SCORES = st.integers(-10, 10).map(float) | st.just(NAN)
# The scores form a ring: a-t1, t1-b, b-t3, t3-c, c-t2, t2-a.
RING = np.array([[0.9, 0.7, NAN], [0.76, NAN, 0.3], [NAN, 0.3, 0.1]])


def test_estimates_by_hand():
    """Round the ring, the scores miss an additive table by 0.06: each score by 0.01, in turn."""
    # Without this error b has 0.75 on t1 and a 0.91, so a is 0.16 ahead of b; likewise b is 0.22
    # ahead of c. The completed table is 0.91 0.69 0.47 / 0.75 0.53 0.31 / 0.53 0.31 0.09.
    assert [0.69, 0.53, 0.31] == pytest.approx(fit_additive(RING).means)


def test_errors_by_hand():
    """The normal matrix of the ring is (3 I - J) / 2, with the pseudo-inverse (2 I - 2/3 J) / 3."""
    fit = fit_additive(RING)
    # a - b: t1 adds 2/3 of -0.02, t2 and t3 add 2/3 of 0.01: the sum of squares is 4/9 of 0.0006.
    # The comparison is worth 2 / (4/3) = 1.5 tasks, so it is multiplied by 1.5 / 0.5.
    assert 1.5 == pytest.approx(fit.pair_counts[0, 1])
    assert np.sqrt(3 * 4 / 9 * 0.0006) == pytest.approx(fit.pair_errors[0, 1])
    assert fit.pair_errors[0, 1] == pytest.approx(fit.pair_errors[2, 1])


def test_exact_table_is_completed():
    """Means compare tasks: the second has the easy ones alone. The estimates compare models."""
    scores = np.array([[0.9, 0.5, 0.3], [0.8, NAN, NAN], [NAN, 0.4, 0.2]])
    assert [17 / 30, 14 / 30, 14 / 30] == pytest.approx(fit_additive(scores).means)


@given(arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8), elements=SCORES))
@settings(max_examples=25)
def test_complete_board_has_plain_means_and_paired_tests(scores):
    scores = np.nan_to_num(scores)
    n = scores.shape[1]
    fit = fit_additive(scores)
    assert scores.mean(axis=1) == pytest.approx(fit.means, abs=1e-9)
    assert scores.std(axis=1, ddof=1) / np.sqrt(n) == pytest.approx(fit.errors, abs=1e-9)
    assert n == pytest.approx(fit.pair_counts[0, 1])
    gaps = scores[0] - scores[1]
    assert stats.sem(gaps) == pytest.approx(fit.pair_errors[0, 1], abs=1e-6)


def plain_fit(scores):
    """Least squares on the design matrix: a column for each model and for each task."""
    rows, columns = np.nonzero(~np.isnan(scores))
    design = np.zeros((len(rows), sum(scores.shape)))
    design[range(len(rows)), rows] = 1
    design[range(len(rows)), len(scores) + columns] = 1
    found = np.linalg.lstsq(design, scores[rows, columns], rcond=None)[0]
    return found[: len(scores)] + found[len(scores) :].mean(), np.linalg.pinv(design.T @ design)


@given(arrays(float, (6, 7), elements=SCORES))
@settings(max_examples=25)
def test_agrees_with_least_squares_on_the_design_matrix(scores):
    is_in = connected_models(scores)
    fit = fit_additive(scores)
    assert (~is_in).tolist() == np.isnan(fit.means).tolist()
    inside = scores[is_in]
    inside = inside[:, ~np.isnan(inside).all(axis=0)]
    means, inverse = plain_fit(inside)
    assert means == pytest.approx(fit.means[is_in], abs=1e-8)
    tasks = fit.pair_counts[np.ix_(is_in, is_in)]
    for i, j in zip(*np.triu_indices(len(inside), 1), strict=True):
        variance = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
        assert 2 / variance == pytest.approx(tasks[i, j])


@given(
    arrays(float, (4, 8), elements=st.integers(-10, 10).map(float)),
    st.lists(st.integers(0, 6), min_size=8, max_size=8),
    st.sampled_from([NAN, 0.1, 3.0]),
)
@example(np.zeros((4, 8)), list(range(8)), NAN)
@example(np.zeros((4, 8)), list(range(8)), 0.1)
@settings(max_examples=25)
def test_complete_board_has_the_intervals_and_pairs_of_means(scores, families, error):
    """Also where tasks are in families, and where the errors of scores are known."""
    families, errors = np.array(families), np.full(scores.shape, error)
    fit, known = fit_additive(scores, families), known_errors(scores, errors)
    order = np.argsort(-fit.means, kind="stable")
    leads, expected = (
        compare_adjusted(fit, order, known),
        compare_pairs(scores[order], errors[order], families),
    )
    assert expected.ahead.tolist() == leads.ahead.tolist()
    assert expected.behind == pytest.approx(leads.behind, nan_ok=True, abs=1e-6)
    intervals = mean_intervals(scores, errors, families)
    assert intervals == pytest.approx(adjusted_intervals(fit, known), nan_ok=True, abs=1e-6)


# --- connected models ---------------------------------------------------------------------------


def test_components_by_hand():
    """The second and third share a task, the third and last another; the first has its own."""
    scores = np.full((5, 4), NAN)
    scores[0, 0] = scores[1, 1] = scores[2, 1] = scores[2, 2] = scores[4, 2] = 0.5
    assert [False, True, True, False, True] == connected_models(scores).tolist()
    assert [True, False, False, True, False] == np.isnan(fit_additive(scores).means).tolist()
    # Of two as large, the first is the largest.
    scores = np.array([[0.5, NAN], [NAN, 0.5], [NAN, 0.4], [0.3, NAN]])
    assert [True, False, False, True] == connected_models(scores).tolist()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 2)])
def test_without_scores_nothing_is_estimated(shape):
    fit = fit_additive(np.full(shape, NAN))
    assert np.isnan(fit.means).all()
    assert [False] * shape[0] == connected_models(np.full(shape, NAN)).tolist()


def test_bridge_of_one_score_is_worth_less_than_two_tasks():
    """Ten models on each of two sets of tasks that one score joins: no precise comparison."""
    scores = np.random.default_rng(1).random((20, 20))
    scores[:10, 10:] = scores[10:, :10] = NAN
    scores[0, 10] = 0.5
    tasks = fit_additive(scores).pair_counts
    assert tasks[0, 1] > 10
    assert tasks[0, 11] < 2


# --- boards -------------------------------------------------------------------------------------

ADDITIVE = RankingRules("additive", 0.0, averaged=True, why="sparse")
# Effects 0.3, 0.2, 0.1 and 0; the first two have the hard tasks, the last two the easy ones, and
# the middle two share two tasks.
CHAIN = {
    "a": [0.4, 0.5, 0.6, None, None, None, None],
    "b": [0.3, 0.4, 0.5, 0.6, None, None, None],
    "c": [None, None, 0.4, 0.5, 0.6, 0.7, 0.8],
    "d": [None, None, None, None, 0.5, 0.6, 0.7],
}


def figures(board, statistic):
    """The values of a statistic, the best entry first."""
    return [board.figure(s, statistic) for s in board.ranked]


def test_board_ranks_models_and_not_their_tasks():
    """By win rate, c is ahead of b, though b is better on both tasks that they share."""
    scores = make_scores({"base": CHAIN})
    by_rate = make_board(scores, RankingRules("mean_win_rate", 0.0, averaged=True, why="sparse"))
    assert ["a", "c", "b", "d"] == [s.model for s in by_rate.ranked]
    board = make_board(scores, ADDITIVE)
    assert ["a", "b", "c", "d"] == [s.model for s in board.ranked]
    # The tasks add 0.1 to 0.7, in the order of the tasks.
    assert [0.7, 0.6, 0.5, 0.4] == pytest.approx(figures(board, "adjusted"))
    assert [0.5, 0.45, 0.6, 0.6] == pytest.approx(figures(board, "average"))
    # Lower scores are adjusted in their own unit.
    lower = [f"t{i}" for i in range(1, 8)]
    board = make_board(make_scores({"base": CHAIN}, lower), ADDITIVE)
    assert ["d", "c", "b", "a"] == [s.model for s in board.ranked]
    assert [0.4, 0.5, 0.6, 0.7] == pytest.approx(figures(board, "adjusted"))


def test_models_without_a_connection_have_no_rank():
    runs = {model: [*row, None] for model, row in CHAIN.items()} | {"e": [None] * 7 + [0.9]}
    standing = row_of(make_board(make_scores({"base": runs}), ADDITIVE), "e")
    assert (None, "no common tasks", None) == (standing.rank, standing.unranked, standing.adjusted)
    assert 0.9 == standing.average


def test_models_without_a_rank_do_not_change_the_estimates():
    """Below the required coverage, e has an easy task alone."""
    runs = CHAIN | {"e": [0.9, None, None, None, None, None, None]}
    rules = RankingRules("additive", 0.4, averaged=True, why="sparse")
    board = make_board(make_scores({"base": runs}), rules)
    assert "coverage" == row_of(board, "e").unranked
    assert [0.7, 0.6, 0.5, 0.4] == pytest.approx(figures(board, "adjusted"))


# --- hostile input ------------------------------------------------------------------------------

WILD = st.sampled_from([NAN, 0.0, -0.0, 1.0, 1e-300, 1e300, -1e300, 1.7e308]) | st.floats(-1, 1)


@given(arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=WILD))
@settings(max_examples=25)
def test_any_scores_have_estimates(scores):
    """One for each connected model, the same for equal models, without a warning."""
    fit = fit_additive(np.vstack([scores, scores[:1]]))
    is_in = connected_models(np.vstack([scores, scores[:1]]))
    assert (~is_in).tolist() == np.isnan(fit.means).tolist()
    assert fit.means[0] == pytest.approx(fit.means[-1], rel=1e-9) or not is_in[0]
    assert not (fit.pair_errors < 0).any()
