"""List prices: what a million tokens cost, against the baseline's price."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, served_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, PROVIDER, Field, columns_of, rows_of
from site_builder.charts.hover import hover_texts
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.compute.serving import Price
from site_builder.format import money, ratio
from site_builder.parts import Column, RowKind, Table

NARROW_LABEL = 25


def chart_prices(results: Results, labels: Labels) -> Chart | None:
    """Price of a million tokens on a log axis, the baseline's as a line."""
    priced = [p for p in results.serving.prices if p.million_usd]
    if len(priced) < 2:
        return None
    title = _title(priced, labels)
    return Chart(
        id="prices",
        title=title,
        reading=f"{title}. List prices of {len(priced)} offers.",
        caption="List prices: the mean of the price of a million tokens sent and of a million "
        f"received.{_not_tuned(labels)}",
        figure=_draw(priced, labels, _baseline_line(results.serving.baseline_price, labels)),
        table=price_table(results.serving.prices, labels, "prices-table"),
        terms="serving",
        embedded=True,
    )


def _not_tuned(labels: Labels) -> str:
    """What the prices are not for, on a board whose models were tuned."""
    tuned = f" They are for the models as listed, not for {labels.tuned} ones."
    return tuned if labels.roles.tuned else ""


def _title(priced: Sequence[Price], labels: Labels) -> str:
    others = [p for p in priced if p.model != labels.roles.baseline]
    compared = [p for p in others[:1] if p.ratio]
    cheapest = compared[0] if compared else priced[0]
    name = labels.models.get(cheapest.model, cheapest.model)
    costs = f"{name} costs {money(cheapest.million_usd)} a million tokens at {cheapest.provider}"
    if not compared:
        return costs
    return f"{costs}: {labels.baseline} costs {ratio(cheapest.ratio)} as much"


def _baseline_line(price: Price | None, labels: Labels) -> dict[str, Any]:
    """A line at the baseline's price.

    On a log axis Plotly takes the place of a note as a logarithm, but that of a line as it is.
    """
    if price is None or not price.million_usd:
        return {}
    line = theme.reference_line(price.million_usd, labels.baseline, money(price.million_usd))
    moved = {"x": math.log10(price.million_usd), "xanchor": "right"}
    return line | {"annotations": [note | moved for note in line["annotations"]]}


def _draw(priced: Sequence[Price], labels: Labels, layout: dict[str, Any]) -> dict[str, Any]:
    names = [labels.served(p.provider, p.model) for p in priced]
    hovers = [
        f"{name}: {money(p.million_usd)} a million tokens "
        f"(sent {money(p.input_usd)}, received {money(p.output_usd)})"
        for name, p in zip(names, priced, strict=True)
    ]
    prices = [p.million_usd or 0.0 for p in priced]
    colours = [theme.developer_colour(labels.dots.get(p.model)) for p in priced]
    dots = theme.scatter(
        x=prices,
        y=list(range(len(priced))),
        mode="markers",
        marker={"size": 11, "color": colours},
        **hover_texts(hovers),
    )
    x_axis = theme.axis(
        "US dollars a million tokens, half sent and half received (log axis)",
        type="log",
        zeroline=False,
        **_decades(prices),
    )
    return theme.figure(
        [dots],
        theme.rows_height(len(priced)),
        narrow=theme.narrow_rows(names, NARROW_LABEL),
        xaxis=x_axis,
        yaxis=theme.rows_axis(names),
        **layout,
    )


def _decades(prices: Sequence[float]) -> dict[str, Any]:
    """A log axis that begins and ends at powers of ten, so that at least two are named."""
    low, high = math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices)))
    ends = range(low, max(high, low + 1) + 1)
    return {
        "tickvals": [10.0**e for e in ends],
        "ticktext": [money(10.0**e) for e in ends],
        "range": [ends[0] - 0.05, ends[-1] + 0.05],
    }


def price_table(prices: Sequence[Price], labels: Labels, table_id: str) -> Table:
    """Every list price, from the cheapest on."""
    compared = any(p.ratio is not None for p in prices)
    hourly = any(p.hour_usd is not None for p in prices)
    times = f"Price of {labels.baseline} as a multiple of this price"
    fields: tuple[Field[Price], ...] = (
        *offer_fields(labels),
        _dollars("input_usd", "A million sent"),
        _dollars("output_usd", "A million received"),
        _dollars("million_usd", "Mean of both", term="serving"),
        Field(
            Column("ratio", f"{labels.baseline} costs", "number", times, term="serving"),
            lambda p: number_cell(p.ratio, ratio(p.ratio)),
            compared,
        ),
        _dollars("hour_usd", "An hour", wanted=hourly),
    )
    return Table(
        table_id,
        "List prices in US dollars",
        columns_of(fields),
        rows_of(fields, prices, lambda p: offer_kind(p, labels)),
        sorted_by="million_usd",
    )


def offer_fields(labels: Labels) -> tuple[Field[Price], Field[Price]]:
    """Who sells what."""
    return (
        Field(MODEL, lambda p: served_cell(labels, p.model)),
        Field(PROVIDER, lambda p: text_cell(p.provider)),
    )


def offer_kind(price: Price, labels: Labels) -> RowKind:
    """The baseline's prices stand apart."""
    return "reference" if price.model == labels.roles.baseline else ""


def _dollars(name: str, label: str, *, term: str = "", wanted: bool = True) -> Field[Price]:
    """A price in US dollars, by the name of its field."""
    return Field(
        Column(name, label, "number", first="ascending", term=term),
        lambda p: number_cell(getattr(p, name), money(getattr(p, name))),
        wanted,
    )
