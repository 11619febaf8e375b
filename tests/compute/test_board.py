"""Boards: ranking rules, standings, ties, common tasks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.board import choose_rules, compute_common_boards
from site_builder.compute.ranks import compute_win_rates
from site_builder.compute.rules import RankingRules
from site_builder.compute.scores import collect_scores
from site_builder.config import BoardConfig
from tests.helpers.boards import (
    BY_MEAN,
    make_board,
    make_frames,
    make_results,
    make_scores,
    make_tables,
    row_of,
    rows_of,
    scores_on,
)

BY_WIN_RATE = RankingRules("mean_win_rate", 0.0, averaged=False, why="mixed units")
SPARSE = RankingRules("mean", 0.5, averaged=True, why="configured")


def column(board, name):
    """One attribute of every standing, by model."""
    return {s.model: getattr(s, name) for s in rows_of(board)}


# --- averages and coverage ----------------------------------------------------------------------


def test_average_is_over_the_tasks_that_a_model_has():
    board = make_board(make_scores({"base": {"a": [0.2, 0.4, 0.9], "b": [0.2, None, 0.4]}}), SPARSE)
    # a: 1.5 / 3; b: 0.6 / 2
    assert {"a": 0.5, "b": 0.3} == column(board, "average")
    assert board.merits is not None
    assert 0.4 == board.merits.median
    assert {"a": 3, "b": 2} == column(board, "scored")
    assert {"a": 1, "b": 2} == column(board, "rank")


def test_model_below_the_coverage_is_listed_without_a_rank():
    """The reason is given, its average is told, and the others rank as if it were not there."""
    runs = {"base": {"a": [0.1, 0.2], "best": [0.9, None], "b": [0.3, 0.4], "none": [None, None]}}
    scores = make_scores(
        {
            "base": {k: v for k, v in runs["base"].items() if k != "none"},
            "x": {"none": [0.1, None]},
        },
    )
    board = make_board(scores, BY_MEAN, "base")
    assert ["b", "a", "best", "none"] == [s.model for s in rows_of(board)]
    assert {"b": 1, "a": 2, "best": None, "none": None} == column(board, "rank")
    assert {"b": "", "a": "", "best": "coverage", "none": "no score"} == column(board, "unranked")
    assert {"b": 0.35, "a": 0.15, "best": 0.9, "none": None} == column(board, "average")
    assert ["b", "a"] == [s.model for s in board.ranked]


@pytest.mark.parametrize(("least", "ranked"), [(0.0, 3), (0.3, 3), (1 / 3, 3), (0.34, 2), (1.0, 1)])
def test_coverage_is_a_share_of_the_tasks(least, ranked):
    """One score of three is enough for a third, and too little for more."""
    scores = make_scores({"base": {"a": [1, 1, 1], "b": [1, 1, None], "c": [1, None, None]}})
    board = make_board(scores, RankingRules("mean", least, averaged=True, why="configured"))
    assert ranked == len(board.ranked)


@pytest.mark.parametrize(
    ("runs", "lower", "ranks"),
    [
        # 0.9, 0.8, 0.8, 0.1 in the order of the models table where equal,
        ({"d": [0.1], "b": [0.8], "a": [0.9], "c": [0.8]}, [], {"a": 1, "b": 2, "c": 2, "d": 4}),
        # by coverage before,
        ({"few": [0.5, None], "many": [0.5, 0.5]}, [], {"many": 1, "few": 1}),
        ({"a": [3.0, 5.0], "b": [1.0, 2.0]}, ["t1", "t2"], {"b": 1, "a": 2}),
    ],
)
def test_equal_averages_share_the_better_rank(runs, lower, ranks):
    board = make_board(make_scores({"base": runs}, lower), SPARSE)
    assert [*ranks.items()] == [(s.model, s.rank) for s in rows_of(board)]


def test_all_models_equal():
    """All are first, all are tied with the best, and none has an interval of any width."""
    board = make_board(make_scores({"base": {m: [0.7] * 6 for m in "abc"}}))
    assert [(1, True, (0.7, 0.7), (1, 3), 0, 0.5)] * 3 == [
        (s.rank, s.tied_with_best, s.interval, s.rank_interval, s.wins, s.win_rate)
        for s in rows_of(board)
    ]


def test_one_model():
    """It is first however the board ranks; there is no rival to win against."""
    scores = make_scores({"base": {"a": [0.1, 0.3]}})
    for rules in (BY_MEAN, BY_WIN_RATE):
        (only,) = rows_of(make_board(scores, rules))
        assert (1, True, "") == (only.rank, only.tied_with_best, only.unranked)
        assert None is only.win_rate
        assert 0 == only.wins


def test_variant_without_a_score():
    frames = make_frames({"base": {"a": [0.1], "b": [0.2]}})
    frames["results"]["flag"] = "leaked"
    scores = collect_scores(make_tables(frames), BoardConfig(exclude_flagged=True))
    for rules in (BY_MEAN, BY_WIN_RATE):
        board = make_board(scores, rules)
        assert () == board.ranked
        assert ["flagged", "flagged"] == [s.unranked for s in rows_of(board)]


# --- win rates and wins -------------------------------------------------------------------------


def test_win_rate_counts_ties_one_half():
    """Over rivals on the task: those below count one, those equal one half."""
    scores = make_scores(
        {"base": {"a": [0.9, 0.5], "b": [0.5, 0.5], "c": [0.5, 0.1], "d": [0.1, None]}}
    )
    # t1: a beats 3 of 3; b and c beat 1 and tie 1: 1.5 of 3; d beats 0.
    # t2: a and b beat 1 and tie 1: 1.5 of 2; c beats 0.
    rates = compute_win_rates(scores.runs["base"].signed)
    assert [[1, 0.75], [0.5, 0.75], [0.5, 0]] == rates[:3].tolist()
    assert 0 == rates[3, 0]
    assert np.isnan(rates[3, 1])
    board = make_board(scores, BY_WIN_RATE)
    assert {"a": 0.875, "b": 0.625, "c": 0.25, "d": 0} == column(board, "win_rate")


def test_model_without_a_rival_on_any_task_is_not_ranked_by_win_rate():
    """It has scores and the reason says why they rank it nowhere."""
    scores = make_scores({"base": {"a": [0.1, None], "b": [0.2, None], "alone": [None, 0.9]}})
    board = make_board(scores, BY_WIN_RATE)
    assert {"b": 1, "a": 2, "alone": None} == column(board, "rank")
    assert "no rival" == row_of(board, "alone").unranked
    assert not row_of(board, "alone").tied_with_best


def test_a_task_on_which_all_are_equal_has_no_first_place():
    """t1: a and b share it; t2: all are equal; t3: a is alone. Noise makes no winner."""
    scores = make_scores(
        {"base": {"a": [0.9, 0.5, 0.1], "b": [0.9, 0.5, None], "c": [0.1, 0.5, None]}}
    )
    assert {"a": 1, "b": 1, "c": 0} == column(make_board(scores), "wins")
    board = make_board(make_scores({"base": {"a": [0.1 + 0.2], "b": [0.3]}}))
    for name, value in (("wins", 0), ("win_rate", 0.5), ("rank", 1)):
        assert {"a": value, "b": value} == column(board, name)


# --- lifts and counts ---------------------------------------------------------------------------

LIFTED = {
    "base": {"gpt": [0.5, 0.5, 0.5, 20], "a": [0.1, 0.4, 0.3, 30], "b": [0.2, None, 0.2, 10]},
    "tuned": {"a": [0.5, 0.4, 0.6, 10], "b": [0.1, 0.9, 0.2, None]},
}


def test_lifts_are_averaged_over_tasks_with_both():
    """The counts are those of tasks on either side of zero."""
    board = make_board(make_scores(LIFTED, lower=["t4"], baseline="gpt"), SPARSE)
    # a: 0.4, 0, 0.3, 20 (lower is better): 20.7 / 4; b: -0.1, no base, 0, no score: -0.1 / 2
    assert {"a": 5.175, "b": -0.05, "gpt": None} == column(board, "lift_over_base")
    assert {"a": 3, "b": 0, "gpt": 0} == column(board, "helped")
    assert {"a": 1, "b": 1, "gpt": 0} == column(board, "unchanged")
    assert {"a": 0, "b": 1, "gpt": 0} == column(board, "hurt")

    # a: 0, -0.1, 0.1, 10: 10 / 4; b: -0.4, 0.4, -0.3: -0.3 / 3
    assert {"a": 2.5, "b": -0.1, "gpt": None} == column(board, "lift_over_baseline")
    assert {"a": 2, "b": 1, "gpt": 0} == column(board, "beats")
    assert {"a": 1, "b": 0, "gpt": 0} == column(board, "ties")
    assert {"a": 1, "b": 2, "gpt": 0} == column(board, "loses")


# --- ties with the best -------------------------------------------------------------------------


def test_tied_where_the_tasks_do_not_tell():
    """`b` wins as often as it loses against the leader; `c` is below on every task."""
    runs = {
        "a": [0.9, 0.1, 0.9, 0.2, 0.9, 0.2],
        "b": [0.1, 0.9, 0.2, 0.8, 0.1, 0.9],
        "c": [-0.9, -0.9, -0.8, -0.8, -0.9, -0.9],
    }
    board = make_board(make_scores({"base": runs}))
    assert {"a": True, "b": True, "c": False} == column(board, "tied_with_best")
    assert {"a": (1, 2), "b": (1, 2), "c": (3, 3)} == column(board, "rank_interval")
    assert (True, ((0, 1),)) == (board.tested, board.inseparable)
    # a - b: 0.2 / 6 over the six tasks.
    assert 0.2 / 6 == pytest.approx(row_of(board, "b").behind)
    low, high = row_of(board, "b").behind_interval or (0, 0)
    assert low < 0.2 / 6 < high


def test_nothing_is_told_below_six_tasks():
    """A model that is far below on each of five tasks: no rank interval, no interval, no lead."""
    board = make_board(make_scores({"base": {"a": [0.9] * 5, "b": [0.1] * 5}}))
    assert not board.tested
    assert {"a": None, "b": None} == column(board, "rank_interval") == column(board, "interval")
    assert {"a": None, "b": None} == column(board, "behind_interval")
    assert {"a": True, "b": False} == column(board, "tied_with_best")


def test_families_of_tasks_are_counted_once():
    """Twelve tasks of two families say as much as two tasks."""
    frames = make_frames(
        {"base": {"a": [0.9] * 12, "b": [0.1] * 12}}, tasks={"family": [*"xy"] * 6}
    )
    board = make_results(frames).board
    assert (False, None) == (board.tested, row_of(board, "b").rank_interval)


def test_interval_is_of_what_ranks_the_board():
    runs = {"a": [3.0, 5.0] * 3, "b": [1.0, 2.0] * 3}
    scores = make_scores({"base": runs}, lower=[f"t{n}" for n in range(1, 7)])
    reach = stats.t.isf(0.025, 5) * 0.3**0.5 / 6**0.5 * 2
    assert (4 - reach, 4 + reach) == pytest.approx(row_of(make_board(scores), "a").interval)
    assert (0.0, 0.0) == row_of(make_board(scores, BY_WIN_RATE), "a").interval


# --- the choice of rules ------------------------------------------------------------------------


def rules_of(runs, lower=(), tasks=None, **config):
    """The rules that a board over these runs gets."""
    tables = make_tables(make_frames(runs, lower, tasks))
    return choose_rules(tables.tasks, make_scores(runs, lower, **config), BoardConfig(**config))


FULL = {"base": {"a": [0.1, 0.2], "b": [0.3, 0.4]}}
HALF = {"base": {"a": [0.1, 0.2], "b": [0.3, None]}}
THIN = {"base": {"a": [0.1, 0.2], "b": [0.3, None], "c": [None, 0.4]}}


@pytest.mark.parametrize(
    ("tasks", "averaged"),
    [
        ({"metric": ["f1", "f1"]}, True),
        ({"metric": ["f1", "f1"], "score_max": [1, None]}, True),
        ({"metric": ["f1", "f1"], "score_max": [1, 100]}, False),
        ({"metric": ["f1", "accuracy"], "score_min": [0, 0], "score_max": [1, 1]}, True),
        ({"metric": [None, None], "score_min": [0, 0], "score_max": [1, 1]}, True),
        ({"metric": ["f1", "accuracy"]}, False),
        ({"metric": ["f1", "accuracy"], "score_max": [1, 1]}, False),
        ({"metric": ["f1", "f1"], "unit": ["points", "pages"]}, False),
        ({"metric": [None, None]}, False),
        ({"metric": ["f1", "accuracy"], "score_max": [1, 100]}, False),
        ({"metric": ["f1", None], "score_max": [1, None]}, False),
        ({"metric": [None, None], "score_max": [1, 100]}, False),
    ],
)
def test_comparable_is_one_metric_or_one_pair_of_bounds(tasks, averaged):
    """A task without a metric shares it with none; only bounds that are stated are equal."""
    rules = rules_of(FULL, tasks=tasks)
    assert averaged == rules.averaged
    assert ("comparable" if averaged else "mixed units") == rules.why
    assert ("mean" if averaged else "mean_win_rate") == rules.rank_by


def ruled(rank_by, coverage, why):
    return RankingRules(rank_by, coverage, averaged=why != "mixed units", why=why)


@pytest.mark.parametrize(
    ("runs", "lower", "config", "expected"),
    [
        (FULL, ["t2"], {}, ruled("mean_win_rate", 1.0, "mixed units")),
        (FULL, ["t1", "t2"], {}, ruled("mean", 1.0, "comparable")),
        # Full coverage is asked where half of the runs have it, else half of the best coverage.
        (HALF, [], {}, ruled("mean", 1.0, "comparable")),
        (THIN, [], {}, ruled("additive", 0.5, "sparse")),
        # Means rank only where no ranked model lacks a score.
        (THIN, [], {"min_coverage": 0.5}, ruled("additive", 0.5, "sparse")),
        (THIN, [], {"min_coverage": 1.0}, ruled("mean", 1.0, "comparable")),
        (THIN, ["t2"], {"rank_by": "additive"}, ruled("additive", 0.5, "configured")),
        (FULL, [], {"min_coverage": 0.0}, ruled("mean", 0.0, "comparable")),
    ],
)
def test_rules_of_a_board(runs, lower, config, expected):
    assert expected == rules_of(runs, lower, **config)


def test_runs_without_a_score_do_not_make_a_board_sparse():
    runs = {"base": {"gpt": [0.5, 0.6], **FULL["base"]}, "tuned": {"a": [0.2, 0.3]}}
    assert 1.0 == rules_of(runs).min_coverage


def test_variants_that_the_site_does_not_show_do_not_count():
    runs = {**FULL, "x": {"few": [0.1, 0.2], **{m: [0.1, None] for m in "abcdefghi"}}}
    assert "sparse" == rules_of(runs).why
    assert "comparable" == rules_of(runs, tuned_variants=[]).why


@pytest.mark.parametrize(
    ("lower", "rank_by", "averaged", "why"),
    [
        ((), "mean", True, "comparable"),
        ((), "mean_win_rate", True, "configured"),
        (("t2",), "mean", True, "configured"),
        (("t2",), "mean_win_rate", False, "mixed units"),
    ],
)
def test_configured_ranking_holds(lower, rank_by, averaged, why):
    """Who asks for means gets averages. Where the data would decide the same, its reason stays."""
    expected = RankingRules(rank_by, 1.0, averaged=averaged, why=why)
    assert expected == rules_of(FULL, lower=lower, rank_by=rank_by)


# --- properties ---------------------------------------------------------------------------------


def test_means_over_common_tasks_by_hand():
    runs = {"a": [0.2, 0.4, 0.9], "b": [0.3, 0.5, None], "c": [0.1, 0.9, None]}
    results = make_results(make_frames({"base": runs}), min_coverage=0.5, rank_by="mean")
    # Over what each has: a 0.5, b 0.4, c 0.5. Over t1 and t2: a 0.3, b 0.4, c 0.5.
    assert {"a": 1, "c": 1, "b": 3} == {s.model: s.rank for s in rows_of(results.board)}
    board = results.common["base"]["base"]
    assert (("t1", "t2"), 1.0) == (board.tasks, board.rules.min_coverage)
    assert [("c", 1, 0.5), ("b", 2, 0.4), ("a", 3, 0.3)] == [
        (s.model, s.rank, s.average) for s in rows_of(board)
    ]


@pytest.mark.parametrize("rank_by", ["additive", "mean_win_rate"])
def test_other_boards_have_means_there(rank_by):
    """Means over the same tasks can be compared, though those over all cannot."""
    runs = {"a": [0.2, 0.4, 0.9, None], "b": [0.3, 0.5, None, 0.1], "c": [0.1, 0.9, None, None]}
    results = make_results(make_frames({"base": runs}), rank_by=rank_by)
    assert rank_by == results.board.rules.rank_by
    assert "mean" == results.common["base"]["base"].rules.rank_by


def test_nothing_where_none_lacks_a_score_or_none_is_common():
    whole = make_scores({"base": {"a": [0.1, 0.2], "b": [0.3, 0.4]}})
    assert {} == compute_common_boards(whole, {"base": make_board(whole)})
    apart = {"a": [0.1, 0.2, None], "b": [None, 0.3, 0.4], "c": [0.5, None, 0.6]}
    assert {} == make_results(make_frames({"base": apart})).common


def test_who_is_behind_a_baseline_of_another_variant_may_not_be_first():
    """The lead of `a` over `b` varies widely; `b` is behind the baseline on each task alike."""
    ref = [0.50, 0.52, 0.54, 0.50, 0.52, 0.54, 0.50]
    a = [0.95, 0.10, 0.90, 0.15, 0.95, 0.20, 0.90]
    b = [score - 0.05 - 0.01 * (i % 2) for i, score in enumerate(ref)]
    board = make_board(make_scores({"base": {"ref": ref}, "tuned": {"a": a, "b": b}}))
    assert [True, True] == [s.tied_with_best for s in board.ranked]
    scores = make_scores({"base": {"ref": ref}, "tuned": {"a": a, "b": b}}, baseline="ref")
    board = make_board(scores)
    assert ["unclear", "worse"] == [board.tests["baseline"][m].verdict for m in "ab"]
    assert {"a": (1, 2), "b": (2, 2)} == {s.model: s.rank_interval for s in board.ranked}
    assert [True, False] == [s.tied_with_best for s in board.ranked]
    # Where the first is behind the baseline too, that says nothing about who is first.
    c = [score - 0.04 - 0.01 * (i % 3) for i, score in enumerate(ref)]
    board = make_board(
        make_scores({"base": {"ref": ref}, "tuned": {"b": b, "c": c}}, baseline="ref")
    )
    assert ["worse", "worse"] == [board.tests["baseline"][s.model].verdict for s in board.ranked]
    assert [True, True] == [s.tied_with_best for s in board.ranked]


def test_pairs_with_a_ranked_baseline_have_the_verdict_of_their_lift():
    """Five rivals of the baseline are five comparisons, and ten pairs more among themselves."""
    rng = np.random.default_rng(2)
    runs = {f"m{i}": (0.5 + 0.03 * i + rng.normal(0, 0.05, 12)).tolist() for i in range(6)}
    scores = make_scores({"base": runs}, baseline="m5")
    board = make_board(scores)
    verdicts = {m: test.verdict for m, test in board.tests["baseline"].items()}
    assert {"worse", "unclear"} == {*verdicts.values()}
    first = board.ranked[0]
    for s in board.ranked[1:]:
        if "m5" in (first.model, s.model):
            rival = s.model if first.model == "m5" else first.model
            assert (verdicts[rival] != "unclear") == board.is_ahead(first.model, s.model)
        low, _ = s.behind_interval or (0, 0)
        assert (low > 0) == board.is_ahead(first.model, s.model)


@given(arrays(float, (5, 7), elements=st.integers(-9, 9).map(lambda n: n / 10)))
@settings(max_examples=12)
def test_a_board_never_contradicts_itself(values):
    """Ranges, who is ahead, who may be first, and the interval of each distance agree."""
    rows = {f"m{i}": row.tolist() for i, row in enumerate(values)}
    board = make_board(make_scores({"base": rows}, baseline="m0"))
    first = board.ranked[0]
    for s in board.ranked:
        beaten = [o.model for o in board.ranked if board.is_ahead(o.model, s.model)]
        assert s.rank_interval is not None
        assert s.rank_interval[0] <= (s.rank or 0) <= s.rank_interval[1] <= len(board.ranked)
        assert (s.rank_interval[0] == 1) == s.tied_with_best
        assert s.rank == 1 or not (beaten and s.tied_with_best)
        assert s.rank == 1 or s.rank_interval[0] > len(beaten)
        if s.behind_interval:
            assert (s.behind_interval[0] > 0) == board.is_ahead(first.model, s.model)


def one_task(errors):
    frames = make_frames({"base": {"a": [0.9], "b": [0.89], "c": [0.8]}})
    return make_results({**frames, "results": frames["results"].assign(stderr=errors)})


def test_errors_of_the_scores_decide_on_a_board_of_one_task():
    """0.05 / 6 is exceeded beyond 2.394; sqrt(2) errors of 0.01 are 0.0142; so 0.0339 decides."""
    results = one_task([0.01, 0.01, 0.01])
    board = results.board
    assert board.tested
    assert pytest.approx(0.05 / 6) == board.tail
    assert {"a": (1, 2), "b": (1, 2), "c": (3, 3)} == column(board, "rank_interval")
    assert {"a": True, "b": True, "c": False} == column(board, "tied_with_best")
    assert {"a": 0.0, "b": 0.01, "c": 0.1} == column(board, "behind")
    assert (
        pytest.approx((0.1 - 0.03386, 0.1 + 0.03386), abs=1e-5)
        == row_of(board, "c").behind_interval
    )
    # The page of the task says the same, with the same interval: 1.96 errors to each side.
    on_task = {s.model: s for s in scores_on(results.scores, "t1")}
    assert column(board, "tied_with_best") == {m: s.tied_with_best for m, s in on_task.items()}
    assert column(board, "interval") == {m: s.interval for m, s in on_task.items()}
    assert pytest.approx((0.8804, 0.9196), abs=1e-4) == row_of(board, "a").interval


def test_an_unknown_error_leaves_a_board_of_one_task_open():
    board = one_task([0.01, None, 0.01]).board
    assert not board.tested
    assert {"a": None, "b": None, "c": None} == column(board, "rank_interval")
