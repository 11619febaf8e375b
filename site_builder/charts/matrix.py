"""Lay out scores as a matrix: a row for each entry, a column for each task, part or category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from site_builder.addresses import Address, Link
from site_builder.charts.cells import RANK, model_cell, number_cell, score_cell, text_cell
from site_builder.charts.chart import Embed
from site_builder.charts.matrix_colours import find_axes, heat_of_differences, heat_of_scores
from site_builder.compute.agreement import order_entries
from site_builder.compute.numbers import Array, float_or_none, mean_of, round_significant
from site_builder.compute.results import Results
from site_builder.compute.significance import Against
from site_builder.compute.tasks import CategoryResult
from site_builder.formatting import MISSING, NumberFormat, in_cell
from site_builder.labels import Labels
from site_builder.records import CachingRecord, Record, replace
from site_builder.table_model import (
    Cell,
    CellMark,
    Column,
    ColumnGroup,
    Field,
    Row,
    RowKind,
    Table,
    Tone,
    table_of,
)

MAX_ENTRIES, MAX_COLUMNS = 200, 60
FIRST_ROWS = 20
"""Rows that are shown at first."""
_MAX_LINKED = 8000  # cells: more links would be most of the bytes of a page
_ROW_PX, _AROUND_PX = 30, 420
_TONES: Mapping[float, Tone] = {1.0: "gain", -1.0: "loss"}
_LEAST_ALIKE = 4  # entries
_FEW = 8  # columns


class MatrixMeasure(Record):
    """What the numbers of a matrix are: scores, or differences from other scores.

    Attributes:
        id: Its name in the page's address.
        label: Its name on the switch.
        title: What it shows, computed from the data.
        note: What a number is, and what its colour says.
        legend: Classes of a cell, and what they mean.
        term: Section of the about page that explains it.
    """

    id: str
    label: str
    title: str
    note: str
    legend: tuple[tuple[str, str], ...]
    term: str


class MatrixView(Record):
    """The matrix in one measure."""

    measure: MatrixMeasure
    table: Table


class Matrix(Record):
    """Scores of entries on tasks, in each measure that there is.

    Attributes:
        views: The one that is shown at first, then the others.
        cut: What is left out; empty where that is nothing.
        has_groups: Whether columns stand in groups that have a column of their own.
        is_cut: Whether rows wait until the reader asks for all.
        has_alike: Whether the rows can stand by similarity.
        is_narrow: Whether it has only a few columns.
        table: The same numbers, with a row for each cell.
        board: The board whose scores it has, if it is not the featured one.
        is_embedded: Whether it has a page for frames on other sites.
    """

    id: str
    views: tuple[MatrixView, ...]
    cut: str
    has_groups: bool
    is_cut: bool
    has_alike: bool
    is_narrow: bool
    table: Table
    board: str = ""
    is_embedded: bool = False

    @property
    def embed(self) -> Embed | None:
        """The page for frames on other sites."""
        if not self.is_embedded:
            return None
        key = f"{self.board}-{self.id}" if self.board else self.id
        link = Link(self.views[0].measure.title, Address("embed", key))
        rows = min(len(self.views[0].table.rows), FIRST_ROWS)
        return Embed(self.id, link, rows * _ROW_PX + _AROUND_PX)


class MatrixColumn(Record):
    """What a column is about: a task, or the mean over the tasks of a category.

    Attributes:
        name: In its head, below that of its group.
        full: The same alone.
        tasks: The task, or those of the category.
        category: The category; None for a task.
        group: The name of its group; empty without one.
        is_whole: Whether it is its group as a whole.
        weight: What its group counts, as text; empty where that is not stated.
    """

    name: str
    full: str
    tasks: tuple[str, ...]
    scale: NumberFormat
    category: CategoryResult | None = None
    group: str = ""
    is_whole: bool = False
    weight: str = ""


class MatrixEntry(Record):
    """A row.

    Attributes:
        merits: What ranks it, by the ids of measures.
    """

    model: str
    rank: int | None
    kind: RowKind
    merits: Mapping[str, float | None]


class MatrixSpec(CachingRecord, eq=False):
    """What a matrix is made from.

    Attributes:
        columns: In groups that follow each other.
        entries: In the order of their board, with the references that have a place in it.
        merits: The head of what ranks the entries, by the ids of measures; none has no column.
        merit_scale, lift_scale: The formats of what ranks them, and of its differences.
        tasks: All tasks of the matrix, for its titles.
        is_shared: Whether the tasks have one scale.
        title: Of the scores; empty for a count of entries and tasks.
        extra: Further columns behind what ranks the entries.
        cut: What is left out of the columns.
    """

    id: str
    results: Results
    labels: Labels
    columns: Sequence[MatrixColumn]
    entries: Sequence[MatrixEntry]
    merits: Mapping[str, str]
    merit_scale: NumberFormat
    lift_scale: NumberFormat
    tasks: Sequence[str]
    is_shared: bool
    title: str = ""
    extra: Sequence[Field[MatrixEntry]] = ()
    cut: str = ""

    @property
    def variant(self) -> str:
        """The variant whose scores are shown."""
        return self.results.scores.roles.primary

    @property
    def baseline(self) -> str:
        """The baseline, if it has a score on any of the tasks; else empty."""
        model = self.labels.roles.baseline
        known = [baseline_value(self, column) is not None for column in self.columns]
        return model if model is not None and any(known) else ""

    @cached_property
    def shown(self) -> Sequence[MatrixEntry]:
        """The entries that have a row."""
        return self.entries[:MAX_ENTRIES]

    @cached_property
    def places(self) -> list[int]:
        """The rows of the shown entries in the arrays."""
        return [self.results.scores.rows[entry.model] for entry in self.shown]

    @cached_property
    def rivals(self) -> list[int]:
        """The rows of all entries that compete, shown or not."""
        rows = self.results.scores.rows
        return [rows[entry.model] for entry in self.entries if entry.kind != "reference"]

    @cached_property
    def direction(self) -> Array:
        """1 where higher is better, else -1; shape (columns,)."""
        scores = self.results.scores
        return scores.direction[[scores.columns[column.tasks[0]] for column in self.columns]]

    @property
    def line_places(self) -> list[int]:
        """The places of the columns that the table of numbers has: tasks, or else categories."""
        places = range(len(self.columns))
        return [i for i in places if self.columns[i].category is None] or [*places]

    def of_columns(self, values: Array) -> Array:
        """Return numbers of tasks as those of the columns; shape (models, columns)."""
        at = self.results.scores.columns
        found = [values[:, [at[task] for task in column.tasks]] for column in self.columns]
        return np.column_stack([v[:, 0] if v.shape[1] == 1 else mean_of(v, axis=1) for v in found])


def make_matrix(spec: MatrixSpec) -> Matrix | None:
    """Lay out scores; None below two rows or two columns."""
    n_rows = len(spec.shown) + bool(spec.baseline)
    if not spec.shown or n_rows < 2 or len(spec.columns) < 2:
        return None
    measured, alike, cut = find_measured(spec), _alike(spec), spec.cut
    if len(spec.shown) < len(spec.entries):
        of = len(spec.entries)
        cut = f"{spec.labels.say('matrix.cut_models', of, most=MAX_ENTRIES)} {cut}".strip()
    groups = {column.group for column in spec.columns if column.group}
    return Matrix(
        id=spec.id,
        views=tuple(MatrixView(one.measure, _view(spec, one, alike)) for one in measured),
        cut=cut,
        has_groups=len(groups) > 1
        and groups == {c.group for c in spec.columns if c.is_whole}
        and any(c.group and not c.is_whole for c in spec.columns),
        is_cut=len(spec.shown) > FIRST_ROWS,
        has_alike=bool(alike),
        is_narrow=len(spec.columns) <= _FEW,
        table=_numbers_table(spec, measured),
    )


def _alike(spec: MatrixSpec) -> Mapping[str, int]:
    """Return the place of each entry where entries of similar scores stand together."""
    if len(spec.shown) < _LEAST_ALIKE:
        return {}
    scores = spec.results.scores
    columns = [scores.columns[task] for task in spec.tasks]
    values = scores.values[spec.variant][np.ix_(spec.places, columns)]
    order = order_entries(values, is_shared=spec.is_shared)
    return {spec.shown[at].model: place for place, at in enumerate(order)}


# --- measures -----------------------------------------------------------------------------------


class Measured(Record, eq=False):
    """A measure with its numbers, without the baseline's own.

    Attributes:
        against: What the scores are compared with; None for the scores themselves.
        values: Differences are positive = better; shape (models, columns).
        verdicts: 1 better, -1 worse, 0 uncertain, NaN unknown; all NaN for scores.
    """

    measure: MatrixMeasure
    against: Against | None
    values: Array
    verdicts: Array

    def write(self, value: float, scale: NumberFormat) -> str:
        """Return a number with all its decimals."""
        shown = float_or_none(value)
        return scale.score(shown) if self.against is None else scale.signed(shown)


def find_measured(spec: MatrixSpec) -> list[Measured]:
    """Return the measures of which there are numbers, differences from the baseline first."""
    scores, variant = spec.results.scores, spec.variant
    contest = scores.contest(variant)
    values = spec.of_columns(contest)
    own = Measured(_score_measure(spec), None, values, np.full(values.shape, np.nan))
    lifts: dict[Against, Array] = {
        "baseline": scores.contest_lifts(variant),
        "base": np.where(np.isnan(contest), np.nan, scores.lift_over_base(variant)),
    }
    found = {}
    at = np.ix_(spec.rivals, [scores.columns[task] for task in spec.tasks])
    for against, lift in lifts.items():
        if not np.isnan(lift[at]).all():
            known = spec.results.lift_verdicts[variant, against]
            verdicts = np.where(np.isnan(lift), np.nan, known)
            measure = _difference_measure(spec, against, lift[at], verdicts[at])
            judged = _verdicts(spec, against, verdicts)
            found[against] = Measured(measure, against, spec.of_columns(lift), judged)
    ordered = (found.get("baseline"), own, found.get("base"))
    return [one for one in ordered if one is not None]


def _verdicts(spec: MatrixSpec, against: Against, verdicts: Array) -> Array:
    """Return the verdicts of the columns; on a mean over a category, that of its board."""
    scores, signs = spec.results.scores, {"better": 1.0, "worse": -1.0, "unclear": 0.0}
    found = np.full((len(scores.models), len(spec.columns)), np.nan)
    for x, column in enumerate(spec.columns):
        if column.category is None:
            found[:, x] = verdicts[:, scores.columns[column.tasks[0]]]
            continue
        for model, test in column.category.boards[spec.variant].tests[against].items():
            found[scores.rows[model], x] = signs.get(test.verdict or "", np.nan)
    return found


def _difference_measure(
    spec: MatrixSpec, against: Against, values: Array, verdicts: Array
) -> MatrixMeasure:
    labels, say, is_base = spec.labels, spec.labels.say, against == "base"
    n, n_known = int((~np.isnan(values)).sum()), int((~np.isnan(verdicts)).sum())
    rival = labels.base if is_base else labels.baseline
    better, worse = (int((sign * (verdicts if n_known else values) > 0).sum()) for sign in (1, -1))
    title = "matrix.title.certain" if n_known else "matrix.title.unknown"
    marks = {"gain": "better", "loss": "worse", "soft": "uncertain"} if n_known else {}
    if n_known < n:
        marks |= {"gain unknown": "better_unknown", "loss unknown": "worse_unknown"}
    return MatrixMeasure(
        id=against,
        label=say("column.gain") if is_base else say("matrix.against", name=rival),
        title=say(title, n, better=better, worse=worse, name=rival),
        note=say(f"matrix.note.{against}", name=rival, turning=labels.turning),
        legend=tuple((cls, say(f"matrix.legend.{text}")) for cls, text in marks.items()),
        term="lift" if is_base else "lift-over-baseline",
    )


def _score_measure(spec: MatrixSpec) -> MatrixMeasure:
    say = spec.labels.say
    n_models, n_tasks = say("n_models", len(spec.rivals)), say("n_tasks", len(spec.tasks))
    return MatrixMeasure(
        id="score",
        label=say("column.score"),
        title=spec.title or say("matrix.title.score", n_models=n_models, n_tasks=n_tasks),
        note=say("matrix.note.score" if spec.is_shared else "matrix.note.own_scale"),
        legend=(),
        term="average",
    )


# --- tables -------------------------------------------------------------------------------------


class _Drawn(CachingRecord, eq=False):
    """One measure as texts and colours: arrays of shape (models, columns)."""

    spec: MatrixSpec
    one: Measured

    @cached_property
    def heat(self) -> Array:
        """How dark each cell is, 0..1."""
        spec, values = self.spec, self.one.values
        if self.one.against is None:
            return heat_of_scores(self._placed, spec.direction, self._axes)
        known = values[np.ix_(spec.rivals, spec.line_places)]
        return heat_of_differences(values, known, is_shared=spec.is_shared)

    @cached_property
    def _placed(self) -> Array:
        """The scores, those of references too."""
        return self.spec.of_columns(self.spec.results.scores.values[self.spec.variant])

    @cached_property
    def _axes(self) -> list[tuple[float, float]]:
        facts, columns = self.spec.results.catalog.tasks, self.spec.columns
        own = [[facts[task] for task in column.tasks] for column in columns]
        return find_axes(own, self.one.values[self.spec.rivals], is_shared=self.spec.is_shared)

    @cached_property
    def is_best(self) -> Array:
        """Where a score is the best of its column, unless all are equal.

        A mean counts only where it is over all tasks of its category.
        """
        spec = self.spec
        contest = spec.results.scores.contest(spec.variant)
        at = spec.results.scores.columns
        is_whole = np.column_stack(
            [~np.isnan(contest[:, [at[t] for t in c.tasks]]).any(axis=1) for c in spec.columns]
        )
        values = round_significant(spec.of_columns(contest)) * spec.direction
        values = np.where(is_whole, values, np.nan)
        top, least = np.fmax.reduce(values), np.fmin.reduce(values)
        return np.asarray((values == top) & (top > least))

    @cached_property
    def medians(self) -> Array:
        """The medians of all entries that compete; shape (columns,)."""
        known = (column[~np.isnan(column)] for column in self.one.values[self.spec.rivals].T)
        return np.array([np.median(values) if len(values) else np.nan for values in known])

    @cached_property
    def tops(self) -> list[float]:
        """The greatest size of the numbers of each column, which decides on its digits."""
        scores = np.abs(self._placed)
        return [float(v) for v in np.nan_to_num(np.fmax.reduce(scores, axis=0))]

    def text(self, value: float, x: int) -> str:
        """Return a number as short as a narrow column needs."""
        scale, is_signed = self.spec.columns[x].scale, self.one.against is not None
        return in_cell(float_or_none(value), scale, self.tops[x], is_signed=is_signed)

    def cell(self, x: int, entry: MatrixEntry) -> Cell:
        spec, column = self.spec, self.spec.columns[x]
        y = spec.results.scores.rows[entry.model]
        is_own = entry.kind == "reference" and self.one.against is None
        value = float_or_none((self._placed if is_own else self.one.values)[y, x])
        if value is None:
            return Cell(MISSING, None, tone="soft")
        marks, link = self._marks(y, x), None
        if column.category is None and len(spec.shown) * len(spec.columns) <= _MAX_LINKED:
            key = (entry.model, column.tasks[0], spec.variant)
            link = Link(column.full, spec.labels.score_address(key))
        verdict = float(self.one.verdicts[y, x])
        tone: Tone = ""
        if self.one.against is not None:
            is_none = verdict == 0 or value == 0
            tone = "soft" if is_none else "gain" if value > 0 else "loss"
            marks = (*marks, "unknown") if np.isnan(verdict) and not is_none else marks
        heat = 0.0 if tone == "soft" else float(self.heat[y, x])
        return Cell(self.text(value, x), value, tone=tone, link=link, heat=heat, marks=marks)

    def _marks(self, y: int, x: int) -> tuple[CellMark, ...]:
        spec, column = self.spec, self.spec.columns[x]
        found: list[CellMark] = ["best"] if self.is_best[y, x] else []
        if column.category is None:
            reasons = spec.results.task(column.tasks[0]).reasons
            if (spec.results.scores.models[y], spec.variant) in reasons:
                found.append("flagged")
        return tuple(found)

    def median_cell(self, x: int) -> Cell:
        value = float_or_none(self.medians[x])
        heat = 0.0
        if self.one.against is None and value is not None:
            row = np.full((1, len(self.spec.columns)), np.nan)
            row[0, x] = value
            heat = float(heat_of_scores(row, self.spec.direction, self._axes)[0, x])
        return Cell(self.text(self.medians[x], x), value, tone="soft", heat=heat)


def _view(spec: MatrixSpec, one: Measured, alike: Mapping[str, int]) -> Table:
    """Make the table of a measure, with the median of all entries and the baseline above it."""
    labels, drawn, key = spec.labels, _Drawn(spec, one), one.measure.id
    merit = spec.merits.get(key, "")

    def merit_cell(entry: MatrixEntry) -> Cell:
        value = entry.merits.get(key)
        return number_cell(value, _write_merit(spec, one, value))

    fields = [
        Field[MatrixEntry](RANK, lambda e: number_cell(e.rank, str(e.rank or MISSING))),
        Field(labels.column("model"), lambda e: model_cell(labels, e.model)),
        Field(Column("merit", merit, "number", is_main=True), merit_cell, bool(merit)),
        *spec.extra,
        Field(
            Column("alike", labels.say("matrix.alike"), "number", "", "ascending", is_extra=True),
            lambda e: number_cell(alike[e.model], str(alike[e.model] + 1)),
            bool(alike),
        ),
    ]
    before = [field for field in fields if field.wanted]
    heat = [Field[MatrixEntry](head, partial(drawn.cell, x)) for x, head in enumerate(_heads(spec))]
    table = table_of(
        f"{spec.id}-{key}",
        labels.say("matrix.caption", measure=one.measure.label),
        [*before, *heat],
        spec.shown,
        lambda e: e.kind,
        filters=lambda e: {"id": e.model},
        header=1,
    )
    keys = [field.column.key for field in before]
    return replace(table, pinned=tuple(_pinned(spec, drawn, keys)))


def _write_merit(spec: MatrixSpec, one: Measured, value: float | None) -> str:
    if one.against is None:
        return spec.merit_scale.score(value)
    return spec.lift_scale.signed(value)


def _heads(spec: MatrixSpec) -> Iterator[Column]:
    """Yield the columns; the first of a group has the name of the group above its own."""
    sizes: dict[str, list[int]] = {}
    for x, column in enumerate(spec.columns):
        if column.group:
            sizes.setdefault(column.group, []).append(x)
    for x, column in enumerate(spec.columns):
        mine, group = sizes.get(column.group, []), None
        if mine:
            is_first = x == mine[0] and len(mine) > 1
            name, note = (column.group, column.weight) if is_first else ("", "")
            place = [*sizes].index(column.group)
            group = ColumnGroup(f"g{place}", name, note, len(mine), column.is_whole)
        label = column.group if column.is_whole and len(mine) == 1 else column.name
        yield Column(
            f"c{x}", label, "heat", column.full, spoken_label=column.full, heat_group=group
        )


def _pinned(spec: MatrixSpec, drawn: _Drawn, before: Sequence[str]) -> Iterator[Row]:
    """Yield the row of the medians, and that of the baseline."""
    labels, one = spec.labels, drawn.one
    if len(spec.rivals) > 2:
        ranked = [entry for entry in spec.entries if entry.kind != "reference"]
        found = (entry.merits.get(one.measure.id) for entry in ranked)
        known = [value for value in found if value is not None]
        text = labels.say("matrix.median", len(spec.rivals))
        middle = float(np.median(known)) if known else None
        cells = {
            "rank": Cell(MISSING),
            "model": Cell(text, text),
            "merit": Cell(_write_merit(spec, one, middle), middle),
        }
        medians = map(drawn.median_cell, range(len(spec.columns)))
        yield Row((*(cells.get(key, Cell("")) for key in before), *medians), "reference")
    if spec.baseline:
        yield _baseline_row(spec, drawn, before)


def _baseline_row(spec: MatrixSpec, drawn: _Drawn, before: Sequence[str]) -> Row:
    labels = spec.labels
    variant = labels.roles.baseline_variants[spec.variant]
    board = spec.results.boards[variant]
    entries = {entry.model: entry for entry in board.entries}
    own = entries.get(spec.baseline)
    average = board.average(own) if own and set(spec.tasks) == set(board.tasks) else None

    def cell(x: int) -> Cell:
        column = spec.columns[x]
        value = baseline_value(spec, column)
        if value is None:
            return Cell(MISSING, tone="soft")
        text = in_cell(value, column.scale, drawn.tops[x], is_signed=False)
        if column.category is not None:
            return Cell(text, value, heat=0.0, tone="soft")
        link = Link(text, labels.score_address(labels.baseline_key(column.tasks[0], spec.variant)))
        reasons = spec.results.task(column.tasks[0]).reasons
        marks: tuple[CellMark, ...] = ("flagged",) if (spec.baseline, variant) in reasons else ()
        return Cell(text, value, heat=0.0, tone="soft", link=link, marks=marks)

    cells = {
        "rank": Cell(MISSING),
        "model": model_cell(labels, spec.baseline),
        "merit": Cell("" if average is None else labels.scale.score(average), average),
    }
    row = (*(cells.get(key, Cell("")) for key in before), *map(cell, range(len(spec.columns))))
    return Row(row, "reference")


def baseline_value(spec: MatrixSpec, column: MatrixColumn) -> float | None:
    """Return the baseline's score on a task, or its mean over a category."""
    scores = spec.results.scores
    values = scores.of_baseline(scores.values, spec.variant)
    own = values[[scores.columns[task] for task in column.tasks]]
    return float_or_none(mean_of(own[np.newaxis], axis=1)[0] if column.category else own[0])


_Place = tuple[int, int]  # of a column, and of an entry


def _numbers_table(spec: MatrixSpec, measured: Sequence[Measured]) -> Table:
    """Make the table with a row for each cell; a difference has a colour where it is certain."""
    labels, columns = spec.labels, spec.columns
    lines = spec.line_places
    first = labels.column("task" if columns[lines[0]].category is None else "category")

    def field(one: Measured) -> Field[_Place]:
        def cell(at: _Place) -> Cell:
            x, y = at[0], spec.places[at[1]]
            value = float_or_none(one.values[y, x])
            text = one.write(one.values[y, x], columns[x].scale)
            if one.against is None or value is None:
                return number_cell(value, text)
            return Cell(text, value, tone=_TONES.get(float(one.verdicts[y, x]), "soft"))

        return Field(Column(one.measure.id, one.measure.label, "number"), cell)

    def baseline_cell(at: _Place) -> Cell:
        return score_cell(baseline_value(spec, columns[at[0]]), columns[at[0]].scale)

    def name_cell(at: _Place) -> Cell:
        return text_cell(labels.models[spec.shown[at[1]].model])

    fields = (
        Field[_Place](first, lambda at: text_cell(columns[at[0]].full)),
        Field[_Place](labels.column("model"), name_cell),
        *map(field, measured),
        Field(Column("baseline", labels.baseline, "number"), baseline_cell, bool(spec.baseline)),
    )
    places = [(x, y) for x in lines for y in range(len(spec.shown))]
    return table_of(f"{spec.id}-table", labels.say("matrix.table"), fields, places)
