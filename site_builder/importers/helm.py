"""Read run folders of HELM: `run_spec.json`, `stats.json` and the files beside them.

The HELM package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_number,
    as_table,
    as_tables,
    as_text,
    check_file,
    find_files,
    moment_of,
    read_beside,
    read_each,
    read_json,
)
from site_builder.records import replace

_REQUEST_TIME = re.compile(rb'"request_datetime":\s*(\d{1,15})\b')
# Statistics about the run, which are no scores.
_BOOKKEEPING = re.compile(
    r"(num_|training_|inference_|finish_reason_|batch_size|prompt_truncated|max_prob|logprob"
    r"|estimated_|\d)"
)


def read_helm(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a run folder, or of every run folder below a folder.

    Statistics of the test split without perturbation are scores. The number of examples is
    `num_instances`; `count` is the number of trials. The option `examples` applies.
    """
    files = list(find_files(path))
    folders = {
        found.path.parent: Path(found.shown).parent
        for found in files
        if found.path.name in ("run_spec.json", "stats.json")
    }
    if path.is_file() or not folders:
        why = "it is not a run folder of HELM, with run_spec.json and stats.json in it"
        return Reading(skipped=tuple(Skipped(found.shown, why) for found in files))
    runs = (Found(folder, str(shown)) for folder, shown in folders.items())
    return read_each(runs, lambda found: _read_run(found, options))


def _read_run(found: Found, options: ImportOptions) -> Reading:
    spec_file, stats_file = found.path / "run_spec.json", found.path / "stats.json"
    for file in (spec_file, stats_file):
        if not file.is_file():
            raise UnreadableFileError(why=f"its run did not end: it has no {file.name}")
    spec, stats = as_table(read_json(spec_file)), read_json(stats_file)
    adapter = as_table(spec, "adapter_spec")
    model, task = as_text(adapter.get("model")), _task(as_text(spec.get("name")))
    if not model or not task or not isinstance(stats, list):
        why = "its run_spec.json or stats.json has no model, name or statistics"
        raise UnreadableFileError(why=why)
    shots = as_number(adapter.get("max_train_instances"))
    moment = moment_of(_last_request(found.path / "scenario_state.json"))
    run = ImportedScore(
        model,
        task,
        score=math.nan,
        setting="" if shots is None else f"{shots:.0f}-shot",
        **Found(stats_file, f"{found.shown}/stats.json").provenance(moment),
    )
    return _read_stats(found, run, list(_plain_stats(stats)), options)


def _last_request(path: Path) -> int | None:
    """Return the time of the last request, since HELM states no other; None if there is no file.

    The file holds all prompts and answers, and may be larger than a file that is parsed.
    """
    with suppress(UnreadableFileError):
        check_file(path)
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            times = (int(match[1]) for match in _REQUEST_TIME.finditer(content))
            return max(times, default=None)
    return None


def _task(name: str) -> str:
    """Return the name of a run without its model."""
    scenario, _, rest = name.partition(":")
    parts = [p for p in rest.split(",") if p and not p.startswith(("model=", "model_deployment="))]
    return f"{scenario}:{','.join(parts)}" if parts else scenario


def _plain_stats(stats: object) -> Iterator[tuple[str, str, float]]:
    """Yield name, split and mean of the statistics without perturbation."""
    for stat in as_tables(stats):
        name, mean = as_table(stat, "name"), as_number(stat.get("mean"))
        if mean is not None and "perturbation" not in name and "sub_split" not in name:
            yield as_text(name.get("name")), as_text(name.get("split")), mean


def _read_stats(
    found: Found, run: ImportedScore, stats: list[tuple[str, str, float]], options: ImportOptions
) -> Reading:
    """Read the scores of the first split that a run has, as in the tables of HELM."""
    splits = {split for _, split, _ in stats}
    split = next((split for split in ("test", "valid") if split in splits), None)
    means = {name: mean for name, of_split, mean in stats if of_split == split}
    instances, unread = read_beside(found, "per_instance_stats.json")
    by_example = _means_of_examples(instances, split)
    scores = tuple(
        replace(
            run,
            score=mean,
            metric=name,
            stderr=_error(mean, [*by_example.get(name, {}).values()]),
            n_examples=as_count(means.get("num_instances")),
        )
        for name, mean in means.items()
        if not _BOOKKEEPING.match(name)
    )
    if not scores:
        raise UnreadableFileError(why="it has no score of the test split")
    examples = tuple(
        ImportedExample(run.model, run.task, name, run.setting, example, score, run.source)
        for name, means_of_name in by_example.items()
        for example, score in means_of_name.items()
    )
    scenario, also_unread = read_beside(found, "scenario.json")
    description = as_text(as_table(scenario).get("description"))
    facts = {"evaluation_split": split, "description": description or None}
    return Reading(
        measures=scores,
        tasks=(ImportedRow(run.task, facts),),
        examples=examples if options.examples else (),
        skipped=(*unread, *also_unread),
        files=1,
    )


def _means_of_examples(instances: object, split: str | None) -> dict[str, dict[str, float]]:
    """Return the mean over trials by score and example."""
    trials: dict[tuple[str, str], list[float]] = {}
    for instance in as_tables(instances):
        example = as_text(str(instance.get("instance_id")))
        for name, of_split, mean in _plain_stats(instance.get("stats")):
            is_score = of_split == split and not _BOOKKEEPING.match(name)
            if is_score and "perturbation" not in instance:
                trials.setdefault((name, example), []).append(mean)
    means: dict[str, dict[str, float]] = {}
    for (name, example), values in trials.items():
        means.setdefault(name, {})[example] = statistics.fmean(values)
    return means


def _error(score: float, means: list[float]) -> float | None:
    """Return the standard error of a mean over examples; None if the score is not that mean."""
    if len(means) < 2 or not math.isclose(statistics.fmean(means), score, abs_tol=1e-9):
        return None
    return as_error(statistics.stdev(means) / math.sqrt(len(means)))
