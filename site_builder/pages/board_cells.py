"""The cells of a board's table."""

from __future__ import annotations

from site_builder.charts.cells import lift_cell, model_cell, number_cell, text_cell
from site_builder.charts.labels import Labels
from site_builder.compute.board import Standing
from site_builder.format import billions, count, coverage, rounded
from site_builder.pages.board_line import draw_line
from site_builder.pages.board_sheet import Entry, Sheet
from site_builder.parts import Cell

# Below six tasks not even a model that leads on every one could be told from the others: the sign
# test's smallest two-sided p-value over five is 2 / 2^5 = 0.0625.
LEAST_TASKS_FOR_TIES = 6


def rank_cell(entry: Entry) -> Cell:
    """The rank; a dash where the row has none."""
    return text_cell(None) if entry.rank is None else Cell(str(entry.rank), float(entry.rank))


def ranked_model_cell(sheet: Sheet, entry: Entry) -> Cell:
    """The model with its developer, why it has no rank, and whether it leads."""
    return model_cell(sheet.labels, entry.model, _under_name(sheet, entry), _tags(sheet, entry))


def _under_name(sheet: Sheet, entry: Entry) -> str:
    s, variant = entry.standing, sheet.labels.in_sentence(sheet.board.variant)
    notes = [sheet.parts.results.catalog.models[s.model].developer or ""]
    if s.model == sheet.labels.roles.baseline:
        notes.append("baseline")
    elif s.unranked == "no score":
        notes.append(f"no {variant} score")
    elif s.unranked == "coverage":
        notes.append(f"not ranked: {coverage(s.scored, len(sheet.board.tasks))} tasks")
    elif s.unranked == "no rival":
        notes.append("not ranked: no rival on its tasks")
    return " \N{MIDDLE DOT} ".join(filter(None, notes))


def _tags(sheet: Sheet, entry: Entry) -> tuple[str, ...]:
    s, by_lift = entry.standing, sheet.by == "lift_over_base"
    alone = len(sheet.board.ranked) < 2 or len(sheet.board.tasks) < LEAST_TASKS_FOR_TIES
    if entry.borrowed or by_lift or s.rank is None or alone:
        return ()
    return ("best",) if s.rank == 1 else ("tied with best",) if s.tied_with_best else ()


def average_cell(sheet: Sheet, entry: Entry) -> Cell:
    """The mean score, with its interval where it gives the rank."""
    s, scale = entry.standing, sheet.labels.scale
    ranks = sheet.board.rules.rank_by == "mean"
    note = "\N{EN DASH}".join(map(scale.score, s.interval or ())) if ranks else ""
    return number_cell(s.average, scale.score(s.average), note)


def win_rate_cell(sheet: Sheet, entry: Entry) -> Cell:
    """The mean win rate, with its interval where it gives the rank."""
    s = entry.standing
    if entry.borrowed or s.win_rate is None:
        return text_cell(None)
    ranks = sheet.board.rules.rank_by == "mean_win_rate"
    note = "\N{EN DASH}".join(rounded(v, 3) for v in s.interval or ()) if ranks else ""
    return number_cell(s.win_rate, rounded(s.win_rate, 3), note)


def line_label(sheet: Sheet) -> str:
    """Heading of the drawing: what its two marks are."""
    labels, base = sheet.labels, sheet.labels.roles.base
    if not sheet.tuned or base is None:
        return "On the scale"
    after = labels.in_sentence(sheet.board.variant)
    return f"{labels.variants[base]} \N{RIGHTWARDS ARROW} {after}"


def line_cell(sheet: Sheet, entry: Entry) -> Cell:
    """The drawing; it sorts by the mean score."""
    parts, s = sheet.parts, entry.standing
    plot = draw_line(parts.boards, sheet.board, s, sheet.labels, parts.limits)
    return Cell("", s.average, plot=plot)


def over_baseline_cell(labels: Labels, standing: Standing) -> Cell:
    """Mean lift over the baseline; a dash for the baseline itself."""
    lift = standing.lift_over_baseline
    itself = standing.model == labels.roles.baseline and lift == 0
    return lift_cell(None if itself else lift, labels.scale)


def beats_cell(labels: Labels, standing: Standing) -> Cell:
    """Tasks on which the model beats the baseline, of those that both have."""
    compared = standing.beats + standing.ties + standing.loses
    if not compared or standing.model == labels.roles.baseline:
        return text_cell(None)
    return Cell(count(standing.beats), float(standing.beats), f"of {compared}")


def wins_cell(entry: Entry) -> Cell:
    """Tasks on which the model is at the top."""
    s = entry.standing
    return text_cell(None) if entry.borrowed or not s.scored else number_cell(s.wins, count(s.wins))


def side_cell(standing: Standing, n: int) -> Cell:
    """A number of tasks above or below the base; a dash where there is no pair."""
    paired = standing.helped + standing.unchanged + standing.hurt
    return Cell(count(n), float(n)) if paired else text_cell(None)


def size_cell(parameters_b: float | None) -> Cell:
    """Number of parameters."""
    return number_cell(parameters_b, billions(parameters_b))
