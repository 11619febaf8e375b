"""Read results and requests of the leaderboard template on Hugging Face."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from site_builder.formatting import counted, listed
from site_builder.importers.cells import ARROW, parse_number, without_arrows
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    find_files,
    read_each,
)
from site_builder.importers.values import (
    HUB_ID,
    SCORES,
    JsonObject,
    UnreadableFileError,
    as_text,
    known,
    moment_in_name,
)
from site_builder.records import replace
from site_builder.tables.metrics import direction_in

_RESULTS = ("results", "eval-results", "eval_results")
_REQUESTS = ("requests", "eval-queue", "eval_requests")
_FACTS = ("license", "model_type", "precision", "weight_type")
# Of a request that is finished, the results are elsewhere, or were taken out.
_STATUSES = {
    "PENDING": ("pending", ""),
    "RUNNING": ("pending", "its evaluation is running"),
    "RERUN": ("pending", "its evaluation runs again"),
    "FAILED": ("not_evaluated", "its evaluation failed"),
    "CANCELLED": ("not_evaluated", "its evaluation was cancelled"),
}
# Keys of the lm-evaluation-harness, whose files have a `config` of another kind.
_OTHERS = frozenset(("configs", "versions", "n-shot", "config_general"))


def is_template(document: JsonObject) -> bool:
    """Return whether a results file is one of the template: its `config` names a model."""
    config = document.object("config")
    is_other = not _OTHERS.isdisjoint(document) or not {"model", "model_args"}.isdisjoint(config)
    return bool(config.text("model_name")) and not is_other


def read_template(path: Path, options: ImportOptions) -> Reading:
    """Read the results at a path, with the requests there, or beside a folder of results.

    Later values of a task replace earlier ones of the same model. The option `subtasks` applies.
    """
    has_beside = path.is_dir() and path.name in _RESULTS
    folders = filter(Path.is_dir, (path.parent / name for name in _REQUESTS if has_beside))
    files = [*find_files(path), *chain.from_iterable(map(find_files, folders))]
    requests = dict(chain.from_iterable(_request(found) for found in files))

    def read(found: Found) -> Reading:
        document = found.object()
        if is_template(document) and document.object("results"):
            return _read_results(found, document, requests, options)
        if _model_of_request(document):
            return Reading()
        raise UnreadableFileError(why="it is no results file of the leaderboard template")

    reading = read_each(files, read)
    scored = {score.model for score in reading.measures}
    facts = (
        ImportedRow(model, _facts(model, about) | ({} if model in scored else _status(about)))
        for model, about in requests.items()
    )
    reading = replace(reading, models=(*reading.models, *facts))
    waiting = [about for model, about in requests.items() if model not in scored]
    if not waiting or not reading.measures:
        return reading
    return replace(reading, notes=(*reading.notes, _waiting_note(path, waiting)))


def _waiting_note(path: Path, waiting: Iterable[JsonObject]) -> str:
    """Return how many models have no results, by their status; the board lists these models."""
    statuses = Counter(about.text("status") or "no status" for about in waiting)
    counts = listed([f"{status} ({n})" for status, n in sorted(statuses.items())])
    return f"{path.name}: {counted(statuses.total(), 'request')} without results: {counts}"


def _status(request: JsonObject) -> dict[str, Any]:
    """Return the status and the reason by which the tables list a model without scores."""
    stated = request.text("status").upper()
    known = (of for word, of in _STATUSES.items() if stated.startswith(word))
    status, reason = next(known, (None, None))
    return {"status": status, "reason": reason or None}


def _request(found: Found) -> list[tuple[str, JsonObject]]:
    try:
        document = found.object()
    except UnreadableFileError:
        return []  # said where files are read one by one
    model = _model_of_request(document)
    return [(model, document)] if model else []


def _model_of_request(document: JsonObject) -> str:
    """Return the model that a request is for; empty if it is none."""
    is_one = {"status", "precision"} <= document.keys() and "results" not in document
    return _model(document.text("model")) if is_one else ""


def _model(name: str) -> str:
    """Return the name of a model without what no repository on the Hub ends in."""
    return name.rstrip("-./")


def _facts(model: str, request: JsonObject) -> dict[str, Any]:
    revision = request.text("revision")
    # The template writes a symbol before the type: `\N{LARGE GREEN CIRCLE} : pretrained`.
    texts = {name: request.text(name).rpartition(" : ")[2].strip("?") or None for name in _FACTS}
    return {
        **texts,
        "parameters_b": request.positive("params"),
        "revision": revision if revision not in ("", "main") else None,
        "submitted": request.day("submitted_time"),
        "hf_id": model if HUB_ID.fullmatch(model) else None,
    }


def _read_results(
    found: Found, document: JsonObject, requests: Mapping[str, JsonObject], options: ImportOptions
) -> Reading:
    config = document.object("config")
    model = _model(config.text("model_name"))
    request = requests.get(model, JsonObject())
    is_tuned = request.text("weight_type") in ("Adapter", "Delta")
    dtype = config.text("model_dtype").removeprefix("torch.")
    run = ImportedScore(
        model,
        task="",
        score=math.nan,
        base=(is_tuned and request.text("base_model")) or None,
        fields=known(precision=dtype, revision=config.text("model_sha")),
        **found.provenance(moment_in_name(found.path.name)),
    )
    about = ImportedRow(model, {"url": config.link("model_link")})
    tasks = [*_tasks(run, document.object("results"))]
    parts = [*_parts(run, document, {score.task for score, _ in tasks})]
    SCORES.check(len(tasks) + len(parts))
    if not tasks:
        raise UnreadableFileError(why="it has no score")
    why = "it is a part of a task, which --subtasks imports"
    left_out = () if options.subtasks else parts
    skipped = (Skipped(f"{found.shown}: {score.task}", why, "score") for score, _ in left_out)
    read = (*tasks, *(parts if options.subtasks else ()))
    return Reading(
        tuple(score for score, _ in read),
        models=(about,),
        tasks=tuple(row for _, row in read),
        skipped=tuple(skipped),
    )


def _tasks(run: ImportedScore, results: JsonObject) -> Iterator[tuple[ImportedScore, ImportedRow]]:
    """Yield each score of some tasks by metric, with what its name tells about the task."""
    for name in results:
        for metric, value in results.object(name).items():
            number = parse_number(value)
            if number is None:
                continue
            task, short = without_arrows(name), without_arrows(metric)
            score = replace(
                run, task=task, metric=short, score=number.value, is_percent=number.is_percent
            )
            facts = {"higher_is_better": _arrow_of(metric, name)}
            yield score, ImportedRow(task, facts, short, "the arrow in its name")


def _parts(
    run: ImportedScore, document: JsonObject, tasks: set[str]
) -> Iterator[tuple[ImportedScore, ImportedRow]]:
    """Yield the scores of tasks by category, which boards write beside their results."""
    for key in document:
        if not key.endswith("_results"):
            continue
        for category in document.object(key):
            for name, value in document.object(key, category).items():
                task, number = without_arrows(name), parse_number(value)
                if task in tasks and number is not None:
                    part = f"{task} ({as_text(category)})"
                    facts = {"part_of": task, "higher_is_better": _arrow_of(name)}
                    score = replace(run, task=part, metric=task, score=number.value)
                    yield score, ImportedRow(part, facts, task, "the arrow in its name")


def _arrow_of(*names: str) -> bool | None:
    """Return whether higher is better by the arrows in some names; None if they differ or lack."""
    found = {direction_in(arrow) for arrow in ARROW.findall("".join(names))}
    return found.pop() if len(found) == 1 else None
