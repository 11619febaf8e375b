"""Hold the scores of a model by task, as its table has them; leave most of many to a script."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from math import isnan

from site_builder.compute.board import Board
from site_builder.compute.numbers import Spread
from site_builder.compute.runs import Against, Runs
from site_builder.compute.scores import Score
from site_builder.pages.page import OfSite
from site_builder.pages.scales import around, common_bounds
from site_builder.records import Record
from site_builder.table_model import MAX_DRAWN, AxisRange

MIN_DISTINCT = 3
"""Among fewer different scores, none is drawn."""
_LOG_FROM = 50  # scores without bounds that differ by more need a log scale


class TaskRow(Record):
    """The scores of a model on a task, by variant.

    Attributes:
        score: The one that is compared, if it counts.
        of: How many entries have a score there.
    """

    task: str
    scores: Mapping[str, Score]
    score: Score | None
    of: int
    is_part: bool = False

    @property
    def rank(self) -> int | None:
        """The place among the entries; None without a score that counts, and for a reference."""
        return None if self.score is None else self.score.rank

    def lift(self, against: Against) -> float | None:
        """Return the lead over the baseline, or the gain over base."""
        return None if self.score is None else self.score.lift(against)

    def value(self, variant: str | None) -> float | None:
        """Return the score of a variant, if it counts."""
        found = self.scores.get(variant or "")
        return found.score if found and found.counts else None


class ModelTasks(OfSite):
    """The scores of a model as a table needs them.

    Attributes:
        site: The site over all tasks.
        board: The board whose entries it is compared with; its tasks come first.
    """

    model: str
    board: Board
    scores: Sequence[Score]

    @cached_property
    def variant(self) -> str:
        """The variant that is compared."""
        return self.board.variant

    @cached_property
    def runs(self) -> Runs:
        """The scores of all entries in this variant."""
        return self.site.results.scores.runs[self.variant]

    def spread(self, task: str) -> Spread | None:
        """Return where the scores of all entries on a task lie."""
        return self.runs.spreads[self.runs.columns[task]]

    @cached_property
    def has_both_directions(self) -> bool:
        """Whether lower is better on some of the tasks."""
        facts = self.site.results.catalog.tasks
        return len({facts[task].higher_is_better for task in self.tasks}) > 1

    def is_level(self, task: str) -> bool:
        """Return whether all of several entries have the same score on a task."""
        spread = self.spread(task)
        return spread is not None and spread.n > 1 and spread.distinct == 1

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The tasks with a score, flagged or not."""
        return tuple(dict.fromkeys(score.task for score in self.scores))

    @cached_property
    def rows(self) -> list[TaskRow]:
        """The rows in order: parts below their whole."""
        found: dict[str, dict[str, Score]] = {task: {} for task in self.tasks}
        for score in self.scores:
            found[score.task][score.variant] = score
        facts = self.site.results.catalog.tasks
        rows, parts = list[TaskRow](), dict[str, list[TaskRow]]()
        for task, scores in found.items():
            own, whole = scores.get(self.variant), facts[task].part_of
            is_part = whole in found
            spread = self.spread(task)
            of = spread.n if spread else 0
            row = TaskRow(task, scores, own if own and own.counts else None, of, is_part)
            (parts.setdefault(whole or "", []) if is_part else rows).append(row)

        def with_parts(row: TaskRow) -> Iterator[TaskRow]:
            yield row
            for part in parts.get(row.task, ()):
                yield from with_parts(part)

        ordered = sorted(rows, key=self._place)
        return [each for row in ordered for each in with_parts(row)]

    def _place(self, row: TaskRow) -> tuple[bool, bool, float]:
        is_other = row.task not in self.board.tasks
        if row.score is None:
            return is_other, True, 0.0
        if self.order is None:
            return is_other, row.rank is None, (row.rank or 0) / max(row.of, 1)
        lift = row.lift(self.order)
        return is_other, lift is None, -(lift or 0.0)

    @cached_property
    def wholes(self) -> list[TaskRow]:
        """The rows that are no part of another."""
        return [row for row in self.rows if not row.is_part]

    @cached_property
    def order(self) -> Against | None:
        """What orders the rows: the lead over the baseline, the gain, or else (None) the place."""
        if not self.labels.are_side_by_side(self.tasks):
            return None
        return "baseline" if self.is_compared else "base" if self.is_lifted else None

    def _has(self, against: Against) -> bool:
        own = (score for score in self.scores if score.variant == self.variant)
        return any(score.lift(against) is not None for score in own)

    @cached_property
    def is_compared(self) -> bool:
        """Whether any score has a difference from the baseline, which is another model."""
        return self.model != self.labels.roles.baseline and self._has("baseline")

    @cached_property
    def is_lifted(self) -> bool:
        """Whether any score has a gain."""
        return self._has("base")

    @property
    def is_dumbbell(self) -> bool:
        """Whether rows draw a score beside base and baseline; else among those of all entries."""
        return self.axis is not None and (self.is_lifted or self.is_compared)

    @cached_property
    def axis(self) -> AxisRange | None:
        """The scale of all tasks; None where their scores have several."""
        if not self.labels.are_side_by_side(self.tasks):
            return None
        facts = self.site.results.catalog.tasks
        bounds = common_bounds(facts[task] for task in self.tasks)
        if bounds is not None:
            return bounds
        ends = self.site.results.scores.ends
        return around(chain.from_iterable(ends[task] for task in self.tasks), _LOG_FROM)

    def beside(self, task: str) -> float | None:
        """Return the baseline's score on a task."""
        if self.model == self.labels.roles.baseline:
            return None
        return self.site.results.task(task).baseline_scores.get(self.variant)


# --- rows that a script makes ---------------------------------------------------------------------
# It is for size and speed alone, and saves a third of a site of 1,000 models on 100 tasks. All rows
# are in the page where any needs more than plain scores.

_WRITTEN = 10  # rows of a longer table that are in the page: as many as a phone shows at first
_AGAINST: tuple[Against, Against] = ("base", "baseline")


def find_scripted_rows(found: ModelTasks) -> tuple[Collection[str], str]:
    """Return the tasks of the rows that static/js/task-rows.js makes, of scores alone, and a text.

    The text has the ends of the scale; then, for each row, its place, the place of its task in the
    data of score cards, the rank of the model, and of how many where that differs. Nothing of a
    short table.
    """
    if len(found.rows) <= MAX_DRAWN or found.axis is None or not _has_scores_alone(found):
        return (), ""
    columns = found.site.results.scores.columns
    has_one_number = len({row.of for row in found.rows if row.score}) == 1
    places = {
        row.task: f"{place} {columns[row.task]} {row.score.rank}"
        + ("" if has_one_number else f" {row.of}")
        for place, row in enumerate(found.rows)
        if place >= _WRITTEN and row.score is not None and _is_complete(found, row)
    }
    return places, ",".join((f"{found.axis.low!r} {found.axis.high!r}", *places.values()))


def _has_scores_alone(found: ModelTasks) -> bool:
    """Return whether the table shows scores, lifts and ranks without an error, mark or measure."""
    results = found.site.results
    facts = [results.catalog.tasks[task] for task in found.tasks]
    place = results.scores.rows[found.model]
    verdicts = [results.lift_verdicts[found.variant, against][place] for against in _AGAINST]
    return (
        found.model not in results.scores.references
        and (found.is_lifted or not found.labels.lifted or not found.is_dumbbell)
        and not (found.axis and found.axis.is_log)
        and not results.scores.measures
        and results.catalog.stated.isdisjoint(("stderr", "n_examples"))
        and all(f.higher_is_better and f.score_chance is None and not f.part_of for f in facts)
        and not any(found.labels.scales[task].unit for task in found.tasks)
        and all(map(isnan, chain.from_iterable(each.tolist() for each in verdicts)))
        and all(s.counts and s.flag is None for s in found.scores)
        and not any(s.interval or s.n_range for s in found.scores)
    )


def _is_complete(found: ModelTasks, row: TaskRow) -> bool:
    """Return whether a row has each score that its table compares, or others to draw it among."""
    if not found.is_dumbbell:
        spread = found.spread(row.task)
        return spread is not None and spread.distinct >= MIN_DISTINCT
    is_compared = not found.is_compared or row.lift("baseline") is not None
    is_lifted = not found.is_lifted or row.lift("base") is not None
    return is_compared and is_lifted and not found.is_level(row.task)
