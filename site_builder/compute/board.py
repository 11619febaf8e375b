"""Rank the models of a variant over a set of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd

from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import (
    Array,
    Flags,
    Places,
    Spread,
    competition_ranks,
    floats_or_none,
    integers_or_none,
    pairs_or_none,
    round_float,
    spread_of,
)
from site_builder.compute.ranks import (
    HALF_ALPHA,
    Leads,
    inseparable_groups,
    possible_means,
    possible_ranks,
    possible_rates,
    rank_intervals,
)
from site_builder.compute.rules import RULES, Merit, RankingRules, Rule, RuleInputs, Why, find_rule
from site_builder.compute.runs import Against, Roles, Runs
from site_builder.compute.scores import Scores
from site_builder.compute.significance import LiftTest, compute_lift_tests
from site_builder.compute.statistics import Statistic, statistics_of
from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record, make_records, replace


class Entry(Record):
    """One row of a board.

    Attributes:
        place: Its position among the entries of the board, from 0.
        rank: From 1; equal values share the better rank. None where it is not ranked.
        unranked: Why it is not ranked, one of `REASONS`; empty where it is.
        rank_interval: Best and worst rank that the choice of tasks allows, or of examples where
            there is one task, of all models at once; None where the board is not tested
            (docs/statistics.md#rank-interval).
        possible_ranks: Best and worst rank that missing scores of any model allow; None where none
            is missing, and without a score (docs/statistics.md#missing-scores).
        tied_with_best: Whether it may be first: it is, or rank 1 is in its rank interval.
        behind, behind_interval: Mean difference from the leader over common tasks, with its
            simultaneous 95 % interval; None without enough common tasks, and where several lead.
        interval: 95 % interval of what ranks the board, over at least six tasks, or of the score
            on the only one; None otherwise.
        scored: Number of tasks with a score.
    """

    model: str
    place: int
    rank: int | None
    unranked: str
    rank_interval: tuple[int, int] | None
    possible_ranks: tuple[int, int] | None
    tied_with_best: bool
    behind: float | None
    behind_interval: tuple[float, float] | None
    interval: tuple[float, float] | None
    scored: int


REASONS = (
    *("coverage", "no score", "flagged", "no rival", "no common tasks"),
    *("no value", "reference"),
)
"""Ids of why an entry has no rank."""


class Board(CachingRecord, eq=False):
    """The entries of one variant over a set of tasks: ranked first, in order; then the others.

    Attributes:
        tasks: Those on which any model has a score in this variant.
        rule: What ranks them.
        statistics: What is computed of each entry.
        figures: By statistic, its value for each entry, in the order of these.
        tested: Whether pairs of models are compared: two are ranked, and there are enough tasks,
            or one and the error of each score.
        by_errors: Whether the errors of scores on the only task tell pairs apart.
        inseparable: The longest runs of neighbours in rank of which none is ahead of another by
            more than chance explains, each by its first and last position.
        tests: Of the lifts over base and over the baseline, by model with such a lift.
        ahead: Which ranked models are ahead of which by more than chance explains, row ahead of
            column, (ranked, ranked).
        tail: The probability beyond each end of an interval that decides between two models.
    """

    variant: str
    tasks: tuple[str, ...]
    rules: RankingRules
    rule: Rule
    statistics: tuple[Statistic, ...]
    tested: bool
    by_errors: bool
    inseparable: tuple[tuple[int, int], ...]
    entries: tuple[Entry, ...]
    figures: Mapping[str, tuple[float | None, ...]]
    tests: Mapping[Against, Mapping[str, LiftTest]]
    ahead: Flags
    tail: float

    def entry(self, model: str) -> Entry:
        """Return the row of one model."""
        return self._by_model[model]

    def figure(self, entry: Entry, statistic: str) -> float | None:
        """Return the value of a statistic; None where it is not defined."""
        values = self.figures.get(statistic)
        return None if values is None else values[self.entry(entry.model).place]

    def count(self, entry: Entry, statistic: str) -> int:
        """Return the value of a statistic that counts tasks; 0 where it is not defined."""
        return int(self.figure(entry, statistic) or 0)

    def compared(self, entry: Entry) -> int:
        """Return the number of tasks on which an entry is compared with the baseline."""
        return sum(self.count(entry, outcome) for outcome in ("beats", "ties", "loses"))

    def average(self, entry: Entry) -> float | None:
        """Return the adjusted average where it ranks the board, else the average."""
        return self.figure(entry, "adjusted" if self.rules.rank_by == "additive" else "average")

    def merit(self, entry: Entry) -> float | None:
        """Return what ranks the board."""
        return self.figure(entry, self.rule.statistic)

    @cached_property
    def merits(self) -> Spread | None:
        """Where what ranks the board lies, of its ranked entries."""
        return spread_of(np.array([self.merit(s) for s in self.ranked], float))

    @property
    def ranking(self) -> Statistic:
        """The statistic that ranks the board."""
        return next(s for s in self.statistics if s.id == self.rule.statistic)

    @property
    def by_average(self) -> bool:
        """Whether the board ranks by averages of scores, plain or adjusted."""
        return self.rules.rank_by in ("mean", "additive")

    @cached_property
    def _by_model(self) -> dict[str, Entry]:
        return {s.model: s for s in self.entries}

    @cached_property
    def ranked(self) -> tuple[Entry, ...]:
        """The entries that have a rank."""
        return tuple(s for s in self.entries if s.rank is not None)

    @cached_property
    def leaders(self) -> tuple[Entry, ...]:
        """The models that share the first rank."""
        return tuple(s for s in self.ranked if s.rank == 1)

    @cached_property
    def shared_ranks(self) -> frozenset[int | None]:
        """The ranks that several entries have."""
        return frozenset(s.rank for s, other in pairwise(self.ranked) if s.rank == other.rank)

    @property
    def is_level(self) -> bool:
        """Whether all of several ranked models share the first rank, so that it says nothing."""
        return len(self.ranked) == len(self.leaders) > 1

    @cached_property
    def rivals(self) -> tuple[Entry, ...]:
        """The other models that may be first with another choice of tasks."""
        return tuple(s for s in self.ranked if s.tied_with_best and s.rank != 1)

    @cached_property
    def references(self) -> tuple[Entry, ...]:
        """The entries that do not compete: people, guessing."""
        return tuple(s for s in self.entries if s.unranked == "reference")

    @property
    def may_be_first(self) -> tuple[Entry, ...]:
        """The models that may be first: those that are, and their rivals."""
        return (*self.leaders, *self.rivals)

    @property
    def is_open(self) -> bool:
        """Whether some of the ranked models, and not most, are too close to call for first."""
        return self.tested and 1 < len(self.may_be_first) <= len(self.ranked) / 2

    def is_ahead(self, model: str, other: str) -> bool:
        """Return whether one ranked model is ahead of another by more than chance explains."""
        return bool(self.ahead[self.places[model], self.places[other]])

    @cached_property
    def ahead_of_next(self) -> Mapping[str, bool]:
        """By ranked model but the last, whether it is ahead of the next one; empty if untested."""
        names = [s.model for s in self.ranked] if self.tested else []
        return {name: self.is_ahead(name, after) for name, after in pairwise(names)}

    def close_to(self, entry: Entry) -> list[Entry]:
        """Return the ranked models that are neither ahead of one nor behind it with certainty."""
        if not self.tested:
            return []
        place = self.places[entry.model]
        others = np.flatnonzero(~self.ahead[:, place] & ~self.ahead[place]).tolist()
        return [self.ranked[other] for other in others if other != place]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By ranked model, its position in this order, from 0."""
        return {s.model: place for place, s in enumerate(self.ranked)}


def best_of_groups(
    ranked: Sequence[Entry], group: Callable[[Entry], str | None]
) -> list[tuple[Entry, int]]:
    """Return the best entry of each group with its rank among these; no group is one of its own.

    Entries of a group that share its best rank all count.
    """
    best: dict[str, int | None] = {}
    entries = list[Entry]()
    for s in ranked:
        name = group(s)
        if name is None or best.setdefault(name, s.rank) == s.rank:
            entries.append(s)
    ranks = [s.rank for s in entries]
    return [(s, ranks.index(s.rank) + 1) for s in entries]


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
    boards = dict[str, Board]()
    for variant in scores.roles.variants:
        runs = scores.of_variant(variant)
        boards[variant] = compute_board(runs, rules, scores.intervals_of(runs))
    if rules.rank_by != "additive":
        return boards
    return {v: _beside_adjusted(board, boards, scores.roles) for v, board in boards.items()}


def _beside_adjusted(board: Board, boards: Mapping[str, Board], roles: Roles) -> Board:
    """Put the adjusted averages of base and baseline beside those of a board."""
    base = boards[roles.base] if roles.base not in (None, board.variant) else None
    other, baseline = roles.baseline_variants.get(board.variant), None
    if roles.baseline is not None and other is not None:
        baseline = boards[other].figure(boards[other].entry(roles.baseline), "adjusted")
    before = [base and base.figure(base.entry(s.model), "adjusted") for s in board.entries]
    alike = (baseline,) * len(board.entries)
    beside = {"base_average": tuple(before), "baseline_average": alike}
    return replace(board, figures={**board.figures, **beside})


def compute_common_boards(
    scores: Scores, boards: Mapping[str, Board]
) -> dict[str, dict[str, Board]]:
    """Rank by the tasks that all ranked models have, for each variant with missing scores.

    Where scores have a mean these boards rank by it: over the same tasks means are comparable. A
    model without a score on a common task has no rank there. A variant is absent where no ranked
    model lacks a score, or no task is common to all (docs/statistics.md#missing-scores).
    """
    common = {}
    for variant, board in boards.items():
        ranked = [scores.rows[s.model] for s in board.ranked]
        is_common = ~np.isnan(scores.runs[variant].values[ranked]).any(axis=0)
        tasks = [scores.tasks[column] for column in np.flatnonzero(is_common)]
        if 0 < len(tasks) < len(board.tasks):
            rank_by = "mean" if board.rules.averaged else board.rules.rank_by
            rules = replace(board.rules, min_coverage=1.0, rank_by=rank_by)
            common[variant] = _boards_over(scores.only(tasks), rules)
    return common


def choose_rules(tasks: pd.DataFrame, scores: Scores, config: BoardConfig) -> RankingRules:
    """Choose how a board over these tasks ranks (docs/statistics.md#rules)."""
    facts = ("higher_is_better", "metric", "unit", "score_min", "score_max")
    comparable = share_a_scale(*(tasks[name].tolist() for name in facts))
    # The share of its variant's tasks that each run, a model in a variant, has.
    parts = [scores.of_variant(variant).values for variant in scores.roles.variants]
    shares = np.concatenate([(~np.isnan(values)).mean(axis=1) for values in parts])
    coverage = shares[shares > 0]
    # At least half of the runs have a score on every task.
    dense = 2 * int((coverage == 1).sum()) >= max(len(coverage), 1)
    min_coverage = 1.0 if dense else round_float(coverage.max(initial=0.0) / 2)
    if config.min_coverage is not None:
        min_coverage = config.min_coverage
    has_gaps = bool((coverage[coverage >= min_coverage - 1e-9] < 1).any())
    rank_by, averaged = "mean", comparable
    why: Why = "comparable"
    if not comparable:
        rank_by, why = "mean_win_rate", "mixed units"
    elif has_gaps:
        # Means over different tasks compare the tasks too.
        rank_by, why = "additive", "sparse"
    wanted = config.rank_by
    if wanted not in (None, rank_by):
        averaged = comparable or wanted in {rule.id for rule in RULES if rule.is_average}
        rank_by, why = wanted, "configured"
    return RankingRules(rank_by, min_coverage, averaged, why, config.ratio_offset)


def share_a_scale(
    better: Sequence[bool],
    metrics: Sequence[str | None],
    units: Sequence[str | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
) -> bool:
    """Return whether scores on some tasks can be averaged, by the facts of each task.

    All have one direction and unit, and one metric or one pair of stated bounds; None and NaN are
    not stated.

    Source: docs/statistics.md#rules.
    """
    columns = metrics, units, lows, highs
    stated = [[value for value in column if not pd.isna(value)] for column in columns]
    n, (of_metrics, of_units, of_lows, of_highs) = len(better), stated
    one_metric = len(of_metrics) == n and len({*of_metrics}) == 1
    are_bounded = len(of_lows) == len(of_highs) == n
    one_pair = len({*of_lows}) <= 1 and len({*of_highs}) <= 1
    one_scale = one_pair and len({*of_units}) <= 1 and (one_metric or are_bounded)
    return n <= 1 or (len({*better}) == 1 and one_scale)


def rank_models(scores: Runs, rules: RankingRules) -> tuple[RuleInputs, Merit, Array]:
    """Return what a rule reads, what ranks the models, and their ranks, shape (models,).

    A model below `rules.min_coverage` has no rank (NaN), and neither has a reference.

    Source: docs/statistics.md#rules, docs/statistics.md#ranks.
    """
    scored = (~np.isnan(scores.values)).sum(axis=1)
    is_covered = (scored > 0) & (scored >= rules.min_coverage * len(scores.tasks) - 1e-9)
    covered = is_covered & scores.competing
    inputs = RuleInputs(scores, rules, covered)
    merit = find_rule(rules.rank_by, scores.measures).compute(inputs)
    return inputs, merit, competition_ranks(np.where(covered, merit.values, np.nan))


def compute_board(scores: Runs, rules: RankingRules, ends: Array | None = None) -> Board:
    """Rank the models of one variant over the tasks of `scores`, by one of `RULES` or a measure.

    Models with equal ranks, and those without, are ordered by coverage, then as in `scores`. `ends`
    are those of the interval of each score on the only task, shape (2, models).

    Source: docs/statistics.md#rules, docs/statistics.md#ranks.
    """
    rule = find_rule(rules.rank_by, scores.measures)
    inputs, merit, ranks = rank_models(scores, rules)
    scored = (~np.isnan(scores.values)).sum(axis=1)
    order = np.lexsort((-scored, ranks))
    is_ranked = ~np.isnan(ranks)
    ranked = order[: is_ranked.sum()]
    tests, leads, tested = _compare(inputs, merit, ranked)
    plausible, first, behind = _place(ranks, ranked, leads, tested=tested)
    possible, by_errors = _possible_ranks(inputs), tested and leads.by_errors
    intervals = merit.intervals if ends is None or not by_errors else ends
    columns = {
        "model": scores.models,
        "rank": integers_or_none(ranks),
        "unranked": _why_unranked(inputs, scored, is_ranked),
        "rank_interval": pairs_or_none(*plausible, number=int),
        "possible_ranks": pairs_or_none(*possible, number=int),
        "tied_with_best": ((ranks == 1) | first).tolist(),
        "behind": floats_or_none(behind[0]),
        "behind_interval": pairs_or_none(*behind[1:]),
        "interval": pairs_or_none(*intervals),
        "scored": scored.tolist(),
    }
    columns = {name: [values[i] for i in order] for name, values in columns.items()}
    entries = make_records(Entry, {**columns, "place": range(len(order))})
    statistics = statistics_of(rules, scores.measures)
    return Board(
        variant=scores.variant,
        tasks=scores.tasks,
        rules=rules,
        rule=rule,
        statistics=statistics,
        tested=tested,
        by_errors=by_errors,
        inseparable=inseparable_groups(leads.ahead),
        entries=tuple(entries),
        figures={s.id: _figures(s, inputs, merit, order) for s in statistics},
        tests=tests,
        ahead=leads.ahead,
        tail=leads.tail,
    )


def _figures(
    statistic: Statistic, inputs: RuleInputs, merit: Merit, order: Places
) -> tuple[float | None, ...]:
    """Return the values of a statistic in the order of the board; None where a need is not met."""
    if statistic.is_average and not inputs.rules.averaged:
        return (None,) * len(order)
    values = statistic.compute(inputs.scores, merit)[order]
    is_count = statistic.form == "count"
    return tuple(integers_or_none(values) if is_count else floats_or_none(values))


def _why_unranked(inputs: RuleInputs, scored: Places, is_ranked: Flags) -> list[str]:
    scores, rank_by = inputs.scores, inputs.rules.rank_by
    is_flagged = np.isin(scores.models, [*scores.left_out])
    why = {"additive": "no common tasks", "mean_win_rate": "no rival"}.get(rank_by, "no value")
    reasons: list[str] = np.select(
        [is_ranked, (scored > 0) & ~scores.competing, inputs.covered, scored > 0, is_flagged],
        ["", "reference", why, "coverage", "flagged"],
        "no score",
    ).tolist()
    return reasons


_Tests: TypeAlias = dict[Against, dict[str, LiftTest]]


def _compare(inputs: RuleInputs, merit: Merit, ranked: Places) -> tuple[_Tests, Leads, bool]:
    """Test the lifts of all models and compare every two ranked ones, where the rule has a test."""
    scores, rules = inputs.scores, inputs.rules
    test = partial(compute_lift_tests, scores, averaged=rules.averaged)
    tests: _Tests = {a: test(a) for a in ("base", "baseline")}
    k = len(ranked)
    if merit.compare is None:
        none = np.zeros((k, k), dtype=bool)
        leads = Leads(none, np.zeros(k, dtype=bool), np.full((3, k), np.nan), HALF_ALPHA)
        return tests, leads, False
    leads = merit.compare(ranked)
    if leads.by_errors:
        return tests, leads, k > 1
    tested = k > 1 and len(np.unique(scores.families)) >= LEAST_TASKS
    names = [scores.models[row] for row in ranked]
    return tests, _beside_baseline(leads, names, scores.roles.baseline, rules, tests), tested


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


def _possible_ranks(inputs: RuleInputs) -> Array:
    """Ranks that missing scores allow; NaN without a score, and where none is missing.

    They are known for means and win rates alone.
    """
    scores, signed, rank_by = inputs.scores, inputs.scores.signed, inputs.rules.rank_by
    has_gaps = np.isnan(signed[~np.isnan(signed).all(axis=1)]).any()
    if not has_gaps or rank_by not in ("mean", "additive", "mean_win_rate"):
        return np.full((2, len(signed)), np.nan)
    if rank_by == "mean_win_rate":
        return possible_ranks(*possible_rates(signed))
    ends = scores.low * scores.direction, scores.high * scores.direction
    return possible_ranks(*possible_means(signed, np.minimum(*ends), np.maximum(*ends)))
