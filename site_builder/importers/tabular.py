"""Read CSV, TSV, Parquet and JSON lines, and guess what each column is."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from site_builder.errors import did_you_mean
from site_builder.importers.reading import (
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
    read_bytes,
    read_each,
    read_text,
    time_of,
)
from site_builder.importers.select import is_lower_better, is_share
from site_builder.records import Record, replace
from site_builder.tables.read import first_line
from site_builder.tables.text_files import (
    CSV_ENDINGS,
    JSON_LINES_ENDINGS,
    read_csv,
    read_text_rows,
)

ENDINGS = (*CSV_ENDINGS, ".parquet", *JSON_LINES_ENDINGS)

_BLANK = frozenset(
    ("", "-", "\N{EN DASH}", "\N{EM DASH}", "?", "n/a", "na", "nan", "none", "null", "tbd", "tba")
)
# A number, perhaps in bold, with a percent sign, and anything after a plus-minus sign.
_NUMBER = re.compile(
    r"[*_ ]*(?P<number>[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(?P<percent>%?)[*_ ]*"
    r"(?P<spread>(?:\N{PLUS-MINUS SIGN}|\+/-).*)?",
    re.IGNORECASE | re.ASCII,
)
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
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
    "unnamed_0",
)  # fmt: skip


class ParsedNumber(Record):
    """A number in a cell.

    Attributes:
        value: The number as written; 71.3 for `71.3%`.
        is_percent: Whether it has a percent sign.
        has_spread: Whether something follows a plus-minus sign.
    """

    value: float
    is_percent: bool = False
    has_spread: bool = False


class Columns(Record):
    """What the columns of a table are.

    Attributes:
        named: Column of the table by column of the schema.
        across: `tasks` if each further column is a task, `models` if each is a model, empty if
            each row is one score.
        further: These columns.
        errors: Column with the standard error of each of these columns.
        unused: Columns that are ignored.
        metric: The metric of all scores, if the score column is named by it.
    """

    named: Mapping[str, str]
    across: str
    further: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""

    def __str__(self) -> str:
        """Describe the guess on one line, for the user to check."""
        shapes = {"": "score per row", "tasks": "task per column", "models": "model per column"}
        parts = [f"{name} = {column!r}" for name, column in self.named.items()]
        parts += [f"{self.across} = {', '.join(self.further)}"] if self.across else []
        parts += [f"not used: {', '.join(self.unused)}"] if self.unused else []
        return f"one {shapes[self.across]}; {'; '.join(parts)}"


class _Sheet(Record):
    """The rows of a table; `comma` tells that numbers may have a decimal comma."""

    found: Found
    rows: list[dict[str, Any]]
    names: list[str]
    comma: bool = False

    def is_numeric(self, name: str) -> bool:
        """Whether at least half of the filled cells of a column are numbers."""
        cells = [row.get(name) for row in self.rows if not is_blank(row.get(name))]
        numbers = sum(parse_number(cell, comma=self.comma) is not None for cell in cells)
        return numbers > 0 and numbers >= len(cells) / 2


class _Score(Record):
    """A cell with a score, and the named cells of its row."""

    row: int
    model: str
    task: str
    metric: str
    number: ParsedNumber
    error: Any
    values: dict[str, Any]


def read_tabular(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a table, or of every table in a folder.

    Long tables have a score per row. Wide ones have a row per model and a column per task, or the
    other way round. Columns are guessed by name; a note tells the guess.

    Args:
        path: The file or folder.
        options: `columns`, `task_columns` and `scale` apply.
    """
    return read_each(find_files(path), lambda found: _read(found, options))


def _read(found: Found, options: ImportOptions) -> Reading:
    sheet = _read_sheet(found)
    numeric = {name for name in sheet.names if sheet.is_numeric(name)}
    columns = guess_columns(sheet.names, numeric, options.columns, options.task_columns)
    scores, skipped = _scores(sheet, columns)
    if not scores:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *skipped))
    reading = _reading(sheet, scores, options)
    notes = [f"{found.shown}: {columns}"]
    if spreads := sum(score.number.has_spread for score in scores):
        why = "the file does not state what it is"
        notes.append(
            f"{found.shown}: the number after \N{PLUS-MINUS SIGN} is ignored ({spreads}): {why}"
        )
    return replace(reading, skipped=(*reading.skipped, *skipped), notes=tuple(notes), files=1)


def _read_sheet(found: Found) -> _Sheet:
    suffix = found.path.suffix.lower()
    if suffix not in ENDINGS:
        why = f"{suffix or 'no ending'} is none of {', '.join(ENDINGS)}"
        raise UnreadableFileError(why)
    if suffix == ".parquet":
        return _from_parquet(found)
    text = io.StringIO(read_text(found.path), newline="")
    return _from_csv(found, text) if suffix in CSV_ENDINGS else _from_json_lines(found, text)


def _from_parquet(found: Found) -> _Sheet:
    read_bytes(found.path)  # for the same errors as other files
    try:
        frame = pd.read_parquet(found.path)
    except (OSError, ValueError) as error:
        why = f"it is not Parquet, or damaged: {first_line(error)}"
        raise UnreadableFileError(why) from error
    frame.columns = frame.columns.map(str)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]
    return _Sheet(found, rows, list(frame.columns))


def _from_json_lines(found: Found, text: io.StringIO) -> _Sheet:
    rows: list[dict[str, Any]] = []
    for row in read_text_rows(text, JSON_LINES_ENDINGS[0]):
        if row.values is None:
            why = f"{row.place} {row.problem}"
            raise UnreadableFileError(why)
        rows.append(row.values)
    return _Sheet(found, rows, list(dict.fromkeys(name for row in rows for name in row)))


def _from_csv(found: Found, text: io.StringIO) -> _Sheet:
    head = text.getvalue().lstrip().partition("\n")[0]
    separator = max("\t;,|", key=lambda mark: (head.count(mark), mark == ","))
    lines = (line.replace("\0", "") for line in text)
    try:
        heading, *rows = [row for row in read_csv(lines, separator) if any(row)] or [[]]
    except csv.Error as error:
        why = f"it is not CSV: {error}"
        raise UnreadableFileError(why) from error
    if not heading:
        why = "it is empty"
        raise UnreadableFileError(why)
    names = [as_text(name) or f"column {number}" for number, name in enumerate(heading, start=1)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        why = f"two of its columns are named {twice!r}"
        raise UnreadableFileError(why)
    named = [dict(zip(names, row, strict=False)) for row in rows]
    return _Sheet(found, named, names, comma=separator != ",")


def guess_columns(
    names: Sequence[str],
    numeric: Collection[str],
    stated: Mapping[str, str],
    tasks: Sequence[str] | None = None,
) -> Columns:
    """Guess what each column of a table is.

    Args:
        names: The columns.
        numeric: Those that hold numbers.
        stated: Columns that `site.toml` states, by column of the schema.
        tasks: Columns that are tasks, if `site.toml` states them.

    Raises:
        UnreadableFileError: A stated column is missing, or there is no model, task or score.
    """
    odd = [name for name in stated if name not in _SYNONYMS]
    if odd:
        hint = did_you_mean(odd[0], _SYNONYMS, "names")
        why = f"[import.columns] of site.toml names {odd[0]!r}. {hint}"
        raise UnreadableFileError(why.strip())
    absent = [name for name in (*stated.values(), *(tasks or ())) if name not in names]
    if absent:
        why = f"site.toml names the column {absent[0]!r}; the file has {', '.join(names[:12])}"
        raise UnreadableFileError(why)
    named = dict(stated)
    for meaning, words in _SYNONYMS.items():
        free = [name for name in names if name not in named.values() and name not in (tasks or ())]
        match = _first_match(free, words.split())
        if meaning not in named and match is not None:
            named[meaning] = match
    free = [name for name in names if name not in named.values()]
    errors = {
        column: name
        for name in free
        for column in free
        if _plain(name) in (f"{_plain(column)}_stderr", f"{_plain(column)}_se")
    }
    values = [
        name
        for name in free
        if name in numeric and _plain(name) not in _DERIVED and name not in errors.values()
    ]
    has_model, has_task = "model" in named, "task" in named and tasks is None
    if has_model and has_task:
        return _long(named, free, values)
    if not has_model and not has_task:
        why = "it has no column of models or tasks; name them under [import.columns] in site.toml"
        raise UnreadableFileError(why)
    return _wide(named, free, errors, values if tasks is None else list(tasks))


def _first_match(names: Sequence[str], words: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[word] for word in words if word in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _long(named: dict[str, str], free: list[str], values: list[str]) -> Columns:
    if "score" not in named and len(values) != 1:
        found = f"several columns of numbers, {', '.join(values)}" if values else "no numbers"
        why = f"it has {found}; name the column of scores under [import.columns] in site.toml"
        raise UnreadableFileError(why)
    score = named.setdefault("score", values[0] if values else "")
    is_metric = _plain(score) not in _SYNONYMS["score"].split()
    unused = tuple(name for name in free if name != score)
    return Columns(named, "", (), {}, unused, score if is_metric else "")


def _wide(
    named: dict[str, str], free: list[str], errors: Mapping[str, str], further: list[str]
) -> Columns:
    if not further:
        why = "it has no column of scores"
        raise UnreadableFileError(why)
    across = "tasks" if "model" in named else "models"
    used = {column: name for column, name in errors.items() if column in further}
    unused = [name for name in free if name not in (*further, *used.values())]
    return Columns(named, across, tuple(further), used, tuple(unused))


def _scores(sheet: _Sheet, columns: Columns) -> tuple[list[_Score], list[Skipped]]:
    scores: list[_Score] = []
    skipped: list[Skipped] = []
    for row_number, row in enumerate(sheet.rows, start=1):
        values = {name: row.get(column) for name, column in columns.named.items()}
        for model, task, metric, column, error in _cells(columns, row, values):
            where, value = f"{sheet.found.shown}: row {row_number}", row.get(column)
            number = parse_number(value, comma=sheet.comma)
            if is_blank(value):
                continue
            if number is None:
                skipped.append(Skipped(where, f"{str(value)[:40]!r} is not a number", "row"))
            elif not model or not task:
                what = "model" if not model else "task"
                skipped.append(Skipped(where, f"it names no {what}", "row"))
            else:
                number = replace(number, is_percent=number.is_percent or "%" in column)
                scores.append(_Score(row_number, model, task, metric, number, error, values))
    return scores, skipped


def _cells(
    columns: Columns, row: dict[str, Any], values: dict[str, Any]
) -> Iterator[tuple[str, str, str, str, Any]]:
    """Yield model, task, metric, column and standard error of each score of a row."""
    model, task = _word(values.get("model")), _word(values.get("task"))
    metric = _word(values.get("metric")) or columns.metric
    if not columns.across:
        yield model, task, metric, columns.named["score"], values.get("stderr")
    for name in columns.further:
        error = row.get(columns.errors.get(name, ""))
        if columns.across == "tasks":
            yield model, as_text(name), metric, name, error
        else:
            yield as_text(name), task, metric, name, error


def _word(value: object) -> str:
    return as_text(value if isinstance(value, str) else "" if is_blank(value) else str(value))


def _reading(sheet: _Sheet, scores: Sequence[_Score], options: ImportOptions) -> Reading:
    """Make a reading; a task with two metrics becomes two tasks."""
    metrics: dict[str, set[str]] = {}
    for score in scores:
        metrics.setdefault(score.task, set()).add(score.metric)
    by_task: dict[str, list[_Score]] = {}
    for score in scores:
        several = len(metrics[score.task]) > 1 and score.metric
        task = f"{score.task} ({score.metric})" if several else score.task
        by_task.setdefault(task, []).append(score)
    return joined(_of_task(sheet, task, cells, options) for task, cells in by_task.items())


def _of_task(sheet: _Sheet, task: str, scores: Sequence[_Score], options: ImportOptions) -> Reading:
    first = scores[0]
    stated = {name: _typed(name, first.values.get(name)) for name in _OF_TASKS}
    bounds = bounds_of([score.number for score in scores], first.metric, options.scale)
    if bounds == "unclear" and stated["score_max"] is None:
        largest = max(score.number.value for score in scores)
        return Reading(
            measures=tuple(_imported(sheet, task, score) for score in scores),
            unclear=(f"{sheet.found.shown}: {largest:g} of task {task!r}",),
        )
    kept, out = list(scores), []
    if isinstance(bounds, tuple) and stated["score_max"] is None:
        stated |= {"score_min": bounds[0], "score_max": bounds[1]}
        kept = [score for score in scores if score.number.value <= bounds[1]]
        out = [score for score in scores if score.number.value > bounds[1]]
    models = {s.model: {n: _typed(n, s.values.get(n)) for n in _OF_MODELS} for s in reversed(kept)}
    return Reading(
        measures=tuple(_imported(sheet, task, score) for score in kept),
        models=tuple(ImportedRow(model, values) for model, values in models.items()),
        tasks=(ImportedRow(task, {"metric": first.metric or None, **stated}),),
        skipped=tuple(
            Skipped(
                f"{sheet.found.shown}: row {s.row}",
                f"{s.number.value:g} is not a proportion",
                "row",
            )
            for s in out
        ),
    )


def _imported(sheet: _Sheet, task: str, score: _Score) -> ImportedScore:
    values = score.values
    error = parse_number(score.error, comma=sheet.comma)
    n = parse_number(values.get("n_examples"), comma=sheet.comma)
    moment = moment_of(_word(values.get("date")))
    return ImportedScore(
        model=score.model,
        task=task,
        score=score.number.value,
        stderr=as_error(error.value) if error else None,
        n_examples=as_count(n.value) if n else None,
        date=day_of(moment),
        source=_word(values.get("source")) or sheet.found.shown,
        command=_word(values.get("command")) or None,
        flag=_word(values.get("flag")) or None,
        base=_word(values.get("base")) or None,
        variant=_word(values.get("variant")) or None,
        time=time_of(moment, sheet.found.path),
    )


def _typed(name: str, value: object) -> str | float | bool | None:
    """Return a value of a model or task in the type of its column."""
    if is_blank(value):
        return None
    if name in ("score_min", "score_max", "parameters_b"):
        number = parse_number(value, comma=False)
        return number.value if number else None
    if name == "higher_is_better":
        word = _word(value).casefold()
        return word in _TRUE if word in (*_TRUE, *_FALSE) else None
    return day_of(moment_of(_word(value))) if name == "release_date" else _word(value) or None


def is_blank(value: object) -> bool:
    """Return whether a cell has no value: empty, a dash, `n/a`, NaN."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str) and value.strip().casefold() in _BLANK)


def parse_number(value: object, *, comma: bool) -> ParsedNumber | None:
    """Return the number in a cell, or None.

    Args:
        value: The cell.
        comma: Whether `0,71` is a number, as in files with semicolons between cells.
    """
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

    Returns:
        The bounds; None if the scores have another unit; `unclear` if they may be percentages.
    """
    values = [number.value for number in numbers]
    low, high = min(values), max(values)
    if low < 0 or high > 100 or is_lower_better(metric):
        return None
    if all(number.is_percent for number in numbers):
        return (0.0, 100.0)
    if high <= 1:
        return (0.0, 100.0) if scale == "percent" else (0.0, 1.0)
    if scale is not None:
        return {"percent": (0.0, 100.0), "proportion": (0.0, 1.0), "other": None}[scale]
    is_percent = is_share(metric) and not any(0 < value <= 1 for value in values)
    return (0.0, 100.0) if is_percent else "unclear"
