"""The language of prose: sandboxed Jinja that looks at each figure alone.

Prose is written by the publisher, or by whoever sends the publisher a change, so it can reach
nothing but the figures, and ends soon: no code, no files, no chance, no endless loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from inspect import isbuiltin
from typing import Any, TypeAlias, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from site_builder.errors import near
from site_builder.output.claims import ClaimExtension, Claims
from site_builder.output.figures import MISTAKES
from site_builder.records import Record

# Of Jinja's own filters, those that choose among figures or turn text; the others write HTML or
# files, are a matter of chance, or make much of little.
FILTERS = (
    *("abs", "default", "dictsort", "first", "float", "groupby", "int", "items", "last", "length"),
    *("list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select"),
    *("selectattr", "sort", "sum", "title", "trim", "unique", "upper"),
)
_FORBIDDEN: dict[type[nodes.Node], str] = {
    nodes.Block: "block",
    nodes.Extends: "extends",
    nodes.FilterBlock: "filter",
    nodes.FromImport: "from",
    nodes.Import: "import",
    nodes.Include: "include",
    nodes.Macro: "macro",
}
MOST_STEPS, LONGEST_TEXT = 100_000, 1_000_000
_MOST_BITS = 1_024
_TOO_MUCH = "makes too much of it: prose is for figures, not for computing"


class Mistake(Record):
    """What is wrong with a text, in a line of it."""

    line: int
    what: str
    fix: str = ""


# A text as a template, None where it cannot be filled in, and what is wrong with it.
Read: TypeAlias = tuple[jinja2.Template | None, list[Mistake]]


class _Generator(CodeGenerator):
    """Notes what a text asks for by name and does not set, as `jinja2.meta` does in a second go."""

    def enter_frame(self, frame: Frame) -> None:
        """Begin a part of the text with names of its own."""
        super().enter_frame(frame)
        asked = {name for does, name in frame.symbols.loads.values() if does == "resolve"}
        cast(ProseEnvironment, self.environment).named.update(asked)


class ProseEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for prose: it escapes for Markdown, and refuses whatever is no figure.

    Attributes:
        claims: The claims of the file at hand.
        mistakes: What is wrong in it.
        named: What it asks for by name.
        steps: Rounds that its loops have made.
    """

    code_generator_class = _Generator
    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(
        self, filters: dict[str, Callable[..., str]], finalize: Callable[[Any], Any]
    ) -> None:
        super().__init__(
            undefined=jinja2.StrictUndefined,
            extensions=[ClaimExtension, GuardExtension],
            finalize=finalize,
            keep_trailing_newline=True,
        )
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | filters
        self.begin("")

    def begin(self, text: str) -> None:
        """Turn to another text."""
        self.claims, self.mistakes, self.steps = Claims(text), list[tuple[int, Exception]](), 0
        self.named = set[str | None]()

    def read(self, text: str, names: Iterable[str]) -> Read:
        """A text as a template, and what is wrong with it whatever the figures are.

        In the template a mistake in one figure hides no other.

        Args:
            text: The prose.
            names: What it may name.
        """
        self.begin(text)
        try:
            tree = self.parse(text)
            forbidden = list(_forbidden(tree))
            template = self.from_string(tree if forbidden else self._guarded(tree))
        except jinja2.TemplateSyntaxError as error:
            what = error.message or "is not valid"
            return None, [Mistake(error.lineno, what, self._filter_hint(what))]
        except (RecursionError, SyntaxError, MemoryError):
            return None, [Mistake(1, "it is nested too deeply to be read")]
        unknown = list(_unknown_names(tree, self.named, list(names)))
        return None if forbidden else template, [*forbidden, *unknown]

    def _filter_hint(self, what: str) -> str:
        unknown = re.fullmatch(r"No filter named '(\w+)'\.", what)
        return near(unknown[1], self.filters) if unknown else ""

    def _guarded(self, tree: nodes.Template) -> nodes.Template:
        guard: GuardExtension = self.extensions[GuardExtension.identifier]  # type: ignore[assignment]
        return guard.over(tree)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """A text has no parts: its methods could make much of little."""
        return not isinstance(obj, str) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> None:
        """Let `format` be judged like any other method of a text."""

    def is_safe_callable(self, obj: object) -> bool:
        """Only functions of ours may be called."""
        return not isbuiltin(obj) and not isinstance(obj, type) and super().is_safe_callable(obj)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as jinja2 has it
        """Call a function of ours; what is none is named without its place in memory."""
        if not self.is_safe_callable(obj):
            message = f"{getattr(obj, '__name__', 'what is no function')!r} cannot be called"
            raise SecurityError(message)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Reckon, unless the result would be of no size that prose can want."""
        if isinstance(left, str) and operator == "%":
            message = "a figure is written with a filter, not with '%'"
            raise TypeError(message)
        if _size(operator, left, right) > 1:
            message = f"'{operator}' {_TOO_MUCH}"
            raise OverflowError(message)
        reckoned: object = super().call_binop(context, operator, left, right)
        return reckoned


def _size(operator: str, left: object, right: object) -> float:
    """How large a result would be, 1 being the largest that is allowed."""
    if isinstance(left, int) and isinstance(right, int):
        bits = (
            left.bit_length() * right
            if operator == "**"
            else left.bit_length() + right.bit_length()
        )
        return bits / _MOST_BITS
    sized = [len(side) for side in (left, right) if isinstance(side, str | list | tuple)]
    times = [side for side in (left, right) if isinstance(side, int)]
    return sum(sized) * max([1, *times]) / LONGEST_TEXT


def _forbidden(tree: nodes.Template) -> Iterator[Mistake]:
    for node in tree.find_all(tuple(_FORBIDDEN)):
        yield Mistake(node.lineno, f"prose has no {{% {_FORBIDDEN[type(node)]} %}}")
    for block in tree.find_all(nodes.CallBlock):
        if not isinstance(block.call.node, nodes.ExtensionAttribute):
            yield Mistake(block.lineno, "prose has no {% call %}")
    for loop in tree.find_all(nodes.For):
        if loop.recursive:
            yield Mistake(loop.lineno, "prose has no recursive loops")


def _unknown_names(
    tree: nodes.Template, named: set[str | None], known: list[str]
) -> Iterator[Mistake]:
    unknown = named - {*known}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            yield Mistake(name.lineno, f"'{name.name}' is undefined", near(name.name, known))


class GuardExtension(Extension):
    """Takes the mistake of one figure down, goes on with the next, and counts the steps."""

    def over(self, tree: nodes.Template) -> nodes.Template:
        """A text with a guard around each of its parts that can fail alone."""
        _Bounds(self).visit(tree)
        for node in [tree, *tree.find_all(nodes.Node)]:
            for name in ("body", "else_"):
                part = getattr(node, name, None)
                if isinstance(part, list):
                    setattr(node, name, [g for child in part for g in self._guards(child)])
        return tree

    def _guards(self, node: nodes.Node) -> Iterator[nodes.Node]:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                alone = nodes.Output([part]).set_lineno(part.lineno)
                yield alone if isinstance(part, nodes.TemplateData) else self._guard(alone)
        elif isinstance(node, nodes.For | nodes.If | nodes.Scope) and not _sets(node):
            yield self._guard(node)
        else:
            yield node

    def _guard(self, node: nodes.Node) -> nodes.Node:
        call = self.call_method("_attempt", [nodes.Const(node.lineno)])
        return nodes.CallBlock(call, [], [], [node]).set_lineno(node.lineno)

    def _attempt(self, line: int, caller: Callable[[], str]) -> str:
        try:
            return caller()
        except MISTAKES as error:
            self.environment.mistakes.append((line, error))  # type: ignore[attr-defined]
            return ""

    def _counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self.environment.steps += 1  # type: ignore[attr-defined]
            if self.environment.steps > MOST_STEPS:  # type: ignore[attr-defined]
                message = f"the loops of this text take more than {MOST_STEPS:,} rounds"
                raise OverflowError(message)
            yield value

    def _joined(self, *parts: object) -> str:
        texts = [str(part) for part in parts]
        if sum(map(len, texts)) > LONGEST_TEXT:
            message = f"'~' {_TOO_MUCH}"
            raise OverflowError(message)
        return "".join(texts)


def _sets(node: nodes.Node) -> bool:
    """Whether a block sets names that hold after it."""
    return isinstance(node, nodes.If) and any(node.find_all((nodes.Assign, nodes.AssignBlock)))


class _Bounds(NodeTransformer):
    """Puts counters into loops and into the joining of texts."""

    def __init__(self, guard: GuardExtension) -> None:
        self._guard = guard

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        values = cast(nodes.Expr, node.iter)
        node.iter = self._guard.call_method("_counted", [values], lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:
        self.generic_visit(node)
        return self._guard.call_method("_joined", node.nodes, lineno=node.lineno)
