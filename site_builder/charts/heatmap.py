"""Heatmaps: a number a cell, told by its tint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.charts.hover import HOVER
from site_builder.compute.numbers import Array

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
