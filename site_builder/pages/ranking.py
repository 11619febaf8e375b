"""The ranking of one task: a row a model, its score in every variant, its lift."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.addresses import Link, how
from site_builder.charts.cells import (
    lift_cell,
    model_cell,
    number_cell,
    task_score_cell,
)
from site_builder.charts.columns import MODEL, RANK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.compute.task_scores import TaskScore
from site_builder.compute.tasks import TaskResult
from site_builder.format import MISSING, percent
from site_builder.pages.board_tools import model_marks, model_tools
from site_builder.pages.page import Site
from site_builder.pages.ranking_line import ScoreLine, line_heading, make_line
from site_builder.parts import Cell, Column, RowKind, Table
from site_builder.records import Record, replace

BEST, TIED = "best", "tied with best"


class _Entry(Record):
    """A model on the task.

    Attributes:
        model: Its id.
        found: Its scores that count, by variant.
        flagged: Its flagged scores, by variant, whether they count or not.
    """

    model: str
    found: Mapping[str, TaskScore]
    flagged: Mapping[str, FlaggedScore]


def ranking_table(
    site: Site, task: TaskResult, table_id: str, most: int | None = None, *, drawn: bool = False
) -> Table:
    """Ranking of one task, by the score in the primary variant, then in the others.

    Models of which no score counts stand last.

    Args:
        site: The site.
        task: The task.
        table_id: Unique on its page.
        most: Greatest number of rows.
        drawn: Whether scores are drawn with their intervals, where these are known.
    """
    labels, results = site.labels, site.results
    named = [*task.scores.models, *(f.model for f in task.flagged)]
    models = list(dict.fromkeys(named))[:most]
    found = task.scores.of(models)
    entries = [_Entry(m, found[m], results.flagged_of(m, task.task)) for m in models]
    line = make_line(site, task) if drawn else None
    fields = (
        *_score_fields(labels, task),
        *_line_fields(labels, line),
        *_lift_fields(results, labels, task.task),
    )

    def kind(entry: _Entry) -> RowKind:
        if entry.model == labels.roles.baseline:
            return "reference"
        return "" if entry.found else "unranked"

    catalog = results.catalog
    return Table(
        table_id,
        f"Ranking on {labels.tasks[task.task]}",
        columns_of(fields),
        rows_of(
            fields, entries, kind, marks=lambda entry: model_marks(catalog.models[entry.model])
        ),
        header=1,
        sorted_by=labels.roles.primary,
        explained=_explained(results, task),
        tools=model_tools(catalog),
    )


def _explained(results: Results, task: TaskResult) -> tuple[Link, ...]:
    """Where the intervals below scores and lifts, and the marks in rows, are explained."""
    known = task.scores.with_intervals
    return (
        *((how("95\N{NO-BREAK SPACE}% interval", "score-error"),) if known else ()),
        *((how("Interval of a lift", "paired-lift"),) if task.task in results.paired_tasks else ()),
        *((how("Flagged", "flagged"),) if task.flagged else ()),
    )


def _score_fields(labels: Labels, task: TaskResult) -> tuple[Field[_Entry], ...]:
    roles = labels.roles
    exact = bool(task.scores.with_intervals)
    return (
        Field(RANK, lambda entry: _rank_cell(entry.found.get(roles.primary))),
        Field(MODEL, lambda entry: _model_cell(labels, entry)),
        *(_score_field(labels, task.task, variant, exact=exact) for variant in roles.variants),
    )


def _line_fields(labels: Labels, line: ScoreLine | None) -> tuple[Field[_Entry], ...]:
    if line is None:
        return ()
    return (Field(Column("line", line_heading(labels), "plot"), lambda e: line.cell(e.found)),)


def _lift_fields(results: Results, labels: Labels, task: str) -> tuple[Field[_Entry], ...]:
    roles, scale = labels.roles, labels.scales[task]

    def over_baseline(entry: _Entry) -> Cell:
        found = _against_baseline(labels, entry)
        if found is None:
            return lift_cell(None, scale)
        interval = results.paired_lifts.get((entry.model, task, found.variant, "baseline"))
        return lift_cell(found.lift_over_baseline, scale, interval)

    return (
        *(_lift_field(results, labels, task, variant) for variant in roles.tuned),
        Field(
            Column(
                "lift_over_baseline",
                f"vs {labels.baseline}",
                "number",
                term="lift-over-baseline",
            ),
            over_baseline,
            roles.baseline is not None,
        ),
    )


def _rank_cell(score: TaskScore | None) -> Cell:
    return number_cell(None, MISSING) if score is None else number_cell(score.rank, str(score.rank))


def _model_cell(labels: Labels, entry: _Entry) -> Cell:
    """The model, whether it is the best or cannot be told from it, and why it has no rank."""
    note = "" if entry.found else "not ranked: flagged"
    first = entry.found.get(labels.roles.primary)
    if first is None or not first.tied_with_best:
        return model_cell(labels, entry.model, note)
    return model_cell(labels, entry.model, note, (BEST if first.rank == 1 else TIED,))


def _score_field(labels: Labels, task: str, variant: str, *, exact: bool) -> Field[_Entry]:
    first = labels.roles.primary

    def cell(entry: _Entry) -> Cell:
        found, flagged = entry.found.get(variant), entry.flagged.get(variant)
        made = task_score_cell(labels, (entry.model, task, variant), found, flagged)
        # Where both are kept in one row, the first of them leads there.
        told = labels.row_a_task and variant != first and first in entry.found
        return replace(made, link=None) if told else made

    help_text = f"With its {percent(LEVEL)} interval" if exact else ""
    return Field(Column(variant, labels.variants[variant], "number", help_text), cell)


def _lift_field(results: Results, labels: Labels, task: str, variant: str) -> Field[_Entry]:
    def cell(entry: _Entry) -> Cell:
        found = entry.found.get(variant)
        interval = results.paired_lifts.get((entry.model, task, variant, "base"))
        lift = None if found is None else found.lift_over_base
        return lift_cell(lift, labels.scales[task], interval)

    alone = len(labels.roles.tuned) == 1
    label = "Lift" if alone else f"Lift, {labels.variants[variant]}"
    return Field(
        Column(f"lift_{variant}", label, "number", term="lift"), cell, labels.roles.base is not None
    )


def _against_baseline(labels: Labels, entry: _Entry) -> TaskScore | None:
    """The score that is set against the baseline: in the first variant that the model has.

    Its tuned run, where the baseline has one, is compared like any other.
    """
    roles = labels.roles
    variants = roles.contest if entry.model == roles.baseline else roles.variants
    found = [entry.found[v] for v in variants if v in entry.found]
    return found[0] if found else None
