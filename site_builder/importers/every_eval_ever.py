"""Read records of the Every Eval Ever schema, 0.1 to 0.3: JSON files, or JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
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
    as_text,
    day_of,
    find_files,
    joined,
    moment_of,
    parse_json,
    read_bytes,
    read_each,
    time_of,
)
from site_builder.importers.tabular import parse_number


def read_every_eval_ever(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a file of records, or of every one in a folder. No option applies."""
    return read_each(find_files(path), _read_file)


def _read_file(found: Found) -> Reading:
    if found.path.suffix not in (".json", ".jsonl"):
        why = f"{found.path.suffix or 'no ending'} is neither .json nor .jsonl"
        raise UnreadableFileError(why)
    content = read_bytes(found.path)
    texts = [content] if found.path.suffix == ".json" else content.splitlines()
    records = [as_table(parse_json(text)) for text in texts if text.strip()]
    if not any("evaluation_results" in record for record in records):
        why = "it is not a record of this schema: it has no evaluation_results"
        raise UnreadableFileError(why)
    reading = joined(_read_record(found, record) for record in records)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return joined([reading, Reading(files=1)])


def _read_record(found: Found, record: dict[str, Any]) -> Reading:
    about = as_table(record.get("model_info"))
    model = as_text(about.get("id")) or as_text(about.get("name"))
    measures: list[ImportedScore] = []
    tasks: list[ImportedRow] = []
    skipped: list[Skipped] = []
    for result in map(as_table, as_list(record.get("evaluation_results"))):
        measure = _measure(found, record, model, result)
        if measure is None:
            what = as_text(result.get("evaluation_name")) or "a result"
            why = "it has no name, model or score, or its level is unknown"
            skipped.append(Skipped(f"{found.shown}: {what}", why, what="score"))
            continue
        measures.append(measure)
        tasks.append(ImportedRow(measure.task, _task_facts(result), measure.metric))
    facts = ImportedRow(model, dict(_model_facts(about)))
    return Reading(tuple(measures), (facts,), tuple(tasks), skipped=tuple(skipped))


def _measure(
    found: Found, record: dict[str, Any], model: str, result: dict[str, Any]
) -> ImportedScore | None:
    metric, details = as_table(result.get("metric_config")), as_table(result.get("score_details"))
    score, task = as_number(details.get("score")), _task(result)
    is_unknown = metric.get("has_unknown_level") is True and score == -1
    if score is None or is_unknown or not task or not model:
        return None
    spread = as_table(details.get("uncertainty"))
    arguments = as_table(as_table(result.get("generation_config")).get("generation_args"))
    moment = moment_of(result.get("evaluation_timestamp") or record.get("evaluation_timestamp"))
    about = as_table(as_table(record.get("model_info")).get("additional_details"))
    return ImportedScore(
        model=model,
        task=task,
        score=score,
        metric=as_text(metric.get("metric_id")) or as_text(metric.get("metric_name")),
        stderr=as_error(as_table(spread.get("standard_error")).get("value")),
        n_examples=as_count(spread.get("num_samples")),
        date=day_of(moment),
        source=found.shown,
        command=as_text(arguments.get("execution_command")) or None,
        base=as_text(about.get("base_model")) or None,
        time=time_of(moment, found.path),
    )


def _task(result: dict[str, Any]) -> str:
    """Return the name of the evaluation, with the data set if it is only that of a scorer."""
    name = as_text(result.get("evaluation_name"))
    data = as_text(as_table(result.get("source_data")).get("dataset_name"))
    if not data or data.casefold() in name.casefold() or name.casefold() in data.casefold():
        return name
    return f"{data}: {name}"


def _task_facts(result: dict[str, Any]) -> dict[str, Any]:
    metric, source = as_table(result.get("metric_config")), as_table(result.get("source_data"))
    lower, repository = metric.get("lower_is_better"), as_text(source.get("hf_repo"))
    return {
        "metric": as_text(metric.get("metric_name")) or as_text(metric.get("metric_id")) or None,
        "description": as_text(metric.get("evaluation_description")) or None,
        "higher_is_better": (not lower) if isinstance(lower, bool) else None,
        "score_min": as_number(metric.get("min_score")),
        "score_max": as_number(metric.get("max_score")),
        "dataset_url": f"https://huggingface.co/datasets/{repository}" if repository else None,
        "evaluation_split": as_text(source.get("hf_split")) or None,
    }


def _model_facts(about: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "name", as_text(about.get("name")) or None
    yield "developer", as_text(about.get("developer")) or None
    details = as_table(about.get("additional_details"))
    size = parse_number(details.get("params_billions"), comma=False)
    yield "parameters_b", size.value if size and size.value > 0 else None
