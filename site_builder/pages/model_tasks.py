"""Make the table of a model's scores: a row for each task, the widest lead first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from site_builder.charts.cells import (
    lead_column,
    measure_field,
    score_cell,
    score_tags,
    task_cell,
    text_cell,
    verdict_cell,
)
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.runs import Against
from site_builder.compute.scores import Score
from site_builder.formatting import MISSING, coverage, ordinal, percent, sentence
from site_builder.labels import Labels
from site_builder.pages.filters import task_tools, task_values
from site_builder.pages.page import Site, TitledTable
from site_builder.pages.scales import MAX_TICKED, draw_among
from site_builder.pages.task_scores import MIN_DISTINCT, ModelTasks, TaskRow, find_scripted_rows
from site_builder.records import replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Filter,
    LegendItem,
    Mark,
    MarkKind,
    RowKind,
    Table,
    Tag,
    draw_dumbbell,
    legend_of,
    table_of,
)

ALL_SCORES = "all-scores"
_LEAD, _PART = "lift_over_baseline", "part"
_SHORT = 12  # rows that are seen at a glance
_MAX_STRIPS = 40  # longer lists draw the middle half of the others in place of each


def make_task_scores(site: Site, model: str, board: Board, scores: Sequence[Score]) -> TitledTable:
    """Make the table of a model's scores with its title; `site` is that over all tasks.

    The note says that a script makes the other rows, where it makes any.
    """
    found = ModelTasks(site, model, board, scores)
    scripted, text = find_scripted_rows(found)
    table, say = _table(found, scripted, text), site.labels.say
    drawings = [cell.drawing for row in table.rows for cell in row.cells]
    other = next((row for row in found.rows if row.task in scripted), None)
    drawings += [] if other is None else [_drawing(found, other)]
    tones = {cell.tone for row in table.rows for cell in row.cells}
    return TitledTable(
        anchor="scores",
        title=_title(found),
        line=_line(found, drawings),
        orders=tuple(_orders(found)),
        legend=_legend(found, drawings),
        has_tones=not tones.isdisjoint(("gain", "loss")),
        table=table,
        note=say("model.tasks.first_rows", table.n_written, of=len(table.rows)) if scripted else "",
    )


# --- words --------------------------------------------------------------------------------------


def _title(found: ModelTasks) -> str:
    """Return on how many tasks it is better than before, or ahead, or first."""
    say, rows = found.labels.say, found.wholes
    gains = [lift for row in rows if (lift := row.lift("base")) is not None]
    leads = [lift for row in rows if (lift := row.lift("baseline")) is not None]
    better, ahead = (sum(lift > 0 for lift in lifts) for lifts in (gains, leads))
    kind = "all" if better == len(gains) else "some" if better else "none"
    if gains and found.is_compared:
        of = ahead if len(leads) == len(gains) else coverage(ahead, len(leads))
        words = {"better": better, "baseline": found.labels.baseline, "ahead": of}
        return say(f"model.tasks.better_ahead.{kind}", len(gains), **words)
    if gains:
        return say(f"model.tasks.better.{kind}", len(gains), better=better)
    if found.is_compared:
        kind = "all" if ahead == len(leads) else "some" if ahead else "none"
        words = {"ahead": ahead, "baseline": found.labels.baseline}
        return say(f"model.tasks.ahead.{kind}", len(leads), **words)
    return _place_title(found)


def _place_title(found: ModelTasks) -> str:
    """Return where it is first, or else its highest place; parts count where tasks are few."""
    say, every = found.labels.say, found.wholes if len(found.wholes) > 2 else found.rows
    rows = [row for row in every if row.rank and row.of > 1 and not found.is_level(row.task)]
    first = [row for row in rows if row.rank == 1]
    if not rows or len(every) == 1:
        return say("model.tasks.plain", len(every))
    if len(first) == 1:
        return say("model.tasks.first_on", name=found.labels.tasks[first[0].task])
    if first:
        kind = "all" if len(first) == len(every) else "some"
        return say(f"model.tasks.first.{kind}", len(every), first=len(first))
    ranks = [row.rank or row.of for row in rows]
    rank, best = min(zip(ranks, rows, strict=True), key=lambda pair: pair[0] / pair[1].of)
    if 2 * rank > best.of:
        return say("model.tasks.lower", len(rows))
    words = {"rank": ordinal(rank), "of": best.of, "name": found.labels.tasks[best.task]}
    return say("model.tasks.place", **words)


def _line(found: ModelTasks, drawings: Sequence[Drawing | None]) -> str:
    """Return the order of the rows, and which way is better."""
    say, facts = found.labels.say, found.site.results.catalog.tasks
    parts = list[str]()
    if found.order is None and len(found.labels.roles.variants) > 1:
        variant = found.labels.in_sentence(found.variant)
        parts.append(say("model.tasks.among", variant=variant))
    if len(found.wholes) > 1:
        order = {"baseline": "lead", "base": "gain"}.get(found.order or "", "place")
        first = found.rows[0].task
        if len(found.board.tasks) == 1 and first in found.board.tasks:
            order = "board"
        words = {"baseline": found.labels.baseline, "name": found.labels.tasks[first]}
        parts.append(say(f"model.tasks.order.{order}", **words))
    if not any(facts[task].higher_is_better for task in found.tasks):
        parts.append(say("model.tasks.low"))
    if found.axis is None and any(drawings):
        parts.append(say("model.tasks.right"))
    return " ".join(parts)


def _orders(found: ModelTasks) -> Iterator[tuple[str, str]]:
    if found.order is None or len(found.rows) < 3:
        return
    say = found.labels.say
    kinds = (
        (_LEAD, say("model.column.lead", baseline=found.labels.baseline), found.is_compared),
        (f"lift_{found.variant}", say("model.column.gain"), found.is_lifted),
        (f"score_{found.variant}", say("column.score"), True),
    )
    own = _sorted_by(found)
    yield from (("" if key == own else key, text) for key, text, wanted in kinds if wanted)


def _sorted_by(found: ModelTasks) -> str:
    """Return the column that orders the rows; empty for their places."""
    return {"baseline": _LEAD, "base": f"lift_{found.variant}"}.get(found.order or "", "")


def _legend(found: ModelTasks, drawings: Sequence[Drawing | None]) -> tuple[LegendItem, ...]:
    labels = found.labels
    texts: dict[MarkKind, str] = {
        "base": labels.base,
        "score": labels.in_sentence(found.variant) if found.is_lifted else labels.say("legend.own"),
        "at-chance": labels.say("tag.at_chance"),
        "band": labels.say("legend.interval", level=percent(LEVEL)),
        "tick": labels.say("legend.others"),
        "soft-band": labels.say("legend.middle"),
        "median": labels.say("legend.median"),
        "baseline": labels.baseline,
    }
    return legend_of(drawings, texts)


# --- the table ----------------------------------------------------------------------------------


def _table(found: ModelTasks, scripted: Collection[str], text: str) -> Table:
    labels, facts, axis = found.labels, found.site.results.catalog.tasks, found.axis
    say, variant = labels.say, found.variant
    by_part = _parts_filter(found)
    listed = found.wholes if by_part and by_part.first else found.rows
    counted = Counter(facts[row.task].category for row in listed)
    tools = task_tools(found.site, dict(counted.most_common()))
    ticks = () if axis is None else axis.ticks(labels.scales[found.tasks[0]].tick)

    def category_cell(row: TaskRow) -> Cell:
        return text_cell(facts[row.task].category)

    fields: tuple[Field[TaskRow], ...] = (
        Field(labels.column("task"), partial(_name_cell, found)),
        Field(labels.column("category", on_phone=True), category_cell, len(counted) > 1),
        Field(
            Column("drawn", say("column.line"), "plot", axis=ticks),
            lambda row: Cell("", row.value(variant), drawing=_drawing(found, row)),
        ),
        *_score_fields(found),
        *_lift_fields(found),
        _place_field(found),
        *_measure_fields(found),
        Field(
            labels.column("chance", "number", term="chance-level", is_extra=True),
            lambda row: score_cell(facts[row.task].score_chance, labels.scales[row.task]),
            any(facts[task].score_chance is not None for task in found.tasks),
        ),
    )

    def filter_values(row: TaskRow) -> dict[str, str | None]:
        return {**task_values(found.site, row.task), _PART: _part_texts(found)[row.is_part]}

    def kind(row: TaskRow) -> RowKind:
        if row.is_part:
            return "part"
        is_behind = found.order == "baseline" and (row.lift("baseline") or 0.0) <= 0
        return "behind" if is_behind else ""

    return table_of(
        ALL_SCORES,
        say("model.tasks.caption"),
        fields,
        found.rows,
        kind,
        filters=filter_values if by_part else lambda row: task_values(found.site, row.task),
        anchor=lambda row: labels.score_anchor(row.task),
        is_written=lambda row: row.task not in scripted,
        sorted_by=_sorted_by(found),
        scripted=text,
        tools=replace(tools, facets=(*tools.facets, by_part)) if by_part else tools,
    )


def _parts_filter(found: ModelTasks) -> Filter | None:
    """Return the filter of a long list that has parts; few tasks of many rows come first alone."""
    n, n_wholes = len(found.rows), len(found.wholes)
    if n_wholes == n or n <= _SHORT:
        return None
    tasks, parts = _part_texts(found)
    first = (tasks,) if n > _MAX_STRIPS and n_wholes >= _SHORT else ()
    counted = ((tasks, n_wholes), (parts, n - n_wholes))
    return Filter(_PART, parts, "chips", first=first, values=counted)


def _part_texts(found: ModelTasks) -> tuple[str, str]:
    say = found.labels.say
    return sentence(say.words["tasks"]), say("filters.parts")


def _name_cell(found: ModelTasks, row: TaskRow) -> Cell:
    """Name a task; where tasks differ in it, with a tag if lower is better."""
    cell, facts = task_cell(found.labels, row.task), found.site.results.catalog.tasks
    if found.has_both_directions and not facts[row.task].higher_is_better:
        return replace(cell, tags=(Tag("low", found.labels.say("task.low")),))
    return cell


def _score_fields(found: ModelTasks) -> Iterator[Field[TaskRow]]:
    """Yield the score that is compared, with its error for downloads, then those beside it."""
    labels, say = found.labels, found.labels.say
    own = [score for score in found.scores if score.variant == found.variant]
    known = (
        (("low", "high"), any(s.interval for s in own)),
        (("stderr",), any(s.stated_stderr is not None for s in own)),
        (("n_least", "n_most"), any(s.examples for s in own)),
    )
    wanted = [name for names, is_known in known if is_known for name in names]
    details = tuple(say(f"model.detail.{name}", level=percent(LEVEL)) for name in wanted)
    name = say("column.score")
    column = Column(f"score_{found.variant}", name, "number", is_main=True, details=details)
    yield Field(column, partial(_score_cell, labels, found.variant, wanted))
    there = {score.variant for score in found.scores}
    for variant in reversed(labels.roles.variants):
        if variant in there and variant != found.variant:
            other = Column(f"score_{variant}", labels.variants[variant], "number", is_extra=True)
            yield Field(other, partial(_score_cell, labels, variant, ()))


def _score_cell(labels: Labels, variant: str, details: Sequence[str], row: TaskRow) -> Cell:
    """Make the cell of a score; a script makes its text a link."""
    found, scale = row.scores.get(variant), labels.scales[row.task]
    if found is None:
        return Cell(MISSING, None, tone="soft", details=(None,) * len(details))
    low, high = found.interval or (None, None)
    least, most = found.examples or (None, None)
    errors = {"low": low, "high": high, "stderr": found.stated_stderr}
    known = {**errors, "n_least": least, "n_most": most}
    return Cell(
        scale.score(found.score),
        found.score,
        tone="" if found.counts else "soft",
        tags=score_tags(labels, found.at_chance, found.flag),
        details=tuple(known[name] for name in details),
    )


def _lift_fields(found: ModelTasks) -> Iterator[Field[TaskRow]]:
    """Yield the gain over base and the lead over the baseline."""
    say = found.labels.say
    gain = Column(
        f"lift_{found.variant}",
        say("model.column.gain"),
        "number",
        term="lift",
        on_phone=not found.is_compared,
    )
    lead = lead_column(found.labels, _LEAD, on_phone=True)
    yield Field(gain, partial(_lift_cell, found, "base"), found.is_lifted)
    yield Field(lead, partial(_lift_cell, found, "baseline"), found.is_compared)


def _lift_cell(found: ModelTasks, against: Against, row: TaskRow) -> Cell:
    if row.score is None:
        return text_cell(None)
    verdict = found.site.results.lift_verdict(row.score.key, against)
    return verdict_cell(row.lift(against), found.labels.scales[row.task], verdict)


def _place_field(found: ModelTasks) -> Field[TaskRow]:
    """Return the place among the entries with a score; their number is said once if it is one."""
    say, ns = found.labels.say, {row.of for row in found.rows if row.score}
    label = say("model.column.place_of", of=min(ns)) if len(ns) == 1 else say("model.column.place")
    column = Column(
        f"rank_{found.variant}",
        label,
        "number",
        say("model.column.place_help"),
        "ascending",
        "rank",
        on_phone=not (found.is_compared or found.is_lifted),
    )

    def cell(row: TaskRow) -> Cell:
        if row.rank is None:
            return text_cell(None)
        if found.is_level(row.task):
            return Cell(say("model.column.level"), row.rank, tone="soft")
        suffix = f"/{row.of:,}" if len(ns) > 1 else ""
        return Cell(ordinal(row.rank), row.rank, suffix=suffix)

    return Field(column, cell, max(ns, default=0) > 1)


def _measure_fields(found: ModelTasks) -> Iterator[Field[TaskRow]]:
    """Yield what was measured beside the scores; what is one for all tasks stands below."""
    runs = found.runs
    for measure in runs.measures:
        values = floats_or_none(runs.measured[measure.id][runs.rows[found.model]])
        by_task = dict(zip(runs.tasks, values, strict=True))
        yield measure_field(measure, by_task, lambda row: row.task, least=2, is_extra=True)


# --- drawings -----------------------------------------------------------------------------------


def _drawing(found: ModelTasks, row: TaskRow) -> Drawing | None:
    """Draw a score beside base and baseline, or else among those of all entries."""
    labels = found.labels
    text = f"{labels.tasks[row.task]}: {labels.scales[row.task].score(row.value(found.variant))}"
    axis = found.axis
    if axis is None or not found.is_dumbbell:
        return _strip(found, row, text)
    base = labels.roles.base if labels.lifted else None
    after = None if found.variant == base else row.value(found.variant)
    interval = row.score.interval if row.score else None
    return draw_dumbbell(
        axis.place(row.value(base)),
        axis.place(after),
        interval=axis.span(interval),
        text=text,
        baseline=axis.place(found.beside(row.task)),
        is_at_chance=bool(row.score and row.score.at_chance),
    )


def _strip(found: ModelTasks, row: TaskRow, text: str) -> Drawing | None:
    """Draw a score among those of all entries; None below a few different ones.

    Tasks in different units have a scale each, whose better end is on the right.
    """
    spread, own = found.spread(row.task), row.value(found.variant)
    if own is None or spread is None or spread.distinct < MIN_DISTINCT:
        return None
    turn = 1.0
    if found.axis is None and not found.site.results.catalog.tasks[row.task].higher_is_better:
        turn = -1.0
    ends = sorted((turn * spread.least, turn * spread.greatest))
    axis = found.axis or AxisRange(ends[0], ends[1])

    def share(value: float) -> float:
        return axis.share(turn * value)

    beside = found.beside(row.task)
    baseline = () if beside is None else (Mark("baseline", min(max(share(beside), 0), 1)),)
    kind: MarkKind = "at-chance" if row.score and row.score.at_chance else "score"
    most = MAX_TICKED if len(found.rows) <= _MAX_STRIPS else 0
    rivals = found.runs.rivals[:, found.runs.columns[row.task]].tolist()
    others = (score for score in rivals if score == score)  # not NaN
    drawing = draw_among(spread, others, own, share, text, kind, most)
    return replace(drawing, marks=(*drawing.marks[:-1], *baseline, drawing.marks[-1]))
