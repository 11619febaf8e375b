"""Run an import and report it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import MOST_ALIKE, Fault, FaultsError, UnclearScaleError, did_you_mean
from site_builder.formatting import counted, listed
from site_builder.importers.formats import Format
from site_builder.importers.merge import (
    RUN,
    Key,
    MergedScores,
    Placed,
    merge_examples,
    merge_facts,
    merge_results,
)
from site_builder.importers.reading import (
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    as_number,
    as_text,
    joined,
)
from site_builder.importers.select import (
    Kind,
    Pairing,
    choose_metrics,
    choose_newest,
    facts_of_metric,
    name_tasks,
    pair_runs,
    way_of,
)
from site_builder.records import Record, replace
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_all_stored, save_tables

_SHOWN = 5


def warnings_of(outcome: ImportReport) -> list[Fault]:
    """What the user should look at: files left out, scores refused, models not paired."""
    faults = skipped_faults(outcome.reading.skipped)
    faults += [
        Fault(_place(p), f"not taken: {why}", "", "warning") for p, why in outcome.merged.refused
    ]
    faults += [Fault("", f"not paired: {note}", "", "warning") for note in outcome.pairing.notes]
    return faults


def _place(placed: Placed) -> str:
    return f"{placed.measure.source}: {_key(placed.key)}"


def _key(key: Key) -> str:
    model, task, variant = key
    return f"{model}, {task} ({variant})"


def lines_of(outcome: ImportReport, *, verbose: bool, dry: bool) -> Iterator[str]:
    """The report, a line each.

    Args:
        outcome: What the import did.
        verbose: A line for everything that was left out, rather than a count.
        dry: Whether nothing was to be written.
    """
    reading, merged = outcome.reading, outcome.merged
    yield from reading.notes
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _several(list(_older(outcome)), verbose=verbose)
    yield from _left_out(outcome, verbose=verbose)
    if outcome.stray_examples:
        n = counted(outcome.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not taken."
    yield from _several(
        [f"moved: {_key(k)} to {m} ({v})" for k, (m, v) in merged.moved], verbose=verbose
    )
    new = dict(_scores_now(outcome))
    yield from _several(
        [f"replaced: {_key(key)}, {old!r} by {new.get(key)!r}" for key, old in merged.replaced],
        verbose=verbose,
    )
    yield from _several(
        [f"paired: {tuned} with {base}" for tuned, base in outcome.pairing.pairs], verbose=verbose
    )
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} as they were, "
        f"{len(merged.refused):,} not taken."
    )
    yield from _tables(outcome, dry=dry)


def _scores_now(outcome: ImportReport) -> Iterator[tuple[Key, object]]:
    for row in outcome.merged.rows:
        yield (str(row["model"]), str(row["task"]), str(row.get("variant"))), row["score"]


def _several(lines: Sequence[str], *, verbose: bool) -> Iterator[str]:
    most = len(lines) if verbose else MOST_ALIKE
    yield from lines[:most]
    if len(lines) > most:
        yield f"and {len(lines) - most:,} more like these; --verbose lists them"


def _older(outcome: ImportReport) -> Iterator[str]:
    """Runs of which a newer one was taken, file by file."""
    files = Counter((old.source, new.source) for old, new in outcome.older)
    for (old, new), n in files.items():
        why = (
            f"since {new} is newer" if old != new else "which has another of the same further down"
        )
        yield f"older: {counted(n, 'score')} of {old}, {why}"


def _left_out(outcome: ImportReport, *, verbose: bool) -> Iterator[str]:
    """What was left out of files that were read: counted by reason, or a line each."""
    parts = [*(s for s in outcome.reading.skipped if s.what == "score"), *outcome.other_metrics]
    if verbose:
        yield from (f"left out: {part.where}: {part.why}" for part in parts)
        return
    reasons = Counter(part.why for part in parts)
    shown = [f"{why} ({n:,})" for why, n in reasons.most_common(_SHOWN)]
    if parts:
        rest = len(reasons) - len(shown)
        more = f"; {counted(rest, 'more reason')}" if rest > 0 else ""
        yield f"Left out {len(parts):,}, which --verbose lists: {'; '.join(shown)}{more}."


def _tables(outcome: ImportReport, *, dry: bool) -> Iterator[str]:
    added = [counted(n, name) for name, n in outcome.added.items() if n]
    if added:
        yield f"New: {listed(added, most=5)}."
    yield from written_lines(outcome.saved, dry=dry)


def written_lines(saved: Sequence[Path], *, dry: bool) -> Iterator[str]:
    """Which tables were written, and what to do next."""
    if dry:
        yield "Nothing was written (--dry-run)."
    elif saved:
        yield f"Wrote {listed([str(path) for path in saved], most=5)}."
        yield f"Next: `site_builder check --project {saved[0].parent.parent}`."
    else:
        yield "Nothing has changed; nothing was written."


SETTING = "setting"
"""Column of the tasks, beyond the contract: how a task was measured."""
# What says something where it is empty, so that a row that is there keeps it.
_MEANT = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


class ImportReport(Record):
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
    older: tuple[tuple[ImportedScore, ImportedScore], ...]
    pairing: Pairing
    merged: MergedScores
    added: Mapping[str, int]
    stray_examples: int
    saved: tuple[Path, ...] = ()


def import_paths(
    source: Format,
    paths: Sequence[Path],
    config: SiteConfig,
    options: ImportOptions,
    *,
    metrics: Sequence[str] = (),
    dry: bool = False,
) -> ImportReport:
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
) -> tuple[ImportReport, list[tuple[StoredTable, list[StoredRow]]]]:
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
    outcome = ImportReport(reading, tuple(others), tuple(older), pairing, merged, added, stray)
    return outcome, changed


def _read(source: Format, path: Path, options: ImportOptions) -> Reading:
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
        Fault(
            "",
            f"--metric {name!r}: no score is of this metric",
            did_you_mean(name, known, "metrics"),
        )
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


def _placed(
    measures: Sequence[ImportedScore], pairing: Pairing, ids: Mapping[Kind, str]
) -> list[Placed]:
    return [
        Placed(m, model, ids[m.task, way_of(m)], variant)
        for m in measures
        for model, variant in [pairing.places[m.model, m.variant]]
    ]


def _other_tables(
    reading: Reading,
    placed: Sequence[Placed],
    merged: MergedScores,
    own_examples: Sequence[tuple[Placed, ImportedExample]],
    config: SiteConfig,
    stored: Mapping[str, StoredTable],
) -> tuple[list[tuple[str, list[StoredRow]]], dict[str, int]]:
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
    reading: Reading, placed: Sequence[Placed], merged: MergedScores
) -> list[tuple[Placed, ImportedExample]]:
    """The examples whose score was taken: not those of older runs, other metrics, other models."""
    refused = {id(score) for score, _ in merged.refused}
    taken = {_score_of(p.measure): p for p in placed if id(p) not in refused}
    return [(taken[_score_of(e)], e) for e in reading.examples if _score_of(e) in taken]


def _score_of(record: ImportedScore | ImportedExample) -> tuple[str, str, str, str | None]:
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
    stated: Iterable[ImportedRow], placed: Sequence[Placed], merged: MergedScores
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
