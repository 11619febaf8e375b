"""Every score of one variant: tasks by models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import flag_tags, kept_score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import TASK, Field, columns_of, rows_of
from site_builder.charts.heatmap import draw_heatmap, nullable
from site_builder.charts.labels import Labels
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.compute.tasks import TaskResult
from site_builder.format import counted, listed
from site_builder.parts import Cell, Column, Table

MOST_MODELS, MOST_TASKS = 40, 100


def chart_scores(results: Results, labels: Labels) -> Chart | None:
    """Every score of the primary variant: models in the order of the board, easiest task first."""
    board = results.board
    scored = [s.model for s in board.standings if s.scored]
    models, tasks = scored[:MOST_MODELS], _tasks(results)
    if len(models) < 2 or len(tasks) < 2:
        return None
    averaged, variant = board.rules.averaged, labels.in_sentence(board.variant)
    how = "darker is higher" if averaged else "darker is better within its row"
    title = _title(results, labels, len(models), len(tasks))
    return Chart(
        id="scores",
        title=title,
        reading=f"{title}; scores of {counted(len(models), 'model')}, {variant}.",
        caption=f"Scores, {variant}; {how}.{_cut(results, len(models), len(tasks))}",
        figure=_draw(results, labels, models, tasks),
        table=_table(results, labels, models, tasks),
        terms="average",
        embedded=True,
    )


def _tasks(results: Results) -> list[str]:
    """The tasks that are drawn: from easy to hard where scores of different tasks compare."""
    tasks = _scored(results)[:MOST_TASKS]
    if results.board.rules.averaged:
        tasks.sort(key=lambda t: -_mean(results, t))
    return [t.task for t in tasks]


def _scored(results: Results) -> list[TaskResult]:
    return [t for t in results.tasks if results.board.variant in t.best]


def _mean(results: Results, task: TaskResult) -> float:
    return task.mean[results.board.variant] or 0.0


def _title(results: Results, labels: Labels, n_models: int, n_tasks: int) -> str:
    easiest, *_, hardest = sorted(_scored(results), key=lambda t: -_mean(results, t))
    if (
        results.board.rules.averaged
        and not labels.turned
        and _mean(results, easiest) > _mean(results, hardest)
    ):
        easy, hard = labels.tasks[easiest.task], labels.tasks[hardest.task]
        return f"{easy} is the easiest task on average, {hard} the hardest"
    return f"{counted(n_models, 'model')} on {counted(n_tasks, 'task')}"


def _cut(results: Results, n_models: int, n_tasks: int) -> str:
    """What a caption says where not every model, or not every task, is drawn."""
    all_models = n_models == sum(s.scored > 0 for s in results.board.standings)
    all_tasks = n_tasks == len(_scored(results))
    cuts = [
        *([] if all_models else [f"{n_models} models"]),
        *([] if all_tasks else [f"{n_tasks} tasks"]),
    ]
    return f" The first {listed(cuts)} are drawn; the table of each task has all." if cuts else ""


def _values(results: Results, models: Sequence[str], tasks: Sequence[str]) -> Array:
    """Scores of the primary variant, shape (tasks, models)."""
    rows = [results.scores.rows[m] for m in models]
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
        *(_model_field(results, labels, model, scores[model]) for model in models),
    )
    return Table(
        "scores-table", "Scores by task and model", columns_of(fields), rows_of(fields, tasks)
    )


def _model_field(
    results: Results, labels: Labels, model: str, scores: Mapping[str, float | None]
) -> Field[str]:
    variant = results.board.variant

    def cell(task: str) -> Cell:
        tags = flag_tags(results.task(task).reasons.get((model, variant)))
        return kept_score_cell(labels, (model, task, variant), scores[task], tags=tags)

    return Field(Column(model, labels.models[model], "number"), cell)
