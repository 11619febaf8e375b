"""Publish the trade-offs of a board by what else its entries may be compared by.

The page has those of what ranks the board, and names the files of the others, which
`static/js/trade-off.js` loads when a reader asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial

from site_builder.addresses import Address
from site_builder.charts.chart import id_of
from site_builder.charts.trade_off import TradeView, chart_in_place
from site_builder.compute.statistics import Statistic
from site_builder.compute.trade_off import TradeOff, compute_trade_offs, other_statistics
from site_builder.pages.page import OfSite, ScriptData, Site
from site_builder.records import Record
from site_builder.table_model import Cell


class TradeChoice(Record):
    """A statistic that entries may be compared by, with its name in the address and its file."""

    key: str
    label: str
    file: str


class TradeChoices(OfSite):
    """What the entries of a board may be compared by in its trade-offs."""

    @cached_property
    def _found(self) -> Mapping[str, tuple[Statistic, Mapping[str, TradeOff]]]:
        """By key, a statistic and its trade-offs by their axes, which those of the page have."""
        site, found = self.site, dict[str, tuple[Statistic, Mapping[str, TradeOff]]]()
        config, axes = site.board.config, {trade.axis.id for trade in site.trade_offs}
        for place, statistic in enumerate(other_statistics(site.results, config) if axes else ()):
            trades = compute_trade_offs(site.results, config, statistic)
            by_axis = {trade.axis.id: trade for trade in trades if trade.axis.id in axes}
            if by_axis:
                found[id_of(statistic.id, place)] = statistic, by_axis
        return found

    @property
    def by_view(self) -> Mapping[str, tuple[TradeChoice, ...]]:
        """The choices of each view, by its id."""
        site, board = self.site, self.site.results.board
        return {
            view.id: tuple(
                TradeChoice(key, site.labels.statistic_label(statistic, board), self._file(key))
                for key, (statistic, trades) in self._found.items()
                if trade.axis.id in trades
            )
            for view, trade in zip(site.trade_views, site.trade_offs, strict=True)
        }

    def _file(self, key: str) -> str:
        return f"data/trade-offs/{self.site.board.id or 'all'}/{key}.js"

    def files(self) -> Iterator[ScriptData]:
        """Yield a file for each statistic."""
        for key in self._found:
            value = partial(self._views, key)
            yield ScriptData(Address("asset", self._file(key)), f"trade-offs {key}", value)

    def _views(self, key: str) -> Mapping[str, object]:
        site, (_, trades) = self.site, self._found[key]
        pairs = zip(site.trade_views, site.trade_offs, strict=True)
        return {
            view.id: self._view(trades[trade.axis.id], view, trade.frontier)
            for view, trade in pairs
            if trade.axis.id in trades
        }

    def _view(
        self, trade: TradeOff, view: TradeView, frontier: tuple[str, ...]
    ) -> Mapping[str, object]:
        """Return what stands in the place of a view: texts, figure, and rows of the frontier."""
        made = chart_in_place(self.site.results, self.labels, trade, view, frontier)
        score = next(column for column in made.table.columns if column.key == "score")
        return {
            "title": made.chart.title,
            "reading": made.chart.reading,
            "caption": made.chart.caption,
            "heading": made.heading,
            "score": made.score,
            "first": score.first_order or "descending",
            "figure": made.chart.figure_json,
            "rows": [[*map(_cell_data, row.cells)] for row in made.table.rows],
        }


def _cell_data(cell: Cell) -> Mapping[str, object]:
    """Return what a script makes a cell of, as `render/tables.py` does."""
    parts = {n: getattr(cell, n) for n in ("text", "value", "link", "note", "suffix", "tone")}
    return {name: part for name, part in parts.items() if part not in ("", None)}


def make_trade_choices(site: Site) -> Iterator[ScriptData]:
    """Yield the files of the trade-offs of each board."""
    for each in site.by_board:
        yield from TradeChoices(each).files()
