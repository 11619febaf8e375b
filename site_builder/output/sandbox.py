"""The sandbox that templates run in, and what makes it fast: nothing is worked out twice."""

from __future__ import annotations

from typing import Any, ClassVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template in memory, however many sites a process builds.

    Jinja compares the checksum of a template's source before it takes the code that is kept, so a
    template that has changed, or that another one stands in for, is compiled anew.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code of a template, if it is kept and is of this source."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class PageSandbox(SandboxedEnvironment):
    """Jinja's sandbox, with its judgements kept: the Index alone asks it 300,000 times.

    What it says of an attribute depends on its name and on the type that it is of.
    """

    _judged: ClassVar[dict[tuple[type, str], bool]] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 - Jinja's
        """Whether a template may read an attribute of a value."""
        key = (type(obj), attr)
        if key not in self._judged:
            self._judged[key] = super().is_safe_attribute(obj, attr, value)
        return self._judged[key]
