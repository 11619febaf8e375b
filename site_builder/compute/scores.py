"""Collect all scores as one long table with rank, lift and error, and as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.catalog import Provenance, records_of
from site_builder.compute.intervals import Families, rounding_errors
from site_builder.compute.numbers import (
    Array,
    Spread,
    competition_ranks,
    difference,
    floats_or_none,
    integers_or_none,
    pairs_or_none,
    round_significant,
    spread_of,
)
from site_builder.compute.score_error import compare_with_chance, compute_score_errors, find_ties
from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record, asdict, make_records, replace
from site_builder.tables.read import Tables
from site_builder.tables.schema import Measure

_Integers = npt.NDArray[np.intp]
_NO_ROW = -1
# What the results state of a score, in words.
_STATED = ("source", "date", "command", "flag", "submitted_by", "log_url")
# More records than this are made when asked for: they would take gigabytes.
_MAX_KEPT = 300_000


class Score(Record):
    """One score that counts.

    Attributes:
        rank: Among the scores of its task and variant; None of a model that does not compete.
        lift_over_base, lift_over_baseline: Difference from these scores, positive = better.
        stderr, interval: Standard error, and 95 % interval (docs/statistics.md#error-of-a-score).
        n: Number of examples, as stated, or as the only one in `n_range`.
        n_range: The least and the greatest number of examples that it can be of, where the results
            state none; error and interval are those of the least, so they may be too large.
        tied_with_best: Whether it is not distinguishable from the best score of its task and
            variant (docs/statistics.md#ties-on-a-task); None where the errors do not say it.
        flag: Why it should be read with care.
        at_chance: Whether it is no better than the score that guessing gives
            (docs/statistics.md#chance-level); None where that is unknown.
        from_worse_than_chance: Whether `lift_over_base` starts from a score worse than chance.
    """

    model: str
    task: str
    variant: str
    score: float
    rank: int | None
    lift_over_base: float | None
    lift_over_baseline: float | None
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    n_range: tuple[int, int] | None = None
    tied_with_best: bool | None = None
    flag: str | None = None
    at_chance: bool | None = None
    from_worse_than_chance: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Model, task and variant."""
        return self.model, self.task, self.variant


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


class Scores(CachingRecord, eq=False):
    """Every score of the board.

    Attributes:
        frame: One row per row of the results table, in its order: `model`, `task`, `variant`,
            `score`, `counts` (false where it is flagged and left out), `rank`, `lift_over_base`,
            `lift_over_baseline`, `tied` (1 where it is tied with the best), the fields of
            `ScoreErrors`, `against_chance` (1 where better, -1 where worse), `base_against_chance`
            (that of the base score of its lift), and what the table states. Rank, lifts and tie are
            NaN where it does not count.
        index: By variant, the position in `frame` of each score, shape (models, tasks); -1 where
            there is none.
        models, tasks: Ids, in the order of their tables.
        values: By variant, the scores that count, in the metric's unit, shape (models, tasks); NaN
            where there is none.
        errors: By variant, the standard error of each of them, above 0; NaN where unknown.
        ties: By variant, 1 where they are tied with the best of the task, 0 where they are
            distinguishable from it, NaN where neither is known.
        direction: +1 where a higher score is better, else -1; shape (tasks,).
        low, high: Bounds of each task's scores, shape (tasks,); infinite where not stated.
        families: The family of each task, as a number, shape (tasks,). A task without a family is
            one of its own.
        flagged: The flagged scores, in the order of the results table.
        weights: Weight of each task in a weighted mean, shape (tasks,).
        categories: Category of each task; None where not stated.
        references: The models that do not compete: humans, guessing.
        measures: What was measured beside the score.
        measured: By measure and variant, its values, shape (models, tasks); NaN where there is
            none.
        first_entries: By model, the first of its entries.
    """

    frame: pd.DataFrame
    index: Mapping[str, _Integers]
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    values: Mapping[str, Array]
    errors: Mapping[str, Array]
    ties: Mapping[str, Array]
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
    measured: Mapping[str, Mapping[str, Array]]
    first_entries: Mapping[str, str]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each model in the arrays."""
        return {model: row for row, model in enumerate(self.models)}

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each task in the arrays."""
        return {task: column for column, task in enumerate(self.tasks)}

    @property
    def has_errors(self) -> bool:
        """Whether the error of any score is known."""
        return any(not np.isnan(errors).all() for errors in self.errors.values())

    @property
    def scored(self) -> npt.NDArray[np.bool_]:
        """Where a model has a score on a task in any variant of the board; (models, tasks)."""
        return np.asarray(np.any([~np.isnan(self.values[v]) for v in self.roles.variants], axis=0))

    @cached_property
    def rounding(self) -> Mapping[str, Array]:
        """By variant, the standard error that rounding leaves on each task; shape (tasks,)."""
        return {variant: rounding_errors(values) for variant, values in self.values.items()}

    @cached_property
    def least_errors(self) -> Mapping[str, Array]:
        """The `errors`, which are at least those of rounding; shape (models, tasks)."""
        return {v: np.fmax(errors, self.rounding[v]) for v, errors in self.errors.items()}

    @cached_property
    def spreads(self) -> Mapping[str, tuple[Spread | None, ...]]:
        """By variant, where the scores of each task lie, of the models that compete."""
        return {v: tuple(map(spread_of, self.rivals(v).T)) for v in self.values}

    @cached_property
    def signed(self) -> Mapping[str, Array]:
        """The scores of the models that compete, rounded to twelve digits, greater is better.

        By variant, shape (models, tasks); NaN where there is none.
        """
        return {v: round_significant(self.rivals(v)) * self.direction for v in self.values}

    @cached_property
    def competing(self) -> npt.NDArray[np.bool_]:
        """Which models compete, shape (models,): all but the references."""
        return ~np.isin(self.models, [*self.references])

    def rivals(self, variant: str) -> Array:
        """Return the scores of the models that compete; shape (models, tasks)."""
        return np.where(self.competing[:, np.newaxis], self.values[variant], np.nan)

    def of_baseline(self, arrays: Mapping[str, Array], variant: str) -> Array:
        """Return the baseline's row for a variant, of `values`, `errors` or other arrays.

        Shape: (tasks,); NaN without a baseline. Source: docs/statistics.md#roles.
        """
        if self.roles.baseline is None:
            return np.full(len(self.tasks), np.nan)
        row: Array = arrays[self.roles.baseline_variants[variant]][self.rows[self.roles.baseline]]
        return row

    def contest(self, variant: str) -> Array:
        """Return the scores of those that compete with the baseline; shape (models, tasks)."""
        values = self.rivals(variant)
        if self.roles.baseline is not None:
            values[self.rows[self.roles.baseline]] = np.nan
        return values

    def contest_lifts(self, variant: str) -> Array:
        """Return the lifts over the baseline without the baseline's own; shape (models, tasks)."""
        is_rival = ~np.isnan(self.contest(variant))
        return np.where(is_rival, self.lift_over_baseline(variant), np.nan)

    def base_of(self, variant: str) -> Array:
        """Return the base scores that a tuned variant is compared with; NaN of the base itself."""
        if self.roles.base is None or variant == self.roles.base:
            return np.full((len(self.models), len(self.tasks)), np.nan)
        return self.values[self.roles.base]

    def lift_over_base(self, variant: str) -> Array:
        """Return tuned minus base score, positive = better, or NaN (docs/statistics.md#lift)."""
        if self.roles.base is None or variant == self.roles.base:
            return self.base_of(variant)
        return difference(self.signed[variant], self.signed[self.roles.base])

    def lift_over_baseline(self, variant: str) -> Array:
        """Return score minus baseline's score, positive = better (docs/statistics.md#lift)."""
        return difference(self.signed[variant], self.baseline_signed(variant))

    def baseline_signed(self, variant: str) -> Array:
        """Return the baseline's row for a variant, greater is better; shape (tasks,)."""
        return round_significant(self.of_baseline(self.values, variant)) * self.direction

    def of_variant(self, variant: str) -> Scores:
        """Return the same board with only the tasks that any model has in a variant, if any."""
        is_scored = ~np.isnan(self.values[variant]).all(axis=0)
        if is_scored.all() or not is_scored.any():
            return self
        return self.only([self.tasks[column] for column in np.flatnonzero(is_scored)])

    def left_out(self, variant: str) -> frozenset[str]:
        """Return the models with a flagged score of the variant that does not count."""
        return frozenset(f.model for f in self.flagged if f.variant == variant and not f.counts)

    def only(self, tasks: Sequence[str]) -> Scores:
        """Return the same board with only these tasks; `frame` keeps every row."""
        columns, kept = [self.columns[task] for task in tasks], frozenset(tasks)
        return replace(
            self,
            **self._taken((slice(None), columns)),
            tasks=tuple(tasks),
            direction=self.direction[columns],
            low=self.low[columns],
            high=self.high[columns],
            families=self.families[columns],
            flagged=tuple(f for f in self.flagged if f.task in kept),
            weights=self.weights[columns],
            categories=tuple(self.categories[column] for column in columns),
        )

    def for_board(self, models: Sequence[str], config: BoardConfig) -> Scores:
        """Return the scores as a board has them: only these models, with its baseline and gaps.

        Ranks, lifts and ties on a task are those among the models.
        """
        rows, kept = [self.rows[model] for model in models], frozenset(models)
        part = replace(
            self,
            **self._taken((rows, slice(None))),
            models=tuple(models),
            flagged=tuple(f for f in self.flagged if f.model in kept),
            references=self.references & kept,
        )
        values = part.values
        if config.missing == "zero":
            # A model without any score in a variant has no gaps there.
            scored = {v: (~np.isnan(a)).any(axis=1, keepdims=True) for v, a in values.items()}
            values = {v: np.where(np.isnan(a) & scored[v], 0.0, a) for v, a in values.items()}
        roles = _assign_roles(values, part.models, config, self.first_entries)
        return _compared(replace(part, values=values, roles=roles))

    def _taken(self, at: Any) -> dict[str, Any]:  # noqa: ANN401 - any index of two axes
        """Return the rows and columns at some places of every array by model and task."""

        def taken(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
            return {variant: array[at] for variant, array in arrays.items()}

        names = ("index", "values", "errors", "ties")
        measured = {name: taken(arrays) for name, arrays in self.measured.items()}
        return {**{name: taken(getattr(self, name)) for name in names}, "measured": measured}

    def of_model(self, model: str) -> dict[str, dict[str, Score]]:
        """Return the scores of a model by task and variant; a task without a score is absent."""
        by_task: dict[str, dict[str, Score]] = {}
        for score in self._records(self._rows(self.rows[model], slice(None))):
            by_task.setdefault(score.task, {})[score.variant] = score
        return by_task

    def of_task(self, task: str, models: Sequence[str]) -> dict[str, dict[str, Score]]:
        """Return the scores of some models on a task by model and variant; empty without any."""
        by_model: dict[str, dict[str, Score]] = {model: {} for model in models}
        rows = [self.rows[model] for model in models if model in self.rows]
        for score in self._records(self._rows(rows, self.columns[task])):
            by_model[score.model][score.variant] = score
        return by_model

    def best_of(self, task: str, variant: str) -> list[Score]:
        """Return the scores of a variant with rank 1 on a task."""
        rows = self._rows(slice(None), self.columns[task], [variant])
        return self._records(rows[self._arrays["rank"][rows] == 1])

    def ranking(self, task: str) -> list[Score]:
        """Return every score of a task by variant (primary first), then by rank."""
        return self._records(np.concatenate([*self.ranked_rows(task).values()]))

    def ranked_rows(self, task: str) -> dict[str, _Integers]:
        """Return the positions in `frame` of a task's scores, by variant, best first."""
        rows = {v: self._rows(slice(None), self.columns[task], [v]) for v in self.roles.variants}
        ranks = self._arrays["rank"]
        return {v: places[np.argsort(ranks[places], kind="stable")] for v, places in rows.items()}

    def provenance_of(self, model: str) -> dict[tuple[str, str], Provenance]:
        """Return the metadata of each score of a model, by task and variant.

        Scores that do not count are among them. The order is that of tasks, then of variants.
        """
        rows, arrays = self._stated_rows(model), self._arrays
        columns = {
            "row": integers_or_none(arrays["row"][rows]),
            **{name: arrays[name][rows].tolist() for name in _STATED},
            "n_examples": floats_or_none(arrays["n_examples"][rows]),
            "stderr": floats_or_none(arrays["stated_stderr"][rows]),
        }
        keys = zip(arrays["task"][rows].tolist(), arrays["variant"][rows].tolist(), strict=True)
        return dict(zip(keys, make_records(Provenance, columns), strict=True))

    def counted_of(self, model: str) -> list[Score | None]:
        """Return the scores of a model, in the order of `provenance_of`; None if not counted."""
        rows = self._rows(self.rows[model], slice(None))
        counted = dict(zip(rows.tolist(), self._records(rows), strict=True))
        return [counted.get(row) for row in self._stated_rows(model).tolist()]

    def _stated_rows(self, model: str) -> _Integers:
        """Positions in `frame` of all scores of a model, by task, then by variant."""
        index = np.stack([self.index[v][self.rows[model]] for v in self.roles.variants], axis=1)
        rows: _Integers = index[index != _NO_ROW]
        return rows

    def _rows(
        self, row: int | list[int] | slice, column: int | slice, variants: Sequence[str] = ()
    ) -> _Integers:
        """Positions in `frame` of the scores that count, among some models and tasks."""
        positions = [
            self.index[v][row, column][~np.isnan(self.values[v][row, column])]
            for v in variants or self.roles.variants
        ]
        return np.concatenate(positions)

    def _records(self, rows: _Integers) -> list[Score]:
        if len(self.frame) > _MAX_KEPT:
            return self._make_records(rows)
        return list(self._all_records[rows])

    @cached_property
    def _all_records(self) -> npt.NDArray[np.object_]:
        """A record for each row of `frame`: several tables and charts ask for the same."""
        records = np.empty(len(self.frame), dtype=object)
        records[:] = self._make_records(slice(None))
        return records

    def _make_records(self, rows: _Integers | slice) -> list[Score]:
        arrays = {name: array[rows] for name, array in self._arrays.items()}
        columns: dict[str, Sequence[object]] = {
            **{n: arrays[n].tolist() for n in ("model", "task", "variant", "score", "flag")},
            "rank": integers_or_none(arrays["rank"]),
            "lift_over_base": floats_or_none(arrays["lift_over_base"]),
            "lift_over_baseline": floats_or_none(arrays["lift_over_baseline"]),
            "stderr": floats_or_none(arrays["stderr"]),
            "interval": pairs_or_none(arrays["low"], arrays["high"]),
            "n": integers_or_none(arrays["n"]),
            "n_range": pairs_or_none(arrays["n_least"], arrays["n_most"], number=int),
            "at_chance": _where(arrays["against_chance"], np.less_equal),
            "from_worse_than_chance": (arrays["base_against_chance"] < 0).tolist(),
            "tied_with_best": _where(arrays["tied"], np.greater),
        }
        return make_records(Score, columns)

    @cached_property
    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The columns of `frame`: a few rows are taken from arrays much faster than from it."""
        return {str(name): _as_array(self.frame[name]) for name in self.frame}


def collect_scores(tables: Tables, config: BoardConfig) -> Scores:
    """Place the results table into one long table and into arrays."""
    frame = _frame(tables, exclude_flagged=config.exclude_flagged)
    models, tasks, variants = (
        tuple(frame[name].cat.categories) for name in ("model", "task", "variant")
    )
    rows, columns = (frame[name].cat.codes.to_numpy() for name in ("model", "task"))
    counts, score, stderr = (frame[name].to_numpy() for name in ("counts", "score", "stderr"))
    direction = np.where(tables.tasks["higher_is_better"].to_numpy(dtype=bool), 1.0, -1.0)
    index, values, errors = {}, {}, {}
    for variant in variants:
        mine = np.flatnonzero(frame["variant"] == variant)
        place = np.full((len(models), len(tasks)), _NO_ROW)
        place[rows[mine], columns[mine]] = mine
        is_counted = (place != _NO_ROW) & counts[place]
        index[variant] = place
        values[variant] = np.where(is_counted, score[place], np.nan)
        errors[variant] = np.where(is_counted, stderr[place], np.nan)
    low, high = (tables.tasks[name].to_numpy(dtype=float) for name in ("score_min", "score_max"))
    flagged = frame[frame["flag"].notna()].rename(columns={"flag": "reason"})
    is_reference = tables.models["role"] == "reference"
    first = tables.models.drop_duplicates("of")
    first_entries = dict(zip(first["of"].tolist(), first["model"].tolist(), strict=True))
    categories, weights = (tables.tasks[name] for name in ("category", "weight"))
    codes, named = pd.factorize(tables.tasks["family"])
    scores = Scores(
        frame=frame,
        index=index,
        models=models,
        tasks=tasks,
        values=values,
        errors=errors,
        ties={},
        direction=direction,
        low=np.where(np.isnan(low), -np.inf, low),
        high=np.where(np.isnan(high), np.inf, high),
        families=np.where(codes < 0, len(named) + np.arange(len(codes)), codes),
        roles=_assign_roles(values, models, config, first_entries),
        first_entries=first_entries,
        flagged=tuple(records_of(FlaggedScore, flagged)),
        weights=weights.fillna(1.0).to_numpy(dtype=float),
        categories=tuple(categories.astype("object").where(categories.notna(), None)),
        references=frozenset(tables.models.loc[is_reference, "model"]),
        measures=tables.measures,
        measured={m.id: _place_measure(tables.results, m, index) for m in tables.measures},
    )
    return _compared(scores)


def _place_measure(
    results: pd.DataFrame, measure: Measure, index: Mapping[str, _Integers]
) -> dict[str, Array]:
    """Return the values of a measure by variant, shape (models, tasks); NaN where there is none."""
    values = results[measure.id].to_numpy(dtype=float)
    if measure.zero_is_missing:
        values = np.where(values == 0, np.nan, values)
    values = np.append(values, np.nan)  # where the place is -1
    return {variant: values[place] for variant, place in index.items()}


def _frame(tables: Tables, *, exclude_flagged: bool) -> pd.DataFrame:
    results = tables.results
    errors = compute_score_errors(results, tables.tasks)
    tasks = pd.Categorical(results["task"], tables.tasks["task"])
    score = results["score"].to_numpy(dtype=float)
    chance = tables.tasks["score_chance"].to_numpy(dtype=float)[tasks.codes]
    turn = np.where(tables.tasks["higher_is_better"].to_numpy(dtype=bool), 1.0, -1.0)[tasks.codes]
    variants = results["variant"].unique()
    rows = results.index.to_numpy(dtype=float) + 1  # beyond the table for a mean over parts
    return pd.DataFrame(
        {
            "model": pd.Categorical(results["model"], tables.models["model"]),
            "task": tasks,
            "variant": pd.Categorical(results["variant"], variants),
            "score": score,
            "counts": (results["flag"].isna() | (not exclude_flagged)).to_numpy(dtype=bool),
            **asdict(errors),
            "against_chance": turn * compare_with_chance(score, errors.low, errors.high, chance),
            **{n: results[n].astype("category") for n in _STATED},
            "row": np.where(rows > len(tables.loaded["results"].frame), np.nan, rows),
            "n_examples": results["n_examples"].to_numpy(dtype=float),
            "stated_stderr": results["stderr"].to_numpy(dtype=float),
        }
    )


def _compared(scores: Scores) -> Scores:
    """Complete scores with their ties, ranks and lifts."""
    ties = {v: find_ties(scores.signed[v], errors) for v, errors in scores.errors.items()}
    scores = replace(scores, ties=ties)
    return replace(scores, frame=scores.frame.assign(**_compare(scores)))


def _compare(scores: Scores) -> dict[str, Array]:
    """Rank, lifts and tie of each row of the table; NaN for a score that does not count."""
    names = ("rank", "lift_over_base", "lift_over_baseline", "tied", "base_against_chance")
    columns = {name: np.full(len(scores.frame), np.nan) for name in names}
    against_chance = scores.frame["against_chance"].to_numpy()
    for variant in scores.roles.variants:
        there = ~np.isnan(scores.values[variant])
        rows, signed = scores.index[variant][there], scores.signed[variant]
        columns["rank"][rows] = competition_ranks(signed)[there]
        lifts = scores.lift_over_base(variant)
        columns["lift_over_base"][rows] = lifts[there]
        if scores.roles.base is not None:
            lifted = ~np.isnan(lifts)
            before = against_chance[scores.index[scores.roles.base][lifted]]
            columns["base_against_chance"][scores.index[variant][lifted]] = before
        columns["lift_over_baseline"][rows] = scores.lift_over_baseline(variant)[there]
        columns["tied"][rows] = scores.ties[variant][there]
    return columns


def _where(values: Array, compares: np.ufunc) -> list[bool | None]:
    """Return whether values compare so with 0; None for NaN."""
    flags = compares(values, 0).astype(object)
    flags[np.isnan(values)] = None
    return list(flags)


def _as_array(column: pd.Series) -> npt.NDArray[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        # One object for each text, and None (at -1) where there is none.
        return np.array([*column.cat.categories, None], dtype=object)[column.cat.codes]
    return column.to_numpy()


def _assign_roles(
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
