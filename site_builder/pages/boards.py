"""Make the page of each board: its whole table, its charts, and who leads by other rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.averages import chart_averages
from site_builder.charts.cells import facet_cell, facet_column, model_cell
from site_builder.charts.chart import Chart, Choice, Embed, id_of
from site_builder.charts.matrix import Matrix
from site_builder.charts.progress import ProgressChart, chart_progress
from site_builder.charts.trade_off import TradeView, chart_trade_off
from site_builder.charts.trade_off_words import TradeWords
from site_builder.compute.board import Entry
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.trade_off import TradeOff, compute_trade_offs, other_statistics
from site_builder.errors import working_on
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_table import rank_cell
from site_builder.pages.board_views import BoardView, board_lede, board_views, lead_text
from site_builder.pages.filters import model_tools, model_values
from site_builder.pages.matrices import board_matrix, with_tools
from site_builder.pages.page import OfSite, Page, ScriptData, Site, TitledTable, citation_of
from site_builder.pages.robustness import leader_by_rule, lifts_by_metric
from site_builder.pages.scales import common_bounds
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_BOARDS = 12
_FRAME_HEIGHT = 720
_BEST = 3


class BoardContext(Record):
    """What the page of a board shows.

    Attributes:
        lede: What it is about.
        views: The full board.
        embed: The leaderboard for embedding in other pages.
        averages: What ranks the models, with brackets; None below two ranked models.
        leader: Who leads by other rules; None below two ranked models, and for one task.
        metrics: Models against the baseline, by metric; None without a baseline and for one metric.
        trade_offs: What ranks the entries against cost, size and the like; empty without any.
        trade_choices: By the id of each of these, what else may be held against the same.
        progress: The board over time, by each kind of date that is known.
        waiting: Models that are not evaluated, and why.
        matrix: Every score; None where the board has nothing for it.
        picker_label, picker: The boards of the other parts of a task, and which of them this is;
            empty for a board that is not one of those.
    """

    lede: str
    views: tuple[BoardView, ...]
    embed: Embed
    averages: Chart | None
    leader: TitledTable | None
    metrics: TitledTable | None
    trade_offs: tuple[TradeView, ...]
    trade_choices: Mapping[str, Sequence[Choice]]
    progress: tuple[ProgressChart, ...]
    waiting: tuple[Fact, ...]
    matrix: Matrix | None
    picker_label: str
    picker: tuple[tuple[Link, bool], ...]


class BoardCard(Record):
    """A board in short.

    Attributes:
        link: Its page.
        description: What it measures.
        best: The names of the first entries, what ranks them, and how far that is on its scale, as
            a share.
        entries: How many are ranked and shown at first.
        newest: Date of the newest score; empty where none is known.
        featured: Whether it stands below the cards.
    """

    link: Link
    description: str
    best: tuple[tuple[str, str, float | None], ...]
    entries: str
    newest: str
    featured: bool


class EntriesContext(Record):
    """What the list of entries shows, on a site of several boards.

    Attributes:
        table: Every entry, with its rank on each board.
        waiting: Models that are not evaluated, and why.
    """

    table: Table
    waiting: tuple[Fact, ...]


def make_boards(site: Site) -> Iterator[Page]:
    """Yield the page of each board; of several, also the list of all entries."""
    if not site.has_boards:
        yield _make_board(site, Address("models"), site.link("models").text)
        return
    for each in site.by_board:
        with working_on(each.board.name):
            page = _make_board(each, Address("board", each.board.id), each.board.title)
        yield page
    say, whole = site.labels.say, site.computed.whole.catalog
    n_entries = say("n_entries", len(whole.models) - len(whole.waiting))
    about = say("entries.about", n_entries=n_entries)
    context = partial(_entries_context, site)
    title = site.link("models").text
    yield Page(Address("models"), "entries.html", title, about, context, (site.home,))


def board_address(site: Site) -> Address:
    """Return the page of the board that a site is seen as."""
    return Address("board", site.board.id) if site.has_boards else Address("models")


def board_title(site: Site) -> str:
    """Return the title of a board."""
    return site.board.title if site.has_boards else site.labels.say("board.heading")


def board_frame(site: Site) -> Embed:
    """Return the leaderboard of a board for embedding in other pages."""
    key = f"{site.embedded_as}-leaderboard".removeprefix("-")
    return Embed(Link(board_title(site), Address("embed", key)), _FRAME_HEIGHT)


def _make_board(site: Site, here: Address, title: str) -> Page:
    board, say, cite = site.results.board, site.labels.say, None
    lead = lead_text(BoardTableSpec(site, site.results.boards))
    if site.has_boards:
        about = site.board.description or board_lede(site)
        cite = citation_of(site, title, lead, here)
    else:
        n_models = say("n_models", site.results.stats.models)
        words = {"n_models": n_models, "n_tasks": say("n_tasks", len(board.tasks)), "lead": lead}
        about = say("board.page.about_lead" if lead else "board.page.about", **words)
    context = partial(_context, site, about)
    return Page(here, "board.html", title, about, context, (site.home,), cite=cite)


def _context(site: Site, about: str) -> BoardContext:
    results, whole, picker_label = site.results, site.board.part_of, ""
    spec = BoardTableSpec(site, results.boards, full=True)
    if whole:
        picker_label = site.labels.say("parts.other", name=site.labels.tasks[whole])
    return BoardContext(
        lede=about if site.has_boards else board_lede(site),
        views=board_views(spec),
        embed=board_frame(site),
        averages=board_averages(site),
        leader=leader_by_rule(site) if board_averages(site) else None,
        metrics=lifts_by_metric(site),
        trade_offs=site.trade_views,
        trade_choices=TradeChoices(site).by_view,
        progress=tuple(chart_progress(p, results, site.labels) for p in site.progress),
        waiting=waiting_facts(site),
        matrix=with_tools(site, board_matrix(site), filtered=True),
        picker_label=picker_label,
        picker=tuple(_picker(site)),
    )


def waiting_facts(site: Site, beside: str = "") -> tuple[Fact, ...]:
    """Return the entries that are not evaluated, and why: all, or those of the model of one."""
    say, names = site.labels.say, site.labels.models
    return tuple(
        Fact(
            say(f"status.{m.status}"),
            m.reason or "",
            link=Link(names[m.model], Address("model", m.model)),
        )
        for m in site.results.catalog.waiting
        if not beside or (m.model != beside and m.of == site.results.catalog.models[beside].of)
    )


def _picker(site: Site) -> Iterator[tuple[Link, bool]]:
    """Yield the boards that are made like this one for each part of a task."""
    for each in site.by_board if site.board.part_of else ():
        if (each.board.made_for, each.board.part_of) == (site.board.made_for, site.board.part_of):
            link = Link(each.board.part, Address("board", each.board.id))
            yield link, each.board is site.board


def board_averages(site: Site) -> Chart | None:
    """Return the chart of what ranks a board, unless its first filters hide a ranked entry."""
    n_hidden = len(site.results.board.ranked) - len(site.results.shown(site.board.config))
    return None if n_hidden else site.chart(chart_averages)


# --- cards --------------------------------------------------------------------------------------


def board_card(site: Site) -> BoardCard:
    """Return the card of the board that a site is seen as."""
    board, labels, spec = site.results.board, site.labels, site.board
    shown = site.results.shown(spec.config)
    of, write = site.results.scores.stated_of, labels.merit_scale(board).score
    dates = (score.date for s in board.entries for score in of(s.model) if score.date)
    tasks = site.results.catalog.tasks
    ends = common_bounds(tasks[task] for task in board.tasks) if board.by_average else None

    def first(s: Entry) -> tuple[str, str, float | None]:
        value, share = board.merit(s), None
        if value is not None and ends is not None and ends.high > ends.low:
            share = min(max(ends.share(value), 0.0), 1.0)
        return labels.models[s.model], write(value), share

    return BoardCard(
        Link(spec.title, Address("board", spec.id)),
        spec.description,
        tuple(map(first, shown[:_BEST])),
        labels.say("n_entries", len(shown)),
        max(dates, default=""),
        spec.featured,
    )


# --- all entries --------------------------------------------------------------------------------


def _entries_context(site: Site) -> EntriesContext:
    whole = site.whole
    catalog = whole.results.catalog
    facets = [f for f in catalog.facets if f.is_setting]

    def rank_field(each: Site) -> Field[ModelInfo]:
        board, known = each.results.board, each.results.catalog.models
        meaning = whole.labels.say("board.page.rank")
        column = Column(each.board.id, each.board.title, "number", meaning, "ascending")

        def cell(m: ModelInfo) -> Cell:
            return rank_cell(board.entry(m.model).rank if m.model in known else None)

        return Field(column, cell)

    def facet_field(name: str, label: str) -> Field[ModelInfo]:
        column = facet_column(whole.labels, name, label)
        return Field(column, lambda m: facet_cell(whole.labels, name, m.facet(name)))

    fields: tuple[Field[ModelInfo], ...] = (
        Field(
            whole.labels.column("model"),
            lambda m: model_cell(whole.labels, m.model, m.developer or ""),
        ),
        *map(rank_field, site.by_board[:_MOST_BOARDS]),
        *(facet_field(f.id, f.label) for f in facets),
    )
    tools = model_tools(whole.labels, catalog)
    table = table_of(
        "entries",
        whole.labels.say("entries.caption"),
        fields,
        [m for m in catalog.models.values() if not m.status],
        filters=lambda m: model_values(whole.labels, catalog, m.model, tools),
        tools=tools,
    )
    return EntriesContext(table, waiting_facts(whole))


# --- trade-offs by other statistics --------------------------------------------------------------

# A view of the page, its trade-off, and that by another statistic, which stands in its place.
_InPlace = tuple[TradeView, TradeOff, TradeOff]


class TradeChoices(OfSite):
    """What else the entries of a board may be compared by in its trade-offs.

    The page names the files, which `static/js/trade-off.js` loads when a reader asks for them.
    """

    @cached_property
    def _found(self) -> Sequence[tuple[Choice, Sequence[_InPlace]]]:
        """The choices, each with its trade-offs by the axes that the page has."""
        site, found = self.site, list[tuple[Choice, Sequence[_InPlace]]]()
        config, views = site.board.config, [*zip(site.trade_views, site.trade_offs, strict=True)]
        for place, statistic in enumerate(other_statistics(site.results, config) if views else ()):
            trades = {t.axis.id: t for t in compute_trade_offs(site.results, config, statistic)}
            shown = [(v, own, trades[own.axis.id]) for v, own in views if own.axis.id in trades]
            if shown:
                key = id_of(statistic.id, place)
                file = f"data/trade-offs/{site.board.id or 'all'}/{key}.js"
                label = site.labels.statistic_label(statistic, site.results.board)
                found.append((Choice(key, label, f"trade-offs {key}", file), shown))
        return found

    @property
    def by_view(self) -> Mapping[str, Sequence[Choice]]:
        """The choices of each view, by its id."""
        return {
            each.id: [c for c, shown in self._found if any(each is view for view, *_ in shown)]
            for each in self.site.trade_views
        }

    def files(self) -> Iterator[ScriptData]:
        """Yield a file for each statistic."""
        for choice, shown in self._found:
            value = partial(self._views, shown)
            yield ScriptData(Address("asset", choice.file), choice.name, value)

    def _views(self, shown: Sequence[_InPlace]) -> Mapping[str, object]:
        """Return what stands in the place of views: texts, figure, and rows of the frontier."""
        found = {}
        for view, own, other in shown:
            words = TradeWords(self.site.results, self.labels, other)
            made = chart_trade_off(words, view.id, own.frontier)
            score = next(column for column in made.table.columns if column.key == "score")
            found[view.id] = {
                "title": made.chart.title,
                "reading": made.chart.reading,
                "caption": made.chart.caption,
                "heading": made.table.caption,
                "score": made.score,
                "first": score.first_order or "descending",
                "figure": made.chart.figure_json,
                "rows": [[*map(_cell_data, row.cells)] for row in made.table.rows],
            }
        return found


def _cell_data(cell: Cell) -> Mapping[str, object]:
    """Return what a script makes a cell of, as `render/tables.py` does."""
    parts = {n: getattr(cell, n) for n in ("text", "value", "link", "note", "suffix", "tone")}
    return {name: part for name, part in parts.items() if part not in ("", None)}


def make_trade_choices(site: Site) -> Iterator[ScriptData]:
    """Yield the files of the trade-offs of each board."""
    for each in site.by_board:
        with working_on(each.board.name):
            yield from TradeChoices(each).files()
