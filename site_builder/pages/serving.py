"""Serving: how soon providers answer, and what they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.cells import number_cell, source_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import Field, columns_of, rows_of
from site_builder.charts.latency import chart_latency, latency_table
from site_builder.charts.prices import chart_prices, offer_fields, offer_kind, price_table
from site_builder.compute.serving import Price, request_cost_usd
from site_builder.format import count, counted, money, sentence
from site_builder.pages.page import HOME, Page, Site
from site_builder.parts import Address, Cell, Column, Table

N_REQUESTS = 1000


@dataclass(frozen=True)
class ServingContext:
    """What the serving page shows; each part is None where the project has no such table.

    Attributes:
        latency: Time to first token.
        latency_table: The same, those without a success included.
        prices: List prices.
        price_table: The same, those by the hour included.
        request_costs: What 1,000 requests cost.
        sources: Where the prices come from.
    """

    latency: Chart | None
    latency_table: Table | None
    prices: Chart | None
    price_table: Table | None
    request_costs: Table | None
    sources: tuple[Cell, ...]


def make_serving(site: Site) -> Iterator[Page]:
    """The serving page, where the project has measured requests or prices."""
    results, labels = site.results, site.labels
    latency, prices = results.serving.latency, results.serving.prices
    if not latency and not prices:
        return
    sources = dict.fromkeys(price.source for price in prices if price.source)
    context = ServingContext(
        latency=chart_latency(results, labels),
        latency_table=latency_table(latency, labels, "latency-all") if latency else None,
        prices=chart_prices(results, labels),
        price_table=price_table(prices, labels, "prices-all") if prices else None,
        request_costs=_request_costs(site),
        sources=tuple(map(source_cell, sources)),
    )
    about = _about(site)
    yield Page(Address("serving"), "serving.html", "Serving", about, context, (HOME,))


def _about(site: Site) -> str:
    """What was measured and what was read of price lists, in one sentence."""
    latency, prices = site.results.serving.latency, site.results.serving.prices
    providers = counted(len({row.provider for row in latency}), "provider")
    parts = (
        (latency, f"how soon {providers} answered measured requests"),
        (prices, f"what {counted(len(prices), 'offer')} cost by list price"),
    )
    return f"{sentence(', and '.join(words for there, words in parts if there))}."


def _request_costs(site: Site) -> Table | None:
    """What 1,000 requests of the measured size cost, by list price."""
    labels, serving = site.labels, site.results.serving
    priced = [p for p in serving.prices if p.input_usd is not None and p.output_usd is not None]
    if serving.request_size is None or not priced:
        return None
    sent, received = serving.request_size
    fields = (
        *offer_fields(labels),
        Field[Price](
            Column("cost_usd", "1,000 requests", "number", first="ascending"),
            lambda price: _cost_cell(price, sent, received),
        ),
    )
    return Table(
        "request-costs",
        f"List price of 1,000 requests of {count(sent)} tokens sent and {count(received)} "
        "received, the median measured request",
        columns_of(fields),
        rows_of(fields, priced, lambda price: offer_kind(price, labels)),
    )


def _cost_cell(price: Price, sent: float, received: float) -> Cell:
    each = request_cost_usd(price, sent, received)
    cost = None if each is None else each * N_REQUESTS
    return number_cell(cost, money(cost))
