"""Hold what the table of a board shows: its board, its entries in order, their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from site_builder.compute.board import Board, Entry
from site_builder.compute.numbers import shared
from site_builder.compute.statistics import Statistic
from site_builder.config import BoardConfig
from site_builder.formatting import NumberFormat
from site_builder.pages.page import OfSite
from site_builder.records import Record, replace

BY_LIFT = "lift_over_base"
_SLACK = 1.2


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
