"""The home page: the argument in order. Does it work, is it cheap, for which tasks, from which model, with which data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.bars import chart_best_lift_by_task, chart_category_difference, chart_winners
from site_builder.charts.cells import lift_cell, model_cell, number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.distributions import chart_training_sets
from site_builder.charts.dumbbells import chart_averages
from site_builder.charts.serving import chart_latency, chart_prices
from site_builder.compute.board import Standing
from site_builder.format import count, counted, rounded
from site_builder.pages.analysis import short_correlations
from site_builder.pages.boards import BoardParts, View, board_views
from site_builder.pages.page import Page, Site
from site_builder.pages.picker import Picker, make_picker
from site_builder.parts import Address, Column, Fact, Row, Table

MOST_ON_HOME = 25


@dataclass(frozen=True)
class HomeContext:
    """What the home page shows; each part is None where the board has nothing for it."""

    headline: str
    lede: str
    facts: tuple[Fact, ...]
    views: tuple[View, ...]
    board_note: str
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
    parts = BoardParts(dict(results.boards), results, labels, full=False, most=MOST_ON_HOME)
    context = HomeContext(
        headline=config.headline or config.title,
        lede=_lede(site),
        facts=headline_facts(site),
        views=board_views(parts, "board"),
        board_note=board_note(site),
        averages=chart_averages(results, labels),
        by_task=chart_best_lift_by_task(results, labels),
        latency=chart_latency(results, labels),
        prices=chart_prices(results, labels),
        picker=make_picker(site, "picker"),
        categories=chart_category_difference(results, labels),
        top=_top_five(site),
        winners=chart_winners(results, labels),
        correlations=short_correlations(results, labels),
        training_sets=chart_training_sets(results, labels),
    )
    yield Page(Address("home"), "home.html", config.title, config.description or _lede(site), context)


def _lede(site: Site) -> str:
    stats, labels = site.results.stats, site.labels
    models = counted(stats.models, "model")
    if labels.roles.tuned and labels.roles.base is not None:
        models = f"{counted(stats.models_tuned, 'model')}, {labels.tuned} on {counted(stats.tasks, 'task')}"
    else:
        models = f"{models} on {counted(stats.tasks, 'task')}"
    return f"{models}{f', next to {labels.baseline}' if labels.baseline else ''}. {counted(stats.scores, 'score')}, every one traceable to its row."


def headline_facts(site: Site) -> tuple[Fact, ...]:
    """The figures that answer first; those that the board does not define are absent."""
    stats, labels, board = site.results.stats, site.labels, site.results.board
    facts = []
    if labels.baseline and stats.tasks_compared:
        facts.append(Fact(f"tasks where a {labels.contender} beats {labels.baseline}", count(stats.tasks_beating_baseline), f"/{stats.tasks_compared}"))
    if stats.mean_lift_over_base is not None:
        facts.append(Fact(f"mean lift over {labels.base}", labels.scale.signed(stats.mean_lift_over_base)))
    if labels.baseline and stats.models_compared:
        facts.append(Fact(f"models ahead of {labels.baseline} on average", count(stats.models_ahead_of_baseline), f"/{stats.models_compared}"))
    if stats.runs_paired:
        facts.append(Fact("runs in which tuning hurt", count(stats.runs_hurt), f"/{count(stats.runs_paired)}"))
    if len(facts) < 4:
        leader = board.ranked[0] if board.ranked else None
        facts += [Fact("models ranked", count(len(board.ranked)), f"/{stats.models}"), Fact("tasks", count(stats.tasks))]
        facts += [Fact("at the top", labels.models[leader.model])] if leader else []
    return tuple(facts[:4])


def board_note(site: Site) -> str:
    """How the board ranks, in one or two sentences."""
    rules, labels = site.results.board.rules, site.labels
    n = counted(len(site.results.board.tasks), "task")
    asked = "" if rules.min_coverage == 0 else " A model needs a score on every task to be ranked." if rules.min_coverage == 1 else f" A model needs scores on {rounded(rules.min_coverage * 100, 0)} % of the tasks to be ranked."
    if rules.rank_by == "mean":
        by = f"Ranked by the mean score over {n}."
    else:
        why = {"mixed units": " because the tasks differ in unit or direction", "sparse": " because few models have every task"}.get(rules.why, "")
        by = f"Ranked by mean win rate over {n}{why}: the share of rivals that a model beats on a task, ties counting one half."
    tied = " \N{LEFT DOUBLE QUOTATION MARK}Tied with best\N{RIGHT DOUBLE QUOTATION MARK}: these tasks cannot tell the model from the first." if len(site.results.board.ranked) > 1 else ""
    line = f" Dotted line: {labels.baseline}." if labels.baseline and rules.averaged else ""
    return f"{by}{asked}{tied}{line}"


def _top_five(site: Site) -> Table:
    results, labels = site.results, site.labels
    standings = [s for s in results.board.ranked if s.rank is not None and s.rank <= 5]
    averaged = results.board.rules.averaged
    lifted = any(s.lift_over_base is not None for s in standings)
    columns = [Column("rank", "#", "number", first="ascending"), Column("model", "Model", first="ascending")]
    columns += [Column("average", "Score", "number")] if averaged else [Column("win_rate", "Win rate", "number")]
    columns += [Column("lift_over_base", f"Lift over {labels.base}", "number")] if lifted else []
    columns += [Column("wins", "Tasks at the top", "number")]
    rows = tuple(_top_row(site, s, averaged=averaged, lifted=lifted) for s in standings)
    return Table("top", f"The first five, {labels.variants[results.board.variant].lower()}", tuple(columns), rows, header=1, sorted_by=columns[2].key)


def _top_row(site: Site, s: Standing, *, averaged: bool, lifted: bool) -> Row:
    labels = site.labels
    developer = site.results.catalog.models[s.model].developer or ""
    cells = [number_cell(s.rank, str(s.rank)), model_cell(labels, s.model, developer)]
    cells += [score_cell(s.average, labels.scale)] if averaged else [number_cell(s.win_rate, rounded(s.win_rate or 0.0, 3))]
    cells += [lift_cell(s.lift_over_base, labels.scale)] if lifted else []
    return Row((*cells, number_cell(s.wins, count(s.wins))))
