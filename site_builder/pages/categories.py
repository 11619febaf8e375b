"""The categories: harder to easier, and a board for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.bars import category_table, chart_category_difference
from site_builder.charts.cells import lift_cell, models_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.compute.categories import CategoryResult
from site_builder.format import counted, listed
from site_builder.pages.boards import BoardParts, View, board_views
from site_builder.pages.page import CATEGORIES, HOME, Page, Site, neighbours
from site_builder.parts import Address, Cell, Column, Link, Row, Table


@dataclass(frozen=True)
class CategoriesContext:
    """What the list of categories shows."""

    chart: Chart | None
    table: Table


@dataclass(frozen=True)
class CategoryContext:
    """What a category's page shows."""

    summary: str
    views: tuple[View, ...]
    tasks: Table


def make_categories(site: Site) -> Iterator[Page]:
    """The list of categories, then a page for each; nothing where tasks have none."""
    found, labels = site.results.categories, site.labels
    if not found:
        return
    context = CategoriesContext(chart_category_difference(site.results, labels), category_table(found, labels, "categories"))
    n = counted(len(found), "category", "categories")
    yield Page(Address("categories"), "categories.html", "Categories", f"{n} of tasks, from harder to easier.", context, (HOME,))
    links = tuple(Link(c.category, Address("category", c.category)) for c in found)
    for at, category in enumerate(found):
        before, after = neighbours(links, at)
        summary = category_summary(site, category)
        parts = BoardParts(dict(category.boards), site.results, labels, full=False)
        page = CategoryContext(summary, board_views(parts, "board"), _tasks(site, category))
        yield Page(Address("category", category.category), "category.html", category.category, summary, page, (HOME, CATEGORIES), before, after)


def category_summary(site: Site, category: CategoryResult) -> str:
    """A category in a sentence or two."""
    labels, n = site.labels, counted(len(category.tasks), "task")
    board = category.boards[labels.roles.primary]
    leaders = [labels.models[s.model] for s in board.ranked if s.rank == 1]
    first = f"{n}." if not leaders else f"{n}; {listed(leaders)} {'leads' if len(leaders) == 1 else 'lead'} its board."
    if category.best_lift_over_baseline is None:
        return first
    lift = labels.scale.signed(category.best_lift_over_baseline)
    return f"{first} The best {labels.contender} is {lift} from {labels.baseline} on average, and beats it on {category.beating} of {category.compared}."


def _tasks(site: Site, category: CategoryResult) -> Table:
    labels = site.labels
    compared = labels.roles.baseline is not None
    columns = [Column("task", "Task", first="ascending"), Column("best_model", f"Best {labels.contender}", first="ascending"), Column("best_score", "Its score", "number")]
    columns += [Column("baseline_score", labels.baseline, "number"), Column("best_lift_over_baseline", "Difference", "number")] if compared else []
    rows = []
    for task in (site.results.task(t) for t in category.tasks):
        best, scale = task.best_contender, labels.scales[task.task]
        cells = [task_cell(labels, task.task), models_cell(labels, best.models) if best else Cell("no score", tone="soft"), score_cell(best.score if best else None, scale)]
        cells += [score_cell(task.baseline_score, scale), lift_cell(task.best_lift_over_baseline, scale)] if compared else []
        rows.append(Row(tuple(cells)))
    return Table("tasks", f"Tasks of {category.category}", tuple(columns), tuple(rows))
