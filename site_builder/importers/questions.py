"""Ask once about many tasks: put those with one question together, by a pattern of their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence

from site_builder.formatting import quoted
from site_builder.records import Record
from site_builder.tables.overrides import matches

_FEWEST = 4
"""Tasks that are worth a pattern."""
_MOST_NAMED = 4


class Alike(Record):
    """Tasks with the same question.

    Attributes:
        key: Their only name, or a pattern that matches them and no other task.
    """

    key: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        """Name them: `'q1' to 'q43' (43 tasks)`."""
        if len(self.names) == 1:
            return repr(self.names[0])
        starts = {name.rstrip("0123456789") for name in self.names}
        if len(starts) == 1:
            return f"{self.names[0]!r} to {self.names[-1]!r} ({len(self.names)} tasks)"
        return f"{quoted(self.names, most=_MOST_NAMED)} ({len(self.names)} tasks)"


def group_alike(questions: Mapping[str, Hashable], others: Collection[str]) -> list[Alike]:
    """Group the names with one question that a pattern can name, without any of `others`."""
    groups = [
        group
        for names in _by(questions, questions)
        for group in _joint(names, {*questions, *others}.difference(names))
    ]
    places = {name: place for place, name in enumerate(questions)}
    return sorted(groups, key=lambda group: places[group.names[0]])


def _by(names: Collection[str], keys: Mapping[str, Hashable]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for name in names:
        groups.setdefault(keys[name], []).append(name)
    return [*groups.values()]


def _joint(names: Sequence[str], others: Collection[str]) -> Iterator[Alike]:
    """Yield all names as one group, else those that differ in a number alone, else each."""
    if pattern := _pattern(names, others):
        yield Alike(pattern, tuple(names))
        return
    families = _by(names, {name: re.sub(r"\d+", "#", name) for name in names})
    for family in families:
        pattern = _pattern(family, {*names, *others}.difference(family))
        if pattern:
            yield Alike(pattern, tuple(family))
        else:
            yield from (Alike(name, (name,)) for name in family)


def _pattern(names: Sequence[str], others: Collection[str]) -> str:
    """Return a pattern that matches some names and none of `others`; empty if there is none.

    It begins and ends where a word or a number does, so that it names what the names share.
    """
    if len(names) < _FEWEST or any("*" in name for name in names):
        return ""
    start = _common_start(names)
    end = _common_start([name[::-1] for name in names])[::-1]
    rests = [name[len(start) : len(start) + 1] for name in names]
    starts = [start] if start and (not start[-1].isalnum() or all(map(str.isdigit, rests))) else []
    ends = [end] if end and not end[0].isalnum() else []
    patterns = [f"{one}*" for one in starts] + [f"*{one}" for one in ends]
    patterns += [f"{one}*{other}" for one in starts for other in ends]
    for pattern in (*patterns, "*"):
        if not any(matches(pattern, name) for name in others):
            return pattern if all(matches(pattern, name) for name in names) else ""
    return ""


def _common_start(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    n = next((n for n, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), None)
    return first[:n]
