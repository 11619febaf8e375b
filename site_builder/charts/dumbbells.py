"""Draw dumbbells: in each row, a line from the score before tuning to the scores after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from site_builder.charts import theme
from site_builder.charts.cells import (
    baseline_score_cell,
    flag_tags,
    lift_cell,
    linked_score_cell,
    model_cell,
    range_text,
    task_cell,
)
from site_builder.charts.forms import spans_trace
from site_builder.charts.leaders import has_every_task
from site_builder.compute.board import Board
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.formatting import NumberFormat, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Item, Table, table_of

# --- rows ---------------------------------------------------------------------------------------


class DumbbellEnd(Record):
    """A value after tuning, its lift over the value before, and the reason if it is flagged."""

    value: float
    lift: float | None = None
    interval: tuple[float, float] | None = None
    flag: str | None = None


class DumbbellRow(Record):
    """One row: a model or a task.

    Attributes:
        head: The cell with its name.
        after: By variant, the value after tuning, or the only one of a board with one variant.
        reference: Value of the baseline.
        flag: Why the value before is flagged.
        score_of: Model and task, if the values are single scores.
    """

    head: Cell
    scale: NumberFormat
    before: float | None
    after: Mapping[str, DumbbellEnd]
    reference: float | None = None
    flag: str | None = None
    score_of: tuple[str, str] = ("", "")


def model_rows(
    results: Results, labels: Labels, model: str, tasks: Sequence[str]
) -> list[DumbbellRow]:
    """Make the rows of one model's scores, one per task with a score, with the baseline's."""
    found, is_baseline = results.scores.of_model(model), model == labels.roles.baseline
    rows = []
    for task in (task for task in tasks if task in found):
        reference = None if is_baseline else results.task(task).baseline_score
        rows.append(_row(labels, task_cell(labels, task), (model, task), found[task], reference))
    return rows


def task_rows(
    results: Results, labels: Labels, task: str, models: Sequence[str]
) -> list[DumbbellRow]:
    """Make the rows of the scores on one task, one per model."""
    found = results.scores.of_task(task, models)
    return [_row(labels, model_cell(labels, m), (m, task), found[m]) for m in models]


def _row(
    labels: Labels,
    head: Cell,
    score_of: tuple[str, str],
    found: Mapping[str, Score],
    reference: float | None = None,
) -> DumbbellRow:
    roles, scale = labels.roles, labels.scales[score_of[1]]
    after = {
        v: DumbbellEnd(s.score, s.lift_over_base, s.interval, s.flag)
        for v in roles.contest
        if (s := found.get(v)) is not None
    }
    before = found.get(roles.base or "") if roles.tuned else None
    if before is None:
        return DumbbellRow(head, scale, None, after, reference, None, score_of)
    return DumbbellRow(head, scale, before.score, after, reference, before.flag, score_of)


def average_rows(
    boards: Mapping[str, Board], labels: Labels, models: Sequence[str], scale: NumberFormat
) -> list[DumbbellRow]:
    """Make the rows of average scores, one per model, with intervals if means rank the board."""
    roles = labels.roles
    by_mean = boards[roles.primary].rules.rank_by == "mean"
    rows = []
    for model in models:
        standings = {variant: board.standing(model) for variant, board in boards.items()}
        after = {
            v: DumbbellEnd(s.average, s.lift_over_base, s.interval if by_mean else None)
            for v in roles.contest
            if (s := standings[v]).average is not None
        }
        before = standings[roles.base].average if roles.base and roles.tuned else None
        rows.append(DumbbellRow(model_cell(labels, model), scale, before, after))
    return rows


def baseline_average(boards: Mapping[str, Board], labels: Labels) -> float | None:
    """Return the average of the baseline; None if it lacks a task, as it compares with none."""
    model, variant = labels.roles.baseline, labels.roles.baseline_variant
    if model is None or variant is None:
        return None
    standing = boards[variant].standing(model)
    return standing.average if has_every_task(boards[variant], standing) else None


# --- drawing ------------------------------------------------------------------------------------

_MOST_ROWS, _N_ENDS = 80, 12
# Row number, row, name of the kind of mark, value.
_Mark: TypeAlias = tuple[int, DumbbellRow, str, DumbbellEnd]


def ends_of(rows: Sequence[Item]) -> Sequence[Item]:
    """Return the rows that a chart draws: all, or those at each end if there are too many."""
    return rows if len(rows) <= _MOST_ROWS else [*rows[:_N_ENDS], *rows[-_N_ENDS:]]


def drawn_of(n_rows: int) -> str:
    """Return the note for a caption; empty if every row is drawn."""
    return f" The {_N_ENDS} at each end of {n_rows:,} are drawn." if n_rows > _MOST_ROWS else ""


def has_intervals(rows: Sequence[DumbbellRow]) -> bool:
    """Return whether any row has a band."""
    return any(after.interval for row in rows for after in row.after.values())


def draw_dumbbells(
    rows: Sequence[DumbbellRow], labels: Labels, unit: str, baseline: float | None = None
) -> theme.Drawing:
    """Draw rows, the first at the top, with a line through all of them for the baseline."""
    names = [row.head.text for row in rows]
    marks = _mark_traces(rows, labels)
    line: dict[str, object] = {}
    if baseline is not None:
        value = rows[0].scale.score(baseline)
        line = theme.reference_line(baseline, labels.baseline, value)
    return theme.figure(
        [*_band_traces(rows), _rod_trace(rows), *marks],
        theme.rows_height(len(rows)),
        narrow=theme.narrow_rows(names),
        showlegend=len(marks) > 1,
        xaxis=theme.axis(unit, zeroline=False, nticks=7),
        yaxis=theme.rows_axis(names),
        **line,
    )


def _band_traces(rows: Sequence[DumbbellRow]) -> list[theme.Trace]:
    afters = [(y, after) for y, row in enumerate(rows) for after in row.after.values()]
    spans = [(y, after.interval) for y, after in afters if after.interval]
    if not spans:
        return []
    # Invisible markers keep the ends away from the edge of the plot.
    ends = {"mode": "lines+markers", "marker": {"size": 9, "opacity": 0}, "opacity": 0.22}
    return [spans_trace(spans, {"color": theme.ACCENT, "width": 9}) | ends]


def _rod_trace(rows: Sequence[DumbbellRow]) -> theme.Trace:
    spans = []
    for y, row in enumerate(rows):
        values = [end.value for end in row.after.values()]
        if row.before is not None:
            values.append(row.before)
        if values:
            spans.append((y, (min(values), max(values))))
    return spans_trace(spans, {"color": theme.ACCENT, "width": 2})


def _mark_traces(rows: Sequence[DumbbellRow], labels: Labels) -> list[theme.Trace]:
    """Return a trace for each kind of mark: before, after, baseline."""
    base, baseline, variants = labels.base, labels.baseline, labels.variants
    before, after, reference = list[_Mark](), list[_Mark](), list[_Mark]()
    for y, row in enumerate(rows):
        if row.before is not None:
            before.append((y, row, base, DumbbellEnd(row.before)))
        after += [(y, row, variants[variant], end) for variant, end in row.after.items()]
        if row.reference is not None:
            reference.append((y, row, baseline, DumbbellEnd(row.reference)))
    circle = {"color": theme.ACCENT, "symbol": "circle", "size": 10}
    open_circle = circle | {"symbol": "circle-open", "size": 9, "line": {"width": 2}}
    traces = [_mark_trace(sentence(labels.contending) or "Score", after, circle)]
    if before:
        traces.insert(0, _mark_trace(variants[labels.roles.base or ""], before, open_circle))
    if reference:
        traces.append(_mark_trace(baseline, reference, theme.TICK_MARK))
    return traces


def _mark_trace(name: str, marks: Sequence[_Mark], marker: dict[str, Any]) -> theme.Trace:
    hovers = []
    for _, row, label, end in marks:
        parts = [f"{row.head.text}: {label} {row.scale.score(end.value)}"]
        if end.interval is not None:
            parts.append(f"interval {row.scale.interval(*end.interval)}")
        if end.lift is not None:
            parts.append(row.scale.signed(end.lift))
        hovers.append(", ".join((*parts, *flag_tags(end.flag))))
    xs, ys = [end.value for *_, end in marks], [y for y, *_ in marks]
    legend = theme.plain(theme.shortened(name, theme.WIDE_LABEL))
    return theme.markers(xs, ys, marker, hovers, name=legend)


def dumbbell_table(
    table_id: str, caption: str, first: Column, rows: Sequence[DumbbellRow], labels: Labels
) -> Table:
    """Make the table of single scores: before, after and lift of each variant, baseline."""
    lifted = any(row.before is not None for row in rows)
    variants = dict.fromkeys(variant for row in rows for variant in row.after)
    base = labels.roles.base or ""
    fields: list[Field[DumbbellRow]] = [
        Field(first, lambda row: row.head),
        Field(
            Column("before", labels.variants.get(base, ""), "number"),
            lambda row: linked_score_cell(labels, (*row.score_of, base), row.before, flag=row.flag),
            lifted,
        ),
    ]
    for variant in variants:
        label = labels.variants[variant]
        lift = "Lift" if len(variants) == 1 else f"Lift, {label}"
        fields += [
            Field(
                Column(f"after_{variant}", label, "number"), partial(_after_cell, labels, variant)
            ),
            Field(
                Column(f"lift_{variant}", lift, "number", term="lift"),
                partial(_lift_cell, variant),
                lifted,
            ),
        ]
    reference = Field[DumbbellRow](
        Column("baseline", labels.baseline, "number"),
        lambda row: baseline_score_cell(labels, row.score_of[1], row.reference),
        any(row.reference is not None for row in rows),
    )
    return table_of(table_id, caption, [*fields, reference], rows)


def _after_cell(labels: Labels, variant: str, row: DumbbellRow) -> Cell:
    key, end = (*row.score_of, variant), row.after.get(variant)
    if end is None:
        return linked_score_cell(labels, key, None)
    return linked_score_cell(labels, key, end.value, range_text(row.scale, end.interval), end.flag)


def _lift_cell(variant: str, row: DumbbellRow) -> Cell:
    return lift_cell(row.after[variant].lift if variant in row.after else None, row.scale)
