"""What changed as text for a terminal, as Markdown for a comment, and as JSON for machines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

from site_builder.compute.changes import Changes
from site_builder.errors import one_line, shortened
from site_builder.pages.api import encode
from site_builder.pages.change_values import change_values
from site_builder.pages.change_words import Section, notes, sections, summary
from site_builder.prose import escape_markdown

# A comment on GitHub may have 65,536 characters: a table of it has so many rows, a cell so many
# characters.
_MOST_ROWS, _LONGEST_CELL = 40, 300
WORD_JOINER = "\N{WORD JOINER}"
_WIDEST = 40  # how far cells of a text are filled up, so that one long id does not push all others


def as_text(changes: Changes) -> str:
    """The summary, then a table for each kind of change, in lines that hold no control character.

    Ids stand whole, so that they can be searched for.
    """
    parts = ["\n".join((*_releases(changes), summary(changes)))]
    parts += ["\n".join((section.title, *_aligned(section))) for section in sections(changes)]
    if found := notes(changes):
        parts.append("\n".join(found))
    return "\n\n".join(parts)


def _releases(changes: Changes) -> tuple[str, str]:
    return f"old: {one_line(changes.old.name)}", f"new: {one_line(changes.new.name)}"


def _aligned(section: Section) -> Iterator[str]:
    rows = [section.columns, *(tuple(map(one_line, row)) for row in section.rows)]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def as_markdown(changes: Changes) -> str:
    """The same for a comment on a pull request: names of the data are code, so that none is obeyed.

    Nobody is notified by an `@` in an id, and no table is longer than a comment may be.
    """
    releases = f"From {_code(changes.old.name)} to {_code(changes.new.name)}."
    parts = [f"**{summary(changes)}**", releases]
    parts += [_table(section) for section in sections(changes)]
    return "\n\n".join([*parts, *notes(changes)])


def _table(section: Section) -> str:
    rows, more = section.rows[:_MOST_ROWS], len(section.rows) - _MOST_ROWS
    rest = [f"\nand {more:,} more"] if more > 0 else []
    cells = [
        [_words(c) if i == section.prose else _code(c) for i, c in enumerate(row)] for row in rows
    ]
    lines = [section.columns, ["---"] * len(section.columns), *cells]
    return "\n".join([f"### {section.title}", "", *map(_row, lines), *rest])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _words(text: str) -> str:
    """A sentence: no mark of it is read, and a name in it that begins with `@` calls nobody."""
    return escape_markdown(_cut(text)).replace("@", f"@{WORD_JOINER}")


def _cut(text: str) -> str:
    return shortened(one_line(text), _LONGEST_CELL)


def _code(text: str) -> str:
    """Text as code within a cell: no mark of it is read but the bar, which is escaped."""
    shown = _cut(text).replace("|", r"\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def as_json(changes: Changes) -> str:
    """One JSON document."""
    return encode(change_values(changes)).decode().rstrip("\n")


FORMATS: Mapping[str, Callable[[Changes], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
