"""One model: its place, its scores by task, where it leads, where tuning hurt."""

from __future__ import annotations

from functools import partial

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.category_differences import chart_model_categories
from site_builder.charts.chart import Chart
from site_builder.charts.score_lines import chart_model_tasks
from site_builder.compute.board import Board
from site_builder.compute.catalog import ModelFacts
from site_builder.format import billions, count, counted, coverage, rounded
from site_builder.pages.badge import Badge, make_badge
from site_builder.pages.board_cells import rank_range, tells_apart
from site_builder.pages.citation import cite_page
from site_builder.pages.compare import compare_link
from site_builder.pages.evidence import unstated_note
from site_builder.pages.model_scores import ALL_SCORES, ScoreRows, scores_table
from site_builder.pages.model_tables import (
    neighbours_table,
    tasks_at_top_table,
    tasks_hurt_table,
)
from site_builder.pages.model_tests import lift_tests_table
from site_builder.pages.page import HOME, MODELS, Page, Site
from site_builder.parts import Table
from site_builder.records import Record

N_FIGURES = 4


class ModelContext(Record):
    """What a model's page shows.

    Attributes:
        description: What the models table says of it.
        summary: Its place, in a sentence.
        facts: Its row of the models table.
        figures: The figures that answer first.
        tasks: Its scores by task; None below two tasks.
        categories: Its mean lift by category; None below two categories.
        at_top: The tasks on which it has the best score.
        hurt: The tasks on which tuning hurt; None where it has no pair of scores.
        tests: Whether its lifts are real; None where it has none.
        board: Its neighbours on the board.
        compare: Leads to it beside its neighbours; None where there is no other to compare it with.
        scores: Every score, with its row and all that is known of it.
        rows_told: Which rows of the table its scores are, where a sentence says it; else empty.
        unstated: What is not known of any score of the board.
        badge: Its place on the board, to show elsewhere.
    """

    description: str
    summary: str
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    tasks: Chart | None
    categories: Chart | None
    at_top: Table
    hurt: Table | None
    tests: Table | None
    board: Table
    compare: Link | None
    scores: Table
    rows_told: str
    unstated: str
    badge: Badge


def make_model(site: Site, model: str, rows: ScoreRows | None) -> Page:
    """The page of a model.

    Args:
        site: The board.
        model: Which one.
        rows: What makes its table of scores where the board has many; None where each has a row.
    """
    name, crumbs, here = site.labels.models[model], (HOME, MODELS), Address("model", model)
    summary = model_summary(site, model)
    cite, context = (
        cite_page(site, name, summary, here),
        partial(_context, site, model, summary, rows),
    )
    return Page(here, "model.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, model: str, summary: str, rows: ScoreRows | None) -> ModelContext:
    results, labels = site.results, site.labels
    fact, board = results.catalog.models[model], model_board(site, model)
    return ModelContext(
        description=fact.description or "",
        summary=summary,
        facts=_facts(fact),
        figures=_figures(site, model),
        tasks=chart_model_tasks(results, labels, model, ALL_SCORES if rows else ""),
        categories=chart_model_categories(results, labels, model),
        at_top=tasks_at_top_table(site, board, model),
        hurt=tasks_hurt_table(site, model),
        tests=lift_tests_table(site, model),
        board=neighbours_table(site, board, model),
        compare=compare_link(site, board, model),
        scores=rows.table(model) if rows else scores_table(site, model),
        rows_told=rows.rows_told(model) if rows else "",
        unstated=unstated_note(site),
        badge=make_badge(site, board, model),
    )


def model_board(site: Site, model: str) -> Board:
    """The board that a model is best seen on: the first, primary before others, that it is on."""
    boards = site.results.boards
    return next((b for b in boards.values() if b.standing(model).scored), site.results.board)


def model_summary(site: Site, model: str) -> str:
    """A model's place in one sentence, for its page and for search engines."""
    labels, board = site.labels, model_board(site, model)
    s, name = board.standing(model), labels.models[model]
    if not s.scored and any(model in site.results.scores.left_out(v) for v in labels.variants):
        return f"{name} is not ranked: its scores are flagged, and flagged scores do not count."
    if not s.scored:
        return f"{name} has no scores on this board."
    variant = labels.in_sentence(board.variant)
    if s.rank is None:
        of = coverage(s.scored, len(board.tasks))
        why = "no rival on its tasks" if s.unranked == "no rival" else f"scores on {of} tasks"
        return f"{name} ({variant}) is not ranked: it has {why}."
    parts = [f"{name} is {_ordinal(s.rank)} of {counted(len(board.ranked), 'model')}, {variant}"]
    over = counted(s.scored, "task")
    if s.average is not None:
        parts.append(f"with a mean score of {labels.scale.score(s.average)} over {over}")
    elif s.win_rate is not None:
        parts.append(f"with a mean win rate of {rounded(s.win_rate, 3)} over {over}")
    if s.rank > 1 and s.tied_with_best:
        tasks = counted(len(board.tasks), "task")
        parts.append(f"not distinguishable from the best on these {tasks}")
    return f"{', '.join(parts)}."


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _facts(fact: ModelFacts) -> tuple[Fact, ...]:
    size = "undisclosed" if fact.parameters_b is None else billions(fact.parameters_b)
    known = (
        ("Developer", fact.developer),
        ("Family", fact.family),
        ("Parameters", size),
        ("Released", fact.release_date),
        ("Tuning by its maker", fact.tuning),
        ("License", fact.license),
    )
    facts = [Fact(label, text) for label, text in known if text is not None]
    if fact.url is not None:
        shown = fact.hf_id or fact.url
        facts.append(Fact("Page", shown, link=Link(shown, href=fact.url)))
    return tuple(facts)


def _figures(site: Site, model: str) -> tuple[Fact, ...]:
    """The figures that answer first; those that the board does not define are absent."""
    labels, board = site.labels, model_board(site, model)
    s = board.standing(model)
    if not s.scored:
        return ()
    place = f"/{len(board.ranked)}" if s.rank else ""
    allowed = rank_range(board, s) or ("no other" if s.rank and tells_apart(board) else "")
    label = f"rank; these tasks allow {allowed}" if allowed else "rank"
    facts = [Fact(label, str(s.rank) if s.rank else "not ranked", place, term="rank")]
    facts += _merit_figure(site, board, model)
    if s.lift_over_base is not None:
        lift = labels.scale.signed(s.lift_over_base)
        facts.append(Fact(f"mean lift over its {labels.base} scores", lift, term="lift"))
    compared = s.beats + s.ties + s.loses
    if compared and model != labels.roles.baseline:
        label = f"tasks on which it beats {labels.baseline}"
        facts.append(Fact(label, count(s.beats), f"/{compared}", term="lift-over-baseline"))
    facts.append(
        Fact("tasks with a score", count(s.scored), f"/{len(board.tasks)}", term="average")
    )
    return tuple(facts[:N_FIGURES])


def _merit_figure(site: Site, board: Board, model: str) -> list[Fact]:
    """The mean score, or the mean win rate where scores cannot be averaged."""
    s, scale = board.standing(model), site.labels.scale
    if s.average is not None:
        ranks = board.rules.rank_by == "mean" and s.interval is not None
        between = scale.interval(*s.interval) if ranks and s.interval else ""
        interval = f", 95\N{NO-BREAK SPACE}% interval {between}" if between else ""
        return [Fact(f"mean score{interval}", scale.score(s.average), term="average")]
    if s.win_rate is None:
        return []
    return [Fact("mean win rate", rounded(s.win_rate, 3), term="win-rate")]
