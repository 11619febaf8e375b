"""Chart the scores of a model beside the medians of all models."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from site_builder.charts import theme
from site_builder.charts.chart import Chart
from site_builder.charts.forms import room_around
from site_builder.compute.numbers import round_significant
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, as_shown
from site_builder.labels import Labels

_HEIGHT = 420
_MIN_TASKS, _MIN_MODELS = 3, 4
_MAX_TEXTS = 60  # with more points, texts are a tenth of a page: Plotly makes them of the numbers


def chart_beside_median(
    results: Results, labels: Labels, model: str, variant: str, table_id: str
) -> Chart | None:
    """Chart each score of a model against the median of the task, with the line of equal scores.

    None where too few tasks share a scale, or have too few models for a median. `table_id` is the
    table of the page that has its scores.
    """
    scores, say = results.scores.runs[variant], labels.say
    columns = [scores.columns[task] for task in labels.side_by_side]
    spreads = [scores.spreads[column] for column in columns]
    scored = scores.values[scores.rows[model], columns]
    known = [
        (task, spread.median, own)
        for task, spread, own in zip(labels.side_by_side, spreads, scored.tolist(), strict=True)
        if spread is not None and spread.n >= _MIN_MODELS and not isnan(own)
    ]
    directions = set(scores.direction[columns].tolist())
    if len(known) < _MIN_TASKS or len(directions) > 1:
        return None
    tasks = [task for task, *_ in known]
    own = np.array([own for *_, own in known])
    medians = round_significant(np.array([median for _, median, _ in known]))
    (direction,) = directions
    ahead, n = int((direction * (own - medians) > 0).sum()), len(tasks)
    kind = "all" if ahead == n else "some" if ahead else "none"
    title = say(f"median_chart.title.{kind}", n, ahead=ahead)
    return Chart(
        id="beside-median",
        title=title,
        reading=f"{title}.",
        caption=say("median_chart.up" if direction > 0 else "median_chart.low"),
        drawing=_draw(labels, model, tasks, medians.tolist(), own.tolist(), direction),
        table=None,
        table_id=table_id,
    )


def _draw(
    labels: Labels,
    model: str,
    tasks: list[str],
    medians: list[float],
    own: list[float],
    direction: float,
) -> theme.Drawing:
    say, ends = labels.say, [min(*medians, *own), max(*medians, *own)]
    around = room_around(*ends)
    axis = {"zeroline": False, "range": around, **theme.ticks(*around)}
    points = list(zip(tasks, medians, own, strict=True))
    # All on one axis, so in one format: that of the coarsest, which has no false digits.
    scale = min((labels.scales[task] for task in tasks), key=lambda scale: scale.places)
    places = _places(scale, len(points), ends)

    def hover(task: str, x: float, y: float) -> str:
        own, median = scale.score(y), scale.score(x)
        return say("median_chart.point", task=labels.tasks[task], own=own, median=median)

    def dots(colour: str, fill: str, *, is_ahead: bool) -> theme.Trace:
        found = [p for p in points if (direction * (p[2] - p[1]) > 0) == is_ahead]
        marker = {"size": 10, "color": fill, "line": {"color": colour, "width": 2}}
        xs, ys = [x for _, x, _ in found], [y for *_, y in found]
        if places is None:
            return theme.markers(xs, ys, marker, [hover(*point) for point in found])
        xs, ys = ([as_shown(value, places) for value in values] for values in (xs, ys))
        own, median = (f"%{{{axis}:.{places}f}}" for axis in "yx")
        text = say("median_chart.point", task="%{customdata}", own=own, median=median)
        names = [labels.tasks[task] for task, *_ in found]
        hovertemplate = f"{theme.plain(text)}<extra></extra>"
        return {**theme.markers(xs, ys, marker, names), "hovertemplate": hovertemplate}

    return theme.figure(
        [
            theme.line(around, around, theme.DOTTED),
            dots(theme.NEUTRAL, theme.PAPER, is_ahead=False),
            dots(theme.ACCENT, theme.ACCENT, is_ahead=True),
        ],
        _HEIGHT,
        narrow=theme.narrow_ticks(*around),
        xaxis=theme.axis(say("median_chart.x"), **axis),
        yaxis=theme.axis(labels.models[model], **axis),
    )


def _places(scale: NumberFormat, n_points: int, ends: Sequence[float]) -> int | None:
    """Return the decimal places of all numbers of a chart whose texts Plotly makes, else None."""
    if n_points <= _MAX_TEXTS or scale.compact or scale.unit:
        return None
    return scale.places if min(ends) >= 0 and max(ends) < 1000 else None
