"""Fit the additive model, score = model + task, to boards with missing scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from site_builder.compute.intervals import LEAST_TASKS, Families, sum_families, t_quantile
from site_builder.compute.numbers import Array, Flags, Places, round_significant
from site_builder.compute.ranks import ROWS_AT_ONCE, Leads, PairTests, judge_pairs
from site_builder.compute.score_error import REACH
from site_builder.records import Record

_NOISE = 1e-9  # of a number that may be whole; of a difference that may be 0


class AdditiveFit(Record, eq=False):
    """Estimates of the additive model, score = model + task, in the unit of the scores.

    Everything is NaN for models that are not among the `connected_models`.

    Attributes:
        means: Estimated mean of each model over all tasks of the component, shape (models,).
        errors: Their standard errors, over families of tasks, shape (models,); NaN below two.
        counts: Number of families in which a model has a score, shape (models,); the degrees of
            freedom of `errors` are one less.
        pair_errors: Standard errors of the differences of every two means, over families, shape
            (models, models); NaN where `pair_counts` is not above one.
        pair_counts: How many families with common tasks the comparison of two models is worth,
            shape (models, models); not a whole number. The degrees of freedom are one less.
    """

    means: Array
    errors: Array
    counts: Array
    pair_errors: Array
    pair_counts: Array


def connected_models(signed: Array) -> Flags:
    """Return which models are in the largest component.

    Models that share a task are in the same component, and so are models that a chain of such pairs
    joins. Models of two components cannot be compared. The largest has the most models; of equal
    ones, it is that of the first model.

    Shape: scores (models, tasks), NaN where missing, to (models,).
    Source: R. A. Bailey & P. J. Cameron (2011), arXiv:1111.3768, section 3.1;
        docs/statistics.md#additive-model.
    """
    # Importing it takes a tenth of a build of a small board, and only sparse boards need it.
    from scipy.sparse import coo_array, csgraph

    n, (rows, columns) = sum(signed.shape), np.nonzero(~np.isnan(signed))
    # Models and tasks as one graph: that of pairs of models would have millions of edges.
    edges = coo_array((np.ones(len(rows)), (rows, columns + len(signed))), shape=(n, n))
    # Numbered in the order of their first models.
    labels = csgraph.connected_components(edges, directed=False)[1][: len(signed)]
    scored = (~np.isnan(signed)).any(axis=1)
    return np.asarray(scored & (labels == np.bincount(labels[scored], minlength=1).argmax()))


@np.errstate(over="ignore")  # an estimate can be greater than every score
def fit_additive(signed: Array, families: Families | None = None) -> AdditiveFit:
    """Fit score = model + task by least squares over the scores that exist.

    The mean of a model is its effect plus the mean of the task effects. On a complete board it is
    the mean of its scores. With e the residuals of one task, or their sums over one family of
    tasks, and N^- the pseudo-inverse of the normal equations of the models after elimination of the
    tasks:

    - the difference of models i and j has the variance n / (n - 1) times the sum over families of
      ((N^- e)_i - (N^- e)_j)^2, which on a complete board is that of a paired t test;
    - n = 2 / R_ij, with R_ij = N^-_ii + N^-_jj - 2 N^-_ij, is the number of common tasks with which
      two models alone would be compared as precisely, or the families of so many tasks.

    Shape: scores (models, tasks), NaN where missing, and the number of each task's family (tasks,);
        by default each task is a family of its own.
    Source: F. Yates (1934), Journal of the American Statistical Association 29(185), 51-66 (least
        squares in unbalanced tables); K.-Y. Liang & S. L. Zeger (1986), Biometrika 73(1), 13-22
        (the variance); T. Tjur (1991), The Annals of Statistics 19(2), 1010-1027 (R as resistance);
        docs/statistics.md#additive-model.
    """
    n, rows = len(signed), connected_models(signed)
    columns = (~np.isnan(signed[rows])).any(axis=0)

    def placed(values: Array) -> Array:
        """Return what the connected models have among all; NaN for the others."""
        if rows.all():
            return values
        every = np.full((n,) * values.ndim, np.nan)
        every[np.ix_(*[rows] * values.ndim)] = values
        return every

    if not rows.any():
        none, no_pairs = np.empty(0), np.empty((0, 0))
        return AdditiveFit(*map(placed, (none, none, none, no_pairs, no_pairs)))
    inside = signed[np.ix_(rows, columns)]
    # Within -1..1, so that no square overflows.
    scale = max(1e-300, float(np.nanmax(np.abs(inside))))
    if families is None:
        families = np.arange(signed.shape[1])
    fit = _fit_connected(inside / scale, families[columns])
    means = round_significant(fit.means * scale, np.full(len(inside), scale))
    np.multiply(fit.pair_errors, scale, out=fit.pair_errors)
    found = means, fit.errors * scale, fit.counts, fit.pair_errors, fit.pair_counts
    return AdditiveFit(*map(placed, found))


def _fit_connected(scores: Array, families: Families) -> AdditiveFit:
    """Fit models and tasks that are all connected."""
    there = ~np.isnan(scores)
    known = there.astype(float)
    shares = known / known.sum(axis=0)  # of each model in the mean of a task
    averages = (shares * np.nan_to_num(scores)).sum(axis=0)
    centred = np.where(there, scores - averages, 0.0)
    # The normal equations of the models leave open one number that is added to every effect. With
    # a constant matrix added, they have one solution, whose sum is 0.
    normal, constant = -(known @ shares.T), 1 / len(scores)
    normal[np.diag_indices(len(scores))] += known.sum(axis=1)
    normal += constant
    inverse = np.linalg.inv(normal)
    del normal  # of thousands of models, each of these arrays has hundreds of megabytes
    inverse -= constant
    effects = inverse @ centred.sum(axis=1)
    residuals = np.where(there, centred - effects[:, np.newaxis] + effects @ shares, 0.0)
    of_tasks = averages - effects @ shares
    # What each family contributes to the effects, and to the mean of the task effects.
    influence = inverse @ sum_families(residuals, families)
    apart = sum_families(of_tasks - of_tasks.mean(), families) / len(of_tasks)
    common = apart - shares.mean(axis=1) @ influence
    counts = (sum_families(known, families) > 0).sum(axis=1).astype(float)
    in_families = counts / known.sum(axis=1)
    pair_counts = _contrasts(inverse)
    del inverse
    with np.errstate(divide="ignore"):
        np.divide(2, pair_counts, out=pair_counts)
    pair_counts *= np.minimum.outer(in_families, in_families)
    variances = ((influence + common) ** 2).sum(axis=1) * _correction(counts)
    of_pairs = _contrasts(influence @ influence.T)
    of_pairs *= _correction(pair_counts)
    means = effects + of_tasks.mean()
    np.sqrt(of_pairs, out=of_pairs)
    return AdditiveFit(means, np.sqrt(variances), counts, of_pairs, pair_counts)


def _correction(n: Array) -> Array:
    """Return n / (n - 1), because residuals spread less than errors; NaN where n is not above 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 1 + _NOISE, 1 + 1 / (n - 1), np.nan)


def _contrasts(covariances: Array) -> Array:
    """Return the variance of the difference of every two models, from their covariances."""
    own = np.diag(covariances)
    variances = own[:, np.newaxis] + own
    variances -= 2 * covariances
    np.maximum(variances, 0.0, out=variances)
    return np.asarray(variances)


# --- intervals and comparisons ------------------------------------------------------------------


@np.errstate(over="ignore", invalid="ignore")
def adjusted_intervals(fit: AdditiveFit, known: Array) -> Array:
    """Return the 95 % interval of each estimated mean: mean ± t e.

    Here t is the 97.5th percentile of Student's t with `counts` less one degrees of freedom; at
    least mean ± 1.96 times the known error.

    Shape: `known` of `known_errors` (models,), to (2, models); NaN below `LEAST_TASKS` families.
    Source: docs/statistics.md#additive-model.
    """
    enough = np.nan_to_num(fit.counts) >= LEAST_TASKS
    reach = np.fmax(t_quantile(fit.counts - 1) * fit.errors, REACH * known)
    reach = np.where(enough, reach, np.nan)
    ends = np.array([fit.means - reach, fit.means + reach])
    return round_significant(ends, np.abs(ends).max(axis=0, initial=0.0))


@np.errstate(over="ignore", invalid="ignore")
def compare_adjusted(fit: AdditiveFit, ranked: Places, known: Array) -> Leads:
    """Compare every two of the ranked models by their estimated means, by `judge_pairs`.

    As `compare_pairs`, with the difference of the estimated means, its standard error, and
    `pair_counts`, rounded down, in place of the number of common tasks. The error is at least that
    by the known errors of the scores of the two.

    Shape: `ranked` has the places of the models, best first, and `known` is that of `known_errors`
        (models,).
    Source: docs/statistics.md#additive-model.
    """
    means, errors = fit.means[ranked], known[ranked]
    scale = max(1e-300, float(np.abs(means).max(initial=0.0)))

    def tests() -> Iterator[PairTests]:
        """Yield the comparisons of `ROWS_AT_ONCE` models at a time with those from there on."""
        for start in range(0, len(ranked), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            pairs = np.ix_(ranked[rows], ranked[start:])
            lead = np.subtract.outer(means[rows] / scale, means[start:] / scale)
            own = np.hypot.outer(errors[rows], errors[start:])
            counts = np.floor(fit.pair_counts[pairs] + _NOISE)
            counts = np.where(np.isfinite(counts), counts, 0.0)
            np.fill_diagonal(counts, fit.counts[ranked[rows]])  # a model is 0 behind itself
            lead = np.where(np.abs(lead) <= _NOISE, 0.0, lead)
            yield PairTests(start, lead, np.fmax(fit.pair_errors[pairs], own) / scale, counts)

    return judge_pairs(tests(), scale)
