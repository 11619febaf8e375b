"""What is said of a choice: the first with its reason, each of the short list, who has no rank.

`static/js/choose-words.js` says the same in the browser.
"""

from __future__ import annotations

from site_builder.compute.choice import Choice
from site_builder.compute.shortlist import LISTED, REWEIGHTINGS, Candidate, Unranked
from site_builder.compute.significance import LEAST_TASKS
from site_builder.formatting import NumberFormat, billions, count, counted, coverage, listed
from site_builder.labels import Labels
from site_builder.pages.page import Site

WIN_RATE = NumberFormat(places=3)


class ChoiceWords:
    """The sentences on one choice."""

    def __init__(self, site: Site, choice: Choice) -> None:
        self._site, self._choice = site, choice
        self._by_mean = site.results.board.rules.rank_by == "mean"
        self.scale = site.labels.scale if self._by_mean else WIN_RATE

    @property
    def _labels(self) -> Labels:
        return self._site.labels

    @property
    def _tells_apart(self) -> bool:
        return self._choice.tasks >= LEAST_TASKS and self._choice.candidates > 1

    @property
    def tasks(self) -> str:
        """The picked tasks: `the 31 tasks`, `your 6 tasks`, `your task`."""
        weights = self._choice.question.weights
        if (weights == 1).all():
            return f"the {counted(len(weights), 'task')}"
        n = self._choice.tasks
        return "your task" if n == 1 else f"your {counted(n, 'task')}"

    def brief(self) -> str:
        """The first with what ranks it, in the fewest words."""
        first = self._choice.listed[0]
        return f"{self._labels.models[first.model]}, {self.scale.score(first.merit)}"

    def reason(self) -> str:
        """Why the first is the first, in a few sentences."""
        first, *others = self._choice.listed
        best_on = f"{self._best_on(first)}; {self._lead(first, others)}."
        return " ".join(filter(None, (f"{self._merit(first)}.", best_on, self._ties(others))))

    def why(self, candidate: Candidate) -> str:
        """How one of the short list stands."""
        n = self._choice.tasks
        parts = [f"best on {coverage(candidate.best_on, n)}"] if n > 1 else []
        if candidate.behind > 0:
            parts.append(f"{self.gap(candidate.behind)} behind")
        elif candidate is not self._choice.listed[0]:
            parts.append("level with the first")
        if candidate.scored < n:
            parts.append(f"scores on {coverage(candidate.scored, n)}")
        best, worst = candidate.ranks
        if best < worst and self._tells_apart:
            parts.append(f"any rank from {count(best)} to {count(worst)}")
        return " \N{MIDDLE DOT} ".join(parts)

    def gap(self, gap: float) -> str:
        """A difference in words; one that rounds to nothing is less than the last place."""
        text = self.scale.score(gap)
        if gap == 0 or any(digit in text for digit in "123456789"):
            return text
        return f"less than {self.scale.score(10.0**-self.scale.places)}"

    def tag(self, candidate: Candidate) -> str:
        """Whether it leads or is tied; empty where the tasks are too few to tell."""
        if not self._tells_apart:
            return ""
        return "best" if candidate.rank == 1 else "tied with best" if candidate.tied else ""

    def more(self) -> str:
        """How many candidates are not listed."""
        hidden = self._choice.candidates - len(self._choice.listed)
        return f"{counted(hidden, 'more model')} below these." if hidden else ""

    def legend(self) -> str:
        """What the marks of the drawings are."""
        base, choice = self._labels.roles.base, self._choice
        marks = []
        if any(c.before is not None for c in choice.listed) and base is not None:
            after = self._labels.in_sentence(choice.question.variant)
            marks.append(f"Open circle: {self._labels.base}; full circle: {after}.")
        if choice.reference is not None:
            score = self.scale.score(choice.reference)
            marks.append(f"Dashed line: {self._labels.baseline}, {score}.")
        return " ".join(marks)

    def smallest(self, candidate: Candidate) -> str:
        """Why the smallest model that will do is that one."""
        within = f"within {self.scale.score(self._choice.margin)} of the best"
        size = billions(self._site.results.catalog.models[candidate.model].parameters_b)
        if candidate.behind == 0:
            return f"{size}: no smaller model is {within}"
        return f"{size}: the smallest model {within}, with {self.scale.score(candidate.merit)}"

    def sure(self) -> str:
        """What the share of reweightings is of."""
        name = self._labels.models[self._choice.listed[0].model]
        return f"random reweightings of the tasks in which {name} stays first"

    def sure_of(self, times: int) -> str:
        """In how many reweightings the first stays first."""
        return f"{count(times)} of {count(REWEIGHTINGS)}"

    def unranked(self, model: Unranked) -> str:
        """Why a model has no rank."""
        if not model.rivals:
            return "no other model has a score on its tasks"
        return f"no score on {count(model.missing)} of {self.tasks}"

    def _merit(self, first: Candidate) -> str:
        question, n = self._choice.question, self._choice.tasks
        weights = question.weights[question.weights > 0]
        name = "score" if self._by_mean else "win rate"
        mean = "mean " if (weights == weights[0]).all() else "weighted mean "
        what = f"{mean if n > 1 else ''}{name}"
        run = self._labels.in_sentence(question.variant)
        how = f", {run}" if len(self._labels.roles.variants) > 1 else ""
        text = f"{what} {self.scale.score(first.merit)} on {self.tasks}{how}"
        return text[:1].upper() + text[1:]

    def _best_on(self, first: Candidate) -> str:
        n, k = self._choice.tasks, first.best_on
        if n == 1:
            return "Best on it"
        if k == n:
            return f"Best on each of {self.tasks}"
        return f"Best on {count(k) if k else 'none'} of {self.tasks}"

    def _lead(self, first: Candidate, others: list[Candidate]) -> str:
        if not others:
            return "the only model that is left"
        name = self._labels.models[others[0].model]
        gap = others[0].behind
        return f"{self.gap(gap)} ahead of {name}" if gap else f"level with {name}"

    def _ties(self, others: list[Candidate]) -> str:
        n = self._choice.tasks
        if not others:
            return ""
        if n < LEAST_TASKS:
            return f"{counted(n, 'task')}: too few to tell models apart."
        tied = [self._labels.models[c.model] for c in others if c.tied]
        if tied:
            return f"Tied with {listed(tied)}: these tasks cannot tell them apart."
        many = self._choice.candidates > LISTED
        whom = f"each of the next {LISTED - 1}" if many else "every other model"
        return f"These tasks tell it from {whom}."
