import pandas as pd
import pytest

from site_builder.compute.serving import (
    Price,
    collect_offers,
    compute_serving,
    reference_choice,
)
from tests.helpers.boards import make_frames, make_tables

REQUEST = ("provider", "model", "error_code", "ttft_s", "total_s", "input_tokens", "output_tokens")
PRICE = (
    "provider",
    "model",
    "usd_per_million_input_tokens",
    "usd_per_million_output_tokens",
    "usd_per_hour",
    "source",
    "date",
)


def serving_of(requests=None, prices=None, baseline=None):
    """Serving of rows in the order of the columns above."""
    frames = make_frames({"base": {"a": [0.1]}})
    if requests is not None:
        frames["serving_requests"] = pd.DataFrame(requests, columns=REQUEST)
    if prices is not None:
        padded = [(*row, *[None] * (len(PRICE) - len(row))) for row in prices]
        frames["prices"] = pd.DataFrame(padded, columns=PRICE)
    tables = make_tables(frames)
    return compute_serving(tables.serving_requests, tables.prices, baseline)


def request(ttft, total=None, tokens=None, error=None, **served):
    by = {"provider": "p", "model": "m", "sent": 100, **served}
    return (by["provider"], by["model"], error, ttft, total, by["sent"], tokens)


# --- latency -----------------------------------------------------------------------------------


def test_percentiles_by_hand():
    """Linear interpolation: share s of n values lies at place s (n - 1), from 0 on."""
    (row,) = serving_of([request(t) for t in (0.5, 0.1, 0.3, 0.2, 0.4)]).latency
    # Places 1, 2, 3 of 0.1 ... 0.5; 95 %: place 3.8, eight tenths of the way from 0.4 to 0.5
    assert (0.3, 0.48) == (row.median_s, row.p95_s)
    assert (0.1, 0.2, 0.3, 0.4, 0.5) == row.ttft_s


def test_failed_requests_have_no_latency():
    """Their error codes are counted, most frequent first."""
    failed = [request(None, error=code) for code in ("500", "429", "400")]
    rows = [request(0.2), request(9.9, 10.0, 50, "429"), request(0.4), *failed]
    (row,) = serving_of(rows).latency
    assert (6, 4 / 6) == (row.requests, row.failed_share)
    assert ((0.2, 0.4), 0.3) == (row.ttft_s, row.median_s)
    assert (("429", 2), ("400", 1), ("500", 1)) == row.error_codes


def test_rate_is_the_median_of_those_measured():
    """(tokens - 1) / (total - first); none of one token, a stream without time, and a gap."""
    rows = [
        request(0.1, 1.1, 2),  # 1 a second
        request(0.1, 2.1, 21),  # 10
        request(0.1, 1.1, 21),  # 20
        request(0.1, 1.1, 1),
        request(0.1, 0.1, 50),
        request(0.1, None, 50),
        request(None, 1.1, 50),
        request(0.1, 1.1, None),
        request(0.1, 1.1, 999, "500"),
    ]
    (row,) = serving_of(rows).latency
    assert 10.0 == row.tokens_per_s
    (row,) = serving_of([request(0.1, None, None)]).latency
    assert None is row.tokens_per_s


def test_latency_from_the_fastest_on():
    rows = [
        request(0.5, provider="slow"),
        request(None, error="x", provider="dead"),
        request(0.1, provider="fast"),
        request(0.5, provider="also"),
        request(0.5, provider="also", model="a"),
    ]
    found = [(r.provider, r.model) for r in serving_of(rows).latency]
    expected = [("fast", "m"), ("also", "a"), ("also", "m"), ("slow", "m"), ("dead", "m")]
    assert expected == found


def test_request_size_is_the_median_of_the_successes():
    rows = [
        request(0.1, tokens=10, sent=500),
        request(0.1, tokens=30, sent=700),
        request(0.1, tokens=20, sent=None),
        request(None, tokens=9_999, sent=9_999, error="429"),
    ]
    assert (600.0, 20.0) == serving_of(rows).request_size
    assert None is serving_of([request(0.1)]).request_size
    assert None is serving_of().request_size


# --- prices ------------------------------------------------------------------------------------


def test_ratio_is_how_many_times_cheaper_than_the_baseline():
    """By the mean of both prices: 45 against 0.15. Free is no number of times cheaper."""
    prices = [("x", "gpt", 30, 60), ("y", "a", 0.15, 0.15), ("y", "b", 0, 0)]
    found = serving_of(prices=prices, baseline="gpt")
    assert [("b", 0.0, None), ("a", 0.15, 300.0), ("gpt", 45.0, 1.0)] == [
        (p.model, p.million_usd, p.ratio) for p in found.prices
    ]
    assert found.prices[2] == found.baseline_price


def test_baseline_is_compared_by_its_lowest_price():
    """A dearer offer of the baseline is itself dearer than the baseline."""
    prices = [("x", "gpt", 20, 20), ("y", "gpt", 10, 10), ("z", "gpt", None, 1), ("y", "a", 5, 5)]
    found = serving_of(prices=prices, baseline="gpt")
    assert ("y", 10.0) == (found.baseline_price.provider, found.baseline_price.million_usd)
    assert [2.0, 1.0, 0.5, None] == [p.ratio for p in found.prices]


@pytest.mark.parametrize(
    ("prices", "baseline"),
    [
        ([("y", "a", 5, 5)], "gpt"),
        ([("y", "a", 5, 5)], None),
        ([("x", "gpt", None, None, 4), ("y", "a", 5, 5)], "gpt"),
        ([("x", "gpt", 0, 0), ("y", "a", 5, 5)], "gpt"),
    ],
)
def test_without_a_baseline_price_there_is_no_ratio(prices, baseline):
    found = serving_of(prices=prices, baseline=baseline)
    assert {None} == {p.ratio for p in found.prices}


def test_price_by_the_hour_is_last():
    found = serving_of(prices=[("x", "a", None, None, 4.5), ("y", "b", 1, 3)])
    hourly = price("x", "a", hour=4.5)
    assert (Price("y", "b", 1.0, 3.0, None, 2.0, None, None, None, "", ""), hourly) == found.prices


# --- costs ----------------------------------------------------------------------------------------


def price(provider, model, sent=None, received=None, hour=None):
    return Price(provider, model, sent, received, hour, None, None, None, None, "", "")


TOKEN = price("p", "a", 2, 4)
DEAR = price("q", "ref", 20, 40)
HOUR = price("r", "a", hour=1.5)
IDLE = price("r", "idle", hour=0)


def test_offers_of_prices():
    prices = [price("p", "a", 1, 2, 3), price("p", "b", 1), price("p", "c", hour=4)]
    offers = price("p", "a", 1, 2), price("p", "a", hour=3), price("p", "c", hour=4)
    assert offers == collect_offers(prices)


@pytest.mark.parametrize(
    ("offers", "baseline", "chosen"),
    [
        ([HOUR, TOKEN, DEAR], "a", (TOKEN,)),
        ([HOUR, DEAR], "a", (HOUR,)),
        ([HOUR, TOKEN, DEAR], "other", (TOKEN, DEAR)),
        ([HOUR, TOKEN, DEAR], None, (TOKEN, DEAR)),
        ([HOUR, IDLE], None, ()),
    ],
)
def test_offers_to_compare_with(offers, baseline, chosen):
    """The baseline by the token, else by the hour; else all by the token."""
    assert chosen == reference_choice(offers, baseline)


def test_ratio_at_other_mixes():
    """30 and 60 dollars against 0.05 and 0.25: 600 times the input price, 240 times the output."""
    prices = [("o", "ref", 30, 60), ("p", "a", 0.05, 0.25), ("q", "b", 1, None)]
    listed = serving_of(prices=prices, baseline="ref").prices
    found = {p.model: (p.ratio, p.ratio_low, p.ratio_high) for p in listed}
    assert (300.0, 240.0, 600.0) == found["a"]
    assert (1.0, 1.0, 1.0) == found["ref"]
    assert (None, None, None) == found["b"]


def test_length_and_duration_of_outputs():
    """Medians of 50, 60 and 90 tokens, and of 1, 2 and 4 seconds; failures left out."""
    rows = [request(0.5, 1.0, 50), request(0.5, 2.0, 90), request(0.5, 4.0, 60)]
    (row,) = serving_of([*rows, request(9.0, 99.0, 999, "500")]).latency
    assert (2.0, 60.0) == (row.total_s, row.output_tokens)
