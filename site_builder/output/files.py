"""Every file of a site: pages, documents, assets, and the few that crawlers and hosts ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from site_builder.errors import AssetError, Fault, FaultsError, SiteError, TemplateFaultError
from site_builder.output.assets import load_assets, project_folders
from site_builder.output.badges import draw_badges
from site_builder.output.croissant import croissant_values
from site_builder.output.feed import write_feed
from site_builder.output.live_prose import LiveProse, find_written_faults
from site_builder.output.render import Renderer, find_template_faults
from site_builder.output.scripts import render_script
from site_builder.output.tokens import theme_sheet
from site_builder.output.urls import Urls
from site_builder.pages.api import encode
from site_builder.pages.dataset import CROISSANT, describe_dataset
from site_builder.pages.entries import FEED, has_feed
from site_builder.pages.page import Document, Made, Page, ScriptData, Site
from site_builder.prose import Prose


def render_files(site: Site, pages: Sequence[Made], prose: Prose) -> dict[str, bytes]:
    """Every file of the site by its path, but for the pictures of link previews.

    Raises:
        FaultsError: Prose is broken or no longer true, a template is broken or a static file
            missing; every fault of every page.
        TemplateFaultError: Two files would have one path.
    """
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), site.config.site.base_url)
    templates = project_folders(site.config.root, "templates")
    made = _made(pages, urls) | theme_sheet(site.config)
    try:
        assets = load_assets(project_folders(site.config.root, "static"), made)
    except AssetError as error:
        written = find_source_faults(site.config.root, prose)
        raise FaultsError((*error.faults, *written)) from error
    live = LiveProse(site, prose, urls, {page.address for page in html})
    renderer = Renderer(site, html, urls, assets, live, templates)
    files: dict[str, bytes] = {}
    for path, content in (
        *_pages(site, html, urls, renderer, live),
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


def _pages(
    site: Site, pages: Sequence[Page], urls: Urls, renderer: Renderer, prose: LiveProse
) -> list[tuple[str, bytes]]:
    """Every page and badge.

    Raises:
        FaultsError: Every fault of every template and text, each once, in the order of the lines.
    """
    files: list[tuple[str, bytes]] = []
    faults: list[Fault] = []
    for page in (*pages, None):
        try:
            made = draw_badges(site, pages, urls) if page is None else [_page(page, urls, renderer)]
            files += made
        except SiteError as error:
            faults += error.faults
    if faults or prose.faults:
        found = dict.fromkeys((*faults, *prose.faults))
        raise FaultsError(sorted(found, key=lambda fault: (fault.file, fault.line or 0)))
    return files


def _page(page: Page, urls: Urls, renderer: Renderer) -> tuple[str, bytes]:
    return urls.file(page.address), renderer.render(page)


def _documents(pages: Sequence[Made], urls: Urls) -> list[tuple[str, bytes]]:
    """The files that stand at paths of their own, data for scripts among them."""
    return [
        (
            urls.path(page.address),
            page.content if isinstance(page, Document) else render_script(page, urls),
        )
        for page in pages
        if isinstance(page, Document | ScriptData) and page.address.kind != "asset"
    ]


def _made(pages: Sequence[Made], urls: Urls) -> dict[str, bytes]:
    """The static files that the build makes itself: data for scripts."""
    return {
        page.address.key: render_script(page, urls)
        for page in pages
        if isinstance(page, ScriptData) and page.address.kind == "asset"
    }


def _feed(site: Site, urls: Urls) -> list[tuple[str, bytes]]:
    """The feed of changes, where there is one."""
    return [(urls.path(FEED), write_feed(site, urls))] if has_feed(site) else []


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
        f"  <url><loc>{escape(urls.canonical(page.address))}</loc></url>"
        for page in pages
        if page.listed
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>", ""]).encode()
