"""Read CSV, TSV and JSON lines: rows with their places, or a table with typed columns."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

import pandas as pd

from site_builder.errors import Fault, FaultsError, limit_faults
from site_builder.records import Record
from site_builder.tables.schema import TYPE_WORDS, ColumnSpec, TableSpec

CSV_ENDINGS = (".csv", ".tsv")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson")

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
"""A number as CSV files have it: with a decimal point, without marks between thousands."""

_SEPARATORS = (";", "\t", "|")
_CODE = re.compile(r"[+-]?0\d")  # `007` is no number
_LONGEST_FIELD = 2**31 - 1
_EXACT = 2**53  # larger integers are not all exact as floats
_CONFLICT = ("<<<<<<< ", ">>>>>>> ")  # begin the lines in which Git marks a conflict


class CsvError(csv.Error):
    """The row that begins on a line, from 1, is no CSV: what is wrong, and what to do."""

    def __init__(self, line: int, what: str, fix: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what, self.fix = line, what, fix


class TextTable(Record):
    """A table as a text file has it.

    Attributes:
        frame: The rows, with columns of the contract in their type.
        lines: The line of each row.
        faults: Values that are of another type than their column.
    """

    frame: pd.DataFrame
    lines: tuple[int, ...]
    faults: tuple[Fault, ...]


class TextRow(Record):
    """A row of a text file, at `row 3` below the heading of a CSV file or `line 3` of JSON lines.

    `values` are by column; None if there is a `problem`, such as `is not JSON: ...`.
    """

    place: str
    values: dict[str, Any] | None
    problem: str = ""


def read_text_rows(file: TextIO, ending: str) -> Iterator[TextRow]:
    """Yield every row of a CSV, TSV or JSON lines file, until one raises a `csv.Error`."""
    if ending in JSON_LINES_ENDINGS:
        yield from _json_rows(file)
        return
    rows = read_csv(file, "\t" if ending == ".tsv" else ",")
    heading = next(rows, [])
    for number, row in enumerate(rows, 1):
        yield TextRow(f"row {number}", dict(zip(heading, row, strict=False)))


def read_csv(lines: Iterable[str], separator: str = ",") -> Iterator[list[str]]:
    """Yield the heading and each row, without empty lines, of CSV text, or raise a `CsvError`."""
    return (row for _, row in _numbered(lines, separator))


def _numbered(lines: Iterable[str], separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins on, from 1."""
    csv.field_size_limit(_LONGEST_FIELD)
    # Not strict, the rest of a file without a closing quote would be one value.
    reader, line = csv.reader(_merged(lines), delimiter=separator, strict=True), 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if isinstance(error, CsvError):
            raise
        is_open = str(error).startswith("unexpected end")
        what = "a quote is not closed" if is_open else f"is not valid CSV: {error}"
        fix = "Put the value in quotes, and double each quote in it."
        raise CsvError(line, what, fix) from error


def _merged(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, or raise a `CsvError` at a conflict that Git left in them."""
    for number, line in enumerate(lines, 1):
        if line.startswith(_CONFLICT):
            fix = "Keep one side, and remove the lines of the markers."
            raise CsvError(number, f"a merge conflict is not resolved: {line[:7]}", fix)
        yield line


def _json_rows(lines: Iterable[str]) -> Iterator[TextRow]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield TextRow(f"line {number}", None, f"is not JSON: {error}")
            continue
        is_row = isinstance(found, dict)
        problem = "" if is_row else f"is {json_kind(found)}, not an object with fields"
        yield TextRow(f"line {number}", found if is_row else None, problem)


def json_kind(value: object) -> str:
    """Return what a JSON value is, in words: `a list`, `a number`."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "nothing" if value is None else "a number")


def parse_text(spec: TableSpec, content: bytes, where: str, ending: str) -> TextTable:
    """Return the table in a CSV file or, by its `ending`, in JSON lines.

    CSV has commas and a heading. Blank cells are null; columns beyond the contract are numbers or
    true and false if all their values are.

    Raises:
        FaultsError: The file is no such table.
    """
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        raise FaultsError([Fault(where, "is not UTF-8 text", "Save it as UTF-8.")]) from None
    is_json = ending in JSON_LINES_ENDINGS
    lines, columns = (_json_columns if is_json else _csv_columns)(text, spec, where)
    faults: list[Fault] = []
    series = {}
    for name, values in columns.items():
        column = spec.column(name)
        if column is None:
            series[name] = _guessed(values, is_text=not is_json)
            continue
        typed, odd = _typed(column, values, is_text=not is_json)
        series[name] = typed
        faults += _type_faults(column, values, odd, lines, where)
    return TextTable(pd.DataFrame(series), lines, tuple(faults))


def _csv_columns(
    text: TextIO, spec: TableSpec, where: str
) -> tuple[tuple[int, ...], dict[str, list[Any]]]:
    """Return the line of each row, and the texts of each column; None where it is blank."""
    try:
        rows = [(line, [v.strip() for v in row]) for line, row in _numbered(text)]
    except CsvError as error:
        raise FaultsError([Fault(f"{where}:{error.line}", error.what, error.fix)]) from error
    if not rows:
        fix = f"Write a heading, and one row per {spec.row.split()[-1]}."
        raise FaultsError([Fault(where, "the file is empty", fix)])
    (_, heading), *rest = rows
    if faults := [*_shape_faults(heading, rest, where)]:
        raise FaultsError(faults)
    values = zip(*(row for _, row in rest), strict=True) if rest else ([] for _ in heading)
    columns = {
        name: [text or None for text in texts] for name, texts in zip(heading, values, strict=True)
    }
    return tuple(line for line, _ in rest), columns


def _shape_faults(
    heading: list[str], rows: Iterable[tuple[int, list[str]]], where: str
) -> Iterator[Fault]:
    n, found = len(heading), next((mark for mark in _SEPARATORS if mark in heading[0]), None)
    if n == 1 and found:
        what = f"the values are separated by {found!r}"
        fix = "Separate them by commas, or use `site-builder import csv`."
        yield Fault(where, what, fix)
        return  # each row would be another fault of the same cause
    for name, times in Counter(heading).items():
        if times > 1:
            yield Fault(where, f"{times} columns are called {name!r}", "Keep one.")
    odd = [
        Fault(f"{where}:{line}", f"it has {len(row)} values, the heading {n}")
        for line, row in rows
        if len(row) != n
    ]
    yield from limit_faults(odd, len(odd), where, "rows that are too short or too long")


def _json_columns(
    text: io.StringIO, spec: TableSpec, where: str
) -> tuple[tuple[int, ...], dict[str, list[Any]]]:
    """Return the line of each row, and the values of each column; None where a row lacks it."""
    found = [(int(row.place.split()[-1]), row) for row in _json_rows(text)]
    odd = [Fault(f"{where}:{line}", row.problem) for line, row in found if row.problem]
    if "\\u" in text.getvalue():
        what = "it has half of a character, such as \\ud800"
        odd += (Fault(f"{where}:{line}", what, "Remove it.") for line, row in found if _is_cut(row))
    if not found:
        fix = f"Write one object per line, for {spec.row}."
        odd.append(Fault(where, "the file is empty", fix))
    if odd:
        raise FaultsError(limit_faults(odd, len(odd), where, "lines that are no rows"))
    rows = [row.values or {} for _, row in found]
    names = dict.fromkeys(name for row in rows for name in row)
    return tuple(line for line, _ in found), {n: [row.get(n) for row in rows] for n in names}


def _is_cut(row: TextRow) -> bool:
    """Return whether a text in a row is no Unicode: JSON may escape half of a character."""
    try:
        json.dumps(row.values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _typed(column: ColumnSpec, values: list[Any], *, is_text: bool) -> tuple[pd.Series, list[bool]]:
    """Return a column of the contract in its type, and which values are of another one.

    Those have something else in the column, which causes no second fault.
    """
    convert, dtype = _CONVERSIONS.get(column.type, (_text, "str"))
    found: list[Any] = [None if v is None else convert(v, is_text=is_text) for v in values]
    odd = [old is not None and new is None for old, new in zip(values, found, strict=True)]
    if dtype == "float64":
        return _as_numbers([1.0 if bad else n for n, bad in zip(found, odd, strict=True)]), odd
    if dtype == "str":
        found = [str(old) if bad else new for old, new, bad in zip(values, found, odd, strict=True)]
    return pd.Series(found, dtype=dtype), odd


def _text(value: object, *, is_text: bool) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object, *, is_text: bool) -> bool | None:
    if is_text:
        return {"true": True, "false": False}.get(str(value).casefold())
    return value if isinstance(value, bool) else None


def _number(value: object, *, is_text: bool) -> float | None:
    if is_text:
        return float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # of a whole number with hundreds of digits
        return math.inf


_CONVERSIONS = {
    "number": (_number, "float64"),
    "integer": (_number, "float64"),
    "boolean": (_flag, "object"),
}


def _as_numbers(numbers: list[float | None]) -> pd.Series:
    series = pd.Series(numbers, dtype="float64")
    is_whole = (series.isna() | (series % 1 == 0)).all() and not (series.abs() > _EXACT).any()
    return series.astype("Int64") if is_whole and series.notna().any() else series


def _guessed(values: list[Any], *, is_text: bool) -> pd.Series:
    """Return a column beyond the contract: numbers, true and false, or text."""
    filled = [value for value in values if value is not None]
    numbers = [_number(value, is_text=is_text) for value in values]
    has_codes = is_text and any(_CODE.match(value) for value in filled)
    if filled and not has_codes and len(filled) == sum(n is not None for n in numbers):
        return _as_numbers(numbers)
    if filled and all(isinstance(value, bool) for value in filled):
        return pd.Series(values, dtype="object")
    texts = (v if v is None or isinstance(v, str) else json.dumps(v) for v in values)
    return pd.Series(list(texts), dtype="str")


def _type_faults(
    column: ColumnSpec, values: list[Any], odd: list[bool], lines: Sequence[int], where: str
) -> Iterator[Fault]:
    """Yield a fault for each value of a column that is of another type."""
    is_number = column.type in ("number", "integer")
    fix = "Put it in quotes."
    if is_number:
        instead = "leave the row out" if column.required else "nothing"
        fix = f"Write a number, such as 0.71, or {instead}."
    elif column.type == "boolean":
        fix = "Write true or false, or nothing."
    kind = "a number" if is_number else TYPE_WORDS[column.type]
    bad = [(line, value) for line, value, is_odd in zip(lines, values, odd, strict=True) if is_odd]
    faults = (
        Fault(f"{where}:{line}", f"'{column.name}' is {_shown(value)}, not {kind}", fix)
        for line, value in bad
    )
    kinds = "numbers" if is_number else kind
    return limit_faults(faults, len(bad), where, f"values of '{column.name}' that are not {kinds}")


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float) else json_kind(value)
