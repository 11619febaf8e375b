"""Make one board as a table: rows, columns, cells, drawing, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from site_builder.addresses import Link, method_link
from site_builder.charts.cells import (
    MODEL,
    Field,
    columns_of,
    lift_cell,
    model_cell,
    number_cell,
    rows_of,
    text_cell,
)
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import Catalog, ModelInfo
from site_builder.compute.results import Results
from site_builder.compute.significance import LEAST_TASKS, LiftTest, Verdict
from site_builder.formatting import billions, count, counted, coverage, rounded
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, field, replace
from site_builder.table_model import Cell, Column, Dumbbell, Filter, Row, RowKind, Table, TableTools

VERDICTS: Mapping[Verdict, str] = {
    "better": "clear",
    "worse": "clear",
    "unclear": "not clear",
    "too few": "too few tasks",
}


def rank_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """The rank, with those that the tasks allow; a dash where the row has none."""
    if entry.rank is None:
        return text_cell(None)
    by_lift = sheet.by == "lift_over_base"
    note = "" if by_lift else rank_range(sheet.board, entry.standing)
    return Cell(str(entry.rank), float(entry.rank), note)


def rank_range(board: Board, standing: Standing) -> str:
    """The ranks that the tasks allow; empty where it is one, and where the tasks are too few."""
    if standing.rank_interval is None or not can_rank_firmly(board):
        return ""
    best, worst = standing.rank_interval
    return "" if best == worst else span_text(best, worst)


def span_text(best: int, worst: int) -> str:
    """Ranks from the best to the worst; one where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def can_rank_firmly(board: Board) -> bool:
    """Whether a board has the models and the tasks to say who is ahead of whom."""
    return len(board.ranked) > 1 and len(board.tasks) >= LEAST_TASKS


def ranked_model_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """The model with its developer, why it has no rank, and whether it leads."""
    return model_cell(sheet.labels, entry.model, _under_name(sheet, entry), _tags(sheet, entry))


def _under_name(sheet: BoardTableSpec, entry: BoardRow) -> str:
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


def _tags(sheet: BoardTableSpec, entry: BoardRow) -> tuple[str, ...]:
    plain = entry.borrowed or sheet.by == "lift_over_base"
    return () if plain else tie_tags(sheet.board, entry.standing)


def tie_tags(board: Board, standing: Standing) -> tuple[str, ...]:
    """Whether a model leads its board or is tied with who does, as far as the board can tell."""
    if standing.rank is None or not can_rank_firmly(board):
        return ()
    if standing.rank == 1:
        return ("best",)
    return ("tied with best",) if standing.tied_with_best else ()


def average_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """The mean score, with its interval where it gives the rank."""
    s, scale = entry.standing, sheet.labels.scale
    ranks = sheet.board.rules.rank_by == "mean"
    note = "\N{EN DASH}".join(map(scale.score, s.interval or ())) if ranks else ""
    return number_cell(s.average, scale.score(s.average), note)


def win_rate_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """The mean win rate, with its interval where it gives the rank."""
    s = entry.standing
    if entry.borrowed or s.win_rate is None:
        return text_cell(None)
    ranks = sheet.board.rules.rank_by == "mean_win_rate"
    note = "\N{EN DASH}".join(rounded(v, 3) for v in s.interval or ()) if ranks else ""
    return number_cell(s.win_rate, rounded(s.win_rate, 3), note)


def line_label(sheet: BoardTableSpec) -> str:
    """Heading of the drawing: what its two marks are."""
    labels, base = sheet.labels, sheet.labels.roles.base
    if not sheet.tuned or base is None:
        return "On the scale"
    after = labels.in_sentence(sheet.board.variant)
    return f"{labels.variants[base]} \N{RIGHTWARDS ARROW} {after}"


def line_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """The drawing; it sorts by the mean score."""
    parts, s = sheet.parts, entry.standing
    plot = draw_line(parts.boards, sheet.board, s, sheet.labels, parts.limits)
    return Cell("", s.average, plot=plot)


def over_base_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """Mean lift over the base, and whether it is clear."""
    cell = lift_cell(entry.standing.lift_over_base, sheet.labels.scale)
    return _with_verdict(cell, sheet.test(sheet.parts.results.lift_tests.over_base, entry))


def over_baseline_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
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


def wins_cell(entry: BoardRow) -> Cell:
    """Tasks on which the model is at the top."""
    s = entry.standing
    return text_cell(None) if entry.borrowed or not s.scored else number_cell(s.wins, count(s.wins))


def side_cell(standing: Standing, n: int) -> Cell:
    """A number of tasks above or below the base; a dash where there is no pair."""
    paired = standing.helped + standing.unchanged + standing.hurt
    return Cell(count(n), float(n)) if paired else text_cell(None)


def coverage_cell(sheet: BoardTableSpec, entry: BoardRow) -> Cell:
    """Tasks with a score; what the missing ones could do to the rank."""
    s, of = entry.standing, len(sheet.board.tasks)
    note = f"rank {span_text(*s.possible_ranks)} if complete" if s.possible_ranks else ""
    return number_cell(s.scored, coverage(s.scored, of), "" if entry.borrowed else note)


def size_cell(parameters_b: float | None) -> Cell:
    """Number of parameters."""
    return number_cell(parameters_b, billions(parameters_b))


class AxisRange(Record):
    """The ends of a scale.

    Attributes:
        low, high: Its ends.
    """

    low: float
    high: float

    def share(self, value: float | None) -> float | None:
        """Where a value stands between the ends, 0..1; in the middle where they are one."""
        if value is None:
            return None
        if self.high <= self.low:
            return 0.5
        return round((value - self.low) / (self.high - self.low), 4)


def find_limits(boards: Mapping[str, Board], results: Results) -> AxisRange:
    """The tasks' common bounds where they state them, else the ends of all that is drawn."""
    tasks = next(iter(boards.values())).tasks
    facts = [results.catalog.tasks[task] for task in tasks]
    bounds = {(f.score_min, f.score_max) for f in facts}
    low, high = next(iter(bounds))
    if len(bounds) == 1 and low is not None and high is not None:
        return AxisRange(low, high)
    standings = [s for board in boards.values() for s in board.standings]
    drawn = [v for s in standings for v in (s.average, *(s.interval or ())) if v is not None]
    return AxisRange(min(drawn, default=0.0), max(drawn, default=1.0))


def draw_line(
    boards: Mapping[str, Board], board: Board, standing: Standing, labels: Labels, limits: AxisRange
) -> Dumbbell | None:
    """The row's story on the scale of the whole board; None without an average.

    Args:
        boards: The boards over the same tasks, by variant.
        board: The one that the row stands on.
        standing: The row; for the baseline it may come from another of the boards.
        labels: Names and number formats.
        limits: The ends of the scale.
    """
    if standing.average is None:
        return None
    before = _before(boards, board, standing, labels)
    words = labels.scale.score(standing.average)
    name = labels.models[standing.model]
    interval = standing.interval if board.rules.rank_by == "mean" else None
    low, high = interval or (None, None)
    # The baseline from another board is the reference itself, and has no marks of its own.
    own = standing.model != labels.roles.baseline or board.standing(standing.model).scored > 0
    return Dumbbell(
        before=limits.share(before) if own else None,
        after=limits.share(standing.average) if own else None,
        reference=limits.share(find_reference(boards, labels)),
        low=limits.share(low),
        high=limits.share(high),
        text=f"{name}: {words if before is None else f'{labels.scale.score(before)} to {words}'}",
    )


def _before(
    boards: Mapping[str, Board], board: Board, standing: Standing, labels: Labels
) -> float | None:
    roles = labels.roles
    if roles.base is None or board.variant not in roles.tuned:
        return None
    return boards[roles.base].standing(standing.model).average


def find_reference(boards: Mapping[str, Board], labels: Labels) -> float | None:
    """The baseline's average, in the variant that stands for it; None where it has none."""
    roles = labels.roles
    if roles.baseline is None or roles.baseline_variant is None:
        return None
    return boards[roles.baseline_variant].standing(roles.baseline).average


# Means that are equal on paper may differ in the last digits of their binary fractions.
TIE = 1e-12


class BoardParts(Record):
    """What the views of one board are made from.

    Attributes:
        boards: Standings by variant, over the same tasks.
        results: The whole results, for facts.
        labels: Names and number formats.
        full: Every column and every model, or what a first look needs.
        most: Greatest number of rows.
        common: By variant, the boards over the tasks that all of its ranked models have.
    """

    boards: Mapping[str, Board]
    results: Results
    labels: Labels
    full: bool
    most: int | None = None
    common: Mapping[str, Mapping[str, Board]] = field(default_factory=dict)

    @cached_property
    def limits(self) -> AxisRange:
        """The ends of the scale that its rows are drawn on."""
        return find_limits(self.boards, self.results)


class BoardRow(Record):
    """One row.

    Attributes:
        standing: The model's standing.
        rank: Its rank by what sorts the table; None for none.
        borrowed: Whether it is the baseline's standing on another variant's board.
    """

    standing: Standing
    rank: int | None
    borrowed: bool

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.standing.model


class BoardTableSpec(Record):
    """One table of a board.

    Attributes:
        parts: The board in all its variants.
        board: The variant that is shown.
        by: Key of the column that sorts it.
    """

    parts: BoardParts
    board: Board
    by: str

    @property
    def labels(self) -> Labels:
        """Names and number formats."""
        return self.parts.labels

    @property
    def averaged(self) -> bool:
        """Whether averages over these tasks mean anything."""
        return self.board.rules.averaged

    @property
    def tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        return self.board.variant in self.labels.roles.tuned and self.labels.roles.base is not None

    @property
    def lifted(self) -> bool:
        """Whether any model has a mean lift over its base."""
        return self.tuned and any(s.lift_over_base is not None for s in self.board.standings)

    def test(self, tests: Mapping[str, Mapping[str, LiftTest]], entry: BoardRow) -> LiftTest | None:
        """The test of the row's lift, where the board is that over all tasks."""
        whole = self.board is self.parts.results.boards[self.board.variant]
        variant = self.labels.roles.baseline_variant if entry.borrowed else self.board.variant
        return tests.get(variant or "", {}).get(entry.model) if whole else None

    def entries(self, standings: Sequence[Standing]) -> list[BoardRow]:
        """The rows of the table, in the order of the standings."""
        by_lift = self.by == "lift_over_base"
        ranks = _lift_ranks(standings) if by_lift else [s.rank for s in standings]
        return [self._entry(s, rank) for s, rank in zip(standings, ranks, strict=True)]

    def _entry(self, standing: Standing, rank: int | None) -> BoardRow:
        own = self.board.standing(standing.model).scored > 0
        borrowed = standing.model == self.labels.roles.baseline and not own
        return BoardRow(standing, None if borrowed else rank, borrowed)


def _lift_ranks(standings: Sequence[Standing]) -> list[int]:
    """Ranks by mean lift of standings in that order, equal lifts sharing the better rank."""
    lifts = [s.lift_over_base or 0.0 for s in standings]
    ranks: list[int] = []
    for i, lift in enumerate(lifts):
        ranks.append(ranks[-1] if i and lifts[i - 1] - lift <= TIE else i + 1)
    return ranks


def model_tools(catalog: Catalog, variant: str = "") -> TableTools:
    """Filters by what the data says of models, each only where two models differ in it.

    Args:
        catalog: Facts of the models.
        variant: The variant in which ticked rows are compared; empty for each model's own first.
    """
    models = catalog.models.values()
    facets = (
        (Filter("developer", "Developer"), {m.developer for m in models}),
        (Filter("size", "Size", "most", "B"), {m.parameters_b for m in models}),
        (Filter("license", "License"), {m.license for m in models}),
    )
    wanted = tuple(facet for facet, values in facets if len(values) > 1)
    return TableTools("model", "models", wanted, compare=True, variant=variant)


def model_marks(facts: ModelInfo) -> Mapping[str, str | None]:
    """What filters and ticks must know of a model's row."""
    return {
        "id": facts.model,
        "developer": facts.developer,
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        "license": facts.license,
    }


def task_tools(site: Site, nouns: tuple[str, str] = ("task", "tasks")) -> TableTools:
    """A filter by category, where tasks differ in it.

    Args:
        site: The site.
        nouns: What one row is, and several.
    """
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    facets = (Filter("category", "Category"),) if len(categories) > 1 else ()
    return TableTools(*nouns, facets)


def task_marks(site: Site, task: str) -> Mapping[str, str | None]:
    """What filters must know of a task's row."""
    return {"category": site.results.catalog.tasks[task].category}


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
    sheet = BoardTableSpec(parts, board, by)
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
    return tuple(method_link(name, term) for name, term in dict.fromkeys([*noted, *ties]))


def _kind(sheet: BoardTableSpec, entry: BoardRow) -> RowKind:
    if entry.model == sheet.labels.roles.baseline:
        return "reference"
    return "unranked" if entry.standing.rank is None else ""


# --- columns ------------------------------------------------------------------------------------


def _merit_fields(sheet: BoardTableSpec) -> tuple[Field[BoardRow], ...]:
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


def _lift_fields(sheet: BoardTableSpec) -> tuple[Field[BoardRow], ...]:
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


def _count_fields(sheet: BoardTableSpec) -> tuple[Field[BoardRow], ...]:
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


def _fact_fields(sheet: BoardTableSpec) -> tuple[Field[BoardRow], ...]:
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
