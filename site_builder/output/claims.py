"""`{% claim condition %}sentence{% endclaim %}`: a sentence that stops the build where false."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from site_builder.output.figures import MISTAKES
from site_builder.records import Record, replace

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
class Claims:
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
        claims: Claims = self.environment.claims  # type: ignore[attr-defined]
        claims.judged.append(Claim(line, written, " ".join(sentence.split()), bool(holds)))
        return sentence

    def _is_false(self) -> bool:
        claims: Claims = self.environment.claims  # type: ignore[attr-defined]
        return not claims.judged[-1].holds

    def _if_defined(self, caller: Callable[[], str]) -> str:
        """A figure that the condition asked for only if another held may not exist."""
        with suppress(*MISTAKES):
            caller()
        return ""

    def _note(self, words: str, value: object) -> None:
        """Keep the value of a figure with the claim that has just turned out to be false."""
        claims: Claims = self.environment.claims  # type: ignore[attr-defined]
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
