"""Tables as files to download: the Parquet file as it is, and the same rows as CSV and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import pandas as pd

from site_builder.tables.load import LoadedTable
from site_builder.tables.schema import ColumnSpec, TableSpec

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    """One download.

    Attributes:
        ending: The ending of its name, without the dot.
        content: Its bytes.
        sha256: Their checksum.
    """

    ending: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class ExportedTable:
    """A table as it is published.

    Attributes:
        spec: Its contract.
        rows: How many rows it has.
        columns: Its columns, those beyond the contract included.
        files: It in every format.
    """

    spec: TableSpec
    rows: int
    columns: tuple[ExportedColumn, ...]
    files: tuple[ExportedFile, ...]


def export_tables(loaded: Mapping[str, LoadedTable]) -> tuple[ExportedTable, ...]:
    """Every table of the project, ready to publish."""
    return tuple(_export(table) for table in loaded.values())


def _export(table: LoadedTable) -> ExportedTable:
    frame = table.frame.astype({name: "Int64" for name in table.whole})
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
    texts = [str(name) for name in frame.select_dtypes("str").columns]
    defused = frame.assign(**{name: frame[name].map(_defused) for name in texts})
    return defused.to_csv(index=False, lineterminator="\n").encode()


def _defused(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(frame: pd.DataFrame) -> bytes:
    """A list of rows; null for what is missing, text for what JSON has no number for."""
    records = [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
    return (json.dumps(records, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _plain(value: object) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value) if isinstance(value, float) and math.isinf(value) else value
