"""Chart the ranks of entries over releases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.formatting import listed
from site_builder.records import Record

MOST_LINES = 30
"""So many entries are drawn: the best of today."""
_FAINT = 0.5
_TALLEST = 40  # rows
_WIDE_NAME, _NARROW_NAME = 44, 22
_WIDE_ROOM, _NARROW_ROOM = 0.27, 0.45  # of the width, for names
_WIDE_DATES, _NARROW_DATES = 8, 2
_RANKS = 10


class RankLine(Record):
    """The rank of an entry at each release, if any, and what ranks it as text; today last."""

    name: str
    ranks: tuple[int | None, ...]
    scores: tuple[str, ...]


def draw_ranks_over_releases(lines: Sequence[RankLine], days: Sequence[str]) -> theme.Drawing:
    """Draw a line for each entry, the best rank on top; the first one is in the accent.

    Releases are equally far apart. Entries stand right of their rank of today.
    """
    worst = max((rank for line in lines for rank in line.ranks if rank is not None), default=1)
    ticks, few = (_days(days, most) for most in (_WIDE_DATES, _NARROW_DATES))
    return theme.figure(
        [rank_trace(line, days, is_chosen=line is lines[0]) for line in (*lines[1:], lines[0])],
        theme.rows_height(min(worst, _TALLEST)),
        narrow={
            "annotations": _names(lines, len(days) - 1, _NARROW_NAME),
            "xaxis.range": _range(len(days), _NARROW_ROOM),
            **{f"xaxis.{key}": value for key, value in few.items()},
        },
        xaxis={"range": _range(len(days), _WIDE_ROOM), **ticks, **theme.BARE},
        yaxis={
            "range": [worst + 0.6, 0.4],
            **theme.ticks(1, worst, most=_RANKS, least_step=1),
            **theme.BARE,
        },
        annotations=_names(lines, len(days) - 1, _WIDE_NAME),
    )


def _range(n: int, room: float) -> list[float]:
    """Return the ends of the axis of releases; names have a share of it."""
    return [-0.15, round((n - 0.85) / (1 - room), 2)]


def rank_trace(line: RankLine, days: Sequence[str], *, is_chosen: bool) -> theme.Trace:
    """Return the line of an entry; it has gaps where the entry has no rank."""
    colour = theme.ACCENT if is_chosen else theme.NEUTRAL
    hovers = [
        f"{line.name}: {rank}, {score}, {day}" if rank is not None else ""
        for rank, score, day in zip(line.ranks, line.scores, days, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(days))),
        "y": list(line.ranks),
        "line": {"color": colour, "width": 3 if is_chosen else 1.5},
        "marker": {"color": colour, "size": 9 if is_chosen else 6},
        "opacity": 1 if is_chosen else _FAINT,
        "cliponaxis": False,
        **theme.hover(hovers),
    }


def _names(lines: Sequence[RankLine], last: int, most: int) -> list[dict[str, Any]]:
    """Return the name of each entry right of its rank of today; entries of a tie share a line."""
    by_rank: dict[int, list[str]] = {}
    for line in lines:
        if (rank := line.ranks[-1]) is not None:
            by_rank.setdefault(rank, []).append(line.name)
    names = theme.short_names([listed(names, most=2) for names in by_rank.values()], most)
    place = {"x": last, "xanchor": "left", "xshift": 10, "showarrow": False, "font": theme.INK_TEXT}
    return [{**place, "y": rank, "text": name} for rank, name in zip(by_rank, names, strict=True)]


def _days(days: Sequence[str], most: int) -> dict[str, Any]:
    """Return ticks at the days of at most so many releases, the last among them."""
    step = -(-len(days) // most)
    places = [*range(len(days) - 1, -1, -step)][::-1]
    return {"tickvals": places, "ticktext": [theme.plain(days[place]) for place in places]}
