"""Chart correlations over tasks: of every two columns, of features with lift, of each feature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.addresses import method_link
from site_builder.charts import theme
from site_builder.charts.cells import TASK, lift_cell, number_cell, task_cell, text_cell
from site_builder.charts.chart import Chart, id_of
from site_builder.charts.forms import draw_half_matrix, spans_trace
from site_builder.compute.correlation import (
    LIFTS,
    Correlation,
    Correlations,
    Fit,
    Verdict,
    fit_line,
)
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import LEAST_TO_CONCLUDE
from site_builder.compute.results import Results
from site_builder.formatting import (
    MISSING,
    NumberFormat,
    count,
    counted,
    listed,
    p_value,
    percent,
    quantity,
    rounded,
    sentence,
)
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Field, Table, table_of
from site_builder.tables.schema import TASKS

RHO = "\N{GREEK SMALL LETTER RHO}"
COEFFICIENTS = {"colorscale": theme.DIVERGING, "zmin": -1, "zmax": 1}

# --- words for columns and verdicts -------------------------------------------------------------

# The section of the about page that explains each kind of lift.
_LIFT_TERMS = dict(zip(LIFTS, ("lift", "lift-over-baseline"), strict=True))

_VERDICTS: Mapping[Verdict, str] = {
    "together": "go together",
    "apart": "go opposite ways",
    "unclear": "no clear direction",
    "too few": "too few tasks",
    "by construction": "related by construction",
}


def _correlation_text(pair: Correlation) -> str:
    """Return Spearman's coefficient with two decimals, or `not defined`."""
    return "not defined" if pair.spearman is None else rounded(pair.spearman, 2)


def _verdict_words(pair: Correlation) -> str:
    return "" if pair.verdict is None else _VERDICTS[pair.verdict]


def column_phrase(column: str, labels: Labels) -> str:
    """Return the name of a derived column or a feature inside a sentence."""
    tuned, base, baseline = labels.tuned, labels.base or "base", labels.baseline or "baseline"
    derived = {
        "baseline_score": f"{baseline} score",
        "best_lift_over_baseline": f"best lift over {baseline}",
        "mean_lift_over_base": f"mean lift over {base}",
        "best_base_score": f"best {base} score",
        "mean_base_score": f"mean {base} score",
        "best_tuned_score": f"best {tuned} score",
        "mean_tuned_score": f"mean {tuned} score",
    }
    spec = TASKS.column(column)
    meaning = spec.meaning if spec else column.replace("_", " ")
    return derived.get(column) or meaning[:1].lower() + meaning[1:]


def column_label(column: str, labels: Labels) -> str:
    """Return the name of a derived column or a feature as a heading."""
    return sentence(column_phrase(column, labels))


def _column_text(column: str, value: float | None, labels: Labels) -> str:
    if value is None:
        return MISSING
    if "lift" in column and TASKS.column(column) is None:
        return labels.scale.signed(value)
    return labels.scale.score(value) if column.endswith("_score") else quantity(value)


def _coefficient(pair: Correlation) -> str:
    """Return Spearman's coefficient with interval, n and p-values."""
    interval = ""
    if pair.spearman_interval is not None:
        ends = NumberFormat(places=2).interval(*pair.spearman_interval)
        interval = f", {percent(LEVEL)} interval {ends}"
    adjusted, corrected = pair.spearman_p_adjusted, ""
    if adjusted is not None:
        corrected = f", corrected {_p_text(adjusted)}"
    text = f"{_correlation_text(pair)}{interval}, {_p_text(pair.spearman_p)}{corrected}"
    return f"{text}, n = {pair.n}"


def _p_text(p: float | None) -> str:
    text = p_value(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


# --- every two columns --------------------------------------------------------------------------

_RELATED_MARK = {"symbol": "x-thin-open", "size": 8, "color": theme.INK, "line": {"width": 1}}


def chart_correlations(results: Results, labels: Labels) -> Chart | None:
    """Chart the correlation of every two columns; those related by construction are marked."""
    found = results.correlations
    if found is None:
        return None
    pairs = found.pairs
    columns = [
        a
        for a in found.columns
        if any(pairs[a, b].spearman is not None for b in found.columns if b != a)
    ]
    title = _correlations_title(found)
    names = [column_label(column, labels) for column in columns]
    values = np.array([[pairs[a, b].spearman for b in columns] for a in columns], float)
    hovers = [[_correlation_hover(pairs[a, b]) for b in columns] for a in columns]
    drawing = draw_half_matrix(values, names, hovers, **COEFFICIENTS)
    related = np.array([[pairs[a, b].by_construction for b in columns] for a in columns])
    ys, xs = (axis.tolist() for axis in np.nonzero(np.tril(related, -1)[1:, :-1]))
    marks = {"mode": "markers", "marker": _RELATED_MARK, "hoverinfo": "skip"}
    drawing["data"].append({"type": "scatter", "x": xs, "y": ys, **marks})
    return Chart(
        id="correlations",
        title=title,
        reading=f"{title}. Each cell is a Spearman correlation over tasks, from "
        "\N{MINUS SIGN}1 to +1.",
        caption="Spearman's rank correlation over tasks. Green: they rise together; orange: one "
        "falls as the other rises; \N{MULTIPLICATION SIGN}: related by construction, because both "
        "are computed from the same values. Only features and lifts are tested. Point at a cell "
        "for n, p and the interval.",
        drawing=drawing,
        table=_correlations_table(found, columns, labels),
        terms="correlation",
        embedded=True,
    )


def _correlations_title(found: Correlations) -> str:
    tested, clear = len(found.tested), len(found.clear)
    if not tested:
        return "Correlations between the columns"
    of = f"{counted(tested, 'tested pair')} of a feature and a lift"
    return f"{clear} of {of} {'correlates' if clear == 1 else 'correlate'} clearly"


def _correlation_hover(pair: Correlation) -> str:
    if pair.spearman is None:
        return f"not defined (n = {pair.n})"
    return f"{_coefficient(pair)}: {_verdict_words(pair) or 'not tested'}"


def _correlations_table(found: Correlations, columns: Sequence[str], labels: Labels) -> Table:
    def coefficient_field(column: str) -> Field[str]:
        def cell(other: str) -> Cell:
            pair = found.pairs[other, column]
            note = "" if other == column else _verdict_words(pair)
            return Cell(_correlation_text(pair), pair.spearman, note)

        return Field(Column(column, column_label(column, labels), "number"), cell)

    fields = (
        Field[str](Column("column", "Column"), lambda c: text_cell(column_label(c, labels))),
        *map(coefficient_field, columns),
    )
    table = table_of("correlations-table", "Spearman correlation over tasks", fields, columns)
    return replace(table, explained=(method_link("Correlation", "correlation"),))


# --- what explains lift -------------------------------------------------------------------------

_ROW_PX = 34
_APART = 0.17  # of a row, between the two kinds of lift
_SYMBOLS = ("circle", "diamond")
_MOST_NARROW = 25
_MOST_NAMED = 3


def chart_lift_correlations(results: Results, labels: Labels) -> Chart | None:
    """Chart the correlation of each feature with each kind of lift, with its interval."""
    found, table = results.correlations, lift_correlations_table(results, labels)
    if found is None or table is None:
        return None
    title = lift_correlations_title(found, labels)
    lifts = [lift for lift in LIFTS if any(lift == other for _, other in _drawn(found))]
    if not lifts:
        return None
    kinds = "; ".join(
        f"{symbol}: {column_phrase(lift, labels)}"
        for symbol, lift in zip(_SYMBOLS, lifts, strict=False)
    )
    return Chart(
        id="lift-correlations",
        title=title,
        reading=f"{title}. {len(found.clear)} of {counted(len(found.tested), 'tested pair')} "
        "are clear.",
        caption=f"Spearman's {RHO} over tasks with its {percent(LEVEL)} interval; {kinds}. Grey: "
        "not clear. Clear means that p is below 0.05 after Holm's correction for the number of "
        "pairs; each interval is for its pair alone.",
        drawing=_draw_lift_correlations(found, lifts, labels),
        table=table,
        terms="correlation",
    )


def lift_correlations_title(found: Correlations, labels: Labels) -> str:
    """Return the clear directions, `Mean lift over base grows with ...`, or that there is none."""
    if not found.tested:
        return "Too few tasks to tell which features correlate with lift"
    parts = []
    for lift in LIFTS:
        ways = [
            f"{verb} with {listed(names, most=_MOST_NAMED)}"
            for verdict, verb in (("together", "grows"), ("apart", "falls"))
            if (names := _names_of(found, lift, verdict, labels))
        ]
        if ways:
            parts.append(f"{column_phrase(lift, labels)} {' and '.join(ways)}")
    return sentence("; ".join(parts)) or "No feature clearly correlates with lift"


def _names_of(found: Correlations, lift: str, verdict: str, labels: Labels) -> list[str]:
    """Return the predictors with a clear direction."""
    return [
        column_phrase(predictor, labels)
        for predictor, of in found.clear
        if of == lift and found.pairs[predictor, lift].verdict == verdict
    ]


def _drawn(found: Correlations) -> list[tuple[str, str]]:
    """Return the pairs of a predictor and a lift that are not related by construction."""
    keys = ((predictor, lift) for predictor in found.predictors for lift in LIFTS)
    return [
        key
        for key in keys
        if found.pairs[key].spearman is not None and not found.pairs[key].by_construction
    ]


def _draw_lift_correlations(
    found: Correlations, lifts: Sequence[str], labels: Labels
) -> theme.Drawing:
    drawn = _drawn(found)
    predictors = list(dict.fromkeys(predictor for predictor, _ in drawn))
    names = [column_label(predictor, labels) for predictor in predictors]
    start = -_APART * (len(lifts) - 1)
    traces = []
    for symbol, lift in zip(_SYMBOLS, lifts, strict=False):
        shift = start + 2 * _APART * lifts.index(lift)
        mine = [predictor for predictor, of in drawn if of == lift]
        pairs = [found.pairs[predictor, lift] for predictor in mine]
        ys = [predictors.index(predictor) + shift for predictor in mine]
        colours = [_clear_colour(pair) for pair in pairs]
        for colour in dict.fromkeys(colours):
            spans = [
                (y, pair.spearman_interval)
                for y, pair, of in zip(ys, pairs, colours, strict=True)
                if of == colour and pair.spearman_interval is not None
            ]
            traces.append(spans_trace(spans, {"color": colour, "width": 2}))
        hovers = [
            f"{column_label(predictor, labels)}, {column_phrase(lift, labels)}: "
            f"{RHO} = {_coefficient(pair)}: {_verdict_words(pair)}"
            for predictor, pair in zip(mine, pairs, strict=True)
        ]
        marker = {"symbol": symbol, "size": 9, "color": colours}
        traces.append(theme.markers([pair.spearman for pair in pairs], ys, marker, hovers))
    narrow_names = [sentence(predictor.replace("_", " ")) for predictor in predictors]
    return theme.figure(
        traces,
        theme.rows_height(len(predictors), _ROW_PX),
        narrow={
            "yaxis.tickfont.size": 11,
            "yaxis.ticktext": theme.short_names(narrow_names, _MOST_NARROW),
        },
        xaxis=theme.axis(
            f"Spearman's {RHO}",
            range=[-1.04, 1.04],
            zerolinecolor=theme.INK,
            **theme.ticks(-1.0, 1.0, signed=True, most=4),
        ),
        yaxis=theme.rows_axis(names),
    )


def _clear_colour(pair: Correlation) -> str:
    if not pair.is_clear:
        return theme.NEUTRAL
    return theme.GAIN if pair.verdict == "together" else theme.LOSS


def lift_correlations_table(results: Results, labels: Labels) -> Table | None:
    """Return the correlation of each feature with each kind of lift; None without any."""
    found = results.correlations
    if found is None:
        return None
    lifts = [
        lift
        for lift in LIFTS
        if any(found.pairs[feature, lift].spearman is not None for feature in found.features)
    ]
    if not lifts:
        return None

    def n_cell(predictor: str) -> Cell:
        n = max(found.pairs[predictor, lift].n for lift in lifts)
        return number_cell(n, count(n))

    feature = Column("feature", "Feature of the task")
    fields: tuple[Field[str], ...] = (
        Field(feature, lambda f: text_cell(column_label(f, labels))),
        *(field for lift in lifts for field in _lift_fields(found, lift, labels)),
        Field(Column("n", "Tasks", "number"), n_cell),
    )
    caption = "Correlation of each feature with lift, over tasks"
    return table_of("correlations-short", caption, fields, found.predictors)


def _lift_fields(found: Correlations, lift: str, labels: Labels) -> Iterator[Field[str]]:
    """Yield the columns of the correlation of each feature with a kind of lift."""

    def field(column: Column, cell: Callable[[Correlation], Cell]) -> Field[str]:
        return Field(column, lambda feature: cell(found.pairs[feature, lift]))

    number = partial(Column, align="number", term="correlation")
    meaning = f"Spearman's rank correlation over tasks, with its {percent(LEVEL)} interval"
    spearman = number(f"{lift}_spearman", column_label(lift, labels), help=meaning)
    yield field(spearman, _spearman_cell)
    meaning = (
        f"A direction is named from {LEAST_TO_CONCLUDE} tasks on, if the corrected p is below 0.05"
    )
    verdict = Column(f"{lift}_verdict", "Direction", "text", meaning, "ascending", "correlation")
    yield field(verdict, lambda pair: text_cell(_verdict_words(pair) or None))
    tested = counted(len(found.tested), "tested pair")
    meaning = f"p, corrected by Holm's method for {tested}; below it, p of this pair alone"
    p = number(f"{lift}_p_adjusted", "Corrected p", help=meaning, first_order="ascending")
    yield field(p, _p_cell)
    meaning, two_places = "Pearson's correlation over tasks", NumberFormat(places=2).score
    pearson = number(f"{lift}_pearson", "Pearson", help=meaning)
    yield field(pearson, lambda pair: number_cell(pair.pearson, two_places(pair.pearson)))


def _p_cell(pair: Correlation) -> Cell:
    alone = "" if pair.spearman_p is None else f"{p_value(pair.spearman_p)} alone"
    adjusted = pair.spearman_p_adjusted
    return number_cell(adjusted, p_value(adjusted), alone)


def _spearman_cell(pair: Correlation) -> Cell:
    interval = " to ".join(rounded(end, 2) for end in pair.spearman_interval or ())
    return number_cell(pair.spearman, _correlation_text(pair), interval)


# --- each feature against lift ------------------------------------------------------------------

_SCATTER_HEIGHT = 360
# A feature is drawn on a log axis if its largest value is this many times its smallest.
_LOG_RATIO = 30


class _Point(Record):
    task: str
    feature: float
    lift: float


def charts_features(results: Results, labels: Labels) -> tuple[Chart, ...]:
    """Chart each kind of lift against the features that clearly correlate with it, with a line.

    The others are in `chart_lift_correlations`, which shows that nothing clear is there to see.
    """
    found = results.correlations
    if found is None:
        return ()
    return tuple(
        _chart_feature(results.scores.tasks, labels, found, feature, lift)
        for feature in found.features
        for lift in LIFTS
        if found.pairs[feature, lift].is_clear
    )


def _chart_feature(
    tasks: Sequence[str], labels: Labels, found: Correlations, feature: str, lift: str
) -> Chart:
    pair = found.pairs[feature, lift]
    points = [
        _Point(task, x, y)
        for task, x, y in zip(tasks, found.values[feature], found.values[lift], strict=True)
        if x is not None and y is not None
    ]
    xs, ys = np.array([p.feature for p in points]), np.array([p.lift for p in points])
    log_x = bool(xs.min() > 0 and xs.max() / xs.min() > _LOG_RATIO)
    fit = fit_line(xs, ys, log_x=log_x)
    chart_id = f"{id_of(feature, found.features.index(feature) + 1)}-{lift.replace('_', '-')}"
    grows = "grows" if pair.verdict == "together" else "falls"
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    title = f"{sentence(what)} {grows} with {why} ({RHO} = {_correlation_text(pair)})"
    return Chart(
        id=chart_id,
        title=title,
        reading=f"{title}, over {counted(pair.n, 'task')}.",
        caption=f"One dot per task. Spearman's {RHO} = {_coefficient(pair)}.{_fit_text(fit)}",
        drawing=_draw_scatter(points, fit, feature, lift, labels),
        table=_feature_table(f"{chart_id}-table", points, feature, lift, labels),
        terms="correlation",
    )


def _fit_text(fit: Fit | None) -> str:
    if fit is None:
        return ""
    on = " on the logarithm" if fit.log_x else ""
    r_squared = f"R\N{SUPERSCRIPT TWO} = {rounded(fit.r_squared, 2)}"
    return f" The line is a least-squares fit{on} ({r_squared})."


def _draw_scatter(
    points: Sequence[_Point], fit: Fit | None, feature: str, lift: str, labels: Labels
) -> theme.Drawing:
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    hovers = [
        f"{labels.tasks[p.task]}: {why} {_column_text(feature, p.feature, labels)}, "
        f"{what} {labels.scale.signed(p.lift)}"
        for p in points
    ]
    xs, ys = [p.feature for p in points], [p.lift for p in points]
    traces = [theme.markers(xs, ys, {"size": 9, "color": theme.ACCENT, "opacity": 0.8}, hovers)]
    is_log = fit is not None and fit.log_x
    if fit is not None:
        ends = np.array([min(xs), max(xs)])
        fitted = fit.intercept + fit.slope * (np.log10(ends) if is_log else ends)
        traces.append(theme.line(ends.tolist(), fitted.tolist(), theme.DOTTED))
    x_title = f"{sentence(why)}{' (log axis)' if is_log else ''}"
    x_scale = {"type": "log", "dtick": 1} if is_log else {}
    heights = theme.ticks(min(ys), max(ys), signed=True)
    return theme.figure(
        traces,
        _SCATTER_HEIGHT,
        xaxis=theme.axis(x_title, zeroline=False, **x_scale),
        yaxis=theme.axis(sentence(what), zerolinecolor=theme.INK, **heights),
    )


def _feature_table(
    table_id: str, points: Sequence[_Point], feature: str, lift: str, labels: Labels
) -> Table:
    label, lift_label = column_label(feature, labels), column_label(lift, labels)
    fields: tuple[Field[_Point], ...] = (
        Field(TASK, lambda p: task_cell(labels, p.task)),
        Field(
            Column(feature, label, "number"),
            lambda p: number_cell(p.feature, _column_text(feature, p.feature, labels)),
        ),
        Field(
            Column(lift, lift_label, "number", term=_LIFT_TERMS[lift]),
            lambda p: lift_cell(p.lift, labels.scale),
        ),
    )
    caption = f"{label} and {column_phrase(lift, labels)}, by task"
    return table_of(table_id, caption, fields, points)


def feature_values_table(results: Results, labels: Labels) -> Table | None:
    """Return every feature and every kind of lift by task; None without any correlation."""
    found = results.correlations
    if found is None:
        return None
    place = {task: i for i, task in enumerate(results.scores.tasks)}

    def field(column: str) -> Field[str]:
        values, term = found.values[column], _LIFT_TERMS.get(column, "")

        def cell(task: str) -> Cell:
            value = values[place[task]]
            if column in LIFTS:
                return lift_cell(value, labels.scale)
            return number_cell(value, _column_text(column, value, labels))

        column_spec = Column(column, column_label(column, labels), "number", term=term)
        return Field(column_spec, cell, any(value is not None for value in values))

    fields = (
        Field[str](TASK, lambda task: task_cell(labels, task)),
        *map(field, (*found.features, *LIFTS)),
    )
    return table_of("feature-values", "Features and lifts, by task", fields, [*place])
