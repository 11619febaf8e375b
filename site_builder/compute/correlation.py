"""Correlations over tasks: what goes along with a high score, and with a large lift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from site_builder.compute.numbers import Array, mean_of
from site_builder.compute.scores import Scores
from site_builder.compute.tasks import TaskResult

DERIVED: Mapping[str, str] = {
    "baseline_score": "Baseline score",
    "best_lift_over_baseline": "Best lift over the baseline",
    "mean_lift_over_base": "Average lift over base",
    "best_base_score": "Best base score",
    "mean_base_score": "Average base score",
    "best_tuned_score": "Best tuned score",
    "mean_tuned_score": "Average tuned score",
}
LEAST_N = 4


@dataclass(frozen=True)
class Correlation:
    """How two columns go together over the tasks that have both.

    Attributes:
        n: Tasks that have both.
        spearman, pearson: Coefficients in -1..1; None below four tasks, or where a column is constant.
        spearman_p, pearson_p: Two-sided p-values.
        spearman_interval, pearson_interval: 95 % intervals; None where |coefficient| is 1.
    """

    n: int
    spearman: float | None = None
    spearman_p: float | None = None
    spearman_interval: tuple[float, float] | None = None
    pearson: float | None = None
    pearson_p: float | None = None
    pearson_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fit:
    """A least-squares line `y = intercept + slope * x`, where x may be a base-10 logarithm.

    Attributes:
        slope, intercept: Of the line.
        r_squared: Share of the variance of y that it takes up.
        log_x: Whether x is the logarithm of the feature.
        n: Tasks behind it.
    """

    slope: float
    intercept: float
    r_squared: float
    log_x: bool
    n: int


@dataclass(frozen=True)
class Correlations:
    """Every column over tasks, and every pair's correlation.

    Attributes:
        columns: Derived columns, then the features.
        features: The features alone.
        values: By column, one value a task (None where missing), in the order of the tasks.
        pairs: By (column, column), in both orders and with itself.
    """

    columns: tuple[str, ...]
    features: tuple[str, ...]
    values: Mapping[str, tuple[float | None, ...]]
    pairs: Mapping[tuple[str, str], Correlation]


def correlate(x: Array, y: Array) -> Correlation:
    """Spearman and Pearson correlation of two columns with gaps.

    Spearman is Pearson on mean ranks (Spearman, 1904). Two-sided p-values from the t distribution with n - 2 degrees
    of freedom. Intervals by Fisher's z: tanh(atanh(r) ± 1.96 s), s = 1/sqrt(n - 3) for Pearson (Fisher, 1921) and
    sqrt((1 + rho²/2) / (n - 3)) for Spearman (Bonett & Wright, 2000). Not defined below four pairs or for a constant.

    Source: docs/statistics.md#correlation.
    """
    both = ~np.isnan(x) & ~np.isnan(y)
    n = int(both.sum())
    if n < LEAST_N or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return Correlation(n)
    rho, r = stats.spearmanr(x[both], y[both]), stats.pearsonr(x[both], y[both])
    rank_r, line_r = float(np.clip(rho.statistic, -1, 1)), float(np.clip(r.statistic, -1, 1))
    return Correlation(
        n,
        rank_r, float(rho.pvalue), _fisher_interval(rank_r, np.sqrt((1 + rank_r**2 / 2) / (n - 3))),
        line_r, float(r.pvalue), _fisher_interval(line_r, np.sqrt(1 / (n - 3))),
    )  # fmt: skip


def _fisher_interval(r: float, standard_error: float) -> tuple[float, float] | None:
    if abs(r) > 1 - 1e-12:
        return None
    reach = float(stats.norm.ppf(0.975)) * standard_error
    return float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach))


def fit_line(x: Array, y: Array, *, log_x: bool) -> Fit | None:
    """Ordinary least squares of y on x, or on log10 x; None below four tasks or for a constant x.

    Source: docs/statistics.md#fit.
    """
    both = ~np.isnan(x) & ~np.isnan(y) & ((x > 0) | (not log_x))
    if both.sum() < LEAST_N or np.ptp(x[both]) == 0:
        return None
    line = stats.linregress(np.log10(x[both]) if log_x else x[both], y[both])
    r_squared = 0.0 if np.ptp(y[both]) == 0 else float(line.rvalue) ** 2
    return Fit(float(line.slope), float(line.intercept), r_squared, log_x, int(both.sum()))


def compute_correlations(scores: Scores, tasks: pd.DataFrame, results: Sequence[TaskResult], features: Sequence[str], *, averaged: bool) -> Correlations:
    """Every pair of derived columns and features, over tasks.

    Args:
        scores: The scores.
        tasks: The tasks table, in the order of `scores.tasks`.
        results: What is computed by task.
        features: Numeric columns of the tasks table.
        averaged: Whether scores of different tasks can be set side by side; where not, the derived columns are
            not defined.
    """
    frame = pd.DataFrame(_derived(scores, results), index=scores.tasks)
    if not averaged:
        frame[:] = np.nan
    for feature in features:
        frame[feature] = tasks[feature].to_numpy(dtype=float, na_value=np.nan)
    columns = tuple(str(name) for name in frame.columns)
    arrays = {name: frame[name].to_numpy(dtype=float) for name in columns}
    pairs = {}
    for i, a in enumerate(columns):
        for b in columns[i:]:
            pairs[a, b] = pairs[b, a] = correlate(arrays[a], arrays[b])
    values = {name: tuple(None if np.isnan(v) else float(v) for v in array) for name, array in arrays.items()}
    return Correlations(columns, tuple(features), values, pairs)


def _derived(scores: Scores, results: Sequence[TaskResult]) -> dict[str, Array]:
    base, tuned = _base_of_the_tuned(scores), _tuned(scores)
    return {
        "baseline_score": scores.baseline,
        "best_lift_over_baseline": np.array([_float(r.best_lift_over_baseline) for r in results]),
        "mean_lift_over_base": np.array([_float(r.mean_lift_over_base) for r in results]),
        "best_base_score": _best(base, scores.direction),
        "mean_base_score": mean_of(base, axis=0),
        "best_tuned_score": _best(tuned, scores.direction),
        "mean_tuned_score": mean_of(tuned, axis=0),
    }


def _tuned(scores: Scores) -> Array:
    nothing = np.full((1, len(scores.tasks)), np.nan)
    return np.concatenate([scores.values[v] for v in scores.roles.tuned] or [nothing])


def _base_of_the_tuned(scores: Scores) -> Array:
    """Base scores of the models that compete: those tuned on the task, or all but the baseline where none is.

    So that, where each model has one tuned score, average tuned - average base = average lift.
    """
    if scores.roles.base is None:
        return np.full((1, len(scores.tasks)), np.nan)
    if not scores.roles.tuned:
        return scores.contest(scores.roles.base)
    tuned = np.any([~np.isnan(scores.values[v]) for v in scores.roles.tuned], axis=0)
    return np.where(tuned, scores.values[scores.roles.base], np.nan)


def _best(values: Array, direction: Array) -> Array:
    signed = np.fmax.reduce(values * direction, axis=0)
    return np.asarray(signed * direction)


def _float(value: float | None) -> float:
    return np.nan if value is None else value
