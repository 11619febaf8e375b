"""Read files with tables: CSV and JSON lines, with the line of each row, and Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from site_builder.dates import counted_day
from site_builder.errors import Fault, FaultsError, first_line, limit_faults
from site_builder.formatting import counted
from site_builder.records import Record
from site_builder.tables.schema import TYPE_WORDS, ColumnSpec, TableSpec

CSV_ENDINGS = (".csv", ".tsv")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson")
TEXT_ENDINGS = (*CSV_ENDINGS, *JSON_LINES_ENDINGS)

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
"""A number as CSV files have it: with a decimal point, without marks between thousands."""

_SEPARATORS = (";", "\t", "|")
_CODE = re.compile(r"[+-]?0\d")  # `007` is no number
_MAX_FIELD = 2**31 - 1
_MAX_EXACT = 2**53  # larger integers are not all exact as floats
_CONFLICT = ("<<<<<<< ", ">>>>>>> ")  # begin the lines in which Git marks a conflict


class UnreadableTableError(Exception):
    """A file cannot be read as a table: what is wrong, on which line (0: all of it), what to do."""

    def __init__(self, what: str, fix: str = "", line: int = 0) -> None:
        super().__init__(what)
        self.what, self.fix, self.line = what, fix, line

    def fault(self, where: str) -> Fault:
        """Return the fault of a file, which messages call `where`."""
        return Fault(f"{where}:{self.line}" if self.line else where, self.what, self.fix)


# --- rows of text -------------------------------------------------------------------------------


class TextRow(Record):
    """A row of a text file, which begins on a line, from 1.

    `values` are by column; None if there is a `problem`, such as `is not JSON: ...`.
    """

    line: int
    values: dict[str, Any] | None
    problem: str = ""


def read_text_rows(lines: Iterable[str], ending: str) -> tuple[list[str], Iterator[TextRow]]:
    """Return the heading of a CSV or TSV file, and its rows; of JSON lines the rows alone.

    A row with more or fewer values than the heading has a problem. Rows are read as they are asked
    for; one that is no CSV raises an `UnreadableTableError`.
    """
    if ending in JSON_LINES_ENDINGS:
        return [], _json_rows(lines)
    rows = read_csv(lines, "\t" if ending == ".tsv" else ",")
    _, heading = next(rows, (0, []))
    return heading, (_csv_row(line, heading, row) for line, row in rows)


def _csv_row(line: int, heading: list[str], row: list[str]) -> TextRow:
    if len(row) == len(heading):
        return TextRow(line, dict(zip(heading, row, strict=True)))
    return TextRow(line, None, f"it has {counted(len(row), 'value')}, the heading {len(heading)}")


def read_csv(
    lines: Iterable[str], separator: str = ",", *, is_spaced: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of CSV text that is not empty, and the line that it begins on, from 1.

    Where it `is_spaced`, a space after a separator is no part of the value.

    Python's own reader, as a strict one: others fill short rows, or take the rest of a file for one
    value where a quote is not closed.

    Raises:
        UnreadableTableError: A row is no CSV, or a conflict that Git marked is not resolved.
    """
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(
        _merged(lines), delimiter=separator, strict=True, skipinitialspace=is_spaced
    )
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        is_open = str(error).startswith("unexpected end")
        what = "a quote is not closed" if is_open else f"is not valid CSV: {error}"
        fix = "Put the value in quotes, and double each quote in it."
        raise UnreadableTableError(what, fix, line) from error


def _merged(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, or raise an `UnreadableTableError` at a conflict that Git left in them."""
    for number, line in enumerate(lines, 1):
        if line.startswith(_CONFLICT):
            fix = "Keep one side, and remove the lines of the markers."
            what = f"a merge conflict is not resolved: {line[:7]}"
            raise UnreadableTableError(what, fix, number)
        yield line


def _json_rows(lines: Iterable[str]) -> Iterator[TextRow]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield TextRow(number, None, f"is not JSON: {error}")
            continue
        if isinstance(value, dict):
            yield TextRow(number, value)
        else:
            yield TextRow(number, None, f"is {json_kind(value)}, not an object with fields")


def json_kind(value: object) -> str:
    """Return what a JSON value is, in words: `a list`, `a number`."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "nothing" if value is None else "a number")


# --- tables of text -----------------------------------------------------------------------------

MAX_TEXT_BYTES = 100_000_000
"""Bytes of a table in CSV or JSON lines, which takes ten times as much memory."""


def parse_text(
    spec: TableSpec, content: bytes, where: str, ending: str
) -> tuple[pd.DataFrame, tuple[int, ...], tuple[Fault, ...]]:
    """Return the table in a CSV file or, by its `ending`, in JSON lines.

    With it come the line of each row, and a fault for each value that is of another type than its
    column of the contract. Blank cells are null; columns beyond the contract are numbers or true
    and false if all their values are.

    Raises:
        FaultsError, UnreadableTableError: The file is no such table.
    """
    if (size := len(content)) > MAX_TEXT_BYTES:
        what = f"the file has {size:,} bytes, and at most {MAX_TEXT_BYTES:,} of text are read"
        raise UnreadableTableError(what, "Write the table as Parquet.")
    try:
        text = content.decode("utf-8-sig")
        heading, found = read_text_rows(io.StringIO(text, newline=""), ending)
        heading, rows = [name.strip() for name in heading], list(found)
    except UnicodeDecodeError:
        raise FaultsError([Fault(where, "is not UTF-8 text", "Save it as UTF-8.")]) from None
    is_csv = ending not in JSON_LINES_ENDINGS
    if "\\u" in text and not is_csv:
        rows = [_checked(row) for row in rows]
    if faults := [*_form_faults(spec, heading, rows, where, is_csv=is_csv)]:
        raise FaultsError(faults)
    records = [row.values or {} for row in rows]
    if is_csv:
        records = [{n.strip(): v.strip() or None for n, v in row.items()} for row in records]
    lines = [row.line for row in rows]
    frame, odd = make_frame(
        spec, records, where, lambda row, _: f"{where}:{lines[row]}", heading, is_text=is_csv
    )
    return frame, tuple(lines), odd


def make_frame(
    spec: TableSpec,
    records: Sequence[Mapping[str, Any]],
    where: str,
    place: Callable[[int, str], str],
    names: Iterable[str] = (),
    *,
    is_text: bool = False,
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return a table of records in the types of the contract, and a fault for each odd value.

    `place` tells where the value of a row, from 0, and a column stands. The columns are `names`, or
    those of the records. In records that are `is_text`, every value is a text.
    """
    series, odd = dict[str, pd.Series](), list[Fault]()
    for name in names or dict.fromkeys(name for record in records for name in record):
        column, values = spec.column(name), [record.get(name) for record in records]
        if column is None:
            series[name] = _guessed(values, is_text=is_text)
        else:
            series[name], is_odd = _typed(column, values, is_text=is_text)
            odd += _type_faults(column, values, is_odd, where, place)
    return pd.DataFrame(series, index=range(len(records))), tuple(odd)


def _checked(row: TextRow) -> TextRow:
    """Return a row, with a problem if a text in it is no Unicode: JSON may escape half of one."""
    try:
        json.dumps(row.values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return TextRow(row.line, None, "it has half of a character, such as \\ud800. Remove it.")
    return row


def _form_faults(
    spec: TableSpec, heading: list[str], rows: list[TextRow], where: str, *, is_csv: bool
) -> Iterator[Fault]:
    """Yield what is wrong with the form of a file, whatever its values are."""
    if not rows and not heading:
        per_row = f"a heading, and one row per {spec.row.split()[-1]}"
        fix = f"Write {per_row if is_csv else f'one object per line, for {spec.row}'}."
        yield Fault(where, "the file is empty", fix)
    marks = [mark for mark in _SEPARATORS if len(heading) == 1 and mark in heading[0]]
    if marks:
        fix = "Separate them by commas, or use `leaderboard-site import csv`."
        yield Fault(where, f"the values are separated by {marks[0]!r}", fix)
        return  # each row would be another fault of the same cause
    for name, times in Counter(heading).items():
        if times > 1:
            yield Fault(where, f"{times} columns are called {name!r}", "Keep one.")
    odd = [Fault(f"{where}:{row.line}", row.problem) for row in rows if row.problem]
    yield from limit_faults(odd, len(odd), where, "lines that are no rows")


def _typed(column: ColumnSpec, values: list[Any], *, is_text: bool) -> tuple[pd.Series, list[bool]]:
    """Return a column of the contract in its type, and which values are of another one.

    Those have something else in the column, which causes no second fault.
    """
    found = [None if v is None else _converted(column, v, is_text=is_text) for v in values]
    odd = [old is not None and new is None for old, new in zip(values, found, strict=True)]
    if column.type in ("number", "integer"):
        return _as_numbers([1.0 if bad else n for n, bad in zip(found, odd, strict=True)]), odd
    if column.type == "boolean":
        return pd.Series(found, dtype="object"), odd
    return pd.Series([None if v is None else str(v) for v in values], dtype="str"), odd


def _converted(column: ColumnSpec, value: Any, *, is_text: bool) -> Any:  # noqa: ANN401 - of JSON
    """Return a value in the type of its column, or None if it is of another one."""
    if column.type in ("number", "integer"):
        return _number(value, is_text=is_text)
    if column.type == "date" and counted_day(value) is not None:
        return str(value)  # which is no date: the checks say what it may be
    if column.type != "boolean":
        return value if isinstance(value, str) else None
    if is_text:
        return {"true": True, "false": False}.get(value.casefold())
    return value if isinstance(value, bool) else None


def _number(value: object, *, is_text: bool) -> float | None:
    if is_text:
        return float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # of a whole number with hundreds of digits
        return math.inf


def _as_numbers(numbers: list[float | None]) -> pd.Series:
    series = pd.Series(numbers, dtype="float64")
    is_whole = (series.isna() | (series % 1 == 0)).all() and not (series.abs() > _MAX_EXACT).any()
    return series.astype("Int64") if is_whole and series.notna().any() else series


def _guessed(values: list[Any], *, is_text: bool) -> pd.Series:
    """Return a column beyond the contract: numbers, true and false, or text."""
    filled = [value for value in values if value is not None]
    numbers = [_number(value, is_text=is_text) for value in values]
    has_codes = is_text and any(_CODE.match(value) for value in filled)
    if filled and not has_codes and len(filled) == sum(n is not None for n in numbers):
        return _as_numbers(numbers)
    if filled and all(isinstance(value, bool) for value in filled):
        return pd.Series(values, dtype="object")
    texts = (v if v is None or isinstance(v, str) else json.dumps(v) for v in values)
    return pd.Series(list(texts), dtype="str")


def _type_faults(
    column: ColumnSpec,
    values: list[Any],
    odd: list[bool],
    where: str,
    place: Callable[[int, str], str],
) -> Iterator[Fault]:
    """Yield a fault for each value of a column that is of another type."""
    kind, fix = TYPE_WORDS[column.type], "Put it in quotes."
    if column.type in ("number", "integer"):
        instead = "leave the row out" if column.required else "nothing"
        kind, fix = "a number", f"Write a number, such as 0.71, or {instead}."
    elif column.type == "boolean":
        fix = "Write true or false, or nothing."
    bad = [(row, values[row]) for row, is_odd in enumerate(odd) if is_odd]
    faults = (
        Fault(place(row, column.name), f"'{column.name}' is {_shown(value)}, not {kind}", fix)
        for row, value in bad
    )
    kinds = "numbers" if kind == "a number" else kind
    return limit_faults(faults, len(bad), where, f"values of '{column.name}' that are not {kinds}")


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float) else json_kind(value)


# --- Parquet ------------------------------------------------------------------------------------

MAX_VALUES = 50_000_000
"""Values of a Parquet file that is read whole, rows times columns."""
MAX_BYTES = 500_000_000
"""Bytes of a Parquet file that is read whole, once it is decoded."""
_BATCH_ROWS = 4_096


class StoredColumn(Record):
    """A column of a Parquet file, which may have two of one name; `stored` is its Arrow type.

    `kind` is `text`, `whole number`, `number`, `true or false`, or the Arrow type.
    """

    name: str
    kind: str
    stored: str


class Footer(Record):
    """The columns and the number of rows that the footer of a Parquet file states."""

    columns: tuple[StoredColumn, ...]
    rows: int


@contextmanager
def _open(source: Path | bytes, texts: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """Open a file with some columns as dictionaries, or raise an `UnreadableTableError`."""
    raw = pa.BufferReader(source) if isinstance(source, bytes) else source
    try:
        with pq.ParquetFile(raw, read_dictionary=list(texts)) as file:
            yield file
    # Arrow raises the last for the name of a column.
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableTableError(_problem(source, error), "Write it again as Parquet.") from error


def _problem(source: Path | bytes, error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"the file cannot be read: {error.strerror}"
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        start, size = file.read(4), file.seek(0, os.SEEK_END)
        file.seek(max(size - 4, 0))
        end = file.read()
    if start != b"PAR1":
        return "the file is not Parquet" if size else "the file is empty (0 bytes)"
    if end != b"PAR1":
        return "the Parquet file is cut short"
    is_name = isinstance(error, UnicodeDecodeError)
    what = "the name of a column is not UTF-8 text" if is_name else first_line(error)
    is_new = what.startswith("Not yet implemented")  # such as texts in a delta encoding
    return (
        f"the Parquet file {'has an encoding that is not read' if is_new else 'is damaged'}: {what}"
    )


def read_whole(source: Path | bytes) -> pa.Table:
    """Read a Parquet file within the limits of `check_size`, and check its texts.

    Raises:
        UnreadableTableError: It is beyond the limits, or cannot be read.
    """
    check_size(source, MAX_BYTES)
    # Not pq.read_table: it refuses two columns of one name.
    with _open(source) as file:
        table = file.read()
        table.validate(full=True)  # else invalid UTF-8 fails much later, when a page is written
        return table


def check_size(source: Path | bytes, max_bytes: int) -> None:
    """Refuse a Parquet file that would take too much memory, before it is decoded.

    A file of a few kB can state a billion equal values, or repeat one long text by its number in a
    dictionary. The footer tells the number of values and the size of what is stored. Texts are read
    without repeating them, to sum their lengths.

    Raises:
        UnreadableTableError: It has more than `MAX_VALUES` or takes more than `max_bytes`, or
            cannot be read.
    """
    with _open(source) as file:
        footer, schema = _check_metadata(file), file.metadata.schema
        columns = [schema.column(i) for i in range(footer.num_columns)]
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    values, size = 0, 0
    for i, column in enumerate(columns):
        chunks = [group.column(i) for group in groups]
        n = sum(chunk.num_values for chunk in chunks)
        values += n
        size += n * (column.length or 0) + sum(chunk.total_uncompressed_size for chunk in chunks)
    _check_limit(max(values, footer.num_rows), MAX_VALUES, "{:,} values")
    _check_limit(size, max_bytes, "{:,} bytes when it is read")
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    size = 0
    # As dictionaries, repeated texts are counted without making them: one text of a megabyte and
    # its hundred thousand rows take a kilobyte on disk.
    with _open(source, texts) as file:
        for number in range(file.num_row_groups if texts else 0):
            group = file.read_row_group(number, columns=texts)
            size += sum(_decoded_size(chunk) for column in group.columns for chunk in column.chunks)
            _check_limit(size, max_bytes, "{:,} bytes or more of text when it is read")


def _check_limit(found: int, limit: int, what: str) -> None:
    if found > limit:
        what = f"the Parquet file has {what.format(found)}, and at most {limit:,} are read"
        raise UnreadableTableError(what, "Leave out what the site does not need.")


class _UnreadableFile(io.RawIOBase):
    """A large file that raises an error when it is read."""

    class ReadError(Exception):
        """Somebody reads the file."""

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, _whence: int = 0) -> int:
        return offset

    def tell(self) -> int:
        return 2**40

    def read(self, _size: int = -1) -> bytes:
        raise self.ReadError


def _check_metadata(file: pq.ParquetFile) -> pq.FileMetaData:
    """Return the metadata of a file once Arrow has checked those of all columns.

    To ask for a column with faulty metadata would end the process, since pyarrow declares no
    exception there. Before Arrow reads the first byte of a column, it checks them with exceptions.
    """
    footer = file.metadata
    raw, stopped = pa.PythonFile(_UnreadableFile(), mode="r"), suppress(_UnreadableFile.ReadError)
    # While Arrow writes down the error, it would catch Ctrl-C.
    with interrupts_held(), stopped, pq.ParquetFile(raw, metadata=footer, pre_buffer=True) as sound:
        next(sound.iter_batches(1), None)
    return footer


def _decoded_size(array: Any) -> int:  # noqa: ANN401 - the stubs know no kind of array
    """Return the number of bytes of an Arrow array once its texts are repeated."""
    kind = array.type
    if pa.types.is_map(kind):
        return _decoded_size(array.keys) + _decoded_size(array.items)
    if pa.types.is_nested(kind):
        return sum(
            map(_decoded_size, array.flatten() if pa.types.is_struct(kind) else [array.flatten()])
        )
    if not pa.types.is_dictionary(kind) or pa.types.is_primitive(kind.value_type):
        return int(array.nbytes)
    return pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0


def read_footer(path: Path) -> Footer:
    """Read the footer of a Parquet file and no row, or raise an `UnreadableTableError`."""
    with _open(path) as file:
        columns = (StoredColumn(f.name, _kind(f.type), str(f.type)) for f in file.schema_arrow)
        footer = _check_metadata(file)
        groups = (footer.row_group(n).num_rows for n in range(footer.num_row_groups))
        return Footer(tuple(columns), max(footer.num_rows, sum(groups)))


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type of Arrow is one of its three types of text."""
    is_string = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return is_string or pa.types.is_string_view(kind)


_KINDS = (
    (is_text, "text"),
    (pa.types.is_integer, "whole number"),
    (pa.types.is_floating, "number"),
    (pa.types.is_decimal, "number"),
    (pa.types.is_boolean, "true or false"),
)


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    return next((name for is_kind, name in _KINDS if is_kind(kind)), str(kind))


def read_rows(path: Path, columns: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield every row with all or some columns, in constant memory.

    Raises:
        UnreadableTableError: The file cannot be read.
    """
    with _open(path) as file:
        for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns) or None):
            yield from batch.to_pylist()


# --- Ctrl-C ---------------------------------------------------------------------------------------


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Raise the `KeyboardInterrupt` of a Ctrl-C within the block at its end, in the main thread.

    A library may catch it, and a thread that it breaks off as it starts cannot be ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        if came:
            signal.raise_signal(signal.SIGINT)
