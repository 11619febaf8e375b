"""Put scores and differences into the tables; report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, limit_faults
from site_builder.examples.aggregate import Aggregated, Difference, Repeat, RunScore
from site_builder.examples.files import Instances
from site_builder.formatting import counted
from site_builder.importers.merge import MergedScores, Placed, key_of, merge_results
from site_builder.importers.reading import ImportedScore
from site_builder.importers.run import written_lines
from site_builder.records import Record
from site_builder.tables.schema import DIFFERENCES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_all_stored, save_tables

# Of one sum added up in another order; what differs by less is the same.
_NOISE = 1e-12


class Stored(Record):
    """What a project has: its results and differences, and the ids that its tables list."""

    results: StoredTable
    differences: StoredTable
    known: Mapping[str, Collection[str]]


class AggregateReport(Record):
    """What became of the tables.

    Attributes:
        merged: What became of the results.
        added: How many differences are new.
        replaced: How many are others than before.
        unchanged: How many are as they were.
        saved: Files that were written.
    """

    merged: MergedScores
    added: int
    replaced: int
    unchanged: int
    saved: tuple[Path, ...]


def read_project(config: SiteConfig) -> Stored:
    """The tables of a project that scores go into, or are held against.

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
    """Put scores and differences into the tables; where nothing is new nothing is written.

    Args:
        found: What was computed.
        stored: The tables.
        config: The project.
        source: Where the examples lie, as the results name their evidence.
        dry: Write nothing in any case.

    Raises:
        FaultsError: A value does not fit its column, or the disk refuses; the tables stay.
    """
    variant = config.default_variant
    there = {key_of(row, variant): row for row in stored.results.rows}
    placed = [_placed(score, there, source) for score in found.scores]
    merged = merge_results(stored.results.rows, placed, variant)
    rows, counts = _merge_differences(stored.differences.rows, found.differences, variant)
    changed: list[tuple[StoredTable, list[StoredRow]]] = []
    if merged.is_changed:
        changed.append((stored.results, merged.rows))
    if counts["added"] or counts["replaced"]:
        changed.append((stored.differences, rows))
    saved = [] if dry else [config.data_dir / table.spec.file for table, _ in changed]
    if saved:
        save_tables(config.data_dir, changed)
    return AggregateReport(merged, **counts, saved=tuple(saved))


def _placed(
    score: RunScore, there: Mapping[tuple[str, str, str], StoredRow], source: str
) -> Placed:
    run, spread = score.run, score.spread
    old = there.get((run.model, run.task, run.variant), {})
    measure = ImportedScore(
        run.model,
        run.task,
        _settled(spread.mean, old.get("score"), spread.size),
        stderr=_settled(spread.stderr(), old.get("stderr")),
        n_examples=spread.n,
        source=source,
        variant=run.variant,
    )
    return Placed(measure, run.model, run.task, run.variant)


def _settled(new: Any, old: object, size: float = 0.0) -> Any:  # noqa: ANN401 - a number, or None
    """A new value; the old one where they differ by no more than rounding.

    Engines add up in the order in which their threads come, so that the last digits change.

    Args:
        new: The value, of any type; only numbers have noise.
        old: The stored one.
        size: Size of the scores that it is a mean or a difference of, of which it may be a trifle.
    """
    if not isinstance(new, float) or not isinstance(old, float):
        return new
    return old if isclose(new, old, rel_tol=_NOISE, abs_tol=_NOISE * size) else new


def _merge_differences(
    old: Iterable[StoredRow], found: Iterable[Difference], variant: str
) -> tuple[list[StoredRow], dict[str, int]]:
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, variant), row.get("against")): row for row in rows}
    counts = dict.fromkeys(("added", "replaced", "unchanged"), 0)
    for difference in found:
        new = _row(difference)
        row = by_key.get((new["model"], new["task"], new["variant"], new["against"]))
        if row is None:
            rows.append(new)
            counts["added"] += 1
            continue
        new["difference"] = _settled(new["difference"], row.get("difference"), difference.size)
        new["stderr"] = _settled(new["stderr"], row.get("stderr"))
        same = all(row.get(name) == value for name, value in new.items())
        counts["unchanged" if same else "replaced"] += 1
        row |= new
    return rows, counts


def _row(found: Difference) -> StoredRow:
    pair, spread = found.pair, found.spread
    return {
        "model": pair.run.model,
        "task": pair.run.task,
        "variant": pair.run.variant,
        "against": pair.against,
        "against_model": pair.other.model,
        "against_variant": pair.other.variant,
        "difference": spread.mean if spread else None,
        "stderr": spread.stderr(found.size) if spread else None,
        "n_pairs": spread.n if spread else 0,
        "n_unpaired": found.unpaired,
        "n_unpaired_against": found.unpaired_against,
    }


def warnings_of(
    instances: Instances, found: Aggregated, outcome: AggregateReport, *, average: bool
) -> Iterator[Fault]:
    """What the user should look at: files left out, rows twice, examples without a partner."""
    yield from instances.skipped
    if not average:
        yield from _repeats(found.repeats, instances.shown)
    yield from _unpaired(found.differences, instances.shown)
    for placed, why in outcome.merged.refused:
        run = f"{placed.model}, {placed.task} ({placed.variant})"
        yield Fault(f"{instances.shown}: {run}", f"not taken: {why}", "", "warning")


def _repeats(repeats: Sequence[Repeat], shown: str) -> Iterator[Fault]:
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


def _unpaired(differences: Sequence[Difference], shown: str) -> Iterator[Fault]:
    odd = [found for found in differences if found.unpaired or found.unpaired_against]
    faults = (
        Fault(f"{shown}: {found.pair.run}", _missing(found), severity="warning") for found in odd
    )
    yield from limit_faults(faults, len(odd), shown, "pairs of runs with examples of one only")


def _missing(found: Difference) -> str:
    """How many examples have no partner, on either side."""
    pair = found.pair
    other = f"the baseline, {pair.other.model} ({pair.other.variant}),"
    other = "its base" if pair.against == "base" else other
    if found.spread is None:
        return f"{other} has no example in common with it, so there is no difference"
    sides = (
        f"lacks {counted(found.unpaired, 'example')}" if found.unpaired else "",
        f"has {found.unpaired_against:,} of its own" if found.unpaired_against else "",
    )
    left = f"the difference is of {counted(found.spread.n, 'pair')}"
    return f"{other} {' and '.join(filter(None, sides))}; {left}"


def lines_of(
    instances: Instances, found: Aggregated, outcome: AggregateReport, *, dry: bool
) -> Iterator[str]:
    """The report, a line each."""
    runs = [score.run for score in found.scores]
    models, tasks = (len({getattr(run, name) for run in runs}) for name in ("model", "task"))
    rows = counted(instances.rows, "row")
    yield f"{rows} of {counted(models, 'model')} on {counted(tasks, 'task')}."
    merged = outcome.merged
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.unchanged):,} as they were, {len(merged.refused):,} not taken."
    )
    yield (
        f"Paired differences: {outcome.added:,} added, {outcome.replaced:,} replaced, "
        f"{outcome.unchanged:,} as they were."
    )
    yield from written_lines(outcome.saved, dry=dry)
