"""The cost calculator: what a month of the visitor's requests costs at each offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from site_builder.charts.cells import MODEL, Field, columns_of, number_cell, rows_of, served_cell
from site_builder.compute.serving import (
    Cost,
    HourPrice,
    Load,
    Offer,
    TokenPrice,
    cheapest,
    collect_offers,
    compute_costs,
    reference_choice,
)
from site_builder.formatting import cheaper, money, quantity, three_digits
from site_builder.labels import Labels
from site_builder.pages.calculator_words import PATTERNS, Formula, make_formulas, values_of
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, RowKind, Table

# What a board without measured requests is shown for: a round size, and said to be one.
EXAMPLE_SIZE = (1000.0, 500.0)
EXAMPLE_REQUESTS_A_DAY = 1000.0


class NumberField(Record):
    """A number that the visitor sets.

    Attributes:
        key: Its name in the address.
        label: What it is.
        text: Its value at first, as it is typed.
        hint: Where that value comes from.
    """

    key: str
    label: str
    text: str
    hint: str


class Choice(Record):
    """An offer to compare with.

    Attributes:
        value: Its place among the offers; empty for the cheapest of those compared with at first.
        text: What it is called.
    """

    value: str
    text: str


class Calculator(Record):
    """What costs a month are shown by.

    Attributes:
        numbers: What the visitor sets; empty where every offer is by the hour, whatever is asked.
        choices: Whom the visitor may compare with; empty where there is no one to compare.
        load: What is asked, in words; empty without fields.
        compared: Whom the table compares with, in words; empty without choices.
        table: What each offer costs at that load.
        formulas: How it was computed, with the numbers of the first row.
        script: What `static/js/calculator.js` needs to compute it anew.
    """

    numbers: tuple[NumberField, ...]
    choices: tuple[Choice, ...]
    load: str
    compared: str
    table: Table
    formulas: tuple[Formula, ...]
    script: Mapping[str, object]


def make_calculator(site: Site) -> Calculator | None:
    """The calculator; None where nothing has a price that can be paid."""
    serving, labels = site.results.serving, site.labels
    offers = collect_offers(serving.prices)
    if not offers:
        return None
    name = _namer(offers, labels)
    load = Load(EXAMPLE_REQUESTS_A_DAY, *(serving.request_size or EXAMPLE_SIZE))
    candidates = reference_choice(offers, labels.roles.baseline) if len(offers) > 1 else ()
    against = cheapest(candidates, load)
    costs = compute_costs(offers, load, against)
    reference = next((cost for cost in costs if cost.offer == against), None)

    def values(cost: Cost) -> dict[str, str]:
        return values_of(cost, reference, load, name)

    asks = any(not offer.hourly for offer in offers)
    return Calculator(
        numbers=_numbers(load, measured=serving.request_size is not None) if asks else (),
        choices=_choices(offers, candidates, labels, name),
        load=PATTERNS["load"].format_map(values(costs[0])) if asks else "",
        compared="" if reference is None else PATTERNS["compared"].format_map(values(reference)),
        table=_table(offers, costs, against, labels),
        formulas=tuple(make_formulas(costs, reference, values)),
        script=_script(offers, candidates, name),
    )


def _namer(offers: Sequence[Offer], labels: Labels) -> Callable[[Offer], str]:
    """What an offer is called; how it is paid is said where that differs."""
    mixed = len({offer.hourly for offer in offers}) > 1

    def name(offer: Offer) -> str:
        served = labels.served(offer.provider, offer.model)
        return f"{served}, by the hour" if mixed and offer.hourly else served

    return name


def _numbers(load: Load, *, measured: bool) -> tuple[NumberField, ...]:
    size = "Measured median." if measured else "An example."
    return (
        NumberField("requests", "Requests a day", quantity(load.requests_a_day), "An example."),
        NumberField("sent", "Tokens sent", quantity(load.input_tokens), size),
        NumberField("received", "Tokens received", quantity(load.output_tokens), size),
    )


def _choices(
    offers: Sequence[Offer],
    candidates: Sequence[Offer],
    labels: Labels,
    name: Callable[[Offer], str],
) -> tuple[Choice, ...]:
    """The one compared with at first, then every other offer."""
    if not candidates:
        return ()
    if len(candidates) == 1:
        first = name(candidates[0])
    elif candidates[0].model == labels.roles.baseline:
        first = f"{labels.baseline}, its cheapest offer"
    else:
        first = "The cheapest offer"
    others = [
        Choice(str(i), name(offer))
        for i, offer in enumerate(offers)
        if len(candidates) > 1 or offer != candidates[0]
    ]
    return (Choice("", first), *others)


def _table(
    offers: Sequence[Offer], costs: Sequence[Cost], reference: Offer | None, labels: Labels
) -> Table:
    """What each offer costs, cheapest first."""
    mixed = len({offer.hourly for offer in offers}) > 1
    even = "Requests a day at which it costs as much as the offer compared with"
    fields: tuple[Field[Cost], ...] = (
        Field(MODEL, lambda c: _offer_cell(c.offer, labels, mixed=mixed)),
        Field(
            Column("month_usd", "A month", "number", first="ascending", term="cost"),
            lambda c: number_cell(c.month_usd, money(c.month_usd)),
        ),
        Field(
            Column("times_cheaper", "Compared", "number", term="cost"),
            lambda c: number_cell(c.times_cheaper, cheaper(c.times_cheaper, c.times_dearer)),
            reference is not None,
        ),
        Field(
            Column("break_even", "Break-even a day", "number", even, "ascending", "cost"),
            lambda c: number_cell(c.break_even, three_digits(c.break_even)),
            mixed,
        ),
    )

    def kind(cost: Cost) -> RowKind:
        return "reference" if cost.offer == reference else ""

    return Table(
        "monthly-costs",
        "Cost a month in US dollars, by list price",
        columns_of(fields),
        rows_of(fields, costs, kind, lambda c: f"offer-{offers.index(c.offer)}"),
        sorted_by="month_usd",
    )


def _offer_cell(offer: Offer, labels: Labels, *, mixed: bool) -> Cell:
    """The model, and below it who sells it: a phone has no room for a column more."""
    paid = ", by the hour" if mixed and offer.hourly else ""
    return replace(served_cell(labels, offer.model), note=f"{offer.provider}{paid}")


def _script(
    offers: Sequence[Offer], candidates: Sequence[Offer], name: Callable[[Offer], str]
) -> Mapping[str, object]:
    return {
        "offers": [_packed(offer, name(offer)) for offer in offers],
        "candidates": [offers.index(offer) for offer in candidates],
        "patterns": PATTERNS,
    }


def _packed(offer: Offer, name: str) -> Mapping[str, object]:
    """An offer for the script: the hour's price, or those of a million tokens."""
    by_token = offer.price if isinstance(offer.price, TokenPrice) else None
    return {
        "provider": offer.provider,
        "model": offer.model,
        "name": name,
        "input": None if by_token is None else by_token.input_usd,
        "output": None if by_token is None else by_token.output_usd,
        "hour": offer.price.hour_usd if isinstance(offer.price, HourPrice) else None,
    }
