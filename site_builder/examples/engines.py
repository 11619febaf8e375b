"""Run the expressions on DuckDB or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from site_builder.errors import Fault, SiteError
from site_builder.examples.files import Source

if TYPE_CHECKING:
    from site_builder.examples.expressions import Frame


class Engine(Protocol):
    """Runs Narwhals expressions over files of any size."""

    rows_at_once: int
    """How many rows it may group and join at once; more are taken one part after the other."""

    def read(self, source: Source, only: Mapping[str, Collection[str]]) -> Frame:
        """The rows of a source, as they are stored.

        Args:
            source: The files.
            only: By columns of the contract, the ids that are asked for: rows of others may be left
                out where that saves reading them.
        """

    def rows(self, columns: Mapping[str, Sequence[Any]]) -> Frame:
        """A small frame of given columns."""

    def keep(self, frame: Frame) -> AbstractContextManager[Frame]:
        """The same frame computed once, for several questions to it."""

    def collect(self, frame: Frame) -> list[dict[str, Any]]:
        """The rows of a small frame, as Python values."""


class EngineError(SiteError):
    """An engine cannot do its work: what it needs is not there, or it gave up."""

    @classmethod
    def not_installed(cls, package: str, extra: str) -> EngineError:
        """The packages of an optional engine are not there."""
        what = f"--engine {extra} needs the package {package}, which is not installed"
        return cls(Fault("", what, f"Install it: pip install 'site-builder[{extra}]'."))

    @classmethod
    def no_scheduler(cls, address: str, why: str) -> EngineError:
        """Nobody answers at the address."""
        what = f"no Dask scheduler answers: {why}"
        return cls(Fault(f"--scheduler {address}", what, "Start one with `dask scheduler`."))

    @classmethod
    def no_workers(cls, address: str) -> EngineError:
        """The cluster is empty."""
        fix = f"Start some with `dask worker {address}`."
        return cls(Fault(f"--scheduler {address}", "the scheduler has no workers", fix))

    @classmethod
    def out_of_memory(cls, memory: int) -> EngineError:
        """A part of the rows is too large for the memory that was given."""
        what = f"{memory / 1e6:,.0f} MB are too few for the examples of a single model and task"
        return cls(Fault("--memory", what, "Give more."))

    @classmethod
    def duckdb_says(cls, error: Exception) -> EngineError:
        """DuckDB gives up, in its own words."""
        return cls(Fault("", f"DuckDB says: {first_line(error)}"))

    @classmethod
    def dask_says(cls, error: Exception) -> EngineError:
        """The cluster gives up, in its own words."""
        return cls(Fault("", f"Dask says: {first_line(error)}"))


def first_line(error: Exception) -> str:
    """What an error of a library says, on one line."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
