"""The task leaderboard: every task's ranking in one place, one shown at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from site_builder.addresses import Link, page_link
from site_builder.compute.tasks import TaskResult
from site_builder.pages.page import Site
from site_builder.pages.ranking import ranking_table
from site_builder.parts import Cell, RowKind, Table, TableRow, Tone
from site_builder.records import Record

MOST_CELLS = 20_000
MOST_ROWS = 50
CELLS_A_ROW = 5

Tags = tuple[str, ...]
Packed = tuple[str, float | str | None, Tone] | tuple[str, float | str | None, Tone, str, Tags]
# A model by its place; with its note, its tags and the kind of its row where it has any of these.
Named = int | tuple[int, str, Tags, RowKind]


class Picker(Record):
    """A table of one task, and what a script needs to show another in its place.

    Attributes:
        first: The task that stands in the page.
        groups: The tasks to choose from, as links to their pages, by category.
        table: The ranking of the first task.
        models: For the script: each model that occurs, as its id and a link.
        rankings: For the script: by task id, rows of (index of the model, then text, value and tone
            of each cell); behind them the note and the tags where there are any.
        anchors: For the script: by task id, what the scores of each column are called on the pages
            of their models; empty for a column of no scores.
    """

    first: Link
    groups: tuple[tuple[str, tuple[Link, ...]], ...]
    table: Table
    models: tuple[tuple[str, Link], ...]
    rankings: Mapping[str, Sequence[Sequence[Named | Packed]]]
    anchors: Mapping[str, Sequence[str]]


def make_picker(site: Site, table_id: str) -> Picker | None:
    """The picker; None on a board with one task, or one too large to put into a page."""
    tasks = [t for t in site.results.tasks if t.scores]
    rows = int(site.results.scores.scored.sum(axis=0).clip(max=MOST_ROWS).sum())
    if len(tasks) < 2 or rows * CELLS_A_ROW > MOST_CELLS:
        return None
    tables = {t.task: ranking_table(site, t, table_id, MOST_ROWS) for t in tasks}
    models = dict.fromkeys(_model(row) for table in tables.values() for row in table.rows)
    places = {link: i for i, link in enumerate(models)}
    first = tasks[0].task
    return Picker(
        first=_link(site, first),
        groups=task_groups(site, tasks),
        table=tables[first],
        models=tuple((link.to.key, link) for link in models if link is not None and link.to),
        rankings={
            task: [_packed_row(row, places) for row in table.rows] for task, table in tables.items()
        },
        anchors={task: _anchors(table) for task, table in tables.items()},
    )


def _model(row: TableRow) -> Link | None:
    return row.cells[1].link


def _packed_row(row: TableRow, places: Mapping[Link | None, int]) -> list[Named | Packed]:
    rank, name, *others = row.cells
    place, plain = places[_model(row)], not (name.note or name.tags)
    named = place if plain else (place, name.note, name.tags, row.kind)
    return [named, *map(_packed, (rank, *others))]


def _anchors(table: Table) -> list[str]:
    """The anchor that the scores of a column share, since all are of one task and variant."""
    rank, _, *others = zip(*(row.cells for row in table.rows), strict=True)
    return [_anchor(column) for column in (rank, *others)]


def _anchor(column: Iterable[Cell]) -> str:
    links = (cell.link for cell in column if cell.link is not None)
    return next((link.to.anchor for link in links if link.to), "")


def _packed(cell: Cell) -> Packed:
    shown = cell.text, cell.value, cell.tone
    return (*shown, cell.note, cell.tags) if cell.note or cell.tags else shown


def _link(site: Site, task: str) -> Link:
    return page_link(site.labels.tasks[task], "task", task)


def task_groups(
    site: Site, tasks: Sequence[TaskResult]
) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """Links to tasks, by category."""
    groups: dict[str, list[Link]] = {}
    for t in tasks:
        category = site.results.catalog.tasks[t.task].category or "No category"
        groups.setdefault(category, []).append(_link(site, t.task))
    return tuple((name, tuple(links)) for name, links in groups.items())
