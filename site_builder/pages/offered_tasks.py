"""Say which tasks the table of a board can show as columns, and what stands in their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array
from site_builder.compute.parts import models_with_scores, published_scores
from site_builder.pages.page import Site
from site_builder.records import CachingRecord
from site_builder.tables.parts import ancestors_of


class OfferedTasks(CachingRecord):
    """The tasks of a board and their parts that have a score.

    The only board of a site offers all tasks, also those that it does not rank by.
    """

    site: Site

    @cached_property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """The wholes of each offered task, the nearest first, in the order of the tasks table."""
        site, whole = self.site, self.site.whole.results
        parents = {t.task: t.part_of for t in whole.catalog.tasks.values() if t.part_of is not None}
        above = {task: tuple(ancestors_of(task, parents)) for task in whole.scores.tasks}
        rows = [whole.scores.rows[model] for model in site.results.scores.models]
        is_scored = (whole.scores.scored[rows].sum(axis=0) > 0).tolist()
        own = {*(site.board.tasks if site.has_boards else whole.scores.tasks)}
        return {
            task: above[task]
            for task, scored in zip(whole.scores.tasks, is_scored, strict=True)
            if scored and own & {task, *above[task]}
        }

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """Those that `columns` names, where no facet and no measure has the id."""
        results = self.site.results
        others = {
            *(facet.id for facet in results.catalog.facets),
            *(measure.id for measure in results.scores.measures),
        }
        return tuple(
            t for t in self.above if t in self.site.board.config.columns and t not in others
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of each, with its id where several have it."""
        names = self.site.whole.labels.tasks
        counted = Counter(names[task] for task in self.above)
        return {t: names[t] if counted[names[t]] == 1 else f"{names[t]} ({t})" for t in self.above}

    def fact(self, task: str) -> TaskInfo:
        """Return what is known of a task."""
        return self.site.whole.results.catalog.tasks[task]

    def title(self, task: str) -> str:
        """Return the name of a task with its metric, as exports have it."""
        metric = self.metric(task)
        name, say = self.names[task], self.site.labels.say
        return say("columns.title", name=name, metric=metric) if metric else name

    def metric(self, task: str) -> str:
        """Return its metric, or else its unit; empty where neither is stated."""
        return self.fact(task).metric or self.fact(task).unit or ""

    def note(self, task: str, whole: str | None = None) -> str:
        """Return what stands below its name: the whole that it is a part of, metric, direction."""
        notes = [self.site.whole.labels.tasks[whole]] if whole else []
        notes += [metric] if (metric := self.metric(task)) else []
        notes += (
            []
            if self.fact(task).higher_is_better
            else [self.site.labels.say("script.columns.lower")]
        )
        return ", ".join(notes)

    @cached_property
    def zeros(self) -> Mapping[str, frozenset[str]]:
        """By variant, the entries of which the board counts an absent score as 0."""
        is_zero = self.site.board.config.missing == "zero"
        return models_with_scores(self.site.results.scores) if is_zero else {}

    def counts(self, task: str) -> bool:
        """Return whether the board counts an absent score on a task as 0."""
        is_own = not self.site.has_boards or task in self.site.results.scores.columns
        return bool(self.zeros) and is_own

    @cached_property
    def published(self) -> Mapping[str, Array]:
        """By variant, the scores that there are, also where the board counts absent ones as 0.

        Shape: (models, tasks) of all; NaN where there is none.
        """
        return published_scores(self.site.whole.results.scores)
