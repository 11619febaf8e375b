"""Trade-offs as charts: titles, tables, strips, what names are written, and boards of any size."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from site_builder.charts import theme
from site_builder.charts.trade_off import TradeView, chart_trade_off, chart_trade_offs
from site_builder.charts.trade_off_words import TradeWords
from site_builder.compute.trade_off import compute_trade_offs
from site_builder.config import BoardConfig, SiteConfig
from site_builder.labels import make_labels
from site_builder.records import replace
from tests.compute.test_trade_off import BEATEN, CLOSE, COST, NAN, SURE, results_of
from tests.helpers.boards import make_frames
from tests.helpers.charted import draw, trade_views
from tests.helpers.real_boards import AIDER, BFCL, aider, bfcl
from tests.helpers.sites import make_site
from tests.helpers.tables import write_project

SPACE, TIMES = "\N{NO-BREAK SPACE}", "\N{MULTIPLICATION SIGN}"
RATE = replace(COST, id="rate", label="Tries", unit="", higher_is_better=True)


def view_of(*args, axis="cost_usd", **kwargs) -> TradeView:
    results = results_of(*args, **kwargs)
    labels = make_labels(results, SiteConfig(root=Path()))
    trades = compute_trade_offs(results, BoardConfig())
    views = chart_trade_offs(results, labels, trades)
    return next(v for v, trade in zip(views, trades, strict=True) if trade.axis.id == axis)


def layout(view):
    return view.chart.figure_json["layout"]


def texts(view, key):
    """The texts of a column of the frontier, from the best entry down, with what is soft."""
    at = [c.key for c in view.table.columns].index(key)
    return [(row.cells[at].text + row.cells[at].suffix).strip() for row in view.table.rows]


# --- titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "costs", "title"),
    [
        ((0.2, 0.5, 0.4, 0.9), (1, 2, 3, 8), "b is 0.400 behind the best, at 1/4 of the cost"),
        ((0.2, 0.3, 0.1, 0.9), (1, 4, 5, 8), "a is 0.700 behind the best, at 1/8 of the cost"),
        (
            (0.2, 0.8, 0.4, 0.9),
            (1, 5, 6, 10),
            f"b is 0.100 behind the best, at 50{SPACE}% of the cost",
        ),
        ((0.2, 0.5, 0.9), (3, 2, 1), "c has the best score and the lowest cost"),
        ((0.5, 0.5, 0.5), (3, 2, 1), "All 3 entries have the same score; c has the lowest cost"),
        (
            (0.1, 0.2, 0.3, 0.9),
            (1, 2, 9, NAN),
            "b is 0.100 behind the best of known cost, at 1/5",
        ),
        ((0.5, 0.2, 0.1, 0.9), (1, 2, 3, 0), "a has the best score of known cost, and the lowest"),
        ((SURE, BEATEN, [2 * SURE[0] - s + 0.004 for s in CLOSE]), (2, 1, 9), None),
    ],
)
def test_title_is_the_knee_of_the_frontier(scores, costs, title):
    """A knee that may be level with the best is not behind it."""
    found = view_of(scores, costs).chart.title
    assert (title or "a may match the best, at 1/5 of the cost") == found
    assert len(found.split()) <= 12


def test_titles_of_other_axes():
    view = view_of((0.9, 0.6, 0.1), (1, 4, 5), RATE, axis="rate")
    assert "b is 0.300 behind the best, with 4.0\N{MULTIPLICATION SIGN} the tries" == (
        view.chart.title
    )
    dated = {"release_date": ["2024-01-01", "2024-06-01", "2025-01-01"]}
    view = view_of((0.1, 0.6, 0.9), (1, 1, 2), axis="release_date", **dated)
    assert "b is 0.300 behind the best, and came seven months earlier" == view.chart.title
    assert ["Jan 2024", "Jul", "Jan 2025"] == layout(view)["meta"]["narrow"]["xaxis.ticktext"]
    assert "3 entries that no earlier one matches" == view.table.caption


def test_values_that_have_no_ratio_are_named():
    title = view_of((0.9, 0.5, 0.6), (0, 1, 2), RATE, axis="rate").chart.title
    assert "c is 0.300 behind the best, with tries 2" == title
    gain = replace(COST, id="gain", label="Drift", unit="", higher_is_better=False)
    view = view_of((0.1, 0.6, 0.9), (-2, 0, 3), gain, axis="gain")
    assert ["from 0 to 3", "from \N{MINUS SIGN}2 to 0"] == [
        text.partition(" ")[2] for text in texts(view, "step")[:2]
    ]


def test_scores_in_percent_differ_in_points():
    frames = make_frames(
        {"base": {"a": [20.0], "b": [50.0], "c": [90.0]}}, (), {"unit": ["percent"]}
    )
    frames["models"]["parameters_b"] = [1.0, 2.0, 8.0]
    view = trade_views(*draw(frames))["parameters_b"]
    assert "b is 40.0 points behind the best, at 1/4 of the size" == view.chart.title
    assert [
        f"+40.0 points for 4.0{TIMES} the size",
        f"+30.0 points for 2.0{TIMES} the size",
    ] == texts(view, "step")[:2]


def test_another_statistic_is_named_and_goes_by_value():
    """Minutes from 1 to 20 have a log axis; what has none is left out; columns stay."""
    minutes = replace(COST, id="minutes", label="Minutes", unit="min")
    costs, sizes = (20, 4, 1, NAN), [1.0, 2.0, 8.0, 9.0]
    results = results_of((0.2, 0.5, 0.4, 0.9), costs, minutes, parameters_b=sizes)
    labels = make_labels(results, SiteConfig(root=Path()))
    trades = compute_trade_offs(results, BoardConfig())
    place = [trade.axis.id for trade in trades].index("parameters_b")
    view = chart_trade_offs(results, labels, trades)[place]
    by = results.board.statistics[-1]
    (trade,) = compute_trade_offs(results, BoardConfig(), by)
    words = TradeWords(results, labels, trade)
    made = chart_trade_off(words, view.id, trades[place].frontier)
    assert f"Minutes: b is 3{SPACE}min behind the best, at 1/4 of the size" == made.chart.title
    assert (
        "Minutes. Lower is better. The line goes by value alone: how certain the differences are "
        "is not known. One entry without a value is left out."
    ) == made.chart.caption
    assert view.id == made.id
    assert [c.key for c in view.table.columns] == [c.key for c in made.table.columns]
    assert "log" == layout(made)["yaxis"]["type"]
    low, high = layout(made)["yaxis"]["range"]
    assert low < 0 < math.log10(20) < high


def test_people_are_a_line_with_a_name():
    """At what is compared, not at what ranks, where it is by another statistic."""
    roles = [None, None, None, "reference"]
    view = view_of((0.2, 0.5, 0.4, 0.95), (1, 2, 3, NAN), role=roles, name=[*"abc", "Human"])
    (line,) = [shape for shape in layout(view)["shapes"] if shape["type"] == "line"]
    assert (0.95, 0.95) == (line["y0"], line["y1"])
    assert layout(view)["yaxis"]["range"][1] > 0.95
    assert "Human 0.950" == layout(view)["meta"]["names"][-1]["marks"][0][3]
    assert view.chart.caption.endswith("Dotted: Human.")


# --- tables ---------------------------------------------------------------------------------------


def test_table_says_what_each_step_buys():
    """From a to b +0.3 for twice the cost, to c +0.1 for a fifth more; d is level with c."""
    view = view_of((0.2, 0.5, 0.6, 0.6, 0.1), (1, 2, 2.4, 2.4, 9))
    assert [
        "the same as c",
        f"+0.100 for 20{SPACE}% more cost",
        f"+0.300 for 2.0{TIMES} the cost",
        "cheapest entry",
    ] == texts(view, "step")
    assert ["$2.40", "$2.40", "$2.00", "$1.00"] == texts(view, "value")
    assert "4 entries that no cheaper one matches" == view.table.caption
    assert [4, 3, 2, 1] == [row.cells[0].value for row in view.table.rows]
    # A step that may be level says so.
    view = view_of((SURE, CLOSE, [s + 0.3 for s in SURE]), (2, 1, 9))
    assert ["", "too close to call", ""] == [row.cells[4].note for row in view.table.rows]


def test_entries_that_may_be_on_it_are_a_list_of_their_own():
    view = view_of((SURE, CLOSE, [s - 0.3 for s in SURE]), (1, 2, 3))
    assert "One entry that no cheaper one matches" == view.table.caption
    assert view.possible is not None
    assert "One more could be on it" == view.possible.caption
    assert view.possible is not None
    assert ["b"] == [row.cells[0].text for row in view.possible.rows]
    small = [t for t in view.chart.figure_json["data"] if t.get("name") == "could be on the line"]
    assert [[2.0]] == [t["x"] for t in small]


def test_published_boards_say_what_their_numbers_say(tmp_path):
    site = make_site(write_project(tmp_path / "b", {"results": bfcl()}, BFCL))
    view = site.trade_views[0]
    assert "GLM-4.6 is 5.1 points behind the best, at 1/19 of the cost" == (view.chart.title)
    assert [
        f"+4.2 points for 2.0{TIMES} the cost",
        f"+0.9 points for 9.4{TIMES} the cost",
        f"+15.3 points for 1.5{TIMES} the cost",
        f"+9.1 points for 22{SPACE}% more cost",
        f"+10.2 points for 1.9{TIMES} the cost",
        f"+13.8 points for 2.9{TIMES} the cost",
        "cheapest entry",
    ] == texts(view, "step")
    site = make_site(write_project(tmp_path / "a", {"results": aider()}, AIDER))
    view = site.trade_views[0]
    assert "DeepSeek-V3.2-Exp (Chat) is 17.8 points behind the best, at 1/33 of the cost" == (
        view.chart.title
    )
    assert "18 entries without a known cost stand apart." in view.chart.caption


# --- drawing --------------------------------------------------------------------------------------


def test_stairs_lead_over_the_frontier_to_the_worst_value():
    view = view_of((0.2, 0.5, 0.4, 0.9), (1, 2, 3, 8))
    _, stairs = view.chart.figure_json["data"][:2]
    assert [0.2, 0.5, 0.9, 0.9] == stairs["y"]
    assert [1, 2, 8] == stairs["x"][:3]
    assert "hv" == stairs["line"]["shape"]
    # Names are those of the frontier, with the numbers of the table.
    assert [
        [8.0, 0.9, "d", "0.900 · $8", "3", True],
        [2.0, 0.5, "b", "0.500 · $2", "2", True],
        [1.0, 0.2, "a", "0.200 · $1", "1", True],
    ] == frontier_names(view)["marks"]


def test_what_has_no_cost_stands_in_strips_of_its_own():
    view = view_of((0.9, 0.8, 0.3, 0.5, 0.7), (0, NAN, 1, 2, 30))
    strips = {t["xaxis"]: t["customdata"] for t in view.chart.figure_json["data"] if "xaxis" in t}
    assert {"x2": ["a: 0.900"], "x3": ["b: 0.800"]} == strips
    assert ["free", "no cost stated"] == [note["text"] for note in layout(view)["annotations"]]
    for trace in view.chart.figure_json["data"]:
        assert "xaxis" in trace or all(x > 0 for x in trace["x"])
    ends = [layout(view)[axis]["domain"] for axis in ("xaxis", "xaxis2", "xaxis3")]
    found = [end for pair in ends for end in pair]
    assert sorted(found) == found


def frontier_names(view):
    return layout(view)["meta"]["names"][0]


def test_good_corner_turns_with_the_directions():
    assert [-1, -1] == frontier_names(view_of((0.2, 0.5, 0.9), (1, 2, 8)))["corner"]
    low = view_of((0.2, 0.5, 0.1), (1, 2, 8), lower=True)
    assert [-1, 1] == frontier_names(low)["corner"]
    assert "Lower is better." in low.chart.caption
    fast = view_of((0.9, 0.6, 0.1), (1, 4, 5), RATE, axis="rate")
    assert [1, -1] == frontier_names(fast)["corner"]


def test_a_facet_of_yes_and_no_is_drawn_hollow(tmp_path):
    values = {"score": [0.2, 0.5, 0.4, 0.9], "cost_usd": [1.0, 2.0, 3.0, 8.0]}
    frame = pd.DataFrame({"model": [*"abcd"], "task": "t", **values})
    models = pd.DataFrame({"model": [*"abcd"], "open": [True, False, True, False]})
    toml = '[tasks]\nt = { metric = "accuracy" }\n[facets.open]\nlabel = "Open weights"\n'
    site = make_site(write_project(tmp_path, {"results": frame, "models": models}, toml))
    dots = [t for t in site.trade_views[0].chart.figure_json["data"] if t["mode"] == "markers"]
    hollow = [x for t in dots if t["marker"]["color"] == theme.PAPER for x in t["x"]]
    assert [1.0, 3.0] == sorted(hollow)


def test_hostile_names_stay_text():
    results = results_of((0.2, 0.5, 0.9), (1, 2, 8), name=["<b>x</b>", 'y"&amp;', "\u202ez"])
    labels = make_labels(results, SiteConfig(root=Path()))
    (view,) = chart_trade_offs(results, labels, compute_trade_offs(results, BoardConfig()))
    marks = frontier_names(view)["marks"]
    assert ["\u202ez", 'y"&amp;amp;', "&lt;b&gt;x&lt;/b&gt;"] == [mark[2] for mark in marks]


def test_very_many_entries_are_drawn_one_for_each_place():
    """Of 2,000 entries all on the frontier are drawn, of others the best of each cell of a grid."""
    rng = np.random.default_rng(1)
    n = 2000
    runs = {"base": {f"m{i}": [float(s)] for i, s in enumerate(rng.random(n).round(4))}}
    frames = make_frames(runs)
    frames["models"]["parameters_b"] = np.exp(rng.normal(2, 1.5, n)).round(3)
    view = trade_views(*draw(frames))["parameters_b"]
    marks = [t for t in view.chart.figure_json["data"] if t["mode"] == "markers"]
    assert sum(len(t["x"]) for t in marks) < 1950
    hovers = [text for t in marks for text in t["customdata"]]
    more = [
        int(t.split("and ")[1].split()[0].replace("one", "1")) for t in hovers if "more here" in t
    ]
    assert n == len(hovers) + sum(more)
    assert view.table.rows
    assert math.isfinite(layout(view)["xaxis"]["range"][0])
