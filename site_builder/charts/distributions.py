"""Distributions: how large the training sets are."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import number_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.format import count, counted, listed, percent
from site_builder.parts import Column, Row, Table


def chart_training_sets(results: Results, labels: Labels) -> Chart | None:
    """Training-set sizes on a log axis, with the thresholds of `site.toml` as lines."""
    sets = results.training_sets
    if sets is None or not sets.bins or len(sets.sizes) < 2:
        return None
    known = len(sets.sizes)
    if sets.below:
        parts = [f"{n} of {known}" + (" training sets" if i == 0 else "") + f" have fewer than {count(t)} examples" for i, (t, n) in enumerate(sets.below.items())]
        title = listed(parts)
    else:
        title = f"Half of the {known} training sets have {count(sets.median)} examples or fewer"
    shares = "; ".join(f"{percent(share)} below {count(t)}" for t, share in sets.shares.items())
    unknown = len(results.scores.tasks) - known
    left_out = f" {counted(unknown, 'task')} of unknown training-set size left out." if unknown else ""
    rows = tuple(Row((task_cell(labels, t), number_cell(n, count(n)))) for t, n in sorted(sets.sizes.items(), key=lambda item: item[1]))
    return Chart(
        id="training-sets", title=title,
        reading=f"{title}. Half have {count(sets.median)} or fewer; the largest has {count(max(sets.sizes.values()))}.",
        caption=f"Examples in the train split of each task, log axis, three bars a decade{f'; {shares}' if shares else ''}.{left_out}",
        figure=_histogram(results, labels),
        table=Table("training-sets-table", "Training-set size by task", (Column("task", "Task", first="ascending"), Column("train_examples", "Training examples", "number", first="ascending")), rows, sorted_by="train_examples"),
        terms="training-set-sizes",
    )  # fmt: skip


def _histogram(results: Results, labels: Labels) -> dict[str, object]:
    sets = results.training_sets
    assert sets is not None  # the caller has looked
    hovers = [f"{count(b.low)} to {count(b.high)} examples: {counted(len(b.tasks), 'task')}" + (f" ({listed([labels.tasks[t] for t in b.tasks])})" if b.tasks else "") for b in sets.bins]
    # Drawn over log10 of the size, where bins are of equal width; the ticks say the sizes themselves.
    bars = go.Bar(
        x=[(math.log10(b.low) + math.log10(b.high)) / 2 for b in sets.bins], y=[len(b.tasks) for b in sets.bins],
        width=[math.log10(b.high) - math.log10(b.low) for b in sets.bins],
        marker={"color": theme.GAIN, "line": {"color": theme.PAPER, "width": 1.5}}, customdata=[theme.plain(h) for h in hovers], **theme.text_hover(),
    )  # fmt: skip
    low, high = math.floor(math.log10(sets.bins[0].low)), math.ceil(math.log10(sets.bins[-1].high))
    ticks = list(range(low, high + 1))
    lines = [theme.reference_line(math.log10(t), count(t)) for t in sets.below]
    shapes = [shape for line in lines for shape in line["shapes"]]
    # Thresholds may stand close together: every second name stands to the left of its line.
    notes = [note | {"xanchor": "right" if i % 2 == 0 else "left"} for i, line in enumerate(lines) for note in line["annotations"]]
    return theme.figure(
        [bars], 340, shapes=shapes, annotations=notes, bargap=0,
        xaxis=theme.axis("training examples (log axis)", tickvals=ticks, ticktext=[count(10.0**t) for t in ticks], showgrid=False),
        yaxis=theme.axis("tasks", tickformat="d", nticks=6),
    )  # fmt: skip
