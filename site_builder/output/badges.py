"""Badges: a file for each model, in two parts as repositories show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from site_builder.output.assets import project_folders
from site_builder.output.render import make_environment, template_faults
from site_builder.output.tokens import light_colours
from site_builder.output.typeface import Typeface, load_typeface, plain_text
from site_builder.output.urls import Urls
from site_builder.pages.badge import Badge
from site_builder.pages.model import ModelContext
from site_builder.pages.page import Page, Site
from site_builder.parts import Address

TEMPLATE = "cards/badge.svg"
TEXT_PX, BESIDE = 11, 7
MOST_PX = 320


@dataclass(frozen=True)
class _Part:
    """One half: where it begins, how wide it is, and its text with the width that it is set to."""

    x: int
    width: int
    text: str
    text_width: int


def draw_badges(site: Site, pages: Sequence[Page], urls: Urls) -> Iterator[tuple[str, bytes]]:
    """Path and SVG of every model's badge."""
    root = site.config.root
    typeface, colours = load_typeface(root), light_colours(site.config)
    folders = project_folders(root, "templates")
    with template_faults(TEMPLATE, folders):
        template = make_environment(folders).get_template(TEMPLATE)
        for page in pages:
            if isinstance(page.context, ModelContext):
                svg = template.render(**_variables(page.context.badge, typeface), colour=colours)
                yield urls.path(Address("badge", page.address.key)), svg.encode()


def _variables(badge: Badge, typeface: Typeface) -> dict[str, object]:
    left, right = place_parts(badge, typeface)
    return {"left": left, "right": right, "ranked": badge.ranked, "title": plain_text(badge.title)}


def place_parts(badge: Badge, typeface: Typeface) -> tuple[_Part, _Part]:
    """The two halves, as wide as their texts ask."""
    left = _part(badge.label, 0, typeface)
    return left, _part(badge.message, left.width, typeface)


def _part(text: str, x: int, typeface: Typeface) -> _Part:
    shown = typeface.cut(text, TEXT_PX, MOST_PX)
    width = ceil(typeface.width(shown, TEXT_PX))
    return _Part(x, width + 2 * BESIDE, shown, width)
