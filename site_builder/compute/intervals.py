"""Compute bootstrap intervals of means over tasks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from site_builder.compute.numbers import Array, counts_to, difference, round_significant
from site_builder.compute.score_error import REACH
from site_builder.records import Record

RESAMPLES = 2_000
LEVEL = 0.95
SEED = 20_240_502
_STEP = np.uint64(0x6D2B79F5)
_WORD = np.uint64(0xFFFFFFFF)
_MODELS_AT_ONCE = 128  # so that their resampled means stay in the cache of the processor


def draw_words(n: int, seed: int) -> npt.NDArray[np.uint64]:
    """Return the first `n` 32-bit words of the random generator mulberry32.

    Source: mulberry32 by Tommy Ettinger, in the public domain; docs/statistics.md#draws.
    """
    counter = np.arange(1, n + 1, dtype=np.uint64)
    state = (np.uint64(seed) + counter * _STEP) & _WORD
    word = (state ^ (state >> np.uint64(15))) * (state | np.uint64(1)) & _WORD
    mixed = (word ^ (word >> np.uint64(7))) * (word | np.uint64(61)) & _WORD
    word ^= (word + mixed) & _WORD
    return np.asarray(word ^ (word >> np.uint64(14)))


def draw_places(shape: tuple[int, int], n: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw uniform integers in 0..n-1: floor(word * n / 2^32) (docs/statistics.md#draws)."""
    words = draw_words(shape[0] * shape[1], seed)
    return (words * np.uint64(n) >> np.uint64(32)).astype(np.int64).reshape(shape)


def t_quantile(n: Array) -> Array:
    """Return the 97.5th percentile of Student's t with n - 1 degrees of freedom; NaN below n = 2.

    To seven digits, so that it is the same on every machine.

    Source: Student (1908), Biometrika 6(1), 1-25; docs/statistics.md#rank-interval.
    """
    reach = special.stdtrit(np.maximum(n - 1, 1), 0.975)
    return round_significant(np.where(n >= 2, reach, np.nan), digits=7)


def tail_probability(n: Array) -> Array:
    """Return the share of resampled means beyond each end of an interval over n tasks.

    Phi(-sqrt(n / (n - 1)) t), with the t of `t_quantile`: 2.5 % for many tasks, less for few.

    Source: the expanded percentile interval, Hesterberg (2015), The American Statistician 69(4),
        371-386, section 4; docs/statistics.md#interval.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        stretched = np.sqrt(n / (n - 1)) * t_quantile(n)
    return round_significant(special.ndtr(-stretched), digits=7)


def error_of_difference(one: Array, other: Array) -> Array:
    """Return sqrt(one² + other²), where an unknown error counts 0 (docs/statistics.md#interval)."""
    return np.hypot(np.nan_to_num(one), np.nan_to_num(other))


class Bootstrap(Record):
    """Resampled task sets, drawn once and used for every model, so that differences are paired.

    Attributes:
        weights: How often each resample holds each task, shape (resamples, tasks).
    """

    weights: Array

    @classmethod
    def over(cls, n_tasks: int, resamples: int = RESAMPLES, seed: int = SEED) -> Bootstrap:
        """Draw samples of `n_tasks` tasks, with replacement (docs/statistics.md#draws)."""
        drawn = draw_places((resamples, n_tasks), n_tasks, seed)
        cells = drawn + n_tasks * np.arange(resamples)[:, np.newaxis]
        counts = np.bincount(cells.ravel(), minlength=resamples * n_tasks)
        return cls(counts.reshape(resamples, n_tasks).astype(float))

    def intervals(self, values: Array, errors: Array | None = None) -> Array:
        """Return the 95 % interval of each model's mean over its tasks.

        Percentiles of the resampled means, with `tail_probability` beyond each end; a resample
        without any of a model's tasks is left out for this model. The variance of the scores
        includes their errors; where by chance it is smaller than the errors alone, the interval is
        mean ± 1.96 sqrt(sum of squared errors) / n.

        Shape: values and standard errors (models, tasks), NaN where unknown, to (2, models); NaN
            where a model has fewer than two tasks.
        Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, section 13.3;
            Hesterberg (2015), as in `tail_probability`; docs/statistics.md#interval.
        """
        ends = np.full((2, len(values)), np.nan)
        tails = tail_probability(counts_to(values.shape[1]))
        enough = (~np.isnan(values)).sum(axis=1) >= 2
        rows = np.flatnonzero(enough)
        # In blocks: a mean for each resample of thousands of models would fill the memory.
        for start in range(0, len(rows), _MODELS_AT_ONCE):
            block = rows[start : start + _MODELS_AT_ONCE]
            ends[:, block] = self._block(values[block], tails)
        if errors is not None:
            low, high = _error_interval(values, errors)
            ends = np.where(enough, [np.fmin(ends[0], low), np.fmax(ends[1], high)], np.nan)
        return ends

    def tied_with(
        self, measure: Array, leader: int, errors: Array | None = None
    ) -> npt.NDArray[np.bool_]:
        """Return which models are not distinguishable from the leader over these tasks.

        A model is tied where the interval of the leader's value minus the model's, over their
        common tasks, includes 0; there is none below two.

        Shape: `measure` and `errors` (models, tasks), greater is better; result boolean (models,).
        Source: paired bootstrap, docs/statistics.md#ties.
        """
        lead = difference(measure[leader], measure)
        both = None if errors is None else error_of_difference(errors[leader], errors)
        low, high = self.intervals(lead, both)
        return np.asarray((low <= 0) & (high >= 0))

    def _block(self, values: Array, tails: Array) -> Array:
        there = ~np.isnan(values)
        filled = np.where(there, values, 0.0)
        with np.errstate(invalid="ignore", over="ignore"):
            means = filled @ self.weights.T
            # Without a missing score, every model has the same weights.
            means /= values.shape[1] if there.all() else there.astype(float) @ self.weights.T
            means.sort(axis=1)  # NaN last
            tail = tails[there.sum(axis=1)]
            last = (~np.isnan(means)).sum(axis=1) - 1
            ends = np.array([_at(means, tail * last), _at(means, (1 - tail) * last)])
        return round_significant(ends, np.abs(filled).max(axis=1))


def _at(ordered: Array, places: Array) -> Array:
    """Return the value at a fractional position of each row, by linear interpolation."""
    below, above = np.floor(places).astype(int), np.ceil(places).astype(int)
    rows = np.arange(len(ordered))
    low, high = ordered[rows, below], ordered[rows, above]
    return np.asarray(low + (places - below) * (high - low))


def _error_interval(values: Array, errors: Array) -> Array:
    """Return mean ± 1.96 standard errors by the errors of the scores; unknown errors count 0."""
    there = ~np.isnan(values)
    n = there.sum(axis=1)
    filled, known = np.where(there, values, 0.0), np.where(there, np.nan_to_num(errors), 0.0)
    with np.errstate(all="ignore"):
        middle = filled.sum(axis=1) / n
        reach = REACH * np.linalg.norm(known, axis=1) / n
        return round_significant(np.array([middle - reach, middle + reach]), np.abs(filled).max(1))
