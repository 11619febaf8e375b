"""Boards: the models of one variant ranked over a set of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from site_builder.compute.intervals import Bootstrap
from site_builder.compute.numbers import competition_ranks, mean_of, number, settled
from site_builder.compute.scores import Array, Scores
from site_builder.config import BoardConfig

RankBy = Literal["mean", "mean_win_rate"]
Unranked = Literal["", "no score", "coverage"]


@dataclass(frozen=True)
class Rules:
    """How a board ranks, and why.

    Attributes:
        rank_by: Mean score, or mean win rate.
        min_coverage: Share of the tasks that a model needs a score on to be ranked, 0..1.
        averaged: Whether averages of scores over these tasks mean anything.
        why: What led to `rank_by`.
    """

    rank_by: RankBy
    min_coverage: float
    averaged: bool
    why: Literal["configured", "comparable", "mixed units", "sparse"]


@dataclass(frozen=True)
class Standing:
    """One model on a board.

    Attributes:
        model: Its id.
        rank: From 1 on, equal values sharing the better rank; None where it is not ranked.
        unranked: Why it is not ranked.
        tied_with_best: Whether the tasks cannot tell it from the leader (docs/statistics.md#ties).
        average: Mean score over the tasks that it has; None where it has none or averages mean nothing.
        interval: 95 % interval of what ranks the board, over tasks; None below two tasks.
        scored: Tasks that it has a score on.
        win_rate: Mean share of rivals beaten, 0..1.
        wins: Tasks on which it stands at the top, ties included.
        lift_over_base: Mean lift over its own base scores.
        lift_over_baseline: Mean lift over the baseline, over common tasks.
        helped, unchanged, hurt: Tasks on which its tuned score is above, equal to, below its base score.
        beats, ties, loses: Tasks on which it is above, equal to, below the baseline.
    """

    model: str
    rank: int | None
    unranked: Unranked
    tied_with_best: bool
    average: float | None
    interval: tuple[float, float] | None
    scored: int
    win_rate: float | None
    wins: int
    lift_over_base: float | None
    lift_over_baseline: float | None
    helped: int
    unchanged: int
    hurt: int
    beats: int
    ties: int
    loses: int


@dataclass(frozen=True)
class Board:
    """The standings of one variant over a set of tasks: ranked first, in order; then the unranked."""

    variant: str
    tasks: tuple[str, ...]
    rules: Rules
    standings: tuple[Standing, ...]

    def standing(self, model: str) -> Standing:
        """The row of one model."""
        return next(s for s in self.standings if s.model == model)

    @property
    def ranked(self) -> tuple[Standing, ...]:
        """The standings that have a rank."""
        return tuple(s for s in self.standings if s.rank is not None)


def choose_rules(tasks: pd.DataFrame, scores: Scores, config: BoardConfig) -> Rules:
    """How a board over these tasks ranks: as `site.toml` says, else as the tasks allow.

    Mean score needs tasks that share one direction, and one pair of bounds or one metric. Full coverage is asked for
    where at least half of the runs (a model in a variant) have it; a sparser board ranks all by mean win rate.

    Args:
        tasks: Rows of the tasks table, in the order of `scores.tasks`.
        scores: The scores on these tasks.
        config: `[board]` of `site.toml`.
    """
    bounds = tasks[["score_min", "score_max"]].drop_duplicates()
    metrics = tasks["metric"].drop_duplicates()
    comparable = tasks["higher_is_better"].nunique() <= 1 and (len(bounds) <= 1 or (len(metrics) == 1 and metrics.notna().all()))
    scored = np.concatenate([(~np.isnan(values)).sum(axis=1) for values in scores.values.values()])
    runs = scored[scored > 0]
    dense = bool(runs.size) and bool((runs == len(scores.tasks)).mean() >= 0.5)
    sparse = config.min_coverage is None and not dense
    min_coverage = config.min_coverage if config.min_coverage is not None else 1.0 if dense else 0.0
    if config.rank_by is not None:
        return Rules(config.rank_by, min_coverage, comparable or config.rank_by == "mean", "configured")
    if not comparable:
        return Rules("mean_win_rate", min_coverage, averaged=False, why="mixed units")
    if sparse:
        return Rules("mean_win_rate", min_coverage, averaged=True, why="sparse")
    return Rules("mean", min_coverage, averaged=True, why="comparable")


def compute_win_rates(scores: Scores, variant: str) -> Array:
    """Share of rivals that each model beats on each task, ties counting one half.

    On a task with n scores, a model of average rank r from the worst (equal scores share their mean rank) beats
    (r - 1) / (n - 1) of its rivals. NaN for a model without a score, and where there is no rival.

    Shape: (models, tasks).
    Units: share in 0..1; each full column averages 0.5.
    Source: the mean win rate of HELM (Liang et al., 2022, arXiv:2211.09110), docs/statistics.md#win-rate.
    """
    signed = scores.values[variant] * scores.direction
    rivals = (~np.isnan(signed)).sum(axis=0) - 1
    ranks = np.asarray(rankdata(signed, axis=0, nan_policy="omit"), dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(rivals > 0, (ranks - 1) / rivals, np.nan)


def compute_wins(values: Array, direction: Array) -> Array:
    """Where a model's score is the task's best, all who tie counting. Shape: boolean (models, tasks)."""
    signed = values * direction
    best = np.fmax.reduce(signed, axis=0, initial=-np.inf)
    return np.asarray(signed == best)


def compute_board(scores: Scores, variant: str, rules: Rules, bootstrap: Bootstrap) -> Board:
    """The models of one variant, ranked over the tasks of `scores`.

    Rank by mean score: mean over the tasks that a model has, signed by direction. Rank by mean win rate: mean of
    `compute_win_rates`. A model below `rules.min_coverage` is listed without a rank.
    """
    values = scores.values[variant]
    rates = compute_win_rates(scores, variant)
    measure = rates if rules.rank_by == "mean_win_rate" else values * scores.direction
    scored = (~np.isnan(values)).sum(axis=1)
    eligible = (scored > 0) & (scored >= rules.min_coverage * len(scores.tasks) - 1e-9)
    merit = np.where(eligible, settled(mean_of(measure, axis=1)), np.nan)
    ranks = competition_ranks(merit)
    order = sorted(range(len(scores.models)), key=lambda i: (np.isnan(ranks[i]), ranks[i] if ranks[i] > 0 else 0, -scored[i], i))
    low, high = bootstrap.intervals(measure if rules.rank_by == "mean_win_rate" else values)
    tied = bootstrap.tied_with(measure, int(np.nanargmax(merit))) if eligible.any() else np.zeros(len(merit), dtype=bool)
    counts = _Counts.of(scores, variant)
    averages = mean_of(values, axis=1) if rules.averaged else np.full(len(scores.models), np.nan)
    win_rates = mean_of(rates, axis=1)
    standings = tuple(
        Standing(
            model=scores.models[i],
            rank=None if np.isnan(ranks[i]) else int(ranks[i]),
            unranked="" if eligible[i] else "coverage" if scored[i] else "no score",
            tied_with_best=bool(tied[i] and eligible[i]),
            average=number(averages[i]),
            interval=None if np.isnan(low[i]) else (float(low[i]), float(high[i])),
            scored=int(scored[i]),
            win_rate=number(win_rates[i]),
            **counts.record(i, averaged=rules.averaged),
        )
        for i in order
    )
    return Board(variant, scores.tasks, rules, standings)


@dataclass(frozen=True)
class _Counts:
    """Lifts of one variant, and how many tasks fall on each side of zero."""

    wins: Array
    over_base: Array
    over_baseline: Array

    @classmethod
    def of(cls, scores: Scores, variant: str) -> _Counts:
        wins = compute_wins(scores.values[variant], scores.direction)
        return cls(wins.sum(axis=1), scores.lift_over_base(variant), scores.lift_over_baseline(variant))

    def record(self, i: int, *, averaged: bool) -> dict[str, int | float | None]:
        base, baseline = self.over_base[i], self.over_baseline[i]
        mean_base, mean_baseline = (number(mean_of(lift, axis=0)[()]) if averaged else None for lift in (base, baseline))
        return {
            "wins": int(self.wins[i]),
            "lift_over_base": mean_base,
            "lift_over_baseline": mean_baseline,
            "helped": int((base > 0).sum()), "unchanged": int((base == 0).sum()), "hurt": int((base < 0).sum()),
            "beats": int((baseline > 0).sum()), "ties": int((baseline == 0).sum()), "loses": int((baseline < 0).sum()),
        }  # fmt: skip
