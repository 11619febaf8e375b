"""What quick find knows: the name of every page, with its kind, a hint, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.addresses import Address, Kind, Link
from site_builder.pages.page import HOME, Page, ScriptData, Site

FIND = "data/find.js"
# The order in which equally good finds are listed; every other kind is a page among others.
KINDS: dict[Kind, str] = {"model": "Model", "task": "Task", "category": "Category"}
OTHER = "Page"

Entry = tuple[Link, str, str]


def make_find(site: Site, pages: Iterable[Page]) -> ScriptData:
    """The index over the pages that are made: it cannot name one that is not there.

    By kind, each entry is a link, a hint (developer or category) and the id where the name is
    another; hint and id are empty where there is none.
    """
    found: dict[str, list[Entry]] = {kind: [] for kind in (*KINDS.values(), OTHER)}
    for page in pages:
        if page.listed:
            found[KINDS.get(page.address.kind, OTHER)].append(_entry(site, page))
    value = [[kind, entries] for kind, entries in found.items() if entries]
    return ScriptData(Address("asset", FIND), "find", lambda: value)


def _entry(site: Site, page: Page) -> Entry:
    name, key = page.title, page.address.key
    if page.address == HOME.to:
        return HOME, name, ""
    return Link(name, page.address), _hint(site, page.address), "" if key == name else key


def _hint(site: Site, address: Address) -> str:
    catalog = site.results.catalog
    if address.kind == "model":
        return catalog.models[address.key].developer or ""
    if address.kind == "task":
        return catalog.tasks[address.key].category or ""
    return ""
