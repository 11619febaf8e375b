"""Draw bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
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


def draw_bars(bars: Sequence[Bar], unit: str) -> theme.Drawing:
    """Draw horizontal bars of differences from zero, the first at the top."""
    values, names = [bar.value for bar in bars], [bar.name for bar in bars]
    low, high = min(0.0, *values), max(0.0, *values)
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
        narrow={"meta.above": True} | theme.narrow_ticks(low, high, signed=True),
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
            **theme.ticks(low, high, signed=True),
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
