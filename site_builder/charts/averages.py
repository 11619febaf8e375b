"""Chart averages, sizes and winners by model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import MODEL, attribute_field, model_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import (
    average_rows,
    baseline_average,
    draw_dumbbells,
    drawn_of,
    ends_of,
    has_intervals,
)
from site_builder.charts.forms import MOST_BARS, Bar, draw_bars
from site_builder.compute.board import Board, Standing
from site_builder.compute.intervals import LEAST_TASKS, LEVEL
from site_builder.compute.numbers import round_float
from site_builder.compute.results import Results
from site_builder.compute.stats import Stats
from site_builder.formatting import billions, count, counted, listed, percent, sentence
from site_builder.labels import MERITS, Labels, with_article
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Column, Field, Table, table_of


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Chart the average of each model before and after tuning; None if averages mean nothing."""
    averages = _best_averages(results, labels)
    if len(averages) < 2 or not results.board.rules.averaged:
        return None
    models = [*averages]
    drawn = ends_of(models)
    rows = average_rows(results.boards, labels, drawn)
    baseline = baseline_average(results.boards, labels)
    best, worst = (
        f"{labels.scale.score(averages[m])} ({labels.models[m]})" for m in (models[0], models[-1])
    )
    circles = f"; open circle {labels.base}, full circle {labels.tuned}" if labels.lifted else ""
    band = f"; band {percent(LEVEL)} interval over tasks" if has_intervals(rows) else ""
    title, unit = _title(results, labels, averages), _unit(results.board)
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {best} to {worst}.",
        caption=f"{sentence(unit)} over {counted(len(results.board.tasks), 'task')}{circles}{band}."
        f"{drawn_of(len(models))}",
        drawing=draw_dumbbells(rows, labels, unit, baseline),
        table=_averages_table(results, labels, drawn, unit),
        terms="average",
        embedded=True,
    )


def _unit(board: Board) -> str:
    """Return what the averages of a board are called."""
    return MERITS["additive" if board.rules.rank_by == "additive" else "mean"]


def _best_averages(results: Results, labels: Labels) -> dict[str, float]:
    """Return the best average of each model ranked in a competing variant, the best first."""
    boards = [results.boards[v] for v in labels.roles.contest]
    direction = float(results.scores.direction[0])
    ranked = (s.model for board in boards for s in board.ranked if board.average(s) is not None)
    best = {}
    for model in dict.fromkeys(ranked):
        found = [board.average(board.standing(model)) for board in boards]
        averages = [average for average in found if average is not None]
        best[model] = max(averages, key=lambda average: direction * average)
    return dict(sorted(best.items(), key=lambda item: -direction * item[1]))


def _title(results: Results, labels: Labels, averages: Mapping[str, float]) -> str:
    stats, scale = results.stats, labels.scale
    before, after = stats.mean_base_score, stats.mean_tuned_score
    if before is not None and after is not None:
        direction = "up from" if after > before else "down from"
        moved = scale.score(after) != scale.score(before)
        way = f"{direction} {scale.score(before)}" if moved else "as before"
        title = f"{sentence(labels.tuned)} models average {scale.score(after)}, {way}"
    else:
        title = _best_title(results, labels, averages)
    if labels.roles.baseline is None or not stats.models_compared:
        return title
    ahead = stats.models_ahead_of_baseline
    passes = "passes" if ahead == 1 else "pass"
    sure = clearly_ahead(stats) if ahead else ""
    return f"{title}; {ahead} of {stats.models_compared} {passes} {labels.baseline}{sure}"


def _best_title(results: Results, labels: Labels, averages: Mapping[str, float]) -> str:
    rounded = {model: round_float(average) for model, average in averages.items()}
    best = next(iter(rounded.values()))
    first = [model for model, average in rounded.items() if average == best]
    have = "has" if len(first) == 1 else "have"
    names = listed([labels.models[m] for m in first])
    board = results.board
    kind = "adjusted average" if board.rules.rank_by == "additive" else "average"
    title = f"{names} {have} the best {kind}, {labels.scale.score(best)}"
    tested = board.rules.rank_by != "mean_win_rate" and len(labels.roles.contest) == 1
    others = [s for s in board.ranked if s.model not in first]
    tied = any(s.tied_with_best or not board.tested for s in others)
    return f"{title}, but not clearly" if tested and tied else title


def clearly_ahead(stats: Stats) -> str:
    """Return how many of the models ahead of the baseline are clearly ahead; empty if all are."""
    clearly = stats.models_clearly_ahead_of_baseline
    if stats.tasks < LEAST_TASKS or clearly >= stats.models_ahead_of_baseline:
        return ""
    return f", {count(clearly) if clearly else 'none'} clearly"


def _averages_table(results: Results, labels: Labels, models: Sequence[str], unit: str) -> Table:
    def average_field(variant: str) -> Field[str]:
        board = results.boards[variant]
        averages = {m: board.average(board.standing(m)) for m in models}
        return Field(
            Column(f"average_{variant}", labels.variants[variant], "number", term="average"),
            lambda m: score_cell(averages[m], labels.scale),
            any(average is not None for average in averages.values()),
        )

    fields = (
        Field[str](MODEL, lambda m: model_cell(labels, m)),
        *map(average_field, reversed(labels.roles.variants)),
    )
    return table_of("averages-table", f"{sentence(unit)} by model", fields, models)


# --- size ---------------------------------------------------------------------------------------

_HEIGHT = 420
# The intervals of more models would hide each other.
_MOST_INTERVALS = 40


class _Point(Record):
    model: str
    parameters_b: float
    average: float
    low: float
    high: float


def chart_size(results: Results, labels: Labels) -> Chart | None:
    """Chart average against size, with the frontier: models that no smaller one matches."""
    board, points = results.board, _points(results)
    if len({p.parameters_b for p in points}) < 2 or len(points) < 3 or not board.rules.averaged:
        return None
    frontier = _frontier(points, float(results.scores.direction[0]))
    names = [labels.models[p.model] for p in frontier]
    give, their = ("give", "their") if len(names) > 1 else ("gives", "its")
    title = f"{listed(names, most=4)} {give} the best average for {their} size"
    drawn = any(p.low < p.high for p in points)
    bars = f"; a bar is the {percent(LEVEL)} interval over tasks" if drawn else ""
    unknown, unit = len(board.ranked) - len(points), _unit(board)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    cut = "" if len(points) <= MOST_LISTED else f" The table has the {MOST_LISTED} best of them."
    return Chart(
        id="size",
        title=title,
        reading=f"{title}: every other model of known size is matched or beaten by one that is no "
        "larger.",
        caption=f"{sentence(unit)} over {counted(len(board.tasks), 'task')} against parameters, "
        f"log axis. The line joins the frontier{bars}.{left_out}{cut}",
        drawing=_draw(points, frontier, labels, baseline_average(results.boards, labels), unit),
        table=_size_table(points[:MOST_LISTED], frontier, labels, unit),
        terms="frontier",
        embedded=True,
    )


def _points(results: Results) -> list[_Point]:
    """Return the ranked models of known size."""
    board, models = results.board, results.catalog.models
    ranks = board.rules.rank_by != "mean_win_rate"
    with_intervals = len(board.ranked) <= _MOST_INTERVALS and ranks
    points = []
    for s in board.ranked:
        size, average = models[s.model].parameters_b, board.average(s)
        if size is not None and size > 0 and average is not None:
            low, high = (with_intervals and s.interval) or (average, average)
            points.append(_Point(s.model, size, average, low, high))
    return points


def _frontier(points: Sequence[_Point], direction: float) -> list[_Point]:
    """Return the points that no point of their size or smaller matches or beats, by size."""
    frontier: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.parameters_b, -direction * p.average)):
        if not frontier or direction * point.average > direction * frontier[-1].average:
            frontier.append(point)
    return frontier


def _draw(
    points: Sequence[_Point],
    frontier: Sequence[_Point],
    labels: Labels,
    baseline: float | None,
    unit: str,
) -> theme.Drawing:
    sizes = sorted(p.parameters_b for p in points)
    places = [math.log10(size) for size in sizes]
    low, span = places[0], places[-1] - places[0]
    ticks = _size_ticks(sizes[0], sizes[-1])
    x_axis = theme.axis(
        "parameters (billions, log axis)",
        type="log",
        # Room for the names, which are left of their dots.
        range=[low - 0.38 * span, places[-1] + 0.06 * span],
        tickvals=ticks,
        ticktext=[billions(tick) for tick in ticks],
    )
    y_ticks = theme.ticks(min(p.low for p in points), max(p.high for p in points))
    path = {"color": theme.SOFT, "width": 1.5, "shape": "hv", "dash": "dot"}
    steps = theme.line([p.parameters_b for p in frontier], [p.average for p in frontier], path)
    level: dict[str, Any] = {}
    if baseline is not None:
        # The baseline's name is in the middle of the widest gap between sizes: it hides nothing.
        left, right = max(itertools.pairwise(places), key=lambda gap: gap[1] - gap[0])
        value = labels.scale.score(baseline)
        level = theme.reference_level(baseline, (left + right) / 2, labels.baseline, value)
    return theme.figure(
        [steps, _dots(points, frontier, labels, baseline)],
        _HEIGHT,
        xaxis=x_axis,
        yaxis=theme.axis(unit, zeroline=False, **y_ticks),
        **level,
    )


def _dots(
    points: Sequence[_Point], frontier: Sequence[_Point], labels: Labels, baseline: float | None
) -> theme.Trace:
    """Return the dots of all models, with the names of those on the frontier."""
    hovers = []
    for p in points:
        interval = f" ({labels.scale.interval(p.low, p.high)})" if p.low < p.high else ""
        score = f"{labels.scale.score(p.average)}{interval}"
        hovers.append(f"{labels.models[p.model]}: {score}, {billions(p.parameters_b)} parameters")
    names = [labels.models[p.model] if p in frontier else "" for p in points]
    marker = {
        "size": 11,
        "color": [theme.developer_colour(labels.dots.get(p.model)) for p in points],
        "line": {"color": theme.PAPER, "width": 1},
    }
    error_bars = {
        "type": "data",
        "symmetric": False,
        "array": [p.high - p.average for p in points],
        "arrayminus": [p.average - p.low for p in points],
        "color": theme.SOFT,
        "thickness": 0.75,
        "width": 0,
    }
    # A name is on the side of its dot that the baseline's line does not cross.
    is_below = [baseline is not None and p.average < baseline for p in points]
    return theme.markers(
        [p.parameters_b for p in points],
        [p.average for p in points],
        marker,
        hovers,
        mode="markers+text",
        text=theme.short_names(names, theme.NARROW_LABEL),
        textfont=theme.INK_TEXT,
        cliponaxis=False,
        error_y=error_bars,
        textposition=["bottom left" if below else "top left" for below in is_below],
    )


def _size_ticks(low: float, high: float) -> list[float]:
    """Return round sizes in and around a range: 1, 2, 3, 5, 7 of each decade, or fewer."""
    ticks: list[float] = []
    for digits, most in (((1, 2, 3, 5, 7), 8), ((1, 2, 5), 10), ((1,), 99)):
        steps = [m * 10.0**e for e in range(-4, 6) for m in digits]
        ticks = [s for s in steps if low * 0.8 <= s <= high * 1.25]
        if len(ticks) <= most:
            break
    return ticks


def _size_table(
    points: Sequence[_Point], frontier: Collection[_Point], labels: Labels, unit: str
) -> Table:
    size = Column("parameters_b", "Parameters", "number", first_order="ascending")
    average = Column("average", sentence(unit), "number", term="average")
    fields = (
        Field[_Point](
            MODEL,
            lambda p: model_cell(labels, p.model, tags=("frontier",) if p in frontier else ()),
        ),
        attribute_field(size, billions),
        attribute_field(average, labels.scale.score),
    )
    by_size = sorted(points, key=lambda p: (p.parameters_b, p.model))
    return table_of("size-table", f"Size and {unit}", fields, by_size, sorted_by="parameters_b")


# --- winners ------------------------------------------------------------------------------------


def _clear_text(standings: Sequence[Standing]) -> str:
    """Say how many first places are clear; empty where this is known of none."""
    judged = [(s.clear_wins or 0, s.unclear_wins or 0) for s in standings]
    clear, unclear = map(sum, zip(*judged, strict=True))
    if not clear + unclear:
        return ""
    is_clear = "is" if clear == 1 else "are"
    counts = f"{clear:,} of these {is_clear} clear by the errors of single scores, {unclear:,} not"
    unknown = sum(s.wins for s in standings) - clear - unclear
    return f" {counts}{f'; of {unknown:,} this is not known' if unknown else ''}."


def chart_winners(results: Results, labels: Labels) -> Chart | None:
    """Chart the first places of each model; all who tie count."""
    n_tasks = len(results.scores.tasks)
    standings = sorted((s for s in results.board.standings if s.wins), key=lambda s: -s.wins)
    if not standings or n_tasks < 2:
        return None
    of, wins = counted(n_tasks, "task"), standings[0].wins
    top = [labels.models[s.model] for s in standings if s.wins == wins]
    are_first = "is first" if len(top) == 1 else "are first"
    title = f"{listed(top)} {are_first} most often: on {wins} of {of}"
    scored = sum(s.scored > 0 for s in results.board.standings)
    ties = sum(s.wins for s in standings) > n_tasks
    more = ", so the bars add up to more than the number of tasks" if ties else ""
    variant = f"{labels.in_sentence(results.board.variant)} " if labels.roles.tuned else ""
    winners = f"{counted(len(standings), 'model')} of {scored}"
    drawn = standings[:MOST_BARS]
    cut = "" if len(drawn) == len(standings) else f" The first {MOST_BARS} are drawn."
    bars = [
        Bar(labels.models[s.model], s.wins, f"best, or tied for best, on {s.wins} of {of}")
        for s in drawn
    ]
    fields = (
        Field[Standing](MODEL, lambda s: model_cell(labels, s.model)),
        attribute_field(Column("wins", "First places", "number", term="winners"), count),
    )
    return Chart(
        id="winners",
        title=title,
        reading=f"{title}. {winners} {'is' if len(standings) == 1 else 'are'} first on at least "
        "one task.",
        caption=f"Number of tasks on which {with_article(f'{variant}model')} has the best score. "
        f"Every model that shares first place counts{more}.{_clear_text(standings)}{cut}",
        drawing=draw_bars(bars, "first places", signed=False),
        table=table_of("winners-table", "First places by model", fields, drawn, sorted_by="wins"),
        terms="winners",
        embedded=True,
    )
