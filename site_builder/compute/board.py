"""Rank the models of a variant over a set of tasks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.intervals import Bootstrap
from site_builder.compute.numbers import (
    Array,
    competition_ranks,
    floats_or_none,
    integers_or_none,
    mean_of,
    pairs_or_none,
)
from site_builder.compute.ranks import (
    Flags,
    compute_win_rates,
    compute_wins,
    possible_means,
    possible_ranks,
    possible_rates,
    rank_intervals,
    significantly_ahead,
)
from site_builder.compute.scores import Scores
from site_builder.config import BoardConfig
from site_builder.records import Record, make_records, replace

_RankBy = Literal["mean", "mean_win_rate"]
_UnrankedReason = Literal["", "no score", "flagged", "coverage", "no rival"]


class RankingRules(Record):
    """How a board ranks, and why.

    Attributes:
        min_coverage: Share of the tasks that a model needs a score on to be ranked, 0..1.
        averaged: Whether scores on these tasks can be averaged.
        why: What decided `rank_by`.
    """

    rank_by: _RankBy
    min_coverage: float
    averaged: bool
    why: Literal["configured", "comparable", "mixed units", "sparse"]


class Standing(Record):
    """One model on a board.

    Attributes:
        rank: From 1; equal values share the better rank. None where it is not ranked.
        unranked: Why it is not ranked; empty where it is.
        rank_interval: Best and worst rank that the choice of tasks allows; None without a rank
            (docs/statistics.md#rank-interval).
        possible_ranks: Best and worst rank that missing scores of any model allow; None where none
            is missing, and without a score (docs/statistics.md#missing-scores).
        tied_with_best: Whether it leads or is not distinguishable from the leader
            (docs/statistics.md#ties).
        average: Mean score over its tasks; None without one, or where scores cannot be averaged.
        interval: 95 % interval, over tasks, of what ranks the board; None below two tasks.
        scored: Number of tasks with a score.
        win_rate: Mean share of rivals beaten, 0..1.
        wins: Number of tasks on which it has the best score, ties included.
        lift_over_base: Mean lift over its base scores.
        lift_over_baseline: Mean lift over the baseline, over common tasks.
        helped, unchanged, hurt: Number of tasks on which its tuned score is better than, equal to,
            worse than its base score.
        beats, ties, loses: Number of tasks on which it is better than, equal to, worse than the
            baseline.
    """

    model: str
    rank: int | None
    unranked: _UnrankedReason
    rank_interval: tuple[int, int] | None
    possible_ranks: tuple[int, int] | None
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


class Board(Record):
    """The standings of one variant over a set of tasks: ranked first, in order; then the others."""

    variant: str
    tasks: tuple[str, ...]
    rules: RankingRules
    standings: tuple[Standing, ...]

    def standing(self, model: str) -> Standing:
        """Return the standing of one model."""
        return self._by_model[model]

    @cached_property
    def _by_model(self) -> dict[str, Standing]:
        return {s.model: s for s in self.standings}

    @cached_property
    def ranked(self) -> tuple[Standing, ...]:
        """The standings that have a rank."""
        return tuple(s for s in self.standings if s.rank is not None)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By ranked model, its position in this order, from 0."""
        return {s.model: place for place, s in enumerate(self.ranked)}


class Boards(Record):
    """Every board of a site.

    Attributes:
        whole: Over all tasks, by variant.
        by_category: Over the tasks of a category, by its name and by variant; in the order in which
            the tasks table has the categories.
    """

    whole: Mapping[str, Board]
    by_category: Mapping[str, Mapping[str, Board]]


def compute_boards(
    scores: Scores, tasks: pd.DataFrame, config: BoardConfig, rules: RankingRules
) -> Boards:
    """Rank the models of every variant over all tasks, by `rules`, and over each category."""
    categories = tasks["category"].dropna().drop_duplicates().tolist()

    def of_category(category: str) -> dict[str, Board]:
        mine = tasks[tasks["category"] == category]
        part = scores.only(tuple(mine["task"]))
        return _boards_over(part, choose_rules(mine, part, config))

    # Most of the time goes to numpy, which lets other threads run meanwhile.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        whole = pool.submit(_boards_over, scores, rules)
        by_category = {name: pool.submit(of_category, name) for name in categories}
    return Boards(whole.result(), {name: found.result() for name, found in by_category.items()})


def _boards_over(scores: Scores, rules: RankingRules) -> dict[str, Board]:
    bootstrap = Bootstrap.over(len(scores.tasks))
    return {v: compute_board(scores, v, rules, bootstrap) for v in scores.roles.variants}


def compute_common_boards(
    scores: Scores, boards: Mapping[str, Board]
) -> dict[str, dict[str, Board]]:
    """Rank by the tasks that all ranked models have, for each variant with missing scores.

    Where scores have a mean these boards rank by it: over the same tasks means are comparable. A
    model without a score on a common task has no rank there. A variant is absent where no ranked
    model lacks a score, or no task is common to all.

    Returns:
        By such a variant, the boards of all variants over its common tasks.

    Source: docs/statistics.md#missing-scores.
    """
    found = {variant: _common_tasks(scores, board) for variant, board in boards.items()}
    return {
        variant: _common_task_boards(scores, board.rules, found[variant])
        for variant, board in boards.items()
        if 0 < len(found[variant]) < len(scores.tasks)
    }


def _common_tasks(scores: Scores, board: Board) -> list[str]:
    ranked = [scores.rows[s.model] for s in board.ranked]
    lacking = np.isnan(scores.values[board.variant][ranked]).any(axis=0)
    return [scores.tasks[column] for column in np.flatnonzero(~lacking)]


def _common_task_boards(scores: Scores, rules: RankingRules, tasks: list[str]) -> dict[str, Board]:
    rank_by = "mean" if rules.averaged else rules.rank_by
    return _boards_over(scores.only(tasks), replace(rules, min_coverage=1.0, rank_by=rank_by))


def choose_rules(tasks: pd.DataFrame, scores: Scores, config: BoardConfig) -> RankingRules:
    """Choose how a board over these tasks ranks: as in `site.toml`, else as the tasks allow.

    Mean score needs tasks that share one direction, and one pair of bounds or one metric. Full
    coverage is required where at least half of the runs (a model in a variant) have it; a sparser
    board ranks all by mean win rate. The rows of `tasks` are in the order of `scores.tasks`.

    Source: docs/statistics.md#rules.
    """
    comparable, dense = _are_comparable(tasks), _are_dense(scores)
    asked = config.min_coverage
    min_coverage = asked if asked is not None else 1.0 if dense else 0.0
    if config.rank_by is not None:
        averaged = comparable or config.rank_by == "mean"
        return RankingRules(config.rank_by, min_coverage, averaged, why="configured")
    if not comparable:
        return RankingRules("mean_win_rate", min_coverage, averaged=False, why="mixed units")
    if asked is None and not dense:
        return RankingRules("mean_win_rate", min_coverage, averaged=True, why="sparse")
    return RankingRules("mean", min_coverage, averaged=True, why="comparable")


def _are_comparable(tasks: pd.DataFrame) -> bool:
    bounds = tasks[["score_min", "score_max"]].drop_duplicates()
    metrics = tasks["metric"].drop_duplicates()
    one_metric = len(metrics) == 1 and bool(metrics.notna().all())
    directions = tasks["higher_is_better"].drop_duplicates()
    return len(directions) <= 1 and (len(bounds) <= 1 or one_metric)


def _are_dense(scores: Scores) -> bool:
    counts = [(~np.isnan(scores.values[v])).sum(axis=1) for v in scores.roles.variants]
    scored = np.concatenate(counts)
    runs = scored[scored > 0]
    return 2 * int((runs == len(scores.tasks)).sum()) >= max(len(runs), 1)


def compute_board(scores: Scores, variant: str, rules: RankingRules, bootstrap: Bootstrap) -> Board:
    """Rank the models of one variant over the tasks of `scores`.

    Rank by mean score: mean over the tasks that a model has, signed so that greater is better. Rank
    by mean win rate: mean of `compute_win_rates`. A model below `rules.min_coverage` has no rank.
    Models with equal ranks, and those without, are ordered by coverage, then as in `scores`.

    Source: docs/statistics.md#average, docs/statistics.md#ranks.
    """
    rates = compute_win_rates(scores, variant)
    by_rate = rules.rank_by == "mean_win_rate"
    values = scores.values[variant]
    measure = rates if by_rate else scores.signed[variant]
    scored = (~np.isnan(values)).sum(axis=1)
    covered = (scored > 0) & (scored >= rules.min_coverage * len(scores.tasks) - 1e-9)
    # One model alone leads, though it has no rival to beat.
    merit = mean_of(measure, axis=1) if covered.sum() > 1 else np.zeros(len(scored))
    ranks = competition_ranks(np.where(covered, merit, np.nan))
    order = np.lexsort((-scored, ranks))
    # A win rate has no error of its own: it depends on those of all rivals.
    errors = None if by_rate else scores.errors[variant]
    is_ranked = ~np.isnan(ranks)
    tied = is_ranked & ((ranks == 1) | bootstrap.tied_with(measure, order[0], errors))
    unranked = _unranked_reasons(scores, variant, is_ranked, covered)
    over_base, over_baseline = scores.lift_over_base(variant), scores.lift_over_baseline(variant)
    nothing = [None] * len(scores.models)
    columns = {
        "model": scores.models,
        "rank": integers_or_none(ranks),
        "unranked": unranked.tolist(),
        "rank_interval": _integer_pairs(
            *rank_intervals(ranks, significantly_ahead(measure, errors), tied)
        ),
        "possible_ranks": _integer_pairs(*_possible_ranks(scores, variant, rules)),
        "tied_with_best": tied.tolist(),
        "average": floats_or_none(mean_of(values, axis=1)) if rules.averaged else nothing,
        "interval": pairs_or_none(*bootstrap.intervals(rates if by_rate else values, errors)),
        "scored": scored.tolist(),
        "win_rate": floats_or_none(mean_of(rates, axis=1)),
        "wins": compute_wins(scores.signed[variant]).sum(axis=1).tolist(),
        "lift_over_base": _means(over_base) if rules.averaged else nothing,
        "lift_over_baseline": _means(over_baseline) if rules.averaged else nothing,
        "helped": _count(over_base > 0),
        "unchanged": _count(over_base == 0),
        "hurt": _count(over_base < 0),
        "beats": _count(over_baseline > 0),
        "ties": _count(over_baseline == 0),
        "loses": _count(over_baseline < 0),
    }
    standings = make_records(Standing, columns)
    return Board(variant, scores.tasks, rules, tuple(standings[i] for i in order))


def _unranked_reasons(
    scores: Scores, variant: str, ranked: Flags, covered: Flags
) -> npt.NDArray[np.str_]:
    scored = ~np.isnan(scores.values[variant]).all(axis=1)
    flagged = np.isin(scores.models, [*scores.left_out(variant)])
    no_score = np.where(flagged, "flagged", "no score")
    no_rank = np.where(covered, "no rival", "coverage")
    return np.where(ranked, "", np.where(scored, no_rank, no_score))


def _possible_ranks(scores: Scores, variant: str, rules: RankingRules) -> tuple[Array, Array]:
    """Ranks that missing scores allow; NaN without a score, and where none is missing."""
    signed = scores.signed[variant]
    some = np.asarray(~np.isnan(signed).all(axis=1))
    if not np.isnan(signed[some]).any():
        return np.full(len(some), np.nan), np.full(len(some), np.nan)
    if rules.rank_by == "mean_win_rate":
        return possible_ranks(*possible_rates(signed))
    return possible_ranks(*possible_means(signed, *scores.signed_bounds))


def _means(lifts: Array) -> list[float | None]:
    return floats_or_none(mean_of(lifts, axis=1))


def _count(where: Flags) -> list[int]:
    return list(where.sum(axis=1).tolist())


def _integer_pairs(low: Array, high: Array) -> list[tuple[int, int] | None]:
    return [None if p is None else (int(p[0]), int(p[1])) for p in pairs_or_none(low, high)]
