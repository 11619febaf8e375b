"""The tasks: the list with its picker; then a page for each."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.charts.cells import category_cell, lift_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import CATEGORY, TASK, Field, best_fields, columns_of, rows_of
from site_builder.charts.task_differences import chart_best_lift_by_task
from site_builder.compute.catalog import TaskFacts
from site_builder.compute.tasks import TaskResult
from site_builder.format import MISSING, counted
from site_builder.pages.page import HOME, Page, Site, in_sequence, ready
from site_builder.pages.picker import Picker, make_picker
from site_builder.pages.task import make_task
from site_builder.pages.task_tools import task_marks, task_tools
from site_builder.parts import Cell, Column, Table
from site_builder.records import Record


class TasksContext(Record):
    """What the list of tasks shows.

    Attributes:
        table: Every task.
        picker: The ranking of one task, to choose; None on a board too small or too large for it.
        by_task: Best contender minus baseline; None where the board has nothing for it.
    """

    table: Table
    picker: Picker | None
    by_task: Chart | None


def make_tasks(site: Site) -> Iterator[Page]:
    """The list of tasks, then a page for each in the order of the tasks table."""
    tasks = site.results.tasks
    by_task = site.chart(chart_best_lift_by_task)
    context = TasksContext(_task_list(site), make_picker(site, "picker"), by_task)
    compared = any(task.outcome is not None for task in tasks)
    versus = f", and how far from {site.labels.baseline} the best is" if compared else ""
    about = f"{counted(len(tasks), 'task')}: who is best on each, how hard each is{versus}."
    yield Page(Address("tasks"), "tasks.html", "Tasks", about, ready(context), (HOME,))
    yield from in_sequence(make_task(site, task) for task in tasks)


def _task_list(site: Site) -> Table:
    labels, facts = site.labels, site.results.catalog.tasks
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(labels, t.task)),
        Field(
            CATEGORY,
            lambda t: category_cell(facts[t.task].category),
            any(fact.category for fact in facts.values()),
        ),
        Field(
            Column("metric", "Metric"),
            lambda t: _metric_cell(facts[t.task]),
            any(fact.metric for fact in facts.values()),
        ),
        *best_fields(
            labels, f"Best {labels.contender} minus {labels.baseline}, positive is better"
        ),
        *_mean_fields(site),
    )
    rows = rows_of(fields, site.results.tasks, marks=lambda t: task_marks(site, t.task))
    return Table("task-list", "Tasks", columns_of(fields), rows, tools=task_tools(site))


def _metric_cell(fact: TaskFacts) -> Cell:
    note = "" if fact.higher_is_better else "lower is better"
    return Cell(fact.metric or MISSING, fact.metric, note)


def _mean_fields(site: Site) -> tuple[Field[TaskResult], Field[TaskResult]]:
    """How hard a task is, and what tuning brings on it."""
    labels, roles = site.labels, site.labels.roles
    mean = f"Mean, {labels.in_sentence(roles.primary)}"
    lift = f"Mean over models of {labels.tuned} minus {labels.base} score"
    return (
        Field(
            Column(
                "mean",
                mean,
                "number",
                "Mean over models: low where the task is difficult",
                "ascending",
                "task-mean",
            ),
            lambda t: score_cell(t.mean.get(roles.primary), labels.scales[t.task]),
        ),
        Field(
            Column("mean_lift_over_base", "Mean lift", "number", lift, term="lift"),
            lambda t: lift_cell(t.mean_lift_over_base, labels.scales[t.task]),
            labels.lifted,
        ),
    )
