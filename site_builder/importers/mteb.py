"""Read result folders of MTEB: a folder per model and revision, with a JSON file per task.

The MTEB package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    UnreadableFileError,
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    moment_of,
    read_each,
    read_json,
    time_of,
)

_META = "model_meta.json"
_SPLITS = ("test", "validation", "dev")
_REVISION = re.compile(r"[0-9a-f]{40}|no_revision_available|external|\d+")


def read_mteb(path: Path, options: ImportOptions) -> Reading:
    """Read the main score of every task in a file or folder.

    The score of a task with several subsets, such as languages, is the mean of their main scores,
    as in MTEB; `subtasks` makes each subset a task.

    Args:
        path: The file or folder.
        options: `subtasks` applies.
    """
    found = (f for f in find_files(path) if f.path.name != _META)
    return read_each(found, lambda file: _read_file(file, options))


def _read_file(found: Found, options: ImportOptions) -> Reading:
    if found.path.suffix != ".json":
        why = f"{found.path.suffix or 'no ending'} is not .json"
        raise UnreadableFileError(why)
    document = as_table(read_json(found.path))
    task = as_text(document.get("task_name")) or as_text(document.get("mteb_dataset_name"))
    if not task:
        why = "it is not a result of MTEB: it names no task"
        raise UnreadableFileError(why)
    splits = dict(_main_scores(document))
    if not splits:
        why = "it has no main score"
        raise UnreadableFileError(why)
    split = next((name for name in _SPLITS if name in splits), sorted(splits)[0])
    model, facts = _model(found)
    moment = moment_of(document.get("date"))
    scores = splits[split]
    named = {task: _mean(list(scores.values()))}
    if options.subtasks and len(scores) > 1:
        named = {f"{task} ({subset})": score for subset, score in scores.items()}
    measures = tuple(
        ImportedScore(
            model=model,
            task=name,
            score=score,
            metric="main_score",
            date=day_of(moment),
            source=found.shown,
            main=True,
            time=time_of(moment, found.path),
        )
        for name, score in named.items()
    )
    tasks = tuple(ImportedRow(m.task, {"evaluation_split": split}) for m in measures)
    return Reading(measures, (ImportedRow(model, facts),), tasks, files=1)


def _mean(scores: list[float]) -> float:
    """Return the mean to 12 significant digits; a single score is unchanged."""
    return scores[0] if len(scores) == 1 else float(f"{statistics.fmean(scores):.12g}")


def _main_scores(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the main scores of the subsets of each split; old files have no `scores`."""
    new = as_table(document.get("scores"))
    for split, value in (new or document).items():
        parts = value if isinstance(value, list) else [value]
        scores = dict(_subsets([as_table(part) for part in parts]))
        if scores:
            yield split, scores


def _subsets(parts: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    for part in parts:
        score = as_number(part.get("main_score"))
        if score is not None:
            yield as_text(part.get("hf_subset")) or "default", score
        for name, inner in part.items():
            score = as_number(as_table(inner).get("main_score"))
            if score is not None:
                yield as_text(name), score


def _model(found: Found) -> tuple[str, dict[str, Any]]:
    """Return the model and its values, by the file beside, or else by the name of the folder."""
    meta: dict[str, Any] = {}
    beside = found.path.with_name(_META)
    if beside.is_file():
        meta = as_table(read_json(beside))
    folder = found.path.absolute().parent
    name = folder.parent.name if _REVISION.fullmatch(folder.name) else folder.name
    model = as_text(meta.get("name")) or name.replace("__", "/", 1)
    if not model:
        why = "neither model_meta.json nor its folder names a model"
        raise UnreadableFileError(why)
    size = as_number(meta.get("n_parameters"))
    link = as_text(meta.get("reference"))
    return model, {
        "parameters_b": size / 1e9 if size and size > 0 else None,
        "license": as_text(meta.get("license")) or None,
        "release_date": day_of(moment_of(meta.get("release_date"))),
        "url": link if link.startswith(("http://", "https://")) else None,
    }
