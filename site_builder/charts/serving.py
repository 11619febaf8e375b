"""Chart latency and prices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import (
    MODEL,
    PROVIDER,
    Field,
    columns_of,
    number_cell,
    rows_of,
    served_cell,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.theme import hover_texts
from site_builder.compute.results import Results
from site_builder.compute.serving import Latency, Price
from site_builder.formatting import MISSING, count, counted, money, percent, ratio, rounded, seconds
from site_builder.labels import Labels
from site_builder.table_model import Cell, Column, RowKind, Table

ROW_PX = 34


def chart_latency(results: Results, labels: Labels) -> Chart | None:
    """Median by provider, the middle half as a line, the 95th percentile as a tick."""
    measured = [row for row in results.serving.latency if row.median_s is not None]
    if not measured:
        return None
    names = _names(measured, labels)
    fastest = f"{seconds(measured[0].median_s)} to the first token, the median request"
    title = f"{names[0]} answers first: {fastest}"
    slowest = f"; {names[-1]} takes {seconds(measured[-1].median_s)}" if len(measured) > 1 else ""
    return Chart(
        id="latency",
        title=title,
        reading=f"{title}{slowest}.",
        caption=f"{_what(measured, labels)}Dot: median of the requests that succeeded; line: their "
        f"middle half; tick: 95th percentile.{_failures(results.serving.latency)}",
        figure=_draw_latency(measured, names),
        table=latency_table(results.serving.latency, labels, "latency-table"),
        terms="serving",
        embedded=True,
    )


def _is_of_one_model(rows: Sequence[Latency]) -> bool:
    return len({row.model for row in rows}) == 1


def _names(rows: Sequence[Latency], labels: Labels) -> list[str]:
    if _is_of_one_model(rows):
        return [row.provider for row in rows]
    return [labels.served(row.provider, row.model) for row in rows]


def _what(rows: Sequence[Latency], labels: Labels) -> str:
    model = rows[0].model
    return f"Requests for {labels.models.get(model, model)}. " if _is_of_one_model(rows) else ""


def _failures(rows: Sequence[Latency]) -> str:
    failed = [
        f"{row.provider} failed {row.failed} of {counted(row.requests, 'request')}"
        for row in rows
        if row.failed
    ]
    if not failed:
        return ""
    return f" {'; '.join(failed)}: failed requests have no latency and count in none."


def _draw_latency(rows: Sequence[Latency], names: Sequence[str]) -> dict[str, Any]:
    hovers = [_hover(name, row) for name, row in zip(names, rows, strict=True)]
    median = {"size": 11, "color": theme.ACCENT}
    p95 = theme.LOOK["traces"]["reference"]["marker"]
    return theme.figure(
        [
            _middle_halves(rows),
            _marks("median", [row.median_s for row in rows], median, hovers),
            _marks("95th percentile", [row.p95_s for row in rows], p95, hovers),
        ],
        theme.rows_height(len(rows), ROW_PX),
        narrow=theme.narrow_rows(names),
        showlegend=True,
        xaxis=theme.axis("time to first token (seconds)", rangemode="tozero"),
        yaxis=theme.rows_axis(names),
    )


def _hover(name: str, row: Latency) -> str:
    middle = f"middle half {seconds(row.low_s)} to {seconds(row.high_s)}"
    p95 = f"95th percentile {seconds(row.p95_s)}"
    return f"{name}: median {seconds(row.median_s)}, {middle}, {p95}, {len(row.ttft_s)} requests"


def _middle_halves(rows: Sequence[Latency]) -> theme.Trace:
    x = [end for row in rows for end in (row.low_s, row.high_s, None)]
    y = [place for i in range(len(rows)) for place in (i, i, None)]
    return theme.scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": theme.ACCENT, "width": 6},
        opacity=0.35,
        hoverinfo="skip",
        showlegend=False,
    )


def _marks(
    name: str, values: Sequence[float | None], look: dict[str, Any], hovers: Sequence[str]
) -> theme.Trace:
    return theme.scatter(
        x=values,
        y=list(range(len(values))),
        mode="markers",
        name=name,
        marker=look,
        **hover_texts(hovers),
    )


def latency_table(rows: Sequence[Latency], labels: Labels, table_id: str) -> Table:
    """Every measured provider, those without a success included."""
    fields: tuple[Field[Latency], ...] = (
        Field(PROVIDER, lambda row: Cell(row.provider, row.provider)),
        Field(MODEL, lambda row: served_cell(labels, row.model)),
        Field(
            _less(
                "median_s", "Median", "Median time to first token of the requests that succeeded"
            ),
            lambda row: number_cell(row.median_s, seconds(row.median_s)),
        ),
        Field(
            _less("p95_s", "95th percentile", "19 of 20 requests that succeeded were faster"),
            lambda row: number_cell(row.p95_s, seconds(row.p95_s)),
        ),
        Field(
            _less("spread_s", "Middle half", "From the 25th to the 75th percentile"), _spread_cell
        ),
        Field(
            Column(
                "tokens_per_s",
                "Tokens a second",
                "number",
                "Output tokens a second after the first token, median request",
                term="serving",
            ),
            _rate_cell,
        ),
        Field(
            Column("requests", "Requests", "number"),
            lambda row: number_cell(row.requests, count(row.requests)),
        ),
        Field(_less("failed_share", "Failed", "Requests that returned an error"), _failed_cell),
    )
    return Table(
        table_id,
        "Time to first token by provider",
        columns_of(fields),
        rows_of(fields, rows),
        sorted_by="median_s",
    )


def _less(key: str, label: str, meaning: str) -> Column:
    """A column in which less is better."""
    return Column(key, label, "number", meaning, first="ascending", term="serving")


def _spread_cell(row: Latency) -> Cell:
    if row.low_s is None or row.high_s is None:
        return number_cell(None, MISSING)
    return number_cell(row.high_s - row.low_s, f"{seconds(row.low_s)} to {seconds(row.high_s)}")


def _rate_cell(row: Latency) -> Cell:
    rate = row.tokens_per_s
    return number_cell(rate, MISSING if rate is None else rounded(rate, 1))


def _failed_cell(row: Latency) -> Cell:
    codes = ", ".join(f"{n} with code {code}" for code, n in row.error_codes)
    return number_cell(row.failed_share, percent(row.failed_share), codes)


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
        figure=_draw_prices(priced, labels, _baseline_line(results.serving.baseline_price, labels)),
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


def _draw_prices(priced: Sequence[Price], labels: Labels, layout: dict[str, Any]) -> dict[str, Any]:
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
