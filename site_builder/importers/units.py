"""Take out of cells what stands beside a number: its unit, and its margin in brackets."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import Any

from site_builder.formatting import listed, quoted
from site_builder.importers.cells import (
    MONEY,
    SIGN_OF_MONEY,
    Marks,
    find_marks,
    is_blank,
    parse_number,
)
from site_builder.importers.columns import SYNONYMS
from site_builder.importers.documents import Sheet
from site_builder.importers.kinds import holds_more
from site_builder.importers.reading import ImportOptions, Skipped
from site_builder.importers.values import UnreadableFileError
from site_builder.records import replace
from site_builder.tables.columns import names_setting
from site_builder.tables.metrics import plain_name

_PER = r"[A-Za-z]{1,12}/[A-Za-z]{1,12}"  # `tok/s`, `MB/s`
_WORDS = (
    r"ns|us|[\u00b5\u03bc]s|ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|days?"
    r"|[kKMGT]i?B|bytes?|toks?|tokens?|tps|qps|rps|fps|[kMG]?Hz|[mkM]?W|k?Wh|[kM]?J|dB"
    r"|[MGTP]?(?:FLOPS|FLOPs|flops)|x|\u00d7|pp|pts|points|USD|EUR"
)
_MEASURED = re.compile(
    rf"(?P<number>[*_ ]*+[+-]?{SIGN_OF_MONEY}?[\d.,]++(?:[eE][+-]?\d++)?)[ \u00a0\u202f]?"
    rf"(?P<unit>{_PER}|{_WORDS})[*_ ]*+"
)
_SIGN = re.compile(SIGN_OF_MONEY)
_PRICED = re.compile(rf"[*_ ]*+[+-]?{SIGN_OF_MONEY}?[\d.,]++ ?{SIGN_OF_MONEY}?[*_ ]*+")
_DIGIT = re.compile(r"\d")
_SAMPLE = 50
_SPENT = {
    *("ns", "us", "\N{MICRO SIGN}s", "\N{GREEK SMALL LETTER MU}s", "ms", "s", "sec", "seconds"),
    *("min", "minutes", "h", "hours", "j", "kwh"),
}
_NAMES = SYNONYMS.keys() - {"score", "stderr"}
"""Meanings of columns that hold no numbers with a unit."""
_NAMED = {name for meaning in _NAMES for name in SYNONYMS[meaning]}

_WITH_SPREAD = re.compile(
    r"(?P<name>.*\S)\s*[(\[](?:\d+\s*%\s*)?(?:CI|IQR|SD|SE|SEM|std)[)\]]", re.IGNORECASE
)
_BRACKET = re.compile(r"(?<=[\d%])\s*[(\[][^()\[\]]*[)\]]$")
_CHANGE = r"[+\-\u00b1\u2212] ?\d[\d.,]*+ ?%?"
_SIGNED = re.compile(
    rf"(?<=[\d%])\s*(?:[(\[]\s*{_CHANGE}(?:\s*[/,]\s*{_CHANGE})?\s*[)\]]|{_CHANGE}\s*/\s*{_CHANGE})$"
)


def is_spent(unit: str) -> bool:
    """Return whether a unit is of time or energy, or of these for each thing: `ns/op`."""
    return unit.partition("/")[0].strip().casefold() in _SPENT


def read_units(sheet: Sheet, options: ImportOptions) -> tuple[Sheet, tuple[Skipped, ...]]:
    """Take out of cells the unit that all numbers of a column share, and margins in brackets.

    A column with several units is left out and named: nothing tells how its numbers compare.

    Raises:
        UnreadableFileError: `site.toml` names such a column.
    """
    sheet = _without_spreads(sheet, options.named_columns)
    named = {column for meaning, column in options.columns.items() if meaning in _NAMES}
    columns = {
        name: _units_of_column(sheet, name)
        for name in sheet.names
        if name not in named and plain_name(name) not in _NAMED and not names_setting(name)
    }
    units = {name: found[0] for name, found in columns.items() if len(found) == 1}
    mixed = {name: found for name, found in columns.items() if len(found) > 1}
    fix, skipped = "Write all of its numbers in one unit.", list[Skipped]()
    for name, found in mixed.items():
        why = f"the cells of {name!r} have the units {listed([*found], most=6)}, so it is not read"
        if name in options.named_columns:
            raise UnreadableFileError(why=why, fix=fix)
        skipped.append(Skipped(sheet.found.shown, why, "column", fix))
    if not units and not mixed:
        return sheet, ()
    rows = [
        {n: _plain(cell) if n in units else cell for n, cell in row.items() if n not in mixed}
        for row in sheet.rows
    ]
    names = [name for name in sheet.names if name not in mixed]
    marks = find_marks(cell for row in rows for cell in row.values())
    said = listed([f"{name} in {unit}" for name, unit in units.items()], most=8)
    notes = (*sheet.notes, *([f"units of the cells: {said}"] if units else []))
    read = replace(sheet, rows=rows, names=names, marks=marks, units=units, notes=notes)
    return read, tuple(skipped)


def _units_of_column(sheet: Sheet, name: str) -> tuple[str, ...]:
    """Return the units of the numbers of a column; `none` is one of several."""
    cells = [cell for cell in sheet.cells(name) if not is_blank(cell)]
    texts = islice((cell for cell in cells if isinstance(cell, str)), _SAMPLE)
    if not any(_unit_of(text, sheet.marks) for text in texts):
        return ()
    units = [_unit_of(cell, sheet.marks) for cell in cells]
    others = [str(cell) for cell, unit in zip(cells, units, strict=True) if unit is None]
    # Beside numbers stand words such as OOM; `A100 80 GB` is what something ran on.
    if any(map(_DIGIT.search, others)) or len(others) > len(cells) / 2:
        return ()
    found = [unit for unit in dict.fromkeys(units) if unit is not None]
    # Beside prices, a number alone is one too.
    if len(found) == 2 and "" in found and not {*found}.isdisjoint(MONEY.values()):
        found.remove("")
    return tuple(unit or "none" for unit in found)


def _unit_of(cell: object, marks: Marks) -> str | None:
    """Return the unit that a cell states: empty for a number alone, None for a text."""
    if isinstance(cell, str):
        if match := _MEASURED.fullmatch(cell.strip("~<>\N{ALMOST EQUAL TO} ")):
            return match["unit"]
        if (sign := _SIGN.search(cell)) and _PRICED.fullmatch(cell.strip()):
            return MONEY[sign[0]]
    return None if parse_number(cell, marks) is None else ""


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    match = _MEASURED.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return match["number"].strip("*_ ") if match else cell


def _without_spreads(sheet: Sheet, stated: Collection[str]) -> Sheet:
    """Leave out the margins and changes that stand behind numbers: `1287 (+3/-4)`, `33.3 (+16.6)`.

    Their sign tells what they are, or the heading of a column, which is `AUROC` of `AUROC (95% CI)`
    then. Columns that `site.toml` names keep their name.
    """
    new: dict[str, str] = {}
    for n in sheet.names:
        match = _WITH_SPREAD.fullmatch(n)
        if match and holds_more(sheet, n):
            new[n] = n if n in stated else match["name"]
        elif 2 * sum(map(bool, map(_SIGNED.search, sheet.texts(n)))) > len(sheet.rows):
            new[n] = n
    names = [new.get(name, name) for name in sheet.names]
    if not new or len({*names}) < len(names):
        return sheet
    rows = [
        {new.get(n, n): _number_alone(cell) if n in new else cell for n, cell in row.items()}
        for row in sheet.rows
    ]
    note = f"what stands behind the numbers of {quoted(new, most=6)} is left out"
    marks = find_marks(cell for row in rows for cell in row.values())
    return replace(sheet, rows=rows, names=names, marks=marks, notes=(*sheet.notes, note))


def _number_alone(cell: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    return _SIGNED.sub("", _BRACKET.sub("", cell)) if isinstance(cell, str) else cell
