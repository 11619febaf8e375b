"""Make the home page."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address, Fact
from site_builder.charts.cells import MODEL, RANK, lift_cell, model_cell, score_cell
from site_builder.charts.chart import Chart, Embed
from site_builder.charts.correlations import lift_correlations_table
from site_builder.charts.differences import unselected
from site_builder.compute.board import Standing
from site_builder.formatting import count
from site_builder.pages.board_table import BoardTableSpec, rank_cell, tie_tags, wins_cell
from site_builder.pages.board_views import (
    COLUMNS,
    MOST_SHORT,
    BoardView,
    board_lede,
    board_note,
    board_views,
)
from site_builder.pages.embeds import LEADERBOARD
from site_builder.pages.page import Page, Site, cite_site
from site_builder.pages.robustness import Finding, leader_by_rule, lifts_by_metric
from site_builder.pages.task import Picker, make_picker
from site_builder.records import Record
from site_builder.table_model import Column, Field, Table, table_of


class HomeContext(Record):
    """What the home page shows; each part is None where the board has nothing for it.

    Attributes:
        headline: The question that the page answers.
        lede: The size of the board in two sentences.
        facts: The headline figures.
        views: The model leaderboard.
        board_note: What a reader needs to know of its ranks; empty where that is nothing.
        leader: Who leads by other rules.
        metrics: Models against the baseline, by metric.
        embed: The leaderboard for embedding in other pages.
        averages: Base and tuned averages, with the baseline.
        by_task: Best model minus baseline, by task.
        latency: Time to first token.
        prices: List prices.
        picker: The task leaderboard.
        categories: Best model minus baseline, by category.
        top: The five highest ranks.
        winners: Models by their number of first places.
        correlations: Each feature with each kind of lift.
        training_sets: How large the training sets are.
    """

    headline: str
    lede: str
    facts: tuple[Fact, ...]
    views: tuple[BoardView, ...]
    board_note: str
    leader: Finding | None
    metrics: Finding | None
    embed: Embed
    averages: Chart | None
    by_task: Chart | None
    latency: Chart | None
    prices: Chart | None
    picker: Picker | None
    categories: Chart | None
    top: Table
    winners: Chart | None
    correlations: Table | None
    training_sets: Chart | None


def make_home(site: Site) -> Iterator[Page]:
    """Yield the home page."""
    config, charts = site.config.site, site.charts
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    context = HomeContext(
        headline=config.headline or config.title,
        lede=board_lede(site),
        facts=tuple(_headline_facts(site))[:4],
        views=board_views(spec, "board"),
        board_note=board_note(site),
        leader=leader_by_rule(site),
        metrics=lifts_by_metric(site),
        embed=LEADERBOARD,
        averages=charts.averages,
        by_task=charts.task_lifts,
        latency=charts.latency,
        prices=charts.prices,
        picker=make_picker(site, "picker"),
        categories=charts.category_lifts,
        top=_top_five(site),
        winners=charts.winners,
        correlations=lift_correlations_table(site.results, site.labels),
        training_sets=charts.training_sets,
    )
    about, cite = config.description or context.lede, cite_site(site)
    yield Page(Address("home"), "home.html", config.title, about, context, cite=cite)


def _headline_facts(site: Site) -> Iterator[Fact]:
    """The figures that the board defines, the most telling first."""
    stats, labels = site.results.stats, site.labels
    if stats.tasks_compared:
        label = f"tasks where the best {labels.contender} beats {labels.baseline}"
        label = f"{label}; {unselected(site.results)}"
        beaten, of = count(stats.tasks_beating_baseline), f"/{stats.tasks_compared}"
        yield Fact(label, beaten, of, term="best-of-several")
    if stats.mean_lift_over_base is not None:
        lift = labels.scale.signed(stats.mean_lift_over_base)
        yield Fact(f"mean lift over {labels.base}", lift, term="lift")
    if stats.models_compared:
        label = f"models with a better mean score than {labels.baseline}, clearly or not"
        ahead, of = count(stats.models_ahead_of_baseline), f"/{stats.models_compared}"
        yield Fact(label, ahead, of, term="lift-over-baseline")
    if stats.runs_paired:
        worse, of = count(stats.runs_hurt), f"/{count(stats.runs_paired)}"
        yield Fact(f"{labels.tuned} scores worse than {labels.base}", worse, of, term="lift")
    ranked = count(len(site.results.board.ranked))
    yield Fact("models ranked", ranked, f"/{stats.models}", term="rank")
    yield Fact("tasks", count(stats.tasks))
    yield Fact("scores", count(stats.scores))


def _top_five(site: Site) -> Table:
    labels, board = site.labels, site.results.board
    rank_by = board.rules.rank_by
    standings = [s for s in board.ranked if (s.rank or 0) <= 5]
    developer = {m.model: m.developer or "" for m in site.results.catalog.models.values()}
    fields: tuple[Field[Standing], ...] = (
        Field(RANK, rank_cell),
        Field(MODEL, lambda s: model_cell(labels, s.model, developer[s.model], tie_tags(board, s))),
        Field(
            Column("adjusted", "Adjusted average", "number", term="adjusted-average"),
            lambda s: score_cell(s.adjusted, labels.scale),
            rank_by == "additive",
        ),
        Field(
            Column("average", "Score", "number", term="average"),
            lambda s: score_cell(s.average, labels.scale),
            rank_by == "mean",
        ),
        Field(
            Column("win_rate", "Win rate", "number", term="win-rate"),
            lambda s: score_cell(s.win_rate, labels.rate_scale),
            rank_by == "mean_win_rate",
        ),
        Field(
            Column("lift_over_base", f"Lift over {labels.base}", "number", term="lift"),
            lambda s: lift_cell(s.lift_over_base, labels.scale),
            any(s.lift_over_base is not None for s in standings),
        ),
        Field(Column("wins", "First places", "number", term="winners"), wins_cell),
    )
    return table_of(
        "top",
        f"The first five, {labels.in_sentence(board.variant)}",
        fields,
        standings,
        header=1,
        sorted_by=COLUMNS[rank_by],
    )
