"""Dumbbells: before and after on one line, with the baseline's mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import lift_cell, model_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.labels import Labels
from site_builder.compute.board import Standing
from site_builder.compute.results import Results
from site_builder.format import Scale, counted, listed, sentence
from site_builder.parts import Cell, Column, Row, Table

MOST_ROWS = 80


@dataclass(frozen=True)
class After:
    """A value after: the label of its variant, the value, its lift over the value before."""

    label: str
    value: float
    lift: float | None


@dataclass(frozen=True)
class Line:
    """One row: its name, its value before, its values after, the baseline's value."""

    name: str
    before: float | None
    after: tuple[After, ...]
    reference: float | None = None


def _dumbbells(lines: Sequence[Line], labels: Labels, scale: Scale, unit: str, **layout: Any) -> dict[str, Any]:
    shown = lines[:MOST_ROWS]
    names = [line.name for line in shown]
    traces = [_rods(shown)]
    if labels.roles.base is not None:
        before = [(y, line.before, f"{line.name}: {labels.base} {scale.score(line.before)}") for y, line in enumerate(shown)]
        look = {"symbol": "circle-open", "size": 9, "color": theme.ACCENT, "line": {"width": 2}}
        traces.append(_marks(before, labels.variants[labels.roles.base], look))
    after = [(y, a.value, f"{line.name}: {a.label} {scale.score(a.value)}{_gain(a, scale)}") for y, line in enumerate(shown) for a in line.after]
    after_name = labels.tuned.capitalize() if labels.roles.tuned else "Score"
    traces.append(_marks(after, after_name, {"symbol": "circle", "size": 10, "color": theme.ACCENT}))
    if any(line.reference is not None for line in shown):
        marks = [(y, line.reference, f"{line.name}: {labels.baseline} {scale.score(line.reference)}") for y, line in enumerate(shown)]
        traces.append(_marks(marks, labels.baseline, {"symbol": "line-ns-open", "size": 14, "color": theme.INK, "line": {"width": 2}}))
    return theme.figure(
        traces, theme.rows_height(len(shown)), narrow=theme.narrow_rows(names), showlegend=len(traces) > 2,
        xaxis=theme.axis(unit, zeroline=False, nticks=7), yaxis=theme.rows_axis(names), **layout,
    )  # fmt: skip


def _rods(lines: Sequence[Line]) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for row, line in enumerate(lines):
        ends = [a.value for a in line.after] + ([] if line.before is None else [line.before])
        x += [min(ends, default=None), max(ends, default=None), None]
        y += [row, row, None]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": theme.ACCENT, "width": 2}, hoverinfo="skip", showlegend=False)


def _marks(marks: Sequence[tuple[int, float | None, str]], name: str, marker: dict[str, Any]) -> go.Scatter:
    there = [mark for mark in marks if mark[1] is not None]
    return go.Scatter(
        x=[x for _, x, _ in there], y=[y for y, _, _ in there], mode="markers", name=theme.plain(name), marker=marker,
        customdata=[theme.plain(text) for _, _, text in there], **theme.text_hover(),
    )  # fmt: skip


def _gain(after: After, scale: Scale) -> str:
    return "" if after.lift is None else f", {scale.signed(after.lift)}"


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Average of each model before and after, against the baseline's; None where averages mean nothing."""
    models = _ranked_models(results, labels)
    if len(models) < 2 or not results.board.rules.averaged:
        return None
    roles, scale = labels.roles, labels.scale
    before = {m: _average(results, roles.base, m) if roles.tuned else None for m in models}
    lines = {m: Line(labels.models[m], before[m], _averages_after(results, labels, m)) for m in models}
    baseline = _average(results, roles.baseline_variant, roles.baseline)
    layout = {} if baseline is None else theme.reference_line(baseline, f"{labels.baseline} {scale.score(baseline)}")
    title = _averages_title(results, labels, models[0])
    ends = [f"{scale.score(_best_average(results, labels, m))} ({labels.models[m]})" for m in (models[0], models[-1])]
    marks = f"; open circle {labels.base}, full circle {labels.tuned}" if roles.tuned and roles.base else ""
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {ends[0]} to {ends[1]}.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')}{marks}.",
        figure=_dumbbells(list(lines.values()), labels, scale, "mean score", **layout),
        table=_averages_table(results, labels, models),
        terms="average",
    )


def _ranked_models(results: Results, labels: Labels) -> list[str]:
    """The models that are ranked in a contest variant, by the best of their averages."""
    boards = [results.boards[v] for v in labels.roles.contest]
    ranked = dict.fromkeys(s.model for board in boards for s in board.ranked if s.average is not None)
    direction = float(results.scores.direction[0])
    return sorted(ranked, key=lambda m: -direction * (_best_average(results, labels, m) or 0.0))


def _best_average(results: Results, labels: Labels, model: str) -> float | None:
    averages = [_average(results, v, model) for v in labels.roles.contest]
    pick = max if results.scores.direction[0] > 0 else min
    return pick((a for a in averages if a is not None), default=None)


def _averages_title(results: Results, labels: Labels, best: str) -> str:
    stats, scale = results.stats, labels.scale
    before, after = stats.mean_base_score, stats.mean_tuned_score
    if before is not None and after is not None:
        way = "up" if after > before else "down"
        tuned = f"{sentence(labels.tuned)} models average {scale.score(after)}"
        lifted = f"{tuned}, {way} from {scale.score(before)}"
    else:
        average = scale.score(_best_average(results, labels, best))
        lifted = f"{labels.models[best]} has the best average, {average}"
    if labels.roles.baseline is None or not stats.models_compared:
        return lifted
    return f"{lifted}; {stats.models_ahead_of_baseline} of {stats.models_compared} pass {labels.baseline}"


def _average(results: Results, variant: str | None, model: str | None) -> float | None:
    return None if variant is None or model is None else results.boards[variant].standing(model).average


def _averages_after(results: Results, labels: Labels, model: str) -> tuple[After, ...]:
    standings = {v: results.boards[v].standing(model) for v in labels.roles.contest}
    return tuple(After(labels.variants[v], s.average, s.lift_over_base) for v, s in standings.items() if s.average is not None)


def _averages_table(results: Results, labels: Labels, models: Sequence[str]) -> Table:
    columns = [Column("model", "Model", first="ascending")]
    shown = [v for v in reversed(labels.roles.variants) if any(_average(results, v, m) is not None for m in models)]
    columns += [Column(f"average_{v}", labels.variants[v], "number") for v in shown]
    rows = tuple(
        Row((model_cell(labels, m), *(score_cell(_average(results, v, m), labels.scale) for v in shown)))
        for m in models
    )
    return Table("averages-table", "Mean score by model", tuple(columns), rows)


def chart_model_tasks(results: Results, labels: Labels, model: str) -> Chart | None:
    """One model, task by task: before, after, and the baseline's mark."""
    tasks = [t for t in labels.side_by_side if results.scores_of(model, t)]
    if len(tasks) < 2:
        return None
    references = {} if model == labels.roles.baseline else {t: results.task(t).baseline_score for t in tasks}
    lines = {t: _line(results, labels, model, t, labels.tasks[t], references.get(t)) for t in tasks}
    order = sorted(tasks, key=lambda t: (-_top(lines[t], results, t), labels.tasks[t]))
    standing = results.board.standing(model)
    title = _model_title(labels, standing, model, lines)
    caption = f"Score on each task, best on top{'' if len(tasks) == len(results.scores.tasks) else f'; the {len(tasks)} tasks that share a metric'}."
    return Chart(
        id="model-tasks", title=title, reading=f"{title}. Highest on {labels.tasks[order[0]]}, lowest on {labels.tasks[order[-1]]}.",
        caption=caption, figure=_dumbbells([lines[t] for t in order], labels, labels.scale, "score"),
        table=_model_table(labels, lines, order), terms="lift",
    )  # fmt: skip


def _line(results: Results, labels: Labels, model: str, task: str, name: str, reference: float | None) -> Line:
    found, roles = results.scores_of(model, task), labels.roles
    after = tuple(After(labels.variants[v], found[v].score, found[v].lift_over_base) for v in roles.contest if v in found)
    before = found.get(roles.base) if roles.base is not None and roles.tuned else None
    return Line(name, None if before is None else before.score, after, reference)


def _top(line: Line, results: Results, task: str) -> float:
    direction = results.scores.direction[results.scores.tasks.index(task)]
    values = [a.value * direction for a in line.after] or ([] if line.before is None else [line.before * direction])
    return float(max(values))


def _model_title(labels: Labels, standing: Standing, model: str, lines: dict[str, Line]) -> str:
    name = labels.models[model]
    if standing.lift_over_base is not None and labels.roles.base:
        title = f"{name} is better {labels.tuned} than {labels.base} on {standing.helped} of {standing.helped + standing.unchanged + standing.hurt} tasks"
        compared = standing.beats + standing.ties + standing.loses
        return title + (f" and beats {labels.baseline} on {standing.beats} of {compared}" if compared and model != labels.roles.baseline else "")
    compared = standing.beats + standing.ties + standing.loses
    if compared and model != labels.roles.baseline:
        return f"{name} beats {labels.baseline} on {standing.beats} of {counted(compared, 'task')}"
    return f"{name} on {counted(len(lines), 'task')}"


def _model_table(labels: Labels, lines: dict[str, Line], order: Sequence[str]) -> Table:
    rows = [(task_cell(labels, t), labels.scales[t], lines[t]) for t in order]
    return _line_table("model-tasks-table", "Scores by task", Column("task", "Task", first="ascending"), labels, rows)


def chart_task_models(results: Results, labels: Labels, task: str) -> Chart | None:
    """One task, model by model: before, after, and the baseline as a line."""
    result = results.task(task)
    models = list(dict.fromkeys(s.model for s in result.scores))
    if len(models) < 2:
        return None
    lines = {m: _line(results, labels, m, task, labels.models[m], None) for m in models}
    scale = labels.scales[task]
    layout = {}
    if result.baseline_score is not None:
        layout = theme.reference_line(result.baseline_score, f"{labels.baseline} {scale.score(result.baseline_score)}")
    title = _task_title(results, labels, task)
    metric = results.catalog.tasks[task].metric or "score"
    better = "" if results.catalog.tasks[task].higher_is_better else "; lower is better"
    rows = [(model_cell(labels, m), scale, lines[m]) for m in models]
    return Chart(
        id="task-models", title=title, reading=f"{title}.", caption=f"{counted(len(models), 'model')} on this task, by {metric}{better}.",
        figure=_dumbbells([lines[m] for m in models], labels, scale, f"{metric}{better}", **layout),
        table=_line_table("task-models-table", "Scores by model", Column("model", "Model", first="ascending"), labels, rows), terms="lift",
    )  # fmt: skip


def _task_title(results: Results, labels: Labels, task: str) -> str:
    result, scale = results.task(task), labels.scales[task]
    best = result.best_contender or next(iter(result.best.values()))
    who = listed([labels.run(m, v) for m, v in zip(best.models, best.variants, strict=True)])
    title = f"{who} {'leads' if len(best.models) == 1 else 'lead'} with {scale.score(best.score)}"
    lift = result.best_lift_over_baseline
    if lift is None:
        return title
    words = {"beats": f"{scale.score(abs(lift))} better than", "ties": "level with", "loses": f"{scale.score(abs(lift))} worse than"}
    return f"{title}, {words[result.outcome or 'ties']} {labels.baseline}"


def _line_table(table_id: str, caption: str, first: Column, labels: Labels, rows: Sequence[tuple[Cell, Scale, Line]]) -> Table:
    before = labels.variants[labels.roles.base] if labels.roles.base is not None and any(line.before is not None for _, _, line in rows) else ""
    reference = any(line.reference is not None for _, _, line in rows)
    after = list(dict.fromkeys(a.label for _, _, line in rows for a in line.after))
    columns = [first] + ([Column("before", before, "number")] if before else [])
    for label in after:
        columns.append(Column(f"after_{label}", label, "number"))
        columns += [Column(f"lift_{label}", "Lift" if len(after) == 1 else f"Lift, {label}", "number")] if before else []
    columns += [Column("baseline", labels.baseline, "number")] if reference else []
    made = []
    for cell, scale, line in rows:
        values = {a.label: a for a in line.after}
        cells = [cell] + ([score_cell(line.before, scale)] if before else [])
        for label in after:
            one = values.get(label)
            cells.append(score_cell(one.value if one else None, scale))
            cells += [lift_cell(one.lift if one else None, scale)] if before else []
        cells += [score_cell(line.reference, scale)] if reference else []
        made.append(Row(tuple(cells)))
    return Table(table_id, caption, tuple(columns), tuple(made))
