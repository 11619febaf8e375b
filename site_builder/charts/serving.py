"""Serving: time to first token by provider, and price against the baseline's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.compute.serving import Latency, Price
from site_builder.format import MISSING, count, money, percent, ratio, rounded, seconds
from site_builder.parts import Address, Cell, Column, Link, Row, Table


def _who(labels: Labels, provider: str, model: str) -> str:
    return f"{labels.models.get(model, model)}, {provider}"


def served_cell(labels: Labels, model: str) -> Cell:
    """A served model; it leads to its page where the board has it."""
    name = labels.models.get(model, model)
    return Cell(name, name, link=Link(name, Address("model", model)) if model in labels.models else None, dot=labels.dots.get(model))


def chart_latency(results: Results, labels: Labels) -> Chart | None:
    """Median time to first token by provider, the middle half as a line, the 95th percentile as a tick."""
    measured = [row for row in results.serving.latency if row.median_s is not None]
    if not measured:
        return None
    models = list(dict.fromkeys(row.model for row in measured))
    one = len(models) == 1
    names = [row.provider if one else _who(labels, row.provider, row.model) for row in measured]
    best, last = measured[0], measured[-1]
    title = f"{names[0]} answers first: {seconds(best.median_s)} to the first token, the median request"
    reading = f"{title}; {names[-1]} takes {seconds(last.median_s)}." if len(measured) > 1 else f"{title}."
    failed = [f"{row.provider} failed {row.failed} of {row.requests} requests" for row in results.serving.latency if row.failed]
    caution = f" {'; '.join(failed)}: failed requests have no latency and count in none." if failed else ""
    what = f"Requests for {labels.models.get(models[0], models[0])}. " if one else ""
    return Chart(
        id="latency", title=title, reading=reading,
        caption=f"{what}Dot: median of the requests that succeeded; line: their middle half; tick: 95th percentile.{caution}",
        figure=_latency_figure(measured, names), table=latency_table(results.serving.latency, labels, "latency-table"), terms="serving",
    )  # fmt: skip


def _latency_figure(rows: Sequence[Latency], names: Sequence[str]) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for i, row in enumerate(rows):
        x += [row.low_s, row.high_s, None]
        y += [i, i, None]
    hovers = [f"{name}: median {seconds(r.median_s)}, middle half {seconds(r.low_s)} to {seconds(r.high_s)}, 95th percentile {seconds(r.p95_s)}, {len(r.ttft_s)} requests" for name, r in zip(names, rows, strict=True)]
    plain = [theme.plain(h) for h in hovers]
    places = list(range(len(rows)))
    traces = [
        go.Scatter(x=x, y=y, mode="lines", line={"color": theme.ACCENT, "width": 6}, opacity=0.35, hoverinfo="skip", showlegend=False),
        go.Scatter(x=[r.median_s for r in rows], y=places, mode="markers", name="median", marker={"size": 11, "color": theme.ACCENT}, customdata=plain, **theme.text_hover()),
        go.Scatter(x=[r.p95_s for r in rows], y=places, mode="markers", name="95th percentile", marker={"symbol": "line-ns-open", "size": 14, "color": theme.INK, "line": {"width": 2}}, customdata=plain, **theme.text_hover()),
    ]  # fmt: skip
    return theme.figure(traces, theme.rows_height(len(rows), 34), narrow=theme.narrow_rows(names), showlegend=True, xaxis=theme.axis("time to first token (seconds)", rangemode="tozero"), yaxis=theme.rows_axis(names))


def latency_table(rows: Sequence[Latency], labels: Labels, table_id: str) -> Table:
    """Every measured provider, those without a success included."""
    columns = (
        Column("provider", "Provider", first="ascending"), Column("model", "Model", first="ascending"),
        Column("median_s", "Median", "number", "Median time to first token of the requests that succeeded", "ascending"),
        Column("p95_s", "95th percentile", "number", "19 of 20 requests that succeeded were faster", "ascending"),
        Column("spread_s", "Middle half", "number", "From the 25th to the 75th percentile", "ascending"),
        Column("tokens_per_s", "Tokens a second", "number", "Output tokens a second after the first token, median request"),
        Column("requests", "Requests", "number"), Column("failed_share", "Failed", "number", "Requests that returned an error", "ascending"),
    )  # fmt: skip
    return Table(table_id, "Time to first token by provider", columns, tuple(_latency_row(row, labels) for row in rows), sorted_by="median_s")


def _latency_row(row: Latency, labels: Labels) -> Row:
    spread = None if row.low_s is None or row.high_s is None else row.high_s - row.low_s
    middle = MISSING if spread is None else f"{seconds(row.low_s)} to {seconds(row.high_s)}"
    codes = ", ".join(f"{n} with code {code}" for code, n in row.error_codes)
    rate = MISSING if row.tokens_per_s is None else rounded(row.tokens_per_s, 1)
    return Row((
        Cell(row.provider, row.provider), served_cell(labels, row.model), number_cell(row.median_s, seconds(row.median_s)),
        number_cell(row.p95_s, seconds(row.p95_s)), number_cell(spread, middle), number_cell(row.tokens_per_s, rate),
        number_cell(row.requests, count(row.requests)), number_cell(row.failed_share, percent(row.failed_share), codes),
    ))  # fmt: skip


def chart_prices(results: Results, labels: Labels) -> Chart | None:
    """Price of a million tokens on a log axis, the baseline's as a line."""
    priced = [p for p in results.serving.prices if p.million_usd]
    if len(priced) < 2:
        return None
    names = [_who(labels, p.provider, p.model) for p in priced]
    reference = results.serving.baseline_price
    cheapest = priced[0]
    title = f"{labels.models.get(cheapest.model, cheapest.model)} costs {money(cheapest.million_usd)} a million tokens at {cheapest.provider}"
    layout: dict[str, Any] = {}
    if reference is not None and reference.million_usd and cheapest.ratio:
        others = [p for p in priced if p.model != labels.roles.baseline]
        cheapest = others[0] if others else cheapest
        title = f"{labels.models.get(cheapest.model, cheapest.model)} costs {money(cheapest.million_usd)} a million tokens at {cheapest.provider}: {labels.baseline} costs {ratio(cheapest.ratio)} as much"
        layout = theme.reference_line(reference.million_usd, f"{labels.baseline} {money(reference.million_usd)}")
        # The position of a line on a log axis is given as a logarithm for notes, but not for shapes.
        layout["annotations"] = [note | {"x": math.log10(reference.million_usd), "xanchor": "right"} for note in layout["annotations"]]
    dots = go.Scatter(
        x=[p.million_usd for p in priced], y=list(range(len(priced))), mode="markers",
        marker={"size": 11, "color": [theme.developer_colour(labels.dots.get(p.model)) for p in priced]},
        customdata=[theme.plain(f"{name}: {money(p.million_usd)} a million tokens (sent {money(p.input_usd)}, received {money(p.output_usd)})") for name, p in zip(names, priced, strict=True)],
        **theme.text_hover(),
    )  # fmt: skip
    x_axis = theme.axis("US dollars a million tokens, half sent and half received (log axis)", type="log", zeroline=False, **_decades([p.million_usd or 0.0 for p in priced]))
    return Chart(
        id="prices", title=title, reading=f"{title}. List prices of {len(priced)} offers.",
        caption="List prices: the mean of the price of a million tokens sent and of a million received. Hosting a fine-tuned adapter may cost more than the base model.",
        figure=theme.figure([dots], theme.rows_height(len(priced)), narrow=theme.narrow_rows(names, 25), xaxis=x_axis, yaxis=theme.rows_axis(names), **layout),
        table=price_table(results.serving.prices, labels, "prices-table"), terms="serving",
    )  # fmt: skip



def _decades(prices: Sequence[float]) -> dict[str, Any]:
    """A log axis that begins and ends at powers of ten, so that at least two are named."""
    low, high = math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices)))
    ends = range(low, max(high, low + 1) + 1)
    return {"tickvals": [10.0**e for e in ends], "ticktext": [money(10.0**e) for e in ends], "range": [ends[0] - 0.05, ends[-1] + 0.05]}


def price_table(prices: Sequence[Price], labels: Labels, table_id: str) -> Table:
    """Every list price, from the cheapest on."""
    hourly = any(p.hour_usd is not None for p in prices)
    compared = any(p.ratio is not None for p in prices)
    columns = [
        Column("model", "Model", first="ascending"), Column("provider", "Provider", first="ascending"),
        Column("input_usd", "A million sent", "number", first="ascending"), Column("output_usd", "A million received", "number", first="ascending"),
        Column("million_usd", "Mean of both", "number", first="ascending"),
    ]  # fmt: skip
    columns += [Column("ratio", f"{labels.baseline} costs", "number", f"Price of {labels.baseline} as a multiple of this price")] if compared else []
    columns += [Column("hour_usd", "An hour", "number", first="ascending")] if hourly else []
    rows = []
    for p in prices:
        cells = [
            served_cell(labels, p.model), text_cell(p.provider), number_cell(p.input_usd, money(p.input_usd)),
            number_cell(p.output_usd, money(p.output_usd)), number_cell(p.million_usd, money(p.million_usd)),
        ]  # fmt: skip
        cells += [number_cell(p.ratio, ratio(p.ratio))] if compared else []
        cells += [number_cell(p.hour_usd, money(p.hour_usd))] if hourly else []
        rows.append(Row(tuple(cells), kind="reference" if p.model == labels.roles.baseline else ""))
    return Table(table_id, "List prices in US dollars", tuple(columns), tuple(rows), sorted_by="million_usd")
