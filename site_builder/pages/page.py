"""Define pages, documents and the site that they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial

from site_builder.addresses import Address, Kind, Link, make_slugs
from site_builder.charts.chart import Chart
from site_builder.charts.trade_off import TradeView, chart_trade_offs
from site_builder.compute.catalog import Release
from site_builder.compute.numbers import Array, decimals_needed, floats_or_none, integers_or_none
from site_builder.compute.progress import Progress, compute_progress, run_dates
from site_builder.compute.results import BoardResults, Results, SiteResults
from site_builder.compute.trade_off import TradeOff, compute_trade_offs
from site_builder.config import SiteConfig
from site_builder.formatting import listed
from site_builder.labels import Labels, make_labels
from site_builder.records import CachingRecord, Record, replace
from site_builder.releases.feed import ReleaseNews
from site_builder.table_model import LegendItem, Table
from site_builder.tables.boards import BoardSpec
from site_builder.tables.export import ExportedTable


class Citation(Record):
    """What a reader cites: the site, a page of it, or a place on a page.

    Attributes:
        name: What the page is about; empty for the site as a whole.
        text: The finding, as a sentence; empty for the site as a whole.
        release_name: The release in the language of the site; empty for English.
    """

    site: str
    name: str
    text: str
    release: Release
    to: Address
    release_name: str = ""


class Page(Record):
    """One HTML page.

    Attributes:
        address: What it is about; `render/urls.py` makes the path of it.
        template: The template that renders it.
        title: Its name, for the browser's tab, the heading and search engines.
        description: One sentence on what it says.
        context: The variables of the template, or a function that makes them when the page is
            rendered, because those of a large board do not fit into memory at once. Worker
            processes render pages, so the function must be picklable: no lambda, no closure.
        crumbs: The way from the home page, without the page itself.
        previous, next: Its neighbours in the published order.
        listed: Whether the sitemap and the search name it.
        cite: What a reader of it cites; None where there is nothing to cite.
        card: What the picture says that a link to it is shown with; None for no picture.
        charts: Charts of installed packages, below everything else.
    """

    address: Address
    template: str
    title: str
    description: str
    context: Record | Callable[[], Record]
    crumbs: tuple[Link, ...] = ()
    previous: Link | None = None
    next: Link | None = None
    listed: bool = True
    cite: Citation | None = None
    card: str | None = None
    charts: tuple[Chart, ...] = ()

    def variables(self) -> Record:
        """Return the variables of the template."""
        return self.context if isinstance(self.context, Record) else self.context()


class TitledTable(Record):
    """A table in a section of its own.

    Attributes:
        anchor: That of the section.
        title: The finding, or what it is about.
        note: What the rows are, or what is not among them.
        line: The order of the rows, or how certain the finding is.
        orders: The keys of columns and their names, the first of the published order and without
            a key; empty where there is one order only.
        has_tones: Whether any difference is certain.
    """

    anchor: str
    title: str
    table: Table
    note: str = ""
    line: str = ""
    orders: tuple[tuple[str, str], ...] = ()
    legend: tuple[LegendItem, ...] = ()
    has_tones: bool = False


class Document(Record):
    """A file without a template: a table to download, an answer of the API."""

    address: Address
    content: bytes


class ScriptData(Record):
    """A value for scripts, published as a script, which a page opened from the disk can load.

    Scripts ask for it by its name. `value` makes JSON, and links, which become text and path from
    the site's root.
    """

    address: Address
    name: str
    value: Callable[[], object]


def variant_data(labels: Labels) -> list[Mapping[str, str]]:
    """Return what scripts must know of each variant, the primary one first."""
    slugs = make_slugs(labels.variants)
    return [
        {
            "id": variant,
            "label": labels.variants[variant],
            "phrase": labels.in_sentence(variant),
            "slug": slugs[variant],
        }
        for variant in labels.roles.variants
    ]


def by_variant(arrays: Mapping[str, Array]) -> Mapping[str, object]:
    """Send numbers of few decimals times ten to the power of `places`: two bytes less each."""
    places = decimals_needed(arrays.values())
    read = floats_or_none if places is None else partial(integers_or_none, places=places)
    values = {variant: [read(row) for row in rows] for variant, rows in arrays.items()}
    return {"places": places, "values": values}


OutputFile = Page | Document | ScriptData
_HOME = Address("home")


class Site(CachingRecord):
    """What every page maker reads: the site, as one of its boards sees it.

    Attributes:
        board: What `site.toml` states of the board.
        results, labels: Of the board.
        computed: The results of all boards.
        exported: The tables as they are published.
        news: What changed since the previous release; None without one.
        own: The titles of the project's own pages, by their names.
    """

    config: SiteConfig
    board: BoardSpec
    results: Results
    labels: Labels
    computed: SiteResults
    exported: tuple[ExportedTable, ...]
    news: ReleaseNews | None
    own: Mapping[str, str]

    @property
    def has_feed(self) -> bool:
        """Whether there is a feed of changes: it needs an address and the date of the data."""
        return bool(self.news and self.config.site.base_url and self.results.release.date)

    @property
    def has_boards(self) -> bool:
        """Whether the site has boards of its own making, with a page each."""
        return bool(self.config.boards)

    def cautions(self, model: str, task: str = "") -> tuple[str, ...]:
        """Return why scores of an entry should be compared with care, on one task or on any."""
        say, n, found = self.labels.say, len(self.results.scores.tasks), list[str]()
        for c in self.results.cautions.get(model, ()):
            if task and task not in c.tasks:
                continue
            names = listed([self.labels.tasks[name] for name in ((task,) if task else c.tasks)])
            if not c.reason:
                found.append(say("caution.trained_on", tasks=names))
            elif task or len(c.tasks) == n:
                found.append(c.reason)
            else:
                found.append(say("caution.of_tasks", reason=c.reason, tasks=names))
        return tuple(found)

    def link(self, kind: Kind) -> Link:
        """Return a link to a page of the navigation, by the name that it has there."""
        return Link(self.labels.say(f"navigation.{kind}"), Address(kind))

    @property
    def home(self) -> Link:
        """A link to the home page."""
        return self.link("home")

    @property
    def embedded_as(self) -> str:
        """What tells embedded views of the board from others; empty for the featured board."""
        return "" if self.board.featured else self.board.id

    def chart(self, draw: Callable[[Results, Labels], Chart | None]) -> Chart | None:
        """Return a chart of the board, which is drawn once for all places that show it."""
        if draw not in self._drawn:
            chart = draw(self.results, self.labels)
            self._drawn[draw] = chart and replace(chart, board=self.embedded_as)
        return self._drawn[draw]

    @cached_property
    def _drawn(self) -> dict[object, Chart | None]:
        return {}

    @cached_property
    def trade_offs(self) -> tuple[TradeOff, ...]:
        """What the entries of the board cost beside what they score."""
        return compute_trade_offs(self.results, self.board.config)

    @cached_property
    def trade_views(self) -> tuple[TradeView, ...]:
        """The trade-offs of the board as charts."""
        views = chart_trade_offs(self.results, self.labels, self.trade_offs)
        return tuple(replace(v, chart=replace(v.chart, board=self.embedded_as)) for v in views)

    @cached_property
    def progress(self) -> tuple[Progress, ...]:
        """The board over time, by each kind of date that is known."""
        return compute_progress(self.board, self.results, self.computed.whole)

    @cached_property
    def run_dates(self) -> Mapping[str, Mapping[str, str]]:
        """By variant, the day of the run of each entry of the board, where one is known."""
        variants, whole = self.results.scores.roles.variants, self.computed.whole
        return {variant: run_dates(self.board, variant, whole) for variant in variants}

    def on(self, board: BoardResults) -> Site:
        """Return the site as another of its boards sees it."""
        return replace(self.over(board.results), board=board.spec)

    def over(self, results: Results) -> Site:
        """Return the site as pages of other entries and tasks see it."""
        if results is self.results:
            return self
        return replace(self, results=results, labels=make_labels(results, self.config, self.labels))

    @cached_property
    def whole(self) -> Site:
        """The site over all entries and all tasks, parts too."""
        return self.over(self.computed.whole)

    @cached_property
    def overview(self) -> Site:
        """The site over all entries and tasks, without parts."""
        return self.over(self.computed.overview)

    @cached_property
    def by_board(self) -> tuple[Site, ...]:
        """The site as each of its boards sees it."""
        return tuple(self if b.spec is self.board else self.on(b) for b in self.computed.boards)

    @cached_property
    def of_entries(self) -> Mapping[str, Site]:
        """By entry, the site as the first board that ranks it, or else has it, sees it."""
        found: dict[str, Site] = {}
        for site in (self, *self.by_board):
            for s in site.results.board.ranked:
                found.setdefault(s.model, site)
        for site in (self, *self.by_board, self.overview):
            for s in site.results.board.entries:
                found.setdefault(s.model, site)
        return found


class OfSite(CachingRecord):
    """Something that is worked out of the site, as one of its boards sees it."""

    site: Site

    @property
    def labels(self) -> Labels:
        """Names and number formats."""
        return self.site.labels


def assemble_site(
    config: SiteConfig,
    exported: tuple[ExportedTable, ...],
    computed: SiteResults,
    own: Mapping[str, str] | None = None,
) -> Site:
    """Return the site as its featured board sees it."""
    board, whole = computed.featured, computed.whole
    labels = make_labels(whole, config)
    return Site(config, board.spec, whole, labels, computed, exported, None, own or {}).on(board)


def in_sequence(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages of one kind, each with links to the one before and the one after it."""
    pages = tuple(pages)
    links = (None, *(Link(page.title, page.address) for page in pages), None)
    for page, before, after in zip(pages, links, links[2:], strict=False):
        yield replace(page, previous=before, next=after)


def citation_of(site: Site, name: str = "", text: str = "", to: Address = _HOME) -> Citation:
    """Return the citation of a page or a place, with the finding to cite; by default the site's."""
    release = site.results.release
    return Citation(site.config.site.title, name, text, release, to, site.labels.release(release))
