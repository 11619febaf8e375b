"""Word and place what charts share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

from site_builder.compute.board import Board
from site_builder.compute.numbers import shared
from site_builder.compute.results import Results
from site_builder.compute.statistics import Statistic
from site_builder.formatting import NumberFormat, in_words, listed, rounded
from site_builder.labels import Labels

# Room for values beside the ends, as a share of what is drawn.
_ROOM = 0.06


def room_around(
    low: float, high: float, *, is_open: tuple[bool, bool] = (True, True)
) -> list[float]:
    """Return a range with room for values below its low end and above its high end."""
    room = _ROOM * ((high - low) or abs(high) or 1.0)
    places = 3 - math.floor(math.log10(room or 1.0))  # less than a hundredth of the room
    return [round(low - room * is_open[0], places), round(high + room * is_open[1], places)]


# --- times ----------------------------------------------------------------------------------------


def duration(labels: Labels, days: float) -> str:
    """Return a number of days in words: in days, months or years, in which it is a small number."""
    for unit, length, most in (("days", 1, 60), ("months", 365.25 / 12, 730)):
        if days < most:
            n = round(days / length)
            return labels.say(f"duration.{unit}", n, number=in_words(n))
    return labels.say("duration.years", years=rounded(days / 365.25, 1))


# --- lines ----------------------------------------------------------------------------------------

_MOST_LINES = 3

Lines: TypeAlias = list[tuple[float, str, str]]
"""Values with their names and how they are written, for `theme.reference_lines`."""


def board_lines(board: Board, labels: Labels, by: Statistic | None = None) -> Lines:
    """Return the lines of a board at what ranks it, or at another statistic.

    These are the baseline, where it has one average beside all ranked entries and is none of them,
    and the entries that do not compete.
    """
    baseline, statistic = labels.roles.baseline, by or board.ranking
    values = {s.model: board.figure(s, statistic.id) for s in board.references}
    has_level = board.by_average and statistic.id == board.rule.statistic
    if baseline is not None and board.entry(baseline).rank is None and has_level:
        level = shared(board.figure(s, "baseline_average") for s in board.ranked)
        if level is not None:
            values = {baseline: level} | values | {baseline: level}
    return _named(values.items(), labels, labels.statistic_scale(statistic, board))


def task_lines(results: Results, labels: Labels, task: str) -> Lines:
    """Return the lines at the scores on a task: of the baseline, and of the references."""
    scores, baseline = results.scores.primary, labels.roles.baseline
    level = results.task(task).baseline_scores.get(scores.variant)
    column = scores.values[:, scores.columns[task]]
    values = {model: float(column[scores.rows[model]]) for model in sorted(scores.references)}
    others = [(model, value) for model, value in values.items() if model != baseline]
    return _named([(baseline or "", level), *others], labels, labels.scales[task])


def lines_caption(labels: Labels, lines: Lines) -> str:
    """Name the lines of a chart, which may have no room for their names; empty without any."""
    names = [name for _, name, _ in lines]
    return labels.say("legend.dotted", names=listed(names)) if names else ""


def _named(
    values: Iterable[tuple[str, float | None]], labels: Labels, scale: NumberFormat
) -> Lines:
    known = [(value, model) for model, value in values if value is not None and value == value]
    return [
        (value, labels.models[model], scale.score(value)) for value, model in known[:_MOST_LINES]
    ]
