"""Write the scores of a project as records of the Every Eval Ever schema, version 0.3."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault
from site_builder.importers.values import DATA_SETS, as_link, known
from site_builder.tables.check import check_tables
from site_builder.tables.columns import RUN
from site_builder.tables.overrides import NOTHING
from site_builder.tables.read import Tables, load_tables
from site_builder.tables.schema import MODELS

_VERSION = "0.3.0"
_RELATIONSHIPS = ("first_party", "third_party", "collaborative")
# What stands elsewhere in a record than among the settings.
_NO_SETTINGS = ("tool", "evaluator_relationship", "retrieved")
_DETAILS = ("source", "flag", "comparable", "verification")
_UNPORTABLE = re.compile(r'[<>:"\\|?*\x00-\x1f/]')
_Row = Mapping[str, Any]


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
    runs: dict[tuple[str, ...], list[_Row]] = {}
    for row in results:
        about = (row["variant"], row.get("tool", ""), row.get("evaluator_relationship", ""))
        runs.setdefault((row["model"], *map(str, about)), []).append(row)
    models = _models(tables)
    tasks = {str(row["task"]): row for row in _rows(tables.tasks)}
    files: dict[str, bytes] = {}
    lacking: dict[str, None] = {}
    for run, of_run in runs.items():
        model = _model(models[run[0]], of_run[0], run[1], config)
        known = [row for row in of_run if row["task"] not in unknown]
        for task in dict.fromkeys(row["task"] for row in of_run if row["task"] in unknown):
            lacking[f"nothing states whether higher is better on task {task!r}"] = None
        if "/" not in model["id"] and "developer" not in model:
            lacking[f"model {model['id']!r} has no developer: set it in the models"] = None
        elif known:
            scores = [_result(row, tasks[row["task"]], tables) for row in known]
            path, record = _record(run, model, known[0], retrieved, config)
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
        "schema_version": _VERSION,
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


def _model(model: _Row, row: _Row, variant: str, config: SiteConfig) -> dict[str, Any]:
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


def _result(row: _Row, task: _Row, tables: Tables) -> dict[str, Any]:
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
        metric_config=_metric(task),
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


def _metric(task: _Row) -> dict[str, Any]:
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
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:32])
    return "-".join(parts)
