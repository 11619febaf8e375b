"""Embedded views: the main charts and the leaderboard, each alone, for other people's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from site_builder.addresses import Address, Kind, Link
from site_builder.charts.analysis import chart_correlations, chart_training_sets
from site_builder.charts.averages import chart_averages, chart_size, chart_winners
from site_builder.charts.chart import Chart, Embed
from site_builder.charts.differences import chart_best_lift_by_task, chart_category_difference
from site_builder.charts.scores import chart_scores
from site_builder.charts.serving import chart_latency, chart_prices
from site_builder.compute.results import Results
from site_builder.formatting import counted
from site_builder.labels import Labels
from site_builder.pages.board_table import BoardParts
from site_builder.pages.board_views import BoardView, board_note, board_views
from site_builder.pages.page import Page, Site, ready
from site_builder.records import Record

MOST_IN_FRAME = 25
LEADERBOARD = Embed(
    "leaderboard", Link("Model leaderboard", Address("embed", "leaderboard")), height=720
)
# Every chart that says it is embedded, with the page that it is of.
EMBEDDED: tuple[tuple[Kind, Callable[[Results, Labels], Chart | None]], ...] = (
    ("home", chart_averages),
    ("home", chart_winners),
    ("models", chart_size),
    ("models", chart_scores),
    ("tasks", chart_best_lift_by_task),
    ("categories", chart_category_difference),
    ("analysis", chart_correlations),
    ("analysis", chart_training_sets),
    ("serving", chart_latency),
    ("serving", chart_prices),
)


class EmbedContext(Record):
    """What an embedded view shows: a chart, or the leaderboard.

    Attributes:
        origin: The site's name, leading to where the view stands in it.
        chart: The chart; None for the leaderboard.
        views: The leaderboard; empty for a chart.
        note: How it ranks.
    """

    origin: Link
    chart: Chart | None = None
    views: tuple[BoardView, ...] = ()
    note: str = ""


def make_embeds(site: Site) -> Iterator[Page]:
    """A page for the leaderboard, and for each chart that the board has."""
    yield _leaderboard(site)
    for kind, make in EMBEDDED:
        chart = site.chart(make)
        if chart is not None and chart.embed is not None:
            origin = _origin(site, Address(kind, anchor=f"chart-{chart.id}"))
            yield _view(site, chart.embed, chart.reading, EmbedContext(origin, chart))


def _leaderboard(site: Site) -> Page:
    parts = BoardParts(site.results.boards, site.results, site.labels, False, MOST_IN_FRAME)
    context = EmbedContext(
        origin=_origin(site, Address("home", anchor="leaderboard")),
        views=board_views(parts, "board"),
        note=board_note(site),
    )
    n = counted(len(site.results.board.ranked), "ranked model")
    about = f"The model leaderboard of {site.config.site.title}: {n}, to stand in other pages."
    return _view(site, LEADERBOARD, about, context)


def _origin(site: Site, place: Address) -> Link:
    return Link(site.config.site.title, place)


def _view(site: Site, embed: Embed, about: str, context: EmbedContext) -> Page:
    """The page of a view; not listed, since what it shows is found on the page that it is of."""
    title = embed.link.text
    to = embed.link.to or Address("embed", embed.id)
    return Page(to, "embed.html", title, about, ready(context), listed=False)
