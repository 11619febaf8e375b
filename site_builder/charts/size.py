"""Average score against the number of parameters, with the frontier."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.averages import average_of
from site_builder.charts.cells import model_cell, number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.charts.hover import hover_texts
from site_builder.charts.labels import Labels
from site_builder.compute.board import Standing
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.format import billions, counted, listed, percent
from site_builder.parts import MOST_LISTED, Column, Table
from site_builder.records import Record

HEIGHT = 420
# Of more models than these the intervals would be a thicket.
MOST_INTERVALS = 40


class _Point(Record):
    model: str
    size: float
    score: float
    low: float
    high: float


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Average against size, with the frontier: the models that no smaller one matches or beats."""
    points = _points(results)
    baseline = average_of(results, labels.roles.baseline_variant, labels.roles.baseline)
    averaged = results.board.rules.averaged
    if len(points) < 3 or len({p.size for p in points}) < 2 or not averaged:
        return None
    frontier = _frontier(points, float(results.scores.direction[0]))
    names = [labels.models[p.model] for p in frontier]
    give, their = ("give", "their") if len(names) > 1 else ("gives", "its")
    title = f"{listed(names, most=4)} {give} the best average for {their} size"
    unknown = len(results.board.ranked) - len(points)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    cut = "" if len(points) <= MOST_LISTED else f" The table has the {MOST_LISTED} best of them."
    return Chart(
        id="size",
        title=title,
        reading=f"{title}: every other model of known size is matched or beaten by one that is no "
        "larger.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')} against parameters, "
        f"log axis; the line joins the frontier{_bars(points)}.{left_out}{cut}",
        figure=_draw(points, frontier, labels, baseline),
        table=_table(points[:MOST_LISTED], {p.model for p in frontier}, labels),
        terms="frontier",
        embedded=True,
    )


def _points(results: Results) -> list[_Point]:
    """The ranked models of known size."""
    sizes = {m.model: m.parameters_b for m in results.catalog.models.values()}
    return [
        _Point(s.model, size, s.average, *(_drawn_interval(results, s) or (s.average, s.average)))
        for s in results.board.ranked
        if (size := sizes[s.model]) is not None and size > 0 and s.average is not None
    ]


def _drawn_interval(results: Results, standing: Standing) -> tuple[float, float] | None:
    few = len(results.board.ranked) <= MOST_INTERVALS
    return standing.interval if few and results.board.rules.rank_by == "mean" else None


def _frontier(points: Sequence[_Point], direction: float) -> list[_Point]:
    """Points that no point of the same or a smaller size matches or beats, small to large."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.size, -direction * p.score)):
        if not frontier or direction * point.score > direction * frontier[-1].score:
            frontier.append(point)
    return frontier


def _draw(
    points: Sequence[_Point], frontier: Sequence[_Point], labels: Labels, baseline: float | None
) -> dict[str, Any]:
    sizes = [p.size for p in points]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    # Room for the names, which stand left of their dots, where the frontier has not come yet.
    ends = [low - 0.38 * (high - low), high + 0.06 * (high - low)]
    ticks = _size_ticks(min(sizes), max(sizes))
    x_axis = theme.axis(
        "parameters (billions, log axis)",
        type="log",
        range=ends,
        tickvals=ticks,
        ticktext=[billions(t) for t in ticks],
    )
    ends_of_y = theme.ticks(min(p.low for p in points), max(p.high for p in points))
    y_axis = theme.axis("mean score", zeroline=False, **ends_of_y)
    dots = _dots(points, {p.model for p in frontier}, labels)
    dots["textposition"] = [_side(p, baseline) for p in points]
    level = _level(points, labels, baseline)
    return theme.figure([_steps(frontier), dots], HEIGHT, xaxis=x_axis, yaxis=y_axis, **level)


def _side(point: _Point, baseline: float | None) -> str:
    """Where a name stands: away from the baseline's line, which would cross it."""
    return "bottom left" if baseline is not None and point.score < baseline else "top left"


def _bars(points: Sequence[_Point]) -> str:
    drawn = any(p.low < p.high for p in points)
    return f", a bar is the {percent(LEVEL)} interval over tasks" if drawn else ""


def _steps(frontier: Sequence[_Point]) -> theme.Trace:
    return theme.scatter(
        x=[p.size for p in frontier],
        y=[p.score for p in frontier],
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        line={"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"},
    )


def _dots(points: Sequence[_Point], named: Collection[str], labels: Labels) -> theme.Trace:
    hovers = [
        f"{labels.models[p.model]}: {labels.scale.score(p.score)}{_interval_text(p, labels)}, "
        f"{billions(p.size)} parameters"
        for p in points
    ]
    return theme.scatter(
        x=[p.size for p in points],
        y=[p.score for p in points],
        mode="markers+text",
        text=theme.short_names(
            [labels.models[p.model] if p.model in named else "" for p in points],
            theme.NARROW_LABEL,
        ),
        textfont=theme.INK_TEXT,
        cliponaxis=False,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [p.high - p.score for p in points],
            "arrayminus": [p.score - p.low for p in points],
            "color": theme.SOFT,
            "thickness": 0.75,
            "width": 0,
        },
        marker={
            "size": 11,
            "color": [theme.developer_colour(labels.dots.get(p.model)) for p in points],
            "line": {"color": theme.PAPER, "width": 1},
        },
        **hover_texts(hovers),
    )


def _interval_text(point: _Point, labels: Labels) -> str:
    if point.low == point.high:
        return ""
    return f" ({labels.scale.interval(point.low, point.high)})"


def _level(points: Sequence[_Point], labels: Labels, baseline: float | None) -> dict[str, Any]:
    if baseline is None:
        return {}
    at = _emptiest([math.log10(p.size) for p in points])
    return theme.reference_level(baseline, at, labels.baseline, labels.scale.score(baseline))


def _emptiest(places: Sequence[float]) -> float:
    """The middle of the widest gap between places, where a name covers nothing."""
    low, high = max(itertools.pairwise(sorted(places)), key=lambda gap: gap[1] - gap[0])
    return (low + high) / 2


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
