"""Lay out what was measured beside the score, in place of the scores of a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from site_builder.charts.matrix_measured import heat_of_measure
from site_builder.charts.matrix_spec import LETTERS, MatrixEntry, MatrixSpec, Width
from site_builder.compute.numbers import Array, floats_or_none
from site_builder.compute.rules import combine
from site_builder.formatting import MISSING, NumberFormat, measure_format
from site_builder.records import CachingRecord, Record, replace
from site_builder.table_model import AxisRange
from site_builder.tables.schema import Measure

_LOG_FROM = 10  # the greatest value of a measure over the least
_VIEWS = ("score", "baseline", "base")  # ids of what stands in the page itself


class Beside(Record):
    """A measure that a reader can see in place of the scores.

    Attributes:
        id: Its name in the page's address.
        name: What scripts ask for its values by.
        file: Name of the file of these, within `static/`.
    """

    id: str
    label: str
    name: str
    file: str


def find_beside(spec: MatrixSpec) -> list[Measure]:
    """Return the measures that differ over the columns of some entry.

    What was measured once for all tasks says nothing by task.
    """
    found = []
    for measure in spec.scores.measures:
        values = MeasureMatrix(spec, measure).values[spec.places]
        spread = np.fmax.reduce(values, axis=1) - np.fmin.reduce(values, axis=1)
        if (spread > 0).any():
            found.append(measure)
    return found


def offer(spec: MatrixSpec, folder: str) -> tuple[Beside, ...]:
    """Name the measures of a matrix, and the files of their values."""
    return tuple(
        Beside(
            f"{measure.id}-measured" if measure.id in _VIEWS else measure.id,
            measure.label,
            f"matrix {n}",
            f"data/matrix/{folder}/{n}.js",
        )
        for n, measure in enumerate(find_beside(spec))
    )


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
    def _heat(self) -> Array:
        return heat_of_measure(self.values, self._axis, self.measure.higher_is_better)

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
            "rows": {entry.model: self._row(entry) for entry in spec.shown},
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

    def _cells(self, values: Sequence[float | None], heat: Array, is_best: Array) -> list[object]:
        return [
            [MISSING]
            if value is None
            else [self._text(value), value, round(100 * float(heat[x])), int(is_best[x])]
            for x, value in enumerate(values)
        ]

    def _row(self, entry: MatrixEntry) -> list[object]:
        y = self.spec.scores.rows[entry.model]
        cells = self._cells(floats_or_none(self.values[y]), self._heat[y], self._is_best[y])
        return [self._merit(entry.merits.get(self.measure.id)), *cells]

    def _pinned(self) -> Iterator[list[object]]:
        """Yield the medians of the entries that compete, then the values of the baseline."""
        spec, n = self.spec, len(self.spec.columns)
        none = np.zeros(n, dtype=bool)
        if spec.has_medians:
            row = spec.medians(self.values)
            heat = heat_of_measure(row, self._axis, self.measure.higher_is_better)
            yield [
                self._merit(spec.middle_merit(self.measure.id)),
                *self._cells(floats_or_none(row), heat, none),
            ]
        if spec.baseline:
            own = spec.scores.beside["baseline"].measured[self.measure.id]
            row = spec.of_columns(own, partial(combine, self.measure))[0]
            yield [[""], *self._cells(floats_or_none(row), np.zeros(n), none)]
