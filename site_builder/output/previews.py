"""The pictures that links to pages are shown with, of the site of one project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from site_builder.addresses import Address
from site_builder.errors import TemplateFaultError
from site_builder.output.assets import project_folders
from site_builder.output.card_drawing import TEMPLATE, CardDrawer
from site_builder.output.environment import make_environment
from site_builder.output.pictures import PictureCache, draw_pictures
from site_builder.output.render import template_faults
from site_builder.output.tokens import light_colours
from site_builder.output.typeface import load_typeface
from site_builder.output.urls import Urls
from site_builder.pages.page import Made, Page, Site

CACHE = ".cache/cards"


def cache_of(root: Path) -> PictureCache:
    """Where a project keeps its pictures between two builds."""
    return PictureCache(root / CACHE)


def draw_previews(site: Site, pages: Iterable[Made], cache: PictureCache) -> dict[str, bytes]:
    """Path and PNG of the picture of each page that has a card.

    Raises:
        TemplateFaultError: The template that draws them is broken.
    """
    config, root = site.config.site, site.config.root
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), config.base_url)
    typeface, folders = load_typeface(root), project_folders(root, "templates")
    with template_faults(TEMPLATE, folders):
        drawer = CardDrawer(
            make_environment(folders),
            typeface,
            light_colours(site.config),
            config.title,
            _place(config.base_url),
        )
        drawings = {
            urls.picture(page.address): drawer.draw(page.card, _title(page))
            for page in html
            if page.card is not None
        }
    try:
        return draw_pictures(drawings, typeface, cache)
    except ValueError as error:
        what = f"what it draws is no SVG: {error}."
        raise TemplateFaultError.at(TEMPLATE, what) from error


def _title(page: Page) -> str:
    """What the page is called; nothing for the home page, which is called like the site."""
    return "" if page.address == Address("home") else page.title


def _place(base_url: str) -> str:
    """An address as it is read: without its scheme."""
    parts = urlsplit(base_url)
    return unquote(f"{parts.netloc}{parts.path}").rstrip("/")
