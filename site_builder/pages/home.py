"""Make the home page, and the leaderboard and charts alone for other pages to embed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.chart import Chart, Embed
from site_builder.charts.differences import unselected
from site_builder.charts.grid import ScoreGrid
from site_builder.formatting import count
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import (
    MOST_SHORT,
    BoardView,
    board_lede,
    board_note,
    board_views,
)
from site_builder.pages.boards import BoardCard, board_address, board_cards
from site_builder.pages.page import Page, Site, cite_site
from site_builder.pages.robustness import Finding, leader_by_rule
from site_builder.records import Record


class HomeContext(Record):
    """What the home page shows; each part is None where the board has nothing for it.

    Attributes:
        headline: The question that the page answers.
        lede: The size of the board in two sentences.
        facts: The headline figures.
        cards: The boards in short; empty on a site of one board.
        board: The featured board, with a link to its page.
        views: The model leaderboard.
        board_note: What a reader needs to know of its ranks; empty where that is nothing.
        leader: Who leads by other rules.
        embed: The leaderboard for embedding in other pages.
        cost: Average against price, or against size where models have no prices.
        by_task: Best model minus baseline, by task.
        categories: Best model minus baseline, by category.
        winners: Models by their number of first places.
    """

    headline: str
    lede: str
    facts: tuple[Fact, ...]
    cards: tuple[BoardCard, ...]
    board: Link
    views: tuple[BoardView, ...]
    board_note: str
    leader: Finding | None
    embed: Embed
    cost: Chart | None
    by_task: Chart | None
    categories: Chart | None
    winners: Chart | None


def make_home(site: Site) -> Iterator[Page]:
    """Yield the home page."""
    config, charts = site.config.site, site.charts
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    context = HomeContext(
        headline=config.headline or config.title,
        lede=_lede(site),
        facts=() if site.has_boards else tuple(_headline_facts(site))[:4],
        cards=board_cards(site),
        board=Link(_board_title(site), board_address(site)),
        views=board_views(spec),
        board_note=board_note(site),
        leader=leader_by_rule(site),
        embed=_leaderboard(site),
        cost=charts.price or charts.size,
        by_task=charts.task_lifts,
        categories=None if site.has_boards else charts.category_lifts,
        winners=charts.winners,
    )
    about, cite = config.description or context.lede, cite_site(site)
    yield Page(Address("home"), "home.html", config.title, about, context, cite=cite)


def _lede(site: Site) -> str:
    if not site.has_boards:
        return board_lede(site)
    say, n = site.labels.say, len(site.computed.whole.catalog.models)
    n_boards = say("n_boards", len(site.by_board))
    return say("home.size", n_boards=n_boards, n_entries=say("n_entries", n))


def _board_title(site: Site) -> str:
    return site.board.title if site.has_boards else site.labels.say("board.heading")


def _headline_facts(site: Site) -> Iterator[Fact]:
    """The figures that the board defines, the most telling first."""
    stats, labels, say = site.results.stats, site.labels, site.labels.say
    contender, baseline, base = labels.contender, labels.baseline, labels.base
    if stats.tasks_compared:
        found = unselected(site.results)
        label = say("home.beating", contender=contender, baseline=baseline, unselected=found)
        beaten, of = count(stats.tasks_beating_baseline), f"/{stats.tasks_compared}"
        yield Fact(label, beaten, of, term="best-of-several")
    if stats.mean_lift_over_base is not None:
        lift = labels.scale.signed(stats.mean_lift_over_base)
        yield Fact(say("home.lift", base=base), lift, term="lift")
    if stats.models_compared:
        label = say("home.ahead", baseline=baseline)
        ahead, of = count(stats.models_ahead_of_baseline), f"/{stats.models_compared}"
        yield Fact(label, ahead, of, term="lift-over-baseline")
    if stats.runs_paired:
        worse, of = count(stats.runs_hurt), f"/{count(stats.runs_paired)}"
        yield Fact(say("home.hurt", tuned=labels.tuned, base=base), worse, of, term="lift")
    ranked = count(len(site.results.board.ranked))
    yield Fact(say("home.ranked"), ranked, f"/{stats.models}", term="rank")
    yield Fact(say("home.tasks"), count(stats.tasks))
    yield Fact(say("home.scores"), count(stats.scores))


# --- embedded views -----------------------------------------------------------------------------

_HEIGHT = 720


def _leaderboard(site: Site) -> Embed:
    """Return the page of a board for frames."""
    key = "leaderboard" if site.board.featured else f"{site.board.id}-leaderboard"
    return Embed("leaderboard", Link(_board_title(site), Address("embed", key)), _HEIGHT)


class EmbedContext(Record):
    """What an embedded view shows: a chart, every score, or the leaderboard.

    Attributes:
        origin: The site's name, with a link to the place of the view on the site.
        chart: The chart; None for anything else.
        grid: Every score; None for anything else.
        views: The leaderboard; empty for anything else.
        note: What a reader needs to know of its ranks.
    """

    origin: Link
    chart: Chart | None = None
    grid: ScoreGrid | None = None
    views: tuple[BoardView, ...] = ()
    note: str = ""


def make_embeds(site: Site) -> Iterator[Page]:
    """Yield a page for the leaderboard of each board, and for each chart that it has."""
    for each in site.by_board:
        yield from _embeds_of(each)


def _embeds_of(site: Site) -> Iterator[Page]:
    title, charts, say = site.config.site.title, site.charts, site.labels.say
    home = Address("home", anchor="leaderboard") if site.board.featured else board_address(site)
    origin = Link(title, home)
    n = say("n_ranked_models", len(site.results.board.ranked))
    about = say(
        "embed.about_board" if site.has_boards else "embed.about",
        name=site.board.title,
        site=title,
        n_models=n,
    )
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    context = EmbedContext(origin, views=board_views(spec), note=board_note(site))
    yield _view(_leaderboard(site), about, context)
    homes: Mapping[Address, tuple[Chart | None, ...]] = {
        Address("home"): (charts.price or charts.size, charts.task_lifts, charts.winners),
        board_address(site): (charts.averages, charts.size if charts.price else None),
        Address("categories"): () if site.has_boards else (charts.category_lifts,),
        Address("analysis"): (charts.correlations, charts.training_sets),
        Address("serving"): (charts.latency, charts.prices),
    }
    if not site.board.featured:
        homes = {board_address(site): (charts.averages, charts.price or charts.size)}
    for to, found in homes.items():
        for chart in found:
            if chart is not None and chart.embed is not None:
                origin = Link(title, to._replace(anchor=f"chart-{chart.id}"))
                yield _view(chart.embed, chart.reading, EmbedContext(origin, chart))
    if charts.scores is not None:
        origin = Link(title, board_address(site)._replace(anchor="by-task"))
        about = f"{charts.scores.measures[0].title}."
        yield _view(charts.scores.embed, about, EmbedContext(origin, grid=charts.scores))


def _view(embed: Embed, about: str, context: EmbedContext) -> Page:
    """The page of a view; not listed, because the site shows it on another page."""
    to = embed.link.to or Address("embed", embed.id)
    return Page(to, "embed.html", embed.link.text, about, context, listed=False)
