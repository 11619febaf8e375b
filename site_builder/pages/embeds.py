"""Make the embedded views: the leaderboard and the main charts, each alone for other pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.addresses import Address, Kind, Link
from site_builder.charts.chart import Chart, Embed
from site_builder.formatting import counted
from site_builder.pages.board_table import BoardTableSpec
from site_builder.pages.board_views import MOST_SHORT, BoardView, board_note, board_views
from site_builder.pages.page import Page, Site
from site_builder.records import Record

LEADERBOARD = Embed(
    "leaderboard", Link("Model leaderboard", Address("embed", "leaderboard")), height=720
)


class EmbedContext(Record):
    """What an embedded view shows: a chart, or the leaderboard.

    Attributes:
        origin: The site's name, with a link to the place of the view on the site.
        chart: The chart; None for the leaderboard.
        views: The leaderboard; empty for a chart.
        note: What a reader needs to know of its ranks.
    """

    origin: Link
    chart: Chart | None = None
    views: tuple[BoardView, ...] = ()
    note: str = ""


def make_embeds(site: Site) -> Iterator[Page]:
    """Yield a page for the leaderboard, and for each chart that the board has."""
    title, charts = site.config.site.title, site.charts
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    n = counted(len(site.results.board.ranked), "ranked model")
    about = f"The model leaderboard of {title}: {n}, for embedding in other pages."
    origin = Link(title, Address("home", anchor="leaderboard"))
    context = EmbedContext(origin, views=board_views(spec, "board"), note=board_note(site))
    yield _view(LEADERBOARD, about, context)
    homes: Mapping[Kind, tuple[Chart | None, ...]] = {
        "home": (charts.task_lifts, charts.winners),
        "models": (charts.averages, charts.size, charts.scores),
        "categories": (charts.category_lifts,),
        "analysis": (charts.correlations, charts.training_sets),
        "serving": (charts.latency, charts.prices),
    }
    for kind, found in homes.items():
        for chart in found:
            if chart is not None and chart.embed is not None:
                origin = Link(title, Address(kind, anchor=f"chart-{chart.id}"))
                yield _view(chart.embed, chart.reading, EmbedContext(origin, chart))


def _view(embed: Embed, about: str, context: EmbedContext) -> Page:
    """The page of a view; not listed, because the site shows it on another page."""
    to = embed.link.to or Address("embed", embed.id)
    return Page(to, "embed.html", embed.link.text, about, context, listed=False)
