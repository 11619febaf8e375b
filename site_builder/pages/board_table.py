"""Make one board as a table: rows, columns, cells, drawings, filters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from site_builder.charts.cells import RANK, lift_cell, model_cell, number_cell, text_cell
from site_builder.charts.dumbbells import shared
from site_builder.compute.board import Board, Entry
from site_builder.compute.catalog import Catalog, ModelInfo, TaskInfo
from site_builder.compute.significance import Against
from site_builder.compute.statistics import Statistic
from site_builder.config import BoardConfig, FacetValue
from site_builder.formatting import (
    MISSING,
    NumberFormat,
    billions,
    count,
    coverage,
    sentence,
)
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, field, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Filter,
    Table,
    TableTools,
    Tag,
    draw_dumbbell,
    draw_ranks,
    table_of,
)
from site_builder.tables.boards import wanted_texts

BY_LIFT = "lift_over_base"
_RANKING_FORMS = ("score", "rate", "rank", "ratio")


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
    def config(self) -> BoardConfig:
        """What `site.toml` states of the board."""
        return self.site.board.config

    @property
    def is_mean(self) -> bool:
        """Whether the board ranks by the plain mean."""
        return self.board.rules.rank_by == "mean"

    def average(self, row: BoardRow) -> float | None:
        """Return the average of a row, adjusted where that ranks the board."""
        key = "adjusted" if self.board.rules.rank_by == "additive" else "average"
        return row.figures.get(key)

    def measured(self, measure: str, model: str) -> int:
        """Return on how many tasks of the board an entry has a value of a measure."""
        return self.site.results.scores.count_measured(measure, self.board.variant, model)

    @property
    def is_tuned(self) -> bool:
        """Whether the variant has a base to compare with."""
        roles = self.labels.roles
        return roles.base is not None and self.board.variant in roles.tuned

    def row(self, entry: Entry) -> BoardRow:
        """Return an entry of the board with its figures."""
        return BoardRow(entry, _figures_of(self.board, entry))

    @property
    def borrowed(self) -> BoardRow | None:
        """The baseline's row on the board of another variant that stands for it here.

        Its average is over the tasks of the ranked models. None where it has a score in this
        variant, where these models differ in their tasks, and where it lacks one of these.
        """
        roles, variant = self.labels.roles, self.board.variant
        if roles.baseline is None or roles.baseline_variants[variant] == variant:
            return None
        other = self.boards[roles.baseline_variants[variant]]
        found, n = other.entry(roles.baseline), len(self.board.tasks)
        own = other.figure(found, "average")
        mean = self.reference if self.board.ranked else own
        if mean is None:
            return None
        figures = _figures_of(other, found)
        if mean != own or found.scored != n:
            found, figures = replace(found, interval=None, scored=n), {**figures, "average": mean}
        return BoardRow(found, figures, is_borrowed=True)

    @property
    def reference(self) -> float | None:
        """The baseline's mean over the tasks of each ranked model; None if these differ."""
        return shared(self.board.figure(s, "baseline_average") for s in self.board.ranked)


class BoardRow(Record):
    """One row of a board with its figures by statistic.

    Attributes:
        is_borrowed: Whether it is from the board of another variant: the baseline's.
    """

    entry: Entry
    figures: Mapping[str, float | None]
    is_borrowed: bool = False

    @property
    def model(self) -> str:
        """Id of the model."""
        return self.entry.model

    def count(self, statistic: str) -> int:
        """Return a figure that counts tasks."""
        return int(self.figures.get(statistic) or 0)


def _figures_of(board: Board, entry: Entry) -> dict[str, float | None]:
    return {s.id: board.figure(entry, s.id) for s in board.statistics}


def board_table(
    spec: BoardTableSpec, rows: Sequence[BoardRow], table_id: str, caption: str
) -> Table:
    """Return the table of one view of a board; the baseline's row may be of another variant."""
    catalog, baseline = spec.site.results.catalog, spec.labels.roles.baseline
    fields = [*_place_fields(spec), *_statistic_fields(spec), *_fact_fields(spec)]
    return table_of(
        table_id,
        caption,
        fields,
        rows[: spec.most],
        lambda row: "reference" if row.model == baseline else "" if row.entry.rank else "unranked",
        filters=lambda row: model_filters(catalog, row.model, spec.config.filters),
        header=1,
        sorted_by=spec.by,
        tools=model_tools(spec.labels, catalog, spec.board.variant, spec.config.filters),
        is_level=lambda row: is_level(spec.board, row.entry),
    )


# --- ranks --------------------------------------------------------------------------------------


def rank_range(standing: Entry) -> str:
    """Return the plausible ranks of a model; empty for one rank, and where tasks are too few."""
    best, worst = standing.rank_interval or (0, 0)
    return "" if best == worst else span_text(best, worst)


def span_text(best: int, worst: int) -> str:
    """Return ranks from the best to the worst as text; one number where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def tie_tags(labels: Labels, board: Board, standing: Entry) -> tuple[Tag, ...]:
    """Return a tag that says whether a model is the best of its board, or may be first.

    None where most models may be first: `ranking_rule` says it once.
    """
    if not (board.tested and standing.rank and standing.tied_with_best) or board.most_may_be_first:
        return ()
    return (labels.tag("best" if board.has_clear_leader else "may_be_first"),)


def is_level(board: Board, entry: Entry) -> bool:
    """Return whether an entry is one of several that are too close to call for first.

    Of none where most are: `ranking_rule` says it once.
    """
    is_open = board.tested and not board.has_clear_leader and not board.most_may_be_first
    return is_open and bool(entry.rank) and entry.tied_with_best


def possible_text(labels: Labels, board: Board, standing: Entry) -> str:
    """Return the ranks that missing scores allow a model that lacks one; by win rate, their limits.

    Empty where no ranked model lacks a score.
    """
    n, possible = len(board.tasks), standing.possible_ranks
    if possible is None or standing.scored == n or all(s.scored == n for s in board.ranked):
        return ""
    best, worst = possible
    if board.rules.rank_by == "mean_win_rate" and best != worst:
        return labels.say("board.possible_limits", best=best, worst=worst)
    return labels.say("board.possible", ranks=span_text(best, worst))


# --- tools --------------------------------------------------------------------------------------


def model_tools(
    labels: Labels,
    catalog: Catalog,
    variant: str = "",
    first: Mapping[str, Sequence[FacetValue]] | None = None,
) -> TableTools:
    """Return the filters of a table of models, each only where two models differ in it.

    Ticked rows are compared in `variant`; if it is empty, in the first variant of each model.
    `first` are the values of facets that are shown at first.
    """
    models, wanted = catalog.models.values(), dict[str, Filter]()
    known: dict[str, tuple[Filter, Collection[object]]] = {
        "developer": (Filter("developer", "Developer"), {m.developer for m in models}),
        "size": (Filter("size", "Size", "most", "B"), {m.parameters_b for m in models}),
        "license": (Filter("license", "License"), {m.license for m in models}),
    }
    shown = first or {}
    for name in (*(f.id for f in catalog.facets if not f.is_number), *shown):
        label = next((f.label for f in catalog.facets if f.id == name), sentence(name))
        known[name] = (Filter(name, label), {m.facet(name) for m in models})
    for key, (found, values) in known.items():
        if len(values) > 1 or key in shown:
            wanted[key] = replace(found, first=tuple(wanted_texts(shown.get(key, ()))))
    facets, words = tuple(wanted.values()), labels.say.words
    return TableTools(words["model"], words["models"], facets, compare=True, variant=variant)


def model_filters(
    catalog: Catalog, model: str, first: Iterable[str] | None = None
) -> Mapping[str, str | None]:
    """Return what filters and ticks need to know of the row of a model.

    `first` are further facets that the board filters by at first.
    """
    facts = catalog.models[model]
    return {
        "id": facts.model,
        "developer": facts.developer,
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        "license": facts.license,
        **{f.id: facts.facets[f.id] for f in catalog.facets if not f.is_number},
        **{name: facts.facet(name) for name in first or ()},
    }


def task_tools(site: Site) -> TableTools:
    """Return the filter by category, where tasks differ in it."""
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    say, many = site.labels.say, len(categories) > 1
    filters = (Filter("category", say("column.category")),) if many else ()
    return TableTools(say.words["task"], say.words["tasks"], filters)


def task_filters(site: Site, task: str) -> Mapping[str, str | None]:
    """Return what filters need to know of the row of a task."""
    return {"category": site.results.catalog.tasks[task].category}


# --- columns ------------------------------------------------------------------------------------


def _place_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    ranked, say = len(spec.board.ranked), spec.labels.say
    yield Field(replace(RANK, help=say("board.rank_help")), lambda row: rank_cell(row.entry))
    yield Field(spec.labels.column("model"), lambda row: _model_cell(spec, row))
    half = 0.5 / max(ranked, 1)
    yield Field(
        Column(
            "ranks",
            say("column.ranks"),
            "slots",
            say("board.rank_help"),
            "ascending",
            "rank-interval",
            axis=((half, count(1)), (1 - half, count(ranked))),
            details=(say("column.best_rank"), say("column.worst_rank")),
        ),
        lambda row: ranks_cell(row.entry, ranked),
        any(s.rank_interval is not None for s in spec.board.ranked),
    )


def _statistic_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield what ranks the models, as numbers and as a drawing, then all other statistics."""
    shown = [s for s in spec.board.statistics if _is_shown(spec, s)]
    ranking = [s for s in shown if s.form in _RANKING_FORMS]
    yield from (_statistic_field(spec, s) for s in ranking)
    yield from _drawing_fields(spec)
    yield from (_statistic_field(spec, s) for s in shown if s not in ranking)


def _is_shown(spec: BoardTableSpec, statistic: Statistic) -> bool:
    board, roles = spec.board, spec.labels.roles
    has = {
        "mean": board.rules.averaged,
        "base": spec.is_tuned
        and any(board.figure(s, "lift_over_base") is not None for s in board.entries),
        "baseline": roles.baseline is not None,
    }
    if not statistic.column or not all(has[need] for need in statistic.needs):
        return False
    if statistic.measure is not None:
        columns = spec.config.columns
        has_value = any(value is not None for value in board.figures[statistic.id])
        return has_value and (not columns or statistic.id in columns or spec.full)
    if statistic.id == board.rule.statistic:
        return True
    if statistic.id == "win_rate" and len(board.tasks) == 1 and not spec.category:
        return False
    # Beside another average, the plain one is a detail.
    is_detail = statistic.id == "average" and board.rule.is_average and not spec.is_mean
    return spec.full or (statistic.column == "always" and not is_detail)


def _statistic_field(spec: BoardTableSpec, statistic: Statistic) -> Field[BoardRow]:
    labels, board = spec.labels, spec.board
    over = labels.tasks_of(board)
    label, meaning = statistic.label, statistic.help
    if statistic.id == "average" and not spec.is_mean and board.rule.is_average:
        label, meaning = labels.say("board.average"), labels.say("board.average_help")
    words = {
        "base": labels.base,
        "baseline": labels.baseline,
        "variant": labels.in_sentence(board.variant),
        "over": over,
        "turning": labels.turning,
    }
    column = Column(
        statistic.id,
        label.format_map(words),
        "number",
        meaning.format_map(words),
        "ascending" if statistic.is_ascending else "",
        statistic.section,
    )
    return Field(column, partial(_CELLS.get(statistic.id, _plain_cell), spec, statistic))


def _drawing_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    board, labels, limits = spec.board, spec.labels, _find_limits(spec)
    drawing = labels.say("column.line")
    if spec.is_tuned:
        before, after = labels.variants[labels.roles.base or ""], labels.in_sentence(board.variant)
        drawing = f"{before} \N{RIGHTWARDS ARROW} {after}"
    yield Field(
        Column("line", drawing, "plot", term="average"),
        lambda row: Cell("", spec.average(row), drawing=_dumbbell(spec, row, limits)),
        board.rules.averaged and (spec.is_tuned or labels.roles.baseline is not None),
    )


def _fact_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield what the models table says, and how many tasks have a score."""
    catalog, n, say = spec.site.results.catalog, len(spec.board.tasks), spec.labels.say
    facts, columns = catalog.models, spec.config.columns
    known, own = facts.values(), ("parameters_b", "license", "release_date")
    labels = {facet.id: facet.label for facet in catalog.facets}
    wanted = [name for name in columns if name in labels or hasattr(ModelInfo, name)]
    if not columns or spec.full:
        wanted += [facet.id for facet in catalog.facets if facet.is_setting or spec.full]
    for name in dict.fromkeys(wanted):
        values = {m.model: m.facet(name) for m in known}
        if name not in own and len({*values.values()}) > 1:
            label = labels.get(name, sentence(name.replace("_", " ")))
            yield Field(Column(name, label), partial(_fact_cell, values))
    yield Field(
        Column("parameters_b", "Size", "number", "Parameters, in billions", "ascending"),
        lambda s: number_cell(facts[s.model].parameters_b, billions(facts[s.model].parameters_b)),
        any(f.parameters_b is not None for f in known),
    )
    yield Field(
        Column("license", "License"),
        lambda s: text_cell(facts[s.model].license),
        (spec.full or "license" in columns) and any(f.license is not None for f in known),
    )
    yield Field(
        Column("release_date", "Released", "number"),
        lambda s: text_cell(facts[s.model].release_date),
        (spec.full or "release_date" in columns) and any(f.release_date is not None for f in known),
    )
    yield Field(
        Column(
            "coverage", say("board.coverage"), "number", say("board.coverage_help"), term="average"
        ),
        lambda row: number_cell(
            row.entry.scored,
            coverage(row.entry.scored, n),
            possible_text(spec.labels, spec.board, row.entry),
        ),
        spec.full or any(s.scored not in (0, n) for s in spec.board.entries),
    )


def _fact_cell(values: Mapping[str, str | None], row: BoardRow) -> Cell:
    return text_cell(values[row.model])


# --- cells --------------------------------------------------------------------------------------


def ranks_cell(s: Entry, of: int) -> Cell:
    """Draw the ranks that an entry could have among `of`."""
    if s.rank is None or s.rank_interval is None:
        return Cell("")
    best, worst = s.rank_interval
    text = span_text(best, worst)
    return Cell(
        text, best, drawing=draw_ranks(s.rank, best, worst, of, text), details=(best, worst)
    )


def rank_cell(s: Entry) -> Cell:
    """Make the cell of a rank; a dash without one."""
    return number_cell(s.rank, str(s.rank or MISSING))


def _model_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """The model with its developer, why it has no rank, and whether it leads."""
    labels, board, s = spec.labels, spec.board, row.entry
    why, of = "baseline" if s.model == labels.roles.baseline else s.unranked, len(board.tasks)
    variant = labels.before_noun(board.variant)
    status = why and labels.say(f"why.{why}", of=coverage(s.scored, of), variant=variant)
    developer = spec.site.results.catalog.models[s.model].developer
    notes = " \N{MIDDLE DOT} ".join(filter(None, (developer, status)))
    return model_cell(labels, s.model, notes)


def _plain_cell(spec: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a number; what ranks has a note on how far it is behind the first."""
    value, form, note = row.figures[statistic.id], _format_of(spec, statistic), ""
    s = row.entry
    if statistic.id == spec.board.rule.statistic and s.rank != 1 and s.behind is not None:
        note = spec.labels.say("board.behind", score=form.score(s.behind))
    if statistic.measure is not None and value is not None:
        measured = spec.measured(statistic.measure.id, row.model)
        if measured < s.scored:
            note = spec.labels.say("board.over", of=coverage(measured, s.scored))
    return number_cell(value, form.score(value), note)


def _format_of(spec: BoardTableSpec, statistic: Statistic) -> NumberFormat:
    """Return how a statistic is written: scores as the board's averages are."""
    if statistic.form in ("score", "difference"):
        return spec.scale
    return spec.labels.statistic_scale(statistic, spec.board)


def _lift_cell(against: Against, spec: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a mean lift, with a colour only where it is certain."""
    lift = row.figures[statistic.id]
    if against == "baseline" and row.model == spec.labels.roles.baseline:
        lift = None
    test = spec.board.tests[against].get(row.model)
    is_tested = lift is not None and test is not None and test.interval is not None
    made = lift_cell(lift, spec.scale, test.verdict if test and is_tested else None)
    return (
        made if is_tested or lift is None else replace(made, note=spec.labels.say("board.too_few"))
    )


def _beats_cell(spec: BoardTableSpec, _: Statistic, row: BoardRow) -> Cell:
    of = sum(map(row.count, ("beats", "ties", "loses")))
    if not of or row.model == spec.labels.roles.baseline:
        return text_cell(None)
    note = spec.labels.say("out_of", of=of)
    return number_cell(row.count("beats"), count(row.count("beats")), note)


def _wins_cell(spec: BoardTableSpec, _: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a number of first places, with how many of them are clear, if known."""
    if row.is_borrowed or not row.entry.scored:
        return text_cell(None)
    wins, clear, unclear = map(row.count, ("wins", "clear_wins", "unclear_wins"))
    note = ""
    if row.figures["clear_wins"] is not None and row.figures["unclear_wins"] is not None:
        parts = {"clear": clear, "unclear": unclear, "unknown": wins - clear - unclear}
        note = ", ".join(spec.labels.say(f"board.wins.{what}", n) for what, n in parts.items() if n)
    return replace(number_cell(wins, count(wins)), note=note)


def _paired_cell(_: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a number of pairs before and after tuning; a dash without any."""
    if not sum(map(row.count, ("helped", "unchanged", "hurt"))):
        return text_cell(None)
    return number_cell(row.count(statistic.id), count(row.count(statistic.id)))


# The statistics whose cells say more than their number.
_CELLS: Mapping[str, Callable[[BoardTableSpec, Statistic, BoardRow], Cell]] = {
    "lift_over_base": partial(_lift_cell, "base"),
    "lift_over_baseline": partial(_lift_cell, "baseline"),
    "beats": _beats_cell,
    "wins": _wins_cell,
    "helped": _paired_cell,
    "hurt": _paired_cell,
}


# --- drawings -----------------------------------------------------------------------------------


def common_bounds(tasks: Iterable[TaskInfo]) -> tuple[float, float] | None:
    """Return the bounds that all tasks share; None where they differ or are not stated."""
    bounds = {(task.score_min, task.score_max) for task in tasks}
    low, high = next(iter(bounds))
    return (low, high) if len(bounds) == 1 and low is not None and high is not None else None


def _find_limits(spec: BoardTableSpec) -> AxisRange:
    """Return the tasks' common bounds where they state them, else the ends of all that is drawn."""
    tasks = spec.site.results.catalog.tasks
    averages = (board.average(s) for board in spec.boards.values() for s in board.entries)
    drawn = [value for value in averages if value is not None]
    # Estimates may lie outside of the bounds.
    drawn += common_bounds(tasks[task] for task in spec.board.tasks) or ()
    return AxisRange(min(drawn, default=0.0), max(drawn, default=1.0))


def _dumbbell(spec: BoardTableSpec, row: BoardRow, limits: AxisRange) -> Drawing | None:
    """The averages before and after on the scale of the board; None without an average."""
    average = spec.average(row)
    if average is None:
        return None
    labels, before = spec.labels, row.figures["base_average"]
    means = tuple(v for v in (before, average) if v is not None)
    text = " to ".join(map(spec.scale.score, means))
    marks: tuple[float | None, ...] = (before, average, row.figures["baseline_average"])
    if row.is_borrowed:
        # The baseline from another variant is the reference itself, and needs no other mark.
        marks = (None, None, average)
    start, end, line = map(limits.place, marks)
    return draw_dumbbell(start, end, line, text=f"{labels.models[row.model]}: {text}")
