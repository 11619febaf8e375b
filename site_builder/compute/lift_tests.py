"""Is the lift real: exact tests over tasks, corrected for the number of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.intervals import LEVEL, Bootstrap, error_of_difference
from site_builder.compute.numbers import Array, mean_of, number, settled
from site_builder.compute.probabilities import fair_below, normal_below, signed_ranks_below
from site_builder.compute.scores import Scores
from site_builder.records import Record

Verdict = Literal["better", "worse", "unclear", "too few"]
# Below six tasks nothing is told apart: gains on all of five have a two-sided p of 2 / 2^5 = 6 %.
LEAST_TASKS = 6
MOST_EXACT = 50


class LiftTest(Record):
    """What the tasks say of one run's lift.

    Attributes:
        n: Tasks with a lift.
        mean: Mean lift; None where scores of different tasks have no mean.
        interval: Its 95 % interval over tasks; None where there is none.
        above, equal, below: Tasks on which the lift is above, equal to, below 0.
        sign_p: Two-sided p-value of the sign test.
        sign_p_adjusted: The same, corrected for the number of models.
        wilcoxon_p: Two-sided p-value of Wilcoxon's signed-rank test; None where lifts of different
            tasks cannot be set side by side.
        wilcoxon_p_adjusted: The same, corrected.
        verdict: What the corrected test says.
    """

    n: int
    mean: float | None
    interval: tuple[float, float] | None
    above: int
    equal: int
    below: int
    sign_p: float
    sign_p_adjusted: float
    wilcoxon_p: float | None
    wilcoxon_p_adjusted: float | None
    verdict: Verdict


class LiftTests(Record):
    """The tests of every run, by variant and model; a run without a lift is absent.

    Attributes:
        over_base: Of the lift over the same model's base scores; of tuned variants.
        over_baseline: Of the lift over the baseline, whose own run is absent.
    """

    over_base: Mapping[str, Mapping[str, LiftTest]]
    over_baseline: Mapping[str, Mapping[str, LiftTest]]


def compute_lift_tests(scores: Scores, bootstrap: Bootstrap, *, averaged: bool) -> LiftTests:
    """Test every run's lift over its base, and over the baseline.

    Args:
        scores: The scores.
        bootstrap: Resampled task sets.
        averaged: Whether lifts on different tasks can be set side by side.
    """
    roles, errors = scores.roles, scores.errors
    over_base, over_baseline = {}, {}
    for variant in roles.variants:
        lifts = np.where(np.isnan(scores.contest(variant)), np.nan, 1.0)
        lifts *= scores.lift_over_baseline(variant)
        error = error_of_difference(errors[variant], scores.baseline_errors)
        over_baseline[variant] = _test(scores.models, _Lifts(lifts, error, averaged), bootstrap)
    for variant in roles.tuned if roles.base is not None else ():
        lifts = scores.lift_over_base(variant)
        error = error_of_difference(errors[variant], errors[roles.base or ""])
        over_base[variant] = _test(scores.models, _Lifts(lifts, error, averaged), bootstrap)
    return LiftTests(over_base, over_baseline)


def sign_tests(above: Array, below: Array) -> Array:
    """Two-sided p-values of the sign test: that a gain is as likely as a loss.

    With n = above + below tasks on which there is a difference, min(1, 2 P(X <= min(above, below)))
    where X is binomial of n and 1/2: exact. A task without a difference says nothing.

    Shape: numbers of tasks (models,) to (models,); 1 where no task has a difference.
    Source: W. J. Conover (1999), Practical Nonparametric Statistics, section 3.4;
        docs/statistics.md#lift-tests.
    """
    fewer = np.minimum(above, below)
    return settled(np.minimum(1.0, 2 * fair_below(fewer, (above + below).astype(int))))


def signed_rank_tests(lifts: Array) -> Array:
    """Two-sided p-values of Wilcoxon's signed-rank test: that lifts lie symmetrically around 0.

    With the mean ranks of the n lifts by size, and W the sum of those of gains:

    - exact for up to 50 tasks whose lifts all differ in size: min(1, 2 P(W' <= min(W, M - W))),
      where M = n (n + 1) / 2 is the sum of all ranks;
    - else 2 Phi(-|W - M / 2| / s), where s² = (n (n + 1) (2n + 1) - T / 2) / 24, and T is the sum
      of g³ - g over groups of g lifts of equal size.

    Tasks without a difference are left out.

    Shape: lifts (models, tasks), NaN where there is none, to (models,); 1 where all are 0.
    Source: F. Wilcoxon (1945), Biometrics Bulletin 1(6), 80-83; the figures are those of
        scipy.stats.wilcoxon; docs/statistics.md#lift-tests.
    """
    moved = settled(np.where(lifts == 0, np.nan, lifts))
    sizes = pd.DataFrame(np.abs(moved))
    first, last = (sizes.rank(axis=1, method=end).to_numpy() for end in ("min", "max"))
    n = (~np.isnan(moved)).sum(axis=1)
    gains = np.where(moved > 0, (first + last) / 2, 0.0).sum(axis=1)
    whole = n * (n + 1) / 2
    alike = np.nan_to_num(last - first + 1)
    exact = (n > 0) & (n <= MOST_EXACT) & (alike <= 1).all(axis=1)
    near = (n > 0) & ~exact
    p = np.ones(len(lifts))
    fewer = np.minimum(gains, whole - gains)[exact].astype(int)
    p[exact] = np.minimum(1.0, 2 * signed_ranks_below(fewer, n[exact]))
    # A group of g adds g (g² - 1), which is g² - 1 for each of its lifts.
    equal = (np.maximum(alike, 1) ** 2 - 1).sum(axis=1)
    spread = np.sqrt((n * (n + 1) * (2 * n + 1) - equal / 2) / 24)
    p[near] = 2 * normal_below(-np.abs(gains - whole / 2)[near] / spread[near])
    return settled(p)


def adjust_for_many(p: Array) -> Array:
    """Holm's correction: the chance that any of the true nulls among m gets a p-value so small.

    The k-th least p-value times m - k + 1, never less than the one before it, at most 1.

    Shape: (m,) to (m,).
    Source: S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70;
        docs/statistics.md#lift-tests.
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return settled(adjusted)


class _Lifts(Record):
    """Lifts of all models, their standard errors, and whether they have a mean."""

    values: Array
    errors: Array
    averaged: bool


def _test(models: Sequence[str], lifts: _Lifts, bootstrap: Bootstrap) -> dict[str, LiftTest]:
    """The tests of every model that has a lift, corrected for how many these are."""
    rows = np.flatnonzero((~np.isnan(lifts.values)).any(axis=1))
    values = lifts.values[rows]
    sides = [side.sum(axis=1) for side in (values > 0, values == 0, values < 0)]
    signs = sign_tests(sides[0], sides[2])
    ranks = signed_rank_tests(values) if lifts.averaged else np.full(len(rows), np.nan)
    means = mean_of(values, axis=1) if lifts.averaged else np.full(len(rows), np.nan)
    ends = bootstrap.intervals(values, lifts.errors[rows])
    columns = _Columns(
        means=means,
        ends=np.array(ends),
        sides=np.array(sides),
        signs=np.array([signs, adjust_for_many(signs)]),
        ranks=np.array([ranks, adjust_for_many(ranks)]),
    )
    return {models[row]: columns.test(i) for i, row in enumerate(rows.tolist())}


class _Columns(Record):
    """The tests as arrays over the runs; p-values with and without the correction."""

    means: Array
    ends: Array
    sides: Array
    signs: Array
    ranks: Array

    def test(self, i: int) -> LiftTest:
        low, high = number(self.ends[0, i]), number(self.ends[1, i])
        averaged = not np.isnan(self.means[i])
        above, equal, below = (int(n) for n in self.sides[:, i])
        return LiftTest(
            n=above + equal + below,
            mean=number(self.means[i]),
            interval=(low, high) if averaged and low is not None and high is not None else None,
            above=above,
            equal=equal,
            below=below,
            sign_p=float(self.signs[0, i]),
            sign_p_adjusted=float(self.signs[1, i]),
            wilcoxon_p=number(self.ranks[0, i]),
            wilcoxon_p_adjusted=number(self.ranks[1, i]),
            verdict=self._verdict(i, averaged=averaged),
        )

    def _verdict(self, i: int, *, averaged: bool) -> Verdict:
        """What the corrected test and the interval say together; without means, the sign test."""
        above, _, below = self.sides[:, i]
        up, down = (self.ends[0, i] > 0, self.ends[1, i] < 0) if averaged else (True, True)
        p = self.ranks[1, i] if averaged else self.signs[1, i]
        if self.sides[:, i].sum() < LEAST_TASKS:
            return "too few"
        if p >= 1 - LEVEL:
            return "unclear"
        if above > below and up:
            return "better"
        return "worse" if above < below and down else "unclear"
