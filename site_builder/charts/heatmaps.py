"""Heatmaps: models by tasks, correlations, tasks that rank models alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import Cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.features import column_label, column_phrase
from site_builder.charts.labels import Labels
from site_builder.compute.correlation import Correlation, Correlations
from site_builder.compute.results import Results
from site_builder.compute.tasks import compute_rank_agreement
from site_builder.format import MISSING, Scale, counted, p_value, rounded
from site_builder.parts import Column, Row, Table

MOST_MODELS, MOST_TASKS, MOST_PAIRED = 40, 100, 40
SCALE = Scale(places=2)


def _heat(z: Sequence[Sequence[float | None]], rows: Sequence[str], columns: Sequence[str], hovers: Sequence[Sequence[str]], **trace: Any) -> dict[str, Any]:
    """Cells in rows, the first row on top; column names slanted above them."""
    heat = go.Heatmap(
        z=[list(line) for line in z], x=list(range(len(columns))), y=list(range(len(rows))), xgap=1, ygap=1, hoverongaps=False,
        customdata=[[theme.plain(text) for text in line] for line in hovers],
        hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": theme.SOFT, "size": 11}, "len": 0.5, "y": 1, "yanchor": "top"}, **trace,
    )  # fmt: skip
    names = [theme.plain(theme.shortened(c, 24)) for c in columns]
    top = {
        "side": "top", "tickvals": list(range(len(columns))), "ticktext": names, "tickangle": -50, "showgrid": False, "zeroline": False,
        "tickfont": {"size": 11, "color": theme.INK}, "fixedrange": True, "automargin": True,
    }  # fmt: skip
    narrow = theme.narrow_rows(rows) | {"xaxis.ticktext": [theme.plain(theme.shortened(c, 14)) for c in columns], "xaxis.tickangle": -90, "xaxis.tickfont.size": 10}
    return theme.figure([heat], theme.rows_height(len(rows), 22) + 100, narrow=narrow, xaxis=top, yaxis=theme.rows_axis(rows), margin={"l": 8, "r": 8, "t": 8, "b": 16})


def chart_scores(results: Results, labels: Labels) -> Chart | None:
    """Every score of the primary variant: tasks by models, both in the order of the boards."""
    board = results.board
    models = [s.model for s in board.standings if s.scored][:MOST_MODELS]
    tasks = [t.task for t in results.tasks if board.variant in t.best][:MOST_TASKS]
    if len(models) < 2 or len(tasks) < 2:
        return None
    averaged = board.rules.averaged
    means = {t.task: t.mean[board.variant] or 0.0 for t in results.tasks if board.variant in t.mean}
    tasks = sorted(tasks, key=lambda t: -means[t]) if averaged else tasks
    scores = results.scores
    part = scores.only(tasks).values[board.variant][[scores.models.index(m) for m in models]].T
    shade = part if averaged else _within_rows(part * scores.only(tasks).direction[:, None])
    texts = [[labels.scales[t].score(None if np.isnan(v) else float(v)) for v in row] for t, row in zip(tasks, part, strict=True)]
    figure = _heat(_nullable(shade), [labels.tasks[t] for t in tasks], [labels.models[m] for m in models], texts, colorscale=theme.SEQUENTIAL, showscale=averaged)
    title = f"{labels.tasks[tasks[0]]} is the easiest task on average, {labels.tasks[tasks[-1]]} the hardest" if averaged and scores.direction.min() > 0 else f"{counted(len(models), 'model')} on {counted(len(tasks), 'task')}"
    how = "darker is higher" if averaged else "darker is better within its row"
    cut = "" if len(models) == sum(s.scored > 0 for s in board.standings) else f" The first {len(models)} models are drawn; the table of each task has all."
    rows = tuple(Row((task_cell(labels, t), *(score_cell(None if np.isnan(v) else float(v), labels.scales[t]) for v in row))) for t, row in zip(tasks, part, strict=True))
    columns = (Column("task", "Task", first="ascending"), *(Column(m, labels.models[m], "number") for m in models))
    return Chart(
        id="scores", title=title, reading=f"{title}; scores of {counted(len(models), 'model')}, {labels.variants[board.variant].lower()}.",
        caption=f"Scores, {labels.variants[board.variant].lower()}; {how}.{cut}", figure=figure,
        table=Table("scores-table", "Scores by task and model", columns, rows), terms="average",
    )  # fmt: skip


def _within_rows(values: np.ndarray) -> np.ndarray:
    """Each row stretched to 0 (its worst) .. 1 (its best); a row of equals is 0.5."""
    low, high = (np.array([f(row[~np.isnan(row)], initial=0 if row[~np.isnan(row)].size == 0 else row[~np.isnan(row)][0]) for row in values]) for f in (np.min, np.max))
    span = np.where(high > low, high - low, 1.0)[:, None]
    return np.asarray(np.where((high > low)[:, None], (values - low[:, None]) / span, np.where(np.isnan(values), np.nan, 0.5)))


def _nullable(values: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(v) else float(v) for v in row] for row in values]


def correlation_text(pair: Correlation) -> str:
    """Spearman's coefficient at two places, or `not defined`."""
    return "not defined" if pair.spearman is None else rounded(pair.spearman, 2)


def chart_correlations(results: Results, labels: Labels) -> Chart | None:
    """The whole matrix of correlations over tasks."""
    found = results.correlations
    if found is None:
        return None
    columns = [c for c in found.columns if any(found.pairs[c, other].spearman is not None for other in found.columns if other != c)]
    names = [column_label(c, labels) for c in columns]
    z = [[found.pairs[a, b].spearman for b in columns] for a in columns]
    hovers = [[_pair_hover(found.pairs[a, b]) for b in columns] for a in columns]
    a, b = _strongest_feature_pair(found, columns)
    title = f"{column_label(a, labels)} goes most with {column_phrase(b, labels)} (\N{GREEK SMALL LETTER RHO} = {correlation_text(found.pairs[a, b])})" if a else "How the columns go together"
    rows = tuple(Row((Cell(column_label(x, labels), column_label(x, labels)), *(Cell(correlation_text(found.pairs[x, y]), found.pairs[x, y].spearman) for y in columns))) for x in columns)
    table = Table("correlations-table", "Spearman correlation over tasks", (Column("column", "Column"), *(Column(c, n, "number") for c, n in zip(columns, names, strict=True))), rows)
    return Chart(
        id="correlations", title=title, reading=f"{title}. Each cell is a Spearman correlation over tasks, from \N{MINUS SIGN}1 to +1.",
        caption="Spearman's rank correlation over tasks; green goes together, orange goes apart. Point at a cell for n, p and the interval.",
        figure=_heat(z, names, names, hovers, colorscale=theme.DIVERGING, zmin=-1, zmax=1), table=table, terms="correlation",
    )  # fmt: skip


def _pair_hover(pair: Correlation) -> str:
    if pair.spearman is None:
        return f"not defined (n = {pair.n})"
    interval = ""
    if pair.spearman_interval is not None:
        interval = f", 95\N{NO-BREAK SPACE}% interval {SCALE.interval(*pair.spearman_interval)}"
    return f"{correlation_text(pair)}{interval}, n = {pair.n}, p {p_value(pair.spearman_p)}"


def _strongest_feature_pair(found: Correlations, columns: Sequence[str]) -> tuple[str, str]:
    """The feature and derived column that go together most; the derived ones alone are related by construction."""
    derived = [c for c in columns if c not in found.features]
    pairs = [(abs(found.pairs[f, d].spearman or 0.0), f, d) for f in found.features if f in columns for d in derived]
    return max(pairs, default=(0.0, "", ""), key=lambda p: p[0])[1:]


def chart_redundancy(results: Results, labels: Labels) -> Chart | None:
    """How alike the tasks rank the models: a task much like another adds little."""
    rho, common = compute_rank_agreement(results.scores)
    shown = [i for i in range(len(rho)) if (~np.isnan(np.delete(rho[i], i))).any()][:MOST_PAIRED]
    if len(shown) < 3:
        return None
    tasks = [results.scores.tasks[i] for i in shown]
    part = rho[np.ix_(shown, shown)]
    pairs = [(part[i, j], i, j) for i in range(len(tasks)) for j in range(i) if not np.isnan(part[i, j])]
    names = [labels.tasks[t] for t in tasks]
    top, i, j = max(pairs)
    median = float(np.median([p[0] for p in pairs]))
    title = f"{names[j]} and {names[i]} rank the models most alike (\N{GREEK SMALL LETTER RHO} = {rounded(top, 2)})"
    hovers = [[f"{MISSING if np.isnan(part[x, y]) else rounded(part[x, y], 2)} over {int(common[shown[x], shown[y]])} models" for y in range(len(names))] for x in range(len(names))]
    ordered = sorted(pairs, key=lambda p: -p[0])[:20]
    rows = tuple(Row((task_cell(labels, tasks[b]), task_cell(labels, tasks[a]), Cell(rounded(r, 2), float(r)), Cell(str(int(common[shown[a], shown[b]])), float(common[shown[a], shown[b]])))) for r, a, b in ordered)
    columns = (Column("task", "Task"), Column("other", "and task"), Column("rho", "Spearman", "number"), Column("n", "Models", "number"))
    return Chart(
        id="redundancy", title=title,
        reading=f"{title}. Over all pairs of tasks the median is {rounded(median, 2)}: near 1, tasks would be interchangeable; near 0, each asks something of its own.",
        caption=f"Spearman's correlation of the {labels.variants[results.board.variant].lower()} scores of two tasks over the models that have both; the table has the 20 pairs most alike.",
        figure=_heat(_nullable(part), names, names, hovers, colorscale=theme.DIVERGING, zmin=-1, zmax=1), table=Table("redundancy-table", "Pairs of tasks that rank models most alike", columns, rows, sorted_by="rho"), terms="similar-tasks",
    )  # fmt: skip
