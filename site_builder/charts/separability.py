"""Chart which models of a board are separable from each other."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts import theme
from site_builder.charts.cells import MODEL, RANK, model_cell, number_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import tasks_averaged
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, count, counted, listed, sentence
from site_builder.labels import MERITS, Labels
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_DRAWN, _MOST_NAMED = 40, 4
# Bars beside each other: their distance, and the most of the width that they take.
_LANE, _MOST_WIDTH = 0.035, 0.45
_TERMS = {"mean": "average", "mean_win_rate": "win-rate", "additive": "adjusted-average"}
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
    drawn, groups = board.ranked[:_MOST_DRAWN], _drawn_groups(board)
    title, merit = _title(board, labels), MERITS[board.rules.rank_by]
    n = len(board.ranked)
    cut = f" The first {_MOST_DRAWN} of {n:,} models are drawn." if n > _MOST_DRAWN else ""
    return Chart(
        id="separability",
        title=title,
        reading=f"{title}. {_groups_text(groups)}{cut}",
        caption=f"{sentence(merit)} over {tasks_averaged(board)}. Full circle: may be "
        "first. A grey bar joins neighbours in rank whose gaps could be due to which tasks were "
        "picked. All pairs are tested at once, with 95 % confidence."
        f"{cut}",
        drawing=_draw(drawn, groups, board, labels),
        table=_table(drawn, groups, board, labels),
        terms="separability",
    )


def _drawn_groups(board: Board) -> list[_Group]:
    """Return the first and last place of each bar among the models that are drawn."""
    last = min(len(board.ranked), _MOST_DRAWN) - 1
    groups = [(start, min(end, last)) for start, end in board.inseparable if start < last]
    # Groups that end below the cut are drawn to the cut, as one bar.
    return [g for i, g in enumerate(groups) if i == 0 or g[1] > groups[i - 1][1]]


def _title(board: Board, labels: Labels) -> str:
    n = len(board.ranked)
    if n == 2 and board.inseparable:
        return "The two models are not separable"
    if board.inseparable == ((0, n - 1),):
        return f"No two of the {counted(n, 'model')} are separable"
    first = [labels.models[s.model] for s in board.ranked if s.tied_with_best]
    if len(first) == 1:
        return f"Of {counted(n, 'model')} only {first[0]} may be first"
    names = f": {listed(first)}" if len(first) <= _MOST_NAMED else ""
    return f"{len(first)} of {counted(n, 'model')} may be first{names}"


def _format(board: Board, labels: Labels) -> NumberFormat:
    return labels.rate_scale if board.rules.rank_by == "mean_win_rate" else labels.scale


def _groups_text(groups: Sequence[_Group]) -> str:
    if not groups:
        return "Every model is separable from the next."
    sizes = [end - start + 1 for start, end in groups]
    if len(sizes) == 1:
        return f"One bar joins {sizes[0]} models that are not separable."
    least, most = min(sizes), max(sizes)
    of = str(least) if least == most else f"{least} to {most}"
    return f"{len(sizes)} bars join {of} models that are not separable."


def _draw(
    drawn: Sequence[Standing], groups: Sequence[_Group], board: Board, labels: Labels
) -> theme.Drawing:
    form, names = _format(board, labels), [labels.models[s.model] for s in drawn]
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
    left = 1 - min(_MOST_WIDTH, _LANE * n_lanes)
    bars = [
        theme.line([lane, lane], [start - 0.25, end + 0.25], _BAR) | {"xaxis": "x2"}
        for (start, end), lane in zip(groups, lanes, strict=True)
    ]
    axis = theme.axis(MERITS[board.rules.rank_by], zeroline=False, domain=[0, left])
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


def _table(
    drawn: Sequence[Standing], groups: Sequence[_Group], board: Board, labels: Labels
) -> Table:
    form, places, merit = _format(board, labels), board.places, MERITS[board.rules.rank_by]

    def bars_cell(s: Standing) -> Cell:
        mine = [str(i) for i, (a, b) in enumerate(groups, 1) if a <= places[s.model] <= b]
        return text_cell(", ".join(mine) or None)

    def rank_field(key: str, label: str, end: int) -> Field[Standing]:
        column = Column(key, label, "number", first_order="ascending", term="rank-interval")

        def cell(s: Standing) -> Cell:
            rank = s.rank_interval[end] if s.rank_interval else None
            return number_cell(rank, count(rank))

        return Field(column, cell)

    fields: tuple[Field[Standing], ...] = (
        Field(RANK, lambda s: number_cell(s.rank, count(s.rank))),
        Field(MODEL, lambda s: model_cell(labels, s.model)),
        Field(
            Column("merit", sentence(merit), "number", term=_TERMS[board.rules.rank_by]),
            lambda s: number_cell(board.merit(s), form.score(board.merit(s))),
        ),
        rank_field("best_rank", "Best plausible rank", 0),
        rank_field("worst_rank", "Worst plausible rank", 1),
        Field(Column("bars", "Bars", help="Its bars, counted from the top"), bars_cell),
    )
    return table_of("separability-table", "Models and the bars they share", fields, drawn)
