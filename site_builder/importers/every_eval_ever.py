"""Read records of the Every Eval Ever schema, 0.1 to 0.3: JSON files, or JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    JsonObject,
    Reading,
    Skipped,
    UnreadableFileError,
    data_set_link,
    joined,
    parse_json,
    read_bytes,
    read_files,
)
from site_builder.importers.tabular import parse_number


def read_every_eval_ever(path: Path, options: ImportOptions) -> Reading:
    """Read the records in a file, or in every file of a folder."""
    return read_files(path, _read_file)


def _read_file(found: Found) -> Reading:
    found.check_ending(".json", ".jsonl")
    content = read_bytes(found.path)
    texts = [content] if found.path.suffix.lower() == ".json" else content.splitlines()
    records = [JsonObject(parse_json(text)) for text in texts if text.strip()]
    if not any("evaluation_results" in record for record in records):
        why = "it is not a record of this schema: it has no evaluation_results"
        raise UnreadableFileError(why=why)
    reading = joined(_read_record(found, record) for record in records)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return joined([reading, Reading(files=1)])


def _read_record(found: Found, record: JsonObject) -> Reading:
    about = record.object("model_info")
    model = about.text("id") or about.text("name")
    size = parse_number(about.at("additional_details", "params_billions"), comma=False)
    facts = {
        "name": about.text("name") or None,
        "developer": about.text("developer") or None,
        "parameters_b": size.value if size and size.value > 0 else None,
    }
    results = record.all("evaluation_results")
    scores = (_read_result(found, record, model, result) for result in results)
    return joined([Reading(models=(ImportedRow(model, facts),)), *scores])


def _read_result(found: Found, record: JsonObject, model: str, result: JsonObject) -> Reading:
    metric, details = result.object("metric_config"), result.object("score_details")
    score, task = details.number("score"), _task(result)
    is_unknown = metric.get("has_unknown_level") is True and score == -1
    if score is None or is_unknown or not task or not model:
        where = f"{found.shown}: {result.text('evaluation_name') or 'a result'}"
        why = "it has no name, model or score, or its level is unknown"
        return Reading(skipped=(Skipped(where, why, what="score"),))
    spread = details.object("uncertainty")
    moment = result.moment("evaluation_timestamp") or record.moment("evaluation_timestamp")
    measure = ImportedScore(
        model=model,
        task=task,
        score=score,
        metric=metric.text("metric_id") or metric.text("metric_name"),
        stderr=spread.error("standard_error", "value"),
        n_examples=spread.count("num_samples"),
        command=result.text("generation_config", "generation_args", "execution_command") or None,
        base=record.text("model_info", "additional_details", "base_model") or None,
        evaluator_relationship=record.text("source_metadata", "evaluator_relationship") or None,
        tool=_tool(record),
        retrieved=record.day("retrieved_timestamp"),
        **found.provenance(moment),
    )
    return Reading((measure,), tasks=(ImportedRow(task, _task_facts(result), measure.metric),))


def _tool(record: JsonObject) -> str | None:
    """Return the evaluation library with its version, or the source of an evaluation run."""
    library, source = record.object("eval_library"), record.object("source_metadata")
    name, version = library.text("name"), library.text("version")
    if not name and source.get("source_type") == "evaluation_run":
        name = source.text("source_name")
    return " ".join(word for word in (name, version) if word not in ("", "unknown")) or None


def _task(result: JsonObject) -> str:
    """Return the name of the evaluation, with the data set if it is only that of a scorer."""
    name = result.text("evaluation_name")
    data = result.text("source_data", "dataset_name")
    if not data or data.casefold() in name.casefold() or name.casefold() in data.casefold():
        return name
    return f"{data}: {name}"


def _task_facts(result: JsonObject) -> dict[str, Any]:
    metric, source = result.object("metric_config"), result.object("source_data")
    lower = metric.boolean("lower_is_better")
    return {
        "metric": metric.text("metric_name") or metric.text("metric_id") or None,
        "description": metric.text("evaluation_description") or None,
        "higher_is_better": None if lower is None else not lower,
        "score_min": metric.number("min_score"),
        "score_max": metric.number("max_score"),
        "dataset_url": data_set_link(source.text("hf_repo")),
        "evaluation_split": source.text("hf_split") or None,
    }
