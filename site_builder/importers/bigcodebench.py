"""Read results of BigCodeBench: a file of pass@k for each run, as its evaluation writes it."""

from __future__ import annotations

import math
import re
from typing import Any

from site_builder.importers.reading import (
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
    of_files,
)
from site_builder.records import replace

_PASS = re.compile(r"pass@\d{1,4}", re.ASCII)
# `model--main--bigcodebench-hard-complete--vllm-0-1-sanitized_calibrated_pass_at_k.json`: of each
# run the backend, the temperature, and the number of answers.
_RUN = re.compile(r"--([a-z]{1,20})-(\d{1,3}(?:\.\d{1,9})?)-(\d{1,6})-sanitized", re.ASCII)
_SOUND = 0.99
"""Share of the reference solutions that pass; below, BigCodeBench asks to be cautious."""


@of_files
def read_bigcodebench(found: Found, options: ImportOptions) -> Reading:
    """Read pass@k of a run. What was asked, by split and subset, is the task; the rest are facets.

    Solutions of single problems are left out.
    """
    document = found.object()
    if "eval" in document and "date" in document:
        why = "it has the results of single problems"
        return Reading(skipped=(Skipped(found.shown, why, "score"),))
    stated = document.object("metrics") or document
    scores = {as_text(n): as_number(v) for n, v in stated.items() if _PASS.fullmatch(n)}
    if not scores or not {"calibrated", "gt_pass_rate", "subset"} & stated.keys():
        raise UnreadableFileError(why="it is no result of BigCodeBench: it has no pass@k of a run")
    model = _model(stated.text("model"))
    if not model:
        raise UnreadableFileError(why="it names no model")
    run = ImportedScore(
        model,
        _task(stated),
        math.nan,
        flag=_flag(stated),
        facets=_facets(found, stated),
        **found.provenance(None),
    )
    measures = tuple(
        replace(run, score=score, metric=name)
        for name, score in scores.items()
        if score is not None
    )
    facts: dict[str, Any] = {"higher_is_better": True, "score_min": 0.0, "score_max": 1.0}
    return Reading(measures, tasks=(ImportedRow(run.task, facts),))


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
    calibrated = stated.boolean("calibrated")
    facets = {} if calibrated is None else {"calibrated": "yes" if calibrated else "no"}
    if named := _RUN.search(found.path.name):
        backend, temperature, n = named.groups()
        is_greedy = float(temperature) == 0 and int(n) == 1
        facets |= {"backend": backend, "decoding": "greedy" if is_greedy else "sampled"}
        facets |= {} if is_greedy else {"temperature": temperature}
    return facets


def _flag(stated: JsonObject) -> str | None:
    share = stated.number("gt_pass_rate")
    if share is None or not 0 <= share <= _SOUND:
        return None
    return f"Only {share:.1%} of the reference solutions passed."
