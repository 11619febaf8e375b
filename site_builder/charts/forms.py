"""Draw the three forms: bars, heatmaps, dumbbells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import (
    Field,
    baseline_score_cell,
    columns_of,
    flag_tags,
    lift_cell,
    linked_score_cell,
    range_text,
    rows_of,
    score_cell,
)
from site_builder.charts.theme import HOVER, hover_scores, hover_texts
from site_builder.compute.numbers import Array
from site_builder.formatting import NumberFormat, sentence
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Table

MOST_BARS = 80


class Bar(Record):
    """One bar.

    Attributes:
        name: Name of its row.
        value: Its length, to the right of zero where it is positive.
        hover: What is read when it is pointed at, behind the name.
    """

    name: str
    value: float
    hover: str


def draw_bars(bars: Sequence[Bar], unit: str, *, signed: bool = True) -> dict[str, Any]:
    """Horizontal bars from zero, the first on top, gains and losses apart by side and colour.

    Args:
        bars: The bars.
        unit: Title of their axis.
        signed: Whether their lengths are differences.
    """
    values, names = [bar.value for bar in bars], [bar.name for bar in bars]
    colours = [theme.LOSS if value < 0 else theme.GAIN for value in values]
    losing = {"marker": {"color": colours}} if theme.LOSS in colours else {}
    ticks = theme.ticks(min(0.0, *values), max(0.0, *values), signed=signed)
    hover = hover_texts([bar.hover for bar in bars], names)
    return theme.figure(
        [{"like": "bars", "x": values, **losing, **hover}],
        theme.rows_height(len(bars)),
        narrow=theme.narrow_rows(names),
        xaxis=theme.axis(unit, zerolinecolor=theme.INK, **ticks),
        yaxis=theme.rows_axis(names),
    )


WIDE_COLUMN, NARROW_COLUMN = 24, 14
MOST_NARROW_NAMES = 16
ROW_PX, ABOVE_PX = 22, 100
_COLOUR_BAR = {
    "thickness": 10,
    "outlinewidth": 0,
    "tickfont": {"color": theme.SOFT, "size": 11},
    "len": 0.5,
    "y": 1,
    "yanchor": "top",
}


def draw_heatmap(
    z: Sequence[Sequence[float | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    hovers: Sequence[Sequence[str]],
    **trace: object,
) -> dict[str, Any]:
    """Cells in rows, the first row on top; column names slanted above them.

    Args:
        z: The values, by row; None where there is none.
        rows: Names of the rows.
        columns: Names of the columns.
        hovers: What is read when a cell is pointed at, after its row and its column.
        trace: The colours.
    """
    heat = theme.heatmap(
        z=z,
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        xgap=1,
        ygap=1,
        hoverongaps=False,
        customdata=[[theme.plain(text) for text in line] for line in hovers],
        hovertemplate=f"%{{y}}, %{{x}}: {HOVER}",
        colorbar=_COLOUR_BAR,
        **trace,
    )
    narrow = theme.narrow_rows(rows) | {
        "xaxis.ticktext": theme.short_names(columns, NARROW_COLUMN),
        "xaxis.tickangle": -90,
        "xaxis.tickfont.size": 10,
        # More names than there is room for would lie over each other; the hover has them.
        "xaxis.showticklabels": len(columns) <= MOST_NARROW_NAMES,
    }
    return theme.figure(
        [heat],
        theme.rows_height(len(rows), ROW_PX) + ABOVE_PX,
        narrow=narrow,
        xaxis=_columns_axis(columns),
        yaxis=theme.rows_axis(rows),
        margin={"l": 8, "r": 8, "t": 8, "b": 16},
    )


def _columns_axis(names: Sequence[str]) -> dict[str, Any]:
    return {
        "side": "top",
        "tickvals": list(range(len(names))),
        "ticktext": theme.short_names(names, WIDE_COLUMN),
        "tickangle": -50,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 11, "color": theme.INK},
    }


def nullable(values: Array) -> list[list[float | None]]:
    """A matrix with None where it holds NaN, as JSON has it."""
    return [[None if np.isnan(v) else float(v) for v in row] for row in values]


MOST_ROWS, N_ENDS = 80, 12
Item = TypeVar("Item")


def ends_of(rows: Sequence[Item]) -> Sequence[Item]:
    """The rows that a chart draws: all, or of more than can be told apart those at each end."""
    return rows if len(rows) <= MOST_ROWS else [*rows[:N_ENDS], *rows[-N_ENDS:]]


def drawn_of(n_lines: int) -> str:
    """What a caption says where not every row is drawn."""
    cut = f" The {N_ENDS} at each end of {n_lines:,} are drawn."
    return cut if n_lines > MOST_ROWS else ""


class DumbbellEnd(NamedTuple):
    """A value after tuning.

    Attributes:
        variant: Its variant.
        value: The value.
        lift: How much better it is than the value before; None where there is none.
        interval: Its interval; None where there is none, or none is drawn.
        flag: Why it should be read with care; None for no reservation.
    """

    variant: str
    value: float
    lift: float | None
    interval: tuple[float, float] | None = None
    flag: str | None = None


class DumbbellRow(NamedTuple):
    """One row: a model or a task.

    Attributes:
        head: The cell that names it.
        scale: How its values are written.
        before: Its value before tuning; None where it has none.
        after: Its values after tuning, or its only ones where the board has one variant.
        reference: The baseline's value on the same row; None where it has none, or a line of its
            own through all rows.
        flag: Why the value before should be read with care; None for no reservation.
        of: Model and task, where its values are single scores.
    """

    head: Cell
    scale: NumberFormat
    before: float | None
    after: tuple[DumbbellEnd, ...]
    reference: float | None = None
    flag: str | None = None
    of: tuple[str, str] | None = None


def draw_dumbbells(
    lines: Sequence[DumbbellRow], labels: Labels, unit: str, **layout: object
) -> dict[str, Any]:
    """One row a line, the first on top: a rod from the value before to the values after.

    Args:
        lines: The rows.
        labels: What the marks are called.
        unit: Title of their axis.
        layout: What the chart adds to it, such as a line for the baseline.
    """
    shown = ends_of(lines)
    names = [line.head.text for line in shown]
    marks = _marks(shown, labels)
    return theme.figure(
        [*_bands(shown), {"like": "rod"}, *marks],
        theme.rows_height(len(shown)),
        narrow=theme.narrow_rows(names),
        showlegend=len(marks) > 1,
        xaxis=theme.axis(unit, zeroline=False, nticks=7),
        yaxis=theme.rows_axis(names),
        **layout,
    )


def _bands(lines: Sequence[DumbbellRow]) -> list[theme.Trace]:
    """The intervals, behind all else; no trace where there are none."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, line in enumerate(lines):
        for low, high in (a.interval for a in line.after if a.interval is not None):
            x += [low, high, None]
            y += [row, row, None]
    look = {"color": theme.ACCENT, "width": 9}
    # Marks that are not seen keep the ends away from the edge of the plot.
    ends = {"size": 9, "opacity": 0}
    band = {"mode": "lines+markers", "line": look, "marker": ends, "opacity": 0.22}
    return [theme.scatter(x=x, y=y, showlegend=False, hoverinfo="skip", **band)] if x else []


class _Mark(NamedTuple):
    row: int
    line: DumbbellRow
    name: str
    of: DumbbellEnd


def _marks(lines: Sequence[DumbbellRow], labels: Labels) -> list[theme.Trace]:
    """A trace for each kind of mark: before, after, baseline."""
    after_name = sentence(labels.tuned) if labels.roles.tuned else "Score"
    names = labels.variants
    after = [
        _Mark(i, line, names[a.variant], a) for i, line in enumerate(lines) for a in line.after
    ]
    traces = [_trace(after_name, "after", after)]
    before = _marks_of(lines, labels.base, lambda line: line.before)
    if before and labels.roles.base is not None:
        traces.insert(0, _trace(names[labels.roles.base], "before", before))
    reference = _marks_of(lines, labels.baseline, lambda line: line.reference)
    return traces + ([_trace(labels.baseline, "reference", reference)] if reference else [])


def _marks_of(
    lines: Sequence[DumbbellRow], name: str, value_of: Callable[[DumbbellRow], float | None]
) -> list[_Mark]:
    """The marks of one value a line, without the lines that lack it."""
    values = [(row, line, value_of(line)) for row, line in enumerate(lines)]
    return [
        _Mark(i, line, name, DumbbellEnd("", v, None)) for i, line, v in values if v is not None
    ]


def _trace(name: str, like: str, marks: Sequence[_Mark]) -> theme.Trace:
    return {
        "like": like,
        "name": theme.plain(theme.shortened(name, theme.WIDE_LABEL)),
        "x": [mark.of.value for mark in marks],
        **theme.at_rows([mark.row for mark in marks]),
        **_hover(marks),
    }


def _hover(marks: Sequence[_Mark]) -> dict[str, Any]:
    """Name and score of each mark, with its interval, lift and flag where it has them."""
    rows = [mark.line.head.text for mark in marks]
    names, scales = {mark.name for mark in marks}, {mark.line.scale for mark in marks}
    is_plain = not any(mark.of.interval or mark.of.flag for mark in marks)
    if len(names) == len(scales) == 1 and is_plain:
        lifts = [mark.of.lift for mark in marks]
        found = hover_scores(names.pop(), scales.pop(), rows, lifts)
        if found is not None:
            return found
    return hover_texts([_mark_text(mark) for mark in marks], rows)


def _mark_text(mark: _Mark) -> str:
    scale, of = mark.line.scale, mark.of
    parts = [f"{mark.name} {scale.score(of.value)}"]
    if of.interval is not None:
        parts.append(f"interval {scale.interval(*of.interval)}")
    if of.lift is not None:
        parts.append(scale.signed(of.lift))
    return ", ".join((*parts, *flag_tags(of.flag)))


def line_table(
    table_id: str, caption: str, first: Column, lines: Sequence[DumbbellRow], labels: Labels
) -> Table:
    """The numbers of the rows that are drawn: before, after and lift of each variant, baseline."""
    lines = ends_of(lines)
    lifted = any(line.before is not None for line in lines)
    base = "" if labels.roles.base is None else labels.variants[labels.roles.base]
    variants = list(dict.fromkeys(a.variant for line in lines for a in line.after))
    fields: tuple[Field[DumbbellRow], ...] = (
        Field(first, lambda line: line.head),
        Field(
            Column("before", base, "number"),
            lambda line: _before_cell(labels, line),
            lifted,
        ),
        *(
            field
            for variant in variants
            for field in _after_fields(labels, variant, alone=len(variants) == 1, lifted=lifted)
        ),
        Field(
            Column("baseline", labels.baseline, "number"),
            lambda line: _reference_cell(labels, line),
            any(line.reference is not None for line in lines),
        ),
    )
    return Table(table_id, caption, columns_of(fields), rows_of(fields, lines))


def _value_cell(
    labels: Labels,
    line: DumbbellRow,
    variant: str,
    value: float | None,
    note: str = "",
    flag: str | None = None,
) -> Cell:
    """A value of a line, leading to its row where it is a single score."""
    if line.of is None:
        return replace(score_cell(value, line.scale, note), tags=flag_tags(flag))
    return linked_score_cell(labels, (*line.of, variant), value, note, flag_tags(flag))


def _before_cell(labels: Labels, line: DumbbellRow) -> Cell:
    return _value_cell(labels, line, labels.roles.base or "", line.before, flag=line.flag)


def _reference_cell(labels: Labels, line: DumbbellRow) -> Cell:
    if line.of is None:
        return score_cell(line.reference, line.scale)
    return baseline_score_cell(labels, line.of[1], line.reference)


def _after_fields(
    labels: Labels, variant: str, *, alone: bool, lifted: bool
) -> tuple[Field[DumbbellRow], Field[DumbbellRow]]:
    """Score and lift of one variant."""
    label = labels.variants[variant]
    lift_label = "Lift" if alone else f"Lift, {label}"

    def find(line: DumbbellRow) -> DumbbellEnd | None:
        return next((a for a in line.after if a.variant == variant), None)

    def score(line: DumbbellRow) -> Cell:
        found = find(line)
        if found is None:
            return score_cell(None, line.scale)
        note = range_text(line.scale, found.interval)
        return _value_cell(labels, line, variant, found.value, note, found.flag)

    def lift(line: DumbbellRow) -> Cell:
        found = find(line)
        return lift_cell(None if found is None else found.lift, line.scale)

    return (
        Field(Column(f"after_{variant}", label, "number"), score),
        Field(Column(f"lift_{variant}", lift_label, "number", term="lift"), lift, lifted),
    )
