"""Tables as files to download: the Parquet file as it is, and the same rows as CSV and JSON."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Mapping
from hashlib import sha256

import pandas as pd
from pandas.api import types as kinds

from site_builder.records import Record
from site_builder.tables.read import LoadedTable
from site_builder.tables.schema import ColumnSpec, TableSpec, Type

# A row takes forty bytes as CSV, five when that is packed, eighty as JSON, two as Parquet.
MOST_PLAIN_ROWS = 50_000
# CSV and JSON by their registrations, Parquet as the readers of Croissant know it.
MEDIA_TYPES = {
    "parquet": "application/x-parquet",
    "csv": "text/csv",
    "csv.gz": "application/gzip",
    "json": "application/json",
}
# What a spreadsheet reads as the beginning of a formula; some read the wide forms too.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
"""A number as CSV files have it: with a decimal point, without marks between thousands."""


class ExportedColumn(Record):
    """A column of a published table.

    Attributes:
        name: Its name.
        spec: Its entry in the contract; None for a column beyond it.
        type: What its values are: as the contract says, else as they were found.
        filled: Rows that have a value.
    """

    name: str
    spec: ColumnSpec | None
    type: Type
    filled: int


class ExportedFile(Record):
    """One download.

    Attributes:
        ending: The ending of its name, without the dot.
        content: Its bytes.
        sha256: Their checksum.
    """

    ending: str
    content: bytes
    sha256: str

    @property
    def media_type(self) -> str:
        """Its format, as the web names it."""
        return MEDIA_TYPES[self.ending]


class ExportedTable(Record):
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
    columns = tuple(_column(table.spec, str(name), frame[name]) for name in frame.columns)
    contents = {"parquet": table.file}
    if len(frame) <= MOST_PLAIN_ROWS:
        contents |= {"csv": _csv(frame), "json": _json(frame)}
    else:  # packed at no moment, so that the same rows give the same bytes
        contents["csv.gz"] = gzip.compress(_csv(frame), compresslevel=6, mtime=0)
    files = tuple(
        ExportedFile(ending, content, sha256(content).hexdigest())
        for ending, content in contents.items()
    )
    return ExportedTable(table.spec, len(frame), columns, files)


def _column(table: TableSpec, name: str, values: pd.Series) -> ExportedColumn:
    spec = table.column(name)
    kind = spec.type if spec else _found_type(values)
    return ExportedColumn(name, spec, kind, int(values.notna().sum()))


def _found_type(values: pd.Series) -> Type:
    if kinds.is_bool_dtype(values):
        return "boolean"
    if kinds.is_integer_dtype(values):
        return "integer"
    return "number" if kinds.is_numeric_dtype(values) else "text"


def _csv(frame: pd.DataFrame) -> bytes:
    """Rows by RFC 4180; text that a spreadsheet would run is defused by a leading apostrophe.

    So are the names of the columns. A number stays one, whatever its sign.
    """
    texts: pd.DataFrame = frame.select_dtypes("str")
    odd = [name for name in texts if any(_defused(x) is not x for x in texts[name].unique())]
    defused = frame.assign(**{str(name): texts[name].map(_defused) for name in odd})
    defused.columns = [_defused(str(name)) for name in defused.columns]
    # Not "\n", with which a carriage return in a text would not be quoted.
    return defused.to_csv(index=False, lineterminator="\r\n").encode()


def _defused(value: object) -> object:
    is_formula = isinstance(value, str) and _FORMULA.match(value) and not NUMBER.fullmatch(value)
    return f"'{value}" if is_formula else value


def _json(frame: pd.DataFrame) -> bytes:
    """A list of rows, a row a line; null for what is missing, text for what is no JSON number."""
    names = [str(name) for name in frame.columns]
    rows = zip(*(map(_plain, frame[name].tolist()) for name in names), strict=True)
    # Not one call with `indent`, which takes three times as long.
    lines = (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        for row in rows
    )
    return ("[" + ",\n".join(lines) + "]\n").encode()


def _plain(value: object) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value) if isinstance(value, float) and math.isinf(value) else value
