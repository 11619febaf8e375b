"""Keep scores of two versions of a task apart: they do not compare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError
from site_builder.formatting import listed
from site_builder.importers.merge import Placed, Setup, setup_of
from site_builder.importers.reading import ImportedScore, Reading, grouped
from site_builder.records import replace
from site_builder.tables.overrides import stated_in
from site_builder.tables.write import StoredRow

_REVISION = re.compile(r"[0-9a-f]{40}")
_SHORT = 7
_MOST_NAMED = 3


def part_versions(
    reading: Reading, tasks: Sequence[StoredRow], results: Sequence[StoredRow], config: SiteConfig
) -> tuple[Reading, set[Setup], tuple[str, ...]]:
    """Make another way of measuring of each version but one of a task, and say so.

    The plain name stays with the version that the tables have, or else with that of most models.
    A score without a version is of that one too. Where `site.toml` states a version, all are of it.
    Returns also the setups of the other versions.
    """
    stored = _stored(tasks, results)
    by_task = grouped((score.task, score) for score in reading.measures if score.version)
    owners: dict[str, str] = {}
    several: dict[tuple[str, ...], list[str]] = {}
    for task, scores in by_task.items():
        plain = config.importing.tasks.get(task, task)
        found = {score.version for score in scores} | {*filter(None, [stored.get(plain)])}
        if len(found) > 1 and not stated_in(config.tasks, plain).get("version"):
            owners[task] = stored.get(plain) or _most_common(scores)
            several.setdefault(tuple(sorted(found)), []).append(task)
    if not owners:
        return reading, set(), ()
    scores = [_apart(score, owners) for score in reading.measures]
    moved = {
        (old.model, old.task, old.setting, old.source): new.setting
        for old, new in zip(reading.measures, scores, strict=True)
    }
    examples = (
        replace(one, setting=moved.get((one.model, one.task, one.setting, one.source), one.setting))
        for one in reading.examples
    )
    pairs = zip(reading.measures, scores, strict=True)
    others = {(new.task, setup_of(new)) for old, new in pairs if new is not old}
    reading = replace(reading, measures=tuple(scores), examples=tuple(examples))
    return reading, others, (*_notes(several),)


def _stored(tasks: Sequence[StoredRow], results: Sequence[StoredRow]) -> dict[str, str]:
    """Return the version of each task in the tables, if one is stated."""
    rows = ((row.get("task"), row.get("version_of_task")) for row in results)
    of_tasks = ((row.get("task"), row.get("version")) for row in tasks)
    return {str(task): str(version) for task, version in (*rows, *of_tasks) if version}


def _most_common(scores: Sequence[ImportedScore]) -> str:
    """Return the version of the way of measuring that most models have, the later of two."""
    runs = {(score.setting, score.version, score.model) for score in scores}
    times = Counter((setting, version) for setting, version, _ in runs)
    return max(times, key=lambda way: (times[way], way[1]))[1]


def _apart(score: ImportedScore, owners: Mapping[str, str]) -> ImportedScore:
    if not score.version or score.version == owners.get(score.task, score.version):
        return score
    words = (score.setting, f"version {_short(score.version)}")
    return replace(score, setting=", ".join(filter(None, words)))


def _short(version: str) -> str:
    return version[:_SHORT] if _REVISION.fullmatch(version) else version


def _notes(several: Mapping[tuple[str, ...], Collection[str]]) -> Iterator[str]:
    for versions, tasks in several.items():
        names = listed([*map(_short, versions)])
        what = f"Measured in the versions {names}, each of which is a task: "
        yield f"{what}{listed([*tasks], most=_MOST_NAMED)}."
    yield "Where they compare all the same, state `version` of the task under [tasks] in site.toml."


def versions_of(placed: Sequence[Placed], config: SiteConfig) -> dict[str, dict[str, Any]]:
    """Return the version of each task of some scores, where they state one.

    Raises:
        FaultsError: Names in `site.toml` make one task of two versions.
    """
    found: dict[str, dict[str, str]] = {}
    for one in placed:
        if one.score.version and not stated_in(config.tasks, one.task).get("version"):
            found.setdefault(one.task, {}).setdefault(one.score.version, one.score.where)
    faults = [
        Fault(
            "",
            f"task {task!r} has the versions "
            f"{listed([f'{_short(version)} ({where})' for version, where in of_task.items()])}, "
            "whose scores do not compare",
            "Give each a task of its own under [import.tasks] in site.toml, or state the version "
            "of all under [tasks].",
        )
        for task, of_task in found.items()
        if len(of_task) > 1
    ]
    if faults:
        raise FaultsError(faults)
    return {task: {"version": next(iter(of_task))} for task, of_task in found.items()}
