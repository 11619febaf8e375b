"""Chart which models are separable, which tasks are similar, and the training sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from site_builder.charts import theme
from site_builder.charts.cells import (
    RANK,
    attribute_field,
    model_cell,
    number_cell,
    task_cell,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import COEFFICIENTS, RHO
from site_builder.charts.forms import draw_half_matrix
from site_builder.compute.board import Board, Entry
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
    left_out,
    listed,
    p_value,
    percent,
    rounded,
    sentence,
)
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of

# How many models or tasks a chart draws; how many a title names.
_MAX_DRAWN, _MAX_NAMED = 40, 4


# --- separable models ---------------------------------------------------------------------------

# Bars beside each other: their distance, and the most of the width that they take.
_LANE, _MAX_WIDTH = 0.035, 0.45
_BAR = {"color": theme.NEUTRAL, "width": 4}

_Group = tuple[int, int]


def chart_separability(results: Results, labels: Labels) -> Chart | None:
    """Chart the models by rank, with bars beside those that are not separable.

    A critical-difference diagram with ranks from top to bottom. Its bars are `Board.inseparable`.
    None where the pairs of the board are not tested.

    Source: J. Demsar (2006), Journal of Machine Learning Research 7, 1-30.
    """
    board = results.board
    if not board.tested:
        return None
    drawn, groups = board.ranked[:_MAX_DRAWN], _drawn_groups(board)
    title, merit = _separability_title(board, labels), board.rule.label
    n = len(board.ranked)
    cut = f" The first {_MAX_DRAWN} of {n:,} models are drawn." if n > _MAX_DRAWN else ""
    return Chart(
        id="separability",
        title=title,
        reading=f"{title}. {_groups_text(groups)}{cut}",
        caption=labels.say(
            "separability.caption", merit=sentence(merit), over=labels.tasks_of(board)
        )
        + cut,
        drawing=_draw_separability(drawn, groups, board, labels),
        table=_separability_table(drawn, groups, board, labels),
        terms="separability",
    )


def _drawn_groups(board: Board) -> list[_Group]:
    """Return the first and last place of each bar among the models that are drawn."""
    last = min(len(board.ranked), _MAX_DRAWN) - 1
    groups = [(start, min(end, last)) for start, end in board.inseparable if start < last]
    # Groups that end below the cut are drawn to the cut, as one bar.
    return [g for i, g in enumerate(groups) if i == 0 or g[1] > groups[i - 1][1]]


def _separability_title(board: Board, labels: Labels) -> str:
    n = len(board.ranked)
    if n == 2 and board.inseparable:
        return "The two models are not separable"
    if board.inseparable == ((0, n - 1),):
        return f"No two of the {counted(n, 'model')} are separable"
    first = [labels.models[s.model] for s in board.ranked if s.tied_with_best]
    if len(first) == 1:
        return f"Of {counted(n, 'model')} only {first[0]} may be first"
    names = f": {listed(first)}" if len(first) <= _MAX_NAMED else ""
    return f"{len(first)} of {counted(n, 'model')} may be first{names}"


def _groups_text(groups: Sequence[_Group]) -> str:
    if not groups:
        return "Every model is separable from the next."
    sizes = [end - start + 1 for start, end in groups]
    if len(sizes) == 1:
        return f"One bar joins {sizes[0]} models that are not separable."
    least, most = min(sizes), max(sizes)
    of = str(least) if least == most else f"{least} to {most}"
    return f"{len(sizes)} bars join {of} models that are not separable."


def _draw_separability(
    drawn: Sequence[Entry], groups: Sequence[_Group], board: Board, labels: Labels
) -> theme.Drawing:
    form, names = labels.merit_scale(board), [labels.models[s.model] for s in drawn]
    values = [board.merit(s) or 0.0 for s in drawn]
    hovers = [
        f"{name}: {form.score(value)}, {'may be first' if s.tied_with_best else 'not first'}"
        for name, value, s in zip(names, values, drawn, strict=True)
    ]
    marker = {
        "color": [theme.ACCENT if s.tied_with_best else theme.PAPER for s in drawn],
        "size": 9,
        "line": {"color": theme.ACCENT, "width": 2},
    }
    lanes = _lanes(groups)
    n_lanes = max(lanes, default=0) + 1
    left = 1 - min(_MAX_WIDTH, _LANE * n_lanes)
    bars = [
        theme.line([lane, lane], [start - 0.25, end + 0.25], _BAR) | {"xaxis": "x2"}
        for (start, end), lane in zip(groups, lanes, strict=True)
    ]
    axis = theme.axis(board.rule.label, zeroline=False, domain=[0, left])
    return theme.figure(
        [theme.markers(values, list(range(len(drawn))), marker, hovers), *bars],
        theme.rows_height(len(drawn)),
        narrow=theme.narrow_rows(names),
        xaxis=axis | theme.ticks(min(values), max(values), most=4),
        xaxis2={"domain": [left, 1], "range": [-1, n_lanes], "visible": False, "fixedrange": True},
        yaxis=theme.rows_axis(names) | {"showgrid": True},
    )


def _lanes(groups: Sequence[_Group]) -> list[int]:
    """Return a lane for each bar, the leftmost that is free, so that no two bars touch."""
    ends: list[int] = []
    lanes = []
    for start, end in groups:
        lane = next((i for i, last in enumerate(ends) if last < start), len(ends))
        ends[lane:] = [end, *ends[lane + 1 :]]
        lanes.append(lane)
    return lanes


def _separability_table(
    drawn: Sequence[Entry], groups: Sequence[_Group], board: Board, labels: Labels
) -> Table:
    form, places, merit = labels.merit_scale(board), board.places, board.rule.label

    def bars_cell(s: Entry) -> Cell:
        mine = [str(i) for i, (a, b) in enumerate(groups, 1) if a <= places[s.model] <= b]
        return text_cell(", ".join(mine) or None)

    def rank_field(key: str, label: str, end: int) -> Field[Entry]:
        column = Column(key, label, "number", first_order="ascending", term="rank-interval")

        def cell(s: Entry) -> Cell:
            rank = s.rank_interval[end] if s.rank_interval else None
            return number_cell(rank, count(rank))

        return Field(column, cell)

    fields: tuple[Field[Entry], ...] = (
        Field(RANK, lambda s: number_cell(s.rank, count(s.rank))),
        Field(labels.column("model"), lambda s: model_cell(labels, s.model)),
        Field(
            Column("merit", sentence(merit), "number", term=board.ranking.section),
            lambda s: number_cell(board.merit(s), form.score(board.merit(s))),
        ),
        rank_field("best_rank", "Best plausible rank", 0),
        rank_field("worst_rank", "Worst plausible rank", 1),
        Field(Column("bars", "Bars", help="Its bars, counted from the top"), bars_cell),
    )
    return table_of("separability-table", "Models and the bars they share", fields, drawn)


# --- similar tasks ------------------------------------------------------------------------------

_MAX_LISTED = 20


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
    variant, median = (
        labels.before_noun(results.board.variant),
        rounded(np.nanmedian(rho[below]), 2),
    )
    drawn = paired[:_MAX_DRAWN]
    cut = "" if drawn == paired else f" The first {_MAX_DRAWN} tasks are drawn."
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
        reading=f"{title}. {labels.say('redundancy.reading', median=median)}",
        caption=f"{labels.say('redundancy.caption', len(pairs), variant=variant)}{cut}",
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
    best = np.lexsort((-rho, ~_is_alike(rho, p)))[:_MAX_LISTED]
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
        least = f"Fewer than {LEAST_TO_CONCLUDE} model families"
        return f"{least}: too few to tell which tasks rank models alike"
    rank = "ranks" if clear == 1 else "rank"
    title = f"{clear:,} of {counted(tested, 'pair')} of tasks {rank} models alike beyond chance"
    if not clear:
        return title
    names = f"{labels.tasks[pairs[0].task]} and {labels.tasks[pairs[0].other]}"
    most = "" if clear == 1 else "most of all "
    return f"{title}, {most}{names} ({RHO} = {rounded(pairs[0].rho, 2)})"


def _similarity_table(pairs: Sequence[_TaskPair], labels: Labels) -> Table:
    number = partial(Column, align="number", term="similar-tasks")
    corrected = number("p_adjusted", "Corrected p", first_order="ascending")
    fields = (
        Field[_TaskPair](labels.column("task"), lambda p: task_cell(labels, p.task)),
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
    empty = sum(size == 0 for size in sets.sizes.values())
    return Chart(
        id="training-sets",
        title=title,
        reading=f"{title}. At least half have {count(sets.median)} or fewer; the largest has "
        f"{count(max(sets.sizes.values()))}.",
        caption="Examples in the train split of each task, log axis, three bars per decade"
        f"{f'; {shares}' if shares else ''}."
        f"{left_out(unknown, 'task', 'of unknown training-set size')}"
        f"{left_out(empty, 'set', 'without examples')}",
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
        Field(labels.column("task"), lambda sized: task_cell(labels, sized[0])),
        Field(
            Column("train_examples", "Training examples", "number", first_order="ascending"),
            lambda sized: number_cell(sized[1], count(sized[1])),
        ),
    )
    by_size = sorted(sets.sizes.items(), key=lambda sized: sized[1])
    caption = "Training-set size by task"
    return table_of("training-sets-table", caption, fields, by_size, sorted_by="train_examples")
