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
    key_of,
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
    is_wanted,
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
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_all_stored, save_tables

_SETTING = "setting"
"""Column of the tasks, outside the schema: how a task was measured."""
_MOST_REASONS = 5
# Columns whose empty cells have a meaning, so that old rows keep them.
_EMPTY_MEANS = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


class ImportReport(Record):
    """What an import did.

    Attributes:
        other_metrics: Scores of metrics that are not used for their task.
        older: Scores that a newer one replaces, each with that.
        added: Number of new models, tasks and examples.
        stray_examples: Number of examples whose score was not used.
        saved: Files that were written.
    """

    reading: Reading
    other_metrics: list[Skipped]
    older: list[tuple[ImportedScore, ImportedScore]]
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
    """Import evaluation output into the tables of a project, unless `dry`.

    `metrics` name what ranks, before those of `site.toml`.

    Raises:
        UnclearScaleError: The user has to state the unit of some scores; nothing is written.
        FaultsError: There is no score, or the tables cannot be changed; nothing is written.
    """
    wanted = (*metrics, *config.importing.metrics)
    options = replace(options, metrics=wanted)
    reading = joined(_read(source, path, options) for path in paths)
    _check(source, reading, metrics)

    def merge() -> ImportReport:
        stored = read_all_stored((MODELS, TASKS, EXAMPLES, RESULTS), config.data_dir)
        report, rows = _merge(reading, stored, config, wanted)
        changed = [(stored[name], r) for name, r in rows.items() if list(stored[name].rows) != r]
        if dry or not changed:
            return report
        save_tables(config.data_dir, changed)
        saved = (config.data_dir / table.spec.file for table, _ in changed)
        return replace(report, saved=tuple(saved))

    return (read_locked if dry else write_locked)(config.data_dir, merge)


def _read(source: Format, path: Path, options: ImportOptions) -> Reading:
    if not path.exists():
        return Reading(skipped=(Skipped(as_text(str(path)), "there is no such file or folder"),))
    return source.read(path, options)


def _check(source: Format, reading: Reading, metrics: Iterable[str]) -> None:
    if not reading.measures and not reading.examples:
        what = f"no score of format {source.name} was found"
        what += "" if reading.skipped else ", since there is no file"
        nothing = Fault("", what, f"Name files or folders that contain {source.meaning}.")
        raise FaultsError((*_skipped_faults(reading), nothing))
    if reading.unclear:
        raise UnclearScaleError.of(reading.unclear)
    known = {(score.task, score.metric) for score in reading.measures}
    if unknown := [text for text in metrics if not any(is_wanted(text, *of) for of in known)]:
        what = "--metric {!r}: no score is of this metric"
        raise FaultsError(Fault("", what.format(text), _hint(text, known)) for text in unknown)


def _hint(text: str, known: Iterable[tuple[str, str]]) -> str:
    names = (f"{task}={metric}" if "=" in text else metric for task, metric in known)
    return did_you_mean(text, {*names}, "metrics")


def _merge(
    reading: Reading,
    stored: Mapping[str, StoredTable],
    config: SiteConfig,
    metrics: Sequence[str],
) -> tuple[ImportReport, dict[str, list[StoredRow]]]:
    """Return the report, and the new rows of each table."""
    old = {name: table.rows for name, table in stored.items()}
    names, default = config.importing, config.default_variant
    known = {str(row.get("task")): row.get(_SETTING) or "" for row in old[TASKS.name]}
    setups = {m.task: known.get(names.tasks.get(m.task, m.task), "") for m in reading.measures}
    chosen, others = choose_metrics(reading.measures, metrics, setups)
    newest, older = choose_newest(chosen)
    stored_runs = {
        (str(row.get("model")), row.get("variant") or default): row[RUN]
        for row in old[RESULTS.name]
        if row.get(RUN)
    }
    ids = name_tasks(newest, known, names.tasks)
    stored_tasks: dict[Place, set[str]] = {}
    for row in old[RESULTS.name]:
        model, task, variant = key_of(row, default)
        stored_tasks.setdefault((model, variant), set()).add(task)
    pairing = pair_runs(newest, ids, config, stored_runs, stored_tasks)
    placed = [
        Placed(m, model, ids[m.task, setup_of(m)], variant)
        for m in newest
        for model, variant in [pairing.places[m.model, m.variant]]
    ]
    merged = merge_results(old[RESULTS.name], placed, default)
    examples = _placed_examples(reading.examples, placed, merged)
    of_models = _first_known((names.models.get(f.id, f.id), f.values) for f in reading.models)
    of_tasks = _task_facts(reading.tasks, placed, merged)
    rows = {
        MODELS.name: merge_facts(old[MODELS.name], merged.rows, "model", of_models),
        TASKS.name: merge_facts(old[TASKS.name], merged.rows, "task", of_tasks, _EMPTY_MEANS),
        EXAMPLES.name: merge_examples(old[EXAMPLES.name], examples, default),
        RESULTS.name: merged.rows,
    }
    nouns = (("model", MODELS.name), ("task", TASKS.name), ("example", EXAMPLES.name))
    added = {noun: len(rows[name]) - len(old[name]) for noun, name in nouns}
    stray = len(reading.examples) - len(examples)
    return ImportReport(reading, others, older, pairing, merged, added, stray), rows


def _placed_examples(
    examples: Iterable[ImportedExample], placed: Iterable[Placed], merged: MergedScores
) -> list[tuple[Placed, ImportedExample]]:
    """Return the examples whose score was used: not of older runs or other metrics."""

    def key(score: ImportedScore | ImportedExample) -> tuple[str, str, str, str | None]:
        return (score.model, score.task, setup_of(score), score.source)

    refused = {id(score) for score, _ in merged.refused}
    used = {key(p.score): p for p in placed if id(p) not in refused}
    return [(used[key(e)], e) for e in examples if key(e) in used]


def _first_known(facts: Iterable[tuple[Any, Mapping[str, Any]]]) -> dict[Any, dict[str, Any]]:
    """Join the known values by id; of two files that state a value, the first counts."""
    known: dict[Any, dict[str, Any]] = {}
    for name, values in facts:
        row = known.setdefault(name, {})
        row |= {k: v for k, v in values.items() if v is not None and k not in row}
    return known


def _task_facts(
    stated: Iterable[ImportedRow], placed: Sequence[Placed], merged: MergedScores
) -> dict[str, dict[str, Any]]:
    """Join what the names of metrics tell with what files state, which counts more."""
    by_metric = _first_known(((fact.id, fact.metric), fact.values) for fact in stated)
    scores: dict[str, list[float]] = {}
    for row in merged.rows:
        score = as_number(row.get("score"))
        scores.setdefault(str(row.get("task")), []).extend([] if score is None else [score])
    first = {p.task: p.score for p in reversed(placed)}
    return {
        task: {
            **facts_of_metric(m.metric, scores.get(task, ())),
            _SETTING: setup_of(m) or None,
            **by_metric.get((m.task, ""), {}),
            **by_metric.get((m.task, m.metric), {}),
        }
        for task, m in first.items()
    }


def warnings_of(report: ImportReport) -> list[Fault]:
    """Return warnings: skipped files, refused scores, models that are not paired."""
    faults = _skipped_faults(report.reading)
    for new, why in report.merged.refused:
        where = f"{new.score.source}: {_words(new.key)}"
        faults.append(Fault(where, f"not imported: {why}", severity="warning"))
    notes = report.pairing.notes
    return faults + [Fault("", f"not paired: {note}", severity="warning") for note in notes]


def _skipped_faults(reading: Reading) -> list[Fault]:
    skipped = (s for s in reading.skipped if s.what != "score")
    return [Fault(s.where, f"skipped: {s.why}", s.fix, severity="warning") for s in skipped]


def _words(key: Key) -> str:
    model, task, variant = key
    return f"{model}, {task} ({variant})"


def lines_of(report: ImportReport, *, verbose: bool, dry: bool) -> Iterator[str]:
    """Yield the lines of the report; `verbose` lists what is otherwise only counted."""
    reading, merged = report.reading, report.merged
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield from reading.notes
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _limited(_older_lines(report), verbose=verbose)
    yield from _left_out_lines(report, verbose=verbose)
    if report.stray_examples:
        n = counted(report.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not imported."
    moved = (f"moved: {_words(key)} to {m} ({v})" for key, (m, v) in merged.moved)
    replaced = (f"replaced: {_words(key)}, {a!r} by {b!r}" for key, a, b in merged.replaced)
    paired = (
        f"paired: {tuned} with {base}{', which has no score' * (base in report.pairing.unscored)}"
        for tuned, base in report.pairing.pairs
    )
    for lines in (moved, replaced, paired):
        yield from _limited(lines, verbose=verbose)
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} unchanged, "
        f"{len(merged.refused):,} not imported."
    )
    if added := [counted(n, name) for name, n in report.added.items() if n]:
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
