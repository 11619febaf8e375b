"""The home page: the argument in order.

Does it work, is it cheap, for which tasks, from which model, with which data.
"""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address, Fact
from site_builder.charts.analysis import chart_training_sets
from site_builder.charts.averages import chart_averages, chart_winners, clearly_ahead
from site_builder.charts.cells import (
    MODEL,
    RANK,
    Field,
    columns_of,
    lift_cell,
    model_cell,
    number_cell,
    rows_of,
    score_cell,
)
from site_builder.charts.chart import Chart, Embed
from site_builder.charts.differences import chart_best_lift_by_task, chart_category_difference
from site_builder.charts.serving import chart_latency, chart_prices
from site_builder.compute.board import Board, Standing
from site_builder.formatting import count, counted, rounded
from site_builder.labels import with_article
from site_builder.pages.analysis import short_correlations
from site_builder.pages.board_table import BoardParts, rank_range, tie_tags
from site_builder.pages.board_views import BoardView, board_note, board_views
from site_builder.pages.embeds import LEADERBOARD
from site_builder.pages.page import Page, Site, cite_site, ready
from site_builder.pages.task import Picker, make_picker
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Table

MOST_ON_HOME = 25
N_FACTS = 4


class HomeContext(Record):
    """What the home page shows; each part is None where the board has nothing for it.

    Attributes:
        headline: The question that the page answers.
        lede: The board in two sentences.
        facts: The figures that answer first.
        views: The model leaderboard.
        board_note: How it ranks.
        embed: Its view for other people's pages.
        averages: Base and tuned averages, with the baseline.
        by_task: Best contender minus baseline, by task.
        latency: Time to first token.
        prices: List prices.
        picker: The task leaderboard.
        categories: Best contender minus baseline, by category.
        top: The first five.
        winners: Most frequent winners.
        correlations: Each feature with each kind of lift.
        training_sets: How large the training sets are.
    """

    headline: str
    lede: str
    facts: tuple[Fact, ...]
    views: tuple[BoardView, ...]
    board_note: str
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
    """The home page."""
    results, labels, config = site.results, site.labels, site.config.site
    parts = BoardParts(results.boards, results, labels, full=False, most=MOST_ON_HOME)
    context = HomeContext(
        headline=config.headline or config.title,
        lede=board_lede(site),
        facts=headline_facts(site),
        views=board_views(parts, "board"),
        board_note=board_note(site),
        embed=LEADERBOARD,
        averages=site.chart(chart_averages),
        by_task=site.chart(chart_best_lift_by_task),
        latency=site.chart(chart_latency),
        prices=site.chart(chart_prices),
        picker=make_picker(site, "picker"),
        categories=site.chart(chart_category_difference),
        top=_top_five(site),
        winners=site.chart(chart_winners),
        correlations=short_correlations(results, labels),
        training_sets=site.chart(chart_training_sets),
    )
    yield Page(
        Address("home"),
        "home.html",
        config.title,
        config.description or context.lede,
        ready(context),
        cite=cite_site(site),
    )


def board_lede(site: Site) -> str:
    """The board in two sentences."""
    stats, labels = site.results.stats, site.labels
    models = counted(stats.models_tuned if labels.lifted else stats.models, "model")
    how = f", {labels.tuned}" if labels.lifted else ""
    beside = f", next to {labels.baseline}" if labels.baseline else ""
    return (
        f"{models}{how} on {counted(stats.tasks, 'task')}{beside}. "
        f"{counted(stats.scores, 'score')}, every one traceable to its row."
    )


def headline_facts(site: Site) -> tuple[Fact, ...]:
    """The figures that answer first; those that the board does not define are absent."""
    stats, labels = site.results.stats, site.labels
    found = (
        (
            stats.tasks_compared,
            f"tasks where {with_article(labels.contender)} beats {labels.baseline}",
            count(stats.tasks_beating_baseline),
            f"/{stats.tasks_compared}",
            "lift-over-baseline",
        ),
        (
            stats.mean_lift_over_base is not None,
            f"mean lift over {labels.base}",
            labels.scale.signed(stats.mean_lift_over_base),
            "",
            "lift",
        ),
        (
            stats.models_compared,
            f"models ahead of {labels.baseline} on average{clearly_ahead(stats)}",
            count(stats.models_ahead_of_baseline),
            f"/{stats.models_compared}",
            "lift-over-baseline",
        ),
        (
            stats.runs_paired,
            "runs in which tuning hurt",
            count(stats.runs_hurt),
            f"/{count(stats.runs_paired)}",
            "lift",
        ),
    )
    facts = tuple(
        Fact(label, text, note, term=term) for defined, label, text, note, term in found if defined
    )
    return (*facts, *_size_facts(site))[:N_FACTS]


def _size_facts(site: Site) -> tuple[Fact, ...]:
    """How large the board is, for a board with little to compare."""
    stats, ranked = site.results.stats, site.results.board.ranked
    return (
        Fact("models ranked", count(len(ranked)), f"/{stats.models}", term="rank"),
        Fact("tasks", count(stats.tasks)),
        Fact("scores", count(stats.scores)),
    )


def _top_five(site: Site) -> Table:
    labels, board = site.labels, site.results.board
    standings = [s for s in board.ranked if s.rank is not None and s.rank <= 5]
    averaged = board.rules.averaged
    fields: tuple[Field[Standing], ...] = (
        Field(RANK, lambda s: number_cell(s.rank, str(s.rank), rank_range(board, s))),
        Field(MODEL, lambda s: _with_developer(site, board, s)),
        Field(
            Column("average", "Score", "number", term="average"),
            lambda s: score_cell(s.average, labels.scale),
            averaged,
        ),
        Field(
            Column("win_rate", "Win rate", "number", term="win-rate"),
            lambda s: number_cell(s.win_rate, rounded(s.win_rate or 0.0, 3)),
            not averaged,
        ),
        Field(
            Column("lift_over_base", f"Lift over {labels.base}", "number", term="lift"),
            lambda s: lift_cell(s.lift_over_base, labels.scale),
            any(s.lift_over_base is not None for s in standings),
        ),
        Field(
            Column("wins", "Tasks at the top", "number", term="winners"),
            lambda s: number_cell(s.wins, count(s.wins)),
        ),
    )
    return Table(
        "top",
        f"The first five, {labels.in_sentence(board.variant)}",
        columns_of(fields),
        rows_of(fields, standings),
        header=1,
        sorted_by="average" if averaged else "win_rate",
    )


def _with_developer(site: Site, board: Board, standing: Standing) -> Cell:
    developer = site.results.catalog.models[standing.model].developer or ""
    return model_cell(site.labels, standing.model, developer, tie_tags(board, standing))
