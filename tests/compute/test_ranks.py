"""Rank intervals, and ranks that missing scores allow."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.ranks import (
    possible_means,
    possible_ranks,
    possible_rates,
    rank_intervals,
    significantly_ahead,
)
from tests.helpers.boards import BY_MEAN, Runs, make_board, make_scores

NAN = float("nan")
SCORES = st.integers(-10, 10).map(float) | st.just(NAN)


def plain_ahead(one, other):
    """Whether the paired t test of scipy finds one model ahead of another, two-sided at 5 %."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a == a and b == b]
    gaps = np.array([a - b for a, b in pairs])
    if len(gaps) < 2 or gaps.mean() <= 0:
        return False
    return gaps.std() == 0 or stats.ttest_1samp(gaps, 0).pvalue < 0.05


@given(arrays(float, (4, 6), elements=SCORES))
@settings(max_examples=60, deadline=None)
def test_significantly_ahead_agrees_with_scipy(measure):
    ahead = significantly_ahead(measure)
    for i, one in enumerate(measure):
        for j, other in enumerate(measure):
            assert plain_ahead(one, other) == ahead[i, j]


def test_lead_of_a_pair_by_hand():
    """Leads of 0.1, 0.2, 0.3: mean 0.2, variance 0.01, and t of 2 degrees of freedom is 4.303."""
    # 4.303 x sqrt(0.01 / 3) = 0.248 is more than 0.2: not ahead. Of leads 0.1, 0.1, 0.2 the mean is
    # 0.133, the variance 0.00333, and 4.303 x sqrt(0.00333 / 3) = 0.143. Of 0.2, 0.2, 0.3 the
    # variance is the same and the mean 0.233: ahead.
    for leads, ahead in (
        ((0.1, 0.2, 0.3), False),
        ((0.1, 0.1, 0.2), False),
        ((0.2, 0.2, 0.3), True),
    ):
        measure = np.array([np.array([0.1, 0.5, 0.3]) + leads, [0.1, 0.5, 0.3]])
        assert [[False, ahead], [False, False]] == significantly_ahead(measure).tolist()


def test_errors_of_scores_can_hide_a_lead():
    """Ahead by 0.01 on each task; known to ± 0.02 it is none."""
    measure = np.array([[0.51, 0.61, 0.71], [0.5, 0.6, 0.7]])
    assert significantly_ahead(measure)[0, 1]
    assert significantly_ahead(measure, np.full((2, 3), NAN))[0, 1]
    assert not significantly_ahead(measure, np.full((2, 3), 0.01)).any()
    # sqrt(3 x 2) x 0.006 / 3 = 0.0049, times 1.96 = 0.0096: just below 0.01.
    assert significantly_ahead(measure, np.full((2, 3), 0.006))[0, 1]


def test_rank_intervals_by_hand():
    """Ranks 1 to 4, the fourth without a rank; who is ahead is given."""
    ahead = np.zeros((5, 5), dtype=bool)
    ahead[0, [2, 3]] = True  # the leader of the two last,
    ahead[1, 3] = True  # the second of the last; an unranked one counts for nobody
    ahead[4, :4] = True
    tied = np.array([True, True, False, False, False])
    best, worst = rank_intervals(np.array([1.0, 2, 3, 4, NAN]), ahead, tied)
    # First: nobody ahead, 4 - 2 = 2 behind it at worst. Second: tied, so 1; behind it one: 3.
    # Third: one ahead: 2, none behind it: 4. Last: two ahead: 3.
    assert [1, 1, 2, 3] == best[:4].tolist()
    assert [2, 3, 4, 4] == worst[:4].tolist()
    assert np.isnan([best[4], worst[4]]).all()


def test_models_tied_with_the_best_can_be_first():
    """The bootstrap says who is tied; the t test of the pair gives way."""
    ahead = np.array([[False, True], [False, False]])
    best, worst = rank_intervals(np.array([1.0, 2.0]), ahead, np.array([True, True]))
    assert ([1, 1], [2, 2]) == (best.tolist(), worst.tolist())
    best, worst = rank_intervals(np.array([1.0, 2.0]), ~ahead & False, np.array([True, False]))
    assert ([1, 2], [1, 2]) == (best.tolist(), worst.tolist())


@given(arrays(float, (6, 5), elements=SCORES))
@settings(max_examples=60, deadline=None)
def test_rank_intervals_include_the_rank_and_agree_with_ties(values):
    """On any board: best <= rank <= worst, and who is tied with the best can be first."""
    rows = {f"m{i}": [None if v != v else v for v in row] for i, row in enumerate(values.tolist())}
    if np.isnan(values).all(axis=0).any():
        return
    board = make_board(make_scores({"base": rows}, min_coverage=0.0))
    for s in board.standings:
        assert (s.rank is None) == (s.rank_interval is None)
        if s.rank is not None and s.rank_interval is not None:
            low, high = s.rank_interval
            assert low <= s.rank <= high <= len(board.ranked)
            assert s.tied_with_best == (low == 1)


def test_large_scores_do_not_overflow():
    """No overflow, and no difference where scores are equal on paper."""
    huge = np.array([[1e300, 1e300, 2e300], [1.0, 2.0, 3.0]])
    assert not significantly_ahead(huge, np.full((2, 3), 1e299))[1].any()
    equal = np.array([[0.1 + 0.2, 0.7, 0.1], [0.3, 0.7, 0.1]])
    assert not significantly_ahead(equal).any()


@pytest.mark.parametrize("n", [0, 1])
def test_board_of_one_model_or_none(n):
    assert (n, n) == significantly_ahead(np.ones((n, 3))).shape
    assert not significantly_ahead(np.ones((n, 3))).any()


# --- missing scores ------------------------------------------------------------------------------

INF = float("inf")


def test_possible_means_by_hand():
    """A missing score may be anything between the bounds of its task."""
    signed = np.array([[0.6, NAN], [0.5, 0.7], [NAN, NAN]])
    least, most = possible_means(signed, np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    # First: (0.6 + 0) / 2 and (0.6 + 1) / 2. Second has both. The third is not on the board.
    assert [0.3, 0.6] == least[:2].tolist()
    assert [0.8, 0.6] == most[:2].tolist()
    assert np.isnan([least[2], most[2]]).all()


def test_task_without_bounds_allows_any_mean():
    signed = np.array([[0.6, NAN], [0.5, 0.7]])
    least, most = possible_means(signed, np.array([0.0, -INF]), np.array([1.0, INF]))
    assert ([-INF, 0.6], [INF, 0.6]) == (least.tolist(), most.tolist())
    assert ([1, 1], [2, 2]) == tuple(x.tolist() for x in possible_ranks(least, most))


def test_possible_win_rates_by_hand():
    """Three models; the second lacks the first task, the third the second."""
    signed = np.array([[0.9, 0.2], [NAN, 0.5], [0.1, NAN]])
    least, most = possible_rates(signed)
    # First: on the first task it beats the third, and may beat the second: 1/2 to 1; on the second
    # it beats nobody, and may beat the third: 0 to 1/2. Second: 0 to 1; beats the first, and may
    # beat the third: 1/2 to 1. Third: beats nobody, may beat the second: 0 to 1/2; 0 to 1.
    assert [0.25, 0.25, 0.0] == least.tolist()
    assert [0.75, 1.0, 0.75] == most.tolist()


def test_one_model_has_no_win_rate():
    assert np.isnan(possible_rates(np.array([[0.5, NAN], [NAN, NAN]]))).all()


def test_possible_ranks_by_hand():
    """Figures 0.8, between 0.3 and 0.9, between 0.1 and 0.3, 0.2."""
    least, most = np.array([0.8, 0.3, 0.1, 0.2, NAN]), np.array([0.8, 0.9, 0.3, 0.2, NAN])
    best, worst = possible_ranks(least, most)
    # The first is passed by the second at most. The third is behind the first, and at best level
    # with the second (0.3, sharing rank 2); it may be passed by all.
    assert [1, 1, 2, 3] == best[:4].tolist()
    assert [2, 2, 4, 4] == worst[:4].tolist()
    assert np.isnan([best[4], worst[4]]).all()


@pytest.mark.parametrize("rules", ["mean", "mean_win_rate"])
def test_possible_ranks_hold_for_every_value_of_missing_scores(rules):
    """Every filling of three gaps by 0, 0.5 or 1 gives ranks within what is possible."""
    runs: Runs = {
        "a": [0.9, None, 0.4],
        "b": [None, 0.6, 0.5],
        "c": [0.3, 0.7, None],
        "d": [0.2] * 3,
    }
    board = make_board(make_scores({"base": runs}, rank_by=rules, min_coverage=0.0), ruled(rules))
    allowed = {s.model: s.possible_ranks for s in board.standings}
    seen: dict[str, set[int]] = {model: set() for model in runs}
    for fill in itertools.product((0.0, 0.5, 1.0), repeat=3):
        gaps = iter(fill)
        full = {m: [next(gaps) if v is None else v for v in row] for m, row in runs.items()}
        whole = make_board(make_scores({"base": full}, rank_by=rules), ruled(rules))
        for s in whole.standings:
            assert s.possible_ranks is None
            seen[s.model].add(s.rank or 0)
    for model, ranks in seen.items():
        low, high = allowed[model] or (0, 0)
        assert low <= min(ranks) <= max(ranks) <= high
        if rules == "mean":
            # The states of one model are reached with the others at their opposite ends; without
            # stated bounds anything is possible.
            assert (1, 4) == (low, high) or model == "d"


def ruled(rank_by):
    """Rules that rank models with gaps."""
    return type(BY_MEAN)(rank_by, 0.0, averaged=True, why="configured")
