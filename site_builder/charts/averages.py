"""Chart averages, sizes and winners by model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from typing import Any

import plotly.graph_objects as go

from site_builder.charts import theme
from site_builder.charts.cells import MODEL, model_cell, number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.forms import (
    MOST_BARS,
    Bar,
    DumbbellEnd,
    DumbbellRow,
    baseline_line,
    draw_bars,
    draw_dumbbells,
    drawn_of,
    ends_of,
)
from site_builder.compute.board import Standing
from site_builder.compute.intervals import LEVEL
from site_builder.compute.numbers import round_float
from site_builder.compute.results import Results
from site_builder.compute.significance import LEAST_TASKS
from site_builder.compute.stats import Stats
from site_builder.formatting import billions, count, counted, listed, percent, sentence
from site_builder.labels import Labels, with_article
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Column, Field, Table, table_of


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Chart the average of each model before and after tuning; None if averages mean nothing."""
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
    baseline = _average_of(results, labels.roles.baseline_variant, labels.roles.baseline)
    marks = f"{_marks(labels)}{interval}.{drawn_of(len(models))}"
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {best} to {worst}.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')}{marks}",
        figure=draw_dumbbells(
            lines, labels, "mean score", **baseline_line(labels, baseline, labels.scale)
        ),
        table=_averages_table(results, labels, ends_of(models)),
        terms="average",
        embedded=True,
    )


def _ranked_models(results: Results, labels: Labels) -> list[str]:
    """Return the models ranked in a competing variant, by the best of their averages."""
    boards = [results.boards[v] for v in labels.roles.contest]
    ranked = dict.fromkeys(
        s.model for board in boards for s in board.ranked if s.average is not None
    )
    direction = float(results.scores.direction[0])
    return sorted(ranked, key=lambda m: -direction * (_best_average(results, labels, m) or 0.0))


def _average_of(results: Results, variant: str | None, model: str | None) -> float | None:
    if variant is None or model is None:
        return None
    return results.boards[variant].standing(model).average


def _best_average(results: Results, labels: Labels, model: str) -> float | None:
    averages = [_average_of(results, v, model) for v in labels.roles.contest]
    pick = max if results.scores.direction[0] > 0 else min
    return pick((a for a in averages if a is not None), default=None)


def _line(results: Results, labels: Labels, model: str) -> DumbbellRow:
    roles = labels.roles
    before = _average_of(results, roles.base, model) if roles.tuned else None
    standings = [(v, results.boards[v].standing(model)) for v in roles.contest]
    by_mean = results.board.rules.rank_by == "mean"
    after = tuple(
        DumbbellEnd(v, s.average, s.lift_over_base, s.interval if by_mean else None)
        for v, s in standings
        if s.average is not None
    )
    return DumbbellRow(model_cell(labels, model), labels.scale, before, after)


def _marks(labels: Labels) -> str:
    if not labels.roles.tuned or labels.roles.base is None:
        return ""
    return f"; open circle {labels.base}, full circle {labels.tuned}"


def _best_title(results: Results, labels: Labels, models: Sequence[str]) -> str:
    averages = {m: round_float(_best_average(results, labels, m) or 0.0) for m in models}
    best = averages[models[0]]
    first = [m for m in models if averages[m] == best]
    have = "has" if len(first) == 1 else "have"
    names = listed([labels.models[m] for m in first])
    title = f"{names} {have} the best average, {labels.scale.score(best)}"
    return title if _is_clear(results, labels, first) else f"{title}, but not clearly"


def _is_clear(results: Results, labels: Labels, first: Collection[str]) -> bool:
    """Return whether no other model is effectively tied with the first, if this was tested."""
    board = results.board
    if board.rules.rank_by != "mean" or len(labels.roles.contest) > 1:
        return True
    return not any(s.tied_with_best for s in board.ranked if s.model not in first)


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
    """Return how many of the models ahead of the baseline are clearly ahead; empty if all are."""
    clearly = stats.models_clearly_ahead
    if stats.tasks < LEAST_TASKS or clearly >= stats.models_ahead_of_baseline:
        return ""
    return f", {count(clearly) if clearly else 'none'} clearly"


def _averages_table(results: Results, labels: Labels, models: Sequence[str]) -> Table:
    def average(variant: str) -> Field[str]:
        return Field(
            Column(f"average_{variant}", labels.variants[variant], "number", term="average"),
            lambda m: score_cell(_average_of(results, variant, m), labels.scale),
            any(_average_of(results, variant, m) is not None for m in models),
        )

    fields: tuple[Field[str], ...] = (
        Field(MODEL, lambda m: model_cell(labels, m)),
        *(average(v) for v in reversed(labels.roles.variants)),
    )
    return table_of("averages-table", "Mean score by model", fields, models)


# --- size ---------------------------------------------------------------------------------------

_HEIGHT = 420
# The intervals of more models would hide each other.
_MOST_INTERVALS = 40


class _Point(Record):
    model: str
    size: float
    score: float
    low: float
    high: float


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Chart average against size, with the frontier: models that no smaller one matches."""
    points = _points(results)
    baseline = _average_of(results, labels.roles.baseline_variant, labels.roles.baseline)
    averaged = results.board.rules.averaged
    if len(points) < 3 or len({p.size for p in points}) < 2 or not averaged:
        return None
    frontier = _frontier(points, float(results.scores.direction[0]))
    names = [labels.models[p.model] for p in frontier]
    give, their = ("give", "their") if len(names) > 1 else ("gives", "its")
    title = f"{listed(names, most=4)} {give} the best average for {their} size"
    unknown = len(results.board.ranked) - len(points)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    cut = "" if len(points) <= MOST_LISTED else f" The table has the {MOST_LISTED} best of them."
    return Chart(
        id="size",
        title=title,
        reading=f"{title}: every other model of known size is matched or beaten by one that is no "
        "larger.",
        caption=f"Mean score over {counted(len(results.board.tasks), 'task')} against parameters, "
        f"log axis. The line joins the frontier{_bars(points)}.{left_out}{cut}",
        figure=_draw(points, frontier, labels, baseline),
        table=_size_table(points[:MOST_LISTED], {p.model for p in frontier}, labels),
        terms="frontier",
        embedded=True,
    )


def _points(results: Results) -> list[_Point]:
    """Return the ranked models of known size."""
    board, models = results.board, results.catalog.models
    with_intervals = len(board.ranked) <= _MOST_INTERVALS and board.rules.rank_by == "mean"
    points = []
    for s in board.ranked:
        size = models[s.model].parameters_b
        if size is not None and size > 0 and s.average is not None:
            low, high = (with_intervals and s.interval) or (s.average, s.average)
            points.append(_Point(s.model, size, s.average, low, high))
    return points


def _frontier(points: Sequence[_Point], direction: float) -> list[_Point]:
    """Return the points that no point of their size or smaller matches or beats, by size."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.size, -direction * p.score)):
        if not frontier or direction * point.score > direction * frontier[-1].score:
            frontier.append(point)
    return frontier


def _draw(
    points: Sequence[_Point], frontier: Sequence[_Point], labels: Labels, baseline: float | None
) -> go.Figure:
    sizes = [p.size for p in points]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    # Room for the names, which are left of their dots.
    ends = [low - 0.38 * (high - low), high + 0.06 * (high - low)]
    ticks = _size_ticks(min(sizes), max(sizes))
    x_axis = theme.axis(
        "parameters (billions, log axis)",
        type="log",
        range=ends,
        tickvals=ticks,
        ticktext=[billions(t) for t in ticks],
    )
    y_ticks = theme.ticks(min(p.low for p in points), max(p.high for p in points))
    y_axis = theme.axis("mean score", zeroline=False, **y_ticks)
    dots = _dots(points, {p.model for p in frontier}, labels)
    # A name is on the side of its dot that the baseline's line does not cross.
    dots["textposition"] = [
        "bottom left" if baseline is not None and p.score < baseline else "top left" for p in points
    ]
    level = _level(points, labels, baseline)
    return theme.figure([_steps(frontier), dots], _HEIGHT, xaxis=x_axis, yaxis=y_axis, **level)


def _bars(points: Sequence[_Point]) -> str:
    drawn = any(p.low < p.high for p in points)
    return f"; a bar is the {percent(LEVEL)} interval over tasks" if drawn else ""


def _steps(frontier: Sequence[_Point]) -> theme.Trace:
    style = {"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"}
    return theme.line([p.size for p in frontier], [p.score for p in frontier], style)


def _dots(points: Sequence[_Point], named: Collection[str], labels: Labels) -> theme.Trace:
    hovers = [
        f"{labels.models[p.model]}: {labels.scale.score(p.score)}{_interval_text(p, labels)}, "
        f"{billions(p.size)} parameters"
        for p in points
    ]
    names = [labels.models[p.model] if p.model in named else "" for p in points]
    marker = {
        "size": 11,
        "color": [theme.developer_colour(labels.dots.get(p.model)) for p in points],
        "line": {"color": theme.PAPER, "width": 1},
    }
    error_bars = {
        "type": "data",
        "symmetric": False,
        "array": [p.high - p.score for p in points],
        "arrayminus": [p.score - p.low for p in points],
        "color": theme.SOFT,
        "thickness": 0.75,
        "width": 0,
    }
    return theme.markers(
        [p.size for p in points],
        [p.score for p in points],
        marker,
        hovers,
        mode="markers+text",
        text=theme.short_names(names, theme.NARROW_LABEL),
        textfont=theme.INK_TEXT,
        cliponaxis=False,
        error_y=error_bars,
    )


def _interval_text(point: _Point, labels: Labels) -> str:
    if point.low == point.high:
        return ""
    return f" ({labels.scale.interval(point.low, point.high)})"


def _level(points: Sequence[_Point], labels: Labels, baseline: float | None) -> dict[str, Any]:
    if baseline is None:
        return {}
    # The baseline's name is in the middle of the widest gap between sizes, where it hides nothing.
    places = sorted(math.log10(p.size) for p in points)
    low, high = max(itertools.pairwise(places), key=lambda gap: gap[1] - gap[0])
    value = labels.scale.score(baseline)
    return theme.reference_level(baseline, (low + high) / 2, labels.baseline, value)


def _size_ticks(low: float, high: float) -> list[float]:
    """Return round sizes in and around a range: 1, 2, 3, 5, 7 of each decade, or fewer."""
    ticks: list[float] = []
    for digits, most in (((1, 2, 3, 5, 7), 8), ((1, 2, 5), 10), ((1,), 99)):
        steps = [m * 10.0**e for e in range(-4, 6) for m in digits]
        ticks = [s for s in steps if low * 0.8 <= s <= high * 1.25]
        if len(ticks) <= most:
            break
    return ticks


def _size_table(points: Sequence[_Point], frontier: Collection[str], labels: Labels) -> Table:
    def tags(point: _Point) -> tuple[str, ...]:
        return ("frontier",) if point.model in frontier else ()

    fields: tuple[Field[_Point], ...] = (
        Field(MODEL, lambda p: model_cell(labels, p.model, tags=tags(p))),
        Field(
            Column("parameters_b", "Parameters", "number", first="ascending"),
            lambda p: number_cell(p.size, billions(p.size)),
        ),
        Field(
            Column("average", "Mean score", "number", term="average"),
            lambda p: score_cell(p.score, labels.scale),
        ),
    )
    by_size = sorted(points, key=lambda p: (p.size, p.model))
    return table_of("size-table", "Size and mean score", fields, by_size, sorted_by="parameters_b")


# --- winners ------------------------------------------------------------------------------------


def chart_winners(results: Results, labels: Labels) -> Chart | None:
    """Chart on how many tasks each model is at the top; all who tie count."""
    standings = sorted((s for s in results.board.standings if s.wins), key=lambda s: -s.wins)
    if not standings or len(results.scores.tasks) < 2:
        return None
    of = counted(len(results.scores.tasks), "task")
    top = [labels.models[s.model] for s in standings if s.wins == standings[0].wins]
    title = (
        f"{listed(top)} {'is' if len(top) == 1 else 'are'} at the top most often: "
        f"on {standings[0].wins} of {of}"
    )
    scored = sum(s.scored > 0 for s in results.board.standings)
    ties = sum(s.wins for s in standings) > len(results.scores.tasks)
    more = ", so the bars add up to more than the number of tasks" if ties else ""
    variant = f"{labels.in_sentence(results.board.variant)} " if labels.roles.tuned else ""
    winners = f"{counted(len(standings), 'model')} of {scored}"
    drawn = standings[:MOST_BARS]
    hover = "best, or tied for best, on"
    bars = [Bar(labels.models[s.model], s.wins, f"{hover} {s.wins} of {of}") for s in drawn]
    cut = "" if len(drawn) == len(standings) else f" The first {MOST_BARS} are drawn."
    return Chart(
        id="winners",
        title=title,
        reading=f"{title}. {winners} {'is' if len(standings) == 1 else 'are'} at the top of at "
        "least one task.",
        caption=f"Number of tasks on which {with_article(f'{variant}model')} has the best score. "
        f"Every model that shares first place counts{more}.{cut}",
        figure=draw_bars(bars, "tasks at the top", signed=False),
        table=_winners_table(drawn, labels),
        terms="winners",
        embedded=True,
    )


def _winners_table(standings: Sequence[Standing], labels: Labels) -> Table:
    fields: tuple[Field[Standing], ...] = (
        Field(MODEL, lambda s: model_cell(labels, s.model)),
        Field(
            Column("wins", "Tasks at the top", "number", term="winners"),
            lambda s: number_cell(s.wins, count(s.wins)),
        ),
    )
    return table_of(
        "winners-table", "Tasks at the top, by model", fields, standings, sorted_by="wins"
    )
