"""The drawing in a row of a task's ranking: before, after, interval and baseline on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.charts.labels import Labels
from site_builder.compute.intervals import LEVEL
from site_builder.compute.task_scores import TaskScore
from site_builder.compute.tasks import TaskResult
from site_builder.format import percent
from site_builder.pages.board_line import Limits
from site_builder.pages.boards import Mark
from site_builder.pages.page import Site
from site_builder.parts import Cell, Dumbbell
from site_builder.records import Record


class ScoreLine(Record):
    """What the drawings of a ranking are made from.

    Attributes:
        labels: Names and number formats.
        task: The task.
        limits: The ends of the scale.
    """

    labels: Labels
    task: TaskResult
    limits: Limits

    def cell(self, found: Mapping[str, TaskScore]) -> Cell:
        """The drawing of a model's scores; nothing where it has none in the primary variant."""
        roles = self.labels.roles
        after = found.get(roles.primary)
        if after is None:
            return Cell("")
        before = found.get(roles.base) if roles.base is not None and roles.tuned else None
        low, high = after.interval or (None, None)
        plot = Dumbbell(
            before=None if before is None else self.limits.share(before.score),
            after=self.limits.share(after.score),
            reference=self.limits.share(self.task.baseline_score),
            low=self.limits.share(low),
            high=self.limits.share(high),
            text=self._words(before, after),
        )
        return Cell("", after.score, plot=plot)

    def _words(self, before: TaskScore | None, after: TaskScore) -> str:
        scale, name = self.labels.scales[self.task.task], self.labels.models[after.model]
        way = "" if before is None else f"{scale.score(before.score)} to "
        between = f", interval {scale.interval(*after.interval)}" if after.interval else ""
        return f"{name}: {way}{scale.score(after.score)}{between}"


def make_line(site: Site, task: TaskResult) -> ScoreLine | None:
    """How the rows of a task's ranking are drawn; None where no score has an interval."""
    if site.labels.roles.primary not in task.scores.with_intervals:
        return None
    # The ends of all that is drawn: between the bounds of a task, intervals would be too small.
    drawn = tuple(_drawn(task))
    return ScoreLine(site.labels, task, Limits(min(drawn), max(drawn)))


def _drawn(task: TaskResult) -> Iterator[float]:
    if task.baseline_score is not None:
        yield task.baseline_score
    for score in task.scores:
        yield from (score.score, *(score.interval or ()))


def line_heading(labels: Labels) -> str:
    """Heading of the drawing: what its two marks are."""
    if labels.roles.base is None or not labels.roles.tuned:
        return "On the scale"
    after = labels.in_sentence(labels.roles.primary)
    return f"{labels.variants[labels.roles.base]} \N{RIGHTWARDS ARROW} {after}"


def line_legend(site: Site, task: TaskResult) -> tuple[Mark, ...]:
    """What the marks of the drawings stand for; empty where nothing is drawn."""
    labels = site.labels
    if make_line(site, task) is None:
        return ()
    reference = task.baseline_score
    marks = (
        Mark("before", labels.base) if labels.lifted else None,
        Mark("after", labels.in_sentence(labels.roles.primary)),
        Mark("band", f"its {percent(LEVEL)} interval"),
        None
        if reference is None
        else Mark("reference", f"{labels.baseline}, {labels.scales[task.task].score(reference)}"),
    )
    return tuple(mark for mark in marks if mark is not None)
