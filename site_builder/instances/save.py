"""Scores and differences into the tables that are there: by key, and nothing changes twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.importers.merge import Merged, Placed, key_of, merge_results
from site_builder.importers.records import Measure
from site_builder.instances.found import Aggregated, Difference, Score
from site_builder.records import Record
from site_builder.tables.save import Row, StoredTable, read_all_stored, save_tables
from site_builder.tables.schema import DIFFERENCES, MODELS, RESULTS, TASKS

# Of one sum added up in another order; what differs by less is the same.
_NOISE = 1e-12


class Stored(Record):
    """What a project has: its results and differences, and the ids that its tables list."""

    results: StoredTable
    differences: StoredTable
    known: Mapping[str, Collection[str]]


class Outcome(Record):
    """What became of the tables.

    Attributes:
        merged: What became of the results.
        added: How many differences are new.
        replaced: How many are others than before.
        unchanged: How many are as they were.
        saved: Files that were written.
    """

    merged: Merged
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
) -> Outcome:
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
    changed: list[tuple[StoredTable, list[Row]]] = []
    if merged.is_changed:
        changed.append((stored.results, merged.rows))
    if counts["added"] or counts["replaced"]:
        changed.append((stored.differences, rows))
    saved = [] if dry else [config.data_dir / table.spec.file for table, _ in changed]
    if saved:
        save_tables(config.data_dir, changed)
    return Outcome(merged, **counts, saved=tuple(saved))


def _placed(score: Score, there: Mapping[tuple[str, str, str], Row], source: str) -> Placed:
    run, spread = score.run, score.spread
    old = there.get((run.model, run.task, run.variant), {})
    measure = Measure(
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
    old: Iterable[Row], found: Iterable[Difference], variant: str
) -> tuple[list[Row], dict[str, int]]:
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


def _row(found: Difference) -> Row:
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
