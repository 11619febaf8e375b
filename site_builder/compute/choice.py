"""A choice for tasks of one's own: which model, the smallest that will do, and how sure.

`static/js/choice.js` computes the same in the browser, from the same draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from site_builder.compute.board import RankingRules
from site_builder.compute.numbers import Array, settled_float
from site_builder.compute.picks import LimitKind, Question
from site_builder.compute.scores import Scores
from site_builder.compute.shortlist import LISTED, Candidate, Shortlist, Unranked
from site_builder.records import Record

MARGIN_SHARE = 0.02


class Choice(Record):
    """Which models suit the picked tasks.

    Attributes:
        question: What was asked.
        tasks: Number of picked tasks.
        listed: The candidates in order, the first `LISTED` of them.
        candidates: How many there are.
        ranked: How many models are ranked, whatever the limits.
        reference: The baseline's weighted mean; None where it has none.
        margin: How far below the best is good enough.
        smallest: The smallest candidate of known size within the margin; None where none is known.
        stays_first: In how many of `REWEIGHTINGS` random reweightings the first stays first; None
            with one candidate or one task.
        left_out: By kind of limit, the ranked models that are not within it.
        unranked: Who has no rank, in the order of the models table.
    """

    question: Question
    tasks: int
    listed: tuple[Candidate, ...]
    candidates: int
    ranked: int
    reference: float | None
    margin: float
    smallest: Candidate | None
    stays_first: int | None
    left_out: Mapping[LimitKind, tuple[str, ...]]
    unranked: tuple[Unranked, ...]


def compute_choice(
    scores: Scores,
    rules: RankingRules,
    question: Question,
    sizes: Sequence[float | None],
    span: float | None,
) -> Choice:
    """The models ranked over the picked tasks, within the limits.

    Args:
        scores: The whole board.
        rules: How it ranks.
        question: What is asked.
        sizes: Parameters of each model in billions; None where not known.
        span: Width of the bounds that all tasks share; None where they share none.

    Source: docs/statistics.md#choice.
    """
    inside = np.logical_and.reduce([np.ones(len(sizes), dtype=bool), *question.limits.values()])
    shortlist = Shortlist(scores, rules, question, inside)
    ranked, margin = ~np.isnan(shortlist.merit), question.margin
    if margin is None:
        margin = default_margin(shortlist.merit, span if shortlist.by_mean else 1.0)
    smallest = shortlist.smallest(sizes, margin)
    return Choice(
        question=question,
        tasks=len(shortlist.weights),
        listed=tuple(shortlist.candidate(i) for i in shortlist.order[:LISTED]),
        candidates=len(shortlist.order),
        ranked=int(ranked.sum()),
        reference=shortlist.reference,
        margin=margin,
        smallest=None if smallest is None else shortlist.candidate(smallest),
        stays_first=shortlist.stays_first(),
        left_out={
            kind: tuple(scores.models[i] for i in np.flatnonzero(ranked & ~within))
            for kind, within in question.limits.items()
        },
        unranked=tuple(shortlist.unranked(int(i)) for i in np.flatnonzero(inside & ~ranked)),
    )


def default_margin(merit: Array, span: float | None) -> float:
    """2 % of the scale: of its bounds, else of the way from the least merit to the greatest.

    Source: docs/statistics.md#choice.
    """
    known = merit[~np.isnan(merit)]
    if span is None:
        span = float(known.max() - known.min()) if len(known) else 0.0
    return settled_float(MARGIN_SHARE * span)
