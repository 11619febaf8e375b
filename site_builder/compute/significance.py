"""Test whether lifts are larger than chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from site_builder.compute.intervals import LEVEL, Bootstrap, error_of_difference
from site_builder.compute.numbers import (
    Array,
    fair_below,
    floats_or_none,
    mean_of,
    normal_below,
    pairs_or_none,
    round_significant,
    signed_ranks_below,
)
from site_builder.compute.score_error import REACH
from site_builder.compute.scores import Scores
from site_builder.records import Record, make_records
from site_builder.tables.read import positions

# Model, task, variant, and what the score is compared with: `base` or `baseline`.
_PairKey: TypeAlias = tuple[str, str, str, str]
PairedLifts: TypeAlias = Mapping[_PairKey, tuple[float, float]]

_NOISE = 1e-9  # of the scores' size: a difference further from the lift is of other scores


def collect_paired_lifts(differences: pd.DataFrame | None, scores: Scores) -> PairedLifts:
    """Return the 95 % interval of each lift that the table of paired differences has.

    lift ± 1.96 stderr of the difference, positive = better. A difference counts where it equals the
    lift of the same two runs. It does not where examples of either run lack a partner, or where a
    score has changed since.

    Units: those of the metric.
    Source: docs/statistics.md#paired-differences.
    """
    if differences is None:
        return {}
    known = differences[differences["stderr"] > 0]
    roles, found = scores.roles, dict[_PairKey, tuple[float, float]]()
    for variant in roles.variants:
        own = known[known["variant"] == variant]
        of_base = (own["against_model"] == own["model"]) & (own["against_variant"] == roles.base)
        of_baseline = (own["against_model"] == roles.baseline) & (
            own["against_variant"] == roles.baseline_variant
        )
        for against, fits, lifts in (
            ("base", of_base, scores.lift_over_base(variant)),
            ("baseline", of_baseline, scores.lift_over_baseline(variant)),
        ):
            found |= _intervals(own[fits & (own["against"] == against)], scores, variant, lifts)
    return found


def _intervals(own: pd.DataFrame, scores: Scores, variant: str, lifts: Array) -> PairedLifts:
    """Return the intervals of the differences that equal the lifts, by their keys."""
    rows, columns = positions(own["model"], scores.models), positions(own["task"], scores.tasks)
    there = (rows >= 0) & (columns >= 0)
    own, rows, columns = own[there], rows[there], columns[there]
    lift = lifts[rows, columns]
    size = np.fmax(np.abs(scores.values[variant][rows, columns]), np.abs(lift))
    signed = own["difference"].to_numpy(dtype=float) * scores.direction[columns]
    is_lift = np.abs(signed - lift) <= _NOISE * size
    reach = REACH * own["stderr"].to_numpy(dtype=float)
    low, high = (round_significant(lift + way * reach, np.fmax(size, reach)) for way in (-1, 1))
    keys = zip(own["model"], own["task"], own["variant"], own["against"], strict=True)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return {key: pair for key, pair, fits in zip(keys, ends, is_lift, strict=True) if fits}


Verdict = Literal["better", "worse", "unclear", "too few"]
# Gains on all of five tasks have a two-sided p of 2 / 2^5 = 6 %, so no verdict below six.
LEAST_TASKS = 6
MOST_EXACT = 50


class LiftTest(Record):
    """The tests of one run's lift over tasks.

    Attributes:
        n: Number of tasks with a lift.
        mean: Mean lift; None where scores cannot be averaged.
        interval: Its 95 % interval over tasks; None where there is none.
        above, equal, below: Number of tasks on which the lift is above, equal to, below 0.
        sign_p: Two-sided p-value of the sign test.
        sign_p_adjusted: The same, corrected for the number of models.
        wilcoxon_p: Two-sided p-value of Wilcoxon's signed-rank test; None where lifts of different
            tasks are not comparable.
        wilcoxon_p_adjusted: The same, corrected for the number of models.
        verdict: The conclusion from the corrected test and the interval.
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
        over_base: Of the lift over the same model's base scores, for tuned variants.
        over_baseline: Of the lift over the baseline, without the baseline's run.
    """

    over_base: Mapping[str, Mapping[str, LiftTest]]
    over_baseline: Mapping[str, Mapping[str, LiftTest]]


def compute_lift_tests(scores: Scores, bootstrap: Bootstrap, *, averaged: bool) -> LiftTests:
    """Test every run's lift over its base, and over the baseline.

    With `averaged`, lifts on different tasks are comparable; else only their signs count.
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
    """Return two-sided p-values of the sign test of equally likely gains and losses.

    With n = above + below tasks with a difference: min(1, 2 P(X <= min(above, below))), where X is
    binomial of n and 1/2; exact. Tasks without a difference are left out.

    Shape: numbers of tasks (models,) to (models,); 1 where no task has a difference.
    Source: W. J. Conover (1999), Practical Nonparametric Statistics, section 3.4;
        docs/statistics.md#lift-tests.
    """
    fewer = np.minimum(above, below)
    return round_significant(np.minimum(1.0, 2 * fair_below(fewer, (above + below).astype(int))))


def signed_rank_tests(lifts: Array) -> Array:
    """Return two-sided p-values of Wilcoxon's signed-rank test of lifts symmetric around 0.

    With the mean ranks of the n lifts by size, and W the sum of the ranks of gains:

    - exact for up to 50 tasks whose lifts all differ in size: min(1, 2 P(W' <= min(W, M - W))),
      where M = n (n + 1) / 2 is the sum of all ranks;
    - else 2 Phi(-|W - M / 2| / s), where s² = (n (n + 1) (2n + 1) - T / 2) / 24, and T is the sum
      of g³ - g over groups of g lifts of equal size.

    Tasks without a difference are left out.

    Shape: lifts (models, tasks), NaN where there is none, to (models,); 1 where all are 0.
    Source: F. Wilcoxon (1945), Biometrics Bulletin 1(6), 80-83; the figures are those of
        scipy.stats.wilcoxon; docs/statistics.md#lift-tests.
    """
    moved = round_significant(np.where(lifts == 0, np.nan, lifts))
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
    return round_significant(p)


def adjust_for_many(p: Array) -> Array:
    """Correct m p-values by Holm's method, which bounds the chance of any false positive.

    The k-th least p-value times m - k + 1, at least the one before it, at most 1.

    Shape: (m,) to (m,).
    Source: S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70;
        docs/statistics.md#lift-tests.
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return round_significant(adjusted)


class _Lifts(Record):
    """Lifts of all models, their standard errors, and whether they can be averaged."""

    values: Array
    errors: Array
    averaged: bool


def _test(models: Sequence[str], lifts: _Lifts, bootstrap: Bootstrap) -> dict[str, LiftTest]:
    """Test every model that has a lift, with a correction for the number of models."""
    rows = np.flatnonzero((~np.isnan(lifts.values)).any(axis=1))
    values = lifts.values[rows]
    above, equal, below = (side.sum(axis=1) for side in (values > 0, values == 0, values < 0))
    signs, ranks = sign_tests(above, below), np.full(len(rows), np.nan)
    means, low, high = np.full((3, len(rows)), np.nan)
    if lifts.averaged:
        ranks, means = signed_rank_tests(values), mean_of(values, axis=1)
        ends = bootstrap.intervals(values, lifts.errors[rows])
        low, high = np.where(np.isnan(means), np.nan, ends)
    adjusted_signs, adjusted_ranks = adjust_for_many(signs), adjust_for_many(ranks)
    has_mean = ~np.isnan(means)
    verdicts = np.select(
        [
            above + equal + below < LEAST_TASKS,
            np.where(has_mean, adjusted_ranks, adjusted_signs) >= 1 - LEVEL,
            (above > below) & (~has_mean | (low > 0)),
            (above < below) & (~has_mean | (high < 0)),
        ],
        ["too few", "unclear", "better", "worse"],
        "unclear",
    )
    columns = {
        "n": (above + equal + below).tolist(),
        "mean": floats_or_none(means),
        "interval": pairs_or_none(low, high),
        "above": above.tolist(),
        "equal": equal.tolist(),
        "below": below.tolist(),
        "sign_p": signs.tolist(),
        "sign_p_adjusted": adjusted_signs.tolist(),
        "wilcoxon_p": floats_or_none(ranks),
        "wilcoxon_p_adjusted": floats_or_none(adjusted_ranks),
        "verdict": verdicts.tolist(),
    }
    tests = make_records(LiftTest, columns)
    return {models[row]: test for row, test in zip(rows.tolist(), tests, strict=True)}
