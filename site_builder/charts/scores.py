"""Chart the scores on a task."""

from __future__ import annotations

from collections.abc import Sequence

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
    shared,
    task_rows,
)
from site_builder.compute.intervals import LEVEL
from site_builder.compute.results import Results
from site_builder.compute.score_error import find_ties
from site_builder.compute.tasks import Best, TaskResult
from site_builder.formatting import counted, listed, percent
from site_builder.labels import Labels


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
