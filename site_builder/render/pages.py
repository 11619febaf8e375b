"""Render every page and file; navigation; JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from site_builder.addresses import Address, Link
from site_builder.api import encode
from site_builder.charts.theme import LOOK
from site_builder.config import SiteConfig
from site_builder.errors import (
    AssetError,
    Fault,
    FaultsError,
    SiteError,
    TemplateFaultError,
    did_you_mean,
)
from site_builder.pages.data import CROISSANT, describe_dataset
from site_builder.pages.page import Document, Made, Page, ScriptData, Site
from site_builder.processes import spread
from site_builder.prose.markdown import Prose
from site_builder.records import Record, asdict
from site_builder.releases.feed import FEED, has_feed, write_feed
from site_builder.render.assets import Assets, load_assets, project_folders, theme_sheet
from site_builder.render.environment import make_environment, template_faults
from site_builder.render.metadata import croissant_values, structured_data, write_citation
from site_builder.render.previews import HEIGHT, WIDTH, BadgeDrawer
from site_builder.render.prose import LiveProse, find_written_faults
from site_builder.render.urls import Urls, web_link

LOOK_SCRIPT = "js/chart-look.js"


def json_text(value: object, href: Callable[[Link], str]) -> str:
    """A value as compact JSON; a link becomes its text and where it leads."""

    def plain(part: object) -> object:
        if isinstance(part, Link):
            return [part.text, href(part)]
        message = f"{type(part).__name__} does not go into a script as JSON"
        raise TypeError(message)

    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":")
    )


def render_script(data: ScriptData, urls: Urls) -> bytes:
    """The script that gives a value; its links are paths from the site's root, for any page."""
    text = json_text(
        data.value(), lambda link: urls.from_root(link.to) if link.to else web_link(link.href)
    )
    return f"site.provide({json.dumps(data.name)},{text});\n".encode()


def look_script() -> dict[str, bytes]:
    """The script that gives the look of all charts, by its name; the bundle takes it in."""
    return {LOOK_SCRIPT: f"site.chartLook = {json.dumps(LOOK, separators=(',', ':'))};\n".encode()}


NAVIGATION: tuple[tuple[Address, str], ...] = (
    (Address("choose"), "Choose"),
    (Address("models"), "Models"),
    (Address("tasks"), "Tasks"),
    (Address("categories"), "Categories"),
    (Address("analysis"), "Analysis"),
    (Address("compare"), "Compare"),
    (Address("serving"), "Serving"),
    (Address("data"), "Data"),
    (Address("about"), "About"),
)
OWN = "pages/"
_TARGETS: Mapping[str, Address] = {"home": Address("home"), **{to.kind: to for to, _ in NAVIGATION}}


def header_links(config: SiteConfig, there: Collection[Address]) -> tuple[Link, ...]:
    """The entries of the header: the project's, or every page of `NAVIGATION` that is there."""
    own = config.navigation.header
    usual = [Link(label, to) for to, label in NAVIGATION]
    return _leading(usual if own is None else _links(own), there)


def footer_links(
    config: SiteConfig, own: Mapping[str, str], there: Collection[Address]
) -> tuple[Link, ...]:
    """The entries of the footer: the project's, or method, data, changes, source and own pages.

    Args:
        config: The project.
        own: The titles of its own pages, by name; those of the header do not stand in both.
        there: The pages that the site has.
    """
    if config.navigation.footer is not None:
        return _leading(_links(config.navigation.footer), there)
    method, data = Address("about"), Address("data")
    usual = [Link("How this is computed", method), Link("Data and API", data)]
    usual.append(Link("What changed", Address("changes")))
    if config.site.repository:
        usual.append(Link("Source code", href=config.site.repository))
    above = {link.to for link in header_links(config, there)}
    pages = [Link(title, Address("page", name)) for name, title in own.items()]
    return _leading([*usual, *(link for link in pages if link.to not in above)], there)


def _links(entries: Mapping[str, str]) -> list[Link]:
    found = [(label, _address(target), target) for label, target in entries.items()]
    return [Link(label, to) if to else Link(label, href=href) for label, to, href in found]


def _leading(links: Collection[Link], there: Collection[Address]) -> tuple[Link, ...]:
    """The links that lead somewhere: a board without categories has no page of them."""
    return tuple(link for link in links if link.href or link.to in there)


def _address(target: str) -> Address | None:
    """The page that an entry names; None where it names none of the site."""
    if target.startswith(OWN):
        return Address("page", target.removeprefix(OWN))
    return _TARGETS.get(target)


def find_navigation_faults(config: SiteConfig, own: Collection[str]) -> Iterator[Fault]:
    """Entries of `[navigation]` that name neither a page nor a link."""
    known = [*_TARGETS, *(f"{OWN}{name}" for name in own)]
    menus = {"header": config.navigation.header, "footer": config.navigation.footer}
    for menu, entries in menus.items():
        for label, target in (entries or {}).items():
            if target not in known and not web_link(target):
                what = f"navigation.{menu}: {label!r} leads to {target!r}, which is no page"
                hint = did_you_mean(target, known) or "Name a page, or a link with https://."
                yield Fault("site.toml", what, hint)


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
            "feed": FEED if _has_feed(self._site) else None,
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


Count = Callable[[int, int], None]


def render_files(
    site: Site,
    pages: Sequence[Made],
    prose: Prose,
    processes: int = 1,
    count: Count = lambda *_: None,
) -> dict[str, bytes]:
    """Every file of the site by its path, but for the pictures of link previews.

    Args:
        site: Configuration and results.
        pages: All that the page makers made.
        prose: The texts of the project.
        processes: How many processes work at once.
        count: Told how many pages are drawn, and of how many.

    Raises:
        FaultsError: Prose is broken or no longer true, a template is broken or a static file
            missing; every fault of every page.
        TemplateFaultError: Two files would have one path.
    """
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), site.config.site.base_url)
    templates = project_folders(site.config.root, "templates")
    made = _made(pages, urls) | theme_sheet(site.config) | look_script()
    try:
        assets = load_assets(project_folders(site.config.root, "static"), made)
    except AssetError as error:
        written = find_source_faults(site.config.root, prose)
        raise FaultsError((*error.faults, *written)) from error
    live = LiveProse(site, prose, urls, {page.address for page in html})
    renderer = Renderer(site, html, urls, assets, live, templates)
    maker = _Maker(renderer, BadgeDrawer(site, urls), urls, live)
    drawn = [p for p in pages if not isinstance(p, Document) and p.address.kind != "asset"]
    come = spread(maker.make, drawn, processes, seen=lambda n: count(n, len(drawn)))
    files: dict[str, bytes] = {}
    for path, content in (
        *_collected(come, live),
        *_documents(pages, urls),
        (urls.path(CROISSANT), encode(croissant_values(describe_dataset(site), urls))),
        *assets.files.items(),
        *_feed(site, urls),
        *_for_hosts(html, urls),
    ):
        if path in files:
            raise TemplateFaultError.two_of(path)
        files[path] = content
    return files


def find_source_faults(root: Path, prose: Prose) -> list[Fault]:
    """What is wrong with templates and prose as they are written: it shows without any figure."""
    templates = find_template_faults(project_folders(root, "templates"))
    return [*templates, *find_written_faults(prose)]


class _Maker:
    """Makes the files of one page or script: its own, and for a model its badge.

    Args:
        renderer: Renders pages.
        badges: Draws badges.
        urls: Their paths.
        prose: Collects what is wrong with the texts of pages.
    """

    def __init__(
        self, renderer: Renderer, badges: BadgeDrawer, urls: Urls, prose: LiveProse
    ) -> None:
        self._renderer, self._badges, self._urls, self._prose = renderer, badges, urls, prose

    def make(self, page: Page | ScriptData) -> tuple[list[tuple[str, bytes]], list[Fault]]:
        """The files, and what is wrong with the project where they cannot be made."""
        known, faults, files = len(self._prose.faults), list[Fault](), list[tuple[str, bytes]]()
        for make in (self._own, self._badge):
            try:
                files += make(page)
            except SiteError as error:
                faults += error.faults
        return files, [*faults, *self._prose.faults[known:]]

    def _own(self, page: Page | ScriptData) -> Iterator[tuple[str, bytes]]:
        if isinstance(page, Page):
            yield self._urls.file(page.address), self._renderer.render(page)
        else:
            yield self._urls.path(page.address), render_script(page, self._urls)

    def _badge(self, page: Page | ScriptData) -> Iterator[tuple[str, bytes]]:
        if page.address.kind == "model":
            yield self._badges.draw(page.address.key)


def _collected(
    made: Iterable[tuple[list[tuple[str, bytes]], list[Fault]]], prose: LiveProse
) -> list[tuple[str, bytes]]:
    """The files of every page.

    Raises:
        FaultsError: Every fault of every template and text, each once, in the order of the lines.
    """
    files, faults = list[tuple[str, bytes]](), list(prose.faults)
    for of_page, wrong in made:
        files += of_page
        faults += wrong
    if faults:
        found = dict.fromkeys(faults)
        raise FaultsError(sorted(found, key=lambda fault: (fault.file, fault.line or 0)))
    return files


def _documents(pages: Sequence[Made], urls: Urls) -> list[tuple[str, bytes]]:
    """The files that stand at paths of their own."""
    return [(urls.path(page.address), page.content) for page in pages if isinstance(page, Document)]


def _made(pages: Sequence[Made], urls: Urls) -> dict[str, bytes]:
    """The static files that the build makes itself: data for scripts."""
    return {
        page.address.key: render_script(page, urls)
        for page in pages
        if isinstance(page, ScriptData) and page.address.kind == "asset"
    }


def _feed(site: Site, urls: Urls) -> list[tuple[str, bytes]]:
    """The feed of changes, where there is one."""
    if site.news is None or not _has_feed(site):
        return []
    path, page = urls.path(FEED), urls.canonical(Address("changes"))
    release = site.results.release
    return [(path, write_feed(site.config, release, site.news, page, urls.absolute(path)))]


def _has_feed(site: Site) -> bool:
    return has_feed(site.config, site.results.release, site.news)


def _for_hosts(pages: Sequence[Page], urls: Urls) -> list[tuple[str, bytes]]:
    """The files that hosts and crawlers ask for.

    `.nojekyll` keeps GitHub Pages from leaving files out. A sitemap has absolute links, so it is
    made only where the site's place is known.
    """
    robots = "User-agent: *\nAllow: /\n"
    files = [(".nojekyll", b"")]
    if urls.base_url:
        robots += f"\nSitemap: {urls.base_url}sitemap.xml\n"
        files.append(("sitemap.xml", _sitemap(pages, urls)))
    return [*files, ("robots.txt", robots.encode())]


def _sitemap(pages: Sequence[Page], urls: Urls) -> bytes:
    lines = [
        f"  <url><loc>{escape(urls.canonical(page.address), quote=False)}</loc></url>"
        for page in pages
        if page.listed
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>", ""]).encode()
