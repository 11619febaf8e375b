"""Export tables as downloads: the Parquet file as it is, the same rows as CSV and JSON, gzipped."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec
import numpy as np
import pandas as pd

from site_builder.records import Record
from site_builder.tables.files import NUMBER
from site_builder.tables.read import LoadedTable
from site_builder.tables.schema import ColumnSpec, TableSpec, Type

_FOUND_TYPES: Mapping[str, Type] = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
# What a spreadsheet reads as the beginning of a formula (some read the wide forms too), where a
# cell may begin: a spreadsheet with semicolons between cells ignores our commas and quotes. It
# skips blanks, quotes and characters of no width. A number stays a number.
_FORMULA = re.compile(
    r"\A(?=[\t\r\n])"
    r"|(?P<start>\A|[;\t\r\n])"
    r"(?P<skipped>(?:[^\S\t\r\n]|[\"\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF])*+)"
    rf"(?!(?ai:{NUMBER.pattern})(?:[;\t\r\n]|\Z))"
    r"(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])"
)


class ExportedColumn(Record):
    """A column of a published table, with the number of rows that have a value.

    `spec` is its entry in the contract; None for a column beyond it.
    """

    name: str
    spec: ColumnSpec | None
    type: Type
    filled: int


class ExportedFile(Record):
    """One download; `ending` is the ending of its name, without the dot."""

    ending: str
    media_type: str
    content: bytes
    sha256: str


class ExportedTable(Record):
    """A published table: its number of rows, its columns, and a file in every format."""

    spec: TableSpec
    rows: int
    columns: tuple[ExportedColumn, ...]
    files: tuple[ExportedFile, ...]


def export_tables(loaded: Mapping[str, LoadedTable]) -> tuple[ExportedTable, ...]:
    """Return every table of the project, ready to publish."""
    return tuple(_export(table) for table in loaded.values())


def _export(table: LoadedTable) -> ExportedTable:
    frame = table.frame.astype({name: "Int64" for name in table.whole})
    columns = []
    for name, values in frame.items():
        spec = table.spec.column(str(name))
        kind = spec.type if spec else _FOUND_TYPES.get(values.dtype.kind, "text")
        columns.append(ExportedColumn(str(name), spec, kind, int(values.notna().sum())))
    contents = (
        ("parquet", "application/x-parquet", table.file),  # as the readers of Croissant know it
        ("csv.gz", "application/gzip", _compress(_csv(frame))),
        ("json.gz", "application/gzip", _compress(_json(frame))),
    )
    files = tuple(ExportedFile(*file, sha256(file[-1]).hexdigest()) for file in contents)
    return ExportedTable(table.spec, len(frame), tuple(columns), files)


def _compress(content: bytes) -> bytes:
    # Without a time, so that the same rows give the same bytes; a higher level takes much longer.
    return gzip.compress(content, compresslevel=7, mtime=0)


def _csv(frame: pd.DataFrame) -> bytes:
    """Write RFC 4180; what a spreadsheet reads as a formula gets an apostrophe before it."""
    texts: pd.DataFrame = frame.select_dtypes("str")
    risky = [name for name in texts if any(defuse(x) != x for x in texts[name].dropna().unique())]
    safe = frame.assign(
        **{str(name): texts[name].map(defuse, na_action="ignore") for name in risky}
    )
    safe.columns = [defuse(str(name)) for name in safe.columns]
    # With "\n" pandas would not quote a carriage return in a text.
    return safe.to_csv(index=False, lineterminator="\r\n").encode()


def defuse(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\g<start>'\g<skipped>", text)


def _json(frame: pd.DataFrame) -> bytes:
    """Write a list with a row on each line; infinite numbers become text."""
    names = [str(name) for name in frame.columns]
    rows = zip(*(_plain(frame[name]) for name in frame.columns), strict=True)
    encode = msgspec.json.Encoder().encode  # in a third of the time of the standard library
    lines = (encode(dict(zip(names, row, strict=True))) for row in rows)
    return b"[" + b",\n".join(lines) + b"]\n"


def _plain(values: pd.Series) -> list[object]:
    plain = values.to_numpy(dtype=object, na_value=None)  # type: ignore[call-overload] # pandas-stubs lack None
    if values.dtype.kind == "f" and np.isinf(values).any():
        plain = np.where(np.isinf(values), values.astype(str), plain)
    return list(plain)
