"""Write tables so that a failure loses nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from site_builder.errors import Fault, FaultsError
from site_builder.records import Record, field, replace
from site_builder.tables.files import UnreadableTableError, read_whole
from site_builder.tables.lock import replacing
from site_builder.tables.read import (
    LoadedTable,
    LoadedTables,
    as_loaded,
    find_file,
    find_files,
    load_text,
)
from site_builder.tables.schema import MODELS, RESULTS, TASKS, TableSpec, Type

SAMPLE = Path(__file__).parents[1] / "starter/files/sample"
"""The tables that `init` gives to a project without data."""
TEMPLATE = SAMPLE.with_name("template")
"""The table that `init --template` gives."""
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
    """A table of a project that is going to be changed; empty if there is no file.

    In columns of the schema, dates are `YYYY-MM-DD` text and decimals are floats. Other columns are
    as stored. `file` is the name of its file, whose format stays. Of a text file, `head` is the
    text before the first row, and `texts` that of each row, with its line end.
    """

    spec: TableSpec
    file: str
    rows: tuple[StoredRow, ...] = ()
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    metadata: Mapping[bytes, bytes] = field(default_factory=dict)
    head: str = ""
    texts: tuple[str, ...] = ()


def read_all_stored(specs: Iterable[TableSpec], data_dir: Path) -> dict[str, StoredTable]:
    """Read several tables of a project, by name, or raise a fault for each unreadable one."""
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


def find_sample(data_dir: Path) -> Path | None:
    """Return the sample that the results of a project still are, byte by byte; None for others."""
    for sample in (SAMPLE, TEMPLATE):
        (name,) = find_files(RESULTS, sample)
        with suppress(OSError):
            path = data_dir / name
            if path.is_file() and path.read_bytes() == (sample / name).read_bytes():
                return sample
    return None


def read_without_sample(specs: Iterable[TableSpec], data_dir: Path) -> dict[str, StoredTable]:
    """Read tables as `read_all_stored`, but without the rows of the sample where it is there.

    Scores of a publisher replace it: merged with it, they would be ranked among its models.
    """
    stored = read_all_stored(specs, data_dir)
    sample = find_sample(data_dir)
    if sample is None:
        return stored
    for name, table in read_all_stored((RESULTS, MODELS, TASKS), sample).items():
        if name in stored:
            stored[name] = _without(stored[name], table)
    return stored


def _without(stored: StoredTable, sample: StoredTable) -> StoredTable:
    def key(row: StoredRow) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in stored.spec.key)

    known = {*map(key, sample.rows)}
    if rows := tuple(row for row in stored.rows if key(row) not in known):
        return replace(stored, rows=rows)
    return StoredTable(stored.spec, stored.file)


def read_stored(spec: TableSpec, data_dir: Path) -> StoredTable:
    """Read one table of a project, without rows if there is no file, or raise its fault."""
    file = find_file(spec, data_dir)
    where = f"data/{file}"
    if not file:  # a new table has the format of the results
        ending = next(iter(find_files(RESULTS, data_dir)), spec.file).rpartition(".")[2]
        return StoredTable(spec, f"{spec.name}.{ending}")
    try:
        path = data_dir / file
        text = None if file == spec.file else load_text(spec, path, where)
        table = read_whole(path if text is None else text.file)
        names = table.column_names
    except UnreadableTableError as error:
        what = f"the table cannot be added to: {error}"
        raise FaultsError([Fault(where, what, "Repair or remove it.")]) from error
    if len(set(names)) < len(names):
        what = "the table cannot be added to: two columns share a name"
        raise FaultsError([Fault(where, what, "Rename one of them.")])
    rows = table.to_pylist()
    declared = [column.name for column in spec.columns if column.name in names]
    for row in rows:
        row |= {name: _plain(row[name]) for name in declared}
    types = dict(zip(names, table.schema.types, strict=True))
    head, *texts = _texts(text) if text else ("",)
    metadata = table.schema.metadata or {}
    return StoredTable(spec, file, tuple(rows), types, metadata, head, tuple(texts))


def _texts(table: LoadedTable) -> Iterator[str]:
    """Yield the text of a text file before its first row, then that of each row."""
    lines = list(io.StringIO(table.content.decode(), newline=""))
    starts = [0, *(line - 1 for line in table.lines or ()), len(lines)]
    return ("".join(lines[start:end]) for start, end in pairwise(starts))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def save_tables(data_dir: Path, tables: Sequence[tuple[StoredTable, Sequence[StoredRow]]]) -> None:
    """Replace tables, within `write_locked`, by tables of the new rows; all of them, or none.

    Raises:
        FaultsError: A table is a link, a value does not fit its column, or writing fails.
    """
    links = [stored.file for stored, _ in tables if (data_dir / stored.file).is_symlink()]
    if links:
        # The file that it leads to may be of another project, or of none.
        what, fix = "refusing to write through a symbolic link", "Replace it by the file."
        raise FaultsError(Fault(f"data/{name}", what, fix) for name in links)
    try:
        with replacing(data_dir) as folder:
            for stored, rows in tables:
                _write(stored, rows, folder / stored.file)
    except OSError as error:
        what = f"writing failed: {error.strerror}"
        raise FaultsError([Fault("data", what, "The tables are unchanged.")]) from error


def load_rows(tables: Iterable[tuple[StoredTable, Sequence[StoredRow]]]) -> LoadedTables:
    """Return tables of rows as if they had been written and read; not those without rows."""
    loaded = {
        stored.spec.name: as_loaded(stored.spec, _as_arrow(stored, rows), f"data/{stored.file}")
        for stored, rows in tables
        if rows
    }
    return LoadedTables(loaded)


def _write(stored: StoredTable, rows: Sequence[StoredRow], path: Path) -> None:
    """Write a table; of a text file, what does not change keeps its text, byte for byte."""
    table = _as_arrow(stored, rows)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
        return
    known, more = [*stored.types], table.column_names[len(stored.types) :]
    n_old, is_csv = len(stored.texts), path.suffix == ".csv"
    texts = [_extended(stored.head, more) if is_csv else stored.head]
    for number, (row, typed) in enumerate(zip(rows, table.to_pylist(), strict=True)):
        old, text = (stored.rows[number], stored.texts[number]) if number < n_old else ({}, "")
        changed = {name: v for name, v in typed.items() if row.get(name) != old.get(name)}
        texts.append(_csv_text(text, changed, known, more) if is_csv else _json_text(text, changed))
    end = next((mark for mark in ("\r\n", "\r") if stored.head.endswith(mark)), "\n")
    before, new = "".join(texts[: n_old + 1]), texts[n_old + 1 :]
    gap = end if new and before and not before.endswith(("\n", "\r")) else ""
    content = "".join((before, gap, *(f"{text}{end}" for text in new)))
    path.write_text(content, encoding="utf8", newline="")


def _csv_text(text: str, changed: StoredRow, known: Sequence[str], more: Sequence[str]) -> str:
    """Return a row of CSV with changed values in `known` columns and in `more`, which are new."""
    if text and changed.keys().isdisjoint(known):
        return _extended(text, [_cell(changed.get(name)) for name in more])
    old = next(csv.reader(io.StringIO(text, newline="")), [""] * len(known))
    names = zip((*known, *more), (*old, *[""] * len(more)), strict=True)
    return _extended(_end_of(text), [_cell(changed[n]) if n in changed else v for n, v in names])


def _extended(text: str, cells: Sequence[str]) -> str:
    """Return the text of a row of CSV with more cells before its line end."""
    line, body = io.StringIO(), text.rstrip("\r\n")
    # The csv module quotes what has a line end, and a single empty cell.
    csv.writer(line, lineterminator="\r\n").writerow(["", *cells])
    more = line.getvalue()[:-2]
    return f"{body}{more if body else more[1:]}{_end_of(text)}" if cells else text


def _end_of(text: str) -> str:
    return text[len(text.rstrip("\r\n")) :]


def _json_text(text: str, changed: StoredRow) -> str:
    """Return a row of JSON lines with the changed values."""
    if text and not changed:
        return text
    values = {**json.loads(text or "{}"), **changed}
    known = {name: value for name, value in values.items() if value is not None}
    return json.dumps(known, ensure_ascii=False) + _end_of(text)


def _cell(value: object) -> str:
    """Return a value as CSV has it: nothing for null, `7` for 7.0."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _as_arrow(stored: StoredTable, rows: Sequence[StoredRow]) -> pa.Table:
    filled = dict.fromkeys(name for row in rows for name, v in row.items() if v is not None)
    declared = (column.name for column in stored.spec.columns if column.name in filled)
    arrays = {
        name: _array(stored, name, [row.get(name) for row in rows])
        for name in dict.fromkeys((*stored.types, *declared, *filled))
    }
    # The index that pandas describes there is that of the old rows.
    metadata = {key: value for key, value in stored.metadata.items() if key != b"pandas"}
    return pa.table(arrays).replace_schema_metadata(metadata)


def _array(stored: StoredTable, name: str, values: list[Any]) -> Column:
    spec, kind = stored.spec.column(name), stored.types.get(name)
    if kind is not None and spec is not None and pa.types.is_temporal(kind):
        days = [None if value is None else date.fromisoformat(value) for value in values]
        return pa.array(days, pa.date32()).cast(kind)
    possible = [_TYPES[spec.type]] if spec else [pa.string(), pa.float64()]
    # In a type that is not float64, numbers would lose digits.
    is_number = spec is not None and spec.type == "number"
    if kind is not None and (pa.types.is_float64(kind) or not is_number):
        possible.insert(0, kind)
    for wanted in possible:
        try:
            return pa.array(values, wanted)
        except (pa.ArrowException, TypeError, ValueError):
            continue
    what = f"column {name!r} has values that do not fit its type"
    fix = "Correct it; `site_builder check` names the rows."
    raise FaultsError([Fault(f"data/{stored.file}", what, fix)])
