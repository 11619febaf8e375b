"""Make the cells and columns that tables share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import starmap
from typing import Generic, TypeVar

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import MISSING, NumberFormat
from site_builder.labels import Labels, ScoreKey
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Row, RowKind, Tone

Item = TypeVar("Item")

RANK = Column("rank", "#", "number", first="ascending", term="rank", words="Rank")
MODEL = Column("model", "Model")
TASK = Column("task", "Task")
CATEGORY = Column("category", "Category")
PROVIDER = Column("provider", "Provider")


class Field(Record, Generic[Item]):
    """One column of a table, and what each record shows in it.

    Attributes:
        column: Its key, its heading, how it is set.
        cell: Makes the cell of a record.
        wanted: Whether this board has anything to say in it; the table does without it where not.
    """

    column: Column
    cell: Callable[[Item], Cell]
    wanted: bool = True


def columns_of(fields: Sequence[Field[Item]]) -> tuple[Column, ...]:
    """The columns of a table."""
    return tuple(field.column for field in fields if field.wanted)


def rows_of(
    fields: Sequence[Field[Item]],
    records: Sequence[Item],
    kind: Callable[[Item], RowKind] = lambda _: "",
    anchor: Callable[[Item], str] = lambda _: "",
    marks: Callable[[Item], Mapping[str, str | None]] = lambda _: {},
) -> tuple[Row, ...]:
    """The rows of a table, one a record."""
    columns = [map(field.cell, records) for field in fields if field.wanted]
    marked = (
        tuple([(name, mark) for name, mark in marks(record).items() if mark is not None])
        for record in records
    )
    cells = zip(*columns, strict=True) if columns else ((),) * len(records)
    parts = zip(cells, map(kind, records), map(anchor, records), marked, strict=True)
    return tuple(starmap(Row, parts))


def best_fields(labels: Labels, difference_help: str = "") -> tuple[Field[TaskResult], ...]:
    """Who is best on a task and, where the board has a baseline, how far from it."""
    compared, scales = labels.roles.baseline is not None, labels.scales
    return (
        Field(
            Column("best_model", f"Best {labels.contender}"),
            lambda t: _best_models_cell(labels, t),
        ),
        Field(
            Column("best_score", "Its score", "number"),
            lambda t: _best_score_cell(labels, t),
        ),
        Field(
            Column("baseline_score", labels.baseline, "number"),
            lambda t: _baseline_cell(labels, t),
            compared,
        ),
        Field(
            Column(
                "best_lift_over_baseline",
                "Difference",
                "number",
                difference_help,
                term="lift-over-baseline",
            ),
            lambda t: lift_cell(t.best_lift_over_baseline, scales[t.task]),
            compared,
        ),
    )


def _best_models_cell(labels: Labels, task: TaskResult) -> Cell:
    best = task.best_contender
    return Cell("no score", tone="soft") if best is None else models_cell(labels, best.models)


def _best_score_cell(labels: Labels, task: TaskResult) -> Cell:
    """The best score, marked where it is flagged for all who have it.

    Of several that are equal the first leads to its row.
    """
    best = task.best_contender
    if best is None:
        return score_cell(None, labels.scales[task.task])
    reasons = [task.reasons.get(run) for run in zip(best.models, best.variants, strict=True)]
    flag = reasons[0] if all(reasons) else None
    cell = linked_score_cell(labels, (best.models[0], task.task, best.variants[0]), best.score)
    return replace(cell, tags=flag_tags(flag))


def _baseline_cell(labels: Labels, task: TaskResult) -> Cell:
    roles = labels.roles
    reason = task.reasons.get((roles.baseline or "", roles.baseline_variant or ""))
    cell = baseline_score_cell(labels, task.task, task.baseline_score)
    return replace(cell, tags=flag_tags(reason))


def baseline_score_cell(labels: Labels, task: str, score: float | None) -> Cell:
    """The baseline's score on a task, in the variant that stands for it."""
    roles = labels.roles
    return linked_score_cell(
        labels, (roles.baseline or "", task, roles.baseline_variant or ""), score
    )


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


def score_cell(value: float | None, scale: NumberFormat, note: str = "") -> Cell:
    """A score; a dash where there is none."""
    return number_cell(value, scale.score(value), note)


def kept_cell(labels: Labels, key: ScoreKey, cell: Cell) -> Cell:
    """The cell of a single score, leading to the row that it is kept in; as it is without one."""
    if cell.value is None:
        return cell
    return replace(cell, link=Link(cell.text, labels.score_place(key)))


def linked_score_cell(
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


def range_text(scale: NumberFormat, interval: tuple[float, float] | None) -> str:
    """The ends of an interval, as short as a note below a number; empty where it is not known."""
    return "\N{EN DASH}".join(map(scale.score, interval or ()))


def flag_tags(flag: str | None) -> tuple[str, ...]:
    """The mark of a score that should be read with care."""
    return () if flag is None else (FLAGGED,)


def task_score_cell(
    labels: Labels,
    key: ScoreKey,
    found: Score | None,
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
        return linked_score_cell(labels, key, found.score, note, tags)
    if flagged is not None:
        return replace(linked_score_cell(labels, key, flagged.score, digits, tags), tone="soft")
    return score_cell(None, scale)


def lift_cell(
    value: float | None, scale: NumberFormat, interval: tuple[float, float] | None = None
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
