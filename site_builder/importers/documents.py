"""Hold the rows of a table, and make them of the objects and lists in a JSON or YAML document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeGuard

from site_builder.formatting import counted, listed
from site_builder.importers.cells import Marks, ParsedNumber, parse_number, start_of
from site_builder.importers.reading import Found
from site_builder.importers.values import (
    CELLS,
    ROWS,
    UnreadableFileError,
    as_list,
    as_number,
    as_text,
)
from site_builder.records import CachingRecord, field, replace
from site_builder.tables.metrics import measure_of, metric_in, plain_name

_MAX_DEPTH = 8  # of objects in objects
NAME, BOARD = "name", "board"
_TITLES = (NAME, "title", "id")
_HEADS = ("columns", "column_names", "headers", "header", "fields", "names")
_FAMILY = re.compile(
    r"(gpt|claude|llama|gemini|gemma|mi[sx]tral|qwen|deepseek|phi|grok|kimi|glm|o\d)(\b|[-_\d])",
    re.IGNORECASE,
)
_MODELS = ("model", "model_name", "model_id")
_RESULTS = ("results", "scores", "evals", "evaluations", "benchmarks", "tasks", "metrics")
_TASKS = (NAME, "task", "task_name", "benchmark", "dataset", "eval")


class Sheet(CachingRecord):
    """The rows of a table.

    Attributes:
        marks: What points and commas in its numbers stand for.
        deep: Columns of what lies deep in a document, or beside the only record: what they hold is
            not guessed.
        is_across: Whether the rows are objects by name that hold nothing but numbers: nothing tells
            whether their names are models or tasks.
        notes: What was assumed to read it.
        counts: Columns of numbers of entries, which are at least 0.
        units: The unit that all cells of a column state, by its name.
    """

    found: Found
    rows: list[dict[str, Any]]
    names: list[str]
    marks: Marks = Marks()
    deep: frozenset[str] = frozenset()
    is_across: bool = False
    notes: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    def cells(self, column: str) -> list[Any]:
        """Return what the rows have in a column."""
        return [row.get(column) for row in self.rows]

    def texts(self, column: str) -> list[str]:
        """Return the start of what each cell of a column says."""
        return [start_of(cell) for cell in self.cells(column)]

    def numbers(self, column: str) -> list[ParsedNumber]:
        """Return the numbers in a column."""
        if column not in self._numbers:
            found = (parse_number(cell, self.marks) for cell in self.cells(column))
            self._numbers[column] = [number for number in found if number]
        return self._numbers[column]

    @cached_property
    def _numbers(self) -> dict[str, list[ParsedNumber]]:
        return {}


def sheet_of(file: Found, document: object) -> Sheet:
    """Return the rows of lists of objects, boards or columns, or of objects by name; else one."""
    if _is_records(document):
        return _of_records(file, _of_boards(document) or _of_models(document) or document)
    if isinstance(document, dict) and document:
        ways = (_of_columns, _of_lists, _of_names)
        found = next(filter(None, (way(file, document) for way in ways)), None)
        lists = [value for value in document.values() if _is_records(value)]
        if found or not any(map(_has_numbers, lists)):
            return found or _of_records(file, [document], is_single=True)
        tables = {k: v for k, v in document.items() if _is_records(v) and _has_numbers(v)}
        shown = listed([f"{k!r} ({counted(len(v), 'row')})" for k, v in tables.items()], most=6)
        why = f"it has several tables, {shown}, and nothing tells which has the scores"
        fix = "Write the list with the scores into a file of its own."
        raise UnreadableFileError(why=why, fix=fix)
    why = "it is no table: neither a list of objects nor objects by name"
    raise UnreadableFileError(why=why)


def _is_records(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _has_numbers(rows: list[dict[str, Any]]) -> bool:
    """Return whether a list may be a table; those of texts, such as links, are about others."""
    return any({*map(type, row.values())} - {str} for row in rows)


def _is_objects(value: object) -> TypeGuard[dict[str, dict[str, Any]]]:
    return (
        isinstance(value, dict) and bool(value) and all(isinstance(v, dict) for v in value.values())
    )


def _of_records(file: Found, records: list[dict[str, Any]], *, is_single: bool = False) -> Sheet:
    """Make rows of objects; what an object in one holds has columns such as `pass@1.easy`."""
    rows = [dict(_flat(record, _MAX_DEPTH)) for record in ROWS.take(records)]
    plain = {name for record in records for name, _ in _flat(record, 1) if not is_single}
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Sheet(file, rows, names, deep=frozenset(names) - plain)


def _flat(record: Mapping[str, Any], most: int) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and most:
            yield from ((f"{name}.{inner}", part) for inner, part in _flat(value, most - 1))
        else:
            yield str(name), value


def _of_boards(boards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a list of boards, each with the only list in it; else none."""
    rows: list[dict[str, Any]] = []
    for board in boards:
        lists = [value for value in board.values() if _is_records(value)]
        title = next((as_text(board[key]) for key in _TITLES if as_text(board.get(key))), "")
        if len(lists) != 1 or not title:
            return []
        scalars = {k: v for k, v in board.items() if not isinstance(v, dict | list)}
        more = {f"{BOARD}.{k}": v for k, v in scalars.items() if k not in _TITLES}
        rows += [{BOARD: title, **more, **row} for row in lists[0]]
    return rows


def _of_models(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a list of models, each with the only list in it; else none.

    `[{"model": "m", "results": [{"name": "a", "score": 1}]}]`: what these name are tasks.
    """
    rows: list[dict[str, Any]] = []
    for record in records:
        lists = [v for k, v in record.items() if _is_records(v) and plain_name(k) in _RESULTS]
        shared = {k: v for k, v in record.items() if not _is_records(v)}
        named = {key for row in lists[0] for key in row} if len(lists) == 1 else {*shared}
        is_named = any(as_text(record.get(key)) for key in _MODELS) and not named.isdisjoint(_TASKS)
        if named & {*shared} or not is_named:
            return []
        title = NAME if "task" in named else "task"
        rows += [{**shared, **{title if k == NAME else k: row[k] for k in row}} for row in lists[0]]
    return rows


def _of_columns(file: Found, document: dict[str, Any]) -> Sheet | None:
    """Return the rows of lists by column, or of a list of columns beside a list of rows."""
    heads, lists = document.get("header"), document.get("rows")
    if _is_records(heads) and lists and all(map(_is_records, as_list(lists))):  # as HELM writes it
        names = [as_text(head.get("value")) for head in heads]
        return _of_grid(file, names, [[cell.get("value") for cell in row] for row in lists])
    values: list[Any] = [v for v in document.values() if isinstance(v, list | dict)]
    if all(isinstance(v, list) and not _is_records(v) for v in values) and len(values) > 1:
        heads = [
            v
            for key, v in document.items()
            if isinstance(v, list)
            and all(isinstance(name, str) for name in v)
            and (plain_name(str(key)) in _HEADS or len(values) == len(document))
        ]
        tables = [v for v in values if v and all(isinstance(row, list) for row in v)]
        if len(heads) == len(tables) == 1:
            return _of_grid(file, heads[0], tables[0])
        if not tables and len({*map(len, values)}) == 1 and len(values) == len(document):
            return _of_grid(file, [*map(str, document)], [*map(list, zip(*values, strict=True))])
    if _is_objects(document) and len({tuple(v) for v in document.values()}) == 1:
        numbers = [*next(iter(document.values()))]
        if all(str(number).isdecimal() for number in numbers):  # as pandas writes a table
            grid = [[column[number] for column in document.values()] for number in numbers]
            return _of_grid(file, [*map(str, document)], grid)
    return None


def _of_grid(file: Found, names: list[str], rows: list[list[Any]]) -> Sheet | None:
    if len({*names}) < len(names) or any(len(row) != len(names) for row in rows):
        return None
    CELLS.check(len(rows) * len(names))
    return _of_records(file, [dict(zip(names, row, strict=True)) for row in ROWS.take(rows)])


def _of_lists(file: Found, document: dict[str, Any]) -> Sheet | None:
    """Return the rows of the only list in an object, or of several as boards."""
    lists = {str(key): value for key, value in document.items() if _is_records(value)}
    tables = {key: value for key, value in lists.items() if _has_numbers(value)}
    if len(tables) == 1:
        (rows,) = tables.values()
        return _of_records(file, _of_boards(rows) or _of_models(rows) or rows)
    if len(tables) > 1 and len(tables) == len(document):
        rows = [{BOARD: key, **row} for key, of in tables.items() for row in of]
        return _of_records(file, _of_metrics(tables) or rows)
    return None


def _of_metrics(tables: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return a row for each score of lists by task, of which each has one metric; else none.

    `{"a": [{"model": "m", "accuracy": 1}], "b": [{"model": "m", "bleu": 2}]}`. With the same metric
    in all, nothing tells whether the lists are tasks.
    """
    rows, metrics = list[dict[str, Any]](), set[str]()
    for task, of in tables.items():
        found = {n for row in of for n in row if metric_in(n) and not measure_of(n)}
        if len(found) != 1 or any({"task", "metric", "score"} & {*row} for row in of):
            return []
        (metric,) = found
        metrics.add(metric)
        for row in of:
            others = {name: value for name, value in row.items() if name != metric}
            rows.append({"task": task, "metric": metric, "score": row.get(metric), **others})
    return rows if len(metrics) > 1 else []


def _of_names(file: Found, document: dict[str, Any]) -> Sheet | None:
    """Return the rows of objects by name, which may lie one level deeper beside single values."""
    inside = [key for key, value in document.items() if _is_objects(value)]
    others = [value for value in document.values() if isinstance(value, dict | list)]
    if len(inside) == len(others) == 1:
        shared = {k: v for k, v in document.items() if isinstance(v, str)}
        found = _named(file, document[inside[0]], str(inside[0]), shared)
        if numbers := [str(k) for k, v in document.items() if as_number(v) is not None]:
            what = f"of the whole file, and no score: {listed(numbers)}"
            found = replace(found, notes=(*found.notes, what))
        return found
    return _named(file, document, "", {}) if _is_objects(document) else None


def _named(
    file: Found, objects: dict[str, dict[str, Any]], word: str, shared: dict[str, Any]
) -> Sheet:
    """Return a row for each of some objects by name, with what is `shared` by all.

    Where the document names its model, they are tasks. Entries of them that have no score are
    counted, below the `word` that names them all.
    """
    leaves = (leaf for of in objects.values() for leaf in _flat(of, _MAX_DEPTH))
    lasts = (name.rpartition(".")[2] for name, v in leaves if as_number(v) is not None)
    # Versions, costs and counts are no scores.
    if word and all(map(_is_objects, objects.values())) and all(map(measure_of, lasts)):
        rows = [{**shared, NAME: str(name), word: len(of)} for name, of in objects.items()]
        what = f"what stands in {word!r} has no score, so it is counted"
        return replace(_of_records(file, rows), counts=(word,), notes=(what,))
    key = "task" if any(as_text(shared.get(name)) for name in _MODELS) else NAME
    found = _of_records(file, [{**shared, key: str(name), **of} for name, of in objects.items()])
    inside = (value for _, value in _flat(objects, _MAX_DEPTH))
    is_plain = key == NAME and all(v is None or as_number(v) is not None for v in inside)
    is_named = 2 * sum(map(_is_hub_id, objects)) >= len(objects)
    return replace(found, is_across=is_plain and not is_named)


def _is_hub_id(name: object) -> bool:
    return re.match(r"[\w.@-]+(/|--)\w", str(name)) is not None


def looks_like_model(name: object) -> bool:
    """Return whether a name has the form of those on Hugging Face, `org/model`, or of a family."""
    return _is_hub_id(name) or _FAMILY.match(str(name)) is not None
