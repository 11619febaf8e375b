"""How large the training sets are, on a log axis."""

from __future__ import annotations

import math
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import TASK, Field, columns_of, rows_of
from site_builder.charts.hover import hover_texts
from site_builder.charts.labels import Labels
from site_builder.compute.distribution import Bin, TrainingSets
from site_builder.compute.results import Results
from site_builder.format import count, counted, listed, percent
from site_builder.parts import Column, Table

HEIGHT = 340


def chart_training_sets(results: Results, labels: Labels) -> Chart | None:
    """Training-set sizes on a log axis, with the thresholds of `site.toml` as lines."""
    sets = results.training_sets
    if sets is None or not sets.bins or len(sets.sizes) < 2:
        return None
    title = _title(sets)
    shares = "; ".join(f"{percent(share)} below {count(t)}" for t, share in sets.shares.items())
    unknown = len(results.scores.tasks) - len(sets.sizes)
    left_out = f" {counted(unknown, 'task')} of unknown training-set size left out."
    empty = sum(size == 0 for size in sets.sizes.values())
    no_bar = f" {counted(empty, 'set')} without examples in no bar."
    return Chart(
        id="training-sets",
        title=title,
        reading=f"{title}. Half have {count(sets.median)} or fewer; the largest has "
        f"{count(max(sets.sizes.values()))}.",
        caption="Examples in the train split of each task, log axis, three bars a decade"
        f"{f'; {shares}' if shares else ''}.{left_out if unknown else ''}"
        f"{no_bar if empty else ''}",
        figure=_draw(sets, labels),
        table=_table(sets, labels),
        terms="training-set-sizes",
        embedded=True,
    )


def _title(sets: TrainingSets) -> str:
    known = len(sets.sizes)
    if not sets.below:
        return f"Half of the {known} training sets have {count(sets.median)} examples or fewer"
    nouns = [" training sets", *[""] * (len(sets.below) - 1)]
    return listed(
        [
            f"{n} of {known}{noun} {'has' if n == 1 else 'have'} fewer than "
            f"{count(threshold)} examples"
            for noun, (threshold, n) in zip(nouns, sets.below.items(), strict=True)
        ]
    )


def _draw(sets: TrainingSets, labels: Labels) -> dict[str, Any]:
    """Bars over log10 of the size, where bins are of equal width; the ticks say the sizes."""
    bars = theme.bar(
        x=[(math.log10(b.low) + math.log10(b.high)) / 2 for b in sets.bins],
        y=[len(b.tasks) for b in sets.bins],
        width=[math.log10(b.high) - math.log10(b.low) for b in sets.bins],
        marker={"color": theme.GAIN, "line": {"color": theme.PAPER, "width": 1.5}},
        **hover_texts([_hover(b, labels) for b in sets.bins]),
    )
    low, high = math.floor(math.log10(sets.bins[0].low)), math.ceil(math.log10(sets.bins[-1].high))
    ticks = list(range(low, high + 1))
    x_axis = theme.axis(
        "training examples (log axis)",
        tickvals=ticks,
        ticktext=[count(10.0**t) for t in ticks],
        showgrid=False,
    )
    return theme.figure(
        [bars],
        HEIGHT,
        **_thresholds(sets),
        bargap=0,
        xaxis=x_axis,
        yaxis=theme.axis("tasks", tickformat="d", nticks=6),
    )


def _hover(sizes: Bin, labels: Labels) -> str:
    names = f" ({listed([labels.tasks[t] for t in sizes.tasks])})" if sizes.tasks else ""
    between = f"{count(sizes.low)} to {count(sizes.high)} examples"
    return f"{between}: {counted(len(sizes.tasks), 'task')}{names}"


def _thresholds(sets: TrainingSets) -> dict[str, Any]:
    """A line for each threshold.

    They may stand close together, so every second name stands to the left of its line.
    """
    lines = [theme.reference_line(math.log10(t), count(t)) for t in sets.below]
    notes = [
        note | {"xanchor": "right" if i % 2 == 0 else "left"}
        for i, line in enumerate(lines)
        for note in line["annotations"]
    ]
    return {"shapes": [s for line in lines for s in line["shapes"]], "annotations": notes}


def _table(sets: TrainingSets, labels: Labels) -> Table:
    fields: tuple[Field[tuple[str, int]], ...] = (
        Field(TASK, lambda sized: task_cell(labels, sized[0])),
        Field(
            Column("train_examples", "Training examples", "number", first="ascending"),
            lambda sized: number_cell(sized[1], count(sized[1])),
        ),
    )
    return Table(
        "training-sets-table",
        "Training-set size by task",
        columns_of(fields),
        rows_of(fields, sorted(sets.sizes.items(), key=lambda sized: sized[1])),
        sorted_by="train_examples",
    )
