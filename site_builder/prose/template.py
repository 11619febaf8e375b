"""Fill figures into a text and judge its claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isbuiltin
from math import isfinite
from typing import Any, TypeAlias, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from site_builder.errors import did_you_mean
from site_builder.prose.figures import MISTAKES, NAMES
from site_builder.prose.markdown import escape_markdown
from site_builder.records import Record, replace

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
        self.claims, self.mistakes, self.steps = (
            ClaimResults(text),
            list[tuple[int, Exception]](),
            0,
        )
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
        return did_you_mean(unknown[1], self.filters) if unknown else ""

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
            yield Mistake(
                name.lineno, f"'{name.name}' is undefined", did_you_mean(name.name, known)
            )


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


_CONDITION = re.compile(r"\{%[-+]?\s*claim\b\s*(.*?)\s*[-+]?%\}", re.DOTALL)
_FIGURES = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Filter)


class Claim(Record):
    """A claim as the figures have judged it.

    Attributes:
        line: Line of the claim in its file.
        condition: The condition, as it is written.
        sentence: The sentence, with its figures filled in.
        holds: Whether the condition holds.
        figures: What a condition that does not hold rests on: each figure as it is written, and its
            value.
    """

    line: int
    condition: str
    sentence: str
    holds: bool
    figures: tuple[tuple[str, object], ...] = ()


@dataclass
class ClaimResults:
    """The claims of one file.

    Attributes:
        source: The file's text.
        judged: Those that were judged, in the order of the text.
    """

    source: str
    judged: list[Claim] = field(default_factory=list)

    @property
    def false(self) -> list[Claim]:
        """Those that turned out to be false."""
        return [claim for claim in self.judged if not claim.holds]


class ClaimExtension(Extension):
    """Adds the `claim` block to prose.

    The environment's `claims` is the `Claims` of the file at hand.
    """

    tags = {"claim"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Turn the block into a call of `_check`, and one of `_note` for each of its figures."""
        line = next(parser.stream).lineno
        written = self._written_condition(parser)
        condition = parser.parse_expression()
        body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        call = self.call_method("_check", [nodes.Const(line), nodes.Const(written), condition])
        notes = [self._note_of(figure) for figure in _figures_of(condition)]
        told = nodes.If(self.call_method("_is_false"), notes, [], [])
        claim = nodes.CallBlock(call, [], [], body)
        return [nodes.Scope([claim.set_lineno(line), told.set_lineno(line)]).set_lineno(line)]

    def _note_of(self, figure: nodes.Expr) -> nodes.Node:
        value = nodes.ExprStmt(self.call_method("_note", [nodes.Const(words_of(figure)), figure]))
        return nodes.CallBlock(self.call_method("_if_defined"), [], [], [value])

    def _written_condition(self, parser: Parser) -> str:
        """The condition as its file has it: claims are parsed in the order in which they stand."""
        found = _CONDITION.finditer(self.environment.claims.source)  # type: ignore[attr-defined]
        match = next(parser.__dict__.setdefault("claim_conditions", found), None)
        return " ".join(match[1].split()) if match else ""

    def _check(self, line: int, written: str, holds: object, caller: Callable[[], str]) -> str:
        sentence = caller()
        claims: ClaimResults = self.environment.claims  # type: ignore[attr-defined]
        claims.judged.append(Claim(line, written, " ".join(sentence.split()), bool(holds)))
        return sentence

    def _is_false(self) -> bool:
        claims: ClaimResults = self.environment.claims  # type: ignore[attr-defined]
        return not claims.judged[-1].holds

    def _if_defined(self, caller: Callable[[], str]) -> str:
        """A figure that the condition asked for only if another held may not exist."""
        with suppress(*MISTAKES):
            caller()
        return ""

    def _note(self, words: str, value: object) -> None:
        """Keep the value of a figure with the claim that has just turned out to be false."""
        claims: ClaimResults = self.environment.claims  # type: ignore[attr-defined]
        claim = claims.judged[-1]
        if isinstance(value, str | int | float | None) and words:
            figures = dict((*claim.figures, (words, value)))
            claims.judged[-1] = replace(claim, figures=tuple(figures.items()))


def _figures_of(node: nodes.Node) -> Iterator[nodes.Expr]:
    """The figures that a condition compares, the whole of each: `stats.tasks`, not `stats`."""
    if isinstance(node, _FIGURES):
        yield node
        return
    for part in node.iter_child_nodes():
        yield from _figures_of(part)


def words_of(node: nodes.Node) -> str:
    """An expression as one writes it; empty where it holds more than names, calls and filters."""
    match node:
        case nodes.Const(value=value):
            return repr(value)
        case nodes.Name(name=name):
            return name
        case nodes.Getattr(node=whole, attr=attr):
            return _behind(whole, f".{attr}")
        case nodes.Getitem(node=whole, arg=key):
            return _behind(whole, f"[{words_of(key)}]")
        case nodes.Call(node=called) | nodes.Filter(node=nodes.Node() as called):
            given = [
                *map(words_of, node.args),
                *(f"{k.key}={words_of(k.value)}" for k in node.kwargs),
            ]
            listed = f"({', '.join(given)})" if given or isinstance(node, nodes.Call) else ""
            return _behind(
                called, f" | {node.name}{listed}" if isinstance(node, nodes.Filter) else listed
            )
    return ""


def _behind(node: nodes.Node, words: str) -> str:
    before = words_of(node)
    return before and before + words


def text_file(slot: str) -> str:
    """The file of a slot's text, as messages name it."""
    return f"data/content/{slot}.md"


class _Figure(str):
    """A number already in words, whose marks are our own."""

    __slots__ = ()


def _marked(function: Callable[..., str]) -> Callable[..., str]:
    def write(*args: object, **kwargs: object) -> _Figure:
        for figure in args:
            if isinstance(figure, float) and not isfinite(figure):
                message = f"the figure {figure!r} is not finite"
                raise ValueError(message)
        return _Figure(escape_markdown(function(*args, **kwargs)))

    return write


def _finalize(value: object) -> object:
    """What an expression leaves in the text; a bare float is a mistake: nobody chose its digits."""
    if isinstance(value, float):
        written = "is not written with a filter such as `score`, `signed` or `percent`"
        message = f"the figure {value!r} {written}"
        raise TypeError(message)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        message = f"a text of {len(value):,} characters is too long for prose"
        raise ValueError(message)
    if isinstance(value, str) and not isinstance(value, _Figure):
        return escape_markdown(value)
    if not isinstance(value, str | int | jinja2.Undefined):
        message = (
            "the figure is not defined on this board"
            if value is None
            else f"{_kind(value)} is neither a text nor a figure"
        )
        raise TypeError(message)
    return value


def _kind(value: object) -> str:
    return "a record" if isinstance(value, dict) else type(value).__name__


def judge_claims(
    texts: Mapping[str, str],
    figures: Mapping[str, object],
    filters: Mapping[str, Callable[..., str]],
) -> dict[str, tuple[Claim, ...]]:
    """The claims of each text as some figures judge them; those that need others are left out.

    Args:
        texts: The prose, by slot.
        figures: What it may name, but for `link`.
        filters: The words for numbers.
    """
    language = ProseEnvironment({n: _marked(write) for n, write in filters.items()}, _finalize)
    judged = {}
    for slot, text in texts.items():
        template, _ = language.read(text, NAMES)
        if template is not None:
            with suppress(*MISTAKES):
                template.render(**figures, link=lambda *_: _Figure(""))
        judged[slot] = tuple(language.claims.judged)
    return judged
