"""The one Jinja environment: pages to HTML."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from site_builder.errors import Fault, FaultsError, TemplateFaultError
from site_builder.output.assets import Assets
from site_builder.output.claims import ClaimExtension, FalseClaimError
from site_builder.output.figures import UnknownNameError, prose_filters, prose_variables
from site_builder.output.urls import Urls, web_link
from site_builder.pages.page import Page, Site
from site_builder.parts import Address, Kind, Link
from site_builder.prose import Prose, escape_markdown, to_html

NAVIGATION: tuple[tuple[Address, str], ...] = (
    (Address("models"), "Models"),
    (Address("tasks"), "Tasks"),
    (Address("categories"), "Categories"),
    (Address("analysis"), "Analysis"),
    (Address("serving"), "Serving"),
    (Address("data"), "Data"),
    (Address("about"), "About"),
)


class Renderer:
    """Renders the pages of one site.

    Args:
        site: Configuration and results.
        pages: Every page, so that navigation and links lead only where there is one.
        urls: Their paths.
        assets: Static files.
        prose: The texts of `data/content`.
        template_folders: Folders of templates, the project's own first.
    """

    def __init__(self, site: Site, pages: Sequence[Page], urls: Urls, assets: Assets, prose: Prose, template_folders: Sequence[Path]) -> None:
        self._site, self._urls, self._assets, self._prose = site, urls, assets, prose
        self._there = {page.address for page in pages}
        self._environment = make_environment(template_folders)
        self._prose_environment = _make_prose_environment(site)
        self._figures = prose_variables(site)

    def render(self, page: Page) -> bytes:
        """The HTML of a page.

        Raises:
            TemplateFaultError: The template is missing, broken, or names what its page does not have.
            FaultsError: The page's prose is broken or no longer true.
        """
        fields = {f.name: getattr(page.context, f.name) for f in dataclasses.fields(page.context)}  # type: ignore[arg-type]
        try:
            template = self._environment.get_template(page.template)
            html = template.render(**fields, **self._globals(page))
        except jinja2.TemplateSyntaxError as error:
            raise TemplateFaultError(f"templates/{error.name}:{error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise TemplateFaultError(f"templates/{error.name}: there is no such template.") from error
        except jinja2.UndefinedError as error:
            raise TemplateFaultError(f"templates/{page.template}: {error.message}.") from error
        return html.encode()

    def _globals(self, page: Page) -> dict[str, Any]:
        return {
            "page": page,
            "site": self._site.config.site,
            "citation": self._site.config.citation,
            "navigation": [(address, label) for address, label in NAVIGATION if address in self._there],
            "url": lambda address: self._urls.relative(page.address, address),
            "has": lambda address: address in self._there,
            "address": Address,
            "asset": lambda name: self._urls.relative_path(page.address, self._assets.path(name)),
            "canonical": self._urls.canonical(page.address),
            "root": self._urls.relative(page.address, Address("home")),
            "href": lambda link: self._href(page, link),
            "prose": lambda slot: self._prose_html(page, slot),
            "json": lambda value: self._json(page, value),
        }

    def _href(self, page: Page, link: Link) -> str:
        """Where a link leads; empty where it may not be followed, so that its text stands alone."""
        if link.to is not None:
            return self._urls.relative(page.address, link.to)
        return web_link(link.href)

    def _json(self, page: Page, value: object) -> Markup:
        """A value for a script to read, safe inside a script element; links as relative paths."""

        def plain(part: object) -> object:
            if isinstance(part, Link):
                return [part.text, self._href(page, part)]
            raise TypeError(f"{type(part).__name__} does not go into a page as JSON")

        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":"))
        escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        return Markup(escaped)  # noqa: S704 - every mark that HTML reads is escaped above

    def _prose_html(self, page: Page, slot: str) -> Markup:
        """A page's prose with its figures filled in; empty where the project has none for it."""
        text = self._prose.texts.get(slot)
        if text is None:
            return Markup("")
        return Markup(to_html(self._fill_in(page, slot, text)))  # noqa: S704 - sanitised by nh3

    def _fill_in(self, page: Page, slot: str, text: str) -> str:
        where = f"data/content/{slot}.md"

        def link(kind: Kind, key: str = "") -> _Figure:
            return _Figure(self._urls.relative(page.address, Address(kind, key)))

        self._prose_environment.claim_source = text  # type: ignore[attr-defined]
        try:
            return self._prose_environment.from_string(text).render(**self._figures, link=link)
        except FalseClaimError as error:
            what = f"the data does not bear this out ({error.condition}): {error.sentence}"
            raise FaultsError([Fault(f"{where}:{error.line}", what, "Rewrite the sentence, or take it out.")]) from error
        except jinja2.TemplateSyntaxError as error:
            raise FaultsError([Fault(f"{where}:{error.lineno}", error.message or "is not valid")]) from error
        except (jinja2.UndefinedError, UnknownNameError, TypeError) as error:
            raise FaultsError([Fault(f"{where}:{_line_of(error)}", str(error))]) from error


def _line_of(error: BaseException) -> int:
    """Line of the template in which an error arose: jinja2 maps it onto the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def make_environment(template_folders: Sequence[Path]) -> jinja2.Environment:
    """The environment of the pages: escapes all, forgives no unknown name."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_folders), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, auto_reload=False,
    )  # fmt: skip
    environment.globals.clear()
    environment.globals["range"] = range
    return environment


def _make_prose_environment(site: Site) -> jinja2.Environment:
    """The environment of the prose: escapes for Markdown; a bare float is a mistake, since its digits are not chosen."""
    environment = jinja2.Environment(  # noqa: S701 - the output is Markdown; escape_markdown escapes for it, nh3 cleans after it
        undefined=jinja2.StrictUndefined, extensions=[ClaimExtension], finalize=_finalize, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update({name: _marked(function) for name, function in prose_filters(site).items()})
    return environment


class _Figure(str):
    """A number already in words, whose marks are our own."""

    __slots__ = ()


def _marked(function: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **kwargs: _Figure(escape_markdown(function(*args, **kwargs)))


def _finalize(value: object) -> object:
    if isinstance(value, float):
        message = f"the figure {value!r} is not written with a filter such as `score`, `signed` or `percent`"
        raise TypeError(message)
    if isinstance(value, str) and not isinstance(value, _Figure):
        return escape_markdown(value)
    return value
