"""Make the table of the scores on the parts of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import median, quantiles

from site_builder.charts.cells import model_cell, task_cell
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.tasks import TaskResult
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import AxisRange, Cell, Column, Field, Table, table_of
from site_builder.tables.parts import short_name

_MAX_PARTS, _MAX_MODELS = 400, 50
_MAX_COLUMNS = 24  # more parts are rows, with the first models as columns
_MAX_TURNED = 12
_FIRST = 20  # models whose spread the title compares
_MEDIAN = ""  # in place of a model


class Parts(Record):
    """The scores on a task and on its parts, in the primary variant.

    Attributes:
        parts: The whole, then its parts in the order of the data, each before its own parts.
        models: The best first.
        values: By model, and for the median of all; None where there is none.
        axes: The scale of each part; one for all of one unit, so that easy parts look easy.
    """

    site: Site
    parts: tuple[str, ...]
    models: tuple[str, ...]
    values: Mapping[str, list[float | None]]
    axes: tuple[AxisRange, ...]

    @property
    def labels(self) -> Labels:
        """Names and number formats."""
        return self.site.labels

    def name(self, part: str) -> str:
        """Return the name of a part without that of what it is a part of."""
        if part == self.parts[0]:
            return self.labels.say("parts.whole")
        above = self.site.results.catalog.tasks[part].part_of or ""
        return short_name(self.labels.tasks[part], self.labels.tasks[above])

    def scores_of(self, place: int) -> list[float]:
        """Return the known scores on one part."""
        found = (self.values[model][place] for model in self.models)
        return [score for score in found if score is not None]


def find_parts(site: Site, task: TaskResult) -> Parts | None:
    """Return the scores on the parts of a task; None where it has none with a score."""
    parts = (task.task, *_below(site, task.task))[: _MAX_PARTS + 1]
    if len(parts) == 1:
        return None
    scores = site.results.scores.only(parts)
    rows = map(floats_or_none, scores.values[site.labels.roles.primary])
    found = {m: row for m, row in zip(scores.models, rows, strict=True) if _has_any(row)}
    if not any(_has_any(row[1:]) for row in found.values()):
        return None
    is_high = site.results.catalog.tasks[task.task].higher_is_better

    def place(model: str) -> float:
        whole = found[model][0]
        return float("inf") if whole is None else -whole if is_high else whole

    columns = [[v for v in column if v is not None] for column in zip(*found.values(), strict=True)]
    medians: list[float | None] = [median(column) if column else None for column in columns]
    return Parts(
        site=site,
        parts=parts,
        models=tuple(sorted(found, key=place)),
        values={**found, _MEDIAN: medians},
        axes=_axes(site, parts, columns),
    )


def _has_any(row: Sequence[float | None]) -> bool:
    return any(value is not None for value in row)


def _below(site: Site, whole: str) -> Iterator[str]:
    for fact in site.results.catalog.tasks.values():
        if fact.part_of == whole:
            yield fact.task
            yield from _below(site, fact.task)


def _axes(
    site: Site, parts: Sequence[str], columns: Sequence[Sequence[float]]
) -> tuple[AxisRange, ...]:
    facts = [site.results.catalog.tasks[part] for part in parts]
    units = {(f.unit, f.metric, f.higher_is_better, f.score_min, f.score_max) for f in facts}
    if len(units) > 1:
        return tuple(
            AxisRange(min(column, default=0.0), max(column, default=0.0)) for column in columns
        )
    low, high = facts[0].score_min, facts[0].score_max
    if low is None or high is None:
        low, high = min(map(min, filter(None, columns))), max(map(max, filter(None, columns)))
    return (AxisRange(low, high),) * len(parts)


def parts_title(parts: Parts) -> str:
    """Return which part tells the first models apart most, by the range of their middle half."""
    say, n = parts.labels.say, len(parts.parts) - 1
    first = [parts.values[model][1:] for model in parts.models[:_FIRST]]
    columns = [[v for v in column if v is not None] for column in zip(*first, strict=True)]
    is_whole = all(len(column) == _FIRST for column in columns)
    if n < 2 or len({*parts.axes}) > 1 or not is_whole:
        return say("parts.plain", n)
    spreads = []
    for column in columns:
        low, _, high = quantiles(column, n=4, method="inclusive")
        spreads.append(high - low)
    most, least = (spreads.index(end(spreads)) for end in (max, min))
    names = [parts.name(parts.parts[1 + place]) for place in (most, least)]
    return say("parts.title", _FIRST, most=names[0], least=names[1])


def parts_table(parts: Parts) -> Table:
    """Return entries x parts, the best entry first below the medians; darker is better."""
    labels, whole = parts.labels, parts.parts[0]
    caption = labels.say("parts.caption", name=labels.tasks[whole])
    places = [*range(len(parts.parts))]
    if len(places) > _MAX_COLUMNS + 1:
        columns = [
            Field[int](Column(f"m{i}", labels.models[m], "heat"), partial(_cell, parts, model=m))
            for i, m in enumerate(parts.models[:_MAX_TURNED])
        ]
        name = Field[int](labels.column("task"), lambda place: _part_cell(parts, place))
        return table_of("parts", caption, (name, *columns), places)
    fields = [
        Field[str](
            Column(f"p{place}", parts.name(parts.parts[place]), "heat", is_main=place == 0),
            partial(_cell, parts, place),
        )
        for place in places
    ]
    rows = [*parts.models[:_MAX_MODELS]]
    if len(parts.models) > 2:
        rows.insert(0, _MEDIAN)
    median = labels.say("parts.median", len(parts.models))
    model = Field[str](
        labels.column("model"), lambda m: model_cell(labels, m) if m else Cell(median, median)
    )
    return table_of("parts", caption, (model, *fields), rows, lambda m: "" if m else "reference")


def _part_cell(parts: Parts, place: int) -> Cell:
    part = parts.parts[place]
    return replace(task_cell(parts.labels, part), text=parts.name(part))


def _cell(parts: Parts, place: int, model: str) -> Cell:
    """Make a cell: how far up its scale it is, framed where it is the best of its column."""
    part, value = parts.parts[place], parts.values[model][place]
    scale, known = parts.labels.scales[part], parts.scores_of(place)
    if value is None:
        return Cell(scale.score(None), None, tone="soft")
    is_high = parts.site.results.catalog.tasks[part].higher_is_better
    best = max(known) if is_high else min(known)
    share = parts.axes[place].share(value)
    is_best = model and value == best and min(known) < max(known)
    heat = min(max(share if is_high else 1 - share, 0.0), 1.0)
    return Cell(scale.score(value), value, tone="best" if is_best else "", heat=heat)
