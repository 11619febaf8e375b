"""Read scores of many models: of OpenCompass, EvalPlus and Every Eval Ever."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from typing import Any

from site_builder.importers.reading import (
    COLUMNS,
    ROWS,
    SCORES,
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    JsonObject,
    Reading,
    Skipped,
    UnreadableFileError,
    as_number,
    as_text,
    data_set_link,
    joined,
    of_files,
    parse_json,
    read_bytes,
    read_text,
)
from site_builder.importers.tabular import parse_number
from site_builder.records import replace
from site_builder.tables.files import read_csv

_HEADING = ["dataset", "version", "metric", "mode"]
_GAP = re.compile(r" {2,}+")  # between the columns of a table in text
_PASS = "pass@1"
_SHARE = re.compile(r"accuracy|acc\b|pass@\d", re.IGNORECASE)


# --- OpenCompass --------------------------------------------------------------------------------


@of_files
def read_opencompass(found: Found, options: ImportOptions) -> Reading:
    """Read a `summary_*.csv`, or the table in a `summary_*.txt`.

    They have a row for each data set and metric, and a column for each model. Rows without a
    version are means of other rows, and no scores.
    """
    found.check_ending(".csv", ".txt")
    text, is_csv = read_text(found.path), found.path.suffix.lower() == ".csv"
    csv = (row for _, row in read_csv(io.StringIO(text, newline="")))
    heading, *rows = ROWS.take(csv if is_csv else _table(text)) or [[]]
    models = [as_text(name) for name in heading[len(_HEADING) :]]
    if heading[: len(_HEADING)] != _HEADING or not all(models):
        why = f"it is no summary of OpenCompass: its columns are not {', '.join(_HEADING)}, models"
        raise UnreadableFileError(why=why)
    COLUMNS.check(len(heading))
    SCORES.check(len(rows) * len(models))
    run = ImportedScore("", "", math.nan, **found.provenance(None))
    scores: list[ImportedScore] = []
    skipped: list[Skipped] = []
    for row in rows:
        of_row = list(_scores(run, models, row))
        if of_row and row[1] == "-":
            why = f"it is a mean of other rows ({as_text(row[2])})"
            skipped.append(Skipped(f"{found.shown}: {as_text(row[0])}", why, what="score"))
        else:
            scores += of_row
    if not scores:
        raise UnreadableFileError(why="it has no score")
    tasks = tuple(ImportedRow(score.task, _bounds(score.metric), score.metric) for score in scores)
    return Reading(tuple(scores), tasks=tasks, skipped=tuple(skipped))


def _table(text: str) -> Iterator[list[str]]:
    """Yield the cells of the first table in a text: lines from its heading to an empty line."""
    is_table = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in _GAP.split(line.strip())]
        is_table = is_table or cells[: len(_HEADING)] == _HEADING
        if is_table and not line.strip():
            return
        if is_table and not line.startswith("---"):
            yield cells


def _scores(run: ImportedScore, models: list[str], row: list[str]) -> Iterator[ImportedScore]:
    task, version, metric, mode = (as_text(cell) for cell in (*row, "", "", "", "")[:4])
    for model, cell in zip(models, row[len(_HEADING) :], strict=False):
        number = parse_number(cell, comma=False)
        if number is not None and task:
            setting = ", ".join(word for word in (mode, version) if word not in ("", "-"))
            yield replace(
                run, model=model, task=task, metric=metric, setting=setting, score=number.value
            )


def _bounds(metric: str) -> dict[str, Any]:
    """Return the direction and bounds of a share, which both write in percent."""
    share = {"higher_is_better": True, "score_min": 0.0, "score_max": 100.0}
    return share if _SHARE.search(metric) else {}


# --- EvalPlus -----------------------------------------------------------------------------------


@of_files
def read_evalplus(found: Found, options: ImportOptions) -> Reading:
    """Read `results.json` of the EvalPlus leaderboard: pass@1 by model and data set, in percent."""
    entries = found.object()
    scores: list[ImportedScore] = []
    models: list[ImportedRow] = []
    provenance = found.provenance(None)
    for name, entry in entries.items():
        model, about = as_text(name), JsonObject(entry)
        size = about.number("size")
        facts = {
            "parameters_b": size if size and size > 0 else None,
            "url": about.link("link"),
            "tuning": "instruct" if about.get("prompted") is True else None,
        }
        models.append(ImportedRow(model, facts))
        for task, value in about.object(_PASS).items():
            score = as_number(value)
            if score is not None and model and as_text(task):
                scores.append(ImportedScore(model, as_text(task), score, _PASS, **provenance))
    if not scores:
        raise UnreadableFileError(why=f"it is no result of EvalPlus: it has no {_PASS}")
    tasks = (ImportedRow(task, _bounds(_PASS)) for task in dict.fromkeys(s.task for s in scores))
    return Reading(tuple(scores), models=tuple(models), tasks=tuple(tasks))


# --- Every Eval Ever ----------------------------------------------------------------------------


@of_files
def read_every_eval_ever(found: Found, options: ImportOptions) -> Reading:
    """Read the records of the schema, 0.1 to 0.3, in a JSON file or in JSON lines."""
    found.check_ending(".json", ".jsonl")
    content = read_bytes(found.path)
    texts = [content] if found.path.suffix.lower() == ".json" else content.splitlines()
    records = [JsonObject(parse_json(text)) for text in texts if text.strip()]
    if records and all("sample_id" in record for record in records):
        why = "it has scores of single examples, which are not read"
        return Reading(skipped=(Skipped(found.shown, why, what="score"),))
    if not any("evaluation_results" in record for record in records):
        why = "it is not a record of this schema: it has no evaluation_results"
        raise UnreadableFileError(why=why)
    reading = joined(_read_record(found, record) for record in records)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return reading


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
        fields=_fields(record, result),
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
    details = {
        "source_name": record.text("source_metadata", "source_name"),
        **record.object("model_info", "additional_details"),
        **result.object("generation_config", "additional_details"),
    }
    return {k: as_text(str(v)) for k, v in details.items() if not isinstance(v, dict | list)}


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
