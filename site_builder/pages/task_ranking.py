"""Make the ranking of one task as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.addresses import Link, method_link
from site_builder.charts.cells import (
    MODEL,
    RANK,
    lift_cell,
    model_cell,
    number_cell,
    task_score_cell,
)
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import MISSING, percent
from site_builder.labels import Labels
from site_builder.pages.board_table import AxisRange, model_marks, model_tools
from site_builder.pages.board_views import LegendItem
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import (
    Cell,
    Column,
    Dumbbell,
    Field,
    RowKind,
    Table,
    columns_of,
    rows_of,
)


class ScoreLine(Record):
    """What the drawings of a ranking are made from.

    Attributes:
        labels: Names and number formats.
        task: The task.
        limits: The ends of the scale.
    """

    labels: Labels
    task: TaskResult
    limits: AxisRange

    def cell(self, found: Mapping[str, Score]) -> Cell:
        """The drawing of a model's scores; nothing where it has none in the primary variant."""
        roles = self.labels.roles
        after = found.get(roles.primary)
        if after is None:
            return Cell("")
        before = found.get(roles.base) if roles.base is not None and roles.tuned else None
        low, high = after.interval or (None, None)
        plot = Dumbbell(
            before=None if before is None else self.limits.share(before.score),
            after=self.limits.share(after.score),
            reference=self.limits.share(self.task.baseline_score),
            low=self.limits.share(low),
            high=self.limits.share(high),
            text=self._words(before, after),
        )
        return Cell("", after.score, plot=plot)

    def _words(self, before: Score | None, after: Score) -> str:
        scale, name = self.labels.scales[self.task.task], self.labels.models[after.model]
        way = "" if before is None else f"{scale.score(before.score)} to "
        between = f", interval {scale.interval(*after.interval)}" if after.interval else ""
        return f"{name}: {way}{scale.score(after.score)}{between}"


def make_line(site: Site, task: TaskResult) -> ScoreLine | None:
    """How the rows of a task's ranking are drawn; None where no score has an interval."""
    if site.labels.roles.primary not in task.with_intervals:
        return None
    # The ends of all that is drawn: between the bounds of a task, intervals would be too small.
    drawn = tuple(_drawn(site, task))
    return ScoreLine(site.labels, task, AxisRange(min(drawn), max(drawn)))


def _drawn(site: Site, task: TaskResult) -> Iterator[float]:
    if task.baseline_score is not None:
        yield task.baseline_score
    for score in site.results.scores.ranking(task.task):
        yield from (score.score, *(score.interval or ()))


def line_heading(labels: Labels) -> str:
    """Heading of the drawing: what its two marks are."""
    if labels.roles.base is None or not labels.roles.tuned:
        return "On the scale"
    after = labels.in_sentence(labels.roles.primary)
    return f"{labels.variants[labels.roles.base]} \N{RIGHTWARDS ARROW} {after}"


def line_legend(site: Site, task: TaskResult) -> tuple[LegendItem, ...]:
    """What the marks of the drawings stand for; empty where nothing is drawn."""
    labels = site.labels
    if make_line(site, task) is None:
        return ()
    reference = task.baseline_score
    marks = (
        LegendItem("before", labels.base) if labels.lifted else None,
        LegendItem("after", labels.in_sentence(labels.roles.primary)),
        LegendItem("band", f"its {percent(LEVEL)} interval"),
        None
        if reference is None
        else LegendItem(
            "reference", f"{labels.baseline}, {labels.scales[task.task].score(reference)}"
        ),
    )
    return tuple(mark for mark in marks if mark is not None)


BEST, TIED = "best", "tied with best"


class _Entry(Record):
    """A model on the task.

    Attributes:
        model: Its id.
        found: Its scores that count, by variant.
        flagged: Its flagged scores, by variant, whether they count or not.
    """

    model: str
    found: Mapping[str, Score]
    flagged: Mapping[str, FlaggedScore]


def ranking_table(
    site: Site, task: TaskResult, table_id: str, most: int | None = None, *, drawn: bool = False
) -> Table:
    """Ranking of one task, by the score in the primary variant, then in the others.

    Models of which no score counts stand last.

    Args:
        site: The site.
        task: The task.
        table_id: Unique on its page.
        most: Greatest number of rows.
        drawn: Whether scores are drawn with their intervals, where these are known.
    """
    labels, results = site.labels, site.results
    named = [*task.models, *(f.model for f in task.flagged)]
    models = list(dict.fromkeys(named))[:most]
    found = results.scores.of_task(task.task, models)
    entries = [_Entry(m, found[m], results.flagged_of(m, task.task)) for m in models]
    line = make_line(site, task) if drawn else None
    fields = (
        *_score_fields(labels, task),
        *_line_fields(labels, line),
        *_lift_fields(results, labels, task.task),
    )

    def kind(entry: _Entry) -> RowKind:
        if entry.model == labels.roles.baseline:
            return "reference"
        return "" if entry.found else "unranked"

    catalog = results.catalog
    return Table(
        table_id,
        f"Ranking on {labels.tasks[task.task]}",
        columns_of(fields),
        rows_of(
            fields, entries, kind, marks=lambda entry: model_marks(catalog.models[entry.model])
        ),
        header=1,
        sorted_by=labels.roles.primary,
        explained=_explained(results, task),
        tools=model_tools(catalog),
    )


def _explained(results: Results, task: TaskResult) -> tuple[Link, ...]:
    """Where the intervals below scores and lifts, and the marks in rows, are explained."""
    known = task.with_intervals
    return (
        *((method_link("95\N{NO-BREAK SPACE}% interval", "score-error"),) if known else ()),
        *(
            (method_link("Interval of a lift", "paired-lift"),)
            if task.task in results.paired_tasks
            else ()
        ),
        *((method_link("Flagged", "flagged"),) if task.flagged else ()),
    )


def _score_fields(labels: Labels, task: TaskResult) -> tuple[Field[_Entry], ...]:
    roles = labels.roles
    exact = bool(task.with_intervals)
    return (
        Field(RANK, lambda entry: _rank_cell(entry.found.get(roles.primary))),
        Field(MODEL, lambda entry: _model_cell(labels, entry)),
        *(_score_field(labels, task.task, variant, exact=exact) for variant in roles.variants),
    )


def _line_fields(labels: Labels, line: ScoreLine | None) -> tuple[Field[_Entry], ...]:
    if line is None:
        return ()
    return (Field(Column("line", line_heading(labels), "plot"), lambda e: line.cell(e.found)),)


def _lift_fields(results: Results, labels: Labels, task: str) -> tuple[Field[_Entry], ...]:
    roles, scale = labels.roles, labels.scales[task]

    def over_baseline(entry: _Entry) -> Cell:
        found = _against_baseline(labels, entry)
        if found is None:
            return lift_cell(None, scale)
        interval = results.paired_lifts.get((entry.model, task, found.variant, "baseline"))
        return lift_cell(found.lift_over_baseline, scale, interval)

    return (
        *(_lift_field(results, labels, task, variant) for variant in roles.tuned),
        Field(
            Column(
                "lift_over_baseline",
                f"vs {labels.baseline}",
                "number",
                term="lift-over-baseline",
            ),
            over_baseline,
            roles.baseline is not None,
        ),
    )


def _rank_cell(score: Score | None) -> Cell:
    return number_cell(None, MISSING) if score is None else number_cell(score.rank, str(score.rank))


def _model_cell(labels: Labels, entry: _Entry) -> Cell:
    """The model, whether it is the best or cannot be told from it, and why it has no rank."""
    note = "" if entry.found else "not ranked: flagged"
    first = entry.found.get(labels.roles.primary)
    if first is None or not first.tied_with_best:
        return model_cell(labels, entry.model, note)
    return model_cell(labels, entry.model, note, (BEST if first.rank == 1 else TIED,))


def _score_field(labels: Labels, task: str, variant: str, *, exact: bool) -> Field[_Entry]:
    def cell(entry: _Entry) -> Cell:
        found, flagged = entry.found.get(variant), entry.flagged.get(variant)
        return task_score_cell(labels, (entry.model, task, variant), found, flagged)

    help_text = f"With its {percent(LEVEL)} interval" if exact else ""
    return Field(Column(variant, labels.variants[variant], "number", help_text), cell)


def _lift_field(results: Results, labels: Labels, task: str, variant: str) -> Field[_Entry]:
    def cell(entry: _Entry) -> Cell:
        found = entry.found.get(variant)
        interval = results.paired_lifts.get((entry.model, task, variant, "base"))
        lift = None if found is None else found.lift_over_base
        return lift_cell(lift, labels.scales[task], interval)

    alone = len(labels.roles.tuned) == 1
    label = "Lift" if alone else f"Lift, {labels.variants[variant]}"
    return Field(
        Column(f"lift_{variant}", label, "number", term="lift"), cell, labels.roles.base is not None
    )


def _against_baseline(labels: Labels, entry: _Entry) -> Score | None:
    """The score that is set against the baseline: in the first variant that the model has.

    Its tuned run, where the baseline has one, is compared like any other.
    """
    roles = labels.roles
    variants = roles.contest if entry.model == roles.baseline else roles.variants
    found = [entry.found[v] for v in variants if v in entry.found]
    return found[0] if found else None
