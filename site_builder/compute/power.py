"""Compute which differences between models a number of tasks can show."""

from __future__ import annotations

import numpy as np
from scipy import special

from site_builder.compute.board import Board
from site_builder.compute.intervals import LEAST_TASKS, FamilySums
from site_builder.compute.numbers import Array, float_or_none, round_significant
from site_builder.compute.ranks import ROWS_AT_ONCE, pair_sums, scale_for_pairs
from site_builder.compute.scores import Scores

POWER = 0.8
_TWO_SIDED = 0.975


def required_effect(n: Array) -> Array:
    """Return the mean difference that a paired t test over n tasks finds with a power of 0.8.

    The test is two-sided at 5 %. Its statistic has the noncentral t distribution with n - 1 degrees
    of freedom and noncentrality effect * sqrt(n). The chance of a significant result in the wrong
    direction, below 1 in 100,000, is left out. NaN below six tasks.

    Units: standard deviations of the differences between two models.
    Source: J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, section 2.3;
        D. Card et al. (2020), "With Little Power Comes Great Responsibility", EMNLP;
        docs/statistics.md#power.
    """
    freedom = np.maximum(n, LEAST_TASKS) - 1.0
    reach = special.stdtrit(freedom, _TWO_SIDED)
    effect = special.nctdtrinc(freedom, 1 - POWER, reach) / np.sqrt(freedom + 1)
    return np.where(n >= LEAST_TASKS, effect, np.nan)


def smallest_difference(scores: Scores, board: Board) -> float | None:
    """Return the smallest mean difference that the tasks of a board show with a power of 0.8.

    The median over all pairs of ranked models of `required_effect` of their n common tasks, times
    the standard deviation of their n differences. The tasks of a family are averaged first, and
    count as one. None where scores have no mean, and where no pair has six common tasks.

    Units: those of the scores.
    Source: docs/statistics.md#power.
    """
    if not board.rules.averaged:
        return None
    rows = [scores.rows[s.model] for s in board.ranked]
    units = FamilySums.of(scores.signed[board.variant][rows], scores.families).means
    return float_or_none(_median_over_pairs(units))


def _median_over_pairs(signed: Array) -> float:
    values, there, scale = scale_for_pairs(signed)
    effects = required_effect(np.arange(signed.shape[1] + 1.0))
    found = [
        _needed_by_pairs(values[start:], there[start:], effects)
        for start in range(0, len(signed), ROWS_AT_ONCE)
    ]
    known = np.concatenate([np.empty(0), *found])
    known = known[~np.isnan(known)]
    if not len(known):
        return np.nan
    with np.errstate(over="ignore"):
        # To nine digits: the sums of squares have lost the others.
        return float(round_significant(np.median(known) * scale, digits=9))


def _needed_by_pairs(values: Array, there: Array, effects: Array) -> Array:
    """Return the needed difference of each pair of one of the first models and a later one."""
    n, total, squares = pair_sums(values, there)
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = np.maximum(squares - total**2 / n, 0.0) / (n - 1)
    needed = effects[n.astype(int)] * np.sqrt(variances)
    return np.asarray(needed[np.triu_indices(len(n), 1, n.shape[1])])
