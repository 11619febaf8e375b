"""Chart correlations, features, similar tasks, training sets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.addresses import method_link
from site_builder.charts import theme
from site_builder.charts.cells import (
    TASK,
    attribute_field,
    lift_cell,
    number_cell,
    task_cell,
    text_cell,
)
from site_builder.charts.chart import Chart, id_of
from site_builder.charts.forms import draw_heatmap
from site_builder.compute.correlation import Correlation, Correlations, Fit, Verdict, fit_line
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.compute.stats import TrainingSets
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

# --- correlations -------------------------------------------------------------------------------


_RHO = "\N{GREEK SMALL LETTER RHO}"
_COEFFICIENTS = {"colorscale": theme.DIVERGING, "zmin": -1, "zmax": 1}


def correlation_text(pair: Correlation) -> str:
    """Return Spearman's coefficient with two decimals, or `not defined`."""
    return "not defined" if pair.spearman is None else rounded(pair.spearman, 2)


def chart_correlations(results: Results, labels: Labels) -> Chart | None:
    """Chart the correlation of every two columns."""
    found = results.correlations
    if found is None:
        return None
    pairs = found.pairs
    columns = [
        a
        for a in found.columns
        if any(pairs[a, b].spearman is not None for b in found.columns if b != a)
    ]
    title = _correlations_title(found, columns, labels)
    names = [column_label(column, labels) for column in columns]
    values = np.array([[pairs[a, b].spearman for b in columns] for a in columns], float)
    hovers = [[_correlation_hover(pairs[a, b]) for b in columns] for a in columns]
    return Chart(
        id="correlations",
        title=title,
        reading=f"{title}. Each cell is a Spearman correlation over tasks, from "
        "\N{MINUS SIGN}1 to +1.",
        caption="Spearman's rank correlation over tasks. Green: they rise together; orange: one "
        "falls as the other rises. Point at a cell for n, p, the interval and the conclusion.",
        drawing=draw_heatmap(values, names, names, hovers, **_COEFFICIENTS),
        table=_correlations_table(found, columns, labels),
        terms="correlation",
        embedded=True,
    )


def _correlations_title(found: Correlations, columns: Sequence[str], labels: Labels) -> str:
    pairs = [
        (found.pairs[feature, column], feature, column)
        for feature in found.features
        for column in columns
        # Correlations between derived columns follow from their definitions.
        if column not in found.features and found.pairs[feature, column].spearman is not None
    ]
    if not pairs:
        return "Correlations between the columns"
    pair, feature, other = max(pairs, key=lambda item: abs(item[0].spearman or 0.0))
    unclear = "" if _is_clear(pair) else f", {_verdict_words(pair)}"
    return (
        f"{column_label(feature, labels)} correlates most strongly with "
        f"{column_phrase(other, labels)} ({_RHO} = {correlation_text(pair)}{unclear})"
    )


def _is_clear(pair: Correlation) -> bool:
    return pair.verdict in ("together", "apart")


def _correlation_hover(pair: Correlation) -> str:
    if pair.spearman is None:
        return f"not defined (n = {pair.n})"
    found = f"{correlation_text(pair)}{_interval_text(pair)}, n = {pair.n}"
    return f"{found}, p {p_value(pair.spearman_p)}: {_verdict_words(pair)}"


def _interval_text(pair: Correlation) -> str:
    if pair.spearman_interval is None:
        return ""
    interval = NumberFormat(places=2).interval(*pair.spearman_interval)
    return f", {percent(LEVEL)} interval {interval}"


def _correlations_table(found: Correlations, columns: Sequence[str], labels: Labels) -> Table:
    def coefficient_field(column: str) -> Field[str]:
        def cell(other: str) -> Cell:
            pair = found.pairs[other, column]
            note = "" if other == column else _verdict_words(pair)
            return Cell(correlation_text(pair), pair.spearman, note)

        return Field(Column(column, column_label(column, labels), "number"), cell)

    fields = (
        Field[str](Column("column", "Column"), lambda c: text_cell(column_label(c, labels))),
        *map(coefficient_field, columns),
    )
    table = table_of("correlations-table", "Spearman correlation over tasks", fields, columns)
    return replace(table, explained=(method_link("Correlation", "correlation"),))


# --- words for columns and verdicts -------------------------------------------------------------

# Kinds of lift, each with the section of the about page that explains it.
LIFTS = {"mean_lift_over_base": "lift", "best_lift_over_baseline": "lift-over-baseline"}

_VERDICTS: Mapping[Verdict, str] = {
    "together": "go together",
    "apart": "go opposite ways",
    "unclear": "no clear direction",
    "too few": "too few tasks",
}


def _verdict_words(pair: Correlation) -> str:
    return "" if pair.verdict is None else _VERDICTS[pair.verdict]


def verdict_text(pair: Correlation) -> str:
    """Return the conclusion with its number of tasks: `no clear direction with 31 tasks`."""
    ends = {"unclear": f" with {counted(pair.n, 'task')}", "too few": " to conclude"}
    return f"{_verdict_words(pair)}{ends.get(pair.verdict or '', '')}"


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


def _column_text(column: str, value: float, labels: Labels) -> str:
    if "lift" in column and TASKS.column(column) is None:
        return labels.scale.signed(value)
    return labels.scale.score(value) if column.endswith("_score") else quantity(value)


# --- features and lift --------------------------------------------------------------------------

_SCATTER_HEIGHT = 360
# A feature is drawn on a log axis if its largest value is this many times its smallest.
_LOG_RATIO = 30


class _Point(Record):
    task: str
    feature: float
    lift: float


def charts_features(results: Results, labels: Labels) -> tuple[Chart, ...]:
    """Chart each kind of lift against each feature, with a least-squares line."""
    found = results.correlations
    if found is None:
        return ()
    return tuple(
        _chart_feature(results.scores.tasks, labels, found, feature, lift)
        for feature in found.features
        for lift in LIFTS
        if found.pairs[feature, lift].spearman is not None
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
    rho, p = f"{_RHO} = {correlation_text(pair)}", p_value(pair.spearman_p)
    p_text = f"p {p}" if p.startswith("<") else f"p = {p}"
    words = link_in_words(pair, feature, lift, labels)
    title = f"{words} ({rho})" if _is_clear(pair) else f"{words} ({rho}, {p_text})"
    return Chart(
        id=chart_id,
        title=title,
        reading=f"{title}, over {counted(pair.n, 'task')}.",
        caption=f"One dot per task. Spearman's {rho}{_interval_text(pair)}, {p_text}, "
        f"n = {pair.n}: {verdict_text(pair)}.{_fit_text(fit)}",
        drawing=_draw_scatter(points, fit, feature, lift, labels),
        table=_features_table(f"{chart_id}-table", points, feature, lift, labels),
        terms="correlation",
    )


def _fit_text(fit: Fit | None) -> str:
    if fit is None:
        return ""
    on = " on the logarithm" if fit.log_x else ""
    r_squared = f"R\N{SUPERSCRIPT TWO} = {rounded(fit.r_squared, 2)}"
    return f" The line is a least-squares fit{on} ({r_squared})."


def link_in_words(found: Correlation, feature: str, lift: str, labels: Labels) -> str:
    """Return how a kind of lift depends on a feature: `Mean lift grows with ...`."""
    what, why = column_phrase(lift, labels), column_phrase(feature, labels)
    if found.verdict == "too few":
        return f"Too few tasks to tell how {what} depends on {why}"
    if found.verdict == "unclear":
        return f"No clear link between {why} and {what}"
    return f"{sentence(what)} {'grows' if found.verdict == 'together' else 'falls'} with {why}"


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


def _features_table(
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
            Column(lift, lift_label, "number", term=LIFTS[lift]),
            lambda p: lift_cell(p.lift, labels.scale),
        ),
    )
    caption = f"{label} and {column_phrase(lift, labels)}, by task"
    return table_of(table_id, caption, fields, points)


# --- similar tasks ------------------------------------------------------------------------------

_MOST_DRAWN, _MOST_LISTED = 40, 20


class _TaskPair(Record):
    """Two tasks, and how similarly they rank the `n` models that have both."""

    task: str
    other: str
    rho: float
    n: int


def chart_redundancy(results: Results, labels: Labels) -> Chart | None:
    """Chart Spearman's correlation of every two tasks over the models that have both."""
    rho, common = results.agreement.rho, results.agreement.n
    paired = [i for i in range(len(rho)) if (~np.isnan(np.delete(rho[i], i))).any()]
    if len(paired) < 3:
        return None
    pairs, median = _most_similar(results.scores.tasks, rho, common)
    top = pairs[0]
    title = (
        f"{labels.tasks[top.task]} and {labels.tasks[top.other]} rank the models most similarly "
        f"({_RHO} = {rounded(top.rho, 2)})"
    )
    variant = labels.in_sentence(results.board.variant)
    drawn = paired[:_MOST_DRAWN]
    cut = "" if drawn == paired else f" The first {_MOST_DRAWN} tasks are drawn."
    part = np.ix_(drawn, drawn)
    names = [labels.tasks[results.scores.tasks[i]] for i in drawn]
    hovers = [
        [
            f"{MISSING if np.isnan(r) else rounded(r, 2)} over {counted(int(n), 'model')}"
            for r, n in zip(*row, strict=True)
        ]
        for row in zip(rho[part], common[part], strict=True)
    ]
    return Chart(
        id="redundancy",
        title=title,
        reading=f"{title}. Over all pairs of tasks the median is {rounded(median, 2)}: near 1, "
        "tasks would be interchangeable; near 0, each measures something different.",
        caption=f"Spearman's correlation of the {variant} scores of two tasks over the models that "
        f"have both. The table has the {_MOST_LISTED} most similar pairs.{cut}",
        drawing=draw_heatmap(rho[part], names, names, hovers, **_COEFFICIENTS),
        table=_similarity_table(pairs, labels),
        terms="similar-tasks",
    )


def _most_similar(tasks: Sequence[str], rho: Array, common: Array) -> tuple[list[_TaskPair], float]:
    """Return the pairs that rank models most similarly, best first; and the median of all."""
    later, earlier = np.tril_indices(len(tasks), -1)
    known = ~np.isnan(rho[later, earlier])
    later, earlier = later[known], earlier[known]
    values = rho[later, earlier]
    best = np.argsort(-values, kind="stable")[:_MOST_LISTED]
    pairs = [
        _TaskPair(tasks[j], tasks[i], float(rho[i, j]), int(common[i, j]))
        for i, j in zip(later[best], earlier[best], strict=True)
    ]
    return pairs, float(np.median(values))


def _similarity_table(pairs: Sequence[_TaskPair], labels: Labels) -> Table:
    number = partial(Column, align="number", term="similar-tasks")
    fields = (
        Field[_TaskPair](TASK, lambda p: task_cell(labels, p.task)),
        Field[_TaskPair](Column("other", "and task"), lambda p: task_cell(labels, p.other)),
        attribute_field(number("rho", "Spearman"), NumberFormat(places=2).score),
        attribute_field(number("n", "Models"), count),
    )
    caption = "Pairs of tasks that rank models most similarly"
    return table_of("redundancy-table", caption, fields, pairs, sorted_by="rho")


# --- training sets ------------------------------------------------------------------------------

_TRAINING_SETS_HEIGHT = 340


def chart_training_sets(results: Results, labels: Labels) -> Chart | None:
    """Chart training-set sizes on a log axis, with the thresholds of `site.toml` as lines."""
    sets = results.training_sets
    if sets is None or not sets.bins or len(sets.sizes) < 2:
        return None
    title = _training_sets_title(sets)
    shares = "; ".join(f"{percent(share)} below {count(t)}" for t, share in sets.shares.items())
    unknown = len(results.scores.tasks) - len(sets.sizes)
    left_out = f" {counted(unknown, 'task')} of unknown training-set size left out."
    empty = sum(size == 0 for size in sets.sizes.values())
    no_bar = f" {counted(empty, 'set')} without examples left out."
    return Chart(
        id="training-sets",
        title=title,
        reading=f"{title}. At least half have {count(sets.median)} or fewer; the largest has "
        f"{count(max(sets.sizes.values()))}.",
        caption="Examples in the train split of each task, log axis, three bars per decade"
        f"{f'; {shares}' if shares else ''}.{left_out if unknown else ''}"
        f"{no_bar if empty else ''}",
        drawing=_draw_training_sets(sets, labels),
        table=_training_sets_table(sets, labels),
        terms="training-set-sizes",
        embedded=True,
    )


def _training_sets_title(sets: TrainingSets) -> str:
    known = len(sets.sizes)
    if not sets.below:
        half = f"At least half of the {known} training sets"
        return f"{half} have {count(sets.median)} examples or fewer"
    parts = [
        f"{n} of {known}{'' if i else ' training sets'} {'has' if n == 1 else 'have'} fewer than "
        f"{count(threshold)} examples"
        for i, (threshold, n) in enumerate(sets.below.items())
    ]
    return listed(parts)


def _draw_training_sets(sets: TrainingSets, labels: Labels) -> theme.Drawing:
    # The bins have equal width on the logarithm of the size.
    ends = [(math.log10(b.low), math.log10(b.high)) for b in sets.bins]
    hovers = []
    for b in sets.bins:
        names = f" ({listed([labels.tasks[t] for t in b.tasks])})" if b.tasks else ""
        n = counted(len(b.tasks), "task")
        hovers.append(f"{count(b.low)} to {count(b.high)} examples: {n}{names}")
    bars = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in ends],
        "y": [len(b.tasks) for b in sets.bins],
        "width": [high - low for low, high in ends],
        "marker": {"color": theme.GAIN, "line": {"color": theme.PAPER, "width": 1.5}},
        **theme.hover(hovers),
    }
    shapes, notes = [], []
    for i, threshold in enumerate(sets.below):
        line = theme.reference_line(math.log10(threshold), count(threshold))
        shapes += line["shapes"]
        # Lines may be close together, so labels alternate between their left and right.
        notes += [note | {"xanchor": "left" if i % 2 else "right"} for note in line["annotations"]]
    ticks = list(range(math.floor(ends[0][0]), math.ceil(ends[-1][1]) + 1))
    x_axis = theme.axis(
        "training examples (log axis)",
        tickvals=ticks,
        ticktext=[count(10.0**t) for t in ticks],
        showgrid=False,
    )
    return theme.figure(
        [bars],
        _TRAINING_SETS_HEIGHT,
        shapes=shapes,
        annotations=notes,
        bargap=0,
        xaxis=x_axis,
        yaxis=theme.axis("tasks", tickformat="d", nticks=6),
    )


def _training_sets_table(sets: TrainingSets, labels: Labels) -> Table:
    fields: tuple[Field[tuple[str, int]], ...] = (
        Field(TASK, lambda sized: task_cell(labels, sized[0])),
        Field(
            Column("train_examples", "Training examples", "number", first_order="ascending"),
            lambda sized: number_cell(sized[1], count(sized[1])),
        ),
    )
    by_size = sorted(sets.sizes.items(), key=lambda sized: sized[1])
    caption = "Training-set size by task"
    return table_of("training-sets-table", caption, fields, by_size, sorted_by="train_examples")
