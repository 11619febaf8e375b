"""List every page; own texts; charts of packages; the search index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from site_builder.addresses import Address, Kind, Link
from site_builder.charts.chart import draw_own_charts
from site_builder.errors import working_on
from site_builder.pages.about import GlossaryContext, make_about
from site_builder.pages.analysis import make_analysis
from site_builder.pages.boards import make_boards, make_trade_choices
from site_builder.pages.changes import make_changes
from site_builder.pages.data import make_data
from site_builder.pages.history import make_histories
from site_builder.pages.home import make_embeds, make_home
from site_builder.pages.interactive import make_choose, make_compare, make_scores_data
from site_builder.pages.matrices import make_matrix_values
from site_builder.pages.model import make_models
from site_builder.pages.model_scores import make_score_cards
from site_builder.pages.page import OutputFile, Page, ScriptData, Site
from site_builder.pages.serving import make_serving
from site_builder.pages.submit import make_submit
from site_builder.pages.task_columns import make_task_columns
from site_builder.pages.tasks import make_categories, make_tasks
from site_builder.records import Record, replace


def make_pages(site: Site) -> tuple[OutputFile, ...]:
    """Return every page and document, and the search index over the pages."""
    made: list[OutputFile] = []
    for make in _PAGE_MAKERS:
        with working_on(make.__name__.lstrip("_").removeprefix("make_").replace("_", " ")):
            made += make(site)
    with working_on("search index"):
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


# --- the search index -----------------------------------------------------------------------------

_FIND = "data/find.js"
# The order in which equally good matches are listed. Every other kind is a page among others.
_KINDS: tuple[Kind, ...] = ("model", "task", "category")
# What visitors come to do: its message, and where it is done.
_ACTIONS: tuple[tuple[str, Address], ...] = (
    ("choose", Address("choose")),
    ("compare", Address("compare")),
    ("prices", Address("serving")),
    ("download", Address("data")),
    ("code", Address("data", anchor="code")),
    ("cite", Address("about", anchor="cite")),
)
_Entry = tuple[Link, str, str]


def make_find(site: Site, pages: Iterable[Page]) -> ScriptData:
    """Return the search index over the listed pages.

    By kind, each entry is a link, a hint (developer or category), and other words that lead to it:
    the id where it differs from the name.
    """
    found: dict[str, list[_Entry]] = {kind: [] for kind in (*_KINDS, "page", "action")}
    listed = [page for page in pages if page.listed]
    for page in listed:
        kind = page.address.kind if page.address.kind in _KINDS else "page"
        found[kind].append(_entry(site, page))
        if isinstance(page.context, GlossaryContext):
            links = (Link(w.name, Address("glossary", anchor=w.id)) for w in page.context.listed)
            found["word"] = [(link, "", "") for link in links]
    say, kinds = site.labels.say, {page.address.kind for page in listed}
    found["action"] = [
        (Link(say(f"find.{name}"), address), "", say(f"find.words.{name}"))
        for name, address in _ACTIONS
        if address.kind in kinds
    ]
    value = [[say(f"find.{kind}"), entries] for kind, entries in found.items() if entries]
    return ScriptData(Address("asset", _FIND), "find", lambda: value)


def _entry(site: Site, page: Page) -> _Entry:
    name, key, catalog = page.title, page.address.key, site.computed.whole.catalog
    if page.address.kind == "home":
        return site.home, name, ""
    hint: str | None = ""
    if page.address.kind == "model":
        hint = catalog.models[key].developer
    elif page.address.kind == "task":
        hint = catalog.tasks[key].category
    return Link(name, page.address), hint or "", "" if _letters(key) == _letters(name) else key


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()
