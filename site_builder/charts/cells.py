"""Cells that tables of pages and charts share: a model, a task, a score, a lift."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from site_builder.addresses import Address, Link, page_link
from site_builder.charts.labels import Labels, ScoreKey
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.task_scores import TaskScore
from site_builder.format import MISSING, Scale
from site_builder.parts import Cell, Tone
from site_builder.records import replace

FLAGGED = "flagged"


def model_cell(labels: Labels, model: str, note: str = "", tags: tuple[str, ...] = ()) -> Cell:
    """A model's name, leading to its page, marked with its developer's colour."""
    name = labels.models[model]
    link = page_link(name, "model", model)
    return Cell(name, name, note, link=link, dot=labels.dots.get(model), tags=tags)


def served_cell(labels: Labels, model: str) -> Cell:
    """A served model; it leads to its page where the board has it."""
    return model_cell(labels, model) if model in labels.models else Cell(model, model)


def models_cell(labels: Labels, models: Sequence[str]) -> Cell:
    """All who tie for a task's top; one that stands alone leads to its page."""
    if len(models) == 1:
        return model_cell(labels, models[0])
    text = names_text(labels, models)
    return Cell(text, text, note=f"{len(models)} models tie")


def names_text(labels: Labels, models: Sequence[str], most: int = 3) -> str:
    """Names of models as a cell has room for them: `A, B, C and 4 more`."""
    names = ", ".join(labels.models[m] for m in models[:most])
    return f"{names} and {len(models) - most} more" if len(models) > most else names


def task_cell(labels: Labels, task: str) -> Cell:
    """A task's name, leading to its page."""
    name = labels.tasks[task]
    return Cell(name, name, link=page_link(name, "task", task))


def category_cell(name: str | None) -> Cell:
    """A category, leading to its page."""
    if name is None:
        return Cell(MISSING)
    return Cell(name, name, link=page_link(name, "category", name))


def score_cell(value: float | None, scale: Scale, note: str = "") -> Cell:
    """A score; a dash where there is none."""
    return number_cell(value, scale.score(value), note)


def kept_cell(labels: Labels, key: ScoreKey, cell: Cell) -> Cell:
    """The cell of a single score, leading to the row that it is kept in; as it is without one."""
    if cell.value is None:
        return cell
    return replace(cell, link=Link(cell.text, labels.score_place(key)))


def kept_score_cell(
    labels: Labels,
    key: ScoreKey,
    value: float | None,
    note: str = "",
    tags: tuple[str, ...] = (),
) -> Cell:
    """A single score, leading to the row that it is kept in; a dash where there is none."""
    text = labels.scales[key[1]].score(value)
    if value is None:
        return Cell(text, None, note, "soft", tags=tags)
    return Cell(text, value, note, "", Link(text, labels.score_place(key)), None, tags)


def range_text(scale: Scale, interval: tuple[float, float] | None) -> str:
    """The ends of an interval, as short as a note below a number; empty where it is not known."""
    return "\N{EN DASH}".join(map(scale.score, interval or ()))


def flag_tags(flag: str | None) -> tuple[str, ...]:
    """The mark of a score that should be read with care."""
    return () if flag is None else (FLAGGED,)


def task_score_cell(
    labels: Labels,
    key: ScoreKey,
    found: TaskScore | None,
    flagged: FlaggedScore | None,
    digits: str = "",
) -> Cell:
    """A single score with its interval, marked where it is flagged, leading to its row.

    Args:
        labels: Names and number formats.
        key: Which score it is.
        found: The score; None where there is none that counts.
        flagged: What is said of it; shown in its place where it does not count.
        digits: What is said before the interval.
    """
    tags = flag_tags(None if flagged is None else flagged.reason)
    scale = labels.scales[key[1]]
    if found is not None:
        interval = range_text(scale, found.interval)
        note = f"{digits}, {interval}" if digits and interval else digits or interval
        return kept_score_cell(labels, key, found.score, note, tags)
    if flagged is not None:
        return replace(kept_score_cell(labels, key, flagged.score, digits, tags), tone="soft")
    return score_cell(None, scale)


def lift_cell(
    value: float | None, scale: Scale, interval: tuple[float, float] | None = None
) -> Cell:
    """A signed difference, positive = better, told by sign and tone; with its interval if known."""
    note = " to ".join(map(scale.signed, interval or ()))
    return Cell(scale.signed(value), value, note, tone=_lift_tone(value))


def _lift_tone(value: float | None) -> Tone:
    return "soft" if value is None else "gain" if value > 0 else "loss" if value < 0 else ""


def text_cell(text: str | None) -> Cell:
    """Text from the data; a dash where it is not known."""
    return Cell(MISSING, None, tone="soft") if text is None else Cell(text, text)


def number_cell(value: float | None, text: str, note: str = "") -> Cell:
    """A number with its own text."""
    return Cell(text, value, note, tone="soft" if value is None else "")


def source_cell(source: str | None, published: Collection[str] = ()) -> Cell:
    """Where a figure comes from: a link where it is one, text where it is not."""
    if source is None:
        return text_cell(None)
    link = source_link(source, published)
    return Cell(link.text, source, link=link)


def source_link(source: str, published: Collection[str] = ()) -> Link:
    """A source, leading to the web or to a file of the site; it may be neither, and is text then.

    Args:
        source: A link, or a path.
        published: Paths of the files that the site publishes.
    """
    if source in published:
        return Link(source, Address("file", source))
    shown = source.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return Link(shown, href=source)
