"""Tables against the contract: every fault of every table in one run.

`find_faults` looks at each table alone (columns, types, nulls, ranges, keys) and then, where those hold,
across tables (`references.py`). `check_tables` raises when any fault is an error, else hands over `Tables`,
in which every column of the contract exists with its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from pandas.api import types as kinds

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, near, rows_text
from site_builder.tables.load import LoadedTable, LoadedTables
from site_builder.tables.references import find_reference_faults
from site_builder.tables.schema import MODELS, TABLES, TASKS, TYPE_WORDS, ColumnSpec, TableSpec, Type


@dataclass(frozen=True)
class Tables:
    """Checked tables: every column of the contract is there, in its type, null where nothing is known.

    Attributes:
        results: One row a score; `variant` is never null.
        models: One row a model, in published order; `name` is never null.
        tasks: One row a task, in published order; `name` and `higher_is_better` are never null.
        serving_requests: One row a measured request; None where the project has no such file.
        prices: One row a list price; None where the project has no such file.
        loaded: Each file as it was read, for download.
        warnings: What is odd but no error.
    """

    results: pd.DataFrame
    models: pd.DataFrame
    tasks: pd.DataFrame
    serving_requests: pd.DataFrame | None
    prices: pd.DataFrame | None
    loaded: Mapping[str, LoadedTable]
    warnings: tuple[Fault, ...] = ()


def check_tables(loaded: LoadedTables, config: SiteConfig) -> Tables:
    """The tables, checked and completed.

    Raises:
        FaultsError: Every error of every table, and every warning with them.
    """
    faults = [*loaded.faults, *_unknown_file_faults(loaded)]
    for table in loaded.tables.values():
        faults += find_table_faults(table)
    tables = None
    if not any(fault.severity == "error" for fault in faults):
        tables = _complete(loaded, config)
        faults += find_reference_faults(tables.results, tables.models, tables.tasks, loaded, config)
    if tables is None or any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return Tables(**{**tables.__dict__, "warnings": tuple(faults)})


def find_table_faults(table: LoadedTable) -> Iterator[Fault]:
    """The faults of one table seen alone: columns, types, nulls, ranges, keys."""
    yield from _column_faults(table)
    sound = True
    for spec in table.spec.columns:
        if spec.name in table.frame:
            for fault in _value_faults(table, spec):
                sound = sound and spec.name not in table.spec.key
                yield fault
    if sound:
        yield from _key_faults(table)
    if table.frame.empty and table.spec.required:
        yield Fault(table.where, "the table has no rows", f"Write at least one row for {table.spec.row}.")


def _unknown_file_faults(loaded: LoadedTables) -> Iterator[Fault]:
    names = [spec.file for spec in TABLES]
    for file in loaded.unknown_files:
        yield Fault("data", f"'{file}' is no table of the contract and is not read.", near(file, names), "warning")


def _column_faults(table: LoadedTable) -> Iterator[Fault]:
    known = [c.name for c in table.spec.columns]
    missing = [c.name for c in table.spec.columns if c.name not in table.frame]
    extra = [name for name in table.frame.columns if name not in known]
    for spec in table.spec.columns:
        if spec.required and spec.name in missing:
            hint = near(spec.name, extra)
            yield Fault(table.where, f"column '{spec.name}' is missing", hint.replace("Did you mean", "Is it") or f"Add it: {spec.meaning.lower()}.")
    for name in extra:
        hint = near(name, missing)
        if hint.startswith("Did"):
            yield Fault(table.where, f"column '{name}' is not of the contract and is only offered for download.", hint, "warning")


def _value_faults(table: LoadedTable, spec: ColumnSpec) -> Iterator[Fault]:
    values = table.frame[spec.name]
    place = f"{table.where}: column '{spec.name}'"
    if not has_type(values, spec.type):
        yield Fault(place, f"is {_found(values)}, not {TYPE_WORDS[spec.type]}", f"Write it as {TYPE_WORDS[spec.type]}.")
        return
    where = f"{table.where}: %s"
    if spec.required:
        yield from _at(where, values.isna(), f"'{spec.name}' is null", "Fill it in, or leave the row out.")
    if spec.type == "text" and spec.name in (*table.spec.key, "provider"):
        yield from _at(where, values.astype("str").str.strip().eq("") & values.notna(), f"'{spec.name}' is empty", "Give the id.")
    if spec.type in ("number", "integer"):
        yield from _range_faults(where, values.astype("Float64"), spec)
    if spec.type == "date":
        bad = values.notna() & ~values.map(_is_date, na_action="ignore").fillna(value=True).astype(bool)
        yield from _at(where, bad, f"'{spec.name}' is not a date", "Write it as YYYY-MM-DD.")


def _range_faults(where: str, values: pd.Series, spec: ColumnSpec) -> Iterator[Fault]:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    yield from _at(where, pd.Series(np.isinf(numbers)), f"'{spec.name}' is infinite", "Leave the row out, or give the number.")
    finite = pd.Series(np.where(np.isinf(numbers), np.nan, numbers))
    if spec.type == "integer":
        yield from _at(where, finite.notna() & (finite % 1 != 0), f"'{spec.name}' is not a whole number", "")
    if spec.low is not None:
        least = f"{spec.low:g}"
        yield from _at(where, finite < spec.low, f"'{spec.name}' is less than {least}", "")


def _key_faults(table: LoadedTable) -> Iterator[Fault]:
    key = [name for name in table.spec.key if name in table.frame]
    if not key:
        return
    same = table.frame[key].astype("object").where(table.frame[key].notna(), "base")
    for values, rows in same[same.duplicated(keep=False)].groupby(key, sort=False).groups.items():
        shown = values if isinstance(values, tuple) else (values,)
        named = f"({', '.join(map(str, shown))})" if len(key) > 1 else f"'{shown[0]}'"
        noun = table.spec.row.split()[-1]
        yield Fault(f"{table.where}: {rows_text([r + 1 for r in rows])}", f"{_number(len(rows))} {noun}s for {named}", f"Keep one {noun} for each.")


def _number(n: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(n, str(n))


def _at(where: str, bad: pd.Series, what: str, fix: str) -> Iterator[Fault]:
    rows = np.flatnonzero(bad.to_numpy(dtype=bool)) + 1
    if rows.size:
        yield Fault(where % rows_text(rows.tolist()), what, fix)


def has_type(values: pd.Series, wanted: Type) -> bool:
    """Whether every value that is there is of the type that the contract asks for."""
    there = values.dropna()
    if there.empty:
        return True
    if wanted in ("number", "integer"):
        return kinds.is_numeric_dtype(there) and not kinds.is_bool_dtype(there)
    if wanted == "boolean":
        return bool(kinds.is_bool_dtype(there) or there.map(lambda v: isinstance(v, bool)).all())
    return bool(there.map(lambda v: isinstance(v, str)).all())


def _found(values: pd.Series) -> str:
    there = values.dropna()
    if kinds.is_bool_dtype(there):
        return "true or false"
    if kinds.is_numeric_dtype(there):
        return "a number"
    first = there.iloc[0]
    return "text" if isinstance(first, str) else f"{type(first).__name__}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _complete(loaded: LoadedTables, config: SiteConfig) -> Tables:
    frames = {name: _with_contract_columns(table.frame, table.spec) for name, table in loaded.tables.items()}
    results = frames["results"]
    results["variant"] = results["variant"].fillna(config.board.base_variant or "base")
    models = frames.get("models", _from_ids(results["model"], MODELS))
    tasks = frames.get("tasks", _from_ids(results["task"], TASKS))
    models["name"] = models["name"].fillna(models["model"])
    tasks["name"] = tasks["name"].fillna(tasks["task"])
    tasks["higher_is_better"] = tasks["higher_is_better"].map(lambda v: True if pd.isna(v) else bool(v)).astype(bool)
    requests, prices = frames.get("serving_requests"), frames.get("prices")
    return Tables(results, models, tasks, _unless_empty(requests), _unless_empty(prices), loaded.tables)


def _unless_empty(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None or frame.empty else frame


def _from_ids(ids: pd.Series, spec: TableSpec) -> pd.DataFrame:
    frame = pd.DataFrame({spec.key[0]: ids.drop_duplicates().to_numpy()})
    return _with_contract_columns(frame, spec)


def _with_contract_columns(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    dtypes: dict[Type, str] = {"number": "float64", "integer": "float64", "boolean": "object"}
    columns = {}
    for column in spec.columns:
        values = frame[column.name] if column.name in frame else pd.Series(None, index=frame.index, dtype="object")
        columns[column.name] = values.astype(dtypes.get(column.type, "str" if values.notna().any() else "object"))
    extra = [name for name in frame.columns if name not in columns]
    return pd.DataFrame({**columns, **{name: frame[name] for name in extra}})


