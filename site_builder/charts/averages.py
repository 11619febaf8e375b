"""Averages as dumbbells: each model before and after, against the baseline's."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts import theme
from site_builder.charts.cells import model_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.charts.dumbbells import After, Line, draw_dumbbells, drawn_of, ends_of
from site_builder.charts.labels import Labels
from site_builder.compute.intervals import LEVEL
from site_builder.compute.lift_tests import LEAST_TASKS
from site_builder.compute.numbers import settled_float
from site_builder.compute.results import Results
from site_builder.compute.stats import Stats
from site_builder.format import count, counted, listed, percent, sentence
from site_builder.parts import Column, Table


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Average of each model before and after; None where averages mean nothing."""
    models = _ranked_models(results, labels)
    if len(models) < 2 or not results.board.rules.averaged:
        return None
    lines = [_line(results, labels, m) for m in models]
    title = _title(results, labels, models)
    best, worst = (
        f"{labels.scale.score(_best_average(results, labels, m))} ({labels.models[m]})"
        for m in (models[0], models[-1])
    )
    band = any(a.interval for line in lines for a in line.after)
    interval = f"; band {percent(LEVEL)} interval over tasks" if band else ""
    marks = f"{_marks(labels)}{interval}.{drawn_of(len(models))}"
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {best} to {worst}.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')}{marks}",
        figure=draw_dumbbells(lines, labels, "mean score", **_baseline_line(results, labels)),
        table=_table(results, labels, ends_of(models)),
        terms="average",
        embedded=True,
    )


def _ranked_models(results: Results, labels: Labels) -> list[str]:
    """The models that are ranked in a contest variant, by the best of their averages."""
    boards = [results.boards[v] for v in labels.roles.contest]
    ranked = dict.fromkeys(
        s.model for board in boards for s in board.ranked if s.average is not None
    )
    direction = float(results.scores.direction[0])
    return sorted(ranked, key=lambda m: -direction * (_best_average(results, labels, m) or 0.0))


def average_of(results: Results, variant: str | None, model: str | None) -> float | None:
    """Average of a model in a variant; None where it has none, or the board no such role."""
    if variant is None or model is None:
        return None
    return results.boards[variant].standing(model).average


def _best_average(results: Results, labels: Labels, model: str) -> float | None:
    averages = [average_of(results, v, model) for v in labels.roles.contest]
    pick = max if results.scores.direction[0] > 0 else min
    return pick((a for a in averages if a is not None), default=None)


def _line(results: Results, labels: Labels, model: str) -> Line:
    roles = labels.roles
    before = average_of(results, roles.base, model) if roles.tuned else None
    standings = [(v, results.boards[v].standing(model)) for v in roles.contest]
    by_mean = results.board.rules.rank_by == "mean"
    after = tuple(
        After(v, s.average, s.lift_over_base, s.interval if by_mean else None)
        for v, s in standings
        if s.average is not None
    )
    return Line(model_cell(labels, model), labels.scale, before, after)


def _baseline_line(results: Results, labels: Labels) -> dict[str, object]:
    average = average_of(results, labels.roles.baseline_variant, labels.roles.baseline)
    if average is None:
        return {}
    return theme.reference_line(average, labels.baseline, labels.scale.score(average))


def _marks(labels: Labels) -> str:
    """What the marks stand for, where there are two kinds."""
    if not labels.roles.tuned or labels.roles.base is None:
        return ""
    return f"; open circle {labels.base}, full circle {labels.tuned}"


def _best_title(results: Results, labels: Labels, models: Sequence[str]) -> str:
    """Who has the best average, all who tie for it."""
    averages = {m: settled_float(_best_average(results, labels, m) or 0.0) for m in models}
    best = averages[models[0]]
    names = listed([labels.models[m] for m in models if averages[m] == best])
    have = "has" if list(averages.values()).count(best) == 1 else "have"
    return f"{names} {have} the best average, {labels.scale.score(best)}"


def _title(results: Results, labels: Labels, models: Sequence[str]) -> str:
    stats, scale = results.stats, labels.scale
    before, after = stats.mean_base_score, stats.mean_tuned_score
    if before is not None and after is not None:
        direction = "up from" if after > before else "down from"
        moved = scale.score(after) != scale.score(before)
        way = f"{direction} {scale.score(before)}" if moved else "as before"
        title = f"{sentence(labels.tuned)} models average {scale.score(after)}, {way}"
    else:
        title = _best_title(results, labels, models)
    if labels.roles.baseline is None or not stats.models_compared:
        return title
    ahead = stats.models_ahead_of_baseline
    passes = "passes" if ahead == 1 else "pass"
    sure = clearly_ahead(stats) if ahead else ""
    return f"{title}; {ahead} of {stats.models_compared} {passes} {labels.baseline}{sure}"


def clearly_ahead(stats: Stats) -> str:
    """How many of the models ahead of the baseline are so beyond chance; empty where it is all."""
    clearly = stats.models_clearly_ahead
    if stats.tasks < LEAST_TASKS or clearly >= stats.models_ahead_of_baseline:
        return ""
    return f", {count(clearly) if clearly else 'none'} clearly"


def _table(results: Results, labels: Labels, models: Sequence[str]) -> Table:
    fields: tuple[Field[str], ...] = (
        Field(MODEL, lambda m: model_cell(labels, m)),
        *(_average_field(results, labels, v, models) for v in reversed(labels.roles.variants)),
    )
    return Table(
        "averages-table", "Mean score by model", columns_of(fields), rows_of(fields, models)
    )


def _average_field(
    results: Results, labels: Labels, variant: str, models: Sequence[str]
) -> Field[str]:
    return Field(
        Column(f"average_{variant}", labels.variants[variant], "number", term="average"),
        lambda m: score_cell(average_of(results, variant, m), labels.scale),
        any(average_of(results, variant, m) is not None for m in models),
    )
