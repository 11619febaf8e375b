"""Chart correlations over tasks: of every two columns, and of features with lift."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import lift_cell, number_cell, task_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.forms import draw_half_matrix, spans_trace
from site_builder.compute.correlation import (
    LIFTS,
    Correlation,
    Correlations,
    Verdict,
    Within,
)
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import LEAST_TO_CONCLUDE
from site_builder.compute.results import Results
from site_builder.formatting import (
    MISSING,
    counted,
    listed,
    p_value,
    percent,
    quantity,
    rounded,
    sentence,
)
from site_builder.labels import Labels
from site_builder.messages import MESSAGES
from site_builder.records import replace
from site_builder.table_model import Cell, Column, Field, Table, table_of
from site_builder.tables.schema import TASKS

RHO = "\N{GREEK SMALL LETTER RHO}"
COEFFICIENTS = {"colorscale": theme.DIVERGING, "zmin": -1, "zmax": 1}

# --- words for columns and verdicts -------------------------------------------------------------

# The section of the about page that explains each kind of lift.
_LIFT_TERMS = dict(zip(LIFTS, ("lift", "lift-over-baseline"), strict=True))


def _rho_text(rho: float | None) -> str:
    """Return Spearman's coefficient with two decimals, or `not defined`."""
    return "not defined" if rho is None else rounded(rho, 2)


def _verdict_words(verdict: Verdict | None, labels: Labels) -> str:
    return "" if verdict is None else labels.say(f"correlation.{verdict}")


def column_phrase(column: str, labels: Labels) -> str:
    """Return the name of a derived column or a feature inside a sentence."""
    spec = TASKS.column(column)
    if spec is None and f"derived.{column}" in MESSAGES:
        words = {"base": labels.base or "base", "baseline": labels.baseline or "baseline"}
        return labels.say(f"derived.{column}", tuned=labels.tuned, **words)
    meaning = spec.meaning if spec else column.replace("_", " ")
    return meaning[:1].lower() + meaning[1:]


def column_label(column: str, labels: Labels) -> str:
    """Return the name of a derived column or a feature as a heading."""
    return sentence(column_phrase(column, labels))


def _column_text(column: str, value: float | None, labels: Labels) -> str:
    if value is None:
        return MISSING
    if "lift" in column and TASKS.column(column) is None:
        return labels.scale.signed(value)
    return labels.scale.score(value) if column.endswith("_score") else quantity(value)


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
    title, names = "Correlations between the columns", [column_label(c, labels) for c in columns]
    values = np.array([[pairs[a, b].spearman for b in columns] for a in columns], float)
    hovers = [[_correlation_hover(pairs[a, b], labels) for b in columns] for a in columns]
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
        caption=labels.say("correlation_caption.columns"),
        drawing=drawing,
        table=_correlations_table(found, columns, labels),
        terms="correlation",
        embedded=True,
    )


def _correlation_hover(pair: Correlation, labels: Labels) -> str:
    n_tasks = labels.say("n_tasks", pair.n)
    return f"{_rho_text(pair.spearman)} over {n_tasks}{_related(pair, labels, '; ')}"


def _related(pair: Correlation, labels: Labels, mark: str = "") -> str:
    text = labels.say("correlation.by construction")
    return f"{mark}{text}" if pair.by_construction else ""


def _correlations_table(found: Correlations, columns: Sequence[str], labels: Labels) -> Table:
    def coefficient_field(column: str) -> Field[str]:
        def cell(other: str) -> Cell:
            pair = found.pairs[other, column]
            note = "" if other == column else _related(pair, labels)
            return Cell(_rho_text(pair.spearman), pair.spearman, note)

        return Field(Column(column, column_label(column, labels), "number"), cell)

    fields = (
        Field[str](Column("column", "Column"), lambda c: text_cell(column_label(c, labels))),
        *map(coefficient_field, columns),
    )
    return table_of("correlations-table", "Spearman correlation over tasks", fields, columns)


# --- what explains lift -------------------------------------------------------------------------

_ROW_PX = 34
_APART = 0.17  # of a row, between the two kinds of lift
_SYMBOLS = ("circle", "diamond")
_COLOURS: Mapping[Verdict, str] = {"together": theme.GAIN, "apart": theme.LOSS}
_MAX_NARROW = 25
_MAX_NAMED = 3


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
        reading=f"{title}.",
        caption=labels.say("correlation_caption.lifts", rho=RHO, level=percent(LEVEL), kinds=kinds),
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
            f"{verb} with {listed(names, most=_MAX_NAMED)}"
            for verdict, verb in (("together", "grows"), ("apart", "falls"))
            if (names := _names_of(found, lift, verdict, labels))
        ]
        if ways:
            parts.append(f"{column_phrase(lift, labels)} {' and '.join(ways)}")
    return (
        sentence("; ".join(parts))
        or "Within metrics, no feature correlates with lift beyond chance"
    )


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
        if found.pairs[key].within is not None and not found.pairs[key].by_construction
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
        pairs = [w for predictor in mine if (w := found.pairs[predictor, lift].within)]
        ys = [predictors.index(predictor) + shift for predictor in mine]
        colours = [_COLOURS.get(pair.verdict, theme.NEUTRAL) for pair in pairs]
        for colour in dict.fromkeys(colours):
            spans = [
                (y, pair.interval)
                for y, pair, of in zip(ys, pairs, colours, strict=True)
                if of == colour and pair.interval is not None
            ]
            traces.append(spans_trace(spans, {"color": colour, "width": 2}))
        hovers = [
            f"{column_label(predictor, labels)}, {column_phrase(lift, labels)}: "
            f"{RHO} = {_rho_text(pair.spearman)}; {'; '.join(_strata_texts(pair))}: "
            f"{_verdict_words(pair.verdict, labels)}"
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
            "yaxis.ticktext": theme.short_names(narrow_names, _MAX_NARROW),
        },
        xaxis=theme.axis(
            f"Spearman's {RHO}",
            range=[-1.04, 1.04],
            zerolinecolor=theme.INK,
            **theme.ticks(-1.0, 1.0, signed=True, most=4),
        ),
        yaxis=theme.rows_axis(names),
    )


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
    feature = Column("feature", "Feature of the task")
    fields: tuple[Field[str], ...] = (
        Field(feature, lambda f: text_cell(column_label(f, labels))),
        *(field for lift in lifts for field in _lift_fields(found, lift, labels)),
    )
    caption = "Correlation of each feature with lift, over tasks"
    return table_of("correlations-short", caption, fields, found.predictors)


def _lift_fields(found: Correlations, lift: str, labels: Labels) -> Iterator[Field[str]]:
    """Yield the columns of the correlation of each feature with a kind of lift."""

    def field(column: Column, cell: Callable[[Correlation], Cell]) -> Field[str]:
        return Field(column, lambda feature: cell(found.pairs[feature, lift]))

    number = partial(Column, align="number", term="correlation")
    meaning = labels.say("correlation_caption.within", level=percent(LEVEL))
    spearman = number(f"{lift}_spearman", column_label(lift, labels), help=meaning)
    yield field(spearman, _within_cell)
    meaning = labels.say("correlation_caption.by_metric")
    strata = Column(f"{lift}_strata", "By metric", help=meaning, term="correlation")
    yield field(strata, _strata_cell)
    meaning = labels.say("correlation_caption.direction", LEAST_TO_CONCLUDE)
    verdict = Column(f"{lift}_verdict", "Direction", "text", meaning, "ascending", "correlation")
    yield field(verdict, lambda pair: text_cell(_verdict_words(pair.verdict, labels) or None))
    tested = counted(len(found.tested), "tested pair")
    meaning = f"p, corrected by Holm's method for {tested}; below it, p of this pair alone"
    p = number(f"{lift}_p_adjusted", "Corrected p", help=meaning, first_order="ascending")
    yield field(p, _p_cell)
    meaning = "Over all tasks, whatever their metric: Spearman's, and below it Pearson's"
    yield field(number(f"{lift}_all", "All tasks", help=meaning), _all_tasks_cell)


def _p_cell(pair: Correlation) -> Cell:
    if pair.within is None:
        return number_cell(None, p_value(None))
    adjusted = pair.within.p_adjusted
    return number_cell(adjusted, p_value(adjusted), f"{p_value(pair.within.p)} alone")


def _within_cell(pair: Correlation) -> Cell:
    if pair.within is None:
        return number_cell(None, _rho_text(None))
    interval = " to ".join(rounded(end, 2) for end in pair.within.interval or ())
    return number_cell(pair.within.spearman, _rho_text(pair.within.spearman), interval)


def _strata_texts(within: Within) -> list[str]:
    return [f"{s.metric or 'no metric'} {rounded(s.spearman, 2)} ({s.n})" for s in within.strata]


def _strata_cell(pair: Correlation) -> Cell:
    texts = _strata_texts(pair.within) if pair.within else []
    return replace(text_cell(texts[0] if texts else None), note="; ".join(texts[1:]))


def _all_tasks_cell(pair: Correlation) -> Cell:
    pearson = "" if pair.pearson is None else rounded(pair.pearson, 2)
    return number_cell(pair.spearman, _rho_text(pair.spearman), pearson)


# --- values by task ------------------------------------------------------------------------------


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
        Field[str](labels.column("task"), lambda task: task_cell(labels, task)),
        *map(field, (*found.features, *LIFTS)),
    )
    return table_of("feature-values", "Features and lifts, by task", fields, [*place])
