"""Make the serving page: how soon providers answer, what they ask, and a calculator of costs.

`static/js/calculator.js` computes what a month costs; this page ships the offers and the fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.addresses import Address
from site_builder.charts.cells import known_cell, source_link
from site_builder.charts.chart import Chart
from site_builder.charts.serving import (
    chart_latency,
    latency_legend,
    latency_note,
    latency_table,
    latency_title,
    price_legend,
    price_note,
    price_table,
    price_title,
)
from site_builder.compute.serving import Price, collect_offers, reference_choice
from site_builder.formatting import quantity
from site_builder.labels import Labels
from site_builder.messages import Messages
from site_builder.pages.page import Page, Site
from site_builder.records import Record
from site_builder.table_model import Cell, LegendItem, Table


class NumberField(Record):
    """A number that the visitor sets, with its first value and where that comes from."""

    key: str
    label: str
    text: str
    hint: str


class Calculator(Record):
    """The cost calculator.

    Attributes:
        numbers: What the visitor sets; empty where every offer is by the hour.
        by_hour: Whether any offer is.
        data: For the script: the offers, and the places of those of which the cheapest is compared.
    """

    numbers: tuple[NumberField, ...]
    by_hour: bool
    data: Mapping[str, object]


class ServingContext(Record):
    """What the serving page shows; each part is None, or empty, where there is nothing for it.

    Attributes:
        latency_title, latency_note: Who answers first; what is timed.
        latency_table: Time to first token, by provider.
        latency: The same of single requests.
        price_title, price_note: What the cheapest offers cost; which prices these are.
        price_table: List prices, those by the hour included.
        latency_legend, price_legend: What the marks of the tables stand for.
        calculator: What a month of requests costs.
        sources: Where the prices come from.
    """

    latency_title: str
    latency_note: str
    latency_legend: tuple[LegendItem, ...]
    latency_table: Table | None
    latency: Chart | None
    price_title: str
    price_note: str
    price_legend: tuple[LegendItem, ...]
    price_table: Table | None
    calculator: Calculator | None
    sources: tuple[Cell, ...]


def make_serving(site: Site) -> Iterator[Page]:
    """The serving page, where the project has measured requests or prices."""
    results, labels = site.results, site.labels
    latency, prices = results.serving.latency, results.serving.prices
    if not latency and not prices:
        return
    latency_chart = site.chart(chart_latency)
    sources = dict.fromkeys(p.source for p in prices if p.source)
    context = ServingContext(
        latency_title=latency_title(results, labels),
        latency_note=latency_note(results, labels) if latency else "",
        latency_legend=latency_legend(labels) if latency_chart else (),
        latency_table=latency_table(latency, labels, "latency-all") if latency else None,
        latency=latency_chart,
        price_title=price_title(results, labels),
        price_note=price_note(results, labels),
        price_legend=price_legend(results, labels),
        price_table=price_table(
            prices, results.serving.baseline_price, labels, "prices-all", full=True
        )
        if prices
        else None,
        calculator=_calculator(site),
        sources=tuple(Cell(link.text, link=link) for link in map(source_link, sources)),
    )
    title, about = labels.say("serving.title"), labels.say("serving.about")
    yield Page(Address("serving"), "serving.html", title, about, context, (site.home,))


# --- calculator ---------------------------------------------------------------------------------


def _calculator(site: Site) -> Calculator | None:
    """The calculator; None where nothing has a price that can be paid."""
    serving, labels = site.results.serving, site.labels
    offers = collect_offers(serving.prices)
    if not offers:
        return None
    by_token = any(offer.hour_usd is None for offer in offers)
    by_hour = any(offer.hour_usd is not None for offer in offers)
    compared = reference_choice(offers, labels.roles.baseline) if len(offers) > 1 else ()
    candidates = [offers.index(offer) for offer in compared]
    paid = labels.say("calculator_page.hourly") if by_token and by_hour else ""
    packed = [_packed(offer, labels, "" if offer.hour_usd is None else paid) for offer in offers]
    return Calculator(
        numbers=tuple(_numbers(labels.say, serving.request_size)) if by_token else (),
        by_hour=by_hour,
        data={
            "offers": packed,
            "candidates": candidates,
            "texts": labels.say.for_script("calculator"),
        },
    )


def _numbers(say: Messages, measured: tuple[float, float] | None) -> Iterator[NumberField]:
    """What the visitor sets: at first the measured size of a request, else a round one."""
    example = say("calculator_page.example")
    hint = say("calculator_page.measured") if measured else example
    sent, received = measured or (1000.0, 500.0)
    for key, first, why in (
        ("requests", 1000.0, example),
        ("sent", sent, hint),
        ("received", received, hint),
    ):
        yield NumberField(key, say(f"calculator_page.{key}"), quantity(first), why)


def _packed(offer: Price, labels: Labels, paid: str) -> Mapping[str, object]:
    """An offer for the script; `paid` says how, where that differs."""
    cell = known_cell(labels, offer.model)
    return {
        "provider": offer.provider,
        "model": offer.model,
        "name": f"{labels.served(offer.provider, offer.model)}{paid}",
        "cell": {
            "text": cell.text,
            "value": cell.text,
            "link": cell.link,
            "note": f"{offer.provider}{paid}",
        },
        "input": offer.input_usd,
        "output": offer.output_usd,
        "hour": offer.hour_usd,
    }
