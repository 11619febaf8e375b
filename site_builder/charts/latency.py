"""Time to first token, by provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, served_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, PROVIDER, Field, columns_of, rows_of
from site_builder.charts.hover import hover_texts
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.compute.serving import Latency
from site_builder.format import MISSING, count, counted, percent, rounded, seconds
from site_builder.parts import Cell, Column, Table

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
        figure=_draw(measured, names),
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


def _draw(rows: Sequence[Latency], names: Sequence[str]) -> dict[str, Any]:
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
