"""Where the header and the footer of every page lead."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from site_builder.addresses import Address, Link
from site_builder.config import SiteConfig
from site_builder.errors import Fault, near
from site_builder.output.urls import web_link

NAVIGATION: tuple[tuple[Address, str], ...] = (
    (Address("choose"), "Choose"),
    (Address("models"), "Models"),
    (Address("tasks"), "Tasks"),
    (Address("categories"), "Categories"),
    (Address("analysis"), "Analysis"),
    (Address("compare"), "Compare"),
    (Address("serving"), "Serving"),
    (Address("data"), "Data"),
    (Address("about"), "About"),
)
OWN = "pages/"
_TARGETS: Mapping[str, Address] = {"home": Address("home"), **{to.kind: to for to, _ in NAVIGATION}}


def header_links(config: SiteConfig, there: Collection[Address]) -> tuple[Link, ...]:
    """The entries of the header: the project's, or every page of `NAVIGATION` that is there."""
    own = config.navigation.header
    usual = [Link(label, to) for to, label in NAVIGATION]
    return _leading(usual if own is None else _links(own), there)


def footer_links(
    config: SiteConfig, own: Mapping[str, str], there: Collection[Address]
) -> tuple[Link, ...]:
    """The entries of the footer: the project's, or method, data, changes, source and own pages.

    Args:
        config: The project.
        own: The titles of its own pages, by name; those of the header do not stand in both.
        there: The pages that the site has.
    """
    if config.navigation.footer is not None:
        return _leading(_links(config.navigation.footer), there)
    method, data = Address("about"), Address("data")
    usual = [Link("How this is computed", method), Link("Data and API", data)]
    usual.append(Link("What changed", Address("changes")))
    if config.site.repository:
        usual.append(Link("Source code", href=config.site.repository))
    above = {link.to for link in header_links(config, there)}
    pages = [Link(title, Address("page", name)) for name, title in own.items()]
    return _leading([*usual, *(link for link in pages if link.to not in above)], there)


def _links(entries: Mapping[str, str]) -> list[Link]:
    found = [(label, _address(target), target) for label, target in entries.items()]
    return [Link(label, to) if to else Link(label, href=href) for label, to, href in found]


def _leading(links: Collection[Link], there: Collection[Address]) -> tuple[Link, ...]:
    """The links that lead somewhere: a board without categories has no page of them."""
    return tuple(link for link in links if link.href or link.to in there)


def _address(target: str) -> Address | None:
    """The page that an entry names; None where it names none of the site."""
    if target.startswith(OWN):
        return Address("page", target.removeprefix(OWN))
    return _TARGETS.get(target)


def find_navigation_faults(config: SiteConfig, own: Collection[str]) -> Iterator[Fault]:
    """Entries of `[navigation]` that name neither a page nor a link."""
    known = [*_TARGETS, *(f"{OWN}{name}" for name in own)]
    menus = {"header": config.navigation.header, "footer": config.navigation.footer}
    for menu, entries in menus.items():
        for label, target in (entries or {}).items():
            if target not in known and not web_link(target):
                what = f"navigation.{menu}: {label!r} leads to {target!r}, which is no page"
                hint = near(target, known) or "Name a page, or a link with https://."
                yield Fault("site.toml", what, hint)
