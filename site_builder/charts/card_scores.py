"""The charts of link previews that show scores: boards, models, tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from site_builder.charts.card import Axis, CardChart, CardRow, Mark
from site_builder.charts.labels import Labels
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.compute.task_scores import TaskScore
from site_builder.format import Scale, counted, rounded
from site_builder.parts import Dumbbell, Tone
from site_builder.records import Record

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


def card_board(boards: Mapping[str, Board], labels: Labels) -> CardChart | None:
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


def _win_rates(board: Board, top: Sequence[Standing], labels: Labels) -> CardChart:
    axis = Axis(0.0, 1.0)
    rows = tuple(
        CardRow(labels.models[s.model], rounded(s.win_rate, 3), axis.bar(s.win_rate))
        for s in top
        if s.win_rate is not None
    )
    over = counted(len(board.tasks), "task")
    return CardChart(rows, axis.ticks(), f"Mean win rate over {over}: share of rivals beaten")


# --- one model, one task ------------------------------------------------------------------------


def card_model(results: Results, labels: Labels, model: str) -> CardChart | None:
    """Where tuning brought a model most and least, task by task; its best tasks without a base."""
    runs = [
        _task_run(results, labels, task, found)
        for task in labels.side_by_side
        if (found := results.scores_of(model, task))
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
    results: Results, labels: Labels, task: str, found: Mapping[str, TaskScore]
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


def _shown(before: TaskScore | None, after: TaskScore | None) -> float | None:
    """The score that a row tells: after tuning, where there is one."""
    found = after or before
    return None if found is None else found.score


def _tone(lift: float | None) -> Tone:
    return "" if not lift else "gain" if lift > 0 else "loss"


def _before_after(
    labels: Labels, found: Mapping[str, TaskScore]
) -> tuple[TaskScore | None, TaskScore | None]:
    """The scores before and after tuning; the only one counts as after."""
    after = next((found[v] for v in labels.roles.contest if v in found), None)
    base = labels.roles.base
    return (found.get(base) if base is not None and labels.roles.tuned else None), after


def _best_first(runs: Sequence[_Run], results: Results) -> list[_Run]:
    direction = float(results.scores.direction[0])
    return sorted(runs, key=lambda run: -direction * (run.after or run.before or 0.0))


def card_task(results: Results, labels: Labels, task: str) -> CardChart | None:
    """The top of a task's ranking, before and after, with the baseline's line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    models = result.scores.models[:MOST_ROWS]
    if not models:
        return None
    scale = labels.scales[task]
    found = result.scores.of(models)
    runs = [_model_run(labels, task, model, found[model]) for model in models]
    unit = f"{fact.metric or 'Score'}{'' if fact.higher_is_better else ', lower is better'}"
    caption = f"{unit[:1].upper()}{unit[1:]}{_circles(runs, labels)}"
    return _dumbbells(runs, scale, caption, result.baseline_score, labels)


def _model_run(labels: Labels, task: str, model: str, found: Mapping[str, TaskScore]) -> _Run:
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
    scale: Scale,
    caption: str,
    reference: float | None = None,
    labels: Labels | None = None,
) -> CardChart:
    axis = Axis.around([reference, *(value for run in runs for value in run.values)])
    line = None
    if reference is not None and labels is not None:
        line = Mark(axis.share(reference), f"{labels.baseline} {scale.score(reference)}")
    rows = tuple(CardRow(run.name, run.text, _dumbbell(axis, run), run.tone) for run in runs)
    return CardChart(rows, axis.ticks(), caption, line)


def _dumbbell(axis: Axis, run: _Run) -> Dumbbell:
    low, high = run.interval or (None, None)
    return Dumbbell(
        before=axis.place(run.before),
        after=axis.place(run.after),
        reference=axis.place(run.reference),
        low=axis.place(low),
        high=axis.place(high),
    )
