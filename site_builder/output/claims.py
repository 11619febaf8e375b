"""`{% claim condition %}sentence{% endclaim %}`: a sentence that stops the build where false."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

_CONDITION = re.compile(r"\{%[-+]?\s*claim\b\s*(.*?)\s*[-+]?%\}", re.DOTALL)


@dataclass(frozen=True)
class FalseClaim:
    """A claim whose condition does not hold.

    Attributes:
        line: Line of the claim in its file.
        condition: The condition, as it is written.
        sentence: The sentence, with its figures filled in.
    """

    line: int
    condition: str
    sentence: str


@dataclass
class Claims:
    """The claims of one file.

    Attributes:
        source: The file's text.
        false: Those that turned out to be false.
    """

    source: str
    false: list[FalseClaim] = field(default_factory=list)


class ClaimExtension(Extension):
    """Adds the `claim` block to prose.

    The environment's `claims` is the `Claims` of the file at hand.
    """

    tags = {"claim"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the block into a call of `_check`, with the condition as written and its value."""
        line = next(parser.stream).lineno
        written = self._written_condition(parser)
        condition = parser.parse_expression()
        body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        call = self.call_method("_check", [nodes.Const(line), nodes.Const(written), condition])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _written_condition(self, parser: Parser) -> str:
        """The condition as its file has it: claims are parsed in the order in which they stand."""
        found = _CONDITION.finditer(self.environment.claims.source)  # type: ignore[attr-defined]
        match = next(parser.__dict__.setdefault("claim_conditions", found), None)
        return " ".join(match[1].split()) if match else ""

    def _check(self, line: int, written: str, holds: object, caller: Callable[[], str]) -> str:
        sentence = caller()
        if not holds:
            claim = FalseClaim(line, written, " ".join(sentence.split()))
            self.environment.claims.false.append(claim)  # type: ignore[attr-defined]
        return sentence
