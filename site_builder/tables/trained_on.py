"""Read which tasks' data a model was trained on, and find names in it that are no task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from site_builder.config import TOML, SiteConfig
from site_builder.errors import Fault, did_you_mean, limit_faults
from site_builder.tables.overrides import find_sections, matches
from site_builder.tables.read import Tables
from site_builder.tables.schema import MODELS

_COLUMN = "trained_on"


def named_tasks(text: str, tasks: Iterable[str]) -> tuple[str, ...]:
    """Return the tasks that a value of `trained_on` names: ids or patterns, with commas between."""
    keys = _keys(text)
    return tuple(task for task in tasks if any(matches(key, task) for key in keys))


def find_unknown_trained_on(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find names in `trained_on` that are no task of the site: each with its rows, as a warning."""
    known = {str(task) for task in tables.tasks["task"].dropna()}
    unknown = _unknown_in_table(tables, config, known)
    table = tables.loaded.get(MODELS.name)
    where = table.where if table else TOML
    found = [
        _fault(table.place(rows), "'trained_on' names", key, known)
        for key, rows in unknown.items()
        if table is not None
    ]
    for name, section in config.models.items():
        text = str(section.stated.get(_COLUMN) or "")
        said = f"trained_on of [models.{name!r}] names"
        found += [_fault(TOML, said, key, known) for key in _unknown(text, known)]
    yield from limit_faults(found, len(found), where, "names in 'trained_on' that are no task")


def _unknown_in_table(
    tables: Tables, config: SiteConfig, known: Collection[str]
) -> dict[str, list[int]]:
    """Return the rows of the models table by unknown name, without what `site.toml` states."""
    table, unknown = tables.loaded.get(MODELS.name), dict[str, list[int]]()
    if table is None or _COLUMN not in table.frame:
        return unknown
    stated = [name for name, section in config.models.items() if _COLUMN in section.stated]
    sections = {name: config.models[name] for name in stated}
    for row, (model, text) in enumerate(table.frame[["model", _COLUMN]].itertuples(index=False)):
        if isinstance(text, str) and not find_sections(sections, str(model)):
            for key in _unknown(text, known):
                unknown.setdefault(key, []).append(row)
    return unknown


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]


def _unknown(text: str, known: Collection[str]) -> list[str]:
    keys = dict.fromkeys(_keys(text))
    return [key for key in keys if key not in known and not any(matches(key, t) for t in known)]


def _fault(where: str, said: str, key: str, known: Collection[str]) -> Fault:
    fix = did_you_mean(key, known, "tasks") or "Correct it, or leave it out."
    return Fault(where, f"{said} {key!r}, which is no task of the site", fix, "warning")
