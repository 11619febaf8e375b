"""Define the rules that rank a board, one record each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.additive import adjusted_intervals, compare_adjusted, fit_additive
from site_builder.compute.intervals import known_errors, mean_intervals
from site_builder.compute.numbers import Array, Flags, Places, mean_of, round_significant
from site_builder.compute.ranks import Leads, compare_pairs, compare_scores, compute_win_rates
from site_builder.compute.runs import Runs
from site_builder.records import Record, replace
from site_builder.tables.schema import Measure

Why = Literal["configured", "comparable", "mixed units", "sparse"]


class RankingRules(Record):
    """How a board ranks, and why.

    Attributes:
        rank_by: Id of a rule, or of a measure.
        min_coverage: Share of the tasks that a model needs a score on to be ranked, 0..1.
        averaged: Whether scores on these tasks can be averaged.
        why: What decided `rank_by`; it is `configured` only where the data would decide otherwise.
        ratio_offset: Number that is added to both scores of a ratio.
    """

    rank_by: str
    min_coverage: float
    averaged: bool
    why: Why
    ratio_offset: float = 0.0


class Merit(Record, eq=False):
    """What ranks the models of a board.

    Attributes:
        values: Greater is better, shape (models,); NaN where it is not defined.
        shown: The same as pages show it.
        intervals: 95 % intervals of `shown`, shape (2, models); NaN where there are none.
        compare: Compares every two of the models at some places, best first; None where the rule
            has no such test.
        per_task: The values whose plain mean over tasks ranks, greater is better, shape (models,
            tasks); None where it is no such mean.
    """

    values: Array
    shown: Array
    intervals: Array
    compare: Callable[[Places], Leads] | None = None
    per_task: Array | None = None


class RuleInputs(Record, eq=False):
    """What a rule reads: the scores of a variant, and which models it may rank.

    Attributes:
        covered: Of the models that compete, those with scores on enough tasks; shape (models,).
    """

    scores: Runs
    rules: RankingRules
    covered: Flags


class Rule(Record):
    """A rule that may rank a board.

    Attributes:
        id: Its name in `rank_by`; pages name it by its message in the section `rule`.
        statistic: Id of the statistic that shows it.
        is_average: Whether it averages scores, so that these must be in one unit and direction.
        lower_is_better: Whether a lower value is better; None where the scores decide.
        is_alternative: Whether the panel of other rules tries it.
        measure: The measure that ranks.
    """

    id: str
    statistic: str
    compute: Callable[[RuleInputs], Merit]
    is_average: bool = False
    lower_is_better: bool | None = None
    is_alternative: bool = False
    measure: Measure | None = None

    @property
    def is_of_run(self) -> bool:
        """Whether a measure of the whole run ranks, and so nothing that is over tasks."""
        return self.measure is not None and self.measure.combine == "none"


def _no_intervals(values: Array) -> Array:
    return np.full((2, len(values)), np.nan)


def _by_mean(inputs: RuleInputs) -> Merit:
    """Mean over the tasks that a model has (docs/statistics.md#average)."""
    scores = inputs.scores
    signed, least, bounds = scores.signed, scores.least_errors, (scores.low, scores.high)
    intervals = mean_intervals(scores.values, scores.errors, scores.families, bounds)

    def compare(ranked: Places) -> Leads:
        errors = scores.errors[~np.isnan(scores.rivals)]
        if len(scores.tasks) == 1 and len(errors) > 0 and not np.isnan(errors).any():
            return compare_scores(signed[ranked, 0], scores.errors[ranked, 0])
        return compare_pairs(signed[ranked], least[ranked], scores.families)

    return Merit(
        mean_of(signed, axis=1), mean_of(scores.values, axis=1), intervals, compare, signed
    )


def _by_sum(inputs: RuleInputs) -> Merit:
    """Sum over the tasks that a model has (docs/statistics.md#sum)."""
    mean, signed = _by_mean(inputs), inputs.scores.signed
    n = (~np.isnan(signed)).sum(axis=1)
    is_whole = n == signed.shape[1]
    return Merit(
        round_significant(mean.values * n),
        round_significant(mean.shown * n),
        np.where(is_whole, mean.intervals * n, np.nan),
        mean.compare if is_whole[inputs.covered].all() else None,
    )


def _by_places(inputs: RuleInputs, per_task: Array, bounds: tuple[float, float]) -> Merit:
    """Mean of values that depend on all rivals, and so have no error of their own."""
    families = inputs.scores.families
    means = mean_of(per_task, axis=1)
    ends = np.full(1, bounds[0]), np.full(1, bounds[1])
    return Merit(
        means,
        means,
        mean_intervals(per_task, None, families, ends),
        lambda ranked: compare_pairs(per_task[ranked], None, families),
        per_task,
    )


def _by_win_rate(inputs: RuleInputs) -> Merit:
    """Mean share of rivals beaten (docs/statistics.md#win-rate)."""
    merit = _by_places(inputs, compute_win_rates(inputs.scores.signed), (0.0, 1.0))
    if inputs.covered.sum() > 1:
        return merit
    # One model alone leads, though it has no rival to beat.
    return replace(merit, values=np.zeros(len(merit.values)))


def _by_rank(inputs: RuleInputs) -> Merit:
    """Mean rank over tasks (docs/statistics.md#mean-rank)."""
    signed = inputs.scores.signed
    ranks = pd.DataFrame(-signed).rank().to_numpy(dtype=float)
    merit = _by_places(inputs, -ranks, (-float(len(signed)), -1.0))
    return replace(merit, shown=-merit.values, intervals=-merit.intervals[::-1])


def _by_additive(inputs: RuleInputs) -> Merit:
    """Estimated mean over all tasks (docs/statistics.md#additive-model)."""
    scores, covered = inputs.scores, inputs.covered[:, np.newaxis]
    fit = fit_additive(np.where(covered, scores.signed, np.nan), scores.families)
    known = known_errors(scores.values, scores.least_errors)
    intervals = adjusted_intervals(fit, known_errors(scores.values, scores.errors))
    shown = fit.means
    if scores.direction[0] < 0:
        intervals, shown = -intervals[::-1], -shown
    return Merit(fit.means, shown, intervals, partial(compare_adjusted, fit, known=known))


def _of_scores(inputs: RuleInputs, reduce: Callable[..., Array], *of_tasks: object) -> Merit:
    """Reduce scores as pages show them, and what their tasks have, without intervals or tests."""
    scores = inputs.scores
    shown = reduce(scores.values, *of_tasks)
    direction = scores.direction[0] if len(scores.direction) else 1.0
    return Merit(shown * direction, shown, _no_intervals(shown))


def weighted_means(values: Array, weights: Array) -> Array:
    """Return sum(w x) / sum(w) of each row, over the values that are there.

    Shape: (models, tasks), NaN where missing, and (tasks,), to (models,); NaN without a weight.
    Source: docs/statistics.md#weighted-mean.
    """
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore", over="ignore"):
        total = (np.where(there, values, 0.0) * weights).sum(axis=1)
        return round_significant(total / (there * weights).sum(axis=1))


def category_means(values: Array, categories: Sequence[str | None]) -> Array:
    """Return the mean over categories of the mean over the tasks of each.

    Shape: (models, tasks), NaN where missing, to (models,). Tasks without a category are left out.
    Source: docs/statistics.md#mean-of-categories.
    """
    names = dict.fromkeys(name for name in categories if name is not None)
    groups = [[i for i, of in enumerate(categories) if of == name] for name in names]
    means = [mean_of(values[:, columns], axis=1) for columns in groups]
    if not means:
        return np.full(len(values), np.nan)
    return mean_of(np.column_stack(means), axis=1)


def medians(values: Array) -> Array:
    """Return the rounded median of each row without missing values; NaN where all are.

    Source: docs/statistics.md#median-score.
    """
    found, has_any = np.full(len(values), np.nan), ~np.isnan(values).all(axis=1)
    # Of the halves, because the sum of two large values may be infinite.
    found[has_any] = 2 * np.nanmedian(values[has_any] / 2, axis=1)
    return round_significant(found)


_by_median = partial(_of_scores, reduce=medians)


def log_ratios(values: Array, reference: Array, offset: float) -> Array:
    """Return log((x + offset) / (reference + offset)); NaN where one of the two is not above 0.

    Shape: (models, tasks) and (tasks,) to (models, tasks).
    Source: P. J. Fleming and J. J. Wallace (1986), "How not to lie with statistics",
        Communications of the ACM 29(3), 218-221; docs/statistics.md#ratio.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(values + offset) - np.log(reference + offset)
    return np.where(np.isfinite(logs), logs, np.nan)


def _by_ratio(inputs: RuleInputs, reference: Array) -> Merit:
    """Geometric mean of ratios; differences of logarithms are compared as means are."""
    scores, direction = inputs.scores, inputs.scores.direction
    logs = log_ratios(scores.values, reference, inputs.rules.ratio_offset)
    means, signed = mean_of(logs, axis=1), logs * direction
    sign = direction[0] if len(direction) else 1.0
    intervals = mean_intervals(logs, None, scores.families)
    return Merit(
        round_significant(means * sign),
        round_significant(np.exp(means)),
        round_significant(np.exp(intervals)),
        lambda ranked: compare_pairs(signed[ranked], None, scores.families),
    )


RULES: tuple[Rule, ...] = (
    Rule("mean_win_rate", "win_rate", _by_win_rate, lower_is_better=False, is_alternative=True),
    Rule("mean", "average", _by_mean, is_average=True, is_alternative=True),
    Rule("median", "median", _by_median, is_average=True, is_alternative=True),
    Rule(
        *("mean_of_categories", "mean_of_categories"),
        lambda inputs: _of_scores(inputs, category_means, inputs.scores.categories),
        is_average=True,
        is_alternative=True,
    ),
    Rule(
        *("weighted_mean", "weighted_mean"),
        lambda inputs: _of_scores(inputs, weighted_means, inputs.scores.weights),
        is_average=True,
    ),
    Rule("sum", "sum", _by_sum, is_average=True),
    Rule("additive", "adjusted", _by_additive, is_average=True),
    Rule("mean_rank", "mean_rank", _by_rank, lower_is_better=True),
    Rule(
        *("ratio_to_best", "ratio_to_best"),
        lambda i: _by_ratio(i, np.fmax.reduce(i.scores.signed, axis=0) * i.scores.direction),
    ),
    Rule(
        *("ratio_to_baseline", "ratio_to_baseline"),
        lambda i: _by_ratio(i, i.scores.beside["baseline"].values),
    ),
)
"""Every rule that may rank a board, besides measures."""
_BY_ID = {rule.id: rule for rule in RULES}


def find_rule(rank_by: str, measures: Sequence[Measure]) -> Rule:
    """Return the rule with this id, or the one that ranks by a measure."""
    if rank_by in _BY_ID:
        return _BY_ID[rank_by]
    measure = next(measure for measure in measures if measure.id == rank_by)
    lower = not measure.higher_is_better

    def by_measure(inputs: RuleInputs) -> Merit:
        shown = combine(measure, inputs.scores.measured[measure.id])
        return Merit(-shown if lower else shown, shown, _no_intervals(shown))

    return Rule(rank_by, rank_by, by_measure, lower_is_better=lower, measure=measure)


def combine(measure: Measure, values: Array) -> Array:
    """Combine the values of a measure over tasks: their sum, mean or median, or the only value.

    Shape: (models, tasks), NaN where missing, to (models,); NaN where none is there, and, if values
        are not combined, where they differ.
    Source: docs/statistics.md#measures.
    """
    n = (~np.isnan(values)).sum(axis=1)
    if measure.combine == "median":
        return medians(values)
    means = mean_of(values, axis=1)
    if measure.combine == "sum":
        return round_significant(means * n)
    if measure.combine == "none":
        spread = np.fmax.reduce(values, axis=1) - np.fmin.reduce(values, axis=1)
        return np.where(spread == 0, means, np.nan)
    return means
