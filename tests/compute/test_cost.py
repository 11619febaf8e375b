"""Offers of models, and which of them the calculator compares with at first."""

import pytest

from site_builder.compute.serving import Offer, Price, collect_offers, reference_choice

TOKEN = Offer("p", "a", 2, 4)
DEAR = Offer("q", "ref", 20, 40)
HOUR = Offer("r", "a", hour_usd=1.5)
IDLE = Offer("r", "idle", hour_usd=0)


def price(provider, model, sent=None, received=None, hour=None):
    """A list price."""
    return Price(provider, model, sent, received, hour, None, None, "", "")


def test_offers_of_prices():
    """One that is listed both ways is two; half a price is none; the order stays."""
    prices = [price("p", "a", 1, 2, 3), price("p", "b", 1), price("p", "c", hour=4)]
    assert (
        Offer("p", "a", 1, 2),
        Offer("p", "a", hour_usd=3),
        Offer("p", "c", hour_usd=4),
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
