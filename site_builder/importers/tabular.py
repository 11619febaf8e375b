"""Read CSV, TSV, Parquet, JSON lines: which column is what."""

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
    parse_json,
    read_bytes,
    read_each,
    time_of,
)
from site_builder.importers.select import is_lower_better, is_share
from site_builder.records import Record, replace

_NOTHING = frozenset(
    ("", "-", "\N{EN DASH}", "\N{EM DASH}", "?", "n/a", "na", "nan", "none", "null", "tbd", "tba")
)
# A number, perhaps in bold, with a percent sign, and what comes behind a plus-minus sign.
_CELL = re.compile(
    r"[*_ ]*(?P<number>[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(?P<percent>%?)[*_ ]*"
    r"(?P<spread>(?:\N{PLUS-MINUS SIGN}|\+/-).*)?",
    re.IGNORECASE | re.ASCII,
)


class ParsedNumber(Record):
    """A number of a cell.

    Attributes:
        value: The number as it is written; 71.3 for `71.3%`.
        is_percent: Whether it has a percent sign.
        has_spread: Whether something stood behind a plus-minus sign, which may be any spread.
    """

    value: float
    is_percent: bool = False
    has_spread: bool = False


def is_nothing(value: object) -> bool:
    """Whether a cell says that there is no score."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def read_cell(value: object, *, comma: bool) -> ParsedNumber | None:
    """The number of a cell; None where it holds none.

    Args:
        value: The cell.
        comma: Whether `0,71` is a number, as in files whose cells are parted by semicolons.
    """
    if not isinstance(value, str):
        number = as_number(value)
        return None if number is None else ParsedNumber(number)
    match = _CELL.fullmatch(value.strip())
    if match is None or ("," in match["number"] and not comma):
        return None
    number = as_number(float(match["number"].replace(",", ".")))
    return (
        None
        if number is None
        else ParsedNumber(number, bool(match["percent"]), bool(match["spread"]))
    )


def bounds_of(
    cells: Sequence[ParsedNumber], metric: str, scale: ScoreScale | None
) -> tuple[float, float] | Literal["unclear"] | None:
    """Least and greatest score possible of a task, by the scores that there are of it.

    Returns:
        The bounds; None where the scores have a unit of their own; `unclear` where the scores may
        be percentages or have another unit.
    """
    values = [cell.value for cell in cells]
    low, high = min(values), max(values)
    if low < 0 or high > 100 or is_lower_better(metric):
        return None
    if all(cell.is_percent for cell in cells):
        return (0.0, 100.0)
    if high <= 1:
        return (0.0, 100.0) if scale == "percent" else (0.0, 1.0)
    if scale is not None:
        return {"percent": (0.0, 100.0), "proportion": (0.0, 1.0), "other": None}[scale]
    small = [value for value in values if 0 < value <= 1]
    return (0.0, 100.0) if is_share(metric) and not small else "unclear"


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
OF_MODELS = ("developer", "family", "license", "parameters_b", "hf_id", "release_date")
"""Columns that say something of a model, wherever its row stands."""
OF_TASKS = ("category", "higher_is_better", "score_min", "score_max")
"""Columns that say something of a task."""
# Numbers that are made of the scores, or count rows.
_DERIVED = (
    "average", "avg", "mean", "mean_score", "overall", "total", "rank", "index", "id", "no",
    "unnamed_0",
)  # fmt: skip


class Columns(Record):
    """What the columns of a table are.

    Attributes:
        named: Column of the table by the column of the contract that it holds.
        across: `tasks` where every further column is a task, `models` where it is a model, empty
            where every row is one score.
        further: These columns.
        errors: Column with the standard error of such a column.
        unused: Columns that nothing is made of.
        metric: The metric of all scores, where the column of scores is named by it.
    """

    named: Mapping[str, str]
    across: str
    further: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""

    def text(self) -> str:
        """The guess on one line, for whoever imports to look at."""
        shape = {"": "a score a row", "tasks": "a task a column", "models": "a model a column"}
        parts = [f"{name} = {column!r}" for name, column in self.named.items()]
        parts += [f"{self.across} = {', '.join(self.further)}"] if self.across else []
        parts += [f"not used: {', '.join(self.unused)}"] if self.unused else []
        return f"{shape[self.across]}; {'; '.join(parts)}"


class NoColumnsError(Exception):
    """What the columns of a table are cannot be told; the message is the reason."""


def guess_columns(
    names: Sequence[str],
    numeric: Collection[str],
    told: Mapping[str, str],
    tasks: Sequence[str] | None = None,
) -> Columns:
    """What each column of a table is.

    Args:
        names: The columns.
        numeric: Those that hold numbers.
        told: Columns by the column of the contract that each holds; these are not guessed.
        tasks: Columns that are tasks, where somebody said it.

    Raises:
        NoColumnsError: What was told is not there, or there is no column of models or tasks.
    """
    odd = [name for name in told if name not in _SYNONYMS]
    if odd:
        hint = did_you_mean(odd[0], _SYNONYMS, "names")
        why = f"[import.columns] of site.toml names {odd[0]!r}. {hint}"
        raise NoColumnsError(why.strip())
    absent = [name for name in (*told.values(), *(tasks or ())) if name not in names]
    if absent:
        why = f"site.toml names the column {absent[0]!r}; the file has {', '.join(names[:12])}"
        raise NoColumnsError(why)
    named = dict(told)
    for meaning, words in _SYNONYMS.items():
        free = [name for name in names if name not in named.values() and name not in (tasks or ())]
        match = _first_match(free, words.split())
        if meaning not in named and match is not None:
            named[meaning] = match
    free = [name for name in names if name not in named.values()]
    return _shaped(named, free, numeric, tasks)


def _first_match(names: Sequence[str], words: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[word] for word in words if word in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _shaped(
    named: dict[str, str],
    free: list[str],
    numeric: Collection[str],
    tasks: Sequence[str] | None,
) -> Columns:
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
        why = "it has no column of models and none of tasks; name them under [import.columns]"
        raise NoColumnsError(why)
    further = list(tasks) if tasks is not None else values
    if not further:
        why = "it has no column of scores"
        raise NoColumnsError(why)
    across = "tasks" if has_model else "models"
    own = {column: name for column, name in errors.items() if column in further}
    unused = [name for name in free if name not in (*further, *own.values())]
    return Columns(named, across, tuple(further), own, tuple(unused))


def _long(named: dict[str, str], free: list[str], values: list[str]) -> Columns:
    if "score" not in named and len(values) != 1:
        few = (
            f"several columns of numbers, {', '.join(values)}" if values else "no column of numbers"
        )
        why = f"it has {few}; name the one with the scores under [import.columns] in site.toml"
        raise NoColumnsError(why)
    score = named.setdefault("score", values[0] if values else "")
    is_named = _plain(score) not in _SYNONYMS["score"].split()
    unused = tuple(name for name in free if name != score)
    return Columns(named, "", (), {}, unused, score if is_named else "")


ENDINGS = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class _Sheet(Record):
    """A table as it was read: its rows, and whether its numbers may have a decimal comma."""

    found: Found
    rows: list[dict[str, Any]]
    names: list[str]
    comma: bool


class _Score(Record):
    """One cell with a score: where it stands, and what of."""

    row: int
    model: str
    task: str
    metric: str
    cell: ParsedNumber
    error: Any
    values: dict[str, Any]


def read_flat(path: Path, options: ImportOptions) -> Reading:
    """The scores of a table, or of every table in a folder.

    Long tables have a score a row. Wide ones have a row a model and a column a task, or the other
    way round. Which column is what is guessed by the names, told in a note, and settable.

    Args:
        path: The file or folder.
        options: `columns`, `task_columns` and `scale` count here.
    """
    return read_each(find_files(path), lambda found: _read(found, options))


def _read(found: Found, options: ImportOptions) -> Reading:
    try:
        sheet = _sheet(found)
        numeric = {name for name in sheet.names if _is_numeric(sheet, name)}
        columns = guess_columns(sheet.names, numeric, options.columns, options.task_columns)
    except NoColumnsError as error:
        raise UnreadableFileError(str(error)) from error
    scores, skipped = _scores(sheet, columns)
    if not scores:
        return Reading(skipped=(Skipped(found.shown, "it holds no score"), *skipped))
    reading = _reading(sheet, scores, options)
    notes = (f"{found.shown}: {columns.text()}", *_spread_note(found, scores))
    return replace(reading, skipped=(*reading.skipped, *skipped), notes=notes, files=1)


def _sheet(found: Found) -> _Sheet:
    suffix = found.path.suffix.lower()
    if suffix not in ENDINGS:
        why = f"{suffix or 'no ending'} is none of {', '.join(ENDINGS)}"
        raise UnreadableFileError(why)
    content = read_bytes(found.path)
    if suffix == ".parquet":
        return _from_parquet(found)
    return _from_csv(found, content) if suffix in (".csv", ".tsv") else _from_lines(found, content)


def _from_parquet(found: Found) -> _Sheet:
    try:
        frame = pd.read_parquet(found.path)
    except (OSError, ValueError) as error:
        why = f"it is not Parquet, or damaged: {str(error).partition(chr(10))[0]}"
        raise UnreadableFileError(why) from error
    frame.columns = frame.columns.map(str)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]
    return _Sheet(found, rows, list(frame.columns), comma=False)


def _from_lines(found: Found, content: bytes) -> _Sheet:
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        value = parse_json(line) if line.strip() else None
        if value is None:
            continue
        if not isinstance(value, dict):
            why = f"line {number} holds no JSON object"
            raise UnreadableFileError(why)
        rows.append(value)
    names = dict.fromkeys(name for row in rows for name in row)
    return _Sheet(found, rows, list(names), comma=False)


def _from_csv(found: Found, content: bytes) -> _Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "it is not UTF-8 text; save it as UTF-8"
        raise UnreadableFileError(why) from error
    head = text.lstrip().partition("\n")[0]
    mark = max("\t;,|", key=lambda mark: (head.count(mark), mark == ","))
    lines_of = io.StringIO(text.replace("\0", ""), newline=None)
    try:
        lines = [line for line in csv.reader(lines_of, delimiter=mark) if any(line)]
    except csv.Error as error:
        why = f"it is not CSV: {error}"
        raise UnreadableFileError(why) from error
    if not lines:
        why = "it is empty"
        raise UnreadableFileError(why)
    names = [as_text(name) or f"column {place}" for place, name in enumerate(lines[0], start=1)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        why = f"two of its columns are named {twice!r}"
        raise UnreadableFileError(why)
    rows = [dict(zip(names, line, strict=False)) for line in lines[1:]]
    return _Sheet(found, rows, names, comma=mark != ",")


def _is_numeric(sheet: _Sheet, name: str) -> bool:
    """Whether a column holds numbers: at least half of what is filled in."""
    cells = [row.get(name) for row in sheet.rows if not is_nothing(row.get(name))]
    numbers = sum(read_cell(cell, comma=sheet.comma) is not None for cell in cells)
    return numbers > 0 and numbers >= len(cells) / 2


def _scores(sheet: _Sheet, columns: Columns) -> tuple[list[_Score], list[Skipped]]:
    scores: list[_Score] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(sheet.rows, start=1):
        values = {name: row.get(column) for name, column in columns.named.items()}
        for model, task, metric, column, error in _cells(columns, row, values):
            where, value = f"{sheet.found.shown}: row {number}", row.get(column)
            cell = read_cell(value, comma=sheet.comma)
            if is_nothing(value):
                continue
            if cell is None:
                skipped.append(Skipped(where, f"{str(value)[:40]!r} is no number", "row"))
            elif not model or not task:
                what = "model" if not model else "task"
                skipped.append(Skipped(where, f"it names no {what}", "row"))
            else:
                cell = replace(cell, is_percent=cell.is_percent or "%" in column)
                scores.append(_Score(number, model, task, metric, cell, error, values))
    return scores, skipped


def _cells(
    columns: Columns, row: dict[str, Any], values: dict[str, Any]
) -> Iterator[tuple[str, str, str, str, Any]]:
    """Model, task, metric, column and standard error of each score of a row."""
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
    return as_text(value if isinstance(value, str) else "" if is_nothing(value) else str(value))


def _reading(sheet: _Sheet, scores: Sequence[_Score], options: ImportOptions) -> Reading:
    """The scores as records; a task with two metrics is two tasks."""
    metrics: dict[str, dict[str, None]] = {}
    for score in scores:
        metrics.setdefault(score.task, {})[score.metric] = None
    by_task: dict[str, list[_Score]] = {}
    for score in scores:
        several = len(metrics[score.task]) > 1 and score.metric
        task = f"{score.task} ({score.metric})" if several else score.task
        by_task.setdefault(task, []).append(score)
    return joined(_of_task(sheet, task, own, options) for task, own in by_task.items())


def _of_task(sheet: _Sheet, task: str, scores: Sequence[_Score], options: ImportOptions) -> Reading:
    first = scores[0]
    stated = {name: _fact(name, first.values.get(name)) for name in OF_TASKS}
    bounds = bounds_of([score.cell for score in scores], first.metric, options.scale)
    if bounds == "unclear" and stated["score_max"] is None:
        worst = max(score.cell.value for score in scores)
        return Reading(
            measures=tuple(_measure(sheet, task, score) for score in scores),
            unclear=(f"{sheet.found.shown}: {worst:g} of task {task!r}",),
        )
    kept = list(scores)
    if isinstance(bounds, tuple) and stated["score_max"] is None:
        stated |= {"score_min": bounds[0], "score_max": bounds[1]}
        kept = [score for score in scores if score.cell.value <= bounds[1]]
    skipped = [
        Skipped(f"{sheet.found.shown}: row {s.row}", f"{s.cell.value:g} is no proportion", "row")
        for s in scores
        if s not in kept
    ]
    models = {s.model: {n: _fact(n, s.values.get(n)) for n in OF_MODELS} for s in reversed(kept)}
    return Reading(
        measures=tuple(_measure(sheet, task, score) for score in kept),
        models=tuple(ImportedRow(model, facts) for model, facts in models.items()),
        tasks=(ImportedRow(task, {"metric": first.metric or None, **stated}),),
        skipped=tuple(skipped),
    )


def _measure(sheet: _Sheet, task: str, score: _Score) -> ImportedScore:
    values = score.values
    error = read_cell(score.error, comma=sheet.comma)
    n = read_cell(values.get("n_examples"), comma=sheet.comma)
    moment = moment_of(_word(values.get("date")))
    return ImportedScore(
        model=score.model,
        task=task,
        score=score.cell.value,
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


def _fact(name: str, value: object) -> str | float | bool | None:
    """A fact of a model or task in the type that its column has."""
    if is_nothing(value):
        return None
    if name in ("score_min", "score_max", "parameters_b"):
        cell = read_cell(value, comma=False)
        return cell.value if cell else None
    if name == "higher_is_better":
        word = _word(value).casefold()
        return word in _TRUE if word in (*_TRUE, *_FALSE) else None
    return day_of(moment_of(_word(value))) if name == "release_date" else _word(value) or None


def _spread_note(found: Found, scores: Sequence[_Score]) -> list[str]:
    n = sum(score.cell.has_spread for score in scores)
    why = "the file does not say which spread that is"
    return (
        [f"{found.shown}: what stands behind \N{PLUS-MINUS SIGN} is left out ({n}): {why}"]
        if n
        else []
    )
