"""The scores as arrays, and the roles of models and variants: where every computation starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from site_builder.compute.flagged import FlaggedScore, collect_flagged
from site_builder.compute.numbers import Array, difference, settled
from site_builder.compute.score_error import ScoreErrors, compute_score_errors
from site_builder.config import BoardConfig
from site_builder.records import Record, replace
from site_builder.tables.check import Tables
from site_builder.tables.places import places


class Roles(Record):
    """Which variant is the base, which are tuned, and which model is the baseline.

    Attributes:
        base: The variant before tuning; None where the board has none.
        tuned: The variants after tuning, primary first; empty where the board has none.
        baseline: The model that others are measured against; None where the board has none.
        baseline_variant: The variant whose scores stand for the baseline; None with no baseline.
    """

    base: str | None
    tuned: tuple[str, ...]
    baseline: str | None
    baseline_variant: str | None

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """Every variant of the board: the primary one first, the base last."""
        return (*self.tuned, *((self.base,) if self.base is not None else ()))

    @cached_property
    def primary(self) -> str:
        """The variant that the board opens with."""
        return self.variants[0]

    @cached_property
    def contest(self) -> tuple[str, ...]:
        """The variants that compete with the baseline: the tuned ones, else the base."""
        return self.tuned or self.variants


class Scores(Record, eq=False):
    """Every score of the board.

    Attributes:
        models: Ids of the models, in the order of the models table.
        tasks: Ids of the tasks, in the order of the tasks table.
        values: By variant, an array (models, tasks) of scores in the metric's own unit; NaN where
            there is none.
        direction: Array (tasks,) of +1 where a higher score is better, else -1.
        low, high: Bounds of each task's scores, shape (tasks,); infinite where it states none.
        roles: Base, tuned, baseline.
        known: By variant, how exact the scores are; arrays (models, tasks).
        flagged: By task, the scores with a reservation, those that are left out among them.
    """

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    values: Mapping[str, Array]
    direction: Array
    low: Array
    high: Array
    roles: Roles
    known: Mapping[str, ScoreErrors]
    flagged: Mapping[str, tuple[FlaggedScore, ...]]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each model."""
        return {model: row for row, model in enumerate(self.models)}

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each task."""
        return {task: column for column, task in enumerate(self.tasks)}

    @property
    def errors(self) -> Mapping[str, Array]:
        """Standard error of each score by variant, shape (models, tasks).

        In the metric's own unit, above 0; NaN where it is not known.

        Source: docs/statistics.md#error-of-a-score.
        """
        return {variant: known.standard for variant, known in self.known.items()}

    @property
    def has_errors(self) -> bool:
        """Whether the error of any score is known."""
        return any(not np.isnan(errors).all() for errors in self.errors.values())

    @property
    def scored(self) -> npt.NDArray[np.bool_]:
        """Where a model has a score on a task in any variant of the board; (models, tasks)."""
        there: npt.NDArray[np.bool_] = np.any(
            [~np.isnan(self.values[v]) for v in self.roles.variants], axis=0
        )
        return there

    @cached_property
    def signed(self) -> Mapping[str, Array]:
        """The scores as they are compared: settled, and turned so that greater is better."""
        return {v: settled(values) * self.direction for v, values in self.values.items()}

    @cached_property
    def signed_bounds(self) -> tuple[Array, Array]:
        """Least and greatest score of each task as they are compared; shapes (tasks,)."""
        low, high = self.low * self.direction, self.high * self.direction
        return np.minimum(low, high), np.maximum(low, high)

    @property
    def baseline(self) -> Array:
        """Scores of the baseline, shape (tasks,); all NaN where the board has none."""
        return self._baseline_of(self.values)

    @property
    def baseline_errors(self) -> Array:
        """Standard errors of the baseline's scores, shape (tasks,); NaN where not known."""
        return self._baseline_of(self.errors)

    def contest(self, variant: str) -> Array:
        """Scores of a variant, shape (models, tasks), but for those that stand for the baseline."""
        values = self.values[variant].copy()
        if self.roles.baseline is not None and variant == self.roles.baseline_variant:
            values[self.rows[self.roles.baseline]] = np.nan
        return values

    def lift_over_base(self, variant: str) -> Array:
        """Tuned minus base score of the same model and task, positive = better.

        Shape: (models, tasks); NaN where either is missing, and everywhere for the base itself.
        Source: docs/statistics.md#lift.
        """
        if self.roles.base is None or variant == self.roles.base:
            return np.full((len(self.models), len(self.tasks)), np.nan)
        return difference(self.signed[variant], self.signed[self.roles.base])

    def lift_over_baseline(self, variant: str) -> Array:
        """Score minus the baseline's score on the task, positive = better.

        Shape: (models, tasks); NaN where either is missing.
        Source: docs/statistics.md#lift.
        """
        return difference(self.signed[variant], self._baseline_of(self.signed))

    def left_out(self, variant: str) -> frozenset[str]:
        """Models with a score of the variant that does not count since it is flagged."""
        found = (f for flagged in self.flagged.values() for f in flagged if f.variant == variant)
        return frozenset(f.model for f in found if not f.counts)

    def only(self, tasks: Sequence[str]) -> Scores:
        """The same board with these tasks alone."""
        columns = [self.columns[task] for task in tasks]
        return replace(
            self,
            tasks=tuple(tasks),
            values={variant: array[:, columns] for variant, array in self.values.items()},
            direction=self.direction[columns],
            low=self.low[columns],
            high=self.high[columns],
            known={variant: known.columns(columns) for variant, known in self.known.items()},
            flagged={task: self.flagged[task] for task in tasks},
        )

    def _baseline_of(self, arrays: Mapping[str, Array]) -> Array:
        if self.roles.baseline is None or self.roles.baseline_variant is None:
            return np.full(len(self.tasks), np.nan)
        row: Array = arrays[self.roles.baseline_variant][self.rows[self.roles.baseline]]
        return row


def collect_scores(tables: Tables, config: BoardConfig) -> Scores:
    """The results table as arrays.

    Flagged scores are left out where `site.toml` says so.
    """
    results = tables.results
    if config.exclude_flagged:
        results = results[results["flag"].isna()]
    models, tasks = tuple(tables.models["model"]), tuple(tables.tasks["task"])
    rows, columns = places(results["model"], models), places(results["task"], tasks)
    numbers = results["score"].to_numpy(dtype=float)
    named = tuple(tables.results["variant"].unique())
    variants = places(results["variant"], named)
    shape = (len(models), len(tasks))
    values, known = {}, {}
    for place, variant in enumerate(named):
        values[variant] = np.full(shape, np.nan)
        mine = variants == place
        cells = rows[mine], columns[mine]
        values[variant][cells] = numbers[mine]
        known[variant] = compute_score_errors(results[mine], tables.tasks).placed(cells, shape)
    low, high = (tables.tasks[name].to_numpy(dtype=float) for name in ("score_min", "score_max"))
    return Scores(
        models,
        tasks,
        values,
        direction=np.where(tables.tasks["higher_is_better"].to_numpy(dtype=bool), 1.0, -1.0),
        low=np.where(np.isnan(low), -np.inf, low),
        high=np.where(np.isnan(high), np.inf, high),
        roles=_assign_roles(values, models, config),
        known=known,
        flagged=collect_flagged(tables, config),
    )


def _assign_roles(
    values: Mapping[str, Array], models: tuple[str, ...], config: BoardConfig
) -> Roles:
    base, tuned = _assign_variants(tuple(values), config)
    if config.baseline is None:
        return Roles(base, tuned, None, None)
    row = models.index(config.baseline)
    order = [v for v in (base, *tuned) if v is not None]
    scored = [v for v in order if not np.isnan(values[v][row]).all()]
    return Roles(base, tuned, config.baseline, (scored or order)[0])


def _assign_variants(
    variants: tuple[str, ...], config: BoardConfig
) -> tuple[str | None, tuple[str, ...]]:
    """The base variant and the tuned ones; at least one of the two is there."""
    named = config.tuned_variants
    base = config.base_variant
    if base is None and "base" in variants and "base" not in (named or ()):
        base = "base"
    tuned = tuple(v for v in (variants if named is None else named) if v != base)
    if base is None and not tuned:
        base = variants[0]
    return base, tuned
