"""Average against price: the frontier, its knee, names."""

import math

import pandas as pd
import pytest

from site_builder.charts.frontier import chart_price
from tests.helpers.boards import make_frames
from tests.helpers.charted import column, said

SPACE = "\N{NO-BREAK SPACE}"
BOTH = "a is the best of known price, at the lowest price"


def priced(*prices, scores=(0.2, 0.5, 0.4, 0.9)):
    """Models a, b, c, d at these prices, with one score each."""
    offers = list(zip("abcd", prices, strict=False))
    runs = {m: [s] for (m, _), s in zip(offers, scores, strict=False)}
    return with_prices({"base": runs}, [(m, price) for m, price in offers if price])


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
RUNS = {
    "base": {
        "ref": [0.4, 0.6],
        "a": [0.8, 0.8],
        "b": [0.6, 0.6],
        "c": [0.1, 0.1],
        "d": [0.9, 0.9],
        "free": [0.3, 0.3],
    }
}
PRICED = with_prices(
    RUNS,
    [("ref", 30), ("a", 0.5), ("a", 0.2), ("b", 0.1), ("c", 0.3), ("d", 60), ("free", 0)],
)


def names(chart):
    """The names on a chart and how they stand to their dots, the best first."""
    notes = chart.figure_json["layout"]["annotations"]
    return [(note["text"], note["xanchor"], note["yanchor"]) for note in notes]


# --- knee -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "scores", "title"),
    [
        # From a to d the score rises by 0.7; b has 3/7 of that at a third of the way.
        ((1, 2, 3, 8), (0.2, 0.5, 0.4, 0.9), "b is 0.400 behind the best, at 1/4 of the price"),
        ((1, 4, 5, 8), (0.2, 0.3, 0.1, 0.9), "a is 0.700 behind the best, at 1/8 of the price"),
        (
            (1, 5, 6, 10),
            (0.2, 0.8, 0.4, 0.9),
            f"b is 0.100 behind the best, at 50{SPACE}% of the price",
        ),
        ((4, 3, 2, 1), (0.2, 0.5, 0.4, 0.9), "d is the best at the lowest price"),
        ((1, 2, 3, 4), (0.5, 0.5, 0.5, 0.4), "a is the best at the lowest price"),
        ((1, 2, 3, None), (0.5, 0.2, 0.1, 0.9), BOTH),
        (
            (1, 2, 9, None),
            (0.1, 0.2, 0.3, 0.9),
            "b is 0.100 behind the best of known price, at 1/5 of it",
        ),
    ],
)
def test_title_is_the_knee_of_the_frontier(prices, scores, title):
    """The largest share of the score range less its share of the log range of prices."""
    assert title == said(chart_price, frames=priced(*prices, scores=scores)).title


def test_frontier_is_below_where_lower_is_better():
    """Perplexity: 0.2 is the best, and a is the cheapest."""
    frames = priced(1, 2, 3, 4)
    frames["tasks"]["higher_is_better"] = False
    chart = said(chart_price, frames=frames)
    assert "a is the best at the lowest price" == chart.title
    assert chart.caption.endswith("Lower is better.")
    assert [("a", "left", "top")] == names(chart)


@pytest.mark.parametrize("prices", [(1, 2), (1, 1, 1, 1), (1, 2, None, None)])
def test_no_chart(prices):
    """Three models of known price, and not all of one."""
    assert said(chart_price, frames=priced(*prices)) is None


# --- price ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "title"),
    [
        ({}, "2 models score better than ref at 1/150 of its list price or less"),
        ({"b": 50}, "One model scores better than ref at 1/150 of its list price"),
        ({"b": 50, "a": 40}, "c is 0.800 behind the best of known price, at 1/200 of it"),
    ],
)
def test_price_title_counts_who_is_better_and_cheaper(prices, title):
    """Ref costs 30; a costs 0.2 at its cheapest and b 0.1: 150 and 300 times as much."""
    offers = {"ref": 30, "a": 0.2, "b": 0.1, "c": 0.3, "d": 60, "free": 0, **prices}
    chart = said(chart_price, frames=with_prices(RUNS, [*offers.items()]), baseline="ref")
    assert title == chart.title
    assert "One model has no price above 0 and is left out." in chart.caption


def test_lowest_price_of_a_model_is_drawn():
    """Ref is no contender, and has a diamond at its own price."""
    chart = said(chart_price, frames=PRICED, baseline="ref")
    prices = dict(zip(column(chart, "model"), column(chart, "price"), strict=True))
    assert {"a": 0.2, "b": 0.1, "c": 0.3, "d": 60.0, "ref": 30.0} == prices
    (line,) = chart.figure_json["layout"]["shapes"]
    assert 0.5 == line["y0"]
    assert "Dotted: ref." in chart.caption


def test_model_with_a_free_offer_has_no_place_on_a_log_axis():
    """Its other offer is not its lowest; it could be as good as the frontier for less."""
    runs = {"base": {"a": [0.4], "b": [0.5], "c": [0.6], "d": [0.9]}}
    offers = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("d", 0)]
    chart = said(chart_price, frames=with_prices(runs, offers))
    assert ["a", "b", "c"] == column(chart, "model")


# --- names ----------------------------------------------------------------------------------------


def test_names_stand_left_of_their_dots_or_right_where_the_plot_begins():
    """Prices of b, a and d rise with their means."""
    chart = said(chart_price, frames=PRICED, baseline="ref")
    places = [("d", "right", "bottom"), ("a", "left", "bottom"), ("b", "left", "bottom")]
    assert places == names(chart)
    note = chart.figure_json["layout"]["annotations"][-1]
    assert (pytest.approx(math.log10(0.1)), pytest.approx(0.6)) == (note["x"], note["y"])


def test_of_names_within_a_line_the_better_one_stands():
    chart = said(chart_price, frames=priced(1, 2, 3, 4, scores=(0.0, 0.79, 0.8, 0.9)))
    assert ["d", "c", "a"] == [name for name, *_ in names(chart)]
    dots = chart.figure_json["data"][1]["marker"]["color"]
    assert [dots[0]] * 4 == dots
