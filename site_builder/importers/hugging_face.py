"""Read what Hugging Face holds and its tools write: cards, `.eval_results`, template, lighteval."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from site_builder.config import SiteConfig
from site_builder.errors import Fault
from site_builder.formatting import counted, listed
from site_builder.importers.cells import ARROW, parse_number, without_arrows
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    find_files,
    joined,
    of_files,
    read_each,
)
from site_builder.importers.sheets import parse_yaml
from site_builder.importers.values import (
    DATA_SETS,
    HUB_ID,
    SCORES,
    JsonObject,
    UnreadableFileError,
    as_count,
    as_link,
    as_number,
    as_text,
    data_set_link,
    flag_of_part,
    known,
    moment_in_name,
    read_json,
    read_text,
    stated_days,
    version_of,
)
from site_builder.records import replace
from site_builder.tables.columns import RUN
from site_builder.tables.metrics import direction_in
from site_builder.tables.schema import MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, read_all_stored

TASK_ID = "hf_task_id"
"""Column of the tasks, outside the schema: the task in the `eval.yaml` of its data set."""
_FOLDER = ".eval_results"
_OWN_FILE = "leaderboard.yaml"
_DEFAULT = "default"
_CARD = "README.md"
_INDEX = "model.safetensors.index.json"
_CACHED = re.compile(r"models--(.+?)--(.+)")
_RESULTS = ("results", "eval-results", "eval_results")
_REQUESTS = ("requests", "eval-queue", "eval_requests")
_FACTS = ("license", "model_type", "precision", "weight_type")
# Of a request that is finished, the results are elsewhere, or were taken out.
_STATUSES = {
    "PENDING": ("pending", ""),
    "RUNNING": ("pending", "its evaluation is running"),
    "RERUN": ("pending", "its evaluation runs again"),
    "FAILED": ("not_evaluated", "its evaluation failed"),
    "CANCELLED": ("not_evaluated", "its evaluation was cancelled"),
}
# Keys of the lm-evaluation-harness, whose files have a `config` of another kind.
_OTHERS = frozenset(("configs", "versions", "n-shot", "config_general"))


def read_hugging_face(path: Path, options: ImportOptions) -> Reading:
    """Read a model card, a file of `.eval_results`, or the repositories in a folder."""
    files = [
        found
        for found in find_files(path, hidden=_FOLDER)
        if path.is_file() or found.path.name == _CARD or found.path.match(f"{_FOLDER}/*.y*ml")
    ]
    ordered = sorted(files, key=lambda found: found.path.name != _CARD)
    return read_each(ordered, lambda found: _read_file(found, options))


def _read_file(found: Found, options: ImportOptions) -> Reading:
    readers = {".yaml": _read_results, ".yml": _read_results, ".md": _read_card}
    if found.path.suffix not in readers:
        why = f"it is neither a model card ({_CARD}) nor a YAML file of {_FOLDER}"
        raise UnreadableFileError(why=why)
    reading = readers[found.path.suffix](found, options)
    if not reading.measures:
        raise UnreadableFileError(why="it has no score")
    return reading


def _front_matter(path: Path) -> JsonObject:
    """Return the YAML between the first two lines `---` of a card; empty if there is none."""
    first, *lines = read_text(path).lstrip().split("\n")
    marks = (number for number, line in enumerate(lines) if line.rstrip() == "---")
    end = next(marks, 0) if first.rstrip() == "---" else 0
    return JsonObject(parse_yaml("\n".join(["", *lines[:end]])))


def _read_card(found: Found, options: ImportOptions) -> Reading:
    card = _front_matter(found.path)
    if not isinstance(card.get("model-index"), list):
        raise UnreadableFileError(why="it has no model-index")
    models = card.all("model-index")
    base, why = _base(card)
    repository = _repository(found.path.absolute().parent)
    if repository and len(models) == 1:
        models = [JsonObject({**models[0], "name": repository})]
    measures = tuple(m for model in models for m in _of_model(found, model, base))
    license_ = card.text("license")
    count = _parameters(found, card) if len(models) == 1 else 0
    facts = {
        "license": license_ if license_ not in ("", "other", "unknown") else None,
        "parameters_b": count / 1e9 if count else None,
    }
    return Reading(
        measures,
        models=tuple(ImportedRow(name, facts) for name in dict.fromkeys(m.model for m in measures)),
        notes=(f"{found.shown}: {why}, so it is not paired",) if why else (),
    )


def _parameters(found: Found, card: JsonObject) -> int:
    """Return how many parameters a model has by what is stated of its safetensors; 0 if nothing is.

    The Hub states `total`, or a count for each type of numbers; the index beside the files of the
    weights has `total_parameters`.
    """
    weights = card.object("safetensors")
    total = weights.count("total")
    if total is not None:
        return total
    counts = [as_count(n) for n in weights.object("parameters").values()]
    index = found.beside(_INDEX)
    if not any(counts) and index.path.is_file() and not found.is_named:
        with suppress(UnreadableFileError):
            counts = [JsonObject(read_json(index.path)).count("metadata", "total_parameters")]
    return sum(n for n in counts if n is not None)


def _base(card: JsonObject) -> tuple[str | None, str]:
    """Return the base model of a card, or why there is not one."""
    stated, relation = card.get("base_model"), card.text("base_model_relation")
    names = map(as_text, stated if isinstance(stated, list) else [stated])
    bases = [name for name in names if name]
    if len(bases) == 1 and relation in ("", "finetune", "adapter"):
        return bases[0], ""
    return None, f"{relation or 'made'} from {', '.join(bases)}" if bases else ""


def _of_model(found: Found, model: JsonObject, base: str | None) -> Iterator[ImportedScore]:
    name = model.text("name")
    for result in model.all("results"):
        data, metrics = result.object("dataset"), result.all("metrics")
        kinds = [metric.text("type") for metric in metrics]
        times = Counter(kinds)
        task, split = _task(data), data.text("split")
        provenance = found.provenance(None, result.text("source", "url"))
        for metric, kind in zip(metrics, kinds, strict=True):
            number = parse_number(metric.get("value"))
            if number is None or not task or not name:
                continue
            is_one = kind and times[kind] == 1
            yield ImportedScore(
                model=name,
                task=task,
                score=number.value,
                metric=kind if is_one else metric.text("name") or kind,
                setting="" if split in ("", "test") else f"{split} split",
                base=base,
                version=version_of(data.get("revision")),
                **provenance,
            )


def _task(data: JsonObject) -> str:
    """Return the data set with its part, as in `glue (qnli)`: each part is a task."""
    name = data.text("name") or data.text("type")
    stated = data.get("config") or data.get("args")
    words = map(as_text, stated.values() if isinstance(stated, dict) else [stated])
    known = ("", _DEFAULT)
    shown = [w for w in words if w not in known and w.casefold() not in name.casefold()]
    return f"{name} ({', '.join(shown)})" if shown else name


def _read_results(found: Found, options: ImportOptions) -> Reading:
    entries = parse_yaml(read_text(found.path))
    if not isinstance(entries, list):
        raise UnreadableFileError(why="it is not a list of results")
    root = found.path.absolute().parent.parent
    card = JsonObject()
    with suppress(UnreadableFileError):
        card = _front_matter(root / _CARD)
    first = next(iter(card.all("model-index")), JsonObject())
    model = _repository(root) or first.text("name") or as_text(root.name)
    measures: list[ImportedScore] = []
    tasks: list[ImportedRow] = []
    for entry in map(JsonObject, entries):
        data = entry.object("dataset")
        name, part = data.text("id"), as_text(data.get("task_id") or data.get("config"))
        when = entry.get("date")
        text = when.isoformat() if isinstance(when, date) else as_text(str(when or ""))
        (day,) = stated_days("date", [text], options.date_unit)
        run = ImportedScore(
            model=model,
            task=name if part in ("", _DEFAULT) else f"{name}: {part}",
            score=math.nan,
            setting=entry.text("notes"),
            tool=entry.text("evaluation_framework") or None,
            base=_base(card)[0],
            version=version_of(data.get("revision")),
            **found.dated(text, day, entry.text("source", "url")),
        )
        # The documentation has one value in an entry, or proposes a list of metrics.
        for stated in entry.all("metrics") or [entry]:
            score = stated.number("value")
            if score is not None and name:
                metric = stated.text("metric_id")
                measures.append(replace(run, score=score, metric=metric))
        facts = {
            "dataset_url": data_set_link(name),
            "evaluation_split": data.text("split") or None,
            TASK_ID: part or None,
        }
        tasks.append(ImportedRow(run.task, facts))
    return Reading(tuple(measures), tasks=tuple(tasks))


def eval_results_of(config: SiteConfig) -> tuple[dict[str, bytes], list[Fault]]:
    """Return the scores of a project as `.eval_results`, a file for each model repository.

    The YAML is by path, `org__name/.eval_results/leaderboard.yaml`; with it comes why scores are in
    no file. A score needs the repository of its model and the data set and task id of its task on
    Hugging Face. See https://huggingface.co/docs/hub/eval-results.

    Raises:
        FaultsError: A table cannot be read.
    """
    stored = read_all_stored((MODELS, TASKS, RESULTS), config.data_dir)
    models = {str(row.get("model")): row for row in stored[MODELS.name].rows}
    tasks = {str(row.get("task")): row for row in stored[TASKS.name].rows}
    entries: dict[str, list[dict[str, Any]]] = {}
    lacking: dict[str, None] = {}
    for row in stored[RESULTS.name].rows:
        model, task = str(row.get("model")), str(row.get("task"))
        variant = row.get("variant") or config.default_variant
        own = models.get(model, {}).get("hf_id") or model
        repository = row.get(RUN) or (own if variant == config.default_variant else "")
        about = tasks.get(task, {})
        data_set = str(about.get("dataset_url") or "").removeprefix(DATA_SETS)
        what = f"task {task!r} has no benchmark: set dataset_url and {TASK_ID} in the tasks"
        if not HUB_ID.fullmatch(repository):
            what = f"model {model!r} ({variant}) has no repository: set hf_id in the models"
        elif HUB_ID.fullmatch(data_set) and about.get(TASK_ID):
            entries.setdefault(repository, []).append(_entry(row, about, data_set))
            continue
        lacking[what] = None
    files: dict[str, bytes] = {}
    for name in sorted(entries):
        content = io.BytesIO()
        YAML().dump(entries[name], content)
        files[f"{name.replace('/', '__')}/{_FOLDER}/{_OWN_FILE}"] = content.getvalue()
    return files, [Fault("", f"not exported: {what}", severity="warning") for what in lacking]


def _entry(row: StoredRow, task: StoredRow, data_set: str) -> dict[str, Any]:
    return known(
        dataset={"id": data_set, "task_id": task[TASK_ID]},
        value=row.get("score"),
        date=str(row.get("date") or ""),
        source=known(url=as_link(row.get("source"))),
        notes=task.get("setting"),
    )


def _repository(root: Path) -> str:
    """Return the id of a repository by the name of its folder, if that has the form."""
    for part in root.parts:
        if cached := _CACHED.fullmatch(part):
            return as_text(f"{cached[1]}/{cached[2]}")
    return as_text(root.name.replace("__", "/", 1)) if "__" in root.name else ""


# --- the leaderboard template ---------------------------------------------------------------------


def is_template(document: JsonObject) -> bool:
    """Return whether a results file is one of the template: its `config` names a model."""
    config = document.object("config")
    is_other = not _OTHERS.isdisjoint(document) or not {"model", "model_args"}.isdisjoint(config)
    return bool(config.text("model_name")) and not is_other


def read_template(path: Path, options: ImportOptions) -> Reading:
    """Read results, and requests beside them; later values of a task replace earlier ones."""
    has_beside = path.is_dir() and path.name in _RESULTS
    folders = filter(Path.is_dir, (path.parent / name for name in _REQUESTS if has_beside))
    files = [*find_files(path), *chain.from_iterable(map(find_files, folders))]
    requests = dict(chain.from_iterable(_request(found) for found in files))

    def read(found: Found) -> Reading:
        document = found.object()
        if is_template(document) and document.object("results"):
            return _read_template_results(found, document, requests, options)
        if _model_of_request(document):
            return Reading()
        raise UnreadableFileError(why="it is no results file of the leaderboard template")

    reading = read_each(files, read)
    scored = {score.model for score in reading.measures}
    facts = (
        ImportedRow(
            model, _request_facts(model, about) | ({} if model in scored else _status(about))
        )
        for model, about in requests.items()
    )
    reading = replace(reading, models=(*reading.models, *facts))
    waiting = [about for model, about in requests.items() if model not in scored]
    if not waiting or not reading.measures:
        return reading
    return replace(reading, notes=(*reading.notes, _waiting_note(path, waiting)))


def _waiting_note(path: Path, waiting: Iterable[JsonObject]) -> str:
    """Return how many models have no results, by their status; the board lists these models."""
    statuses = Counter(about.text("status") or "no status" for about in waiting)
    counts = listed([f"{status} ({n})" for status, n in sorted(statuses.items())])
    return f"{path.name}: {counted(statuses.total(), 'request')} without results: {counts}"


def _status(request: JsonObject) -> dict[str, Any]:
    """Return the status and the reason by which the tables list a model without scores."""
    stated = request.text("status").upper()
    known = (of for word, of in _STATUSES.items() if stated.startswith(word))
    status, reason = next(known, (None, None))
    return {"status": status, "reason": reason or None}


def _request(found: Found) -> list[tuple[str, JsonObject]]:
    try:
        document = found.object()
    except UnreadableFileError:
        return []  # said where files are read one by one
    model = _model_of_request(document)
    return [(model, document)] if model else []


def _model_of_request(document: JsonObject) -> str:
    """Return the model that a request is for; empty if it is none."""
    is_one = {"status", "precision"} <= document.keys() and "results" not in document
    return _model(document.text("model")) if is_one else ""


def _model(name: str) -> str:
    """Return the name of a model without what no repository on the Hub ends in."""
    return name.rstrip("-./")


def _request_facts(model: str, request: JsonObject) -> dict[str, Any]:
    revision = request.text("revision")
    # The template writes a symbol before the type: `\N{LARGE GREEN CIRCLE} : pretrained`.
    texts = {name: request.text(name).rpartition(" : ")[2].strip("?") or None for name in _FACTS}
    return {
        **texts,
        "parameters_b": request.positive("params"),
        "revision": revision if revision not in ("", "main") else None,
        "submitted": request.day("submitted_time"),
        "hf_id": model if HUB_ID.fullmatch(model) else None,
    }


def _read_template_results(
    found: Found, document: JsonObject, requests: Mapping[str, JsonObject], options: ImportOptions
) -> Reading:
    config = document.object("config")
    model = _model(config.text("model_name"))
    request = requests.get(model, JsonObject())
    is_tuned = request.text("weight_type") in ("Adapter", "Delta")
    dtype = config.text("model_dtype").removeprefix("torch.")
    run = ImportedScore(
        model,
        task="",
        score=math.nan,
        base=(is_tuned and request.text("base_model")) or None,
        fields=known(precision=dtype, revision=config.text("model_sha")),
        **found.provenance(moment_in_name(found.path.name)),
    )
    about = ImportedRow(model, {"url": config.link("model_link")})
    tasks = [*_tasks(run, document.object("results"))]
    parts = [*_parts(run, document, {score.task for score, _ in tasks})]
    SCORES.check(len(tasks) + len(parts))
    if not tasks:
        raise UnreadableFileError(why="it has no score")
    why = "it is a part of a task, which --subtasks imports"
    left_out = () if options.subtasks else parts
    skipped = (Skipped(f"{found.shown}: {score.task}", why, "score") for score, _ in left_out)
    read = (*tasks, *(parts if options.subtasks else ()))
    return Reading(
        tuple(score for score, _ in read),
        models=(about,),
        tasks=tuple(row for _, row in read),
        skipped=tuple(skipped),
    )


def _tasks(run: ImportedScore, results: JsonObject) -> Iterator[tuple[ImportedScore, ImportedRow]]:
    """Yield each score of some tasks by metric, with what its name tells about the task."""
    for name in results:
        for metric, value in results.object(name).items():
            number = parse_number(value)
            if number is None:
                continue
            task, short = without_arrows(name), without_arrows(metric)
            score = replace(
                run, task=task, metric=short, score=number.value, is_percent=number.is_percent
            )
            facts = {"higher_is_better": _arrow_of(metric, name)}
            yield score, ImportedRow(task, facts, short, "the arrow in its name")


def _parts(
    run: ImportedScore, document: JsonObject, tasks: set[str]
) -> Iterator[tuple[ImportedScore, ImportedRow]]:
    """Yield the scores of tasks by category, which boards write beside their results."""
    for key in document:
        if not key.endswith("_results"):
            continue
        for category in document.object(key):
            for name, value in document.object(key, category).items():
                task, number = without_arrows(name), parse_number(value)
                if task in tasks and number is not None:
                    part = f"{task} ({as_text(category)})"
                    facts = {"part_of": task, "higher_is_better": _arrow_of(name)}
                    score = replace(run, task=part, metric=task, score=number.value)
                    yield score, ImportedRow(part, facts, task, "the arrow in its name")


def _arrow_of(*names: str) -> bool | None:
    """Return whether higher is better by the arrows in some names; None if they differ or lack."""
    found = {direction_in(arrow) for arrow in ARROW.findall("".join(names))}
    return found.pop() if len(found) == 1 else None


# --- lighteval ------------------------------------------------------------------------------------


@of_files
def read_lighteval(found: Found, options: ImportOptions) -> Reading:
    """Read a results file, but no means over its tasks, which are `all` and `group:_average`."""
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
        tasks=tuple(_facts_of_task(config, score) for score in measures),
        skipped=tuple(
            Skipped(f"{where}, {name}", why, "score") for name in numbers if numbers[name] is None
        ),
    )


def _facts_of_task(config: JsonObject, score: ImportedScore) -> ImportedRow:
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
