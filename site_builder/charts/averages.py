"""Chart what ranks the models of a board, with brackets where it is too close to call."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts import theme
from site_builder.charts.cells import model_cell, number_field, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.forms import board_lines
from site_builder.compute.board import Board, Entry
from site_builder.compute.results import Results
from site_builder.formatting import count, in_words, sentence
from site_builder.labels import Labels
from site_builder.table_model import Column, Field, Table, table_of

_MAX_DRAWN = 40
# Brackets beside each other: their distance, and the most of the width that they take.
_LANE, _MAX_WIDTH = 0.035, 0.45
_BRACKET = {"color": theme.NEUTRAL, "width": 4}

_Group = tuple[int, int]


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Chart the models by rank, with brackets around those that are too close to call.

    A critical-difference diagram with ranks from top to bottom; its brackets are
    `Board.inseparable`. None below two ranked models.

    Source: J. Demsar (2006), Journal of Machine Learning Research 7, 1-30.
    """
    board, say = results.board, labels.say
    n, drawn, groups = len(board.ranked), board.ranked[:_MAX_DRAWN], _drawn_groups(board)
    if n < 2:
        return None
    title = _title(board, labels)
    is_low, merit = results.is_low_best(board), labels.merit_label(board)
    caption = labels.ranked_by(board, is_low=is_low)
    axis = say("column.lower", label=merit) if is_low else merit
    joined = say("averages.brackets") if groups else ""
    cut = say("averages.cut", n, most=_MAX_DRAWN) if n > _MAX_DRAWN else ""
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}.",
        caption=" ".join(filter(None, (caption, joined, cut))),
        drawing=_draw(drawn, groups, results, labels, axis),
        table=_table(drawn, groups, board, labels),
        terms="separability" if board.tested else board.ranking.section,
        embedded=True,
    )


def _title(board: Board, labels: Labels) -> str:
    """Return who leads, and how firmly, in at most twelve words."""
    n, first, level = len(board.ranked), board.leaders, board.may_be_first
    if len(first) == n:
        which = "equal" if n > 2 else "both_equal"
    elif not board.tested:
        which = "best"
    elif len(level) == 1:
        which = "leads"
    else:
        which = "open" if len(level) < n else "all_open" if n > 2 else "both_open"
    return labels.say(
        f"averages.title.{which}",
        len(first) if which == "best" else n,
        name=labels.models[first[0].model],
        number=sentence(in_words(len(level))),
        merit=labels.merit_label(board),
        value=labels.merit_scale(board).score(board.merit(first[0])),
    )


def _drawn_groups(board: Board) -> list[_Group]:
    """Return the first and last place of each bracket among the models that are drawn."""
    last = min(len(board.ranked), _MAX_DRAWN) - 1
    pairs = board.inseparable if board.tested else ()
    groups = [(start, min(end, last)) for start, end in pairs if start < last]
    # Groups that end below the cut are drawn to the cut, as one bracket.
    return [g for i, g in enumerate(groups) if i == 0 or g[1] > groups[i - 1][1]]


def _draw(
    drawn: Sequence[Entry], groups: Sequence[_Group], results: Results, labels: Labels, merit: str
) -> theme.Drawing:
    board, names = results.board, [labels.models[s.model] for s in drawn]
    form, values = labels.merit_scale(board), [board.merit(s) or 0.0 for s in drawn]
    lines = board_lines(board, labels)
    ends = [*values, *(value for value, *_ in lines)]
    hovers = [f"{name}: {form.score(v)}" for name, v in zip(names, values, strict=True)]
    lanes = _lanes(groups)
    left = 1 - min(_MAX_WIDTH, _LANE * (max(lanes, default=0) + 1))
    brackets = [
        theme.line([lane, lane], [start - 0.25, end + 0.25], _BRACKET) | {"xaxis": "x2"}
        for (start, end), lane in zip(groups, lanes, strict=True)
    ]
    axis = theme.axis(merit, zeroline=False, domain=[0, left])
    beside = {"domain": [left, 1], "range": [-1, max(lanes, default=0) + 1]}
    marker = {"color": theme.ACCENT, "size": 10}
    return theme.figure(
        [theme.markers(values, list(range(len(drawn))), marker, hovers), *brackets],
        theme.rows_height(len(drawn)),
        narrow=theme.narrow_rows(names),
        xaxis=axis | theme.ticks(min(ends), max(ends), most=4),
        xaxis2=beside | {"visible": False, "fixedrange": True},
        yaxis=theme.rows_axis(names) | {"showgrid": True},
        **theme.reference_lines(lines),
    )


def _lanes(groups: Sequence[_Group]) -> list[int]:
    """Return a lane for each bracket, the leftmost that is free, so that no two touch."""
    ends: list[int] = []
    lanes = []
    for start, end in groups:
        lane = next((i for i, last in enumerate(ends) if last < start), len(ends))
        ends[lane:] = [end, *ends[lane + 1 :]]
        lanes.append(lane)
    return lanes


def _table(drawn: Sequence[Entry], groups: Sequence[_Group], board: Board, labels: Labels) -> Table:
    form, places, say = labels.merit_scale(board), board.places, labels.say

    def brackets(s: Entry) -> str | None:
        mine = [str(i) for i, (a, b) in enumerate(groups, 1) if a <= places[s.model] <= b]
        return ", ".join(mine) or None

    merit, joined = sentence(labels.merit_label(board)), Column("brackets", say("averages.column"))
    fields: tuple[Field[Entry], ...] = (
        number_field(labels.rank_column, lambda s: s.rank, count),
        Field(labels.column("model"), lambda s: model_cell(labels, s.model)),
        number_field(
            Column("merit", merit, "number", term=board.ranking.section), board.merit, form.score
        ),
        Field(joined, lambda s: text_cell(brackets(s)), bool(groups)),
    )
    return table_of("averages-table", say("averages.table"), fields, drawn)
