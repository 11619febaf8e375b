"""Chart the scores of a model, and those on a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import (
    DumbbellRow,
    draw_dumbbells,
    drawn_of,
    dumbbell_table,
    ends_of,
    has_chance,
    has_intervals,
    model_rows,
    shared,
    task_rows,
)
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.compute.score_error import find_ties
from site_builder.compute.tasks import Best, TaskResult
from site_builder.formatting import counted, listed, percent
from site_builder.labels import Labels

# --- one model ----------------------------------------------------------------------------------


def chart_model_tasks(
    results: Results, labels: Labels, model: str, table_id: str = ""
) -> Chart | None:
    """Chart the scores of one model by task: before, after, and the baseline's.

    The chart has a table unless the page has one with the same numbers, whose id is `table_id`.
    """
    best = _best_first(results, labels, model)
    if len(best) < 2:
        return None
    scores, tasks = results.scores, ends_of([*best])
    rows = model_rows(results, labels, model, tasks)
    title = _model_title(labels, results.board, model, len(best))
    every = len(labels.side_by_side) == len(scores.tasks)
    group = "" if every else f"; the {len(best)} tasks that share a metric"
    return Chart(
        id="model-tasks",
        title=title,
        reading=f"{title}.{_model_ends(results, labels, best)}",
        caption=f"Score on each task, best on top{group}."
        f"{_marks(rows, results)}{drawn_of(len(best))}",
        drawing=draw_dumbbells(rows, labels, "score", with_values=not drawn_of(len(best))),
        table=None
        if table_id
        else dumbbell_table(
            "model-tasks-table", "Scores by task", labels.column("task"), rows, labels
        ),
        terms=labels.lift_term,
        table_id=table_id,
    )


def _model_ends(results: Results, labels: Labels, best: Mapping[str, float]) -> str:
    """Return on which task a score is highest and lowest, if one task alone is at each end."""
    first, *_, last = best
    scores, values = results.scores, [*best.values()]
    directions = {float(scores.direction[scores.columns[task]]) for task in best}
    if values[0] == values[-1]:
        return " The same on every task."
    if len(directions) > 1 or any(values.count(best[task]) > 1 for task in (first, last)):
        return ""
    if directions == {-1.0}:
        first, last = last, first
    return f" Highest on {labels.tasks[first]}, lowest on {labels.tasks[last]}."


def _best_first(results: Results, labels: Labels, model: str) -> dict[str, float]:
    """Return a model's best signed score by task, after tuning or else before, the best first."""
    scores, roles = results.scores, labels.roles
    place = scores.rows[model]
    top = np.fmax.reduce([scores.values[v][place] * scores.direction for v in roles.contest])
    if roles.base is not None:
        before = scores.values[roles.base][place] * scores.direction
        top = np.where(np.isnan(top), before, top)
    best = dict(zip(scores.tasks, top.tolist(), strict=True))
    known = (task for task in labels.side_by_side if not isnan(best[task]))
    ordered = sorted(known, key=lambda task: (-best[task], labels.tasks[task]))
    return {task: best[task] for task in ordered}


def _model_title(labels: Labels, board: Board, model: str, tasks: int) -> str:
    name, baseline, s = labels.models[model], labels.baseline, board.entry(model)
    tuned = labels.in_sentence(labels.roles.primary)
    beaten = board.count(s, "beats")
    compared = 0 if model == labels.roles.baseline else board.compared(s)
    if board.figure(s, "lift_over_base") is not None:
        paired, helped = board.paired(s), board.count(s, "helped")
        title = (
            f"The {tuned} score of {name} is better than its {labels.base} score on "
            f"{helped} of {counted(paired, 'task')}"
        )
        beats = f" and beats {baseline} on {beaten} of {compared}" if compared else ""
        return title + beats
    if compared:
        return f"{name} beats {baseline} on {beaten} of {counted(compared, 'task')}"
    return f"{name} on {counted(tasks, 'task')}"


# --- one task -----------------------------------------------------------------------------------


def chart_task_models(results: Results, labels: Labels, task: str) -> Chart | None:
    """Chart the scores on one task by model: before, after, and the baseline as a line."""
    result, fact = results.task(task), results.catalog.tasks[task]
    models = result.models
    if len(models) < 2:
        return None
    rows = task_rows(results, labels, task, ends_of(models))
    title = best_score_text(results, result, labels)
    title = title or f"{counted(len(models), 'model')} on {labels.tasks[task]}"
    baseline = shared(result.baseline_scores.get(v) for v in labels.roles.contest)
    unknown = "" if has_intervals(rows) else " The errors of the scores are not known."
    unit = f"{fact.measured}{'' if fact.higher_is_better else '; lower is better'}"
    return Chart(
        id="task-models",
        title=title,
        reading=f"{title}.",
        caption=f"{counted(len(models), 'model')} on this task, by {unit}."
        f"{unknown}{_marks(rows, results)}{drawn_of(len(models))}",
        drawing=draw_dumbbells(rows, labels, unit, baseline, with_values=not drawn_of(len(models))),
        table=dumbbell_table(
            "task-models-table", "Scores by model", labels.column("model"), rows, labels
        ),
        terms=labels.lift_term,
    )


def best_score_text(results: Results, task: TaskResult, labels: Labels, *, on: bool = False) -> str:
    """Return who has the best score of the contenders, `on` which task, and the baseline's score.

    `not clearly` if others are tied with the best; where the error of a score is unknown, nothing
    is said about how clear it is. Empty without a contender.
    """
    scale, best = labels.scales[task.task], task.best_contender
    if best is None:
        return ""
    unsure = task.with_intervals and is_best_tied(results, task, best)
    text = labels.say(
        f"best_score.{'unclear' if unsure else 'plain'}{'_on' * on}",
        len(best.models),
        names=listed(labels.runs(best)),
        kind=f"{labels.contending} score".lstrip(),
        name=labels.tasks[task.task],
        score=scale.score(best.score),
    )
    baseline = task.baseline_beside(best)
    if baseline is None:
        return text
    beside, value = labels.baseline_run(best.variants[0]), scale.score(baseline)
    return labels.say("answer.has_beside", text=text, baseline=beside, score=value)


def is_best_tied(results: Results, task: TaskResult, best: Best) -> bool:
    """Return whether another contender cannot be told from the best."""
    scores, column = results.scores, results.scores.columns[task.task]
    contest = scores.roles.contest
    signed = [scores.contest(v)[:, column] * scores.direction[column] for v in contest]
    errors = np.concatenate([scores.errors[v][:, column] for v in contest])[:, None]
    ties = find_ties(np.concatenate(signed)[:, None], errors)
    return int((ties == 1).sum()) > len(best.models)


def _marks(rows: Sequence[DumbbellRow], results: Results) -> str:
    """Return what bands and triangles are, for a caption."""
    widest = ", the widest where the number of examples is not stated" * results.scores.has_ranges
    band = f" A band is the {percent(LEVEL)} interval of a score{widest}."
    caret = " A triangle is the score that guessing gives."
    return (band if has_intervals(rows) else "") + (caret if has_chance(rows) else "")
