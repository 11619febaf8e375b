"""Render the prose of a project and place it on pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from urllib.parse import quote, unquote

from markupsafe import Markup

from site_builder.addresses import Address, Kind
from site_builder.errors import Fault, did_you_mean, limit_faults, working_on
from site_builder.pages.page import Site
from site_builder.prose.markdown import Prose, text_file, to_html, unescape_markdown
from site_builder.prose.template import (
    Mistake,
    ProseTemplate,
    SafeMarkdown,
    prose_filters,
    prose_variables,
)
from site_builder.records import Record
from site_builder.render.urls import Urls

# A link to a page, until it is known from which one: its path in characters of private use.
_LINK = re.compile("\ue000([^\ue000\ue001]*)\ue001")


class RenderedText(Record):
    """A text as HTML, whose links await the page that shows it; empty if it has faults."""

    html: str
    faults: tuple[Fault, ...] = ()


def find_prose_faults(prose: Prose) -> list[Fault]:
    """Return the errors of the texts that do not depend on the figures."""
    return [
        fault
        for slot, text in prose.texts.items()
        for fault in _faults(text_file(slot), ProseTemplate(text).mistakes, "mistakes in this text")
    ]


def render_prose(
    site: Site, prose: Prose, urls: Urls, pages: Collection[Address]
) -> dict[str, RenderedText]:
    """Return the rendered texts by slot; they can link to the pages at some addresses."""
    filters = prose_filters(site.labels.scale)
    figures = {**prose_variables(site.results), "link": partial(_link, urls, pages)}
    rendered: dict[str, RenderedText] = {}
    for slot, text in prose.texts.items():
        with working_on(text_file(slot)):
            rendered[slot] = _render(text_file(slot), ProseTemplate(text, filters), figures)
    return rendered


def _render(where: str, template: ProseTemplate, figures: Mapping[str, object]) -> RenderedText:
    text, claims, mistakes = template.fill_in(figures)
    what = "the data does not bear this out"
    false = [
        Mistake(
            claim.line,
            f"{what} ({claim.condition}): {unescape_markdown(claim.sentence)}",
            "Rewrite the sentence, or take it out.",
        )
        for claim in claims
        if not claim.holds
    ]
    faults = (
        *_faults(where, mistakes, "mistakes in this text"),
        *_faults(where, false, "claims that the data does not bear out"),
    )
    if faults:
        return RenderedText("", faults)
    try:
        return RenderedText(to_html(text))
    except RecursionError:
        return RenderedText("", faults=(Fault(where, "its lists or quotes are nested too deeply"),))


def _link(urls: Urls, pages: Collection[Address], kind: Kind, key: str = "") -> SafeMarkdown:
    """Return `link(kind, key)` for any page: the path of another page, marked."""
    target = Address(kind, key)
    if kind != "file" and target not in pages:
        kinds = {page.kind for page in pages}
        keys = {page.key for page in pages if page.kind == kind}
        hint = did_you_mean(key, keys) if kind in kinds else did_you_mean(kind, kinds)
        message = f"there is no page for link({kind!r}, {key!r}). {hint}".strip()
        raise LookupError(message)
    return SafeMarkdown(f"\ue000{quote(urls.path(target))}\ue001")


def place_text(text: RenderedText, page: Address, urls: Urls) -> Markup:
    """Return the HTML of a text on a page."""

    def relative(link: re.Match[str]) -> str:
        return urls.relative_path(page, unquote(link[1]))

    return Markup(_LINK.sub(relative, text.html))  # noqa: S704 - cleaned by nh3


def _faults(where: str, mistakes: Collection[Mistake], kind: str) -> Iterator[Fault]:
    """Yield a fault for each different mistake."""
    found = dict.fromkeys(sorted(mistakes, key=lambda mistake: mistake.line))
    faults = (Fault(f"{where}:{mistake.line}", mistake.what, mistake.fix) for mistake in found)
    return limit_faults(faults, len(found), where, kind)
