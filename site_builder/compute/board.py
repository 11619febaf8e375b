"""Rank the models of a variant over a set of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.additive import Places, adjusted_intervals, compare_adjusted, fit_additive
from site_builder.compute.intervals import (
    LEAST_TASKS,
    known_errors,
    mean_intervals,
)
from site_builder.compute.numbers import (
    Array,
    competition_ranks,
    floats_or_none,
    integers_or_none,
    mean_of,
    mean_over,
    pairs_or_none,
    round_float,
)
from site_builder.compute.ranks import (
    Flags,
    Leads,
    compare_pairs,
    compute_win_rates,
    compute_wins,
    inseparable_groups,
    possible_means,
    possible_ranks,
    possible_rates,
    rank_intervals,
)
from site_builder.compute.score_error import count_judged_wins
from site_builder.compute.scores import Roles, Scores
from site_builder.compute.significance import Against, LiftTest, compute_lift_tests
from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record, make_records, replace

# Share of the scores of a complete board below which means say more about tasks than about models.
_SPARSE = 0.6


class RankingRules(Record):
    """How a board ranks, and why.

    Attributes:
        min_coverage: Share of the tasks that a model needs a score on to be ranked, 0..1.
        averaged: Whether scores on these tasks can be averaged.
        why: What decided `rank_by`; it is `configured` only where the data would decide otherwise.
    """

    rank_by: Literal["mean", "mean_win_rate", "additive"]
    min_coverage: float
    averaged: bool
    why: Literal["configured", "comparable", "mixed units", "sparse"]


class Standing(Record):
    """One model on a board.

    Attributes:
        rank: From 1; equal values share the better rank. None where it is not ranked.
        unranked: Why it is not ranked; empty where it is.
        rank_interval: Best and worst rank that the choice of tasks allows, of all models at once;
            None where the board is not tested (docs/statistics.md#rank-interval).
        possible_ranks: Best and worst rank that missing scores of any model allow; None where none
            is missing, and without a score (docs/statistics.md#missing-scores).
        tied_with_best: Whether it may be first: it is, or rank 1 is in its rank interval.
        behind, behind_interval: Mean difference from the leader over common tasks, with its
            simultaneous 95 % interval; None without enough common tasks, and where several lead.
        average: Mean score over its tasks; None where scores cannot be averaged.
        base_average, baseline_average: Mean of its base scores, and of the baseline's scores, over
            the tasks of `average`; None where one of them is missing. Adjusted averages where these
            rank the board.
        adjusted: Estimate of the mean score over all tasks; None unless it ranks the board
            (docs/statistics.md#additive-model).
        interval: 95 % interval, over tasks, of what ranks the board; None below six tasks.
        scored: Number of tasks with a score.
        win_rate: Mean share of rivals beaten, 0..1.
        wins: Number of tasks on which it has the best score, ties included.
        clear_wins, unclear_wins: Number of these that the errors of scores make clear, and not
            clear; None where this is known of none (docs/statistics.md#wins).
        lift_over_base, lift_over_baseline: Mean lift over common tasks, positive is better; None
            without any, and where scores cannot be averaged.
        helped, unchanged, hurt: Number of tasks with a lift over base above, equal to, below 0.
        beats, ties, loses: Number of tasks with such a lift over the baseline.
    """

    model: str
    rank: int | None
    unranked: Literal["", "no score", "flagged", "coverage", "no rival", "no common tasks"]
    rank_interval: tuple[int, int] | None
    possible_ranks: tuple[int, int] | None
    tied_with_best: bool
    behind: float | None
    behind_interval: tuple[float, float] | None
    average: float | None
    base_average: float | None
    baseline_average: float | None
    adjusted: float | None
    interval: tuple[float, float] | None
    scored: int
    win_rate: float | None
    wins: int
    clear_wins: int | None
    unclear_wins: int | None
    lift_over_base: float | None
    lift_over_baseline: float | None
    helped: int
    unchanged: int
    hurt: int
    beats: int
    ties: int
    loses: int


class Board(CachingRecord):
    """The standings of one variant over a set of tasks: ranked first, in order; then the others.

    Attributes:
        tasks: Those on which any model has a score in this variant.
        tested: Whether pairs of models are compared: two are ranked, and there are enough tasks.
        inseparable: The longest runs of neighbours in rank of which none is ahead of another by
            more than chance explains, each by its first and last position.
        tests: Of the lifts over base and over the baseline, by model with such a lift.
        ahead: By place, the places of the models that a model is ahead of, as bits of a number.
        tail: The probability beyond each end of an interval that decides between two models.
    """

    variant: str
    tasks: tuple[str, ...]
    rules: RankingRules
    tested: bool
    inseparable: tuple[tuple[int, int], ...]
    standings: tuple[Standing, ...]
    tests: Mapping[Against, Mapping[str, LiftTest]]
    ahead: tuple[int, ...]
    tail: float

    def standing(self, model: str) -> Standing:
        """Return the standing of one model."""
        return self._by_model[model]

    def average(self, standing: Standing) -> float | None:
        """Return the adjusted average where it ranks the board, else the average."""
        return standing.adjusted if self.rules.rank_by == "additive" else standing.average

    def merit(self, standing: Standing) -> float | None:
        """Return what ranks the board: the win rate, or the average."""
        by_rate = self.rules.rank_by == "mean_win_rate"
        return standing.win_rate if by_rate else self.average(standing)

    def is_complete(self, standing: Standing) -> bool:
        """Return whether a model has a score on every task."""
        return standing.scored == len(self.tasks)

    def is_comparable(self, standing: Standing) -> bool:
        """Return whether an average compares with those of models that have every task."""
        return self.rules.rank_by == "additive" or self.is_complete(standing)

    @cached_property
    def _by_model(self) -> dict[str, Standing]:
        return {s.model: s for s in self.standings}

    @cached_property
    def ranked(self) -> tuple[Standing, ...]:
        """The standings that have a rank."""
        return tuple(s for s in self.standings if s.rank is not None)

    @cached_property
    def leaders(self) -> tuple[Standing, ...]:
        """The models that share the first rank."""
        return tuple(s for s in self.ranked if s.rank == 1)

    @cached_property
    def rivals(self) -> tuple[Standing, ...]:
        """The other models that may be first with another choice of tasks."""
        return tuple(s for s in self.ranked if s.tied_with_best and s.rank != 1)

    @property
    def most_may_be_first(self) -> bool:
        """Whether most of the ranked models may be first."""
        return self.tested and 2 * (len(self.leaders) + len(self.rivals)) > len(self.ranked)

    def is_ahead(self, model: str, other: str) -> bool:
        """Return whether one ranked model is ahead of another by more than chance explains."""
        return bool(self.ahead[self.places[model]] >> self.places[other] & 1)

    @property
    def has_clear_leader(self) -> bool:
        """Whether one model leads, and no other may be first."""
        return self.tested and len(self.leaders) == 1 and not self.rivals

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By ranked model, its position in this order, from 0."""
        return {s.model: place for place, s in enumerate(self.ranked)}


def compute_boards(
    scores: Scores, tasks: pd.DataFrame, config: BoardConfig, rules: RankingRules
) -> tuple[dict[str, Board], dict[str, dict[str, Board]]]:
    """Rank the models of every variant over all tasks, by `rules`, and over each category."""

    def over(mine: pd.DataFrame) -> dict[str, Board]:
        part = scores.only(mine["task"].tolist())
        return _boards_over(part, choose_rules(mine, part, config))

    categories = tasks.groupby("category", sort=False)
    return _boards_over(scores, rules), {str(name): over(mine) for name, mine in categories}


def _boards_over(scores: Scores, rules: RankingRules) -> dict[str, Board]:
    boards = {v: compute_board(scores.of_variant(v), v, rules) for v in scores.roles.variants}
    if rules.rank_by != "additive":
        return boards
    return {v: _beside_adjusted(board, boards, scores.roles) for v, board in boards.items()}


def _beside_adjusted(board: Board, boards: Mapping[str, Board], roles: Roles) -> Board:
    """Put the adjusted averages of base and baseline beside those of a board."""
    base = boards[roles.base] if roles.base not in (None, board.variant) else None
    other, baseline = roles.baseline_variants.get(board.variant), None
    if roles.baseline is not None and other is not None:
        baseline = boards[other].standing(roles.baseline).adjusted
    standings = tuple(
        replace(
            s,
            base_average=base.standing(s.model).adjusted if base else None,
            baseline_average=baseline,
        )
        for s in board.standings
    )
    return replace(board, standings=standings)


def compute_common_boards(
    scores: Scores, boards: Mapping[str, Board]
) -> dict[str, dict[str, Board]]:
    """Rank by the tasks that all ranked models have, for each variant with missing scores.

    Where scores have a mean these boards rank by it: over the same tasks means are comparable. A
    model without a score on a common task has no rank there. A variant is absent where no ranked
    model lacks a score, or no task is common to all (docs/statistics.md#missing-scores).
    """
    found = {}
    for variant, board in boards.items():
        ranked = [scores.rows[s.model] for s in board.ranked]
        is_common = ~np.isnan(scores.values[variant][ranked]).any(axis=0)
        tasks = [scores.tasks[column] for column in np.flatnonzero(is_common)]
        if 0 < len(tasks) < len(board.tasks):
            rank_by = "mean" if board.rules.averaged else board.rules.rank_by
            rules = replace(board.rules, min_coverage=1.0, rank_by=rank_by)
            found[variant] = _boards_over(scores.only(tasks), rules)
    return found


def choose_rules(tasks: pd.DataFrame, scores: Scores, config: BoardConfig) -> RankingRules:
    """Choose how a board over these tasks ranks (docs/statistics.md#rules)."""
    comparable, coverage = _are_comparable(tasks), _coverage(scores)
    # At least half of the runs, each a model in a variant, have a score on every task.
    dense = 2 * int((coverage == 1).sum()) >= max(len(coverage), 1)
    asked = config.min_coverage
    floor = 1.0 if dense else round_float(coverage.max(initial=0.0) / 2)
    min_coverage = floor if asked is None else asked
    # Means over different tasks compare the tasks too.
    few_scores = bool(coverage.sum() < _SPARSE * len(coverage))
    found = RankingRules("mean", min_coverage, averaged=True, why="comparable")
    if not comparable:
        found = RankingRules("mean_win_rate", min_coverage, averaged=False, why="mixed units")
    elif min_coverage < 1 and (asked is None or few_scores):
        found = RankingRules("additive", min_coverage, averaged=True, why="sparse")
    wanted = config.rank_by
    if wanted in (None, found.rank_by) or (wanted == "additive" and not comparable):
        return found
    averaged = comparable or wanted == "mean"
    return RankingRules(wanted, min_coverage, averaged, why="configured")


def _are_comparable(tasks: pd.DataFrame) -> bool:
    """Whether all have one direction and unit, and one metric or one pair of stated bounds."""
    bounds, metrics = tasks[["score_min", "score_max"]], tasks["metric"]
    one_metric = metrics.notna().all() and len(metrics.unique()) == 1
    one_pair = all(len(bounds[name].dropna().unique()) <= 1 for name in bounds)
    one_unit = len(tasks["unit"].dropna().unique()) <= 1
    one_scale = one_pair and one_unit and (one_metric or bool(bounds.notna().all(axis=None)))
    one_direction = len(tasks["higher_is_better"].unique()) == 1
    return len(tasks) <= 1 or bool(one_direction and one_scale)


def _coverage(scores: Scores) -> Array:
    """Return the share of its variant's tasks that each run, a model in one, has; above 0."""
    parts = [scores.of_variant(v).values[v] for v in scores.roles.variants]
    shares = np.concatenate([(~np.isnan(values)).mean(axis=1) for values in parts])
    return shares[shares > 0]


def compute_board(scores: Scores, variant: str, rules: RankingRules) -> Board:
    """Rank the models of one variant over the tasks of `scores`.

    By the mean over the tasks that a model has: of the scores, signed so that greater is better, or
    of `compute_win_rates`; or by the estimate of `fit_additive`. A model below `rules.min_coverage`
    has no rank and no part in that estimate. Models with equal ranks, and those without, are
    ordered by coverage, then as in `scores`.

    Source: docs/statistics.md#average, docs/statistics.md#ranks.
    """
    values, signed = scores.values[variant], scores.signed[variant]
    scored = (~np.isnan(values)).sum(axis=1)
    covered = (scored > 0) & (scored >= rules.min_coverage * len(scores.tasks) - 1e-9)
    rates = compute_win_rates(signed)
    merits = _find_merits(scores, variant, rules, covered, rates)
    ranks = competition_ranks(np.where(covered, merits.values, np.nan))
    order = np.lexsort((-scored, ranks))
    is_ranked = ~np.isnan(ranks)
    ranked = order[: is_ranked.sum()]
    tested = len(ranked) > 1 and len(np.unique(scores.families)) >= LEAST_TASKS
    test = partial(compute_lift_tests, scores, variant, averaged=rules.averaged)
    tests: dict[Against, dict[str, LiftTest]] = {a: test(a) for a in ("base", "baseline")}
    names = [scores.models[row] for row in ranked]
    leads = _beside_baseline(merits.compare(ranked), names, scores.roles.baseline, rules, tests)
    plausible, first, behind = _place(ranks, ranked, leads, tested=tested)
    possible = _possible_ranks(scores, variant, rules)
    is_flagged = np.isin(scores.models, [*scores.left_out(variant)])
    no_rank = "no common tasks" if rules.rank_by == "additive" else "no rival"
    unranked = np.select(
        [is_ranked, covered, scored > 0, is_flagged],
        ["", no_rank, "coverage", "flagged"],
        "no score",
    )
    clear_wins, unclear_wins = count_judged_wins(signed, scores.ties[variant])
    over_base, over_baseline = scores.lift_over_base(variant), scores.lift_over_baseline(variant)

    def means(figures: Array, places: npt.NDArray[np.bool_] | None = None) -> list[float | None]:
        over = mean_of(figures, axis=1) if places is None else mean_over(figures, places)
        return floats_or_none(over if rules.averaged else np.full(len(over), np.nan))

    columns = {
        "model": scores.models,
        "rank": integers_or_none(ranks),
        "unranked": unranked.tolist(),
        "rank_interval": pairs_or_none(*plausible, number=int),
        "possible_ranks": pairs_or_none(*possible, number=int),
        "tied_with_best": ((ranks == 1) | first).tolist(),
        "behind": floats_or_none(behind[0]),
        "behind_interval": pairs_or_none(*behind[1:]),
        "average": means(values),
        "base_average": means(scores.base_of(variant), ~np.isnan(values)),
        "baseline_average": means(scores.of_baseline(scores.values, variant), ~np.isnan(values)),
        "adjusted": floats_or_none(merits.adjusted),
        "interval": pairs_or_none(*merits.intervals),
        "scored": scored.tolist(),
        "win_rate": floats_or_none(mean_of(rates, axis=1)),
        "wins": compute_wins(signed).sum(axis=1).tolist(),
        "clear_wins": integers_or_none(clear_wins),
        "unclear_wins": integers_or_none(unclear_wins),
        "lift_over_base": means(over_base),
        "lift_over_baseline": means(over_baseline),
        "helped": (over_base > 0).sum(axis=1).tolist(),
        "unchanged": (over_base == 0).sum(axis=1).tolist(),
        "hurt": (over_base < 0).sum(axis=1).tolist(),
        "beats": (over_baseline > 0).sum(axis=1).tolist(),
        "ties": (over_baseline == 0).sum(axis=1).tolist(),
        "loses": (over_baseline < 0).sum(axis=1).tolist(),
    }
    standings = make_records(Standing, columns)
    in_order = tuple(standings[i] for i in order)
    groups = inseparable_groups(leads.ahead)
    ahead = _as_bits(leads.ahead)
    return Board(variant, scores.tasks, rules, tested, groups, in_order, tests, ahead, leads.tail)


def _as_bits(flags: Flags) -> tuple[int, ...]:
    """Return the places of the true values of each row as bits of a number: small, and equal."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    return tuple(int.from_bytes(row.tobytes(), "little") for row in packed)


def _beside_baseline(
    leads: Leads,
    names: Sequence[str],
    baseline: str | None,
    rules: RankingRules,
    over: Mapping[Against, Mapping[str, LiftTest]],
) -> Leads:
    """Judge a ranked baseline by the tests of lifts over it, so that each pair has one verdict.

    That is where the board ranks by what is tested, the mean. By any rule, a model that is judged
    behind the baseline may not be first, unless the first itself is.
    """
    tests = over["baseline"]
    verdicts = np.array([tests[name].verdict if name in tests else "" for name in names])
    worse = verdicts == "worse"
    may_be_first = leads.may_be_first & ~(worse & ~worse[:1])
    if baseline not in names or rules.rank_by != "mean":
        return replace(leads, may_be_first=may_be_first)
    place = names.index(baseline)
    ahead, behind = leads.ahead.copy(), leads.behind.copy()
    ahead[place], ahead[:, place] = worse, verdicts == "better"
    for i in range(len(names)) if place == 0 else [place]:
        test = tests.get(names[0 if i == place else i])
        if test and test.interval:
            low, high = test.interval
            behind[1:, i] = (low, high) if i == place else (-high, -low)
    return replace(leads, ahead=ahead, may_be_first=may_be_first, behind=behind)


def _place(
    ranks: Array, ranked: Places, leads: Leads, *, tested: bool
) -> tuple[Array, Flags, Array]:
    """Return rank intervals, who may be first, and how far each is behind a single first."""
    plausible, behind = np.full((2, len(ranks)), np.nan), np.full((3, len(ranks)), np.nan)
    first = np.zeros(len(ranks), dtype=bool)
    if tested:
        plausible[:, ranked] = rank_intervals(ranks[ranked], leads)
        first[ranked] = leads.may_be_first
    if (ranks == 1).sum() == 1:
        behind[:, ranked] = leads.behind
    return plausible, first, behind


class _Merits(Record, eq=False):
    """What ranks the models of a board.

    Attributes:
        values: Greater is better, shape (models,); NaN where it is not defined.
        intervals: Their 95 % intervals, in the unit that pages show, shape (2, models).
        adjusted: Estimated mean scores, shape (models,); all NaN unless they rank the board.
        compare: Compares every two of the models at some places, best first.
    """

    values: Array
    intervals: Array
    adjusted: Array
    compare: Callable[[Places], Leads]


def _find_merits(
    scores: Scores, variant: str, rules: RankingRules, covered: Flags, rates: Array
) -> _Merits:
    values, signed, errors = scores.values[variant], scores.signed[variant], scores.errors[variant]
    families, none = scores.families, np.full(len(values), np.nan)
    least = scores.least_errors[variant]
    if rules.rank_by == "additive":
        fit = fit_additive(np.where(covered[:, np.newaxis], signed, np.nan), families)
        known = known_errors(values, least)
        intervals = adjusted_intervals(fit, known_errors(values, errors))
        adjusted = fit.means
        if scores.direction[0] < 0:
            intervals, adjusted = -intervals[::-1], -adjusted
        return _Merits(fit.means, intervals, adjusted, partial(compare_adjusted, fit, known=known))
    measure, shown, bounds = signed, values, (scores.low, scores.high)
    if rules.rank_by == "mean_win_rate":
        # A win rate has no error of its own: it depends on those of all rivals.
        measure, shown, bounds = rates, rates, (np.zeros(1), np.ones(1))
        errors = least = np.full(values.shape, np.nan)
    # One model alone leads, though it has no rival to beat.
    means = mean_of(measure, axis=1) if covered.sum() > 1 else np.zeros(len(values))

    def compare(ranked: Places) -> Leads:
        return compare_pairs(measure[ranked], least[ranked], families)

    return _Merits(means, mean_intervals(shown, errors, families, bounds), none, compare)


def _possible_ranks(scores: Scores, variant: str, rules: RankingRules) -> Array:
    """Ranks that missing scores allow; NaN without a score, and where none is missing."""
    signed = scores.signed[variant]
    if not np.isnan(signed[~np.isnan(signed).all(axis=1)]).any():
        return np.full((2, len(signed)), np.nan)
    if rules.rank_by == "mean_win_rate":
        return possible_ranks(*possible_rates(signed))
    ends = scores.low * scores.direction, scores.high * scores.direction
    return possible_ranks(*possible_means(signed, np.minimum(*ends), np.maximum(*ends)))
