"""Run folders of HELM: `run_spec.json`, `stats.json` and what lies beside them.

HELM's own package reads them, and brings PyTorch and some hundred others along; see
docs/decisions.md.
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

_SPLITS = ("test", "valid")  # the first that a run has; HELM's own tables do the same
_WHEN = re.compile(rb'"request_datetime":\s*(\d+)')
# Statistics of how a run went, not of how well.
_BOOKKEEPING = re.compile(
    r"(num_|training_|inference_|finish_reason_|batch_size|prompt_truncated|max_prob|logprob"
    r"|estimated_|\d)"
)
_Values = dict[str, list[float]]


def read_helm(path: Path, options: ImportOptions) -> Reading:
    """The scores of a run folder, or of every run folder below a folder.

    A statistic counts where it is of the test split and of no perturbation. Its number of examples
    is the statistic `num_instances`, since `count` is that of the trials.

    Args:
        path: The folder.
        options: `examples` counts here.
    """
    folders: dict[Path, Found] = {}
    for found in find_files(path):
        if found.path.name in ("run_spec.json", "stats.json"):
            folders.setdefault(found.path.parent, found)
    if path.is_file() or not folders:
        return read_each(find_files(path), _no_run)
    shown = (Found(folder, str(Path(f.shown).parent)) for folder, f in folders.items())
    return read_each(shown, lambda found: _read_run(found, options))


def _no_run(_: Found) -> Reading:
    why = "it is no run folder of HELM, with run_spec.json and stats.json in it"
    raise UnreadableFileError(why)


def _read_run(found: Found, options: ImportOptions) -> Reading:
    common, split, means = _run_of(found)
    values = {
        name: own
        for name, own in _values_of_examples(found.path, split).items()
        if not _BOOKKEEPING.match(name)
    }
    measures = tuple(
        replace(common, score=mean, metric=name, stderr=_error(mean, values.get(name, {})))
        for name, mean in means.items()
        if not _BOOKKEEPING.match(name)
    )
    if not measures:
        why = "it holds no score of the test split"
        raise UnreadableFileError(why)
    model, task, setting = common.model, common.task, common.setting
    examples = tuple(
        ImportedExample(model, task, name, setting, example, statistics.fmean(own), common.source)
        for name, by_example in values.items()
        for example, own in by_example.items()
    )
    facts = {"evaluation_split": split, "description": _description(found.path)}
    return Reading(
        measures=measures,
        tasks=(ImportedRow(common.task, facts),),
        examples=examples if options.examples else (),
        files=1,
    )


def _run_of(found: Found) -> tuple[ImportedScore, str, Mapping[str, float]]:
    """What all scores of a run share, the split that they are of, and its statistics."""
    for name in ("run_spec.json", "stats.json"):
        if not (found.path / name).is_file():
            why = f"its run did not end: it has no {name}"
            raise UnreadableFileError(why)
    spec = as_table(read_json(found.path / "run_spec.json"))
    adapter, stats = as_table(spec.get("adapter_spec")), read_json(found.path / "stats.json")
    model, task = as_text(adapter.get("model")), _task(as_text(spec.get("name")))
    if not model or not task or not isinstance(stats, list):
        why = "its run_spec.json or stats.json lacks model, name or statistics"
        raise UnreadableFileError(why)
    split, means = _means(stats)
    shots, moment = as_number(adapter.get("max_train_instances")), _moment(found.path)
    common = ImportedScore(
        model=model,
        task=task,
        score=math.nan,
        setting="" if shots is None else f"{shots:.0f}-shot",
        n_examples=as_count(means.get("num_instances")),
        date=day_of(moment),
        source=f"{found.shown}/stats.json",
        time=time_of(moment, found.path / "stats.json"),
    )
    return common, split, means


def _task(name: str) -> str:
    """The name of a run without its model: what is left is the task."""
    scenario, _, rest = name.partition(":")
    parts = [p for p in rest.split(",") if p and not p.startswith(("model=", "model_deployment="))]
    return f"{scenario}:{','.join(parts)}" if parts else scenario


def _plain_name(stat: object) -> tuple[str, str] | None:
    """Name and split of a statistic; None where its examples were perturbed."""
    name = as_table(as_table(stat).get("name"))
    if "perturbation" in name or "sub_split" in name:
        return None
    return as_text(name.get("name")), as_text(name.get("split"))


def _means(stats: list[Any]) -> tuple[str, Mapping[str, float]]:
    by_split: dict[str, dict[str, float]] = {split: {} for split in _SPLITS}
    for stat in stats:
        named, mean = _plain_name(stat), as_number(as_table(stat).get("mean"))
        if named and mean is not None and named[1] in by_split:
            by_split[named[1]][named[0]] = mean
    return next(((s, means) for s, means in by_split.items() if means), ("", {}))


def _values_of_examples(folder: Path, split: str) -> dict[str, _Values]:
    """The values of each statistic by example, one for each trial; none where no file has them."""
    values: dict[str, _Values] = {}
    try:
        instances = read_json(folder / "per_instance_stats.json")
    except UnreadableFileError:
        return values
    for instance in instances if isinstance(instances, list) else []:
        own = as_table(instance)
        if "perturbation" in own:
            continue
        for name, value in _stats_of(own.get("stats"), split):
            by_example = values.setdefault(name, {})
            by_example.setdefault(as_text(str(own.get("instance_id"))), []).append(value)
    return values


def _stats_of(stats: object, split: str) -> Iterator[tuple[str, float]]:
    for stat in stats if isinstance(stats, list) else []:
        named, mean = _plain_name(stat), as_number(as_table(stat).get("mean"))
        if named and mean is not None and named[1] == split:
            yield named[0], mean


def _error(score: float, values: _Values) -> float | None:
    """Standard error of a mean over examples; None where the score is no such mean."""
    means = [statistics.fmean(own) for own in values.values()]
    if len(means) < 2 or not math.isclose(statistics.fmean(means), score, abs_tol=1e-9):
        return None
    return as_error(statistics.stdev(means) / math.sqrt(len(means)))


def _moment(folder: Path) -> datetime | None:
    """When the last request was answered: HELM dates nothing but these."""
    try:
        times = _WHEN.findall(read_bytes(folder / "scenario_state.json"))
    except UnreadableFileError:
        return None
    return moment_of(max(map(int, times))) if times else None


def _description(folder: Path) -> str | None:
    try:
        return as_text(as_table(read_json(folder / "scenario.json")).get("description")) or None
    except UnreadableFileError:
        return None
