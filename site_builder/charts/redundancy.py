"""How alike the tasks rank the models: a task much like another adds little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import Field, columns_of, rows_of
from site_builder.charts.heatmap import draw_heatmap, nullable
from site_builder.charts.labels import Labels
from site_builder.compute.numbers import Array
from site_builder.compute.rank_agreement import compute_rank_agreement
from site_builder.compute.results import Results
from site_builder.format import MISSING, counted, rounded
from site_builder.parts import Cell, Column, Table
from site_builder.records import Record

MOST_DRAWN = 40
MOST_LISTED = 20


class _Pair(Record):
    """Two tasks, and how alike they rank the `n` models that have both."""

    task: str
    other: str
    rho: float
    n: int


def chart_redundancy(results: Results, labels: Labels) -> Chart | None:
    """Spearman's correlation of every two tasks over the models that have both."""
    rho, common = compute_rank_agreement(results.scores)
    paired = [i for i in range(len(rho)) if (~np.isnan(np.delete(rho[i], i))).any()]
    if len(paired) < 3:
        return None
    pairs, median = _most_alike(results.scores.tasks, rho, common)
    title = _title(pairs[0], labels)
    variant = labels.in_sentence(results.board.variant)
    drawn = paired[:MOST_DRAWN]
    part = np.ix_(drawn, drawn)
    names = [labels.tasks[results.scores.tasks[i]] for i in drawn]
    return Chart(
        id="redundancy",
        title=title,
        reading=f"{title}. Over all pairs of tasks the median is {rounded(median, 2)}: near 1, "
        "tasks would be interchangeable; near 0, each asks something of its own.",
        caption=f"Spearman's correlation of the {variant} scores of two tasks over the models that "
        f"have both; the table has the {MOST_LISTED} pairs most alike."
        f"{'' if drawn == paired else f' The first {MOST_DRAWN} tasks are drawn.'}",
        figure=_draw(names, rho[part], common[part]),
        table=_table(pairs, labels),
        terms="similar-tasks",
    )


def _most_alike(tasks: Sequence[str], rho: Array, common: Array) -> tuple[tuple[_Pair, ...], float]:
    """The pairs that rank models most alike, best first; and the median of all pairs."""
    later, earlier = np.tril_indices(len(tasks), -1)
    known = ~np.isnan(rho[later, earlier])
    later, earlier = later[known], earlier[known]
    values = rho[later, earlier]
    best = np.argsort(-values, kind="stable")[:MOST_LISTED]
    pairs = tuple(
        _Pair(tasks[j], tasks[i], float(rho[i, j]), int(common[i, j]))
        for i, j in zip(later[best], earlier[best], strict=True)
    )
    return pairs, float(np.median(values))


def _title(top: _Pair, labels: Labels) -> str:
    return (
        f"{labels.tasks[top.task]} and {labels.tasks[top.other]} rank the models most alike "
        f"(\N{GREEK SMALL LETTER RHO} = {rounded(top.rho, 2)})"
    )


def _draw(names: Sequence[str], rho: Array, common: Array) -> dict[str, Any]:
    hovers = [
        [
            f"{MISSING if np.isnan(r) else rounded(r, 2)} over {counted(int(n), 'model')}"
            for r, n in row
        ]
        for row in np.dstack([rho, common])
    ]
    return draw_heatmap(
        nullable(rho), names, names, hovers, colorscale=theme.DIVERGING, zmin=-1, zmax=1
    )


def _table(pairs: Sequence[_Pair], labels: Labels) -> Table:
    fields: tuple[Field[_Pair], ...] = (
        Field(Column("task", "Task"), lambda p: task_cell(labels, p.task)),
        Field(Column("other", "and task"), lambda p: task_cell(labels, p.other)),
        Field(
            Column("rho", "Spearman", "number", term="similar-tasks"),
            lambda p: Cell(rounded(p.rho, 2), p.rho),
        ),
        Field(
            Column("n", "Models", "number", term="similar-tasks"),
            lambda p: Cell(str(p.n), float(p.n)),
        ),
    )
    return Table(
        "redundancy-table",
        "Pairs of tasks that rank models most alike",
        columns_of(fields),
        rows_of(fields, pairs),
        sorted_by="rho",
    )
