"""Chart differences from the baseline, by task and category."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from site_builder.charts.cells import (
    CATEGORY,
    TASK,
    attribute_field,
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
from site_builder.formatting import count, counted, listed, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Column, Field, Table, table_of


def chart_best_lift_by_task(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline by task; None if no two tasks can share an axis."""
    tasks, by = compared_tasks(results, labels), "best_lift_over_baseline"
    if len(tasks) < 2:
        return None
    beaten = sum(t.outcome == "beats" for t in tasks)
    of = counted(len(tasks), "task")
    title = f"The {labels.best} beats {labels.baseline} on {beaten} of {of}"
    half = MOST_BARS // 2
    shown = tasks if len(tasks) <= MOST_BARS else [*tasks[:half], *tasks[-half:]]
    cut = "" if shown is tasks else f" The {half} at each end are drawn."
    if len(tasks) == results.stats.tasks_compared:
        luck = f"The best is picked after the fact; {labels.baseline} is beaten on"
        cut = f" {luck} {unselected(results)}.{cut}"
    unit = f"difference from {labels.baseline} (points of score)"
    fields = (Field[TaskResult](TASK, lambda t: task_cell(labels, t.task)), *best_fields(labels))
    caption = f"{sentence(labels.best)} minus {labels.baseline}, by task"
    return Chart(
        id="best-lift-by-task",
        title=title,
        reading=f"{title}{_by_task_reading(tasks, labels)}",
        caption=f"Score of the {labels.best} minus the score of {labels.baseline}"
        f"{labels.turning}, in points of the task's metric; right of zero is better.{cut}",
        drawing=draw_bars([_task_bar(t, labels) for t in shown], unit),
        table=table_of("best-lift-by-task-table", caption, fields, shown, sorted_by=by),
        terms="lift-over-baseline",
        embedded=True,
    )


def unselected(results: Results) -> str:
    """Return how many tasks are beaten without the luck of the best model, and how many clearly."""
    stats = results.stats
    chosen, above = (
        stats.tasks_beating_baseline_chosen_elsewhere,
        stats.tasks_clearly_above_baseline,
    )
    parts = [f"{count(stats.tasks_beating_baseline_median)} by the median model"]
    if chosen is not None:
        parts.insert(0, f"{count(chosen)} by a model chosen on the other tasks")
    if above is not None:
        others = (stats.tasks_not_separable_from_baseline, stats.tasks_clearly_below_baseline)
        known = above + sum(n or 0 for n in others)
        parts.append(f"{count(above)} of {count(known)} clearly where errors are known")
    return ", ".join(parts)


def compared_tasks(results: Results, labels: Labels) -> list[TaskResult]:
    """Return the tasks of one axis that have a difference from the baseline, the best first."""
    known = [t for t in results.tasks if t.outcome and labels.are_side_by_side((t.task,))]
    return sorted(known, key=lambda t: -(t.best_lift_over_baseline or 0.0))


def _by_task_reading(tasks: Sequence[TaskResult], labels: Labels) -> str:
    first, tied = tasks[0], sum(t.outcome == "ties" for t in tasks)
    lift = labels.scales[first.task].signed(first.best_lift_over_baseline)
    best = f"{labels.tasks[first.task]} ({lift})"
    most = f", by most on {best}" if first.outcome == "beats" else f"; it comes closest on {best}"
    worst = [labels.tasks[t.task] for t in reversed(tasks) if t.outcome == "loses"][:2]
    ties = f" It ties on {tied}." if tied else ""
    behind = f" It stays furthest behind on {listed(worst)}." if worst else ""
    return f"{most}.{ties}{behind}"


def _task_bar(task: TaskResult, labels: Labels) -> Bar:
    scale, best, lift = labels.scales[task.task], task.contender, task.best_lift_over_baseline
    hover = scale.signed(lift)
    if best is not None:
        baseline = f"{labels.baseline} {scale.score(task.baseline_beside(best))}"
        hover += f". {listed(labels.runs(best))} {scale.score(best.score)}, {baseline}"
    return Bar(labels.tasks[task.task], lift or 0.0, hover)


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline, averaged by category, from hard to easy."""
    shown = compared_categories(results, labels)
    if len(shown) < 2:
        return None
    low, high = (labels.scale.signed(c.best_lift_over_baseline) for c in (shown[0], shown[-1]))
    title = (
        f"{shown[0].category} is the hardest category to beat {labels.baseline} in, "
        f"{shown[-1].category} the easiest"
    )
    ends = f": {low} against {high} on average over their tasks"
    if low == high:
        title, ends = f"Every category is equally far from {labels.baseline}: {low}", ""
    few = min(c.compared for c in shown)
    caution = f" The smallest category has {counted(few, 'task')}: read its bar with care."
    unit = f"mean difference from {labels.baseline} (points of score)"
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}{ends}.",
        caption=f"{sentence(labels.best)} minus {labels.baseline}{labels.turning}, mean over the "
        f"tasks of a category; the number of tasks in brackets.{caution if few < 4 else ''}",
        drawing=draw_bars([_category_bar(c, labels) for c in shown], unit),
        table=category_table(shown, labels, "category-difference-table"),
        terms="categories",
        embedded=True,
    )


def compared_categories(results: Results, labels: Labels) -> list[CategoryResult]:
    """Return the categories that have a difference from the baseline, from hard to easy."""
    known = (c for c in results.categories if c.best_lift_over_baseline is not None)
    return [c for c in known if labels.are_side_by_side(c.tasks)]


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
    leaders = {
        c.category: [s.model for s in c.boards[labels.roles.primary].ranked if s.rank == 1]
        for c in categories
    }
    number = partial(Column, align="number")
    best_minus, beating = f"Best minus {labels.baseline}", f"Tasks that beat {labels.baseline}"
    by = number("best_lift_over_baseline", best_minus, first_order="ascending", term="categories")
    fields: tuple[Field[CategoryResult], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(number("tasks", "Tasks"), lambda c: number_cell(len(c.tasks), count(len(c.tasks)))),
        Field(
            Column("leaders", "Leads", term="rank"),
            lambda c: models_cell(labels, leaders[c.category]),
            any(leaders.values()),
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
    bars = [
        Bar(f"{c.category} ({c.tasks})", c.lift, f"{labels.scale.signed(c.lift)} on average")
        for c in lifts
    ]
    lift = Column("lift", "Mean lift", "number", term=labels.lift_term)
    fields: tuple[Field[_CategoryLift], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        attribute_field(Column("tasks", "Tasks", "number"), count),
        Field(lift, lambda c: lift_cell(c.lift, labels.scale)),
    )
    table = "model-categories-table"
    return Chart(
        id="model-categories",
        title=title,
        reading=f"{title}: {high}{f' against {low}' if low != high else ''}.",
        caption=f"Mean over the tasks of a category of the score minus {against}{labels.turning}, "
        "in points of score; the number of tasks in brackets.",
        drawing=draw_bars(bars, "mean lift (points of score)"),
        table=table_of(table, "Mean lift by category", fields, lifts, sorted_by="lift"),
        terms="lift" if over_base else "lift-over-baseline",
    )


def _category_lifts(
    results: Results, labels: Labels, model: str, *, over_base: bool
) -> list[_CategoryLift]:
    """Return the categories in which the model has a mean lift, the largest first."""
    found = []
    for category in results.categories:
        s = category.boards[results.board.variant].standing(model)
        lift, n = s.lift_over_baseline, s.beats + s.ties + s.loses
        if over_base:
            lift, n = s.lift_over_base, s.helped + s.unchanged + s.hurt
        if lift is not None and labels.are_side_by_side(category.tasks):
            found.append(_CategoryLift(category.category, lift, n))
    return sorted(found, key=lambda c: -c.lift)
