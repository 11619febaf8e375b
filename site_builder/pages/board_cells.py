"""The cells of a board's table."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.charts.cells import lift_cell, model_cell, number_cell, text_cell
from site_builder.charts.labels import Labels
from site_builder.compute.board import Board, Standing
from site_builder.compute.lift_tests import LEAST_TASKS, LiftTest, Verdict
from site_builder.format import billions, count, coverage, rounded
from site_builder.pages.board_line import draw_line
from site_builder.pages.board_sheet import Entry, Sheet
from site_builder.parts import Cell
from site_builder.records import replace

VERDICTS: Mapping[Verdict, str] = {
    "better": "clear",
    "worse": "clear",
    "unclear": "not clear",
    "too few": "too few tasks",
}


def rank_cell(sheet: Sheet, entry: Entry) -> Cell:
    """The rank, with those that the tasks allow; a dash where the row has none."""
    if entry.rank is None:
        return text_cell(None)
    by_lift = sheet.by == "lift_over_base"
    note = "" if by_lift else rank_range(sheet.board, entry.standing)
    return Cell(str(entry.rank), float(entry.rank), note)


def rank_range(board: Board, standing: Standing) -> str:
    """The ranks that the tasks allow; empty where it is one, and where the tasks are too few."""
    if standing.rank_interval is None or not tells_apart(board):
        return ""
    best, worst = standing.rank_interval
    return "" if best == worst else span_text(best, worst)


def span_text(best: int, worst: int) -> str:
    """Ranks from the best to the worst; one where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def tells_apart(board: Board) -> bool:
    """Whether a board has the models and the tasks to say who is ahead of whom."""
    return len(board.ranked) > 1 and len(board.tasks) >= LEAST_TASKS


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
    elif s.unranked == "flagged":
        notes.append("not ranked: flagged")
    elif s.unranked == "coverage":
        notes.append(f"not ranked: {coverage(s.scored, len(sheet.board.tasks))} tasks")
    elif s.unranked == "no rival":
        notes.append("not ranked: no rival on its tasks")
    return " \N{MIDDLE DOT} ".join(filter(None, notes))


def _tags(sheet: Sheet, entry: Entry) -> tuple[str, ...]:
    plain = entry.borrowed or sheet.by == "lift_over_base"
    return () if plain else tie_tags(sheet.board, entry.standing)


def tie_tags(board: Board, standing: Standing) -> tuple[str, ...]:
    """Whether a model leads its board or is tied with who does, as far as the board can tell."""
    if standing.rank is None or not tells_apart(board):
        return ()
    if standing.rank == 1:
        return ("best",)
    return ("tied with best",) if standing.tied_with_best else ()


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


def over_base_cell(sheet: Sheet, entry: Entry) -> Cell:
    """Mean lift over the base, and whether it is clear."""
    cell = lift_cell(entry.standing.lift_over_base, sheet.labels.scale)
    return _with_verdict(cell, sheet.test(sheet.parts.results.lift_tests.over_base, entry))


def over_baseline_cell(sheet: Sheet, entry: Entry) -> Cell:
    """Mean lift over the baseline, and whether it is clear; a dash for the baseline itself."""
    lift, labels = entry.standing.lift_over_baseline, sheet.labels
    itself = entry.model == labels.roles.baseline and lift == 0
    cell = lift_cell(None if itself else lift, labels.scale)
    return _with_verdict(cell, sheet.test(sheet.parts.results.lift_tests.over_baseline, entry))


def _with_verdict(cell: Cell, test: LiftTest | None) -> Cell:
    if test is None or cell.value is None:
        return cell
    return replace(cell, note=VERDICTS[test.verdict])


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


def coverage_cell(sheet: Sheet, entry: Entry) -> Cell:
    """Tasks with a score; what the missing ones could do to the rank."""
    s, of = entry.standing, len(sheet.board.tasks)
    note = f"rank {span_text(*s.possible_ranks)} if complete" if s.possible_ranks else ""
    return number_cell(s.scored, coverage(s.scored, of), "" if entry.borrowed else note)


def size_cell(parameters_b: float | None) -> Cell:
    """Number of parameters."""
    return number_cell(parameters_b, billions(parameters_b))
