"""Put scores and differences into the tables, and report them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path
from typing import TypeVar

from site_builder.config import SiteConfig
from site_builder.errors import Fault, limit_faults
from site_builder.examples.aggregate import Aggregated, Difference, Repeat, RunScore
from site_builder.examples.files import ExampleFiles
from site_builder.formatting import counted
from site_builder.importers.merge import Key, MergedScores, Placed, key_of, merge_results
from site_builder.importers.reading import ImportedScore
from site_builder.importers.run import written_lines
from site_builder.records import Record
from site_builder.tables.schema import DIFFERENCES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_all_stored, save_tables

_NOISE = 1e-12  # relative rounding differences between two orders of summation
_N = TypeVar("_N", float, float | None)


class Stored(Record):
    """The results and differences of a project, and the ids of its models and tasks."""

    results: StoredTable
    differences: StoredTable
    known: Mapping[str, Collection[str]]


class AggregateReport(Record):
    """What changed in the tables.

    Attributes:
        merged: The results and their changes.
        differences: Number of differences that are `added`, `replaced` or `unchanged`.
        saved: Files that were written.
    """

    merged: MergedScores
    differences: Counter[str]
    saved: tuple[Path, ...]


def read_project(config: SiteConfig) -> Stored:
    """Read the tables of a project that an aggregation needs.

    Raises:
        FaultsError: A fault for each table that cannot be read.
    """
    stored = read_all_stored((RESULTS, DIFFERENCES, MODELS, TASKS), config.data_dir)
    known = {
        spec.key[0]: {str(row.get(spec.key[0])) for row in stored[spec.name].rows}
        for spec in (MODELS, TASKS)
    }
    return Stored(stored[RESULTS.name], stored[DIFFERENCES.name], known)


def save(
    found: Aggregated, stored: Stored, config: SiteConfig, source: str, *, dry: bool = False
) -> AggregateReport:
    """Merge scores and differences into the tables; write only tables that change.

    Args:
        found: What was computed.
        stored: The tables.
        config: The configuration.
        source: The place of the examples, for the `source` column.
        dry: Write nothing.

    Raises:
        FaultsError: A value does not fit its column, or writing fails; the tables are unchanged.
    """
    variant = config.default_variant
    old = {key_of(row, variant): row for row in stored.results.rows}
    placed = [_placed(score, old, source) for score in found.scores]
    merged = merge_results(stored.results.rows, placed, variant)
    rows, counts = _merge_differences(stored.differences.rows, found.differences, variant)
    changed: list[tuple[StoredTable, list[StoredRow]]] = []
    if merged.rows != [*stored.results.rows]:
        changed.append((stored.results, merged.rows))
    if counts["added"] or counts["replaced"]:
        changed.append((stored.differences, rows))
    saved = [] if dry else [config.data_dir / table.spec.file for table, _ in changed]
    if saved:
        save_tables(config.data_dir, changed)
    return AggregateReport(merged, counts, tuple(saved))


def _placed(score: RunScore, stored: Mapping[Key, StoredRow], source: str) -> Placed:
    run, moments = score.run, score.moments
    old = stored.get((run.model, run.task, run.variant), {})
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

    Engines sum in the order in which their threads finish, which changes the last digits.

    Args:
        new: The new number.
        old: The stored value.
        size: The size of the scores behind the number.
    """
    if not isinstance(new, float) or not isinstance(old, float):
        return new
    return old if isclose(new, old, rel_tol=_NOISE, abs_tol=_NOISE * size) else new


def _merge_differences(
    old: Iterable[StoredRow], found: Iterable[Difference], variant: str
) -> tuple[list[StoredRow], Counter[str]]:
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, variant), row.get("against")): row for row in rows}
    counts: Counter[str] = Counter()
    for difference in found:
        new = _row(difference)
        row = by_key.get((new["model"], new["task"], new["variant"], new["against"]))
        if row is None:
            rows.append(new)
            counts["added"] += 1
            continue
        new["difference"] = _without_noise(
            new["difference"], row.get("difference"), difference.size
        )
        new["stderr"] = _without_noise(new["stderr"], row.get("stderr"))
        same = all(row.get(name) == value for name, value in new.items())
        counts["unchanged" if same else "replaced"] += 1
        row |= new
    return rows, counts


def _row(found: Difference) -> StoredRow:
    pair, moments = found.pair, found.moments
    return {
        "model": pair.run.model,
        "task": pair.run.task,
        "variant": pair.run.variant,
        "against": pair.against,
        "against_model": pair.other.model,
        "against_variant": pair.other.variant,
        "difference": moments.mean if moments else None,
        "stderr": moments.stderr(found.size) if moments else None,
        "n_pairs": moments.n if moments else 0,
        "n_unpaired": found.unpaired,
        "n_unpaired_against": found.unpaired_against,
    }


def warnings_of(
    files: ExampleFiles, found: Aggregated, report: AggregateReport, *, average: bool
) -> Iterator[Fault]:
    """Yield warnings: skipped files, repeated rows, examples of only one run, refused scores."""
    yield from files.skipped
    if not average:
        yield from _repeat_faults(found.repeats, files.shown)
    yield from _unpaired_faults(found.differences, files.shown)
    for placed, why in report.merged.refused:
        run = f"{placed.model}, {placed.task} ({placed.variant})"
        yield Fault(f"{files.shown}: {run}", f"not saved: {why}", "", "warning")


def _repeat_faults(repeats: Sequence[Repeat], shown: str) -> Iterator[Fault]:
    faults = (
        Fault(
            f"{shown}: {repeat.run}",
            f"{counted(repeat.repeated, 'example')} more than once with the same score, such as "
            f"{repeat.example!r}: each counts once",
            severity="warning",
        )
        for repeat in repeats
    )
    yield from limit_faults(faults, len(repeats), shown, "runs with examples more than once")


def _unpaired_faults(differences: Sequence[Difference], shown: str) -> Iterator[Fault]:
    odd = [found for found in differences if found.unpaired or found.unpaired_against]
    faults = (
        Fault(f"{shown}: {found.pair.run}", _unpaired(found), severity="warning") for found in odd
    )
    yield from limit_faults(faults, len(odd), shown, "pairs of runs with examples of only one")


def _unpaired(found: Difference) -> str:
    pair = found.pair
    other = f"the baseline, {pair.other.model} ({pair.other.variant}),"
    other = "its base" if pair.against == "base" else other
    if found.moments is None:
        return f"{other} has no example in common with it, so there is no difference"
    sides = (
        f"lacks {counted(found.unpaired, 'example')}" if found.unpaired else "",
        f"has {counted(found.unpaired_against, 'other')}" if found.unpaired_against else "",
    )
    pairs = counted(found.moments.n, "pair")
    return f"{other} {' and '.join(filter(None, sides))}; the difference is over {pairs}"


def lines_of(
    files: ExampleFiles, found: Aggregated, report: AggregateReport, *, dry: bool
) -> Iterator[str]:
    """Yield the lines of the report."""
    models, tasks = ({getattr(s.run, name) for s in found.scores} for name in ("model", "task"))
    rows = counted(files.rows, "row")
    yield f"{rows} of {counted(len(models), 'model')} on {counted(len(tasks), 'task')}."
    merged, differences = report.merged, report.differences
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.unchanged):,} unchanged, {len(merged.refused):,} not saved."
    )
    yield (
        f"Paired differences: {differences['added']:,} added, "
        f"{differences['replaced']:,} replaced, {differences['unchanged']:,} unchanged."
    )
    yield from written_lines(report.saved, dry=dry)
