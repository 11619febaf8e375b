"""Make the page of all models and of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.cells import (
    MODEL,
    RANK,
    TASK,
    lift_cell,
    linked_score_cell,
    model_cell,
    names_text,
    number_cell,
    task_cell,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.differences import chart_model_categories
from site_builder.charts.scores import chart_model_tasks
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.scores import Score
from site_builder.compute.significance import LiftTest, Verdict
from site_builder.formatting import billions, count, counted, coverage, listed, p_value, rounded
from site_builder.labels import Labels
from site_builder.pages.board_table import BoardTableSpec, can_rank_firmly, rank_range, span_text
from site_builder.pages.board_views import BoardView, board_note, board_views
from site_builder.pages.compare import compare_link
from site_builder.pages.model_scores import (
    ALL_SCORES,
    list_scores,
    provenance_table,
    scores_table,
    unstated_note,
)
from site_builder.pages.page import HOME, MODELS, Page, Site, cite_page, in_sequence
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, columns_of, rows_of

_REACH = 2
_N_FIGURES = 4
_MEAN_HELP = "With its 95 % interval over tasks"
_OVER_BASE: Mapping[Verdict, str] = {
    "better": "helped",
    "worse": "hurt",
    "unclear": "no clear change",
    "too few": "too few tasks to tell",
}
_OVER_BASELINE: Mapping[Verdict, str] = {
    "better": "ahead",
    "worse": "behind",
    "unclear": "no clear difference",
    "too few": "too few tasks to tell",
}
# Characters that could end the text of a Markdown link, or begin something else within it.
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in "\\[]<>`*_!&"})


class ModelsContext(Record):
    """What the board of models shows.

    Attributes:
        views: The full board.
        board_note: What a reader needs to know of its ranks; empty where that is nothing.
        size: Average against size; None where the board has nothing for it.
        heatmap: Every score; None where the board has nothing for it.
    """

    views: tuple[BoardView, ...]
    board_note: str
    size: Chart | None
    heatmap: Chart | None


class Badge(Record):
    """A badge in two parts.

    Attributes:
        label: The site's title.
        message: The model's rank.
        title: Both, for those who cannot see the badge.
        ranked: Whether the model has a rank.
        alt: Its alternative text, without a figure that could become outdated.
        markdown: The same, escaped for Markdown.
    """

    label: str
    message: str
    title: str
    ranked: bool
    alt: str
    markdown: str


class ModelContext(Record):
    """What a model's page shows.

    Attributes:
        description: What the models table says of it.
        summary: Its rank, in a sentence.
        facts: Its row of the models table.
        figures: The headline figures.
        tasks: Its scores by task; None below two tasks.
        categories: Its mean lift by category; None below two categories.
        best_tasks: The tasks where it has the best score.
        worse_tasks: The tasks where tuning made its score worse; None without a pair of scores.
        tests: Whether its lifts are real; None without any.
        board: Its neighbours on the board.
        compare: Link to a comparison with its neighbours; None without another model.
        scores: Every score, a row for each task.
        provenance: Where the scores come from.
        missing_provenance: What is not known of any score of the board.
        badge: Its rank, to show on other pages.
    """

    description: str
    summary: str
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    tasks: Chart | None
    categories: Chart | None
    best_tasks: Table
    worse_tasks: Table | None
    tests: Table | None
    board: Table
    compare: Link | None
    scores: Table
    provenance: Table
    missing_provenance: str
    badge: Badge


def make_models(site: Site) -> Iterator[Page]:
    """Yield the full board, then a page for each model in the order of the board."""
    results = site.results
    about, context = _about(site), partial(_list_context, site)
    yield Page(Address("models"), "models.html", "Models", about, context, (HOME,))
    yield from in_sequence(_make_model(site, s.model) for s in results.board.standings)


def model_board(site: Site, model: str) -> Board:
    """Return the board for a model's page: the first on which it has a score, primary first."""
    boards = site.results.boards
    return next((b for b in boards.values() if b.standing(model).scored), site.results.board)


def model_summary(site: Site, model: str) -> str:
    """Return the rank of a model in one sentence, for its page and for search engines."""
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
        parts.append("effectively tied for first")
    return f"{', '.join(parts)}."


def make_badge(site: Site, board: Board, model: str) -> Badge:
    """Return the badge of a model with its rank on a board."""
    label, message = site.config.site.title, _badge_message(site, board, model)
    alt = " ".join(f"{site.labels.models[model]} on {label}".split())
    return Badge(
        label=label,
        message=message,
        title=f"{label}: {site.labels.models[model]} {message}",
        ranked=board.standing(model).rank is not None,
        alt=alt,
        markdown=alt.translate(_ESCAPES),
    )


def _badge_message(site: Site, board: Board, model: str) -> str:
    """`#3 of 11 · 0.724`: rank, the figure that ranks, and whether it is tied with the best."""
    labels, standing = site.labels, board.standing(model)
    if standing.rank is None:
        return "not ranked"
    primary = board.variant == labels.roles.primary
    variant = "" if primary else f", {labels.in_sentence(board.variant)}"
    parts = [f"#{standing.rank} of {len(board.ranked)}{variant}"]
    if board.rules.rank_by == "mean" and standing.average is not None:
        parts.append(labels.scale.score(standing.average))
    elif standing.win_rate is not None:
        parts.append(f"win rate {rounded(standing.win_rate, 3)}")
    if standing.rank > 1 and standing.tied_with_best:
        parts.append("tied with the best")
    return " \N{MIDDLE DOT} ".join(parts)


# --- the page of all models ---------------------------------------------------------------------


def _list_context(site: Site) -> ModelsContext:
    results, charts = site.results, site.charts
    spec = BoardTableSpec(site, results.boards, full=True, common=results.common)
    return ModelsContext(board_views(spec, "board"), board_note(site), charts.size, charts.scores)


def _about(site: Site) -> str:
    """Who leads, and what the page shows."""
    board, labels, charts = site.results.board, site.labels, site.charts
    n, tasks = counted(len(site.results.scores.models), "model"), counted(len(board.tasks), "task")
    leaders = [labels.models[s.model] for s in board.ranked if s.rank == 1]
    lead = f"{listed(leaders)} {'leads' if len(leaders) == 1 else 'lead'}" if leaders else ""
    parts = ("every column", charts.scores and "every task", charts.size and "score by size")
    shown = listed([part for part in parts if part])
    return f"{n} on {tasks}{f'; {lead}' if lead else ''}. The full leaderboard, with {shown}."


# --- the page of a model ------------------------------------------------------------------------


def _make_model(site: Site, model: str) -> Page:
    name, crumbs, here = site.labels.models[model], (HOME, MODELS), Address("model", model)
    summary = model_summary(site, model)
    context = partial(_context, site, model, summary)
    cite = cite_page(site, name, summary, here)
    return Page(here, "model.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, model: str, summary: str) -> ModelContext:
    results, labels = site.results, site.labels
    fact, board = results.catalog.models[model], model_board(site, model)
    scores = list_scores(site, model)
    return ModelContext(
        description=fact.description or "",
        summary=summary,
        facts=_facts(fact),
        figures=_figures(site, board, model),
        tasks=chart_model_tasks(results, labels, model, ALL_SCORES),
        categories=chart_model_categories(results, labels, model),
        best_tasks=_best_tasks_table(site, board, model),
        worse_tasks=_worse_tasks_table(site, model),
        tests=_lift_tests_table(site, model),
        board=_neighbours_table(site, board, model),
        compare=compare_link(site, board, model),
        scores=scores_table(site, model, scores),
        provenance=provenance_table(site, scores),
        missing_provenance=unstated_note(site),
        badge=make_badge(site, board, model),
    )


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _facts(fact: ModelInfo) -> tuple[Fact, ...]:
    size = "not stated" if fact.parameters_b is None else billions(fact.parameters_b)
    known = (
        ("Developer", fact.developer),
        ("Family", fact.family),
        ("Parameters", size),
        ("Released", fact.release_date),
        ("Released as", fact.tuning),
        ("License", fact.license),
    )
    facts = [Fact(label, text) for label, text in known if text is not None]
    if fact.url is not None:
        shown = fact.hf_id or fact.url
        facts.append(Fact("Page", shown, link=Link(shown, href=fact.url)))
    return tuple(facts)


def _figures(site: Site, board: Board, model: str) -> tuple[Fact, ...]:
    """The headline figures; those that the board does not define are absent."""
    labels, s = site.labels, board.standing(model)
    if not s.scored:
        return ()
    place = f"/{len(board.ranked)}" if s.rank else ""
    label = "rank"
    if s.rank and s.rank_interval and can_rank_firmly(board):
        label = f"rank (plausible: {span_text(*s.rank_interval)})"
    facts = [Fact(label, str(s.rank) if s.rank else "not ranked", place, term="rank")]
    facts += _merit_figure(site, board, model)
    if s.lift_over_base is not None:
        lift = labels.scale.signed(s.lift_over_base)
        facts.append(Fact(f"mean lift over {labels.base}", lift, term="lift"))
    compared = s.beats + s.ties + s.loses
    if compared and model != labels.roles.baseline:
        label = f"tasks where it beats {labels.baseline}"
        facts.append(Fact(label, count(s.beats), f"/{compared}", term="lift-over-baseline"))
    facts.append(
        Fact("tasks with a score", count(s.scored), f"/{len(board.tasks)}", term="average")
    )
    return tuple(facts[:_N_FIGURES])


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


# --- tables ------------------------------------------------------------------------------------


def _task_field(labels: Labels) -> Field[Score]:
    return Field(TASK, lambda row: task_cell(labels, row.task))


def _score_field(labels: Labels) -> Field[Score]:
    return Field(
        Column("score", "Score", "number"),
        lambda row: linked_score_cell(labels, row.key, row.score, flag=row.flag),
    )


def _best_tasks_table(site: Site, board: Board, model: str) -> Table:
    """The tasks where the model has the best score of a board, and who shares it."""
    labels, variant_id = site.labels, board.variant
    variant = labels.in_sentence(variant_id)

    def shared(row: Score) -> Cell:
        best = site.results.task(row.task).best[variant_id]
        return text_cell(names_text(labels, [m for m in best.models if m != model]) or None)

    fields = (
        _task_field(labels),
        _score_field(labels),
        Field(Column("shared", "Shared with"), shared),
    )
    best = {t.task: t.best.get(variant_id) for t in site.results.tasks}
    tasks = [task for task, found in best.items() if found and model in found.models]
    scores = site.results.scores.of_model(model, tasks)
    leading = [scores[task][variant_id] for task in tasks]
    return Table(
        "at-top",
        f"Tasks where it has the best {variant} score",
        columns_of(fields),
        rows_of(fields, leading),
        empty=f"It has the best {variant} score on no task.",
    )


def _worse_tasks_table(site: Site, model: str) -> Table | None:
    """The tasks where tuning made the score worse; None where there is no pair of scores."""
    labels = site.labels
    results, tuned = site.results, labels.roles.tuned
    standings = [results.boards[variant].standing(model) for variant in tuned]
    if not any(s.helped + s.unchanged + s.hurt for s in standings):
        return None
    scores = results.scores.of_model(model)
    worse = [
        score
        for task in results.scores.tasks
        for score in scores.get(task, {}).values()
        if score.lift_over_base is not None and score.lift_over_base < 0
    ]
    worse.sort(key=lambda score: score.lift_over_base or 0.0)
    fields = (
        _task_field(labels),
        Field[Score](
            Column("variant", "Variant"),
            lambda row: text_cell(labels.variants[row.variant]),
            len(labels.roles.tuned) > 1,
        ),
        _score_field(labels),
        Field[Score](
            Column("lift", f"Lift over {labels.base}", "number", first="ascending", term="lift"),
            lambda row: lift_cell(
                row.lift_over_base,
                labels.scales[row.task],
                site.results.paired_lifts.get((*row.key, "base")),
            ),
        ),
    )
    return Table(
        "hurt",
        "Tasks where tuning made the score worse",
        columns_of(fields),
        rows_of(fields, worse),
        sorted_by="lift",
        empty="Tuning made no score worse.",
    )


def _neighbours_table(site: Site, board: Board, model: str) -> Table:
    """The model among those that stand next to it on a board."""
    labels, own = site.labels, board.standing(model)
    averaged = board.rules.averaged
    merit = ("average", "Score") if averaged else ("win_rate", "Win rate")
    term = "average" if averaged else "win-rate"
    fields: tuple[Field[Standing], ...] = (
        Field(RANK, lambda s: Cell(str(s.rank), float(s.rank or 0), rank_range(board, s))),
        Field(MODEL, lambda s: model_cell(labels, s.model)),
        Field(
            Column(*merit, "number", term=term), lambda s: _merit_cell(labels, s, averaged=averaged)
        ),
        Field(
            Column("gap", "Difference from this model", "number", term=term),
            lambda s: _gap_cell(site, s, own, averaged=averaged),
        ),
    )
    return Table(
        "around",
        f"Neighbours on the {labels.in_sentence(board.variant)} board",
        columns_of(fields),
        rows_of(
            fields, _neighbours(board, model), lambda s: "reference" if s.model == model else ""
        ),
        header=1,
        empty="It is not ranked, so it has no neighbours.",
    )


def _neighbours(board: Board, model: str) -> tuple[Standing, ...]:
    """The ranked models around one, fewer on one side where the board ends; none if unranked."""
    ranked = board.ranked
    at = board.places.get(model)
    if at is None:
        return ()
    first = max(0, min(at - _REACH, len(ranked) - 2 * _REACH - 1))
    return ranked[first : first + 2 * _REACH + 1]


def _merit(standing: Standing, *, averaged: bool) -> float | None:
    return standing.average if averaged else standing.win_rate


def _merit_cell(labels: Labels, standing: Standing, *, averaged: bool) -> Cell:
    value = _merit(standing, averaged=averaged)
    return Cell(labels.scale.score(value) if averaged else rounded(value or 0.0, 3), value)


def _gap_cell(site: Site, standing: Standing, own: Standing, *, averaged: bool) -> Cell:
    if standing.model == own.model:
        return Cell("this model", None, tone="soft")
    value, mine = _merit(standing, averaged=averaged), _merit(own, averaged=averaged)
    # A win rate is better when it is greater, a mean score when its tasks say so.
    direction = float(site.results.scores.direction[0]) if averaged else 1.0
    gap = None if value is None or mine is None else float(f"{direction * (value - mine):.12g}")
    return Cell(site.labels.scale.signed(gap), gap, tone="soft")


class _Tested(Record):
    """One lift of the model: its name, the words for each verdict, and its test."""

    name: str
    words: Mapping[Verdict, str]
    test: LiftTest


def _lift_tests_table(site: Site, model: str) -> Table | None:
    """The model's lifts over its base and over the baseline; None where it has none."""
    tested = _tested(site, model)
    if not tested:
        return None
    averaged = site.results.board.rules.averaged
    fields: tuple[Field[_Tested], ...] = (
        Field(Column("difference", "Difference"), lambda t: Cell(t.name)),
        Field(
            Column("mean", "Mean difference", "number", _MEAN_HELP, term="lift-tests"),
            lambda t: _mean_cell(site, t.test),
            averaged,
        ),
        Field(
            Column("tasks", "Better, equal, worse", "number"),
            lambda t: Cell(f"{t.test.above} / {t.test.equal} / {t.test.below}", t.test.above),
        ),
        Field(
            Column("wilcoxon", "Wilcoxon p", "number", first="ascending", term="lift-tests"),
            lambda t: _p_cell(t.test.wilcoxon_p_adjusted),
            averaged,
        ),
        Field(
            Column("sign", "Sign test p", "number", first="ascending", term="lift-tests"),
            lambda t: _p_cell(t.test.sign_p_adjusted),
        ),
        Field(
            Column("verdict", "Verdict", term="lift-tests"), lambda t: Cell(t.words[t.test.verdict])
        ),
    )
    caption = "Significance tests"
    return Table("lift-tests", caption, columns_of(fields), rows_of(fields, tested))


def _tested(site: Site, model: str) -> list[_Tested]:
    labels, tests = site.labels, site.results.lift_tests
    over_base = [
        _Tested(f"{labels.variants[v]} over {labels.base}", _OVER_BASE, found[model])
        for v, found in tests.over_base.items()
        if model in found
    ]
    over_baseline = [
        _Tested(f"{labels.variants[v]} against {labels.baseline}", _OVER_BASELINE, found[model])
        for v, found in tests.over_baseline.items()
        if model in found
    ]
    return over_base + over_baseline


def _mean_cell(site: Site, test: LiftTest) -> Cell:
    scale = site.labels.scale
    cell = lift_cell(test.mean, scale)
    note = "" if test.interval is None else " to ".join(map(scale.signed, test.interval))
    return Cell(cell.text, cell.value, note, cell.tone)


def _p_cell(p: float | None) -> Cell:
    return text_cell(None) if p is None else number_cell(p, p_value(p))
