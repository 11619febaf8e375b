"""Find the columns of a table that are facets and measures, and read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from site_builder.importers.cells import is_blank, names_percent, parse_number, start_of, word_of
from site_builder.importers.kinds import find_margins
from site_builder.importers.reading import FurtherColumn
from site_builder.importers.sheets import Sheet
from site_builder.importers.values import as_link, moment_of
from site_builder.records import replace
from site_builder.tables.columns import RESERVED
from site_builder.tables.metrics import is_cost, is_earned, measure_of, plain_name
from site_builder.tables.schema import MEASURES, RESULTS

_IS_RATE = re.compile(r"(/|[ _]per[ _])\w+\W*$")  # `Tokens/s`, which is no time
_MAX_TEXT = 60
# What a name says of its unit, as its last part or in brackets: `latency_ms`, `Time (s)`.
_UNITS = {
    "USD": ("usd", "dollars"), "s": ("s", "sec", "secs", "seconds"), "ms": ("ms", "milliseconds"),
    "tokens": ("tokens",), "%": ("pct", "percent"), "GB": ("gb",),
}  # fmt: skip
_NOT_SHOWN = ("order", "rank", "interval", "error", "deviation")
"""Numbers that say nothing beside others: a place among the rows, a spread or its ends."""
_RUN = frozenset(("run_model", "evaluator_relationship", "tool", "retrieved"))


def find_further(
    sheet: Sheet,
    unused: Sequence[str],
    numeric: Collection[str],
    taken: Mapping[str, str],
    *,
    several: bool,
) -> Iterator[FurtherColumn]:
    """Yield the columns of facets and measures: those `taken` by their id, and others.

    A facet has few texts, most of which come back; a name, a link, a date or a note is none.
    `several` tells that a row has several scores.
    """
    for name, column in taken.items():
        found = _further(sheet, name, column, is_measure=column in numeric, several=several)
        yield replace(found, is_taken=True)
    used = {*(column.name for column in RESULTS.columns), *_RUN, *taken}
    margins = {*find_margins(sheet.names)}
    for column in unused:
        is_measure = column in numeric
        is_margin = column in margins or column[-1:] in "+-\N{MINUS SIGN}"
        if column in sheet.deep or measure_of(column) in _NOT_SHOWN or is_margin:
            continue
        if not is_measure and not _may_be_facet(sheet, column):
            continue
        name = _id_of(sheet, column, is_measure=is_measure)
        name = f"{name}_" if name in used and not (is_measure and name in MEASURES) else name
        if name and name not in taken:
            used.add(name)
            yield _further(sheet, name, column, is_measure=is_measure, several=several)


def _id_of(sheet: Sheet, column: str, *, is_measure: bool) -> str:
    """Return the name of a column in the results; the cost in dollars is that of the contract.

    A measure with a reserved name, such as the average, is named as published.
    """
    unit = sheet.units.get(column) or _unit_of(column)
    is_usd = is_measure and measure_of(column) == "cost" and unit == "USD"
    name = plain_name(column)
    if is_usd and "cost" in name.split("_"):
        return "cost_usd"
    is_reserved = is_measure and name in (*RESERVED, "score")
    return f"published_{name}" if is_reserved else name


def _further(
    sheet: Sheet, name: str, column: str, *, is_measure: bool, several: bool
) -> FurtherColumn:
    if not is_measure:
        return FurtherColumn(name, column, is_measure=False)
    is_percent = any(str(cell).rstrip("*_ ").endswith("%") for cell in sheet.cells(column))
    unit = "%" if is_percent else sheet.units.get(column) or _unit_of(column)
    is_known = measure_of(column) in ("cost", "time") and is_cost(column) and not is_earned(column)
    return FurtherColumn(name, column, is_measure, unit, is_known, is_of_row=several)


def _unit_of(column: str) -> str:
    if "$" in column:
        return "USD"
    if names_percent(column):
        return "%"
    if _IS_RATE.search(column):
        return ""
    last = plain_name(column).rpartition("_")[2]
    return next((unit for unit, words in _UNITS.items() if last in words), "")


def _may_be_facet(sheet: Sheet, column: str) -> bool:
    times = Counter(start_of(cell) for cell in sheet.cells(column) if not is_blank(cell))
    comes_back = 2 * sum(n > 1 for n in times.values()) >= len(times)
    are_alike = len(times) < 2 and times.total() == len(sheet.rows)
    others = (len(t) > _MAX_TEXT or as_link(t) or moment_of(t) or {"@", "\n"} & {*t} for t in times)
    return bool(times) and comes_back and not are_alike and not any(others)


def values_of(
    sheet: Sheet, further: Sequence[FurtherColumn], row: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the facets and the measures of a row; a cost or size below 0 stands for unknown."""
    facets: dict[str, str] = {}
    measures: dict[str, float] = {}
    for column in further:
        value = row.get(column.column)
        if not column.is_taken or is_blank(value):
            continue
        number = parse_number(value, sheet.marks) if column.is_measure else None
        is_amount = measure_of(column.column) not in ("", "average") and not is_earned(
            column.column
        )
        if number and not (number.value < 0 and is_amount):
            measures[column.id] = number.value
        elif not column.is_measure:
            facets[column.id] = word_of(value)
    return facets, measures
