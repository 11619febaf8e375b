"""One table against its contract: columns, types, nulls, ranges, keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from unicodedata import category

import numpy as np
import pandas as pd
from pandas.api import types as kinds

from site_builder.config import SiteConfig
from site_builder.errors import Fault, at_most, near, rows_text
from site_builder.tables.load import LoadedTable
from site_builder.tables.schema import TYPE_WORDS, ColumnSpec, Type

_LARGEST = 1e100  # sums of squares stay finite, and so do the figures on a page
_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Zs")
# HTML has no null character, and reads a carriage return as another line end.
_UNFIT = (("\0", "null character"), ("\r", "carriage return"))
_NUMBERS = {2: "two", 3: "three", 4: "four"}
_FOUND = {
    bool: "true or false",
    str: "text",
    bytes: "binary",
    np.ndarray: "a list",
    list: "a list",
    dict: "a structure",
}


def find_table_faults(table: LoadedTable, config: SiteConfig) -> Iterator[Fault]:
    """The faults of one table seen alone."""
    yield from _column_faults(table, config.analysis.features or ())
    for spec in table.spec.columns:
        if spec.name in table.frame:
            yield from _value_faults(table, spec)
    yield from _key_faults(table, config.default_variant)
    if table.spec.required and table.frame.empty:
        yield Fault(
            table.where, "the table has no rows", f"Write at least one row for {table.spec.row}."
        )


def unsound_columns(table: LoadedTable) -> set[str]:
    """Columns that no check may rest on: required and missing, or of the wrong type."""
    frame = table.frame
    return {
        spec.name
        for spec in table.spec.columns
        if (not has_type(frame[spec.name], spec.type) if spec.name in frame else spec.required)
    }


def has_type(values: pd.Series, wanted: Type) -> bool:
    """Whether every value that is there is of the type that the contract asks for."""
    if wanted in ("number", "integer"):
        is_number = kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
        return is_number or not values.notna().any()
    if wanted != "boolean" and isinstance(values.dtype, pd.StringDtype):
        return True
    kind = (bool, np.bool_) if wanted == "boolean" else str
    return bool(values.dropna().map(lambda v: isinstance(v, kind)).all())


def _column_faults(table: LoadedTable, features: Sequence[str]) -> Iterator[Fault]:
    names = [str(name) for name in table.frame.columns]
    missing = [c for c in table.spec.columns if c.name not in names]
    further = [name for name in names if table.spec.column(name) is None]
    for spec in missing:
        if spec.required:
            hint = near(spec.name, further).partition("Did you mean ")[2]
            fix = f"Is it {hint}" if hint else f"Add it: {spec.meaning.lower()}."
            yield Fault(table.where, f"column '{spec.name}' is missing", fix)
    optional = [c.name for c in missing if not c.required]
    odd = {name: near(name, optional, cutoff=0.8) for name in further if name not in features}
    misspelt = {name: hint for name, hint in odd.items() if hint.startswith("Did")}
    faults = (
        Fault(table.where, f"column {name!r} is not of the contract", hint, "warning")
        for name, hint in misspelt.items()
    )
    yield from at_most(faults, len(misspelt), table.where, "columns that look misspelt")


def _value_faults(table: LoadedTable, spec: ColumnSpec) -> Iterator[Fault]:
    values = table.frame[spec.name]
    if not has_type(values, spec.type):
        wanted = f"{'' if spec.type in ('text', 'boolean') else 'a '}{TYPE_WORDS[spec.type]}"
        found = "a date or time" if spec.name in table.times else _found(values)
        yield Fault(table.where, f"column '{spec.name}' is {found}, not {wanted}")
    elif spec.type in ("number", "integer"):
        yield from _number_faults(table, spec, values.to_numpy(dtype=float, na_value=np.nan))
    else:
        yield from _text_faults(table, spec, values)


def _number_faults(table: LoadedTable, spec: ColumnSpec, numbers: np.ndarray) -> Iterator[Fault]:
    name, instead = f"'{spec.name}'", "leave the row out" if spec.required else "leave it null"
    is_nan = np.isin(np.arange(len(numbers)), table.nan_rows.get(spec.name, []))
    if spec.required:
        yield from _at(
            table,
            np.isnan(numbers) & ~is_nan,
            f"{name} is null",
            "Fill it in, or leave the row out.",
        )
        yield from _at(
            table, is_nan, f"{name} is not a number (NaN)", "Give the number, or leave the row out."
        )
    yield from _at(
        table, np.isinf(numbers), f"{name} is infinite", f"Give the number, or {instead}."
    )
    finite = np.where(np.isinf(numbers), np.nan, numbers)
    too_large = np.abs(finite) > _LARGEST
    yield from _at(table, too_large, f"{name} is beyond {_LARGEST:g}", "Choose a larger unit.")
    if spec.type == "integer":
        yield from _at(table, finite % 1 > 0, f"{name} is not a whole number")
    if spec.low is not None:
        yield from _at(table, finite < spec.low, f"{name} is less than {spec.low:g}")


def _text_faults(table: LoadedTable, spec: ColumnSpec, values: pd.Series) -> Iterator[Fault]:
    name = f"'{spec.name}'"
    if spec.required:
        yield from _at(table, values.isna(), f"{name} is null", "Fill it in, or leave the row out.")
    if spec.required or spec.name in table.spec.key:
        blank = [text for text in values.dropna().unique() if not _is_seen(text)]
        yield from _at(table, values.isin(blank), f"{name} is empty", "Fill it in.")
    if spec.type != "boolean":
        yield from _unfit_faults(table, spec, values)
    if spec.type == "date":
        odd = [text for text in values.dropna().unique() if not _is_date(text)]
        yield from _at(table, values.isin(odd), f"{name} is not a date", "Write it as YYYY-MM-DD.")


def _unfit_faults(table: LoadedTable, spec: ColumnSpec, values: pd.Series) -> Iterator[Fault]:
    texts = values.dropna().unique()
    for mark, noun in _UNFIT if spec.name in table.spec.key else _UNFIT[:1]:
        holds = values.isin([text for text in texts if mark in text])
        yield from _at(table, holds, f"'{spec.name}' holds a {noun}", "Take it out.")


def _at(
    table: LoadedTable, bad: Sequence[bool] | np.ndarray | pd.Series, what: str, fix: str = ""
) -> Iterator[Fault]:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool)) + 1
    if rows.size:
        yield Fault(f"{table.where}: {rows_text(rows.tolist())}", what, fix)


def _key_faults(table: LoadedTable, base: str) -> Iterator[Fault]:
    key = [name for name in table.spec.key if name in table.frame]
    if not key or not unsound_columns(table).isdisjoint(table.spec.key):
        return
    ids = table.frame[key].astype("str")
    if "variant" in key:
        ids["variant"] = ids["variant"].fillna(base)
    ids = ids.dropna()
    same = ids[ids.duplicated(keep=False)]
    if same.empty:
        return
    number = same.groupby(key, sort=False).ngroup()
    noun, total = table.spec.row.split()[-1], int(number.max()) + 1
    faults = (_key_fault(table, same[number == n], noun) for n in range(total))
    more = f"two {noun}s or more for one ({', '.join(key)})"
    yield from at_most(faults, total, table.where, more)


def _key_fault(table: LoadedTable, same: pd.DataFrame, noun: str) -> Fault:
    """The fault of rows that share a key."""
    rows, values = [int(row) + 1 for row in same.index], same.iloc[0].tolist()
    named = f"({', '.join(values)})" if len(values) > 1 else repr(*values)
    what = f"{_NUMBERS.get(len(rows), f'{len(rows):,}')} {noun}s for {named}"
    return Fault(f"{table.where}: {rows_text(rows)}", what, f"Keep one {noun} for each.")


def _found(values: pd.Series) -> str:
    if kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values):
        return "a number"
    first = values.dropna().iloc[0]
    return (
        "true or false"
        if isinstance(first, np.bool_)
        else _FOUND.get(type(first), type(first).__name__)
    )


def _is_seen(text: str) -> bool:
    """Whether a text shows anything: not where it is all space and marks without a width."""
    return any(category(character) not in _UNSEEN for character in text)


def _is_date(text: str) -> bool:
    """Whether it is a day, written as the contract asks: Python reads `20240501` too."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return not text.strip()
