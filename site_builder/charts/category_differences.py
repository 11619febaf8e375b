"""Mean differences by category: from the baseline, and of one model from its own base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from site_builder.charts.bars import Bar, draw_bars
from site_builder.charts.cells import category_cell, lift_cell, number_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import CATEGORY, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.categories import CategoryResult
from site_builder.compute.results import Results
from site_builder.format import count, counted
from site_builder.parts import Cell, Column, Table


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Best contender minus baseline averaged by category, from harder to easier to beat."""
    shown = [c for c in results.categories if c.best_lift_over_baseline is not None]
    if len(shown) < 2:
        return None
    hardest, easiest = shown[0], shown[-1]
    title = (
        f"{hardest.category} is the hardest category to beat {labels.baseline} in, "
        f"{easiest.category} the easiest"
    )
    few = min(c.compared for c in shown)
    caution = f" The smallest category has {counted(few, 'task')}: read its bar with care."
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}: {labels.scale.signed(hardest.best_lift_over_baseline)} against "
        f"{labels.scale.signed(easiest.best_lift_over_baseline)} on average over their tasks.",
        caption=f"Best {labels.contender} minus {labels.baseline}, mean over the tasks of a "
        f"category; the number of tasks in brackets.{caution if few < 4 else ''}",
        figure=draw_bars(
            [_category_bar(c, labels) for c in shown],
            f"mean difference from {labels.baseline} (points of score)",
        ),
        table=category_table(shown, labels, "category-difference-table"),
        terms="categories",
    )


def _category_bar(category: CategoryResult, labels: Labels) -> Bar:
    lift = category.best_lift_over_baseline
    hover = (
        f"{category.category}: {labels.scale.signed(lift)} on average; {labels.baseline} is beaten "
        f"on {category.beating} of {counted(category.compared, 'task')}"
    )
    return Bar(f"{category.category} ({category.compared})", lift or 0.0, hover)


def category_table(categories: Sequence[CategoryResult], labels: Labels, table_id: str) -> Table:
    """Categories, harder to easier: differences, tasks beaten, lift over base."""
    compared = labels.roles.baseline is not None
    lifted = labels.roles.base is not None and bool(labels.roles.tuned)
    by = Column(
        "best_lift_over_baseline", f"Best minus {labels.baseline}", "number", first="ascending"
    )
    fields: tuple[Field[CategoryResult], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(
            Column("tasks", "Tasks", "number"),
            lambda c: number_cell(len(c.tasks), count(len(c.tasks))),
        ),
        Field(by, lambda c: lift_cell(c.best_lift_over_baseline, labels.scale), compared),
        Field(
            Column("beating", f"Tasks that beat {labels.baseline}", "number"),
            lambda c: number_cell(c.beating, f"{c.beating} of {c.compared}"),
            compared,
        ),
        Field(
            Column("mean_lift_over_base", f"Mean lift over {labels.base}", "number"),
            lambda c: lift_cell(c.mean_lift_over_base, labels.scale),
            lifted,
        ),
    )
    return Table(
        table_id,
        "Categories, from harder to easier",
        columns_of(fields),
        rows_of(fields, categories),
        sorted_by=by.key if compared else "",
    )


# --- of one model -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _CategoryLift:
    category: str
    lift: float
    tasks: int


def chart_model_categories(results: Results, labels: Labels, model: str) -> Chart | None:
    """Mean lift of a model over its own base, by category; over the baseline without a base."""
    over_base = results.board.standing(model).lift_over_base is not None
    lifts = _category_lifts(results, model, over_base=over_base)
    if len(lifts) < 2 or (not over_base and model == labels.roles.baseline):
        return None
    first, last = lifts[0], lifts[-1]
    against = f"its {labels.base} scores" if over_base else labels.baseline
    title = (
        f"{labels.models[model]} gains most over {against} in {first.category}, "
        f"least in {last.category}"
    )
    return Chart(
        id="model-categories",
        title=title,
        reading=f"{title}: {labels.scale.signed(first.lift)} against "
        f"{labels.scale.signed(last.lift)}.",
        caption=f"Mean over the tasks of a category of the score minus {against}, in points of "
        "score; the number of tasks in brackets.",
        figure=draw_bars(
            [_category_lift_bar(c, labels) for c in lifts], "mean lift (points of score)"
        ),
        table=_category_lift_table(lifts, labels),
        terms="lift",
    )


def _category_lifts(results: Results, model: str, *, over_base: bool) -> list[_CategoryLift]:
    """The categories in which the model has a mean lift, the largest first."""
    found = []
    for category in results.categories:
        standing = category.boards[results.board.variant].standing(model)
        lift = standing.lift_over_base if over_base else standing.lift_over_baseline
        if lift is not None:
            found.append(_CategoryLift(category.category, lift, standing.scored))
    return sorted(found, key=lambda c: -c.lift)


def _category_lift_bar(lift: _CategoryLift, labels: Labels) -> Bar:
    mean = f"{labels.scale.signed(lift.lift)} on average over {counted(lift.tasks, 'task')}"
    return Bar(f"{lift.category} ({lift.tasks})", lift.lift, f"{lift.category}: {mean}")


def _category_lift_table(lifts: Sequence[_CategoryLift], labels: Labels) -> Table:
    fields: tuple[Field[_CategoryLift], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(Column("tasks", "Tasks", "number"), lambda c: Cell(count(c.tasks), c.tasks)),
        Field(Column("lift", "Mean lift", "number"), lambda c: lift_cell(c.lift, labels.scale)),
    )
    return Table(
        "model-categories-table",
        "Mean lift by category",
        columns_of(fields),
        rows_of(fields, lifts),
        sorted_by="lift",
    )
