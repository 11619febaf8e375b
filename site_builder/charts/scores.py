"""Chart the scores of a model, and those on a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any, TypeAlias

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import (
    DumbbellRow,
    draw_dumbbells,
    drawn_of,
    dumbbell_table,
    ends_of,
    has_chance,
    has_intervals,
    model_rows,
)
from site_builder.charts.forms import room_around
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, count, counted, percent, sentence
from site_builder.labels import Labels
from site_builder.table_model import Column, Field, Table, table_of

# --- one model ----------------------------------------------------------------------------------


def chart_model_tasks(
    results: Results, labels: Labels, model: str, table_id: str = ""
) -> Chart | None:
    """Chart the scores of one model by task: before, after, and the baseline's.

    The chart has a table unless the page has one with the same numbers, whose id is `table_id`.
    """
    best = _best_first(results, labels, model)
    if len(best) < 2:
        return None
    scores, tasks = results.scores, ends_of([*best])
    rows = model_rows(results, labels, model, tasks)
    title = _model_title(labels, results.board, model, len(best))
    every = len(labels.side_by_side) == len(scores.tasks)
    group = "" if every else f"; the {len(best)} tasks that share a metric"
    return Chart(
        id="model-tasks",
        title=title,
        reading=f"{title}.{_model_ends(results, labels, best)}",
        caption=f"Score on each task, best on top{group}."
        f"{_marks(rows, results)}{drawn_of(len(best))}",
        drawing=draw_dumbbells(rows, labels, "score", with_values=not drawn_of(len(best))),
        table=None
        if table_id
        else dumbbell_table(
            "model-tasks-table", "Scores by task", labels.column("task"), rows, labels
        ),
        terms=labels.lift_term,
        table_id=table_id,
    )


def _model_ends(results: Results, labels: Labels, best: Mapping[str, float]) -> str:
    """Return on which task a score is highest and lowest, if one task alone is at each end."""
    first, *_, last = best
    scores, values = results.scores, [*best.values()]
    directions = {float(scores.direction[scores.columns[task]]) for task in best}
    if values[0] == values[-1]:
        return " The same on every task."
    if len(directions) > 1 or any(values.count(best[task]) > 1 for task in (first, last)):
        return ""
    if directions == {-1.0}:
        first, last = last, first
    return f" Highest on {labels.tasks[first]}, lowest on {labels.tasks[last]}."


def _best_first(results: Results, labels: Labels, model: str) -> dict[str, float]:
    """Return a model's best signed score by task, after tuning or else before, the best first."""
    scores, roles = results.scores, labels.roles
    place = scores.rows[model]
    top = np.fmax.reduce([scores.values[v][place] * scores.direction for v in roles.contest])
    if roles.base is not None:
        before = scores.values[roles.base][place] * scores.direction
        top = np.where(np.isnan(top), before, top)
    best = dict(zip(scores.tasks, top.tolist(), strict=True))
    known = (task for task in labels.side_by_side if not isnan(best[task]))
    ordered = sorted(known, key=lambda task: (-best[task], labels.tasks[task]))
    return {task: best[task] for task in ordered}


def _model_title(labels: Labels, board: Board, model: str, tasks: int) -> str:
    name, baseline, s = labels.models[model], labels.baseline, board.entry(model)
    tuned = labels.in_sentence(labels.roles.primary)
    beaten = board.count(s, "beats")
    compared = 0 if model == labels.roles.baseline else board.compared(s)
    if board.figure(s, "lift_over_base") is not None:
        paired, helped = board.paired(s), board.count(s, "helped")
        title = (
            f"The {tuned} score of {name} is better than its {labels.base} score on "
            f"{helped} of {counted(paired, 'task')}"
        )
        beats = f" and beats {baseline} on {beaten} of {compared}" if compared else ""
        return title + beats
    if compared:
        return f"{name} beats {baseline} on {beaten} of {counted(compared, 'task')}"
    return f"{name} on {counted(tasks, 'task')}"


# --- one task -----------------------------------------------------------------------------------

_LEAST_ENTRIES = 21  # fewer are seen at a glance in the ranking
_MAX_BINS = 24


def chart_task_scores(results: Results, labels: Labels, task: str) -> Chart | None:
    """Chart how the scores of the primary variant on one task are distributed; None for a few."""
    scores, fact, say = results.scores, results.catalog.tasks[task], labels.say
    found = scores.values[labels.roles.primary][:, scores.columns[task]]
    found = found[~np.isnan(found)]
    if len(found) < _LEAST_ENTRIES:
        return None
    scale, n_models = labels.scales[task], say("n_models", len(found))
    low, high = (scale.score(float(end)) for end in np.quantile(found, [0.25, 0.75]))
    title = say(
        "scores_chart.title" if low != high else "scores_chart.level",
        n_models=n_models,
        low=low,
        high=high,
    )
    counts, edges = np.histogram(found, bins=min(_MAX_BINS, 2 * round(len(found) ** 0.5)))
    bins = [
        (float(start), float(end), int(n))
        for start, end, n in zip(edges, edges[1:], counts, strict=False)
    ]
    unit = say(
        "scores_chart.axis" if fact.higher_is_better else "scores_chart.axis_low",
        metric=fact.measured,
    )
    return Chart(
        id="task-scores",
        title=title,
        reading=f"{title}.",
        caption=say("scores_chart.caption"),
        drawing=_draw_bins(bins, labels, scale, unit, results.task(task).baseline_scores),
        table=_bins_table(bins, labels, scale),
    )


_Bin: TypeAlias = tuple[float, float, int]


def _draw_bins(
    bins: Sequence[_Bin],
    labels: Labels,
    scale: NumberFormat,
    unit: str,
    baseline_scores: Mapping[str, float],
) -> theme.Drawing:
    low, high, most = bins[0][0], bins[-1][1], max(n for *_, n in bins)
    bars = {
        "type": "bar",
        "x": [(start + end) / 2 for start, end, _ in bins],
        "y": [n for *_, n in bins],
        "width": [0.92 * (end - start) for start, end, _ in bins],
        "marker": {"color": theme.ACCENT},
        **theme.hover(
            [
                labels.say("scores_chart.hover", n, low=scale.score(start), high=scale.score(end))
                for start, end, n in bins
            ]
        ),
    }
    baseline, line = baseline_scores.get(labels.roles.primary), dict[str, Any]()
    if baseline is not None:
        line = theme.reference_line(baseline, labels.baseline, scale.score(baseline))
        low, high = min(low, baseline), max(high, baseline)
    around = room_around(low, high)
    return theme.figure(
        [bars],
        _BINS_PX,
        narrow=theme.narrow_ticks(low, high),
        xaxis=theme.axis(unit, zeroline=False, range=around, **theme.ticks(low, high)),
        yaxis=theme.axis(
            sentence(labels.say.words["models"]), **theme.ticks(0, most, most=4, least_step=1.0)
        ),
        **line,
    )


_BINS_PX = 260


def _bins_table(bins: Sequence[_Bin], labels: Labels, scale: NumberFormat) -> Table:
    say = labels.say
    fields: tuple[Field[_Bin], ...] = (
        Field(
            Column("from", say("scores_chart.from"), "number"), lambda b: score_cell(b[0], scale)
        ),
        Field(Column("to", say("scores_chart.to"), "number"), lambda b: score_cell(b[1], scale)),
        Field(
            Column("models", sentence(say.words["models"]), "number"),
            lambda b: number_cell(b[2], count(b[2])),
        ),
    )
    return table_of("task-scores-table", say("scores_chart.caption"), fields, bins)


def _marks(rows: Sequence[DumbbellRow], results: Results) -> str:
    """Return what bands and triangles are, for a caption."""
    widest = ", the widest where the number of examples is not stated" * results.scores.has_ranges
    band = f" A band is the {percent(LEVEL)} interval of a score{widest}."
    caret = " A triangle is the score that guessing gives."
    return (band if has_intervals(rows) else "") + (caret if has_chance(rows) else "")
