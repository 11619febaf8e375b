"""Read results in model repositories of Hugging Face: `model-index` and `.eval_results`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_list,
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    joined,
    moment_of,
    read_each,
    read_text,
    time_of,
)
from site_builder.importers.tabular import parse_number
from site_builder.tables.read import first_line

_FOLDER = ".eval_results"
_CARD = "README.md"
_CACHED = re.compile(r"models--(.+?)--(.+)")
_TUNED = ("", "finetune", "adapter")


def read_hugging_face(path: Path, options: ImportOptions) -> Reading:
    """Read a model card, a file of `.eval_results`, or every repository in a folder.

    No option applies.
    """
    if path.is_file():
        return read_each(find_files(path), _read_file)
    cards = [found for found in find_files(path) if found.path.name == _CARD]
    top = path.resolve().name
    results = [
        Found(file, Path(top, file.relative_to(path)).as_posix())
        for folder in sorted(path.rglob(_FOLDER))
        for file in sorted(folder.glob("*.y*ml"))
    ]
    if path.name == _FOLDER:
        results = [Found(file, f"{top}/{file.name}") for file in sorted(path.glob("*.y*ml"))]
    return read_each([*cards, *results], _read_file)


def _read_file(found: Found) -> Reading:
    if found.path.suffix in (".yaml", ".yml"):
        reading = _read_results(found)
    elif found.path.suffix == ".md":
        reading = _read_card(found)
    else:
        why = f"it is neither a model card ({_CARD}) nor a YAML file of {_FOLDER}"
        raise UnreadableFileError(why)
    if not reading.measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"), *reading.skipped))
    return joined([reading, Reading(files=1)])


def _yaml(text: str) -> object:
    try:
        value: object = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        why = f"its YAML cannot be read: {first_line(error)}"
        raise UnreadableFileError(why) from error
    return value


def _front_matter(path: Path) -> dict[str, Any]:
    match = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", read_text(path).lstrip(), re.DOTALL)
    return as_table(_yaml(match[1])) if match else {}


def _read_card(found: Found) -> Reading:
    card = _front_matter(found.path)
    if not isinstance(card.get("model-index"), list):
        why = "it has no model-index"
        raise UnreadableFileError(why)
    base, notes = _base(found, card)
    models = [as_table(model) for model in card["model-index"]]
    repository = _repository(found.path.absolute().parent)
    if repository and len(models) == 1:
        models = [{**models[0], "name": repository}]
    measures = tuple(m for model in models for m in _of_model(found, model, base))
    license_ = as_text(card.get("license"))
    facts = {"license": license_ if license_ not in ("", "other", "unknown") else None}
    names = dict.fromkeys(measure.model for measure in measures)
    return Reading(measures, tuple(ImportedRow(name, facts) for name in names), notes=notes)


def _base(found: Found, card: dict[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """Return the base model of a card, and a note if there are several."""
    stated, relation = card.get("base_model"), as_text(card.get("base_model_relation"))
    bases = [as_text(name) for name in (stated if isinstance(stated, list) else [stated])]
    bases = [name for name in bases if name]
    if len(bases) == 1 and relation in _TUNED:
        return bases[0], ()
    why = f"{relation or 'made'} from {', '.join(bases)}, so it is not paired"
    return None, (f"{found.shown}: {why}",) if bases else ()


def _of_model(found: Found, model: dict[str, Any], base: str | None) -> Iterator[ImportedScore]:
    name = as_text(model.get("name"))
    for result in map(as_table, as_list(model.get("results"))):
        data, metrics = as_table(result.get("dataset")), as_list(result.get("metrics"))
        metrics = list(map(as_table, metrics))
        types = [as_text(metric.get("type")) for metric in metrics]
        task, split = _task(data), as_text(data.get("split"))
        for metric, kind in zip(metrics, types, strict=True):
            number = parse_number(metric.get("value"), comma=False)
            if number is None or not task or not name:
                continue
            is_one = kind and types.count(kind) == 1
            yield ImportedScore(
                model=name,
                task=task,
                score=number.value,
                metric=kind if is_one else as_text(metric.get("name")) or kind,
                setting="" if split in ("", "test") else f"{split} split",
                source=as_text(as_table(result.get("source")).get("url")) or found.shown,
                base=base,
                time=time_of(None, found.path),
            )


def _task(data: dict[str, Any]) -> str:
    """Return the data set with its part, as in `glue (qnli)`: each part is a task."""
    name = as_text(data.get("name")) or as_text(data.get("type"))
    stated = data.get("config") or data.get("args")
    parts = stated.values() if isinstance(stated, dict) else [stated]
    words = [as_text(part) for part in parts]
    shown = [word for word in words if word not in ("", "default") and word not in name]
    return f"{name} ({', '.join(shown)})" if shown else name


def _read_results(found: Found) -> Reading:
    entries = _yaml(read_text(found.path))
    if not isinstance(entries, list):
        why = "it is not a list of results"
        raise UnreadableFileError(why)
    root = found.path.absolute().parent.parent
    card = _card_beside(root)
    index = card.get("model-index")
    named = as_text(as_table(index[0]).get("name")) if isinstance(index, list) and index else ""
    model, base = _repository(root) or named or as_text(root.name), _base(found, card)[0]
    measures: list[ImportedScore] = []
    for entry in map(as_table, entries):
        data, score = as_table(entry.get("dataset")), as_number(entry.get("value"))
        task, part = as_text(data.get("id")), as_text(data.get("task_id") or data.get("config"))
        if score is None or not task:
            continue
        when = entry.get("date")
        stated = when.isoformat() if isinstance(when, date | datetime) else when
        moment = moment_of(stated)
        measures.append(
            ImportedScore(
                model=model,
                task=task if part in ("", "default") else f"{task}: {part}",
                score=score,
                setting=as_text(entry.get("notes")),
                date=day_of(moment),
                source=as_text(as_table(entry.get("source")).get("url")) or found.shown,
                base=base,
                time=time_of(moment, found.path),
            )
        )
    return Reading(tuple(measures))


def _repository(root: Path) -> str:
    """Return the id of a repository by the name of its folder, if that has the form."""
    cached = next((m for part in root.parts if (m := _CACHED.fullmatch(part))), None)
    if cached:
        return as_text(f"{cached[1]}/{cached[2]}")
    return as_text(root.name.replace("__", "/", 1)) if "__" in root.name else ""


def _card_beside(root: Path) -> dict[str, Any]:
    """Return the front matter of the card of a repository, if it can be read."""
    try:
        return _front_matter(root / _CARD)
    except UnreadableFileError:
        return {}
