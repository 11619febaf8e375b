"""Rank the models of a variant over a set of tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import starmap
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from site_builder.compute.intervals import Bootstrap
from site_builder.compute.numbers import (
    Array,
    competition_ranks,
    floats_or_none,
    mean_of,
    pairs_or_none,
)
from site_builder.compute.ranks import (
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
from site_builder.processes import spread_ahead
from site_builder.records import Record, replace


def compute_common_boards(
    scores: Scores, boards: Mapping[str, Board]
) -> dict[str, dict[str, Board]]:
    """For each variant whose ranked models lack scores, the boards over their common tasks.

    Common are the tasks on which every ranked model of the variant has a score. Where scores have
    a mean these boards rank by it: over the same tasks means can be compared. A model that lacks a
    common task has no rank there. A variant is absent where no ranked model lacks a score, or no
    task is common to all.

    Args:
        scores: The scores.
        boards: Boards over all tasks, by variant.

    Returns:
        By such a variant, the boards of all variants over its common tasks.

    Source: docs/statistics.md#missing-scores.
    """
    found = {variant: _common_tasks(scores, board) for variant, board in boards.items()}
    return {
        variant: _common_task_boards(scores, boards, tasks)
        for variant, tasks in found.items()
        if 0 < len(tasks) < len(scores.tasks)
    }


def _common_tasks(scores: Scores, board: Board) -> list[str]:
    ranked = [scores.rows[s.model] for s in board.ranked]
    lacking = np.isnan(scores.values[board.variant][ranked]).sum(axis=0)
    return [task for task, n in zip(scores.tasks, lacking, strict=True) if n == 0]


def _common_task_boards(
    scores: Scores, boards: Mapping[str, Board], tasks: list[str]
) -> dict[str, Board]:
    part, bootstrap = scores.only(tasks), Bootstrap.over(len(tasks))
    rules = next(iter(boards.values())).rules
    by_mean = replace(rules, min_coverage=1.0, rank_by="mean" if rules.averaged else rules.rank_by)
    return {variant: compute_board(part, variant, by_mean, bootstrap) for variant in boards}


RankBy = Literal["mean", "mean_win_rate"]
UnrankedReason = Literal["", "no score", "flagged", "coverage", "no rival"]


class RankingRules(Record):
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


class Standing(NamedTuple):
    """One model on a board.

    Attributes:
        model: Its id.
        rank: From 1 on, equal values sharing the better rank; None where it is not ranked.
        unranked: Why it is not ranked.
        rank_interval: Best and worst rank that the choice of tasks allows; None without a rank
            (docs/statistics.md#rank-interval).
        possible_ranks: Best and worst rank that missing scores allow, its own and those of others;
            None where none is missing, and without a score (docs/statistics.md#missing-scores).
        tied_with_best: Whether it leads, or the tasks cannot tell it from the leader
            (docs/statistics.md#ties).
        average: Mean score over the tasks that it has; None where it has none, or averages mean
            nothing.
        interval: 95 % interval of what ranks the board, over tasks; None below two tasks.
        scored: Tasks that it has a score on.
        win_rate: Mean share of rivals beaten, 0..1.
        wins: Tasks on which it stands at the top, ties included.
        lift_over_base: Mean lift over its own base scores.
        lift_over_baseline: Mean lift over the baseline, over common tasks.
        helped, unchanged, hurt: Tasks on which its tuned score is better than, equal to, worse than
            its base score.
        beats, ties, loses: Tasks on which it is better than, equal to, worse than the baseline.
    """

    model: str
    rank: int | None
    unranked: UnrankedReason
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
        """The row of one model."""
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
        """By ranked model, its place in that order, from 0 on."""
        return {s.model: place for place, s in enumerate(self.ranked)}


def choose_rules(tasks: pd.DataFrame, scores: Scores, config: BoardConfig) -> RankingRules:
    """How a board over these tasks ranks: as `site.toml` says, else as the tasks allow.

    Mean score needs tasks that share one direction, and one pair of bounds or one metric. Full
    coverage is asked for where at least half of the runs (a model in a variant) have it; a sparser
    board ranks all by mean win rate.

    Args:
        tasks: Rows of the tasks table, in the order of `scores.tasks`.
        scores: The scores on these tasks.
        config: `[board]` of `site.toml`.

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
    """The models of one variant, ranked over the tasks of `scores`.

    Rank by mean score: mean over the tasks that a model has, turned so that greater is better. Rank
    by mean win rate: mean of `compute_win_rates`. A model below `rules.min_coverage` is listed
    without a rank. Equal ranks, and models without one, stand by coverage, then as in `scores`.

    Source: docs/statistics.md#average, docs/statistics.md#ranks.
    """
    rates = compute_win_rates(scores, variant)
    by_rate = rules.rank_by == "mean_win_rate"
    measure = rates if by_rate else scores.signed[variant]
    scored = (~np.isnan(scores.values[variant])).sum(axis=1)
    covered = (scored > 0) & (scored >= rules.min_coverage * len(scores.tasks) - 1e-9)
    # One model alone leads, though it has no rival to beat.
    merit = mean_of(measure, axis=1) if covered.sum() > 1 else np.zeros(len(scored))
    ranks = competition_ranks(np.where(covered, merit, np.nan))
    order = np.lexsort((-scored, ranks))
    # A win rate has no error of its own: it depends on those of all rivals.
    errors = None if by_rate else scores.errors[variant]
    ranked = ~np.isnan(ranks)
    tied = ranked & ((ranks == 1) | bootstrap.tied_with(measure, order[0], errors))
    columns = _Columns(
        models=scores.models,
        ranks=ranks,
        covered=covered,
        tied=tied,
        rank_intervals=np.stack(rank_intervals(ranks, significantly_ahead(measure, errors), tied)),
        possible_ranks=np.stack(_possible_ranks(scores, variant, rules)),
        averages=mean_of(scores.values[variant], axis=1),
        intervals=np.stack(
            bootstrap.intervals(rates if by_rate else scores.values[variant], errors)
        ),
        scored=scored,
        flagged=scores.left_out(variant),
        win_rates=mean_of(rates, axis=1),
        wins=compute_wins(scores.signed[variant]).sum(axis=1),
        base=_Sides.of(scores.lift_over_base(variant)),
        baseline=_Sides.of(scores.lift_over_baseline(variant)),
    )
    standings = tuple(columns.standings(averaged=rules.averaged))
    return Board(variant, scores.tasks, rules, tuple(standings[i] for i in order))


def _possible_ranks(scores: Scores, variant: str, rules: RankingRules) -> tuple[Array, Array]:
    """Ranks that missing scores allow; NaN for a model without a score, and where none lacks."""
    signed = scores.signed[variant]
    some = np.asarray(~np.isnan(signed).all(axis=1))
    if not np.isnan(signed[some]).any():
        return np.full(len(some), np.nan), np.full(len(some), np.nan)
    if rules.rank_by == "mean_win_rate":
        return possible_ranks(*possible_rates(signed))
    return possible_ranks(*possible_means(signed, *scores.signed_bounds))


class _Sides(Record):
    """Lifts of each model: their mean, and how many tasks lie on each side of zero."""

    mean: Array
    above: Array
    equal: Array
    below: Array

    @classmethod
    def of(cls, lifts: Array) -> _Sides:
        above, equal, below = (side.sum(axis=1) for side in (lifts > 0, lifts == 0, lifts < 0))
        return cls(mean_of(lifts, axis=1), above, equal, below)


class _Columns(Record):
    """The columns of a board as arrays over the models."""

    models: tuple[str, ...]
    ranks: Array
    covered: Array
    tied: Array
    rank_intervals: Array
    possible_ranks: Array
    averages: Array
    intervals: Array
    scored: Array
    flagged: frozenset[str]
    win_rates: Array
    wins: Array
    base: _Sides
    baseline: _Sides

    def standings(self, *, averaged: bool) -> Iterator[Standing]:
        """Each model's, in the order of the scores."""
        nowhere = [None] * len(self.models)
        columns = zip(
            self.models,
            _whole(self.ranks),
            self._unranked(),
            _whole_pairs(self.rank_intervals),
            _whole_pairs(self.possible_ranks),
            self.tied.astype(bool).tolist(),
            floats_or_none(self.averages) if averaged else nowhere,
            pairs_or_none(*self.intervals),
            self.scored.tolist(),
            floats_or_none(self.win_rates),
            self.wins.tolist(),
            floats_or_none(self.base.mean) if averaged else nowhere,
            floats_or_none(self.baseline.mean) if averaged else nowhere,
            *(sides.tolist() for sides in (self.base.above, self.base.equal, self.base.below)),
            *(s.tolist() for s in (self.baseline.above, self.baseline.equal, self.baseline.below)),
            strict=True,
        )
        return starmap(Standing, columns)

    def _unranked(self) -> Iterator[UnrankedReason]:
        rows = zip(self.models, np.isnan(self.ranks), self.scored, self.covered, strict=True)
        for model, has_none, scored, covered in rows:
            if not has_none:
                yield ""
            elif not scored:
                yield "flagged" if model in self.flagged else "no score"
            else:
                yield "no rival" if covered else "coverage"


def _whole(values: Array) -> list[int | None]:
    return [None if value is None else int(value) for value in floats_or_none(values)]


def _whole_pairs(ends: Array) -> list[tuple[int, int] | None]:
    return [None if p is None else (int(p[0]), int(p[1])) for p in pairs_or_none(*ends)]


class Boards(NamedTuple):
    """Every board of a site.

    Attributes:
        whole: Over all tasks, by variant.
        by_category: Over the tasks of a category, by its name and by variant; in the order in which
            the tasks table has the categories.
    """

    whole: Mapping[str, Board]
    by_category: Mapping[str, Mapping[str, Board]]


@contextmanager
def boards_ahead(
    scores: Scores,
    tasks: pd.DataFrame,
    config: BoardConfig,
    rules: RankingRules,
    bootstrap: Bootstrap,
    processes: int = 1,
) -> Iterator[Callable[[], Boards]]:
    """Rank the models of every variant over all tasks, and over those of each category.

    What is given waits for the boards, which other processes compute while the block runs.

    Args:
        scores: The scores.
        tasks: The tasks table, in the order of `scores.tasks`.
        config: `[board]` of `site.toml`.
        rules: How the board over all tasks ranks.
        bootstrap: Samples of all tasks.
        processes: How many processes work at once; one computes them when they are asked for.
    """
    categories = tasks["category"].dropna().drop_duplicates().tolist()

    def make(category: str | None) -> dict[str, Board]:
        if category is None:
            return _boards_over(scores, rules, bootstrap)
        mine = tasks[tasks["category"] == category]
        part = scores.only(tuple(mine["task"]))
        return _boards_over(part, choose_rules(mine, part, config), Bootstrap.over(len(mine)))

    def made(all_boards: list[dict[str, Board]]) -> Boards:
        whole, *others = all_boards
        return Boards(whole, dict(zip(categories, others, strict=True)))

    with spread_ahead(make, [None, *categories], processes, least=1) as wait:
        yield lambda: made(wait())


def _boards_over(scores: Scores, rules: RankingRules, bootstrap: Bootstrap) -> dict[str, Board]:
    return {v: compute_board(scores, v, rules, bootstrap) for v in scores.roles.variants}
