"""Define pages, documents and the site that they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TypeVar

from site_builder.addresses import Address, Link
from site_builder.charts.chart import Chart
from site_builder.charts.previews import PreviewCard
from site_builder.compute.catalog import Release
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.labels import Labels
from site_builder.records import Record, field, replace
from site_builder.releases.feed import ReleaseNews
from site_builder.tables.check import Tables
from site_builder.tables.export import ExportedTable, export_tables


class Citation(Record):
    """Something of the site that one cites.

    Attributes:
        site: The site's name.
        name: What a part of the site is about; empty for the site as a whole.
        text: What is cited of it, in a sentence; empty for the site as a whole.
        release: The data that it rests on.
        to: Where it stands.
        key: Its name in a bibliography, after the site's; empty for one made of site and name.
    """

    site: str
    name: str
    text: str
    release: Release
    to: Address
    key: str = ""


class Page(Record):
    """One HTML page.

    Attributes:
        address: What it is about; `output/urls.py` makes the path of it.
        template: The template that draws it.
        title: Its name, for the browser's tab, the heading and search engines.
        description: One sentence on what it says.
        context: Makes the template's variables, the values of a record, when the page is drawn: a
            large board has more pages than would fit into memory at once.
        crumbs: The way from the home page, without the page itself.
        previous, next: Its neighbours in the published order.
        listed: Whether the sitemap names it.
        cite: What one cites of it; None where there is nothing to cite.
        card: The picture that a link to it is shown with; None for no picture.
        charts: Charts of installed packages, below what it shows.
    """

    address: Address
    template: str
    title: str
    description: str
    context: Callable[[], Record]
    crumbs: tuple[Link, ...] = ()
    previous: Link | None = None
    next: Link | None = None
    listed: bool = True
    cite: Citation | None = None
    card: PreviewCard | None = None
    charts: tuple[Chart, ...] = ()


class Document(Record):
    """One file that no template draws: a table to download, an answer of the API.

    Attributes:
        address: Its path.
        content: Its bytes.
    """

    address: Address
    content: bytes


class ScriptData(Record):
    """A value for scripts, in a script that gives it: a page opened from the disk may load that.

    Attributes:
        address: The asset, or the file beside the page that it is of.
        name: What scripts ask for it by.
        value: Makes what it gives: what JSON can hold, and links, which become text and path from
            the site's root.
    """

    address: Address
    name: str
    value: Callable[[], object]


Made = Page | Document | ScriptData


class Site(Record):
    """What every page maker reads.

    Attributes:
        config: `site.toml`.
        tables: The checked tables.
        results: All that is computed from them.
        labels: How things are called, and how numbers are written.
        news: What changed since the previous edition; None where the build was told of none.
        own: The titles of the project's own pages, by their names.
        exports: The tables as they are published, where these are made already.
    """

    config: SiteConfig
    tables: Tables
    results: Results
    labels: Labels
    news: ReleaseNews | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    exports: tuple[ExportedTable, ...] | None = None

    @cached_property
    def exported(self) -> tuple[ExportedTable, ...]:
        """Every table of the project, ready to publish."""
        return export_tables(self.tables.loaded) if self.exports is None else self.exports

    def chart(self, draw: Callable[[Results, Labels], Chart | None]) -> Chart | None:
        """A chart of the whole board, drawn once for every page that has it; None without data."""
        if draw not in self._drawn:
            self._drawn[draw] = draw(self.results, self.labels)
        return self._drawn[draw]

    @cached_property
    def _drawn(self) -> dict[Callable[[Results, Labels], Chart | None], Chart | None]:
        return {}


T = TypeVar("T")


def ready(value: T) -> Callable[[], T]:
    """What is made already, for where it is asked for later."""
    return partial(_same, value)


def _same(value: T) -> T:
    return value


HOME = Link("Home", Address("home"))
MODELS = Link("Models", Address("models"))
TASKS = Link("Tasks", Address("tasks"))
CATEGORIES = Link("Categories", Address("categories"))


def in_sequence(pages: Iterable[Page]) -> Iterator[Page]:
    """Pages of one kind, each leading to the one before and the one after it."""
    pages = tuple(pages)
    links = (None, *(Link(page.title, page.address) for page in pages), None)
    for page, before, after in zip(pages, links, links[2:], strict=False):
        yield replace(page, previous=before, next=after)


def cite_site(site: Site) -> Citation:
    """The site as a whole."""
    return Citation(site.config.site.title, "", "", site.results.release, Address("home"))


def cite_page(site: Site, name: str, said: str, to: Address) -> Citation:
    """A page of the site.

    Args:
        site: The site.
        name: What the page is about.
        said: The finding to cite, as a whole sentence.
        to: The page, or a place on it.
    """
    return Citation(site.config.site.title, name, said, site.results.release, to)


def cite_score(site: Site, model: str, task: str, variant: str) -> Citation:
    """One score: a row of the results; its place is the row on the model's page."""
    results, labels = site.results, site.labels
    score = results.scores_of(model, task)[variant]
    metric = results.catalog.tasks[task].metric
    run = f"{labels.models[model]} ({labels.in_sentence(variant)})"
    said = (
        f"{run} scores "
        f"{labels.scales[task].score(score.score)}{f' ({metric})' if metric else ''} "
        f"on {labels.tasks[task]}."
    )
    to = labels.score_place((model, task, variant))
    cited = cite_page(site, f"{run} on {labels.tasks[task]}", said, to)
    return replace(cited, key=f"{labels.model_slugs[model]}-{to.anchor}")
