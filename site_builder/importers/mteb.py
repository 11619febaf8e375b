"""Read result folders of MTEB: a folder per model and revision, with a JSON file per task.

The MTEB package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path

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
)

_META = "model_meta.json"
_SPLITS = ("test", "validation", "dev")
_REVISION = re.compile(r"[0-9a-f]{40}|no_revision_available|external|\d+")


def read_mteb(path: Path, options: ImportOptions) -> Reading:
    """Read the main score of every task in a file or folder.

    The score of a task with several subsets, such as languages, is the mean of their main scores,
    as in MTEB; the option `subtasks` makes each subset a task.
    """
    found = (f for f in find_files(path) if f.path.name != _META)
    return read_each(found, lambda file: _read_file(file, options))


def _read_file(found: Found, options: ImportOptions) -> Reading:
    if found.path.suffix != ".json":
        raise UnreadableFileError(why=f"{found.path.suffix or 'no ending'} is not .json")
    document = as_table(read_json(found.path))
    task = as_text(document.get("task_name")) or as_text(document.get("mteb_dataset_name"))
    if not task:
        raise UnreadableFileError(why="it is not a result of MTEB: it names no task")
    # Old files have the splits in place of `scores`.
    stated = as_table(document, "scores") or document
    splits = {split: scores for split, part in stated.items() if (scores := dict(_subsets(part)))}
    if not splits:
        raise UnreadableFileError(why="it has no main score")
    split = next((name for name in _SPLITS if name in splits), min(splits))
    scores = splits[split]
    if len(scores) == 1:
        named = {task: next(iter(scores.values()))}
    elif options.subtasks:
        named = {f"{task} ({subset})": score for subset, score in scores.items()}
    else:  # rounded, since a mean has digits that the scores have not
        named = {task: float(f"{statistics.fmean(scores.values()):.12g}")}
    model, provenance = _model(found), found.provenance(moment_of(document.get("date")))
    return Reading(
        measures=tuple(
            ImportedScore(model.id, name, score, "main_score", main=True, **provenance)
            for name, score in named.items()
        ),
        models=(model,),
        tasks=tuple(ImportedRow(name, {"evaluation_split": split}) for name in named),
        files=1,
    )


def _subsets(value: object) -> Iterator[tuple[str, float]]:
    """Yield the main score of each subset of a split: a list, or an object in old files."""
    for part in map(as_table, value if isinstance(value, list) else [value]):
        whole = as_text(part.get("hf_subset")) or "default"
        for subset, scores in [(whole, part), *part.items()]:
            score = as_number(as_table(scores).get("main_score"))
            if score is not None:
                yield as_text(subset), score


def _model(found: Found) -> ImportedRow:
    """Return the model and its values, by the file beside, or else by the name of the folder."""
    beside = found.path.with_name(_META)
    meta = as_table(read_json(beside)) if beside.is_file() else {}
    folder = found.path.absolute().parent
    name = folder.parent.name if _REVISION.fullmatch(folder.name) else folder.name
    model = as_text(meta.get("name")) or name.replace("__", "/", 1)
    if not model:
        raise UnreadableFileError(why="neither model_meta.json nor its folder names a model")
    size, link = as_number(meta.get("n_parameters")), as_text(meta.get("reference"))
    facts = {
        "parameters_b": size / 1e9 if size and size > 0 else None,
        "license": as_text(meta.get("license")) or None,
        "release_date": day_of(moment_of(meta.get("release_date"))),
        "url": link if link.startswith(("http://", "https://")) else None,
    }
    return ImportedRow(model, facts)
