"""Tell what the numbers of a matrix are: scores, and differences from other scores."""

from __future__ import annotations

import numpy as np

from site_builder.charts.matrix_spec import MatrixSpec
from site_builder.compute.numbers import Array, float_or_none
from site_builder.compute.significance import Against
from site_builder.formatting import NumberFormat
from site_builder.records import Record


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
