"""Make the pages of a board over releases, and of each release that is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from itertools import islice

from site_builder.addresses import Address, Link
from site_builder.charts.cells import attribute_field, model_cell, number_cell, number_field
from site_builder.charts.chart import Chart
from site_builder.charts.history import MOST_LINES, RankLine, draw_ranks_over_releases, rank_trace
from site_builder.compute.board import Board
from site_builder.compute.catalog import Release
from site_builder.formatting import MINUS, MISSING, count, day, listed, ordinal
from site_builder.pages.board_views import view_id
from site_builder.pages.page import Document, Page, Site, TitledTable
from site_builder.records import CachingRecord, Record
from site_builder.releases.history import BoardAt, BoardHistory, RankSplit
from site_builder.releases.snapshot import KeptRelease, name_of
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_ROWS = 500
_MOST_CHOICES = 200
_CAUSES = ("rescored", "entries", "tasks", "rule")


class HistoryView(Record):
    """A variant of a board over releases.

    Attributes:
        id, label: As the board names the view.
        answer: Who ranks first, and since when.
        chart: The ranks of entries; None where no earlier release can be compared.
        choices: The entries that may be chosen in the chart, each with `key`, its id, `name`,
            `title`, the title of the chart then, and `trace`, its line.
        ranks: Rank and score of each entry at each release; None without a chart.
        notes: What is compared.
    """

    id: str
    label: str
    answer: str
    chart: Chart | None
    choices: tuple[Mapping[str, object], ...]
    ranks: Table | None
    notes: tuple[str, ...]


class HistoryContext(Record):
    """What the page of a board over releases shows.

    Attributes:
        views: Of each variant, the one that the board opens with first.
        releases: The releases that are kept.
        why: The page that says why ranks changed since the previous release.
        others: The same page of other boards.
    """

    views: tuple[HistoryView, ...]
    releases: Table
    why: Link
    others: tuple[Link, ...]


class ReleaseContext(Record):
    """What the page of an earlier release shows.

    Attributes:
        boards: The ranks of its boards then and today, of those that the site has today.
        snapshot: All that was published of it, to download.
    """

    boards: tuple[TitledTable, ...]
    snapshot: Link


def make_histories(site: Site) -> Iterator[Page | Document]:
    """Yield the pages of boards over releases, and a page for each kept release with its data."""
    news = site.news
    if news is None or not news.kept:
        return
    for kept in news.kept:
        yield Document(Address("file", kept.path), kept.content)
        yield _make_release(site, kept)
    for of in site.by_board:
        if (view := _view_of(of)) is not None:
            title, crumbs = view.say("history.title"), (site.home,)
            if of.has_boards:
                title = view.say("history.title_of", board=of.board.title)
            context, here = partial(_context, of), history_address(of)
            yield Page(here, "history.html", title, view.answer(), context, crumbs)


def history_address(site: Site) -> Address:
    """Return the page of the board over releases."""
    return Address("history") if site.board.featured else Address("board_history", site.board.id)


def rank_line(site: Site, model: str) -> Link | None:
    """Return the ranks of an entry over releases, with a link; None below two of them."""
    view = _view_of(site)
    found = view.history.ranks_of(model) if view else []
    if view is None or len(found) < 2 or found[-1][0] != view.history.releases[-1].release:
        return None
    say, last = site.labels.say, len(found) - 1
    shown = [
        say("history.since", rank=ordinal(rank), date=_day(site, release))
        for i, (release, rank) in enumerate(found)
        if i == 0 or rank != found[i - 1][1]
    ]
    text = say("history.line", last + 1, ranks=", ".join(shown))
    address = history_address(site)
    return Link(text, Address(address.kind, address.key, query=(("entry", model),)))


# --- a board over releases ----------------------------------------------------------------------


def _view_of(site: Site, variant: str = "") -> _View | None:
    """Return a board over releases; None where it has no history."""
    variant = variant or site.labels.roles.primary
    found = site.news and site.news.histories.get((site.board.id, variant))
    return _View(site, found, site.results.boards[variant]) if found else None


def _context(site: Site) -> HistoryContext:
    variants = (_view_of(site, variant) for variant in site.labels.roles.variants)
    views, say = [view for view in variants if view is not None], site.labels.say
    history = views[0].history
    last = history.releases[-2].release
    others = (of for of in site.by_board if of.board is not site.board and _view_of(of))
    return HistoryContext(
        views=tuple(view.published() for view in views if view is views[0] or view.is_compared),
        releases=_releases_table(site, history),
        why=Link(say("history.why", date=_day(site, last)), Address("release", name_of(last))),
        others=tuple(Link(of.board.title, history_address(of)) for of in others),
    )


def _day(site: Site, release: Release) -> str:
    """Return the day of a release; its id where no day is known, or another has the same."""
    news = site.news
    others = [kept.release for kept in news.kept] if news else []
    times = Counter(other.date for other in (*others, site.results.release))
    if release.date is None:
        return release.short
    return (
        day(release.date) if times[release.date] < 2 else f"{day(release.date)} ({release.short})"
    )


class _View(CachingRecord):
    """A ranking over the releases that have the common tasks."""

    site: Site
    history: BoardHistory
    board: Board

    def say(self, message: str, n: int | None = None, **values: object) -> str:
        """Return a text."""
        return self.site.labels.say(message, n, **values)

    @property
    def is_compared(self) -> bool:
        """Whether an earlier release can be compared with today."""
        return len(self.history.compared) > 1 and bool(self.lines)

    @cached_property
    def id(self) -> str:
        """Its name in the page's address."""
        return view_id(self.site.labels, self.board.variant)

    def named(self, name: str) -> str:
        """Return the id of a part of the page; those of the first view are plain."""
        is_first = self.board.variant == self.site.labels.roles.primary
        return name if is_first else f"{name}-{self.id}"

    def published(self) -> HistoryView:
        """Return what the page shows of it."""
        return HistoryView(
            id=self.id,
            label=self.site.labels.variants[self.board.variant],
            answer=self.answer(),
            chart=self.chart() if self.is_compared else None,
            choices=self.choices() if self.is_compared else (),
            ranks=self.table() if self.is_compared else None,
            notes=tuple(self.notes()),
        )

    @cached_property
    def days(self) -> list[str]:
        """What each release is called; today has a name of its own."""
        releases = [_day(self.site, at.release) for at in self.history.compared[:-1]]
        return [*releases, self.say("history.today")]

    @cached_property
    def lines(self) -> Mapping[str, RankLine]:
        """The ranks of each entry: by its rank of today on the common tasks, then without one."""
        labels, compared = self.site.labels, self.history.compared
        scale, ranks = labels.merit_scale(self.board), compared[-1].ranks or {}
        known = [m for m in ranks if any((at.ranks or {}).get(m) for at in compared)]
        return {
            model: RankLine(
                labels.models[model],
                tuple((at.ranks or {}).get(model) for at in compared),
                tuple(scale.score(at.values.get(model)) for at in compared),
            )
            for model in sorted(known, key=lambda m: (ranks[m] is None, ranks[m] or 0))
        }

    def answer(self) -> str:
        """Return who ranks first, and since when."""
        firsts = [
            [model for model, rank in (at.ranks or {}).items() if rank == 1]
            for at in self.history.compared
        ]
        names = listed([self.site.labels.models[model] for model in firsts[-1]])
        place = next((i for i, of in enumerate(reversed(firsts)) if of != firsts[-1]), len(firsts))
        n = len(self.history.tasks)
        over = "" if n == self.history.n_tasks else "_common"
        if len(firsts) < 2 or not names:
            return self.say("history.nothing")
        if place == 1:
            before = listed([self.site.labels.models[m] for m in firsts[-2]])
            kind = "now" if before else "now_only"
            return self.say(f"history.{kind}{over}", n, names=names, before=before)
        kind = "always" if place == len(firsts) else "first"
        since = _day(self.site, self.history.compared[-place].release)
        return self.say(f"history.{kind}{over}", n, names=names, date=since)

    def chart(self) -> Chart:
        """Draw the ranks of the best entries of today."""
        lines = [*self.lines.values()][:MOST_LINES]
        title, caption = self.title_of(lines[0]), " ".join(self.notes())
        return Chart(
            id=self.named("ranks-over-releases"),
            title=title,
            reading=f"{title}. {caption}",
            caption=caption,
            drawing=draw_ranks_over_releases(lines, self.days),
            table=None,
            terms="history",
            table_id=self.named("history"),
        )

    def choices(self) -> tuple[Mapping[str, object], ...]:
        """Return what the chart shows of each entry."""
        return tuple(
            {
                "key": model,
                "name": of.name,
                "title": self.title_of(of),
                "trace": rank_trace(of, self.days, is_chosen=True),
            }
            for model, of in islice(self.lines.items(), _MOST_CHOICES)
        )

    def title_of(self, line: RankLine) -> str:
        """Return where an entry came from, and where it is."""
        known = [(rank, date) for rank, date in zip(line.ranks, self.days, strict=True) if rank]
        (first, since), (last, _) = known[0], known[-1]
        kind = "gone" if line.ranks[-1] is None else "moved_to" if len(known) > 1 else "new"
        ranks = {"before": ordinal(first), "rank": ordinal(last)}
        return self.site.labels.say(f"history.entry.{kind}", name=line.name, date=since, **ranks)

    def notes(self) -> Iterator[str]:
        """Yield what ranks are among and over, and what could not be compared."""
        history, rule = self.history, self.site.labels.merit_label(self.board)
        n, of = len(history.tasks), history.n_tasks
        if n == of:
            yield self.say("history.compared_all", n, rule=rule)
        else:
            yield self.say("history.compared", n, of=of, rule=rule)
        others = [at for at in history.releases if at.ranks is None]
        if others:
            days = listed([_day(self.site, at.release) for at in others])
            yield self.say("history.not_compared", len(others), days=days)

    def table(self) -> Table:
        """Return rank and score at each release, the latest first."""
        labels, last = self.site.labels, len(self.days) - 1

        def cell(place: int, model: str) -> Cell:
            rank, score = self.lines[model].ranks[place], self.lines[model].scores[place]
            return number_cell(rank, count(rank), score if rank else "")

        columns = [
            Column(f"release-{place}", self.days[place], "number", first_order="ascending")
            for place in range(last, -1, -1)
        ]
        fields = [
            Field[str](labels.column("model"), lambda model: model_cell(labels, model)),
            *(Field(column, partial(cell, last - i)) for i, column in enumerate(columns)),
        ]
        caption, models = self.say("history.table_caption"), [*self.lines][:_MOST_ROWS]
        return table_of(self.named("history"), caption, fields, models, sorted_by=columns[0].key)


# --- why ranks changed --------------------------------------------------------------------------


def _part_fields(site: Site) -> list[Field[RankSplit]]:
    """Return a column for each cause of a change of rank."""
    say = site.labels.say

    def cell(cause: str, split: RankSplit) -> Cell:
        places = split.parts.get(cause)
        if places is None:
            return number_cell(None, MISSING)
        sign = "+" if places > 0 else MINUS if places < 0 else ""
        text = f"{sign}{count(abs(places))}"
        return Cell(text, places, tone="gain" if places > 0 else "loss" if places else "soft")

    return [
        Field(
            Column(cause, say(f"history.cause.{cause}"), "number", say(f"history.help.{cause}")),
            partial(cell, cause),
        )
        for cause in _CAUSES
    ]


def _rank_field(key: str, label: str) -> Field[RankSplit]:
    column = Column(key, label, "number", first_order="ascending", term="rank")
    return attribute_field(column, count)


# --- releases -----------------------------------------------------------------------------------


def _releases_table(site: Site, history: BoardHistory) -> Table:
    """Return the releases, today first, each with its leader then."""
    say, known = site.labels.say, site.whole.labels.models

    def release_cell(at: BoardAt) -> Cell:
        name = _day(site, at.release)
        if at is history.releases[-1]:
            return Cell(name, name, link=Link(name, Address("data", "", "release")))
        return Cell(name, name, link=Link(name, Address("release", name_of(at.release))))

    def first_cell(at: BoardAt) -> Cell:
        firsts = [model for model, rank in at.published.items() if rank == 1]
        names = listed([at.gone.get(m) or known.get(m, m) for m in firsts]) or MISSING
        return Cell(names, names)

    def n_ranked(at: BoardAt) -> int:
        return sum(rank is not None for rank in at.published.values())

    fields = [
        Field[BoardAt](Column("release", say("history.release")), release_cell),
        Field(Column("first", say("history.first_then")), first_cell),
        number_field(Column("ranked", say("history.ranked"), "number"), n_ranked, count),
    ]
    return table_of("releases", say("history.releases_caption"), fields, history.releases[::-1])


def _make_release(site: Site, kept: KeptRelease) -> Page:
    name = _day(site, kept.release)
    boards = tuple(
        _release_board(view, at)
        for view in site.by_board
        if (found := _view_of(view)) is not None
        for at in found.history.releases[:-1]
        if at.release == kept.release
    )
    about = site.labels.say("history.of_release", release=site.labels.release(kept.release))
    snapshot = Link(kept.path.rpartition("/")[2], Address("file", kept.path))
    context = ReleaseContext(boards, snapshot)
    title = site.labels.say("history.release_of", date=name)
    history = Link(site.labels.say("history.title"), Address("history"))
    crumbs = (site.home, history) if boards else (site.home,)
    address = Address("release", name_of(kept.release))
    return Page(address, "release.html", title, about, context, crumbs, listed=False)


def _release_board(site: Site, at: BoardAt) -> TitledTable:
    """Return a board as it was published, beside the ranks of today."""
    labels, since = site.labels, _day(site, at.release)
    splits = {split.model: split for split in at.splits}
    order = sorted(at.published, key=lambda m: (at.published[m] is None, at.published[m] or 0))
    rows = [splits.get(model, RankSplit(model, at.published[model], None)) for model in order]

    def name_cell(split: RankSplit) -> Cell:
        if split.model in site.whole.labels.models:
            return model_cell(site.whole.labels, split.model)
        name = at.gone.get(split.model, split.model)
        return Cell(name, name, labels.say("history.gone"))

    fields = [
        _rank_field("before", since),
        Field[RankSplit](labels.column("model"), name_cell),
        _rank_field("after", labels.say("history.today")),
        *_part_fields(site),
    ]
    key, say = f"board-{site.board.id}" if site.board.id else "board", labels.say
    title = site.board.title if site.has_boards else say("history.board_then")
    more = say("changes.n_rows", len(rows), most=_MOST_ROWS) if len(rows) > _MOST_ROWS else ""
    caption = say("history.then_caption", board=title, date=since)
    table = table_of(key, caption, fields, rows[:_MOST_ROWS], header=1, sorted_by="before")
    return TitledTable(f"{key}-then", title, table, more)
