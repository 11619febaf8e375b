"""Decide the direction and the bounds of each new task, or ask the publisher."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, UnclearScoresError
from site_builder.formatting import listed
from site_builder.importers.choices import as_toml, choice_lines, lines_to_paste
from site_builder.importers.merge import Placed
from site_builder.importers.reading import ImportedRow, ImportedScore, ImportOptions
from site_builder.records import Record, field, replace
from site_builder.tables.metrics import (
    BOUNDS,
    Assumption,
    are_mixed,
    bounds_text,
    direction_of,
    is_cost,
    is_limited,
    is_share,
    measure_of,
    unit_of,
)
from site_builder.tables.overrides import stated_in

_MAX_NAMED = 20
_UNIT = re.compile(r"\(([A-Za-z]+/s|s|ms|[GM]B)\)$", re.ASCII)  # `pp512 (tok/s)`
_STATE_DIRECTION = (
    "Use --higher-is-better or --lower-is-better, or write {} = {{ higher_is_better = true }} "
    "(or false) under [tasks] in site.toml. Of a wide table, task_columns under [import] names the "
    "scores."
)
_STATE_UNIT = (
    "Use --percent, --proportion or --other-unit, or scale under [import] in site.toml; or, for "
    'some tasks, write {} = {{ unit = "percent" }} under [tasks].'
)


class Assumed(Record):
    """What the scores of the new tasks are taken for.

    Attributes:
        facts: Columns of the tasks table by task.
        directions, units: Tasks whose direction or unit is not known.
        refused: Scores above 1 that the publisher calls proportions, and why.
    """

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    directions: list[_Task] = field(default_factory=list)
    units: list[_Task] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)

    @property
    def mixed(self) -> list[_Task]:
        """Tasks whose scores may be partly proportions, partly percentages."""
        return [task for task in self.units if are_mixed(task.scores)]

    def check(self, config: SiteConfig, *columns: Iterable[str]) -> None:
        """Ask each question once, with all tasks that it is about, by an `UnclearScoresError`.

        The last one has all answers as lines of `site.toml`: directions, units, and the `columns`
        that were guessed to be tasks, and to be none.
        """
        if not self.directions and not self.units:
            return
        named = [f"{t.name!r} ({t.metric})" if t.metric else repr(t.name) for t in self.directions]
        ranges = [_range(task) for task in self.units]
        *faults, last = [
            *_fault(self.directions, "whether higher is better for", named, _STATE_DIRECTION),
            *_fault(self.units, "the unit of", ranges, _STATE_UNIT),
        ]
        guesses = ([*dict.fromkeys(names)] for names in columns)
        paste = choice_lines(tuple({"task_columns": names} for names in guesses if names), config)
        facts: dict[str, dict[str, Any]] = {task.name: {} for task in self.directions + self.units}
        for task in self.directions:
            names = (task.name, task.metric)
            is_amount = not task.is_percent and any(map(is_cost, names))
            is_lower = is_amount or any(direction_of(name) is False for name in names)
            facts[task.name]["higher_is_better"] = not is_lower
        for task in self.units:
            unit = "percent" if max(task.scores) > 1 else "proportion"
            of_name = _UNIT.search(task.name)
            unit = of_name[1] if of_name else measure_of(task.name) or unit
            facts[task.name]["unit"] = unit
        # A direction is a guess that the reader has to look at: the other one stands beside it.
        lines = [
            f"{as_toml(name)} = {as_toml(values)}"
            + (
                f"  # or {as_toml(not values[key])}"
                if (key := "higher_is_better") in values
                else ""
            )
            for name, values in facts.items()
        ]
        last = replace(last, paste=(*paste, *lines_to_paste("tasks", lines, config)))
        raise UnclearScoresError(
            [*faults, last], of_direction=bool(self.directions), of_unit=bool(self.units)
        )


class StatedRows:
    """What the files state about tasks, what counts more first."""

    def __init__(self, rows: Iterable[ImportedRow]) -> None:
        self._rows: dict[tuple[str, str], list[ImportedRow]] = {}
        for row in rows:
            self._rows.setdefault((row.id, row.metric), []).append(row)

    def of(self, score: ImportedScore) -> list[ImportedRow]:
        """Return what is valid for the metric of a score, then what is valid for any."""
        keys = dict.fromkeys(((score.task, score.metric), (score.task, "")))
        return [row for key in keys for row in self._rows.get(key, ())]


class _Task(Record):
    """A new task with its scores, and what the files state about it."""

    name: str
    metric: str
    placed: list[Placed]
    rows: list[ImportedRow]

    @property
    def scores(self) -> list[float]:
        return [one.score.score for one in self.placed]

    @property
    def is_percent(self) -> bool:
        """Whether the files mark all scores as percentages."""
        return all(one.score.is_percent for one in self.placed)

    @property
    def sources(self) -> set[str]:
        return {one.score.source or "" for one in self.placed}

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """The files, with the metric that their unit may be known from: BLEU tells none of F1."""
        metric = "" if is_share(self.metric) else self.metric
        return {(source, metric) for source in self.sources}

    @property
    def stated(self) -> dict[str, Any]:
        """What the files state; of two that state a value, the first counts."""
        values: dict[str, Any] = {}
        for row in self.rows:
            values |= {k: v for k, v in row.values.items() if v is not None and k not in values}
        return values

    @property
    def direction(self) -> tuple[bool | None, str]:
        """Whether higher is better by the files or the metric, and what tells it."""
        key = "higher_is_better"
        for row in self.rows:
            if row.values.get(key) is not None:
                return bool(row.values[key]), row.why
        return direction_of(self.metric), f"metric {self.metric!r}"


def assume_tasks(
    placed: Sequence[Placed],
    stated: StatedRows,
    known: Collection[str],
    config: SiteConfig,
    options: ImportOptions,
) -> Assumed:
    """Decide the direction and the bounds of each task that is not `known` to the tables.

    A direction comes from `site.toml`, the files, the metric, or an option; bounds come from
    `site.toml`, the files, or the metric and the scores. The first that tells counts.
    """
    assumed = Assumed()
    tasks = _new_tasks(placed, stated, known)
    percents = set[tuple[str, str]]().union(*(t.kinds for t in tasks if _has_percents(t)))
    for every in tasks:
        task = _without_impossible(every, assumed)
        own = stated_in(config.tasks, task.name)
        better, why = _direction(task, own, options)
        bounds, why_bounds = _bounds(task, own, options, better=better, percents=percents)
        if better is None:
            assumed.directions.append(task)
        if bounds == "unclear":
            assumed.units.append(task)
            bounds = None
        facts = {"metric": task.metric or None, **task.stated, "higher_is_better": better}
        if isinstance(bounds, tuple):
            facts["score_min"], facts["score_max"] = bounds
        elif task.is_percent:
            facts["unit"] = "percent"
        if options.scale == "proportion" and bounds == BOUNDS["proportion"]:
            assumed.refused.extend(
                (one, f"{one.score.score:g} is not a proportion")
                for one in task.placed
                if one.score.score > 1
            )
        assumed.facts[task.name] = facts
        shown = bounds_text(facts.get("score_min"), facts.get("score_max"))
        told = (why, shown, why_bounds if shown else "")
        assumed.assumptions.append(Assumption(task.name, task.metric, bool(better), *told))
    return assumed


def _without_impossible(task: _Task, assumed: Assumed) -> _Task:
    """Return a task without negative shares, such as the -1 of a failed run, which are refused."""
    negative = [one for one in task.placed if is_share(task.metric) and one.score.score < 0]
    if len(negative) == len(task.placed):
        return task
    assumed.refused.extend((one, f"{one.score.score:g} is no {task.metric}") for one in negative)
    left = [one for one in task.placed if one.score.score >= 0] if negative else task.placed
    return replace(task, placed=left)


def _new_tasks(placed: Sequence[Placed], stated: StatedRows, known: Collection[str]) -> list[_Task]:
    by_task: dict[str, list[Placed]] = {}
    for one in placed:
        by_task.setdefault(one.task, []).append(one)
    tasks = []
    for name, of_task in by_task.items():
        if name in known:
            continue
        score = of_task[0].score
        about = stated.of(score)
        named = (row.values.get("metric") for row in about)
        metric = score.metric or next(filter(None, named), "")
        tasks.append(_Task(name, metric, of_task, about))
    return tasks


def _direction(
    task: _Task, own: Mapping[str, Any], options: ImportOptions
) -> tuple[bool | None, str]:
    if "higher_is_better" in own:
        return own["higher_is_better"], "site.toml"
    better, why = task.direction
    if better is not None or options.higher_is_better is None:
        return better, why
    flag = "--higher-is-better" if options.higher_is_better else "--lower-is-better"
    return options.higher_is_better, flag


def _has_percents(task: _Task) -> bool:
    """Return whether scores of a task may be percentages above 2, by its files alone."""
    in_range = all(0 <= score <= 100 for score in task.scores)
    may_be = not task.metric or is_limited(task.metric)
    return in_range and max(task.scores) > 2 and may_be and task.direction[0] is not False


def _bounds(
    task: _Task,
    own: Mapping[str, Any],
    options: ImportOptions,
    *,
    better: bool | None,
    percents: Collection[tuple[str, str]],
) -> tuple[tuple[float, float] | str | None, str]:
    """Return the bounds of a task, `unclear` if its unit is not known, and what tells them."""
    if {"score_min", "score_max", "unit"} & {*own}:
        return None, "site.toml"
    if {"score_min", "score_max"} & {*task.stated}:
        return None, "the file"
    is_in_range = all(0 <= score <= 100 for score in task.scores)
    if is_in_range and better is not False and task.is_percent:
        return BOUNDS["percent"], "percent signs"
    unit = unit_of(
        task.scores,
        task.metric,
        lower=better is False,
        among_percents=not task.kinds.isdisjoint(percents),
    )
    if unit == "other" and not (better and is_in_range and is_limited(task.metric)):
        return None, ""
    if options.scale is not None and (unit != "proportion" or options.scale == "percent"):
        return BOUNDS[options.scale], f"unit stated as {options.scale}"
    if unit is None:
        return "unclear", ""
    return BOUNDS[unit], "scores up to 1" if unit == "proportion" else "scores above 1"


def _fault(tasks: Sequence[_Task], asked: str, named: Sequence[str], fix: str) -> Iterator[Fault]:
    """Yield what the files of some tasks do not tell; `fix` has a place for the first task."""
    if tasks:
        sources = sorted(set[str]().union(*(task.sources for task in tasks)))
        do = "does" if len(sources) == 1 else "do"
        what = f"{listed(sources)} {do} not tell {asked} {listed(named, most=_MAX_NAMED)}"
        yield Fault("", what, fix.format(as_toml(tasks[0].name)))


def _range(task: _Task) -> str:
    low, high = min(task.scores), max(task.scores)
    mixed = ", proportions and percentages mixed?" if are_mixed(task.scores) else ""
    return f"{task.name!r} ({low:g} to {high:g}{mixed})"
