"""Tables against the contract: every fault of every table in one run.

Each table is seen alone first (`columns.py`), then they are seen together (`references.py`), as far
as the columns that a comparison needs are sound: a fault in one column hides no fault of another,
and makes none up.
"""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, at_most, near
from site_builder.records import replace
from site_builder.tables.columns import find_table_faults, unsound_columns
from site_builder.tables.complete import Tables, complete_tables
from site_builder.tables.load import LoadedTables
from site_builder.tables.references import find_reference_faults
from site_builder.tables.schema import RESULTS, TABLES

__all__ = ["Tables", "check_tables"]


def check_tables(loaded: LoadedTables, config: SiteConfig) -> Tables:
    """The tables, checked and completed.

    Raises:
        FaultsError: Every error of every table, and every warning with them.
    """
    faults = [*loaded.faults, *_unknown_file_faults(loaded)]
    for table in loaded.tables.values():
        faults += find_table_faults(table, config)
    if RESULTS.name not in loaded.tables:
        raise FaultsError(faults)
    tables = complete_tables(loaded, config.default_variant)
    faults += find_reference_faults(tables, config, _unsound(loaded))
    if any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return replace(tables, warnings=tuple(faults))


def _unknown_file_faults(loaded: LoadedTables) -> Iterator[Fault]:
    names, files = [spec.file for spec in TABLES], loaded.unknown_files
    what = "is no table of the contract and is not read"
    faults = (Fault("data", f"{file!r} {what}", near(file, names), "warning") for file in files)
    yield from at_most(faults, len(files), "data", "Parquet files that are not read")


def _unsound(loaded: LoadedTables) -> frozenset[str]:
    """Columns that cannot be compared, as `table.column`; of an unreadable file, all of them."""
    unread = (
        f"{spec.name}.{column.name}"
        for spec in TABLES
        if spec.name in loaded.unreadable
        for column in spec.columns
    )
    return frozenset(unread).union(
        f"{name}.{column}"
        for name, table in loaded.tables.items()
        for column in unsound_columns(table)
    )
