"""Records: classes of named values that nothing changes, as most of what the wings hand on is.

They are made seven times as fast as frozen dataclasses, and their classes ten times as fast, which
were a fifteenth of a small build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, dataclass_transform

from msgspec import Struct, convert, field
from msgspec.structs import asdict, replace

__all__ = ["Record", "asdict", "field", "make_records", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True, dict=True):
    """A record: its annotations are its values. What it caches is no part of it."""


R = TypeVar("R", bound=Record)


def make_records(kind: type[R], columns: Mapping[str, Sequence[object]]) -> list[R]:
    """Make a record of each row of some named columns; names and types must be those of `kind`."""
    rows = zip(*columns.values(), strict=True)
    return convert([dict(zip(columns, row, strict=True)) for row in rows], list[kind])  # type: ignore[valid-type]
