"""The boards of a site, over all tasks and over those of each category: by several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pandas as pd

from site_builder.compute.board import Board, choose_rules, compute_board
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.scores import Scores
from site_builder.config import BoardConfig
from site_builder.processes import spread_ahead


class Boards(NamedTuple):
    """Every board of a site.

    Attributes:
        whole: Over all tasks, by variant.
        by_category: Over the tasks of a category, by its name and by variant; in the order in which
            the tasks table has the categories.
    """

    whole: Mapping[str, Board]
    by_category: Mapping[str, Mapping[str, Board]]


@contextmanager
def boards_ahead(
    scores: Scores, tasks: pd.DataFrame, config: BoardConfig, processes: int = 1
) -> Iterator[Callable[[], Boards]]:
    """Rank the models of every variant over all tasks, and over those of each category.

    What is given waits for the boards, which other processes compute while the block runs.

    Args:
        scores: The scores.
        tasks: The tasks table, in the order of `scores.tasks`.
        config: `[board]` of `site.toml`.
        processes: How many processes work at once; one computes them when they are asked for.
    """
    categories = tasks["category"].dropna().drop_duplicates().tolist()

    def make(category: str | None) -> dict[str, Board]:
        if category is None:
            return _boards_over(scores, tasks, config)
        mine = tasks[tasks["category"] == category]
        return _boards_over(scores.only(tuple(mine["task"])), mine, config)

    def made(all_boards: list[dict[str, Board]]) -> Boards:
        whole, *others = all_boards
        return Boards(whole, dict(zip(categories, others, strict=True)))

    with spread_ahead(make, [None, *categories], processes, least=1) as wait:
        yield lambda: made(wait())


def _boards_over(scores: Scores, tasks: pd.DataFrame, config: BoardConfig) -> dict[str, Board]:
    rules, bootstrap = choose_rules(tasks, scores, config), Bootstrap.over(len(tasks))
    return {v: compute_board(scores, v, rules, bootstrap) for v in scores.roles.variants}
