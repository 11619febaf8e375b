"""Write a table as HTML: head, rows, and what scripts need to sort and filter them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from html import escape

from markupsafe import Markup

from site_builder.addresses import Link
from site_builder.table_model import Cell, Column, Dumbbell, Row, Table, Tag, Tone
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
    a link leads from the page, empty if it may not be followed.
    """
    write_row = _row_writer(table, href)
    parts = [_head(table.columns)]
    for group in table.groups:
        room = _attribute("style", f"--rows:{len(group)}") if table.is_long else ""
        parts += (f"<tbody{room}>\n", *map(write_row, group))
    return Markup("".join(parts))  # noqa: S704 - all text of the data is escaped


def write_words(cell: Cell, href: Href) -> Markup:
    """Write the content of a cell: dot, text with its link, tags, note."""
    return Markup(_words(cell, href))  # noqa: S704 - all text of the data is escaped


def write_unbroken(text: str) -> Markup:
    """Write text in which no line breaks at the hyphen of a short name, as in A-4."""
    whole = _SHORT_NAME.sub(r'<span class="unbroken">\g<0></span>', escaped(text))
    return Markup(whole)  # noqa: S704 - the text is escaped


def write_drawing(plot: Dumbbell) -> Markup:
    """Draw a dumbbell as SVG."""
    return Markup(_drawn(plot))  # noqa: S704 - all text of the data is escaped


def write_data(table: Table) -> Markup:
    """Write the values that filters read as an attribute of the table; empty without any.

    `data-filters` has, for each filter, the distinct values, and the index of each row's value, -1
    for none.
    """
    every = tuple([row.filters for row in table.rows])
    return Markup(_filters(every) if any(every) else "")  # noqa: S704 - nothing can end an attribute


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
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return f" data-filters='{text.replace('&', '&amp;').replace(chr(39), '&#39;')}'"


def raw_value(cell: Cell) -> str:
    """Return what a cell is sorted by, with every digit; empty where it has no value."""
    value = cell.value
    if value is None:
        return ""
    # Without a negative zero, which a cache would take for zero.
    return value if isinstance(value, str) else str(value + 0.0).removesuffix(".0")


def write_csv(table: Table) -> bytes:
    """Write a table as CSV (RFC 4180): numbers with every digit, notes and tags beside them."""
    shown = [i for i, column in enumerate(table.columns) if column.align != "plot"]
    noted = {i for i in shown if any(row.cells[i].note or row.cells[i].tags for row in table.rows)}

    def fields(row: Row) -> Iterator[str]:
        for i in shown:
            cell = row.cells[i]
            yield _plain_value(cell, table.columns[i])
            if i in noted:
                yield _defused(
                    "; ".join(
                        [*(tag.text for tag in cell.tags), *([cell.note] if cell.note else [])]
                    )
                )

    heads = (
        [_defused(column.label), *([_defused(f"{column.label} (note)")] if i in noted else [])]
        for i, column in enumerate(table.columns)
        if i in shown
    )
    text = io.StringIO()
    csv.writer(text).writerows(
        [[name for names in heads for name in names], *map(fields, table.rows)]
    )
    return text.getvalue().encode()


def _plain_value(cell: Cell, column: Column) -> str:
    if isinstance(cell.value, float | int):
        return raw_value(cell)
    return "" if cell.value is None and column.align == "number" else _defused(cell.text)


@lru_cache(maxsize=1 << 10)
def _head(columns: tuple[Column, ...]) -> str:
    return f"<thead><tr>{''.join(map(_heading, columns))}\n"


def _heading(column: Column) -> str:
    attributes = _attributes(
        ("class", "" if column.align == "number" else column.align),
        ("data-key", column.key),
        ("data-first", column.first_order),
        ("title", column.help),
    )
    return f"<th{attributes}>{escaped(column.label)}"


def _row_writer(table: Table, href: Href) -> Callable[[Row], str]:
    tags = tuple("th" if i == table.header else "td" for i in range(len(table.columns)))
    classes = tuple(
        _class_of(column, table, is_head=tag == "th")
        for column, tag in zip(table.columns, tags, strict=True)
    )

    def write(row: Row) -> str:
        row_id = dict(row.filters).get(ROW_ID, "")
        start = _attributes(("class", row.kind), ("id", row.anchor), (f"data-{ROW_ID}", row_id))
        cells = zip(tags, classes, row.cells, strict=True)
        return f"<tr{start}>{''.join([_cell(tag, cls, cell, href) for tag, cls, cell in cells])}\n"

    return write


def _cell(tag: str, cls: str, cell: Cell, href: Href) -> str:
    if cell.plot is not None:
        return f"<{tag}{_classes('plot', cell.tone)}{_value(cell)}>{_drawn(cell.plot)}"
    if cell.link or cell.note or cell.tags or cell.dot is not None:
        return f"<{tag}{_classes(cls, cell.tone)}{_value(cell)}>{_words(cell, href)}"
    return _plain_cell(tag, cls, cell.tone, cell.text, cell.value)


def _class_of(column: Column, table: Table, *, is_head: bool) -> str:
    """Return the class of a column's cells: none for numbers and for the text that names a row."""
    plain = "text" if is_head else "number"
    align = "" if column.align == plain else column.align
    return f"{align} merit".strip() if column.key == table.sorted_by else align


@lru_cache(maxsize=1 << 16)  # most cells are short numbers, which recur
def _plain_cell(tag: str, cls: str, tone: Tone, text: str, value: float | str | None) -> str:
    return f"<{tag}{_classes(cls, tone)}{_value(Cell(text, value))}>{escaped(text)}"


@cache
def _classes(cls: str, tone: str) -> str:
    return _attributes(("class", f"{cls} {tone}".strip()))


def _value(cell: Cell) -> str:
    """Write the value of a cell as an attribute; empty where its text says it."""
    if cell.value is None:
        return " data-value"
    shows_more = cell.note or cell.tags or cell.plot
    if not shows_more and _says(cell.text, cell.value):
        return ""
    return _attribute("data-value", raw_value(cell))


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


# Tags that templates/macros/explain.html explains. The line below the table has the same words, for
# the keyboard, so that rows have no further stops.
_EXPLAINED = {"may_be_first": "tie", "tied": "tied"}
_MAX_TICKS = 10
_BUTTON = "<button tabindex=-1 popovertarget=explain-"  # outside of a form, so it needs no type


def _tag(tag: Tag, *, is_first: bool) -> str:
    text = escaped(tag.text)
    if tag.id == "at_chance":  # drawn as a hollow diamond, as in charts
        return f'<span class="tag tag-chance" title="{text}">{text}</span>'
    if word := _EXPLAINED.get(tag.id):
        return f"{_BUTTON}{word} class=tag>{text}</button>"
    best = " tag-best" if tag.id == "best" and is_first else ""
    return f"<span{_attribute('class', f'tag{best}')}>{text}</span>"


@lru_cache(maxsize=1 << 10)
def _strip(ranks: tuple[int, int, int], note: str) -> str:
    """Write plausible ranks as a strip with at most ten ticks; answer.css draws it.

    The text is for a narrow screen.
    """
    best, worst, of = ranks
    low, high = (100 * share / of for share in (best - 1, worst))
    ticks = f";--ticks:{of}" if of < _MAX_TICKS else ""
    style = f"--low:{low:.3g}%;--high:{high:.3g}%{ticks}"
    return f"{_BUTTON}ranks class=ranks style={style}><span>{escaped(note)}</span></button>"


def _words(cell: Cell, href: Href) -> str:
    words = _linked(cell.text, cell.link, href)
    if cell.dot is not None:
        words = f"<i class=dot-{cell.dot}></i>{words}"
    for tag in cell.tags:
        words += f" {_tag(tag, is_first=tag is cell.tags[0])}"
    if cell.ranks:
        return f"{words}<small>{_strip(cell.ranks, cell.note)}</small>"
    return f"{words}<small>{escaped(cell.note)}</small>" if cell.note else words


def _drawn(plot: Dumbbell) -> str:
    """Draw a dumbbell on a scale that starts at 6 and is 188 wide; dumbbell.css has the rest."""

    def x(share: float | None) -> float | None:
        return None if share is None else round(6 + share * 188, 1)

    reference, before, after = x(plot.reference), x(plot.before), x(plot.after)
    parts = [f'<svg class=dumbbell role=img aria-label="{escaped(plot.text)}">']
    if reference is not None:
        parts.append(f'<path class=db-reference d="M{reference} 1v18"/>')
    if plot.low is not None and plot.high is not None and after is not None:
        width = round((plot.high - plot.low) * 188, 1)
        parts.append(f"<rect class=db-band x={x(plot.low)} width={width} />")
    if before is not None and after is not None:
        parts.append(f'<path class=db-rod d="M{before} 10H{after}"/>')
    if before is not None:
        parts.append(f"<circle class=db-before cx={before} />")
    if after is not None:
        hollow = f'<path class=db-at-chance d="M{after} 4.5l5.5 5.5-5.5 5.5-5.5-5.5z"/>'
        parts.append(hollow if plot.is_at_chance else f"<circle class=db-after cx={after} />")
    if plot.chance is not None:
        parts.append(f'<path class=db-chance d="M{x(plot.chance)} 14l3.5 6h-7z"/>')
    return f"{''.join(parts)}</svg>\n"
