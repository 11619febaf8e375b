"""Describe the small charts in link previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from site_builder.charts import theme
from site_builder.charts.analysis import LIFTS, column_label, column_phrase, link_in_words
from site_builder.charts.serving import latency_names
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.formatting import NumberFormat, counted, money, rounded, seconds
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Dumbbell, Item, Tone

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


class Axis(Record):
    """A linear scale between two values."""

    low: float
    high: float

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

    def share(self, value: float) -> float:
        """Return the position of a value, 0 at the low end and 1 at the high end."""
        return round((value - self.low) / (self.high - self.low), 4)

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
        (labels.tasks[task], lift)
        for task in labels.side_by_side
        if (lift := results.task(task).best_lift_over_baseline) is not None
    ]
    lifts.sort(key=lambda item: -item[1])
    shown, is_cut = _ends(lifts, _N_FIRST_TASKS)
    ends = ", the three first and the three last tasks" if is_cut else ", by task"
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}{ends}"
    return _bars(shown, labels.scale.signed, caption, signed=True)


def card_category_lifts(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview the best contender minus the baseline by category, from hard to easy."""
    lifts = [
        (category.category, category.best_lift_over_baseline)
        for category in results.categories
        if category.best_lift_over_baseline is not None and labels.are_side_by_side(category.tasks)
    ]
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}, mean by category"
    return _bars(lifts[:_MOST_ROWS], labels.scale.signed, caption, signed=True)


def card_correlations(results: Results, labels: Labels) -> PreviewCard | None:
    """Preview the rank correlation of each feature with lift, the strongest first."""
    found = results.correlations
    if found is None:
        return None
    for lift in LIFTS:
        pairs = ((feature, found.pairs[feature, lift].spearman) for feature in found.features)
        defined = [(feature, rho) for feature, rho in pairs if rho is not None]
        if defined:
            defined.sort(key=lambda item: -abs(item[1]))
            named = [(column_label(name, labels), rho) for name, rho in defined[:_MOST_ROWS]]
            what = column_phrase(lift, labels)
            caption = f"Spearman's rank correlation with {what}, over tasks"
            first, rho = defined[0]
            words = link_in_words(found.pairs[first, lift], first, lift, labels)
            chart = _bars(named, _RHO.signed, caption, signed=True)
            return PreviewCard(f"{words} (Spearman {_RHO.score(rho)}).", chart)
    return None


def card_latency(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview the median time to first token, the fastest first."""
    rows = results.serving.latency
    named = zip(latency_names(rows, labels), rows, strict=True)
    times = [(name, row.median_s) for name, row in named if row.median_s is not None]
    return _bars(times[:_MOST_ROWS], seconds, "Seconds to the first token, the median request")


def card_prices(results: Results, labels: Labels) -> PreviewChart | None:
    """Preview list prices, the cheapest first."""
    prices = [
        (labels.served(price.provider, price.model), price.million_usd)
        for price in results.serving.prices
        if price.million_usd is not None
    ]
    caption = "US dollars per million tokens, half input and half output"
    return _bars(prices[:_MOST_ROWS], money, caption)


def _bars(
    named: Sequence[tuple[str, float]],
    write: Callable[[float], str],
    caption: str,
    *,
    signed: bool = False,
) -> PreviewChart | None:
    """Draw bars from zero; only signed values are coloured by gain and loss."""
    if not named:
        return None
    axis = Axis.from_zero(value for _, value in named)
    rows = tuple(
        CardRow(name, write(value), axis.bar(value), _tone(value) if signed else "")
        for name, value in named
    )
    return PreviewChart(rows, axis.ticks(signed=signed), caption)


def _tone(difference: float | None) -> Tone:
    return "" if not difference else "gain" if difference > 0 else "loss"


def _ends(items: Sequence[Item], n_first: int) -> tuple[Sequence[Item], bool]:
    """Return the items to draw, taken from both ends, and whether any are left out."""
    if len(items) <= _MOST_ROWS:
        return items, False
    return [*items[:n_first], *items[n_first - _MOST_ROWS :]], True


# --- dumbbells ----------------------------------------------------------------------------------

_N_GAINS = 4


class _Run(Record):
    """The scores of a row before and after tuning, and the baseline's."""

    name: str
    before: float | None
    after: float | None
    reference: float | None = None
    interval: tuple[float, float] | None = None
    text: str = ""
    tone: Tone = ""


def card_board(boards: Mapping[str, Board], labels: Labels) -> PreviewChart | None:
    """Preview the top of a board: dumbbells with the baseline's line, or win rates."""
    board = boards[labels.roles.primary]
    top = board.ranked[:_MOST_ROWS]
    if not top:
        return None
    if board.rules.rank_by != "mean":
        return _win_rates(board, top, labels)

    def average(variant: str | None, model: str | None) -> float | None:
        if variant is None or model is None:
            return None
        return boards[variant].standing(model).average

    runs = [
        _Run(
            name=labels.models[standing.model],
            before=average(labels.roles.base, standing.model) if labels.lifted else None,
            after=standing.average,
            interval=standing.interval,
            text=labels.scale.score(standing.average),
        )
        for standing in top
    ]
    reference = average(labels.roles.baseline_variant, labels.roles.baseline)
    interval = ", 95\N{NO-BREAK SPACE}% interval" if any(run.interval for run in runs) else ""
    caption = f"Mean score over {counted(len(board.tasks), 'task')}{interval}"
    return _dumbbells(runs, labels.scale, f"{caption}{_circles(runs, labels)}", reference, labels)


def _win_rates(board: Board, top: Sequence[Standing], labels: Labels) -> PreviewChart:
    axis = Axis(0.0, 1.0)
    rows = tuple(
        CardRow(labels.models[s.model], rounded(s.win_rate, 3), axis.bar(s.win_rate))
        for s in top
        if s.win_rate is not None
    )
    over = counted(len(board.tasks), "task")
    return PreviewChart(rows, axis.ticks(), f"Mean win rate over {over}: share of rivals beaten")


def card_model(results: Results, labels: Labels, model: str) -> PreviewChart | None:
    """Preview a model's largest and smallest lifts by task; without lifts, its best tasks."""
    scores = results.scores.of_model(model)
    runs = [
        _task_run(results, labels, task, scores[task])
        for task in labels.side_by_side
        if task in scores
    ]
    lifted = [(lift, run) for lift, run in runs if lift is not None]
    lifted.sort(key=lambda item: -item[0])
    if lifted:
        ends, is_cut = _ends(lifted, _N_GAINS)
        shown = [run for _, run in ends]
        caption = f"{'Largest and smallest lift' if is_cut else 'Lift'} over {labels.base} by task"
    elif runs:
        direction = float(results.scores.direction[0])
        best = sorted(
            (run for _, run in runs),
            key=lambda run: -direction * (run.after or run.before or 0.0),
        )
        shown = best[:_MOST_ROWS]
        caption = "Score by task, the best ones" if len(runs) > _MOST_ROWS else "Score by task"
    else:
        return None
    tick = f"; tick: {labels.baseline}" if any(r.reference is not None for r in shown) else ""
    return _dumbbells(shown, labels.scale, f"{caption}{_circles(shown, labels)}{tick}")


def _task_run(
    results: Results, labels: Labels, task: str, found: Mapping[str, Score]
) -> tuple[float | None, _Run]:
    """Return a model's lift on a task, if it has one, and its row."""
    scale = labels.scales[task]
    before, after = _before_after(labels, found)
    model = next(iter(found.values())).model
    lift = None if after is None else after.lift_over_base
    run = _Run(
        name=labels.tasks[task],
        before=None if before is None else before.score,
        after=None if after is None else after.score,
        reference=None if model == labels.roles.baseline else results.task(task).baseline_score,
        text=_score_text(scale, before, after) if lift is None else scale.signed(lift),
        tone=_tone(lift),
    )
    return lift, run


def card_task(results: Results, labels: Labels, task: str) -> PreviewChart | None:
    """Preview the top of a task's ranking, before and after, with the baseline's line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    models = result.models[:_MOST_ROWS]
    if not models:
        return None
    scale, found = labels.scales[task], results.scores.of_task(task, models)
    runs = [_model_run(labels, scale, model, found[model]) for model in models]
    unit = f"{fact.metric or 'Score'}{'' if fact.higher_is_better else ', lower is better'}"
    caption = f"{unit[:1].upper()}{unit[1:]}{_circles(runs, labels)}"
    return _dumbbells(runs, scale, caption, result.baseline_score, labels)


def _model_run(labels: Labels, scale: NumberFormat, model: str, found: Mapping[str, Score]) -> _Run:
    before, after = _before_after(labels, found)
    return _Run(
        name=labels.models[model],
        before=None if before is None else before.score,
        after=None if after is None else after.score,
        text=_score_text(scale, before, after),
    )


def _score_text(scale: NumberFormat, before: Score | None, after: Score | None) -> str:
    """Return the score after tuning, or else the one before."""
    found = after or before
    return scale.score(None if found is None else found.score)


def _before_after(labels: Labels, found: Mapping[str, Score]) -> tuple[Score | None, Score | None]:
    """Return the scores before and after tuning; a single variant counts as after."""
    after = next((found[v] for v in labels.roles.contest if v in found), None)
    base = labels.roles.base
    return (found.get(base) if base is not None and labels.roles.tuned else None), after


def _circles(runs: Sequence[_Run], labels: Labels) -> str:
    if all(run.before is None for run in runs):
        return ""
    full = f", full: {labels.tuned}" if any(run.after is not None for run in runs) else ""
    return f"; open: {labels.base}{full}"


def _dumbbells(
    runs: Sequence[_Run],
    scale: NumberFormat,
    caption: str,
    reference: float | None = None,
    labels: Labels | None = None,
) -> PreviewChart:
    values = [(run.before, run.after, run.reference, *(run.interval or ())) for run in runs]
    axis = Axis.around(chain((reference,), *values))
    line = None
    if reference is not None and labels is not None:
        line = AxisLabel(axis.share(reference), f"{labels.baseline} {scale.score(reference)}")
    rows = tuple(CardRow(run.name, run.text, _dumbbell(axis, run), run.tone) for run in runs)
    return PreviewChart(rows, axis.ticks(), caption, line)


def _dumbbell(axis: Axis, run: _Run) -> Dumbbell:
    def place(value: float | None) -> float | None:
        return None if value is None else axis.share(value)

    low, high = map(place, run.interval or (None, None))
    return Dumbbell(place(run.before), place(run.after), place(run.reference), low, high)
