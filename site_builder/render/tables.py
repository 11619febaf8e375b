"""Write a table as HTML: head, rows, values for scripts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from html import escape
from string import digits

from markupsafe import Markup

from site_builder.addresses import Link
from site_builder.table_model import (
    Cell,
    Column,
    Dumbbell,
    NumbersRow,
    Row,
    RowStart,
    Table,
    TableRow,
)

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


Href = Callable[[Link], str]
Draw = Callable[[Dumbbell], str]

_PLAIN = re.compile(r"[\w.,:/?#+-]+", re.ASCII)  # what needs no quotes, wherever it stands
escaped = lru_cache(maxsize=1 << 16)(escape)  # names and short numbers come again and again


def write_rows(table: Table, href: Href, draw: Draw) -> Markup:
    """The head of a table and its body, in the groups that a long one is laid out in.

    A heading has its key, and which order the first click on it gives where that is not the usual
    one: texts upwards, numbers downwards.

    Args:
        table: The table.
        href: Where a link leads from the page; empty where it may not be followed.
        draw: Draws the scores of a row.
    """
    rows = _Rows(table, href, draw)
    parts = [_head(table.columns)]
    for group in table.groups:
        room = f' style="--rows: {len(group)}"' if table.is_long else ""
        parts += (f"<tbody{room}>\n", *map(rows.write, group))
    return Markup("".join(parts))  # noqa: S704 - all text of the data is escaped


def write_words(cell: Cell, href: Href) -> Markup:
    """What a cell says: mark, text with its link, tags, note."""
    return Markup(_words(cell, href))  # noqa: S704 - all text of the data is escaped


@lru_cache(maxsize=1 << 10)
def _head(columns: tuple[Column, ...]) -> str:
    """The headings, the same for many tables."""
    return f"<thead><tr>{''.join(map(_heading, columns))}\n"


def _heading(column: Column) -> str:
    told = _attributes(
        ("class", "" if column.align == "number" else column.align),
        ("data-key", column.key),
        ("data-first", column.first),
        ("title", column.help),
    )
    return f"<th{told}>{escaped(column.label)}"


class _Rows:
    """Writes the rows of one table on one page."""

    def __init__(self, table: Table, href: Href, draw: Draw) -> None:
        self._href, self._draw = href, draw
        self._columns = tuple(
            (
                "th" if i == table.header else "td",
                _class_of(column, table, is_head=i == table.header),
            )
            for i, column in enumerate(table.columns)
        )

    def write(self, row: TableRow) -> str:
        """One row."""
        if isinstance(row, NumbersRow):
            return self._numbers(row)
        cells = [
            self._cell(tag, cls, cell)
            for (tag, cls), cell in zip(self._columns, row.cells, strict=True)
        ]
        return f"{_row(row.kind, row.anchor, row.marks)}{''.join(cells)}\n"

    def _numbers(self, row: NumbersRow) -> str:
        start = row.start
        link, (_, cls) = start.head.link, self._columns[0]
        begin = _begin(start, cls, self._href(link) if link else "")
        return f"{begin}<td>{'<td>'.join(row.numbers)}\n"

    def _cell(self, tag: str, cls: str, cell: Cell) -> str:
        if cell.plot is not None:
            words, cls = self._draw(cell.plot), "plot"
        elif cell.note or cell.tags or cell.dot is not None:
            words = _words(cell, self._href)
        else:
            words = _linked(cell.text, cell.link, self._href)
        return f"<{tag}{_classes(cls, cell.tone)}>{words}"


def _class_of(column: Column, table: Table, *, is_head: bool) -> str:
    """The class of a column's cells: none for numbers, and for the text that names a row."""
    plain = "text" if is_head else "number"
    align = "" if column.align == plain else column.align
    return f"{align} merit".strip() if column.key == table.sorted_by else align


@cache
def _classes(cls: str, tone: str) -> str:
    return _attributes(("class", f"{cls} {tone}".strip()))


@lru_cache(maxsize=1 << 14)
def _begin(start: RowStart, cls: str, to: str) -> str:
    """The beginning of a row of numbers, the same on all pages that lead alike to what it names."""
    name = _linked(start.head.text, start.head.link, lambda _: to)
    return f"{_row('', start.anchor, start.marks)}<th{_classes(cls, '')}>{name}"


def _row(kind: str, anchor: str, marks: tuple[tuple[str, str], ...]) -> str:
    own = next((mark for name, mark in marks if name == OWN), "")
    return f"<tr{_attributes(('class', kind), ('id', anchor), (f'data-{OWN}', own))}>"


def _attributes(*named: tuple[str, str]) -> str:
    """Attributes; one without a text is left out."""
    return "".join([_attribute(name, text) for name, text in named if text])


@lru_cache(maxsize=1 << 16)
def _attribute(name: str, text: str) -> str:
    return f" {name}={text}" if _PLAIN.fullmatch(text) else f' {name}="{escaped(text)}"'


def _linked(text: str, link: Link | None, href: Href) -> str:
    if link is None or not (to := href(link)):
        return escaped(text)
    outside = " rel=noopener" if link.href else ""
    return f"<a{_attribute('href', to)}{outside}>{escaped(text)}</a>"


def _words(cell: Cell, href: Href) -> str:
    words = _linked(cell.text, cell.link, href)
    if cell.dot is not None:
        words = f"<i class=dot-{cell.dot}></i>{words}"
    for tag in cell.tags:
        best = " tag-best" if tag == "best" and tag is cell.tags[0] else ""
        words += f" <span{_attribute('class', f'tag{best}')}>{escaped(tag)}</span>"
    return f"{words}<small>{escaped(cell.note)}</small>" if cell.note else words
