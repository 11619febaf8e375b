"""Test whether lifts are statistically significant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.intervals import (
    LEAST_TASKS,
    FamilySums,
    known_errors,
    simultaneous_tail,
    t_quantile,
)
from site_builder.compute.numbers import Array, floats_or_none, pairs_or_none, round_significant
from site_builder.compute.runs import Against, Runs
from site_builder.compute.score_error import REACH, reach_among
from site_builder.compute.scores import Scores
from site_builder.records import Record, make_records
from site_builder.tables.read import positions

# By model, task, variant, and what the score is compared with: `base` or `baseline`.
PairedLifts: TypeAlias = Mapping[tuple[str, str, str, str], tuple[float, float]]
Verdict = Literal["better", "worse", "unclear", "too few"]

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
    roles, key = scores.roles, ["model", "task", "variant", "against"]
    model, _, of, against = (differences[name] for name in key)
    other, variant = differences["against_model"], differences["against_variant"]
    rows, at = positions(model, scores.models), positions(differences["task"], scores.tasks)
    of_base = (against == "base") & (other == model) & (variant == roles.base)
    is_beside = (other == roles.baseline) & (variant == of.map(roles.baseline_variants))
    is_known = (of_base | (against == "baseline") & is_beside) & (rows >= 0) & (at >= 0)
    score, lift = np.full((2, len(differences)), np.nan)
    for runs in scores.variants:
        for name, lifts in runs.lifts.items():
            mine = (is_known & (of == runs.variant) & (against == name)).to_numpy()
            place = rows[mine], at[mine]
            score[mine], lift[mine] = runs.values[place], lifts[place]
    size = np.fmax(np.abs(score), np.abs(lift))
    direction, span = scores.direction[at], (scores.high - scores.low)[at]
    stated, error, n, higher, lower = (
        differences[name].to_numpy(dtype=float)
        for name in ("difference", "stderr", "n_pairs", "n_higher", "n_lower")
    )
    ends = paired_interval(stated, error, n, higher, lower, span)
    ends = np.sort(ends * direction, axis=0)
    reach = REACH * np.where(error > 0, error, np.nan)
    ends = np.where(np.isfinite(ends), ends, [lift - reach, lift + reach])
    low, high = round_significant(ends, np.fmax(size, np.abs(ends).max(axis=0, initial=0)))
    is_lift = np.abs(stated * direction - lift) <= _NOISE * size
    kept = differences.assign(low=low, high=high)[is_lift & ~np.isnan(low)]
    keys = kept[key].itertuples(index=False, name=None)
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


def judge_lifts(
    scores: Scores, paired: PairedLifts, variant: str, against: Against = "baseline"
) -> Array:
    """Judge each lift of a variant: 1 clearly above 0, -1 clearly below, 0 not clear.

    By the interval of the paired difference where it is known. Else by the z test of the two
    scores: clear where abs(lift) > c sqrt(se1² + se2²). c is 1.96 for a lift over base, and for one
    over the baseline `reach_among` the contenders of the task and the baseline.

    Shape: (models, tasks); NaN without a lift, and where an error is not known.
    Source: the z test of two means; docs/statistics.md#clear-lifts.
    """
    runs, reach = scores.runs[variant], np.array(REACH)
    if against == "baseline":
        rivals = scores.contest if variant in scores.roles.contest else (runs,)
        n = sum((~np.isnan(each.contest_lifts)).sum(axis=0) for each in rivals)
        reach = reach_among(np.asarray(1 + n))
    lifts = runs.lifts[against]
    reach = reach * np.hypot(runs.errors, runs.beside[against].errors)
    verdicts = np.where(np.isnan(lifts + reach), np.nan, np.sign(lifts) * (abs(lifts) > reach))
    for (model, task, of, other), (low, high) in paired.items():
        if (of, other) == (variant, against) and task in scores.columns:
            verdict = float(low > 0) - float(high < 0)
            verdicts[scores.rows[model], scores.columns[task]] = verdict
    return verdicts


def verdict_of(judged: float) -> Verdict | None:
    """Return the word for 1, -1 or 0; None for NaN, where nothing says whether a lift is clear."""
    words: dict[float, Verdict] = {1.0: "better", -1.0: "worse", 0.0: "unclear"}
    return words.get(judged)


class LiftTest(Record):
    """The test of one entry's lift over tasks, in a family of m comparisons.

    Attributes:
        n: Number of tasks with a lift.
        mean: Mean lift; None where scores cannot be averaged.
        interval: The interval of the mean that decides: those of the family hold at once in 95 % of
            cases. None below six tasks, and without a mean.
        above, equal, below: Number of tasks on which the lift is above, equal to, below 0.
        p: Two-sided p-value times m, at most 1: of Student's t, or of the sign test where scores
            cannot be averaged.
        verdict: Whether the interval excludes 0; by signs, whether `p` is below 0.05. "too few"
            where no lifts on so many tasks could be judged.
    """

    n: int
    mean: float | None
    interval: tuple[float, float] | None
    above: int
    equal: int
    below: int
    p: float
    verdict: Verdict


def compute_lift_tests(
    runs: Runs, against: Against, *, averaged: bool, sets: int = 1
) -> dict[str, LiftTest]:
    """Test the mean lift of every model that has one; one family of comparisons for all.

    mean ± t e, with the error e of `FamilySums.errors`, at least the one that the errors and the
    rounding of the scores leave, and the quantile t of Student's t, with one degree of freedom less
    than tasks (families), that is exceeded with probability 0.025 / m. Here m is the number of
    models with a lift, times `sets`, the number of sets of tasks that are tested beside each other.
    Where scores cannot be averaged, by `sign_tests`.

    Source: O. J. Dunn (1961), Journal of the American Statistical Association 56(293), 52-64;
        docs/statistics.md#lift-tests.
    """
    lifts = runs.lifts["base"] if against == "base" else runs.contest_lifts
    error = np.hypot(runs.least_errors, runs.beside[against].least_errors)
    rows = np.flatnonzero((~np.isnan(lifts)).any(axis=1))
    values = lifts[rows]
    sums = FamilySums.of(values, runs.families)
    above, equal, below = (side.sum(axis=1) for side in (values > 0, values == 0, values < 0))
    m = max(len(rows) * sets, 1)
    means, ends = np.full(len(rows), np.nan), np.full((2, len(rows)), np.nan)
    if averaged:
        means = sums.centre
        p, ends = _t_tests(sums, known_errors(values, error[rows]), m)
        few, better, worse = sums.families < LEAST_TASKS, ends[0] > 0, ends[1] < 0
    else:
        gains, losses = (side.sum(axis=1) for side in (sums.means > 0, sums.means < 0))
        p = sign_tests(gains, losses)
        few = np.minimum(1.0, 2.0 ** (1 - sums.families)) * m >= _ALPHA
        few |= sums.families < LEAST_TASKS
        better, worse = (side & (p * m < _ALPHA) for side in (gains > losses, gains < losses))
    columns = {
        "n": (above + equal + below).tolist(),
        "mean": floats_or_none(means),
        "interval": pairs_or_none(*ends),
        "above": above.tolist(),
        "equal": equal.tolist(),
        "below": below.tolist(),
        "p": round_significant(np.minimum(1.0, p * m)).tolist(),
        "verdict": np.select(
            [few, better, worse], ["too few", "better", "worse"], "unclear"
        ).tolist(),
    }
    tests = make_records(LiftTest, columns)
    return {runs.models[row]: test for row, test in zip(rows.tolist(), tests, strict=True)}


def _t_tests(sums: FamilySums, known: Array, m: int) -> tuple[Array, Array]:
    """Return two-sided p-values of mean lifts, and the simultaneous intervals of m of them."""
    freedom = sums.families - 1
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        error = np.fmax(sums.errors(), known)
        t = np.where(sums.centre == 0, 0.0, -np.abs(sums.centre) / error)
        p = 2 * special.stdtr(np.maximum(freedom, 1), t)
        reach = t_quantile(freedom, simultaneous_tail(m)) * error
        ends = np.array([sums.centre - reach, sums.centre + reach])
        ends = round_significant(ends, np.abs(sums.centre) + sums.scale)
    enough = sums.families >= LEAST_TASKS
    return np.where(enough, p, 1.0), np.where(enough, ends, np.nan)


def sign_tests(above: Array, below: Array) -> Array:
    """Return two-sided p-values of the sign test of equally likely gains and losses.

    Exact: min(1, 2 P(X <= min(above, below))), where X is binomial of above + below and 1/2.

    Shape: numbers of tasks, of any shape, to the same; 1 where no task has a difference.
    Source: W. J. Conover (1999), Practical Nonparametric Statistics, section 3.4;
        docs/statistics.md#lift-tests.
    """
    p = special.bdtr(np.minimum(above, below), above + below, 0.5)
    return round_significant(np.minimum(1.0, 2 * p))


def adjust_for_many(p: Array) -> Array:
    """Correct m p-values by Holm's method, which bounds the chance of any false positive.

    The k-th least p-value times m - k + 1, at least the one before it, at most 1.

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70;
        docs/statistics.md#correlation.
    """
    order, adjusted = np.argsort(p, kind="stable"), np.empty(p.shape)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1.0))
    return round_significant(np.minimum(adjusted, 1.0))
