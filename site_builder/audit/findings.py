"""Find what an audit says: who is first, how firmly, and what could change it.

Every verdict is one that the site of the same data publishes; here they are only counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from site_builder.api import api_values, published_statistics
from site_builder.compute.board import share_a_scale
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.results import BoardResults, Results, SiteResults
from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError, did_you_mean
from site_builder.formatting import NumberFormat
from site_builder.labels import make_labels
from site_builder.messages import Messages, make_messages
from site_builder.records import Record, field, replace
from site_builder.tables.metrics import Assumption

SCHEMA = 1
"""Of the JSON document; a key never changes its meaning."""


class Taken(Record):
    """What scores were taken for, and what was not read.

    Attributes:
        directions: Tasks that are left out, since nothing tells whether higher is better.
        units: Tasks of which nothing tells the unit, with their least and greatest score.
        mixed: Those of them that are left out, since proportions and percentages may be mixed.
        measures: What is measured beside the score, and ranks nothing.
        assumed: Tasks of which higher counts as better, though nothing states it.
        told: What the direction of each task of files was taken from, where nothing states it.
        faults: Warnings.
    """

    directions: tuple[str, ...] = ()
    units: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    told: tuple[Assumption, ...] = ()
    faults: tuple[Fault, ...] = ()


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


class Phrasing(Record):
    """What only sentences need.

    Attributes:
        names, task_names: By id.
        rule: The rule in words.
        scale, lead_scale: Formats of what ranks, and of differences of it.
        say: Texts in English, in the words of the site.
    """

    names: Mapping[str, str]
    task_names: Mapping[str, str]
    rule: str
    scale: NumberFormat
    lead_scale: NumberFormat
    say: Messages


class Audit(Record):
    """What is said of one board.

    Attributes:
        source: What was given: a file, a folder, an address.
        board: Title of the board, or of the site with one; empty where there is none.
        other_boards: Ids of the other boards of the site.
        variants: The variants of its scores; the first is the one that is ranked.
        why: What decided the rule, as in `RankingRules`, or `unknown units`.
        without_task: `one_task_left_out` of the API, with its leaders by task; None below two tasks
            or ranked entries, and by rules that do not tell.
        is_one_scale: Whether scores on the tasks can be averaged (docs/statistics.md#rules); None
            where a unit is not known.
        rules: The leaders by each rule that the tasks allow, that of the board first.
        taken: What scores were taken for, and what was not read.
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
    taken: Taken
    words: Phrasing


def find_audit(
    source: str, computed: SiteResults, config: SiteConfig, board: str, taken: Taken
) -> Audit:
    """Return what there is to say of a board; of the one of the home page if none is named.

    Raises:
        SiteError: There is no board of this name.
    """
    found = _find(computed, board)
    results, ranked = found.results, found.results.board
    values = api_values(results)
    stats, robustness = values["stats"], values.get("robustness", {})
    variant = stats["variants"][0]
    fields = {s.id: name for name, s in published_statistics(ranked).items()}
    merit = fields.get(ranked.rule.statistic, "")
    entries = tuple(_entry(model, merit, variant) for model in values["models"])
    scored = tuple(e for e in entries if e.scored)
    tasks = [results.catalog.tasks[t.task] for t in results.tasks if t.best.get(variant)]
    of_scale = ("higher_is_better", "metric", "unit", "score_min", "score_max")
    facts = ([getattr(task, name) for task in tasks] for name in of_scale)
    return Audit(
        source=source,
        board=found.spec.title if found.spec.id or config.sha256 else "",
        other_boards=tuple(b.spec.id for b in computed.boards if b.spec.id != found.spec.id),
        variants=tuple(stats["variants"]),
        tasks=len(tasks),
        scores=sum(e.scored for e in entries),
        ranked=sum(e.rank is not None for e in entries),
        rank_by=stats["ranked_by"],
        why=ranked.rules.why,
        min_coverage=stats["min_coverage"],
        first=_first(entries, len(tasks)),
        neighbours=_neighbours(entries),
        missing=_missing(scored, tasks, by_values=ranked.rules.rank_by != "mean_win_rate"),
        without_task=_without_task(robustness.get("one_task_left_out")),
        rules=tuple(robustness.get("rules", ())),
        scales=_scales(tasks),
        is_one_scale=share_a_scale(*facts) and (None if taken.units else True),
        entries=scored,
        taken=taken,
        words=_words(results, config, values),
    )


def _words(results: Results, config: SiteConfig, values: Mapping[str, Any]) -> Phrasing:
    ranked, labels = results.board, make_labels(results, config)
    labels = replace(labels, say=make_messages(config.words.model_dump()))  # in English
    is_rate = ranked.rules.rank_by == "mean_win_rate"
    return Phrasing(
        names={m["model"]: m["name"] for m in values["models"]},
        task_names={t["task"]: t["name"] for t in values["tasks"]},
        rule=labels.merit_label(ranked),
        scale=labels.merit_scale(ranked),
        lead_scale=labels.rate_scale if is_rate else labels.scale,
        say=labels.say,
    )


def _find(computed: SiteResults, board: str) -> BoardResults:
    if not board:
        return computed.featured
    ids = {b.spec.id: b for b in computed.boards}
    if board in ids:
        return ids[board]
    known = [*filter(None, ids)]
    fix = did_you_mean(board, known, "boards") if known else "Leave the option out: it has one."
    raise SiteError(Fault("--board", f"there is no board {board!r}", fix))


def _entry(model: Mapping[str, Any], merit: str, variant: str) -> AuditedEntry:
    def of(name: str) -> Any:  # noqa: ANN401 - whatever the API has there
        return model.get(name, {}).get(variant)

    def pair(name: str) -> tuple[int, int] | None:
        return tuple(of(name)) if of(name) else None

    return AuditedEntry(
        entry=model["model"],
        name=model["name"],
        rank=model["rank"],
        unranked=model["unranked"],
        value=of(merit),
        scored=of("scored") or 0,
        ranks=pair("rank_interval"),
        ranks_if_complete=pair("possible_ranks"),
        may_be_first=model["tied_with_best"],
        ahead_of_next=of("ahead_of_next"),
    )


def _first(entries: Sequence[AuditedEntry], n_tasks: int) -> First:
    ranked = [e for e in entries if e.rank is not None]
    leaders = tuple(e.entry for e in ranked if e.rank == 1)
    rivals = tuple(e.entry for e in ranked if e.rank != 1 and e.may_be_first)
    if any(e.ranks for e in ranked):
        return First(leaders, rivals, "errors" if n_tasks == 1 else "tasks", None)
    if len(ranked) < 2:
        return First(leaders, (), None, None)
    return First(leaders, (), None, "few_tasks" if n_tasks < LEAST_TASKS else "rule")


def _neighbours(entries: Sequence[AuditedEntry]) -> Neighbours | None:
    ahead = [e.ahead_of_next for e in entries if e.ahead_of_next is not None]
    return Neighbours(len(ahead), ahead.count(False)) if ahead else None


def _missing(
    entries: Sequence[AuditedEntry], tasks: Sequence[TaskInfo], *, by_values: bool
) -> Missing:
    """Count the missing scores of all that compete and have any; see who could be first.

    `by_values` tells that the size of a score counts, not only its place among others.
    """
    competing = [e for e in entries if e.unranked != "reference"]
    lacks = {e.entry: len(tasks) - e.scored for e in competing if e.scored < len(tasks)}
    most = dict(sorted(lacks.items(), key=lambda item: -item[1]))
    possible = [(e, e.ranks_if_complete) for e in competing if e.ranks_if_complete]
    first = tuple(e.entry for e, ranks in possible if ranks[0] == 1)
    leader = next((ranks for e, ranks in possible if e.rank == 1), None)
    unbounded = [t.task for t in tasks if None in (t.score_min, t.score_max)]
    return Missing(
        scores=sum(lacks.values()),
        of=len(competing) * len(tasks),
        entries=most,
        first=first if possible else None,
        ranks=leader,
        tasks_without_bounds=tuple(unbounded) if by_values and lacks else (),
    )


def _without_task(found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not found:
        return None
    leaders = dict(zip(found["changed"], found["changed_leaders"], strict=True))
    return {**{k: found[k] for k in ("tried", "kept", "task", "share", "lead")}, "leaders": leaders}


def _scales(tasks: Sequence[TaskInfo]) -> tuple[Scale, ...]:
    """Group tasks by direction, unit and bounds, and by metric where no bounds are stated."""
    groups: dict[tuple[Any, ...], list[TaskInfo]] = {}
    for task in tasks:
        low, high = task.score_min, task.score_max
        metric = task.metric if low is None or high is None else None
        key = task.higher_is_better, task.unit, low, high, metric
        groups.setdefault(key, []).append(task)
    scales = []
    for (better, unit, low, high, _), mine in groups.items():
        metrics = {task.metric for task in mine}
        metric = metrics.pop() if len(metrics) == 1 else None
        names = tuple(task.task for task in mine)
        scales.append(Scale(metric, unit, better, low, high, names))
    return tuple(sorted(scales, key=lambda scale: -len(scale.tasks)))
