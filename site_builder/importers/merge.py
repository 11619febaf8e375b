"""Merge imported scores into stored tables by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from site_builder.importers.reading import ImportedExample, ImportedScore
from site_builder.records import Record, field
from site_builder.tables.write import StoredRow

Key = tuple[str, str, str]

RUN = "run_model"
"""Column of the results, outside the schema: what was run, if that is not the model id."""
# Columns that belong to a measurement and are replaced with its score.
_DETAILS = ("stderr", "n_examples", "date", "source", "command", "flag", RUN)


class Placed(Record):
    """A score with its key in the results table."""

    score: ImportedScore
    model: str
    task: str
    variant: str

    @property
    def key(self) -> Key:
        """The key of the results table."""
        return (self.model, self.task, self.variant)


class MergedScores(Record):
    """The results table after a merge, and what the merge did.

    Attributes:
        rows: All rows, the old ones first, in their order.
        added: Keys of new rows.
        replaced: Keys of rows whose score or details changed, with the old score.
        moved: Keys of rows that went to another model or variant, with the new place.
        unchanged: Keys of rows that were already there.
        refused: Scores that were not used, and why.
    """

    rows: list[StoredRow]
    added: list[Key] = field(default_factory=list)
    replaced: list[tuple[Key, Any]] = field(default_factory=list)
    moved: list[tuple[Key, tuple[str, str]]] = field(default_factory=list)
    unchanged: list[Key] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether the table differs from before."""
        return bool(self.added or self.replaced or self.moved)


def merge_results(
    old: Iterable[StoredRow], placed: Iterable[Placed], default_variant: str
) -> MergedScores:
    """Merge imported scores into the results table.

    A newer or undated score replaces the row of its key. The row stays if its date is later, or if
    its `run_model` names another run.

    Args:
        old: Rows of the table.
        placed: The scores.
        default_variant: The variant of a row that names none.
    """
    merged = MergedScores([dict(row) for row in old])
    by_key = {key_of(row, default_variant): row for row in merged.rows}
    by_run = {(row.get(RUN) or key[0], key[1]): key for key, row in by_key.items()}
    first: dict[Key, ImportedScore] = {}
    for new in placed:
        rival = first.setdefault(new.key, new.score)
        if rival is not new.score:
            why = f"{rival.model!r} of {rival.source} has the same place"
            merged.refused.append((new, why))
            continue
        _move_old(merged, by_key, by_run.get((new.score.model, new.task)), new)
        _merge_one(merged, by_key, new)
    return merged


def key_of(row: StoredRow, default_variant: str) -> Key:
    """Return the key of a row of the results."""
    return (str(row.get("model")), str(row.get("task")), row.get("variant") or default_variant)


def _move_old(
    merged: MergedScores, by_key: dict[Key, StoredRow], before: Key | None, new: Placed
) -> None:
    """Move the row of the same run to the model that the run has now."""
    if before is None or before[0] == new.model or new.key in by_key:
        return
    row = by_key.pop(before)
    row["model"], row["variant"] = new.model, new.variant
    by_key[new.key] = row
    merged.moved.append((before, (new.model, new.variant)))


def _merge_one(merged: MergedScores, by_key: dict[Key, StoredRow], placed: Placed) -> None:
    row, new = by_key.get(placed.key), _row(placed)
    if row is None:
        merged.rows.append(new)
        by_key[placed.key] = new
        merged.added.append(placed.key)
        return
    ran, day = row.get(RUN), row.get("date")
    if ran and new[RUN] and ran != new[RUN]:
        why = f"the stored score is of {ran!r}, this one of {new[RUN]!r}"
        merged.refused.append((placed, why))
        return
    is_other = row.get("score") != new["score"]
    if is_other and day and new["date"] and str(day) > new["date"]:
        merged.refused.append((placed, f"the stored score is newer ({day})"))
        return
    taken = {name: new[name] for name in ("score", *_DETAILS) if new[name] is not None}
    if is_other:
        taken |= {name: new[name] for name in _DETAILS}
    if all(row.get(name) == value for name, value in taken.items()):
        merged.unchanged.append(placed.key)
        return
    merged.replaced.append((placed.key, row.get("score")))
    row |= taken


def _row(placed: Placed) -> StoredRow:
    score = placed.score
    key = {"model": placed.model, "task": placed.task, "variant": placed.variant}
    details = {name: getattr(score, name) for name in _DETAILS if name != RUN}
    ran = None if score.model == placed.model else score.model
    return {**key, "score": score.score, **details, RUN: ran}


def merge_facts(
    old: Iterable[StoredRow],
    ids: Iterable[str],
    column: str,
    facts: Mapping[str, Mapping[str, Any]],
    only_new: Sequence[str] = (),
) -> tuple[list[StoredRow], int]:
    """Add missing rows to the models or tasks table and fill empty cells; nothing is overwritten.

    Args:
        old: Rows of the table.
        ids: Ids that need a row.
        column: The column of the id.
        facts: Known values by id.
        only_new: Columns whose empty cells have a meaning, so that old rows keep them.

    Returns:
        All rows, and the number of new ones.
    """
    rows = [dict(row) for row in old]
    by_id = {str(row.get(column)): row for row in rows}
    added = 0
    for name in dict.fromkeys(ids):
        known = {k: v for k, v in facts.get(name, {}).items() if v is not None}
        if name in by_id:
            row = by_id[name]
            row |= {k: v for k, v in known.items() if row.get(k) is None and k not in only_new}
        else:
            rows.append({column: name, **known})
            added += 1
    return rows, added


def merge_examples(
    old: Iterable[StoredRow],
    examples: Iterable[tuple[Placed, ImportedExample]],
    default_variant: str,
) -> tuple[list[StoredRow], int]:
    """Merge scores of single examples into their table; return all rows and the number added."""
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, default_variant), str(row.get("example"))): row for row in rows}
    added = 0
    for placed, example in examples:
        key = (*placed.key, example.example)
        if key in by_key:
            by_key[key]["score"] = example.score
            continue
        named = dict(zip(("model", "task", "variant", "example"), key, strict=True))
        by_key[key] = {**named, "score": example.score}
        rows.append(by_key[key])
        added += 1
    return rows, added
