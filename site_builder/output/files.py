"""Every file of a site: pages, documents, assets, and the few that crawlers and hosts ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from site_builder.errors import AssetError, Fault, FaultsError, SiteError, TemplateFaultError
from site_builder.output.assets import load_assets, project_folders
from site_builder.output.badges import BadgeDrawer
from site_builder.output.croissant import croissant_values
from site_builder.output.live_prose import LiveProse, find_written_faults
from site_builder.output.render import Renderer, find_template_faults
from site_builder.output.scripts import look_script, render_script
from site_builder.output.tokens import theme_sheet
from site_builder.output.urls import Urls
from site_builder.pages.api import encode
from site_builder.pages.dataset import CROISSANT, describe_dataset
from site_builder.pages.entries import FEED, has_feed
from site_builder.pages.page import Document, Made, Page, ScriptData, Site
from site_builder.processes import spread
from site_builder.prose import Prose

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
    if not has_feed(site):
        return []
    from site_builder.output.feed import write_feed  # with a reader of XML

    return [(urls.path(FEED), write_feed(site, urls))]


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
