"""What a month costs, by hand; and what the serving page says of it."""

import re

import pytest
from bs4 import BeautifulSoup

from site_builder.compute.serving import (
    DAYS_A_MONTH,
    Cost,
    HourPrice,
    Load,
    Offer,
    Price,
    TokenPrice,
    break_even,
    cheapest,
    collect_offers,
    compute_costs,
    monthly_cost_usd,
    reference_choice,
    request_cost_usd,
    times_cheaper,
)
from site_builder.formatting import cheaper, three_digits
from tests.helpers.boards import find_holes
from tests.helpers.odd_boards import built
from tests.helpers.priced import MIXED, NO_BASELINE, priced
from tests.helpers.sites import build, table, visible

TIMES = "\N{MULTIPLICATION SIGN}"
# 800 requests a day are 800 * 30.4375 = 24,350 a month.
# By the token one costs (500 * 2 + 250 * 4) / 1e6 = $0.002.
LOAD = Load(800, 500, 250)
TOKEN = Offer("p", "a", TokenPrice(2, 4))
DEAR = Offer("q", "ref", TokenPrice(20, 40))
FREE = Offer("p", "free", TokenPrice(0, 0))
HOUR = Offer("r", "a", HourPrice(1.5))
IDLE = Offer("r", "idle", HourPrice(0))
VAST = Offer("v", "vast", TokenPrice(1e308, 1e308))


def price(provider, model, sent=None, received=None, hour=None):
    """A list price."""
    return Price(provider, model, sent, received, hour, None, None, "", "")


# --- formulas -----------------------------------------------------------------------------------


def test_a_month_is_a_twelfth_of_a_year():
    """365.25 / 12 days."""
    assert 30.4375 == DAYS_A_MONTH


def test_cost_of_a_request():
    """550 sent at 30 and 150 received at 60 dollars a million: 0.0165 + 0.009."""
    assert 0.0255 == pytest.approx(request_cost_usd(TokenPrice(30, 60), Load(1, 550, 150)))
    assert 0.0 == request_cost_usd(TokenPrice(30, 60), Load(1, 0, 0))


def test_month_by_the_token():
    """24,350 requests at $0.002 are $48.70; none cost nothing."""
    assert 48.7 == monthly_cost_usd(TOKEN, LOAD)
    assert 0.0 == monthly_cost_usd(TOKEN, Load(0, 500, 250))
    assert 0.0 == monthly_cost_usd(FREE, LOAD)


def test_month_by_the_hour():
    """24 * 30.4375 = 730.5 hours at $1.50 are $1,095.75, whatever is asked."""
    assert {1095.75} == {monthly_cost_usd(HOUR, load) for load in (LOAD, Load(0, 0, 0))}


def test_times_cheaper():
    """487 / 48.7 = 10; the other way round a tenth; not defined beside what is free or unknown."""
    assert (10.0, 0.1) == (times_cheaper(48.7, 487.0), times_cheaper(487.0, 48.7))
    for pair in ((0.0, 5.0), (5.0, 0.0), (None, 5.0), (5.0, None)):
        assert None is times_cheaper(*pair)


def test_break_even():
    """A day of 24 hours at $1.50 costs $36: as much as 18,000 requests at $0.002."""
    assert {18_000.0} == {break_even(TOKEN, HOUR, LOAD), break_even(HOUR, TOKEN, LOAD)}
    at = Load(18_000, 500, 250)
    assert monthly_cost_usd(TOKEN, at) == monthly_cost_usd(HOUR, at)


@pytest.mark.parametrize(
    ("one", "other"), [(TOKEN, DEAR), (HOUR, IDLE), (FREE, HOUR), (TOKEN, IDLE)]
)
def test_no_break_even(one, other):
    """Both paid the same way; or one of them is free, and they never cost the same."""
    assert None is break_even(one, other, LOAD)
    assert None is break_even(other, one, LOAD)


def test_no_break_even_for_requests_without_tokens():
    """They cost nothing, however many."""
    assert None is break_even(TOKEN, HOUR, Load(800, 0, 0))


def test_offers_of_prices():
    """One that is listed both ways is two; half a price is none; the order stays."""
    prices = [price("p", "a", 1, 2, 3), price("p", "b", 1), price("p", "c", hour=4)]
    assert (
        Offer("p", "a", TokenPrice(1, 2)),
        Offer("p", "a", HourPrice(3)),
        Offer("p", "c", HourPrice(4)),
    ) == collect_offers(prices)


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
def test_whom_to_compare_with(offers, baseline, chosen):
    """The baseline by the token, else by the hour; else all by the token."""
    assert chosen == reference_choice(offers, baseline)


def test_the_cheapest_is_the_first_of_equals():
    """And one too dear for a float is the last."""
    twin = Offer("z", "twin", TokenPrice(2, 4))
    assert TOKEN == cheapest([VAST, HOUR, TOKEN, twin], LOAD)
    assert None is cheapest([], LOAD)


def test_costs():
    """From the cheapest on: $0, $48.70, $487, $1,095.75; against $0.02 a request."""
    found = compute_costs([VAST, DEAR, HOUR, TOKEN, FREE], LOAD, DEAR)
    assert (
        Cost(FREE, 0.0),
        Cost(TOKEN, 48.7, 10.0, 0.1),
        Cost(DEAR, 487.0, 1.0, 1.0),
        # 487 / 1095.75 = 4 / 9, and 9 / 4; $36 a day / $0.02
        Cost(HOUR, 1095.75, 0.444444444444, 2.25, 1800.0),
        Cost(VAST, None),
    ) == found
    assert [] == find_holes(found)


def test_costs_without_a_reference():
    """Nothing is compared."""
    assert (Cost(TOKEN, 48.7), Cost(HOUR, 1095.75)) == compute_costs([HOUR, TOKEN], LOAD)


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "inverse", "text"),
    [
        (300.2, 0.0033, f"300{TIMES} cheaper"),
        (1.5, 0.667, f"1.50{TIMES} cheaper"),
        (0.888888888889, 1.125, f"1.13{TIMES} dearer"),
        (1.0, 1.0, f"1.00{TIMES}"),
        (1.001, 0.999, f"1.00{TIMES}"),
        (0.999, 1.001, f"1.00{TIMES}"),
        (None, None, "\N{EN DASH}"),
    ],
)
def test_cheaper_or_dearer(times, inverse, text):
    """Always a number above 1, and a word for which way."""
    assert text == cheaper(times, inverse)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.03125, "0.0313"), (3.116, "3.12"), (31.16, "31.2"), (999.6, "1,000"), (1411.76, "1,412")],
)
def test_three_digits(value, text):
    """Whole from 100 on."""
    assert text == three_digits(value)


# --- the page -----------------------------------------------------------------------------------


def serving(root, prices=MIXED, toml=None) -> BeautifulSoup:
    """The serving page of a board with these prices."""
    made = priced(root, prices) if toml is None else priced(root, prices, toml)
    return build(made).page("serving/")


def worked(soup: BeautifulSoup) -> dict[str, str]:
    """Each formula with its numbers."""
    return {str(p["data-worked"]): p.get_text() for p in soup.select("[data-worked]")}


def test_the_index(index_site):
    """The measured size, GPT-4 to compare with, the cheapest first; no hour is sold."""
    soup = index_site.page("serving/")
    rows = table(soup, "monthly-costs")
    assert ["model", "month_usd", "times_cheaper"] == list(rows[0])
    # 30,437.5 requests of (550 * 30 + 151 * 60) / 1e6 = $0.02556
    assert ("$777.98", f"1.00{TIMES}") == (
        rows[-1]["month_usd"].text,
        rows[-1]["times_cheaper"].text,
    )
    costs = [row["month_usd"].number or 0.0 for row in rows]
    assert sorted(costs) == costs
    assert {"tokens", "times"} == set(worked(soup))
    assert worked(soup)["tokens"].startswith("Llama 2 7B, replicate: 1,000 " + TIMES)
    assert ["1,000", "550", "151"] == [str(i["value"]) for i in soup.select(".calculator input")]
    assert "Compared with GPT-4, openai." in visible(soup)
    assert 13 == len(soup.select(".calculator option"))


def test_a_board_with_both_kinds_of_price(tmp_path):
    """1,000 a day of 1,000 and 500 tokens: an example, and said to be one."""
    soup = serving(tmp_path)
    rows = table(soup, "monthly-costs")
    # 30,437.5 a month at $0, $0.000625, $0.0025, $0.04, $0.045; 730.5 hours at $2 and $6.
    assert [
        ("r", "$0.00", "\N{EN DASH}", "\N{EN DASH}"),
        ("s/t", "$19.02", f"64{TIMES} cheaper", "\N{EN DASH}"),
        ("q", "$76.09", f"16.0{TIMES} cheaper", "\N{EN DASH}"),
        ("p", "$1,217.50", f"1.00{TIMES}", "\N{EN DASH}"),
        ("q", "$1,369.69", f"1.13{TIMES} dearer", "\N{EN DASH}"),
        ("r, by the hour", "$1,461.00", f"1.20{TIMES} dearer", "1,200"),
        ("q, by the hour", "$4,383.00", f"3.6{TIMES} dearer", "3,600"),
    ] == [
        (
            row["model"].note,
            *(row[k].text for k in ("month_usd", "times_cheaper", "break_even")),
        )
        for row in rows
    ]
    assert ["An example."] * 3 == [hint.get_text() for hint in soup.select(".field-hint")]
    options = [option.get_text() for option in soup.select(".calculator option")]
    assert "Gamma, its cheapest offer" == options[0]
    assert "Alpha, q, by the hour" in options
    assert 8 == len(options)
    assert (
        f"Alpha, r, by the hour, and Gamma, p: $2.00 {TIMES} 24 / $0.04 = 1,200 a day"
        == worked(soup)["break_even"]
    )
    assert (
        f"Alpha, r, by the hour: $2.00 {TIMES} 24 {TIMES} 365.25 / 12 = $1,461.00"
        == (worked(soup)["hours"])
    )
    assert f"<b>{{sent}} & 7, s/t: $1,217.50 / $19.02 = 64{TIMES} cheaper" == worked(soup)["times"]


def test_a_board_without_a_baseline(tmp_path):
    """Compared with the cheapest; the word is not said."""
    soup = serving(tmp_path, [("p", "x", 1, 1, None), ("q", "y", 2, 2, None)], NO_BASELINE)
    assert [f"1.00{TIMES}", f"2.0{TIMES} dearer"] == [
        row["times_cheaper"].text for row in table(soup, "monthly-costs")
    ]
    assert "The cheapest offer" == soup.select(".calculator option")[0].get_text()
    assert not re.search("baseline|break-even", visible(soup), re.IGNORECASE)


def test_prices_by_the_hour_alone():
    """A cost a month, and nothing to set or to compare: 730.5 hours at $1.50."""
    soup = built("failed_requests").page("serving/")
    (row,) = table(soup, "monthly-costs")
    assert ["model", "month_usd"] == list(row)
    assert "$1,095.75" == row["month_usd"].text
    assert [] == soup.select(".calculator form, .calculator [data-copy], .calculator script")
    assert ["hours"] == list(worked(soup))


def test_one_price(tmp_path):
    """Nothing to compare with."""
    soup = serving(tmp_path, [("p", "x", 1, 1, None)])
    assert ["model", "month_usd"] == list(table(soup, "monthly-costs")[0])
    assert [] == soup.select(".calculator select")
    assert ["tokens"] == list(worked(soup))


@pytest.mark.parametrize("prices", [[("p", "x", 1, None, None)], []])
def test_nothing_to_pay(tmp_path, prices):
    """Half a price, or a table without one: no section, no script, no term."""
    site = build(priced(tmp_path, prices))
    assert [] == [p for p in site.html if "data-calculator" in site.html[p]]
    assert [] == [p for p in site.html if "js/calculator" in site.html[p]]
    assert [] == site.page("about/").select("#cost")
