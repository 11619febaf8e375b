"""Merge scores and differences into the tables, and report the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import isclose
from pathlib import Path
from typing import TypeVar

from site_builder.config import SiteConfig
from site_builder.errors import Fault, limit_faults
from site_builder.examples.aggregate import (
    Aggregated,
    Difference,
    ExampleRun,
    Moments,
    count_faults,
)
from site_builder.examples.files import ExampleFiles
from site_builder.formatting import counted, listed
from site_builder.importers.merge import MergedScores, Placed, key_of, merge_facts, merge_results
from site_builder.importers.reading import ImportedScore
from site_builder.importers.report import written_lines
from site_builder.records import Record, replace
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.schema import DIFFERENCES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, find_sample, read_without_sample, save_tables

_NOISE = 1e-12  # relative rounding differences between two orders of summation
_N = TypeVar("_N", float, float | None)


class AggregateReport(Record):
    """What changed in the tables: the merged results, and the files that were written.

    `differences` counts those that are `added`, `replaced` or `unchanged`. `new` are the models and
    tasks that the tables lacked. `fewer` has the runs whose stored score is over more examples,
    with both numbers.
    """

    merged: MergedScores
    differences: Counter[str]
    new: tuple[str, ...] = ()
    fewer: tuple[tuple[ExampleRun, int, int], ...] = ()
    saved: tuple[Path, ...] = ()


def save(
    aggregated: Aggregated, config: SiteConfig, source: str, *, dry: bool = False
) -> AggregateReport:
    """Merge scores and differences into the tables; write only tables that change, all or none.

    Tables of models and tasks get a row for each new one. The sample that `init` writes is
    replaced. `source` is the place of the examples, for the `source` column.
    """
    lock = read_locked if dry else write_locked
    return lock(config.data_dir, lambda: _merge(aggregated, config, source, dry=dry))


def _merge(
    aggregated: Aggregated, config: SiteConfig, source: str, *, dry: bool
) -> AggregateReport:
    stored = read_without_sample((RESULTS, DIFFERENCES, MODELS, TASKS), config.data_dir)
    results, differences = stored[RESULTS.name], stored[DIFFERENCES.name]
    variant = config.default_variant
    known = {key_of(row, variant): row for row in results.rows}
    runs = aggregated.scores
    old = {run: known.get((run.model, run.task, run.variant), {}) for run in runs}
    placed = [_placed(run, moments, old[run], source) for run, moments in runs.items()]
    counts = ((run, runs[run].n, row.get("n_examples") or 0) for run, row in old.items())
    fewer = tuple((run, n, before) for run, n, before in counts if before > n)
    merged = merge_results(results.rows, placed, variant)
    rows, changes = _merge_differences(differences.rows, aggregated.differences, variant)
    tables = [(results, merged.rows), (differences, rows)]
    new: list[str] = []
    for table in (stored[MODELS.name], stored[TASKS.name]):
        (key,) = table.spec.key
        if table.rows or find_sample(config.data_dir):
            of_each = merge_facts(table.rows, merged.rows, key, {})
            tables.append((table, of_each))
            new += (f"{key} {row[key]}" for row in of_each[len(table.rows) :])
    changed = [(table, new) for table, new in tables if new != [*table.rows]]
    report = AggregateReport(merged, changes, tuple(new), fewer)
    if dry or not changed:
        return report
    save_tables(config.data_dir, changed)
    return replace(report, saved=tuple(config.data_dir / table.file for table, _ in changed))


def _placed(run: ExampleRun, moments: Moments, old: StoredRow, source: str) -> Placed:
    imported = ImportedScore(
        run.model,
        run.task,
        _without_noise(moments.mean, old.get("score"), moments.size),
        stderr=_without_noise(moments.stderr(), old.get("stderr")),
        n_examples=moments.n,
        source=source,
        variant=run.variant,
    )
    return Placed(imported, run.model, run.task, run.variant)


def _without_noise(new: _N, old: object, size: float = 0.0) -> _N:
    """Return the old number if the new one differs only by rounding.

    DuckDB sums in the order in which its threads finish, which changes the last digits. `size` is
    that of the scores behind the number.
    """
    if not isinstance(new, float) or not isinstance(old, float):
        return new
    return old if isclose(new, old, rel_tol=_NOISE, abs_tol=_NOISE * size) else new


def _merge_differences(
    old: Iterable[StoredRow], differences: Iterable[Difference], variant: str
) -> tuple[list[StoredRow], Counter[str]]:
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, variant), row.get("against")): row for row in rows}
    counts: Counter[str] = Counter()
    for difference in differences:
        pair, moments = difference.pair, difference.moments
        higher, lower = (moments and moments.discordant(difference.size)) or (None, None)
        new: StoredRow = {
            "model": pair.run.model,
            "task": pair.run.task,
            "variant": pair.run.variant,
            "against": pair.against,
            "against_model": pair.other.model,
            "against_variant": pair.other.variant,
            "difference": moments.mean if moments else None,
            "stderr": moments.stderr(difference.size) if moments else None,
            "n_pairs": moments.n if moments else 0,
            "n_unpaired": difference.unpaired,
            "n_unpaired_against": difference.unpaired_against,
            "n_higher": higher,
            "n_lower": lower,
        }
        row = by_key.get((new["model"], new["task"], new["variant"], new["against"]))
        if row is None:
            rows.append(new)
            counts["added"] += 1
            continue
        for name, size in (("difference", difference.size), ("stderr", 0.0)):
            new[name] = _without_noise(new[name], row.get(name), size)
        if all(row.get(name) == value for name, value in new.items()):
            counts["unchanged"] += 1
        else:
            counts["replaced"] += 1
            row |= new
    return rows, counts


def warnings_of(
    files: ExampleFiles, aggregated: Aggregated, report: AggregateReport, *, average: bool
) -> Iterator[Fault]:
    """Yield warnings: skipped files, repeated rows, examples that are missing, refused scores."""
    yield from files.skipped
    if not average:
        yield from count_faults(aggregated.repeats, files.shown, "repeated", severity="warning")
    yield from _unpaired_faults(aggregated.differences, files.shown)
    for run, n, before in report.fewer:
        what = f"its mean of {counted(n, 'example')} is in place of a score over {before:,}"
        fix = "Import that score again if these are not all examples."
        yield Fault(f"{files.shown}: {run}", what, fix, "warning")
    for placed, why in report.merged.refused:
        key = f"{placed.model}, {placed.task} ({placed.variant})"
        yield Fault(f"{files.shown}: {key}", f"not saved: {why}", "", "warning")


def _unpaired_faults(differences: Iterable[Difference], shown: str) -> Iterator[Fault]:
    faults = [
        Fault(f"{shown}: {difference.pair.run}", _unpaired(difference), severity="warning")
        for difference in differences
        if difference.unpaired or difference.unpaired_against
    ]
    return limit_faults(faults, len(faults), shown, "pairs of runs with examples of only one")


def _unpaired(difference: Difference) -> str:
    pair = difference.pair
    other = f"the baseline, {pair.other.model} ({pair.other.variant}),"
    other = "its base" if pair.against == "base" else other
    if difference.moments is None:
        return f"{other} has no example in common with it, so there is no difference"
    missing, extra = difference.unpaired, difference.unpaired_against
    sides = (
        f"lacks {counted(missing, 'example')}" if missing else "",
        f"has {counted(extra, 'other')}" if extra else "",
    )
    pairs = counted(difference.moments.n, "pair")
    return f"{other} {' and '.join(filter(None, sides))}; the difference is over {pairs}"


def lines_of(
    files: ExampleFiles, aggregated: Aggregated, report: AggregateReport, *, dry: bool
) -> Iterator[str]:
    """Yield the lines of the report."""
    models = {run.model for run in aggregated.scores}
    tasks = {run.task for run in aggregated.scores}
    rows = counted(files.rows, "row")
    yield f"{rows} of {counted(len(models), 'model')} on {counted(len(tasks), 'task')}."
    if files.clustered:
        yield "Standard errors are those of clusters of examples."
    merged, differences = report.merged, report.differences
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.unchanged):,} unchanged, {len(merged.refused):,} not saved."
    )
    yield (
        f"Paired differences: {differences['added']:,} added, "
        f"{differences['replaced']:,} replaced, {differences['unchanged']:,} unchanged."
    )
    if report.new:
        yield f"New: {listed(report.new, most=5)}."
    yield from written_lines(report.saved, dry=dry)
