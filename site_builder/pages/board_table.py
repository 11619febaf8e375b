"""One board as a table: the columns that it has something to say in."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.addresses import Link, how
from site_builder.charts.cells import text_cell
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.compute.board import Board, Standing
from site_builder.format import counted
from site_builder.pages.board_cells import (
    average_cell,
    beats_cell,
    coverage_cell,
    line_cell,
    line_label,
    over_base_cell,
    over_baseline_cell,
    rank_cell,
    ranked_model_cell,
    side_cell,
    size_cell,
    win_rate_cell,
    wins_cell,
)
from site_builder.pages.board_sheet import BoardParts, Entry, Sheet
from site_builder.pages.board_tools import model_marks, model_tools
from site_builder.parts import Column, Row, RowKind, Table

# What the notes of a column say, and the section on method that explains them.
_NOTED = {
    "rank": ("Ranks that the tasks allow", "rank-interval"),
    "average": ("95\N{NO-BREAK SPACE}% interval", "interval"),
    "win_rate": ("95\N{NO-BREAK SPACE}% interval", "interval"),
    "lift_over_base": ("Clear or not clear", "lift-tests"),
    "lift_over_baseline": ("Clear or not clear", "lift-tests"),
    "coverage": ("Ranks if complete", "missing-scores"),
}
_RANK_HELP = "Equal values share the better rank; below it the ranks that these tasks allow"


def board_table(
    parts: BoardParts,
    board: Board,
    standings: Sequence[Standing],
    table_id: str,
    caption: str,
    by: str,
) -> Table:
    """The rows of one view of a board, as many as are wanted.

    Args:
        parts: The board in all its variants.
        board: The variant that is shown.
        standings: The rows; the baseline's may come from another variant.
        table_id: Unique on its page.
        caption: What the table holds.
        by: Key of the column that gave the order.
    """
    sheet = Sheet(parts, board, by)
    entries = sheet.entries(standings[: parts.most])
    fields = (
        *_merit_fields(sheet),
        *_lift_fields(sheet),
        *_count_fields(sheet),
        *_fact_fields(sheet),
    )
    rows = rows_of(
        fields,
        entries,
        lambda entry: _kind(sheet, entry),
        marks=lambda entry: model_marks(parts.results.catalog.models[entry.model]),
    )
    tools = model_tools(parts.results.catalog, board.variant)
    return Table(
        table_id,
        caption,
        columns_of(fields),
        rows,
        header=1,
        sorted_by=by,
        tools=tools,
        explained=_explained(columns_of(fields), rows),
    )


def _explained(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Link, ...]:
    """Where the notes below the figures, and the marks behind the names, are explained."""
    by_column = zip(columns, zip(*(row.cells for row in rows), strict=True), strict=False)
    noted = [
        _NOTED[c.key] for c, cells in by_column if c.key in _NOTED and any(x.note for x in cells)
    ]
    has_tie = any(cell.tags for row in rows for cell in row.cells)
    ties = [("Tied with best", "ties")] if has_tie else []
    return tuple(how(name, term) for name, term in dict.fromkeys([*noted, *ties]))


def _kind(sheet: Sheet, entry: Entry) -> RowKind:
    if entry.model == sheet.labels.roles.baseline:
        return "reference"
    return "unranked" if entry.standing.rank is None else ""


# --- columns ------------------------------------------------------------------------------------


def _merit_fields(sheet: Sheet) -> tuple[Field[Entry], ...]:
    """What ranks the models, as numbers and as a drawing."""
    over = counted(len(sheet.board.tasks), "task")
    line = sheet.tuned or sheet.labels.roles.baseline is not None
    return (
        Field(
            Column("rank", "#", "number", _RANK_HELP, "ascending", "rank", "Rank"),
            lambda entry: rank_cell(sheet, entry),
        ),
        Field(MODEL, lambda entry: ranked_model_cell(sheet, entry)),
        Field(
            Column(
                "average",
                "Score",
                "number",
                f"Mean over {over}, with its 95 % interval over tasks",
                term="average",
            ),
            lambda entry: average_cell(sheet, entry),
            sheet.averaged,
        ),
        Field(
            Column(
                "win_rate",
                "Win rate",
                "number",
                "Mean share of rivals beaten on a task; ties count one half",
                term="win-rate",
            ),
            lambda entry: win_rate_cell(sheet, entry),
            not sheet.averaged or sheet.parts.full or sheet.by == "win_rate",
        ),
        Field(
            Column("line", line_label(sheet), "plot", term="average"),
            lambda entry: line_cell(sheet, entry),
            sheet.averaged and line,
        ),
    )


def _lift_fields(sheet: Sheet) -> tuple[Field[Entry], ...]:
    """What tuning brought, and how far the baseline is."""
    labels, base, baseline = sheet.labels, sheet.labels.base, sheet.labels.baseline
    tuned = labels.in_sentence(sheet.board.variant)
    compared = labels.roles.baseline is not None
    return (
        Field(
            Column(
                "lift_over_base",
                f"Lift over {base}",
                "number",
                f"Mean over tasks of {tuned} minus {base} score",
                term="lift",
            ),
            lambda entry: over_base_cell(sheet, entry),
            sheet.averaged and sheet.lifted,
        ),
        Field(
            Column(
                "lift_over_baseline",
                f"vs {baseline}",
                "number",
                f"Mean over tasks of the score minus the score of {baseline}",
                term="lift-over-baseline",
            ),
            lambda entry: over_baseline_cell(sheet, entry),
            sheet.averaged and compared,
        ),
        Field(
            Column(
                "beats",
                f"Beats {baseline}",
                "number",
                f"Tasks on which its score is strictly better than that of {baseline}",
                term="lift-over-baseline",
            ),
            lambda entry: beats_cell(labels, entry.standing),
            compared,
        ),
    )


def _count_fields(sheet: Sheet) -> tuple[Field[Entry], ...]:
    """For how many tasks it leads, gains, loses."""
    full, base = sheet.parts.full, sheet.labels.base
    above = f"Tasks on which its score is above its {base} score"
    below = f"Tasks on which its score is below its {base} score"
    return (
        Field(
            Column(
                "wins",
                "At the top",
                "number",
                "Tasks on which it has the best score of this board, ties included",
                term="winners",
            ),
            wins_cell,
            full,
        ),
        Field(
            Column("helped", "Helped", "number", above, term="lift"),
            lambda entry: side_cell(entry.standing, entry.standing.helped),
            full and sheet.lifted,
        ),
        Field(
            Column("hurt", "Hurt", "number", below, "ascending", "lift"),
            lambda entry: side_cell(entry.standing, entry.standing.hurt),
            full and sheet.lifted,
        ),
    )


def _fact_fields(sheet: Sheet) -> tuple[Field[Entry], ...]:
    """What the models table says, and how much of the board it has."""
    facts, full, n = sheet.parts.results.catalog.models, sheet.parts.full, len(sheet.board.tasks)
    known = facts.values()
    return (
        Field(
            Column("parameters_b", "Size", "number", "Parameters, in billions", "ascending"),
            lambda entry: size_cell(facts[entry.model].parameters_b),
            any(f.parameters_b is not None for f in known),
        ),
        Field(
            Column("license", "License"),
            lambda entry: text_cell(facts[entry.model].license),
            full and any(f.license is not None for f in known),
        ),
        Field(
            Column("release_date", "Released", "number"),
            lambda entry: text_cell(facts[entry.model].release_date),
            full and any(f.release_date is not None for f in known),
        ),
        Field(
            Column("coverage", "Coverage", "number", "Tasks with a score", term="average"),
            lambda entry: coverage_cell(sheet, entry),
            full or any(s.scored not in (0, n) for s in sheet.board.standings),
        ),
    )
