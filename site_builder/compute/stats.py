"""Compute figures of the whole board, of training sets, and the minimum detectable difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from site_builder.compute.board import Board
from site_builder.compute.intervals import LEAST_TASKS, FamilySums, t_quantile
from site_builder.compute.numbers import Array, float_or_none, mean_or_none, round_significant
from site_builder.compute.ranks import pair_tests
from site_builder.compute.robustness import count_beaten_tasks
from site_builder.compute.scores import Scores
from site_builder.compute.significance import LiftTest, Verdict
from site_builder.compute.tasks import TaskResult
from site_builder.records import Record


class TrainingSets(Record):
    """The training sets of known size.

    Attributes:
        sizes: By task, number of examples in the train split.
        shares, below: By threshold, the share and the number of training sets with fewer examples.
    """

    sizes: Mapping[str, int]
    shares: Mapping[int, float]
    below: Mapping[int, int]
    median: float


def compute_training_sets(tasks: pd.DataFrame, thresholds: Sequence[int]) -> TrainingSets | None:
    """Summarise `train_examples`; None without any (docs/statistics.md#training-set-sizes)."""
    known = tasks[["task", "train_examples"]].dropna()
    if known.empty:
        return None
    sizes = {str(task): int(n) for task, n in known.itertuples(index=False, name=None)}
    values = np.array(list(sizes.values()))
    below = {t: int((values < t).sum()) for t in sorted(set(thresholds))}
    shares = {t: n / len(values) for t, n in below.items()}
    return TrainingSets(sizes, shares, below, float(np.median(values)))


class Stats(Record):
    """The figures of the whole board, as docs/statistics.md#board-figures defines them."""

    models: int
    tasks: int
    categories: int
    scores: int
    models_ranked: int
    models_tuned: int
    models_compared: int
    models_ahead_of_baseline: int
    models_clearly_ahead_of_baseline: int
    models_clearly_helped: int
    models_clearly_hurt: int
    tasks_compared: int
    tasks_beating_baseline: int
    tasks_beating_baseline_chosen_elsewhere: int | None
    tasks_beating_baseline_median: int
    tasks_tying_baseline: int
    tasks_clearly_above_baseline: int | None
    tasks_not_separable_from_baseline: int | None
    tasks_clearly_below_baseline: int | None
    mean_base_score: float | None
    mean_tuned_score: float | None
    mean_lift_over_base: float | None
    runs_tuned: int
    runs_paired: int
    runs_helped: int
    runs_unchanged: int
    runs_hurt: int
    runs_beating_baseline: int


def compute_stats(
    scores: Scores,
    boards: Mapping[str, Board],
    tasks: tuple[TaskResult, ...],
    categories: int,
    waiting: int,
) -> Stats:
    """Compute the figures of the whole board (docs/statistics.md#board-figures).

    `waiting` models are not evaluated, as the data says, and are not counted.
    """
    return Stats(
        models=len(scores.models) - waiting,
        tasks=len(scores.tasks),
        categories=categories,
        scores=sum(int((~np.isnan(runs.values)).sum()) for runs in scores.variants),
        **_figures_of_tasks(scores, boards, tasks),
        **_figures_of_models(scores, boards),
        **_figures_of_runs(scores, is_averaged=boards[scores.roles.primary].rules.averaged),
    )


def _figures_of_tasks(
    scores: Scores, boards: Mapping[str, Board], tasks: tuple[TaskResult, ...]
) -> dict[str, Any]:
    """Return on how many tasks the baseline is beaten, and for certain."""
    outcomes = [task.outcome for task in tasks]
    chosen_elsewhere, beaten_by_median = count_beaten_tasks(scores, boards)
    verdicts = [task.best_verdict for task in tasks]

    def count_best(verdict: Verdict) -> int | None:
        return verdicts.count(verdict) if any(verdicts) else None

    return {
        "tasks_compared": len(outcomes) - outcomes.count(None),
        "tasks_beating_baseline": outcomes.count("beats"),
        "tasks_beating_baseline_chosen_elsewhere": chosen_elsewhere,
        "tasks_beating_baseline_median": beaten_by_median,
        "tasks_tying_baseline": outcomes.count("ties"),
        "tasks_clearly_above_baseline": count_best("better"),
        "tasks_not_separable_from_baseline": count_best("unclear"),
        "tasks_clearly_below_baseline": count_best("worse"),
    }


def _figures_of_models(scores: Scores, boards: Mapping[str, Board]) -> dict[str, Any]:
    """Return how many models are ranked, tuned, ahead of the baseline and better than before."""
    roles = scores.roles
    compared = [
        (s.model, lift)
        for board in map(boards.__getitem__, roles.contest)
        for s in board.ranked
        if (lift := board.figure(s, "lift_over_baseline")) is not None and s.model != roles.baseline
    ]
    contest = [boards[variant].tests["baseline"] for variant in roles.contest]
    over_base = [boards[variant].tests["base"] for variant in roles.tuned]
    return {
        "models_tuned": len({m for v in roles.tuned for m in scores.runs[v].models_scored}),
        "models_ranked": len(boards[roles.primary].ranked),
        "models_compared": len({model for model, _ in compared}),
        "models_ahead_of_baseline": len({model for model, lift in compared if lift > 0}),
        "models_clearly_ahead_of_baseline": _count_models(contest, "better"),
        "models_clearly_helped": _count_models(over_base, "better"),
        "models_clearly_hurt": _count_models(over_base, "worse"),
    }


def _figures_of_runs(scores: Scores, *, is_averaged: bool) -> dict[str, Any]:
    """Return how tuned scores compare with those before, and their means if scores have one."""
    runs, none = [scores.runs[variant] for variant in scores.roles.tuned], scores.primary.values[:0]

    def of_tuned(arrays: Iterable[Array]) -> Array:
        return np.concatenate([none, *arrays])

    tuned = of_tuned(each.values for each in runs)
    lifts = of_tuned(each.lifts["base"] for each in runs)
    over = of_tuned(each.lifts["baseline"] for each in runs)
    base = of_tuned(np.broadcast_to(each.beside["base"].values, each.values.shape) for each in runs)
    before, after = (np.where(np.isnan(lifts), np.nan, values) for values in (base, tuned))
    return {
        "mean_base_score": mean_or_none(before) if is_averaged else None,
        "mean_tuned_score": mean_or_none(after) if is_averaged else None,
        "mean_lift_over_base": mean_or_none(lifts) if is_averaged else None,
        "runs_tuned": int((~np.isnan(tuned)).sum()),
        "runs_paired": int((~np.isnan(lifts)).sum()),
        "runs_helped": int((lifts > 0).sum()),
        "runs_unchanged": int((lifts == 0).sum()),
        "runs_hurt": int((lifts < 0).sum()),
        "runs_beating_baseline": int((over > 0).sum()),
    }


def _count_models(runs: Iterable[Mapping[str, LiftTest]], verdict: Verdict) -> int:
    """Count the models with this verdict in any of the variants."""
    return len({m for by_model in runs for m, test in by_model.items() if test.verdict == verdict})


# --- the smallest difference --------------------------------------------------------------------

_POWER = 0.8


def smallest_difference(scores: Scores, board: Board) -> float | None:
    """Return the minimum detectable mean difference of a board's models, at a power of 80 %.

    The median over all pairs of ranked models of d e: the standard error e of their difference over
    n common tasks (families), and the noncentrality d at which Student's t exceeds the quantile of
    `board.tail`, the one that decides on the board, with probability 0.8. None where scores have no
    mean, and where no pair has six common tasks.

    Units: those of the scores.
    Source: J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, section 2.3;
        D. Card et al. (2020), "With Little Power Comes Great Responsibility", EMNLP;
        docs/statistics.md#power.
    """
    if not board.rules.averaged:
        return None
    rows = [scores.rows[s.model] for s in board.ranked]
    families = FamilySums.of(scores.runs[board.variant].signed[rows], scores.families)
    freedom = np.maximum(np.arange(families.means.shape[1] + 1.0), LEAST_TASKS) - 1.0
    reach = t_quantile(freedom, board.tail)
    noncentrality = np.asarray(special.nctdtrinc(freedom, 1 - _POWER, reach), dtype=float)
    tests, scale = pair_tests(families.means)
    known = [np.empty(0)]
    for part in tests:
        counts = part.counts.astype(int)
        is_pair = np.triu(counts >= LEAST_TASKS, 1)
        known.append((noncentrality[counts] * part.error)[is_pair])
    pairs = np.concatenate(known)
    with np.errstate(over="ignore"):
        # To nine digits: the sums of squares have lost the others.
        middle = np.median(pairs) * scale if len(pairs) else np.nan
        return float_or_none(float(round_significant(np.asarray(middle), digits=9)))
