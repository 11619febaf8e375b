"""Make the pages of categories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.addresses import Address
from site_builder.charts.cells import TASK, best_fields, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.differences import category_table
from site_builder.compute.tasks import CategoryResult, TaskResult
from site_builder.formatting import counted
from site_builder.pages.board_table import BoardTableSpec
from site_builder.pages.board_views import BoardView, board_views
from site_builder.pages.page import CATEGORIES, HOME, Page, Site, in_sequence
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Field, Table, table_of


class CategoriesContext(Record):
    """What the list of categories shows.

    Attributes:
        chart: Best model minus baseline; None where the board has nothing for it.
        table: Every category.
    """

    chart: Chart | None
    table: Table


class CategoryContext(Record):
    """What a category's page shows.

    Attributes:
        summary: Who leads it, and how far the baseline is, in a sentence or two.
        views: Its board.
        tasks: Its tasks.
    """

    summary: str
    views: tuple[BoardView, ...]
    tasks: Table


def make_categories(site: Site) -> Iterator[Page]:
    """Yield the list of categories, then a page for each; nothing where tasks have none."""
    found, labels = site.results.categories, site.labels
    if not found:
        return
    table = category_table(found, labels, "categories")
    context = CategoriesContext(site.charts.category_lifts, table)
    n = counted(len(found), "category", "categories")
    about = f"{n} of tasks, each with its own leaderboard."
    if any(category.best_lift_over_baseline is not None for category in found):
        about = (
            f"{n} of tasks: how far the best {labels.contender} of each task is from "
            f"{labels.baseline}, on average."
        )
    yield Page(Address("categories"), "categories.html", "Categories", about, context, (HOME,))
    yield from in_sequence(_make_category(site, category) for category in found)


def _make_category(site: Site, category: CategoryResult) -> Page:
    name, summary, crumbs = category.category, _summary(site, category), (HOME, CATEGORIES)
    context = partial(_context, site, category, summary)
    return Page(Address("category", name), "category.html", name, summary, context, crumbs)


def _summary(site: Site, category: CategoryResult) -> str:
    labels, n = site.labels, counted(len(category.tasks), "task")
    board, lift = category.boards[labels.roles.primary], category.best_lift_over_baseline
    lead = labels.lead(board)
    first = f"{n}; {lead}." if lead else f"{n}."
    if lift is None:
        return first
    distance = "level with"
    if lift:
        far = labels.category_scales[category.category].score(abs(lift))
        distance = f"{far} {'ahead of' if lift > 0 else 'behind'}"
    score = f"{labels.contending} score".lstrip()
    if category.compared == 1:
        return f"{first} The best {score} is {distance} {labels.baseline}."
    return (
        f"{first} The best {score}s are {distance} {labels.baseline} on average, better on "
        f"{category.beating} of {counted(category.compared, 'task')}."
    )


def _context(site: Site, category: CategoryResult, summary: str) -> CategoryContext:
    spec = BoardTableSpec(site, category.boards, most=MOST_LISTED, category=category.category)
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(site.labels, t.task)),
        *best_fields(site.results, site.labels),
    )
    tasks = [site.results.task(t) for t in category.tasks]
    table = table_of("tasks", f"Tasks of {category.category}", fields, tasks)
    return CategoryContext(summary, board_views(spec, "board"), table)
