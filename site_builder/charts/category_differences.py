"""Mean differences by category: from the baseline, and of one model from its own base."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts.bars import Bar, draw_bars
from site_builder.charts.cells import category_cell, lift_cell, models_cell, number_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import CATEGORY, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.categories import CategoryResult
from site_builder.compute.results import Results
from site_builder.format import count, counted
from site_builder.parts import Cell, Column, Table
from site_builder.records import Record


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Best contender minus baseline averaged by category, from harder to easier to beat."""
    shown = [
        c
        for c in results.categories
        if c.best_lift_over_baseline is not None and labels.are_side_by_side(c.tasks)
    ]
    if len(shown) < 2:
        return None
    hardest, easiest = shown[0], shown[-1]
    low, high = (labels.scale.signed(c.best_lift_over_baseline) for c in (hardest, easiest))
    title = _category_title(hardest, easiest, labels)
    ends = f": {low} against {high} on average over their tasks." if low != high else "."
    few = min(c.compared for c in shown)
    caution = f" The smallest category has {counted(few, 'task')}: read its bar with care."
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}{ends}",
        caption=f"Best {labels.contender} minus {labels.baseline}{labels.turning}, mean over the "
        f"tasks of a category; the number of tasks in brackets.{caution if few < 4 else ''}",
        figure=draw_bars(
            [_category_bar(c, labels) for c in shown],
            f"mean difference from {labels.baseline} (points of score)",
        ),
        table=category_table(shown, labels, "category-difference-table"),
        terms="categories",
        embedded=True,
    )


def _category_title(hardest: CategoryResult, easiest: CategoryResult, labels: Labels) -> str:
    low, high = (labels.scale.signed(c.best_lift_over_baseline) for c in (hardest, easiest))
    if low == high:
        return f"Every category is equally far from {labels.baseline}: {low}"
    return (
        f"{hardest.category} is the hardest category to beat {labels.baseline} in, "
        f"{easiest.category} the easiest"
    )


def _category_bar(category: CategoryResult, labels: Labels) -> Bar:
    lift = category.best_lift_over_baseline
    hover = (
        f"{labels.scale.signed(lift)} on average; {labels.baseline} is beaten on "
        f"{category.beating} of {counted(category.compared, 'task')}"
    )
    return Bar(f"{category.category} ({category.compared})", lift or 0.0, hover)


def category_table(categories: Sequence[CategoryResult], labels: Labels, table_id: str) -> Table:
    """Categories, harder to easier: differences, tasks beaten, lift over base."""
    compared = any(c.best_lift_over_baseline is not None for c in categories)
    by = Column(
        "best_lift_over_baseline",
        f"Best minus {labels.baseline}",
        "number",
        first="ascending",
        term="categories",
    )
    fields: tuple[Field[CategoryResult], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(
            Column("tasks", "Tasks", "number"),
            lambda c: number_cell(len(c.tasks), count(len(c.tasks))),
        ),
        Field(
            Column("leaders", "Leads", term="rank"),
            lambda c: models_cell(labels, _leaders(c, labels)),
            any(_leaders(c, labels) for c in categories),
        ),
        Field(by, lambda c: lift_cell(c.best_lift_over_baseline, labels.scale), compared),
        Field(
            Column(
                "beating",
                f"Tasks that beat {labels.baseline}",
                "number",
                term="lift-over-baseline",
            ),
            lambda c: number_cell(c.beating, f"{c.beating} of {c.compared}"),
            compared,
        ),
        Field(
            Column("mean_lift_over_base", f"Mean lift over {labels.base}", "number", term="lift"),
            lambda c: lift_cell(c.mean_lift_over_base, labels.scale),
            labels.lifted,
        ),
    )
    return Table(
        table_id,
        "Categories, from harder to easier" if compared else "Categories",
        columns_of(fields),
        rows_of(fields, categories),
        sorted_by=by.key if compared else "",
    )


def _leaders(category: CategoryResult, labels: Labels) -> tuple[str, ...]:
    """The models that share the first rank of the category's board."""
    board = category.boards[labels.roles.primary]
    return tuple(s.model for s in board.ranked if s.rank == 1)


# --- of one model -------------------------------------------------------------------------------


class _CategoryLift(Record):
    category: str
    lift: float
    tasks: int


def chart_model_categories(results: Results, labels: Labels, model: str) -> Chart | None:
    """Mean lift of a model over its own base, by category; over the baseline without a base."""
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
    return Chart(
        id="model-categories",
        title=title,
        reading=f"{title}: {high}{f' against {low}' if low != high else ''}.",
        caption=f"Mean over the tasks of a category of the score minus {against}{labels.turning}, "
        "in points of score; the number of tasks in brackets.",
        figure=draw_bars(
            [_category_lift_bar(c, labels) for c in lifts], "mean lift (points of score)"
        ),
        table=_category_lift_table(lifts, labels),
        terms="lift" if over_base else "lift-over-baseline",
    )


def _category_lifts(
    results: Results, labels: Labels, model: str, *, over_base: bool
) -> list[_CategoryLift]:
    """The categories in which the model has a mean lift, the largest first."""
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
    return Table(
        "model-categories-table",
        "Mean lift by category",
        columns_of(fields),
        rows_of(fields, lifts),
        sorted_by="lift",
    )
