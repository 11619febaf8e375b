"""Boards over the tasks that all ranked models have, where they have not all the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from site_builder.compute.board import Board, compute_board
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.scores import Scores
from site_builder.records import replace


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
        variant: _boards_over(scores, boards, tasks)
        for variant, tasks in found.items()
        if 0 < len(tasks) < len(scores.tasks)
    }


def _common_tasks(scores: Scores, board: Board) -> list[str]:
    ranked = [scores.rows[s.model] for s in board.ranked]
    lacking = np.isnan(scores.values[board.variant][ranked]).sum(axis=0)
    return [task for task, n in zip(scores.tasks, lacking, strict=True) if n == 0]


def _boards_over(scores: Scores, boards: Mapping[str, Board], tasks: list[str]) -> dict[str, Board]:
    part, bootstrap = scores.only(tasks), Bootstrap.over(len(tasks))
    rules = next(iter(boards.values())).rules
    by_mean = replace(rules, min_coverage=1.0, rank_by="mean" if rules.averaged else rules.rank_by)
    return {variant: compute_board(part, variant, by_mean, bootstrap) for variant in boards}
