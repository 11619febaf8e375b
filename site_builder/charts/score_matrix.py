"""Every score of one variant: tasks by models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import TASK, Field, columns_of, rows_of
from site_builder.charts.heatmap import draw_heatmap, nullable
from site_builder.charts.labels import Labels
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.format import counted
from site_builder.parts import Column, Table

MOST_MODELS, MOST_TASKS = 40, 100


def chart_scores(results: Results, labels: Labels) -> Chart | None:
    """Every score of the primary variant: models in the order of the board, easiest task first."""
    board = results.board
    scored = [s.model for s in board.standings if s.scored]
    models, tasks = scored[:MOST_MODELS], _tasks(results)
    if len(models) < 2 or len(tasks) < 2:
        return None
    averaged, variant = board.rules.averaged, labels.variants[board.variant].lower()
    how = "darker is higher" if averaged else "darker is better within its row"
    cut = f" The first {len(models)} models are drawn; the table of each task has all."
    title = _title(results, labels, models, tasks)
    return Chart(
        id="scores",
        title=title,
        reading=f"{title}; scores of {counted(len(models), 'model')}, {variant}.",
        caption=f"Scores, {variant}; {how}.{'' if models == scored else cut}",
        figure=_draw(results, labels, models, tasks),
        table=_table(results, labels, models, tasks),
        terms="average",
    )


def _tasks(results: Results) -> list[str]:
    """The tasks that are drawn: from easy to hard where scores of different tasks compare."""
    variant = results.board.variant
    tasks = [t for t in results.tasks if variant in t.best][:MOST_TASKS]
    if results.board.rules.averaged:
        tasks.sort(key=lambda t: -(t.mean[variant] or 0.0))
    return [t.task for t in tasks]


def _title(results: Results, labels: Labels, models: Sequence[str], tasks: Sequence[str]) -> str:
    if results.board.rules.averaged and results.scores.direction.min() > 0:
        easiest, hardest = labels.tasks[tasks[0]], labels.tasks[tasks[-1]]
        return f"{easiest} is the easiest task on average, {hardest} the hardest"
    return f"{counted(len(models), 'model')} on {counted(len(tasks), 'task')}"


def _values(results: Results, models: Sequence[str], tasks: Sequence[str]) -> Array:
    """Scores of the primary variant, shape (tasks, models)."""
    rows = [results.scores.models.index(m) for m in models]
    return results.scores.only(tasks).values[results.board.variant][rows].T


def _draw(
    results: Results, labels: Labels, models: Sequence[str], tasks: Sequence[str]
) -> dict[str, Any]:
    values, averaged = _values(results, models, tasks), results.board.rules.averaged
    direction = results.scores.only(tasks).direction[:, None]
    hovers = [
        [labels.scales[task].score(score) for score in row]
        for task, row in zip(tasks, nullable(values), strict=True)
    ]
    return draw_heatmap(
        nullable(values if averaged else _within_rows(values * direction)),
        [labels.tasks[t] for t in tasks],
        [labels.models[m] for m in models],
        hovers,
        colorscale=theme.SEQUENTIAL,
        showscale=averaged,
    )


def _within_rows(values: Array) -> Array:
    """Each row stretched to 0 (its worst) .. 1 (its best); a row of equals is 0.5."""
    low = np.fmin.reduce(values, axis=1, keepdims=True)
    high = np.fmax.reduce(values, axis=1, keepdims=True)
    span = np.where(high > low, high - low, 1.0)
    shares = np.where(high > low, (values - low) / span, 0.5)
    return np.where(np.isnan(values), np.nan, shares)


def _table(results: Results, labels: Labels, models: Sequence[str], tasks: Sequence[str]) -> Table:
    scores = {
        model: dict(zip(tasks, column, strict=True))
        for model, column in zip(models, nullable(_values(results, models, tasks).T), strict=True)
    }
    fields: tuple[Field[str], ...] = (
        Field(TASK, lambda t: task_cell(labels, t)),
        *(_model_field(labels, model, scores[model]) for model in models),
    )
    return Table(
        "scores-table", "Scores by task and model", columns_of(fields), rows_of(fields, tasks)
    )


def _model_field(labels: Labels, model: str, scores: Mapping[str, float | None]) -> Field[str]:
    column = Column(model, labels.models[model], "number")
    return Field(column, lambda t: score_cell(scores[t], labels.scales[t]))
