"""The models: the full board, and a page for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from site_builder.charts.bars import chart_model_categories
from site_builder.charts.cells import lift_cell, model_cell, score_cell, task_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import chart_model_tasks
from site_builder.charts.heatmaps import chart_scores
from site_builder.charts.scatters import chart_size
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import ModelFacts
from site_builder.compute.tasks import TaskScore
from site_builder.format import billions, count, counted, coverage, rounded
from site_builder.pages.boards import BoardParts, View, board_views
from site_builder.pages.home import board_note
from site_builder.pages.page import HOME, MODELS, Page, Site, neighbours
from site_builder.parts import Address, Cell, Column, Fact, Link, Row, Table


@dataclass(frozen=True)
class ModelsContext:
    """What the board of models shows."""

    views: tuple[View, ...]
    board_note: str
    size: Chart | None
    heatmap: Chart | None


@dataclass(frozen=True)
class ModelContext:
    """What a model's page shows."""

    description: str
    summary: str
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    tasks: Chart | None
    categories: Chart | None
    at_top: Table
    hurt: Table | None
    board: Table
    scores: Table


def make_models(site: Site) -> Iterator[Page]:
    """The full board, then a page for each model in the order of the board."""
    results, labels = site.results, site.labels
    parts = BoardParts(dict(results.boards), results, labels, full=True)
    context = ModelsContext(board_views(parts, "board"), board_note(site), chart_size(results, labels), chart_scores(results, labels))
    n = counted(len(results.scores.models), "model")
    yield Page(Address("models"), "models.html", "Models", f"{n}: every column, by task and by size.", context, (HOME,))
    order = [s.model for s in results.board.standings]
    links = tuple(Link(labels.models[m], Address("model", m)) for m in order)
    for at, model in enumerate(order):
        before, after = neighbours(links, at)
        summary = model_summary(site, model)
        yield Page(Address("model", model), "model.html", labels.models[model], summary, _model_context(site, model, summary), (HOME, MODELS), before, after)


def _model_context(site: Site, model: str, summary: str) -> ModelContext:
    results, labels = site.results, site.labels
    fact = results.catalog.models[model]
    return ModelContext(
        description=fact.description or "",
        summary=summary,
        facts=_facts(fact),
        figures=_figures(site, model),
        tasks=chart_model_tasks(results, labels, model),
        categories=chart_model_categories(results, labels, model),
        at_top=_at_top(site, model),
        hurt=_hurt(site, model),
        board=_around(site, model),
        scores=_scores(site, model),
    )


def model_board(site: Site, model: str) -> Board:
    """The board that a model is best seen on: the primary one, or the first on which it has scores."""
    boards = site.results.boards
    return next((b for b in boards.values() if b.standing(model).scored), site.results.board)


def model_summary(site: Site, model: str) -> str:
    """A model's place in one sentence, for its page and for search engines."""
    labels, board = site.labels, model_board(site, model)
    s, name = board.standing(model), labels.models[model]
    if not s.scored:
        return f"{name} has no scores on this board."
    variant = labels.variants[board.variant].lower()
    if s.rank is None:
        return f"{name} ({variant}) is not ranked: it has scores on {coverage(s.scored, len(board.tasks))} tasks."
    parts = [f"{name} is {_ordinal(s.rank)} of {counted(len(board.ranked), 'model')}, {variant}"]
    if s.average is not None:
        parts.append(f"with a mean score of {labels.scale.score(s.average)} over {counted(s.scored, 'task')}")
    elif s.win_rate is not None:
        parts.append(f"with a mean win rate of {rounded(s.win_rate, 3)} over {counted(s.scored, 'task')}")
    if s.rank > 1 and s.tied_with_best:
        parts.append("not distinguishable from the first on these tasks")
    return f"{', '.join(parts)}."


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _facts(fact: ModelFacts) -> tuple[Fact, ...]:
    known = (
        ("Developer", fact.developer), ("Family", fact.family), ("Parameters", billions(fact.parameters_b) if fact.parameters_b is not None else "undisclosed"),
        ("Released", fact.release_date), ("Tuning by its maker", fact.tuning), ("License", fact.license),
    )  # fmt: skip
    facts = [Fact(label, text) for label, text in known if text is not None]
    if fact.url is not None:
        facts.append(Fact("Page", fact.hf_id or fact.url, link=Link(fact.hf_id or fact.url, href=fact.url)))
    return tuple(facts)


def _figures(site: Site, model: str) -> tuple[Fact, ...]:
    labels, board = site.labels, model_board(site, model)
    s = board.standing(model)
    if not s.scored:
        return ()
    scale, compared = labels.scale, s.beats + s.ties + s.loses
    facts = [Fact("rank", str(s.rank) if s.rank else "not ranked", f"/{len(board.ranked)}" if s.rank else "")]
    if s.average is not None:
        between = f"95\N{NO-BREAK SPACE}% interval {scale.interval(*s.interval)}" if s.interval and board.rules.rank_by == "mean" else ""
        facts.append(Fact(f"mean score, {between}" if between else "mean score", scale.score(s.average)))
    elif s.win_rate is not None:
        facts.append(Fact("mean win rate", rounded(s.win_rate, 3)))
    if s.lift_over_base is not None:
        facts.append(Fact(f"mean lift over its {labels.base} scores", scale.signed(s.lift_over_base)))
    if compared and model != labels.roles.baseline:
        facts.append(Fact(f"tasks on which it beats {labels.baseline}", count(s.beats), f"/{compared}"))
    if len(facts) < 4:
        facts.append(Fact("tasks with a score", count(s.scored), f"/{len(board.tasks)}"))
    return tuple(facts[:4])


def _own_scores(site: Site, model: str) -> list[tuple[str, TaskScore]]:
    """Every score of a model, with its task: by task, then primary variant first."""
    results = site.results
    return [(task, s) for task in results.scores.tasks for s in results.scores_of(model, task).values()]


def _at_top(site: Site, model: str) -> Table:
    labels, board = site.labels, model_board(site, model)
    found = [(task, s) for task, s in _own_scores(site, model) if s.variant == board.variant and s.rank == 1]
    columns = (Column("task", "Task", first="ascending"), Column("score", "Score", "number"), Column("shared", "Shared with", first="ascending"))
    rows = []
    for task, s in found:
        others = [m for m in site.results.task(task).best[board.variant].models if m != model]
        names = ", ".join(labels.models[m] for m in others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        rows.append(Row((task_cell(labels, task), score_cell(s.score, labels.scales[task]), text_cell(names or None))))
    caption = f"Tasks on which it has the best {labels.variants[board.variant].lower()} score"
    return Table("at-top", caption, columns, tuple(rows), empty=f"It has the best {labels.variants[board.variant].lower()} score on no task.")


def _hurt(site: Site, model: str) -> Table | None:
    labels = site.labels
    paired = [(task, s) for task, s in _own_scores(site, model) if s.lift_over_base is not None]
    if not paired:
        return None
    hurt = sorted(((task, s) for task, s in paired if (s.lift_over_base or 0.0) < 0), key=lambda item: item[1].lift_over_base or 0.0)
    several = len(labels.roles.tuned) > 1
    columns = [Column("task", "Task", first="ascending")] + ([Column("variant", "Variant", first="ascending")] if several else [])
    columns += [Column("score", "Score", "number"), Column("lift", f"Lift over {labels.base}", "number", first="ascending")]
    rows = []
    for task, s in hurt:
        cells = [task_cell(labels, task)] + ([Cell(labels.variants[s.variant], labels.variants[s.variant])] if several else [])
        rows.append(Row((*cells, score_cell(s.score, labels.scales[task]), lift_cell(s.lift_over_base, labels.scales[task]))))
    return Table("hurt", "Tasks on which tuning hurt", tuple(columns), tuple(rows), sorted_by="lift", empty="Tuning hurt on no task.")


def _around(site: Site, model: str, reach: int = 2) -> Table:
    """The model's neighbours on its board."""
    labels, board = site.labels, model_board(site, model)
    ranked = list(board.ranked)
    at = next((i for i, s in enumerate(ranked) if s.model == model), None)
    first = 0 if at is None else max(0, min(at - reach, len(ranked) - 2 * reach - 1))
    near = ranked[first : first + 2 * reach + 1] if at is not None else []
    averaged = board.rules.averaged
    columns = (
        Column("rank", "#", "number", first="ascending"), Column("model", "Model", first="ascending"),
        Column("average", "Score", "number") if averaged else Column("win_rate", "Win rate", "number"), Column("gap", "From this model", "number"),
    )  # fmt: skip
    rows = tuple(_near_row(site, s, ranked[at], averaged=averaged) for s in near) if at is not None else ()
    return Table("around", f"Neighbours on the {labels.variants[board.variant].lower()} board", columns, rows, header=1, empty="It is not ranked, so it has no neighbours.")


def _near_row(site: Site, s: Standing, own: Standing, *, averaged: bool) -> Row:
    labels = site.labels
    value, mine = (s.average, own.average) if averaged else (s.win_rate, own.win_rate)
    text = labels.scale.score(value) if averaged else rounded(value or 0.0, 3)
    gap = None if value is None or mine is None or s.model == own.model else value - mine
    gap_text = labels.scale.signed(gap) if s.model != own.model else "this model"
    kind = "reference" if s.model == own.model else ""
    return Row((Cell(str(s.rank), float(s.rank or 0)), model_cell(labels, s.model), Cell(text, value), Cell(gap_text, gap, tone="soft")), kind)  # type: ignore[arg-type]


def _scores(site: Site, model: str) -> Table:
    """Every score of the model, each with its place in the results table and its source."""
    labels, catalog = site.labels, site.results.catalog
    columns = (
        Column("task", "Task", first="ascending"), Column("variant", "Variant", first="ascending"), Column("score", "Score", "number"),
        Column("rank", "Rank", "number", "Among the scores of this variant on this task", "ascending"), Column("row", "Row", "number", "Row of results.parquet, from 1 on", "ascending"),
        Column("source", "Source", first="ascending"),
    )  # fmt: skip
    rows: list[Row] = []
    for task, s in _own_scores(site, model):
        evidence = catalog.evidence[model, task, s.variant]
        of = sum(other.variant == s.variant for other in site.results.task(task).scores)
        cells: Sequence[Cell] = (
            task_cell(labels, task), Cell(labels.variants[s.variant], labels.variants[s.variant]), score_cell(s.score, labels.scales[task], evidence.flag or ""),
            Cell(f"{s.rank} of {of}", float(s.rank)), Cell(count(evidence.row), float(evidence.row)), source_cell(evidence.source),
        )  # fmt: skip
        rows.append(Row(tuple(cells), anchor=f"row-{evidence.row}"))
    return Table("all-scores", "Every score, with its row and its source", columns, tuple(rows))


def source_cell(source: str | None) -> Cell:
    """Where a figure comes from: a link where it is one, text where it is not."""
    if source is None:
        return text_cell(None)
    shown = source.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return Cell(shown, source, link=Link(shown, href=source))
