"""Chart what ranks a board against its costs: dots, the frontier as stairs, strips beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from site_builder.charts import theme
from site_builder.charts.cells import (
    facet_cell,
    facet_column,
    model_cell,
    number_cell,
    number_field,
)
from site_builder.charts.chart import Chart, id_of
from site_builder.charts.trade_off_words import TradeWords
from site_builder.compute.results import Results
from site_builder.compute.trade_off import TradeOff
from site_builder.formatting import count, sentence, short
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, log_ticks, table_of

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
        drawing=_draw(words),
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
    """Return the settings in which some entries differ, and the licence."""
    catalog = words.results.catalog
    models, known = catalog.models, {f.id: f.label for f in catalog.facets}
    known.setdefault("license", words.labels.say("column.license"))
    differ = [name for name in known if len({models[e].facet(name) for e in entries}) > 1]

    labels = words.labels

    def field(name: str) -> Field[str]:
        column = facet_column(labels, name, known[name])
        return Field(column, lambda e: facet_cell(labels, name, models[e].facet(name)))

    return map(field, differ[:_MOST_FACETS])


# --- the drawing ----------------------------------------------------------------------------------

_HEIGHT = 480
_MARGIN = {"t": 64, "b": 56}
_BEST_APART = 3
_FAR = 0.5  # the least score, as a share of the greatest, above which an axis need not start at 0
_ROOM, _ROOM_FOR_NAMES = 0.04, 0.13  # beyond the scores; beyond the best one
_BESIDE = 0.03  # beyond the values
# A strip and what is between it and its neighbour, as shares of the width.
_WIDE, _NARROW = (0.17, 0.03), (0.19, 0.04)
_LANES, _LANE, _DOT = 4, 0.07, 0.028
_NARROW_STRIP = [0, 0.3]
# More dots than these are drawn one for each cell of a grid.
_MOST_DOTS = 1000
_COLUMNS, _ROWS = 120, 80
_MOST_DATES, _FEWEST_DATES = 5, 3
_MOST_TICKS, _FEWEST_TICKS = 12, 4

_Place: TypeAlias = Callable[[str], tuple[float, float]]


def _draw(words: TradeWords) -> theme.Drawing:
    """Return the figure. Names are in `meta.names`: the script places them by their true size."""
    trade = words.trade
    merits = [*trade.merits.values(), *(level for level, *_ in words.lines)]
    ends = _ends(words, min(merits), max(merits))
    x_axis, strips = _value_axis(words), [(e, text) for e, text in words.apart() if e]
    shapes, narrow = theme.level_lines(words.lines), dict[str, Any]()
    notes, few = list[dict[str, Any]](), list[dict[str, Any]]()
    traces = [*_stairs(words, x_axis["range"], ends), *_dots(words, x_axis, ends)]
    axes = dict[str, Any]()
    for i, (entries, text) in enumerate(strips):
        key, domain = f"xaxis{i + 2}", _strip(i, len(strips), *_WIDE)
        axes[key] = {"domain": domain, "range": [0, 1], "visible": False, "fixedrange": True}
        narrow |= {f"{key}.domain": _strip(i, len(strips), *_NARROW), f"{key}.range": _NARROW_STRIP}
        ref = {"xref": f"x{i + 2} domain", "yref": "paper"}
        shapes.append({"type": "rect", "layer": "below", "x0": 0, "x1": 1, "y0": 0, "y1": 1, **ref})
        shapes[-1] |= {"line": {"width": 0}, "fillcolor": theme.COLOURS["sunk"]}
        above = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "showarrow": False}
        notes.append({"text": theme.plain(text), "font": theme.SOFT_TEXT, **above, **ref})
        # Its name is longer than a strip is wide on a phone.
        few.append({**notes[-1], "x": 1, "xanchor": "right"})
        traces += _strip_dots(words, entries, f"x{i + 2}", ends)
    if strips:
        narrow["annotations"] = few
        for changes, (width, between) in ((x_axis, _WIDE), (narrow, _NARROW)):
            key = "domain" if changes is x_axis else "xaxis.domain"
            changes[key] = [0, _strip(0, len(strips), width, between)[0] - between]
    names = [*_names(words, strips)]
    if words.lines:
        low, high = (10**end if trade.is_log else end for end in x_axis["range"])
        names.append(theme.level_names(words.lines, (low, high)))
    y_ticks = theme.ticks(*ends)
    if trade.is_merit_log:
        y_ticks = {"type": "log", **_powers(ends, _MOST_TICKS, short)}
    return theme.figure(
        traces,
        _HEIGHT,
        narrow=_narrow_axis(words, x_axis) | narrow,
        meta={"names": names},
        xaxis=theme.axis(words.axis(), zeroline=False, showgrid=False, automargin=False, **x_axis),
        yaxis=theme.axis(zeroline=False, range=ends, **y_ticks),
        annotations=notes,
        shapes=shapes,
        showlegend=True,
        margin=_MARGIN,
        **axes,
    )


def _height(words: TradeWords, merit: float) -> float:
    """Return where a value of the statistic stands on its axis."""
    return math.log10(merit) if words.trade.is_merit_log else merit


def _ends(words: TradeWords, least: float, greatest: float) -> list[float]:
    """Return the ends of the axis of scores, with room for the name of the best."""
    low, high = _height(words, least), _height(words, greatest)
    low_is_best = words.trade.lower_is_better
    span = high - low or abs(high) or 1.0
    has_origin = 0 <= low <= _FAR * high and not words.trade.is_merit_log
    below = _ROOM_FOR_NAMES if low_is_best else _ROOM
    above = _ROOM if low_is_best else _ROOM_FOR_NAMES
    start = low - below * span
    if has_origin and (not low_is_best or start < 0):
        start = 0.0
    return [round(start, 9), round(high + above * (high - start or span), 9)]


def _strip(i: int, n: int, width: float, between: float) -> list[float]:
    """Return where the i-th of n strips stands."""
    start = 1 - (n - i) * width - (n - i - 1) * between
    return [round(start, 4), round(start + width, 4)]


def _value_axis(words: TradeWords) -> dict[str, Any]:
    """Return the axis of values, with room for names on its better side."""
    trade = words.trade
    place = math.log10 if trade.is_log else float
    values = trade.values.values()
    low, high = place(min(values)), place(max(values))
    better, worse = (_ROOM_FOR_NAMES * (high - low), _BESIDE * (high - low))
    if trade.axis.more_is_better:
        better, worse = worse, better
    first, last = round(low - better, 6), round(high + worse, 6)
    ends = {"range": [first, last]}
    if words.way == "date":
        return {**ends, **theme.date_ticks(low, high, _MOST_DATES)}
    if trade.is_log:
        return {"type": "log", **ends, **_powers((first, last), _MOST_TICKS, words.tick)}
    marks = theme.ticks(low, high)["tickvals"]
    return {**ends, "tickvals": marks, "ticktext": [words.tick(mark) for mark in marks]}


def _powers(ends: Sequence[float], most: int, write: Callable[[float], str]) -> dict[str, Any]:
    """Return ticks between two powers of ten: 1, 2 and 5 of each decade, or fewer."""
    choices = [(digits, most) for digits in ((1, 2, 5), (1, 3), (1,))]
    marks = log_ticks(10 ** ends[0], 10 ** ends[1], choices, most)
    return {"tickvals": marks, "ticktext": [write(mark) for mark in marks]}


def _narrow_axis(words: TradeWords, x_axis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the axis of values on a phone: without room for names, and with fewer ticks."""
    low, high = x_axis["range"]
    room = (_ROOM_FOR_NAMES - _BESIDE) * (high - low) / (1 + _ROOM_FOR_NAMES + _BESIDE)
    ends = [low, high - room] if words.trade.axis.more_is_better else [low + room, high]
    few = {key: x_axis[key][::2] for key in ("tickvals", "ticktext")}
    if words.trade.is_log:
        few = _powers(ends, _FEWEST_TICKS, words.tick)
    if words.way == "date":
        few = theme.date_ticks(ends[0], ends[1], _FEWEST_DATES)
    return {"xaxis.range": ends, **{f"xaxis.{key}": value for key, value in few.items()}}


# --- marks --------------------------------------------------------------------------------------


def _stairs(
    words: TradeWords, width: Sequence[float], ends: Sequence[float]
) -> Iterator[theme.Trace]:
    """Yield the ground below the frontier, and its stairs to the worst value."""
    trade = words.trade
    xs = [trade.values[e] for e in trade.frontier]
    ys = [trade.merits[e] for e in trade.frontier]
    far = width[0] if trade.axis.more_is_better else width[1]
    xs.append(10**far if trade.is_log else far)
    ys.append(ys[-1])
    worst = ends[1] if trade.lower_is_better else ends[0]
    worst = 10**worst if trade.is_merit_log else worst
    ground = {"color": theme.COLOURS["sunk"], "width": 0, "shape": "hv"}
    fill = {"fill": "toself", "fillcolor": theme.COLOURS["sunk"]}
    yield theme.line([xs[0], *xs, xs[-1], xs[0]], [worst, *ys, worst, worst], ground) | fill
    line = {"color": theme.ACCENT, "width": 2, "shape": "hv"}
    name = words.text(f"line.{words.way}", measure=words.label)
    yield theme.line(xs, ys, line) | {"name": name, "showlegend": True}


_ON = {"size": 12, "color": theme.ACCENT}
_MAY_BE_ON = {"size": 8, "color": theme.ACCENT}
_OFF = {"size": 8, "color": theme.NEUTRAL}


def _dots(
    words: TradeWords, x_axis: Mapping[str, Any], ends: Sequence[float]
) -> Iterator[theme.Trace]:
    """Yield the marks of the entries, the frontier last, so that it lies above the others."""
    trade = words.trade
    on, possible = {*trade.frontier}, {*trade.possible}
    others = [e for e in trade.values if e not in on and e not in possible]
    low, high = x_axis["range"]

    def place(entry: str) -> tuple[float, float]:
        value, height = trade.values[entry], _height(words, trade.merits[entry])
        at = math.log10(value) if trade.is_log else value
        return (at - low) / (high - low), (height - ends[0]) / (ends[1] - ends[0])

    for entries, look, name in (
        (others, _OFF, words.text("legend.other")),
        (list(trade.possible), _MAY_BE_ON, words.text("legend.possible")),
        (list(trade.frontier), _ON, ""),
    ):
        seen = _thinned(words, entries, place)
        yield from _marks(words, seen, look, name, trade.values)


def _marks(
    words: TradeWords,
    seen: Sequence[tuple[str, str]],
    look: Mapping[str, Any],
    name: str,
    xs: Mapping[str, float],
    **more: object,
) -> Iterator[theme.Trace]:
    """Yield a trace of marks, or two where a facet is yes or no: hollow for yes."""
    facet = _yes_or_no(words)
    models = words.results.catalog.models
    hollow = {e for e, _ in seen if facet is not None and models[e].facet(facet[0]) == "yes"}
    for is_yes in (False, True):
        mine = [(e, text) for e, text in seen if (e in hollow) == is_yes]
        if not mine:
            continue
        marker = {**look, "line": {"color": theme.PAPER, "width": 1}, "opacity": 1}
        if is_yes:
            marker |= {"color": theme.PAPER, "line": {"color": look["color"], "width": 2}}
        ys = [words.trade.merits[e] for e, _ in mine]
        texts = [text for _, text in mine]
        dots = theme.markers([xs[e] for e, _ in mine], ys, marker, texts, cliponaxis=False)
        label = name
        if facet is not None and look is _OFF and name:
            label = words.text("legend.yes" if is_yes else "legend.no", facet=facet[1])
        elif is_yes:
            label = ""
        legend = {"name": theme.plain(label)} if label else {"showlegend": False}
        yield {**dots, **legend, **more}


def _yes_or_no(words: TradeWords) -> tuple[str, str] | None:
    """Return the first facet of which entries have yes or no, with its label."""
    models = words.results.catalog.models
    for facet in words.results.catalog.facets:
        if {models[e].facet(facet.id) for e in words.trade.merits} - {None} == {"yes", "no"}:
            return facet.id, facet.label
    return None


def _thinned(words: TradeWords, entries: Sequence[str], place: _Place) -> list[tuple[str, str]]:
    """Return the entries to draw with what they say: of very many, the best of each cell."""
    if len(entries) <= _MOST_DOTS:
        return [(e, words.hover(e)) for e in entries]
    cells: dict[tuple[int, int], list[str]] = {}
    for entry in entries:
        x, y = place(entry)
        cells.setdefault((round(x * _COLUMNS), round(y * _ROWS)), []).append(entry)
    seen = []
    for found in cells.values():
        best, n = max(found, key=lambda e: words.trade.gain(e, 0.0)), len(found) - 1
        text = words.hover(best)
        seen.append((best, words.text("more_here", n, text=text) if n else text))
    return seen


def _strip_dots(
    words: TradeWords, entries: Sequence[str], axis: str, ends: Sequence[float]
) -> Iterator[theme.Trace]:
    """Yield the marks of a strip, beside each other where they would touch."""
    merits, span = words.trade.merits, ends[1] - ends[0]
    heights = {e: (_height(words, merits[e]) - ends[0]) / span for e in entries}
    order = sorted(entries, key=lambda e: -merits[e])
    last, xs = [math.inf] * _LANES, dict[str, float]()
    for entry in order:
        y = heights[entry]
        lane = next((i for i, above in enumerate(last) if above - y >= _DOT), None)
        if lane is None:
            lane = last.index(max(last))
        last[lane], xs[entry] = y, 0.05 + _LANE * lane

    def place(entry: str) -> tuple[float, float]:
        return xs[entry], heights[entry]

    seen = _thinned(words, order, place)
    yield from _marks(words, seen, _OFF, "", xs, xaxis=axis)


# --- names --------------------------------------------------------------------------------------


def _names(
    words: TradeWords, strips: Sequence[tuple[Sequence[str], str]]
) -> Iterator[dict[str, Any]]:
    """Yield what the script `chart-names.js` writes beside the marks.

    That is the frontier from its best entry on, with the numbers that the table gives it, towards
    the corner where better is; then the best of each strip.
    """
    trade, models = words.trade, words.labels.models

    def named(entry: str, detail: str) -> list[str]:
        name = theme.shortened(models[entry], theme.LONGEST_NAME)
        return [theme.plain(name), theme.plain(detail)]

    both = " \N{MIDDLE DOT} ".join
    details = {e: both((words.score_of(e), words.value_of(e))) for e in trade.frontier}
    marks = [
        [trade.values[e], trade.merits[e], *named(e, details[e]), str(n), True]
        for n, e in enumerate(trade.frontier, 1)
    ]
    colours = {"color": theme.INK, "detailcolor": theme.SOFT, "linecolor": theme.ACCENT}
    corner = [1 if trade.axis.more_is_better else -1, 1 if trade.lower_is_better else -1]
    first = {"corner": corner, "lines": 2, "hint": words.corner()}
    yield {"marks": marks[::-1], **colours, **first}
    for i, (entries, _) in enumerate(strips, 2):
        best = sorted(entries, key=lambda e: -trade.gain(e, 0.0))[:_BEST_APART]
        apart = [[0, trade.merits[e], *named(e, words.score_of(e))] for e in best]
        yield {"marks": apart, **colours, "strip": i}
