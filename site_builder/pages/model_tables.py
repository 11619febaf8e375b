"""The tables of a model's page: where it leads, where tuning hurt, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from site_builder.charts.cells import (
    flag_tags,
    kept_score_cell,
    lift_cell,
    model_cell,
    names_text,
    task_cell,
    text_cell,
)
from site_builder.charts.columns import MODEL, RANK, TASK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels, ScoreKey
from site_builder.compute.board import Board, Standing
from site_builder.compute.task_scores import TaskScore
from site_builder.format import rounded
from site_builder.pages.board_cells import rank_range
from site_builder.pages.page import Site
from site_builder.parts import Cell, Column, Table

REACH = 2


class _Own(NamedTuple):
    """One score of the model, and its task."""

    task: str
    score: TaskScore


def _own_scores(site: Site, model: str, picked: Mapping[str, Iterable[int]]) -> list[_Own]:
    """Some scores of a model: by task, then by variant.

    Args:
        site: The board.
        model: Which model.
        picked: By variant, the places of the tasks.
    """
    results, variants = site.results, list(picked)
    tasks = results.scores.tasks
    at = sorted((place, v) for v, variant in enumerate(variants) for place in picked[variant])
    found = results.scores_on(model, list(dict.fromkeys(tasks[place] for place, _ in at)))
    return [_Own(tasks[place], found[tasks[place]][variants[v]]) for place, v in at]


def _key(own: _Own) -> ScoreKey:
    return own.score.model, own.task, own.score.variant


def _task_field(labels: Labels) -> Field[_Own]:
    return Field(TASK, lambda own: task_cell(labels, own.task))


def _variant_field(labels: Labels, *, wanted: bool = True) -> Field[_Own]:
    return Field(
        Column("variant", "Variant"),
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
    labels, variant_id = site.labels, board.variant
    variant = labels.in_sentence(variant_id)

    def shared(own: _Own) -> Cell:
        best = site.results.task(own.task).best[variant_id]
        return text_cell(names_text(labels, [m for m in best.models if m != model]) or None)

    fields = (
        _task_field(labels),
        _score_field(labels),
        Field(Column("shared", "Shared with"), shared),
    )
    ranks = site.results.cells[variant_id].rank[site.results.scores.rows[model]]
    leading = _own_scores(site, model, {variant_id: (ranks == 1).nonzero()[0]})
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
    results, tuned = site.results, labels.roles.tuned
    standings = [results.boards[variant].standing(model) for variant in tuned]
    if not any(s.helped + s.unchanged + s.hurt for s in standings):
        return None
    row = results.scores.rows[model]
    worse = {v: (results.cells[v].over_base[row] < 0).nonzero()[0] for v in tuned}
    hurt = sorted(_own_scores(site, model, worse), key=lambda own: own.score.lift_over_base or 0.0)
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
    at = board.places.get(model)
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
    gap = None if value is None or mine is None else float(f"{direction * (value - mine):.12g}")
    return Cell(site.labels.scale.signed(gap), gap, tone="soft")
