"""Chart averages and winners by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from site_builder.charts import theme
from site_builder.charts.cells import model_cell, number_cell, score_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import (
    DumbbellRow,
    average_rows,
    draw_dumbbells,
    drawn_of,
    ends_of,
    has_intervals,
)
from site_builder.charts.forms import MAX_BARS, Bar, draw_bars
from site_builder.compute.board import Board, Entry
from site_builder.compute.intervals import LEAST_TASKS, LEVEL
from site_builder.compute.numbers import round_float
from site_builder.compute.results import Results
from site_builder.formatting import count, counted, listed, percent, sentence
from site_builder.labels import Labels
from site_builder.table_model import Column, Field, Table, table_of


def chart_averages(results: Results, labels: Labels) -> Chart | None:
    """Chart the average of each model before and after tuning; None if averages mean nothing."""
    boards = results.comparable_boards
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
    over, unit = averaged_over(results, labels, boards), average_name(results.board)
    if any(row.reference is not None for row in rows):
        band += f"; tick {labels.baseline} over the same tasks"
    return Chart(
        id="averages",
        title=title,
        reading=f"{title}. Averages run from {best} to {worst}.",
        caption=f"{sentence(unit)} over {over}{circles}{band}.{drawn_of(len(models))}",
        drawing=draw_dumbbells(rows, labels, unit, baseline, with_values=not drawn_of(len(models))),
        table=_averages_table(boards, labels, dict(zip(drawn, rows, strict=True)), unit),
        terms="average",
        embedded=True,
    )


def average_name(board: Board) -> str:
    """Return what the averages of a board are called."""
    return "adjusted average" if board.rules.rank_by == "additive" else "mean score"


def _best_averages(
    results: Results, labels: Labels, boards: Mapping[str, Board]
) -> dict[str, float]:
    """Return the best comparable average of each model in a competing variant, best first."""
    direction = float(results.scores.direction[0])
    best = dict[str, float]()
    for board in (boards[variant] for variant in labels.roles.contest):
        for s in board.ranked:
            average = board.average(s)
            if average is not None and board.is_comparable(s):
                best[s.model] = max(
                    best.get(s.model, average), average, key=lambda mean: direction * mean
                )
    return dict(sorted(best.items(), key=lambda item: -direction * item[1]))


def averaged_over(results: Results, labels: Labels, boards: Mapping[str, Board]) -> str:
    """Return over which tasks comparable averages are."""
    roles, board = results.scores.roles, boards[results.scores.roles.primary]
    if len({boards[variant].tasks for variant in roles.contest}) > 1:
        return "the tasks of each variant"
    if len(board.tasks) == len(results.board.tasks):
        return labels.tasks_of(board)
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
    if results.has_mixed_directions or old == new:
        return f"{title}, {labels.base} scores {old}"
    is_better = (after > before) == (results.scores.direction[0] > 0)
    than = f"{'better' if is_better else 'worse'} than {labels.base} ({old})"
    return f"{title}, {than}, {_clearly_changed(results, is_better=is_better)}"


def _clearly_changed(results: Results, *, is_better: bool) -> str:
    """Return for how many models tuning clearly made scores better, or worse."""
    stats = results.stats
    if stats.tasks < LEAST_TASKS:
        return "over too few tasks to tell"
    clearly = stats.models_clearly_helped if is_better else stats.models_clearly_hurt
    models = {m for v in results.scores.roles.tuned for m in results.boards[v].tests["base"]}
    return f"clearly for {count(clearly) if clearly else 'none'} of {counted(len(models), 'model')}"


def _best_title(
    results: Results, labels: Labels, boards: Mapping[str, Board], averages: Mapping[str, float]
) -> str:
    """Return who has the best average, and whether that is clear."""
    board = boards[labels.roles.primary]
    if len(labels.roles.contest) > 1 or results.has_mixed_directions:
        return f"{sentence(average_name(board))}s of {counted(len(averages), 'model')}"
    rounded = {model: round_float(average) for model, average in averages.items()}
    best = next(iter(rounded.values()))
    first = [labels.models[m] for m, average in rounded.items() if average == best]
    score, rivals = labels.scale.score(best), board.rivals
    have = "share" if len(first) > 1 else "has"
    title = f"{listed(first)} {have} the best {average_name(board)}, {score}"
    if not board.by_average:
        return f"{title}; the board ranks by {board.rule.label.removeprefix('mean ')}"
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
    sure = clearly_text(clearly, ahead, stats.tasks)
    have, of = "has" if ahead == 1 else "have", count(stats.models_compared)
    which = f" in {'at least one' if ahead else 'any'} variant"
    which *= len(labels.roles.contest) > 1
    text = f"; {count(ahead)} of {of} {have} a better mean than {labels.baseline}{which}"
    return f"{text}{sure if ahead else ''}"


def clearly_text(clear: int, of: int, tasks: int) -> str:
    """Return how many of some leads over a number of tasks are clear, after a comma."""
    if tasks < LEAST_TASKS:
        return ", over too few tasks to tell"
    return ", clearly" if clear >= of else ", not all clearly" if clear else ", none clearly"


def _averages_table(
    boards: Mapping[str, Board], labels: Labels, rows: Mapping[str, DumbbellRow], unit: str
) -> Table:
    """Make the table of what is drawn: a base average is over the tasks of the tuned one."""
    roles = labels.roles

    def average_field(variant: str) -> Field[str]:
        board = boards[variant]
        averages = {m: board.average(board.entry(m)) for m in rows}
        if variant not in roles.contest:
            averages = {m: row.before for m, row in rows.items()}
        return Field(
            Column(f"average_{variant}", labels.variants[variant], "number", term="average"),
            lambda m: score_cell(averages[m], labels.scale),
            any(average is not None for average in averages.values()),
        )

    fields = (
        Field[str](labels.column("model"), lambda m: model_cell(labels, m)),
        *map(average_field, reversed(roles.variants)),
    )
    return table_of("averages-table", f"{sentence(unit)} by model", fields, [*rows])


# --- winners ------------------------------------------------------------------------------------


def _clear_text(board: Board, winners: Sequence[Entry]) -> str:
    """Say how many first places are clear; empty where this is known of none."""
    judged = [(board.count(s, "clear_wins"), board.count(s, "unclear_wins")) for s in winners]
    clear, unclear = map(sum, zip(*judged, strict=True))
    if not clear + unclear:
        return ""
    is_clear = "is" if clear == 1 else "are"
    counts = f"{clear:,} of these {is_clear} clear by the errors of single scores, {unclear:,} not"
    unknown = sum(board.count(s, "wins") for s in winners) - clear - unclear
    return f" {counts}{f'; for {unknown:,} this is not known' if unknown else ''}."


def chart_winners(results: Results, labels: Labels) -> Chart | None:
    """Chart the first places of each model; all who tie count."""
    board = results.board
    n_tasks, wins = len(board.tasks), {s: board.count(s, "wins") for s in board.entries}
    found = sorted((s for s in board.entries if wins[s]), key=lambda s: -wins[s])
    if not found or n_tasks < 2:
        return None
    of, most = counted(n_tasks, "task"), wins[found[0]]
    top = [labels.models[s.model] for s in found if wins[s] == most]
    have = "has the most first places" if len(top) == 1 else "share the most first places"
    title = f"{listed(top)} {have}: {most} of {of}"
    scored = sum(s.scored > 0 for s in board.entries)
    ties = sum(wins[s] for s in found) > n_tasks
    more = ", so the bars add up to more than the number of tasks" if ties else ""
    winners = f"{len(found)} of {counted(scored, 'model')}"
    drawn = found[:MAX_BARS]
    cut = "" if len(drawn) == len(found) else f" The first {MAX_BARS} are drawn."
    bars = [
        Bar(
            labels.models[s.model],
            wins[s],
            count(wins[s]),
            f"best, or tied for best, on {wins[s]} of {of}",
            theme.ACCENT,
        )
        for s in drawn
    ]
    fields = (
        Field[Entry](labels.column("model"), lambda s: model_cell(labels, s.model)),
        Field[Entry](
            Column("wins", "First places", "number", term="winners"),
            lambda s: number_cell(wins[s], count(wins[s])),
        ),
    )
    return Chart(
        id="winners",
        title=title,
        reading=f"{title}. {winners} {'is' if len(found) == 1 else 'are'} first on at least "
        "one task.",
        caption="Number of tasks on which a model has the best "
        f"{labels.before_noun(results.board.variant)}score. Every model that shares first place "
        f"counts{more}.{_clear_text(board, found)}{cut}",
        drawing=draw_bars(bars, "first places", are_counts=True),
        table=table_of("winners-table", "First places by model", fields, drawn, sorted_by="wins"),
        terms="winners",
        embedded=True,
    )
