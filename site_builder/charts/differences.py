"""Chart differences from the baseline, by task and category."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from site_builder.charts.cells import (
    CATEGORY,
    TASK,
    best_fields,
    category_cell,
    lift_cell,
    models_cell,
    number_cell,
    task_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.forms import MOST_BARS, Bar, draw_bars
from site_builder.compute.results import Results
from site_builder.compute.tasks import CategoryResult, TaskResult
from site_builder.formatting import count, counted, listed
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of


def chart_best_lift_by_task(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline by task; None if no two tasks can share an axis."""
    comparable = set(labels.side_by_side)
    tasks = [t for t in results.tasks if t.outcome is not None and t.task in comparable]
    if len(tasks) < 2:
        return None
    tasks.sort(key=lambda t: -(t.best_lift_over_baseline or 0.0))
    beaten = sum(t.outcome == "beats" for t in tasks)
    of = counted(len(tasks), "task")
    title = f"The best {labels.contender} beats {labels.baseline} on {beaten} of {of}"
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
        drawing=draw_bars(
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
    most = f", by most on {best}" if first.outcome == "beats" else f"; it comes closest on {best}"
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
    caption = f"Best {labels.contender} minus {labels.baseline}, by task"
    by = "best_lift_over_baseline"
    return table_of("best-lift-by-task-table", caption, fields, tasks, sorted_by=by)


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline, averaged by category, from hard to easy."""
    shown = [
        c
        for c in results.categories
        if c.best_lift_over_baseline is not None and labels.are_side_by_side(c.tasks)
    ]
    if len(shown) < 2:
        return None
    title, ends = _category_title(shown[0], shown[-1], labels)
    few = min(c.compared for c in shown)
    caution = f" The smallest category has {counted(few, 'task')}: read its bar with care."
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}{ends}.",
        caption=f"Best {labels.contender} minus {labels.baseline}{labels.turning}, mean over the "
        f"tasks of a category; the number of tasks in brackets.{caution if few < 4 else ''}",
        drawing=draw_bars(
            [_category_bar(c, labels) for c in shown],
            f"mean difference from {labels.baseline} (points of score)",
        ),
        table=category_table(shown, labels, "category-difference-table"),
        terms="categories",
        embedded=True,
    )


def _category_title(
    hardest: CategoryResult, easiest: CategoryResult, labels: Labels
) -> tuple[str, str]:
    """Return the title of the chart, and the differences behind it if they are not equal."""
    low, high = (labels.scale.signed(c.best_lift_over_baseline) for c in (hardest, easiest))
    if low == high:
        return f"Every category is equally far from {labels.baseline}: {low}", ""
    title = (
        f"{hardest.category} is the hardest category to beat {labels.baseline} in, "
        f"{easiest.category} the easiest"
    )
    return title, f": {low} against {high} on average over their tasks"


def _category_bar(category: CategoryResult, labels: Labels) -> Bar:
    lift = category.best_lift_over_baseline
    hover = (
        f"{labels.scale.signed(lift)} on average; {labels.baseline} is beaten on "
        f"{category.beating} of {counted(category.compared, 'task')}"
    )
    return Bar(f"{category.category} ({category.compared})", lift or 0.0, hover)


def category_table(categories: Sequence[CategoryResult], labels: Labels, table_id: str) -> Table:
    """Make the table of categories, from hard to easy: differences, tasks beaten, lift."""
    compared = any(c.best_lift_over_baseline is not None for c in categories)
    number = partial(Column, align="number")
    best_minus, beating = f"Best minus {labels.baseline}", f"Tasks that beat {labels.baseline}"
    by = number("best_lift_over_baseline", best_minus, first="ascending", term="categories")
    fields: tuple[Field[CategoryResult], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(
            number("tasks", "Tasks"),
            lambda c: number_cell(len(c.tasks), count(len(c.tasks))),
        ),
        Field(
            Column("leaders", "Leads", term="rank"),
            lambda c: models_cell(labels, _leaders(c, labels)),
            any(_leaders(c, labels) for c in categories),
        ),
        Field(by, lambda c: lift_cell(c.best_lift_over_baseline, labels.scale), compared),
        Field(
            number("beating", beating, term="lift-over-baseline"),
            lambda c: number_cell(c.beating, f"{c.beating} of {c.compared}"),
            compared,
        ),
        Field(
            number("mean_lift_over_base", f"Mean lift over {labels.base}", term="lift"),
            lambda c: lift_cell(c.mean_lift_over_base, labels.scale),
            labels.lifted,
        ),
    )
    caption, key = ("Categories, from harder to easier", by.key) if compared else ("Categories", "")
    return table_of(table_id, caption, fields, categories, sorted_by=key)


def _leaders(category: CategoryResult, labels: Labels) -> tuple[str, ...]:
    """Return the models that share the first rank of the category's board."""
    board = category.boards[labels.roles.primary]
    return tuple(s.model for s in board.ranked if s.rank == 1)


# --- of one model -------------------------------------------------------------------------------


class _CategoryLift(Record):
    category: str
    lift: float
    tasks: int


def chart_model_categories(results: Results, labels: Labels, model: str) -> Chart | None:
    """Chart a model's mean lift by category: over its base, or else over the baseline."""
    over_base = results.board.standing(model).lift_over_base is not None
    lifts = _category_lifts(results, labels, model, over_base=over_base)
    if len(lifts) < 2 or (not over_base and model == labels.roles.baseline):
        return None
    first, last = lifts[0], lifts[-1]
    against = f"its {labels.base} scores" if over_base else labels.baseline
    most = f"most over {against} in {first.category}, least in {last.category}"
    same = f"as much over {against} in one category as in another"
    high, low = labels.scale.signed(first.lift), labels.scale.signed(last.lift)
    title = f"{labels.models[model]} gains {most if low != high else same}"
    unit = "mean lift (points of score)"
    return Chart(
        id="model-categories",
        title=title,
        reading=f"{title}: {high}{f' against {low}' if low != high else ''}.",
        caption=f"Mean over the tasks of a category of the score minus {against}{labels.turning}, "
        "in points of score; the number of tasks in brackets.",
        drawing=draw_bars([_category_lift_bar(c, labels) for c in lifts], unit),
        table=_category_lift_table(lifts, labels),
        terms="lift" if over_base else "lift-over-baseline",
    )


def _category_lifts(
    results: Results, labels: Labels, model: str, *, over_base: bool
) -> list[_CategoryLift]:
    """Return the categories in which the model has a mean lift, the largest first."""
    found = []
    for category in results.categories:
        s = category.boards[results.board.variant].standing(model)
        lift = s.lift_over_base if over_base else s.lift_over_baseline
        paired, compared = s.helped + s.unchanged + s.hurt, s.beats + s.ties + s.loses
        if lift is not None and labels.are_side_by_side(category.tasks):
            n = paired if over_base else compared
            found.append(_CategoryLift(category.category, lift, n))
    return sorted(found, key=lambda c: -c.lift)


def _category_lift_bar(lift: _CategoryLift, labels: Labels) -> Bar:
    hover = f"{labels.scale.signed(lift.lift)} on average"
    return Bar(f"{lift.category} ({lift.tasks})", lift.lift, hover)


def _category_lift_table(lifts: Sequence[_CategoryLift], labels: Labels) -> Table:
    fields: tuple[Field[_CategoryLift], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(Column("tasks", "Tasks", "number"), lambda c: Cell(count(c.tasks), c.tasks)),
        Field(
            Column("lift", "Mean lift", "number", term=labels.lift_term),
            lambda c: lift_cell(c.lift, labels.scale),
        ),
    )
    return table_of(
        "model-categories-table", "Mean lift by category", fields, lifts, sorted_by="lift"
    )
