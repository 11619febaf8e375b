"""Choose the scales that values are drawn on, and draw a value among others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from statistics import median

from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Spread
from site_builder.formatting import compact, quantity
from site_builder.table_model import AxisRange, Drawing, Mark, MarkKind

MAX_TICKED = 200
"""Among more entries, ticks would run into each other: their middle half is drawn."""
_AROUND = 0.04  # room at both ends of an axis, as a share of the values' range
_LARGE = 10_000


def common_bounds(tasks: Iterable[TaskInfo]) -> AxisRange | None:
    """Return the scale between the bounds that all tasks share; None where they share none."""
    bounds = {(task.score_min, task.score_max) for task in tasks}
    low, high = next(iter(bounds)) if len(bounds) == 1 else (None, None)
    return None if low is None or high is None else AxisRange(low, high)


def around(values: Iterable[float], log_from: float = inf, *, from_zero: bool = False) -> AxisRange:
    """Return the scale of some values, with room at both ends; of 0 without any.

    `from_zero`, it has no room, and begins at 0 where that is near. It is a log scale, without
    room, where all are positive and the greatest is more than `log_from` times the least.
    """
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    if low > 0 and high > log_from * low:
        return AxisRange(low, high, is_log=True)
    if from_zero:
        return AxisRange(0.0 if 0 < low < high / 2 else low, high)
    room = _AROUND * (high - low) or 0.5 * abs(high) or 0.5
    return AxisRange(low - room, high + room)


def tick_text(value: float) -> str:
    """Write a value of an axis: `0.5`, `100 G`."""
    return compact(value) if abs(value) >= _LARGE else quantity(value)


def draw_among(  # noqa: PLR0913 - each is drawn
    spread: Spread,
    others: Iterable[float],
    own: float | None,
    share: Callable[[float], float],
    text: str,
    kind: MarkKind = "score",
    most: int = MAX_TICKED,
) -> Drawing:
    """Draw a value among others: the median, a tick for each, and a point for its own.

    Values in the same hundredth of the scale share a tick; of over `most`, the middle half is
    drawn. `spread` is that of the others; `share` returns where a value stands, 0..1.
    """
    if spread.n > most:
        low, middle, high = sorted(map(share, (spread.low, spread.median, spread.high)))
        marks = [Mark("soft-band", low, high), Mark("median", middle)]
    else:
        shares = sorted(map(share, others))
        marks = [Mark("tick", at) for at in sorted({round(at, 2) for at in shares})]
        marks += [Mark("median", median(shares))] if len(shares) > 1 else []
    point = () if own is None else (Mark(kind, share(own)),)
    return Drawing((Mark("axis", 0, 1), *marks, *point), text)
