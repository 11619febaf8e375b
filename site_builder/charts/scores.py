"""Chart the scores on a task."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import number_field
from site_builder.charts.chart import Chart
from site_builder.charts.forms import Lines, room_around, task_lines
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, count, sentence
from site_builder.labels import Labels
from site_builder.table_model import Column, Field, Table, table_of

# --- one task -----------------------------------------------------------------------------------

_LEAST_ENTRIES = 21  # fewer are seen at a glance in the ranking
_MAX_BINS, _BINS_PX = 24, 260


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
        table=_bins_table(bins, labels, scale),
    )


_Bin: TypeAlias = tuple[float, float, int]


def _draw_bins(
    bins: Sequence[_Bin], labels: Labels, scale: NumberFormat, unit: str, lines: Lines
) -> theme.Drawing:
    low, high, most = bins[0][0], bins[-1][1], max(n for *_, n in bins)
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
    ends = (low, high, *(x for x, *_ in lines))
    low, high = min(ends), max(ends)
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


def _bins_table(bins: Sequence[_Bin], labels: Labels, scale: NumberFormat) -> Table:
    say = labels.say
    models = sentence(say.words["models"])
    fields: tuple[Field[_Bin], ...] = (
        number_field(
            Column("from", say("scores_chart.from"), "number"), itemgetter(0), scale.score
        ),
        number_field(Column("to", say("scores_chart.to"), "number"), itemgetter(1), scale.score),
        number_field(Column("models", models, "number"), itemgetter(2), count),
    )
    return table_of("task-scores-table", say("scores_chart.caption"), fields, bins)
