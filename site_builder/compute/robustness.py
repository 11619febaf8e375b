"""Check the robustness of the results to the choice of metric, task, rule and best model."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from site_builder.compute.board import Board, choose_rules
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import (
    Array,
    Flags,
    float_or_none,
    mean_of,
    round_float,
    round_significant,
)
from site_builder.compute.ranks import compute_win_rates, compute_wins
from site_builder.compute.rules import RULES, RankingRules, RuleInputs, find_rule, medians
from site_builder.compute.scores import Scores
from site_builder.compute.significance import LiftTest, compute_lift_tests
from site_builder.config import BoardConfig
from site_builder.records import Record, replace

_MIN_SHARED, _MIN_MODELS = 2, 2
_HALF = 0.5 - 1e-12
# By rule and metric, None for all tasks: the number of tasks and the value of each model.
_Merits: TypeAlias = dict[tuple[str, str | None], tuple[int, Array]]


# --- by metric ----------------------------------------------------------------------------------


class MetricResult(Record):
    """The lifts over the baseline on the tasks of one metric.

    Attributes:
        metric: None for all tasks whose metric is not stated, or has no other task.
        compared: Number of ranked models with a lift.
        ahead: Number of these with a mean lift above 0; None where lifts have no mean.
        clearly_ahead: Number of these that are `better` by the tests; None where tasks are too few.
        tests: By variant and model, corrected for the number of models and of tested metrics.
    """

    metric: str | None
    tasks: tuple[str, ...]
    compared: int
    ahead: int | None
    clearly_ahead: int | None
    tests: Mapping[str, Mapping[str, LiftTest]]


def group_by_metric(tasks: pd.DataFrame) -> dict[str | None, list[str]]:
    """Return the tasks of each metric that two tasks have, most tasks first, then all others.

    Empty where this makes one group.
    """
    groups = tasks.groupby("metric", sort=False)["task"]
    shared = [(str(metric), mine.tolist()) for metric, mine in groups if len(mine) >= _MIN_SHARED]
    by_metric: dict[str | None, list[str]] = dict(sorted(shared, key=lambda group: -len(group[1])))
    grouped = {task for mine in by_metric.values() for task in mine}
    if others := [task for task in tasks["task"] if task not in grouped]:
        by_metric[None] = others
    return by_metric if len(by_metric) > 1 else {}


def compute_metrics(
    scores: Scores, tasks: pd.DataFrame, boards: Mapping[str, Board], config: BoardConfig
) -> tuple[MetricResult, ...]:
    """Test the lifts over the baseline on the tasks of each metric; empty without a baseline.

    Source: docs/statistics.md#metrics.
    """
    if scores.roles.baseline is None:
        return ()
    parts = {metric: scores.only(mine) for metric, mine in group_by_metric(tasks).items()}
    tested = sum(len(np.unique(part.families)) >= LEAST_TASKS for part in parts.values())
    results = []
    for metric, part in parts.items():
        averaged = choose_rules(tasks[tasks["task"].isin(part.tasks)], part, config).averaged
        test = partial(compute_lift_tests, averaged=averaged, sets=tested)
        tests = {runs.variant: test(runs, "baseline") for runs in part.contest}
        compared = [
            (model, test)
            for variant, by_model in tests.items()
            for model, test in by_model.items()
            if model in boards[variant].places
        ]
        is_tested = any(test.verdict != "too few" for _, test in compared)
        ahead = {model for model, test in compared if (test.mean or 0.0) > 0}
        clearly = {model for model, test in compared if test.verdict == "better"}
        results.append(
            MetricResult(
                metric=metric,
                tasks=part.tasks,
                compared=len({model for model, _ in compared}),
                ahead=len(ahead) if averaged else None,
                clearly_ahead=len(clearly) if is_tested else None,
                tests=tests,
            )
        )
    return tuple(results)


class DecisiveTasks(Record):
    """The fewest tasks that make at least half of the sum of a model's lifts over the baseline.

    Attributes:
        model: The first model of the primary board that is compared with the baseline.
        tasks: Those with its greatest lifts, the greatest first.
        share: Their share of the sum; above 1 where other lifts are below 0 and they exceed it.
    """

    model: str
    tasks: tuple[str, ...]
    share: float


def find_decisive_tasks(scores: Scores, board: Board) -> DecisiveTasks | None:
    """Find the tasks that make the leader's lift; None without a mean lift above 0.

    Source: docs/statistics.md#metrics.
    """
    lifts = scores.runs[board.variant].contest_lifts
    compared = (s.model for s in board.ranked if (~np.isnan(lifts[scores.rows[s.model]])).any())
    model = next(compared, None)
    if model is None or not board.rules.averaged:
        return None
    row = np.nan_to_num(lifts[scores.rows[model]])
    order = np.argsort(-row, kind="stable")
    with np.errstate(over="ignore"):
        sums = np.cumsum(row[order])
    if not (sums[-1] > 0 and np.isfinite(sums).all()):
        return None
    shares = sums / sums[-1]
    n = int(np.argmax(shares >= _HALF)) + 1
    share = round_float(shares[n - 1])
    return DecisiveTasks(model, tuple(scores.tasks[i] for i in order[:n]), share)


# --- the best of several models against one -----------------------------------------------------


def count_beaten_tasks(scores: Scores, boards: Mapping[str, Board]) -> tuple[int | None, int]:
    """Count the tasks on which contenders beat the baseline, without the luck of the best of them.

    A run can be chosen for a task if it is ranked on its board and has a score on the task. The one
    with the best mean over the other tasks is: of its scores where the board ranks by mean score,
    else of its win rates among the contenders. Of equal ones, the least lift on the task counts.

    Returns:
        Tasks beaten by the contender that is best on the other tasks, None where no task has one;
        and tasks on which the median score of the contenders is above the baseline's.

    Source: docs/statistics.md#best-of-several.
    """
    contest = [boards[variant] for variant in scores.roles.contest]
    values = np.concatenate([runs.contest for runs in scores.contest])
    lifts = np.concatenate([runs.contest_lifts for runs in scores.contest])
    ranked = [model in board.places for board in contest for model in scores.models]
    signed = round_significant(values) * scores.direction
    by_mean = all(board.rules.rank_by == "mean" for board in contest)
    elsewhere = means_without_each(signed if by_mean else compute_win_rates(signed))
    can_be_chosen = ~np.isnan(lifts) & np.array(ranked)[:, np.newaxis]
    chosen = compute_wins(np.where(can_be_chosen, elsewhere, np.nan))
    picked = np.fmin.reduce(np.where(chosen, lifts, np.nan), axis=0)
    chosen_elsewhere = None if np.isnan(picked).all() else int((picked > 0).sum())
    return chosen_elsewhere, int((medians(lifts.T) > 0).sum())


# --- the leader by other rules ------------------------------------------------------------------


class RuleResult(Record):
    """Who is first by one rule.

    Attributes:
        metric: The metric whose tasks alone count; None for all tasks.
        tasks: Number of tasks that count.
        leaders: Every model with the best value.
        second: The first listed of the next best; None where the first place is shared.
        lead: Best minus second best value, of scores signed so that greater is better; 0 where the
            first place is shared. None beyond the largest float.
        same: Whether the leaders are those of the board.
    """

    rule: str
    metric: str | None
    tasks: int
    leaders: tuple[str, ...]
    second: str | None
    lead: float | None
    same: bool


class LeftOut(Record):
    """Who is first on the board if one task is left out.

    Attributes:
        tried: Number of tasks without which there is a leader.
        changed: The leaders without each task whose omission changes them, by this task.
        task: The task whose omission changes the lead of the first over the second the most; None
            where the first place is shared.
        share: The share of this task in the lead; above 1 where the other tasks reduce the lead.
        lead: The lead without this task; below 0 where the second is then ahead of the first.
    """

    tried: int
    changed: Mapping[str, tuple[str, ...]]
    task: str | None
    share: float | None
    lead: float | None

    @property
    def kept(self) -> int:
        """Number of tasks without which the leaders are the same."""
        return self.tried - len(self.changed)


class Robustness(Record):
    """Whether the leader of a board is also first by other rules and without single tasks.

    Attributes:
        rules: The rule of the board first.
        left_out: None on a board of one task, and by the additive model, which has no such sums.
    """

    rules: tuple[RuleResult, ...]
    left_out: LeftOut | None

    @property
    def own(self) -> RuleResult:
        """The result by the rule of the board."""
        return self.rules[0]


def compute_robustness(
    scores: Scores, tasks: pd.DataFrame, board: Board, config: BoardConfig
) -> Robustness | None:
    """Rank the ranked models of a board by every rule that its tasks allow; None below two.

    Source: S. Steegen, F. Tuerlinckx, A. Gelman and W. Vanpaemel (2016), "Increasing transparency
        through a multiverse analysis", Perspectives on Psychological Science 11(5), 702-712;
        docs/statistics.md#other-rules.
    """
    names, own = tuple(s.model for s in board.ranked), board.rules.rank_by
    is_measure = own in {measure.id for measure in scores.measures}
    if len(names) < _MIN_MODELS or is_measure:
        return None
    rows = [scores.rows[model] for model in names]
    covered, runs = np.isin(scores.models, names), scores.runs[board.variant]
    inputs = RuleInputs(runs, board.rules, covered)
    merit = board.rule.compute(inputs)
    merits: _Merits = {(own, None): (len(scores.tasks), merit.values[rows])}
    merits |= _other_merits(inputs, rows)
    for metric, mine in group_by_metric(tasks).items():
        if metric is not None:
            of_tasks = scores.only(mine)
            part = replace(inputs, scores=of_tasks.runs[board.variant])
            rules = choose_rules(tasks[tasks["task"].isin(mine)], of_tasks, config)
            values = part.scores.signed[rows]
            rule = "mean" if _can_average(rules, values) else "mean_win_rate"
            covered = (~np.isnan(values)).mean(axis=1) >= rules.min_coverage - 1e-9
            of_metric = find_rule(rule, ()).compute(part).values[rows]
            merits[rule, metric] = (len(mine), np.where(covered, of_metric, np.nan))
    first = _first(merits[own, None][1])
    results = tuple(
        _rule_result(names, rule, metric, n, values, same=np.array_equal(_first(values), first))
        for (rule, metric), (n, values) in merits.items()
        if (~np.isnan(values)).sum() >= _MIN_MODELS
    )
    left_out = None
    if merit.per_task is not None and len(scores.tasks) > 1:
        left_out = _leave_out_tasks(names, scores.tasks, merit.per_task[rows])
    return Robustness(results, left_out)


def _can_average(rules: RankingRules, values: Array) -> bool:
    """Whether means of these scores compare models; means over different tasks may not."""
    return rules.averaged and (rules.rank_by == "mean" or not np.isnan(values).any())


def _other_merits(inputs: RuleInputs, rows: Sequence[int]) -> _Merits:
    """Return the value of each ranked model by every other rule that its tasks allow."""
    merits: _Merits = {}
    can_average = _can_average(inputs.rules, inputs.scores.signed[rows])
    in_categories = [name for name in inputs.scores.categories if name is not None]
    for rule in RULES:
        n = len(inputs.scores.tasks)
        if rule.id == "mean_of_categories":
            n = len(in_categories) if len({*in_categories}) > 1 else 0
        if rule.is_alternative and n and (can_average or not rule.is_average):
            merits[rule.id, None] = (n, rule.compute(inputs).values[rows])
    merits.pop((inputs.rules.rank_by, None), None)
    return merits


def _first(merit: Array) -> Flags:
    """Return which models have the greatest value."""
    return compute_wins(merit[:, np.newaxis])[:, 0]


def _rule_result(
    names: Sequence[str], rule: str, metric: str | None, n: int, merit: Array, *, same: bool
) -> RuleResult:
    best, next_best, *_ = np.argsort(-merit, kind="stable").tolist()  # NaN last
    leaders = tuple(itertools.compress(names, _first(merit)))
    second = names[next_best] if len(leaders) == 1 else None
    lead = float_or_none(float(_difference_of_means(merit[best], merit[next_best])))
    return RuleResult(rule, metric, n, leaders, second, lead, same)


def _leave_out_tasks(names: Sequence[str], tasks: Sequence[str], measure: Array) -> LeftOut:
    """Leave out each task in turn; `measure` is in the order of the board, (models, tasks)."""
    without, merit = means_without_each(measure), mean_of(measure, axis=1)
    leads = compute_wins(without)
    tried = leads.any(axis=0)
    differs = tried & (leads != _first(merit)[:, np.newaxis]).any(axis=0)
    changed = {
        tasks[column]: tuple(itertools.compress(names, leads[:, column]))
        for column in np.flatnonzero(differs).tolist()
    }
    left = _difference_of_means(*without[:2])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        change = round_significant(np.abs(left - _difference_of_means(*merit[:2])), digits=9)
        parts = np.nan_to_num(measure[:2]) / (~np.isnan(measure[:2])).sum(axis=1, keepdims=True)
        shares = (parts[0] - parts[1]) / (parts[0].sum() - parts[1].sum())
    if merit[0] == merit[1] or not np.isfinite(change).any():
        return LeftOut(int(tried.sum()), changed, None, None, None)
    column = int(np.where(np.isfinite(change), change, -1.0).argmax())
    share = float_or_none(round_float(shares[column]))
    return LeftOut(int(tried.sum()), changed, tasks[column], share, float(left[column]))


# --- arithmetic ---------------------------------------------------------------------------------


def means_without_each(values: Array) -> Array:
    """Return the mean of each row without each of its columns; NaN where no other has a value.

    Sums from the left and from the right, so that no digit is lost to a large value left out.

    Shape: (rows, columns), NaN where there is no value, to the same.
    """
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    others = there.sum(axis=1, keepdims=True) - there
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        means = _without_each(np.add, filled) / others
    return round_significant(means, _without_each(np.maximum, np.abs(filled)))


def _without_each(reduce: np.ufunc, values: Array) -> Array:
    """Reduce each row without each of its columns, by a function for which 0 changes nothing."""
    none = np.zeros((len(values), 1))
    left = np.hstack([none, reduce.accumulate(values, axis=1)[:, :-1]])
    right = np.hstack([reduce.accumulate(values[:, :0:-1], axis=1)[:, ::-1], none])
    return np.asarray(reduce(left, right))


def _difference_of_means(a: Array, b: Array) -> Array:
    """Return `a - b` to ten digits of the greater: rounded means may differ by more in the last."""
    with np.errstate(over="ignore", invalid="ignore"):
        return round_significant(a - b, np.fmax(np.abs(a), np.abs(b)), digits=10)
