"""Lifts that are known example by example: how exact they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array, settled
from site_builder.compute.score_error import REACH
from site_builder.compute.scores import Scores
from site_builder.tables.places import places

# Model, task, variant, and what it is set against: `base` or `baseline`.
PairKey: TypeAlias = tuple[str, str, str, str]
PairedLifts: TypeAlias = Mapping[PairKey, tuple[float, float]]

_NOISE = 1e-9  # of the scores' size: a difference that is further from the lift is another


def collect_paired_lifts(differences: pd.DataFrame | None, scores: Scores) -> PairedLifts:
    """The 95 % interval of each lift whose difference the tables hold, paired by example.

    lift ± 1.96 stderr of the difference, positive = better. A difference counts where it is the
    lift itself: of the same two runs, and of the same size. It is not where examples of either lack
    a partner, nor where a score has changed since.

    Args:
        differences: The table of paired differences; None where the project has none.
        scores: The scores of the board.

    Units: those of the metric.
    Source: docs/statistics.md#paired-differences.
    """
    if differences is None:
        return {}
    known = differences[differences["stderr"] > 0]
    roles, found = scores.roles, dict[PairKey, tuple[float, float]]()
    for variant in roles.variants:
        own = known[known["variant"] == variant]
        of_base = (own["against_model"] == own["model"]) & (own["against_variant"] == roles.base)
        of_baseline = (own["against_model"] == roles.baseline) & (
            own["against_variant"] == roles.baseline_variant
        )
        for against, fits, lifts in (
            ("base", of_base, scores.lift_over_base(variant)),
            ("baseline", of_baseline, scores.lift_over_baseline(variant)),
        ):
            found |= _intervals(own[fits & (own["against"] == against)], scores, variant, lifts)
    return found


def _intervals(own: pd.DataFrame, scores: Scores, variant: str, lifts: Array) -> PairedLifts:
    """The intervals of differences that are lifts, by their keys."""
    rows, columns = places(own["model"], scores.models), places(own["task"], scores.tasks)
    there = (rows >= 0) & (columns >= 0)
    own, rows, columns = own[there], rows[there], columns[there]
    lift = lifts[rows, columns]
    size = np.fmax(np.abs(scores.values[variant][rows, columns]), np.abs(lift))
    signed = own["difference"].to_numpy(dtype=float) * scores.direction[columns]
    is_lift = np.abs(signed - lift) <= _NOISE * size
    reach = REACH * own["stderr"].to_numpy(dtype=float)
    low, high = (settled(lift + way * reach, np.fmax(size, reach)) for way in (-1, 1))
    keys = zip(own["model"], own["task"], own["variant"], own["against"], strict=True)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return {key: pair for key, pair, fits in zip(keys, ends, is_lift, strict=True) if fits}
