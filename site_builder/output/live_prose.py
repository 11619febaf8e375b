"""The prose of a page with its figures filled in: expressions, claims and links to HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import jinja2
from markupsafe import Markup

from site_builder.errors import Fault, FaultsError, near
from site_builder.output.claims import ClaimExtension, Claims, FalseClaim
from site_builder.output.figures import UnknownNameError, prose_filters, prose_variables
from site_builder.output.urls import Urls
from site_builder.pages.page import Page, Site
from site_builder.parts import Address, Kind
from site_builder.prose import Prose, escape_markdown, to_html

# What an expression over values can raise; anything else is a bug of ours.
_MISTAKES = (
    jinja2.UndefinedError,
    UnknownNameError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
)


class LiveProse:
    """The prose of one site.

    Attributes:
        faults: What is broken or no longer true in the prose that was asked for so far.

    Args:
        site: What the figures come from.
        prose: The texts of `data/content`.
        urls: Paths of the pages.
        there: The pages that prose can lead to.
    """

    def __init__(self, site: Site, prose: Prose, urls: Urls, there: Collection[Address]) -> None:
        self._prose, self._urls, self._there = prose, urls, there
        self._environment = _make_environment(site)
        self._figures = prose_variables(site)
        self.faults: list[Fault] = []

    def html(self, page: Page, slot: str) -> Markup:
        """A slot's prose on a page; empty where the project has none for it, or a broken one."""
        text = self._prose.texts.get(slot)
        if text is None:
            return Markup("")
        try:
            filled = self._fill_in(page, f"data/content/{slot}.md", text)
        except FaultsError as error:
            self.faults += error.faults
            return Markup("")
        return Markup(to_html(filled))  # noqa: S704 - sanitised by nh3

    def _fill_in(self, page: Page, where: str, text: str) -> str:
        claims = Claims(text)
        self._environment.claims = claims  # type: ignore[attr-defined]
        try:
            template = self._environment.from_string(text)
            filled = template.render(**self._figures, link=self._link_from(page))
        except jinja2.TemplateSyntaxError as error:
            fault = Fault(f"{where}:{error.lineno}", error.message or "is not valid")
            raise FaultsError([fault]) from error
        except _MISTAKES as error:
            fault = Fault(f"{where}:{_line_of(error)}", str(error), self._hint(error))
            raise FaultsError([fault]) from error
        if claims.false:
            raise FaultsError(_claim_fault(where, claim) for claim in claims.false)
        return filled

    def _hint(self, error: Exception) -> str:
        """What a name that prose does not have may have meant."""
        name = re.match(r"'(\w+)' is undefined", str(error))
        return near(name[1], self._figures) if name else ""

    def _link_from(self, page: Page) -> Callable[..., _Figure]:
        """`link(kind, key)` as prose on this page uses it: the relative path of another page."""

        def link(kind: Kind, key: str = "") -> _Figure:
            target = Address(kind, key)
            if kind != "file" and target not in self._there:
                raise UnknownNameError(self._no_page(kind, key))
            return _Figure(self._urls.relative(page.address, target))

        return link

    def _no_page(self, kind: Kind, key: str) -> str:
        kinds = {there.kind for there in self._there}
        keys = {there.key for there in self._there if there.kind == kind}
        hint = near(key, keys) if kind in kinds else near(kind, kinds)
        return f"there is no page for link({kind!r}, {key!r}). {hint}".strip()


def _claim_fault(where: str, claim: FalseClaim) -> Fault:
    what = f"the data does not bear this out ({claim.condition}): {claim.sentence}"
    return Fault(f"{where}:{claim.line}", what, "Rewrite the sentence, or take it out.")


def _line_of(error: BaseException) -> int:
    """Line of the text in which an error arose: jinja2 maps it onto the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _make_environment(site: Site) -> jinja2.Environment:
    """The environment of the prose: it escapes for Markdown, and refuses a number not in words."""
    environment = jinja2.Environment(  # noqa: S701 - it makes Markdown, which nh3 cleans as HTML
        undefined=jinja2.StrictUndefined,
        extensions=[ClaimExtension],
        finalize=_finalize,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        {name: _marked(function) for name, function in prose_filters(site).items()}
    )
    return environment


class _Figure(str):
    """A number already in words, whose marks are our own."""

    __slots__ = ()


def _marked(function: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **kwargs: _Figure(escape_markdown(function(*args, **kwargs)))


def _finalize(value: object) -> object:
    """What an expression leaves in the text; a bare float is a mistake: nobody chose its digits."""
    if isinstance(value, float):
        written = "is not written with a filter such as `score`, `signed` or `percent`"
        message = f"the figure {value!r} {written}"
        raise TypeError(message)
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
