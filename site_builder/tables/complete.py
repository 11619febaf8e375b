"""Loaded tables to `Tables`: every column of the contract, in its type, with its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from site_builder.errors import Fault
from site_builder.records import Record
from site_builder.tables.columns import has_type
from site_builder.tables.load import LoadedTable, LoadedTables
from site_builder.tables.schema import MODELS, TASKS, ColumnSpec, TableSpec, Type

# What pandas calls the types that are no text.
_KINDS: Mapping[Type, Literal["float64", "object"]] = {
    "number": "float64",
    "integer": "float64",
    "boolean": "object",
}


class Tables(Record):
    """Checked tables: every column of the contract, in its type, null where nothing is known.

    Attributes:
        results: One row a score; `variant` is never null.
        models: One row a model, in published order; `name` is never null.
        tasks: One row a task, in published order; `name` and `higher_is_better` are never null.
        serving_requests: One row a measured request; None where the project has none.
        prices: One row a list price; None where the project has none.
        differences: One row a difference that is paired by example, `variant` never null; None
            where the project has none.
        loaded: Each file as it was read, for download.
        warnings: What is odd but no error.
    """

    results: pd.DataFrame
    models: pd.DataFrame
    tasks: pd.DataFrame
    serving_requests: pd.DataFrame | None
    prices: pd.DataFrame | None
    differences: pd.DataFrame | None
    loaded: Mapping[str, LoadedTable]
    warnings: tuple[Fault, ...] = ()


def complete_tables(loaded: LoadedTables, base: str) -> Tables:
    """Every table with the columns of its contract; one of the wrong type comes out as not known.

    Args:
        loaded: The tables as they were read, `results` among them. One without rows is absent.
        base: The variant of a score that names none.
    """
    filled = {
        name: table
        for name, table in loaded.tables.items()
        if len(table.frame) or table.spec.required
    }
    frames = {
        name: _with_contract_columns(table.frame, table.spec) for name, table in filled.items()
    }
    results = frames["results"]
    results["variant"] = results["variant"].fillna(base)
    models, tasks = (
        frames[spec.name] if spec.name in frames else _from_ids(results[spec.key[0]], spec)
        for spec in (MODELS, TASKS)
    )
    models["name"] = models["name"].fillna(models["model"])
    tasks["name"] = tasks["name"].fillna(tasks["task"])
    tasks["higher_is_better"] = (
        tasks["higher_is_better"].map(lambda v: True if pd.isna(v) else bool(v)).astype(bool)
    )
    differences = frames.get("differences")
    if differences is not None:
        differences["variant"] = differences["variant"].fillna(base)
    serving = (frames.get("serving_requests"), frames.get("prices"))
    return Tables(results, models, tasks, *serving, differences, loaded.tables)


def _from_ids(ids: pd.Series, spec: TableSpec) -> pd.DataFrame:
    frame = pd.DataFrame({spec.key[0]: ids.dropna().drop_duplicates().to_numpy()})
    return _with_contract_columns(frame, spec)


def _with_contract_columns(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    own = {column.name: _typed(frame, column) for column in spec.columns}
    further = {name: frame[name] for name in frame.columns if name not in own}
    return pd.DataFrame({**own, **further}, index=frame.index)


def _typed(frame: pd.DataFrame, column: ColumnSpec) -> pd.Series:
    """One column of the contract in its type; blank text says no more than a null does."""
    values, kind = frame.get(column.name), _KINDS.get(column.type)
    if values is None or not has_type(values, column.type) or values.isna().all():
        return pd.Series(None, index=frame.index, dtype=kind or "str")
    if kind is not None:
        return values.astype(kind)
    text = values.astype("str")
    return text if column.required else text.where(text.str.strip() != "")
