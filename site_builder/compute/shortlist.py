"""The short list: models ranked over picked tasks, and how far that carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from site_builder.compute.board import RankingRules
from site_builder.compute.intervals import Bootstrap, draw_exponentials, error_of_difference
from site_builder.compute.numbers import Array, competition_ranks, difference, float_or_none
from site_builder.compute.picks import Flags, Question, weighted_mean
from site_builder.compute.ranks import compute_win_rates, compute_wins, is_ahead
from site_builder.compute.scores import Scores
from site_builder.records import Record

LISTED = 10
REWEIGHTINGS = 1_000
REWEIGHTING_SEED = 19_810_101
# Merits that are equal on paper differ in the sixteenth digit.
_NOISE = 1e-12


class Candidate(Record):
    """One model that is ranked and within every limit.

    Attributes:
        model: Its id.
        rank: From 1 on, equal merits sharing the better rank.
        ranks: Best and worst rank that the picked tasks allow.
        merit: Weighted mean over the picked tasks, as it is shown.
        before: The same of its base scores; None where it has too few, and where scores have no
            mean.
        behind: How far it is behind the first; never below 0.
        best_on: Picked tasks on which no candidate is better.
        scored: Picked tasks that it has a score on.
        tied: Whether it leads, or the picked tasks cannot tell it from the first.
    """

    model: str
    rank: int
    ranks: tuple[int, int]
    merit: float
    before: float | None
    behind: float
    best_on: int
    scored: int
    tied: bool


class Unranked(Record):
    """A model within every limit that has no rank.

    Attributes:
        model: Its id.
        missing: Picked tasks that it has no score on.
        rivals: Whether some other model has a score where it has one.
    """

    model: str
    missing: int
    rivals: bool


class Shortlist(Record):
    """The models over the picked tasks.

    Attributes:
        scores: The whole board.
        rules: How it ranks.
        question: What is asked.
        inside: Which models are within every limit, shape (models,).
    """

    scores: Scores
    rules: RankingRules
    question: Question
    inside: Flags

    @property
    def by_mean(self) -> bool:
        """Whether merit is a mean score; else it is a mean win rate."""
        return self.rules.rank_by == "mean"

    @cached_property
    def picked(self) -> npt.NDArray[np.intp]:
        """Places of the picked tasks."""
        return np.flatnonzero(self.question.weights)

    @cached_property
    def weights(self) -> Array:
        """What each picked task counts."""
        return self.question.weights[self.picked]

    @cached_property
    def signed(self) -> Array:
        """Scores on the picked tasks, greater is better."""
        return self.scores.signed[self.question.variant][:, self.picked]

    @cached_property
    def measure(self) -> Array:
        """What the merit is a mean of: the scores, or the win rates over the whole board."""
        if self.by_mean:
            return self.signed
        return compute_win_rates(self.scores, self.question.variant)[:, self.picked]

    @cached_property
    def merit(self) -> Array:
        """Weighted mean of `measure`; NaN where the scores cover too little of the weight."""
        return self._covered_mean(self.measure, self.signed)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """Places of the candidates, best first; equal ones by coverage, then as in `scores`."""
        order = np.lexsort((-self._scored, self._ranks))
        return order[: int((~np.isnan(self._ranks)).sum())]

    @cached_property
    def _ranks(self) -> Array:
        return competition_ranks(np.where(self.inside, self.merit, np.nan))

    @cached_property
    def _scored(self) -> npt.NDArray[np.int64]:
        return np.asarray((~np.isnan(self.signed)).sum(axis=1))

    @cached_property
    def _behind(self) -> Array:
        return difference(self.merit[self.order[0]], self.merit)

    @cached_property
    def _best_on(self) -> Array:
        return np.asarray(compute_wins(self.signed[self.order]).sum(axis=1))

    @cached_property
    def _before(self) -> Array:
        roles, variant = self.scores.roles, self.question.variant
        if roles.base is None or variant == roles.base or not self.by_mean:
            return np.full(len(self.inside), np.nan)
        base = self.scores.signed[roles.base][:, self.picked]
        return self._shown(self._covered_mean(base, base))

    @cached_property
    def _tied(self) -> Flags:
        """Of the candidates, who is tied: `intervals.Bootstrap.tied_with`, weighted."""
        samples = Bootstrap.over(len(self.weights)).weighted(self.weights)
        listed = self.order[:LISTED]
        errors = None if self._errors is None else self._errors[listed]
        return samples.tied_with(self.measure[listed], 0, errors)

    @cached_property
    def _errors(self) -> Array | None:
        """Standard errors on the picked tasks; win rates have none."""
        if not self.by_mean:
            return None
        return self.scores.errors[self.question.variant][:, self.picked]

    def _is_tied(self, at: int, rank: int) -> bool:
        return rank == 1 or (at < LISTED and bool(self._tied[at]))

    def _allowed(self, at: int, rank: int) -> tuple[int, int]:
        """Best and worst rank: `rank_intervals`, of the candidates alone, with weights.

        Source: docs/statistics.md#choice.
        """
        values, errors = self.measure[self.order], None
        if self._errors is not None:
            known = self._errors[self.order]
            errors = error_of_difference(known[at], known)
        leads = difference(values[at], values)
        ahead, behind = (is_ahead(sign * leads, self.weights, errors) for sign in (1, -1))
        if at == 0:
            ahead[:LISTED], behind[:] = ~self._tied, False
        elif at < LISTED:
            ahead[0], behind[0] = False, not self._tied[at]
        best = 1 if self._is_tied(at, rank) else max(2, min(rank, 1 + int(behind.sum())))
        return best, max(rank, len(self.order) - int(ahead.sum()))

    @property
    def reference(self) -> float | None:
        """The baseline's weighted mean, as it is shown."""
        roles = self.scores.roles
        if roles.baseline is None or roles.baseline_variant is None or not self.by_mean:
            return None
        row = self.scores.rows[roles.baseline]
        values = self.scores.signed[roles.baseline_variant][[row]][:, self.picked]
        return float_or_none(self._shown(self._covered_mean(values, values))[0])

    def candidate(self, model: int) -> Candidate:
        """One of the candidates; beyond the listed ones no tie is looked for."""
        at, rank = int(np.flatnonzero(self.order == model)[0]), int(self._ranks[model])
        return Candidate(
            model=self.scores.models[model],
            rank=rank,
            ranks=self._allowed(at, rank),
            merit=float(self._shown(self.merit)[model]),
            before=float_or_none(self._before[model]),
            behind=float(self._behind[model]),
            best_on=int(self._best_on[at]),
            scored=int(self._scored[model]),
            tied=self._is_tied(at, rank),
        )

    def unranked(self, model: int) -> Unranked:
        """One of those without a rank."""
        scored = int(self._scored[model])
        rivals = scored == 0 or not np.isnan(self.measure[model]).all()
        return Unranked(self.scores.models[model], len(self.weights) - scored, rivals)

    def smallest(self, sizes: Sequence[float | None], margin: float) -> int | None:
        """Place of the smallest candidate of known size within the margin, the better of equals."""
        fit = [int(i) for i in self.order if self._behind[i] <= margin]
        known = [(size, i) for i in fit if (size := sizes[i]) is not None]
        return min(known, key=lambda pair: pair[0], default=(0, None))[1]

    def stays_first(self) -> int | None:
        """In how many random reweightings no candidate is better than the first.

        Each task's weight is multiplied by a draw of the exponential distribution of mean 1, which
        gives the tasks shares of a Dirichlet distribution around the weights.

        Source: Rubin (1981), The Bayesian Bootstrap; docs/statistics.md#choice.
        """
        if len(self.order) < 2 or len(self.weights) < 2:
            return None
        shape = (REWEIGHTINGS, len(self.weights))
        weights = draw_exponentials(shape, REWEIGHTING_SEED) * self.weights
        values = self.measure[self.order]
        there = ~np.isnan(values)
        filled = np.where(there, values, 0.0)
        means = filled @ weights.T / (there.astype(float) @ weights.T)
        lead = means[0] - means[1:].max(axis=0)
        return int((lead >= -_NOISE * np.abs(filled).max()).sum())

    def _covered_mean(self, values: Array, scores: Array) -> Array:
        """Weighted mean of rows whose scores have `min_coverage` of the weight; else NaN."""
        weight = (~np.isnan(scores)).astype(float) @ self.weights
        total = self.weights.sum()
        covered = weight >= (self.rules.min_coverage - _NOISE) * total
        return np.where(covered, weighted_mean(values, self.weights), np.nan)

    def _shown(self, merit: Array) -> Array:
        """Merit as the scores are written: turned back where lower is better on every task."""
        turned = self.by_mean and bool((self.scores.direction[self.picked] < 0).all())
        return -merit + 0.0 if turned else merit
