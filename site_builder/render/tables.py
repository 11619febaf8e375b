"""Write a table as HTML: head, rows, and what scripts need to sort and filter them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from html import escape
from itertools import pairwise
from typing import get_args

from markupsafe import Markup

from site_builder.addresses import Link, method_link
from site_builder.formatting import exact
from site_builder.records import asdict
from site_builder.table_model import (
    MAX_DRAWN,
    Cell,
    Column,
    Drawing,
    Mark,
    MarkKind,
    Row,
    SpanKind,
    Table,
    TableTools,
    Tag,
)
from site_builder.tables.export import defuse

ROW_ID = "id"
"""The filter that differs in every row; it becomes an attribute of the row."""

Href = Callable[[Link], str]

_NUMBER = re.compile(r"\+?(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.ASCII)
_SHORT_NAME = re.compile(r"(?<!\S)\S{1,12}-\d\S{0,8}(?!\S)")  # with the comma after it
_PLAIN = re.compile(r"[\w.,:/?#+-]+", re.ASCII)  # what needs no quotes, wherever it stands
escaped = lru_cache(maxsize=1 << 16)(escape)  # names and short numbers recur
_defused = lru_cache(maxsize=1 << 16)(defuse)


def write_rows(table: Table, href: Href) -> Markup:
    """Write the head of a table and its body.

    A cell has its value as `data-value` where its text alone does not say it. `href` returns where
    a link leads from the page, empty if it may not be followed. Rows without cells are left out.
    """
    shown = {id(row) for row, is_shown in zip(table.rows, table.shown, strict=True) if is_shown}
    write_row = _row_writer(table, shown, href)
    parts = ["<thead><tr>"]
    parts += (_heading(c, href, is_name=i == table.header) for i, c in enumerate(table.columns))
    parts += ("\n", *(_pinned(row, table, href) for row in table.pinned))
    for group, rails in zip(table.groups, _rails(table, shown), strict=True):
        room = f"--rows:{len(group)}" if table.is_long else ""
        start = _attributes(("class", rails), ("style", room))
        parts += (f"<tbody{start}>\n", *(write_row(row) for row in group if row.cells))
    return Markup("".join(parts))  # noqa: S704 - all text of the data is escaped


def write_words(cell: Cell, href: Href) -> Markup:
    """Write the content of a cell: text with its link, tags, note."""
    return Markup(_words(cell, href))  # noqa: S704 - all text of the data is escaped


def write_unbroken(text: str) -> Markup:
    """Write text in which no line breaks at the hyphen of a short name, as in A-4."""
    whole = _SHORT_NAME.sub(r'<span class="unbroken">\g<0></span>', escaped(text))
    return Markup(whole)  # noqa: S704 - the text is escaped


def write_drawing(drawing: Drawing) -> Markup:
    """Write a drawing as SVG."""
    return Markup(_drawn(drawing))  # noqa: S704 - all text of the data is escaped


def write_key(kind: MarkKind) -> Markup:
    """Write one mark alone, for a legend."""
    mark = Mark(kind, 0, 1) if kind in _SPANS else Mark(kind, 0.5)
    shape = _shape(mark)
    return Markup(f'<svg class="drawing key" aria-hidden=true>{shape}</svg>')  # noqa: S704 - no data


def write_data(table: Table) -> Markup:
    """Write the values that filters read as an attribute of the table; empty without any.

    `data-filters` has, for each filter, the distinct values, and the index of each row's value, -1
    for none.
    """
    every = tuple([row.filters for row in table.rows])
    apart = " data-details-apart" if table.details_apart else ""
    return Markup(apart + (_filters(every) if any(every) else ""))  # noqa: S704 - nothing can end an attribute


def write_facets(tools: TableTools) -> Markup:
    """Write what scripts need to know of the filters of a table as an attribute, in JSON."""
    facets = [{k: v for k, v in asdict(facet).items() if v} for facet in tools.facets]
    best = {"best_of": tools.best_of, "is_best": tools.is_best} if tools.best_of else {}
    told = {"facets": facets, **best}
    return Markup(_json_attribute("data-facets", told))  # noqa: S704 - nothing can end an attribute


def _json_attribute(name: str, value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f" {name}='{text.replace('&', '&amp;').replace(chr(39), '&#39;')}'"


@lru_cache(maxsize=64)  # many tables have the same rows
def _filters(every: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    rows = [dict(filters) for filters in every]
    columns = {}
    for name in dict.fromkeys(name for row in rows for name in row if name != ROW_ID):
        values = list(dict.fromkeys(row[name] for row in rows if name in row))
        places = {value: i for i, value in enumerate(values)}
        columns[name] = [values, [places[row[name]] if name in row else -1 for row in rows]]
    if not columns:
        return ""
    return _json_attribute("data-filters", columns)


def details_of(table: Table) -> dict[str, list[str]]:
    """Return the further numbers of each column that has some, a text for each row."""
    return {
        column.key: [_numbers(row.cells[i]) for row in table.rows]
        for i, column in enumerate(table.columns)
        if column.details
    }


def raw_value(cell: Cell) -> str:
    """Return what a cell is sorted by, with every digit; empty where it has no value."""
    return cell.value if isinstance(cell.value, str) else _number(cell.value)


def write_csv(table: Table) -> bytes:
    """Write a table as CSV (RFC 4180): every digit, no notes, drawings as the numbers they show.

    It begins with a byte order mark, by which Excel knows the encoding.
    """
    written = list[list[str]]()  # by column
    for i, column in enumerate(table.columns):
        cells = [row.cells[i] for row in table.rows]
        if column.align not in ("plot", "slots"):
            head = _defused(column.spoken_label or column.label)
            written.append([head, *(_plain_value(cell, column) for cell in cells)])
        for k, name in enumerate(column.details):
            numbers = (_number(cell.details[k] if cell.details else None) for cell in cells)
            written.append([_defused(name), *numbers])
    text = io.StringIO()
    csv.writer(text).writerows(zip(*written, strict=True))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _number(value: float | None) -> str:
    return "" if value is None else exact(value)


def _plain_value(cell: Cell, column: Column) -> str:
    if isinstance(cell.value, float | int) and column.align != "text":
        return raw_value(cell)
    if isinstance(cell.value, str) and column.is_raw:
        return _defused(cell.value)
    return "" if cell.value is None and column.align in ("number", "heat") else _defused(cell.text)


def _pinned(row: Row, table: Table, href: Href) -> str:
    """Write a row below the head."""
    writers = _cell_writers(table, href, is_pinned=True)
    cells = [write(cell) for write, cell in zip(writers, row.cells, strict=True)]
    return f"<tr class={row.kind}>{''.join(cells)}\n"


def _heading(column: Column, href: Href, *, is_name: bool) -> str:
    """Write a heading, which links to the section that explains it; a drawing's has its axis."""
    align = "" if column.align == "number" else column.align
    of_task = "of-task" * (column.task is not None)
    attributes = _attributes(
        ("class", _joined(align, "name" * is_name, "extra" * column.is_extra, of_task)),
        ("data-key", column.key),
        ("data-title", column.spoken_label if column.task else ""),
        ("data-first", column.first_order),
        ("data-raw", "values" * column.is_raw),
        ("data-group", column.group),
        ("data-details", "\n".join(column.details)),
        ("title", column.help),
    )
    if column.axis:
        ticks = (f"<i style=--at:{at:.4g}>{escaped(tick)}</i>" for at, tick in column.axis)
        return f"<th{attributes}><span class=unseen>{escaped(column.label)}</span>{''.join(ticks)}"
    if column.align == "heat":
        return _heat_heading(column)
    if column.task:
        note = f"<small>{escaped(column.note)}</small>" if column.note else ""
        return f"<th{attributes}>{_linked(column.label, column.task, href)}{note}"
    words: str = write_unbroken(column.label)
    if column.term and (to := href(method_link(column.label, column.term))):
        words = f"<a{_attribute('href', to)}>{words}</a>"
    return f"<th{attributes}>{words}"


def _heat_heading(column: Column) -> str:
    """Write the heading of a narrow column; the first of a group has its name above."""
    group = column.heat_group
    attributes = _attributes(
        ("class", _joined("heat", _group_class(column))),
        ("data-key", column.key),
        ("data-title", column.spoken_label),
        ("data-in", group.key if group else ""),
        ("style", f"--span:{group.n}" if group and group.name else ""),
        ("title", column.spoken_label),
    )
    above = ""
    if group and group.name:
        note = f"<small>{escaped(group.note)}</small>" if group.note else ""
        above = f"<b>{escaped(group.name)}{note}</b>"
    return f"<th{attributes}>{above}<span>{escaped(column.label)}</span>"


def _group_class(column: Column) -> str:
    """Return whether a column is a group as a whole, or a part of one."""
    return "" if column.heat_group is None else "whole" if column.heat_group.is_whole else "part"


def _rails(table: Table, shown: Collection[int]) -> list[str]:
    """Return for each group whether the rail beside its rows goes on above or below it."""
    goes_on = [
        all(row.is_level and id(row) in shown for row in (above[-1], below[0]))
        for above, below in pairwise(table.groups)
    ]
    return [
        _joined("rail-up" * up, "rail-down" * down)
        for up, down in zip([False, *goes_on], [*goes_on, False], strict=True)
    ]


def _row_writer(table: Table, shown: Collection[int], href: Href) -> Callable[[Row], str]:
    """Return how rows are written; `shown` are the ids of those that are shown at first."""
    writers = [*_cell_writers(table, href)]

    def write(row: Row) -> str:
        row_id = next((value for name, value in row.filters if name == ROW_ID), "")
        kind = _joined(row.kind, "level" * row.is_level, "off" * (id(row) not in shown))
        start = _attributes(("class", kind), ("id", row.anchor), (f"data-{ROW_ID}", row_id))
        cells = zip(writers, row.cells, strict=True)
        return f"<tr{start}>{''.join([write_cell(cell) for write_cell, cell in cells])}\n"

    return write


def _cell_writers(
    table: Table, href: Href, *, is_pinned: bool = False
) -> Iterator[Callable[[Cell], str]]:
    """Yield how the cells of each column are written; the name of a pinned row is no head."""
    is_drawn, has_details = len(table.rows) <= MAX_DRAWN, not table.details_apart
    for i, column in enumerate(table.columns):
        is_name = i == table.header
        is_head = is_name and not is_pinned
        cls = _joined(_class_of(column, table, is_head=is_head), "name" * (is_name and is_pinned))
        tag = "th" if is_head else "td"
        yield _cell_writer(tag, cls, href, is_drawn=is_drawn, has_details=has_details)


def _cell_writer(
    tag: str, cls: str, href: Href, *, is_drawn: bool, has_details: bool
) -> Callable[[Cell], str]:
    """Return how cells of a column are written; a script draws what is not drawn, once seen."""

    def details(cell: Cell) -> str:
        return _attribute("data-details", _numbers(cell)) if has_details and cell.details else ""

    def write(cell: Cell) -> str:
        if cell.heat is not None:
            return _heat_cell(tag, cls, cell, href)
        start = f"<{tag}{_classes(cls, cell.tone)}"
        if cell.drawing is not None:
            if is_drawn or cell.drawing.slots:
                return f"{start}{_value(cell)}{details(cell)}>{_drawn(cell.drawing)}"
            return f"{start}{_value(cell)}{_marks(cell.drawing)}>"
        if cell.link or cell.note or cell.tags or cell.suffix or cell.details:
            return f"{start}{_value(cell)}{details(cell)}>{_words(cell, href)}"
        return f"{start}{_value_beside(cell.text, cell.value)}>{escaped(cell.text)}"

    return write


def _heat_cell(tag: str, cls: str, cell: Cell, href: Href) -> str:
    heat = f" style=--heat:{cell.heat:.2g}" if cell.heat else ""
    look = _joined(cell.tone, *cell.marks)
    value = _attribute("data-value", raw_value(cell)) if cell.value is not None else ""
    return f"<{tag}{_classes(cls, look)}{heat}{value}>{_linked(cell.text, cell.link, href)}"


def _marks(drawing: Drawing) -> str:
    """Write the marks of a drawing as an attribute."""
    marks = [
        f"{m.kind} {m.at:.4g}" if m.to is None else f"{m.kind} {m.at:.4g} {m.to:.4g}"
        for m in drawing.marks
    ]
    return _attribute("data-draw", ",".join(marks))


def _class_of(column: Column, table: Table, *, is_head: bool) -> str:
    """Return the class of a column's cells: none for numbers and for the text that names a row."""
    plain = "text" if is_head else "number"
    align = "" if column.align == plain else column.align
    main = next((c.key for c in table.columns if c.is_main), table.sorted_by)
    if column.key == main and column.align == "number":
        return f"{align} merit".strip()
    group = _group_class(column)
    return _joined(align, group, "second" * column.on_phone, "extra" * column.is_extra)


def _joined(*classes: str) -> str:
    return " ".join(filter(None, classes))


@cache
def _classes(cls: str, tone: str) -> str:
    return _attributes(("class", f"{cls} {tone}".strip()))


def _value(cell: Cell) -> str:
    """Write the value of a cell as an attribute; empty where its text says it."""
    if cell.value is not None and (cell.note or cell.tags or cell.drawing or cell.suffix):
        return _attribute("data-value", raw_value(cell))
    return _value_beside(cell.text, cell.value)


@lru_cache(maxsize=1 << 16)  # most cells are short numbers, which recur
def _value_beside(text: str, value: float | str | None) -> str:
    if value is None:
        return " data-value"
    return "" if _says(text, value) else _attribute("data-value", raw_value(Cell(text, value)))


def _says(text: str, value: float | str) -> bool:
    """Return whether scripts read a value from a text."""
    if isinstance(value, str):
        return text == value
    number = _NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    return number is not None and float(number[1]) == value


def _attributes(*named: tuple[str, str]) -> str:
    return "".join([_attribute(name, text) for name, text in named if text])


@lru_cache(maxsize=1 << 16)
def _attribute(name: str, text: str) -> str:
    return f" {name}={text}" if _PLAIN.fullmatch(text) else f' {name}="{escaped(text)}"'


def _linked(text: str, link: Link | None, href: Href) -> str:
    if link is None or not (to := href(link)):
        return escaped(text)
    outside = " rel=noopener" if link.href else ""
    return f"<a{_attribute('href', to)}{outside}>{escaped(text)}</a>"


def _numbers(cell: Cell) -> str:
    return " ".join(map(_number, cell.details))


def _tag(tag: Tag) -> str:
    text = escaped(tag.text)
    if tag.id == "at_chance":  # drawn as a hollow diamond, as in charts
        return f'<span class="tag tag-chance" title="{text}">{text}</span>'
    return f"<span class=tag>{text}</span>"


def _words(cell: Cell, href: Href) -> str:
    words = _linked(cell.text, cell.link, href)
    if cell.suffix:
        words += f"<span class=of>{escaped(cell.suffix)}</span>"
    for tag in cell.tags:
        words += f" {_tag(tag)}"
    return f"{words}<small>{escaped(cell.note)}</small>" if cell.note else words


# --- drawings -----------------------------------------------------------------------------------

_SPANS = frozenset(get_args(SpanKind))
_CIRCLES = frozenset(("base", "score", "loss", "soft", "entry", "level"))


@lru_cache(maxsize=1 << 14)
def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def _shape(mark: Mark) -> str:
    """Write a mark: a circle, or a rectangle; the style sheet has all other sizes."""
    at = _percent(mark.at)
    if mark.kind in _CIRCLES:
        return f"<circle class=m-{mark.kind} cx={at} />"
    width = "" if mark.to is None else f" width={_percent(mark.to - mark.at)}"
    return f"<rect class=m-{mark.kind} x={at}{width} />"


def _drawn(drawing: Drawing) -> str:
    """Write the marks of a drawing; static/css/drawings.css has their sizes and colours."""
    slots = f" style=--slots:{drawing.slots}" if drawing.slots else ""
    kind = '"drawing in-slots"' if drawing.slots else "drawing"
    shapes = "".join(map(_shape, drawing.marks))
    return f'<svg class={kind}{slots} role=img aria-label="{escaped(drawing.text)}">{shapes}</svg>'
