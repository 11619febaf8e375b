"""The summary of a comparison; `static/js/compare-tables.js` makes it of chosen runs."""

from __future__ import annotations

from collections.abc import Callable

from site_builder.addresses import method_link
from site_builder.charts.cells import (
    Field,
    columns_of,
    lift_cell,
    number_cell,
    rows_of,
    score_cell,
    text_cell,
)
from site_builder.compute.comparison import ComparedRun, Comparison, ModelVariant, Sides
from site_builder.formatting import NumberFormat, billions, count, counted, coverage, rounded
from site_builder.pages.board_table import rank_range
from site_builder.pages.compare_columns import Compared, baseline_field, run_fields, top_cell
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Table


class _Measure(Record):
    """One row of the summary.

    Attributes:
        label: What it is.
        cell: Makes the cell of a run, by its place.
        baseline: The baseline's cell.
        wanted: Whether this board has anything to say in it.
        term: The section on method that explains it; empty for what the tables say.
        words: What it is called for any choice of runs; empty where that is its label.
    """

    label: str
    cell: Callable[[int], Cell]
    baseline: Cell
    wanted: bool = True
    term: str = ""
    words: str = ""


def summary_table(compared: Compared) -> Table:
    """A column a run, and the baseline."""
    measures = [m for m in (*_merits(compared), *_places(compared), *_facts(compared)) if m.wanted]
    fields: tuple[Field[_Measure], ...] = (
        Field(Column("measure", "Measure"), lambda m: Cell(m.label)),
        *run_fields(compared, "text", lambda m, i: m.cell(i)),
        baseline_field(compared, "text", lambda m: m.baseline),
    )
    rows = rows_of(fields, measures)
    explained = tuple(method_link(m.words or m.label, m.term) for m in measures if m.term)
    return Table(
        "compare-summary",
        "The models side by side",
        columns_of(fields),
        rows,
        explained=explained,
    )


def _merits(compared: Compared) -> tuple[_Measure, ...]:
    """What is computed over the common tasks."""
    comparison, labels = compared.comparison, compared.labels
    averaged = compared.site.results.board.rules.averaged

    def average(i: int) -> Cell:
        cell = score_cell(comparison.runs[i].average, labels.scale)
        return top_cell(cell, i, comparison.leaders)

    return (
        _Measure(
            f"Mean score over {counted(comparison.common, 'task')}",
            average,
            score_cell(comparison.reference, labels.scale),
            averaged,
            "average",
            "Mean score",
        ),
        _Measure(
            "Tasks at the top",
            lambda i: _tops_cell(comparison, comparison.runs[i]),
            text_cell(None),
            term="comparison",
        ),
        _Measure(
            f"Ahead / level / behind {labels.baseline}",
            lambda i: _sides_cell(comparison.runs[i].over_baseline),
            text_cell(None),
            labels.roles.baseline is not None,
            "lift-over-baseline",
        ),
        _Measure(
            f"Mean lift over {labels.base}",
            lambda i: _over_base_cell(labels.scale, comparison, i),
            text_cell(None),
            averaged and labels.lifted,
            "lift",
        ),
    )


def _tops_cell(comparison: Comparison, run: ComparedRun) -> Cell:
    if len(comparison.runs) < 2 or not comparison.common:
        return text_cell(None)
    note = f"{run.shared} tied" if run.shared else ""
    return number_cell(run.at_top, count(run.at_top), note)


def _sides_cell(sides: Sides | None) -> Cell:
    if sides is None:
        return text_cell(None)
    return Cell(f"{sides.ahead} / {sides.level} / {sides.behind}")


def _over_base_cell(scale: NumberFormat, comparison: Comparison, i: int) -> Cell:
    sides = comparison.runs[i].over_base
    if sides is None:
        return text_cell(None)
    cell = lift_cell(sides.mean, scale)
    note = "" if sides.tasks == comparison.common else f"over {counted(sides.tasks, 'task')}"
    return Cell(cell.text, cell.value, note, cell.tone)


def _places(compared: Compared) -> tuple[_Measure, ...]:
    """Where the runs stand on the whole board, each in its own variant."""
    site, roles = compared.site, compared.labels.roles
    averaged = site.results.board.rules.averaged
    runs = [result.run for result in compared.comparison.runs]
    baseline = ModelVariant(roles.baseline or "", roles.baseline_variant or "")

    def measure(
        label: str, cell: Callable[[ModelVariant], Cell], term: str, *, wanted: bool = True
    ) -> _Measure:
        own = text_cell(None) if roles.baseline is None else cell(baseline)
        return _Measure(label, lambda i: cell(runs[i]), own, wanted, term)

    return (
        measure(
            "Mean win rate", lambda run: _win_rate_cell(site, run), "win-rate", wanted=not averaged
        ),
        measure("Rank", lambda run: _rank_cell(site, run), "rank"),
        measure("Tasks with a score", lambda run: _coverage_cell(site, run), "average"),
    )


def _win_rate_cell(site: Site, run: ModelVariant) -> Cell:
    rate = site.results.boards[run.variant].standing(run.model).win_rate
    return text_cell(None) if rate is None else number_cell(rate, rounded(rate, 3))


def _rank_cell(site: Site, run: ModelVariant) -> Cell:
    board = site.results.boards[run.variant]
    standing = board.standing(run.model)
    rank, allowed = standing.rank, rank_range(board, standing)
    variant = site.labels.in_sentence(run.variant) if len(site.labels.roles.variants) > 1 else ""
    note = ", ".join(filter(None, (variant, f"{allowed} allowed" if allowed else "")))
    text = "not ranked" if rank is None else f"{rank} of {count(len(board.ranked))}"
    return Cell(text, rank, note)


def _coverage_cell(site: Site, run: ModelVariant) -> Cell:
    board = site.results.boards[run.variant]
    scored = board.standing(run.model).scored
    return Cell(coverage(scored, len(board.tasks)), scored)


def _facts(compared: Compared) -> tuple[_Measure, ...]:
    """What the models table says, as far as it says it."""
    site, roles = compared.site, compared.labels.roles
    models = site.results.catalog.models
    ids = [result.run.model for result in compared.comparison.runs]

    def measure(label: str, texts: dict[str, str | None]) -> _Measure:
        own = text_cell(texts.get(roles.baseline or ""))
        known = any(text is not None for text in texts.values())
        return _Measure(label, lambda i: text_cell(texts[ids[i]]), own, known)

    sizes = {m: f.parameters_b for m, f in models.items()}
    return (
        measure("Parameters", {m: None if b is None else billions(b) for m, b in sizes.items()}),
        measure("Developer", {m: facts.developer for m, facts in models.items()}),
        measure("License", {m: facts.license for m, facts in models.items()}),
    )
