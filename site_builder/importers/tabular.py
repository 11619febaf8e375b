"""Read scores from tables, and guess what each column is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from site_builder.errors import did_you_mean
from site_builder.importers.reading import (
    SCORES,
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    ScoreScale,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_number,
    as_text,
    day_of,
    find_files,
    joined,
    moment_of,
    read_each,
)
from site_builder.importers.select import LOWER_IS_BETTER, SHARES
from site_builder.importers.sheets import Sheet, read_sheet
from site_builder.records import Record, replace

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
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SYNONYMS = {
    "model": "model model_name model_id llm system checkpoint name",
    "task": "task task_name task_id benchmark dataset eval evaluation bench test",
    "score": "score value result scores",
    "variant": "variant stage",
    "stderr": "stderr std_err standard_error se score_stderr stderror",
    "n_examples": "n_examples n num_examples n_samples num_samples sample_size examples",
    "date": "date evaluated_on evaluation_date timestamp day",
    "source": "source url link evidence reference",
    "command": "command cmd",
    "flag": "flag caveat",
    "metric": "metric metric_name measure",
    "base": "base_model tuned_from parent_model base_model_name",
    "developer": "developer organization organisation org vendor creator maker",
    "family": "family model_family",
    "license": "license licence",
    "parameters_b": "parameters_b params_b size_b parameters_billions params_billions n_params_b",
    "hf_id": "hf_id hugging_face_id",
    "release_date": "release_date released",
    "category": "category task_category domain",
    "higher_is_better": "higher_is_better",
    "score_min": "score_min min_score",
    "score_max": "score_max max_score",
}
_OF_MODELS = ("developer", "family", "license", "parameters_b", "hf_id", "release_date")
_OF_TASKS = ("category", "higher_is_better", "score_min", "score_max")
# Columns of numbers that are no scores.
_DERIVED = (
    "average", "avg", "mean", "mean_score", "overall", "total", "rank", "index", "id", "no",
    "unnamed_0", "index_level_0",
)  # fmt: skip


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
    """

    named: Mapping[str, str]
    across: str
    scores: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""

    def __str__(self) -> str:
        """Describe the guess on one line, for the user to check."""
        shape = f"{self.across} per column" if self.across else "score per row"
        parts = [f"{name} = {column!r}" for name, column in self.named.items()]
        parts += [f"{self.across}s = {', '.join(self.scores)}"] if self.across else []
        parts += [f"not used: {', '.join(self.unused)}"] if self.unused else []
        return f"one {shape}; {'; '.join(parts)}"


class _Cell(Record):
    """A cell with a score, and the named cells of its row."""

    where: str
    number: ParsedNumber
    values: dict[str, Any]
    score: ImportedScore


def read_tabular(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a table, or of every table in a folder.

    Long tables have a score per row. Wide ones have a row per model and a column per task, or the
    other way round. Columns are guessed by name; a note tells the guess. The options `columns`,
    `task_columns` and `scale` apply.
    """
    return read_each(find_files(path), lambda found: _read(found, options))


def _read(found: Found, options: ImportOptions) -> Reading:
    sheet = _with_model(read_sheet(found), options)
    columns = _guess_columns(sheet, options.columns, options.task_columns)
    SCORES.check(len(sheet.rows) * len(columns.scores))
    cells, skipped = _cells(sheet, columns)
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
    tasks = (_of_task(found, task, of_task, options) for task, of_task in by_task.items())
    rest = Reading(skipped=tuple(skipped), notes=tuple(notes), files=1)
    return joined([*tasks, rest])


def _with_model(sheet: Sheet, options: ImportOptions) -> Sheet:
    """Add a column with the model that the user stated, if the table has none."""
    has_one = {*_SYNONYMS["model"].split()} & {name.casefold() for name in sheet.names}
    if not options.model or has_one or "model" in options.columns:
        return sheet
    rows = [{**row, "model": options.model} for row in sheet.rows]
    return replace(sheet, rows=rows, names=[*sheet.names, "model"])


def _guess_columns(
    sheet: Sheet, stated: Mapping[str, str], tasks: tuple[str, ...] | None
) -> _Columns:
    """Guess what each column of a table is, except those that `site.toml` states."""
    _check_stated(sheet.names, stated, tasks or ())
    plain = {name: re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") for name in sheet.names}
    named = dict(stated)
    for meaning, words in _SYNONYMS.items():
        taken = (*named.values(), *(tasks or ()))
        first = {plain[name]: name for name in reversed(sheet.names) if name not in taken}
        match = next((first[word] for word in words.split() if word in first), None)
        if meaning not in named and match is not None:
            named[meaning] = match
    free = [name for name in sheet.names if name not in named.values()]
    by_word = {plain[name]: name for name in free}
    errors = {
        column: by_word[word]
        for end in ("_se", "_stderr")
        for column in free
        if (word := f"{plain[column]}{end}") in by_word
    }
    stderrs = {*errors.values()}
    others = (name for name in free if name not in stderrs)
    numbers = [n for n in others if plain[n] not in _DERIVED and _is_numeric(sheet, n)]
    if "model" in named and "task" in named and tasks is None:
        return _long(named, free, numbers, plain)
    if "model" not in named and ("task" not in named or tasks is not None):
        why = "it has no column of models or tasks; name them under [import.columns] in site.toml"
        raise UnreadableFileError(why=why)
    scores = tuple(numbers) if tasks is None else tasks
    if not scores:
        raise UnreadableFileError(why="it has no column of scores")
    errors = {column: errors[column] for column in scores if column in errors}
    used = {*scores, *errors.values()}
    unused = (name for name in free if name not in used)
    across = "task" if "model" in named else "model"
    return _Columns(named, across, scores, errors, tuple(unused))


def _check_stated(names: Sequence[str], stated: Mapping[str, str], tasks: tuple[str, ...]) -> None:
    for meaning in stated:
        if meaning not in _SYNONYMS:
            hint = did_you_mean(meaning, _SYNONYMS, "names")
            why = f"[import.columns] of site.toml names {meaning!r}. {hint}"
            raise UnreadableFileError(why=why.strip())
    for name in (*stated.values(), *tasks):
        if name not in names:
            why = f"site.toml names the column {name!r}; the file has {', '.join(names[:12])}"
            raise UnreadableFileError(why=why)


def _is_numeric(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells of a column are numbers."""
    cells = [row.get(name) for row in sheet.rows if not is_blank(row.get(name))]
    numbers = sum(parse_number(cell, comma=sheet.comma) is not None for cell in cells)
    return numbers > 0 and numbers >= len(cells) / 2


def _long(
    named: dict[str, str], free: list[str], numbers: list[str], plain: Mapping[str, str]
) -> _Columns:
    if "score" not in named and len(numbers) != 1:
        found = f"several columns of numbers, {', '.join(numbers)}" if numbers else "no numbers"
        why = f"it has {found}; name the column of scores under [import.columns] in site.toml"
        raise UnreadableFileError(why=why)
    score = named["score"] if "score" in named else numbers[0]
    metric = "" if plain[score] in _SYNONYMS["score"].split() else score
    errors = {score: named["stderr"]} if "stderr" in named else {}
    unused = tuple(name for name in free if name != score)
    return _Columns({**named, "score": score}, "", (score,), errors, unused, metric)


def _cells(sheet: Sheet, columns: _Columns) -> tuple[list[_Cell], list[Skipped]]:
    """Return each score of a table, and an entry for each cell that should be one."""
    places = {name: {columns.across: as_text(name)} for name in columns.scores if columns.across}
    cells: list[_Cell] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(sheet.rows, start=1):
        values = {name: row.get(column) for name, column in columns.named.items()}
        shared, where = _shared(sheet, values), f"{sheet.found.shown}: row {number}"
        for column in columns.scores:
            value = row.get(column)
            if is_blank(value):
                continue
            parsed = parse_number(value, comma=sheet.comma)
            score = replace(shared, **places.get(column, {}))
            if parsed is None:
                skipped.append(Skipped(where, f"{str(value)[:40]!r} is not a number", "row"))
            elif not score.model or not score.task:
                missing = "task" if score.model else "model"
                skipped.append(Skipped(where, f"it names no {missing}", "row"))
            else:
                stated = columns.errors.get(column)
                error = parse_number(row.get(stated), comma=sheet.comma) if stated else None
                stderr = as_error(error.value) if error else None
                metric = score.metric or columns.metric
                score = replace(score, score=parsed.value, metric=metric, stderr=stderr)
                parsed = replace(parsed, is_percent=parsed.is_percent or "%" in column)
                cells.append(_Cell(where, parsed, values, score))
    return cells, skipped


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


def _of_task(found: Found, task: str, cells: list[_Cell], options: ImportOptions) -> Reading:
    first, numbers = cells[0], [cell.number for cell in cells]
    facts = {name: _typed(name, first.values.get(name)) for name in _OF_TASKS}
    scores = tuple(replace(cell.score, task=task, metric="") for cell in cells)
    bounds = bounds_of(numbers, first.score.metric, options.scale)
    most = math.inf
    if facts["score_max"] is None and bounds == "unclear":
        largest = max(number.value for number in numbers)
        return Reading(scores, unclear=(f"{found.shown}: {largest:g} of task {task!r}",))
    if facts["score_max"] is None and isinstance(bounds, tuple):
        facts["score_min"], facts["score_max"] = bounds
        most = bounds[1]
    models = {
        cell.score.model: {name: _typed(name, cell.values.get(name)) for name in _OF_MODELS}
        for cell in reversed(cells)
        if cell.number.value <= most
    }
    return Reading(
        measures=tuple(score for score in scores if score.score <= most),
        models=tuple(ImportedRow(model, values) for model, values in models.items()),
        tasks=(ImportedRow(task, {"metric": first.score.metric or None, **facts}),),
        skipped=tuple(
            Skipped(cell.where, f"{cell.number.value:g} is not a proportion", "row")
            for cell in cells
            if cell.number.value > most
        ),
    )


def _typed(name: str, value: object) -> str | float | bool | None:
    """Return a value of a model or task in the type of its column."""
    if is_blank(value):
        return None
    if name in ("score_min", "score_max", "parameters_b"):
        number = parse_number(value, comma=False)
        return number.value if number else None
    if name == "higher_is_better":
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


def bounds_of(
    numbers: Sequence[ParsedNumber], metric: str, scale: ScoreScale | None
) -> tuple[float, float] | Literal["unclear"] | None:
    """Return the lowest and highest possible score of a task, judged by its scores.

    They are None if the scores have another unit, and `unclear` if they may be percentages.
    """
    values = [number.value for number in numbers]
    low, high = min(values), max(values)
    if low < 0 or high > 100 or metric.lower() in LOWER_IS_BETTER:
        return None
    if all(number.is_percent for number in numbers):
        return (0.0, 100.0)
    if high <= 1:
        return (0.0, 100.0) if scale == "percent" else (0.0, 1.0)
    if scale is not None:
        return {"percent": (0.0, 100.0), "proportion": (0.0, 1.0), "other": None}[scale]
    is_percent = metric.lower() in SHARES and not any(0 < value <= 1 for value in values)
    return (0.0, 100.0) if is_percent else "unclear"
