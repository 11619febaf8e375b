"""Read rows of CSV, TSV and JSON lines with the place of each."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, limit_faults
from site_builder.tables.check import find_table_faults
from site_builder.tables.export import NUMBER
from site_builder.tables.read import LoadedTable, load_table
from site_builder.tables.schema import RESULTS, Type

_SEPARATORS = (";", "\t", "|")
_EXACT = 2**53  # beyond it not every whole number is a float


def read_long_table(path: Path) -> LoadedTable:
    """The scores in a CSV or Parquet file, checked against the contract of `results.parquet`.

    Args:
        path: A `.parquet` file, which is taken as it is, or a CSV file (UTF-8, separated by commas,
            a heading of column names first). Its rows count from 1, below the heading.

    Returns:
        The table; its `file` is what `data/results.parquet` is to hold.

    Raises:
        FaultsError: Every fault of the file; where rows do not fit the heading, these only.
    """
    read, unread = _load_parquet(path) if path.suffix.lower() == ".parquet" else _load_csv(path)
    faults = [*unread, *find_table_faults(read, SiteConfig(root=path.parent))]
    if any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return read


def _load_parquet(path: Path) -> tuple[LoadedTable, list[Fault]]:
    read = load_table(RESULTS, path, str(path))
    if isinstance(read, Fault):
        raise FaultsError([read])
    return read, []


def _load_csv(path: Path) -> tuple[LoadedTable, list[Fault]]:
    """The rows of a CSV file, and the values in it that are not the numbers they should be.

    Raises:
        FaultsError: It is no table.
    """
    where = str(path)
    heading, *rows = _read_rows(path, where)
    if faults := [*_heading_faults(heading, where), *_row_faults(heading, rows, where)]:
        raise FaultsError(faults)
    columns = {name: [row[i] for row in rows] for i, name in enumerate(heading)}
    unread = [f for name, texts in columns.items() for f in _number_faults(name, texts, where)]
    frame = pd.DataFrame({name: _column(_type(name), texts) for name, texts in columns.items()})
    return LoadedTable(RESULTS, frame, frame.to_parquet(index=False), where), unread


def _read_rows(path: Path, where: str) -> list[list[str]]:
    try:
        rows = _rows(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        fault = Fault(where, f"the file cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        fault = Fault(where, "is not UTF-8 text", "Save it as CSV in UTF-8, or as Parquet.")
    except csv.Error as error:
        fault = Fault(where, f"is not valid CSV: {error}")
    else:
        if rows:
            return rows
        fault = Fault(where, "the file is empty", "Write a heading, and below it a row a score.")
    raise FaultsError([fault])


def _rows(text: str) -> list[list[str]]:
    """The lines that hold anything, without the space around each value."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    return [[value.strip() for value in line] for line in lines if line]


def _heading_faults(heading: list[str], where: str) -> Iterator[Fault]:
    found = next((mark for mark in _SEPARATORS if mark in heading[0]), None)
    if len(heading) == 1 and found:
        what = f"the values are separated by {found!r}"
        yield Fault(where, what, "Separate them by commas.")
    for name, times in Counter(heading).items():
        if times > 1:
            yield Fault(where, f"{times} columns are called {name!r}", "Keep one.")


def _row_faults(heading: list[str], rows: Sequence[list[str]], where: str) -> Iterator[Fault]:
    n = len(heading)
    odd = [(number, len(row)) for number, row in enumerate(rows, 1) if len(row) != n]
    faults = (
        Fault(f"{where}: row {number}", f"it has {found} values, the heading {n}")
        for number, found in odd
    )
    yield from limit_faults(faults, len(odd), where, "rows that are too short or too long")


def _number_faults(name: str, texts: Sequence[str], where: str) -> Iterator[Fault]:
    """The values of a column of numbers that are none."""
    spec = RESULTS.column(name)
    if spec is None or spec.type not in ("number", "integer"):
        return
    odd = [(i, text) for i, text in enumerate(texts, 1) if text and not NUMBER.fullmatch(text)]
    instead = "leave the row out" if spec.required else "nothing where it is not known"
    fix = f"Write a number, such as 0.71, or {instead}."
    faults = (
        Fault(f"{where}: row {i}", f"'{name}' is {text!r}, no number", fix) for i, text in odd
    )
    yield from limit_faults(faults, len(odd), where, f"values of '{name}' that are no numbers")


def _type(name: str) -> Type:
    """What the contract says; a column beyond it is kept as text."""
    spec = RESULTS.column(name)
    return spec.type if spec else "text"


def _column(kind: Type, texts: Sequence[str]) -> pd.Series:
    if kind not in ("number", "integer"):
        return pd.Series([text or None for text in texts], dtype="str")
    numbers = pd.Series([_number(text) for text in texts], dtype="float64")
    whole = kind == "integer" and bool((numbers.dropna() % 1 == 0).all())
    return numbers.astype("Int64") if whole and not (numbers.abs() > _EXACT).any() else numbers


def _number(text: str) -> float:
    """A value; NaN where there is none, and what no check objects to where it has its fault."""
    if not text:
        return math.nan
    return float(text) if NUMBER.fullmatch(text) else 1.0
