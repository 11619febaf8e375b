"""List every page; own texts; charts of packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from site_builder.addresses import Address
from site_builder.charts.chart import draw_own_charts
from site_builder.pages.about import make_about
from site_builder.pages.analysis import make_analysis
from site_builder.pages.boards import make_boards
from site_builder.pages.changes import make_changes
from site_builder.pages.data import make_data
from site_builder.pages.find import make_find
from site_builder.pages.history import make_histories
from site_builder.pages.home import make_embeds, make_home
from site_builder.pages.interactive import make_choose, make_compare, make_scores_data
from site_builder.pages.matrices import make_matrix_values
from site_builder.pages.model import make_models
from site_builder.pages.model_scores import make_score_cards
from site_builder.pages.page import OutputFile, Page, Site
from site_builder.pages.serving import make_serving
from site_builder.pages.submit import make_submit
from site_builder.pages.task_columns import make_task_columns
from site_builder.pages.tasks import make_categories, make_tasks
from site_builder.pages.trade_choices import make_trade_choices
from site_builder.records import Record, replace


def make_pages(site: Site) -> tuple[OutputFile, ...]:
    """Return every page and document, and the search index over the pages."""
    made = tuple(page for make in _PAGE_MAKERS for page in make(site))
    return (*made, make_find(site, (page for page in made if isinstance(page, Page))))


def with_own_charts(site: Site, pages: Iterable[OutputFile]) -> tuple[OutputFile, ...]:
    """Return the pages, each with the charts that `[charts]` of `site.toml` puts on it.

    Raises:
        FaultsError: Every chart that cannot be drawn.
    """
    charts = draw_own_charts(site.config, site.results, site.labels)
    # Categories are on the page of tasks.
    charts["tasks"] = (*charts.get("tasks", ()), *charts.pop("categories", ()))
    return tuple(
        replace(page, charts=charts[page.address.kind])
        if isinstance(page, Page) and page.address.kind in charts
        else page
        for page in pages
    )


def _make_own_pages(site: Site) -> Iterator[Page]:
    """A page for each text of the project's own."""
    for name, title in site.own.items():
        about = site.labels.say("page.own", title=title, site=site.config.site.title)
        yield Page(Address("page", name), "page.html", title, about, Record(), (site.home,))


_PAGE_MAKERS: tuple[Callable[[Site], Iterator[OutputFile]], ...] = (
    make_home,
    make_choose,
    make_boards,
    make_models,
    make_tasks,
    make_categories,
    make_analysis,
    make_compare,
    make_serving,
    make_data,
    make_changes,
    make_histories,
    make_about,
    make_submit,
    _make_own_pages,
    make_embeds,
    make_scores_data,
    make_task_columns,
    make_matrix_values,
    make_trade_choices,
    make_score_cards,
)
