"""The tables of a model's page: where it leads, where tuning hurt, its neighbours, its scores."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from site_builder.charts.cells import (
    flag_tags,
    kept_score_cell,
    lift_cell,
    model_cell,
    names_text,
    task_cell,
    task_score_cell,
    text_cell,
)
from site_builder.charts.columns import MODEL, RANK, TASK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels, ScoreKey
from site_builder.compute.board import Board, Standing
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.tasks import TaskScore
from site_builder.format import exact, rounded
from site_builder.pages.board_cells import rank_range
from site_builder.pages.evidence import evidence_fields
from site_builder.pages.page import Site
from site_builder.pages.task_tools import task_marks, task_tools
from site_builder.parts import Cell, Column, Facet, Table

REACH = 2


class _Own(NamedTuple):
    """One score of the model, and its task."""

    task: str
    score: TaskScore


class _Listed(NamedTuple):
    """One score of the model, and its task; a flagged one that counts nowhere has no rank."""

    task: str
    score: TaskScore | FlaggedScore


def _every_score(site: Site, model: str) -> list[_Listed]:
    """Every score of a model, those that do not count among them: by task, then by variant."""
    listed, results = [], site.results
    for task in results.scores.tasks:
        found, flagged = results.scores_of(model, task), results.flagged_of(model, task)
        ordered = (found.get(v) or flagged.get(v) for v in results.scores.roles.variants)
        listed += [_Listed(task, score) for score in ordered if score is not None]
    return listed


def _own_scores(site: Site, model: str) -> list[_Own]:
    """Every score of a model that counts: by task, then primary variant first."""
    results = site.results
    return [
        _Own(task, score)
        for task in results.scores.tasks
        for score in results.scores_of(model, task).values()
    ]


def _key(own: _Own | _Listed) -> ScoreKey:
    return own.score.model, own.task, own.score.variant


def _task_field(labels: Labels) -> Field[_Own]:
    return Field(TASK, lambda own: task_cell(labels, own.task))


def _variant_field(labels: Labels, *, wanted: bool = True) -> Field[_Own]:
    return Field(
        Column("variant", "Variant", first="ascending"),
        lambda own: text_cell(labels.variants[own.score.variant]),
        wanted,
    )


def _score_field(labels: Labels) -> Field[_Own]:
    return Field(
        Column("score", "Score", "number"),
        lambda own: kept_score_cell(
            labels, _key(own), own.score.score, tags=flag_tags(own.score.flag)
        ),
    )


def tasks_at_top_table(site: Site, board: Board, model: str) -> Table:
    """The tasks on which the model has the best score of a board, and who shares it."""
    labels, variant = site.labels, site.labels.in_sentence(board.variant)

    def shared(own: _Own) -> Cell:
        best = site.results.task(own.task).best[board.variant]
        return text_cell(names_text(labels, [m for m in best.models if m != model]) or None)

    fields = (
        _task_field(labels),
        _score_field(labels),
        Field(Column("shared", "Shared with", first="ascending"), shared),
    )
    own = _own_scores(site, model)
    leading = [o for o in own if o.score.variant == board.variant and o.score.rank == 1]
    return Table(
        "at-top",
        f"Tasks on which it has the best {variant} score",
        columns_of(fields),
        rows_of(fields, leading),
        empty=f"It has the best {variant} score on no task.",
    )


def tasks_hurt_table(site: Site, model: str) -> Table | None:
    """The tasks on which tuning hurt, the worst first; None where there is no pair of scores."""
    labels = site.labels
    lifts = [(o.score.lift_over_base, o) for o in _own_scores(site, model)]
    paired = [(lift, o) for lift, o in lifts if lift is not None]
    if not paired:
        return None
    hurt = [o for lift, o in sorted(paired, key=lambda pair: pair[0]) if lift < 0]
    fields = (
        _task_field(labels),
        _variant_field(labels, wanted=len(labels.roles.tuned) > 1),
        _score_field(labels),
        Field[_Own](
            Column("lift", f"Lift over {labels.base}", "number", first="ascending", term="lift"),
            lambda own: lift_cell(
                own.score.lift_over_base,
                labels.scales[own.task],
                site.results.paired_lifts.get((*_key(own), "base")),
            ),
        ),
    )
    return Table(
        "hurt",
        "Tasks on which tuning hurt",
        columns_of(fields),
        rows_of(fields, hurt),
        sorted_by="lift",
        empty="Tuning hurt on no task.",
    )


def neighbours_table(site: Site, board: Board, model: str) -> Table:
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
            Column("gap", "From this model", "number", term=term),
            lambda s: _gap_cell(site, s, own, averaged=averaged),
        ),
    )
    return Table(
        "around",
        f"Neighbours on the {labels.in_sentence(board.variant)} board",
        columns_of(fields),
        rows_of(fields, _near(board, model), lambda s: "reference" if s.model == model else ""),
        header=1,
        empty="It is not ranked, so it has no neighbours.",
    )


def _near(board: Board, model: str) -> tuple[Standing, ...]:
    """The ranked models around one, fewer on one side where the board ends; none if unranked."""
    ranked = board.ranked
    at = next((i for i, s in enumerate(ranked) if s.model == model), None)
    if at is None:
        return ()
    first = max(0, min(at - REACH, len(ranked) - 2 * REACH - 1))
    return ranked[first : first + 2 * REACH + 1]


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
    gap = None if value is None or mine is None else direction * (value - mine)
    return Cell(site.labels.scale.signed(gap), gap, tone="soft")


def scores_table(site: Site, model: str) -> Table:
    """Every score of the model, each with its place in the results table and its source."""
    labels, catalog = site.labels, site.results.catalog
    rank_help = "Among the scores of this variant on this task"
    flag_help = "Why the score should be read with care"
    every = _every_score(site, model)
    evidence: tuple[Field[_Listed], ...] = evidence_fields(site, _key)
    fields: tuple[Field[_Listed], ...] = (
        Field(TASK, lambda own: task_cell(labels, own.task)),
        Field(
            Column("variant", "Variant", first="ascending"),
            lambda own: text_cell(labels.variants[own.score.variant]),
        ),
        Field(
            Column("score", "Score", "number"),
            lambda own: _listed_cell(site, model, own),
        ),
        Field(
            Column("rank", "Rank", "number", rank_help, "ascending", "rank"),
            lambda own: _rank_cell(site, own),
        ),
        Field(
            Column("flag", "Flagged", help=flag_help, first="ascending"),
            lambda own: text_cell(catalog.evidence[_key(own)].flag),
            any(catalog.evidence[_key(own)].flag is not None for own in every),
        ),
        *evidence,
    )
    rows = rows_of(
        fields,
        every,
        anchor=lambda own: labels.score_anchor(own.task, own.score.variant),
        marks=lambda own: {
            **task_marks(site, own.task),
            "variant": labels.variants[own.score.variant],
        },
    )
    tools = task_tools(site, ("score", "scores"))
    if len({own.score.variant for own in every}) > 1:
        tools = replace(tools, facets=(*tools.facets, Facet("variant", "Variant")))
    caption = "Every score, with its row and its source"
    return Table("all-scores", caption, columns_of(fields), rows, tools=tools)


def _listed_cell(site: Site, model: str, own: _Listed) -> Cell:
    """A score with its interval, and below it every digit where it is shown with fewer."""
    found = own.score if isinstance(own.score, TaskScore) else None
    flagged = site.results.flagged_of(model, own.task).get(own.score.variant)
    scale, score = site.labels.scales[own.task], own.score.score
    digits = "" if scale.shows_all(score) else exact(score)
    return task_score_cell(site.labels, _key(own), found, flagged, digits)


def _rank_cell(site: Site, own: _Listed) -> Cell:
    if not isinstance(own.score, TaskScore):
        return text_cell(None)
    of = site.results.task(own.task).counts[own.score.variant]
    return Cell(f"{own.score.rank} of {of}", float(own.score.rank))
