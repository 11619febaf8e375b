"""Tables and statistics, by another process while this one imports what pages are made with.

Either takes an eighth of a second for a small board, and a second processor has nothing else to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from site_builder.compute.results import Results, compute_results
from site_builder.config import SiteConfig, read_config
from site_builder.processes import ahead, made_or_none, processors
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.load import load_tables

# What follows from more takes longer to send, and twice the memory while it is sent.
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Computed:
    """What follows from the tables and `site.toml`.

    Attributes:
        tables: The tables, checked and completed.
        results: All that is computed from them.
    """

    tables: Tables
    results: Results


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
    tables = check_tables(load_tables(config.data_dir), config)
    return Computed(tables, compute_results(tables, config))


def results_of(
    computed: Computed | None, tables: Tables, config: SiteConfig, processes: int
) -> Results:
    """What was computed from the tables, or is now.

    Args:
        computed: What came from another process.
        tables: The checked tables.
        config: `site.toml`.
        processes: How many processes work at once.
    """
    return computed.results if computed else compute_results(tables, config, processes)
