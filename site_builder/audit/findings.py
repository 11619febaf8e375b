"""Find what an audit says: who is first, how firmly, and what could change it.

Every verdict is one that the site of the same data publishes; here they are only counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from site_builder.audit.boards import Audited
from site_builder.audit.sources import Taken
from site_builder.compute.board import share_a_scale
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.messages import Messages
from site_builder.records import Record

SCHEMA = 1
"""Of the JSON document; a key never changes its meaning."""


class First(Record):
    """Who is first.

    Attributes:
        entries: All that share the first rank.
        may_be: The others that may be first.
        by: What that is judged by: the choice of `tasks`, or, on a board of one task, the `errors`
            of its scores; None where nothing tells.
        why_not: Why nothing tells: too `few_tasks`, or the `rule` has no test.
    """

    entries: tuple[str, ...]
    may_be: tuple[str, ...]
    by: Literal["tasks", "errors"] | None
    why_not: Literal["few_tasks", "rule"] | None


class Neighbours(Record):
    """Of how many pairs of neighbours in rank neither is ahead by more than chance explains."""

    pairs: int
    too_close: int


class Missing(Record):
    """What scores are missing of the entries that compete, and what they could change.

    Attributes:
        scores: Number of missing ones, `of` all.
        entries: By entry, how many it lacks, the most first.
        first: The entries that could be first with some values of the missing scores; None where
            the rule does not tell.
        ranks: The best and worst rank of the first with any values; None as `first`.
        tasks_without_bounds: Tasks whose scores have no stated bounds, so that a missing one may be
            anything.
    """

    scores: int
    of: int
    entries: Mapping[str, int]
    first: tuple[str, ...] | None
    ranks: tuple[int, int] | None
    tasks_without_bounds: tuple[str, ...]


class Scale(Record):
    """Tasks whose scores are of one kind.

    Attributes:
        metric: None where they have several, or none is stated.
        low, high: Bounds of the scores; None where they are not stated.
    """

    metric: str | None
    unit: str | None
    higher_is_better: bool
    low: float | None
    high: float | None
    tasks: tuple[str, ...]


class AuditedEntry(Record):
    """One entry of the board, with what the site says of it.

    Attributes:
        value: What ranks it; None where the API does not have it.
        scored: Number of tasks with a score.
        ranks: The ranks that it could have with other tasks of this kind; None where not tested.
        ranks_if_complete: The ranks that missing scores allow; None where none is missing.
        may_be_first: None where that is not judged.
        ahead_of_next: Whether it is ahead of the next by more than chance explains.
    """

    entry: str
    name: str
    rank: int | None
    unranked: str | None
    value: float | None
    scored: int
    ranks: tuple[int, int] | None
    ranks_if_complete: tuple[int, int] | None
    may_be_first: bool | None
    ahead_of_next: bool | None


class Audit(Record):
    """What is said of one board.

    Attributes:
        variants: The variants of its scores; the first is the one that is ranked.
        without_task: `one_task_left_out` of the API, with its leaders by task; None below two tasks
            or ranked entries, and by rules that do not tell.
        is_one_scale: Whether scores on the tasks can be averaged (docs/statistics.md#rules); None
            where a unit is not known, or the API of a published board leaves it open.
        rules: The leaders by each rule that the tasks allow, that of the board first.
        taken: What scores were taken for, and what was not read.
        audited: What this is of.
    """

    source: str
    board: str
    other_boards: tuple[str, ...]
    variants: tuple[str, ...]
    tasks: int
    scores: int
    ranked: int
    rank_by: str
    why: str
    min_coverage: float
    first: First
    neighbours: Neighbours | None
    missing: Missing
    without_task: Mapping[str, Any] | None
    rules: tuple[Mapping[str, Any], ...]
    scales: tuple[Scale, ...]
    is_one_scale: bool | None
    entries: tuple[AuditedEntry, ...]
    names: Mapping[str, str]
    task_names: Mapping[str, str]
    taken: Taken
    audited: Audited

    @property
    def say(self) -> Messages:
        """Texts in English, in the words of the site."""
        return self.audited.say


def find_audit(audited: Audited, taken: Taken) -> Audit:
    """Return what there is to say of a board."""
    stats, robustness = audited.stats, audited.robustness or {}
    variant = stats["variants"][0]
    entries = tuple(_entry(model, audited, variant) for model in audited.models)
    scored = tuple(e for e in entries if e.scored)
    scored_tasks = [t for t in audited.tasks if t["best"].get(variant)]
    tasks = [t["task"] for t in scored_tasks]
    is_one_scale = _is_one_scale(audited, scored_tasks)
    return Audit(
        source=audited.source,
        board=audited.board,
        other_boards=audited.others,
        variants=tuple(stats["variants"]),
        tasks=len(tasks),
        scores=sum(e.scored for e in entries),
        ranked=sum(e.rank is not None for e in entries),
        rank_by=stats["ranked_by"],
        why=audited.why,
        min_coverage=stats["min_coverage"],
        first=_first(entries, audited, tasks),
        neighbours=_neighbours(entries),
        missing=_missing(scored, audited, tasks),
        without_task=_without_task(robustness.get("one_task_left_out")),
        rules=tuple(robustness.get("rules", ())),
        scales=_scales(audited, scored_tasks),
        is_one_scale=None if is_one_scale and taken.units else is_one_scale,
        entries=scored,
        names={m["model"]: m["name"] for m in audited.models},
        task_names={t["task"]: t["name"] for t in audited.tasks},
        taken=taken,
        audited=audited,
    )


def _entry(model: Mapping[str, Any], audited: Audited, variant: str) -> AuditedEntry:
    def of(name: str) -> Any:  # noqa: ANN401 - whatever the API has there
        return model.get(name, {}).get(variant)

    def pair(name: str) -> tuple[int, int] | None:
        return tuple(of(name)) if of(name) else None

    return AuditedEntry(
        entry=model["model"],
        name=model["name"],
        rank=model["rank"],
        unranked=model["unranked"],
        value=of(audited.merit) if audited.merit else None,
        scored=of("scored") or 0,
        ranks=pair("rank_interval"),
        ranks_if_complete=pair("possible_ranks"),
        may_be_first=model["tied_with_best"],
        ahead_of_next=of("ahead_of_next"),
    )


def _first(entries: Sequence[AuditedEntry], audited: Audited, tasks: Sequence[str]) -> First:
    ranked = [e for e in entries if e.rank is not None]
    leaders = tuple(e.entry for e in ranked if e.rank == 1)
    rivals = tuple(e.entry for e in ranked if e.rank != 1 and e.may_be_first)
    if any(e.ranks for e in ranked):
        return First(leaders, rivals, "errors" if len(tasks) == 1 else "tasks", None)
    if len(ranked) < 2:
        return First(leaders, (), None, None)
    return First(leaders, (), None, "few_tasks" if len(tasks) < LEAST_TASKS else "rule")


def _neighbours(entries: Sequence[AuditedEntry]) -> Neighbours | None:
    ahead = [e.ahead_of_next for e in entries if e.ahead_of_next is not None]
    return Neighbours(len(ahead), ahead.count(False)) if ahead else None


def _missing(entries: Sequence[AuditedEntry], audited: Audited, tasks: Sequence[str]) -> Missing:
    """Count the missing scores of all that compete and have any; see who could be first."""
    competing = [e for e in entries if e.unranked != "reference"]
    lacks = {e.entry: len(tasks) - e.scored for e in competing if e.scored < len(tasks)}
    most = dict(sorted(lacks.items(), key=lambda item: -item[1]))
    possible = [(e, e.ranks_if_complete) for e in competing if e.ranks_if_complete]
    first = tuple(e.entry for e, ranks in possible if ranks[0] == 1)
    leader = next((ranks for e, ranks in possible if e.rank == 1), None)
    by_means = audited.facts and audited.stats["ranked_by"] != "mean_win_rate"
    bounds = ("score_min", "score_max")
    unbounded = [
        task
        for task in (tasks if by_means and lacks else ())
        if None in map(audited.facts[task].get, bounds)
    ]
    return Missing(
        scores=sum(lacks.values()),
        of=len(competing) * len(tasks),
        entries=most,
        first=first if possible else None,
        ranks=leader,
        tasks_without_bounds=tuple(unbounded),
    )


def _without_task(found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not found:
        return None
    leaders = dict(zip(found["changed"], found["changed_leaders"], strict=True))
    return {**{k: found[k] for k in ("tried", "kept", "task", "share", "lead")}, "leaders": leaders}


def _is_one_scale(audited: Audited, tasks: Sequence[Mapping[str, Any]]) -> bool | None:
    if not audited.facts and len({t["metric"] for t in tasks}) > 1:
        return False if len({t["higher_is_better"] for t in tasks}) > 1 else None
    of = [audited.facts.get(t["task"], {}) for t in tasks]
    facts = (
        [t["higher_is_better"] for t in tasks],
        [t["metric"] for t in tasks],
        *([one.get(name) for one in of] for name in ("unit", "score_min", "score_max")),
    )
    return share_a_scale(*facts)


def _scales(audited: Audited, tasks: Sequence[Mapping[str, Any]]) -> tuple[Scale, ...]:
    """Group tasks by direction, unit and bounds, and by metric where no bounds are stated."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for task in tasks:
        of = audited.facts.get(task["task"], {})
        low, high = of.get("score_min"), of.get("score_max")
        metric = task["metric"] if low is None or high is None else None
        key = task["higher_is_better"], of.get("unit"), low, high, metric
        groups.setdefault(key, []).append(task)
    scales = []
    for (better, unit, low, high, _), mine in groups.items():
        metrics = {task["metric"] for task in mine}
        metric = metrics.pop() if len(metrics) == 1 else None
        names = tuple(task["task"] for task in mine)
        scales.append(Scale(metric, unit, better, low, high, names))
    return tuple(sorted(scales, key=lambda scale: -len(scale.tasks)))
