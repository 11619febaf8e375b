"""Make the table of a model's other settings, and of the models next to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from heapq import nsmallest

from site_builder.addresses import Link
from site_builder.charts.cells import lead_column, model_cell, number_field, score_cell, text_cell
from site_builder.compute.board import Board, Entry
from site_builder.compute.numbers import shared
from site_builder.formatting import listed, sentence
from site_builder.labels import Labels
from site_builder.pages.answers import model_board
from site_builder.pages.board_table import span_text
from site_builder.pages.model_sections import lead_cell
from site_builder.pages.page import Site, TitledTable
from site_builder.pages.scales import around
from site_builder.records import Record, replace
from site_builder.table_model import AxisRange, Cell, Column, Field, Table, draw_dumbbell, table_of

_NEAREST = 4


class _Rival(Record):
    """A row: a setting of this model, then `is_own`, or another model."""

    board: Board
    entry: Entry
    is_this: bool = False
    is_own: bool = False


def make_rivals(site: Site, board: Board, model: str) -> TitledTable | None:
    """Make the other settings of a model, and those that the tasks cannot tell from it."""
    s, say = board.entry(model), site.labels.say
    own = [*_settings(site, board, model)]
    if not s.scored:
        title = say("model.rivals.plain.own")
        return TitledTable("rivals-of", title, _rivals_table(site, own, "own")) if own else None
    close = [] if s.rank is None else board.close_to(s)
    near = list[Entry]()
    if s.rank is not None:
        known = {model, *(rival.entry.model for rival in own)}
        rivals = (e for e in (close if board.tested else board.ranked) if e.model not in known)
        near = nsmallest(_NEAREST, rivals, key=lambda e: abs(e.place - s.place))
    others = [_Rival(board, other) for other in sorted(near, key=lambda e: e.place)]
    rows = [_Rival(board, s, is_this=True, is_own=True), *own, *others]
    if len(rows) < 2:
        return None
    kind = "both" if own and others else "own" if own else "near"
    title, lines = _rivals_title(site, board, s, close), list[str]()
    if title and (own or len(others) < len(close)):
        lines.append(say(f"model.rivals.line.{kind}"))
    if title and not s.tied_with_best and board.ranked[0] in close:
        lines.append(say("model.rivals.line.not_first"))
    title = title or say(f"model.rivals.plain.{kind}")
    return TitledTable("rivals-of", title, _rivals_table(site, rows, kind), " ".join(lines))


def _settings(site: Site, board: Board, model: str) -> Iterator[_Rival]:
    """Yield the other variants and the other entries of a model."""
    for other in site.results.boards.values():
        if other is not board and other.entry(model).scored:
            yield _Rival(other, other.entry(model), is_own=True)
    catalog = site.results.catalog
    for other_model in catalog.entries_of[catalog.models[model].of]:
        own = model_board(site, other_model)
        if other_model != model and own.entry(other_model).scored:
            yield _Rival(own, own.entry(other_model), is_own=True)


def _rivals_title(site: Site, board: Board, s: Entry, close: Sequence[Entry]) -> str:
    """Return with how many models it is too close to call; empty where nothing tells it."""
    if not board.tested or s.rank is None:
        return ""
    say, n = site.labels.say, len(board.ranked) - 1
    if len(close) == n > 1:
        return say("model.rivals.title.every", n)
    if 0 < len(close) <= 2:
        names = listed([site.labels.models[other.model] for other in close])
        return say("model.rivals.title.names", names=names)
    if not close:
        return say("model.rivals.title.none")
    return say("model.rivals.title.some", len(close), of=n)


def _rivals_table(site: Site, rows: Sequence[_Rival], kind: str) -> Table:
    labels, say = site.labels, site.labels.say
    fields: tuple[Field[_Rival], ...] = (
        Field(Column("setting", say("column.model")), partial(_rival_cell, labels)),
        Field(
            Column("rank", say("model.column.rank"), "number", term="rank", on_phone=True),
            partial(_rank_cell, labels),
            any(row.entry.rank is not None for row in rows),
        ),
        *_rival_merits(site, rows),
        *_rival_measures(labels, rows),
    )
    return table_of("rivals", say(f"model.rivals.caption.{kind}"), fields, rows)


def _rival_merits(site: Site, rows: Sequence[_Rival]) -> Iterator[Field[_Rival]]:
    """Yield what ranks the rows: drawn, as a number, and beside the baseline."""
    labels, boards = site.labels, [row.board for row in rows]
    by_average, scale = all(board.by_average for board in boards), labels.merit_scale(boards[0])
    if by_average:
        others = [row for row in rows if row.entry.model != labels.roles.baseline]
        line = shared(row.board.figure(row.entry, "baseline_average") for row in others)
        axis = around(site.results.average_ends)
    else:
        each = {id(board): board.figures[board.rule.statistic] for board in boards}
        merits = (value for values in each.values() for value in values if value is not None)
        axis, line = around(merits), None
    ticks, place = axis.ticks(scale.tick), axis.place(line)
    yield Field(
        Column("drawn", labels.say("column.line"), "plot", axis=ticks, reference=place),
        partial(_rival_drawing, labels, axis),
        len({board.rule.statistic for board in boards}) == 1,
    )
    label, term = sentence(labels.merit_label(boards[0])), boards[0].ranking.section

    def merit_cell(row: _Rival) -> Cell:
        return score_cell(row.board.merit(row.entry), labels.merit_scale(row.board))

    yield Field(Column("merit", label, "number", term=term, is_main=True), merit_cell)

    def cell_of_lead(row: _Rival) -> Cell:
        if row.entry.model == labels.roles.baseline:
            return text_cell(None)
        return lead_cell(row.board, row.entry, labels.scale)

    is_led = labels.roles.baseline is not None and by_average
    yield Field(lead_column(labels, "lead"), cell_of_lead, is_led)


def _rival_cell(labels: Labels, row: _Rival) -> Cell:
    variant, has_variants = row.board.variant, len(labels.roles.variants) > 1
    if not row.is_own:
        note = labels.variants[variant] if has_variants else ""
        return model_cell(labels, row.entry.model, note)
    name = labels.variants[variant] if has_variants else labels.models[row.entry.model]
    if row.is_this:
        return Cell(name, name, tags=(labels.tag("this_page"),))
    cell = model_cell(labels, row.entry.model)
    return replace(cell, text=name, value=name, link=cell.link and Link(name, cell.link.to))


def _rank_cell(labels: Labels, row: _Rival) -> Cell:
    s = row.entry
    if s.rank is None:
        return text_cell(None)
    ranks = span_text(*(s.rank_interval or (s.rank, s.rank)))
    text = labels.say("model.ranks_of", ranks=ranks, of=len(row.board.ranked))
    return Cell(text, s.rank, tone="soft")


def _rival_drawing(labels: Labels, axis: AxisRange, row: _Rival) -> Cell:
    value, before = row.board.merit(row.entry), row.board.figure(row.entry, "base_average")
    text = labels.merit_scale(row.board).score(value)
    is_base = labels.lifted and row.board.variant == labels.roles.base
    ends = (value, None) if is_base else (before if row.board.by_average else None, value)
    first, last = map(axis.place, ends)
    drawing = draw_dumbbell(first, last, text=text)
    return Cell("", value, drawing=drawing if drawing.marks else None)


def _rival_measures(labels: Labels, rows: Sequence[_Rival]) -> Iterator[Field[_Rival]]:
    """Yield what was measured beside the score."""
    board = rows[0].board
    for statistic in board.statistics:
        has_any = any(row.board.figure(row.entry, statistic.id) is not None for row in rows)
        if statistic.measure is not None and has_any and statistic.id != board.rule.statistic:
            column = Column(statistic.id, statistic.measure.label, "number", term="measures")
            scale = labels.statistic_scale(statistic, board)
            yield number_field(column, partial(_figure, statistic.id), scale.score)


def _figure(statistic: str, row: _Rival) -> float | None:
    return row.board.figure(row.entry, statistic)
