"""The drawing in a row of a board: before, after, interval and baseline on one scale."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.charts.labels import Labels
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.parts import Dumbbell
from site_builder.records import Record


class Limits(Record):
    """The ends of a scale.

    Attributes:
        low, high: Its ends.
    """

    low: float
    high: float

    def share(self, value: float | None) -> float | None:
        """Where a value stands between the ends, 0..1; in the middle where they are one."""
        if value is None:
            return None
        if self.high <= self.low:
            return 0.5
        return round((value - self.low) / (self.high - self.low), 4)


def find_limits(boards: Mapping[str, Board], results: Results) -> Limits:
    """The tasks' common bounds where they state them, else the ends of all that is drawn."""
    tasks = next(iter(boards.values())).tasks
    facts = [results.catalog.tasks[task] for task in tasks]
    bounds = {(f.score_min, f.score_max) for f in facts}
    low, high = next(iter(bounds))
    if len(bounds) == 1 and low is not None and high is not None:
        return Limits(low, high)
    standings = [s for board in boards.values() for s in board.standings]
    drawn = [v for s in standings for v in (s.average, *(s.interval or ())) if v is not None]
    return Limits(min(drawn, default=0.0), max(drawn, default=1.0))


def draw_line(
    boards: Mapping[str, Board], board: Board, standing: Standing, labels: Labels, limits: Limits
) -> Dumbbell | None:
    """The row's story on the scale of the whole board; None without an average.

    Args:
        boards: The boards over the same tasks, by variant.
        board: The one that the row stands on.
        standing: The row; for the baseline it may come from another of the boards.
        labels: Names and number formats.
        limits: The ends of the scale.
    """
    if standing.average is None:
        return None
    before = _before(boards, board, standing, labels)
    words = labels.scale.score(standing.average)
    name = labels.models[standing.model]
    interval = standing.interval if board.rules.rank_by == "mean" else None
    low, high = interval or (None, None)
    # The baseline from another board is the reference itself, and has no marks of its own.
    own = standing.model != labels.roles.baseline or board.standing(standing.model).scored > 0
    return Dumbbell(
        before=limits.share(before) if own else None,
        after=limits.share(standing.average) if own else None,
        reference=limits.share(find_reference(boards, labels)),
        low=limits.share(low),
        high=limits.share(high),
        text=f"{name}: {words if before is None else f'{labels.scale.score(before)} to {words}'}",
    )


def _before(
    boards: Mapping[str, Board], board: Board, standing: Standing, labels: Labels
) -> float | None:
    roles = labels.roles
    if roles.base is None or board.variant not in roles.tuned:
        return None
    return boards[roles.base].standing(standing.model).average


def find_reference(boards: Mapping[str, Board], labels: Labels) -> float | None:
    """The baseline's average, in the variant that stands for it; None where it has none."""
    roles = labels.roles
    if roles.baseline is None or roles.baseline_variant is None:
        return None
    return boards[roles.baseline_variant].standing(roles.baseline).average
