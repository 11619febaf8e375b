"""Everything that is computed, once: what charts, pages, prose and the API all read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from site_builder.compute.board import Board, choose_rules, compute_board
from site_builder.compute.catalog import Catalog, collect_catalog
from site_builder.compute.categories import CategoryResult, compute_categories
from site_builder.compute.cells import Cells, compute_cells
from site_builder.compute.common_tasks import compute_common_boards
from site_builder.compute.correlation import Correlations, compute_correlations
from site_builder.compute.distribution import TrainingSets, compute_training_sets
from site_builder.compute.features import find_features
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.lift_tests import LiftTest, LiftTests, Verdict, compute_lift_tests
from site_builder.compute.numbers import Array, mean_or_none
from site_builder.compute.paired_lifts import PairedLifts, collect_paired_lifts
from site_builder.compute.release import Release, find_release
from site_builder.compute.scores import Roles, Scores, collect_scores
from site_builder.compute.serving import Serving, compute_serving
from site_builder.compute.task_scores import TaskScore, scores_of_model
from site_builder.compute.tasks import TaskResult, compute_tasks
from site_builder.config import SiteConfig
from site_builder.tables.check import Tables

# A page is of one model, or compares a few: records of more would be in memory for nothing.
_MODELS_KEPT = 16

# With more, what is said of each single score is most of a site: pages and API say less of it.
MANY_SCORES = 50_000


@dataclass(frozen=True)
class Stats:
    """The figures of the whole board.

    Attributes:
        models, tasks, categories, scores: How many the board has.
        models_tuned: Models with at least one tuned score.
        models_ranked: Models with a rank on the primary board.
        tasks_compared: Tasks with both a contender and a baseline score.
        tasks_beating_baseline, tasks_tying_baseline: Tasks whose best contender beats, ties with
            the baseline.
        models_compared: Ranked models of the contest variants that have a mean lift over the
            baseline, its own run left out; 0 where scores cannot be averaged.
        models_ahead_of_baseline: Of these, the ones whose mean lift over the baseline is positive
            in some contest variant.
        models_clearly_ahead: Models of which a run of a contest variant is better than the baseline
            by the tests of its lift.
        models_clearly_helped, models_clearly_hurt: Models of which a tuned run is better, worse
            than its base by these tests.
        mean_base_score, mean_tuned_score: Mean over the paired runs of the score before and after,
            so that their difference is `mean_lift_over_base`.
        mean_lift_over_base: Mean over all tuned runs with a base score; None with none, or where
            scores cannot be averaged.
        runs_tuned: Scores of tuned variants.
        runs_paired: Those with a base score of the same model and task.
        runs_helped, runs_unchanged, runs_hurt: Paired runs better than, equal to, worse than their
            base score.
        runs_beating_baseline: Tuned runs strictly better than the baseline on their task.
    """

    models: int
    tasks: int
    categories: int
    scores: int
    models_tuned: int
    models_ranked: int
    tasks_compared: int
    tasks_beating_baseline: int
    tasks_tying_baseline: int
    models_compared: int
    models_ahead_of_baseline: int
    models_clearly_ahead: int
    models_clearly_helped: int
    models_clearly_hurt: int
    mean_base_score: float | None
    mean_tuned_score: float | None
    mean_lift_over_base: float | None
    runs_tuned: int
    runs_paired: int
    runs_helped: int
    runs_unchanged: int
    runs_hurt: int
    runs_beating_baseline: int

    @property
    def has_many_scores(self) -> bool:
        """Whether the site says of each score only what its row and its place are."""
        return self.scores > MANY_SCORES


@dataclass(frozen=True)
class Results:
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

    def scores_of(self, model: str, task: str) -> Mapping[str, TaskScore]:
        """The scores of a model on a task that count, by variant; primary first."""
        return self._of_model(model).get(self.task(task).task, {})

    def scores_on(self, model: str, tasks: Sequence[str]) -> Mapping[str, Mapping[str, TaskScore]]:
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

    def _of_model(self, model: str) -> Mapping[str, Mapping[str, TaskScore]]:
        """The scores of a model by task and variant."""
        if model not in self._kept:
            if len(self._kept) >= _MODELS_KEPT:
                self._kept.clear()
            row = self.scores.rows.get(model)
            self._kept[model] = {} if row is None else scores_of_model(self.cells, row)
        return self._kept[model]

    @cached_property
    def _kept(self) -> dict[str, Mapping[str, Mapping[str, TaskScore]]]:
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
    boards = {v: compute_board(scores, v, rules, bootstrap) for v in scores.roles.variants}
    lift_tests = compute_lift_tests(scores, bootstrap, averaged=rules.averaged)
    cells = compute_cells(scores)
    tasks = compute_tasks(scores, cells)
    categories = compute_categories(scores, tables.tasks, tasks, config.board, processes)
    features = find_features(tables.tasks, config.analysis.features)
    correlations = compute_correlations(
        scores, tables.tasks, tasks, features, averaged=rules.averaged
    )
    return Results(
        catalog=collect_catalog(tables),
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


def compute_stats(
    scores: Scores,
    boards: Mapping[str, Board],
    tests: LiftTests,
    tasks: tuple[TaskResult, ...],
    categories: int,
) -> Stats:
    """The figures of the whole board, each defined at its attribute.

    Source: docs/statistics.md#board-figures.
    """
    roles, primary = scores.roles, boards[scores.roles.primary]
    tuned = _runs(scores, [scores.values[v] for v in roles.tuned])
    lifts = _runs(scores, [scores.lift_over_base(v) for v in roles.tuned])
    over = _runs(scores, [scores.lift_over_baseline(v) for v in roles.tuned])
    base = np.full(lifts.shape[1:], np.nan) if roles.base is None else scores.values[roles.base]
    before, after = (np.where(np.isnan(lifts), np.nan, values) for values in (base, tuned))
    outcomes = [task.outcome for task in tasks]
    compared = _lifts_over_baseline(roles, boards)
    return Stats(
        models=len(scores.models),
        tasks=len(scores.tasks),
        categories=categories,
        scores=sum(int((~np.isnan(scores.values[v])).sum()) for v in roles.variants),
        models_tuned=int((~np.isnan(tuned)).any(axis=(0, 2)).sum()),
        models_ranked=len(primary.ranked),
        tasks_compared=len(outcomes) - outcomes.count(None),
        tasks_beating_baseline=outcomes.count("beats"),
        tasks_tying_baseline=outcomes.count("ties"),
        models_compared=len({model for model, _ in compared}),
        models_ahead_of_baseline=len({model for model, lift in compared if lift > 0}),
        models_clearly_ahead=_count_models(tests.over_baseline, roles.contest, "better"),
        models_clearly_helped=_count_models(tests.over_base, roles.tuned, "better"),
        models_clearly_hurt=_count_models(tests.over_base, roles.tuned, "worse"),
        mean_base_score=mean_or_none(before) if primary.rules.averaged else None,
        mean_tuned_score=mean_or_none(after) if primary.rules.averaged else None,
        mean_lift_over_base=mean_or_none(lifts) if primary.rules.averaged else None,
        runs_tuned=int((~np.isnan(tuned)).sum()),
        runs_paired=int((~np.isnan(lifts)).sum()),
        runs_helped=int((lifts > 0).sum()),
        runs_unchanged=int((lifts == 0).sum()),
        runs_hurt=int((lifts < 0).sum()),
        runs_beating_baseline=int((over > 0).sum()),
    )


def _count_models(
    tests: Mapping[str, Mapping[str, LiftTest]], variants: Sequence[str], verdict: Verdict
) -> int:
    """Models with that verdict in any of the variants."""
    found = [tests.get(variant, {}).items() for variant in variants]
    return len({model for runs in found for model, test in runs if test.verdict == verdict})


def _runs(scores: Scores, arrays: list[Array]) -> Array:
    """One array (variants, models, tasks) of several (models, tasks), or of none."""
    return np.array(arrays).reshape(-1, len(scores.models), len(scores.tasks))


def _lifts_over_baseline(roles: Roles, boards: Mapping[str, Board]) -> list[tuple[str, float]]:
    """Model and mean lift over the baseline of every ranked run of the contest but its own."""
    own = (roles.baseline, roles.baseline_variant)
    return [
        (s.model, s.lift_over_baseline)
        for variant in roles.contest
        for s in boards[variant].ranked
        if s.lift_over_baseline is not None and (s.model, variant) != own
    ]
