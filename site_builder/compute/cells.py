"""Every score of a variant as arrays, with what stands beside each: rank, lifts, error, tie."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import Array, competition_ranks
from site_builder.compute.score_error import ScoreErrors, find_ties
from site_builder.compute.scores import Scores
from site_builder.records import Record


class Cells(Record, eq=False):
    """The scores of one variant that count, as arrays (models, tasks); NaN where there is none.

    A page that shows a whole model or a whole task takes a row or a column of each.

    Attributes:
        variant: Its id.
        models, tasks: Ids of the rows and of the columns.
        rows: The row of each model.
        score: In the metric's own unit.
        rank: Among the scores of the task, equals sharing the better (docs/statistics.md#ranks).
        over_base, over_baseline: How much better it is, in the metric's own unit, NaN where either
            is missing (docs/statistics.md#lift).
        known: How exact the scores are.
        tied: 1 where a score cannot be told from the best of the task, 0 where it can; NaN where
            the errors are not known (docs/statistics.md#ties-on-a-task).
        reasons: Why a score should be read with care, by row and column.
    """

    variant: str
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    rows: Mapping[str, int]
    score: Array
    rank: Array
    over_base: Array
    over_baseline: Array
    known: ScoreErrors
    tied: Array
    reasons: Mapping[tuple[int, int], str]

    @cached_property
    def counts(self) -> list[int]:
        """Number of scores by task."""
        return list((~np.isnan(self.score)).sum(axis=0).tolist())

    @cached_property
    def has_errors(self) -> bool:
        """Whether the error of any score is known."""
        return not bool(np.isnan(self.known.standard).all())

    @cached_property
    def has_examples(self) -> bool:
        """Whether the number of examples of any score is known."""
        return not bool(np.isnan(self.known.examples).all())


def compute_cells(scores: Scores) -> dict[str, Cells]:
    """The cells of every variant of the board, the primary one first."""
    return {variant: _cells(scores, variant) for variant in scores.roles.variants}


def _cells(scores: Scores, variant: str) -> Cells:
    signed, known = scores.signed[variant], scores.known[variant]
    unknown = np.isnan(known.standard).all()
    return Cells(
        variant=variant,
        models=scores.models,
        tasks=scores.tasks,
        rows=scores.rows,
        score=scores.values[variant],
        rank=competition_ranks(signed),
        over_base=scores.lift_over_base(variant),
        over_baseline=scores.lift_over_baseline(variant),
        known=known,
        tied=known.standard if unknown else find_ties(signed, known.standard),
        reasons={
            (scores.rows[f.model], column): f.reason
            for column, task in enumerate(scores.tasks)
            for f in scores.flagged[task]
            if f.variant == variant
        },
    )


def complete_tasks(cells: Mapping[str, Cells], row: int) -> npt.NDArray[np.intp]:
    """The columns of the tasks that a model has a score of every variant on; shape (n,)."""
    return np.flatnonzero(np.all([~np.isnan(of.score[row]) for of in cells.values()], axis=0))
