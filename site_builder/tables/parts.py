"""Make tasks of subsets, and give a task with parts the mean of them where nothing is stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from site_builder.config import TOML
from site_builder.errors import Fault, did_you_mean, limit_faults
from site_builder.formatting import quoted
from site_builder.records import grouped, replace
from site_builder.tables.read import Tables
from site_builder.tables.schema import RESULTS, TASKS

_SAME = ("metric", "unit", "higher_is_better", "score_min", "score_max")
_OF_PARENT = (
    *("category", *_SAME, "score_chance", "mean_of_examples", "dataset_url", "length_unit"),
    "version",
)


def split_subsets(tables: Tables) -> Tables:
    """Make a task of each subset that results name: `massive/de`, a part of `massive`.

    A part has what its parent states of scores where it states nothing of its own.
    """
    results, tasks = tables.results, tables.tasks
    is_part = results["subset"].notna() & results["task"].notna()
    if is_part.any():
        parents, subsets = results.loc[is_part, "task"], results.loc[is_part, "subset"]
        ids = parents + "/" + subsets
        known = tasks.drop_duplicates("task").set_index("task")["name"]
        names = parents.map(known).fillna(parents) + ": " + subsets
        new = pd.DataFrame({"task": ids, "name": names, "part_of": parents}).drop_duplicates()
        new = new[~new["task"].isin(tasks["task"])]
        tasks = pd.concat([tasks, new.astype({"part_of": "str"})], ignore_index=True)
        named = results["task"].astype("object").mask(is_part, ids).astype("str")
        results = results.assign(task=named)
    parents = tasks["part_of"]
    if parents.notna().any():
        facts = tasks.drop_duplicates("task").set_index("task")
        for name in _OF_PARENT:
            inherited = parents.map(facts[name])
            tasks[name] = (
                tasks[name].where(tasks[name].notna(), inherited).astype(facts[name].dtype)
            )
    return replace(tables, results=results, tasks=tasks)


def find_part_faults(tables: Tables, where: str) -> Iterator[Fault]:
    """Find parts whose parent is no task, and parts that lead to themselves."""
    parents = part_parents(tables.tasks)
    known = {str(task) for task in tables.tasks["task"].dropna()}
    table = tables.loaded.get(TASKS.name)
    for part, parent in parents.items():
        if parent not in known:
            what = f"part_of of task {part!r} is {parent!r}, which is no task"
            yield Fault(where, what, did_you_mean(parent, known - {part}))
    for first, *others in _circles(parents):
        rows = tables.tasks.index[tables.tasks["task"].isin([first, *others])]
        place = where
        if table is not None and table.where != TOML:
            place = table.place([row for row in rows if row < len(table.frame)], "part_of")
        what = f"task {first!r} is a part of itself"
        fix = "Leave its part_of empty."
        if others:
            what = f"tasks {quoted([first, *others])} are parts of each other"
            fix = "Leave part_of empty for the whole of the others."
        yield Fault(place, what, fix)


def _circles(parents: Mapping[str, str]) -> list[list[str]]:
    """Return the tasks that lead to themselves, those that lead to each other in one list."""
    circles: list[list[str]] = []
    seen: set[str] = set()
    for part in parents:
        above = ancestors_of(part, parents)
        if part in above and part not in seen:
            circle = above[: above.index(part)]
            seen.update((part, *circle))
            circles.append([part, *circle])
    return circles


def without_circles(tables: Tables) -> Tables:
    """Return the tables with no parent for tasks that lead to themselves, which are a fault."""
    circles = _circles(part_parents(tables.tasks))
    if not circles:
        return tables
    is_in_one = tables.tasks["task"].isin([task for circle in circles for task in circle])
    parents = tables.tasks["part_of"].where(~is_in_one)
    return replace(tables, tasks=tables.tasks.assign(part_of=parents))


def part_parents(tasks: pd.DataFrame) -> dict[str, str]:
    """Return the parent of each part, by ids."""
    found = tasks[["task", "part_of"]].dropna()
    return dict(zip(map(str, found["task"]), map(str, found["part_of"]), strict=True))


def short_name(part: str, whole: str) -> str:
    """Return the name of a part beside that of its whole: `de` of `massive: de`."""
    return part.removeprefix(f"{whole}: ")


def ancestors_of(task: str, parents: Mapping[str, str]) -> list[str]:
    """Return the parent of a task, the parent of that, and so on; each once."""
    found: list[str] = []
    while (above := parents.get(found[-1] if found else task)) and above not in found:
        found.append(above)
    return found


def fill_parents(tables: Tables, *, exclude_flagged: bool) -> Tables:
    """Give each entry the mean over the parts of a task, where it has all and no stated score.

    Parts of several metrics, units, directions or bounds have no mean. The new rows follow the
    stated ones, and have a score and nothing else.

    Source: docs/statistics.md#parts.
    """
    parents, tasks = part_parents(tables.tasks), tables.tasks.drop_duplicates("task")
    if not parents:
        return tables
    facts, results = tasks.set_index("task")[[*_SAME]], tables.results
    depth = {task: len(ancestors_of(task, parents)) for task in parents}
    wholes = sorted(dict.fromkeys(parents.values()), key=lambda task: -depth.get(task, 0))
    rows = results.loc[results["task"].isin([*parents, *wholes])]
    if exclude_flagged:
        rows = rows[rows["flag"].isna()]
    rows, derived = rows[["model", "variant", "task", "score"]], list[pd.DataFrame]()
    for whole in wholes:
        parts = [part for part, parent in parents.items() if parent == whole]
        if whole not in facts.index or len(facts.loc[parts].drop_duplicates()) > 1:
            continue
        of_parts = rows[rows["task"].isin(parts)]
        wide = of_parts.pivot_table("score", ["model", "variant"], "task", observed=True)
        wide = wide.reindex(columns=parts).dropna()
        stated = rows.loc[rows["task"] == whole].set_index(["model", "variant"]).index
        wide = wide[~wide.index.isin(stated)]
        if len(wide):
            # To twelve digits, so that means that are equal on paper are equal.
            means = [float(f"{mean:.12g}") for mean in wide.to_numpy(dtype=float).mean(axis=1)]
            new = wide.index.to_frame(index=False).assign(task=whole, score=means)
            derived.append(new)
            rows = pd.concat([rows, new])
    if not derived:
        return tables
    first = len(tables.loaded["results"].frame)  # the index is the row of a stated score
    new = pd.concat(derived, ignore_index=True)
    results = pd.concat([results, new.set_index(new.index + first)])
    return replace(tables, results=results.astype(tables.results.dtypes.to_dict()))


# --- versions of tasks ----------------------------------------------------------------------------


def find_mixed_versions(tables: Tables) -> Iterator[Fault]:
    """Find tasks whose scores are of several versions, or of another than the task states."""
    table, stated, faults = tables.loaded[RESULTS.name], _stated(tables.tasks), list[Fault]()
    results = tables.results[["task", "version_of_task"]].dropna()
    for task, versions in results.groupby("task", sort=False)["version_of_task"]:
        found = [*versions.unique()]
        own = stated.get(str(task)) or found[0]
        if others := [str(version) for version in found if version != own]:
            names = quoted((own, *others), most=3)
            what = f"task {task!r} has the versions {names}, whose scores do not compare"
            name = f"{task} v{others[0]}"
            fix = f"Give each version a task of its own, such as {name!r}, or keep the rows of one."
            place = table.place(versions.index[versions == others[0]])
            faults.append(Fault(place, what, fix))
    more = "tasks with scores of several versions"
    yield from limit_faults(faults, len(faults), table.where, more)


def fill_versions(tables: Tables) -> Tables:
    """Give each task the version of its scores, and a whole those of its parts, if it has none."""
    scores = tables.results[["task", "version_of_task"]].dropna().drop_duplicates("task")
    versions = dict(zip(scores["task"].tolist(), scores["version_of_task"].tolist(), strict=True))
    versions |= _stated(tables.tasks)
    if not versions:
        return tables
    parents = part_parents(tables.tasks)
    of_parts = grouped(
        (whole, versions[part]) for part, whole in parents.items() if part in versions
    )
    wholes = {whole: ", ".join(dict.fromkeys(found)) for whole, found in of_parts.items()}
    tasks = tables.tasks
    filled = tasks["task"].map({**wholes, **versions}).astype("str")
    return replace(tables, tasks=tasks.assign(version=filled))


def _stated(tasks: pd.DataFrame) -> dict[str, str]:
    found = tasks[["task", "version"]].dropna()
    return dict(zip(map(str, found["task"]), map(str, found["version"]), strict=True))
