"""Run the expressions on DuckDB."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import narwhals as nw

from site_builder.examples.engines import Engine, EngineError
from site_builder.examples.expressions import Frame
from site_builder.examples.files import Source

# Bytes that grouping, joining and keeping take for a row whose example's id is short, doubled.
_BYTES_A_ROW = 400
_INTERRUPTED = "Query interrupted"  # what Ctrl-C becomes within a query
_SCAN = "SELECT * FROM read_parquet(${}, hive_partitioning = {}, hive_types_autocast = false)"


@contextmanager
def duck(memory: int) -> Iterator[Engine]:
    """DuckDB within `memory` bytes; what does not fit lies in a temporary folder meanwhile.

    Args:
        memory: The bytes that it may take.

    Raises:
        EngineError: DuckDB gives up.
    """
    with TemporaryDirectory(prefix="site-builder-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory}B",
            "temp_directory": folder,
            "preserve_insertion_order": False,
            # An extension would be fetched from its host.
            "autoinstall_known_extensions": False,
        }
        try:
            with duckdb.connect(":memory:", config=settings) as connection:
                yield _Duck(connection, memory // _BYTES_A_ROW)
        except duckdb.OutOfMemoryException as error:
            raise EngineError.out_of_memory(memory) from error
        except duckdb.Error as error:
            raise EngineError.duckdb_says(error) from error
        except RuntimeError as error:
            if str(error) != _INTERRUPTED:
                raise
            raise KeyboardInterrupt from error


class _Duck:
    """One connection. Narwhals makes relations of the expressions, which run when collected."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows_at_once: int) -> None:
        self.rows_at_once = rows_at_once
        self._connection = connection
        self._names = (f"s{n}" for n in count())

    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        # DuckDB finds out by itself, from the expression, what it need not read.
        files = [str(path) for path in source.files]
        name = next(self._names)
        scan = _SCAN.format(name, "true" if source.folders else "false")
        return nw.from_native(self._connection.sql(scan, params={name: files}))

    def rows(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        frame = nw.from_dict(dict(columns), backend="pyarrow")
        return nw.from_native(self._connection.from_arrow(frame.to_native()))

    @contextmanager
    def keep(self, frame: Frame) -> Iterator[Frame]:
        name = next(self._names)
        frame.to_native().create(name)
        try:
            yield nw.from_native(self._connection.table(name))
        finally:
            self._connection.execute(f"DROP TABLE {name}")

    def collect(self, frame: Frame) -> list[dict[str, Any]]:
        return list(frame.collect("pyarrow").iter_rows(named=True))
