"""Write tables so that a failure loses nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from site_builder.errors import Fault, FaultsError
from site_builder.records import Record, field
from site_builder.tables.read import first_line
from site_builder.tables.schema import ColumnSpec, TableSpec, Type

StoredRow = dict[str, Any]
Column: TypeAlias = "pa.Array[Any]"

_TYPES: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "url": pa.string(),
    "date": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}


class StoredTable(Record):
    """A table of a project that is going to be changed.

    Attributes:
        rows: The rows; in columns of the schema, dates are `YYYY-MM-DD` text and decimals are
            floats. Other columns are as stored.
        types: The type of each column of the file; empty if there is no file.
        metadata: The metadata of the file.
    """

    spec: TableSpec
    rows: tuple[StoredRow, ...] = ()
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    metadata: Mapping[bytes, bytes] = field(default_factory=dict)


def read_all_stored(specs: Iterable[TableSpec], data_dir: Path) -> dict[str, StoredTable]:
    """Read several tables of a project, by name.

    Raises:
        FaultsError: A fault for each table that cannot be read.
    """
    faults: list[Fault] = []
    stored: dict[str, StoredTable] = {}
    for spec in specs:
        try:
            stored[spec.name] = read_stored(spec, data_dir)
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return stored


def read_stored(spec: TableSpec, data_dir: Path, shown_as: str = "data") -> StoredTable:
    """Read one table of a project; without rows if there is no file.

    Raises:
        FaultsError: The file cannot be read, or has two columns of one name.
    """
    path, where = data_dir / spec.file, f"{shown_as}/{spec.file}"
    if not path.exists():
        return StoredTable(spec)
    try:
        table = pq.ParquetFile(path).read()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        what = f"the table cannot be added to: {first_line(error)}"
        raise FaultsError([Fault(where, what, "Repair or remove it.")]) from error
    names = table.column_names
    if len(set(names)) < len(names):
        what = "the table cannot be added to: two columns share a name"
        raise FaultsError([Fault(where, what, "Rename one of them.")])
    declared = [column.name for column in spec.columns if column.name in names]
    rows = table.to_pylist()
    for row in rows:
        row |= {name: _plain(row[name]) for name in declared}
    types = {name: table.schema.field(name).type for name in names}
    return StoredTable(spec, tuple(rows), types, table.schema.metadata or {})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def save_tables(
    data_dir: Path,
    tables: Sequence[tuple[StoredTable, Sequence[StoredRow]]],
    shown_as: str = "data",
) -> None:
    """Write tables: first all of them next to the old files, then rename each.

    Args:
        data_dir: The folder of the tables; it is created if missing.
        tables: Each table as read, with its new rows; files are replaced in this order.
        shown_as: The name of the folder in messages.

    Raises:
        FaultsError: A value does not fit its column, or writing fails; the old tables remain.
    """
    made: list[tuple[Path, Path]] = []
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for stored, rows in tables:
            table = _as_arrow(stored, rows, shown_as)
            made.append((_write_beside(data_dir, table), data_dir / stored.spec.file))
        for new, old in made:
            new.replace(old)
    except OSError as error:
        what = f"writing failed: {error.strerror}"
        raise FaultsError([Fault(shown_as, what, "The tables are unchanged.")]) from error
    finally:
        for new, _ in made:
            new.unlink(missing_ok=True)


def _write_beside(data_dir: Path, table: pa.Table) -> Path:
    with NamedTemporaryFile(dir=data_dir, prefix=".", suffix=".part", delete=False) as file:
        path = Path(file.name)
        try:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    path.chmod(0o666 & ~_umask())
    return path


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _as_arrow(stored: StoredTable, rows: Sequence[StoredRow], shown_as: str) -> pa.Table:
    filled = (name for row in rows for name, value in row.items() if value is not None)
    names = dict.fromkeys((*stored.types, *filled))
    order = [column.name for column in stored.spec.columns]
    added = sorted(
        (name for name in names if name not in stored.types),
        key=lambda name: order.index(name) if name in order else len(order),
    )
    arrays = {
        name: _array(stored, name, [row.get(name) for row in rows], shown_as)
        for name in (*stored.types, *added)
    }
    # The index that pandas describes there is that of the old rows.
    metadata = {key: value for key, value in stored.metadata.items() if key != b"pandas"}
    return pa.table(arrays).replace_schema_metadata(metadata)


def _array(stored: StoredTable, name: str, values: list[Any], shown_as: str) -> Column:
    spec, kind = stored.spec.column(name), stored.types.get(name)
    if kind is not None and pa.types.is_temporal(kind) and spec is not None:
        days = [None if value is None else date.fromisoformat(value) for value in values]
        return pa.array(days, pa.date32()).cast(kind)
    kinds = [_TYPES[spec.type] if spec else pa.string()]
    if kind is not None and not (spec and _is_too_narrow(kind, spec)):
        kinds.insert(0, kind)
    for wanted in kinds:
        try:
            return pa.array(values, wanted)
        except (pa.ArrowException, TypeError, ValueError):
            continue
    what = f"column {name!r} has values that do not fit its type"
    fix = "Correct it; `site_builder check` names the rows."
    raise FaultsError([Fault(f"{shown_as}/{stored.spec.file}", what, fix)])


def _is_too_narrow(kind: pa.DataType, spec: ColumnSpec) -> bool:
    """Whether numbers would lose digits in the stored type."""
    return spec.type == "number" and not pa.types.is_float64(kind)
