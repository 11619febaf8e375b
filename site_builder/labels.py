"""Name the models, tasks and variants of a board, and format its numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from site_builder.addresses import Address, make_slugs
from site_builder.compute.board import Board
from site_builder.compute.catalog import Catalog, Release
from site_builder.compute.numbers import Array, decimals_needed, round_significant
from site_builder.compute.results import Results
from site_builder.compute.rules import Rule
from site_builder.compute.runs import Roles
from site_builder.compute.scores import Scores
from site_builder.compute.statistics import Statistic
from site_builder.compute.tasks import Best
from site_builder.config import SiteConfig
from site_builder.formatting import NumberFormat, measure_format, scale_for, sentence
from site_builder.messages import Messages
from site_builder.records import Record, replace
from site_builder.table_model import Align, Column, Tag
from site_builder.tables.columns import VARIANT
from site_builder.tables.schema import VERIFICATIONS
from site_builder.translation import site_messages

_MOST_PLACES = 6
_MOST_COMPACT = 4
_DIGITS = 10
_VERIFICATION = "verification"

# Model, task and variant.
ScoreKey: TypeAlias = tuple[str, str, str]


class Labels(Record):
    """Names and number formats of a board.

    Attributes:
        say: The texts of pages, in the words of the site.
        models, tasks, variants: Displayed name, by id.
        facet_values: Displayed name of each value that has one, by facet and value.
        scale: Format of averages and differences over tasks.
        scales: Format of the scores of each task.
        category_scales: Format of averages and differences over the tasks of each category.
        rate_scale: Format of mean win rates.
        side_by_side: The tasks whose scores fit on one axis: all, or the largest group with one
            metric, direction and pair of bounds.
        turning: A note on the sign of differences; empty if higher is better on every task.
        model_slugs, task_slugs: Parts of addresses and anchors, by id.
    """

    say: Messages
    models: Mapping[str, str]
    tasks: Mapping[str, str]
    variants: Mapping[str, str]
    facet_values: Mapping[str, Mapping[str, str]]
    roles: Roles
    scale: NumberFormat
    scales: Mapping[str, NumberFormat]
    category_scales: Mapping[str, NumberFormat]
    rate_scale: NumberFormat
    side_by_side: tuple[str, ...]
    turning: str
    model_slugs: Mapping[str, str]
    task_slugs: Mapping[str, str]

    @property
    def baseline(self) -> str:
        """Name of the baseline; empty if there is none."""
        return "" if self.roles.baseline is None else self.models[self.roles.baseline]

    @property
    def tuned(self) -> str:
        """Word for tuned models: the label of the only tuned variant, or else `tuned`."""
        tuned = self.roles.tuned
        return self.in_sentence(tuned[0]) if len(tuned) == 1 else self.say("label.tuned")

    @property
    def base(self) -> str:
        """Label of the base variant in a sentence; empty if there is none."""
        return "" if self.roles.base is None else self.in_sentence(self.roles.base)

    @property
    def contender(self) -> str:
        """Phrase for a competitor of the baseline: `fine-tuned model`, or only `model`."""
        if not self.contending:
            return self.say.words["model"]
        return self.say("label.contender", contending=self.contending)

    @property
    def contending(self) -> str:
        """Adjective for the scores that compete with the baseline's; empty without a common one.

        Several variants without a base may be ways of prompting, so they are not called tuned.
        """
        return self.tuned if len(self.roles.tuned) == 1 or self.lifted else ""

    @property
    def best(self) -> str:
        """Phrase for the best contender, as it is compared with the baseline.

        Where the baseline has several scores, the best score need not have the best difference.
        """
        if self.roles.has_several_baselines:
            words = {"contender": self.contender, "baseline": self.baseline}
            return self.say("label.best_difference", **words)
        return self.say("label.best", contender=self.contender)

    @property
    def best_difference(self) -> str:
        """Phrase for the difference of the best contender from the baseline."""
        if self.roles.has_several_baselines:
            of = self.say.with_article(self.contender)
            return self.say("label.difference_of", contender=of, baseline=self.baseline)
        return self.say("label.difference", contender=self.contender, baseline=self.baseline)

    @property
    def lifted(self) -> bool:
        """Whether the board has scores before and after tuning."""
        return self.roles.base is not None and bool(self.roles.tuned)

    @property
    def rank_column(self) -> Column:
        """The column of ranks."""
        spoken = self.say("column.rank_spoken")
        by_rank = {"first_order": "ascending", "term": "rank", "spoken_label": spoken}
        return self.column("rank", "number", **by_rank)

    def merit_scale(self, board: Board) -> NumberFormat:
        """Return the format of what ranks a board over all tasks."""
        return self.statistic_scale(board.ranking, board)

    def statistic_scale(self, statistic: Statistic, board: Board) -> NumberFormat:
        """Return the format of a statistic over all tasks."""
        if statistic.form in ("score", "difference"):
            return self.scale
        if statistic.form == "rate":
            return self.rate_scale
        if statistic.form == "count":
            return NumberFormat(places=0)
        values = [value for value in board.figures[statistic.id] if value is not None]
        unit = statistic.measure.unit if statistic.measure else ""
        return measure_format(values, unit)

    def statistic_words(self, board: Board) -> Mapping[str, str]:
        """Return what stands in the braces of the label and the help of a statistic."""
        return {
            "base": self.base,
            "baseline": self.baseline,
            "variant": self.in_sentence(board.variant),
            "over": self.tasks_of(board),
            "turning": self.turning,
        }

    def statistic_label(self, statistic: Statistic, board: Board) -> str:
        """Return the heading of a statistic; that of a measure is as stated."""
        if statistic.measure is not None:
            return statistic.measure.label
        return self.say(f"statistic.{statistic.id}.label", **self.statistic_words(board))

    def statistic_help(self, statistic: Statistic, board: Board) -> str:
        """Return what the heading of a statistic leaves open, in one phrase; empty for nothing."""
        words, measure = self.statistic_words(board), statistic.measure
        if measure is None:
            name = f"statistic.{statistic.id}.help"
            return self.say(name, **words) if name in self.say else ""
        better = {None: "", True: "higher", False: "lower"}[measure.higher_is_better]
        day = measure.price_day
        return self.say(
            f"statistic.measure.help.{measure.combine}",
            over=words["over"],
            better=self.say(f"statistic.measure.{better}") if better else "",
            priced=self.say("statistic.measure.priced", day=day) if day else "",
        )

    def rule(self, rule: Rule) -> str:
        """Return what ranks by a rule, in a sentence: `mean score`, or the name of a measure."""
        if rule.measure is None:
            return self.say(f"rule.{rule.id}")
        return self.say.in_sentence(rule.measure.label)

    def merit_label(self, board: Board) -> str:
        """Return what ranks a board, in a sentence; an average over one task is its score."""
        if len(board.tasks) == 1 and board.rule.statistic == "average":
            return self.say.uncapitalised(self.say("column.score"))
        return self.rule(board.rule)

    def signed(self, value: float, scale: NumberFormat) -> str:
        """Return a difference with its sign; one of percentages is in points."""
        if not scale.is_percent:
            return scale.signed(value)
        return self.say("trade_off.points", gap=replace(scale, unit="").signed(value))

    def are_side_by_side(self, tasks: Collection[str]) -> bool:
        """Return whether the scores of these tasks fit on one axis."""
        return set(tasks) <= set(self.side_by_side)

    def score_anchor(self, task: str) -> str:
        """Return the anchor of a task's row among the scores on a model's page."""
        return f"score-{self.task_slugs[task]}"

    def score_address(self, key: ScoreKey) -> Address:
        """Return the address of a score: its row, and its variant if not the primary one."""
        model, task, variant = key
        query = () if variant == self.roles.primary else (("variant", variant),)
        return Address("model", model, self.score_anchor(task), query)

    def before_noun(self, variant: str) -> str:
        """Return a variant's label for `... score`, with a space; empty if there is only one."""
        return f"{self.in_sentence(variant)} " if len(self.roles.variants) > 1 else ""

    def in_sentence(self, variant: str) -> str:
        """Return a variant's label for a sentence: `fine-tuned` for `Fine-tuned`; `SFT` stays."""
        return self.say.in_sentence(self.variants[variant])

    def runs(self, best: Best) -> list[str]:
        """Return all models that share a best score; with the variant if several compete."""
        names = [self.models[model] for model in best.models]
        if len(self.roles.contest) == 1:
            return names
        return [f"{n} ({self.variants[v]})" for n, v in zip(names, best.variants, strict=True)]

    def tag(self, name: str) -> Tag:
        """Return a tag by its id, in words."""
        return Tag(name, self.say(f"tag.{name}"))

    def facet_text(self, facet: str, value: str) -> str:
        """Return the value of a facet as it is shown."""
        return self.facet_values.get(facet, {}).get(value, value)

    def yes_or_no(self, value: str) -> str:
        """Return the value of a facet, in words if it is yes or no."""
        return self.say(f"script.{value}") if value in ("yes", "no") else value

    def release(self, release: Release) -> str:
        """Return the name of a data release: `data release 3f2a9c0d1e2b, 2024-05-02`."""
        if release.date:
            return self.say("page.release_of", id=release.short, date=release.date)
        return self.say("page.release", id=release.short)

    def column(self, name: str, align: Align = "text", **more: Any) -> Column:  # noqa: ANN401
        """Return a column with the heading that it has in every table."""
        return Column(name, self.say(f"column.{name}"), align, **more)

    def ranked_by(self, board: Board, *, is_low: bool) -> str:
        """Return a sentence on what ranks a board, over which tasks, and which way is better."""
        low = "_low" if is_low else ""
        if len(board.tasks) == 1 and board.rule.statistic == "average":
            return self.say(f"board.headline.one{low}", name=self.tasks[board.tasks[0]])
        merit = sentence(self.rule(board.rule).partition(" (")[0])
        kind = f"whole{low}" if board.rule.is_of_run else low[1:] or "plain"
        return self.say(f"board.headline.{kind}", merit=merit, over=self.tasks_of(board))

    def tasks_of(self, board: Board) -> str:
        """Return over which tasks the means of ranked models are: `24 tasks`, or those of each."""
        n, over = len(board.tasks), "n_tasks"
        if board.rules.rank_by == "additive":
            # Tasks without a score of a ranked model do not count.
            if any(s.scored and s.rank is None for s in board.entries):
                over = "board.tasks_ranked"
        elif any(s.scored < n for s in board.ranked):
            over = "board.tasks_each"
        return self.say(over, n)

    def served(self, provider: str, model: str) -> str:
        """Return the name of a model at a provider; the model may be missing on the board."""
        return f"{self.models.get(model, model)}, {provider}"


def make_labels(results: Results, config: SiteConfig, whole: Labels | None = None) -> Labels:
    """Choose the names and number formats of a board; those of models and tasks are of the site.

    `whole` are the labels over all entries and tasks, if these are not those of `results`.
    """
    models, tasks = results.catalog.models.values(), results.catalog.tasks.values()
    side_by_side, boards = _side_by_side(results), results.boards.values()
    rates = [board.figure(s, "win_rate") for board in boards for s in board.ranked]
    known_rates = np.array([rate for rate in rates if rate is not None])
    say, categories = site_messages(config), results.categories
    if len(results.catalog.entries_of) < len(models):
        say = say.of_entries
    of_categories = {
        c.category: _scale_of(results, c.tasks, _averages(c.boards.values())) for c in categories
    }
    labels = Labels(
        say=say,
        models={m.model: m.name for m in models},
        tasks={t.task: t.name for t in tasks},
        variants=_variant_names(results.scores, config, say),
        facet_values=_facet_values(results.catalog, config, say),
        roles=results.scores.roles,
        scale=_scale_of(results, side_by_side, _averages(boards)),
        scales={task: _scale_of(results, (task,)) for task in results.scores.tasks},
        category_scales=of_categories,
        rate_scale=_tell_apart(NumberFormat(), [known_rates], _MOST_PLACES),
        side_by_side=side_by_side,
        turning=say("label.turning") if results.scores.direction.min() < 0 else "",
        model_slugs=make_slugs(results.scores.models),
        task_slugs=make_slugs(results.scores.tasks),
    )
    if whole is None:
        return labels
    of_site = ("models", "tasks", "scales", "model_slugs", "task_slugs")
    return replace(labels, **{name: getattr(whole, name) for name in of_site})


def variant_label(variant: str, config: SiteConfig, say: Messages) -> str:
    """Return the name of a variant: that of `site.toml`, or that of its id."""
    is_known = variant not in config.board.labels and f"variant.{variant}" in say
    return say(f"variant.{variant}") if is_known else config.label(variant)


def _variant_names(scores: Scores, config: SiteConfig, say: Messages) -> dict[str, str]:
    """Return the names of variants; a base that nothing was tuned from is just the score."""
    names = {variant: variant_label(variant, config, say) for variant in scores.apart}
    base = config.default_variant
    if scores.roles.variants == (base,) and base not in config.board.labels:
        names[base] = say("column.score")
    return names


def _facet_values(catalog: Catalog, config: SiteConfig, say: Messages) -> dict[str, dict[str, str]]:
    """Return the names of the values that have one: of variants, and of how far one confirmed."""
    names: dict[str, dict[str, str]] = {}
    for facet in catalog.facets:
        known = {value for value in catalog.column(facet.id) if value is not None}
        if facet.id == VARIANT:
            names[facet.id] = {value: variant_label(value, config, say) for value in sorted(known)}
        elif facet.id == _VERIFICATION:
            values = [value for value in VERIFICATIONS if value in known]
            names[facet.id] = {value: say(f"verification.{value}") for value in values}
    return names


# --- number formats -----------------------------------------------------------------------------


def _scale_of(
    results: Results, tasks: tuple[str, ...], averages: list[Array] | None = None
) -> NumberFormat:
    """Choose the format of the scores of some tasks, or of averages over these.

    It shows about three digits of the largest score or bound, and more where that tells different
    values apart. Whole numbers from 1,000 on have no decimals.
    """
    columns = _columns(results, tasks)
    facts = [results.catalog.tasks[task] for task in tasks]
    bounds = [bound for fact in facts for bound in (fact.score_min, fact.score_max)]
    sizes = [float(np.abs(column).max()) for column in columns if len(column)]
    scale, places = scale_for(sizes, bounds), decimals_needed(columns)
    if max(sizes, default=0) >= 1000 and places == 0:
        scale = replace(scale, places=0)
    most = _MOST_PLACES if places is None else places
    return _tell_apart(scale, columns if averages is None else averages, most)


def _averages(boards: Iterable[Board]) -> list[Array]:
    return [
        np.array([a for s in board.ranked if (a := board.average(s)) is not None], dtype=float)
        for board in boards
    ]


def _columns(results: Results, tasks: tuple[str, ...]) -> list[Array]:
    """Return the scores of some tasks, an array for each task and variant."""
    places = [results.scores.columns[task] for task in tasks]
    values = [runs.values[:, at] for runs in results.scores.apart.values() for at in places]
    return [array[np.isfinite(array)] for array in values]


def _tell_apart(scale: NumberFormat, ranked: list[Array], most: int) -> NumberFormat:
    """Add decimals, at most `most`, until different values of an array are written differently."""
    # Digits before the point count too.
    top = max((float(np.abs(values).max()) for values in ranked if len(values)), default=0.0)
    most = min(most, max(scale.places, _MOST_PLACES - len(f"{top:.0f}"))) if top >= 10 else most
    # Means are rounded to twelve digits of their terms, which may be more than their own.
    rounded = [round_significant(values, digits=_DIGITS) for values in ranked]
    different = [np.unique(values).tolist() for values in rounded]
    form = scale
    for step in range(_MOST_PLACES + 1):
        places = max(scale.places, min(scale.places + step, most))
        digits = min(scale.digits + step, _MOST_COMPACT) if scale.compact else scale.digits
        form = replace(scale, places=places, digits=digits)
        if all(len({*map(form.score, values)}) == len(values) for values in different):
            break
    return form


def _side_by_side(results: Results) -> tuple[str, ...]:
    if results.board.rules.averaged:
        return results.scores.tasks
    groups: dict[tuple[object, ...], list[str]] = {}
    for t in results.catalog.tasks.values():
        unit = (t.metric, t.unit, t.higher_is_better, t.score_min, t.score_max)
        groups.setdefault(unit, []).append(t.task)
    largest = max(groups.values(), key=len)
    return tuple(largest)
