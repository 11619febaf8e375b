"""Average score against the number of parameters, with the frontier."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.averages import average_of
from site_builder.charts.cells import model_cell, number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.format import billions, counted, listed
from site_builder.parts import Column, Table

HEIGHT = 420


@dataclass(frozen=True)
class _Point:
    model: str
    size: float
    score: float


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Average against size, with the frontier: the models that no smaller one matches or beats."""
    points = _points(results)
    averaged = results.board.rules.averaged
    if len(points) < 3 or len({p.size for p in points}) < 2 or not averaged:
        return None
    frontier = _frontier(points, float(results.scores.direction[0]))
    names = [labels.models[p.model] for p in frontier]
    give, their = ("give", "their") if len(names) > 1 else ("gives", "its")
    title = f"{listed(names, most=4)} {give} the best average for {their} size"
    unknown = len(results.board.ranked) - len(points)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    return Chart(
        id="size",
        title=title,
        reading=f"{title}: every other model of known size is matched or beaten by one that is no "
        "larger.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')} against parameters, "
        f"log axis; the line joins the frontier.{left_out}",
        figure=_draw(points, frontier, labels, _baseline_level(results, labels)),
        table=_table(points, {p.model for p in frontier}, labels),
        terms="frontier",
        embedded=True,
    )


def _points(results: Results) -> list[_Point]:
    """The ranked models of known size."""
    sizes = {m.model: m.parameters_b for m in results.catalog.models.values()}
    return [
        _Point(s.model, size, s.average)
        for s in results.board.ranked
        if (size := sizes[s.model]) is not None and size > 0 and s.average is not None
    ]


def _frontier(points: Sequence[_Point], direction: float) -> list[_Point]:
    """Points that no point of the same or a smaller size matches or beats, small to large."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.size, -direction * p.score)):
        if not frontier or direction * point.score > direction * frontier[-1].score:
            frontier.append(point)
    return frontier


def _draw(
    points: Sequence[_Point], frontier: Sequence[_Point], labels: Labels, layout: dict[str, Any]
) -> dict[str, Any]:
    sizes, scores = [p.size for p in points], [p.score for p in points]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    # Room for the names, which stand left of their dots, where the frontier has not come yet.
    ends = [low - 0.2 * (high - low), high + 0.06 * (high - low)]
    ticks = _size_ticks(min(sizes), max(sizes))
    x_axis = theme.axis(
        "parameters (billions, log axis)",
        type="log",
        range=ends,
        tickvals=ticks,
        ticktext=[billions(t) for t in ticks],
    )
    y_axis = theme.axis("mean score", zeroline=False, **theme.ticks(min(scores), max(scores)))
    traces = [_steps(frontier), _dots(points, {p.model for p in frontier}, labels)]
    return theme.figure(traces, HEIGHT, xaxis=x_axis, yaxis=y_axis, **layout)


def _steps(frontier: Sequence[_Point]) -> go.Scatter:
    return go.Scatter(
        x=[p.size for p in frontier],
        y=[p.score for p in frontier],
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        line={"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"},
    )


def _dots(points: Sequence[_Point], named: Collection[str], labels: Labels) -> go.Scatter:
    hovers = [
        f"{labels.models[p.model]}: {labels.scale.score(p.score)}, {billions(p.size)} parameters"
        for p in points
    ]
    return go.Scatter(
        x=[p.size for p in points],
        y=[p.score for p in points],
        mode="markers+text",
        text=theme.short_names(
            [labels.models[p.model] if p.model in named else "" for p in points],
            theme.NARROW_LABEL,
        ),
        textposition="middle left",
        textfont=theme.INK_TEXT,
        cliponaxis=False,
        marker={
            "size": 11,
            "color": [theme.developer_colour(labels.dots.get(p.model)) for p in points],
            "line": {"color": theme.PAPER, "width": 1},
        },
        **theme.hover(hovers),
    )


def _baseline_level(results: Results, labels: Labels) -> dict[str, Any]:
    average = average_of(results, labels.roles.baseline_variant, labels.roles.baseline)
    if average is None:
        return {}
    return theme.reference_level(average, labels.baseline, labels.scale.score(average))


def _size_ticks(low: float, high: float) -> list[float]:
    """Round sizes in and just around a range: 1, 2, 3, 5, 7 of each decade, fewer where many."""
    ticks: list[float] = []
    for digits, most in (((1, 2, 3, 5, 7), 8), ((1, 2, 5), 10), ((1,), 99)):
        steps = [m * 10.0**e for e in range(-4, 6) for m in digits]
        ticks = [s for s in steps if low * 0.8 <= s <= high * 1.25]
        if len(ticks) <= most:
            break
    return ticks


def _table(points: Sequence[_Point], frontier: Collection[str], labels: Labels) -> Table:
    fields: tuple[Field[_Point], ...] = (
        Field(
            MODEL,
            lambda p: model_cell(
                labels, p.model, tags=("frontier",) if p.model in frontier else ()
            ),
        ),
        Field(
            Column("parameters_b", "Parameters", "number", first="ascending"),
            lambda p: number_cell(p.size, billions(p.size)),
        ),
        Field(
            Column("average", "Mean score", "number", term="average"),
            lambda p: score_cell(p.score, labels.scale),
        ),
    )
    return Table(
        "size-table",
        "Size and mean score",
        columns_of(fields),
        rows_of(fields, sorted(points, key=lambda p: (p.size, p.model))),
        sorted_by="parameters_b",
    )
