"""Latency and prices: the right finding, or no chart."""

import math

import pandas as pd
import pytest

from site_builder.charts.serving import chart_latency, chart_prices
from tests.helpers.boards import make_frames
from tests.helpers.charted import column, keys, said

TIMES = "\N{MULTIPLICATION SIGN}"
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
    columns = ("provider", "model", "input", "output", "hour")
    table = pd.DataFrame(prices, columns=columns).rename(
        columns={
            "input": "usd_per_million_input_tokens",
            "output": "usd_per_million_output_tokens",
            "hour": "usd_per_hour",
        }
    )
    return {**make_frames(TWO), "prices": table.astype(dict.fromkeys(table.columns[2:], "Float64"))}


def test_latency_of_one_model_goes_by_provider():
    """Medians 0.2 s and 2 s; the caption names the model."""
    chart = said(
        chart_latency,
        frames=asked(*(("fast", "a", s) for s in (0.1, 0.2, 0.3)), ("slow", "a", 2.0)),
    )
    assert (
        "fast has the lowest median time to first token, 0.200\N{NO-BREAK SPACE}s, not clearly"
        == chart.title
    )
    assert f"{chart.title}; slow has the highest median, 2.00\N{NO-BREAK SPACE}s." == chart.reading
    assert chart.caption.startswith("Requests for a. Dot: ")
    assert ["fast", "slow"] == chart.figure_json["layout"]["yaxis"]["ticktext"]


def test_latency_of_several_models_names_them():
    chart = said(chart_latency, frames=asked(("p", "a", 0.5), ("p", "other", 0.6)))
    assert ["a, p", "other, p"] == chart.figure_json["layout"]["yaxis"]["ticktext"]
    assert "Requests for" not in chart.caption


def test_failed_requests_are_counted_and_not_drawn():
    chart = said(
        chart_latency, frames=asked(("p", "a", 0.5), ("p", "a", None), ("down", "a", None))
    )
    assert [0.5] == list(chart.figure_json["data"][1]["x"])
    assert ["p", "down"] == column(chart, "provider")
    assert [0.5, 1.0] == column(chart, "failed_share")
    assert (
        " p failed 1 of 2 requests; down failed 1 of 1 request. Failed requests are left out."
        in chart.caption
    )
    assert chart.reading == f"{chart.title}."


def test_no_latency():
    """Nothing measured, or nothing but failures."""
    assert said(chart_latency, TWO) is None
    assert said(chart_latency, frames=asked(("p", "a", None))) is None


@pytest.mark.parametrize(
    ("prices", "title"),
    [
        (
            [("p", "a", 0.1, 0.3, None), ("q", "ref", 20, 40, None)],
            "a at p costs $0.20 per million tokens, half input and half output; "
            f"ref costs 150{TIMES} as much (133{TIMES} to 200{TIMES}, depending on the mix)",
        ),
        (
            [("p", "a", 60, 60, None), ("q", "ref", 20, 40, None)],
            "a at p costs $60.00 per million tokens, half input and half output; "
            f"ref costs 0.50{TIMES} as much (0.33{TIMES} to 0.67{TIMES}, depending on the mix)",
        ),
        (
            [("p", "a", 0.1, 0.3, None), ("q", "other", 20, 40, None)],
            "a at p costs $0.20 per million tokens, half input and half output",
        ),
        (
            [("p", "ref", 20, 40, None), ("q", "ref", 30, 60, None)],
            "ref at p costs $30.00 per million tokens, half input and half output",
        ),
        (
            [("p", "a", 1, 1, None), ("q", "b", 1, 1, None), ("q", "ref", 30, 30, None)],
            "2 offers cost $1.00 per million tokens, half input and half output; "
            f"ref costs 30{TIMES} as much",
        ),
    ],
)
def test_prices(prices, title):
    """The cheapest other model against the baseline's lowest price, where both have one."""
    chart = said(chart_prices, frames=priced(*prices), baseline="ref")
    assert title == chart.title
    assert f"{title}. List prices of {len(prices)} offers." == chart.reading


def test_baselines_price_is_a_line():
    """On a log axis a note stands at the logarithm, the line at the price."""
    frames = priced(("p", "a", 1, 1, None), ("q", "ref", 100, 100, None))
    layout = said(chart_prices, frames=frames, baseline="ref").figure_json["layout"]
    assert 100 == layout["shapes"][0]["x0"]
    assert math.log10(100) == layout["annotations"][0]["x"]
    assert "ref $100.00" == layout["annotations"][0]["text"]
    assert ["$1.00", "$10.00", "$100.00"] == layout["xaxis"]["ticktext"]


def test_prices_without_the_baseline_have_no_line():
    chart = said(chart_prices, frames=priced(("p", "a", 1, 1, None), ("q", "b", 2, 2, None)))
    assert not chart.figure_json["layout"].get("shapes")
    assert "ratio" not in keys(chart)


def test_offers_by_the_hour_are_listed():
    frames = priced(("p", "a", 1, 1, None), ("q", "b", 2, 2, None), ("r", "c", None, None, 4))
    chart = said(chart_prices, frames=frames)
    assert 2 == len(chart.figure_json["data"][0]["x"])
    assert [None, None, 4.0] == column(chart, "hour_usd")


def test_free_offers_are_counted_where_a_log_axis_cannot_show_them():
    offers = ("p", "a", 1, 1, None), ("q", "b", 2, 2, None)
    assert "free" not in said(chart_prices, frames=priced(*offers)).caption
    free = ("r", "c", 0, 0, None), ("s", "c", 0, 0, None)
    assert said(chart_prices, frames=priced(*offers, free[0])).caption.endswith(
        " 1 free offer is left out."
    )
    assert said(chart_prices, frames=priced(*offers, *free)).caption.endswith(
        " 2 free offers are left out."
    )


def test_no_prices():
    """One price is no comparison, and nothing is for free on a log axis."""
    assert said(chart_prices, TWO) is None
    for prices in ([("p", "a", 1, 1, None)], [("p", "a", 1, 1, None), ("q", "b", 0, 0, None)]):
        assert said(chart_prices, frames=priced(*prices)) is None
