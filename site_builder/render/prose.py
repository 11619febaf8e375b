"""Fill in the prose of a page, with its links."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup

from site_builder.addresses import Address, Kind
from site_builder.errors import Fault, did_you_mean, limit_faults
from site_builder.formatting import NumberFormat
from site_builder.pages.page import Page, Site
from site_builder.prose.figures import UnknownNameError, prose_filters, prose_variables
from site_builder.prose.markdown import Prose, to_html, unescape_markdown
from site_builder.prose.template import Claim, Mistake, ProseTemplate, Written, text_file
from site_builder.render.urls import Urls

_PLAIN = NumberFormat()


@lru_cache  # a build fills in each text, and looks for the faults of all
def _template(text: str, scale: NumberFormat) -> ProseTemplate:
    return ProseTemplate(text, prose_filters(scale))


def find_prose_faults(prose: Prose, scale: NumberFormat = _PLAIN) -> list[Fault]:
    """Return the errors of the texts that do not depend on the figures, nor on their `scale`."""
    return [
        fault
        for slot, text in prose.texts.items()
        for fault in _mistake_faults(text_file(slot), _template(text, scale).mistakes)
    ]


class PageProse:
    """The texts of a site, to be filled in for its pages; they can link to those in `pages`."""

    def __init__(self, site: Site, prose: Prose, urls: Urls, pages: Collection[Address]) -> None:
        self._site, self._urls, self._pages = site, urls, pages
        scale = site.labels.scale
        self._templates = {slot: _template(text, scale) for slot, text in prose.texts.items()}

    @cached_property
    def _figures(self) -> dict[str, Any]:
        return prose_variables(self._site.results)

    def html(self, page: Page, slot: str) -> tuple[Markup, list[Fault]]:
        """Return a slot's prose on a page and its faults; empty if the project has no such text."""
        template, where = self._templates.get(slot), text_file(slot)
        if template is None:
            return Markup(""), []
        filled = template.fill_in({**self._figures, "link": self._link_from(page)})
        false = [claim for claim in filled.claims if not claim.holds]
        faults = [*_mistake_faults(where, filled.mistakes), *_claim_faults(where, false)]
        if faults:
            return Markup(""), faults
        try:
            return Markup(to_html(filled.text)), []  # noqa: S704 - sanitised by nh3
        except RecursionError:
            return Markup(""), [Fault(where, "its lists or quotes are nested too deeply")]

    def _link_from(self, page: Page) -> Callable[..., Written]:
        """Return `link(kind, key)` of this page: the relative path of another page."""

        def link(kind: Kind, key: str = "") -> Written:
            target = Address(kind, key)
            if kind != "file" and target not in self._pages:
                raise UnknownNameError(self._no_page(kind, key))
            return Written(self._urls.relative(page.address, target))

        return link

    def _no_page(self, kind: Kind, key: str) -> str:
        kinds = {page.kind for page in self._pages}
        keys = {page.key for page in self._pages if page.kind == kind}
        hint = did_you_mean(key, keys) if kind in kinds else did_you_mean(kind, kinds)
        return f"there is no page for link({kind!r}, {key!r}). {hint}".strip()


def _mistake_faults(where: str, mistakes: Collection[Mistake]) -> Iterator[Fault]:
    """Yield a fault for each different mistake: a loop makes the same one many times."""
    found = dict.fromkeys(sorted(mistakes, key=lambda mistake: mistake.line))
    faults = (Fault(f"{where}:{mistake.line}", mistake.what, mistake.fix) for mistake in found)
    return limit_faults(faults, len(found), where, "mistakes in this text")


def _claim_faults(where: str, claims: Collection[Claim]) -> Iterator[Fault]:
    faults = (_claim_fault(where, claim) for claim in claims)
    return limit_faults(faults, len(claims), where, "claims that the data does not bear out")


def _claim_fault(where: str, claim: Claim) -> Fault:
    values = "".join(f"; {words} is {value!r}" for words, value in claim.figures)
    sentence = unescape_markdown(claim.sentence)
    what = f"the data does not bear this out ({claim.condition}{values}): {sentence}"
    return Fault(f"{where}:{claim.line}", what, "Rewrite the sentence, or take it out.")
