"""Chart average against price, with the Pareto frontier: the best for what they cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.averages import average_name, averaged_over
from site_builder.charts.cells import model_cell, number_cell
from site_builder.charts.chart import Chart
from site_builder.charts.forms import room_around
from site_builder.compute.board import Board
from site_builder.compute.numbers import round_float, shared
from site_builder.compute.results import Results
from site_builder.formatting import money, percent, rounded, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Cell, Column, Field, Table, table_of

_HEIGHT = 440
# The intervals of more models would hide each other.
_MAX_INTERVALS = 40
# From this on a fraction is easier to read than a percentage.
_LEAST_FRACTION = 3


class _Point(Record):
    model: str
    cost: float
    average: float
    low: float
    high: float


class _View(Record):
    """What is drawn; the baseline is its name, average and cost, if it has one beside all points.

    Attributes:
        sign: -1 where lower is better, else 1.
    """

    labels: Labels
    board: Board
    points: Sequence[_Point]
    frontier: Sequence[_Point]
    baseline: tuple[str, float, float | None] | None
    sign: float

    def text(self, message: str, n: int | None = None, **values: object) -> str:
        """Return a text of this chart."""
        return self.labels.say(f"frontier.{message}", n, **values)


def chart_price(results: Results, labels: Labels) -> Chart | None:
    """Chart average against the lowest list price of each model.

    None below three points, and where averages mean nothing.
    """
    lowest: dict[str, float] = {}
    for price in results.serving.prices:
        if price.million_usd is not None:
            lowest[price.model] = min(lowest.get(price.model, math.inf), price.million_usd)
    known = {m.model: lowest.get(m.of) for m in results.catalog.models.values()}
    costs = {model: usd for model, usd in known.items() if usd}
    boards = results.comparable_boards
    board = results.board if boards is None else boards[results.board.variant]
    points = _points(board, costs)
    too_few = len({p.cost for p in points}) < 2 or len(points) < 3
    if boards is None or too_few or results.has_mixed_directions:
        return None
    sign, model = float(results.scores.direction[0]), labels.roles.baseline
    level = shared(board.figure(board.entry(p.model), "baseline_average") for p in points)
    baseline = None if model is None or level is None else (model, level, costs.get(model))
    view = _View(labels, board, points, _frontier(points, sign), baseline, sign)
    title, unit = _above_title(view) or _knee_title(view), average_name(board)
    over, unknown = averaged_over(results, labels, boards), len(board.ranked) - len(points)
    notes = [
        view.text("caption", unit=sentence(unit), over=over),
        view.text("dotted", baseline=labels.baseline) if baseline else "",
        view.text("lower") if sign < 0 else "",
        view.text("unknown", unknown) if unknown else "",
        view.text("listed", MOST_LISTED) if len(points) > MOST_LISTED else "",
    ]
    return Chart(
        id="score-by-price",
        title=title,
        reading=f"{title}. {notes[0]}",
        caption=" ".join(filter(None, notes)),
        drawing=_draw(view, unit),
        table=_table(view, unit),
        terms="frontier",
        embedded=True,
    )


def _points(board: Board, costs: Mapping[str, float]) -> list[_Point]:
    """Return the ranked models of known cost."""
    with_intervals = len(board.ranked) <= _MAX_INTERVALS and board.by_average
    points = []
    for s in board.ranked:
        cost, average = costs.get(s.model), board.average(s)
        if cost is not None and average is not None:
            low, high = (with_intervals and s.interval) or (average, average)
            points.append(_Point(s.model, cost, average, low, high))
    return points


def _frontier(points: Sequence[_Point], sign: float) -> list[_Point]:
    """Return the points that no point of their cost or less matches or beats, by cost."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -sign * p.average)):
        if not frontier or sign * point.average > sign * frontier[-1].average:
            frontier.append(point)
    return frontier


# --- titles -------------------------------------------------------------------------------------


def _above_title(view: _View) -> str:
    """Return how many models beat the baseline at a lower cost; empty if that is none."""
    _, average, cost = view.baseline or ("", 0.0, None)
    if cost is None:
        return ""
    level = view.sign * round_float(average)
    better = [p for p in view.points if view.sign * round_float(p.average) > level]
    costs = [p.cost for p in better if p.cost < cost]
    if not costs:
        return ""
    least, most = (_share(pick(costs), cost) for pick in (min, max))
    one = "above" if least == most else "above_most"
    return view.text(one, len(costs), baseline=view.labels.baseline, share=most)


def _share(cost: float, of: float) -> str:
    """Return a part of a cost: `1/300`, or `40 %` where it is not so small."""
    return f"1/{rounded(of / cost, 0)}" if of / cost >= _LEAST_FRACTION else percent(cost / of)


def _knee_title(view: _View) -> str:
    """Return how far the knee of the frontier is behind the best, and what it costs.

    The knee has the largest share of the range of averages less its share of the log range of
    costs.
    """
    labels, board, first, best = view.labels, view.board, view.frontier[0], view.frontier[-1]
    known = "_known" if len(view.points) < len(board.ranked) else ""
    if first == best:
        return view.text(f"both{known}", name=labels.models[best.model])
    height, width = best.average - first.average, math.log(best.cost / first.cost)

    def gain(p: _Point) -> float:
        return (p.average - first.average) / height - math.log(p.cost / first.cost) / width

    knee = max(view.frontier[:-1], key=gain)
    is_tested = board.by_average and board.tested
    kind = "close" if is_tested and not board.is_ahead(best.model, knee.model) else "knee"
    gap, share = abs(best.average - knee.average), _share(knee.cost, best.cost)
    name = labels.models[knee.model]
    return view.text(f"{kind}{known}", name=name, gap=labels.scale.score(gap), share=share)


# --- drawing ------------------------------------------------------------------------------------

# Two names closer than this share of the plot would touch; a name left of a dot needs the other.
_LINE, _NAME = 0.05, 0.3


def _draw(view: _View, unit: str) -> theme.Drawing:
    costs = [p.cost for p in view.points]
    heights = [end for p in view.points for end in (p.low, p.high)]
    marks, shapes = [_dots(view)], list[dict[str, Any]]()
    if view.baseline is not None:
        model, average, cost = view.baseline
        heights.append(average)
        level = {"x0": 0, "x1": 1, "xref": "paper", "y0": average, "y1": average}
        shapes = [{"type": "line", "line": theme.DOTTED, **level}]
        if cost is not None and model not in {p.model for p in view.points}:
            costs.append(cost)
            hover = _hover(view, _Point(model, cost, average, average, average))
            marker = {"size": 11, "symbol": "diamond", "color": theme.INK}
            marks.append(theme.markers([cost], [average], marker, [hover]))
    x_axis, ends = theme.log_axis(costs, money), room_around(min(heights), max(heights))
    xs, ys = [p.cost for p in view.frontier], [p.average for p in view.frontier]
    steps = {"color": theme.ACCENT, "width": 2, "shape": "hv"}
    stairs = theme.line([*xs, 10 ** x_axis["range"][1]], [*ys, ys[-1]], steps)
    wide, narrow = (
        [*_names(view, x_axis["range"], ends, most)]
        for most in (theme.WIDE_LABEL, theme.NARROW_LABEL)
    )
    few = {f"xaxis.{key}": x_axis[key][::2] for key in ("tickvals", "ticktext")}
    return theme.figure(
        [stairs, *marks],
        _HEIGHT,
        narrow={"annotations": narrow, **few},
        xaxis=theme.axis(view.text("axis"), **x_axis),
        yaxis=theme.axis(unit, zeroline=False, range=ends, **theme.ticks(*ends)),
        annotations=wide,
        shapes=shapes,
        margin={"t": 24},
    )


def _dots(view: _View) -> theme.Trace:
    """Return the dots of all models, those of the frontier in the accent, with their intervals."""
    points, frontier = view.points, view.frontier
    bars = {
        **{"type": "data", "symmetric": False, "color": theme.LINE, "thickness": 1.5, "width": 0},
        "array": [p.high - p.average for p in points],
        "arrayminus": [p.average - p.low for p in points],
    }
    marker = {
        "size": [12 if p in frontier else 9 for p in points],
        "color": [theme.ACCENT if p in frontier else theme.NEUTRAL for p in points],
        "line": {"color": theme.PAPER, "width": 1.5},
        "opacity": 1,
    }
    xs, ys = [p.cost for p in points], [p.average for p in points]
    hovers = [_hover(view, p) for p in points]
    return theme.markers(xs, ys, marker, hovers, cliponaxis=False, error_y=bars)


def _hover(view: _View, p: _Point) -> str:
    scale = view.labels.scale
    interval = f" ({scale.interval(p.low, p.high)})" if p.low < p.high else ""
    score = f"{scale.score(p.average)}{interval}"
    return f"{view.labels.models[p.model]}: {score}, {money(p.cost)}"


def _names(
    view: _View, width: Sequence[float], height: Sequence[float], most: int
) -> Iterator[dict[str, Any]]:
    """Yield the names of the frontier, the best first.

    A name stands on the better, cheaper side of its dot, where by definition there is no other, or
    on its right where the plot begins. Of two within a line, the better one has its name.
    """
    line, last = _LINE * (height[1] - height[0]), math.inf
    side = {"yanchor": "bottom" if view.sign > 0 else "top", "yshift": 6 * view.sign}
    for p in reversed(view.frontier):
        if abs(last - p.average) < line:
            continue
        last, x = p.average, math.log10(p.cost)  # on a log axis, a note is placed by logarithms
        is_left = x - width[0] > _NAME * (width[1] - width[0])
        place = {"x": x, "y": p.average, "xanchor": "right" if is_left else "left"}
        name = theme.plain(theme.shortened(view.labels.models[p.model], most))
        yield {**place, **side, "showarrow": False, "font": theme.INK_TEXT, "text": name}


def _table(view: _View, unit: str) -> Table:
    labels = view.labels

    def name(p: _Point) -> Cell:
        tags = (labels.tag("frontier"),) if p in view.frontier else ()
        return model_cell(labels, p.model, tags=tags)

    cost = Column("price", view.text("column"), "number", first_order="ascending")
    average = Column("average", sentence(unit), "number", term="average")
    fields: tuple[Field[_Point], ...] = (
        Field(labels.column("model"), name),
        Field(cost, lambda p: number_cell(p.cost, money(p.cost))),
        Field(average, lambda p: number_cell(p.average, labels.scale.score(p.average))),
    )
    points = sorted(view.points[:MOST_LISTED], key=lambda p: (p.cost, p.model))
    return table_of("score-by-price-table", view.text("table"), fields, points, sorted_by="price")
