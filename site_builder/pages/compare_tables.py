"""A comparison by task and by category; `static/js/compare-tables.js` makes it of chosen runs."""

from __future__ import annotations

from site_builder.addresses import method_link
from site_builder.charts.cells import (
    CATEGORY,
    TASK,
    Field,
    baseline_score_cell,
    category_cell,
    columns_of,
    linked_score_cell,
    number_cell,
    rows_of,
    score_cell,
    task_cell,
)
from site_builder.compute.comparison import CategoryMeans, TaskComparison
from site_builder.formatting import NO_SCORE, count
from site_builder.labels import Labels
from site_builder.pages.board_table import AxisRange
from site_builder.pages.browser_data import category_scale
from site_builder.pages.compare_columns import Compared, baseline_field, run_fields, top_cell
from site_builder.table_model import Cell, Column, Marks, Table


def tasks_table(compared: Compared) -> Table:
    """A row a task: every run's score, all on one line, and how far the best is ahead."""
    labels = compared.labels

    def score(task: TaskComparison, i: int) -> Cell:
        value = task.scores[i]
        if value is None:
            return Cell(NO_SCORE, tone="soft")
        run = compared.comparison.runs[i].run
        kept = linked_score_cell(labels, (run.model, task.task, run.variant), value)
        return top_cell(kept, i, task.best)

    fields: tuple[Field[TaskComparison], ...] = (
        Field(TASK, lambda task: task_cell(labels, task.task)),
        *run_fields(compared, "number", score),
        baseline_field(
            compared, "number", lambda t: baseline_score_cell(labels, t.task, t.reference)
        ),
        Field(Column("drawn", "On the scale of the task", "plot"), lambda t: _drawing(compared, t)),
        Field(
            Column("margin", "Best \N{MINUS SIGN} second", "number", term="comparison"),
            lambda task: _margin_cell(labels, task),
        ),
    )
    rows = rows_of(fields, compared.comparison.tasks)
    return Table("compare-tasks", "Score of each model by task", columns_of(fields), rows)


def _margin_cell(labels: Labels, task: TaskComparison) -> Cell:
    return number_cell(task.margin, labels.scales[task.task].score(task.margin))


def _drawing(compared: Compared, task: TaskComparison) -> Cell:
    """The scores on the task's bounds, or between the least and the greatest of them."""
    labels, fact = compared.labels, compared.site.results.catalog.tasks[task.task]
    drawn = [v for v in (*task.scores, task.reference) if v is not None]
    bounds = (fact.score_min, fact.score_max)
    low, high = (min(drawn), max(drawn)) if None in bounds else bounds
    limits = AxisRange(low or 0.0, high or 0.0)
    scale = labels.scales[task.task]
    texts = [
        f"{name} {NO_SCORE if value is None else scale.score(value)}"
        for name, value in zip(compared.names, task.scores, strict=True)
    ]
    if task.reference is not None:
        texts.append(f"{labels.baseline}, the baseline, {scale.score(task.reference)}")
    places = tuple(map(limits.share, task.scores))
    return Cell("", marks=Marks(places, limits.share(task.reference), "; ".join(texts)))


def categories_table(compared: Compared) -> Table:
    """Mean score by category."""
    site = compared.site
    scales = {c.category: category_scale(site, c) for c in site.results.categories}

    def mean(category: CategoryMeans, i: int) -> Cell:
        return top_cell(score_cell(category.means[i], scales[category.category]), i, category.best)

    fields: tuple[Field[CategoryMeans], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        *run_fields(compared, "number", mean),
        baseline_field(compared, "number", lambda c: score_cell(c.reference, scales[c.category])),
        Field(Column("tasks", "Tasks", "number"), lambda c: number_cell(c.tasks, count(c.tasks))),
    )
    return Table(
        "compare-categories",
        "Mean score of each model by category",
        columns_of(fields),
        rows_of(fields, compared.comparison.categories),
        explained=(method_link("Mean scores", "average"),),
    )
