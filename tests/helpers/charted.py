"""Charts of boards: every one that a board has, and what of it is to be compared."""

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from site_builder.charts.analysis import chart_similar_tasks, chart_training_sets
from site_builder.charts.averages import chart_averages
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import chart_correlation
from site_builder.charts.differences import (
    chart_best_lift_by_task,
    chart_category_difference,
)
from site_builder.charts.scores import chart_beside_median, chart_task_scores
from site_builder.charts.serving import chart_latency
from site_builder.charts.trade_off import TradeView, chart_trade_offs
from site_builder.compute.results import Results, compute_site
from site_builder.compute.trade_off import compute_trade_offs
from site_builder.config import Analysis, BoardConfig, SiteConfig
from site_builder.labels import Labels, make_labels
from site_builder.table_model import Table
from tests.helpers.boards import Runs, make_frames, make_tables
from tests.helpers.odd_boards import SHAPES
from tests.helpers.sites import ROOT, make_site
from tests.helpers.tables import SITE_TOML, board, having, write_project

Drawn = tuple[Results, Labels]
# a gains 0.4 on t1 and loses 0.1 on t2; b gains 0.1 and 0.1; the baseline ref is never tuned.
TUNED: Runs = {
    "base": {"a": [0.1, 0.5], "b": [0.5, 0.5], "ref": [0.6, 0.4]},
    "fine_tuned": {"a": [0.5, 0.4], "b": [0.6, 0.6]},
}
ONE: Runs = {"base": {"a": [0.9, 0.1], "b": [0.3, 0.5], "c": [0.1, 0.1]}}
BUILDERS = (
    chart_averages,
    chart_best_lift_by_task,
    chart_category_difference,
    chart_correlation,
    chart_similar_tasks,
    chart_training_sets,
    chart_latency,
)


def draw(
    frames: Mapping[str, pd.DataFrame], analysis: Analysis | None = None, **board: Any
) -> Drawn:
    """Results and labels of tables; further arguments are keys of `[board]`."""
    config = SiteConfig(root=Path(), board=BoardConfig(**board), analysis=analysis or Analysis())
    results = compute_site(make_tables(frames, config.default_variant), config).featured.results
    return results, make_labels(results, config)


def said(
    build: Callable[..., Any],
    runs: Runs = TUNED,
    *args: str,
    lower: Collection[str] = (),
    tasks: Mapping[str, Any] | None = None,
    frames: Mapping[str, pd.DataFrame] | None = None,
    analysis: Analysis | None = None,
    **board: Any,
) -> Any:
    """A chart of a board of runs; None where there is none.

    Args:
        build: The builder.
        runs: The scores, as in tests/helpers/boards.py.
        args: What the builder takes beyond results and labels: a model, or a task.
        lower: Tasks on which a lower score is better.
        tasks: Further columns of the tasks table.
        frames: The tables, in place of runs.
        analysis: `[analysis]`.
        board: Keys of `[board]`.
    """
    return build(*draw(frames or make_frames(runs, lower, tasks), analysis, **board), *args)


def trade_views(results: Results, labels: Labels, **board: Any) -> dict[str, TradeView]:
    """The trade-offs of a board by their axis; further arguments are keys of `[board]`."""
    trades = compute_trade_offs(results, BoardConfig(**board))
    views = chart_trade_offs(results, labels, trades)
    return {trade.axis.id: view for trade, view in zip(trades, views, strict=True)}


def several() -> dict[str, pd.DataFrame]:
    """Two tuned variants and a base, with gaps; features, sizes, categories and developers."""
    runs: dict[str, dict[str, list[float | None]]] = {
        variant: {
            f"m{i}": [
                None if (i + j) % 7 == gap else round(0.1 + 0.1 * i + 0.03 * j * (step + i % 2), 3)
                for j in range(6)
            ]
            for i in range(5)
        }
        for step, (variant, gap) in enumerate((("base", 9), ("sft", 5), ("ppo", 6)))
    }
    tasks: dict[str, list[Any]] = {
        "category": ["A", "A", "B", "B", "C", None],
        "train_examples": [10, 200, 3_000, 0, 500_000, 40],
        "depth": [1.0, 2.0, 2.0, 5.0, 3.0, 4.0],
    }
    frames = make_frames(runs, tasks=tasks)
    frames["models"] = having(
        frames["models"],
        parameters_b=[0.5, 1.0, 7.0, 7.0, None],
        developer=["X", "Y", "X", None, "Z"],
    )
    return frames


@functools.cache
def drawn(name: str) -> Drawn:
    """A board by its name: the Index, the fixture board, `several`, or of helpers/odd_boards.py."""
    if name == "several":
        return draw(several(), baseline="m1", min_coverage=0.5, rank_by="mean")
    with TemporaryDirectory() as folder:
        frames, toml = (board(), SITE_TOML) if name == "fixture" else ({}, "")
        if name in SHAPES:
            frames, toml = SHAPES[name]()
        root = ROOT if name == "index" else write_project(Path(folder), frames, toml)
        site = make_site(root)
    return site.results, site.labels


def charts_of(results: Results, labels: Labels) -> Iterator[tuple[str, Chart]]:
    """Every chart of a board, by the page that it stands on."""
    for build in BUILDERS:
        chart = build(results, labels)
        if chart is not None:
            yield "", chart
    for view in trade_views(results, labels).values():
        yield "", view.chart
    for model in results.scores.models:
        chart = chart_beside_median(results, labels, model, labels.roles.primary, "")
        if chart is not None:
            yield f"model {model}", chart
    for task in results.scores.tasks:
        chart = chart_task_scores(results, labels, task)
        if chart is not None:
            yield f"task {task}", chart


@functools.cache
def charts(name: str) -> tuple[tuple[str, Chart], ...]:
    """Every chart of a board by its name, with the page that it stands on."""
    return tuple(charts_of(*drawn(name)))


def chart_on(name: str, page: str, chart_id: str) -> Chart:
    """One chart of a board."""
    return next(chart for at, chart in charts(name) if (at, chart.id) == (page, chart_id))


def table_of(chart: Chart) -> Table:
    """The table that a chart brings."""
    assert chart.table is not None
    return chart.table


def column(chart: Chart, key: str) -> list[Any]:
    """The values of a column of the table behind a chart, from top to bottom."""
    at = [c.key for c in table_of(chart).columns].index(key)
    return [row.cells[at].value for row in table_of(chart).rows]


def keys(chart: Chart) -> list[str]:
    """The keys of the table's columns."""
    return [c.key for c in table_of(chart).columns]


def traces(chart: Chart) -> dict[str, Any]:
    """The traces of a figure that have a name, by that name."""
    return {trace["name"]: trace for trace in chart.figure_json["data"] if trace.get("name")}


def walk(value: object, path: Sequence[str] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of a figure with the keys that lead to it; lists add none."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from walk(part, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk(part, path)
    else:
        yield tuple(path), value
