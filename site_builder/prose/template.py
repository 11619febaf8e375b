"""Fill figures into a text, by their names, and judge its claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from math import isfinite
from traceback import walk_stack, walk_tb
from types import MethodType
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from site_builder import formatting
from site_builder.api import api_values
from site_builder.compute.results import Results
from site_builder.errors import did_you_mean, shortened
from site_builder.prose.markdown import escape_markdown
from site_builder.records import Record, field

FILE = "<template>"
"""The file of a text in tracebacks, as Jinja names it."""
UNREADABLE = "it is nested too deeply, or has too long a number or a name in a filter of {% set %}"
"""What Jinja or Python cannot compile."""
# Known before anything is computed, so that unknown names are found in any case. A board may lack
# some of them.
NAMES = (
    *("stats", "models", "tasks", "categories", "correlations", "metrics"),
    *("robustness", "baseline", "model", "task", "category", "metric", "correlation"),
    *("serving", "training_sets", "link"),
)
_MOST_CHARACTERS = 1_000_000  # of a text as it is filled in
_MOST_BITS = 10_000  # of a number, which Python writes in some 3,000 digits
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


class UnknownNameError(Exception):
    """Prose names a model, a task, a category, a column or a page that does not exist."""


# Errors of an expression over figures; any other exception is a bug of the generator.
_ERRORS = (
    *(jinja2.TemplateRuntimeError, UnknownNameError, TypeError, ValueError, AttributeError),
    *(LookupError, ArithmeticError, RecursionError),
)


class Mistake(Record):
    """An error in a line of a text; its words are empty where another mistake says it already."""

    line: int
    what: str
    fix: str = ""


class Claim(Record):
    """A claim, judged by the figures.

    Attributes:
        line: Line of its tag.
        condition: The condition as it is written.
        sentence: The text of the claim, filled in.
        figures: Of a false condition, its operands and their values, as they are written.
    """

    line: int
    condition: str
    sentence: str
    holds: bool
    figures: tuple[tuple[str, str], ...] = ()


class FilledText(Record):
    """A text with its figures, its claims and its mistakes."""

    text: str
    claims: tuple[Claim, ...]
    mistakes: tuple[Mistake, ...]


class Written(str):
    """Text that is Markdown already, such as a link, or what `{% set %}` encloses."""

    __slots__ = ()


class ProseTemplate:
    """A text that can be filled with figures, which `filters` write.

    `mistakes` do not depend on the figures.
    """

    def __init__(self, text: str, filters: Mapping[str, Callable[..., str]] | None = None) -> None:
        self.mistakes: tuple[Mistake, ...] = ()
        self._template: jinja2.Template | None = None
        environment = _Environment(filters or prose_filters(formatting.scale_for(())))
        try:
            tree = environment.parse(text)
            forbidden = tuple(_forbidden(tree))
            if not forbidden:
                self._template = environment.from_string(tree)
            # Afterwards: to look for names, Jinja calculates what is constant, in the tree itself.
            self.mistakes = (*forbidden, *_unknown_names(tree))
        except jinja2.TemplateSyntaxError as error:
            what = error.message or "is not valid"
            unknown = re.fullmatch(r"No filter named '(\w+)'\.", what)
            fix = did_you_mean(unknown[1], environment.filters) if unknown else ""
            self.mistakes = (Mistake(error.lineno, what, fix),)
        except (AssertionError, RecursionError, SyntaxError, ValueError):
            self.mistakes = (Mistake(1, UNREADABLE),)

    def fill_in(self, figures: Mapping[str, object]) -> FilledText:
        """Render the text and collect its claims and all mistakes that the figures reveal."""
        if self._template is None:
            return FilledText("", (), self.mistakes)
        report, text, size = _Report(self._template), list[str](), 0
        token = _REPORT.set(report)
        names = {n: _Function(v) if callable(v) else v for n, v in figures.items()}
        try:
            for part in map(_text, self._template.generate(names)):
                text.append(part)
                part.encode()  # half a character, such as "\ud800", is no text
                size += len(part)
                if size > _MOST_CHARACTERS:
                    message = f"the text becomes longer than {_MOST_CHARACTERS:,} characters"
                    raise ValueError(message)
        except _ERRORS as error:
            text = []
            trace = walk_tb(error.__traceback__)  # which Jinja maps onto the text
            lines = (n for frame, n in trace if frame.f_code.co_filename == FILE)
            report.mistakes.append(Mistake(max(lines, default=1), str(error)))
        finally:
            _REPORT.reset(token)
        found = [mistake for mistake in report.mistakes if mistake.what]
        return FilledText("".join(text), tuple(report.claims), (*self.mistakes, *found))


class _Report(Record):
    """Claims and mistakes of a text that is being filled in."""

    template: jinja2.Template
    claims: list[Claim] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


_REPORT: ContextVar[_Report] = ContextVar("report")


def _fail(what: str, fix: str = "") -> _Missing:
    """Report a mistake and go on with a value that stands for nothing."""
    report = _REPORT.get()
    frames = (line for frame, line in walk_stack(None) if frame.f_code.co_filename == FILE)
    line = report.template.get_corresponding_lineno(next(frames, 1))
    report.mistakes.append(Mistake(line, what, fix))
    return _Missing(hint="")


class _Missing(jinja2.StrictUndefined):
    """A name or a figure that does not exist: reported where it is used, and then nothing.

    Whatever is made of it is nothing as well, so that one rendering finds all mistakes.
    """

    __slots__ = ()

    def _use(self, *_args: object, **_kwargs: object) -> _Missing:
        hint, name, record = self._undefined_hint, self._undefined_name, self._undefined_obj
        if hint == "":  # an earlier mistake
            return _fail("")
        if hint is None and record is missing:  # `_unknown_names` reports all others
            return _fail(self._undefined_message if name in NAMES else "", "This board has none.")
        if hint is None and isinstance(record, dict):
            return _fail(f"figure {name!r} does not exist", did_you_mean(str(name), record))
        return _fail(self._undefined_message)


def _reporting(nothing: object) -> Callable[[_Missing], object]:
    """Return a special method of `_Missing` that must return a value of some type."""

    def method(value: _Missing) -> object:
        value._use()
        return nothing

    return method


for _name in dir(jinja2.StrictUndefined):
    if getattr(jinja2.StrictUndefined, _name) is jinja2.Undefined._fail_with_undefined_error:
        setattr(_Missing, _name, _Missing._use)
for _name, _nothing in (("str", ""), ("bool", False), ("len", 0), ("hash", 0), ("iter", iter(()))):
    setattr(_Missing, f"__{_name}__", _reporting(_nothing))


class _Function(Record):
    """A function or a filter of prose: an error of it is reported, and stops nothing."""

    _function: Callable[..., Any]  # prose reaches no name that begins with an underscore

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the function has it
        for value in args:
            if isinstance(value, _Missing):
                return value._use()
        try:
            return self._function(*args, **kwargs)
        except _ERRORS as error:
            return _fail(str(error))


def _write(function: Callable[..., str], *args: object, **kwargs: object) -> str:
    """Write a figure by a filter."""
    for figure in args:
        if isinstance(figure, float) and not isfinite(figure):
            message = f"the figure {figure!r} is not finite"
            raise ValueError(message)
    return function(*args, **kwargs)


def _finalize(value: object) -> object:
    """A float without a filter is a mistake, since nobody has chosen its digits."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        _fail("a number of more than 3,000 digits is too long for prose")
        return ""
    if isinstance(value, Written | int):
        return value
    if isinstance(value, _Missing):
        return str(value)
    if isinstance(value, str):
        return escape_markdown(value)
    if isinstance(value, float):
        written = "is not written with a filter such as `score`, `signed` or `percent`"
        _fail(f"the figure {value!r} {written}")
    elif value is None:
        _fail("the figure is not defined on this board")
    else:
        _fail(f"{_kind(value)} is neither a text nor a figure")
    return ""


def _text(part: object) -> str:
    """Return a part of a text. What a filter or a call returns for a whole block is not final."""
    return part if isinstance(part, str) else str(_finalize(part))


def _kind(value: object) -> str:
    kinds = {dict: "a record", _Function: "a function", list: "a list", str: "a text"}
    return kinds.get(type(value), type(value).__name__)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which writes for Markdown and collects mistakes."""

    @staticmethod
    def concat(parts: Iterable[object]) -> Written:
        """Join what has been written, so that it is not escaped twice."""
        return Written("".join(map(_text, parts)))

    def __init__(self, filters: Mapping[str, Callable[..., str]]) -> None:
        super().__init__(
            undefined=_Missing,
            extensions=[_ClaimTag],
            finalize=_finalize,
            keep_trailing_newline=True,
            optimized=False,  # else `1e308 * 10` becomes the name `inf`, which does not exist
        )
        self.globals.clear()
        ours = {name: _Function(partial(_write, function)) for name, function in filters.items()}
        self.filters = {name: self.filters[name] for name in _JINJA_FILTERS} | ours

    def is_safe_callable(self, obj: object) -> bool:
        """Allow the functions of prose, macros, and methods of loops and claims."""
        if not isinstance(obj, _Function | _Missing | MethodType | Macro):
            # Jinja's own message names a place in memory, which differs from build to build.
            what = "prose can call only model, task, category, correlation and link"
            raise SecurityError(what)
        return True


def _forbidden(tree: nodes.Template) -> Iterator[Mistake]:
    for node in tree.find_all(tuple(_FORBIDDEN)):
        yield Mistake(node.lineno, f"prose has no {_FORBIDDEN[type(node)]}")


def _unknown_names(tree: nodes.Template) -> Iterator[Mistake]:
    unknown = meta.find_undeclared_variables(tree) - {*NAMES}
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            hint = did_you_mean(name.name, NAMES)
            yield Mistake(name.lineno, f"'{name.name}' is undefined", hint)


class _ClaimTag(Extension):
    """Adds `{% claim condition %}sentence{% endclaim %}`."""

    tags = {"claim"}  # noqa: RUF012 - Jinja declares it so

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Read the conditions as they are written, which the parser does not keep."""
        del name, filename
        self._conditions = _conditions(self.environment.lex(source))
        return source

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into calls of `_attempt` and `_judge`."""
        line = next(parser.stream).lineno
        arguments = [
            nodes.DerivedContextReference(),
            nodes.Const((line, *next(self._conditions))),
            self.call_method("_count"),
            parser.parse_expression(),
        ]
        sentence = parser.parse_statements(("name:endclaim",), drop_needle=True)
        judge = nodes.CallBlock(self.call_method("_judge", arguments), [], [], sentence)
        attempt = self.call_method("_attempt", [nodes.Const(line)])
        return nodes.CallBlock(attempt, [], [], [judge.set_lineno(line)]).set_lineno(line)

    def _attempt(self, line: int, caller: Callable[[], str]) -> str:
        """Report an error in a claim, so that it hides no other claim."""
        try:
            return caller()
        except _ERRORS as error:
            _REPORT.get().mistakes.append(Mistake(line, str(error)))
            return ""

    def _count(self) -> int:
        return len(_REPORT.get().mistakes)

    def _judge(
        self,
        context: Context,
        tag: tuple[int, str, tuple[str, ...]],
        known: int,
        condition: object,
        caller: Callable[[], str],
    ) -> str:
        """Keep the claim, unless its condition needs what does not exist."""
        line, written, operands = tag
        report, holds = _REPORT.get(), bool(condition)
        can_be_judged = len(report.mistakes) == known
        sentence = caller()
        if can_be_judged:
            known = len(report.mistakes)
            figures = () if holds else tuple(self._values(context, operands))
            del report.mistakes[known:]  # `and` may not ask for a figure that does not exist
            claim = Claim(line, written, " ".join(sentence.split()), holds, figures)
            report.claims.append(claim)
        return sentence

    def _values(self, context: Context, operands: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Yield the operands of a condition that are figures, with their values."""
        for operand in operands:
            with suppress(*_ERRORS, jinja2.TemplateSyntaxError):
                find = self.environment.compile_expression(operand, undefined_to_none=False)
                value = find(context.get_all())
                if isinstance(value, str | int | float | None):
                    yield operand, shortened(repr(value))


def _conditions(tokens: Iterable[tuple[int, str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the condition of each claim tag, in single spaces, and its operands."""
    tag: list[str] = []
    for _, kind, value in tokens:
        if kind == "block_begin":
            tag = []
        elif kind != "block_end":
            tag.append(" " if kind == "whitespace" else value)
        elif claim := re.fullmatch(r"claim\b(.*)", " ".join("".join(tag).split())):
            yield claim[1].strip(), tuple(dict.fromkeys(_operands(tag[tag.index("claim") + 1 :])))


_BETWEEN_OPERANDS = {
    *("and", "or", "not", "in", "is", "if", "else", "==", "!=", "<", "<=", ">", ">="),
    *("+", "-", "*", "/", "//", "%"),
}
_NO_FIGURE = re.compile(r"""\d|["'\[{(.]|(?:true|false|none)\b|$""", re.IGNORECASE)


def _operands(tokens: Iterable[str]) -> Iterator[str]:
    """Split a condition at its operators: `stats.tasks > 5` compares the figure `stats.tasks`."""
    found, depth = [""], 0
    for token in tokens:
        is_group = token == ")" or (token == "(" and not found[-1].strip())
        if depth == 0 and (token in _BETWEEN_OPERANDS or is_group):
            found.append("")
        else:
            depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
            found[-1] += token
    return (operand.strip() for operand in found if not _NO_FIGURE.match(operand.strip()))


# --- figures ------------------------------------------------------------------------------------

_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def prose_variables(results: Results) -> dict[str, Any]:
    """Return the figures of a board by their names in prose."""
    values = api_values(results)
    values["tasks"] = [_TaskFigures(task, results) for task in values["tasks"]]
    figures = published_figures(values)
    return {**figures, "serving": results.serving, "training_sets": results.training_sets}


class _TaskFigures(dict[str, Any]):
    """The figures of a task; its scores are made when prose first reads them."""

    def __init__(self, figures: Mapping[str, Any], results: Results) -> None:
        super().__init__(figures)
        self._results = results

    def __missing__(self, key: str) -> object:
        if key != "scores":
            raise KeyError(key)
        self[key] = [
            {
                "model": score.model,
                "variant": score.variant,
                "score": score.score,
                "rank": score.rank,
                "interval": None if score.interval is None else list(score.interval),
                "stderr": score.stderr,
                "n_examples": score.n,
                "n_examples_range": None if score.n_range is None else list(score.n_range),
                "tied_with_best": score.tied_with_best,
            }
            for score in self._results.scores.ranking(self["task"])
        ]
        return self[key]


def published_figures(api: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that follow from the values of the API alone."""
    # Functions of modules, which can be sent to a process that is not forked.
    return {
        **api,
        "baseline": next((m["name"] for m in api["models"] if m.get("is_baseline")), ""),
        "model": _lookup(api["models"], "model"),
        "task": _lookup(api["tasks"], "task"),
        "category": _lookup(api.get("categories", []), "category"),
        "metric": _lookup(api.get("metrics", []), "metric"),
        "correlation": partial(_correlation, api.get("correlations") or {"columns": []}),
    }


def _correlation(correlations: Mapping[str, Any], a: str, b: str) -> dict[str, Any]:
    columns = correlations["columns"]
    i, j = (columns.index(_known("correlation column", name, columns)) for name in (a, b))
    # Older sites lack some of them.
    names = "n", "spearman", "within_metrics", "strata", "p_adjusted", "by_construction"
    values = {n: correlations[n][i][j] if n in correlations else None for n in names}
    return {**values, "p_value": correlations["p_value"]["spearman"][i][j]}


def _lookup(records: list[dict[str, Any]], key: str) -> Callable[[str], dict[str, Any]]:
    return partial(_record, key, {record[key]: record for record in records})


def _record(key: str, by_id: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    return by_id[_known(key, name, by_id)]


def _known(kind: str, name: str, known: Collection[str]) -> str:
    """Return a name, if it is known."""
    if name not in known:
        hint = did_you_mean(str(name), known)
        raise UnknownNameError(f"{kind} {name!r} does not exist. {hint}".strip())
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
        "in_words": lambda n: _WORDS[n] if 0 <= n < len(_WORDS) else formatting.count(n),
    }
