"""How far the choice of tasks carries: bootstrap intervals of averages, ties with the leader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from site_builder.compute.draws import draw_places
from site_builder.compute.numbers import Array, difference, settled

RESAMPLES = 2_000
LEVEL = 0.95
SEED = 20_240_502
_MODELS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Bootstrap:
    """Resampled task sets, drawn once and used for every model, so that differences are paired.

    Attributes:
        weights: How often each resample holds each task, times what the task counts; shape
            (resamples, tasks).
    """

    weights: Array

    @classmethod
    def over(cls, n_tasks: int, resamples: int = RESAMPLES, seed: int = SEED) -> Bootstrap:
        """Draw `resamples` samples of `n_tasks` tasks, with replacement, from a fixed seed.

        Source: docs/statistics.md#draws.
        """
        drawn = draw_places((resamples, n_tasks), n_tasks, seed)
        cells = drawn + n_tasks * np.arange(resamples)[:, np.newaxis]
        counts = np.bincount(cells.ravel(), minlength=resamples * n_tasks)
        return cls(counts.reshape(resamples, n_tasks).astype(float))

    def weighted(self, task_weights: Array) -> Bootstrap:
        """The same samples with tasks that count more or less than 1 each."""
        return Bootstrap(self.weights * task_weights)

    def intervals(self, values: Array) -> tuple[Array, Array]:
        """95 % percentile interval of each model's mean over the tasks that it has.

        A resample that holds none of a model's tasks counts in no interval of that model.

        Shape: (models, tasks) to two arrays (models,); NaN where a model has fewer than two tasks.
        Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, section 13.3;
            docs/statistics.md#interval.
        """
        ends = np.full((2, len(values)), np.nan)
        enough = np.flatnonzero((~np.isnan(values)).sum(axis=1) >= 2)
        # In blocks: a mean for each resample of thousands of models would fill the memory.
        for start in range(0, len(enough), _MODELS_AT_ONCE):
            block = enough[start : start + _MODELS_AT_ONCE]
            ends[:, block] = self._block(values[block])
        return ends[0], ends[1]

    def tied_with(self, measure: Array, leader: int) -> Array:
        """Which models the tasks cannot tell from the leader.

        A model is tied where the interval of the leader's value minus its own, over the tasks that
        both have, holds 0. With fewer than two common tasks there is no interval, and no tie.

        Shape: `measure` (models, tasks), greater is better; result boolean (models,).
        Source: paired bootstrap, docs/statistics.md#ties.
        """
        low, high = self.intervals(difference(measure[leader], measure))
        return np.asarray((low <= 0) & (high >= 0))

    def _block(self, values: Array) -> Array:
        there = ~np.isnan(values)
        filled = np.where(there, values, 0.0)
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        with np.errstate(invalid="ignore", over="ignore"):
            means = filled @ self.weights.T
            means /= there.astype(float) @ self.weights.T
            quantile = np.nanquantile if np.isnan(means).any() else np.quantile
            ends = quantile(means, tails, axis=1, overwrite_input=True)
        return settled(ends, np.abs(filled).max(axis=1))
