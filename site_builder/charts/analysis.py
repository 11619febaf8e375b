"""Chart similar tasks and training sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from site_builder.charts import theme
from site_builder.charts.cells import TASK, attribute_field, number_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import COEFFICIENTS, RHO
from site_builder.charts.forms import draw_half_matrix
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import LEAST_TO_CONCLUDE, Array, float_or_none
from site_builder.compute.results import Results
from site_builder.compute.stats import TrainingSets
from site_builder.compute.tasks import RankAgreement
from site_builder.formatting import (
    MISSING,
    NumberFormat,
    count,
    counted,
    listed,
    p_value,
    percent,
    rounded,
)
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Column, Field, Table, table_of

# --- similar tasks ------------------------------------------------------------------------------

_MOST_DRAWN, _MOST_LISTED = 40, 20


class _TaskPair(Record):
    """Two tasks, and how similarly they rank the `n` models that have both."""

    task: str
    other: str
    rho: float
    n: int
    p_adjusted: float | None


def chart_redundancy(results: Results, labels: Labels) -> Chart | None:
    """Chart Spearman's correlation of every two tasks over the models that have both."""
    rho, common = results.agreement.rho, results.agreement.n
    paired = [i for i in range(len(rho)) if (~np.isnan(np.delete(rho[i], i))).any()]
    if len(paired) < 3:
        return None
    below = np.tril_indices(len(rho), -1)
    pairs = _most_similar(results.scores.tasks, results.agreement)
    title = _similarity_title(results.agreement, pairs, labels)
    variant = labels.before_noun(results.board.variant)
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
        reading=f"{title}. Over all pairs of tasks the median is "
        f"{rounded(float(np.nanmedian(rho[below])), 2)}: near 1, tasks would be interchangeable; "
        "near 0, each measures something different.",
        caption=f"Spearman's correlation of the {variant}scores of two tasks over the models that "
        f"have both. Clear means that p is below 0.05 after Holm's correction for the number of "
        f"pairs. The table has the {len(pairs)} most similar pairs.{cut}",
        drawing=draw_half_matrix(rho[part], names, hovers, **COEFFICIENTS),
        table=_similarity_table(pairs, labels),
        terms="similar-tasks",
    )


def _most_similar(tasks: Sequence[str], agreement: RankAgreement) -> list[_TaskPair]:
    """Return the pairs that rank models most similarly, those that do so clearly first."""
    later, earlier = np.tril_indices(len(tasks), -1)
    known = ~np.isnan(agreement.rho[later, earlier])
    later, earlier = later[known], earlier[known]
    rho, p = agreement.rho[later, earlier], agreement.p_adjusted[later, earlier]
    best = np.lexsort((-rho, ~_is_alike(rho, p)))[:_MOST_LISTED]
    return [
        _TaskPair(
            tasks[j],
            tasks[i],
            float(agreement.rho[i, j]),
            int(agreement.n[i, j]),
            float_or_none(agreement.p_adjusted[i, j]),
        )
        for i, j in zip(later[best], earlier[best], strict=True)
    ]


def _is_alike(rho: Array, p_adjusted: Array) -> npt.NDArray[np.bool_]:
    return np.asarray((rho > 0) & (p_adjusted < 1 - LEVEL))


def _similarity_title(agreement: RankAgreement, pairs: Sequence[_TaskPair], labels: Labels) -> str:
    """Name the most similar pair only where it is clear among all pairs."""
    below = np.tril_indices(len(agreement.rho), -1)
    rho, p = agreement.rho[below], agreement.p_adjusted[below]
    tested, clear = int((~np.isnan(p)).sum()), int(_is_alike(rho, p).sum())
    if not tested:
        return f"Fewer than {LEAST_TO_CONCLUDE} models: too few to tell which tasks rank them alike"
    rank = "ranks" if clear == 1 else "rank"
    title = f"{clear:,} of {counted(tested, 'pair')} of tasks {rank} the models clearly alike"
    if not clear:
        return title
    names = f"{labels.tasks[pairs[0].task]} and {labels.tasks[pairs[0].other]}"
    most = "" if clear == 1 else "most of all "
    return f"{title}, {most}{names} ({RHO} = {rounded(pairs[0].rho, 2)})"


def _similarity_table(pairs: Sequence[_TaskPair], labels: Labels) -> Table:
    number = partial(Column, align="number", term="similar-tasks")
    corrected = number("p_adjusted", "Corrected p", first_order="ascending")
    fields = (
        Field[_TaskPair](TASK, lambda p: task_cell(labels, p.task)),
        Field[_TaskPair](Column("other", "and task"), lambda p: task_cell(labels, p.other)),
        attribute_field(number("rho", "Spearman"), NumberFormat(places=2).score),
        attribute_field(corrected, p_value),
        attribute_field(number("n", "Models"), count),
    )
    caption = "Pairs of tasks that rank models most similarly"
    return table_of("redundancy-table", caption, fields, pairs)


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
    are = "is" if unknown == 1 else "are"
    left_out = f" {counted(unknown, 'task')} of unknown training-set size {are} left out."
    empty = sum(size == 0 for size in sets.sizes.values())
    are = "is" if empty == 1 else "are"
    no_bar = f" {counted(empty, 'set')} without examples {are} left out."
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
    parts: list[str] = []
    for threshold, n in sets.below.items():
        sized = f"{'has' if n == 1 else 'have'} fewer than {count(threshold)} examples"
        parts.append(f"{n} of {known}{'' if parts else ' training sets'} {sized}")
        if n == known:
            break
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
        "marker": {"color": theme.ACCENT, "line": {"color": theme.PAPER, "width": 1.5}},
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
