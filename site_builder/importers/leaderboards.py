"""Read results of OpenCompass, EvalPlus and BigCodeBench."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from typing import Any

from site_builder.importers.cells import parse_number, why_no_number
from site_builder.importers.reading import (
    Found,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    of_files,
)
from site_builder.importers.values import (
    COLUMNS,
    ROWS,
    SCORES,
    JsonObject,
    UnreadableFileError,
    as_number,
    as_text,
    known,
    read_text,
)
from site_builder.records import replace
from site_builder.tables.files import read_csv
from site_builder.tables.metrics import measure_of

_HEADING = ["dataset", "version", "metric", "mode"]
_GAP = re.compile(r" {2,}+")  # between the columns of a table in text
_PASS = "pass@1"
_FLAGS = ("direct_complete", "prefill", "lazy")  # how BigCodeBench prompted a model
_NUMBER_ALONE = "Write each number into a column of its own."
_SHARE = re.compile(r"accuracy|acc\b|pass@\d", re.IGNORECASE)


# --- OpenCompass --------------------------------------------------------------------------------


@of_files
def read_opencompass(found: Found, options: ImportOptions) -> Reading:
    """Read a row for each data set and metric, with a column for each model; means are none."""
    found.check_ending(".csv", ".txt")
    text, is_csv = read_text(found.path), found.path.suffix.lower() == ".csv"
    csv = (row for _, row in read_csv(io.StringIO(text, newline="")))
    heading, *rows = ROWS.take(csv if is_csv else _table(text)) or [[]]
    models = [as_text(name) for name in heading[len(_HEADING) :]]
    counts = {name for name in models if measure_of(name) == "count"}  # AISBench: `total_count`
    if heading[: len(_HEADING)] != _HEADING or not all(models):
        why = f"it is no summary of OpenCompass: its columns are not {', '.join(_HEADING)}, models"
        raise UnreadableFileError(why=why)
    COLUMNS.check(len(heading))
    SCORES.check(len(rows) * len(models))
    run = ImportedScore("", "", math.nan, **found.provenance(None))
    scores: list[ImportedScore] = []
    skipped: list[Skipped] = []
    for row in rows:
        cells = [*zip(models, row[len(_HEADING) :], strict=False)]
        cells = [(model, cell) for model, cell in cells if model not in counts]
        of_row = list(_scores(run, cells, row))
        where = f"{found.shown}: {as_text(row[0])}"
        skipped += (
            Skipped(f"{where}, {model}", f"{cell!r} {why}", "row", _NUMBER_ALONE)
            for model, cell in cells
            if (why := why_no_number(cell))
        )
        if of_row and row[1] == "-":
            why = f"it is a mean of other rows ({as_text(row[2])})"
            skipped.append(Skipped(where, why, what="score"))
        else:
            scores += of_row
    if not scores and not skipped:
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


def _scores(
    run: ImportedScore, cells: list[tuple[str, str]], row: list[str]
) -> Iterator[ImportedScore]:
    task, version, metric, mode = (as_text(cell) for cell in (*row, "", "", "", "")[:4])
    for model, cell in cells:
        number = parse_number(cell)
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
    """Read pass@1 by model and data set, in percent; how BigCodeBench prompted one is a facet."""
    entries = found.object()
    scores: list[ImportedScore] = []
    models: list[ImportedRow] = []
    provenance = found.provenance(None)
    for name, entry in entries.items():
        model, about = as_text(name), JsonObject(entry)
        facts = {
            "parameters_b": about.positive("size"),
            "url": about.link("link"),
            "tuning": "instruct" if about.get("prompted") is True else None,
            "open_data": about.text("open-data") or None,
        }
        models.append(ImportedRow(model, facts))
        facets = known(**{name: about.yes_no(name) for name in _FLAGS})
        for task, value in about.object(_PASS).items():
            score = as_number(value)
            if score is not None and model and as_text(task):
                scores.append(
                    ImportedScore(model, as_text(task), score, _PASS, facets=facets, **provenance)
                )
    if not scores:
        raise UnreadableFileError(why=f"it is no result of EvalPlus: it has no {_PASS}")
    tasks = (ImportedRow(task, _bounds(_PASS)) for task in dict.fromkeys(s.task for s in scores))
    return Reading(tuple(scores), models=tuple(models), tasks=tuple(tasks))


# --- BigCodeBench ---------------------------------------------------------------------------------

_PASS_AT = re.compile(r"pass@\d{1,4}", re.ASCII)
# `model--main--bigcodebench-hard-complete--vllm-0-1-sanitized_calibrated_pass_at_k.json`: of each
# run the backend, the temperature, and the number of answers.
_RUN = re.compile(r"--([a-z]{1,20})-(\d{1,3}(?:\.\d{1,9})?)-(\d{1,6})-sanitized", re.ASCII)
_SOUND = 0.99
"""Share of the reference solutions that pass; below, BigCodeBench asks to be cautious."""


@of_files
def read_bigcodebench(found: Found, options: ImportOptions) -> Reading:
    """Read pass@k of a run: the split and subset that were asked are the task, the rest facets."""
    document = found.object()
    if "eval" in document and "date" in document:
        why = "it has the results of single problems"
        return Reading(skipped=(Skipped(found.shown, why, "score"),))
    stated = document.object("metrics") or document
    scores = {as_text(n): as_number(v) for n, v in stated.items() if _PASS_AT.fullmatch(n)}
    if not scores or not {"calibrated", "gt_pass_rate", "subset"} & stated.keys():
        raise UnreadableFileError(why="it is no result of BigCodeBench: it has no pass@k of a run")
    model = _model(stated.text("model"))
    if not model:
        raise UnreadableFileError(why="it names no model")
    sound = stated.number("gt_pass_rate")
    is_low = sound is not None and 0 <= sound <= _SOUND
    run = ImportedScore(
        model,
        _task(stated),
        math.nan,
        flag=f"Only {sound:.1%} of the reference solutions passed." if is_low else None,
        facets=_facets(found, stated),
        **found.provenance(None),
    )
    facts: dict[str, Any] = {"higher_is_better": True, "score_min": 0.0, "score_max": 1.0}
    return Reading(
        tuple(replace(run, score=score, metric=name) for name, score in known(**scores).items()),
        tasks=(ImportedRow(run.task, facts),),
    )


def _model(stated: str) -> str:
    """Return the model that a name in the form of files stands for: `org--name--main`."""
    *parts, last = stated.split("--")
    names = [*parts, *([last] if last != "main" or not parts else [])]
    model = "/".join(names[:2])
    return f"{model}@{names[2]}" if len(names) > 2 else model


def _task(stated: JsonObject) -> str:
    subset, split = stated.text("subset"), stated.text("split")
    name = "BigCodeBench" + ("" if subset in ("", "full") else f"-{subset.capitalize()}")
    return f"{name} ({split})" if split else name


def _facets(found: Found, stated: JsonObject) -> dict[str, str]:
    """Return how a run was made: its file states the rest in its name."""
    facets = known(calibrated=stated.yes_no("calibrated"))
    if named := _RUN.search(found.path.name):
        backend, temperature, n = named.groups()
        is_greedy = float(temperature) == 0 and int(n) == 1
        facets |= {"backend": backend, "decoding": "greedy" if is_greedy else "sampled"}
        facets |= known(temperature="" if is_greedy else temperature)
    return facets
