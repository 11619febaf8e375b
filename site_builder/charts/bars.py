"""Bars: one number a row, as a length from zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.hover import hover_texts
from site_builder.records import Record

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
