"""Imported scores into the tables that are there: by key, nothing lost, nothing done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from site_builder.importers.reading import ImportedExample, ImportedScore
from site_builder.records import Record, field

StoredRow = dict[str, Any]
Key = tuple[str, str, str]

RUN = "run_model"
"""Column of the results, beyond the contract: what was run, where that is not the model's id."""
# What belongs to a measurement and goes with it, when another takes its place.
_PARTS = ("stderr", "n_examples", "date", "source", "command", "flag", RUN)


class Placed(Record):
    """A score with its key in the results table."""

    measure: ImportedScore
    model: str
    task: str
    variant: str

    @property
    def key(self) -> Key:
        """What no two rows share."""
        return (self.model, self.task, self.variant)


class MergedScores(Record):
    """What merging did.

    Attributes:
        rows: All rows, the old ones first, in their order.
        added: Keys of rows that are new.
        replaced: Keys of rows whose score or evidence changed, with the old score.
        moved: Keys of rows that went to another model or variant, with the new place.
        unchanged: Keys of rows that were there already.
        refused: Scores that were not taken, and why.
    """

    rows: list[StoredRow]
    added: list[Key] = field(default_factory=list)
    replaced: list[tuple[Key, Any]] = field(default_factory=list)
    moved: list[tuple[Key, tuple[str, str]]] = field(default_factory=list)
    unchanged: list[Key] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether the table is another than before."""
        return bool(self.added or self.replaced or self.moved)


def merge_results(
    old: Iterable[StoredRow], placed: Iterable[Placed], default_variant: str
) -> MergedScores:
    """The results table with imported scores in it.

    A row that is there is replaced by a newer or an undated score of the same key. It stays where
    its date is later, and where its `run_model` says that something else was run.

    Args:
        old: Rows of the table.
        placed: The scores.
        default_variant: The variant of a row that names none.
    """
    merged = MergedScores([dict(row) for row in old])
    by_key = {key_of(row, default_variant): row for row in merged.rows}
    by_run = {(_run_of(row), key[1]): key for key, row in by_key.items()}
    score_of: dict[Key, Placed] = {}
    for score in placed:
        rival = score_of.setdefault(score.key, score)
        if rival is score:
            _move_old(merged, by_key, by_run.get((score.measure.model, score.task)), score)
            _merge_one(merged, by_key, score)
        else:
            why = f"{rival.measure.model!r} of {rival.measure.source} has the same place"
            merged.refused.append((score, why))
    return merged


def key_of(row: StoredRow, default_variant: str) -> Key:
    """The key of a row of the results."""
    return (str(row.get("model")), str(row.get("task")), row.get("variant") or default_variant)


def _run_of(row: StoredRow) -> str:
    """What was run to give a row: its model, unless it says otherwise."""
    return row.get(RUN) or str(row.get("model"))


def _move_old(
    merged: MergedScores, by_key: dict[Key, StoredRow], before: Key | None, score: Placed
) -> None:
    """Take the row of the same run along to the place that the run has now."""
    if before is None or before[0] == score.model or score.key in by_key:
        return
    row = by_key.pop(before)
    row["model"], row["variant"] = score.model, score.variant
    by_key[score.key] = row
    merged.moved.append((before, (score.model, score.variant)))


def _merge_one(merged: MergedScores, by_key: dict[Key, StoredRow], score: Placed) -> None:
    row, new = by_key.get(score.key), _row(score)
    if row is None:
        merged.rows.append(new)
        by_key[score.key] = new
        merged.added.append(score.key)
        return
    ran, day = row.get(RUN), row.get("date")
    if ran and new[RUN] and ran != new[RUN]:
        why = f"the score there is of {ran!r}, this one of {new[RUN]!r}"
        merged.refused.append((score, why))
        return
    is_other = row.get("score") != new["score"]
    if is_other and day and new["date"] and str(day) > new["date"]:
        merged.refused.append((score, f"the score there is newer ({day})"))
        return
    taken = {name: new[name] for name in ("score", *_PARTS) if new[name] is not None}
    if is_other:
        taken |= {name: new[name] for name in _PARTS}
    if all(row.get(name) == value for name, value in taken.items()):
        merged.unchanged.append(score.key)
        return
    merged.replaced.append((score.key, row.get("score")))
    row |= taken


def _row(score: Placed) -> StoredRow:
    measure = score.measure
    return {
        "model": score.model,
        "task": score.task,
        "variant": score.variant,
        "score": measure.score,
        "stderr": measure.stderr,
        "n_examples": measure.n_examples,
        "date": measure.date,
        "source": measure.source,
        "command": measure.command,
        "flag": measure.flag,
        RUN: None if measure.model == score.model else measure.model,
    }


def merge_facts(
    old: Iterable[StoredRow],
    ids: Iterable[str],
    column: str,
    facts: Mapping[str, Mapping[str, Any]],
    only_new: Sequence[str] = (),
) -> tuple[list[StoredRow], Counter[str]]:
    """The models or tasks table, with a row for each id and what is known of it.

    What a row says already is never changed.

    Args:
        old: Rows of the table.
        ids: Ids that need a row.
        column: The column of the id.
        facts: What is known, by id.
        only_new: Columns that mean something where they are empty, so that an old row keeps them.

    Returns:
        All rows, and how many are new and how many were filled.
    """
    rows = [dict(row) for row in old]
    by_id = {str(row.get(column)): row for row in rows}
    done: Counter[str] = Counter()
    for name in dict.fromkeys(ids):
        known = {k: v for k, v in facts.get(name, {}).items() if v is not None}
        if name not in by_id:
            rows.append({column: name, **known})
            done["added"] += 1
            continue
        row = by_id[name]
        fill = {k: v for k, v in known.items() if row.get(k) is None and k not in only_new}
        row |= fill
        done["filled"] += bool(fill)
    return rows, done


def merge_examples(
    old: Iterable[StoredRow],
    examples: Iterable[tuple[Placed, ImportedExample]],
    default_variant: str,
) -> tuple[list[StoredRow], Counter[str]]:
    """The examples table with imported scores of single examples in it, by its key."""
    rows = [dict(row) for row in old]
    by_key = {(*key_of(row, default_variant), str(row.get("example"))): row for row in rows}
    done: Counter[str] = Counter()
    for placed, example in examples:
        key = (*placed.key, example.example)
        new = dict(zip(("model", "task", "variant", "example"), key, strict=True))
        row = by_key.get(key)
        if row is None:
            by_key[key] = {**new, "score": example.score}
            rows.append(by_key[key])
            done["added"] += 1
        elif row.get("score") != example.score:
            row["score"] = example.score
            done["replaced"] += 1
    return rows, done
