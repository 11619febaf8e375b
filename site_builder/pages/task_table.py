"""Make the table of tasks: each category above its tasks, with the best and the baseline drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from statistics import fmean, median

from site_builder.charts.cells import (
    best_score_cell,
    category_cell,
    lead_column,
    model_cell,
    number_cell,
    task_cell,
    text_cell,
    verdict_cell,
)
from site_builder.charts.differences import has_mean
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.tasks import CategoryResult, TaskResult
from site_builder.formatting import MISSING, count, short
from site_builder.pages.filters import task_values
from site_builder.pages.page import OfSite, Site
from site_builder.pages.scales import around, common_bounds
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    LegendItem,
    Mark,
    Table,
    Tag,
    legend_of,
    table_of,
)

EXAMPLES = "train_examples"
_LOG_FROM = 1000  # scores without bounds that differ by more need a log scale


class _Head(Record):
    """A category above its tasks, with its result if it has one, and whether that has means."""

    name: str | None
    result: CategoryResult | None
    has_means: bool


_Line = TaskResult | _Head


class TaskList(OfSite):
    """The tasks of a table.

    Attributes:
        site: The site over all tasks.
        tasks: The widest lead over the baseline first; without any, in the order of the data.
    """

    tasks: tuple[TaskResult, ...]

    def fact(self, task: TaskResult) -> TaskInfo:
        """Return what the tasks table states of a task."""
        return self.site.results.catalog.tasks[task.task]

    @cached_property
    def categories(self) -> Mapping[str | None, int]:
        """The number of tasks of each category; of None, of those without one."""
        return Counter(self.fact(task).category for task in self.tasks)

    @property
    def is_compared(self) -> bool:
        """Whether any task has a difference from the baseline."""
        return any(task.outcome is not None for task in self.tasks)

    @property
    def is_side_by_side(self) -> bool:
        """Whether all differences from the baseline are in one unit."""
        return self.labels.are_side_by_side([t.task for t in self.tasks if t.outcome])

    @property
    def by_lead(self) -> bool:
        """Whether the differences of most tasks are in one unit, so that they give an order."""
        known = [t.task for t in self.tasks if t.outcome]
        return 2 * sum(self.labels.are_side_by_side([task]) for task in known) > len(known)

    @cached_property
    def axis(self) -> AxisRange | None:
        """The scale of all drawings; None where the scores of the tasks share none."""
        names = [task.task for task in self.tasks]
        averaged = self.site.results.board.rules.averaged
        if not averaged or not self.labels.are_side_by_side(names):
            return None
        bounds = common_bounds(map(self.fact, self.tasks))
        if bounds is not None:
            return bounds
        scores = [score for task in self.tasks for score in self.scores(task)]
        return around(scores, _LOG_FROM, from_zero=True) if scores else None

    def rivals(self, task: TaskResult) -> list[float]:
        """Return every score on a task that competes."""
        scores = self.site.results.scores
        column = scores.columns[task.task]
        contest = [runs.contest[:, column].tolist() for runs in scores.contest]
        return [score for values in contest for score in values if score == score]  # not NaN

    def scores(self, task: TaskResult) -> list[float]:
        """Return these, and those of the baseline beside them."""
        return [*task.baseline_scores.values(), *self.rivals(task)]

    @cached_property
    def widest(self) -> tuple[TaskResult | None, TaskResult | None]:
        """The tasks of the widest lead and the widest gap; None where none stands out."""
        known = [task for task in self.tasks if task.outcome is not None]
        if len(known) < 2 or not self.is_side_by_side:
            return None, None
        lifts = [task.best_lift_over_baseline or 0.0 for task in known]
        lead = known[0] if lifts[0] > max(0.0, lifts[1]) else None
        return lead, known[-1] if lifts[-1] < min(0.0, lifts[-2]) else None

    @property
    def gains_most(self) -> TaskResult | None:
        """The task on which models gain most from tuning; None where none stands out."""
        known = [(task.mean_lift_over_base, task) for task in self.tasks]
        gains = [(gain, task) for gain, task in known if gain is not None]
        if len(gains) < 2 or not self.is_side_by_side:
            return None
        (most, task), (second, _) = sorted(gains, key=lambda pair: -pair[0])[:2]
        return task if most > max(0.0, second) else None

    def is_level(self, task: TaskResult) -> bool:
        """Return whether all of several scores on a task are equal, so that none is the best."""
        best, n_rivals = task.contender, len(self.rivals(task))
        is_level = best is not None and len(best.models) == n_rivals > 1
        return is_level and task.outcome in (None, "ties")


def make_task_list(site: Site, tasks: Sequence[TaskResult]) -> TaskList:
    """Return tasks in the order of their lead.

    Those without one, or in another unit than most, keep their order at the end; all do where no
    unit is that of most.
    """
    listed = TaskList(site, tuple(tasks))
    if not listed.by_lead:
        return listed

    def lead(task: TaskResult) -> float | None:
        is_comparable = site.labels.are_side_by_side([task.task])
        return task.best_lift_over_baseline if is_comparable else None

    ordered = sorted(tasks, key=lambda t: (lead(t) is None, -(lead(t) or 0.0)))
    return TaskList(site, tuple(ordered))


# --- the table ----------------------------------------------------------------------------------


def task_table(listed: TaskList, table_id: str, caption: str, *, grouped: bool) -> Table:
    """Return the table of tasks; where `grouped`, each category stands above its tasks."""
    fields = [*_fields(listed)]
    main = next(field.column.key for field in fields if field.column.is_main)

    def filters(line: _Line) -> Mapping[str, str | None]:
        if isinstance(line, _Head):
            return {"category": line.name}
        return task_values(listed.site, line.task)

    return table_of(
        table_id,
        caption,
        fields,
        [*_grouped(listed)] if grouped else listed.tasks,
        lambda line: "group" if isinstance(line, _Head) else "",
        filters,
        sorted_by=main if listed.is_compared and not grouped else "",
    )


def _grouped(listed: TaskList) -> Iterator[_Line]:
    """Yield the categories, the widest mean lead first, each with its tasks behind it."""
    found = [*listed.site.results.categories]
    if listed.by_lead:
        found.sort(key=lambda c: -(c.best_lift_over_baseline or 0.0))
    else:
        found.sort(key=lambda c: [*listed.categories].index(c.category))
    results = {c.category: c for c in found}
    groups: dict[str | None, list[TaskResult]] = {name: [] for name in results}
    for task in listed.tasks:
        groups.setdefault(listed.fact(task).category, []).append(task)
    for name, tasks in groups.items():
        result = results.get(name or "")
        yield _Head(name, result, result is not None and has_mean(listed.site.results, result))
        yield from tasks


def _field(
    column: Column,
    of_task: Callable[[TaskResult], Cell],
    of_category: Callable[[CategoryResult], Cell] = lambda _: Cell(""),
    wanted: bool = True,
) -> Field[_Line]:
    """Return a column with a cell for each task, and for each category that has means."""

    def cell(line: _Line) -> Cell:
        if not isinstance(line, _Head):
            return of_task(line)
        return of_category(line.result) if line.result and line.has_means else Cell("")

    return Field(column, cell, wanted)


def _fields(listed: TaskList) -> Iterator[Field[_Line]]:
    labels, say, facts = listed.labels, listed.labels.say, [*map(listed.fact, listed.tasks)]
    yield Field(labels.column("task"), lambda line: _name_cell(listed, line))
    yield _field(
        Column("best_model", say("tasks.best"), on_phone=True),
        lambda task: _best_cell(listed, task),
    )
    yield _line_field(listed)
    if listed.is_compared:
        yield _field(
            lead_column(labels, "best_lift_over_baseline", is_main=True),
            lambda t: verdict_cell(
                t.best_lift_over_baseline, labels.scales[t.task], t.best_verdict
            ),
            lambda c: number_cell(
                c.best_lift_over_baseline,
                labels.category_scales[c.category].signed(c.best_lift_over_baseline),
            ),
        )
    else:
        yield from _score_fields(listed)
    yield _field(
        Column("mean_lift_over_base", say("tasks.gain"), "number", term="lift"),
        lambda t: _soft(t.mean_lift_over_base, labels.scales[t.task].signed),
        lambda c: _soft(c.mean_lift_over_base, labels.category_scales[c.category].signed),
        labels.lifted,
    )
    yield from _example_fields(listed)
    yield _field(
        labels.column("metric"),
        lambda task: _metric_cell(listed, task),
        wanted=any(fact.metric or not fact.higher_is_better for fact in facts),
    )


def _score_fields(listed: TaskList) -> Iterator[Field[_Line]]:
    labels, say = listed.labels, listed.labels.say

    def median_cell(task: TaskResult) -> Cell:
        found = listed.scores(task)
        scale, value = labels.scales[task.task], median(found) if found else None
        return _soft(value, scale.score)

    yield _field(
        Column("best_score", say("tasks.best_score"), "number", is_main=True),
        lambda task: best_score_cell(labels, task),
    )
    yield _field(Column("median", say("tasks.median"), "number"), median_cell)


def _example_fields(listed: TaskList) -> Iterator[Field[_Line]]:
    """Yield the sizes of training sets; none where nobody trains."""
    sizes = {t.task: listed.fact(t).numbers.get(EXAMPLES) for t in listed.tasks}
    say = listed.labels.say

    def size_cell(task: TaskResult) -> Cell:
        size = sizes[task.task]
        unit = f" {say('tasks.n_examples', round(size))}" if size else ""
        return replace(_soft(size, count), suffix=unit)

    wanted = listed.labels.lifted and len({*filter(None, sizes.values())}) > 1
    column = Column(EXAMPLES, say("tasks.examples"), "number", on_phone=True)
    yield _field(column, size_cell, wanted=wanted)


# --- cells --------------------------------------------------------------------------------------


def _soft(value: float | None, write: Callable[[float | None], str]) -> Cell:
    return Cell(write(value), value, tone="soft")


def _name_cell(listed: TaskList, line: _Line) -> Cell:
    labels, say = listed.labels, listed.labels.say
    if not isinstance(line, _Head):
        ends = zip(("tasks.tag.lead", "tasks.tag.gap"), listed.widest, strict=True)
        tags = tuple(Tag("widest", say(name)) for name, end in ends if end is line)
        return replace(task_cell(labels, line.task), tags=tags)
    if line.name is None:
        return Cell(say("tasks.no_category"), None)
    found = line.result
    if found is None or found.compared < 2:
        return category_cell(line.name)
    ahead = say("tasks.ahead", found.beating, of=found.compared)
    return replace(category_cell(line.name), suffix=f" {ahead}")


def _best_cell(listed: TaskList, task: TaskResult) -> Cell:
    """Name who is best, the baseline included; behind it, the best of the others."""
    best, say = task.contender, listed.labels.say
    if best is None:
        return text_cell(None)
    if listed.is_level(task):
        return Cell(say("tasks.level"), "", tone="soft")
    labels, models = listed.labels, [*dict.fromkeys(best.models)]
    is_flagged = any(run in task.reasons for run in zip(best.models, best.variants, strict=True))
    tags = (labels.tag("flagged"),) if is_flagged else ()
    n = len(models) + (task.outcome == "ties")
    names = say("n_models", n) if n > 1 else labels.models[models[0]]
    if task.outcome == "loses" and labels.roles.baseline is not None:
        cell = model_cell(labels, labels.roles.baseline)
        return replace(cell, suffix=say("tasks.then", names=names))
    if n > 1:
        return Cell(names, "", tone="soft", tags=tags)
    return model_cell(labels, models[0], tags=tags)


def _metric_cell(listed: TaskList, task: TaskResult) -> Cell:
    fact, low = listed.fact(task), listed.labels.say("task.low")
    text = fact.metric or fact.unit or MISSING
    return Cell(text, text, "" if fact.higher_is_better else low, "soft")


# --- drawings -----------------------------------------------------------------------------------


def _line_field(listed: TaskList) -> Field[_Line]:
    """Return the column of drawings: baseline and best, or the range of all scores."""
    labels, say, axis = listed.labels, listed.labels.say, listed.axis
    details = [say("tasks.best_score")]
    if listed.is_compared:
        words = {"contender": labels.contender, "baseline": labels.baseline}
        details = [say("tasks.best_beside", **words), say("tasks.baseline_score", **words)]
    column = Column(
        "line",
        say("column.line" if axis else "tasks.range"),
        "plot",
        axis=axis.ticks(short) if axis else (),
        details=tuple(details),
    )

    def task_line(task: TaskResult) -> Cell:
        if task.contender is None:
            return Cell("")
        beside = task.baseline_beside(task.contender)
        values = (task.contender.score, beside)[: len(details)]
        return Cell("", values[0], drawing=_draw_task(listed, task, beside), details=values)

    return _field(column, task_line, lambda c: Cell("", drawing=_draw_category(listed, c)))


def _draw_task(listed: TaskList, task: TaskResult, baseline: float | None) -> Drawing:
    """Draw the best score, and the baseline or, where there is none, the range of all scores.

    Without a common scale, each row has the range of its own scores, the best on the right.
    """
    labels, axis, found = listed.labels, listed.axis, listed.scores(task)
    score, write = task.contender.score if task.contender else 0.0, labels.scales[task.task].score
    text = write(score)
    if baseline is not None:
        words = {"baseline": labels.baseline, "before": write(baseline), "best": text}
        text = labels.say("tasks.change", **words)
    is_behind = (task.best_lift_over_baseline or 0.0) < 0
    if axis is not None and baseline is not None:
        return _draw_gap(axis.share(baseline), axis.share(score), text, is_behind=is_behind)
    own = axis or AxisRange(min(found), max(found))

    def share(value: float) -> float:
        is_turned = axis is None and not listed.fact(task).higher_is_better
        return 1 - own.share(value) if is_turned else own.share(value)

    ends = sorted(map(share, (min(found), max(found))))
    marks = [Mark("soft-rod", ends[0], ends[1]), Mark("median", share(median(found)))]
    if baseline is not None:
        marks.append(Mark("baseline", share(baseline)))
    marks.append(Mark("loss" if is_behind else "score", share(score)))
    return Drawing(tuple(marks), text)


def _draw_category(listed: TaskList, category: CategoryResult) -> Drawing | None:
    """Draw the means over the tasks that have a best score and one of the baseline."""
    labels, results, axis = listed.labels, listed.site.results, listed.axis
    if axis is None or axis.is_log:
        return None
    pairs = [
        (task.baseline_beside(task.contender), task.contender.score)
        for task in map(results.task, category.tasks)
        if task.contender is not None and task.outcome is not None
    ]
    means = [fmean(values) for values in zip(*pairs, strict=True)]
    before, best = map(labels.category_scales[category.category].score, means)
    text = labels.say("tasks.change", baseline=labels.baseline, before=before, best=best)
    start, end = map(axis.share, means)
    is_behind = (category.best_lift_over_baseline or 0.0) < 0
    return _draw_gap(start, end, text, is_behind=is_behind)


def _draw_gap(baseline: float, best: float, text: str, *, is_behind: bool) -> Drawing:
    rod = Mark("loss-rod" if is_behind else "rod", *sorted((baseline, best)))
    point = Mark("loss" if is_behind else "score", best)
    return Drawing((rod, Mark("baseline", baseline), point), text)


def task_legend(listed: TaskList, table: Table) -> tuple[LegendItem, ...]:
    """Return what the marks in the rows stand for."""
    labels, say = listed.labels, listed.labels.say
    drawings = (cell.drawing for row in table.rows for cell in row.cells[2:3])
    return legend_of(
        drawings,
        {
            "score": labels.best,
            "baseline": labels.baseline,
            "rod": say("tasks.mark.ahead"),
            "loss-rod": say("tasks.mark.behind"),
            "soft-rod": say("tasks.mark.range"),
            "median": say("tasks.mark.median"),
        },
    )
