"""Read results in model repositories of Hugging Face: `model-index` and `.eval_results`."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from site_builder.config import SiteConfig
from site_builder.errors import Fault
from site_builder.importers.cells import parse_number
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    find_files,
    read_each,
)
from site_builder.importers.sheets import parse_yaml
from site_builder.importers.values import (
    DATA_SETS,
    HUB_ID,
    JsonObject,
    UnreadableFileError,
    as_link,
    as_text,
    data_set_link,
    moment_of,
    read_text,
    version_of,
)
from site_builder.records import replace
from site_builder.tables.columns import RUN
from site_builder.tables.schema import MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, read_all_stored

TASK_ID = "hf_task_id"
"""Column of the tasks, outside the schema: the task in the `eval.yaml` of its data set."""
_FOLDER = ".eval_results"
_OWN_FILE = "leaderboard.yaml"
_DEFAULT = "default"
_CARD = "README.md"
_CACHED = re.compile(r"models--(.+?)--(.+)")


def read_hugging_face(path: Path, options: ImportOptions) -> Reading:
    """Read a model card, a file of `.eval_results`, or the repositories in a folder."""
    files = find_files(path, hidden=_FOLDER)
    read = [found for found in files if path.is_file() or _is_read(found.path)]
    return read_each(sorted(read, key=lambda found: found.path.name != _CARD), _read_file)


def _is_read(path: Path) -> bool:
    """Return whether a file of a folder is a card, or of those with results."""
    return path.name == _CARD or (path.parent.name == _FOLDER and path.match("*.y*ml"))


def _read_file(found: Found) -> Reading:
    readers = {".yaml": _read_results, ".yml": _read_results, ".md": _read_card}
    if found.path.suffix not in readers:
        why = f"it is neither a model card ({_CARD}) nor a YAML file of {_FOLDER}"
        raise UnreadableFileError(why=why)
    reading = readers[found.path.suffix](found)
    if not reading.measures:
        raise UnreadableFileError(why="it has no score")
    return reading


def _front_matter(path: Path) -> JsonObject:
    """Return the YAML between the first two lines `---` of a card; empty if there is none."""
    first, *lines = read_text(path).lstrip().split("\n")
    marks = (number for number, line in enumerate(lines) if line.rstrip() == "---")
    end = next(marks, 0) if first.rstrip() == "---" else 0
    return JsonObject(parse_yaml("\n".join(["", *lines[:end]])))


def _read_card(found: Found) -> Reading:
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
    facts = {"license": license_ if license_ not in ("", "other", "unknown") else None}
    return Reading(
        measures,
        models=tuple(ImportedRow(name, facts) for name in dict.fromkeys(m.model for m in measures)),
        notes=(f"{found.shown}: {why}, so it is not paired",) if why else (),
    )


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


def _read_results(found: Found) -> Reading:
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
        moment = moment_of(when.isoformat() if isinstance(when, date) else when)
        run = ImportedScore(
            model=model,
            task=name if part in ("", _DEFAULT) else f"{name}: {part}",
            score=math.nan,
            setting=entry.text("notes"),
            tool=entry.text("evaluation_framework") or None,
            base=_base(card)[0],
            version=version_of(data.get("revision")),
            **found.provenance(moment, entry.text("source", "url")),
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
    link = as_link(row.get("source"))
    entry = {
        "dataset": {"id": data_set, "task_id": task[TASK_ID]},
        "value": row.get("score"),
        "date": str(row.get("date") or ""),
        "source": {"url": link} if link else None,
        "notes": task.get("setting"),
    }
    return {name: value for name, value in entry.items() if name == "value" or value}


def _repository(root: Path) -> str:
    """Return the id of a repository by the name of its folder, if that has the form."""
    for part in root.parts:
        if cached := _CACHED.fullmatch(part):
            return as_text(f"{cached[1]}/{cached[2]}")
    return as_text(root.name.replace("__", "/", 1)) if "__" in root.name else ""
