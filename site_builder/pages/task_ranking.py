"""Make the ranking of one task as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial, reduce

from site_builder.charts.cells import (
    lead_column,
    linked_score_cell,
    measure_field,
    model_cell,
    number_cell,
    score_tags,
    verdict_cell,
)
from site_builder.charts.scores import RANKING
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.runs import Against, FlaggedScore
from site_builder.compute.scores import Score
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import MISSING, NumberFormat, billions, from_to, percent, short
from site_builder.pages.board_table import caution_tags, rank_cell
from site_builder.pages.filters import model_tools, model_values
from site_builder.pages.page import OfSite, Site
from site_builder.pages.scales import around
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    LegendItem,
    Mark,
    RowKind,
    Table,
    legend_of,
    table_of,
)


class RankedEntry(Record):
    """A model on the task.

    Attributes:
        found: Its scores that count, by variant, the primary one first.
        flagged: Its flagged scores, by variant, whether they count or not.
        own: Its score in the primary variant.
    """

    model: str
    found: Mapping[str, Score]
    flagged: Mapping[str, FlaggedScore]
    own: Score | None

    @property
    def shown(self) -> Score | None:
        """The score that places it: in the primary variant, or else in the next."""
        return next(iter(self.found.values()), None)

    @property
    def rank(self) -> int | None:
        """Its rank in the primary variant, if it has one."""
        return None if self.own is None else self.own.rank


class Ranking(OfSite):
    """The models on one task, the best first.

    A model without a score in the primary variant stands where its best other score would, behind
    those as good as it, the baseline first; models of which no score counts stand last.
    """

    task: TaskResult

    @property
    def scale(self) -> NumberFormat:
        """The format of scores on the task."""
        return self.labels.scales[self.task.task]

    @property
    def direction(self) -> float:
        """1 where higher is better, else -1."""
        scores = self.site.results.scores
        return float(scores.direction[scores.columns[self.task.task]])

    @cached_property
    def entries(self) -> tuple[RankedEntry, ...]:
        """Every model with a score, in order."""
        scores, task, direction = self.site.results.scores, self.task, self.direction
        column = scores.columns[task.task]
        rows = [row for runs in scores.variants for row in runs.ranked_rows(column)]
        ranked = (scores.models[row] for row in rows)
        models = [*dict.fromkeys((*ranked, *(f.model for f in task.flagged)))]
        found = scores.of_task(task.task, models)
        flagged: dict[str, dict[str, FlaggedScore]] = {model: {} for model in models}
        for score in task.flagged:
            flagged[score.model][score.variant] = score
        primary, baseline = self.labels.roles.primary, self.labels.roles.baseline
        entries = [RankedEntry(m, found[m], flagged[m], found[m].get(primary)) for m in models]

        def place(entry: RankedEntry) -> tuple[float, bool, bool]:
            if entry.shown is None:
                return float("inf"), False, False
            is_beside = entry.own is None
            score = -direction * entry.shown.score
            return score, is_beside, is_beside and entry.model != baseline

        return tuple(sorted(entries, key=place))

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """Every score that counts."""
        return tuple(score for entry in self.entries for score in entry.found.values())

    @cached_property
    def ranked(self) -> tuple[Score, ...]:
        """The scores of the models with a rank, in the primary variant, in order."""
        return tuple(entry.own for entry in self.entries if entry.own)

    @cached_property
    def _ranks(self) -> Mapping[str, float]:
        """The rank of each model with a score in the primary variant, best first, by model."""
        scores = self.site.results.scores
        column = scores.columns[self.task.task]
        rows = scores.primary.ranked_rows(column)
        ranks = scores.primary.ranks[rows, column].tolist()
        return dict(zip((scores.models[row] for row in rows), ranks, strict=True))

    @cached_property
    def n_ranked(self) -> int:
        """The number of models with a rank."""
        return sum(rank > 0 for rank in self._ranks.values())  # that of a reference is NaN

    @cached_property
    def leaders(self) -> tuple[Score, ...]:
        """The best scores; none where all of several models are level.

        The summary of each page needs them, for which all entries would take too long.
        """
        models = [model for model, rank in self._ranks.items() if rank == 1]
        found = self.site.results.scores.of_task(self.task.task, models).values()
        best = (of[self.labels.roles.primary] for of in found)
        first = sorted(best, key=lambda score: -self.direction * score.score)
        return () if len(first) == self.n_ranked > 1 else tuple(first)

    @property
    def is_baseline_first(self) -> bool:
        """Return whether the baseline is ranked and among the leaders."""
        return any(score.model == self.labels.roles.baseline for score in self.leaders)

    @cached_property
    def rivals(self) -> tuple[Score, ...]:
        """Those behind the leaders that are too close to call."""
        return tuple(score for score in self.ranked if score.tied_with_best and score.rank != 1)

    @cached_property
    def ahead(self) -> RankedEntry | None:
        """The best model without a score in the primary variant, if it is ahead of the leaders."""
        first = next((entry for entry in self.entries if entry.own is None), None)
        if not self.leaders or first is None or first.shown is None:
            return None
        lead = self.direction * (first.shown.score - self.leaders[0].score)
        return first if lead > 0 else None

    @cached_property
    def reference(self) -> float | None:
        """The baseline's score beside the primary variant."""
        return self.task.baseline_scores.get(self.labels.roles.primary)

    @cached_property
    def axis(self) -> AxisRange | None:
        """The ends of all that is drawn, from 0 where that is near; None without a score."""
        chance = self.site.results.catalog.tasks[self.task.task].score_chance
        drawn = [value for value in (self.reference, chance) if value is not None]
        drawn += [score.score for score in self.scores]
        for score in self.scores:
            drawn += score.interval or ()
        return around(drawn, from_zero=True) if drawn else None


def ranking_table(ranking: Ranking, most: int) -> Table:
    """Return the ranking as a table with at most `most` rows."""
    site, labels = ranking.site, ranking.labels
    catalog = site.results.catalog
    level = {s.model for s in (*ranking.leaders, *ranking.rivals)} if ranking.rivals else set()
    tools = model_tools(labels, catalog)

    def kind(entry: RankedEntry) -> RowKind:
        if not entry.found:
            return "unranked"
        is_beside = entry.model == labels.roles.baseline or entry.rank is None
        return "reference" if is_beside else ""

    return table_of(
        RANKING,
        labels.say("ranking.caption", name=labels.tasks[ranking.task.task]),
        (*_fields(ranking), *_measure_fields(site, ranking.task.task)),
        ranking.entries[:most],
        kind,
        lambda entry: model_values(labels, catalog, entry.model, tools),
        is_level=lambda entry: entry.model in level,
        header=1,
        sorted_by=labels.roles.primary,
        tools=replace(tools, is_cut=len(ranking.entries) > most),
    )


# --- columns ------------------------------------------------------------------------------------


def _fields(ranking: Ranking) -> Iterator[Field[RankedEntry]]:
    labels, roles, say = ranking.labels, ranking.labels.roles, ranking.labels.say
    yield Field(labels.rank_column, lambda entry: rank_cell(entry.rank))
    yield Field(labels.column("model"), lambda entry: _model_cell(ranking, entry))
    if ranking.axis is not None and len(ranking.entries) > 1:
        yield _line_field(ranking, ranking.axis)
    for variant in roles.variants:
        has_interval = variant in ranking.task.with_intervals
        label = labels.variants[variant]
        ends = (say("column.low", label=label), say("column.high", label=label))
        column = Column(variant, label, "number", details=ends if has_interval else ())
        yield Field(column, partial(_score_cell, ranking, variant))
    for variant in roles.tuned:
        label = say("ranking.gain")
        if len(roles.tuned) > 1:
            label = say("ranking.gain_of", variant=labels.variants[variant])
        column = Column(
            f"lift_{variant}", label, "number", term="lift", on_phone=variant == roles.primary
        )
        own = partial(_score_of, variant)
        yield _difference_field(ranking, column, "base", own, roles.base is not None)
    column = lead_column(labels, "lift_over_baseline")
    yield _difference_field(
        ranking,
        column,
        "baseline",
        lambda entry: None if entry.model == roles.baseline else entry.shown,
        roles.baseline is not None,
    )


def _score_of(variant: str, entry: RankedEntry) -> Score | None:
    return entry.found.get(variant)


def _difference_field(
    ranking: Ranking,
    column: Column,
    against: Against,
    score_of: Callable[[RankedEntry], Score | None],
    wanted: bool,
) -> Field[RankedEntry]:
    """Return a column of differences, with the ends of paired intervals for downloads, if known."""
    results, say = ranking.site.results, ranking.labels.say
    ends: tuple[str, ...] = ()
    if any((key[1], key[3]) == (ranking.task.task, against) for key in results.paired_lifts):
        ends = (say("column.low", label=column.label), say("column.high", label=column.label))

    def cell(entry: RankedEntry) -> Cell:
        score = score_of(entry)
        if score is None:
            return number_cell(None, MISSING)
        verdict = results.lift_verdict(score.key, against)
        made = verdict_cell(score.lift(against), ranking.scale, verdict)
        details = results.paired_lifts.get((*score.key, against))
        return made if details is None else replace(made, details=details)

    return Field(replace(column, details=ends), cell, wanted)


def _model_cell(ranking: Ranking, entry: RankedEntry) -> Cell:
    """Make a model's name with developer and size, and why it has no rank."""
    labels, say, facts = ranking.labels, ranking.labels.say, ranking.site.results.catalog
    fact, why = facts.models[entry.model], ""
    if not entry.found:
        why = say("why.flagged")
    elif entry.own is None:
        why = say("ranking.without", variant=labels.in_sentence(labels.roles.primary))
    elif entry.rank is None:
        why = say("why.reference")
    is_baseline = entry.model == labels.roles.baseline
    size = None if fact.parameters_b is None else billions(fact.parameters_b)
    cautions = ranking.site.cautions(entry.model, ranking.task.task)
    notes = (fact.developer, size, say("why.baseline") if is_baseline else "", why, *cautions)
    tags = caution_tags(ranking.site, entry.model, ranking.task.task)
    return model_cell(labels, entry.model, " \N{MIDDLE DOT} ".join(filter(None, notes)), tags)


def _score_cell(ranking: Ranking, variant: str, entry: RankedEntry) -> Cell:
    """Make the cell of a score; a flagged one is shown in grey if no score counts."""
    found, flagged = entry.found.get(variant), entry.flagged.get(variant)
    score, key = found or flagged, (entry.model, ranking.task.task, variant)
    flag = None if flagged is None else flagged.reason
    at_chance = None if found is None else found.at_chance
    value = None if score is None else score.score
    cell = linked_score_cell(ranking.labels, key, value, flag=flag, at_chance=at_chance)
    if found is None:
        return replace(cell, tone="soft")
    if variant not in ranking.task.with_intervals:
        return cell
    return replace(cell, details=found.interval or (None, None))


def _measure_fields(site: Site, task: str) -> Iterator[Field[RankedEntry]]:
    """Yield what was measured on the task beside the score, in the primary variant."""
    scores = site.results.scores.primary
    for measure in scores.measures:
        values = floats_or_none(scores.measured[measure.id][:, scores.columns[task]])
        by_model = dict(zip(scores.models, values, strict=True))
        yield measure_field(measure, by_model, lambda entry: entry.model, least=1)


# --- drawings -----------------------------------------------------------------------------------


def _line_field(ranking: Ranking, axis: AxisRange) -> Field[RankedEntry]:
    """Return the column of drawings: the scores with their intervals, on one scale."""
    column = Column(
        "line",
        ranking.labels.say("column.line"),
        "plot",
        axis=axis.ticks(short),
        reference=axis.place(ranking.reference),
    )
    return Field(column, partial(_draw, ranking, axis))


def _draw(ranking: Ranking, axis: AxisRange, entry: RankedEntry) -> Cell:
    roles, scale = ranking.labels.roles, ranking.scale
    if entry.shown is None:
        return Cell("")
    before = [s for v, s in entry.found.items() if roles.tuned and v == roles.base]
    after = [entry.found[v] for v in roles.contest if v in entry.found]
    is_bar = len(roles.contest) == 1 and not roles.tuned and axis.low == 0
    places = [axis.share(score.score) for score in after]
    marks = (
        *(Mark("tint", 0, place) for place in places if is_bar),
        *(Mark("soft-band", *span) for s in before if (span := axis.span(s.interval))),
        *(Mark("band", *span) for s in after if (span := axis.span(s.interval))),
        *(_points(axis, before, after) if not is_bar else (Mark("value", at) for at in places)),
    )
    chance = axis.place(ranking.site.results.catalog.tasks[ranking.task.task].score_chance)
    if chance is not None:
        marks = (*marks, Mark("chance", chance))
    text = reduce(from_to, (scale.score(score.score) for score in (*before, *after)))
    for score in after[:1]:
        if score.interval is not None:
            ends = from_to(*map(scale.score, score.interval))
            text += f", {ranking.labels.say('task.interval', span=ends)}"
        text = ", ".join((text, *(tag.text for tag in score_tags(ranking.labels, score.at_chance))))
    drawing = Drawing(marks, f"{ranking.labels.models[entry.model]}: {text}")
    return Cell("", entry.shown.score, drawing=drawing)


def _points(axis: AxisRange, before: Sequence[Score], after: Sequence[Score]) -> Iterator[Mark]:
    """Yield a point for each score, and the line that joins them."""
    places = [axis.share(score.score) for score in (*before, *after)]
    if len(places) > 1:
        yield Mark("rod", min(places), max(places))
    for score in before:
        yield Mark("base", axis.share(score.score))
    for score in after:
        yield Mark("at-chance" if score.at_chance else "score", axis.share(score.score))


def ranking_legend(ranking: Ranking, table: Table) -> tuple[LegendItem, ...]:
    """Return what the marks in the rows stand for; empty where nothing is drawn."""
    labels, say, roles = ranking.labels, ranking.labels.say, ranking.labels.roles
    drawings = [cell.drawing for row in table.rows for cell in row.cells if cell.drawing]
    # The number of examples that all intervals assume, if it is one.
    numbers = {s.n_range[0] if s.n_range else s.n for s in ranking.scores if s.interval}
    n = numbers.pop() if len(numbers) == 1 else None
    band = say("task.mark.band_for" if n else "task.mark.band", n, level=percent(LEVEL))
    after = labels.in_sentence(roles.primary) if len(roles.contest) == 1 else labels.tuned
    items = legend_of(
        drawings,
        {
            "base": labels.base,
            "score": after,
            "value": after,
            "at-chance": labels.tag("at_chance").text,
            "band": band,
            "chance": say("task.mark.chance"),
        },
    )
    if ranking.reference is not None and drawings:
        items = (*items, LegendItem("reference", labels.baseline))
    return items
