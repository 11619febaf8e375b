"""Make the ranking of one task as a table, and the picker that shows that of any task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from site_builder.addresses import Link, page_link
from site_builder.charts.cells import (
    RANK,
    lift_cell,
    model_cell,
    number_cell,
    score_tags,
    single_lift_cell,
    task_cell,
    task_score_cell,
    text_cell,
)
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.compute.significance import Against
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import NumberFormat, measure_format, percent
from site_builder.labels import Labels
from site_builder.pages.board_table import model_filters, model_tools
from site_builder.pages.page import Site, links_by_category
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Field,
    LegendItem,
    Row,
    RowKind,
    Table,
    Tag,
    draw_dumbbell,
    table_of,
)
from site_builder.tables.parts import short_name

_MOST_CELLS = 20_000
_MOST_ROWS = 50
_CELLS_A_ROW = 5

# The links to tasks, by category.
_TaskGroups = tuple[tuple[str, tuple[Link, ...]], ...]


class _Entry(Record):
    """A model on the task.

    Attributes:
        found: Its scores that count, by variant.
        flagged: Its flagged scores, by variant, whether they count or not.
    """

    model: str
    found: Mapping[str, Score]
    flagged: Mapping[str, FlaggedScore]


def ranking_table(
    site: Site, task: TaskResult, table_id: str, most: int | None = None, *, drawn: bool = False
) -> Table:
    """Return the ranking of one task, by the score in the primary variant, then in the others.

    The baseline stands where its score would, also if it is of another variant; models of which no
    score counts stand last. The table has at most `most` rows. If `drawn`, a column draws the
    scores with their intervals, where these are known.
    """
    labels, results, catalog = site.labels, site.results, site.results.catalog
    named = [*task.models, *(f.model for f in task.flagged)]
    models = list(dict.fromkeys(named))[:most]
    found = results.scores.of_task(task.task, models)
    entries = [_Entry(m, found[m], results.flagged_of(m, task.task)) for m in models]
    lines = _line_fields(site, task) if drawn else ()

    def kind(entry: _Entry) -> RowKind:
        if entry.model == labels.roles.baseline:
            return "reference"
        return "" if entry.found else "unranked"

    return table_of(
        table_id,
        labels.say("ranking.caption", name=labels.tasks[task.task]),
        (
            *_score_fields(site, task),
            *lines,
            *_lift_fields(site, task.task),
            *_measure_fields(site, task.task),
        ),
        entries,
        kind,
        lambda entry: model_filters(catalog, entry.model),
        header=1,
        sorted_by=labels.roles.primary,
        tools=model_tools(labels, catalog),
    )


def _is_borrowed(site: Site, task: TaskResult) -> bool:
    """Return whether a score of another variant stands for the baseline beside the primary one."""
    roles = site.labels.roles
    is_other = roles.baseline_variants.get(roles.primary) not in (None, roles.primary)
    return is_other and task.baseline_scores.get(roles.primary) is not None


def _score_fields(site: Site, task: TaskResult) -> Iterator[Field[_Entry]]:
    labels, primary = site.labels, site.labels.roles.primary
    yield Field(RANK, lambda entry: _rank_cell(entry.found.get(primary)))
    yield Field(labels.column("model"), lambda entry: _model_cell(labels, entry))
    meaning = f"With its {percent(LEVEL)} interval" if task.with_intervals else ""
    for variant in labels.roles.variants:
        column = Column(variant, labels.variants[variant], "number", meaning)
        borrowed = variant == primary and _is_borrowed(site, task)
        yield Field(column, partial(_score_cell, labels, task.task, variant, borrowed))


def _rank_cell(score: Score | None) -> Cell:
    return text_cell(None) if score is None else number_cell(score.rank, str(score.rank))


def _model_cell(labels: Labels, entry: _Entry) -> Cell:
    """Make a model's name: whether it is the best or tied with it, and why it has no rank."""
    status = labels.say("why.baseline") if entry.model == labels.roles.baseline else ""
    note, tags = status if entry.found else labels.say("why.flagged"), tuple[Tag, ...]()
    first = entry.found.get(labels.roles.primary)
    if first is not None and first.tied_with_best:
        tags = (labels.tag("best" if first.rank == 1 else "tied"),)
    return model_cell(labels, entry.model, note, tags)


def _score_cell(labels: Labels, task: str, variant: str, borrowed: bool, entry: _Entry) -> Cell:
    if borrowed and entry.model == labels.roles.baseline:
        of = labels.roles.baseline_variants[variant]
        cell = _score_cell(labels, task, of, False, entry)
        return replace(cell, note=", ".join(filter(None, (labels.in_sentence(of), cell.note))))
    found, flagged = entry.found.get(variant), entry.flagged.get(variant)
    return task_score_cell(labels, (entry.model, task, variant), found, flagged)


def _lift_fields(site: Site, task: str) -> Iterator[Field[_Entry]]:
    labels, roles = site.labels, site.labels.roles

    def cell(score: Score | None, against: Against) -> Cell:
        if score is None:
            return lift_cell(None, labels.scales[task])
        return single_lift_cell(site.results, labels, score, against)

    def over_base(variant: str, entry: _Entry) -> Cell:
        return cell(entry.found.get(variant), "base")

    def over_baseline(entry: _Entry) -> Cell:
        # The first variant that a model has; of the baseline itself, the first that competes.
        variants = roles.contest if entry.model == roles.baseline else roles.variants
        return cell(next((entry.found[v] for v in variants if v in entry.found), None), "baseline")

    for variant in roles.tuned:
        label = "Lift" if len(roles.tuned) == 1 else f"Lift, {labels.variants[variant]}"
        column = Column(f"lift_{variant}", label, "number", term="lift")
        yield Field(column, partial(over_base, variant), roles.base is not None)
    versus, term = f"vs {labels.baseline}", "lift-over-baseline"
    column = Column("lift_over_baseline", versus, "number", term=term)
    yield Field(column, over_baseline, roles.baseline is not None)


def _measure_fields(site: Site, task: str) -> Iterator[Field[_Entry]]:
    """Yield what was measured on the task beside the score, in the primary variant."""
    scores, primary = site.results.scores, site.labels.roles.primary
    column = scores.columns[task]
    for measure in scores.measures:
        values = scores.measured[measure.id][primary][:, column]
        known = [value for value in values.tolist() if value == value]  # NaN is not itself
        form = measure_format(known, measure.unit)
        yield Field(
            Column(measure.id, measure.label, "number"),
            partial(
                _measure_cell, dict(zip(scores.models, floats_or_none(values), strict=True)), form
            ),
            bool(known),
        )


def _measure_cell(values: Mapping[str, float | None], form: NumberFormat, entry: _Entry) -> Cell:
    value = values[entry.model]
    return number_cell(value, form.score(value))


# --- drawings -----------------------------------------------------------------------------------


def _is_drawn(site: Site, task: TaskResult) -> bool:
    return site.labels.roles.primary in task.with_intervals


def _line_fields(site: Site, task: TaskResult) -> Iterator[Field[_Entry]]:
    """Yield the column of drawings, where a score of the primary variant has an interval."""
    if not _is_drawn(site, task):
        return
    labels, roles, scale = site.labels, site.labels.roles, site.labels.scales[task.task]
    reference = task.baseline_scores.get(roles.primary)
    chance = site.results.catalog.tasks[task.task].score_chance
    limits = _find_limits(site, task.task, (reference, chance))

    def cell(entry: _Entry) -> Cell:
        after = entry.found.get(roles.primary)
        if after is None:
            is_line = entry.model == roles.baseline and reference is not None
            return Cell("", reference, drawing=line) if is_line else Cell("")
        before = entry.found.get(roles.base) if roles.base is not None and roles.tuned else None
        text = scale.score(after.score)
        if before is not None:
            text = f"{scale.score(before.score)} to {text}"
        if after.interval is not None:
            text += f", interval {scale.interval(*after.interval)}"
        text = ", ".join((text, *(t.text for t in score_tags(labels, after.at_chance))))
        drawing = draw_dumbbell(
            before=limits.place(before.score if before else None),
            after=limits.place(after.score),
            reference=limits.place(reference),
            interval=limits.span(after.interval),
            text=f"{labels.models[entry.model]}: {text}",
            chance=limits.place(chance),
            is_at_chance=bool(after.at_chance),
        )
        return Cell("", after.score, drawing=drawing)

    text = f"{labels.baseline}: {scale.score(reference)}"
    line = draw_dumbbell(
        None, None, limits.place(reference), text=text, chance=limits.place(chance)
    )
    heading = labels.say("column.line")
    if roles.base is not None and roles.tuned:
        tuned = labels.in_sentence(roles.primary)
        heading = f"{labels.variants[roles.base]} \N{RIGHTWARDS ARROW} {tuned}"
    yield Field(Column("line", heading, "plot"), cell)


def _find_limits(site: Site, task: str, lines: Sequence[float | None]) -> AxisRange:
    """Return the ends of all that is drawn: between a task's bounds, intervals would be small."""
    drawn = [value for value in lines if value is not None]
    for score in site.results.scores.ranking(task):
        drawn += (score.score, *(score.interval or ()))
    return AxisRange(min(drawn), max(drawn))


def line_legend(site: Site, task: TaskResult) -> tuple[LegendItem, ...]:
    """Return what the marks of drawings and scores stand for; empty where there are none."""
    labels, reference = site.labels, task.baseline_scores.get(site.labels.roles.primary)
    chance, scale = site.results.catalog.tasks[task.task].score_chance, labels.scales[task.task]
    at_chance = () if chance is None else (LegendItem("at-chance", labels.tag("at_chance").text),)
    if not _is_drawn(site, task):
        return at_chance
    items = [LegendItem("base", labels.base)] if labels.lifted else []
    items.append(LegendItem("score", labels.in_sentence(labels.roles.primary)))
    items.append(LegendItem("band", labels.say("legend.band", level=percent(LEVEL))))
    if reference is not None:
        text = labels.say("legend.score", name=labels.baseline, score=scale.score(reference))
        items.append(LegendItem("reference", text))
    if chance is not None:
        level = labels.say("legend.chance_score", score=scale.score(chance))
        items.append(LegendItem("chance", level))
    return (*items, *at_chance)


# --- parts --------------------------------------------------------------------------------------

_MAX_COLUMNS, _MAX_PARTS = 12, 400


def parts_table(site: Site, task: TaskResult) -> Table | None:
    """Return entries x parts of a task, the best entry first; None where it has no parts.

    More than twelve parts are the rows, and the first twelve entries the columns.
    """
    results, labels, primary = site.results, site.labels, site.labels.roles.primary
    parts = [t.task for t in results.catalog.tasks.values() if t.part_of == task.task][:_MAX_PARTS]
    if not parts:
        return None
    of_parts = results.scores.only(parts).values[primary]
    values = {
        model: dict(zip(parts, floats_or_none(row), strict=True))
        for model, row in zip(results.scores.models, of_parts, strict=True)
    }
    has_part = (m for m, row in values.items() if any(v is not None for v in row.values()))
    models, scale = list(dict.fromkeys((*task.models, *has_part))), labels.scales[task.task]

    def cell(model: str, part: str) -> Cell:
        value = values[model][part]
        return number_cell(value, scale.score(value))

    whole = labels.tasks[task.task]
    caption = labels.say("ranking.parts", name=whole)
    if len(parts) > _MAX_COLUMNS:
        columns = [
            Field[str](Column(f"m{i}", labels.models[m], "number"), partial(cell, m))
            for i, m in enumerate(models[:_MAX_COLUMNS])
        ]
        return table_of(
            "parts",
            caption,
            (Field(labels.column("task"), lambda p: _part_cell(labels, p, whole)), *columns),
            parts,
        )
    fields = [
        Field[str](
            Column(f"p{i}", short_name(labels.tasks[part], whole), "number"),
            partial(_turned, cell, part),
        )
        for i, part in enumerate(parts)
    ]
    rows = models[:_MOST_ROWS]
    return table_of(
        "parts",
        caption,
        (Field(labels.column("model"), lambda m: model_cell(labels, m)), *fields),
        rows,
    )


def _part_cell(labels: Labels, part: str, whole: str) -> Cell:
    return replace(task_cell(labels, part), text=short_name(labels.tasks[part], whole))


def _turned(cell: Callable[[str, str], Cell], part: str, model: str) -> Cell:
    return cell(model, part)


# --- the picker ---------------------------------------------------------------------------------


class Picker(Record):
    """A table of one task, and what a script needs to show another in its place.

    Attributes:
        first: The task that stands in the page.
        groups: The tasks to choose from, as links to their pages, by category.
        table: The ranking of the first task.
        models: For the script: each model that occurs, as its id and a link.
        rankings: For the script: by task id, rows of the index of the model, and of text, value and
            tone of each other cell, where there are any with its note and tags, and with the end
            of its link if that is not its column's. A model with a note or tags is a list of index,
            note, tags and kind of the row.
        anchors: For the script: by task id, how links to the scores of each column end; empty for
            a column of no scores.
    """

    first: Link
    groups: _TaskGroups
    table: Table
    models: tuple[tuple[str, Link], ...]
    rankings: Mapping[str, Sequence[Sequence[object]]]
    anchors: Mapping[str, Sequence[str]]


def make_picker(site: Site) -> Picker | None:
    """Return the picker; None on a board with one task, or one too large to put into a page."""
    tasks = [t for t in site.results.tasks if t.models]
    rows = int(site.results.scores.scored.sum(axis=0).clip(max=_MOST_ROWS).sum())
    if len(tasks) < 2 or rows * _CELLS_A_ROW > _MOST_CELLS:
        return None
    tables = {t.task: ranking_table(site, t, "picker", _MOST_ROWS) for t in tasks}
    models = dict.fromkeys(row.cells[1].link for table in tables.values() for row in table.rows)
    places, first = {link: i for i, link in enumerate(models)}, tasks[0].task
    anchors = {task: _anchors(table) for task, table in tables.items()}
    return Picker(
        first=page_link(site.labels.tasks[first], "task", first),
        groups=task_groups(site, tasks),
        table=tables[first],
        models=tuple((link.to.key, link) for link in models if link is not None and link.to),
        rankings={
            task: [_packed_row(row, places, anchors[task]) for row in table.rows]
            for task, table in tables.items()
        },
        anchors=anchors,
    )


def _packed_row(
    row: Row, places: Mapping[Link | None, int], anchors: Sequence[str]
) -> list[object]:
    rank, name, *others = row.cells
    place, has_more = places[name.link], name.note or name.tags
    packed: list[object] = [(place, name.note, name.tags, row.kind) if has_more else place]
    for cell, anchor in zip((rank, *others), anchors, strict=True):
        shown = cell.text, cell.value, cell.tone
        if (ending := _ending(cell)) and ending != anchor:
            packed.append((*shown, cell.note, cell.tags, ending))
        else:
            packed.append((*shown, cell.note, cell.tags) if cell.note or cell.tags else shown)
    return packed


def _anchors(table: Table) -> list[str]:
    """Return how links to scores end, by column; the baseline's may be of another variant."""
    competing = [row.cells for row in table.rows if row.kind != "reference"]
    rank, _, *others = zip(*(competing or [row.cells for row in table.rows]), strict=True)
    return [next(filter(None, map(_ending, column)), "") for column in (rank, *others)]


def _ending(cell: Cell) -> str:
    """Return how the link to a score ends; empty where a cell has none."""
    to = cell.link.to if cell.link else None
    if to is None or not to.anchor:
        return ""
    return f"{f'?{urlencode(to.query)}' if to.query else ''}#{to.anchor}"


def task_groups(site: Site, tasks: Sequence[TaskResult]) -> _TaskGroups:
    """Return the links to tasks, by category."""
    groups = links_by_category(site, [task.task for task in tasks])
    none = site.labels.say("ranking.no_category")
    return tuple((name or none, tuple(links)) for name, links in groups.items())
