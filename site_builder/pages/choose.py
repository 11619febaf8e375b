"""Make the choosing page: which model for my tasks, by my weights, within my limits.

`static/js/choose.js` computes the answers; this page ships the board, the form and the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, Link, page_link
from site_builder.formatting import counted
from site_builder.pages.board_views import BoardView, short_board
from site_builder.pages.browser_data import ERRORS, SCORES, cheapest_prices, choice_data
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record

# With fewer tasks nobody needs to search among them.
_LEAST_TASKS_FOR_FILTER = 13


class TaskGroup(Record):
    """The tasks of a category, as links to their pages; it is empty where they have none."""

    category: str
    count: str
    tasks: tuple[Link, ...]


class ChooseContext(Record):
    """What the choosing page shows.

    Attributes:
        board: The leaderboard that stands there without scripts.
        picked: What is picked at first.
        groups: The tasks to pick from, by category.
        filtered: Whether they are many enough to be searched.
        variants: How models are run: id and label.
        sized, priced: Whether the board has sizes, and prices, to limit.
        licenses, developers: What the board has; empty below two.
        scores: Name of the file of scores.
        errors: Name of the file of their standard errors; empty where none is known.
        data: For the script: the board beside its scores.
    """

    board: BoardView
    picked: str
    groups: tuple[TaskGroup, ...]
    filtered: bool
    variants: tuple[tuple[str, str], ...]
    sized: bool
    priced: bool
    licenses: tuple[str, ...]
    developers: tuple[str, ...]
    scores: str
    errors: str
    data: Mapping[str, object]


def make_choose(site: Site) -> Iterator[Page]:
    """Make the choosing page where there are models to choose from, and tasks to choose by."""
    if can_choose(site):
        n = len(site.results.catalog.models)
        about = f"Pick and weight the tasks, set limits, and see which of {n} models to take."
        context = partial(_context, site)
        yield Page(Address("choose"), "choose.html", "Choose a model", about, context, (HOME,))


def can_choose(site: Site) -> bool:
    """Return whether the board has models to choose from, and tasks to choose by."""
    return len(site.results.board.ranked) > 1 and len(site.results.scores.tasks) > 1


def _context(site: Site) -> ChooseContext:
    catalog, labels = site.results.catalog, site.labels
    n_tasks, models = len(catalog.tasks), catalog.models.values()
    groups: dict[str, list[Link]] = {}
    for task in catalog.tasks.values():
        link = page_link(task.name, "task", task.task)
        groups.setdefault(task.category or "", []).append(link)
    return ChooseContext(
        board=short_board(site, "choose"),
        picked=f"All {counted(n_tasks, 'task')}, each counting the same.",
        groups=tuple(
            TaskGroup(category, counted(len(links), "task"), tuple(links))
            for category, links in groups.items()
        ),
        filtered=n_tasks >= _LEAST_TASKS_FOR_FILTER,
        variants=tuple((v, labels.variants[v]) for v in labels.roles.variants),
        sized=any(m.parameters_b is not None for m in models),
        priced=bool(cheapest_prices(site)),
        licenses=_at_least_two(m.license for m in models),
        developers=_at_least_two(m.developer for m in models),
        scores=SCORES,
        errors=ERRORS if site.results.scores.has_errors else "",
        data=choice_data(site),
    )


def _at_least_two(values: Iterable[str | None]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value for value in values if value is not None))
    return found if len(found) > 1 else ()
