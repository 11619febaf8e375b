"""Chart the scores on a task, and those of a model beside the medians of all models."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TypeAlias

import numpy as np

from site_builder.charts import theme
from site_builder.charts.chart import Chart
from site_builder.charts.forms import Lines, room_around, task_lines
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, as_shown, sentence
from site_builder.labels import Labels

# --- one task -----------------------------------------------------------------------------------

_LEAST_ENTRIES = 21  # fewer are seen at a glance in the ranking
_MAX_BINS, _BINS_PX = 24, 260


RANKING = "ranking"
"""Id of the table that has the same scores, the best first."""


def chart_task_scores(results: Results, labels: Labels, task: str) -> Chart | None:
    """Chart how the scores of the primary variant on one task are distributed; None for a few."""
    scores, fact, say = results.scores.primary, results.catalog.tasks[task], labels.say
    found = scores.rivals[:, scores.columns[task]]
    found = found[~np.isnan(found)]
    if len(found) < _LEAST_ENTRIES:
        return None
    scale, n_models = labels.scales[task], say("n_models", len(found))
    low, high = (scale.score(float(end)) for end in np.quantile(found, [0.25, 0.75]))
    which = "scores_chart.title" if low != high else "scores_chart.level"
    title = say(which, n_models=n_models, low=low, high=high)
    counts, edges = np.histogram(found, bins=min(_MAX_BINS, 2 * round(len(found) ** 0.5)))
    ends = edges.tolist()
    bins = list(zip(ends[:-1], ends[1:], counts.tolist(), strict=True))
    axis = "scores_chart.axis" if fact.higher_is_better else "scores_chart.axis_low"
    unit = say(axis, metric=fact.measured)
    return Chart(
        id="task-scores",
        title=title,
        reading=f"{title}.",
        caption=say("scores_chart.caption"),
        drawing=_draw_bins(bins, labels, scale, unit, task_lines(results, labels, task)),
        table=None,
        table_id=RANKING,
    )


_Bin: TypeAlias = tuple[float, float, int]


def _draw_bins(
    bins: Sequence[_Bin], labels: Labels, scale: NumberFormat, unit: str, lines: Lines
) -> theme.Drawing:
    ends = bins[0][0], bins[-1][1], *(x for x, *_ in lines)
    low, high, most = min(ends), max(ends), max(n for *_, n in bins)
    hovers = [
        labels.say("scores_chart.hover", n, low=scale.score(start), high=scale.score(end))
        for start, end, n in bins
    ]
    bars = {
        "type": "bar",
        "x": [(start + end) / 2 for start, end, _ in bins],
        "y": [n for *_, n in bins],
        "width": [0.92 * (end - start) for start, end, _ in bins],
        "marker": {"color": theme.ACCENT},
        **theme.hover(hovers),
    }
    around = room_around(low, high)
    return theme.figure(
        [bars],
        _BINS_PX,
        narrow=theme.narrow_ticks(low, high),
        xaxis=theme.axis(unit, zeroline=False, range=around, **theme.ticks(low, high)),
        yaxis=theme.axis(
            sentence(labels.say.words["models"]), **theme.ticks(0, most, most=4, least_step=1.0)
        ),
        **theme.reference_lines(lines),
    )


# --- one model ------------------------------------------------------------------------------------

_HEIGHT = 420
_MIN_TASKS, _MIN_MODELS = 3, 4
_MAX_TEXTS = 60  # with more points, texts are a tenth of a page: Plotly makes them of the numbers


def chart_beside_median(
    results: Results, labels: Labels, model: str, variant: str, table_id: str
) -> Chart | None:
    """Chart each score of a model against the median of the task, with the line of equal scores.

    None where too few tasks share a scale, or have too few models for a median. Parts of tasks are
    drawn only where there are few tasks. `table_id` is the table of the page that has the scores.
    """
    scores, say = results.scores.runs[variant], labels.say
    wholes = [task for task in labels.side_by_side if not results.catalog.tasks[task].part_of]
    drawn = wholes if len(wholes) >= _MIN_TASKS else labels.side_by_side
    columns = [scores.columns[task] for task in drawn]
    spreads = [scores.spreads[column] for column in columns]
    scored = scores.values[scores.rows[model], columns]
    known = [
        (task, spread.median, own)
        for task, spread, own in zip(drawn, spreads, scored.tolist(), strict=True)
        if spread is not None and spread.n >= _MIN_MODELS and not isnan(own)
    ]
    directions = set(scores.direction[columns].tolist())
    if len(known) < _MIN_TASKS or len(directions) > 1:
        return None
    (direction,) = directions
    ahead, n = sum(direction * (own - median) > 0 for _, median, own in known), len(known)
    kind = "all" if ahead == n else "some" if ahead else "none"
    title = say(f"median_chart.title.{kind}", n, ahead=ahead)
    caption = say("median_chart.up" if direction > 0 else "median_chart.low")
    others = sum(not isnan(own) for own in scores.values[scores.rows[model]].tolist()) - n
    left_out = say("median_chart.left_out", others, least=_MIN_MODELS) if others else ""
    return Chart(
        id="beside-median",
        title=title,
        reading=f"{title}.",
        caption=f"{caption} {left_out}".rstrip(),
        drawing=_draw(labels, model, known, direction),
        table=None,
        table_id=table_id,
    )


def _draw(
    labels: Labels, model: str, points: Sequence[tuple[str, float, float]], direction: float
) -> theme.Drawing:
    """Draw tasks as points, each at its median and at the score of the model."""
    say, values = labels.say, [value for _, *both in points for value in both]
    ends = min(values), max(values)
    around = room_around(*ends)
    axis = {"zeroline": False, "range": around, **theme.ticks(*around)}
    # All on one axis, so in one format: that of the coarsest, which has no false digits.
    scale = min((labels.scales[task] for task, *_ in points), key=lambda scale: scale.places)
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
        yaxis=theme.axis(theme.shortened(labels.models[model], theme.NARROW_TITLE), **axis),
    )


def _places(scale: NumberFormat, n_points: int, ends: Sequence[float]) -> int | None:
    """Return the decimal places of all numbers of a chart whose texts Plotly makes, else None."""
    if n_points <= _MAX_TEXTS or scale.compact or scale.unit:
        return None
    return scale.places if min(ends) >= 0 and max(ends) < 1000 else None
