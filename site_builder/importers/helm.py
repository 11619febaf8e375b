"""Read run folders of HELM: `run_spec.json`, `stats.json` and the files beside them.

The HELM package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    UnreadableFileError,
    as_count,
    as_error,
    as_list,
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    moment_of,
    read_bytes,
    read_each,
    read_json,
    time_of,
)
from site_builder.records import replace

_SPLITS = ("test", "valid")  # the first that a run has, as in the tables of HELM
_REQUEST_TIME = re.compile(rb'"request_datetime":\s*(\d+)')
# Statistics about the run, which are no scores.
_BOOKKEEPING = re.compile(
    r"(num_|training_|inference_|finish_reason_|batch_size|prompt_truncated|max_prob|logprob"
    r"|estimated_|\d)"
)
_Trials = dict[str, list[float]]
"""The values of one statistic by example, one for each trial."""


def read_helm(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a run folder, or of every run folder below a folder.

    Statistics of the test split without perturbation are scores. The number of examples is
    `num_instances`; `count` is the number of trials.

    Args:
        path: The folder.
        options: `examples` applies.
    """
    folders: dict[Path, Found] = {}
    for found in find_files(path):
        if found.path.name in ("run_spec.json", "stats.json"):
            folders.setdefault(found.path.parent, found)
    if path.is_file() or not folders:
        return read_each(find_files(path), _refuse)
    shown = (Found(folder, str(Path(f.shown).parent)) for folder, f in folders.items())
    return read_each(shown, lambda found: _read_run(found, options))


def _refuse(_: Found) -> Reading:
    why = "it is not a run folder of HELM, with run_spec.json and stats.json in it"
    raise UnreadableFileError(why)


def _read_run(found: Found, options: ImportOptions) -> Reading:
    run, split, means = _run_of(found)
    trials = _trials_of_examples(found.path, split)
    scores = tuple(
        replace(run, score=mean, metric=name, stderr=_error(mean, trials.get(name, {})))
        for name, mean in means.items()
        if not _BOOKKEEPING.match(name)
    )
    if not scores:
        why = "it has no score of the test split"
        raise UnreadableFileError(why)
    kind = (run.model, run.task)
    examples = tuple(
        ImportedExample(*kind, name, run.setting, example, statistics.fmean(values), run.source)
        for name, by_example in trials.items()
        for example, values in by_example.items()
    )
    facts = {"evaluation_split": split, "description": _description(found.path)}
    return Reading(
        measures=scores,
        tasks=(ImportedRow(run.task, facts),),
        examples=examples if options.examples else (),
        files=1,
    )


def _run_of(found: Found) -> tuple[ImportedScore, str, Mapping[str, float]]:
    """Return what all scores of a run share, their split, and the mean of each statistic."""
    for name in ("run_spec.json", "stats.json"):
        if not (found.path / name).is_file():
            why = f"its run did not end: it has no {name}"
            raise UnreadableFileError(why)
    spec = as_table(read_json(found.path / "run_spec.json"))
    adapter, stats = as_table(spec.get("adapter_spec")), read_json(found.path / "stats.json")
    model, task = as_text(adapter.get("model")), _task(as_text(spec.get("name")))
    if not model or not task or not isinstance(stats, list):
        why = "its run_spec.json or stats.json has no model, name or statistics"
        raise UnreadableFileError(why)
    split, means = _means(stats)
    shots, moment = as_number(adapter.get("max_train_instances")), _moment(found.path)
    run = ImportedScore(
        model=model,
        task=task,
        score=math.nan,
        setting="" if shots is None else f"{shots:.0f}-shot",
        n_examples=as_count(means.get("num_instances")),
        date=day_of(moment),
        source=f"{found.shown}/stats.json",
        time=time_of(moment, found.path / "stats.json"),
    )
    return run, split, means


def _task(name: str) -> str:
    """Return the name of a run without its model."""
    scenario, _, rest = name.partition(":")
    parts = [p for p in rest.split(",") if p and not p.startswith(("model=", "model_deployment="))]
    return f"{scenario}:{','.join(parts)}" if parts else scenario


def _means(stats: list[Any]) -> tuple[str, Mapping[str, float]]:
    by_split: dict[str, dict[str, float]] = {split: {} for split in _SPLITS}
    for name, split, mean in _plain_stats(stats):
        if split in by_split:
            by_split[split][name] = mean
    return next(((s, means) for s, means in by_split.items() if means), ("", {}))


def _plain_stats(stats: object) -> Iterator[tuple[str, str, float]]:
    """Yield name, split and mean of the statistics without perturbation."""
    for stat in map(as_table, as_list(stats)):
        name, mean = as_table(stat.get("name")), as_number(stat.get("mean"))
        if mean is not None and "perturbation" not in name and "sub_split" not in name:
            yield as_text(name.get("name")), as_text(name.get("split")), mean


def _trials_of_examples(folder: Path, split: str) -> dict[str, _Trials]:
    """Return the values of each score by example; nothing if the run has no such file."""
    trials: dict[str, _Trials] = {}
    try:
        instances = as_list(read_json(folder / "per_instance_stats.json"))
    except UnreadableFileError:
        return trials
    for instance in map(as_table, instances):
        if "perturbation" in instance:
            continue
        example = as_text(str(instance.get("instance_id")))
        for name, of_split, mean in _plain_stats(instance.get("stats")):
            if of_split == split and not _BOOKKEEPING.match(name):
                trials.setdefault(name, {}).setdefault(example, []).append(mean)
    return trials


def _error(score: float, trials: _Trials) -> float | None:
    """Return the standard error of a mean over examples; None if the score is not that mean."""
    means = [statistics.fmean(values) for values in trials.values()]
    if len(means) < 2 or not math.isclose(statistics.fmean(means), score, abs_tol=1e-9):
        return None
    return as_error(statistics.stdev(means) / math.sqrt(len(means)))


def _moment(folder: Path) -> datetime | None:
    """Return the time of the last request: HELM states no other."""
    try:
        times = _REQUEST_TIME.findall(read_bytes(folder / "scenario_state.json"))
    except UnreadableFileError:
        return None
    return moment_of(max(map(int, times))) if times else None


def _description(folder: Path) -> str | None:
    try:
        return as_text(as_table(read_json(folder / "scenario.json")).get("description")) or None
    except UnreadableFileError:
        return None
