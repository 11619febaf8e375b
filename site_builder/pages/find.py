"""Make the search index: pages by name, words of the glossary, and what visitors come to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from site_builder.addresses import Address, Kind, Link
from site_builder.pages.about import GlossaryContext
from site_builder.pages.page import Page, ScriptData, Site

_FIND = "data/find.js"
# The order in which equally good matches are listed. Every other kind is a page among others.
_KINDS: tuple[Kind, ...] = ("model", "task", "category")
# What visitors come to do: its message, and where it is done.
_ACTIONS: tuple[tuple[str, Address], ...] = (
    ("choose", Address("choose")),
    ("compare", Address("compare")),
    ("prices", Address("serving")),
    ("download", Address("data")),
    ("code", Address("data", anchor="code")),
    ("cite", Address("about", anchor="cite")),
)
_Entry = tuple[Link, str, str]


def make_find(site: Site, pages: Iterable[Page]) -> ScriptData:
    """Return the search index over the listed pages.

    By kind, each entry is a link, a hint (developer or category), and other words that lead to it:
    the id where it differs from the name.
    """
    found: dict[str, list[_Entry]] = {kind: [] for kind in (*_KINDS, "page", "action")}
    listed = [page for page in pages if page.listed]
    for page in listed:
        kind = page.address.kind if page.address.kind in _KINDS else "page"
        found[kind].append(_entry(site, page))
        if isinstance(page.context, GlossaryContext):
            links = (Link(w.name, Address("glossary", anchor=w.id)) for w in page.context.listed)
            found["word"] = [(link, "", "") for link in links]
    say, kinds = site.labels.say, {page.address.kind for page in listed}
    found["action"] = [
        (Link(say(f"find.{name}"), address), "", say(f"find.words.{name}"))
        for name, address in _ACTIONS
        if address.kind in kinds
    ]
    value = [[say(f"find.{kind}"), entries] for kind, entries in found.items() if entries]
    return ScriptData(Address("asset", _FIND), "find", lambda: value)


def _entry(site: Site, page: Page) -> _Entry:
    name, key, catalog = page.title, page.address.key, site.computed.whole.catalog
    if page.address.kind == "home":
        return site.home, name, ""
    hint: str | None = ""
    if page.address.kind == "model":
        hint = catalog.models[key].developer
    elif page.address.kind == "task":
        hint = catalog.tasks[key].category
    return Link(name, page.address), hint or "", "" if _letters(key) == _letters(name) else key


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()
