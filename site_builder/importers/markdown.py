"""Find the table of scores in a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from site_builder.formatting import listed
from site_builder.importers.cells import parse_number
from site_builder.importers.reading import UnreadableFileError

MARKDOWN_ENDING = ".md"
_BAR = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]")
_MARKS = re.compile(r"\*\*|__|`")
_Row = tuple[int, list[str]]


def markdown_rows(text: str) -> Iterator[_Row]:
    """Return the rows of the only table in a text, with their lines; links as their text.

    Raises:
        UnreadableFileError: The text has no table, or several with numbers.
    """
    tables = list(_tables(text.splitlines()))
    tables = [table for table in tables if _has_numbers(table)] or tables
    if len(tables) != 1:
        lines = listed([str(table[0][0]) for table in tables], most=6)
        several = f"it has {len(tables)} tables, from lines {lines}"
        fix = "Save the one with the scores as CSV, or as a text of its own."
        raise UnreadableFileError(why=several if tables else "it has no table", fix=fix)
    return iter(tables[0])


def _tables(lines: list[str]) -> Iterator[list[_Row]]:
    """Yield each table: a line with bars, a rule, and lines with bars."""
    for number in range(1, len(lines)):
        head, rule = lines[number - 1], lines[number]
        if "|" not in head or not {"|", "-"} <= {*rule} <= {*"|-: \t"}:
            continue
        rows = [(number, _cells(head))]
        for below in range(number + 1, len(lines)):
            if "|" not in lines[below]:
                break
            rows.append((below + 1, _cells(lines[below])))
        yield rows


def _has_numbers(table: list[_Row]) -> bool:
    """Return whether a row has a number, which badges, links and descriptions have not."""
    return any(parse_number(cell) is not None for _, row in table[1:] for cell in row)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    cells = (_FOOTNOTE.sub("", cell.replace("\\|", "|")) for cell in _BAR.split(inner))
    return [_MARKS.sub("", _LINK.sub(r"\1", cell)).strip() for cell in cells]
