"""Define the statistics of a board, one record each, for tables, API and documentation.

A record has the name of the statistic, its meaning, its requirements, its computation, and its
source. To add one, add a record here, its words to messages.toml, and a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np

from site_builder.compute.numbers import Array, Flags, mean_of
from site_builder.compute.ranks import compute_win_rates
from site_builder.compute.rules import Merit, RankingRules, combine
from site_builder.compute.runs import Against, Runs
from site_builder.compute.score_error import find_first_places
from site_builder.records import Record, replace
from site_builder.tables.schema import Measure

Form = Literal["score", "difference", "rate", "count", "rank", "ratio", "measure"]


class Statistic(Record):
    """One statistic of the entries of a board.

    Attributes:
        id: Key of its column and its field in downloads and API.
        meaning: What it is, for readers of the API. Pages say it by messages, under its id in the
            section `statistic`: `label`, `help`, and `formula` where no section explains it.
        form: How its numbers are written.
        section: Its section on the page on method, and in docs/statistics.md if that has it.
        compute: The values of all models, shape (models,); NaN where it is not defined.
        needs: What scores are compared with; without it there is none. Empty for nothing.
        rule: The rule that alone has it; empty for a statistic of every board.
        column: Whether tables show it: always, only in full, or never.
        is_ascending: Whether a first click on its heading sorts upwards.
        is_published: Whether the API has it, under the name `published_as`, if not its id.
        source: Where it comes from, in Markdown for docs/statistics.md; empty for its section.
        measure: The measure that it combines.
    """

    id: str
    meaning: str
    form: Form
    section: str
    compute: Callable[[Runs, Merit], Array]
    needs: Literal["", "base", "baseline"] = ""
    rule: str = ""
    column: Literal["", "always", "full"] = ""
    is_ascending: bool = False
    is_published: bool = True
    published_as: str = ""
    source: str = ""
    measure: Measure | None = None

    @property
    def is_average(self) -> bool:
        """Whether it averages scores, which not every board can."""
        return self.form in ("score", "difference")

    def is_low_best(self, *, low_scores: bool) -> bool | None:
        """Return whether less of it is better; None where that is not known.

        `low_scores` is whether lower scores are better. What tables do not show has no direction.
        """
        if self.measure is not None:
            return self.measure.is_low_best
        if not self.column:
            return None
        return low_scores if self.form == "score" else self.is_ascending


def _count(values: Flags) -> Array:
    return np.asarray(values.sum(axis=1), dtype=float)


def _of_rule(rule: str, meaning: str, *, section: str = "", form: Form = "score") -> Statistic:
    """Return the statistic by which a rule ranks, and which only boards of this rule have."""
    return Statistic(
        *(rule, meaning, form, section or rule.replace("_", "-")),
        lambda _, merit: merit.shown,
        rule=rule,
        column="always",
        is_ascending=form == "rank",
    )


_SECTIONS: Mapping[Against, str] = {"base": "lift", "baseline": "lift-over-baseline"}


def _mean_beside(against: Against) -> Statistic:
    """Return the mean of the scores beside, over the tasks that a model has.

    NaN where one of them is missing; an adjusted average where these rank the board.
    """

    def mean_beside(runs: Runs, _: Merit) -> Array:
        there, others = ~np.isnan(runs.values), runs.beside[against].values
        means = mean_of(np.where(there, others, np.nan), axis=1)
        return np.where((there & np.isnan(others)).any(axis=1), np.nan, means)

    named = f"{against}_average", f"mean score of the {against}"
    return Statistic(*named, "score", "average", mean_beside, against, is_published=False)


def _mean_lift(against: Against, meaning: str, source: str = "") -> Statistic:
    return Statistic(
        *(f"lift_over_{against}", meaning, "difference", _SECTIONS[against]),
        lambda runs, _: mean_of(runs.lifts[against], axis=1),
        against,
        column="always",
        source=source,
    )


def _count_of_lifts(
    statistic: str,
    against: Against,
    compares: np.ufunc,
    meaning: str,
    column: Literal["", "always", "full"] = "",
) -> Statistic:
    """Return the number of tasks with a lift that compares in this way with 0."""
    return Statistic(
        *(statistic, meaning, "count", _SECTIONS[against]),
        lambda runs, _: _count(compares(runs.lifts[against], 0)),
        against,
        column=column,
        is_ascending=compares is np.less,
        is_published=False,
    )


STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "adjusted",
        "estimate of the mean score over all tasks ([more](statistics.md#additive-model))",
        "score",
        "adjusted-average",
        lambda _, merit: merit.shown,
        rule="additive",
        column="always",
        source="[Additive model](#additive-model)",
    ),
    _of_rule("weighted_mean", "mean of the scores, each with the weight of its task"),
    _of_rule("mean_of_categories", "mean over categories of the mean score of each"),
    _of_rule("median", "median of the scores", section="median-score"),
    _of_rule("sum", "sum of the scores"),
    _of_rule("mean_rank", "mean over tasks of the rank, lower is better", form="rank"),
    _of_rule(
        "ratio_to_best",
        "geometric mean over tasks of the ratio to the best score",
        section="ratio",
        form="ratio",
    ),
    _of_rule(
        "ratio_to_baseline",
        "geometric mean over tasks of the ratio to the score of the baseline",
        section="ratio",
        form="ratio",
    ),
    Statistic(
        "average",
        "mean score over its tasks; `null` where scores cannot be averaged",
        "score",
        "average",
        lambda runs, _: mean_of(runs.values, axis=1),
        column="always",
    ),
    _mean_beside("base"),
    _mean_beside("baseline"),
    Statistic(
        "win_rate",
        "mean share of rivals beaten, 0 to 1",
        "rate",
        "win-rate",
        lambda runs, _: mean_of(compute_win_rates(runs.signed), axis=1),
        column="always",
    ),
    _mean_lift(
        "base",
        "mean lift over base over common tasks, positive is better; `null` without any, and where "
        "scores cannot be averaged",
    ),
    _mean_lift(
        "baseline",
        "mean lift over the baseline over common tasks, positive is better; `null` without any, "
        "and where scores cannot be averaged",
        "[Lift](#lift)",
    ),
    replace(
        _count_of_lifts(
            *("beats", "baseline", np.greater),
            "tasks on which it is strictly better than the baseline",
            "always",
        ),
        is_published=True,
        published_as="tasks_beating_baseline",
        source="[Lift](#lift)",
    ),
    _count_of_lifts("ties", "baseline", np.equal, "tasks on which it is level with the baseline"),
    _count_of_lifts("loses", "baseline", np.less, "tasks on which it is worse than the baseline"),
    Statistic(
        "wins",
        "tasks on which it has the best score, ties included; none where alone or all are equal",
        "count",
        "winners",
        lambda runs, _: _count(find_first_places(runs.signed)),
        column="full",
        source="[Wins](#wins)",
    ),
    Statistic(
        "clear_wins",
        "first places that the errors of scores make clear; `null` where this is known of none",
        "count",
        "winners",
        lambda runs, _: runs.judged_wins[0],
        source="[Wins](#wins)",
    ),
    Statistic(
        "unclear_wins",
        "first places that are not clear; `null` where this is known of none",
        "count",
        "winners",
        lambda runs, _: runs.judged_wins[1],
        source="[Wins](#wins)",
    ),
    _count_of_lifts("helped", "base", np.greater, "tasks with a lift over base above 0", "full"),
    _count_of_lifts("unchanged", "base", np.equal, "tasks with a lift over base of 0"),
    _count_of_lifts("hurt", "base", np.less, "tasks with a lift over base below 0", "full"),
)
"""Every statistic of a board, in the order of columns and of fields in the API."""


def statistics_of(rules: RankingRules, measures: Sequence[Measure]) -> tuple[Statistic, ...]:
    """Return the statistics of a board that ranks by these rules, and its measures."""
    own = (s for s in STATISTICS if s.rule in ("", rules.rank_by))
    return (*own, *map(measure_statistic, measures))


def measure_statistic(measure: Measure) -> Statistic:
    """Return the statistic of a board that combines a measure over its tasks."""
    how = {"sum": "sum over", "mean": "mean over", "median": "median over", "none": "the same on"}
    return Statistic(
        measure.id,
        f"{measure.label}: {how[measure.combine]} the tasks with a value",
        "measure",
        "measures",
        lambda runs, _: combine(measure, runs.measured[measure.id]),
        column="always",
        is_ascending=measure.higher_is_better is False,
        measure=measure,
    )
