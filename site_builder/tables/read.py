"""Read Parquet: whole tables with types, or a footer, or rows in batches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api import types as kinds

from site_builder.errors import Fault
from site_builder.records import Record, field
from site_builder.tables.schema import MODELS, TABLES, TASKS, ColumnSpec, TableSpec, Type

Column: TypeAlias = "pa.ChunkedArray[Any]"


class LoadedTable(Record):
    """One file as it was read.

    Attributes:
        spec: The contract of the table.
        frame: Its rows, every column that the file has, in the file's order; dictionary columns
            decoded, decimals as floats, dates as `YYYY-MM-DD` text. Further columns that are not
            numbers, text or true and false are text.
        file: The file's own bytes, offered for download as they are.
        where: The file as messages name it.
        nan_rows: By column, the rows from 0 on that hold NaN; `frame` cannot tell them from nulls.
        whole: Columns of whole numbers with nulls between them, which `frame` holds as floats.
        times: Columns of dates or times, which `frame` holds as text.
    """

    spec: TableSpec
    frame: pd.DataFrame
    file: bytes
    where: str
    nan_rows: Mapping[str, list[int]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    times: frozenset[str] = frozenset()


class LoadedTables(Record):
    """Every table that could be read, by name, and why the others could not.

    Attributes:
        tables: The tables, in the order of the contract.
        faults: Why a table that should be there is not.
        unknown_files: Names of Parquet files that are no table of the contract.
        unreadable: Names of the tables whose file is there and cannot be read.
    """

    tables: Mapping[str, LoadedTable]
    faults: tuple[Fault, ...] = ()
    unknown_files: tuple[str, ...] = ()
    unreadable: frozenset[str] = frozenset()


def load_tables(data_dir: Path, shown_as: str = "data") -> LoadedTables:
    """Read every table of the contract from `data_dir`.

    Args:
        data_dir: The folder with the Parquet files.
        shown_as: The folder as messages name it.

    Returns:
        The tables that are there; a fault for each that is required and absent, or cannot be read.
    """
    there = [spec for spec in TABLES if (data_dir / spec.file).exists()]
    absent = [spec for spec in TABLES if spec.required and spec not in there]
    read = {
        spec.name: load_table(spec, data_dir / spec.file, f"{shown_as}/{spec.file}")
        for spec in there
    }
    unreadable = {name: fault for name, fault in read.items() if isinstance(fault, Fault)}
    known = {spec.file for spec in TABLES}
    return LoadedTables(
        tables={name: table for name, table in read.items() if isinstance(table, LoadedTable)},
        faults=(*(_absent(spec, shown_as) for spec in absent), *unreadable.values()),
        unknown_files=tuple(
            sorted(path.name for path in data_dir.glob("*.parquet") if path.name not in known)
        ),
        unreadable=frozenset(unreadable),
    )


def _absent(spec: TableSpec, shown_as: str) -> Fault:
    columns = ", ".join(f"'{c.name}'" for c in spec.columns if c.required)
    fix = f"Write it with one row for {spec.row} and at least the columns {columns}."
    return Fault(f"{shown_as}/{spec.file}", "the file is missing", fix)


def load_table(spec: TableSpec, path: Path, where: str) -> LoadedTable | Fault:
    """Read one Parquet file, or say why it cannot be read.

    Args:
        spec: The contract of the table.
        path: The file.
        where: The file as messages name it.
    """
    if path.exists() and not path.is_file():  # reading a pipe or a device may never end
        return Fault(where, "this is no file", "Write the table as one Parquet file.")
    try:
        file = path.read_bytes()
    except OSError as error:
        return Fault(
            where, f"the file cannot be read: {error.strerror}", "Make it a file that you may read."
        )
    return parse_table(spec, file, where)


def parse_table(spec: TableSpec, file: bytes, where: str) -> LoadedTable | Fault:
    """Read one table from the content of its file, or say why it cannot be read."""
    if not file:
        return Fault(where, "the file is empty (0 bytes)", "Write it anew.")
    try:
        table, times = _read(file, spec)
    except (pa.ArrowException, OSError) as error:
        return Fault(where, _unreadable(file, error), "Write it anew as Parquet.")
    nan_rows = {name: _nan_rows(table.column(name)) for name in table.column_names}
    whole = tuple(name for name in table.column_names if _is_whole(table.column(name)))
    return LoadedTable(spec, table.to_pandas(), file, where, nan_rows, whole, times)


def _unreadable(file: bytes, error: Exception) -> str:
    if not file.startswith(b"PAR1"):
        return "the file is not Parquet"
    if not file.endswith(b"PAR1"):
        return "the Parquet file is cut short"
    return f"the Parquet file is damaged: {str(error).partition(chr(10))[0]}"


def _read(file: bytes, spec: TableSpec) -> tuple[pa.Table, frozenset[str]]:
    # Not pq.read_table: it refuses two columns of one name.
    table = pq.ParquetFile(pa.BufferReader(file)).read()
    table.validate(full=True)  # text that is not UTF-8 would fail much later, and far from here
    names = _unique(table.column_names)
    columns = dict(zip(names, table.columns, strict=True))
    plain = [_plain(column, spec.column(name)) for name, column in columns.items()]
    times = (name for name, column in columns.items() if pa.types.is_temporal(column.type))
    return pa.table(plain, names=names), frozenset(times)


def _unique(names: list[str]) -> list[str]:
    """Column names made unique: a second `score` becomes `score (2)`, one beyond the contract."""
    unique: dict[str, None] = {}
    numbers: Counter[str] = Counter()
    for name in names:
        numbers[name] += 1
        while (_numbered(name, numbers[name])) in unique:
            numbers[name] += 1
        unique[_numbered(name, numbers[name])] = None
    return list(unique)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def _plain(column: Column, wanted: ColumnSpec | None) -> Column:
    """A column without the types that pandas would treat differently from plain ones."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), wanted)
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if wanted and wanted.type == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_temporal(kind) or (wanted is None and not _is_simple(kind)):
        return _as_text(column)
    return column


def _is_simple(kind: pa.DataType) -> bool:
    is_text = (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
    return is_text or pa.types.is_primitive(kind) or pa.types.is_null(kind)


def _as_text(column: Column) -> Column:
    if pa.types.is_temporal(column.type) and not pa.types.is_duration(column.type):
        return column.cast(pa.string())
    return pa.chunked_array([pa.array(map(_text, column.to_pylist()), pa.string())])


def _text(value: object) -> str | None:
    nested = isinstance(value, (list, dict))
    return (
        json.dumps(value, default=str, ensure_ascii=False)
        if nested
        else None
        if value is None
        else str(value)
    )


def _is_whole(column: Column) -> bool:
    """Whether it holds whole numbers and nulls, none so large that a float would change it."""
    if not pa.types.is_integer(column.type) or not column.null_count:
        return False
    low, high = pc.min(column).as_py(), pc.max(column).as_py()
    return low is None or (low > -(2**53) and high < 2**53)


def _nan_rows(column: Column) -> list[int]:
    if not pa.types.is_floating(column.type):
        return []
    is_nan = pc.is_nan(column).fill_null(False).to_numpy()
    return [int(row) for row in np.flatnonzero(is_nan)]


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


# What pandas calls the types that are no text.
_KINDS: Mapping[Type, Literal["float64", "object"]] = {
    "number": "float64",
    "integer": "float64",
    "boolean": "object",
}


class Tables(Record):
    """Checked tables: every column of the contract, in its type, null where nothing is known.

    Attributes:
        results: One row a score; `variant` is never null.
        models: One row a model, in published order; `name` is never null.
        tasks: One row a task, in published order; `name` and `higher_is_better` are never null.
        serving_requests: One row a measured request; None where the project has none.
        prices: One row a list price; None where the project has none.
        differences: One row a difference that is paired by example, `variant` never null; None
            where the project has none.
        loaded: Each file as it was read, for download.
        warnings: What is odd but no error.
    """

    results: pd.DataFrame
    models: pd.DataFrame
    tasks: pd.DataFrame
    serving_requests: pd.DataFrame | None
    prices: pd.DataFrame | None
    differences: pd.DataFrame | None
    loaded: Mapping[str, LoadedTable]
    warnings: tuple[Fault, ...] = ()


def complete_tables(loaded: LoadedTables, base: str) -> Tables:
    """Every table with the columns of its contract; one of the wrong type comes out as not known.

    Args:
        loaded: The tables as they were read, `results` among them. One without rows is absent.
        base: The variant of a score that names none.
    """
    filled = {
        name: table
        for name, table in loaded.tables.items()
        if len(table.frame) or table.spec.required
    }
    frames = {
        name: _with_contract_columns(table.frame, table.spec) for name, table in filled.items()
    }
    results = frames["results"]
    results["variant"] = results["variant"].fillna(base)
    models, tasks = (
        frames[spec.name] if spec.name in frames else _from_ids(results[spec.key[0]], spec)
        for spec in (MODELS, TASKS)
    )
    models["name"] = models["name"].fillna(models["model"])
    tasks["name"] = tasks["name"].fillna(tasks["task"])
    tasks["higher_is_better"] = (
        tasks["higher_is_better"].map(lambda v: True if pd.isna(v) else bool(v)).astype(bool)
    )
    differences = frames.get("differences")
    if differences is not None:
        differences["variant"] = differences["variant"].fillna(base)
    serving = (frames.get("serving_requests"), frames.get("prices"))
    return Tables(results, models, tasks, *serving, differences, loaded.tables)


def _from_ids(ids: pd.Series, spec: TableSpec) -> pd.DataFrame:
    frame = pd.DataFrame({spec.key[0]: ids.dropna().drop_duplicates().to_numpy()})
    return _with_contract_columns(frame, spec)


def _with_contract_columns(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    own = {column.name: _typed(frame, column) for column in spec.columns}
    further = {name: frame[name] for name in frame.columns if name not in own}
    return pd.DataFrame({**own, **further}, index=frame.index)


def _typed(frame: pd.DataFrame, column: ColumnSpec) -> pd.Series:
    """One column of the contract in its type; blank text says no more than a null does."""
    values, kind = frame.get(column.name), _KINDS.get(column.type)
    if values is None or not has_type(values, column.type) or values.isna().all():
        return pd.Series(None, index=frame.index, dtype=kind or "str")
    if kind is not None:
        return values.astype(kind)
    text = values.astype("str")
    return text if column.required else text.where(text.str.strip() != "")


def positions(ids: pd.Series, known: Sequence[str]) -> npt.NDArray[np.intp]:
    """The place of each id among the known ones; -1 for an unknown one. Shape: (rows,)."""
    # A column has few different texts, and comparing each of its rows with those is slow.
    codes, found = pd.factorize(ids)
    return np.asarray(np.append(pd.Index(known).get_indexer(found), -1)[codes])


def has_type(values: pd.Series, wanted: Type) -> bool:
    """Whether every value that is there is of the type that the contract asks for."""
    if wanted in ("number", "integer"):
        is_number = kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
        return is_number or not values.notna().any()
    if wanted != "boolean" and isinstance(values.dtype, pd.StringDtype):
        return True
    kind = (bool, np.bool_) if wanted == "boolean" else str
    return bool(values.dropna().map(lambda v: isinstance(v, kind)).all())
