"""Draw what ranks each entry of a board, on one axis."""

from __future__ import annotations

from functools import partial

from site_builder.pages.board_spec import BoardRow, BoardTableSpec
from site_builder.pages.scales import common_bounds, tick_text
from site_builder.records import Record
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Mark,
    MarkKind,
    draw_dumbbell,
)

_MARGIN = 0.04  # of the scale, beyond the least and the greatest value
_FAR = 0.5  # the least value, as a share of the greatest, above which a scale need not start at 0


class _Scale(Record):
    """The scale of a board's drawings.

    Attributes:
        has_origin: Whether it starts at 0 or at a stated bound, so that lengths can be compared.
        line: Where the baseline stands, if it has one value beside all entries.
    """

    range: AxisRange
    has_origin: bool
    line: float | None


def draw_field(spec: BoardTableSpec) -> Field[BoardRow]:
    """Return the column of drawings: base joined to tuned, or a value with its interval."""
    say, scale = spec.labels.say, _scale_of(spec)
    return Field(
        Column(
            "line",
            say("column.line_low" if spec.lower_is_better else "column.line"),
            "plot",
            term=spec.board.ranking.section,
            axis=scale.range.ticks(tick_text),
            reference=scale.line,
            group=say("columns.ranking"),
        ),
        partial(_draw_cell, spec, scale),
        any(spec.board.merit(s) is not None for s in spec.board.ranked),
    )


def _draws_change(spec: BoardTableSpec) -> bool:
    """Return whether a drawing joins the averages before and after tuning."""
    return spec.is_tuned and spec.board.by_average


def _scale_of(spec: BoardTableSpec) -> _Scale:
    board, tasks = spec.board, spec.site.results.catalog.tasks
    baseline = spec.labels.roles.baseline
    line = spec.reference if board.by_average else None
    if line is None and baseline is not None and board.entry(baseline).rank:
        line = board.merit(board.entry(baseline))
    shown = [s for s in board.entries if s.rank or spec.full]
    drawn = [board.merit(s) for s in shown] + [row.figures[spec.average_id] for row in spec.beside]
    if _draws_change(spec):
        drawn += [board.figure(s, "base_average") for s in shown]
    else:
        drawn += [end for s in shown for end in s.interval or ()]
    values = [value for value in (*drawn, line) if value is not None] or [0.0]
    low, high, bounds = min(values), max(values), None
    if board.ranking.form == "rate":
        bounds = AxisRange(0.0, 1.0)
    elif board.rule.is_average:
        bounds = common_bounds(tasks[task] for task in board.tasks)
    margin = _MARGIN * (high - low)
    limits, has_origin = AxisRange(low - margin, high + margin), False
    if not _draws_change(spec) and bounds and bounds.low <= low and high <= bounds.high:
        limits, has_origin = bounds, True
    elif not _draws_change(spec) and 0 <= low <= _FAR * high:
        limits, has_origin = AxisRange(0.0, high), True
    return _Scale(limits, has_origin, limits.place(line))


def _draw_cell(spec: BoardTableSpec, scale: _Scale, row: BoardRow) -> Cell:
    shown = spec.average_id if row.borrowed_from else spec.board.rule.statistic
    value = row.figures.get(shown)
    return Cell("") if value is None else Cell("", value, drawing=_drawing(spec, scale, row, value))


def _drawing(spec: BoardTableSpec, scale: _Scale, row: BoardRow, value: float) -> Drawing:
    """Draw a value; the baseline from another variant is the line through all rows, alone."""
    labels, place = spec.labels, scale.range.place
    name, write = labels.models[row.model], spec.format_of(spec.board.ranking).score
    text = labels.say("drawing.value", name=name, value=write(value))
    if row.borrowed_from:
        is_line = scale.line is not None and row.model == labels.roles.baseline
        kind: MarkKind = "base" if row.borrowed_from == labels.roles.base else "soft"
        return Drawing(() if is_line else (Mark(kind, scale.range.share(value)),), text)
    if _draws_change(spec):
        before = row.figures["base_average"]
        reference = None if scale.line is not None else row.figures["baseline_average"]
        if before is not None:
            values = {"before": write(before), "after": write(value)}
            text = labels.say("drawing.change", name=name, **values)
        return draw_dumbbell(place(before), place(value), place(reference), text=text)
    ends = row.entry.interval
    if ends is not None:
        low, high = map(write, ends)
        text = labels.say("drawing.interval", name=name, value=write(value), low=low, high=high)
    at, span = scale.range.share(value), scale.range.span(ends)
    tint = (Mark("tint", 0, at),) if scale.has_origin else ()
    band = () if span is None else (Mark("band", *span),)
    return Drawing((Mark("track", 0, 1), *tint, *band, Mark("value", at)), text)
