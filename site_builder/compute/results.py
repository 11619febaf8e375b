"""Everything that is computed, once: what charts, pages, prose and the API all read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from site_builder.compute import numbers as probabilities
from site_builder.compute.board import Board, boards_ahead, choose_rules, compute_common_boards
from site_builder.compute.catalog import Catalog, Release, collect_catalog, find_release
from site_builder.compute.correlation import Correlations, compute_correlations, find_features
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.scores import (
    Cells,
    FlaggedScore,
    Score,
    Scores,
    collect_scores,
    compute_cells,
    scores_of_model,
)
from site_builder.compute.serving import Serving, compute_serving
from site_builder.compute.significance import (
    LiftTests,
    PairedLifts,
    collect_paired_lifts,
    compute_lift_tests,
)
from site_builder.compute.stats import Stats, TrainingSets, compute_stats, compute_training_sets
from site_builder.compute.tasks import CategoryResult, TaskResult, compute_categories, compute_tasks
from site_builder.config import SiteConfig
from site_builder.records import Record
from site_builder.tables.check import Tables

# A page is of one model, or compares a few: records of more would be in memory for nothing.
_MODELS_KEPT = 16

# With fewer, copies of the process cost more than they save.
LEAST_MODELS = 400


class Results(Record):
    """Everything that is computed from the tables, frozen.

    Attributes:
        catalog: What the tables say of each model, task and score.
        scores: The scores as arrays.
        cells: By variant, primary first, the scores with their ranks, lifts and errors as arrays:
            for whoever shows a whole model or a whole task.
        boards: Board over all tasks, by variant.
        common: Boards over the tasks that all ranked models of a variant have, by that variant.
        lift_tests: Whether each model's lifts are real.
        paired_lifts: 95 % intervals of the lifts that are known example by example.
        tasks: Each task, in the order of the tasks table.
        categories: Each category, harder to beat first; empty where tasks have none.
        correlations: Over tasks; None where there is nothing to correlate.
        training_sets: Sizes of the training sets; None where no task states one.
        serving: Latency and prices.
        stats: The figures of the whole board.
        release: Which data all this was computed from.
    """

    catalog: Catalog
    scores: Scores
    cells: Mapping[str, Cells]
    boards: Mapping[str, Board]
    common: Mapping[str, Mapping[str, Board]]
    lift_tests: LiftTests
    paired_lifts: PairedLifts
    tasks: tuple[TaskResult, ...]
    categories: tuple[CategoryResult, ...]
    correlations: Correlations | None
    training_sets: TrainingSets | None
    serving: Serving
    stats: Stats
    release: Release

    @property
    def board(self) -> Board:
        """The board that the site opens with."""
        return self.boards[self.scores.roles.primary]

    def task(self, task: str) -> TaskResult:
        """One task by its id."""
        return self._tasks[task]

    def scores_of(self, model: str, task: str) -> Mapping[str, Score]:
        """The scores of a model on a task that count, by variant; primary first."""
        return self._of_model(model).get(self.task(task).task, {})

    def scores_on(self, model: str, tasks: Sequence[str]) -> Mapping[str, Mapping[str, Score]]:
        """The same on several tasks at once, by task; one without a score is absent."""
        columns = np.array([self.scores.columns[task] for task in tasks], dtype=np.intp)
        return scores_of_model(self.cells, self.scores.rows[model], columns)

    def flagged_of(self, model: str, task: str) -> Mapping[str, FlaggedScore]:
        """The flagged scores of a model on a task, by variant, whether they count or not."""
        return self._flagged.get((model, task), {})

    @cached_property
    def paired_tasks(self) -> frozenset[str]:
        """The tasks with a lift that is known example by example."""
        return frozenset(task for _, task, _, _ in self.paired_lifts)

    @cached_property
    def _tasks(self) -> dict[str, TaskResult]:
        return {result.task: result for result in self.tasks}

    @cached_property
    def _flagged(self) -> dict[tuple[str, str], dict[str, FlaggedScore]]:
        found: dict[tuple[str, str], dict[str, FlaggedScore]] = {}
        flagged = [flagged for result in self.tasks for flagged in result.flagged]
        for score in sorted(flagged, key=lambda f: self.scores.roles.variants.index(f.variant)):
            found.setdefault((score.model, score.task), {})[score.variant] = score
        return found

    def _of_model(self, model: str) -> Mapping[str, Mapping[str, Score]]:
        """The scores of a model by task and variant."""
        if model not in self._kept:
            if len(self._kept) >= _MODELS_KEPT:
                self._kept.clear()
            row = self.scores.rows.get(model)
            self._kept[model] = {} if row is None else scores_of_model(self.cells, row)
        return self._kept[model]

    @cached_property
    def _kept(self) -> dict[str, Mapping[str, Mapping[str, Score]]]:
        return {}


def compute_results(tables: Tables, config: SiteConfig, processes: int = 1) -> Results:
    """Compute everything. Pure: the same tables and configuration give the same results.

    Args:
        tables: The checked tables.
        config: `site.toml`.
        processes: How many processes work at once; they give the same.
    """
    scores = collect_scores(tables, config.board)
    rules = choose_rules(tables.tasks, scores, config.board)
    bootstrap = Bootstrap.over(len(scores.tasks))
    at_once = processes if len(scores.models) > LEAST_MODELS else 1
    if at_once > 1:
        probabilities.load()
    with boards_ahead(scores, tables.tasks, config.board, rules, bootstrap, at_once) as wait:
        lift_tests = compute_lift_tests(scores, bootstrap, averaged=rules.averaged)
        cells = compute_cells(scores)
        tasks, catalog = compute_tasks(scores, cells), collect_catalog(tables)
        boards, by_category = wait()
    categories = compute_categories(by_category, tasks)
    features = find_features(tables.tasks, config.analysis.features)
    correlations = compute_correlations(
        scores, tables.tasks, tasks, features, averaged=rules.averaged
    )
    return Results(
        catalog=catalog,
        scores=scores,
        cells=cells,
        boards=boards,
        common=compute_common_boards(scores, boards),
        lift_tests=lift_tests,
        paired_lifts=collect_paired_lifts(tables.differences, scores),
        tasks=tasks,
        categories=categories,
        correlations=correlations if correlations.any_defined else None,
        training_sets=compute_training_sets(tables.tasks, config.analysis.training_set_thresholds),
        serving=compute_serving(tables.serving_requests, tables.prices, scores.roles.baseline),
        stats=compute_stats(scores, boards, lift_tests, tasks, len(categories)),
        release=find_release(tables.loaded, tables.results, config.site.released),
    )
