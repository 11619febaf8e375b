"""The tables of a comparison. `static/js/compare-tables.js` makes the same rows of chosen runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from site_builder.charts.cells import (
    category_cell,
    lift_cell,
    number_cell,
    score_cell,
    task_cell,
    text_cell,
)
from site_builder.charts.columns import CATEGORY, TASK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels
from site_builder.compute.comparison import (
    CategoryMeans,
    ComparedRun,
    Comparison,
    Run,
    Sides,
    TaskComparison,
)
from site_builder.format import NO_SCORE, Scale, billions, count, counted, coverage, rounded
from site_builder.pages.board_line import Limits
from site_builder.pages.compare_runs import MOST_RUNS
from site_builder.pages.page import Site
from site_builder.pages.scores_data import category_scale
from site_builder.parts import Align, Cell, Column, Marks, Table

Record = TypeVar("Record")
NOTHING = Cell("")


@dataclass(frozen=True)
class Compared:
    """A comparison, and what it is told with.

    Attributes:
        site: Names and number formats.
        comparison: The numbers.
        names: What the runs are called.
    """

    site: Site
    comparison: Comparison
    names: Sequence[str]

    @property
    def labels(self) -> Labels:
        """How the board's things are called."""
        return self.site.labels


def _run_fields(
    compared: Compared, align: Align, cell: Callable[[Record, int], Cell]
) -> tuple[Field[Record], ...]:
    """A column for each run that there may be: a script fills those that are not used yet."""

    def field(i: int) -> Field[Record]:
        used = i < len(compared.names)
        column = Column(f"run-{i + 1}", compared.names[i] if used else f"Model {i + 1}", align)
        return Field(column, (lambda record: cell(record, i)) if used else lambda _: NOTHING)

    return tuple(map(field, range(MOST_RUNS)))


def _baseline_field(
    compared: Compared, align: Align, cell: Callable[[Record], Cell]
) -> Field[Record]:
    labels = compared.labels
    column = Column("baseline", f"{labels.baseline} (baseline)", align)
    return Field(column, cell, labels.roles.baseline is not None)


def _top(cell: Cell, i: int, best: Collection[int]) -> Cell:
    """The cell, marked where its run is at the top."""
    if i not in best:
        return cell
    tag = "best" if len(best) == 1 else "tied"
    return Cell(cell.text, cell.value, cell.note, cell.tone, tags=(tag,))


# --- summary ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Measure:
    """One row of the summary; `wanted` says whether this board has anything to say in it."""

    label: str
    cell: Callable[[int], Cell]
    baseline: Cell
    wanted: bool = True


def summary_table(compared: Compared) -> Table:
    """A column a run, and the baseline."""
    measures = [m for m in (*_merits(compared), *_places(compared), *_facts(compared)) if m.wanted]
    fields: tuple[Field[_Measure], ...] = (
        Field(Column("measure", "Measure"), lambda m: Cell(m.label)),
        *_run_fields(compared, "text", lambda m, i: m.cell(i)),
        _baseline_field(compared, "text", lambda m: m.baseline),
    )
    rows = rows_of(fields, measures)
    return Table("compare-summary", "The models side by side", columns_of(fields), rows)


def _merits(compared: Compared) -> tuple[_Measure, ...]:
    """What is computed over the common tasks."""
    comparison, labels = compared.comparison, compared.labels
    averaged = compared.site.results.board.rules.averaged

    def average(i: int) -> Cell:
        cell = score_cell(comparison.runs[i].average, labels.scale)
        return _top(cell, i, comparison.leaders)

    return (
        _Measure(
            f"Mean score over {counted(comparison.common, 'task')}",
            average,
            score_cell(comparison.reference, labels.scale),
            averaged,
        ),
        _Measure(
            "Tasks at the top",
            lambda i: _tops_cell(comparison, comparison.runs[i]),
            text_cell(None),
        ),
        _Measure(
            f"Ahead / level / behind {labels.baseline}",
            lambda i: _sides_cell(comparison.runs[i].over_baseline),
            text_cell(None),
            labels.roles.baseline is not None,
        ),
        _Measure(
            f"Mean lift over {labels.base}",
            lambda i: _over_base_cell(labels.scale, comparison, i),
            text_cell(None),
            averaged and labels.lifted,
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


def _over_base_cell(scale: Scale, comparison: Comparison, i: int) -> Cell:
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
    baseline = Run(roles.baseline or "", roles.baseline_variant or "")

    def measure(label: str, cell: Callable[[Run], Cell], *, wanted: bool = True) -> _Measure:
        own = text_cell(None) if roles.baseline is None else cell(baseline)
        return _Measure(label, lambda i: cell(runs[i]), own, wanted)

    return (
        measure("Mean win rate", lambda run: _win_rate_cell(site, run), wanted=not averaged),
        measure("Rank", lambda run: _rank_cell(site, run)),
        measure("Tasks with a score", lambda run: _coverage_cell(site, run)),
    )


def _win_rate_cell(site: Site, run: Run) -> Cell:
    rate = site.results.boards[run.variant].standing(run.model).win_rate
    return text_cell(None) if rate is None else number_cell(rate, rounded(rate, 3))


def _rank_cell(site: Site, run: Run) -> Cell:
    board = site.results.boards[run.variant]
    rank = board.standing(run.model).rank
    note = site.labels.in_sentence(run.variant) if len(site.labels.roles.variants) > 1 else ""
    text = "not ranked" if rank is None else f"{rank} of {count(len(board.ranked))}"
    return Cell(text, rank, note)


def _coverage_cell(site: Site, run: Run) -> Cell:
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


# --- tasks --------------------------------------------------------------------------------------


def tasks_table(compared: Compared) -> Table:
    """A row a task: every run's score, all on one line, and how far the best is ahead."""
    labels = compared.labels

    def score(task: TaskComparison, i: int) -> Cell:
        value = task.scores[i]
        if value is None:
            return Cell(NO_SCORE, tone="soft")
        return _top(score_cell(value, labels.scales[task.task]), i, task.best)

    fields: tuple[Field[TaskComparison], ...] = (
        Field(TASK, lambda task: task_cell(labels, task.task)),
        *_run_fields(compared, "number", score),
        _baseline_field(
            compared, "number", lambda task: score_cell(task.reference, labels.scales[task.task])
        ),
        Field(Column("drawn", "On the scale of the task", "plot"), lambda t: _drawing(compared, t)),
        Field(
            Column("margin", "Best \N{MINUS SIGN} second", "number"),
            lambda task: _margin_cell(labels, task),
        ),
    )
    rows = rows_of(fields, compared.comparison.tasks)
    return Table("compare-tasks", "Score of each model by task", columns_of(fields), rows)


def _margin_cell(labels: Labels, task: TaskComparison) -> Cell:
    return number_cell(task.margin, labels.scales[task.task].score(task.margin))


def _drawing(compared: Compared, task: TaskComparison) -> Cell:
    """The scores on the task's bounds, or between the least and the greatest of them."""
    labels, fact = compared.labels, compared.site.results.catalog.tasks[task.task]
    drawn = [v for v in (*task.scores, task.reference) if v is not None]
    bounds = (fact.score_min, fact.score_max)
    low, high = (min(drawn), max(drawn)) if None in bounds else bounds
    limits = Limits(low or 0.0, high or 0.0)
    scale = labels.scales[task.task]
    texts = [
        f"{name} {NO_SCORE if value is None else scale.score(value)}"
        for name, value in zip(compared.names, task.scores, strict=True)
    ]
    if task.reference is not None:
        texts.append(f"{labels.baseline}, the baseline, {scale.score(task.reference)}")
    places = tuple(map(limits.share, task.scores))
    return Cell("", marks=Marks(places, limits.share(task.reference), "; ".join(texts)))


# --- categories ---------------------------------------------------------------------------------


def categories_table(compared: Compared) -> Table:
    """Mean score by category."""
    site = compared.site
    scales = {c.category: category_scale(site, c) for c in site.results.categories}

    def mean(category: CategoryMeans, i: int) -> Cell:
        return _top(score_cell(category.means[i], scales[category.category]), i, category.best)

    fields: tuple[Field[CategoryMeans], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        *_run_fields(compared, "number", mean),
        _baseline_field(compared, "number", lambda c: score_cell(c.reference, scales[c.category])),
        Field(Column("tasks", "Tasks", "number"), lambda c: number_cell(c.tasks, count(c.tasks))),
    )
    return Table(
        "compare-categories",
        "Mean score of each model by category",
        columns_of(fields),
        rows_of(fields, compared.comparison.categories),
    )
