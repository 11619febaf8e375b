"""Rules that rank a board, and the statistics that show them, on tables one can do by hand."""

import re
from pathlib import Path

import numpy as np
import pytest

from site_builder.compute.agreement import correlate_ranks, find_similar_tasks
from site_builder.compute.board import compute_board
from site_builder.compute.rules import RULES, RankingRules, combine
from site_builder.compute.scores import collect_scores
from site_builder.compute.statistics import STATISTICS, measure_statistic
from site_builder.compute.tasks import compute_tasks
from site_builder.config import RULES as RULE_IDS
from site_builder.config import BoardConfig
from site_builder.messages import MESSAGES
from site_builder.records import replace
from site_builder.tables.schema import Measure
from tests.helpers.boards import make_frames, make_results, make_tables, scores_on

ROOT = Path(__file__).parents[2]
NAN = float("nan")
# `a` is best on two tasks, `b` on one by far; `c` lacks the last.
SCORES = {"base": {"a": [4.0, 2.0, 1.0], "b": [2.0, 1.0, 8.0], "c": [1.0, 1.0, None]}}
COST = Measure("cost_usd", "Cost", "USD", False, "sum", False)


def board_by(rule, lower=(), offset=0.0, baseline=None, coverage=0.0, **tasks):
    frames = make_frames(SCORES, lower, tasks or None)
    frames["results"]["cost_usd"] = [5.0, 1.0, None, 2.0, 2.0, 2.0, 1.0, 1.0]
    tables = replace(make_tables(frames), measures=(COST,))
    scores = collect_scores(tables, BoardConfig(baseline=baseline))
    rules = RankingRules(rule, coverage, averaged=True, why="configured", ratio_offset=offset)
    return compute_board(scores.runs["base"], rules)


def ranking(board):
    """Each ranked model with its rank and what ranks it."""
    return [(s.model, s.rank, board.merit(s)) for s in board.ranked]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mean", [("b", 1, 11 / 3), ("a", 2, 7 / 3), ("c", 3, 1.0)]),
        ("median", [("a", 1, 2.0), ("b", 1, 2.0), ("c", 3, 1.0)]),
        ("sum", [("b", 1, 11.0), ("a", 2, 7.0), ("c", 3, 2.0)]),
        # a: (1 + 1 + 0) / 3; b: (1/2 + 1/4 + 1) / 3; c: (0 + 1/4) / 2
        ("mean_win_rate", [("a", 1, 2 / 3), ("b", 2, 7 / 12), ("c", 3, 1 / 8)]),
        # a: 1, 1, 2; b: 2, 2.5, 1; c: 3, 2.5
        ("mean_rank", [("a", 1, 4 / 3), ("b", 2, 5.5 / 3), ("c", 3, 2.75)]),
        # a: 1, 1, 1/8; b: 1/2, 1/2, 1; c: 1/4, 1/2
        ("ratio_to_best", [("b", 1, 0.25 ** (1 / 3)), ("a", 2, 0.5), ("c", 3, 0.125**0.5)]),
        ("cost_usd", [("c", 1, 2.0), ("a", 2, 6.0), ("b", 2, 6.0)]),
    ],
)
def test_what_ranks_by_hand(rule, expected):
    for found, wanted in zip(ranking(board_by(rule)), expected, strict=True):
        assert found == (*wanted[:2], pytest.approx(wanted[2]))


def test_weights_and_categories():
    """a: (4 + 2 + 2 * 1) / 4; b: (2 + 1 + 2 * 8) / 4.

    By category, a: (3 + 1) / 2; b: (1.5 + 8) / 2.
    """
    tasks = {"weight": [1.0, 1.0, 2.0], "category": ["x", "x", "y"], "metric": ["m"] * 3}
    assert [("b", 1, 4.75), ("a", 2, 2.0), ("c", 3, 1.0)] == ranking(
        board_by("weighted_mean", **tasks)
    )
    by_category = ranking(board_by("mean_of_categories", **tasks))
    assert [("b", 1, 4.75), ("a", 2, 2.0), ("c", 3, 1.0)] == by_category


def test_ratios_of_a_measure_of_time_are_at_least_one():
    """Where lower is better the best has 1, and an offset of 1 makes 2 / 5 of 1 against 4."""
    board = board_by("ratio_to_best", lower=["t1", "t2", "t3"])
    assert ("c", 1, 1.0) == ranking(board)[0]
    assert ("a", 2, 8 ** (1 / 3)) == (*ranking(board)[1][:2], pytest.approx(ranking(board)[1][2]))
    shifted = board_by("ratio_to_best", lower=["t1", "t2", "t3"], offset=1.0)
    of_a = (5 / 2) * (3 / 2) * 1
    assert of_a ** (1 / 3) == pytest.approx(dict((m, v) for m, _, v in ranking(shifted))["a"])


@pytest.mark.parametrize("lower", [[], ["t1", "t2", "t3"]])
@pytest.mark.parametrize("rule", ["mean", "median", "sum", "ratio_to_best", "mean_win_rate"])
def test_less_is_better_where_the_scores_say_so(rule, lower):
    """A win rate is always better the higher it is."""
    results = make_results(make_frames(SCORES, lower), rank_by=rule, min_coverage=0.0)
    first, *_, last = (results.board.merit(s) or 0.0 for s in results.board.ranked)
    assert (first < last) is results.is_low_best(results.board)
    assert (first < last) is bool(lower and rule != "mean_win_rate")


def test_ratios_to_the_baseline():
    found = ranking(board_by("ratio_to_baseline", baseline="b"))
    # a: 2, 2, 1/8; c: 1/2, 1
    assert {"a": 0.5 ** (1 / 3), "b": 1.0, "c": 0.5**0.5} == pytest.approx(
        {model: value for model, _, value in found}
    )


@pytest.mark.parametrize("rule", ["median", "cost_usd"])
def test_rules_without_a_test_say_nothing_of_who_else_may_be_first(rule):
    board = board_by(rule)
    assert not board.tested
    assert all(s.interval is None and s.behind is None for s in board.entries)


def test_a_reference_is_shown_and_does_not_compete():
    frames = make_frames(SCORES)
    frames["models"]["role"] = ["reference", None, None]
    scores = collect_scores(make_tables(frames), BoardConfig())
    board = compute_board(
        scores.runs["base"], RankingRules("mean_win_rate", 0.0, True, "configured")
    )
    assert [("b", 1), ("c", 2)] == [(s.model, s.rank) for s in board.ranked]
    a = board.entry("a")
    assert "reference" == a.unranked
    assert 7 / 3 == pytest.approx(board.figure(a, "average"))
    assert {"a": 0, "b": 1, "c": 0} == {s.model: board.count(s, "wins") for s in board.entries}
    assert (a,) == board.references


def test_a_reference_has_no_place_on_a_task():
    """It is neither the best of a task, nor counted, nor a part of medians and similarities."""
    frames = make_frames({"base": {"a": [9, 1], "b": [3, 2], "c": [1, 4]}})
    frames["models"]["role"] = ["reference", None, None]
    scores = collect_scores(make_tables(frames), BoardConfig(baseline="a"))
    assert [("b", 1), ("c", 2), ("a", None)] == [(s.model, s.rank) for s in scores_on(scores, "t1")]
    assert [-6.0, -8.0] == [s.lift_over_baseline for s in scores_on(scores, "t1")[:2]]
    assert [2.0, 3.0] == [spread and spread.median for spread in scores.runs["base"].spreads]
    (t1, _) = compute_tasks(
        scores, find_similar_tasks(scores.tasks, correlate_ranks(scores.primary.signed))
    )
    assert (("b",), 3.0) == (t1.best["base"].models, t1.best["base"].score)


def test_an_absent_score_is_zero_where_the_publisher_says_so():
    frames = make_frames(SCORES | {"base": {**SCORES["base"], "d": [None, None, None]}})
    scores = collect_scores(make_tables(frames), BoardConfig())
    filled = scores.for_board(scores.models, BoardConfig(missing="zero"))
    board = compute_board(filled.runs["base"], RankingRules("mean", 1.0, True, "comparable"))
    assert ("c", 3, 2 / 3) == (*ranking(board)[2][:2], pytest.approx(ranking(board)[2][2]))


def test_ranks_of_a_board_of_some_entries_are_among_them():
    scores = collect_scores(make_tables(make_frames(SCORES)), BoardConfig())
    part = scores.for_board(["b", "c"], BoardConfig())
    assert {"b": 1, "c": 1} == {s.model: s.rank for s in scores_on(part, "t2")}
    assert ("b", "c") == part.models


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("sum", [6.0, NAN, 10.0]),
        ("mean", [3.0, NAN, 5.0]),
        ("median", [3.0, NAN, 5.0]),
        ("none", [NAN, NAN, 5.0]),  # what is of the whole run is not added up
    ],
)
def test_measures_combine_the_values_that_are_there(how, expected):
    values = np.array([[5.0, NAN, 1.0], [NAN, NAN, NAN], [5.0, 5.0, NAN]])
    assert np.array_equal(expected, combine(replace(COST, combine=how), values), equal_nan=True)


# --- every rule and every statistic -------------------------------------------------------------


def test_every_rule_can_be_configured_and_is_explained():
    text = (ROOT / "docs/statistics.md").read_text(encoding="utf8")
    assert {*RULE_IDS} == {rule.id for rule in RULES}
    assert [] == [rule.id for rule in RULES if f"`{rule.id}`" not in text]


@pytest.mark.parametrize("rule", [*(rule.id for rule in RULES), "cost_usd"])
def test_every_rule_ranks_or_says_why_not(rule):
    board = board_by(rule, baseline="b", category=["x", "x", "y"], metric=["m"] * 3)
    assert board.ranking.id == board.rule.statistic
    assert (rule in ("mean", "additive")) == board.by_average
    assert all((s.rank is None) == bool(s.unranked) for s in board.entries)
    assert [s.rank for s in board.ranked] == sorted(s.rank for s in board.ranked if s.rank)


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.id)
def test_every_statistic_is_whole(statistic):
    """It has a value for each entry, a meaning, and a section on how it is computed."""
    board = board_by(
        statistic.rule or "mean", baseline="b", category=["x", "x", "y"], metric=["m"] * 3
    )
    assert len(board.entries) == len(board.figures[statistic.id])
    assert statistic.meaning
    assert f"statistic.{statistic.id}.label" in MESSAGES or not statistic.column
    glossary = (ROOT / "site_builder/glossary.toml").read_text(encoding="utf8")
    is_explained = re.search(
        rf'^\[{statistic.section}\]|term = "{statistic.section}"', glossary, re.M
    )
    assert f"statistic.{statistic.id}.formula" in MESSAGES or is_explained


def test_of_what_should_be_low_the_first_click_shows_the_least():
    assert ["mean_rank", "hurt"] == [s.id for s in STATISTICS if s.column and s.is_ascending]
    assert [True, False] == [
        measure_statistic(replace(COST, higher_is_better=higher)).is_ascending
        for higher in (False, True)
    ]
