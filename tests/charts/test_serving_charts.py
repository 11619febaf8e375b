"""Latency and prices: the right finding, tables with drawings, or nothing."""

import pandas as pd
import pytest

from site_builder.charts.serving import (
    chart_latency,
    latency_note,
    latency_table,
    latency_title,
    price_legend,
    price_note,
    price_table,
    price_title,
)
from tests.helpers.boards import make_frames
from tests.helpers.charted import column, draw, said, traces

TIMES, SPACE = "\N{MULTIPLICATION SIGN}", "\N{NO-BREAK SPACE}"
TWO = {"base": {"a": [0.1, 0.2], "ref": [0.3, 0.4]}}


def asked(*requests, **tables):
    """A board with measured requests: provider, model, seconds to the first token; None failed."""
    frames = make_frames(TWO)
    rows = [
        (provider, model, "500" if s is None else None, s, None if s is None else s + 1, 10, 20)
        for provider, model, s in requests
    ]
    columns = ("provider", "model", "error_code", "ttft_s", "total_s")
    table = pd.DataFrame(rows, columns=[*columns, "input_tokens", "output_tokens"])
    floats = {"ttft_s": "Float64", "total_s": "Float64", "error_code": "string"}
    return {**frames, "serving_requests": table.astype(floats), **tables}


def priced(*prices):
    """A board with list prices: provider, model, dollars a million sent and received, an hour."""
    usd = [f"usd_per_{of}" for of in ("million_input_tokens", "million_output_tokens", "hour")]
    table = pd.DataFrame(prices, columns=["provider", "model", *usd])
    return {**make_frames(TWO), "prices": table.astype(dict.fromkeys(usd, "Float64"))}


def marks(table, at):
    """The marks of the drawing of a row."""
    (cell,) = (cell for cell in table.rows[at].cells if cell.drawing)
    return cell.drawing.marks


# --- latency ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requests", "title"),
    [
        ([("p", "a", 0.5)], f"p starts to answer after 0.500{SPACE}s, the median"),
        (
            [("fast", "a", 0.2), ("slow", "a", 2.0)],
            f"fast has the lowest median, 0.200{SPACE}s",
        ),
        ([("p", "a", 0.5), ("p", "b", 0.9)], f"a, p has the lowest median, 0.500{SPACE}s"),
        ([("p", "a", None)], "no request succeeded"),
    ],
)
def test_who_answers_first(requests, title):
    """One provider, two of one request each, two models, nobody."""
    assert said(latency_title, frames=asked(*requests)).startswith(title)


def test_note_names_the_only_model():
    assert "token of a;" in said(latency_note, frames=asked(("p", "a", 0.5)))
    assert "token;" in said(latency_note, frames=asked(("p", "a", 0.5), ("p", "b", 0.5)))


def test_times_are_drawn_on_a_log_axis():
    """Medians 0.1, 1 and 10; all requests of a provider take as long."""
    results, labels = draw(asked(("p", "a", 0.1), ("q", "a", 1.0), ("r", "a", 10.0)))
    table = latency_table(results.serving.latency, labels, "t")
    assert [0.0, 0.5, 1.0] == [marks(table, i)[-1].at for i in range(3)]
    assert f"1{SPACE}s" in dict((text, at) for at, text in table.columns[1].axis)


def test_failed_requests_are_counted_and_not_drawn():
    frames = asked(("p", "a", 0.5), ("p", "a", None), ("down", "a", None))
    chart = said(chart_latency, frames=frames)
    assert f"p starts to answer 19 of 20 requests within 0.500{SPACE}s" == chart.title
    assert [0.5] == traces(chart)["median"]["x"] == chart.figure_json["data"][0]["x"]
    assert ["p", "down"] == column(chart, "provider")
    assert [0.5, 1.0] == column(chart, "failed_share")
    assert () == marks(chart.table, 1)


@pytest.mark.parametrize("frames", [make_frames(TWO), asked(("p", "a", None))])
def test_no_latency(frames):
    assert said(chart_latency, frames=frames) is None


# --- prices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "title", "compared"),
    [
        (
            [("p", "a", 0.1, 0.3, None), ("q", "ref", 20, 40, None)],
            f"a at p is 150{TIMES} cheaper than ref",
            [f"150{TIMES} cheaper", f"1.00{TIMES}"],
        ),
        (
            [("p", "a", 60, 60, None), ("q", "ref", 20, 40, None)],
            "No offer is cheaper than ref",
            [f"1.00{TIMES}", f"2.0{TIMES} as expensive"],
        ),
        (
            [("p", "a", 30, 30, None), ("q", "ref", 20, 40, None)],
            "No offer is cheaper than ref",
            [f"1.00{TIMES}", f"1.00{TIMES}"],
        ),
        (
            [("p", "a", 1, 1, None), ("q", "b", 1, 1, None), ("q", "ref", 30, 30, None)],
            f"2 offers are 30{TIMES} cheaper than ref",
            [f"30{TIMES} cheaper", f"30{TIMES} cheaper", f"1.00{TIMES}"],
        ),
        (
            [("p", "a", 0.1, 0.3, None), ("q", "other", 20, 40, None)],
            "a at p is cheapest, $0.20 per million tokens",
            None,
        ),
        ([("p", "a", 1, 1, None)], "a at p costs $1.00 per million tokens", None),
        ([("p", "a", None, None, 4)], "List prices", None),
        (
            [("p", "a", 0, 0, None), ("q", "ref", 2, 2, None)],
            "a at p is cheapest, $0.00 per million tokens",
            ["\u2013", f"1.00{TIMES}"],
        ),
    ],
)
def test_prices_beside_the_baseline(prices, title, compared):
    """The cheapest other model against the baseline's lowest price, where both have one."""
    frames = priced(*prices)
    assert title == said(price_title, frames=frames, baseline="ref")
    results, labels = draw(frames, baseline="ref")
    serving = results.serving
    table = price_table(serving.prices, serving.baseline_price, labels, "t", full=True)
    at = [i for i, each in enumerate(table.columns) if each.key == "ratio"]
    assert compared == ([row.cells[at[0]].text for row in table.rows] if at else None)


def test_note_gives_the_ends_of_other_mixes():
    """Input 0.1 of 20 is 200 times, output 0.3 of 40 is 133 times."""
    frames = priced(("p", "a", 0.1, 0.3, None), ("q", "ref", 20, 40, None))
    note = said(price_note, frames=frames, baseline="ref")
    assert note.endswith(f"ref costs 133{TIMES} to 200{TIMES} as much.")
    same = priced(("p", "a", 1, 1, None), ("q", "ref", 20, 20, None))
    assert "mix" not in said(price_note, frames=same, baseline="ref")


def test_prices_are_drawn_on_a_log_axis_with_the_baselines_line():
    """$1, $10 and $100; a free offer and one by the hour have no dot."""
    offers = [("p", m, usd, usd, None) for m, usd in (("a", 1), ("b", 10), ("ref", 100))]
    frames = priced(*offers, ("r", "c", 0, 0, None), ("r", "d", None, None, 4))
    results, labels = draw(frames, baseline="ref")
    serving = results.serving
    table = price_table(serving.prices, serving.baseline_price, labels, "t", full=True)
    drawn = {row.cells[0].text: marks(table, i)[-1:] for i, row in enumerate(table.rows)}
    places = {model: mark[0].at for model, mark in drawn.items() if mark}
    assert {"a": 0.0, "b": 0.5, "ref": 1.0} == places
    assert "baseline" == drawn["ref"][0].kind
    assert [1.0] == [c.reference for c in table.columns if c.axis]
    assert ["score", "reference"] == [item.kind for item in price_legend(results, labels)]
    alone, names = draw(priced(*offers[:2]))
    assert ["score"] == [item.kind for item in price_legend(alone, names)]
