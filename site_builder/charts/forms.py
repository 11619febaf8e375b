"""Draw bars, heatmaps and spans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.compute.numbers import Array, floats_or_none
from site_builder.records import Record

# --- bars ---------------------------------------------------------------------------------------

MAX_BARS = 80


class Bar(Record):
    """One bar.

    Attributes:
        text: Its value, at its end.
        hover: What follows its name in the hover text.
        colour: Grey where it says nothing of what is clear.
        is_striped: Whether it is not known if the value is clear.
    """

    name: str
    value: float
    text: str
    hover: str
    colour: str = theme.NEUTRAL
    is_striped: bool = False


_BAR_PX = 28  # a row has room for its name on a narrow screen
# Room for values beside the ends, as a share of what is drawn.
_ROOM = 0.06


def draw_bars(bars: Sequence[Bar], unit: str, *, are_counts: bool = False) -> theme.Drawing:
    """Draw horizontal bars from zero, of differences or of counts, the first at the top."""
    values, names = [bar.value for bar in bars], [bar.name for bar in bars]
    low, high = min(0.0, *values), max(0.0, *values)
    steps: dict[str, Any] = {"least_step": 1.0} if are_counts else {"signed": True}
    marker: dict[str, Any] = {"color": [bar.colour for bar in bars], "line": {"width": 0}}
    if any(bar.is_striped for bar in bars):
        shapes = ["/" if bar.is_striped else "" for bar in bars]
        marker["pattern"] = {"shape": shapes, "fillmode": "replace", "size": 6, "solidity": 0.4}
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(bars))),
        "marker": marker,
        "text": [bar.text for bar in bars],
        "textposition": "outside",
        "constraintext": "none",
        "textfont": theme.SOFT_TEXT,
        "cliponaxis": False,
        **theme.hover([f"{bar.name}: {bar.hover}" for bar in bars]),
    }
    return theme.figure(
        [trace],
        theme.rows_height(len(bars), _BAR_PX),
        # Names stand above their bars, which then have the whole width.
        narrow={"meta.above": True} | theme.narrow_ticks(low, high, **steps),
        room=theme.room_for_values(
            low,
            high,
            [bar.text for bar in bars if bar.value < 0],
            [bar.text for bar in bars if bar.value >= 0],
        ),
        xaxis=theme.axis(
            unit,
            zerolinecolor=theme.INK,
            range=room_around(low, high, is_open=(low < 0, high > 0)),
            **theme.ticks(low, high, **steps),
        ),
        yaxis=theme.rows_axis(names),
    )


def room_around(
    low: float, high: float, *, is_open: tuple[bool, bool] = (True, True)
) -> list[float]:
    """Return a range with room for values below its low end and above its high end."""
    room = _ROOM * ((high - low) or abs(high) or 1.0)
    places = 3 - math.floor(math.log10(room or 1.0))  # less than a hundredth of the room
    return [round(low - room * is_open[0], places), round(high + room * is_open[1], places)]


# --- heatmaps -----------------------------------------------------------------------------------

WIDE_COLUMN, _NARROW_COLUMN = 24, 14
_MAX_NARROW_NAMES = 16
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
) -> theme.Drawing:
    """Draw values of shape (rows, columns), the first row at the top; NaN leaves a gap.

    Hover texts follow the names of row and column. `trace` has the colours.
    """
    heat = {
        "type": "heatmap",
        "z": [floats_or_none(row) for row in values],
        "x": list(range(len(columns))),
        "y": list(range(len(rows))),
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        # With whole names, since those on the axes can be cut.
        "customdata": [
            [
                theme.plain(f"{row}, {column}: {text}")
                for column, text in zip(columns, line, strict=True)
            ]
            for row, line in zip(rows, hovers, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
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
        "xaxis.showticklabels": len(columns) <= _MAX_NARROW_NAMES,
    }
    return theme.figure(
        [heat],
        theme.rows_height(len(rows), _CELL_PX) + _ABOVE_PX,
        narrow=narrow,
        xaxis=columns_axis,
        yaxis=theme.rows_axis(rows),
        margin={"l": 8, "r": 8, "t": 8, "b": 16},
    )


def draw_half_matrix(
    values: Array, names: Sequence[str], hovers: Sequence[Sequence[str]], **trace: object
) -> theme.Drawing:
    """Draw what is below the diagonal of a symmetric matrix: each pair once, none of one item."""
    half = np.where(np.tri(len(values), k=-1, dtype=bool), values, np.nan)[1:, :-1]
    texts = [row[:-1] for row in hovers[1:]]
    return draw_heatmap(half, names[1:], names[:-1], texts, **trace)


def spans_trace(
    spans: Sequence[tuple[float, tuple[float, float]]], style: dict[str, Any]
) -> theme.Trace:
    """Return a trace of horizontal lines, each given by its row and its ends."""
    xs = [end for _, (low, high) in spans for end in (low, high, None)]
    return theme.line(xs, [place for y, _ in spans for place in (y, y, None)], style)
