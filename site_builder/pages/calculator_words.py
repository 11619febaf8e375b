"""The cost calculator in words: patterns that its page fills at first, its script from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from site_builder.compute.serving import Cost, HourPrice, Load, Offer, TokenPrice, request_cost_usd
from site_builder.formatting import TIMES, cheaper, money, quantity, three_digits
from site_builder.records import Record

# `{name}` stands for one of `values_of`; `*` is written as a multiplication sign.
PATTERNS: Mapping[str, str] = {
    key: text.replace("*", TIMES)
    for key, text in {
        "load": "Requests a day: {requests}, each with {sent} tokens sent and {received} received.",
        "compared": "Compared with {reference}.",
        "said": "Cheapest: {offer}, {cost} a month.",
        "tokens": "{offer}: {requests} * 365.25 / 12 * ({sent} * {input} + {received} * {output})"
        " / 1,000,000 = {cost}",
        "hours": "{offer}: {hour} * 24 * 365.25 / 12 = {cost}",
        "times": "{offer}: {reference_cost} / {cost} = {cheaper}",
        "break_even": "{offer}, and {reference}: {hour} * 24 / {request} = {break_even} a day",
    }.items()
}
FORMULAS: Mapping[str, tuple[str, str]] = {
    "tokens": (
        "Cost a month, by the token",
        "Requests a day, times the 365.25 / 12 days of a month, times what a request costs: tokens "
        "sent times their price and tokens received times theirs, by the million.",
    ),
    "hours": (
        "Cost a month, by the hour",
        "The price of an hour, times the 24 hours of a day, times the days of a month: one machine "
        "that runs all month. How many requests it can serve is not known.",
    ),
    "times": (
        "Compared",
        "What the offer compared with costs, divided by what this one costs; the other way round "
        "where this one is dearer.",
    ),
    "break_even": (
        "Break-even",
        "The requests a day at which an offer by the hour costs as much as one by the token: the "
        "price of 24 hours, divided by what a request costs. With more, the hour is cheaper.",
    ),
}


class Formula(Record):
    """How a column of the table is computed.

    Attributes:
        key: The pattern of `worked`.
        name: What is computed.
        words: The formula in words.
        worked: The same with the numbers of the first row that has them; empty where none has.
    """

    key: str
    name: str
    words: str
    worked: str


def values_of(
    cost: Cost, reference: Cost | None, load: Load, name: Callable[[Offer], str]
) -> dict[str, str]:
    """What the patterns say of one row; prices are its own, else those of the reference."""
    both = [c for c in (cost, reference) if c is not None]
    token = next((c.offer.price for c in both if isinstance(c.offer.price, TokenPrice)), None)
    hour = next((c.offer.price for c in both if isinstance(c.offer.price, HourPrice)), None)
    return {
        "offer": name(cost.offer),
        "reference": "" if reference is None else name(reference.offer),
        "requests": quantity(load.requests_a_day),
        "sent": quantity(load.input_tokens),
        "received": quantity(load.output_tokens),
        "input": money(None if token is None else token.input_usd),
        "output": money(None if token is None else token.output_usd),
        "request": money(None if token is None else request_cost_usd(token, load)),
        "hour": money(None if hour is None else hour.hour_usd),
        "cost": money(cost.month_usd),
        "reference_cost": money(None if reference is None else reference.month_usd),
        "cheaper": cheaper(cost.times_cheaper, cost.times_dearer),
        "break_even": three_digits(cost.break_even),
    }


def make_formulas(
    costs: Sequence[Cost], reference: Cost | None, values: Callable[[Cost], dict[str, str]]
) -> Iterator[Formula]:
    """The formulas that a board needs, each worked out on the first row that has the numbers."""
    by_token = [c for c in costs if not c.offer.hourly]
    by_hour = [c for c in costs if c.offer.hourly]
    rows = {
        "tokens": by_token,
        "hours": by_hour,
        "times": [c for c in costs if reference and c.offer != reference.offer],
        "break_even": [c for c in costs if by_token and by_hour],
    }
    needed = {"times": "times_cheaper", "break_even": "break_even"}
    for key, of in rows.items():
        if of:
            known = (c for c in of if getattr(c, needed.get(key, "month_usd")) is not None)
            first = next(known, None)
            worked = "" if first is None else PATTERNS[key].format_map(values(first))
            yield Formula(key, *FORMULAS[key], worked)
