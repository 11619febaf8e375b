"""Read results files of lighteval."""

from __future__ import annotations

import math

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
from site_builder.importers.values import (
    JsonObject,
    UnreadableFileError,
    as_number,
    as_text,
    data_set_link,
    flag_of_part,
    moment_in_name,
    version_of,
)
from site_builder.records import replace


@of_files
def read_lighteval(found: Found, options: ImportOptions) -> Reading:
    """Read a results file; the option `model` applies.

    The means `all` and `group:_average` are no scores: their tasks are those of the run.
    """
    document = found.object()
    results = document.object("results")
    general = document.object("config_general")
    if not results or not general:
        raise UnreadableFileError(why="it is not a results file of lighteval")
    config = general.object("model_config")
    model = general.text("model_name") or config.text("model_name")
    revision = config.text("revision")
    model = f"{model}@{revision}" if model and revision not in ("", "main") else model
    if not (model or options.model):
        raise UnreadableFileError(why="it names no model", fix="Name the model by --model.")
    run = ImportedScore(
        model or options.model,
        task="",
        score=math.nan,
        base=config.text("base_model") or None,
        **found.provenance(moment_in_name(found.path.name)),
    )
    reading = joined(_read_task(document, run, key) for key in results)
    if not reading.measures:
        raise UnreadableFileError(why="it has no score")
    return reading


def _read_task(document: JsonObject, run: ImportedScore, key: str) -> Reading:
    """Read the metrics of a task; its key is `task|shots`, in old files `suite|task|shots|0`."""
    parts = as_text(key).split("|")
    suite, name, shots = (*parts, "", "")[:3] if len(parts) > 2 else ("", *parts, "")[:3]
    where = f"{run.source}: {key}"
    if name in ("", "all") or name.endswith(":_average"):
        return Reading(skipped=(Skipped(where, "it is a mean over tasks of the run", "score"),))
    config = document.object("config_tasks", key)
    ran, has = config.count("effective_num_docs"), config.count("original_num_docs")
    values = document.object("results", key)
    numbers = {name: as_number(v) for name, v in values.items() if not name.endswith("_stderr")}
    most = document.count("config_general", "max_samples")
    limited = f"Measured on at most {most:,} examples (--max-samples)." if most else None
    task = replace(
        run,
        task=name,
        setting=", ".join(filter(None, (suite, f"{shots}-shot" if shots.isdecimal() else ""))),
        n_examples=ran,
        flag=flag_of_part(ran, has) if ran and has else limited,
        version=version_of(document.at("versions", key), config.get("version")),
    )
    measures = tuple(
        replace(task, metric=as_text(name), score=score, stderr=values.positive(f"{name}_stderr"))
        for name, score in numbers.items()
        if score is not None
    )
    why = "there is no score: the value is not a number"
    return Reading(
        measures,
        tasks=tuple(_task_facts(config, score) for score in measures),
        skipped=tuple(
            Skipped(f"{where}, {name}", why, "score") for name in numbers if numbers[name] is None
        ),
    )


def _task_facts(config: JsonObject, score: ImportedScore) -> ImportedRow:
    directions = (
        metric.boolean("higher_is_better")
        for metric in config.all("metrics")
        if metric.get("metric_name") == score.metric
    )
    splits = [as_text(split) for split in config.list("evaluation_splits")]
    facts = {
        "higher_is_better": next(directions, None),
        "dataset_url": data_set_link(config.text("hf_repo")),
        "evaluation_split": splits[0] or None if len(splits) == 1 else None,
    }
    return ImportedRow(score.task, facts, score.metric)
