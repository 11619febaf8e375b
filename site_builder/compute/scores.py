"""Collect all scores as one long table, and as arrays with rank, lift and error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.catalog import STATED_TEXTS, records_of
from site_builder.compute.numbers import (
    Array,
    Flags,
    Places,
    floats_or_none,
    integers_or_none,
    pairs_or_none,
)
from site_builder.compute.runs import (
    NO_ROW,
    Against,
    FlaggedScore,
    Grid,
    Runs,
    assign_roles,
    without_scores,
)
from site_builder.compute.score_error import ScoreErrors, compare_with_chance, compute_score_errors
from site_builder.config import BoardConfig
from site_builder.records import Record, asdict, make_records, replace
from site_builder.tables.read import Tables
from site_builder.tables.schema import Measure

MEASURED = "measured "
"""Stands before the id of a measure in the names of columns."""
_COMPUTED = (*ScoreErrors.__struct_fields__, "against_chance")
# More records than this are made when asked for: they would take gigabytes.
_MAX_KEPT = 300_000


class Score(Record):
    """One score of a model, with what the results table says of it.

    What is computed is None where it does not count.

    Attributes:
        counts: Whether it counts; a flagged one may not.
        rank: Among the scores of its task and variant; None of a model that does not compete.
        lift_over_base, lift_over_baseline: Difference from these scores, positive = better.
        stderr, interval: Standard error, and 95 % interval (docs/statistics.md#error-of-a-score).
        n: Number of examples, as stated, or as the only one in `n_range`.
        n_range: The least and the greatest number of examples that it can be of, where the results
            state none; error and interval are those of the least, so they may be too large.
        tied_with_best: Whether it is not distinguishable from the best score of its task and
            variant (docs/statistics.md#ties-on-a-task); None where the errors do not say it.
        at_chance: Whether it is no better than the score that guessing gives
            (docs/statistics.md#chance-level); None where that is unknown.
        from_worse_than_chance: Whether `lift_over_base` starts from a score worse than chance.
        row: Its row in the results table, from 1; None for a mean over parts.
        flag: Why it should be read with care.
        stated_n, stated_stderr: Number of examples and standard error, as stated.
    """

    model: str
    task: str
    variant: str
    score: float
    counts: bool
    rank: int | None
    lift_over_base: float | None
    lift_over_baseline: float | None
    stderr: float | None
    interval: tuple[float, float] | None
    n: int | None
    n_range: tuple[int, int] | None
    tied_with_best: bool | None
    at_chance: bool | None
    from_worse_than_chance: bool
    row: int | None
    source: str | None
    date: str | None
    command: str | None
    flag: str | None
    submitted_by: str | None
    log_url: str | None
    stated_n: float | None
    stated_stderr: float | None

    def lift(self, against: Against) -> float | None:
        """Return its difference from the score of the base, or of the baseline."""
        return self.lift_over_base if against == "base" else self.lift_over_baseline

    @property
    def key(self) -> tuple[str, str, str]:
        """Model, task and variant."""
        return self.model, self.task, self.variant

    @property
    def examples(self) -> tuple[float, float] | None:
        """The least and the greatest number of examples that it can be of."""
        return self.n_range if self.stated_n is None else (self.stated_n, self.stated_n)


class Scores(Grid, eq=False):
    """Every score of the board.

    Attributes:
        frame: One row per row of the results table, in its order: `model`, `task`, `variant`,
            `score`, `counts` (false where it is flagged and left out), the fields of `ScoreErrors`,
            `against_chance` (1 where better, -1 where worse), and what the table states.
        arrays: Its columns: a few rows are taken from arrays much faster than from it.
        apart: The arrays of each variant; `runs` joins them.
        first_entries: By model, the first of its entries.
    """

    frame: pd.DataFrame
    arrays: Mapping[str, npt.NDArray[Any]]
    apart: Mapping[str, Runs]
    first_entries: Mapping[str, str]

    @cached_property
    def runs(self) -> Mapping[str, Runs]:
        """The scores of each variant, joined with those that they are compared with."""
        roles, grid = self.roles, {n: getattr(self, n) for n in Grid.__struct_fields__}
        apart = {variant: replace(runs, **grid) for variant, runs in self.apart.items()}
        nothing = without_scores(next(iter(apart.values())), (1, len(self.tasks)))
        none = replace(nothing, models=("",))

        def join(variant: str, base: Runs) -> Runs:
            of, baseline = roles.baseline_variants.get(variant), none
            if of is not None and roles.baseline is not None:
                row = apart[of].at([self.rows[roles.baseline]])
                baseline = replace(row, models=(roles.baseline,), references=frozenset())
            return replace(apart[variant], beside={"base": base, "baseline": baseline})

        base = none if roles.base is None else join(roles.base, none)
        return {v: base if v == roles.base else join(v, base) for v in apart}

    @property
    def variants(self) -> tuple[Runs, ...]:
        """The scores of each variant of the board, the primary one first."""
        return tuple(self.runs[variant] for variant in self.roles.variants)

    @property
    def contest(self) -> tuple[Runs, ...]:
        """Those of the variants that compete with the baseline."""
        return tuple(self.runs[variant] for variant in self.roles.contest)

    @property
    def primary(self) -> Runs:
        """Those of the variant that the board opens with."""
        return self.runs[self.roles.primary]

    @cached_property
    def ends(self) -> Mapping[str, Sequence[float]]:
        """The least and the greatest stated score on each task, flagged or not."""
        ends = self.frame.groupby("task", observed=True)["score"].agg(["min", "max"])
        return dict(zip(ends.index, ends.to_numpy().tolist(), strict=True))

    @property
    def has_errors(self) -> bool:
        """Whether the error of any score is known."""
        return any(not np.isnan(runs.errors).all() for runs in self.apart.values())

    @property
    def scored(self) -> Flags:
        """Where a model has a score on a task in any variant of the board; (models, tasks)."""
        return np.asarray(np.any([~np.isnan(runs.values) for runs in self.variants], axis=0))

    def of_variant(self, variant: str) -> Runs:
        """Return the scores of a variant, on the tasks only that any model has in it, if any."""
        is_scored = ~np.isnan(self.apart[variant].values).all(axis=0)
        if is_scored.all() or not is_scored.any():
            return self.runs[variant]
        tasks = [self.tasks[column] for column in np.flatnonzero(is_scored)]
        return self.only(tasks).runs[variant]

    def only(self, tasks: Sequence[str]) -> Scores:
        """Return the same board with only these tasks; `frame` keeps every row."""
        columns, kept = [self.columns[task] for task in tasks], frozenset(tasks)
        arrays = ("direction", "low", "high", "families", "weights")
        return replace(
            self,
            **{name: getattr(self, name)[columns] for name in arrays},
            tasks=tuple(tasks),
            flagged=tuple(f for f in self.flagged if f.task in kept),
            categories=tuple(self.categories[column] for column in columns),
            apart={v: runs.at((slice(None), columns)) for v, runs in self.apart.items()},
        )

    def of_models(self, models: Sequence[str], config: BoardConfig) -> Scores:
        """Return the same with only these models, and 0 for gaps where the board counts them so."""
        rows, kept = [self.rows[model] for model in models], frozenset(models)
        apart = {variant: runs.at(rows) for variant, runs in self.apart.items()}
        if config.missing == "zero":
            apart = {variant: runs.with_zeros() for variant, runs in apart.items()}
        return replace(
            self,
            models=tuple(models),
            flagged=tuple(f for f in self.flagged if f.model in kept),
            references=self.references & kept,
            apart=apart,
        )

    def for_board(self, models: Sequence[str], config: BoardConfig) -> Scores:
        """Return the scores as a board has them: only these models, with its baseline and gaps.

        Ranks, lifts and ties on a task are those among the models.
        """
        part = self.of_models(models, config)
        values = {variant: runs.values for variant, runs in part.apart.items()}
        roles = assign_roles(values, part.models, config, self.first_entries)
        return replace(part, roles=roles)

    def intervals_of(self, runs: Runs) -> Array | None:
        """Return the ends of the 95 % interval of each score on the only task, (2, models)."""
        if len(runs.tasks) != 1:
            return None
        return np.array([_placed(self.frame[end], runs.index[:, 0]) for end in ("low", "high")])

    def of_model(self, model: str) -> dict[str, dict[str, Score]]:
        """Return the scores of a model by task and variant; a task without a score is absent."""
        by_task: dict[str, dict[str, Score]] = {}
        for score in self.stated_of(model):
            if score.counts:
                by_task.setdefault(score.task, {})[score.variant] = score
        return by_task

    def of_task(self, task: str, models: Sequence[str]) -> dict[str, dict[str, Score]]:
        """Return the scores of some models on a task by model and variant; empty without any."""
        by_model: dict[str, dict[str, Score]] = {model: {} for model in models}
        rows = [self.rows[model] for model in models if model in self.rows]
        found = (self._records(runs, rows, self.columns[task]).tolist() for runs in self.variants)
        for score in filter(None, chain.from_iterable(found)):
            if score.counts:
                by_model[score.model][score.variant] = score
        return by_model

    def stated_of(self, model: str) -> list[Score]:
        """Return every score of a model, by task, then by variant."""
        row, every = self.rows[model], slice(None)
        by_task = zip(*(self._records(runs, row, every) for runs in self.variants), strict=True)
        return list(filter(None, chain.from_iterable(by_task)))

    def _records(
        self, runs: Runs, rows: int | list[int], tasks: int | slice
    ) -> npt.NDArray[np.object_]:
        """Return the records of scores; None where there is none."""
        if len(self.frame) > _MAX_KEPT:
            return self._make_records(runs, (rows, tasks))
        return self._all_records[runs.variant][rows, tasks]

    @cached_property
    def _all_records(self) -> dict[str, npt.NDArray[np.object_]]:
        """The records of each variant: faster, as several tables and charts ask for the same."""
        every = slice(None), slice(None)
        return {runs.variant: self._make_records(runs, every) for runs in self.variants}

    def _make_records(self, runs: Runs, at: Any) -> npt.NDArray[np.object_]:  # noqa: ANN401
        is_there = runs.index[at] != NO_ROW
        places, counts = runs.index[at][is_there], runs.counts[at][is_there]
        arrays = {name: array[places] for name, array in self.arrays.items()}
        known = {name: np.where(counts, arrays[name], np.nan) for name in _COMPUTED}
        lifts = {against: lift[at][is_there] for against, lift in runs.lifts.items()}
        before = np.broadcast_to(runs.beside["base"].index, runs.index.shape)[at][is_there]
        is_lifted = ~np.isnan(lifts["base"]) & (before != NO_ROW)
        from_worse = is_lifted & (self.arrays["against_chance"][before] < 0)
        columns: dict[str, Sequence[object]] = {
            **{n: arrays[n].tolist() for n in ("model", "task", "variant", "score", *STATED_TEXTS)},
            "counts": counts.tolist(),
            "rank": integers_or_none(runs.ranks[at][is_there]),
            **{f"lift_over_{against}": floats_or_none(lift) for against, lift in lifts.items()},
            "stderr": floats_or_none(known["stderr"]),
            "interval": pairs_or_none(known["low"], known["high"]),
            "n": integers_or_none(known["n"]),
            "n_range": pairs_or_none(known["n_least"], known["n_most"], number=int),
            "at_chance": _where(known["against_chance"], np.less_equal),
            "from_worse_than_chance": from_worse.tolist(),
            "tied_with_best": _where(runs.ties[at][is_there], np.greater),
            "row": integers_or_none(arrays["row"]),
            "stated_n": floats_or_none(arrays["n_examples"]),
            "stated_stderr": floats_or_none(arrays["stated_stderr"]),
        }
        records = np.full(is_there.shape, None)
        records[is_there] = make_records(Score, columns)
        return records


def collect_scores(tables: Tables, config: BoardConfig) -> Scores:
    """Place the results table into one long table and into arrays."""
    frame = _frame(tables, exclude_flagged=config.exclude_flagged)
    models, tasks, variants = (
        tuple(frame[name].cat.categories) for name in ("model", "task", "variant")
    )
    rows, columns = (frame[name].cat.codes.to_numpy() for name in ("model", "task"))
    index = {}
    for variant in variants:
        mine = np.flatnonzero(frame["variant"] == variant)
        index[variant] = np.full((len(models), len(tasks)), NO_ROW)
        index[variant][rows[mine], columns[mine]] = mine
    score, stderr = (frame[name].where(frame["counts"]) for name in ("score", "stderr"))
    values = {variant: _placed(score, place) for variant, place in index.items()}
    low, high = (tables.tasks[name].to_numpy(dtype=float) for name in ("score_min", "score_max"))
    flagged = frame[frame["flag"].notna()].rename(columns={"flag": "reason"})
    is_reference = tables.models["role"] == "reference"
    first = tables.models.drop_duplicates("of")
    first_entries = dict(zip(first["of"].tolist(), first["model"].tolist(), strict=True))
    categories, weights = (tables.tasks[name] for name in ("category", "weight"))
    codes, named = pd.factorize(tables.tasks["family"])
    grid: dict[str, Any] = {
        "models": models,
        "tasks": tasks,
        "direction": np.where(tables.tasks["higher_is_better"].to_numpy(dtype=bool), 1.0, -1.0),
        "low": np.where(np.isnan(low), -np.inf, low),
        "high": np.where(np.isnan(high), np.inf, high),
        "families": np.where(codes < 0, len(named) + np.arange(len(codes)), codes),
        "roles": assign_roles(values, models, config, first_entries),
        "flagged": tuple(records_of(FlaggedScore, flagged)),
        "weights": weights.fillna(1.0).to_numpy(dtype=float),
        "categories": tuple(categories.astype("object").where(categories.notna(), None)),
        "references": frozenset(tables.models.loc[is_reference, "model"]),
        "measures": tables.measures,
    }
    measured = {m.id: frame[MEASURED + m.id] for m in tables.measures}
    apart = {
        variant: Runs(
            **grid,
            variant=variant,
            index=place,
            values=values[variant],
            errors=_placed(stderr, place),
            measured={name: _placed(column, place) for name, column in measured.items()},
        )
        for variant, place in index.items()
    }
    arrays = {str(name): _as_array(frame[name]) for name in frame}
    return Scores(**grid, frame=frame, arrays=arrays, apart=apart, first_entries=first_entries)


def _measured(results: pd.DataFrame, measure: Measure) -> pd.Series:
    """Return the values of a measure in each row of the results; NaN where there is none."""
    values = results[measure.id].astype(float)
    return values.where(values != 0) if measure.zero_is_missing else values


def _placed(column: pd.Series, index: Places) -> Array:
    """Return the values of a column at some places; NaN where the place is -1."""
    return np.append(column.to_numpy(dtype=float), np.nan)[index]


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
            **{n: results[n].astype("category") for n in STATED_TEXTS},
            "row": np.where(rows > len(tables.loaded["results"].frame), np.nan, rows),
            "n_examples": results["n_examples"].to_numpy(dtype=float),
            "stated_stderr": results["stderr"].to_numpy(dtype=float),
            **{MEASURED + m.id: _measured(results, m) for m in tables.measures},
        }
    )


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
