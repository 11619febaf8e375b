"""Define the statistics of a board, one record each, for tables, API and documentation.

A record has the name of the statistic, its meaning, its requirements, and its computation.
To add one, add a record here, a section to docs/statistics.md, and a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import Array, mean_of
from site_builder.compute.ranks import compute_win_rates
from site_builder.compute.rules import Merit, RankingRules, RuleInputs, combine
from site_builder.compute.score_error import count_judged_wins, find_first_places
from site_builder.compute.scores import Scores
from site_builder.records import CachingRecord, Record
from site_builder.tables.schema import Measure

Form = Literal["score", "difference", "rate", "count", "rank", "ratio", "measure"]
Need = Literal["mean", "base", "baseline"]


class BoardScores(CachingRecord, eq=False):
    """What statistics are computed from: the scores of one variant, and what ranks them.

    Arrays have the shape (models, tasks), or (models,), in the order of `scores.models`.
    """

    scores: Scores
    variant: str
    rules: RankingRules
    inputs: RuleInputs
    merit: Merit

    @property
    def values(self) -> Array:
        """The scores that count."""
        return self.scores.values[self.variant]

    @cached_property
    def wins(self) -> npt.NDArray[np.bool_]:
        """Where a model has the first place of a task."""
        return find_first_places(self.inputs.signed)

    @cached_property
    def judged_wins(self) -> Array:
        """The number of first places that errors make clear, and not clear, shape (2, models).

        NaN where unknown.
        """
        return count_judged_wins(self.inputs.signed, self.scores.ties[self.variant])

    @cached_property
    def over_base(self) -> Array:
        """The lifts over base."""
        return self.scores.lift_over_base(self.variant)

    @cached_property
    def over_baseline(self) -> Array:
        """The lifts over the baseline."""
        return self.scores.lift_over_baseline(self.variant)

    def mean_beside(self, others: Array) -> Array:
        """Return the mean of other scores over the tasks that each model has; (models,).

        NaN where one of them is missing.
        """
        there = ~np.isnan(self.values)
        means = mean_of(np.where(there, others, np.nan), axis=1)
        return np.where((there & np.isnan(others)).any(axis=1), np.nan, means)


class Statistic(Record):
    """One statistic of the entries of a board.

    Attributes:
        id: Key of its column and its field in downloads and API.
        label: Heading of its column. In braces stand `base`, `baseline`, `variant`, `over` (the
            tasks of the board) and `turning` (that differences are turned where lower is better).
        help: What the heading leaves open, in one phrase.
        meaning: The same for readers of the API.
        form: How its numbers are written.
        section: Its section in docs/statistics.md and on the page on method.
        compute: The values of all models, shape (models,); NaN where it is not defined.
        needs: What a board must have for it.
        rule: The rule that alone has it; empty for a statistic of every board.
        column: Whether tables show it: always, only in full, or never.
        is_ascending: Whether a first click on its heading sorts upwards.
        is_published: Whether the API has it, under the name `published_as`, if not its id.
        measure: The measure that it combines.
        formula: A line of text for the page on method; empty where a section of
            `pages/glossary.toml` has it.
    """

    id: str
    label: str
    help: str
    meaning: str
    form: Form
    section: str
    compute: Callable[[BoardScores], Array]
    needs: frozenset[Need] = frozenset()
    rule: str = ""
    column: Literal["", "always", "full"] = ""
    is_ascending: bool = False
    is_published: bool = True
    published_as: str = ""
    measure: Measure | None = None
    formula: str = ""

    def named(self, words: Mapping[str, str]) -> str:
        """Return its heading with words in place of the braces; that of a measure is as stated."""
        return self.label if self.measure is not None else self.label.format_map(words)

    def is_low_best(self, *, low_scores: bool) -> bool | None:
        """Return whether less of it is better; None where that is not known.

        `low_scores` is whether lower scores are better. What tables do not show has no direction.
        """
        if self.measure is not None:
            return self.measure.is_low_best
        if not self.column:
            return None
        return low_scores if self.form == "score" else self.is_ascending


def _count(values: npt.NDArray[np.bool_]) -> Array:
    return np.asarray(values.sum(axis=1), dtype=float)


def _of_rule(  # noqa: PLR0913 - columns of a table
    rule: str,
    label: str,
    help: str,
    meaning: str,
    formula: str,
    *,
    section: str = "",
    form: Form = "score",
) -> Statistic:
    """Return the statistic by which a rule ranks, and which only boards of this rule have."""
    return Statistic(
        *(rule, label, help, meaning, form, section or rule.replace("_", "-")),
        lambda board: board.merit.shown,
        rule=rule,
        column="always",
        is_ascending=form == "rank",
        formula=formula,
    )


_MEAN: frozenset[Need] = frozenset({"mean"})
_BASE: frozenset[Need] = frozenset({"base"})
_BASELINE: frozenset[Need] = frozenset({"baseline"})

STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "adjusted",
        "Adjusted average",
        "Estimate of the mean over {over}",
        "estimate of the mean score over all tasks ([more](statistics.md#additive-model))",
        "score",
        "adjusted-average",
        lambda board: board.merit.shown,
        _MEAN,
        rule="additive",
        column="always",
    ),
    _of_rule(
        "weighted_mean",
        "Weighted mean",
        "Mean over {over}, each with its weight",
        "mean of the scores, each with the weight of its task",
        "sum of weight * score / sum of weights",
    ),
    _of_rule(
        "mean_of_categories",
        "Mean of categories",
        "Mean over categories of the mean over the tasks of each",
        "mean over categories of the mean score of each",
        "mean over categories of (sum of scores / number of scores)",
    ),
    _of_rule(
        "median",
        "Median",
        "Median over {over}",
        "median of the scores",
        "the middle score; of an even number, the mean of the middle two",
        section="median-score",
    ),
    _of_rule("sum", "Sum", "Sum over {over}", "sum of the scores", "sum of scores"),
    _of_rule(
        "mean_rank",
        "Mean rank",
        "Mean over {over} of the rank; lower is better",
        "mean over tasks of the rank, lower is better",
        "mean of ranks, 1 for the best; equal scores share their mean rank",
        form="rank",
    ),
    _of_rule(
        "ratio_to_best",
        "Ratio to best",
        "Geometric mean over {over} of the score, divided by the best one",
        "geometric mean over tasks of the ratio to the best score",
        "exp(mean of log((score + offset) / (best score + offset)))",
        section="ratio",
        form="ratio",
    ),
    _of_rule(
        "ratio_to_baseline",
        "Ratio to {baseline}",
        "Geometric mean over {over} of the score, divided by that of {baseline}",
        "geometric mean over tasks of the ratio to the score of the baseline",
        "exp(mean of log((score + offset) / (score of the baseline + offset)))",
        section="ratio",
        form="ratio",
    ),
    Statistic(
        "average",
        "Score",
        "Mean over {over}",
        "mean score over its tasks; `null` where scores cannot be averaged",
        "score",
        "average",
        lambda board: mean_of(board.values, axis=1),
        _MEAN,
        column="always",
    ),
    Statistic(
        "base_average",
        "{base}",
        "",
        "mean of its base scores over the tasks of `average`; `null` where one is missing. An "
        "adjusted average where these rank the board",
        "score",
        "average",
        lambda board: board.mean_beside(board.scores.base_of(board.variant)),
        _MEAN | _BASE,
        is_published=False,
    ),
    Statistic(
        "baseline_average",
        "{baseline}",
        "",
        "mean of the baseline's scores over the tasks of `average`; `null` where one is missing. "
        "An adjusted average where these rank the board",
        "score",
        "average",
        lambda board: board.mean_beside(
            board.scores.of_baseline(board.scores.values, board.variant)
        ),
        _MEAN | _BASELINE,
        is_published=False,
    ),
    Statistic(
        "win_rate",
        "Win rate",
        "Share of other models beaten on a task, averaged over tasks; a tie counts one half",
        "mean share of rivals beaten, 0 to 1",
        "rate",
        "win-rate",
        lambda board: mean_of(compute_win_rates(board.inputs.signed), axis=1),
        column="always",
    ),
    Statistic(
        "lift_over_base",
        "Lift over {base}",
        "Mean over tasks of {variant} minus {base} score{turning}",
        "mean lift over base over common tasks, positive is better; `null` without any, and where "
        "scores cannot be averaged",
        "difference",
        "lift",
        lambda board: mean_of(board.over_base, axis=1),
        _MEAN | _BASE,
        column="always",
    ),
    Statistic(
        "lift_over_baseline",
        "vs {baseline}",
        "Mean over tasks of the score minus the score of {baseline}{turning}",
        "mean lift over the baseline over common tasks, positive is better; `null` without any, "
        "and where scores cannot be averaged",
        "difference",
        "lift-over-baseline",
        lambda board: mean_of(board.over_baseline, axis=1),
        _MEAN | _BASELINE,
        column="always",
    ),
    Statistic(
        "beats",
        "Beats {baseline}",
        "Tasks where it scores strictly better than {baseline}",
        "tasks on which it is strictly better than the baseline",
        "count",
        "lift-over-baseline",
        lambda board: _count(board.over_baseline > 0),
        _BASELINE,
        column="always",
        published_as="tasks_beating_baseline",
    ),
    Statistic(
        "ties",
        "Ties with {baseline}",
        "",
        "tasks on which it is level with the baseline",
        "count",
        "lift-over-baseline",
        lambda board: _count(board.over_baseline == 0),
        _BASELINE,
        is_published=False,
    ),
    Statistic(
        "loses",
        "Behind {baseline}",
        "",
        "tasks on which it is worse than the baseline",
        "count",
        "lift-over-baseline",
        lambda board: _count(board.over_baseline < 0),
        _BASELINE,
        is_published=False,
    ),
    Statistic(
        "wins",
        "First places",
        "Tasks where it has the best score of this board, ties included, unless all are equal",
        "tasks on which it has the best score, ties included; none where all scores are equal",
        "count",
        "winners",
        lambda board: _count(board.wins),
        column="full",
    ),
    Statistic(
        "clear_wins",
        "Clear first places",
        "",
        "first places that the errors of scores make clear; `null` where this is known of none",
        "count",
        "winners",
        lambda board: board.judged_wins[0],
    ),
    Statistic(
        "unclear_wins",
        "Unclear first places",
        "",
        "first places that are not clear; `null` where this is known of none",
        "count",
        "winners",
        lambda board: board.judged_wins[1],
    ),
    Statistic(
        "helped",
        "Helped",
        "Tasks where its {variant} score is better than its {base} score",
        "tasks with a lift over base above 0",
        "count",
        "lift",
        lambda board: _count(board.over_base > 0),
        _BASE,
        column="full",
        is_published=False,
    ),
    Statistic(
        "unchanged",
        "Unchanged",
        "",
        "tasks with a lift over base of 0",
        "count",
        "lift",
        lambda board: _count(board.over_base == 0),
        _BASE,
        is_published=False,
    ),
    Statistic(
        "hurt",
        "Hurt",
        "Tasks where its {variant} score is worse than its {base} score",
        "tasks with a lift over base below 0",
        "count",
        "lift",
        lambda board: _count(board.over_base < 0),
        _BASE,
        column="full",
        is_ascending=True,
        is_published=False,
    ),
)
"""Every statistic of a board, in the order of columns and of fields in the API."""


def statistics_of(rules: RankingRules, measures: Sequence[Measure]) -> tuple[Statistic, ...]:
    """Return the statistics of a board that ranks by these rules, and its measures."""
    own = (s for s in STATISTICS if s.rule in ("", rules.rank_by))
    return (*own, *map(measure_statistic, measures))


def measure_statistic(measure: Measure) -> Statistic:
    """Return the statistic of a board that combines a measure over its tasks."""
    how = {"sum": "Sum over", "mean": "Mean over", "median": "Median over", "none": "The same on"}
    better = {None: "", True: "; higher is better", False: "; lower is better"}
    priced = f"; at list prices of {measure.price_day}" if measure.price_day else ""
    return Statistic(
        measure.id,
        measure.label,
        f"{how[measure.combine]} {{over}}{better[measure.higher_is_better]}{priced}",
        f"{measure.label}: {how[measure.combine].lower()} the tasks with a value",
        "measure",
        "measures",
        lambda board: combine(measure, board.scores.measured[measure.id][board.variant]),
        column="always",
        is_ascending=measure.higher_is_better is False,
        measure=measure,
        formula="sum, mean or median of the values that are there",
    )
