"""Make one board as a table: rows, columns, cells, drawings, filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from site_builder.addresses import Link, method_link
from site_builder.charts.cells import MODEL, lift_cell, model_cell, number_cell, text_cell
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import Catalog, ModelInfo
from site_builder.compute.results import Results
from site_builder.compute.significance import LEAST_TASKS, LiftTest, Verdict
from site_builder.formatting import billions, count, counted, coverage, rounded
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, field, replace
from site_builder.table_model import (
    Cell,
    Column,
    Dumbbell,
    Field,
    Filter,
    Row,
    RowKind,
    Table,
    TableTools,
    columns_of,
    rows_of,
)

BY_LIFT = "lift_over_base"
VERDICTS: Mapping[Verdict, str] = {
    "better": "clear",
    "worse": "clear",
    "unclear": "not clear",
    "too few": "too few tasks",
}
# Means that are equal on paper can differ in the last digits of their binary fractions.
_TIE = 1e-12


class BoardTableSpec(Record):
    """What the table of a board shows.

    Attributes:
        site: The site.
        boards: The board by variant, over the same tasks.
        full: Whether to show every column and every model.
        most: Greatest number of rows; None for all.
        common: By variant, the boards over the tasks that all of its ranked models have.
        variant: The variant that is shown; empty for the primary one.
        by: Key of the column that gives the order.
    """

    site: Site
    boards: Mapping[str, Board]
    full: bool = False
    most: int | None = None
    common: Mapping[str, Mapping[str, Board]] = field(default_factory=dict)
    variant: str = ""
    by: str = "average"

    @property
    def board(self) -> Board:
        """The board of the variant that is shown."""
        return self.boards[self.variant or self.labels.roles.primary]

    @property
    def results(self) -> Results:
        """The results of the whole site."""
        return self.site.results

    @property
    def labels(self) -> Labels:
        """Names and formats of numbers."""
        return self.site.labels

    @property
    def is_tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        roles = self.labels.roles
        return roles.base is not None and self.board.variant in roles.tuned

    @property
    def has_lifts(self) -> bool:
        """Whether any model has a mean lift over its base."""
        return self.is_tuned and any(s.lift_over_base is not None for s in self.board.standings)


class BoardRow(Record):
    """One row of a board.

    Attributes:
        standing: The standing of the model.
        rank: Its rank by the column that gives the order; None without one.
        borrowed: Whether it is the baseline, with its standing from another variant.
    """

    standing: Standing
    rank: int | None
    borrowed: bool

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.standing.model


def board_table(
    spec: BoardTableSpec, standings: Sequence[Standing], table_id: str, caption: str
) -> Table:
    """Return the table of one view of a board.

    Args:
        spec: What to show.
        standings: The rows, in order; the baseline's may come from another variant.
        table_id: Unique on its page.
        caption: What the table holds.
    """
    models = spec.results.catalog.models
    fields = [field for field in _fields(spec) if field.wanted]
    rows = rows_of(
        fields,
        _board_rows(spec, standings[: spec.most]),
        lambda row: _kind(spec, row),
        marks=lambda row: model_marks(models[row.model]),
    )
    return Table(
        table_id,
        caption,
        columns_of(fields),
        rows,
        header=1,
        sorted_by=spec.by,
        tools=model_tools(spec.results.catalog, spec.board.variant),
        explained=_explained(fields, rows),
    )


def rank_range(board: Board, standing: Standing) -> str:
    """Return the plausible ranks of a model; empty for one rank, and where tasks are too few."""
    if standing.rank_interval is None or not can_rank_firmly(board):
        return ""
    best, worst = standing.rank_interval
    return "" if best == worst else span_text(best, worst)


def span_text(best: int, worst: int) -> str:
    """Return ranks from the best to the worst as text; one number where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def can_rank_firmly(board: Board) -> bool:
    """Return whether a board has enough models and tasks to say who is ahead of whom."""
    return len(board.ranked) > 1 and len(board.tasks) >= LEAST_TASKS


def tie_tags(board: Board, standing: Standing) -> tuple[str, ...]:
    """Return a tag that says whether a model leads its board or is tied with the leader."""
    if standing.rank is None or not can_rank_firmly(board):
        return ()
    if standing.rank == 1:
        return ("best",)
    return ("tied with best",) if standing.tied_with_best else ()


# --- tools --------------------------------------------------------------------------------------


def model_tools(catalog: Catalog, variant: str = "") -> TableTools:
    """Return the filters of a table of models, each only where two models differ in it.

    Args:
        catalog: Facts of the models.
        variant: The variant in which ticked rows are compared; empty for the first of each model.
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
    """Return what filters and ticks need to know of the row of a model."""
    return {
        "id": facts.model,
        "developer": facts.developer,
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        "license": facts.license,
    }


def task_tools(site: Site, nouns: tuple[str, str] = ("task", "tasks")) -> TableTools:
    """Return the filter by category, where tasks differ in it; `nouns` name one row and several."""
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    facets = (Filter("category", "Category"),) if len(categories) > 1 else ()
    return TableTools(*nouns, facets)


def task_marks(site: Site, task: str) -> Mapping[str, str | None]:
    """Return what filters need to know of the row of a task."""
    return {"category": site.results.catalog.tasks[task].category}


# --- rows ---------------------------------------------------------------------------------------


def _board_rows(spec: BoardTableSpec, standings: Sequence[Standing]) -> list[BoardRow]:
    by_lift = spec.by == BY_LIFT
    ranks = _lift_ranks(standings) if by_lift else [s.rank for s in standings]
    baseline, rows = spec.labels.roles.baseline, []
    for standing, rank in zip(standings, ranks, strict=True):
        borrowed = standing.model == baseline and not spec.board.standing(baseline).scored
        rows.append(BoardRow(standing, None if borrowed else rank, borrowed))
    return rows


def _lift_ranks(standings: Sequence[Standing]) -> list[int]:
    """Return ranks by mean lift of standings in that order; equal lifts share the better rank."""
    lifts = [s.lift_over_base or 0.0 for s in standings]
    ranks: list[int] = []
    for i, lift in enumerate(lifts):
        ranks.append(ranks[-1] if i and lifts[i - 1] - lift <= _TIE else i + 1)
    return ranks


def _kind(spec: BoardTableSpec, row: BoardRow) -> RowKind:
    if row.model == spec.labels.roles.baseline:
        return "reference"
    return "unranked" if row.standing.rank is None else ""


# --- columns ------------------------------------------------------------------------------------


class _BoardField(Field[BoardRow]):
    """A column of a board, and the link that explains the notes below its figures."""

    notes: Link | None = None


_INTERVAL = method_link("95\N{NO-BREAK SPACE}% interval", "interval")
_CLEAR = method_link("Clear or not clear", "lift-tests")
_RANK = Column(
    "rank",
    "#",
    "number",
    "Ties share the better rank. The small range shows how far the rank could move",
    "ascending",
    "rank",
    "Rank",
)


def _fields(spec: BoardTableSpec) -> Iterator[_BoardField]:
    yield from _merit_fields(spec)
    yield from _lift_fields(spec)
    yield from _count_fields(spec)
    yield from _fact_fields(spec)


def _explained(fields: Sequence[_BoardField], rows: Sequence[Row]) -> tuple[Link, ...]:
    """Return links to what explains the notes below the figures, and the tags behind the names."""
    links = [
        field.notes
        for i, field in enumerate(fields)
        if field.notes and any(row.cells[i].note for row in rows)
    ]
    if any(cell.tags for row in rows for cell in row.cells):
        links.append(method_link("Tied with best", "ties"))
    return tuple(dict.fromkeys(links))


def _number(key: str, label: str, meaning: str, term: str) -> Column:
    return Column(key, label, "number", meaning, term=term)


def _merit_fields(spec: BoardTableSpec) -> Iterator[_BoardField]:
    """Yield what ranks the models, as numbers and as a drawing."""
    averaged = spec.board.rules.averaged
    ranks = method_link("Plausible ranks", "rank-interval")
    yield _BoardField(_RANK, lambda row: _rank_cell(spec, row), notes=ranks)
    yield _BoardField(MODEL, lambda row: _model_cell(spec, row))
    yield _BoardField(
        _number(
            "average",
            "Score",
            f"Mean over {counted(len(spec.board.tasks), 'task')}, with its 95 % interval",
            "average",
        ),
        lambda row: _average_cell(spec, row),
        averaged,
        notes=_INTERVAL,
    )
    yield _BoardField(
        _number(
            "win_rate",
            "Win rate",
            "Share of other models beaten on a task, averaged over tasks; a tie counts one half",
            "win-rate",
        ),
        lambda row: _win_rate_cell(spec, row),
        not averaged or spec.full or spec.by == "win_rate",
        notes=_INTERVAL,
    )
    limits = _find_limits(spec)
    yield _BoardField(
        Column("line", _drawing_label(spec), "plot", term="average"),
        lambda row: Cell("", row.standing.average, plot=_dumbbell(spec, row.standing, limits)),
        averaged and (spec.is_tuned or spec.labels.roles.baseline is not None),
    )


def _lift_fields(spec: BoardTableSpec) -> Iterator[_BoardField]:
    """Yield what tuning changed, and how far the baseline is."""
    labels, averaged = spec.labels, spec.board.rules.averaged
    base, baseline = labels.base, labels.baseline
    compared = labels.roles.baseline is not None
    yield _BoardField(
        _number(
            "lift_over_base",
            f"Lift over {base}",
            f"Mean over tasks of {labels.in_sentence(spec.board.variant)} minus {base} score",
            "lift",
        ),
        lambda row: _over_base_cell(spec, row),
        averaged and spec.has_lifts,
        notes=_CLEAR,
    )
    yield _BoardField(
        _number(
            "lift_over_baseline",
            f"vs {baseline}",
            f"Mean over tasks of the score minus the score of {baseline}",
            "lift-over-baseline",
        ),
        lambda row: _over_baseline_cell(spec, row),
        averaged and compared,
        notes=_CLEAR,
    )
    yield _BoardField(
        _number(
            "beats",
            f"Beats {baseline}",
            f"Tasks where it scores strictly better than {baseline}",
            "lift-over-baseline",
        ),
        lambda row: _beats_cell(labels, row.standing),
        compared,
    )


def _count_fields(spec: BoardTableSpec) -> Iterator[_BoardField]:
    """Yield the numbers of tasks on which it leads, gains and loses."""
    base, variant = spec.labels.base, spec.labels.in_sentence(spec.board.variant)
    yield _BoardField(
        _number(
            "wins",
            "First places",
            "Tasks where it has the best score of this board, ties included",
            "winners",
        ),
        _wins_cell,
        spec.full,
    )
    yield _BoardField(
        _number(
            "helped",
            "Helped",
            f"Tasks where its {variant} score is better than its {base} score",
            "lift",
        ),
        lambda row: _pairs_cell(row.standing, row.standing.helped),
        spec.full and spec.has_lifts,
    )
    worse = f"Tasks where its {variant} score is worse than its {base} score"
    yield _BoardField(
        Column("hurt", "Hurt", "number", worse, "ascending", "lift"),
        lambda row: _pairs_cell(row.standing, row.standing.hurt),
        spec.full and spec.has_lifts,
    )


def _fact_fields(spec: BoardTableSpec) -> Iterator[_BoardField]:
    """Yield what the models table says, and how many tasks have a score."""
    facts, n = spec.results.catalog.models, len(spec.board.tasks)
    known = facts.values()
    yield _BoardField(
        Column("parameters_b", "Size", "number", "Parameters, in billions", "ascending"),
        lambda row: _size_cell(facts[row.model].parameters_b),
        any(f.parameters_b is not None for f in known),
    )
    yield _BoardField(
        Column("license", "License"),
        lambda row: text_cell(facts[row.model].license),
        spec.full and any(f.license is not None for f in known),
    )
    yield _BoardField(
        Column("release_date", "Released", "number"),
        lambda row: text_cell(facts[row.model].release_date),
        spec.full and any(f.release_date is not None for f in known),
    )
    yield _BoardField(
        _number("coverage", "Coverage", "Tasks with a score", "average"),
        lambda row: _coverage_cell(spec, row),
        spec.full or any(s.scored not in (0, n) for s in spec.board.standings),
        notes=method_link("Ranks if complete", "missing-scores"),
    )


# --- cells --------------------------------------------------------------------------------------


def _rank_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    if row.rank is None:
        return text_cell(None)
    note = "" if spec.by == BY_LIFT else rank_range(spec.board, row.standing)
    return Cell(str(row.rank), float(row.rank), note)


def _model_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """The model with its developer, why it has no rank, and whether it leads."""
    plain = row.borrowed or spec.by == BY_LIFT
    tags = () if plain else tie_tags(spec.board, row.standing)
    developer = spec.results.catalog.models[row.model].developer or ""
    notes = " \N{MIDDLE DOT} ".join(filter(None, (developer, _status(spec, row.standing))))
    return model_cell(spec.labels, row.model, notes, tags)


def _status(spec: BoardTableSpec, standing: Standing) -> str:
    """Whether a model is the baseline, or why it has no rank."""
    if standing.model == spec.labels.roles.baseline:
        return "baseline"
    return {
        "no score": f"no {spec.labels.in_sentence(spec.board.variant)} score",
        "flagged": "not ranked: flagged",
        "coverage": f"not ranked: {coverage(standing.scored, len(spec.board.tasks))} tasks",
        "no rival": "not ranked: no rival on its tasks",
    }.get(standing.unranked or "", "")


def _average_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """The mean score, with its interval where it gives the rank."""
    s, scale = row.standing, spec.labels.scale
    ranks = spec.board.rules.rank_by == "mean"
    note = "\N{EN DASH}".join(map(scale.score, s.interval or ())) if ranks else ""
    return number_cell(s.average, scale.score(s.average), note)


def _win_rate_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """The mean win rate, with its interval where it gives the rank."""
    s = row.standing
    if row.borrowed or s.win_rate is None:
        return text_cell(None)
    ranks = spec.board.rules.rank_by == "mean_win_rate"
    note = "\N{EN DASH}".join(rounded(v, 3) for v in s.interval or ()) if ranks else ""
    return number_cell(s.win_rate, rounded(s.win_rate, 3), note)


def _over_base_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    cell = lift_cell(row.standing.lift_over_base, spec.labels.scale)
    return _with_verdict(spec, row, cell, spec.results.lift_tests.over_base)


def _over_baseline_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """Mean lift over the baseline; a dash for the baseline itself."""
    lift = row.standing.lift_over_baseline
    is_itself = row.model == spec.labels.roles.baseline and lift == 0
    cell = lift_cell(None if is_itself else lift, spec.labels.scale)
    return _with_verdict(spec, row, cell, spec.results.lift_tests.over_baseline)


def _with_verdict(
    spec: BoardTableSpec, row: BoardRow, cell: Cell, tests: Mapping[str, Mapping[str, LiftTest]]
) -> Cell:
    """The cell with the verdict on its lift, which only the board over all tasks has."""
    is_whole = spec.board is spec.results.boards[spec.board.variant]
    variant = spec.labels.roles.baseline_variant if row.borrowed else spec.board.variant
    test = tests.get(variant or "", {}).get(row.model)
    if not is_whole or test is None or cell.value is None:
        return cell
    return replace(cell, note=VERDICTS[test.verdict])


def _beats_cell(labels: Labels, standing: Standing) -> Cell:
    compared = standing.beats + standing.ties + standing.loses
    if not compared or standing.model == labels.roles.baseline:
        return text_cell(None)
    return Cell(count(standing.beats), float(standing.beats), f"of {compared}")


def _wins_cell(row: BoardRow) -> Cell:
    s = row.standing
    return text_cell(None) if row.borrowed or not s.scored else number_cell(s.wins, count(s.wins))


def _pairs_cell(standing: Standing, n: int) -> Cell:
    """A number of tasks among those with a score before and after; a dash without any."""
    pairs = standing.helped + standing.unchanged + standing.hurt
    return Cell(count(n), float(n)) if pairs else text_cell(None)


def _size_cell(parameters_b: float | None) -> Cell:
    return number_cell(parameters_b, billions(parameters_b))


def _coverage_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """Tasks with a score; what the missing ones could do to the rank."""
    s, of = row.standing, len(spec.board.tasks)
    note = f"rank {span_text(*s.possible_ranks)} if complete" if s.possible_ranks else ""
    return number_cell(s.scored, coverage(s.scored, of), "" if row.borrowed else note)


# --- drawings -----------------------------------------------------------------------------------


class AxisRange(Record):
    """The ends of a scale."""

    low: float
    high: float

    def share(self, value: float | None) -> float | None:
        """Return where a value stands between the ends, 0..1; in the middle where they are one."""
        if value is None:
            return None
        if self.high <= self.low:
            return 0.5
        return round((value - self.low) / (self.high - self.low), 4)


def _find_limits(spec: BoardTableSpec) -> AxisRange:
    """Return the tasks' common bounds where they state them, else the ends of all that is drawn."""
    facts = [spec.results.catalog.tasks[task] for task in spec.board.tasks]
    bounds = {(f.score_min, f.score_max) for f in facts}
    low, high = next(iter(bounds))
    if len(bounds) == 1 and low is not None and high is not None:
        return AxisRange(low, high)
    standings = [s for board in spec.boards.values() for s in board.standings]
    drawn = [v for s in standings for v in (s.average, *(s.interval or ())) if v is not None]
    return AxisRange(min(drawn, default=0.0), max(drawn, default=1.0))


def find_reference(spec: BoardTableSpec) -> float | None:
    """Return the average of the baseline in the variant that stands for it; None without one."""
    roles = spec.labels.roles
    if roles.baseline is None or roles.baseline_variant is None:
        return None
    return spec.boards[roles.baseline_variant].standing(roles.baseline).average


def _drawing_label(spec: BoardTableSpec) -> str:
    base = spec.labels.roles.base
    if not spec.is_tuned or base is None:
        return "On the scale"
    after = spec.labels.in_sentence(spec.board.variant)
    return f"{spec.labels.variants[base]} \N{RIGHTWARDS ARROW} {after}"


def _dumbbell(spec: BoardTableSpec, standing: Standing, limits: AxisRange) -> Dumbbell | None:
    """The averages before and after on the scale of the board; None without an average."""
    if standing.average is None:
        return None
    board, labels = spec.board, spec.labels
    before = None
    if spec.is_tuned:
        before = spec.boards[labels.roles.base or ""].standing(standing.model).average
    text = labels.scale.score(standing.average)
    if before is not None:
        text = f"{labels.scale.score(before)} to {text}"
    low, high = (standing.interval if board.rules.rank_by == "mean" else None) or (None, None)
    # The baseline from another variant is the reference itself, and needs no other mark.
    marked = standing.model != labels.roles.baseline or board.standing(standing.model).scored > 0
    return Dumbbell(
        before=limits.share(before) if marked else None,
        after=limits.share(standing.average) if marked else None,
        reference=limits.share(find_reference(spec)),
        low=limits.share(low),
        high=limits.share(high),
        text=f"{labels.models[standing.model]}: {text}",
    )
