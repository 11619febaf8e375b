"""Compute all results of a site, once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

from site_builder.compute.agreement import correlate_ranks, find_similar_tasks
from site_builder.compute.board import (
    Board,
    Entry,
    choose_rules,
    compute_boards,
    compute_common_boards,
)
from site_builder.compute.catalog import (
    Catalog,
    Caution,
    Release,
    collect_catalog,
    find_cautions,
    find_release,
    hides,
)
from site_builder.compute.correlation import Correlations, compute_correlations
from site_builder.compute.numbers import Array
from site_builder.compute.robustness import (
    DecisiveTasks,
    MetricResult,
    Robustness,
    compute_metrics,
    compute_robustness,
    find_decisive_tasks,
)
from site_builder.compute.runs import Against
from site_builder.compute.scores import Scores, collect_scores
from site_builder.compute.serving import Serving, compute_serving
from site_builder.compute.significance import (
    PairedLifts,
    Verdict,
    collect_paired_lifts,
    judge_lifts,
    verdict_of,
)
from site_builder.compute.statistics import Statistic
from site_builder.compute.stats import (
    Stats,
    TrainingSets,
    compute_stats,
    compute_training_sets,
    smallest_difference,
)
from site_builder.compute.tasks import CategoryResult, TaskResult, compute_categories, compute_tasks
from site_builder.config import BoardConfig, SiteConfig
from site_builder.errors import working_on
from site_builder.records import CachingRecord, Record
from site_builder.tables.boards import BoardSpec, resolve_boards, whole_tasks
from site_builder.tables.read import Tables


class Results(CachingRecord):
    """Everything that is computed from the tables.

    Attributes:
        boards: Board over all tasks, by variant.
        common: Boards over the tasks that all ranked models of a variant have, by that variant.
        metrics: Lifts over the baseline by metric; empty without a baseline, and for one metric.
        decisive: The tasks that make the leader's lift over the baseline; None without one above 0.
        robustness: Who leads the primary board by other rules; None below two ranked models.
        smallest_difference: The smallest mean difference between two models that the tasks show
            in four of five cases; None where that is not defined (docs/statistics.md#power).
        paired_lifts: 95 % intervals of the lifts that are known example by example.
        lift_verdicts: Whether each lift is clear, of a variant and over what: `judge_lifts`.
        tasks: The results on each task, in the order of the tasks table.
        agreement: How similarly each two tasks rank the models of the primary variant, as rho of
            `correlate_ranks`, shape (tasks, tasks).
        categories: The results on each category, lowest difference first; empty without any.
        correlations: Over tasks; None where no two columns have a correlation.
        training_sets: Sizes of the training sets; None where no task states one.
        cautions: Why scores of an entry should be compared with care, by entry.
    """

    catalog: Catalog
    scores: Scores
    boards: Mapping[str, Board]
    common: Mapping[str, Mapping[str, Board]]
    smallest_difference: float | None
    metrics: tuple[MetricResult, ...]
    decisive: DecisiveTasks | None
    robustness: Robustness | None
    paired_lifts: PairedLifts
    lift_verdicts: Mapping[tuple[str, Against], Array]
    tasks: tuple[TaskResult, ...]
    agreement: Array
    categories: tuple[CategoryResult, ...]
    correlations: Correlations | None
    training_sets: TrainingSets | None
    cautions: Mapping[str, tuple[Caution, ...]]
    serving: Serving
    stats: Stats
    release: Release

    @property
    def board(self) -> Board:
        """The board that the site opens with."""
        return self.boards[self.scores.roles.primary]

    @cached_property
    def average_ends(self) -> tuple[float, ...]:
        """The least and the greatest average of all models in all variants; none without any."""
        found = (board.average(s) for board in self.boards.values() for s in board.entries)
        known = [value for value in found if value is not None]
        return (min(known), max(known)) if known else ()

    def lowest_prices(self, of: str = "million_usd") -> Mapping[str, float]:
        """Return the lowest list price of each entry: of a million tokens, half of them output.

        `of` can be another field of `Price`.
        """
        lowest: dict[str, float] = {}
        for price in self.serving.prices:
            if (usd := getattr(price, of)) is not None:
                lowest[price.model] = min(lowest.get(price.model, math.inf), usd)
        return {m.model: lowest[m.of] for m in self.catalog.models.values() if m.of in lowest}

    def shown(self, config: BoardConfig) -> list[Entry]:
        """Return the ranked entries that the first filters of a board show."""
        models = self.catalog.models
        return [s for s in self.board.ranked if not hides(config, models[s.model])]

    def is_low_best(self, board: Board, statistic: Statistic | None = None) -> bool:
        """Return whether what ranks a board, or a statistic of it, is better where it is lower."""
        low_scores, low = bool(self.scores.direction[0] < 0), board.rule.lower_is_better
        if statistic is not None and statistic.id != board.rule.statistic:
            low = bool(statistic.is_low_best(low_scores=low_scores))
        return low_scores if low is None else low

    def task(self, task: str) -> TaskResult:
        """Return the results on one task."""
        return self._tasks[task]

    def lift_verdict(self, key: tuple[str, str, str], against: Against) -> Verdict | None:
        """Return whether the lift of a model on a task in a variant is clear; None if unknown."""
        model, task, variant = key
        at = self.scores.rows[model], self.scores.columns[task]
        return verdict_of(float(self.lift_verdicts[variant, against][at]))

    @cached_property
    def _tasks(self) -> dict[str, TaskResult]:
        return {result.task: result for result in self.tasks}


class BoardResults(Record):
    """One board of a site, with everything that is computed of its entries and tasks."""

    spec: BoardSpec
    results: Results


class SiteResults(Record):
    """Everything that is computed for a site.

    Attributes:
        boards: Its boards, in their order.
        overview: Over all entries and all tasks that are no part of another; with one board, often
            the same.
        whole: Over all entries and all tasks, parts too; often the same. It ranks on single tasks.
    """

    boards: tuple[BoardResults, ...]
    overview: Results
    whole: Results

    @property
    def featured(self) -> BoardResults:
        """The board that the home page shows whole."""
        return next(board for board in self.boards if board.spec.featured)


def compute_site(tables: Tables, config: SiteConfig) -> SiteResults:
    """Compute everything from checked tables; the same input gives the same results.

    Boards of the same entries and tasks, ranked by the same, share their results.
    """
    scores, entries = collect_scores(tables, config.board), tuple(tables.models["model"])
    catalog = collect_catalog(tables)
    release = find_release(tables, config.site.released)
    known: dict[object, Results] = {}

    def over(tasks: tuple[str, ...], models: tuple[str, ...], board: BoardConfig) -> Results:
        ranking = (board.baseline, board.rank_by, board.min_coverage, board.missing)
        key = tasks, models, ranking, board.ratio_offset
        if key not in known:
            part = scores.for_board(models, board).only(tasks)
            known[key] = _compute(tables, config, board, part, catalog, release)
        return known[key]

    overview = over(whole_tasks(tables), entries, config.board)
    whole = over(tuple(tables.tasks["task"]), entries, config.board)
    specs = resolve_boards(tables, config)
    boards: list[BoardResults] = []
    for spec in specs:
        with working_on(spec.name):
            boards.append(BoardResults(spec, over(spec.tasks, spec.entries, spec.config)))
    return SiteResults(tuple(boards), overview, whole)


def _compute(
    tables: Tables,
    config: SiteConfig,
    board: BoardConfig,
    scores: Scores,
    catalog: Catalog,
    release: Release,
) -> Results:
    """Compute everything of one board: the entries and tasks of `scores`."""
    facts = tables.tasks[tables.tasks["task"].isin(scores.tasks)].reset_index(drop=True)
    catalog = catalog.only(scores.models, scores.tasks)
    rules = choose_rules(facts, scores, board)
    # On a site of several boards, categories have none.
    categorised = facts if not config.boards or board is config.board else facts[:0]
    boards, by_category = compute_boards(scores, categorised, board, rules)
    agreement = correlate_ranks(scores.primary.signed)
    similar = find_similar_tasks(scores.tasks, agreement, catalog.related_tasks())
    tasks = compute_tasks(scores, similar)
    categories = compute_categories(by_category, tasks, categorised)
    primary = boards[scores.roles.primary]
    paired_lifts = collect_paired_lifts(tables.differences, scores)
    of_baseline = catalog.models.get(scores.roles.baseline or "")
    baseline = of_baseline.of if of_baseline else None
    over: tuple[Against, ...] = ("base", "baseline")
    return Results(
        catalog=catalog,
        scores=scores,
        boards=boards,
        common=compute_common_boards(scores, boards),
        smallest_difference=smallest_difference(scores, primary),
        metrics=compute_metrics(scores, facts, boards, board),
        decisive=find_decisive_tasks(scores, primary),
        robustness=compute_robustness(scores, facts, primary, board),
        paired_lifts=paired_lifts,
        lift_verdicts={
            (variant, against): judge_lifts(scores, paired_lifts, variant, against)
            for variant in scores.roles.variants
            for against in over
        },
        tasks=tasks,
        agreement=agreement,
        categories=categories,
        correlations=compute_correlations(
            scores, facts, tasks, config.analysis.features, averaged=rules.averaged
        ),
        training_sets=compute_training_sets(facts, config.analysis.training_set_thresholds),
        serving=compute_serving(tables.serving_requests, tables.prices, baseline),
        stats=compute_stats(scores, boards, tasks, len(categories), len(catalog.waiting)),
        release=release,
        cautions=find_cautions(tables, catalog),
    )
