"""Draw the numbers of a matrix: scores, differences, what was measured in place of the scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from site_builder.addresses import Link
from site_builder.charts.cells import number_cell
from site_builder.charts.chart import Choice
from site_builder.charts.matrix_spec import LETTERS, MatrixColumn, MatrixEntry, MatrixSpec, Width
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array, float_or_none, floats_or_none
from site_builder.compute.rules import combine
from site_builder.compute.runs import Against
from site_builder.formatting import MISSING, NumberFormat, in_cell, measure_format
from site_builder.records import CachingRecord, Record, replace
from site_builder.table_model import AxisRange, Cell, CellMark, Tone
from site_builder.tables.schema import Measure

_MAX_LINKED = 8000  # cells: more links would be most of the bytes of a page


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


class Measured(CachingRecord, eq=False):
    """A measure with its numbers, without the baseline's own, as texts and colours.

    Attributes:
        against: What the scores are compared with; None for the scores themselves.
        values: Differences are positive = better; shape (models, columns).
        verdicts: 1 better, -1 worse, 0 uncertain, NaN unknown; all NaN for scores.
    """

    spec: MatrixSpec
    measure: MatrixMeasure
    against: Against | None
    values: Array
    verdicts: Array

    def merit_cell(self, value: float | None) -> Cell:
        """Make the cell of what ranks an entry."""
        spec, is_score = self.spec, self.against is None
        write = spec.merit_scale.score if is_score else spec.lift_scale.signed
        return number_cell(value, write(value))

    @cached_property
    def heat(self) -> Array:
        """How dark each cell is, 0..1."""
        spec, values = self.spec, self.values
        if self.against is None:
            return heat_of_scores(self._placed, spec.direction, self._axes)
        tasks = [x for x, column in enumerate(spec.columns) if column.category is None]
        known = values[np.ix_(spec.rivals, tasks or range(len(spec.columns)))]
        return heat_of_differences(values, known, is_shared=spec.is_shared)

    @cached_property
    def _placed(self) -> Array:
        """The scores, those of references too."""
        return self.spec.of_columns(self.spec.scores.values)

    @cached_property
    def _axes(self) -> list[tuple[float, float]]:
        facts, columns = self.spec.results.catalog.tasks, self.spec.columns
        own = [[facts[task] for task in column.tasks] for column in columns]
        return find_axes(own, self.values[self.spec.rivals], is_shared=self.spec.is_shared)

    @cached_property
    def is_best(self) -> Array:
        """Where a score is the best of its column."""
        contest = self.spec.scores.contest
        return self.spec.find_best(contest, self.spec.of_columns(contest), self.spec.direction)

    @cached_property
    def _medians(self) -> Array:
        return self.spec.medians(self.values)

    @cached_property
    def tops(self) -> list[float]:
        """The greatest size of the numbers of each column, which decides on its digits."""
        scores = np.abs(self._placed)
        return [float(v) for v in np.nan_to_num(np.fmax.reduce(scores, axis=0))]

    def text(self, value: float, x: int) -> str:
        """Return a number as tables write it, or as short as a narrow column needs."""
        return self.score_text(value, x, is_signed=self.against is not None)

    def score_text(self, value: float, x: int, *, is_signed: bool = False) -> str:
        """Return a score, as that of the baseline stands beside differences."""
        scale, top, known = self.spec.columns[x].scale, self.tops[x], float_or_none(value)
        if self.spec.width != "many" and len(scale.signed(-top)) <= LETTERS[self.spec.width]:
            return scale.signed(known) if is_signed else scale.score(known)
        return in_cell(known, scale, top, is_signed=is_signed)

    def cell(self, x: int, entry: MatrixEntry) -> Cell:
        """Make the cell of an entry in a column."""
        spec, column = self.spec, self.spec.columns[x]
        y = spec.scores.rows[entry.model]
        is_own = entry.kind == "reference" and self.against is None
        value = float_or_none((self._placed if is_own else self.values)[y, x])
        if value is None:
            return Cell(MISSING, None, tone="soft")
        best: tuple[CellMark, ...] = ("best",) if self.is_best[y, x] else ()
        marks, link = (*best, *flagged_mark(spec, column, entry.model, spec.scores.variant)), None
        if column.category is None and len(spec.shown) * len(spec.columns) <= _MAX_LINKED:
            key = (entry.model, column.tasks[0], spec.scores.variant)
            link = Link(column.full, spec.labels.score_address(key))
        verdict = float(self.verdicts[y, x])
        tone: Tone = ""
        if self.against is not None:
            is_none = verdict == 0 or value == 0
            tone = "soft" if is_none else "gain" if value > 0 else "loss"
            marks = (*marks, "unknown") if np.isnan(verdict) and not is_none else marks
        heat = 0.0 if tone == "soft" else float(self.heat[y, x])
        return Cell(self.text(value, x), value, tone=tone, link=link, heat=heat, marks=marks)

    def median_cell(self, x: int) -> Cell:
        """Make the cell of the median of a column."""
        value, heat = float_or_none(self._medians[x]), 0.0
        if self.against is None and value is not None:
            heat = float(heat_of_scores(self._medians, self.spec.direction, self._axes)[x])
        return Cell(self.text(self._medians[x], x), value, tone="soft", heat=heat)


def flagged_mark(
    spec: MatrixSpec, column: MatrixColumn, model: str, variant: str
) -> tuple[CellMark, ...]:
    """Return the mark of a score that should be read with care; none for other scores."""
    if column.category is not None:
        return ()
    reasons = spec.results.task(column.tasks[0]).reasons
    return ("flagged",) if (model, variant) in reasons else ()


def find_measured(spec: MatrixSpec) -> list[Measured]:
    """Return the measures of which there are numbers, differences from the baseline first."""
    scores = spec.scores
    values = spec.of_columns(scores.contest)
    own = Measured(spec, _score_measure(spec), None, values, np.full(values.shape, np.nan))
    lifts: dict[Against, Array] = {
        "baseline": scores.contest_lifts,
        "base": np.where(np.isnan(scores.contest), np.nan, scores.lifts["base"]),
    }
    found = {}
    at = np.ix_(spec.rivals, [scores.columns[task] for task in spec.tasks])
    for against, lift in lifts.items():
        if not np.isnan(lift[at]).all():
            known = spec.results.lift_verdicts[scores.variant, against]
            verdicts = np.where(np.isnan(lift), np.nan, known)
            measure = _difference_measure(spec, against, lift[at], verdicts[at])
            judged = _verdicts(spec, against, verdicts)
            found[against] = Measured(spec, measure, against, spec.of_columns(lift), judged)
    ordered = (found.get("baseline"), own, found.get("base"))
    return [one for one in ordered if one is not None]


def _verdicts(spec: MatrixSpec, against: Against, verdicts: Array) -> Array:
    """Return the verdicts of the columns; on a mean over a category, that of its board."""
    scores, signs = spec.scores, {"better": 1.0, "worse": -1.0, "unclear": 0.0}
    found = np.full((len(scores.models), len(spec.columns)), np.nan)
    for x, column in enumerate(spec.columns):
        if column.category is None:
            found[:, x] = verdicts[:, scores.columns[column.tasks[0]]]
            continue
        for model, test in column.category.boards[scores.variant].tests[against].items():
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


# --- what was measured beside the score ----------------------------------------------------------

_LOG_FROM = 10  # the greatest value of a measure over the least
_VIEWS = ("score", "baseline", "base")  # ids of what stands in the page itself


def find_beside(spec: MatrixSpec) -> dict[Choice, MeasureMatrix]:
    """Return the measures that differ over the columns of some entry, each with its numbers.

    What was measured once for all tasks says nothing by task.
    """
    found = dict[Choice, MeasureMatrix]()
    for measure in spec.scores.measures:
        matrix, n = MeasureMatrix(spec, measure), len(found)
        values = matrix.values[spec.places]
        spread = np.fmax.reduce(values, axis=1) - np.fmin.reduce(values, axis=1)
        if (spread > 0).any():
            key = f"{measure.id}-measured" if measure.id in _VIEWS else measure.id
            file = f"data/matrix/{spec.folder}/{n}.js"
            found[Choice(key, measure.label, f"matrix {n}", file)] = matrix
    return found


class MeasureMatrix(CachingRecord, eq=False):
    """A measure of every entry in every column, as texts and colours."""

    spec: MatrixSpec
    measure: Measure

    @cached_property
    def values(self) -> Array:
        """The values; of several tasks, as boards combine them. Shape (models, columns)."""
        of_tasks = self.spec.scores.measured[self.measure.id]
        return self.spec.of_columns(of_tasks, partial(combine, self.measure))

    @cached_property
    def _known(self) -> list[float]:
        """What the entries that compete have, ascending."""
        values = self.values[self.spec.rivals]
        return sorted(values[~np.isnan(values)].tolist())

    @cached_property
    def _axis(self) -> AxisRange:
        """One scale for all columns, since a measure has one unit; logarithmic over decades."""
        low, high = self._known[0], self._known[-1]
        return AxisRange(low, high, is_log=low > 0 and high >= _LOG_FROM * low)

    @cached_property
    def scale(self) -> NumberFormat:
        """The format of the values, with their unit."""
        return measure_format(self._known, self.measure.unit)

    @cached_property
    def _is_best(self) -> Array:
        if self.measure.higher_is_better is None:
            return np.zeros(self.values.shape, dtype=bool)
        rivals, n = self.spec.rivals, self.values.shape[1]
        competes = np.isin(np.arange(len(self.values)), rivals)[:, np.newaxis]
        direction = np.full(n, 1.0 if self.measure.higher_is_better else -1.0)
        found = self.spec.scores.measured[self.measure.id], self.values
        of_tasks, values = (np.where(competes, v, np.nan) for v in found)
        return self.spec.find_best(of_tasks, values, direction)

    def data(self) -> Mapping[str, object]:
        """Return what a script puts in place of the scores.

        A cell is its text and value, how dark it is in hundredths, and 1 where it is the best of
        its column; of what ranks the entries, text and value; without a value, a dash.
        """
        spec, say = self.spec, self.spec.labels.say
        write = self.scale.score
        low, high = self._known[0], self._known[-1]
        middle = float(np.median(self._known))
        kind = {None: "plain", True: "more", False: "less"}[self.measure.higher_is_better]
        scale = say("matrix.note.log" if self._axis.is_log else "matrix.note.linear")
        unit = f"{say('matrix.note.unit', unit=self.measure.unit)} " if self._is_bare else ""
        longest = max(len(self._text(value)) for value in self._known)
        widths: tuple[Width, ...] = (spec.width, "some", "few")
        heat = heat_of_measure(self.values, self._axis, self.measure.higher_is_better)
        return {
            "title": say(
                "matrix.title.measure",
                label=self.measure.label,
                low=write(low),
                high=write(high),
                middle=write(middle),
            ),
            "width": next((w for w in widths if longest <= LETTERS[w]), "few"),
            "note": f"{unit}{say(f'matrix.note.{kind}')} {scale} {spec.cut}".rstrip(),
            "merit": self.measure.label,
            "has_direction": self.measure.higher_is_better is not None,
            "rows": {
                entry.model: [
                    self._merit(entry.merits.get(self.measure.id)),
                    *self._cells(self.values[y], heat[y], self._is_best[y]),
                ]
                for y, entry in zip(spec.places, spec.shown, strict=True)
            },
            "pinned": [*self._pinned()],
        }

    @property
    def _is_bare(self) -> bool:
        """Whether the unit stands in the note alone, since a cell has no room for it."""
        return self.scale.unit not in ("", "USD", "B")

    def _text(self, value: float) -> str:
        return (replace(self.scale, unit="") if self._is_bare else self.scale).score(value)

    def _merit(self, value: float | None) -> list[object]:
        return [MISSING] if value is None else [self._text(value), value]

    def _cells(self, values: Array, heat: Array, is_best: Array) -> list[object]:
        return [
            [MISSING]
            if value is None
            else [self._text(value), value, round(100 * float(heat[x])), int(is_best[x])]
            for x, value in enumerate(floats_or_none(values))
        ]

    def _pinned(self) -> Iterator[list[object]]:
        """Yield the medians of the entries that compete, then the values of the baseline."""
        spec, n = self.spec, len(self.spec.columns)
        none = np.zeros(n, dtype=bool)
        if spec.has_medians:
            row = spec.medians(self.values)
            heat = heat_of_measure(row, self._axis, self.measure.higher_is_better)
            merit = self._merit(spec.middle_merit(self.measure.id))
            yield [merit, *self._cells(row, heat, none)]
        if spec.baseline:
            own = spec.scores.beside["baseline"].measured[self.measure.id]
            row = spec.of_columns(own, partial(combine, self.measure))[0]
            yield [[""], *self._cells(row, np.zeros(n), none)]


# --- colours --------------------------------------------------------------------------------------

# Differences have the full colour from this quantile of their sizes on.
_FULL = 0.9


def find_axes(
    columns: Sequence[Sequence[TaskInfo]], values: Array, *, is_shared: bool
) -> list[tuple[float, float]]:
    """Return the ends of the scale of each column, from the scores, shape (models, columns).

    Columns of one scale share the bounds of their tasks where all state the same, so that an easy
    task looks easy; else the least and the greatest of all their scores.
    """
    if not is_shared:
        own = [column[~np.isnan(column)] for column in values.T]
        return [(float(v.min()), float(v.max())) if len(v) else (0.0, 0.0) for v in own]
    bounds = {(fact.score_min, fact.score_max) for facts in columns for fact in facts}
    low, high = bounds.pop() if len(bounds) == 1 else (None, None)
    known = values[~np.isnan(values)]
    ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return [ends if low is None or high is None else (low, high)] * len(columns)


def heat_of_scores(values: Array, direction: Array, axes: Sequence[tuple[float, float]]) -> Array:
    """Return how far up its scale each score is, 0..1, greater being better; NaN for none.

    In the middle where a scale has one value; shape (models, columns).
    """
    low, high = (np.array(ends, dtype=float) for ends in zip(*axes, strict=True))
    span = np.where(high > low, high - low, 1.0)
    shares = np.where(high > low, (values - low) / span, np.where(np.isnan(values), np.nan, 0.5))
    return np.clip(np.where(direction > 0, shares, 1 - shares), 0.0, 1.0)


def heat_of_differences(values: Array, known: Array, *, is_shared: bool) -> Array:
    """Return the size of each difference as a share of what is full colour, 0..1.

    That is what 90 % of the differences on single tasks, `known`, do not exceed, or the greatest of
    the column where columns have several scales; shape (models, columns).
    """
    size = np.abs(values)
    full = np.nan_to_num(np.fmax.reduce(size, axis=0))
    if is_shared and not np.isnan(known).all():
        full = np.full(full.shape, np.nanquantile(np.abs(known), _FULL))
    return np.clip(np.nan_to_num(size) / np.where(full > 0, full, 1.0), 0.0, 1.0)


def heat_of_measure(values: Array, axis: AxisRange, higher_is_better: bool | None) -> Array:
    """Return how far up its scale each value is, 0..1; down where lower is better; NaN for none.

    Values beyond the ends, such as those of references, are at the end.
    """
    ends = np.array([axis.low, axis.high])
    if axis.is_log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values, ends = np.log(values), np.log(ends)
    direction = np.array([-1.0 if higher_is_better is False else 1.0])
    return heat_of_scores(values, direction, [tuple(ends.tolist())])
