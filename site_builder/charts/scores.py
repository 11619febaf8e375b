"""Chart single scores: a model, a task, all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from site_builder.charts import theme
from site_builder.charts.cells import (
    MODEL,
    TASK,
    flag_tags,
    linked_score_cell,
    model_cell,
    task_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.forms import (
    DumbbellEnd,
    DumbbellRow,
    draw_dumbbells,
    draw_heatmap,
    drawn_of,
    dumbbell_table,
    ends_of,
    nullable,
)
from site_builder.compute.board import Standing
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import counted, listed, percent
from site_builder.labels import Labels
from site_builder.table_model import Cell, Column, Field, Table, table_of

# --- one model ----------------------------------------------------------------------------------


def chart_model_tasks(
    results: Results, labels: Labels, model: str, table_id: str = ""
) -> Chart | None:
    """Chart the scores of one model by task: before, after, and the baseline's.

    The chart has a table unless the page has one with the same numbers, whose id is `table_id`.
    """
    tasks = _best_first(results, labels, model)
    if len(tasks) < 2:
        return None
    rows = _model_rows(results, labels, model, ends_of(tasks))
    title = _model_title(labels, results.board.standing(model), len(tasks))
    every = len(labels.side_by_side) == len(results.scores.tasks)
    group = "" if every else f"; the {len(tasks)} tasks that share a metric"
    return Chart(
        id="model-tasks",
        title=title,
        reading=f"{title}. {_ends(results, labels, rows)}.",
        caption=f"Score on each task, best on top{group}.{_bands(rows)}{drawn_of(len(tasks))}",
        drawing=draw_dumbbells(rows, labels, "score"),
        table=None
        if table_id
        else dumbbell_table("model-tasks-table", "Scores by task", TASK, rows, labels),
        terms=labels.lift_term,
        table_id=table_id,
    )


def _ends(results: Results, labels: Labels, rows: Sequence[DumbbellRow]) -> str:
    scores = results.scores
    direction = float(scores.direction[scores.columns[labels.side_by_side[0]]])
    if _top(rows[0], direction) == _top(rows[-1], direction):
        return "The same on every task"
    highest, lowest = ("Highest", "lowest") if direction > 0 else ("Lowest", "highest")
    return f"{highest} on {rows[0].head.text}, {lowest} on {rows[-1].head.text}"


def _best_first(results: Results, labels: Labels, model: str) -> list[str]:
    """Return the tasks of a model, its best score after tuning, or else before it, first."""
    scores, roles = results.scores, labels.roles
    place = scores.rows[model]
    top = np.fmax.reduce([scores.values[v][place] * scores.direction for v in roles.contest])
    if roles.base is not None:
        before = scores.values[roles.base][place] * scores.direction
        top = np.where(np.isnan(top), before, top)
    known = dict(zip(scores.tasks, (-top).tolist(), strict=True))
    there = (task for task in labels.side_by_side if not isnan(known[task]))
    return sorted(there, key=lambda task: (known[task], labels.tasks[task]))


def _model_rows(
    results: Results, labels: Labels, model: str, tasks: Sequence[str]
) -> list[DumbbellRow]:
    found, is_baseline = results.scores.of_model(model, tasks), model == labels.roles.baseline
    rows = []
    for task in tasks:
        reference = None if is_baseline else results.task(task).baseline_score
        rows.append(_row(labels, task_cell(labels, task), (model, task), found[task], reference))
    return rows


def _top(row: DumbbellRow, direction: float) -> float:
    """Return the best value after, or else the one before, signed so that greater is better."""
    after = [a.value * direction for a in row.after]
    return max(after) if after else (row.before or 0.0) * direction


def _model_title(labels: Labels, standing: Standing, tasks: int) -> str:
    name, baseline = labels.models[standing.model], labels.baseline
    tuned = labels.in_sentence(labels.roles.primary)
    compared = standing.beats + standing.ties + standing.loses
    if standing.model == labels.roles.baseline:
        compared = 0
    if standing.lift_over_base is not None:
        paired = standing.helped + standing.unchanged + standing.hurt
        title = (
            f"{name} is better {tuned} than {labels.base} on {standing.helped} of "
            f"{counted(paired, 'task')}"
        )
        beats = f" and beats {baseline} on {standing.beats} of {compared}" if compared else ""
        return title + beats
    if compared:
        return f"{name} beats {baseline} on {standing.beats} of {counted(compared, 'task')}"
    return f"{name} on {counted(tasks, 'task')}"


# --- one task -----------------------------------------------------------------------------------


def chart_task_models(results: Results, labels: Labels, task: str) -> Chart | None:
    """Chart the scores on one task by model: before, after, and the baseline as a line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    models = result.models
    if len(models) < 2:
        return None
    found = results.scores.of_task(task, ends_of(models))
    rows = [_row(labels, model_cell(labels, m), (m, task), found[m]) for m in found]
    title, scores = _task_title(result, labels)
    unit = f"{fact.metric or 'score'}{'' if fact.higher_is_better else '; lower is better'}"
    return Chart(
        id="task-models",
        title=title,
        reading=f"{title}{scores}.",
        caption=f"{counted(len(models), 'model')} on this task, by {unit}."
        f"{_bands(rows)}{drawn_of(len(models))}",
        drawing=draw_dumbbells(rows, labels, unit, **_baseline_line(result, labels)),
        table=dumbbell_table("task-models-table", "Scores by model", MODEL, rows, labels),
        terms=labels.lift_term,
    )


def _baseline_line(result: TaskResult, labels: Labels) -> dict[str, object]:
    score = result.baseline_score
    if score is None:
        return {}
    return theme.reference_line(score, labels.baseline, labels.scales[result.task].score(score))


def _task_title(result: TaskResult, labels: Labels) -> tuple[str, str]:
    """Return the title of the chart of a task, and the scores that it compares."""
    scale = labels.scales[result.task]
    best = result.best_contender or next(iter(result.best.values()))
    runs, score = listed(labels.runs(best)), scale.score(best.score)
    lift, several = result.best_lift_over_baseline, len(best.models) > 1
    if lift is None:
        return f"{runs} {'lead' if several else 'leads'} with {score}", ""
    ends = {
        "beats": f"{scale.score(abs(lift))} better than",
        "ties": "level with",
        "loses": f"{scale.score(abs(lift))} short of",
    }
    who = f"The best {labels.contender}{'s' if several else ''}, {runs},"
    verb, end = "are" if several else "is", ends[result.outcome or "ties"]
    title = f"{who} {verb} {end} {labels.baseline}"
    return title, f": {score} against {scale.score(result.baseline_score)}"


def _row(
    labels: Labels,
    head: Cell,
    score_of: tuple[str, str],
    found: Mapping[str, Score],
    reference: float | None = None,
) -> DumbbellRow:
    """Make the row of one model on one task from its scores by variant."""
    roles = labels.roles
    after = tuple(
        DumbbellEnd(v, s.score, s.lift_over_base, s.interval, s.flag)
        for v in roles.contest
        if (s := found.get(v)) is not None
    )
    before = found.get(roles.base) if roles.base is not None and roles.tuned else None
    return DumbbellRow(
        head,
        labels.scales[score_of[1]],
        None if before is None else before.score,
        after,
        reference,
        None if before is None else before.flag,
        score_of,
    )


def _bands(rows: Sequence[DumbbellRow]) -> str:
    drawn = any(after.interval for row in rows for after in row.after)
    return f" A band is the {percent(LEVEL)} interval of a score." if drawn else ""


# --- all scores ---------------------------------------------------------------------------------

_MOST_MODELS, _MOST_TASKS = 40, 100


def chart_scores(results: Results, labels: Labels) -> Chart | None:
    """Chart every score of the primary variant: models as on the board, easiest task first."""
    board = results.board
    scored = [s.model for s in board.standings if s.scored]
    models, tasks = scored[:_MOST_MODELS], _tasks(results)
    if len(models) < 2 or len(tasks) < 2:
        return None
    averaged, variant = board.rules.averaged, labels.in_sentence(board.variant)
    how = "darker is higher" if averaged else "darker is better within its row"
    title = _title(results, labels, len(models), len(tasks))
    return Chart(
        id="scores",
        title=title,
        reading=f"{title}; scores of {counted(len(models), 'model')}, {variant}.",
        caption=f"Scores, {variant}; {how}.{_cut(results, len(models), len(tasks))}",
        drawing=_draw(results, labels, models, tasks),
        table=_table(results, labels, models, tasks),
        terms="average",
        embedded=True,
    )


def _tasks(results: Results) -> list[str]:
    """Return the tasks to draw, from easy to hard if scores of different tasks compare."""
    tasks = _scored(results)[:_MOST_TASKS]
    if results.board.rules.averaged:
        tasks.sort(key=lambda t: -_mean(results, t))
    return [t.task for t in tasks]


def _scored(results: Results) -> list[TaskResult]:
    return [t for t in results.tasks if results.board.variant in t.best]


def _mean(results: Results, task: TaskResult) -> float:
    return task.mean[results.board.variant] or 0.0


def _title(results: Results, labels: Labels, n_models: int, n_tasks: int) -> str:
    easiest, *_, hardest = sorted(_scored(results), key=lambda t: -_mean(results, t))
    comparable = results.board.rules.averaged and not labels.turned
    if comparable and _mean(results, easiest) > _mean(results, hardest):
        easy, hard = labels.tasks[easiest.task], labels.tasks[hardest.task]
        return f"{easy} is the easiest task on average, {hard} the hardest"
    return f"{counted(n_models, 'model')} on {counted(n_tasks, 'task')}"


def _cut(results: Results, n_models: int, n_tasks: int) -> str:
    """Return the note for the caption if not every model or task is drawn."""
    of_models = sum(s.scored > 0 for s in results.board.standings)
    counts = ((n_models, of_models, "models"), (n_tasks, len(_scored(results)), "tasks"))
    cuts = [f"{drawn} {noun}" for drawn, of, noun in counts if drawn != of]
    return f" The first {listed(cuts)} are drawn; the table of each task has all." if cuts else ""


def _values(results: Results, models: Sequence[str], tasks: Sequence[str]) -> Array:
    """Return the scores of the primary variant, shape (tasks, models)."""
    rows = [results.scores.rows[m] for m in models]
    return results.scores.only(tasks).values[results.board.variant][rows].T


def _draw(
    results: Results, labels: Labels, models: Sequence[str], tasks: Sequence[str]
) -> theme.Drawing:
    values, averaged = _values(results, models, tasks), results.board.rules.averaged
    direction = results.scores.only(tasks).direction[:, None]
    hovers = [
        [labels.scales[task].score(score) for score in row]
        for task, row in zip(tasks, nullable(values), strict=True)
    ]
    return draw_heatmap(
        values if averaged else _within_rows(values * direction),
        [labels.tasks[t] for t in tasks],
        [labels.models[m] for m in models],
        hovers,
        colorscale=theme.SEQUENTIAL,
        showscale=averaged,
    )


def _within_rows(values: Array) -> Array:
    """Stretch each row from 0 (its worst) to 1 (its best); equal values become 0.5."""
    low = np.fmin.reduce(values, axis=1, keepdims=True)
    high = np.fmax.reduce(values, axis=1, keepdims=True)
    span = np.where(high > low, high - low, 1.0)
    shares = np.where(high > low, (values - low) / span, 0.5)
    return np.where(np.isnan(values), np.nan, shares)


def _table(results: Results, labels: Labels, models: Sequence[str], tasks: Sequence[str]) -> Table:
    columns = nullable(_values(results, models, tasks).T)
    fields: tuple[Field[str], ...] = (
        Field(TASK, lambda t: task_cell(labels, t)),
        *(
            _model_field(results, labels, model, dict(zip(tasks, scores, strict=True)))
            for model, scores in zip(models, columns, strict=True)
        ),
    )
    return table_of("scores-table", "Scores by task and model", fields, tasks)


def _model_field(
    results: Results, labels: Labels, model: str, scores: Mapping[str, float | None]
) -> Field[str]:
    variant = results.board.variant

    def cell(task: str) -> Cell:
        tags = flag_tags(results.task(task).reasons.get((model, variant)))
        return linked_score_cell(labels, (model, task, variant), scores[task], tags=tags)

    return Field(Column(model, labels.models[model], "number"), cell)
