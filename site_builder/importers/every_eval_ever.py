"""Read and write records of the Every Eval Ever schema; read the examples beside them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from site_builder.config import SiteConfig
from site_builder.errors import Fault
from site_builder.importers.cells import parse_number
from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    grouped,
    joined,
    leave_samples,
    of_files,
    read_json_lines,
)
from site_builder.importers.values import (
    DATA_SETS,
    JsonObject,
    UnreadableFileError,
    as_link,
    as_text,
    data_set_link,
    known,
    parse_json,
    read_bytes,
    rounded_mean,
    version_of,
)
from site_builder.symlinks import is_inside
from site_builder.tables.check import check_tables
from site_builder.tables.columns import RUN
from site_builder.tables.overrides import NOTHING
from site_builder.tables.read import Tables, load_tables
from site_builder.tables.schema import MODELS

_SAMPLES = "_samples"
_PART = " - "
"""Between a task and its part in names of evaluations: `GAIA - GAIA Level 1`."""
_SHOTS = "num_fewshot"
_SCHEMA = "0.3.0"
_RELATIONSHIPS = ("first_party", "third_party", "collaborative")
# What stands elsewhere in a record than among the settings.
_NO_SETTINGS = ("tool", "evaluator_relationship", "retrieved")
_OF_RUN = ("model", "variant", "tool", "evaluator_relationship")
_DETAILS = ("source", "flag", "comparable", "verification")
_UNPORTABLE = re.compile(r'[<>:"\\|?*\x00-\x1f/]')
_Row = Mapping[str, Any]
_VERSIONS = ("dataset_version", "version", "dataset_revision", "revision", "hf_revision")


@of_files
def read_every_eval_ever(found: Found, options: ImportOptions) -> Reading:
    """Read records of schema 0.1 to 0.3, JSON or JSON lines, and with `examples` their samples."""
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


# --- writing --------------------------------------------------------------------------------------


def records_of(config: SiteConfig) -> tuple[dict[str, bytes], list[Fault]]:
    """Return the scores of a project as records by path, `data/SITE/DEVELOPER/MODEL/UUID.json`.

    With them comes why scores are in none: a model needs a developer, a task a direction. Facets
    and measures are details of each result, as the importer of the schema reads them. See
    https://github.com/evaleval/every_eval_ever.

    Raises:
        FaultsError: The tables have an error.
    """
    tables = check_tables(load_tables(config.data_dir), config)
    results = _rows(tables.results)
    unknown = {assumed.task for assumed in tables.assumptions if assumed.why == NOTHING}
    days = [str(row.get(name, "")) for row in results for name in ("date", "retrieved")]
    retrieved = _epoch(max(filter(_is_day, days), default="")) or "0"
    runs = grouped((tuple(str(row.get(name, "")) for name in _OF_RUN), row) for row in results)
    models = _models(tables)
    tasks = {str(row["task"]): row for row in _rows(tables.tasks)}
    files: dict[str, bytes] = {}
    lacking: dict[str, None] = {}
    for run, of_run in runs.items():
        model = _model_info(models[run[0]], of_run[0], run[1], config)
        told = [row for row in of_run if row["task"] not in unknown]
        for task in dict.fromkeys(row["task"] for row in of_run if row["task"] in unknown):
            lacking[f"nothing states whether higher is better on task {task!r}"] = None
        if "/" not in model["id"] and "developer" not in model:
            lacking[f"model {model['id']!r} has no developer: set it in the models"] = None
        elif told:
            scores = [_written_result(row, tasks[row["task"]], tables) for row in told]
            path, record = _record(run, model, told[0], retrieved, config)
            text = json.dumps(record | {"evaluation_results": scores}, ensure_ascii=False, indent=2)
            files[path] = f"{text}\n".encode()
    return files, [Fault("", f"not exported: {what}", severity="warning") for what in lacking]


def _models(tables: Tables) -> dict[str, _Row]:
    """Return the facts of each entry, with the name of its model."""
    stated = _rows(tables.loaded[MODELS.name].frame) if MODELS.name in tables.loaded else []
    names = {row["model"]: row["name"] for row in stated if "name" in row}
    rows = _rows(tables.models)
    return {str(row["model"]): {**row, "name": names.get(row["of"], row["of"])} for row in rows}


def _record(
    run: Sequence[str], model: Mapping[str, Any], row: _Row, retrieved: str, config: SiteConfig
) -> tuple[str, dict[str, Any]]:
    """Return the path of a record, and what it states of all its scores."""
    collection = _component(re.sub(r"\s+", "-", config.site.title.strip().lower()))
    developer, _, name = str(model["id"]).partition("/")
    developer, name = (developer, name) if name else (model["developer"], developer)
    identity = json.dumps([collection, *run])
    folders = ("data", collection, _component(developer), _component(name))
    record = {
        "schema_version": _SCHEMA,
        "evaluation_id": f"{collection}/{str(model['id']).replace('/', '_')}/{retrieved}",
        "retrieved_timestamp": retrieved,
        "source_metadata": _source(row, config),
        "eval_library": _library(row),
        "model_info": model,
    }
    return "/".join((*folders, f"{_uuid(identity)}.json")), record


def _rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - pandas has its home in `tables`
    """Return the rows of a table without the values that are not known."""
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    return [{str(k): v for k, v in row.items() if v is not None} for row in rows]


def _model_info(model: _Row, row: _Row, variant: str, config: SiteConfig) -> dict[str, Any]:
    """Return what was run, and its base model if it was tuned."""
    run, base = str(row.get(RUN) or model["of"]), str(model["of"])
    is_tuned = variant != config.default_variant
    size = model.get("parameters_b")
    details = known(
        deployment_type="unknown",
        model_availability="unknown",
        base_model=base if is_tuned and run != base else None,
        variant=variant if is_tuned and run == base else None,
        params_billions=_text(size) if size else None,
    )
    name, developer = model["name"] if run == base else run, model.get("developer")
    return known(name=name, id=run, developer=developer, additional_details=details)


def _source(row: _Row, config: SiteConfig) -> dict[str, Any]:
    relationship = row.get("evaluator_relationship")
    return known(
        source_name=config.site.title,
        source_type="documentation",
        source_organization_name=config.site.title,
        evaluator_relationship=relationship if relationship in _RELATIONSHIPS else "other",
        source_organization_url=config.site.base_url,
    )


def _library(row: _Row) -> dict[str, str]:
    name, _, version = str(row.get("tool") or "unknown").rpartition(" ")
    return {"name": name or version, "version": version if name else "unknown"}


def _written_result(row: _Row, task: _Row, tables: Tables) -> dict[str, Any]:
    facets = [f.id for f in tables.facets if f.is_setting and f.id not in _NO_SETTINGS]
    settings = {name: _text(row[name]) for name in facets if name in row}
    settings |= {m.id: _text(row[m.id]) for m in tables.measures if m.id in row}
    n = row.get("n_examples")
    uncertainty = known(
        standard_error=known(value=row.get("stderr")), num_samples=None if n is None else int(n)
    )
    details = {name: str(row[name]) for name in _DETAILS if name in row}
    arguments = known(execution_command=row.get("command"))
    return known(
        evaluation_result_id=row["task"],
        evaluation_name=row["task"],
        source_data=_data(row, task),
        evaluation_timestamp=_epoch(str(row.get("date", ""))),
        metric_config=_metric_config(task),
        score_details=known(score=row["score"], uncertainty=uncertainty, details=details),
        generation_config=known(generation_args=arguments, additional_details=settings),
    )


def _data(row: _Row, task: _Row) -> dict[str, Any]:
    """Return the data set of a task: on Hugging Face, elsewhere, or not known."""
    link = str(task.get("dataset_url", ""))
    is_on_hub = link.startswith(DATA_SETS)
    links = [found for found in (as_link(link), as_link(row.get("source"))) if found]
    return known(
        dataset_name=task["task"],
        source_type="hf_dataset" if is_on_hub else "url" if links else "other",
        hf_repo=link.removeprefix(DATA_SETS) if is_on_hub else None,
        hf_split=task.get("evaluation_split") if is_on_hub else None,
        url=None if is_on_hub else links or None,
        additional_details=known(
            dataset_version=row.get("version_of_task", task.get("version")),
        ),
    )


def _metric_config(task: _Row) -> dict[str, Any]:
    """Return the metric; a score without both bounds is of no type that the schema has."""
    low, high = task.get("score_min"), task.get("score_max")
    return known(
        evaluation_description=task.get("description"),
        metric_id=task.get("metric"),
        metric_name=task.get("metric"),
        lower_is_better=not task["higher_is_better"],
        score_type=None if None in (low, high) else "continuous",
        min_score=low,
        max_score=high,
    )


def _text(value: object) -> str:
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _is_day(text: str) -> bool:
    return len(text) == len("2026-01-31")


def _epoch(day: str) -> str:
    """Return the start of a day as seconds since 1970; empty for a year or a month."""
    if not _is_day(day):
        return ""
    return f"{datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp():.0f}"


def _component(name: str) -> str:
    """Return a name that every file system takes."""
    return _UNPORTABLE.sub("_", name).strip(". ") or "_"


def _uuid(identity: str) -> str:
    """Return a UUID of version 4 that is the same for the same record."""
    digits = hashlib.sha256(identity.encode()).hexdigest()
    return str(UUID(f"{digits[:12]}4{digits[13:16]}a{digits[17:32]}"))
