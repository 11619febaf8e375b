"""Keep scores of different versions of a task apart."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from site_builder.formatting import quoted
from site_builder.records import replace
from site_builder.tables.parts import part_parents
from site_builder.tables.read import Tables


def find_mixed_versions(tables: Tables) -> Iterator[tuple[str, str, str, pd.Index]]:
    """Yield the tasks whose scores are of several versions, or of another than the task states.

    With each come one of its versions, what is wrong, and the rows of that version.
    """
    results = tables.results[["task", "version_of_task"]].dropna()
    if results.empty:
        return
    stated = _stated(tables.tasks)
    for task, versions in results.groupby("task", sort=False)["version_of_task"]:
        of_task = stated.get(str(task))
        found = [*versions.unique()]
        others = [version for version in found if version != (of_task or found[0])]
        if others:
            names = quoted((of_task or found[0], *others), most=3)
            what = f"task {task!r} has the versions {names}, whose scores do not compare"
            yield str(task), str(others[0]), what, versions.index[versions == others[0]]


def fill_versions(tables: Tables) -> Tables:
    """Give each task the version of its scores, and a whole those of its parts, if it has none."""
    scores = tables.results[["task", "version_of_task"]].dropna().drop_duplicates("task")
    versions = dict(zip(scores["task"].tolist(), scores["version_of_task"].tolist(), strict=True))
    versions |= _stated(tables.tasks)
    if not versions:
        return tables
    of_parts: dict[str, list[str]] = {}
    for part, whole in part_parents(tables.tasks).items():
        of_parts.setdefault(whole, []).extend(filter(None, [versions.get(part)]))
    wholes = {whole: ", ".join(dict.fromkeys(found)) for whole, found in of_parts.items() if found}
    tasks = tables.tasks
    filled = tasks["task"].map({**wholes, **versions}).astype("str")
    return replace(tables, tasks=tasks.assign(version=filled))


def _stated(tasks: pd.DataFrame) -> dict[str, str]:
    found = tasks[["task", "version"]].dropna()
    return dict(zip(map(str, found["task"]), map(str, found["version"]), strict=True))
