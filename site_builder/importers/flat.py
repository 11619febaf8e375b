"""Tables of scores, long or wide: CSV, TSV, Parquet, JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from site_builder.importers.files import (
    Found,
    UnreadableError,
    as_count,
    as_error,
    as_text,
    day_of,
    find_files,
    moment_of,
    parse_json,
    read_bytes,
    read_each,
    time_of,
)
from site_builder.importers.flat_columns import (
    OF_MODELS,
    OF_TASKS,
    Columns,
    NoColumnsError,
    guess_columns,
)
from site_builder.importers.flat_values import Cell, bounds_of, is_nothing, read_cell
from site_builder.importers.records import Facts, Measure, Options, Reading, Skipped, joined
from site_builder.records import Record, replace

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
    cell: Cell
    error: Any
    values: dict[str, Any]


def read_flat(path: Path, options: Options) -> Reading:
    """The scores of a table, or of every table in a folder.

    Long tables have a score a row. Wide ones have a row a model and a column a task, or the other
    way round. Which column is what is guessed by the names, told in a note, and settable.

    Args:
        path: The file or folder.
        options: `columns`, `task_columns` and `scale` count here.
    """
    return read_each(find_files(path), lambda found: _read(found, options))


def _read(found: Found, options: Options) -> Reading:
    try:
        sheet = _sheet(found)
        numeric = {name for name in sheet.names if _is_numeric(sheet, name)}
        columns = guess_columns(sheet.names, numeric, options.columns, options.task_columns)
    except NoColumnsError as error:
        raise UnreadableError(str(error)) from error
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
        raise UnreadableError(why)
    content = read_bytes(found.path)
    if suffix == ".parquet":
        return _from_parquet(found)
    return _from_csv(found, content) if suffix in (".csv", ".tsv") else _from_lines(found, content)


def _from_parquet(found: Found) -> _Sheet:
    try:
        frame = pd.read_parquet(found.path)
    except (OSError, ValueError) as error:
        why = f"it is not Parquet, or damaged: {str(error).partition(chr(10))[0]}"
        raise UnreadableError(why) from error
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
            raise UnreadableError(why)
        rows.append(value)
    names = dict.fromkeys(name for row in rows for name in row)
    return _Sheet(found, rows, list(names), comma=False)


def _from_csv(found: Found, content: bytes) -> _Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "it is not UTF-8 text; save it as UTF-8"
        raise UnreadableError(why) from error
    head = text.lstrip().partition("\n")[0]
    mark = max("\t;,|", key=lambda mark: (head.count(mark), mark == ","))
    lines_of = io.StringIO(text.replace("\0", ""), newline=None)
    try:
        lines = [line for line in csv.reader(lines_of, delimiter=mark) if any(line)]
    except csv.Error as error:
        why = f"it is not CSV: {error}"
        raise UnreadableError(why) from error
    if not lines:
        why = "it is empty"
        raise UnreadableError(why)
    names = [as_text(name) or f"column {place}" for place, name in enumerate(lines[0], start=1)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        why = f"two of its columns are named {twice!r}"
        raise UnreadableError(why)
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


def _reading(sheet: _Sheet, scores: Sequence[_Score], options: Options) -> Reading:
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


def _of_task(sheet: _Sheet, task: str, scores: Sequence[_Score], options: Options) -> Reading:
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
        models=tuple(Facts(model, facts) for model, facts in models.items()),
        tasks=(Facts(task, {"metric": first.metric or None, **stated}),),
        skipped=tuple(skipped),
    )


def _measure(sheet: _Sheet, task: str, score: _Score) -> Measure:
    values = score.values
    error = read_cell(score.error, comma=sheet.comma)
    n = read_cell(values.get("n_examples"), comma=sheet.comma)
    moment = moment_of(_word(values.get("date")))
    return Measure(
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
