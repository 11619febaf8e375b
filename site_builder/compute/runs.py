"""Hold the scores of each variant beside those that they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np

from site_builder.compute.intervals import Families, rounding_errors
from site_builder.compute.numbers import (
    Array,
    Flags,
    Places,
    Spread,
    competition_ranks,
    difference,
    round_significant,
    spread_of,
)
from site_builder.compute.score_error import count_judged_wins, find_ties
from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record, replace
from site_builder.tables.schema import Measure

Against = Literal["base", "baseline"]
NO_ROW = -1


class FlaggedScore(Record):
    """A score that should be read with care.

    Attributes:
        counts: Whether it counts in averages, ranks and wins.
    """

    model: str
    task: str
    variant: str
    score: float
    reason: str
    counts: bool


class Roles(CachingRecord):
    """Which variant is the base, which are tuned, and which model is the baseline.

    Attributes:
        tuned: The variants after tuning, primary first; may be empty.
        baseline_variants: By variant, that of the baseline's scores that stand beside it; empty
            without a baseline.
    """

    base: str | None
    tuned: tuple[str, ...]
    baseline: str | None
    baseline_variants: Mapping[str, str]

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

    @property
    def has_several_baselines(self) -> bool:
        """Whether competing variants are compared with different scores of the baseline."""
        return len({*map(self.baseline_variants.get, self.contest)}) > 1


def assign_roles(
    values: Mapping[str, Array],
    models: tuple[str, ...],
    config: BoardConfig,
    first_entries: Mapping[str, str],
) -> Roles:
    """Assign the roles of base, tuned variants and baseline (docs/statistics.md#roles)."""
    base, named = config.base_variant, config.tuned_variants
    if base is None and "base" in values and "base" not in (named or ()):
        base = "base"
    tuned = tuple(v for v in (values if named is None else named) if v != base)
    if base is None and not tuned:
        base = next(iter(values))
    if config.baseline is None:
        return Roles(base, tuned, None, {})
    baseline = config.baseline
    if baseline not in models:  # the check names the entry that is taken for its model
        baseline = first_entries[baseline]
    row = models.index(baseline)
    order = [v for v in (base, *tuned) if v is not None]
    scored = [v for v in order if not np.isnan(values[v][row]).all()]
    other = (scored or order)[0]
    return Roles(base, tuned, baseline, {v: v if v in scored else other for v in order})


class Grid(CachingRecord, eq=False):
    """What scores are of: a row for each model, a column for each task.

    Attributes:
        models, tasks: Ids, in the order of their tables.
        direction: +1 where a higher score is better, else -1; shape (tasks,).
        low, high: Bounds of each task's scores, shape (tasks,); infinite where not stated.
        families: The family of each task, as a number, shape (tasks,). A task without a family is
            one of its own.
        flagged: The flagged scores, in the order of the results table.
        weights: Weight of each task in a weighted mean, shape (tasks,).
        categories: Category of each task; None where not stated.
        references: The models that do not compete: humans, guessing.
        measures: What was measured beside the score.
    """

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    direction: Array
    low: Array
    high: Array
    families: Families
    roles: Roles
    flagged: tuple[FlaggedScore, ...]
    weights: Array
    categories: tuple[str | None, ...]
    references: frozenset[str]
    measures: tuple[Measure, ...]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each model in the arrays."""
        return {model: row for row, model in enumerate(self.models)}

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each task in the arrays."""
        return {task: column for column, task in enumerate(self.tasks)}

    @cached_property
    def competing(self) -> Flags:
        """Which models compete, shape (models,): all but the references."""
        return ~np.isin(self.models, [*self.references])


class Runs(Grid, eq=False):
    """The scores of one variant, joined with those that they are compared with.

    Arrays have the shape (models, tasks), and NaN where there is none.

    Attributes:
        index: The position in `Scores.frame` of each score; -1 where there is none.
        values: The scores that count, in the metric's unit.
        errors: The standard error of each of them, above 0; NaN where unknown.
        measured: By measure, its values.
        beside: The scores of the same models before tuning, and those of the baseline, in one row;
            where there are none, a row without a score.
    """

    variant: str
    index: Places
    values: Array
    errors: Array
    measured: Mapping[str, Array]
    beside: Mapping[Against, Runs] = {}

    @cached_property
    def counts(self) -> Flags:
        """Where there is a score that counts; one that is absent may count as 0."""
        return np.asarray(~np.isnan(self.values) & (self.index != NO_ROW))

    @cached_property
    def rounding(self) -> Array:
        """The standard error that rounding leaves on each task; shape (tasks,)."""
        return rounding_errors(self.values)

    @cached_property
    def least_errors(self) -> Array:
        """The `errors`, which are at least those of rounding."""
        return np.fmax(self.errors, self.rounding)

    @cached_property
    def rivals(self) -> Array:
        """The scores of the models that compete."""
        return np.where(self.competing[:, np.newaxis], self.values, np.nan)

    @cached_property
    def spreads(self) -> tuple[Spread | None, ...]:
        """Where the scores of each task lie, of the models that compete."""
        return tuple(map(spread_of, self.rivals.T))

    @cached_property
    def signed(self) -> Array:
        """The scores of the models that compete, rounded to twelve digits, greater is better."""
        return round_significant(self.rivals) * self.direction

    @cached_property
    def ranks(self) -> Array:
        """The rank of each among those of the task."""
        return competition_ranks(self.signed)

    def ranked_rows(self, column: int) -> Places:
        """Return the rows of the models with a score on a task, best first."""
        rows = np.flatnonzero(self.counts[:, column])
        return rows[np.argsort(self.ranks[rows, column], kind="stable")]

    @cached_property
    def ties(self) -> Array:
        """1 where tied with the best of the task, 0 where distinguishable; NaN if unknown."""
        return find_ties(self.signed, self.errors)

    @cached_property
    def judged_wins(self) -> Array:
        """The number of first places that errors make clear, and not clear, shape (2, models)."""
        return count_judged_wins(self.signed, self.ties)

    @cached_property
    def lifts(self) -> Mapping[Against, Array]:
        """Score minus the one beside it, positive = better (docs/statistics.md#lift)."""
        lifts = {a: difference(self.signed, other.signed) for a, other in self.beside.items()}
        for lift in lifts.values():
            lift[np.isinf(lift)] = np.nan  # too large for a number
        return lifts

    @cached_property
    def contest(self) -> Array:
        """The scores of those that compete with the baseline."""
        values = self.rivals.copy()
        if self.roles.baseline is not None:
            values[self.rows[self.roles.baseline]] = np.nan
        return values

    @cached_property
    def contest_lifts(self) -> Array:
        """The lifts over the baseline without the baseline's own."""
        return np.where(np.isnan(self.contest), np.nan, self.lifts["baseline"])

    @cached_property
    def published(self) -> Array:
        """The scores that there are, also where the board counts absent ones as 0."""
        return np.where(self.counts, self.values, np.nan)

    @cached_property
    def models_scored(self) -> frozenset[str]:
        """The models with any score."""
        has_any = ~np.isnan(self.values).all(axis=1)
        return frozenset(self.models[row] for row in np.flatnonzero(has_any))

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The models with a flagged score that does not count."""
        of_variant = (f for f in self.flagged if f.variant == self.variant)
        return frozenset(f.model for f in of_variant if not f.counts)

    def at(self, places: Any) -> Runs:  # noqa: ANN401 - any index of two axes
        """Return the scores at some places; what they are of is that of all."""
        arrays = {name: getattr(self, name)[places] for name in ("index", "values", "errors")}
        measured = {name: array[places] for name, array in self.measured.items()}
        return replace(self, **arrays, measured=measured)

    def with_zeros(self) -> Runs:
        """Return the same with 0 for the absent scores of each model that has any."""
        values = self.values
        has_any = ~np.isnan(values).all(axis=1, keepdims=True)
        return replace(self, values=np.where(np.isnan(values) & has_any, 0.0, values))


def without_scores(runs: Runs, shape: tuple[int, int]) -> Runs:
    """Return the same without a score, in arrays of a shape; what they are of is as it was."""
    return replace(
        runs,
        index=np.full(shape, NO_ROW),
        values=np.full(shape, np.nan),
        errors=np.full(shape, np.nan),
        measured={name: np.full(shape, np.nan) for name in runs.measured},
    )
