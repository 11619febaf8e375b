"""Render every page and file; navigation; JSON for scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from markupsafe import Markup

from site_builder.addresses import Address, Kind, Link
from site_builder.api import encode
from site_builder.charts.chart import Chart
from site_builder.charts.matrix import Matrix
from site_builder.charts.theme import COLOURS, TEMPLATE
from site_builder.config import SiteConfig
from site_builder.errors import (
    Fault,
    FaultsError,
    SiteError,
    TemplateFaultError,
    did_you_mean,
    working_on,
)
from site_builder.formatting import ENGLISH, writing
from site_builder.messages import Messages
from site_builder.pages.data import CROISSANT
from site_builder.pages.model import make_badge
from site_builder.pages.page import Document, OutputFile, Page, ScriptData, Site
from site_builder.processes import map_pages
from site_builder.prose.markdown import Prose
from site_builder.records import Record, asdict, replace
from site_builder.releases.feed import FEED, write_feed
from site_builder.render.assets import Assets, load_assets, project_folders, theme_sheet
from site_builder.render.environment import Say, Templates
from site_builder.render.metadata import (
    LLMS,
    croissant_values,
    structured_data,
    write_citation,
    write_llms,
)
from site_builder.render.previews import HEIGHT, WIDTH, Drawer
from site_builder.render.prose import RenderedText, find_prose_faults, place_text, render_prose
from site_builder.render.tables import details_of, write_csv
from site_builder.render.urls import Urls, web_link
from site_builder.symlinks import read_inside
from site_builder.table_model import Drawing, Table

Count = Callable[[int, int], None]
# Files by path, and the faults that keep others from being made.
_Files = tuple[dict[str, bytes], list[Fault]]

# GitHub Pages takes the domain of a branch from this file.
_CNAME = "CNAME"
_DOMAIN = re.compile(
    r"(?i)(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_TEMPLATE_SCRIPT, _TEXTS_SCRIPT = "js/chart-template.js", "js/texts.js"


def _json_text(value: object, href: Callable[[Link], str] = lambda _: "") -> str:
    """Return a value as compact JSON; a link becomes its text and its target."""

    def plain(part: object) -> object:
        if isinstance(part, Link):
            return [part.text, href(part)]
        message = f"{type(part).__name__} does not go into a script as JSON"
        raise TypeError(message)

    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":")
    )


def render_script(data: ScriptData, urls: Urls) -> bytes:
    """Write the script that provides a value; its links are paths from the site's root."""
    return _provide(
        data.name,
        data.value(),
        lambda link: urls.from_root(link.to) if link.to else web_link(link.href),
    )


def _provide(name: str, value: object, href: Callable[[Link], str] = lambda _: "") -> bytes:
    text = _json_text(value, href)
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    # Not as an object of the script: a key `__proto__` would be its prototype.
    return f"site.provide({json.dumps(name)},JSON.parse('{quoted}'));\n".encode()


def _template_script() -> dict[str, bytes]:
    """Return the script with the Plotly template of all charts, and which colour is which token."""
    template = _json_text(TEMPLATE)
    colours = _json_text({colour: f"--{token}" for token, colour in COLOURS.items()})
    script = f"site.chartTemplate = {template};\nsite.chartColours = {colours};\n"
    return {_TEMPLATE_SCRIPT: script.encode()}


# Scripts write no dates, and no numbers in words.
_NOT_SCRIPTED = ("share", "day", "month", "months", "numbers")


def _texts_script(say: Messages) -> dict[str, bytes]:
    """Return the script with the texts of scripts, in the words of the site."""
    notation = (f"number.{name}" for name in asdict(ENGLISH) if name not in _NOT_SCRIPTED)
    texts = _json_text(say.for_script("script", *notation))
    return {_TEXTS_SCRIPT: f"site.text = site.texts({texts});\n".encode()}


_NAVIGATION: tuple[Kind, ...] = (
    *("choose", "models", "tasks", "analysis", "compare", "serving", "data", "about"),
)
_FOOTER: tuple[Kind, ...] = ("submit", "about", "glossary", "data", "changes", "history")
_MOST_BOARDS = 4
_OWN = "pages/"
_TARGETS: Mapping[str, Address] = {kind: Address(kind) for kind in ("home", *_NAVIGATION, *_FOOTER)}
# What is published beside the site: the start of its path from the site's address.
_BESIDE = ("./", "../")


def _header_links(site: Site, pages: Collection[Page]) -> tuple[Link, ...]:
    """Return the project's entries, or a few boards and `_NAVIGATION`, if the pages exist."""
    entries = site.config.navigation.header
    boards = [Link(page.title, page.address) for page in pages if page.address.kind == "board"]
    few = boards if len(boards) <= _MOST_BOARDS else ()
    default = [*few, *map(site.link, _NAVIGATION)]
    links = default if entries is None else _links(entries, site.config)
    return _existing(links, {page.address for page in pages})


def _footer_links(
    site: Site, pages: Collection[Address], header: Iterable[Link]
) -> tuple[Link, ...]:
    """Return the project's entries, or the pages that the header lacks."""
    config, say = site.config, site.labels.say
    if config.navigation.footer is not None:
        return _existing(_links(config.navigation.footer, config), pages)
    links = [Link(say(f"footer.{kind}"), Address(kind)) for kind in _FOOTER]
    if config.site.repository:
        links.append(Link(say("footer.source"), href=config.site.repository))
    above = {link.to for link in header}
    own_pages = [Link(title, Address("page", name)) for name, title in site.own.items()]
    return _existing([*links, *(link for link in own_pages if link.to not in above)], pages)


def _links(entries: Mapping[str, str], config: SiteConfig) -> Iterator[Link]:
    """Yield the entries; what lies beside the site only where its address is known."""
    for label, target in entries.items():
        own = target.removeprefix(_OWN)
        if to := _TARGETS.get(target) if own == target else Address("page", own):
            yield Link(label, to)
        elif not target.startswith(_BESIDE):
            yield Link(label, href=target)
        elif config.site.base_url:
            yield Link(label, href=urljoin(config.site.base_url, target))


def _existing(links: Iterable[Link], pages: Collection[Address]) -> tuple[Link, ...]:
    return tuple(link for link in links if link.href or link.to in pages)


def find_navigation_faults(config: SiteConfig, own: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each entry of `[navigation]` that names neither a page nor a link."""
    known = [*_TARGETS, *(f"{_OWN}{name}" for name in own)]
    menus = {"header": config.navigation.header, "footer": config.navigation.footer}
    for menu, entries in menus.items():
        for label, target in (entries or {}).items():
            if target not in known and not target.startswith(_BESIDE) and not web_link(target):
                what = f"navigation.{menu}: {label!r} leads to {target!r}, which is no page"
                hint = did_you_mean(target, known) or "Name a page, or a link with https://."
                yield Fault("site.toml", what, hint)


class _Renderer:
    """Renders the pages of one site, in one process; links lead only to pages that exist."""

    def __init__(
        self,
        site: Site,
        pages: Sequence[Page],
        urls: Urls,
        assets: Assets,
        texts: Mapping[str, RenderedText],
    ) -> None:
        self._site, self._urls, self._assets, self._texts = site, urls, assets, texts
        self._addresses = {page.address for page in pages}
        self._header = _header_links(site, pages)
        self._footer = _footer_links(site, self._addresses, self._header)
        self._say = _sayer(site.labels.say)
        self._templates = Templates(site.config.root, self._say)
        self._drawer = Drawer(site.config)

    def __call__(self, made: Page | ScriptData) -> _Files:
        """Make the files of a page or a script: its own, and the badge of a model."""
        with writing(self._site.labels.say.notation):  # other processes do not know it
            return self._make(made)

    def _make(self, made: Page | ScriptData) -> _Files:
        if isinstance(made, ScriptData):
            return {self._urls.path(made.address): render_script(made, self._urls)}, []
        files: dict[str, bytes] = {}
        faults: list[Fault] = []
        try:
            context = made.variables()
            variables = {**asdict(context), **self._variables(made, faults)}
            html = self._templates.render(made.template, variables)
            files = {self._urls.file(made.address): html.encode(), **self._numbers(made, context)}
        except SiteError as error:
            faults += error.faults
        if (key := made.address.key) and made.address.kind == "model":
            badge = self._drawer.badge(make_badge(self._site.of_entries[key], key))
            files[self._urls.path(Address("badge", key))] = badge.encode()
        return files, faults

    def _numbers(self, page: Page, context: Record) -> dict[str, bytes]:
        """Write the numbers of a page's charts, where no other file has them (`Urls.chart_data`).

        A chart in a frame has those of its own page. Beside them are the details of long tables.
        """
        if page.address.kind in ("model", "embed"):
            return {}
        parts = [*_charts_and_tables((context, page.charts))]
        tables = {part.id: part for part in parts if isinstance(part, Table)}
        charts = [part for part in parts if not isinstance(part, Table)]
        folder = self._urls.chart_data(page.address)
        apart = (table for table in tables.values() if table.details_apart)
        return {
            f"{folder}{c.id}.csv": write_csv(tables[c.table_id] if c.table is None else c.table)
            for c in charts
        } | {f"{folder}{t.id}.js": _provide(f"details of {t.id}", details_of(t)) for t in apart}

    def _variables(self, page: Page, faults: list[Fault]) -> dict[str, Any]:
        """Return the variables that every template has; faults of prose are added to a list."""
        here, urls, config = page.address, self._urls, self._site.config

        def href(link: Link, *, absolute: bool = False) -> str:
            """Return the target of a link; empty for one that must not be followed.

            Absolute targets are for other people's pages; without a base URL they are paths from
            the site's root.
            """
            if link.to is None:
                return web_link(link.href)
            if absolute:
                return urls.canonical(link.to) or urls.path(link.to)
            return urls.relative(here, link.to)

        def prose(slot: str) -> Markup:
            text = self._texts.get(slot, RenderedText(""))
            faults.extend(text.faults)
            return place_text(text, here, urls)

        logo = self._assets.paths.get(config.theme.logo or "")
        return {
            "page": replace(page, context=Record()),  # its function holds the whole site
            "site": {**config.site.model_dump(), "direction": config.site.direction},
            "words": self._site.labels.say.words,
            "say": self._say,
            "plurals": " ".join(self._site.labels.say.own_forms),
            "citation": config.citation.model_dump(),
            "theme": {**config.theme.model_dump(), "has_colours": config.theme.has_colours},
            "logo": urls.relative_path(here, logo) if logo else "",
            "navigation": self._header,
            "footer": self._footer,
            "url": lambda address: urls.relative(here, address),
            "has": lambda address: address in self._addresses,
            "address": lambda *parts, **named: Address(*parts, **named),
            "asset": lambda name: urls.relative_path(here, self._assets.path(name)),
            "canonical": urls.canonical(here),
            "absolute": lambda address: urls.absolute(urls.path(address)),
            "picture": None
            if page.card is None
            else {"link": urls.absolute(urls.picture(here)), "width": WIDTH, "height": HEIGHT},
            "root": urls.relative(here, Address("home")),
            "href": href,
            "chart_data": urls.relative_path(here, urls.chart_data(here)),
            "cite": lambda citation: write_citation(citation, urls),
            "release": self._site.results.release,
            "release_name": self._site.labels.release(self._site.results.release),
            "feed": FEED if self._site.has_feed else None,
            "structured": structured_data(page, self._site, urls),
            "prose": prose,
            "json": lambda value: _json(value, href),
        }


def _sayer(say: Messages) -> Say:
    """Return what says a message in a template; a parameter may be markup, such as a link."""

    def written(message: str, n: int | None = None, **values: object) -> str:
        marked = {name: value for name, value in values.items() if isinstance(value, Markup)}
        holes = {name: f"\N{NULL}{name}\N{NULL}" for name in marked}
        text = say(message, n, **{**values, **holes})
        for name, hole in holes.items():
            # The message is text: what stands around the markup is escaped.
            text = Markup.escape(text).replace(hole, marked[name])
        return text

    return written


def _charts_and_tables(value: object) -> Iterator[Chart | Matrix | Table]:
    """Yield the charts, the matrix and the tables that the variables of a page hold."""
    if isinstance(value, Chart | Matrix | Table):
        yield value
    elif isinstance(value, Record | tuple) and not isinstance(value, Drawing):
        for part in asdict(value).values() if isinstance(value, Record) else value:
            yield from _charts_and_tables(part)


def _json(value: object, href: Callable[[Link], str]) -> Markup:
    """Return a value as JSON that is safe inside a script element."""
    text = _json_text(value, href)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - every mark that HTML reads is escaped above


def render_site(
    site: Site,
    pages: Sequence[OutputFile],
    prose: Prose,
    workers: int = 1,
    on_progress: Count = lambda *_: None,
) -> dict[str, bytes]:
    """Return every file of the site by its path, without the pictures of link previews.

    They are the same with any number of `workers`. `on_progress` is called with the number of pages
    rendered so far, and of all pages.

    Raises:
        FaultsError: Every error of prose, templates and static files.
        TemplateFaultError: Two files would have one path.
    """
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), site.config.site.base_url)
    assets = _load_assets(site, pages, urls, prose)
    work = [p for p in pages if not isinstance(p, Document) and p.address.kind != "asset"]
    names = [urls.file(p.address) if isinstance(p, Page) else urls.path(p.address) for p in work]
    made: list[_Files] = []
    texts = render_prose(site, prose, urls, {page.address for page in html})
    setup = partial(_Renderer, site, html, urls, assets, texts)
    for result in map_pages(setup, work, names, workers):
        made.append(result)
        on_progress(len(made), len(work))
    return _joined(
        (
            *_without_faults(made, find_prose_faults(prose)),
            *({urls.path(p.address): p.content} for p in pages if isinstance(p, Document)),
            {urls.path(CROISSANT): encode(croissant_values(site, urls))},
            assets.files,
            _feed(site, urls),
            {LLMS: write_llms(site, pages, _header_links(site, html), urls)},
            _files_for_hosts(html, urls, site.config.root),
        )
    )


def find_source_faults(config: SiteConfig, prose: Prose) -> list[Fault]:
    """Return the errors of templates and prose that do not depend on the data."""
    return [*Templates(config.root).find_faults(), *find_prose_faults(prose)]


def _load_assets(site: Site, pages: Sequence[OutputFile], urls: Urls, prose: Prose) -> Assets:
    """Read the static files, with the scripts and the style sheet that the build makes."""
    data: dict[str, bytes] = {}
    for page in pages:
        if isinstance(page, ScriptData) and page.address.kind == "asset":
            with working_on(page.address.key):
                data[page.address.key] = render_script(page, urls)
    config = site.config
    made = theme_sheet(config) | _template_script() | _texts_script(site.labels.say)
    try:
        return load_assets(project_folders(config.root, "static"), data | made)
    except SiteError as error:
        raise FaultsError((*error.faults, *find_source_faults(config, prose))) from error


def _without_faults(made: Iterable[_Files], faults: Collection[Fault]) -> list[dict[str, bytes]]:
    """Return the files of all pages, or raise all faults once, in the order of files and lines."""
    files, found = list[dict[str, bytes]](), dict.fromkeys(faults)
    for of_page, wrong in made:
        files.append(of_page)
        found |= dict.fromkeys(wrong)
    if found:
        raise FaultsError(sorted(found, key=lambda fault: (fault.file, fault.line or 0)))
    return files


def _joined(parts: Iterable[Mapping[str, bytes]]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for part in parts:
        for path, content in part.items():
            if path in files:
                what = "two files of the site would have this path."
                raise TemplateFaultError(Fault(path, what))
            files[path] = content
    return files


def _feed(site: Site, urls: Urls) -> dict[str, bytes]:
    if site.news is None or not site.has_feed:
        return {}
    path, page = urls.path(FEED), urls.canonical(Address("changes"))
    return {path: write_feed(site.config, site.news, page, urls.absolute(path))}


def _files_for_hosts(pages: Sequence[Page], urls: Urls, root: Path) -> dict[str, bytes]:
    """Return the files that hosts and crawlers ask for; a sitemap needs absolute links."""
    robots = "User-agent: *\nAllow: /\n"
    files = {".nojekyll": b""}  # keeps GitHub Pages from leaving files out
    with suppress(OSError):  # which `find_domain_faults` reports
        files[_CNAME] = f"{_read_domain(root)}\n".encode()
    if urls.base_url:
        robots += f"\nSitemap: {urls.base_url}sitemap.xml\n"
        files["sitemap.xml"] = _sitemap(pages, urls)
    return {**files, "robots.txt": robots.encode(), "_headers": _headers(pages, urls)}


def _read_domain(root: Path) -> str:
    """Return the domain in the project's `CNAME`; an `OSError` if it has none that can be read."""
    return read_inside(root / _CNAME, root).decode(errors="replace").strip()


def find_domain_faults(config: SiteConfig) -> Iterator[Fault]:
    """Yield what is wrong with the project's `CNAME`."""
    try:
        domain, address = _read_domain(config.root), config.site.base_url
    except FileNotFoundError:
        return
    except OSError as error:
        yield Fault(_CNAME, f"cannot be read: {error.strerror}.")
        return
    if not _DOMAIN.fullmatch(domain):
        fix = "Write the domain and nothing else, such as board.example.org."
        yield Fault(_CNAME, f"{domain!r} is not a domain", fix)
    elif address and urlsplit(address).hostname != domain.lower():
        what = f"it says {domain}, but the address of the site is {address}"
        yield Fault(_CNAME, what, "Change base_url, or this file.", "warning")


def _headers(pages: Sequence[Page], urls: Urls) -> bytes:
    """Return what Netlify, Cloudflare Pages and others send: what a page cannot declare itself.

    Hosts join the headers of all rules that match, so no rule may take back what another says:
    embedded views are framed by any site, and badges are shown by any.
    """
    paths = {urls.file(page.address) for page in pages if page.address.kind != "embed"}
    folders = {f"{path.partition('/')[0]}/*" if "/" in path else path for path in paths}
    rules = {
        "*": {
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "X-Content-Type-Options": "nosniff",
        },
        "assets/*": {"Cross-Origin-Resource-Policy": "same-origin"},
    }
    framed = {"Content-Security-Policy": "frame-ancestors 'self'"}
    rules |= dict.fromkeys(["", *sorted(folders)], framed)
    lines: list[str] = []
    for path, headers in rules.items():
        lines += [f"/{path}", *(f"  {name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, ""]).encode()


def _sitemap(pages: Sequence[Page], urls: Urls) -> bytes:
    lines = [
        f"  <url><loc>{escape(urls.canonical(page.address), quote=False)}</loc></url>"
        for page in pages
        if page.listed
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>", ""]).encode()
