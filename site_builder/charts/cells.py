"""Cells that tables of pages and charts share: a model, a task, a score, a lift."""

from __future__ import annotations

from site_builder.charts.labels import Labels
from site_builder.format import MISSING, Scale
from site_builder.parts import Address, Cell, Link, Tone


def model_cell(labels: Labels, model: str, note: str = "", tags: tuple[str, ...] = ()) -> Cell:
    """A model's name, leading to its page, marked with its developer's colour."""
    name = labels.models[model]
    return Cell(name, name, note, link=Link(name, Address("model", model)), dot=labels.dots.get(model), tags=tags)


def task_cell(labels: Labels, task: str, note: str = "") -> Cell:
    """A task's name, leading to its page."""
    return Cell(labels.tasks[task], labels.tasks[task], note, link=Link(labels.tasks[task], Address("task", task)))


def category_cell(name: str | None, note: str = "") -> Cell:
    """A category, leading to its page."""
    if name is None:
        return Cell(MISSING)
    return Cell(name, name, note, link=Link(name, Address("category", name)))


def score_cell(value: float | None, scale: Scale, note: str = "", heat: float | None = None) -> Cell:
    """A score; a dash where there is none."""
    return Cell(scale.score(value), value, note, tone="" if value is not None else "soft", heat=heat)


def lift_cell(value: float | None, scale: Scale, note: str = "") -> Cell:
    """A signed difference, positive = better, told by sign and tone."""
    return Cell(scale.signed(value), value, note, tone=lift_tone(value))


def lift_tone(value: float | None) -> Tone:
    """Gain, loss, or neither."""
    return "soft" if value is None else "gain" if value > 0 else "loss" if value < 0 else ""


def text_cell(text: str | None) -> Cell:
    """Text from the data; a dash where it is not known."""
    return Cell(MISSING, None, tone="soft") if text is None else Cell(text, text)


def number_cell(value: float | None, text: str, note: str = "") -> Cell:
    """A number with its own text."""
    return Cell(text, value, note, tone="soft" if value is None else "")


def models_cell(labels: Labels, models: tuple[str, ...], most: int = 3) -> Cell:
    """All who tie for a task's top; the first leads to its page where it stands alone."""
    if len(models) == 1:
        return model_cell(labels, models[0])
    names = [labels.models[m] for m in models]
    text = ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
    return Cell(text, text, note=f"{len(names)} models tie")
