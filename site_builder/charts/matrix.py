"""Lay out scores as a matrix: a row for each entry, a column for each task, part or category."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.addresses import Address, Link
from site_builder.charts.cells import model_cell, number_cell
from site_builder.charts.chart import Choice, Embed
from site_builder.charts.matrix_measured import (
    MatrixMeasure,
    Measured,
    find_beside,
    find_measured,
    flagged_mark,
)
from site_builder.charts.matrix_spec import MAX_ENTRIES, MatrixEntry, MatrixSpec, Width
from site_builder.compute.agreement import order_entries
from site_builder.formatting import MISSING
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, ColumnGroup, Field, Row, Table, table_of

FIRST_ROWS = 20
"""Rows that are shown at first."""
_ROW_PX, _AROUND_PX = 30, 420
_LEAST_ALIKE = 4  # entries


class MatrixView(Record):
    """The matrix in one measure."""

    measure: MatrixMeasure
    table: Table


class Matrix(Record):
    """Scores of entries on tasks, in each measure that there is.

    Attributes:
        views: The one that is shown at first, then the others.
        cut: What is left out; empty where that is nothing.
        has_groups: Whether columns stand in groups that have a column of their own.
        is_cut: Whether rows wait until the reader asks for all.
        has_alike: Whether the rows can stand by similarity.
        width: How wide its columns are.
        beside: What was measured beside the scores, which a script puts in their place.
        board: The board whose scores it has, if it is not the featured one.
        is_embedded: Whether it has a page for frames on other sites.
    """

    id: str
    views: tuple[MatrixView, ...]
    cut: str
    has_groups: bool
    is_cut: bool
    has_alike: bool
    width: Width
    beside: tuple[Choice, ...]
    board: str = ""
    is_embedded: bool = False

    @property
    def table(self) -> Table:
        """The scores, for downloads."""
        return next(view.table for view in self.views if view.measure.id == "score")

    @property
    def embed(self) -> Embed | None:
        """The page for frames on other sites."""
        if not self.is_embedded:
            return None
        key = f"{self.board}-{self.id}" if self.board else self.id
        link = Link(self.views[0].measure.title, Address("embed", key))
        rows = min(len(self.views[0].table.rows), FIRST_ROWS)
        return Embed(link, rows * _ROW_PX + _AROUND_PX)


def is_matrix(spec: MatrixSpec) -> bool:
    """Return whether there are two rows and two columns."""
    n_rows = len(spec.shown) + bool(spec.baseline)
    return bool(spec.shown) and n_rows > 1 and len(spec.columns) > 1


def make_matrix(spec: MatrixSpec) -> Matrix | None:
    """Lay out scores; None below two rows or two columns."""
    if not is_matrix(spec):
        return None
    measured, cut = find_measured(spec), spec.cut
    alike = _alike(spec)
    if len(spec.shown) < len(spec.entries):
        of = len(spec.entries)
        cut = f"{spec.labels.say('matrix.cut_models', of, most=MAX_ENTRIES)} {cut}".strip()
    groups = {column.group for column in spec.columns if column.group}
    return Matrix(
        id=spec.id,
        views=tuple(MatrixView(one.measure, _view(spec, one, alike)) for one in measured),
        cut=cut,
        has_groups=len(groups) > 1
        and groups == {c.group for c in spec.columns if c.is_whole}
        and any(c.group and not c.is_whole for c in spec.columns),
        is_cut=len(spec.shown) > FIRST_ROWS,
        has_alike=bool(alike),
        width=spec.width,
        beside=tuple(find_beside(spec)),
    )


def _alike(spec: MatrixSpec) -> Mapping[str, int]:
    """Return the place of each entry where entries of similar scores stand together."""
    if len(spec.shown) < _LEAST_ALIKE:
        return {}
    columns = [spec.scores.columns[task] for task in spec.tasks]
    values = spec.scores.values[np.ix_(spec.places, columns)]
    order = order_entries(values, is_shared=spec.is_shared)
    return {spec.shown[at].model: place for place, at in enumerate(order)}


# --- tables -------------------------------------------------------------------------------------


def _view(spec: MatrixSpec, one: Measured, alike: Mapping[str, int]) -> Table:
    """Make the table of a measure, with the median of all entries and the baseline above it."""
    labels, key = spec.labels, one.measure.id
    merit = spec.merits.get(key, "")
    fields: list[Field[MatrixEntry]] = [
        Field(labels.rank_column, lambda e: number_cell(e.rank, str(e.rank or MISSING))),
        Field(labels.column("model"), lambda e: model_cell(labels, e.model)),
        Field(
            Column("merit", merit, "number", is_main=True),
            lambda e: one.merit_cell(e.merits.get(key)),
            bool(merit),
        ),
        *spec.extra,
        Field(
            Column("alike", labels.say("matrix.alike"), "number", "", "ascending", is_extra=True),
            lambda e: number_cell(alike[e.model], str(alike[e.model] + 1)),
            bool(alike),
        ),
    ]
    before = [field for field in fields if field.wanted]
    heat = [Field[MatrixEntry](head, partial(one.cell, x)) for x, head in enumerate(_heads(spec))]
    table = table_of(
        f"{spec.id}-{key}",
        labels.say("matrix.caption", measure=one.measure.label),
        [*before, *heat],
        spec.shown,
        lambda e: e.kind,
        filters=lambda e: {"id": e.model},
        header=1,
    )
    keys = [field.column.key for field in before]
    return replace(table, pinned=tuple(_pinned(one, keys)))


def _heads(spec: MatrixSpec) -> Iterator[Column]:
    """Yield the columns; the first of a group has the name of the group above its own."""
    sizes: dict[str, list[int]] = {}
    for x, column in enumerate(spec.columns):
        if column.group:
            sizes.setdefault(column.group, []).append(x)
    for x, column in enumerate(spec.columns):
        mine, group = sizes.get(column.group, []), None
        if mine:
            is_first = x == mine[0] and len(mine) > 1
            name, note = (column.group, column.weight) if is_first else ("", "")
            place = [*sizes].index(column.group)
            group = ColumnGroup(f"g{place}", name, note, len(mine), column.is_whole)
        label = column.group if column.is_whole and len(mine) == 1 else column.name
        full = column.full
        yield Column(f"c{x}", label, "heat", full, spoken_label=full, heat_group=group)


def _pinned(one: Measured, before: Sequence[str]) -> Iterator[Row]:
    """Yield the row of the medians, and that of the baseline."""
    spec, labels, places = one.spec, one.spec.labels, range(len(one.spec.columns))

    def row(name: Cell, merit: Cell, heat: Iterable[Cell]) -> Row:
        cells = {"rank": Cell(MISSING), "model": name, "merit": merit}
        return Row((*(cells.get(key, Cell("")) for key in before), *heat), "reference")

    if spec.has_medians:
        text = labels.say("matrix.median", len(spec.rivals))
        merit = one.merit_cell(spec.middle_merit(one.measure.id))
        yield row(Cell(text, text), merit, map(one.median_cell, places))
    if spec.baseline:
        variant = labels.roles.baseline_variants[spec.scores.variant]
        board, average = spec.results.boards[variant], None
        if set(spec.tasks) == set(board.tasks):
            average = board.average(board.entry(spec.baseline))
        merit = Cell("" if average is None else labels.scale.score(average), average)
        heat = (_baseline_cell(one, variant, x) for x in places)
        yield row(model_cell(labels, spec.baseline), merit, heat)


def _baseline_cell(one: Measured, variant: str, x: int) -> Cell:
    spec, column, value = one.spec, one.spec.columns[x], one.spec.baseline_values[x]
    if value is None:
        return Cell(MISSING, tone="soft")
    cell = Cell(one.score_text(value, x), value, heat=0.0, tone="soft")
    if column.category is not None:
        return cell
    link = Link(cell.text, spec.labels.score_address((spec.baseline, column.tasks[0], variant)))
    return replace(cell, link=link, marks=flagged_mark(spec, column, spec.baseline, variant))
