"""Lay out the scores of a board as a grid: a row for each task, a column for each model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from site_builder.addresses import Address, Link, page_link
from site_builder.charts.cells import number_cell, score_cell, text_cell
from site_builder.charts.chart import Embed
from site_builder.compute.board import Entry
from site_builder.compute.numbers import Array, float_or_none, mean_of
from site_builder.compute.results import Results
from site_builder.compute.significance import Against
from site_builder.compute.tasks import CategoryResult
from site_builder.formatting import NumberFormat
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, Tone, table_of

MAX_MODELS, MAX_TASKS = 12, 60
_STEPS = 5
# Differences have the full colour from this quantile of their sizes on.
_FULL = 0.9
_ROW_PX, _AROUND_PX = 27, 420
_MAX_LETTERS = 7  # of a number, so that 12 columns fit a page


class Measure(Record):
    """What the numbers of a grid are: scores, or differences from other scores.

    Attributes:
        id: Its name in the page's address.
        label: Its name on the switch.
        title: What it shows, computed from the data.
        note: What a number is, and when it is called clear.
        mean: What the means of the models are called; empty where scores have none.
        legend: Classes of a cell, and what they mean.
        term: Section of the about page that explains it.
    """

    id: str
    label: str
    title: str
    note: str
    mean: str
    legend: tuple[tuple[str, str], ...]
    term: str


class GridCell(Record):
    """The numbers of a model on a task.

    Attributes:
        shown: By measure, the text and the classes of its colour.
        link: The score; None where there is none, and for a mean over a category.
        is_best: Whether it is the best of its row.
        is_flagged: Whether its score should be read with care.
    """

    shown: tuple[tuple[str, str], ...]
    link: Link | None = None
    is_best: bool = False
    is_flagged: bool = False


class GridRow(Record):
    """A task, or a category; `baseline` is None on a board without one."""

    head: Link
    baseline: GridCell | None
    cells: tuple[GridCell, ...]


class GridGroup(Record):
    """The tasks of a category, with a finding for each measure; `head` is None for other tasks."""

    head: Link | None
    findings: tuple[str, ...]
    rows: tuple[GridRow, ...]


class ScoreGrid(Record):
    """Every score of the primary variant.

    Attributes:
        measures: The one that is shown at first, then the others.
        models: The models in the order of the board, each with its mean by measure.
        baseline: The baseline with its mean; None without one.
        cut: What is left out; empty where that is nothing.
        has_flags, has_best: Whether any score should be read with care, and is the best of a row.
        is_wide: Whether its numbers are too long for a page.
        table: The same numbers, with a row for each cell.
    """

    id: str
    measures: tuple[Measure, ...]
    models: tuple[tuple[Link, tuple[str, ...]], ...]
    baseline: tuple[Link, str] | None
    groups: tuple[GridGroup, ...]
    cut: str
    has_flags: bool
    has_best: bool
    is_wide: bool
    table: Table
    board: str = ""

    @property
    def embed(self) -> Embed:
        """The page for frames on other sites."""
        rows = sum(len(group.rows) + 1 for group in self.groups)
        key = f"{self.board}-{self.id}" if self.board else self.id
        link = Link(self.measures[0].title, Address("embed", key))
        return Embed(self.id, link, rows * _ROW_PX + _AROUND_PX)


def make_grid(results: Results, labels: Labels) -> ScoreGrid | None:
    """Lay out the scores of the primary variant; None below two models or two tasks.

    The models are the first 12 of the board. A board of more than 60 tasks has a row for each
    category with the mean over its tasks; the first 60 tasks where categories have no means.
    """
    board, roles = results.board, labels.roles
    scored = [s for s in board.entries if s.scored and s.model != roles.baseline]
    drawn = scored[:MAX_MODELS]
    if not drawn or len(board.tasks) < 2:
        return None
    layout = _Layout(results, labels, _find_measured(results, labels), [s.model for s in drawn])
    if len(drawn) + layout.has_baseline < 2:
        return None
    parts, cut = _parts(layout)
    groups = tuple(_groups(layout, parts))
    cells = [cell for group in groups for row in group.rows for cell in row.cells]
    if len(drawn) < len(scored):
        cut = f"{labels.say('grid.cut_models', len(scored), most=len(drawn))} {cut}"
    return ScoreGrid(
        id="scores",
        measures=tuple(one.measure for one in layout.measured),
        models=tuple((_model_link(labels, s.model), _means(layout, s)) for s in drawn),
        baseline=_baseline_head(layout) if layout.has_baseline else None,
        groups=groups,
        cut=cut.strip(),
        has_flags=any(cell.is_flagged for cell in cells),
        has_best=any(cell.is_best for cell in cells),
        is_wide=max(len(text) for cell in cells for text, _ in cell.shown) > _MAX_LETTERS,
        table=_numbers_table(layout, [line for _, lines in parts for line in lines]),
    )


def _model_link(labels: Labels, model: str) -> Link:
    return page_link(labels.models[model], "model", model)


def _means(layout: _Layout, standing: Entry) -> tuple[str, ...]:
    """Return what ranks a model, and its mean lifts, by measure."""
    board, labels = layout.results.board, layout.labels
    texts = {
        None: labels.merit_scale(board).score(board.merit(standing)),
        "baseline": labels.scale.signed(board.figure(standing, "lift_over_baseline")),
        "base": labels.scale.signed(board.figure(standing, "lift_over_base")),
    }
    return tuple(texts[one.against] if one.measure.mean else "" for one in layout.measured)


def _baseline_head(layout: _Layout) -> tuple[Link, str]:
    """Return the baseline with its own mean, empty where scores have none."""
    results, labels = layout.results, layout.labels
    model = labels.roles.baseline or ""
    board = results.boards[labels.roles.baseline_variants[results.board.variant]]
    average = board.average(board.entry(model))
    return _model_link(labels, model), "" if average is None else labels.scale.score(average)


# --- measures -----------------------------------------------------------------------------------


class _Measured(Record, eq=False):
    """A measure with its numbers, without the baseline's own.

    Attributes:
        against: What the scores are compared with; None for the scores themselves.
        values: In the unit of the metric, differences positive = better, shape (models, tasks).
        verdicts: Those of `judge_lifts`, the same shape; all NaN for scores.
    """

    measure: Measure
    against: Against | None
    values: Array
    verdicts: Array

    def write(self, value: float, scale: NumberFormat) -> str:
        shown = float_or_none(value)
        return scale.score(shown) if self.against is None else scale.signed(shown)


class _Layout(Record, eq=False):
    """What a grid is made from: the measures, and the models of its columns."""

    results: Results
    labels: Labels
    measured: Sequence[_Measured]
    models: Sequence[str]

    @property
    def has_baseline(self) -> bool:
        return self.measured[0].against == "baseline"

    @property
    def places(self) -> list[int]:
        """The rows of the models in the arrays."""
        return [self.results.scores.rows[model] for model in self.models]


def _find_measured(results: Results, labels: Labels) -> list[_Measured]:
    """Return the measures of which the board has numbers, differences from the baseline first."""
    scores, variant = results.scores, results.board.variant
    contest = scores.contest(variant)
    own = _Measured(_score_measure(results, labels), None, contest, np.full(contest.shape, np.nan))
    lifts: dict[Against, Array] = {
        "baseline": scores.contest_lifts(variant),
        "base": np.where(np.isnan(contest), np.nan, scores.lift_over_base(variant)),
    }
    found = {}
    for against, values in lifts.items():
        if not np.isnan(values).all():
            verdicts = np.where(np.isnan(values), np.nan, results.lift_verdicts[variant, against])
            averaged = results.board.rules.averaged
            measure = _difference_measure(labels, against, values, verdicts, averaged=averaged)
            found[against] = _Measured(measure, against, values, verdicts)
    ordered = (found.get("baseline"), own, found.get("base"))
    return [one for one in ordered if one is not None]


def _difference_measure(
    labels: Labels, against: Against, values: Array, verdicts: Array, *, averaged: bool
) -> Measure:
    say, is_base = labels.say, against == "base"
    n, n_known = int((~np.isnan(values)).sum()), int((~np.isnan(verdicts)).sum())
    rival = labels.base if is_base else labels.baseline
    better, worse = (int((sign * (verdicts if n_known else values) > 0).sum()) for sign in (1, -1))
    title = "grid.title.certain" if n_known else "grid.title.unknown"
    marks = {"up4": "better", "down4": "worse", "pale": "uncertain"} if n_known else {}
    if n_known < n:
        marks |= {"up4 hatch": "better_unknown", "down4 hatch": "worse_unknown"}
    return Measure(
        id=against,
        label=say("column.gain") if is_base else say("grid.against", name=rival),
        title=say(title, n, better=better, worse=worse, name=rival),
        note=say(f"grid.note.{against}", name=rival, turning=labels.turning),
        mean="" if not averaged else say(f"grid.mean.{against}"),
        legend=tuple((cls, say(f"grid.legend.{text}")) for cls, text in marks.items()),
        term="lift" if is_base else "lift-over-baseline",
    )


def _score_measure(results: Results, labels: Labels) -> Measure:
    board, say = results.board, labels.say
    low, high = ("worst", "best") if labels.turned else ("lowest", "highest")
    within = "" if board.rules.averaged else "_of_row"
    n_models = say("n_models", sum(s.scored > 0 for s in board.entries))
    return Measure(
        id="score",
        label=say("column.score"),
        title=say("grid.title.score", n_models=n_models, n_tasks=say("n_tasks", len(board.tasks))),
        note="",
        mean=board.rule.label,
        legend=(
            ("level1", say(f"grid.legend.{low}{within}")),
            ("level5", say(f"grid.legend.{high}{within}")),
        ),
        term="average",
    )


# --- rows ---------------------------------------------------------------------------------------


class _Line(Record):
    """What a row is about: a task, or the mean over the tasks of a category.

    Attributes:
        task: The task; empty for a category.
        columns: Its tasks, as places in the arrays.
        category: The category; None for a task.
    """

    head: Link
    scale: NumberFormat
    task: str
    columns: tuple[int, ...]
    category: CategoryResult | None = None


_Part = tuple[CategoryResult | None, list[_Line]]


def _parts(layout: _Layout) -> tuple[list[_Part], str]:
    """Return the rows by category, greatest lead over the baseline first, and what is left out."""
    tasks, say = layout.results.board.tasks, layout.labels.say
    categories = layout.results.categories[::-1]
    averaged = [c for c in categories if c.averaged and set(c.tasks) & set(tasks)]
    if len(tasks) > MAX_TASKS and len(averaged) > 1:
        shown = averaged[:MAX_TASKS]
        n_out = len(set(tasks).difference(*(c.tasks for c in shown)))
        cut = f"{say('grid.categories')} {say('grid.others', n_out) if n_out else ''}".rstrip()
        return [(None, [_category_line(layout, c) for c in shown])], cut
    cut = say("grid.cut_tasks", len(tasks), most=MAX_TASKS)
    rest = dict.fromkeys(tasks[:MAX_TASKS])
    parts: list[_Part] = []
    for category in categories:
        mine = [task for task in category.tasks if task in rest]
        parts.append((category, _task_lines(layout, mine)))
        rest = {task: None for task in rest if task not in mine}
    parts.append((None, _task_lines(layout, [*rest])))
    return [part for part in parts if part[1]], cut if len(tasks) > MAX_TASKS else ""


def _task_lines(layout: _Layout, tasks: Sequence[str]) -> list[_Line]:
    """Return the rows of tasks, those first where the best model has the greatest number."""
    scores, labels, one = layout.results.scores, layout.labels, layout.measured[0]
    turn = scores.direction if one.against is None else np.ones(len(scores.tasks))
    best = np.nan_to_num(np.fmax.reduce(one.values * turn), nan=-np.inf)
    return [
        _Line(page_link(labels.tasks[t], "task", t), labels.scales[t], t, (scores.columns[t],))
        for t in sorted(tasks, key=lambda task: -best[scores.columns[task]])
    ]


def _category_line(layout: _Layout, category: CategoryResult) -> _Line:
    name, columns = category.category, layout.results.scores.columns
    places = tuple(columns[task] for task in category.tasks)
    scale = layout.labels.category_scales[name]
    return _Line(page_link(name, "category", name), scale, "", places, category)


def _groups(layout: _Layout, parts: Sequence[_Part]) -> Iterator[GridGroup]:
    """Yield the rows of each category with its findings."""
    rows = iter(_rows(layout, [line for _, lines in parts for line in lines]))
    for category, lines in parts:
        mine = tuple(islice(rows, len(lines)))
        if category is None:
            yield GridGroup(None, (), mine)
            continue
        columns = [line.columns[0] for line in lines]
        found = tuple(_finding(layout, one, columns) for one in layout.measured)
        name = category.category
        yield GridGroup(page_link(name, "category", name), found, mine)


def _rows(layout: _Layout, lines: Sequence[_Line]) -> list[GridRow]:
    results, places = layout.results, layout.places
    shown = [_shown(layout, one, lines) for one in layout.measured]
    is_best, variant = _find_best(results), results.board.variant
    values = results.scores.values[variant]

    def cell(y: int, x: int) -> GridCell:
        task, at = lines[y].task, (places[x], lines[y].columns[0])
        texts = tuple(of_measure[y][x] for of_measure in shown)
        if not task or np.isnan(values[at]):
            return GridCell(texts)
        model = layout.models[x]
        link = Link(task, layout.labels.score_address((model, task, variant)))
        is_flagged = (model, variant) in results.task(task).reasons
        return GridCell(texts, link, bool(is_best[at]), is_flagged)

    return [
        GridRow(
            line.head,
            _baseline_cell(layout, line) if layout.has_baseline else None,
            tuple(cell(y, x) for x in range(len(places))),
        )
        for y, line in enumerate(lines)
    ]


def _baseline_value(layout: _Layout, line: _Line) -> float | None:
    """Return the baseline's score on a task, or its mean over a category."""
    scores, variant = layout.results.scores, layout.results.board.variant
    values = scores.of_baseline(scores.values, variant)[list(line.columns)]
    return float_or_none(values[0] if line.task else mean_of(values[np.newaxis], axis=1)[0])


def _baseline_cell(layout: _Layout, line: _Line) -> GridCell:
    results, variant = layout.results, layout.results.board.variant
    value = _baseline_value(layout, line)
    shown = ((line.scale.score(value), ""),)
    if value is None or not line.task:
        return GridCell(shown)
    model, task, of = key = layout.labels.baseline_key(line.task, variant)
    is_flagged = (model, of) in results.task(task).reasons
    return GridCell(shown, Link(task, layout.labels.score_address(key)), is_flagged=is_flagged)


def _find_best(results: Results) -> npt.NDArray[np.bool_]:
    """Return where a score is the best of its task, unless all are equal; (models, tasks)."""
    scores, variant = results.scores, results.board.variant
    signed = np.where(np.isnan(scores.contest(variant)), np.nan, scores.signed[variant])
    top, least = np.fmax.reduce(signed), np.fmin.reduce(signed)
    return np.asarray((signed == top) & (top > least))


# --- numbers and colours ------------------------------------------------------------------------


def _numbers(layout: _Layout, one: _Measured, lines: Sequence[_Line]) -> tuple[Array, Array]:
    """Return the numbers of a measure and whether they are clear; each (rows, models)."""
    if lines[0].task:
        at = np.ix_(layout.places, [line.columns[0] for line in lines])
        return one.values[at].T, one.verdicts[at].T
    rows = [one.values[np.ix_(layout.places, line.columns)] for line in lines]
    verdicts = np.array([_judge(layout, one, line) for line in lines])
    return np.array([mean_of(row, axis=1) for row in rows]), verdicts


def _shown(layout: _Layout, one: _Measured, lines: Sequence[_Line]) -> list[list[tuple[str, str]]]:
    """Return the text and the classes of each cell of a measure, by row, then by model.

    The rows are all tasks, or all categories.
    """
    values, verdicts = _numbers(layout, one, lines)
    averaged = layout.results.board.rules.averaged
    if one.against is None:
        columns = [line.columns[0] for line in lines]
        signed = values * layout.results.scores.direction[columns, np.newaxis]
        classes = _level_classes(signed, averaged=averaged)
    else:
        classes = _difference_classes(values, verdicts, averaged=averaged)
    return [
        [(one.write(value, line.scale), name) for value, name in zip(row, names, strict=True)]
        for line, row, names in zip(lines, values, classes, strict=True)
    ]


def _judge(layout: _Layout, one: _Measured, line: _Line) -> Array:
    """Return the verdicts on mean differences over a category, as `judge_lifts` does; or NaN."""
    if one.against is None or line.category is None:
        return np.full(len(layout.models), np.nan)
    tests = line.category.boards[layout.results.board.variant].tests[one.against]
    signs = {"better": 1.0, "worse": -1.0, "unclear": 0.0}
    verdicts = (tests[model].verdict if model in tests else "" for model in layout.models)
    return np.array([signs.get(verdict, np.nan) for verdict in verdicts])


def _level_classes(signed: Array, *, averaged: bool) -> list[list[str]]:
    """Return `level1`, the worst, to `level5` of scores: on one scale, or within each row."""
    axis = None if averaged else 1
    low = np.fmin.reduce(signed, axis=axis, keepdims=True)
    high = np.fmax.reduce(signed, axis=axis, keepdims=True)
    shares = np.where(high > low, (signed - low) / np.where(high > low, high - low, 1.0), 0.5)
    steps = 1 + np.minimum(np.floor(_STEPS * np.nan_to_num(shares)), _STEPS - 1).astype(int)
    return [
        ["" if np.isnan(value) else f"level{step}" for value, step in zip(*row, strict=True)]
        for row in zip(signed, steps, strict=True)
    ]


def _difference_classes(values: Array, verdicts: Array, *, averaged: bool) -> list[list[str]]:
    """Return `up1` to `up5` and `down1` to `down5` of differences, `pale` of those not clear.

    With `hatch` where nothing says whether they are clear. The steps are shares of what 90 % of
    all differences do not exceed, or of the greatest of the row.
    """
    size = np.abs(values)
    full = np.nan_to_num(np.fmax.reduce(size, axis=1, keepdims=True))
    if averaged and not np.isnan(size).all():
        full = np.full(full.shape, np.nanquantile(size, _FULL))
    share = np.nan_to_num(size) / np.where(full > 0, full, 1.0)
    steps = np.clip(np.ceil(_STEPS * share - 1e-9), 1, _STEPS).astype(int)

    def name(value: float, verdict: float, step: int) -> str:
        if np.isnan(value):
            return ""
        if verdict == 0 or value == 0:
            return "pale"
        return f"{'up' if value > 0 else 'down'}{step}{' hatch' if np.isnan(verdict) else ''}"

    return [
        [name(*cell) for cell in zip(*row, strict=True)]
        for row in zip(values, verdicts, steps, strict=True)
    ]


# --- table --------------------------------------------------------------------------------------

_Place = tuple[int, int]  # of a row, and of a model
_TONES: dict[float, Tone] = {1.0: "gain", -1.0: "loss"}


def _numbers_table(layout: _Layout, lines: Sequence[_Line]) -> Table:
    """Make the table of the numbers; a difference has a colour where it is certain."""
    labels, first = layout.labels, layout.labels.column("task" if lines[0].task else "category")

    def field(one: _Measured) -> Field[_Place]:
        values, verdicts = _numbers(layout, one, lines)

        def cell(at: _Place) -> Cell:
            value, text = float_or_none(values[at]), one.write(values[at], lines[at[0]].scale)
            if one.against is None or value is None:
                return number_cell(value, text)
            return Cell(text, value, tone=_TONES.get(float(verdicts[at]), "soft"))

        return Field(Column(one.measure.id, one.measure.label, "number"), cell)

    def baseline_cell(at: _Place) -> Cell:
        return score_cell(_baseline_value(layout, lines[at[0]]), lines[at[0]].scale)

    fields = (
        Field[_Place](first, lambda at: text_cell(lines[at[0]].head.text)),
        Field[_Place](
            labels.column("model"), lambda at: text_cell(labels.models[layout.models[at[1]]])
        ),
        *map(field, layout.measured),
        Field(Column("baseline", labels.baseline, "number"), baseline_cell, layout.has_baseline),
    )
    places = [(y, x) for y in range(len(lines)) for x in range(len(layout.models))]
    return table_of("scores-table", labels.say("grid.table"), fields, places)


# --- findings -----------------------------------------------------------------------------------


def _finding(layout: _Layout, one: _Measured, columns: Sequence[int]) -> str:
    """Return how many numbers of a category are above 0; of the best of each task by lead."""
    labels, values = layout.labels, one.values[:, columns]
    if one.against is None or np.isnan(values).all():
        return ""
    found = np.fmax.reduce(values) if one.against == "baseline" else values
    n, better = int((~np.isnan(found)).sum()), int((found > 0).sum())
    rival = labels.baseline if one.against == "baseline" else labels.base
    return labels.say(f"grid.finding.{one.against}", n, better=better, name=rival)
