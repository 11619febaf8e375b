"""The sandbox that templates run in, and what makes it fast: nothing is worked out twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeAlias

from jinja2 import BytecodeCache, Environment, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

# What leads from a value to the code of the build, beside names with an underscore; the last two
# read attributes by a text.
_UNSAFE = {
    *("mro", "gi_frame", "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code"),
    *("format", "format_map"),
}

# Waits for code by its key; None where there is none to come.
Wait: TypeAlias = Callable[[], Mapping[str, bytes] | None]


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template in memory, however many sites a process builds.

    Jinja compares the checksum of a template's source before it takes the code that is kept, so a
    template that has changed, or that another one stands in for, is compiled anew.

    Attributes:
        kept: The code, by Jinja's key of each template.
    """

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._wait: Wait | None = None

    @contextmanager
    def expecting(self, wait: Wait) -> Iterator[None]:
        """Within the block, code is to come from elsewhere: `wait` waits for it."""
        self._wait = wait
        try:
            yield
        finally:
            self._wait = None

    def collect(self) -> None:
        """Wait for the code that is to come, if any is."""
        if self._wait is not None:
            wait, self._wait = self._wait, None
            self.kept |= wait() or {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code of a template, if it is kept and is of this source."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


def escaped(value: object) -> str:
    """A value as markup: escaped, unless it is markup."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[return-value]
    return _escaped(value) if kind is str else escape(value)


_escaped = lru_cache(maxsize=1 << 14)(escape)  # pages say the same over and over


class _QuickOutput(CodeGenerator):
    """Has templates ask for `escaped`, where Jinja makes a copy of all that is markup already."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _QuickContext(Context):
    """Calls what a template calls: nothing here asks for the context, which Jinja looks for."""

    def call(
        self,
        called: Callable[..., object],
        *args: object,
        _loop_vars: object = None,
        _block_vars: object = None,
        **named: object,
    ) -> object:
        return called(*args, **named)


class PageSandbox(SandboxedEnvironment):
    """A sandbox whose rules are kept when a template is compiled.

    `x.name` is judged by its name, once, and is then as fast as without a sandbox: pages ask for
    millions of names. `x[name]` is judged each time.
    """

    sandboxed = False
    getattr = Environment.getattr
    code_generator_class = _QuickOutput
    context_class = _QuickContext
    escaped = staticmethod(escaped)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Getattr):
            if node.attr.startswith("_") or node.attr in _UNSAFE:
                what = f"{node.attr!r} may not be asked for in a template."
                raise TemplateSyntaxError(what, node.lineno, name, filename)
        return tree
