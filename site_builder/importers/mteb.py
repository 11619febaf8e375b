"""Read result folders of MTEB: a folder per model and revision, with a JSON file per task.

The MTEB package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import product
from pathlib import Path

from site_builder.formatting import listed
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    find_files,
    joined,
    read_each,
)
from site_builder.importers.values import (
    JsonObject,
    UnreadableFileError,
    as_text,
    read_json,
    rounded_mean,
    version_of,
)
from site_builder.records import Record

# The tasks of MTEB 2.26.24 (https://github.com/embeddings-benchmark/mteb, Apache-2.0).
_TASKS = Path(__file__).with_name("mteb_tasks.tsv")
_META = "model_meta.json"
_REVISION = re.compile(r"[0-9a-f]{40}|no_revision_available|external|\d+")
_WHOLE = "default"
"""The name of the only subset of a task."""
_NO_SCORES = ("CPUSpeedTask", "GPUSpeedTask")
# Names of similarities in files from before MTEB 1.11, by their names in metrics.
_SIMILARITIES = {
    "cosine": "cos_sim", "manhattan": "manhattan", "euclidean": "euclidean", "dot": "dot",
    "max": "max", "similarity": "similarity",
}  # fmt: skip
_Part = tuple[str, str]
"""A split and a subset, mostly a language."""


class _Task(Record):
    """What MTEB asks for in a task; `n_subsets` counts also subsets that are not named."""

    metric: str
    splits: tuple[str, ...]
    subsets: tuple[str, ...]
    n_subsets: int


class _Result(Record):
    """The main scores in a file; `metrics` are its numbers that equal all of them."""

    found: Found
    task: str
    model: ImportedRow
    scores: Mapping[_Part, float]
    metrics: frozenset[str]
    moment: datetime | None
    version: str


def read_mteb(path: Path, options: ImportOptions) -> Reading:
    """Read the main score of every task in a file or folder.

    The score of a task is the plain mean over all splits and subsets that MTEB asks for, and exists
    only if all are there, as in MTEB. The option `subtasks` reads each of them as a part too.
    """
    results: dict[str, list[_Result]] = {}

    def read(found: Found) -> Reading:
        result = _read_file(found, options)
        results.setdefault(result.task, []).append(result)
        return Reading()

    skipped = read_each((f for f in find_files(path) if f.path.name != _META), read)
    return joined([skipped, *(_read_task(of_task, options) for of_task in results.values())])


def _read_task(results: Sequence[_Result], options: ImportOptions) -> Reading:
    """Read the results of one task, by MTEB's list, or else by what any of the files has.

    What is read of it are parts only where a file has all of them: parts in the tables must be all
    parts, or the mean of a model over them would not be the score of the task.
    """
    name, found = results[0].task, {part for result in results for part in result.scores}
    task = _tasks().get(name)
    if task is None:
        n, wanted = len(found), found
        metrics = frozenset.intersection(*(result.metrics for result in results))
        metric = next(iter(metrics)) if len(metrics) == 1 else "main_score"
        note = f"{name}: MTEB's list of tasks lacks it, so it has the {n:,} values that files have"
        notes = (note,) if n > 1 and not options.subtasks else ()
    else:
        n, metric, notes = len(task.splits) * task.n_subsets, task.metric, ()
        named = {*product(task.splits, task.subsets)}
        wanted = named or {part for part in found if part[0] in task.splits}
    parts = sorted(wanted)
    of_results = [_scores(result, parts, n, subtasks=options.subtasks) for result in results]
    whole = name if any(name in scores for scores in of_results) else None
    readings = (
        _reading(result, scores, metric, parts, whole) if scores else _incomplete(result, parts, n)
        for result, scores in zip(results, of_results, strict=True)
    )
    return joined([*readings, Reading(notes=notes)])


def _scores(result: _Result, parts: Sequence[_Part], n: int, *, subtasks: bool) -> dict[str, float]:
    """Return the mean over all parts, if all are there, and with `subtasks` each: `STS17 (en)`."""
    has = {part: result.scores[part] for part in parts if part in result.scores}
    scores: dict[str, float] = {}
    if len(has) == len(parts) >= n:
        scores[result.task] = rounded_mean(has.values())
    one_split = len({split for split, _ in parts}) == 1
    for (split, subset), score in has.items() if subtasks else ():
        words = [word for word in (split * (not one_split), subset) if word not in ("", _WHOLE)]
        scores[f"{result.task} ({', '.join(words)})" if words else result.task] = score
    return scores


def _incomplete(result: _Result, parts: Sequence[_Part], n: int) -> Reading:
    missing = ["/".join(part) for part in parts if part not in result.scores]
    n_missing = max(len(missing), n - len(parts))
    which = f": it lacks {listed(missing)}" if missing else ""
    why = f"it has {n - n_missing:,} of the {n:,} values of {result.task}{which}"
    fix = "--subtasks imports each value as a part of it."
    return Reading(skipped=(Skipped(result.found.shown, why, fix=fix),))


def _reading(
    result: _Result,
    scores: Mapping[str, float],
    metric: str,
    parts: Sequence[_Part],
    whole: str | None,
) -> Reading:
    splits = {split for split, _ in parts}
    split = splits.pop() if len(splits) == 1 else None
    facts = {"evaluation_split": split, "higher_is_better": True}
    provenance = result.found.provenance(result.moment)
    return Reading(
        measures=tuple(
            ImportedScore(
                result.model.id,
                task,
                score,
                metric,
                main=True,
                version=result.version,
                **provenance,
            )
            for task, score in scores.items()
        ),
        models=(result.model,),
        tasks=tuple(
            ImportedRow(task, facts if task == whole else {**facts, "part_of": whole})
            for task in scores
        ),
        files=1,
    )


@cache
def _tasks() -> dict[str, _Task]:
    """Return MTEB's tasks by name."""
    tasks: dict[str, _Task] = {}
    for line in _TASKS.read_text(encoding="utf8").splitlines()[1:]:
        name, metric, splits, subsets, *_ = [*line.split("\t"), "", ""]
        names = () if subsets.isdecimal() else tuple((subsets or _WHOLE).split(";"))
        n = len(names) or int(subsets)
        tasks[name] = _Task(metric, tuple((splits or "test").split(";")), names, n)
    return tasks


def _read_file(found: Found, options: ImportOptions) -> _Result:
    document = found.object()
    name = document.text("task_name") or document.text("mteb_dataset_name")
    # Old files have the splits in place of `scores`.
    stated = document.object("scores") or document
    if not name:
        raise UnreadableFileError(why="it is not a result of MTEB: it names no task")
    if name in _NO_SCORES:
        raise UnreadableFileError(why="it measures speed, which is no score")
    metric = task.metric if (task := _tasks().get(name)) else ""
    scores: dict[_Part, float] = {}
    equal: list[set[str]] = []
    for split, part in stated.items():
        for subset, values in _subsets(part):
            score = _main_score(values, metric)
            if score is not None:
                scores[as_text(split), subset] = score
                equal.append({key for key, value in values.items() if value == score})
    if not scores:
        raise UnreadableFileError(why="it has no main score")
    metrics = frozenset(set.intersection(*equal) - {"main_score"})
    model, moment = _model(found, options), document.moment("date")
    version = version_of(document.get("dataset_revision"))
    return _Result(found, name, model, scores, metrics, moment, version)


def _subsets(value: object) -> Iterator[tuple[str, JsonObject]]:
    """Yield the numbers of each subset of a split: a list, or an object in old files."""
    for part in map(JsonObject, value if isinstance(value, list) else [value]):
        whole = part.text("hf_subset") or _WHOLE
        inner = {key: v for key, v in part.items() if isinstance(v, dict)}
        if isinstance(value, list) or not inner or {*inner} & {*_SIMILARITIES.values()}:
            yield whole, part
        else:
            yield from ((as_text(subset), JsonObject(numbers)) for subset, numbers in inner.items())


def _main_score(values: JsonObject, metric: str) -> float | None:
    """Return the main score, in files that do not call it so by the metric of the task."""
    similarity, _, name = metric.partition("_")
    places = (("main_score",), (metric,), (_SIMILARITIES.get(similarity, ""), name))
    numbers = (values.number(*place) for place in places)
    return next((number for number in numbers if number is not None), None)


def _model(found: Found, options: ImportOptions) -> ImportedRow:
    """Return the model by the file beside, or by the folder; `model` names one without `org__`."""
    beside = found.path.with_name(_META)
    meta = JsonObject(read_json(beside) if beside.is_file() else None)
    folder = found.path.absolute().parent
    name = folder.parent.name if _REVISION.fullmatch(folder.name) else folder.name
    stated = options.model if "__" not in name else ""
    model = meta.text("name") or stated or name.replace("__", "/", 1)
    if not model:
        raise UnreadableFileError(why="neither model_meta.json nor its folder names a model")
    size = meta.positive("n_parameters")
    facts = {
        "parameters_b": size and size / 1e9,
        "license": meta.text("license") or None,
        "release_date": meta.day("release_date"),
        "url": meta.link("reference"),
    }
    return ImportedRow(model, facts)
