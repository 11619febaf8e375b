"""Say who leads a board, no more firmly than its data allows."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.formatting import counted, listed
from site_builder.labels import Labels


def find_leaders(board: Board) -> list[Standing]:
    """Return the models that share the first rank."""
    return [s for s in board.ranked if s.rank == 1]


def find_rivals(board: Board) -> list[Standing]:
    """Return the other models that may be first with another choice of tasks."""
    return [s for s in board.ranked if s.tied_with_best and s.rank != 1]


def is_clearly_first(board: Board) -> bool:
    """Return whether one model leads, and no other may be first."""
    is_alone = len(find_leaders(board)) == 1 and not find_rivals(board)
    return board.tested and is_alone


def lead_text(board: Board, labels: Labels, most: int = 0) -> str:
    """Return who leads a board and who else may be first, without a full stop.

    Empty if no model is ranked. Others are named, at most so many, or else counted.
    """
    first = listed([labels.models[s.model] for s in find_leaders(board)])
    shared, rivals = len(find_leaders(board)) > 1, find_rivals(board)
    if len(board.ranked) < 2:
        return f"{first} is the only ranked model" if first else ""
    lead = f"{first} {'share the first rank' if shared else 'is first'}"
    if not board.tested:
        return f"{lead} over {counted(len(board.tasks), 'task')}, too few to tell models apart"
    if rivals:
        others = counted(len(rivals), "other")
        if most:
            others = listed([labels.models[s.model] for s in rivals], most)
        return f"{lead}; {others} may be first too"
    return lead if shared else f"{first} is clearly first"


def comparable_boards(results: Results) -> Mapping[str, Board] | None:
    """Return boards by variant over tasks that every ranked model of the primary variant has.

    These are the whole boards, or else those over the common tasks. None if no task is common, or
    if scores cannot be averaged: means over different tasks compare the tasks, not the models.
    Adjusted averages allow for the tasks, so they compare all models of the whole board.
    """
    board = results.board
    if not board.rules.averaged:
        return None
    if all(has_comparable_average(board, s) for s in board.ranked):
        return results.boards
    return results.common.get(board.variant)


def has_every_task(board: Board, standing: Standing) -> bool:
    """Return whether a model has a score on every task of a board."""
    return standing.scored == len(board.tasks)


def has_comparable_average(board: Board, standing: Standing) -> bool:
    """Return whether an average of a board compares with those of models with every task."""
    return board.rules.rank_by == "additive" or has_every_task(board, standing)


def has_mixed_directions(results: Results) -> bool:
    """Return whether higher is better on some tasks and lower on others."""
    return len(set(results.scores.direction.tolist())) > 1
