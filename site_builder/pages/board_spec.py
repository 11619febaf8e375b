"""Hold what the table of a board shows: board, entries, figures; draw what ranks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property, partial

from site_builder.compute.board import Board, Entry
from site_builder.compute.numbers import shared
from site_builder.compute.statistics import Statistic
from site_builder.config import BoardConfig
from site_builder.formatting import NumberFormat
from site_builder.pages.page import OfSite
from site_builder.pages.scales import common_bounds, tick_text
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Mark,
    MarkKind,
    draw_dumbbell,
)

BY_LIFT = "lift_over_base"
_SLACK = 1.2
_MARGIN = 0.04  # of the scale, beyond the least and the greatest value
_FAR = 0.5  # the least value, as a share of the greatest, above which a scale need not start at 0


class BoardTableSpec(OfSite):
    """What the table of a board shows.

    Attributes:
        boards: The board by variant, over the same tasks.
        full: Whether to offer every column and show every model, and the boards over the tasks that
            all ranked models have.
        most: Greatest number of rows; None for all.
        category: The category whose tasks the board is over; empty for every task.
        variant: The variant that is shown; empty for the primary one.
        by: Key of the column that gives the order.
    """

    boards: Mapping[str, Board]
    full: bool = False
    most: int | None = None
    category: str = ""
    variant: str = ""
    by: str = "average"

    @cached_property
    def board(self) -> Board:
        """The board of the variant that is shown."""
        return self.boards[self.variant or self.labels.roles.primary]

    @property
    def scale(self) -> NumberFormat:
        """Format of averages over the tasks of the board."""
        scales = self.labels.category_scales
        return scales[self.category] if self.category else self.labels.scale

    @property
    def config(self) -> BoardConfig:
        """What `site.toml` states of the board."""
        return self.site.board.config

    @property
    def average_id(self) -> str:
        """The statistic that is the average: adjusted where that ranks the board."""
        return "adjusted" if self.board.rules.rank_by == "additive" else "average"

    @property
    def is_tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        roles = self.labels.roles
        return roles.base is not None and self.board.variant in roles.tuned

    @cached_property
    def lower_is_better(self) -> bool:
        """Whether what ranks the board is better where it is lower."""
        return self.site.results.is_low_best(self.board)

    @cached_property
    def twins(self) -> frozenset[str]:
        """Names that several entries have."""
        names = Counter(self.labels.models[s.model] for s in self.board.entries)
        return frozenset(name for name, n in names.items() if n > 1)

    @cached_property
    def prices(self) -> Mapping[str, float]:
        """The lowest list price of each entry, where one is stated."""
        return self.site.results.lowest_prices()

    def cut(self, n: int) -> int:
        """Return how many of n rows are shown: all but those well beyond the most."""
        return self.most if self.most is not None and n > _SLACK * self.most else n

    def format_of(self, statistic: Statistic) -> NumberFormat:
        """Return how a statistic is written: scores as the board's averages are."""
        if statistic.form in ("score", "difference"):
            return self.scale
        return self.labels.statistic_scale(statistic, self.board)

    def is_better(self, row: BoardRow, other: BoardRow) -> bool:
        """Return whether one row has a better average than another, or of what ranks the board."""
        shown = self.average_id if self.board.by_average else self.board.rule.statistic
        own, its = row.figures[shown], other.figures[shown]
        if own is None or its is None:
            return False
        return own < its if self.lower_is_better else own > its

    def row(self, entry: Entry) -> BoardRow:
        """Return an entry of the board with its figures."""
        figures = {s.id: self.board.figure(entry, s.id) for s in self.board.statistics}
        return BoardRow(entry, figures)

    @cached_property
    def reference(self) -> float | None:
        """The baseline's mean over the tasks of each ranked model; None if these differ."""
        return shared(self.board.figure(s, "baseline_average") for s in self.board.ranked)

    @cached_property
    def beside(self) -> tuple[BoardRow, ...]:
        """The entries without a score in this variant that have one in another, with its average.

        The baseline has that of the variant that stands for it here, over the tasks of the ranked
        models; others have that of the base, where they have every task.
        """
        roles, variant, rows = self.labels.roles, self.board.variant, list[BoardRow]()
        if not self.board.by_average:
            return ()
        if roles.baseline is not None and roles.baseline_variants[variant] != variant:
            other = self.boards[roles.baseline_variants[variant]]
            own = other.figure(other.entry(roles.baseline), self.average_id)
            mean = self.reference if self.board.ranked else own
            rows.append(self._borrowed(other, roles.baseline, mean))
        if self.is_tuned and roles.base is not None:
            base = self.boards[roles.base]
            for s in self.board.entries:
                if s.unranked != "no score" or s.model == roles.baseline:
                    continue
                entry = base.entry(s.model)
                if entry.scored == len(self.board.tasks):
                    rows.append(self._borrowed(base, s.model, base.figure(entry, self.average_id)))
        return tuple(row for row in rows if row.figures[self.average_id] is not None)

    def _borrowed(self, other: Board, model: str, average: float | None) -> BoardRow:
        entry = replace(
            other.entry(model),
            rank=None,
            rank_interval=None,
            possible_ranks=None,
            interval=None,
            scored=len(self.board.tasks),
        )
        measured = {s.id: other.figure(entry, s.id) for s in other.statistics if s.measure}
        figures = {s.id: None for s in self.board.statistics} | measured
        return BoardRow(entry, figures | {self.average_id: average}, other.variant)


class BoardRow(Record):
    """One row of a board with its figures; its average may be `borrowed_from` another variant."""

    entry: Entry
    figures: Mapping[str, float | None]
    borrowed_from: str = ""

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.entry.model


# --- drawings -----------------------------------------------------------------------------------


class _Scale(Record):
    """The scale of a board's drawings.

    Attributes:
        has_origin: Whether it starts at 0 or at a stated bound, so that lengths can be compared.
        line: Where the baseline stands, if it has one value beside all entries.
    """

    range: AxisRange
    has_origin: bool
    line: float | None


def draw_field(spec: BoardTableSpec) -> Field[BoardRow]:
    """Return the column of drawings: base joined to tuned, or a value with its interval."""
    say, scale = spec.labels.say, _scale_of(spec)
    return Field(
        Column(
            "line",
            say("column.line_low" if spec.lower_is_better else "column.line"),
            "plot",
            term=spec.board.ranking.section,
            axis=scale.range.ticks(tick_text),
            reference=scale.line,
            group=say("columns.ranking"),
        ),
        partial(_draw_cell, spec, scale),
        any(spec.board.merit(s) is not None for s in spec.board.ranked),
    )


def _draws_change(spec: BoardTableSpec) -> bool:
    """Return whether a drawing joins the averages before and after tuning."""
    return spec.is_tuned and spec.board.by_average


def _scale_of(spec: BoardTableSpec) -> _Scale:
    board, tasks = spec.board, spec.site.results.catalog.tasks
    baseline = spec.labels.roles.baseline
    line = spec.reference if board.by_average else None
    if line is None and baseline is not None and board.entry(baseline).rank:
        line = board.merit(board.entry(baseline))
    shown = [s for s in board.entries if s.rank or spec.full]
    drawn = [board.merit(s) for s in shown] + [row.figures[spec.average_id] for row in spec.beside]
    if _draws_change(spec):
        drawn += [board.figure(s, "base_average") for s in shown]
    else:
        drawn += [end for s in shown for end in s.interval or ()]
    values = [value for value in (*drawn, line) if value is not None] or [0.0]
    low, high, bounds = min(values), max(values), None
    if board.ranking.form == "rate":
        bounds = AxisRange(0.0, 1.0)
    elif board.rule.is_average:
        bounds = common_bounds(tasks[task] for task in board.tasks)
    margin = _MARGIN * (high - low)
    limits, has_origin = AxisRange(low - margin, high + margin), False
    if not _draws_change(spec) and bounds and bounds.low <= low and high <= bounds.high:
        limits, has_origin = bounds, True
    elif not _draws_change(spec) and 0 <= low <= _FAR * high:
        limits, has_origin = AxisRange(0.0, high), True
    return _Scale(limits, has_origin, limits.place(line))


def _draw_cell(spec: BoardTableSpec, scale: _Scale, row: BoardRow) -> Cell:
    shown = spec.average_id if row.borrowed_from else spec.board.rule.statistic
    value = row.figures.get(shown)
    return Cell("") if value is None else Cell("", value, drawing=_drawing(spec, scale, row, value))


def _drawing(spec: BoardTableSpec, scale: _Scale, row: BoardRow, value: float) -> Drawing:
    """Draw a value; the baseline from another variant is the line through all rows, alone."""
    labels, place = spec.labels, scale.range.place
    name, write = labels.models[row.model], spec.format_of(spec.board.ranking).score
    text = labels.say("drawing.value", name=name, value=write(value))
    if row.borrowed_from:
        is_line = scale.line is not None and row.model == labels.roles.baseline
        kind: MarkKind = "base" if row.borrowed_from == labels.roles.base else "soft"
        return Drawing(() if is_line else (Mark(kind, scale.range.share(value)),), text)
    if _draws_change(spec):
        before = row.figures["base_average"]
        reference = None if scale.line is not None else row.figures["baseline_average"]
        if before is not None:
            values = {"before": write(before), "after": write(value)}
            text = labels.say("drawing.change", name=name, **values)
        return draw_dumbbell(place(before), place(value), place(reference), text=text)
    ends = row.entry.interval
    if ends is not None:
        low, high = map(write, ends)
        text = labels.say("drawing.interval", name=name, value=write(value), low=low, high=high)
    at, span = scale.range.share(value), scale.range.span(ends)
    tint = (Mark("tint", 0, at),) if scale.has_origin else ()
    band = () if span is None else (Mark("band", *span),)
    return Drawing((Mark("track", 0, 1), *tint, *band, Mark("value", at)), text)
