"""Cells of somebody's table to numbers, and what kind of number a column of scores holds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from site_builder.importers.files import as_number
from site_builder.importers.metrics import is_lower_better, is_share
from site_builder.importers.records import Scale
from site_builder.records import Record

_NOTHING = frozenset(
    ("", "-", "\N{EN DASH}", "\N{EM DASH}", "?", "n/a", "na", "nan", "none", "null", "tbd", "tba")
)
# A number, perhaps in bold, with a percent sign, and what comes behind a plus-minus sign.
_CELL = re.compile(
    r"[*_ ]*(?P<number>[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(?P<percent>%?)[*_ ]*"
    r"(?P<spread>(?:\N{PLUS-MINUS SIGN}|\+/-).*)?",
    re.IGNORECASE | re.ASCII,
)


class Cell(Record):
    """A number of a cell.

    Attributes:
        value: The number as it is written; 71.3 for `71.3%`.
        is_percent: Whether it has a percent sign.
        has_spread: Whether something stood behind a plus-minus sign, which may be any spread.
    """

    value: float
    is_percent: bool = False
    has_spread: bool = False


def is_nothing(value: object) -> bool:
    """Whether a cell says that there is no score."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def read_cell(value: object, *, comma: bool) -> Cell | None:
    """The number of a cell; None where it holds none.

    Args:
        value: The cell.
        comma: Whether `0,71` is a number, as in files whose cells are parted by semicolons.
    """
    if not isinstance(value, str):
        number = as_number(value)
        return None if number is None else Cell(number)
    match = _CELL.fullmatch(value.strip())
    if match is None or ("," in match["number"] and not comma):
        return None
    number = as_number(float(match["number"].replace(",", ".")))
    return None if number is None else Cell(number, bool(match["percent"]), bool(match["spread"]))


def bounds_of(
    cells: Sequence[Cell], metric: str, scale: Scale | None
) -> tuple[float, float] | Literal["unclear"] | None:
    """Least and greatest score possible of a task, by the scores that there are of it.

    Returns:
        The bounds; None where the scores have a unit of their own; `unclear` where the scores may
        be percentages or have another unit.
    """
    values = [cell.value for cell in cells]
    low, high = min(values), max(values)
    if low < 0 or high > 100 or is_lower_better(metric):
        return None
    if all(cell.is_percent for cell in cells):
        return (0.0, 100.0)
    if high <= 1:
        return (0.0, 100.0) if scale == "percent" else (0.0, 1.0)
    if scale is not None:
        return {"percent": (0.0, 100.0), "proportion": (0.0, 1.0), "other": None}[scale]
    small = [value for value in values if 0 < value <= 1]
    return (0.0, 100.0) if is_share(metric) and not small else "unclear"
