"""What a board's table is made from: the board in all its variants, and each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from site_builder.charts.labels import Labels
from site_builder.compute.board import Board, Standing
from site_builder.compute.lift_tests import LiftTest
from site_builder.compute.results import Results
from site_builder.pages.board_line import Limits, find_limits
from site_builder.records import Record, field

# Means that are equal on paper may differ in the last digits of their binary fractions.
TIE = 1e-12


class BoardParts(Record):
    """What the views of one board are made from.

    Attributes:
        boards: Standings by variant, over the same tasks.
        results: The whole results, for facts.
        labels: Names and number formats.
        full: Every column and every model, or what a first look needs.
        most: Greatest number of rows.
        common: By variant, the boards over the tasks that all of its ranked models have.
    """

    boards: Mapping[str, Board]
    results: Results
    labels: Labels
    full: bool
    most: int | None = None
    common: Mapping[str, Mapping[str, Board]] = field(default_factory=dict)

    @cached_property
    def limits(self) -> Limits:
        """The ends of the scale that its rows are drawn on."""
        return find_limits(self.boards, self.results)


class Entry(Record):
    """One row.

    Attributes:
        standing: The model's standing.
        rank: Its rank by what sorts the table; None for none.
        borrowed: Whether it is the baseline's standing on another variant's board.
    """

    standing: Standing
    rank: int | None
    borrowed: bool

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.standing.model


class Sheet(Record):
    """One table of a board.

    Attributes:
        parts: The board in all its variants.
        board: The variant that is shown.
        by: Key of the column that sorts it.
    """

    parts: BoardParts
    board: Board
    by: str

    @property
    def labels(self) -> Labels:
        """Names and number formats."""
        return self.parts.labels

    @property
    def averaged(self) -> bool:
        """Whether averages over these tasks mean anything."""
        return self.board.rules.averaged

    @property
    def tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        return self.board.variant in self.labels.roles.tuned and self.labels.roles.base is not None

    @property
    def lifted(self) -> bool:
        """Whether any model has a mean lift over its base."""
        return self.tuned and any(s.lift_over_base is not None for s in self.board.standings)

    def test(self, tests: Mapping[str, Mapping[str, LiftTest]], entry: Entry) -> LiftTest | None:
        """The test of the row's lift, where the board is that over all tasks."""
        whole = self.board is self.parts.results.boards[self.board.variant]
        variant = self.labels.roles.baseline_variant if entry.borrowed else self.board.variant
        return tests.get(variant or "", {}).get(entry.model) if whole else None

    def entries(self, standings: Sequence[Standing]) -> list[Entry]:
        """The rows of the table, in the order of the standings."""
        by_lift = self.by == "lift_over_base"
        ranks = _lift_ranks(standings) if by_lift else [s.rank for s in standings]
        return [self._entry(s, rank) for s, rank in zip(standings, ranks, strict=True)]

    def _entry(self, standing: Standing, rank: int | None) -> Entry:
        own = self.board.standing(standing.model).scored > 0
        borrowed = standing.model == self.labels.roles.baseline and not own
        return Entry(standing, None if borrowed else rank, borrowed)


def _lift_ranks(standings: Sequence[Standing]) -> list[int]:
    """Ranks by mean lift of standings in that order, equal lifts sharing the better rank."""
    lifts = [s.lift_over_base or 0.0 for s in standings]
    ranks: list[int] = []
    for i, lift in enumerate(lifts):
        ranks.append(ranks[-1] if i and lifts[i - 1] - lift <= TIE else i + 1)
    return ranks
