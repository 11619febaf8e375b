"""Describe the small charts of link previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from site_builder.charts import theme
from site_builder.charts.analysis import LIFTS, column_label, column_phrase, link_in_words
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.formatting import NumberFormat, counted, money, rounded, seconds
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Dumbbell, Tone

MOST_TICKS = 5
_AROUND = 0.04


class BarSpan(Record):
    """A bar, from one place to another.

    Attributes:
        start, end: Its ends, as shares of the axis in 0..1.
    """

    start: float
    end: float


class CardRow(Record):
    """One row of the chart.

    Attributes:
        name: What it is of.
        text: Its value, as it is read.
        mark: What is drawn.
        tone: Whether the value tells a gain or a loss.
    """

    name: str
    text: str
    mark: Dumbbell | BarSpan
    tone: Tone = ""


class AxisLabel(Record):
    """A named place on the axis.

    Attributes:
        share: Where it stands, in 0..1.
        text: What is read there.
    """

    share: float
    text: str


class PreviewChart(Record):
    """A few rows on one axis.

    Attributes:
        rows: The rows, top to bottom; at least one.
        ticks: The axis.
        caption: What the values are.
        reference: A line through all rows; None for no line.
    """

    rows: tuple[CardRow, ...]
    ticks: tuple[AxisLabel, ...]
    caption: str
    reference: AxisLabel | None = None


class PreviewCard(Record):
    """The picture that a link to a page is shown with.

    Attributes:
        finding: What the page says, in a sentence; also the text in place of the picture.
        chart: What it is drawn from; None where the board has nothing to draw.
    """

    finding: str
    chart: PreviewChart | None


class Axis(Record):
    """A scale that all that is drawn has room on.

    Attributes:
        low, high: The values at its ends.
    """

    low: float
    high: float

    @classmethod
    def around(cls, values: Iterable[float | None]) -> Axis:
        """The axis of some values, with a little room at both ends."""
        known = [value for value in values if value is not None]
        low, high = min(known), max(known)
        room = _AROUND * (high - low) or 0.5 * abs(high) or 0.5
        return cls(low - room, high + room)

    @classmethod
    def from_zero(cls, values: Iterable[float]) -> Axis:
        """The axis of bars: it begins or ends at zero, or zero lies in it."""
        known = [0.0, *values]
        return cls(min(known), max(known) if any(known) else 1.0)

    def share(self, value: float) -> float:
        """Where a value stands between the ends."""
        return round((value - self.low) / (self.high - self.low), 4)

    def place(self, value: float | None) -> float | None:
        """The same; None for no value."""
        return None if value is None else self.share(value)

    def bar(self, value: float) -> BarSpan:
        """A bar from zero."""
        return BarSpan(*sorted((self.share(0.0), self.share(value))))

    def ticks(self, *, signed: bool = False) -> tuple[AxisLabel, ...]:
        """Round values, written as the site writes numbers."""
        found = theme.ticks(self.low, self.high, signed=signed, most=MOST_TICKS)
        pairs = zip(found["tickvals"], found["ticktext"], strict=True)
        inside = ((self.share(value), text) for value, text in pairs)
        return tuple(AxisLabel(share, text) for share, text in inside if -1e-6 <= share <= 1 + 1e-6)


MOST_BARS = 6
N_FIRST = 3
RHO = NumberFormat(places=2)

Named = tuple[str, float]


def card_task_lifts(results: Results, labels: Labels) -> PreviewChart | None:
    """The best contender minus the baseline, on the tasks where it is furthest ahead and behind."""
    lifts = [
        (labels.tasks[task], lift)
        for task in labels.side_by_side
        if (lift := results.task(task).best_lift_over_baseline) is not None
    ]
    lifts.sort(key=lambda item: -item[1])
    cut = len(lifts) > MOST_BARS
    shown = [*lifts[:N_FIRST], *lifts[N_FIRST - MOST_BARS :]] if cut else lifts
    ends = ", the three first and the three last tasks" if cut else ", by task"
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}{ends}"
    return _bars(shown, labels.scale.signed, caption, signed=True)


def card_category_lifts(results: Results, labels: Labels) -> PreviewChart | None:
    """The same by category, from harder to easier."""
    lifts = [
        (category.category, category.best_lift_over_baseline)
        for category in results.categories
        if category.best_lift_over_baseline is not None and labels.are_side_by_side(category.tasks)
    ]
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}, mean by category"
    return _bars(lifts[:MOST_BARS], labels.scale.signed, caption, signed=True)


def card_correlations(results: Results, labels: Labels) -> PreviewCard | None:
    """Each feature's rank correlation with lift, the strongest first."""
    found = results.correlations
    if found is None:
        return None
    for lift in LIFTS:
        pairs = ((feature, found.pairs[feature, lift].spearman) for feature in found.features)
        defined = [(feature, rho) for feature, rho in pairs if rho is not None]
        if defined:
            defined.sort(key=lambda item: -abs(item[1]))
            named = [(column_label(name, labels), rho) for name, rho in defined[:MOST_BARS]]
            what = column_phrase(lift, labels)
            caption = f"Spearman's rank correlation with {what}, over tasks"
            chart = _bars(named, RHO.signed, caption, signed=True)
            first, rho = defined[0]
            words = link_in_words(found.pairs[first, lift], first, lift, labels)
            return PreviewCard(f"{words} (Spearman {RHO.score(rho)}).", chart)
    return None


def card_latency(results: Results, labels: Labels) -> PreviewChart | None:
    """Median time to first token, the fastest first."""
    rows = results.serving.latency
    one_model = len({row.model for row in rows}) == 1
    times = [
        (row.provider if one_model else labels.served(row.provider, row.model), row.median_s)
        for row in rows
        if row.median_s is not None
    ]
    return _bars(times[:MOST_BARS], seconds, "Seconds to the first token, the median request")


def card_prices(results: Results, labels: Labels) -> PreviewChart | None:
    """List prices, the cheapest first."""
    prices = [
        (labels.served(price.provider, price.model), price.million_usd)
        for price in results.serving.prices
        if price.million_usd is not None
    ]
    caption = "US dollars per million tokens, half sent and half received"
    return _bars(prices[:MOST_BARS], money, caption)


def _bars(
    named: Sequence[Named], write: Callable[[float], str], caption: str, *, signed: bool = False
) -> PreviewChart | None:
    """Bars from zero; None where there is none. Differences have colours, other values have not."""
    if not named:
        return None
    axis = Axis.from_zero(value for _, value in named)
    rows = tuple(
        CardRow(
            name,
            write(value),
            axis.bar(value),
            "" if not signed or value == 0 else "gain" if value > 0 else "loss",
        )
        for name, value in named
    )
    return PreviewChart(rows, axis.ticks(signed=signed), caption)


MOST_ROWS = 6
N_GAINS = 4


class _Run(Record):
    """What a row draws: scores before and after, and the baseline's beside them."""

    name: str
    before: float | None
    after: float | None
    reference: float | None = None
    interval: tuple[float, float] | None = None
    text: str = ""
    tone: Tone = ""

    @property
    def values(self) -> tuple[float | None, ...]:
        return (self.before, self.after, self.reference, *(self.interval or ()))


# --- boards -------------------------------------------------------------------------------------


def card_board(boards: Mapping[str, Board], labels: Labels) -> PreviewChart | None:
    """The top of a board: dumbbells with intervals and the baseline's line, or win rates."""
    board = boards[labels.roles.primary]
    top = board.ranked[:MOST_ROWS]
    if not top:
        return None
    if board.rules.rank_by != "mean":
        return _win_rates(board, top, labels)
    runs = [_standing_run(boards, board, standing, labels) for standing in top]
    reference = _average(boards, labels.roles.baseline_variant, labels.roles.baseline)
    what = f"Mean score over {counted(len(board.tasks), 'task')}"
    interval = ", 95\N{NO-BREAK SPACE}% interval" if any(run.interval for run in runs) else ""
    return _dumbbells(
        runs, labels.scale, f"{what}{interval}{_circles(runs, labels)}", reference, labels
    )


def _standing_run(
    boards: Mapping[str, Board], board: Board, standing: Standing, labels: Labels
) -> _Run:
    before = _average(boards, labels.roles.base, standing.model) if labels.lifted else None
    return _Run(
        name=labels.models[standing.model],
        before=before,
        after=standing.average,
        interval=standing.interval,
        text=labels.scale.score(standing.average),
    )


def _average(boards: Mapping[str, Board], variant: str | None, model: str | None) -> float | None:
    if variant is None or model is None:
        return None
    return boards[variant].standing(model).average


def _win_rates(board: Board, top: Sequence[Standing], labels: Labels) -> PreviewChart:
    axis = Axis(0.0, 1.0)
    rows = tuple(
        CardRow(labels.models[s.model], rounded(s.win_rate, 3), axis.bar(s.win_rate))
        for s in top
        if s.win_rate is not None
    )
    over = counted(len(board.tasks), "task")
    return PreviewChart(rows, axis.ticks(), f"Mean win rate over {over}: share of rivals beaten")


# --- one model, one task ------------------------------------------------------------------------


def card_model(results: Results, labels: Labels, model: str) -> PreviewChart | None:
    """Where tuning brought a model most and least, task by task; its best tasks without a base."""
    scores = results.scores.of_model(model)
    runs = [
        _task_run(results, labels, task, scores[task])
        for task in labels.side_by_side
        if task in scores
    ]
    lifted = sorted(
        ((lift, run) for lift, run in runs if lift is not None), key=lambda item: -item[0]
    )
    if lifted:
        cut = len(lifted) > MOST_ROWS
        ends = [*lifted[:N_GAINS], *lifted[N_GAINS - MOST_ROWS :]] if cut else lifted
        shown = [run for _, run in ends]
        which = "Largest and smallest lift" if cut else "Lift"
        caption = f"{which} over {labels.base} by task"
    elif runs:
        shown = _best_first([run for _, run in runs], results)[:MOST_ROWS]
        caption = "Score by task, the best ones" if len(runs) > MOST_ROWS else "Score by task"
    else:
        return None
    tick = f"; tick: {labels.baseline}" if any(r.reference is not None for r in shown) else ""
    return _dumbbells(shown, labels.scale, f"{caption}{_circles(shown, labels)}{tick}")


def _task_run(
    results: Results, labels: Labels, task: str, found: Mapping[str, Score]
) -> tuple[float | None, _Run]:
    """A model on a task, with its lift over base where it has one."""
    scale = labels.scales[task]
    before, after = _before_after(labels, found)
    model = next(iter(found.values())).model
    lift = None if after is None else after.lift_over_base
    run = _Run(
        name=labels.tasks[task],
        before=None if before is None else before.score,
        after=None if after is None else after.score,
        reference=None if model == labels.roles.baseline else results.task(task).baseline_score,
        text=scale.signed(lift) if lift is not None else scale.score(_shown(before, after)),
        tone=_tone(lift),
    )
    return lift, run


def _shown(before: Score | None, after: Score | None) -> float | None:
    """The score that a row tells: after tuning, where there is one."""
    found = after or before
    return None if found is None else found.score


def _tone(lift: float | None) -> Tone:
    return "" if not lift else "gain" if lift > 0 else "loss"


def _before_after(labels: Labels, found: Mapping[str, Score]) -> tuple[Score | None, Score | None]:
    """The scores before and after tuning; the only one counts as after."""
    after = next((found[v] for v in labels.roles.contest if v in found), None)
    base = labels.roles.base
    return (found.get(base) if base is not None and labels.roles.tuned else None), after


def _best_first(runs: Sequence[_Run], results: Results) -> list[_Run]:
    direction = float(results.scores.direction[0])
    return sorted(runs, key=lambda run: -direction * (run.after or run.before or 0.0))


def card_task(results: Results, labels: Labels, task: str) -> PreviewChart | None:
    """The top of a task's ranking, before and after, with the baseline's line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    models = result.models[:MOST_ROWS]
    if not models:
        return None
    scale = labels.scales[task]
    found = results.scores.of_task(task, models)
    runs = [_model_run(labels, task, model, found[model]) for model in models]
    unit = f"{fact.metric or 'Score'}{'' if fact.higher_is_better else ', lower is better'}"
    caption = f"{unit[:1].upper()}{unit[1:]}{_circles(runs, labels)}"
    return _dumbbells(runs, scale, caption, result.baseline_score, labels)


def _model_run(labels: Labels, task: str, model: str, found: Mapping[str, Score]) -> _Run:
    before, after = _before_after(labels, found)
    return _Run(
        name=labels.models[model],
        before=None if before is None else before.score,
        after=None if after is None else after.score,
        text=labels.scales[task].score(_shown(before, after)),
    )


# --- drawing ------------------------------------------------------------------------------------


def _circles(runs: Sequence[_Run], labels: Labels) -> str:
    """What the two kinds of circles stand for, where there are two."""
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
    axis = Axis.around([reference, *(value for run in runs for value in run.values)])
    line = None
    if reference is not None and labels is not None:
        line = AxisLabel(axis.share(reference), f"{labels.baseline} {scale.score(reference)}")
    rows = tuple(CardRow(run.name, run.text, _dumbbell(axis, run), run.tone) for run in runs)
    return PreviewChart(rows, axis.ticks(), caption, line)


def _dumbbell(axis: Axis, run: _Run) -> Dumbbell:
    low, high = run.interval or (None, None)
    return Dumbbell(
        before=axis.place(run.before),
        after=axis.place(run.after),
        reference=axis.place(run.reference),
        low=axis.place(low),
        high=axis.place(high),
    )
