"""Fill in the prose of a page, with its links."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from markupsafe import Markup

from site_builder.addresses import Address, Kind
from site_builder.errors import Fault, did_you_mean, limit_faults
from site_builder.pages.page import Page, Site
from site_builder.prose.figures import (
    FILTERS,
    MISTAKES,
    NAMES,
    UnknownNameError,
    prose_filters,
    prose_variables,
)
from site_builder.prose.markdown import Prose, to_html, unescape_markdown
from site_builder.prose.template import (
    Claim,
    Mistake,
    ProseEnvironment,
    Read,
    _Figure,
    _finalize,
    _marked,
    text_file,
)
from site_builder.render.urls import Urls


def find_written_faults(prose: Prose) -> list[Fault]:
    """What is wrong with the prose as it is written, whatever the figures are."""
    language = ProseEnvironment(dict.fromkeys(FILTERS, str), _finalize)
    return _faults_of({slot: language.read(text, NAMES) for slot, text in prose.texts.items()})


def _faults_of(read: Mapping[str, Read]) -> list[Fault]:
    """What is wrong with texts that were read, by slot."""
    return [
        fault
        for slot, (_, mistakes) in read.items()
        for fault in _mistake_faults(text_file(slot), mistakes)
    ]


class LiveProse:
    """The prose of one site.

    Attributes:
        faults: What is broken or no longer true in the prose that was asked for so far.

    Args:
        site: What the figures come from.
        prose: The texts of `data/content`.
        urls: Paths of the pages.
        there: The pages that prose can lead to.
    """

    def __init__(self, site: Site, prose: Prose, urls: Urls, there: Collection[Address]) -> None:
        self._site, self._prose, self._urls, self._there = site, prose, urls, there
        filters = {name: _marked(function) for name, function in prose_filters(site.labels).items()}
        self._language = ProseEnvironment(filters, _finalize)
        self._read = {s: self._language.read(text, NAMES) for s, text in prose.texts.items()}
        self.faults = _faults_of(self._read)

    @cached_property
    def _figures(self) -> dict[str, Any]:
        """What texts may name: every figure of the API, made when a text first asks."""
        return prose_variables(self._site.results)

    def html(self, page: Page, slot: str) -> Markup:
        """A slot's prose on a page; empty where the project has none for it, or a broken one."""
        if slot not in self._prose.texts:
            return Markup("")
        filled, faults = self._fill_in(page, slot)
        self.faults += faults
        if faults:
            return Markup("")
        try:
            return Markup(to_html(filled))  # noqa: S704 - sanitised by nh3
        except RecursionError:
            self.faults.append(Fault(text_file(slot), "its lists or quotes are nested too deeply"))
            return Markup("")

    def _fill_in(self, page: Page, slot: str) -> tuple[str, list[Fault]]:
        where, text = text_file(slot), self._prose.texts[slot]
        template, mistakes = self._read[slot]
        if template is None:
            return "", list(_mistake_faults(where, mistakes))
        self._language.begin(text)
        filled = ""
        try:
            filled = template.render(**self._figures, link=self._link_from(page))
        except MISTAKES as error:
            self._language.mistakes.append((_line_of(error), error))
        made = self._language.mistakes
        found = [*mistakes, *(Mistake(line, str(error), _hint(error)) for line, error in made)]
        false = self._language.claims.false
        return filled, [*_mistake_faults(where, found), *_claim_faults(where, false)]

    def _link_from(self, page: Page) -> Callable[..., _Figure]:
        """`link(kind, key)` as prose on this page uses it: the relative path of another page."""

        def link(kind: Kind, key: str = "") -> _Figure:
            target = Address(kind, key)
            if kind != "file" and target not in self._there:
                raise UnknownNameError(self._no_page(kind, key))
            return _Figure(self._urls.relative(page.address, target))

        return link

    def _no_page(self, kind: Kind, key: str) -> str:
        kinds = {there.kind for there in self._there}
        keys = {there.key for there in self._there if there.kind == kind}
        hint = did_you_mean(key, keys) if kind in kinds else did_you_mean(kind, kinds)
        return f"there is no page for link({kind!r}, {key!r}). {hint}".strip()


def _mistake_faults(where: str, mistakes: Collection[Mistake]) -> Iterator[Fault]:
    """A fault for each place and kind of mistake: a loop makes the same one many times."""
    found = dict.fromkeys(sorted(mistakes, key=lambda mistake: mistake.line))
    faults = (Fault(f"{where}:{mistake.line}", mistake.what, mistake.fix) for mistake in found)
    return limit_faults(faults, len(found), where, "mistakes in this text")


def _hint(error: Exception) -> str:
    """What a name that prose or this board does not have may have meant."""
    name = re.match(r"'(\w+)' is undefined", str(error))
    if name is None:
        return ""
    return "This board has none." if name[1] in NAMES else did_you_mean(name[1], NAMES)


def _claim_faults(where: str, claims: Collection[Claim]) -> Iterator[Fault]:
    faults = (_claim_fault(where, claim) for claim in claims)
    return limit_faults(faults, len(claims), where, "claims that the data does not bear out")


def _claim_fault(where: str, claim: Claim) -> Fault:
    values = "".join(f"; {words} is {value!r}" for words, value in claim.figures)
    sentence = unescape_markdown(claim.sentence)
    what = f"the data does not bear this out ({claim.condition}{values}): {sentence}"
    return Fault(f"{where}:{claim.line}", what, "Rewrite the sentence, or take it out.")


def _line_of(error: BaseException) -> int:
    """Line of the text in which an error arose: jinja2 maps it onto the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
