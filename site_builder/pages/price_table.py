"""Make the table of models by score and price, with the gap of each to the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

from site_builder.charts.cells import number_cell, score_cell
from site_builder.charts.serving import times_text
from site_builder.formatting import in_words, money, rounded, sentence
from site_builder.pages.board_spec import BoardRow, BoardTableSpec
from site_builder.pages.board_table import name_cell, rank_cell
from site_builder.pages.board_views import board_rows
from site_builder.pages.page import TitledTable
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Mark,
    MarkKind,
    Table,
    legend_of,
    table_of,
)

_MAX_PRICES = 3  # different prices that are a table; more spread on an axis
_MARGIN = 0.03
_GAP = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"


def make_price_table(spec: BoardTableSpec) -> TitledTable | None:
    """Return the table; None without a baseline of known price, and where prices spread."""
    baseline, prices = spec.labels.roles.baseline, spec.prices
    models = [s.model for s in spec.board.ranked if s.model != baseline]
    known = {prices[model] for model in models if prices.get(model)}
    if baseline is None or not prices.get(baseline) or not known or len(known) > _MAX_PRICES:
        return None
    if spec.reference is None or not spec.board.by_average:
        return None
    rows, say = board_rows(spec), spec.labels.say
    rows = rows[: spec.cut(len(rows))]
    note = "price_table.note_tuned" if spec.labels.contending else "price_table.note"
    better, table = _cheaper_and_better(spec, rows), _table(spec, rows)
    texts: dict[MarkKind, str] = {
        "score": say("column.score"),
        "band": say("price_table.gap", baseline=spec.labels.baseline),
        "baseline": spec.labels.baseline,
    }
    return TitledTable(
        anchor="cost",
        title=_title(spec, better),
        line=_summary(spec, better),
        orders=(("", say("price_table.by_score")), ("price", say("price_table.by_price"))),
        legend=legend_of((cell.drawing for row in table.rows for cell in row.cells), texts),
        table=table,
        note=say(note, tuned=spec.labels.contending),
    )


def _cheaper_and_better(spec: BoardTableSpec, rows: Iterable[BoardRow]) -> list[BoardRow]:
    """Return the rows of models that cost less than the baseline and score better."""
    baseline = spec.labels.roles.baseline or ""
    its, level = spec.prices[baseline], spec.reference or 0.0
    return [
        row
        for row in rows
        if row.model != baseline
        and 0 < spec.prices.get(row.model, math.inf) < its
        and (average := row.figures[spec.average_id]) is not None
        and (average < level if spec.lower_is_better else average > level)
    ]


def _title(spec: BoardTableSpec, better: list[BoardRow]) -> str:
    labels = spec.labels
    if not better:
        return labels.say("price_table.title_none", baseline=labels.baseline)
    dearest = max(spec.prices[row.model] for row in better)
    times = spec.prices[labels.roles.baseline or ""] / dearest
    share = f"1/{rounded(times, 0)}" if times >= 2 else money(dearest)
    number, n = sentence(in_words(len(better))), len(better)
    return labels.say("price_table.title", n, number=number, baseline=labels.baseline, share=share)


def _summary(spec: BoardTableSpec, better: list[BoardRow]) -> str:
    """Say for how many of the better models that is certain."""
    say, baseline = spec.labels.say, spec.labels.baseline
    tests = [spec.board.tests["baseline"].get(row.model) for row in better]
    judged = [test for test in tests if test is not None and test.interval is not None]
    certain = sum(test.verdict == "better" for test in judged)
    if not better:
        return ""
    if not judged:
        return say("price_table.untested")
    if certain:
        return say("price_table.certain", certain)
    return say("price_table.open", len(better), baseline=baseline)


def _table(spec: BoardTableSpec, rows: list[BoardRow]) -> Table:
    labels, say, baseline = spec.labels, spec.labels.say, spec.labels.roles.baseline
    averages = [row.figures[spec.average_id] for row in rows]
    gaps = [end for row in rows for end in _gap(spec, row) or ()]
    values = [value for value in (*averages, *gaps) if value is not None]
    margin = _MARGIN * (max(values) - min(values))
    scale = AxisRange(min(values) - margin, max(values) + margin)
    fields = (
        Field[BoardRow](labels.rank_column, lambda row: rank_cell(row.entry.rank)),
        Field[BoardRow](labels.column("model"), lambda row: name_cell(spec, row)),
        Field[BoardRow](
            Column(
                "gap",
                say("column.line"),
                "plot",
                axis=scale.ticks(spec.scale.tick),
                reference=scale.place(spec.reference),
            ),
            lambda row: Cell("", drawing=_draw(spec, scale, row)),
        ),
        Field[BoardRow](
            labels.column("score", "number"),
            lambda row: score_cell(row.figures[spec.average_id], spec.scale),
        ),
        Field[BoardRow](
            labels.column("price", "number", first_order="ascending", on_phone=True),
            partial(_price_cell, spec),
        ),
    )
    return table_of(
        "prices",
        say("price_table.caption"),
        fields,
        rows,
        lambda row: "reference" if row.model == baseline else "",
        header=1,
        sorted_by="score",
    )


def _gap(spec: BoardTableSpec, row: BoardRow) -> tuple[float, float] | None:
    """Return the interval of the gap to the baseline, around its level."""
    test = spec.board.tests["baseline"].get(row.model)
    if test is None or test.interval is None or spec.reference is None or row.borrowed_from:
        return None
    low, high = test.interval
    if spec.lower_is_better:
        low, high = -high, -low
    return spec.reference + low, spec.reference + high


def _draw(spec: BoardTableSpec, scale: AxisRange, row: BoardRow) -> Drawing:
    """Draw the score, and the band of its gap to the baseline; it crosses the line where open."""
    labels, average = spec.labels, row.figures[spec.average_id]
    if average is None:
        return Drawing(())
    gap, write = _gap(spec, row), spec.scale.score
    values = {"name": labels.models[row.model], "value": write(average)}
    if gap is None or row.model == labels.roles.baseline:
        kind: MarkKind = "score" if row.model != labels.roles.baseline else "baseline"
        mark = Mark(kind, scale.share(average))
        return Drawing((mark,), labels.say("drawing.value", **values))
    low, high = map(write, gap)
    marks = (Mark("band", *map(scale.share, gap)), Mark("score", scale.share(average)))
    return Drawing(marks, labels.say("drawing.interval", **values, low=low, high=high))


def _price_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """The price, and how many times the baseline costs."""
    say, price = spec.labels.say, spec.prices.get(row.model)
    baseline = spec.labels.roles.baseline or ""
    if price is None:
        return number_cell(None, "", suffix=say("price_table.unknown"))
    suffix, its = "", spec.prices[baseline]
    if row.model == baseline:
        suffix = say("price_table.baseline")
    elif price and price != its:
        suffix = times_text(its / price, spec.labels)
    return number_cell(price, money(price), suffix=f"{_GAP}{suffix}" if suffix else "")
