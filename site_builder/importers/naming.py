"""Ids of tasks: what was measured in two ways is two tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from site_builder.importers.records import Example, Measure

Kind = tuple[str, str]
"""A task, as the files name it, and how it was measured."""


def way_of(measure: Measure | Example) -> str:
    """How a score was measured, in words: `acc, 5-shot`; empty where the file does not say."""
    return ", ".join(filter(None, (measure.metric, measure.setting)))


def name_tasks(
    measures: Iterable[Measure], known: Mapping[str, str], names: Mapping[str, str]
) -> dict[Kind, str]:
    """The id of every task, by its name in the files and by how it was measured.

    The plain name is that of the way that the tables have for it already, else of the way that
    most scores were measured in. Every other way gets what is different behind the name, as in
    `arc (25-shot)`, so that no board compares what cannot be compared.

    Args:
        measures: The scores.
        known: How each task of the tables was measured, as far as they say it.
        names: Ids of tasks by their names in the files, from `site.toml`.
    """
    counts: dict[str, Counter[str]] = {}
    for measure in measures:
        counts.setdefault(measure.task, Counter())[way_of(measure)] += 1
    ids: dict[Kind, str] = {}
    for task, ways in counts.items():
        plain = names.get(task, task)
        most = sorted(ways, key=lambda way: (-ways[way], len(way), way))
        owner = known.get(plain) or next(filter(None, most), "")
        for way in most:
            ids[task, way] = plain if way in ("", owner) else _named(plain, way, owner, known, ways)
    return ids


def _named(plain: str, way: str, owner: str, known: Mapping[str, str], ways: Iterable[str]) -> str:
    """The id of a way that is not the plain name's."""
    before = [task for task, k in known.items() if k == way and task.startswith(f"{plain} (")]
    if before:
        return before[0]
    short = _difference(way, owner)
    alike = [
        other for other in ways if other not in ("", owner) and _difference(other, owner) == short
    ]
    taken = len(alike) > 1 or known.get(f"{plain} ({short})", way) != way
    return f"{plain} ({way if taken else short})"


def _difference(way: str, owner: str) -> str:
    parts = owner.split(", ")
    return ", ".join(part for part in way.split(", ") if part not in parts) or way
