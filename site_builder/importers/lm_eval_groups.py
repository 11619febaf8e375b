"""Groups of tasks in results of the lm-evaluation-harness: a score is to count once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from site_builder.importers.files import as_table, as_text


def members_of_groups(document: Mapping[str, Any], scored: Collection[str]) -> dict[str, list[str]]:
    """The tasks and groups below each group that has a score of its own, at any depth.

    Files say it in `group_subtasks`; those of the first releases of 0.4 only by how far the names
    in their tables are moved in.

    Args:
        document: A results file.
        scored: The tasks and groups that have a score in it.
    """
    stated = {
        group: [str(name) for name in names]
        for group, names in as_table(document.get("group_subtasks")).items()
        if isinstance(names, list) and names
    }
    children = stated or _children_by_indent(as_table(document.get("results")))
    return {
        group: sorted(_below(group, children, set()) & set(scored))
        for group in children
        if group in scored
    }


def _below(group: str, children: Mapping[str, list[str]], seen: set[str]) -> set[str]:
    for name in children.get(group, ()):
        if name not in seen and name != group:
            seen.add(name)
            _below(name, children, seen)
    return seen


def _children_by_indent(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Group to members where an alias such as `  - algebra` stands below its group's."""
    children: dict[str, list[str]] = {}
    open_groups: list[tuple[int, str]] = []
    for name, values in results.items():
        alias = as_table(values).get("alias")
        text = alias if isinstance(alias, str) else as_text(name)
        depth = len(text) - len(text.lstrip()) if text.lstrip().startswith("- ") else 0
        while open_groups and open_groups[-1][0] >= depth:
            open_groups.pop()
        if depth and open_groups:
            children.setdefault(open_groups[-1][1], []).append(name)
        open_groups.append((depth, name))
    return children
