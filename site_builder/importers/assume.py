"""Decide the direction and the bounds of each new task, or ask the publisher."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError
from site_builder.formatting import listed, quoted
from site_builder.importers.choices import as_toml, column_lines, lines_to_paste
from site_builder.importers.merge import Placed
from site_builder.importers.reading import (
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    grouped,
)
from site_builder.importers.units import is_spent
from site_builder.importers.values import as_link
from site_builder.records import Record, field, replace
from site_builder.tables.metrics import (
    BOUNDS,
    Assumption,
    are_mixed,
    bounds_text,
    direction_in,
    direction_of,
    is_cost,
    is_earned,
    is_likely_lower,
    is_limited,
    is_share,
    is_worsened,
    measure_of,
    unit_of,
)
from site_builder.tables.overrides import matches, stated_in

_MAX_NAMED = 20
_FEWEST = 4
"""Tasks that are worth a pattern."""
_MOST_NAMED = 4
_UNIT = re.compile(  # `pp512 (tok/s)`, `HD95 (mm)`
    r"[(\[]([A-Za-z]+/[A-Za-z]+|[mnu]?s|min|h|k?g|[kGMT]i?B|[mck]m|dB|[mkM]?W|k?Wh|[kM]?J|[kMG]Hz)[)\]]$",
    re.ASCII,
)
_RATES = ("points", "dB", "kHz", "MHz", "GHz", "Hz")  # more of these may be better
_DIGITS = re.compile(r"\d+")
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
        known: Tasks that the tables have.
        stated: What the files state about tasks.
        facts: Columns of the tasks table by task.
        directions, units: Tasks whose direction or unit is not known.
        refused: Scores above 1 that the publisher calls proportions, and why.
        placed: All other scores.
    """

    known: Collection[str]
    stated: StatedRows
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    directions: list[_Task] = field(default_factory=list)
    units: list[_Task] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    @property
    def mixed(self) -> list[_Task]:
        """Tasks whose scores may be partly proportions, partly percentages."""
        return [task for task in self.units if are_mixed(task.scores)]

    def check(self, config: SiteConfig, reading: Reading) -> None:
        """Ask each question once, by a `FaultsError` whose last fault has all answers to paste."""
        if not self.directions and not self.units:
            return
        tasks = {task.name: task for task in (*self.directions, *self.units)}
        asked = {task.name for task in self.directions}
        averages = {direction_in(n) for n in reading.others if measure_of(n) == "average"}
        are_errors = averages - {None} == {False}
        low = {name for name in asked if are_errors or not _likely_direction(tasks[name])}
        groups = self._groups(tasks, asked, low)
        of_direction = [group for group in groups if group.names[0] in asked]
        of_name = {name: group for group in groups for name in group.names}
        of_unit = [*dict.fromkeys(of_name[task.name] for task in self.units)]
        mend = "Where a task has both, correct the file. " if self.mixed else ""
        named = [_named(group, tasks) for group in of_direction]
        ranges = [_range(group, tasks) for group in of_unit]
        better = "whether higher is better for"
        *faults, last = [
            *_fault(of_direction, self.directions, better, named, _STATE_DIRECTION),
            *_fault(of_unit, self.units, "the unit of", ranges, f"{mend}{_STATE_UNIT}"),
        ]
        guesses = filter(None, (reading.guessed, reading.others))
        paste = column_lines(guesses, reading.further, config)
        answers = (_answer(group, tasks, low, of_direction, of_unit) for group in groups)
        lines = [*filter(None, answers)]
        last = replace(last, paste=(*paste, *lines_to_paste("tasks", lines, config)))
        raise FaultsError([*faults, last])

    def _groups(
        self, tasks: Mapping[str, _Task], asked: Collection[str], low: Collection[str]
    ) -> list[Alike]:
        """Return tasks about which the same is asked; of those in `low`, lower is likely better."""
        questions = {
            name: (
                name in asked,
                name in low,
                _named_unit(task),
                task.metric,
                (min(task.scores) < 0, max(task.scores) > 100),
            )
            for name, task in tasks.items()
        }
        return group_alike(questions, {*self.known, *(a.task for a in self.assumptions)})


def _likely_direction(task: _Task) -> bool:
    names, named = (task.name, task.metric), _named_unit(task)
    unit = named or str(task.stated.get("unit", ""))
    if any(map(is_earned, names)):
        return True
    if task.are_places:
        return False
    if "/" in unit and is_spent(unit):
        return False  # `ns/op`, `s/it`
    if unit and "/" not in unit and unit not in _RATES and (named or measure_of(unit)):
        return False  # a time, a size, a price or a distance
    is_amount = not task.is_percent and any(map(is_cost, names))
    is_worse = min(task.scores) >= 0 and any(map(is_worsened, names))  # such as a drop
    is_low = any(direction_of(name) is False or is_likely_lower(name) for name in names)
    return not (is_amount or is_worse or is_low)


def _named_unit(task: _Task) -> str:
    """Return the unit that the name of a task tells; empty if it tells none."""
    of_name = _UNIT.search(task.name)
    kinds = {"tokens": "tokens", "speed": "points"}  # a speed is no percentage
    return of_name[1] if of_name else kinds.get(measure_of(task.name), "")


def _named(group: Alike, tasks: Mapping[str, _Task]) -> str:
    metric = tasks[group.names[0]].metric
    return f"{group} ({metric})" if metric else str(group)


def _answer(
    group: Alike,
    tasks: Mapping[str, _Task],
    low: Collection[str],
    of_direction: Collection[Alike],
    of_unit: Collection[Alike],
) -> str:
    """Return the line with the likely answers, and others as a comment; empty if none is likely."""
    first, scores = tasks[group.names[0]], [s for n in group.names for s in tasks[n].scores]
    facts: dict[str, Any] = {}
    others: list[str] = []
    if group in of_direction:
        facts["higher_is_better"] = first.name not in low
        others.append(as_toml(not facts["higher_is_better"]))
    # Nor is there an answer for scores up to 1 below a percent sign.
    if group in of_unit and not _are_mixed(group, tasks) and not first.is_percent:
        named = _named_unit(first)
        is_bounded = facts.get("higher_is_better", True) and 0 <= min(scores) <= max(scores) <= 100
        if named or is_bounded:
            # Scores of judges go up to 5 or 10; so few percent are rare.
            guess = "points" if 1 < max(scores) <= 10 else "percent"
            facts["unit"] = named or (guess if max(scores) > 1 else "proportion")
            others += [] if named or len(group.names) == 1 else ['another unit, such as "s"']
            others += ['unit = "percent"'] if facts["unit"] == "points" else []
    comment = f"  # or {'; or '.join(others)}" if others else ""
    return f"{as_toml(group.key)} = {as_toml(facts)}{comment}" if facts else ""


class StatedRows:
    """What the files state about tasks, what counts more first."""

    def __init__(self, rows: Iterable[ImportedRow]) -> None:
        self._rows = grouped(((row.id, row.metric), row) for row in rows)

    def of(self, score: ImportedScore) -> list[ImportedRow]:
        """Return what is valid for the metric of a score, then what is valid for any."""
        keys = dict.fromkeys(((score.task, score.metric), (score.task, "")))
        return [row for key in keys for row in self._rows.get(key, ())]

    def has(self, task: str) -> bool:
        """Return whether the files state a row of a task, for any metric."""
        return (task, "") in self._rows


def first_known(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the known values of rows; of two that state a value, the first counts."""
    known: dict[str, Any] = {}
    for values in rows:
        known |= {k: v for k, v in values.items() if v is not None and k not in known}
    return known


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
    def are_places(self) -> bool:
        """Whether the scores may be the places of the models: 1, 2, 3, ..., most of them once."""
        n = len(self.scores)
        are_whole = all(score % 1 == 0 and 1 <= score <= n for score in self.scores)
        return n > 2 and are_whole and len({*self.scores}) > 0.8 * n

    @property
    def is_percent(self) -> bool:
        """Whether the files mark all scores as percentages."""
        return all(one.score.is_percent for one in self.placed)

    @property
    def sources(self) -> set[str]:
        # Of a table, each row may have a link; the file is what states them all.
        files = (one.score.where.partition(", row ")[0] for one in self.placed)
        return {
            file if as_link(one.score.source) and file else one.score.source or ""
            for one, file in zip(self.placed, files, strict=True)
        }

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """The files, with the metric that their unit may be known from: BLEU tells none of F1."""
        metric = "" if is_share(self.metric) else self.metric
        return {(source, metric) for source in self.sources}

    @property
    def stated(self) -> dict[str, Any]:
        """What the files state; of two that state a value, the first counts."""
        return first_known(row.values for row in self.rows)

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
    assumed = Assumed(known, stated)
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
            if is_limited(task.metric) and not is_share(task.metric):  # such as F1
                facts.setdefault("mean_of_examples", False)
        elif task.is_percent:
            # `percent` would set bounds.
            is_bounded = 0 <= min(task.scores) <= max(task.scores) <= 100
            facts["unit"] = "percent" if is_bounded else "%"
        if options.scale == "proportion" and bounds == BOUNDS["proportion"]:
            assumed.refused.extend(
                (one, f"{one.score.score:g} is not a proportion")
                for one in task.placed
                if one.score.score > 1
            )
        assumed.facts[task.name] = facts
        shown = bounds_text(facts.get("score_min"), facts.get("score_max"))
        told = (why, shown, why_bounds if shown else "")
        metric = task.metric or str(task.stated.get("unit") or "")
        assumed.assumptions.append(Assumption(task.name, metric, bool(better), *told))
    refused = {id(one) for one, _ in assumed.refused}
    assumed.placed.extend(one for one in placed if id(one) not in refused)
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
    tasks = []
    for name, of_task in grouped((p.task, p) for p in placed if p.task not in known).items():
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
    if options.higher_is_better and is_cost(task.name) and not measure_of(task.name):
        return None, ""  # nobody means an error
    flag = "--higher-is-better" if options.higher_is_better else "--lower-is-better"
    return options.higher_is_better, flag


def _has_percents(task: _Task) -> bool:
    """Return whether scores of a task may be percentages above 2, by its files alone."""
    in_range = all(0 <= score <= 100 for score in task.scores)
    may_be = is_limited(task.metric) if task.metric else not measure_of(task.name)
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
    if {"score_min", "score_max", "unit"} & {*task.stated}:
        return None, "the file"
    is_in_range = all(0 <= score <= 100 for score in task.scores)
    if is_in_range and better is not False and task.is_percent:
        # A sheet may show 0.872 as 87.2%, below a heading that says so too.
        is_sure = max(task.scores) > 1 or all(one.score.has_sign for one in task.placed)
        return (BOUNDS["percent"], "percent signs") if is_sure else ("unclear", "")
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


def _fault(
    groups: Sequence[Alike], tasks: Sequence[_Task], asked: str, named: Sequence[str], fix: str
) -> Iterator[Fault]:
    """Yield what the files of some tasks do not tell; `fix` has a place for the first of them."""
    if groups:
        sources = sorted(set[str]().union(*(task.sources for task in tasks)))
        do = "does" if len(sources) == 1 else "do"
        what = f"{listed(sources)} {do} not tell {asked} {listed(named, most=_MAX_NAMED)}"
        yield Fault("", what, fix.format(as_toml(groups[0].key)))


def _range(group: Alike, tasks: Mapping[str, _Task]) -> str:
    scores = [score for name in group.names for score in tasks[name].scores]
    mixed = ", proportions and percentages mixed?" if _are_mixed(group, tasks) else ""
    return f"{group} ({min(scores):g} to {max(scores):g}{mixed})"


def _are_mixed(group: Alike, tasks: Mapping[str, _Task]) -> bool:
    return any(are_mixed(tasks[name].scores) for name in group.names)


# --- one question about many tasks ---------------------------------------------------------------


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
    """Group names with one question that a pattern fits, and none of `others`: `*`, or `q*`."""
    every = {*questions, *others}
    is_one = len(every) == len(questions) and len({*questions.values()}) == 1
    families = grouped(
        (("*" if is_one else _DIGITS.sub("*", name), question), name)
        for name, question in questions.items()
    )
    groups: list[Alike] = []
    for (pattern, _), names in families.items():
        is_clear = not any(matches(pattern, name) for name in every.difference(names))
        if len(names) >= _FEWEST and is_clear and not any("*" in name for name in names):
            groups.append(Alike(pattern, tuple(names)))
        else:
            groups += (Alike(name, (name,)) for name in names)
    places = {name: place for place, name in enumerate(questions)}
    return sorted(groups, key=lambda group: places[group.names[0]])
