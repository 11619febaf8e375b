"""Read scores from tables, and guess what each column is."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.errors import did_you_mean
from site_builder.formatting import listed
from site_builder.importers.reading import (
    SCORES,
    WORDS,
    Choices,
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_number,
    as_text,
    day_of,
    is_wanted,
    joined,
    moment_of,
    of_files,
)
from site_builder.importers.sheets import Sheet, read_sheet
from site_builder.records import Record, field, replace
from site_builder.tables.metrics import (
    direction_in,
    direction_of,
    is_cost,
    is_size_in_billions,
    measure_of,
    metric_in,
    plain_name,
)

_BLANK = frozenset(
    ("", "-", "\N{EN DASH}", "\N{EM DASH}", "?", "n/a", "na", "nan", "none", "null", "tbd", "tba")
)
# A number, perhaps in bold, with a percent sign, and anything after a plus-minus sign. What may
# match nothing keeps what it took (`*+`): trying shorter matches takes the square of the length.
_NUMBER = re.compile(
    r"[*_ ]*+(?P<number>[+-]?(?:\d++(?:[.,]\d*+)?|[.,]\d++)(?:e[+-]?\d++)?)\s*+"
    r"(?P<percent>%?)[*_ ]*+(?P<spread>(?:\N{PLUS-MINUS SIGN}|\+/-).*)?",
    re.IGNORECASE | re.ASCII,
)
_MAX_CHOICES = 12
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_COLUMNS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("columns.toml").read_text(encoding="utf8")
)
SYNONYMS = {meaning: names for table in _COLUMNS.values() for meaning, names in table.items()}


class ParsedNumber(Record):
    """A number in a cell as written, 71.3 for `71.3%`, and whether it has a plus-minus sign too."""

    value: float
    is_percent: bool = False
    has_spread: bool = False


class _Columns(Record):
    """What the columns of a table are.

    Attributes:
        named: Column of the table by column of the schema.
        across: What each column of `scores` is: a `task`, a `model`, or empty for a score per row.
        errors: Column with the standard error of each of these columns.
        metric: The metric of all scores, if the score column is named by it.
        measures: What each column of numbers is that is no score, such as `cost`.
    """

    named: Mapping[str, str]
    across: str
    scores: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""
    measures: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Describe the guess on one line, for the user to check."""
        shape = f"{self.across} per column" if self.across else "score per row"
        parts = [f"{name} = {column!r}" for name, column in self.named.items()]
        parts += [f"{self.across}s = {', '.join(self.scores)}"] if self.across else []
        measures = [f"{name} ({what})" for name, what in self.measures.items()]
        parts += [f"no scores: {', '.join(measures)}"] if measures else []
        unused = [name for name in self.unused if name not in self.measures]
        parts += [f"not used: {', '.join(unused)}"] if unused else []
        return f"one {shape}; {'; '.join(parts)}"


class _Cell(Record):
    """A cell with a score, the name of its column, and the named cells of its row."""

    where: str
    column: str
    number: ParsedNumber
    values: dict[str, Any]
    score: ImportedScore


@of_files
def read_tabular(found: Found, options: ImportOptions) -> Reading:
    """Read the scores of a table.

    Long tables have a score per row. Wide ones have a row per model and a column per task, or the
    other way round. Columns are guessed by name; a note tells the guess. The options `columns`,
    `task_columns` and `scale` apply.
    """
    sheet = _upright(read_sheet(found))
    columns = _guess_columns(sheet, options)
    SCORES.check(len(sheet.rows) * len(columns.scores))
    cells, skipped = _cells(sheet, columns, options)
    if not cells:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *skipped))
    notes = [f"{found.shown}: {columns}"]
    if spreads := sum(cell.number.has_spread for cell in cells):
        what = f"the number after \N{PLUS-MINUS SIGN} is ignored ({spreads})"
        notes.append(f"{found.shown}: {what}: the file does not state what it is")
    n_metrics = Counter(task for task, _ in {(c.score.task, c.score.metric) for c in cells})
    by_task: dict[str, list[_Cell]] = {}
    for cell in cells:  # a task with two metrics becomes two tasks
        task, metric = cell.score.task, cell.score.metric
        name = f"{task} ({metric})" if n_metrics[task] > 1 and metric else task
        by_task.setdefault(name, []).append(cell)
    tasks = (_of_task(task, of_task, columns.across) for task, of_task in by_task.items())
    rest = Reading(skipped=tuple(skipped), notes=tuple(notes))
    if columns.across == "task" and options.task_columns is None:
        rest = replace(rest, guessed=columns.scores, others=tuple(columns.measures))
    return joined([*tasks, rest])


def _upright(sheet: Sheet) -> Sheet:
    """Turn a table whose names stand in its first column instead of its first line."""
    first, *others = sheet.names or [""]
    names = [_word(row.get(first)) for row in sheet.rows]
    known = {name for meaning in ("model", "task", "score") for name in SYNONYMS[meaning]}
    if len(known & {*map(plain_name, names)}) < 2 or len({*names}) < len(names):
        return sheet
    rows = [{n: row.get(c) for n, row in zip(names, sheet.rows, strict=True)} for c in others]
    return replace(sheet, rows=rows, names=names)


def _guess_columns(sheet: Sheet, options: ImportOptions) -> _Columns:
    """Guess what each column of a table is, by its name, except those that `site.toml` states.

    Numbers alone tell neither models nor what is a score of several: then it is an error that
    offers the choice.
    """
    stated, tasks, models = options.columns, options.task_columns, options.model_columns
    _check_stated(sheet.names, stated, tasks or (), models)
    plain = {name: plain_name(name) for name in sheet.names}
    named = _name_columns(plain, stated, (*(tasks or ()), *models))
    free = [name for name in sheet.names if name not in named.values()]
    by_word = {plain[name]: name for name in free}
    errors = {
        column: by_word[word]
        for end in ("_se", "_stderr")
        for column in free
        if (word := f"{plain[column]}{end}") in by_word
    }
    stderrs = {*errors.values()}
    columns = [name for name in free if name not in stderrs and _is_numeric(sheet, name)]
    kinds = {n: measure_of(n) or measure_of(n.rpartition(".")[2]) for n in columns}
    measures = {n: what for n, what in kinds.items() if what and tasks is None}
    numbers = [name for name in columns if name not in measures]
    if models:
        named.pop("model", None)
    elif "model" not in named and not (options.model or options.model_by):
        raise _no_model(sheet, options, named, numbers)
    elif "task" in named and tasks is None:
        return _long(sheet, options, named, free, numbers)
    scores = tuple(n for n in models or tasks or numbers if n in sheet.names)
    if tasks is None and not models and (not numbers or not sheet.deep.isdisjoint(numbers)):
        raise _no_scores(sheet, options, named, numbers, measures)
    errors = {column: errors[column] for column in scores if column in errors}
    used = {*scores, *errors.values()}
    unused = tuple(name for name in free if name not in used)
    across = "model" if models else "task"
    return _Columns(named, across, scores, errors, unused, measures=measures)


def _no_model(
    sheet: Sheet, options: ImportOptions, named: Mapping[str, str], numbers: list[str]
) -> UnreadableFileError:
    """Return the error of a table without a column of models, with what may name them."""
    tasks = {str(row.get(named.get("task", ""))) for row in sheet.rows}
    texts = _texts(sheet, named) if len(tasks) < len(sheet.rows) else []
    columns = [{"columns": {**options.columns, "model": name}} for name in texts]
    of_models = [{"model_columns": numbers}] if "task" in named and numbers else []
    names = sheet.found.places
    places = sorted(names, key=lambda p: names[p] in WORDS["files"] or names[p].isdecimal())
    paste: Choices = (*of_models, *columns, *({"model_by": [place]} for place in places))
    fix = "Name the model of all rows by --model, or write into site.toml what names it."
    return UnreadableFileError(why="it has no column of models", fix=fix, paste=paste)


def _texts(sheet: Sheet, named: Mapping[str, str]) -> list[str]:
    """Return some columns of text that may name something, those with most values first."""
    used = {*sheet.deep, *(named.get(meaning) for meaning in _COLUMNS["scores"])}
    texts = [name for name in sheet.names if name not in used and not _is_numeric(sheet, name)]
    texts.sort(key=lambda name: -len({_start(row.get(name)) for row in sheet.rows}))
    return texts[:_MAX_CHOICES]


def _no_scores(
    sheet: Sheet,
    options: ImportOptions,
    named: Mapping[str, str],
    numbers: list[str],
    measures: Mapping[str, str],
) -> UnreadableFileError:
    """Return the error of a table of which nothing tells whether columns of numbers are scores."""
    known = [n for n, what in measures.items() if what != "order" or n not in sheet.deep]
    groups = sorted(filter(None, (numbers, known)), key=len, reverse=True)
    paste: Choices = tuple({"task_columns": names} for names in groups)
    fix = "Name the scores in site.toml; or write a table with the columns model, task and score."
    only = listed([f"{name} ({what})" for name, what in measures.items()], most=6)
    why = f"it has no column of scores{only and f', only {only}'}"
    why = "it is no flat table, and nothing tells which numbers are scores" if numbers else why
    if "score" in named:
        why = f"its column {named['score']!r} has scores, but no column names their task"
        texts = ({**options.columns, "task": name} for name in _texts(sheet, named))
        paste = tuple({"columns": of} for of in texts)
        fix = "Add a column 'task', or name it." if paste else "Add a column 'task'."
    return UnreadableFileError(why=why, fix=fix, paste=paste)


def _name_columns(
    plain: dict[str, str], stated: Mapping[str, str], tasks: Collection[str]
) -> dict[str, str]:
    """Return the column of each meaning, as stated or by its plain name."""
    named = dict(stated)
    for meaning, names in SYNONYMS.items():
        taken = (*named.values(), *tasks)
        first = {plain[name]: name for name in reversed(plain) if name not in taken}
        match = next((first[word] for word in names if word in first), None)
        if meaning == "parameters_b" and match is None:
            match = next((name for name in first.values() if is_size_in_billions(name)), None)
        if meaning not in named and match is not None:
            named[meaning] = match
    return named


def _check_stated(names: Sequence[str], stated: Mapping[str, str], *lists: Sequence[str]) -> None:
    for meaning in stated:
        if meaning not in SYNONYMS:
            hint = did_you_mean(meaning, SYNONYMS, "names")
            why = f"[import.columns] of site.toml names {meaning!r}. {hint}"
            raise UnreadableFileError(why=why.strip())
    # Of several files, each may have some of the tasks.
    missing = (of[0] for of in lists if of and {*of}.isdisjoint(names))
    for name in (*stated.values(), *missing):
        if name not in names:
            why = f"site.toml names the column {name!r}; the file has {', '.join(names[:12])}"
            raise UnreadableFileError(why=why)


def _is_numeric(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells of a column are numbers."""
    cells = [row.get(name) for row in sheet.rows if not is_blank(row.get(name))]
    numbers = sum(parse_number(cell, comma=sheet.comma) is not None for cell in cells)
    return numbers > 0 and numbers >= len(cells) / 2


def _long(
    sheet: Sheet, options: ImportOptions, named: dict[str, str], free: list[str], numbers: list[str]
) -> _Columns:
    if "score" not in named and len(numbers) != 1:
        truths = [n for n in free if all(_truth(row.get(n)) for row in sheet.rows)]
        # What is called a score, or has a known metric, comes first.
        likely = sorted(
            numbers or truths, key=lambda n: "score" not in n and direction_in(n) is None
        )[:_MAX_CHOICES]
        found = f"several columns of numbers, {', '.join(numbers)}" if numbers else "no numbers"
        paste = tuple({"columns": {**options.columns, "score": name}} for name in likely)
        fix = "Name the column of scores in site.toml."
        raise UnreadableFileError(why=f"it has {found}", fix=fix, paste=paste)
    score = named["score"] if "score" in named else numbers[0]
    metric = "" if plain_name(score) in SYNONYMS["score"] else score
    errors = {score: named["stderr"]} if "stderr" in named else {}
    unused = tuple(name for name in free if name != score)
    return _Columns({**named, "score": score}, "", (score,), errors, unused, metric)


def _cells(
    sheet: Sheet, columns: _Columns, options: ImportOptions
) -> tuple[list[_Cell], list[Skipped]]:
    """Return each score of a table, and an entry for each cell that should be one.

    A metric that is a measure, such as seconds, has no scores unless it is `wanted`.
    """
    places = {name: {columns.across: as_text(name)} for name in columns.scores if columns.across}
    cells: list[_Cell] = []
    skipped: list[Skipped] = []
    settings = [name for name in columns.unused if measure_of(name) in ("", "order")]
    for number, row in enumerate(sheet.rows, start=1):
        named = {name: row.get(column) for name, column in columns.named.items()}
        values, where = {"model": options.model, **named}, f"{sheet.found.shown}: row {number}"
        shared = replace(
            _shared(sheet, values),
            where=f"{sheet.found.shown}, row {number}",
            fields={name: _start(row.get(name)) for name in settings},
        )
        for column in columns.scores:
            value = row.get(column)
            if is_blank(value):
                continue
            parsed = _truth(value) or parse_number(value, comma=sheet.comma)
            score = replace(shared, **places.get(column, {}))
            if parsed is None:
                skipped.append(Skipped(where, f"{str(value)[:40]!r} is not a number", "row"))
            elif not (score.model or options.model_by) or not score.task:
                missing = "task" if score.model else "model"
                skipped.append(Skipped(where, f"it names no {missing}", "row"))
            else:
                if what := _unwanted_measure(score.task, score.metric, options.metrics):
                    why = f"{score.metric!r} is no score ({what})"
                    skipped.append(Skipped(f"{where}, {score.task}", why, "score"))
                    continue
                metric = score.metric or columns.metric
                is_percent = parsed.is_percent or "%" in f"{column}{metric}"
                stderr = _error(sheet, row, columns.errors.get(column))
                score = replace(score, metric=metric, stderr=stderr, is_percent=is_percent)
                score = replace(score, score=parsed.value)
                cells.append(_Cell(where, column, parsed, values, score))
    return cells, skipped


def _error(sheet: Sheet, row: Mapping[str, Any], column: str | None) -> float | None:
    error = None if column is None else parse_number(row.get(column), comma=sheet.comma)
    return as_error(error.value) if error else None


def _unwanted_measure(task: str, metric: str, wanted: Collection[str]) -> str:
    """Return what a metric measures if that is no score and nobody wants it; else nothing."""
    what = measure_of(metric)
    is_wanted_here = any(is_wanted(text, task, metric) for text in wanted)
    return "" if what == "average" or is_wanted_here else what


def _shared(sheet: Sheet, values: dict[str, Any]) -> ImportedScore:
    """Return what the scores of a row share."""
    n = parse_number(values.get("n_examples"), comma=sheet.comma)
    moment = moment_of(_word(values.get("date")))
    return ImportedScore(
        model=_word(values.get("model")),
        task=_word(values.get("task")),
        score=math.nan,
        metric=_word(values.get("metric")),
        n_examples=as_count(n.value) if n else None,
        command=_word(values.get("command")) or None,
        flag=_word(values.get("flag")) or None,
        base=_word(values.get("base")) or None,
        variant=_word(values.get("variant")) or None,
        **sheet.found.provenance(moment, _word(values.get("source"))),
    )


def _word(value: object) -> str:
    return as_text(value if isinstance(value, str) else "" if is_blank(value) else str(value))


def _start(value: object) -> str:
    """Return the start of what a cell says; nobody reads the whole."""
    return _word(value if isinstance(value, int | float) else str(value or "")[:100])


def _truth(value: object) -> ParsedNumber | None:
    return {"true": ParsedNumber(1.0), "false": ParsedNumber(0.0)}.get(str(value).casefold())


def _of_task(task: str, cells: list[_Cell], across: str) -> Reading:
    first = cells[0]
    facts = {name: _typed(name, first.values.get(name)) for name in _COLUMNS["tasks"]}
    is_lower = _typed("lower_is_better", first.values.get("lower_is_better"))
    facts["metric"] = metric = first.score.metric or metric_in(task) or None
    why = "the file"
    if facts["higher_is_better"] is None and is_lower is not None:
        facts["higher_is_better"] = not is_lower
    elif facts["higher_is_better"] is None:
        facts["higher_is_better"], why = _direction(first, task, across)
    if metric is not None:
        is_error_of = not across and direction_of(metric) and is_cost(first.column)
        named = f"{first.column} ({metric})" if is_error_of else metric
        facts["metric"] = named.strip("\u2191\u2193 ")  # arrows
    models = {
        cell.score.model: {name: _typed(name, cell.values.get(name)) for name in _COLUMNS["models"]}
        for cell in reversed(cells)
    }
    return Reading(
        measures=tuple(replace(cell.score, task=task, metric="") for cell in cells),
        models=tuple(ImportedRow(model, values) for model, values in models.items()),
        tasks=(ImportedRow(task, facts, why=why),),
    )


def _direction(cell: _Cell, task: str, across: str) -> tuple[bool | None, str]:
    """Return whether higher is better for a task, by the words of the file, and which ones.

    A column of errors or costs counts more than the metric that they are errors of.
    """
    metric, heading = cell.score.metric, f"the heading {cell.column!r}"
    if not across and is_cost(cell.column):
        return direction_in(cell.column), heading
    if (better := direction_of(metric)) is not None:
        return better, f"metric {metric!r}"
    if (better := direction_in(task)) is not None:
        word = metric_in(task)
        where = "the heading" if across == "task" else "the name of the task"
        return better, f"{word!r} in {where}" if word else where
    is_score = not across and not metric and plain_name(cell.column) in ("score", "scores")
    return (True, heading) if is_score and not is_cost(task) else (None, "")


def _typed(name: str, value: object) -> str | float | bool | None:
    """Return a value of a model or task in the type of its column."""
    if is_blank(value):
        return None
    if name in ("score_min", "score_max", "parameters_b"):
        number = parse_number(value, comma=False)
        # Tables write -1 for a size that is not known.
        is_size = number is None or name != "parameters_b" or number.value >= 0
        return number.value if number and is_size else None
    if name in ("higher_is_better", "lower_is_better"):
        return _BOOLEANS.get(_word(value).casefold())
    return day_of(moment_of(_word(value))) if name == "release_date" else _word(value) or None


def is_blank(value: object) -> bool:
    """Return whether a cell has no value: empty, a dash, `n/a`, NaN."""
    if isinstance(value, str):
        return value.strip().casefold() in _BLANK
    return value is None or (isinstance(value, float) and math.isnan(value))


def parse_number(value: object, *, comma: bool) -> ParsedNumber | None:
    """Return the number in a cell, or None; `0,71` is a number where `comma` says so."""
    if not isinstance(value, str):
        number = as_number(value)
        return None if number is None else ParsedNumber(number)
    match = _NUMBER.fullmatch(value.strip())
    if match is None or ("," in match["number"] and not comma):
        return None
    number = as_number(float(match["number"].replace(",", ".")))
    if number is None:
        return None
    return ParsedNumber(number, bool(match["percent"]), bool(match["spread"]))
