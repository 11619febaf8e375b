"""The best contender minus the baseline, task by task."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts.bars import MOST_BARS, Bar, draw_bars
from site_builder.charts.cells import task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import TASK, Field, best_fields, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.compute.tasks import TaskResult
from site_builder.format import counted, listed
from site_builder.parts import Table


def chart_best_lift_by_task(results: Results, labels: Labels) -> Chart | None:
    """Best contender minus baseline, task by task; None where no two can share an axis."""
    comparable = set(labels.side_by_side)
    tasks = [t for t in results.tasks if t.outcome is not None and t.task in comparable]
    if len(tasks) < 2:
        return None
    tasks.sort(key=lambda t: -(t.best_lift_over_baseline or 0.0))
    beaten = sum(t.outcome == "beats" for t in tasks)
    title = (
        f"The best {labels.contender} beats {labels.baseline} on {beaten} of "
        f"{counted(len(tasks), 'task')}"
    )
    half = MOST_BARS // 2
    shown = tasks if len(tasks) <= MOST_BARS else [*tasks[:half], *tasks[-half:]]
    cut = f" The {half} at each end are drawn."
    return Chart(
        id="best-lift-by-task",
        title=title,
        reading=_task_reading(title, tasks, labels),
        caption=f"Score of the best {labels.contender} minus the score of {labels.baseline}"
        f"{labels.turning}, in points of the task's metric; right of zero is better."
        f"{'' if shown is tasks else cut}",
        figure=draw_bars(
            [_task_bar(t, labels) for t in shown],
            f"difference from {labels.baseline} (points of score)",
        ),
        table=_task_table(shown, labels),
        terms="lift-over-baseline",
        embedded=True,
    )


def _task_reading(title: str, tasks: Sequence[TaskResult], labels: Labels) -> str:
    first, tied = tasks[0], sum(t.outcome == "ties" for t in tasks)
    best = f"{labels.tasks[first.task]} ({_lift_text(first, labels)})"
    most = (
        f", most of all on {best}" if first.outcome == "beats" else f"; it comes closest on {best}"
    )
    worst = [labels.tasks[t.task] for t in reversed(tasks) if t.outcome == "loses"][:2]
    ties = f" It ties on {tied}." if tied else ""
    behind = f" It stays furthest behind on {listed(worst)}." if worst else ""
    return f"{title}{most}.{ties}{behind}"


def _lift_text(task: TaskResult, labels: Labels) -> str:
    return labels.scales[task.task].signed(task.best_lift_over_baseline)


def _task_bar(task: TaskResult, labels: Labels) -> Bar:
    name, scale, best = labels.tasks[task.task], labels.scales[task.task], task.best_contender
    who = "" if best is None else f"{listed(labels.runs(best))} {scale.score(best.score)}"
    hover = (
        f"{_lift_text(task, labels)}. {who}, {labels.baseline} {scale.score(task.baseline_score)}"
    )
    return Bar(name, task.best_lift_over_baseline or 0.0, hover)


def _task_table(tasks: Sequence[TaskResult], labels: Labels) -> Table:
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(labels, t.task)),
        *best_fields(labels),
    )
    return Table(
        "best-lift-by-task-table",
        f"Best {labels.contender} minus {labels.baseline}, by task",
        columns_of(fields),
        rows_of(fields, tasks),
        sorted_by="best_lift_over_baseline",
    )
