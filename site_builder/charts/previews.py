"""Describe the small charts in link previews."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

from site_builder.charts import theme
from site_builder.charts.correlations import column_label, column_phrase, lift_correlations_title
from site_builder.charts.differences import compared_categories, compared_tasks
from site_builder.charts.dumbbells import (
    DumbbellEnd,
    DumbbellRow,
    average_rows,
    has_chance,
    shared,
    task_rows,
    tasks_averaged,
)
from site_builder.charts.serving import latency_names
from site_builder.compute.board import Board, Standing
from site_builder.compute.correlation import LIFTS
from site_builder.compute.results import Results
from site_builder.formatting import NumberFormat, counted, money, seconds, sentence
from site_builder.labels import MERITS, Labels
from site_builder.records import Record
from site_builder.table_model import AxisRange, Dumbbell, Item, Tone

_MOST_ROWS = 6
_MOST_TICKS = 5
_AROUND = 0.04  # room at both ends of an axis, as a share of the values' range
_RHO = NumberFormat(places=2)


# --- parts of a preview -------------------------------------------------------------------------


class BarSpan(Record):
    """A bar; its ends are shares of the axis in 0..1."""

    start: float
    end: float


class CardRow(Record):
    """One row of the chart."""

    name: str
    text: str
    mark: Dumbbell | BarSpan
    tone: Tone = ""


class AxisLabel(Record):
    """A label on the axis, at a share of the axis in 0..1."""

    share: float
    text: str


class PreviewChart(Record):
    """At least one row on an axis, top to bottom; `reference` is a line through all rows."""

    rows: tuple[CardRow, ...]
    ticks: tuple[AxisLabel, ...]
    caption: str
    reference: AxisLabel | None = None


class PreviewCard(Record):
    """The preview picture of a page; the finding is one sentence, also its alternative text."""

    finding: str
    chart: PreviewChart | None


class Axis(AxisRange):
    """A linear scale between two values, with labels."""

    @classmethod
    def around(cls, values: Iterable[float | None]) -> Axis:
        """Make the axis of some values, with room at both ends."""
        known = [value for value in values if value is not None]
        low, high = min(known), max(known)
        room = _AROUND * (high - low) or 0.5 * abs(high) or 0.5
        return cls(low - room, high + room)

    @classmethod
    def from_zero(cls, values: Iterable[float]) -> Axis:
        """Make the axis of bars: it includes zero."""
        known = [0.0, *values]
        return cls(min(known), max(known) if any(known) else 1.0)

    def bar(self, value: float) -> BarSpan:
        """Make a bar from zero."""
        return BarSpan(*sorted((self.share(0.0), self.share(value))))

    def ticks(self, *, signed: bool = False) -> tuple[AxisLabel, ...]:
        """Return labels at round values."""
        found = theme.ticks(self.low, self.high, signed=signed, most=_MOST_TICKS)
        pairs = zip(found["tickvals"], found["ticktext"], strict=True)
        labels = (AxisLabel(self.share(value), text) for value, text in pairs)
        return tuple(label for label in labels if -1e-6 <= label.share <= 1 + 1e-6)


# --- bars ---------------------------------------------------------------------------------------

_N_FIRST_TASKS = 3


def card_task_lifts(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview the best contender minus the baseline on the best and the worst tasks."""
    lifts = [
        (labels.tasks[t.task], t.best_lift_over_baseline or 0.0)
        for t in compared_tasks(results, labels)
    ]
    is_cut = len(lifts) > _MOST_ROWS
    ends = ", the three first and the three last tasks" if is_cut else ", by task"
    caption = f"{sentence(labels.best_difference)}{labels.turning}{ends}"
    tasks = [t.task for t in results.tasks if results.best_verdict(t.task) in ("better", "worse")]
    clear = [labels.tasks[task] for task in tasks]
    return _bars(
        _ends(lifts, _N_FIRST_TASKS), labels.scale.signed, caption, signed=True, clear=clear
    )


def card_category_lifts(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview the best contender minus the baseline by category, lowest first."""
    categories = compared_categories(results, labels)
    lifts = [(c.category, c.best_lift_over_baseline or 0.0) for c in categories]
    caption = f"{sentence(labels.best_difference)}{labels.turning}, mean by category"
    # As in the chart of the page: they are not tested against 0.
    return _bars(lifts, labels.scale.signed, caption, signed=True, clear=())


def card_correlations(results: Results, labels: Labels) -> PreviewCard | None:
    """Preview the rank correlation of each feature with a kind of lift, the strongest first."""
    found = results.correlations
    if found is None:
        return None
    # A kind of lift that the title names, if it names any.
    for lift in (*(lift for _, lift in found.clear), *LIFTS):
        pairs = ((feature, found.pairs[feature, lift].spearman) for feature in found.predictors)
        defined = [
            (feature, rho)
            for feature, rho in pairs
            if rho is not None and not found.pairs[feature, lift].by_construction
        ]
        if defined:
            defined.sort(key=lambda item: -abs(item[1]))
            named = [(column_label(feature, labels), rho) for feature, rho in defined]
            caption = f"Spearman's rank correlation with {column_phrase(lift, labels)}, over tasks"
            clear = [column_label(feature, labels) for feature, of in found.clear if of == lift]
            chart = _bars(named, _RHO.signed, caption, signed=True, clear=clear)
            return PreviewCard(f"{lift_correlations_title(found, labels)}.", chart)
    return None


def card_latency(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview the median time to first token, the fastest first."""
    rows = results.serving.latency
    named = zip(latency_names(rows, labels), rows, strict=True)
    times = [(name, row.median_s) for name, row in named if row.median_s is not None]
    return _bars(times, seconds, "Seconds to the first token, the median request")


def card_prices(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview list prices, the cheapest first."""
    prices = [
        (labels.served(price.provider, price.model), price.million_usd)
        for price in results.serving.prices
        if price.million_usd is not None
    ]
    caption = "US dollars per million tokens, half input and half output"
    return _bars(prices, money, caption)


def _bars(
    named: Sequence[tuple[str, float]],
    write: Callable[[float], str],
    caption: str,
    *,
    signed: bool = False,
    clear: Collection[str] = (),
) -> PreviewChart | None:
    """Draw the first bars from zero; those that are clear are coloured by gain and loss."""
    named = named[:_MOST_ROWS]
    if not named:
        return None
    axis = Axis.from_zero(value for _, value in named)

    def tone(name: str, value: float) -> Tone:
        return "" if name not in clear or not value else "gain" if value > 0 else "loss"

    rows = tuple(
        CardRow(name, write(value), axis.bar(value), tone(name, value)) for name, value in named
    )
    return PreviewChart(rows, axis.ticks(signed=signed), caption)


def _ends(items: list[Item], n_first: int) -> list[Item]:
    """Return the items to draw: all, or the first and the last."""
    if len(items) <= _MOST_ROWS:
        return items
    return [*items[:n_first], *items[n_first - _MOST_ROWS :]]


# --- dumbbells ----------------------------------------------------------------------------------


def card_board(
    boards: Mapping[str, Board], labels: Labels, category: str = ""
) -> PreviewChart | None:
    """Preview the top of a board: dumbbells with the baseline's line, or win rates."""
    scale = labels.category_scales[category] if category else labels.scale
    board = boards[labels.roles.primary]
    top = board.ranked[:_MOST_ROWS]
    return _standings(boards, labels, scale, top, tasks_averaged(board)) if top else None


def card_model(boards: Mapping[str, Board], labels: Labels, model: str) -> PreviewChart | None:
    """Preview one model of a board in the same way; None if it is not ranked."""
    board = boards[labels.roles.primary]
    s = board.standing(model)
    if s.rank is None:
        return None
    is_adjusted = board.rules.rank_by == "additive"
    over = tasks_averaged(board) if is_adjusted else counted(s.scored, "task")
    return _standings(boards, labels, labels.scale, (s,), over)


def _standings(
    boards: Mapping[str, Board],
    labels: Labels,
    scale: NumberFormat,
    top: Sequence[Standing],
    over: str,
) -> PreviewChart:
    """Draw standings of the primary variant; `over` says over which tasks their means are."""
    rank_by = boards[labels.roles.primary].rules.rank_by
    if rank_by != "mean_win_rate":
        rows, baseline = average_rows(boards, labels, [s.model for s in top], scale)
        interval = ", 95\N{NO-BREAK SPACE}% interval" if any(s.interval for s in top) else ""
        caption = f"{sentence(MERITS[rank_by])} over {over}{interval}{_marks(rows, labels)}"
        return _dumbbells(rows, labels, caption, baseline)
    axis = Axis(0.0, 1.0)
    rates = tuple(
        CardRow(labels.models[s.model], labels.rate_scale.score(s.win_rate), axis.bar(s.win_rate))
        for s in top
        if s.win_rate is not None
    )
    return PreviewChart(rates, axis.ticks(), f"Mean win rate over {over}: share of rivals beaten")


def card_task(results: Results, labels: Labels, task: str) -> PreviewChart | None:
    """Preview the best contender of a task, before and after, with the baseline's line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    best = result.best_contender
    if best is None:
        return None
    rows = task_rows(results, labels, task, best.models[:1])
    unit = f"{fact.measured}{'' if fact.higher_is_better else ', lower is better'}"
    interval = ", 95\N{NO-BREAK SPACE}% interval" if _first(rows[0]).interval else ""
    caption = f"{sentence(unit)}{interval}{_marks(rows, labels)}{_chance(rows)}"
    baseline = shared(result.baseline_scores.get(v) for v in labels.roles.contest)
    return _dumbbells(rows, labels, caption, baseline)


def _first(row: DumbbellRow) -> DumbbellEnd:
    """Return the value after tuning in the first variant that has one, or else the one before."""
    return next(iter(row.after.values()), DumbbellEnd(row.before or 0.0))


def _marks(rows: Sequence[DumbbellRow], labels: Labels) -> str:
    """Return what circles and ticks stand for, for a caption."""
    tick = f"; tick: {labels.baseline}" if any(row.reference is not None for row in rows) else ""
    if all(row.before is None for row in rows):
        return tick
    full = f", full: {labels.tuned}" if any(row.after for row in rows) else ""
    return f"; open: {labels.base}{full}{tick}"


def _chance(rows: Sequence[DumbbellRow]) -> str:
    hollow = any(_first(row).at_chance for row in rows if row.after)
    level = "; triangle: chance level" if has_chance(rows) else ""
    return f"{level}{', diamond: no better' if hollow else ''}"


def _dumbbells(
    rows: Sequence[DumbbellRow], labels: Labels, caption: str, baseline: float | None = None
) -> PreviewChart:
    """Draw rows with their intervals."""
    marks = []
    for row in rows:
        first = _first(row)
        low, high = first.interval or (None, None)
        after = first.value if row.after else None
        marks.append((row.before, after, row.reference, low, high, row.chance))
    axis = Axis.around(chain((baseline,), *marks))

    def card(row: DumbbellRow, values: Iterable[float | None]) -> CardRow:
        first = _first(row)
        text = row.scale.score(first.value)
        before, after, reference, low, high, chance = map(axis.place, values)
        at_chance = bool(first.at_chance)
        plot = Dumbbell(before, after, reference, low, high, "", chance, at_chance)
        return CardRow(row.head.text, text, plot)

    line = None
    if baseline is not None:
        text = f"{labels.baseline} {rows[0].scale.score(baseline)}"
        line = AxisLabel(axis.share(baseline), text)
    return PreviewChart(tuple(map(card, rows, marks)), axis.ticks(), caption, line)
