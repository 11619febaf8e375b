"""Say what the parts of a task tell: the worst of an entry, and what tells entries apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from statistics import quantiles

from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array, float_or_none, floats_or_none, round_float
from site_builder.compute.runs import Runs
from site_builder.compute.tasks import find_worst
from site_builder.formatting import percent
from site_builder.pages.page import OfSite
from site_builder.records import Record
from site_builder.tables.parts import short_name

_SAME = ("metric", "unit", "higher_is_better", "score_min", "score_max")
_FIRST = 20  # entries whose spread the title compares
_LEAST = 3


def compare(facts: Iterable[TaskInfo]) -> bool:
    """Return whether the scores of several tasks compare: one metric, direction and bounds."""
    units = [tuple(getattr(fact, name) for name in _SAME) for fact in facts]
    return len(units) > 1 and len({*units}) == 1


class WorstPart(Record):
    """The worst of the parts of a task for one entry; `spread` is how far the best is from it."""

    task: str
    score: float
    spread: float


class Parts(OfSite):
    """The parts of a task, the whole, in the primary variant; `site` is one that has the parts."""

    task: str

    @property
    def runs(self) -> Runs:
        """The scores of all entries."""
        return self.site.results.scores.primary

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Its parts that any entry has a score on, or on parts of them; not the parts of those."""
        parts = self.site.results.catalog.parts.get(self.task, ())
        return tuple(part for part in parts if any(map(self.has, self.all_of(part))))

    @cached_property
    def every(self) -> tuple[str, ...]:
        """Its parts, each before its own parts."""
        return tuple(task for part in self.own for task in self.all_of(part))

    def all_of(self, part: str) -> Iterator[str]:
        """Yield a part, then all that is below it."""
        yield part
        for below in self.site.results.catalog.parts.get(part, ()):
            yield from self.all_of(below)

    def has(self, task: str) -> bool:
        """Return whether any entry has a score."""
        values = self.runs.values[:, self.runs.columns[task]]
        return bool((values == values).any())

    def name(self, part: str) -> str:
        """Return the name of a part without the words that it shares with what it is a part of."""
        catalog, names = self.site.results.catalog, self.labels.tasks
        above = catalog.tasks[part].part_of or ""
        own = {task: short_name(names[task], names[above]) for task in catalog.parts[above]}
        if above == self.task or len(own) == 1:
            return own[part]
        words = [name.split() for name in (*own.values(), names[above])]
        shared = [*takewhile(lambda at: len({*at}) == 1, zip(*words, strict=False))]
        return " ".join(own[part].split()[len(shared) :]) or own[part]

    def weight(self, part: str) -> str:
        """Return what a part counts, as a share of the whole; empty where all count the same."""
        columns = self.runs.columns
        weights = {task: float(self.runs.weights[columns[task]]) for task in self.own}
        total = sum(weights.values())
        return percent(weights[part] / total) if len({*weights.values()}) > 1 and total else ""

    def score(self, model: str, task: str) -> float | None:
        """Return a score, if it counts."""
        runs = self.runs
        return float_or_none(runs.values[runs.rows[model], runs.columns[task]])

    @cached_property
    def is_shared(self) -> bool:
        """Whether the whole and all parts have one unit, direction and bounds."""
        facts = [self.site.results.catalog.tasks[task] for task in (self.task, *self.every)]
        return compare(facts)

    @cached_property
    def compares(self) -> bool:
        """Whether it has several parts, of which the worst can be told."""
        return compare(self.site.results.catalog.tasks[part] for part in self.own)

    @cached_property
    def _scores(self) -> Array:
        return self.runs.values[:, [self.runs.columns[part] for part in self.own]]

    @cached_property
    def _worst(self) -> list[float | None]:
        is_high = self.site.results.catalog.tasks[self.own[0]].higher_is_better
        return floats_or_none(find_worst(self._scores, higher_is_better=is_high))

    def worst(self, model: str) -> WorstPart | None:
        """Return the worst part of an entry; None below two scores, and where units differ."""
        row = self.runs.rows[model]
        if not self.compares or (place := self._worst[row]) is None:
            return None
        scores = floats_or_none(self._scores[row])
        known = [score for score in scores if score is not None]
        worst = scores[int(place)]
        spread = round_float(max(known) - min(known))
        return None if worst is None else WorstPart(self.own[int(place)], worst, spread)

    def title(self, models: Sequence[str]) -> str:
        """Return which part tells the first of some entries apart most, and which least.

        By the range of the middle half of their scores, on the parts that all of them have.
        Source: docs/statistics.md#parts.
        """
        say, n = self.labels.say, len(self.own)
        first = models[:_FIRST]
        spreads = dict[str, float]()
        for part in self.own:
            scores = [self.score(model, part) for model in first]
            known = [score for score in scores if score is not None]
            if len(first) >= _LEAST and len(known) == len(first):
                low, _, high = quantiles(known, n=4, method="inclusive")
                spreads[part] = round_float(high - low)
        if not self.is_shared or len({*spreads.values()}) < 2:
            return say("parts.plain", n)
        most, least = (end(spreads, key=lambda part: spreads[part]) for end in (max, min))
        kind = "parts.title" if len(models) > _FIRST else "parts.title_all"
        return say(kind, len(first), most=self.name(most), least=self.name(least))
