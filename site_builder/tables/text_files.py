"""Read rows of CSV, TSV and JSON lines with the place of each."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, limit_faults
from site_builder.records import Record
from site_builder.tables.check import find_table_faults
from site_builder.tables.export import NUMBER
from site_builder.tables.read import LoadedTable, load_table
from site_builder.tables.schema import RESULTS, ColumnSpec

CSV_ENDINGS = (".csv", ".tsv")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson")

_SEPARATORS = (";", "\t", "|")
_LONGEST_FIELD = 2**31 - 1
_EXACT = 2**53  # larger integers are not all exact as floats


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


def read_csv(
    lines: Iterable[str], separator: str = ",", *, strict: bool = False
) -> Iterator[list[str]]:
    """Yield the heading and each row, without empty lines, of CSV text, or raise a `csv.Error`."""
    csv.field_size_limit(_LONGEST_FIELD)
    return (row for row in csv.reader(lines, delimiter=separator, strict=strict) if row)


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


def read_long_table(path: Path) -> LoadedTable:
    """Read scores and check them as `results.parquet`, or raise every fault of the file.

    It is a Parquet file, or a CSV file in UTF-8 with commas and a heading, whose rows count from 1
    below the heading. The `file` of the table is the content of `data/results.parquet`.
    """
    faults: list[Fault] = []
    if path.suffix.lower() == ".parquet":
        table = load_table(RESULTS, path, str(path))
        if isinstance(table, Fault):
            raise FaultsError([table])
    else:
        table, faults = _load_csv(path, str(path))
    faults += find_table_faults(table, SiteConfig(root=path.parent))
    if any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return table


def _load_csv(path: Path, where: str) -> tuple[LoadedTable, list[Fault]]:
    """Read a CSV file; the faults are values that are not numbers."""
    heading, *rows = _read_rows(path, where)
    if faults := [*_shape_faults(heading, rows, where)]:
        raise FaultsError(faults)
    columns: dict[str, pd.Series] = {}
    for name, *texts in zip(heading, *rows, strict=True):
        spec = RESULTS.column(name)
        if spec and spec.type in ("number", "integer"):
            faults += _number_faults(spec, texts, where)
            columns[name] = _numbers(spec, texts)
        else:
            columns[name] = pd.Series([text or None for text in texts], dtype="str")
    frame = pd.DataFrame(columns)
    return LoadedTable(RESULTS, frame, frame.to_parquet(index=False), where), faults


def _read_rows(path: Path, where: str) -> list[list[str]]:
    try:
        text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
        rows = [[value.strip() for value in row] for row in read_csv(text, strict=True)]
    except OSError as error:
        fault = Fault(where, f"the file cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        fault = Fault(where, "is not UTF-8 text", "Save it as CSV in UTF-8, or as Parquet.")
    except csv.Error as error:
        fault = Fault(where, f"is not valid CSV: {error}")
    else:
        if rows:
            return rows
        fault = Fault(where, "the file is empty", "Write a heading, and one row per score.")
    raise FaultsError([fault])


def _shape_faults(heading: list[str], rows: Iterable[list[str]], where: str) -> Iterator[Fault]:
    n, found = len(heading), next((mark for mark in _SEPARATORS if mark in heading[0]), None)
    if n == 1 and found:
        what = f"the values are separated by {found!r}"
        yield Fault(where, what, "Separate them by commas.")
    for name, times in Counter(heading).items():
        if times > 1:
            yield Fault(where, f"{times} columns are called {name!r}", "Keep one.")
    odd = [
        Fault(f"{where}: row {number}", f"it has {len(row)} values, the heading {n}")
        for number, row in enumerate(rows, 1)
        if len(row) != n
    ]
    yield from limit_faults(odd, len(odd), where, "rows that are too short or too long")


def _number_faults(spec: ColumnSpec, texts: Iterable[str], where: str) -> Iterator[Fault]:
    fix = f"Write a number, such as 0.71, or {'leave the row out' if spec.required else 'nothing'}."
    odd = [
        Fault(f"{where}: row {number}", f"'{spec.name}' is {text!r}, not a number", fix)
        for number, text in enumerate(texts, 1)
        if text and not NUMBER.fullmatch(text)
    ]
    return limit_faults(odd, len(odd), where, f"values of '{spec.name}' that are not numbers")


def _numbers(spec: ColumnSpec, texts: Iterable[str]) -> pd.Series:
    # A text that is not a number has its fault already; 1 causes no second one.
    sound = (text if NUMBER.fullmatch(text) else "1" if text else "nan" for text in texts)
    numbers = pd.Series(map(float, sound), dtype="float64")
    is_whole = (numbers.isna() | (numbers % 1 == 0)).all() and not (numbers.abs() > _EXACT).any()
    return numbers.astype("Int64") if spec.type == "integer" and is_whole else numbers
