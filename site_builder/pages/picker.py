"""The task leaderboard with a task picker: every task's ranking in one place, one shown at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from site_builder.charts.cells import lift_cell, model_cell, number_cell, score_cell
from site_builder.compute.tasks import TaskResult
from site_builder.pages.page import Site
from site_builder.parts import Address, Cell, Column, Link, Row, Table

MOST_CELLS = 20_000
MOST_ROWS = 50


@dataclass(frozen=True)
class Picker:
    """A table of one task, and what a script needs to show another in its place.

    Attributes:
        first: The task that stands in the page.
        groups: The tasks to choose from, as links to their pages, by category.
        table: The ranking of the first task.
        models: For the script: each model that occurs, as a link.
        rankings: For the script: by task id, rows of (index of the model, then text, value and tone of each cell).
    """

    first: Link
    groups: tuple[tuple[str, tuple[Link, ...]], ...]
    table: Table
    models: tuple[Link, ...]
    rankings: dict[str, list[list[Any]]]


def make_picker(site: Site, table_id: str) -> Picker | None:
    """The picker; None on a board with one task, or one too large to put into a page."""
    tasks = [t for t in site.results.tasks if t.scores]
    rows = sum(min(len({s.model for s in t.scores}), MOST_ROWS) for t in tasks)
    if len(tasks) < 2 or rows * 5 > MOST_CELLS:
        return None
    tables = {t.task: task_table(site, t, table_id, MOST_ROWS) for t in tasks}
    models = list(dict.fromkeys(row.cells[1].link for table in tables.values() for row in table.rows))
    places = {link: i for i, link in enumerate(models)}
    rankings = {task: [[places[row.cells[1].link], *map(_packed, (row.cells[0], *row.cells[2:]))] for row in table.rows] for task, table in tables.items()}
    first = tasks[0].task
    return Picker(_link(site, first), _groups(site, tasks), tables[first], tuple(m for m in models if m is not None), rankings)


def _packed(cell: Cell) -> list[Any]:
    return [cell.text, cell.value, cell.tone]


def _link(site: Site, task: str) -> Link:
    return Link(site.labels.tasks[task], Address("task", task))


def _groups(site: Site, tasks: Sequence[TaskResult]) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    groups: dict[str, list[Link]] = {}
    for t in tasks:
        groups.setdefault(site.results.catalog.tasks[t.task].category or "No category", []).append(_link(site, t.task))
    return tuple((name, tuple(links)) for name, links in groups.items())


def task_table(site: Site, task: TaskResult, table_id: str, most: int | None = None) -> Table:
    """Ranking of one task: a row a model, by its score in the primary variant, then in the others."""
    labels, roles = site.labels, site.labels.roles
    order = list(dict.fromkeys(s.model for s in task.scores))[:most]
    variants = roles.variants
    lifted = roles.base is not None and bool(roles.tuned)
    columns = [Column("rank", "#", "number", first="ascending"), Column("model", "Model", first="ascending")]
    columns += [Column(v, labels.variants[v], "number") for v in variants]
    columns += [Column(f"lift_{v}", "Lift" if len(roles.tuned) == 1 else f"Lift, {labels.variants[v]}", "number") for v in roles.tuned] if lifted else []
    columns += [Column("lift_over_baseline", f"vs {labels.baseline}", "number")] if labels.baseline else []
    rows = tuple(_model_row(site, task, model, lifted=lifted) for model in order)
    return Table(table_id, f"Ranking on {labels.tasks[task.task]}", tuple(columns), rows, header=1, sorted_by=roles.primary)


def _model_row(site: Site, task: TaskResult, model: str, *, lifted: bool) -> Row:
    labels, roles, scale = site.labels, site.labels.roles, site.labels.scales[task.task]
    found = site.results.scores_of(model, task.task)
    first = found.get(roles.primary)
    rank = first.rank if first else None
    cells = [number_cell(rank, str(rank) if rank else "\N{EN DASH}"), model_cell(labels, model)]
    for variant in roles.variants:
        one = found.get(variant)
        cells.append(score_cell(one.score if one else None, scale))
    if lifted:
        cells += [lift_cell(found[v].lift_over_base if v in found else None, scale) for v in roles.tuned]
    if labels.baseline:
        best = next((found[v].lift_over_baseline for v in roles.contest if v in found), None)
        cells.append(lift_cell(best if model != roles.baseline or first else None, scale))
    return Row(tuple(cells), "reference" if model == roles.baseline else "")
