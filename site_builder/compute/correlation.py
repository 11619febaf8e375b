"""Correlate columns over tasks; test features against lifts within metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from itertools import combinations_with_replacement
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import (
    LEAST_TO_CONCLUDE,
    Array,
    Places,
    correlation_p,
    floats_or_none,
    mean_of,
    pairs_or_none,
    round_float,
    round_significant,
)
from site_builder.compute.runs import Roles
from site_builder.compute.score_error import REACH
from site_builder.compute.scores import Scores
from site_builder.compute.significance import adjust_for_many
from site_builder.compute.tasks import TaskResult
from site_builder.records import CachingRecord, Record, replace
from site_builder.tables.schema import TASKS

LIFTS = ("mean_lift_over_base", "best_lift_over_baseline")
_BASE_SCORE = "mean_base_score"
_MIN_N = 4
_DRAWS, _MORE_DRAWS, _MAX_DRAWN = 9_999, 99_999, 3_000_000
_NOISE = 1e-9  # sums of equal ranks in another order differ by less

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

Shuffle: TypeAlias = Callable[[tuple[int, ...], int], Places]
Verdict = Literal["together", "apart", "disagree", "unclear", "too few", "by construction"]


class Stratum(Record):
    """Spearman's coefficient of a feature and a lift over the `n` tasks of one metric.

    Attributes:
        metric: None for the tasks that state none.
        feature_median, lift_median: Medians over these tasks, the lower of two.
    """

    metric: str | None
    n: int
    spearman: float
    feature_median: float
    lift_median: float

    @property
    def p(self) -> float:
        """Two-sided p-value of this coefficient alone, by the t distribution."""
        return float(correlation_p(np.array(self.spearman), np.array(self.n - 2)))


class Within(Record):
    """The correlation of a feature and a lift within metrics, by `correlate_within`.

    Attributes:
        n: Number of tasks in the strata.
        spearman: Weighted mean of the coefficients of the strata.
        p: Two-sided p-value of this pair alone.
        interval: 95 % interval of this pair alone; None where |spearman| is 1.
        strata: The metrics, most tasks first.
        p_adjusted: P-value corrected by Holm's method for the number of tested pairs; None where
            the pair is not tested.
    """

    n: int
    spearman: float
    p: float
    interval: tuple[float, float] | None
    strata: tuple[Stratum, ...]
    p_adjusted: float | None = None

    @property
    def verdict(self) -> Verdict:
        """The direction that the tasks show; none where a metric has the opposite one.

        Source: docs/statistics.md#correlation.
        """
        if self.p_adjusted is None:
            return "too few"
        if self.p_adjusted >= 1 - LEVEL:
            return "unclear"
        if any(stratum.spearman * self.spearman < 0 for stratum in self.strata):
            return "disagree"
        return "together" if self.spearman > 0 else "apart"


class Correlation(Record):
    """The correlation of two columns over the tasks that have both.

    Attributes:
        n: Number of tasks that have both.
        spearman, pearson: Coefficients in -1..1, with two-sided p-values; None below four tasks,
            and where a column is constant.
        spearman_interval, pearson_interval: 95 % intervals of this pair alone; None where
            |coefficient| is 1.
        within: The same within metrics, of a predictor and a lift; None where no metric has enough
            tasks.
        by_construction: Whether the columns are computed from the same values.
    """

    n: int
    spearman: float | None = None
    spearman_p: float | None = None
    spearman_interval: tuple[float, float] | None = None
    pearson: float | None = None
    pearson_p: float | None = None
    pearson_interval: tuple[float, float] | None = None
    within: Within | None = None
    by_construction: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """What the tasks show within metrics; None where that is undefined."""
        if self.by_construction:
            return None if self.spearman is None else "by construction"
        return self.within.verdict if self.within else None

    @property
    def is_clear(self) -> bool:
        """Whether the verdict is a direction."""
        return self.verdict in ("together", "apart")


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
        candidates = ((key, self.pairs[key].within) for key in keys)
        return tuple(key for key, within in candidates if within and within.p_adjusted is not None)

    @cached_property
    def clear(self) -> tuple[tuple[str, str], ...]:
        """The tested pairs with a clear direction.

        Features of the same texts, such as mean and deviation of one length, are one finding: the
        first of each direction.
        """
        findings: dict[object, tuple[str, str]] = {}
        for key in filter(lambda key: self.pairs[key].is_clear, self.tested):
            texts = _PARTS.get(key[0], key[0])
            findings.setdefault((texts, key[1], self.pairs[key].verdict), key)
        return tuple(findings.values())

    @cached_property
    def reversals(self) -> tuple[tuple[str, str, Stratum], ...]:
        """The features and lifts whose correlation has the opposite sign within a metric.

        Each of the two signs is certain by itself: its p-value is below 0.05. The strongest is
        first, by the weaker of its two coefficients.
        """
        found = [
            (min(abs(pair.spearman), abs(stratum.spearman)), (feature, lift, stratum))
            for feature in self.features
            for lift in LIFTS
            if not (pair := self.pairs[feature, lift]).by_construction and pair.within
            for stratum in pair.within.strata
            if pair.spearman is not None
            and pair.spearman_p is not None
            and pair.spearman * stratum.spearman < 0
            and max(pair.spearman_p, stratum.p) < 1 - LEVEL
        ]
        return tuple(key for _, key in sorted(found, key=lambda ranked: -ranked[0]))


def correlate(x: Array, y: Array) -> Correlation:
    """Compute Spearman's and Pearson's correlation of two columns with missing values.

    Spearman's is Pearson's of mean ranks (Spearman, 1904). Two-sided p-values are from the t
    distribution with n - 2 degrees of freedom. Intervals are by Fisher's z: tanh(atanh(r) ± 1.96 s)
    with s² = 1 / (n - 3) for Pearson's (Fisher, 1921) and s² = (1 + rho²/2) / (n - 3) for
    Spearman's (Bonett & Wright, 2000).

    Source: docs/statistics.md#correlation.
    """
    both = np.isfinite(x) & np.isfinite(y)
    n = int(both.sum())
    # Rounded, since a column of noise is a constant.
    x, y = (round_significant(values[both]) for values in (x, y))
    if n < _MIN_N or _is_constant(x) or _is_constant(y):
        return Correlation(n)
    of_ranks = np.vecdot(_unit(_mean_ranks(x)), _unit(_mean_ranks(y)))
    # Scaled to at most 1, so that no square overflows.
    of_values = np.vecdot(_unit(x / np.abs(x).max()), _unit(y / np.abs(y).max()))
    r = np.clip([of_ranks, of_values], -1, 1)
    rounded_r = round_significant(r)
    # A column is in perfect order with itself, whatever the last bit of the sums: p is 0.
    exact_r = np.where(np.abs(rounded_r) == 1, rounded_r, r)
    p = round_significant(correlation_p(exact_r, np.array(n - 2)))
    low, high = _fisher_interval(rounded_r, np.array([rounded_r[0] ** 2 / 2, 0.0]), n - 3)
    columns = floats_or_none(rounded_r), floats_or_none(p), pairs_or_none(low, high)
    spearman, pearson = zip(*columns, strict=True)
    return Correlation(n, *spearman, *pearson)


def _unit(values: Array) -> Array:
    """Return a column centred and scaled so that its squares add up to 1."""
    values = values - values.mean()
    most = np.abs(values).max()
    return np.asarray(values / (most * np.linalg.norm(values / most, axis=0)))


def _mean_ranks(values: Array) -> Array:
    return np.asarray(pd.Series(values).rank())


def _is_constant(values: Array) -> bool:
    return bool((values == values[0]).all())


def shuffle_within(sizes: tuple[int, ...], draws: int) -> Places:
    """Return random orders of places, each place in its own stratum; the same at every call.

    Shape: (draws, sum of sizes).
    """
    strata = np.repeat(np.arange(len(sizes)), sizes)
    return np.argsort(strata + np.random.default_rng(0).random((draws, len(strata))), axis=1)


def correlate_within(
    x: Array, y: Array, metrics: npt.NDArray[np.object_], shuffle: Shuffle = shuffle_within
) -> Within | None:
    """Correlate a feature and a lift within the metrics of the tasks, by ranks.

    rho = sum (n_h - 1) rho_h / sum (n_h - 1), where rho_h is Spearman's coefficient over the n_h
    tasks of metric h that have both values. Its variance is 1 / (n_h - 1) where they are
    independent, so that each metric counts by what it tells. A metric counts from four tasks on,
    if neither column is constant there.

    The p-value is that of a permutation test: y is drawn in 9,999 random orders within each metric,
    and p = (1 + number of draws with |rho| at least as great) / (1 + draws). Where that is below
    0.05, it is drawn 99,999 times instead. Draws x tasks are at most 3,000,000. The interval is
    tanh(atanh rho ± 1.96 s) with s² = (1 + rho²/2) / (n - H - 2) for n tasks of H metrics.

    Source: J. M. G. Taylor (1987), Biometrics 43(2), 409-416; B. Phipson and G. K. Smyth (2010),
        Statistical Applications in Genetics and Molecular Biology 9(1), 39;
        docs/statistics.md#correlation.
    """
    both, strata, ranks = np.isfinite(x) & np.isfinite(y), list[Stratum](), list[Array]()
    for metric in dict.fromkeys(metrics[both].tolist()):
        pair = [round_significant(values[both & (metrics == metric)]) for values in (x, y)]
        n = len(pair[0])
        if n >= _MIN_N and not any(map(_is_constant, pair)):
            scaled = np.array([_unit(_mean_ranks(values)) for values in pair])
            medians = (np.sort(values)[(n - 1) // 2].item() for values in pair)
            strata.append(Stratum(metric, n, round_float(scaled[0] @ scaled[1]), *medians))
            ranks.append(scaled * np.sqrt(n - 1))
    if not strata:
        return None
    u, v = np.concatenate(ranks, axis=1)
    rho, n, sizes = round_float(u @ v / (u @ u)), len(u), tuple(stratum.n for stratum in strata)
    for draws in (_DRAWS, _MORE_DRAWS):
        drawn = np.abs(v[shuffle(sizes, min(draws, _MAX_DRAWN // n))] @ u)
        p = (1 + int((drawn >= abs(u @ v) - _NOISE).sum())) / (1 + len(drawn))
        if p >= 1 - LEVEL:
            break
    of_all = np.array([rho])
    return Within(
        n=n,
        spearman=rho,
        p=round_float(p),
        interval=pairs_or_none(*_fisher_interval(of_all, of_all**2 / 2, n - len(strata) - 2))[0],
        strata=tuple(sorted(strata, key=lambda stratum: -stratum.n)),
    )


def _fisher_interval(r: Array, extra: Array, freedom: Array | int) -> Array:
    """Return tanh(atanh r ± 1.96 s), with s² = (1 + extra) / freedom; NaN where |r| is 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, reach = np.arctanh(r), REACH * np.sqrt((1 + extra) / freedom)
        ends = round_significant(np.tanh([middle - reach, middle + reach]))
    return np.where(np.abs(r) == 1, np.nan, ends)


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
    correlated = {(a, b): correlate(arrays[a], arrays[b]) for a, b in keys}
    if all(pair.spearman is None for (a, b), pair in correlated.items() if a != b):
        return None
    parts, none = _parts_of(scores.roles), frozenset[str]()
    related = {(a, b) for a, b in keys if a == b or parts.get(a, none) & parts.get(b, none)}
    pairs = {k: replace(pair, by_construction=k in related) for k, pair in correlated.items()}
    pairs |= {(b, a): pair for (a, b), pair in pairs.items()}
    of_base = [pairs[_BASE_SCORE, lift] for lift in LIFTS]
    explains = any(pair.spearman is not None and not pair.by_construction for pair in of_base)
    predictors = (*((_BASE_SCORE,) if explains else ()), *features)
    return Correlations(
        columns=tuple(arrays),
        features=tuple(features),
        predictors=predictors,
        values={name: tuple(floats_or_none(array)) for name, array in arrays.items()},
        pairs=pairs | _test(pairs, predictors, arrays, tasks["metric"]),
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
    metrics: pd.Series,
) -> dict[tuple[str, str], Correlation]:
    """Correlate each predictor and lift within metrics; return these pairs anew.

    The p-values of all that are not related by construction and have enough tasks are corrected by
    Holm's method, which bounds the chance of any false direction on a board.
    """
    names = metrics.astype(object).where(metrics.notna(), None).to_numpy()
    shuffle = cache(shuffle_within)
    by_pair = {
        (predictor, lift): within
        for predictor in predictors
        for lift in LIFTS
        if (within := correlate_within(arrays[predictor], arrays[lift], names, shuffle))
    }
    tested = [
        key
        for key, within in by_pair.items()
        if within.n >= LEAST_TO_CONCLUDE and not pairs[key].by_construction
    ]
    adjusted = adjust_for_many(np.array([by_pair[key].p for key in tested], dtype=float)).tolist()
    by_pair |= {k: replace(by_pair[k], p_adjusted=p) for k, p in zip(tested, adjusted, strict=True)}
    found = {key: replace(pairs[key], within=within) for key, within in by_pair.items()}
    return found | {(b, a): pair for (a, b), pair in found.items()}


def _find_features(tasks: pd.DataFrame) -> list[str]:
    """Return every feature of the contract and every further numeric column with a value."""
    known = {column.name: column.feature for column in TASKS.columns}
    numeric = tasks.select_dtypes("number").dropna(axis=1, how="all")
    return [name for name in map(str, numeric) if known.get(name, True)]


def _derived(scores: Scores, results: Sequence[TaskResult]) -> dict[str, Array]:
    roles, direction, nothing = scores.roles, scores.direction, np.full((1, len(results)), np.nan)
    runs = [scores.runs[variant] for variant in roles.tuned]
    tuned = np.concatenate([nothing, *(each.contest for each in runs)])
    base = nothing if roles.base is None else scores.runs[roles.base].contest
    if roles.base is not None and roles.tuned:
        # Of the models tuned on the task, so that average tuned - average base is average lift.
        is_tuned = np.any([~np.isnan(each.values) for each in runs], axis=0)
        base = np.where(is_tuned, base, np.nan)
    lift_over_baseline = [r.best_lift_over_baseline for r in results]
    lift_over_base = [r.mean_lift_over_base for r in results]
    return {
        "baseline_score": scores.primary.beside["baseline"].values[0],
        "best_lift_over_baseline": np.array(lift_over_baseline, dtype=float),
        "mean_lift_over_base": np.array(lift_over_base, dtype=float),
        "best_base_score": np.fmax.reduce(base * direction) * direction,
        "mean_base_score": mean_of(base, axis=0),
        "best_tuned_score": np.fmax.reduce(tuned * direction) * direction,
        "mean_tuned_score": mean_of(tuned, axis=0),
    }
