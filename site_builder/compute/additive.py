"""Estimate what each model would average over all tasks from the scores that exist."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph

from site_builder.compute.numbers import Array, round_significant
from site_builder.records import Record

_NOISE = 1e-9


class AdditiveFit(Record, eq=False):
    """Estimates of the additive model, score = model + task, in the unit of the scores.

    Everything is NaN for models outside of the largest component of `connected_models`.

    Attributes:
        means: Estimated mean of each model over all tasks of the component, shape (models,).
        errors: Their standard errors, over tasks, shape (models,); NaN below two tasks. The degrees
            of freedom are the model's tasks less one.
        pair_errors: Standard error of the difference of every two means, over tasks, shape (models,
            models); NaN where `pair_tasks` is not above one. The degrees of freedom are
            `pair_tasks` less one.
        pair_tasks: How many common tasks the comparison of two models is worth, shape (models,
            models); not a whole number.
    """

    means: Array
    errors: Array
    pair_errors: Array
    pair_tasks: Array


def connected_models(signed: Array) -> npt.NDArray[np.intp]:
    """Return the component of each model: 0 for the largest, -1 without a score.

    Models that share a task are in the same component, and so are models that a chain of such pairs
    joins. Models of two components cannot be compared. The largest has the most models; of equal
    ones, it is that of the first model.

    Shape: scores (models, tasks), NaN where missing, to (models,).
    Source: R. A. Bailey & P. J. Cameron (2011), arXiv:1111.3768, section 3.1;
        docs/statistics.md#additive-model.
    """
    known = (~np.isnan(signed)).astype(float)
    _, labels = csgraph.connected_components(known @ known.T, directed=False)
    scored = known.any(axis=1)
    found = np.full(len(signed), -1)
    _, first, places, counts = np.unique(
        labels[scored], return_index=True, return_inverse=True, return_counts=True
    )
    found[scored] = np.argsort(np.lexsort((first, -counts)))[places]
    return found


def fit_additive(signed: Array) -> AdditiveFit:
    """Fit score = model + task by least squares over the scores that exist.

    The mean of a model is its effect plus the mean of the task effects. On a complete board it is
    the mean of its scores. With e the residuals and N^- the pseudo-inverse of the normal equations
    of the models, after elimination of the tasks:

    - the difference of two models has the variance c' N^- E E' N^- c, with c = (1, -1) on the two,
      times n / (n - 1): tasks are the independent units, as in a paired t test, with which it
      agrees on a complete board;
    - n = 2 / (c' N^- c) is the number of common tasks that gives two models alone this precision.

    Shape: scores (models, tasks), NaN where missing.
    Source: F. Yates (1934), Journal of the American Statistical Association 29(185), 51-66 (least
        squares in unbalanced tables); K.-Y. Liang & S. L. Zeger (1986), Biometrika 73(1), 13-22
        (the variance); Bailey & Cameron (2011), as above (n); docs/statistics.md#additive-model.
    """
    rows = connected_models(signed) == 0
    inside = signed[rows]
    inside = inside[:, ~np.isnan(inside).all(axis=0)]
    n_models = len(signed)
    fit = AdditiveFit(
        means=np.full(n_models, np.nan),
        errors=np.full(n_models, np.nan),
        pair_errors=np.full((n_models, n_models), np.nan),
        pair_tasks=np.full((n_models, n_models), np.nan),
    )
    if inside.size:
        # Within -1..1, so that no square overflows.
        scale = max(1e-300, float(np.nanmax(np.abs(inside))))
        means, errors, pair_errors, pair_tasks = _fit_connected(inside / scale)
        pairs = np.ix_(rows, rows)
        fit.means[rows] = round_significant(means * scale, np.full(len(means), scale))
        fit.errors[rows] = errors * scale
        fit.pair_errors[pairs] = pair_errors * scale
        fit.pair_tasks[pairs] = pair_tasks
    return fit


def _fit_connected(scores: Array) -> tuple[Array, Array, Array, Array]:
    """Fit models and tasks that are all connected; return the arrays of `AdditiveFit`."""
    there = ~np.isnan(scores)
    known = there.astype(float)
    shares = known / known.sum(axis=0)  # of each model in the mean of a task
    averages = (shares * np.nan_to_num(scores)).sum(axis=0)
    centred = np.where(there, scores - averages, 0.0)
    # The normal equations of the models leave open one number that is added to every effect. With
    # a constant matrix added, they have one solution, whose sum is 0.
    normal = np.diag(known.sum(axis=1)) - known @ shares.T
    constant = 1 / len(scores)
    inverse = np.linalg.inv(normal + constant) - constant
    effects = inverse @ centred.sum(axis=1)
    residuals = np.where(there, centred - effects[:, np.newaxis] + effects @ shares, 0.0)
    of_tasks = averages - effects @ shares
    # What each task contributes to the effects, and to the mean of the task effects.
    influence = inverse @ residuals
    common = (of_tasks - of_tasks.mean()) / len(of_tasks) - shares.mean(axis=1) @ influence
    with np.errstate(divide="ignore"):
        tasks = 2 / _contrasts(inverse)
    variances = ((influence + common) ** 2).sum(axis=1) * _correction(known.sum(axis=1))
    of_pairs = _contrasts(influence @ influence.T) * _correction(tasks)
    return effects + of_tasks.mean(), np.sqrt(variances), np.sqrt(of_pairs), tasks


def _correction(n: Array) -> Array:
    """Return n / (n - 1), because residuals spread less than errors; NaN where n is not above 1."""
    enough = n > 1 + _NOISE
    return np.where(enough, 1 + 1 / (np.where(enough, n, 2.0) - 1), np.nan)


def _contrasts(covariances: Array) -> Array:
    """Return the variance of the difference of every two models, from their covariances."""
    own = np.diag(covariances)
    return np.maximum(own[:, np.newaxis] + own - 2 * covariances, 0.0)
