"""Read records of the Every Eval Ever schema, 0.1 to 0.3: JSON files, or JSON lines."""

from __future__ import annotations

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
    as_number,
    as_table,
    as_tables,
    as_text,
    day_of,
    find_files,
    joined,
    moment_of,
    parse_json,
    read_bytes,
    read_each,
)
from site_builder.importers.tabular import parse_number


def read_every_eval_ever(path: Path, options: ImportOptions) -> Reading:
    """Read the records in a file, or in every file of a folder."""
    return read_each(find_files(path), _read_file)


def _read_file(found: Found) -> Reading:
    suffix = found.path.suffix
    if suffix not in (".json", ".jsonl"):
        raise UnreadableFileError(why=f"{suffix or 'no ending'} is neither .json nor .jsonl")
    content = read_bytes(found.path)
    texts = [content] if suffix == ".json" else content.splitlines()
    records = [as_table(parse_json(text)) for text in texts if text.strip()]
    if not any("evaluation_results" in record for record in records):
        why = "it is not a record of this schema: it has no evaluation_results"
        raise UnreadableFileError(why=why)
    reading = joined(_read_record(found, record) for record in records)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return joined([reading, Reading(files=1)])


def _read_record(found: Found, record: dict[str, Any]) -> Reading:
    about = as_table(record, "model_info")
    model = as_text(about.get("id")) or as_text(about.get("name"))
    size = parse_number(as_table(about, "additional_details").get("params_billions"), comma=False)
    facts = {
        "name": as_text(about.get("name")) or None,
        "developer": as_text(about.get("developer")) or None,
        "parameters_b": size.value if size and size.value > 0 else None,
    }
    results = as_tables(record.get("evaluation_results"))
    scores = (_read_result(found, record, model, result) for result in results)
    return joined([Reading(models=(ImportedRow(model, facts),)), *scores])


def _read_result(
    found: Found, record: dict[str, Any], model: str, result: dict[str, Any]
) -> Reading:
    metric, details = as_table(result, "metric_config"), as_table(result, "score_details")
    score, task = as_number(details.get("score")), _task(result)
    is_unknown = metric.get("has_unknown_level") is True and score == -1
    if score is None or is_unknown or not task or not model:
        where = f"{found.shown}: {as_text(result.get('evaluation_name')) or 'a result'}"
        why = "it has no name, model or score, or its level is unknown"
        return Reading(skipped=(Skipped(where, why, what="score"),))
    spread = as_table(details, "uncertainty")
    arguments = as_table(result, "generation_config", "generation_args")
    about = as_table(record, "model_info", "additional_details")
    moment = moment_of(result.get("evaluation_timestamp") or record.get("evaluation_timestamp"))
    measure = ImportedScore(
        model=model,
        task=task,
        score=score,
        metric=as_text(metric.get("metric_id")) or as_text(metric.get("metric_name")),
        stderr=as_error(as_table(spread, "standard_error").get("value")),
        n_examples=as_count(spread.get("num_samples")),
        command=as_text(arguments.get("execution_command")) or None,
        base=as_text(about.get("base_model")) or None,
        evaluator_relationship=_relationship(record),
        tool=_tool(record),
        retrieved=day_of(moment_of(record.get("retrieved_timestamp"))),
        **found.provenance(moment),
    )
    return Reading((measure,), tasks=(ImportedRow(task, _task_facts(result), measure.metric),))


def _relationship(record: dict[str, Any]) -> str | None:
    stated = as_table(record, "source_metadata").get("evaluator_relationship")
    return as_text(stated) or None


def _tool(record: dict[str, Any]) -> str | None:
    """Return the evaluation library with its version, or the source of an evaluation run."""
    library, source = as_table(record, "eval_library"), as_table(record, "source_metadata")
    name, version = as_text(library.get("name")), as_text(library.get("version"))
    if not name and source.get("source_type") == "evaluation_run":
        name = as_text(source.get("source_name"))
    return " ".join(word for word in (name, version) if word not in ("", "unknown")) or None


def _task(result: dict[str, Any]) -> str:
    """Return the name of the evaluation, with the data set if it is only that of a scorer."""
    name = as_text(result.get("evaluation_name"))
    data = as_text(as_table(result, "source_data").get("dataset_name"))
    if not data or data.casefold() in name.casefold() or name.casefold() in data.casefold():
        return name
    return f"{data}: {name}"


def _task_facts(result: dict[str, Any]) -> dict[str, Any]:
    metric, source = as_table(result, "metric_config"), as_table(result, "source_data")
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
