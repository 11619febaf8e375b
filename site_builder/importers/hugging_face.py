"""Evaluation results in model repositories of Hugging Face: `model-index` and `.eval_results`."""

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
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    joined,
    moment_of,
    read_bytes,
    read_each,
    time_of,
)
from site_builder.importers.tabular import read_cell

_FOLDER = ".eval_results"
_CARD = "README.md"
_CACHED = re.compile(r"models--(.+?)--(.+)")
_TUNED = ("", "finetune", "adapter")


def read_hugging_face(path: Path, options: ImportOptions) -> Reading:
    """The scores of a model card, of a file of `.eval_results`, or of every repository in a folder.

    Args:
        path: The file or folder.
        options: None of them counts here.
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
        return Reading(skipped=(Skipped(found.shown, "it holds no score"), *reading.skipped))
    return joined([reading, Reading(files=1)])


def _yaml(text: str) -> object:
    try:
        value: object = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        why = f"its YAML cannot be read: {str(error).partition(chr(10))[0]}"
        raise UnreadableFileError(why) from error
    return value


def _text_of(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "it is not UTF-8 text"
        raise UnreadableFileError(why) from error


def _front_matter(path: Path) -> dict[str, Any]:
    match = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", _text_of(path).lstrip(), re.DOTALL)
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
    """The model that a card's was tuned from; None where it was made of several, or not tuned."""
    stated, relation = card.get("base_model"), as_text(card.get("base_model_relation"))
    bases = [as_text(name) for name in (stated if isinstance(stated, list) else [stated])]
    bases = [name for name in bases if name]
    if len(bases) == 1 and relation in _TUNED:
        return bases[0], ()
    why = f"{relation or 'made'} from {', '.join(bases)}, so it is paired with none"
    return None, (f"{found.shown}: {why}",) if bases else ()


def _of_model(found: Found, model: dict[str, Any], base: str | None) -> Iterator[ImportedScore]:
    name, results = as_text(model.get("name")), model.get("results")
    for result in map(as_table, results if isinstance(results, list) else []):
        data, listed = as_table(result.get("dataset")), result.get("metrics")
        metrics = [as_table(metric) for metric in (listed if isinstance(listed, list) else [])]
        types = [as_text(metric.get("type")) for metric in metrics]
        task, split = _task(data), as_text(data.get("split"))
        for metric, kind in zip(metrics, types, strict=True):
            cell = read_cell(metric.get("value"), comma=False)
            if cell is None or not task or not name:
                continue
            is_one = kind and types.count(kind) == 1
            yield ImportedScore(
                model=name,
                task=task,
                score=cell.value,
                metric=kind if is_one else as_text(metric.get("name")) or kind,
                setting="" if split in ("", "test") else f"{split} split",
                source=as_text(as_table(result.get("source")).get("url")) or found.shown,
                base=base,
                time=time_of(None, found.path),
            )


def _task(data: dict[str, Any]) -> str:
    """The data set with its part, as in `glue (qnli)`: parts are tasks of their own."""
    name = as_text(data.get("name")) or as_text(data.get("type"))
    stated = data.get("config") or data.get("args")
    parts = stated.values() if isinstance(stated, dict) else [stated]
    words = [as_text(part) for part in parts]
    shown = [word for word in words if word not in ("", "default") and word not in name]
    return f"{name} ({', '.join(shown)})" if shown else name


def _read_results(found: Found) -> Reading:
    entries = _yaml(_text_of(found.path))
    if not isinstance(entries, list):
        why = "it is no list of results"
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
    """The id of a repository, where its folder tells it; empty where it does not."""
    cached = next((m for part in root.parts if (m := _CACHED.fullmatch(part))), None)
    if cached:
        return as_text(f"{cached[1]}/{cached[2]}")
    return as_text(root.name.replace("__", "/", 1)) if "__" in root.name else ""


def _card_beside(root: Path) -> dict[str, Any]:
    """What the card of a repository says; nothing where it has none that can be read."""
    try:
        return _front_matter(root / _CARD)
    except UnreadableFileError:
        return {}
