"""Choose, lay out and draw link previews; draw badges."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from math import ceil
from pathlib import Path
from typing import Any

import resvg_py

from site_builder.addresses import Kind
from site_builder.charts.averages import chart_averages
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import chart_correlation
from site_builder.charts.differences import chart_best_lift_by_task
from site_builder.charts.serving import chart_latency, latency_title, price_title
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.errors import working_on
from site_builder.labels import Labels
from site_builder.pages.model import Badge
from site_builder.pages.page import OutputFile, Page, Site
from site_builder.processes import map_pages, worker_count
from site_builder.records import Record, replace
from site_builder.render.assets import default_folder, theme_colours
from site_builder.render.environment import make_environment
from site_builder.render.urls import Urls

# --- Cards: the finding of each page ------------------------------------------------------------


def with_cards(site: Site, pages: Iterable[OutputFile]) -> tuple[OutputFile, ...]:
    """Return the pages, each listed one with the finding that its link preview shows."""
    return tuple(
        replace(page, card=_finding(site, page)) if isinstance(page, Page) and page.listed else page
        for page in pages
    )


# The title of a chart is the finding of some pages; others show their description.
_CHARTS: Mapping[Kind, Callable[[Results, Labels], Chart | None]] = {
    "home": chart_averages,
    "tasks": chart_best_lift_by_task,
    "analysis": chart_correlation,
}


def _finding(site: Site, page: Page) -> str:
    kind = page.address.kind
    if kind == "serving":
        title = latency_title if site.chart(chart_latency) else price_title
        return title(site.results, site.labels)
    chart = site.chart(_CHARTS[kind]) if kind in _CHARTS else None
    return f"{chart.title}." if chart else page.description


# --- Cards and badges as SVG --------------------------------------------------------------------

WIDTH, HEIGHT = 1200, 630
_EDGE = 64
LEFT, RIGHT = _EDGE, WIDTH - _EDGE
_TITLE_PX = 26
_MAX_SITE_TITLE, _MAX_PAGE_TITLE = 620, 380
# Sizes to try for the finding, each with its greatest number of lines.
_FINDING_PX = ((72, 3), (60, 4), (50, 5), (42, 7))
_FINDING_TOP, _LEADING = 160, 1.22
_BADGE_TEXT_PX, BADGE_BESIDE = 11, 7
MAX_PX = 320
"""Of the text in one half of a badge."""


class Drawer:
    """Draws the link previews and the badges of a site as SVG, in its colours."""

    def __init__(self, config: SiteConfig) -> None:
        # Not those of the project: a drawing could show any file of the machine.
        self._templates = make_environment([default_folder("templates")])
        self._colours, self._font = theme_colours(config), load_typeface()
        self._title = self._font.cut(config.site.title, _TITLE_PX, _MAX_SITE_TITLE, BOLD)

    def card(self, text: str, page_title: str) -> str:
        """Return a card; the home page has no title of its own."""
        lines, size = self._font.lines(text, RIGHT - LEFT, _FINDING_PX, BOLD)
        return self._templates.get_template("cards/card.svg").render(
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=RIGHT,
            colour=self._colours,
            site_title=self._title,
            page_title=self._font.cut(page_title, _TITLE_PX, _MAX_PAGE_TITLE),
            lines=[
                (round(_FINDING_TOP + size * (0.75 + i * _LEADING), 1), line)
                for i, line in enumerate(lines)
            ],
            size=size,
        )

    def badge(self, badge: Badge) -> str:
        """Return a badge."""
        left = self._half(badge.label, 0)
        return self._templates.get_template("cards/badge.svg").render(
            left=left,
            right=self._half(badge.message, left["width"]),
            ranked=badge.ranked,
            title=plain_text(badge.title),
            colour=self._colours,
        )

    def _half(self, text: str, x: int) -> dict[str, Any]:
        """Return a half of a badge, in px; its text is set to `text_width`."""
        shown = self._font.cut(text, _BADGE_TEXT_PX, MAX_PX)
        width = ceil(self._font.width(shown, _BADGE_TEXT_PX))
        beside = 2 * BADGE_BESIDE
        return {"x": x, "width": width + beside, "text": shown, "text_width": width}


# --- Pictures: SVG as PNG -----------------------------------------------------------------------


def draw_previews(site: Site, pages: Iterable[OutputFile]) -> dict[str, bytes]:
    """Return path and PNG of the preview of each page that has a card."""
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), site.config.site.base_url)
    drawer = Drawer(site.config)
    drawings: dict[str, str] = {}
    for page in html:
        if page.card is not None:
            title = "" if page.address.kind == "home" else page.title
            with working_on(urls.picture(page.address)):
                drawings[urls.picture(page.address)] = drawer.card(page.card, title)
    # In processes, since the library holds the interpreter's lock, so threads would not help.
    workers = worker_count(len(drawings), n_scores=0)
    pictures = map_pages(_painter, [*drawings.values()], [*drawings], workers)
    return dict(zip(drawings, pictures, strict=True))


def _painter() -> Callable[[str], bytes]:
    """Return what draws with the font of the site alone, so that every machine draws the same."""
    files = [str(path) for path in FILES]
    return partial(resvg_py.svg_to_bytes, font_files=files, skip_system_fonts=True)


# --- the font -------------------------------------------------------------------------------------

_FOLDER = Path(__file__).parent / "typeface"
FILES = (_FOLDER / "inter-latin-wght-normal.ttf", _FOLDER / "inter-latin-ext-wght-normal.ttf")
"""The published font in the format that pictures are drawn from."""
WIDTHS = _FOLDER / "widths.json"
REGULAR, BOLD = "400", "600"
DOTS = "\N{HORIZONTAL ELLIPSIS}"
# Replaces a run of letters that the font does not have.
UNKNOWN = "?"

# All white space except the no-break space.
_SPACES = re.compile("[^\\S\N{NO-BREAK SPACE}]+")


class Typeface(Record):
    """The font of the site; `widths` are shares of the font size by weight and letter."""

    widths: Mapping[str, Mapping[str, float]]

    def shown(self, text: str) -> str:
        """Return the text that the font can draw."""
        drawn: list[str] = []
        for letter in plain_text(text):
            known = letter in self.widths[REGULAR]
            if known or drawn[-1:] != [UNKNOWN]:
                drawn.append(letter if known else UNKNOWN)
        return "".join(drawn)

    def width(self, text: str, size: float, weight: str = REGULAR) -> float:
        """Return the width of a line in px, without kerning, which makes it narrower."""
        widths = self.widths[weight]
        return size * sum(widths.get(letter, 1.0) for letter in text)

    def cut(self, text: str, size: float, room: float, weight: str = REGULAR) -> str:
        """Return a line, cut with an ellipsis if it is wider than the room."""
        text = self.shown(text)
        if self.width(text, size, weight) <= room:
            return text
        left, end = room - self.width(DOTS, size, weight), 0
        while self.width(text[: end + 1], size, weight) <= left:
            end += 1
        return f"{text[:end].rstrip()}{DOTS}"

    def lines(
        self, text: str, room: float, sizes: Iterable[tuple[float, int]], weight: str = REGULAR
    ) -> tuple[list[str], float]:
        """Break a text into lines of `room` px, in the first size in which all of it fits.

        Each size, in px, has its greatest number of lines; the last one cuts the text.
        """
        for size, most in sizes:
            lines = self._broken(self.shown(text), size, room, weight)
            if len(lines) <= most:
                return lines, size
        last = self.cut(" ".join(lines[most - 1 :]), size, room, weight)
        return [*lines[: most - 1], last], size

    def _broken(self, text: str, size: float, room: float, weight: str) -> list[str]:
        """Break a text at its spaces; a word that is longer than a line is cut."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size, weight) <= room:
                lines[-1] = longer
            else:
                lines.append(self.cut(word, size, room, weight))
        return lines


def plain_text(text: str) -> str:
    """Return text in single spaces, without control characters, some of which XML forbids."""
    spaced = unicodedata.normalize("NFC", " ".join(_SPACES.split(text.strip())))
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")


@cache
def load_typeface() -> Typeface:
    """Load the font."""
    return Typeface(json.loads(WIDTHS.read_text(encoding="utf8")))
