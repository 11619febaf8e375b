"""Correlate columns over tasks; fit lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
import pandas as pd

from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import (
    LEAST_TO_CONCLUDE,
    Array,
    correlation_p,
    floats_or_none,
    mean_of,
    pairs_or_none,
    rank_correlation_p,
    rarest_order,
    round_float,
    round_significant,
)
from site_builder.compute.score_error import REACH
from site_builder.compute.scores import Roles, Scores
from site_builder.compute.significance import adjust_for_many
from site_builder.compute.tasks import TaskResult
from site_builder.records import CachingRecord, Record, make_records, replace
from site_builder.tables.schema import TASKS

LIFTS = ("mean_lift_over_base", "best_lift_over_baseline")
_BASE_SCORE = "mean_base_score"
_LEAST_N = 4

# What each column is computed from. Two columns with a common part are related by construction:
# of shuffled scores, y - x correlates with x as well.
_PARTS: Mapping[str, frozenset[str]] = {
    "baseline_score": frozenset({"baseline"}),
    "best_lift_over_baseline": frozenset({"tuned", "baseline"}),
    "mean_lift_over_base": frozenset({"tuned", "base"}),
    "best_base_score": frozenset({"base"}),
    "mean_base_score": frozenset({"base"}),
    "best_tuned_score": frozenset({"tuned"}),
    "mean_tuned_score": frozenset({"tuned"}),
    **{f"input_length_{name}": frozenset({"input"}) for name in ("mean", "std", "p95")},
    **{f"output_length_{name}": frozenset({"output"}) for name in ("mean", "std", "p95")},
    **{f"example_length_{name}": frozenset({"input", "output"}) for name in ("mean", "std")},
    **{f"tokens_{name}": frozenset({"input", "output"}) for name in ("min", "max", "p95")},
}

_NONE: frozenset[str] = frozenset()

Verdict = Literal["together", "apart", "unclear", "too few", "by construction"]


class Correlation(Record):
    """The correlation of two columns over the tasks that have both.

    Attributes:
        n: Number of tasks that have both.
        spearman, pearson: Coefficients in -1..1, with two-sided p-values; None below four tasks,
            and where a column is constant.
        spearman_interval, pearson_interval: 95 % intervals of this pair alone; None where
            |coefficient| is 1.
        spearman_p_adjusted: P-value corrected by Holm's method for the number of tested pairs;
            None where the pair is not tested.
        by_construction: Whether the columns are computed from the same values.
    """

    n: int
    spearman: float | None = None
    spearman_p: float | None = None
    spearman_interval: tuple[float, float] | None = None
    pearson: float | None = None
    pearson_p: float | None = None
    pearson_interval: tuple[float, float] | None = None
    spearman_p_adjusted: float | None = None
    by_construction: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """What Spearman's coefficient shows; None where it is undefined or not tested.

        Source: docs/statistics.md#correlation.
        """
        if self.spearman is None:
            return None
        if self.by_construction:
            return "by construction"
        if self.n < LEAST_TO_CONCLUDE:
            return "too few"
        if self.spearman_p_adjusted is None:
            return None
        if self.spearman_p_adjusted >= 1 - LEVEL:
            return "unclear"
        return "together" if self.spearman > 0 else "apart"

    @property
    def is_clear(self) -> bool:
        """Whether the verdict is a direction."""
        return self.verdict in ("together", "apart")


class Fit(Record):
    """A least-squares line `y = intercept + slope * x`.

    Attributes:
        r_squared: Share of the variance of y that the line explains.
        log_x: Whether x is the base-10 logarithm of the feature.
    """

    slope: float
    intercept: float
    r_squared: float
    log_x: bool
    n: int


class Correlations(CachingRecord):
    """The correlations of every two columns over tasks.

    Attributes:
        columns: Derived columns, then the features.
        predictors: What may explain a lift: the mean base score, if there is a lift that is not
            computed from it, and the features.
        values: By column, one value per task, None where missing.
        pairs: By (column, column), in both orders, and of each column with itself.
    """

    columns: tuple[str, ...]
    features: tuple[str, ...]
    predictors: tuple[str, ...]
    values: Mapping[str, tuple[float | None, ...]]
    pairs: Mapping[tuple[str, str], Correlation]

    @cached_property
    def tested(self) -> tuple[tuple[str, str], ...]:
        """The pairs of a predictor and a lift that have a corrected p-value, by lift."""
        keys = ((predictor, lift) for lift in LIFTS for predictor in self.predictors)
        return tuple(key for key in keys if self.pairs[key].spearman_p_adjusted is not None)

    @property
    def clear(self) -> tuple[tuple[str, str], ...]:
        """The tested pairs with a clear direction."""
        return tuple(key for key in self.tested if self.pairs[key].is_clear)


def correlate_each(pairs: Sequence[tuple[Array, Array]]) -> list[Correlation]:
    """Compute Spearman's and Pearson's correlation of pairs of columns with missing values.

    Spearman's is Pearson's of mean ranks (Spearman, 1904). Two-sided p-values are from the t
    distribution with n - 2 degrees of freedom. Intervals are by Fisher's z: tanh(atanh(r) ± 1.96 s)
    with s² = 1 / (n - 3) for Pearson's (Fisher, 1921) and s² = (1 + rho²/2) / (n - 3) for
    Spearman's (Bonett & Wright, 2000).

    Source: docs/statistics.md#correlation.
    """
    n, r = np.empty((len(pairs), 1)), np.empty((len(pairs), 2))
    for i, (x, y) in enumerate(pairs):
        common = _common(x, y)
        n[i], r[i] = len(common[0]), _coefficients(*common)
    r = np.clip(r, -1, 1)
    rounded_r = round_significant(r)
    # A column is in perfect order with itself, whatever the last bit of the sums: p is 0.
    perfect = np.abs(rounded_r) == 1
    p = round_significant(correlation_p(np.where(perfect, rounded_r, r), n - 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.stack([rounded_r[:, 0] ** 2 / 2, np.zeros(len(r))], axis=1)
        reach, middle = REACH * np.sqrt((1 + more) / (n - 3)), np.arctanh(rounded_r)
        low, high = (round_significant(np.tanh(middle + way * reach)) for way in (-1, 1))
    low[perfect] = np.nan
    columns: dict[str, Sequence[object]] = {"n": n[:, 0].astype(int).tolist()}
    for k, name in enumerate(("spearman", "pearson")):
        columns[name] = floats_or_none(rounded_r[:, k])
        columns[f"{name}_p"] = floats_or_none(p[:, k])
        columns[f"{name}_interval"] = pairs_or_none(low[:, k], high[:, k])
    columns["spearman_p_adjusted"] = [None] * len(pairs)
    columns["by_construction"] = [False] * len(pairs)
    return make_records(Correlation, columns)


def _coefficients(x: Array, y: Array) -> tuple[float, float]:
    """Return Spearman's and Pearson's coefficient of two complete columns; NaN if undefined."""
    if len(x) < _LEAST_N or _is_constant(x) or _is_constant(y):
        return np.nan, np.nan
    rho = np.vecdot(_unit(_mean_ranks(x)), _unit(_mean_ranks(y)))
    # Scaled to at most 1, so that no square overflows.
    r = np.vecdot(_unit(x / np.abs(x).max()), _unit(y / np.abs(y).max()))
    return float(rho), float(r)


def _unit(values: Array) -> Array:
    """Return a column centred and scaled so that its squares add up to 1."""
    values = values - values.mean()
    most = np.abs(values).max()
    return np.asarray(values / (most * np.linalg.norm(values / most, axis=0)))


def _mean_ranks(values: Array) -> Array:
    ordered = np.sort(values)
    first, last = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((first + last + 1) / 2)


def _common(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the rows that both columns have, rounded: a column of noise is a constant."""
    both = np.isfinite(x) & np.isfinite(y)
    return round_significant(x[both]), round_significant(y[both])


def _is_constant(values: Array) -> bool:
    return bool((values == values[0]).all())


def fit_line(x: Array, y: Array, *, log_x: bool) -> Fit | None:
    """Fit y on x, or on log10 x, by least squares; None below four tasks or for a constant x.

    slope = cov(x, y) / var(x), intercept = mean(y) - slope mean(x), r² = cov² / (var(x) var(y)).
    With `log_x`, tasks whose x is not above 0 are left out (docs/statistics.md#fit).
    """
    x, y = _common(np.where(x > 0, x, np.nan) if log_x else x, y)
    n = len(x)
    if n < _LEAST_N or _is_constant(x):
        return None
    with np.errstate(all="ignore"):
        x = np.log10(x) if log_x else x
        (x_variance, covariance), (_, y_variance) = np.cov(x, y, bias=True)
        slope = covariance / x_variance
        intercept = y.mean() - slope * x.mean()
        r = 0.0 if _is_constant(y) else covariance / np.sqrt(x_variance * y_variance)
    if not np.isfinite([slope, intercept, r]).all():
        return None
    r = min(max(r, -1.0), 1.0)
    return Fit(round_float(slope), round_float(intercept), round_float(r**2), log_x, n)


def compute_correlations(
    scores: Scores,
    tasks: pd.DataFrame,
    results: Sequence[TaskResult],
    named: list[str] | None,
    *,
    averaged: bool,
) -> Correlations | None:
    """Correlate every pair of derived columns and of features; None where none is defined.

    The features are the columns of `tasks` that `site.toml` names, else all that may explain lift.
    Without `averaged` scores of different tasks are not comparable: derived columns have no values.
    """
    arrays = _derived(scores, results)
    if not averaged:
        arrays = {name: np.full(len(scores.tasks), np.nan) for name in arrays}
    features = _find_features(tasks) if named is None else named
    features = [name for name in features if name not in arrays]
    arrays |= {name: tasks[name].to_numpy(dtype=float, na_value=np.nan) for name in features}
    keys = list(combinations_with_replacement(arrays, 2))
    found = correlate_each([(arrays[a], arrays[b]) for a, b in keys])
    if all(pair.spearman is None for (a, b), pair in zip(keys, found, strict=True) if a != b):
        return None
    parts = _parts_of(scores.roles)
    related = {(a, b) for a, b in keys if a == b or parts.get(a, _NONE) & parts.get(b, _NONE)}
    pairs = {
        key: replace(pair, by_construction=key in related)
        for key, pair in zip(keys, found, strict=True)
    }
    pairs |= {(b, a): pair for (a, b), pair in pairs.items()}
    of_base = [pairs[_BASE_SCORE, lift] for lift in LIFTS]
    explains = any(pair.spearman is not None and not pair.by_construction for pair in of_base)
    predictors = (*((_BASE_SCORE,) if explains else ()), *features)
    return Correlations(
        columns=tuple(arrays),
        features=tuple(features),
        predictors=predictors,
        values={name: tuple(floats_or_none(array)) for name, array in arrays.items()},
        pairs=pairs | _test(pairs, predictors, arrays),
    )


def _parts_of(roles: Roles) -> dict[str, frozenset[str]]:
    """Return what each column of a board is computed from."""
    parts, of_baseline = dict(_PARTS), {*roles.baseline_variants.values()}
    if not roles.tuned:  # the base scores compete with the baseline
        parts["best_lift_over_baseline"] = frozenset({"base", "baseline"})
    elif roles.base in of_baseline and len(of_baseline) > 1:
        # A tuned baseline has a lift over its base scores, too.
        parts["mean_lift_over_base"] |= {"baseline"}
    return parts


def _test(
    pairs: Mapping[tuple[str, str], Correlation],
    predictors: Sequence[str],
    arrays: Mapping[str, Array],
) -> dict[tuple[str, str], Correlation]:
    """Correct the p-values of all pairs of a predictor and a lift; return these pairs anew.

    Pairs that are related by construction or have too few tasks are not among them. Holm's method
    bounds the chance of any false direction on a board (docs/statistics.md#correlation).
    """
    tested = [
        (predictor, lift)
        for predictor in predictors
        for lift in LIFTS
        if (pair := pairs[predictor, lift]).spearman is not None
        and pair.n >= LEAST_TO_CONCLUDE
        and not pair.by_construction
    ]
    rho = np.array([pairs[key].spearman for key in tested], dtype=float)
    n = np.array([pairs[key].n for key in tested], dtype=float)
    least = [max(map(rarest_order, _common(arrays[a], arrays[b]))) for a, b in tested]
    adjusted = adjust_for_many(rank_correlation_p(rho, n, np.array(least, dtype=float)))
    return {
        key: replace(pairs[a, b], spearman_p_adjusted=p)
        for (a, b), p in zip(tested, adjusted.tolist(), strict=True)
        for key in ((a, b), (b, a))
    }


def _find_features(tasks: pd.DataFrame) -> list[str]:
    """Return every feature of the contract and every further numeric column with a value."""
    known = {column.name: column.feature for column in TASKS.columns}
    numeric = tasks.select_dtypes("number").dropna(axis=1, how="all")
    return [name for name in map(str, numeric) if known.get(name, True)]


def _derived(scores: Scores, results: Sequence[TaskResult]) -> dict[str, Array]:
    roles, direction, nothing = scores.roles, scores.direction, np.full((1, len(results)), np.nan)
    tuned = np.concatenate([nothing, *(scores.contest(v) for v in roles.tuned)])
    base = nothing if roles.base is None else scores.contest(roles.base)
    if roles.base is not None and roles.tuned:
        # Of the models tuned on the task, so that average tuned - average base is average lift.
        is_tuned = np.any([~np.isnan(scores.values[v]) for v in roles.tuned], axis=0)
        base = np.where(is_tuned, base, np.nan)
    lift_over_baseline = [r.best_lift_over_baseline for r in results]
    lift_over_base = [r.mean_lift_over_base for r in results]
    return {
        "baseline_score": scores.of_baseline(scores.values, roles.primary),
        "best_lift_over_baseline": np.array(lift_over_baseline, dtype=float),
        "mean_lift_over_base": np.array(lift_over_base, dtype=float),
        "best_base_score": np.fmax.reduce(base * direction) * direction,
        "mean_base_score": mean_of(base, axis=0),
        "best_tuned_score": np.fmax.reduce(tuned * direction) * direction,
        "mean_tuned_score": mean_of(tuned, axis=0),
    }
