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
# Columns that belong to a measurement and are replaced with its score. Those of the second line are
# outside the schema.
_DETAILS = (
    "stderr", "n_examples", "date", "source", "command", "flag",
    "evaluator_relationship", "tool", "retrieved",
)  # fmt: skip


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
        replaced: Keys of rows whose score or details changed, with the old and the new score.
        moved: Keys of rows that went to another model or variant, with the new place.
        refused: Scores that were not used, and why.
    """

    rows: list[StoredRow]
    added: list[Key] = field(default_factory=list)
    replaced: list[tuple[Key, Any, float]] = field(default_factory=list)
    moved: list[tuple[Key, tuple[str, str]]] = field(default_factory=list)
    unchanged: list[Key] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)


def merge_results(
    old: Iterable[StoredRow], placed: Iterable[Placed], default_variant: str
) -> MergedScores:
    """Merge imported scores into the results table.

    A newer or undated score replaces the row of its key. The row stays if its date is later, or if
    its `run_model` names another run. A row without a variant has the default.
    """
    merged = MergedScores([dict(row) for row in old])
    by_key = {key_of(row, default_variant): row for row in merged.rows}
    by_run: dict[Key, Key] = {}
    for (model, task, variant), row in by_key.items():
        run = row.get(RUN) or model
        by_run[run, task, variant] = by_run[run, task, ""] = (model, task, variant)
    first: dict[Key, ImportedScore] = {}
    for new in placed:
        rival = first.setdefault(new.key, new.score)
        if rival is not new.score:
            why = f"{rival.model!r} of {rival.source} has the same place"
            merged.refused.append((new, why))
            continue
        run, task = new.score.model, new.task
        before = by_run.get((run, task, new.variant), by_run.get((run, task, ""), new.key))
        if before[0] != new.model and before in by_key and new.key not in by_key:
            row = by_key[new.key] = by_key.pop(before)
            row["model"], row["variant"] = new.model, new.variant
            merged.moved.append((before, (new.model, new.variant)))
        _merge_one(merged, by_key, new)
    return merged


def key_of(row: StoredRow, default_variant: str) -> Key:
    """Return the key of a row of the results."""
    return (str(row.get("model")), str(row.get("task")), row.get("variant") or default_variant)


def _merge_one(merged: MergedScores, by_key: dict[Key, StoredRow], placed: Placed) -> None:
    key, score, row = placed.key, placed.score, by_key.get(placed.key)
    new = {"score": score.score, **{name: getattr(score, name) for name in _DETAILS}}
    new[RUN] = None if score.model == placed.model else score.model
    if row is None:
        row = {**dict(zip(("model", "task", "variant"), key, strict=True)), **new}
        by_key[key] = row
        merged.rows.append(row)
        merged.added.append(key)
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
    taken = {name: value for name, value in new.items() if is_other or value is not None}
    if all(row.get(name) == value for name, value in taken.items()):
        merged.unchanged.append(key)
        return
    merged.replaced.append((key, row.get("score"), score.score))
    row |= taken


def merge_facts(
    old: Iterable[StoredRow],
    results: Iterable[StoredRow],
    column: str,
    facts: Mapping[str, Mapping[str, Any]],
    only_new: Sequence[str] = (),
) -> list[StoredRow]:
    """Add the missing rows of the models or tasks table, and fill empty cells.

    Each model or task of the results gets a row, with the facts of its id. Empty cells of the
    columns `only_new` have a meaning, so that old rows keep them.
    """
    rows = [dict(row) for row in old]
    by_id = {str(row.get(column)): row for row in rows}
    for name in dict.fromkeys(str(row.get(column)) for row in results):
        known = {k: v for k, v in facts.get(name, {}).items() if v is not None}
        if row := by_id.get(name):
            row |= {k: v for k, v in known.items() if row.get(k) is None and k not in only_new}
        else:
            rows.append({column: name, **known})
    return rows


def merge_examples(
    old: Iterable[StoredRow],
    examples: Iterable[tuple[Placed, ImportedExample]],
    default_variant: str,
) -> list[StoredRow]:
    """Merge scores of single examples into their table."""
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, default_variant), str(row.get("example"))): row for row in rows}
    for placed, example in examples:
        key = (*placed.key, example.example)
        if key not in by_key:
            by_key[key] = dict(zip(("model", "task", "variant", "example"), key, strict=True))
            rows.append(by_key[key])
        by_key[key]["score"] = example.score
    return rows
