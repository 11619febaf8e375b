"""The boards of a site, over all tasks and over those of each category: by several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pandas as pd

from site_builder.compute.board import Board, Rules, choose_rules, compute_board
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
    scores: Scores,
    tasks: pd.DataFrame,
    config: BoardConfig,
    rules: Rules,
    bootstrap: Bootstrap,
    processes: int = 1,
) -> Iterator[Callable[[], Boards]]:
    """Rank the models of every variant over all tasks, and over those of each category.

    What is given waits for the boards, which other processes compute while the block runs.

    Args:
        scores: The scores.
        tasks: The tasks table, in the order of `scores.tasks`.
        config: `[board]` of `site.toml`.
        rules: How the board over all tasks ranks.
        bootstrap: Samples of all tasks.
        processes: How many processes work at once; one computes them when they are asked for.
    """
    categories = tasks["category"].dropna().drop_duplicates().tolist()

    def make(category: str | None) -> dict[str, Board]:
        if category is None:
            return _boards_over(scores, rules, bootstrap)
        mine = tasks[tasks["category"] == category]
        part = scores.only(tuple(mine["task"]))
        return _boards_over(part, choose_rules(mine, part, config), Bootstrap.over(len(mine)))

    def made(all_boards: list[dict[str, Board]]) -> Boards:
        whole, *others = all_boards
        return Boards(whole, dict(zip(categories, others, strict=True)))

    with spread_ahead(make, [None, *categories], processes, least=1) as wait:
        yield lambda: made(wait())


def _boards_over(scores: Scores, rules: Rules, bootstrap: Bootstrap) -> dict[str, Board]:
    return {v: compute_board(scores, v, rules, bootstrap) for v in scores.roles.variants}
