"""Every page of the site: the one list of page makers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from site_builder.pages.about import make_about
from site_builder.pages.analysis import make_analysis
from site_builder.pages.categories import make_categories
from site_builder.pages.changes import make_changes
from site_builder.pages.choose import make_choose
from site_builder.pages.compare import make_compare
from site_builder.pages.data import make_data
from site_builder.pages.embeds import make_embeds
from site_builder.pages.find import make_find
from site_builder.pages.home import make_home
from site_builder.pages.models import make_models
from site_builder.pages.own import make_own_pages
from site_builder.pages.page import Made, Page, Site
from site_builder.pages.scores_data import make_scores_data
from site_builder.pages.serving import make_serving
from site_builder.pages.tasks import make_tasks
from site_builder.pages.whence import make_whence

PAGE_MAKERS: tuple[Callable[[Site], Iterator[Made]], ...] = (
    make_home,
    make_choose,
    make_models,
    make_tasks,
    make_categories,
    make_analysis,
    make_compare,
    make_serving,
    make_data,
    make_changes,
    make_about,
    make_own_pages,
    make_embeds,
    make_scores_data,
    make_whence,
)


def make_pages(site: Site) -> tuple[Made, ...]:
    """Every page and every document, in the order of the makers, and the index over the pages."""
    made = tuple(page for make in PAGE_MAKERS for page in make(site))
    return (*made, make_find(site, (page for page in made if isinstance(page, Page))))
