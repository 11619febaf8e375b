"""Draw the three forms of charts: bars, heatmaps and dumbbells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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
from site_builder.formatting import NumberFormat, sentence
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Field, Table, table_of

# --- bars ---------------------------------------------------------------------------------------

MOST_BARS = 80


class Bar(Record):
    """One bar: the name of its row, its length, and its hover text behind the name."""

    name: str
    value: float
    hover: str


def draw_bars(bars: Sequence[Bar], unit: str, *, signed: bool = True) -> go.Figure:
    """Draw horizontal bars from zero, the first at the top; side and colour tell gain from loss.

    Args:
        bars: The bars.
        unit: Title of the axis.
        signed: Whether the lengths are differences.
    """
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
    """Draw cells in rows, the first row at the top; column names slant above them.

    Args:
        values: Shape (rows, columns); NaN for no value.
        rows: Names of the rows.
        columns: Names of the columns.
        hovers: Hover text of each cell, behind the names of its row and column.
        trace: The colours.
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
Item = TypeVar("Item")


def ends_of(rows: Sequence[Item]) -> Sequence[Item]:
    """Return the rows that a chart draws: all, or those at each end if there are too many."""
    return rows if len(rows) <= _MOST_ROWS else [*rows[:_N_ENDS], *rows[-_N_ENDS:]]


def drawn_of(n_rows: int) -> str:
    """Return what a caption says if not every row is drawn."""
    return f" The {_N_ENDS} at each end of {n_rows:,} are drawn." if n_rows > _MOST_ROWS else ""


class DumbbellEnd(Record):
    """A value after tuning.

    Attributes:
        lift: How much better it is than the value before; None if there is none.
        interval: Its interval, if it is drawn.
        flag: Why the value should be read with care.
    """

    variant: str
    value: float
    lift: float | None
    interval: tuple[float, float] | None = None
    flag: str | None = None


class DumbbellRow(Record):
    """One row: a model or a task.

    Attributes:
        head: The cell that names it.
        scale: How its values are written.
        before: Value before tuning.
        after: Values after tuning, or the only ones if the board has one variant.
        reference: The baseline's value in the same row.
        flag: Why the value before should be read with care.
        score_of: Model and task, if the values are single scores.
    """

    head: Cell
    scale: NumberFormat
    before: float | None
    after: tuple[DumbbellEnd, ...]
    reference: float | None = None
    flag: str | None = None
    score_of: tuple[str, str] | None = None


def draw_dumbbells(
    rows: Sequence[DumbbellRow], labels: Labels, unit: str, **layout: object
) -> go.Figure:
    """Draw a rod in each row from the value before to the values after, the first row at the top.

    Args:
        rows: The rows.
        labels: Names of variants and baseline.
        unit: Title of the axis.
        layout: Further layout keys, such as a line for the baseline.
    """
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
    """The intervals, behind all else; no trace if there are none."""
    spans = [(y, a.interval) for y, row in enumerate(rows) for a in row.after if a.interval]
    band = {
        "mode": "lines+markers",
        "line": {"color": theme.ACCENT, "width": 9},
        # Invisible markers keep the ends away from the edge of the plot.
        "marker": {"size": 9, "opacity": 0},
        "opacity": 0.22,
    }
    return [spans_trace(spans) | band] if spans else []


def _rod_trace(rows: Sequence[DumbbellRow]) -> theme.Trace:
    """The lines between the marks of each row."""
    values = [[a.value for a in row.after] for row in rows]
    marks = [
        after if row.before is None else [row.before, *after]
        for row, after in zip(rows, values, strict=True)
    ]
    spans = [(y, (min(found), max(found))) for y, found in enumerate(marks) if found]
    return spans_trace(spans) | {"line": {"color": theme.ACCENT, "width": 2}}


def spans_trace(spans: Sequence[tuple[int, tuple[float, float]]]) -> theme.Trace:
    """Return a trace of horizontal lines, each given by its row and its ends."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [end for _, (low, high) in spans for end in (low, high, None)],
        "y": [place for y, _ in spans for place in (y, y, None)],
        "hoverinfo": "skip",
        "showlegend": False,
    }


class _Mark(Record):
    y: int
    row: DumbbellRow
    name: str
    end: DumbbellEnd


def _mark_traces(rows: Sequence[DumbbellRow], labels: Labels) -> list[theme.Trace]:
    """A trace for each kind of mark: before, after, baseline."""

    def single(name: str, value_of: Callable[[DumbbellRow], float | None]) -> list[_Mark]:
        values = [(y, row, value_of(row)) for y, row in enumerate(rows)]
        return [
            _Mark(y, row, name, DumbbellEnd("", v, None)) for y, row, v in values if v is not None
        ]

    accent = {"color": theme.ACCENT}
    open_circle = accent | {"symbol": "circle-open", "size": 9, "line": {"width": 2}}
    circle = accent | {"symbol": "circle", "size": 10}
    names, roles = labels.variants, labels.roles
    after = [_Mark(y, row, names[a.variant], a) for y, row in enumerate(rows) for a in row.after]
    traces = [_mark_trace(sentence(labels.tuned) if roles.tuned else "Score", after, circle)]
    before = single(labels.base, lambda row: row.before)
    if before and roles.base is not None:
        traces.insert(0, _mark_trace(names[roles.base], before, open_circle))
    reference = single(labels.baseline, lambda row: row.reference)
    if reference:
        traces.append(_mark_trace(labels.baseline, reference, theme.TICK_MARK))
    return traces


def _mark_trace(name: str, marks: Sequence[_Mark], marker: dict[str, Any]) -> theme.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": theme.plain(theme.shortened(name, theme.WIDE_LABEL)),
        "x": [mark.end.value for mark in marks],
        "y": [mark.y for mark in marks],
        "marker": marker,
        **theme.hover([_mark_text(mark) for mark in marks]),
    }


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
    fields: tuple[Field[DumbbellRow], ...] = (
        Field(first, lambda row: row.head),
        Field(
            Column(
                "before",
                "" if labels.roles.base is None else labels.variants[labels.roles.base],
                "number",
            ),
            lambda row: _before_cell(labels, row),
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
    """A value; if it is a single score, it links to the place of the score."""
    if row.score_of is None:
        return replace(score_cell(value, row.scale, note), tags=flag_tags(flag))
    return linked_score_cell(labels, (*row.score_of, variant), value, note, flag_tags(flag))


def _before_cell(labels: Labels, row: DumbbellRow) -> Cell:
    return _value_cell(labels, row, labels.roles.base or "", row.before, flag=row.flag)


def _reference_cell(labels: Labels, row: DumbbellRow) -> Cell:
    if row.score_of is None:
        return score_cell(row.reference, row.scale)
    return baseline_score_cell(labels, row.score_of[1], row.reference)


def _after_fields(
    labels: Labels, variant: str, *, alone: bool, lifted: bool
) -> tuple[Field[DumbbellRow], Field[DumbbellRow]]:
    """Score and lift of one variant."""
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
