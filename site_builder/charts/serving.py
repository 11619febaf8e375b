"""Chart latency and prices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import (
    PROVIDER,
    attribute_field,
    number_cell,
    served_cell,
    source_link,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.forms import spans_trace
from site_builder.compute.results import Results
from site_builder.compute.serving import Latency, Price
from site_builder.formatting import (
    MISSING,
    NumberFormat,
    count,
    counted,
    left_out,
    listed,
    money,
    percent,
    quantity,
    ratio,
    seconds,
)
from site_builder.labels import Labels
from site_builder.table_model import Cell, Column, Field, Table, table_of

# --- latency ------------------------------------------------------------------------------------

_ROW_PX = 34


def chart_latency(results: Results, labels: Labels) -> Chart | None:
    """Chart latency by provider: median, middle 50 % and 95th percentile."""
    rows = results.serving.latency
    measured = [row for row in rows if row.median_s is not None]
    if not measured:
        return None
    names = latency_names(measured, labels)
    title, last = _latency_texts(results, measured, names)
    model = measured[0].model
    of = f"Requests for {labels.models.get(model, model)}. " if _is_of_one_model(measured) else ""
    failed = [
        f"{row.provider} failed {row.failed} of {counted(row.requests, 'request')}"
        for row in rows
        if row.failed
    ]
    failures = f" {'; '.join(failed)}. Failed requests are left out." if failed else ""
    return Chart(
        id="latency",
        title=title,
        reading=f"{title}{last}.",
        caption=f"{of}Dot: median of the successful requests; line: their "
        f"middle 50\N{NO-BREAK SPACE}%; tick: 95th percentile.{failures}",
        drawing=_draw_latency(measured, names),
        table=latency_table(rows, labels, "latency-table"),
        terms="serving",
        embedded=True,
    )


def _latency_texts(
    results: Results, measured: Sequence[Latency], names: Sequence[str]
) -> tuple[str, str]:
    """Return which median is lowest, and whether that is clear; then which is highest."""
    fastest, slowest = (seconds(row.median_s) for row in (measured[0], measured[-1]))
    if len(measured) == 1:
        return f"{names[0]} has a median time to first token of {fastest}", ""
    unsure = "" if results.serving.is_first_clear else ", not clearly"
    title = f"{names[0]} has the lowest median time to first token, {fastest}{unsure}"
    # Total times of outputs that differ in length do not compare.
    lengths = {row.output_tokens for row in measured if row.output_tokens is not None}
    if len(lengths) > 1:
        low, high = quantity(min(lengths)), quantity(max(lengths))
        title += f"; outputs differ in length ({low} to {high} tokens)"
    return title, f"; {names[-1]} has the highest median, {slowest}"


def _is_of_one_model(rows: Sequence[Latency]) -> bool:
    return len({row.model for row in rows}) == 1


def latency_names(rows: Sequence[Latency], labels: Labels) -> list[str]:
    """Return the name of each row: its provider, with its model if there are several."""
    if _is_of_one_model(rows):
        return [row.provider for row in rows]
    return [labels.served(row.provider, row.model) for row in rows]


def _draw_latency(rows: Sequence[Latency], names: Sequence[str]) -> theme.Drawing:
    hovers, spans = [], []
    for y, (name, row) in enumerate(zip(names, rows, strict=True)):
        middle = f"middle 50\N{NO-BREAK SPACE}% {seconds(row.low_s)} to {seconds(row.high_s)}"
        ends = f"median {seconds(row.median_s)}, {middle}, 95th percentile {seconds(row.p95_s)}"
        hovers.append(f"{name}: {ends}, {len(row.ttft_s)} requests")
        if row.low_s is not None and row.high_s is not None:
            spans.append((y, (row.low_s, row.high_s)))
    median, p95 = [row.median_s for row in rows], [row.p95_s for row in rows]
    places = list(range(len(rows)))
    dot = {"size": 11, "color": theme.ACCENT}
    return theme.figure(
        [
            spans_trace(spans, {"color": theme.ACCENT, "width": 6}) | {"opacity": 0.35},
            theme.markers(median, places, dot, hovers, name="median"),
            theme.markers(p95, places, theme.TICK_MARK, hovers, name="95th percentile"),
        ],
        theme.rows_height(len(rows), _ROW_PX),
        narrow=theme.narrow_rows(names),
        showlegend=True,
        xaxis=theme.axis("time to first token (seconds)", rangemode="tozero"),
        yaxis=theme.rows_axis(names),
    )


# Key, label and help of the columns in which lower is better.
_LOWER_IS_BETTER = (
    ("median_s", "Median", "Median time to first token of the successful requests"),
    ("p95_s", "95th percentile", "19 of 20 successful requests were faster"),
    ("total_s", "Median total", "Median time to the last token; longer outputs take longer"),
    ("spread_s", "Middle 50\N{NO-BREAK SPACE}%", "From the 25th to the 75th percentile"),
    ("failed_share", "Failed", "Requests that returned an error"),
)


def latency_table(rows: Sequence[Latency], labels: Labels, table_id: str) -> Table:
    """Make the table of all measured providers, also of those whose requests all failed."""
    median, p95, total, spread, failed = (
        Column(key, label, "number", meaning, first_order="ascending", term="serving")
        for key, label, meaning in _LOWER_IS_BETTER
    )
    meaning = "Output tokens per second after the first token, median request"
    rate = Column("tokens_per_s", "Tokens per second", "number", meaning, term="serving")
    meaning = "Median number of output tokens of the successful requests"
    length = Column("output_tokens", "Output tokens", "number", meaning, term="serving")
    fields: tuple[Field[Latency], ...] = (
        Field(PROVIDER, lambda row: text_cell(row.provider)),
        Field(labels.column("model"), lambda row: served_cell(labels, row.model)),
        attribute_field(median, seconds),
        attribute_field(p95, seconds),
        Field(spread, _spread_cell),
        attribute_field(total, seconds),
        attribute_field(length, quantity),
        attribute_field(rate, NumberFormat(places=1).score),
        attribute_field(Column("requests", "Requests", "number"), count),
        Field(failed, _failed_cell),
    )
    caption = "Time to first token by provider"
    return table_of(table_id, caption, fields, rows, sorted_by="median_s")


def _spread_cell(row: Latency) -> Cell:
    if row.low_s is None or row.high_s is None:
        return number_cell(None, MISSING)
    return number_cell(row.high_s - row.low_s, f"{seconds(row.low_s)} to {seconds(row.high_s)}")


def _failed_cell(row: Latency) -> Cell:
    codes = ", ".join(f"{n} with code {code}" for code, n in row.error_codes)
    return number_cell(row.failed_share, percent(row.failed_share), codes)


# --- prices -------------------------------------------------------------------------------------

_NARROW_LABEL = 25


def chart_prices(results: Results, labels: Labels) -> Chart | None:
    """Chart the price of a million tokens on a log axis, the baseline's as a line."""
    priced = [p for p in results.serving.prices if p.million_usd]
    if len(priced) < 2:
        return None
    title = _title(priced, labels)
    tuned = f" They are for the models as listed, not for {labels.contending} ones."
    free = sum(p.million_usd == 0 for p in results.serving.prices)
    return Chart(
        id="prices",
        title=title,
        reading=f"{title}. List prices of {len(priced)} offers.",
        caption="List prices: the mean of the input and the output price per million tokens."
        f"{tuned if labels.contending else ''}{_recorded_text(priced)}"
        f"{left_out(free, 'free offer')}",
        drawing=_draw_prices(priced, labels, results.serving.baseline_price),
        table=price_table(results.serving.prices, labels, "prices-table"),
        terms="serving",
        embedded=True,
    )


def _title(priced: Sequence[Price], labels: Labels) -> str:
    others = [p for p in priced if p.model != labels.roles.baseline]
    is_compared = bool(others and others[0].ratio)
    offers = others if is_compared else priced
    first = offers[0]
    equal = sum(p.million_usd == first.million_usd for p in offers)
    name = labels.models.get(first.model, first.model)
    who = f"{name} at {first.provider} costs" if equal == 1 else f"{equal} offers cost"
    costs = f"{who} {money(first.million_usd)} per million tokens, half input and half output"
    if not is_compared:
        return costs
    ends = [
        end
        for p in offers
        if p.million_usd == first.million_usd
        for end in (p.ratio_low, p.ratio_high)
        if end is not None
    ]
    texts = dict.fromkeys(map(ratio, (min(ends), max(ends)))) if ends else ()
    mixes = f" ({' to '.join(texts)}, depending on the mix)" if len(texts) > 1 else ""
    return f"{costs}; {labels.baseline} costs {ratio(first.ratio)} as much{mixes}"


def _recorded_text(prices: Sequence[Price]) -> str:
    """Return where and when prices were recorded."""
    named, dates = dict.fromkeys(p.source for p in prices), sorted({p.date for p in prices})
    sources = [source_link(source).text for source in named if source]
    where = f"As recorded in {listed(sources)}" if sources else "Their source is not stated"
    if not sources and not any(dates):
        return " Their source and date are not stated."
    if not any(dates):
        return f" {where}, undated."
    stated = [date for date in dates if date]
    when = " to ".join(dict.fromkeys((stated[0], stated[-1])))
    return f" {where}, {when}{'' if all(dates) else '; some are undated'}."


def _draw_prices(priced: Sequence[Price], labels: Labels, baseline: Price | None) -> theme.Drawing:
    names = [labels.served(p.provider, p.model) for p in priced]
    hovers = [
        f"{name}: {money(p.million_usd)} per million tokens "
        f"(input {money(p.input_usd)}, output {money(p.output_usd)})"
        for name, p in zip(names, priced, strict=True)
    ]
    prices = [p.million_usd or 0.0 for p in priced]
    line: dict[str, Any] = {}
    if baseline is not None and (price := baseline.million_usd):
        line = theme.reference_line(price, labels.baseline, money(price))
        # On a log axis, the position of an annotation is a logarithm, but not that of a shape.
        line["annotations"][0] |= {"x": math.log10(price), "xanchor": "right"}
    unit = "US dollars per million tokens, half input and half output (log axis)"
    marker = {"size": 11, "color": theme.ACCENT}
    return theme.figure(
        [theme.markers(prices, list(range(len(priced))), marker, hovers)],
        theme.rows_height(len(priced)),
        narrow=theme.narrow_rows(names, _NARROW_LABEL),
        xaxis=theme.axis(unit, type="log", zeroline=False, **_decades(prices)),
        yaxis=theme.rows_axis(names),
        **line,
    )


def _decades(prices: Sequence[float]) -> dict[str, Any]:
    """Make a log axis that begins and ends at powers of ten, so that it has at least two labels."""
    low, high = math.floor(math.log10(min(prices))), math.ceil(math.log10(max(prices)))
    ends = range(low, max(high, low + 1) + 1)
    return {
        "tickvals": [10.0**e for e in ends],
        "ticktext": [money(10.0**e) for e in ends],
        "range": [ends[0] - 0.05, ends[-1] + 0.05],
    }


def price_table(prices: Sequence[Price], labels: Labels, table_id: str) -> Table:
    """Make the table of list prices, the cheapest first."""
    dollars = partial(Column, align="number", first_order="ascending")
    times = f"Price of {labels.baseline} as a multiple of this price, half input and half output"
    multiple = Column("ratio", f"{labels.baseline} costs", "number", times, term="serving")
    compared = any(p.ratio is not None for p in prices)
    hourly = any(p.hour_usd is not None for p in prices)
    fields = (
        Field[Price](labels.column("model"), lambda p: served_cell(labels, p.model)),
        Field[Price](PROVIDER, lambda p: text_cell(p.provider)),
        attribute_field(dollars("input_usd", "Input $/M tokens"), money),
        attribute_field(dollars("output_usd", "Output $/M tokens"), money),
        attribute_field(dollars("million_usd", "50:50 blend", term="serving"), money),
        attribute_field(multiple, ratio, wanted=compared),
        attribute_field(dollars("hour_usd", "$/hour"), money, wanted=hourly),
    )
    return table_of(
        table_id,
        "List prices in US dollars",
        fields,
        prices,
        lambda p: "reference" if p.model == labels.roles.baseline else "",
        sorted_by="million_usd",
    )
