"""The one look of all charts: every colour, font and margin.

Colours are names of the page's own tokens (`var(--gain)`), which the script that draws a chart looks up, so that
charts follow the page into dark mode and into a publisher's own style. Marks differ by shape and place as well as by
colour: open circle before, full circle after, dashed line for the baseline.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from site_builder.format import Scale

INK, SOFT, LINE, PAPER = "var(--ink)", "var(--soft)", "var(--line)", "var(--card)"
GAIN, LOSS, NEUTRAL, ACCENT = "var(--gain)", "var(--loss)", "var(--neutral)", "var(--accent)"
CLEAR = "rgba(0,0,0,0)"
DIVERGING = [[0.0, LOSS], [0.5, PAPER], [1.0, GAIN]]
SEQUENTIAL = [[0.0, "var(--heat-low)"], [1.0, GAIN]]
FONT = "Inter, system-ui, sans-serif"
ROW_PX = 24
AROUND_PX = 76
NARROW_LABEL = 18
NARROW_TITLE = 30
WIDE_LABEL = 46


def developer_colour(index: int | None) -> str:
    """Colour of a developer's marks; grey where the developer is not known."""
    return NEUTRAL if index is None else f"var(--dot-{index})"


def plain(text: str) -> str:
    """Text from data for a figure, in which Plotly would otherwise read `<b>` and `&amp;` as markup."""
    return escape(text, quote=False)


def shortened(text: str, most: int) -> str:
    """Text cut to a length that an axis has room for; the whole text stands in the hover and in the table."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def rows_height(n_rows: int, row_px: int = ROW_PX) -> int:
    """Height in px of a chart with one row a line."""
    return max(n_rows, 2) * row_px + AROUND_PX


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis of values: hairline grid, soft ticks, its unit as title."""
    look = {
        "gridcolor": LINE, "zerolinecolor": SOFT, "zerolinewidth": 1, "linecolor": LINE, "tickfont": {"color": SOFT, "size": 12},
        "title": {"text": plain(title), "font": {"color": SOFT, "size": 12}, "standoff": 10}, "fixedrange": True, "automargin": True,
    }  # fmt: skip
    return look | more


def ticks(low: float, high: float, *, signed: bool = False, most: int = 7) -> dict[str, Any]:
    """Round ticks between two values, written as the site writes numbers: a true minus, and zero without a sign."""
    span = high - low or abs(high) or 1.0
    unit = 10.0 ** math.floor(math.log10(span / most))
    step = next(unit * m for m in (1, 2, 5, 10) if span / (unit * m) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    scale = Scale(places=max(0, -math.floor(math.log10(step) + 1e-9)), compact=True)
    values = [n * step for n in range(first, last + 1)]
    texts = ["0" if n == 0 else scale.signed(n * step) if signed else scale.score(n * step) for n in range(first, last + 1)]
    return {"tickvals": values, "ticktext": texts}


def rows_axis(names: Sequence[str]) -> dict[str, Any]:
    """A vertical axis with one named row at each whole number, the first on top."""
    texts = [plain(shortened(name, WIDE_LABEL)) for name in names]
    return {
        "tickvals": list(range(len(names))), "ticktext": texts, "range": [len(names) - 0.4, -0.6], "showgrid": False,
        "zeroline": False, "tickfont": {"color": INK, "size": 12}, "fixedrange": True, "automargin": True, "ticks": "outside", "ticklen": 6, "tickcolor": CLEAR,
    }  # fmt: skip


def narrow_rows(names: Sequence[str], most: int = NARROW_LABEL) -> dict[str, Any]:
    """What changes on a narrow screen: shorter row names, in smaller type."""
    return {"yaxis.ticktext": [plain(shortened(name, most)) for name in names], "yaxis.tickfont.size": 11}


def reference_line(x: float, text: str) -> dict[str, Any]:
    """A vertical dashed line for the baseline, named at its top."""
    return {
        "shapes": [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": INK, "width": 1.5, "dash": "dot"}}],
        "annotations": [{"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "text": plain(text), "font": {"color": INK, "size": 12}}],
    }  # fmt: skip


def figure(traces: Sequence[Any], height: int, narrow: Mapping[str, Any] | None = None, **layout: Any) -> dict[str, Any]:
    """A Plotly figure in the house look, as the JSON that a page embeds.

    Args:
        traces: Plotly traces; Plotly itself checks every key and value.
        height: In px; the page keeps that much room before the chart is drawn.
        narrow: Layout keys that change on a narrow screen.
        layout: Axes and whatever else differs from the house look.
    """
    look = {
        "template": go.layout.Template(), "height": height, "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "margin": {"l": 8, "r": 16, "t": 28, "b": 48}, "dragmode": False,
        "hovermode": "closest", "showlegend": False, "meta": {"narrow": _wrapped_title(layout) | dict(narrow or {})}, "bargap": 0.35,
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"color": PAPER, "family": FONT, "size": 13}, "align": "left"},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"color": SOFT, "size": 12}, "itemclick": False, "itemdoubleclick": False},
    }  # fmt: skip
    if layout.get("showlegend"):
        look["margin"] = look["margin"] | {"t": 56}
    drawn: dict[str, Any] = go.Figure(data=list(traces), layout=look | layout).to_plotly_json()
    del drawn["layout"]["template"]
    return drawn


def _wrapped_title(layout: Mapping[str, Any]) -> dict[str, str]:
    """The title of the horizontal axis broken into lines that a narrow screen has room for."""
    title = layout.get("xaxis", {}).get("title", {}).get("text", "")
    return {"xaxis.title.text": "<br>".join(wrap(title, NARROW_TITLE))} if len(title) > NARROW_TITLE else {}


def text_hover(**more: Any) -> dict[str, Any]:
    """Hover that shows each mark's own prepared text, so that names from data are never read as a template."""
    return {"hovertemplate": "%{customdata}<extra></extra>"} | more
