"""Make one board as a table: rows, columns, cells, drawings, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from site_builder.addresses import Link, method_link
from site_builder.charts.cells import MODEL, RANK, lift_cell, model_cell, number_cell, text_cell
from site_builder.charts.dumbbells import shared, tasks_averaged
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import Catalog, ModelInfo, TaskInfo
from site_builder.compute.significance import Against
from site_builder.formatting import MISSING, NumberFormat, billions, count, coverage
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, field, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Dumbbell,
    Field,
    Filter,
    Table,
    TableTools,
    table_of,
)

BY_LIFT = "lift_over_base"
_RANK_HELP = "Ties share the better rank. The small range has the ranks that it could have"
# What explains the notes below the figures of a column.
_NOTES: Mapping[str, Link] = {
    "rank": method_link("Plausible ranks", "rank-interval"),
    "average": method_link("Behind the first", "rank-interval"),
    "adjusted": method_link("Behind the first", "rank-interval"),
    "win_rate": method_link("Behind the first", "rank-interval"),
    "coverage": method_link("Ranks if complete", "missing-scores"),
}


class BoardTableSpec(Record):
    """What the table of a board shows.

    Attributes:
        boards: The board by variant, over the same tasks.
        full: Whether to show every column and every model.
        most: Greatest number of rows; None for all.
        common: By variant, the boards over the tasks that all of its ranked models have.
        category: The category whose tasks the board is over; empty for every task.
        variant: The variant that is shown; empty for the primary one.
        by: Key of the column that gives the order.
    """

    site: Site
    boards: Mapping[str, Board]
    full: bool = False
    most: int | None = None
    common: Mapping[str, Mapping[str, Board]] = field(default_factory=dict)
    category: str = ""
    variant: str = ""
    by: str = "average"

    @property
    def board(self) -> Board:
        """The board of the variant that is shown."""
        return self.boards[self.variant or self.labels.roles.primary]

    @property
    def labels(self) -> Labels:
        """Names and formats of numbers."""
        return self.site.labels

    @property
    def scale(self) -> NumberFormat:
        """Format of averages over the tasks of the board."""
        scales = self.labels.category_scales
        return scales[self.category] if self.category else self.labels.scale

    @property
    def is_tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        roles = self.labels.roles
        return roles.base is not None and self.board.variant in roles.tuned

    @property
    def borrowed(self) -> Standing | None:
        """The baseline's standing on the board of another variant that stands for it here.

        Its average is over the tasks of the ranked models. None where it has a score in this
        variant, where these models differ in their tasks, and where it lacks one of these.
        """
        roles, variant = self.labels.roles, self.board.variant
        if roles.baseline is None or roles.baseline_variants[variant] == variant:
            return None
        found = self.boards[roles.baseline_variants[variant]].standing(roles.baseline)
        mean = self.reference if self.board.ranked else found.average
        n = len(self.board.tasks)
        if mean is None or (mean == found.average and found.scored == n):
            return None if mean is None else found
        return replace(found, average=mean, interval=None, scored=n)

    @property
    def reference(self) -> float | None:
        """The baseline's mean over the tasks of each ranked model; None if these differ."""
        return shared(s.baseline_average for s in self.board.ranked)

    def is_borrowed(self, standing: Standing) -> bool:
        """Return whether a standing with a score is from another board: the baseline's."""
        return not self.board.standing(standing.model).scored


def board_table(
    spec: BoardTableSpec, standings: Sequence[Standing], table_id: str, caption: str
) -> Table:
    """Return the table of one view of a board; the baseline's row may be of another variant."""
    catalog, baseline = spec.site.results.catalog, spec.labels.roles.baseline
    fields = [*_merit_fields(spec), *_lift_fields(spec), *_count_fields(spec), *_fact_fields(spec)]
    table = table_of(
        table_id,
        caption,
        fields,
        standings[: spec.most],
        lambda s: "reference" if s.model == baseline else "" if s.rank else "unranked",
        filters=lambda s: model_filters(catalog.models[s.model]),
        header=1,
        sorted_by=spec.by,
        tools=model_tools(catalog, spec.board.variant),
    )
    explained = [
        _NOTES[column.key]
        for i, column in enumerate(table.columns)
        if column.key in _NOTES and any(row.cells[i].note for row in table.rows)
    ]
    if any(cell.tags for row in table.rows for cell in row.cells):
        explained.append(method_link("May be first", "ties"))
    return replace(table, explained=tuple(dict.fromkeys(explained)))


# --- ranks --------------------------------------------------------------------------------------


def rank_range(standing: Standing) -> str:
    """Return the plausible ranks of a model; empty for one rank, and where tasks are too few."""
    best, worst = standing.rank_interval or (0, 0)
    return "" if best == worst else span_text(best, worst)


def span_text(best: int, worst: int) -> str:
    """Return ranks from the best to the worst as text; one number where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def tie_tags(board: Board, standing: Standing) -> tuple[str, ...]:
    """Return a tag that says whether a model is the best of its board, or may be first.

    None where most models may be first: `ranking_rule` says it once.
    """
    if not (board.tested and standing.rank and standing.tied_with_best) or board.most_may_be_first:
        return ()
    return ("best",) if board.has_clear_leader else ("may be first",)


def possible_text(board: Board, standing: Standing) -> str:
    """Return the ranks that missing scores allow a model that lacks one; by win rate, their limits.

    Empty where no ranked model lacks a score.
    """
    n, possible = len(board.tasks), standing.possible_ranks
    if possible is None or standing.scored == n or all(s.scored == n for s in board.ranked):
        return ""
    best, worst = map(count, possible)
    if board.rules.rank_by == "mean_win_rate" and best != worst:
        return f"rank {best} at best, {worst} at worst, if complete"
    return f"rank {span_text(*possible)} if complete"


# --- tools --------------------------------------------------------------------------------------


def model_tools(catalog: Catalog, variant: str = "") -> TableTools:
    """Return the filters of a table of models, each only where two models differ in it.

    Ticked rows are compared in `variant`; if it is empty, in the first variant of each model.
    """
    models = catalog.models.values()
    facets = (
        (Filter("developer", "Developer"), {m.developer for m in models}),
        (Filter("size", "Size", "most", "B"), {m.parameters_b for m in models}),
        (Filter("license", "License"), {m.license for m in models}),
    )
    wanted = tuple(facet for facet, values in facets if len(values) > 1)
    return TableTools("model", "models", wanted, compare=True, variant=variant)


def model_filters(facts: ModelInfo) -> Mapping[str, str | None]:
    """Return what filters and ticks need to know of the row of a model."""
    return {
        "id": facts.model,
        "developer": facts.developer,
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        "license": facts.license,
    }


def task_tools(site: Site) -> TableTools:
    """Return the filter by category, where tasks differ in it."""
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    filters = (Filter("category", "Category"),) if len(categories) > 1 else ()
    return TableTools("task", "tasks", filters)


def task_filters(site: Site, task: str) -> Mapping[str, str | None]:
    """Return what filters need to know of the row of a task."""
    return {"category": site.results.catalog.tasks[task].category}


# --- columns ------------------------------------------------------------------------------------


def _merit_fields(spec: BoardTableSpec) -> Iterator[Field[Standing]]:
    """Yield what ranks the models, as numbers and as a drawing."""
    board, labels, limits = spec.board, spec.labels, _find_limits(spec)
    averaged, rank_by = board.rules.averaged, board.rules.rank_by
    over = tasks_averaged(board)
    is_adjusted, adjusted = rank_by == "additive", f"Estimate of the mean over {over}"
    name, mean = "Score", f"Mean over {over}"
    if is_adjusted:
        name, mean = "Average", "Mean over the tasks with a score"
    beaten = "Share of other models beaten on a task, averaged over tasks; a tie counts one half"

    drawing = "On the scale"
    if spec.is_tuned:
        before, after = labels.variants[labels.roles.base or ""], labels.in_sentence(board.variant)
        drawing = f"{before} \N{RIGHTWARDS ARROW} {after}"

    def merit(s: Standing, by: str, value: float | None, form: NumberFormat) -> Cell:
        return number_cell(value, form.score(value), _behind_text(form, s) if rank_by == by else "")

    yield Field(replace(RANK, help=_RANK_HELP), partial(rank_cell, ranked=len(board.ranked)))
    yield Field(MODEL, lambda s: _model_cell(spec, s))
    yield Field(
        Column("adjusted", "Adjusted average", "number", adjusted, term="adjusted-average"),
        lambda s: merit(s, "additive", s.adjusted, spec.scale),
        is_adjusted,
    )
    yield Field(
        Column("average", name, "number", mean, term="average"),
        lambda s: merit(s, "mean", s.average, spec.scale),
        averaged and (spec.full or not is_adjusted),
    )
    yield Field(
        Column("win_rate", "Win rate", "number", beaten, term="win-rate"),
        lambda s: merit(s, "mean_win_rate", s.win_rate, labels.rate_scale),
    )
    yield Field(
        Column("line", drawing, "plot", term="average"),
        lambda s: Cell("", board.average(s), plot=_dumbbell(spec, s, limits)),
        averaged and (spec.is_tuned or labels.roles.baseline is not None),
    )


def _lift_fields(spec: BoardTableSpec) -> Iterator[Field[Standing]]:
    """Yield what tuning changed, how far the baseline is, and how often a model beats it."""
    labels = spec.labels
    over_base_cell, over_baseline_cell = _lift_cells(spec, "base"), _lift_cells(spec, "baseline")
    variant, base, baseline = labels.in_sentence(spec.board.variant), labels.base, labels.baseline
    averaged, compared = spec.board.rules.averaged, labels.roles.baseline is not None
    gain = f"Mean over tasks of {variant} minus {base} score{labels.turning}"
    gap = f"Mean over tasks of the score minus the score of {baseline}{labels.turning}"
    beaten = f"Tasks where it scores strictly better than {baseline}"

    def over_baseline(s: Standing) -> float | None:
        return None if s.model == labels.roles.baseline else s.lift_over_baseline

    def beats(s: Standing) -> Cell:
        of = s.beats + s.ties + s.loses
        if not of or s.model == labels.roles.baseline:
            return text_cell(None)
        return number_cell(s.beats, count(s.beats), f"of {of}")

    yield Field(
        Column("lift_over_base", f"Lift over {base}", "number", gain, term="lift"),
        lambda s: over_base_cell(s, s.lift_over_base),
        averaged and _has_lifts(spec),
    )
    yield Field(
        Column("lift_over_baseline", f"vs {baseline}", "number", gap, term="lift-over-baseline"),
        lambda s: over_baseline_cell(s, over_baseline(s)),
        averaged and compared,
    )
    yield Field(
        Column("beats", f"Beats {baseline}", "number", beaten, term="lift-over-baseline"),
        beats,
        compared,
    )


def wins_cell(standing: Standing) -> Cell:
    """Make the cell of a number of first places, with how many of them are clear, if known."""
    clear, unclear, note = standing.clear_wins, standing.unclear_wins, ""
    if clear is not None and unclear is not None:
        unknown = standing.wins - clear - unclear
        parts = ((clear, "clear"), (unclear, "not clear"), (unknown, "not known"))
        note = ", ".join(f"{count(n)} {what}" for n, what in parts if n)
    return replace(number_cell(standing.wins, count(standing.wins)), note=note)


def _count_fields(spec: BoardTableSpec) -> Iterator[Field[Standing]]:
    """Yield the numbers of tasks on which it leads, gains and loses."""
    base, variant = spec.labels.base, spec.labels.in_sentence(spec.board.variant)
    first = "Tasks where it has the best score of this board, ties included"
    better = f"Tasks where its {variant} score is better than its {base} score"
    worse = f"Tasks where its {variant} score is worse than its {base} score"
    with_lifts = spec.full and _has_lifts(spec)

    def counted_pairs(s: Standing, n: int) -> Cell:
        return number_cell(n, count(n)) if s.helped + s.unchanged + s.hurt else text_cell(None)

    yield Field(
        Column("wins", "First places", "number", first, term="winners"),
        lambda s: text_cell(None) if spec.is_borrowed(s) else wins_cell(s),
        spec.full,
    )
    yield Field(
        Column("helped", "Helped", "number", better, term="lift"),
        lambda s: counted_pairs(s, s.helped),
        with_lifts,
    )
    yield Field(
        Column("hurt", "Hurt", "number", worse, "ascending", "lift"),
        lambda s: counted_pairs(s, s.hurt),
        with_lifts,
    )


def _fact_fields(spec: BoardTableSpec) -> Iterator[Field[Standing]]:
    """Yield what the models table says, and how many tasks have a score."""
    facts, n = spec.site.results.catalog.models, len(spec.board.tasks)
    known = facts.values()
    yield Field(
        Column("parameters_b", "Size", "number", "Parameters, in billions", "ascending"),
        lambda s: number_cell(facts[s.model].parameters_b, billions(facts[s.model].parameters_b)),
        any(f.parameters_b is not None for f in known),
    )
    yield Field(
        Column("license", "License"),
        lambda s: text_cell(facts[s.model].license),
        spec.full and any(f.license is not None for f in known),
    )
    yield Field(
        Column("release_date", "Released", "number"),
        lambda s: text_cell(facts[s.model].release_date),
        spec.full and any(f.release_date is not None for f in known),
    )
    yield Field(
        Column("coverage", "Coverage", "number", "Tasks with a score", term="average"),
        lambda s: number_cell(s.scored, coverage(s.scored, n), possible_text(spec.board, s)),
        spec.full or any(s.scored not in (0, n) for s in spec.board.standings),
    )


def _has_lifts(spec: BoardTableSpec) -> bool:
    return spec.is_tuned and any(s.lift_over_base is not None for s in spec.board.standings)


# --- cells --------------------------------------------------------------------------------------


def rank_cell(s: Standing, ranked: int = 0) -> Cell:
    """Make the cell of a rank, with the plausible ranks below it; a strip among `ranked` models."""
    cell = number_cell(s.rank, str(s.rank or MISSING), rank_range(s))
    if not ranked or not cell.note or s.rank_interval is None:
        return cell
    return replace(cell, ranks=(*s.rank_interval, ranked))


def _behind_text(form: NumberFormat, s: Standing) -> str:
    """How far a model is behind the first; empty for the first itself."""
    if s.rank == 1 or s.behind is None:
        return ""
    return f"{form.score(s.behind)} behind"


def _model_cell(spec: BoardTableSpec, s: Standing) -> Cell:
    """The model with its developer, why it has no rank, and whether it leads."""
    labels, board = spec.labels, spec.board
    tags = () if spec.by == BY_LIFT else tie_tags(board, s)
    whys = {
        "no score": f"no {labels.in_sentence(board.variant)} score",
        "flagged": "not ranked: flagged",
        "coverage": f"not ranked: {coverage(s.scored, len(board.tasks))} tasks",
        "no rival": "not ranked: no rival on its tasks",
        "no common tasks": "not ranked: no common tasks",
    }
    status = "baseline" if s.model == labels.roles.baseline else whys.get(s.unranked)
    developer = spec.site.results.catalog.models[s.model].developer
    notes = " \N{MIDDLE DOT} ".join(filter(None, (developer, status)))
    return model_cell(labels, s.model, notes, tags)


def _lift_cells(spec: BoardTableSpec, against: Against) -> Callable[[Standing, float | None], Cell]:
    """Return what makes the cells of mean lifts, with a colour only where they are certain."""
    scale, tests = spec.scale, spec.board.tests[against]

    def cell(standing: Standing, lift: float | None) -> Cell:
        test = tests.get(standing.model)
        is_tested = lift is not None and test is not None and test.interval is not None
        made = lift_cell(lift, scale, test.verdict if test and is_tested else None)
        return made if is_tested or lift is None else replace(made, note="too few tasks")

    return cell


# --- drawings -----------------------------------------------------------------------------------


def common_bounds(tasks: Iterable[TaskInfo]) -> tuple[float, float] | None:
    """Return the bounds that all tasks share; None where they differ or are not stated."""
    bounds = {(task.score_min, task.score_max) for task in tasks}
    low, high = next(iter(bounds))
    return (low, high) if len(bounds) == 1 and low is not None and high is not None else None


def _find_limits(spec: BoardTableSpec) -> AxisRange:
    """Return the tasks' common bounds where they state them, else the ends of all that is drawn."""
    tasks = spec.site.results.catalog.tasks
    standings = [s for board in spec.boards.values() for s in board.standings]
    drawn = [value for s in standings if (value := spec.board.average(s)) is not None]
    # Estimates may lie outside of the bounds.
    drawn += common_bounds(tasks[task] for task in spec.board.tasks) or ()
    return AxisRange(min(drawn, default=0.0), max(drawn, default=1.0))


def _dumbbell(spec: BoardTableSpec, s: Standing, limits: AxisRange) -> Dumbbell | None:
    """The averages before and after on the scale of the board; None without an average."""
    average = spec.board.average(s)
    if average is None:
        return None
    labels = spec.labels
    means = tuple(v for v in (s.base_average, average) if v is not None)
    text = " to ".join(map(spec.scale.score, means))
    marks: tuple[float | None, ...] = (s.base_average, average, s.baseline_average)
    if spec.is_borrowed(s):
        # The baseline from another variant is the reference itself, and needs no other mark.
        marks = (None, None, average)
    before, after, baseline = map(limits.place, marks)
    return Dumbbell(before, after, baseline, None, None, f"{labels.models[s.model]}: {text}")
