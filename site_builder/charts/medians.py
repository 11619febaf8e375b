"""Chart the scores of a model beside the medians of all models."""

from __future__ import annotations

import numpy as np

from site_builder.charts import theme
from site_builder.charts.chart import Chart
from site_builder.charts.forms import room_around
from site_builder.compute.numbers import round_significant
from site_builder.compute.results import Results
from site_builder.labels import Labels

_HEIGHT = 420
_MIN_TASKS, _MIN_MODELS = 3, 4


def chart_beside_median(
    results: Results, labels: Labels, model: str, variant: str, table_id: str
) -> Chart | None:
    """Chart each score of a model against the median of the task, with the line of equal scores.

    None where too few tasks share a scale, or have too few models for a median. `table_id` is the
    table of the page that has its scores.
    """
    scores, say = results.scores, labels.say
    columns = [scores.columns[task] for task in labels.side_by_side]
    values = scores.values[variant][:, columns]
    own, counts = values[scores.rows[model]], (~np.isnan(values)).sum(axis=0)
    known = ~np.isnan(own) & (counts >= _MIN_MODELS)
    directions = {float(scores.direction[column]) for column in columns}
    if known.sum() < _MIN_TASKS or len(directions) > 1:
        return None
    tasks = [task for task, is_known in zip(labels.side_by_side, known, strict=True) if is_known]
    spreads = [scores.spreads[variant][scores.columns[task]] for task in tasks]
    own = own[known]
    medians = round_significant(np.array([spread.median for spread in spreads if spread]))
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

    def dots(colour: str, fill: str, *, is_ahead: bool) -> theme.Trace:
        found = [p for p in points if (direction * (p[2] - p[1]) > 0) == is_ahead]
        hovers = [
            say(
                "median_chart.point",
                task=labels.tasks[task],
                own=scale.score(y),
                median=scale.score(x),
            )
            for task, x, y in found
        ]
        marker = {"size": 10, "color": fill, "line": {"color": colour, "width": 2}}
        return theme.markers([x for _, x, _ in found], [y for *_, y in found], marker, hovers)

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
