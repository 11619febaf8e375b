"""Tables as files to download: the Parquet file as it is, and the same rows as CSV and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd

from site_builder.tables.load import LoadedTable
from site_builder.tables.schema import ColumnSpec, TableSpec


@dataclass(frozen=True)
class ExportedColumn:
    """A column of a published table.

    Attributes:
        name: Its name.
        spec: Its entry in the contract; None for a column beyond it.
        filled: Rows that have a value.
    """

    name: str
    spec: ColumnSpec | None
    filled: int


@dataclass(frozen=True)
class ExportedFile:
    """One download: its ending, its bytes, their SHA-256."""

    ending: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class ExportedTable:
    """A table as it is published: its contract, its size, its columns, its files."""

    spec: TableSpec
    rows: int
    columns: tuple[ExportedColumn, ...]
    files: tuple[ExportedFile, ...]


def export_tables(loaded: Mapping[str, LoadedTable]) -> tuple[ExportedTable, ...]:
    """Every table of the project, ready to publish."""
    return tuple(_export(table) for table in loaded.values())


def _export(table: LoadedTable) -> ExportedTable:
    frame = table.frame
    columns = tuple(
        ExportedColumn(str(name), table.spec.column(str(name)), int(frame[name].notna().sum()))
        for name in frame.columns
    )
    contents = {"parquet": table.file, "csv": _csv(frame), "json": _json(frame)}
    files = tuple(
        ExportedFile(ending, content, sha256(content).hexdigest())
        for ending, content in contents.items()
    )
    return ExportedTable(table.spec, len(frame), columns, files)


def _csv(frame: pd.DataFrame) -> bytes:
    """Text that a spreadsheet would run as a formula is defused by a leading apostrophe."""
    defused = frame.map(
        lambda v: (
            f"'{v}" if isinstance(v, str) and v.startswith(("=", "+", "-", "@", "\t", "\r")) else v
        )
    )
    return defused.to_csv(index=False, lineterminator="\n").encode()


def _json(frame: pd.DataFrame) -> bytes:
    records = [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
    return (
        json.dumps(records, ensure_ascii=False, allow_nan=False, default=str, indent=1) + "\n"
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return None if value is None or value is pd.NA or value is pd.NaT else value
