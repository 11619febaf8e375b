"""Badges: a file for each model, in two parts as repositories show them."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from site_builder.addresses import Address
from site_builder.output.assets import project_folders
from site_builder.output.environment import make_environment
from site_builder.output.render import template_faults
from site_builder.output.tokens import light_colours
from site_builder.output.typeface import Typeface, load_typeface, plain_text
from site_builder.output.urls import Urls
from site_builder.pages.badge import Badge, make_badge
from site_builder.pages.model import model_board
from site_builder.pages.page import Site
from site_builder.records import Record

TEMPLATE = "cards/badge.svg"
TEXT_PX, BESIDE = 11, 7
MOST_PX = 320


class _Part(Record):
    """One half: where it begins, how wide it is, and its text with the width that it is set to."""

    x: int
    width: int
    text: str
    text_width: int


class BadgeDrawer:
    """Draws the badges of one site.

    Args:
        site: Configuration and results.
        urls: Paths of the pages.
    """

    def __init__(self, site: Site, urls: Urls) -> None:
        self._site, self._urls = site, urls
        self._folders = project_folders(site.config.root, "templates")
        self._environment = make_environment(self._folders)
        self._typeface, self._colours = load_typeface(site.config.root), light_colours(site.config)

    def draw(self, model: str) -> tuple[str, bytes]:
        """Path and SVG of a model's badge.

        Raises:
            TemplateFaultError: The template that draws it is broken.
        """
        badge = make_badge(self._site, model_board(self._site, model), model)
        with template_faults(TEMPLATE, self._folders):
            template = self._environment.get_template(TEMPLATE)
            svg = template.render(**_variables(badge, self._typeface), colour=self._colours)
        return self._urls.path(Address("badge", model)), svg.encode()


def _variables(badge: Badge, typeface: Typeface) -> dict[str, object]:
    left, right = place_parts(badge, typeface)
    return {"left": left, "right": right, "ranked": badge.ranked, "title": plain_text(badge.title)}


def place_parts(badge: Badge, typeface: Typeface) -> tuple[_Part, _Part]:
    """The two halves, as wide as their texts ask."""
    left = _part(badge.label, 0, typeface)
    return left, _part(badge.message, left.width, typeface)


@lru_cache  # each site has one text on the left of all of them
def _part(text: str, x: int, typeface: Typeface) -> _Part:
    shown = typeface.cut(text, TEXT_PX, MOST_PX)
    width = ceil(typeface.width(shown, TEXT_PX))
    return _Part(x, width + 2 * BESIDE, shown, width)
