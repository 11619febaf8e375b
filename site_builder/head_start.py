"""Tables and statistics, by another process while this one imports what pages are made with.

Either takes an eighth of a second for a small board, and a second processor has nothing else to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from site_builder.compute.results import Results, compute_results
from site_builder.config import SiteConfig, read_config
from site_builder.processes import ahead, made_or_none, processors
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.export import ExportedTable, export_tables
from site_builder.tables.load import load_tables

# What follows from more takes longer to send, and twice the memory while it is sent.
MOST_BYTES = 200_000
# With fewer rows a copy of the process costs more than what it exports meanwhile.
LEAST_ROWS = 20_000


class Computed(NamedTuple):
    """What follows from the tables and `site.toml`.

    Attributes:
        tables: The tables, checked and completed.
        results: All that is computed from them.
        exported: The tables as they are published.
    """

    tables: Tables
    results: Results
    exported: tuple[ExportedTable, ...]


# Waits for what follows with this `site.toml`; None where it is still to be made, by whoever can
# tell why it cannot be.
Wait: TypeAlias = Callable[[SiteConfig], Computed | None]


@contextmanager
def computed_ahead(root: Path, base_url: str | None, processes: int | None) -> Iterator[Wait]:
    """Read, check and compute the tables of a project while the block runs.

    Args:
        root: The project's folder.
        base_url: Where the site will stand, over what `site.toml` says.
        processes: How many processes may work at once; None for as many as there is room for.

    Yields:
        Waits for it.
    """
    config, faults = read_config(root, base_url)
    if faults or (processes or processors()) < 2 or _size_of(config) > MOST_BYTES:
        yield lambda _: None
        return
    with ahead(partial(_compute, config)) as wait:
        yield lambda asked: made_or_none(wait) if asked == config else None


def _size_of(config: SiteConfig) -> int:
    """How large the tables are, in bytes."""
    files = config.data_dir.glob("*.parquet")
    return sum(file.stat().st_size for file in files if file.is_file())


def _compute(config: SiteConfig) -> Computed:
    return compute_all(check_tables(load_tables(config.data_dir), config), config)


def compute_all(tables: Tables, config: SiteConfig, processes: int = 1) -> Computed:
    """All that follows from the checked tables.

    Args:
        tables: The checked tables.
        config: `site.toml`.
        processes: How many processes work at once.
    """
    at_once = processes if len(tables.results) > LEAST_ROWS else 1
    with ahead(partial(export_tables, tables.loaded), at_once) as exported:
        return Computed(tables, compute_results(tables, config, processes), exported())
