"""Features into the tasks table that is there: by task, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from site_builder.records import Record, field
from site_builder.tables.save import read_stored, save_tables
from site_builder.tables.schema import TASKS

Row = dict[str, Any]


class Merged(Record):
    """What merging did.

    Attributes:
        rows: All rows of the table, the old ones first, in their order.
        added: Tasks that the table did not have.
        changed: Tasks of which a column has another value than before.
        unchanged: Tasks whose every column was there already.
        known: Tasks that the table had.
    """

    rows: list[Row]
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    known: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the table is another than before."""
        return bool(self.added or self.changed)


def save_features(data_dir: Path, features: Iterable[Row], *, dry: bool = False) -> Merged:
    """Put features into the tasks table of a project; where nothing is new nothing is written.

    Args:
        data_dir: The folder of the tables.
        features: A row a task, with its key and its features.
        dry: Write nothing in any case.

    Raises:
        FaultsError: The table cannot be read, or the disk refuses; it stays as it was.
    """
    stored = read_stored(TASKS, data_dir)
    merged = merge_features(stored.rows, features)
    if merged.is_changed and not dry:
        save_tables(data_dir, [(stored, merged.rows)])
    return merged


def merge_features(old: Iterable[Row], features: Iterable[Row]) -> Merged:
    """The tasks table with features in it; columns that a row does not name stay as they were.

    Args:
        old: Rows of the table.
        features: A row a task, with its key and its features.
    """
    rows = [dict(row) for row in old]
    by_task = {row["task"]: row for row in rows}
    merged = Merged(rows, known=tuple(map(str, by_task)))
    for row in features:
        task = row["task"]
        known = by_task.get(task)
        if known is None:
            merged.rows.append(dict(row))
            merged.added.append(task)
        elif all(known.get(name) == value for name, value in row.items()):
            merged.unchanged.append(task)
        else:
            known |= row
            merged.changed.append(task)
    return merged
