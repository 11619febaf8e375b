"""Rows of a Parquet file of any size, a batch in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 4_096


class ParquetError(Exception):
    """A file is not Parquet, or a part of it is damaged."""


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
