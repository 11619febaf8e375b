"""Hold the scores as one long table with rank, lift and error, and as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, repeat, starmap
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import (
    Array,
    competition_ranks,
    difference,
    floats_or_none,
    pairs_or_none,
    round_significant,
)
from site_builder.compute.score_error import ScoreErrors, compute_score_errors, find_ties
from site_builder.config import BoardConfig
from site_builder.records import Record, replace
from site_builder.tables.check import Tables
from site_builder.tables.read import positions


class Cells(Record, eq=False):
    """The scores of one variant that count, as arrays (models, tasks); NaN where there is none.

    A page that shows a whole model or a whole task takes a row or a column of each.

    Attributes:
        variant: Its id.
        models, tasks: Ids of the rows and of the columns.
        rows: The row of each model.
        score: In the metric's own unit.
        rank: Among the scores of the task, equals sharing the better (docs/statistics.md#ranks).
        over_base, over_baseline: How much better it is, in the metric's own unit, NaN where either
            is missing (docs/statistics.md#lift).
        known: How exact the scores are.
        tied: 1 where a score cannot be told from the best of the task, 0 where it can; NaN where
            the errors are not known (docs/statistics.md#ties-on-a-task).
        reasons: Why a score should be read with care, by row and column.
    """

    variant: str
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    rows: Mapping[str, int]
    score: Array
    rank: Array
    over_base: Array
    over_baseline: Array
    known: ScoreErrors
    tied: Array
    reasons: Mapping[tuple[int, int], str]

    @cached_property
    def counts(self) -> list[int]:
        """Number of scores by task."""
        return list((~np.isnan(self.score)).sum(axis=0).tolist())

    @cached_property
    def has_errors(self) -> bool:
        """Whether the error of any score is known."""
        return not bool(np.isnan(self.known.standard).all())

    @cached_property
    def has_examples(self) -> bool:
        """Whether the number of examples of any score is known."""
        return not bool(np.isnan(self.known.examples).all())


def compute_cells(scores: Scores) -> dict[str, Cells]:
    """The cells of every variant of the board, the primary one first."""
    return {variant: _cells(scores, variant) for variant in scores.roles.variants}


def _cells(scores: Scores, variant: str) -> Cells:
    signed, known = scores.signed[variant], scores.known[variant]
    unknown = np.isnan(known.standard).all()
    return Cells(
        variant=variant,
        models=scores.models,
        tasks=scores.tasks,
        rows=scores.rows,
        score=scores.values[variant],
        rank=competition_ranks(signed),
        over_base=scores.lift_over_base(variant),
        over_baseline=scores.lift_over_baseline(variant),
        known=known,
        tied=known.standard if unknown else find_ties(signed, known.standard),
        reasons={
            (scores.rows[f.model], column): f.reason
            for column, task in enumerate(scores.tasks)
            for f in scores.flagged[task]
            if f.variant == variant
        },
    )


def complete_tasks(cells: Mapping[str, Cells], row: int) -> npt.NDArray[np.intp]:
    """The columns of the tasks that a model has a score of every variant on; shape (n,)."""
    return np.flatnonzero(np.all([~np.isnan(of.score[row]) for of in cells.values()], axis=0))


EVERY = slice(None)


class Score(NamedTuple):
    """One score of a task.

    Attributes:
        rank: Among the scores of its variant, equals sharing the better.
        lift_over_base, lift_over_baseline: How much better it is.
        stderr: Its standard error, as stated or from the examples; None where it is not known.
        interval: Its 95 % interval (docs/statistics.md#error-of-a-score).
        n: Examples that it was measured on.
        tied_with_best: Whether it cannot be told from the best score of its variant
            (docs/statistics.md#ties-on-a-task); None where the errors are not known.
        flag: Why it should be read with care; None for no reservation.
    """

    model: str
    variant: str
    score: float
    rank: int
    lift_over_base: float | None
    lift_over_baseline: float | None
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    tied_with_best: bool | None = None
    flag: str | None = None


class TaskScores(Sequence[Score]):
    """The scores of a task, by variant (primary first) and rank.

    The records are made when one of them is first looked at: a large board has hundreds of
    thousands, and a page shows some. What a page asks of all of them needs none.
    """

    def __init__(self, cells: Mapping[str, Cells], column: int) -> None:
        self._cells, self._column = cells, column

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self) -> Iterator[Score]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._records == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as any sequence that compares its items

    def __repr__(self) -> str:
        return repr(self._records)

    @overload
    def __getitem__(self, place: int) -> Score: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Score, ...]: ...
    def __getitem__(self, place: int | slice) -> Score | tuple[Score, ...]:
        return self._records[place]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of scores by variant; one without a score is absent."""
        counts = {variant: cells.counts[self._column] for variant, cells in self._cells.items()}
        return Counter({variant: n for variant, n in counts.items() if n})

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models that have a score, each once, by the first of their scores."""
        ordered = chain.from_iterable(self._rows(c).tolist() for c in self._cells.values())
        names = next((cells.models for cells in self._cells.values()), ())
        return tuple(names[row] for row in dict.fromkeys(ordered))

    @cached_property
    def with_intervals(self) -> frozenset[str]:
        """The variants in which the error of any of them is known."""
        at = {v: (self._rows(cells), self._column) for v, cells in self._cells.items()}
        known = {v: cells.known for v, cells in self._cells.items()}
        ends = ((v, known[v].low[at[v]], known[v].high[at[v]]) for v in at)
        return frozenset(v for v, *both in ends if not np.isnan(both).any(axis=0).all())

    def of(self, models: Sequence[str]) -> Mapping[str, Mapping[str, Score]]:
        """The scores of some models, by model and variant; one without a score has none."""
        found: dict[str, dict[str, Score]] = {model: {} for model in models}
        for cells in self._cells.values():
            known = [cells.rows[model] for model in models if model in cells.rows]
            rows = np.array(known, dtype=np.intp)
            rows = rows[~np.isnan(cells.score[rows, self._column])]
            for score in _records(cells, rows, np.full(len(rows), self._column)):
                found[score.model][score.variant] = score
        return found

    @cached_property
    def _records(self) -> tuple[Score, ...]:
        return tuple(s for cells in self._cells.values() for s in self._ranking(cells))

    def _ranking(self, cells: Cells) -> Iterator[Score]:
        rows = self._rows(cells)
        return _records(cells, rows, np.full(len(rows), self._column))

    def _rows(self, cells: Cells) -> npt.NDArray[np.intp]:
        """The rows that have a score, by rank."""
        ranks = cells.rank[:, self._column]
        return np.argsort(ranks, kind="stable")[: cells.counts[self._column]]


def scores_of_model(
    cells: Mapping[str, Cells], row: int, among: npt.NDArray[np.intp] | slice = EVERY
) -> Mapping[str, Mapping[str, Score]]:
    """The scores of a model, by task and variant; a task without one is absent.

    Args:
        cells: The scores.
        row: The model's.
        among: The columns of the tasks that are asked for.
    """
    found: dict[str, dict[str, Score]] = {}
    for of_variant in cells.values():
        asked = np.arange(len(of_variant.tasks))[among]
        columns = asked[~np.isnan(of_variant.score[row, asked])]
        records = _records(of_variant, np.full(len(columns), row), columns)
        for column, score in zip(columns.tolist(), records, strict=True):
            found.setdefault(of_variant.tasks[column], {})[of_variant.variant] = score
    return found


def _records(
    cells: Cells, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Iterator[Score]:
    """The records of some cells that have a score."""
    at, known, nothing = (rows, columns), cells.known, repeat(None)
    told, counted = cells.has_errors, cells.has_examples
    positions = zip(rows.tolist(), columns.tolist(), strict=True)
    each = zip(
        [cells.models[i] for i in rows.tolist()],
        repeat(cells.variant),
        cells.score[at].tolist(),
        cells.rank[at].astype(int).tolist(),
        floats_or_none(cells.over_base[at]),
        floats_or_none(cells.over_baseline[at]),
        floats_or_none(known.standard[at]) if told else nothing,
        pairs_or_none(known.low[at], known.high[at]) if told else nothing,
        map(_whole, floats_or_none(known.examples[at])) if counted else nothing,
        map(_yes, floats_or_none(cells.tied[at])) if told else nothing,
        map(cells.reasons.get, positions) if cells.reasons else nothing,
        strict=False,  # what is nothing has no end
    )
    return starmap(Score, each)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _yes(value: float | None) -> bool | None:
    return None if value is None else value > 0


class FlaggedScore(Record):
    """A score that should be read with care.

    Attributes:
        model, task, variant: What was scored.
        score: The score.
        reason: Why it should be read with care.
        counts: Whether it is in averages, ranks and wins, as any other score is.
    """

    model: str
    task: str
    variant: str
    score: float
    reason: str
    counts: bool


def collect_flagged(tables: Tables, config: BoardConfig) -> dict[str, tuple[FlaggedScore, ...]]:
    """The flagged scores of every task, in the order of the results table."""
    rows = tables.results[tables.results["flag"].notna()]
    found: dict[str, list[FlaggedScore]] = {task: [] for task in tables.tasks["task"]}
    columns = (rows[name] for name in ("model", "task", "variant", "score", "flag"))
    for model, task, variant, score, flag in zip(*columns, strict=True):
        scored = FlaggedScore(model, task, variant, score, flag, counts=not config.exclude_flagged)
        found[task].append(scored)
    return {task: tuple(flagged) for task, flagged in found.items()}


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
        return {v: round_significant(values) * self.direction for v, values in self.values.items()}

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
    rows, columns = positions(results["model"], models), positions(results["task"], tasks)
    floats_or_none = results["score"].to_numpy(dtype=float)
    named = tuple(tables.results["variant"].unique())
    variants = positions(results["variant"], named)
    shape = (len(models), len(tasks))
    values, known = {}, {}
    for place, variant in enumerate(named):
        values[variant] = np.full(shape, np.nan)
        mine = variants == place
        cells = rows[mine], columns[mine]
        values[variant][cells] = floats_or_none[mine]
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
