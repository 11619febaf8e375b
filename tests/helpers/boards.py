"""Boards small enough to do by hand, and their scores and results.

A board is written as its runs: `{"base": {"a": [0.1, None]}, "tuned": {"a": [0.5, 0.7]}}` is model
`a` in two variants on the tasks `t1` and `t2`, the second without a base score.
"""

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from site_builder.compute.board import Board, Entry, compute_board
from site_builder.compute.results import Results, compute_site
from site_builder.compute.rules import RankingRules
from site_builder.compute.scores import Score, Scores, collect_scores
from site_builder.compute.statistics import STATISTICS
from site_builder.config import Analysis, BoardConfig, SiteConfig
from site_builder.records import Record, asdict, replace
from site_builder.tables.parts import split_subsets
from site_builder.tables.read import LoadedTable, LoadedTables, Tables, complete_tables
from site_builder.tables.schema import TABLES

Runs = Mapping[
    str, Any
]  # variant to model to scores; literals of mixed numbers fit nothing narrower
BY_MEAN = RankingRules("mean", 1.0, averaged=True, why="comparable")


def make_tables(frames: Mapping[str, pd.DataFrame], base: str = "base") -> Tables:
    """Tables as `check_tables` hands them over, of frames with any of the contract's columns."""
    loaded = {
        spec.name: LoadedTable(spec, frames[spec.name], spec.file)
        for spec in TABLES
        if spec.name in frames
    }
    tables = split_subsets(complete_tables(LoadedTables(loaded), base))
    return replace(tables, models=tables.models.assign(of=tables.models["model"]))


def make_frames(
    runs: Runs, lower: Collection[str] = (), tasks: Mapping[str, Sequence[object]] | None = None
) -> dict[str, pd.DataFrame]:
    """Results, models and tasks of a board.

    Args:
        runs: The scores, by variant and model, in the order of the tasks `t1`, `t2`, ...
        lower: Tasks on which a lower score is better.
        tasks: Further columns of the tasks table; all tasks have the same metric by default.
    """
    cells = [
        (model, f"t{n}", variant, score)
        for variant, models in runs.items()
        for model, scores in models.items()
        for n, score in enumerate(scores, start=1)
    ]
    names = list(dict.fromkeys(task for _, task, _, _ in cells))
    models = list(dict.fromkeys(model for model, _, _, _ in cells))
    there = [cell for cell in cells if cell[3] is not None]
    return {
        "results": pd.DataFrame(there, columns=["model", "task", "variant", "score"]),
        "models": pd.DataFrame({"model": models}),
        "tasks": pd.DataFrame(
            {
                "task": names,
                "higher_is_better": [t not in lower for t in names],
                "metric": ["accuracy"] * len(names),
                **(tasks or {}),
            }
        ),
    }


def make_scores(runs: Runs, lower: Collection[str] = (), **board: Any) -> Scores:
    """Scores of a board; further arguments are keys of `[board]`."""
    return collect_scores(make_tables(make_frames(runs, lower)), BoardConfig(**board))


def scores_on(scores: Scores, task: str) -> list[Score]:
    """The scores on a task by variant, the primary one first, then by rank."""
    found, column = scores.of_task(task, scores.models), scores.columns[task]
    return [
        found[scores.models[row]][runs.variant]
        for runs in scores.variants
        for row in runs.ranked_rows(column)
    ]


def make_board(scores: Scores, rules: RankingRules = BY_MEAN, variant: str | None = None) -> Board:
    """A board over the scores: of the primary variant, unless another is named."""
    return compute_board(scores.runs[variant or scores.roles.primary], rules)


def make_results(
    frames: Mapping[str, pd.DataFrame], analysis: Analysis | None = None, **board: Any
) -> Results:
    """Everything that is computed from a board; further arguments are keys of `[board]`."""
    config = SiteConfig(
        root=Path(),
        board=BoardConfig(**board),
        analysis=analysis or Analysis(),
    )
    return compute_site(make_tables(frames, config.default_variant), config).featured.results


def find_holes(record: object, place: str = "") -> list[str]:
    """Places within a record that hold NaN or an infinity; the arrays of `Scores` may hold NaN."""
    if isinstance(record, float | np.floating):
        return [] if isfinite(record) else [place]
    if isinstance(record, Scores | str):
        return []
    if isinstance(record, Record):
        parts = [*asdict(record).items()]
    elif isinstance(record, Mapping):
        parts = [(str(key), value) for key, value in record.items()]
    elif isinstance(record, Sequence):
        parts = [(str(i), value) for i, value in enumerate(record)]
    else:
        return []
    return [hole for name, value in parts for hole in find_holes(value, f"{place}.{name}")]


class Row:
    """An entry of a board with its figures as attributes."""

    def __init__(self, board: Board, entry: Entry) -> None:
        figures = {s.id: board.figure(entry, s.id) for s in STATISTICS}
        vars(self).update(figures, **asdict(entry))


def rows_of(board: Board) -> list[Any]:
    """The entries of a board in its order, each with its figures."""
    return [Row(board, entry) for entry in board.entries]


def row_of(board: Board, model: str) -> Any:
    """The entry of a model with its figures."""
    return Row(board, board.entry(model))
