"""Fill figures into a text, by their names, and judge its claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from math import isfinite
from traceback import walk_tb
from types import MethodType
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from site_builder import formatting
from site_builder.api import api_values
from site_builder.compute.results import Results
from site_builder.errors import did_you_mean
from site_builder.prose.markdown import escape_markdown
from site_builder.records import Record

_FILE = "<template>"  # of a text in tracebacks, as Jinja names it
UNREADABLE = "it is nested too deeply, or has too long a number or a name in a filter of {% set %}"
"""What Jinja or Python cannot compile."""
# Known before anything is computed, so that unknown names are found in any case. A board may lack
# some of them.
NAMES = (
    *("stats", "models", "tasks", "categories", "correlations", "metrics"),
    *("robustness", "baseline", "model", "task", "category", "metric", "correlation"),
    *("serving", "training_sets", "link"),
)
# Jinja's filters that select figures or change the case of a text.
_JINJA_FILTERS = (
    *("abs", "default", "dictsort", "first", "float", "groupby", "int", "items", "last", "length"),
    *("list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select"),
    *("selectattr", "sort", "sum", "title", "trim", "unique", "upper"),
)
_FORBIDDEN: dict[type[nodes.Node], str] = {
    nodes.Concat: "'~'",  # it would write a fraction in all its digits
    nodes.Extends: "{% extends %}",
    nodes.FromImport: "{% from %}",
    nodes.Import: "{% import %}",
    nodes.Include: "{% include %}",
}

_FUNCTIONS = (partial, MethodType)


# Errors of an expression over figures; any other exception is a bug of the generator.
_ERRORS = (
    *(jinja2.TemplateRuntimeError, TypeError, ValueError, AttributeError),
    *(LookupError, ArithmeticError, RecursionError),
)


class Mistake(Record):
    """An error in a line of a text."""

    line: int
    what: str
    fix: str = ""


class Claim(Record):
    """A claim, judged by the figures.

    Attributes:
        line: Line of its tag.
        condition: The condition as it is written.
        sentence: The text of the claim, filled in.
    """

    line: int
    condition: str
    sentence: str
    holds: bool


class SafeMarkdown(str):
    """Text that is Markdown already, such as a link, or what `{% set %}` encloses."""

    __slots__ = ()


class ProseTemplate:
    """A text that can be filled with figures, which `filters` write.

    `mistakes` do not depend on the figures; a text that has any is not filled in.
    """

    def __init__(self, text: str, filters: Mapping[str, Callable[..., str]] | None = None) -> None:
        self._environment = _Environment(filters or prose_filters(formatting.scale_for(())))
        try:
            tree = self._environment.parse(text)
            forbidden = tuple(
                Mistake(node.lineno, f"prose has no {_FORBIDDEN[type(node)]}")
                for node in tree.find_all(tuple(_FORBIDDEN))
            )
            if not forbidden:
                self._template = self._environment.from_string(tree)
            # Afterwards: to look for names, Jinja calculates what is constant, in the tree itself.
            self.mistakes = (*forbidden, *_unknown_names(tree))
        except jinja2.TemplateSyntaxError as error:
            what = error.message or "is not valid"
            unknown = re.fullmatch(r"No filter named '(\w+)'\.", what)
            fix = did_you_mean(unknown[1], self._environment.filters) if unknown else ""
            self.mistakes = (Mistake(error.lineno, what, fix),)
        except (AssertionError, RecursionError, SyntaxError, ValueError):
            self.mistakes = (Mistake(1, UNREADABLE),)

    def fill_in(
        self, figures: Mapping[str, object]
    ) -> tuple[str, list[Claim], tuple[Mistake, ...]]:
        """Render the text and judge its claims, up to the first mistake; return all three."""
        if self.mistakes:
            return "", [], self.mistakes
        text, mistakes = "", self.mistakes
        names = {name: partial(f) if callable(f) else f for name, f in figures.items()}
        claims = self._environment.claims = list[Claim]()
        try:
            text = "".join(map(_text, self._template.generate(names)))
            text.encode()  # half a character, such as "\ud800", is no text
        except _ERRORS as error:
            trace = walk_tb(error.__traceback__)  # which Jinja maps onto the text
            lines = (n for frame, n in trace if frame.f_code.co_filename == _FILE)
            mistakes = (Mistake(max(lines, default=1), str(error)),)
        return text, claims, mistakes


class _Undefined(jinja2.StrictUndefined):
    """A name or a figure that does not exist: any use of it is an error."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, message = self._undefined_name, super()._undefined_message
        if name in NAMES and self._undefined_obj is missing:
            return f"{message}. This board has none."
        if self._undefined_hint is None and isinstance(self._undefined_obj, dict):
            hint = did_you_mean(str(name), self._undefined_obj)
            return f"figure {name!r} does not exist. {hint}".strip()
        return message


def _write(function: Callable[..., str], *args: object, **kwargs: object) -> str:
    """Write a figure by a filter."""
    for figure in args:
        if isinstance(figure, jinja2.Undefined):
            str(figure)  # which raises what it is
        if isinstance(figure, float) and not isfinite(figure):
            message = f"the figure {figure!r} is not finite"
            raise ValueError(message)
    return function(*args, **kwargs)


def _finalize(value: object) -> object:
    """A float without a filter is a mistake, since nobody has chosen its digits."""
    if isinstance(value, SafeMarkdown | int | jinja2.Undefined):
        return value
    if isinstance(value, str):
        return escape_markdown(value)
    if isinstance(value, float):
        written = "is not written with a filter such as `score`, `signed` or `percent`"
        message = f"the figure {value!r} {written}"
    elif value is None:
        message = "the figure is not defined on this board"
    else:
        kinds = {"dict": "a record", "list": "a list", "partial": "a function"}
        name = type(value).__name__
        message = f"{kinds.get(name, name)} is neither a text nor a figure"
    raise ValueError(message)


def _text(part: object) -> str:
    """Return a part of a text. What a filter or a call returns for a whole block is not final."""
    return part if isinstance(part, str) else str(_finalize(part))


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which writes for Markdown and collects claims."""

    claims: list[Claim]

    @staticmethod
    def concat(parts: Iterable[object]) -> SafeMarkdown:
        """Join what has been written, so that it is not escaped twice."""
        return SafeMarkdown("".join(map(_text, parts)))

    def __init__(self, filters: Mapping[str, Callable[..., str]]) -> None:
        super().__init__(
            undefined=_Undefined,
            extensions=[_ClaimTag],
            finalize=_finalize,
            keep_trailing_newline=True,
            optimized=False,  # else `1e308 * 10` becomes the name `inf`, which does not exist
        )
        self.globals.clear()
        ours = {name: partial(_write, function) for name, function in filters.items()}
        self.filters = {name: self.filters[name] for name in _JINJA_FILTERS} | ours

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Forbid what a function holds."""
        return not isinstance(obj, _FUNCTIONS) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: object) -> bool:
        """Allow the functions of prose, macros, and methods of loops and claims."""
        if not isinstance(obj, (*_FUNCTIONS, Macro, jinja2.Undefined)):
            # Jinja's own message names a place in memory, which differs from build to build.
            what = "prose can call only model, task, category, correlation and link"
            raise SecurityError(what)
        return True


def _unknown_names(tree: nodes.Template) -> Iterator[Mistake]:
    unknown = meta.find_undeclared_variables(tree) - {*NAMES}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            hint = did_you_mean(name.name, NAMES)
            yield Mistake(name.lineno, f"'{name.name}' is undefined", hint)


class _ClaimTag(Extension):
    """Adds `{% claim condition %}sentence{% endclaim %}`."""

    tags = {"claim"}  # noqa: RUF012 - Jinja declares it so
    environment: _Environment

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Read the conditions as they are written, which the parser does not keep."""
        del name, filename
        self._conditions = _conditions(self.environment.lex(source))
        return source

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into a call of `_judge`."""
        line = next(parser.stream).lineno
        tag = nodes.Const((line, next(self._conditions)))
        arguments: list[nodes.Expr] = [tag, parser.parse_expression()]
        sentence = parser.parse_statements(("name:endclaim",), drop_needle=True)
        judge = nodes.CallBlock(self.call_method("_judge", arguments), [], [], sentence)
        return judge.set_lineno(line)

    def _judge(self, tag: tuple[int, str], condition: object, caller: Callable[[], str]) -> str:
        line, written = tag
        holds, sentence = bool(condition), caller()
        claim = Claim(line, written, " ".join(sentence.split()), holds)
        self.environment.claims.append(claim)
        return sentence


def _conditions(tokens: Iterable[tuple[int, str, str]]) -> Iterator[str]:
    """Yield the condition of each claim tag, in single spaces."""
    tag = ""
    for _, kind, value in tokens:
        if kind == "block_begin":
            tag = ""
        elif kind != "block_end":
            tag += value
        elif claim := re.fullmatch(r"claim\b(.*)", " ".join(tag.split())):
            yield claim[1].strip()


# --- figures ------------------------------------------------------------------------------------


def prose_variables(results: Results) -> dict[str, Any]:
    """Return the figures of a board by their names in prose."""
    api = api_values(results)
    return {
        **api,
        "baseline": next((m["name"] for m in api["models"] if m.get("is_baseline")), ""),
        "model": partial(_record, api["models"], "model"),
        "task": partial(_record, api["tasks"], "task"),
        "category": partial(_record, api.get("categories", []), "category"),
        "metric": partial(_record, api.get("metrics", []), "metric"),
        "correlation": partial(_correlation, api.get("correlations") or {"columns": []}),
        "serving": results.serving,
        "training_sets": results.training_sets,
    }


def _correlation(correlations: Mapping[str, Any], a: str, b: str) -> dict[str, Any]:
    columns = correlations["columns"]
    i, j = (columns.index(_known("correlation column", name, columns)) for name in (a, b))
    names = "n", "spearman", "within_metrics", "strata", "p_adjusted", "by_construction"
    values = {name: correlations[name][i][j] for name in names}
    return {**values, "p_value": correlations["p_value"]["spearman"][i][j]}


def _record(records: list[dict[str, Any]], key: str, name: str) -> dict[str, Any]:
    by_id = {record[key]: record for record in records}
    return by_id[_known(key, name, by_id)]


def _known(kind: str, name: str, known: Collection[str]) -> str:
    """Return a name, if it is known."""
    if name not in known:
        hint = did_you_mean(str(name), known)
        message = f"{kind} {name!r} does not exist. {hint}".strip()
        raise LookupError(message)
    return name


def prose_filters(scale: formatting.NumberFormat) -> dict[str, Callable[..., str]]:
    """Return the filters that write figures, scores in the digits of a scale."""
    return {
        "score": scale.score,
        "signed": scale.signed,
        "percent": formatting.percent,
        "count": formatting.count,
        "money": formatting.money,
        "seconds": formatting.seconds,
        "ratio": formatting.ratio,
        "decimals": formatting.rounded,
        "p_value": formatting.p_value,
        "listed": lambda names: formatting.listed(list(names), most=6),
        "in_words": lambda n: formatting.in_words(n, 0, 12),
    }
