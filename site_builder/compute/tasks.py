"""Each task: who is best, how far over the baseline, what tuning brought, which are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Literal, NamedTuple

import numpy as np

from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.numbers import (
    Array,
    competition_ranks,
    difference,
    mean_or_none,
    number,
    numbers,
    pairs,
    settled,
)
from site_builder.compute.rank_agreement import SimilarTask, compute_similar_tasks
from site_builder.compute.score_error import find_ties
from site_builder.compute.scores import Scores
from site_builder.compute.win_rates import compute_wins


@dataclass(frozen=True)
class Best:
    """The best score on a task, and all models that have it.

    Attributes:
        models: Ids of all who tie for it.
        score: The score.
        variants: For each of the models, the variant that has it.
    """

    models: tuple[str, ...]
    score: float
    variants: tuple[str, ...]


class TaskScore(NamedTuple):
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


@dataclass(frozen=True)
class TaskResult:
    """Everything about one task.

    Attributes:
        task: Its id.
        baseline_score: The baseline's score; None with no baseline, or where it has none.
        best: Best score by variant; a variant without a score is absent.
        best_contender: Best score over the variants that compete with the baseline (the tuned ones,
            if any), the baseline's own run left out.
        best_lift_over_baseline: Its difference from the baseline, positive = better.
        mean_lift_over_base: Mean over all tuned runs that have their base score.
        mean: Mean score by variant.
        scores: Every score that counts, by variant (primary first) and rank.
        flagged: The scores with a reservation, whether they count or not.
        similar: The tasks that rank models alike, most alike first.
    """

    task: str
    baseline_score: float | None
    best: Mapping[str, Best]
    best_contender: Best | None
    best_lift_over_baseline: float | None
    mean_lift_over_base: float | None
    mean: Mapping[str, float | None]
    scores: tuple[TaskScore, ...]
    flagged: tuple[FlaggedScore, ...]
    similar: tuple[SimilarTask, ...]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of scores by variant."""
        return Counter(score.variant for score in self.scores)

    @cached_property
    def reasons(self) -> Mapping[tuple[str, str], str]:
        """Why scores that count should be read with care, by model and variant."""
        return {(f.model, f.variant): f.reason for f in self.flagged if f.counts}

    @property
    def outcome(self) -> Literal["beats", "ties", "loses"] | None:
        """Whether the best contender beats the baseline; None where there is nothing to compare."""
        lift = self.best_lift_over_baseline
        return None if lift is None else "beats" if lift > 0 else "loses" if lift < 0 else "ties"


def compute_tasks(scores: Scores) -> tuple[TaskResult, ...]:
    """Every task of the board, in the order of the tasks table."""
    arrays = _Arrays.of(scores)
    similar = compute_similar_tasks(scores)
    return tuple(
        _task_result(scores, arrays, column, similar[task])
        for column, task in enumerate(scores.tasks)
    )


@dataclass(frozen=True)
class _Arrays:
    """What the results of all tasks are read from, one column a task.

    Attributes:
        wins: By variant, where a model has the best score.
        top: Where a run has the best score of the contest; its rows are the models of the first
            contest variant, then those of the next.
        best_lift: The contest's best score minus the baseline's.
        over_base, over_baseline: Lifts, by variant.
        tied: Where a score cannot be told from the best, by variant.
    """

    wins: Mapping[str, Array]
    top: Array
    best_lift: Array
    over_base: Mapping[str, Array]
    over_baseline: Mapping[str, Array]
    tied: Mapping[str, Array]

    @classmethod
    def of(cls, scores: Scores) -> _Arrays:
        variants = scores.roles.variants
        contest = np.concatenate([scores.contest(v) for v in scores.roles.contest])
        signed = settled(contest) * scores.direction
        return cls(
            wins={v: compute_wins(scores.signed[v]) for v in variants},
            top=compute_wins(signed),
            best_lift=difference(np.fmax.reduce(signed), scores.baseline * scores.direction),
            over_base={v: scores.lift_over_base(v) for v in variants},
            over_baseline={v: scores.lift_over_baseline(v) for v in variants},
            tied={v: find_ties(scores.signed[v], scores.errors[v]) for v in variants},
        )


def _task_result(
    scores: Scores, arrays: _Arrays, column: int, similar: tuple[SimilarTask, ...]
) -> TaskResult:
    roles, task = scores.roles, scores.tasks[column]
    best = {v: _best(scores, column, (v,), arrays.wins[v]) for v in roles.variants}
    lifts = [arrays.over_base[v][:, column] for v in roles.tuned]
    return TaskResult(
        task=task,
        baseline_score=number(scores.baseline[column]),
        best={v: found for v, found in best.items() if found is not None},
        best_contender=_best(scores, column, roles.contest, arrays.top),
        best_lift_over_baseline=number(arrays.best_lift[column]),
        mean_lift_over_base=mean_or_none(np.array(lifts)),
        mean={v: mean_or_none(scores.values[v][:, column]) for v in roles.variants},
        scores=tuple(s for v in roles.variants for s in _ranking(scores, arrays, column, v)),
        flagged=tuple(f for f in scores.flagged[task] if f.variant in roles.variants),
        similar=similar,
    )


def _best(scores: Scores, column: int, variants: tuple[str, ...], top: Array) -> Best | None:
    """The runs at the top of a task, where `top` has the models of each of the variants in turn."""
    rows = np.flatnonzero(top[:, column])
    runs = [(variants[row // len(scores.models)], row % len(scores.models)) for row in rows]
    if not runs:
        return None
    variant, model = runs[0]
    score = float(scores.values[variant][model, column])
    return Best(tuple(scores.models[m] for _, m in runs), score, tuple(v for v, _ in runs))


def _ranking(scores: Scores, arrays: _Arrays, column: int, variant: str) -> list[TaskScore]:
    ranks, known = competition_ranks(scores.signed[variant][:, column]), scores.known[variant]
    order = np.argsort(ranks, kind="stable")[: np.count_nonzero(~np.isnan(ranks))]
    models, flagged = scores.models, scores.flagged[scores.tasks[column]]
    flags = {f.model: f.reason for f in flagged if f.variant == variant}
    columns = zip(
        [models[i] for i in order],
        [variant] * len(order),
        scores.values[variant][order, column].tolist(),
        ranks[order].astype(int).tolist(),
        numbers(arrays.over_base[variant][order, column]),
        numbers(arrays.over_baseline[variant][order, column]),
        numbers(known.standard[order, column]),
        pairs(known.low[order, column], known.high[order, column]),
        [None if n is None else int(n) for n in numbers(known.examples[order, column])],
        [None if t is None else t > 0 for t in numbers(arrays.tied[variant][order, column])],
        [flags.get(models[i]) for i in order],
        strict=True,
    )
    return list(starmap(TaskScore, columns))
