"""List the offers of models: prices by the token and by the hour."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.compute.serving import Price
from site_builder.records import Record


class Offer(Record):
    """One way to pay for a model: by the token or by the hour.

    Attributes:
        provider, model: Who sells what.
        input_usd, output_usd: US dollars per million tokens sent and received; None by the hour.
        hour_usd: US dollars an hour of one machine, whatever is asked of it; None by the token.
    """

    provider: str
    model: str
    input_usd: float | None = None
    output_usd: float | None = None
    hour_usd: float | None = None

    @property
    def hourly(self) -> bool:
        """Whether it is paid by the hour."""
        return self.hour_usd is not None


def collect_offers(prices: Sequence[Price]) -> tuple[Offer, ...]:
    """Return every offer that can be paid for, in the order of the prices.

    A price that is listed by the token and by the hour is two offers; one that is known for tokens
    sent or received alone is none.
    """
    offers = []
    for price in prices:
        seller = price.provider, price.model
        if price.input_usd is not None and price.output_usd is not None:
            offers.append(Offer(*seller, price.input_usd, price.output_usd))
        if price.hour_usd is not None:
            offers.append(Offer(*seller, hour_usd=price.hour_usd))
    return tuple(offers)


def reference_choice(offers: Sequence[Offer], baseline: str | None) -> tuple[Offer, ...]:
    """Return the offers whose cheapest is the one to compare with.

    The baseline's by the token, else by the hour; where it has none, all by the token.
    """
    own = [offer for offer in offers if offer.model == baseline]
    by_token = [offer for offer in own if not offer.hourly]
    return tuple(by_token or own or [offer for offer in offers if not offer.hourly])
