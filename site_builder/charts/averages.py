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
    DumbbellRow,
    average_rows,
    draw_dumbbells,
    drawn_of,
    ends_of,
    has_intervals,
    shared,
    tasks_averaged,
)
from site_builder.charts.forms import MOST_BARS, Bar, draw_bars
from site_builder.charts.leaders import (
    comparable_boards,
    find_rivals,
    has_comparable_average,
    has_mixed_directions,
)
from site_builder.compute.board import Board, Standing
from site_builder.compute.intervals import LEAST_TASKS, LEVEL
from site_builder.compute.numbers import round_float
from site_builder.compute.results import Results
from site_builder.formatting import billions, count, counted, listed, percent, sentence
from site_builder.labels import MERITS, Labels, with_article
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Column, Field, Table, table_of


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Chart the average of each model before and after tuning; None if averages mean nothing."""
    boards = comparable_boards(results)
    averages = {} if boards is None else _best_averages(results, labels, boards)
    if boards is None or len(averages) < 2:
        return None
    models = [*averages]
    drawn = ends_of(models)
    rows, baseline = average_rows(boards, labels, drawn, labels.scale)
    best, worst = (
        f"{labels.scale.score(averages[m])} ({labels.models[m]})" for m in (models[0], models[-1])
    )
    circles = f"; open circle {labels.base}, full circle {labels.tuned}" if labels.lifted else ""
    band = f"; band {percent(LEVEL)} interval over tasks" if has_intervals(rows) else ""
    title = _tuning_title(results, labels) or _best_title(results, labels, boards, averages)
    title += _baseline_text(results, labels)
    over, unit = _tasks_text(results, boards), _unit(results.board)
    if any(row.reference is not None for row in rows):
        band += f"; tick {labels.baseline} over the same tasks"
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {best} to {worst}.",
        caption=f"{sentence(unit)} over {over}{circles}{band}.{drawn_of(len(models))}",
        drawing=draw_dumbbells(rows, labels, unit, baseline),
        table=_averages_table(boards, labels, dict(zip(drawn, rows, strict=True)), unit),
        terms="average",
        embedded=True,
    )


def _unit(board: Board) -> str:
    """Return what the averages of a board are called."""
    return MERITS["additive" if board.rules.rank_by == "additive" else "mean"]


def _best_averages(
    results: Results, labels: Labels, boards: Mapping[str, Board]
) -> dict[str, float]:
    """Return the best comparable average of each model in a competing variant, best first."""
    direction = float(results.scores.direction[0])
    best = dict[str, float]()
    for board in (boards[variant] for variant in labels.roles.contest):
        for s in board.ranked:
            average = board.average(s)
            if average is not None and has_comparable_average(board, s):
                best[s.model] = max(
                    best.get(s.model, average), average, key=lambda mean: direction * mean
                )
    return dict(sorted(best.items(), key=lambda item: -direction * item[1]))


def _tasks_text(results: Results, boards: Mapping[str, Board]) -> str:
    """Return over which tasks averages are."""
    roles, board = results.scores.roles, boards[results.scores.roles.primary]
    if len({boards[variant].tasks for variant in roles.contest}) > 1:
        return "the tasks of each variant"
    if len(board.tasks) == len(results.board.tasks):
        return tasks_averaged(board)
    return f"the {counted(len(board.tasks), 'task')} that every ranked model has"


def _tuning_title(results: Results, labels: Labels) -> str:
    """Return the mean scores before and after tuning; empty if no score has both."""
    stats = results.stats
    before, after = stats.mean_base_score, stats.mean_tuned_score
    if before is None or after is None:
        return ""
    old, new = labels.scale.score(before), labels.scale.score(after)
    is_whole = stats.runs_paired == stats.runs_tuned
    scope = "" if is_whole else f" over {counted(stats.runs_paired, 'pair')}"
    title = f"{sentence(labels.tuned)} scores average {new}{scope}"
    if has_mixed_directions(results) or old == new:
        return f"{title}, {labels.base} scores {old}"
    is_better = (after > before) == (results.scores.direction[0] > 0)
    than = f"{'better' if is_better else 'worse'} than {labels.base} ({old})"
    return f"{title}, {than}, {_clearly_changed(results, is_better=is_better)}"


def _clearly_changed(results: Results, *, is_better: bool) -> str:
    """Return for how many models tuning clearly made scores better, or worse."""
    stats, tests = results.stats, results.lift_tests.over_base
    if stats.tasks < LEAST_TASKS:
        return "over too few tasks to tell"
    clearly = stats.models_clearly_helped if is_better else stats.models_clearly_hurt
    models = {model for by_model in tests.values() for model in by_model}
    return f"clearly for {count(clearly) if clearly else 'none'} of {counted(len(models), 'model')}"


def _best_title(
    results: Results, labels: Labels, boards: Mapping[str, Board], averages: Mapping[str, float]
) -> str:
    """Return who has the best average, and whether that is clear."""
    board = boards[labels.roles.primary]
    if len(labels.roles.contest) > 1 or has_mixed_directions(results):
        return f"{sentence(_unit(board))}s of {counted(len(averages), 'model')}"
    rounded = {model: round_float(average) for model, average in averages.items()}
    best = next(iter(rounded.values()))
    first = [labels.models[m] for m, average in rounded.items() if average == best]
    score, rivals = labels.scale.score(best), find_rivals(board)
    have = "share" if len(first) > 1 else "has"
    title = f"{listed(first)} {have} the best {_unit(board)}, {score}"
    if board.rules.rank_by == "mean_win_rate":
        return f"{title}; the board ranks by win rate"
    if not board.tested:
        return f"{title}, over too few tasks to tell models apart"
    if rivals:
        return f"{title}; {counted(len(rivals), 'other model')} may be first"
    return title


def _baseline_text(results: Results, labels: Labels) -> str:
    """Return how many models have a better average than the baseline, and how clearly."""
    stats = results.stats
    if labels.roles.baseline is None or not stats.models_compared:
        return ""
    ahead, clearly = stats.models_ahead_of_baseline, stats.models_clearly_ahead_of_baseline
    sure = ", clearly"
    if stats.tasks < LEAST_TASKS:
        sure = ", over too few tasks to tell"
    elif clearly < ahead:
        sure = ", not all clearly" if clearly else ", none clearly"
    have, of = "has" if ahead == 1 else "have", count(stats.models_compared)
    which = " in one variant or more" if len(labels.roles.contest) > 1 else ""
    text = f"; {count(ahead)} of {of} {have} a better mean than {labels.baseline}{which}"
    return f"{text}{sure if ahead else ''}"


def _averages_table(
    boards: Mapping[str, Board], labels: Labels, rows: Mapping[str, DumbbellRow], unit: str
) -> Table:
    """Make the table of what is drawn: a base average is over the tasks of the tuned one."""
    roles = labels.roles

    def average_field(variant: str) -> Field[str]:
        board = boards[variant]
        averages = {m: board.average(board.standing(m)) for m in rows}
        if variant not in roles.contest:
            averages = {m: row.before for m, row in rows.items()}
        return Field(
            Column(f"average_{variant}", labels.variants[variant], "number", term="average"),
            lambda m: score_cell(averages[m], labels.scale),
            any(average is not None for average in averages.values()),
        )

    fields = (
        Field[str](MODEL, lambda m: model_cell(labels, m)),
        *map(average_field, reversed(roles.variants)),
    )
    return table_of("averages-table", f"{sentence(unit)} by model", fields, [*rows])


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
    boards = comparable_boards(results)
    board = results.board if boards is None else boards[results.board.variant]
    points = _points(results, board)
    too_few = len({p.parameters_b for p in points}) < 2 or len(points) < 3
    if boards is None or too_few or has_mixed_directions(results):
        return None
    frontier = _frontier(points, float(results.scores.direction[0]))
    names = [labels.models[p.model] for p in frontier]
    have, their = ("have", "their") if len(names) > 1 else ("has", "its")
    title = f"{listed(names, most=4)} {have} the best {_unit(board)} for {their} size"
    if not _is_clear(board, points, frontier):
        title += ", not clearly"
    baseline = shared(board.standing(p.model).baseline_average for p in points)
    drawn = any(p.low < p.high for p in points)
    bars = f"; a bar is the {percent(LEVEL)} interval over tasks" if drawn else ""
    unknown, unit = len(board.ranked) - len(points), _unit(board)
    left_out = f" {counted(unknown, 'model')} of unknown size left out." if unknown else ""
    cut = "" if len(points) <= MOST_LISTED else f" The table has the first {MOST_LISTED} of them."
    return Chart(
        id="size",
        title=title,
        reading=f"{title}: the {unit} of every other model of known size is matched or beaten by "
        "one that is no larger.",
        caption=f"{sentence(unit)} over {_tasks_text(results, boards)} against parameters, "
        f"log axis. The line joins the frontier{bars}.{left_out}{cut}",
        drawing=_draw(points, frontier, labels, baseline, unit),
        table=_size_table(points[:MOST_LISTED], frontier, labels, unit),
        terms="frontier",
        embedded=True,
    )


def _points(results: Results, board: Board) -> list[_Point]:
    """Return the ranked models of known size."""
    models = results.catalog.models
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


def _is_clear(board: Board, points: Sequence[_Point], frontier: Sequence[_Point]) -> bool:
    """Return whether the plausible ranks of the frontier are above those of all no larger."""
    if board.rules.rank_by == "mean_win_rate" or not board.tested:
        return False
    ranges = {s.model: s.rank_interval for s in board.ranked}
    for point in frontier:
        own = ranges[point.model]
        for other in points:
            if other.model != point.model and other.parameters_b <= point.parameters_b:
                theirs = ranges[other.model]
                if own is None or theirs is None or own[1] >= theirs[0]:
                    return False
    return True


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
    n_tasks = len(results.board.tasks)
    standings = sorted((s for s in results.board.standings if s.wins), key=lambda s: -s.wins)
    if not standings or n_tasks < 2:
        return None
    of, wins = counted(n_tasks, "task"), standings[0].wins
    top = [labels.models[s.model] for s in standings if s.wins == wins]
    have = "has the most first places" if len(top) == 1 else "share the most first places"
    title = f"{listed(top)} {have}: {wins} of {of}"
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
