"""Run the expressions on a Dask cluster."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dask.dataframe as dd
import narwhals as nw
import pandas as pd
import pyarrow as pa
from distributed import Client, KilledWorker

from site_builder.examples.engines import Engine, EngineError, first_line
from site_builder.examples.expressions import Frame
from site_builder.examples.files import Source

# pandas and the copies that a shuffle makes take a few times what DuckDB takes for a row.
_BYTES_A_ROW = 2_000
_BLOCK = "32MiB"  # of a file, for a worker to hold a few at once; texts take many times that
_PATIENCE_S = 10
_GAVE_UP = (KilledWorker, OSError, TimeoutError, MemoryError, pa.ArrowException)


@contextmanager
def cluster(address: str) -> Iterator[Engine]:
    """The cluster of a scheduler.

    Args:
        address: The scheduler's, as `tcp://10.0.0.1:8786`.

    Raises:
        EngineError: Nobody answers there, there are no workers, or these give up.
    """
    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise EngineError.no_scheduler(address, first_line(error)) from error
    with client, client.as_current():
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        if not workers:
            raise EngineError.no_workers(address)
        memory = sum(worker["memory_limit"] for worker in workers)
        try:
            yield _Cluster(client, memory // _BYTES_A_ROW)
        except _GAVE_UP as error:
            raise EngineError.dask_says(error) from error


class _Cluster:
    """One client. Narwhals makes graphs of the expressions, which run when collected."""

    def __init__(self, client: Client, rows_at_once: int) -> None:
        self.rows_at_once = rows_at_once
        self._client = client

    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        # Dask takes the paths for patterns.
        files = [re.sub(r"([*?\[])", r"[\1]", str(path)) for path in source.files]
        folders = pa.schema([(name, pa.string()) for name in source.folders])
        partitioning = {"flavor": "hive", "schema": folders}
        filters = [(source.columns[name], "in", sorted(ids)) for name, ids in only.items()]
        frame = dd.read_parquet(
            files,
            filters=filters or None,
            dataset={"partitioning": partitioning},
            split_row_groups="adaptive",
            blocksize=_BLOCK,
        )
        return _narwhal(frame)

    def rows(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        return _narwhal(dd.from_pandas(pd.DataFrame(columns), npartitions=1))

    @contextmanager
    def keep(self, frame: Frame) -> Iterator[Frame]:
        yield _narwhal(self._client.persist(frame.to_native()))

    def collect(self, frame: Frame) -> list[dict[str, Any]]:
        return list(frame.collect("pyarrow").iter_rows(named=True))


def _narwhal(frame: dd.DataFrame) -> Frame:
    # Narwhals' own Dask backend will be a package of its own, which is not published yet.
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        return nw.from_native(frame)
