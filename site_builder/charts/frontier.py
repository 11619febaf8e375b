"""Chart average against price or size, with the models that none as cheap or as small matches."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from site_builder.charts import theme
from site_builder.charts.averages import average_name, averaged_over, clearly_text
from site_builder.charts.cells import MODEL, model_cell, number_cell
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
# The intervals and the names of more models would hide each other.
_MOST_INTERVALS = 40


class _Axis(Record):
    """What models cost: dollars or parameters.

    Attributes:
        costs: By model, above 0.
        unit: Title of the axis.
        less: What a lower cost is called.
        no_more: What a cost that is not higher is called.
        unknown: What models without a cost above 0 are called.
        aside: That free models, which a log axis cannot show, are not counted; may be empty.
        note: What a reader needs to know of the costs; may be empty.
        times: How much more the baseline costs, around a ratio.
    """

    id: str
    noun: str
    less: str
    no_more: str
    unknown: str
    aside: str
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
    costs = {model: usd for model, usd in lowest.items() if usd > 0}
    is_any_free = len(costs) < len(lowest)
    tuned = f", of the models as listed, not {labels.contending}" if labels.contending else ""
    axis = _Axis(
        id="score-by-price",
        noun="price",
        less="cheaper",
        no_more="of the same or a lower price",
        unknown=f"without a price{' above 0' if is_any_free else ''}",
        aside=" (free models aside)" if is_any_free else "",
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
        less="smaller",
        no_more="of the same or a smaller size",
        unknown="of unknown size",
        aside="",
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
        line = (
            f"The full circle is the frontier: no other model {axis.no_more}{axis.aside} is as good"
        )
    missing = left_out(len(board.ranked) - len(points), "model", axis.unknown)
    cut = "" if len(points) <= MOST_LISTED else f" The table has the first {MOST_LISTED} of them."
    return Chart(
        id=axis.id,
        title=title,
        reading=f"{title}. The {unit} of every model off the frontier is matched or beaten by one "
        f"{axis.no_more}.",
        caption=f"{sentence(unit)} over {averaged_over(results, boards)} against {axis.noun}, log "
        f"axis. {line}{bars}.{axis.note}{missing}{cut}",
        drawing=_draw(_Picture(points, frontier, baseline, labels, axis, direction), unit),
        table=_table(points[:MOST_LISTED], frontier, labels, axis, unit),
        terms="frontier",
        embedded=True,
    )


# --- points -------------------------------------------------------------------------------------


def _points(board: Board, axis: _Axis) -> list[_Point]:
    """Return the ranked models of known cost."""
    ranks = board.rules.rank_by != "mean_win_rate"
    with_intervals = len(board.ranked) <= _MOST_INTERVALS and ranks
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
    average = shared(board.standing(p.model).baseline_average for p in points)
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
    of = f"{counted(len(others), 'model')} of known {axis.noun}{axis.aside}"
    return (
        f"{len(better):,} of {of} {are} {axis.less} than {labels.baseline} and {have} a better "
        f"{unit}{sure}; {labels.baseline} {axis.times.format(' to '.join(ends))}"
    )


def _frontier_title(
    labels: Labels, axis: _Axis, board: Board, points: Sequence[_Point], frontier: Sequence[_Point]
) -> str:
    names = [labels.models[p.model] for p in frontier]
    have, their = ("have", "their") if len(names) > 1 else ("has", "its")
    best = f"{listed(names, most=4)} {have} the best {average_name(board)} for {their} {axis.noun}"
    best += axis.aside
    return best if _is_clear(board, points, frontier) else f"{best}, not clearly"


def _is_clear(board: Board, points: Sequence[_Point], frontier: Sequence[_Point]) -> bool:
    """Return whether each model of the frontier is ahead of all others that are no dearer."""
    if board.rules.rank_by == "mean_win_rate" or not board.tested:
        return False
    return all(
        board.is_ahead(point.model, other.model)
        for point in frontier
        for other in points
        if other.model != point.model and other.cost <= point.cost
    )


# --- drawing ------------------------------------------------------------------------------------


class _Picture(CachingRecord):
    """What is drawn."""

    points: Sequence[_Point]
    frontier: Sequence[_Point]
    baseline: _Baseline | None
    labels: Labels
    axis: _Axis
    direction: float

    @cached_property
    def baseline_point(self) -> _Point | None:
        """The mark of the baseline; None if it has no cost, or is among the points."""
        baseline = self.baseline
        if (
            baseline is None
            or baseline.cost is None
            or baseline.model in {p.model for p in self.points}
        ):
            return None
        return _Point(baseline.model, baseline.cost, *[baseline.average] * 3)

    @cached_property
    def marks(self) -> list[_Point]:
        """Every mark, the best first."""
        marks = [*self.points, *([self.baseline_point] if self.baseline_point else [])]
        return sorted(marks, key=lambda p: -self.direction * p.average)

    @cached_property
    def costs(self) -> tuple[float, float]:
        """The least and the greatest cost, as powers of ten."""
        costs = [p.cost for p in self.marks]
        return math.log10(min(costs)), math.log10(max(costs))

    @cached_property
    def averages(self) -> tuple[float, float]:
        """The ends of the vertical axis, with room around what is drawn."""
        ends = [end for p in self.marks for end in (p.low, p.high)]
        if self.baseline is not None:
            ends.append(self.baseline.average)
        room = 0.06 * ((max(ends) - min(ends)) or abs(max(ends)) or 1.0)
        return min(ends) - room, max(ends) + room

    def name(self, point: _Point, most: int) -> str:
        name = theme.shortened(self.labels.models[point.model], most)
        return f"{name} {self.labels.scale.score(point.average)}"


# Shares of the width that stay free beside the dots, for names; width of the narrowest plots, px.
_LEFT, _RIGHT, _RIGHT_NARROW = 0.08, 0.3, 0.6
_WIDE_PX, _NARROW_PX = 640, 270


def _draw(picture: _Picture, unit: str) -> theme.Drawing:
    (low, high), averages, axis = picture.costs, picture.averages, picture.axis
    span = high - low
    path = {"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"}
    costs, heights = zip(*[(p.cost, p.average) for p in picture.frontier], strict=True)
    wide, narrow = ([low - _LEFT * span, high + right * span] for right in (_RIGHT, _RIGHT_NARROW))
    ticks = _ticks(10 ** wide[0], 10**high)
    return theme.figure(
        [theme.line(costs, heights, path), _dots(picture), *_baseline_mark(picture)],
        _HEIGHT,
        narrow={
            "xaxis.range": narrow,
            "annotations": [*_texts(picture, narrow, _NARROW_PX, theme.NARROW_LABEL)],
        },
        xaxis=theme.axis(
            axis.unit,
            type="log",
            range=wide,
            tickvals=ticks,
            ticktext=[axis.write(tick) for tick in ticks],
        ),
        yaxis=theme.axis(unit, zeroline=False, range=[*averages], **theme.ticks(*averages)),
        annotations=[*_texts(picture, wide, _WIDE_PX, theme.WIDE_LABEL)],
        shapes=[*_shapes(picture, wide[0])],
        margin={"t": _ABOVE_PX},
    )


def _dots(picture: _Picture) -> theme.Trace:
    """Return the dots of all models: full on the frontier, with bars for the intervals."""
    points, labels, axis = picture.points, picture.labels, picture.axis
    hovers = []
    for p in points:
        interval = f" ({labels.scale.interval(p.low, p.high)})" if p.low < p.high else ""
        score = f"{labels.scale.score(p.average)}{interval}"
        hovers.append(f"{labels.models[p.model]}: {score}, {axis.noun} {axis.write(p.cost)}")
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


def _baseline_mark(picture: _Picture) -> Iterator[theme.Trace]:
    point, axis = picture.baseline_point, picture.axis
    if point is not None:
        marker = {"size": 11, "symbol": "diamond", "color": theme.INK}
        score = picture.labels.scale.score(point.average)
        name = picture.labels.models[point.model]
        hovers = [f"{name}: {score}, {axis.noun} {axis.write(point.cost)}"]
        yield theme.markers([point.cost], [point.average], marker, hovers)


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
    """Return round numbers in a range and just above it: 1, 2, 3, 5, 7 of each decade, or fewer."""
    ticks: list[float] = []
    for digits, most in (((1, 2, 3, 5, 7), 8), ((1, 2, 5), 6), ((1,), 99)):
        steps = [m * 10.0**e for e in range(-6, 9) for m in digits]
        ticks = [s for s in steps if low <= s <= high * 1.25]
        if len(ticks) <= most:
            break
    return ticks


# --- names --------------------------------------------------------------------------------------

_LETTER_PX, _LINE_PX, _DOT_PX, _BESIDE_PX = 6.6, 15.0, 7.0, 11.0
# Height of the plot: that of the chart without its margins.
_ABOVE_PX = 12
_PLOT_PX = _HEIGHT - _ABOVE_PX - 48
# A name is moved up or down by at most so many half lines.
_MOST_STEPS = 14

# Left, top, right and bottom, in px from the upper left corner of the plot.
_Box = tuple[float, float, float, float]


def _texts(
    picture: _Picture, x_range: Sequence[float], width: float, most: int
) -> Iterator[dict[str, Any]]:
    """Yield what the region is called, and the name of every dot with a line to it.

    A name is as near to its dot as there is room in a plot of this width. Where there are too many
    models, those on the frontier are named; a name without room is left to the hover text.
    """
    low, high = picture.averages

    def height(average: float) -> float:
        return _PLOT_PX * (high - average) / (high - low)

    def place(cost: float) -> float:
        return width * (math.log10(cost) - x_range[0]) / (x_range[1] - x_range[0])

    centres = [(place(p.cost), height(p.average)) for p in picture.marks]
    taken = [(x - _DOT_PX, y - _DOT_PX, x + _DOT_PX, y + _DOT_PX) for x, y in centres]
    for p, after in itertools.pairwise(picture.frontier):
        (top, level), right = sorted(map(height, (p.average, after.average))), place(after.cost)
        taken += [
            (place(p.cost), height(p.average), right, height(p.average)),
            (right, top, right, level),
        ]
    if picture.baseline is not None:
        level = height(picture.baseline.average)
        note, box = _baseline_text(picture, picture.baseline, width, level, most)
        taken += [box, (0.0, level, width, level)]
        yield note
    is_named = len(picture.points) <= _MOST_INTERVALS
    for p, centre in zip(picture.marks, centres, strict=True):
        if is_named or p in picture.frontier or p == picture.baseline_point:
            text = picture.name(p, most)
            found = _find_room(centre, len(text) * _LETTER_PX, width, taken)
            if found is not None:
                taken.append(found[0])
                yield _name(p, text, *found[1:])


def _baseline_text(
    picture: _Picture, baseline: _Baseline, width: float, level: float, most: int
) -> tuple[dict[str, Any], _Box]:
    """Return the name of the region in its corner, or that of the level, and where it is."""
    name = theme.shortened(picture.labels.baseline, most)
    if baseline.cost is None:
        text = f"{name} {picture.labels.scale.score(baseline.average)}"
        place = {"x": 1, "xanchor": "right", "y": baseline.average, "yanchor": "top"}
        left, top = width - len(text) * _LETTER_PX, level
    else:
        text, is_up = f"better and {picture.axis.less} than {name}", picture.direction > 0
        end = {"y": 1, "yanchor": "top"} if is_up else {"y": 0, "yanchor": "bottom"}
        place = {"x": 0, "xanchor": "left", "yref": "paper"} | end
        left, top = 0.0, 0.0 if is_up else _PLOT_PX - _LINE_PX
    note = {"text": theme.plain(text), "showarrow": False, "font": theme.SOFT_TEXT}
    box = (left, top, left + len(text) * _LETTER_PX, top + _LINE_PX)
    return {"xref": "paper", **place, **note}, box


def _find_room(
    centre: tuple[float, float], length: float, width: float, taken: Sequence[_Box]
) -> tuple[_Box, int, float] | None:
    """Return the box of a name, its side (1 right, -1 left) and how far it is below its dot."""
    x, y = centre
    for step in range(_MOST_STEPS):
        for shift in (step * _LINE_PX / 2, -step * _LINE_PX / 2)[: 1 if step == 0 else 2]:
            for side in (1, -1):
                near, top = x + side * _BESIDE_PX, y + shift - _LINE_PX / 2
                left, right = sorted((near, near + side * length))
                box = (left, top, right, top + _LINE_PX)
                is_inside = left >= 0 and right <= width and top >= 0 and box[3] <= _PLOT_PX
                if is_inside and not any(_overlap(box, other) for other in taken):
                    return box, side, shift
    return None


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _name(point: _Point, text: str, side: int, shift: float) -> dict[str, Any]:
    """Return the name of a dot beside it; with a line to the dot where it is moved."""
    place = {
        # On a log axis, the position of an annotation is a logarithm.
        "x": math.log10(point.cost),
        "y": point.average,
        "xanchor": "left" if side > 0 else "right",
        "text": theme.plain(text),
        "font": theme.INK_TEXT,
    }
    if shift == 0:
        return place | {"showarrow": False, "xshift": side * (_BESIDE_PX - 2)}
    line = {"showarrow": True, "arrowhead": 0, "arrowwidth": 0.75, "arrowcolor": theme.SOFT}
    return place | line | {"ax": side * _BESIDE_PX, "ay": shift, "standoff": _DOT_PX}


# --- table --------------------------------------------------------------------------------------


def _table(
    points: Sequence[_Point], frontier: Collection[_Point], labels: Labels, axis: _Axis, unit: str
) -> Table:
    def name_cell(p: _Point) -> Cell:
        return model_cell(labels, p.model, tags=("frontier",) if p in frontier else ())

    key = "parameters_b" if axis.id == "size" else "price"
    fields: tuple[Field[_Point], ...] = (
        Field(MODEL, name_cell),
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
