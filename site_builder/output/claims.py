"""`{% claim condition %}sentence{% endclaim %}`: a sentence that stops the build when the data no longer bears it out."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser


class FalseClaimError(Exception):
    """A claim whose condition does not hold.

    Attributes:
        line: Line of the claim in its file.
        condition: The condition, as it is written.
        sentence: The sentence, with its figures filled in.
    """

    def __init__(self, line: int, condition: str, sentence: str) -> None:
        self.line, self.condition, self.sentence = line, condition, sentence
        super().__init__(f"line {line}: {condition}")


class ClaimExtension(Extension):
    """Adds the `claim` block to prose."""

    tags = {"claim"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the block into a call of `_check`, with the condition's own words beside its value."""
        line = next(parser.stream).lineno
        first = parser.stream.current
        source = self._source_line(parser, first.lineno)
        condition = parser.parse_expression()
        body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        call = self.call_method("_check", [nodes.Const(line), nodes.Const(source), condition])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _source_line(self, parser: Parser, line: int) -> str:
        lines = self.environment.claim_source.splitlines()  # type: ignore[attr-defined]
        text = lines[line - 1] if line <= len(lines) else ""
        return text.partition("claim ")[2].partition("%}")[0].strip(" -")

    def _check(self, line: int, source: str, holds: object, caller: Callable[[], str]) -> str:
        sentence = caller()
        if not holds:
            raise FalseClaimError(line, source, " ".join(sentence.split()))
        return sentence
