"""How far the choice of tasks carries: bootstrap intervals of averages, and ties with the leader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from site_builder.compute.numbers import Array, difference

RESAMPLES = 4_000
LEVEL = 0.95
SEED = 20_240_502


@dataclass(frozen=True)
class Bootstrap:
    """Resampled task sets, drawn once and used for every model, so that differences are paired.

    Attributes:
        weights: How often each resample holds each task, shape (resamples, tasks).
    """

    weights: Array

    @classmethod
    def over(cls, n_tasks: int, resamples: int = RESAMPLES, seed: int = SEED) -> Bootstrap:
        """Draw `resamples` samples of `n_tasks` tasks, with replacement, from a fixed seed."""
        random = np.random.default_rng(seed)
        return cls(random.multinomial(n_tasks, np.full(n_tasks, 1 / n_tasks), size=resamples).astype(float))

    def intervals(self, values: Array) -> tuple[Array, Array]:
        """95 % percentile interval of each model's mean over its tasks.

        Shape: (models, tasks) to two arrays (models,); NaN where a model has fewer than two tasks.
        Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; docs/statistics.md#interval.
        """
        there = ~np.isnan(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (self.weights @ np.where(there, values, 0.0).T) / (self.weights @ there.astype(float).T)
        tail = (1 - LEVEL) / 2
        low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
        enough = there.sum(axis=1) >= 2
        if enough.any():
            low[enough], high[enough] = np.nanquantile(means[:, enough], [tail, 1 - tail], axis=0)
        return low, high

    def tied_with(self, measure: Array, leader: int) -> Array:
        """Which models the tasks cannot tell from the leader: the paired interval of the difference holds 0.

        The difference is the leader's value minus the model's, over the tasks that both have. The leader is tied with
        itself; a model that shares fewer than two tasks with the leader cannot be told apart.

        Shape: `measure` (models, tasks), greater is better; result boolean (models,).
        Source: paired bootstrap, docs/statistics.md#ties.
        """
        low, high = self.intervals(difference(measure[leader], measure))
        return np.asarray(np.isnan(low) | ((low <= 0) & (high >= 0)))
