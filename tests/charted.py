"""Charts of boards: every one that a board has, and what of it is to be compared."""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from site_builder.charts.averages import chart_averages
from site_builder.charts.category_differences import (
    chart_category_difference,
    chart_model_categories,
)
from site_builder.charts.chart import Chart
from site_builder.charts.correlation_matrix import chart_correlations
from site_builder.charts.feature_scatters import charts_features
from site_builder.charts.labels import Labels, make_labels
from site_builder.charts.latency import chart_latency
from site_builder.charts.prices import chart_prices
from site_builder.charts.redundancy import chart_redundancy
from site_builder.charts.score_lines import chart_model_tasks, chart_task_models
from site_builder.charts.score_matrix import chart_scores
from site_builder.charts.size import chart_size
from site_builder.charts.task_differences import chart_best_lift_by_task
from site_builder.charts.training_sets import chart_training_sets
from site_builder.charts.winners import chart_winners
from site_builder.compute.results import Results, compute_results
from site_builder.config import Analysis, BoardConfig, SiteConfig
from tests.boards import make_tables
from tests.odd_boards import SHAPES
from tests.sites import ROOT, make_site
from tests.tables import SITE_TOML, board, write_project

Drawn = tuple[Results, Labels]
BUILDERS = (
    chart_averages,
    chart_best_lift_by_task,
    chart_category_difference,
    chart_winners,
    chart_size,
    chart_scores,
    chart_correlations,
    chart_redundancy,
    chart_training_sets,
    chart_latency,
    chart_prices,
)


def draw(
    frames: Mapping[str, pd.DataFrame], analysis: Analysis | None = None, **board: Any
) -> Drawn:
    """Results and labels of tables; further arguments are keys of `[board]`."""
    config = SiteConfig(
        root=Path(), board=BoardConfig(**board), analysis=analysis or Analysis()
    )
    results = compute_results(make_tables(frames, config.default_variant), config)
    return results, make_labels(results, config)


@functools.cache
def drawn(name: str) -> Drawn:
    """A board by its name: the Index, the fixture board, or one of tests/odd_boards.py."""
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
    yield from (("", chart) for chart in charts_features(results, labels))
    for model in results.scores.models:
        for chart in (
            chart_model_tasks(results, labels, model),
            chart_model_categories(results, labels, model),
        ):
            if chart is not None:
                yield f"model {model}", chart
    for task in results.scores.tasks:
        chart = chart_task_models(results, labels, task)
        if chart is not None:
            yield f"task {task}", chart


def as_json(chart: Chart) -> str:
    """A figure as a page embeds it; NaN is refused."""
    return json.dumps(chart.figure, ensure_ascii=False, allow_nan=False)


def column(chart: Chart, key: str) -> list[Any]:
    """The values of a column of the table behind a chart, from top to bottom."""
    at = [c.key for c in chart.table.columns].index(key)
    return [row.cells[at].value for row in chart.table.rows]


def keys(chart: Chart) -> list[str]:
    """The keys of the table's columns."""
    return [c.key for c in chart.table.columns]


def traces(chart: Chart) -> dict[str, Any]:
    """The traces of a figure that have a name, by that name."""
    return {t["name"]: t for t in chart.figure["data"] if t.get("name")}


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
