"""Tables declared column by column: each heading beside the cell that a record has under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import starmap
from typing import Generic, TypeVar

from site_builder.charts.cells import (
    flag_tags,
    kept_score_cell,
    lift_cell,
    models_cell,
    score_cell,
)
from site_builder.charts.labels import Labels
from site_builder.compute.tasks import TaskResult
from site_builder.parts import Cell, Column, Row, RowKind
from site_builder.records import Record, replace

Item = TypeVar("Item")

RANK = Column("rank", "#", "number", first="ascending", term="rank", words="Rank")
MODEL = Column("model", "Model")
TASK = Column("task", "Task")
CATEGORY = Column("category", "Category")
PROVIDER = Column("provider", "Provider")


class Field(Record, Generic[Item]):
    """One column of a table, and what each record shows in it.

    Attributes:
        column: Its key, its heading, how it is set.
        cell: Makes the cell of a record.
        wanted: Whether this board has anything to say in it; the table does without it where not.
    """

    column: Column
    cell: Callable[[Item], Cell]
    wanted: bool = True


def columns_of(fields: Sequence[Field[Item]]) -> tuple[Column, ...]:
    """The columns of a table."""
    return tuple(field.column for field in fields if field.wanted)


def rows_of(
    fields: Sequence[Field[Item]],
    records: Sequence[Item],
    kind: Callable[[Item], RowKind] = lambda _: "",
    anchor: Callable[[Item], str] = lambda _: "",
    marks: Callable[[Item], Mapping[str, str | None]] = lambda _: {},
) -> tuple[Row, ...]:
    """The rows of a table, one a record."""
    columns = [map(field.cell, records) for field in fields if field.wanted]
    marked = (
        tuple([(name, mark) for name, mark in marks(record).items() if mark is not None])
        for record in records
    )
    cells = zip(*columns, strict=True) if columns else ((),) * len(records)
    parts = zip(cells, map(kind, records), map(anchor, records), marked, strict=True)
    return tuple(starmap(Row, parts))


def best_fields(labels: Labels, difference_help: str = "") -> tuple[Field[TaskResult], ...]:
    """Who is best on a task and, where the board has a baseline, how far from it."""
    compared, scales = labels.roles.baseline is not None, labels.scales
    return (
        Field(
            Column("best_model", f"Best {labels.contender}"),
            lambda t: _best_models_cell(labels, t),
        ),
        Field(
            Column("best_score", "Its score", "number"),
            lambda t: _best_score_cell(labels, t),
        ),
        Field(
            Column("baseline_score", labels.baseline, "number"),
            lambda t: _baseline_cell(labels, t),
            compared,
        ),
        Field(
            Column(
                "best_lift_over_baseline",
                "Difference",
                "number",
                difference_help,
                term="lift-over-baseline",
            ),
            lambda t: lift_cell(t.best_lift_over_baseline, scales[t.task]),
            compared,
        ),
    )


def _best_models_cell(labels: Labels, task: TaskResult) -> Cell:
    best = task.best_contender
    return Cell("no score", tone="soft") if best is None else models_cell(labels, best.models)


def _best_score_cell(labels: Labels, task: TaskResult) -> Cell:
    """The best score, marked where it is flagged for all who have it.

    Of several that are equal the first leads to its row.
    """
    best = task.best_contender
    if best is None:
        return score_cell(None, labels.scales[task.task])
    reasons = [task.reasons.get(run) for run in zip(best.models, best.variants, strict=True)]
    flag = reasons[0] if all(reasons) else None
    cell = kept_score_cell(labels, (best.models[0], task.task, best.variants[0]), best.score)
    return replace(cell, tags=flag_tags(flag))


def _baseline_cell(labels: Labels, task: TaskResult) -> Cell:
    roles = labels.roles
    reason = task.reasons.get((roles.baseline or "", roles.baseline_variant or ""))
    cell = baseline_score_cell(labels, task.task, task.baseline_score)
    return replace(cell, tags=flag_tags(reason))


def baseline_score_cell(labels: Labels, task: str, score: float | None) -> Cell:
    """The baseline's score on a task, in the variant that stands for it."""
    roles = labels.roles
    return kept_score_cell(
        labels, (roles.baseline or "", task, roles.baseline_variant or ""), score
    )
