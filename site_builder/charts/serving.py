"""Show latency and list prices: tables with drawings, and the times of single requests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import attribute_field, known_cell, number_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.compute.results import Results
from site_builder.compute.serving import Latency, Price
from site_builder.formatting import MISSING, NumberFormat, count, money, percent, ratio, seconds
from site_builder.formatting import quantity as number
from site_builder.labels import Labels
from site_builder.records import replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    LegendItem,
    Mark,
    Table,
    table_of,
)

# --- latency ------------------------------------------------------------------------------------

_ROW_PX = 34
_SECONDS = NumberFormat(unit="s")
# A row of dots has no more: those of 1,000 requests would hide each other.
_MAX_DOTS = 200


def latency_title(results: Results, labels: Labels) -> str:
    """Return who has the lowest median, and what it is."""
    measured = [row for row in results.serving.latency if row.median_s is not None]
    say = labels.say
    if not measured:
        return say("serving.no_answer")
    words = {"name": _names(measured, labels)[0], "time": seconds(measured[0].median_s)}
    return say("serving.only" if len(measured) == 1 else "serving.first", **words)


def latency_note(results: Results, labels: Labels) -> str:
    """Return what is timed, for which model, and what does not compare."""
    rows, say = results.serving.latency, labels.say
    notes = [say("serving.timed")]
    if _is_of_one_model(rows):
        model = rows[0].model
        notes = [say("serving.timed_model", model=labels.models.get(model, model))]
    lengths = {row.output_tokens for row in rows if row.output_tokens is not None}
    if len(lengths) > 1:
        low, high = number(min(lengths)), number(max(lengths))
        notes.append(say("serving.lengths", low=low, high=high))
    return " ".join(notes)


def _is_of_one_model(rows: Sequence[Latency]) -> bool:
    return len({row.model for row in rows}) == 1


def _names(rows: Sequence[Latency], labels: Labels) -> list[str]:
    """Return the name of each row: its provider, with its model if there are several."""
    if _is_of_one_model(rows):
        return [row.provider for row in rows]
    return [labels.served(row.provider, row.model) for row in rows]


def latency_legend(labels: Labels) -> tuple[LegendItem, ...]:
    """Return what the marks of the latency table stand for."""
    say = labels.say
    return LegendItem("score", say("serving.median")), LegendItem("band", say("serving.to_p95"))


def latency_table(rows: Sequence[Latency], labels: Labels, table_id: str) -> Table:
    """Make the table of all measured providers, also of those whose requests all failed."""
    say = labels.say

    def column(key: str, first_order: Literal["", "ascending"] = "ascending") -> Column:
        helps = say(f"serving.help.{key}")
        name, second = say(f"serving.column.{key}"), key == "p95_s"
        return Column(key, name, "number", helps, first_order, "serving", on_phone=second)

    times = [t for row in rows for t in (row.median_s, row.p95_s) if t is not None]
    axis = AxisRange(min(times, default=1), max(times, default=1), min(times, default=0) > 0)

    def line(row: Latency) -> Cell:
        if row.median_s is None or row.p95_s is None:
            return Cell(MISSING, drawing=Drawing((), say("serving.no_answer")))
        low, high = axis.share(row.median_s), axis.share(row.p95_s)
        text = say("serving.bar", median=seconds(row.median_s), p95=seconds(row.p95_s))
        marks = Mark("axis", 0, 1), Mark("band", low, high), Mark("score", low)
        return Cell(text, row.median_s, drawing=Drawing(marks, text))

    def failed(row: Latency) -> Cell:
        codes = [say("serving.code", n, code=code) for code, n in row.error_codes]
        return number_cell(row.failed_share, percent(row.failed_share), ", ".join(codes))

    ticks = axis.ticks(_SECONDS.tick) if times else ()
    line_column = Column("line", say("serving.column.line"), "plot", axis=ticks)
    fields: tuple[Field[Latency], ...] = (
        Field(labels.column("provider"), lambda row: text_cell(row.provider)),
        Field(
            labels.column("model"),
            lambda row: known_cell(labels, row.model),
            wanted=not _is_of_one_model(rows),
        ),
        Field(line_column, line),
        attribute_field(column("median_s"), seconds),
        attribute_field(column("p95_s"), seconds),
        attribute_field(column("total_s"), seconds),
        attribute_field(column("output_tokens", ""), number),
        attribute_field(column("tokens_per_s", ""), NumberFormat(places=1).score),
        attribute_field(column("requests", ""), count),
        Field(column("failed_share"), failed),
    )
    return table_of(table_id, say("serving.latency_table"), fields, rows, sorted_by="median_s")


def chart_latency(results: Results, labels: Labels) -> Chart | None:
    """Chart the time to first token of each request by provider; None where nobody answered."""
    rows, say = results.serving.latency, labels.say
    measured = [row for row in rows if row.median_s is not None]
    if not measured:
        return None
    names = _names(measured, labels)
    named = zip(measured, names, strict=True)
    p95, soonest = min((row.p95_s, name) for row, name in named if row.p95_s is not None)
    title = say("serving.within", name=soonest, time=seconds(p95))
    return Chart(
        id="latency",
        title=title,
        reading=f"{title}. {latency_title(results, labels)}.",
        caption=say("serving.dots"),
        drawing=_draw_latency(measured, names, labels),
        table=latency_table(rows, labels, "latency-table"),
        terms="serving",
        embedded=True,
    )


def _draw_latency(rows: Sequence[Latency], names: Sequence[str], labels: Labels) -> theme.Drawing:
    times, places = list[float](), list[int]()
    for y, row in enumerate(rows):
        drawn = row.ttft_s
        if len(drawn) > _MAX_DOTS:
            drawn = tuple(np.quantile(drawn, np.linspace(0, 1, _MAX_DOTS)).tolist())
        times += drawn
        places += [y] * len(drawn)
    say, ends = labels.say, list(range(len(rows)))
    bars = [
        say("serving.hover", name=name, median=seconds(row.median_s), p95=seconds(row.p95_s))
        for name, row in zip(names, rows, strict=True)
    ]
    dots, dot = {"size": 7, "color": theme.NEUTRAL}, {"size": 11, "color": theme.ACCENT}
    median, p95 = [row.median_s for row in rows], [row.p95_s for row in rows]
    is_log = min(times) > 0
    axis = theme.log_axis(times, _SECONDS.tick) if is_log else {"rangemode": "tozero"}
    few = {f"xaxis.{key}": axis[key][::2] for key in ("tickvals", "ticktext") if key in axis}
    return theme.figure(
        [
            theme.line(times, places, {}) | {"mode": "markers", "marker": dots, "opacity": 0.3},
            theme.markers(median, ends, dot, bars, name=say("serving.median")),
            theme.markers(p95, ends, theme.TICK_MARK, bars, name=say("serving.p95")),
        ],
        theme.rows_height(len(rows), _ROW_PX),
        narrow=theme.narrow_rows(names) | few,
        showlegend=True,
        xaxis=theme.axis(say("serving.axis_log" if is_log else "serving.axis"), **axis),
        yaxis=theme.rows_axis(names),
    )


# --- prices -------------------------------------------------------------------------------------


def price_title(results: Results, labels: Labels) -> str:
    """Return what the cheapest offers cost, beside the baseline where it has a price."""
    say, baseline = labels.say, labels.roles.baseline
    priced = [p for p in results.serving.prices if p.million_usd is not None]
    others = [p for p in priced if p.model != baseline]
    if not priced:
        return say("serving.prices")
    is_compared = bool(others and others[0].ratio)
    first = (others if is_compared else priced)[0]
    equal = sum(p.million_usd == first.million_usd for p in (others if is_compared else priced))
    words = {
        "model": labels.models.get(first.model, first.model),
        "provider": first.provider,
        "baseline": labels.baseline,
        "times": compare_price(first.ratio)[1],
        "price": money(first.million_usd),
    }
    if len(priced) == 1:
        return say("serving.one_price", **words)
    if not is_compared:
        return say("serving.cheapest", equal, **words)
    if compare_price(first.ratio)[0] == "cheaper":
        return say("serving.cheaper", equal, **words)
    return say("serving.none_cheaper", **words)


def price_note(results: Results, labels: Labels) -> str:
    """Return which prices these are, and what another mix of tokens changes."""
    say, priced = labels.say, [p for p in results.serving.prices if p.million_usd]
    listed = "serving.listed" if labels.contending else "serving.listed_plainly"
    notes = [say(listed, contending=labels.contending)] if priced else []
    others = [p for p in priced if p.model != labels.roles.baseline]
    cheapest = [p for p in others if p.million_usd == others[0].million_usd]
    mixes = [r for p in cheapest for r in (p.ratio_low, p.ratio_high) if r is not None]
    if mixes and ratio(min(mixes)) != ratio(max(mixes)):
        words = {"baseline": labels.baseline, "low": ratio(min(mixes)), "high": ratio(max(mixes))}
        notes.append(say("serving.mix", **words))
    dates = sorted({p.date for p in results.serving.prices if p.date})
    if len(dates) > 1:
        notes.append(say("serving.dated_between", first=dates[0], last=dates[-1]))
    elif dates:
        notes.append(say("serving.dated", date=dates[0]))
    return " ".join(notes)


def price_legend(results: Results, labels: Labels) -> tuple[LegendItem, ...]:
    """Return what the marks of the table of prices stand for."""
    if not any(p.million_usd for p in results.serving.prices):
        return ()
    dot, base = LegendItem("score", labels.say("serving.blend")), results.serving.baseline_price
    if base is None or not base.million_usd:
        return (dot,)
    line = labels.say("serving.line", baseline=labels.baseline, price=money(base.million_usd))
    return dot, LegendItem("reference", line)


def price_table(
    prices: Sequence[Price], baseline: Price | None, labels: Labels, table_id: str, *, full: bool
) -> Table:
    """Make the table of list prices, the cheapest first; a `full` one has what they consist of."""
    say = labels.say
    known = [p.million_usd for p in prices if p.million_usd]
    axis = AxisRange(min(known, default=1), max(known, default=1), is_log=True)
    dollars = partial(Column, align="number", first_order="ascending")

    def line(p: Price) -> Cell:
        if not p.million_usd:
            return Cell(MISSING, drawing=Drawing((), money(p.million_usd)))
        text, at = money(p.million_usd), axis.share(p.million_usd)
        dot = Mark("baseline", at) if p.model == labels.roles.baseline else Mark("score", at)
        marks = Mark("axis", 0, 1), dot
        return Cell(text, p.million_usd, drawing=Drawing(marks, text))

    def name(p: Price) -> Cell:
        return replace(known_cell(labels, p.model), note=p.provider)

    reference = axis.share(baseline.million_usd) if baseline and baseline.million_usd else None
    ticks = axis.ticks(lambda usd: money(usd).removesuffix(".00"))
    line_column = Column("line", say("serving.blend"), "plot", axis=ticks, reference=reference)
    multiple = say("serving.help.ratio", baseline=labels.baseline)
    ratio_column = Column(
        "ratio", say("serving.column.ratio"), "number", multiple, term="serving", on_phone=True
    )
    is_hourly = full and any(p.hour_usd is not None for p in prices)
    is_compared = baseline is not None and any(p.ratio is not None for p in prices)
    fields = (
        Field[Price](labels.column("model"), name),
        Field[Price](line_column, line, wanted=len(set(known)) > 1),
        attribute_field(
            dollars("million_usd", say("serving.column.million_usd"), term="serving"), money
        ),
        Field[Price](
            ratio_column, lambda p: number_cell(p.ratio, times_text(p.ratio, labels)), is_compared
        ),
        *(
            attribute_field(dollars(key, say(f"serving.column.{key}")), money, wanted=wanted)
            for key, wanted in (("input_usd", full), ("output_usd", full), ("hour_usd", is_hourly))
        ),
    )
    return table_of(
        table_id,
        say("serving.price_table"),
        fields,
        prices,
        lambda p: "reference" if p.model == labels.roles.baseline else "",
        sorted_by="million_usd",
    )


def compare_price(times: float | None) -> tuple[str, str]:
    """Return whether a price is `cheaper` than the baseline's or `dearer`, and how many times.

    `times` is how often it goes into the baseline's. Neither where that is not known, or 1 to the
    digits that are shown.
    """
    if times is None or ratio(times) == ratio(1.0):
        return "", ratio(times)
    return ("cheaper", ratio(times)) if times > 1 else ("dearer", ratio(1 / times))


def times_text(times: float | None, labels: Labels) -> str:
    """Return how a price compares with the baseline's: `300 times cheaper`."""
    kind, text = compare_price(times)
    return labels.say(f"serving.times_{kind}", times=text) if kind else text
