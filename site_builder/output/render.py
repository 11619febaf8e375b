"""Pages to HTML, and what is wrong with a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from site_builder.addresses import Address, Link
from site_builder.errors import Fault, SiteError, TemplateFaultError
from site_builder.output.assets import Assets
from site_builder.output.bibtex import write_citation
from site_builder.output.card_drawing import HEIGHT, WIDTH
from site_builder.output.environment import make_environment
from site_builder.output.live_prose import LiveProse
from site_builder.output.navigation import footer_links, header_links
from site_builder.output.scripts import json_text
from site_builder.output.structured import structured_data
from site_builder.output.urls import Urls, web_link
from site_builder.pages.dataset import describe_dataset
from site_builder.pages.entries import FEED, has_feed
from site_builder.pages.page import Page, Site
from site_builder.records import Record, asdict

# What a template can raise; much of it in a template of ours is a bug.
_MISTAKES = (
    jinja2.TemplateError,
    OSError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


class Picture(Record):
    """What a link to a page is shown with elsewhere.

    Attributes:
        link: Absolute.
        width, height: In px.
    """

    link: str
    width: int
    height: int


class Renderer:
    """Renders the pages of one site.

    Args:
        site: Configuration and results.
        pages: Every page, so that navigation and links lead only where there is one.
        urls: Their paths.
        assets: Static files.
        prose: What the pages say beside their numbers.
        template_folders: Folders of templates, the project's own first.
    """

    def __init__(
        self,
        site: Site,
        pages: Sequence[Page],
        urls: Urls,
        assets: Assets,
        prose: LiveProse,
        template_folders: Sequence[Path],
    ) -> None:
        self._site, self._urls, self._assets, self._prose = site, urls, assets, prose
        self._there = {page.address for page in pages}
        self._header = header_links(site.config, self._there)
        self._footer = footer_links(site.config, site.own, self._there)
        self._dataset = describe_dataset(site)
        self._template_folders = template_folders
        self._environment = make_environment(template_folders)

    def render(self, page: Page) -> bytes:
        """The HTML of a page.

        Raises:
            TemplateFaultError: The template is missing, broken, or names what the page lacks.
        """
        own = asdict(page.context())
        with template_faults(page.template, self._template_folders):
            template = self._environment.get_template(page.template)
            return template.render(**own, **self._globals(page)).encode()

    def _globals(self, page: Page) -> dict[str, Any]:
        here = page.address
        href = partial(self._href, self._urls.linker(here))
        return {
            "page": page,
            "site": self._site.config.site,
            "citation": self._site.config.citation,
            "theme": self._site.config.theme,
            "logo": self._logo(here),
            "navigation": self._header,
            "footer": self._footer,
            "url": lambda address: self._urls.relative(here, address),
            "has": lambda address: address in self._there,
            "address": Address,
            "asset": lambda name: self._urls.relative_path(here, self._assets.path(name)),
            "canonical": self._urls.canonical(here),
            "absolute": lambda address: self._urls.absolute(self._urls.path(address)),
            "picture": self._picture(page),
            "root": self._urls.relative(here, Address("home")),
            "href": href,
            "cite": lambda citation: write_citation(citation, self._urls),
            "release": self._site.results.release,
            "has_score_cards": not self._site.results.stats.has_many_scores,
            "feed": FEED if has_feed(self._site) else None,
            "structured": structured_data(page, self._dataset, self._urls),
            "prose": lambda slot: self._prose.html(page, slot),
            "json": lambda value: _json(value, href),
        }

    def _logo(self, here: Address) -> str:
        """The link from a page to the logo; empty where there is none, which is told elsewhere."""
        path = self._assets.paths.get(self._site.config.theme.logo or "")
        return self._urls.relative_path(here, path) if path else ""

    def _picture(self, page: Page) -> Picture | None:
        if page.card is None:
            return None
        return Picture(self._urls.absolute(self._urls.picture(page.address)), WIDTH, HEIGHT)

    def _href(self, leads: Callable[[Address], str], link: Link, *, absolute: bool = False) -> str:
        """Where a link leads; empty where it may not be followed, so that its text stands alone.

        Args:
            leads: Gives the links from the page that the link stands on.
            link: The link.
            absolute: Whether it is for other people's pages: it is absolute then, or a path from
                the site's root where the site's place is not known.
        """
        if link.to is None:
            return web_link(link.href)
        if absolute:
            return self._urls.permalink(link.to) or self._urls.path(link.to)
        return leads(link.to)


def _json(value: object, href: Callable[[Link], str]) -> Markup:
    """A value for a script to read, safe inside a script element; links as relative paths."""
    text = json_text(value, href)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - every mark that HTML reads is escaped above


@contextmanager
def template_faults(name: str, folders: Sequence[Path]) -> Iterator[None]:
    """Tell what is wrong with a template, or with a part of it, as a mistake of the user's.

    Raises:
        TemplateFaultError: The template is missing, broken, or names what it is not given.
    """
    try:
        yield
    except SiteError:
        raise
    except _MISTAKES as error:
        place, what = _told(error, name, folders)
        if not what:
            raise
        raise TemplateFaultError.at(place, what) from error


def _told(error: Exception, name: str, folders: Sequence[Path]) -> tuple[str, str]:
    """Where a mistake is and what it is; nothing of one that only a bug of ours can make."""
    place = _place_of(error, folders)
    match error:
        case jinja2.TemplateSyntaxError():
            return f"{error.name}:{error.lineno}", error.message or "is not valid"
        case jinja2.TemplateNotFound():
            return str(error.name), "there is no such template."
        case jinja2.UndefinedError():
            return place or name, f"{error.message}."
        case UnicodeDecodeError():
            return name, "it, or a part of it, is not UTF-8 text."
        case OSError():
            return name, f"cannot be read: {error.strerror}."
    return place, f"{error}." if _is_own(place, folders) else ""


def _is_own(place: str, folders: Sequence[Path]) -> bool:
    """Whether a template is the project's own, so that its mistakes are the publisher's."""
    return len(folders) > 1 and (folders[0] / place.partition(":")[0]).is_file()


def _place_of(error: BaseException, folders: Sequence[Path]) -> str:
    """Template and line in which an error arose, which may be one that the page's own includes."""
    place, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        name = next((path.relative_to(f).as_posix() for f in folders if path.is_relative_to(f)), "")
        place = f"{name}:{trace.tb_lineno}" if name else place
        trace = trace.tb_next
    return place


def find_template_faults(folders: Sequence[Path]) -> list[Fault]:
    """What is wrong with the project's own templates as they are written, whatever the data."""
    environment, faults = make_environment(folders), list[Fault]()
    own = folders[0] if len(folders) > 1 else None
    for name in environment.list_templates() if own else []:
        if own and (own / name).is_file():
            try:
                with template_faults(name, folders):
                    environment.get_template(name)
            except TemplateFaultError as error:
                faults += error.faults
    return faults
