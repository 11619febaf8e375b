"""Parquet to typed tables. Judges nothing beyond whether a file can be read: that is `check.py`'s work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from site_builder.errors import Fault
from site_builder.tables.schema import TABLES, TableSpec


@dataclass(frozen=True)
class LoadedTable:
    """One file as it was read.

    Attributes:
        spec: The contract of the table.
        frame: Its rows, every column that the file has, in the file's order; dictionary columns decoded,
            decimals as floats, dates as `YYYY-MM-DD` text.
        file: The file's own bytes, offered for download as they are.
        where: The file as messages name it.
    """

    spec: TableSpec
    frame: pd.DataFrame
    file: bytes
    where: str


@dataclass(frozen=True)
class LoadedTables:
    """Every table that could be read, by name, and why the others could not."""

    tables: Mapping[str, LoadedTable]
    faults: tuple[Fault, ...] = field(default=())
    unknown_files: tuple[str, ...] = field(default=())


def load_tables(data_dir: Path, shown_as: str = "data") -> LoadedTables:
    """Read every table of the contract from `data_dir`.

    Args:
        data_dir: The folder with the Parquet files.
        shown_as: The folder as messages name it.

    Returns:
        The tables that are there, and a fault for each that is required and absent, or cannot be read.
    """
    tables: dict[str, LoadedTable] = {}
    faults: list[Fault] = []
    for spec in TABLES:
        where = f"{shown_as}/{spec.file}"
        path = data_dir / spec.file
        if not path.exists():
            if spec.required:
                faults.append(Fault(where, "the file is missing", _how_to_begin(spec)))
            continue
        loaded = _load_table(spec, path, where)
        if isinstance(loaded, Fault):
            faults.append(loaded)
        else:
            tables[spec.name] = loaded
    known = {spec.file for spec in TABLES}
    unknown = sorted(p.name for p in data_dir.glob("*.parquet") if p.name not in known)
    return LoadedTables(tables, tuple(faults), tuple(unknown))


def _how_to_begin(spec: TableSpec) -> str:
    columns = ", ".join(f"'{c.name}'" for c in spec.columns if c.required)
    return f"Write it with one row for {spec.row} and at least the columns {columns}."


def _load_table(spec: TableSpec, path: Path, where: str) -> LoadedTable | Fault:
    try:
        file = path.read_bytes()
    except OSError as error:
        return Fault(where, f"the file cannot be read: {error.strerror}", "Check its permissions.")
    if not file:
        return Fault(where, "the file is empty (0 bytes)", "Write it anew.")
    try:
        table = pq.read_table(pa.BufferReader(file))
        frame = _as_frame(table)
    except (pa.ArrowException, OSError, ValueError) as error:
        return Fault(where, _unreadable(file, error), "Write it anew as Parquet.")
    return LoadedTable(spec, frame, file, where)


def _unreadable(file: bytes, error: Exception) -> str:
    if not file.startswith(b"PAR1"):
        return "the file is not Parquet"
    if not file.endswith(b"PAR1"):
        return "the Parquet file is cut short"
    return f"the Parquet file is damaged: {str(error).splitlines()[0]}"


def _as_frame(table: pa.Table) -> pd.DataFrame:
    columns = [_plain(table.column(i)) for i in range(table.num_columns)]
    frame = pa.table(columns, names=_unique(table.column_names)).to_pandas(date_as_object=True)
    return frame.reset_index(drop=True)


def _unique(names: list[str]) -> list[str]:
    """Column names made unique: a second `score` becomes `score (2)`, which the contract does not know."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without the encodings that pandas would treat differently from plain ones."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_time(kind):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    return column
