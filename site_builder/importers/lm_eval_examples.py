"""Scores of single examples, from the `samples_*.jsonl` of the lm-evaluation-harness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from site_builder.importers.files import (
    Found,
    UnreadableError,
    as_number,
    as_table,
    as_text,
    parse_json,
    read_bytes,
)
from site_builder.importers.lm_eval_run import Run
from site_builder.importers.records import Example, Reading, Skipped

_PARTS = (
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
)  # fmt: skip


def is_samples(path: Path) -> bool:
    """Whether a file has the name of one with scores of single examples."""
    return path.name.startswith("samples_") and path.suffix == ".jsonl"


def read_examples(run: Run, found: Found) -> Reading:
    """The scores of one file of samples.

    A file that is cut short gives the lines that are whole, and a note says how many examples the
    task has.

    Args:
        run: The run that it is of.
        found: The file.
    """
    task = found.path.stem.removeprefix("samples_").rpartition("_")[0]
    examples: list[Example] = []
    skipped: list[Skipped] = []
    ids = set()
    try:
        lines = read_bytes(found.path).splitlines()
    except UnreadableError as error:
        return Reading(skipped=(Skipped(found.shown, str(error)),))
    for number, line in enumerate(lines, start=1):
        try:
            sample = as_table(parse_json(line)) if line.strip() else {}
        except UnreadableError as error:
            skipped.append(Skipped(f"{found.shown}:{number}", str(error), what="score"))
            continue
        scores = list(_scores(run, task, sample))
        ids |= {example.example for example in scores}
        examples += scores
    ran = run.examples(task)[0]
    notes = (f"{found.shown}: holds {len(ids):,} of the {ran or 0:,} examples of the run",)
    is_short = ran is not None and len(ids) < ran
    return Reading(
        examples=tuple(examples), skipped=tuple(skipped), notes=notes if is_short else ()
    )


def _scores(run: Run, task: str, sample: dict[str, Any]) -> Iterator[Example]:
    named = sample.get("metrics")
    metrics = named if isinstance(named, list) else [key for key in sample if key not in _PARTS]
    shots, found = run.shots(task), as_text(sample.get("filter"))
    parts = ["" if found == "none" else found, "" if shots is None else f"{shots}-shot"]
    for metric in map(str, metrics):
        score = sample.get(metric)
        value = float(score) if isinstance(score, bool) else as_number(score)
        if value is not None and "doc_id" in sample:
            setting = ", ".join(filter(None, parts))
            name = as_text(str(sample["doc_id"]))
            yield Example(run.model, task, metric, setting, name, value, run.shown)
