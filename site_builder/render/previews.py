"""Choose, lay out and draw link previews; draw badges."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from math import ceil
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

import resvg_py

from site_builder.addresses import Kind
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import chart_lift_correlations
from site_builder.config import SiteConfig
from site_builder.errors import TemplateFaultError
from site_builder.pages.answers import Answer, model_answer
from site_builder.pages.model import Badge, model_summary
from site_builder.pages.page import OutputFile, Page, Site
from site_builder.processes import core_count, map_pages
from site_builder.records import Record, replace
from site_builder.render.assets import theme_colours
from site_builder.render.environment import Templates
from site_builder.render.font import BOLD, load_typeface, plain_text
from site_builder.render.urls import Urls

# --- Cards: the finding of each page ------------------------------------------------------------


def with_cards(site: Site, pages: Iterable[OutputFile]) -> tuple[OutputFile, ...]:
    """Return the pages, each listed one with the finding that its link preview shows."""

    def with_card(page: Page) -> Page:
        find = _FINDINGS.get(page.address.kind)
        return replace(page, card=(find and find(site, page)) or page.description)

    return tuple(
        with_card(page) if isinstance(page, Page) and page.listed else page for page in pages
    )


def _title(chart: Chart | None) -> str:
    """Return the title of a chart as a sentence; empty without a chart."""
    return f"{chart.title}." if chart else ""


def _leader(site: Site, _: Page) -> str:
    """Say in a sentence who leads the board."""
    ranked = site.results.board.ranked
    return model_summary(site, ranked[0].model) if ranked else ""


def _answer(answer: Answer | None) -> str:
    return "" if answer is None else answer.sentence


# Pages of other kinds, and those without a finding, show their description.
_FINDINGS: Mapping[Kind, Callable[[Site, Page], str]] = {
    "home": lambda site, page: _title(site.charts.averages) or _leader(site, page),
    "models": _leader,
    "model": lambda site, page: _answer(
        model_answer(site.of_entries[page.address.key], page.address.key)
    ),
    "category": lambda _, page: f"{page.title}: {page.description}",
    "analysis": lambda site, _: _title(chart_lift_correlations(site.results, site.labels)),
    "serving": lambda site, _: _title(site.charts.latency) or _title(site.charts.prices),
}

# --- Layout: a card as SVG ----------------------------------------------------------------------

TEMPLATE = "cards/card.svg"
WIDTH, HEIGHT = 1200, 630
_EDGE = 64
LEFT, RIGHT = _EDGE, WIDTH - _EDGE
_TITLE_PX, _SMALL_PX = 26, 20
_MAX_SITE_TITLE, _MAX_PAGE_TITLE = 620, 380
# Sizes to try for the finding, each with its greatest number of lines.
_FINDING_PX = ((72, 3), (60, 4), (50, 5), (42, 7))
_FINDING_TOP, _LEADING = 160, 1.22


class CardDrawer:
    """Draws the link previews of a site as SVG."""

    def __init__(self, config: SiteConfig, templates: Templates) -> None:
        self._templates, self._colours = templates, theme_colours(config)
        self._font = load_typeface(config.root)
        self._title = self._font.cut(config.site.title, _TITLE_PX, _MAX_SITE_TITLE, BOLD)
        url = urlsplit(config.site.base_url)
        address = unquote(f"{url.netloc}{url.path}").rstrip("/")
        self._address = self._font.cut(address, _SMALL_PX, RIGHT - LEFT)

    def draw(self, text: str, page_title: str) -> str:
        """Return the SVG of a card; the home page has no title of its own.

        Raises:
            TemplateFaultError: The template is broken.
        """
        finding = self._font.lines(text, RIGHT - LEFT, _FINDING_PX, BOLD)
        variables = {
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "right": RIGHT,
            "colour": self._colours,
            "site_title": self._title,
            "page_title": self._font.cut(page_title, _TITLE_PX, _MAX_PAGE_TITLE),
            "place": self._address,
            "lines": [
                (round(_FINDING_TOP + finding.size * (0.75 + i * _LEADING), 1), text)
                for i, text in enumerate(finding.texts)
            ],
            "finding": finding,
        }
        return self._templates.render(TEMPLATE, variables)


# --- Pictures: SVG as PNG, kept between builds --------------------------------------------------

# A change of the library may change the pictures.
_ENGINE = f"resvg {resvg_py.__resvg_version__} of resvg-py {resvg_py.__version__}"
# From here on, drawing in processes is faster although they have to start first.
MANY = 100
# Where users have caches, below their home, by `sys.platform`.
_USER_CACHES = {"darwin": "Library/Caches", "win32": "AppData/Local"}
_NAME = re.compile(r"[0-9a-f]{64}")
_DIGEST = 32


def draw_previews(site: Site, pages: Iterable[OutputFile]) -> dict[str, bytes]:
    """Return path and PNG of the preview of each page that has a card.

    Raises:
        TemplateFaultError: Their template is broken.
    """
    config = site.config
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), config.site.base_url)
    cards = {
        urls.picture(page.address): (page.card, "" if page.address.kind == "home" else page.title)
        for page in html
        if page.card is not None
    }
    drawer = CardDrawer(config, Templates(config.root))
    drawings = {path: drawer.draw(*card) for path, card in cards.items()}
    try:
        return draw_pictures(drawings, config.root, PictureCache(cache_folder(config.root)))
    except (ValueError, ParseError) as error:
        what = f"what it writes cannot be drawn: {error}."
        raise TemplateFaultError.at(TEMPLATE, what) from error


def cache_folder(root: Path) -> Path | None:
    """Return the folder for the pictures of a project; None for a user without a home.

    It is in the user's cache, never in the project: whoever proposes a change to the project could
    send pictures along, and a build would publish them.
    """
    try:
        caches = Path.home() / _USER_CACHES.get(sys.platform, ".cache")
    except RuntimeError:
        return None
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    project = sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return (given if given.is_absolute() else caches) / "site_builder/cards" / project


class PictureCache:
    """Pictures in a folder, each named by the checksum of its SVG, the fonts and the library.

    A picture that is missing or broken is drawn again, to the same bytes. A folder that cannot be
    written to is ignored.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, key: str) -> bytes | None:
        """Return a picture, or None if it is missing or broken."""
        if self._folder is None:
            return None
        try:
            stored = (self._folder / key).read_bytes()
        except OSError:
            return None
        picture = stored[_DIGEST:]
        return picture if stored[:_DIGEST] == sha256(picture).digest() else None

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Store the pictures of a build, and delete all others."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for key, picture in pictures.items():
                if self.find(key) is None:
                    # By way of another file, so that no other build reads half a picture.
                    with NamedTemporaryFile(dir=self._folder, delete=False) as file:
                        file.write(sha256(picture).digest() + picture)
                    Path(file.name).replace(self._folder / key)
            for path in self._folder.iterdir():
                if _NAME.fullmatch(path.name) and path.name not in pictures:
                    path.unlink(missing_ok=True)


def draw_pictures(drawings: Mapping[str, str], root: Path, cache: PictureCache) -> dict[str, bytes]:
    """Return PNG files of SVG drawings, by the same paths.

    Raises:
        ValueError: One of them is no SVG.
    """
    fonts = [part.truetype for part in load_typeface(root).parts]
    keys = {path: _key(svg, fonts) for path, svg in drawings.items()}
    found = {key: cache.find(key) for key in keys.values()}
    missing = {key: drawings[path] for path, key in keys.items() if found[key] is None}
    drawn = dict(zip(missing, _draw_all([*missing.values()], fonts), strict=True))
    pictures = {key: picture for key, picture in found.items() if picture is not None} | drawn
    cache.keep(pictures)
    return {path: pictures[key] for path, key in keys.items()}


def _key(svg: str, fonts: Sequence[bytes]) -> str:
    hashes = [sha256(part).digest() for part in (svg.encode(), _ENGINE.encode(), *fonts)]
    return sha256(b"".join(hashes)).hexdigest()


def _draw_all(drawings: Sequence[str], fonts: Sequence[bytes]) -> list[bytes]:
    if not drawings:
        return []
    # The library holds the interpreter's lock, so threads would not help.
    workers = core_count() if len(drawings) >= MANY else 1
    with TemporaryDirectory() as folder:
        files = [Path(folder, f"{i}.ttf") for i in range(len(fonts))]
        for file, content in zip(files, fonts, strict=True):
            file.write_bytes(content)
        painter = partial(_painter, [*map(str, files)])
        return [*map_pages(painter, drawings, workers)]


def _painter(fonts: list[str]) -> Callable[[str], bytes]:
    """Return what draws with the given fonts alone, so that every machine draws the same."""

    def paint(svg: str) -> bytes:
        if any(map(_shows_file, fromstring(svg).iter())):
            message = "it shows an image that is not part of it"
            raise ValueError(message)
        return resvg_py.svg_to_bytes(svg, font_files=fonts, skip_system_fonts=True)

    return paint


def _shows_file(element: Element) -> bool:
    """Return whether an element shows an image by its address; resvg would read any file."""
    links = (value for name, value in element.items() if name.endswith("href"))
    is_image = element.tag.endswith(("}image", "}feImage"))
    return is_image and not all(link.startswith("data:") for link in links)


# --- Badges -------------------------------------------------------------------------------------

_BADGE_TEMPLATE = "cards/badge.svg"
_BADGE_TEXT_PX, BADGE_BESIDE = 11, 7
MAX_PX = 320


class _Half(Record):
    """A half of a badge, in px; its text is set to `text_width`."""

    x: int
    width: int
    text: str
    text_width: int


class BadgeDrawer:
    """Draws the badges of a site."""

    def __init__(self, config: SiteConfig, templates: Templates) -> None:
        self._templates, self._colours = templates, theme_colours(config)
        self._font = load_typeface(config.root)

    def draw(self, badge: Badge) -> bytes:
        """Return the SVG of a badge.

        Raises:
            TemplateFaultError: The template is broken.
        """
        left = self._half(badge.label, 0)
        variables = {
            "left": left,
            "right": self._half(badge.message, left.width),
            "ranked": badge.ranked,
            "title": plain_text(badge.title),
            "colour": self._colours,
        }
        return self._templates.render(_BADGE_TEMPLATE, variables).encode()

    def _half(self, text: str, x: int) -> _Half:
        shown = self._font.cut(text, _BADGE_TEXT_PX, MAX_PX)
        width = ceil(self._font.width(shown, _BADGE_TEXT_PX))
        return _Half(x, width + 2 * BADGE_BESIDE, shown, width)
