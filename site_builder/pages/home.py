"""Make the home page, and the leaderboard and charts alone for other pages to embed."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address, Link, method_link
from site_builder.charts.analysis import chart_training_sets
from site_builder.charts.chart import Chart, Embed
from site_builder.charts.correlations import chart_correlation
from site_builder.charts.differences import (
    TASK_LIST,
    chart_best_lift_by_task,
    chart_category_difference,
)
from site_builder.charts.matrix import Matrix
from site_builder.charts.serving import chart_latency
from site_builder.errors import working_on
from site_builder.formatting import count
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import MOST_SHORT, BoardView, board_lede, board_views
from site_builder.pages.boards import (
    BoardCard,
    board_address,
    board_averages,
    board_card,
    board_frame,
    board_title,
)
from site_builder.pages.matrices import board_matrix
from site_builder.pages.page import Page, Site, TitledTable, citation_of
from site_builder.pages.price_table import make_price_table
from site_builder.pages.scales import common_bounds
from site_builder.pages.task_table import make_task_list, task_table
from site_builder.records import Record, replace
from site_builder.table_model import Drawing, Mark, MarkKind, draw_dumbbell

_MAX_BLOCKS = 40


class Tile(Record):
    """A number, what it is of at most six words, and its drawing.

    Attributes:
        of: What the number is out of.
        label: With a link to the section that explains it.
    """

    text: str
    label: Link
    of: str = ""
    drawing: Drawing | None = None


class HomeContext(Record):
    """What the home page shows; each part is None where the board has nothing for it.

    Attributes:
        lede: The size of the board in one sentence.
        tiles: The headline figures; none where there would be one.
        cards: The boards in short; empty on a site of one board.
        board: The featured board, with a link to its page.
        views: The model leaderboard.
        embed: The leaderboard for embedding in other pages.
        prices: Models by score and price, where few prices differ.
        cost: Else what ranks the entries, against their cost or list price.
        categories: Best model minus baseline, by category.
    """

    lede: str
    tiles: tuple[Tile, ...]
    cards: tuple[BoardCard, ...]
    board: Link
    views: tuple[BoardView, ...]
    embed: Embed
    prices: TitledTable | None
    cost: Chart | None
    categories: Chart | None


def make_home(site: Site) -> Iterator[Page]:
    """Yield the home page."""
    config, say = site.config.site, site.labels.say
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    prices, tiles = make_price_table(spec), tuple(_tiles(site))
    is_by_cost = any(trade.axis.is_cost for trade in site.trade_offs[:1])
    lede = board_lede(site)
    if site.has_boards:
        n_boards, whole = say("n_boards", len(site.by_board)), site.computed.whole.catalog
        n_entries = say("n_entries", len(whole.models) - len(whole.waiting))
        lede = say("home.size", n_boards=n_boards, n_entries=n_entries)
    context = HomeContext(
        lede=lede,
        tiles=tiles if len(tiles) > 1 and not site.has_boards else (),
        cards=tuple(map(board_card, site.by_board)) if site.has_boards else (),
        board=Link(board_title(site), board_address(site)),
        views=board_views(spec),
        embed=board_frame(site),
        prices=prices,
        cost=site.trade_views[0].chart if is_by_cost and not prices else None,
        categories=None if site.has_boards else site.chart(chart_category_difference),
    )
    about, cite = config.description or context.lede, citation_of(site)
    yield Page(Address("home"), "home.html", config.title, about, context, cite=cite)


def _tiles(site: Site) -> Iterator[Tile]:
    """The figures that the board defines, the most telling first."""
    stats, labels, say = site.results.stats, site.labels, site.labels.say
    baseline, base = labels.baseline, labels.base
    if stats.tasks_compared:
        label = method_link(say("home.beating", baseline=baseline), "best-of-several")
        yield _share_tile(label, stats.tasks_beating_baseline, stats.tasks_compared)
    before, after = stats.mean_base_score, stats.mean_tuned_score
    if stats.mean_lift_over_base is not None and before is not None and after is not None:
        lift = labels.scale.signed(stats.mean_lift_over_base)
        yield Tile(lift, method_link(say("home.lift", base=base), "lift"), "", _change(site))
    if stats.models_compared:
        label = method_link(say("home.ahead", baseline=baseline), "lift-over-baseline")
        yield _share_tile(label, stats.models_ahead_of_baseline, stats.models_compared)
    if stats.runs_paired:
        label = method_link(say("home.hurt", tuned=labels.tuned, base=base), "lift")
        yield _share_tile(label, stats.runs_hurt, stats.runs_paired, "loss-bar")


def _share_tile(label: Link, n: int, of: int, kind: MarkKind = "gain-bar") -> Tile:
    """Make the tile of a share, drawn as a block for each of a few, else as a bar."""
    marks = (Mark("track", 0, 1), *((Mark(kind, 0, round(n / of, 4)),) if n else ()))
    drawing = Drawing(marks, f"{label.text}: {n:,}/{of:,}", of if of <= _MAX_BLOCKS else 0)
    return Tile(count(n), label, f"/{count(of)}", drawing)


def _change(site: Site) -> Drawing | None:
    """Draw the mean score before and after tuning, within the bounds that all tasks share."""
    stats, tasks = site.results.stats, site.results.catalog.tasks
    ends = common_bounds(tasks[task] for task in site.results.board.tasks)
    before, after, scale = stats.mean_base_score, stats.mean_tuned_score, site.labels.scale
    if before is None or after is None or ends is None:
        return None
    text = f"{scale.score(before)} \N{RIGHTWARDS ARROW} {scale.score(after)}"
    drawn = draw_dumbbell(ends.place(before), ends.place(after), text=text)
    return replace(drawn, marks=(Mark("axis", 0, 1), *drawn.marks))


# --- embedded views -----------------------------------------------------------------------------


class EmbedContext(Record):
    """What an embedded view shows: a chart, every score, or the leaderboard.

    Attributes:
        origin: The site's name, with a link to the place of the view on the site.
        chart: The chart; None for anything else.
        matrix: Every score; None for anything else.
        views: The leaderboard; empty for anything else.
    """

    origin: Link
    chart: Chart | None = None
    matrix: Matrix | None = None
    views: tuple[BoardView, ...] = ()


def make_embeds(site: Site) -> Iterator[Page]:
    """Yield a page for the leaderboard of each board, and for each chart that it has."""
    for each in site.by_board:
        with working_on(each.board.name):
            yield from _embeds_of(each)


def _embeds_of(site: Site) -> Iterator[Page]:
    title, say = site.config.site.title, site.labels.say
    home = Address("home", anchor="leaderboard") if site.board.featured else board_address(site)
    origin = Link(title, home)
    words = {"n_models": say("n_ranked_models", len(site.results.board.ranked)), "site": title}
    kind = "embed.about_board" if site.has_boards else "embed.about"
    about = say(kind, name=site.board.title, **words)
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    context = EmbedContext(origin, views=board_views(spec))
    yield _view(board_frame(site), about, context)
    board, found = board_address(site), list[tuple[Address, Chart | None]]()
    for place, view in enumerate(site.trade_views):
        # Of several trade-offs the page shows the first, unless its address names another.
        query = (("against", view.id),) if place else ()
        found.append((board._replace(query=query), view.chart))
    if site.board.featured:
        found += [
            (Address("home"), None if site.has_boards else site.chart(chart_category_difference)),
            (Address("tasks"), _with_tasks(site, site.chart(chart_best_lift_by_task))),
            (Address("analysis"), site.chart(chart_correlation)),
            (Address("analysis"), site.chart(chart_training_sets)),
            (Address("serving"), site.chart(chart_latency)),
        ]
    for to, chart in ((board, board_averages(site)), *found):
        if chart is not None and chart.embed is not None:
            origin = Link(title, to._replace(anchor=f"chart-{chart.id}"))
            yield _view(chart.embed, chart.reading, EmbedContext(origin, chart))
    matrix = board_matrix(site)
    if matrix is not None and matrix.embed is not None:
        origin = Link(title, board_address(site)._replace(anchor="by-task"))
        about = f"{matrix.views[0].measure.title}."
        yield _view(matrix.embed, about, EmbedContext(origin, matrix=matrix))


def _with_tasks(site: Site, chart: Chart | None) -> Chart | None:
    """Return a chart of the tasks with the table that stands elsewhere on their page."""
    if chart is None:
        return None
    tasks = make_task_list(site, site.results.tasks)
    table = task_table(tasks, TASK_LIST, site.link("tasks").text, grouped=False)
    return replace(chart, table=table)


def _view(embed: Embed, about: str, context: EmbedContext) -> Page:
    """The page of a view; not listed, because the site shows it on another page."""
    title, to = embed.link.text, embed.link.to
    assert to is not None
    return Page(to, "embed.html", title, about, context, listed=False)
