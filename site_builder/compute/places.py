"""Where each score stands: among the scores of its task, and in the results table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.numbers import Array, competition_ranks
from site_builder.compute.scores import Scores


@dataclass(frozen=True)
class Places:
    """The places of every score, by variant; arrays of shape (models, tasks).

    Attributes:
        ranks: Among the scores of the variant on the task, from 1 on; NaN where no score counts.
        rows: Row of the results table, from 1 on; 0 where there is no score.
        lifts: Tuned minus base score, positive = better; NaN where either is missing.
    """

    ranks: Mapping[str, Array]
    rows: Mapping[str, npt.NDArray[np.int64]]
    lifts: Mapping[str, Array]

    def complete(self, model: int) -> npt.NDArray[np.intp]:
        """The places of the tasks that a model has a score of every variant on; shape (k,)."""
        return np.flatnonzero(np.all([~np.isnan(r[model]) for r in self.ranks.values()], axis=0))

    def is_paired(self, model: int) -> bool:
        """Whether a model has a score before and after tuning on any task."""
        return any(not np.isnan(lifts[model]).all() for lifts in self.lifts.values())


def find_places(results: pd.DataFrame, scores: Scores) -> Places:
    """The places of the scores of a board.

    Args:
        results: The results table; flagged scores that do not count are in it.
        scores: The scores that count.

    Source: docs/statistics.md#ranks, docs/statistics.md#lift.
    """
    return Places(
        ranks={
            variant: np.apply_along_axis(competition_ranks, 0, scores.signed[variant])
            for variant in scores.roles.variants
        },
        rows=_rows(results, scores),
        lifts={variant: scores.lift_over_base(variant) for variant in scores.roles.tuned},
    )


def _rows(results: pd.DataFrame, scores: Scores) -> dict[str, npt.NDArray[np.int64]]:
    rows = pd.Index(scores.models).get_indexer(pd.Index(results["model"]))
    columns = pd.Index(scores.tasks).get_indexer(pd.Index(results["task"]))
    variants, places = results["variant"].to_numpy(), np.arange(1, len(results) + 1)
    found = {}
    for variant in scores.values:
        mine = variants == variant
        found[variant] = np.zeros((len(scores.models), len(scores.tasks)), dtype=np.int64)
        found[variant][rows[mine], columns[mine]] = places[mine]
    return found
