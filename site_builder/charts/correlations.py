"""Show how features of tasks correlate with lifts, over all tasks and within each metric."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import lift_cell, number_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.compute.correlation import LIFTS, Correlations, Stratum
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.formatting import MISSING, listed, quantity, rounded, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of
from site_builder.tables.schema import TASKS

# The section of the about page that explains each kind of lift.
_LIFT_TERMS = dict(zip(LIFTS, ("lift", "lift-over-baseline"), strict=True))
_MAX_METRICS = 3
_MAX_NAMED = 3
_HEIGHT = 400
# Values that differ more than this are on a log axis.
_LOG_FROM = 20


def feature_label(feature: str, labels: Labels) -> str:
    """Return the name of a feature within a sentence."""
    if f"feature.{feature}" in labels.say:
        return labels.say(f"feature.{feature}")
    return feature.replace("_", " ")


def lift_label(lift: str, labels: Labels) -> str:
    """Return the name of a kind of lift within a sentence."""
    return labels.say(f"gain.{lift}", baseline=labels.baseline, base=labels.base)


# --- the table of coefficients ------------------------------------------------------------------


class Coefficient(Record):
    """One cell of the table.

    Attributes:
        shade: Its strength, 0..1.
        is_reversed: Whether its sign is certain within the metric, and that over all tasks too, and
            they differ.
        is_certain: Whether the direction within metrics is.
    """

    text: str
    shade: float = 0.0
    is_reversed: bool = False
    is_certain: bool = False


class CoefficientRow(Record):
    """The coefficients of one feature, and the numbers of tasks that they are over."""

    name: str
    cells: tuple[Coefficient, ...]
    sizes: str


class CoefficientTable(Record):
    """Spearman's coefficient of each feature with each kind of lift.

    Attributes:
        lifts: Headings of the kinds of lift, each above a column for all tasks and each metric.
        columns: Headings below each of them.
    """

    lifts: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[CoefficientRow, ...]

    @property
    def has(self) -> tuple[str, ...]:
        """What the marks of the table are: `ring` and `bold`, as far as there are any."""
        cells = [cell for row in self.rows for cell in row.cells]
        rings, bold = any(c.is_reversed for c in cells), any(c.is_certain for c in cells)
        return (*(("ring",) if rings else ()), *(("bold",) if bold else ()))


def coefficient_table(results: Results, labels: Labels) -> CoefficientTable | None:
    """Return the coefficients of the features; None where there is none."""
    found = results.correlations
    if found is None:
        return None
    lifts = [
        lift
        for lift in reversed(LIFTS)
        if any(found.pairs[feature, lift].spearman is not None for feature in found.features)
    ]
    if not lifts:
        return None
    metrics = _metrics(found)
    rows = [_row(found, feature, lifts, metrics, labels) for feature in found.features]
    say = labels.say
    return CoefficientTable(
        tuple(sentence(lift_label(lift, labels)) for lift in lifts),
        (say("analysis.all"), *(metric or say("analysis.no_metric") for metric in metrics)),
        tuple(row for row in rows if any(cell.text != MISSING for cell in row.cells)),
    )


def _metrics(found: Correlations) -> list[str | None]:
    """Return the metrics that have columns of their own; none where one metric has all tasks."""
    n, most = dict[str | None, int](), 0
    for feature in found.features:
        for lift in LIFTS:
            pair = found.pairs[feature, lift]
            most = max(most, pair.n)
            for stratum in pair.within.strata if pair.within else ():
                n[stratum.metric] = max(n.get(stratum.metric, 0), stratum.n)
    by_size = sorted(n, key=lambda metric: -n[metric])[:_MAX_METRICS]
    return [] if [most] == [n[metric] for metric in by_size] else by_size


def _row(
    found: Correlations,
    feature: str,
    lifts: Sequence[str],
    metrics: Sequence[str | None],
    labels: Labels,
) -> CoefficientRow:
    cells, sizes = list[Coefficient](), list[str]()
    for lift in lifts:
        pair = found.pairs[feature, lift]
        strata = {s.metric: s for s in (pair.within.strata if pair.within else ())}
        cells.append(_coefficient(pair.spearman, is_certain=pair.is_clear))
        for stratum in map(strata.get, metrics):
            is_reversed = (feature, lift, stratum) in found.reversals
            rho = stratum.spearman if stratum else None
            cells.append(_coefficient(rho, is_reversed=is_reversed))
        n = [pair.n, *(strata[m].n if m in strata else 0 for m in metrics)]
        sizes.append(" · ".join(map(str, n)))
    name = sentence(feature_label(feature, labels))
    return CoefficientRow(name, tuple(cells), " / ".join(dict.fromkeys(sizes)))


def _coefficient(
    rho: float | None, *, is_reversed: bool = False, is_certain: bool = False
) -> Coefficient:
    if rho is None:
        return Coefficient(MISSING)
    return Coefficient(rounded(rho, 2), round(abs(rho), 2), is_reversed, is_certain)


def answer_of(found: Correlations, labels: Labels) -> str:
    """Say which features go with a lift for certain."""
    say, known = labels.say, found.features
    certain = list(dict.fromkeys(feature for feature, _ in found.clear if feature in known))
    of, within = len(known), "within" if _metrics(found) else "plain"
    if not any(feature in known for feature, _ in found.tested):
        return say("analysis.few", n_tasks=say("n_tasks", len(found.values[LIFTS[0]])))
    if certain:
        names = listed([feature_label(feature, labels) for feature in certain], _MAX_NAMED)
        return sentence(say(f"analysis.answer.{within}", len(certain), names=names))
    return say(f"analysis.answer.none_{within}", of)


# --- the scatter of one pair ----------------------------------------------------------------------


def chart_correlation(results: Results, labels: Labels) -> Chart | None:
    """Chart the strongest reversal of a correlation within one metric, else the strongest pair."""
    found = results.correlations
    if found is None or not found.features:
        return None
    if found.reversals:
        feature, lift, stratum = found.reversals[0]
    else:
        pair = _strongest(found)
        if pair is None:
            return None
        (feature, lift), stratum = pair, None
    title, caption = _texts(found, feature, lift, stratum, labels)
    return Chart(
        id="correlations",
        title=title,
        reading=f"{title}. {caption}",
        caption=caption,
        drawing=_draw(results, found, labels, (feature, lift), stratum),
        table=_values_table(results, found, labels),
        terms="correlation",
        embedded=True,
    )


def _strongest(found: Correlations) -> tuple[str, str] | None:
    """Return the pair of the strongest correlation within metrics, those that are certain first."""
    strength = {
        (feature, lift): (pair.is_clear, abs(pair.within.spearman))
        for feature in found.features
        for lift in LIFTS
        if (pair := found.pairs[feature, lift]).within and not pair.by_construction
    }
    return max(strength, key=strength.__getitem__, default=None)


def _texts(
    found: Correlations, feature: str, lift: str, stratum: Stratum | None, labels: Labels
) -> tuple[str, str]:
    """Return the finding, and the coefficients behind it."""
    say, pair = labels.say, found.pairs[feature, lift]
    words = {"feature": feature_label(feature, labels), "gain": lift_label(lift, labels)}
    if stratum is not None:
        caption = say(
            "correlation.reversed",
            stratum.n,
            rho=rounded(pair.spearman or 0.0, 2),
            n_tasks=say("n_tasks", pair.n),
            within=rounded(stratum.spearman, 2),
            metric=stratum.metric,
        )
        direction = "rises" if stratum.spearman > 0 else "falls"
        return say(f"correlation.among.{direction}", metric=stratum.metric, **words), caption
    within = pair.within.spearman if pair.within else 0.0
    caption = say(
        "correlation.within" if _metrics(found) else "correlation.over",
        rho=rounded(within, 2),
        n_tasks=say("n_tasks", pair.within.n if pair.within else pair.n),
    )
    return sentence(say(f"correlation.verdict.{pair.verdict}", **words)), caption


def _draw(
    results: Results,
    found: Correlations,
    labels: Labels,
    pair: tuple[str, str],
    stratum: Stratum | None,
) -> theme.Drawing:
    names = feature_label(pair[0], labels), lift_label(pair[1], labels)
    xs, ys = (np.array(found.values[column], dtype=float) for column in pair)
    both = np.isfinite(xs) & np.isfinite(ys)
    is_log = bool(xs[both].min() > 0 and xs[both].max() > _LOG_FROM * xs[both].min())
    metrics = [results.catalog.tasks[task].metric for task in results.scores.tasks]
    inside = both & np.array([stratum is None or m == stratum.metric for m in metrics])
    hovers = [
        f"{labels.tasks[task]}: {names[0]} {quantity(x)}, {labels.scale.signed(y)}"
        for task, x, y in zip(results.scores.tasks, xs, ys, strict=True)
    ]

    def dots(where: Array, marker: dict[str, object], name: str) -> theme.Trace:
        at = np.flatnonzero(where)
        texts = [hovers[i] for i in at]
        return theme.markers(xs[at].tolist(), ys[at].tolist(), marker, texts, name=name)

    traces = [dots(inside, {"size": 9, "color": theme.INK}, "")]
    if stratum is not None:
        others = labels.say("correlation.others")
        ring = {"size": 8, "color": theme.PAPER, "line": {"color": theme.NEUTRAL, "width": 1.5}}
        traces[0]["name"] = theme.plain(f"{stratum.metric or ''}")
        traces = [_trend(xs[inside], ys[inside], is_log=is_log), *traces]
        traces.insert(1, dots(both & ~inside, ring, others))
    log = labels.say("correlation.log") if is_log else ""
    parts = [names[0], _unit_of(pair[0], results), log]
    ends = float(ys[both].min()), float(ys[both].max())
    x_axis = theme.log_axis(xs[both], quantity) if is_log else {}
    return theme.figure(
        traces,
        _HEIGHT,
        showlegend=stratum is not None,
        xaxis=theme.axis(", ".join(filter(None, parts)), zeroline=False, **x_axis),
        yaxis=theme.axis(names[1], **theme.ticks(*ends, signed=True, most=5)),
    )


def _unit_of(feature: str, results: Results) -> str:
    """Return the unit of a feature that is a length, where all tasks have the same."""
    column = TASKS.column(feature)
    units = {task.length_unit for task in results.catalog.tasks.values() if task.length_unit}
    return units.pop() if column and column.unit == "tokens" and len(units) == 1 else ""


def _trend(xs: Array, ys: Array, *, is_log: bool) -> theme.Trace:
    """Return the line of least squares through some points."""
    places = np.log10(xs) if is_log else xs
    slope, height = np.polyfit(places, ys, 1)
    ends = places.min(), places.max()
    ends_x = [10**end if is_log else end for end in ends]
    style = {"color": theme.INK, "width": 1.5}
    return theme.line([float(x) for x in ends_x], [float(height + slope * e) for e in ends], style)


def _values_table(results: Results, found: Correlations, labels: Labels) -> Table:
    """Return every feature and every kind of lift by task."""
    place = {task: i for i, task in enumerate(results.scores.tasks)}

    def field(column: str) -> Field[str]:
        values, term = found.values[column], _LIFT_TERMS.get(column, "")
        is_lift = column in LIFTS

        def cell(task: str) -> Cell:
            value = values[place[task]]
            if is_lift:
                return lift_cell(value, labels.scale)
            return number_cell(value, quantity(value))

        name = (lift_label if is_lift else feature_label)(column, labels)
        wanted = any(value is not None for value in values)
        return Field(Column(column, sentence(name), "number", term=term), cell, wanted)

    fields = (
        Field[str](labels.column("task"), lambda task: task_cell(labels, task)),
        *map(field, (*LIFTS, *found.features)),
    )
    return table_of("correlations-table", labels.say("correlation.values"), fields, [*place])
