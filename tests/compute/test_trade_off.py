"""Trade-offs: the frontier, what may be on it, what has no place, its knee, in figures by hand."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from site_builder.compute.results import Results, compute_site
from site_builder.compute.trade_off import (
    TradeOff,
    compute_trade_offs,
    find_frontier,
    on_frontier,
    other_statistics,
)
from site_builder.config import BoardConfig, SiteConfig
from site_builder.records import replace
from site_builder.tables.schema import Measure
from tests.helpers.boards import make_frames, make_tables
from tests.helpers.real_boards import AIDER, BFCL, aider, bfcl
from tests.helpers.sites import make_site
from tests.helpers.tables import write_project

COST = Measure("cost_usd", "Cost", "USD", False, "none", False)
NAN = math.nan


def results_of(scores, costs, measure=COST, lower=False, **models):
    """A board of one task, or of those that `scores` list, with a measure by model."""
    runs = {m: s if isinstance(s, list) else [s] for m, s in zip("abcdefgh", scores, strict=False)}
    lower_tasks = [f"t{i}" for i in range(1, 40)] if lower else ()
    frames = make_frames({"base": runs}, lower_tasks)
    by_model = dict(zip(runs, costs, strict=True))
    frames["results"][measure.id] = frames["results"]["model"].map(by_model).astype(float)
    for name, values in models.items():
        frames["models"][name] = values
    tables = replace(make_tables(frames), measures=(measure,))
    return compute_site(tables, SiteConfig(root=Path())).featured.results


def trade_of(*args, axis="cost_usd", **kwargs) -> TradeOff:
    found = compute_trade_offs(results_of(*args, **kwargs), BoardConfig())
    return next(trade for trade in found if trade.axis.id == axis)


# --- frontier -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "costs", "frontier"),
    [
        # b costs more than a and scores less; c and d buy more for more.
        ((0.4, 0.3, 0.6, 0.9), (1, 2, 3, 9), "acd"),
        # At one cost the better one; one that matches a cheaper one is off.
        ((0.4, 0.5, 0.5, 0.9), (1, 1, 2, 3), "bd"),
        # Equal in both: both are on.
        ((0.5, 0.5, 0.4, 0.9), (1, 1, 1, 2), "abd"),
        # All equal but one dearer: the cheapest alone.
        ((0.5, 0.5, 0.5), (2, 1, 3), "b"),
        # The cheapest is the best.
        ((0.2, 0.5, 0.9), (3, 2, 1), "c"),
    ],
)
def test_frontier_by_hand(scores, costs, frontier):
    assert tuple(frontier) == trade_of(scores, costs).frontier


def test_lower_is_better_turns_the_scores():
    """Of error rates, a has the least for its cost, and d the least."""
    trade = trade_of((0.4, 0.6, 0.5, 0.1), (1, 2, 3, 4), lower=True)
    assert ("a", "d") == trade.frontier
    assert 0.3 == pytest.approx(trade.gain("d", trade.merits["a"]))


def test_more_is_better_turns_the_values():
    """Of speed, d has most; from the fastest on, each that is better is on."""
    speed = Measure("rate", "Rate", "", True, "none", False)
    trade = trade_of((0.9, 0.5, 0.6, 0.4), (1, 2, 2, 5), speed, axis="rate")
    assert ("d", "c", "a") == trade.frontier
    assert trade.axis.more_is_better


def pareto(frame: pd.DataFrame) -> list[int]:
    """The rows that no other dominates, by comparing every two."""
    cost, score = (frame[name].to_numpy()[:, None] for name in ("cost", "score"))
    no_worse = (cost <= cost.T) & (score >= score.T)
    better = (cost < cost.T) | (score > score.T)
    return np.flatnonzero(~(no_worse & better).any(axis=0)).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_frontier_is_what_no_other_dominates(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"cost": rng.integers(1, 12, 40), "score": rng.integers(1, 12, 40)})
    frame = frame.sort_values(["cost", "score"], ascending=[True, False]).reset_index(drop=True)
    points = [*zip(frame["cost"].astype(float), frame["score"].astype(float), strict=True)]
    assert pareto(frame) == find_frontier(points)


@pytest.mark.parametrize(
    ("table", "toml", "task", "measure", "n"),
    [
        (bfcl, BFCL, "Overall Acc", "cost_usd", 7),
        (bfcl, BFCL, "Overall Acc", "latency_s", 9),
        (aider, AIDER, "pass_rate_2", "cost_usd", 8),
        (aider, AIDER, "pass_rate_2", "seconds", None),
    ],
)
def test_frontier_of_published_boards_is_that_of_pandas(tmp_path, table, toml, task, measure, n):
    """Point by point; a cost of 0 is unknown on Aider, and never a point."""
    site = make_site(write_project(tmp_path, {"results": table()}, toml))
    trade = next(t for t in site.trade_offs if t.axis.id == measure)
    raw = table()
    raw = raw[(raw["task"] == task) & raw[measure].notna() & (raw[measure] > 0)]
    names = raw.assign(cost=raw[measure]).reset_index(drop=True)
    points = names.iloc[pareto(names)][["cost", "score"]]
    found = [(trade.values[e], trade.merits[e]) for e in trade.frontier]
    assert sorted(points.itertuples(index=False, name=None)) == found
    assert n in (len(found), None)
    assert len(raw) == len(trade.values)


# --- certainty ------------------------------------------------------------------------------------

# Over eight tasks b is always 0.3 below a; c is 0.01 below it, now above and now below.
SURE = [0.6, 0.62, 0.58, 0.61, 0.59, 0.6, 0.63, 0.57]
BEATEN = [s - 0.3 + 0.01 * (i % 2) for i, s in enumerate(SURE)]
CLOSE = [s - 0.01 + (0.2 if i % 2 else -0.2) for i, s in enumerate(SURE)]


@pytest.mark.parametrize(
    ("costs", "frontier", "possible"),
    [
        # All cost more than a; only what a beats for certain cannot be on the frontier.
        ((1, 2, 3), "a", "c"),
        # None that is dearer beats a cheaper one; one of the same cost does.
        ((3, 1, 2), "bca", ""),
        ((1, 1, 2), "a", "c"),
    ],
)
def test_certainly_beaten_is_off_and_uncertainly_beaten_may_be_on(costs, frontier, possible):
    trade = trade_of((SURE, BEATEN, CLOSE), costs)
    assert (True, (*frontier,), (*possible,)) == (trade.tested, trade.frontier, trade.possible)


def test_too_few_tasks_leave_the_frontier_to_the_scores():
    trade = trade_of((SURE[:3], BEATEN[:3], CLOSE[:3]), (1, 2, 3))
    assert not trade.tested
    assert () == trade.possible


@pytest.mark.parametrize("seed", range(5))
def test_possible_is_what_no_verdict_of_a_pair_rules_out(seed):
    rng = np.random.default_rng(seed)
    scores = (rng.normal(0, 0.2, 8)[:, None] + rng.normal(0, 0.1, (8, 10))).round(6).tolist()
    costs = rng.integers(1, 6, 8).tolist()
    results = results_of(scores, costs)
    trade = compute_trade_offs(results, BoardConfig())[0]
    beaten = {
        model
        for model in trade.values
        for other in trade.values
        if trade.values[other] <= trade.values[model] and results.board.is_ahead(other, model)
    }
    assert {*trade.values} - beaten == {*trade.frontier, *trade.possible}


# --- what has no place ----------------------------------------------------------------------------


def test_zero_and_missing_stand_apart():
    """A cost of 0 is no point and beats nothing; so is one that is not known."""
    trade = trade_of((0.9, 0.8, 0.3, 0.5, 0.7), (0, NAN, 1, 2, 30))
    assert (("a",), ("b",)) == (trade.free, trade.unknown)
    assert ("c", "d", "e") == trade.frontier
    assert not trade.is_best_known


def test_zero_is_unknown_where_the_board_says_so_and_a_value_where_more_is_better():
    trade = trade_of((0.9, 0.3, 0.5, 0.7), (0, 1, 2, 3), replace(COST, zero_is_missing=True))
    assert ((), ("a",)) == (trade.free, trade.unknown)
    rate = Measure("rate", "Rate", "", True, "none", False)
    trade = trade_of((0.9, 0.5, 0.6), (0, 1, 2), rate, axis="rate")
    assert () == trade.free
    assert ("c", "a") == trade.frontier
    assert not trade.is_log


@pytest.mark.parametrize(
    ("scores", "costs"),
    [
        ((0.5,), (1,)),
        ((0.5, 0.6), (1, 2)),
        ((0.4, 0.5, 0.6), (1, 1, 1)),
        ((0.4, 0.5, 0.6), (0, 1, 2)),
    ],
)
def test_no_trade_off_below_three_entries_or_of_one_value(scores, costs):
    assert () == compute_trade_offs(results_of(scores, costs), BoardConfig())


def test_an_axis_has_a_direction_that_is_stated_or_that_of_its_unit():
    odd = replace(COST, id="odd", unit="", higher_is_better=None)
    assert () == compute_trade_offs(results_of((0.4, 0.5, 0.6), (1, 2, 3), odd), BoardConfig())
    slow = Measure("latency", "Latency", "ms", None, "none", False)
    assert not trade_of((0.4, 0.5, 0.6), (1, 2, 3), slow, axis="latency").axis.more_is_better


def test_axes_are_costs_then_sizes_then_rewards_then_dates():
    """Dates alone are no trade-off: the board over time shows them."""
    facts = {"parameters_b": [1, 2, 3], "release_date": ["2024", "2024-05", "2025-01-09"]}
    rate = Measure("rate", "Rate", "", True, "none", False)
    cost_first = ["cost_usd", "parameters_b", "release_date"]
    for measure, axes in ((COST, cost_first), (rate, ["parameters_b", "rate", "release_date"])):
        results = results_of((0.4, 0.5, 0.6), (1, 2, 3), measure, **facts)
        assert axes == [trade.axis.id for trade in compute_trade_offs(results, BoardConfig())]
    dates = {"release_date": facts["release_date"]}
    alone = results_of((0.4, 0.5, 0.6), (NAN, NAN, NAN), **dates)
    assert () == compute_trade_offs(alone, BoardConfig())


# Of two tasks, by model: b is the best on the first, c on the second; the means are 0.5, 0.6, 0.7.
TWO_TASKS = ([0.5, 0.5], [0.9, 0.3], [0.6, 0.8], [0.1, 0.1])


def test_other_statistics_rank_the_entries_in_another_way():
    """Win rates 1/2, 2/3, 5/6, 0 rank as the means do, and say nothing new; minutes do."""
    minutes = Measure("minutes", "Minutes", "min", None, "none", False)
    results = results_of(TWO_TASKS, (4, 2, 3, 9), minutes)
    assert ["minutes"] == [s.id for s in other_statistics(results, BoardConfig())]
    same = results_of(TWO_TASKS, (3, 2, 1, 4), minutes)
    assert [] == [s.id for s in other_statistics(same, BoardConfig())]
    unknown = replace(minutes, unit="")
    undirected = results_of(TWO_TASKS, (4, 2, 3, 9), unknown)
    assert [] == [s.id for s in other_statistics(undirected, BoardConfig())]


def test_frontier_by_another_statistic_goes_by_value():
    """By minutes, where less is better, against sizes; d has none, and b of size 3 takes most."""
    minutes = Measure("minutes", "Minutes", "min", None, "none", False)
    costs, sizes = (4, 7, 2, NAN), [1.0, 3.0, 2.0, 0.5]
    results = results_of((SURE, CLOSE, BEATEN, SURE), costs, minutes, parameters_b=sizes)
    (by,) = other_statistics(results, BoardConfig())
    (trade,) = compute_trade_offs(results, BoardConfig(), by)
    assert ("a", "c") == trade.frontier
    assert (False, (), 1, ()) == (trade.tested, trade.possible, trade.without, trade.unknown)
    assert trade.lower_is_better
    assert trade_of((SURE, CLOSE, BEATEN, SURE), costs, minutes, axis="minutes").tested


def test_log_axis_from_a_power_of_ten_on():
    assert trade_of((0.4, 0.5, 0.6), (1, 2, 10)).is_log
    assert not trade_of((0.4, 0.5, 0.6), (1, 2, 9)).is_log


# --- knee -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "costs", "knee"),
    [
        # From a to d the score rises by 0.7; b has 3/7 of that at a third of the way.
        ((0.2, 0.5, 0.4, 0.9), (1, 2, 3, 8), "b"),
        # b has 1/7 of it at two thirds of the way: less than a, which has none of both.
        ((0.2, 0.3, 0.1, 0.9), (1, 4, 5, 8), "a"),
        ((0.2, 0.5, 0.9), (3, 2, 1), None),
    ],
)
def test_knee_by_hand(scores, costs, knee):
    assert knee == trade_of(scores, costs).knee


# --- entries that are hidden at first -------------------------------------------------------------


def test_entries_that_the_first_filters_hide_are_left_out(tmp_path):
    """A is the best and the cheapest, but hidden: b is what is shown."""
    values = {"score": [0.9, 0.5, 0.6, 0.7], "cost_usd": [1.0, 2.0, 3.0, 4.0]}
    kinds = ["odd", "plain", "plain", "plain"]
    frame = pd.DataFrame({"model": [*"abcd"], "task": "t", **values, "kind": kinds})
    toml = '[tasks]\nt = { metric = "accuracy" }\n[board]\nfilters = { kind = ["plain"] }\n'
    site = make_site(write_project(tmp_path, {"results": frame}, toml))
    (trade,) = site.trade_offs
    assert (("b", "c", "d"), 1) == (trade.frontier, trade.hidden)
    assert [None, True] == [on_frontier(site.trade_offs, m) for m in "ab"]


def test_on_the_frontier_is_of_the_first_axis():
    results: Results = results_of((0.4, 0.3, 0.6, 0.9), (1, 2, 3, NAN))
    trades = compute_trade_offs(results, BoardConfig())
    assert [True, False, True, None] == [on_frontier(trades, m) for m in "abcd"]
    assert on_frontier((), "a") is None
