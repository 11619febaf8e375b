"""Average against price and size: the frontier, the region of better and cheaper, names."""

import math

import pandas as pd
import pytest

from site_builder.charts.frontier import chart_price, chart_size
from tests.helpers.boards import make_frames
from tests.helpers.charted import chart_on, column, drawn, said
from tests.helpers.sites import build
from tests.helpers.tables import having, write_project

TIMES = "\N{MULTIPLICATION SIGN}"
TOML = '[site]\ntitle = "Sized"\ncards = false\n'


def sized(*sizes, scores=(0.2, 0.5, 0.4, 0.9)):
    """Models a, b, c, d of these sizes, with one score each."""
    names = "abcd"[: len(sizes)]
    frames = make_frames({"base": {m: [s] for m, s in zip(names, scores, strict=False)}})
    frames["models"] = having(frames["models"], parameters_b=pd.array(list(sizes), dtype="Float64"))
    return frames


def with_prices(runs, prices):
    """A board with a list price for each of some models, the same for input and output."""
    frames = make_frames(runs)
    frames["prices"] = pd.DataFrame(
        {
            "provider": ["p"] * len(prices),
            "model": [model for model, _ in prices],
            "usd_per_million_input_tokens": pd.array([p for _, p in prices], dtype="Float64"),
            "usd_per_million_output_tokens": pd.array([p for _, p in prices], dtype="Float64"),
        }
    )
    return frames


# a and b are better than ref (mean 0.5) and cheaper; c is cheaper only, d better only.
PRICED = with_prices(
    {
        "base": {
            "ref": [0.4, 0.6],
            "a": [0.8, 0.8],
            "b": [0.6, 0.6],
            "c": [0.1, 0.1],
            "d": [0.9, 0.9],
            "free": [0.3, 0.3],
        }
    },
    [("ref", 30), ("a", 0.5), ("a", 0.2), ("b", 0.1), ("c", 0.3), ("d", 60), ("free", 0)],
)


def annotations(chart, place="layout"):
    """The texts on a chart by what they say."""
    layout = chart.figure_json["layout"]
    notes = layout["annotations"] if place == "layout" else layout["meta"]["narrow"]["annotations"]
    return {note["text"]: note for note in notes}


@pytest.mark.parametrize(
    ("sizes", "title", "line"),
    [
        (
            (1, 2, 3, 4),
            "a, b and d have the best mean score for their size, not clearly",
            "The line joins the frontier, in full circles.",
        ),
        (
            (1, 2, 3, None),
            "a and b have the best mean score for their size, not clearly",
            "The line joins the frontier, in full circles. 1 model of unknown size is left out.",
        ),
        (
            (4, 3, 2, 1),
            "d has the best mean score for its size, not clearly",
            "The full circle is the frontier: no other model of the same or a smaller size is "
            "as good.",
        ),
        (
            (1, 1, 1, 2),
            "b and d have the best mean score for their size, not clearly",
            "The line joins the frontier, in full circles.",
        ),
    ],
)
def test_size(sizes, title, line):
    """C has more parameters than b and a lower score."""
    chart = said(chart_size, frames=sized(*sizes))
    assert title == chart.title
    assert chart.caption.endswith(line)


def test_smaller_is_better_on_the_frontier_where_lower_is_better():
    """Perplexity: 0.2 is the best, and a is the smallest."""
    frames = sized(1, 2, 3, 4)
    frames["tasks"]["higher_is_better"] = False
    chart = said(chart_size, frames=frames)
    assert "a has the best mean score for its size, not clearly" == chart.title


def test_equal_score_at_a_larger_size_is_not_on_the_frontier():
    chart = said(chart_size, frames=sized(1, 2, 3, 4, scores=(0.5, 0.5, 0.5, 0.4)))
    assert "a has the best mean score for its size, not clearly" == chart.title


@pytest.mark.parametrize("sizes", [(1, 2), (1, 1, 1, 1), (1, 2, None, None)])
def test_no_size(sizes):
    """Three models of known size, and not all of one size."""
    assert said(chart_size, frames=sized(*sizes)) is None


def test_bars_of_the_intervals_end_where_the_intervals_do():
    """A bar reaches from the low end to the high end of the average's interval."""
    results, _ = drawn("index")
    dots = chart_on("index", "", "size").figure_json["data"][1]
    intervals = {results.board.average(s): s.interval for s in results.board.ranked}
    bars = zip(dots["y"], dots["error_y"]["arrayminus"], dots["error_y"]["array"], strict=True)
    assert dots["y"]
    for y, down, up in bars:
        assert pytest.approx(intervals[y]) == (y - down, y + up)


# --- price ----------------------------------------------------------------------------------------


def test_price_title_counts_who_is_better_and_cheaper():
    """Ref costs 30; a costs 0.2 at its cheapest and b 0.1: 150 and 300 times as much."""
    chart = said(chart_price, frames=PRICED, baseline="ref")
    assert (
        "2 of 4 models of known price (free models aside) are cheaper than ref and have a better "
        f"mean score, over too few tasks to tell; ref costs 150{TIMES} to 300{TIMES} as much"
        == chart.title
    )
    assert "1 model without a price above 0 is left out." in chart.caption
    assert {"a": 0.2, "b": 0.1, "c": 0.3, "d": 60.0, "ref": 30.0} == dict(
        zip(column(chart, "model"), column(chart, "price"), strict=True)
    )


def test_model_with_a_free_offer_has_no_place_on_a_log_axis():
    """Its other offer is not its lowest; it could be as good as the frontier for less."""
    runs = {"base": {"a": [0.4], "b": [0.5], "c": [0.6], "d": [0.9]}}
    offers = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("d", 0)]
    chart = said(chart_price, frames=with_prices(runs, offers))
    title = "a, b and c have the best mean score for their price (free models aside), not clearly"
    assert title == chart.title
    assert "1 model without a price above 0 is left out." in chart.caption
    alone = said(chart_price, frames=with_prices({"base": {**runs["base"], "a": [0.8]}}, offers))
    assert "no other model of the same or a lower price (free models aside)" in alone.caption


def test_price_without_a_better_and_cheaper_model_names_the_frontier():
    runs = {"base": {"ref": [0.9], "a": [0.2], "b": [0.5], "c": [0.4]}}
    frames = with_prices(runs, [("ref", 9), ("a", 1), ("b", 2), ("c", 3)])
    title = said(chart_price, frames=frames, baseline="ref").title
    assert "a, b and ref have the best mean score for their price, not clearly" == title


def test_region_is_better_and_cheaper_than_the_baseline():
    chart = said(chart_price, frames=PRICED, baseline="ref")
    line, region = chart.figure_json["layout"]["shapes"]
    assert 0.5 == line["y0"] == region["y0"]
    assert 30 == region["x1"]
    assert region["x0"] < 0.1
    assert region["y1"] > 0.9
    assert "better and cheaper than ref" in annotations(chart)


def test_region_is_below_where_lower_is_better():
    frames = {**PRICED, "tasks": having(PRICED["tasks"], higher_is_better=False)}
    chart = said(chart_price, frames=frames, baseline="ref")
    _, region = chart.figure_json["layout"]["shapes"]
    assert region["y1"] < 0.1
    assert chart.title.startswith("1 of 4 models")


def test_baseline_of_unknown_cost_is_a_level_alone():
    runs = {"base": {"ref": [0.4], "a": [0.2], "b": [0.5], "c": [0.9]}}
    frames = with_prices(runs, [("a", 1), ("b", 2), ("c", 3)])
    chart = said(chart_price, frames=frames, baseline="ref")
    assert ["line"] == [shape["type"] for shape in chart.figure_json["layout"]["shapes"]]
    assert "dotted line: ref 0.400" in annotations(chart)
    assert "a, b and c have the best mean score for their price, not clearly" == chart.title


def test_prices_of_tuned_models_are_those_of_the_models_as_listed():
    assert (
        "of the models as listed, not fine-tuned" in chart_on("index", "", "score-by-price").caption
    )


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lower", "side"), [(False, "bottom"), (True, "top")])
def test_names_stand_on_the_better_and_cheaper_side_of_their_dots(lower, side):
    """Prices of b, a and d rise with their means; a log axis is placed by logarithms."""
    frames = {**PRICED, "tasks": having(PRICED["tasks"], higher_is_better=not lower)}
    chart = said(chart_price, frames=frames, baseline="ref")
    notes = annotations(chart)
    best = ("b", 0.1, 0.6) if not lower else ("c", 0.3, 0.1)
    note = notes[best[0]]
    assert (pytest.approx(math.log10(best[1])), pytest.approx(best[2])) == (note["x"], note["y"])
    assert ("right", side) == (note["xanchor"], note["yanchor"])
    assert notes.keys() == annotations(chart, "narrow").keys()
    assert ({"b", "c"} if lower else {"b", "a", "d"}) == notes.keys() - {
        "better and cheaper than ref"
    }


def test_of_names_within_a_line_the_better_one_stands():
    """B is 0.01 behind c: five of the 380 px that a range of 0.9 has."""
    chart = said(chart_size, frames=sized(1, 2, 3, 4, scores=(0.0, 0.79, 0.8, 0.9)))
    assert ["d", "c", "a"] == [*annotations(chart)]
    dots = chart.figure_json["data"][1]["marker"]["color"]
    assert [dots[0]] * 4 == dots


def test_names_have_room_on_a_narrow_screen():
    """The cheapest of two, of 18 letters, needs half of the plot and has it."""
    frames = sized(1, 2, 3, 4)
    frames["models"]["name"] = ["a" * 40, "b", "c", "d"]
    layout = said(chart_size, frames=frames).figure_json["layout"]
    for low, high in (layout["xaxis"]["range"], layout["meta"]["narrow"]["xaxis.range"]):
        assert 0.4 < -low / (high - low) < 0.6


def test_home_page_shows_size_where_no_model_has_a_price(tmp_path, index_site):
    """The list of models does not repeat it, and a few prices are a table."""
    site = build(write_project(tmp_path, sized(1, 2, 3, 4), TOML))
    for built, home, models in (
        (index_site, ["category-difference"], ["averages"]),
        (site, ["size"], ["averages"]),
    ):
        found = [
            [tag["data-chart"] for tag in built.page(page).select("[data-chart]")]
            for page in ("", "models/")
        ]
        assert home == found[0][:1]
        assert models == found[1]
