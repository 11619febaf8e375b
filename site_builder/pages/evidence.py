"""What the results table says of each score beside its value, as columns of a table of scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from site_builder.charts.cells import number_cell, source_cell, text_cell
from site_builder.charts.columns import Field
from site_builder.charts.labels import ScoreKey
from site_builder.compute.catalog import Evidence
from site_builder.format import NOT_STATED, count, exact, listed
from site_builder.pages.dataset import published_paths
from site_builder.pages.page import Site
from site_builder.parts import Cell, Column

Record = TypeVar("Record")
ROW_HELP = "Row of results.parquet, from 1 on"
# What a board may leave unsaid, in the words of a sentence.
WORDS = {
    "stderr": "standard error",
    "n_examples": "number of examples",
    "date": "date",
    "source": "source",
    "command": "command",
}


def evidence_fields(site: Site, key: Callable[[Record], ScoreKey]) -> tuple[Field[Record], ...]:
    """A column for all that the results table says of any score, and one for the row there.

    Args:
        site: The site.
        key: Which score a record is.
    """
    catalog, published = site.results.catalog, published_paths(site)

    def field(column: Column, cell: Callable[[Evidence], Cell]) -> Field[Record]:
        wanted = column.key == "row" or column.key in catalog.stated
        return Field(column, lambda record: _stated(cell(catalog.evidence[key(record)])), wanted)

    return (
        field(Column("row", "Row", "number", ROW_HELP, "ascending"), _row_cell),
        field(Column("stderr", "Standard error", "number", first="ascending"), _stderr_cell),
        field(Column("n_examples", "Examples", "number"), _examples_cell),
        field(Column("date", "Date", "number"), lambda e: text_cell(e.date)),
        field(
            Column("source", "Source"),
            lambda e: source_cell(e.source, published),
        ),
        field(Column("command", "Command"), lambda e: text_cell(e.command)),
    )


def unstated_note(site: Site) -> str:
    """What no score of the board has; empty where each column has a value somewhere."""
    absent = [words for name, words in WORDS.items() if name not in site.results.catalog.stated]
    return f"Not stated for any score: {listed(absent, most=len(WORDS))}." if absent else ""


def _stated(cell: Cell) -> Cell:
    """The cell, or words in place of a dash: nothing is said of what was not stated."""
    return Cell(NOT_STATED, None, tone="soft") if cell.value is None else cell


def _row_cell(evidence: Evidence) -> Cell:
    return Cell(count(evidence.row), float(evidence.row))


def _stderr_cell(evidence: Evidence) -> Cell:
    stderr = evidence.stderr
    return text_cell(None) if stderr is None else number_cell(stderr, exact(stderr))


def _examples_cell(evidence: Evidence) -> Cell:
    return number_cell(evidence.n_examples, count(evidence.n_examples))
