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
from site_builder.tables.read import load_tables

# What follows from more takes longer to send, and twice the memory while it is sent.
MOST_BYTES = 200_000
# Tables in more would take gigabytes while two processes have them.
MOST_EXPORTED = 20_000_000

Exports: TypeAlias = tuple[ExportedTable, ...]


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


class HeadStart(NamedTuple):
    """What another process makes of the tables meanwhile: nothing, where none does.

    Attributes:
        computed: Waits for what follows with this `site.toml`; None where it is still to be made,
            by whoever can tell why it cannot be.
        exported: Waits for the tables as they are published; None likewise.
    """

    computed: Callable[[SiteConfig], Computed | None] = lambda _: None
    exported: Callable[[], Exports | None] = lambda: None


NO_HEAD_START = HeadStart()


@contextmanager
def head_start(root: Path, base_url: str | None, processes: int | None) -> Iterator[HeadStart]:
    """Compute what follows from the tables of a project while the block runs.

    Of tables that are large only what is published of them: all else would take long to send.

    Args:
        root: The project's folder.
        base_url: Where the site will stand, over what `site.toml` says.
        processes: How many processes may work at once; None for as many as there is room for.
    """
    config, faults = read_config(root, base_url)
    size = _size_of(config)
    if faults or (processes or processors()) < 2 or size > MOST_EXPORTED:
        yield NO_HEAD_START
    elif size > MOST_BYTES:
        with ahead(partial(_export, config)) as wait:
            yield HeadStart(exported=partial(made_or_none, wait))
    else:
        with ahead(partial(_compute, config)) as wait:
            yield HeadStart(lambda asked: made_or_none(wait) if asked == config else None)


def _size_of(config: SiteConfig) -> int:
    """How large the tables are, in bytes."""
    files = config.data_dir.glob("*.parquet")
    return sum(file.stat().st_size for file in files if file.is_file())


def _export(config: SiteConfig) -> Exports:
    return export_tables(load_tables(config.data_dir).tables)


def _compute(config: SiteConfig) -> Computed:
    return compute_all(check_tables(load_tables(config.data_dir), config), config)


def compute_all(
    tables: Tables,
    config: SiteConfig,
    exported: Callable[[], Exports | None] = lambda: None,
) -> Computed:
    """All that follows from the checked tables.

    Args:
        tables: The checked tables.
        config: `site.toml`.
        exported: Waits for the tables as they are published, where they are made ahead.
    """
    results, made = compute_results(tables, config), exported()
    files = [table.file for table in tables.loaded.values()]
    # What was made ahead may be of files that have changed since.
    if made is None or files != [table.files[0].content for table in made]:
        made = export_tables(tables.loaded)
    return Computed(tables, results, made)
