import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.ranks import rank_intervals, significantly_ahead
from tests.helpers.boards import make_board, make_scores

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
def test_agrees_with_the_t_test_of_scipy(measure):
    """Every pair, gaps and all."""
    ahead = significantly_ahead(measure)
    for i, one in enumerate(measure):
        for j, other in enumerate(measure):
            assert plain_ahead(one, other) == ahead[i, j]


def test_pair_by_hand():
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


def test_ranks_that_the_tasks_allow():
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


def test_ties_with_the_best_decide_who_can_be_first():
    """The bootstrap says who is tied; the t test of the pair gives way."""
    ahead = np.array([[False, True], [False, False]])
    best, worst = rank_intervals(np.array([1.0, 2.0]), ahead, np.array([True, True]))
    assert ([1, 1], [2, 2]) == (best.tolist(), worst.tolist())
    best, worst = rank_intervals(np.array([1.0, 2.0]), ~ahead & False, np.array([True, False]))
    assert ([1, 2], [1, 2]) == (best.tolist(), worst.tolist())


@given(arrays(float, (6, 5), elements=SCORES))
@settings(max_examples=60, deadline=None)
def test_intervals_hold_the_rank_and_agree_with_the_ties(values):
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


def test_blocks_change_nothing(monkeypatch):
    """Pairs are compared some rows at a time."""
    measure = np.random.default_rng(5).random((11, 8)) + np.arange(11)[:, np.newaxis]
    whole = significantly_ahead(measure)
    monkeypatch.setattr("site_builder.compute.ranks._ROWS_AT_ONCE", 4)
    assert np.array_equal(whole, significantly_ahead(measure))
    assert whole.any()


def test_scores_of_any_size():
    """No overflow, and no difference where scores are equal on paper."""
    huge = np.array([[1e300, 1e300, 2e300], [1.0, 2.0, 3.0]])
    assert not significantly_ahead(huge, np.full((2, 3), 1e299))[1].any()
    equal = np.array([[0.1 + 0.2, 0.7, 0.1], [0.3, 0.7, 0.1]])
    assert not significantly_ahead(equal).any()


@pytest.mark.parametrize("n", [0, 1])
def test_no_pairs(n):
    """A board of one model, or none."""
    assert (n, n) == significantly_ahead(np.ones((n, 3))).shape
    assert not significantly_ahead(np.ones((n, 3))).any()
