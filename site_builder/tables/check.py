"""Report every fault of the tables, alone and together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from unicodedata import category

import numpy as np
import pandas as pd
from pandas.api import types as kinds

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults, rows_text
from site_builder.formatting import counted, listed
from site_builder.records import replace
from site_builder.tables.read import (
    LoadedTable,
    LoadedTables,
    Tables,
    complete_tables,
    has_type,
    positions,
)
from site_builder.tables.schema import LARGEST, RESULTS, TABLES, TASKS, TYPE_WORDS, ColumnSpec

_CONFIG = "site.toml"
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
# HTML has no null character, and reads a carriage return as another line end.
_FORBIDDEN = (("\0", "null character"), ("\r", "carriage return"))
_NUMBERS = {2: "two", 3: "three", 4: "four"}
_TYPE_NAMES = {
    bool: "true or false",
    np.bool_: "true or false",
    str: "text",
    bytes: "binary",
    np.ndarray: "a list",
    list: "a list",
    dict: "a structure",
}


def check_tables(loaded: LoadedTables, config: SiteConfig) -> Tables:
    """Check and complete the tables.

    Raises:
        FaultsError: Every error and every warning, if there is an error.
    """
    faults = [*loaded.faults, *_unknown_file_faults(loaded)]
    for table in loaded.tables.values():
        faults += find_table_faults(table, config)
    if RESULTS.name not in loaded.tables:
        raise FaultsError(faults)
    tables = complete_tables(loaded, config.default_variant)
    faults += _reference_faults(tables, config, _unsound(loaded))
    if any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return replace(tables, warnings=tuple(faults))


def find_table_faults(table: LoadedTable, config: SiteConfig) -> Iterator[Fault]:
    """Find the faults of one table alone: columns, values, keys."""
    yield from _column_faults(table, config.analysis.features or ())
    for spec in table.spec.columns:
        if spec.name in table.frame:
            yield from _value_faults(table, spec)
    yield from _key_faults(table, config.default_variant)
    if table.spec.required and table.frame.empty:
        fix = f"Write at least one row for {table.spec.row}."
        yield Fault(table.where, "the table has no rows", fix)


def _unknown_file_faults(loaded: LoadedTables) -> Iterator[Fault]:
    names, files = [spec.file for spec in TABLES], loaded.unknown_files
    what = "is not a table of the site and is ignored"
    faults = (
        Fault("data", f"{file!r} {what}", did_you_mean(file, names), "warning") for file in files
    )
    yield from limit_faults(faults, len(files), "data", "Parquet files that are ignored")


def _unsound(loaded: LoadedTables) -> set[str]:
    """Columns that cannot be compared, as `table.column`; all columns of an unreadable table."""
    unsound = {f"{n}.{c}" for n, table in loaded.tables.items() for c in _unsound_columns(table)}
    unread = (spec for spec in TABLES if spec.name in loaded.unreadable)
    return unsound.union(f"{spec.name}.{column.name}" for spec in unread for column in spec.columns)


def _unsound_columns(table: LoadedTable) -> set[str]:
    """Columns that are required and missing, or of the wrong type."""
    frame = table.frame
    return {
        spec.name
        for spec in table.spec.columns
        if (not has_type(frame[spec.name], spec.type) if spec.name in frame else spec.required)
    }


def _column_faults(table: LoadedTable, features: Sequence[str]) -> Iterator[Fault]:
    names = [str(name) for name in table.frame.columns]
    missing = [c for c in table.spec.columns if c.name not in names]
    further = [name for name in names if table.spec.column(name) is None]
    for spec in missing:
        if spec.required:
            hint = did_you_mean(spec.name, further).partition("Did you mean ")[2]
            fix = f"Is it {hint}" if hint else f"Add it: {spec.meaning.lower()}."
            yield Fault(table.where, f"column '{spec.name}' is missing", fix)
    optional = [c.name for c in missing if not c.required]
    hints = {n: did_you_mean(n, optional, cutoff=0.8) for n in further if n not in features}
    misspelt = {name: hint for name, hint in hints.items() if hint.startswith("Did")}
    faults = (
        Fault(table.where, f"column {name!r} is not known", hint, "warning")
        for name, hint in misspelt.items()
    )
    yield from limit_faults(faults, len(misspelt), table.where, "columns that look misspelt")


def _value_faults(table: LoadedTable, spec: ColumnSpec) -> Iterator[Fault]:
    values = table.frame[spec.name]
    if not has_type(values, spec.type):
        wanted = f"{'' if spec.type in ('text', 'boolean') else 'a '}{TYPE_WORDS[spec.type]}"
        found = "a date or time" if spec.name in table.times else _found_type(values)
        yield Fault(table.where, f"column '{spec.name}' is {found}, not {wanted}")
    elif spec.type in ("number", "integer"):
        yield from _number_faults(table, spec, values.to_numpy(dtype=float, na_value=np.nan))
    else:
        yield from _text_faults(table, spec, values)


def _found_type(values: pd.Series) -> str:
    if kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values):
        return "a number"
    found = type(values.dropna().iloc[0])
    return _TYPE_NAMES.get(found, found.__name__)


def _number_faults(table: LoadedTable, spec: ColumnSpec, numbers: np.ndarray) -> Iterator[Fault]:
    name, instead = f"'{spec.name}'", "leave the row out" if spec.required else "leave it null"
    if spec.required:
        is_nan = np.isin(np.arange(len(numbers)), table.nan_rows.get(spec.name, []))
        is_null, fill = np.isnan(numbers) & ~is_nan, "Fill it in, or leave the row out."
        yield from _at(table, is_null, f"{name} is null", fill)
        what = f"{name} is not a number (NaN)"
        yield from _at(table, is_nan, what, "Give the number, or leave the row out.")
    infinite = np.isinf(numbers)
    yield from _at(table, infinite, f"{name} is infinite", f"Give the number, or {instead}.")
    finite = np.where(infinite, np.nan, numbers)
    too_large = np.abs(finite) > LARGEST
    yield from _at(table, too_large, f"{name} is beyond {LARGEST:g}", "Choose a larger unit.")
    if spec.type == "integer":
        yield from _at(table, finite % 1 > 0, f"{name} is not a whole number")
    if spec.low is not None:
        yield from _at(table, finite < spec.low, f"{name} is less than {spec.low:g}")


def _text_faults(table: LoadedTable, spec: ColumnSpec, values: pd.Series) -> Iterator[Fault]:
    name, texts, is_key = f"'{spec.name}'", values.dropna().unique(), spec.name in table.spec.key
    if spec.required:
        yield from _at(table, values.isna(), f"{name} is null", "Fill it in, or leave the row out.")
    if spec.required or is_key:
        blank = values.isin([text for text in texts if not _is_visible(text)])
        yield from _at(table, blank, f"{name} is empty", "Fill it in.")
    if spec.type != "boolean":
        for mark, noun in _FORBIDDEN if is_key else _FORBIDDEN[:1]:
            bad = values.isin([text for text in texts if mark in text])
            yield from _at(table, bad, f"{name} contains a {noun}", "Remove it.")
    if spec.type == "date":
        bad = values.isin([text for text in texts if not _is_date(text)])
        yield from _at(table, bad, f"{name} is not a date", "Write it as YYYY-MM-DD.")


def _is_visible(text: str) -> bool:
    return any(category(character) not in _INVISIBLE for character in text)


def _is_date(text: str) -> bool:
    """Whether a text is blank or a `YYYY-MM-DD` date: Python accepts `20240501` too."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return not text.strip()


def _at(
    table: LoadedTable, bad: Sequence[bool] | np.ndarray | pd.Series, what: str, fix: str = ""
) -> Iterator[Fault]:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool)) + 1
    if rows.size:
        yield Fault(f"{table.where}: {rows_text(rows.tolist())}", what, fix)


def _key_faults(table: LoadedTable, base: str) -> Iterator[Fault]:
    key = [name for name in table.spec.key if name in table.frame]
    if not key or not _unsound_columns(table).isdisjoint(table.spec.key):
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
    yield from limit_faults(faults, total, table.where, more)


def _key_fault(table: LoadedTable, same: pd.DataFrame, noun: str) -> Fault:
    rows, values = [int(row) + 1 for row in same.index], same.iloc[0].tolist()
    named = f"({', '.join(values)})" if len(values) > 1 else repr(*values)
    what = f"{_NUMBERS.get(len(rows), f'{len(rows):,}')} {noun}s for {named}"
    return Fault(f"{table.where}: {rows_text(rows)}", what, f"Keep one {noun} for each.")


def _reference_faults(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> Iterator[Fault]:
    """Find the faults between tables, and between tables and `site.toml`.

    Args:
        tables: The completed tables.
        config: The configuration.
        unsound: Columns that cannot be compared; a check that reads one is left out.
    """
    bounds = "tasks.task tasks.score_min tasks.score_max"
    # Each check with the columns that it reads.
    checks = (
        ("results.model models.model", _unknown_ids(tables, "model", "models")),
        ("results.task tasks.task", _unknown_ids(tables, "task", "tasks")),
        (bounds, _crossed_bounds(tables)),
        (f"results.task results.score {bounds}", _out_of_bounds(tables)),
        (f"results.task results.score {bounds} tasks.metric", _percents(tables)),
        ("results.model models.model", _unknown_baseline(tables, config)),
        ("results.variant", _unknown_variants(tables, config)),
        ("tasks.task", _unfit_features(tables, config, unsound)),
        ("results.model results.task results.variant", _lone_tuned(tables, config)),
        ("results.model results.task models.model tasks.task", _unscored_baseline(tables, config)),
        ("results.model models.model", _without_results(tables, "model", "models")),
        ("results.task tasks.task", _without_results(tables, "task", "tasks")),
        (f"results.task {bounds} tasks.metric", _mixed_metrics(tables, config)),
        ("tasks.length_unit", _mixed_units(tables)),
    )
    for reads, faults in checks:
        if set(unsound).isdisjoint(reads.split()):
            yield from faults


def _place(tables: Tables, rows: Iterable[Any], table: str = "results") -> str:
    return f"{tables.loaded[table].where}: {rows_text([int(row) + 1 for row in rows])}"


def _where(tables: Tables, table: str) -> str:
    """The name of the file; empty if the table is made from the results."""
    return tables.loaded[table].where if table in tables.loaded else ""


def _among(ids: pd.Series, known: pd.Series) -> pd.Series:
    """Whether each id is known: `isin`, ten times as fast on text."""
    return pd.Series(positions(ids, known.dropna().unique().tolist()) >= 0, index=ids.index)


def _unknown_ids(tables: Tables, column: str, table: str) -> Iterator[Fault]:
    if table not in tables.loaded or tables.loaded[table].frame.empty:
        return
    known = getattr(tables, table)[column].dropna()
    ids = tables.results[column].dropna()
    unknown = ids[~_among(ids, known)]
    values, names = unknown.unique(), set(known)
    faults = (
        Fault(
            _place(tables, unknown.index[unknown == value]),
            f"{column} {str(value)!r} is not in {table}.parquet",
            did_you_mean(str(value), names, table) or f"Add it to {table}.parquet.",
        )
        for value in values
    )
    more = f"{column}s that are not in {table}.parquet"
    yield from limit_faults(faults, len(values), _where(tables, RESULTS.name), more)


def _crossed_bounds(tables: Tables) -> Iterator[Fault]:
    crossed = tables.tasks[tables.tasks["score_min"] > tables.tasks["score_max"]]
    faults = (
        Fault(
            _place(tables, [row], TASKS.name),
            f"score_min of task {task!r} is above its score_max",
            "Swap them.",
        )
        for row, task in crossed["task"].items()
    )
    more = "tasks whose bounds are swapped"
    yield from limit_faults(faults, len(crossed), _where(tables, TASKS.name), more)


def _out_of_bounds(tables: Tables) -> Iterator[Fault]:
    bounds = tables.tasks[["task", "score_min", "score_max"]].drop_duplicates("task")
    bounds = bounds[~(bounds["score_min"] > bounds["score_max"])]
    at = positions(tables.results["task"], bounds["task"].tolist())  # -1 reads the appended NaN
    low, high = (
        np.append(bounds[name].to_numpy(), np.nan)[at] for name in ("score_min", "score_max")
    )
    score = tables.results["score"].to_numpy()
    rows = np.flatnonzero(((score < low) | (score > high)) & np.isfinite(score))
    out = tables.results.iloc[rows][["task", "score"]].reset_index(names="row")
    out["score_min"], out["score_max"] = low[rows], high[rows]
    faults = (_bounds_fault(tables, of_task) for _, of_task in out.groupby("task", sort=False))
    more = "tasks with scores outside their bounds"
    yield from limit_faults(faults, out["task"].nunique(), _where(tables, RESULTS.name), more)


def _bounds_fault(tables: Tables, out: pd.DataFrame) -> Fault:
    """The fault of the scores of one task."""
    scores, first = listed([_number(score) for score in out["score"]], most=5), out.iloc[0]
    noun, verb = ("score", "is") if len(out) == 1 else ("scores", "are")
    allowed = _allowed(first["score_min"], first["score_max"])
    what = f"{noun} {scores} of task {first['task']!r} {verb} outside its bounds, {allowed}"
    return Fault(_place(tables, out["row"]), what, "Correct the score, or the bounds of the task.")


def _allowed(low: float, high: float) -> str:
    if np.isnan(low):
        return f"at most {_number(high)}"
    return f"at least {_number(low)}" if np.isnan(high) else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _percents(tables: Tables) -> Iterator[Fault]:
    """Find scores of 2 to 100 where nine in ten scores of the same metric are proportions.

    Only where higher is better and the tasks state no upper bound: most losses are below 1.
    """
    tasks = tables.tasks[tables.tasks["higher_is_better"] & tables.tasks["score_max"].isna()]
    if tasks.empty:
        return
    metric = tables.results["task"].map(dict(zip(tasks["task"], tasks["metric"], strict=True)))
    scores = tables.results["score"]
    facts = pd.DataFrame({"odd": scores.between(2, 100, inclusive="right"), "metric": metric})
    facts["fits"] = facts["odd"] | scores.between(0, 1) | scores.isna()
    of_metric = facts.groupby("metric", sort=False)
    few = of_metric["odd"].sum().between(1, of_metric["odd"].size() / 10) & of_metric["fits"].all()
    names = few[few].index
    faults = (
        Fault(
            _place(tables, facts.index[facts["odd"] & (facts["metric"] == name)]),
            f"score above 1, while the other scores of metric {str(name)!r} are proportions",
            "Divide percentages by 100, or state score_max of the task.",
        )
        for name in names
    )
    more = "metrics with percentages among proportions"
    yield from limit_faults(faults, len(names), _where(tables, RESULTS.name), more)


def _unknown_baseline(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    baseline, models = config.board.baseline, set(tables.models["model"].dropna())
    if baseline is not None and baseline not in models:
        hint = did_you_mean(baseline, models, "models")
        yield Fault(_CONFIG, f"baseline {baseline!r} is not a model", hint)


def _unknown_variants(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    board, variants = config.board, set(tables.results["variant"].unique())
    base, tuned = [board.base_variant] if board.base_variant else [], board.tuned_variants or []
    for key, named in (("base_variant", base), ("tuned_variants", tuned), ("labels", board.labels)):
        for variant in (name for name in named if name not in variants):
            hint = did_you_mean(variant, variants, "variants")
            what = f"{key}: no result has the variant {variant!r}"
            yield Fault(_CONFIG, what, hint, "warning" if key == "labels" else "error")
    for variant in base:
        if variant in tuned:
            what = f"tuned_variants contains {variant!r}, which is the base_variant"
            yield Fault(_CONFIG, what, "Name it in one of them.")


def _unfit_features(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> Iterator[Fault]:
    tasks = tables.tasks
    numeric = [str(name) for name in tasks.select_dtypes("number").columns]
    for feature in config.analysis.features or ():
        name, hint = f"feature {feature!r}", did_you_mean(feature, numeric, "features")
        if f"{TASKS.name}.{feature}" in unsound:
            continue
        if feature not in tasks.columns:
            yield Fault(_CONFIG, f"{name} is not a column of {TASKS.file}", hint)
        elif feature not in numeric:
            yield Fault(_CONFIG, f"{name} is not numeric", hint)
        elif tasks[feature].isna().all():
            yield Fault(_CONFIG, f"{name} has no values in {TASKS.file}", "", "warning")


def _lone_tuned(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find tuned scores whose model has no base score on the task, if any model has one."""
    base, tuned, results = config.default_variant, config.board.tuned_variants, tables.results
    is_base = results["variant"] == base
    is_tuned = ~is_base if tuned is None else results["variant"].isin(tuned)
    # One number per pair: a merge of pairs of texts takes ten times as long.
    model, task = (
        pd.factorize(results[key], use_na_sentinel=False)[0] for key in ("model", "task")
    )
    pair = pd.Series(model * (task.max(initial=0) + 1) + task, index=results.index)
    lone = results.index[is_tuned & ~pair.isin(pair[is_base])]
    if is_base.any() and len(lone):
        what = f"tuned score without a {base!r} score: its lift is not computed"
        yield Fault(_place(tables, lone), what, "", "warning")


def _unscored_baseline(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    baseline, tasks, results = config.board.baseline, tables.tasks["task"], tables.results
    unscored = tasks[~_among(tasks, results.loc[results["model"] == baseline, "task"])]
    if baseline in set(tables.models["model"]) and len(unscored):
        named = listed([repr(task) for task in unscored], most=5)
        share = f"{len(unscored):,} of {counted(len(tasks), 'task')}"
        what = f"the baseline {baseline!r} has no score on {share}: {named}"
        yield Fault(_where(tables, RESULTS.name), what, "", "warning")


def _without_results(tables: Tables, column: str, table: str) -> Iterator[Fault]:
    """Find models or tasks of their table without a result."""
    ids = getattr(tables, table)[column].dropna()
    unused = ids[~_among(ids, tables.results[column])]
    faults = (
        Fault(_place(tables, [row], table), f"no result of {column} {value!r}", "", "warning")
        for row, value in unused.items()
    )
    more = f"{column}s without a result"
    yield from limit_faults(faults, len(unused), _where(tables, table), more)


def _mixed_metrics(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find averages over tasks of several metrics without bounds, unless `rank_by` asks for them.

    Tasks without bounds and without a metric count as comparable.
    """
    tasks = tables.tasks[_among(tables.tasks["task"], tables.results["task"])]
    metrics = tasks["metric"].dropna().unique()
    unbounded = tasks[["score_min", "score_max"]].isna().all(axis=None)
    one_way = len(tasks["higher_is_better"].drop_duplicates()) == 1
    if config.board.rank_by is None and len(metrics) > 1 and unbounded and one_way:
        named = listed([repr(str(metric)) for metric in metrics], most=5)
        what = f"scores of {len(metrics):,} metrics are averaged, and no task states its bounds"
        fix = "State score_min and score_max of the tasks, or rank_by in site.toml."
        yield Fault(_where(tables, TASKS.name), f"{what}: {named}", fix, "warning")


def _mixed_units(tables: Tables) -> Iterator[Fault]:
    units = tables.tasks["length_unit"].dropna().unique()
    if len(units) > 1:
        named = listed([repr(str(unit)) for unit in units], most=5)
        what = f"lengths have different units, so correlations with them say nothing: {named}"
        fix = "Profile every training set with one tokenizer."
        yield Fault(_where(tables, TASKS.name), what, fix, "warning")
