"""Compare every two models; compute rank intervals, and ranks that missing scores allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from site_builder.compute.intervals import LEAST_TASKS, LEVEL, Families, t_quantile
from site_builder.compute.numbers import Array, Flags, Places, difference, round_significant
from site_builder.compute.score_error import find_ties, reach_among
from site_builder.records import Record

# A smaller difference may be an error of binary fractions.
_NOISE = 1e-12
# Of the error that a board allows itself: half for ranks, half for who may be first.
HALF_ALPHA = round((1 - LEVEL) / 2, 12)
ROWS_AT_ONCE = 128  # so that intermediate arrays stay in the cache of the processor


def compute_win_rates(signed: Array) -> Array:
    """Return the share of rivals that each model beats on each task; a tie counts one half.

    (r - 1) / (n - 1), where r is the mean rank from the worst of n scores. NaN for a model without
    a score, and where there is no rival.

    Shape: scores (models, tasks), greater is better, to the same.
    Units: share in 0..1; each full column averages 0.5.
    Source: the mean win rate of HELM (Liang et al., 2022, arXiv:2211.09110);
        docs/statistics.md#win-rate.
    """
    rivals = (~np.isnan(signed)).sum(axis=0) - 1
    with np.errstate(invalid="ignore"):
        return np.asarray(_count_beaten(signed) / rivals)


def _count_beaten(signed: Array) -> Array:
    """Count the rivals that each model beats on each task; NaN without a score."""
    return pd.DataFrame(signed).rank().to_numpy(dtype=float) - 1


def compute_wins(signed: Array) -> Flags:
    """Return where a model has the best score of a task, ties included.

    Shape: scores (models, tasks), greater is better, to boolean (models, tasks).
    """
    return np.asarray(signed == np.fmax.reduce(signed, axis=0, initial=-np.inf))


class PairTests(Record, eq=False):
    """The paired comparisons of some entries, from `start` on, with all from `start` on.

    Attributes:
        lead: Mean difference, row minus column, (rows, entries).
        error: Its standard error, the same shape.
        counts: The number of common tasks, or of their families: the degrees of freedom plus one.
    """

    start: int
    lead: Array
    error: Array
    counts: Array

    @property
    def t(self) -> Array:
        """Student's t of each pair once, from the entry that is listed first; 0 where untested."""
        is_pair = np.triu(np.ones(self.lead.shape, dtype=bool), 1) & (self.counts >= LEAST_TASKS)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.where(is_pair & (self.lead != 0), self.lead / self.error, 0.0)


class Leads(Record, eq=False):
    """Which entries are ahead of which, in the order of their ranks.

    Attributes:
        ahead: Which entry is ahead of which, (entries, entries), row ahead of column.
        may_be_first: Which entries may be the best, (entries,).
        behind: How far the first is ahead of each, and the ends of the interval of that,
            (3, entries); NaN without enough common tasks, and where one is no finite number.
        tail: The probability beyond each end of an interval that decides whether one is ahead.
        by_errors: Whether the errors of the scores on the only task decide, not several tasks.
    """

    ahead: Flags
    may_be_first: Flags
    behind: Array
    tail: float
    by_errors: bool = False


def compare_pairs(
    measure: Array, errors: Array | None = None, families: Families | None = None
) -> Leads:
    """Compare every two of k entries over their common tasks, by `judge_pairs`.

    The standard error of the mean of n differences is sqrt(v / n) with their variance v, or that of
    `FamilySums.errors` where tasks are in families, and at least the one by the known errors of the
    scores. Differences over fewer than `LEAST_TASKS` common tasks (families) are not tested.

    Shape: what ranks the entries, greater is better, best first, and its standard errors, NaN where
        unknown, (entries, tasks).
    Source: docs/statistics.md#rank-interval.
    """
    return judge_pairs(*pair_tests(measure, errors, families))


def judge_pairs(parts: Iterable[PairTests], scale: float = 1.0) -> Leads:
    """Judge which of k entries are ahead of which, and which may be first.

    Of the 5 % by which all of this may err, one half goes to each:

    - ahead, by Holm's method over the k (k - 1) one-sided t tests of two entries: with r of them
      passed, the next passes where t is beyond the quantile of 0.025 / (k (k - 1) - r);
    - first: an entry may not be the best where any other is ahead of it by a one-sided t test at
      0.025 / (k - 1). The single best is lost in at most 2.5 % of boards.

    Differences are in units of `scale`; so is what the parts hold.

    Source: M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024), The Review of Economic
        Studies 91(1), 476-518 (ranks); J. C. Hsu (1984), The Annals of Statistics 12(3), 1136-1144
        (the best); S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70;
        docs/statistics.md#rank-interval.
    """
    first, tests = None, []
    for part in parts:
        first = first or part
        tests.append((part.start, part.t, part.counts))
    k = 0 if first is None else first.lead.shape[1]

    def passed(tail: float) -> Iterator[tuple[int, Flags, Flags]]:
        for start, t, counts in tests:
            reach = _quantiles(counts, tail)
            yield start, t > reach, t < -reach

    # Of two entries, both questions are the same one.
    hypotheses = k * (k - 1) if k > 2 else 1
    n, rejected, tail = 0, -1, HALF_ALPHA
    while n != rejected:
        rejected, tail = n, HALF_ALPHA / max(hypotheses - n, 1)
        n = sum(int(better.sum() + worse.sum()) for _, better, worse in passed(tail))
    ahead, beaten = np.zeros((k, k), dtype=bool), np.zeros(k, dtype=bool)
    for start, better, worse in passed(tail):
        rows = slice(start, start + len(better))
        ahead[rows, start:] |= better
        ahead[start:, rows] |= worse.T
    for start, better, worse in passed(HALF_ALPHA / max(k - 1, 1)):
        beaten[start:] |= better.any(axis=0)
        beaten[start : start + len(worse)] |= worse.any(axis=1)
    behind = np.empty((3, 0)) if first is None else _behind(first, tail, scale)
    return Leads(ahead, ~beaten, behind, tail)


def compare_scores(signed: Array, errors: Array) -> Leads:
    """Compare every two of k entries by their scores on one task, whose errors are known.

    One is ahead of another where their difference is above sqrt(se1² + se2²) times `reach_among`
    them, and one may be the best where `find_ties` cannot tell it from the best: as on the page of
    the task. Among equal entries any two differ on at most 5 % of tasks.

    Shape: what ranks the entries, greater is better, best first, and standard errors, (entries,).
    Source: docs/statistics.md#ties-on-a-task.
    """
    k, reach = len(signed), float(reach_among(np.array(len(signed))))
    ahead = np.zeros((k, k), dtype=bool)
    for start in range(0, k, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        gaps = difference(signed[rows, np.newaxis], signed)
        ahead[rows] = gaps > reach * np.hypot(errors[rows, np.newaxis], errors)
    may_be_first = find_ties(signed[:, np.newaxis], errors[:, np.newaxis])[:, 0] == 1
    lead, most = difference(signed[:1], signed), reach * np.hypot(errors[:1], errors)
    behind = np.array([lead, lead - most, lead + most])
    behind[1:, :1] = np.nan  # the first is not compared with itself
    tail = 2 * HALF_ALPHA / max(k * (k - 1), 1)
    return Leads(ahead, may_be_first, round_significant(behind), tail, by_errors=True)


def _quantiles(counts: Array, tail: float) -> Array:
    """Return the quantile of Student's t for each number of tasks; one for each whole number."""
    freedom = np.arange(counts.max(initial=0) + 1.0) - 1
    return np.asarray(t_quantile(freedom, tail)[counts.astype(int)])


def _behind(first: PairTests, tail: float, scale: float) -> Array:
    """Return how far the first is ahead of each, with the interval that decides."""
    lead, error, counts = first.lead[0], first.error[0], first.counts[0]
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.where(counts >= LEAST_TASKS, _quantiles(counts, tail) * error, np.nan)
        ends = np.array([lead, lead - reach, lead + reach]) * scale
    ends[:, ~np.isfinite(ends).all(axis=0)] = np.nan
    ends[1:, 0] = np.nan  # the first is not compared with itself
    return round_significant(ends, np.full(ends.shape, scale))


def pair_tests(
    measure: Array, errors: Array | None = None, families: Families | None = None
) -> tuple[Iterator[PairTests], float]:
    """Return the comparisons of every two entries, and the scale that they are divided by.

    They come for `ROWS_AT_ONCE` entries at a time with those from there on. The arguments are those
    of `compare_pairs`.
    """
    there = (~np.isnan(measure)).astype(float)
    known = np.zeros(measure.shape) if errors is None else there * np.nan_to_num(errors)
    # Within -1..1, so that no square overflows; centred, so that their sums lose no digits.
    scale = float(max(1e-300, np.nanmax(np.abs(measure), initial=0.0), known.max(initial=0.0)))
    values = np.where(there > 0, measure, 0.0) / scale
    values -= there * (values.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    variances = (known / scale) ** 2
    groups = list[Places]()  # the columns of each family of more than one task
    if families is not None:
        unique, counts = np.unique(families, return_counts=True)
        groups = [np.flatnonzero(families == family) for family in unique[counts > 1]]
    return _test_pairs(values, there, variances, groups), scale


def _test_pairs(
    values: Array, there: Array, variances: Array, groups: Sequence[Places]
) -> Iterator[PairTests]:
    for start in range(0, len(values), ROWS_AT_ONCE):
        mine, known, own = values[start:], there[start:], variances[start:]
        n, total, squares = _pair_sums(mine, known)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            lead, counts, residuals = total / n, n, squares - total**2 / n
        if groups:
            counts, residuals = _of_families(mine, known, groups)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            error = np.sqrt(np.maximum(residuals, 0.0) * counts / (counts - 1)) / n
            if variances.any():
                own_rows, rows = own[:ROWS_AT_ONCE], known[:ROWS_AT_ONCE]
                error = np.fmax(error, np.sqrt(own_rows @ known.T + rows @ own.T) / n)
        noise = _NOISE * np.abs(values).max(initial=0.0)
        lead = np.where(np.abs(lead) <= noise, 0.0, lead)
        yield PairTests(start, lead, error, counts)


def _of_families(values: Array, there: Array, groups: Sequence[Places]) -> tuple[Array, Array]:
    """Return, for pairs, the number of common families and the sum of their squared residuals."""
    # As if each task were its own family; then each true family in place of its tasks.
    n, lead, squares = _pair_sums(values, there)
    families, products, counts = n.copy(), lead.copy(), n.copy()
    for group in groups:
        tasks, sums, of_tasks = _pair_sums(values[:, group], there[:, group])
        families += (tasks > 0) - tasks
        squares += sums**2 - of_tasks
        products += tasks * sums - sums
        counts += tasks**2 - tasks
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = lead / n
        return families, squares - 2 * mean * products + mean**2 * counts


def _pair_sums(values: Array, there: Array) -> tuple[Array, Array, Array]:
    """Return the number of common tasks, and the sums of differences and of their squares.

    Shape: values, and 1.0 where there is one, else 0.0, (models, tasks), to three of (first models,
        models), for each pair of one of the first `ROWS_AT_ONCE` models and any model.
    """
    own, mine = values[:ROWS_AT_ONCE], there[:ROWS_AT_ONCE]
    if there.all():  # on most boards; it takes one product of matrices instead of six
        sums, squares = values.sum(axis=1), (values**2).sum(axis=1)
        n = np.full((len(own), len(values)), float(values.shape[1]))
        of_own = slice(len(own)), np.newaxis
        return n, sums[of_own] - sums, squares[of_own] + squares - 2 * own @ values.T
    lead = own @ there.T - mine @ values.T
    squares = own**2 @ there.T + mine @ (values**2).T - 2 * own @ values.T
    return mine @ there.T, lead, squares


def rank_intervals(ranks: Array, leads: Leads) -> Array:
    """Return the best and worst rank that each ranked entry could have.

    The best is 1 + the number of entries that are ahead of it, and at least 2 where it may not be
    first; the worst is the number of entries minus those that it is ahead of. The interval includes
    the rank.

    Shape: `ranks` (entries,) to (2, entries).
    Source: as `judge_pairs`; docs/statistics.md#rank-interval.
    """
    best = np.where(leads.may_be_first, 1.0, np.maximum(2.0, 1.0 + leads.ahead.sum(axis=0)))
    worst = len(ranks) - leads.ahead.sum(axis=1).astype(float)
    return np.array([np.minimum(best, ranks), np.maximum(worst, ranks)])


def inseparable_groups(ahead: Flags) -> tuple[tuple[int, int], ...]:
    """Return the longest runs of neighbours in rank of which none is ahead of another.

    Shape: `ahead` of `Leads`, to the first and last position of each run of two or more, from 0.
    Source: the bars of a critical-difference diagram, Demsar (2006), Journal of Machine Learning
        Research 7, 1-30; docs/statistics.md#rank-interval.
    """
    k = len(ahead)
    if not k:
        return ()
    apart = np.triu(ahead | ahead.T)
    first_apart = np.where(apart.any(axis=1), apart.argmax(axis=1), k)
    ends = np.minimum.accumulate(first_apart[::-1])[::-1] - 1
    is_longest = np.diff(ends, prepend=-1) > 0
    runs = zip(np.flatnonzero(is_longest).tolist(), ends[is_longest].tolist(), strict=True)
    return tuple((start, end) for start, end in runs if end > start)


def possible_means(signed: Array, low: Array, high: Array) -> Array:
    """Return the least and greatest mean over all tasks for any values of missing scores.

    Shape: scores (models, tasks), greater is better, and their bounds (tasks,), infinite where not
        stated, to (2, models); NaN for a model without a score.
    Source: docs/statistics.md#missing-scores.
    """
    missing = np.isnan(signed)
    shares = signed / signed.shape[1]
    known = np.where(missing, 0.0, shares).sum(axis=1)
    bounds = np.array([low, high]) / signed.shape[1]
    ends = known + np.where(missing, bounds[:, np.newaxis], 0.0).sum(axis=2)
    seen = np.concatenate([shares.ravel(), bounds[np.isfinite(bounds)]])
    size = float(np.nanmax(np.abs(seen), initial=0.0)) * signed.shape[1]
    rounded = round_significant(ends, np.full(ends.shape, size))
    return np.where(missing.all(axis=1), np.nan, rounded)


def possible_rates(signed: Array) -> Array:
    """Return the least and greatest mean win rate for any values of missing scores.

    Of the models with any score on the board, those without a score on a task may all be below or
    all above the others; a model without a score may beat all or none.

    Shape: scores (models, tasks), greater is better, to (2, models); NaN for a model without a
        score, and where there is no rival.
    Source: docs/statistics.md#missing-scores.
    """
    there = ~np.isnan(signed)
    some = np.asarray(there.any(axis=1))
    n, rivals = there.sum(axis=0), max(int(some.sum()) - 1, 0)
    if rivals == 0:
        return np.full((2, len(some)), np.nan)
    beaten = _count_beaten(signed)
    least = np.where(there, beaten / rivals, 0.0).mean(axis=1)
    most = np.where(there, (beaten + (some.sum() - n)) / rivals, 1.0).mean(axis=1)
    return np.where(some, round_significant(np.array([least, most]), np.ones(len(some))), np.nan)


def possible_ranks(least: Array, most: Array) -> Array:
    """Return the best and worst rank that a model could have without missing scores.

    The best is 1 + the number of models whose least figure is above its greatest; the worst is 1 +
    the number of other models whose greatest figure is above its least.

    Shape: (models,) to (2, models); NaN where a figure is.
    Source: docs/statistics.md#missing-scores.
    """
    known = ~np.isnan(least)
    lows, highs = np.sort(least[known]), np.sort(most[known])
    above_most = len(lows) - np.searchsorted(lows, most, side="right")
    above_least = len(highs) - np.searchsorted(highs, least, side="right")
    worst = 1.0 + above_least - (most > least)
    return np.where(known, [1.0 + above_most, worst], np.nan)
