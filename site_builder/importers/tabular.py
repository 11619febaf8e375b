"""Read scores from tables, and guess what each column is, and the units that cells state."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from site_builder.dates import counted_day, read_day
from site_builder.formatting import counted, listed, quoted
from site_builder.importers.cells import (
    MEDALS,
    SIGN_OF_MONEY,
    SIZE,
    ParsedNumber,
    is_blank,
    names_percent,
    parse_number,
    start_of,
    truth_of,
    why_no_number,
    without_arrows,
    word_of,
)
from site_builder.importers.columns import (
    MEANINGS,
    Columns,
    guess_columns,
    may_hold_examples,
    tells_apart,
)
from site_builder.importers.documents import Sheet
from site_builder.importers.facets import values_of
from site_builder.importers.kinds import has_fractions, is_numeric
from site_builder.importers.layout import by_model, filled_down, upright
from site_builder.importers.order import order_notes
from site_builder.importers.reading import (
    OF_EXAMPLES,
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    joined,
    of_files,
)
from site_builder.importers.sheets import read_sheet
from site_builder.importers.units import is_spent, read_units
from site_builder.importers.values import (
    SCORES,
    UnreadableFileError,
    as_count,
    as_link,
    as_positive,
    is_wanted,
    stated_days,
    version_of,
)
from site_builder.importers.variants import with_variants_apart
from site_builder.records import Record, replace
from site_builder.tables.columns import names_setting
from site_builder.tables.metrics import (
    SPREADS,
    direction_in,
    direction_of,
    is_cost,
    is_limited,
    measure_of,
    metric_in,
    plain_name,
)
from site_builder.tables.schema import PARAMETERS

_PERCENT = ("%", "percent", "percentage", "pct")
_RATIO = ("ratio", "proportion", "fraction")
_OF_TASKS = ("task", "category", "subset")
"""Meanings of columns that may tell scores of a task apart."""
_MEANS = ("average", "avg", "mean", "median", "overall", "total")  # of other rows
_DISK = re.compile(r"/|[A-Za-z]:[/\\]")  # begins the path of a model on somebody's disk
_LINKED = re.compile(r"\[([^\[\]]{1,500})\]\(https?://[^()\s]{1,2000}\)")
_REFERENCE = re.compile(
    r"(?<=\S)\s+\(?\[(?:paper|link|code|blog|card)\]\(https?://[^()\s]{1,2000}\)\)?", re.IGNORECASE
)
_SIGNS = f" \N{VARIATION SELECTOR-16}{MEDALS}\u2b50\U0001f195\U0001f4d1"
_LIKE_NUMBER = re.compile(  # `12.5k`, `<1`, `2m30s`; no date
    rf"[<>~\u2248\u2264\u2265\u00d7]?\s?[+\-\u2212]?{SIGN_OF_MONEY}?\d++(?![-./]\d+[-./]\d)",
    re.ASCII,
)
_POWERS = {"K": -6, "M": -3, "B": 0, "T": 3}
_DATES = ("date", "release_date")
"""Meanings of columns of dates."""
_SIZES = ("parameters_b", PARAMETERS)
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class _Cell(Record):
    """A cell with a score, the name of its column, and the named cells of its row."""

    column: str
    number: ParsedNumber
    values: dict[str, Any]
    score: ImportedScore


@of_files
def read_tabular(found: Found, options: ImportOptions) -> Reading:
    """Read the scores of a table, long or wide; guess its columns by name, and say how."""
    whole = filled_down(by_model(upright(read_sheet(found)), options), options)
    sheet, mixed = read_units(with_variants_apart(whole, options), options)
    columns = _columns(sheet, options, mixed)
    sheet = _with_moments(sheet, columns, options)
    SCORES.check(len(sheet.rows) * len(columns.scores))
    cells, skipped = _cells(sheet, columns, options)
    if not cells:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *mixed, *skipped))
    n_metrics = Counter(task for task, _ in {(c.score.task, c.score.metric) for c in cells})
    by_task: dict[tuple[str, str], list[_Cell]] = {}
    for cell in cells:  # a task with two metrics becomes two tasks
        task, metric = cell.score.task, cell.score.metric
        name = f"{task} ({metric})" if n_metrics[task] > 1 and metric else task
        by_task.setdefault((name, _subset(cell)), []).append(cell)
    tasks = (_of_task(*of, found, columns, sheet) for of, found in by_task.items())
    skipped += _lost(sheet, columns)
    alone = [*_of_means_alone(sheet, columns)]
    known = {c.score.model for c in cells} | {one.where.rpartition(", ")[2] for one in alone}
    notes = tuple(_notes(sheet, columns, options, cells, known))
    rest = Reading(skipped=(*mixed, *skipped, *alone), notes=notes, further=columns.further)
    if columns.across == "task" and options.task_columns is None:
        others = (n for n, what in columns.measures.items() if what not in ("rank", "interval"))
        rest = replace(rest, guessed=columns.scores, others=tuple(others))
    return joined([*tasks, rest])


def _notes(
    sheet: Sheet,
    columns: Columns,
    options: ImportOptions,
    cells: Sequence[_Cell],
    known: Collection[str],
) -> Iterator[str]:
    """Yield how a table was read, and what is doubtful; `known` are its models with scores."""
    shown = sheet.found.shown
    yield from (f"{shown}: {what}" for what in (*sheet.notes, columns))
    yield from _doubts(sheet, columns)
    yield from _ignored(sheet.found, cells)
    yield from order_notes(sheet, columns, options, _model)
    means = [n for n in columns.scores if plain_name(n).endswith("mean") and not metric_in(n)]
    if means and columns.across == "task" and options.task_columns is None:
        what = "read as tasks, since the columns beside have other means"
        yield f"{shown}: {what}: {listed(means, most=6)}"
    if without := [name for name in _models(sheet, columns) if name not in known]:
        what = f"{counted(len(without), 'model')} without a score left out"
        yield f"{shown}: {what}: {listed(without, most=8)}"


def _columns(sheet: Sheet, options: ImportOptions, mixed: Sequence[Skipped]) -> Columns:
    """Return what the columns are; where that is not clear, name those that were left out too."""
    try:
        return guess_columns(sheet, options)
    except UnreadableFileError as error:
        why = "; ".join((str(error), *(one.why for one in mixed)))
        aggregate = OF_EXAMPLES if may_hold_examples(sheet) else ""
        fix = " ".join((*{one.fix: None for one in mixed}, error.fix, aggregate))
        raise UnreadableFileError(why=why, fix=fix.strip(), paste=error.paste) from error


def _with_moments(sheet: Sheet, columns: Columns, options: ImportOptions) -> Sheet:
    """Return a table whose dates are no numbers, but the moments that these count as stated.

    Raises an `UnreadableFileError` for numbers of a unit that is not stated, and for odd years.
    """
    names = [columns.named[of] for of in _DATES if of in columns.named]
    for name in names:
        stated_days(name, map(word_of, sheet.cells(name)), options.date_unit)
    if options.date_unit is None:
        return sheet
    rows = [dict(row) for row in sheet.rows]
    for row in rows:
        for name in names:
            row[name] = _moment(row.get(name))
    return replace(sheet, rows=rows)


def _moment(cell: object) -> object:
    day = counted_day(word_of(cell))
    return cell if day is None else day.moment.isoformat()


def _cells(
    sheet: Sheet, columns: Columns, options: ImportOptions
) -> tuple[list[_Cell], list[Skipped]]:
    """Return each score of a table, and an entry for each cell that should be one."""
    names = {n: columns.totals.get(n, without_arrows(n)) for n in columns.scores}
    places = {n: {columns.across: name} for n, name in names.items() if columns.across}
    tasks = {*map(word_of, sheet.cells(columns.named.get("task", "")))}
    is_of_others = columns.across != "task" and len(tasks) > 1
    cells: list[_Cell] = []
    skipped: list[Skipped] = []
    unclear: dict[str, Skipped] = {}
    for number, row, values, shared in _rows(sheet, columns, options):
        where = f"{sheet.found.shown}: row {number}"
        for column in columns.scores:
            value = row.get(column)
            if is_blank(value):
                continue
            parsed = truth_of(value) or parse_number(value, sheet.marks)
            score = replace(shared, **places.get(column, {}))
            if parsed is None:
                one = _no_number(where, column, value, sheet, columns)
                if one.what == "column":
                    unclear.setdefault(column, one)
                else:
                    skipped.append(one)
            elif left := _left_out(where, score, options, is_of_others=is_of_others):
                skipped.append(left)
            else:
                metric = score.metric or columns.metric
                unit = word_of(values.get("unit")).casefold()
                is_percent = unit in _PERCENT or names_percent(f"{column} {metric}")
                told: dict[str, Any] = {"score": parsed.value, "has_sign": parsed.is_percent}
                told["stderr"] = _error(sheet, row, columns.errors.get(column))
                told["is_percent"] = parsed.is_percent or is_percent
                cells.append(_Cell(column, parsed, values, replace(score, metric=metric, **told)))
    # The numbers of a column that can be read would be a part of it: the 95 beside `1,204`.
    return [c for c in cells if c.column not in unclear], [*skipped, *unclear.values()]


def _left_out(
    where: str, score: ImportedScore, options: ImportOptions, *, is_of_others: bool
) -> Skipped | None:
    """Return why a number is no score: nothing names what it is of, or it is one of others."""
    if not (score.model or options.model_by) or not score.task:
        return Skipped(where, f"it names no {'task' if score.model else 'model'}", "row")
    if plain_name(score.model) in _MEANS:
        return Skipped(f"{where}, {score.model}", "it stands for other rows", "score")
    words = plain_name(score.task).split("_")  # `Ranking` may be what is asked of a model
    is_mean = plain_name(score.task) in _MEANS or measure_of(score.task) == "average"
    is_mean = is_mean or (measure_of(score.task) == "rank" and "rank" in words)
    if is_of_others and is_mean:
        fix = "To keep it, give it another name."
        return Skipped(where, f"{score.task!r} stands for other tasks", "row", fix)
    what = measure_of(score.metric)
    is_asked = any(is_wanted(text, score.task, score.metric) for text in options.metrics)
    if what in ("", "average") or is_asked:
        return None
    return Skipped(f"{where}, {score.task}", f"{score.metric!r} is no score ({what})", "score")


def _models(sheet: Sheet, columns: Columns) -> dict[str, None]:
    """Return the models that a table names."""
    if columns.across == "model":
        return {without_arrows(name): None for name in columns.scores}
    names = (_model(word_of(cell)) for cell in sheet.cells(columns.named.get("model", "")))
    return {name: None for name in names if name and plain_name(name) not in _MEANS}


def _ignored(found: Found, cells: Sequence[_Cell]) -> Iterator[str]:
    """Yield a note for what stands behind numbers and is not read."""
    for what, times in (
        ("the number after \N{PLUS-MINUS SIGN}", sum(cell.number.has_spread for cell in cells)),
        ("the mark after a number (such as *)", sum(cell.number.is_marked for cell in cells)),
    ):
        if times:
            yield f"{found.shown}: {what} is ignored ({times}): the file does not state what it is"


def _lost(sheet: Sheet, columns: Columns) -> Iterator[Skipped]:
    """Yield the columns that are not used though they may be scores: most cells are no numbers."""
    used = {*columns.measures, *columns.settings, *(of.column for of in columns.further)}
    left = (n for n in columns.unused if n not in used and measure_of(n) not in (*SPREADS, "rank"))
    for name in (n for n in left if columns.across and not is_numeric(sheet, n)):
        filled = [cell for cell in sheet.cells(name) if not is_blank(cell)]
        texts = [start_of(cell) for cell in filled if parse_number(cell, sheet.marks) is None]
        alike = sum(map(bool, map(_LIKE_NUMBER.match, texts))) + len(filled) - len(texts)
        is_named = direction_in(name) is not None and measure_of(name) == ""
        least = 1 if is_named else max(2, len(filled) / 2)
        if texts and alike >= least and not any(map(read_day, texts)):
            why = f"most of its cells are no numbers: {quoted(dict.fromkeys(texts), most=4)}"
            fix = "Write plain numbers, and nothing where there is none."
            yield Skipped(f"{sheet.found.shown}: {name!r}", why, "column", fix)


def _of_means_alone(sheet: Sheet, columns: Columns) -> Iterator[Skipped]:
    """Yield the rows of a wide table that have an average, and nothing that it is of."""
    means = [n for n, what in columns.measures.items() if what == "average" and not is_cost(n)]
    for number, row in enumerate(sheet.rows, start=1) if columns.across == "task" else ():
        found = [name for name in means if parse_number(row.get(name), sheet.marks)]
        if found and all(is_blank(row.get(name)) for name in columns.scores):
            model = _model(word_of(row.get(columns.named.get("model", ""))))
            where = f"{sheet.found.shown}: row {number}{model and f', {model}'}"
            why = f"it has only {quoted(found)}, and an average is no score"
            yield Skipped(where, why, "row", "task_columns under [import] takes it as a score.")


def _rows(
    sheet: Sheet, columns: Columns, options: ImportOptions
) -> Iterator[tuple[int, dict[str, Any], dict[str, Any], ImportedScore]]:
    """Yield the number of each row from 1, its cells, the named ones, and what its scores share."""
    taken = {of.column for of in columns.further if of.is_taken}
    # What an object is called says nothing of a number in it: `engine_params.hnsw_ef`.
    lasts = {n: n.rpartition(".")[2] for n in columns.unused if n not in taken}
    kinds = ("", "order")
    settings = [
        n
        for n, last in lasts.items()
        if options.is_setting(n) or measure_of(last) in kinds or not is_numeric(sheet, n)
    ]
    # `Format Sensitivity` of 8.5 was measured, but for where it tells rows of a model apart.
    settings = [n for n in settings if not _was_measured(sheet, columns.named, n)]
    settings += [columns.named[of] for of in _OF_TASKS if of in columns.named]
    # So may whole numbers that come back, such as a lead time, and sizes.
    facts = [columns.named[of] for of in MEANINGS["models"] if of in columns.named]
    free = [n for n in sheet.names if n not in (*settings, *columns.named.values())]
    free = [n for n in free if _comes_back(sheet, n) or measure_of(n) in ("size", "tokens")]
    settings += [n for n in (*free, *facts) if tells_apart(sheet, columns.named, n)]
    for number, row in enumerate(sheet.rows, start=1):
        named = {name: row.get(column) for name, column in columns.named.items()}
        values = {"model": options.model, **named}
        facets, measures = values_of(sheet, columns.further, row)
        cells = {n: row.get(n) for n in settings}
        fields = {n: start_of(c) for n, c in cells.items() if not isinstance(c, list | dict)}
        told: dict[str, Any] = {"fields": fields, "facets": facets, "measures": measures}
        told["where"] = f"{sheet.found.shown}, row {number}"
        yield number, row, values, replace(_shared(sheet, columns, values), **told)


def _comes_back(sheet: Sheet, name: str) -> bool:
    """Return whether a column has whole numbers, most of which several rows have."""
    times = Counter(number.value for number in sheet.numbers(name))
    is_whole = times.total() == len(sheet.rows) and not has_fractions(sheet, name)
    return is_whole and len(times) > 1 and 2 * sum(n > 1 for n in times.values()) >= len(times)


def _was_measured(sheet: Sheet, named: Mapping[str, str], column: str) -> bool:
    if not has_fractions(sheet, column) or measure_of(column) == "setting":
        return False
    return bool(metric_in(column)) or (
        names_setting(column) and not tells_apart(sheet, named, column)
    )


def _no_number(where: str, column: str, value: object, sheet: Sheet, columns: Columns) -> Skipped:
    what: Literal["row", "cell"] = "cell" if len(columns.scores) > 1 else "row"
    text, why = repr(str(value)[:40]), why_no_number(value, sheet.marks)
    if not why:
        return Skipped(where, f"{text} is not a number (in {column!r})", what)
    if "more" not in why:
        fix = "Write numbers with a decimal point, and nothing between thousands."
        return Skipped(f"{sheet.found.shown}: {column!r}", f"{text} {why}", "column", fix)
    fix = "Write each number into a column of its own."
    return Skipped(where, f"{text} {why} (in {column!r})", what, fix)


def _error(sheet: Sheet, row: Mapping[str, Any], column: str | None) -> float | None:
    error = None if column is None else parse_number(row.get(column), sheet.marks)
    return as_positive(error.value) if error else None


def _shared(sheet: Sheet, columns: Columns, values: dict[str, Any]) -> ImportedScore:
    """Return what the scores of a row share; a flag that is only true is named by its column."""
    n = parse_number(values.get("n_examples"), sheet.marks)
    text = word_of(values.get("date"))
    date = read_day(text)
    truth = truth_of(values.get("flag"))
    flag = word_of(values.get("flag"))
    if truth:
        flag = columns.named["flag"] if truth.value else ""
    return ImportedScore(
        model=_model(word_of(values.get("model"))),
        task=word_of(values.get("task")),
        score=math.nan,
        metric=word_of(values.get("metric")),
        n_examples=as_count(n.value) if n else None,
        command=word_of(values.get("command")) or None,
        flag=flag or None,
        base=word_of(values.get("base")) or None,
        variant=word_of(values.get("variant")) or None,
        version=version_of(values.get("version_of_task")),
        **sheet.found.dated(text, date, word_of(values.get("source"))),
    )


def _model(text: str) -> str:
    """Return a name without bold, links and medals; of a path on a disk, the last part.

    A link is its text, but for one behind a name that says what it is: `alpha [paper](...)`.
    """
    plain = text.replace("**", "").strip()
    name = _REFERENCE.sub("", plain) or plain
    name = _LINKED.sub(r"\1", name).strip(_SIGNS) or text
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1] if _DISK.match(name) else name


def _subset(cell: _Cell) -> str:
    """Return the part of the task that a score is of; empty for the whole."""
    subset = word_of(cell.values.get("subset"))
    return "" if plain_name(subset) in (*_MEANS, "all") else subset


def _of_task(
    whole: str, subset: str, cells: list[_Cell], columns: Columns, sheet: Sheet
) -> Reading:
    """Return the scores on a task, or on a subset of it: `task/subset`, as in the results."""
    first, across = cells[0], columns.across
    task = f"{whole}/{subset}" if subset else whole
    facts = {name: _typed(name, first.values.get(name)) for name in MEANINGS["tasks"]}
    categories = {_typed("category", cell.values.get("category")) for cell in cells}
    facts["category"] = facts["category"] if len(categories) == 1 else None
    facts |= {"score_min": 0.0} if first.column in sheet.counts else {}
    facts["unit"] = sheet.units.get(first.column) or _unit_of(cells)
    is_time = is_spent(str(facts["unit"] or ""))
    facts["part_of"] = columns.whole_of(first.column) or None
    is_lower = _typed("lower_is_better", first.values.get("lower_is_better"))
    facts["metric"] = metric = first.score.metric or metric_in(task) or None
    why = "the file"
    if facts["higher_is_better"] is None and is_lower is not None:
        facts["higher_is_better"] = not is_lower
    elif facts["higher_is_better"] is None:
        facts["higher_is_better"], why = _direction(first, task, across, is_time=is_time)
    if metric is not None:
        is_error_of = not across and direction_of(metric) and is_cost(first.column)
        named = f"{first.column} ({metric})" if is_error_of else metric
        facts["metric"] = without_arrows(named)
    tasks = [ImportedRow(task, facts, why=why)]
    if subset:
        facts |= {"name": f"{whole}: {subset}", "part_of": whole}
        tasks.append(ImportedRow(whole, {}))
    models = {
        cell.score.model: {name: _typed(name, cell.values.get(name)) for name in MEANINGS["models"]}
        for cell in reversed(cells)
        if cell.score.model  # nothing tells of which model those of a file without one are
    }
    return Reading(
        measures=tuple(replace(cell.score, task=task, metric="") for cell in cells),
        models=tuple(ImportedRow(model, values) for model, values in models.items()),
        tasks=tuple(tasks),
    )


def _unit_of(cells: Sequence[_Cell]) -> str | None:
    """Return the unit that a column tells of all scores of a task, if it is that of no share."""
    units = {word_of(cell.values.get("unit")) for cell in cells}
    unit = units.pop() if len(units) == 1 else ""
    is_of_share = unit.casefold() in (*_PERCENT, *_RATIO) or is_limited(unit)
    return None if is_of_share else unit or None


def _direction(cell: _Cell, task: str, across: str, *, is_time: bool) -> tuple[bool | None, str]:
    """Return whether higher is better by the words of the file, and which: of errors first."""
    metric, heading = cell.score.metric, f"the heading {cell.column!r}"
    if not across and is_cost(cell.column):
        return direction_in(cell.column), heading
    if (better := direction_of(metric)) is not None:
        return better, f"metric {metric!r}"
    if (better := direction_in(cell.column if across == "task" else task)) is not None:
        word = metric_in(task)
        where = "the heading" if across == "task" else "the name of the task"
        return better, f"{word!r} in {where}" if word else where
    is_score = across != "model" and not metric and plain_name(cell.column) in ("score", "scores")
    is_told = is_score and not is_cost(task) and not is_time
    return (True, heading) if is_told else (None, "")


def _typed(name: str, value: object) -> str | float | bool | None:
    """Return a value of a model or task in the type of its column."""
    if is_blank(value):
        return None
    if name == "parameters_b" and (size := SIZE.fullmatch(word_of(value))):
        return float(f"{size[1]}e{_POWERS[size[2].upper()]}")
    if name in ("score_min", "score_max", *_SIZES):
        number = parse_number(value)
        # Tables write -1 for a size that is not known.
        is_known = number is not None and (name not in _SIZES or number.value >= 0)
        return number.value if number is not None and is_known else None
    if name in ("higher_is_better", "lower_is_better"):
        return _BOOLEANS.get(word_of(value).casefold())
    if name == "url":
        return as_link(word_of(value)) or None
    return read_day(word_of(value)) if name in _DATES else word_of(value) or None


def _doubts(sheet: Sheet, columns: Columns) -> Iterator[str]:
    """Yield a note for each fact or measure that some cells do not tell, or tell in two ways."""
    facts = {n: c for n, c in columns.named.items() if n in (*MEANINGS["models"], "date")}
    measures = {c.id: c.column for c in columns.further if c.is_taken and c.is_measure}
    models = [word_of(cell) for cell in sheet.cells(columns.named.get("model", ""))]
    for name, column in (facts | measures).items():
        read = partial(_typed, name) if name in facts else partial(parse_number, marks=sheet.marks)
        cells = sheet.cells(column)
        values = [read(cell) for cell in cells]
        pairs = zip(cells, values, strict=True)
        unread = [word_of(cell) for cell, v in pairs if v is None and not is_blank(cell)]
        if unread:
            what = quoted([*dict.fromkeys(unread)], most=6)
            yield f"{sheet.found.shown}: not read as {name}: {what}"
        known = {(m, v) for m, v in zip(models, values, strict=True) if v is not None}
        several = [model for model, n in Counter(m for m, _ in known).items() if n > 1]
        if several and name in MEANINGS["models"]:
            what = f"rows of a model differ in {name}, and the first counts"
            yield f"{sheet.found.shown}: {what}: {quoted(sorted(several), most=6)}"
