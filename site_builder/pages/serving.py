"""Make the serving page with its calculator."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.charts.cells import source_cell
from site_builder.charts.chart import Chart
from site_builder.charts.serving import latency_table, price_table
from site_builder.formatting import counted, sentence
from site_builder.pages.calculator import Calculator, make_calculator
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record
from site_builder.table_model import Cell, Table


class ServingContext(Record):
    """What the serving page shows; each part is None where the project has no such table.

    Attributes:
        latency: Time to first token.
        latency_table: The same, those without a success included.
        prices: List prices.
        price_table: The same, those by the hour included.
        calculator: What a month of requests costs.
        sources: Where the prices come from.
    """

    latency: Chart | None
    latency_table: Table | None
    prices: Chart | None
    price_table: Table | None
    calculator: Calculator | None
    sources: tuple[Cell, ...]


def make_serving(site: Site) -> Iterator[Page]:
    """The serving page, where the project has measured requests or prices."""
    results, labels = site.results, site.labels
    latency, prices = results.serving.latency, results.serving.prices
    if not latency and not prices:
        return
    sources = dict.fromkeys(price.source for price in prices if price.source)
    context = ServingContext(
        latency=site.charts.latency,
        latency_table=latency_table(latency, labels, "latency-all") if latency else None,
        prices=site.charts.prices,
        price_table=price_table(prices, labels, "prices-all") if prices else None,
        calculator=make_calculator(site),
        sources=tuple(map(source_cell, sources)),
    )
    about = _about(site)
    yield Page(Address("serving"), "serving.html", "Serving", about, lambda: context, (HOME,))


def _about(site: Site) -> str:
    """What was measured and what was read of price lists, in one sentence."""
    latency, prices = site.results.serving.latency, site.results.serving.prices
    providers = counted(len({row.provider for row in latency}), "provider")
    parts = (
        (latency, f"how soon {providers} answered measured requests"),
        (prices, f"what {counted(len(prices), 'offer')} cost by list price"),
    )
    return f"{sentence(', and '.join(words for there, words in parts if there))}."
