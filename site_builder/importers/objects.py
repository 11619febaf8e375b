"""Read a JSON or YAML object for each run: a model, what else it states, and results by task."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from site_builder.importers.columns import SYNONYMS
from site_builder.importers.merge import RESERVED
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    joined,
    of_files,
)
from site_builder.importers.sheets import parse_yaml
from site_builder.importers.values import (
    CELLS,
    SCORES,
    JsonObject,
    UnreadableFileError,
    as_count,
    as_link,
    as_list,
    as_number,
    as_positive,
    as_text,
    read_json,
    read_text,
    stated_days,
)
from site_builder.records import replace
from site_builder.tables.metrics import plain_name
from site_builder.tables.schema import MEASURES

_RESULTS = ("results", "scores", "metrics", "evaluations", "benchmarks")
"""Names of the object with the results, in lower case."""
_PRIVATE = ("contact", "email")
"""Words in names of what is nobody's business."""
_COUNTS = ("n_examples", "num_examples", "n_samples", "num_samples", "n")
_ERRORS = ("stderr", "standard_error", "std_err")
_TAKEN = RESERVED.difference(MEASURES)
_MAX_DEPTH = 3


@of_files
def read_objects(found: Found, options: ImportOptions) -> Reading:
    """Read an object or a list of them; other numbers of a task are measures beside its score."""
    found.check_ending(".json", ".yaml", ".yml")
    is_json = found.path.suffix.lower() == ".json"
    document = read_json(found.path) if is_json else parse_yaml(read_text(found.path))
    objects = [JsonObject(item) for item in as_list(document) or [document]]
    runs = [(one, *_results(one)) for one in objects]
    named = [run for run in runs if run[2] and (_model(run[0]) or options.model)]
    if not named:
        why = "it is no object with a model and an object `results` of tasks"
        raise UnreadableFileError(why=why)
    sizes = [len(values) + 1 for _, _, results in named for values in results.values()]
    SCORES.check(sum(sizes))
    CELLS.check(sum(size**2 for size in sizes))  # each score has the others as measures
    readings = [
        _read_object(found, *run, options, f", object {n}" if len(named) > 1 else "")
        for n, run in enumerate(named, start=1)
    ]
    if not any(reading.measures for reading in readings):
        skipped = (one for reading in readings for one in reading.skipped)
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *skipped))
    return joined(readings)


def _model(document: JsonObject) -> str:
    plain = {plain_name(name): name for name in document}
    names = (plain[name] for name in SYNONYMS["model"] if name in plain)
    return next(filter(None, (document.text(name) for name in names)), "")


def _results(document: JsonObject) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the name of the object with the results, and the values of each task in it."""
    for name, value in document.items():
        if plain_name(name) in _RESULTS and (tasks := _tasks(value)):
            return name, tasks
    return "", {}


def _tasks(value: object) -> dict[str, dict[str, Any]]:
    """Return the values of each task; a number by itself has no metric."""
    if not isinstance(value, dict):
        return {}
    tasks: dict[str, dict[str, Any]] = {}
    for name, values in value.items():
        if as_number(values) is not None:
            tasks[as_text(str(name))] = {"": values}
        elif isinstance(values, dict):
            tasks[as_text(str(name))] = values
        elif values is not None:
            return {}
    tasks.pop("", None)
    is_any = any(as_number(v) is not None for values in tasks.values() for v in values.values())
    return tasks if is_any else {}


def _read_object(
    found: Found,
    document: JsonObject,
    name: str,
    results: Mapping[str, Mapping[str, Any]],
    options: ImportOptions,
    place: str,
) -> Reading:
    """Read one run; `place` tells where in the file it stands."""
    model = _model(document) or options.model
    fields = dict(_fields({k: v for k, v in document.items() if k != name}))
    facts: dict[str, str | None] = {column: _fact(fields, column) or None for column in _FACTS}
    text = _fact(fields, "date")
    released = [_fact(fields, "release_date")]
    (facts["release_date"],) = stated_days("release_date", released, options.date_unit)
    (date,) = stated_days("date", [text], options.date_unit)
    link = as_link(_fact(fields, "source")) or ""
    provenance = found.dated(text, date, link)
    record = f"{found.shown}{place}"
    run = ImportedScore(model, "", math.nan, fields=fields, record=record, **provenance)
    scores = [
        score
        for task, values in results.items()
        for score in _scores(replace(run, task=task), values)
    ]
    return Reading(tuple(scores), models=(ImportedRow(model, facts),))


_FACTS = ("developer", "family", "license", "hf_id")


def _fact(fields: Mapping[str, str], column: str) -> str:
    """Return the value of a field by the names that tables use for a column."""
    words = {
        plain_name(name.rpartition(".")[2]): value for name, value in reversed([*fields.items()])
    }
    names = [*SYNONYMS[column], *(f"model_{name}" for name in SYNONYMS[column])]
    return next((words[name] for name in names if words.get(name)), "")


def _fields(values: Mapping[str, Any], path: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers of an object by name, those in objects as `methodology.notes`."""
    for key, value in values.items():
        name = as_text(str(key))
        if any(word in plain_name(name).split("_") for word in _PRIVATE):
            continue
        if isinstance(value, dict) and len(path) + 1 < _MAX_DEPTH:
            yield from _fields(value, (*path, name))
        elif isinstance(value, str | int | float) and (text := as_text(str(value))):
            yield ".".join((*path, name)), text


def _scores(run: ImportedScore, values: Mapping[str, Any]) -> Iterator[ImportedScore]:
    """Yield the numbers of a task as scores, each with the others as its measures."""
    named = {as_text(str(name)): value for name, value in values.items()}
    about = ("", *_COUNTS, *_ERRORS)
    numbers = {n: v for n, value in named.items() if (v := as_number(value)) is not None}
    n = next((as_count(numbers[name]) for name in _COUNTS if name in numbers), None)
    error = next(filter(None, (as_positive(numbers.get(name)) for name in _ERRORS)), None)
    texts = dict(_fields({name: v for name, v in named.items() if isinstance(v, str | bool)}))
    metrics = {name: v for name, v in numbers.items() if name not in about or not name}
    # A measure has the name of no other column.
    columns = {name: f"{name}_" if name in _TAKEN else name for name in metrics}
    for metric, score in metrics.items():
        others = {columns[name]: v for name, v in metrics.items() if name not in (metric, "")}
        yield replace(
            run,
            score=score,
            metric=metric,
            stderr=error,
            n_examples=n,
            measures=others,
            fields={**run.fields, **texts},
        )
