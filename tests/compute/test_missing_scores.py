import itertools

import numpy as np
import pytest

from site_builder.compute.ranks import possible_means, possible_ranks, possible_rates
from tests.helpers.boards import BY_MEAN, Runs, make_board, make_scores

NAN = float("nan")
INF = float("inf")


def test_means_by_hand():
    """A missing score may be anything between the bounds of its task."""
    signed = np.array([[0.6, NAN], [0.5, 0.7], [NAN, NAN]])
    least, most = possible_means(signed, np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    # First: (0.6 + 0) / 2 and (0.6 + 1) / 2. Second has both. The third is not on the board.
    assert [0.3, 0.6] == least[:2].tolist()
    assert [0.8, 0.6] == most[:2].tolist()
    assert np.isnan([least[2], most[2]]).all()


def test_a_task_without_bounds_allows_anything():
    """Nothing is known of a missing score then."""
    signed = np.array([[0.6, NAN], [0.5, 0.7]])
    least, most = possible_means(signed, np.array([0.0, -INF]), np.array([1.0, INF]))
    assert ([-INF, 0.6], [INF, 0.6]) == (least.tolist(), most.tolist())
    assert ([1, 1], [2, 2]) == tuple(x.tolist() for x in possible_ranks(least, most))


def test_rates_by_hand():
    """Three models; the second lacks the first task, the third the second."""
    signed = np.array([[0.9, 0.2], [NAN, 0.5], [0.1, NAN]])
    least, most = possible_rates(signed)
    # First: on the first task it beats the third, and may beat the second: 1/2 to 1; on the second
    # it beats nobody, and may beat the third: 0 to 1/2. Second: 0 to 1; beats the first, and may
    # beat the third: 1/2 to 1. Third: beats nobody, may beat the second: 0 to 1/2; 0 to 1.
    assert [0.25, 0.25, 0.0] == least.tolist()
    assert [0.75, 1.0, 0.75] == most.tolist()


def test_one_model_has_no_rate():
    """It has no rival."""
    assert np.isnan(possible_rates(np.array([[0.5, NAN], [NAN, NAN]]))).all()


def test_ranks_by_hand():
    """Figures 0.8, between 0.3 and 0.9, between 0.1 and 0.3, 0.2."""
    least, most = np.array([0.8, 0.3, 0.1, 0.2, NAN]), np.array([0.8, 0.9, 0.3, 0.2, NAN])
    best, worst = possible_ranks(least, most)
    # The first is passed by the second at most. The third is behind the first, and at best level
    # with the second (0.3, sharing rank 2); it may be passed by all.
    assert [1, 1, 2, 3] == best[:4].tolist()
    assert [2, 2, 4, 4] == worst[:4].tolist()
    assert np.isnan([best[4], worst[4]]).all()


@pytest.mark.parametrize("rules", ["mean", "mean_win_rate"])
def test_no_way_of_filling_the_gaps_leads_beyond(rules):
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
