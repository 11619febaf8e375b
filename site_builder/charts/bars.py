"""Bars: one number a row, as a length from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import category_cell, lift_cell, model_cell, models_cell, number_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.labels import Labels
from site_builder.compute.categories import CategoryResult
from site_builder.compute.results import Results
from site_builder.compute.tasks import TaskResult
from site_builder.format import count, counted, listed, sentence
from site_builder.parts import Cell, Column, Row, Table

MOST_BARS = 80


@dataclass(frozen=True)
class Bar:
    """One bar: its row's name, its length, and what is read when it is pointed at."""

    name: str
    value: float
    hover: str


def _bars(bars: Sequence[Bar], unit: str, *, signed: bool = True) -> dict[str, object]:
    """Horizontal bars from zero, gains and losses apart by side and colour."""
    ends = [0.0, *(bar.value for bar in bars)]
    ticks = theme.ticks(min(ends), max(ends), signed=signed)
    names = [bar.name for bar in bars]
    trace = go.Bar(
        x=[bar.value for bar in bars], y=list(range(len(bars))), orientation="h",
        marker={"color": [theme.LOSS if bar.value < 0 else theme.GAIN for bar in bars], "line": {"width": 0}},
        customdata=[theme.plain(bar.hover) for bar in bars], **theme.text_hover(),
    )  # fmt: skip
    return theme.figure(
        [trace], theme.rows_height(len(bars)), narrow=theme.narrow_rows(names),
        xaxis=theme.axis(unit, zerolinecolor=theme.INK, **ticks), yaxis=theme.rows_axis(names),
    )  # fmt: skip


def chart_best_lift_by_task(results: Results, labels: Labels) -> Chart | None:
    """Best contender minus baseline, task by task; None where nothing can be compared on one axis."""
    tasks = [t for t in results.tasks if t.best_lift_over_baseline is not None and t.task in labels.side_by_side]
    if len(tasks) < 2 or labels.roles.baseline is None:
        return None
    tasks.sort(key=lambda t: -(t.best_lift_over_baseline or 0.0))
    beaten = sum(t.outcome == "beats" for t in tasks)
    tied = sum(t.outcome == "ties" for t in tasks)
    title = f"The best {labels.contender} beats {labels.baseline} on {beaten} of {counted(len(tasks), 'task')}"
    worst = [labels.tasks[t.task] for t in reversed(tasks) if t.outcome == "loses"][:2]
    behind = f" It stays furthest behind on {listed(worst)}." if worst else ""
    ties = f" It ties on {tied}." if tied else ""
    shown = tasks if len(tasks) <= MOST_BARS else [*tasks[: MOST_BARS // 2], *tasks[-MOST_BARS // 2 :]]
    return Chart(
        id="best-lift-by-task", title=title,
        reading=f"{title}, most of all on {labels.tasks[tasks[0].task]} ({_lift_text(tasks[0], labels)}).{ties}{behind}",
        caption=f"Score of the best {labels.contender} minus the score of {labels.baseline}, in points of the task's metric; right of zero is better.",
        figure=_bars([_task_bar(t, labels) for t in shown], f"difference from {labels.baseline} (points of score)"),
        table=_lift_table(tasks, labels), terms="lift",
    )  # fmt: skip


def _lift_text(task: TaskResult, labels: Labels) -> str:
    return labels.scales[task.task].signed(task.best_lift_over_baseline)


def _task_bar(task: TaskResult, labels: Labels) -> Bar:
    best = task.best_contender
    who = listed([labels.run(m, v) for m, v in zip(best.models, best.variants, strict=True)]) if best else ""
    score = labels.scales[task.task].score(best.score if best else None)
    reference = labels.scales[task.task].score(task.baseline_score)
    hover = f"{labels.tasks[task.task]}: {_lift_text(task, labels)}. {who} {score}, {labels.baseline} {reference}"
    return Bar(labels.tasks[task.task], task.best_lift_over_baseline or 0.0, hover)


def _lift_table(tasks: Sequence[TaskResult], labels: Labels) -> Table:
    columns = (
        Column("task", "Task", first="ascending"), Column("best_model", f"Best {labels.contender}", first="ascending"),
        Column("best_score", "Its score", "number"), Column("baseline_score", labels.baseline, "number"),
        Column("best_lift_over_baseline", "Difference", "number"),
    )  # fmt: skip
    rows = tuple(
        Row((
            task_cell(labels, t.task), models_cell(labels, t.best_contender.models if t.best_contender else ()),
            score_cell(t.best_contender.score if t.best_contender else None, labels.scales[t.task]),
            score_cell(t.baseline_score, labels.scales[t.task]), lift_cell(t.best_lift_over_baseline, labels.scales[t.task]),
        ))
        for t in tasks
    )  # fmt: skip
    return Table("best-lift-by-task-table", f"Best {labels.contender} minus {labels.baseline}, by task", columns, rows, sorted_by="best_lift_over_baseline")


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Best contender minus baseline averaged by category, from harder to easier to beat."""
    shown = [c for c in results.categories if c.best_lift_over_baseline is not None]
    if len(shown) < 2 or labels.roles.baseline is None:
        return None
    hardest, easiest = shown[0], shown[-1]
    title = f"{hardest.category} is the hardest category to beat {labels.baseline} in, {easiest.category} the easiest"
    bars = [Bar(f"{c.category} ({c.compared})", c.best_lift_over_baseline or 0.0, _category_hover(c, labels)) for c in shown]
    few = min(c.compared for c in shown)
    caution = f" The smallest category has {counted(few, 'task')}: read its bar with care." if few < 4 else ""
    return Chart(
        id="category-difference", title=title,
        reading=f"{title}: {labels.scale.signed(hardest.best_lift_over_baseline)} against {labels.scale.signed(easiest.best_lift_over_baseline)} on average over their tasks.",
        caption=f"Best {labels.contender} minus {labels.baseline}, mean over the tasks of a category; the number of tasks in brackets.{caution}",
        figure=_bars(bars, f"mean difference from {labels.baseline} (points of score)"),
        table=category_table(shown, labels, "category-difference-table"), terms="categories",
    )  # fmt: skip


def _category_hover(category: CategoryResult, labels: Labels) -> str:
    lift = labels.scale.signed(category.best_lift_over_baseline)
    return f"{category.category}: {lift} on average; {labels.baseline} is beaten on {category.beating} of {counted(category.compared, 'task')}"


def category_table(categories: Sequence[CategoryResult], labels: Labels, table_id: str) -> Table:
    """Categories, harder to easier: differences, tasks beaten, lift over base."""
    columns = [Column("category", "Category", first="ascending"), Column("tasks", "Tasks", "number")]
    if labels.roles.baseline is not None:
        columns += [
            Column("best_lift_over_baseline", f"Best minus {labels.baseline}", "number", first="ascending"),
            Column("beating", f"Tasks that beat {labels.baseline}", "number"),
        ]  # fmt: skip
    if labels.roles.base is not None and labels.roles.tuned:
        columns.append(Column("mean_lift_over_base", f"Mean lift over {labels.base}", "number"))
    keys = {c.key for c in columns}
    rows = []
    for c in categories:
        cells = {
            "category": category_cell(c.category), "tasks": number_cell(len(c.tasks), count(len(c.tasks))),
            "best_lift_over_baseline": lift_cell(c.best_lift_over_baseline, labels.scale),
            "beating": number_cell(c.beating, f"{c.beating} of {c.compared}"), "mean_lift_over_base": lift_cell(c.mean_lift_over_base, labels.scale),
        }  # fmt: skip
        rows.append(Row(tuple(cell for key, cell in cells.items() if key in keys)))
    by = "best_lift_over_baseline" if labels.roles.baseline is not None else ""
    return Table(table_id, "Categories, from harder to easier", tuple(columns), tuple(rows), sorted_by=by)


def chart_winners(results: Results, labels: Labels) -> Chart | None:
    """For how many tasks each model is at the top, all who tie counting."""
    standings = sorted((s for s in results.board.standings if s.wins), key=lambda s: -s.wins)
    if not standings or len(results.scores.tasks) < 2:
        return None
    of = counted(len(results.scores.tasks), "task")
    top = [labels.models[s.model] for s in standings if s.wins == standings[0].wins]
    variant = labels.variants[results.board.variant].lower() if labels.roles.tuned else ""
    title = f"{listed(top)} {'is' if len(top) == 1 else 'are'} at the top most often: on {standings[0].wins} of {of}"
    bars = [Bar(labels.models[s.model], s.wins, f"{labels.models[s.model]}: best, or tied for best, on {s.wins} of {of}") for s in standings[:MOST_BARS]]
    rows = tuple(Row((model_cell(labels, s.model), number_cell(s.wins, count(s.wins)))) for s in standings)
    return Chart(
        id="winners", title=title,
        reading=f"{title}. {sentence(counted(len(standings), 'model'))} of {len(results.board.ranked)} are at the top of at least one task.",
        caption=f"Number of tasks on which a {variant} model has the best score; all who tie for a task's best count, so the sum exceeds the number of tasks.".replace("  ", " "),
        figure=_bars(bars, "tasks at the top", signed=False),
        table=Table("winners-table", "Tasks at the top, by model", (Column("model", "Model", first="ascending"), Column("wins", "Tasks at the top", "number")), rows, sorted_by="wins"),
        terms="winners",
    )  # fmt: skip


def chart_model_categories(results: Results, labels: Labels, model: str) -> Chart | None:
    """Mean lift of one model over its own base, by category; over the baseline where it has no base."""
    variant = results.board.variant
    rows: list[tuple[str, float, int]] = []
    over_base = results.boards[variant].standing(model).lift_over_base is not None
    for category in results.categories:
        standing = category.boards[variant].standing(model)
        lift = standing.lift_over_base if over_base else standing.lift_over_baseline
        if lift is not None:
            rows.append((category.category, lift, standing.scored))
    if len(rows) < 2 or (not over_base and model == labels.roles.baseline):
        return None
    rows.sort(key=lambda row: -row[1])
    against = f"its {labels.base} scores" if over_base else labels.baseline
    title = f"{labels.models[model]} gains most over {against} in {rows[0][0]}, least in {rows[-1][0]}"
    hovers = [f"{name}: {labels.scale.signed(lift)} on average over {counted(n, 'task')}" for name, lift, n in rows]
    cells = tuple(Row((category_cell(name), Cell(count(n), n), lift_cell(lift, labels.scale))) for name, lift, n in rows)
    columns = (Column("category", "Category", first="ascending"), Column("tasks", "Tasks", "number"), Column("lift", "Mean lift", "number"))
    return Chart(
        id="model-categories", title=title,
        reading=f"{title}: {labels.scale.signed(rows[0][1])} against {labels.scale.signed(rows[-1][1])}.",
        caption=f"Mean over the tasks of a category of the score minus {against}, in points of score; the number of tasks in brackets.",
        figure=_bars([Bar(f"{name} ({n})", lift, hover) for (name, lift, n), hover in zip(rows, hovers, strict=True)], "mean lift (points of score)"),
        table=Table("model-categories-table", "Mean lift by category", columns, cells, sorted_by="lift"), terms="lift",
    )  # fmt: skip
