"""Publish the trade-offs of a board by what else its entries may be compared by.

The page has those of what ranks the board, and names the files of the others, which
`static/js/trade-off.js` loads when a reader asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from site_builder.addresses import Address
from site_builder.charts.chart import Choice, id_of
from site_builder.charts.trade_off import TradeView, chart_trade_off
from site_builder.charts.trade_off_words import TradeWords
from site_builder.compute.trade_off import TradeOff, compute_trade_offs, other_statistics
from site_builder.pages.page import OfSite, ScriptData, Site
from site_builder.table_model import Cell

# A view of the page, its trade-off, and that by another statistic, which stands in its place.
_InPlace = tuple[TradeView, TradeOff, TradeOff]


class TradeChoices(OfSite):
    """What the entries of a board may be compared by in its trade-offs."""

    @cached_property
    def _found(self) -> Sequence[tuple[Choice, Sequence[_InPlace]]]:
        """The choices, each with its trade-offs by the axes that the page has."""
        site, found = self.site, list[tuple[Choice, Sequence[_InPlace]]]()
        config, views = site.board.config, [*zip(site.trade_views, site.trade_offs, strict=True)]
        for place, statistic in enumerate(other_statistics(site.results, config) if views else ()):
            trades = {t.axis.id: t for t in compute_trade_offs(site.results, config, statistic)}
            shown = [(v, own, trades[own.axis.id]) for v, own in views if own.axis.id in trades]
            if shown:
                key = id_of(statistic.id, place)
                file = f"data/trade-offs/{site.board.id or 'all'}/{key}.js"
                label = site.labels.statistic_label(statistic, site.results.board)
                found.append((Choice(key, label, f"trade-offs {key}", file), shown))
        return found

    @property
    def by_view(self) -> Mapping[str, Sequence[Choice]]:
        """The choices of each view, by its id."""
        return {
            each.id: [c for c, shown in self._found if any(each is view for view, *_ in shown)]
            for each in self.site.trade_views
        }

    def files(self) -> Iterator[ScriptData]:
        """Yield a file for each statistic."""
        for choice, shown in self._found:
            value = partial(self._views, shown)
            yield ScriptData(Address("asset", choice.file), choice.name, value)

    def _views(self, shown: Sequence[_InPlace]) -> Mapping[str, object]:
        """Return what stands in the place of views: texts, figure, and rows of the frontier."""
        found = {}
        for view, own, other in shown:
            words = TradeWords(self.site.results, self.labels, other)
            made = chart_trade_off(words, view.id, own.frontier)
            score = next(column for column in made.table.columns if column.key == "score")
            found[view.id] = {
                "title": made.chart.title,
                "reading": made.chart.reading,
                "caption": made.chart.caption,
                "heading": made.table.caption,
                "score": made.score,
                "first": score.first_order or "descending",
                "figure": made.chart.figure_json,
                "rows": [[*map(_cell_data, row.cells)] for row in made.table.rows],
            }
        return found


def _cell_data(cell: Cell) -> Mapping[str, object]:
    """Return what a script makes a cell of, as `render/tables.py` does."""
    parts = {n: getattr(cell, n) for n in ("text", "value", "link", "note", "suffix", "tone")}
    return {name: part for name, part in parts.items() if part not in ("", None)}


def make_trade_choices(site: Site) -> Iterator[ScriptData]:
    """Yield the files of the trade-offs of each board."""
    for each in site.by_board:
        yield from TradeChoices(each).files()
