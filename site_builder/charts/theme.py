"""Define the look of all charts: colours, the Plotly template, axes and reference lines."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape, unescape
from textwrap import wrap
from typing import Any

from site_builder.formatting import NumberFormat, day
from site_builder.table_model import log_ticks

Trace = dict[str, Any]
Drawing = dict[str, Any]
"""A figure in Plotly's JSON schema: `data` and `layout`, without a template."""

# The colours of the light theme in static/css/tokens.css. Figures carry them as they are, so that
# they look right in a notebook. On a page, the script replaces each of them by the current value
# of its token, so that charts follow dark mode and the publisher's colours.
COLOURS: Mapping[str, str] = {
    "ink": "#16202c",
    "soft": "#5b6775",
    "line": "#e4e7eb",
    "paper": "#fbfbfa",
    "sunk": "#f2f3f4",
    "accent": "#0f766e",
    "gain": "#0b7a6b",
    "loss": "#b4481a",
    "neutral": "#6b7684",
    "heat-low": "#dceeeb",
}
INK, SOFT, LINE, PAPER = (COLOURS[token] for token in ("ink", "soft", "line", "paper"))
GAIN, LOSS, NEUTRAL, ACCENT = (COLOURS[token] for token in ("gain", "loss", "neutral", "accent"))
CLEAR = "rgba(0,0,0,0)"

FONT = "Inter, system-ui, sans-serif"
SOFT_TEXT = {"color": SOFT, "size": 12}
INK_TEXT = {"color": INK, "size": 12}
BARE = {"showgrid": False, "zeroline": False}
DOTTED = {"color": INK, "width": 1.5, "dash": "dot"}
TICK_MARK = {"symbol": "line-ns-open", "size": 14, "color": INK, "line": {"width": 2}}

ROW_PX = 28  # room for a name above its mark on a narrow screen
_MONTH = 365.25 / 12  # days
_AROUND_PX = 76
_ROOM_FOR_LEGEND = {"t": 56}

# Most letters of texts from data.
WIDE_LABEL, NARROW_LABEL = 46, 18
LONGEST_TITLE, NARROW_TITLE = 120, 30
LONGEST_NAME = 80  # beside a mark; the script cuts it to the room

_AXIS = {
    "showgrid": True,
    "gridcolor": LINE,
    "zeroline": True,
    "zerolinecolor": SOFT,
    "zerolinewidth": 1,
    "showline": True,
    "linecolor": LINE,
    "tickfont": SOFT_TEXT,
    "ticks": "outside",
    "ticklen": 6,
    "tickcolor": CLEAR,
    "title": {"font": SOFT_TEXT, "standoff": 10},
    "fixedrange": True,
    "automargin": True,
}
TEMPLATE: Mapping[str, Any] = {
    "layout": {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 8, "r": 16, "t": 28, "b": 48},
        "dragmode": False,
        "hovermode": "closest",
        "showlegend": False,
        "bargap": 0.35,
        "colorway": [ACCENT, NEUTRAL, INK, SOFT],
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
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
}


def register_template() -> str:
    """Register the template of all charts with Plotly, and return its name."""
    # Not above: it is imported in a tenth of a second, and a build draws its charts without it.
    import plotly.graph_objects as go
    import plotly.io as pio

    pio.templates["site_builder"] = go.layout.Template(TEMPLATE)
    return "site_builder"


# --- figures ------------------------------------------------------------------------------------


def figure(
    traces: Sequence[Trace],
    height: int,
    narrow: Mapping[str, Any] | None = None,
    meta: Mapping[str, Any] | None = None,
    **layout: object,
) -> Drawing:
    """Return a figure for the site's template, which the page script or `Chart.figure` adds.

    The layout keys in `narrow`, such as `yaxis.ticktext`, replace those in `layout` on a narrow
    screen. `meta` is what else scripts read: `room` of `room_for_values`, `names` beside marks.
    """
    base: dict[str, Any] = {"height": height}
    changes = dict(narrow or {})
    given: Mapping[str, Any] = layout
    title = unescape(given.get("xaxis", {}).get("title", {}).get("text", ""))
    if len(title) > NARROW_TITLE:
        wrapped = "<br>".join(map(plain, wrap(title, NARROW_TITLE)))
        changes = {"xaxis.title.text": wrapped} | changes
    if changes or meta:
        base["meta"] = {**({"narrow": changes} if changes else {}), **(meta or {})}
    if layout.get("showlegend"):
        base["margin"] = _ROOM_FOR_LEGEND
    return {"data": list(traces), "layout": base | layout}


def markers(
    xs: Sequence[float | None],
    ys: Sequence[float],
    marker: Mapping[str, Any],
    hovers: Sequence[str],
    **more: object,
) -> Trace:
    """Return a trace of marks with their hover texts."""
    points = {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker}
    return {**points, **hover(hovers), **more}


def line(xs: Sequence[float | None], ys: Sequence[float | None], style: Mapping[str, Any]) -> Trace:
    """Return a trace of a line that is neither in the legend nor reacts to the pointer."""
    path = {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": style}
    return {**path, "hoverinfo": "skip", "showlegend": False}


def rows_height(n_rows: int, row_px: int = ROW_PX) -> int:
    """Return the height in px of a chart with one row per line."""
    return max(n_rows, 2) * row_px + _AROUND_PX


# --- text from data -----------------------------------------------------------------------------


def plain(text: str) -> str:
    """Escape text from data, since Plotly reads `<b>` and `&amp;` as markup."""
    return escape(text, quote=False)


def shortened(text: str, most: int) -> str:
    """Cut text to a length; the hover text and the table have all of it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def short_names(names: Sequence[str], most: int) -> list[str]:
    """Cut and escape names from data, for an axis.

    Names that would be equal without their ends are cut in the middle: in 11 letters, `Sentiment
    (COVID-19)` and `Sentiment (SST2)` become `Sentim...-19)` and `Sentim...ST2)`.
    """
    cut = [shortened(name, most) for name in names]
    times, tail = Counter(cut), most // 2 - 1
    for i, (name, short) in enumerate(zip(names, cut, strict=True)):
        if times[short] > 1 and short != name:
            begin, end = name[: most - tail - 1].rstrip(), name[-tail:].lstrip()
            cut[i] = f"{begin}\N{HORIZONTAL ELLIPSIS}{end}"
    return [*map(plain, cut)]


def hover(texts: Sequence[str]) -> dict[str, Any]:
    """Return the hover texts of a trace, one per mark."""
    # In a template, Plotly would replace a name such as `%{x}` from the data.
    data = [plain(text) for text in texts]
    return {"customdata": data, "hovertemplate": "%{customdata}<extra></extra>"}


# --- axes ---------------------------------------------------------------------------------------


def axis(title: str = "", **more: object) -> dict[str, Any]:
    """Return an axis of values with its unit as title."""
    return {"title": {"text": plain(shortened(title, LONGEST_TITLE))}, **more}


def rows_axis(names: Sequence[str]) -> dict[str, Any]:
    """Return a vertical axis with a named row at each whole number, the first at the top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": short_names(names, WIDE_LABEL),
        "range": [len(names) - 0.4, -0.6],
        **BARE,
        "tickfont": {"color": INK},
    }


def narrow_rows(names: Sequence[str]) -> dict[str, Any]:
    """Return the changes of `rows_axis` on a narrow screen: smaller type, long names above."""
    is_long = max(map(len, names), default=0) > NARROW_LABEL
    return {"meta.above": True} if is_long else {"yaxis.tickfont.size": 11}


def ticks(
    low: float, high: float, *, signed: bool = False, most: int = 7, least_step: float = 0.0
) -> dict[str, Any]:
    """Return round ticks between two values, with at most `most` steps, in the site's format.

    If `signed`, each tick but zero has a sign. `least_step` is 1 for counts.
    """
    span = high - low or abs(high) or 1.0
    unit = float(f"1e{math.floor(math.log10(span / most))}")
    step = max(least_step, next(unit * m for m in (1, 2, 5, 10) if span / (unit * m) <= most))
    scale = NumberFormat(places=max(0, -math.floor(math.log10(step) + 1e-9)), compact=True)
    write = scale.signed if signed else scale.score
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # If all values are equal and not round, the ticks are on both sides of them.
    numbers = range(first, last + 1) if first <= last else range(last, first + 1)
    # Else three times 0.2 is 0.6000000000000001.
    marks = [float(f"{n * step:.12g}") for n in numbers]
    return {"tickvals": marks, "ticktext": ["0" if mark == 0 else write(mark) for mark in marks]}


# Digits of the ticks in each decade, and how many ticks are few enough.
_FEW_OF_DECADES = (((1, 2, 3, 5, 7), 5), ((1, 2, 5), 6), ((1, 3), 5), ((1,), 99))


def log_axis(values: Iterable[float], write: Callable[[float], str]) -> dict[str, Any]:
    """Return a log axis around some values, with a tick at few round numbers of each decade."""
    known = list(values)
    low, high = min(known), max(known)
    room = max(0.04 * math.log10(high / low), 0.02)
    ends = math.log10(low) - room, math.log10(high) + room
    ticks = log_ticks(10 ** ends[0], 10 ** ends[1], _FEW_OF_DECADES, most=6)
    texts = [write(tick) for tick in ticks]
    around = [round(end, 4) for end in ends]
    return {"type": "log", "range": around, "tickvals": ticks, "ticktext": texts}


def date_ticks(begin: float, end: float, most: int) -> dict[str, Any]:
    """Return ticks at the first days of months or years, or every few days of a short time."""
    first = int(begin) + 1
    last = int(end)
    begins = date.fromordinal(first)
    ends = date.fromordinal(last)
    steps = (1, 2, 3, 6, 12, 24, 60, 120, 240)
    step = next((s for s in steps if (end - begin) / (s * _MONTH) <= most), 600)
    months = range(12 * begins.year // step * step, 12 * ends.year + ends.month, step)
    firsts = [date(n // 12, n % 12 + 1, 1) for n in months]
    found = [n for n in firsts if begins <= n <= ends]
    if len(found) >= 2:
        names = [day(n.isoformat()[: len("2025-08")]) for n in found]
        texts = [
            name[-len("2025") :] if step >= 12 else name if not i or n.month == 1 else name[:3]
            for i, (n, name) in enumerate(zip(found, names, strict=True))
        ]
    else:
        length = next((s for s in (1, 2, 7, 14) if (end - begin) / s <= most), 28)
        found = [date.fromordinal(n) for n in range(first, last + 1, length)]
        texts = [day(n.isoformat()).rpartition(" ")[0] for n in found]
    return {"tickvals": [n.toordinal() for n in found], "ticktext": texts}


_NARROW_STEPS = 3


def narrow_ticks(low: float, high: float, **steps: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the changes of `ticks` on a narrow screen: fewer of them."""
    few = ticks(low, high, most=_NARROW_STEPS, **steps)
    return {f"xaxis.{key}": value for key, value in few.items()}


_LETTER_PX, _BESIDE_PX = 6.5, 6


def room_for_values(
    low: float, high: float, left: Sequence[str], right: Sequence[str]
) -> dict[str, Any]:
    """Return the ends of what is drawn, and the px that values beside them need on each side.

    The script widens the axis by it, since a share of the axis is too little on a narrow screen.
    """
    half = 0 if low < high else (abs(high) or 1.0) / 2
    letters = (max(map(len, texts), default=0) for texts in (left, right))
    px = [round(n * _LETTER_PX + _BESIDE_PX) if n else 0 for n in letters]
    return {"ends": [low - half, high + half], "px": px}


# --- marks --------------------------------------------------------------------------------------


_LINE_PX = 16


def reference_lines(lines: Iterable[tuple[float, str, str]]) -> dict[str, Any]:
    """Return layout keys for vertical dotted lines, each with its name and value above the plot."""
    shapes, annotations = list[dict[str, Any]](), list[dict[str, Any]]()
    for i, (x, name, value) in enumerate(sorted(lines)):
        ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
        place = {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": _LINE_PX * i}
        text = plain(f"{shortened(name, WIDE_LABEL)} {value}".rstrip())
        shapes.append({"type": "line", "line": DOTTED, **ends})
        annotations.append({**place, "showarrow": False, "text": text, "font": INK_TEXT})
    if not shapes:
        return {}
    top = {"margin": {"t": _LINE_PX * (len(shapes) + 1)}} if len(shapes) > 1 else {}
    return {"shapes": shapes, "annotations": annotations, **top}


def level_lines(lines: Iterable[tuple[float, str, str]]) -> list[dict[str, Any]]:
    """Return level dotted lines over the width of the plot; `level_names` has their names."""
    across = {"type": "line", "line": DOTTED, "x0": 0, "x1": 1, "xref": "x domain"}
    return [{**across, "y0": y, "y1": y} for y, *_ in lines]


def level_names(
    lines: Iterable[tuple[float, str, str]], ends: tuple[float, float]
) -> dict[str, Any]:
    """Return the names of `level_lines` for the script `chart-names.js`: along them, in the ends.

    `ends` are values of the axis, of a logarithmic one too.
    """
    texts = [(y, plain(f"{shortened(name, NARROW_TITLE)} {value}")) for y, name, value in lines]
    marks = [[ends[0], y, "", text] for y, text in texts]
    return {"marks": marks, "color": INK, "detailcolor": INK, "to": ends[1]}
