"""Chart what ranks a board against its costs, with the frontier: the best for what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

from site_builder.charts.cells import model_cell, number_cell, number_field, text_cell
from site_builder.charts.chart import Chart, id_of
from site_builder.charts.trade_off_drawing import draw_trade_off
from site_builder.charts.trade_off_words import TradeWords
from site_builder.compute.results import Results
from site_builder.compute.trade_off import TradeOff
from site_builder.formatting import count, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_FACETS = 3
_MOST_POSSIBLE = 50


class TradeView(Record):
    """One trade-off of a board, with its name on the switch between them.

    Attributes:
        id: Its name in the page's address.
        score: What the entries are compared by.
        chart: It brings the table where it stands alone.
        table: The frontier, the best entry first, with what each step up buys; its caption says how
            many entries these are.
        possible: Entries that may be on it too, with the same caption; None without any.
    """

    id: str
    label: str
    score: str
    chart: Chart
    table: Table
    possible: Table | None


def chart_trade_offs(
    results: Results, labels: Labels, trades: Sequence[TradeOff]
) -> tuple[TradeView, ...]:
    """Chart each trade-off of a board."""
    words = (TradeWords(results, labels, trade) for trade in trades)
    return tuple(
        chart_trade_off(each, id_of(each.trade.axis.id, place), each.trade.frontier)
        for place, each in enumerate(words, 1)
    )


def chart_trade_off(words: TradeWords, view_id: str, columns_of: Sequence[str]) -> TradeView:
    """Chart a trade-off; `columns_of` are the entries whose differences are columns."""
    chart_id, title = f"trade-off-{view_id}", words.title()
    table = _frontier_table(words, f"{chart_id}-table", columns_of)
    chart = Chart(
        id=chart_id,
        title=title,
        reading=f"{title}. {table.caption}.",
        caption=words.caption(),
        drawing=draw_trade_off(words),
        table=table,
        terms="frontier",
        embedded=True,
    )
    possible = _possible_table(words, f"{chart_id}-possible")
    return TradeView(view_id, sentence(words.label), words.name, chart, table, possible)


# --- tables -------------------------------------------------------------------------------------


def _frontier_table(words: TradeWords, table_id: str, columns_of: Sequence[str]) -> Table:
    """Return the frontier, the best score first; numbers count from the lowest cost."""
    frontier = words.trade.frontier
    numbers = {entry: i for i, entry in enumerate(frontier, 1)}
    before = dict(zip(frontier[1:], frontier, strict=False))

    def step(entry: str) -> Cell:
        gain, cost, note = words.step(entry, before.get(entry))
        return Cell(gain, gain or cost, note, "" if gain else "soft", suffix=f" {cost}".rstrip())

    buys = Column("step", words.text("step"), on_phone=True)
    fields: tuple[Field[str], ...] = (
        number_field(
            Column("number", "#", "number", spoken_label=words.text("number")),
            numbers.__getitem__,
            count,
        ),
        *_common_fields(words),
        Field(buys, step),
        *_facet_fields(words, columns_of),
    )
    return table_of(table_id, words.heading(), fields, frontier[::-1], header=1, sorted_by="score")


def _possible_table(words: TradeWords, table_id: str) -> Table | None:
    found = words.trade.possible
    if not found:
        return None
    best = sorted(found, key=lambda e: -words.trade.gain(e, 0.0))[:_MOST_POSSIBLE]
    fields = (*_common_fields(words), *_facet_fields(words, best))
    caption = words.text("possible", len(found))
    return table_of(table_id, caption, fields, best, sorted_by="score")


def _common_fields(words: TradeWords) -> tuple[Field[str], ...]:
    labels, trade = words.labels, words.trade
    score = Column(
        "score", words.merit, "number", first_order="ascending" if trade.lower_is_better else ""
    )
    way: Literal["ascending", "descending"] = (
        "descending" if trade.axis.more_is_better else "ascending"
    )
    value = Column("value", sentence(words.label), "number", first_order=way, on_phone=True)
    return (
        Field(labels.column("model"), lambda e: model_cell(labels, e)),
        Field(score, lambda e: number_cell(trade.merits[e], words.score_of(e))),
        Field(value, lambda e: number_cell(trade.values[e], words.value_of(e))),
    )


def _facet_fields(words: TradeWords, entries: Sequence[str]) -> Iterator[Field[str]]:
    """Yield the settings in which some entries differ, and the licence."""
    catalog = words.results.catalog
    known = {f.id: f.label for f in catalog.facets}
    known.setdefault("license", words.labels.say("column.license"))
    wanted = 0
    for name, label in known.items():
        values = {m.model: m.facet(name) for m in catalog.models.values()}
        if len({values[e] for e in entries}) > 1 and wanted < _MOST_FACETS:
            wanted += 1
            yield Field(Column(name, label), partial(_fact_cell, values))


def _fact_cell(values: Mapping[str, str | None], entry: str) -> Cell:
    return text_cell(values[entry])
