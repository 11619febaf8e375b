"""Parquet files of any size: what they say of themselves, and rows, a batch in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from site_builder.records import Record

BATCH = 4_096


class ParquetError(Exception):
    """A file is not Parquet, or a part of it is damaged."""


class StoredColumn(Record):
    """A column of a file.

    Attributes:
        name: Its name; two of a file may have the same.
        kind: What its values are: `text`, `whole number`, `number`, `true or false`, or the
            format's own word for anything else.
        stored: How they are stored, in the format's words.
    """

    name: str
    kind: str
    stored: str


class Footer(Record):
    """What a file says of itself: its columns, in their order, and how many rows it has."""

    columns: tuple[StoredColumn, ...]
    rows: int


def read_footer(path: Path) -> Footer:
    """What a file says of itself, without reading a row.

    Raises:
        ParquetError: It is no Parquet file.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = (StoredColumn(f.name, _kind(f.type), str(f.type)) for f in file.schema_arrow)
            return Footer(tuple(columns), int(file.metadata.num_rows))
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(_told(error)) from error


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    is_kind = {
        "text": (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        "whole number": (pa.types.is_integer,),
        "number": (pa.types.is_floating, pa.types.is_decimal),
        "true or false": (pa.types.is_boolean,),
    }
    return next((name for name, are in is_kind.items() if any(f(kind) for f in are)), str(kind))


def column_names(path: Path) -> list[str]:
    """The columns of a file.

    Raises:
        ParquetError: It is no Parquet file.
    """
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(_told(error)) from error


def count_rows(path: Path) -> int:
    """How many rows a file has, as its foot says.

    Raises:
        ParquetError: It is no Parquet file.
    """
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(_told(error)) from error


def read_rows(path: Path, columns: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Every row, as Python values by column.

    Args:
        path: The file.
        columns: The columns to read; all where there are none.

    Raises:
        ParquetError: It is no Parquet file, or a part of it is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH, columns=list(columns) or None):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise ParquetError(_told(error)) from error


def _told(error: Exception) -> str:
    return f"cannot be read as Parquet: {str(error).partition(chr(10))[0]}"
