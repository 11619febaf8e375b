"""Scatters: score against size, and each feature against lift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import lift_cell, model_cell, number_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.features import LIFTS, column_label, column_phrase, column_text
from site_builder.charts.labels import Labels
from site_builder.compute.correlation import Fit, fit_line
from site_builder.compute.results import Results
from site_builder.format import billions, counted, listed, p_value, rounded, sentence
from site_builder.parts import Column, Row, Table

HEIGHT = 420


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Average score against the number of parameters, with the frontier: no smaller model scores as high."""
    board, facts = results.board, results.catalog.models
    points = [(facts[s.model].parameters_b, s.average, s.model) for s in board.ranked]
    known = [(size, score, model) for size, score, model in points if size is not None and size > 0 and score is not None]
    if len(known) < 3 or len({size for size, _, _ in known}) < 2 or not _one_direction(results):
        return None
    sign = float(results.scores.direction[0])
    frontier = _frontier(known, sign)
    names = [labels.models[model] for _, _, model in frontier]
    title = f"{listed(names, most=4)} {'give' if len(names) > 1 else 'gives'} the best average for {'their' if len(names) > 1 else 'its'} size"
    reading = f"{title}: every other model of known size is matched or beaten by one that is no larger."
    unknown = len(points) - len(known)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    baseline = results.boards[labels.roles.baseline_variant].standing(labels.roles.baseline).average if labels.roles.baseline and labels.roles.baseline_variant else None
    return Chart(
        id="size", title=title, reading=reading,
        caption=f"Mean score over {counted(len(board.tasks), 'task')} against parameters, log axis; the line joins the frontier.{left_out}",
        figure=_size_figure(known, frontier, labels, baseline),
        table=_size_table(known, frontier, labels), terms="frontier",
    )  # fmt: skip


def _one_direction(results: Results) -> bool:
    return bool(results.board.rules.averaged and len(set(results.scores.direction.tolist())) == 1)


def _frontier(points: Sequence[tuple[float, float, str]], sign: float) -> list[tuple[float, float, str]]:
    """Points that no point of the same or a smaller size matches or beats, from small to large."""
    frontier: list[tuple[float, float, str]] = []
    for point in sorted(points, key=lambda p: (p[0], -sign * p[1])):
        if not frontier or sign * point[1] > sign * frontier[-1][1]:
            frontier.append(point)
    return frontier


def _size_figure(points: Sequence[tuple[float, float, str]], frontier: Sequence[tuple[float, float, str]], labels: Labels, baseline: float | None) -> dict[str, Any]:
    line = go.Scatter(
        x=[p[0] for p in frontier], y=[p[1] for p in frontier], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"},
    )  # fmt: skip
    on_frontier = {p[2] for p in frontier}
    dots = go.Scatter(
        x=[p[0] for p in points], y=[p[1] for p in points], mode="markers+text",
        text=[theme.plain(theme.shortened(labels.models[p[2]], theme.NARROW_LABEL)) if p[2] in on_frontier else "" for p in points],
        textposition="middle left", textfont={"size": 12, "color": theme.INK}, cliponaxis=False,
        marker={"size": 11, "color": [theme.developer_colour(labels.dots.get(p[2])) for p in points], "line": {"color": theme.PAPER, "width": 1}},
        customdata=[theme.plain(f"{labels.models[p[2]]}: {labels.scale.score(p[1])}, {billions(p[0])} parameters") for p in points], **theme.text_hover(),
    )  # fmt: skip
    layout: dict[str, Any] = {}
    if baseline is not None:
        layout["shapes"] = [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": baseline, "y1": baseline, "line": {"color": theme.INK, "width": 1.5, "dash": "dot"}}]
        layout["annotations"] = [{"x": 0, "xref": "paper", "xanchor": "left", "y": baseline, "yanchor": "bottom", "showarrow": False, "text": theme.plain(f"{labels.baseline} {labels.scale.score(baseline)}"), "font": {"size": 12, "color": theme.INK}}]
    sizes = [p[0] for p in points]
    low, high = np.log10(min(sizes)), np.log10(max(sizes))
    # Room for the names, which stand to the left of their dots, where the frontier has not come yet.
    low, high = low - 0.2 * (high - low), high + 0.06 * (high - low)
    heights = theme.ticks(min(p[1] for p in points), max(p[1] for p in points))
    ticks = _size_ticks(min(sizes), max(sizes))
    return theme.figure(
        [line, dots], HEIGHT,
        xaxis=theme.axis("parameters (billions, log axis)", type="log", range=[low, high], tickvals=ticks, ticktext=[billions(t) for t in ticks]),
        yaxis=theme.axis("mean score", zeroline=False, **heights), **layout,
    )  # fmt: skip


def _size_ticks(low: float, high: float) -> list[float]:
    steps = [m * 10.0**e for e in range(-4, 6) for m in (1, 2, 3, 5, 7)]
    inside = [s for s in steps if low * 0.8 <= s <= high * 1.25]
    return inside if len(inside) <= 8 else [s for s in inside if str(s).strip("0.")[:1] in "125"][:10]


def _size_table(points: Sequence[tuple[float, float, str]], frontier: Sequence[tuple[float, float, str]], labels: Labels) -> Table:
    on_frontier = {p[2] for p in frontier}
    rows = tuple(
        Row((model_cell(labels, m, tags=("frontier",) if m in on_frontier else ()), number_cell(size, billions(size)), score_cell(score, labels.scale)))
        for size, score, m in sorted(points, key=lambda p: (p[0], p[2]))
    )
    columns = (Column("model", "Model", first="ascending"), Column("parameters_b", "Parameters", "number", first="ascending"), Column("average", "Mean score", "number"))
    return Table("size-table", "Size and mean score", columns, rows, sorted_by="parameters_b")


def charts_features(results: Results, labels: Labels) -> tuple[Chart, ...]:
    """Each feature against each kind of lift that the board has, with a least-squares line."""
    correlations = results.correlations
    if correlations is None:
        return ()
    made = (_chart_feature(results, labels, feature, lift) for feature in correlations.features for lift in LIFTS)
    return tuple(chart for chart in made if chart is not None)


def _chart_feature(results: Results, labels: Labels, feature: str, lift: str) -> Chart | None:
    correlations = results.correlations
    assert correlations is not None  # the caller has looked
    pair = correlations.pairs[feature, lift]
    if pair.spearman is None or pair.spearman_p is None:
        return None
    xs, ys = (np.array([np.nan if v is None else v for v in correlations.values[c]]) for c in (feature, lift))
    log_x = bool(np.nanmin(xs) > 0 and np.nanmax(xs) / np.nanmin(xs) > 30)
    fit = fit_line(xs, ys, log_x=log_x)
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    sure = pair.spearman_p < 0.05
    way = "grows" if pair.spearman > 0 else "falls"
    rho = f"\N{GREEK SMALL LETTER RHO} = {rounded(pair.spearman, 2)}"
    p_is = p_value(pair.spearman_p)
    p_text = f"p {p_is}" if p_is.startswith("<") else f"p = {p_is}"
    title = f"{sentence(what)} {way} with {why} ({rho})" if sure else f"No clear link between {why} and {what} ({rho}, {p_text})"
    fitted = f" The line is a least-squares fit{' on the logarithm' if log_x else ''} (R\N{SUPERSCRIPT TWO} = {rounded(fit.r_squared, 2)})." if fit else ""
    points = [(float(x), float(y), task) for x, y, task in zip(xs, ys, results.scores.tasks, strict=True) if not np.isnan(x) and not np.isnan(y)]
    return Chart(
        id=f"{feature}-{lift}".replace("_", "-"), title=title, reading=f"{title}, over {counted(pair.n, 'task')}.",
        caption=f"One dot a task. Spearman's {rho}, {p_text}, n = {pair.n}.{fitted}",
        figure=_feature_figure(points, fit, labels, feature, lift), table=_feature_table(points, labels, feature, lift), terms="correlation",
    )  # fmt: skip


def _feature_figure(points: Sequence[tuple[float, float, str]], fit: Fit | None, labels: Labels, feature: str, lift: str) -> dict[str, Any]:
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    hovers = [f"{labels.tasks[t]}: {why} {column_text(feature, x, labels)}, {what} {labels.scale.signed(y)}" for x, y, t in points]
    dots = go.Scatter(
        x=[p[0] for p in points], y=[p[1] for p in points], mode="markers", marker={"size": 9, "color": theme.ACCENT, "opacity": 0.8},
        customdata=[theme.plain(h) for h in hovers], **theme.text_hover(),
    )  # fmt: skip
    traces = [dots]
    if fit is not None:
        ends = np.array([min(p[0] for p in points), max(p[0] for p in points)])
        fitted = fit.intercept + fit.slope * (np.log10(ends) if fit.log_x else ends)
        traces.append(go.Scatter(x=ends.tolist(), y=fitted.tolist(), mode="lines", line={"color": theme.INK, "width": 1.5, "dash": "dot"}, hoverinfo="skip"))
    heights = theme.ticks(min(p[1] for p in points), max(p[1] for p in points), signed=True)
    log = fit is not None and fit.log_x
    x_axis = theme.axis(sentence(why) + (" (log axis)" if log else ""), zeroline=False, **({"type": "log", "dtick": 1} if log else {}))
    return theme.figure(traces, 360, xaxis=x_axis, yaxis=theme.axis(sentence(what), zerolinecolor=theme.INK, **heights))


def _feature_table(points: Sequence[tuple[float, float, str]], labels: Labels, feature: str, lift: str) -> Table:
    columns = (
        Column("task", "Task", first="ascending"), Column(feature, column_label(feature, labels), "number"),
        Column(lift, column_label(lift, labels), "number"),
    )  # fmt: skip
    rows = tuple(Row((task_cell(labels, t), number_cell(x, column_text(feature, x, labels)), lift_cell(y, labels.scale))) for x, y, t in points)
    return Table(f"{feature}-{lift}-table".replace("_", "-"), f"{columns[1].label} and {column_phrase(lift, labels)}, by task", columns, rows)
