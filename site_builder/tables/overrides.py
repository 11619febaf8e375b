"""Apply `[tasks]` and `[models]` of `site.toml`, and tell what each task's scores are taken for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from site_builder.config import TOML, ModelSection, SiteConfig, TaskSection
from site_builder.errors import Fault, did_you_mean, limit_faults
from site_builder.formatting import quoted
from site_builder.records import replace
from site_builder.tables.metrics import (
    BOUNDS,
    Assumption,
    bounds_text,
    direction_in,
    direction_of,
    is_cost,
)
from site_builder.tables.read import (
    LoadedTable,
    LoadedTables,
    Tables,
    has_type,
    ids_of,
    ids_of_results,
    with_facts,
)
from site_builder.tables.schema import MODELS, PARAMETERS, RESULTS, TABLES, TASKS, TableSpec

NOTHING = "nothing states it"
"""What the direction of a task comes from, where neither a statement nor a name tells it."""
_BOUNDS = ("score_min", "score_max")
_BILLIONS = "parameters_b"
_Sections = Mapping[str, TaskSection] | Mapping[str, ModelSection]
_Facts = dict[str, dict[str, Any]]
"""Values by id and column."""


def find_sections(sections: _Sections, name: str) -> list[str]:
    """Return the sections that are valid for an id, the one that counts most last.

    A section names an id, or is a pattern in which `*` stands for any text. A later pattern counts
    more than an earlier one, and the id itself most.
    """
    patterns = [key for key in sections if "*" in key and key != name and matches(key, name)]
    return [*patterns, *([name] if name in sections else [])]


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern, in which `*` stands for any text, fits a name."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None


def stated_in(sections: _Sections, name: str) -> dict[str, Any]:
    """Return what `site.toml` states about an id, by column of its table."""
    found: dict[str, Any] = {}
    for key in find_sections(sections, name):
        stated = sections[key].stated
        if key != name and stated.get("part_of") == name:
            del stated["part_of"]  # a pattern that names the parts fits the whole too
        found |= stated
    return found


def override_tables(
    loaded: LoadedTables, config: SiteConfig
) -> tuple[LoadedTables, list[Assumption], list[Fault]]:
    """Return the tables with what `site.toml` states and metrics imply, and what is assumed.

    The published file of a table that changes has the changes. The faults are sections of ids that
    the tables do not have.
    """
    tables, faults = dict(loaded.tables), list[Fault]()
    for spec, sections in ((TASKS, config.tasks), (MODELS, config.models)):
        table, results = tables.get(spec.name), tables.get(RESULTS.name)
        if table is None and results is not None:
            table = ids_of_results(results, spec, TOML)
        if sections and table is not None and spec.name not in loaded.unreadable:
            ids = ids_of(table, spec)
            faults += _unmatched(spec, sections, ids) if ids else ()
            tables[spec.name] = with_facts(table, {n: stated_in(sections, n) for n in ids})
    before = loaded.tables.get(TASKS.name)
    if TASKS.name in tables:
        tables[TASKS.name] = with_facts(tables[TASKS.name], _implied(tables[TASKS.name]))
    if MODELS.name in tables and ids_of(tables[MODELS.name], MODELS):
        faults += _find_two_sizes(tables[MODELS.name])
        tables[MODELS.name] = with_facts(tables[MODELS.name], _sizes(tables[MODELS.name]))
    assumed = list(_assumptions(before, tables, config))
    ordered = {spec.name: tables[spec.name] for spec in TABLES if spec.name in tables}
    return replace(loaded, tables=ordered), assumed, faults


def _unmatched(spec: TableSpec, sections: _Sections, ids: list[str]) -> Iterator[Fault]:
    used = {key for name in ids for key in find_sections(sections, name)}
    for key in sections:
        if key not in used:
            what = f"[{spec.name}.{key!r}] is none of the {spec.name}"
            hint = did_you_mean(key, ids, spec.name)
            yield Fault(TOML, what, hint, "warning" if "*" in key else "error")


def _implied(tasks: LoadedTable) -> _Facts:
    """Return what metrics and units imply for what is not stated: lower is better, bounds."""
    facts: _Facts = {}
    for row in _task_rows(tasks):
        if row.get("higher_is_better") is None and direction_of(row.get("metric", "")) is False:
            facts.setdefault(row["task"], {})["higher_is_better"] = False
        elif row.get("higher_is_better") is not False and not row.keys() & _BOUNDS:
            bounds = BOUNDS.get(row.get("unit", ""))
            if bounds is not None:
                facts[row["task"]] = dict(zip(_BOUNDS, bounds, strict=True))
    return facts


def _sizes(models: LoadedTable) -> _Facts:
    """Return the parameters in billions of the models that state a count alone."""
    return {
        row["model"]: {_BILLIONS: row[PARAMETERS] / 1e9}
        for row in _rows(models, (_BILLIONS, PARAMETERS))
        if PARAMETERS in row and _BILLIONS not in row
    }


def _find_two_sizes(models: LoadedTable) -> Iterator[Fault]:
    """Find models with two numbers of parameters that differ by more than rounding."""
    faults: list[Fault] = []
    for row in _rows(models, (_BILLIONS, PARAMETERS)):
        count = row.get(PARAMETERS)
        billions = row.get(_BILLIONS)
        if count is None or billions is None or _are_alike(count, billions):
            continue
        where = models.place(np.flatnonzero(models.frame["model"] == row["model"]))
        what = f"'{PARAMETERS}' is {count:,.0f}, and '{_BILLIONS}' {billions:g}, which counts"
        faults.append(Fault(where, what, "Correct or remove one of them.", "warning"))
    more = f"models whose {PARAMETERS} and {_BILLIONS} differ"
    yield from limit_faults(faults, len(faults), models.where, more)


def _are_alike(count: float, billions: float) -> bool:
    """Return whether a count, rounded to the decimals of a number of billions, is that number."""
    written = Decimal(repr(billions).removesuffix(".0"))
    half_a_unit = Decimal(10) ** int(written.as_tuple().exponent) / 2
    return abs(Decimal(count) / 1_000_000_000 - written) <= half_a_unit


def _task_rows(tasks: LoadedTable | None) -> list[dict[str, Any]]:
    """Return what the rows of the tasks table state of their scores, without unknown values."""
    return _rows(tasks, ("metric", "unit", "higher_is_better", *_BOUNDS))


def _rows(table: LoadedTable | None, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the sound columns of some names, and the ids, without unknown values."""
    if table is None or not ids_of(table, table.spec):
        return []
    (key,) = table.spec.key
    wanted = [spec for spec in table.spec.columns if spec.name in (key, *names)]
    columns = [spec for spec in wanted if spec.name in table.frame]
    sound = [spec.name for spec in columns if has_type(table.frame[spec.name], spec.type)]
    rows = table.frame[sound].to_dict("records")
    known = ({str(k): v for k, v in row.items() if not pd.isna(v)} for row in rows)
    return [row for row in known if key in row]


def _assumptions(
    before: LoadedTable | None, tables: Mapping[str, LoadedTable], config: SiteConfig
) -> Iterator[Assumption]:
    """Yield what is assumed of each task with a score; `before` is the tasks table as read."""
    if RESULTS.name not in tables:
        return
    stored = {row["task"]: row for row in _task_rows(before)}
    final = {row["task"]: row for row in _task_rows(tables.get(TASKS.name))}
    for task in ids_of(tables[RESULTS.name], TASKS):
        row, old = final.get(task, {}), stored.get(task, {})
        metric, unit = row.get("metric", ""), row.get("unit", "")
        bounds = bounds_text(row.get("score_min"), row.get("score_max"))
        better, why = _named_direction(task, metric, unit)
        yield Assumption(
            task,
            f"{metric} ({unit})" if metric and unit else metric or unit,
            row.get("higher_is_better", better),
            _origin(task, ("higher_is_better",), before, old, config) or why,
            bounds,
            _origin(task, ("score_min", "score_max", "unit"), before, old, config)
            if bounds
            else "",
        )


def _named_direction(task: str, metric: str, unit: str) -> tuple[bool | None, str]:
    """Return whether higher is better, and which name tells it; None for an error or a cost."""
    if (better := direction_of(metric)) is not None:
        return better, f"metric {metric!r}"
    better = direction_in(task)
    if better is False or any(map(is_cost, (task, metric, f"in {unit}"))):
        return None, NOTHING
    return True, "the name of the task" if better else NOTHING


def _origin(
    task: str,
    columns: tuple[str, ...],
    before: LoadedTable | None,
    old: Mapping[str, Any],
    config: SiteConfig,
) -> str:
    """Return where one of some columns of a task comes from; empty if it is not stated."""
    for key in reversed(find_sections(config.tasks, task)):
        if config.tasks[key].stated.keys() & {*columns}:
            return f"{TOML} [tasks.{key!r}]"
    return before.where if before is not None and old.keys() & {*columns} else ""


# --- training data --------------------------------------------------------------------------------

_COLUMN = "trained_on"


def named_tasks(text: str, tasks: Iterable[str]) -> tuple[str, ...]:
    """Return the tasks that a value of `trained_on` names: ids or patterns, with commas between."""
    keys = _keys(text)
    return tuple(task for task in tasks if any(matches(key, task) for key in keys))


def find_unknown_trained_on(tables: Tables) -> Iterator[Fault]:
    """Find names in `trained_on` that are no task of the site: each with its rows, as a warning."""
    table, unknown = tables.loaded.get(MODELS.name), dict[str, list[int]]()
    if table is None or _COLUMN not in table.frame:
        return
    known = {str(task) for task in tables.tasks["task"].dropna()}
    for row, text in enumerate(table.frame[_COLUMN]):
        for key in dict.fromkeys(_keys(text) if isinstance(text, str) else ()):
            if key not in known and not any(matches(key, task) for task in known):
                unknown.setdefault(key, []).append(row)
    models = table.frame["model"]
    faults = (
        Fault(
            table.place(rows),
            f"'{_COLUMN}' of {quoted(models.iloc[rows])} names {key!r}, which is no task of the "
            "site",
            did_you_mean(key, known, "tasks") or "Correct it, or leave it out.",
            "warning",
        )
        for key, rows in unknown.items()
    )
    more = f"names in '{_COLUMN}' that are no task"
    yield from limit_faults(faults, len(unknown), table.where, more)


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]
