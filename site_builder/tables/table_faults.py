"""Find the faults of one table alone: its columns, its values, its keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias
from unicodedata import category, normalize

import numpy as np
import pandas as pd

from site_builder.config import TOML, SiteConfig
from site_builder.dates import (
    NOT_A_YEAR,
    CountedDay,
    counted_day,
    has_date_form,
    is_date,
    whole_day,
)
from site_builder.errors import Fault, Severity, did_you_mean, limit_faults, shortened
from site_builder.formatting import in_words, quoted
from site_builder.tables.files import NUMBER
from site_builder.tables.read import LoadedTable, has_type
from site_builder.tables.schema import (
    LARGEST,
    MODELS,
    RESULTS,
    TYPE_WORDS,
    ColumnSpec,
)

_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
# HTML has no null character, and reads a carriage return as another line end.
_FORBIDDEN = (("\0", "null character"), ("\r", "carriage return"))
_ALIKE = "differs only in case, spaces or signs between words"
_BETWEEN = re.compile(r"[\s._\u2010-\u2015-]+")
_SHOWN = 40  # characters of a value in a message
_NUMBERS_OR_NULL = "Write numbers; null where there is none."
_STORE = {
    "number": "Store it as numbers.",
    "integer": "Store it as numbers.",
    "text": "Store it as text.",
    "url": "Store it as text.",
    "date": "Write dates as text: YYYY, YYYY-MM or YYYY-MM-DD.",
    "boolean": "Store true or false.",
}
_TYPE_NAMES = {
    bool: "true or false",
    np.bool_: "true or false",
    str: "text",
    bytes: "binary",
    np.ndarray: "a list",
    list: "a list",
    dict: "a structure",
}
_Problem: TypeAlias = tuple["np.ndarray | pd.Series", str, str]
"""Whether each row is bad, what is wrong with its value, and the fix."""


def find_table_faults(
    table: LoadedTable, config: SiteConfig, settings: Sequence[str] = ()
) -> Iterator[Fault]:
    """Find the faults of one table alone: columns, values, keys.

    `settings` are the columns that tell the entries of a model apart.
    """
    yield from table.faults
    yield from _column_faults(table, config.analysis.features or ())
    for spec in table.spec.columns:
        if spec.name in table.frame:
            yield from _value_faults(table, spec)
    yield from _key_faults(table, config.default_variant, settings)
    if table.spec.required and table.frame.empty:
        fix = f"Write at least one row for {table.spec.row}."
        yield Fault(table.where, "the table has no rows", fix)


def unsound_columns(table: LoadedTable) -> set[str]:
    """Columns that are required and missing, or of the wrong type."""
    frame = table.frame
    return {
        spec.name
        for spec in table.spec.columns
        if (not has_type(frame[spec.name], spec.type) if spec.name in frame else spec.required)
    }


def _column_faults(table: LoadedTable, features: Collection[str]) -> Iterator[Fault]:
    names = [str(name) for name in table.frame.columns]
    missing = [spec for spec in table.spec.columns if spec.name not in names]
    is_wide = (
        table.spec.name == RESULTS.name
        and {*names}.isdisjoint(("task", "score"))
        and "model" in names
    )
    form = " `leaderboard-site import csv` reads tables of other forms." if is_wide else ""
    further = [name for name in names if table.spec.column(name) is None]
    for spec in missing:
        if spec.required:
            hint = did_you_mean(spec.name, further).partition("Did you mean ")[2]
            fix = f"Is it {hint}" if hint else f"Add it: {spec.meaning.lower()}.{form}"
            yield Fault(table.where, f"column '{spec.name}' is missing", fix)
    optional = [spec.name for spec in missing if not spec.required]
    hints = {n: did_you_mean(n, optional, cutoff=0.8) for n in further if n not in features}
    misspelt = [
        Fault(table.where, f"column {name!r} is not known", hint, "warning")
        for name, hint in hints.items()
        if hint.startswith("Did")
    ]
    yield from limit_faults(misspelt, len(misspelt), table.where, "columns that look misspelt")


def _value_faults(table: LoadedTable, spec: ColumnSpec) -> Iterator[Fault]:
    values = table.frame[spec.name]
    if not has_type(values, spec.type):
        yield _type_fault(table, spec, values)
        return
    if spec.type in ("number", "integer"):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        problems = _number_problems(spec, numbers)
    else:
        is_key = spec.name in table.spec.key and spec.type == "text"
        problems = _text_problems(spec, values, is_key=is_key)
    for is_bad, what, fix in problems:
        rows = np.flatnonzero(is_bad)
        if rows.size:
            severity: Severity = "warning" if what.startswith(_ALIKE) else "error"
            where = table.place(rows, spec.name)
            yield Fault(where, f"'{spec.name}' {what}", fix, severity)


def _type_fault(table: LoadedTable, spec: ColumnSpec, values: pd.Series) -> Fault:
    """Return the fault of a column of another type; of text, with the rows that are no numbers."""
    known, article = values.dropna(), "" if spec.type in ("text", "boolean") else "a "
    kind = type(known.iloc[0])
    found = "a number" if values.dtype.kind in "iuf" else _TYPE_NAMES.get(kind, kind.__name__)
    what = f"column '{spec.name}' is {found}, not {article}{TYPE_WORDS[spec.type]}"
    day = counted_day(known.iloc[0]) if spec.type == "date" else None
    if day is not None:
        return Fault(table.where, f"{what}; {day.words}", _counted_fix(day))
    is_text = known.map(lambda v: isinstance(v, str)).all()
    if spec.type not in ("number", "integer") or not is_text:
        return Fault(table.where, what, _STORE[spec.type])
    rows = np.flatnonzero(values.notna())
    is_odd = [not NUMBER.fullmatch(text.strip()) for text in known]
    odd = rows[is_odd]
    fix = "Write numbers; leave the rows without one out." if spec.required else _NUMBERS_OR_NULL
    if not odd.size:
        odd, fix = rows[:1], "Store it as numbers; pandas.to_numeric converts it."
    example = shortened(values.iloc[odd[0]], _SHOWN)
    return Fault(table.place(odd), f"{what}, such as {example!r}", fix)


def _number_problems(spec: ColumnSpec, numbers: np.ndarray) -> Iterator[_Problem]:
    infinite, instead = np.isinf(numbers), "leave it null"
    if spec.required:
        instead = "leave the row out"
        yield np.isnan(numbers), "is null", f"Fill it in, or {instead}."
    yield infinite, "is infinite", f"Give the number, or {instead}."
    finite = np.where(infinite, np.nan, numbers)
    yield np.abs(finite) > LARGEST, f"is beyond {LARGEST:g}", "Choose a larger unit."
    if spec.type == "integer":
        yield finite % 1 > 0, "is not a whole number", ""
    low = -np.inf if spec.low is None else spec.low
    high = np.inf if spec.high is None else spec.high
    for is_out in (finite < low, finite > high):
        if is_out.any():
            first = float(finite[is_out][0])
            yield is_out, spec.range_problem(first), spec.fix_of(first)


def _text_problems(spec: ColumnSpec, values: pd.Series, *, is_key: bool) -> Iterator[_Problem]:
    texts = values.dropna().unique()
    if spec.required:
        yield values.isna(), "is null", "Fill it in, or leave the row out."
    if spec.required or is_key:
        blank = [text for text in texts if all(category(mark) in _INVISIBLE for mark in text)]
        yield values.isin(blank), "is empty", "Fill it in."
    if spec.type != "boolean":
        for mark, noun in _FORBIDDEN if is_key else _FORBIDDEN[:1]:
            bad = values.isin([text for text in texts if mark in text])
            yield bad, f"contains a {noun}", "Remove it."
    if is_key and spec.name != "example":
        alike = _alike(texts, spec.name)
        what = f"{_ALIKE}: {quoted(alike)}"
        yield values.isin(alike), what, "Write each in one way."
    if spec.choices:
        odd = [text for text in texts if text not in spec.choices]
        fix = f"Write {' or '.join(map(repr, spec.choices))}, or leave it null."
        yield values.isin(odd), f"is {quoted(odd)}", fix
    if spec.type == "date":
        yield from _date_problems(values)


def _date_problems(values: pd.Series) -> Iterator[_Problem]:
    """Yield what is no date: a number that counts since 1970, a date of another year, the rest."""
    odd = [text for text in values.dropna().unique() if text.strip() and not is_date(text)]
    days = [day for day in map(counted_day, odd) if day is not None]
    counted = [day.text for day in days]
    if days:
        what = f"is {quoted(counted)}, not a date; {days[0].words}"
        yield values.isin(counted), what, _counted_fix(days[0])
    of_odd_years = [text for text in odd if has_date_form(text)]
    yield values.isin(of_odd_years), f"is {quoted(of_odd_years)}, {NOT_A_YEAR}", "Correct it."
    rest = [text for text in odd if text not in counted and text not in of_odd_years]
    fix = "Write it as YYYY, YYYY-MM or YYYY-MM-DD."
    yield values.isin(rest), f"is {quoted(rest)}, not a date", fix


def _counted_fix(day: CountedDay) -> str:
    how = f"`leaderboard-site import` reads such numbers with {day.line} below [import] in {TOML}."
    return f"Write days such as {day.day}; {how}"


def _alike(texts: Iterable[str], column: str) -> list[str]:
    """Return the ids that may be others of them, written in another way."""
    plain = {text: _folded(text) for text in texts}
    if column == "model":  # `org/alpha` and `alpha`
        names = {*plain.values()}
        lasts = {t: name.partition("/")[2] for t, name in plain.items() if name[:1].isalnum()}
        plain |= {text: last for text, last in lasts.items() if last in names}
    times = Counter(plain.values())
    return sorted((t for t, way in plain.items() if way and times[way] > 1), key=plain.__getitem__)


def _folded(text: str) -> str:
    """Return a text in lower case, with one space for all between words and nothing invisible."""
    shown = "".join(mark for mark in normalize("NFKC", text) if category(mark) != "Cf")
    return " ".join(_BETWEEN.sub(" ", shown.casefold()).split())


def _key_faults(table: LoadedTable, base: str, settings: Sequence[str]) -> Iterator[Fault]:
    more = [*(["subset"] if table.spec.name == RESULTS.name else []), *settings]
    if table.spec.name == MODELS.name and "status" not in table.frame:
        more = []
    key = [name for name in (*table.spec.key, *more) if name in table.frame]
    if not key or not unsound_columns(table).isdisjoint(table.spec.key):
        return
    ids = table.frame[key].astype("str")
    if "variant" in key:
        ids["variant"] = ids["variant"].fillna(base)
    for name in {*more, "date"} & {*key}:
        ids[name] = ids[name].fillna("")
        if table.spec.name == MODELS.name:  # a row of an entry says why it has no scores
            ids[name] = ids[name].where(table.frame["status"].notna(), "")
    if "date" in key:
        ids["date"] = ids["date"].map(whole_day)
    ids = ids.dropna()
    groups = ids[ids.duplicated(keep=False)].groupby(key, sort=False)
    noun = table.spec.row.split()[-1]
    found = (
        (
            f"{in_words(len(rows), most=4)} {noun}s for "
            + (f"({', '.join(filter(None, map(str, values)))})" if values[1:] else repr(*values)),
            rows.index,
        )
        for values, rows in groups
    )
    fix, rest = f"Keep one {noun} for each.", f"two {noun}s or more for one ({', '.join(key)})"
    yield from row_faults(table, found, groups.ngroups, fix, rest)


def row_faults(
    table: LoadedTable | None,
    found: Iterable[tuple[str, Iterable[Any]]],
    n: int,
    fix: str,
    more: str,
    severity: Severity = "error",
) -> Iterator[Fault]:
    """Yield a fault for each of `n` findings, with its rows; `more` names those from the 21st on.

    A table that the project does not have has none.
    """
    if table is not None:
        faults = (Fault(table.place(rows), what, fix, severity) for what, rows in found)
        yield from limit_faults(faults, n, table.where, more)
