"""Run the expressions on DuckDB or on a Dask cluster.

Dask is an optional extra: it is imported only if a cluster is asked for.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from glob import escape
from itertools import count
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa

from site_builder.errors import Fault, SiteError, first_line
from site_builder.examples.expressions import Frame
from site_builder.examples.files import Source

if TYPE_CHECKING:
    import dask.dataframe as dd
    from distributed import Client

# Bytes per row for grouping, joining and keeping, measured with short example ids and doubled.
_DUCKDB_BYTES = 400
_DASK_BYTES = 2_000  # pandas, and the copies that a shuffle makes
_DASK_BLOCK = "32MiB"  # of a file, so that a worker can hold several
_TIMEOUT_S = 10
_INTERRUPTED = "Query interrupted"  # how DuckDB reports Ctrl-C during a query


class Engine(ABC):
    """Runs Narwhals expressions over files of any size.

    It can group and join `rows_at_once` rows.
    """

    rows_at_once: int

    @abstractmethod
    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        """Return the rows of a source as they are stored.

        `only` has the wanted ids by column of the schema; other rows may be left out.
        """

    @abstractmethod
    def rows(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        """Return a small frame of the given columns."""

    @abstractmethod
    def keep(self, frame: Frame) -> AbstractContextManager[Frame]:
        """Compute a frame once, for several queries."""

    def collect(self, frame: Frame) -> list[dict[str, Any]]:
        """Return the rows of a small frame as Python values."""
        return list(frame.collect("pyarrow").iter_rows(named=True))


@contextmanager
def duckdb_engine(memory: int) -> Iterator[Engine]:
    """Run DuckDB within `memory` bytes and a temporary folder, or raise why it gave up."""
    with TemporaryDirectory(prefix="site-builder-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory}B",
            "temp_directory": folder,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,  # no network
        }
        try:
            with duckdb.connect(":memory:", config=settings) as connection:
                yield _DuckDB(connection, memory // _DUCKDB_BYTES)
        except duckdb.OutOfMemoryException as error:
            what = f"{memory / 1e6:,.0f} MB are too few for the examples of one model and task"
            raise SiteError(Fault("--memory", what, "Give more.")) from error
        except duckdb.Error as error:
            raise SiteError(Fault("", f"DuckDB says: {first_line(error)}")) from error
        except RuntimeError as error:
            if str(error) != _INTERRUPTED:
                raise
            raise KeyboardInterrupt from error


class _DuckDB(Engine):
    """One connection. Narwhals turns expressions into relations, which run when collected."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows_at_once: int) -> None:
        self.rows_at_once = rows_at_once
        self._connection = connection
        self._names = (f"n{n}" for n in count())

    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        # DuckDB infers from the query what it need not read. SQL, since only there can the types
        # of folder names be turned off, so that `task=007` stays text. DuckDB reads patterns.
        options = f"hive_partitioning = {bool(source.folders)}, hive_types_autocast = false"
        name, files = next(self._names), [escape(str(path)) for path in source.files]
        scan = f"SELECT * FROM read_parquet(${name}, {options})"
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


@contextmanager
def dask_engine(address: str) -> Iterator[Engine]:
    """Connect to the Dask cluster of a scheduler, such as `tcp://10.0.0.1:8786`.

    Raise a `SiteError` if Dask is not installed, nothing answers, or it gave up.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        what = f"--engine dask needs the package {error.name}, which is not installed"
        fix = "Install it: pip install 'site-builder[dask]'."
        raise SiteError(Fault("", what, fix)) from error
    option = f"--scheduler {address}"
    try:
        client = Client(address, timeout=_TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        what = f"no Dask scheduler answers: {first_line(error)}"
        raise SiteError(Fault(option, what, "Start one with `dask scheduler`.")) from error
    with client, client.as_current():
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        if not workers:
            fix = f"Start some with `dask worker {address}`."
            raise SiteError(Fault(option, "the scheduler has no workers", fix))
        memory = sum(worker["memory_limit"] for worker in workers)
        try:
            yield _Dask(client, memory // _DASK_BYTES)
        except (KilledWorker, OSError, TimeoutError, MemoryError, pa.ArrowException) as error:
            raise SiteError(Fault("", f"Dask says: {first_line(error)}")) from error


class _Dask(Engine):
    """One client. Narwhals turns expressions into graphs, which run when collected."""

    def __init__(self, client: Client, rows_at_once: int) -> None:
        self.rows_at_once = rows_at_once
        self._client = client

    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        import dask.dataframe as dd

        files = [escape(str(path)) for path in source.files]  # Dask reads patterns, too
        folders = pa.schema([(name, pa.string()) for name in source.folders])
        filters = [(source.columns[name], "in", sorted(ids)) for name, ids in only.items()]
        frame = dd.read_parquet(
            files,
            filters=filters or None,
            dataset={"partitioning": {"flavor": "hive", "schema": folders}},
            split_row_groups="adaptive",
            blocksize=_DASK_BLOCK,
        )
        return _as_narwhals(frame)

    def rows(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        import dask.dataframe as dd

        return _as_narwhals(dd.from_pandas(pd.DataFrame(columns), npartitions=1))

    @contextmanager
    def keep(self, frame: Frame) -> Iterator[Frame]:
        yield _as_narwhals(self._client.persist(frame.to_native()))


def _as_narwhals(frame: dd.DataFrame) -> Frame:
    # Narwhals announces that its Dask backend moves to another package, which does not exist yet.
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        return nw.from_native(frame)
