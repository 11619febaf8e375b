"""Serving: how soon providers answer, and what they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.cells import number_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.serving import chart_latency, chart_prices, latency_table, price_table, served_cell
from site_builder.compute.serving import Price, request_cost_usd
from site_builder.format import count, money
from site_builder.pages.models import source_cell
from site_builder.pages.page import HOME, Page, Site
from site_builder.parts import Address, Cell, Column, Row, Table


@dataclass(frozen=True)
class ServingContext:
    """What the serving page shows; each part is None where the project has no such table."""

    latency: Chart | None
    latency_table: Table | None
    prices: Chart | None
    price_table: Table | None
    request_costs: Table | None
    sources: tuple[Cell, ...]


def make_serving(site: Site) -> Iterator[Page]:
    """The serving page, where the project has measured requests or prices."""
    serving, labels = site.results.serving, site.labels
    if not serving.latency and not serving.prices:
        return
    context = ServingContext(
        latency=chart_latency(site.results, labels),
        latency_table=latency_table(serving.latency, labels, "latency-all") if serving.latency else None,
        prices=chart_prices(site.results, labels),
        price_table=price_table(serving.prices, labels, "prices-all") if serving.prices else None,
        request_costs=_request_costs(site),
        sources=tuple(source_cell(s) for s in dict.fromkeys(p.source for p in serving.prices if p.source)),
    )
    yield Page(Address("serving"), "serving.html", "Serving", "Time to first token and list prices, by provider.", context, (HOME,))


def _request_costs(site: Site) -> Table | None:
    """What 1,000 requests of the measured size cost, by list price."""
    sizes = site.results.serving.request_size
    priced = [p for p in site.results.serving.prices if p.input_usd is not None and p.output_usd is not None]
    if sizes is None or not priced:
        return None
    sent, received = sizes
    columns = (Column("model", "Model", first="ascending"), Column("provider", "Provider", first="ascending"), Column("cost_usd", "1,000 requests", "number", first="ascending"))
    rows = tuple(_cost_row(site, p, sent, received) for p in priced)
    caption = f"List price of 1,000 requests of {count(sent)} tokens sent and {count(received)} received, the median measured request"
    return Table("request-costs", caption, columns, rows)


def _cost_row(site: Site, price: Price, sent: float, received: float) -> Row:
    each = request_cost_usd(price, sent, received)
    cost = None if each is None else each * 1000
    kind = "reference" if price.model == site.labels.roles.baseline else ""
    return Row((served_cell(site.labels, price.model), text_cell(price.provider), number_cell(cost, money(cost))), kind)  # type: ignore[arg-type]
