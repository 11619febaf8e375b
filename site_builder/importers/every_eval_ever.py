"""Read records of the Every Eval Ever schema, and the scores of single examples beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from site_builder.importers.cells import parse_number
from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    joined,
    leave_samples,
    of_files,
    read_json_lines,
)
from site_builder.importers.values import (
    JsonObject,
    UnreadableFileError,
    as_text,
    data_set_link,
    parse_json,
    read_bytes,
    rounded_mean,
    version_of,
)
from site_builder.symlinks import is_inside

_SAMPLES = "_samples"
_PART = " - "
"""Between a task and its part in names of evaluations: `GAIA - GAIA Level 1`."""
_SHOTS = "num_fewshot"
_VERSIONS = ("dataset_version", "version", "dataset_revision", "revision", "hf_revision")


@of_files
def read_every_eval_ever(found: Found, options: ImportOptions) -> Reading:
    """Read the records of the schema, 0.1 to 0.3, in a JSON file or in JSON lines.

    The option `examples` applies to the file of samples beside a record.
    """
    found.check_ending(".json", ".jsonl")
    content = read_bytes(found.path)
    texts = [content] if found.path.suffix.lower() == ".json" else content.splitlines()
    lines = [text for text in texts if text.strip()]
    if "sample_id" in JsonObject(parse_json(lines[0])):
        return leave_samples(found, options, f"{found.path.stem.removesuffix(_SAMPLES)}.json")
    records = [JsonObject(parse_json(text)) for text in lines]
    if not any("evaluation_results" in record for record in records):
        why = "it is not a record of this schema: it has no evaluation_results"
        raise UnreadableFileError(why=why)
    reading = joined(_read_record(found, record, options) for record in records)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return reading


def _read_record(found: Found, record: JsonObject, options: ImportOptions) -> Reading:
    about = record.object("model_info")
    model = about.text("id") or about.text("name")
    size = parse_number(about.at("additional_details", "params_billions"))
    facts = {
        "name": about.text("name") or None,
        "developer": about.text("developer") or None,
        "parameters_b": size.value if size and size.value > 0 else None,
    }
    results = record.all("evaluation_results")
    scores = [_read_result(found, record, model, result) for result in results]
    parts = Reading(tasks=tuple(_parts([m.task for score in scores for m in score.measures])))
    reading = joined([Reading(models=(ImportedRow(model, facts),)), *scores, parts])
    stated = Path(record.text("detailed_evaluation_results", "file_path")).name
    usual = f"{found.path.stem}{_SAMPLES}.jsonl"
    samples = found.beside(stated if stated.endswith(".jsonl") else usual)
    if not options.examples or found.path.suffix.lower() != ".json" or not samples.path.is_file():
        return reading
    names = (
        (name, score.measures[0])
        for key in ("evaluation_name", "evaluation_result_id")
        for result, score in zip(results, scores, strict=True)
        if (name := result.text(key)) and score.measures
    )
    if not is_inside(samples.path, samples.path.parent):
        why = f"its examples, {samples.path.name}, are a link that leads out of the folder"
        raise UnreadableFileError(why=why, fix="Replace the link by the file.")
    total = record.count("detailed_evaluation_results", "total_rows")
    return joined([reading, _read_samples(samples, dict(names), total)])


def _parts(tasks: Iterable[str]) -> Iterable[ImportedRow]:
    """Yield the parts among the tasks of a record, by their names."""
    names = dict.fromkeys(tasks)
    for name in names:
        whole = name.partition(_PART)[0]
        if whole != name and whole in names:
            yield ImportedRow(name, {"part_of": whole})


def _read_samples(found: Found, scores: Mapping[str, ImportedScore], total: int | None) -> Reading:
    """Read the score of each example; of one that was tried several times, the mean."""
    tries: dict[tuple[str, str], list[float]] = {}
    skipped: list[Skipped] = []
    lines = list(read_json_lines(found))
    for where, sample, damage in lines:
        names = (sample.text("evaluation_result_id"), sample.text("evaluation_name"))
        name = next((name for name in names if name in scores), "")
        value, example = sample.number("evaluation", "score"), as_text(str(sample.get("sample_id")))
        if not name or value is None:
            why = "it has no score" if name else "its evaluation is not in its record"
            skipped.append(Skipped(where, damage or why, what="score"))
        else:
            tries.setdefault((name, example), []).append(value)
    examples: list[ImportedExample] = []
    for (name, example), values in tries.items():
        of, mean = scores[name], rounded_mean(values)
        kind = (of.model, of.task, of.metric, of.setting)
        examples.append(ImportedExample(*kind, example, mean, of.source))
    has = f"has {len(lines):,} of the {total or 0:,} examples that its record states"
    notes = () if total in (None, len(lines)) else (f"{found.shown}: {has}",)
    return Reading(examples=tuple(examples), skipped=tuple(skipped), notes=notes)


def _read_result(found: Found, record: JsonObject, model: str, result: JsonObject) -> Reading:
    metric, details = result.object("metric_config"), result.object("score_details")
    score, task = details.number("score"), _task(result)
    why = _why_no_score(score, metric, task if model else "")
    if score is None or why:
        where = f"{found.shown}: {result.text('evaluation_name') or 'a result'}"
        return Reading(skipped=(Skipped(where, why, what="score"),))
    spread = details.object("uncertainty")
    moment = result.moment("evaluation_timestamp") or record.moment("evaluation_timestamp")
    times = (moment, record.moment("retrieved_timestamp"))  # measured, and taken over
    provenance = found.provenance(moment)
    provenance["time"] = tuple(time.timestamp() for time in times if time)
    if found.path.suffix.lower() != ".json":
        provenance["where"] += f", {record.text('evaluation_id')}"
    fields, of_data = _fields(record, result), result.object("source_data", "additional_details")
    shots = fields.get(_SHOTS, "")
    measure = ImportedScore(
        model=model,
        task=task,
        score=score,
        metric=metric.text("metric_id") or metric.text("metric_name"),
        stderr=spread.positive("standard_error", "value"),
        n_examples=spread.count("num_samples"),
        command=result.text("generation_config", "generation_args", "execution_command") or None,
        base=record.text("model_info", "additional_details", "base_model") or None,
        evaluator_relationship=record.text("source_metadata", "evaluator_relationship") or None,
        tool=_tool(record),
        retrieved=record.day("retrieved_timestamp"),
        facets={_SHOTS: f"{shots}-shot"} if shots.isdecimal() else {},
        fields=fields,
        version=version_of(*map(of_data.get, _VERSIONS)),
        **provenance,
    )
    source, lower = result.object("source_data"), metric.boolean("lower_is_better")
    facts = {
        "metric": metric.text("metric_name") or metric.text("metric_id") or None,
        "description": metric.text("evaluation_description") or None,
        "higher_is_better": None if lower is None else not lower,
        "score_min": metric.number("min_score"),
        "score_max": metric.number("max_score"),
        "dataset_url": data_set_link(source.text("hf_repo")),
        "evaluation_split": source.text("hf_split") or None,
    }
    return Reading((measure,), tasks=(ImportedRow(task, facts, measure.metric),))


def _why_no_score(score: float | None, metric: JsonObject, task: str) -> str:
    """Return why a result is no score of a task; empty if it is one."""
    if score is None or not task:
        return "it has no name, model or score"
    low, high = metric.number("min_score"), metric.number("max_score")
    is_inside = (low is None or low <= score) and (high is None or score <= high)
    if score == -1 and (metric.get("has_unknown_level") is True or not is_inside):
        return "-1 stands for a score that is not available"
    if task.endswith("Mean win rate"):
        return "a mean win rate depends on the models that were compared"
    return "" if is_inside else "it is outside of the bounds that its file states"


def _fields(record: JsonObject, result: JsonObject) -> dict[str, str]:
    """Return what tells a record from others of its model: source, agent, effort."""
    arguments = result.object("generation_config", "generation_args")
    details = {
        "source_name": record.text("source_metadata", "source_name"),
        "modality": result.text("modality"),
        **{name: value for name, value in arguments.items() if name != "execution_command"},
        **record.object("model_info", "additional_details"),
        **result.object("generation_config", "additional_details"),
    }
    return {
        k: as_text(str(v))
        for k, v in details.items()
        if not isinstance(v, dict | list | type(None))
    }


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
