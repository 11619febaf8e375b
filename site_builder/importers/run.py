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
    Pairing,
    Place,
    choose_metrics,
    choose_newest,
    facts_of_metric,
    name_tasks,
    pair_runs,
    setup_of,
)
from site_builder.records import Record, replace
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_all_stored, save_tables

SETTING = "setting"
"""Column of the tasks, outside the schema: how a task was measured."""

_MOST_REASONS = 5
# Columns whose empty cells have a meaning, so that old rows keep them.
_EMPTY_MEANS = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


class ImportReport(Record):
    """What an import did.

    Attributes:
        reading: The content of the files.
        other_metrics: Scores of metrics that are not used for their task.
        older: Scores that a newer one replaces, each with that.
        pairing: Which runs are pairs.
        merged: The results table and its changes.
        added: Number of new models, tasks and examples.
        stray_examples: Number of examples whose score was not used.
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
    """Import evaluation output into the tables of a project.

    Args:
        source: The format.
        paths: Files and folders.
        config: The configuration.
        options: Options of the reader.
        metrics: Metrics that rank, before those that `site.toml` names.
        dry: Write nothing.

    Raises:
        UnclearScaleError: The user has to state the unit of some scores; nothing is written.
        FaultsError: There is no score, or the tables cannot be changed; nothing is written.
    """
    stored = read_all_stored((MODELS, TASKS, EXAMPLES, RESULTS), config.data_dir)
    reading = joined(_read(source, path, options) for path in paths)
    _check(source, reading, metrics)
    report, changed = _merge(reading, stored, config, metrics)
    if changed and not dry:
        save_tables(config.data_dir, changed)
    saved = [] if dry else [config.data_dir / table.spec.file for table, _ in changed]
    return replace(report, saved=tuple(saved))


def _read(source: Format, path: Path, options: ImportOptions) -> Reading:
    if not path.exists():
        return Reading(skipped=(Skipped(as_text(str(path)), "there is no such file or folder"),))
    return source.read(path, options)


def _check(source: Format, reading: Reading, metrics: Iterable[str]) -> None:
    if not reading.measures and not reading.examples:
        what = f"no score of format {source.name} was found"
        what += "" if reading.skipped else ", since there is no file"
        nothing = Fault("", what, f"Name files or folders that contain {source.meaning}.")
        raise FaultsError((*_skipped_faults(reading.skipped), nothing))
    if reading.unclear:
        raise UnclearScaleError.of(reading.unclear)
    known = {score.metric for score in reading.measures}
    unknown = [name for name in metrics if name not in known]
    if unknown:
        raise FaultsError(
            Fault(
                "", f"--metric {n!r}: no score is of this metric", did_you_mean(n, known, "metrics")
            )
            for n in unknown
        )


def _merge(
    reading: Reading,
    stored: Mapping[str, StoredTable],
    config: SiteConfig,
    metrics: Sequence[str],
) -> tuple[ImportReport, list[tuple[StoredTable, list[StoredRow]]]]:
    """Return the report, and each table that changes with its new rows."""
    results, tasks = stored[RESULTS.name], stored[TASKS.name]
    known = {str(row.get("task")): row.get(SETTING) or "" for row in tasks.rows}
    names = config.importing.tasks
    setups = {m.task: known.get(names.get(m.task, m.task), "") for m in reading.measures}
    wanted = (*metrics, *config.importing.metrics)
    chosen, others = choose_metrics(reading.measures, wanted, setups)
    newest, older = choose_newest(chosen)
    pairing = pair_runs(newest, config, _known_runs(results, config))
    ids = name_tasks(newest, known, names)
    placed = [
        Placed(m, model, ids[m.task, setup_of(m)], variant)
        for m in newest
        for model, variant in [pairing.places[m.model, m.variant]]
    ]
    merged = merge_results(results.rows, placed, config.default_variant)
    examples = _placed_examples(reading, placed, merged)
    rows, added = _other_tables(reading, placed, merged, examples, config, stored)
    changed = [(stored[name], new) for name, new in rows.items() if list(stored[name].rows) != new]
    changed += [(results, merged.rows)] if merged.is_changed else []
    stray = len(reading.examples) - len(examples)
    report = ImportReport(reading, tuple(others), tuple(older), pairing, merged, added, stray)
    return report, changed


def _known_runs(results: StoredTable, config: SiteConfig) -> dict[Place, str]:
    return {
        (str(row.get("model")), row.get("variant") or config.default_variant): row[RUN]
        for row in results.rows
        if row.get(RUN)
    }


def _placed_examples(
    reading: Reading, placed: Sequence[Placed], merged: MergedScores
) -> list[tuple[Placed, ImportedExample]]:
    """Return the examples whose score was used: not of older runs or other metrics."""
    refused = {id(score) for score, _ in merged.refused}
    used = {_score_key(p.score): p for p in placed if id(p) not in refused}
    return [(used[_score_key(e)], e) for e in reading.examples if _score_key(e) in used]


def _score_key(score: ImportedScore | ImportedExample) -> tuple[str, str, str, str | None]:
    return (score.model, score.task, setup_of(score), score.source)


def _other_tables(
    reading: Reading,
    placed: Sequence[Placed],
    merged: MergedScores,
    new_examples: Sequence[tuple[Placed, ImportedExample]],
    config: SiteConfig,
    stored: Mapping[str, StoredTable],
) -> tuple[dict[str, list[StoredRow]], dict[str, int]]:
    """Return the rows of models, tasks and examples, and how many of each are new."""
    names = config.importing.models
    of_models = _first_known((names.get(f.id, f.id), f.values) for f in reading.models)
    of_tasks = _task_facts(reading.tasks, placed, merged)
    model_ids, task_ids = (
        [str(row.get(column)) for row in merged.rows] for column in ("model", "task")
    )
    models, m = merge_facts(stored[MODELS.name].rows, model_ids, "model", of_models)
    tasks, t = merge_facts(stored[TASKS.name].rows, task_ids, "task", of_tasks, _EMPTY_MEANS)
    old = stored[EXAMPLES.name].rows
    examples, e = merge_examples(old, new_examples, config.default_variant)
    rows = {MODELS.name: models, TASKS.name: tasks, EXAMPLES.name: examples}
    return rows, {"model": m, "task": t, "example": e}


def _first_known(facts: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Join the known values by id; of two files that state a value, the first counts."""
    known: dict[str, dict[str, Any]] = {}
    for name, values in facts:
        row = known.setdefault(name, {})
        row |= {k: v for k, v in values.items() if v is not None and k not in row}
    return known


def _task_facts(
    stated: Iterable[ImportedRow], placed: Sequence[Placed], merged: MergedScores
) -> dict[str, dict[str, Any]]:
    """Join what the names of metrics tell with what files state, which counts more."""
    by_metric = _first_known((f"{f.id}\0{f.metric}", f.values) for f in stated)
    scores: dict[str, list[float]] = {}
    for row in merged.rows:
        score = as_number(row.get("score"))
        scores.setdefault(str(row.get("task")), []).extend([] if score is None else [score])
    first = {p.task: p.score for p in reversed(placed)}
    return {
        task: {
            **facts_of_metric(m.metric, scores.get(task, ())),
            SETTING: setup_of(m) or None,
            **by_metric.get(f"{m.task}\0", {}),
            **by_metric.get(f"{m.task}\0{m.metric}", {}),
        }
        for task, m in first.items()
    }


def warnings_of(report: ImportReport) -> list[Fault]:
    """Return warnings: skipped files, refused scores, models that are not paired."""
    refused = (
        (f"{placed.score.source}: {_key(placed.key)}", why) for placed, why in report.merged.refused
    )
    return [
        *_skipped_faults(report.reading.skipped),
        *(Fault(place, f"not imported: {why}", "", "warning") for place, why in refused),
        *(Fault("", f"not paired: {note}", "", "warning") for note in report.pairing.notes),
    ]


def _skipped_faults(skipped: Iterable[Skipped]) -> list[Fault]:
    return [
        Fault(s.where, f"skipped: {s.why}", "", "warning") for s in skipped if s.what != "score"
    ]


def _key(key: Key) -> str:
    model, task, variant = key
    return f"{model}, {task} ({variant})"


def lines_of(report: ImportReport, *, verbose: bool, dry: bool) -> Iterator[str]:
    """Yield the lines of the report.

    Args:
        report: What the import did.
        verbose: Yield a line for everything that was left out, instead of a count.
        dry: Whether nothing was meant to be written.
    """
    reading, merged = report.reading, report.merged
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield from reading.notes
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _limited(_older_lines(report), verbose=verbose)
    yield from _left_out_lines(report, verbose=verbose)
    if report.stray_examples:
        n = counted(report.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not imported."
    moved = (f"moved: {_key(k)} to {m} ({v})" for k, (m, v) in merged.moved)
    yield from _limited(moved, verbose=verbose)
    new = {
        (str(r["model"]), str(r["task"]), str(r.get("variant"))): r["score"] for r in merged.rows
    }
    replaced = (
        f"replaced: {_key(key)}, {old!r} by {new.get(key)!r}" for key, old in merged.replaced
    )
    yield from _limited(replaced, verbose=verbose)
    paired = (f"paired: {tuned} with {base}" for tuned, base in report.pairing.pairs)
    yield from _limited(paired, verbose=verbose)
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} unchanged, "
        f"{len(merged.refused):,} not imported."
    )
    added = [counted(n, name) for name, n in report.added.items() if n]
    if added:
        yield f"New: {listed(added, most=5)}."
    yield from written_lines(report.saved, dry=dry)


def _limited(lines: Iterable[str], *, verbose: bool) -> Iterator[str]:
    every = list(lines)
    most = len(every) if verbose else MOST_ALIKE
    yield from every[:most]
    if len(every) > most:
        yield f"and {len(every) - most:,} more like these; --verbose lists them"


def _older_lines(report: ImportReport) -> Iterator[str]:
    """Count the scores that a newer run replaces, file by file."""
    files = Counter((old.source, new.source) for old, new in report.older)
    for (old, new), n in files.items():
        why = f"since {new} is newer" if old != new else "since the file has the same score again"
        yield f"older: {counted(n, 'score')} of {old}, {why}"


def _left_out_lines(report: ImportReport, *, verbose: bool) -> Iterator[str]:
    """Count by reason what was left out of files that were read, or yield a line for each."""
    parts = [*(s for s in report.reading.skipped if s.what == "score"), *report.other_metrics]
    if verbose:
        yield from (f"left out: {part.where}: {part.why}" for part in parts)
    elif parts:
        reasons = Counter(part.why for part in parts)
        shown = [f"{why} ({n:,})" for why, n in reasons.most_common(_MOST_REASONS)]
        rest = len(reasons) - len(shown)
        more = f"; {counted(rest, 'more reason')}" if rest > 0 else ""
        yield f"Left out {len(parts):,}, which --verbose lists: {'; '.join(shown)}{more}."


def written_lines(saved: Sequence[Path], *, dry: bool) -> Iterator[str]:
    """Yield which tables were written, and the next step."""
    if dry:
        yield "Nothing was written (--dry-run)."
    elif saved:
        yield f"Wrote {listed([str(path) for path in saved], most=5)}."
        yield f"Next: `site_builder check --project {saved[0].parent.parent}`."
    else:
        yield "Nothing changed; nothing was written."
