"""What scripts must know of a table's rows and their texts do not tell, as attributes of it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from string import digits

from markupsafe import Markup

from site_builder.parts import Cell, Row, Table

OWN = "id"
"""The mark that each row has for itself."""
_APOSTROPHE = "'"
_SIGNS = {"+": "", "\N{MINUS SIGN}": "-"}


def write_data(table: Table) -> Markup:
    """What scripts must know of the rows, as attributes of the table; empty where it is nothing.

    `data-values` has a list a column: the raw value of each row, null for a missing one; null in
    place of the list where every text is its value. `data-marks` has, for each mark, the distinct
    values, and which of them each row has, from 0 on; -1 for none.
    """
    every = tuple([row.marks for row in table.rows])
    marks = _written_marks(every) if any(every) else ""
    return Markup(_written_values(table) + marks)  # noqa: S704 - nothing can end an attribute


def raw_value(cell: Cell) -> str:
    """What a cell is sorted by, with every digit; empty where it has no value."""
    value = cell.value
    return "" if value is None else value if isinstance(value, str) else _number(value)


def _written_values(table: Table) -> str:
    if not any(isinstance(row, Row) for row in table.rows):
        return ""
    columns = zip(*(row.cells for row in table.rows), strict=True)
    values = ["null" if all(map(_is_told, cells)) else _list(cells) for cells in columns]
    while values and values[-1] == "null":
        values.pop()
    return _json_attribute("data-values", f"[{','.join(values)}]") if values else ""


def _list(cells: Sequence[Cell]) -> str:
    return f"[{','.join([_json(cell.value) for cell in cells])}]"


def _is_told(cell: Cell) -> bool:
    """Whether the text of a cell is its value, and all that it shows."""
    shows_more = cell.note or cell.tags or cell.plot
    return cell.value is not None and not shows_more and raw_value(cell) == _told(cell.text)


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and math.isinf(value):
        return f'"{value}"'
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _number(value)


def _json_attribute(name: str, text: str) -> str:
    return f" {name}='{text.replace('&', '&amp;').replace(_APOSTROPHE, '&#39;')}'"


@lru_cache(maxsize=64)
def _written_marks(every: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    """Kept, since the rows of many tables are marked alike."""
    rows = [dict(marks) for marks in every]
    columns = {}
    for name in dict.fromkeys(name for row in rows for name in row if name != OWN):
        places = {
            mark: i for i, mark in enumerate(dict.fromkeys(r[name] for r in rows if name in r))
        }
        columns[name] = [list(places), [places[r[name]] if name in r else -1 for r in rows]]
    told = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return _json_attribute("data-marks", told) if columns else ""


def _told(text: str) -> str:
    """The value that a text tells: where it has a sign as people read it, with a program's."""
    sign = _SIGNS.get(text[:1])
    return text if sign is None or text[1:2] not in digits else sign + text[1:]


def _number(value: object) -> str:
    return str(value).removesuffix(".0")
