"""Show which tasks rank models alike, and how large the training sets are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, number_field, task_cell
from site_builder.charts.chart import Chart
from site_builder.compute.agreement import Concordance, compute_concordance, order_tasks
from site_builder.compute.numbers import Array, floats_or_none
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, count, rounded, sentence
from site_builder.labels import Labels
from site_builder.table_model import Cell, Column, Drawing, Field, Mark, Table, table_of

# How many tasks a matrix draws, and how many pairs its table has.
_MAX_DRAWN, _MAX_LISTED = 40, 20
_RHO = NumberFormat(places=2)

# --- similar tasks ------------------------------------------------------------------------------

_CELL_PX, _AROUND_PX = 17, 16
_GREYS = [[0.0, theme.PAPER], [1.0, theme.INK]]
_BELOW_ZERO = {"size": 2.5, "color": theme.NEUTRAL}


_Pair = tuple[int, int]  # the places of two tasks


def chart_similar_tasks(results: Results, labels: Labels) -> Chart | None:
    """Chart how similarly each two tasks rank the models, with frames around groups."""
    (order, spans), tasks = order_tasks(results.agreement), results.scores.tasks
    if not order:
        return None
    # Of many tasks those are drawn among which the largest group is.
    largest = max(spans, key=lambda group: group[1] - group[0], default=(0, 0))
    begin = largest[0] if largest[1] >= _MAX_DRAWN else 0
    places = list(order[begin : begin + _MAX_DRAWN])
    shifted = [(start - begin, end - begin) for start, end in spans]
    groups = [(start, end) for start, end in shifted if start >= 0 and end < len(places)]
    whole = compute_concordance(results.scores, tasks)
    title = _similarity_title(spans, len(order), whole, labels)
    say, variant = labels.say, labels.before_noun(results.board.variant)
    notes = [
        say("similarity.caption", variant=variant),
        say("similarity.frames") if groups else "",
        say("similarity.drawn", len(places)) if len(places) < len(order) else "",
        say("similarity.same", n) if (n := len(tasks) - len(order)) else "",
    ]
    return Chart(
        id="similar-tasks",
        title=title,
        reading=f"{title}.",
        caption=" ".join(filter(None, notes)),
        drawing=_draw_matrix(
            results.agreement[np.ix_(places, places)],
            [labels.tasks[tasks[i]] for i in places],
            groups,
        ),
        table=_pairs_table(results, labels),
        terms="similar-tasks",
    )


def _similarity_title(
    groups: Sequence[tuple[int, int]], n_tasks: int, whole: Concordance | None, labels: Labels
) -> str:
    """Name the size of the largest group, where the tasks agree more than by chance."""
    if whole is not None and whole.w <= whole.chance:
        return labels.say("similarity.title.chance")
    largest = max((end - start + 1 for start, end in groups), default=0)
    of = labels.say("n_tasks", n_tasks)
    if not largest:
        return labels.say("similarity.title.none", of=of)
    if largest == n_tasks:
        return labels.say("similarity.title.all", of=of)
    return labels.say("similarity.title.group", largest, of=of)


def _draw_matrix(
    rho: Array, names: Sequence[str], groups: Sequence[tuple[int, int]]
) -> theme.Drawing:
    """Draw a matrix in shades of grey, darker where tasks are more alike."""
    rho = np.where(np.eye(len(rho), dtype=bool), np.nan, rho)
    heat = {
        "type": "heatmap",
        "z": [floats_or_none(row) for row in np.round(rho, 2)],
        "colorscale": _GREYS,
        "zmin": 0,
        "zmax": 1,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "showscale": False,
        "hovertemplate": "%{y}, %{x}: %{z:.2f}<extra></extra>",
    }
    ys, xs = (axis.tolist() for axis in np.nonzero(rho < 0))
    marks = {"mode": "markers", "marker": _BELOW_ZERO, "hoverinfo": "skip", "showlegend": False}
    frames = [
        {
            "type": "rect",
            "line": {"color": theme.INK, "width": 1.5},
            **{"x0": start - 0.5, "x1": end + 0.5, "y0": start - 0.5, "y1": end + 0.5},
        }
        for start, end in groups
    ]
    rows = theme.rows_axis(names) | {"range": [len(names) - 0.5, -0.5], "tickfont": {"size": 12}}
    return theme.figure(
        [heat, {"type": "scatter", "x": xs, "y": ys, **marks}],
        max(len(names), 6) * _CELL_PX + _AROUND_PX,
        shapes=frames,
        # The names of columns are only there for the hover text.
        xaxis=rows | {"range": [-0.5, len(names) - 0.5], "showticklabels": False},
        yaxis=rows,
        margin={"l": 8, "r": 0, "t": 0, "b": 8},
    )


def _pairs_table(results: Results, labels: Labels) -> Table:
    """Make the table of the pairs of tasks that rank the models most alike."""
    agreement, tasks = results.agreement, results.scores.tasks
    there = ~np.isnan(results.scores.primary.signed)
    later, earlier = np.tril_indices(len(tasks), -1)
    rho = agreement[later, earlier]
    best = np.argsort(-np.nan_to_num(rho, nan=-2.0), kind="stable")[:_MAX_LISTED]
    pairs = [
        at
        for at in zip(later[best].tolist(), earlier[best].tolist(), strict=True)
        if np.isfinite(agreement[at])
    ]
    say, number = labels.say, partial(Column, align="number", term="similar-tasks")
    other = Column("other", say("similarity.other"))
    fields: tuple[Field[_Pair], ...] = (
        Field(labels.column("task"), lambda at: task_cell(labels, tasks[at[1]])),
        Field(other, lambda at: task_cell(labels, tasks[at[0]])),
        number_field(
            number("rho", say("similarity.rho")), lambda at: float(agreement[at]), _RHO.score
        ),
        number_field(
            number("n", say("similarity.models")),
            lambda at: int(there[:, at].all(axis=1).sum()),
            count,
        ),
    )
    return table_of("similar-tasks-table", say("similarity.pairs"), fields, pairs)


# --- agreement within categories ----------------------------------------------------------------


_Agreement = tuple[str, Concordance]  # of a category, by its name


def agreement_table(results: Results, labels: Labels) -> Table | None:
    """Return how far the tasks of each category agree, the highest first; None for few models."""
    say, scores = labels.say, results.scores
    whole = compute_concordance(scores, scores.tasks)
    if whole is None:
        return None
    rows = [
        (category.category, found)
        for category in results.categories
        if len(category.tasks) < len(scores.tasks)
        and (found := compute_concordance(scores, category.tasks))
    ]
    rows.sort(key=lambda row: (-row[1].w, row[0]))

    def name_cell(row: _Agreement) -> Cell:
        return Cell(row[0], row[0], say("n_tasks", len(row[1].tasks)))

    def bar(row: _Agreement) -> Cell:
        w, chance = row[1].w, row[1].chance
        marks = Mark("track", 0, 1), Mark("soft-bar", 0, round(w, 4)), Mark("median", chance)
        text = say("agreement.bar", w=rounded(w, 2), chance=rounded(chance, 2))
        return Cell(text, w, drawing=Drawing(marks, text))

    fields = (
        Field[_Agreement](labels.column("category"), name_cell),
        Field[_Agreement](
            Column("w", say("agreement.w"), "number", term="agreement", is_main=True),
            lambda row: number_cell(row[1].w, rounded(row[1].w, 2)),
        ),
        Field[_Agreement](Column("line", say("agreement.line"), "plot"), bar),
    )
    all_tasks = (sentence(say("metrics.all")), whole)
    return table_of("agreement", say("agreement.caption"), fields, [all_tasks, *rows])


# --- training sets ------------------------------------------------------------------------------

_DOT_PX, _MAX_HEIGHT = 11, 320
# How many dots stand side by side, and how many of them a name is as wide as.
_COLUMNS, _NAME_COLUMNS = 36, 7


def chart_training_sets(results: Results, labels: Labels) -> Chart | None:
    """Chart training-set sizes as a dot a task on a log axis; None where no model is trained."""
    sets = results.training_sets
    if sets is None or not labels.lifted:
        return None
    sizes = sorted((size, task) for task, size in sets.sizes.items() if size)
    if len(sizes) < 2:
        return None
    say = labels.say
    title = say("training.title", size=count(sets.median))
    unknown = len(results.scores.tasks) - len(sets.sizes)
    notes = [
        say("training.caption"),
        say("training.unknown", unknown) if unknown else "",
        say("training.empty", empty) if (empty := len(sets.sizes) - len(sizes)) else "",
    ]
    return Chart(
        id="training-sets",
        title=title,
        reading=f"{title}.",
        caption=" ".join(filter(None, notes)),
        drawing=_draw_sizes(sizes, sets.median, labels),
        table=_sizes_table(sets.sizes, labels),
        terms="training-set-sizes",
        embedded=True,
    )


def _draw_sizes(sizes: Sequence[tuple[int, str]], median: float, labels: Labels) -> theme.Drawing:
    """Draw dots at their sizes, one above the other where they would overlap."""
    values = [float(size) for size, _ in sizes]
    axis = theme.log_axis(values, count)
    low, high = axis["range"]
    columns = [int((math.log10(value) - low) / (high - low) * _COLUMNS) for value in values]
    heights = [columns[:i].count(column) for i, column in enumerate(columns)]
    top = max(heights) + 1
    dot = min(_DOT_PX, _MAX_HEIGHT / top)
    hovers = [f"{labels.tasks[task]}: {count(size)}" for size, task in sizes]
    names, numbers = list[theme.Trace](), list[theme.Trace]()
    sides = ("left", sizes[0], columns[0], 1), ("right", sizes[-1], columns[-1], -1)
    for side, (size, task), column, step in sides:
        below = range(column, column + step * _NAME_COLUMNS, step)
        note = {
            **{"x": math.log10(size), "xanchor": side, "yanchor": "bottom", "yshift": 7},
            "y": max(height for c, height in zip(columns, heights, strict=True) if c in below),
            **{"showarrow": False, "font": theme.SOFT_TEXT},
        }
        name = theme.plain(theme.shortened(labels.tasks[task], theme.NARROW_LABEL))
        names.append({**note, "text": f"{name} {count(size)}"})
        numbers.append({**note, "text": count(size)})
    line = theme.reference_lines([(median, labels.say("training.median"), count(median))])
    # On a log axis, the position of an annotation is a logarithm, but not that of a shape.
    middle = [line["annotations"][0] | {"x": math.log10(median)}] if median else []
    return theme.figure(
        [theme.markers(values, heights, {"size": dot - 1, "color": theme.NEUTRAL}, hovers)],
        round(top * (dot + 1)) + 130,
        narrow={
            "xaxis.tickvals": axis["tickvals"][::2],
            "xaxis.ticktext": axis["ticktext"][::2],
            "annotations": [*middle, *numbers],
        },
        xaxis=theme.axis(labels.say("training.axis"), showgrid=False, **axis),
        yaxis={"visible": False, "range": [-1, top + 1.5], "fixedrange": True},
        shapes=line["shapes"] if median else [],
        annotations=[*middle, *names],
    )


def _sizes_table(sizes: Mapping[str, int], labels: Labels) -> Table:
    size = Column("train_examples", labels.say("feature.train_examples"), "number")
    fields: tuple[Field[tuple[str, int]], ...] = (
        Field(labels.column("task"), lambda sized: task_cell(labels, sized[0])),
        number_field(size, lambda sized: sized[1], count),
    )
    by_size = sorted(sizes.items(), key=lambda sized: sized[1])
    caption = labels.say("training.table")
    return table_of("training-sets-table", caption, fields, by_size, sorted_by="train_examples")
