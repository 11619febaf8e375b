"""Find the trade-offs of a board: which entries no cheaper one matches."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

import numpy as np

from site_builder.compute.board import Board, Entry
from site_builder.compute.numbers import competition_ranks
from site_builder.compute.progress import day_of
from site_builder.compute.results import Results
from site_builder.compute.statistics import Statistic
from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record
from site_builder.tables.schema import Measure

Kind = Literal["measure", "price", "size", "date"]

MOST_AXES = 6
MOST_STATISTICS = 12
LEAST_POINTS = 3
# Models of fewer list prices are a table (`pages/price_table.py`).
LEAST_PRICES = 4
_LOG_FROM = 10  # the greatest value over the least


class Axis(Record):
    """What a score is held against.

    Attributes:
        id: Id of the measure, `price`, `parameters_b` or `release_date`.
        more_is_better: Whether a greater value is the better one.
        measure: None unless it is a measure.
    """

    id: str
    kind: Kind
    more_is_better: bool = False
    measure: Measure | None = None

    @property
    def is_cost(self) -> bool:
        """Whether it is money."""
        return self.kind == "price" or (self.measure is not None and self.measure.unit == "USD")


class TradeOff(CachingRecord):
    """What ranks a board, or another statistic of it, against one axis.

    Entries are those that the board ranks and shows at first.

    Attributes:
        by: The statistic.
        values: By entry with a place on the axis, its value there, the best value first; a date as
            the number of its day.
        merits: By entry, its value of the statistic.
        frontier: The entries that no other of their value or a better one matches, from the best
            value on; of equal ones, all.
        possible: The others that no entry of their value or a better one beats for certain; empty
            where pairs are not compared.
        tested: Whether pairs are compared, which they are by what ranks the board alone.
        free: Entries whose value is 0, where 0 has no place on the axis.
        unknown: Entries without a value.
        without: How many entries have no value of the statistic.
        hidden: How many ranked entries the first filters of the board hide.
    """

    axis: Axis
    by: Statistic
    values: Mapping[str, float]
    merits: Mapping[str, float]
    frontier: tuple[str, ...]
    possible: tuple[str, ...]
    tested: bool
    free: tuple[str, ...]
    unknown: tuple[str, ...]
    without: int
    hidden: int
    lower_is_better: bool

    @property
    def is_log(self) -> bool:
        """Whether the axis is logarithmic: from one power of ten between the ends on."""
        return self.axis.kind != "date" and _spans_decades(self.values.values())

    @property
    def is_merit_log(self) -> bool:
        """Whether the axis of the statistic is logarithmic, as one of costs may be."""
        measure = self.by.measure
        is_open = measure is not None and measure.unit not in ("percent", "%")
        return is_open and _spans_decades(self.merits.values())

    @property
    def best(self) -> str:
        """The entry of the frontier with the best score."""
        return self.frontier[-1]

    @property
    def is_best_known(self) -> bool:
        """Whether no entry apart from the axis has a better score than the best of it."""
        apart = (self.merits[entry] for entry in (*self.free, *self.unknown))
        return all(self.gain(self.best, merit) >= 0 for merit in apart)

    def gain(self, entry: str, other: float) -> float:
        """Return by how much the score of an entry is better than another score."""
        lead = self.merits[entry] - other
        return -lead if self.lower_is_better else lead

    @property
    def knee(self) -> str | None:
        """The entry of the frontier that gives most for its cost; None where there is one step.

        It has the largest share of the range of scores, less its share of the range of values, both
        of the frontier: (s - s1) / (sn - s1) - log(c / c1) / log(cn / c1). The best one is no knee.
        Values that are not all positive, and dates, count as they are, not as logarithms.

        Source: V. Satopaa, J. Albrecht, D. Irwin and B. Raghavan (2011), Finding a "kneedle" in a
            haystack, ICDCS Workshops, 166-171; docs/statistics.md#frontier.
        """
        first, best, values = self.frontier[0], self.best, self.values
        if values[first] == values[best]:
            return None
        is_ratio = self.axis.kind != "date" and min(values[e] for e in self.frontier) > 0
        place = math.log if is_ratio else float
        start, width = place(values[first]), place(values[best]) - place(values[first])
        height = self.gain(best, self.merits[first])

        def bulge(entry: str) -> float:
            share = self.gain(entry, self.merits[first]) / height
            return round(share - (place(values[entry]) - start) / width, 12)

        return max((e for e in self.frontier if values[e] != values[best]), key=bulge)


def compute_trade_offs(
    results: Results, config: BoardConfig, by: Statistic | None = None
) -> tuple[TradeOff, ...]:
    """Return the trade-offs of the board that a site opens with, costs first.

    They are of what ranks the board, or of another statistic. An axis has at least three entries
    with at least two different values, list prices four. What ranks the board is no axis. Release
    dates are none alone: the board over time shows them.

    Source: docs/statistics.md#frontier.
    """
    statistic, shown = by or results.board.ranking, results.shown(config)
    found = [
        trade
        for axis, values in _axes(results, shown)
        if (trade := _trade_off(results, axis, values, shown, statistic)) is not None
    ]
    return tuple(found[:MOST_AXES]) if any(t.axis.kind != "date" for t in found) else ()


def other_statistics(results: Results, config: BoardConfig) -> tuple[Statistic, ...]:
    """Return what may stand in place of what ranks a board: statistics with a direction.

    Each has three different values, and ranks the entries in another way.
    """
    board, shown = results.board, results.shown(config)
    found = {_order(results, shown, board.ranking): board.ranking}
    for statistic in board.statistics:
        values = {board.figure(s, statistic.id) for s in shown} - {None}
        has_direction = statistic.is_low_best(low_scores=False) is not None
        if has_direction and len(values) >= LEAST_POINTS:
            found.setdefault(_order(results, shown, statistic), statistic)
    return tuple(found.values())[1 : 1 + MOST_STATISTICS]


def _order(results: Results, shown: Sequence[Entry], statistic: Statistic) -> tuple[float, ...]:
    """Return the rank of each entry by a statistic; 0 without a value."""
    board, sign = results.board, -1 if results.is_low_best(results.board, statistic) else 1
    values = [board.figure(s, statistic.id) for s in shown]
    signed = [math.nan if v is None else round(sign * v, 9) for v in values]
    return tuple(np.nan_to_num(competition_ranks(np.array(signed, float))).tolist())


_Values = list[float | None]


def _axes(results: Results, shown: Sequence[Entry]) -> Iterator[tuple[Axis, _Values]]:
    """Yield what scores may be held against, in the order of the choice, with the values."""
    board, prices = results.board, results.lowest_prices()
    facts = [results.catalog.models[s.model] for s in shown]
    measures = [
        Axis(m.id, "measure", more_is_better=bool(m.higher_is_better), measure=m)
        for m in results.scores.measures
        if m.id != board.rule.statistic and m.is_low_best is not None
    ]
    # Costs, other measures of which less is better, facts of models, then the rest.
    measures.sort(key=lambda a: (a.more_is_better, not a.is_cost))
    measured = [(axis, [board.figure(s, axis.id) for s in shown]) for axis in measures]
    yield from (one for one in measured if not one[0].more_is_better)
    yield Axis("price", "price"), [prices.get(s.model) for s in shown]
    yield Axis("parameters_b", "size"), [fact.parameters_b for fact in facts]
    yield from (one for one in measured if one[0].more_is_better)
    days = [fact.release_date and day_of(fact.release_date) for fact in facts]
    yield Axis("release_date", "date"), [float(day) if day else None for day in days]


def _trade_off(
    results: Results, axis: Axis, found: _Values, shown: Sequence[Entry], by: Statistic
) -> TradeOff | None:
    board = results.board
    all_merits = {s.model: board.figure(s, by.id) for s in shown}
    merits = {model: merit for model, merit in all_merits.items() if merit is not None}
    known = ((s.model, v) for s, v in zip(shown, found, strict=True) if v is not None)
    values = {model: value for model, value in known if model in merits}
    is_cost = not axis.more_is_better and min(values.values(), default=0.0) >= 0
    free = [model for model, value in values.items() if value == 0] if is_cost else []
    placed = {model: value for model, value in values.items() if model not in {*free}}
    least = LEAST_PRICES if axis.kind == "price" else 2
    if axis.id == by.id or len(placed) < LEAST_POINTS or len({*placed.values()}) < least:
        return None
    low, tested = results.is_low_best(board, by), board.tested and by.id == board.rule.statistic
    value_sign, merit_sign = (-1 if axis.more_is_better else 1), (-1 if low else 1)
    order = sorted(placed, key=lambda m: (value_sign * placed[m], -merit_sign * merits[m]))
    frontier = find_frontier([(placed[m], merit_sign * merits[m]) for m in order])
    on = tuple(order[i] for i in frontier)
    return TradeOff(
        axis=axis,
        by=by,
        values={model: placed[model] for model in order},
        merits=merits,
        frontier=on,
        possible=tuple(_unbeaten(board, order, placed, {*on})) if tested else (),
        tested=tested,
        free=tuple(free),
        unknown=tuple(model for model in merits if model not in values),
        without=len(shown) - len(merits),
        hidden=len(board.ranked) - len(shown),
        lower_is_better=low,
    )


def _spans_decades(values: Collection[float]) -> bool:
    """Return whether some values are all positive, the greatest ten times the least."""
    return min(values) > 0 and max(values) >= _LOG_FROM * min(values)


def find_frontier(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return the places of the points that no other point dominates.

    A point is dominated by one whose cost is no greater and whose score is no less, and one of them
    better: the Pareto frontier. Equal points do not dominate each other. The points are pairs of a
    cost and a score, the best cost first, and of one cost the best score first.

    Source: H. T. Kung, F. Luccio and F. P. Preparata (1975), Journal of the ACM 22(4), 469-476;
        docs/statistics.md#frontier.
    """
    frontier: list[int] = []
    for i, point in enumerate(points):
        if not frontier or point[1] > points[frontier[-1]][1] or point == points[frontier[-1]]:
            frontier.append(i)
    return frontier


def _unbeaten(
    board: Board, order: Sequence[str], values: Mapping[str, float], frontier: set[str]
) -> Iterator[str]:
    """Yield the entries off the frontier that none of their value or a better one surely beats.

    Whether one beats another is the verdict of the board on the pair, which holds for all pairs at
    once (`ranks.judge_pairs`).

    Source: docs/statistics.md#frontier.
    """
    beaten = np.zeros(len(board.ahead), dtype=bool)
    for _, group in groupby(order, key=values.__getitem__):
        models = list(group)
        beaten |= board.ahead[[board.places[model] for model in models]].any(axis=0)
        yield from (m for m in models if m not in frontier and not beaten[board.places[m]])


def on_frontier(trades: Sequence[TradeOff], model: str) -> bool | None:
    """Return whether an entry is on the frontier of the first axis; None without a place there."""
    first = trades[0] if trades else None
    if first is None or model not in first.values:
        return None
    return model in first.frontier
