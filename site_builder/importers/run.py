"""The import, a verb a stage: read, choose, pair, name, merge, save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, UnclearScaleError, near
from site_builder.importers.choose import choose_metrics, choose_newest
from site_builder.importers.files import as_number, as_text
from site_builder.importers.formats import Format
from site_builder.importers.merge import (
    RUN,
    Merged,
    Placed,
    merge_examples,
    merge_facts,
    merge_results,
)
from site_builder.importers.metrics import facts_of_metric
from site_builder.importers.naming import Kind, name_tasks, way_of
from site_builder.importers.pairing import Pairing, pair_runs
from site_builder.importers.records import (
    Example,
    Facts,
    Measure,
    Options,
    Reading,
    Skipped,
    joined,
)
from site_builder.records import Record, replace
from site_builder.tables.save import Row, StoredTable, read_all_stored, save_tables
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS

SETTING = "setting"
"""Column of the tasks, beyond the contract: how a task was measured."""
# What says something where it is empty, so that a row that is there keeps it.
_MEANT = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


class Outcome(Record):
    """What an import did.

    Attributes:
        reading: What the files held.
        other_metrics: Scores of metrics that do not stand for their task.
        older: Scores of which there is a newer one, each with that.
        pairing: Which runs are pairs.
        merged: What became of the results.
        added: How many models, tasks and examples are new.
        stray_examples: How many examples are of a score that was not taken.
        saved: Files that were written.
    """

    reading: Reading
    other_metrics: tuple[Skipped, ...]
    older: tuple[tuple[Measure, Measure], ...]
    pairing: Pairing
    merged: Merged
    added: Mapping[str, int]
    stray_examples: int
    saved: tuple[Path, ...] = ()


def import_paths(
    source: Format,
    paths: Sequence[Path],
    config: SiteConfig,
    options: Options,
    *,
    metrics: Sequence[str] = (),
    dry: bool = False,
) -> Outcome:
    """Read evaluation output and put its scores into the tables of a project.

    Args:
        source: The format.
        paths: Files and folders.
        config: The project.
        options: What the reader is asked for.
        metrics: Metrics that stand for a task, before those that `site.toml` names.
        dry: Write nothing.

    Raises:
        UnclearScaleError: Only the user can say what some scores are; nothing is written.
        FaultsError: No score was found, or the tables cannot be added to; nothing is written.
    """
    stored = read_all_stored((MODELS, TASKS, EXAMPLES, RESULTS), config.data_dir)
    reading = joined(_read(source, path, options) for path in paths)
    _check(source, reading, metrics)
    outcome, changed = _merge(reading, stored, config, metrics)
    if changed and not dry:
        save_tables(config.data_dir, changed)
    saved = [] if dry else [config.data_dir / table.spec.file for table, _ in changed]
    return replace(outcome, saved=tuple(saved))


def _merge(
    reading: Reading,
    stored: Mapping[str, StoredTable],
    config: SiteConfig,
    metrics: Sequence[str],
) -> tuple[Outcome, list[tuple[StoredTable, list[Row]]]]:
    """What the import does, and every table that changes by it with its rows."""
    results, tasks = stored[RESULTS.name], stored[TASKS.name]
    known = {str(row.get("task")): row.get(SETTING) or "" for row in tasks.rows}
    names = config.importing.tasks
    ways = {m.task: known.get(names.get(m.task, m.task), "") for m in reading.measures}
    wanted = (*metrics, *config.importing.metrics)
    chosen, others = choose_metrics(reading.measures, wanted, ways)
    newest, older = choose_newest(chosen)
    pairing = pair_runs(newest, config, _known_runs(results, config))
    placed = _placed(newest, pairing, name_tasks(newest, known, names))
    merged = merge_results(results.rows, placed, config.default_variant)
    own = _placed_examples(reading, placed, merged)
    rows, added = _other_tables(reading, placed, merged, own, config, stored)
    changed = [(stored[name], new) for name, new in rows if list(stored[name].rows) != new]
    changed += [(results, merged.rows)] if merged.is_changed else []
    stray = len(reading.examples) - len(own)
    outcome = Outcome(reading, tuple(others), tuple(older), pairing, merged, added, stray)
    return outcome, changed


def _read(source: Format, path: Path, options: Options) -> Reading:
    if not path.exists():
        return Reading(skipped=(Skipped(as_text(str(path)), "there is no such file or folder"),))
    return source.read(path, options)


def skipped_faults(skipped: Iterable[Skipped]) -> list[Fault]:
    """A warning for every file and every row that was left out, with the reason."""
    return [
        Fault(s.where, f"skipped: {s.why}", "", "warning") for s in skipped if s.what != "score"
    ]


def _nothing(source: Format, reading: Reading) -> Fault:
    what = f"no score of format {source.name} was found"
    what += "" if reading.skipped else ", since there is no file"
    return Fault("", what, f"Name files or folders that hold {source.meaning}.")


def _check(source: Format, reading: Reading, metrics: Iterable[str]) -> None:
    """Whether there is something to import, and all is known that only the user can say."""
    if not reading.measures and not reading.examples:
        raise FaultsError((*skipped_faults(reading.skipped), _nothing(source, reading)))
    if reading.unclear:
        raise UnclearScaleError.of(reading.unclear)
    known = {measure.metric for measure in reading.measures}
    faults = [
        Fault("", f"--metric {name!r}: no score is of this metric", near(name, known, "metrics"))
        for name in metrics
        if name not in known
    ]
    if faults:
        raise FaultsError(faults)


def _known_runs(results: StoredTable, config: SiteConfig) -> dict[tuple[str, str], str]:
    return {
        (str(row.get("model")), row.get("variant") or config.default_variant): row[RUN]
        for row in results.rows
        if row.get(RUN)
    }


def _placed(measures: Sequence[Measure], pairing: Pairing, ids: Mapping[Kind, str]) -> list[Placed]:
    return [
        Placed(m, model, ids[m.task, way_of(m)], variant)
        for m in measures
        for model, variant in [pairing.places[m.model, m.variant]]
    ]


def _other_tables(
    reading: Reading,
    placed: Sequence[Placed],
    merged: Merged,
    own_examples: Sequence[tuple[Placed, Example]],
    config: SiteConfig,
    stored: Mapping[str, StoredTable],
) -> tuple[list[tuple[str, list[Row]]], dict[str, int]]:
    """Rows of models, tasks and examples, and how many of each are new."""
    names = config.importing.models
    of_models = _first_known((names.get(f.id, f.id), f.values) for f in reading.models)
    ids = {table: dict.fromkeys(str(r.get(table)) for r in merged.rows) for table in _IDS}
    models, m = merge_facts(stored[MODELS.name].rows, ids["model"], "model", of_models)
    of_tasks = _task_facts(reading.tasks, placed, merged)
    tasks, t = merge_facts(stored[TASKS.name].rows, ids["task"], "task", of_tasks, _MEANT)
    old = stored[EXAMPLES.name].rows
    examples, e = merge_examples(old, own_examples, config.default_variant)
    rows = [(MODELS.name, models), (TASKS.name, tasks), (EXAMPLES.name, examples)]
    return rows, {"model": m["added"], "task": t["added"], "example": e["added"]}


def _placed_examples(
    reading: Reading, placed: Sequence[Placed], merged: Merged
) -> list[tuple[Placed, Example]]:
    """The examples whose score was taken: not those of older runs, other metrics, other models."""
    refused = {id(score) for score, _ in merged.refused}
    taken = {_score_of(p.measure): p for p in placed if id(p) not in refused}
    return [(taken[_score_of(e)], e) for e in reading.examples if _score_of(e) in taken]


def _score_of(record: Measure | Example) -> tuple[str, str, str, str | None]:
    return (record.model, record.task, way_of(record), record.source)


_IDS = ("model", "task")


def _first_known(facts: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """What is known by id; of two files that say something the first counts."""
    known: dict[str, dict[str, Any]] = {}
    for name, values in facts:
        own = known.setdefault(name, {})
        own |= {k: v for k, v in values.items() if v is not None and k not in own}
    return known


def _task_facts(
    stated: Iterable[Facts], placed: Sequence[Placed], merged: Merged
) -> dict[str, dict[str, Any]]:
    """What files say of tasks, then what the names of their metrics tell."""
    by_metric = _first_known((f"{f.id}\0{f.metric}", f.values) for f in stated)
    scores: dict[str, list[float]] = {}
    for row in merged.rows:
        score = as_number(row.get("score"))
        scores.setdefault(str(row.get("task")), []).extend([] if score is None else [score])
    firsts = {p.task: p.measure for p in reversed(placed)}
    return {
        task: {
            **facts_of_metric(m.metric, scores.get(task, ())),
            SETTING: way_of(m) or None,
            **by_metric.get(f"{m.task}\0", {}),
            **by_metric.get(f"{m.task}\0{m.metric}", {}),
        }
        for task, m in firsts.items()
    }
