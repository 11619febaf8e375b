"""Make the cells and columns that tables share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.significance import LiftTest, Verdict
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import MISSING, NumberFormat, from_to, measure_format
from site_builder.labels import Labels, ScoreKey
from site_builder.records import replace
from site_builder.table_model import Cell, Column, Field, Item, Tag, Tone
from site_builder.tables.schema import Measure

_LIFT_TONES: Mapping[Verdict | None, Tone] = {"better": "gain", "worse": "loss", "unclear": "soft"}


# --- names --------------------------------------------------------------------------------------


def model_cell(labels: Labels, model: str, note: str = "", tags: tuple[Tag, ...] = ()) -> Cell:
    """Make a model's name with a link to its page."""
    name = labels.models[model]
    link = page_link(name, "model", model)
    return Cell(name, name, note, link=link, tags=tags)


def known_cell(labels: Labels, model: str, name: str = "") -> Cell:
    """Make the name of a model, with a link if it is on the board; else its name there or id."""
    return model_cell(labels, model) if model in labels.models else text_cell(name or model)


def task_cell(labels: Labels, task: str) -> Cell:
    """Make a task's name with a link to its page."""
    name = labels.tasks[task]
    return Cell(name, name, link=page_link(name, "task", task))


def category_cell(name: str) -> Cell:
    """Make a category's name with a link to its page."""
    return Cell(name, name, link=page_link(name, "category", name))


# --- scores -------------------------------------------------------------------------------------


def score_cell(value: float | None, scale: NumberFormat) -> Cell:
    """Make the cell of a score that has no row to link to, such as a mean."""
    return number_cell(value, scale.score(value))


def linked_score_cell(
    labels: Labels,
    key: ScoreKey,
    value: float | None,
    flag: str | None = None,
    at_chance: bool | None = None,
) -> Cell:
    """Make the cell of a single score, with a link to its place among the scores of its model."""
    text, tags = labels.scales[key[1]].score(value), score_tags(labels, at_chance, flag)
    if value is None:
        return Cell(text, None, tone="soft", tags=tags)
    return Cell(text, value, link=Link(text, labels.score_address(key)), tags=tags)


def best_score_cell(labels: Labels, task: TaskResult) -> Cell:
    """Make the cell of the best score on a task, linked where one model has it."""
    best, scale = task.contender, labels.scales[task.task]
    if best is None or len(best.models) > 1:
        return score_cell(best.score if best else None, scale)
    model, variant = best.models[0], best.variants[0]
    flag = task.reasons.get((model, variant))
    return linked_score_cell(labels, (model, task.task, variant), best.score, flag=flag)


def lift_cell(value: float | None, scale: NumberFormat) -> Cell:
    """Make the cell of a difference that nothing tests, with its sign; 0 is grey."""
    return Cell(scale.signed(value), value, tone="" if value else "soft")


def verdict_cell(value: float | None, scale: NumberFormat, verdict: Verdict | None) -> Cell:
    """Make the cell of a difference; it has a colour only if it is certain."""
    return Cell(scale.signed(value), value, tone=_LIFT_TONES.get(verdict, "soft"))


def tested_cell(test: LiftTest, scale: NumberFormat) -> Cell:
    """Make the cell of a mean lift that was tested, with its interval."""
    if test.mean is None:
        return number_cell(None, MISSING)
    cell = verdict_cell(test.mean, scale, test.verdict)
    return replace(cell, note=from_to(*map(scale.signed, test.interval)) if test.interval else "")


def score_tags(labels: Labels, at_chance: bool | None, flag: str | None = None) -> tuple[Tag, ...]:
    """Return the tags of a score that is no better than guessing, or should be read with care."""
    tags = (labels.tag("at_chance"),) if at_chance else ()
    return tags if flag is None else (*tags, labels.tag("flagged"))


# --- other values -------------------------------------------------------------------------------


def text_cell(text: str | None, tags: tuple[Tag, ...] = ()) -> Cell:
    """Make the cell of a text; a dash if it is missing."""
    return Cell(MISSING, None, tone="soft") if text is None else Cell(text, text, tags=tags)


def facet_cell(labels: Labels, facet: str, value: str | None) -> Cell:
    """Make the cell of a facet: the value by the name that it has on pages, a dash without one."""
    if value is None:
        return text_cell(None)
    return Cell(labels.yes_or_no(labels.facet_text(facet, value)), value)


def facet_column(labels: Labels, facet: str, label: str, **more: Any) -> Column:  # noqa: ANN401
    """Return the column of a facet; downloads have its values, whatever they are called."""
    return Column(facet, label, is_raw=facet in labels.facet_values, **more)


def number_cell(
    value: float | None,
    text: str,
    note: str = "",
    suffix: str = "",
    details: tuple[float | None, ...] = (),
) -> Cell:
    """Make the cell of a number, shown as `text`."""
    tone: Tone = "soft" if value is None else ""
    return Cell(text, value, note, tone, suffix=suffix, details=details)


def number_field(
    column: Column,
    value: Callable[[Item], float | None],
    write: Callable[[float | None], str],
    *,
    wanted: bool = True,
) -> Field[Item]:
    """Return the column of a number of each record."""

    def cell(record: Item) -> Cell:
        number = value(record)
        return number_cell(number, write(number))

    return Field(column, cell, wanted)


def measure_field(
    measure: Measure,
    values: Mapping[str, float | None],
    key: Callable[[Item], str],
    *,
    least: int,
    is_extra: bool = False,
) -> Field[Item]:
    """Return the column of what was measured of each record; none of fewer than `least` values."""
    known = {value for value in values.values() if value is not None}
    form = measure_format(known, measure.unit)
    column = Column(measure.id, measure.label, "number", term="measures", is_extra=is_extra)
    return number_field(
        column, lambda item: values[key(item)], form.score, wanted=len(known) >= least
    )


def lead_column(
    labels: Labels, key: str, *, on_phone: bool = False, is_main: bool = False
) -> Column:
    """Return a column of leads over the baseline."""
    name, term = labels.say("model.column.lead", baseline=labels.baseline), "lift-over-baseline"
    return Column(key, name, "number", term=term, on_phone=on_phone, is_main=is_main)


def attribute_field(
    column: Column, write: Callable[[float | None], str], *, wanted: bool = True
) -> Field[Any]:
    """Return the column of a number that records have in the attribute of its name."""
    return number_field(column, attrgetter(column.key), write, wanted=wanted)


def source_link(source: str, published: Collection[str] = ()) -> Link:
    """Return the link of a source, a URL or a path; it leads to a file that the site publishes.

    The place within a page, such as the row of a table, stands behind the page: `a.org/b, table-6`.
    """
    if source in published:
        return Link(source, Address("file", source))
    page, _, anchor = source.partition("#") if "://" in source else (source, "", "")
    shown = page.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    place = unquote(anchor.partition(":~:")[0])  # without a quoted text
    place = place if place.isprintable() else anchor
    return Link(", ".join(filter(None, (shown, place))), href=source)
