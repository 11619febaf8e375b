"""Draw the three forms of charts: bars, heatmaps and dumbbells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import (
    baseline_score_cell,
    flag_tags,
    lift_cell,
    linked_score_cell,
    range_text,
    score_cell,
)
from site_builder.compute.numbers import Array
from site_builder.compute.scores import Score
from site_builder.formatting import NumberFormat, sentence
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Field, Item, Table, table_of

# --- bars ---------------------------------------------------------------------------------------

MOST_BARS = 80


class Bar(Record):
    """One bar; its hover text follows its name."""

    name: str
    value: float
    hover: str


def draw_bars(bars: Sequence[Bar], unit: str, *, signed: bool = True) -> go.Figure:
    """Draw horizontal bars from zero, coloured by gain and loss, the first at the top."""
    values, names = [bar.value for bar in bars], [bar.name for bar in bars]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(bars))),
        "marker": {
            "color": [theme.LOSS if value < 0 else theme.GAIN for value in values],
            "line": {"width": 0},
        },
        **theme.hover([f"{bar.name}: {bar.hover}" for bar in bars]),
    }
    ticks = theme.ticks(min(0.0, *values), max(0.0, *values), signed=signed)
    return theme.figure(
        [trace],
        theme.rows_height(len(bars)),
        narrow=theme.narrow_rows(names),
        xaxis=theme.axis(unit, zerolinecolor=theme.INK, **ticks),
        yaxis=theme.rows_axis(names),
    )


# --- heatmaps -----------------------------------------------------------------------------------

WIDE_COLUMN, _NARROW_COLUMN = 24, 14
_MOST_NARROW_NAMES = 16
_CELL_PX, _ABOVE_PX = 22, 100
_COLOUR_BAR = {
    "thickness": 10,
    "outlinewidth": 0,
    "tickfont": {"color": theme.SOFT, "size": 11},
    "len": 0.5,
    "y": 1,
    "yanchor": "top",
}


def draw_heatmap(
    values: Array,
    rows: Sequence[str],
    columns: Sequence[str],
    hovers: Sequence[Sequence[str]],
    **trace: object,
) -> go.Figure:
    """Draw values of shape (rows, columns), the first row at the top; NaN leaves a gap.

    Hover texts follow the names of row and column. `trace` has the colours.
    """
    heat = {
        "type": "heatmap",
        "z": nullable(values),
        "x": list(range(len(columns))),
        "y": list(range(len(rows))),
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "customdata": [[theme.plain(text) for text in line] for line in hovers],
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
        "colorbar": _COLOUR_BAR,
        **trace,
    }
    columns_axis = {
        "side": "top",
        "tickvals": list(range(len(columns))),
        "ticktext": theme.short_names(columns, WIDE_COLUMN),
        "tickangle": -50,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 11, "color": theme.INK},
    }
    narrow = theme.narrow_rows(rows) | {
        "xaxis.ticktext": theme.short_names(columns, _NARROW_COLUMN),
        "xaxis.tickangle": -90,
        "xaxis.tickfont.size": 10,
        # More names would overlap; the hover texts have them.
        "xaxis.showticklabels": len(columns) <= _MOST_NARROW_NAMES,
    }
    return theme.figure(
        [heat],
        theme.rows_height(len(rows), _CELL_PX) + _ABOVE_PX,
        narrow=narrow,
        xaxis=columns_axis,
        yaxis=theme.rows_axis(rows),
        margin={"l": 8, "r": 8, "t": 8, "b": 16},
    )


def nullable(values: Array) -> list[list[float | None]]:
    """Return a matrix as lists, with None for NaN."""
    return [[None if np.isnan(v) else float(v) for v in row] for row in values]


# --- dumbbells ----------------------------------------------------------------------------------

_MOST_ROWS, _N_ENDS = 80, 12


def ends_of(rows: Sequence[Item]) -> Sequence[Item]:
    """Return the rows that a chart draws: all, or those at each end if there are too many."""
    return rows if len(rows) <= _MOST_ROWS else [*rows[:_N_ENDS], *rows[-_N_ENDS:]]


def drawn_of(n_rows: int) -> str:
    """Return the note for a caption; empty if every row is drawn."""
    return f" The {_N_ENDS} at each end of {n_rows:,} are drawn." if n_rows > _MOST_ROWS else ""


class DumbbellEnd(Record):
    """A value after tuning, its lift over the value before, and the reason if it is flagged."""

    variant: str
    value: float
    lift: float | None
    interval: tuple[float, float] | None = None
    flag: str | None = None


class DumbbellRow(Record):
    """One row: a model or a task.

    Attributes:
        head: The cell with its name.
        after: Values after tuning, or the only ones if the board has one variant.
        reference: Value of the baseline.
        flag: Why the value before is flagged.
        score_of: Model and task, if the values are single scores.
    """

    head: Cell
    scale: NumberFormat
    before: float | None
    after: tuple[DumbbellEnd, ...]
    reference: float | None = None
    flag: str | None = None
    score_of: tuple[str, str] | None = None


def score_row(
    labels: Labels,
    head: Cell,
    score_of: tuple[str, str],
    found: Mapping[str, Score],
    reference: float | None = None,
) -> DumbbellRow:
    """Make the row of one model on one task from its scores by variant.

    The only variant of a board counts as after tuning.
    """
    roles = labels.roles
    after = tuple(
        DumbbellEnd(v, s.score, s.lift_over_base, s.interval, s.flag)
        for v in roles.contest
        if (s := found.get(v)) is not None
    )
    before = found.get(roles.base or "") if roles.tuned else None
    value, flag = (None, None) if before is None else (before.score, before.flag)
    scale = labels.scales[score_of[1]]
    return DumbbellRow(head, scale, value, after, reference, flag, score_of)


def baseline_line(labels: Labels, value: float | None, scale: NumberFormat) -> dict[str, object]:
    """Return layout keys for the line of the baseline; none without its value."""
    if value is None:
        return {}
    return theme.reference_line(value, labels.baseline, scale.score(value))


def draw_dumbbells(
    rows: Sequence[DumbbellRow], labels: Labels, unit: str, **layout: object
) -> go.Figure:
    """Draw a line in each row from the value before to the values after, the first at the top."""
    rows = ends_of(rows)
    names = [row.head.text for row in rows]
    marks = _mark_traces(rows, labels)
    return theme.figure(
        [*_band_traces(rows), _rod_trace(rows), *marks],
        theme.rows_height(len(rows)),
        narrow=theme.narrow_rows(names),
        showlegend=len(marks) > 1,
        xaxis=theme.axis(unit, zeroline=False, nticks=7),
        yaxis=theme.rows_axis(names),
        **layout,
    )


def _band_traces(rows: Sequence[DumbbellRow]) -> list[theme.Trace]:
    spans = [(y, a.interval) for y, row in enumerate(rows) for a in row.after if a.interval]
    if not spans:
        return []
    # Invisible markers keep the ends away from the edge of the plot.
    ends = {"mode": "lines+markers", "marker": {"size": 9, "opacity": 0}, "opacity": 0.22}
    return [spans_trace(spans, {"color": theme.ACCENT, "width": 9}) | ends]


def _rod_trace(rows: Sequence[DumbbellRow]) -> theme.Trace:
    marks = [
        [value for value in (row.before, *(a.value for a in row.after)) if value is not None]
        for row in rows
    ]
    spans = [(y, (min(found), max(found))) for y, found in enumerate(marks) if found]
    return spans_trace(spans, {"color": theme.ACCENT, "width": 2})


def spans_trace(
    spans: Sequence[tuple[int, tuple[float, float]]], style: dict[str, Any]
) -> theme.Trace:
    """Return a trace of horizontal lines, each given by its row and its ends."""
    xs = [end for _, (low, high) in spans for end in (low, high, None)]
    return theme.line(xs, [place for y, _ in spans for place in (y, y, None)], style)


class _Mark(Record):
    y: int
    row: DumbbellRow
    name: str
    end: DumbbellEnd


def _mark_traces(rows: Sequence[DumbbellRow], labels: Labels) -> list[theme.Trace]:
    """Return a trace for each kind of mark: before, after, baseline."""
    names, roles = labels.variants, labels.roles
    before = [
        _Mark(y, row, labels.base, DumbbellEnd("", row.before, None))
        for y, row in enumerate(rows)
        if row.before is not None
    ]
    after = [_Mark(y, row, names[a.variant], a) for y, row in enumerate(rows) for a in row.after]
    reference = [
        _Mark(y, row, labels.baseline, DumbbellEnd("", row.reference, None))
        for y, row in enumerate(rows)
        if row.reference is not None
    ]
    accent = {"color": theme.ACCENT}
    circle = accent | {"symbol": "circle", "size": 10}
    traces = [_mark_trace(sentence(labels.tuned) if roles.tuned else "Score", after, circle)]
    if before and roles.base is not None:
        open_circle = accent | {"symbol": "circle-open", "size": 9, "line": {"width": 2}}
        traces.insert(0, _mark_trace(names[roles.base], before, open_circle))
    if reference:
        traces.append(_mark_trace(labels.baseline, reference, theme.TICK_MARK))
    return traces


def _mark_trace(name: str, marks: Sequence[_Mark], marker: dict[str, Any]) -> theme.Trace:
    return theme.markers(
        [mark.end.value for mark in marks],
        [mark.y for mark in marks],
        marker,
        [_mark_text(mark) for mark in marks],
        name=theme.plain(theme.shortened(name, theme.WIDE_LABEL)),
    )


def _mark_text(mark: _Mark) -> str:
    scale, end = mark.row.scale, mark.end
    parts = [f"{mark.row.head.text}: {mark.name} {scale.score(end.value)}"]
    if end.interval is not None:
        parts.append(f"interval {scale.interval(*end.interval)}")
    if end.lift is not None:
        parts.append(scale.signed(end.lift))
    return ", ".join((*parts, *flag_tags(end.flag)))


def dumbbell_table(
    table_id: str, caption: str, first: Column, rows: Sequence[DumbbellRow], labels: Labels
) -> Table:
    """Make the table of a dumbbell chart: before, after and lift of each variant, baseline."""
    rows = ends_of(rows)
    lifted = any(row.before is not None for row in rows)
    variants = list(dict.fromkeys(a.variant for row in rows for a in row.after))
    base = labels.roles.base or ""
    fields: tuple[Field[DumbbellRow], ...] = (
        Field(first, lambda row: row.head),
        Field(
            Column("before", labels.variants.get(base, ""), "number"),
            lambda row: _value_cell(labels, row, base, row.before, flag=row.flag),
            lifted,
        ),
        *(
            field
            for variant in variants
            for field in _after_fields(labels, variant, alone=len(variants) == 1, lifted=lifted)
        ),
        Field(
            Column("baseline", labels.baseline, "number"),
            lambda row: _reference_cell(labels, row),
            any(row.reference is not None for row in rows),
        ),
    )
    return table_of(table_id, caption, fields, rows)


def _value_cell(
    labels: Labels,
    row: DumbbellRow,
    variant: str,
    value: float | None,
    note: str = "",
    flag: str | None = None,
) -> Cell:
    if row.score_of is None:
        return replace(score_cell(value, row.scale, note), tags=flag_tags(flag))
    return linked_score_cell(labels, (*row.score_of, variant), value, note, flag_tags(flag))


def _reference_cell(labels: Labels, row: DumbbellRow) -> Cell:
    if row.score_of is None:
        return score_cell(row.reference, row.scale)
    return baseline_score_cell(labels, row.score_of[1], row.reference)


def _after_fields(
    labels: Labels, variant: str, *, alone: bool, lifted: bool
) -> tuple[Field[DumbbellRow], Field[DumbbellRow]]:
    label = labels.variants[variant]

    def find(row: DumbbellRow) -> DumbbellEnd | None:
        return next((a for a in row.after if a.variant == variant), None)

    def score(row: DumbbellRow) -> Cell:
        found = find(row)
        if found is None:
            return score_cell(None, row.scale)
        note = range_text(row.scale, found.interval)
        return _value_cell(labels, row, variant, found.value, note, found.flag)

    def lift(row: DumbbellRow) -> Cell:
        found = find(row)
        return lift_cell(None if found is None else found.lift, row.scale)

    lift_label = "Lift" if alone else f"Lift, {label}"
    return (
        Field(Column(f"after_{variant}", label, "number"), score),
        Field(Column(f"lift_{variant}", lift_label, "number", term="lift"), lift, lifted),
    )
