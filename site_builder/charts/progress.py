"""Chart a board over time: its record as stairs, and that of a part of its entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import product
from string import ascii_lowercase
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import model_cell, number_cell, number_field
from site_builder.charts.chart import Chart
from site_builder.charts.forms import Lines, board_lines, duration, lines_caption, room_around
from site_builder.compute.progress import Dated, FacetRecord, Lag, Progress, RecordStep
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, day, sentence
from site_builder.labels import Labels
from site_builder.records import CachingRecord, Record, replace
from site_builder.table_model import MOST_LISTED, Cell, Column, Field, Table, Tag, table_of

_HEIGHT = 440
# Room around the plot in px; of the left, for a letter of a tick.
_MARGIN, _LETTER = {"r": 16, "t": 28, "b": 36}, 7.5
_DOT, _MARK = 7, 10
_NOTHING = "", "", "", ""  # chosen
_FAINT = 0.4


class Overlay(Record):
    """What changes in the chart and beside it when a value of a facet is chosen.

    Attributes:
        key: Its name in the address; empty for all entries.
        of: The key of the value whose record is drawn; empty for none.
        facet, value: What is chosen, in words.
        name: What its line is; empty where there is none.
        table: The record of the entries with this value; None for all entries.
        figure: The line and the marks in `data`, `shapes`, `names`, and the `places` of the dots
            that are in the accent.
    """

    key: str
    of: str
    facet: str
    value: str
    title: str
    caption: str
    name: str
    table: Table | None
    figure: dict[str, Any]

    @property
    def reading(self) -> str:
        """Both texts, for people who cannot see the chart."""
        return f"{self.title}. {self.caption}"


class ProgressChart(Record):
    """A board over time by one kind of date.

    Attributes:
        label: Which date it is.
        chart: As it opens.
        record: The table of the record.
        overlays: What may be chosen; the first is what the chart opens with.
    """

    id: str
    label: str
    chart: Chart
    record: Table
    overlays: tuple[Overlay, ...]

    @property
    def groups(self) -> dict[str, list[Overlay]]:
        """What may be chosen, by facet."""
        found: dict[str, list[Overlay]] = {}
        for overlay in self.overlays[1:]:
            found.setdefault(overlay.facet, []).append(overlay)
        return found

    @property
    def colours(self) -> tuple[str, str]:
        """The colours of the dots: of other entries, and of those of a value."""
        return theme.NEUTRAL, theme.ACCENT

    @property
    def published(self) -> list[dict[str, Any]]:
        """What the script needs of each."""
        names = ("key", "of", "title", "reading", "caption", "name")
        return [{**{n: getattr(o, n) for n in names}, **o.figure} for o in self.overlays]


class _View(CachingRecord):
    """What is drawn.

    Attributes:
        sign: -1 where lower is better, else 1.
        scored: What ranks the board, as a sentence.
        head: The same as the head of a column.
        lines: The baseline and the references.
    """

    progress: Progress
    labels: Labels
    scale: NumberFormat
    sign: int
    scored: str
    head: str
    lines: Lines

    def text(self, message: str, n: int | None = None, /, **values: object) -> str:
        """Return a text of this chart."""
        return self.labels.say(f"progress.{message}", n, **values)

    def of_part(self, part: FacetRecord, message: str, **values: object) -> str:
        """Return a text on the entries with a value of a facet."""
        facet = self.labels.say.in_sentence(part.facet.label)
        return self.text(message, None, facet=facet, value=self.value(part), **values)

    def value(self, part: FacetRecord) -> str:
        """Return what the value of a part is called."""
        return self.labels.facet_text(part.facet.id, part.value)

    def name(self, entry: Dated) -> str:
        """Return the name of an entry."""
        return self.labels.models[entry.model]

    def keys(self, steps: Sequence[RecordStep]) -> dict[str, str]:
        """Return what stands for each entry where its name has no room, by entry.

        That is `1`, `2` and so on for the record of all, and else `a`, ..., `z`, `aa`.
        """
        keys = {step.entry.model: str(i + 1) for i, step in enumerate(self.progress.record)}
        others = [step.entry.model for step in steps if step.entry.model not in keys]
        letters = ("".join(key) for n in (1, 2, 3) for key in product(ascii_lowercase, repeat=n))
        return keys | dict(zip(others, letters, strict=False))

    def is_record(self, step: RecordStep) -> bool:
        """Return whether an entry has held the record of all."""
        return any(step.entry == other.entry for other in self.progress.record)

    def word(self, part: FacetRecord, yes: str, no: str, other: str) -> str:
        """Return the message for a value: one of those of a facet that says yes or no, or other."""
        return {"yes": yes, "no": no}.get(part.value.lower(), other)


def chart_progress(progress: Progress, results: Results, labels: Labels) -> ProgressChart:
    """Draw a board over time, with what may be chosen."""
    board, is_low = results.board, results.is_low_best(results.board)
    rule = labels.merit_label(board).partition(" (")[0]
    view = _View(
        progress=progress,
        labels=labels,
        scale=labels.merit_scale(board),
        sign=-1 if is_low else 1,
        scored=labels.ranked_by(board, is_low=is_low),
        head=labels.say("column.score") if board.by_average else sentence(rule),
        lines=board_lines(board, labels),
    )
    record = _table(view, progress.record, f"record-{progress.kind}", view.text("table"))
    parts = [_overlay(view, part, n) for n, part in enumerate(progress.by_facet, 1)]
    if progress.opening is None:
        none = {"data": _stairs(view, (), theme.ACCENT), "shapes": [], "names": []}
        first = Overlay(*_NOTHING, _title(view, None), _caption(view, (), None), "", None, none)
    else:
        first = replace(parts[progress.by_facet.index(progress.opening)], key="", table=None)
    chart = Chart(
        id=f"progress-{progress.kind}",
        title=first.title,
        reading=first.reading,
        caption=first.caption,
        drawing=_draw(view, first),
        table=None,
        terms="progress",
        table_id=record.id,
    )
    label = view.text(f"kind.{progress.kind}")
    return ProgressChart(progress.kind, label, chart, record, (first, *parts))


# --- texts --------------------------------------------------------------------------------------


def _title(view: _View, part: FacetRecord | None) -> str:
    """Return how far the part that is behind is behind, or who holds the record."""
    holder = (part.record if part else view.progress.record)[-1].entry
    values = {"name": view.name(holder), "date": day(holder.date)}
    if part is None:
        return view.text("title.holder", None, **values)
    behind = next((p for p in view.progress.by_facet if p.facet == part.facet and p.lag), None)
    if behind is None or behind.lag is None:
        which = view.word(part, "holder_yes", "holder_no", "holder_of")
        return view.of_part(part, f"title.{which}", **values)
    words = behind.facet.label
    yes = "lag_yes_many" if words.endswith("s") and not words.endswith("ss") else "lag_yes"
    which = view.word(behind, yes, "lag_no", "lag_of")
    score = view.scale.score(view.progress.record[-1].entry.value)
    time = duration(view.labels, behind.lag.days)
    return view.of_part(behind, f"title.{which}", score=score, time=time)


def _caption(view: _View, steps: Sequence[RecordStep], lag: Lag | None) -> str:
    """Return which date it is, what the marks mean, and what is left out."""
    progress, newest, lagging = view.progress, view.progress.entries[-1].date, ""
    if lag is not None:
        passed, reached = (f"{view.name(e)} ({day(e.date)})" for e in (lag.passed, lag.reached))
        lagging = view.text("caption_lag", lag.days, passed=passed, reached=reached)
    is_close = any(step.too_close for step in (*progress.record, *steps))
    is_rough = any(len(entry.date) < len("2025-08-23") for entry in progress.entries)
    said = (
        view.scored,
        view.text(f"by.{progress.kind}", newest=day(newest)),
        lagging,
        view.text("caption_close") if is_close else "",
        view.text("caption_months") if is_rough else "",
        view.text("undated", progress.undated) if progress.undated else "",
        view.text("hidden", progress.hidden) if progress.hidden else "",
        lines_caption(view.labels, view.lines),
    )
    return " ".join(filter(None, said))


# --- what may be chosen -------------------------------------------------------------------------


def _overlay(view: _View, part: FacetRecord, place: int) -> Overlay:
    """Return what is drawn and said for a value of a facet."""
    name = view.of_part(part, view.word(part, "record_yes", "record_no", "record_of"))
    table_id = f"record-{view.progress.kind}-{place}"
    key = f"{part.facet.id}:{part.value}"
    return Overlay(
        key=key,
        of=key,
        facet=part.facet.label,
        value=view.value(part),
        title=_title(view, part),
        caption=_caption(view, part.record, part.lag),
        name=name,
        table=_table(view, part.record, table_id, sentence(name)),
        figure=_part_figure(view, part),
    )


def _part_figure(view: _View, part: FacetRecord) -> dict[str, Any]:
    names, shapes = list[dict[str, Any]](), list[dict[str, Any]]()
    if part.lag is not None:
        (x0, x1), level = (part.lag.passed.day, part.lag.reached.day), part.lag.reached.value
        line = {"color": theme.SOFT, "width": 1, "dash": "dash"}
        shapes.append({"type": "line", "x0": x0, "x1": x1, "y0": level, "y1": level, "line": line})
        mark = [x0, level, "", view.text("lag_line", part.lag.days)]
        names.append({"marks": [mark], "color": theme.SOFT, "detailcolor": theme.SOFT, "to": x1})
    others = [step for step in part.record if not view.is_record(step)]
    if others:
        below = [1, view.sign]  # right of the rise to a mark, where the record of all is not
        names.append(_names(view, others, theme.ACCENT, below))
    return {
        "data": _stairs(view, part.record, theme.ACCENT),
        "shapes": shapes,
        "names": names,
        "places": list(part.places),
    }


# --- drawing ------------------------------------------------------------------------------------


def _draw(view: _View, first: Overlay) -> theme.Drawing:
    """Draw all entries as dots, the record as stairs, and what the chart opens with."""
    entries, places = view.progress.entries, {*first.figure.get("places", ())}
    values = [entry.value for entry in entries]
    begin, end = _ends(view.progress)
    levels = [*values, *(level for level, *_ in view.lines)]
    heights = room_around(min(levels), max(levels))
    dots = {
        "size": _DOT,
        "opacity": _FAINT,
        "color": [theme.ACCENT if i in places else theme.NEUTRAL for i in range(len(entries))],
    }
    xs, hovers = [entry.day for entry in entries], [_hover(view, entry) for entry in entries]
    marks = theme.markers(xs, values, dots, hovers, cliponaxis=False)
    y_ticks = theme.ticks(*heights)
    left = round(max(map(len, y_ticks["ticktext"])) * _LETTER) + 12
    ticks, few = theme.date_ticks(begin, end, 10), theme.date_ticks(begin, end, 4)
    line, record = _stairs(view, view.progress.record, theme.INK)
    part_line, part_marks = first.figure["data"]
    own = _names(view, view.progress.record, theme.INK, [-1, -view.sign])
    of_lines = theme.level_names(view.lines, (begin, end))
    return theme.figure(
        [marks, line, part_line, record, part_marks],
        _HEIGHT,
        narrow={f"xaxis.{key}": value for key, value in few.items()},
        meta={"names": [own, of_lines, *first.figure["names"]]},
        xaxis={"range": [begin, end], **ticks, **theme.BARE, "automargin": False},
        yaxis={"range": heights, **y_ticks, "zeroline": False, "automargin": False},
        shapes=[*theme.level_lines(view.lines), *first.figure["shapes"]],
        margin={**_MARGIN, "l": left},
    )


def _ends(progress: Progress) -> tuple[float, float]:
    """Return the ends of the axis of days, with room for marks at both."""
    first, last = progress.entries[0].day, progress.entries[-1].day
    room = 0.03 * (last - first)
    return round(first - room, 1), round(last + room, 1)


def _stairs(view: _View, steps: Sequence[RecordStep], colour: str) -> list[theme.Trace]:
    """Return the line of a record, to the end of the plot, and its marks."""
    xs, ys = [step.entry.day for step in steps], [step.entry.value for step in steps]
    style = {"color": colour, "width": 2, "shape": "hv"}
    end = [_ends(view.progress)[1]] if steps else []
    line = theme.line([*xs, *end], [*ys, *ys[-1:]], style)
    is_part = colour == theme.ACCENT  # the marks of the record itself are there once
    marker = {
        "size": [0 if is_part and view.is_record(step) else _MARK for step in steps],
        "color": [theme.PAPER if step.too_close else colour for step in steps],
        "line": {"color": colour, "width": 2},
        "opacity": 1,
    }
    hovers = [_hover(view, step.entry, step) for step in steps]
    return [line, theme.markers(xs, ys, marker, hovers, cliponaxis=False)]


def _hover(view: _View, entry: Dated, step: RecordStep | None = None) -> str:
    score, date_text = view.scale.score(entry.value), day(entry.date)
    said = view.text("point", name=view.name(entry), score=score, date=date_text)
    return f"{said}, {view.text('close')}" if step and step.too_close else said


def _names(
    view: _View, steps: Sequence[RecordStep], colour: str, corner: Sequence[int]
) -> dict[str, Any]:
    """Return the names of the marks of a record, the newest first, for `chart-names.js`.

    `corner` is where they stand first: right of a mark (1) or left (-1), below (1) or above (-1).
    """
    keys = view.keys(steps)
    marks = [
        [
            step.entry.day,
            step.entry.value,
            theme.plain(theme.shortened(view.name(step.entry), theme.LONGEST_NAME)),
            view.scale.score(step.entry.value),
            keys[step.entry.model],
            bool(step.too_close),
        ]
        for step in reversed(steps)
    ]
    colours = {"color": colour, "detailcolor": colour, "linecolor": colour}
    return {"marks": marks, **colours, "corner": [*corner]}


# --- tables -------------------------------------------------------------------------------------


def _table(view: _View, steps: Sequence[RecordStep], table_id: str, caption: str) -> Table:
    """Return a record as a table, the newest first."""
    keys = view.keys(steps)

    def is_newest(step: RecordStep) -> bool:
        return step.is_standing and not step.days_held

    def key_cell(step: RecordStep) -> Cell:
        return Cell("", step.entry.day, tags=(Tag("key", keys[step.entry.model]),))

    def name_cell(step: RecordStep) -> Cell:
        close = (Tag("close", view.text("close")),) if step.too_close else ()
        # Date and time of a record are in the quiet line that a phone shows.
        which = "newest" if is_newest(step) else "standing" if step.is_standing else "held"
        note = view.text(f"note.{which}", step.days_held, date=day(step.entry.date))
        return model_cell(view.labels, step.entry.model, note, close)

    def held_cell(step: RecordStep) -> Cell:
        text = view.text("held.days", step.days_held)
        return number_cell(step.days_held, view.text("held.newest") if is_newest(step) else text)

    helps = [view.text(f"column.{key}_help") for key in ("gain", "held")]
    score = Column("score", view.head, "number", is_main=True)
    gain = Column("gain", view.text("column.gain"), "number", helps[0], on_phone=True)
    held = Column("held", view.text("column.held"), "number", helps[1])
    fields: tuple[Field[RecordStep], ...] = (
        Field(Column("key", "#", "text", spoken_label=view.text("column.key")), key_cell),
        Field(
            Column("date", view.text("column.date"), first_order="descending"),
            lambda step: Cell(day(step.entry.date), date.fromordinal(step.entry.day).isoformat()),
        ),
        Field(view.labels.column("model"), name_cell),
        number_field(score, lambda step: step.entry.value, view.scale.score),
        number_field(
            gain,
            lambda step: step.gain,
            lambda value: "" if value is None else view.labels.signed(value, view.scale),
        ),
        Field(held, held_cell),
    )
    return table_of(table_id, caption, fields, steps[::-1][:MOST_LISTED], header=2)
