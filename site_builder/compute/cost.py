"""What a month of requests costs, by the token and by the hour, and where the two cost the same."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.compute.numbers import number, settled_float
from site_builder.compute.serving import Price
from site_builder.records import Record

DAYS_A_MONTH = 365.25 / 12
HOURS_A_DAY = 24
PRICED_TOKENS = 1_000_000


class Load(Record):
    """What is asked of a model.

    Attributes:
        requests_a_day: Requests a day.
        input_tokens, output_tokens: Tokens that a request sends, and receives.
    """

    requests_a_day: float
    input_tokens: float
    output_tokens: float


class TokenPrice(Record):
    """US dollars per million tokens sent and received."""

    input_usd: float
    output_usd: float


class HourPrice(Record):
    """US dollars an hour of one machine, whatever is asked of it."""

    hour_usd: float


class Offer(Record):
    """One way to pay for a model: by the token or by the hour.

    Attributes:
        provider, model: Who sells what.
        price: The one way or the other.
    """

    provider: str
    model: str
    price: TokenPrice | HourPrice

    @property
    def hourly(self) -> bool:
        """Whether it is paid by the hour."""
        return isinstance(self.price, HourPrice)


class Cost(Record):
    """What an offer costs at a load.

    Attributes:
        offer: The offer.
        month_usd: US dollars a month; None where it is too large for a float.
        times_cheaper: What the reference costs / what this costs; None where either is 0 or not
            known, or there is no reference.
        times_dearer: Its inverse.
        break_even: Requests a day at which it costs as much as the reference; None where both are
            paid the same way, or never cost the same.
    """

    offer: Offer
    month_usd: float | None
    times_cheaper: float | None = None
    times_dearer: float | None = None
    break_even: float | None = None


def collect_offers(prices: Sequence[Price]) -> tuple[Offer, ...]:
    """Every offer that can be paid for, in the order of the prices.

    A price that is listed by the token and by the hour is two offers; one that is known for tokens
    sent or received alone is none.
    """
    offers = []
    for price in prices:
        if price.input_usd is not None and price.output_usd is not None:
            by_token = TokenPrice(price.input_usd, price.output_usd)
            offers.append(Offer(price.provider, price.model, by_token))
        if price.hour_usd is not None:
            offers.append(Offer(price.provider, price.model, HourPrice(price.hour_usd)))
    return tuple(offers)


def request_cost_usd(price: TokenPrice, load: Load) -> float:
    """What one request costs by the token.

    (input tokens x input price + output tokens x output price) / 1,000,000.

    Source: docs/statistics.md#cost.
    """
    total = load.input_tokens * price.input_usd + load.output_tokens * price.output_usd
    return total / PRICED_TOKENS


def monthly_cost_usd(offer: Offer, load: Load) -> float | None:
    """What a month costs; a month has 365.25 / 12 days.

    By the token: requests a day x days x cost of a request. By the hour: 24 x days x price of an
    hour, that is one machine which runs all month, however many requests it gets.

    Source: docs/statistics.md#cost.
    """
    if isinstance(offer.price, HourPrice):
        cost = offer.price.hour_usd * HOURS_A_DAY * DAYS_A_MONTH
    else:
        cost = load.requests_a_day * DAYS_A_MONTH * request_cost_usd(offer.price, load)
    return number(settled_float(cost))


def times_cheaper(month_usd: float | None, reference_usd: float | None) -> float | None:
    """Reference cost / cost: 2 is half the price. None where either is 0 or not known.

    Source: docs/statistics.md#cost.
    """
    if not month_usd or not reference_usd:
        return None
    return number(settled_float(reference_usd / month_usd)) or None


def break_even(offer: Offer, other: Offer, load: Load) -> float | None:
    """Requests a day at which an offer by the token costs as much as one by the hour.

    24 x price of an hour / cost of a request, of the one and the other in either order. None where
    both are paid the same way, and where one of them is free: they never cost the same then.

    Source: docs/statistics.md#cost.
    """
    token, hour = (other.price, offer.price) if offer.hourly else (offer.price, other.price)
    if not isinstance(token, TokenPrice) or not isinstance(hour, HourPrice):
        return None
    request_usd = request_cost_usd(token, load)
    if not request_usd or not hour.hour_usd:
        return None
    return number(settled_float(hour.hour_usd * HOURS_A_DAY / request_usd))


def reference_choice(offers: Sequence[Offer], baseline: str | None) -> tuple[Offer, ...]:
    """The offers whose cheapest is the one to compare with.

    The baseline's by the token, else by the hour; where it has none, all by the token.
    """
    own = [offer for offer in offers if offer.model == baseline]
    by_token = [offer for offer in own if not offer.hourly]
    return tuple(by_token or own or [offer for offer in offers if not offer.hourly])


def cheapest(offers: Sequence[Offer], load: Load) -> Offer | None:
    """The offer that costs least; of equal ones, the first."""
    return min(offers, key=lambda offer: _order(monthly_cost_usd(offer, load)), default=None)


def compute_costs(
    offers: Sequence[Offer], load: Load, reference: Offer | None = None
) -> tuple[Cost, ...]:
    """What each offer costs at a load, cheapest first, equal ones in the order of the offers.

    Source: docs/statistics.md#cost.
    """
    reference_usd = None if reference is None else monthly_cost_usd(reference, load)
    costs = []
    for offer in offers:
        month_usd = monthly_cost_usd(offer, load)
        ratios = times_cheaper(month_usd, reference_usd), times_cheaper(reference_usd, month_usd)
        even = None if reference is None else break_even(offer, reference, load)
        costs.append(Cost(offer, month_usd, *ratios, even))
    return tuple(sorted(costs, key=lambda cost: _order(cost.month_usd)))


def _order(month_usd: float | None) -> tuple[bool, float]:
    """Cheapest first, and last what is too dear for a float."""
    return month_usd is None, month_usd or 0.0
