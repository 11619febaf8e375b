"""Chart differences from the baseline, by task and category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import (
    best_fields,
    category_cell,
    lift_cell,
    models_cell,
    number_cell,
    task_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.forms import MAX_BARS, Bar, draw_bars
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.compute.tasks import LEAST_IN_GROUP, CategoryResult, TaskResult, find_clear_ends
from site_builder.formatting import count, counted, listed, sentence
from site_builder.labels import Labels
from site_builder.table_model import Column, Field, Table, table_of


def chart_best_lift_by_task(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline by task; None if no two tasks can share an axis."""
    tasks, by = compared_tasks(results, labels), "best_lift_over_baseline"
    if len(tasks) < 2:
        return None
    beaten = sum(t.outcome == "beats" for t in tasks)
    known = sum(t.outcome is not None for t in results.tasks)
    of = f"{counted(len(tasks), 'task')}{'' if len(tasks) == known else ' of one metric'}"
    title = f"The best {labels.contender} beats {labels.baseline} on {beaten} of {of}"
    half = MAX_BARS // 2
    shown = tasks if len(tasks) <= MAX_BARS else [*tasks[:half], *tasks[-half:]]
    cut = "" if shown is tasks else f" The {half} at each end are drawn."
    if len(tasks) == results.stats.tasks_compared:
        luck = f"The best is picked after the fact; {labels.baseline} is beaten on"
        cut = f" {luck} {unselected(results)}.{cut}"
    unit = f"difference from {labels.baseline} (points of score)"
    verdicts = dict(zip(results.scores.tasks, results.best_verdicts, strict=True))
    first = Field[TaskResult](labels.column("task"), lambda t: task_cell(labels, t.task))
    fields = (first, *best_fields(results, labels))
    what = f"{sentence(labels.best_difference)}{labels.turning}"
    caption = labels.say("differences.table", what=sentence(labels.best_difference))
    return Chart(
        id="best-lift-by-task",
        title=title,
        reading=f"{title}{_by_task_reading(tasks, labels)}",
        caption=labels.say("differences.by_task", what=what) + cut,
        drawing=draw_bars([_task_bar(t, labels, verdicts[t.task]) for t in shown], unit),
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
    """Return the tasks at both ends, each only if no other has the same difference."""
    lifts = [t.best_lift_over_baseline or 0.0 for t in tasks]
    first, tied = tasks[0], sum(t.outcome == "ties" for t in tasks)
    text = ""
    if lifts[0] > lifts[1] and first.outcome != "ties":
        how = ", by most on" if first.outcome == "beats" else "; it comes closest on"
        lift = labels.scales[first.task].signed(lifts[0])
        text = f"{how} {labels.tasks[first.task]} ({lift})"
    ties = f" It ties on {tied}." if tied else ""
    is_lowest = tasks[-1].outcome == "loses" and lifts[-1] < lifts[-2]
    behind = f" It stays furthest behind on {labels.tasks[tasks[-1].task]}." if is_lowest else ""
    return f"{text}.{ties}{behind}"


def _task_bar(task: TaskResult, labels: Labels, verdict: float) -> Bar:
    scale, best, lift = labels.scales[task.task], task.contender, task.best_lift_over_baseline
    hover = scale.signed(lift)
    if best is not None:
        baseline = f"{labels.baseline} {scale.score(task.baseline_beside(best))}"
        hover += f". {listed(labels.runs(best))} {scale.score(best.score)}, {baseline}"
    colour = theme.LOSS if (lift or 0.0) < 0 else theme.GAIN
    return Bar(
        labels.tasks[task.task],
        lift or 0.0,
        scale.signed(lift),
        hover,
        theme.NEUTRAL if verdict == 0 else colour,
        is_striped=bool(np.isnan(verdict)),
    )


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline, averaged by category, lowest first."""
    shown = compared_categories(results, labels)
    if len(shown) < 2:
        return None
    title = f"{_hardest_text(results, labels, shown)}"
    smallest = min(c.compared for c in shown)
    few = f" The smallest category has {counted(smallest, 'task')}: read its bar with care."
    few *= smallest < 4
    unit = f"mean difference from {labels.baseline} (points of score)"
    what = f"{sentence(labels.best_difference)}{labels.turning}"
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}. Means run from {_mean_text(shown[0], labels)} to "
        f"{_mean_text(shown[-1], labels)}.",
        caption=labels.say("differences.by_category", what=what) + few,
        drawing=draw_bars([_category_bar(c, labels) for c in shown], unit),
        table=category_table(shown, labels, "category-difference-table"),
        terms="categories",
        embedded=True,
    )


def _hardest_text(results: Results, labels: Labels, shown: Sequence[CategoryResult]) -> str:
    """Return the hardest and the easiest category, each only if it is clear."""
    lifts = {
        c.category: np.array(
            [
                lift
                for task in c.tasks
                if (lift := results.task(task).best_lift_over_baseline) is not None
            ]
        )
        for c in shown
    }
    hardest, easiest = _ends(lifts)
    to_beat = f"category to beat {labels.baseline} in"
    if hardest and easiest:
        return f"{hardest} is the hardest {to_beat}, {easiest} the easiest"
    if hardest or easiest:
        return f"{hardest or easiest} is the {'hardest' if hardest else 'easiest'} {to_beat}"
    return f"No category is clearly the hardest or the easiest to beat {labels.baseline} in"


def _ends(values: Mapping[str, Array]) -> tuple[str, str]:
    """Return the categories of the least and the greatest mean; empty where it is not clear."""
    kept = {name: v for name, v in values.items() if len(v) >= LEAST_IN_GROUP}
    is_least, is_greatest = find_clear_ends([*kept.values()])
    ordered = sorted(kept, key=lambda name: float(kept[name].mean()))
    return ordered[0] if is_least else "", ordered[-1] if is_greatest else ""


def _mean_text(category: CategoryResult, labels: Labels) -> str:
    lift = labels.scale.signed(category.best_lift_over_baseline)
    return f"{lift} ({category.category}, {counted(category.compared, 'task')})"


def compared_categories(results: Results, labels: Labels) -> list[CategoryResult]:
    """Return the categories that have a difference from the baseline, lowest first."""
    known = (c for c in results.categories if c.best_lift_over_baseline is not None)
    return [c for c in known if labels.are_side_by_side(c.tasks)]


def _category_bar(category: CategoryResult, labels: Labels) -> Bar:
    lift = category.best_lift_over_baseline
    hover = (
        f"{labels.scale.signed(lift)} on average; {labels.baseline} is beaten on "
        f"{category.beating} of {counted(category.compared, 'task')}"
    )
    text = labels.scale.signed(lift)
    return Bar(f"{category.category} ({category.compared})", lift or 0.0, text, hover)


def category_table(categories: Sequence[CategoryResult], labels: Labels, table_id: str) -> Table:
    """Make the table of categories, lowest difference first, with tasks beaten and lift."""
    compared = any(c.best_lift_over_baseline is not None for c in categories)
    leaders = {
        c.category: [s.model for s in c.boards[labels.roles.primary].leaders] for c in categories
    }
    number, scales = partial(Column, align="number"), labels.category_scales
    best_minus, beating = f"Best minus {labels.baseline}", f"Tasks that beat {labels.baseline}"
    by = number("best_lift_over_baseline", best_minus, first_order="ascending", term="categories")
    fields: tuple[Field[CategoryResult], ...] = (
        Field(labels.column("category"), lambda c: category_cell(c.category)),
        Field(number("tasks", "Tasks"), lambda c: number_cell(len(c.tasks), count(len(c.tasks)))),
        Field(
            Column("leaders", "First", term="rank"),
            lambda c: models_cell(labels, leaders[c.category]),
            any(leaders.values()),
        ),
        Field(
            by,
            lambda c: lift_cell(c.best_lift_over_baseline, labels.category_scales[c.category]),
            compared,
        ),
        Field(
            number("beating", beating, term="lift-over-baseline"),
            lambda c: number_cell(c.beating, f"{c.beating} of {c.compared}"),
            compared,
        ),
        Field(
            number("mean_lift_over_base", f"Mean lift over {labels.base}", term="lift"),
            lambda c: lift_cell(c.mean_lift_over_base, scales[c.category]),
            labels.lifted,
        ),
    )
    caption, key = (
        ("Categories, lowest difference first", by.key) if compared else ("Categories", "")
    )
    return table_of(table_id, caption, fields, categories, sorted_by=key)
