"""Chart average against price or size, with the Pareto frontier: the best for what they cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from site_builder.charts import theme
from site_builder.charts.averages import average_name, averaged_over, clearly_text
from site_builder.charts.cells import model_cell, number_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import shared
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import round_float
from site_builder.compute.results import Results
from site_builder.formatting import (
    billions,
    counted,
    left_out,
    listed,
    money,
    percent,
    ratio,
    sentence,
)
from site_builder.labels import Labels
from site_builder.records import CachingRecord, Record
from site_builder.table_model import MOST_LISTED, Cell, Column, Field, Table, table_of

_HEIGHT = 440
# The intervals of more models would hide each other.
_MAX_INTERVALS = 40


class _Axis(Record):
    """What models cost: dollars or parameters.

    Attributes:
        costs: By model, above 0.
        unit: Title of the axis.
        lower_label: What a lower cost is called.
        not_higher_label: What a cost that is not higher is called.
        unknown_label: What models without a cost above 0 are called.
        free_note: That free models, which a log axis cannot show, are not counted; may be empty.
        note: What a reader needs to know of the costs; may be empty.
        times: How much more the baseline costs, around a ratio.
    """

    id: str
    noun: str
    lower_label: str
    not_higher_label: str
    unknown_label: str
    free_note: str
    unit: str
    note: str
    times: str
    write: Callable[[float | None], str]
    costs: Mapping[str, float]


class _Point(Record):
    model: str
    cost: float
    average: float
    low: float
    high: float


class _Baseline(Record):
    """The baseline: its mean over the tasks of the points, and its cost; None if unknown."""

    model: str
    average: float
    cost: float | None


def chart_price(results: Results, labels: Labels) -> Chart | None:
    """Chart average against the lowest list price of each model."""
    lowest: dict[str, float] = {}
    for price in results.serving.prices:
        if price.million_usd is not None:
            lowest[price.model] = min(lowest.get(price.model, math.inf), price.million_usd)
    known = {m.model: lowest.get(m.of) for m in results.catalog.models.values()}
    costs = {model: usd for model, usd in known.items() if usd}
    is_any_free = 0 in lowest.values()
    tuned = f", of the models as listed, not {labels.contending}" if labels.contending else ""
    axis = _Axis(
        id="score-by-price",
        noun="price",
        lower_label="cheaper",
        not_higher_label="of the same or a lower price",
        unknown_label=f"without a price{' above 0' if is_any_free else ''}",
        free_note=" (free models aside)" if is_any_free else "",
        unit="US dollars per million tokens, half input and half output (log axis)",
        note=f" Prices are the lowest list prices{tuned}.",
        times="costs {} as much",
        write=money,
        costs=costs,
    )
    return _chart(results, labels, axis)


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Chart average against the number of parameters."""
    sizes = {m.model: m.parameters_b for m in results.catalog.models.values()}
    axis = _Axis(
        id="size",
        noun="size",
        lower_label="smaller",
        not_higher_label="of the same or a smaller size",
        unknown_label="of unknown size",
        free_note="",
        unit="parameters (billions, log axis)",
        note="",
        times="has {} as many parameters",
        write=billions,
        costs={model: size for model, size in sizes.items() if size},
    )
    return _chart(results, labels, axis)


def _chart(results: Results, labels: Labels, axis: _Axis) -> Chart | None:
    """Chart average against a cost; None below three points, and where averages mean nothing."""
    boards = results.comparable_boards
    board = results.board if boards is None else boards[results.board.variant]
    points = _points(board, axis)
    too_few = len({p.cost for p in points}) < 2 or len(points) < 3
    if boards is None or too_few or results.has_mixed_directions:
        return None
    direction, unit = float(results.scores.direction[0]), average_name(board)
    frontier, baseline = _frontier(points, direction), _find_baseline(board, labels, points, axis)
    title = _baseline_title(results, labels, axis, points, baseline, unit)
    title = title or _frontier_title(labels, axis, board, points, frontier)
    drawn = any(p.low < p.high for p in points)
    bars = f"; a bar is the {percent(LEVEL)} interval over tasks" if drawn else ""
    line = "The line joins the frontier, in full circles"
    if len(frontier) == 1:
        others = f"{axis.not_higher_label}{axis.free_note}"
        line = f"The full circle is the frontier: no other model {others} is as good"
    missing = left_out(len(board.ranked) - len(points), "model", axis.unknown_label)
    cut = "" if len(points) <= MOST_LISTED else f" The table has the first {MOST_LISTED} of them."
    return Chart(
        id=axis.id,
        title=title,
        reading=f"{title}. The {unit} of every model off the frontier is matched or beaten by one "
        f"{axis.not_higher_label}.",
        caption=f"{sentence(unit)} over {averaged_over(results, labels, boards)} against "
        f"{axis.noun}, log axis. {line}{bars}.{axis.note}{missing}{cut}",
        drawing=_draw(_Picture(points, frontier, baseline, labels, axis, direction), unit),
        table=_table(points[:MOST_LISTED], frontier, labels, axis, unit),
        terms="frontier",
        embedded=True,
    )


# --- points -------------------------------------------------------------------------------------


def _points(board: Board, axis: _Axis) -> list[_Point]:
    """Return the ranked models of known cost."""
    ranks = board.by_average
    with_intervals = len(board.ranked) <= _MAX_INTERVALS and ranks
    points = []
    for s in board.ranked:
        cost, average = axis.costs.get(s.model), board.average(s)
        if cost is not None and average is not None:
            low, high = (with_intervals and s.interval) or (average, average)
            points.append(_Point(s.model, cost, average, low, high))
    return points


def _frontier(points: Sequence[_Point], direction: float) -> list[_Point]:
    """Return the points that no point of their cost or less matches or beats, by cost."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -direction * p.average)):
        if not frontier or direction * point.average > direction * frontier[-1].average:
            frontier.append(point)
    return frontier


def _find_baseline(
    board: Board, labels: Labels, points: Sequence[_Point], axis: _Axis
) -> _Baseline | None:
    """Return the baseline, if it has one mean beside all points."""
    model = labels.roles.baseline
    average = shared(board.figure(board.entry(p.model), "baseline_average") for p in points)
    if model is None or average is None:
        return None
    return _Baseline(model, average, axis.costs.get(model))


# --- titles -------------------------------------------------------------------------------------


def _baseline_title(
    results: Results,
    labels: Labels,
    axis: _Axis,
    points: Sequence[_Point],
    baseline: _Baseline | None,
    unit: str,
) -> str:
    """Return how many models beat the baseline at a lower cost; empty if that is none."""
    if baseline is None or baseline.cost is None:
        return ""
    direction = results.scores.direction[0]
    others = [p for p in points if p.model != baseline.model]
    better = [
        p
        for p in others
        if p.cost < baseline.cost
        and direction * round_float(p.average) > direction * round_float(baseline.average)
    ]
    if not better:
        return ""
    tests = results.board.tests["baseline"]
    clear = sum(tests[p.model].verdict == "better" for p in better if p.model in tests)
    are, have = ("is", "has") if len(better) == 1 else ("are", "have")
    ends = dict.fromkeys(ratio(baseline.cost / pick(p.cost for p in better)) for pick in (max, min))
    sure = clearly_text(clear, len(better), results.stats.tasks)
    of = f"{counted(len(others), 'model')} of known {axis.noun}{axis.free_note}"
    return (
        f"{len(better):,} of {of} {are} {axis.lower_label} than {labels.baseline} and {have} a "
        f"better {unit}{sure}; {labels.baseline} {axis.times.format(' to '.join(ends))}"
    )


def _frontier_title(
    labels: Labels, axis: _Axis, board: Board, points: Sequence[_Point], frontier: Sequence[_Point]
) -> str:
    names = [labels.models[p.model] for p in frontier]
    have, their = ("have", "their") if len(names) > 1 else ("has", "its")
    best = f"{listed(names, most=4)} {have} the best {average_name(board)} for {their} {axis.noun}"
    best += axis.free_note
    return best if _is_clear(board, points, frontier) else f"{best}, not clearly"


def _is_clear(board: Board, points: Sequence[_Point], frontier: Sequence[_Point]) -> bool:
    """Return whether each model of the frontier is ahead of all others that are no dearer."""
    if not board.by_average or not board.tested:
        return False
    return all(
        board.is_ahead(point.model, other.model)
        for point in frontier
        for other in points
        if other.model != point.model and other.cost <= point.cost
    )


# --- drawing ------------------------------------------------------------------------------------

# Widths of the narrowest plots of either kind, height of all, letters and lines in px.
_WIDE_PX, _NARROW_PX = 640, 270
_ABOVE_PX = 12
_PLOT_PX = _HEIGHT - _ABOVE_PX - 48
_LETTER_PX, _LINE_PX = 7.5, 15.0
# Space around what is drawn, as shares of it: beside it, on its worse and on its better side, where
# the best name stands below what the region is called.
_BESIDE, _WORSE, _BETTER = 0.08, 0.06, 0.13


class _Picture(CachingRecord):
    """What is drawn."""

    points: Sequence[_Point]
    frontier: Sequence[_Point]
    baseline: _Baseline | None
    labels: Labels
    axis: _Axis
    direction: float

    @cached_property
    def baseline_mark(self) -> Sequence[_Point]:
        """The mark of the baseline; none if it has no cost, or is among the points."""
        baseline, models = self.baseline, {p.model for p in self.points}
        if baseline is None or baseline.cost is None or baseline.model in models:
            return ()
        return (_Point(baseline.model, baseline.cost, *[baseline.average] * 3),)

    @cached_property
    def averages(self) -> tuple[float, float]:
        """The ends of the vertical axis, with space around what is drawn."""
        ends = [end for p in self.points for end in (p.low, p.high)]
        if self.baseline is not None:
            ends.append(self.baseline.average)
        span = (max(ends) - min(ends)) or abs(max(ends)) or 1.0
        below, above = (_WORSE, _BETTER) if self.direction > 0 else (_BETTER, _WORSE)
        return min(ends) - below * span, max(ends) + above * span

    @cached_property
    def named(self) -> Sequence[_Point]:
        """The points of the frontier that have a name: no two within a line, the best first."""
        low, high = self.averages
        line, named = _LINE_PX * (high - low) / _PLOT_PX, list[_Point]()
        for p in _frontier([*self.points, *self.baseline_mark], self.direction)[::-1]:
            is_free = not named or abs(named[-1].average - p.average) >= line
            if p in self.frontier and is_free:
                named.append(p)
        return named

    def costs(self, width: float, most: int) -> list[float]:
        """Return the ends of the log axis, as powers of ten, with room for names on the left."""
        marks = [math.log10(p.cost) for p in (*self.points, *self.baseline_mark)]
        space = _BESIDE * (max(marks) - min(marks))
        lefts, right = [min(marks) - space], max(marks) + space
        for p in self.named:
            share = (len(self.name(p, most)) + 1) * _LETTER_PX / width
            lefts.append((math.log10(p.cost) - share * right) / (1 - share))
        return [min(lefts), right]

    def name(self, point: _Point, most: int) -> str:
        return theme.shortened(self.labels.models[point.model], most)


def _draw(picture: _Picture, unit: str) -> theme.Drawing:
    averages, axis = picture.averages, picture.axis
    path = {"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"}
    costs, heights = zip(*[(p.cost, p.average) for p in picture.frontier], strict=True)
    wide = picture.costs(_WIDE_PX, theme.WIDE_LABEL)
    narrow = picture.costs(_NARROW_PX, theme.NARROW_LABEL)
    ticks = _ticks(10 ** wide[0], 10 ** wide[1])
    return theme.figure(
        [theme.line(costs, heights, path), _dots(picture), *_baseline_trace(picture)],
        _HEIGHT,
        narrow={
            "xaxis.range": narrow,
            "annotations": [*_texts(picture, theme.NARROW_LABEL)],
        },
        xaxis=theme.axis(
            axis.unit,
            type="log",
            range=wide,
            tickvals=ticks,
            ticktext=[axis.write(tick) for tick in ticks],
        ),
        yaxis=theme.axis(unit, zeroline=False, range=[*averages], **theme.ticks(*averages)),
        annotations=[*_texts(picture, theme.WIDE_LABEL)],
        shapes=[*_shapes(picture, min(wide[0], narrow[0]))],
        margin={"t": _ABOVE_PX},
    )


def _dots(picture: _Picture) -> theme.Trace:
    """Return the dots of all models: full on the frontier, with bars for the intervals."""
    points, hovers = picture.points, [_hover(picture, p) for p in picture.points]
    marker = {
        "size": 11,
        "color": [theme.ACCENT if p in picture.frontier else theme.PAPER for p in points],
        "line": {"color": theme.ACCENT, "width": 2},
    }
    error_bars = {
        "type": "data",
        "symmetric": False,
        "array": [p.high - p.average for p in points],
        "arrayminus": [p.average - p.low for p in points],
        "color": theme.SOFT,
        "thickness": 0.75,
        "width": 0,
    }
    costs, averages = [p.cost for p in points], [p.average for p in points]
    return theme.markers(costs, averages, marker, hovers, cliponaxis=False, error_y=error_bars)


def _hover(picture: _Picture, p: _Point) -> str:
    labels, axis = picture.labels, picture.axis
    interval = f" ({labels.scale.interval(p.low, p.high)})" if p.low < p.high else ""
    score = f"{labels.scale.score(p.average)}{interval}"
    return f"{labels.models[p.model]}: {score}, {axis.noun} {axis.write(p.cost)}"


def _baseline_trace(picture: _Picture) -> Iterator[theme.Trace]:
    for point in picture.baseline_mark:
        marker = {"size": 11, "symbol": "diamond", "color": theme.INK}
        yield theme.markers([point.cost], [point.average], marker, [_hover(picture, point)])


def _shapes(picture: _Picture, left: float) -> Iterator[dict[str, Any]]:
    """Yield the level of the baseline, and the region of better means at a lower cost."""
    baseline = picture.baseline
    if baseline is None:
        return
    level = {"x0": 0, "x1": 1, "xref": "paper", "y0": baseline.average, "y1": baseline.average}
    yield {"type": "line", "line": theme.DOTTED, **level}
    if baseline.cost is not None:
        low, high = picture.averages
        yield {
            "type": "rect",
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": theme.COLOURS["heat-low"],
            "x0": 10**left,
            "x1": baseline.cost,
            "y0": baseline.average,
            "y1": high if picture.direction > 0 else low,
        }


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers in a range: 1, 2, 3, 5, 7 of each decade, or fewer."""
    ticks: list[float] = []
    for digits, most in (((1, 2, 3, 5, 7), 8), ((1, 2, 5), 6), ((1,), 99)):
        steps = [m * 10.0**e for e in range(-6, 9) for m in digits]
        ticks = [s for s in steps if low <= s <= high]
        if len(ticks) <= most:
            break
    return ticks


def _texts(picture: _Picture, most: int) -> Iterator[dict[str, Any]]:
    """Yield what the region or the level is called, and the names of the frontier.

    A name stands on the better, cheaper side of its dot, where by definition there is no other.
    """
    is_up, baseline = picture.direction > 0, picture.baseline
    font = {"showarrow": False, "font": theme.INK_TEXT}
    if baseline is not None:
        name = theme.shortened(picture.labels.baseline, most)
        text = f"dotted line: {name} {picture.labels.scale.score(baseline.average)}"
        if baseline.cost is not None:
            text = f"better and {picture.axis.lower_label} than {name}"
        corner = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": int(is_up)}
        corner |= {"yanchor": "top" if is_up else "bottom", "text": theme.plain(text)}
        yield {**font, **corner, "font": theme.SOFT_TEXT}
    for p in picture.named:
        # On a log axis, the position of an annotation is a logarithm.
        place = {"x": math.log10(p.cost), "xanchor": "right", "xshift": -2, "y": p.average}
        side = {"yanchor": "bottom" if is_up else "top", "yshift": 5 if is_up else -5}
        yield {**font, **place, **side, "text": theme.plain(picture.name(p, most))}


# --- table --------------------------------------------------------------------------------------


def _table(
    points: Sequence[_Point], frontier: Collection[_Point], labels: Labels, axis: _Axis, unit: str
) -> Table:
    def name_cell(p: _Point) -> Cell:
        return model_cell(labels, p.model, tags=(labels.tag("frontier"),) if p in frontier else ())

    key = "parameters_b" if axis.id == "size" else "price"
    fields: tuple[Field[_Point], ...] = (
        Field(labels.column("model"), name_cell),
        Field(
            Column(key, sentence(axis.noun), "number", first_order="ascending"),
            lambda p: number_cell(p.cost, axis.write(p.cost)),
        ),
        Field(
            Column("average", sentence(unit), "number", term="average"),
            lambda p: number_cell(p.average, labels.scale.score(p.average)),
        ),
    )
    by_cost = sorted(points, key=lambda p: (p.cost, p.model))
    caption = f"{sentence(axis.noun)} and {unit}"
    return table_of(f"{axis.id}-table", caption, fields, by_cost, sorted_by=key)
