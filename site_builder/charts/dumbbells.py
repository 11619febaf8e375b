"""Draw dumbbells: in each row, a line from the score before tuning to the scores after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from site_builder.charts import theme
from site_builder.charts.cells import (
    CHANCE,
    FROM_WORSE_THAN_CHANCE,
    lift_cell,
    linked_score_cell,
    model_cell,
    range_text,
    score_cell,
    score_tags,
)
from site_builder.charts.forms import room_around, spans_trace
from site_builder.compute.board import Board
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.compute.significance import Verdict
from site_builder.formatting import NumberFormat, sentence
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Cell, Column, Field, Item, Table, table_of

# --- rows ---------------------------------------------------------------------------------------


class DumbbellEnd(Record):
    """A value after tuning, its lift over the value before, and the reason if it is flagged.

    Attributes:
        verdict: Whether the lift is clear; None if unknown.
        at_chance: Whether it is no better than the score that guessing gives.
        from_worse_than_chance: Whether the value before is worse than that.
    """

    value: float
    lift: float | None = None
    verdict: Verdict | None = None
    interval: tuple[float, float] | None = None
    flag: str | None = None
    at_chance: bool | None = None
    from_worse_than_chance: bool = False


class DumbbellRow(Record):
    """One row: a model or a task.

    Attributes:
        head: The cell with its name.
        after: By variant, the value after tuning, or the only one of a board with one variant.
        reference: Value of the baseline.
        flag: Why the value before is flagged.
        score_of: Model and task, if the values are single scores.
        is_joined: Whether its values can be compared: means are over the same tasks.
        chance: The score that guessing gives.
        before_at_chance: Whether the value before is no better than that.
    """

    head: Cell
    scale: NumberFormat
    before: float | None
    after: Mapping[str, DumbbellEnd]
    reference: float | None = None
    flag: str | None = None
    score_of: tuple[str, str] = ("", "")
    is_joined: bool = True
    chance: float | None = None
    before_at_chance: bool | None = None


def _row(
    results: Results,
    labels: Labels,
    head: Cell,
    score_of: tuple[str, str],
    found: Mapping[str, Score],
) -> DumbbellRow:
    roles, scale = labels.roles, labels.scales[score_of[1]]
    after = {v: _end(results, score) for v in roles.contest if (score := found.get(v))}
    before = found.get(roles.base or "") if roles.tuned else None
    row = DumbbellRow(head, scale, None, after, score_of=score_of)
    if before is None:
        return row
    against = before.at_chance
    return replace(row, before=before.score, flag=before.flag, before_at_chance=against)


def _end(results: Results, score: Score) -> DumbbellEnd:
    return DumbbellEnd(
        score.score,
        score.lift_over_base,
        results.lift_verdict(score.key, "base"),
        score.interval,
        score.flag,
        score.at_chance,
        score.from_worse_than_chance,
    )


def average_rows(
    boards: Mapping[str, Board], labels: Labels, models: Sequence[str], scale: NumberFormat
) -> tuple[list[DumbbellRow], float | None]:
    """Make the rows of average scores, one per model, with intervals if they rank the board.

    The values before, and those of the baseline, are means over the tasks of the value after. Where
    the baseline has one mean beside all rows, it is returned instead.
    """
    roles = labels.roles
    by_average = boards[roles.primary].by_average
    has_same_tasks = len({boards[v].tasks for v in roles.contest}) == 1
    rows, references = [], []
    for model in models:
        standings = {
            v: s
            for v in roles.contest
            if boards[v].average(s := boards[v].entry(model)) is not None
        }
        after = {
            v: DumbbellEnd(
                boards[v].average(s) or 0.0,
                boards[v].figure(s, "lift_over_base"),
                interval=s.interval if by_average else None,
            )
            for v, s in standings.items()
        }
        before = shared(boards[v].figure(s, "base_average") for v, s in standings.items())
        is_whole = all(boards[v].is_complete(s) for v, s in standings.items())
        is_joined = before is not None or (has_same_tasks and is_whole)
        head, reference = model_cell(labels, model), None
        if standings:
            beside = (boards[v].figure(s, "baseline_average") for v, s in standings.items())
            references.append(shared(beside))
            reference = references[-1] if model != roles.baseline else None
        rows.append(DumbbellRow(head, scale, before, after, reference, is_joined=is_joined))
    line = shared(references)
    return rows if line is None else [replace(row, reference=None) for row in rows], line


def shared(values: Iterable[float | None]) -> float | None:
    """Return the value that all of them are; None where they differ."""
    first, *others = {*values} or {None}
    return None if others else first


# --- drawing ------------------------------------------------------------------------------------

_MAX_ROWS, _N_ENDS = 80, 12
# Row number, row, name of the kind of mark, value.
_Mark: TypeAlias = tuple[float, DumbbellRow, str, DumbbellEnd]
_CIRCLE = {"color": theme.ACCENT, "symbol": "circle", "size": 10}
# Filled with the paper, so that rods stop at the ring.
OPEN = {"color": theme.PAPER, "line": {"color": theme.ACCENT, "width": 2}}
_OPEN_CIRCLE = {"symbol": "circle", "size": 8, **OPEN}
_DIAMOND = {"symbol": "diamond", "size": 10, **OPEN}
_CARET = {"color": theme.SOFT, "symbol": "triangle-up", "size": 7}
_FOOT = 0.375  # where carets stand, below the middle of their row


def ends_of(rows: Sequence[Item]) -> Sequence[Item]:
    """Return the rows that a chart draws: all, or those at each end if there are too many."""
    return rows if len(rows) <= _MAX_ROWS else [*rows[:_N_ENDS], *rows[-_N_ENDS:]]


def drawn_of(n_rows: int) -> str:
    """Return the note for a caption; empty if every row is drawn."""
    return f" The {_N_ENDS} at each end of {n_rows:,} are drawn." if n_rows > _MAX_ROWS else ""


def has_chance(rows: Sequence[DumbbellRow]) -> bool:
    """Return whether the chance level of any row is known."""
    return any(row.chance is not None for row in rows)


def has_intervals(rows: Sequence[DumbbellRow]) -> bool:
    """Return whether any row has a band."""
    return any(after.interval for row in rows for after in row.after.values())


def draw_dumbbells(
    rows: Sequence[DumbbellRow],
    labels: Labels,
    unit: str,
    baseline: float | None = None,
    *,
    with_values: bool,
) -> theme.Drawing:
    """Draw rows, the first at the top, with a line through all of them for the baseline.

    Values at the ends make a figure a third larger, so those of long lists go without.
    """
    names = [row.head.text for row in rows]
    marks = _mark_traces(rows, labels)
    line: dict[str, Any] = {}
    if baseline is not None:
        value = rows[0].scale.score(baseline)
        line = theme.reference_line(baseline, labels.baseline, value)
        # Below the values, whose outline keeps them legible on it.
        line["shapes"][0]["layer"] = "below"
    values = _value_traces(rows) if with_values else []
    found = [*_row_values(rows), *([] if baseline is None else [baseline])]
    ends = min(found), max(found)
    around = room_around(*ends)
    return theme.figure(
        [*_band_traces(rows), _rod_trace(rows), *marks, *values],
        theme.rows_height(len(rows)),
        narrow=theme.narrow_rows(names) | theme.narrow_ticks(*around),
        room=theme.room_for_values(*ends, *_value_texts(values)),
        showlegend=len(marks) > 1,
        xaxis=theme.axis(unit, zeroline=False, range=around, **theme.ticks(*around)),
        yaxis=theme.rows_axis(names),
        **line,
    )


_PAD = "\N{NO-BREAK SPACE}" * 2  # between a mark and its value


def _row_values(rows: Sequence[DumbbellRow]) -> Iterator[float]:
    """Yield everything that is drawn of some rows, on the axis."""
    for row in rows:
        yield from (v for v in (row.before, row.reference, row.chance) if v is not None)
        for end in row.after.values():
            yield end.value
            yield from end.interval or ()


def _value_traces(rows: Sequence[DumbbellRow]) -> list[theme.Trace]:
    """Return the scores at both ends of each row, where nothing else is further out."""
    traces = []
    for side, outer in (("right", max), ("left", min)):
        ends = []
        for y, row in enumerate(rows):
            scores = [end.value for end in row.after.values()]
            if row.before is not None:
                scores.append(row.before)
            others = [v for v in (row.reference, row.chance) if v is not None]
            score = outer(scores, default=None)
            # A row of one score has its value on the right.
            is_alone = side == "left" and len({*scores}) < 2
            if score is not None and not is_alone and outer([score, *others]) == score:
                text = row.scale.score(score)
                padded = f"{_PAD}{text}" if side == "right" else f"{text}{_PAD}"
                ends.append((outer(_row_values([row])), y, padded))
        if ends:
            xs, ys, texts = zip(*ends, strict=True)
            traces.append(_text_trace(xs, ys, texts, f"middle {side}"))
    return traces


def _value_texts(traces: Sequence[theme.Trace]) -> list[list[str]]:
    """Return the texts on the left and on the right."""
    return [
        [text for t in traces if t["textposition"].endswith(side) for text in t["text"]]
        for side in ("left", "right")
    ]


def _text_trace(
    xs: Sequence[float], ys: Sequence[int], texts: Sequence[str], place: str
) -> theme.Trace:
    points = {"type": "scatter", "mode": "text", "x": xs, "y": ys, "text": texts}
    style = {"textposition": place, "textfont": theme.SOFT_TEXT, "cliponaxis": False}
    return {**points, **style, "hoverinfo": "skip", "showlegend": False}


def _band_traces(rows: Sequence[DumbbellRow]) -> list[theme.Trace]:
    afters = [(y, after) for y, row in enumerate(rows) for after in row.after.values()]
    spans = [(y, after.interval) for y, after in afters if after.interval]
    if not spans:
        return []
    return [spans_trace(spans, {"color": theme.ACCENT, "width": 9}) | {"opacity": 0.22}]


def _rod_trace(rows: Sequence[DumbbellRow]) -> theme.Trace:
    spans = []
    for y, row in enumerate(rows):
        values = [end.value for end in row.after.values()]
        if row.before is not None:
            values.append(row.before)
        if values and row.is_joined:
            spans.append((y, (min(values), max(values))))
    return spans_trace(spans, {"color": theme.ACCENT, "width": 2})


def _mark_traces(rows: Sequence[DumbbellRow], labels: Labels) -> list[theme.Trace]:
    """Return a trace for each kind of mark: before, after, no better than chance, baseline."""
    base, baseline, variants = labels.base, labels.baseline, labels.variants
    before, after, at_chance = list[_Mark](), list[_Mark](), list[_Mark]()
    reference, chance = list[_Mark](), list[_Mark]()
    for y, row in enumerate(rows):
        if row.before is not None:
            end = DumbbellEnd(row.before, at_chance=row.before_at_chance)
            before.append((y, row, base, end))
        for variant, end in row.after.items():
            marks = after if not end.at_chance else at_chance
            marks.append((y, row, variants[variant], end))
        if row.reference is not None:
            reference.append((y, row, baseline, DumbbellEnd(row.reference)))
        if row.chance is not None:
            chance.append((y + _FOOT, row, "chance level", DumbbellEnd(row.chance)))
    kinds = (
        (variants.get(labels.roles.base or "", ""), before, _OPEN_CIRCLE),
        (sentence(labels.contending) or "Score", after, _CIRCLE),
        ("No better than chance", at_chance, _DIAMOND),
        (baseline, reference, theme.TICK_MARK),
        ("Chance level", chance, _CARET),
    )
    return [
        _mark_trace(labels, name, marks, marker)
        for name, marks, marker in kinds
        if marks or marks is after
    ]


def _mark_trace(
    labels: Labels, name: str, marks: Sequence[_Mark], marker: dict[str, Any]
) -> theme.Trace:
    hovers = []
    for _, row, label, end in marks:
        parts = [f"{row.head.text}: {label} {row.scale.score(end.value)}"]
        if end.interval is not None:
            parts.append(f"interval {row.scale.interval(*end.interval)}")
        if end.lift is not None:
            parts.append(row.scale.signed(end.lift))
            if end.from_worse_than_chance:
                parts[-1] += f" {FROM_WORSE_THAN_CHANCE}"
        tags = score_tags(labels, end.at_chance, end.flag)
        hovers.append(", ".join((*parts, *(tag.text for tag in tags))))
    xs, ys = [end.value for *_, end in marks], [y for y, *_ in marks]
    legend = theme.plain(theme.shortened(name, theme.WIDE_LABEL))
    return theme.markers(xs, ys, marker, hovers, name=legend)


def dumbbell_table(
    table_id: str, caption: str, first: Column, rows: Sequence[DumbbellRow], labels: Labels
) -> Table:
    """Make the table of single scores: before, after and lift of each variant, baseline, chance."""
    lifted = any(row.before is not None for row in rows)
    variants = dict.fromkeys(variant for row in rows for variant in row.after)
    base = labels.roles.base or ""
    fields: list[Field[DumbbellRow]] = [
        Field(first, lambda row: row.head),
        Field(
            Column("before", labels.variants.get(base, ""), "number"),
            partial(_before_cell, labels),
            lifted,
        ),
    ]
    for variant in variants:
        label = labels.variants[variant]
        lift = "Lift" if len(variants) == 1 else f"Lift, {label}"
        fields += [
            Field(
                Column(f"after_{variant}", label, "number"), partial(_after_cell, labels, variant)
            ),
            Field(
                Column(f"lift_{variant}", lift, "number", term="lift"),
                partial(_lift_cell, variant),
                lifted,
            ),
        ]
    reference = Field[DumbbellRow](
        Column("baseline", labels.baseline, "number"),
        partial(_baseline_cell, labels),
        any(row.reference is not None for row in rows),
    )
    chance = Field[DumbbellRow](
        CHANCE, lambda row: score_cell(row.chance, row.scale), has_chance(rows)
    )
    return table_of(table_id, caption, [*fields, reference, chance], rows)


def _before_cell(labels: Labels, row: DumbbellRow) -> Cell:
    key, against = (*row.score_of, labels.roles.base or ""), row.before_at_chance
    return linked_score_cell(labels, key, row.before, "", row.flag, against)


def _after_cell(labels: Labels, variant: str, row: DumbbellRow) -> Cell:
    key, end = (*row.score_of, variant), row.after.get(variant)
    if end is None:
        return linked_score_cell(labels, key, None)
    note = range_text(row.scale, end.interval)
    return linked_score_cell(labels, key, end.value, note, end.flag, end.at_chance)


def _lift_cell(variant: str, row: DumbbellRow) -> Cell:
    end = row.after.get(variant)
    if end is None:
        return lift_cell(None, row.scale)
    below = end.from_worse_than_chance
    return lift_cell(end.lift, row.scale, end.verdict, from_worse_than_chance=below)


def _baseline_cell(labels: Labels, row: DumbbellRow) -> Cell:
    variant = next(iter(row.after), labels.roles.variants[-1])
    return linked_score_cell(labels, labels.baseline_key(row.score_of[1], variant), row.reference)
