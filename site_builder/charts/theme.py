"""Register the Plotly template; axes, ticks, hover texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape, unescape
from textwrap import wrap
from typing import Any

from site_builder.charts import theme
from site_builder.formatting import NumberFormat

HOVER = "%{customdata}"


def hover_texts(texts: Sequence[str], rows: Sequence[str] = ()) -> dict[str, Any]:
    """What is read when a mark is pointed at.

    It goes to Plotly as data: in a template, a name such as `%{x}` would be filled in. How all
    begin and end alike is in the template, up to a sign that could be such a name's.

    Args:
        texts: What is read at each mark.
        rows: The name of the row that each stands in, read before it: from the axis, where that
            has every name whole on any screen.
    """
    named = "%{y}: " if rows and theme.are_short(rows) else ""
    if rows and not named:
        texts = [f"{row}: {text}" for row, text in zip(rows, texts, strict=True)]
    begin, own, end = _parted([theme.plain(text) for text in texts])
    template = f"{named}{begin}{HOVER}{end}"
    return {"customdata": own} | ({"hovertemplate": template} if template != HOVER else {})


def hover_scores(
    name: str, scale: NumberFormat, rows: Sequence[str], lifts: Sequence[float | None] = ()
) -> dict[str, Any] | None:
    """The same where marks are scores of one scale: the script writes them from where they stand.

    Args:
        name: What the scores are of, read before each.
        scale: How they are written.
        rows: The name of the row that each stands in.
        lifts: What is read after each: how much better it is; None for none.

    Returns:
        None where that cannot be, since a name is too long for the axis, or has a sign that a
        template could take for its own.
    """
    if "%" in name or not theme.are_short(rows):
        return None
    said = {"places": scale.places} | ({"compact": True} if scale.compact else {})
    told = {"lifts": list(lifts)} if any(lift is not None for lift in lifts) else {}
    return {**told, "scale": said, "hovertemplate": f"%{{y}}: {theme.plain(name)} {HOVER}"}


def _parted(texts: Sequence[str]) -> tuple[str, list[str], str]:
    """With which words texts begin alike, what each has of its own, with which words they end."""
    if len(set(texts)) < 2:
        return "", list(texts), ""
    begin = "".join(_alike(texts).partition("%")[0].rpartition(" ")[:2])
    own = [text[len(begin) :] for text in texts]
    alike = _alike([text[::-1] for text in own])[::-1]
    end = "".join(alike.rpartition("%")[2].partition(" ")[1:])
    own = [text.removesuffix(end) for text in own]
    # Plotly takes no text for no value, and says what was asked for in its place.
    return (begin, own, end) if all(own) else ("", list(texts), "")


def _alike(texts: Sequence[str]) -> str:
    """The letters with which all texts begin: those of the first and the last by the alphabet."""
    first, last = min(texts), max(texts)
    pairs = zip(first, last, strict=False)
    return first[: next((i for i, (a, b) in enumerate(pairs) if a != b), len(first))]


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
LONGEST_TITLE = 120
WIDE_LABEL = 46
SOFT_TEXT = {"color": SOFT, "size": 12}
INK_TEXT = {"color": INK, "size": 12}
DOTTED = {"color": INK, "width": 1.5, "dash": "dot"}

Trace = dict[str, Any]

# What a figure's `layout` has and each of its axes, unless it says otherwise; what an axis or trace
# has that is `like` one of these; and what changes on a narrow screen where there are rows.
LOOK: Mapping[str, Mapping[str, Any]] = {
    "layout": {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 8, "r": 16, "t": 28, "b": 48},
        "dragmode": False,
        "hovermode": "closest",
        "showlegend": False,
        "bargap": 0.35,
        "hoverlabel": {
            "bgcolor": INK,
            "bordercolor": INK,
            "font": {"color": PAPER, "family": FONT, "size": 13},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "font": SOFT_TEXT,
            "itemclick": False,
            "itemdoubleclick": False,
        },
    },
    "axis": {
        "gridcolor": LINE,
        "zerolinecolor": SOFT,
        "zerolinewidth": 1,
        "linecolor": LINE,
        "tickfont": SOFT_TEXT,
        "ticklen": 6,
        "tickcolor": CLEAR,
        "title": {"font": SOFT_TEXT, "standoff": 10},
        "fixedrange": True,
        "automargin": True,
    },
    "axes": {
        "rows": {
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"color": INK},
            "ticks": "outside",
        },
    },
    "narrow": {"yaxis.tickfont.size": 11},
    "traces": {
        "rod": {
            "type": "scatter",
            "mode": "lines",
            "line": {"color": ACCENT, "width": 2},
            "hoverinfo": "skip",
            "showlegend": False,
        },
        "before": {
            "type": "scatter",
            "mode": "markers",
            "marker": {"symbol": "circle-open", "size": 9, "color": ACCENT, "line": {"width": 2}},
        },
        "after": {
            "type": "scatter",
            "mode": "markers",
            "marker": {"symbol": "circle", "size": 10, "color": ACCENT},
        },
        "reference": {
            "type": "scatter",
            "mode": "markers",
            "marker": {"symbol": "line-ns-open", "size": 14, "color": INK, "line": {"width": 2}},
        },
        "bars": {
            "type": "bar",
            "orientation": "h",
            "marker": {"color": GAIN, "line": {"width": 0}},
        },
    },
}
_ROOM_FOR_LEGEND = {"t": 56}


# --- words --------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 14)  # names and short numbers come again and again
def plain(text: str) -> str:
    """Text from data as Plotly shows it literally.

    Plotly would read `<b>` and `&amp;` as markup, and the script that draws `var(--ink)` as a
    colour.
    """
    return escape(text, quote=False).replace("var(--", "var(&#45;-")


def shortened(text: str, most: int) -> str:
    """Text cut to a length that has room; the whole of it stands in the hover and in the table."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def short_names(names: Sequence[str], most: int) -> list[str]:
    """Names from data for an axis: cut to a length, and shown literally."""
    return [plain(shortened(name, most)) for name in names]


def ticks(low: float, high: float, *, signed: bool = False, most: int = 7) -> dict[str, Any]:
    """Round ticks between two values, written as the site writes numbers.

    Args:
        low: The smallest value.
        high: The greatest value.
        signed: Whether the values are differences, which have a sign unless they are zero.
        most: Greatest number of steps.
    """
    span = high - low or abs(high) or 1.0
    unit = float(f"1e{math.floor(math.log10(span / most))}")
    step = next(unit * m for m in (1, 2, 5, 10) if span / (unit * m) <= most)
    scale = NumberFormat(places=max(0, -math.floor(math.log10(step) + 1e-9)), compact=True)
    write = scale.signed if signed else scale.score
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # Where all values are one, and not a round one, the ticks on both its sides.
    numbers = range(first, last + 1) if first <= last else range(last, first + 1)
    return {
        "tickvals": [n * step for n in numbers],
        "ticktext": ["0" if n == 0 else write(n * step) for n in numbers],
    }


# --- axes ---------------------------------------------------------------------------------------


def axis(title: str = "", **more: object) -> dict[str, Any]:
    """An axis of values: hairline grid, soft ticks, its unit as title."""
    return {"title": {"text": plain(shortened(title, LONGEST_TITLE))}, **more}


def rows_axis(names: Sequence[str]) -> dict[str, Any]:
    """A vertical axis with one named row at each whole number, the first on top.

    The script that draws it puts the names there.
    """
    return {"like": "rows", "ticktext": short_names(names, WIDE_LABEL)}


def at_rows(rows: Sequence[int]) -> dict[str, Any]:
    """The rows that marks stand in; left out where they are the first ones, as Plotly takes it."""
    return {} if list(rows) == list(range(len(rows))) else {"y": list(rows)}


def are_short(names: Sequence[str], most: int = NARROW_LABEL) -> bool:
    """Whether every name has room on a narrow screen as it is."""
    return max(map(len, names), default=0) <= most


def narrow_rows(names: Sequence[str], most: int = NARROW_LABEL) -> dict[str, Any]:
    """What changes on a narrow screen beside the size of the type: shorter row names."""
    return {} if are_short(names, most) else {"yaxis.ticktext": short_names(names, most)}


def rows_height(n_rows: int, row_px: int = ROW_PX) -> int:
    """Height in px of a chart with one row a line."""
    return max(n_rows, 2) * row_px + AROUND_PX


# --- marks --------------------------------------------------------------------------------------


def developer_colour(index: int | None) -> str:
    """Colour of a developer's marks; grey where the developer is not known."""
    return NEUTRAL if index is None else f"var(--dot-{index})"


def reference_line(x: float, name: str, value: str = "") -> dict[str, Any]:
    """A vertical dotted line, named at its top.

    Args:
        x: Where it stands.
        name: Its name.
        value: Where it stands, in words.
    """
    line = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": DOTTED}
    note = {
        "x": x,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": _reference_text(name, value),
        "font": INK_TEXT,
    }
    return {"shapes": [line], "annotations": [note]}


def reference_level(y: float, at: float, name: str, value: str = "") -> dict[str, Any]:
    """A horizontal dotted line, named below it at the place `at` of the x axis."""
    line = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": DOTTED}
    note = {
        "x": at,
        "xanchor": "center",
        "y": y,
        "yanchor": "top",
        "showarrow": False,
        "text": _reference_text(name, value),
        "font": INK_TEXT,
    }
    return {"shapes": [line], "annotations": [note]}


def _reference_text(name: str, value: str) -> str:
    return plain(f"{shortened(name, WIDE_LABEL)} {value}".rstrip())


# --- figures ------------------------------------------------------------------------------------


def scatter(**trace: object) -> Trace:
    """Marks or lines, as Plotly's `scatter` trace."""
    return {"type": "scatter", **trace}


def bar(**trace: object) -> Trace:
    """Bars, as Plotly's `bar` trace."""
    return {"type": "bar", **trace}


def heatmap(**trace: object) -> Trace:
    """Cells, as Plotly's `heatmap` trace."""
    return {"type": "heatmap", **trace}


def figure(
    traces: Sequence[Trace], height: int, narrow: Mapping[str, Any] | None = None, **layout: object
) -> dict[str, Any]:
    """A Plotly figure in the house look, as values that JSON can hold, without what `LOOK` says.

    Plotly's own classes would check every key and value, in half of the time that all pages of a
    large board take: the tests have them check each figure of their boards instead.

    Args:
        traces: What is drawn.
        height: In px; the page keeps that much room before the chart is drawn.
        narrow: Layout keys that change on a narrow screen.
        layout: Axes and whatever else differs from the house look.
    """
    changes = _wrapped_title(layout) | dict(narrow or {})
    meta = {"look": "house"} | ({"narrow": changes} if changes else {})
    margin = {"margin": _ROOM_FOR_LEGEND} if layout.get("showlegend") else {}
    return {"data": list(traces), "layout": {"height": height, "meta": meta, **margin, **layout}}


def _wrapped_title(layout: Mapping[str, Any]) -> dict[str, str]:
    """The title of the horizontal axis in lines that a narrow screen has room for."""
    title = unescape(layout.get("xaxis", {}).get("title", {}).get("text", ""))
    if len(title) <= NARROW_TITLE:
        return {}
    return {"xaxis.title.text": "<br>".join(map(plain, wrap(title, NARROW_TITLE)))}
