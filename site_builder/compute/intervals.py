"""Estimate means over tasks, with Student's t intervals."""

from __future__ import annotations

import numpy as np
from scipy import special

from site_builder.compute.numbers import Array, Places, mean_of, round_significant
from site_builder.compute.score_error import REACH
from site_builder.records import Record

LEVEL = 0.95
# Fewer tasks say too little about others: no interval, rank interval or verdict is given.
LEAST_TASKS = 6
_TAIL = (1 - LEVEL) / 2
_MIN_FOR_STEP = 10
_NOISE = 1e-12  # a smaller difference may be an error of binary fractions

Families = Places


def t_quantile(freedom: Array, tail: float = _TAIL) -> Array:
    """Return what Student's t with these degrees of freedom exceeds with probability `tail`.

    To seven digits, so that it is the same on every machine; NaN without a degree of freedom.

    Source: Student (1908), Biometrika 6(1), 1-25.
    """
    reach = -special.stdtrit(np.maximum(freedom, 1), tail)
    return round_significant(np.where(freedom >= 1, reach, np.nan), digits=7)


def simultaneous_tail(comparisons: int) -> float:
    """Return how probable it may be that an interval ends on one side of the truth.

    0.05 / 2m, so that all m intervals of a family hold at once in 95 % of cases.

    Source: O. J. Dunn (1961), Journal of the American Statistical Association 56(293), 52-64.
    """
    return _TAIL / max(comparisons, 1)


def rounding_errors(values: Array) -> Array:
    """Return the standard error that the rounding of its scores leaves on each task: h / sqrt(12).

    The step h of a task is the smallest difference of two of at least ten scores; the error of a
    value that is rounded to steps of h is uniform. With it, no difference counts as free of error
    because the few differences at hand are equal by chance.

    Shape: scores (models, tasks), NaN where missing, to (tasks,); 0 where all are equal, and for
        fewer than ten scores, whose differences say nothing of a step.
    Source: W. F. Sheppard (1898), Proceedings of the London Mathematical Society 29, 353-380;
        docs/statistics.md#interval.
    """
    ordered = np.sort(values, axis=0)  # NaN last
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.diff(ordered, axis=0)
        is_step = steps > _NOISE * np.maximum(np.abs(ordered[:1]), np.abs(ordered[1:]))
    smallest = np.where(is_step, steps, np.inf).min(axis=0, initial=np.inf)
    is_known = np.isfinite(smallest) & ((~np.isnan(values)).sum(axis=0) >= _MIN_FOR_STEP)
    return np.asarray(np.where(is_known, smallest, 0.0) / np.sqrt(12))


def sum_families(values: Array, families: Families) -> Array:
    """Return the sums over the families of the last axis, in the order of their numbers."""
    unique = np.unique(families)
    if len(unique) == len(families):  # each task alone
        return values
    return np.asarray(values @ (families[:, np.newaxis] == unique).astype(float))


class FamilySums(Record, eq=False):
    """Sums of each model's values over each family of tasks, shape (models, families).

    Attributes:
        sums: Of the values minus `centre`, divided by `scale`, so that no square loses digits.
        counts: Number of values.
        means: Mean of the values themselves; NaN without any.
        centre, scale: Mean over all tasks and greatest distance from it, shape (models,).
    """

    sums: Array
    counts: Array
    means: Array
    centre: Array
    scale: Array

    @classmethod
    def of(cls, values: Array, families: Families | None = None) -> FamilySums:
        """Add up values of shape (models, tasks), NaN where missing.

        By default each task is a family of its own; `families` has the family of each as a number.
        """
        there = (~np.isnan(values)).astype(float)
        centre = mean_of(values, axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            residuals = np.where(there > 0, values - centre[:, np.newaxis], 0.0)
            scale = np.abs(residuals).max(axis=1, initial=0.0)
            residuals = np.where(there > 0, residuals / np.maximum(scale, 1e-300)[:, None], 0.0)
        if families is None or len(np.unique(families)) == len(families):
            return cls(residuals, there, values, centre, scale)
        counts = sum_families(there, families)
        with np.errstate(invalid="ignore", over="ignore"):
            means = sum_families(np.where(there > 0, values, 0.0), families) / counts
        sums = sum_families(residuals, families)
        return cls(sums, counts, round_significant(means), centre, scale)

    @property
    def families(self) -> Array:
        """Number of families with a value, shape (models,)."""
        return np.asarray((self.counts > 0).sum(axis=1), dtype=float)

    def errors(self) -> Array:
        """Return the standard error of each model's mean, NaN below two families.

        sqrt(g / (g - 1) sum r²) / n, where r is the sum of the residuals of one of g families, and
        n the number of tasks. Where each task is its own family, this is s / sqrt(n).

        Source: Liang & Zeger (1986), Biometrika 73(1), 13-22; docs/statistics.md#interval.
        """
        n, g = self.counts.sum(axis=1), self.families
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            error = np.sqrt(g / (g - 1) * (self.sums**2).sum(axis=1)) / n * self.scale
        return np.where(g > 1, error, np.nan)


def known_errors(values: Array, errors: Array | None) -> Array:
    """Return the part of each mean's standard error that is known: sqrt(sum of squares) / n.

    Shape: values and standard errors of scores (models, tasks), NaN where unknown, to (models,).
    """
    there = ~np.isnan(values)
    if errors is None:
        return np.zeros(len(values))
    with np.errstate(all="ignore"):
        known = np.linalg.norm(np.where(there, np.nan_to_num(errors), 0.0), axis=1)
        return np.asarray(known / there.sum(axis=1))


def mean_intervals(
    values: Array,
    errors: Array | None = None,
    families: Families | None = None,
    bounds: tuple[Array, Array] | None = None,
) -> Array:
    """Return the 95 % interval of each model's mean over tasks.

    mean ± t e, with the error e of `FamilySums.errors` and the 97.5th percentile t of Student's t
    with one degree of freedom less than families; at least mean ± 1.96 times the known error. It
    ends at the mean of the bounds of the tasks.

    Shape: values and standard errors (models, tasks), NaN where unknown, and least and greatest
        possible values (tasks,), to (2, models); NaN below `LEAST_TASKS` families.
    Source: Student (1908), as in `t_quantile`; docs/statistics.md#interval.
    """
    sums = FamilySums.of(values, families)
    enough = sums.families >= LEAST_TASKS
    with np.errstate(all="ignore"):
        reach = t_quantile(sums.families - 1) * sums.errors()
        reach = np.where(enough, np.fmax(reach, REACH * known_errors(values, errors)), np.nan)
        ends = np.array([sums.centre - reach, sums.centre + reach])
        if bounds is not None:
            least, most = (np.where(np.isnan(values), 0.0, b).sum(axis=1) for b in bounds)
            n = (~np.isnan(values)).sum(axis=1)
            ends = np.clip(ends, least / n, most / n)
        size = np.abs(np.where(np.isnan(values), 0.0, values)).max(axis=1, initial=0.0)
        return round_significant(ends, size)
