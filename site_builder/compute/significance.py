"""Test whether lifts are larger than chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.intervals import (
    LEAST_TASKS,
    Families,
    FamilySums,
    error_of_difference,
    known_errors,
    mean_intervals,
    mean_tests,
)
from site_builder.compute.numbers import (
    Array,
    floats_or_none,
    integers_or_none,
    pairs_or_none,
    round_significant,
    signed_ranks_below,
    tied_ranks_below,
)
from site_builder.compute.score_error import REACH
from site_builder.compute.scores import Scores
from site_builder.records import Record, make_records
from site_builder.tables.read import positions

# By model, task, variant, and what the score is compared with: `base` or `baseline`.
PairedLifts: TypeAlias = Mapping[tuple[str, str, str, str], tuple[float, float]]
Against = Literal["base", "baseline"]
Verdict = Literal["better", "worse", "unclear", "too few"]

MOST_EXACT = 50
_MOST_EXACT_TIED = 13  # as scipy: the exact distribution of equal sizes is costly for more
_ALPHA = 0.05
_NOISE = 1e-9  # of the scores' size: a difference further from the lift is of other scores


def collect_paired_lifts(differences: pd.DataFrame | None, scores: Scores) -> PairedLifts:
    """Return the 95 % interval of each lift that equals a paired difference.

    It is `paired_interval` where the numbers of examples on which the runs differ are known, else
    lift ± 1.96 stderr.

    Units: those of the metric, positive = better. Source: docs/statistics.md#paired-differences.
    """
    if differences is None:
        return {}
    roles, key = scores.roles, ["model", "task", "variant"]
    lifts = scores.frame[[*key, "score", "lift_over_base", "lift_over_baseline"]]
    found = differences.merge(lifts, on=key)
    against, other, variant = (
        found[name] for name in ("against", "against_model", "against_variant")
    )
    of_base = (other == found["model"]) & (variant == roles.base)
    beside = found["variant"].map(roles.baseline_variants)
    of_baseline = (other == roles.baseline) & (variant == beside)
    lift = np.select(
        [(against == "base") & of_base, (against == "baseline") & of_baseline],
        [found["lift_over_base"], found["lift_over_baseline"]],
        np.nan,
    )
    size = np.fmax(np.abs(found["score"].to_numpy()), np.abs(lift))
    at = positions(found["task"], scores.tasks)
    direction, span = scores.direction[at], (scores.high - scores.low)[at]
    stated, error, n, higher, lower = (
        found[name].to_numpy(dtype=float)
        for name in ("difference", "stderr", "n_pairs", "n_higher", "n_lower")
    )
    ends = paired_interval(stated, error, n, higher, lower, span)
    ends = np.sort(ends * direction, axis=0)
    reach = REACH * np.where(error > 0, error, np.nan)
    ends = np.where(np.isfinite(ends), ends, [lift - reach, lift + reach])
    low, high = round_significant(ends, np.fmax(size, np.abs(ends).max(axis=0, initial=0)))
    is_lift = np.abs(stated * direction - lift) <= _NOISE * size
    kept = found.assign(low=low, high=high)[is_lift & ~np.isnan(low)]
    keys = kept[[*key, "against"]].itertuples(index=False, name=None)
    return dict(zip(keys, zip(kept["low"], kept["high"], strict=True), strict=True))


def paired_interval(
    difference: Array, error: Array, n: Array, higher: Array, lower: Array, span: Array
) -> Array:
    """Return the ends of the 95 % interval of a difference of two shares of the same n examples.

    With p = (higher + 1) / (n + 2) and q = (lower + 1) / (n + 2), the adjusted shares of examples
    on which one run is right alone: p - q ± z sqrt((p + q - (p - q)²) / (n + 2)), within -1..1. It
    is in units of what right and wrong differ by: c = sqrt(sum d² / (higher + lower)), where
    sum d² = n difference² + n (n - 1) error², or the span of the bounds where no example differs.

    Shape: (differences,) to (2, differences); NaN where a count or the unit is not known.
    Source: D. G. Bonett and R. M. Price (2012), Journal of Educational and Behavioral Statistics
        37(4), 479-488.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = n * difference**2 + n * (n - 1) * np.nan_to_num(error) ** 2
        unit = np.where(higher + lower > 0, np.sqrt(squares / (higher + lower)), span)
        p, q = (higher + 1) / (n + 2), (lower + 1) / (n + 2)
        reach = REACH * np.sqrt((p + q - (p - q) ** 2) / (n + 2))
        ends = np.asarray(np.clip([p - q - reach, p - q + reach], -1, 1) * unit)
    return np.where(np.isfinite(ends), ends, np.nan)


def lift_errors(scores: Scores, variant: str, against: Against) -> tuple[Array, Array]:
    """Return the standard error of each lift, and the greatest that a range of errors allows.

    sqrt(se1² + se2²) of the two scores. Shape: two of (models, tasks); NaN where one is not known.
    """
    most = scores.frame["most"].to_numpy(dtype=float)
    greatest = {v: most[scores.index[v]] for v in scores.roles.variants}
    base = scores.roles.base or variant

    def combined(errors: Mapping[str, Array]) -> Array:
        is_base = against == "base"
        beside = errors[base] if is_base else scores.of_baseline(errors, variant)
        return np.hypot(errors[variant], beside)

    return combined(scores.errors), combined(greatest)


def judge_lifts(
    scores: Scores, paired: PairedLifts, variant: str, against: Against = "baseline"
) -> Array:
    """Judge each lift of a variant: 1 clearly above 0, -1 clearly below, 0 not clear.

    By the interval of the paired difference where it is known. Else by the z test of the two
    scores: clear where abs(lift) > 1.96 error, with the greatest error where only a range is known,
    and not clear where it is at most that with the least.

    Shape: (models, tasks); NaN without a lift, and where the errors do not say it.
    Source: the z test of two means; docs/statistics.md#clear-lifts.
    """
    is_base = against == "base"
    lifts = scores.lift_over_base(variant) if is_base else scores.lift_over_baseline(variant)
    least, greatest = (REACH * errors for errors in lift_errors(scores, variant, against))
    size = np.abs(lifts)
    verdicts = np.select([size > greatest, size <= least], [np.sign(lifts), 0.0], np.nan)
    for (model, task, of, other), (low, high) in paired.items():
        if (of, other) == (variant, against) and task in scores.columns:
            verdict = float(low > 0) - float(high < 0)
            verdicts[scores.rows[model], scores.columns[task]] = verdict
    return verdicts


def mean_lift_intervals(
    scores: Scores, variant: str, against: Against, tasks: Sequence[str]
) -> Array:
    """Return the 95 % interval of each model's mean lift over some tasks.

    Shape: (2, models); NaN below six families of tasks. Source: docs/statistics.md#interval.
    """
    part = scores.only(tasks)
    lifts = part.lift_over_base(variant) if against == "base" else part.contest_lifts(variant)
    errors, _ = lift_errors(part, variant, against)
    return mean_intervals(lifts, errors, part.families)


def judge_intervals(intervals: Array) -> Array:
    """Judge intervals, shape (2, n), to (n,): 1 above 0, -1 below, 0 not clear; NaN without one."""
    low, high = intervals
    return np.select([low > 0, high < 0, high >= low], [1.0, -1.0, 0.0], np.nan)


def verdict_of(judged: float) -> Verdict | None:
    """Return the word for 1, -1 or 0; None for NaN, where nothing says whether a lift is clear."""
    words: dict[float, Verdict] = {1.0: "better", -1.0: "worse", 0.0: "unclear"}
    return words.get(judged)


class LiftTest(Record):
    """The tests of one run's lift over tasks.

    Attributes:
        n: Number of tasks with a lift.
        mean: Mean lift; None where scores cannot be averaged.
        interval: Its 95 % interval over tasks; None below six tasks.
        above, equal, below: Number of tasks on which the lift is above, equal to, below 0.
        sign_p, wilcoxon_p, t_p: Two-sided p-values, the last two None where scores cannot be
            averaged.
        sign_p_adjusted, wilcoxon_p_adjusted, t_p_adjusted: The same, corrected for the number of
            models.
        verdict: The conclusion; "unclear" where Student's and Wilcoxon's test disagree.
        repetitions: Number of tasks, or families of tasks, that can be left out in turn.
        survives: In how many of these repetitions the deciding corrected p-value stays on the same
            side of 0.05; None without a verdict.
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
    t_p: float | None
    t_p_adjusted: float | None
    verdict: Verdict
    repetitions: int
    survives: int | None

    @property
    def p(self) -> float:
        """The deciding corrected p-value: Student's, else that of the sign test."""
        return self.sign_p_adjusted if self.t_p_adjusted is None else self.t_p_adjusted

    @property
    def tests_disagree(self) -> bool:
        """Whether exactly one of Student's and Wilcoxon's corrected p-values is below 0.05."""
        if self.t_p_adjusted is None or self.wilcoxon_p_adjusted is None:
            return False
        return (self.t_p_adjusted < _ALPHA) != (self.wilcoxon_p_adjusted < _ALPHA)


class LiftTests(Record):
    """The tests of every run, by variant and model; a run without a lift is absent.

    Attributes:
        over_base: Of the lift over the same model's base scores, for tuned variants.
        over_baseline: Of the lift over the baseline, without the baseline's run.
    """

    over_base: Mapping[str, Mapping[str, LiftTest]]
    over_baseline: Mapping[str, Mapping[str, LiftTest]]

    def over(self, against: Against) -> Mapping[str, Mapping[str, LiftTest]]:
        """Return the tests of the lifts over base, or over the baseline."""
        return self.over_base if against == "base" else self.over_baseline


def compute_lift_tests(scores: Scores, *, averaged: bool) -> LiftTests:
    """Test every run's lift over its base, and over the baseline; without `averaged`, by signs."""
    roles, errors, base = scores.roles, scores.errors, scores.roles.base
    test = partial(_test, scores.models, scores.families, averaged=averaged)
    over_base, over_baseline = {}, {}
    for variant in roles.variants:
        error = error_of_difference(errors[variant], scores.of_baseline(errors, variant))
        over_baseline[variant] = test(scores.contest_lifts(variant), error)
        if base is not None and variant != base:
            error = error_of_difference(errors[variant], errors[base])
            over_base[variant] = test(scores.lift_over_base(variant), error)
    return LiftTests(over_base, over_baseline)


def sign_tests(above: Array, below: Array) -> Array:
    """Return two-sided p-values of the sign test of equally likely gains and losses.

    Exact: min(1, 2 P(X <= min(above, below))), where X is binomial of above + below and 1/2.

    Shape: numbers of tasks, of any shape, to the same; 1 where no task has a difference.
    Source: W. J. Conover (1999), Practical Nonparametric Statistics, section 3.4;
        docs/statistics.md#lift-tests.
    """
    p = special.bdtr(np.minimum(above, below), above + below, 0.5)
    return round_significant(np.minimum(1.0, 2 * p))


def signed_rank_tests(lifts: Array) -> Array:
    """Return two-sided p-values of Wilcoxon's signed-rank test of lifts symmetric around 0.

    With the mean ranks of the n lifts other than 0 by size, and W the sum of the ranks of gains:

    - exact, min(1, 2 P(W' <= min(W, M - W))), where M = n (n + 1) / 2 is the sum of all ranks, for
      up to 50 tasks whose lifts all differ in size, and for up to 13 whatever their sizes;
    - else 2 Phi(-|W - M / 2| / s), where s² = (n (n + 1) (2n + 1) - T / 2) / 24, and T is the sum
      of g³ - g over groups of g lifts of equal size.

    Shape: lifts (models, tasks), NaN where there is none, to (models,); 1 where all are 0.
    Source: F. Wilcoxon (1945), Biometrics Bulletin 1(6), 80-83; the figures are those of
        scipy.stats.wilcoxon; docs/statistics.md#lift-tests.
    """
    size = np.abs(lifts[~np.isnan(lifts)]).max(initial=0.0)
    with np.errstate(over="ignore"):
        moved = round_significant(np.where(lifts == 0, np.nan, lifts), np.full(lifts.shape, size))
    moved[moved == 0] = np.nan
    sizes = pd.DataFrame(np.abs(moved))
    first, last = (sizes.rank(axis=1, method=end).to_numpy() for end in ("min", "max"))
    ranks = np.nan_to_num((first + last) / 2)
    n, alike = (~np.isnan(moved)).sum(axis=1), np.nan_to_num(last - first + 1)
    gains = np.where(moved > 0, ranks, 0.0).sum(axis=1)
    whole = n * (n + 1) / 2
    fewer = np.minimum(gains, whole - gains)
    distinct = (alike <= 1).all(axis=1)
    p = np.ones(len(lifts))
    exact = (n > 0) & (n <= MOST_EXACT) & distinct
    p[exact] = np.minimum(1.0, 2 * signed_ranks_below(fewer[exact].astype(int), n[exact]))
    tied = (n > 0) & (n <= _MOST_EXACT_TIED) & ~distinct
    p[tied] = np.minimum(1.0, 2 * tied_ranks_below(fewer[tied], ranks[tied]))
    near = (n > 0) & ~exact & ~tied
    # A group of g adds g (g² - 1), which is g² - 1 for each of its lifts.
    equal = (np.maximum(alike, 1) ** 2 - 1).sum(axis=1)
    spread = np.sqrt((n * (n + 1) * (2 * n + 1) - equal / 2) / 24)
    p[near] = 2 * special.ndtr(-np.abs(gains - whole / 2)[near] / spread[near])
    return round_significant(p)


def adjust_for_many(p: Array) -> Array:
    """Correct m p-values by Holm's method, which bounds the chance of any false positive.

    The k-th least p-value times m - k + 1, at least the one before it, at most 1.

    Shape: (m,) or (m, families), each column for itself, to the same.
    Source: S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70;
        docs/statistics.md#lift-tests.
    """
    order = np.argsort(p, axis=0, kind="stable")
    factors = np.arange(len(p), 0, -1.0).reshape(-1, *[1] * (p.ndim - 1))
    stepped = np.maximum.accumulate(np.take_along_axis(p, order, axis=0) * factors, axis=0)
    adjusted = np.empty(p.shape)
    np.put_along_axis(adjusted, order, np.minimum(stepped, 1.0), axis=0)
    return round_significant(adjusted)


def _test(
    models: Sequence[str], families: Families, lifts: Array, errors: Array, *, averaged: bool
) -> dict[str, LiftTest]:
    """Test every model that has a lift, with a correction for the number of models."""
    rows = np.flatnonzero((~np.isnan(lifts)).any(axis=1))
    values, errors = lifts[rows], errors[rows]
    sums = FamilySums.of(values, families)
    above, equal, below = (side.sum(axis=1) for side in (values > 0, values == 0, values < 0))
    signs, signs_left_out = _sign_tests(sums)
    ranks, t, means, low, high = np.full((5, len(rows)), np.nan)
    deciding, left_out, directions = signs, signs_left_out, np.sign(above - below)
    if averaged:
        means, ranks = sums.centre, signed_rank_tests(sums.means)
        low, high = mean_intervals(values, errors, families)
        deciding, left_out = mean_tests(sums, known_errors(values, errors))
        t, directions = deciding, np.sign(means)
    adjusted_signs, adjusted_ranks, adjusted_t = map(adjust_for_many, (signs, ranks, t))
    is_clear = adjust_for_many(deciding) < _ALPHA
    agree = ~(adjusted_ranks >= _ALPHA) if averaged else np.ones(len(rows), dtype=bool)
    few = sums.families < LEAST_TASKS
    verdicts = np.select(
        [few, ~(is_clear & agree), directions > 0], ["too few", "unclear", "better"], "worse"
    )
    survives = ((adjust_for_many(left_out) < _ALPHA) == is_clear[:, np.newaxis]).sum(axis=1)
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
        "t_p": floats_or_none(t),
        "t_p_adjusted": floats_or_none(adjusted_t),
        "verdict": verdicts.tolist(),
        "repetitions": [sums.counts.shape[1]] * len(rows),
        "survives": integers_or_none(np.where(few, np.nan, survives)),
    }
    tests = make_records(LiftTest, columns)
    return {models[row]: test for row, test in zip(rows.tolist(), tests, strict=True)}


def _sign_tests(sums: FamilySums) -> tuple[Array, Array]:
    """Return p-values of the sign tests of families, and those without each family in turn."""
    gains, losses = sums.means > 0, sums.means < 0
    above, below = gains.sum(axis=1), losses.sum(axis=1)
    without_gain, without_loss = sign_tests(above - 1, below), sign_tests(above, below - 1)
    whole = sign_tests(above, below)
    left_out = np.where(
        gains,
        without_gain[:, np.newaxis],
        np.where(losses, without_loss[:, np.newaxis], whole[:, np.newaxis]),
    )
    return whole, left_out
