"""The ranking of one task: a row a model, its score in every variant, its lift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from site_builder.charts.cells import kept_score_cell, lift_cell, model_cell, number_cell
from site_builder.charts.columns import MODEL, RANK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.tasks import TaskResult, TaskScore
from site_builder.format import MISSING, Scale
from site_builder.pages.board_tools import model_marks, model_tools
from site_builder.pages.page import Site
from site_builder.parts import Cell, Column, RowKind, Table


@dataclass(frozen=True)
class _Entry:
    """A model on the task, with its scores by variant."""

    model: str
    found: Mapping[str, TaskScore]


def ranking_table(site: Site, task: TaskResult, table_id: str, most: int | None = None) -> Table:
    """Ranking of one task, by the score in the primary variant, then in the others.

    Args:
        site: The site.
        task: The task.
        table_id: Unique on its page.
        most: Greatest number of rows.
    """
    labels = site.labels
    models = list(dict.fromkeys(s.model for s in task.scores))[:most]
    entries = [_Entry(model, site.results.scores_of(model, task.task)) for model in models]
    fields = _fields(labels, task.task)

    def kind(entry: _Entry) -> RowKind:
        return "reference" if entry.model == labels.roles.baseline else ""

    catalog = site.results.catalog
    return Table(
        table_id,
        f"Ranking on {labels.tasks[task.task]}",
        columns_of(fields),
        rows_of(
            fields, entries, kind, marks=lambda entry: model_marks(catalog.models[entry.model])
        ),
        header=1,
        sorted_by=labels.roles.primary,
        tools=model_tools(catalog),
    )


def _fields(labels: Labels, task: str) -> tuple[Field[_Entry], ...]:
    roles, scale = labels.roles, labels.scales[task]
    return (
        Field(RANK, lambda entry: _rank_cell(entry.found.get(roles.primary))),
        Field(MODEL, lambda entry: model_cell(labels, entry.model)),
        *(_score_field(labels, task, variant) for variant in roles.variants),
        *(_lift_field(labels, scale, variant) for variant in roles.tuned),
        Field(
            Column(
                "lift_over_baseline",
                f"vs {labels.baseline}",
                "number",
                term="lift-over-baseline",
            ),
            lambda entry: lift_cell(_over_baseline(labels, entry), scale),
            roles.baseline is not None,
        ),
    )


def _rank_cell(score: TaskScore | None) -> Cell:
    return number_cell(None, MISSING) if score is None else number_cell(score.rank, str(score.rank))


def _score_field(labels: Labels, task: str, variant: str) -> Field[_Entry]:
    def cell(entry: _Entry) -> Cell:
        found = entry.found.get(variant)
        score = None if found is None else found.score
        return kept_score_cell(labels, (entry.model, task, variant), score)

    return Field(Column(variant, labels.variants[variant], "number"), cell)


def _lift_field(labels: Labels, scale: Scale, variant: str) -> Field[_Entry]:
    def cell(entry: _Entry) -> Cell:
        found = entry.found.get(variant)
        return lift_cell(None if found is None else found.lift_over_base, scale)

    alone = len(labels.roles.tuned) == 1
    label = "Lift" if alone else f"Lift, {labels.variants[variant]}"
    return Field(
        Column(f"lift_{variant}", label, "number", term="lift"), cell, labels.roles.base is not None
    )


def _over_baseline(labels: Labels, entry: _Entry) -> float | None:
    """Lift over the baseline in the first variant that the model has; None for the baseline itself.

    Its tuned run, where the baseline has one, is compared like any other.
    """
    roles = labels.roles
    variants = roles.contest if entry.model == roles.baseline else roles.variants
    found = [entry.found[v] for v in variants if v in entry.found]
    return found[0].lift_over_baseline if found else None
