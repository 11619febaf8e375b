"""Read results files of lighteval."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_list,
    as_number,
    as_table,
    as_tables,
    as_text,
    find_files,
    joined,
    moment_in_name,
    read_each,
    read_json,
)
from site_builder.records import replace


def read_lighteval(path: Path, options: ImportOptions) -> Reading:
    """Read the results files at a path; the option `model` applies.

    The means `all` and `group:_average` are no scores: their tasks are those of the run.
    """
    return read_each(find_files(path), lambda found: _read_file(found, options))


def _read_file(found: Found, options: ImportOptions) -> Reading:
    if found.path.suffix != ".json":
        raise UnreadableFileError(why=f"{found.path.suffix or 'no ending'} is not .json")
    document = as_table(read_json(found.path))
    results = as_table(document, "results")
    general = as_table(document, "config_general")
    if not results or not general:
        raise UnreadableFileError(why="it is not a results file of lighteval")
    config = as_table(general, "model_config")
    model = as_text(general.get("model_name")) or as_text(config.get("model_name"))
    revision = as_text(config.get("revision"))
    model = f"{model}@{revision}" if model and revision not in ("", "main") else model
    if not (model or options.model):
        raise UnreadableFileError(why="it names no model", fix="Name the model by --model.")
    run = ImportedScore(
        model or options.model,
        task="",
        score=math.nan,
        base=as_text(config.get("base_model")) or None,
        **found.provenance(moment_in_name(found.path.name)),
    )
    reading = joined(_read_task(document, run, key) for key in results)
    if not reading.measures:
        raise UnreadableFileError(why="it has no score")
    return replace(reading, files=1)


def _read_task(document: dict[str, Any], run: ImportedScore, key: str) -> Reading:
    """Read the metrics of a task; its key is `task|shots`, in old files `suite|task|shots|0`."""
    parts = as_text(key).split("|")
    suite, name, shots = (*parts, "", "")[:3] if len(parts) > 2 else ("", *parts, "")[:3]
    where = f"{run.source}: {key}"
    if name in ("", "all") or name.endswith(":_average"):
        return Reading(skipped=(Skipped(where, "it is a mean over tasks of the run", "score"),))
    config = as_table(document, "config_tasks", key)
    ran, has = as_count(config.get("effective_num_docs")), as_count(config.get("original_num_docs"))
    values = as_table(document, "results", key)
    metrics = [metric for metric in values if not metric.endswith("_stderr")]
    numbers = {metric: as_number(values[metric]) for metric in metrics}
    task = replace(
        run,
        task=name,
        setting=", ".join(filter(None, (suite, f"{shots}-shot" if shots.isdecimal() else ""))),
        n_examples=ran,
        flag=_flag(ran, has, as_count(as_table(document, "config_general").get("max_samples"))),
    )
    measures = tuple(
        replace(
            task,
            metric=as_text(metric),
            score=score,
            stderr=as_error(values.get(f"{metric}_stderr")),
        )
        for metric, score in numbers.items()
        if score is not None
    )
    why = "there is no score: the value is not a number"
    return Reading(
        measures,
        tasks=tuple(_task_facts(config, score) for score in measures),
        skipped=tuple(
            Skipped(f"{where}, {metric}", why, "score")
            for metric, score in numbers.items()
            if score is None
        ),
    )


def _flag(ran: int | None, has: int | None, most: int | None) -> str | None:
    """Return the caveat of a score, if only some of the examples were run."""
    if ran is not None and has is not None:
        return f"Measured on {ran:,} of {has:,} examples." if ran < has else None
    return None if most is None else f"Measured on at most {most:,} examples (--max-samples)."


def _task_facts(config: dict[str, Any], score: ImportedScore) -> ImportedRow:
    directions = (
        metric.get("higher_is_better")
        for metric in as_tables(config.get("metrics"))
        if metric.get("metric_name") == score.metric
    )
    direction, repository = next(directions, None), as_text(config.get("hf_repo"))
    splits = [as_text(split) for split in as_list(config.get("evaluation_splits"))]
    facts = {
        "higher_is_better": direction if isinstance(direction, bool) else None,
        "dataset_url": f"https://huggingface.co/datasets/{repository}" if repository else None,
        "evaluation_split": splits[0] or None if len(splits) == 1 else None,
    }
    return ImportedRow(score.task, facts, score.metric)
