"""Each feature of the tasks against each kind of lift, with a least-squares line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import lift_cell, number_cell, task_cell
from site_builder.charts.chart import Chart, id_of
from site_builder.charts.columns import TASK, Field, columns_of, rows_of
from site_builder.charts.features import (
    LIFT_TERMS,
    LIFTS,
    column_label,
    column_phrase,
    column_text,
    verdict_text,
)
from site_builder.charts.hover import hover_texts
from site_builder.charts.labels import Labels
from site_builder.compute.correlation import Correlation, Correlations, Fit, fit_line
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.format import counted, p_value, percent, rounded, sentence
from site_builder.parts import Column, Table
from site_builder.records import Record

HEIGHT = 360
# A feature whose largest value is so many times its smallest stands on a log axis.
LOG_RATIO = 30


class _Point(Record):
    task: str
    feature: float
    lift: float


class _Pair(Record):
    """A feature and a kind of lift; `id` names their chart."""

    id: str
    feature: str
    lift: str
    found: Correlation
    points: tuple[_Point, ...]
    fit: Fit | None


def charts_features(results: Results, labels: Labels) -> tuple[Chart, ...]:
    """Each feature against each kind of lift that the board has, with a least-squares line."""
    found = results.correlations
    if found is None:
        return ()
    return tuple(
        _chart(_pair(found, results.scores.tasks, feature, lift), labels)
        for feature in found.features
        for lift in LIFTS
        if found.pairs[feature, lift].spearman is not None
    )


def _id(found: Correlations, feature: str, lift: str) -> str:
    """A short id: of the feature's own name, which is free text, or of its place."""
    place = found.features.index(feature) + 1
    return f"{id_of(feature, place)}-{lift.replace('_', '-')}"


def _pair(found: Correlations, tasks: Sequence[str], feature: str, lift: str) -> _Pair:
    points = tuple(
        _Point(task, x, y)
        for task, x, y in zip(tasks, found.values[feature], found.values[lift], strict=True)
        if x is not None and y is not None
    )
    xs, ys = np.array([p.feature for p in points]), np.array([p.lift for p in points])
    log_x = bool(xs.min() > 0 and xs.max() / xs.min() > LOG_RATIO)
    fit = fit_line(xs, ys, log_x=log_x)
    return _Pair(_id(found, feature, lift), feature, lift, found.pairs[feature, lift], points, fit)


def _chart(pair: _Pair, labels: Labels) -> Chart:
    rho = f"\N{GREEK SMALL LETTER RHO} = {rounded(pair.found.spearman or 0.0, 2)}"
    p_is = p_value(pair.found.spearman_p)
    p_text = f"p {p_is}" if p_is.startswith("<") else f"p = {p_is}"
    title = _title(pair, rho, p_text, labels)
    n = pair.found.n
    return Chart(
        id=pair.id,
        title=title,
        reading=f"{title}, over {counted(n, 'task')}.",
        caption=f"One dot a task. Spearman's {rho}{_interval_text(pair.found)}, {p_text}, n = {n}: "
        f"{verdict_text(pair.found)}.{_fit_text(pair.fit)}",
        figure=_draw(pair, labels),
        table=_table(pair, labels),
        terms="correlation",
    )


def _title(pair: _Pair, rho: str, p_text: str, labels: Labels) -> str:
    words = link_in_words(pair.found, pair.feature, pair.lift, labels)
    is_clear = pair.found.verdict in ("together", "apart")
    return f"{words} ({rho})" if is_clear else f"{words} ({rho}, {p_text})"


def link_in_words(found: Correlation, feature: str, lift: str, labels: Labels) -> str:
    """How a kind of lift goes along with a feature: `Mean lift grows with ...`."""
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    if found.verdict == "too few":
        return f"Too few tasks to conclude how {what} goes along with {why}"
    if found.verdict == "unclear":
        return f"No clear link between {why} and {what}"
    return f"{sentence(what)} {'grows' if found.verdict == 'together' else 'falls'} with {why}"


def _interval_text(found: Correlation) -> str:
    if found.spearman_interval is None:
        return ""
    low, high = (rounded(end, 2) for end in found.spearman_interval)
    return f", {percent(LEVEL)} interval {low} to {high}"


def _fit_text(fit: Fit | None) -> str:
    if fit is None:
        return ""
    on = " on the logarithm" if fit.log_x else ""
    r_squared = f"R\N{SUPERSCRIPT TWO} = {rounded(fit.r_squared, 2)}"
    return f" The line is a least-squares fit{on} ({r_squared})."


def _draw(pair: _Pair, labels: Labels) -> dict[str, Any]:
    what, why = column_phrase(pair.lift, labels), column_phrase(pair.feature, labels)
    hovers = [
        f"{labels.tasks[p.task]}: {why} {column_text(pair.feature, p.feature, labels)}, "
        f"{what} {labels.scale.signed(p.lift)}"
        for p in pair.points
    ]
    lifts = [p.lift for p in pair.points]
    dots = theme.scatter(
        x=[p.feature for p in pair.points],
        y=lifts,
        mode="markers",
        marker={"size": 9, "color": theme.ACCENT, "opacity": 0.8},
        **hover_texts(hovers),
    )
    log = pair.fit is not None and pair.fit.log_x
    scale = {"type": "log", "dtick": 1} if log else {}
    x_title = f"{sentence(why)}{' (log axis)' if log else ''}"
    heights = theme.ticks(min(lifts), max(lifts), signed=True)
    return theme.figure(
        [dots] if pair.fit is None else [dots, _line(pair.points, pair.fit)],
        HEIGHT,
        xaxis=theme.axis(x_title, zeroline=False, **scale),
        yaxis=theme.axis(sentence(what), zerolinecolor=theme.INK, **heights),
    )


def _line(points: Sequence[_Point], fit: Fit) -> theme.Trace:
    """The fitted line from the smallest to the largest value of the feature."""
    ends = np.array([min(p.feature for p in points), max(p.feature for p in points)])
    fitted = fit.intercept + fit.slope * (np.log10(ends) if fit.log_x else ends)
    return theme.scatter(
        x=ends.tolist(), y=fitted.tolist(), mode="lines", line=theme.DOTTED, hoverinfo="skip"
    )


def _table(pair: _Pair, labels: Labels) -> Table:
    feature_label = column_label(pair.feature, labels)
    fields: tuple[Field[_Point], ...] = (
        Field(TASK, lambda p: task_cell(labels, p.task)),
        Field(
            Column(pair.feature, feature_label, "number"),
            lambda p: number_cell(p.feature, column_text(pair.feature, p.feature, labels)),
        ),
        Field(
            Column(
                pair.lift, column_label(pair.lift, labels), "number", term=LIFT_TERMS[pair.lift]
            ),
            lambda p: lift_cell(p.lift, labels.scale),
        ),
    )
    return Table(
        f"{pair.id}-table",
        f"{feature_label} and {column_phrase(pair.lift, labels)}, by task",
        columns_of(fields),
        rows_of(fields, pair.points),
    )
