"""Estimate standard errors and intervals of single scores; compare scores on a task."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.numbers import Array, Flags, difference, round_significant
from site_builder.records import Record
from site_builder.tables.read import positions
from site_builder.tables.shares import find_sample_sizes, mean_spans

# 95 % of the standard normal distribution lie between -1.96 and +1.96. Written out, since the ways
# to compute it differ in the last bit.
REACH = 1.959963984540054


class ScoreErrors(Record, eq=False):
    """How exact each score is, shape (rows of the results,); NaN where it is not known.

    Attributes:
        stderr: Standard error; the greatest possible one where only a range of n is known.
        low, high: Ends of the 95 % interval, the widest one where only a range of n is known.
        n: Number of examples, as stated, or as the only one in its range.
        n_least, n_most: The range of n where it is not stated, and the size of the split is.
    """

    stderr: Array
    low: Array
    high: Array
    n: Array
    n_least: Array
    n_most: Array


def compute_score_errors(results: pd.DataFrame, tasks: pd.DataFrame) -> ScoreErrors:
    """Return the standard error of each score and the ends of its 95 % interval.

    With p, the position of the score between the bounds of its task:

    - A `stderr` above 0 is the standard error. The interval is Wilson's of p and
      `effective_sample_size`, else score ± 1.96 stderr, cut off at the bounds.
    - Else, where the score is the mean of n examples, each between two bounds: `wilson_interval`
      and `standard_error_of_share` of p.
    - n is `n_examples`, else the least of the range of `find_sample_sizes`. The error and the
      interval are then the greatest that the scores allow.
    - Else the error is unknown, NaN.

    Units: the metric's own.
    Source: docs/statistics.md#error-of-a-score; for graded examples Bhatia & Davis (2000), The
        American Mathematical Monthly 107(4), 353-357.
    """
    score, stated, n = (
        results[name].to_numpy(dtype=float) for name in ("score", "stderr", "n_examples")
    )
    rows = positions(results["task"], tasks["task"].tolist())
    least, most = (tasks[name].to_numpy(dtype=float)[rows] for name in ("score_min", "score_max"))
    of_examples = mean_spans(tasks)[rows]
    n_least, n_most = np.full((2, len(score)), np.nan)
    for sample in find_sample_sizes(results, tasks):
        if sample.least is not None:
            n_least[sample.rows], n_most[sample.rows] = sample.least, sample.size
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        stated = np.where(stated > 0, stated, np.nan)
        span = np.where(most > least, most - least, np.nan)
        p, error = (score - least) / span, stated / span
        n = np.where(n_least == n_most, n_most, n)
        least_n = np.where(np.isnan(n), n_least, n)
        shares = standard_error_of_share(p, least_n)
        ends = np.where(
            np.isnan(stated),
            least + of_examples * wilson_interval(p, least_n),
            least + span * wilson_interval(p, effective_sample_size(p, error)),
        )
        # Wald's interval, where Wilson's does not apply.
        wald = [np.fmax(score - REACH * stated, least), np.fmin(score + REACH * stated, most)]
        ends = np.where(np.isnan(ends) & ~np.isnan(stated), wald, ends)
    size = np.fmax(np.abs(score), np.where(np.isnan(span), np.abs(score), span))
    low, high = round_significant(np.where(np.isfinite(ends), ends, np.nan), size)
    stderr = np.where(np.isnan(stated), round_significant(of_examples * shares), stated)
    return ScoreErrors(stderr, low, high, n, n_least, n_most)


def wilson_interval(p: Array, n: Array) -> Array:
    """Return the ends of the 95 % Wilson interval of a share p of n examples, within 0..1.

    (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n), with z = 1.96.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    p = np.clip(p, 0, 1)
    more = REACH**2 / n
    middle = (p + more / 2) / (1 + more)
    half = np.sqrt(more * (p * (1 - p) + more / 4)) / (1 + more)
    # Rounded, since exactly the interval ends at 0 where p is 0, and at 1 where p is 1.
    ends = np.clip([middle - half, middle + half], 0, 1)
    return round_significant(ends, np.ones(ends.shape))


def standard_error_of_share(p: Array, n: Array) -> Array:
    """Return the standard error of a share p of n examples: sqrt(p (1 - p) / n), above 0.

    It is at least z / 2(n + z²), with z = 1.96: half the width of the Wilson interval at 0 or 1,
    over z (Agresti & Coull, 1998, The American Statistician 52(2), 119-126).
    """
    p = np.clip(p, 0, 1)
    return np.maximum(np.sqrt(p * (1 - p) / n), REACH / (2 * (n + REACH**2)))


def compare_with_chance(score: Array, low: Array, high: Array, chance: Array) -> Array:
    """Return 1 where a score is above the score that guessing gives, -1 where below, else 0.

    The score is above or below if its 95 % interval is, or if the interval is unknown, the score
    itself. NaN where the chance level is unknown.

    Shape: scores, the ends of their intervals, and the chance level of their tasks; all the same.
    Source: the interval as a test, at level 0.05; docs/statistics.md#chance-level.
    """
    known = np.isfinite(low) & np.isfinite(high)
    is_above = difference(np.where(known, low, score), chance) > 0
    is_below = difference(np.where(known, high, score), chance) < 0
    return np.where(np.isnan(chance), np.nan, is_above.astype(float) - is_below)


def effective_sample_size(p: Array, error: Array) -> Array:
    """Return the number of examples at which a share p has the standard error: p (1 - p) / error².

    NaN below 1: where p is 0 or 1, or where the error is greater than that of any share.

    Source: E. L. Korn and B. I. Graubard (1998), Survey Methodology 24(2), 193-201.
    """
    n = np.clip(p, 0, 1) * (1 - np.clip(p, 0, 1)) / error**2
    return np.where(n >= 1, n, np.nan)


def reach_among(entries: Array) -> Array:
    """Return how many standard errors apart two of some entries of a task clearly differ.

    The normal quantile of 1 - 0.05 / (k (k - 1)) for k entries: 1.96 for two, 3.26 for ten. It is
    Bonferroni's correction for the number of pairs, so that among equal entries any two differ
    clearly on at most 5 % of tasks.

    Source: O. J. Dunn (1961), "Multiple comparisons among means", Journal of the American
        Statistical Association 56(293), 52-64; docs/statistics.md#ties-on-a-task.
    """
    k = np.maximum(entries, 2)
    return round_significant(-special.ndtri(0.05 / (k * (k - 1))))


def find_ties(signed: Array, errors: Array) -> Array:
    """Return 1 where a score is not distinguishable from the best of its task, else 0.

    It is distinguishable where its difference from the best is above sqrt(se1² + se2²) times
    `reach_among` the scores of the task; of several best scores, the greatest known error counts.
    NaN where the error of the score, or of every best score, is unknown.

    Shape: scores, greater is better, and their errors (models, tasks), to the same.
    Source: the z test of two means; docs/statistics.md#ties-on-a-task.
    """
    best = np.fmax.reduce(signed, axis=0)
    own = np.fmax.reduce(np.where(signed == best, errors, np.nan), axis=0)
    reach = reach_among((~np.isnan(signed)).sum(axis=0)) * np.hypot(errors, own)
    gap = difference(best, signed)
    return np.where(np.isnan(gap + reach), np.nan, gap <= reach)


def find_first_places(signed: Array) -> Flags:
    """Return where a model has the first place of a task: the best score, ties included.

    Where all models are equal, or there is but one, none is first.

    Shape: scores (models, tasks), greater is better, to boolean (models, tasks).
    Source: docs/statistics.md#wins.
    """
    is_best = signed == np.fmax.reduce(signed, axis=0)
    return np.asarray(is_best & (is_best.sum(axis=0) < (~np.isnan(signed)).sum(axis=0)))


def count_judged_wins(signed: Array, tied: Array) -> Array:
    """Return how many first places of each model are clear, and how many are not.

    One is clear where every other score is distinguishable from it, and not clear where any is tied
    with it. Nothing is known where neither is so.

    Shape: scores, greater is better, and their ties by `find_ties` (models, tasks), to (2, models);
        NaN where this is known of no first place of the model.
    Source: docs/statistics.md#wins.
    """
    n, n_tied, n_behind = (where.sum(axis=0) for where in (~np.isnan(signed), tied == 1, tied == 0))
    kinds, is_first = (n_behind == n - 1, n_tied > 1), find_first_places(signed)
    counts = np.array([(is_first & kind).sum(axis=1) for kind in kinds], dtype=float)
    return np.where(counts.sum(axis=0) > 0, counts, np.nan)
